"""Cover of every required part at every place: distance-decayed counts in fixed point."""

from __future__ import annotations

import numpy as np
from numba import njit

ONE = 1 << 20
"""Fixed-point 1: integer sums do not depend on the order of summation, so every engine gives the same bits."""


def decay(hours: float, reach_hours: float) -> int:
    """Weight of a site ``hours`` away, in fixed point: floor(2²⁰·exp(−t/τ) + 1/2).

    Examples
    --------
    >>> decay(6.0, 6.0)
    385750
    """
    return int(np.floor(ONE * np.exp(-hours / reach_hours) + 0.5))


@njit(cache=True, nogil=True)
def like_parts(hours_per_km: np.ndarray, reach_hours: np.ndarray) -> np.ndarray:
    """Give for every part the first one that travels and reaches like it.

    Parameters
    ----------
    hours_per_km, reach_hours : numpy.ndarray, shape (parts,)

    Returns
    -------
    numpy.ndarray of int64, shape (parts,)

    Examples
    --------
    >>> import numpy as np
    >>> like_parts(np.array([0.1, 0.1, 0.1]), np.array([6.0, 2.0, 6.0])).tolist()
    [0, 1, 0]
    """
    parts = len(hours_per_km)
    first = np.zeros(parts, np.int64)
    for p in range(parts):
        while first[p] < p and (hours_per_km[first[p]] != hours_per_km[p] or reach_hours[first[p]] != reach_hours[p]):
            first[p] += 1
    return first


@njit(cache=True, nogil=True)
def smooth(
    near: tuple[np.ndarray, np.ndarray, np.ndarray],
    entries: tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray],
    speed: tuple[np.ndarray, np.ndarray],
    borders: tuple[np.ndarray, np.ndarray, np.ndarray],
    firms: int,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Sum what is within reach of every place, three times: with border delays, without, and from the own territory only.

    A site at distance d of kind-dependent speed counts K = exp(−t/τ), t = d·hours_per_km + border delay.

    Parameters
    ----------
    near : (indptr, cell, km)
        CSR of the occupied cells within the radius of each place; ``indptr`` has shape (places + 1,).
    entries : (indptr, part, country, count, sites, firm)
        CSR of what stands in each occupied cell: part and country codes, the count in fixed point (2²⁰ = one full
        supplier or the full need), how many sites that is, and the firm's slot, −1 where each site is a firm of its own.
    speed : (hours_per_km, reach_hours)
        By part, shape (parts,).
    borders : (place_country, delay_hours, same_territory)
        Country code of each place, and two square arrays over country codes.
    firms : int
        Number of firm slots.

    Returns
    -------
    headline, open, own : numpy.ndarray of int64, shape (places, parts)
        Sums of K·count, in fixed point.
    sites : numpy.ndarray of int64, shape (places, parts)
        Sites within the radius.
    n_effective : numpy.ndarray, shape (places, parts)
        (Σ s)² / Σ s² over firms, s = Σ K·count of the firm; 0 where nothing is in reach.

    Notes
    -----
    O(places · neighbours · entries a cell) time; two plants of one owner are one supplier. Sums are divided once, at the
    end, so that rows and counts of rows give the same bits; up to 4·10⁶ sites of a part may be within reach of one place.
    The exponential is taken once a neighbour, kind of travel and country, not once an entry: it is what costs.
    """
    indptr, near_cell, near_km = near
    entry_ptr, part_of, country_of, count_of, sites_of, firm_of = entries
    hours_per_km, reach_hours = speed
    place_country, delay_hours, same_territory = borders
    places, parts = len(indptr) - 1, len(hours_per_km)
    headline = np.zeros((places, parts), np.int64)
    opened, own, sites = np.zeros_like(headline), np.zeros_like(headline), np.zeros_like(headline)
    n_effective = np.zeros((places, parts))
    slot_sum = np.zeros(max(firms, 1))
    slot_part = np.zeros(max(firms, 1), np.int64)
    touched = np.zeros(max(firms, 1), np.int64)
    alike = like_parts(hours_per_km, reach_hours)
    kinds = (parts, len(delay_hours))  # weights of the neighbour at hand, by kind of travel and country
    free, slow, held = np.zeros(kinds, np.int64), np.zeros(kinds, np.int64), np.full(kinds, -1, np.int64)
    for r in range(places):
        squares = np.zeros(parts)
        several = 0
        home = place_country[r]
        for n in range(indptr[r], indptr[r + 1]):
            cell, km = near_cell[n], near_km[n]
            for e in range(entry_ptr[cell], entry_ptr[cell + 1]):
                p, c = part_of[e], country_of[e]
                k = alike[p]
                if held[k, c] != n:
                    held[k, c] = n
                    hours = km * hours_per_km[k]
                    late = (hours + delay_hours[home, c]) / reach_hours[k]
                    free[k, c] = np.int64(np.floor(ONE * np.exp(-hours / reach_hours[k]) + 0.5))
                    slow[k, c] = np.int64(np.floor(ONE * np.exp(-late) + 0.5))
                weight = slow[k, c] * count_of[e]
                opened[r, p] += free[k, c] * count_of[e]
                headline[r, p] += weight
                if same_territory[home, c]:
                    own[r, p] += weight
                sites[r, p] += sites_of[e]
                if weight == 0:
                    continue
                if firm_of[e] >= 0:
                    if slot_sum[firm_of[e]] == 0.0:
                        touched[several] = firm_of[e]
                        several += 1
                    slot_sum[firm_of[e]] += weight
                    slot_part[firm_of[e]] = p
                else:
                    squares[p] += float(weight) * float(weight) / sites_of[e]
        for i in range(several):
            f = touched[i]
            squares[slot_part[f]] += slot_sum[f] * slot_sum[f]
            slot_sum[f] = 0.0
        for p in range(parts):
            if squares[p] > 0:
                n_effective[r, p] = float(headline[r, p]) * float(headline[r, p]) / squares[p]
    return headline // ONE, opened // ONE, own // ONE, sites, n_effective
