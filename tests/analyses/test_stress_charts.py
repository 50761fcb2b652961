"""The pictures of `stress` say what they show and hold its numbers."""

import json

import pytest
import vl_convert

import tierscape
from stress_cases import chain
from tierscape.analyses.stress import Mitigation, Run, Shocks, stress

EVERYTHING = ("survive", "impact", "simulate", "tail", "systemic", "mitigate")


@pytest.fixture(scope="module")
def answer():
    shocks, choices = Shocks(scenarios=400), Mitigation(budget=20_000)
    run = Run(progress=False)
    return stress(tierscape.load("mini"), ask=EVERYTHING, shocks=shocks, mitigation=choices, run=run)


def test_every_question_has_its_picture(answer):
    names = [chart.name for chart in answer.charts()]
    assert names == ["survive_site", "map", "survive_region", "spend", "systemic", "binding", "exceedance", "paths", "days",
                     "causes", "clusters", "mitigations", "staircase", "before_after"]  # fmt: skip


def test_pictures_are_drawn_and_described_without_a_flaw(answer):
    tables = {table.name for table in answer.TABLES}
    for chart in answer.charts():
        assert vl_convert.vegalite_to_svg(json.dumps({**chart.spec, "width": 420})).startswith("<svg"), chart.name
        assert chart.table in tables
        assert chart.description.endswith(".")
        assert "None" not in chart.description + chart.note
        assert "nan" not in chart.description


def test_more_of_a_line_that_stops_itself_is_told_as_a_second_source(answer):
    assert answer.lines()[-1] == "What would help most against the worst site: a second source of motor."


def test_question_that_was_not_asked_has_no_picture():
    answer = stress(chain(), ask=("systemic",))
    assert [chart.name for chart in answer.charts()] == ["systemic"]
    assert answer.survive.is_empty()


def test_exposed_site_stands_first_in_its_picture(answer):
    chart = next(chart for chart in answer.charts() if chart.name == "survive_site")
    first = answer.survive.filter(answer.survive["target_kind"] == "site")["name"][0]
    assert first in chart.description
