"""The answer of `stress`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.stress import tables
from tierscape.analyses.stress.charts import stress_charts
from tierscape.analyses.stress.words import money
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart

DRAW = "draw:"
"""How the names of drawn scenarios begin."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Stress(Result):
    """Who survives how long, what is lost, how bad the tail is, and what would help; tables not asked for are empty."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("survive", "tts_days")

    survive: pl.DataFrame
    impact: pl.DataFrame
    scenarios: pl.DataFrame
    paths: pl.DataFrame
    days: pl.DataFrame
    tail: pl.DataFrame
    causes: pl.DataFrame
    supply_clusters: pl.DataFrame
    systemic: pl.DataFrame
    mitigations: pl.DataFrame
    staircase: pl.DataFrame
    placement: pl.DataFrame
    products: tuple[str, ...] = ()
    currency: str = ""
    year: int | None = None
    unseen_share: float = 0.0

    def worst(self, kind: str) -> dict[str, Any] | None:
        """Row of ``survive``, with that of ``impact``, of the target of a kind that costs most; None where none is exposed."""
        rows = self.survive.filter((pl.col("target_kind") == kind) & pl.col("exposed"))
        loss = self.impact.select("target_kind", "target", "performance_impact", "lost_units", "impact_rank", "remedy")
        rows = rows.join(loss, on=["target_kind", "target"], how="left", maintain_order="left")
        rows = rows.sort("impact_rank", "margin_days", "target", nulls_last=True)
        return rows.row(0, named=True) if rows.height else None

    @property
    def whole_tail(self) -> dict[str, Any] | None:
        """Row of ``tail`` for all losses together; None if it was not asked for."""
        rows = self.tail.filter(pl.col("group_kind") == "all")
        return rows.row(0, named=True) if rows.height else None

    def sentence(self) -> str:
        """Say what breaks first and after how many days, what a bad year costs, and how much supply is unseen."""
        said = [
            text
            for text in (self._survival(), self._tail(), self._simulated(), self._systemic(), self._saving())
            if text
        ]
        unseen = f"{self.unseen_share:.0%} of the value of inputs comes from suppliers whom nobody named"
        text = "; ".join([*said, unseen])
        return f"{text[0].upper()}{text[1:]}."

    def _survival(self) -> str:
        if self.survive.is_empty():
            return ""
        kinds = self.survive["target_kind"].unique(maintain_order=True).to_list()
        for kind in kinds:
            row = self.worst(kind)
            if row is not None:
                what = ", ".join(self.products[:2]) + (" and others" if len(self.products) > 2 else "")
                return (
                    f"If {row['name']} stops, demand for {what} is missed after {row['tts_days']:.1f} days against "
                    f"{row['ttr_days']:.0f} to recover{self._cost(row)}"
                )
        return f"None of {self.survive.height} targets is exposed: demand outlasts each time to recover"

    def _cost(self, row: dict[str, Any]) -> str:
        if row["performance_impact"] is not None:
            return f", and {money(row['performance_impact'], self.currency)} of margin is lost"
        return "" if row["lost_units"] is None else f", and {row['lost_units']:,.0f} units are not delivered"

    def _tail(self) -> str:
        row = self.whole_tail
        if row is None or row["cvar"] is None:
            return ""
        years = self.parameters.get("shocks", {}).get("years", 1)
        span = "year" if years == 1 else f"{years} years"
        text = (
            f"the worst {1 - row['alpha']:.1%} of all cases cost {money(row['cvar'], self.currency)} in a {span} on average "
            f"(± {money(row['se_cvar'], self.currency)})"
        ).replace(".0%", "%")
        first = self.causes.filter(pl.col("cvar_share").is_not_null()).sort("cvar_share", descending=True).head(1)
        for cause in first.iter_rows(named=True):
            text += f", {cause['cvar_share']:.0%} of it rooted in {cause['root']}"
        return text

    def _simulated(self) -> str:
        sure = self.scenarios.filter(~pl.col("scenario").str.starts_with(DRAW) & (pl.col("lost_units") > 0))
        if not self.survive.is_empty() or sure.is_empty():
            return ""
        row = sure.row(0, named=True)
        cost = "" if row["lost_margin"] is None else f", {money(row['lost_margin'], self.currency)} of margin"
        return f"of what happens for certain, {row['scenario']} costs most: {row['lost_units']:,.0f} units are missed from day {row['first_loss_day']} on{cost}"

    def _systemic(self) -> str:
        if self.systemic.is_empty() or not self.survive.is_empty():
            return ""
        row = self.systemic.row(0, named=True)
        return f"If {row['name']} fails, {row['esri']:.0%} of the output of the whole network is lost, more than with any other site"

    def _saving(self) -> str:
        rows = self.mitigations.filter(pl.col("ratio").is_not_null())
        if rows.is_empty():
            return ""
        row = rows.row(0, named=True)
        return f"best for its cost is to {row['option']}: it saves {money(row['mean_saved'], self.currency)} a year for {money(row['cost_per_year'], self.currency)}"

    def lines(self) -> tuple[str, ...]:
        """What breaks first; how many are exposed, and the worst region as a whole; what to do first."""
        lines = [self.sentence()]
        if self.survive.height:
            counts = self.survive.group_by("target_kind", maintain_order=True).agg(pl.col("exposed").sum(), pl.len())
            text = ", ".join(f"{row[1]} of {row[2]} {_plural(row[0])}" for row in counts.iter_rows())
            region = self.worst("region")
            worst = "" if region is None else f"; the worst region as a whole is {region['name']}{self._cost(region)}"
            lines.append(f"Exposed are {text}{worst}.")
        first = self.worst("site")
        if first is not None and first["remedy"] is not None:
            lines.append(f"What would help most against the worst site: {_help(first['target'], first['remedy'])}.")
        return tuple(lines)

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("target_kind", "target", "name", "tts_days", "tts_low_days", "ttr_days", "margin_days", "binding_part",
                "exit_ready_share", "evidence_share")  # fmt: skip

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Exposed sites, the worst site and region, the bad year, the most systemic site."""
        cards = []
        sites = self.survive.filter(pl.col("target_kind") == "site")
        if sites.height:
            cards.append(
                (
                    "Sites exposed",
                    str(sites["exposed"].sum()),
                    f"of {sites.height}: demand is missed before they are back",
                )
            )
        for kind, title in (("site", "Worst site"), ("region", "Worst region")):
            row = self.worst(kind)
            if row is not None and row["performance_impact"] is not None:
                beside = f"{row['name']}: missed after {row['tts_days']:.0f} of {row['ttr_days']:.0f} days"
                cards.append((title, money(row["performance_impact"], self.currency), beside))
        bad = self.whole_tail
        if bad is not None and bad["cvar"] is not None:
            beside = f"± {money(bad['se_cvar'], self.currency)}; expected are {money(bad['mean'], self.currency)}"
            cards.append((f"Mean of the worst {1 - bad['alpha']:.0%}", money(bad["cvar"], self.currency), beside))
        top = self.systemic.head(1).iter_rows(named=True)
        hubs = [
            ("Most systemic", f"{row['esri']:.0%}", f"{row['name']}: share of all output lost with it") for row in top
        ]
        return (*cards, *hubs)

    def charts(self) -> tuple[Chart, ...]:
        """Give the pictures of what was asked."""
        return stress_charts(self)


def _help(target: str, line: str) -> str:
    """Say what one more unit a day of a line means: of the line that stops itself, somebody else who makes the same."""
    site, found, part = line.partition("/")
    if found and site == target:
        return f"a second source of {part}"
    return f"more capacity at {site} for {part}" if found else f"more capacity for {line}"


def _plural(kind: str) -> str:
    return "countries" if kind == "country" else f"{kind}s"
