"""`scorecard` through its own door: intervals, ranks, evidence, and what it refuses to say."""

import datetime as dt

import polars as pl
import pytest

from network_tables import make_network, table
from tierscape.analyses.scorecard import Anchors, Evidence, Weights, scorecard
from tierscape.errors import ParameterError

SITES = "site name organization country status ttr_days alternate_ttr_days evidence as_of\n"
LINKS = "supplier buyer part volume_per_year unit_price evidence as_of\n"
CAPABILITIES = "site part lead_time_days flex_share evidence as_of\n"
FACTS = "subject_kind subject indicator year value evidence as_of\n"
SERIES = "subject_kind subject indicator time value evidence\n"
TODAY = "audited 2026-06-30"
FULL = {
    "sales_share": (0.1, 0.45), "x1": (0.3, -0.1), "x2": (0.3, 0.0), "x3": (0.2, -0.05), "x4": (1.0, 0.1), "ramp_weeks": (3, 25),
    "order_lot": (20, 150), "labour_risk": (10, 80), "wage_gap_share": (0, 0.4), "certificate_share": (1, 0),
    "pcf_kg_per_unit": (2, 7),
}  # fmt: skip


def months(subject: str, indicator: str, level: float, swing: float, points: int = 24) -> str:
    """Monthly values that swing by a share around a level."""
    rows = []
    for n in range(points):
        day = dt.date(2024 + (6 + n) // 12, (6 + n) % 12 + 1, 28)
        rows.append(f"capability {subject} {indicator} {day} {level * (1 + swing * (-1) ** n)} audited")
    return "\n".join(rows)


def three(series: bool = True, stated: str = "", **more: str):
    """Good is dear, firm and quick; cheap is cheap, shaky and slow; dim is hardly known."""
    facts = "\n".join(
        f"site {site} {key} 2025 {value} {TODAY}"
        for key, pair in FULL.items()
        for site, value in zip(("good", "cheap"), pair, strict=True)
    )
    tables = {
        "meta": "name home price_year\nthree US 2026",
        "organizations": f"organization owner_country evidence as_of\nG US {TODAY}\nC CN {TODAY}",
        "sites": SITES + f"good Good~works G US operating 20 10 {TODAY}\ncheap Cheap~works C US operating 180 . {TODAY}\n"
        f"dim Dim~works . US operating . . {TODAY}\nbuyer Buyer . US operating . . {TODAY}",
        "parts": "part kind unit_value hs6 unit_mass_kg\ngear component 100 848340 2",
        "capabilities": CAPABILITIES + f"good gear 8 0.3 {TODAY}\ncheap gear 55 0.0 {TODAY}",
        "links": LINKS + f"good buyer gear 300 105 {TODAY}\ncheap buyer gear 600 80 {TODAY}\ndim buyer gear 100 100 {TODAY}",
        "contracts": "contract buyer supplier part start_year term_years status evidence as_of\n"
        f"K buyer good gear 2026 5 signed {TODAY}",
        "indicators": FACTS + facts + f"\npart gear pcf_kg_per_unit 2025 3 {TODAY}\n{stated}",
    }  # fmt: skip
    if series:
        parts = (
            ("good", "lead_time_days", 8, 0.02),
            ("good", "unit_price", 105, 0.01),
            ("cheap", "lead_time_days", 55, 0.5),
            ("cheap", "unit_price", 80, 0.2),
        )
        tables["observations"] = SERIES + "\n".join(
            months(f"{s}/gear", i, level, swing) for s, i, level, swing in parts
        )
    return make_network(**tables | more)


@pytest.fixture(scope="module")
def network():
    return three()


@pytest.fixture(scope="module")
def answer(network):
    return scorecard(network)


def row(frame: pl.DataFrame, **key: object) -> dict[str, object]:
    return frame.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in key.items()), named=True)


def indicator(answer, site, name):
    return row(answer.indicators, site=site, indicator=name)


def findings(answer):
    return {f.rule: f for f in answer.findings}


# Order and evidence


def test_the_stable_and_agile_supplier_is_surely_above_the_cheap_one(answer):
    good, cheap = row(answer.suppliers, site="good"), row(answer.suppliers, site="cheap")
    assert good["low"] > cheap["high"]
    assert (cheap["rank_by_price"], cheap["rank_best"]) == (1, 2)
    assert answer.sentence().startswith("1 of 3 suppliers of gear is surely above the cheapest one, Cheap works")
    assert "Cheap works leads on price and fails on stability" in " ".join(answer.lines())


