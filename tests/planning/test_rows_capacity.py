from __future__ import annotations

import numpy as np
import pytest
from problems import Draft, asked, best, plan

LOST = {"unmet": "penalised"}


def growing(rate: float = 0.0, budget: tuple[float, ...] | None = None) -> Draft:
    """U3: demand 10, 20, 30; base capacity 10 at 1; project +20 for 40, a period later, ramp 0.5 then 1; lost sale 6."""
    draft = Draft(3, rate=rate)
    unit = draft.part("unit")
    pair = draft.source("A", unit, 1, 10, want=draft.want(unit, [10, 20, 30], penalty=6.0))
    draft.project("P", pair, 20, 40, lead=1, ramp=1.0)
    draft.budget = budget
    return draft


def by_hand(rate: float, budget: tuple[float, ...] | None) -> float:
    def cost(start: int | None) -> float | None:
        if start is not None and budget is not None and budget[start] < 40:
            return None
        total = 0.0
        for t, asked_for in enumerate((10, 20, 30)):
            age = -1 if start is None else t - start - 1
            sold = min(asked_for, 10 + (0 if age < 0 else 10 if age == 0 else 20))
            total += (sold + 6 * (asked_for - sold) + (40 if start == t else 0)) / (1 + rate) ** t
        return total

    return best(cost, (None, 0, 1, 2))


@pytest.mark.parametrize(
    ("rate", "budget", "cost", "start"),
    [
        (0.0, None, 100.0, 0),
        (0.0, (30, 60, 60), 200.0, 1),
        (0.08, None, 94.238683, 0),
        (0.08, (30, 60, 60), 180.438957, 1),
    ],
)
def test_project_starts_as_early_as_the_budget_lets_it(rate, budget, cost, start):
    found = plan(growing(rate, budget), asked(finance=LOST, years=3))
    assert found.cost == pytest.approx(cost, abs=5e-7)
    assert by_hand(rate, budget) == pytest.approx(cost, abs=5e-7)
    assert found.quantity("start")[0, 0] == pytest.approx([float(t == start) for t in range(3)])


def test_without_capacity_rows_the_project_is_not_needed():
    found = plan(growing(), asked(finance=LOST, years=3), leave_out=["capacity"])
    assert found.cost == pytest.approx(60)
    assert found.quantity("start").sum() == pytest.approx(0)


def test_ample_capacity_leaves_the_project_alone():
    draft = growing()
    draft.capacity[0] = 30
    assert plan(draft, asked(finance=LOST, years=3)).cost == pytest.approx(60)


def test_unlimited_pairs_have_no_capacity_row():
    draft = growing()
    draft.capacity[0] = [10, np.inf, 10]
    found = plan(draft, asked(finance=LOST, years=3))
    assert (found.handed.rows["capacity"] >= 0).tolist() == [[True, False, True]]
    draft.capacity[0] = np.inf
    assert "capacity" not in plan(draft, asked(finance=LOST, years=3)).handed.rows


def opening() -> Draft:
    """Two sites that only projects open serve two customers."""
    draft = Draft()
    unit = draft.part("unit")
    wants = [draft.want(unit, 5, region=f"k{k}") for k in range(2)]
    for i, fixed in enumerate((100, 30)):
        pair = draft.pair(f"s{i}", unit, 0, 0.0)
        draft.project(f"open{i}", pair, 40, fixed)
        for k, want in enumerate(wants):
            draft.lane(pair, want=want, freight=abs(i - k) * 2)
    return draft


def test_strong_location_rows_close_the_root_gap():
    assert plan(opening()).cost == pytest.approx(30 + 10)
    assert (
        best(
            lambda *opened: (
                None
                if not any(opened)
                else 100 * opened[0]
                + 30 * opened[1]
                + sum(5 * min(2 * abs(i - k) for i in (0, 1) if opened[i]) for k in (0, 1))
            ),
            (0, 1),
            (0, 1),
        )
        == 40
    )
    assert plan(opening(), relaxed=True).cost == pytest.approx(40)
    assert plan(opening(), relaxed=True, leave_out=["capacity:opened", "capacity:enough"]).cost < 30


def test_counting_row_raises_the_root_bound_and_never_the_optimum():
    with_row, without = opening(), opening()
    kept = plan(with_row)
    dropped = plan(without, leave_out=["capacity:enough"])
    assert kept.cost == pytest.approx(dropped.cost)
    assert (kept.handed.rows["capacity:enough"] >= 0).sum() == 1
