import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels import ranking_skill as skill

SCORE, TRUTH = np.array([3.0, 2.0, 2.0, 1.0]), np.array([True, False, True, False])
ranked = st.integers(2, 50).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 6), min_size=n, max_size=n), st.lists(st.booleans(), min_size=n, max_size=n)
    )
)


def pair_count(score, truth):
    """AUC as a count of pairs."""
    won = pairs = 0.0
    for a, yes in zip(score, truth, strict=True):
        for b, no in zip(score, truth, strict=True):
            if yes and not no:
                pairs += 1
                won += 1.0 if a > b else 0.5 if a == b else 0.0
    return won / pairs


def test_auc_and_precision_of_the_worked_case():
    """Oracle of the method page, part C."""
    assert skill.auc(SCORE, TRUTH) == 0.875
    assert skill.precision_at(SCORE, TRUTH, 2) == 0.75


def test_constant_score_has_no_skill_and_perfect_score_has_all():
    """Oracle of the method page, part C."""
    assert skill.auc(np.zeros(4), TRUTH) == 0.5
    assert skill.auc(TRUTH.astype(float), TRUTH) == 1.0


@settings(max_examples=60, deadline=None)
@given(ranked)
def test_auc_equals_a_count_of_pairs(case):
    score, truth = np.array(case[0], dtype=float), np.array(case[1])
    if truth.all() or not truth.any():
        assert np.isnan(skill.auc(score, truth))
    else:
        assert skill.auc(score, truth) == pytest.approx(pair_count(score, truth), abs=1e-14)


@settings(max_examples=40, deadline=None)
@given(ranked, st.integers(1, 50))
def test_precision_of_ties_is_its_mean_over_all_orders(case, k):
    score, truth = np.array(case[0], dtype=float), np.array(case[1])
    k = min(k, len(score))
    sure = score > np.sort(score)[::-1][k - 1]
    tied = score == np.sort(score)[::-1][k - 1]
    expected = truth[sure].sum() + (k - sure.sum()) * truth[tied].mean()
    assert skill.precision_at(score, truth, k) == pytest.approx(expected / k)


def test_draws_are_paired_so_that_equal_scores_never_differ():
    aucs, precisions = skill.bootstrap(np.stack([SCORE, SCORE]), TRUTH, tops=(1, 2), draws=50, seed=3)
    assert np.array_equal(aucs[0], aucs[1], equal_nan=True)
    assert np.array_equal(precisions[0], precisions[1])
    assert np.isnan(aucs).any()  # four places: some draw holds one kind alone


def test_a_draw_equals_judging_the_drawn_places():
    random = np.random.Generator(np.random.Philox(7))
    drawn = random.integers(0, 4, size=(5, 4))
    aucs, precisions = skill.bootstrap(SCORE[None], TRUTH, tops=(2,), draws=5, seed=7)
    for i, chosen in enumerate(drawn):
        assert np.array_equal(aucs[0, i], skill.auc(SCORE[chosen], TRUTH[chosen]), equal_nan=True)
        assert precisions[0, 0, i] == pytest.approx(skill.precision_at(SCORE[chosen], TRUTH[chosen], 2))


def test_draws_in_blocks_are_the_same_draws(monkeypatch):
    whole = skill.bootstrap(SCORE[None], TRUTH, tops=(2,), draws=9, seed=1)
    monkeypatch.setattr(skill, "MOST_CELLS", 8)
    parts = skill.bootstrap(SCORE[None], TRUTH, tops=(2,), draws=9, seed=1)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(whole, parts, strict=True))


def test_interval_leaves_out_draws_without_a_value():
    assert skill.interval(np.array([np.nan, 1.0, 2.0, 3.0]), 0.9) == pytest.approx((1.1, 2.9))
    assert np.isnan(skill.interval(np.array([np.nan]))).all()


def test_area_under_the_corners_is_the_auc():
    false, true = skill.roc(SCORE, TRUTH)
    assert np.trapezoid(true, false) == pytest.approx(skill.auc(SCORE, TRUTH))
