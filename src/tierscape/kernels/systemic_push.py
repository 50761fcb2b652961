"""Economic systemic risk index of one target after another: losses are pushed along links only where they change."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.systemic import GONE, Shares, Systemic

SAFE = 0.1
"""Share of a market that must remain for its sum to be kept up by differences."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class _Ways(NamedTuple):
    """Links seen from whoever loses: to the slots of customers, to suppliers; and the lines of each market."""

    down_ptr: Ints
    slot: Ints
    customer: Ints
    down: Floats
    up_ptr: Ints
    seller: Ints
    up: Floats
    market_ptr: Ints
    member: Ints


def systemic_push(
    network: Shares,
    targets: tuple[Ints, Ints, Floats],
    eps: float = 1e-2,
    *,
    substitution: bool = True,
    tau: float = 1e-8,
) -> Systemic:
    """Give the share of output lost with each target, passing on no change of a loss below ``tau``.

    Parameters
    ----------
    network, targets, eps, substitution
        As in ``kernels.systemic.systemic``.
    tau : float
        Greatest change of a loss that is kept back, 0 to 1e-6; 0 gives the index itself, up to rounding.

    Returns
    -------
    Systemic

    Raises
    ------
    ValueError
        ``eps`` is not above 0, or ``tau`` is negative.

    Notes
    -----
    The same iterates as ``systemic``: losses only grow, so the sum of what was pushed is what would be pulled. Time goes
    with the links touched, not with all links, O(lines + links) memory; of the two it is the faster one on large networks.

    References
    ----------
    Diem, Borsos, Reisch, Kertész, Thurner (2022), Sci. Rep. 12:7719, doi 10.1038/s41598-022-11522-z: the index.
    """
    if not (eps > 0.0 and tau >= 0.0):
        raise ValueError(
            f"eps must be above 0 and tau at least 0, not {eps} and {tau}: losses on a cycle rise for ever"
        )
    return Systemic(*_push(network, _ways(network), targets, (eps, tau), substitution))


def _ways(network: Shares) -> _Ways:
    lines, slots = len(network.sales), len(network.link_ptr) - 1
    slot = np.repeat(np.arange(slots), np.diff(network.link_ptr))
    owner = np.repeat(np.arange(lines), np.diff(network.slot_ptr))
    seller = np.repeat(np.arange(lines), np.diff(network.sale_ptr))
    by_supplier = np.argsort(network.supplier, kind="stable")
    by_buyer = np.argsort(network.buyer, kind="stable")
    return _Ways(
        down_ptr=_pointer(network.supplier, lines), slot=slot[by_supplier], customer=owner[slot[by_supplier]],
        down=network.down[by_supplier], up_ptr=_pointer(network.buyer, lines), seller=seller[by_buyer],
        up=network.up[by_buyer], market_ptr=_pointer(network.market, int(network.market.max(initial=-1)) + 1),
        member=np.argsort(network.market, kind="stable"),
    )  # fmt: skip


def _pointer(key: Ints, number: int) -> Ints:
    return np.append(0, np.cumsum(np.bincount(key, minlength=number))).astype(np.int64)


class _Side(NamedTuple):
    """Losses in one direction: now, after this step, as passed on, as taken from markets; and the lines that have any."""

    loss: Floats
    next: Floats
    passed: Floats
    counted: Floats
    known: NDArray[np.bool_]
    line: Ints
    many: Ints


