"""The answer of `density`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from tierscape.analyses.density import tables
from tierscape.analyses.density.charts import density_charts
from tierscape.analyses.density.moves import WORDS
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart


@dataclass(frozen=True, kw_only=True, eq=False)
class Density(Result):
    """How complete, deep, connected, unfragmented and redundant the supply around each place is, for one product."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("regions", "score")

    regions: pl.DataFrame
    gaps: pl.DataFrame
    layers: pl.DataFrame
    parts: pl.DataFrame
    cells: pl.DataFrame
    sites: pl.DataFrame
    specialisation: pl.DataFrame
    concentration: pl.DataFrame
    maturity: pl.DataFrame
    crossings: pl.DataFrame
    comparison: pl.DataFrame
    evidence: pl.DataFrame
    nodes: pl.DataFrame

    @property
    def product(self) -> str:
        """What to call the product: its name, else its key."""
        return self.product_name or str(self.parameters.get("product", "the product"))

    @property
    def best(self) -> dict[str, object] | None:
        """The region with the highest score, as a row of ``regions``; None where no region has a score."""
        ranked = self.regions.filter(pl.col("rank").is_not_null())
        return ranked.row(0, named=True) if ranked.height else None

    def biggest_gap(self, region: str) -> dict[str, object] | None:
        """The gap of a region whose closing gains most, as a row of ``gaps``."""
        rows = self.gaps.filter((pl.col("region") == region) & (pl.col("gain") >= 0.05))
        return rows.row(0, named=True) if rows.height else None

    def sentence(self) -> str:
        """Name the best place, what it has, what it lacks and what a stop there would cost."""
        product, radius = self.product, self.parameters.get("radius_km", 0.0)
        best = self.best
        if best is None:
            return f"No region has a score for {product}: see the notes in the table 'regions'."
        ranked = self.regions["rank"].drop_nulls().len()
        tiers = self.layers.filter(pl.col("region") == best["region"]).height
        text = (
            f"{best['name'] or best['region']} scores {best['score']:.0f} of 100 for {product} (rank 1, 90 % interval {best['rank_p5']}–{best['rank_p95']} of {ranked}): "
            f"completeness {best['completeness']:.2f}, {best['layers_sourced']} of {tiers} tiers sourced within {radius:g} km"
        )
        gap = self.biggest_gap(str(best["region"]))
        if gap is not None:
            text += f"; largest gap {gap['name']} (+{gap['gain']:.0f} points of completeness, {_way(gap)})"
        return (
            f"{text}. {best['cluster_at_risk']:.0%} of supply would stop with the place{self._binding(best)}; makers are known for "
            f"{best['coverage']:.0%} of the required value."
        )

    def _binding(self, best: dict[str, object]) -> str:
        """Say which part makes the loss, by its name."""
        part = str(best["at_risk_part"] or "")
        names = self.parts.filter(pl.col("part") == part)["name"].drop_nulls()
        return f", first for want of {part if names.is_empty() else names[0]}" if part else ""

    def lines(self) -> tuple[str, ...]:
        """Best places with score, the biggest gap, and what the answer rests on."""
        ranked = self.regions.filter(pl.col("rank").is_not_null()).head(3)
        places = ", ".join(
            f"{name or key} {score:.0f}" for key, name, score in ranked.select("region", "name", "score").rows()
        )
        best = self.best
        gap = None if best is None else self.biggest_gap(str(best["region"]))
        lines = [f"Best places for {self.product}, score of 100: {places or 'none has a score'}."]
        if best is not None and gap is not None:
            gain = f"closing it adds {gap['gain']:.0f} points of completeness"
            lines.append(
                f"Biggest gap at {best['name'] or best['region']}: {gap['name']}, tier {gap['tier']} ({gain}; {_way(gap)})."
            )
        if best is not None:
            tiers = self.layers.filter(pl.col("region") == best["region"]).height
            text = f"{best['layers_sourced']} of {tiers} tiers are sourced there; {best['cluster_at_risk']:.0%} of supply would stop with it"
            rests = "" if self.provenance is None else f" {self.provenance.sentence()}"
            steps = self.gaps.filter((pl.col("region") == best["region"]) & pl.col("step").is_not_null()).sort("step")
            if steps.height > 1:
                text += f"; closing its first {steps.height} gaps in order lifts completeness from {best['completeness']:.2f} to {steps['completeness_after'][-1]:.2f}"
            lines.append(f"{text}.{rests}")
        return tuple(lines)

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return (
            "rank", "region", "name", "score", "rank_p5", "rank_p95", "completeness", "depth", "connection", "fragmentation",
            "redundancy", "cluster_at_risk", "bottleneck_part", "coverage",
        )  # fmt: skip

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Score, completeness, biggest gap and risk of the best place."""
        best = self.best
        if best is None:
            return ()
        gap = self.biggest_gap(str(best["region"]))
        ranked = self.regions["rank"].drop_nulls().len()
        name = str(best["name"] or best["region"])
        tiers = self.layers.filter(pl.col("region") == best["region"]).height
        cards = [
            (
                "Best place",
                name,
                f"score {best['score']:.0f} of 100; rank {best['rank_p5']}–{best['rank_p95']} of {ranked} under other weights",
            ),
            ("Completeness", f"{best['completeness']:.2f}", f"{best['layers_sourced']} of {tiers} tiers sourced"),
        ]
        if gap is not None:
            cards.append(("Biggest gap", str(gap["name"]), f"+{gap['gain']:.0f} points; {_way(gap)}"))
        cards.append(("Lost if the place stops", f"{best['cluster_at_risk']:.0%}", "of the product's supply, static"))
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Map, ranking, gaps, tiers and risk."""
        return density_charts(self)


def _way(gap: dict[str, object]) -> str:
    if gap["move"] == "search":
        return "nobody in the network makes it"
    makes = f", which makes {gap['related_name']}" if gap["move"] == "develop" else ""
    return f"{WORDS[str(gap['move'])]} {gap['target_name']}{makes}, {gap['target_km']:,.0f} km away"
