"""How many scenarios run side by side: as many as caches and memory hold. No answer depends on it."""

from __future__ import annotations

import os

from tierscape.errors import ParameterError
from tierscape.kernels.firm_ario import FirmRules
from tierscape.kernels.firm_network import FirmNetwork
from tierscape.sweep import BLOCKS_A_JOB

WIDTHS = (32, 16)
EXTENDED_WIDTHS = (128, 64, 32, 16)
"""Goods in transit, rationing by rank and orders by capacity cost much a link and little a scenario: more share the cost."""
WIDE = 500_000
"""Lines times scenarios that still fit a processor's cache."""
ROOM = 0.8
"""Share of free memory that may be used."""


def lanes_for(network: FirmNetwork, rules: FirmRules, parts: int) -> int:
    """Choose 8 to 32 scenarios, up to 128 where orders are kept.

    Parameters
    ----------
    network : FirmNetwork
    rules : FirmRules
    parts : int
        Parts whose output is kept day by day.

    Returns
    -------
    int

    Raises
    ------
    ParameterError
        Not even 8 scenarios a core fit the memory that is free; the message gives the estimate.
    """
    widths = EXTENDED_WIDTHS if _extended(rules) else WIDTHS
    lanes = next((b for b in widths if len(network.output) * b <= WIDE), 8)
    room, workers = ROOM * free_bytes(), os.cpu_count() or 1
    while lanes > 8 and workers * block_bytes(network, rules, parts, lanes) > room:
        lanes //= 2
    needed = workers * block_bytes(network, rules, parts, lanes)
    if needed > room:
        raise ParameterError(
            f"dynamics.horizon_days: the simulation needs about {needed / 1e9:.3g} GB on {workers} cores, of which "
            f"{room / 1e9:.3g} GB can be used. Shorten the horizon, or take links out."
        )
    return lanes


def block_bytes(network: FirmNetwork, rules: FirmRules, parts: int, lanes: int) -> int:
    """Estimate the bytes of so many scenarios: links, lines, goods under way, and output of parts day by day."""
    lines, links = len(network.output), len(network.flow)
    words = links + 7 * lines
    if _extended(rules):
        words += 2 * links + 3 * lines + int(network.lead.sum())
    return 8 * lanes * (words + rules.horizon_days * (2 * parts + 1))


def needed_lanes(scenarios: int) -> int:
    """Give the least multiple of 8 that holds so many scenarios."""
    return max(-(-scenarios // 8), 1) * 8


def block_for(scenarios: int, lanes: int, jobs: int) -> int | None:
    """Choose the scenarios that a worker takes at once where few are run: all lanes, but something for every worker.

    Parameters
    ----------
    scenarios : int
    lanes : int
    jobs : int
        Workers, −1 for one a core.

    Returns
    -------
    int or None
        None where blocks of the usual size are larger.
    """
    workers = jobs if jobs > 0 else os.cpu_count() or 1
    block = min(lanes, -(-scenarios // workers))
    usual = -(-scenarios // (workers * BLOCKS_A_JOB))
    return block if block > usual else None


def _extended(rules: FirmRules) -> bool:
    return rules.transit == "pipeline" or rules.reorder == "capacity" or rules.rationing != "proportional"


def free_bytes() -> float:
    """Give the memory that is free; without limit where the system does not say."""
    if "SC_AVPHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return float("inf")
    return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
