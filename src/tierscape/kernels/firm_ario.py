"""Day-by-day dynamics of supply between firms: stock, orders, output, rationing."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tierscape.kernels.firm_events import FirmEvents, Hits, apply_events, block_hits, take_scenarios
from tierscape.kernels.firm_extended import note_capacity, ration, trade_extended
from tierscape.kernels.firm_links import FirmState, Flags, ask, calm_state, make, trade
from tierscape.kernels.firm_network import FirmNetwork, in_precision
from tierscape.kernels.firm_tally import Tally, blank_tally, close_day, tally_day

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RECOVERED_DAYS = 7
"""Days of normal output that make a recovery."""


class FirmRules(NamedTuple):
    """How firms behave.

    Parameters
    ----------
    tau_days : float
        τ, days over which a gap in stock is ordered, at least 1.
    horizon_days : int
        Days simulated, from day 0.
    order_basis : {"wanted", "realised"}
        y in the orders: the output that a line would make with inputs, or its own output (the published rule, which can
        starve for ever).
    rationing : {"proportional", "priority", "water_filling"}
        Who is served when goods run short: all in proportion to orders; lower ranks first, and inside a rank as
        ``water_filling``; the smallest order over normal flow first.
    reorder : {"fixed", "capacity"}
        Split of orders over the suppliers of a slot: as on a calm day, or by what each was able to make yesterday.
    transit : {"none", "pipeline"}
        Whether goods spend ``transit_days`` on the way.
    precision : {"float64", "float32"}
    """

    tau_days: float = 6.0
    horizon_days: int = 545
    order_basis: Literal["wanted", "realised"] = "wanted"
    rationing: Literal["proportional", "priority", "water_filling"] = "proportional"
    reorder: Literal["fixed", "capacity"] = "fixed"
    transit: Literal["none", "pipeline"] = "none"
    precision: Literal["float64", "float32"] = "float64"


DEFAULTS = FirmRules()
PUBLISHED = FirmRules(order_basis="realised")
"""The form of Inoue & Todo (2019) with proportional rationing."""


class FirmOutcome(NamedTuple):
    """What each of N scenarios came to.

    Parameters
    ----------
    demand_line : numpy.ndarray of int, shape (k,)
        Lines with final demand.
    lost_units : numpy.ndarray, shape (N, k)
        Final demand not met, in units of the line; lost, not made up for later.
    lost_output : numpy.ndarray, shape (N,)
        Σ worth·(P0 − x) over lines and days: what was made above normal later counts against it.
    lost_value : numpy.ndarray, shape (N,)
        The same weighed by ``added``: value added that is lost; 0 without it.
    peak_loss_share : numpy.ndarray, shape (N,)
        Greatest share of a day's final demand (by worth) that was not met.
    first_loss_day : numpy.ndarray of int, shape (N,)
        −1 if nothing was lost.
    day_recovered, stock_recovered_day : numpy.ndarray of int, shape (N,)
        First day of the last stretch in which all lines make at least 0.99 P0, or all stocks hold at least 0.99 n A: −1 if
        that was never missed, the horizon if the stretch is shorter than 7 days.
    restocking_peak : numpy.ndarray of bool, shape (N,)
        A line saw orders above 1.05 P0 after the last event.
    starved_lines, starved_line : numpy.ndarray of int, shape (N,)
        Times that a line stood still for 14 days with orders and no event of its own; the first such line, −1 for none.
    stopped_day : numpy.ndarray of int, shape (N,)
        Day from which all is taken to be normal, −1 if that was not reached.
    daily_loss : numpy.ndarray, shape (N, days)
        Σ worth·lost final demand of each day.
    made, unmet : numpy.ndarray, shape (N, days, groups)
        Output and lost final demand of each group of lines; no group if none was asked for.
    """

    demand_line: Ints
    lost_units: Floats
    lost_output: Floats
    lost_value: Floats
    peak_loss_share: Floats
    first_loss_day: Ints
    day_recovered: Ints
    stock_recovered_day: Ints
    restocking_peak: NDArray[np.bool_]
    starved_lines: Ints
    starved_line: Ints
    stopped_day: Ints
    daily_loss: Floats
    made: Floats
    unmet: Floats


def simulate_firms(
    network: FirmNetwork,
    events: FirmEvents,
    rules: FirmRules = DEFAULTS,
    *,
    worth: Floats | None = None,
    added: Floats | None = None,
    group: Ints | None = None,
    lanes: int = 32,
) -> FirmOutcome:
    """Run all scenarios and measure what is lost.

    One day of line i and link e = (j → i) in slot q, with y the output wanted yesterday over normal output:

        1 stock    S_e += delivered_e − S_e (x_i/P0_i) A_q/S_q         yesterday's, at least 0
        2 order    O_e  = max(0, A_e y_i + (n_q A_e y_i − S_e)/τ)
        3 demand   D_j  = C_j m_j + Σ_{e from j} ρ_e O_e
        4 make     x_i  = min(D_i, K_i Π(1 − δ_i), min over essential q of P0_i S_q/A_q)
        5 ration   delivered_e = ρ_e O_e x_j/D_j

    Parameters
    ----------
    network : FirmNetwork
    events : FirmEvents
        Lines and links in the numbering of the network; day 0 is the first.
    rules : FirmRules
    worth : numpy.ndarray, shape (n,), optional
        Weight of a unit of each line in sums over lines, 1 by default.
    added : numpy.ndarray, shape (n,), optional
        Value added in a unit of each line, 0 by default.
    group : numpy.ndarray of int, shape (n,), optional
        Row of each line in the paths ``made`` and ``unmet``, −1 for none; without it no path is kept.
    lanes : int
        Scenarios that run side by side, a multiple of 8; the answer does not depend on it.

    Returns
    -------
    FirmOutcome

    Raises
    ------
    ValueError
        ``lanes`` is not a multiple of 8, or a rule is outside its range.

    Notes
    -----
    A scenario ends when nothing is left to happen, all lines make 0.999 P0 and all stocks hold 0.99 n A; from then on its
    losses are 0. Losses within rounding of normal (1e-12, float32 1e-6) are 0. Strict IEEE arithmetic, and none across
    scenarios: the same bits for any ``lanes``, block or thread. O(links + lines) a scenario-day. Words of memory a scenario:
    links + 7 lines; with rationing, reorder or transit beyond the defaults 2 links and 3 lines more, with transit also
    links + Σ transit_days.

    References
    ----------
    Inoue & Todo (2019), Firm-level propagation of shocks through supply-chain networks, Nature Sustainability 2:841,
    doi:10.1038/s41893-019-0351-x. Inoue & Todo (2019), PLoS ONE 14(3):e0213648. Hallegatte (2008), Risk Analysis 28:779.
    """
    if lanes < 8 or lanes % 8:
        raise ValueError(f"lanes must be a multiple of 8, not {lanes}")
    count, blocks = events.scenarios, []
    for first in range(0, count, lanes):
        ids = np.arange(first, first + lanes)
        block = Block(
            network,
            take_scenarios(events, np.where(ids < count, ids, -1)),
            rules,
            worth=worth,
            added=added,
            group=group,
        )
        run_days(block.network, block.state, block.events, block.hits, block.flags, block.tau, block.tally)
        blocks.append(block.outcome(min(lanes, count - first)))
    if not blocks:
        return Block(network, events, rules, worth=worth, added=added, group=group).outcome(0)
    merged = (np.concatenate(columns) for columns in zip(*(block[1:] for block in blocks), strict=True))
    return FirmOutcome(blocks[0].demand_line, *merged)


class Block:
    """One block of scenarios: the arrays that it runs on, and what is read from them at the end."""

    def __init__(
        self,
        network: FirmNetwork,
        events: FirmEvents,
        rules: FirmRules,
        *,
        worth: Floats | None = None,
        added: Floats | None = None,
        group: Ints | None = None,
    ) -> None:
        self.flags = _flags(rules)
        self.events = events
        self.network = in_precision(_ranked(network, rules), rules.precision)
        lines = len(network.output)
        self.hits = block_hits(events, lines, len(network.flow), rules.precision)
        self.state = calm_state(
            self.network, events.scenarios, extended=self.flags.extended, transit=rules.transit == "pipeline"
        )
        self.tau = self.network.flow.dtype.type(rules.tau_days)
        self.tally = blank_tally(
            network,
            events.scenarios,
            rules.horizon_days,
            np.ones(lines) if worth is None else np.array(worth, dtype=np.float64),
            np.zeros(lines) if added is None else np.array(added, dtype=np.float64),
            np.full(lines, -1, np.int64) if group is None else np.array(group, dtype=np.int64),
        )

    def outcome(self, scenarios: int) -> FirmOutcome:
        """Read the sums of the first lanes."""
        tally, horizon = self.tally, self.flags.horizon

        def days(last: Ints) -> Ints:
            begins = last[:scenarios] + 1
            lasting = (tally.stopped[:scenarios] >= 0) | (begins + RECOVERED_DAYS <= horizon)
            return np.where(begins == 0, -1, np.where(lasting, begins, horizon))

        def rows(kept: Floats) -> Floats:
            return np.ascontiguousarray(np.moveaxis(kept[..., :scenarios], -1, 0))

        return FirmOutcome(
            demand_line=np.nonzero(tally.lost_row >= 0)[0],
            lost_units=rows(tally.lost),
            lost_output=tally.lost_output[:scenarios],
            lost_value=tally.lost_value[:scenarios],
            peak_loss_share=tally.peak[:scenarios],
            first_loss_day=tally.first_loss[:scenarios],
            day_recovered=days(tally.last_low),
            stock_recovered_day=days(tally.last_unstocked),
            restocking_peak=tally.restocking[:scenarios],
            starved_lines=tally.starved[:scenarios],
            starved_line=tally.starved_line[:scenarios],
            stopped_day=tally.stopped[:scenarios],
            daily_loss=rows(tally.daily),
            made=rows(tally.made),
            unmet=rows(tally.unmet),
        )


def _flags(rules: FirmRules) -> Flags:
    if not rules.tau_days >= 1 or rules.horizon_days < 1:
        raise ValueError(f"tau_days and horizon_days must be at least 1, not {rules.tau_days}, {rules.horizon_days}")
    for name, value, choices in (
        ("order_basis", rules.order_basis, ("wanted", "realised")),
        ("rationing", rules.rationing, ("proportional", "priority", "water_filling")),
        ("reorder", rules.reorder, ("fixed", "capacity")),
        ("transit", rules.transit, ("none", "pipeline")),
        ("precision", rules.precision, ("float64", "float32")),
    ):
        if value not in choices:
            raise ValueError(f"{name} must be one of {', '.join(choices)}, not '{value}'")
    by_level, by_capacity = rules.rationing != "proportional", rules.reorder == "capacity"
    return Flags(
        horizon=rules.horizon_days,
        by_output=rules.order_basis == "realised",
        by_level=by_level,
        by_capacity=by_capacity,
        extended=by_level or by_capacity or rules.transit == "pipeline",
    )


def _ranked(network: FirmNetwork, rules: FirmRules) -> FirmNetwork:
    """Give everybody the same rank unless ranks are to count."""
    if rules.rationing == "priority":
        return network
    return network._replace(rank=np.zeros_like(network.rank), demand_rank=np.zeros_like(network.demand_rank))


@njit(cache=True, nogil=True, error_model="numpy")
def run_day(
    network: FirmNetwork, state: FirmState, hits: Hits, flags: Flags, tau: float, tally: Tally, day: int
) -> bool:
    """Run one day on the tables of the day, and say whether a lane is still live."""
    short = np.empty(state.stock.shape[1], state.stock.dtype)
    short[:] = -np.inf
    ask(network, state, hits)
    if flags.extended:
        trade_extended(network, state, hits, tau, short, day, flags)
    else:
        trade(network, state, hits, tau, short)
    make(network, state, hits, flags)
    if flags.by_level:
        ration(network, state, hits)
    if flags.by_capacity:
        note_capacity(network, state, hits)
    tally_day(network, state, hits, tally, day, flags)
    return close_day(network, state, hits, tally, short, day)


@njit(cache=True, nogil=True, error_model="numpy")
def run_days(
    network: FirmNetwork, state: FirmState, events: FirmEvents, hits: Hits, flags: Flags, tau: float, tally: Tally
) -> None:
    """Run a block from day 0 until all lanes have recovered or the horizon is reached."""
    quiet = -1
    for last in hits.last_day:
        quiet = max(quiet, last)
    for day in range(flags.horizon):
        if day <= quiet + 2:  # one day more restores 1, and one more yesterday's share
            apply_events(events, hits, day)
        if not run_day(network, state, hits, flags, tau, tally, day):
            break
