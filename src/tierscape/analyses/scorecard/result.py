"""The answer of `scorecard`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.scorecard import tables
from tierscape.analyses.scorecard.catalogue import CATALOGUE, LACKS
from tierscape.analyses.scorecard.charts import scorecard_charts
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart

FAILS = 50.0
"""A supplier whose stability cannot reach this many points fails on stability."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Scorecard(Result):
    """Suppliers scored on stability, agility, ESG and price, as intervals, with the ranks that are possible."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("suppliers", "value")

    suppliers: pl.DataFrame
    dimensions: pl.DataFrame
    indicators: pl.DataFrame
    weights: pl.DataFrame
    names: Mapping[str, str] = field(default_factory=dict)
    measured: tuple[str, ...] = ()

    @property
    def part(self) -> str | None:
        """The part that is spoken of: among those with observations the one with most suppliers, else of all."""
        counts = (
            self.suppliers.group_by("part")
            .agg(n=pl.len())
            .with_columns(seen=pl.col("part").is_in(list(self.measured)) & (pl.col("n") > 1))
        )
        ordered = counts.sort("seen", "n", "part", descending=[True, True, False])
        return str(ordered["part"][0]) if ordered.height else None

    @property
    def rows(self) -> pl.DataFrame:
        """Suppliers of that part, best first."""
        return self.suppliers.filter(pl.col("part") == (self.part or ""))

    @property
    def distinguishable(self) -> bool:
        """Some supplier of that part is surely ahead of another."""
        rows = self.rows
        return bool(((rows["rank_best"] > 1) | (rows["rank_worst"] < rows.height)).any())

    def sentence(self) -> str:
        """Say how many are surely above the cheapest, and what keeps the widest rank open."""
        rows = self.rows
        if rows.is_empty():
            return "No supplier is to be scored: the network has no links and no released capability."
        part = self.names.get(self.part or "", self.part)
        if rows.height == 1:
            only = rows.row(0, named=True)
            return (
                f"{only['name']} is the only supplier of {part}: {only['low']:.0f} to {only['high']:.0f} of 100 points."
            )
        if not self.distinguishable:
            why = "nothing they deliver was observed" if self.part not in self.measured else "the evidence is too weak"
            return f"The {rows.height} suppliers of {part} are not distinguishable: {why}, {_mean(rows, 'unknown_share'):.0%} of the score is unknown{self._ask(rows)}."
        cheap = self.cheapest
        if cheap is None:
            first = rows.row(0, named=True)
            behind = rows.height - int(first["rank_worst"])
            return f"{first['name']} is surely above {behind} of the {rows.height - 1} other suppliers of {part}; no price is known{self._ask(rows)}."
        above = int(cheap["rank_best"]) - 1
        below = rows.height - int(cheap["rank_worst"])
        if above == 0 and below:
            return f"{cheap['name']}, the cheapest of {rows.height} suppliers of {part}, is also surely above {below} of them{self._ask(rows)}."
        number = "None" if above == 0 else f"{above}"
        verb = "is" if above == 1 else "are"
        return f"{number} of {rows.height} suppliers of {part} {verb} surely above the cheapest one, {cheap['name']}{self._ask(rows)}."

    @property
    def cheapest(self) -> dict[str, Any] | None:
        """The first on landed cost alone, of the part that is spoken of; None where no price is known."""
        rows = self.rows.drop_nulls("rank_by_price").sort("rank_by_price", "rank")
        return rows.row(0, named=True) if rows.height else None

    def _ask(self, rows: pl.DataFrame) -> str:
        """Name the supplier with the widest rank interval among the better half, and the question that would narrow it."""
        asked = rows.drop_nulls("next_best_question")
        if asked.is_empty():
            return ""
        row = asked.sort(pl.col("rank_worst") - pl.col("rank_best"), "rank", descending=[True, False]).row(
            0, named=True
        )
        what = LACKS[row["next_best_question"]]
        return f"; what is missing on {row['name']}'s {what} keeps its rank between {row['rank_best']} and {row['rank_worst']}"

    @property
    def unstable_leader(self) -> dict[str, Any] | None:
        """The best on price of that part, where it surely fails on stability."""
        rows = self.rows.filter(pl.col("rank_by_price") == 1)
        stable = self.dimensions.filter(pl.col("dimension") == "stability").select("site", "part", stable="high")
        rows = rows.join(stable, on=["site", "part"]).filter(pl.col("stable") < FAILS)
        return rows.row(0, named=True) if rows.height else None

    def lines(self) -> tuple[str, ...]:
        """Who leads, who is cheap and not stable, and what it rests on."""
        lines = [self.sentence()]
        rows = self.rows
        if rows.height > 1 and self.distinguishable:
            first = rows.row(0, named=True)
            lines.append(
                f"First is {first['name']} with {first['low']:.0f} to {first['high']:.0f} points, rank {first['rank_best']} to {first['rank_worst']}."
            )
        bad = self.unstable_leader
        if bad is not None:
            lines.append(
                f"{bad['name']} leads on price and fails on stability: at most {bad['stable']:.0f} of 100 points."
            )
        elif rows.height:
            lines.append(
                f"Of the weight of the score {_mean(rows, 'evidence_share'):.0%} rests on audited, declared or observed rows, {_mean(rows, 'unknown_share'):.0%} is unknown."
            )
        return tuple(lines[:3])

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return (
            "part",
            "name",
            "low",
            "high",
            "rank",
            "rank_best",
            "rank_worst",
            "rank_by_price",
            "dominated_by",
            "next_best_question",
        )

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """First supplier, cheapest, evidence, and what to ask next."""
        rows = self.rows
        if rows.is_empty():
            return ()
        first = rows.row(0, named=True)
        head = first["name"] if self.distinguishable else "not distinguishable"
        spread = f"{first['low']:.0f}–{first['high']:.0f} points, rank {first['rank_best']}–{first['rank_worst']}"
        cards = [(f"First for {self.names.get(self.part or '', self.part)}", head, spread)]
        cheap = self.cheapest
        if cheap is not None:
            cards.append(
                ("First on price alone", cheap["name"], f"rank {cheap['rank_best']}–{cheap['rank_worst']} on all four")
            )
        cards.append(("Unknown", f"{_mean(rows, 'unknown_share'):.0%}", "of the weight of the score"))
        asks = self.indicators.filter(pl.col("next_best_question") & (pl.col("part") == (self.part or "")))
        if asks.height:
            top = asks["indicator"].value_counts().sort("count", "indicator", descending=[True, False])["indicator"][0]
            cards.append(("Ask first", LACKS[top], next(i.question for i in CATALOGUE if i.name == top)))
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Scores with their intervals, possible ranks, stability against agility, and all indicators as a grid."""
        return scorecard_charts(self)


def _mean(rows: pl.DataFrame, column: str) -> float:
    return float(rows[column].sum()) / max(rows.height, 1)
