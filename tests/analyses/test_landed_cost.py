"""`landed_cost` against the worked numbers of its method, LC1, LC1b, LC1t, and against bad input."""

import datetime as dt

import polars as pl
import pytest

from landed_cases import FAR, NEAR, STUDY, bought, plant
from network_tables import make_network
from tierscape.analyses.landed_cost import landed_cost
from tierscape.errors import DataError, ParameterError
from tierscape.kernels.unit_cost import TERMS


def ask(network=None, **study):
    return landed_cost(network or plant(), part="pack", buyer="plant", study={**STUDY, **study})


def rows(table, **where):
    return table.filter(*(pl.col(k) == v for k, v in where.items()))


def money(answer, option, term):
    return rows(answer.terms, option=option, term=term)["money_per_unit"].item()


def total(answer, option, column="total"):
    return rows(answer.options, option=option)[column].item()


@pytest.fixture(scope="module")
def lc1():
    return ask()


# LC1: economics method page, oracle LC1.


def test_lc1_totals_are_the_worked_numbers(lc1):
    assert total(lc1, "far") == pytest.approx(67.5085, abs=1e-4)
    assert total(lc1, "near") == pytest.approx(56.9150, abs=1e-4)


def test_lc1_terms_are_the_worked_numbers(lc1):
    assert money(lc1, "far", "duty") == pytest.approx(14.20)
    assert money(lc1, "far", "pipeline_stock") == pytest.approx(0.9589, abs=1e-4)
    assert money(lc1, "far", "safety_stock") == pytest.approx(0.2756, abs=1e-4)


# LC1b: break-evens of LC1.


def test_lc1b_gap_and_break_evens_are_the_worked_numbers(lc1):
    assert lc1.gaps["gap"].item() == pytest.approx(10.5935, abs=1e-4)
    duty = rows(lc1.break_evens, option="far", input="duty_rate")
    assert duty["break_even"].item() == pytest.approx(0.072129, abs=1e-6)
    assert rows(lc1.break_evens, option="near", input="price")["break_even"].item() == pytest.approx(65.5332, abs=1e-4)


def test_lc1b_no_freight_helps(lc1):
    freight = rows(lc1.break_evens, option="far", input="freight")
    assert freight["break_even"].item() is None
    assert freight["beyond"].item() == pytest.approx(-9.39, abs=5e-3)


def test_lc1b_near_plant_pays_from_the_worked_volume():
    answer = ask(what_if=(FAR, f"{NEAR} fixed=1200000"))
    assert rows(answer.break_evens, input="volume")["break_even"].item() == pytest.approx(21757.3, abs=0.1)
    curve = answer.volume.pivot("option", index="volume_per_year", values="total")
    near_wins = curve.filter(pl.col("near") < pl.col("far"))["volume_per_year"]
    assert near_wins.min() > 21757.3 > curve.filter(pl.col("near") > pl.col("far"))["volume_per_year"].max()


# LC1t: the gap as each input moves alone, in the order of the swing.


def test_lc1t_tornado_is_the_worked_numbers():
    far = FAR.replace("freight=1.2", "freight=1.2:0.8:3.0").replace("lead_days=35", "lead_days=35:25:55")
    near = NEAR.replace("price=55", "price=55:49.5:60.5")
    answer = landed_cost(plant(), part="pack", buyer="plant", study={**STUDY, "what_if": (far, near)},
                         stock={"holding_low": 0.1, "holding_high": 0.3})  # fmt: skip
    expected = [
        ("far", "duty_rate", -1.9065, 23.0935, True),
        ("near", "price", 16.125, 5.062, False),
        ("far", "freight", 10.1935, 12.3935, False),
        ("both", "holding", 10.0788, 11.1083, False),
        ("far", "lead_days", 10.3181, 11.1444, False),
    ]
    found = answer.tornado.filter(
        pl.struct("option", "input").is_in([{"option": o, "input": i} for o, i, *_ in expected])
    )
    assert found.select("option", "input").rows() == [row[:2] for row in expected]
    for row, (_, _, low, high, flips) in zip(found.iter_rows(named=True), expected, strict=True):
        assert (row["gap_low"], row["gap_high"]) == pytest.approx((low, high), abs=5e-4)
        assert row["flips"] is flips


def test_summary_names_both_costs_and_the_duty_that_turns_the_choice(lc1):
    assert lc1.sentence() == (
        "At plant, pack from near costs 56.91 USD a unit against 67.51 USD from far; far wins only if its duty falls below "
        "7.2%, now 28.4%."
    )


