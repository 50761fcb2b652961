"""Suppliers that enter and leave a place, quarter by quarter, in several arms on common random numbers."""

from __future__ import annotations

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.completeness_again import Above, above, walk
from tierscape.kernels.entry_place import Place
from tierscape.kernels.hashed_draws import GOLDEN, MIX_FIRST, MIX_SECOND, entries, exits, mix, months_between, uniform

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

QUARTER = 0.25
"""Length of a step, years."""
FILLED = 0.5
"""Cover from which a part counts as filled."""
FREE_HIRING = 0.02
"""Share of the labour pool that can be hired a year without a rise of wages."""
RATE, PULL, FEEDBACK, SIZE, RELATED, WAGE, EXIT, CONGESTION = range(8)
"""Columns of the drawn parameters: a, β_A of tier 1, β_C, β_s, β_rel, β_w, δ, η."""
PARAMETERS = 8
_ENTRY, _EXIT, _EXIT_START, _LAG = 0, 1, 2, 3


def simulate(given: tuple[Place, Floats, int], ids: Ints) -> Floats:
    """Run all arms of a place in each draw.

    For part k in quarter q, with N operating sites and completeness C:

        entries   ~ Poisson(μ/4),  μ = a (1+N)^β_s exp(β_rel ω + β_A pull + β_C (C − C₀)) (W/W₀)^β_w max(0, 1 − (N + pipeline)/N̄)
        exits     ~ Binomial(N, 1 − (1−δ)^¼)
        W         · (1 + η max(0, hires/pool − 0.02/4)) each quarter

    What is decided in quarter q operates from quarter q + 1 + lag.

    Parameters
    ----------
    given : (Place, numpy.ndarray of shape (draws, PARAMETERS), int)
        Place, drawn parameters, and the seed, 0 to 2⁶⁴ − 1.
    ids : numpy.ndarray of int64
        Numbers of the draws: rows of the parameters.

    Returns
    -------
    numpy.ndarray, shape (len(ids), A · (2 (Q + 1) + 3 K)), and Q // 4 · K more an arm with the sites of each year
        For ``unpacked``.

    Notes
    -----
    Every uniform number is a hash of (seed, draw, part, quarter, purpose), counts come by inversion, and the lag is one of a
    part in a draw: arms differ only in what is different between them. O(draws · arms · quarters · parts) time and a walk of the
    bill of materials in quarters in which a cover changed.

    References
    ----------
    Hash: Steele, Lea & Flood (2014), Fast splittable pseudorandom number generators, doi 10.1145/2660193.2660195, the
    finaliser after Stafford. Tiers: Yamashita, Matsuura & Nakajima (2014). Wages: Greenstone, Hornbeck & Moretti (2010).
    """
    place, drawn, seed = given
    arms, quarters, parts = place.pull.shape
    kept = quarters // 4 if place.yearly else 0
    rows = np.zeros((len(ids), arms * (2 * (quarters + 1) + (3 + kept) * parts)))
    with np.errstate(over="ignore"):  # words wrap around; only without the compiler does NumPy mind
        _run(place, above(place.needs), drawn, np.uint64(seed), ids, rows)
    return rows


