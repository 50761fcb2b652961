"""The links that carry supply: between operating sites, never of a site with itself."""

from __future__ import annotations

import polars as pl

from tierscape.errors import Finding
from tierscape.network import Network

IN_HOUSE = "in house"
"""``source`` of the links that stand for what a site makes for itself."""


def operating(network: Network) -> pl.DataFrame:
    """Give the sites that act today, one column; a null status is read as operating."""
    return network["sites"].filter(pl.col("status").fill_null("operating") == "operating").select("site")


def usable_links(network: Network, links: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Keep the links that carry supply, in the order of their keys, and say which do not."""
    acts = operating(network)["site"]
    links = links.sort("part", "buyer", "supplier")
    closed = ~(pl.col("supplier").is_in(acts.implode()) & pl.col("buyer").is_in(acts.implode()))
    itself = ~closed & (pl.col("supplier") == pl.col("buyer"))
    findings = (
        *dropped(
            links.filter(closed), "link_of_idle_site", "{count} join a site that does not operate; they carry nothing",
            "Correct sites.status, or take the links out.", "note",
        ),
        *dropped(
            links.filter(itself), "self_supply", "{count} name the same site as supplier and buyer and were left out",
            "What a site makes for itself is read from 'capabilities': give the part a row there.", "warning",
        ),
    )  # fmt: skip
    return links.filter(~closed & ~itself), findings


def dropped(rows: pl.DataFrame, rule: str, problem: str, remedy: str, severity: str) -> tuple[Finding, ...]:
    """Say that links do not count; nothing where there are none."""
    if rows.is_empty():
        return ()
    count = f"{rows.height} link{'s' * (rows.height > 1)}"
    return (
        Finding(
            rule=rule,
            severity="warning" if severity == "warning" else "note",
            table="links",
            problem=problem.format(count=count),
            remedy=remedy,
            count=rows.height,
            value="/".join(rows.select("supplier", "buyer", "part").row(0)),
        ),
    )
