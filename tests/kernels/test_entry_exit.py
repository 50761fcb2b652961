"""Entry and exit of suppliers: oracles of density.md B7, invariants on common random numbers."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.kernels import completeness
from tierscape.kernels import entry_exit as kernel
from tierscape.kernels.completeness_again import Needs, above, walk
from tierscape.kernels.entry_exit import discounted, simulate
from tierscape.kernels.entry_place import Place, unpacked
from tierscape.sweep import sweep

MANY = 1e12


def one_part(pull=0.0, *, arms=1, quarters=12, lag=21.0, most=MANY, sure=None, tier=1, start=0):
    """A product with one part; ``pull`` is ln(1 + V/MES), a number or one an arm."""
    pulls = np.zeros((arms, quarters, 2))
    pulls[:, :, 1] = np.broadcast_to(pull, arms)[:, None]
    needs = Needs(
        own=np.array([0.0, 1.0]), first=np.array([0, 1, 1]), weight=np.ones(1), essential=np.ones(1, bool),
        member_first=np.array([0, 1]), member=np.array([1]), floor=0.05,
    )  # fmt: skip
    return Place(
        needs=needs, tier=np.array([0, tier]), start=np.array([0, start]), weight=np.ones(2),
        planned=np.zeros((quarters + 1, 2), np.int64),
        sure=np.zeros((arms, quarters + 1, 2), np.int64) if sure is None else sure,
        pull=pulls, related=np.zeros(2), most=np.full(2, most), jobs=np.array([0.0, 10.0]), lag=np.full((2, 3), lag),
        ramp=np.zeros(2, np.int64), labour_pool=np.inf, dispersion=0.0, full=1.0,
    )  # fmt: skip


def drawn(draws, **values):
    columns = {
        "a": kernel.RATE,
        "pull": kernel.PULL,
        "feedback": kernel.FEEDBACK,
        "size": kernel.SIZE,
        "wage": kernel.WAGE,
    }
    columns |= {"exit": kernel.EXIT, "congestion": kernel.CONGESTION}
    made = np.zeros((draws, kernel.PARAMETERS))
    for name, value in values.items():
        made[:, columns[name]] = value
    return made


def run(place, parameters, seed=0):
    arms, quarters, parts = place.pull.shape
    return unpacked(simulate((place, parameters, seed), np.arange(len(parameters))), arms, quarters, parts)


@pytest.mark.parametrize(("pull", "expected"), [(np.log(2.0), 0.713495), (0.0, 0.464739)])
def test_chance_of_an_operating_site_in_three_years_is_that_of_the_page(pull, expected):
    draws = 4000
    got = run(one_part(pull), drawn(draws, a=0.5, pull=1.0))
    chance = np.isfinite(got.filled[:, 0, 1]).mean()
    assert abs(chance - expected) < 4 * np.sqrt(expected * (1 - expected) / draws)


def test_entry_and_exit_from_nothing_have_the_mean_and_law_of_the_page():
    # yearly steps: two entries, 5 % exits, ten steps; here a step is a quarter
    got = run(one_part(quarters=10, lag=0.0), drawn(4000, a=8.0, exit=1 - 0.95**4)).sites[:, 0, 1]
    assert got.mean() == pytest.approx(16.050522, abs=4 * np.sqrt(16.05 / 4000))
    assert got.var() == pytest.approx(16.05, rel=0.1)  # a thinned Poisson stays Poisson


def test_stationary_stock_is_entries_over_exits():
    got = run(one_part(quarters=150, lag=0.0), drawn(300, a=8.0, exit=1 - 0.95**4)).sites[:, 0, 1]
    assert got.mean() == pytest.approx(40.0, abs=4 * np.sqrt(40 / 300))


def test_contracted_site_enters_alone_and_in_its_quarter():
    sure = np.zeros((2, 13, 2), np.int64)
    sure[0, 5, 1] = 1
    got = run(one_part(arms=2, sure=sure), drawn(3))
    assert got.entered[:, :, 1].tolist() == [[1, 0]] * 3
    assert got.filled[:, :, 1].tolist() == [[5, np.inf]] * 3
    assert got.completeness[0, 0].tolist() == [0.0] * 5 + [1.0] * 8
    assert got.jobs[0, 0].tolist() == [0.0] * 5 + [10.0] * 8


@settings(max_examples=15, deadline=None)
@given(
    seed=st.integers(0, 2**64 - 1), size=st.floats(0, 0.6), low=st.floats(0, 1), more=st.floats(0, 1),
    feedback=st.floats(0, 1),
)  # fmt: skip
def test_more_volume_never_leaves_fewer_sites_in_any_draw(seed, size, low, more, feedback):
    got = run(
        one_part([low, low + more], arms=2, quarters=16),
        drawn(20, a=0.5, pull=1.0, size=size, feedback=feedback, exit=0.05),
        seed,
    )
    assert (got.sites[:, 1] >= got.sites[:, 0]).all()
    assert (got.filled[:, 1] <= got.filled[:, 0]).all()


def test_no_volume_has_no_effect_in_any_draw():
    got = run(one_part(arms=2, most=4.0), drawn(200, a=2.0, pull=1.0, size=0.3, wage=-0.5, congestion=0.5, exit=0.05))
    assert (got.sites[:, 0] == got.sites[:, 1]).all()
    assert got.entered.sum() > 0


def test_third_tier_is_not_pulled_and_the_second_by_half():
    def entered(tier):
        return run(one_part(3.0, tier=tier), drawn(500, a=0.2, pull=0.5)).entered[:, 0, 1].mean()

    plain = run(one_part(0.0), drawn(500, a=0.2, pull=0.5)).entered[:, 0, 1].mean()
    assert entered(3) == plain
    assert entered(1) > entered(2) > plain


def test_exits_lower_the_mean_stock():
    stay, leave = (run(one_part(start=20), drawn(100, exit=d)).sites[:, 0, 1].mean() for d in (0.02, 0.1))
    assert leave < stay < 20


def test_saturation_stops_entry():
    got = run(one_part(most=3.0, lag=0.0, quarters=40), drawn(50, a=40.0))
    assert got.sites[:, 0, 1].mean() >= 3.0
    assert got.entered[:, 0, 1].max() < 30  # without a bound 400


def test_wages_rise_with_hiring_and_slow_entry():
    place = one_part(lag=0.0, quarters=40)._replace(labour_pool=50.0)
    free, dear = (run(place, drawn(100, a=4.0, wage=w, congestion=0.5)).entered[:, 0, 1].mean() for w in (0.0, -0.5))
    assert dear < free


def test_ramp_delays_completeness_and_not_the_site():
    sure = np.zeros((1, 13, 2), np.int64)
    sure[0, 2, 1] = 1
    place = one_part(sure=sure)._replace(ramp=np.array([0, 4]))
    got = run(place, drawn(1))
    assert got.filled[0, 0, 1] == 2
    assert (np.diff(got.completeness[0, 0, 1:7]) > 0).all()  # 0.2, 0.4, 0.6, 0.8 of full output, then all
    assert got.completeness[0, 0, 6] == 1.0


def test_negative_binomial_entries_keep_the_mean_and_widen_the_spread():
    place = one_part(lag=0.0, quarters=8)
    plain, spread = (run(place._replace(dispersion=d), drawn(3000, a=4.0)).entered[:, 0, 1] for d in (0.0, 2.0))
    assert spread.mean() == pytest.approx(8.0, abs=0.4)
    assert plain.mean() == pytest.approx(8.0, abs=0.4)
    assert spread.var() > 2 * plain.var()


def test_walk_equals_the_one_of_completeness():
    # P needs A and (M1 or M2), and H helps; A needs B
    needs = Needs(
        own=np.array([0.0, 0.4, 1.0, 1.0, 1.0, 1.0]), first=np.array([0, 3, 4, 4, 4, 4, 4]), weight=np.array([0.5, 0.3, 0.2, 0.6]),
        essential=np.array([True, True, False, True]), member_first=np.array([0, 1, 3, 4, 5]), member=np.array([1, 2, 3, 4, 5]), floor=0.05,
    )  # fmt: skip
    groups = [(0, [1], True, 0.5), (0, [2, 3], True, 0.3), (0, [4], False, 0.2), (1, [5], True, 0.6)]
    place = one_part()
    for start in ([0, 1, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0], [0, 1, 1, 0, 1, 1], [0, 1, 1, 1, 0, 1]):
        weight = np.array([0.0, 0.7, 0.2, 0.9, 0.3, 0.5])
        place = place._replace(
            needs=needs, tier=np.ones(6, np.int64), start=np.array(start), weight=weight,
            planned=np.zeros((2, 6), np.int64), sure=np.zeros((1, 2, 6), np.int64), pull=np.zeros((1, 1, 6)), related=np.zeros(6),
            most=np.full(6, MANY), jobs=np.zeros(6), lag=np.zeros((6, 3)), ramp=np.zeros(6, np.int64),
        )  # fmt: skip
        got = run(place, drawn(1)).completeness[0, 0, 0]
        assert got == pytest.approx(completeness.walk((weight * start)[None], needs.own, groups)[0, 0], abs=1e-12)


def test_cover_that_changes_again_and_again_ends_where_a_walk_from_nothing_does():
    needs = Needs(
        own=np.array([0.0, 0.4, 1.0, 1.0, 1.0, 1.0]), first=np.array([0, 3, 4, 4, 4, 4, 4]), weight=np.array([0.5, 0.3, 0.2, 0.6]),
        essential=np.array([True, True, False, True]), member_first=np.array([0, 1, 3, 4, 5]), member=np.array([1, 2, 3, 4, 5]), floor=0.05,
    )  # fmt: skip
    rng, over = np.random.default_rng(0), above(needs)
    cover, value, dirty = np.zeros(6), np.zeros(6), np.ones(6, bool)
    for _ in range(40):
        k = int(rng.integers(1, 6))
        cover[k] = rng.random()
        dirty[k] = True
        if over.leaf[k]:
            value[k] = cover[k]
            dirty[over.parent[over.first[k] : over.first[k + 1]]] = True
        again = walk(cover, needs, over, value, dirty)
        fresh = np.where(over.leaf, cover, 0.0)
        assert again == walk(cover, needs, over, fresh, np.ones(6, bool))


def test_sites_of_each_year_are_those_of_a_run_that_ends_there():
    whole = one_part(0.7, arms=2, start=2)
    parameters = drawn(50, a=2.0, pull=1.0, size=0.3, exit=0.2)
    kept = run(whole._replace(yearly=True), parameters)
    assert kept.yearly.shape == (50, 2, 3, 2)
    for year in (1, 2, 3):
        short = whole._replace(pull=whole.pull[:, : 4 * year], sure=whole.sure[:, : 4 * year + 1], planned=whole.planned[: 4 * year + 1])  # fmt: skip
        assert (kept.yearly[:, :, year - 1] == run(short, parameters).sites).all()
    assert run(whole, parameters).yearly.shape == (50, 2, 0, 2)


def test_threads_and_blocks_change_no_bit():
    given = (one_part(0.7, arms=2), drawn(96, a=0.5, pull=1.0, size=0.3, exit=0.05), 7)
    one = sweep(simulate, given, 96, block=96, jobs=1)
    assert one.tobytes() == sweep(simulate, given, 96, block=32, jobs=2).tobytes()
    assert one.tobytes() != simulate((*given[:2], 8), np.arange(96)).tobytes()


def test_past_commitments_fade():
    pull = np.zeros((8, 1))
    pull[0] = 1.0
    fading = discounted(pull, 0.5)[:, 0]
    assert (np.diff(fading) < 0).all()
    assert discounted(np.ones((8, 1)), 0.5)[:, 0] == pytest.approx(np.ones(8))
