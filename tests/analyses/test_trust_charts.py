"""The pictures of `trust`: what each shows, its warning, and its words."""

import json

import pytest

from tierscape.analyses.trust import trust
from trust_cases import nine, small_product


@pytest.fixture(scope="module")
def charts():
    return {chart.name: chart for chart in trust(small_product()).charts()}


def test_product_has_value_thresholds_index_ranks_and_scores(charts):
    assert list(charts) == ["value_declared", "sweep", "index", "ranks", "scores"]


def test_without_a_product_only_countries_are_drawn():
    assert [chart.name for chart in trust.function(nine()).charts()] == ["index", "ranks", "scores"]


def test_scores_are_never_drawn_without_their_warning(charts):  # T2, the trap
    assert charts["scores"].note.startswith("Warning: no column is a measure of trust by itself.")
    assert "By votes alone Russia (36) stands closer than Mexico (32)" in charts["scores"].note


def test_index_draws_points_and_the_range_of_the_box(charts):
    layers = charts["index"].spec["layer"]
    assert any(layer["mark"].get("type") == "errorbar" for layer in layers)
    rows = [r for data in charts["index"].spec["datasets"].values() for r in data if r.get("label") == "Mexico"]
    assert {"low": 43.6, "high": 64.8}.items() <= next(r for r in rows if "low" in r).items()
    assert max(r["end"] for r in rows if "end" in r) == pytest.approx(54.2)


def test_stated_index_is_one_bar_of_its_own():
    chart = next(
        c
        for c in trust(
            small_product(indicators="subject_kind subject indicator value\ncountry MX trust.index 71")
        ).charts()
        if c.name == "index"
    )
    assert "stated by the network" in json.dumps(chart.spec)


def test_sweep_has_a_line_for_each_basis_and_says_where_it_ends(charts):
    spec = charts["sweep"].spec
    named = {r["series"] for data in spec["datasets"].values() for r in data if "series" in r}
    assert named == {"by location", "by owner", "by location and owner"}
    assert charts["sweep"].description.startswith("Ally share of P by location: 58% at threshold 40, 18% at 60")


def test_value_draws_the_unknown_last_and_grey(charts):
    text = json.dumps(charts["value_declared"].spec)
    assert '"unknown"' in text
    assert charts["value_declared"].description.startswith("58% of the value of P comes from allies by location")


def test_every_chart_says_what_it_shows_and_names_a_table_of_the_answer(charts):
    tables = {table.name for table in trust(small_product()).TABLES}
    for chart in charts.values():
        assert chart.table in tables
        assert chart.description.endswith(".")
        assert chart.note
