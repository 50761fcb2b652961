"""AND/OR graphs that kernel tests share: written by hand, drawn at random, and answered by ten slow lines."""

from itertools import combinations

import numpy as np
from hypothesis import strategies as st

from tierscape.kernels.needs import Needs


def needs_of(lines, group=None):
    """Build the arrays from one list of slots a line; a slot is (essential, undisclosed, [(supplier, share), …])."""
    slots = [slot for line in lines for slot in line]
    arcs = [arc for *_, suppliers in slots for arc in suppliers]
    return Needs(
        line_group=np.array(range(len(lines)) if group is None else group, np.int32),
        slot_start=np.cumsum([0, *map(len, lines)]),
        slot_essential=np.array([e for e, *_ in slots], bool),
        slot_undisclosed=np.array([u for _, u, _ in slots], bool),
        arc_start=np.cumsum([0, *(len(s) for *_, s in slots)]),
        arc_supplier=np.array([s for s, _ in arcs], np.int32),
        arc_share=np.array([share for _, share in arcs], float),
    )


def from_(*suppliers):
    """Make an essential slot of (supplier, share) pairs, fully disclosed."""
    return (True, False, list(suppliers))


UNDISCLOSED = (True, True, [])

# V3 of methods/visibility.md §13: A makes P from c1 (S1 60 %, S2 40 %) and c2 (undisclosed); U makes c3 for S1 and S2.
A, S1, S2, U = range(4)
V3_LINES = [[from_((S1, 0.6), (S2, 0.4)), UNDISCLOSED], [from_((U, 1.0))], [from_((U, 1.0))], []]
V3 = needs_of(V3_LINES)
V3_C2 = 1  # the slot of A for c2
V3_MX, V3_US, V3_CN = range(3)
V3_COUNTRIES = needs_of(V3_LINES, [V3_MX, V3_US, V3_CN, V3_CN])

# V6: V delivers to S2 in place of U, and c2 comes from T1 or T2.
V, T1, T2 = 4, 5, 6
V6 = needs_of(
    [[from_((S1, 0.6), (S2, 0.4)), from_((T1, 0.5), (T2, 0.5))], [from_((U, 1.0))], [from_((V, 1.0))], [], [], [], []]
)
ONLY_A = np.array([A])


@st.composite
def graphs(draw, most=8, least=1):
    """Draw lists of slots of at most ``most`` lines with a unit for each, line 0 the focal one of unit 0.

    A slot has at least ``least`` suppliers, if so many are left, or sometimes none.
    """
    n = draw(st.integers(least + 1, most))
    lines = []
    for i in range(n):
        slots = []
        for _ in range(draw(st.integers(i == 0, 2)) if i + 1 < n else 0):
            none = draw(st.integers(0, 19)) == 0
            above = st.lists(st.integers(i + 1, n - 1), min_size=min(least, n - 1 - i), max_size=4, unique=True)
            suppliers = [] if none else draw(above)
            undisclosed = draw(st.integers(0, 9)) == 0
            parts = [draw(st.integers(0, 3)) for _ in suppliers]
            total = max(sum(parts) + undisclosed, 1)
            shares = [(s, p / total) for s, p in zip(suppliers, parts, strict=True)]
            slots.append((draw(st.integers(0, 4)) > 0, undisclosed, shares))
        lines.append(slots)
    group = [0, *(draw(st.integers(min(i, 1), i)) for i in range(1, n))]
    return lines, group


def lives(lines, group, gone, gone_slots=()):
    """Say whether line 0 lives without the units and undisclosed suppliers that are gone."""
    first = np.cumsum([0, *map(len, lines)])
    alive = {}
    for i in reversed(range(len(lines))):
        met = [
            any(alive[s] for s, _ in suppliers) or (undisclosed and first[i] + k not in gone_slots)
            for k, (essential, undisclosed, suppliers) in enumerate(lines[i])
            if essential
        ]
        alive[i] = group[i] not in gone and all(met)
    return alive[0]


def kept_share(lines, group, gone):
    """Give the share of line 0 that goes on without a unit, nobody switching."""

    def share(i):
        if group[i] == gone:
            return 0.0
        return min(
            (1.0 - sum(w * (1.0 - share(s)) for s, w in suppliers) for hard, _, suppliers in lines[i] if hard),
            default=1.0,
        )

    return share(0)


def cuts_by_trial(lines, group):
    """Try all subsets of units but the focal one; give k and all cuts of that size, or None."""
    units = sorted(set(group) - {group[0]})
    for k in range(len(units) + 1):
        found = [list(c) for c in combinations(units, k) if not lives(lines, group, c)]
        if found:
            return k, found
    return None, []


def permuted(lines, group, rank):
    """Rename lines in another topological order: those of equal depth swap by ``rank``; line 0 stays first."""
    depth = [0] * len(lines)
    for i, slots in enumerate(lines):
        for _, _, suppliers in slots:
            for s, _ in suppliers:
                depth[s] = max(depth[s], depth[i] + 1)
    order = [0, *sorted(range(1, len(lines)), key=lambda i: (depth[i], rank[i]))]
    new = {old: i for i, old in enumerate(order)}
    moved = [[(e, u, [(new[s], w) for s, w in reversed(a)]) for e, u, a in reversed(lines[i])] for i in order]
    return moved, [group[i] for i in order]
