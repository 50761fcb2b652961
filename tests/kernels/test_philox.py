import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri
from scipy.stats import poisson as reference

from tierscape.kernels.philox import block, normal, poisson, uniform, words

WORD = st.integers(0, 2**64 - 1)
ZERO = np.uint64(0)
LAST = 1.0 - 2.0**-53


def hexadecimal(numbers):
    return [f"{int(w):016x}" for w in numbers]


def numpys(counter, key, number=4):
    """NumPy steps its counter before the first block."""
    before = (sum(c << (64 * i) for i, c in enumerate(counter)) - 1) % 2**256
    return np.random.Philox(key=key[0] + (key[1] << 64), counter=before).random_raw(number)


def test_the_zero_block_is_that_of_the_paper():
    expected = ["16554d9eca36314c", "db20fe9d672d0fdc", "d7e772cee186176b", "7e68b68aec7ba23b"]
    assert hexadecimal(block((ZERO,) * 4, (ZERO,) * 2)) == expected
    assert hexadecimal(np.random.Philox(key=0, counter=2**256 - 1).random_raw(4)) == expected


def test_the_first_block_of_a_hazard_is_number_one():
    drawn = words(7, np.array([42], np.uint64), np.array([3], np.uint64))[0, 0]
    assert hexadecimal(drawn)[0] == "6fa6ed2371738ad4"
    assert uniform(drawn)[0] == 0.43614084353744265
    key = (np.uint64(7), np.uint64(42))
    assert hexadecimal(block((ZERO, np.uint64(3), ZERO, ZERO), key))[0] == "82c1d7fc9adea3a4"


def test_the_hash_of_a_hazard_is_the_stated_one():
    digest = hashlib.blake2b(b"region:MX-GUA").digest()
    assert f"{int.from_bytes(digest[:8], 'little'):016x}" == "4689f730a09b79ce"


@settings(max_examples=60, deadline=None)
@given(st.tuples(WORD, WORD, WORD, WORD), st.tuples(WORD, WORD))
def test_the_block_is_numpys(counter, key):
    ours = block(tuple(np.uint64(c) for c in counter), tuple(np.uint64(k) for k in key))
    assert hexadecimal(ours) == hexadecimal(numpys(counter, key))


def test_words_follow_block_after_block():
    drawn = words(5, np.array([9], np.uint64), np.array([2**63], np.uint64), stream=4, number=10)
    assert drawn.shape == (1, 1, 10)
    assert hexadecimal(drawn[0, 0]) == hexadecimal(numpys((1, 2**63, 4, 0), (5, 9), 10))


def test_other_hazards_scenarios_and_lengths_change_no_word():
    scenarios, hazards = np.arange(6, dtype=np.uint64), np.array([11, 5, 2**64 - 1], np.uint64)
    every = words(3, scenarios, hazards, number=7)
    np.testing.assert_array_equal(words(3, scenarios[4:5], hazards[::-1], number=3), every[4:5, ::-1, :3])
    assert not np.array_equal(words(3, scenarios, hazards, stream=1, number=7), every)


def test_uniforms_lie_in_the_unit_interval_with_all_their_bits():
    ends = uniform(np.array([0, 2**11 - 1, 2**11, 2**64 - 1], np.uint64))
    assert ends.tolist() == [0.0, 0.0, 2.0**-53, LAST]


def test_normals_are_the_inverse_of_the_distribution_to_the_last_digits():
    u = np.floor(np.concatenate([np.random.default_rng(0).random(2000), 10.0 ** -np.arange(1.0, 15.0)]) * 2**53) / 2**53
    low = u[u < 0.5]
    np.testing.assert_allclose(normal(low), ndtri(low + 2.0**-54), rtol=4e-15)
    np.testing.assert_array_equal(normal(1.0 - 2.0**-53 - low), -normal(low))


def test_normals_are_finite_and_rise():
    assert normal(np.array([0.0, LAST])).round(6).tolist() == [-8.292361, 8.292361]
    edges = np.array([0.0, 1e-300, 2.0**-53, 1e-11, 1.4e-11, 0.074, 0.076, 0.5 - 2.0**-53, 0.5, 0.924, 0.926, LAST])
    assert (np.diff(normal(edges)) >= 0.0).all()


@settings(max_examples=40, deadline=None)
@given(st.floats(0.0, LAST), st.sampled_from([0.0, 1e-9, 0.1053605, 1.0, 7.5, 60.0, 700.0]))
def test_counts_are_the_least_whose_distribution_exceeds_the_number(u, mean):
    k = int(poisson(np.array(u), np.array(mean)))
    assert reference.cdf(k, mean) > u * (1.0 - 1e-12)
    assert k == 0 or reference.cdf(k - 1, mean) <= u * (1.0 + 1e-12)


def test_a_chance_of_a_tenth_a_year_gives_no_event_below_nine_tenths():
    """R2: rate 0.1053605; one event in 3.7 years: 23.6827 % in a year, 93.2976 % in ten."""
    rate = -np.log1p(-0.1)
    assert round(rate, 7) == 0.1053605
    assert poisson(np.array([0.8999999, 0.9000001]), np.array(rate)).tolist() == [0, 1]
    assert poisson(np.array([1 - 0.236828, 1 - 0.236826]), np.array(1 / 3.7)).tolist() == [0, 1]
    assert poisson(np.array([1 - 0.932977, 1 - 0.932975]), np.array(10 / 3.7)).tolist() == [0, 1]


def test_the_last_number_ends_too():
    assert poisson(np.array([LAST]), np.array([0.1, 3.0, 50.0, 700.0])).tolist() == [10, 26, 116, 919]


def test_counts_keep_the_shape_and_refuse_means_out_of_range():
    assert poisson(np.full((2, 3), 0.5), np.array([0.1, 1.0, 2.0])).tolist() == [[0, 1, 2], [0, 1, 2]]
    with pytest.raises(ValueError, match="2 of 3 means"):
        poisson(np.array(0.5), np.array([1.0, -1.0, np.nan]))
