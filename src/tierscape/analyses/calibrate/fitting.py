"""One part fitted: coefficients, the family of counts, and what the data cannot tell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from tierscape.analyses.calibrate.assumptions import CalibrateAssumptions
from tierscape.kernels.count_models import CountFit, fit_counts, fit_negative_binomial, overdispersion_test
from tierscape.quantities.entry_model import EntryData, entry_data
from tierscape.quantities.panel_features import FEATURES, Landscape
from tierscape.quantities.panel_parts import AskedPart

FEW_ENTRIES_A_FEATURE = 10
CLOSE = 0.9
"""Correlation of two features from which their effects can hardly be told apart."""
ALWAYS = {
    "anchors": "The panel dates no anchor investment, so the effect of an anchor stays a prior. Anchors choose growing places: a fit "
    "without the places that they turned down would be too high.",
    "exit": "Sites are counted from their first year on. A site that closed still counts, and nothing is said of exits.",
    "cause": "Places differ in wages, land and roads that no column holds. What is found goes with entry and need not cause it.",
    "stock": "Sites of the first year are stock. A late report looks like an entry, above all in the first years.",
}


@dataclass(frozen=True, eq=False)
class FittedPart:
    """A part with its data, the chosen fit, and the test that chose it."""

    part: str
    data: EntryData
    fit: CountFit
    statistic: float
    p_value: float
    empty: CountFit


def fit_part(land: Landscape, part: AskedPart, until: int, how: CalibrateAssumptions) -> FittedPart:
    """Fit Poisson and negative binomial, and keep the second where the likelihood-ratio test rejects the first."""
    data = entry_data(land, part.rows, until)
    ridge, x = data.ridge(how.ridge), data.design
    poisson = fit_counts(x, data.entries, ridge=ridge, clusters=data.place)
    negative = fit_negative_binomial(x, data.entries, ridge=ridge, clusters=data.place)
    statistic, p_value = overdispersion_test(poisson, negative)
    kept = len(FEATURES)
    empty = fit_counts(x[:, kept:], data.entries, ridge=ridge[kept:])
    return FittedPart(part.name, data, negative if p_value < how.test_level else poisson, statistic, p_value, empty)


def coefficient_rows(fitted: FittedPart, level: float) -> Iterator[dict[str, Any]]:
    """Rows of ``coefficients``."""
    z = float(ndtri((1 + level) / 2))
    varies = fitted.data.features.std(axis=0) > 0
    standing = zip(
        FEATURES.items(), fitted.fit.coefficients, fitted.fit.errors, fitted.data.spread, varies, strict=False
    )
    for (symbol, meaning), b, error, spread, known in standing:
        low, high = b - z * error, b + z * error
        says = "raises" if low > 0 else "lowers" if high < 0 else "not distinguishable from 0"
        row: dict[str, Any] = {"part": fitted.part, "symbol": symbol, "meaning": meaning}
        numbers = {
            "estimate": b / spread, "standard_error": error / spread, "low": low / spread, "high": high / spread,
            "ratio": np.exp(b), "ratio_low": np.exp(low), "ratio_high": np.exp(high),
        }  # fmt: skip
        shown = {k: float(v) if known and np.isfinite(v) else None for k, v in numbers.items()}
        yield {**row, **shown, "says": says if known else "never varies"}


def fit_row(fitted: FittedPart) -> dict[str, Any]:
    """Give the row of ``fits``."""
    fit, data = fitted.fit, fitted.data
    poisson = fit.log_likelihood - (fitted.statistic / 2 if fit.alpha > 0 else 0.0)
    return {
        "part": fitted.part, "family": "negative binomial" if fit.alpha > 0 else "Poisson", "alpha": fit.alpha,
        "likelihood_ratio": fitted.statistic, "p_value": fitted.p_value, "log_likelihood": fit.log_likelihood,
        "explained": min(max(1.0 - poisson / fitted.empty.log_likelihood, 0.0), 1.0) if fitted.empty.log_likelihood < 0 else 0.0,
        "places": len(np.unique(data.place)), "years": len(data.years), "entries": int(data.entries.sum()),
        "converged": fit.converged,
    }  # fmt: skip


def limit_rows(fitted: FittedPart) -> Iterator[dict[str, Any]]:
    """Rows of ``limits``: what no panel of this kind tells, and what this one does not."""
    said = dict(ALWAYS)
    entries = int(fitted.data.entries.sum())
    if entries < FEW_ENTRIES_A_FEATURE * len(FEATURES):
        said["entries"] = (
            f"{entries} new sites bear {len(FEATURES)} features badly: less than {FEW_ENTRIES_A_FEATURE} each. "
            "Take a broader code, or trust the ridge more than the estimates."
        )
    for first, second, r in _close(fitted.data.features):
        said[f"{first} and {second}"] = (
            f"They go together (correlation {r:.2f}), so that their effects can hardly be told apart."
        )
    if not fitted.fit.converged:
        said["convergence"] = "The fit did not come to rest: a feature separates places with and without entry. Raise the ridge."  # fmt: skip
    yield from ({"part": fitted.part, "topic": topic, "says": text} for topic, text in said.items())


def _close(features: NDArray[np.float64]) -> Iterator[tuple[str, str, float]]:
    names = list(FEATURES)
    varied = [i for i in range(len(names)) if features[:, i].std() > 0]
    for i in varied:
        for j in varied:
            r = float(np.corrcoef(features[:, i], features[:, j])[0, 1]) if i < j else 0.0
            if abs(r) >= CLOSE:
                yield names[i], names[j], r
