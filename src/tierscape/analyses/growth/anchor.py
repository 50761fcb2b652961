"""The commitment behind `growth`: a given volume, signed contracts, or the product's demand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.growth.assumptions import GrowthAssumptions
from tierscape.analyses.growth.place import nearby, region_points
from tierscape.errors import DataError, Finding, ParameterError
from tierscape.graph import Tree, bom_tree
from tierscape.network import Network

Floats = NDArray[np.float64]
NEW_PLANT = ("co_location", "capacity")
"""Kinds of project that put a new plant at a contract's supplier."""


@dataclass(frozen=True, eq=False)
class Anchor:
    """A commitment at a place.

    Parameters
    ----------
    kind : {"given", "contracts", "demand"}
        Where the volume comes from.
    region : str
    start_year : int
        First year that is simulated.
    volume : numpy.ndarray, shape (Q, K)
        Local need from the anchor, units a year; NaN where a quantity is unknown.
    entrants : polars.DataFrame
        Contracted plants: site, code (part), quarter (first of output), jobs.
    words : str
        The commitment for people.
    placed : bool
        The region was chosen here: the best one by completeness.
    findings : tuple of Finding
    """

    kind: Literal["given", "contracts", "demand"]
    region: str
    start_year: int
    volume: Floats
    entrants: pl.DataFrame
    words: str
    placed: bool = False
    findings: tuple[Finding, ...] = ()


ENTRANTS = {"site": pl.String, "code": pl.Int64, "quarter": pl.Int64, "jobs": pl.Float64}


def find_anchor(
    network: Network, tree: Tree, region: str | None, per_year: float | None, years: int, given: GrowthAssumptions
) -> Anchor:
    """Find the commitment that suppliers may follow.

    Raises
    ------
    ParameterError
        The region is unknown, or nothing says when to start.
    DataError
        There is no volume: none given, no signed contract, no demand; or no region has a place.
    """
    points = region_points(network)["region"].to_list()
    if not points:
        raise DataError([_error("regions", "no region has a point, and no site with a region has one", "Give regions with lat and lon.")])  # fmt: skip
    if region is not None and region not in points:
        near = get_close_matches(region, points, n=1)
        raise ParameterError(
            f"region: '{region}' is no region with a place.{f' Did you mean {near[0]!r}?' if near else ''}"
        )
    signed = _signed(network, tree)
    if per_year is None and signed.height:
        found = _by_contracts(network, tree, signed, region, (years, given))
        if found is not None:
            return found
    demand = network["demand"].filter(pl.col("product") == tree.parts[0])
    demand = demand.group_by("year").agg(pl.col("volume_per_year").sum()).sort("year")
    if per_year is None and not (demand["volume_per_year"] > 0).any():
        raise DataError([_error(
            "contracts", f"nobody is committed: 'anchor_per_year' is not given, no signed contract names a part of '{tree.parts[0]}', and there is no demand for it",
            "Give anchor_per_year, or sign a contract with committed_per_year and start_year, or fill 'demand'.",
        )])  # fmt: skip
    start = given.start_year or _first_year(network, demand)
    volume = np.full(4 * years, 0.0 if per_year is None else per_year)
    if per_year is None:
        known = dict(demand.rows())
        volume = np.repeat([_last(known, start + y) for y in range(years)], 4)
    name = tree.names[0]
    shown = float(volume.max())
    words = f"{shown:,.0f} units a year of {name} from {start}"
    if per_year is None:
        words = f"the product's whole demand, up to {words},"
    anchor = Anchor(
        "given" if per_year is not None else "demand", region or "", start, volume[:, None] * tree.quantities,
        pl.DataFrame(schema=ENTRANTS), words,
    )  # fmt: skip
    return anchor if region is not None else replace(anchor, region=_best(network, tree, start, given), placed=True)


def _best(network: Network, tree: Tree, start: int, given: GrowthAssumptions) -> str:
    """Give the region with the highest completeness, the first by key where several have it."""
    near = nearby(network, tree, start, given.local.radius_km)
    return str(near.regions["region"][int(np.argmax(near.completeness(tree)))])


def _first_year(network: Network, demand: pl.DataFrame) -> int:
    asked = demand.filter(pl.col("volume_per_year") > 0)["year"]
    year = asked.min() if asked.len() else next(iter(network["meta"]["price_year"].drop_nulls().to_list()), None)
    if year is None:
        raise ParameterError("assumptions.start_year: nothing in the network says when to start. Give the first year.")
    return int(year)  # type: ignore[arg-type]


