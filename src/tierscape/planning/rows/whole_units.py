"""Claims without averaging: each unit has its own bill of materials, and must meet the rule with it."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np

from tierscape.planning.written import Floats, Numbers, Written, declare, picked, summed

if TYPE_CHECKING:
    from tierscape.planning.rows.origin import Claims

FREE_CHILDREN = 10
"""Children, the dearest first, that may or may not originate in a unit; cheaper ones are taken as foreign."""


def add_patterns(written: Written, claims: Claims, rows: Numbers) -> None:
    """Qp = Σ patterns, op = β Σ patterns that hold the child: a pattern says which children of a unit originate.

    Parameters
    ----------
    written : Written
    claims : Claims
    rows : numpy.ndarray of int64
        Claims of whole units.
    """
    owner: list[int] = []
    members: list[tuple[int, int]] = []
    for line, claim in enumerate(rows.tolist()):
        for children in _patterns(claims, claim):
            members += [(len(owner), child) for child in children]
            owner.append(line)
    claimed = picked(written["claimed"], "claim", rows, "line")
    if not owner:
        written.rows("origin:whole", claimed <= 0)
        return
    declare(written, "pattern", {"pattern": np.arange(len(owner)), "period": np.array(written.periods)})
    written.rows("origin:whole", claimed - summed(written["pattern"], "pattern", owner, "line", len(rows)) == 0)
    if members:
        pattern, child = np.array(members).T
        held, row = np.unique(child, return_inverse=True)
        units = picked(written["pattern"], "pattern", pattern, "member") * written.labelled(
            claims.quantity[child], "member"
        )
        asked = summed(units, "member", row, "held", len(held))
        own = picked(written["from_bloc"], "claim_child", held, "held")
        written.rows("origin:whole_child", asked - own <= 0)


def _patterns(claims: Claims, claim: int) -> list[tuple[int, ...]]:
    """Give the smallest sets of children that, originating, let a unit meet its rule; of alternatives the dearest is foreign."""
    mine = np.flatnonzero(claims.of_child == claim)
    worth = np.nan_to_num(claims.value[mine]) * claims.quantity[mine]
    plain = claims.option[mine] < 0
    least = claims.allowance[claim]
    if not claims.build_up[claim]:
        least = worth[plain].sum() + _dearest(claims, mine[~plain], worth[~plain]) - least
    free = mine[plain][np.argsort(-worth[plain], kind="stable")][:FREE_CHILDREN]
    value = dict(zip(mine.tolist(), worth.tolist(), strict=True))
    found: list[tuple[int, ...]] = []
    for size in range(len(free) + 1):
        for children in itertools.combinations(free.tolist(), size):
            enough = sum(value[c] for c in children) >= least - 1e-9 * max(1.0, abs(least))
            if enough and not any(set(smaller) <= set(children) for smaller in found):
                found.append(children)
    return found


def _dearest(claims: Claims, options: Numbers, worth: Floats) -> float:
    """Σ over choices of the largest worth among the alternatives."""
    group = claims.written.problem["recipes"]["group"].to_numpy()[claims.option[options]]
    return float(sum(worth[group == g].max() for g in np.unique(group)))
