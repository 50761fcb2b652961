"""Small firm networks, events in one line, and the model written down plainly: what the compiled kernels are held to."""

import numpy as np

from tierscape.kernels.firm_events import PROFILES, FirmEvents, Outages, Windows
from tierscape.kernels.firm_network import Links, firm_network


def chain(capacity=100.0):
    """A → B: flow 100, demand 100 at B, n = 3."""
    links = Links(
        np.array([0, 0, 1]), np.ones(1, bool), np.array([0, 1]), np.array([0]), np.array([100.0]), np.array([2.0])
    )
    return firm_network(links, np.array([0.0, 100.0]), np.array([capacity, 100.0]))


def two_suppliers(capacity=40.0):
    """A1 60, A2 40 → B 100, one input, n = 3; the capacity is that of A2."""
    links = Links(
        np.array([0, 0, 0, 1]),
        np.ones(1, bool),
        np.array([0, 2]),
        np.array([0, 1]),
        np.array([60.0, 40.0]),
        np.full(2, 2.0),
    )
    return firm_network(links, np.array([0.0, 0.0, 100.0]), np.array([60.0, capacity, 100.0]))


def random_network(
    lines, seed=0, *, per_line=3, stock=10, headroom=0.5, lead=0, ranks=1, selling=0.4, essential=0.8, circles=True
):
    """Draw a network of any shape: circles, links to oneself, double links, idle lines."""
    rng = np.random.default_rng(seed)
    slots = rng.integers(0, per_line + 1, lines)
    arcs = rng.integers(1, 4, slots.sum())
    count = int(arcs.sum())
    buyer = np.repeat(np.repeat(np.arange(lines), slots), arcs)
    supplier = (
        rng.integers(0, lines, count)
        if circles
        else buyer + 1 + rng.integers(0, lines, count) % np.maximum(lines - 1 - buyer, 1)
    )
    demand = rng.lognormal(0, 1, lines) * (rng.random(lines) < selling)
    supplier = np.minimum(supplier, lines - 1)
    used = (rng.random(count) < 0.95) & (circles | (supplier != buyer))
    links = Links(
        np.concatenate(([0], np.cumsum(slots))),
        rng.random(len(arcs)) < essential,
        np.concatenate(([0], np.cumsum(arcs))),
        supplier.astype(np.uint32),
        rng.lognormal(0, 1, count) * used,
        rng.integers(0, stock + 1, count).astype(float),
        rng.integers(0, lead + 1, count),
        None,
        rng.integers(0, ranks, count),
    )
    calm = firm_network(links, demand)
    return firm_network(links, demand, calm.output * (1 + headroom * rng.random(lines)), rng.integers(0, ranks, lines))


def events(*scenarios):
    """Give one scenario a mapping: ``down`` (line, day, days, loss[, ramp, profile]), ``closed``, ``swing`` (what, from, to, factor)."""
    downs = [[(*row, 0.0, "step")[:6] if len(row) == 4 else row for row in s.get("down", ())] for s in scenarios]
    flat = [row for rows in downs for row in rows]
    start = np.concatenate(([0], np.cumsum([len(rows) for rows in downs]))).astype(np.int64)
    columns = (
        [r[0] for r in flat], [r[1] for r in flat], [r[2] for r in flat], [r[4] for r in flat], [r[3] for r in flat],
        [PROFILES.index(r[5]) for r in flat],
    )  # fmt: skip
    kinds = (np.int64, float, float, float, float, np.int64)
    outages = Outages(start, *(np.array(c, dtype=k) for c, k in zip(columns, kinds, strict=True)))
    return FirmEvents(outages, _windows(scenarios, "closed"), _windows(scenarios, "swing"))


def _windows(scenarios, name):
    rows = [list(s.get(name, ())) for s in scenarios]
    flat = [row for some in rows for row in some]
    start = np.concatenate(([0], np.cumsum([len(some) for some in rows]))).astype(np.int64)
    return Windows(start, *(np.array([r[k] for r in flat], dtype=np.int64 if k == 0 else float) for k in range(4)))


def random_events(network, scenarios, seed=0, days=40):
    """Draw up to three outages, two closures and one swing for each scenario, overlapping as they fall."""
    rng = np.random.default_rng(seed)
    lines, links = len(network.output), len(network.flow)

    def when():
        return int(rng.integers(0, days)), int(rng.integers(1, 12))

    drawn = []
    for _ in range(scenarios):
        downs, closed, swing = [], [], []
        for _ in range(rng.integers(0, 4)):
            begin, hold = when()
            profile = PROFILES[rng.integers(4)]
            downs.append(
                (rng.integers(lines), begin, hold, rng.choice([1.0, rng.random()]), float(rng.integers(1, 9)), profile)
            )
        for _ in range(rng.integers(0, 3) if links else 0):
            begin, hold = when()
            closed.append((rng.integers(links), begin, begin + hold, rng.choice([0.0, rng.random()])))
        for _ in range(rng.integers(0, 2)):
            begin, hold = when()
            swing.append((rng.integers(lines), begin, begin + hold, rng.choice([0.5, 1.3])))
        drawn.append({"down": downs, "closed": closed, "swing": swing})
    return events(*drawn), drawn


# The model, plainly: one scenario, arrays of one axis, what is compared day by day


