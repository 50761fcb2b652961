"""Growth: what the network is read as, the two worlds, critical volumes, bad input."""

import re

import numpy as np
import polars as pl
import pytest

from network_tables import make_network
from tierscape.analyses.growth import GrowthAssumptions, growth
from tierscape.analyses.growth.anchor import find_anchor
from tierscape.analyses.growth.assumptions import EntryRate, ExitRate, Feedback, Lag, Local, Pull, Slopes, Target
from tierscape.analyses.growth.model import growth_model
from tierscape.analyses.growth.priors import draw_priors, prior_table
from tierscape.errors import DataError, ParameterError
from tierscape.graph import bom_tree
from tierscape.kernels import entry_exit as kernel

TABLES = {
    "meta": "name price_year\ntest 2027",
    "parts": """
        part    kind       unit_value
        pack    product    100
        tray    component  40
        plating process    10
    """,
    "bom": """
        parent child   quantity
        pack   tray    1
        tray   plating 2
    """,
    "regions": """
        region country lat  lon labour_pool
        N      DE      52.0 13  50000
        S      DE      48.0 11  50000
    """,
    "sites": """
        site country region lat  lon status    opened_year employees
        a    DE      N      52.0 13  operating 2001        100
        b    DE      S      48.0 11  operating 2002        40
        c    DE      S      48.0 11  candidate .           .
        d    DE      S      48.0 11  announced 2029        60
    """,
    "capabilities": """
        site part    capacity_per_year
        a    tray    1000
        b    plating 2000
        d    plating 2000
    """,
}
DEMAND = """
    region product year volume_per_year
    N      pack    2027 3000
    S      pack    2028 5000
"""
SIGNED = """
    contract buyer supplier part start_year term_years committed_per_year status
    K        a     c        tray 2028       4          500                signed
"""
PLANT = """
    project kind        site part lead_months ramp_months jobs
    P       co_location c    tray 12          0           70
"""


def network(**changes):
    return make_network(**(TABLES | changes))


STILL = GrowthAssumptions(
    entry_per_year=EntryRate(low=1e-9, mode=1e-9, high=1e-9), exit_share=ExitRate(low=0, mode=0, high=0),
    pull=Pull(none_chance=1.0), feedback=Feedback(none_chance=1.0), slopes=Slopes(size=0, related=0, wage=0), ramp_months=0,
)  # fmt: skip
LIVELY = GrowthAssumptions(
    entry_per_year=EntryRate(low=0.3, mode=0.3, high=0.3), pull=Pull(none_chance=0.0, mean=1.0, spread=0.0), lag_months=Lag(low=6, mode=6, high=6)
)  # fmt: skip


def asked(net, **given):
    return growth(net, **({"draws": 100, "horizon_years": 5} | given))


def test_sentence_names_both_worlds_and_the_summary_ends_as_a_scenario():
    got = asked(network(), region="S", anchor_per_year=4000)
    assert "With 4,000 units a year of pack" in got.sentence()
    assert "against" in got.sentence()
    assert got.summary().endswith("Scenario under stated priors.")
    assert len(got.lines()) <= 3


def test_demand_stands_in_at_the_best_region_and_the_answer_says_so():
    got = asked(network(demand=DEMAND))
    assert got.region == "N"  # the tray weighs more than the plating
    assert "the product's whole demand" in got.sentence()
    assert "the region with the highest completeness" in got.sentence()
    assert got.paths["year"][0] == 2027


def test_signed_contracts_are_the_anchor_at_their_supplier():
    net = network(contracts=SIGNED, projects=PLANT)
    tree = bom_tree(net, "pack")
    anchor = find_anchor(net, tree, None, None, 6, STILL)
    assert (anchor.kind, anchor.region, anchor.start_year) == ("contracts", "S", 2028)
    of = {part: k for k, part in enumerate(tree.parts)}
    assert anchor.volume[:, of["tray"]].tolist() == [500.0] * 16 + [0.0] * 8
    assert anchor.volume[0, of["plating"]] == 1000.0
    assert anchor.volume[:, 0].max() == 0.0


