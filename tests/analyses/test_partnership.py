"""`partnership` through its own door: the worked numbers of the method, networks, plain numbers and bad input."""

import numpy as np
import polars as pl
import pytest

from network_tables import make_network, table
from tierscape.analyses.partnership import DemandModel, Game, Public, Terms, partnership
from tierscape.errors import DataError, ParameterError

NOTHING = make_network()
NEWS = Terms(price=80, unit_cost=60, volume=1000, term_years=5)
MARKET = DemandModel(worth=100, salvage=20)
DEAL = Terms(price=10, unit_cost=8, volume=150_000, term_years=5, investment=1e6, capacity=2e5)


def line(frame: pl.DataFrame, **key: object) -> dict[str, object]:
    return frame.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in key.items()), named=True)


def findings(answer):
    return {f.rule for f in answer.findings}


def shared(**more: str):
    """Two buyers, one plant to be built, a bill of one material, a region with a grant and a tax relief."""
    tables = {
        "meta": "name currency\nshared USD",
        "regions": "region name country\nR R~land US",
        "sites": "site name country region status\nb1 Buyer~One US R operating\nb2 Buyer~Two US R operating\n"
        "new New~plant US R candidate\nold Old~plant US R operating",
        "parts": "part kind unit_value\ngear component 15\nsteel material 2",
        "bom": "parent child quantity\ngear steel 1.5",
        "capabilities": "site part conversion_cost\nold gear 5",
        "projects": "project name kind site part added_capacity_per_year capex opex_per_year lead_months jobs\n"
        "P Gear~plant capacity new gear 200000 1000000 0 12 50",
        "contracts": "contract buyer supplier part start_year term_years committed_per_year take_or_pay_share unit_price status\n"
        "A b1 new gear 2027 5 60000 0.8 12 offered\nB b2 new gear 2027 5 40000 0.8 12 offered",
        "incentives": "incentive region kind rate cap floor_jobs clawback_share\nG R grant 0.2 150000 10 0.5\nT R tax 0.01 . 500 .",
        **more,
    }
    return make_network(**tables)


@pytest.fixture(scope="module")
def answer():
    return partnership(shared())


# Commitment


def test_supplier_invests_from_the_worked_volumes():  # CT3
    got = partnership(NOTHING, terms=DEAL, public=Public(grant=2e5))
    assert got.stated["q_star"].to_list() == pytest.approx([100_182.58, 125_228.23], abs=0.01)
    three = line(got.commitment, price=10.0, term_years=3, grant=2e5)
    assert three["q_star"] == pytest.approx(155_213.41, abs=0.01)
    assert got.sentence().startswith(
        "At 10.00 a unit for 5 years the supplier invests from 100,183 units a year (125,228 without the grant)"
    )


def test_more_price_term_or_grant_never_raises_the_volume():
    rows = partnership(NOTHING, terms=DEAL, public=Public(grant=2e5)).commitment.drop_nulls("q_star")
    for fixed, moving in (
        (["term_years", "grant"], "price"),
        (["price", "grant"], "term_years"),
        (["price", "term_years"], "grant"),
    ):
        falls = rows.sort(moving).group_by(fixed).agg(pl.col("q_star").diff().max().alias("rise"))
        assert (falls["rise"].drop_nulls() <= 1e-9).all(), moving


def test_a_ramp_asks_for_more_volume_and_learning_for_less():
    plain, slow, quick = (
        partnership(NOTHING, terms=DEAL.model_copy(update=more)).stated.row(0, named=True)
        for more in ({}, {"ramp_months": 18.0}, {"progress": 0.85})
    )
    assert plain["q_star_ramp"] == pytest.approx(plain["q_star"], rel=1e-6)
    assert quick["q_star_ramp"] < plain["q_star_ramp"] < slow["q_star_ramp"]
    # one margin a unit: shares 1/3, 11/12, 1, 1, 1 discounted at 8 %
    weight = sum(s / 1.08**t for t, s in enumerate((1 / 3, 11 / 12, 1, 1, 1), 1))
    assert slow["q_star_ramp"] == pytest.approx(1e6 / (2 * weight), rel=1e-6)


def test_price_needed_makes_the_committed_volume_just_pay():
    first = partnership(NOTHING, terms=DEAL).stated.row(0, named=True)
    again = partnership(NOTHING, terms=DEAL.model_copy(update={"price": first["price_needed"]}))
    assert again.stated["q_star"].to_list() == pytest.approx([150_000])


