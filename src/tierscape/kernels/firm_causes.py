"""Why demand was missed: every lost unit is led back, day by day, to the outage or closure where its shortage began."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.firm_ario import Block, FirmRules, run_day
from tierscape.kernels.firm_events import FirmEvents, apply_events
from tierscape.kernels.firm_network import FirmNetwork

OUTAGE, CLOSURE, HEADROOM, RESTOCKING = 0, 1, 2, 3
"""Kinds of root: lost capacity; a closed link; demand above the capacity of a line that nothing hit; stock that is ordered
too slowly although suppliers deliver what is asked."""
NOISE = 1e-9
FULL = 0.99
"""Stock over normal stock from which a slot counts as full again."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Cause(NamedTuple):
    """A step from a shortage to its root.

    Parameters
    ----------
    line : int
        Line that fell short.
    link : int
        Link through which the shortage came, −1 at the root; of a closure the link itself.
    kind : int
        Kind of root; −1 for a step on the way.
    day : int
        Day on which the step was taken.
    before : Cause or None
        The cause that the supplier had on the day on which its delivery first fell short.
    """

    line: int
    link: int
    kind: int
    day: int
    before: Cause | None

    @property
    def steps(self) -> tuple[Cause, ...]:
        """The way to the root, this step first."""
        way = [self]
        while way[-1].before is not None:
            way.append(way[-1].before)
        return tuple(way)


class Loss(NamedTuple):
    """Final demand of a line that was lost through one way.

    Parameters
    ----------
    line : int
    cause : Cause
        Of the first day on which this way lost something.
    units : float
    """

    line: int
    cause: Cause
    units: float


def explain_losses(network: FirmNetwork, events: FirmEvents, rules: FirmRules) -> tuple[Loss, ...]:
    """Run one scenario and lead each lost unit of final demand back to its root.

    Each day the least of demand, capacity and stock binds a line; ties go to capacity, then to the first slot. A line bound
    by capacity is a root. A line bound by a slot was let down by the link of the slot with the largest shortfall
    Σ(A − delivered)⁺ since the slot was last full, and takes over the cause that its supplier had on the day on which that
    link first fell short.

    Parameters
    ----------
    network : FirmNetwork
    events : FirmEvents
        Of one scenario.
    rules : FirmRules
        Always run in float64.

    Returns
    -------
    tuple of Loss
        In the order in which they began. Their units sum to the loss of ``simulate_firms``.

    Notes
    -----
    Days fall along the chain of causes, so it ends. O(days · (links + lines)), the lines that fall short in plain Python:
    for single scenarios, not for sweeps.

    References
    ----------
    The dynamics: Inoue & Todo (2019), Nature Sustainability 2:841, doi:10.1038/s41893-019-0351-x.
    """
    block = Block(network, events, rules._replace(precision="float64"))
    book = _Book(block)
    for day in range(rules.horizon_days):
        apply_events(block.events, block.hits, day)
        before = block.tally.lost.copy()
        going = run_day(block.network, block.state, block.hits, block.flags, block.tau, block.tally, day)
        book.write(day, (block.tally.lost - before)[:, 0])
        if not going:
            break
    return book.losses()


