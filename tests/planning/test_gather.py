"""Index tables of a plan, one rule a test, on networks that fit in a few lines."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from network_tables import make_network
from tierscape.errors import ParameterError
from tierscape.planning.ask import Ask
from tierscape.planning.gather import gather
from tierscape.planning.parameters import Finance, Horizon, Policy
from tierscape.planning.problem import Problem

ONE_YEAR = Ask(horizon=Horizon(years=1))
META = "currency home\nUSD US"
PARTS = """
part kind unit_value unit_mass_kg hs6
car product 100 50 870899
seat component 20 10 940120
frame component . 4 732690
sewing process 3 . .
advice service 1 . .
"""
BOM = """
parent child quantity essential
car seat 2 true
seat frame 1.5 .
seat sewing 1 .
car advice 0.1 false
"""
SITES = """
site country region lat lon status opened_year
works US US-MI 42.3 -83.0 operating .
seats US US-OH 41.5 -81.7 operating .
welds MX MX-NLE 25.7 -100.3 operating .
sews US US-IN 39.8 -86.2 operating .
"""
REGIONS = """
region country lat lon grid_kg_per_kwh
US-MI US 42.3 -83.0 0.5
US-OH US 41.5 -81.7 .
US-IN US 39.8 -86.2 .
MX-NLE MX 25.7 -100.3 .
"""
CAPABILITIES = """
site part capacity_per_year conversion_cost lead_time_days flex_share qualified energy_kwh_per_unit labour_hours_per_unit
works car 1000 30 5 0.1 true 10 2
seats seat 2500 8 4 . true . .
welds frame 4000 2 3 . true . .
sews sewing 3000 1 2 . true . .
"""
LINKS = "supplier buyer part volume_per_year mode transit_days unit_price freight_per_unit\nseats works seat 100 road 1 21 0.5"
DEMAND = "region product year volume_per_year unit_margin\nUS-MI car 2028 100 .\nUS-MI car 2030 300 ."


def network(**tables: str):  # type: ignore[no-untyped-def]
    given = {
        "meta": META, "parts": PARTS, "bom": BOM, "sites": SITES, "regions": REGIONS, "capabilities": CAPABILITIES,
        "links": LINKS, "demand": DEMAND,
    }  # fmt: skip
    return make_network(**{**given, **tables})


def lane(problem: Problem, supplier: str, buyer: str, part: str) -> dict[str, object]:
    lanes = problem["lanes"].with_row_index("lane")
    pairs = problem["pairs"].with_row_index("pair").select(pl.col("pair").cast(pl.Int64), supplier="site", p="part")
    needs = problem["needs"].with_row_index("need").select(pl.col("need").cast(pl.Int64), buyer="site")
    wants = problem["wants"].with_row_index("want").select(pl.col("want").cast(pl.Int64), place="region")
    rows = lanes.join(pairs, on="pair").join(needs, on="need", how="left").join(wants, on="want", how="left")
    names = problem["parts"]["part"]
    rows = rows.with_columns(name=names.gather(rows["p"]), to=pl.coalesce("buyer", "place"))
    found = rows.filter((pl.col("supplier") == supplier) & (pl.col("to") == buyer) & (pl.col("name") == part))
    assert found.height == 1
    return found.row(0, named=True)


def pair(problem: Problem, site: str, part: str) -> dict[str, object]:
    number = problem["parts"]["part"].to_list().index(part)
    found = problem["pairs"].with_row_index("row").filter((pl.col("site") == site) & (pl.col("part") == number))
    assert found.height == 1
    return found.row(0, named=True)


def rules(problem: Problem) -> set[str]:
    return {f.rule for f in problem.findings}


def test_first_year_of_demand_is_the_first_period_and_is_not_discounted() -> None:
    periods = gather(network(), Ask())["periods"]
    assert periods["year"].to_list() == [2028, 2029, 2030, 2031, 2032]
    assert periods["discount"].to_list() == pytest.approx([1.08**-t for t in range(5)])


def test_half_years_share_the_volume_of_the_year() -> None:
    problem = gather(network(), Ask(horizon=Horizon(years=1, periods_per_year=2)))
    assert problem.demand.tolist() == [[50.0, 50.0]]
    assert problem["periods"]["discount"].to_list() == pytest.approx([1.0, 1.08**-0.5])
    assert problem.capacity[pair(problem, "works", "car")["row"], 0] == 500.0


def test_demand_runs_straight_between_years_and_stays_after_the_last() -> None:
    problem = gather(network(), Ask(horizon=Horizon(start_year=2027, years=5)))
    assert problem.demand[0].tolist() == [0.0, 100.0, 200.0, 300.0, 300.0]
    assert "demand_filled" in rules(problem)


def test_stated_zero_ends_demand_without_a_finding() -> None:
    demand = "region product year volume_per_year\nUS-MI car 2028 100\nUS-MI car 2029 0"
    problem = gather(network(demand=demand), Ask(horizon=Horizon(years=2)))
    assert problem.demand[0].tolist() == [100.0, 0.0]
    assert "demand_filled" not in rules(problem)


def test_unmet_demand_costs_a_multiple_of_the_margin_else_of_the_value() -> None:
    demand = "region product year volume_per_year unit_margin\nUS-MI car 2028 1 60\nUS-OH car 2028 1 ."
    problem = gather(network(demand=demand), Ask(finance=Finance(unmet_multiple=2)))
    assert problem["wants"]["penalty"].to_list() == [120.0, 200.0]
    assert "unmet_below_cost" not in rules(problem)


def test_margin_that_does_not_cover_the_making_counts_the_lost_sale_too() -> None:
    demand = "region product year volume_per_year unit_margin\nUS-MI car 2028 1 5"
    problem = gather(network(demand=demand), Ask())
    assert 3 * 5 < 30 + 2 * 20  # less than making costs: nothing would ever be delivered
    assert problem["wants"]["penalty"].to_list() == [100.0 + 2 * 5]
    assert "unmet_below_cost" in rules(problem)


def test_need_explodes_demand_through_the_bill_of_materials() -> None:
    problem = gather(network(), Ask())
    need = dict(problem["parts"].select("part", "need").iter_rows())
    assert need == pytest.approx({"car": 300, "seat": 600, "frame": 900, "sewing": 600, "advice": 30})


def test_alternatives_count_in_full_for_bounds() -> None:
    bom = "parent child quantity choice\ncar seat 2 inside\ncar frame 3 inside\nseat sewing 1 ."
    problem = gather(network(bom=bom), ONE_YEAR)
    need = dict(problem["parts"].select("part", "need").iter_rows())
    assert need == pytest.approx({"car": 100, "seat": 200, "frame": 300, "sewing": 200})
    assert problem["groups"].select("choice").to_series().to_list() == ["inside"]
    assert problem["recipes"].filter(pl.col("group") == 0)["quantity"].to_list() == [3.0, 2.0]


def test_single_alternative_is_no_group() -> None:
    problem = gather(network(bom="parent child quantity choice\ncar seat 2 inside"), ONE_YEAR)
    assert problem["groups"].is_empty()


def test_value_is_summed_from_the_cheapest_costs_where_nobody_states_it() -> None:
    parts = PARTS.replace("seat component 20", "seat component .")
    problem = gather(network(parts=parts), ONE_YEAR)
    value = dict(problem["parts"].select("part", "value").iter_rows())
    assert value["frame"] == 2.0
    assert value["seat"] == pytest.approx(8 + 1.5 * 2 + 3)
    assert "value_summed" in rules(problem)


def test_part_without_maker_is_bought_at_its_value_from_the_market() -> None:
    problem = gather(network(), ONE_YEAR)
    row = pair(problem, "market", "advice")
    assert (row["unit_cost"], row["market"], row["ally"], row["qualified"]) == (1.0, True, False, True)
    assert np.isinf(problem.capacity[row["row"]]).all()
    assert "bought_at_value" in rules(problem)
    assert lane(problem, "market", "works", "advice")["freight"] == 0.0


def test_part_without_maker_and_value_has_no_pair_and_does_not_fail() -> None:
    parts = PARTS.replace("advice service 1", "advice service .")
    problem = gather(network(parts=parts), ONE_YEAR)
    number = problem["parts"]["part"].to_list().index("advice")
    assert number not in problem["pairs"]["part"].to_list()
    assert "value_unknown" in rules(problem)


def test_maker_of_unknown_cost_is_left_out_and_named() -> None:
    capabilities = CAPABILITIES + "seats frame 100 . . . true . .\n"
    problem = gather(network(capabilities=capabilities), ONE_YEAR)
    assert problem.left_out.filter(pl.col("reason") == "unknown cost").select("supplier", "part").rows() == [
        ("seats", "frame")
    ]
    assert "cost_unknown" in rules(problem)


def test_full_price_as_own_cost_is_suspected() -> None:
    capabilities = CAPABILITIES.replace("seats seat 2500 8", "seats seat 2500 20")
    assert "full_price" in rules(gather(network(capabilities=capabilities), ONE_YEAR))
    assert "full_price" not in rules(gather(network(), ONE_YEAR))


def test_candidates_have_no_capacity_and_planned_sites_open_in_their_year() -> None:
    sites = SITES.replace("seats US US-OH 41.5 -81.7 operating .", "seats US US-OH 41.5 -81.7 announced 2030").replace(
        "sews US US-IN 39.8 -86.2 operating", "sews US US-IN 39.8 -86.2 candidate"
    )
    problem = gather(network(sites=sites), Ask())
    assert problem.capacity[pair(problem, "seats", "seat")["row"]].tolist() == [0, 0, 2500, 2500, 2500]
    assert problem.capacity[pair(problem, "sews", "sewing")["row"]].max() == 0


def test_planned_site_without_a_year_adds_nothing() -> None:
    sites = SITES.replace("seats US US-OH 41.5 -81.7 operating", "seats US US-OH 41.5 -81.7 construction")
    problem = gather(network(sites=sites), Ask())
    assert problem.capacity[pair(problem, "seats", "seat")["row"]].max() == 0
    assert "opening_unknown" in rules(problem)


def test_closed_maker_is_left_out() -> None:
    sites = SITES.replace("welds MX MX-NLE 25.7 -100.3 operating", "welds MX MX-NLE 25.7 -100.3 closed")
    problem = gather(network(sites=sites), ONE_YEAR)
    assert "welds" not in problem["pairs"]["site"].to_list()
    assert "closed_maker" in rules(problem)


@pytest.mark.parametrize(("policy", "capacity"), [("observed", 100.0), ("exclude", 0.0), ("unbounded", np.inf)])
def test_unknown_capacity_follows_the_policy(policy: str, capacity: float) -> None:
    capabilities = CAPABILITIES.replace("seats seat 2500", "seats seat .")
    problem = gather(
        network(capabilities=capabilities), Ask(policy=Policy.model_validate({"unknown_capacity": policy}))
    )
    assert problem.capacity[pair(problem, "seats", "seat")["row"], 0] == capacity
    assert "capacity_unknown" in rules(problem)


def test_qualified_unknown_is_true_where_a_link_leaves_or_a_product_is_made() -> None:
    capabilities = CAPABILITIES.replace("true", ".") + "works frame 10 3 . . . . .\nseats frame 10 3 . . . . .\n"
    problem = gather(network(capabilities=capabilities), ONE_YEAR)
    assert pair(problem, "seats", "seat")["qualified"]  # a link leaves
    assert pair(problem, "works", "car")["qualified"]  # a product
    assert pair(problem, "seats", "frame")["qualified"]  # for itself
    assert not pair(problem, "works", "frame")["qualified"]
    assert not pair(problem, "welds", "frame")["qualified"]
    assert "qualified_unknown" in rules(problem)


def test_qualification_costs_a_share_of_the_value_added_to_a_year_unless_stated() -> None:
    capabilities = CAPABILITIES.replace("welds frame 4000 2 3 . true", "welds frame 4000 2 3 . false")
    row = pair(gather(network(capabilities=capabilities), ONE_YEAR), "welds", "frame")
    assert row["qualify_cost"] == pytest.approx(0.03 * 300 * 2)
    assert row["qualify_periods"] == 1  # 26 weeks in whole years
    indicators = """
    subject_kind subject indicator value
    capability welds/frame qualification_cost 150
    site welds qualification_weeks 0
    """
    row = pair(gather(network(capabilities=capabilities, indicators=indicators), ONE_YEAR), "welds", "frame")
    assert (row["qualify_cost"], row["qualify_periods"]) == (150.0, 0)


def test_qualified_maker_pays_nothing_to_qualify() -> None:
    row = pair(gather(network(), ONE_YEAR), "welds", "frame")
    assert (row["qualify_cost"], row["qualify_periods"]) == (0.0, 0)


def test_allies_are_named_or_scored() -> None:
    named = gather(network(), Ask(policy=Policy(allies=("MX",))))
    assert pair(named, "welds", "frame")["ally"]
    assert not pair(named, "works", "car")["ally"]
    scored = gather(network(), Ask(policy=Policy(allies=0.0)))
    assert pair(scored, "works", "car")["ally"]
    assert pair(scored, "works", "car")["trust"] is not None


def test_ally_floor_without_a_viewpoint_is_refused() -> None:
    with pytest.raises(ParameterError, match=r"meta\.home"):
        gather(network(meta="currency\nUSD"), Ask(policy=Policy(ally_share=0.5)))
    assert not gather(network(meta="currency\nUSD"), ONE_YEAR)["pairs"]["ally"].any()


def test_own_making_emits_what_its_electricity_does() -> None:
    problem = gather(network(), ONE_YEAR)
    assert pair(problem, "works", "car")["kg"] == pytest.approx(10 * 0.5)
    assert pair(problem, "seats", "seat")["kg"] is None


def test_every_maker_is_joined_with_every_user_of_its_part() -> None:
    capabilities = CAPABILITIES + "seats frame 100 2.5 . . true . .\n"
    problem = gather(network(capabilities=capabilities), ONE_YEAR)
    assert lane(problem, "welds", "seats", "frame")["existing"] is False
    assert lane(problem, "seats", "works", "seat")["existing"] is True
    home = lane(problem, "seats", "seats", "frame")
    assert (home["freight"], home["days"], home["stock"], home["kg"]) == (0.0, 0.0, 0.0, 0.0)
    assert problem["lanes"].height == 6  # car, seat, two frames, sewing, advice


def test_stated_freight_and_days_of_a_link_count() -> None:
    row = lane(gather(network(), ONE_YEAR), "seats", "works", "seat")
    assert (row["freight"], row["days"], row["mode"]) == (0.5, 1.0, "road")
    assert row["stock"] == pytest.approx(0.2 * 20 * 1 / 365)


def test_indicator_gives_the_freight_to_a_region() -> None:
    indicators = "subject_kind subject indicator value\nlane works/US-MI/car freight_per_unit 7.25"
    row = lane(gather(network(indicators=indicators), ONE_YEAR), "works", "US-MI", "car")
    assert (row["freight"], row["freight_known"], row["need"]) == (7.25, True, None)


def test_freight_that_nobody_knows_is_zero_and_marked() -> None:
    problem = gather(network(meta="currency home\nEUR US"), ONE_YEAR)  # rates are in US dollars
    row = lane(problem, "works", "US-MI", "car")
    assert (row["freight"], row["freight_known"]) == (0.0, False)
    assert "freight_unseen" in rules(problem)


def test_process_travels_there_and_back_with_the_mass_of_its_parent() -> None:
    heavy = gather(network(), ONE_YEAR)
    light = gather(network(parts=PARTS.replace("seat component 20 10", "seat component 20 5")), ONE_YEAR)
    one, other = (lane(p, "sews", "seats", "sewing") for p in (heavy, light))
    frame = lane(gather(network(parts=PARTS.replace("frame component . 4", "frame component . 20")), ONE_YEAR), "welds", "seats", "frame")  # fmt: skip
    assert one["freight"] == pytest.approx(2 * float(str(other["freight"])))
    assert one["kg"] == pytest.approx(2 * float(str(other["kg"])))
    assert float(str(one["freight"])) > 0
    assert float(str(frame["freight"])) > 0


def test_service_has_no_freight_but_keeps_its_days() -> None:
    capabilities = CAPABILITIES + "welds advice 100 1 . . true . .\n"
    row = lane(gather(network(capabilities=capabilities), ONE_YEAR), "welds", "works", "advice")
    assert (row["freight"], row["kg"], row["stock"]) == (0.0, 0.0, 0.0)
    assert float(str(row["days"])) > 0


def test_lanes_beyond_the_longest_time_are_left_out_by_name() -> None:
    problem = gather(network(), Ask(policy=Policy(max_transit_days=5.5)))
    long = problem.left_out.filter(pl.col("reason") == "too long")
    assert ("welds", "seats", "frame") in long.select("supplier", "buyer", "part").rows()
    assert ("seats", "works", "seat") not in long.select("supplier", "buyer", "part").rows()
    told = next(f for f in problem.findings if f.rule == "lane_too_long")
    assert f"the fastest of them takes {long['days'].min():g} days" in told.problem


def test_customs_border_is_crossed_once_and_duty_follows_its_dates() -> None:
    parts = PARTS.replace("frame component . 4 732690", "frame component 10 4 850760")
    sites = SITES.replace("welds MX MX-NLE 25.7 -100.3", "welds CN . 29.9 121.5")
    demand = "region product year volume_per_year\nUS-MI car 2024 100\nUS-MI car 2026 100"
    problem = gather(network(parts=parts, sites=sites, demand=demand), Ask(horizon=Horizon(years=3)))
    lanes = problem["lanes"].with_row_index("lane")
    row = lane(problem, "welds", "seats", "frame")
    assert row["crossings"] == 1.0
    duty = problem.lane_duty[int(str(row["lane"]))]
    assert duty[0] == pytest.approx((0.034 + 0.003464) * 10)  # ordinary duty and fee before 27 September 2024
    assert duty[2] > duty[0] + 0.2 * 10  # with section 301
    domestic = [i for i in lanes["lane"] if i != row["lane"]]
    assert problem.lane_duty[domestic].max() == 0.0


def test_unknown_duty_is_zero_with_a_finding() -> None:
    problem = gather(network(parts=PARTS.replace("732690", ".")), ONE_YEAR)
    assert problem.lane_duty.max() == 0.0
    assert "duty_unseen" in rules(problem)


def test_cheapest_lanes_stay_and_the_others_are_named() -> None:
    more = "".join(f"m{n} US US-MI 42.3 -83.0 operating .\n" for n in range(4))
    makers = "".join(f"m{n} frame 100 {1 + n} . . true . .\n" for n in range(4))
    links = LINKS + "\nm3 seats frame 5 road 1 . ."
    given = network(sites=SITES + more, capabilities=CAPABILITIES + makers, links=links)
    problem = gather(given, ONE_YEAR, cheapest=1)
    cut = problem.left_out.filter(pl.col("reason") == "cut")["supplier"].to_list()
    assert sorted(cut) == ["m1", "m2", "welds"]
    assert lane(problem, "m0", "seats", "frame")["existing"] is False
    assert lane(problem, "m3", "seats", "frame")["existing"] is True
    assert gather(given, ONE_YEAR).left_out.is_empty()
    assert "lane_cut" in rules(problem)


def test_only_many_lanes_are_cut_unasked(monkeypatch: pytest.MonkeyPatch) -> None:
    more = "".join(f"m{n:02} US US-MI 42.3 -83.0 operating .\n" for n in range(14))
    makers = "".join(f"m{n:02} frame 100 {1 + n} . . true . .\n" for n in range(14))
    given = network(sites=SITES + more, capabilities=CAPABILITIES + makers)
    assert gather(given, ONE_YEAR).left_out.is_empty()
    monkeypatch.setattr("tierscape.planning.gather.ways.MANY_LANES", 10)
    cut = gather(given, ONE_YEAR).left_out
    assert cut["supplier"].sort().to_list() == ["m11", "m12", "m13"]


def test_link_that_no_lane_follows_is_told() -> None:
    links = LINKS + "\nsews works seat 5 road 1 . .\nseats welds seat 5 road 1 . ."
    told = next(f for f in gather(network(links=links), ONE_YEAR).findings if f.rule == "link_idle")
    assert (told.count, told.value) == (2, "seats/welds/seat")
    assert "link_idle" not in rules(gather(network(), ONE_YEAR))


def test_declared_origin_lowers_the_duty_while_it_is_valid() -> None:
    parts = PARTS.replace("frame component . 4 732690", "frame component 10 4 850760")
    demand = "region product year volume_per_year\nUS-MI car 2026 100"
    claims = "site part agreement originating valid_from valid_to\nwelds frame usmca true 2026-01-01 2027-01-01"
    ask = Ask(horizon=Horizon(years=2))
    plain = gather(network(parts=parts, demand=demand), ask)
    declared = gather(network(parts=parts, demand=demand, origin_claims=claims), ask)
    at = plain["lanes"]["crossings"].arg_max()
    assert plain.lane_duty[at, 0] >= 0.034 * 10
    assert declared.lane_duty[at, 0] == 0.0
    assert declared.lane_duty[at, 1] == plain.lane_duty[at, 1]


def test_unseen_share_counts_what_is_bought_at_its_value() -> None:
    bare = "part kind unit_value\na product 10\nb component 4"
    tables = {
        "parts": bare, "bom": "parent child quantity\na b 1", "regions": "region country\nR US",
        "sites": "site country\ns US", "capabilities": "site part capacity_per_year conversion_cost qualified\ns a 9 6 true",
        "demand": "region product year volume_per_year\nR a 2028 5", "links": "supplier buyer part",
        "indicators": "subject_kind subject indicator value\nlane s/R/a freight_per_unit 1",
    }  # fmt: skip
    problem = gather(make_network(**tables), ONE_YEAR)
    assert problem.unseen_share == pytest.approx(0.4)


def test_one_budget_figure_stands_for_all_periods_and_a_short_list_is_refused() -> None:
    assert gather(network(), Ask(finance=Finance(budget=(5.0,)))).budget.tolist() == [5.0] * 5  # type: ignore[union-attr]
    with pytest.raises(ParameterError, match="each of the 5 periods; given were 2"):
        gather(network(), Ask(finance=Finance(budget=(5.0, 6.0))))


def test_classes_are_essential_parts_and_covers_say_who_makes_them_where() -> None:
    problem = gather(network(), ONE_YEAR)
    names = problem["parts"]["part"].gather(problem["classes"]["part"]).to_list()
    assert names == ["frame", "seat", "sewing"]
    made = problem["covers"].select(
        region=problem["regions"]["region"].gather(problem["covers"]["region"]),
        part=pl.Series(names).gather(problem["covers"]["class"]),
    )
    assert sorted(made.rows()) == [("MX-NLE", "frame"), ("US-IN", "sewing"), ("US-OH", "seat")]
    assert problem["regions"]["labour_pool"].is_null().all()
    assert "labour_pool_unknown" in rules(problem)


def test_part_that_all_makers_cannot_make_enough_of_is_named() -> None:
    capabilities = CAPABILITIES.replace("welds frame 4000", "welds frame 75")
    asked = Ask(policy=Policy(unnamed_supply="none"))
    told = next(f for f in gather(network(capabilities=capabilities), asked).findings if f.rule == "capacity_short")
    assert told.value == "frame"
    assert "of the scarcest 25%" in told.problem
    assert "capacity_short" not in rules(gather(network(), Ask()))


def test_buffers_hold_months_of_need_of_goods_at_users_and_of_products_at_makers() -> None:
    problem = gather(network(), Ask(policy=Policy(buffer_months=3), horizon=Horizon(years=1)))
    names = problem["parts"]["part"]
    rows = problem["buffers"].with_columns(name=names.gather(problem["buffers"]["part"]))
    assert dict(rows.select("name", "most").iter_rows()) == pytest.approx({"car": 25, "seat": 50, "frame": 75})
    assert rows.filter(pl.col("need").is_null())["name"].to_list() == ["car"]


def test_facility_location_comes_through_whole() -> None:
    """OR-Library shape: candidate facilities, a project each, cost of a lane as an indicator."""
    n, m = 16, 50
    sites = pl.DataFrame({"site": [f"f{i:02}" for i in range(n)], "status": ["candidate"] * n})
    makers = sites.select(
        "site",
        part=pl.lit("unit"),
        capacity_per_year=pl.lit("0"),
        conversion_cost=pl.lit("0"),
        qualified=pl.lit("true"),
    )
    projects = sites.select(
        project="site", kind=pl.lit("capacity"), site="site", part=pl.lit("unit"), added_capacity_per_year=pl.lit("5000"),
        capex=pl.lit("7500"), lead_months=pl.lit("0"), ramp_months=pl.lit("0"),
    )  # fmt: skip
    customers = pl.DataFrame({"region": [f"c{j:02}" for j in range(m)], "country": ["US"] * m})
    demand = customers.select("region", product=pl.lit("unit"), year=pl.lit("2028"), volume_per_year=pl.lit("100"))
    lanes = sites.join(customers, how="cross").select(
        subject_kind=pl.lit("lane"), subject=pl.concat_str("site", "region", pl.lit("unit"), separator="/"),
        indicator=pl.lit("freight_per_unit"), value=pl.int_range(n * m).cast(pl.String),
    )  # fmt: skip
    given = make_network(
        sites=sites, capabilities=makers, projects=projects, regions=customers, demand=demand, indicators=lanes,
        parts="part kind\nunit product",
    )  # fmt: skip
    ask = Ask(horizon=Horizon(years=1), finance=Finance(unmet="forbidden", co_investment_shares=(1.0,)))
    problem = gather(given, ask)
    assert problem["lanes"].height == n * m
    assert problem["lanes"]["freight"].sum() == sum(range(n * m))
    assert problem["projects"].select("added", "capex", "lead", "ramp").unique().rows() == [(5000.0, 7500.0, 0, 0.0)]
    assert problem.capacity.max() == 0.0
    assert problem["needs"].is_empty()
