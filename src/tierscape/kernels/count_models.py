"""Counts that follow a log-linear rate: Poisson and negative binomial by maximum likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.special import chdtrc, digamma, gammaln

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

STEPS, TOLERANCE = 60, 1e-11
MOST_LOG_RATE = 30.0
LEAST_ALPHA, LARGEST_ALPHA = 1e-6, 100.0


@dataclass(frozen=True, eq=False)
class CountFit:
    """A fitted rate exp(Xb), with y ~ Poisson(μ), or negative binomial of variance μ + αμ² where α > 0.

    Parameters
    ----------
    coefficients : numpy.ndarray, shape (columns,)
        b.
    covariance : numpy.ndarray, shape (columns, columns)
        Of b: the inverse information, or clustered where clusters were given.
    log_likelihood : float
        Without the penalty.
    alpha : float
        Overdispersion; 0 is Poisson.
    converged : bool
        Whether the gradient came to rest.
    """

    coefficients: Floats
    covariance: Floats
    log_likelihood: float
    alpha: float
    converged: bool

    @property
    def errors(self) -> Floats:
        """Standard errors of the coefficients."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def log_likelihood(x: Floats, y: Floats, b: Floats, alpha: float = 0.0) -> float:
    """Log-likelihood of counts with the rate exp(Xb) and the overdispersion α; with constants."""
    eta = np.clip(x @ b, -MOST_LOG_RATE, MOST_LOG_RATE)
    mu = np.exp(eta)
    if alpha <= 0:
        return float((y * eta - mu - gammaln(y + 1)).sum())
    r = 1 / alpha
    gammas = gammaln(y + r) - gammaln(r) - gammaln(y + 1)
    return float((gammas + y * (np.log(alpha) + eta) - (y + r) * np.log1p(alpha * mu)).sum())


def gradient(x: Floats, y: Floats, b: Floats, alpha: float = 0.0) -> Floats:
    """Exact gradient of the log-likelihood in b: Xᵀ((y − μ)/(1 + αμ)).

    Examples
    --------
    >>> gradient(np.ones((3, 1)), np.array([0.0, 1.0, 2.0]), np.zeros(1)).tolist()
    [0.0]
    """
    mu = np.exp(np.clip(x @ b, -MOST_LOG_RATE, MOST_LOG_RATE))
    return np.asarray(x.T @ ((y - mu) / (1 + alpha * mu)))


def alpha_slope(x: Floats, y: Floats, b: Floats, alpha: float) -> float:
    """Exact derivative of the log-likelihood in α > 0."""
    mu = np.exp(np.clip(x @ b, -MOST_LOG_RATE, MOST_LOG_RATE))
    r = 1 / alpha
    inner = digamma(y + r) - digamma(r) - np.log1p(alpha * mu)
    return float((-(r**2) * inner + (y - mu) / (alpha * (1 + alpha * mu))).sum())


def fit_counts(
    x: Floats,
    y: Floats,
    *,
    ridge: Floats | None = None,
    clusters: Ints | None = None,
    alpha: float = 0.0,
    start: Floats | None = None,
) -> CountFit:
    """Fit b by penalised maximum likelihood at a given overdispersion.

    Parameters
    ----------
    x : numpy.ndarray, shape (rows, columns)
        A column of ones is the intercept.
    y : numpy.ndarray, shape (rows,)
        Counts.
    ridge : numpy.ndarray, shape (columns,), optional
        λ of the penalty λ b²/2 of each column; nothing by default.
    clusters : numpy.ndarray of int64, shape (rows,), optional
        Rows of one cluster are not taken for independent.
    alpha : float
        Overdispersion; 0 is Poisson.
    start : numpy.ndarray, shape (columns,), optional
        b to begin at.

    Returns
    -------
    CountFit

    Notes
    -----
    Newton steps on the expected information, halved until the likelihood rises: O(steps · rows · columns²). Without a
    penalty a column that separates the counts has no finite estimate; ``converged`` is then false. Clustered covariance is
    H⁻¹ (Σ_g t_g t_gᵀ) H⁻¹ with t_g = (I − H_g H⁻¹)⁻¹ s_g, s_g the sum of a cluster's scores and H_g its information: a fit
    follows its own data, so that plain scores are too small where clusters are few or uneven.

    References
    ----------
    Cameron & Trivedi (2013), Regression Analysis of Count Data, 2nd ed., sections 3.2 to 3.3. Clusters: Liang & Zeger
    (1986), Biometrika 73:13, doi:10.1093/biomet/73.1.13; Mancl & DeRouen (2001), Biometrics 57:126,
    doi:10.1111/j.0006-341X.2001.00126.x.

    Examples
    --------
    >>> y = np.array([0.0, 1.0, 3.0, 4.0])
    >>> float(np.exp(fit_counts(np.ones((4, 1)), y).coefficients[0]).round(10))
    2.0
    """
    penalty = np.zeros(x.shape[1]) if ridge is None else ridge
    b = _start(x, y) if start is None else start

    def value(b: Floats) -> float:
        return log_likelihood(x, y, b, alpha) - float(penalty @ b**2) / 2

    now, converged = value(b), False
    for _ in range(STEPS):
        slope = gradient(x, y, b, alpha) - penalty * b
        step = np.linalg.lstsq(_information(x, b, alpha) + np.diag(penalty), slope, rcond=None)[0]
        converged = bool(np.abs(step @ slope) < TOLERANCE)
        share = 1.0
        while (after := value(b + share * step)) < now and share > 1e-6:
            share /= 2
        if after < now:
            break
        b, now = b + share * step, after
        if converged:
            break
    bread = np.asarray(np.linalg.pinv(_information(x, b, alpha) + np.diag(penalty)), dtype=np.float64)
    covariance: Floats = bread if clusters is None else bread @ _meat(x, y, b, alpha, (clusters, bread)) @ bread
    return CountFit(b, covariance, log_likelihood(x, y, b, alpha), alpha, converged)


