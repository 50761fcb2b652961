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


class Above(NamedTuple):
    """Where each part goes into.

    Parameters
    ----------
    first : numpy.ndarray of int64, shape (K + 1,)
        Parents of part k are ``first[k]`` to ``first[k + 1]`` of ``parent``.
    parent : numpy.ndarray of int64
    leaf : numpy.ndarray of bool, shape (K,)
        Parts without a bill of materials.
    made : numpy.ndarray of int64
        All others, children before parents.
    """

    first: Ints
    parent: Ints
    leaf: NDArray[np.bool_]
    made: Ints


def above(needs: Needs) -> Above:
    """Turn the bill of materials around.

    Examples
    --------
    >>> of = np.array([0, 2, 2, 2]), np.ones(2), np.ones(2, bool), np.arange(3), np.array([1, 2])
    >>> above(Needs(np.ones(3), *of, floor=0.05)).parent.tolist()
    [0, 0]
    """
    group = np.repeat(np.arange(len(needs.weight)), np.diff(needs.member_first))
    parent = np.repeat(np.arange(len(needs.own)), np.diff(needs.first))[group]
    order = np.argsort(needs.member, kind="stable")
    count = np.bincount(needs.member, minlength=len(needs.own))
    leaf = np.diff(needs.first) == 0
    made = np.ascontiguousarray(np.flatnonzero(~leaf)[::-1]).astype(np.int64)
    return Above(np.concatenate([[0], np.cumsum(count)]).astype(np.int64), parent[order].astype(np.int64), leaf, made)


@njit(cache=True, nogil=True, error_model="numpy")
def walk(cover: Floats, needs: Needs, over: Above, value: Floats, dirty: NDArray[np.bool_]) -> float:
    """Walk again what changed, children first.

    Parameters
    ----------
    cover : numpy.ndarray, shape (K,)
        Cover of each part, 0 to 1.
    needs : Needs
    over : Above
        Of the same needs.
    value : numpy.ndarray, shape (K,)
        Completeness of each part as the walk before left it, leaves as ``touch`` left them; brought up to date.
    dirty : numpy.ndarray of bool, shape (K,)
        Parts to be looked at, all at first. Cleared.

    Returns
    -------
    float
        Completeness of the product: that of ``completeness.walk`` with ρ = 1 and the best of alternatives.

    Notes
    -----
    O(ancestors of what changed) divisions, O(parts with a bill of materials) looks.
    """
    eps = needs.floor
    own, first, weight, essential = needs.own, needs.first, needs.weight, needs.essential
    member_first, member = needs.member_first, needs.member
    parent_first, parent, made = over.first, over.parent, over.made
    for i in range(len(made)):
        n = made[i]
        if not dirty[n]:
            continue
        dirty[n] = False
        hard, hard_sum, soft, soft_sum = 0.0, 0.0, 0.0, 0.0
        if own[n] > 0.0:
            hard, hard_sum = own[n], own[n] / (eps + (1.0 - eps) * cover[n])
        for g in range(first[n], first[n + 1]):
            best = 0.0
            for m in range(member_first[g], member_first[g + 1]):
                best = max(best, value[member[m]])
            reached = eps + (1.0 - eps) * best
            if essential[g]:
                hard, hard_sum = hard + weight[g], hard_sum + weight[g] / reached
            else:
                soft, soft_sum = soft + weight[g], soft_sum + weight[g] * reached
        met = soft_sum
        if hard_sum > 0.0:
            met += hard * hard / hard_sum
        all_of = (met / (hard + soft) - eps) / (1.0 - eps)
        now = 0.0 if all_of < ROUNDING else 1.0 if all_of > 1.0 - ROUNDING else all_of
        if now != value[n]:
            value[n] = now
            for p in range(parent_first[n], parent_first[n + 1]):
                dirty[parent[p]] = True
    return float(value[0])
