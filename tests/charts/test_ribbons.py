"""Ribbons between columns."""

import polars as pl
import pytest

from tierscape.charts.ribbons import GAP, ribbons

COLORS = {"home": "#111111", "far": "#222222", "unknown": "#bbbbbb"}
HEADS = {0: "product", 1: "tier 1", 2: "tier 2"}


def drawn(*rows):
    flows = pl.DataFrame(rows, schema=["layer", "kind", "to", "value"], orient="row")
    spec = ribbons(flows, colors=COLORS, layers=HEADS)
    points = [row for data in spec["datasets"].values() for row in data]
    nodes = {(round(row["x"] + row["x2"]), row["kind"]): row for row in points if "x2" in row and "word" not in row}
    return nodes, [row for row in points if "id" in row]


FLOWS = ((0, "home", "home", 0.5), (0, "home", "far", 0.2), (0, "home", "added", 0.3), (1, "home", "far", 0.4), (1, "home", "added", 0.1))  # fmt: skip


def test_columns_are_as_high_as_what_comes_in_and_stand_apart():
    nodes, _ = drawn(*FLOWS)
    height = {key: row["y2"] - row["y"] for key, row in nodes.items()}
    assert height == pytest.approx({(0, "home"): 1.0, (2, "home"): 0.5, (2, "far"): 0.2, (4, "far"): 0.4}, abs=2e-3)
    assert nodes[2, "far"]["y"] - nodes[2, "home"]["y2"] == pytest.approx(GAP, abs=2e-3)


def test_ribbons_keep_their_height_and_start_one_below_the_other():
    _, points = drawn(*FLOWS)
    assert {row["id"] for row in points} == {0, 1, 2}
    assert all(row["y2"] - row["y"] in (pytest.approx(v, abs=2e-3) for v in (0.5, 0.2, 0.4)) for row in points)
    second = [row for row in points if row["id"] == 1]
    assert (second[0]["y"], second[-1]["y"]) == (pytest.approx(0.5), pytest.approx(0.5 + GAP, abs=2e-3))
    assert [row["kind"] for row in second] == ["far"] * 4  # the colour of where it leads


def test_hair_thin_ribbon_is_left_out():
    _, points = drawn((0, "home", "home", 0.999), (0, "home", "far", 0.001))
    assert {row["kind"] for row in points} == {"home"}