def test_contracted_plant_is_the_only_entrant_where_nothing_else_moves():
    got = asked(network(contracts=SIGNED, projects=PLANT), assumptions=STILL)
    tray = got.parts.filter(pl.col("part") == "tray").row(0, named=True)
    assert (tray["contracted"], tray["with_anchor"], tray["without"]) == (1, 1.0, 0.0)
    assert (tray["p_filled"], tray["p_filled_none"], tray["p_effect"]) == (1.0, 0.0, 1.0)
    rose = got.paths.filter((pl.col("arm") == "with the anchor") & (pl.col("p50") > pl.col("p50").first()))
    assert rose["quarter"][0] == 5  # decided in the first quarter, four quarters of lead
    assert got.tiers["effect_p50"].to_list() == [1.0, 0.0]
    assert tray["year_filled_p50"] == 2029  # a lead of four quarters, and the quarter of the decision
    assert got.closing.filter((pl.col("part") == "tray") & (pl.col("p_filled") == 1.0))["year"][0] == 2029
    jobs = got.jobs.filter(pl.col("kind") == "at the suppliers")["effect_p50"].to_list()
    assert jobs == [0.0, 100.0, 100.0, 100.0, 100.0]  # the median size of a maker of trays


def test_no_pull_leaves_the_worlds_alike():
    got = asked(network(), region="S", anchor_per_year=4000, assumptions=GrowthAssumptions(pull=Pull(none_chance=1.0)))
    wide = got.paths.pivot("arm", index="quarter", values="p95")
    assert wide["with the anchor"].equals(wide["without it"], check_names=False)
    assert got.cluster["p_effect"][0] == 0.0
    assert got.cluster["reason"][1] == "no draws"


def test_zero_volume_has_no_effect():
    got = asked(network(), region="S", anchor_per_year=0, assumptions=LIVELY)
    assert got.cluster["p_effect"][0] == 0.0
    assert got.tiers["effect_p95"].to_list() == [0.0, 0.0]


def test_larger_volume_never_lowers_the_chance_that_a_part_is_filled():
    got = asked(
        network(), region="S", anchor_per_year=4000, assumptions=LIVELY.model_copy(update={"slopes": Slopes(wage=0)})
    )
    for rows in got.response.partition_by("part"):
        assert (np.diff(rows.sort("volume")["p_filled"].to_numpy()) >= 0).all()


def test_critical_volume_exists_if_they_follow_and_is_met_by_the_response():
    target = Target(within_years=4, chance=0.8)
    got = asked(network(), region="S", anchor_per_year=4000, assumptions=LIVELY.model_copy(update={"target": target}))
    tray = got.parts.filter(pl.col("part") == "tray").row(0, named=True)
    grid = got.response.filter(pl.col("part") == "tray")
    below = grid.filter(pl.col("volume") < tray["v_star"])["p_filled"].max()
    above = grid.filter(pl.col("volume") > tray["v_star"])["p_filled"].min()
    assert below <= 0.8 <= above
    assert tray["v_star_none"] is None
    assert "tray needs about" in got.sentence()


def test_lag_beyond_the_target_is_the_reason_that_no_volume_helps():
    slow = GrowthAssumptions(lag_months=Lag(low=40, mode=40, high=40))
    got = asked(network(), region="S", anchor_per_year=4000, assumptions=slow)
    reasons = dict(got.parts.select("part", "reason").rows())
    assert reasons["tray"] == "lag"
    assert got.cluster["reason"][0] == "lag"


def test_same_seed_gives_the_same_bytes_and_another_does_not():
    net = network(demand=DEMAND)
    one = asked(net).to_json()
    assert one == asked(net).to_json()
    assert one != asked(net, assumptions=GrowthAssumptions(seed=1)).to_json()


def test_more_draws_change_none_of_the_first():
    few, many = (draw_priors(GrowthAssumptions(), n).model for n in (100, 150))
    assert (few == many[:100]).all()


def test_priors_have_the_shares_and_means_that_are_printed():
    drawn = draw_priors(GrowthAssumptions(), 8000)
    assert (drawn.model[:, kernel.PULL] == 0).mean() == pytest.approx(0.30, abs=0.02)
    assert drawn.follows.mean() == pytest.approx(0.70, abs=0.02)
    assert (drawn.model[:, kernel.FEEDBACK] == 0).mean() == pytest.approx(0.5, abs=0.02)
    assert drawn.multiplier.mean() == pytest.approx(1.0333, abs=0.01)  # density.md B3
    assert drawn.model[:, kernel.SIZE].std() == pytest.approx(0.105, rel=0.05)
    following = drawn.model[drawn.follows, kernel.PULL]
    assert following.mean() == pytest.approx(
        0.3 + 0.3 * 0.287600, abs=0.01
    )  # normal cut at one deviation below its mean


