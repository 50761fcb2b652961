"""Plans that can be solved by hand (design page, oracles U1 to U19), as networks that a user could bring."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from location_files import location_network

from network_tables import table
from tierscape.network import Network

YEAR = 2026
PLAIN: dict[str, Any] = {
    "horizon": {"start_year": YEAR, "years": 1},
    "finance": {"discount_rate": 0, "holding_rate": 0, "unmet": "forbidden", "co_investment_shares": [1.0]},
    "policy": {"unknown_capacity": "unbounded"},
    "risk": {"scenarios": 0, "weight": 0},
    "search": {"gap": 0},
}
"""Nothing but the family that a case is about: one year, no discount, no stock, no risk."""


def asked(**groups: dict[str, Any]) -> dict[str, Any]:
    """Change some fields of the plain parameters."""
    return {name: {**PLAIN[name], **groups.get(name, {})} for name in PLAIN}


def single(makers: str, demand: list[float], *, margin: float = 1000, **more: str) -> Network:
    """Make the network of one good `f` for one region; ``makers`` has site, capacity_per_year, conversion_cost and so on."""
    return _network(table(makers), demand, margin, {name: table(text) for name, text in more.items()}, "f")


def assembled(makers: str, demand: list[float], *, margin: float = 1000, **more: str) -> Network:
    """Make a network whose plant turns one `f`, bought from the makers, into one `good` at no cost."""
    return _network(table(makers), demand, margin, {name: table(text) for name, text in more.items()}, "good")


def _network(
    makers: pl.DataFrame, demand: list[float], margin: float, more: dict[str, pl.DataFrame], product: str
) -> Network:
    plant = ["plant"] if product == "good" else []
    sites = sorted(set(makers["site"].to_list()))
    status = makers["status"].to_list() if "status" in makers.columns else [None] * makers.height
    state = dict(zip(makers["site"].to_list(), status, strict=True))
    at = [*sites, *plant]
    rows = makers.drop("status", "freight", "days", strict=False)
    able = rows if "part" in rows.columns else rows.with_columns(part=pl.lit("f"))
    if plant:
        own = pl.DataFrame({"site": plant, "part": ["good"], "conversion_cost": ["0"], "qualified": ["true"]})
        able = pl.concat([able, own], how="diagonal")
    freight = makers["freight"].to_list() if "freight" in makers.columns else ["0"] * makers.height
    lanes = pl.DataFrame({
        "subject_kind": "lane", "subject": [f"{s}/home/{product}" for s in (plant or makers["site"].to_list())],
        "indicator": "freight_per_unit", "value": ["0"] if plant else freight,
    })  # fmt: skip
    links = pl.DataFrame({"supplier": makers["site"], "buyer": "plant", "part": "f", "freight_per_unit": freight})
    if "days" in makers.columns:
        links = links.with_columns(transit_days=makers["days"])
    if "indicators" in more:
        lanes = pl.concat([lanes, more.pop("indicators")], how="diagonal")
    tables: dict[str, pl.DataFrame] = {
        "meta": pl.DataFrame({"name": ["hand"], "currency": ["EUR"], "home": ["DE"]}),
        "parts": pl.DataFrame({"part": ["f", *(["good"] if plant else [])], "kind": ["component", *(["product"] if plant else [])],
                               "unit_value": ["1000", *(["1000"] if plant else [])], "unit_mass_kg": ["1"] * (1 + len(plant))}),
        "regions": pl.DataFrame({"region": ["home"], "name": ["Home"], "country": ["DE"]}),
        "sites": pl.DataFrame({"site": at, "name": at, "country": ["DE"] * len(at), "region": ["home"] * len(at),
                               "lat": [50.0] * len(at), "lon": [10.0] * len(at), "status": [state.get(s) for s in at]}),
        "capabilities": able,
        "demand": pl.DataFrame({"region": "home", "product": product, "year": [YEAR + t for t in range(len(demand))],
                                "volume_per_year": demand, "unit_margin": margin}),
        "indicators": lanes,
        **({"bom": pl.DataFrame({"parent": ["good"], "child": ["f"], "quantity": ["1"]}), "links": links} if plant else {}),
        **more,
    }  # fmt: skip
    return Network.from_tables(tables, name="hand")


def u1(a: float = 60) -> Network:
    return single(f"""
        site capacity_per_year conversion_cost qualified freight
        a    {a}               10              true      2
        b    100               11              true      3""", [100])  # fmt: skip


def u2() -> Network:
    """F of two P and one of the choice {one X, two Y}; makers and the plant stand side by side."""
    parts = ["F", "P", "X", "Y"]
    return Network.from_tables({
        "meta": table("name currency home\nhand EUR DE"),
        "parts": table("""
            part kind      unit_value unit_mass_kg
            F    product   1000       1
            P    component 1000       1
            X    component 1000       1
            Y    component 1000       1"""),
        "bom": table("""
            parent child quantity choice
            F      P     2        .
            F      X     1        either
            F      Y     2        either"""),
        "regions": table("region name country\nhome Home DE"),
        "sites": pl.DataFrame({"site": [f"{part}_maker" for part in parts], "name": parts, "country": "DE", "region": "home", "lat": 50.0, "lon": 10.0}),
        "capabilities": table("""
            site    part capacity_per_year conversion_cost qualified
            F_maker F    .                 5               true
            P_maker P    .                 1.5             true
            X_maker X    6                 7               true
            Y_maker Y    12                3               true"""),
        "links": table("""
            supplier buyer   part freight_per_unit
            P_maker  F_maker P    0
            X_maker  F_maker X    0
            Y_maker  F_maker Y    0"""),
        "demand": table(f"region product year volume_per_year unit_margin\nhome F {YEAR} 10 1000"),
        "indicators": table("subject_kind subject indicator value\nlane F_maker/home/F freight_per_unit 0"),
    }, name="hand")  # fmt: skip


def u3() -> Network:
    return single("""
        site capacity_per_year conversion_cost qualified
        a    10                1               true""", [10, 20, 30], margin=6, projects="""
        project kind     site part added_capacity_per_year capex lead_months ramp_months
        more    capacity a    f    20                      40    12          12""")  # fmt: skip


def u4() -> Network:
    return single("""
        site      capacity_per_year conversion_cost qualified
        incumbent .                 10              true
        other     .                 8               false""", [100], indicators="""
        subject_kind subject indicator           value
        capability   other/f qualification_cost  150
        capability   other/f qualification_weeks 0""")  # fmt: skip


def u6(demand: list[float], *, anchor: bool = True) -> Network:
    requires = "deal" if anchor else "."
    contract = f"""
        contract buyer supplier part start_year term_years committed_per_year take_or_pay_share unit_price status
        deal     plant new      f    {YEAR}     2          50                 0.8               6          offered"""
    return assembled("""
        site capacity_per_year conversion_cost qualified status
        far  .                 10              true      .
        new  0                 6               true      candidate""", demand, contracts=contract, projects=f"""
        project kind     site part added_capacity_per_year capex lead_months ramp_months requires
        build   capacity new  f    60                      100   0           0           {requires}""")  # fmt: skip


def u7(demand: float) -> Network:
    return assembled("""
        site capacity_per_year conversion_cost qualified
        s    .                 10              true""", [demand], contracts=f"""
        contract buyer supplier part start_year term_years committed_per_year take_or_pay_share unit_price status
        small    plant s        f    {YEAR}     1          20                 0.8               9          offered
        large    plant s        f    {YEAR}     1          50                 0.8               8          offered""")  # fmt: skip


def u15() -> Network:
    return assembled("""
        site capacity_per_year conversion_cost qualified freight days
        sea  .                 0               true      1       35
        air  .                 0               true      6       5""", [100])  # fmt: skip


def u16() -> Network:
    return single("""
        site capacity_per_year conversion_cost qualified
        a    88                1               true""", [80, 85, 100, 100], projects="""
        project kind     site part added_capacity_per_year capex lead_months ramp_months
        P7      capacity a    f    20                      10    36          0""")  # fmt: skip


def u17(capex: float) -> Network:
    return single("""
        site  capacity_per_year conversion_cost qualified status
        far   .                 1               true      .
        cheap 0                 0               true      candidate
        road  0                 9               true      candidate""", [50], projects=f"""
        project kind     site  part added_capacity_per_year capex   lead_months ramp_months requires
        P1      capacity road  f    1                       {capex} 0           0           .
        P2      capacity cheap f    50                      30      0           0           P1""")  # fmt: skip


def u18() -> Network:
    cost = np.array([[1.0, 3.0], [2.0, 1.0], [4.0, 1.0]])
    return location_network(np.array([11.0, 10.0]), np.array([5.0, 4.0]), np.array([6.0, 5.0, 7.0]), cost)
