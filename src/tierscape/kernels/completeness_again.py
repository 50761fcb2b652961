"""Completeness of one place again and again, as the cover of a few parts changes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.completeness import ROUNDING

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Needs(NamedTuple):
    """The bill of materials as arrays; part 0 is the product, parents stand before children.

    Parameters
    ----------
    own : numpy.ndarray, shape (K,)
        Weight of a part's own making.
    first : numpy.ndarray of int64, shape (K + 1,)
        Groups of part k are ``first[k]`` to ``first[k + 1]``.
    weight, essential : numpy.ndarray, shape (G,)
        Weight of a group, and whether the part cannot be made without it.
    member_first : numpy.ndarray of int64, shape (G + 1,)
    member : numpy.ndarray of int64
        Alternatives of a group.
    floor : float
        ε of the completeness.
    """

    own: Floats
    first: Ints
    weight: Floats
    essential: NDArray[np.bool_]
    member_first: Ints
    member: Ints
    floor: float


@njit(cache=True, nogil=True, error_model="numpy")
def walk(cover: Floats, needs: Needs, value: Floats, dirty: NDArray[np.bool_]) -> float:
    """Walk again what changed, children first.

    Parameters
    ----------
    cover : numpy.ndarray, shape (K,)
        Cover of each part, 0 to 1.
    needs : Needs
    value : numpy.ndarray, shape (K,)
        Completeness of each part as the walk before left it; brought up to date.
    dirty : numpy.ndarray of bool, shape (K,)
        Parts whose cover changed since; all at first. Cleared.

    Returns
    -------
    float
        Completeness of the product: that of ``completeness.walk`` with ρ = 1 and the best of alternatives.

    Notes
    -----
    O(ancestors of what changed) divisions, O(bom rows) looks.
    """
    eps = needs.floor
    for n in range(len(needs.own) - 1, -1, -1):
        if needs.first[n] == needs.first[n + 1]:
            value[n] = cover[n]
            continue
        changed = dirty[n]
        for m in range(needs.member_first[needs.first[n]], needs.member_first[needs.first[n + 1]]):
            changed = changed or dirty[needs.member[m]]
        if not changed:
            continue
        hard, hard_sum, soft, soft_sum = 0.0, 0.0, 0.0, 0.0
        if needs.own[n] > 0.0:
            hard, hard_sum = needs.own[n], needs.own[n] / (eps + (1.0 - eps) * cover[n])
        for g in range(needs.first[n], needs.first[n + 1]):
            best = 0.0
            for m in range(needs.member_first[g], needs.member_first[g + 1]):
                best = max(best, value[needs.member[m]])
            reached = eps + (1.0 - eps) * best
            if needs.essential[g]:
                hard, hard_sum = hard + needs.weight[g], hard_sum + needs.weight[g] / reached
            else:
                soft, soft_sum = soft + needs.weight[g], soft_sum + needs.weight[g] * reached
        met = soft_sum
        if hard_sum > 0.0:
            met += hard * hard / hard_sum
        all_of = (met / (hard + soft) - eps) / (1.0 - eps)
        now = 0.0 if all_of < ROUNDING else 1.0 if all_of > 1.0 - ROUNDING else all_of
        dirty[n], value[n] = now != value[n], now
    dirty[:] = False
    return float(value[0])
