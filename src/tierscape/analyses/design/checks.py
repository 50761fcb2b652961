"""A plan looked at again by code of its own, not by the optimiser's rows, and what is said where the two disagree."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.design.reading import PlanNumbers
from tierscape.errors import Finding
from tierscape.planning.frontier import Point
from tierscape.planning.prepare import Planning
from tierscape.planning.verify import integrality, violations
from tierscape.planning.verify.money import money
from tierscape.planning.verify.outages import losses, tail_mean

SOUND = 1e-6
"""What a plan may violate or miss, relative."""


def check_plan(planning: Planning, plan: PlanNumbers, point: Point) -> pl.DataFrame:
    """Hold a plan against every rule, add its cost up again and live through every adverse year again."""
    entries = np.abs(planning.stage.base.matrix.data)
    entries = entries[entries > 0]
    rules = violations(planning.whole, planning.ask, plan.values)
    worst = max(rules, key=lambda family: rules[family])
    stated = planning.handed.waterfall(point.outcome.x)  # type: ignore[arg-type]
    own = money(planning.problem, planning.ask, plan.values)
    cost = sum(stated.values())
    size = max(1.0, abs(cost), *(abs(term) for term in stated.values())) if stated else 1.0
    terms = max((abs(stated.get(term, 0.0) - own.get(term, 0.0)) for term in {*stated, *own}), default=0.0)
    tail, lived = _tail(planning, plan, point)
    bound = planning.money(point.upper) - cost - planning.stage.weight * tail[1]
    return pl.DataFrame({
        "point": [plan.point], "max_row_violation": [rules[worst]], "rule": [worst if rules[worst] > SOUND else ""],
        "max_integrality": [integrality(plan.values)], "money_apart": [max(terms, abs(bound)) / size],
        "tail_apart": [tail[0] / size], "scenarios_evaluated": [lived],
        "matrix_range": [float(entries.max() / entries.min()) if len(entries) else 1.0],
    })  # fmt: skip


def _tail(planning: Planning, plan: PlanNumbers, point: Point) -> tuple[tuple[float, float], int]:
    """Give how far the losses and their tail lie apart, the tail's mean, and the number of adverse years lived through."""
    evaluated = point.outcome.evaluated
    if evaluated is None or not planning.stage.copies:
        return (0.0, 0.0), 0
    loss = losses(planning.problem, planning.ask, plan.values, planning.reference)
    mean = tail_mean(loss, planning.problem["scenarios"]["probability"].to_numpy(), planning.stage.alpha)
    stated = planning.money(1.0) * evaluated.targets
    apart = max(float(np.abs(loss - stated).max()), abs(mean - planning.money(evaluated.cvar)))
    return (apart, mean), int(np.isfinite(loss).sum())


def doubts(checks: pl.DataFrame) -> tuple[Finding, ...]:
    """Say which plans do not pass."""
    figures = ("max_row_violation", "max_integrality", "money_apart", "tail_apart")
    bad = checks.filter(pl.max_horizontal(figures) > SOUND)
    if bad.is_empty():
        return ()
    first = bad.row(0, named=True)
    worst = max(figures, key=lambda name: first[name])
    return (
        Finding(
            rule="plan_unsound", severity="warning", table="checks", column=worst, count=bad.height,
            problem=f"{bad.height} plans do not pass the re-evaluation ({first['rule'] or worst}: {first[worst]:.1e})",
            remedy="Do not use them; tell us with the network.", value=str(first["point"]),
        ),
    )  # fmt: skip
