"""Random numbers that are a function of who asks: Philox counters, and our own way from words to draws."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

Words = NDArray[np.uint64]
Floats = NDArray[np.float64]

LARGEST_MEAN = 700.0
"""Above it exp(−mean) is no longer a normal number."""

_LOW, _HALF = np.uint64(0xFFFFFFFF), np.uint64(32)
_MULTIPLIER = (np.uint64(0xD2E7470EE14C6C93), np.uint64(0xCA5A826395121157))
_BUMP = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xBB67AE8584CAA73B))  # golden ratio, √3 − 1
_ROUNDS = 10

# Wichura (1988): numerators and denominators, constant term first
_MIDDLE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3),
)  # fmt: skip
_OUTER = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9),
)  # fmt: skip
_FAR = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15),
)  # fmt: skip


def words(seed: int, scenarios: Words, hazards: Words, *, stream: int = 0, number: int = 4) -> Words:
    """Give the first words of each hazard in each scenario.

    Parameters
    ----------
    seed : int
        0 to 2⁶⁴ − 1.
    scenarios : numpy.ndarray of uint64, shape (scenarios,)
        Numbers of the scenarios.
    hazards : numpy.ndarray of uint64, shape (hazards,)
        First eight bytes, little-endian, of the BLAKE2b digest of each hazard's key.
    stream : int
        Separates draws that must not share their numbers.
    number : int
        Words of each hazard.

    Returns
    -------
    numpy.ndarray of uint64, shape (scenarios, hazards, number)

    Notes
    -----
    Philox4x64-10 with key (seed, scenario) and counter (block from 1, hazard, stream, 0). A word depends on nothing else, so
    another hazard, another order and another number of threads change no draw. O(words) time.

    References
    ----------
    Salmon, Moraes, Dror, Shaw (2011), Parallel random numbers: as easy as 1, 2, 3, SC'11, doi 10.1145/2063384.2063405.

    Examples
    --------
    >>> [f"{w:016x}" for w in words(7, np.array([42], np.uint64), np.array([3], np.uint64), number=1)[0, 0]]
    ['6fa6ed2371738ad4']
    """
    out = np.zeros((len(scenarios), len(hazards), number), np.uint64)
    _fill(np.uint64(seed), scenarios, hazards, np.uint64(stream), out)
    return out


def uniform(word: Words) -> Floats:
    """Turn words into numbers from 0 up to, not including, 1: multiples of 2⁻⁵³.

    Parameters
    ----------
    word : numpy.ndarray of uint64

    Returns
    -------
    numpy.ndarray
        Same shape.
    """
    return np.asarray((word >> np.uint64(11)) * 2.0**-53)


def poisson(u: Floats, mean: Floats) -> NDArray[np.int64]:
    """Turn uniform numbers into counts: the least k with F(k) > u.

    Parameters
    ----------
    u : numpy.ndarray
        From 0 up to, not including, 1.
    mean : numpy.ndarray, broadcast against ``u``
        0 to 700.

    Returns
    -------
    numpy.ndarray of int64

    Raises
    ------
    ValueError
        A mean is negative, above 700 or NaN.

    Notes
    -----
    O(k) time a draw. Monotone in u and in the mean, so common numbers give common counts.
    """
    u, mean = np.broadcast_arrays(np.asarray(u, np.float64), np.asarray(mean, np.float64))
    outside = ~((mean >= 0.0) & (mean <= LARGEST_MEAN))
    if outside.any():
        raise ValueError(
            f"{outside.sum()} of {mean.size} means lie outside 0 to {LARGEST_MEAN:g}, the first {mean[outside].flat[0]}"
        )
    return np.asarray(_counts(u.ravel(), mean.ravel()).reshape(u.shape), dtype=np.int64)


def normal(u: Floats) -> Floats:
    """Turn uniform numbers into standard normal ones: Φ⁻¹ in the middle of each step of 2⁻⁵³, hence always finite.

    Parameters
    ----------
    u : numpy.ndarray
        Multiples of 2⁻⁵³, as ``uniform`` gives them.

    Returns
    -------
    numpy.ndarray
        Same shape. Mirrored exactly: u and 1 − 2⁻⁵³ − u give opposite numbers.

    References
    ----------
    Wichura (1988), Algorithm AS 241: The percentage points of the normal distribution, Applied Statistics 37:477-484,
    doi 10.2307/2347330: PPND16, relative error about 1e-16.

    Examples
    --------
    >>> normal(np.array([0.5, 0.975])).round(6).tolist()
    [0.0, 1.959964]
    """
    u = np.asarray(u, np.float64)
    return np.asarray(_normals(u.ravel()).reshape(u.shape))


@njit(cache=True, nogil=True)
def _multiply(a: np.uint64, b: np.uint64) -> tuple[np.uint64, np.uint64]:
    """High and low word of a product, from halves: nothing overflows, also without the compiler."""
    a0, a1, b0, b1 = a & _LOW, a >> _HALF, b & _LOW, b >> _HALF
    low, mid, cross = a0 * b0, a1 * b0, a0 * b1
    carry = (low >> _HALF) + (mid & _LOW) + (cross & _LOW)
    high = a1 * b1 + (mid >> _HALF) + (cross >> _HALF) + (carry >> _HALF)
    return high, (carry << _HALF) | (low & _LOW)


@njit(cache=True, nogil=True)
def _add(a: np.uint64, b: np.uint64) -> np.uint64:
    """Sum modulo 2⁶⁴, from halves."""
    low = (a & _LOW) + (b & _LOW)
    return (((a >> _HALF) + (b >> _HALF) + (low >> _HALF)) << _HALF) | (low & _LOW)


@njit(cache=True, nogil=True)
def block(
    counter: tuple[np.uint64, np.uint64, np.uint64, np.uint64], key: tuple[np.uint64, np.uint64]
) -> tuple[np.uint64, np.uint64, np.uint64, np.uint64]:
    """Scramble one counter: the block function of Philox4x64-10.

    Parameters
    ----------
    counter : (uint64, uint64, uint64, uint64)
    key : (uint64, uint64)

    Returns
    -------
    (uint64, uint64, uint64, uint64)
    """
    c0, c1, c2, c3 = counter
    k0, k1 = key
    for _ in range(_ROUNDS):
        high0, low0 = _multiply(_MULTIPLIER[0], c0)
        high1, low1 = _multiply(_MULTIPLIER[1], c2)
        c0, c1, c2, c3 = high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0
        k0, k1 = _add(k0, _BUMP[0]), _add(k1, _BUMP[1])
    return c0, c1, c2, c3


@njit(cache=True, nogil=True)
def _fill(seed: np.uint64, scenarios: np.ndarray, hazards: np.ndarray, stream: np.uint64, out: np.ndarray) -> None:
    number = out.shape[2]
    for s in range(len(scenarios)):
        for h in range(len(hazards)):
            for first in range(0, number, 4):
                counter = (np.uint64(first // 4 + 1), hazards[h], stream, np.uint64(0))
                four = block(counter, (seed, scenarios[s]))
                for w in range(min(4, number - first)):
                    out[s, h, first + w] = four[w]


@njit(cache=True, nogil=True)
def _counts(u: np.ndarray, mean: np.ndarray) -> np.ndarray:
    counts = np.zeros(len(u), np.int64)
    for n in range(len(u)):
        k, term = 0, math.exp(-mean[n])
        total = term
        while total <= u[n] and (k < mean[n] or total + term > total):  # the sum may end an ulp below the last u
            k += 1
            term *= mean[n] / k
            total += term
        counts[n] = k
    return counts


@njit(cache=True, nogil=True)
def _ratio(
    pair: tuple[
        tuple[float, float, float, float, float, float, float, float],
        tuple[float, float, float, float, float, float, float, float],
    ],
    x: float,
) -> float:
    above, below = 0.0, 0.0
    for i in range(7, -1, -1):
        above, below = above * x + pair[0][i], below * x + pair[1][i]
    return above / below


@njit(cache=True, nogil=True)
def _normals(u: np.ndarray) -> np.ndarray:
    normals = np.zeros(len(u))
    for n in range(len(u)):
        upper = u[n] >= 0.5
        tail = (1.0 - u[n]) - 2.0**-54 if upper else u[n] + 2.0**-54  # exact: at most 0.5, a multiple of 2⁻⁵⁴
        distance = 0.5 - tail
        if distance <= 0.425:
            x = distance * _ratio(_MIDDLE, 0.180625 - distance * distance)
        else:
            root = math.sqrt(-math.log(tail))
            x = _ratio(_OUTER, root - 1.6) if root <= 5.0 else _ratio(_FAR, root - 5.0)
        normals[n] = x if upper else -x
    return normals
