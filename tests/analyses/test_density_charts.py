import dataclasses
import itertools
import json

import polars as pl
import pytest

from tierscape.analyses.density.charts import borders, cell_map, density_charts, gap_matrix, scored_box, tier_maps
from tierscape.analyses.density.statistics_charts import maturity_bars, rank_intervals, side_by_side
from tierscape.render.drawing import svg

AXES = {
    "map": ["Score, points of 100", "tier 1", "tier 4"],
    "border_maps": ["Completeness, share", "Lost to borders, share"],
    "ranking": ["Score, points of 100", "Komárom-Esztergom"],
    "ranks": ["Rank, 1 is best", "1–3 · weights", "2–6<"],
    "side_by_side": ["Value, share 0–1 (score: points of 100 ÷ 100)", "score ÷ 100", ">0.90<", "Śląskie"],
    "tiers": ["Cover, share 0–1", "tier 2"],
    "tier_maps": ["Cover, share 0–1", "Tier 1", "Tier 4"],
    "gaps": ["Gain in completeness, points of 100", "lithium_hydroxide_4"],
    "matrix": ["Cover, share 0–1", "Sachsen"],
    "paradox": ["Completeness, share 0–1", "Lost if the place stops, share of supply 0–1"],
    "borders": ["Completeness, share 0–1", "Fragmentation, share lost to borders 0–1"],
    "maturity": ["Maturity, points of 100", "critical mass", "unknown", ">35<", ">65<"],
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
    assert max(sizes.pop("tier_maps"), sizes.pop("border_maps")) < 120_000
    assert max(sizes.values()) < 60_000


def test_map_is_fitted_to_the_scored_area_and_says_what_lies_outside(sample):
    west, south, east, north = scored_box(sample, margin_km=100)
    assert 8 < west < 12
    assert 24 < east < 27
    assert 43 < south < 46
    assert 51 < north < 53
    assert "counted sites lie outside the frame" in density_charts(sample)[0].note


def test_nodes_stand_on_the_map_in_signs_of_their_own(sample):
    columns = {"node": ["n", "m"], "kind": ["rail_terminal", "test_lab"], "name": [None, "Lab Brno"], "country": ["HU", "CZ"],
               "lat": [47.6, 49.2], "lon": [18.3, 16.6]}  # fmt: skip
    chart = cell_map(dataclasses.replace(sample, nodes=pl.DataFrame(columns)))
    drawn = svg(chart, "here")
    assert "rail terminal" in drawn
    assert "test lab" in drawn
    assert "tier 1" in drawn
    assert "solid one the kind of a logistics node" in chart.note
    assert "solid" not in cell_map(sample).note


def test_border_maps_are_left_out_where_borders_take_nothing(sample):
    whole = dataclasses.replace(sample, cells=sample.cells.with_columns(fragmentation=pl.lit(0.0)))
    assert "border_maps" not in {c.name for c in density_charts(whole)}


def test_product_is_called_by_its_name_where_it_has_one(sample):
    assert "for ev_pack_75" in sample.sentence()
    named = dataclasses.replace(sample, product_name="EV pack")
    assert "ev_pack_75" not in named.sentence() + " ".join(named.lines())
    assert cell_map(named).title == "Where EV pack could be supplied from nearby"


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


def rows_of(chart):
    return [row for data in chart.spec["datasets"].values() for row in data]


def changed(sample, table, **columns):
    return dataclasses.replace(sample, **{table: sample.frame(table).with_columns(**columns)})


def test_every_picture_names_the_table_that_holds_its_numbers(sample):
    twins = {c.name: c.table for c in density_charts(sample)}
    assert twins["ranks"] == twins["borders"] == "regions"
    assert twins["tier_maps"] == "layers"
    assert (twins["side_by_side"], twins["maturity"]) == ("comparison", "maturity")


@pytest.mark.parametrize(
    ("draw", "table"),
    [
        (rank_intervals, "regions"), (side_by_side, "comparison"), (tier_maps, "layers"), (borders, "regions"),
        (maturity_bars, "maturity"), (cell_map, "cells"),
    ],
)  # fmt: skip
def test_picture_of_an_empty_table_is_not_drawn(sample, draw, table):
    assert draw(sample) is not None
    assert draw(dataclasses.replace(sample, **{table: sample.frame(table).clear()})) is None


def test_region_whose_rank_never_moves_has_no_word_and_one_number(sample):
    still = changed(
        sample,
        "regions",
        rank_p5=pl.lit(2),
        rank_p50=pl.lit(2),
        rank_p95=pl.lit(2),
        main_driver=pl.lit(None, pl.String),
    )
    drawn = svg(rank_intervals(still), "here")
    assert ">2</text>" in drawn
    assert " · " not in drawn
    assert "The least sure rank" not in rank_intervals(still).description


def test_least_sure_rank_is_named(sample):
    chart = rank_intervals(
        changed(sample, "regions", rank_p95=pl.when(pl.col("region") == "SK-BL").then(12).otherwise("rank_p95"))
    )
    assert "least sure rank is that of Bratislavský kraj (3 to 12)" in chart.description


def test_unknown_dimension_has_a_question_mark(sample):
    chart = side_by_side(sample)
    assert ">?</text>" in svg(chart, "here")
    assert {r["label"] for r in rows_of(chart)} == {"Komárom-Esztergom", "Śląskie", "Dolnośląskie"}
    assert [r["value"] for r in rows_of(chart) if r["dimension"] == "score ÷ 100"] == [0.61, 0.565, 0.52]


def test_borders_are_left_out_where_they_cost_nothing(sample):
    assert borders(changed(sample, "regions", fragmentation=pl.lit(0.0))) is None
    assert borders(changed(sample, "regions", fragmentation=pl.lit(None, pl.Float64))) is None


def test_maturity_ends_in_what_is_unknown_and_no_part_overlaps(sample):
    rows = [r for r in rows_of(maturity_bars(sample)) if r.get("label") == "Komárom-Esztergom"]
    assert rows[-1]["part"] == "unknown"
    assert rows[-1]["end"] - rows[-1]["start"] == pytest.approx(10.0)
    assert all(a["end"] == b["start"] for a, b in itertools.pairwise(rows))


def test_hot_spots_are_outlined_and_explained(sample):
    hot = cell_map(sample)
    calm = cell_map(changed(sample, "cells", hotspot=pl.lit("none")))
    assert "MultiLineString" in json.dumps(hot.spec)
    assert "hot spots" in hot.note
    assert "MultiLineString" not in json.dumps(calm.spec)
    assert "hot spots" not in calm.note


def test_each_tier_has_a_map_with_every_framed_region_inside_it(sample):
    chart = tier_maps(sample)
    circles = [r for r in rows_of(chart) if "cover" in r]
    assert [sum(r["map"] == f"Tier {t}" for r in circles) for t in (1, 2, 3, 4)] == [len(circles) // 4] * 4
    frames = chart.spec["datasets"][chart.spec["layer"][0]["data"]["name"]]
    corners = [f["geometry"]["coordinates"][0][0] for f in frames]
    for r in circles:
        xs, ys = zip(*corners[int(r["map"][-1]) - 1], strict=True)
        assert min(xs) <= r["x"] <= max(xs)
        assert min(ys) <= r["y"] <= max(ys)


def test_regions_of_the_same_name_are_told_apart_by_their_key(sample):
    chart = rank_intervals(changed(sample, "regions", name=pl.lit("Twin")))
    assert {"Twin (HU-KE)", "Twin (PL-24)"} <= {r["label"] for r in rows_of(chart)}