def test_every_prior_is_printed_with_its_source():
    table = prior_table(GrowthAssumptions())
    assert table["source"].null_count() == 0
    assert set(table["basis"]) == {"judgement", "reported beside"}
    assert "0 with chance 0.3" in table.filter(pl.col("symbol") == "β_A")["distribution"][0]


def test_announced_site_opens_in_both_worlds():
    got = asked(network(demand=DEMAND), region="S", horizon_years=5, assumptions=STILL)
    plating = got.parts.filter(pl.col("part") == "plating").row(0, named=True)
    assert (plating["start"], plating["with_anchor"], plating["without"]) == (1, 2.0, 2.0)


def test_unknown_labour_pool_people_and_capacity_are_findings_and_not_guesses():
    blank = network(
        regions="region country lat lon\nS DE 48 11",
        sites="site country region lat lon status\nb DE S 48 11 operating",
        capabilities="site part\nb plating",
    )
    got = asked(blank, region="S", anchor_per_year=100)
    rules = {f.rule for f in got.findings}
    assert {"labour_pool_unknown", "employees_unknown", "scale_unknown", "unseen_parts"} <= rules
    assert got.jobs["effect_p50"].null_count() == got.jobs.height
    assert got.coverage < 1.0
    assert "jobs" not in {chart.name for chart in got.charts()}


def test_unknown_quantity_takes_the_pull_away_and_is_said():
    got = asked(network(bom="parent child quantity\npack tray .\ntray plating 2"), region="S", anchor_per_year=100)
    assert "need_unknown" in {f.rule for f in got.findings}
    assert set(got.parts["reason"].drop_nulls()) <= {"need", "prior"}


def test_horizon_within_the_lag_is_a_warning():
    got = asked(network(), region="S", anchor_per_year=100, horizon_years=1)
    assert "horizon_within_lag" in {f.rule for f in got.findings}


@pytest.mark.parametrize(
    ("given", "changes", "error", "words"),
    [
        ({}, {}, DataError, "anchor_per_year"),
        ({"region": "Sx", "anchor_per_year": 1}, {}, ParameterError, "is no region with a place. Did you mean 'S'"),
        ({"anchor_per_year": -1}, {}, ParameterError, "greater than or equal to 0"),
        ({"product": "plating", "anchor_per_year": 1}, {}, ParameterError, "has no bill of materials"),
        ({"anchor_per_year": 1, "region": "S"}, {"meta": "name\ntest"}, ParameterError, "start_year"),
        (
            {"anchor_per_year": 1, "region": "S", "assumptions": STILL.model_copy(update={"start_year": 2027})},
            {"regions": "region country lat lon labour_pool\nS DE 48 11 0"}, ParameterError, "labour pool of 0",
        ),
        (
            {"anchor_per_year": 1},
            {"regions": "region country\nS DE", "sites": "site country\na DE", "capabilities": "site part\na tray"}, DataError, "no region has a point",
        ),
    ],
)  # fmt: skip
def test_bad_input_is_named(given, changes, error, words):
    net = network(**changes)
    with pytest.raises(error, match=re.escape(words)):
        asked(net, **given)


def test_spans_out_of_order_are_refused():
    with pytest.raises(ValueError, match="must rise"):
        Lag(low=3, mode=2, high=4)


def test_charts_have_a_name_a_table_and_the_word_scenario():
    got = asked(network(), region="S", anchor_per_year=4000, assumptions=LIVELY)
    charts = {chart.name: chart for chart in got.charts()}
    assert set(charts) == {"fans", "closing", "critical", "second", "entrants", "jobs", "drivers"}
    assert all("Scenario under stated priors." in chart.note for chart in charts.values())
    assert all(got.frame(chart.table).height for chart in charts.values())


def test_place_counts_what_is_in_reach_and_no_more():
    net = network(demand=DEMAND)
    tree = bom_tree(net, "pack")
    anchor = find_anchor(net, tree, "N", 10.0, 5, GrowthAssumptions())
    near, wide = (growth_model(net, tree, anchor, GrowthAssumptions(local=Local(radius_km=r))).place for r in (100.0, 1000.0))  # fmt: skip
    assert near.start.tolist() == [0, 1, 0]
    assert wide.start.tolist() == [0, 1, 1]
    assert near.weight[1] == 1.0
    assert 0 < wide.weight[2] < 0.1