class _Book:
    """Who let whom down, as the days go by."""

    def __init__(self, block: Block) -> None:
        network = block.network
        self.block = block
        self.slot_of = np.repeat(np.arange(len(network.arc_start) - 1), np.diff(network.arc_start))
        self.line_of = np.repeat(np.arange(len(network.output)), np.diff(network.slot_start))[self.slot_of]
        self.days_of = network.slot_days[self.slot_of]
        self.selling = np.flatnonzero(network.demand > 0)
        self.shortfall = np.zeros(len(network.flow))
        self.link_cause: dict[int, Cause] = {}
        self.line_cause: dict[int, Cause] = {}
        self.lost: dict[tuple[int, tuple[tuple[int, int, int], ...]], list[Loss]] = {}

    def write(self, day: int, lost: Floats) -> None:
        """Take down one day: the cause of each line that falls short, what it loses, and whom it lets down."""
        state, network = self.block.state, self.block.network
        self._refill()
        short = np.flatnonzero((state.filled[:, 0] < 1.0 - NOISE) & (network.output > 0))
        self.line_cause = {int(i): self._cause(int(i), day) for i in short}
        for row in np.flatnonzero(lost):
            line = int(self.selling[row])
            cause = self.line_cause.get(line) or Cause(line, -1, RESTOCKING, day, None)
            way = tuple((c.line, c.link, c.kind) for c in cause.steps)
            self.lost.setdefault((line, way), []).append(Loss(line, cause, float(lost[row])))
        self._let_down(day)

    def losses(self) -> tuple[Loss, ...]:
        """Sum what each way lost."""
        return tuple(Loss(*days[0][:2], sum(loss.units for loss in days)) for days in self.lost.values())

    def _refill(self) -> None:
        """Forget the shortfall of slots that are full again."""
        network, slots = self.block.network, len(self.block.network.slot_flow)
        held = np.bincount(self.slot_of, network.weight * self.block.state.stock[:, 0], slots)
        full = held >= FULL * network.slot_days * network.slot_flow
        again = np.flatnonzero(full[self.slot_of] & (self.shortfall > 0))
        self.shortfall[again] = 0.0
        for e in again.tolist():
            self.link_cause.pop(e, None)

    def _cause(self, line: int, day: int) -> Cause:
        """Find what binds a line today."""
        network, state, hits = self.block.network, self.block.state, self.block.hits
        left = float(hits.left[hits.line_row[line], 0])
        if network.capacity[line] * left <= state.limit[line, 0]:
            return Cause(line, -1, OUTAGE if left < 1.0 else HEADROOM, day, None)
        slots = np.arange(network.slot_start[line], network.slot_start[line + 1])
        slots = slots[network.essential[slots] & (network.slot_flow[slots] > 0)]
        stock = np.array([self._held(q) for q in slots]) / network.slot_flow[slots]
        q = int(slots[np.argmin(stock)])
        links = np.arange(network.arc_start[q], network.arc_start[q + 1])
        guilty = [int(e) for e in links if int(e) in self.link_cause]
        if not guilty:
            return Cause(line, -1, RESTOCKING, day, None)
        worst = max(guilty, key=lambda e: (self.shortfall[e] * network.weight[e], -e))
        return Cause(line, worst, -1, day, self.link_cause[worst])

    def _held(self, q: int) -> float:
        links = slice(self.block.network.arc_start[q], self.block.network.arc_start[q + 1])
        return float(self.block.network.weight[links] @ self.block.state.stock[links, 0])

    def _let_down(self, day: int) -> None:
        """Add today's shortfall of each link, and note the cause of those that fall short for the first time."""
        network, hits = self.block.network, self.block.hits
        share = hits.share[hits.link_row, 0]
        delivered = self._shipped(share)
        behind = network.flow - delivered
        self.shortfall += np.where(behind > NOISE * network.flow, behind, 0.0)
        unmet = (share < 1.0) | (self.block.state.filled[network.supplier, 0] < 1.0 - NOISE)
        for e in np.flatnonzero((behind > NOISE * network.flow) & unmet).tolist():
            if e in self.link_cause:
                continue
            supplier = int(network.supplier[e])
            cause = self.line_cause.get(supplier)
            if share[e] < 1.0 or cause is None:
                cause = Cause(supplier, e, CLOSURE, day, None)
            self.link_cause[e] = cause

    def _shipped(self, share: Floats) -> Floats:
        """Give what each link ships today: ρ O x/D, orders as they were placed this morning."""
        network, state = self.block.network, self.block.state
        filled = state.filled[network.supplier, 0]
        if self.block.flags.extended:
            return np.asarray(state.order[:, 0] * filled)
        wanted = state.wanted_before[self.line_of, 0]
        order = network.flow * wanted + (self.days_of * network.flow * wanted - state.stock[:, 0]) / self.block.tau
        return np.asarray(share * np.maximum(order, 0.0) * filled)
