"""The answer of `esg`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.esg import tables
from tierscape.analyses.esg.charts import esg_charts
from tierscape.analyses.esg.flows import shown
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart


ALMOST_ALL = 0.995
"""Share from which an origin is said to be almost all; it would be written as 100 % else."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Esg(Result):
    """What supply emits, what the carbon border costs, whom supply employs and at what risk."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("product", "kg_per_unit")

    product: pl.DataFrame
    sources: pl.DataFrame
    legs: pl.DataFrame
    sites: pl.DataFrame
    regions: pl.DataFrame
    suppliers: pl.DataFrame
    cbam: pl.DataFrame
    people: pl.DataFrame
    flags: pl.DataFrame
    names: Mapping[str, str] = field(default_factory=dict)
    ends: pl.DataFrame = field(default_factory=pl.DataFrame)

    def whole(self, product: str) -> dict[str, Any]:
        """Row of ``product`` for all tiers of a product."""
        rows = self.product.filter((pl.col("product") == product) & (pl.col("tier") == "all"))
        return rows.row(0, named=True)

    @property
    def products(self) -> tuple[str, ...]:
        """Products that are followed."""
        return tuple(self.product["product"].unique(maintain_order=True))

    def sentence(self) -> str:
        """Say what a unit emits, from what, what the border costs, and what is unseen."""
        if not self.products:
            return f"{self._freight()}{self._border()}."
        first, *others = self.products
        text = self._unit(first)
        text += f"; {self.whole(first)['unseen_share']:.0%} of the value has no factor"
        if self.whole(first)["transport"] is None:
            text += ", and no freight could be counted"
        for product in others:
            row = self.whole(product)
            text += f"; {self._name(product)} {shown(row['kg_per_unit'])} kg ({row['unseen_share']:.0%} unseen)"
        return f"{text}{self._border()}."

    def _unit(self, product: str) -> str:
        row = self.whole(product)
        text = f"{self._name(product)}: {shown(row['kg_per_unit'])} kg CO2e per unit"
        most = self.sources.filter(pl.col("product") == product)
        if most.is_empty():
            return text
        top = most.row(0, named=True)
        share = "almost all" if top["share"] >= ALMOST_ALL else f"{top['share']:.0%}"
        return f"{text}, {share} of it {top['origin']}"

    def _name(self, part: str) -> str:
        return self.names.get(part, part)

    def _freight(self) -> str:
        seen = self.legs.filter(pl.col("kg").is_not_null())
        lanes = self.legs.select("supplier", "buyer", "part").unique().height
        unseen = self.legs.filter(pl.col("kg").is_null()).select("supplier", "buyer", "part").unique().height
        tonnes = f"{seen['kg'].sum() / 1000:,.0f}"
        return f"Freight emits {tonnes} t CO2e a year; {unseen} of {lanes} lanes have no figure"

    def _border(self) -> str:
        rows = self.cbam.drop_nulls("cost").group_by("year", maintain_order=True).agg(pl.col("cost").sum()).sort("year")
        if rows.is_empty():
            return ""
        (first, before), (last, after) = rows.row(0), rows.row(-1)
        if after == 0:
            return "; the carbon border costs nothing"
        word = "rises" if after > before else "stays"
        return f"; carbon border cost {word} from {before:,.0f} EUR in {first} to {after:,.0f} in {last}"

    def lines(self) -> tuple[str, ...]:
        """What a unit emits; freight; work."""
        lines = [self.sentence()]
        if self.products:
            lines.append(f"{self._freight()}.")
        known = self.people.drop_nulls("direct")
        if known.height:
            direct, low, high = (known[c].sum() for c in ("direct", "indirect_low", "indirect_high"))
            top = known.row(0, named=True)
            lines.append(
                f"{direct:,.0f} direct jobs and {low:,.0f} to {high:,.0f} indirect ones, gross, most in {top['name'] or top['region']}; "
                f"labour risk there {top['labour_risk_low']:.0f} to {top['labour_risk_high']:.0f} of 100."
            )
        return tuple(lines[:3])

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return (
            "product",
            "tier",
            "kg_per_unit",
            "low",
            "high",
            "transport",
            "energy",
            "unseen_share",
            "evidence_share",
        )

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Emissions of a unit, freight in a year, carbon border, jobs."""
        cards = []
        for product in self.products[:2]:
            row = self.whole(product)
            span = f"{shown(row['low'])} to {shown(row['high'])}; {row['unseen_share']:.0%} of the value has no factor"
            cards.append((self._name(product), f"{shown(row['kg_per_unit'])} kg CO2e", span))
        seen = self.legs["kg"].drop_nulls()
        if len(seen):
            share = self.legs["kg"].null_count() / self.legs.height
            cards.append(("Freight", f"{seen.sum() / 1000:,.0f} t a year", f"{share:.0%} of legs have no figure"))
        border = (
            self.cbam.drop_nulls("cost")
            .group_by("year", maintain_order=True)
            .agg(pl.col("cost", "low", "high").sum())
            .sort("year")
        )
        if border.height:
            year, cost, low, high = border.row(-1)
            cards.append((f"Carbon border {year}", f"{cost:,.0f} EUR", f"{low:,.0f} to {high:,.0f}"))
        known = self.people.drop_nulls("direct")
        if known.height:
            low, high = known["indirect_low"].sum(), known["indirect_high"].sum()
            cards.append(
                ("Direct jobs", f"{known['direct'].sum():,.0f}", f"and {low:,.0f} to {high:,.0f} indirect, gross")
            )
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Tiers, lanes, carbon border, jobs, suppliers."""
        return esg_charts(self)
