"""Value added in exports. Oracles V1, V2 and R1 of the method page on visibility."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from country_sector_tables import A, raw, toy, toy_text, two_sectors
from tierscape.analyses.value_added import value_added
from tierscape.analyses.value_added.published import FIGURES
from tierscape.analyses.value_added.tables import AT_FACE_VALUE, LOOKED_THROUGH, UNKNOWN
from tierscape.errors import ParameterError
from tierscape.io.country_sector import CountrySector, read_country_sector

WIOD = Path(__file__).parents[3] / "shared" / "data" / "wiod"
beside = pytest.mark.skipif(not WIOD.is_dir(), reason="the WIOD tables are not beside the repository")


def shares(answer, method=LOOKED_THROUGH):
    return dict(answer.origins.filter(pl.col("method") == method).select("origin", "share").rows())


# V1


def test_origin_of_mexican_exports_is_the_worked_one():
    found = shares(value_added(toy(), exporter="MEX"))
    assert {k: round(v, 6) for k, v in found.items()} == {"MEX": 0.570346, "USA": 0.288050, "CHN": 0.141605, UNKNOWN: 0}


def test_gross_exports_stand_against_value_added():
    answer = value_added(toy(), exporter="MEX")
    rows = {row["partner"]: row for row in answer.trade.to_dicts()}
    assert round(rows["USA"]["gross_exports"], 4) == 336.9078
    assert round(answer.trade["gross_exports"].sum(), 4) == 437.4970
    assert round(rows["USA"]["domestic_value"], 4) == round(0.570346 * 336.9078, 4) == 192.1540


def test_value_that_ends_in_final_use_anywhere_is_all_value_added():
    table = two_sectors()
    home = table.rows(country="MEX")
    abroad = value_added(table, exporter="MEX").trade["absorbed_value"].sum()
    at_home = table.system.downstream(np.where(home, table.system.own, 0.0)) @ table.final[:, 0]
    assert np.isclose(abroad + at_home, (table.system.own * table.output)[home].sum(), rtol=1e-12)


# V2


def test_share_of_china_rises_from_tier_to_tier_as_worked():
    answer = value_added(toy(), exporter="USA", tiers=3)
    china = answer.tiers.filter(pl.col("origin") == "CHN")["face_share"].round(6).to_list()
    assert china == [0.0, 0.106383, 0.207965, 0.299294]


def test_face_value_counts_the_direct_inputs():
    found = shares(value_added(toy(), exporter="USA"), AT_FACE_VALUE)
    assert {k: round(v, 12) for k, v in found.items()} == {"USA": 0.93, "CHN": 0.05, "MEX": 0.02, UNKNOWN: 0.0}


# R1


@beside
@pytest.mark.parametrize(
    ("year", "sectors", "looked_through"),
    [
        (2008, None, [11.6, 4.5, 68.2]),
        (2011, None, [11.7, 5.8, 67.6]),
        (2011, ("c14",), [18.1, 15.3, 39.1]),
        (2011, ("c15",), [14.4, 4.9, 63.7]),
    ],
)
def test_wiod_gives_the_reference_shares_of_mexican_exports(year, sectors, looked_through):
    table = read_country_sector(WIOD / f"wiod_{year}.npz")
    found = shares(value_added(table, exporter="MX", partner="US", sectors=sectors))
    assert [100 * found[c] for c in ("USA", "CHN", "MEX")] == pytest.approx(looked_through, abs=0.1)


@beside
def test_wiod_gives_the_direct_shares_of_transport_equipment():
    table = read_country_sector(WIOD / "wiod_2011.npz")
    found = shares(value_added(table, exporter="MX", partner="US", sectors=("c15",)), AT_FACE_VALUE)
    assert [100 * found[c] for c in ("USA", "CHN")] == pytest.approx([13.9, 4.2], abs=0.1)


# Invariants


@pytest.mark.parametrize("seed", range(5))
def test_shares_sum_to_one_by_every_method(seed):
    answer = value_added(two_sectors(seed), exporter="USA", partner="CHN")
    sums = answer.origins.group_by("method").agg(pl.col("share").sum(), pl.col("value").sum())
    assert np.allclose(sums["share"], 1.0, atol=1e-12)
    assert np.allclose(sums["value"], answer.trade["gross_exports"].sum(), rtol=1e-12)


def test_tiers_add_up_to_the_origin():
    answer = value_added(two_sectors(), exporter="MEX", tiers=20)
    last = dict(answer.tiers.filter(pl.col("tier") == 20).select("origin", "cumulative_share").rows())
    assert all(abs(last[origin] - share) < 0.01 for origin, share in shares(answer).items())
    assert all(last[origin] <= share + 1e-12 for origin, share in shares(answer).items())


def test_sectors_weighted_by_exports_give_the_whole():
    answer = value_added(two_sectors(), exporter="MEX", partner="USA")
    weight = answer.sectors["gross_exports"] / answer.sectors["gross_exports"].sum()
    assert np.isclose((weight * answer.sectors["domestic_share"]).sum(), shares(answer)["MEX"], rtol=1e-12)
    assert np.isclose((weight * answer.sectors["partner_share"]).sum(), shares(answer)["USA"], rtol=1e-12)


def test_partners_weighted_by_exports_give_the_whole():
    answer = value_added(two_sectors(), exporter="MEX")
    total = answer.trade["domestic_value"].sum() / answer.trade["gross_exports"].sum()
    assert np.isclose(total, shares(answer)["MEX"], rtol=1e-12)


# What cannot be seen


def test_sector_that_cannot_be_looked_through_is_unknown_and_said_so():
    shares_of_inputs = A.copy()
    shares_of_inputs[:, 2] *= 2.0
    output = toy().output
    table = CountrySector.from_flows(raw(shares_of_inputs * output, toy().final, output=output))
    answer = value_added(table, exporter="MEX")
    assert shares(answer)[UNKNOWN] > 0.10
    assert shares(answer)["CHN"] == 0.0
    assert "% cannot be looked through" in answer.sentence()
    assert "column_sum" in {f.rule for f in answer.findings}
    assert answer.sectors["unknown_share"].item() == shares(answer)[UNKNOWN]


# Words


def test_every_figure_bears_its_method():
    answer = value_added(toy(), exporter="MEX", partner="USA")
    for table in answer.TABLES:
        assert "method" in table.names
        assert answer.frame(table.name)["method"].null_count() == 0
    assert LOOKED_THROUGH in answer.sentence()
    assert AT_FACE_VALUE in answer.sentence()
    assert all(LOOKED_THROUGH in card[2] or "by method" in card[2] for card in answer.headlines())


def test_sentence_names_partner_shares_and_the_published_range():
    text = value_added(toy(), exporter="MX", partner="US").sentence()
    assert text.startswith(
        "Of Mexico's exports to United States, 57.0% of the value is added in Mexico, 28.8% in United"
    )
    assert "from 18 to 40 %, by method" in text


def test_published_figures_stand_beside_with_source_and_what_was_not_read_says_so():
    rows = value_added(toy(), exporter="MEX").published.to_dicts()
    assert [round(r["share"], 3) for r in rows] == [0.288, 0.25, 0.18, 0.30, 0.40, 0.66, 0.117]
    assert {r["checked"] for r in rows if "w16426" in r["source"]} == {"unverified"}
    assert all(r["source"] and r["method"] for r in rows)


def test_no_figures_of_others_are_shown_for_other_pairs():
    assert value_added(toy(), exporter="USA").published.is_empty()
    assert value_added(toy(), exporter="MEX", partner="CHN").published["claim"].str.contains("foreign").sum() == 1
    assert "Published" not in value_added(toy(), exporter="MEX", partner="CHN").sentence()


def test_published_figures_are_those_of_the_sources():
    read = {(f.source.split(" (")[0], f.share) for f in FIGURES if f.checked == "read in the source"}
    assert read == {("de Gortari", 0.18), ("de Gortari", 0.30), ("De La Cruz, Koopman, Wang & Wei", 0.66)}


def test_charts_have_a_table_and_words():
    answer = value_added(two_sectors(), exporter="MEX", partner="USA")
    assert [c.name for c in answer.charts()] == ["origins", "tiers", "sectors", "published"]
    assert all(c.description and c.table for c in answer.charts())
    assert len(value_added(two_sectors(), exporter="USA").charts()) == 3
    assert "Where the value of the exports is added" in answer.to_html()


# Bad questions


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ({"exporter": "MEXX"}, "no country 'MEXX'. Did you mean 'MEX'"),
        ({"exporter": "MEX", "partner": "QQ"}, "partner: the table has no country 'QQ'. It has MEX, USA, CHN"),
        ({"exporter": "MEX", "partner": "MX"}, "'MX' is the exporter itself"),
        ({"exporter": "MEX", "sectors": ("al",)}, "no 'al'. Did you mean 'all'"),
        ({"exporter": "MEX", "sectors": ()}, "sectors: tuple should have at least 1 item"),
        ({"exporter": "MEX", "tiers": 0}, "tiers: input should be greater"),
        ({}, "exporter is required"),
    ],
)
def test_question_that_the_table_cannot_answer_is_refused(asked, says):
    with pytest.raises(ParameterError) as caught:
        value_added(toy(), **asked)
    assert says in str(caught.value)


def test_country_that_exports_nothing_is_refused():
    table = CountrySector.from_flows(raw(np.diag([1.0, 1.0, 1.0]), np.diag([5.0, 5.0, 5.0])))
    with pytest.raises(ParameterError, match="shows no such exports of MEX"):
        value_added(table, exporter="MEX")


# The command line


def test_command_takes_a_file_and_reports_take_a_network(tierscape, tmp_path):
    file = tmp_path / "toy_2020.csv"
    file.write_text(toy_text())
    ran = tierscape("value_added", file, "--exporter", "MEX", "--partner", "USA")
    assert ran.code == 0
    assert ran.out.startswith("Of Mexico's exports to United States, 57.0%")
    assert "FILE" in tierscape("value_added", "--help").out
    assert tierscape("value_added", tmp_path / "none.csv", "--exporter", "MEX").code == 3
    refused = tierscape("report", "mini", "--analyses", "value_added")
    assert refused.code == 4
    assert "'value_added' takes a FILE, not a network" in refused.err
