import itertools
import json

import h3
import numpy as np
import polars as pl
import pytest
import vl_convert

from tierscape.charts import (
    MOST_CELLS,
    UNKNOWN,
    Chart,
    cell_maps,
    coarser,
    dots_side_by_side,
    heat_grid,
    interval_dots,
    labelled_scatter,
    ranked_bars,
    region_map,
    stacked_bars,
)
from tierscape.charts.outlines import cell_outlines, clipped


def svg(spec: dict, width: int = 500) -> str:
    return vl_convert.vegalite_to_svg({**spec, "width": width}, vl_version="6.4")


def values(spec: dict) -> list[dict]:
    return [row for rows in spec["datasets"].values() for row in rows]


SQUARE = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"iso2": "XX", "name": "Square"},
            "geometry": {"type": "Polygon", "coordinates": [[[15, 45], [15, 50], [22, 50], [22, 45], [15, 45]]]},
        }
    ],
}


def test_bars_keep_the_order_of_the_frame_and_write_value_and_interval():
    frame = pl.DataFrame({"name": ["b", "a"], "score": [61.0, 12.5], "high": [70.0, 12.5]})
    drawn = svg(ranked_bars(frame, label="name", value="score", title="Score, points", low="score", high="high"))
    assert drawn.index(">b</text>") < drawn.index(">a</text>")
    assert ">61–70</text>" in drawn
    assert ">12.5</text>" in drawn
    assert "Score, points" in drawn


def test_bar_of_an_unknown_value_keeps_its_name_and_shows_a_dash():
    drawn = svg(ranked_bars(pl.DataFrame({"name": ["x"], "v": [None]}, schema={"name": pl.String, "v": pl.Float64}),
                            label="name", value="v", title="V, km"))  # fmt: skip
    assert ">x</text>" in drawn
    assert ">–</text>" in drawn


def test_category_of_a_bar_is_written_beside_its_value():
    frame = pl.DataFrame({"part": ["p"], "gain": [3.21], "move": ["search"]})
    assert ">3.21 · search</text>" in svg(ranked_bars(frame, label="part", value="gain", title="Gain", color="move"))


def test_unknown_cell_of_a_grid_is_grey_with_a_question_mark_and_zero_is_not():
    frame = pl.DataFrame({"r": ["a", "b"], "t": ["one", "one"], "v": [None, 0.0]})
    drawn = svg(heat_grid(frame, row="r", column="t", value="v", titles=("", "", "Cover, share 0–1")))
    assert drawn.count(f'fill="{UNKNOWN}"') == 1
    assert ">?</text>" in drawn
    assert ">0.00</text>" in drawn
    assert "Cover, share 0–1" in drawn


def test_scatter_leaves_out_rows_without_a_number():
    frame = pl.DataFrame({"n": ["a", "b"], "x": [0.1, None], "y": [0.2, 0.3]})
    spec = labelled_scatter(frame, label="n", x="x", y="y", titles=("X, share", "Y, share"))
    assert [row["n"] for row in values(spec)] == ["a"]
    assert "X, share" in svg(spec)


def test_points_that_stand_together_share_one_name():
    frame = pl.DataFrame({"n": ["a", "b", "c"], "x": [0.5, 0.5, 0.1], "y": [1.0, 1.0, 0.5]})
    drawn = svg(labelled_scatter(frame, label="n", x="x", y="y", titles=("X", "Y")))
    assert [name for name in "abc" if f">{name}</text>" in drawn] == ["a", "c"]


def test_names_turn_to_the_side_where_there_is_room():
    frame = pl.DataFrame({"n": ["a", "b"], "x": [0.41, 0.42], "y": [1.0, 1.0]})
    rows = values(labelled_scatter(frame, label="n", x="x", y="y", titles=("X", "Y")))
    assert [row["_side"] for row in rows] == ["left", "right"]


