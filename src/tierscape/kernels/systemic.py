"""Economic systemic risk index of many targets: sixteen at a time, each line pulls its losses from its links."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

LANES = 16
"""Targets computed side by side: a compile-time constant, so that the loop over them becomes vector instructions."""

NONE, LINEAR, ESSENTIAL = 0, 1, 2
"""What losing an input does: nothing, a loss in proportion to its share, a stop."""

GONE = 1e-10
"""Remaining sales of a market below which nobody is left to be replaced by."""

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


class Shares(NamedTuple):
    """A network as the two engines read it.

    Attributes
    ----------
    slot_ptr : numpy.ndarray of int64, shape (lines + 1,)
        Slots of each line: one for each essential class of input, one for all linear inputs together.
    link_ptr, supplier, down : numpy.ndarray
        CSR by slot: who supplies, and which share of the slot.
    sale_ptr, buyer, up : numpy.ndarray
        CSR by line: who buys, and which share of sales.
    sales : numpy.ndarray, shape (lines,)
    market : numpy.ndarray of int64, shape (lines,)
        Lines that can replace each other, numbered from 0.
    """

    slot_ptr: Ints
    link_ptr: Ints
    supplier: Ints
    down: Floats
    sale_ptr: Ints
    buyer: Ints
    up: Floats
    sales: Floats
    market: Ints


class Systemic(NamedTuple):
    """Share of all output that is lost with each target.

    Attributes
    ----------
    esri : numpy.ndarray, shape (targets,)
        0 to 1; the worse of the two shocks at each line.
    esri_down, esri_up : numpy.ndarray, shape (targets,)
        Of missing inputs alone, and of missing customers alone.
    iterations : numpy.ndarray of int64, shape (targets,)
    """

    esri: Floats
    esri_down: Floats
    esri_up: Floats
    iterations: Ints


def shares(links: tuple[Ints, Ints, Floats, Ints, Ints], market: Ints) -> Shares:
    """Turn links into shares of inputs and of sales.

    Parameters
    ----------
    links : (supplier, buyer, weight, essentiality, kind)
        One entry a link: its lines, what flows at least 0, what losing it does (0 nothing, 1 linear, 2 essential), and the
        class of input, from 0.
    market : numpy.ndarray of int64, shape (lines,)
        Lines that can replace each other, numbered from 0.

    Returns
    -------
    Shares

    Notes
    -----
    An essential link weighs by its share of its class at the buyer, a linear one by its share of **all** inputs of the
    buyer. O(links log links) time.
    """
    supplier, buyer, weight, essentiality, kind = links
    number = len(market)
    every = np.bincount(buyer, weight, minlength=number)
    classes = int(kind.max(initial=-1)) + 1
    pair = buyer * classes + kind
    group, member = np.unique(pair, return_inverse=True)
    within = np.bincount(member, weight, minlength=len(group))[member]
    whole = np.where(essentiality == ESSENTIAL, within, every[buyer])
    down = np.divide(weight, whole, out=np.zeros(len(weight)), where=whole > 0.0)
    slot = buyer * (classes + 1) + np.where(essentiality == ESSENTIAL, kind + 1, 0)
    felt = np.flatnonzero(essentiality != NONE)
    felt = felt[np.lexsort((supplier[felt], slot[felt]))]
    slots, fills = np.unique(slot[felt], return_counts=True)
    per_line = np.bincount(slots // (classes + 1), minlength=number)
    sales = np.asarray(np.bincount(supplier, weight, minlength=number), dtype=np.float64)
    sold = np.lexsort((buyer, supplier))
    up = np.divide(weight, sales[supplier], out=np.zeros(len(weight)), where=sales[supplier] > 0.0)
    return Shares(
        slot_ptr=_pointer(per_line), link_ptr=_pointer(fills), supplier=supplier[felt], down=down[felt],
        sale_ptr=_pointer(np.bincount(supplier, minlength=number)), buyer=buyer[sold], up=up[sold],
        sales=sales, market=market,
    )  # fmt: skip


def systemic(
    network: Shares, targets: tuple[Ints, Ints, Floats], eps: float = 1e-2, *, substitution: bool = True
) -> Systemic:
    """Give the share of output lost with each target.

    Parameters
    ----------
    network : Shares
        As ``shares`` gives them.
    targets : (indptr, line, left)
        CSR: the lines that each target strikes, each once, and the share of output that each keeps; 0 is a failure.
    eps : float
        Greatest rise of a loss in the last iteration, above 0. 1e-2 is part of the published index; another value is another
        index, and a much smaller one may take very long on cycles that lose almost nothing.
    substitution : bool
        Whether a lost supplier hurts less where others of its market remain.

    Returns
    -------
    Systemic

    Raises
    ------
    ValueError
        ``eps`` is not above 0.

    Notes
    -----
    With losses D = 1 − hd of missing inputs and U = 1 − hu of missing customers, both starting at 1 − left::

        σ_j = min(1, s_j / Σ_market s (1 − D))            of this iteration, 1 where the sum is at most 10⁻¹⁰
        D_i ← min(1, max(1 − left_i, max_slots Σ_j down_ji σ_j D_j))
        U_i ← min(1, max(1 − left_i, Σ_j up_ij U_j))

    all at once, until neither rises by more than ``eps``; ESRI = Σ s_i max(D_i, U_i) / Σ s. O(iterations · links) time a
    target, 48·LANES bytes a line. A target whose iteration ended is read at once and the next one takes its lane; company
    changes no bit. Stock, time and prices are not in the index.

    References
    ----------
    Diem, Borsos, Reisch, Kertész, Thurner (2022), Quantifying firm-level economic systemic risk from nation-wide supply
    networks, Sci. Rep. 12:7719, doi 10.1038/s41598-022-11522-z.

    Examples
    --------
    A supplier, a maker that cannot do without it, a shop: whichever fails takes its neighbours down.

    >>> one = np.ones(2, np.int64)
    >>> network = shares((np.array([0, 1]), np.array([1, 2]), np.ones(2), 2 * one, 0 * one), np.arange(3))
    >>> systemic(network, (np.array([0, 1, 2, 3]), np.arange(3), np.zeros(3))).esri.tolist()
    [1.0, 1.0, 1.0]
    """
    if not eps > 0.0:
        raise ValueError(f"eps must be above 0, not {eps}: losses on a cycle rise for ever")
    return Systemic(*_pull(network, targets, eps, substitution))


def _pointer(counts: Ints) -> Ints:
    return np.append(0, np.cumsum(counts)).astype(np.int64)


@njit(cache=True, nogil=True)
def _pull(
    network: Shares,
    targets: tuple[np.ndarray, np.ndarray, np.ndarray],
    eps: float,
    substitution: bool,  # noqa: FBT001 - numba takes no keyword-only arguments
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Run LANES targets side by side; a lane whose target has ended takes the next one."""
    number, lines = len(targets[0]) - 1, len(network.sales)
    markets = network.market.max() + 1 if lines > 0 else 0
    total = max(network.sales.sum(), np.finfo(np.float64).tiny)
    result, iterations = np.zeros((3, number)), np.zeros(number, np.int64)
    struck, felt = np.zeros((lines, LANES)), np.zeros((lines, LANES))
    down, up = np.zeros((lines, LANES)), np.zeros((lines, LANES))
    next_down, next_up = np.zeros((lines, LANES)), np.zeros((lines, LANES))
    running = np.full(LANES, -1)
    started = min(LANES, number)
    for b in range(started):
        running[b] = b
        _strike(targets, b, struck[:, b], down[:, b], up[:, b])
    while running.max() >= 0:
        _felt(network, down, felt, substitution, markets)
        rise = np.maximum(_step_down(network, felt, down, struck, next_down), _step_up(network, up, struck, next_up))
        down, next_down, up, next_up = next_down, down, next_up, up
        for b in range(LANES):
            f = running[b]
            if f < 0:
                continue
            iterations[f] += 1
            if rise[b] <= eps:
                _read(network.sales, down[:, b], up[:, b], result[:, f])
                struck[:, b] = 0.0
                running[b] = started if started < number else -1
                if started < number:
                    _strike(targets, started, struck[:, b], down[:, b], up[:, b])
                    started += 1
    return result[0] / total, result[1] / total, result[2] / total, iterations