def test_the_supplier_nobody_knows_keeps_all_its_ranks(answer):
    dim = row(answer.suppliers, site="dim")
    assert (dim["rank_best"], dim["rank_worst"]) == (1, 3)
    assert dim["unknown_share"] > 0.6
    assert "Dim works" in answer.sentence()


def test_without_observations_suppliers_are_not_distinguishable():
    blind = scorecard(three(series=False))
    assert "not distinguishable" in blind.sentence()
    assert blind.suppliers.select("rank_best", "rank_worst").unique().rows() == [(1, 3)]
    assert blind.suppliers["dominated_by"].null_count() == 3
    assert findings(blind)["not_distinguishable"].severity == "warning"


def test_weak_evidence_is_no_order_either(network):
    weak = network.with_tables(
        **{
            name: network[name].with_columns(evidence=pl.lit("inferred"))
            for name in ("indicators", "sites", "capabilities", "links", "observations", "organizations", "contracts")
        }
    )
    got = scorecard(weak)
    assert "not distinguishable: the evidence is too weak" in got.sentence()
    assert got.suppliers["evidence_share"].max() == 0
    what_if = scorecard(weak, evidence=Evidence(at_least=0.95))
    assert row(what_if.suppliers, site="cheap")["rank_best"] == 2


def test_older_rows_widen_a_score_and_never_move_it_out(network, answer):
    old = network["capabilities"].with_columns(as_of=pl.lit("2025-12-30").str.to_date())
    then, now = (indicator(a, "good", "flex_share") for a in (scorecard(network.with_tables(capabilities=old)), answer))
    assert then["weight"] == pytest.approx(2 ** -(182 / (6 * 365.25 / 12)))
    assert then["score_low"] < now["score_low"] <= now["score_high"] <= then["score_high"]
    assert then["age_days"] == 182


def test_an_undated_row_counts_as_two_half_lives_old(network):
    undated = network["capabilities"].with_columns(as_of=pl.lit(None, dtype=pl.Date()))
    found = indicator(scorecard(network.with_tables(capabilities=undated)), "good", "lead_time")
    assert (found["weight"], found["age_days"]) == (0.25, None)


def test_what_nothing_is_known_of_goes_from_nothing_to_all(answer):
    found = indicator(answer, "dim", "altman_z")
    assert (found["raw"], found["score_low"], found["score_high"], found["evidence"]) == (None, 0, 100, None)


# Indicators


@pytest.mark.parametrize(
    ("site", "name", "raw", "score"),
    [
        ("good", "altman_z", 6.56 * 0.3 + 3.26 * 0.3 + 6.72 * 0.2 + 1.05, 100.0),
        ("cheap", "sales_share", 0.45, 20.0),
        ("cheap", "part_share", 0.6, 0.0),
        ("good", "part_share", 0.3, 80.0),
        ("good", "source_hhi", 0.46, 72.0),
        ("good", "recovery", 20 / 7, 100.0),
        ("cheap", "recovery", 180 / 7, 100 * (26 - 180 / 7) / 24),
        ("good", "term_left", 5.0, 100.0),
        ("good", "flex_share", 0.3, 100.0),
        ("cheap", "lead_time", 55.0, 100 * 5 / 55),
        ("good", "lot_weeks", 20 / (300 / 52), 100 * (8 - 20 / (300 / 52)) / 7),
        ("good", "emissions", 2 / 3, 100 * (2 - 2 / 3) / 1.5),
        ("good", "labour_risk", 10.0, 90.0),
        ("good", "certificates", 1.0, 100.0),
        ("cheap", "wage_gap", 0.4, 20.0),
        ("good", "ramp_weeks", 3.0, 100 * 23 / 24),
    ],
)  # fmt: skip
def test_indicators_are_read_and_anchored(answer, site, name, raw, score):
    found = indicator(answer, site, name)
    assert found["raw"] == pytest.approx(raw)
    assert (found["score_low"], found["score_high"]) == pytest.approx((score, score))


def test_spread_of_a_series_is_robust_and_needs_its_points(network, answer):
    assert indicator(answer, "good", "lead_variation")["raw"] == pytest.approx(1.4826 * 0.02)
    assert indicator(answer, "cheap", "price_variation")["raw"] == pytest.approx(1.4826 * 0.2)
    few = network.with_tables(observations=network["observations"].group_by("subject", "indicator").head(19))
    assert indicator(scorecard(few), "good", "lead_variation")["weight"] is None


def test_links_say_how_long_they_take_in_the_name_of_their_supplier():
    rows = "\n".join(
        line.replace("capability good/gear", "link good/buyer/gear")
        for line in months("good/gear", "transit_days", 3, 0.1).splitlines()
    )
    got = scorecard(three(series=False, observations=SERIES + rows))
    assert indicator(got, "good", "lead_variation")["raw"] == pytest.approx(1.4826 * 0.1)


