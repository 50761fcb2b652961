import polars as pl

from tierscape.charts.forests import forest
from tierscape.charts.point_maps import point_map


def test_forest_draws_a_line_at_no_effect_and_greys_what_crosses_it():
    rows = pl.DataFrame({"name": ["a", "b"], "ratio": [2.0, 1.1], "low": [1.5, 0.8], "high": [2.6, 1.5]})
    spec = forest(rows, label="name", value="ratio", ends=("low", "high"), neutral=1.0, title="Factor")
    assert len(spec["layer"]) == 4
    color = spec["layer"][1]["encoding"]["color"]
    assert color["condition"]["test"] == "datum['low'] <= 1.0 && datum['high'] >= 1.0"
    assert color["condition"]["value"] != color["value"]


def test_point_map_keeps_kinds_in_the_order_of_the_legend_and_draws_the_first_on_top():
    points = pl.DataFrame({"lat": [20.0, 21.0], "lon": [-100.0, -101.0], "name": ["p", "q"], "kind": ["hit", "miss"], "words": ["1", "0"]})  # fmt: skip
    base = {"type": "FeatureCollection", "features": []}
    spec = point_map(base, bbox=(-102.0, 19.0, -99.0, 22.0), points=points, kinds=("hit", "miss"))
    marks = spec["layer"][1]
    assert marks["encoding"]["color"]["scale"]["domain"] == ["hit", "miss"]
    (drawn,) = [rows for rows in spec["datasets"].values() if rows and "kind" in rows[0]]
    assert [row["kind"] for row in drawn] == ["miss", "hit"]