def test_a_volume_beyond_capacity_is_said_not_to_suffice():
    got = partnership(NOTHING, terms=DEAL.model_copy(update={"capacity": 50_000.0}))
    assert "no volume suffices" in got.sentence()
    assert not got.stated["capacity_ok"][0]
    assert "volume_above_capacity" in findings(got)


# Split


def test_nash_gives_the_worked_split():  # CI1
    game = Game(players=("B", "S"), worth=(2, 1, 10), outside=(2, 1), power=(0.6, 0.4), rule="nash")
    assert partnership(NOTHING, game=game).split["nash"].to_list() == pytest.approx([6.2, 3.8])


def test_gloves_show_who_blocks_the_shapley_split():  # CI2
    got = partnership(NOTHING, game=Game(players=("left", "right", "other"), worth=(0, 0, 1, 0, 1, 0, 1)))
    assert got.split["shapley"].to_list() == pytest.approx([2 / 3, 1 / 6, 1 / 6])
    assert got.split["nucleolus"].to_list() == pytest.approx([1, 0, 0], abs=1e-9)
    assert not got.split["in_core"].any()
    blocked = got.blocking.filter(pl.col("split") == "shapley")
    assert blocked["coalition"].to_list() == ["left + right", "left + other"]
    assert "could get" in got.lines()[1]


def test_majority_has_no_core():  # CI3
    got = partnership(NOTHING, game=Game(players=("a", "b", "c"), worth=(0, 0, 1, 0, 1, 1, 1)))
    assert got.excess == pytest.approx(1 / 3)
    assert got.split["shapley"].to_list() == pytest.approx([1 / 3] * 3)
    assert got.blocking["split"].unique().sort().to_list() == ["nash", "nucleolus", "shapley"]


def test_mixed_game_has_the_worked_splits_inside_the_core():  # CI4
    got = partnership(NOTHING, game=Game(players=("a", "b", "c"), worth=(0, 0, 4, 0, 1, 2, 9)))
    assert got.split["shapley"].to_list() == pytest.approx([19 / 6, 11 / 3, 13 / 6])
    assert got.split["nucleolus"].to_list() == pytest.approx([3.25, 3.25, 2.5])
    assert got.split["in_core"].all()


def test_game_of_a_deal_is_its_cash_flow(answer):
    # unit cost 5 + 1.5 · 2 = 8, worth 15; a(8 %, 5) = 3.99271: 100,000 · 7 · a − 1 M, and 60,000 · 7 · a − 1 M
    whole, first, second = 7e5 * 3.9927100 - 1e6, 4.2e5 * 3.9927100 - 1e6, 2.8e5 * 3.9927100 - 1e6
    assert answer.worth.tolist() == pytest.approx([0, 0, 0, 0, 0, first, second, whole], abs=1)
    assert answer.split["player"].to_list() == ["b1", "b2", "new"]
    for rule in ("nash", "shapley", "nucleolus"):
        assert answer.split[rule].sum() == pytest.approx(whole, abs=1)
    assert answer.split["benefit_share"].sum() == pytest.approx(1)
    assert answer.split["risk_share"].sum() == pytest.approx(1)
    assert answer.split["cost_share"].to_list() == [0, 0, 1]


def test_a_region_that_values_jobs_sits_at_the_table():
    got = partnership(shared(), public=Public(benefit_per_job=4000))
    assert got.split["role"].to_list() == ["buyer", "buyer", "supplier", "region"]
    assert got.worth[-1] - got.worth[0b0111] == pytest.approx(4000 * 50 * 3.99271, abs=1)
    assert got.split["cost_share"].sum() == pytest.approx(1)


def test_players_who_are_short_get_no_deal():
    got = partnership(shared(), demand=DemandModel(worth=9.0))
    assert got.short == pytest.approx(1e6 - 1e5 * 3.99271, abs=1)
    assert "no deal: together the players are short by 600,729 USD" in got.sentence()
    assert got.split["nash"].sum() == 0


def test_coalitions_that_do_worse_together_are_a_finding():
    got = partnership(NOTHING, game=Game(players=("a", "b"), worth=(2, 2, 3)))
    assert "not_superadditive" in findings(got)
    assert got.split["nash"].null_count() == 2


def test_order_of_contracts_changes_nothing(answer):
    rows = shared()["contracts"]
    turned = shared().with_tables(contracts=rows.reverse())
    assert partnership(turned).split.equals(answer.split)


