"""Network, anchor and assumptions as the arrays that the kernel runs on."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.growth.anchor import Anchor, names
from tierscape.analyses.growth.assumptions import GrowthAssumptions
from tierscape.analyses.growth.place import Nearby, nearby, related
from tierscape.errors import Finding, ParameterError
from tierscape.graph import Tree
from tierscape.kernels.completeness_again import Needs
from tierscape.kernels.entry_exit import discounted
from tierscape.kernels.entry_place import Place
from tierscape.network import Network

Floats = NDArray[np.float64]
FLOOR = 0.05
MES_SHARE = 0.2
"""Share of the product's need that a supplier of unknown size is taken to serve."""


@dataclass(frozen=True, eq=False)
class Model:
    """A place with and without its anchor, ready to be drawn.

    Parameters
    ----------
    tree : Tree
    anchor : Anchor
    near : Nearby
    place : Place
        Arms 0 with and 1 without the anchor.
    scale : numpy.ndarray, shape (K,)
        Minimum efficient scale, units a year; NaN unknown.
    need : numpy.ndarray, shape (K,)
        Units of each part in a unit of the product; NaN unknown.
    reference : float
        A volume of the product a year around which critical volumes are sought.
    jobs_known : bool
        Whether the people of every part's sites are known.
    findings : tuple of Finding
    """

    tree: Tree
    anchor: Anchor
    near: Nearby
    place: Place
    scale: Floats
    need: Floats
    reference: float
    jobs_known: bool
    findings: tuple[Finding, ...]

    @property
    def at(self) -> int:
        """Row of the anchor's region in ``near``."""
        return self.near.regions["region"].to_list().index(self.anchor.region)


def growth_model(network: Network, tree: Tree, anchor: Anchor, given: GrowthAssumptions) -> Model:
    """Put the arrays together, and say what had to be assumed.

    Raises
    ------
    ParameterError
        The region's labour pool is 0.
    """
    quarters, parts = anchor.volume.shape
    out = frozenset(anchor.entrants["site"])
    near = nearby(network, tree, anchor.start_year, given.local.radius_km, out)
    at = near.regions["region"].to_list().index(anchor.region)
    planned, weight = _planned(near, at, anchor.start_year, quarters)
    start = near.sites[at]
    peak = _peak(network, tree)
    local = np.fmax(np.nan_to_num(anchor.volume).max(axis=0), np.nan_to_num(_peak(network, tree, anchor.region)))
    scale, small = _scale(network, tree, np.fmax(peak, anchor.volume.max(axis=0)))
    sure = np.zeros((2, quarters + 1, parts), np.int64)
    for code, quarter in anchor.entrants.select("code", "quarter").iter_rows():
        if quarter <= quarters:
            sure[0, quarter, code] += 1
    jobs, jobless = _jobs(network, tree, anchor)
    pool, pool_said = _labour_pool(network, anchor.region)
    pull = np.zeros((2, quarters, parts))
    pull[0] = discounted(np.nan_to_num(np.log1p(anchor.volume / scale)), given.pull.kept_after_a_year)
    room = np.ceil(np.nan_to_num(local / scale)) * (1.0 + given.local.export_share)
    lag, ramp = _delays(network, tree, given)
    place = Place(
        needs=needs_of(tree), tier=tree.tiers, start=start, weight=weight, planned=planned, sure=sure, pull=pull,
        related=related(network, tree, anchor.region), most=np.maximum(start + planned.sum(axis=0) + 1.0, room),
        jobs=np.nan_to_num(jobs), lag=lag, ramp=ramp, labour_pool=pool, dispersion=given.local.dispersion, full=1.0,
    )  # fmt: skip
    findings = (*tree.findings, *anchor.findings, *small, *jobless, *pool_said, *_said(tree, near, lag, 3 * quarters))
    return Model(tree, anchor, near, place, scale, tree.quantities, _reference(anchor, peak, scale, tree), not jobless, findings)  # fmt: skip