# What must hold of any answer.


def test_terms_sum_to_the_total():
    for answer in (ask(), landed_cost(bought(), part="pack")):
        known = pl.coalesce("money_per_unit", "low").sum()
        sums = answer.terms.group_by("option").agg(known.alias("sum")).join(answer.options, on="option")
        assert (sums["sum"] - sums["total"]).abs().max() < 1e-9


@pytest.mark.parametrize(("option", "name", "word"), [("far", "duty_rate", "duty"), ("near", "price", "price"),
                                                      ("near", "lead_sd", "lead_sd"), ("far", "price", "price")])  # fmt: skip
def test_a_break_even_put_back_gives_no_gap(lc1, option, name, word):
    value = rows(lc1.break_evens, option=option, input=name)["break_even"].item()
    texts = []
    for text in (FAR, NEAR):
        words = [f"{word}={value!r}" if w.startswith(f"{word}=") else w for w in text.split()]
        texts.append(" ".join(words) if text.startswith(option) else text)
    assert abs(ask(what_if=tuple(texts)).gaps["gap"].item()) < 1e-9


def test_order_and_names_of_options_change_no_number(lc1):
    turned = ask(what_if=(NEAR, FAR))
    assert turned.options.equals(lc1.options)
    named = ask(what_if=(FAR.replace("far:", "aaa:"), NEAR.replace("near:", "zzz:")))
    assert sorted(named.options["total"]) == sorted(lc1.options["total"])


def test_money_scales_with_money(lc1):
    texts = [text.replace("price=50", "price=500").replace("price=55", "price=550").replace("freight=1.2", "freight=12")
             .replace("freight=0.9", "freight=9") for text in (FAR, NEAR)]  # fmt: skip
    scaled = ask(what_if=tuple(texts), broker=3.0, defect_cost=400.0)
    assert scaled.options["total"].to_list() == pytest.approx([10 * t for t in lc1.options["total"]])


def test_landed_worth_makes_stock_dearer(lc1):
    answer = landed_cost(plant(), part="pack", buyer="plant", study=STUDY, stock={"value_basis": "landed"})
    assert money(answer, "far", "pipeline_stock") == pytest.approx(65.4 * 0.2 * 35 / 365)
    assert money(answer, "near", "pipeline_stock") > money(lc1, "near", "pipeline_stock")


def test_same_seed_gives_the_same_bytes_and_another_seed_another_band(lc1):
    assert ask().to_json() == lc1.to_json()
    assert total(ask(seed=1), "far", "p10") != total(lc1, "far", "p10")


def test_covers_the_terms_of_cost_of_ownership_estimators():
    assert {"price", "freight", "insurance", "duty", "fees", "pipeline_stock", "safety_stock", "cycle_stock", "quality",
            "compliance", "risk", "currency", "carbon", "entity", "offsets"} == set(TERMS)  # fmt: skip


# Nothing that is unknown is zero.


def test_a_part_without_mass_has_a_range_of_freight_and_a_finding():
    answer = landed_cost(bought(mass="."), part="pack")
    row = rows(answer.terms, option="far", term="freight").row(0, named=True)
    assert (row["money_per_unit"], row["low"]) == (None, 0.0)
    assert row["high"] == pytest.approx(12.5)
    assert "freight" in total(answer, "far", "unseen")
    assert any("have no freight" in f.message for f in answer.findings)


def test_a_part_without_a_code_has_a_range_of_duty_and_a_finding():
    answer = landed_cost(bought(hs6="."), part="pack")
    row = rows(answer.terms, option="far", term="duty").row(0, named=True)
    assert row["money_per_unit"] is None
    assert row["high"] > row["low"] == 0.0
    assert any(f.column == "hs6" for f in answer.findings)


def test_freight_in_another_currency_is_unseen_and_not_taken_one_to_one():
    dollars, euros = landed_cost(bought(), part="pack"), landed_cost(bought(meta="EUR"), part="pack")
    assert money(dollars, "far", "freight") > 0
    assert money(euros, "far", "freight") is None
    converted = landed_cost(bought(meta="EUR"), part="pack", study={"usd": 0.9})
    assert money(converted, "far", "freight") == pytest.approx(0.9 * money(dollars, "far", "freight"))


@pytest.mark.parametrize("days", [20, 30, 45])
def test_a_transit_time_inside_its_range_stays_inside_the_interval(days):
    wide = landed_cost(bought(), part="pack")
    known = landed_cost(bought(columns=" transit_days", link=f" {days}"), part="pack", study={"options": ["far"]})
    assert total(wide, "far", "low") - 1e-9 <= total(known, "far") <= total(wide, "far", "high") + 1e-9


