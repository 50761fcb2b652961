import dataclasses
import json

import polars as pl
import pytest

from tierscape.analyses.density.charts import density_charts, gap_matrix, scored_box
from tierscape.render.drawing import svg

AXES = {
    "map": ["Score, points of 100", "tier 1", "tier 4"],
    "ranking": ["Score, points of 100", "Komárom-Esztergom"],
    "tiers": ["Cover, share 0–1", "tier 2"],
    "gaps": ["Gain in completeness, points of 100", "lithium_hydroxide_4"],
    "matrix": ["Cover, share 0–1", "Sachsen"],
    "paradox": ["Completeness, share 0–1", "Lost if the place stops, share of supply 0–1"],
}


def test_every_picture_of_density_is_drawn_and_has_a_table_twin(sample):
    charts = density_charts(sample)
    assert [c.name for c in charts] == list(AXES)
    assert {c.table for c in charts} <= {t.name for t in sample.TABLES}
    assert all(c.description.endswith(".") for c in charts)


@pytest.mark.parametrize("name", AXES)
def test_picture_carries_axis_titles_with_units(sample, name):
    chart = next(c for c in density_charts(sample) if c.name == name)
    drawn = svg(chart, "here")
    for text in AXES[name]:
        assert text in drawn


def test_specs_are_small(sample):
    sizes = {c.name: len(json.dumps(c.spec)) for c in density_charts(sample)}
    assert sizes.pop("map") < 300_000
    assert max(sizes.values()) < 60_000


def test_map_is_fitted_to_the_scored_area_and_says_what_lies_outside(sample):
    west, south, east, north = scored_box(sample, margin_km=100)
    assert 8 < west < 12
    assert 24 < east < 27
    assert 43 < south < 46
    assert 51 < north < 53
    assert "counted sites lie outside the frame" in density_charts(sample)[0].note


def test_part_that_nobody_makes_is_unknown_in_the_matrix_and_named(sample):
    chart = gap_matrix(sample)
    assert "lithium_hydroxide_4" in chart.description
    rows = [row for data in chart.spec["datasets"].values() for row in data if row.get("name") == "lithium_hydroxide_4"]
    assert {row["cover"] for row in rows} == {None}


def test_answer_without_rows_has_no_pictures(sample):
    empty = {t.name: sample.frame(t.name).clear() for t in sample.TABLES}
    assert density_charts(dataclasses.replace(sample, **empty)) == ()


def test_region_without_a_score_is_not_ranked(sample):
    chart = next(c for c in density_charts(sample) if c.name == "ranking")
    assert "Mačva" not in json.dumps(chart.spec, ensure_ascii=False)
    assert sample.regions.filter(pl.col("score").is_null())["name"].to_list() == ["Mačva"]


def test_region_far_from_the_others_stays_outside_the_frame(sample):
    far = pl.when(pl.col("region") == "RO-CJ")
    moved = sample.regions.with_columns(lat=far.then(33.6).otherwise("lat"), lon=far.then(-7.6).otherwise("lon"))
    _, south, _, _ = scored_box(dataclasses.replace(sample, regions=moved), margin_km=100)
    assert south > 40
