"""Family 11: what is claimed as originating is, by the value of what it is made of."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.standing import Floats
from tierscape.planning.verify.held import Check, Held, onto, over


def _children(held: Held) -> pl.DataFrame:
    """Claim, recipe, need, quantity, value and choice of each child of a claimed product, in the order of ``from_bloc``."""
    problem = held.problem
    recipes = problem["recipes"].with_row_index("recipe")
    rows = problem["claims"].select("pair").with_row_index("claim").join(recipes, on="pair").sort("claim", "recipe")
    part = problem["needs"]["part"].gather(rows["need"])
    return rows.select("claim", "need", "quantity", "group", value=problem["parts"]["value"].gather(part))


def _value_test(held: Held) -> float:
    """Foreign value stays within what the rule allows, or originating value reaches what it asks."""
    claims, children = held.problem["claims"], _children(held)
    claimed = held.number("claimed", "claims")
    own = held.values.get("from_bloc", np.zeros((children.height, held.problem.horizon)))
    option = children["group"].is_not_null().to_numpy()
    foreign = np.where(
        option[:, None], 0.0,
        children["quantity"].to_numpy()[:, None] * claimed[children["claim"].to_numpy()] - own,
    )  # fmt: skip
    if option.any():
        foreign[option] = held.values["foreign"]
    worst = max(over(-foreign, np.zeros(1)), 0.0)
    value = children["value"].fill_null(np.nan).to_numpy()
    for n, (method, base, share) in enumerate(claims.select("method", "base_value", "threshold").iter_rows()):
        rows = np.flatnonzero(children["claim"].to_numpy() == n)
        build_up = method == "build_up"
        if base is None or share is None or (np.isnan(value[rows]).any() and not build_up):
            worst = max(worst, over(claimed[n], np.zeros(1)))
            continue
        worth = np.nan_to_num(value[rows])
        if build_up:
            worst = max(worst, over(share * base * claimed[n], worth @ own[rows]))
        else:
            worst = max(worst, over(worth @ foreign[rows], (1 - share) * base * claimed[n]))
    return worst


def _materials(held: Held) -> float:
    """No more of a child originates than arrives originating from the bloc; of one with its own rule, than it claims."""
    problem, children = held.problem, _children(held)
    if "from_bloc" not in held.values:
        return 0.0
    lanes, claims = problem["lanes"], problem["claims"]
    inside = lanes["within"].fill_null(value=False).to_numpy() & lanes["need"].is_not_null().to_numpy()
    ruled = inside & np.isin(lanes["pair"].to_numpy(), claims["pair"].to_numpy())
    arriving = np.where((inside & ~ruled)[:, None], held.flow, 0.0)
    worst = 0.0
    if ruled.any() and "originating" in held.values:
        part: Floats = held.values["originating"]
        arriving[ruled] = part
        out = onto(lanes["pair"].to_numpy()[ruled], part, problem["pairs"].height)[claims["pair"].to_numpy()]
        worst = max(over(part, held.flow[ruled]), over(out, held.number("claimed", "claims")))
    needs = problem["needs"].height
    taken = onto(children["need"], held.values["from_bloc"], needs)
    return max(worst, over(taken, onto(lanes["need"], arriving, needs)))


def _claimed(held: Held) -> float:
    """No more is claimed than is delivered inside the bloc; where claims are whole, all of it or none."""
    problem = held.problem
    inside = problem["lanes"]["within"].fill_null(value=False).to_numpy()
    sent = onto(problem["lanes"]["pair"], np.where(inside[:, None], held.flow, 0.0), problem["pairs"].height)
    delivered = sent[problem["claims"]["pair"].to_numpy()]
    claimed = held.number("claimed", "claims")
    whole = problem["claims"]["whole"].fill_null(value=False).to_numpy()
    part = np.minimum(claimed, delivered - claimed)[whole]
    return max(over(claimed, delivered), over(part, 1e-6 * np.maximum(1.0, delivered[whole])))


def _origin(held: Held) -> float:
    if held.problem["claims"].is_empty():
        return 0.0
    return max(_claimed(held), _value_test(held), _materials(held))


CHECKS: dict[str, Check] = {"origin": _origin}
