"""From arrays to the declared tables of `density`."""

from __future__ import annotations

import h3
import numpy as np
import polars as pl

from tierscape.analyses.density import dimensions as dim
from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.points import region_points
from tierscape.analyses.density.reach import Places, Reach
from tierscape.analyses.density.supply import Supply
from tierscape.analyses.density.tables import CELLS, LAYERS, PARTS, REGIONS, SITES
from tierscape.errors import Finding
from tierscape.frames import empty
from tierscape.graph import Tree
from tierscape.kernels.distance import great_circle_km
from tierscape.network import Network
from tierscape.schema import GRADES

SCORE_FLOOR = 0.01
"""Least value of a dimension in the score, so that one zero does not hide the rest."""


def score_places(
    network: Network, tree: Tree, places: Places, reach: Reach, assumptions: DensityAssumptions
) -> pl.DataFrame:
    """Compute the five dimensions and the score, one row a place."""
    points = pl.DataFrame(
        {"country": places.country, "lat": places.lat, "lon": places.lon}, schema_overrides={"country": pl.String}
    )
    access = dim.connection(network, places, assumptions)
    frame = pl.concat([points, from_supply(tree, reach, assumptions), access], how="horizontal")
    return frame.with_columns(score(frame, assumptions).alias("score"))


def from_supply(tree: Tree, reach: Reach, assumptions: DensityAssumptions) -> pl.DataFrame:
    """Compute the dimensions that rest on the sites in reach alone, one row a place."""
    layers = dim.layer_cover(tree, reach.cover)
    return _completeness(tree, reach, assumptions).with_columns(
        depth=pl.Series(dim.depth_of(layers)), redundancy=pl.Series(dim.redundancy(tree, reach.n_effective))
    )


def score_regions(
    network: Network,
    tree: Tree,
    regions: Places,
    supply: Supply,
    reach: Reach,
    ends: tuple[np.ndarray, Reach],
    assumptions: DensityAssumptions,
) -> pl.DataFrame:
    """Compute every column of ``regions`` that needs no other table, one row a place.

    ``ends`` are the cover that rests on evidence alone, and the reach if what is unknown stood there.
    """
    evidenced, best = ends
    high = np.where(supply.seen, best.cover, 1.0)
    layers, layers_high = dim.layer_cover(tree, reach.cover), dim.layer_cover(tree, high)
    least, lowest = bottleneck(tree, reach.cover)
    frame = score_places(network, tree, regions, reach, assumptions).with_columns(
        pl.Series("region", regions.key, dtype=pl.String),
        pl.Series("completeness_high", dim.completeness(tree, high, assumptions)),
        pl.Series("completeness_evidenced", dim.completeness(tree, evidenced, assumptions)),
        pl.Series("average", dim.completeness(tree, reach.cover, assumptions, rho=-1.0)),
        pl.Series("bottleneck", least),
        pl.Series("bottleneck_part", [tree.parts[i] if i else None for i in lowest], dtype=pl.String),
        pl.Series("layers_sourced", dim.layers_sourced(layers, assumptions.layer_threshold)),
        pl.Series("sites", _sites_within(supply, reach, len(regions))),
        pl.lit(float(tree.weights[supply.seen].sum() / tree.weights.sum())).alias("coverage"),
    )
    frame = pl.concat([frame, dim.outage(tree, supply, reach.pairs, len(regions), assumptions)], how="horizontal")
    best_case = frame.with_columns(
        pl.col("completeness_high").alias("completeness"),
        pl.Series("depth", dim.depth_of(layers_high)),
        pl.Series(
            "redundancy",
            dim.redundancy(tree, np.where(supply.seen, np.maximum(reach.n_effective, best.n_effective), 2.0)),
        ),
        pl.col("fragmentation").fill_null(0.0),
        pl.when(pl.col("connection").is_not_null().any()).then(pl.col("connection").fill_null(1.0)).alias("connection"),
    )
    return frame.with_columns(score(best_case, assumptions).alias("score_high"))


