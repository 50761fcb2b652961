"""How well each arc of a supply graph is known: grade, weight, and whether the row has expired."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.graph import IN_HOUSE, SupplyGraph
from tierscape.network import Network
from tierscape.quantities.evidence import DAYS_A_MONTH, HALF_LIFE_MONTHS, UNDATED_HALF_LIVES, age_weight, grade_weight

WAY_GRADES = ("own", "audited", "declared", "observed", "inferred", "none")
"""Grades of a way through the graph, strongest first: ``own`` without any link, ``none`` over a link without a grade."""


@dataclass(frozen=True, eq=False)
class ArcEvidence:
    """What the row behind each arc is worth, E arcs.

    Parameters
    ----------
    grade : numpy.ndarray of int8, shape (E,)
        Place in ``WAY_GRADES``.
    weight : numpy.ndarray of float64, shape (E,)
        Weight of the grade, times 2^(−age/half-life), times the confidence of an inferred link; 0 to 1.
    inferred : numpy.ndarray of bool, shape (E,)
        The link was never declared; supply in house is none of these.
    expired : numpy.ndarray of bool, shape (E,)
        The row is older than two half-lives.
    findings : tuple of Finding
    """

    grade: NDArray[np.int8]
    weight: NDArray[np.float64]
    inferred: NDArray[np.bool_]
    expired: NDArray[np.bool_]
    findings: tuple[Finding, ...]


def newest(network: Network) -> dt.date | None:
    """Give the newest ``as_of`` of the network, to which all ages are counted; None without any."""
    days = [frame["as_of"].max() for frame in network.tables.values() if "as_of" in frame.columns]
    return max((day for day in days if isinstance(day, dt.date)), default=None)


def arc_evidence(network: Network, graph: SupplyGraph, used: NDArray[np.bool_]) -> ArcEvidence:
    """Weigh the rows behind the arcs of a graph.

    Parameters
    ----------
    network : Network
        Its newest ``as_of`` is today.
    graph : SupplyGraph
        The arcs.
    used : numpy.ndarray of bool, shape (E,)
        Arcs that findings speak of.
    """
    today = newest(network)
    months = HALF_LIFE_MONTHS["supplier"]
    inferred = (pl.col("evidence") == "inferred") & (pl.col("source").fill_null("") != IN_HOUSE)
    confidence = pl.when(inferred).then(pl.col("confidence").fill_null(1.0)).otherwise(1.0)
    days = (pl.lit(today, pl.Date) - pl.col("as_of")).dt.total_days()
    rows = graph.links.select(
        grade=pl.col("evidence").fill_null("none").replace_strict(
            {name: i for i, name in enumerate(WAY_GRADES)}, return_dtype=pl.Int8
        ),
        weight=grade_weight() * age_weight(pl.lit(today, pl.Date), months) * confidence,
        inferred=inferred.fill_null(value=False),
        expired=(days > UNDATED_HALF_LIVES * months * DAYS_A_MONTH).fill_null(value=False),
        undated=pl.col("as_of").is_null(),
    )  # fmt: skip
    at = {name: rows[name].to_numpy()[graph.arc_link] for name in rows.columns}
    return ArcEvidence(at["grade"], at["weight"], at["inferred"], at["expired"], _undated(graph, at["undated"] & used))


def _undated(graph: SupplyGraph, arcs: NDArray[np.bool_]) -> tuple[Finding, ...]:
    rows = np.unique(graph.arc_link[arcs])
    if not len(rows):
        return ()
    supplier, buyer, part = graph.links.select("supplier", "buyer", "part").row(int(rows[0]))
    finding = Finding(
        rule="undated",
        severity="note",
        table="links",
        column="as_of",
        problem=f"{len(rows)} links or supplies in house have no date; they count as two half-lives old",
        remedy="Give the day on which the row was true.",
        count=len(rows),
        value=f"{supplier}/{buyer}/{part}",
    )
    return (finding,)
