"""Alternatives and conditions over tests: who passes, by what margin, and which test decides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


def join(passes: Bools, margins: Floats, leaves: Ints, *, alternatives: bool) -> tuple[Bools, Floats, Ints]:
    """Join tests that are alternatives (any of them) or conditions (all of them).

    Parameters
    ----------
    passes : numpy.ndarray of bool, shape (k, n)
        Which test each good passes.
    margins : numpy.ndarray of float, shape (k, n)
        Points above (negative: below) the limit; NaN for tests without a number. A margin is negative exactly where its
        test fails.
    leaves : numpy.ndarray of int, shape (k, n)
        Which test decides each member.
    alternatives : bool
        Any of them suffices; else all are needed.

    Returns
    -------
    tuple
        Passes, margins and deciding tests, each of shape (n,).

    Notes
    -----
    any: passes if one does; the margin is the largest among those with that outcome. all: passes if every one does; the
    margin is the smallest among those with that outcome. So any ≥ each and all ≤ each, and a margin never has the wrong
    sign. A test without a number decides only where no number stands beside it. O(k·n).

    Examples
    --------
    >>> passed, margin, leaf = join(np.array([[False], [True]]), np.array([[-2.0], [2.78]]), np.array([[0], [1]]), alternatives=True)
    >>> bool(passed[0]), float(margin[0]), int(leaf[0])
    (True, 2.78, 1)
    """
    outcome = np.asarray(passes.any(axis=0) if alternatives else passes.all(axis=0), dtype=np.bool_)
    deciding = passes == outcome
    worst = -np.inf if alternatives else np.inf
    known = deciding & ~np.isnan(margins)
    ranked = np.where(known, margins, worst)
    at = ranked.argmax(axis=0) if alternatives else ranked.argmin(axis=0)
    none = ~known.any(axis=0)
    at = np.where(none, deciding.argmax(axis=0), at)
    goods = np.arange(passes.shape[1])
    margin = np.asarray(np.where(none, np.nan, margins[at, goods]), dtype=np.float64)
    return outcome, margin, np.asarray(leaves[at, goods], dtype=np.int64)
