"""Design page, §6 family 20."""

from __future__ import annotations

import pytest
from problems import Draft, asked, best, plan


def sources(trust: float | None = 40.0, value: float | None = 10.0) -> Draft:
    """D 10; the little trusted one at 5, the trusted one at 7; value 10."""
    draft = Draft()
    unit = draft.part("unit", value=value)
    want = draft.want(unit, 10)
    draft.source("doubtful", unit, 5, want=want, trust=trust)
    draft.source("friend", unit, 7, want=want)
    return draft


@pytest.mark.parametrize("weight", [0.0, 0.2, 0.3, 0.5, 1.0])
def test_distrust_is_a_price_on_value(weight):
    found = plan(sources(), asked(policy={"distrust": weight}))
    assert found.cost == pytest.approx(best(lambda d: d * (5 + weight * 0.6 * 10) + 7 * (10 - d), range(11)))


def test_charge_stands_apart_in_the_waterfall():
    found = plan(sources(), asked(policy={"distrust": 0.3}))
    assert found.terms["distrust"] == pytest.approx(10 * 0.3 * 0.6 * 10)
    assert found.terms["making"] == pytest.approx(50)


def test_no_weight_adds_no_term():
    assert "distrust" not in plan(sources()).terms


@pytest.mark.parametrize(("trust", "value"), [(None, 10.0), (40.0, None)])
def test_unknown_trust_or_value_is_not_charged(trust, value):
    assert plan(sources(trust, value), asked(policy={"distrust": 1.0})).cost == pytest.approx(50)
