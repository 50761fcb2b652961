"""Networks as the arrays of the firm dynamics."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network_tables import make_network
from tierscape.errors import DataError
from tierscape.graph import supply_graph
from tierscape.kernels.firm_ario import FirmRules, simulate_firms
from tierscape.kernels.firm_events import FirmEvents, no_outages, no_windows
from tierscape.quantities.firm_lines import firm_lines, network_at

CHAIN = {
    "parts": "part kind unit_value\nfg product 100\ncomp component 40\nraw material 10",
    "bom": "parent child quantity\nfg comp 1\ncomp raw 1",
    "sites": "site country region\nF DE R1\nC PL R2\nR CN R3",
    "capabilities": "site part capacity_per_year finished_stock_days\nF fg 3650 5\nC comp 3650 .\nR raw 3650 .",
    "links": "supplier buyer part volume_per_year stock_days unit_price\nC F comp 3650 3 44\nR C raw 3650 2 .",
    "demand": "region product year volume_per_year unit_margin\nR1 fg 2027 3650 100",
}  # fmt: skip


def lines_of(year=None, product_stock_days=0.0, default_stock_days=15.0, **tables):
    network, _ = network_at(make_network(**(CHAIN | tables)), year)
    return firm_lines(
        network, supply_graph(network), default_stock_days=default_stock_days, product_stock_days=product_stock_days
    )


def row(firm, site, part=None):
    """Give the number of a line."""
    return next(i for i, line in enumerate(firm.lines.iter_rows()) if line[0] == site and part in (None, line[1]))


def rules(firm):
    return {f.rule for f in firm.findings}


def test_chain_becomes_lines_with_daily_flows():
    firm = lines_of()
    assert firm.lines["site"].to_list() == ["F", "C", "R", "store:F"]
    assert firm.arrays.output.tolist() == [10.0] * 4
    assert firm.arrays.demand.tolist() == [0.0, 0.0, 0.0, 10.0]
    assert firm.arrays.capacity[:3].tolist() == [10.0] * 3
    assert firm.margin[3] == 100.0
    assert np.isnan(firm.margin[0])


def test_days_of_stock_see_the_use_of_today():
    firm = lines_of()
    days = dict(zip(firm.link_line.tolist(), np.repeat(firm.arrays.slot_days, 1).tolist(), strict=True))
    assert days == {row(firm, "F"): 4.0, row(firm, "C"): 3.0, row(firm, "store:F"): 5.0}


def test_finished_stock_below_a_day_makes_no_store():
    assert (
        "store:F"
        not in lines_of(capabilities="site part finished_stock_days\nF fg 0.5\nC comp .\nR raw .").lines["site"]
    )


def test_unknown_finished_stock_of_a_product_is_the_parameter():
    bare = "site part capacity_per_year\nF fg 3650\nC comp 3650\nR raw 3650"
    assert "store:F" not in lines_of(capabilities=bare).lines["site"]
    firm = lines_of(capabilities=bare, product_stock_days=7.0)
    assert firm.lines["site"][-1] == "store:F"
    assert firm.arrays.slot_days.max() == 7.0


def test_calm_days_repeat_exactly():
    firm = lines_of()
    events = FirmEvents(no_outages(1), no_windows(1), no_windows(1))
    outcome = simulate_firms(firm.arrays, events, FirmRules(horizon_days=30), lanes=8)
    assert outcome.lost_units.sum() == 0.0
    assert outcome.lost_output.tolist() == [0.0]


def test_worth_is_the_sales_price_else_the_value_of_the_part():
    firm = lines_of()
    assert [firm.worth[row(firm, s)] for s in ("F", "C", "R", "store:F")] == [100.0, 44.0, 10.0, 100.0]


def test_unknown_stock_is_the_default_and_its_share_is_told():
    firm = lines_of(links="supplier buyer part volume_per_year stock_days\nC F comp 3650 .\nR C raw 3650 2")
    assert firm.default_stock_share == pytest.approx(400 / 500)
    assert firm.arrays.slot_days[firm.arrays.slot_start[row(firm, "F")]] == 16.0
    assert "unknown_stock" in rules(firm)


def test_need_without_a_supplier_is_bought_from_outside_and_counted():
    firm = lines_of(links="supplier buyer part volume_per_year stock_days\nC F comp 3650 3",
                    capabilities="site part capacity_per_year\nF fg 3650\nC comp 3650")  # fmt: skip
    outside = row(firm, "outside:raw")
    assert firm.arrays.output[outside] == 10.0
    assert firm.arrays.capacity[outside] > 1e6
    assert firm.unseen_share == pytest.approx(100 / 500)


def test_product_that_nobody_makes_is_sold_by_an_outside_line():
    firm = lines_of(capabilities="site part\nC comp\nR raw", links="supplier buyer part volume_per_year\nR C raw 3650")
    assert firm.arrays.demand[row(firm, "outside:fg")] == 10.0
    assert firm.margin[row(firm, "outside:fg")] == 100.0


def test_link_with_unknown_volume_carries_nothing():
    firm = lines_of(links="supplier buyer part volume_per_year stock_days\nC F comp . 3\nR C raw 3650 2")
    assert firm.arrays.output[row(firm, "C")] == 0.0
    assert "unknown_volume" in rules(firm)


def test_alternatives_add_in_units_of_the_parent():
    tables = {
        "parts": "part kind\nfg product\nx component\ny component",
        "bom": "parent child quantity choice\nfg x 2 z\nfg y 4 z",
        "sites": "site\nF\nX\nY",
        "capabilities": "site part\nF fg\nX x\nY y",
        "links": "supplier buyer part volume_per_year\nX F x 3650\nY F y 7300",
    }
    firm = lines_of(**tables)
    slot = firm.arrays.slot_start[row(firm, "F")]
    assert firm.arrays.slot_flow[slot] == 5.0 + 5.0
    assert firm.arrays.arc_start[slot + 1] - firm.arrays.arc_start[slot] == 2


def test_relay_passes_the_part_on():
    firm = lines_of(
        sites="site\nF\nC\nR\nW",
        links="supplier buyer part volume_per_year stock_days\nC W comp 3650 1\nW F comp 3650 3\nR C raw 3650 2",
    )
    assert firm.arrays.output[row(firm, "W", "comp")] == 10.0
    assert firm.link_line[firm.arrays.supplier == row(firm, "C")].tolist() == [row(firm, "W")]


def test_demand_goes_to_makers_by_capacity():
    firm = lines_of(
        sites="site\nF\nC\nR\nG", capabilities="site part capacity_per_year\nF fg 3000\nG fg 1000\nC comp .\nR raw .",
        links="supplier buyer part volume_per_year\nC F comp 3650\nC G comp 1000\nR C raw 3650",
    )  # fmt: skip
    assert firm.arrays.demand[row(firm, "F")] == pytest.approx(7.5)
    assert firm.arrays.demand[row(firm, "G")] == pytest.approx(2.5)


def test_line_that_is_not_qualified_gets_no_demand():
    firm = lines_of(
        sites="site\nF\nC\nR\nG",
        capabilities="site part capacity_per_year qualified\nF fg 3000 true\nG fg 1000 false\nC comp . .\nR raw . .",
    )
    assert firm.arrays.demand[row(firm, "G")] == 0.0


def test_flow_above_capacity_is_kept_and_told_with_its_ratio():
    firm = lines_of(capabilities="site part capacity_per_year\nF fg 3650\nC comp 1825\nR raw .")
    assert firm.arrays.capacity[row(firm, "C")] == 10.0
    (finding,) = (f for f in firm.findings if f.rule == "flow_above_capacity")
    assert "2.00 times" in finding.problem
    assert "unknown_capacity" in rules(firm)


def test_surge_counts_as_capacity():
    firm = lines_of(capabilities="site part capacity_per_year flex_share\nF fg 3650 0.2\nC comp 3650 .\nR raw 3650 .")
    assert firm.arrays.capacity[row(firm, "F")] == pytest.approx(12.0)


def test_inflow_below_the_need_is_told_and_kept():
    firm = lines_of(bom="parent child quantity\nfg comp 2\ncomp raw 1")
    (finding,) = (f for f in firm.findings if f.rule == "inflow_below_need")
    assert "50%" in finding.problem


def test_site_without_flows_is_isolated():
    firm = lines_of(sites="site\nF\nC\nR\nZ", capabilities="site part\nF fg\nC comp\nR raw\nZ raw")
    (finding,) = (f for f in firm.findings if f.rule == "isolated")
    assert finding.value == "Z/raw"


def test_unknown_margin_is_unknown_for_the_whole_product():
    firm = lines_of(demand="region product year volume_per_year unit_margin\nR1 fg 2027 1825 100\nR2 fg 2027 1825 .")
    assert np.isnan(firm.margin[row(firm, "store:F")])
    assert "unknown_margin" in rules(firm)


def test_contracts_are_served_first_by_rank():
    firm = lines_of(
        contracts="contract buyer supplier part take_or_pay_share\nK1 F C comp 0.8\nK2 C R raw .",
        links="supplier buyer part volume_per_year contract\nC F comp 3650 K1\nR C raw 3650 K2",
    )
    assert sorted(firm.arrays.rank.tolist()) == [0, 1, 2]


YEARS = "region product year volume_per_year\nR1 fg 2026 365\nR1 fg 2027 730\nR1 fg 2028 1095"


@pytest.mark.parametrize(
    ("price_year", "year", "expected"), [(2027, None, 2027), (2030, None, 2028), (".", None, 2026), (2027, 2028, 2028)]
)
def test_year_of_demand(price_year, year, expected):
    network = make_network(**(CHAIN | {"demand": YEARS, "meta": f"name price_year\nx {price_year}"}))
    at, chosen = network_at(network, year)
    assert chosen == expected
    assert at["demand"]["year"].to_list() == [expected]


def test_year_without_demand_names_the_years_that_are_there():
    with pytest.raises(DataError, match="no demand in 2031; the years are 2026, 2027, 2028"):
        network_at(make_network(**(CHAIN | {"demand": YEARS})), 2031)


def test_network_without_demand_has_no_year():
    network = make_network(**{k: v for k, v in CHAIN.items() if k != "demand"})
    assert network_at(network)[1] is None


@given(st.permutations(range(4)))
@settings(max_examples=10)
def test_order_of_rows_changes_nothing(order):
    links = pl.DataFrame(
        {"supplier": ["C", "R", "R2", "R"], "buyer": ["F", "C", "C", "F"], "part": ["comp", "raw", "raw", "raw"],
         "volume_per_year": [3650.0, 2000.0, 1650.0, 100.0], "stock_days": [3.0, 2.0, 4.0, 1.0]}
    )  # fmt: skip
    more = {"sites": "site\nF\nC\nR\nR2", "capabilities": "site part\nF fg\nC comp\nR raw\nR2 raw"}
    straight, mixed = lines_of(links=links, **more), lines_of(links=links[list(order)], **more)
    for one, other in zip(straight.arrays, mixed.arrays, strict=True):
        assert np.array_equal(one, other)


@given(st.sampled_from([0.25, 2.0, 1024.0]))
@settings(max_examples=3)
def test_scaling_all_volumes_scales_flows_alone(scale):
    def scaled(name, column):
        header, *rows = CHAIN[name].split("\n")
        at = header.split().index(column)
        words = [r.split() for r in rows]
        return "\n".join(
            [header, *(" ".join(str(float(w) * scale) if i == at else w for i, w in enumerate(r)) for r in words)]
        )

    small = lines_of()
    large = lines_of(
        links=scaled("links", "volume_per_year"), demand=scaled("demand", "volume_per_year"),
        capabilities=scaled("capabilities", "capacity_per_year"),
    )  # fmt: skip
    assert np.array_equal(large.arrays.output, small.arrays.output * scale)
    assert np.array_equal(large.arrays.slot_days, small.arrays.slot_days)
    assert (large.unseen_share, large.default_stock_share) == (small.unseen_share, small.default_stock_share)
