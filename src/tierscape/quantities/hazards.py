"""What can go wrong in a network: rows of `disruptions` as hazards that can be drawn, and targets that stop for certain."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.kernels.firm_events import FirmEvents, Outages, Windows, no_outages, no_windows
from tierscape.kernels.hazard_draws import Hazards
from tierscape.network import Network
from tierscape.quantities.firm_lines import FirmLines
from tierscape.quantities.reroutes import ways_round
from tierscape.quantities.targets import LANES_HIT, Members, Places, find_members

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Hazard:
    """One row of `disruptions`, or a target that stops for certain.

    Parameters
    ----------
    key, name, kind, target : str
        The key of the row, or ``kind:target``.
    rate : float
        Events a year; NaN unknown: such a hazard is never drawn.
    days : float
        Median duration.
    loss : float
        Share of capacity that is lost, 0 to 1.
    members : Members
        Whom it hits.
    effect, cost : numpy.ndarray, shape (members,)
        As in ``Hazards``; the cost is NaN where it is unknown.
    """

    key: str
    name: str
    kind: str
    target: str
    rate: float
    days: float
    loss: float
    members: Members
    effect: Floats
    cost: Floats


@dataclass(frozen=True)
class Durations:
    """Times to recover that count where nothing better is known.

    Parameters
    ----------
    default_days : float
        Of a site without one.
    floor_days : float
        Least of all: declared times are optimistic.
    """

    default_days: float = 30.0
    floor_days: float = 0.0

    def of(self, here: Places, members: Members) -> float:
        """Give the longest time to recover among the sites hit; the default for lanes and for nobody."""
        if members.on_links or not len(members.index):
            return max(self.default_days, self.floor_days)
        ttr = here.lines.filter(pl.col("line").is_in(members.index))["ttr"].fill_null(self.default_days).max()
        return max(float(str(ttr)), self.floor_days)


def hazard_code(key: str) -> int:
    """Give the 64 bits of a key that draws are addressed by: the head of its BLAKE2b digest, little-endian.

    Examples
    --------
    >>> f"{hazard_code('region:MX-GUA'):016x}"
    '4689f730a09b79ce'
    """
    return int.from_bytes(hashlib.blake2b(key.encode()).digest()[:8], "little")


def read_hazards(
    network: Network, firm: FirmLines, here: Places, durations: Durations
) -> tuple[tuple[Hazard, ...], tuple[Finding, ...]]:
    """Read `disruptions`, in the order of its keys.

    Parameters
    ----------
    network : Network
        Reads ``disruptions``.
    firm : FirmLines
    here : Places
    durations : Durations
        For rows without ``duration_days``: the longest time to recover of the sites hit.

    Returns
    -------
    hazards : tuple of Hazard
    findings : tuple of Finding
        Rows that hit nobody, that are never drawn, whose duration is taken from the sites, and links that no lane can hit.

    Notes
    -----
    Null probability: never drawn. Null capacity loss: all is lost. A hazard is drawn by the key of its row, so that adding a
    row or a site moves no other draw.
    """
    rows = network["disruptions"].sort("disruption")
    hazards = []
    for row in rows.iter_rows(named=True):
        members = find_members(here, row["target_kind"], row["target"], row["part"])
        loss = 1.0 if row["capacity_loss"] is None else row["capacity_loss"]
        days = durations.of(here, members) if row["duration_days"] is None else row["duration_days"]
        chance = row["annual_probability"]
        rate = np.nan if chance is None else -np.log1p(-min(chance, 1.0 - 1e-12))
        effect, cost = _effect(firm, here, (row["target_kind"], row["target"]), members, loss)
        hazards.append(
            Hazard(
                row["disruption"], row["name"] or row["disruption"], row["target_kind"], row["target"], float(rate),
                float(days), float(loss), members, effect, cost,
            )
        )  # fmt: skip
    return tuple(hazards), tuple(_findings(rows, hazards, here, firm))


def certain(
    firm: FirmLines, here: Places, targets: Sequence[tuple[str, str]], durations: Durations
) -> tuple[Hazard, ...]:
    """Make hazards of targets that stop as a whole for their time to recover.

    Parameters
    ----------
    firm : FirmLines
    here : Places
    targets : sequence of (kind, key)
    durations : Durations

    Returns
    -------
    tuple of Hazard
        Their rate is NaN.
    """
    made = []
    for kind, target in targets:
        members = find_members(here, kind, target)
        effect, cost = _effect(firm, here, (kind, target), members, 1.0)
        key = f"{kind}:{target}"
        made.append(Hazard(key, key, kind, target, np.nan, durations.of(here, members), 1.0, members, effect, cost))
    return tuple(made)


def _effect(
    firm: FirmLines, here: Places, target: tuple[str, str], members: Members, loss: float
) -> tuple[Floats, Floats]:
    if members.on_links and len(members.index):
        return ways_round(here, firm, target, members.index, loss)
    return np.full(len(members.index), loss), np.zeros(len(members.index))


def drawable(hazards: Sequence[Hazard]) -> list[Hazard]:
    """Give the hazards with a chance and somebody to hit, in the order given."""
    return [h for h in hazards if h.rate > 0 and len(h.members.index)]


def hazard_arrays(hazards: Sequence[Hazard]) -> Hazards:
    """Give what the draws read: the hazards that are ``drawable``.

    Parameters
    ----------
    hazards : sequence of Hazard

    Returns
    -------
    Hazards
    """
    drawn = drawable(hazards)
    orders = [np.argsort(h.members.unit, kind="stable") for h in drawn]
    sizes = [np.bincount(h.members.unit, minlength=len(h.members.units)) for h in drawn]
    codes = [hazard_code(f"{h.key}/{unit}") for h in drawn for unit in h.members.units]

    return Hazards(
        code=np.array([hazard_code(h.key) for h in drawn], np.uint64),
        rate=np.array([h.rate for h in drawn], np.float64),
        days=np.array([h.days for h in drawn], np.float64),
        on_links=np.array([h.members.on_links for h in drawn], np.bool_),
        unit_start=np.cumsum([0, *(len(h.members.units) for h in drawn)]).astype(np.int64),
        unit_code=np.array(codes, np.uint64),
        member_start=np.concatenate(([0], np.cumsum(_joined(sizes, np.int64)))).astype(np.int64),
        member=_joined([h.members.index[o] for h, o in zip(drawn, orders, strict=True)], np.int64),
        effect=_joined([h.effect[o] for h, o in zip(drawn, orders, strict=True)], np.float64),
        cost=np.nan_to_num(_joined([h.cost[o] for h, o in zip(drawn, orders, strict=True)], np.float64)),
        apart=np.zeros(len(drawn), np.bool_),
    )  # fmt: skip


def struck_once(hazards: Sequence[Hazard], *, profile: int, ramp_days: float, begin_day: int = 1) -> FirmEvents:
    """Make one scenario for each hazard, in which it strikes once, hits everybody and lasts its median duration.

    Parameters
    ----------
    hazards : sequence of Hazard
    profile : int
        How capacity comes back: a position in ``firm_events.PROFILES``.
    ramp_days : float
        Days that it takes, unless at once.
    begin_day : int
        Day on which it begins; day 0 is normal by default.

    Returns
    -------
    FirmEvents
    """
    stops = [0 if h.members.on_links else len(h.members.index) for h in hazards]
    closes = [len(h.members.index) - stop for h, stop in zip(hazards, stops, strict=True)]
    lines = [h for h in hazards if not h.members.on_links]
    lanes = [h for h in hazards if h.members.on_links]

    def each(chosen: Sequence[Hazard], values: Sequence[float]) -> Floats:
        return np.repeat(np.array(values, np.float64), [len(h.members.index) for h in chosen])

    hold = each(lines, [h.days for h in lines])
    outages = Outages(
        np.cumsum([0, *stops]).astype(np.int64), _joined([h.members.index for h in lines], np.int64),
        np.full(len(hold), float(begin_day)), hold, np.full(len(hold), ramp_days if profile else 0.0),
        _joined([h.effect for h in lines], np.float64), np.full(len(hold), profile, np.int64),
    )  # fmt: skip
    lasting = each(lanes, [h.days for h in lanes])
    closures = Windows(
        np.cumsum([0, *closes]).astype(np.int64), _joined([h.members.index for h in lanes], np.int64),
        np.full(len(lasting), float(begin_day)), begin_day + lasting, _joined([h.effect for h in lanes], np.float64),
    )  # fmt: skip
    return FirmEvents(outages, closures, no_windows(len(hazards)))


def demand_swing(firm: FirmLines, product: str | None, *, factor: float, begin_day: int = 1, days: float) -> FirmEvents:
    """Make one scenario in which the demand for a product, or for all of them, swings.

    Parameters
    ----------
    firm : FirmLines
    product : str, optional
        All by default.
    factor : float
        What demand is multiplied by, at least 0.
    begin_day, days : float

    Returns
    -------
    FirmEvents
    """
    asked = firm.arrays.demand > 0
    lines = np.flatnonzero(asked if product is None else asked & (firm.lines["part"] == product).to_numpy())
    each = np.ones(len(lines))
    swing = Windows(np.array([0, len(lines)]), lines, begin_day * each, (begin_day + days) * each, factor * each)
    return FirmEvents(no_outages(1), no_windows(1), swing)


def _joined(columns: Sequence[NDArray[Any]], kind: type) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, kind), *columns]).astype(kind)


def unseen_routes(firm: FirmLines, here: Places) -> float:
    """Give the share of the value of links across borders whose route is not known: no node on it can close them."""
    across = here.links.filter((pl.col("one") != pl.col("other")).fill_null(value=True))
    value = firm.arrays.flow * np.nan_to_num(firm.worth[firm.arrays.supplier])
    total = float(value[across["arc"].to_numpy()].sum())
    blind = across.filter(pl.col("route").is_null())["arc"].to_numpy()
    return float(value[blind].sum()) / total if total > 0 else 0.0


def _findings(rows: pl.DataFrame, hazards: Sequence[Hazard], here: Places, firm: FirmLines) -> Iterator[Finding]:
    idle = [h.key for h in hazards if not len(h.members.index)]
    if idle:
        yield _finding("hits_nobody", "target", f"{len(idle)} of {len(hazards)} disruptions hit no line or link that acts today",
                       "Correct the target, or the status of its sites.", idle)  # fmt: skip
    for column, rule, problem, remedy in (
        ("annual_probability", "never_drawn", "have no probability; they are never drawn", "Give the chance in a year."),
        ("duration_days", "unknown_duration", "have no duration; the time to recover of the sites hit is taken",
         "Give how long it lasts."),
        ("capacity_loss", "unknown_loss", "have no capacity loss; all is taken to be lost", "Give the share lost."),
    ):  # fmt: skip
        lacking = rows.filter(pl.col(column).is_null())["disruption"].to_list()
        if lacking:
            yield _finding(rule, column, f"{len(lacking)} of {len(hazards)} disruptions {problem}", remedy, lacking)
    nodes = [h.key for h in hazards if h.kind in LANES_HIT and h.kind == "corridor" and "-" not in h.target]
    share = unseen_routes(firm, here) if nodes else 0.0
    if share > 0:
        yield _finding(
            "unknown_route", "target",
            f"{share:.0%} of the value of links across borders has no known route; closures of {len(nodes)} nodes cannot hit it",
            "Fill links.route.", nodes,
        )  # fmt: skip
    priceless = [h.key for h in hazards if np.isnan(h.cost).any()]
    if priceless:
        yield _finding(
            "unknown_freight", "target",
            f"{len(priceless)} disruptions send goods other ways whose cost is not counted, since the links have no freight",
            "Give links.freight_per_unit.", priceless,
        )  # fmt: skip


def _finding(rule: str, column: str, problem: str, remedy: str, keys: Sequence[str]) -> Finding:
    return Finding(
        rule=rule, severity="note", table="disruptions", column=column, problem=problem, remedy=remedy, count=len(keys),
        value=keys[0],
    )  # fmt: skip