def test_money_scales_every_output():
    one = partnership(NOTHING, terms=DEAL, demand=DemandModel(worth=15), public=Public(grant=1e5))
    ten = {name: getattr(DEAL, name) * 10 for name in ("price", "unit_cost", "investment")}
    other = partnership(
        NOTHING, terms=DEAL.model_copy(update=ten), demand=DemandModel(worth=150), public=Public(grant=1e6)
    )
    assert other.forms["joint"].to_list() == pytest.approx((10 * one.forms["joint"]).to_list())
    assert other.split["shapley"].to_list() == pytest.approx((10 * one.split["shapley"]).to_list())
    assert other.commitment["q_star"].drop_nulls().to_list() == pytest.approx(
        one.commitment["q_star"].drop_nulls().to_list(), rel=1e-4
    )


def test_many_buyers_sit_at_the_table_as_few():
    sites = shared()["sites"]
    names = [f"m{n:02}" for n in range(20)]
    made = "site name country region status\n" + "\n".join(f"{n} {n} US R operating" for n in names)
    more = make_network(sites=made, regions="region country\nR US")["sites"]
    rows = "\n".join(f"k{n} {n} new gear 5 {5000 + i} 12" for i, n in enumerate(names))
    deal = shared().with_tables(sites=pl.concat([sites, more]))
    contracts = table("contract buyer supplier part term_years committed_per_year unit_price\n" + rows)
    got = partnership(deal.with_tables(contracts=contracts), project="P")
    assert got.split.height == 9
    assert got.split["player"].to_list()[:2] == ["m19", "m18"]
    assert "other buyers" in got.split["player"].to_list()
    assert got.deal.volume == sum(5000 + i for i in range(20))
    assert "buyers_joined" in findings(got)
    assert got.split["nucleolus"].null_count() == 9


# Forms, hedge, measures


def test_forms_have_the_worked_profits():  # CT1
    terms = Terms(price=80, unit_cost=60, volume=1000)
    got = partnership(NOTHING, terms=terms, demand=DemandModel(worth=100, salvage=20)).forms
    plain, back = line(got, form="wholesale"), line(got, form="buy_back")
    assert line(got, form="one_firm")["joint"] == pytest.approx(30_425.39, abs=0.01)
    assert (plain["q"], plain["buyer"], plain["supplier"]) == pytest.approx((797.65, 12_373.36, 15_953.06), abs=0.01)
    assert plain["efficiency"] == pytest.approx(0.93101, abs=1e-5)
    assert (back["q"], back["buyer"], back["supplier"]) == pytest.approx((1000, 15_212.69, 15_212.69), abs=0.01)
    assert (got["efficiency"] <= 1 + 1e-9).all()


def test_contract_against_spot_turns_at_the_worked_aversion():  # CT4
    terms = Terms(price=10.2, volume=1)
    got = partnership(NOTHING, terms=terms, demand=DemandModel(spot_mean=10, spot_variation=0.2, variation=0.1)).hedge
    sure = got.filter(pl.col("risk") == "price").sort("kappa")
    assert sure.filter(pl.col("kappa") < 0.048)["share"].to_list() == [0.0]
    assert sure.filter(pl.col("kappa") > 0.049)["share"].to_list() == [1.0] * 5
    assert got["cvar"].min() >= got["cost"].min() - 1e-9


def test_late_deliveries_cost_the_worked_sum():  # CT5
    network = shared(
        contract_terms="contract kpi target unit bonus_malus_share\nA on_time_share 0.95 share 0.02\nA defect_ppm 50 ppm 0.01",
        observations="subject_kind subject indicator time value\ncontract A on_time_share 2026-01-31 0.93",
    )
    rows = partnership(network, contract="A").kpi
    late = line(rows, kpi="on_time_share")
    assert late["grade"] == pytest.approx(-0.02 / (0.05 * 0.95))
    assert late["factor"] == pytest.approx(1 - 0.02 * 0.02 / 0.0475)
    blank = line(rows, kpi="defect_ppm")
    assert (blank["measured"], blank["factor"], blank["direction"]) == (None, None, "less")
    assert line(rows, kpi="all")["factor"] == pytest.approx(late["factor"])


def test_call_offs_say_what_remains(answer):
    network = shared(links="supplier buyer part volume_per_year contract\nold b1 gear 45000 A")
    rows = partnership(network).call_offs
    assert rows.select("contract", "taken", "remaining").rows() == [("A", 45000.0, 15000.0), ("B", None, None)]
    assert answer.call_offs["taken"].null_count() == 2


