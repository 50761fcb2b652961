"""Draws of hazards: how often each strikes, when, for how long, and whom; a function of seed, scenario and key alone."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.firm_events import PROFILES, FirmEvents, Outages, Windows, no_windows
from tierscape.kernels.philox import normal, poisson, uniform, words

DAYS_A_YEAR = 365.0
Z95 = 1.6448536269514722
"""95th percentile of the standard normal distribution."""
JOINT, TWIN, HIT = 0, 1, 2
"""Streams: events of hazards; events of each member by itself; who is hit."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]


class Hazards(NamedTuple):
    """What can go wrong; H hazards, U units (sites or links that are hit or spared as a whole), m members.

    Parameters
    ----------
    code : numpy.ndarray of uint64, shape (H,)
        From the hazard's key.
    rate : numpy.ndarray, shape (H,)
        Events a year, at least 0.
    days : numpy.ndarray, shape (H,)
        Median duration.
    on_links : numpy.ndarray of bool, shape (H,)
        Members are links; else lines.
    unit_start : numpy.ndarray of int, shape (H + 1,)
        Units of hazard h are ``unit_start[h]`` to ``unit_start[h + 1]``.
    unit_code : numpy.ndarray of uint64, shape (U,)
        From the keys of hazard and unit.
    member_start : numpy.ndarray of int, shape (U + 1,)
        Members of unit u are ``member_start[u]`` to ``member_start[u + 1]``.
    member : numpy.ndarray of int, shape (m,)
        Line or link.
    effect : numpy.ndarray, shape (m,)
        Share of capacity lost; of a link, the share of orders that still passes.
    cost : numpy.ndarray, shape (m,)
        Money a day of ways round a closed link; 0 for lines.
    apart : numpy.ndarray of bool, shape (H,)
        Draw every unit by itself, with the same chance as before: no common cause.
    """

    code: Words
    rate: Floats
    days: Floats
    on_links: NDArray[np.bool_]
    unit_start: Ints
    unit_code: Words
    member_start: Ints
    member: Ints
    effect: Floats
    cost: Floats
    apart: NDArray[np.bool_]


class Chances(NamedTuple):
    """How hazards are drawn.

    Parameters
    ----------
    seed : int
    years : int
        Length of a scenario.
    p95_ratio : float
        95th percentile of a duration over its median, at least 1.
    hit_share : float
        Chance that a unit of a hazard with several is hit.
    profile : int
        How capacity comes back: a position in ``PROFILES``.
    ramp_days : float
        Days that it takes, unless at once.
    """

    seed: int
    years: int
    p95_ratio: float
    hit_share: float
    profile: int
    ramp_days: float


class Strikes(NamedTuple):
    """Events of hazards or of single units, in the order of scenario, then hazard, unit and time of drawing."""

    scenario: Ints
    hazard: Ints
    unit: Ints
    start: Floats
    days: Floats


class Drawn(NamedTuple):
    """What happens in S scenarios.

    Parameters
    ----------
    events : FirmEvents
    number : numpy.ndarray of int, shape (S,)
        Strikes that hit anybody.
    strikes : Strikes
        Those strikes, one row each; ``unit`` is the first that was hit.
    cost : numpy.ndarray, shape (S,)
        Money of ways round closed links, up to the horizon.
    """

    events: FirmEvents
    number: Ints
    strikes: Strikes
    cost: Floats


def draw(hazards: Hazards, chances: Chances, ids: Ints, horizon_days: int) -> Drawn:
    """Draw the events of some scenarios.

    Parameters
    ----------
    hazards : Hazards
    chances : Chances
    ids : numpy.ndarray of int
        Numbers of the scenarios.
    horizon_days : int
        Costs are counted up to this day.

    Returns
    -------
    Drawn

    Notes
    -----
    Count ~ Poisson(rate·years), start uniform, duration lognormal with σ = ln(p95 ratio)/1.6449. Each number depends on seed,
    scenario and the key of hazard or unit alone: another hazard, another order and another block leave it as it is. A
    hazard with a single unit is drawn the same, apart or not. O(scenarios · hazards) words, apart O(scenarios · units).
    """
    struck = [_hazard_strikes(hazards, chances, ids, h) for h in range(len(hazards.code))]
    none, nothing = np.zeros(0, np.int64), np.zeros(0)
    struck.insert(0, Strikes(none, none, none, nothing, nothing))
    strikes = Strikes._make(np.concatenate(column) for column in zip(*struck, strict=True))
    order = np.argsort(strikes.scenario, kind="stable")
    strikes = Strikes._make(column[order] for column in strikes)
    first = np.ones(len(order), np.bool_)  # a strike that hits several units counts once
    same = (np.diff(strikes.scenario) == 0) & (np.diff(strikes.hazard) == 0) & (np.diff(strikes.start) == 0)
    first[1:] = ~same
    number = np.bincount(strikes.scenario[first], minlength=len(ids)).astype(np.int64)
    events, cost = _effects(hazards, chances, strikes, len(ids), horizon_days)
    return Drawn(events, number, Strikes._make(column[first] for column in strikes), cost)