@njit(cache=True, nogil=True)
def _push(
    network: Shares,
    ways: _Ways,
    targets: tuple[np.ndarray, np.ndarray, np.ndarray],
    limits: tuple[float, float],
    substitution: bool,  # noqa: FBT001 - numba takes no keyword-only arguments
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Run all targets with one set of arrays, of which each target clears only what it touched."""
    eps, tau = limits
    number, lines = len(targets[0]) - 1, len(network.sales)
    total = max(network.sales.sum(), np.finfo(np.float64).tiny)
    result = np.zeros((3, number))
    iterations = np.zeros(number, np.int64)
    down, up = _side(lines), _side(lines)
    slots, lost = np.zeros(len(network.link_ptr) - 1), np.zeros(lines)  # what was passed to each slot, and to sales
    share = np.ones(lines)
    full = np.zeros(len(ways.market_ptr) - 1)
    for i in range(lines):
        full[network.market[i]] += network.sales[i]
    remaining = full.copy()
    for f in range(number):
        for e in range(targets[0][f], targets[0][f + 1]):
            _note(down, targets[1][e], 1.0 - targets[2][e])
            _note(up, targets[1][e], 1.0 - targets[2][e])
        _settle(down)
        _settle(up)
        rise = np.inf
        while rise > eps:
            iterations[f] += 1
            if substitution:
                _replace(network, ways, down, share, (full, remaining))
            _pass_down(ways, down, share, slots, tau)
            _pass_up(ways, up, lost, tau)
            rise = max(_settle(down), _settle(up))
        _read(network, down, up, result[:, f])
        _clear(network, down, up, (slots, lost, share), (full, remaining))
    return result[0] / total, result[1] / total, result[2] / total, iterations


@njit(cache=True, nogil=True)
def _side(lines: int) -> _Side:
    return _Side(
        np.zeros(lines), np.zeros(lines), np.zeros(lines), np.zeros(lines),
        np.zeros(lines, np.bool_), np.zeros(lines, np.int64), np.zeros(1, np.int64),
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _note(side: _Side, line: int, loss: float) -> None:
    """Let a line lose at least so much in this step."""
    if not side.known[line]:
        side.known[line] = True
        side.line[side.many[0]] = line
        side.many[0] += 1
    side.next[line] = max(side.next[line], loss)


@njit(cache=True, nogil=True)
def _settle(side: _Side) -> float:
    """End the step: what lines lose next is what they lose now. Give the greatest rise."""
    rise = 0.0
    for k in range(side.many[0]):
        i = side.line[k]
        loss = min(1.0, side.next[i])
        rise = max(rise, loss - side.loss[i])
        side.loss[i] = loss
    return rise


@njit(cache=True, nogil=True)
def _replace(
    network: Shares, ways: _Ways, down: _Side, share: np.ndarray, markets: tuple[np.ndarray, np.ndarray]
) -> None:
    """σ of all lines that lose something: what remains of their market goes down with each loss since the last step."""
    full, remaining = markets
    for k in range(down.many[0]):
        i = down.line[k]
        if down.loss[i] > down.counted[i]:
            remaining[network.market[i]] -= network.sales[i] * (down.loss[i] - down.counted[i])
            down.counted[i] = down.loss[i]
            share[i] = -1.0
    for k in range(down.many[0]):
        m = network.market[down.line[k]]
        if share[down.line[k]] < 0.0 and remaining[m] < SAFE * full[m]:
            remaining[m] = 0.0  # too little is left for a difference: sum it afresh
            for e in range(ways.market_ptr[m], ways.market_ptr[m + 1]):
                i = ways.member[e]
                remaining[m] += network.sales[i] * (1.0 - down.loss[i])
                share[i] = abs(share[i])
    for k in range(down.many[0]):
        i = down.line[k]
        left = remaining[network.market[i]]
        share[i] = min(1.0, network.sales[i] / left) if left > GONE else 1.0


@njit(cache=True, nogil=True)
def _pass_down(ways: _Ways, down: _Side, share: np.ndarray, slots: np.ndarray, tau: float) -> None:
    for k in range(down.many[0]):
        j = down.line[k]
        change = share[j] * down.loss[j] - down.passed[j]
        if change > tau:
            down.passed[j] += change
            for e in range(ways.down_ptr[j], ways.down_ptr[j + 1]):
                slots[ways.slot[e]] += ways.down[e] * change
                _note(down, ways.customer[e], slots[ways.slot[e]])


@njit(cache=True, nogil=True)
def _pass_up(ways: _Ways, up: _Side, lost: np.ndarray, tau: float) -> None:
    for k in range(up.many[0]):
        j = up.line[k]
        change = up.loss[j] - up.passed[j]
        if change > tau:
            up.passed[j] += change
            for e in range(ways.up_ptr[j], ways.up_ptr[j + 1]):
                lost[ways.seller[e]] += ways.up[e] * change
                _note(up, ways.seller[e], lost[ways.seller[e]])


@njit(cache=True, nogil=True)
def _read(network: Shares, down: _Side, up: _Side, result: np.ndarray) -> None:
    """Sum sales lost: the worse of both directions, down, up."""
    for k in range(down.many[0]):
        i = down.line[k]
        result[0] += network.sales[i] * max(down.loss[i], up.loss[i])
        result[1] += network.sales[i] * down.loss[i]
    for k in range(up.many[0]):
        i = up.line[k]
        result[2] += network.sales[i] * up.loss[i]
        if not down.known[i]:
            result[0] += network.sales[i] * up.loss[i]


@njit(cache=True, nogil=True)
def _clear(
    network: Shares,
    down: _Side,
    up: _Side,
    sums: tuple[np.ndarray, np.ndarray, np.ndarray],
    markets: tuple[np.ndarray, np.ndarray],
) -> None:
    slots, lost, share = sums
    for k in range(down.many[0]):
        i = down.line[k]
        slots[network.slot_ptr[i] : network.slot_ptr[i + 1]] = 0.0
        share[i] = 1.0
        markets[1][network.market[i]] = markets[0][network.market[i]]
    for k in range(up.many[0]):
        lost[up.line[k]] = 0.0
    for side in (down, up):
        for k in range(side.many[0]):
            i = side.line[k]
            side.loss[i] = side.next[i] = side.passed[i] = side.counted[i] = 0.0
            side.known[i] = False
        side.many[0] = 0