def test_call_offs_by_month_add_up_by_year_and_say_what_is_due():
    months = "\n".join(f"contract A call_off 2027-{m:02d}-15 3000" for m in range(1, 13))
    network = shared(
        observations=f"subject_kind subject indicator time value\n{months}\ncontract A call_off 2028-01-15 7000"
    )
    rows = partnership(network).call_offs
    assert line(rows, contract="A", period="2027") == {
        "contract": "A", "period": "2027", "status": "offered", "committed": 60_000, "taken": 36_000, "months": 12,
        "remaining": 24_000, "due": 12_000,
    }  # fmt: skip
    assert line(rows, contract="A", period="2028")["months"] == 1
    assert line(rows, contract="B", period="a year")["taken"] is None


def test_forms_say_what_is_forced_and_what_is_unmet():  # CT2
    rows = partnership(NOTHING, terms=NEWS.model_copy(update={"take_or_pay": 0.8}), demand=MARKET).forms
    for form in ("take_or_pay", "flexibility"):
        assert line(rows, form=form)["forced"] == pytest.approx(45.3359, abs=1e-4)
    assert line(rows, form="flexibility")["unmet"] == pytest.approx(45.3359, abs=1e-4)
    assert line(rows, form="wholesale")["forced"] is None


def test_an_option_at_the_fair_fee_leaves_the_supplier_where_it_was_and_a_higher_fee_pays_it():
    fair = line(partnership(NOTHING, terms=NEWS, demand=MARKET).forms, form="option")
    dear = line(
        partnership(NOTHING, terms=NEWS.model_copy(update={"option_fee": fair["fee"] + 1}), demand=MARKET).forms,
        form="option",
    )
    assert fair["supplier"] == pytest.approx((80 - 60) * 1000)  # what the firm thousand units earn
    assert dear["supplier"] - fair["supplier"] == pytest.approx(200)  # one more for each of 200 reserved units
    assert dear["joint"] == pytest.approx(fair["joint"])


def test_payoff_meets_the_worked_price_and_one_law_agrees_with_another():  # CT1
    rows = partnership(NOTHING, terms=NEWS, demand=MARKET).payoff
    row = rows.row(by_predicate=(pl.col("price") - 80).abs() < 1e-9, named=True)
    assert (row["q"], row["buyer"], row["supplier"]) == pytest.approx((797.65, 12_373.36, 15_953.06), abs=0.01)
    assert row["efficiency"] == pytest.approx(0.93101, abs=1e-5)
    narrow = [
        partnership(NOTHING, terms=NEWS, demand=MARKET.model_copy(update={"variation": 0.01, "law": law})).payoff
        for law in ("normal", "gamma")
    ]
    assert narrow[0]["buyer"].to_numpy() == pytest.approx(narrow[1]["buyer"].to_numpy(), rel=1e-3)
    assert rows["efficiency"].is_sorted(descending=True)


def test_an_index_clause_takes_the_hedge_out_of_a_contract_and_a_cap_gives_it_back():
    deal = Terms(price=10.2, unit_cost=8, volume=1000, term_years=5)
    spot = DemandModel(spot_mean=10, spot_variation=0.2)
    plain = partnership(NOTHING, terms=deal, demand=spot).hedge
    assert line(plain, risk="price", kappa=0.05)["all_from"] == pytest.approx(0.048480, abs=1e-6)  # CT4
    moved = partnership(NOTHING, terms=deal.model_copy(update={"pass_through": 1.0}), demand=spot).hedge
    assert line(moved, risk="price", kappa=1.0)["share"] == 0.0  # the same swings at a higher price
    assert line(moved, risk="price", kappa=1.0)["all_from"] is None
    capped = partnership(
        NOTHING, terms=deal.model_copy(update={"pass_through": 1.0, "pass_cap": 0.0}), demand=spot
    ).hedge
    assert capped["share"].to_list() == plain["share"].to_list()


def test_an_index_clause_of_a_contract_is_read_and_is_no_measure():
    network = shared(
        contract_terms="contract kpi target bonus_malus_share\nA pass_through_share 1 .\nA pass_through_cap 0.1 ."
    )
    got = partnership(network, contract="A")
    assert got.kpi.is_empty()
    assert line(got.hedge, risk="price", kappa=0.0)["all_from"] is None


