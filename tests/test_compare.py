"""What scenarios change in answers."""

import json

import pytest

from density_cases import HERE, region, two_parts
from tierscape.analyses.density import density
from tierscape.compare import DIFFERENCES, Comparison, differences
from tierscape.scenario import Edit, Scenario, apply_scenario


def network():
    return two_parts("a A", "b B")


def scenario(name="B gone", **edit):
    edit = edit or {"table": "sites", "where": {"site": "b"}, "set": {"status": "closed"}}
    return Scenario(name=name, edits=[Edit(**edit)])


def moved(frame, table, row, column):
    found = frame.filter((frame["table"] == table) & (frame["row"] == row) & (frame["column"] == column))
    assert found.height == 1
    return found.row(0, named=True)


def test_same_answer_has_no_differences():
    answer = density(network())
    assert differences("x", answer, answer).is_empty()
    assert tuple(differences("x", answer, answer).columns) == DIFFERENCES.names


def test_changed_numbers_are_listed_with_both_values_and_the_unit():
    base, changed = density(network()), density(apply_scenario(network(), scenario()))
    frame = differences("B gone", base, changed)
    found = moved(frame, "regions", "R", "completeness")
    assert (found["scenario"], found["analysis"], found["product"], found["unit"]) == (
        "B gone",
        "density",
        "P",
        "share",
    )
    assert found["base"] == 1.0
    assert found["changed"] == region(changed)["completeness"] == pytest.approx(0.047619, abs=5e-7)
    assert found["difference"] == found["changed"] - found["base"]
    assert "sites" in set(frame.filter(frame["table"] == "parts")["column"])
    assert not frame.filter(frame["base"] == frame["changed"]).height


def test_row_that_only_one_answer_has_is_unknown_in_the_other():
    base, changed = density(network()), density(apply_scenario(network(), scenario()))
    frame = differences("B gone", base, changed)
    new_gap = moved(frame, "gaps", "R/B", "gain")
    assert (new_gap["base"], new_gap["difference"]) == (None, None)
    assert new_gap["changed"] > 0
    gone = moved(frame, "sites", "b", "tier")
    assert (gone["base"], gone["changed"]) == (1.0, None)


def test_comparison_holds_every_scenario_in_order_and_every_sentence():
    base = [density(network())]
    more = scenario("Second A", table="capabilities", add=[{"site": "b", "part": "A"}])
    both = {s.name: [density(apply_scenario(network(), s))] for s in (scenario(), more)}
    comparison = Comparison.of(base, both)
    assert comparison.differences["scenario"].unique(maintain_order=True).to_list() == ["B gone", "Second A"]
    lines = comparison.sentence().splitlines()
    assert [line.split(":")[0] for line in lines] == ["base", "B gone", "Second A"]
    assert lines[0] == f"base: {base[0].sentence()}"
    body = json.loads(comparison.to_json())
    assert body["provenance"]["digest"] == network().digest
    assert len(body["tables"]["differences"]["rows"]) == comparison.differences.height


def test_comparison_of_nothing_is_empty():
    nothing = Comparison.of([], {})
    assert nothing.differences.is_empty()
    assert nothing.summary() == ""


def test_answers_of_different_length_do_not_pair():
    with pytest.raises(ValueError, match="argument"):
        Comparison.of([density(network())], {"x": []})


def test_moved_site_changes_the_surface():
    away = scenario("Moved", table="sites", where={"site": "b"}, set={"lat": float(HERE.split()[0]) + 1.0})
    frame = differences("Moved", density(network()), density(apply_scenario(network(), away)))
    assert "cells" in set(frame["table"])
