"""Figures that others published about the content of exports, each with its method and its source.

They differ by a factor of two for one question, because the methods differ: none of them may stand alone.
"""

from __future__ import annotations

from typing import NamedTuple

READ, UNVERIFIED, COMPUTED = "read in the source", "unverified", "computed"


class Figure(NamedTuple):
    """A published figure about the exports of ``exporter``; ``content`` is the origin that it counts, null: all foreign."""

    exporter: str
    content: str | None
    claim: str
    share: float
    method: str
    short: str
    source: str
    checked: str


US_CONTENT = "US content of US imports of Mexican manufactures"

FIGURES = (
    Figure(
        "MX", "US", US_CONTENT, 0.18,
        "conventional multi-region input-output, proportional inputs (17 % in the version of 2018)",
        "Proportional inputs, 2019", "de Gortari (2019), NBER w25868", READ,
    ),
    Figure(
        "MX", "US", US_CONTENT, 0.30, "customs data, inputs differ by destination", "Customs data, 2019",
        "de Gortari (2019), NBER w25868", READ,
    ),
    Figure(
        "MX", "US", "US content of US imports from Mexico", 0.40, "input-output split for processing trade",
        "Processing split, 2010*", "Koopman, Powers, Wang & Wei (2010), NBER w16426", UNVERIFIED,
    ),
    Figure(
        "MX", None, "foreign value-added share of Mexico's manufactured exports, 2003", 0.66, "corrected for maquiladoras",
        "Maquila-corrected, 2003", "De La Cruz, Koopman, Wang & Wei (2011)", READ,
    ),
    Figure(
        "MX", "US", "US content of Mexican exports to the US, 2011", 0.117, "plain Leontief on WIOD (41 countries × 35 sectors)",
        "Plain Leontief, WIOD 2011", "computed by tierscape from WIOD, release of 2013; Timmer et al. (2015), doi:10.1111/roie.12178", COMPUTED,
    ),
)  # fmt: skip


def figures(exporter: str | None, partner: str | None) -> tuple[Figure, ...]:
    """Give the figures about a country's exports, to the partner where they name one; codes of ISO 3166-1 alpha-2."""
    return tuple(f for f in FIGURES if f.exporter == exporter and partner in {None, f.content or partner})
