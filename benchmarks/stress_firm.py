"""What a day of firm dynamics costs, against the same model in plain NumPy: ``python benchmarks/stress_firm.py``.

CPU per scenario and day of the compiled kernel and of a vectorised NumPy version, on one network, behind one gate: total
output must agree to 1e-12. Beside it the share of the memory bandwidth of one core (a triad) that two words a link take.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial

import numpy as np
from numba import njit

from tierscape.kernels.firm_ario import DEFAULTS, Block, run_days
from tierscape.kernels.firm_events import FirmEvents, Outages, no_windows
from tierscape.kernels.firm_network import FirmNetwork, Links, firm_network

DAYS = 60


def draw_network(lines: int, seed: int = 0) -> FirmNetwork:
    """Draw about five links a line in up to three slots, suppliers near by in numbering, and 3 to 12 days of stock."""
    rng = np.random.default_rng(seed)
    degree = rng.poisson(5, lines)
    buyer = np.repeat(np.arange(lines), degree)
    near = np.rint(rng.laplace(0, lines / 20, len(buyer))).astype(np.int64)
    supplier, part = (buyer + near) % lines, rng.integers(0, 3, len(buyer))
    order = np.lexsort((supplier, part, buyer))
    buyer, supplier, part = buyer[order], supplier[order], part[order]
    key = buyer * 3 + part
    first = np.flatnonzero(np.concatenate(([True], key[1:] != key[:-1])))
    links = Links(
        np.searchsorted(buyer[first], np.arange(lines + 1)),
        np.ones(len(first), bool),
        np.append(first, len(buyer)),
        supplier.astype(np.uint32),
        rng.lognormal(0, 1, len(buyer)),
        rng.integers(2, 12, len(buyer)).astype(float),
    )
    calm = firm_network(links, rng.lognormal(0, 1, lines))
    return firm_network(links, calm.demand, calm.output * 1.2)


def draw_events(lines: int, scenarios: int, seed: int = 1) -> FirmEvents:
    """Stop one line in fifty for three weeks in each scenario."""
    rng = np.random.default_rng(seed)
    hit = max(1, lines // 50)
    line = np.concatenate([rng.choice(lines, hit, replace=False) for _ in range(scenarios)])
    rows = len(line)
    outages = Outages(
        np.arange(scenarios + 1) * hit, line, np.full(rows, 2.0), np.full(rows, 21.0), np.zeros(rows), np.ones(rows),
        np.zeros(rows, np.int64),
    )  # fmt: skip
    return FirmEvents(outages, no_windows(scenarios), no_windows(scenarios))


def plain(net: FirmNetwork, events: FirmEvents, scenario: int, days: int, tau: float = 6.0) -> float:
    """Run one scenario in vectorised NumPy, as one would write it, and give its total output."""
    lines = len(net.output)
    slot = np.repeat(np.arange(len(net.slot_flow)), np.diff(net.arc_start))
    line = np.repeat(np.arange(lines), np.diff(net.slot_start))
    buyer, supplier = line[slot], net.supplier.astype(np.int64)
    target = net.slot_days[slot] * net.flow
    stock, delivered, total = target.copy(), net.flow.copy(), 0.0
    made, wanted = np.ones(lines), np.ones(lines)
    down = events.outages.line[events.outages.start[scenario] : events.outages.start[scenario + 1]]
    for day in range(days):
        capacity = net.capacity.copy()
        capacity[down] = 0.0 if 2 <= day < 23 else capacity[down]
        held = np.bincount(slot, stock, len(net.slot_flow))
        used = np.minimum(1.0, np.divide(made[line] * net.slot_flow, held, out=np.zeros_like(held), where=held > 0))
        stock = np.maximum(0.0, stock + delivered - stock * used[slot])
        stock[stock <= 1e-13 * target] = 0.0
        order = np.maximum(0.0, net.flow * wanted[buyer] + (target * wanted[buyer] - stock) / tau)
        asked = net.demand + np.bincount(supplier, order, lines)
        limit = np.full(lines, np.inf)
        np.minimum.at(limit, line, np.bincount(slot, stock, len(net.slot_flow)) / net.slot_flow * net.output[line])
        wish = np.minimum(asked, capacity)
        x = np.minimum(wish, limit)
        made, wanted = x / net.output, wish / net.output
        delivered = order * np.divide(x, asked, out=np.ones(lines), where=asked > 0)[supplier]
        total += x.sum()
    return float(total)


def cpu(work: Callable[[], object], repeat: int) -> float:
    """Least CPU seconds of some runs."""
    least = np.inf
    for _ in range(repeat):
        began = time.process_time()
        work()
        least = min(least, time.process_time() - began)
    return float(least)


@njit
def triad(a: np.ndarray, b: np.ndarray, c: np.ndarray, s: float) -> None:
    """Set a = b + s·c: three words an element."""
    for i in range(len(a)):
        a[i] = b[i] + s * c[i]


def bandwidth(kind: str, repeat: int) -> float:
    """Bytes a second of one core on arrays beyond any cache."""
    a, b, c = (np.full(2 * 10**7, 1.5, kind) for _ in range(3))
    s = a.dtype.type(2)
    triad(a, b, c, s)
    return 3 * a.nbytes / cpu(lambda: triad(a, b, c, s), repeat)


def kernel_days(net: FirmNetwork, events: FirmEvents, days: int, kind: str, repeat: int) -> tuple[float, np.ndarray]:
    """CPU seconds of one block over some days, and the total output of each lane."""
    rules = DEFAULTS._replace(horizon_days=days, precision=kind)
    least, block = np.inf, Block(net, events, rules)
    for _ in range(repeat):
        block = Block(net, events, rules)
        began = time.process_time()
        run_days(block.network, block.state, block.events, block.hits, block.flags, block.tau, block.tally)
        least = min(least, time.process_time() - began)
    if block.tally.stopped.max() >= 0:
        raise SystemExit("a scenario recovered early: its days would count as work")
    return least, days * net.output.sum() - block.tally.lost_output


def main() -> None:
    """Read the command line, and print one row a size and precision."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=float, nargs="+", default=[1e3, 1e4, 1e5])
    parser.add_argument("--lanes", type=int, nargs="+", default=[32])
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the least counts")
    given = parser.parse_args()
    speed = {kind: bandwidth(kind, given.repeat) for kind in ("float64", "float32")}
    print("triad: " + ", ".join(f"{kind} {b / 1e9:.1f} GB/s" for kind, b in speed.items()))
    print(
        f"{'lines':>8}{'links':>9}{'lanes':>6}{'':>9}{'ms/scenario-day':>17}{'NumPy':>9}{'ratio':>7}{'of triad':>10}{'apart':>10}"
    )
    for lines in map(int, given.lines):
        net = draw_network(lines)
        days = DAYS if lines <= 10**4 else DAYS // 3
        for lanes in given.lanes:
            events = draw_events(lines, lanes)
            theirs = cpu(partial(plain, net, events, 0, days), given.repeat) / days
            totals = np.array([plain(net, events, s, days) for s in range(2)])
            for kind, gate in (("float64", 1e-12), ("float32", 6e-7)):
                kernel_days(net, events, 2, kind, 1)
                seconds, made = kernel_days(net, events, days, kind, given.repeat)
                apart = float(np.abs(made[:2] / totals - 1).max())
                if apart > gate:
                    raise SystemExit(f"{lines} lines, {kind}: total output is {apart:.1e} apart")
                ours = seconds / days / lanes
                share = 2 * np.dtype(kind).itemsize * len(net.flow) / ours / speed[kind]
                print(f"{lines:8}{len(net.flow):9}{lanes:6}{kind:>9}{ours * 1e3:17.4f}{theirs * 1e3:9.3f}"
                      f"{theirs / ours:7.1f}{share:10.1%}{apart:10.1e}", flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
