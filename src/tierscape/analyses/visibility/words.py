"""Tiers, hidden sites and intervals in words."""

from __future__ import annotations

from typing import Any

import polars as pl

TOLD = (1, 2, 3)
"""Tiers that the sentences and cards speak of."""
NOTHING = 0.995
"""Unknown share of a tier from which nothing is said of its places."""


def offshore(row: dict[str, Any]) -> str:
    """Give the offshore share, and how high it may be."""
    low, high = f"{row['offshore_share']:.0%}", f"{row['offshore_high']:.0%}"
    return low if low == high else f"{low} (up to {high})"


def _told(tiers: pl.DataFrame, basis: str) -> list[dict[str, Any]]:
    rows = tiers.filter((pl.col("basis") == basis) & pl.col("tier").is_in(TOLD)).sort("tier")
    return list(rows.iter_rows(named=True))


def outside(tiers: pl.DataFrame, basis: str) -> str:
    """Give by tier the share outside home and near, and what is unknown there."""
    parts = []
    for row in _told(tiers, basis):
        unknown = f"{row['unknown_share']:.0%}"
        if row["unknown_share"] > NOTHING:
            parts.append(f"tier {row['tier']} is unknown")
        else:
            beside = "" if unknown == "0%" else f" ({unknown} unknown)"
            parts.append(f"{row['outside_share']:.0%} at tier {row['tier']}{beside}")
    return ", ".join(parts)


def tier_card(tiers: pl.DataFrame, basis: str, other: str | None) -> tuple[str, str, str]:
    """Give the card of the share outside home and near at tiers 1 to 3; ``other`` is a reading to name beside it."""
    rows = _told(tiers, basis)
    title = "Outside home and near at tiers " + " · ".join(str(row["tier"]) for row in rows)
    if not rows:
        return "Outside home and near", "–", "nothing upstream is known"
    values = " · ".join("?" if row["unknown_share"] > NOTHING else f"{row['outside_share']:.0%}" for row in rows)
    note = "unknown " + " · ".join(f"{row['unknown_share']:.0%}" for row in rows)
    if other:
        note += "; with inferred links " + " · ".join(f"{row['outside_share']:.0%}" for row in _told(tiers, other))
    return title, values, note


def hidden_site(common: pl.DataFrame, basis: str) -> dict[str, Any] | None:
    """Give the hidden site that stands behind most direct suppliers; None where none is known."""
    rows = common.filter((pl.col("basis") == basis) & ~pl.col("direct") & (pl.col("suppliers") > 1))
    rows = rows.sort("suppliers", "cover_value_low", "site", descending=[True, True, False], nulls_last=True)
    return rows.row(0, named=True) if rows.height else None


def behind(found: dict[str, Any]) -> str:
    """Say how many of the direct suppliers it stands behind, and what share of the direct supply these bring."""
    count = f"behind {found['suppliers']} of {round(found['suppliers'] / found['cover'])} direct suppliers"
    value = found["cover_value_low"]
    return count if value is None else f"{count}, with {value:.0%} of the direct supply"


def hidden_card(common: pl.DataFrame, basis: str, other: str | None) -> tuple[str, str, str]:
    """Give the card of the hidden site behind most direct suppliers."""
    title = "Hidden site behind most direct suppliers"
    found = hidden_site(common, basis)
    if found is not None:
        return (
            title,
            str(found["name"]),
            f"{behind(found)}, tier {found['tier']}, {found['country'] or 'country unknown'}",
        )
    guess = hidden_site(common, other) if other else None
    return (
        title,
        "none known",
        f"with inferred links {guess['name']}, {behind(guess)}" if guess else "no site is named twice",
    )
