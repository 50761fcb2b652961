"""What `growth` says of the battery example, held against the typed facts behind it."""

import polars as pl
import pytest

import tierscape
from tierscape.analyses.growth import GrowthAssumptions, growth
from tierscape.analyses.growth.assumptions import Target


@pytest.fixture(scope="module")
def battery():
    return tierscape.load("ev-battery-central-europe")


def test_the_only_signed_contract_is_the_anchor_and_barely_moves_the_cluster(battery):
    # C7 and its second part: 14 million kg of LFP cathode a year from 2028 for 6 years, from a candidate site in RS-01; P8 builds it in 26 months
    got = growth(battery, draws=300)
    assert got.region == "RS-01"
    assert "units a year of LFP cathode active material from 2028" in got.sentence()
    cathode = got.parts.filter(pl.col("part") == "cathode_lfp").row(0, named=True)
    assert (cathode["start"], cathode["contracted"]) == (0, 1)
    assert cathode["p_filled"] == 1.0  # nine quarters after the decision; three years are twelve
    assert cathode["p_filled_none"] < 0.5
    row = got.cluster.row(0, named=True)
    assert row["with_anchor"] - row["without"] < 0.02  # one cathode plant completes no pack
    none = got.cluster.filter(pl.col("reading") == "if nobody follows").row(0, named=True)
    assert 0.5 < none["p_effect"] < 1.0  # the plant is certain; in the other draws another maker would have come anyway


def test_lithium_hydroxide_is_a_gap_that_a_pack_anchor_does_not_close(battery):
    # tier 3 is not pulled by assumption; two operating makers of LiOH are far from Debrecen
    got = growth(battery, region="HU-HB", anchor_per_year=100_000, draws=300)
    lithium = got.parts.filter(pl.col("part") == "lioh").row(0, named=True)
    assert (lithium["tier"], lithium["cover"], lithium["reason"]) == (3, 0.0, "tier")
    assert lithium["v_star"] is None
    assert lithium["v_star_if_spillover"] is None
    assert abs(lithium["p_filled"] - lithium["p_filled_none"]) < 0.05
    row = got.cluster.row(0, named=True)
    assert row["with_p5"] < row["with_anchor"] < row["with_p95"]
    assert row["without"] <= row["with_anchor"]
    assert got.summary().endswith("Scenario under stated priors.")


def test_more_patience_makes_a_critical_volume_where_three_years_give_none(battery):
    def volumes(years):
        patient = GrowthAssumptions(target=Target(within_years=years))
        got = growth(battery, region="HU-HB", anchor_per_year=100_000, draws=200, horizon_years=5, assumptions=patient)
        return got.parts.filter((pl.col("cover") < 0.5) & (pl.col("tier") == 1))["v_star_if_spillover"]

    assert volumes(3).null_count() == volumes(3).len()
    assert volumes(10).null_count() < volumes(10).len()