@njit(cache=True, nogil=True)
def _strike(
    targets: tuple[np.ndarray, np.ndarray, np.ndarray],
    target: int,
    struck: np.ndarray,
    down: np.ndarray,
    up: np.ndarray,
) -> None:
    """Start a lane: the target loses what it loses, in both directions."""
    for e in range(targets[0][target], targets[0][target + 1]):
        i = targets[1][e]
        struck[i] = down[i] = up[i] = 1.0 - targets[2][e]


@njit(cache=True, nogil=True)
def _read(sales: np.ndarray, down: np.ndarray, up: np.ndarray, result: np.ndarray) -> None:
    """Sum sales lost, the worse of both directions, down, up; and clear the lane."""
    worse, of_down, of_up = 0.0, 0.0, 0.0
    for i in range(len(sales)):
        worse += sales[i] * max(down[i], up[i])
        of_down += sales[i] * down[i]
        of_up += sales[i] * up[i]
        down[i] = up[i] = 0.0
    result[:] = (worse, of_down, of_up)


@njit(cache=True, nogil=True)
def _felt(network: Shares, down: np.ndarray, felt: np.ndarray, substitution: bool, markets: int) -> None:  # noqa: FBT001
    """σ_j D_j: the part of each loss that customers feel."""
    if not substitution:
        felt[:] = down
        return
    remaining = np.zeros((markets, LANES))
    for j in range(len(down)):
        m = network.market[j]
        for b in range(LANES):
            remaining[m, b] += network.sales[j] * (1.0 - down[j, b])
    for j in range(len(down)):
        m = network.market[j]
        for b in range(LANES):
            share = min(1.0, network.sales[j] / remaining[m, b]) if remaining[m, b] > GONE else 1.0
            felt[j, b] = share * down[j, b]


