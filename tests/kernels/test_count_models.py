import numpy as np
import pytest
from scipy.optimize import approx_fprime
from scipy.stats import nbinom, poisson

from tierscape.kernels import count_models as models


def design(seed=0, rows=200, columns=3):
    random = np.random.default_rng(seed)
    return random, np.hstack([np.ones((rows, 1)), random.normal(size=(rows, columns - 1))])


def test_intercept_alone_is_the_log_of_the_mean():
    """Oracle of the method page, B7: to 1e-10."""
    y = np.array([0.0, 3.0, 1.0, 7.0, 2.0])
    assert models.fit_counts(np.ones((5, 1)), y).coefficients[0] == pytest.approx(np.log(y.mean()), abs=1e-10)


def test_likelihoods_are_those_of_scipy():
    _, x = design(rows=12)
    b, y = np.array([0.2, -0.3, 0.1]), np.arange(12.0) % 4
    mu = np.exp(x @ b)
    assert models.log_likelihood(x, y, b) == pytest.approx(poisson.logpmf(y, mu).sum(), abs=1e-10)
    by_scipy = nbinom.logpmf(y, 2.0, 2.0 / (2.0 + mu)).sum()
    assert models.log_likelihood(x, y, b, 0.5) == pytest.approx(by_scipy, abs=1e-10)


@pytest.mark.parametrize("alpha", [0.0, 0.7])
def test_gradient_is_the_slope_of_the_likelihood(alpha):
    _, x = design(rows=20)
    b, y = np.array([0.1, 0.4, -0.2]), np.arange(20.0) % 3
    numeric = approx_fprime(b, lambda c: models.log_likelihood(x, y, c, alpha), 1e-7)
    assert models.gradient(x, y, b, alpha) == pytest.approx(numeric, abs=1e-4)


def test_slope_in_alpha_is_that_of_the_likelihood():
    _, x = design(rows=20)
    b, y = np.array([0.1, 0.4, -0.2]), np.arange(20.0) % 5
    numeric = (models.log_likelihood(x, y, b, 0.5 + 1e-6) - models.log_likelihood(x, y, b, 0.5 - 1e-6)) / 2e-6
    assert models.alpha_slope(x, y, b, 0.5) == pytest.approx(numeric, rel=1e-5)


def test_known_coefficients_are_recovered_within_two_standard_errors():
    """Oracle of the method page, B7: 80 places, 40 parts, 12 years; a run of our own generator with a fixed seed."""
    truth = np.array([-2.2, 0.35, 0.8, 0.6, -0.5])
    random = np.random.default_rng(11)
    places, parts, years = 80, 40, 12
    sites = random.poisson(1.0, size=(places, parts)).astype(float)
    related, wage = random.uniform(0, 1, size=(places, parts)), random.normal(0, 0.3, size=(places, 1))
    xs, ys = [], []
    for _ in range(years):
        anchor = np.where(random.uniform(size=(places, parts)) < 0.2, random.uniform(0, 2, size=(places, parts)), 0.0)
        columns = (np.ones_like(sites), np.log1p(sites), related, anchor, np.broadcast_to(wage, sites.shape))
        x = np.stack([c.ravel() for c in columns], axis=1)
        y = random.poisson(np.exp(x @ truth)).astype(float)
        xs.append(x)
        ys.append(y)
        sites = sites + y.reshape(sites.shape) - random.binomial(sites.astype(int), 0.05)
    clusters = np.tile(np.repeat(np.arange(places), parts), years)
    fit = models.fit_counts(np.vstack(xs), np.concatenate(ys), clusters=clusters)
    assert fit.converged
    assert (np.abs(fit.coefficients - truth) < 2 * fit.errors).all()
    assert (fit.errors < 0.1).all()


def test_overdispersed_counts_choose_the_negative_binomial():
    """Oracle of the method page, B7: alpha 0.5."""
    random, x = design(rows=1500)
    mu = np.exp(x @ np.array([0.5, 0.3, -0.2]))
    y = random.poisson(mu * random.gamma(2.0, 0.5, size=len(mu))).astype(float)
    negative = models.fit_negative_binomial(x, y)
    _, p_value = models.overdispersion_test(models.fit_counts(x, y), negative)
    assert p_value < 0.01
    assert negative.alpha == pytest.approx(0.5, abs=0.15)


def test_poisson_counts_keep_poisson():
    """Oracle of the method page, B7: alpha goes to 0 without a crash."""
    random, x = design(seed=5, rows=1500)
    y = random.poisson(np.exp(x @ np.array([0.5, 0.3, -0.2]))).astype(float)
    negative = models.fit_negative_binomial(x, y)
    _, p_value = models.overdispersion_test(models.fit_counts(x, y), negative)
    assert negative.alpha < 0.1
    assert p_value > 0.05


def test_a_stronger_ridge_draws_coefficients_to_zero():
    random, x = design()
    y = random.poisson(np.exp(x @ np.array([0.2, 0.8, -0.6]))).astype(float)
    sizes = [np.abs(models.fit_counts(x, y, ridge=np.array([0.0, r, r])).coefficients[1:]).sum() for r in (0, 10, 1000)]
    assert sizes[0] > sizes[1] > sizes[2]


def test_rows_of_one_cluster_each_give_the_robust_error_and_copies_do_not_fool_it():
    random, x = design(rows=60)
    y = random.poisson(1.0, size=60).astype(float)
    once = models.fit_counts(x, y, clusters=np.arange(60))
    thrice = models.fit_counts(np.tile(x, (3, 1)), np.tile(y, 3), clusters=np.tile(np.arange(60), 3))
    assert thrice.errors == pytest.approx(once.errors, rel=1e-6)
    assert models.fit_counts(np.tile(x, (3, 1)), np.tile(y, 3)).errors[0] < once.errors[0]


def test_error_of_a_mean_over_even_clusters_is_that_of_their_totals_and_never_too_small():
    # intercept alone, G clusters of n rows: each score grows by G/(G − 1) (Mancl & DeRouen 2001)
    random = np.random.default_rng(4)
    y = random.poisson(3.0, size=(5, 4)).astype(float)
    fit = models.fit_counts(np.ones((20, 1)), y.ravel(), clusters=np.repeat(np.arange(5), 4))
    scores = y.sum(axis=1) - y.sum() / 5
    plain = np.sqrt((scores**2).sum()) / y.sum()
    assert fit.errors[0] == pytest.approx(plain * 5 / 4, rel=1e-9)


def test_a_column_that_one_cluster_alone_tells_is_no_obstacle():
    random, x = design(rows=60)
    y = random.poisson(1.0, size=60).astype(float)
    places = np.repeat(np.arange(6), 10)
    alone = np.column_stack([x, (places == 3).astype(float)])
    assert np.isfinite(models.fit_counts(alone, y, clusters=places).errors).all()


def test_counts_of_zero_alone_neither_crash_nor_claim_to_converge_on_a_number():
    fit = models.fit_counts(np.ones((5, 1)), np.zeros(5))
    assert np.exp(fit.coefficients[0]) < 1e-6
