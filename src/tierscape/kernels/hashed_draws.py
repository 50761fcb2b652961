"""Draws by inversion from hashed words: cheap enough for every part, quarter and draw, and the same in every arm."""

from __future__ import annotations

import math

import numpy as np
from numba import njit

MIX_FIRST, MIX_SECOND, GOLDEN = (
    np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB), np.uint64(0x9E3779B97F4A7C15),
)  # fmt: skip
"""Multipliers of the finaliser, and the golden ratio in 64 bits (Steele, Lea & Flood 2014, doi 10.1145/2660193.2660195)."""
_S27, _S30, _S31, _S11 = np.uint64(27), np.uint64(30), np.uint64(31), np.uint64(11)


@njit(cache=True, nogil=True, error_model="numpy")
def mix(word: np.uint64) -> np.uint64:
    """Scramble a word."""
    word = (word ^ (word >> _S30)) * MIX_FIRST
    word = (word ^ (word >> _S27)) * MIX_SECOND
    return word ^ (word >> _S31)


@njit(cache=True, nogil=True, error_model="numpy")
def uniform(key: np.uint64, step: int, purpose: int) -> float:
    """Give the number from 0 up to 1 of a key in a step for one of four purposes."""
    return float(mix(key + np.uint64(4 * step + purpose + 1) * GOLDEN) >> _S11) * 2.0**-53


@njit(cache=True, nogil=True, error_model="numpy")
def entries(u: float, mean: float, dispersion: float) -> int:
    """Least k with F(k) > u, of a Poisson or negative binomial law."""
    k = 0
    if dispersion > 0.0:
        size, odds = 1.0 / dispersion, dispersion * mean / (1.0 + dispersion * mean)
        term = math.exp(-size * math.log1p(dispersion * mean))
        total = term
        while total <= u and (k < mean or total + term > total):
            term *= (k + size) / (k + 1.0) * odds
            k += 1
            total += term
        return k
    term = math.exp(-mean)
    total = term
    while total <= u and (k < mean or total + term > total):
        k += 1
        term *= mean / k
        total += term
    return k


@njit(cache=True, nogil=True, error_model="numpy")
def exits(u: float, sites: int, log_stay: float) -> int:
    """Least k with F(k) > u, of a binomial law; ``log_stay`` is the log of the chance that a site stays."""
    if u < 1.0 + sites * log_stay:
        return 0
    odds = math.expm1(-log_stay)
    term, k = math.exp(sites * log_stay), 0
    total = term
    while total <= u and k < sites:
        term *= odds * (sites - k) / (k + 1.0)
        k += 1
        total += term
    return k


@njit(cache=True, nogil=True, error_model="numpy")
def months_between(u: float, low: float, mode: float, high: float) -> float:
    """Invert a triangular law."""
    if high <= low:
        return low
    split = (mode - low) / (high - low)
    if u < split:
        return low + math.sqrt(u * (high - low) * (mode - low))
    return high - math.sqrt((1.0 - u) * (high - low) * (high - mode))
