"""The answer of `trust`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.trust import tables
from tierscape.analyses.trust.charts import trust_charts
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart

WORTH_NAMING = 0.01
"""Share of value from which a country can be named as the closest call."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Trust(Result):
    """How allied each country is, how firm that is, and how much of a product's value comes from allies."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("countries", "index")

    countries: pl.DataFrame
    contributions: pl.DataFrame
    break_even: pl.DataFrame
    flips: pl.DataFrame
    value_shares: pl.DataFrame
    thresholds: pl.DataFrame
    sites: pl.DataFrame
    swaps: pl.DataFrame
    seen_from: str = ""

    def share(self, basis: str, links: str = "declared") -> dict[str, Any] | None:
        """Row of ``value_shares`` for the whole product; None without a product, or without inferred links."""
        rows = self.value_shares.filter(
            (pl.col("basis") == basis) & (pl.col("links") == links) & (pl.col("tier") == "all")
        )
        return rows.row(0, named=True) if rows.height else None

    @property
    def reading(self) -> str:
        """The widest reading of the links that the answer holds: ``all`` where some are only inferred."""
        return "all" if "all" in self.value_shares["links"].to_list() else "declared"

    @property
    def closest(self) -> dict[str, Any] | None:
        """The country nearest to the threshold among those that matter here, as a row of ``countries``."""
        return closest_call(self.countries)

    @property
    def threshold(self) -> float:
        """Index from which a country counts as an ally."""
        return float(self.parameters.get("ally_threshold", 50.0))

    def sentence(self) -> str:
        """Say what share of the value comes from allies, by whom, and on what the closest verdict rests."""
        here, owned = self.share("location"), self.share("owner")
        if here is None or owned is None:
            return self._countries_alone()
        text = (
            f"Seen from {self.seen_from}, {here['ally_share']:.0%} of the value of {self.product_name} comes from allied "
            f"countries ({_range(here)}, threshold {self.threshold:g}); by owner {owned['ally_share']:.0%} ({_range(owned)})"
        )
        both = self.share("location", "all")
        if both is not None:
            text += f"; with links that are only inferred {both['ally_share']:.0%} ({_range(both)})"
        return f"{text}{self._rests()}."

    def _countries_alone(self) -> str:
        count = self.countries["allied"].value_counts()
        found = dict(count.rows())
        return (
            f"Seen from {self.seen_from}, {found.get('yes', 0)} of {self.countries.height} countries are allied at the "
            f"threshold {self.threshold:g}; {found.get('depends', 0)} depend on unknown scores{self._rests()}."
        )

    def _rests(self) -> str:
        row = self.closest
        return (
            ""
            if row is None
            else f"; the closest call is {row['name']}, {row['margin']:+.1f} points from the threshold"
        )

    def lines(self) -> tuple[str, ...]:
        """Share of value, where location and owner part, and what turns."""
        lines = [self.sentence()]
        parted = self.sites.filter(
            (pl.col("links") == self.reading) & (pl.col("by_location") == "yes") & (pl.col("by_owner") != "yes")
        )
        if parted.height:
            first = parted.row(0, named=True)
            owner = f"owner in {first['owner_country']}" if first["owner_country"] else "owner unknown"
            lines.append(
                f"{parted.height} sites stand in an allied country without an allied owner: {parted['value_share'].sum():.0%} of "
                f"the value{' with inferred links' * (self.reading == 'all')}, the largest {first['name'] or first['site']} ({first['country']}, {owner})."
            )
        turning = self.flips.filter(pl.col("at_threshold").is_not_null())
        counts = {d: turning.filter(pl.col("decision") == d)["subject"].n_unique() for d in ("country", "supplier")}
        named = self.countries.filter("named")
        shaky = named.filter(~pl.col("firm"))
        text = f"Some weights of the box turn the verdict on {shaky.height} of {named.height} countries named here"
        if turning.height:
            at = turning["at_threshold"].sort()
            text += f"; thresholds from {at[0]:g} to {at[-1]:g} turn {counts['country']} countries and {counts['supplier']} suppliers"
        return (*lines, f"{text}.")

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("country", "name", "index", "box_low", "box_high", "rank", "rank_best", "rank_worst", "allied", "firm",
                "gated", "missing", "value_share")  # fmt: skip

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Share by location and by owner, the closest call, and how many verdicts are firm."""
        cards = []
        for basis, word in (("location", "From allies, by location"), ("owner", "From allies, by owner")):
            row = self.share(basis)
            if row is not None:
                both = self.share(basis, "all")
                more = "" if both is None else f"; with inferred links {both['ally_share']:.0%}"
                cards.append((word, f"{row['ally_share']:.0%}", f"up to {row['high']:.0%} with what is unknown{more}"))
        row = self.closest
        if row is not None:
            span = f"{row['box_low']:.0f}–{row['box_high']:.0f} under other weights"
            cards.append(("Closest call", str(row["name"]), f"{_points(row)} from the threshold; {span}"))
        named = self.countries.filter("named")
        firm = named.filter("firm").height
        cards.append(
            ("Firm verdicts", f"{firm} of {named.height}", "countries named here, whatever the weights of the box")
        )
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Index with ranges, ranks, scores, value tier by tier, and other thresholds."""
        return trust_charts(self)


def closest_call(countries: pl.DataFrame) -> dict[str, Any] | None:
    """Find the country nearest to the threshold: among those with ``WORTH_NAMING`` of the value, else those named."""
    scored = countries.filter(pl.col("margin").is_not_null())
    added = pl.max_horizontal("value_share", "value_share_all", "owned_share").fill_null(0.0)
    for pool in (scored.filter(added >= WORTH_NAMING), scored.filter("named"), scored):
        if pool.height:
            return pool.sort(pl.col("margin").abs(), "country").row(0, named=True)
    return None


def _points(row: Mapping[str, Any]) -> str:
    return f"{row['margin']:+.1f} points".replace("-", "−")


def _range(row: Mapping[str, Any]) -> str:
    low, high = f"{row['low']:.0%}", f"{row['high']:.0%}"
    return "nothing unknown" if low == high else f"{low[:-1]}–{high}"
