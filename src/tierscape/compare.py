"""What changes in the answers when a scenario changes the network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from tierscape.frames import empty
from tierscape.results import Result
from tierscape.schema import Column, Table

DIFFERENCES = Table("differences", "a number that a scenario changes, in the order of the answer's tables", ("scenario", "analysis", "product", "table", "row", "column"), (
    Column("scenario", "text", "Scenario."),
    Column("analysis", "text", "Analysis."),
    Column("product", "text", "Product, empty where the analysis has none."),
    Column("table", "text", "Table of the answer."),
    Column("row", "text", "Key of the row, joined by '/'."),
    Column("column", "text", "Number that changes."),
    Column("base", "number", "Value in the network as it is."),
    Column("changed", "number", "Value in the scenario."),
    Column("difference", "number", "Changed less base; unknown where one of them is."),
    Column("unit", "text", "Unit of the number."),
))  # fmt: skip


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison(Result):
    """Differences between the answers for a network and for its scenarios."""

    TABLES: ClassVar[tuple[Table, ...]] = (DIFFERENCES,)

    differences: pl.DataFrame
    sentences: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, base: Sequence[Result], scenarios: Mapping[str, Sequence[Result]]) -> Comparison:
        """Compare answers one by one, in the order given: the same analyses with the same parameters."""
        frames = [empty(DIFFERENCES)]
        sentences = [("base", answer.sentence()) for answer in base]
        for name, answers in scenarios.items():
            for before, after in zip(base, answers, strict=True):
                moved = differences(name, before, after)
                sentences.append((name, change(before, moved)))
                frames.append(moved)
        return cls(
            differences=pl.concat(frames),
            sentences=tuple(sentences),
            analysis="compare",
            title="Comparison of scenarios",
            provenance=base[0].provenance if base else None,
        )

    def sentence(self) -> str:
        """Give the answer of the network as it is, and what each scenario changes."""
        return "\n".join(f"{name}: {text}" for name, text in self.sentences)


def change(base: Result, moved: pl.DataFrame) -> str:
    """Say in a sentence what a scenario changes in the headline column of an answer."""
    if base.HEADLINE is None or moved.is_empty():
        return f"{moved.height} numbers change." if moved.height else "Nothing changes."
    table, column = base.HEADLINE
    rows = moved.filter((pl.col("table") == table) & (pl.col("column") == column) & pl.col("difference").is_not_null())
    if rows.is_empty():
        return f"No {column} changes in '{table}'; {moved.height} other numbers do."
    first = rows.row(0, named=True)
    product = f" for {first['product']}" if first["product"] else ""
    return (
        f"The {column}{product} of {rows.height} {table} changes, most that of {first['row']}, "
        f"{first['difference']:+.1f} ({first['base']:.1f} to {first['changed']:.1f} {first['unit']})."
    )


def differences(scenario: str, base: Result, changed: Result) -> pl.DataFrame:
    """List every number of a keyed table that differs between two answers.

    Parameters
    ----------
    scenario : str
        Name of the scenario.
    base, changed : Result
        Answers of the same analysis; a row that only one of them has counts as unknown in the other.

    Returns
    -------
    polars.DataFrame
        By the declaration ``DIFFERENCES``.
    """
    found = [empty(DIFFERENCES)]
    product = str(base.parameters.get("product") or "")
    for table in base.TABLES:
        numbers = [c for c in table.columns if c.kind in {"number", "integer", "boolean"} and c.name not in table.key]
        for column in numbers if table.key else ():
            old, new = _keyed(base, table, column, "base"), _keyed(changed, table, column, "changed")
            both = old.join(new, on="row", how="full", coalesce=True, maintain_order="left_right")
            moved = both.filter(pl.col("base").ne_missing(pl.col("changed")))
            found.append(
                moved.select(
                    pl.lit(scenario).alias("scenario"),
                    pl.lit(base.analysis).alias("analysis"),
                    pl.lit(product).alias("product"),
                    pl.lit(table.name).alias("table"),
                    "row",
                    pl.lit(column.name).alias("column"),
                    "base",
                    "changed",
                    (pl.col("changed") - pl.col("base")).alias("difference"),
                    pl.lit(column.unit).alias("unit"),
                )
            )
    head_table, head_column = base.HEADLINE or ("", "")
    head = (pl.col("table") == head_table) & (pl.col("column") == head_column)
    return pl.concat(found).sort(
        head, pl.col("difference").abs() * head, descending=[True, True], nulls_last=True, maintain_order=True
    )


def _keyed(answer: Result, table: Table, column: Column, name: str) -> pl.DataFrame:
    key = pl.concat_str([pl.col(k).cast(pl.String) for k in table.key], separator="/").alias("row")
    return answer.frame(table.name).select(key, pl.col(column.name).cast(pl.Float64).alias(name))
