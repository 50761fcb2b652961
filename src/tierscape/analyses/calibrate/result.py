"""The answer of `calibrate`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.calibrate import tables
from tierscape.analyses.calibrate.charts import calibrate_charts
from tierscape.quantities.panel_parts import part_words
from tierscape.results import Result
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibrate(Result):
    """What a panel says about the entry of new sites."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("coefficients", "estimate")

    coefficients: pl.DataFrame
    fits: pl.DataFrame
    steps: pl.DataFrame
    limits: pl.DataFrame
    places: str
    years: tuple[int, int]

    @property
    def first_part(self) -> str:
        """The part that the sentence is about: the only one, or all of them pooled."""
        return str(self.fits["part"][0])

    @property
    def about(self) -> str:
        """The new sites that the sentence is about, in words."""
        return part_words(self.first_part, self.parameters.get("part", ()))

    @property
    def _clear(self) -> list[dict[str, Any]]:
        """Features whose interval leaves 0 out, largest effect first."""
        rows = self.coefficients.filter(pl.col("part") == self.first_part, pl.col("says").is_in(["raises", "lowers"]))
        return rows.sort(-pl.col("ratio").log().abs(), "symbol").to_dicts()

    def fitted(self, part: str | None = None) -> dict[str, float]:
        """Give the slopes that `growth` takes instead of its judgement: ``GrowthAssumptions(fitted=answer.fitted())``.

        Parameters
        ----------
        part : str, optional
            The first by default.

        Returns
        -------
        dict of str to float
            Estimates and standard errors of own size and relatedness, those that the panel tells; the pull of an anchor is not among them.
        """
        rows = self.coefficients.filter(pl.col("part") == (part or self.first_part)).drop_nulls("estimate")
        known = {
            symbol: (b, error) for symbol, b, error in rows.select("symbol", "estimate", "standard_error").iter_rows()
        }
        said = {"own": ("size", "size_error"), "related": ("related", "related_error")}
        return {
            key: value
            for symbol, keys in said.items()
            if symbol in known
            for key, value in zip(keys, known[symbol], strict=True)
        }

    @property
    def _mass(self) -> str:
        rows = self.steps.filter(pl.col("part") == self.first_part, pl.col("says") == "a critical mass")
        if rows.is_empty():
            return "No critical mass is needed to describe it"
        return f"Entry steps up beyond a critical mass of {', '.join(rows['symbol'])}"

    def sentence(self) -> str:
        """Say what was fitted, and what new sites clearly go with."""
        fit = self.fits.row(0, named=True)
        head = f"{fit['entries']:,} new {self.about} in {fit['places']:,} {self.places} from {self.years[0]} to {self.years[1]}"
        if not self._clear:
            return f"{head} say nothing clear: no feature is distinguishable from no effect."
        said = [f"{row['meaning'].split(', ')[0]} (× {row['ratio']:.2f})" for row in self._clear[:3]]
        return f"{head} go with {', '.join(said)}; factors are for one standard deviation more."

    def lines(self) -> tuple[str, ...]:
        """The sentence, the family of counts, and what the panel cannot tell."""
        fit = self.fits.row(0, named=True)
        spread = f"alpha {fit['alpha']:.2f}" if fit["alpha"] > 0 else "no overdispersion"
        topics = self.limits.filter(pl.col("part") == self.first_part)["topic"].to_list()
        return (
            self.sentence(),
            f"{fit['family']}, {spread} (p = {fit['p_value']:.3f}); the features explain {fit['explained']:.0%} of what years alone leave. {self._mass}.",
            f"The panel cannot tell about: {', '.join(topics)}.",
        )

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("part", "symbol", "estimate", "standard_error", "ratio", "says")

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Entries, the clearest features, the family."""
        fit = self.fits.row(0, named=True)
        cards = [("New sites fitted", f"{fit['entries']:,}", f"{self.years[0]} to {self.years[1]}")]
        cards += [(row["meaning"].split(", ")[0].capitalize(), f"× {row['ratio']:.2f}", f"{row['says']} entry") for row in self._clear[:2]]  # fmt: skip
        return (*cards, ("Explained", f"{fit['explained']:.0%}", "of what years alone leave"))

    def charts(self) -> tuple[Chart, ...]:
        """Factors on the rate of entry."""
        return calibrate_charts(self)