def lost_share(day, begin, hold, loss, ramp, profile):
    u = (day - begin - hold) / ramp if ramp else (-1.0 if day < begin + hold else 1.0)
    if day < begin or u >= 1 or (profile == "step" and u >= 0):
        return 0.0
    if u < 0:
        return loss
    return loss * {"linear": 1 - u, "slow": 1 - u**2, "fast": (1 - u) ** 2}[profile]


def plain_days(net, scenario, days, *, tau=6.0, basis="wanted", capacity_orders=False, pipeline=False, share_out=None):
    """Yield (x, D, unmet demand, stock before and after, received, used, delivered) of each day, with stored orders and no tricks."""
    lines, links = len(net.output), len(net.flow)
    slot = np.repeat(np.arange(len(net.slot_flow)), np.diff(net.arc_start))
    buyer = np.repeat(np.arange(lines), np.diff(net.slot_start))[slot] if links else np.zeros(0, int)
    supplier, lead = net.supplier.astype(int), net.lead if pipeline else np.zeros(links, int)

    def per_slot(values):
        return np.bincount(slot, net.weight * values, len(net.slot_flow))

    def ratio(a, b):
        return np.divide(a, b, out=np.ones(len(a)), where=b > 0)

    n = net.slot_days[slot]
    stock, y, made, able = n * net.flow, np.ones(lines), np.ones(lines), np.ones(lines)
    delivered = net.flow.copy()
    moving = [[net.flow[e]] * lead[e] for e in range(links)]
    for day in range(days):
        left, share, swing = np.ones(lines), np.ones(links), np.ones(lines)
        for line, *row in scenario.get("down", ()):
            begin, hold, loss, ramp, profile = (*row, 0.0, "step")[:5] if len(row) == 3 else row
            left[line] *= 1 - lost_share(day, begin, hold, loss, ramp, profile)
        for name, what in (("closed", share), ("swing", swing)):
            for target, begin, end, factor in scenario.get(name, ()):
                what[target] *= factor if begin <= day < end else 1.0
        for e in range(links):
            moving[e].append(delivered[e])
        here = np.array([moving[e].pop(0) for e in range(links)])
        before, held = stock, per_slot(stock)
        line = buyer[net.arc_start[:-1]] if links else buyer
        used = (
            stock
            * np.minimum(1.0, np.divide(made[line] * net.slot_flow, held, out=np.zeros(len(held)), where=held > 0))[
                slot
            ]
        )
        stock, target = before + here - used, n * net.flow
        stock = np.where(stock <= 1e-13 * target, 0.0, stock)  # rounding is neither stock nor a gap
        stock = np.where(np.abs(stock - target) <= 1e-13 * target, target, stock)
        scale = ratio(net.slot_flow, per_slot(net.flow * able[supplier]))[slot] if capacity_orders else 1.0
        flow = net.flow * able[supplier] * scale if capacity_orders else net.flow
        under_way = np.array([sum(m) for m in moving])
        order = share * np.maximum(
            0.0, flow * y[buyer] + (n * flow * y[buyer] - stock + (lead * flow * y[buyer] - under_way)) / tau
        )
        final = net.demand * swing
        asked = final.copy()
        np.add.at(asked, supplier, order)
        limit = np.full(lines, np.inf)
        for q in np.nonzero(net.essential & (net.slot_flow > 0))[0]:
            i = np.searchsorted(net.slot_start, q, side="right") - 1
            limit[i] = min(limit[i], per_slot(stock)[q] / net.slot_flow[q] * net.output[i])
        wish = np.minimum(asked, net.capacity * left)
        x = np.minimum(wish, limit)
        idle = net.output <= 0
        x[idle] = 0.0
        made = np.where(idle, 1.0, ratio(x, net.output))
        y = made if basis == "realised" else np.where(idle, 1.0, ratio(wish, net.output))
        able = np.where(idle, 1.0, np.minimum(1.0, ratio(net.capacity * left, net.output)))
        if share_out is None:
            filled = ratio(x, asked)
            delivered, met = order * filled[supplier], final * filled
        else:
            delivered, met = share_out(net, order, final, x)
        yield {
            "x": x, "asked": asked, "unmet": final - met, "before": before, "stock": stock, "here": here, "used": used,
            "delivered": delivered, "met": met, "moving": under_way, "order": order,
        }  # fmt: skip


def serve_in_order(net, order, final, x):
    """Serve rank after rank; inside a rank raise everybody's share of normal together, found by bisection."""
    delivered, met = np.zeros(len(order)), np.zeros(len(final))
    for j in range(len(x)):
        mine = np.nonzero(net.supplier == j)[0]
        left = x[j]
        for rank in sorted({*net.rank[mine], net.demand_rank[j]}):
            some = mine[net.rank[mine] == rank]
            wants = np.append(order[some], final[j] if net.demand_rank[j] == rank else 0.0)
            normal = np.append(net.flow[some], net.demand[j] if net.demand_rank[j] == rank else 0.0)
            gets = wants
            if wants.sum() > left:
                low, high = 0.0, 1e3
                for _ in range(90):
                    middle = (low + high) / 2
                    low, high = (middle, high) if np.minimum(wants, middle * normal).sum() < left else (low, middle)
                gets = np.minimum(wants, low * normal)
            delivered[some], met[j] = gets[:-1], met[j] + gets[-1]
            left -= gets.sum()
    return delivered, met
