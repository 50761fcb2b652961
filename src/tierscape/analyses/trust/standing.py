"""How each country stands: index, contributions, ranks under the box of weights, break-even weights, other measures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.kernels.ally_box import break_even, least, possible_ranks
from tierscape.quantities.allies import GATE, AllyWeights, allied
from tierscape.quantities.ally_scores import COMPONENTS
from tierscape.reference import country_name

ALONE = "one score alone is no measure of trust: it ranks countries that the others tell apart"
DROPPED = "without votes in the United Nations, to see what they do to the index"


@dataclass(frozen=True, eq=False)
class Matrix:
    """The scores as arrays, rows in the order of ``index``: known scores, and both ends of the unknown.

    ``low`` and ``high`` have shape (n, 5); an index that the network states is a row of equal scores. ``cap`` is the most
    that an index can be, shape (n,); ``weights`` sum to 1.
    """

    low: np.ndarray
    high: np.ndarray
    cap: np.ndarray
    weights: np.ndarray
    band: float


def score_matrix(index: pl.DataFrame, weights: AllyWeights) -> Matrix:
    """Read the arrays of the kernels off the frame of ``ally_index``."""
    scores = index.select(COMPONENTS).to_numpy().astype(np.float64)
    stated = (index["overridden"] == "index").fill_null(value=False).to_numpy()
    scores[stated] = index["index"].to_numpy()[stated, None]
    cap = np.where(index["gated"].to_numpy() & ~stated, GATE, np.inf)
    known = np.isfinite(scores)
    low, high = np.where(known, scores, 0.0), np.where(known, scores, 100.0)
    return Matrix(low, high, cap, np.array(weights.shares), weights.band)


def country_rows(index: pl.DataFrame, matrix: Matrix, threshold: float) -> pl.DataFrame:
    """Add range, ranks and verdict to the index; the shares of value are added later."""
    box_low = np.minimum(least(matrix.low, matrix.weights, matrix.band), matrix.cap).round(9)
    box_high = np.minimum(-least(-matrix.high, matrix.weights, matrix.band), matrix.cap).round(9)
    ranked = index["index"].is_not_null().to_numpy()
    ranks = possible_ranks(
        matrix.low[ranked], matrix.high[ranked], matrix.cap[ranked], matrix.weights, matrix.band
    )  # a country without any score has no rank, and holds no place that another could take
    spans = index.filter(ranked).select("country", rank_best=pl.Series(ranks.best), rank_worst=pl.Series(ranks.worst))
    rows = index.with_columns(
        name=pl.col("country").map_elements(country_name, return_dtype=pl.String),
        box_low=pl.Series(box_low),
        box_high=pl.Series(box_high),
        rank=pl.col("index").rank("min", descending=True).cast(pl.Int64),
        allied=allied(threshold),
        margin=(pl.col("index") - threshold).round(9),
        firm=(pl.Series(box_low) >= threshold) | (pl.Series(box_high) < threshold),
    ).join(spans, on="country", how="left", maintain_order="left")
    return rows.sort("index", "country", descending=[True, False], nulls_last=True)


def contribution_rows(scores: pl.DataFrame, index: pl.DataFrame, weights: AllyWeights) -> pl.DataFrame:
    """Split each index into the points of its scores, in the order of the ranking."""
    rows = _ranked(scores, index).with_columns(weight=_weight(weights))
    known = pl.col("score").is_not_null()
    shared = pl.when(known).then(pl.col("weight") / pl.col("weight").filter(known).sum().over("country"))
    rows = rows.with_columns(weight=pl.when(shared.is_finite()).then(shared))
    return rows.select(
        "country", "component", "score", "weight", (pl.col("weight") * pl.col("score")).round(9).alias("points"),
        "year", "source", "overridden",
    )  # fmt: skip


def break_even_rows(
    contributions: pl.DataFrame, index: pl.DataFrame, weights: AllyWeights, threshold: float
) -> pl.DataFrame:
    """Find for each country the weight of each score that brings the index onto the threshold.

    Where the list of concern caps the index below the threshold, or the network states the index, no weight does.
    """
    wide = index.select("country", *COMPONENTS)
    at = break_even(wide.select(COMPONENTS).to_numpy().astype(np.float64), np.array(weights.shares), threshold)
    fixed = (pl.col("overridden").fill_null("") == "index") | (pl.col("gated") & (threshold > GATE))
    solved = pl.DataFrame(at.round(9), schema=list(COMPONENTS)).with_columns(
        country=index["country"], fixed=index.select(fixed).to_series()
    )
    long = solved.unpivot(COMPONENTS, index=["country", "fixed"], variable_name="component", value_name="break_even")
    long = long.with_columns(pl.when(~pl.col("fixed")).then(pl.col("break_even").fill_nan(None)).alias("break_even"))
    rows = contributions.select("country", "component", "weight").join(
        long, on=["country", "component"], how="left", maintain_order="left"
    )
    before, after = pl.col("weight"), pl.col("break_even")
    move = (after / before - 1.0).abs()  # all other weights move by one factor
    others = ((1.0 - after) / (1.0 - before) - 1.0).abs()
    inside = (pl.max_horizontal(move, others) <= weights.band + 1e-9) & (before > 0)
    return rows.select(
        "country", "component", "weight", "break_even", change=after - before, in_box=inside.fill_null(value=False)
    )


def swap_rows(index: pl.DataFrame, weights: AllyWeights) -> pl.DataFrame:
    """Rank all countries with alignment dropped, and by each score alone."""
    share = dict(zip(COMPONENTS, weights.shares, strict=True))
    kept = [name for name in COMPONENTS if name != "alignment" and share[name] > 0]
    known = sum((pl.when(pl.col(n).is_not_null()).then(share[n]).otherwise(0.0) for n in kept), pl.lit(0.0))
    total = sum((pl.col(n).fill_null(0.0) * share[n] for n in kept), pl.lit(0.0))
    cap = pl.when("gated").then(GATE).otherwise(100.0)
    measures: dict[str, pl.Expr] = {"without_alignment": pl.when(known > 0).then(pl.min_horizontal(total / known, cap))}
    measures |= {f"{name}_alone": pl.col(name) for name in COMPONENTS}
    full = pl.col("index").rank("min", descending=True).cast(pl.Int64)
    parts = [
        index.with_columns(full=full).select(
            "country",
            "full",
            measure=pl.lit(name),
            index=value.round(9),
            warning=pl.lit(DROPPED if name == "without_alignment" else ALONE),
        )
        for name, value in measures.items()
    ]
    rows = pl.concat(parts).with_columns(
        rank=pl.col("index").rank("min", descending=True).over("measure").cast(pl.Int64)
    )
    order = {name: n for n, name in enumerate(measures)}
    rows = rows.sort(pl.col("measure").replace_strict(order, return_dtype=pl.Int64), "rank", "country", nulls_last=True)
    return rows.select(
        "country", "measure", "index", "rank", rank_change=pl.col("full") - pl.col("rank"), warning="warning"
    )


def _ranked(scores: pl.DataFrame, index: pl.DataFrame) -> pl.DataFrame:
    """Order the five scores by the ranking of their country."""
    places = index.sort("index", "country", descending=[True, False], nulls_last=True).select("country")
    place = {name: n for n, name in enumerate(COMPONENTS)}
    rows = scores.filter(pl.col("component") != "index").join(places.with_row_index("place"), on="country")
    return rows.sort("place", pl.col("component").replace_strict(place, return_dtype=pl.Int64))


def _weight(weights: AllyWeights) -> pl.Expr:
    return pl.col("component").replace_strict(
        dict(zip(COMPONENTS, weights.shares, strict=True)), return_dtype=pl.Float64
    )