@pytest.mark.parametrize("freight", [0, 3, 12.5])
def test_a_freight_inside_its_range_stays_inside_the_interval(freight):
    wide = landed_cost(bought(mass="."), part="pack")
    known = landed_cost(bought(mass=".", columns=" freight_per_unit", link=f" {freight}"), part="pack")
    assert total(wide, "far", "low") - 1e-9 <= total(known, "far", "low")
    assert total(known, "far", "high") <= total(wide, "far", "high") + 1e-9


@pytest.mark.parametrize("claim", ["true", "false"])
def test_an_origin_claim_narrows_the_interval(claim):
    wide, known = landed_cost(bought(), part="pack"), landed_cost(bought(claims=claim), part="pack")
    assert total(wide, "near", "low") - 1e-9 <= total(known, "near", "low")
    assert total(known, "near", "high") <= total(wide, "near", "high") + 1e-9
    assert (money(known, "near", "duty") == 0.0) is (claim == "true")


def test_an_option_without_a_price_is_listed_and_has_no_rank():
    network = plant(
        sites="site country\nplant US\nfar CN", links="supplier buyer part volume_per_year\nfar plant pack 10"
    )
    row = landed_cost(network, part="pack").options.row(0, named=True)
    assert (row["price"], row["total"], row["rank"]) == (None, None, None)


def test_a_makers_price_is_built_up_from_its_own_cost_and_children():
    network = make_network(
        meta="currency price_year\nUSD 2024", sites="site country\nplant US\nmaker US",
        parts="part kind unit_value\npack component .\ncell component 10", bom="parent child quantity\npack cell 3",
        capabilities="site part conversion_cost qualified\nmaker pack 20 true",
        links="supplier buyer part volume_per_year\nplant maker cell 5",
    )  # fmt: skip
    answer = landed_cost(network, part="pack", buyer="plant", study={"volume_per_year": 1000})
    assert answer.options.select("price", "price_source").row(0) == (pytest.approx(55.0), "bottom-up cost")


def test_expected_loss_is_only_added_on_request():
    tables = {
        "disruptions": "disruption target_kind target annual_probability duration_days capacity_loss\nD country CN 0.5 73 1",
        "demand": "region product year volume_per_year unit_margin\nplant pack 2024 36500 10",
    }
    assert money(ask(plant(**tables)), "far", "risk") == 0.0
    assert money(ask(plant(**tables), expected_loss=True), "far", "risk") == pytest.approx(0.5 * 73 / 365 * 10)


def test_an_own_plant_pays_tax_on_the_larger_safe_harbour():
    # LISR art. 182: the larger of 6.9 % of assets and 6.5 % of costs; 30 % income tax is remembered.
    assert money(ask(entity="own_immex", margin=0.1), "near", "entity") == pytest.approx(0.3 * 0.065 * 50)
    assert money(ask(entity="own_immex", assets_per_unit=100.0), "near", "entity") == pytest.approx(0.3 * 0.069 * 100)
    assert money(ask(entity="own_immex"), "far", "entity") == 0.0


def test_duties_name_their_layers_and_sources_under_each_case():
    answer = landed_cost(bought(), part="pack", on=dt.date(2026, 8, 1), tariffs={"cases": ["base", "surcharge_15"]})
    found = rows(answer.duties, option="far")
    assert found.filter(pl.col("case") == "base")["layer"].to_list() == ["mfn", "section_301", "fee"]
    assert "surcharge" in found.filter(pl.col("case") == "surcharge_15")["layer"].to_list()
    assert any("surcharge: no rule known after 2026-07-24" in f.message for f in answer.findings)


def test_totals_over_time_step_up_on_the_day_a_layer_begins():
    times = rows(landed_cost(bought(), part="pack").timeline, option="far", case="base")
    before = times.filter(pl.col("on") < dt.date(2024, 9, 27))["total"].max()
    after = times.filter(pl.col("on") == dt.date(2024, 9, 27))["total"].item()
    assert after - before == pytest.approx(0.25 * 50)


# Bad input.


def test_nothing_needed_is_an_error_and_not_infinity():
    network = plant(
        sites="site country\nplant US\nfar CN",
        links="supplier buyer part volume_per_year unit_price\nfar plant pack 0 5",
    )
    with pytest.raises(DataError, match=r"needs? nothing"):
        landed_cost(network, part="pack")


