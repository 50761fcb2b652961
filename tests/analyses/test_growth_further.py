"""Growth: break-even commitments, further commitments, the loop back, slopes of a fitted panel."""

import re

import numpy as np
import polars as pl
import pytest

from network_tables import make_network
from tierscape.analyses.density import density
from tierscape.analyses.design import design
from tierscape.analyses.growth import GrowthAssumptions, growth, growth_scenario
from tierscape.analyses.growth.assumptions import EntryRate, ExitRate, Feedback, Fitted, Pull, Slopes, Supplier
from tierscape.analyses.growth.priors import draw_priors, prior_table
from tierscape.errors import ParameterError
from tierscape.kernels import entry_exit as kernel
from tierscape.kernels.commitment import annuity
from tierscape.scenario import apply_scenario

TABLES = {
    "meta": "name price_year\ntest 2027",
    "parts": "part kind unit_value\npack product 100\ntray component 40\nplating process 10",
    "bom": "parent child quantity\npack tray 1\ntray plating 2",
    "regions": "region country lat lon labour_pool\nN DE 52.0 13 50000\nS DE 48.0 11 50000",
    "sites": """
        site country region lat  lon status    opened_year employees
        a    DE      N      52.0 13  operating 2001        100
        b    DE      S      48.0 11  operating 2002        40
        c    DE      S      48.0 11  candidate .           .
        d    DE      S      48.0 11  announced 2029        60
    """,
    "capabilities": """
        site part    capacity_per_year conversion_cost
        a    tray    1000              12
        b    plating 2000              4
        d    plating 2000              4
    """,
    "projects": """
        project kind        site part added_capacity_per_year capex opex_per_year lead_months ramp_months jobs
        P       co_location c    tray 1500                    9000  600           12          0           70
    """,
}
SIGNED = """
    contract buyer supplier part start_year term_years committed_per_year status unit_price
    K        a     c        tray 2027       5          500                signed 44
"""
STILL = GrowthAssumptions(
    entry_per_year=EntryRate(low=1e-9, mode=1e-9, high=1e-9), exit_share=ExitRate(low=0, mode=0, high=0),
    pull=Pull(none_chance=1.0), feedback=Feedback(none_chance=1.0), slopes=Slopes(size=0, related=0, wage=0), ramp_months=0,
)  # fmt: skip


def network(**changes):
    return make_network(**(TABLES | changes))


def asked(net, **given):
    return growth(net, **({"draws": 100, "horizon_years": 5, "region": "S"} | given))


def test_break_even_is_investment_and_fixed_cost_over_margin():
    row = asked(network(contracts=SIGNED), assumptions=STILL).break_even.row(0, named=True)
    assert (row["price"], row["unit_cost"], row["term_years"]) == (44.0, 12 + 2 * 10, 5.0)
    assert row["q_star"] == pytest.approx((9000 / annuity(0.08, 5) + 600) / 12)  # density.md B4, economics.md D3
    assert row["q_star_product"] == row["q_star"]
    assert row["reason"] is None


def test_grant_lowers_the_break_even_and_a_small_plant_cannot_make_it():
    given = STILL.model_copy(update={"supplier": Supplier(grant_share=1.0)})
    row = asked(network(contracts=SIGNED), assumptions=given).break_even.row(0, named=True)
    assert row["q_star"] == pytest.approx(600 / 12)
    small = TABLES["projects"].replace("1500", "20")
    assert asked(network(contracts=SIGNED, projects=small)).break_even["reason"][0] == "above what the plant can make"


def test_without_margin_the_price_that_the_need_would_pay_is_given():
    dear = TABLES["capabilities"].replace("12", "30")
    row = asked(network(capabilities=dear), anchor_per_year=500).break_even.row(0, named=True)
    assert (row["q_star"], row["reason"]) == (None, "price not above unit cost")
    assert row["price_needed"] == pytest.approx(50 + (9000 / annuity(0.08, 7) + 600) / 500)


def test_unknown_cost_is_no_break_even_and_says_so():
    blank = TABLES["capabilities"].replace("12", ".")
    row = asked(network(capabilities=blank), anchor_per_year=500).break_even.row(0, named=True)
    assert (row["q_star"], row["reason"]) == (None, "unknown: unit cost")


def test_signed_plant_fills_its_part_where_nothing_else_moves():
    got = asked(network(), anchor_per_year=500, assumptions=STILL)
    best = got.second.row(0, named=True)
    assert (best["kind"], best["part"], best["p_filled"], best["p_filled_before"]) == ("signed plant", "tray", 1.0, 0.0)
    assert best["gain"] == pytest.approx(best["gain_p5"])
    assert set(got.second.filter(pl.col("kind") != "signed plant")["gain"]) == {0.0}
    assert "a plant signed for tray" in got.lines()[1]


def test_buying_more_draws_its_makers_if_they_follow():
    lively = STILL.model_copy(update={"entry_per_year": EntryRate(low=0.2, mode=0.2, high=0.2), "pull": Pull(none_chance=0.0, mean=2.0, spread=0.0)})  # fmt: skip
    got = asked(network(), anchor_per_year=500, assumptions=lively, draws=400).second
    bought = got.filter(pl.col("kind") == "offtake").row(0, named=True)
    assert bought["gain"] > 0
    assert bought["p_filled"] > bought["p_filled_before"]