def test_a_long_term_takes_its_discount_off_the_contract():
    deal = Terms(price=10.2, unit_cost=8, volume=1000, term_years=3, term_discount=0.05)
    rows = partnership(NOTHING, terms=deal, demand=DemandModel(spot_mean=10, spot_variation=0.2)).hedge
    assert line(rows, risk="price", kappa=0.0)["share"] == 1.0  # 10.2 less 3.16 % is below 10
    assert line(rows, risk="price", kappa=0.0)["cost"] == pytest.approx(1000 * 10.2 * (1 - 0.0316060), abs=0.01)


# Public support and development


def test_chance_of_a_clawback_follows_the_path_of_jobs():
    kept = {"grant": 2e6, "clawback_share": 0.6, "floor_jobs": 100.0}
    deal = Terms(term_years=5)
    sure = partnership(NOTHING, terms=deal, public=Public(**kept, jobs_path=(90.0, 120.0))).support
    assert line(sure, incentive="given")["clawback"] == pytest.approx(0.6 * 2e6 / 1.08)  # missed at the end of year 1
    none = partnership(NOTHING, terms=deal, public=Public(**kept, jobs_path=(100.0, 120.0))).support
    assert line(none, incentive="given")["clawback"] == 0.0
    wide = [
        partnership(NOTHING, terms=deal, public=Public(**kept, jobs_path=(130.0,) * 3, path_variation=v)).support
        for v in (0.05, 0.2)
    ]
    few, many = (line(rows, incentive="given")["clawback"] for rows in wide)
    assert 0 <= few < many < 0.6 * 2e6


def test_jobs_of_a_project_with_a_spread_replace_the_constant_chance(answer):
    drawn = partnership(shared(), public=Public(path_variation=0.1)).support  # 50 jobs against a floor of 10
    assert line(drawn, incentive="G")["clawback"] == 0.0 < line(answer.support, incentive="G")["clawback"]


def test_support_is_worth_what_was_worked():  # IN1
    public = Public(grant=2e6, tax_per_year=3e5, clawback_share=0.6, jobs=100)
    row = line(partnership(NOTHING, terms=Terms(term_years=5), public=public).support, incentive="given")
    assert (row["clawback"], row["net"], row["per_job"]) == pytest.approx(
        (238_149.67, 2_959_663.34, 29_596.63), abs=0.01
    )


def test_incentives_keep_their_cap_and_their_floors(answer):
    grant, tax = line(answer.support, incentive="G"), line(answer.support, incentive="T")
    assert grant["gross"] == 150_000
    assert grant["clawback"] == pytest.approx(0.25 * 0.5 * 150_000 / 1.08**3)
    assert (tax["net"], tax["problem"]) == (0, "needs 500 jobs")
    assert "incentive_unmet" in findings(answer)
    assert grant["payee"] == "new"


def test_a_shorter_wait_is_worth_its_daily_margin():
    # margin 4 · 100,000 / 365 a day; a quarter of 12 months is 91.3 days
    network = shared(incentives="incentive region kind rate\nF R fast_track 0.25")
    row = line(partnership(network).support, incentive="F")
    assert row["gross"] == pytest.approx(0.25 * 365.25 * 4 * 100_000 / 365)


def test_cash_ends_where_the_value_of_the_deal_is(answer):
    last = answer.cash.row(-1, named=True)
    assert last["without_support"] == pytest.approx(4e5 * 3.99271 - 1e6, abs=1)
    assert last["with_support"] - last["with_clawback"] == pytest.approx(
        line(answer.support, incentive="all")["clawback"]
    )


def test_leaving_early_owes_what_is_not_written_off_and_the_term_outlasts_the_payback(answer):
    assert answer.cash["termination_fee"].to_list() == pytest.approx([1e6, 8e5, 6e5, 4e5, 2e5, 0])
    # 4e5 a year at 8 % from −1 M + 150,000: 370,370 + 342,936 reach it not in two years, 317,533 more do
    assert answer.payback_years == 3
    assert partnership(shared(), terms=Terms(volume=1000.0)).payback_years is None


def test_development_has_the_worked_return():  # SD1
    got = partnership(NOTHING, public=Public(spend=1e6, programme_cost=250_000))
    assert "72,137" in got.sentence()
    assert "52%" in got.sentence()
    assert got.development.filter(pl.col("percentile") == 0.1)["npv"][0] == -250_000
    assert got.development["npv"].is_sorted()


