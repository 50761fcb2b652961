"""Whether a panel asks for a critical mass: a step of entry above some size, beyond the straight line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc, expit

from tierscape.analyses.calibrate.fitting import FittedPart
from tierscape.kernels.count_models import CountFit, fit_counts
from tierscape.quantities.panel_features import FEATURES

Floats = NDArray[np.float64]
TRIED = ("own", "near", "related")
"""Features in which a mass may be critical: sites of the part, sites in reach, what is related."""
LEVELS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)
"""Where the step is tried: quantiles of the values above the least."""
STEEP = 8.0
"""Width of the logistic step: the spread of the feature over this."""
CERTAIN = 0.01
MASS, CEILING, NONE = "a critical mass", "levels off above it", "no step"


def step_rows(fitted: FittedPart, ridge: float) -> Iterator[dict[str, Any]]:
    """Give the rows of ``steps``: the best step in each feature against the straight line.

    Parameters
    ----------
    fitted : FittedPart
    ridge : float
        That of the fit; the step has none.

    Notes
    -----
    Twice the gain of the penalised log-likelihood, the family and α of the fit held. As the threshold is the best of all that
    were tried, its p-value is that of χ² with one degree of freedom times their number: on the safe side, for they go together.
    Rows of one place are taken for independent, which is not on the safe side. O(thresholds) fits a part.

    References
    ----------
    Davies (1987), Biometrika 74:33, doi:10.1093/biomet/74.1.33: a parameter that exists only under the alternative.
    """
    x, names = fitted.data.features, list(FEATURES)
    tried = {name: _thresholds(x[:, names.index(name)]) for name in TRIED}
    number = sum(map(len, tried.values()))
    before = _penalised(fitted.fit, fitted.data.ridge(ridge))
    for name, thresholds in tried.items():
        best: tuple[float, float, float, float] | None = None
        for at in thresholds:
            found = _with_step(fitted, ridge, x[:, names.index(name)], at)
            if best is None or found[0] > best[0]:
                best = (*found, at)
        if best is None:
            yield {"part": fitted.part, "symbol": name, "says": "never varies"}
            continue
        gain = max(2.0 * (best[0] - before), 0.0)
        p = min(1.0, number * float(chdtrc(1, gain)))
        says = NONE if p >= CERTAIN else MASS if best[1] > 0 else CEILING
        yield {
            "part": fitted.part, "symbol": name, "threshold": best[3], "step": best[1], "step_error": best[2],
            "likelihood_ratio": gain, "p_value": p, "says": says,
        }  # fmt: skip


def _thresholds(values: Floats) -> list[float]:
    """Give distinct values inside the range of a feature."""
    above = values[values > values.min()]
    if not len(above):
        return []
    found = np.unique(np.quantile(above, LEVELS, method="inverted_cdf"))
    return [float(v) for v in found if v < values.max()]


def _with_step(fitted: FittedPart, ridge: float, values: Floats, at: float) -> tuple[float, float, float]:
    """Fit again with a step: penalised log-likelihood, height of the step in the log rate, its standard error."""
    data = fitted.data
    step = expit((values - at) * STEEP / values.std())
    x = np.column_stack([data.design, step - step.mean()])
    penalty = np.append(data.ridge(ridge), 0.0)
    start = np.append(fitted.fit.coefficients, 0.0)
    fit = fit_counts(x, data.entries, ridge=penalty, clusters=data.place, alpha=fitted.fit.alpha, start=start)
    return _penalised(fit, penalty), float(fit.coefficients[-1]), float(fit.errors[-1])


def _penalised(fit: CountFit, penalty: Floats) -> float:
    return fit.log_likelihood - float(penalty @ fit.coefficients**2) / 2.0