def test_a_figure_of_the_site_goes_before_that_of_its_country():
    got = scorecard(three(stated=f"country US labour_risk 2025 50 {TODAY}"))
    assert indicator(got, "good", "labour_risk")["raw"] == 10
    assert indicator(got, "dim", "labour_risk")["raw"] == 50


def test_later_years_are_left_out(network):
    got = scorecard(network, year=2024)
    assert indicator(got, "good", "sales_share")["weight"] is None


def test_finances_with_one_figure_missing_are_unknown(network):
    facts = network["indicators"].filter(pl.col("indicator") != "x4")
    assert indicator(scorecard(network.with_tables(indicators=facts)), "good", "altman_z")["weight"] is None


# Invariants


def test_another_supplier_changes_no_score(network, answer):
    sites = pl.concat([network["sites"], make_network(sites=SITES + f"new New . US operating 30 . {TODAY}")["sites"]])
    made = make_network(sites=SITES + f"new New . US operating 30 . {TODAY}", parts="part kind\ngear component",
                        capabilities="site part qualified lead_time_days evidence as_of\nnew gear true 1 " + TODAY)["capabilities"]  # fmt: skip
    got = scorecard(network.with_tables(sites=sites, capabilities=pl.concat([network["capabilities"], made])))
    assert got.suppliers.height == 4
    both = answer.suppliers.join(got.suppliers, on=["site", "part"], suffix="_then")
    assert both["low"].to_list() == pytest.approx(both["low_then"].to_list())
    assert both["high"].to_list() == pytest.approx(both["high_then"].to_list())


def test_rows_in_another_order_give_the_same_answer(network, answer):
    turned = network.with_tables(
        **{name: network[name].reverse() for name in ("sites", "links", "indicators", "observations", "capabilities")}
    )
    assert scorecard(turned).suppliers.equals(answer.suppliers)


@pytest.mark.parametrize("value", [0.0, 0.2, 0.6])
def test_an_answer_to_an_open_question_stays_inside_the_interval(answer, value):
    told = three(stated=f"site dim sales_share 2025 {value} {TODAY}")
    then, now = (row(a.suppliers, site="dim") for a in (answer, scorecard(told)))
    assert then["low"] - 1e-9 <= now["low"] <= now["high"] <= then["high"] + 1e-9
    assert now["high"] - now["low"] < then["high"] - then["low"]


def test_dimensions_add_up_to_the_score(answer):
    sums = answer.dimensions.group_by("site").agg(pl.col("adds_low", "adds_high").sum())
    both = answer.suppliers.join(sums, on="site")
    assert both["low"].to_list() == pytest.approx(both["adds_low"].to_list())
    assert both["high"].to_list() == pytest.approx(both["adds_high"].to_list())


def test_rank_by_the_low_end_or_by_the_middle(network):
    low = scorecard(network).suppliers["site"].to_list()
    middle = scorecard(network, evidence=Evidence(rank_by="middle")).suppliers.sort("rank")["value"]
    assert low[0] == "good"
    assert middle.is_sorted(descending=True)


def test_a_supplier_that_is_worse_in_everything_is_dominated():
    weights = Weights(stability=0.35, agility=0.25, esg=0.2, price=0.2)
    dear = LINKS + f"good buyer gear 300 90 {TODAY}\ncheap buyer gear 600 140 {TODAY}\ndim buyer gear 100 100 {TODAY}"
    got = scorecard(three(links=dear), weights=weights)
    assert row(got.suppliers, site="cheap")["dominated_by"] == "good"


def test_the_question_that_is_asked_is_one_that_is_open(answer):
    asked = answer.indicators.filter("next_best_question")
    assert asked.height == 3
    assert ((asked["score_high"] - asked["score_low"]) > 0).all()
    assert (
        row(answer.suppliers, site="dim")["next_best_question"] == asked.filter(pl.col("site") == "dim")["indicator"][0]
    )


# Parameters and bad input


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"weights": {"stability": 0.5}}, "the four weights sum to 1.15, not to 1"),
        ({"weights": {"stability": -0.1}}, "greater than or equal to 0"),
        ({"anchors": {"flex": (0.3, 0.3)}}, "both anchors of flex are the same"),
        ({"part": "geer"}, "part: 'geer' is not in 'parts'. Did you mean 'gear'?"),
        ({"evidence": {"points": 1}}, "greater than or equal to 3"),
    ],
)
def test_bad_parameters_are_refused_by_name(network, given, said):
    with pytest.raises(ParameterError) as raised:
        scorecard(network, **given)
    assert said in str(raised.value)