def discounted(pull: Floats, keep: float) -> Floats:
    """Weigh past quarters: Σ λ^{s/4} x_{q−s} / Σ λ^{s/4} over s from 0 to q, with 0⁰ = 1.

    Parameters
    ----------
    pull : numpy.ndarray, shape (..., Q, K)
    keep : float
        λ, what a commitment keeps of its pull after a year, 0 to 1.

    Examples
    --------
    >>> discounted(np.array([[0.0], [1.0]]), 0.0).tolist()
    [[0.0], [1.0]]
    """
    quarter = keep**QUARTER
    out, total, weight = np.zeros_like(pull), np.zeros(pull.shape[:-2] + pull.shape[-1:]), 0.0
    for q in range(pull.shape[-2]):
        total, weight = total * quarter + pull[..., q, :], weight * quarter + 1.0
        out[..., q, :] = total / weight
    return out


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _mark(k: int, quarter: int, busy: Ints, until: Ints) -> None:
    """Put a part on the list of those that change, up to a quarter; ``busy[0]`` counts the list."""
    if until[0, k] < 0:
        busy[0] += 1
        busy[busy[0]] = k
    until[0, k] = max(until[0, k], quarter)
    until[1, k] = quarter


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _ready(entered: int, k: int, q: int, due: Ints, ramp: int) -> float:
    """Sites that entered, by their share of full output at the start of a quarter."""
    ready = float(entered)
    for age in range(min(ramp, q + 1)):
        if due[q - age, k] > 0:
            ready -= due[q - age, k] * (1.0 - (age + 1.0) / (ramp + 1.0))
    return max(ready, 0.0)


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _rate(base: float, sites: int, coming: int, most: float, reach: Floats) -> float:
    """Entries a quarter of a part before any pull; changes only with its sites and its pipeline."""
    room = 1.0 - (sites + coming) / most
    if room <= 0.0:
        return 0.0
    if sites < len(reach):
        return float(base * room * reach[sites])
    return float(base * room * math.exp(math.log1p(sites) * math.log(reach[1]) / math.log(2.0)))


@njit(cache=True, nogil=True, error_model="numpy")
def _tune(place: Place, arm: int, q: int, strength: float, factor: Floats) -> None:
    """Turn the pull of a quarter into factors, where it is another than the quarter before."""
    pull, tier = place.pull[arm], place.tier
    for k in range(1, len(factor)):
        if q == 0 or pull[q, k] != pull[q - 1, k]:
            share = 0.0 if tier[k] > 2 else 0.5 if tier[k] == 2 else 1.0
            factor[k] = math.exp(strength * share * pull[q, k])


@njit(cache=True, nogil=True, error_model="numpy")
def _throw(keys: NDArray[np.uint64], luck: Floats) -> None:
    """Draw all numbers of a draw once, for every arm: entry, exit of sites of the start, exit of those that entered."""
    for q in range(luck.shape[0]):
        for k in range(1, len(keys)):
            luck[q, _ENTRY, k] = uniform(keys[k], q, _ENTRY)
        for k in range(1, len(keys)):
            luck[q, _EXIT, k] = uniform(keys[k], q, _EXIT)
        for k in range(1, len(keys)):
            luck[q, _EXIT_START, k] = uniform(keys[k], q, _EXIT_START)


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _choose(q: int, luck: Floats, still: Floats, chances: tuple[Floats, float, float], wait: Ints, held: tuple[Ints, Ints, Ints, Ints]) -> None:  # fmt: skip
    """Let suppliers decide to come, and sites exit.

    Who comes stands in ``due`` at the first quarter of output, and in the pipeline until then; ``due[q, 0]`` counts a quarter.
    """
    mean_of, log_stay, dispersion = chances
    state, due, busy, until = held
    for k in range(1, len(mean_of)):
        if (
            (luck[_ENTRY, k] < still[_ENTRY, k])
            & (luck[_EXIT, k] < still[_EXIT, k])
            & (luck[_EXIT_START, k] < still[_EXIT_START, k])
        ):
            continue  # nothing happens, whatever the law
        if luck[_ENTRY, k] >= still[_ENTRY, k]:
            coming = entries(luck[_ENTRY, k], min(mean_of[k], 700.0), dispersion)
            if coming > 0:
                state[2, k] += coming
                _mark(k, q + 1, busy, until)
                if q + 1 + wait[k] < len(due):
                    due[q + 1 + wait[k], k] += coming
                    due[q + 1 + wait[k], 0] += coming
        for row in range(2):
            purpose = _EXIT_START if row == 0 else _EXIT
            gone = exits(luck[purpose, k], state[row, k], log_stay) if luck[purpose, k] >= still[purpose, k] else 0
            if gone > 0:
                state[row, k] -= gone
                _mark(k, q + 1, busy, until)


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _open(
    place: Place, arm: int, q: int, news: NDArray[np.bool_], held: tuple[Ints, Ints, Ints, Ints], entered: Floats
) -> float:
    """Let what is due, contracted and planned operate from a quarter on, and say how many people are hired."""
    state, due, busy, until = held
    sure, planned, people, ramp = place.sure[arm, q], place.planned[q], place.jobs, place.ramp
    hires, left, certain = 0.0, due[q, 0], news[q]
    for k in range(1, len(entered)):
        if due[q, k] > 0 or certain:
            left -= due[q, k]
            state[2, k] -= due[q, k]
            if certain:
                due[q, k] += sure[k]
                state[0, k] += planned[k]
            state[1, k] += due[q, k]
            entered[k] += due[q, k]
            hires += due[q, k] * people[k]
            _mark(k, q + ramp[k], busy, until)
            if left == 0 and not certain:
                break
    return hires


