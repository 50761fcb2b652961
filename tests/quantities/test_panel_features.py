import h3
import numpy as np
import polars as pl
import pytest

from panels import make_panel, panel_rows
from tierscape.errors import ParameterError
from tierscape.io.panel import Panel
from tierscape.kernels.distance import great_circle_km
from tierscape.quantities.entry_model import entry_data, fit_entry_model
from tierscape.quantities.panel_features import FEATURES, SCALE_KM, Landscape
from tierscape.quantities.panel_parts import asked_parts
from tierscape.quantities.panel_places import find_places

COLUMN = {name: i for i, name in enumerate(FEATURES)}


def landscape(rows, until=2006, **how):
    panel = Panel.from_frame(rows)
    return Landscape(panel, find_places(panel, until=until, **how))


def three_regions():
    """Two plants of 33 in A, one of 44 in B some 56 km north, one of 33 later in C."""
    rows = [("a1", "3363", 20.0, -100.0, 2000, "A"), ("a2", "3363", 20.0, -100.0, 2001, "A"),
            ("b1", "4411", 20.5, -100.0, 2001, "B"), ("c1", "3363", 21.0, -100.0, 2005, "C")]  # fmt: skip
    return pl.DataFrame(rows, schema=["site", "part", "lat", "lon", "first_year", "region"], orient="row")


def test_features_of_three_regions_by_hand():
    land = landscape(three_regions(), until=2001)
    found = land.features(land.of_part(("3363",)), 2001)
    km = great_circle_km(20.0, -100.0, 20.5, -100.0)
    fade = np.exp(-km / SCALE_KM)
    assert found[:, COLUMN["own"]] == pytest.approx(np.log1p([2, 0, 0]))
    assert found[:, COLUMN["near"]] == pytest.approx(np.log1p([2, 2 * fade, 0]))
    assert found[:, COLUMN["total"]] == pytest.approx(np.log1p([2, 1, 0]))
    assert found[:, COLUMN["near_total"]] == pytest.approx(np.log1p([2 + fade, 1 + 2 * fade, 0]))
    assert found[:, COLUMN["distance"]] == pytest.approx(np.log1p([0, km / 10, 50]))


def test_relatedness_of_a_place_with_what_goes_with_the_part_is_one():
    """3363 stands with 3344 in P and Q; R has 3344 alone, S neither."""
    rows = [(f"{r}{p}", p, 20.0 + i, -100.0, 2000, r) for i, (r, ps) in enumerate(
        {"P": ("3363", "3344"), "Q": ("3363", "3344"), "R": ("3344",), "S": ("1111",)}.items()) for p in ps]  # fmt: skip
    land = landscape(pl.DataFrame(rows, schema=["site", "part", "lat", "lon", "first_year", "region"], orient="row"))
    related = land.features(land.of_part(("3363",)), 2000)[:, COLUMN["related"]]
    assert related[2] == pytest.approx(1.0)
    assert related[3] == 0.0


@pytest.mark.parametrize("how", [{}, {"resolution": 5}], ids=["regions", "cells"])
def test_features_and_scores_know_nothing_of_later_rows(how):
    rows = panel_rows()
    early, late = rows.filter(pl.col("first_year") <= 2006), rows.filter(pl.col("first_year") > 2006)
    moved = late.with_columns(pl.col("part").reverse(), pl.col("lat").reverse(), pl.col("first_year") + 1, pl.col("region").reverse())  # fmt: skip
    answers = []
    for given in (rows, early, pl.concat([early, moved]), pl.concat([late, early])):
        land = landscape(given, **how)
        target = land.of_part(("3363",))
        rate = fit_entry_model(land, target, 2006, ridge=1.0).rate(land.features(target, 2006))
        then = land.count(land.first_year <= 2006) > 0
        answers.append({k: float(r) for k, r, known in zip(land.places.keys, rate, then, strict=True) if known})
    assert len(answers[0]) > 20
    assert answers[0] == answers[1] == answers[2] == answers[3]


def test_region_without_a_site_so_far_has_no_place_and_the_lowest_features():
    land = landscape(three_regions(), until=2001)
    assert np.isnan(land.places.lat[2])
    assert land.features(land.of_part(("3363",)), 2001)[2, :5].tolist() == [0.0] * 5


def test_cells_are_the_parents_of_resolution_seven():
    land = landscape(three_regions(), resolution=4)
    assert h3.cell_to_parent(h3.latlng_to_cell(20.0, -100.0, 7), 4) in land.places.keys
    assert land.places.cells


def test_numeric_code_is_a_prefix_and_a_word_is_not():
    rows = three_regions().with_columns(part=pl.Series(["336390", "3363", "pack", "packing"]))
    land = landscape(rows)
    assert land.of_part(("336",)).tolist() == [True, True, False, False]
    assert land.of_part(("pack",)).tolist() == [False, False, True, False]


def test_first_year_is_stock_and_entries_add_up():
    land = landscape(panel_rows())
    data = entry_data(land, land.of_part(("3363",)), 2006)
    assert data.years == tuple(range(2001, 2007))
    assert data.entries.sum() == 36


def test_parts_are_chosen_by_number_where_none_is_named():
    land = landscape(panel_rows())
    assert [p.name for p in asked_parts(land, (), (2006, 2012))] == ["pooled", "1111", "336390"]
    assert [p.name for p in asked_parts(land, (), (2011, 2012))] == ["pooled"]
    with pytest.raises(ParameterError, match="no site of '3364'"):
        asked_parts(land, ("3364",), (2006, 2012))


def test_unknown_column_of_places_is_refused_with_the_nearest():
    panel = make_panel()
    with pytest.raises(ParameterError, match="no column 'regio'"):
        find_places(panel, column="regio", until=2006)


def test_rows_without_a_place_are_told():
    rows = panel_rows().with_columns(region=pl.when(pl.col("region") != "r00").then("region"))
    assert landscape(rows).places.findings[0].rule == "unplaced"