# Bad and missing input


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"terms": DEAL.model_copy(update={"unit_cost": 10.0})}, "p > c"),
        ({"terms": DEAL, "demand": DemandModel(salvage=9, worth=15)}, "s < c"),
        ({"terms": DEAL, "demand": DemandModel(worth=7)}, "demand.worth 7 must be above terms.unit_cost 8"),
        ({"demand": DemandModel(variation=0.5)}, "gamma or lognormal"),
        ({"project": "P1"}, "project: 'P1' is not in 'projects'"),
        ({"contract": "Z"}, "contract: 'Z' is not in 'contracts'"),
        ({"game": {"players": ("a", "b"), "worth": (1, 2)}}, "2 players have 3 coalitions"),
        ({"game": {"players": ("a",), "worth": (1,), "power": (-1,)}}, "bargaining powers"),
        ({"game": {"players": ("a", "b"), "outside": (1,)}}, "outside has 1 numbers for 2 players"),
        ({"game": {"worth": (1,)}}, "worth is given without players"),
        ({"terms": {"price": -1}}, "greater than 0"),
        ({"public": {"clawback_chance": 2}}, "less than or equal to 1"),
    ],
)
def test_bad_numbers_are_refused_by_name(given, said):
    with pytest.raises(ParameterError, match=said):
        partnership(NOTHING, **given)


def test_a_contract_whose_supplier_cannot_make_the_part_is_refused():
    rows = "contract buyer supplier part committed_per_year\nX b1 old steel 5"
    with pytest.raises(DataError, match="cannot make the part, such as old and steel"):
        partnership(shared(contracts=rows), contract="X")


def test_powers_must_fit_the_players_of_the_deal():
    with pytest.raises(ParameterError, match=r"game.power has 2 numbers for the 3 players b1, b2, new"):
        partnership(shared(), game=Game(power=(1, 1)))


def test_a_price_of_the_network_below_cost_is_a_finding_and_no_volume():
    rows = "contract buyer supplier part term_years committed_per_year unit_price\nA b1 new gear 5 60000 7"
    got = partnership(shared(contracts=rows))
    assert {"price_below_cost", "prices_out_of_order"} <= findings(got)
    assert got.stated["q_star"].to_list() == [None, None]
    assert "no volume makes the supplier (Gear plant) invest" in got.sentence()
    assert got.forms.is_empty()


def test_cost_of_other_makers_stands_in_with_a_finding(answer):
    assert "cost_of_others" in findings(answer)
    assert answer.deal.unit_cost == pytest.approx(8)
    assert "cost_of_others" not in findings(partnership(shared(), terms=Terms(unit_cost=8)))


def test_without_anything_it_asks_for_numbers():
    got = partnership(NOTHING)
    assert got.sentence().startswith("Nothing can be judged")
    assert all(got.frame(t.name).is_empty() for t in got.TABLES)
    assert got.charts() == ()


# Pictures


def test_every_picture_has_a_table_and_words(answer):
    got = partnership(shared(), public=Public(spend=1e6, programme_cost=250_000))
    assert [c.name for c in got.charts()] == ["isoquant", "split", "forms", "payoff", "cash", "development"]
    for chart in got.charts():
        assert got.frame(chart.table).height > 0
        assert chart.description.endswith(".")
    assert len(answer.headlines()) == 4


def test_triangle_shades_the_core_only_where_there_is_one():
    full = partnership(NOTHING, game=Game(players=("a", "b", "c"), worth=(0, 0, 4, 0, 1, 2, 9))).charts()[0]
    empty = partnership(NOTHING, game=Game(players=("a", "b", "c"), worth=(0, 0, 1, 0, 1, 1, 1))).charts()[0]
    assert "Shaded" in full.note
    assert "the core is empty" in empty.note
    assert len(full.spec["layer"]) == len(empty.spec["layer"]) + 1


def test_two_players_are_drawn_side_by_side():
    chart = partnership(NOTHING, game=Game(players=("a", "b"), worth=(0, 0, 5))).charts()[0]
    assert chart.name == "split"
    assert "50%" in chart.description


def test_same_seed_gives_the_same_bytes_and_another_seed_other_draws():
    terms, model = Terms(price=10.2, volume=100), DemandModel(spot_mean=10, draws=500)
    one, two = (partnership(NOTHING, terms=terms, demand=model).to_json() for _ in range(2))
    assert one == two
    moved = partnership(NOTHING, terms=terms, demand=model.model_copy(update={"seed": 2}))
    assert not np.allclose(
        moved.hedge["cvar"].to_numpy(), partnership(NOTHING, terms=terms, demand=model).hedge["cvar"].to_numpy()
    )
