import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from tierscape.kernels.loss_tail import tail, tail_difference

LOSSES = st.lists(st.floats(0.0, 1e6), min_size=2, max_size=60).map(np.array)
ALPHA = st.sampled_from([0.6, 0.9, 0.95, 0.99])


def test_a_hundred_losses_give_the_worked_tail():
    """R2."""
    found = tail(np.arange(100.0, 0.0, -1.0), 0.95)
    assert found.var.tolist() == [95.0]
    assert found.cvar == pytest.approx([98.0], rel=1e-14)
    assert found.se_cvar == pytest.approx([1.4599017539934418], rel=1e-14)


def test_the_tail_of_a_standard_normal():
    """R2: 2.0627128."""
    number = 200_000
    normal = ndtri((np.arange(number) + 0.5) / number)
    assert tail(normal, 0.95).cvar == pytest.approx([2.0627128], abs=2e-5)


def test_common_cause_has_the_same_mean_and_the_worse_tail():
    """R3: two sites, each down with a chance of a tenth for a loss of 1."""
    first, second = np.arange(100) < 10, np.arange(100) % 10 == 0
    found = tail(np.stack([first * 1.0 + second, first * 2.0], axis=1), 0.95)
    assert found.mean == pytest.approx([0.2, 0.2])
    assert found.cvar == pytest.approx([1.2, 2.0])
    assert found.var.tolist() == [1.0, 2.0]


def test_the_quantile_is_not_moved_by_the_rounding_of_alpha():
    for alpha, number in ((0.95, 100), (0.9, 10), (0.99, 1000), (0.7, 10)):
        assert tail(np.arange(1.0, number + 1), alpha).var[0] == round(alpha * number)


def test_fifty_scenarios_beyond_the_quantile_are_enough():
    assert not tail(np.arange(1000.0), 0.95).thin
    assert tail(np.arange(999.0), 0.95).thin


def test_common_numbers_make_a_difference_certain_that_two_errors_would_hide():
    losses = np.random.default_rng(0).lognormal(0.0, 1.0, 1000)
    saved = tail_difference(losses, losses - 0.1, 0.95)
    assert saved.mean == pytest.approx([0.1])
    assert saved.cvar == pytest.approx([0.1])
    assert saved.se_cvar[0] < 1e-9 < tail(losses, 0.95).se_cvar[0]


def test_the_difference_of_the_tail_is_the_difference_of_the_tails():
    rng = np.random.default_rng(1)
    a, b = rng.exponential(2.0, (400, 3)), rng.exponential(1.0, (400, 3))
    np.testing.assert_allclose(tail_difference(a, b, 0.9).cvar, tail(a, 0.9).cvar - tail(b, 0.9).cvar)
    nothing = tail_difference(a, np.zeros_like(a), 0.9)
    np.testing.assert_allclose(nothing.se_cvar, tail(a, 0.9).se_cvar)
    np.testing.assert_allclose(nothing.se_mean, tail(a, 0.9).se_mean)


def test_the_standard_error_is_the_spread_of_the_estimate():
    rng = np.random.default_rng(2)
    found = [tail(rng.exponential(1.0, 2000), 0.9) for _ in range(300)]
    spread = np.std([f.cvar[0] for f in found])
    assert np.mean([f.se_cvar[0] for f in found]) == pytest.approx(spread, rel=0.15)
    assert np.mean([f.cvar[0] for f in found]) == pytest.approx(1.0 - np.log(0.1), abs=0.02)


@settings(max_examples=60, deadline=None)
@given(LOSSES, ALPHA)
def test_the_tail_is_no_better_than_the_quantile_and_that_than_the_median(losses, alpha):
    found = tail(losses, alpha)
    size = 1e-9 * (1.0 + losses.max())
    assert found.cvar[0] >= found.var[0] >= np.sort(losses)[(len(losses) - 1) // 2] - size
    assert found.cvar[0] >= found.mean[0] - size
    assert found.cvar[0] <= losses.max() + size


@settings(max_examples=60, deadline=None)
@given(LOSSES, ALPHA)
def test_the_tail_is_the_least_of_what_the_definition_minimises(losses, alpha):
    """Rockafellar and Uryasev: CVaR = min over c of c + mean((L − c)⁺)/(1 − alpha)."""
    least = min(c + np.maximum(losses - c, 0.0).mean() / (1.0 - alpha) for c in losses)
    assert tail(losses, alpha).cvar[0] == pytest.approx(least, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("losses", [[1.0], [], [1.0, np.nan, 2.0]])
def test_too_few_losses_and_losses_that_are_no_number_are_refused(losses):
    with pytest.raises(ValueError, match=r"two scenarios|not a number"):
        tail(np.array(losses), 0.95)


def test_designs_must_share_their_scenarios():
    with pytest.raises(ValueError, match="share their scenarios"):
        tail_difference(np.zeros(3), np.zeros(4), 0.95)
