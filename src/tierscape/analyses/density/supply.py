"""Who makes what the product requires, and where: the rows that `density` counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import h3
import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.points import region_points
from tierscape.errors import DataError, Finding
from tierscape.graph import Tree, sites_of
from tierscape.kernels import cells, smooth
from tierscape.network import Network

Measure = Literal["sites", "capacity"]
PLANNED = ("construction", "announced", "candidate")


@dataclass(frozen=True, eq=False)
class Supply:
    """The counted rows of `capabilities`, and what was left out.

    Parameters
    ----------
    rows : polars.DataFrame
        One row a counted capability: site, name, organization, country, lat, lon, part, code (place of the part in the
        tree), capacity_per_year, lead_time_days, flex_share, evidence, count and count_high (fixed point, unknown taken low and high), cell (int64), to_qualify
        (nothing shows that the site is qualified), n (sites that the row stands for, 1 unless a register was counted).
    unqualified : polars.DataFrame
        Rows that would count if the site were qualified: site, part, lat, lon.
    planned : polars.DataFrame
        Rows that would count if the site were built, under construction, announced or a candidate: site, part, lat, lon.
    seen : numpy.ndarray of bool, shape (parts,)
        Parts that some site with a place is known to make, whatever its status.
    need : numpy.ndarray, shape (parts,)
        Yearly need in the year of highest demand; NaN where there is no demand or a quantity is unknown.
    findings : tuple of Finding
        Rows that could not be placed, and what was assumed for the others.
    """

    rows: pl.DataFrame
    unqualified: pl.DataFrame
    planned: pl.DataFrame
    seen: np.ndarray
    need: np.ndarray
    findings: tuple[Finding, ...]

    def without_inferred(self) -> Supply:
        """Give the same supply without the rows that are only inferred, or that have no grade."""
        return replace(self, rows=self.rows.filter(pl.col("evidence").is_in(["audited", "declared", "observed"])))

    def held(self) -> pl.DataFrame:
        """Count the sites in every occupied cell: cell, n."""
        return self.rows.unique(["site", "cell"]).group_by("cell").agg(pl.col("n").sum())

    def at_best(self) -> Supply:
        """Give the same supply with everything unknown, a capacity or a need, read as the whole need."""
        return replace(self, rows=self.rows.with_columns(pl.col("count_high").alias("count")))

    def lumped(self, n: int) -> np.ndarray:
        """Tell of which parts some row stands for several sites of unknown and maybe unequal capacity, shape (n + 1,)."""
        several = (pl.col("n") > 1) & (pl.col("count") != pl.col("n") * smooth.ONE)
        found = np.zeros(n + 1, dtype=bool)
        found[self.rows.filter(several)["code"].to_numpy()] = True
        return found

    def firm_slots(self) -> tuple[np.ndarray, int]:
        """Number the firms that have several sites of a part; −1 for all other rows."""
        keys = self.rows.select(
            pl.struct("code", "organization").alias("firm"),
            ((pl.col("n").sum().over("code", "organization") > 1) & pl.col("organization").is_not_null()).alias(
                "several"
            ),
        )
        ranked = keys.with_columns(pl.when("several").then(pl.col("firm")).alias("firm"))["firm"].rank("dense")
        slots = ranked.cast(pl.Int64).fill_null(0).to_numpy() - 1
        return slots, int(slots.max(initial=-1)) + 1


def counted_supply(
    network: Network, tree: Tree, measure: Measure, resolution: int, assumptions: DensityAssumptions
) -> Supply:
    """Collect the supply of the required parts.

    Raises
    ------
    DataError
        ``measure="capacity"`` and the need of the product is unknown.
    """
    need = yearly_need(network, tree)
    if measure == "capacity" and not np.isfinite(need[1:]).any():
        raise DataError([_no_need(tree.parts[0])])
    codes = pl.DataFrame({"part": tree.required, "code": np.arange(1, len(tree.parts))})
    every = sites_of(network, tree.required).join(codes, on="part", how="left", maintain_order="left")
    placed = _placed(network, every)
    seen = np.zeros(len(tree.parts), dtype=bool)
    seen[placed.drop_nulls(["lat", "lon"])["code"].to_numpy()] = True
    counted = placed.filter(pl.col("status").is_in(assumptions.statuses))
    located = counted.drop_nulls(["lat", "lon"])
    qualified = located.filter(pl.col("qualified").fill_null(value=True))
    counts, highs = _counts(qualified, need, measure)
    supplying = network["links"].select(pl.col("supplier").alias("site"), "part").unique().with_columns(links=True)
    linked = qualified.join(supplying, on=["site", "part"], how="left", maintain_order="left")["links"].is_not_null()
    rows = qualified.with_columns(
        (pl.col("qualified").is_null() & ~linked).alias("to_qualify"),
        pl.lit(1, pl.Int64).alias("n"),
        pl.Series("count", counts, dtype=pl.Int64),
        pl.Series("count_high", highs, dtype=pl.Int64),
        pl.Series("cell", cell_of(qualified["lat"], qualified["lon"], resolution), dtype=pl.Int64),
    ).sort("cell", "code", "site")
    unqualified = located.filter(~pl.col("qualified").fill_null(value=True)).select("site", "part", "lat", "lon")
    unmeasured = _unmeasured(tree, qualified, need) if measure == "capacity" else ()
    coming = pl.col("status").is_in(PLANNED) & ~pl.col("status").is_in(assumptions.statuses)
    planned = placed.filter(coming).drop_nulls(["lat", "lon"]).select("site", "part", "lat", "lon")
    return Supply(rows, unqualified, planned, seen, need, (*_place_findings(counted), *unmeasured))


def yearly_need(network: Network, tree: Tree) -> np.ndarray:
    """Units of every part that the demand for the product takes, in its highest year, shape (parts,)."""
    demand = network["demand"].filter(pl.col("product") == tree.parts[0])
    peak = demand.group_by("year").agg(pl.col("volume_per_year").sum())["volume_per_year"].max()
    return np.asarray(tree.quantities * (np.nan if peak is None else float(peak)))  # type: ignore[arg-type]


def cell_of(lat: Sequence[float] | pl.Series, lon: Sequence[float] | pl.Series, resolution: int) -> np.ndarray:
    """Give the H3 cell of each point as int64: the parent of its cell at resolution 7."""
    fine = [h3.str_to_int(h3.latlng_to_cell(a, b, cells.FINEST)) for a, b in zip(lat, lon, strict=True)]
    return cells.parent(np.array(fine, dtype=np.int64), resolution)


def _counts(rows: pl.DataFrame, need: np.ndarray, measure: Measure) -> tuple[np.ndarray, np.ndarray]:
    """Count every row in fixed point, unknown taken low and high."""
    if measure == "sites":
        whole = np.full(rows.height, smooth.ONE, dtype=np.int64)
        return whole, whole
    capacity, wanted = rows["capacity_per_year"].cast(pl.Float64).to_numpy(), need[rows["code"].to_numpy()]
    known = np.isfinite(capacity) & (np.nan_to_num(wanted) > 0)
    share = np.divide(capacity, wanted, out=np.zeros(rows.height), where=known)
    low = np.floor(np.minimum(share, 1.0) * smooth.ONE).astype(np.int64)
    return low, np.where(known, low, smooth.ONE)


def _unmeasured(tree: Tree, rows: pl.DataFrame, need: np.ndarray) -> list[Finding]:
    """Say which capacities and needs are unknown: they count as 0 in the low end and in full in the high end."""
    findings = []
    unknown = rows.filter(pl.col("capacity_per_year").is_null())
    if unknown.height:
        findings.append(
            Finding(
                rule="capacity_unknown", severity="warning", table="capabilities", column="capacity_per_year",
                problem=f"{unknown.height} of {rows.height} counted capacities are unknown: 0 in the low end, the whole need "
                "in the high end", remedy="Give them, or count sites.", count=unknown.height, value=unknown["site"][0],
            )
        )  # fmt: skip
    lost = [part for part, n in zip(tree.parts[1:], need[1:], strict=True) if not n > 0]
    if lost:
        findings.append(
            Finding(
                rule="need_unknown", severity="warning", table="bom", column="quantity", count=len(lost), value=lost[0],
                problem=f"{len(lost)} parts have no known need: their makers count 0 in the low end, in full in the high end",
                remedy="Give bom.quantity on the way down to them.",
            )
        )  # fmt: skip
    return findings


def _placed(network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    """Put rows without coordinates at the point of their region, and mark those as ``borrowed``."""
    regions = region_points(network).select("region", region_lat="lat", region_lon="lon")
    joined = rows.join(regions, on="region", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("lat", "region_lat").alias("lat"),
        pl.coalesce("lon", "region_lon").alias("lon"),
        (pl.col("lat").is_null() & pl.col("region_lat").is_not_null()).alias("borrowed"),
    ).drop("region_lat", "region_lon")


def _place_findings(counted: pl.DataFrame) -> tuple[Finding, ...]:
    borrowed = counted.filter("borrowed")
    lost = counted.filter(pl.col("lat").is_null() | pl.col("lon").is_null())
    findings = []
    if borrowed.height:
        remedy = "Give lat and lon, or a town and a country."
        findings.append(_sites("site_at_region", "note", borrowed, "stand at the point of their region", remedy))
    if lost.height:
        remedy = (
            "Give lat and lon, or a town and a country, or a region with coordinates; until then they are not counted."
        )
        findings.append(_sites("site_unplaced", "warning", lost, "have no place and are not counted", remedy))
    return tuple(findings)


def _sites(rule: str, severity: Literal["warning", "note"], rows: pl.DataFrame, what: str, remedy: str) -> Finding:
    names = rows["site"].unique(maintain_order=True)
    problem = f"{len(names)} sites that make required parts {what}"
    return Finding(
        rule=rule, severity=severity, table="sites", column="lat", problem=problem, remedy=remedy, count=len(names),
        value=names[0],
    )  # fmt: skip


def _no_need(product: str) -> Finding:
    return Finding(
        rule="need_unknown",
        severity="error",
        table="demand",
        column="volume_per_year",
        problem=f"the yearly need of '{product}' is unknown, and measure 'capacity' compares capacity with it",
        remedy="Give demand for the product and bom.quantity below it, or use measure 'sites'.",
        value=product,
    )
