"""Bars with ranges, waterfalls and maps of lanes: what they draw, and that Vega-Lite takes them."""

import json

import polars as pl
import pytest
import vl_convert

from tierscape.charts.lane_maps import MOST_LANES, lane_map
from tierscape.charts.ranges import ranged_bars
from tierscape.charts.waterfalls import waterfall
from tierscape.reference import borders_geojson

LANE = {"lat1": 31.2, "lon1": 121.5, "lat2": 51.9, "lon2": 4.1, "value": 2.0, "word": "sea", "name": "a → b"}


def rows_of(spec: dict, key: str) -> list[dict]:
    """Rows of the first data set that has a field."""
    return next(rows for rows in spec["datasets"].values() if rows and key in rows[0])


def compiled(spec: dict) -> dict:
    return vl_convert.vegalite_to_vega(json.loads(json.dumps(spec)))


def test_a_waterfall_ends_where_its_total_ends():
    frame = pl.DataFrame({"tier": ["one", "one", "two"], "kind": ["x", "y", "x"], "kg": [1.0, 2.0, 4.0]})
    spec = waterfall(frame, label="tier", part="kind", value="kg", title="kg", total="all")
    bars = rows_of(spec, "start")
    assert [(b["tier"], b["start"], b["end"]) for b in bars] == [
        ("one", 0, 1), ("one", 1, 3), ("two", 3, 7), ("all", 0, 5), ("all", 5, 7),
    ]  # fmt: skip
    assert compiled(spec)["marks"]


def test_nothing_is_drawn_of_what_is_null_or_zero():
    frame = pl.DataFrame({"tier": ["one", "two"], "kind": ["x", "y"], "kg": [3.0, None]})
    spec = waterfall(frame, label="tier", part="kind", value="kg", title="kg", total="all")
    assert {b["kind"] for b in rows_of(spec, "start")} == {"x"}


def test_parts_of_a_bar_stand_on_each_other():
    frame = pl.DataFrame({"name": ["here"], "a": [2.0], "b": [3.0], "low": [4.0], "high": [8.0]})
    spec = ranged_bars(frame, label="name", parts={"a": "first", "b": "second"}, title="jobs")
    assert [(b["start"], b["end"]) for b in rows_of(spec, "start")] == [(0, 2), (2, 5)]
    assert compiled(spec)["marks"]


@pytest.mark.parametrize(("count", "drawn"), [(1, 1), (MOST_LANES + 5, MOST_LANES)])
def test_a_map_of_lanes_draws_the_first_ones_and_stays_small(count, drawn):
    spec = lane_map(borders_geojson(), pl.DataFrame([LANE] * count), words=("road", "sea"), title="t")
    lines = [row for row in rows_of(spec, "word") if row["geometry"]["type"] == "LineString"]
    assert len(lines) == drawn
    assert len(json.dumps(spec)) < 110_000
    assert compiled(spec)["marks"]


def test_a_map_of_lanes_turns_to_the_pacific_where_they_cross_it():
    lane = LANE | {"lat2": 33.7, "lon2": -118.3}
    spec = lane_map(borders_geojson(), pl.DataFrame([lane]), words=("sea",), title="t")
    assert abs(spec["projection"]["rotate"][0]) >= 170