def bottleneck(tree: Tree, cover: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the least cover among the essential needs, and the part that has it; the best of alternatives counts."""
    least, lowest = np.ones(len(cover)), np.zeros(len(cover), dtype=np.int64)
    for members in sorted({g.members for g in tree.groups if g.essential}):
        options = cover[:, list(members)]
        worse = options.max(axis=1) < least
        least = np.where(worse, options.max(axis=1), least)
        lowest = np.where(worse, np.array(members)[options.argmax(axis=1)], lowest)
    return least, lowest


def _completeness(tree: Tree, reach: Reach, assumptions: DensityAssumptions) -> pl.DataFrame:
    three = np.concatenate([reach.cover, reach.own, reach.open])  # one walk for all
    headline, own, free = np.split(dim.completeness(tree, three, assumptions), 3)
    lost = [float(1.0 - o / f) if f > 0 else None for o, f in zip(own, free, strict=True)]
    return pl.DataFrame(
        {"completeness": headline, "completeness_own": own, "completeness_open": free, "fragmentation": lost},
        schema_overrides={"fragmentation": pl.Float64},
    )


def score(frame: pl.DataFrame, assumptions: DensityAssumptions) -> pl.Series:
    """Weighted geometric mean of the five dimensions, points of 100; what is assessed at no place is left out."""
    values = frame.with_columns((1.0 - pl.col("fragmentation")).fill_null(0.0).alias("unfragmented"))
    weights = {name: getattr(assumptions.weights, name) for name in type(assumptions.weights).model_fields}
    assessed = {name: w for name, w in weights.items() if values[name].null_count() < max(values.height, 1)}
    total = sum(assessed.values()) or 1.0
    log = sum(
        (w / total) * np.log(np.maximum(values[name].fill_null(0.0).to_numpy(), SCORE_FLOOR))
        for name, w in assessed.items()
    )
    return pl.Series(100.0 * np.exp(log * np.ones(values.height)), dtype=pl.Float64)


def _sites_within(supply: Supply, reach: Reach, places: int) -> np.ndarray:
    joined = reach.pairs.join(supply.held(), on="cell")
    return np.bincount(joined["place"].to_numpy(), joined["n"].to_numpy(), minlength=places).astype(np.int64)


def partner_share(near_needs: pl.DataFrame, places: int) -> pl.Series:
    """Share of the process needs of all sites in reach that a maker near them meets, null where there is no need."""
    shares = dict(near_needs.group_by("place").agg(pl.col("met").mean()).iter_rows())
    return pl.Series("partner_share", [shares.get(i) for i in range(places)], dtype=pl.Float64)


def region_table(network: Network, scored: pl.DataFrame, lost: tuple[str, ...]) -> pl.DataFrame:
    """Rank the scored regions and add those that have no point."""
    names = region_points(network).select("region", "name")
    ranked = scored.with_columns(
        pl.col("score").rank("min", descending=True).cast(pl.Int64).alias("rank"),
        pl.when(pl.col("sites") == 0).then(pl.lit("no counted site within the radius")).alias("note"),
    )
    without = pl.DataFrame(
        {"region": lost, "note": ["no coordinates and no located site"] * len(lost)},
        schema={"region": pl.String, "note": pl.String},
    )
    table = pl.concat([ranked, without], how="diagonal_relaxed").join(names, on="region", how="left")
    return table.sort("rank", "region", nulls_last=True).select(REGIONS.names)


def best_first(frame: pl.DataFrame, regions: pl.DataFrame) -> pl.DataFrame:
    """Order the rows of a table by the rank of their region, otherwise as they stand."""
    place = regions.select("region").with_row_index("_place")
    return (
        frame.join(place, on="region", how="left", maintain_order="left")
        .sort("_place", maintain_order=True)
        .drop("_place")
    )


def better_cell(regions: pl.DataFrame, cells: pl.DataFrame) -> list[Finding]:
    """Point to the best cell where it beats every listed region by a tenth: a place that nobody listed."""
    best = cells.drop_nulls("score").sort("score", "cell", descending=[True, False]).head(1).to_dicts()
    most = regions["score"].max()
    if not best or (most is not None and best[0]["score"] <= 1.1 * float(most)):  # type: ignore[arg-type]
        return []
    cell = best[0]
    problem = f"name no place as good as the best cell, which scores {cell['score']:.1f} near latitude {cell['lat']:.1f}, longitude {cell['lon']:.1f} ({cell['country']})"
    return [
        Finding(
            rule="better_cell", severity="note", table="regions", problem=problem, count=1, value=cell["cell"],
            remedy="Add it to 'regions' to have it ranked.",
        )
    ]  # fmt: skip


def layer_table(
    tree: Tree, regions: Places, layers: np.ndarray, near_needs: pl.DataFrame, assumptions: DensityAssumptions
) -> pl.DataFrame:
    """One row a region and tier."""
    counts = {t: sum(1 for tier, _, _ in tree.tier_items if tier == t) for t in range(1, layers.shape[1] + 1)}
    shares = near_needs.group_by("place", "tier").agg(pl.col("met").mean())
    met = {(place, tier): share for place, tier, share in shares.iter_rows()}
    rows = [
        (
            region,
            t,
            counts[t],
            float(layers[i, t - 1]),
            bool(layers[i, t - 1] >= assumptions.layer_threshold),
            met.get((i, t)),
        )
        for i, region in enumerate(regions.key)
        for t in counts
    ]
    return pl.DataFrame(rows, schema=empty(LAYERS).schema, orient="row")


def part_table(tree: Tree, regions: Places, supply: Supply, reach: Reach) -> pl.DataFrame:
    """One row a region and required part."""
    n = len(tree.parts) - 1
    nearest = _nearest(regions, supply, n)
    firms = pl.coalesce("organization", "site").alias("firm")
    inside = reach.pairs.join(supply.rows.select("cell", "code", "to_qualify", firms), on="cell")
    sums = inside.group_by("place", "code").agg(pl.col("firm").n_unique(), pl.col("to_qualify").sum())
    counted = {(p, c): (firms, unsure) for p, c, firms, unsure in sums.iter_rows()}
    place, code = np.repeat(np.arange(len(regions)), n), np.tile(np.arange(1, n + 1), len(regions))
    effective = reach.n_effective[place, code]
    return (
        pl.DataFrame(
            {
                "region": np.array(regions.key, dtype=object)[place].tolist(),
                "part": np.array(tree.parts, dtype=object)[code].tolist(),
                "name": np.array(tree.names, dtype=object)[code].tolist(),
                "kind": np.array(tree.kinds, dtype=object)[code].tolist(),
                "tier": tree.tiers[code],
                "cover": reach.cover[place, code],
                "sites": reach.sites[place, code],
                "organizations": [
                    counted.get(key, (0, 0))[0] for key in zip(place.tolist(), code.tolist(), strict=True)
                ],
                "to_qualify": [counted.get(key, (0, 0))[1] for key in zip(place.tolist(), code.tolist(), strict=True)],
                "n_effective": effective,
                "n_effective_exact": ~supply.lumped(n)[code],
                "nearest_km": nearest[place, code],
                "seen": supply.seen[code],
            },
            schema_overrides={"region": pl.String, "part": pl.String, "name": pl.String, "kind": pl.String},
        )
        .with_columns(pl.col("nearest_km").replace({np.inf: None}))
        .select(PARTS.names)
    )


def _nearest(regions: Places, supply: Supply, n: int) -> np.ndarray:
    nearest = np.full((len(regions), n + 1), np.inf)
    for code, rows in supply.rows.group_by("code"):
        km = great_circle_km(regions.lat[:, None], regions.lon[:, None], rows["lat"].to_numpy(), rows["lon"].to_numpy())
        nearest[:, code[0]] = km.min(axis=1)
    return nearest


def cell_table(surface: Places, supply: Supply, scored: pl.DataFrame, spots: pl.DataFrame) -> pl.DataFrame:
    """One row a cell of the density surface."""
    sites = {f"{cell:x}": n for cell, n in supply.held().iter_rows()}
    keys = pl.Series("cell", surface.key, dtype=pl.String)
    held = pl.Series("sites", [sites.get(cell, 0) for cell in surface.key], dtype=pl.Int64)
    return scored.with_columns(keys, held).join(spots, on="cell", how="left").sort("cell").select(CELLS.names)


def site_table(tree: Tree, supply: Supply) -> pl.DataFrame:
    """One row a counted site."""
    grade = pl.col("evidence").replace_strict(
        {g: i for i, g in enumerate(GRADES)}, default=len(GRADES), return_dtype=pl.Int64
    )
    tiers = pl.Series(tree.tiers)
    rows = supply.rows.with_columns(grade.alias("grade"), tiers[supply.rows["code"].to_numpy()].alias("tier")).sort(
        "code"
    )
    table = rows.group_by("site").agg(
        pl.col("name", "organization", "country", "lat", "lon", "cell").first(),
        pl.col("tier").min(),
        pl.col("part").str.join("; ").alias("makes"),
        pl.col("evidence").sort_by("grade").first(),
    )
    hexed = table.with_columns(pl.col("cell").map_elements(lambda c: f"{c:x}", return_dtype=pl.String))
    return hexed.sort("site").select(SITES.names)


def findings(network: Network, tree: Tree, supply: Supply, radius_km: float, resolution: int) -> tuple[Finding, ...]:
    """What the reader should know about how far the answer can be trusted."""
    found = []
    if network["regions"].is_empty():
        found.append(
            Finding(
                rule="implied_regions",
                severity="note",
                table="regions",
                problem="is empty: the places that are scored are those that the sites name",
                remedy="Fill 'regions' to choose the places, or to score places that have no site yet.",
                count=0,
            )
        )
    unseen = [part for part, seen in zip(tree.parts[1:], supply.seen[1:], strict=True) if not seen]
    if unseen:
        found.append(
            Finding(
                rule="unseen_parts",
                severity="warning",
                table="capabilities",
                column="part",
                problem=f"{len(unseen)} of {len(tree.parts) - 1} required parts have no maker anywhere in the network; "
                "they count as absent in the headline and as present in the high end",
                remedy="Add the sites that make them, or read the interval.",
                count=len(unseen),
                value=unseen[0],
            )
        )
    edge = h3.average_hexagon_edge_length(resolution, unit="km")
    finer = f"Use resolution {resolution + 1}." if resolution < 7 else "Use a larger radius; cells are never finer."
    if edge > radius_km / 5:
        found.append(
            Finding(
                rule="coarse_cells",
                severity="warning",
                table="parameters",
                column="resolution",
                problem=f"cells have edges of {edge:.1f} km, coarse for a radius of {radius_km:g} km",
                remedy=finer,
                value=str(resolution),
            )
        )
    return tuple(found)