def test_supply_of_the_last_year_is_that_of_the_parts():
    got = asked(network(), anchor_per_year=4000)
    last = got.supply.filter(pl.col("year") == got.last_year).select("part", "effect")
    both = got.parts.select("part", effect=pl.col("with_anchor") - pl.col("without")).join(last, on="part")
    assert both["effect"].to_numpy() == pytest.approx(both["effect_right"].to_numpy())


def test_grown_world_holds_contracted_announced_and_new_sites():
    net = network(contracts=SIGNED)
    lively = GrowthAssumptions(
        entry_per_year=EntryRate(low=2.0, mode=2.0, high=2.0), exit_share=ExitRate(low=0, mode=0, high=0)
    )
    got = asked(net, assumptions=lively)
    grown = apply_scenario(net, growth_scenario(net, got))
    status = dict(grown["sites"].select("site", "status").rows())
    assert (status["c"], status["d"]) == ("operating", "operating")
    tray = got.supply.filter((pl.col("part") == "tray") & (pl.col("year") == got.last_year))["with_p50"][0]
    made = (
        grown["capabilities"]
        .filter(pl.col("part") == "tray")
        .join(grown["sites"].filter(pl.col("region") == "S"), on="site")
    )
    assert made.height == int(tray)
    assert set(made["capacity_per_year"]) == {1000.0}
    new = grown["sites"].filter(pl.col("source") == "growth scenario")
    assert new["region"].unique().to_list() == ["S"]
    assert set(new["evidence"]) == {"inferred"}
    before, after = (
        density(n, product="pack").regions.filter(pl.col("region") == "S")["completeness"][0] for n in (net, grown)
    )
    assert after > before


def test_planned_world_after_some_years_is_planned_again_and_buys_from_who_came():
    demand = "region product year volume_per_year unit_margin\nN pack 2030 1000 500\nN pack 2031 1000 500"
    maker = TABLES["capabilities"] + "        a    pack    1000              30\n"
    net = network(demand=demand, capabilities=maker)
    lively = GrowthAssumptions(
        entry_per_year=EntryRate(low=2.0, mode=2.0, high=2.0), exit_share=ExitRate(low=0, mode=0, high=0)
    )
    grown = apply_scenario(net, growth_scenario(net, asked(net, anchor_per_year=1000, assumptions=lively)))
    new = grown["sites"].filter(pl.col("source") == "growth scenario")["site"].implode()
    costs = grown["capabilities"].filter(pl.col("site").is_in(new)).select("part", "conversion_cost").unique()
    assert dict(costs.rows()) == {"tray": 12.0, "plating": 4.0}  # the median of those that are known
    # one tray a pack, two platings a tray: what a and b cannot make comes from those who came
    ask = {"horizon": {"start_year": 2030, "years": 2}, "risk": {"scenarios": 0}, "search": {"goals": False}}
    plans = [design(n, **ask) for n in (net, grown)]
    made = plans[1].production.filter(pl.col("site").is_in(new))
    assert made["units"].sum() > 0
    assert plans[0].production.filter(pl.col("site").is_in(new)).is_empty()
    assert plans[1].plan["cost"] < plans[0].plan["cost"]


def test_first_year_holds_less_than_the_last_and_the_other_world_no_contracted_plant():
    net = network(contracts=SIGNED)
    got = asked(net, assumptions=STILL)
    first = apply_scenario(net, growth_scenario(net, got, 2027))
    assert dict(first["sites"].select("site", "status").rows())["c"] == "candidate"  # 12 months of lead
    without = apply_scenario(net, growth_scenario(net, got, anchor=False))
    assert dict(without["sites"].select("site", "status").rows()) == {"a": "operating", "b": "operating", "c": "candidate", "d": "operating"}  # fmt: skip


@pytest.mark.parametrize(
    ("year", "other", "words"), [(2050, False, "has no year 2050"), (2028, True, "another network")]
)
def test_loop_back_refuses_what_the_answer_does_not_hold(year, other, words):
    net = network()
    got = asked(net, anchor_per_year=500, assumptions=STILL)
    with pytest.raises(ParameterError, match=re.escape(words)):
        growth_scenario(network(contracts=SIGNED) if other else net, got, year)


def test_fitted_slope_replaces_the_judgement_and_is_printed_with_its_error():
    given = GrowthAssumptions(fitted=Fitted(size=0.6, size_error=0.1))
    drawn = draw_priors(given, 4000).model
    assert drawn[:, kernel.SIZE].mean() == pytest.approx(0.6, abs=0.01)
    assert drawn[:, kernel.SIZE].std() == pytest.approx(0.1, rel=0.1)
    assert np.array_equal(drawn[:, kernel.RELATED], draw_priors(GrowthAssumptions(), 4000).model[:, kernel.RELATED])
    rows = {row["symbol"]: row for row in prior_table(given).to_dicts()}
    assert (rows["β_s"]["basis"], rows["β_s"]["standard_error"], rows["β_s"]["distribution"]) == (
        "fitted",
        0.1,
        "Normal(0.6, 0.1)",
    )
    assert rows["β_rel"]["basis"] == "judgement"
