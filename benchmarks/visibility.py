"""What criticality costs, against the peers that people would use: ``python benchmarks/visibility.py``.

Each contender runs in a process of its own, on the same graph, and must give the same answer before any figure is shown.
Where a peer is too slow to run in full it runs on a sample, its answer is held against ours there, and its time is scaled
up; the table says so. CPU seconds are the least of the repeats; data, compilation and imports stand outside. The contest
with pymrio needs the group ``bench``: ``uv run --group bench python benchmarks/visibility.py --only Leontief``.
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

import networkx as nx  # type: ignore[import-untyped]
import numpy as np
import polars as pl

from tierscape.analyses.visibility import visibility
from tierscape.kernels import common_nodes, criticality, cut_program, cuts
from tierscape.kernels.look_through import look_through
from tierscape.kernels.needs import Needs
from tierscape.network import Network

FOCAL = np.array([0])
LINES, WINDOW, BLOCK = 10_000, 40, 500
SAMPLE = np.arange(0, LINES, LINES // 40)  # holds lines that stop the product and lines that do not
SITES = 2_000
MANY, DIRECT, WIDE = 200_000, 200, 2_000
DIRECT_SAMPLE = 4
TIERS = (1, 200, 4_000, 40_000, 60_000, 95_799)  # 200,000 lines
SECTORS = (1, 50, 300, 900, 1_000, 749)  # 3,000 lines
WIDER = (1, 100, 2_000, 17_000, 30_899, 50_000)  # 100,000 lines, 500,000 links
INPUTS = 10
Work = Callable[[], np.ndarray]


class Contender(NamedTuple):
    """What is measured: the work, the part of the full question that it answers, and what is compared of its answer."""

    work: Work
    part: float = 1.0
    compared: Callable[[np.ndarray], np.ndarray] = lambda answer: answer


# Data: the same for everybody, drawn from a fixed seed


def windowed(lines: int, slots: int, a_slot: int, window: int, block: int) -> Needs:
    """Draw a graph in which a line takes from the next ones; all paths meet at the first line of each block."""
    rng = np.random.default_rng(0)
    i = np.arange(lines - 1)
    end = np.minimum(np.minimum(i + window, (i // block + 1) * block), lines - 1)
    supplier = i[:, None] + 1 + np.floor(rng.random((lines - 1, slots * a_slot)) * (end - i)[:, None])
    has = np.append(np.full(lines - 1, slots), 0)
    arcs = supplier.size
    return Needs(
        line_group=np.arange(lines, dtype=np.int32),
        slot_start=np.concatenate([[0], np.cumsum(has)]),
        slot_essential=np.ones(has.sum(), bool),
        slot_undisclosed=np.zeros(has.sum(), bool),
        arc_start=np.arange(0, arcs + 1, a_slot),
        arc_supplier=supplier.astype(np.int32).ravel(),
        arc_share=np.full(arcs, 1.0 / a_slot),
    )


def tiered() -> Needs:
    """Draw five tiers of sites, two needs each, of one to three sources; no site is the only source of two lines."""
    rng = np.random.default_rng(1)
    edges = np.cumsum([0, 1, 100, 300, 600, SITES - 1001])
    slot_start, arc_start = [0], [0]
    supplier: list[int] = []
    for tier in range(5):
        below = np.arange(edges[tier + 1], edges[tier + 2]) if tier < 4 else np.array([], int)
        sole = list(rng.permutation(below))
        for _ in range(edges[tier], edges[tier + 1]):
            needs = 0 if tier == 4 else 12 if tier == 0 else 2
            for _ in range(needs):
                alone = tier > 0 and sole and rng.random() < 0.25
                chosen = [sole.pop()] if alone else rng.choice(below, rng.integers(2, 4), replace=False)
                supplier.extend(chosen)
                arc_start.append(len(supplier))
            slot_start.append(len(arc_start) - 1)
    count = np.diff(arc_start)
    return Needs(
        np.arange(SITES, dtype=np.int32), np.array(slot_start), np.ones(len(count), bool), np.zeros(len(count), bool),
        np.array(arc_start), np.array(supplier, np.int32), np.repeat(1.0 / count, count),
    )  # fmt: skip


def fanned() -> Needs:
    """Draw 200,000 lines and 1,000,000 arcs, of which the focal line has 200."""
    needs = windowed(MANY, 1, 5, WIDE, MANY)
    more = np.random.default_rng(2).choice(np.arange(1, WIDE), DIRECT - 5, replace=False).astype(np.int32)
    return needs._replace(
        arc_start=np.append(0, needs.arc_start[1:] + len(more)),
        arc_supplier=np.append(more, needs.arc_supplier),
        arc_share=np.append(np.full(len(more), 1e-3), needs.arc_share),
    )


def weighted(tiers: Sequence[int] = TIERS) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Draw lines on six tiers, ten links each of which one in five skips a tier, and what each passes on."""
    rng = np.random.default_rng(3)
    first, size = np.cumsum([0, *tiers]), np.array(tiers)
    tier = np.repeat(np.arange(len(tiers) - 1), tiers[:-1])
    below = np.minimum(tier[:, None] + 1 + (rng.random((len(tier), INPUTS)) < 0.2), len(tiers) - 1)
    step = 1 + np.arange(INPUTS) * (size[below] // (INPUTS + 1))  # ten different suppliers
    supplier = first[below] + (rng.integers(0, 10**9, (len(tier), 1)) + step) % size[below]
    start = np.zeros(first[-1])
    start[0] = 1.0
    arcs = np.append(np.full(len(tier), INPUTS), np.zeros(tiers[-1], int))
    weight = rng.dirichlet(np.ones(INPUTS + 1), len(tier))[:, :-1]
    return start, np.concatenate([[0], np.cumsum(arcs)]), supplier.astype(np.int32).ravel(), weight.ravel()


def as_networkx(needs: Needs) -> nx.DiGraph:
    """Give the lines as nodes of NetworkX, consumers pointing at suppliers."""
    line = np.repeat(np.repeat(np.arange(len(needs.line_group)), np.diff(needs.slot_start)), np.diff(needs.arc_start))
    return nx.DiGraph(zip(line.tolist(), needs.arc_supplier.tolist(), strict=True))


# Contenders: each prepares, and gives the work that is measured


def sweep_kernel() -> Contender:
    """Remove each of 10,000 lines, alternatives only: 60,000 arcs, one need a line."""
    needs = windowed(LINES, 1, 6, WINDOW, BLOCK)
    return Contender(
        lambda: criticality.feasible(needs, FOCAL, np.arange(LINES)), compared=lambda answer: answer[SAMPLE]
    )


def sweep_networkx() -> Contender:
    """Remove each of a sample of lines, and ask whether the raw end of the chain is still reached."""
    graph = as_networkx(windowed(LINES, 1, 6, WINDOW, BLOCK))
    end = LINES - 1

    def reached(line: int) -> bool:
        if line in {0, end}:
            return False
        arcs = [*graph.in_edges(line), *graph.out_edges(line)]
        graph.remove_node(line)
        answer = nx.has_path(graph, 0, end)
        graph.add_edges_from(arcs)
        return bool(answer)

    return Contender(lambda: np.array([reached(int(line)) for line in SAMPLE]), len(SAMPLE) / LINES)


def sweep_dominators() -> Contender:
    """Find the dominators of the end of the chain once: enough where there are alternatives only, and only there."""
    graph = as_networkx(windowed(LINES, 1, 6, WINDOW, BLOCK))

    def work() -> np.ndarray:
        above = nx.immediate_dominators(graph, 0)
        answer, line = np.ones(LINES, bool), LINES - 1
        answer[[0, line]] = False
        while line not in {0, None}:
            line = above[line]
            answer[line] = False
        return answer

    return Contender(work, compared=lambda answer: answer[SAMPLE])


def both_kernel() -> Contender:
    """Remove each of 10,000 lines of an AND/OR graph: 60,000 arcs, two needs a line."""
    needs = windowed(LINES, 2, 3, WINDOW, BLOCK)
    return Contender(
        lambda: criticality.feasible(needs, FOCAL, np.arange(LINES)), compared=lambda answer: answer[SAMPLE]
    )


def both_networkx() -> Contender:
    """Remove each of a sample of lines, and walk the same graph in NetworkX with suppliers kept by need."""
    needs = windowed(LINES, 2, 3, WINDOW, BLOCK)
    graph = as_networkx(needs)
    slots = [
        [needs.arc_supplier[a:b].tolist() for a, b in pairwise(starts)]
        for starts in (needs.arc_start[p : q + 1] for p, q in pairwise(needs.slot_start))
    ]
    nx.set_node_attributes(graph, dict(enumerate(slots)), "slots")
    upwards = [(line, graph.nodes[line]["slots"]) for line in reversed(list(nx.topological_sort(graph)))]

    def lives(removed: int) -> bool:
        alive: dict[int, bool] = {}
        for line, needed in upwards:
            alive[line] = line != removed and all(any(alive[s] for s in suppliers) for suppliers in needed)
        return alive[0]

    return Contender(lambda: np.array([lives(int(line)) for line in SAMPLE]), len(SAMPLE) / LINES)


def shares_kernel() -> Contender:
    """Give the retained share for each of the 10,000 removals of the AND/OR graph."""
    needs = windowed(LINES, 2, 3, WINDOW, BLOCK)
    return Contender(
        lambda: criticality.retained(needs, FOCAL, np.ones(1), np.arange(LINES)),
        compared=lambda answer: answer[SAMPLE].round(9),
    )


def shares_networkx() -> Contender:
    """Give the retained share for each of a sample of removals by a walk in plain Python."""
    needs = windowed(LINES, 2, 3, WINDOW, BLOCK)
    starts, third = needs.arc_start.tolist(), 1.0 / 3.0
    supplier = needs.arc_supplier.tolist()
    slot_start = needs.slot_start.tolist()

    def kept(removed: int) -> float:
        share = [1.0] * LINES
        for line in range(LINES - 1, -1, -1):
            if line == removed:
                share[line] = 0.0
                continue
            needed = range(slot_start[line], slot_start[line + 1])
            sums = (third * sum(share[s] for s in supplier[starts[q] : starts[q + 1]]) for q in needed)
            share[line] = min(sums, default=1.0)
        return share[0]

    return Contender(
        lambda: np.array([kept(int(line)) for line in SAMPLE]),
        len(SAMPLE) / LINES,
        compared=lambda answer: answer.round(9) + 0.0,
    )


def pairs_kernel() -> Contender:
    """Find all smallest cuts among 2,000 sites by witnesses and bits."""
    needs = tiered()
    return Contender(lambda: cuts.smallest_cuts(needs, FOCAL, limit=10_000).sets)


def pairs_program() -> Contender:
    """Find the same by the integer program, on the same part of the graph, told that no single site is a cut."""
    needs, focal, units = cuts.relevant(tiered(), FOCAL)

    def work() -> np.ndarray:
        found = cut_program.solve(needs, focal, units, at_least=2, limit=10_000, seconds=600)
        if not found.all_listed:
            raise SystemExit("the program ran out of time")
        return np.array(sorted(cut.tolist() for cut in found.cuts))

    return Contender(work)


def common_kernel() -> Contender:
    """Find whom each of 200,000 sites stands behind, its cover and its covered value."""
    needs = fanned()
    value = np.ones(DIRECT)

    def work() -> np.ndarray:
        found = common_nodes.behind(needs, FOCAL)
        count = len(found.direct)
        common_nodes.cover(found.unit, count)
        common_nodes.cover_value(found.unit, value[:count], 1.0)
        return found.unit

    return Contender(work, compared=lambda bits: (bits[:, 0] & np.uint64(2**DIRECT_SAMPLE - 1)).astype(np.uint64))


def common_networkx() -> Contender:
    """Find the upstream sets of a sample of direct suppliers with NetworkX."""
    needs = fanned()
    graph = as_networkx(needs)
    direct = np.unique(needs.arc_supplier[: needs.arc_start[1]])

    def work() -> np.ndarray:
        bits = np.zeros(MANY, np.uint64)
        for t, line in enumerate(direct[:DIRECT_SAMPLE]):
            bits[list(nx.descendants(graph, int(line)))] |= np.uint64(1 << t)
        return bits

    return Contender(work, DIRECT_SAMPLE / len(direct))


def value_kernel() -> Contender:
    """Follow the value of a product through all its tiers."""
    arrays = weighted()
    return Contender(lambda: look_through(*arrays), compared=lambda mass: mass.round(10))


def value_networkx() -> Contender:
    """Follow it by a plain walk in topological order over NetworkX."""
    start, line_arcs, supplier, weight = weighted()
    line = np.repeat(np.arange(len(start)), np.diff(line_arcs))
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(zip(line.tolist(), supplier.tolist(), weight.tolist(), strict=True))

    def work() -> np.ndarray:
        mass: dict[int, dict[int, float]] = {node: {} for node in graph}
        mass[0][0] = 1.0
        for node in nx.topological_sort(graph):
            for other, link in graph[node].items():
                there, q = mass[other], link["weight"]
                for tier, here in mass[node].items():
                    there[tier + 1] = there.get(tier + 1, 0.0) + here * q
        table = np.zeros((len(start), len(TIERS)))
        for node, by_tier in mass.items():
            for tier, here in by_tier.items():
                table[node, tier] = here
        return table

    return Contender(work, compared=lambda mass: mass.round(10))


def sectors_kernel() -> Contender:
    """Follow the value of a product through 3,000 lines."""
    arrays = weighted(SECTORS)
    return Contender(lambda: look_through(*arrays), compared=lambda mass: mass.sum(axis=1).round(10))


def sectors_pymrio() -> Contender:
    """Invert I - A of the same 3,000 lines as sectors, dense, as pymrio does, and read the column of the product."""
    import pymrio  # type: ignore[import-not-found,unused-ignore]

    start, line_arcs, supplier, weight = weighted(SECTORS)
    inputs = np.zeros((len(start), len(start)))
    np.add.at(inputs, (supplier, np.repeat(np.arange(len(start)), np.diff(line_arcs))), weight)
    return Contender(lambda: pymrio.calc_L(inputs)[:, 0], compared=lambda column: column.round(10))


def wider_kernel() -> Contender:
    """Follow the value of a product through 100,000 lines and 500,000 links: against the time of pymrio above."""
    arrays = weighted(WIDER)
    return Contender(lambda: look_through(*arrays))


def made_network() -> Network:
    """Draw 100,000 declared links between 11,502 sites that make 401 parts on five tiers; one need in five has no supplier."""
    rng = np.random.default_rng(4)
    parts, makers = (1, 20, 60, 120, 200), (2, 20, 25, 30, 30)
    below = {(0, 0): range(20)} | {
        (t, i): rng.choice(parts[t + 1], 6, replace=False).tolist() for t in (1, 2, 3) for i in range(parts[t])
    }
    bom = [(f"p{t}_{i}", f"p{t + 1}_{k}") for (t, i), children in below.items() for k in children]
    made = [
        (f"s{t}_{i}_{m}", f"p{t}_{i}") for t, count in enumerate(parts) for i in range(count) for m in range(makers[t])
    ]
    links = [
        (f"s{t + 1}_{k}_{seller}", f"s{t}_{i}_{m}", f"p{t + 1}_{k}")
        for (t, i), children in below.items() for k in children for m in range(makers[t])
        for seller in rng.choice(makers[t + 1], 10, replace=False)
    ]  # fmt: skip
    links = [links[i] for i in np.sort(rng.permutation(len(links))[:100_000])]
    sites = len(made)
    frame = pl.DataFrame
    return Network.from_tables(
        {
            "meta": frame({"name": ["made"], "home": ["HU"]}),
            "sites": frame(
                {
                    "site": [site for site, _ in made],
                    "country": rng.choice(["HU", "DE", "PL", "CZ", "US", "JP", "CN", "TR", "MX"], sites),
                    "status": ["operating"] * sites, "lat": rng.uniform(30, 60, sites), "lon": rng.uniform(-100, 100, sites),
                }
            ),
            "parts": frame(
                {
                    "part": [f"p{t}_{i}" for t, count in enumerate(parts) for i in range(count)],
                    "kind": ["product"] + ["component"] * 200 + ["material"] * 200,
                    "unit_value": [5.0 * 4.0 ** (5 - t) for t, count in enumerate(parts) for _ in range(count)],
                }
            ),
            "bom": frame(bom, schema=["parent", "child"], orient="row").with_columns(quantity=pl.lit(1.0)),
            "capabilities": frame(made, schema=["site", "part"], orient="row").with_columns(capacity_per_year=pl.lit(1e4)),
            "links": frame(links, schema=["supplier", "buyer", "part"], orient="row").with_columns(
                volume_per_year=pl.Series(rng.integers(1, 100, len(links)).astype(float)), evidence=pl.lit("declared"),
                as_of=pl.lit("2026-01-01"),
            ),
        }
    )  # fmt: skip


def whole_analysis() -> Contender:
    """Run all of `visibility`, inference and its calibration included."""
    network = made_network()
    return Contender(lambda: visibility(network).overview.select("traced_share", "offshore_share").to_numpy().round(9))


CONTENDERS: dict[str, Callable[[], Contender]] = {
    f.__name__: f
    for f in (
        sweep_kernel, sweep_networkx, sweep_dominators, both_kernel, both_networkx, shares_kernel, shares_networkx,
        pairs_kernel, pairs_program, common_kernel, common_networkx, value_kernel, value_networkx, sectors_kernel,
        sectors_pymrio, wider_kernel, whole_analysis,
    )
}  # fmt: skip

CONTESTS = {
    "what stops the product, alternatives only, 10,000 lines, 60,000 arcs": [
        "sweep_kernel", "sweep_networkx", "sweep_dominators",
    ],
    "what stops the product, AND and OR, 10,000 lines, 60,000 arcs": ["both_kernel", "both_networkx"],
    "retained shares, 10,000 lines, 60,000 arcs": ["shares_kernel", "shares_networkx"],
    "all cuts of two, 2,000 sites": ["pairs_kernel", "pairs_program"],
    "hidden common suppliers, 200,000 lines, 1,000,000 arcs": ["common_kernel", "common_networkx"],
    "value looked through, 200,000 lines, 1,042,010 links": ["value_kernel", "value_networkx"],
    "value looked through and Leontief inverse, 3,000 lines as sectors": ["sectors_kernel", "sectors_pymrio"],
    "value looked through, beside that Leontief inverse: 100,000 lines, 500,000 links": ["wider_kernel"],
    "the whole analysis, 100,000 links, 11,502 sites; no peer answers it": ["whole_analysis"],
}  # fmt: skip


# Measuring


def measure(name: str, repeat: int) -> dict[str, float | str]:
    """Run one contender in this process: the least CPU time of the repeats after one that compiles, and peak memory."""
    contender = CONTENDERS[name]()
    whole = contender.part == 1.0
    if whole:
        contender.work()  # compiles; peers on a sample have nothing to compile
    cpu, answer = [], np.zeros(0)
    for _ in range(repeat if whole else 1):
        before = time.process_time()
        answer = contender.work()
        cpu.append(time.process_time() - before)
    compared = np.ascontiguousarray(contender.compared(answer))
    return {
        "cpu": min(cpu),
        "part": contender.part,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
        "rows": len(compared),
        "digest": hashlib.sha256(str(compared.dtype).encode() + compared.tobytes()).hexdigest(),
    }


def contest(title: str, names: Sequence[str], repeat: int) -> None:
    """Run contenders in turn, hold them to one answer, and print what each costs over the first."""
    found = {}
    for name in names:
        command = [sys.executable, __file__, "--child", name, "--repeat", str(repeat)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        found[name] = json.loads(done.stdout.splitlines()[-1])
    if len({f["digest"] for f in found.values()}) > 1:
        raise SystemExit(
            f"{title}: the answers differ: " + ", ".join(f"{n} {f['digest'][:12]}" for n, f in found.items())
        )
    first = found[names[0]]
    print(f"\n{title}: equal answers, {first['rows']:,} rows compared, sha256 {first['digest'][:16]}")
    print(f"{'':20}{'CPU s':>10}{'measured':>10}{'peak GiB':>10}{'CPU ratio':>11}")
    for name, f in found.items():
        full = f["cpu"] / f["part"]
        print(f"{name:20}{full:10.3f}{f['part']:10.2%}{f['peak']:10.2f}{full / first['cpu']:11.1f}", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--repeat", type=int, default=3, help="runs of each contender that runs in full; the least counts"
    )
    parser.add_argument("--only", default="", help="only contests whose title holds this text")
    parser.add_argument("--child", choices=CONTENDERS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.child:
        print(json.dumps(measure(given.child, given.repeat)))
        return
    for title, names in CONTESTS.items():
        if "sectors_pymrio" in names and importlib.util.find_spec("pymrio") is None:
            print(f"\n{title}: pymrio is not installed; it is in the group bench")
        elif given.only in title:
            contest(title, names, given.repeat)


if __name__ == "__main__":
    main()
