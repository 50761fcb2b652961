"""Change of tariff classification."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Codes = NDArray[np.int64]


def unshifted(
    material: Codes, good: Codes, digits: int, exceptions: Sequence[tuple[int, int]] = ()
) -> NDArray[np.bool_]:
    """Tell which materials do not change classification on their way into the good.

    Parameters
    ----------
    material, good : numpy.ndarray of int, shape (m,)
        HS codes of six digits, material by material.
    digits : int
        Digits of which at least one must differ: 2 chapter, 4 heading, 6 subheading.
    exceptions : sequence of (int, int)
        Prefix and its number of digits: a material that begins so does not count as changed.

    Returns
    -------
    numpy.ndarray of bool, shape (m,)

    References
    ----------
    USMCA Annex 4-B section A; EU-UK TCA Annex 2 note 4: CC, CTH, CTSH.

    Examples
    --------
    >>> unshifted(np.array([854449, 740811]), np.array([854430, 854430]), 4)
    array([ True, False])
    """
    fails = material // 10 ** (6 - digits) == good // 10 ** (6 - digits)
    return np.asarray(fails | begins(material, exceptions), dtype=np.bool_)


def begins(codes: Codes, prefixes: Sequence[tuple[int, int]]) -> NDArray[np.bool_]:
    """Tell which codes begin with one of the prefixes, each given with its number of digits."""
    found = np.zeros(codes.shape, dtype=np.bool_)
    for prefix, digits in prefixes:
        found |= codes // 10 ** (6 - digits) == prefix
    return found
