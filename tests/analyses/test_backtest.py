import numpy as np
import polars as pl
import pytest

from panels import make_panel, panel_rows
from tierscape.analyses.backtest import backtest
from tierscape.errors import ParameterError
from tierscape.io.panel import Panel

QUICK = {"draws": 100}


@pytest.fixture(scope="module")
def answer():
    return backtest(make_panel(), fit_until=2006, part=("3363",), top=(5, 10), assumptions=QUICK)


def test_sentence_names_model_counts_interval_and_verdict(answer):
    said = answer.sentence()
    for word in ("Fitted to 2006", "3363 sites up to 2012", "AUC", "90 % interval", "count of the part", "all sites"):
        assert word in said
    assert any(verdict in said for verdict in ("better than", "worse than", "not distinguishable from"))


def test_scores_hold_the_universe_and_the_truth(answer):
    rows, panel = answer.scores, make_panel().rows
    later = panel.filter(pl.col("part") == "336390", pl.col("first_year") > 2006)
    assert rows["new_sites"].sum() == later.height
    then = set(panel.filter(pl.col("first_year") <= 2006)["region"])
    assert set(rows["place"]) == then | set(later["region"])
    assert rows["score"].is_sorted(descending=True)


def test_measures_equal_those_of_the_scores(answer):
    rows = answer.scores
    truth = rows["truth"].to_numpy()
    for model, column in (("model", "score"), ("same_part", "same_part"), ("total", "total")):
        score = rows[column].to_numpy().astype(float)
        above = score[truth][:, None] - score[~truth][None, :]
        pairs = (above > 0).mean() + 0.5 * (above == 0).mean()
        assert answer.value("auc", model=model) == pytest.approx(pairs)


def test_hard_places_have_no_site_of_the_part_so_that_its_count_is_chance(answer):
    assert answer.value("auc", model="same_part", subset="hard") == 0.5
    hard = answer.metrics.filter(subset="hard", measure="auc", model="model").row(0, named=True)
    assert hard["places"] == answer.scores.filter(pl.col("same_part") == 0).height


def test_better_is_said_only_where_the_interval_leaves_zero_out(answer):
    for row in answer.difference.drop_nulls("difference").to_dicts():
        expected = "better" if row["low"] > 0 else "worse" if row["high"] < 0 else "not distinguishable"
        assert row["verdict"] == expected
        assert row["low"] <= row["high"]
    assert answer.difference.filter("better_count").height == 2 * 3  # one of the counts, by subset and measure


def test_rows_after_the_fit_change_no_score(answer):
    rows = panel_rows()
    late = pl.col("first_year") > 2006
    fewer = pl.concat([rows.filter(~late), rows.filter(late).head(30).with_columns(pl.col("lat") + 0.01)])
    again = backtest(Panel.from_frame(fewer), fit_until=2006, until=2012, part=("3363",), top=(5,), assumptions=QUICK)
    there = dict(answer.scores.filter(pl.col("total") > 0).select("place", "score").rows())
    here = dict(again.scores.filter(pl.col("total") > 0).select("place", "score").rows())
    years = (2012 - 2006, again.span[1] - again.span[0])
    assert {k: v / years[0] for k, v in there.items()} == pytest.approx({k: v / years[1] for k, v in here.items()}, rel=1e-12)  # fmt: skip
    assert len(here) > 20


def test_calibration_adds_up(answer):
    assert answer.calibration["actual"].sum() == answer.actual == 36
    assert answer.calibration["expected"].sum() == pytest.approx(answer.scores["score"].sum())
    assert answer.calibration["places"].sum() == answer.scores.height


def test_several_parts_are_judged_each_and_pooled():
    parts = (
        backtest(make_panel(), fit_until=2006, top=(5,), assumptions=QUICK).metrics["part"].unique(maintain_order=True)
    )
    assert parts.to_list() == ["pooled", "1111", "336390"]


def test_order_of_rows_changes_no_byte(answer):
    again = backtest(Panel.from_frame(panel_rows().sample(fraction=1.0, shuffle=True, seed=1)), fit_until=2006, part=("3363",), top=(5, 10), assumptions=QUICK)  # fmt: skip
    assert again.to_json() == answer.to_json()


def test_every_chart_stands_for_a_table_and_says_its_numbers(answer):
    charts = answer.charts()
    assert [c.name for c in charts] == ["roc", "gain", "map", "calibration"]
    assert all(c.table in {t.name for t in answer.TABLES} and c.description for c in charts)
    assert f"{answer.value('auc'):.2f}" in charts[0].description


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"fit_until": 2000}, "begins in 2000"),
        ({"fit_until": 2012}, "no row of the panel comes after 2012"),
        ({"fit_until": 2006, "until": 2005}, "no row of the panel comes after 2006"),
        ({"fit_until": 2006, "part": ("77",)}, "no site of '77'"),
        ({"fit_until": 2006, "top": (0,)}, "top"),
    ],
)
def test_question_without_an_answer_is_refused(how, said):
    with pytest.raises(ParameterError, match=said):
        backtest(make_panel(), **how)


def test_panel_of_one_year_is_refused():
    with pytest.raises(ParameterError, match="several years"):
        backtest(Panel.from_frame(panel_rows(last=2000)), fit_until=2000)


def test_part_without_new_sites_is_refused_with_the_side_that_lacks_them():
    rows = panel_rows().filter((pl.col("part") == "1111") | (pl.col("first_year") <= 2006))
    with pytest.raises(ParameterError, match="nothing to judge"):
        backtest(Panel.from_frame(rows), fit_until=2006, part=("3363",))
    rows = panel_rows().filter((pl.col("part") == "1111") | (pl.col("first_year") > 2006))
    with pytest.raises(ParameterError, match="nothing to fit"):
        backtest(Panel.from_frame(rows), fit_until=2006, part=("3363",))


def test_new_sites_everywhere_are_refused_for_nothing_is_to_rank():
    rows = pl.DataFrame({"site": list("abcd"), "part": ["3363"] * 4, "lat": [1.0, 2.0] * 2, "lon": [1.0] * 4, "first_year": [2000, 2000, 2001, 2001], "region": ["A", "B"] * 2})  # fmt: skip
    more = rows.with_columns(pl.col("site") + "2", pl.col("first_year") + 2)
    with pytest.raises(ParameterError, match="every place"):
        backtest(Panel.from_frame(pl.concat([rows, more])), fit_until=2001, part=("3363",))


def test_few_new_sites_are_told():
    answer = backtest(make_panel(), fit_until=2011, part=("3363",), top=(5,), assumptions=QUICK)
    assert "few_positives" in {f.rule for f in answer.findings}
    assert np.isfinite(answer.value("auc"))
