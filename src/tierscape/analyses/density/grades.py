"""How much of what is counted rests on which grade of evidence."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.reach import Places, within_reach
from tierscape.analyses.density.statistics_tables import EVIDENCE
from tierscape.analyses.density.supply import Supply
from tierscape.frames import empty
from tierscape.graph import Tree
from tierscape.network import Network
from tierscape.schema import GRADES

NONE = "none"
"""Rows without a grade."""


def evidence_table(
    network: Network,
    tree: Tree,
    places: Places,
    cover: np.ndarray,
    supply: Supply,
    radius_km: float,
    assumptions: DensityAssumptions,
) -> pl.DataFrame:
    """Share the cover of every part among the grades of the rows that make it, and weigh the parts as in the average.

    Parameters
    ----------
    cover : numpy.ndarray, shape (places, parts)
        Cover of all rows together; where it is cut at 1, all rows keep their share in what is counted.
    """
    amounts = []
    for grade in (*GRADES, NONE):
        rows = supply.rows.filter(pl.col("evidence").fill_null(NONE) == grade)
        if rows.is_empty():
            amounts.append(np.zeros(cover.shape))
            continue
        graded = within_reach(network, tree, places, replace(supply, rows=rows), radius_km, assumptions)
        amounts.append(graded.amount)
    total = np.sum(amounts, axis=0)
    counted = tree.weights * cover * (total > 0)
    whole = counted.sum(axis=1)
    found = []
    for grade, amount in zip((*GRADES, NONE), amounts, strict=True):
        part = (counted * np.divide(amount, total, out=np.zeros(cover.shape), where=total > 0)).sum(axis=1)
        found += [(i, grade, float(p / whole[i])) for i, p in enumerate(part) if p > 0]
    listed = [(places.key[i], grade, share) for i, grade, share in sorted(found, key=lambda row: row[0])]
    return pl.DataFrame(listed, schema=empty(EVIDENCE).schema, orient="row")


def node_rows(network: Network, kinds: tuple[str, ...]) -> pl.DataFrame:
    """List the logistics nodes and laboratories that connection looks at."""
    rows = network["nodes"].filter(pl.col("kind").is_in(list(kinds))).drop_nulls(["lat", "lon"])
    return rows.select("node", "kind", "name", "country", "lat", "lon").sort("node")
