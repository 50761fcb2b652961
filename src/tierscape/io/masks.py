"""Suppliers that may not be named: their keys belong to the file that holds them, and nothing that tells who they are stays."""

from __future__ import annotations

import re
from collections.abc import Mapping

import polars as pl

from tierscape.errors import Finding
from tierscape.schema import TABLES

MASK = "masked"
"""A key of a site that begins so stands for a supplier that may not be named."""
TELLING = ("name", "organization", "town", "lat", "lon", "geo_precision")
"""Columns of ``sites`` that would name it; country and region stay."""


def masked(column: str) -> pl.Expr:
    """Whether the key of a site is masked."""
    return pl.col(column).str.to_lowercase().str.starts_with(MASK)


def own_masks(tables: Mapping[str, pl.DataFrame], file: str) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """Make the masked keys of one file its own, as ``masked_1@file``, and take away what would tell who they are.

    Two suppliers may both write ``masked_1`` and mean two sites. A key that has an ``@`` already keeps it, so that a file
    that was merged once gives the same keys again.
    """
    found = dict(tables)
    suffix = re.sub(r"\W+", "_", file)
    findings: list[Finding] = []
    sites = found.get("sites")
    if sites is not None and "site" in sites.columns:
        told = [name for name in TELLING if name in sites.columns]
        open_ = sites.filter(masked("site") & pl.any_horizontal(pl.col(told).is_not_null())) if told else sites.clear()
        if open_.height:
            findings.append(
                Finding(
                    rule="mask_opened", severity="warning", table="sites", column="name", count=open_.height, value=open_["site"][0],
                    problem=f"{open_.height} masked sites of '{file}' had a name or a place; it was taken away",
                    remedy="Keep country and region only, or give the site a key that is not masked.",
                )
            )  # fmt: skip
        hide = [pl.when(masked("site")).then(None).otherwise(pl.col(name)).alias(name) for name in told]
        found["sites"] = sites.with_columns(hide)
    for name, frame in found.items():
        columns = [c.name for c in TABLES[name].columns if c.name in frame.columns and (c.reference == "sites" or (name, c.name) == ("sites", "site"))]  # fmt: skip
        own = [
            pl.when(masked(c) & ~pl.col(c).str.contains("@", literal=True)).then(pl.format(f"{{}}@{suffix}", pl.col(c))).otherwise(pl.col(c)).alias(c)
            for c in columns
        ]  # fmt: skip
        found[name] = frame.with_columns(own)
    return found, findings
