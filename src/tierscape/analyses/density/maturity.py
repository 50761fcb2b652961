"""How mature the supply around a place is: points an item, what they rest on, and the stage that they make.

There is no accepted numerical standard for the stage of a cluster; every bound here is our own judgement, after the stages of
Menzel & Fornahl (2010), Industrial and Corporate Change 19:205. It stands beside the score, not in it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import polars as pl
from scipy.spatial import cKDTree

from tierscape.analyses.density.dimensions import depth_of, layer_cover
from tierscape.analyses.density.points import region_points
from tierscape.analyses.density.reach import Places, Reach
from tierscape.analyses.density.statistics import Activity
from tierscape.analyses.density.statistics_tables import MATURITY
from tierscape.analyses.density.supply import Supply
from tierscape.frames import empty
from tierscape.graph import Tree
from tierscape.kernels.distance import chord, great_circle_km, unit_vectors
from tierscape.kernels.specialisation import shrunk_quotient
from tierscape.network import Network
from tierscape.quantities.stated import stated

MOST = {
    "critical mass": 20.0, "tier depth": 20.0, "local sourcing": 15.0, "anchors and contracts": 10.0, "labour": 10.0,
    "cluster organisation": 10.0, "test labs": 5.0, "net entry": 10.0,
}  # fmt: skip
"""Items and the points that can be had."""
FULL_FIRMS, FULL_QUOTIENT = 20, 2.0
"""Firms and location quotient that each earn half of critical mass."""
FULL_LOCAL = 0.5
"""Share of the buyers' volume from inside the place that earns all of local sourcing."""
FULL_CONTRACTS = 3
"""Signed contracts that earn half of anchors and contracts; a maker of the product earns the other half."""
FULL_LABOUR = 50_000
"""People within commuting distance that earn all of labour."""
ENTRY_YEARS, FULL_ENTRY = 3, 0.05
"""Years of net entry, and the yearly rate that earns all of it; none is earned at minus that rate."""
YEARS_KNOWN = 0.9
"""Share of the sites whose opening or closing year must be known."""
DECLINE, EMERGENCE = -0.01, 0.02
"""Yearly rates of net entry below which a place declines, and above which a small one emerges."""
SMALL, LARGE = 35.0, 65.0
"""Levels at which the stage changes."""


class Item(NamedTuple):
    """Points of one item at one place: low and high end, rows that they rest on, and what was found where."""

    points: float
    points_high: float
    evidence: int
    source: str


class Around(NamedTuple):
    """One place: its key, the sites within the radius, its depth (low and high end) and its access to a laboratory."""

    region: str
    sites: list[str]
    depth: float
    depth_high: float
    labs: float | None


def depth_high(tree: Tree, supply: Supply, best: Reach) -> pl.Series:
    """Give depth if every part that no site makes stood at the place, the column ``depth_high`` that ``maturity`` reads."""
    return pl.Series("depth_high", depth_of(layer_cover(tree, np.where(supply.seen, best.cover, 1.0))))


def sites_near(network: Network, regions: Places, radius_km: float) -> tuple[frozenset[str], ...]:
    """Give for every place the sites of the network within the radius, whatever their status.

    A site without coordinates stands at the point of its region.
    """
    points = region_points(network).select("region", y="lat", x="lon")
    sites = network["sites"].join(points, on="region", how="left", maintain_order="left")
    sites = sites.select(
        "site", pl.coalesce("lat", "y").alias("lat"), pl.coalesce("lon", "x").alias("lon")
    ).drop_nulls()
    if sites.is_empty() or not len(regions):
        return tuple(frozenset() for _ in regions.key)
    keys, lat, lon = sites["site"].to_list(), sites["lat"].to_numpy(), sites["lon"].to_numpy()
    places = unit_vectors(regions.lat, regions.lon)
    found = cKDTree(unit_vectors(lat, lon)).query_ball_point(places, chord(radius_km) * (1 + 1e-9))
    near = []
    for i, inside in enumerate(found):
        km = great_circle_km(regions.lat[i], regions.lon[i], lat[inside], lon[inside])
        near.append(frozenset(keys[j] for j, d in zip(inside, km, strict=True) if d <= radius_km))
    return tuple(near)