def _last(known: dict[int, float], year: int) -> float:
    """Give the demand of a year, else that of the last year before, else of the first after."""
    before = [y for y in known if y <= year]
    return known[max(before)] if before else known[min(known)]


def _signed(network: Network, tree: Tree) -> pl.DataFrame:
    rows = network["contracts"].filter((pl.col("status") == "signed") & pl.col("part").is_in(list(tree.parts)))
    rows = rows.drop_nulls(["committed_per_year", "start_year"])
    region = network["sites"].select("site", "region")
    rows = rows.join(region.rename({"site": "supplier", "region": "supplier_region"}), on="supplier", how="left")
    return rows.join(region.rename({"site": "buyer", "region": "buyer_region"}), on="buyer", how="left").sort(
        "contract"
    )


def _by_contracts(
    network: Network, tree: Tree, signed: pl.DataFrame, region: str | None, choices: tuple[int, GrowthAssumptions]
) -> Anchor | None:
    """Take the signed contracts of the region, or of that in which most is committed."""
    years, given = choices
    place = pl.coalesce("supplier_region", "buyer_region")
    if region is None:
        worth = network["parts"].select("part", value=pl.col("unit_value").fill_null(1.0))
        held = signed.join(worth, on="part").with_columns(place=place).drop_nulls("place")
        held = held.group_by("place").agg(pl.col("committed_per_year").dot("value").alias("total"))
        held = held.sort("total", "place", descending=[True, False])
        known = set(region_points(network)["region"])
        region = next((str(p) for p in held["place"] if p in known), None)
        if region is None:
            return None
    rows = signed.filter((pl.col("supplier_region") == region) | (pl.col("buyer_region") == region))
    if rows.is_empty():
        return None
    start = given.start_year or int(rows["start_year"].min())  # type: ignore[arg-type]
    volume = np.zeros((4 * years, len(tree.parts)))
    for part, first, term, committed in rows.select("part", "start_year", "term_years", "committed_per_year").rows():
        begin = max(4 * (first - start), 0)
        end = 4 * years if term is None else max(int(4 * (first - start + term)), 0)
        volume[begin:end] += committed * per_unit(network, tree, part)
    sums = rows.group_by("part", "start_year", maintain_order=True).agg(pl.col("committed_per_year").sum())
    words = "; ".join(f"{c:,.0f} units a year of {tree.names[tree.parts.index(p)]} from {s}" for p, s, c in sums.rows())
    entrants = _contracted(network, tree, rows, start, given)
    return Anchor("contracts", region, start, volume, entrants, f"the signed contracts ({words})")


def per_unit(network: Network, tree: Tree, part: str) -> Floats:
    """Units of each part of the tree in a unit of one of them."""
    own = bom_tree(network, part)
    held = dict(zip(own.parts, own.quantities, strict=True))
    return np.array([held.get(p, 0.0) for p in tree.parts])


def _contracted(network: Network, tree: Tree, rows: pl.DataFrame, start: int, given: GrowthAssumptions) -> pl.DataFrame:
    """Plants that a signed contract and a project together make certain."""
    plans = network["projects"].filter(pl.col("kind").is_in(NEW_PLANT)).select(supplier="site", part="part", lead="lead_months", jobs="jobs")  # fmt: skip
    standing = network["sites"].filter(pl.col("status").fill_null("operating") == "operating")["site"]
    found = rows.join(plans, on=["supplier", "part"]).filter(~pl.col("supplier").is_in(standing.implode()))
    found = found.unique(["supplier", "part"], keep="first", maintain_order=True)
    lead = pl.col("lead").fill_null(given.lag_months.mode) / 3.0
    first = 4 * (pl.col("start_year") - start) + 1 + (lead + 0.5).floor().cast(pl.Int64)
    codes = pl.DataFrame({"part": tree.required, "code": np.arange(1, len(tree.parts))})
    found = found.join(codes, on="part").filter(first >= 1)
    return found.select(pl.col("supplier").alias("site"), "code", first.alias("quarter"), pl.col("jobs").cast(pl.Float64))  # fmt: skip


def _error(table: str, problem: str, remedy: str) -> Finding:
    return Finding(rule="no_anchor", severity="error", table=table, problem=problem, remedy=remedy)


def names(keys: Sequence[str], most: int = 5) -> str:
    """Join a few keys and say that there are more."""
    return ", ".join(keys[:most]) + (" and others" if len(keys) > most else "")