def test_negative_volumes_and_prices_are_refused():
    for cells in ("-5 5", "5 -5"):
        with pytest.raises(DataError, match="links"):
            plant(
                sites="site country\nplant US\nfar CN",
                links=f"supplier buyer part volume_per_year unit_price\nfar plant pack {cells}",
            )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("far price=50", "not of the form"),
        ("far: price=50", "needs country="),
        ("far: country=XX price=50", "needs country="),
        ("far: country=CN", "needs price="),
        ("far: country=CN price=-1", "is negative"),
        ("far: country=CN price=5:6:7", "low ≤ value ≤ high"),
        ("far: country=CN price=a", "no number"),
        ("far: country=CN price=5 colour=red", "no word here"),
        ("far: country=CN like=nobody", "no option here"),
    ],
)
def test_plain_numbers_that_do_not_hold_are_refused(text, message):
    with pytest.raises(ParameterError, match=message):
        ask(what_if=(text,))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"part": "nothing"}, "no part"),
        ({"part": "pack", "buyer": "nowhere"}, "neither in 'sites'"),
        ({"part": "pack", "study": {"options": ["nobody"]}}, "no site"),
        ({"part": "pack", "study": {"against": "nobody"}}, "no option with a price"),
        ({"part": "pack", "tariffs": {"cases": ["never"]}}, "no case 'never'"),
        ({"part": "pack", "stock": {"holding": 0.2, "holding_low": 0.3}}, "holding_low"),
    ],
)
def test_unknown_names_are_refused(given, message):
    with pytest.raises(ParameterError, match=message):
        landed_cost(bought(), **given)


def test_a_part_without_options_is_an_error():
    with pytest.raises(DataError, match="no supply option"):
        landed_cost(plant(), part="pack", buyer="plant")


def test_every_chart_carries_its_table_and_says_what_it_shows():
    answer = ask(what_if=(FAR, f"{NEAR} fixed=1200000"))
    charts = {chart.name: chart for chart in answer.charts()}
    assert list(charts) == ["landed_terms", "gap_tornado", "volume_crossing", "tariff_times"]
    assert all(chart.table in {t.name for t in answer.TABLES} for chart in charts.values())
    assert "21,757 units" in charts["volume_crossing"].description


def test_doubling_the_mass_doubles_the_transport_emissions_and_the_freight():
    light, heavy = landed_cost(bought(mass="2"), part="pack"), landed_cost(bought(mass="4"), part="pack")
    assert total(heavy, "far", "kg_co2e") == pytest.approx(2 * total(light, "far", "kg_co2e"))
    assert money(heavy, "far", "freight") == pytest.approx(2 * money(light, "far", "freight"))


def test_a_maker_elsewhere_is_an_option_when_qualified_or_when_named():
    network = bought().with_tables(
        sites=pl.concat([bought()["sites"], make_network(sites="site country lat lon\nthird CA 43 -80")["sites"]]),
        capabilities=make_network(sites="site country\nthird CA", parts="part kind\npack component",
                                  capabilities="site part qualified\nthird pack false")["capabilities"],
    )  # fmt: skip
    assert set(landed_cost(network, part="pack").options["option"]) == {"far", "near"}
    assert "third" in landed_cost(network, part="pack", study={"candidates": "capable"}).options["option"].to_list()
    assert landed_cost(network, part="pack", study={"options": ["third"]}).options["kind"].to_list() == ["capability"]


def test_a_suppliers_own_figures_go_before_our_defaults():
    own = "subject_kind subject indicator value\ncapability far/pack defect_ppm 5000\nsite far lead_sd_days 2\nsite far order_lot 400"
    tables = {k: v for k, v in bought().tables.items() if v.height}
    network = make_network(**{**tables, "indicators": own})
    answer = landed_cost(network, part="pack")
    assert money(answer, "far", "quality") == pytest.approx(0.005 * (40 + money(answer, "far", "freight")))
    assert money(answer, "far", "cycle_stock") == pytest.approx(50 * 0.2 * 400 / (2 * 36500))
    assert total(answer, "far", "unseen") == ""
    assert "cycle_stock" in total(answer, "near", "unseen")


def test_ranks_say_what_the_ranges_allow():
    answer = landed_cost(bought(), part="pack")
    for row in answer.options.iter_rows(named=True):
        assert row["rank_best"] <= row["rank"] <= row["rank_worst"]
        assert row["low"] - 1e-9 <= row["total"] <= row["high"] + 1e-9
        assert row["p10"] <= row["p90"]
