"""Import dependency of the goods behind a product, from trade figures that the user brings."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from tierscape.analyses.visibility.tables import IMPORT_DEPENDENCY
from tierscape.frames import DTYPES, empty
from tierscape.network import Network

IMPORTS, EXPORTS = "imports", "exports"
"""Names of the indicators: ``imports`` of a subject ``GOOD/ORIGIN``, ``exports`` of a subject ``GOOD``, both in one currency."""
MOST_HHI, MOST_OUTSIDE, MOST_RATIO = 0.4, 0.5, 1.0
NOTHING_EXPORTED = 9999.0
YEARS, HOLDING = 3, 2
"""The last years that are looked at, and in how many of them all three must hold."""


def import_dependency(network: Network, product: str, near: Collection[str]) -> pl.DataFrame:
    """Judge the goods of a product's bill of materials by how concentrated, outside and one-sided their trade is.

    Outside is what comes neither from home nor from near. A year in which a figure is missing is open; the verdict is null
    where open years could turn it.
    """
    parts = _parts(network, product)
    rows = network["indicators"].filter((pl.col("subject_kind") == "good") & pl.col("year").is_not_null())
    imports = rows.filter(pl.col("indicator") == IMPORTS).with_columns(
        pl.col("subject").str.split_exact("/", 1).struct.rename_fields(["good", "origin"]).alias("key")
    ).unnest("key").drop_nulls("origin").join(parts.select("good"), on="good", how="semi")  # fmt: skip
    if imports.is_empty():
        return empty(IMPORT_DEPENDENCY)
    inside = [*near, *([network.home] if network.home else [])]
    exports = rows.filter(pl.col("indicator") == EXPORTS).select(
        pl.col("subject").alias("good"), "year", exports="value"
    )
    table = _years(imports, inside).join(exports, on=["good", "year"], how="left").with_columns(
        imports_to_exports=pl.when(pl.col("outside") == 0).then(0.0).when(pl.col("exports") == 0).then(NOTHING_EXPORTED)
        .otherwise(pl.col("outside") / pl.col("exports"))
    )  # fmt: skip
    holds = (pl.col("hhi") > MOST_HHI) & (pl.col("outside_share") > MOST_OUTSIDE) & (pl.col("imports_to_exports") > MOST_RATIO)  # fmt: skip
    table = table.with_columns(all_hold=pl.when(pl.col("outside") == 0).then(statement=False).otherwise(holds))
    verdict = _verdict(table)
    table = table.join(verdict, on="good", how="left").join(parts, on="good", how="left")
    return table.sort("good", "year").select(IMPORT_DEPENDENCY.names)


def _years(imports: pl.DataFrame, inside: list[str]) -> pl.DataFrame:
    """Give by good and year how concentrated the imports from outside are, and their share of all imports."""
    away = ~pl.col("origin").is_in(inside)
    share = pl.col("value") / pl.col("value").sum().over("good", "year")
    outside = imports.filter(away & (pl.col("value") > 0)).with_columns(share=share).sort("share", "origin", descending=[True, False])  # fmt: skip
    spread = outside.group_by("good", "year").agg(
        hhi=(pl.col("share") ** 2).sum().clip(upper_bound=1.0), largest=pl.col("origin").first(),
        largest_share=pl.col("share").first().clip(upper_bound=1.0), outside=pl.col("value").sum(),
    )  # fmt: skip
    whole = imports.group_by("good", "year").agg(whole=pl.col("value").sum())
    both = whole.filter(pl.col("whole") > 0).join(spread, on=["good", "year"], how="left")
    return both.with_columns(pl.col("outside").fill_null(0.0)).with_columns(
        outside_share=(pl.col("outside") / pl.col("whole")).clip(0.0, 1.0)
    )


def _verdict(table: pl.DataFrame) -> pl.DataFrame:
    """Give by good whether all three hold in two of its last three years: ``good``, ``dependent``."""
    last = table.filter(pl.col("year") > pl.col("year").max().over("good") - YEARS)
    counts = last.group_by("good").agg(sure=pl.col("all_hold").sum(), failed=(~pl.col("all_hold")).sum())
    verdict = pl.when(pl.col("sure") >= HOLDING).then(statement=True).when(pl.col("failed") > YEARS - HOLDING).then(statement=False)  # fmt: skip
    return counts.select("good", dependent=verdict)


def _parts(network: Network, product: str) -> pl.DataFrame:
    """Codes of the product and of all that goes into it: ``good``, ``parts``."""
    needed, bom = {product}, network["bom"].select("parent", "child")
    while more := set(bom.filter(pl.col("parent").is_in(sorted(needed)))["child"]) - needed:
        needed |= more
    rows = network["parts"].filter(pl.col("part").is_in(sorted(needed))).drop_nulls("hs6").sort("part")
    found = rows.group_by(good="hs6", maintain_order=True).agg(parts=pl.col("part").str.join("; "))
    return found.cast({"good": DTYPES["text"], "parts": DTYPES["text"]})
