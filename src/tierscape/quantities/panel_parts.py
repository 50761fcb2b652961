"""Which parts of a panel are asked about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tierscape.errors import ParameterError
from tierscape.quantities.panel_features import Landscape
from tierscape.validate.data import did_you_mean

LEAST_SITES = 20
"""New sites from which a part is looked at by itself where none is named."""
POOLED = "pooled"


@dataclass(frozen=True, eq=False)
class AskedPart:
    """A part: what it is called, and which rows of the panel are its own."""

    name: str
    rows: NDArray[np.bool_]


def asked_parts(land: Landscape, codes: tuple[str, ...], between: tuple[int, int]) -> tuple[AskedPart, ...]:
    """Give the named parts, or each with at least 20 new sites; and all of them together where there are several.

    Parameters
    ----------
    land : Landscape
        Panel and places.
    codes : tuple of str
        Parts; a numeric code takes all that begin with it. Empty: choose by number.
    between : tuple of int
        New sites count that came after the first year and up to the second.

    Raises
    ------
    ParameterError
        The panel has no such part.
    """
    unknown = [code for code in codes if not land.of_part((code,)).any()]
    if unknown:
        near = did_you_mean(unknown[0], sorted(set(land.codes) - {""}))
        raise ParameterError(f"part: the panel has no site of '{unknown[0]}'. {near}".strip())
    chosen = codes or _frequent(land, between)
    parts = [AskedPart(code, land.of_part((code,))) for code in dict.fromkeys(chosen)]
    if len(parts) == 1:
        return tuple(parts)
    rows = land.of_part(chosen) if chosen else np.array([code != "" for code in land.codes], dtype=np.bool_)
    return (AskedPart(POOLED, rows), *parts)


def _frequent(land: Landscape, between: tuple[int, int]) -> tuple[str, ...]:
    new = (land.first_year > between[0]) & (land.first_year <= between[1]) & (land.places.at >= 0)
    names, counts = np.unique(np.array(land.codes)[new], return_counts=True)
    return tuple(str(n) for n, c in zip(names, counts, strict=True) if n and c >= LEAST_SITES)


def part_words(first: str, named: Sequence[str]) -> str:
    """Say which sites a sentence is about: those of one part, or of all that were asked for."""
    if first != POOLED:
        return f"{first} sites"
    return f"sites of {', '.join(named)}" if named else "sites of all parts"
