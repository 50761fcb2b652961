"""The answer of `growth`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.growth import tables
from tierscape.analyses.growth.charts import SCENARIO, growth_charts, second_words
from tierscape.kernels.entry_exit import FILLED
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart


@dataclass(frozen=True, kw_only=True, eq=False)
class Growth(Result):
    """Who follows an anchor, when the cluster is complete, and what would have come anyway."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("cluster", "with_anchor")

    cluster: pl.DataFrame
    paths: pl.DataFrame
    parts: pl.DataFrame
    supply: pl.DataFrame
    closing: pl.DataFrame
    tiers: pl.DataFrame
    jobs: pl.DataFrame
    response: pl.DataFrame
    second: pl.DataFrame
    break_even: pl.DataFrame
    drivers: pl.DataFrame
    priors: pl.DataFrame
    region: str = ""
    """Region of the anchor."""
    place: str = ""
    """Its name."""
    commitment: str = ""
    """The commitment in words."""
    placed: bool = False
    """Whether the region was chosen here, as the best one by completeness."""
    last_year: int = 0
    coverage: float = 0.0
    """Share of the required weight that some site of the network is known to make."""

    @property
    def product(self) -> str:
        """What to call the product: its name, else its key."""
        return self.product_name or str(self.parameters.get("product", "the product"))

    @property
    def whole(self) -> dict[str, Any]:
        """Row of ``cluster`` for all draws."""
        return self.cluster.row(0, named=True)

    @property
    def open_gap(self) -> dict[str, Any] | None:
        """The gap that is least likely to be filled by the end, as a row of ``parts``; None without a gap."""
        gaps = self.parts.filter(pl.col("cover") < FILLED)
        rows = gaps.sort("p_filled_end", "weight", "part", descending=[False, True, False])
        return rows.row(0, named=True) if rows.height else None

    @property
    def tipping(self) -> dict[str, Any] | None:
        """The heaviest gap that some volume fills in time if suppliers follow, but that is not likely to fill without one."""
        rows = self.parts.filter((pl.col("cover") < FILLED) & (pl.col("v_star_if_spillover") > 0))
        return rows.row(0, named=True) if rows.height else None

    @property
    def best_second(self) -> str | None:
        """The further commitment that brings most, in words; None if none brings anything."""
        rows = self.second.filter(pl.col("gain") > 0)
        if rows.is_empty():
            return None
        row = rows.row(0, named=True)
        what = second_words(row, self.product)
        filled = (
            ""
            if row["p_filled"] is None
            else f"; filled in {row['p_filled']:.0%} of the draws against {row['p_filled_before']:.0%}"
        )
        return f"{what} (completeness {row['gain']:+.3f}{filled})"

    def sentence(self) -> str:
        """Say what completeness becomes with and without the anchor, how often nothing changes, and what volume tips a gap."""
        all_of = self.whole
        where = f"{self.place} (the region with the highest completeness)" if self.placed else self.place
        text = (
            f"With {self.commitment} in {where}, completeness goes from {all_of['start']:.2f} to {all_of['with_anchor']:.2f} by the end of "
            f"{self.last_year} (90 % band {all_of['with_p5']:.2f}–{all_of['with_p95']:.2f}) against {all_of['without']:.2f} "
            f"({all_of['without_p5']:.2f}–{all_of['without_p95']:.2f}) without; in {1 - all_of['p_effect']:.0%} of the draws the anchor changes nothing"
        )
        target, tip = self.parameters["assumptions"]["target"], self.tipping
        if tip is not None:
            text += (
                f"; {tip['name']} needs about {_rounded(tip['v_star_if_spillover'])} units of {self.product} a year for a chance of "
                f"{target['chance']:.0%} within {target['within_years']} years if suppliers follow at all"
            )
        elif self.open_gap is not None:
            top = self.response.filter(pl.col("volume") == pl.col("volume").max())
            text += (
                f"; no volume up to {_rounded(top['volume'][0])} a year brings a missing part to a chance of {target['chance']:.0%} within "
                f"{target['within_years']} years, even if suppliers follow"
            )
        return f"{text}. Makers are known for {self.coverage:.0%} of the required weight."

    def summary(self) -> str:
        """Give the sentence and what it rests on, and say that it is a scenario."""
        return f"{super().summary()} {SCENARIO}"

    def lines(self) -> tuple[str, ...]:
        """The answer; the gap that stays open, and what further commitment helps most; jobs beyond those without the anchor."""
        lines = [self.sentence()]
        gap = self.open_gap
        said = []
        if gap is not None:
            said.append(
                f"Least likely to close: {gap['name']}, tier {gap['tier']}, {gap['p_filled_end']:.0%} by the end of {self.last_year}."
            )
        if self.best_second is not None:
            said.append(f"What would help most beyond the anchor: {self.best_second}.")
        if said:
            lines.append(" ".join(said))
        jobs = self._jobs()
        known = "" if jobs is None else f"Jobs at suppliers beyond those without the anchor: {jobs}. "
        lines.append(f"{known}{SCENARIO}")
        return tuple(lines)

    def _jobs(self) -> str | None:
        rows = self.jobs.filter(pl.col("year") == self.last_year).drop_nulls("effect_p50")
        if rows.is_empty():
            return None
        row = rows.row(0, named=True)
        return f"{row['effect_p50']:,.0f} ({row['effect_p5']:,.0f} to {row['effect_p95']:,.0f})"

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("reading", "draws", "start", "with_anchor", "with_p5", "with_p95", "without", "effect", "p_effect", "v_star", "reason")  # fmt: skip

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Completeness with and without, the gap that stays, jobs."""
        all_of = self.whole
        cards = [
            (
                f"Completeness {self.last_year}", f"{all_of['with_anchor']:.2f}",
                f"90 % band {all_of['with_p5']:.2f}–{all_of['with_p95']:.2f}; {all_of['without']:.2f} without the anchor",
            ),
            ("Nothing changes", f"{1 - all_of['p_effect']:.0%}", "of the draws: nobody follows"),
        ]  # fmt: skip
        gap, jobs = self.open_gap, self._jobs()
        if gap is not None:
            cards.append(("Gap that stays open", str(gap["name"]), f"{gap['p_filled_end']:.0%} chance to be filled by {self.last_year}"))  # fmt: skip
        if jobs is not None:
            cards.append(("Jobs beyond its own", jobs.split(" ", maxsplit=1)[0], f"90 % band {jobs.split(' ', maxsplit=1)[1]}"))  # fmt: skip
        return tuple(cards)

    def charts(self) -> tuple[Chart, ...]:
        """Fans, closing of gaps, critical volume, further commitments, entrants, jobs, drivers."""
        return growth_charts(self)


def _rounded(value: float) -> str:
    """Write a number at three significant figures."""
    digits = 2 - math.floor(math.log10(abs(value))) if value else 0
    return f"{round(value, digits):,.{max(digits, 0)}f}"
