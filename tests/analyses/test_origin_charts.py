"""The pictures and cards of `origin`."""

import json

import pytest

from origin_cases import good
from tierscape.analyses.origin import origin

ON = "2026-11-22"
MIXED = "F 850133 300 CN no\nS 850133 180 MX .\nY 740811 90 MX yes"


@pytest.fixture(scope="module")
def answer():
    return origin(good(MIXED), on=ON)


def test_every_picture_is_drawn_with_a_table_of_the_same_numbers(answer):
    charts = answer.charts()
    assert [c.name for c in charts] == ["margins", "ladder", "foreign_value", "thresholds", "flips"]
    names = {t.name for t in answer.TABLES}
    for chart in charts:
        assert chart.table in names
        assert chart.description.endswith(".")
        assert len(json.dumps(chart.standalone())) < 20_000


def test_margins_say_value_threshold_verdict_and_mark(answer):
    chart = next(c for c in answer.charts() if c.name == "margins")
    assert "transaction value 52.0 % against 60 (depends · unverified)" in chart.description


def test_foreign_value_names_the_largest_material_and_what_is_allowed(answer):
    chart = next(c for c in answer.charts() if c.name == "foreign_value")
    assert "Non-originating value of 480" in chart.description
    assert "the largest is F with 300" in chart.description


def test_flips_name_the_material_that_changes_the_verdict(answer):
    chart = next(c for c in answer.charts() if c.name == "flips")
    assert "changes the verdict for F, S." in chart.description


def test_cards_and_lines_are_few_and_say_the_verdict(answer):
    cards = answer.headlines()
    assert cards[0][:2] == ("Verdict", "depends")
    assert len(cards) <= 4
    assert len(answer.lines()) <= 3
    assert answer.lines()[0] == answer.sentence()


def test_good_without_materials_still_answers():
    alone = origin(good("F 850133 1 MX yes"), on=ON)
    assert "it qualifies" in alone.sentence()
    assert [c.name for c in alone.charts()] == ["margins", "ladder", "thresholds", "flips"]