@njit(cache=True, nogil=True, error_model="numpy")
def _run(place: Place, over: Above, drawn: Floats, seed: np.uint64, ids: Ints, rows: Floats) -> None:
    arms, quarters, parts = place.pull.shape
    width = rows.shape[1] // arms
    keys, wait, base = np.zeros(parts, np.uint64), np.zeros(parts, np.int64), np.zeros(parts)
    luck = np.zeros((quarters, 3, parts))
    lag, related = place.lag, place.related
    news = np.zeros((2, arms, quarters + 1), np.bool_)  # quarters with another pull, with sites that are certain
    for arm in range(arms):
        for q in range(quarters):
            news[0, arm, q] = q == 0 or np.any(place.pull[arm, q] != place.pull[arm, q - 1])
            news[1, arm, q + 1] = place.sure[arm, q + 1].any() or place.planned[q + 1].any()
    for d in range(len(ids)):
        beta = drawn[ids[d]]
        draw_key = mix(mix(seed + GOLDEN) + np.uint64(ids[d] + 1) * MIX_FIRST)
        for k in range(1, parts):
            keys[k] = mix(draw_key + np.uint64(k + 1) * MIX_SECOND)
            months = months_between(uniform(keys[k], 0, _LAG), lag[k, 0], lag[k, 1], lag[k, 2])
            wait[k] = int(months / 3.0 + 0.5)
            base[k] = QUARTER * beta[RATE] * math.exp(beta[RELATED] * related[k])
        reach = np.exp(beta[SIZE] * np.log(np.arange(1.0, 65.0)))
        _throw(keys, luck)
        for arm in range(arms):
            _arm(place, over, arm, beta, (luck, wait, base, reach, news), rows[d, arm * width : (arm + 1) * width])


@njit(cache=True, nogil=True, inline="always", error_model="numpy")
def _renew_parts(place: Place, over: Above, q: int, now_in: tuple[float, float], of_draw: tuple[Floats, Floats], held: tuple[Ints, Ints, Ints, Ints], rates: tuple[Floats, Floats, Floats, Floats, Floats], told: tuple[NDArray[np.bool_], Floats, Floats, Floats]) -> bool:  # fmt: skip
    """Bring cover, rates, jobs and what is filled up to date for the parts on the list; say whether any cover moved."""
    climate, log_stay = now_in
    base, reach = of_draw
    state, due, busy, until = held
    cover, rate, factor, mean, still = rates
    dirty, value, jobs, filled = told
    parent_first, parent, leaf = over.first, over.parent, over.leaf
    weight, most, ramp, full, people = place.weight, place.most, place.ramp, place.full, place.jobs
    moved, left = False, 0
    for i in range(1, busy[0] + 1):
        k = busy[i]
        stands = state[0, k] * weight[k]
        now = 1.0
        if stands < full:
            now = min(1.0, (stands + _ready(state[1, k], k, q, due, ramp[k])) / full)
        if now != cover[k]:
            moved, cover[k] = True, now
            if leaf[k]:
                value[k] = now
                for p in range(parent_first[k], parent_first[k + 1]):
                    dirty[parent[p]] = True
            else:
                dirty[k] = True
        if until[1, k] >= 0:
            jobs[q] += (state[1, k] - state[3, k]) * people[k]
            state[3, k] = state[1, k]
            rate[k] = _rate(base[k], state[0, k] + state[1, k], state[2, k], most[k], reach)
            mean[k] = rate[k] * factor[k] * climate
            still[_ENTRY, k] = 1.0 - mean[k]  # a number below lies within the chance that nothing happens
            still[_EXIT_START, k], still[_EXIT, k] = 1.0 + state[0, k] * log_stay, 1.0 + state[1, k] * log_stay
            until[1, k] = -1
            if filled[k] > q and stands + state[1, k] >= FILLED * full:
                filled[k] = q  # a site that operates counts, whatever its ramp
        if until[0, k] > q:
            left += 1
            busy[left] = k
        else:
            until[0, k] = -1
    busy[0] = left
    return moved


