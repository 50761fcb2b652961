"""Sector dynamics: how a loss of capacity travels through a table of sectors, day by day, for many scenarios at once.

Orders of one input class are split over its suppliers by fixed shares, or by shares that follow capacity. Either way the
matrix of orders has rank one in every class, so it is never stored: an order a class is kept, and the shares.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.sector_arrays import Floats, Ints, Outages, SectorTable


@dataclass(frozen=True)
class SectorRules:
    """Behaviour of all rows.

    Parameters
    ----------
    psi : float
        ψ: stock below ψ times its aim begins to bind.
    restock_days : float
        τ, days over which a missing stock is ordered.
    overproduction : float
        α_max, largest output over normal capacity.
    overproduction_days : float
        τ_α, days over which output rises to it and falls back.
    orders : {"fixed", "capacity"}
        Shares of suppliers as in the table (``noalt``), or following their capacity of the day (``alt``).
    precision : {"float64", "float32"}
        Of all arithmetic but the sums over days and rows.
    """

    psi: float = 0.8
    restock_days: float = 60.0
    overproduction: float = 1.25
    overproduction_days: float = 365.0
    orders: Literal["fixed", "capacity"] = "fixed"
    precision: Literal["float64", "float32"] = "float64"


class SectorLosses(NamedTuple):
    """What scenarios lose; n rows, in the units of the table.

    ``lost_output`` Σ (x0 − x) and ``lost_final`` Σ Y (1 − x/D) over days have shape (scenarios, n); ``total_output`` has shape
    (scenarios, days); ``output`` (scenarios, days, n), or no days where it was not asked for; ``unmet`` (scenarios, days, groups)
    final demand lost of each group of rows, no group without any.
    """

    lost_output: Floats
    lost_final: Floats
    total_output: Floats
    output: Floats
    unmet: Floats


def simulate(
    table: SectorTable,
    outages: Outages,
    *,
    days: int,
    rules: SectorRules = SectorRules(),
    lanes: int = 32,
    keep: bool = False,
    group: Ints | None = None,
) -> SectorLosses:
    """Run every scenario from the table's own state.

    One day, for row f, slot q and arc e, with D the demand from yesterday's orders:

        D_f   = Σ_{e from f} share_e g_q(e) + Y_f
        α     = max(1, α + (α_max − α) ζ/τ_α), ζ = (D − x)/D with yesterday's x; α + (1 − α)/τ_α where ζ = 0; from day 2
        x_opt = min(D, α (1 − Δ) x0),   x = min(x_opt, min_q ω_q/(ψ s_q a_q))
        ω_q  += g_q Σ_{e in q} share_e (x/D)_e − a_q x
        g_q   = max(0, s_q a_q x_opt − ω_q)/τ + a_q x
        share = Z_e/Z_q, or Z_e c_e / Σ Z c with c = α (1 − Δ) of the day of the order

    Parameters
    ----------
    table : SectorTable
        n rows.
    outages : Outages
        S scenarios.
    days : int
        Days to run, the first is day 0.
    rules : SectorRules
        Behaviour.
    lanes : int
        Scenarios that run side by side; the last block is filled up with calm ones. It changes no bit of the answer.
    keep : bool
        Keep the output of every row and day.
    group : numpy.ndarray of int64, shape (n,), optional
        Group of each row whose final demand lost is kept day by day, −1 for none.

    Returns
    -------
    SectorLosses

    Raises
    ------
    ValueError
        An outage names a row that is not there, or a share outside 0 to 1.

    Notes
    -----
    O(arcs) work a day and scenario; memory 2·slots + 6·n words a lane (``capacity`` orders: one slot word more). Without an
    outage all stays at the table's own state but for rounding.

    References
    ----------
    Hallegatte (2008), Risk Analysis 28:779, and (2014), Risk Analysis 34:152 (ARIO-inventory); the variant with ψ and the
    timing are those of BoARIO 0.7.2 (Juhel), by its mathematical documentation and by its outputs.

    Examples
    --------
    >>> import numpy as np
    >>> from tierscape.kernels.sector_arrays import sector_table
    >>> table = sector_table(np.array([[0.0, 50.0], [20.0, 0.0]]), np.array([100.0, 100.0]), np.array([50.0, 80.0]), np.arange(2))
    >>> one = Outages(*(np.array(a) for a in ([0, 1], [0], [2.0], [10.0], [0.0], [0.5])))
    >>> simulate(table, one, days=15, keep=True).output[0, [1, 2, 11, 12], 0].round(3)
    array([100.   ,  50.   ,  50.146,  95.013])
    """
    _check(table, outages, days, lanes)
    kind = np.dtype(rules.precision)
    arrays = _Arrays(
        table.slot_start, table.arc_start, table.supplier,
        *(a.astype(kind) for a in (
            table.share if rules.orders == "fixed" else table.flow, table.use, table.stock_days * table.use,
            1.0 / (rules.psi * table.stock_days * table.use), table.output, table.final,
        )),
    )  # fmt: skip
    scenarios, n = len(outages.start) - 1, len(table.output)
    found = SectorLosses(
        np.zeros((scenarios, n)), np.zeros((scenarios, n)), np.zeros((scenarios, days)),
        np.zeros((scenarios, days if keep else 0, n), dtype=kind),
        np.zeros((scenarios, days, 0 if group is None else int(group.max(initial=-1)) + 1)),
    )  # fmt: skip
    rows = np.full(n, -1, np.int64) if group is None else group
    for first in range(0, scenarios, lanes):
        _block(arrays, rules, outages, (first, lanes, days, rows), found)
    return found


class _Arrays(NamedTuple):
    """What the days read: ``part`` is the share of an arc or its flow, ``aim`` s_q a_q, ``limit`` 1/(ψ s_q a_q)."""

    slot_start: Ints
    arc_start: Ints
    supplier: NDArray[np.uint32]
    part: Floats
    use: Floats
    aim: Floats
    limit: Floats
    output: Floats
    final: Floats


def _check(table: SectorTable, outages: Outages, days: int, lanes: int) -> None:
    n = len(table.output)
    if len(outages.line) and not (outages.line.min() >= 0 and outages.line.max() < n):
        raise ValueError(f"an outage names a row outside 0 to {n - 1}")
    if not ((outages.loss >= 0) & (outages.loss <= 1)).all():
        raise ValueError("an outage has a loss outside 0 to 1")
    if days < 1 or lanes < 1:
        raise ValueError("days and lanes must be at least 1")


def _block(
    arrays: _Arrays, rules: SectorRules, outages: Outages, run: tuple[int, int, int, Ints], found: SectorLosses
) -> None:
    """Run one block of scenarios, their lanes beside each other in memory, and write what they lose."""
    first, lanes, days, group = run
    real = min(lanes, len(found.lost_output) - first)
    n, kind = len(arrays.output), arrays.output.dtype
    constants = np.array(
        [0.0, 1.0, rules.overproduction, 1.0 / rules.overproduction_days, 1.0 / rules.restock_days, 1e3 * np.finfo(kind).eps],
        dtype=kind,
    )  # fmt: skip
    state = np.zeros((7, n, lanes), dtype=kind)
    stores = np.zeros((2, len(arrays.use), lanes), dtype=kind)
    lost, level = np.zeros((2, n, lanes)), np.zeros((days, lanes))
    kept = np.zeros((found.output.shape[1], n, lanes), dtype=kind)
    unmet = np.zeros((days, found.unmet.shape[2], lanes))
    events = (*outages[:2], *(a.astype(np.float64) for a in outages[2:]))
    fixed = rules.orders == "fixed"
    _days(arrays, constants, events, (first, real, days, fixed), state, stores, (lost, level, kept, group, unmet))
    here = slice(first, first + real)
    found.lost_output[here], found.lost_final[here] = lost[0, :, :real].T, lost[1, :, :real].T
    found.total_output[here] = level[:, :real].T
    found.output[here] = kept[:, :, :real].transpose(2, 0, 1)
    found.unmet[here] = unmet[:, :, :real].transpose(2, 0, 1)


@njit(cache=True, nogil=True, error_model="numpy")
def _days(table, constants, events, run, state, stores, books):  # type: ignore[no-untyped-def]
    """Run all days; ``state`` is made, wanted, α, demand, filled, left, capacity, and ``stores`` stock and orders."""
    first, real, days, fixed = run
    state[2:] = constants[1]
    for i in range(len(table.output)):
        state[0, i, :] = table.output[i]
        for q in range(table.slot_start[i], table.slot_start[i + 1]):
            stores[0, q, :] = table.aim[q] * table.output[i]
            stores[1, q, :] = table.use[q] * table.output[i] if fixed else constants[1]
    state[1] = state[0]
    _reorder(table, constants, fixed, state, stores)  # a calm day before the first
    for day in range(days):
        _lose(day, first, real, events, state[5])
        _make(table, constants, day, state, stores)
        _book(table, constants[5], day, state, books)
        _reorder(table, constants, fixed, state, stores)


@njit(cache=True, nogil=True, error_model="numpy")
def _lose(day, first, real, events, left):  # type: ignore[no-untyped-def]
    """Write the capacity that outages leave on a day; rows that none of them names stay whole."""
    start, line, begin, hold, ramp, loss = events
    for b in range(real):
        for r in range(start[first + b], start[first + b + 1]):
            left[line[r], b] = 1.0
        for r in range(start[first + b], start[first + b + 1]):
            over = day - begin[r] - hold[r]
            if day >= begin[r] and over < 0:
                left[line[r], b] *= 1.0 - loss[r]
            elif day >= begin[r] and over < ramp[r]:
                left[line[r], b] *= 1.0 - loss[r] * (1.0 - over / ramp[r])


@njit(cache=True, nogil=True, error_model="numpy")
def _make(table, constants, day, state, stores):  # type: ignore[no-untyped-def]
    """Make what demand, capacity and stock allow."""
    made, wanted, alpha, demand, filled, left = state[0], state[1], state[2], state[3], state[4], state[5]
    zero, one, most, rise = constants[0], constants[1], constants[2], constants[3]
    stock = stores[0]
    for i in range(len(table.output)):
        for b in range(state.shape[2]):
            d, a = demand[i, b], alpha[i, b]
            if day >= 2:
                short = (d - made[i, b]) / d if d > zero else zero
                a = max(one, a + ((most - a) * short if short != zero else one - a) * rise)
                alpha[i, b] = a
            wanted[i, b] = min(d, a * left[i, b] * table.output[i])
            made[i, b] = wanted[i, b]
        for q in range(table.slot_start[i], table.slot_start[i + 1]):
            limit = table.limit[q]
            for b in range(state.shape[2]):
                made[i, b] = min(made[i, b], stock[q, b] * limit)
        for b in range(state.shape[2]):
            filled[i, b] = made[i, b] / demand[i, b] if demand[i, b] > zero else one


@njit(cache=True, nogil=True, error_model="numpy")
def _book(table, rounding, day, state, books):  # type: ignore[no-untyped-def]
    """Add up what is lost; a difference that is rounding counts as none."""
    lost, level, kept, group, by_group = books
    made, filled = state[0], state[4]
    for i in range(len(table.output)):
        normal, final = table.output[i], table.final[i]
        for b in range(state.shape[2]):
            gap, unmet = normal - made[i, b], 1.0 - filled[i, b]
            lost[0, i, b] += gap if abs(gap) > rounding * normal else 0.0
            lost[1, i, b] += final * unmet if unmet > rounding else 0.0
            level[day, b] += made[i, b]
        if group[i] >= 0:
            for b in range(state.shape[2]):
                unmet = 1.0 - filled[i, b]
                by_group[day, group[i], b] += final * unmet if unmet > rounding else 0.0
    if len(kept):
        kept[day] = made


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(table, q, values, total):  # type: ignore[no-untyped-def]
    """Sum the suppliers' values over the arcs of a slot, lane by lane."""
    total[:] = 0
    for e in range(table.arc_start[q], table.arc_start[q + 1]):
        f, part = table.supplier[e], table.part[e]
        for b in range(len(total)):
            total[b] += part * values[f, b]


