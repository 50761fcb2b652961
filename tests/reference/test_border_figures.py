"""The shipped figures of the carbon border."""

import datetime as dt

import polars as pl

from tierscape.reference.carbon_border import carbon_border


def named(parameter: str) -> pl.DataFrame:
    return carbon_border().filter(pl.col("parameter") == parameter)


def test_free_allocation_ends_in_2034():
    steps = named("phase_in")
    assert steps["key"].to_list() == [str(year) for year in range(2026, 2035)]
    assert steps["value"].is_sorted()
    assert steps["value"][-1] == 1


def test_every_figure_is_dated_and_says_where_it_comes_from():
    rows = carbon_border()
    assert (
        rows.select("parameter", "key", "value", "unit", "valid_from", "source", "label")
        .null_count()
        .sum_horizontal()
        .item()
        == 0
    )
    assert rows["valid_from"].min() >= dt.date(2023, 10, 1)
    assert not rows.select("parameter", "key", "valid_from").is_duplicated().any()


def test_what_nobody_read_again_says_so():
    assert set(named("good")["label"]) == {"unverified"}
    assert set(named("embedded")["label"]) == {"prior"}
    assert named("certificate_price")["value"].to_list() == [75.36]
