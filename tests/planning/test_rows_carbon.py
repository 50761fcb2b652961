"""Design page, §6 family 13 and case U14."""

from __future__ import annotations

import pytest
from problems import Draft, asked, best, plan

ALLIED = {"ally_share": 0.6, "ally_from_year": 2026}


def clean_and_dirty(**dirty: float | None) -> Draft:
    """U14: D 100; the ally emits 1 kg at 12, the other 4 kg at 10."""
    draft = Draft()
    unit = draft.part("unit")
    want = draft.want(unit, 100)
    draft.source("ally", unit, 12, want=want, value_added=6.0, kg=1.0, ally=True)
    draft.source("other", unit, 10, want=want, value_added=5.0, **{"kg": 4.0, "ally": False, **dirty})
    return draft


@pytest.mark.parametrize(
    ("policy", "cost"),
    [
        ({"carbon_cap": 0.25}, 1100),
        ({**ALLIED, "carbon_cap": 0.25}, 1111.111111),
        ({**ALLIED, "carbon_cap": 0.22}, 1120),
    ],
)
def test_cap_moves_output_to_the_cleaner_site(policy, cost):
    assert plan(clean_and_dirty(), asked(policy=policy)).cost == pytest.approx(cost)


def test_cap_agrees_with_enumeration():
    least = best(lambda a: 12 * a + 10 * (100 - a) if a + 4 * (100 - a) <= 250 else None, range(101))
    assert least == 1100


def test_wide_cap_costs_nothing_and_a_narrow_one_cannot_be_met():
    assert plan(clean_and_dirty(), asked(policy={"carbon_cap": 0.4})).cost == pytest.approx(1000)
    assert plan(clean_and_dirty(), asked(policy={"carbon_cap": 0.099})) is None


def test_without_its_row_the_cap_does_nothing():
    assert plan(clean_and_dirty(), asked(policy={"carbon_cap": 0.25}), leave_out=["carbon"]).cost == pytest.approx(1000)


def test_unknown_emission_counts_at_its_upper_end():
    found = plan(clean_and_dirty(kg=None, kg_high=7.0), asked(policy={"carbon_cap": 0.25}))
    assert found.quantity("output")[1, 0] == pytest.approx(25)  # a + 7 (100 - a) <= 250


def test_known_emission_counts_as_it_is_whatever_the_upper_end():
    found = plan(clean_and_dirty(kg=4.0, kg_high=7.0), asked(policy={"carbon_cap": 0.25}))
    assert found.quantity("output")[1, 0] == pytest.approx(50)


def test_what_lanes_emit_counts_too():
    draft = clean_and_dirty()
    draft.rows["lanes"][1]["kg"] = 2.0
    assert plan(draft, asked(policy={"carbon_cap": 0.25})).quantity("output")[1, 0] == pytest.approx(30)
