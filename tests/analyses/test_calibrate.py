import numpy as np
import polars as pl
import pytest

from panels import make_panel, panel_rows
from tierscape.analyses.calibrate import calibrate
from tierscape.analyses.calibrate.fitting import FittedPart
from tierscape.analyses.calibrate.steps import step_rows
from tierscape.analyses.growth import GrowthAssumptions
from tierscape.errors import ParameterError
from tierscape.io.panel import Panel
from tierscape.kernels.count_models import fit_counts
from tierscape.quantities.entry_model import EntryData
from tierscape.quantities.panel_features import FEATURES


@pytest.fixture(scope="module")
def answer():
    return calibrate(make_panel(), part=("3363",))


def test_every_feature_has_an_estimate_and_its_interval(answer):
    rows = answer.coefficients
    assert rows["symbol"].to_list() == list(FEATURES)
    for row in rows.drop_nulls("estimate").to_dicts():
        assert row["low"] < row["estimate"] < row["high"]
        assert row["ratio_low"] < row["ratio"] < row["ratio_high"]
        assert row["says"] == ("raises" if row["low"] > 0 else "lowers" if row["high"] < 0 else "not distinguishable from 0")  # fmt: skip


def test_plants_that_follow_plants_are_found(answer):
    ratios = dict(answer.coefficients.select("symbol", "ratio").rows())
    assert max(ratios["own"], ratios["near"], 1 / ratios["distance"]) > 1.3
    assert answer.fits["entries"].item() == 12 * 6


def test_what_the_panel_cannot_tell_is_told(answer):
    topics = answer.limits["topic"].to_list()
    assert {"anchors", "exit", "cause", "stock"} <= set(topics)
    few = calibrate(make_panel(), part=("3363",), until=2003).limits["topic"].to_list()
    assert "entries" in few
    assert "entries" not in topics


def test_no_ridge_moves_estimates_away_from_zero(answer):
    free = calibrate(make_panel(), part=("3363",), assumptions={"ridge": 0.0})
    sizes = [a.coefficients["ratio"].log().abs().sum() for a in (calibrate(make_panel(), part=("3363",), assumptions={"ridge": 100}), answer, free)]  # fmt: skip
    assert sizes[0] < sizes[1] < sizes[2]


def test_summary_says_years_number_and_factors(answer):
    assert "72 new 3363 sites" in answer.sentence()
    assert "2001 to 2012" in answer.sentence()
    assert "cannot tell about: anchors" in answer.lines()[2]


def test_chart_shows_the_factors(answer):
    (chart,) = answer.charts()
    assert chart.table == "coefficients"
    assert chart.spec["layer"]


@pytest.mark.parametrize(
    ("how", "said"),
    [({"until": 2000}, "begins in 2000"), ({"part": ("77",)}, "no site of '77'"), ({"until": 1990}, "later year")],
)
def test_question_without_an_answer_is_refused(how, said):
    with pytest.raises(ParameterError, match=said):
        calibrate(make_panel(), **how)


def test_no_entries_at_all_are_refused():
    rows = panel_rows().filter((pl.col("part") == "1111") | (pl.col("first_year") == 2000))
    with pytest.raises(ParameterError, match="nothing to fit"):
        calibrate(Panel.from_frame(rows), part=("3363",))


def test_panel_of_one_year_is_refused():
    with pytest.raises(ParameterError, match="several years"):
        calibrate(Panel.from_frame(panel_rows(last=2000)))


def test_fitted_slopes_are_what_growth_takes(answer):
    given = GrowthAssumptions(fitted=answer.fitted()).fitted
    own = answer.coefficients.filter(pl.col("symbol") == "own").row(0, named=True)
    assert (given.size, given.size_error) == (own["estimate"], own["standard_error"])


def test_step_in_the_rate_is_found_and_a_straight_line_has_none():
    random = np.random.default_rng(0)
    places, years = 150, 8
    values = np.log1p(random.integers(0, 30, places * years).astype(float))
    place, year = np.tile(np.arange(places), years), np.repeat(np.arange(years), places)
    features = np.column_stack([values, *(random.normal(size=(5, places * years)))])
    for height, says in ((0.0, "no step"), (2.0, "a critical mass")):
        rate = np.exp(-2.0 + 0.3 * values + height * (values > np.log1p(20)))
        data = EntryData(features, random.poisson(rate).astype(float), place, year, tuple(range(years)))
        fit = fit_counts(data.design, data.entries, ridge=data.ridge(0.0), clusters=place)
        rows = {row["symbol"]: row for row in step_rows(FittedPart("x", data, fit, 0.0, 1.0, fit), 0.0)}
        assert rows["own"]["says"] == says
        assert rows["near"]["says"] == "no step"
        assert 0.0 <= rows["own"]["p_value"] <= 1.0
    assert abs(rows["own"]["threshold"] - np.log1p(20)) < 0.15


def test_steps_are_told_for_each_feature_in_which_they_were_tried(answer):
    assert answer.steps["symbol"].to_list() == ["own", "near", "related"]
    assert "critical mass" in answer.lines()[1]
    assert set(answer.steps["says"]) <= {"a critical mass", "levels off above it", "no step", "never varies"}
