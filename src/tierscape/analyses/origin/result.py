"""The answer of `origin`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.origin import tables
from tierscape.analyses.origin.charts import CAVEAT, origin_charts
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart

SOON_DAYS = 366
"""A change of rule that is nearer than this is named in the summary."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Origin(Result):
    """Whether a product qualifies under a trade agreement, by what margin, and what would change that."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("verdicts", "margin_pp")

    verdicts: pl.DataFrame
    materials: pl.DataFrame
    ladder: pl.DataFrame
    flips: pl.DataFrame
    what_if: pl.DataFrame
    automotive: pl.DataFrame
    origins: pl.DataFrame
    duty: pl.DataFrame
    asks: pl.DataFrame
    timeline: pl.DataFrame
    day: dt.date | None = None
    agreement_name: str = ""

    @property
    def first(self) -> dict[str, Any]:
        """The overall verdict of the best site, as a row of ``verdicts``."""
        return self._overall.row(0, named=True)

    @property
    def _overall(self) -> pl.DataFrame:
        return self.verdicts.filter(pl.col("leaf") == "overall")

    def sentence(self) -> str:
        """Say what the best site has, what it lacks, what would settle it, and when the rule changes."""
        first = self.first
        text = f"{self.product_name} from {first['name']} under {self.agreement_name} on {self.day}: {self._verdict(first)}"
        return f"{text}{self._others()}{self._change(first)} {CAVEAT}"

    def _verdict(self, row: dict[str, Any]) -> str:
        if row["verdict"] == "no_rule":
            return "no rule is known here for its code, which is no pass."
        mark = "" if row["verified"] else "; unverified rule or threshold"
        if row["path"] == "made outside the territory":
            return f"it is made outside the territory and cannot originate{mark}."
        words, value, margin = row["path"], row["value_pct"], row["margin_pp"]
        if row["verdict"] == "qualifies":
            thin = ", thin" if row["thin"] else ""
            if value is None or margin is None:
                return f"it qualifies by {words}{mark}."
            return f"{value:.1f} % by {words}, {margin:.1f} points inside the limit of {row['threshold']:g}{thin}: it qualifies{mark}."
        if value is None or margin is None:
            short = f"it has not been shown to meet the test {words}"
        elif row["method"] == "max_nom":
            short = f"a {words} of {value:.1f} % must be assumed, {-margin:.1f} points above the limit of {row['threshold']:g}"
        else:
            short = f"{value:.1f} % by {words} is proven, {-margin:.1f} points short of {row['threshold']:g}"
        if row["verdict"] == "depends":
            return f"{short}; {self._settling(row)}{mark}."
        return f"{short}, and no answer of a supplier can change that: it fails{mark}."

    def _settling(self, row: dict[str, Any]) -> str:
        """Say which answers would make the site qualify."""
        rows = self.asks.filter((pl.col("site") == row["site"]) & pl.col("would_settle"))
        if rows.is_empty():
            return "it depends on figures that are not declared"
        parts = rows.group_by("part", "part_name", maintain_order=True).agg(
            pl.when(pl.col("value_share").is_not_null().all()).then(pl.col("value_share").sum()), pl.len().alias("n")
        )
        named = [f"{p['part_name']} ({_of_material(p['value_share'])})" for p in parts.head(3).iter_rows(named=True)]
        more = parts.height - len(named)
        text = ", ".join(named) + (f" and {more} more" if more > 0 else "")
        inside = " or to hold regional value" if (rows["ask"] != "whether it originates").any() else ""
        askings = f"{rows.height} supplier answer{'s' if rows.height > 1 else ''}"
        return f"it qualifies if {text} {'is' if parts.height == 1 else 'are'} shown to originate{inside} ({askings})"

    def _others(self) -> str:
        overall = self._overall
        if overall.height < 2:
            return ""
        counts = dict(overall["verdict"].value_counts().rows())
        words = (
            ("qualifies", "qualify"),
            ("depends", "depend on answers"),
            ("fails", "fail"),
            ("no_rule", "have no rule"),
        )
        said = [f"{counts[key]} {text}" for key, text in words if counts.get(key)]
        return f" Of {overall.height} sites {', '.join(said)}."

    def _change(self, first: dict[str, Any]) -> str:
        """Name the next change of the rule if it comes within a year."""
        if self.day is None:
            return ""
        limit = self.day + min(dt.timedelta(days=SOON_DAYS), dt.date.max - self.day)
        rows = self.what_if.filter(
            (pl.col("site") == first["site"]) & (pl.col("on") > self.day) & (pl.col("on") < limit)
        )
        if rows.is_empty():
            return ""
        row = rows.sort("on").row(0, named=True)
        limit_words = "" if row["threshold"] is None else f" (limit {row['threshold']:g})"
        mark = "" if row["verified"] else ", unverified"
        verdict = {"qualifies": "it qualifies", "depends": "it depends on answers", "fails": "it fails"}[
            row["verdict_then"]
        ]
        return f" From {row['on']} the rule changes: {verdict} by {row['path']}{limit_words}{mark}."

    def lines(self) -> tuple[str, ...]:
        """The verdict, the flip that matters, and the duty at stake."""
        first = self.first
        lines = [self.sentence()]
        hits = self.flips.filter((pl.col("site") == first["site"]) & pl.col("flips"))
        if hits.height:
            least = hits.sort("value_share", "part", nulls_last=True).row(0, named=True)
            lines.append(
                f"Smallest single input that flips it: {least['part_name']}, {_of_material(least['value_share'])}."
            )
        saved = self.duty.filter((pl.col("site") == first["site"]) & (pl.col("saved_per_unit") > 0))
        if saved.height and first["verdict"] in {"qualifies", "depends"}:
            row = saved.sort("saved_per_unit", descending=True).row(0, named=True)
            mark = "" if row["verified"] else " (unverified rate)"
            lines.append(f"At stake at the border of {row['importer']}: {row['saved_per_unit']:,.2f} a unit{mark}.")
        return tuple(lines)

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("site", "leaf", "value_pct", "low", "high", "threshold", "margin_pp", "verdict", "path", "verified", "rule", "valid_to")  # fmt: skip

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Verdict, margin, whom to ask and what is at stake, for the best site."""
        first = self.first
        mark = "" if first["verified"] else "; unverified"
        cards = [("Verdict", str(first["verdict"]).replace("_", " "), f"{first['name']}, {self.agreement_name}{mark}")]
        if isinstance(first["margin_pp"], float) and first["verdict"] != "no_rule":
            cards.append(
                ("Proven margin", f"{first['margin_pp']:+.1f} points", f"{first['path']}, limit {first['threshold']:g}")
            )
        asks = self.asks.filter((pl.col("site") == first["site"]) & pl.col("would_settle"))
        if asks.height:
            cards.append(("Ask first", str(asks["part_name"][0]), f"{asks.height} answers would settle it"))
        saved = self.duty.filter((pl.col("site") == first["site"]) & (pl.col("saved_per_unit") > 0))
        if saved.height and first["verdict"] in {"qualifies", "depends"}:
            row = saved.sort("saved_per_unit", descending=True).row(0, named=True)
            cards.append(
                (
                    "Duty at stake",
                    f"{row['saved_per_unit']:,.0f} a unit",
                    f"into {row['importer']}{'' if row['verified'] else '; unverified'}",
                )
            )
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Margins, ladder, foreign value, thresholds over time, flips."""
        return origin_charts(self)


def _of_material(share: float | None) -> str:
    return "value unknown" if share is None else f"{share:.0%} of material value"
