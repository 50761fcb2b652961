"""The priors of `growth`: how they are drawn, and where they come from."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from tierscape.analyses.growth.assumptions import EntryRate, ExitRate, GrowthAssumptions, Multiplier
from tierscape.kernels import entry_exit as kernel
from tierscape.kernels.philox import normal, uniform, words

Floats = NDArray[np.float64]
_STREAM = 11
_NUMBERS = 11


class Priors(NamedTuple):
    """Drawn parameters.

    Parameters
    ----------
    model : numpy.ndarray, shape (draws, PARAMETERS)
        For the kernel.
    multiplier : numpy.ndarray, shape (draws,)
    """

    model: Floats
    multiplier: Floats

    @property
    def follows(self) -> NDArray[np.bool_]:
        """Draws in which the anchor has any pull, shape (draws,)."""
        return np.asarray(self.model[:, kernel.PULL] > 0.0, dtype=np.bool_)


def draw_priors(given: GrowthAssumptions, draws: int) -> Priors:
    """Draw the parameters: a function of seed and draw alone, so that more draws change none of the first."""
    word = words(given.seed, np.arange(draws, dtype=np.uint64), np.zeros(1, np.uint64), stream=_STREAM, number=_NUMBERS)
    u = uniform(word[:, 0])
    model = np.zeros((draws, kernel.PARAMETERS))
    rate = given.entry_per_year
    logs = EntryRate.model_construct(low=np.log(rate.low), mode=np.log(rate.mode), high=np.log(rate.high))
    model[:, kernel.RATE] = np.exp(_triangular(u[:, 0], logs))
    model[:, kernel.EXIT] = _triangular(u[:, 1], given.exit_share)
    model[:, kernel.PULL] = np.where(u[:, 2] < given.pull.none_chance, 0.0, _above_zero(u[:, 3], given))
    feedback = given.feedback
    model[:, kernel.FEEDBACK] = np.where(u[:, 4] < feedback.none_chance, 0.0, u[:, 5] * feedback.most)
    slopes = given.slopes
    for column, number, mean in ((kernel.SIZE, 6, slopes.size), (kernel.RELATED, 7, slopes.related), (kernel.WAGE, 8, slopes.wage)):  # fmt: skip
        model[:, column] = mean * (1.0 + slopes.spread * normal(u[:, number]))
    fitted = given.fitted
    for column, number, known, error in ((kernel.SIZE, 6, fitted.size, fitted.size_error), (kernel.RELATED, 7, fitted.related, fitted.related_error)):  # fmt: skip
        if known is not None:
            model[:, column] = known + error * normal(u[:, number])
    model[:, kernel.CONGESTION] = given.local.congestion
    return Priors(model, _triangular(u[:, 9], given.multiplier))


def _triangular(u: Floats, span: EntryRate | ExitRate | Multiplier) -> Floats:
    low, mode, high = span.low, span.mode, span.high
    if high <= low:
        return np.full(len(u), low)
    split = (mode - low) / (high - low)
    rising = low + np.sqrt(u * (high - low) * (mode - low))
    falling = high - np.sqrt((1.0 - u) * (high - low) * (high - mode))
    return np.where(u < split, rising, falling)


def _above_zero(u: Floats, given: GrowthAssumptions) -> Floats:
    """Draw the pull from a normal law cut at 0."""
    mean, spread = given.pull.mean, given.pull.spread
    if spread == 0.0:
        return np.full(len(u), mean)
    below = ndtr(-mean / spread)
    return np.asarray(np.maximum(mean + spread * ndtri(below + (u + 2.0**-54) * (1.0 - below)), 0.0))


def prior_table(given: GrowthAssumptions) -> pl.DataFrame:
    """Print every prior with the reason for it; what is only reported beside the model stands last."""
    pull, feedback, slopes = given.pull, given.feedback, given.slopes
    rate, leave, lag, jobs = given.entry_per_year, given.exit_share, given.lag_months, given.multiplier
    own = "our judgement"
    signs = "signs: Delgado, Porter & Stern (2014), Neffke, Henning & Boschma (2011), Econ. Geogr. 87:237; size: our judgement"
    wages = "rising labour costs: Greenstone, Hornbeck & Moretti (2010), J. Polit. Econ. 118:536; size: our judgement"
    rows = [
        ("a", "entries of a part without any pull, a year", f"triangular in logarithms ({rate.low:g}, {rate.mode:g}, {rate.high:g})", own),
        ("β_A", "pull of the anchor at tier 1", f"0 with chance {pull.none_chance:g}, else Normal({pull.mean:g}, {pull.spread:g}) above 0",
         "chance of none: Patrick, Census microdata, little spillover from the average incentivised plant; size: our judgement"),
        ("β_A tier 2, tier 3", "pull further upstream", "half of tier 1, and 0",
         "Yamashita, Matsuura & Nakajima (2014): first-tier suppliers attract, third-tier agglomeration repels"),
        ("β_C", "pull of a fuller cluster", f"0 with chance {feedback.none_chance:g}, else uniform (0, {feedback.most:g})", own),
        ("β_s", "pull of sites of the same part", f"Normal({slopes.size:g}, {abs(slopes.spread * slopes.size):g})", signs),
        ("β_rel", "pull of related activities", f"Normal({slopes.related:g}, {abs(slopes.spread * slopes.related):g})", signs),
        ("β_w", "effect of wages", f"Normal({slopes.wage:g}, {abs(slopes.spread * slopes.wage):g})", wages),
        ("η", "rise of wages with hiring", f"{given.local.congestion:g}", wages),
        ("λ", "what a commitment keeps of its pull after a year", f"{pull.kept_after_a_year:g}", own),
        ("δ", "exits, share a year", f"triangular ({leave.low:g}, {leave.mode:g}, {leave.high:g})", own),
        ("L", "months from decision to first output", f"triangular ({lag.low:g}, {lag.mode:g}, {lag.high:g}), then a ramp of {given.ramp_months:g} months",
         "supply effect of announced plants about 18 to 24 months later, Mexico; a project's own lead and ramp go first"),
        ("export share", "room for sites beyond local demand", f"{given.local.export_share:g}", own),
        ("multiplier", "further jobs for each", f"triangular ({jobs.low:g}, {jobs.mode:g}, {jobs.high:g})",
         "Moretti (2010), AER P&P 100:373: 1.6; van Dijk (2014), Oxford DP 730: 1.02; later work about 0.5"),
        ("productivity", "of incumbents after five years; reported, not fed back", "0 to 12 %",
         "Greenstone, Hornbeck & Moretti (2010): 12 %; others about 0"),
        ("support", "mean large deal in the United States; reported, not used", "94,600 USD a job; no growth of the county found",
         "Slattery & Zidar (2020), J. Econ. Perspect. 34:90"),
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=["symbol", "meaning", "distribution", "source"], orient="row")
    beside = pl.col("symbol").is_in(["productivity", "support"])
    basis = pl.when(beside).then(pl.lit("reported beside")).otherwise(pl.lit("judgement"))
    frame = frame.with_columns(basis=basis, standard_error=pl.lit(None, pl.Float64))
    for symbol, known, error in (("β_s", given.fitted.size, given.fitted.size_error), ("β_rel", given.fitted.related, given.fitted.related_error)):  # fmt: skip
        if known is not None:
            said = {"distribution": f"Normal({known:g}, {error:g})", "basis": "fitted", "standard_error": error, "source": "a fitted panel, see calibrate"}  # fmt: skip
            mine = pl.col("symbol") == symbol
            frame = frame.with_columns(**{c: pl.when(mine).then(pl.lit(v)).otherwise(c) for c, v in said.items()})
    return frame.select("symbol", "meaning", "distribution", "basis", "standard_error", "source")
