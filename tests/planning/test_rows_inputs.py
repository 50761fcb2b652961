from __future__ import annotations

import numpy as np
import pytest
from problems import Draft, asked, best, plan

from tierscape.planning.handoff import program
from tierscape.planning.model import build


def choice(x_capacity: float = 6, y_capacity: float = 12) -> Draft:
    """U2: 10 finals at 5, two P each at 1.5, and X at 7 (six of them) or two Y at 3 (twelve)."""
    draft = Draft()
    final, plate, x, y = (draft.part(name) for name in ("F", "P", "X", "Y"))
    made = draft.source("plant", final, 5, want=draft.want(final, 10))
    either = draft.add("groups", pair=made, choice="XY")
    for part, quantity, cost, capacity, group in (
        (plate, 2, 1.5, np.inf, None), (x, 1, 7, x_capacity, either), (y, 2, 3, y_capacity, either)
    ):  # fmt: skip
        need = draft.add("needs", site="plant", part=part)
        draft.add("recipes", pair=made, need=need, quantity=quantity, group=group)
        draft.lane(draft.pair(f"maker_{part}", part, cost, capacity), need=need)
    return draft


def test_scarce_alternatives_share_the_output():
    found = plan(choice())
    assert found.cost == pytest.approx(144)
    assert found.quantity("mix")[:, 0] == pytest.approx([4, 6])
    assert found.quantity("output")[:, 0] == pytest.approx([10, 20, 4, 12])
    assert (
        best(lambda y: 10 * 5 + 20 * 1.5 + (10 - y) * 7 + y * 6 if y <= 6 and 10 - y <= 6 else None, range(11)) == 144
    )


def test_the_cheaper_alternative_is_used_alone_where_it_suffices():
    found = plan(choice(y_capacity=100))
    assert found.cost == pytest.approx(50 + 30 + 60)
    assert found.quantity("mix")[:, 0] == pytest.approx([0, 10])


def test_alternatives_that_cannot_make_up_the_output_have_no_plan():
    assert plan(choice(x_capacity=3)) is None


@pytest.mark.parametrize(("rows", "cost"), [("input", 50.0), ("input:choice", 80.0)])
def test_without_input_rows_children_are_not_bought(rows, cost):
    assert plan(choice(), leave_out=[rows]).cost == pytest.approx(cost)


def test_two_users_of_a_child_at_one_site_share_one_need():
    draft = Draft()
    a, b, child = (draft.part(name) for name in ("A", "B", "c"))
    need = draft.add("needs", site="plant", part=child)
    for part, quantity in ((a, 1), (b, 3)):
        made = draft.source("plant", part, 1, want=draft.want(part, 5))
        draft.add("recipes", pair=made, need=need, quantity=quantity)
    draft.lane(draft.pair("maker", child, 2), need=need)
    found = plan(draft)
    assert found.quantity("output")[2, 0] == pytest.approx(20)
    assert found.cost == pytest.approx(10 + 40)


def test_only_a_child_that_is_not_essential_may_be_short_in_an_adverse_year():
    for essential, spared in ((False, True), (True, False)):
        draft = Draft()
        final, trim = draft.part("F"), draft.part("trim", value=4.0)
        made = draft.source("plant", final, 5, want=draft.want(final, 10))
        need = draft.add("needs", site="plant", part=trim)
        draft.add("recipes", pair=made, need=need, essential=essential)
        draft.lane(draft.pair("maker", trim, 1), need=need)
        struck = program(build(draft.problem(), asked(), periods=[0]))
        assert ("spared" in struck.columns) is spared
        if spared:
            # never a saving: it costs the child's value
            assert struck.terms["spared"][struck.columns["spared"][0, 0]] == pytest.approx(4.0)
