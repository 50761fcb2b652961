"""Design page, §6 family 11 and cases U11 and U11r."""

from __future__ import annotations

from typing import Any

import pytest
from problems import Draft, asked, best, plan


def assembly(threshold: float = 0.6, *, within: bool = True, second: float | None = 20.0, **claim: Any) -> Draft:
    """U11: D 10; conversion 10; c1 worth 50: far 40, bloc 52; c2 worth 20: far 15, bloc 20; TV 100, MFN 8 %."""
    draft = started(threshold, within=within, second=second, **claim)
    draft.lane(draft.pair("bloc1", 1, 52), need=0, within=True)
    return draft


def started(threshold: float, *, within: bool = True, second: float | None = 20.0, **claim: Any) -> Draft:
    draft = Draft()
    final, c1, c2 = draft.part("final", value=100.0), draft.part("c1", value=50.0), draft.part("c2", value=second)
    want, needs = draft.want(final, 10), [draft.add("needs", site="plant", part=c) for c in (c1, c2)]
    plant = draft.pair("plant", final, 10)
    draft.lane(plant, want=want, duty=8.0, within=within)
    for need in needs:
        draft.add("recipes", pair=plant, need=need)
    draft.lane(draft.pair("far1", c1, 40), need=needs[0])
    draft.lane(draft.pair("far2", c2, 15), need=needs[1])
    draft.lane(draft.pair("bloc2", c2, 20), need=needs[1], within=True)
    rule = {"method": "build_down", "base_value": 100.0, "threshold": threshold, "saving": 8.0, "whole": False}
    draft.add("claims", pair=plant, **{**rule, **claim})
    return draft


def rolled(threshold: float = 0.5) -> Draft:
    """U11r: the bloc's c1 is made there of d (worth 30; far 30, bloc 36), under a rule of its own."""
    draft = started(0.6)
    d = draft.part("d", value=30.0)
    need = draft.add("needs", site="bloc1", part=d)
    maker = draft.pair("bloc1", 1, 21)
    draft.add("recipes", pair=maker, need=need)
    draft.lane(draft.pair("far3", d, 30), need=need)
    draft.lane(draft.pair("bloc3", d, 36), need=need, within=True)
    draft.lane(maker, need=0, within=True)
    rule = {"method": "build_down", "base_value": 50.0, "saving": 0.0, "whole": False}
    draft.add("claims", pair=maker, threshold=threshold, **rule)
    return draft


def enumerated(threshold: float) -> float:
    """Units of c1 and c2 from the bloc, units claimed."""

    def cost(first, second, claimed):
        own = 50 * min(first, claimed) + 20 * min(second, claimed)
        if 70 * claimed - own > (1 - threshold) * 100 * claimed + 1e-9:
            return None
        return 100 + 52 * first + 40 * (10 - first) + 20 * second + 15 * (10 - second) + 8 * (10 - claimed)

    return best(cost, range(11), range(11), range(11))


@pytest.mark.parametrize(("threshold", "cost"), [(0.6, 722), (0.75, 730)])
def test_averaged_materials_meet_a_rule_that_pays(threshold, cost):
    found = plan(assembly(threshold))
    assert found.cost == pytest.approx(cost)
    assert enumerated(threshold) == cost


def test_claim_and_what_it_rests_on_stand_in_the_plan():
    found = plan(assembly())
    assert found.quantity("claimed")[0, 0] == pytest.approx(10)
    assert found.quantity("from_bloc")[:, 0] == pytest.approx([6, 0])
    assert found.terms["preference"] == pytest.approx(-80)
    assert found.terms["duty"] == pytest.approx(80)


def test_whole_units_are_not_averaged():
    assert plan(assembly(whole=True)).cost == pytest.approx(730)
    found = plan(assembly(0.5, whole=True))  # c2 from the bloc is enough in each unit: 5 for 8
    assert found.cost == pytest.approx(700)
    assert found.quantity("from_bloc")[:, 0] == pytest.approx([0, 10])


def test_whole_units_agree_with_enumeration():
    for threshold in (0.3, 0.5, 0.6, 0.7, 0.85):

        def unit(first, second, claimed, threshold=threshold):
            foreign = 50 * (not first) + 20 * (not second)
            if claimed and foreign > (1 - threshold) * 100 + 1e-9:
                return None
            return 10 + (52 if first else 40) + (20 if second else 15) + 8 * (not claimed)

        assert plan(assembly(threshold, whole=True)).cost == pytest.approx(10 * best(unit, *[(0, 1)] * 3))


