"""The answer of `partnership`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import polars as pl

from tierscape.analyses.partnership import tables
from tierscape.analyses.partnership.charts import partnership_charts
from tierscape.analyses.partnership.deal import Deal
from tierscape.kernels.development import Programme, break_even_saving, chance_below, mean_value
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart


@dataclass(frozen=True, kw_only=True, eq=False)
class Partnership(Result):
    """How to share a co-investment, and what commitment, contract, support and development are worth."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("commitment", "q_star")

    split: pl.DataFrame
    blocking: pl.DataFrame
    commitment: pl.DataFrame
    cash: pl.DataFrame
    forms: pl.DataFrame
    payoff: pl.DataFrame
    hedge: pl.DataFrame
    kpi: pl.DataFrame
    call_offs: pl.DataFrame
    support: pl.DataFrame
    development: pl.DataFrame
    deal: Deal = field(default_factory=Deal)
    programme: Programme | None = None
    worth: np.ndarray = field(default_factory=lambda: np.zeros(1))
    short: float = 0.0
    excess: float | None = None
    currency: str = ""

    @property
    def rule(self) -> str:
        """Split that is called fair."""
        return str(self.parameters.get("game", {}).get("rule", "nucleolus"))

    @property
    def stated(self) -> pl.DataFrame:
        """Rows of ``commitment`` with the stated price and term, the greatest grant first."""
        return self.commitment.filter("stated").sort("grant", descending=True)

    @property
    def payback_years(self) -> int | None:
        """First year in which the supplier has its money back and keeps it, support less clawback counted; None for never."""
        value = self.cash["with_clawback"].to_list()
        behind = [year for year, v in zip(self.cash["year"].to_list(), value, strict=True) if v < 0]
        return None if not value or value[-1] < 0 else max(behind, default=-1) + 1

    def sentence(self) -> str:
        """Say from what volume the supplier invests, and whose the gain is."""
        said = [text for text in (self._commitment(), self._fair()) if text]
        if said:
            return f"{'; '.join(said)}."
        if self.programme is not None:
            return self._development()
        if self.support.filter((pl.col("incentive") == "all") & (pl.col("gross") > 0)).height:
            return self._support()
        return (
            "Nothing can be judged: name a project or a contract with price, volume and term, or give these as numbers."
        )

    def _commitment(self) -> str:
        rows = self.stated
        if rows.is_empty():
            return ""
        row, last = rows.row(0, named=True), rows.row(-1, named=True)
        head = f"At {row['price']:,.2f}{self._money} a unit for {row['term_years']} years"
        if row["q_star"] is None:
            return f"{head} no volume makes {self._name} invest: a unit costs it {self.deal.unit_cost:,.2f}{self._needed(row)}"
        if not row["capacity_ok"]:
            return f"{head} no volume suffices: it would take {row['q_star']:,.0f} units a year, and capacity is {self.deal.capacity:,.0f}{self._needed(row)}"
        without = "" if rows.height < 2 or last["q_star"] is None else f" ({last['q_star']:,.0f} without the grant)"
        return f"{head} {self._name} invests from {row['q_star']:,.0f} units a year{without}"

    @property
    def _name(self) -> str:
        name = self.deal.supplier_name
        return name if name.startswith("the ") else f"the supplier ({name})"

    @property
    def _money(self) -> str:
        return f" {self.currency}" if self.currency else ""

    def _needed(self, row: dict[str, Any]) -> str:
        price = row["price_needed"]
        return (
            ""
            if price is None
            else f"; the committed {self.deal.volume:,.0f} a year would need a price of {price:,.2f}"
        )

    def _fair(self) -> str:
        if self.split.is_empty():
            return ""
        if self.short > 0:
            return f"no deal: together the players are short by {self.short:,.0f}{self._money}"
        who = self.split.filter(pl.col("benefit_share").is_not_null())
        if who.is_empty():
            return "there is no gain to share"
        buyers = who.filter(pl.col("role") == "buyer")
        if buyers.height:
            noun = "the buyer's" if buyers.height == 1 else "the buyers'"
            return f"{noun} fair share of the gain is {buyers['benefit_share'].sum():.0%} by {self._rule_words}"
        parts = ", ".join(f"{r['name']} {r['benefit_share']:.0%}" for r in who.iter_rows(named=True))
        return f"{'F' if self.commitment.is_empty() else 'f'}air shares of the gain by {self._rule_words}: {parts}"

    @property
    def _rule_words(self) -> str:
        return {"nash": "bargaining power", "shapley": "the Shapley value", "nucleolus": "the nucleolus"}[self.rule]

    def _support(self) -> str:
        row = self.support.filter(pl.col("incentive") == "all").row(0, named=True)
        per_job = "" if row["per_job"] is None else f", {row['per_job']:,.0f} a job"
        return f"Support of {row['gross']:,.0f}{self._money} is worth {row['net']:,.0f} after its strings{per_job}."

    def _development(self) -> str:
        if self.programme is None:
            return ""
        mean, works = mean_value(self.programme)
        loss = float(chance_below(self.programme, np.array(0.0)))
        return (
            f"Developing the supplier brings {mean:,.0f}{self._money} on average ({works:,.0f} if it works) and loses money with a chance of "
            f"{loss:.0%}; it needs a saving of {break_even_saving(self.programme):.1%} of the spend."
        )

    def lines(self) -> tuple[str, ...]:
        """Commitment and split, the best form of contract or what support is worth, and who could walk away."""
        lines = [self.sentence()]
        if self.blocking.height:
            first = self.blocking.row(0, named=True)
            lines.append(
                f"Under the {first['split']} split {first['coalition']} could get {first['could_get']:,.0f} alone and gets {first['gets']:,.0f}."
            )
        elif self.forms.height:
            plain = self.forms.filter(pl.col("form") == "wholesale").row(0, named=True)
            lines.append(
                f"A plain price reaches {plain['efficiency']:.1%} of what one firm would make; a buy-back clause at the right price reaches all of it."
            )
        paid = self.support.filter(pl.col("net") > 0).height > 0
        extra = self._support() if paid else self._development()
        if extra and extra != lines[0]:
            lines.append(extra)
        return tuple(lines[:3])

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return (
            "name",
            "role",
            "outside",
            "nash",
            "shapley",
            "nucleolus",
            "in_core",
            "benefit_share",
            "alignment_gap",
        )

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Volume, fair share, support and development."""
        cards = []
        rows = self.stated
        if rows.height:
            row = rows.row(0, named=True)
            value = "no volume" if row["q_star"] is None or not row["capacity_ok"] else f"{row['q_star']:,.0f}"
            cards.append(
                (
                    "Invests from, units a year",
                    value,
                    f"at {row['price']:,.2f}{self._money} for {row['term_years']} years",
                )
            )
        if self.split.height:
            cards.append(
                (
                    "Gain to share",
                    f"{0.0 if self.short else self.split['shapley'].sum():,.0f}",
                    f"short by {self.short:,.0f}" if self.short else f"by {self._rule_words}",
                )
            )
        if self.payback_years is not None:
            cards.append(("Paid back after", f"{self.payback_years} years", "at the committed volume, support counted"))
        if self.support.height:
            row = self.support.filter(pl.col("incentive") == "all").row(0, named=True)
            cards.append(("Support, net", f"{row['net']:,.0f}", f"of {row['gross']:,.0f} before clawback"))
        if self.programme is not None:
            cards.append(("Developing the supplier", f"{mean_value(self.programme)[0]:,.0f}", "mean net present value"))
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Volume against price, the split, forms of contract, cash with clawback, and the return of development."""
        return partnership_charts(self)