def _hazard_strikes(hazards: Hazards, chances: Chances, ids: Ints, h: int) -> Strikes:
    """Draw one hazard in all scenarios: as one, or unit by unit where they stand apart."""
    units = np.arange(hazards.unit_start[h], hazards.unit_start[h + 1])
    alone = len(units) == 1
    if hazards.apart[h] and not alone:
        rate = hazards.rate[h] * chances.hit_share
        s, u, start, days, _ = _events(chances, ids, hazards.unit_code[units], (rate, hazards.days[h]), TWIN)
        return Strikes(s, np.full(len(s), h), units[u], start, days)
    own = (hazards.rate[h], hazards.days[h])
    s, _, start, days, turn = _events(chances, ids, hazards.code[h : h + 1], own, JOINT)
    event, unit = np.repeat(np.arange(len(s)), len(units)), np.tile(units, len(s))
    if chances.hit_share < 1 and not alone and len(s):
        busy, place = np.unique(s, return_inverse=True)
        drawn = words(
            chances.seed, ids[busy].astype(np.uint64), hazards.unit_code[units], stream=HIT, number=int(turn.max()) + 1
        )
        hit = uniform(drawn[place[event], unit - units[0], turn[event]]) < chances.hit_share
        event, unit = event[hit], unit[hit]
    return Strikes(s[event], np.full(len(event), h), unit, start[event], days[event])


def _events(
    chances: Chances, ids: Ints, codes: Words, rate_and_days: tuple[float, float], stream: int
) -> tuple[Ints, Ints, Floats, Floats, Ints]:
    """Draw count, starts and durations for each scenario and code: scenario, code, start, days, and which event it is."""
    rate, days = rate_and_days
    scenarios = ids.astype(np.uint64)
    drawn = words(chances.seed, scenarios, codes, stream=stream, number=4)
    first = uniform(drawn[:, :, 0])
    count = poisson(first, np.full_like(first, rate * chances.years))
    most = int(count.max(initial=0))
    if most > 1:  # one word for the count, two for each event
        drawn = words(chances.seed, scenarios, codes, stream=stream, number=1 + 2 * most)
    s, c = np.nonzero(count)
    number = count[s, c]
    s, c = np.repeat(s, number), np.repeat(c, number)
    turn = np.arange(len(s)) - np.repeat(np.cumsum(number) - number, number)
    start = uniform(drawn[s, c, 1 + 2 * turn]) * (DAYS_A_YEAR * chances.years)
    sigma = np.log(chances.p95_ratio) / Z95
    length = days * np.exp(sigma * normal(uniform(drawn[s, c, 2 + 2 * turn])))
    return s.astype(np.int64), c.astype(np.int64), start, length, turn.astype(np.int64)


def _effects(
    hazards: Hazards, chances: Chances, strikes: Strikes, scenarios: int, horizon_days: int
) -> tuple[FirmEvents, Floats]:
    """Turn strikes on units into outages of lines and closures of links."""
    size = hazards.member_start[strikes.unit + 1] - hazards.member_start[strikes.unit]
    strike = np.repeat(np.arange(len(size)), size)
    within = np.arange(len(strike)) - np.repeat(np.cumsum(size) - size, size)
    row = hazards.member_start[strikes.unit[strike]] + within
    on_link = hazards.on_links[strikes.hazard[strike]]
    begin, end = strikes.start[strike], strikes.start[strike] + strikes.days[strike]
    lasting = np.maximum(np.minimum(end, horizon_days) - begin, 0.0)
    cost: Floats = np.bincount(strikes.scenario[strike], hazards.cost[row] * lasting, scenarios).astype(np.float64)

    def pointer(chosen: NDArray[np.bool_]) -> Ints:
        return np.concatenate(([0], np.cumsum(np.bincount(strikes.scenario[strike][chosen], minlength=scenarios))))

    line = ~on_link
    outages = Outages(
        pointer(line),
        hazards.member[row[line]],
        begin[line],
        strikes.days[strike[line]],
        np.full(int(line.sum()), chances.ramp_days if chances.profile != PROFILES.index("step") else 0.0),
        hazards.effect[row[line]],
        np.full(int(line.sum()), chances.profile, np.int64),
    )
    closures = Windows(
        pointer(on_link), hazards.member[row[on_link]], begin[on_link], end[on_link], hazards.effect[row[on_link]]
    )
    return FirmEvents(outages, closures, no_windows(scenarios)), cost