def test_line_of_whole_claims_is_claimed_all_or_not_at_all():
    draft = assembly(whole=True)
    draft.capacity[-1] = 6.0  # only 6 of c1 from the bloc, which the averaged claim would spread
    draft.rows["claims"][0]["saving"] = 20.0
    assert plan(draft).cost == pytest.approx(730)
    assert plan(draft, leave_out=["origin:all", "origin:nothing"]).cost == pytest.approx(730 + 6 * (12 - 20))


def test_easy_rule_is_claimed_for_nothing_and_without_its_rows_any_is():
    assert plan(assembly(0.3)).cost == pytest.approx(650)
    assert plan(assembly(0.75), leave_out=["origin:arriving"]).cost == pytest.approx(650)
    assert plan(assembly(0.75)).quantity("claimed")[0, 0] == pytest.approx(0)


def test_child_counts_up_to_its_own_claim():
    found = plan(rolled())
    assert found.cost == pytest.approx(722)
    assert found.quantity("flow")[:, 0].tolist()[4:] == pytest.approx([5, 1, 6])  # d far, d bloc, c1 to the plant


def test_child_whose_own_rule_is_out_of_reach_counts_for_nothing():
    # 1 of 6 d was enough for a half; now all d must come from the bloc: 6 · 6 dearer
    assert plan(rolled(1.0)).cost == pytest.approx(730)
    assert plan(rolled(1.0), leave_out=["origin:roll_up"]).cost < 730


def test_roll_up_agrees_with_enumeration():
    def cost(bloc, local, claimed, own):
        if own > bloc or local > bloc or 30 * own - 30 * min(local, own) > 0.5 * 50 * own + 1e-9:
            return None
        if 70 * claimed - 50 * min(own, claimed) > 40 * claimed + 1e-9:
            return None
        return 100 + 150 + 40 * (10 - bloc) + 21 * bloc + 36 * local + 30 * (bloc - local) + 8 * (10 - claimed)

    assert best(cost, range(11), range(11), range(11), range(11)) == 722


@pytest.mark.parametrize(("method", "threshold", "base"), [("net_cost", 0.5, 80.0), ("build_up", 0.3, 100.0)])
def test_net_cost_and_build_up_are_taken_of_their_own_value(method, threshold, base):
    # 40 of 80 may be foreign, or 30 of 100 must originate: 6 of 10 c1 both times
    found = plan(assembly(threshold, method=method, base_value=base))
    assert found.cost == pytest.approx(722)


def test_deliveries_outside_the_bloc_save_nothing():
    assert plan(assembly(0.3, within=False)).cost == pytest.approx(730)


def test_child_of_unknown_value_bars_a_claim_by_foreign_value():
    assert plan(assembly(0.3, second=None)).cost == pytest.approx(730)
    # what originates is known without it
    assert plan(assembly(0.3, second=None, method="build_up")).cost == pytest.approx(722)


def test_alternatives_share_the_claim():
    draft = assembly(0.6)
    group = draft.add("groups", pair=0, choice="c2")
    draft.rows["recipes"][1]["group"] = group
    c3 = draft.part("c3", value=10.0)
    need = draft.add("needs", site="plant", part=c3)
    draft.add("recipes", pair=0, need=need, quantity=1.0, group=group)
    draft.lane(draft.pair("far4", c3, 16), need=need)

    def cost(first, third, claimed):  # c3 is a unit dearer, and 10 less foreign
        foreign = 50 * (claimed - min(first, claimed)) + 10 * min(third, claimed) + 20 * (claimed - min(third, claimed))
        if foreign > 40 * claimed + 1e-9:
            return None
        return 100 + 52 * first + 40 * (10 - first) + 16 * third + 15 * (10 - third) + 8 * (10 - claimed)

    found = plan(draft)
    assert found.cost == pytest.approx(best(cost, range(11), range(11), range(11)))
    assert found.quantity("foreign").sum() == pytest.approx(10)


def test_no_claim_adds_no_row():
    draft = assembly()
    draft.rows["claims"] = []
    found = plan(draft, asked())
    assert found.cost == pytest.approx(730)
    assert not any(name.startswith("origin") for name in found.handed.rows)
