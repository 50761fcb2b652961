"""How far the ranking depends on choices: intervals of ranks, and regions side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from types import MappingProxyType

import numpy as np
import polars as pl
from pydantic import BaseModel

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.frames import score_places
from tierscape.analyses.density.reach import Places, within_reach
from tierscape.analyses.density.statistics_tables import COMPARISON, RANK_COLUMNS
from tierscape.analyses.density.supply import Supply
from tierscape.frames import DTYPES, empty
from tierscape.graph import Tree
from tierscape.kernels import smaa
from tierscape.kernels.ranking import rank_rows
from tierscape.network import Network

REACH_FACTORS = (0.7, 1.0, 1.4)
"""Factors on all reaches, those of logistics nodes too."""
RHO_LOW, RHO_HIGH = 0.5, 3.0
"""Strengths of the weakest link that are tried beside the one given."""
RADIUS_FACTORS = (0.75, 1.0, 1.25)
"""Factors on the radius."""
STATED_HOURS = (0.1, 1000.0)
"""Bounds of a reach that the network states itself."""
SIDE_BY_SIDE = 5
"""Regions compared pair by pair where none are named."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Scores of every region under every draw.

    Parameters
    ----------
    dimensions : tuple of str
        Names of the dimensions.
    values : numpy.ndarray, shape (reaches, links, radii, regions, dimensions)
        Dimensions under every reach, weakest link and radius, unknown taken low; the middle of all is as given.
    choices : tierscape.kernels.smaa.Choices
        What was drawn.
    scores : numpy.ndarray, shape (draws, regions)
        They compare inside a draw only.
    """

    dimensions: tuple[str, ...]
    values: np.ndarray
    choices: smaa.Choices
    scores: np.ndarray


def sample_scores(
    network: Network,
    tree: Tree,
    regions: Places,
    supply: Supply,
    radius_km: float,
    assumptions: DensityAssumptions,
) -> Sample:
    """Score the regions under drawn weights, both rules of aggregation, three reaches, weakest links and radii.

    A dimension that is assessed nowhere has weight 0, as in the score; one that is unknown at a region counts 0 there.
    """
    dimensions = tuple(type(assumptions.weights).model_fields)
    links = (RHO_LOW, assumptions.rho, RHO_HIGH)
    levels = (len(REACH_FACTORS), len(links), len(RADIUS_FACTORS))
    values = np.zeros((*levels, len(regions), len(dimensions)))
    weights = np.array([float(getattr(assumptions.weights, name)) for name in dimensions])
    for (a, factor), (c, wider) in product(enumerate(REACH_FACTORS), enumerate(RADIUS_FACTORS)):
        scaled, farther = _farther(network, assumptions, factor)
        reach = within_reach(scaled, tree, regions, supply, wider * radius_km, farther)
        for b, rho in enumerate(links):
            frame = score_places(scaled, tree, regions, reach, farther.model_copy(update={"rho": rho}))
            frame = frame.with_columns((1.0 - pl.col("fragmentation")).fill_null(0.0).alias("unfragmented"))
            known = frame.select(dimensions).null_count().row(0)
            weights[[n == frame.height for n in known]] = 0.0
            values[a, b, c] = frame.select(pl.col(dimensions).fill_null(0.0).cast(pl.Float64)).to_numpy()
    sampling = assumptions.sampling
    choices = smaa.draw_choices(
        weights, levels,
        concentration=sampling.concentration, draws=sampling.draws, seed=sampling.seed,
    )  # fmt: skip
    return Sample(dimensions, values, choices, smaa.scores(values, choices))


def _farther(network: Network, assumptions: DensityAssumptions, factor: float) -> tuple[Network, DensityAssumptions]:
    """Scale every reach: those assumed, those of nodes, and those that ``indicators.reach_hours`` states for a part.

    The last stay within the bounds that a stated reach must keep.
    """

    def times(group: BaseModel) -> BaseModel:
        return group.model_copy(update={name: value * factor for name, value in group})

    stated = pl.col("indicator") == "reach_hours"
    indicators = network["indicators"].with_columns(
        pl.when(stated).then((pl.col("value") * factor).clip(*STATED_HOURS)).otherwise("value").alias("value")
    )
    scaled = replace(network, tables=MappingProxyType({**network.tables, "indicators": indicators}))
    hours = {"reach_hours": times(assumptions.reach_hours), "node_hours": times(assumptions.node_hours)}
    return scaled, assumptions.model_copy(update=hours)


def rank_columns(regions: Places, sample: Sample) -> pl.DataFrame:
    """Give region and the ``RANK_COLUMNS``, in the order of the regions.

    The main driver is the choice between whose groups the largest share of the variance of the region's rank lies
    (``tierscape.kernels.smaa.driver_shares``); null where the rank never changes.
    """
    types = {"region": pl.String()} | {c.name: DTYPES[c.kind] for c in RANK_COLUMNS}
    if not len(regions):
        return pl.DataFrame(schema=types)
    summary = smaa.rank_summary(rank_rows(sample.scores))
    shares = smaa.driver_shares(sample.values, sample.choices)
    driver = [smaa.DRIVERS[int(row.argmax())] if row.any() else None for row in shares]
    return pl.DataFrame([list(regions.key), *summary, driver], schema=types)


def comparison_table(scored: pl.DataFrame, sample: Sample, chosen: Sequence[str] = ()) -> pl.DataFrame:
    """Put regions side by side, pair by pair, by the declaration ``COMPARISON``.

    Parameters
    ----------
    scored : polars.DataFrame
        One row a region in the order of the sample: region, score and the dimensions' columns.
    sample : Sample
        From ``sample_scores``.
    chosen : sequence of str
        Regions to compare, in this order; the best five by default.

    Notes
    -----
    For the score the chance is over the draws; for a dimension, which no weight touches, over reaches, weakest links and radii.
    """
    scored = scored.with_columns((1.0 - pl.col("fragmentation")).alias("unfragmented"))
    index = {region: i for i, region in enumerate(scored["region"])}
    best = scored.sort("score", "region", descending=[True, False]).head(SIDE_BY_SIDE)["region"]
    pairs = [(index[a], index[b]) for a, b in combinations(chosen or best, 2)]
    if not pairs:
        return empty(COMPARISON)
    chance = {"score": smaa.above(sample.scores, pairs)}
    for d, name in enumerate(sample.dimensions):
        chance[name] = smaa.above(sample.values[..., d].reshape(-1, scored.height), pairs)
    values = {name: scored[name].to_list() for name in chance}
    keys = scored["region"].to_list()
    rows = []
    for n, (i, j) in enumerate(pairs):
        for name, p in chance.items():
            a, b = values[name][i], values[name][j]
            known = a is not None and b is not None
            rows.append((keys[i], keys[j], name, a, b, a - b if known else None, float(p[n]) if known else None))
    return pl.DataFrame(rows, schema=empty(COMPARISON).schema, orient="row")
