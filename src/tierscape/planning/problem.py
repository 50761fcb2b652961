"""A planning problem as index tables: what `gather` makes of a network and `rows` turns into a model.

Row numbers are indices: ``lanes["pair"]`` holds row numbers of ``pairs``. Money is in the network's currency at full
size (scaling happens at the hand-over), quantities are a period's. Nothing is dense in part x site x site.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding

Floats = NDArray[np.float64]

_T, _I, _N, _B = pl.String, pl.Int64, pl.Float64, pl.Boolean

SCHEMAS: Mapping[str, Mapping[str, type[pl.DataType]]] = {
    # period t: its year, its number within the year (0 or 1), df_t
    "periods": {"year": _I, "part_of_year": _I, "discount": _N},
    # value: unit value v_p (null unknown), mass kg; need: largest need a period over all periods (units)
    "parts": {"part": _T, "name": _T, "kind": _T, "value": _N, "mass_kg": _N, "need": _N, "product": _B},
    # one row a (demand region, product); penalty: money a unit unmet, null where nobody knows a margin or value
    "wants": {"region": _T, "part": _I, "country": _T, "penalty": _N},
    # who can make what, or could after a project. unit_cost c_e: own cost without children; kg: CO2e a unit of own making;
    # value_added va_e; base: a row of `capabilities` (False: only a project opens it); market: the unlimited source of a part
    # that nobody makes (site = "market"); hours: labour a unit; surge: flex share; qualified: A0_e;
    # qualify_cost money, qualify_periods from start to qualified; serves: number of its class in `classes` or null;
    # kg_high: upper end where kg is not known, used in caps
    "pairs": {
        "site": _T, "part": _I, "country": _T, "region": _T, "organization": _T, "unit_cost": _N, "value_added": _N,
        "kg": _N, "kg_high": _N, "ally": _B, "trust": _N, "qualified": _B, "surge": _N, "hours": _N, "lead_days": _N,
        "qualify_cost": _N, "qualify_periods": _I, "base": _B, "market": _B,
    },
    # a need: child part at a site that makes a parent of it; lanes into it bring the child
    "needs": {"site": _T, "part": _I, "country": _T},
    # how much of a need a pair's output asks for. group: row of `groups` where the child is one of several alternatives
    "recipes": {"pair": _I, "need": _I, "quantity": _N, "essential": _B, "group": _I},
    # one row a (pair, choice): its alternatives' recipes sum to the pair's output
    "groups": {"pair": _I, "choice": _T},
    # supplier pair -> a need or a want (the other is null). existing: a row of `links`; duty: money a unit in each period
    # stands in `lane_duty`; stock: holding of goods in transit, money a unit; kg CO2e a unit (null unseen, kg_high used in
    # caps); crossings: customs borders that a unit crosses; days: transit, null unknown; within: maker and user lie in the
    # bloc of policy.origin; freight_known: else freight is 0 for want of anything better
    "lanes": {
        "pair": _I, "need": _I, "want": _I, "mode": _T, "freight": _N, "stock": _N, "kg": _N, "kg_high": _N,
        "days": _N, "crossings": _N, "existing": _B, "within": _B, "freight_known": _B,
    },
    # one row a project that is offered. added: units a period at full rate; lead, ramp: periods; pair: what it adds to;
    # opens: the site has no capability of that part without it; share options stand in `shares`; fast_of: row of the
    # ordinary project that this one is the accelerated copy of, fast_by: row of the incentive that allows it, else null
    "projects": {
        "project": _T, "kind": _T, "site": _T, "region": _T, "country": _T, "pair": _I, "added": _N, "capex": _N,
        "opex": _N, "lead": _I, "ramp": _N, "jobs": _N, "fast_of": _I, "fast_by": _I,
    },
    # what a project requires: kind project | contract | hub | not, and the row of it (hub: row of `regions`)
    "requirements": {"project": _I, "kind": _T, "target": _I},
    # rebate a unit to the buyer by (project, share): money a unit of output of the project's pair
    "rebates": {"project": _I, "share": _N, "rebate": _N},
    # first and last: periods (clipped to the horizon); volume: units a period; theta: take-or-pay share; price p_c and spot
    # spot_c money a unit; signed: u_c = 1; tier: contracts of the same supplier, buyer and part share a number
    "contracts": {
        "contract": _T, "pair": _I, "buyer": _T, "first": _I, "last": _I, "volume": _N, "theta": _N, "price": _N,
        "spot": _N, "signed": _B, "tier": _I,
    },
    # lanes that a contract's flow rides on
    "contract_lanes": {"contract": _I, "lane": _I},
    # kind grant | tax | land | training | fast_track; until: last period in which a project may start; cap null = none
    "incentives": {
        "incentive": _T, "kind": _T, "region": _T, "rate": _N, "cap": _N, "floor_investment": _N, "floor_jobs": _N,
        "clawback": _N, "until": _I,
    },
    # projects that an incentive supports
    "eligible": {"incentive": _I, "project": _I},
    # planned regions; labour_pool null: no labour row; wage money an hour, null: no premium; jobs_before the first period
    # at the planned pairs, null: the first period's hires are not limited
    "regions": {
        "region": _T, "name": _T, "country": _T, "labour_pool": _N, "wage": _N, "jobs_before": _N,
    },
    # capability classes of the products' clusters: one row a class (an essential part)
    "classes": {"part": _I},
    # which pair covers which class in which region
    "covers": {"region": _I, "class": _I, "pair": _I},
    # where buffers may stand
    "buffers": {"need": _I, "part": _I, "site": _T, "most": _N, "value": _N},
    # sites whose outage over days must be survived
    "nodes": {"site": _T, "ttr_days": _N},
    # products that may claim origin. pair: the final pair; transaction_value TV or net cost by `method`; threshold share;
    # method build_down | build_up | net_cost; saving: money a unit claimed; whole: all or nothing a period
    "claims": {"pair": _I, "method": _T, "base_value": _N, "threshold": _N, "saving": _N, "whole": _B},
    # drawn adverse years: period struck, probability
    "scenarios": {"key": _T, "period": _I, "probability": _N, "targets": _T},
}  # fmt: skip


def empty(name: str) -> pl.DataFrame:
    """Give an index table without rows."""
    return pl.DataFrame(schema=dict(SCHEMAS[name]))


def _typed(frame: pl.DataFrame, schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """A column that the frame leaves out is null."""
    has = set(frame.columns)
    return frame.select((pl.col(c) if c in has else pl.lit(None).alias(c)).cast(kind) for c, kind in schema.items())


def _no_array() -> Floats:
    return np.empty((0, 0))


@dataclass(frozen=True, eq=False, kw_only=True)
class Problem:
    """Index tables of a plan; T periods, P pairs, L lanes, W scenarios. ``problem["lanes"]`` gives a table.

    Parameters
    ----------
    tables : Mapping of str to polars.DataFrame
        Those of ``SCHEMAS``; one that is left out is empty.
    demand : numpy.ndarray of float64, shape (wants, T)
        Units.
    capacity : numpy.ndarray of float64, shape (P, T)
        Units without any project; infinite where there is no limit.
    lane_duty : numpy.ndarray of float64, shape (L, T)
        Money a unit.
    scenario_capacity : numpy.ndarray of float64, shape (W, P)
        Share of each pair's capacity that is left in the adverse year.
    scenario_lane : numpy.ndarray of bool, shape (W, L)
        The lane is closed.
    periods_per_year : int
    shares : tuple of float
        Options of the buyer's share of capital.
    budget : numpy.ndarray of float64, shape (T,), optional
        Money; None for no limit.
    currency, home : str
    left_out : polars.DataFrame
        Lanes that were left out, and why: supplier, buyer, part, reason (too long, cut, unknown cost), days.
    findings : tuple of Finding
    unseen_share : float
        Share of the value of need that rests on figures nobody stated, 0 to 1; NaN unknown.
    """

    tables: Mapping[str, pl.DataFrame] = field(default_factory=dict)
    demand: Floats = field(default_factory=_no_array)
    capacity: Floats = field(default_factory=_no_array)
    lane_duty: Floats = field(default_factory=_no_array)
    scenario_capacity: Floats = field(default_factory=_no_array)
    scenario_lane: NDArray[np.bool_] = field(default_factory=lambda: np.empty((0, 0), dtype=bool))
    periods_per_year: int = 1
    shares: tuple[float, ...] = (0.0, 0.35, 0.7, 1.0)
    budget: Floats | None = None
    currency: str = ""
    home: str = ""
    left_out: pl.DataFrame = field(
        default_factory=lambda: pl.DataFrame(schema={"supplier": _T, "buyer": _T, "part": _T, "reason": _T, "days": _N})
    )
    findings: tuple[Finding, ...] = ()
    unseen_share: float = float("nan")

    def __post_init__(self) -> None:
        given = {name: self.tables.get(name, empty(name)) for name in SCHEMAS}
        typed = {name: _typed(frame, SCHEMAS[name]) for name, frame in given.items()}
        object.__setattr__(self, "tables", typed)

    def __getitem__(self, table: str) -> pl.DataFrame:
        """Give one index table."""
        return self.tables[table]

    @property
    def horizon(self) -> int:
        """Number of periods T."""
        return self["periods"].height