def maturity(
    network: Network,
    tree: Tree,
    regions: Places,
    supply: Supply,
    scored: pl.DataFrame,
    near: tuple[frozenset[str], ...],
    activity: Activity,
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give points to every item at every place, and the stage that they make.

    Parameters
    ----------
    network, tree, regions, supply : Network, Tree, Places, Supply
        As `density` has them.
    scored : polars.DataFrame
        One row a place in the order of ``regions``: depth, depth_high and labs.
    near : tuple of frozenset of str
        Sites around each place, from ``sites_near``.
    activity : Activity
        From ``counted_activity``.

    Returns
    -------
    table, stages : polars.DataFrame
        The table ``MATURITY``; and region with the ``STAGE_COLUMNS``.

    Raises
    ------
    DataError
        ``indicators.cluster_organization`` is not between 0 and 1.
    """
    finders: dict[str, Callable[[Around], Item]] = {
        "critical mass": _critical_mass(tree, supply, activity),
        "tier depth": _tier_depth(supply),
        "local sourcing": _local_sourcing(network, tree),
        "anchors and contracts": _anchors(network, tree, activity),
        "labour": _labour(network),
        "cluster organisation": _organisation(network),
        "test labs": _labs(network),
    }
    entry_at = _net_entry(network, tree)
    rows, stages = [], []
    values = scored.select("depth", "depth_high", "labs").iter_rows()
    for region, sites, (depth, high_depth, labs) in zip(regions.key, near, values, strict=True):
        place = Around(region, sorted(sites), depth, high_depth, labs)
        items = {name: find(place) for name, find in finders.items()}
        items["net entry"], momentum = entry_at(place)
        rows += [(region, n, i.points, i.points_high, MOST[n], i.evidence, i.source) for n, i in items.items()]
        low, high = sum(i.points for i in items.values()), sum(i.points_high for i in items.values())
        stages.append((region, *_stages(low, high, momentum), low, high))
    names = ("region", "stage", "stage_low", "stage_high", "maturity_low", "maturity_high")
    types = dict.fromkeys(names[:4], pl.String()) | dict.fromkeys(names[4:], pl.Float64())
    return (
        pl.DataFrame(rows, schema=empty(MATURITY).schema, orient="row"),
        pl.DataFrame(stages, schema=types, orient="row"),
    )


def stage(level: float, momentum: float) -> str:
    """Name the stage of a place; the first rule that holds.

    Parameters
    ----------
    level : float
        Maturity, 0 to 100.
    momentum : float
        Net entry a year over the stock.

    Examples
    --------
    >>> [stage(50.0, m) for m in (-0.02, -0.005, 0.0)], stage(70.0, 0.0), [stage(20.0, m) for m in (0.02, 0.03)]
    (['declining', 'stalled', 'growing'], 'sustaining', ['latent', 'emerging'])
    """
    if momentum < DECLINE:
        return "declining"
    if level > LARGE:
        return "sustaining"
    if level >= SMALL:
        return "growing" if momentum >= 0 else "stalled"
    return "emerging" if momentum > EMERGENCE else "latent"


def _stages(low: float, high: float, momentum: float | None) -> tuple[str | None, str, str]:
    """Stage at the middle, low and high end; of unknown net entry, neither decline nor growth is taken to be shown."""
    least, most = (DECLINE, np.inf) if momentum is None else (momentum, momentum)
    middle = {stage((low + high) / 2.0, m) for m in (least, most)}
    return middle.pop() if len(middle) == 1 else None, stage(low, least), stage(high, most)


def _unknown(item: str, why: str) -> Item:
    return Item(0.0, MOST[item], 0, why)


def _critical_mass(tree: Tree, supply: Supply, activity: Activity) -> Callable[[Around], Item]:
    """Half for firms, 10·min(1, firms/20); half for the quotient of making any required part, 10·min(1, LQ/2)."""
    firms = supply.rows.select("site", pl.coalesce("organization", "site").alias("firm"))
    able = activity.rows.filter(pl.col("part").is_in(tree.required)).unique("site")
    size = np.bincount(able["place"], weights=able["size"], minlength=len(activity.regions)).astype(float)
    quotient = shrunk_quotient(size[:, None], activity.totals)[:, 0] if len(size) else np.zeros(0)
    known = {r: float(q) for r, q in zip(activity.regions, quotient, strict=True) if np.isfinite(q)}
    half = MOST["critical mass"] / 2.0

    def find(place: Around) -> Item:
        rows = firms.filter(pl.col("site").is_in(place.sites))
        count = rows["firm"].n_unique()
        low = high = half * min(1.0, count / FULL_FIRMS)
        lq = known.get(place.region)
        low += 0.0 if lq is None else half * min(1.0, lq / FULL_QUOTIENT)
        high += half if lq is None else half * min(1.0, lq / FULL_QUOTIENT)
        said = "unknown" if lq is None else f"{lq:.2f}"
        return Item(low, high, rows.height, f"firms: {count}, location quotient {said} (capabilities, sites)")

    return find


def _tier_depth(supply: Supply) -> Callable[[Around], Item]:
    """20·depth; parts that nobody is known to make widen it."""
    most, rows = MOST["tier depth"], supply.rows.select("site")

    def find(place: Around) -> Item:
        low, high = place.depth, max(place.depth, place.depth_high)
        said = f"depth {low:.2f}" if high - low < 5e-3 else f"depth {low:.2f} to {high:.2f}"
        count = rows.filter(pl.col("site").is_in(place.sites)).height
        return Item(most * low, most * high, count, f"{said} (bom, capabilities)")

    return find


def _local_sourcing(network: Network, tree: Tree) -> Callable[[Around], Item]:
    """15·min(1, share/0.5), share of the volume into the place's buyers whose supplier is there too.

    Links that are only inferred were spread by distance and would show local sourcing wherever there are makers: they count
    as no evidence. If one volume is unknown, links count the same.
    """
    item = "local sourcing"
    used = network["links"].filter(
        pl.col("part").is_in(tree.required) & (pl.col("evidence").fill_null("none") != "inferred")
    )

    def find(place: Around) -> Item:
        into = used.filter(pl.col("buyer").is_in(place.sites)).sort("supplier", "buyer", "part")
        if into.is_empty():
            return _unknown(item, "no link into the place that is more than inferred (links)")
        by_volume = into["volume_per_year"].null_count() == 0 and into["volume_per_year"].sum() > 0
        volume = into["volume_per_year"].to_numpy() if by_volume else np.ones(into.height)
        local = into["supplier"].is_in(place.sites).to_numpy()
        share = float(volume[local].sum() / volume.sum())
        points = MOST[item] * min(1.0, share / FULL_LOCAL)
        return Item(points, points, into.height, f"{share:.0%} of {'volume' if by_volume else 'links'} local (links)")

    return find


def _anchors(network: Network, tree: Tree, activity: Activity) -> Callable[[Around], Item]:
    """Half for a maker of the product; half for signed contracts of parts of the product, 5·min(1, contracts/3).

    Where the network knows no maker at all, or no contract, that half is unknown.
    """
    half = MOST["anchors and contracts"] / 2.0
    makers = frozenset(network["capabilities"].filter(pl.col("part") == tree.parts[0])["site"])
    anchors = makers & activity.counted
    signed = network["contracts"].filter(pl.col("part").is_in(tree.parts) & (pl.col("status") == "signed"))
    known = network["contracts"].height > 0

    def find(place: Around) -> Item:
        here = len(anchors.intersection(place.sites))
        near = pl.col("buyer").is_in(place.sites) | pl.col("supplier").is_in(place.sites)
        agreed = signed.filter(near).height
        sure = half * min(1.0, agreed / FULL_CONTRACTS) + (half if here else 0.0)
        open_ends = (0.0 if makers else half) + (0.0 if known else half)
        makes = f"makers of the product: {here}" if makers else "no maker of the product known"
        binds = f"signed contracts: {agreed}" if known else "no contract known"
        return Item(sure, sure + open_ends, here + agreed, f"{makes}, {binds} (capabilities, contracts)")

    return find


def _labour(network: Network) -> Callable[[Around], Item]:
    """10·min(1, labour_pool/50,000)."""
    pools = dict(network["regions"].select("region", "labour_pool").drop_nulls().iter_rows())

    def find(place: Around) -> Item:
        pool = pools.get(place.region)
        if pool is None:
            return _unknown("labour", "labour pool unknown (regions)")
        points = MOST["labour"] * min(1.0, pool / FULL_LABOUR)
        return Item(points, points, 1, f"{pool:,.0f} people (regions)")

    return find


def _organisation(network: Network) -> Callable[[Around], Item]:
    """10 where the region has a cluster organisation, the newest ``indicators.cluster_organization``."""
    item = "cluster organisation"
    newest = stated(network, "cluster_organization", ["region"], low=0, high=1)

    def find(place: Around) -> Item:
        value = newest.get(place.region)
        if value is None:
            return _unknown(item, "not stated (indicators)")
        points = MOST[item] * value
        return Item(points, points, 1, f"{'there is one' if value > 0 else 'there is none'} (indicators)")

    return find


def _labs(network: Network) -> Callable[[Around], Item]:
    """5·labs, the access to a test laboratory."""
    count = network["nodes"].filter(pl.col("kind") == "test_lab").height

    def find(place: Around) -> Item:
        if place.labs is None:
            return _unknown("test labs", "no laboratory known anywhere (nodes)")
        points = MOST["test labs"] * place.labs
        return Item(points, points, count, f"access {place.labs:.2f} (nodes)")

    return find


def _net_entry(network: Network, tree: Tree) -> Callable[[Around], tuple[Item, float | None]]:
    """10·(rate + 5 %)/10 % between 0 and 10, rate = (openings − closures)/stock a year over the last three years.

    The last year is that of the newest ``sites.as_of``, else the newest year in which an operating site opened or one
    closed. The item is unknown where fewer than nine tenths of the sites state their year. Stock is that before those years,
    at least one site.
    """
    item = "net entry"
    makers = network["capabilities"].filter(pl.col("part").is_in(tree.required))["site"].unique()
    status = pl.col("status").fill_null("operating")
    sites = network["sites"].filter(pl.col("site").is_in(makers.to_list()) & status.is_in(["operating", "closed"]))
    sites = sites.with_columns(
        (status == "closed").alias("gone"),
        pl.when(status == "closed").then("closed_year").otherwise("opened_year").alias("when"),
    )
    years = network["sites"]["as_of"].dt.year().drop_nulls().to_list() or sites["when"].drop_nulls().to_list()
    last = max(years, default=None)

    def find(place: Around) -> tuple[Item, float | None]:
        here = sites.filter(pl.col("site").is_in(place.sites))
        if here.is_empty():
            return Item(0.0, 0.0, 0, "no site (sites)"), 0.0
        known = here.drop_nulls("when")
        if last is None or known.height < YEARS_KNOWN * here.height:
            return _unknown(item, f"year known of {known.height} of {here.height} sites (sites)"), None
        recent = known.filter((pl.col("when") > last - ENTRY_YEARS) & (pl.col("when") <= last))
        closed = int(recent["gone"].sum())
        opened = recent.height - closed
        stock = known.height - int(known["gone"].sum()) - opened + closed
        rate = (opened - closed) / max(stock, 1) / ENTRY_YEARS
        points = MOST[item] * min(1.0, max(0.0, (rate + FULL_ENTRY) / (2.0 * FULL_ENTRY)))
        said = f"{opened} opened, {closed} closed of {stock} in {last - ENTRY_YEARS + 1}–{last} (sites)"
        return Item(points, points, known.height, said), rate

    return find
