"""How long a search may go on, and how much of that is used."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

Reason = Literal["gap", "work", "time", "user", "cutoff", "infeasible"]

USUAL = 30.0
"""Usual effort of a search as a multiple of what its first bound took."""
LEAST = 20_000.0
"""Least iterations that count as the first bound: small programs are not starved."""
SHARE = 0.6
"""Share of the time left that one run of the solver gets: its callbacks come late."""
NODE = 20.0
"""Iterations that a node of the branch-and-bound tree counts beside its own."""
AT_A_NODE = 60.0
"""Iterations a node is expected to take, where a limit of nodes must stand for one of iterations."""


@dataclass(frozen=True, kw_only=True)
class Limits:
    """When a search stops.

    Parameters
    ----------
    gap : float
        Proven gap at which it stops, a share of the upper bound.
    work : float
        Effort in multiples of the usual (30 times the iterations of the first bound); infinite for no limit. Iterations and
        nodes count, not seconds, so that a run repeats byte for byte.
    time_s : float
        Seconds; infinite for no limit.
    cutoff : float, optional
        Stop as soon as the lower bound lies above it or a plan at or below it is found.
    """

    gap: float = 0.01
    work: float = 1.0
    time_s: float = np.inf
    cutoff: float | None = None


@dataclass
class Effort:
    """What a search has used of its limits; shared by every run of the solver within it."""

    limits: Limits
    cancel: threading.Event = field(default_factory=threading.Event)
    used: float = 0.0
    allowed: float = np.inf
    start: float = field(default_factory=time.monotonic)

    @property
    def seconds(self) -> float:
        """Seconds since the search began."""
        return time.monotonic() - self.start

    def measure(self) -> None:
        """Take what was used so far as the unit of ``limits.work``: called once, at the first bound."""
        self.allowed = self.limits.work * USUAL * max(self.used, LEAST)

    def charge(self, iterations: float, nodes: float = 0.0) -> None:
        """Add what a run used."""
        self.used += iterations + NODE * nodes

    def over(self) -> Reason | None:
        """Say which limit is reached, None where none is."""
        if self.cancel.is_set():
            return "user"
        if self.used >= self.allowed:
            return "work"
        return "time" if self.seconds >= self.limits.time_s else None

    def seconds_left(self) -> float:
        """Seconds that the next run may take."""
        return SHARE * max(self.limits.time_s - self.seconds, 0.0)

    def iterations_left(self) -> float:
        """Iterations that the next run may take."""
        return max(self.allowed - self.used, 0.0)

    def nodes_left(self) -> float:
        """Nodes that the next run may take."""
        return self.iterations_left() / (NODE + AT_A_NODE)