@njit(cache=True, nogil=True)
def _step_down(
    network: Shares, felt: np.ndarray, before: np.ndarray, struck: np.ndarray, after: np.ndarray
) -> np.ndarray:
    """Let each line feel what its suppliers do not deliver; give the greatest rise of each lane."""
    rise, total, worst = np.zeros(LANES), np.zeros(LANES), np.zeros(LANES)
    for i in range(len(before)):
        worst[:] = struck[i]
        for q in range(network.slot_ptr[i], network.slot_ptr[i + 1]):
            total[:] = 0.0
            for e in range(network.link_ptr[q], network.link_ptr[q + 1]):
                j, weight = np.uint64(network.supplier[e]), network.down[e]
                for b in range(LANES):
                    total[b] += weight * felt[j, b]
            for b in range(LANES):
                worst[b] = max(worst[b], total[b])
        for b in range(LANES):
            loss = min(1.0, worst[b])
            after[i, b] = loss
            rise[b] = max(rise[b], loss - before[i, b])
    return rise


@njit(cache=True, nogil=True)
def _step_up(network: Shares, before: np.ndarray, struck: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Let each line feel what its customers do not buy; give the greatest rise of each lane."""
    rise, total = np.zeros(LANES), np.zeros(LANES)
    for i in range(len(before)):
        total[:] = 0.0
        for e in range(network.sale_ptr[i], network.sale_ptr[i + 1]):
            j, weight = np.uint64(network.buyer[e]), network.up[e]
            for b in range(LANES):
                total[b] += weight * before[j, b]
        for b in range(LANES):
            loss = min(1.0, max(struck[i, b], total[b]))
            after[i, b] = loss
            rise[b] = max(rise[b], loss - before[i, b])
    return rise
