"""Family 10, `completeness`: a region operates as a cluster once enough classes of a product are covered there."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.planning.problem import Problem
from tierscape.planning.rows.operating import operating
from tierscape.planning.rows.reached import qualified
from tierscape.planning.written import Expression, Floats, Numbers, Written, picked, summed

OUTRIGHT = 64
"""Facets of one region that are written out; where there are more, `Cluster.violated` finds those that matter."""


@dataclass(frozen=True, eq=False)
class Cluster:
    """What a region needs to operate: ``needed`` of its classes, some of which nobody could ever cover there.

    Parameters
    ----------
    region : int
        Row number of ``regions``.
    covers : numpy.ndarray of int64, shape (k,)
        Rows of ``covered`` of the classes that may or may not be covered.
    choose : int
        At least one of each so many of them is covered in a cluster: |C| = |L| − K + 1 less the classes that nobody covers.
        None of them where it is 0 or less (no cluster is possible); no facet where it exceeds k.
    """

    region: int
    covers: Numbers
    choose: int

    @property
    def facets(self) -> int:
        """Number of facets of a period."""
        return math.comb(len(self.covers), self.choose) if self.choose > 0 else 1

    def violated(self, hub: Floats, covered: Floats, tolerance: float = 1e-6) -> list[tuple[int, Numbers]]:
        """Separate: give the most violated facet h ≤ Σ_{l ∈ C} cov_l of each period that has one.

        Parameters
        ----------
        hub : numpy.ndarray of float64, shape (regions, T)
        covered : numpy.ndarray of float64, shape (covers, T)
        tolerance : float

        Returns
        -------
        list of (int, numpy.ndarray of int64)
            Period, and the rows of ``covered`` in C: the |C| smallest. Exact, in O(k log k) a period.
        """
        if self.choose > len(self.covers):
            return []
        found = []
        for t in range(hub.shape[1]):
            least = self.covers[np.argsort(covered[self.covers, t], kind="stable")[: max(self.choose, 0)]]
            if hub[self.region, t] > covered[least, t].sum() + tolerance:
                found.append((t, np.sort(least)))
        return found


def needed(problem: Problem, completeness: float) -> int:
    """K = ceil(κ |L|)."""
    return math.ceil(completeness * problem["classes"].height - 1e-9)


def clusters(written: Written) -> list[Cluster]:
    """Give each region's cluster; a class that is covered there without any decision can break no facet and is left out."""
    problem = written.problem
    size = problem["classes"].height - needed(problem, written.ask.policy.completeness) + 1
    keys = written.cover_classes.with_row_index("cover")
    always = (qualified(problem) > 0) & (problem.capacity > 0).all(axis=1)
    given = (
        problem["covers"].filter(pl.lit(pl.Series(always)).gather(pl.col("pair"))).select("region", "class").unique()
    )
    found = []
    for region in range(problem["regions"].height):
        here = keys.filter(pl.col("region") == region)
        open_ = here.join(given, on=["region", "class"], how="anti").sort("cover")["cover"].to_numpy().astype(np.int64)
        found.append(Cluster(region, open_, size - (problem["classes"].height - here.height)))
    return found


def add(written: Written) -> None:
    """Write cov ≤ Σ A of its pairs; K h ≤ Σ cov; h ≤ Σ_{l ∈ C} cov_l; h_t ≤ h_{t+1}; the worth of an operating cluster.

    Nothing where a cluster is worth nothing and no project requires one. Facets beyond `OUTRIGHT` a region are left to
    separation.
    """
    problem, worth = written.problem, written.ask.policy.hub_benefit
    required = (problem["requirements"]["kind"] == "hub").any()
    if "hub" not in written or not (worth > 0 or required):
        return
    hub, covered = 1 * written["hub"], 1 * written["covered"]
    _covered(written, covered)
    region = written.cover_classes["region"].to_numpy()
    least = needed(problem, written.ask.policy.completeness)
    present = summed(covered, "cover", region, "region", problem["regions"].height)
    written.rows("completeness", least * hub - present <= 0)
    _facets(written, hub, covered)
    if len(written.periods) > 1:
        later = hub.isel(period=slice(1, None)).assign_coords(period=np.array(written.periods[:-1]))
        written.rows("completeness:stays", hub.isel(period=slice(None, -1)) - later <= 0)
    if worth > 0:
        written.charge("cluster_benefit", -worth * hub * written.discount)


def _covered(written: Written, covered: Expression) -> None:
    """Write cov_rlt ≤ Σ_{e in r, class l} A_et, where a pair without capacity counts once a project has opened it."""
    covers = written.problem["covers"]
    number = covers.join(
        written.cover_classes.with_row_index("cover"), on=["region", "class"], how="left", maintain_order="left"
    )["cover"].to_numpy()
    size = written.cover_classes.height
    reach = summed(
        picked(operating(written), "pair", covers["pair"].to_numpy(), "covers"), "covers", number, "cover", size
    )
    written.rows("completeness:covered", covered - reach <= 0)


def _facets(written: Written, hub: Expression, covered: Expression) -> None:
    region: list[int] = []
    members: list[tuple[int, ...]] = []
    for cluster in clusters(written):
        if cluster.choose <= len(cluster.covers) and cluster.facets <= OUTRIGHT:
            chosen = list(itertools.combinations(cluster.covers.tolist(), max(cluster.choose, 0)))
            members += chosen
            region += [cluster.region] * len(chosen)
    if not region:
        return
    facet = np.repeat(np.arange(len(members)), [len(m) for m in members])
    flat = np.array([cover for m in members for cover in m], dtype=np.int64)
    some = picked(hub, "region", region, "facet")
    if len(flat):
        some = some - summed(picked(covered, "cover", flat, "member"), "member", facet, "facet", len(members))
    written.rows("completeness:facet", some <= 0)
