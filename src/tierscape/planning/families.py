"""Which families of rows a plan has, and which of them an adverse year's copy."""

from __future__ import annotations

from collections.abc import Callable

from tierscape.planning.rows import (
    ally_share,
    buffers,
    capacity,
    carbon,
    co_investment,
    commitment,
    completeness,
    costs,
    crossings,
    demand,
    distrust,
    incentive,
    inputs,
    labour,
    lead_time,
    origin,
    output,
    projects,
    qualification,
    sources,
    survival,
)
from tierscape.planning.written import Written

RECOURSE: tuple[Callable[[Written], None], ...] = (
    costs.add,
    demand.add,
    output.add,
    inputs.add,
    capacity.add,
    qualification.add,
    buffers.add,
)
"""What an adverse year's copy holds."""

FAMILIES: tuple[Callable[[Written], None], ...] = (
    *RECOURSE,
    projects.add,
    commitment.add,
    co_investment.add,
    incentive.add,
    completeness.add,
    origin.add,
    ally_share.add,
    carbon.add,
    sources.add,
    lead_time.add,
    survival.add,
    labour.add,
    crossings.add,
    distrust.add,
)
"""All families of a calm plan."""