def needs_of(tree: Tree) -> Needs:
    """Give the bill of materials as the kernel reads it."""
    groups = sorted(tree.groups, key=lambda g: g.parent)
    count = np.bincount([g.parent for g in groups], minlength=len(tree.parts))
    return Needs(
        own=tree.own, first=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        weight=np.array([g.weight for g in groups]), essential=np.array([g.essential for g in groups], np.bool_),
        member_first=np.concatenate([[0], np.cumsum([len(g.members) for g in groups])]).astype(np.int64),
        member=np.array([m for g in groups for m in g.members], np.int64), floor=FLOOR,
    )  # fmt: skip


def _planned(near: Nearby, at: int, start: int, quarters: int) -> tuple[NDArray[np.int64], Floats]:
    """Sites that open later, and the mean cover that a site of today or of a plan gives."""
    coming = near.planned.filter(pl.col("place") == at)
    planned = np.zeros((quarters + 1, near.sites.shape[1]), np.int64)
    sites, amount = near.sites[at].astype(np.float64), near.sites[at] * near.weight[at]
    for code, year, cover in coming.select("code", "year", "cover").iter_rows():
        quarter = 4 * (year - start)
        if quarter <= quarters:
            planned[quarter, code] += 1
            sites[code] += 1.0
            amount[code] += cover
    return planned, np.divide(amount, sites, out=np.zeros(len(sites)), where=sites > 0)


def _peak(network: Network, tree: Tree, region: str | None = None) -> Floats:
    """Yearly need of each part in the year of highest demand, everywhere or in a region; NaN unknown."""
    rows = network["demand"].filter(pl.col("product") == tree.parts[0])
    rows = rows if region is None else rows.filter(pl.col("region") == region)
    top = rows.group_by("year").agg(pl.col("volume_per_year").sum())["volume_per_year"].max()
    return np.asarray(tree.quantities * (np.nan if top is None else float(top)))  # type: ignore[arg-type]


def _scale(network: Network, tree: Tree, need: Floats) -> tuple[Floats, tuple[Finding, ...]]:
    """Minimum efficient scale: the median known capacity, else a fifth of the product's need."""
    rows = network["capabilities"].filter(pl.col("capacity_per_year") > 0)
    median = dict(rows.group_by("part").agg(pl.col("capacity_per_year").median()).iter_rows())
    known = np.array([median.get(p, np.nan) for p in tree.parts])
    scale = np.where(np.isnan(known), np.where(need > 0, MES_SHARE * need, np.nan), known)
    blank = [p for p, k in zip(tree.required, known[1:], strict=True) if np.isnan(k)]
    if not blank:
        return scale, ()
    return scale, (
        Finding(
            rule="scale_unknown", severity="note", table="capabilities", column="capacity_per_year", count=len(blank), value=blank[0],
            problem=f"no site's capacity is known for {len(blank)} parts; a supplier is taken to serve {MES_SHARE:.0%} of the product's need",
            remedy="Give the capacity of a site of each part.",
        ),
    )  # fmt: skip


def _jobs(network: Network, tree: Tree, anchor: Anchor) -> tuple[Floats, tuple[Finding, ...]]:
    """People of a site of each part: the median of its sites, else of its projects, else of its kind; NaN unknown."""
    people = (
        network["capabilities"].select("site", "part").join(network["sites"].select("site", "employees"), on="site")
    )
    people = people.drop_nulls("employees").join(network["parts"].select("part", "kind"), on="part")
    by_part = dict(people.group_by("part").agg(pl.col("employees").median()).iter_rows())
    by_kind = dict(people.group_by("kind").agg(pl.col("employees").median()).iter_rows())
    planned = dict(anchor.entrants.drop_nulls("jobs").select("code", "jobs").iter_rows())
    jobs = np.array([
        by_part.get(part, planned.get(k, by_kind.get(kind, np.nan)))
        for k, (part, kind) in enumerate(zip(tree.parts, tree.kinds, strict=True))
    ], dtype=np.float64)  # fmt: skip
    blank = [p for p, j in zip(tree.required, jobs[1:], strict=True) if np.isnan(j)]
    if not blank:
        return jobs, ()
    return jobs, (
        Finding(
            rule="employees_unknown", severity="warning", table="sites", column="employees", count=len(blank), value=blank[0],
            problem=f"nobody's size is known for {len(blank)} parts or others of their kind: jobs stay unknown, and wages do not rise with that hiring",
            remedy="Give employees of the sites that make them.",
        ),
    )  # fmt: skip


