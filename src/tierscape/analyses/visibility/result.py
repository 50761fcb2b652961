"""The answer of `visibility`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.visibility import tables, words
from tierscape.analyses.visibility.charts import visibility_charts
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart


@dataclass(frozen=True, kw_only=True, eq=False)
class Visibility(Result):
    """What is known of each tier of a product, where its value is added, and what everything hangs on."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("overview", "traced_share")

    tiers: pl.DataFrame
    overview: pl.DataFrame
    exposure: pl.DataFrame
    hidden_common: pl.DataFrame
    single_points: pl.DataFrame
    flags: pl.DataFrame
    questionnaires: pl.DataFrame
    unknowns: pl.DataFrame
    coverage: pl.DataFrame
    evidence: pl.DataFrame
    dual_sourcing: pl.DataFrame
    overlap: pl.DataFrame
    cuts: pl.DataFrame
    concentration: pl.DataFrame
    import_dependency: pl.DataFrame
    inferred_links: pl.DataFrame
    inference_skill: pl.DataFrame
    sites: pl.DataFrame
    flows: pl.DataFrame
    passages: pl.DataFrame

    @property
    def counts_inferred(self) -> bool:
        """Inferred links are counted in this answer."""
        return bool(self.parameters.get("inference", {}).get("inferred") == "use")

    @property
    def reading(self) -> dict[str, Any]:
        """The row of ``overview`` that this answer counts."""
        return self.overview.row(-1 if self.counts_inferred else 0, named=True)

    @property
    def counted_tiers(self) -> pl.DataFrame:
        """The rows of ``tiers`` that this answer counts."""
        return self.tiers.filter(pl.col("basis") == self.reading["basis"])

    def sentence(self) -> str:
        """Say what is traced, what is offshore, what stops everything and whom to ask."""
        row = self.reading
        product = self.product_name or self.parameters.get("product", "the product")
        counted = " (inferred links counted)" if self.counts_inferred else ""
        text = (
            f"{row['traced_share']:.0%} of the value of {product} is traced to a site{counted}; {words.offshore(row)} is added offshore "
            f"against {row['offshore_face']:.0%} at face value; {self._weakest()}"
        )
        asked = self._ask_first()
        return f"{text}; ask {asked} first." if asked else f"{text}."

    def _weakest(self) -> str:
        upstream = self.single_points.filter((pl.col("tier") > 0) & (pl.col("basis") != "undisclosed"))
        guessed = upstream.filter(pl.col("basis") == "declared").is_empty() and not upstream.is_empty()
        shown = upstream if guessed else upstream.filter(pl.col("basis") == "declared")
        hidden = shown.filter(pl.col("tier") > 1)
        if shown.is_empty():
            bare = self.reading["traced_share"] < 0.5 and not self.counts_inferred
            return (
                "too little is traced to tell what everything hangs on"
                if bare
                else "no single upstream site stops everything"
            )
        chosen, word = (hidden, "hidden") if hidden.height else (shown, "upstream")
        names = ", ".join(chosen["name"].head(2))
        many = "one " if chosen.height == 1 else f"{chosen.height} "
        more = " among them" if chosen.height > 2 else ""
        verb = "stops" if chosen.height == 1 else "each stop"
        if guessed:
            verb = "would stop" if chosen.height == 1 else "would each stop"
        tail = " if the inferred links are right" if guessed else ""
        return f"{many}{word} site{'s' * (chosen.height > 1)}, {names}{more}, {verb} everything{tail}"

    def _ask_first(self) -> str:
        if self.questionnaires.is_empty():
            return ""
        first = self.questionnaires.row(0, named=True)
        if first["needs"] == 1:
            return f"{first['name']} about {first['questions']}"
        return f"{first['name']} about {first['needs']} of its needs"

    def _if_inferred(self) -> str:
        """What would change with inferred links, where the answer does not count them."""
        if self.counts_inferred or self.overview.height < 2 or self.inferred_links.is_empty():
            return ""
        row = self.overview.row(1, named=True)
        hidden = words.hidden_site(self.hidden_common, row["basis"])
        known = words.hidden_site(self.hidden_common, "declared")
        new = hidden is not None and (known is None or (hidden["site"], hidden["suppliers"]) != (known["site"], known["suppliers"]))  # fmt: skip
        behind = f" {hidden['name']} would stand {words.behind(hidden)}." if hidden is not None and new else ""
        return (
            f"{self.inferred_links.height:,} inferred links are shown and not counted; with them {row['traced_share']:.0%} would be "
            f"traced, {words.offshore(row)} added offshore, and outside home and near {words.outside(self.tiers, row['basis'])} "
            f"(inference.inferred=use).{behind}"
        )

    def _by_tier(self) -> str:
        told = words.outside(self.tiers, self.reading["basis"])
        return f"Outside home and near, of what passes each tier: {told}." if told else ""

    def _hidden(self) -> str:
        found = words.hidden_site(self.hidden_common, self.reading["basis"])
        return "" if found is None else f"{found['name']}, tier {found['tier']}, stands {words.behind(found)}."

    def lines(self) -> tuple[str, ...]:
        """What is traced and offshore, the tiers and who stands behind most of them, and what to do next."""
        first, _, rest = self.sentence().partition("; ask ")
        asked = f"Ask {rest}" if rest else ""
        certain = self.flags.filter("certain").height
        count = self.flags.height
        flags = f"{count} flag{'s' * (count > 1)}, {certain} certain." if count else "No flags."
        more = self._if_inferred() or f"{self._by_tier()} {self._hidden()}".strip()
        lines = [f"{first}{'.' if rest else ''}", more, f"{flags} {asked}".strip()]
        return tuple(line for line in lines if line)

    def summary(self) -> str:
        """Answer the question by tier and by hidden site, say what inferred links would change, and what it rests on."""
        rests = "" if self.provenance is None else self.provenance.sentence()
        texts = (self.sentence(), self._by_tier(), self._hidden(), self._if_inferred(), rests)
        return " ".join(text for text in texts if text)

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows: where what passes each tier lies."""
        first = ("outside", "unknown", "offshore", "depends", "ally", "near", "home", "mass")
        return ("basis", "tier", *(f"{name}_share" for name in first), "disclosure_coverage")

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Traced value, tiers outside, offshore value, the hidden site behind most, single points, and whom to ask."""
        row = self.reading
        basis, other = row["basis"], None if self.counts_inferred or self.overview.height < 2 else "with_inferred"
        single = self.single_points.filter(pl.col("tier") > 0)
        undisclosed = single.filter(pl.col("basis") == "undisclosed").height
        named = single.filter(pl.col("basis") != "undisclosed")
        beside = ", ".join(named["name"].head(2)) or "none is named"
        cards = [
            ("Value traced to a site", f"{row['traced_share']:.0%}", f"{1.0 - row['traced_share']:.0%} unknown; {row['weighted_share']:.0%} weighted by evidence"),
            words.tier_card(self.tiers, basis, other),
            ("Added offshore", f"{row['offshore_share']:.0%}", f"up to {row['offshore_high']:.0%}; {row['offshore_face']:.0%} at face value"),
            words.hidden_card(self.hidden_common, basis, other),
            ("Single points upstream", f"{named.height}", beside + (f"; and {undisclosed} unnamed" if undisclosed else "")),
        ]  # fmt: skip
        if self.questionnaires.height:
            first = self.questionnaires.row(0, named=True)
            leading = str(first["questions"]).split("; ")[0]
            about = f"about {leading}" if first["needs"] == 1 else f"{first['needs']} open needs, first {leading}"
            cards.append(("Ask first", str(first["name"]), about))
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Tiers by class, countries, the graph of sites, coverage, what to ask, countries by tier, and a map."""
        return visibility_charts(self)