def test_weights_that_are_off_a_little_are_scaled_with_a_finding(network):
    got = scorecard(network, weights=Weights(stability=0.355))
    assert got.weights["weight"].sum() == pytest.approx(1)
    assert "1.005" in findings(got)["weights_rescaled"].message


def test_other_anchors_move_scores(network):
    got = scorecard(network, anchors=Anchors(lead_days=(100, 0)))
    assert indicator(got, "cheap", "lead_time")["score_low"] == pytest.approx(45)


def test_without_suppliers_it_says_so():
    got = scorecard(make_network(parts="part kind\ngear component"))
    assert got.sentence().startswith("No supplier is to be scored")
    assert got.suppliers.is_empty()
    assert got.charts() == ()
    assert got.headlines() == ()


def test_a_closed_site_is_no_supplier(network):
    sites = network["sites"].with_columns(
        status=pl.when(pl.col("site") == "dim").then(pl.lit("closed")).otherwise("status")
    )
    assert scorecard(network.with_tables(sites=sites)).suppliers["site"].to_list() == ["good", "cheap"]


def test_without_a_home_the_owner_stays_unknown(network):
    got = scorecard(network.with_tables(meta=table("name\nthree")))
    assert indicator(got, "good", "owner_trust")["weight"] is None


# Pictures


def test_every_picture_has_a_table_and_words(answer):
    assert [c.name for c in answer.charts()] == ["scores", "ranks", "scatter", "grid"]
    for chart in answer.charts():
        assert answer.frame(chart.table).height > 0
        assert chart.description.endswith(".")


def test_unknown_cells_are_hatched(answer):
    grid = answer.charts()[-1].spec
    assert grid["layer"][1]["mark"]["text"] == "╱╱╱"
    assert "unknown" in answer.charts()[-1].description


# Words for special cases


def test_a_single_supplier_is_named_with_its_interval():
    one = LINKS + f"good buyer gear 300 105 {TODAY}"
    only = three(links=one, capabilities=CAPABILITIES + f"good gear 8 0.3 {TODAY}")
    assert scorecard(only).sentence().startswith("Good works is the only supplier of gear: ")


def test_without_any_price_the_first_is_held_against_the_others(network):
    links = network["links"].with_columns(unit_price=pl.lit(None, dtype=pl.Float64()))
    parts = network["parts"].with_columns(unit_value=pl.lit(None, dtype=pl.Float64()))
    got = scorecard(network.with_tables(links=links, parts=parts))
    assert got.suppliers["rank_by_price"].null_count() == 3
    assert got.sentence().startswith("Good works is surely above 1 of the 2 other suppliers of gear; no price is known")


def test_a_demand_that_nobody_states_leaves_prices_open_with_a_finding(network):
    links = network["links"].with_columns(volume_per_year=pl.lit(0.0))
    got = scorecard(network.with_tables(links=links))
    assert got.suppliers.height == 3
    assert "uncosted" in findings(got)
    assert indicator(got, "good", "landed_cost")["weight"] is None


def test_among_very_many_suppliers_the_widest_interval_is_asked_about(network, answer, monkeypatch):
    monkeypatch.setattr("tierscape.analyses.scorecard.scoring.ASKED", 0)
    got = scorecard(network)
    asked = got.indicators.filter((pl.col("site") == "dim") & pl.col("next_best_question"))["indicator"][0]
    assert asked == "price_variation"  # a half of the price, a fifth of the score: no other indicator weighs as much
    assert got.suppliers["low"].equals(answer.suppliers["low"])


def test_sales_open_a_range_between_both_forms_of_altman():  # MO1: Z'' 2.3126, Z' 1.8969
    facts = "\n".join(
        f"site good {x} 2025 {v} {TODAY}"
        for x, v in (("x1", 0.10), ("x2", 0.15), ("x3", 0.08), ("x4", 0.60), ("x5", 1.2))
    )
    network = three().with_tables(
        indicators=make_network(sites="site country\ngood US", indicators=FACTS + facts)["indicators"]
    )
    found = indicator(scorecard(network), "good", "altman_z")
    scaled = 1.1 + (1.8969 - 1.23) / (2.9 - 1.23) * 1.5
    assert (found["score_low"], found["score_high"]) == pytest.approx(
        (20 + (scaled - 1.1) * 40, 20 + (2.3126 - 1.1) * 40), abs=0.01
    )
    assert found["raw"] is None  # two readings, no single value
