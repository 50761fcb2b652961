"""How much of a product's value comes from allies: by location, by owner, by both, tier by tier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.analyses.trust.tables import BASES
from tierscape.kernels.ally_box import stands

NOWHERE = (-1.0, 101.0)
"""Bounds of the index of an unknown country: it is an ally at no threshold and may be one at any."""

WHOLE = "all"
"""Word for all tiers together."""


@dataclass(frozen=True, eq=False)
class Value:
    """Where the value of a product is added, by one reading of the links.

    Parameters
    ----------
    links : str
        ``declared``, or ``all``.
    added : polars.DataFrame
        ``site``, ``tier``, ``mass``: share of the product's value added by the site at that tier; one row a pair.
    unknown : polars.DataFrame
        ``tier``, ``mass``: share lost from sight at that tier.
    """

    links: str
    added: pl.DataFrame
    unknown: pl.DataFrame

    @property
    def by_site(self) -> pl.DataFrame:
        """``site``, ``tier`` (the lowest), ``mass``; most value first."""
        rows = self.added.group_by("site").agg(pl.col("tier").min(), pl.col("mass").sum())
        return rows.filter(pl.col("mass") > 0).sort("mass", "site", descending=[True, False])


def site_standing(network_sites: pl.DataFrame, organizations: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
    """Give every site the index of its location and of its owner, with their bounds.

    Returns
    -------
    polars.DataFrame
        ``site``, ``name``, ``country``, ``owner_country``, and for each of ``BASES`` ``…_low``, ``…_high``, ``…_index``
        (null where a country is unknown or has no score). An unknown owner is unknown, never the location.
    """
    bounds = index.select("country", "low", "high", "index")
    owners = organizations.select("organization", "owner_country")
    rows = network_sites.select("site", "name", "organization", "country").join(owners, on="organization", how="left")
    for basis, column in (("location", "country"), ("owner", "owner_country")):
        named = bounds.rename({"country": column} | {name: f"{basis}_{name}" for name in ("low", "high", "index")})
        rows = rows.join(named, on=column, how="left").with_columns(
            pl.col(f"{basis}_low").fill_null(NOWHERE[0]), pl.col(f"{basis}_high").fill_null(NOWHERE[1])
        )
    known = pl.all_horizontal(pl.col("location_index", "owner_index").is_not_null())
    return rows.with_columns(
        strict_low=pl.min_horizontal("location_low", "owner_low"),
        strict_high=pl.min_horizontal("location_high", "owner_high"),
        strict_index=pl.when(known).then(pl.min_horizontal("location_index", "owner_index")),
    ).drop("organization")


def verdict(basis: str, threshold: float) -> pl.Expr:
    """Tell of a row of ``site_standing`` whether the site is allied: yes, no, depends, unknown."""
    return (
        pl.when(pl.col(f"{basis}_low") >= threshold).then(pl.lit("yes"))
        .when(pl.col(f"{basis}_high") < threshold).then(pl.lit("no"))
        .when(pl.col(f"{basis}_index").is_null()).then(pl.lit("unknown"))
        .otherwise(pl.lit("depends"))
    )  # fmt: skip


def share_rows(value: Value, standing: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """Share the value among allies, others, and what depends or is unknown; by basis and tier, the whole product first."""
    placed = value.added.join(standing, on="site", how="left")
    parts = [
        _of_basis(placed.with_columns(tier=tier), value.unknown.with_columns(tier=tier), basis, threshold)
        for basis in BASES
        for tier in (pl.lit(WHOLE), pl.col("tier").cast(pl.String))
    ]
    return pl.concat(parts).select(pl.lit(value.links).alias("links"), "*")


def _of_basis(placed: pl.DataFrame, lost: pl.DataFrame, basis: str, threshold: float) -> pl.DataFrame:
    soft = (pl.col("mass") * pl.col(f"{basis}_index").fill_null(0.0) / 100.0).sum()
    sums = placed.with_columns(allied=verdict(basis, threshold)).group_by("tier").agg(
        soft=soft,
        **{word: pl.col("mass").filter(pl.col("allied") == word).sum() for word in ("yes", "depends", "no", "unknown")},
    )  # fmt: skip
    hidden = lost.group_by("tier").agg(hidden=pl.col("mass").sum())
    rows = sums.join(hidden, on="tier", how="full", coalesce=True).fill_null(0.0)
    unknown = pl.col("unknown") + pl.col("hidden")
    total = pl.col("yes") + pl.col("depends") + pl.col("no") + unknown
    rows = rows.with_columns(total=total, hidden=unknown).filter(pl.col("total") > 0)
    ally, depends, other, dark = (pl.col(name) / pl.col("total") for name in ("yes", "depends", "no", "hidden"))
    return rows.sort(pl.col("tier").cast(pl.Int64, strict=False)).select(
        pl.lit(basis).alias("basis"),
        "tier",
        value_share=pl.col("total").round(12),
        ally_share=ally.round(12),
        low=ally.round(12),
        high=(ally + depends + dark).clip(upper_bound=1.0).round(12),
        depends_share=depends.round(12),
        other_share=other.round(12),
        unknown_share=dark.round(12),
        soft_share=(pl.col("soft") / pl.col("total")).round(12),
    )


def sweep_rows(value: Value, standing: pl.DataFrame, thresholds: np.ndarray) -> pl.DataFrame:
    """Give the ally share of the whole product at each threshold, by basis."""
    placed = value.by_site.join(standing, on="site", how="left")
    mass = placed["mass"].to_numpy()
    lost = float(value.unknown["mass"].sum())
    parts = []
    for basis in BASES:
        held = stands(placed[f"{basis}_low"].to_numpy(), placed[f"{basis}_high"].to_numpy(), thresholds)
        sure, may = mass @ (held == 2), mass @ (held >= 1) + lost
        total = mass.sum() + lost
        parts.append(
            pl.DataFrame(
                {"threshold": thresholds, "ally_share": sure / total, "high": np.minimum(may / total, 1.0)}
            ).select(pl.lit(basis).alias("basis"), "threshold", pl.col("ally_share", "high").round(12))
        )
    return pl.concat(parts).select(pl.lit(value.links).alias("links"), "*")


def site_rows(value: Value, standing: pl.DataFrame, threshold: float) -> pl.DataFrame:
    """List the sites that add value with their verdict by location, by owner and by both."""
    return value.by_site.join(standing, on="site", how="left", maintain_order="left").select(
        pl.lit(value.links).alias("links"), "site", "name", "country", "owner_country", "tier",
        pl.col("mass").round(12).alias("value_share"),
        by_location=verdict("location", threshold), by_owner=verdict("owner", threshold), strict=verdict("strict", threshold),
    )  # fmt: skip


def country_shares(value: Value, standing: pl.DataFrame) -> pl.DataFrame:
    """Give the share of the product's value by country of location and by country of owner."""
    placed = value.by_site.join(standing.select("site", "country", "owner_country"), on="site", how="left")
    here = placed.drop_nulls("country").group_by("country").agg(value_share=pl.col("mass").sum().round(12))
    owned = placed.drop_nulls("owner_country").group_by(country="owner_country").agg(
        owned_share=pl.col("mass").sum().round(12)
    )  # fmt: skip
    return here.join(owned, on="country", how="full", coalesce=True).fill_null(0.0)
