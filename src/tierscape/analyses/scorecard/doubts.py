"""What is doubtful about an answer of `scorecard`."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tierscape.analyses.scorecard.parameters import Weights
from tierscape.errors import Finding
from tierscape.quantities.plurals import counted


def doubts(suppliers: pl.DataFrame, known: pl.DataFrame, weights: Weights, measured: set[str]) -> tuple[Finding, ...]:
    """Say where weights were rescaled, where nothing was observed, and which indicators nobody has."""
    return (*_of_weights(weights), *_of_series(suppliers, measured), *_of_gaps(known))


def _of_weights(weights: Weights) -> Iterator[Finding]:
    total = sum(weights.given)
    if abs(total - 1.0) > 1e-9:
        yield Finding(
            rule="weights_rescaled", severity="note", table="indicators", value=f"{total:g}",
            problem=f"the four weights sum to {total:g} and were scaled to 1", remedy="Give weights that sum to 1.",
        )  # fmt: skip


def _of_series(suppliers: pl.DataFrame, measured: set[str]) -> Iterator[Finding]:
    blind = suppliers.filter(~pl.col("part").is_in(sorted(measured)))
    if blind.height:
        parts = blind["part"].n_unique()
        yield Finding(
            rule="not_distinguishable", severity="warning", table="observations", count=parts, value=blind["part"][0],
            problem=f"{counted(parts, 'part has', 'parts have')} no observation of any supplier: {counted(blind.height, 'supplier is', 'suppliers are')} not distinguishable",
            remedy="Add lead_time_days and unit_price by month to 'observations', for the subject site/part.",
        )  # fmt: skip


def _of_gaps(known: pl.DataFrame) -> Iterator[Finding]:
    missing = known.group_by("indicator", maintain_order=True).agg(none=pl.col("weight").is_null().all()).filter("none")
    if missing.height and known.height:
        yield Finding(
            rule="indicators_missing", severity="note", table="indicators", count=missing.height, value=missing["indicator"][0],
            problem=f"{counted(missing.height, 'indicator is known of no supplier and counts', 'indicators are known of no supplier and count')} from 0 to 100: {', '.join(missing['indicator'].to_list())}",
            remedy="The table 'indicators' of the answer says what to ask.",
        )  # fmt: skip
