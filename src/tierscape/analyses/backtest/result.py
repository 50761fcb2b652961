"""The answer of `backtest`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import polars as pl

from tierscape.analyses.backtest import tables
from tierscape.analyses.backtest.charts import backtest_charts
from tierscape.analyses.backtest.tables import ALL_PLACES, HARD, MODEL, SAME_PART, TOTAL
from tierscape.quantities.panel_parts import part_words
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest(Result):
    """Whether the entry model ranks the places of new sites better than two counts."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("metrics", "value")

    metrics: pl.DataFrame
    difference: pl.DataFrame
    scores: pl.DataFrame
    calibration: pl.DataFrame
    places: str
    span: tuple[int, int]

    @property
    def first_part(self) -> str:
        """The part that the sentence is about: the only one, or all of them pooled."""
        return str(self.metrics["part"][0])

    @property
    def about(self) -> str:
        """The new sites that the sentence is about, in words."""
        return part_words(self.first_part, self.parameters.get("part", ()))

    @property
    def expected(self) -> float:
        """New sites that the model expects in all."""
        return float(self._calibrated("expected"))

    @property
    def actual(self) -> int:
        """New sites that came."""
        return int(self._calibrated("actual"))

    def _calibrated(self, column: str) -> float:
        return float(self.calibration.filter(pl.col("part") == self.first_part)[column].sum())

    def value(self, measure: str, *, model: str = MODEL, subset: str = ALL_PLACES, part: str | None = None) -> float:
        """Give one measure; NaN where it is unknown."""
        found = self._metric(measure, model, subset, part)["value"]
        return float("nan") if found is None else float(found)

    def _metric(self, measure: str, model: str, subset: str, part: str | None = None) -> dict[str, float]:
        asked = {"part": part or self.first_part, "subset": subset, "measure": measure, "model": model}
        return self.metrics.filter(*(pl.col(k) == v for k, v in asked.items())).row(0, named=True)

    def against_better(self, measure: str, *, subset: str = ALL_PLACES, part: str | None = None) -> dict[str, object]:
        """Give the difference to the better of the two counts, as a row of ``difference``."""
        rows = self.difference.filter(pl.col("part") == (part or self.first_part), subset=subset, measure=measure)
        return rows.filter("better_count").row(0, named=True)

    def sentence(self) -> str:
        """Say how well the model ranks, how well the counts do, and whether the difference is more than chance."""
        row = self._metric("auc", MODEL, ALL_PLACES)
        until, end = self.span
        counts = f"the count of the part {self.value('auc', model=SAME_PART):.2f}, of all sites {self.value('auc', model=TOTAL):.2f}"
        return (
            f"Fitted to {until}, the model ranks the {self.places} of new {self.about} up to {end} with AUC "
            f"{row['value']:.2f} ({self._level} interval {row['low']:.2f}–{row['high']:.2f}); {counts}; "
            f"{self._verdict(ALL_PLACES)}."
        )

    @property
    def _level(self) -> str:
        return f"{100 * float(self.parameters.get('assumptions', {}).get('level', 0.9)):g} %"

    def _verdict(self, subset: str) -> str:
        row = self.against_better("auc", subset=subset)
        word = "the count of the part" if row["against"] == SAME_PART else "the count of all sites"
        if row["difference"] is None:
            return "it cannot be said which is better"
        said = {"better": f"better than {word}", "worse": f"worse than {word}"}.get(
            str(row["verdict"]), f"not distinguishable from {word}"
        )
        return f"{said} by {row['difference']:+.3f} ({row['low']:+.3f} to {row['high']:+.3f})"

    def lines(self) -> tuple[str, ...]:
        """The sentence, the hard places, and how many sites were expected."""
        hard = self._metric("auc", MODEL, HARD)
        lines = [self.sentence()]
        if hard["value"] is not None:
            lines.append(
                f"In the {hard['places']:,.0f} {self.places} without a site of the part so far, {hard['positives']:,.0f} of which got one: "
                f"AUC {hard['value']:.2f} ({hard['low']:.2f}–{hard['high']:.2f}), {self._verdict(HARD)}."
            )
        lines.append(f"It expects {self.expected:,.0f} new sites in all; {self.actual:,} came.")
        return tuple(lines)

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("part", "subset", "measure", "model", "value", "low", "high", "positives")

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """AUC, its difference to the better count, the hard places, precision."""
        row = self._metric("auc", MODEL, ALL_PLACES)
        gap = self.against_better("auc")
        cards = [
            ("AUC of the model", f"{row['value']:.2f}", f"{row['positives']:.0f} of {row['places']:.0f} {self.places} got a new site"),
            ("Against the better count", f"{gap['difference']:+.3f}", str(gap["verdict"])),
        ]  # fmt: skip
        if self._metric("auc", MODEL, HARD)["value"] is not None:
            hard = self.value("auc", subset=HARD)
            cards.append(("AUC where there was none yet", f"{hard:.2f}", self._verdict(HARD)))
        return (*cards, ("New sites expected", f"{self.expected:,.0f}", f"{self.actual:,} came"))

    def charts(self) -> tuple[Chart, ...]:
        """Receiver operating characteristic, gain, map, calibration."""
        return backtest_charts(self)