def fit_negative_binomial(
    x: Floats, y: Floats, *, ridge: Floats | None = None, clusters: Ints | None = None
) -> CountFit:
    """Fit b and the overdispersion α together (NegBin 2); shapes and options as in ``fit_counts``.

    Notes
    -----
    The likelihood is profiled over log α by Brent's method, b refitted each time; α below 1e-5 is taken as 0, so that
    Poisson data give the Poisson fit.

    References
    ----------
    Cameron & Trivedi (2013), Regression Analysis of Count Data, 2nd ed., section 3.3.1, variance μ + αμ².
    """
    penalty = np.zeros(x.shape[1]) if ridge is None else ridge

    poisson = fit_counts(x, y, ridge=ridge, clusters=clusters)
    at = [poisson.coefficients]

    def loss(log_alpha: float) -> float:
        fit = fit_counts(x, y, ridge=ridge, alpha=float(np.exp(log_alpha)), start=at[0])
        at[0] = fit.coefficients
        return float(penalty @ fit.coefficients**2) / 2 - fit.log_likelihood

    bounds = (np.log(LEAST_ALPHA), np.log(LARGEST_ALPHA))
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-3})
    alpha = float(np.exp(found.x))
    fit = fit_counts(x, y, ridge=ridge, clusters=clusters, alpha=alpha, start=at[0])
    return fit if alpha > 10 * LEAST_ALPHA and fit.log_likelihood > poisson.log_likelihood else poisson


def overdispersion_test(poisson: CountFit, negative_binomial: CountFit) -> tuple[float, float]:
    """Likelihood ratio of negative binomial over Poisson, and its p-value.

    Returns
    -------
    statistic, p : float
        α = 0 lies on the edge of what α may be, so that p is half that of χ² with one degree of freedom.

    References
    ----------
    Self & Liang (1987), J. American Statistical Association 82:605, doi:10.1080/01621459.1987.10478472.
    """
    statistic = max(2 * (negative_binomial.log_likelihood - poisson.log_likelihood), 0.0)
    return statistic, float(chdtrc(1, statistic) / 2)


def _start(x: Floats, y: Floats) -> Floats:
    """Least squares on ln(y + mean): near enough for Newton, and finite whatever the counts."""
    level = np.log(y + max(float(y.mean()), 1e-3))
    return np.asarray(np.linalg.lstsq(x, level, rcond=None)[0])


def _information(x: Floats, b: Floats, alpha: float) -> Floats:
    mu = np.exp(np.clip(x @ b, -MOST_LOG_RATE, MOST_LOG_RATE))
    weighted = x * (mu / (1 + alpha * mu))[:, None]
    return np.asarray(
        np.einsum("ij,ik->jk", weighted, x)
    )  # one thread, one order of summation: the same bits everywhere


def _meat(x: Floats, y: Floats, b: Floats, alpha: float, within: tuple[Ints, Floats]) -> Floats:
    """Sum of squares of the clusters' scores, each as if the fit had not followed it."""
    clusters, bread = within
    mu = np.exp(np.clip(x @ b, -MOST_LOG_RATE, MOST_LOG_RATE))
    order = np.argsort(clusters, kind="stable")
    x, weight, score = x[order], (mu / (1 + alpha * mu))[order], ((y - mu) / (1 + alpha * mu))[order]
    _, first = np.unique(clusters[order], return_index=True)
    found = np.zeros((len(first), x.shape[1]))
    for g, (begin, end) in enumerate(zip(first, [*first[1:], len(x)], strict=True)):
        own = x[begin:end]
        followed = np.einsum("ij,ik->jk", own * weight[begin:end, None], own) @ bread
        found[g] = np.linalg.lstsq(np.eye(x.shape[1]) - followed, own.T @ score[begin:end], rcond=1e-9)[0]
    return np.asarray(np.einsum("ij,ik->jk", found, found))
