"""How many scenarios run side by side: as many as caches and memory hold. No answer depends on it."""

from __future__ import annotations

import os

from tierscape.errors import ParameterError
from tierscape.kernels.firm_ario import FirmRules
from tierscape.kernels.firm_network import FirmNetwork

WIDE = 500_000
"""Lines times scenarios that still fit a processor's cache."""
ROOM = 0.8
"""Share of free memory that may be used."""


def lanes_for(network: FirmNetwork, rules: FirmRules, parts: int) -> int:
    """Choose 32, 16 or 8 scenarios.

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
    lanes = next((b for b in (32, 16) if len(network.output) * b <= WIDE), 8)
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
    if rules.transit == "pipeline" or rules.reorder == "capacity" or rules.rationing != "proportional":
        words += 2 * links + 3 * lines + int(network.lead.sum())
    return 8 * lanes * (words + rules.horizon_days * (2 * parts + 1))


def free_bytes() -> float:
    """Give the memory that is free; without limit where the system does not say."""
    if "SC_AVPHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return float("inf")
    return float(os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