@njit(cache=True, nogil=True, error_model="numpy")
def _arm(place: Place, over: Above, arm: int, beta: Floats, of_draw: tuple[Floats, Ints, Floats, Floats, NDArray[np.bool_]], row: Floats) -> None:  # fmt: skip
    luck, wait, base, reach, news = of_draw
    _, quarters, parts = place.pull.shape
    steps = quarters + 1
    complete, jobs, ends = row[:steps], row[steps : 2 * steps], row[2 * steps :]
    filled, stock, entered, yearly = (
        ends[:parts],
        ends[parts : 2 * parts],
        ends[2 * parts : 3 * parts],
        ends[3 * parts :],
    )
    filled[:] = np.inf
    state = np.zeros((4, parts), np.int64)  # of the start, entered, on the way, entered as jobs count them
    state[0] = place.start
    due, busy, until = np.zeros((steps, parts), np.int64), np.arange(parts), np.zeros((2, parts), np.int64)
    busy[0], dirty = parts - 1, np.ones(parts, np.bool_)
    cover, rate, factor, mean, still = (
        np.zeros(parts),
        np.zeros(parts),
        np.ones(parts),
        np.zeros(parts),
        np.ones((3, parts)),
    )
    held, rates, told = (state, due, busy, until), (cover, rate, factor, mean, still), (dirty, stock, jobs, filled)
    log_stay, log_wage, climate = QUARTER * math.log1p(-beta[EXIT]), 0.0, 1.0
    for q in range(steps):
        jobs[q] = jobs[max(q - 1, 0)]
        moved = _renew_parts(place, over, q, (climate, log_stay), (base, reach), held, rates, told)
        complete[q] = walk(cover, place.needs, over, stock, dirty) if moved or q == 0 else complete[q - 1]
        if place.yearly and q > 0 and q % 4 == 0:
            year = (q // 4 - 1) * parts
            for k in range(1, parts):
                yearly[year + k] = state[0, k] + state[1, k]
        if q == quarters:
            break
        now = math.exp(beta[FEEDBACK] * (complete[max(q - 1, 0)] - complete[0]) + beta[WAGE] * log_wage)
        if news[0, arm, q] or now != climate:
            climate = now
            if news[0, arm, q]:
                _tune(place, arm, q, beta[PULL], factor)
            for k in range(1, parts):
                mean[k] = rate[k] * factor[k] * climate
                still[_ENTRY, k] = 1.0 - mean[k]
        _choose(q, luck[q], still, (mean, log_stay, place.dispersion), wait, held)
        if due[q + 1, 0] or news[1, arm, q + 1]:
            hires = _open(place, arm, q + 1, news[1, arm], held, entered)
            rise = max(0.0, hires / place.labour_pool - FREE_HIRING * QUARTER)
            log_wage += math.log1p(beta[CONGESTION] * rise)
    stock[0] = 0.0
    for k in range(1, parts):
        stock[k] = state[0, k] + state[1, k]