@njit(cache=True, nogil=True, error_model="numpy")
def _reorder(table, constants, fixed, state, stores):  # type: ignore[no-untyped-def]
    """Receive yesterday's orders, use stock, order anew, and put each order straight into tomorrow's demand.

    Orders by capacity are kept over Σ Z c, so that arcs need no share of their own.
    """
    made, wanted, demand, filled, capacity = state[0], state[1], state[3], state[4], state[6]
    stock, order = stores[0], stores[1]
    lanes, kind = state.shape[2], table.output.dtype
    zero, restock = constants[0], constants[4]
    got, weight = np.empty(lanes, kind), np.ones(lanes, kind)
    if not fixed:
        filled *= capacity  # of the day on which the orders were given
        capacity[:] = state[2] * state[5]
    demand[:] = zero
    for i in range(len(table.output)):
        for q in range(table.slot_start[i], table.slot_start[i + 1]):
            _gather(table, q, filled, got)
            if not fixed:
                _gather(table, q, capacity, weight)
            aim, use = table.aim[q], table.use[q]
            for b in range(lanes):
                used = use * made[i, b]
                stock[q, b] += order[q, b] * got[b] - used
                order[q, b] = max(zero, aim * wanted[i, b] - stock[q, b]) * restock + used
            if not fixed:
                for b in range(lanes):
                    order[q, b] = order[q, b] / weight[b] if weight[b] > zero else zero
            for e in range(table.arc_start[q], table.arc_start[q + 1]):
                f, part = table.supplier[e], table.part[e]
                for b in range(lanes):
                    demand[f, b] += part * order[q, b]
    for i in range(len(table.output)):
        for b in range(lanes):
            demand[i, b] = demand[i, b] * capacity[i, b] + table.final[i]
