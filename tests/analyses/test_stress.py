"""Who survives how long, and what a stop costs: the worked cases of the method page, invariants, and bad input."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tierscape
from network_tables import make_network, table
from stress_cases import BOM, DEMAND, LINKS, MADE, PARTS, REGIONS, SITES, chain, star
from tierscape.analyses.stress import Dynamics, Run, Shocks, stress
from tierscape.errors import DataError, ParameterError

EACH = Shocks(targets=("site:FG", "site:CO", "site:RW"))
BOTH = ("survive", "impact")


def column(frame: pl.DataFrame, name: str) -> dict[str, object]:
    return dict(frame.select("target", name).iter_rows())


def rules(answer) -> set[str]:
    return {finding.rule for finding in answer.findings}


def test_chain_survives_as_long_as_the_stock_below_each_stop():
    # T1: TTS fg 5, comp 8, raw 10 days.
    answer = stress(chain(), ask=("survive",), shocks=EACH)
    assert column(answer.survive, "tts_days") == pytest.approx({"FG": 5.0, "CO": 8.0, "RW": 10.0})
    assert column(answer.survive, "binding_part") == {"FG": "fg", "CO": "comp", "RW": "raw"}
    assert column(answer.survive, "exposed") == {"FG": True, "CO": True, "RW": True}


@pytest.mark.parametrize(
    ("ttr", "loss"),
    [
        ((20, 20, 20), (15_000, 12_000, 10_000)),
        ((4, 4, 4), (0, 0, 0)),
        ((10, 10, 10), (5_000, 2_000, 0)),
        ((6, 10, 20), (1_000, 2_000, 10_000)),
    ],
)
def test_loss_of_the_chain_is_margin_times_the_days_not_covered(ttr, loss):
    # T1: PI with margin 100 and ten units a day.
    answer = stress(chain(ttr=ttr), ask=BOTH, shocks=EACH)
    found = column(answer.impact, "performance_impact")
    assert [found[site] for site in ("FG", "CO", "RW")] == pytest.approx(loss, abs=1e-6)


def test_exposure_index_is_the_loss_over_the_largest():
    answer = stress(chain(), ask=BOTH, shocks=EACH)
    assert column(answer.impact, "risk_exposure_index") == pytest.approx({"FG": 1.0, "CO": 0.8, "RW": 2 / 3})
    assert column(answer.impact, "impact_rank") == {"FG": 1, "CO": 2, "RW": 3}


def test_last_to_bite_can_be_the_worst():
    answer = stress(chain(ttr=(6, 10, 20)), ask=BOTH, shocks=EACH)
    assert answer.impact["target"][0] == "RW"
    assert answer.survive.sort("tts_days")["target"][-1] == "RW"


@pytest.mark.parametrize("lanes", ["links", "open"])
def test_makers_of_one_input_replace_each_other_as_far_as_they_can(lanes):
    # T2: TTS fg 5; comp 12/d-site 13.3333; comp 8/d-site 20; raw 7; exit-ready 0, 0.4, 0.6, 0.
    targets = ("site:FG", "site:C12", "site:C8", "site:RW")
    answer = stress(star(), ask=("survive",), shocks=Shocks(targets=targets), dynamics=Dynamics(lanes=lanes))
    tts = {"FG": 5.0, "C12": 40 / 3, "C8": 20.0, "RW": 7.0}
    assert column(answer.survive, "tts_days") == pytest.approx(tts)
    assert column(answer.survive, "exit_ready_share") == pytest.approx({"FG": 0.0, "C12": 0.4, "C8": 0.6, "RW": 0.0})
    assert set(answer.survive["method"]) == {"lp" if lanes == "links" else "sweep"}


def test_sole_site_with_a_week_and_a_half_of_stock_loses_the_rest_of_its_outage():
    # T3: 10 a week, margin 100, stock of 1.5 weeks, 4 weeks to recover: TTS 1.5 weeks, PI 2,500.
    volume = 365 * 10 / 7
    network = make_network(
        regions=REGIONS,
        sites="site organization country region ttr_days\nFG A DE R1 28",
        organizations="organization country\nA DE",
        parts="part kind unit_value\nfg product 500",
        capabilities=f"site part capacity_per_year finished_stock_days\nFG fg {volume} 10.5",
        demand=f"region product year volume_per_year unit_margin\nR1 fg 2026 {volume} 100",
    )
    answer = stress(network, ask=BOTH, shocks=Shocks(targets=("site:FG",)))
    assert answer.survive["tts_days"].item() == pytest.approx(10.5)
    assert answer.impact["performance_impact"].item() == pytest.approx(2_500)
    assert answer.survive["exposed"].item()


def test_region_and_country_fall_no_later_than_the_first_of_their_sites():
    answer = stress(chain(), ask=("survive",))
    found = {(row[0], row[1]): row[2] for row in answer.survive.select("target_kind", "target", "tts_days").iter_rows()}
    assert found["country", "DE"] == pytest.approx(min(found["site", "FG"], found["site", "CO"]))
    assert found["region", "R3"] == pytest.approx(found["site", "RW"])


def test_closed_border_cuts_off_the_stock_beyond_it():
    answer = stress(chain(), ask=("survive",), shocks=Shocks(targets=("corridor:DE-PL",)))
    assert answer.survive["tts_days"].item() == pytest.approx(8.0)


def test_part_as_a_target_stops_all_its_makers():
    answer = stress(star(), ask=("survive",), shocks=Shocks(targets=("part:comp",)))
    assert answer.survive["tts_days"].item() == pytest.approx(5.0 + 3.0)


def test_outage_of_everything_loses_all_that_stock_does_not_cover():
    sites = SITES.replace("PL", "DE")
    answer = stress(chain(sites=sites), ask=BOTH, shocks=Shocks(targets=("country:DE",)))
    assert answer.survive["tts_days"].item() == pytest.approx(5.0)
    assert answer.impact["performance_impact"].item() == pytest.approx(15_000)
    assert answer.impact["pi_180d"].item() == pytest.approx(175 * 1_000)


def test_loss_is_convex_in_the_length_of_the_outage_and_starts_with_the_time_to_survive():
    rows = stress(star(), ask=BOTH, shocks=Shocks(targets=("site:C12",))).impact
    days = [0.0, 40 / 3, 30.0, 90.0, 180.0]
    loss = [0.0, 0.0, *(rows[f"pi_{d:.0f}d"].item() for d in days[2:])]
    slopes = [round((loss[i + 1] - loss[i]) / (days[i + 1] - days[i]), 6) for i in range(4)]
    assert slopes == sorted(slopes)
    assert rows["pi_7d"].item() == 0.0


def test_stock_that_nobody_declared_makes_the_time_to_survive_an_interval():
    answer = stress(
        chain(links=LINKS.replace("3650            3 ", "3650            . ")), ask=("survive",), shocks=EACH
    )
    row = answer.survive.filter(pl.col("target") == "CO").row(0, named=True)
    assert (row["tts_low_days"], row["tts_days"]) == pytest.approx((5.0, 5.0 + 15.0))
    assert "default_stock" in rules(answer)


def test_site_without_a_time_to_recover_takes_the_default_and_says_so():
    answer = stress(chain(ttr=(20, None, 20)), ask=("survive",), shocks=EACH)
    assert column(answer.survive, "ttr_days") == {"FG": 20.0, "CO": 30.0, "RW": 20.0}
    said = next(f for f in answer.findings if f.rule == "default_ttr")
    assert said.value == "CO"
    assert "9%" in said.problem  # 500 of 5,550 money a day


def test_floor_lifts_optimistic_times_to_recover():
    shocks = EACH.model_copy(update={"ttr_floor_days": 45.0})
    assert set(stress(chain(), ask=("survive",), shocks=shocks).survive["ttr_days"]) == {45.0}


def test_products_without_a_margin_are_counted_in_units():
    answer = stress(chain(demand=DEMAND.replace("100", ".")), ask=BOTH, shocks=EACH)
    assert answer.impact["performance_impact"].null_count() == 3
    assert column(answer.impact, "lost_units") == pytest.approx({"FG": 150.0, "CO": 120.0, "RW": 100.0})
    assert "unknown_margin" in rules(answer)


def test_demand_of_zero_is_never_missed():
    answer = stress(chain(demand=DEMAND.replace("3650", "0")), ask=BOTH, shocks=EACH)
    assert answer.survive["holds"].all()
    assert set(answer.impact["performance_impact"]) <= {0.0, None}


def test_site_with_neither_inputs_nor_outputs_changes_nothing_and_is_named():
    sites = f"{SITES.strip()}\nIDLE D PL R3 20"
    made = f"{MADE.strip()}\nIDLE other 100 0"
    parts = f"{PARTS.strip()}\nother component 10"
    organizations = "organization country\nA DE\nB DE\nC PL\nD PL"
    more = chain(sites=sites, capabilities=made, parts=parts, organizations=organizations)
    targets = Shocks(targets=(*EACH.targets, "site:IDLE"))
    answer = stress(more, ask=BOTH, shocks=targets)
    idle = answer.survive.filter(pl.col("target") == "IDLE").row(0, named=True)
    assert idle["holds"]
    assert "isolated" in rules(answer)
    plain = stress(chain(), ask=BOTH, shocks=EACH)
    assert answer.survive.filter(pl.col("target") != "IDLE").equals(plain.survive)


def test_order_of_rows_changes_nothing():
    network = chain()
    turned = {name: frame.reverse() for name, frame in network.tables.items() if frame.height}
    again = tierscape.Network.from_tables(turned, name="test")
    one, two = (stress(n, ask=(*BOTH, "systemic")) for n in (network, again))
    for name in ("survive", "impact", "systemic"):
        assert one.frame(name).equals(two.frame(name)), name


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 20))
def test_more_stock_never_shortens_survival(held, spare, more):
    def survived(days):
        links = f"""
        supplier buyer part volume_per_year stock_days unit_price
        CO       FG    comp 3650            {days}     50
        RW       CO    raw  3650            {spare}    5
        """
        return column(stress(chain(links=links), ask=("survive",), shocks=EACH).survive, "tts_days")

    less, much = survived(held), survived(held + more)
    assert all(much[site] >= less[site] - 1e-9 for site in less)


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 1000))
def test_scaling_all_volumes_leaves_days_and_scales_losses(factor):
    scaled = {
        name: text.replace("3650", str(3650 * factor))
        for name, text in (("links", LINKS), ("capabilities", MADE), ("demand", DEMAND))
    }
    one, many = (stress(n, ask=BOTH, shocks=EACH) for n in (chain(), chain(**scaled)))
    assert many.survive["tts_days"].to_list() == pytest.approx(one.survive["tts_days"].to_list())
    assert many.impact["performance_impact"].to_list() == pytest.approx(
        [factor * v for v in one.impact["performance_impact"]]
    )


def test_inflow_below_the_bill_of_materials_is_taken_from_nobody_known_and_said():
    links = LINKS.replace("RW       CO    raw  3650", "RW       CO    raw  1825")
    answer = stress(chain(links=links), ask=BOTH, shocks=EACH)
    # half of the raw material goes on coming; what stands at RW lasts 2 days of its own output, one of the line's
    assert column(answer.impact, "pi_30d")["RW"] == pytest.approx(0.5 * 1_000 * 30 - 80 * 100 - 10 * 100)
    assert {"inflow_below_need", "unseen_supply"} <= rules(answer)
    assert answer.unseen_share > 0.0


def test_no_lane_survives_longer_than_with_every_lane_open():
    for name in ("ev-battery-central-europe", "auto-electronics-mexico"):
        rows = stress(tierscape.load(name), ask=("survive",)).survive
        longer = rows.filter(pl.col("tts_days").fill_null(1e9) > pl.col("tts_open_days").fill_null(1e9) + 1e-6)
        assert longer.is_empty(), longer["target"].to_list()


@pytest.mark.parametrize("name", ["mini", "ev-battery-central-europe", "auto-electronics-mexico"])
def test_sweep_agrees_with_the_linear_programme_on_the_examples(name):
    assert "sweep_differs" not in rules(stress(tierscape.load(name), ask=("survive",)))


def test_systemic_index_of_a_chain_is_all_of_it():
    answer = stress(chain(), ask=("systemic",))
    assert answer.systemic["esri"].to_list() == pytest.approx([1.0, 1.0, 1.0])
    assert answer.systemic["own_share"].sum() == pytest.approx(1.0)
    assert answer.survive.is_empty()
    assert "fails" in answer.sentence()


def test_how_it_is_run_changes_no_byte_and_is_not_kept():
    network, shocks = tierscape.load("mini"), Shocks(scenarios=200)
    plain = stress(network, ask=("survive", "tail"), shocks=shocks)
    other = stress(network, ask=("survive", "tail"), shocks=shocks, run=Run(jobs=2, block=64, progress=False))
    assert other.to_json() == plain.to_json()
    assert "run" not in plain.parameters
    assert plain.provenance.seed == 0


def test_without_disruptions_nothing_is_invented():
    answer = stress(chain(), ask=("survive", "tail"), shocks=EACH)
    assert answer.tail.is_empty()
    assert "no_hazards" in rules(answer)


def test_unknown_target_names_the_nearest():
    with pytest.raises(ParameterError, match=r"'site:FX' names no site that is known\. The nearest are FG"):
        stress(chain(), shocks=Shocks(targets=("site:FX",)))


def test_target_without_a_kind_says_how_to_write_it():
    with pytest.raises(ParameterError, match="kind:key"):
        stress(chain(), shocks=Shocks(targets=("FG",)))


def test_negative_stock_is_refused_with_its_row():
    with pytest.raises(DataError, match=r"links\.stock_days"):
        chain(links=LINKS.replace("3650            3 ", "3650           -3 "))


def test_network_without_demand_is_refused():
    with pytest.raises(DataError, match="nothing can be missed"):
        stress(chain(demand=table(DEMAND).clear()))


def test_year_without_demand_names_the_years_that_have_some():
    with pytest.raises(DataError, match="the years are 2026"):
        stress(chain(), year=2031)


def test_network_in_which_nobody_makes_anything_is_refused():
    bare = make_network(parts=PARTS, bom=BOM, regions=REGIONS, demand=DEMAND)
    with pytest.raises(DataError, match="no operating site"):
        stress(bare)


def test_sentence_names_what_breaks_and_when():
    answer = stress(chain(), ask=BOTH)
    assert answer.sentence().startswith(
        "If FG stops, demand for fg is missed after 5.0 days against 20 to recover, and 15 thousand"
    )
    assert len(answer.lines()) == 3
    assert [card[0] for card in answer.headlines()][:2] == ["Sites exposed", "Worst site"]


def test_question_that_does_not_exist_is_refused():
    with pytest.raises(ParameterError, match="ask"):
        stress(chain(), ask=("despair",))
