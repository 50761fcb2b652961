"""The answer of `visibility`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.visibility import tables
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

    overview: pl.DataFrame
    tiers: pl.DataFrame
    exposure: pl.DataFrame
    evidence: pl.DataFrame
    unknowns: pl.DataFrame
    questionnaires: pl.DataFrame
    flags: pl.DataFrame
    hidden_common: pl.DataFrame
    single_points: pl.DataFrame
    dual_sourcing: pl.DataFrame
    cuts: pl.DataFrame
    concentration: pl.DataFrame
    inferred_links: pl.DataFrame
    sites: pl.DataFrame
    flows: pl.DataFrame

    @property
    def counts_inferred(self) -> bool:
        """Inferred links are counted in this answer."""
        return bool(self.parameters.get("inference", {}).get("inferred") == "use")

    @property
    def reading(self) -> dict[str, Any]:
        """The row of ``overview`` that this answer counts."""
        return self.overview.row(-1 if self.counts_inferred else 0, named=True)

    def sentence(self) -> str:
        """Say what is traced, what is offshore, what stops everything and whom to ask."""
        row = self.reading
        product = self.parameters.get("product", "the product")
        counted = " (inferred links counted)" if self.counts_inferred else ""
        text = (
            f"{row['traced_share']:.0%} of the value of {product} is traced to a site{counted}; {_offshore(row)} is added offshore "
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
        return (
            f"{self.inferred_links.height:,} inferred links are shown and not counted; with them {row['traced_share']:.0%} would be "
            f"traced and {_offshore(row)} added offshore (inference.inferred=use)."
        )

    def _by_place(self) -> str:
        """Where value is added, by class of country."""
        row = self.reading
        words = {"home": "at home", "near": "near", "ally": "in allied countries further off", "depends": "where it is open whether allied",
                 "offshore": "offshore", "unknown": "unknown"}  # fmt: skip
        shares = [f"{row[f'{name}_share']:.0%} {word}" for name, word in words.items() if row[f"{name}_share"] >= 0.005]
        return f"Value added: {', '.join(shares)}."

    def lines(self) -> tuple[str, ...]:
        """What is traced and where it lies, what everything hangs on, and what to do next."""
        first, _, rest = self.sentence().partition("; ask ")
        asked = f"Ask {rest}" if rest else ""
        certain = self.flags.filter("certain").height
        flags = (
            f"{self.flags.height} flag{'s' * (self.flags.height > 1)}, {certain} certain."
            if self.flags.height
            else "No flags."
        )
        more = self._if_inferred() or self._by_place()
        lines = [f"{first}{'.' if rest else ''}", more, f"{flags} {asked}".strip()]
        return tuple(line for line in lines if line)

    def summary(self) -> str:
        """Answer the question, say what inferred links would change, and what the answer rests on."""
        rests = "" if self.provenance is None else self.provenance.sentence()
        return " ".join(text for text in (self.sentence(), self._if_inferred(), rests) if text)

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return (
            "basis",
            "traced_share",
            "home_share",
            "near_share",
            "ally_share",
            "offshore_share",
            "offshore_high",
            "offshore_face",
        )

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Traced value, offshore value, what stops everything, and whom to ask."""
        row = self.reading
        single = self.single_points.filter(pl.col("tier") > 0)
        undisclosed = single.filter(pl.col("basis") == "undisclosed").height
        named = single.height - undisclosed
        beside = ", ".join(single.filter(pl.col("basis") != "undisclosed")["name"].head(2)) or "none is named"
        cards = [
            ("Value traced", f"{row['traced_share']:.0%}", f"{row['weighted_share']:.0%} weighted by evidence"),
            ("Added offshore", f"{row['offshore_share']:.0%}", f"up to {row['offshore_high']:.0%}; {row['offshore_face']:.0%} at face value"),
            ("Single points upstream", f"{named}", beside + (f"; and {undisclosed} unnamed" if undisclosed else "")),
        ]  # fmt: skip
        if self.questionnaires.height:
            first = self.questionnaires.row(0, named=True)
            cards.append(("Ask first", str(first["name"]), str(first["questions"])))
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Tiers by class, countries, the graph of sites, coverage, what to ask, countries by tier, and a map."""
        return visibility_charts(self)


def _offshore(row: dict[str, Any]) -> str:
    low, high = f"{row['offshore_share']:.0%}", f"{row['offshore_high']:.0%}"
    return low if low == high else f"{low} (up to {high})"
