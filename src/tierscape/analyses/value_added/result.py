"""The answer of `value_added`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from tierscape.analyses.value_added import tables
from tierscape.analyses.value_added.charts import value_added_charts
from tierscape.analyses.value_added.tables import AT_FACE_VALUE, LOOKED_THROUGH, UNKNOWN
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart


@dataclass(frozen=True, kw_only=True, eq=False)
class ValueAdded(Result):
    """Where the value of a country's exports is added."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("origins", "share")

    origins: pl.DataFrame
    tiers: pl.DataFrame
    trade: pl.DataFrame
    sectors: pl.DataFrame
    published: pl.DataFrame
    exporter: str
    partner: str | None = None

    def share(self, name: str, method: str = LOOKED_THROUGH) -> float:
        """Share of the exports that is added in a country, by its name; 0 where the table has no such country."""
        found = self.origins.filter((pl.col("name") == name) & (pl.col("method") == method))["share"]
        return float(found.item()) if len(found) else 0.0

    @property
    def about(self) -> str:
        """The exports that were asked about, in words."""
        to = "" if self.partner is None else f" to {self.partner}"
        sectors = self.parameters.get("sectors")
        return f"{self.exporter}'s exports{to}" + (f" from {', '.join(sectors)}" if sectors else "")

    @property
    def foreign(self) -> list[tuple[str, float]]:
        """The partner first, then the foreign countries that add most: name and share, three in all."""
        rows = self.origins.filter(
            (pl.col("method") == LOOKED_THROUGH) & ~pl.col("name").is_in([self.exporter, UNKNOWN])
        )
        ordered = rows.sort(pl.col("name") != (self.partner or ""), maintain_order=True)
        return [(str(n), float(s)) for n, s in ordered.select("name", "share").head(3).rows()]

    def sentence(self) -> str:
        """Say where the value is added, by which method, what face value would say, and what could not be seen."""
        places = [(self.exporter, self.share(self.exporter)), *self.foreign]
        first, *others = [f"{share:.1%} {'of the value is added ' if not i else ''}in {name}" for i, (name, share) in enumerate(places)]  # fmt: skip
        named = self.foreign[0][0] if self.foreign else self.exporter
        face = f"direct inputs at face value would show {self.share(named, AT_FACE_VALUE):.1%} from {named}"
        hidden = self.share(UNKNOWN)
        seen = f"{hidden:.1%} cannot be looked through" if hidden > 0 else "nothing is hidden from it"
        said = f" Published figures for United States content run {self._range()}, by method." if self._range() else ""
        return f"Of {self.about}, {first}, {', '.join(others)} ({LOOKED_THROUGH}); {face}; {seen}.{said}"

    def _range(self) -> str:
        """Range of the published figures about the content of the United States, computed ones aside."""
        shares = self.published.filter(
            pl.col("claim").str.starts_with("US content") & (pl.col("checked") != "computed")
        )
        if shares.is_empty():
            return ""
        low, high = shares["share"].min(), shares["share"].max()
        return f"from {100 * float(low):.0f} to {100 * float(high):.0f} %"  # type: ignore[arg-type]

    def lines(self) -> tuple[str, ...]:
        """Origins, the tier story, gross against value added."""
        lines = [self.sentence()]
        gross, domestic = self.trade["gross_exports"].sum(), self.trade["domestic_value"].sum()
        lines.append(
            f"Of gross exports of {gross:,.0f}, {domestic:,.0f} are value added in {self.exporter} (unit of the table)."
        )
        return tuple(lines)

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("origin", "name", "share", "value", "method")

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Shares of the exporter and of the first foreign countries, each with its method."""
        how = LOOKED_THROUGH
        cards = [
            (f"Added in {n}", f"{s:.1%}", how)
            for n, s in [(self.exporter, self.share(self.exporter)), *self.foreign[:2]]
        ]
        if self._range():
            cards.append(("US content, published", self._range(), "by method; see the table 'published'"))
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Origins, tiers, sectors, and the figures of others."""
        return value_added_charts(self)
