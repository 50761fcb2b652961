from __future__ import annotations

import pytest
from problems import Draft, asked, plan


def test_each_kind_of_money_stands_in_its_own_term():
    draft = Draft(2, rate=0.1)
    unit = draft.part("unit")
    want = draft.want(unit, 10)
    pair = draft.pair("A", unit, 3, kg=20.0)
    draft.lane(pair, want=want, freight=2, stock=0.5, duty=[1.0, 4.0], kg=5.0)
    found = plan(draft, asked(finance={"co2_price": 100.0}, years=2))
    both = 1 + 1 / 1.1
    assert found.terms == pytest.approx({
        "making": 30 * both, "freight": 20 * both, "transit_stock": 5 * both, "duty": 10 + 40 / 1.1,
        "co2": 10 * 25 / 1000 * 100 * both, "unmet": 0.0,
    })  # fmt: skip
    assert found.cost == pytest.approx(sum(found.terms.values()))


def test_an_unknown_figure_costs_nothing_in_the_model():
    draft = Draft()
    unit = draft.part("unit")
    draft.lane(draft.pair("A", unit, 3), want=draft.want(unit, 10), freight=None, kg=None)
    assert plan(draft, asked(finance={"co2_price": 50.0})).cost == pytest.approx(30)
