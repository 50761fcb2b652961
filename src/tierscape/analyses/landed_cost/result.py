"""The answer of `landed_cost`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.landed_cost import tables
from tierscape.analyses.landed_cost.charts import landed_charts
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tierscape.charts import Chart

_SAID = (
    ("duty_rate", "duty"),
    ("price", "price"),
    ("freight", "freight"),
    ("wage", "wage"),
    ("lead_days", "lead time"),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class LandedCost(Result):
    """What a unit of each option costs where it is needed, term by term, and what the choice hangs on."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("options", "total")

    options: pl.DataFrame
    terms: pl.DataFrame
    duties: pl.DataFrame
    gaps: pl.DataFrame
    break_evens: pl.DataFrame
    tornado: pl.DataFrame
    volume: pl.DataFrame
    timeline: pl.DataFrame
    currency: str = ""
    part_names: Mapping[str, str] = field(default_factory=dict)
    buyer_names: Mapping[str, str] = field(default_factory=dict)

    @property
    def focus(self) -> tuple[str, str]:
        """Part and buyer that pictures and words are about: the pair with most money at stake."""
        rows = self.gaps if self.gaps.height else self.options.filter(pl.col("total").is_not_null())
        rows = rows if rows.height else self.options
        part, buyer = rows.select("part", "buyer").row(0)
        return str(part), str(buyer)

    def of(self, table: pl.DataFrame) -> pl.DataFrame:
        """Give the rows of a table that concern the pair in focus."""
        part, buyer = self.focus
        return table.filter((pl.col("part") == part) & (pl.col("buyer") == buyer))

    @property
    def against(self) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """Rows of ``options`` of the cheapest and its rival in focus; None where there is no choice."""
        gap = self.of(self.gaps)
        if gap.is_empty():
            return None
        options = {row["option"]: row for row in self.of(self.options).iter_rows(named=True)}
        return options[gap["cheapest"].item()], options[gap["rival"].item()]

    def money(self, value: float) -> str:
        """Write an amount with its currency."""
        digits = 0 if abs(value) >= 1e4 else 2 if abs(value) >= 1 or value == 0 else 4
        text = f"{value:,.{digits}f}"
        return str(f"{text} {self.currency}".strip().replace("-", "−"))

    def sentence(self) -> str:
        """Say what a unit costs from here and from there, and what would turn the choice."""
        part, buyer = self.focus
        thing, place = self.part_names.get(part, part), self.buyer_names.get(buyer, buyer)
        both = self.against
        if both is None:
            row = self.of(self.options).row(0, named=True)
            if row["total"] is None:
                return f"No option for {thing} at {place} has a price."
            return f"At {place}, {thing} from {row['name']} costs {self._total(row)} a unit; there is no other option with a price."
        near, far = both
        text = f"At {place}, {thing} from {near['name']} costs {self._total(near)} a unit against {self._total(far)} from {far['name']}"
        return f"{text}; {self._turns(far)}."

    def _total(self, row: Mapping[str, Any]) -> str:
        """Write a total; where a term is unknown, as what it is at least and at most."""
        if not row["unseen"]:
            return self.money(row["total"])
        return f"at least {self.money(row['total'])} (up to {self.money(row['high'])})"

    def _turns(self, far: Mapping[str, Any]) -> str:
        rows = {
            r["input"]: r
            for r in self.of(self.break_evens).filter(pl.col("option") == far["option"]).iter_rows(named=True)
        }
        for name, word in _SAID:
            row = rows.get(name)
            if row is None or row["break_even"] is None or row["break_even"] >= row["now"]:
                continue
            value, now = row["break_even"], row["now"]
            shown = (
                f"{value:.1%}, now {now:.1%}"
                if row["unit"] == "share"
                else f"{f'{value:,.4g} {self._unit(row)}'.strip()}, now {now:,.4g}"
            )
            return f"{far['name']} wins only if its {word} falls below {shown}"
        return f"no change of duty, price or freight of {far['name']} alone turns this"

    def _unit(self, row: Mapping[str, Any]) -> str:
        words = {"money/unit": self.currency, "money/h": f"{self.currency} an hour".strip(), "d": "days"}
        return words.get(str(row["unit"]), str(row["unit"]))

    def lines(self) -> tuple[str, ...]:
        """The choice, how sure it is, and what it hangs on."""
        lines = [self.sentence()]
        gap = self.of(self.gaps)
        if gap.height:
            row = gap.row(0, named=True)
            text = f"The cheaper one stays so in {row['chance']:.0%} of the draws"
            widest = self.of(self.tornado).head(1)
            if widest.height:
                top = widest.row(0, named=True)
                text += (
                    f"; the gap of {self.money(row['gap'])} hangs most on {top['input'].replace('_', ' ')} of {self._name(top['option'])}"
                    f" ({self.money(min(top['gap_low'], top['gap_high']))} to {self.money(max(top['gap_low'], top['gap_high']))})"
                )
            lines.append(f"{text}{self._wage()}.")
        unpriced = self.options.filter(pl.col("total").is_null()).height
        blind = self.options.filter(pl.col("unseen").fill_null("") != "").height
        pairs = self.options.select("part", "buyer").n_unique()
        lines.append(
            f"{self.options.height} options for {pairs} {'pair' if pairs == 1 else 'pairs'} of part and buyer; "
            f"{blind} have a term that is unknown and counts with its low end, {unpriced} have no price."
        )
        return tuple(lines)

    def _wage(self) -> str:
        """Say up to which wage the cheapest stays cheapest, where one is known."""
        own = (pl.col("option") == self.of(self.gaps)["cheapest"].item()) & (pl.col("input") == "wage")
        row = self.of(self.break_evens).filter(own & pl.col("break_even").is_not_null())
        if row.is_empty():
            return ""
        at, now = row["break_even"].item(), row["now"].item()
        return f"; it bears a wage of up to {self.money(at)} an hour, now {self.money(now)}"

    def _name(self, option: str) -> str:
        found = self.options.filter(pl.col("option") == option)["name"]
        return str(found[0]) if len(found) else option

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("part", "buyer", "name", "country", "total", "low", "high", "chance_cheapest", "rank_best", "rank_worst",
                "unseen", "evidence_share")  # fmt: skip

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Both totals, the gap, and how sure it is."""
        both = self.against
        if both is None:
            return ()
        cards = [
            (
                f"From {row['name']}",
                self.money(row["total"]),
                f"a unit; {self.money(row['low'])} to {self.money(row['high'])}",
            )
            for row in both
        ]
        row = self.of(self.gaps).row(0, named=True)
        cards.append(("Gap", self.money(row["gap"]), f"a unit; holds in {row['chance']:.0%} of the draws"))
        shares = f"{both[0]['evidence_share'] or 0:.0%} and {both[1]['evidence_share'] or 0:.0%}"
        cards.append(("Seen", shares, "of the two totals rest on audited, declared or observed rows"))
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Terms of each option, tornado, total against volume, totals over time."""
        return landed_charts(self)
