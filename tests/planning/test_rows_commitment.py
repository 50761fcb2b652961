from __future__ import annotations

from typing import Any

import pytest
from problems import Draft, asked, best, plan

TIERS = ((20, 9), (50, 8))


def tiers(demand: float, **given: Any) -> Draft:
    """U7: spot 10; 20 at 9 or 50 at 8, 80 % to pay, half more at the same price."""
    draft = Draft()
    unit = draft.part("unit")
    pair = draft.source("A", unit, 10, want=draft.want(unit, demand))
    for c, (volume, price) in enumerate(TIERS):
        row = {"first": 0, "last": 0, "theta": 0.8, "spot": 10, "tier": 0, **given}
        draft.add("contracts", contract=f"C{c}", pair=pair, volume=volume, price=price, **row)
        draft.add("contract_lanes", contract=c, lane=0)
    return draft


def by_hand(demand: int) -> float:
    def cost(tier: int | None, taken: int) -> float | None:
        if tier is None:
            return 10.0 * demand
        volume, price = TIERS[tier]
        if taken > min(1.5 * volume, demand):
            return None
        return price * taken + 10.0 * (demand - taken) + price * max(0.0, 0.8 * volume - taken)

    return best(cost, (None, 0, 1), range(demand + 1))


@pytest.mark.parametrize(("demand", "cost", "signed"), [(30, 270, 0), (36, 320, 1), (45, 360, 1)])
def test_the_right_tier_is_signed(demand, cost, signed):
    found = plan(tiers(demand))
    assert found.cost == pytest.approx(cost)
    assert by_hand(demand) == cost
    assert found.quantity("sign") == pytest.approx([float(c == signed) for c in (0, 1)])
    assert found.quantity("shortfall").sum() == pytest.approx(4 if demand == 36 else 0)


def test_little_demand_leaves_every_offer_unsigned():
    found = plan(tiers(10))
    assert found.cost == pytest.approx(100)
    assert found.quantity("sign").sum() == pytest.approx(0)


@pytest.mark.parametrize(
    ("rows", "demand", "cost"),
    [
        ("commitment", 36, 0.0),  # price cuts without end, but for what is delivered
        ("commitment:most", 36, 36 * 8),  # the lower price rides on no binary
        ("commitment:delivered", 30, 4 * 0 + 30 * 10 - 75 * 2),  # price cuts on goods that never come
    ],
)
def test_each_row_of_the_family_changes_the_plan(rows, demand, cost):
    whole = plan(tiers(demand)).cost
    loose = plan(tiers(demand), leave_out=[rows])
    if rows == "commitment":
        assert loose is None or loose.cost < whole
    else:
        assert loose.cost == pytest.approx(cost)
        assert loose.cost < whole


def test_one_tier_at_a_time():
    found = plan(tiers(100))
    assert found.cost == pytest.approx(75 * 8 + 25 * 10)
    assert plan(tiers(100), leave_out=["commitment:one_tier"]).cost == pytest.approx(75 * 8 + 25 * 9)


def test_a_signed_contract_is_paid_without_demand():
    found = plan(tiers(0, signed=True))
    assert found.quantity("sign") == pytest.approx([1, 1])
    assert found.cost == pytest.approx(0.8 * (20 * 9 + 50 * 8))


def test_a_contract_binds_only_while_it_runs():
    draft = tiers(30)
    draft.periods = 3
    for row in draft.rows["contracts"]:
        row.update(first=1, last=1)
    found = plan(draft, asked(years=3))
    assert found.cost == pytest.approx(300 + 270 + 300)
    assert found.quantity("taken").sum(axis=0) == pytest.approx([0, 30, 0])