def test_colour_runs_to_a_round_number_above_the_largest_value():
    cell = h3.latlng_to_cell(47.5, 18.0, 5)
    frame = pl.DataFrame({"cell": [cell], "v": [19.6]})
    spec = region_map(SQUARE, bbox=(16.0, 46.0, 20.0, 49.0), cells=frame, value="v", title="V")
    assert spec["layer"][1]["encoding"]["color"]["scale"]["domain"] == [0.0, 20.0]


def test_values_carry_three_significant_figures():
    spec = ranked_bars(pl.DataFrame({"n": ["a"], "v": [0.123456]}), label="n", value="v", title="V")
    assert values(spec)[0]["v"] == 0.123


def test_map_draws_each_cell_once_over_the_base_map_and_greys_the_unknown():
    cells = [h3.latlng_to_cell(47.5, 18.0, 5), h3.latlng_to_cell(48.5, 19.0, 5)]
    frame = pl.DataFrame({"cell": cells, "completeness": [None, 0.4]})
    sites = pl.DataFrame({"name": ["Plant"], "mark": ["tier 1"], "lat": [47.5], "lon": [18.0]})
    spec = region_map(SQUARE, bbox=(16.0, 46.0, 20.0, 49.0), cells=frame, value="completeness",
                      title="Completeness, share 0–1", layers=[sites])  # fmt: skip
    drawn = svg(spec)
    assert drawn.count(f'fill="{UNKNOWN}"') == 1
    assert "Completeness, share 0–1" in drawn
    assert ">tier 1</text>" in drawn


def test_cells_are_drawn_once_for_each_value_inside_the_box_alone():
    near, far = h3.latlng_to_cell(48.0, 17.0, 4), h3.latlng_to_cell(10.0, 100.0, 4)
    cells = pl.DataFrame({"cell": [near, far], "a": [0.2, 0.9], "b": [None, 0.5]})
    box = (14.0, 46.0, 20.0, 50.0)
    spec = cell_maps(SQUARE, bbox=box, cells=cells, values={"a": "First", "b": "Second"})
    drawn = [rows for rows in spec["datasets"].values() if {"a", "b"} & set(rows[0])]
    assert [len(features) for features in drawn] == [1, 1]
    assert (drawn[0][0]["a"], drawn[1][0]["b"]) == (0.2, None)
    left, right = (np.array(features[0]["geometry"]["coordinates"][0]) for features in drawn)
    assert left.shape == (7, 2)
    assert right[:, 0] - left[:, 0] == pytest.approx(4.214, abs=0.03)  # six degrees at 48° north, and a gap of 5 %


def test_hexagons_run_clockwise_with_three_decimals():
    cell = h3.latlng_to_cell(47.5, 18.0, 5)
    spec = region_map(SQUARE, bbox=(16.0, 46.0, 20.0, 49.0), cells=pl.DataFrame({"cell": [cell], "v": [0.4]}),
                      value="v", title="V")  # fmt: skip
    ring = next(row["geometry"]["coordinates"][0] for row in values(spec) if "v" in row)
    area = sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(ring))
    assert area < 0
    assert all(round(number, 3) == number for point in ring for number in point)


def test_many_cells_become_parents_with_the_mean_of_the_known():
    parent = h3.latlng_to_cell(47.5, 18.0, 4)
    children = sorted(h3.cell_to_children(parent, 5))
    frame = pl.DataFrame({"cell": children, "v": [0.2, 0.4, *([None] * (len(children) - 2))]})
    coarse, steps = coarser(frame, "v", most=1)
    assert coarse.rows() == [(parent, pytest.approx(0.3))]
    assert steps == 1


def test_few_cells_stay_as_they_are():
    frame = pl.DataFrame({"cell": ["851e0277fffffff"], "v": [0.2]})
    assert coarser(frame, "v", most=MOST_CELLS)[1] == 0