def _labour_pool(network: Network, region: str) -> tuple[float, tuple[Finding, ...]]:
    pools = network["regions"].filter(pl.col("region") == region)["labour_pool"].drop_nulls()
    if pools.len() and pools[0] <= 0:
        raise ParameterError(f"region: '{region}' has a labour pool of 0 in 'regions'; nobody can be hired there.")
    if pools.len():
        return float(pools[0]), ()
    return math.inf, (
        Finding(
            rule="labour_pool_unknown", severity="warning", table="regions", column="labour_pool", value=region,
            problem="the labour pool is unknown: wages do not rise with hiring", remedy="Give the people who could be hired.",
        ),
    )  # fmt: skip


def _delays(network: Network, tree: Tree, given: GrowthAssumptions) -> tuple[Floats, NDArray[np.int64]]:
    """Months to first output and quarters of ramp; the median of a part's own projects goes first."""
    rows = network["projects"].group_by("part").agg(pl.col("lead_months", "ramp_months").median())
    own = {part: (lead, ramp) for part, lead, ramp in rows.iter_rows()}
    lag, ramp = np.zeros((len(tree.parts), 3)), np.zeros(len(tree.parts), np.int64)
    span = given.lag_months
    for k, part in enumerate(tree.parts):
        lead, months = own.get(part, (None, None))
        lag[k] = (span.low, span.mode, span.high) if lead is None else lead
        ramp[k] = round((given.ramp_months if months is None else months) / 3.0)
    return lag, ramp


def _reference(anchor: Anchor, peak: Floats, scale: Floats, tree: Tree) -> float:
    """Volume of the product around which critical volumes are sought."""
    asked = float(anchor.volume[:, 0].max())
    if anchor.kind != "contracts" and asked > 0:
        return asked
    if np.isfinite(peak[0]):
        return float(peak[0])
    each = scale[1:] / tree.quantities[1:]
    return float(np.nanmedian(each)) if np.isfinite(each).any() else 1.0


def _said(tree: Tree, near: Nearby, lag: Floats, months: int) -> tuple[Finding, ...]:
    said = []
    unseen = [p for k, p in enumerate(tree.parts) if k and not near.seen[k]]
    if unseen:
        said.append(Finding(
            rule="unseen_parts", severity="warning", table="capabilities", column="part", count=len(unseen), value=unseen[0],
            problem=f"no site of the network is known to make {len(unseen)} required parts ({names(unseen)}); they start as absent",
            remedy="Add who makes them, whatever the place.",
        ))  # fmt: skip
    unknown = [p for k, p in enumerate(tree.parts) if k and np.isnan(tree.quantities[k])]
    if unknown:
        said.append(Finding(
            rule="need_unknown", severity="warning", table="bom", column="quantity", count=len(unknown), value=unknown[0],
            problem=f"the need of {len(unknown)} parts is unknown: the anchor does not pull their makers",
            remedy="Give bom.quantity on the way down to them.",
        ))  # fmt: skip
    if lag[1:, 0].min() >= months:
        said.append(Finding(
            rule="horizon_within_lag", severity="warning", table="projects", column="lead_months", count=1,
            problem=f"the horizon of {months} months is no longer than the lag: nobody who follows can have output by then",
            remedy="Ask for more years.",
        ))  # fmt: skip
    return tuple(said)
