"""What the systemic risk index of every firm costs, against the published loop in NumPy: ``python benchmarks/stress_systemic.py``.

The peer runs on a sample of firms, must give the same indices and iterations, and its time for all is extrapolated.
See ``benchmarks/README.md``.
"""

from __future__ import annotations

import argparse
import time

import numpy as np

from tierscape.kernels.systemic import ESSENTIAL, LINEAR, Shares, Systemic, shares, systemic
from tierscape.kernels.systemic_push import systemic_push

LINKS_A_FIRM = 5
EPS, TAU = 1e-2, 1e-8
EXACT, ROUGH = 1e-12, 1e-8

Links = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]


def make(firms: int, rng: np.random.Generator) -> tuple[Links, np.ndarray]:
    """Links drawn at random, weights lognormal, one market for about seventeen firms, matters drawn by pair of sectors."""
    links = LINKS_A_FIRM * firms
    sectors = max(firms // 17, 10)
    supplier, buyer = rng.integers(0, firms, links), rng.integers(0, firms, links)
    market = rng.integers(0, sectors, firms)
    matters = rng.integers(0, 3, (sectors, sectors))[market[supplier], market[buyer]]
    return (supplier, buyer, rng.lognormal(0.0, 1.5, links), matters, market[supplier]), market


class Loop:
    """The published equations for one firm after another, each step a few NumPy calls over all links."""

    def __init__(self, links: Links, market: np.ndarray) -> None:
        self.supplier, self.buyer, weight, matters, kind = links
        self.market, number = market, len(market)
        self.sales = np.bincount(self.supplier, weight, minlength=number)
        pair = self.buyer * (int(kind.max()) + 1) + kind
        self.slots, self.slot = np.unique(pair, return_inverse=True)
        self.owner = self.slots // (int(kind.max()) + 1)
        whole = np.bincount(self.buyer, weight, minlength=number)[self.buyer]
        self.essential = np.where(matters == ESSENTIAL, weight / np.bincount(self.slot, weight)[self.slot], 0.0)
        self.linear = np.where(matters == LINEAR, weight / whole, 0.0)
        self.up = weight / self.sales[self.supplier]

    def run(self, firm: int) -> tuple[float, float, float, int]:
        """Index, down, up, iterations."""
        number = len(self.market)
        left = np.ones(number)
        left[firm] = 0.0
        down, up, steps = left.copy(), left.copy(), 0
        while True:
            steps += 1
            remaining = np.bincount(self.market, self.sales * down)[self.market]
            sigma = np.minimum(1.0, np.divide(self.sales, remaining, out=np.ones(number), where=remaining > 1e-10))
            felt = (sigma * (1.0 - down))[self.supplier]
            next_down = np.minimum(left, 1.0 - np.bincount(self.buyer, self.linear * felt, minlength=number))
            by_slot = 1.0 - np.bincount(self.slot, self.essential * felt, minlength=len(self.slots))
            np.minimum.at(next_down, self.owner, by_slot)
            next_down = np.maximum(next_down, 0.0)
            lost = np.bincount(self.supplier, self.up * (1.0 - up)[self.buyer], minlength=number)
            next_up = np.maximum(np.minimum(left, 1.0 - lost), 0.0)
            drop = max((down - next_down).max(), (up - next_up).max())
            down, up = next_down, next_up
            if drop <= EPS:
                weight = self.sales / self.sales.sum()
                lost_share = [float(weight @ (1.0 - h)) for h in (np.minimum(down, up), down, up)]
                return lost_share[0], lost_share[1], lost_share[2], steps


def timed(network: Shares, firms: int, tau: float | None) -> tuple[Systemic, float]:
    """All firms, and CPU seconds; without ``tau`` by the pulling engine."""
    targets = (np.arange(firms + 1), np.arange(firms), np.zeros(firms))
    few = (targets[0][:2], *targets[1:])
    for asked in (few, targets):  # the first call compiles
        before = time.process_time()
        found = systemic(network, asked, EPS) if tau is None else systemic_push(network, asked, EPS, tau=tau)
        spent = time.process_time() - before
    return found, spent


def gap(a: Systemic, b: Systemic) -> float:
    """Greatest difference of the three shares."""
    return max(float(np.abs(x - y).max()) for x, y in zip(a[:3], b[:3], strict=True))


def compare(firms: int, sample: int) -> None:
    """Run all engines at one size, hold them to one answer, and print what each costs."""
    rng = np.random.default_rng(firms)
    links, market = make(firms, rng)
    network = shares(links, market)
    exact, spent = timed(network, firms, None)
    pushed, spent_push = timed(network, firms, 0.0)
    rough, spent_rough = timed(network, firms, TAU)
    chosen = np.sort(rng.choice(firms, min(sample, firms), replace=False))
    loop = Loop(links, market)
    loop.run(0)
    before = time.process_time()
    rows = [loop.run(int(firm)) for firm in chosen]
    naive = (time.process_time() - before) / len(chosen) * firms
    columns = [np.array(column) for column in zip(*rows, strict=True)]
    peer = Systemic(columns[0], columns[1], columns[2], columns[3])
    part = Systemic(*(column[chosen] for column in exact))
    errors = (gap(part, peer), gap(pushed, exact), gap(rough, exact))
    same = (part.iterations == peer.iterations).all() and (pushed.iterations == exact.iterations).all()
    if errors[0] > EXACT or errors[1] > EXACT or errors[2] > ROUGH or not same:
        raise SystemExit(f"{firms} firms: the engines differ, {errors}, equal iterations: {same}")
    print(
        f"\n{firms:,} firms, {len(links[0]):,} links, {exact.iterations.mean():.1f} iterations each, mean index {exact.esri.mean():.2e}"
    )
    print(f"{'':34}{'CPU s':>9}{'minutes':>9}{'ratio':>8}{'error':>10}")
    print(f"{f'NumPy loop, {len(chosen)} firms, extrapolated':34}{naive:9.2f}{naive / 60:9.2f}{1.0:8.1f}{0.0:10.1e}")
    for name, cost, error in (
        ("pull, exact", spent, errors[0]), ("push, exact", spent_push, errors[1]), (f"push, tau {TAU:g}", spent_rough, errors[2])
    ):  # fmt: skip
        print(f"{name:34}{cost:9.2f}{cost / 60:9.2f}{naive / cost:8.1f}{error:10.1e}")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--firms", type=float, nargs="+", default=[1e3, 1e4], help="sizes")
    parser.add_argument("--sample", type=int, default=200, help="firms that the peer runs")
    given = parser.parse_args()
    for firms in given.firms:
        compare(int(firms), given.sample)


if __name__ == "__main__":
    main()