def test_saved_spec_carries_title_and_description():
    chart = Chart("bars", "Title", {"mark": "bar"}, "Says what is drawn.", "table", "How to read it.")
    assert chart.standalone()["title"] == {"text": "Title", "subtitle": "How to read it."}
    assert json.dumps(chart.standalone())


def feature(ring):
    return {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}


def test_borders_are_cut_at_the_box_and_keep_their_sense():
    base = {
        "features": [
            feature([[0, 0], [0, 10], [10, 10], [10, 0], [0, 0]]),
            feature([[50, 0], [50, 1], [51, 1], [50, 0]]),
        ]
    }
    (cut,) = clipped(base, (5.0, 5.0, 20.0, 20.0))
    (ring,) = cut["geometry"]["coordinates"][0]
    assert sorted(map(tuple, ring[:-1])) == [(5.0, 5.0), (5.0, 10), (10, 5.0), (10, 10)]
    assert ring[0] == ring[-1]
    assert sum(x0 * y1 - x1 * y0 for (x0, y0), (x1, y1) in itertools.pairwise(ring)) < 0


def test_simplified_border_loses_no_corner_beyond_the_tolerance():
    ring = [[0, 0], [0, 5], [0.01, 6], [0, 10], [5, 10.4], [10, 10], [10, 0], [0, 0]]
    (cut,) = clipped({"features": [feature(ring)]}, (-50.0, -50.0, 50.0, 50.0), tolerance=0.1)
    assert cut["geometry"]["coordinates"][0][0] == [[0, 0], [0, 10], [5, 10.4], [10, 10], [10, 0], [0, 0]]


def test_outline_of_a_ring_of_cells_has_an_inner_edge():
    ring = h3.grid_ring(h3.latlng_to_cell(47.5, 18.0, 5), 1)
    assert len(cell_outlines(ring)["geometry"]["coordinates"]) == 2
    assert cell_outlines([]) is None


def test_word_of_an_interval_keeps_its_colour_whoever_else_is_drawn():
    both = pl.DataFrame({"n": ["a", "b"], "lo": [1, 2], "mid": [1, 3], "hi": [2, 4], "w": ["reach", "weights"]})
    specs = [
        interval_dots(f, label="n", interval=("lo", "mid", "hi"), title="Rank", word="w", order=("weights", "reach"))
        for f in (both, both.tail(1))
    ]
    one, other = (s["layer"][1]["encoding"]["color"]["scale"] for s in specs)
    assert one == other
    assert ">1–2 · reach</text>" in svg(specs[0])


def test_name_of_a_part_stands_in_its_bar_only_where_there_is_room():
    frame = pl.DataFrame({"n": ["a", "a"], "p": ["wide part", "thin part"], "v": [60.0, 4.0]})
    drawn = svg(stacked_bars(frame, label="n", part="p", value="v", title="Points", rules={"35": 35.0}, most=100.0))
    assert drawn.count(">wide part</text>") == 2
    assert drawn.count(">thin part</text>") == 1


def test_part_without_points_is_neither_drawn_nor_in_the_legend():
    frame = pl.DataFrame({"n": ["a", "a"], "p": ["some", "none"], "v": [60.0, None]})
    spec = stacked_bars(frame, label="n", part="p", value="v", title="Points", rules={}, most=100.0)
    assert ">none</text>" not in svg(spec)


def test_dots_of_all_groups_stand_on_one_axis_from_0_to_1():
    frame = pl.DataFrame({"d": ["x", "x"], "g": ["one", "two"], "v": [0.5, None]})
    spec = dots_side_by_side(frame, row="d", group="g", value="v", title="Value, share 0–1")
    drawn = svg(spec)
    assert [t in drawn for t in (">0.50</text>", ">?</text>", ">one</text>", ">two</text>", "Value, share 0–1")] == [
        True
    ] * 5
    assert spec["layer"][1]["encoding"]["x"]["scale"]["domain"] == [0, 1]
