"""Results keep what their tables declare."""

import dataclasses
import json
from dataclasses import dataclass
from typing import ClassVar

import polars as pl
import pytest

from tierscape.errors import Finding
from tierscape.results import Provenance, Result, conform
from tierscape.schema import Column, Table

PLACES = Table("places", "a place", ("place",), (
    Column("place", "text", "Place."),
    Column("score", "number", "Score.", unit="points"),
    Column("rank", "integer", "Rank.", unit="1"),
    Column("best", "boolean", "Best."),
    Column("day", "date", "Day.", unit="date"),
))  # fmt: skip

GOOD = {"place": ["x", "y"], "score": [1.5, None], "rank": [1, 2], "best": [True, None], "day": [None, None]}


def frame(**changed):
    return pl.DataFrame(GOOD | changed)


@dataclass(frozen=True, kw_only=True, eq=False)
class Answer(Result):
    TABLES: ClassVar[tuple[Table, ...]] = (PLACES,)

    places: pl.DataFrame

    def sentence(self):
        return f"{self.places['place'][0]} is best."


def test_fitting_frame_gets_the_declared_types():
    found = conform(frame(score=[1, None]), PLACES)
    assert found.schema == {
        "place": pl.String,
        "score": pl.Float64,
        "rank": pl.Int64,
        "best": pl.Boolean,
        "day": pl.Date,
    }


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"extra": [1, 2]}, "extra"),
        ({"score": [float("nan"), 1.0]}, "NaN or infinity"),
        ({"score": [float("inf"), 1.0]}, "NaN or infinity"),
        ({"place": ["x", "x"]}, "doubled"),
        ({"place": ["x", None]}, "null"),
        ({"score": ["1.5", "2"]}, "declared as number"),
        ({"rank": [1.5, 2.0]}, "declared as integer"),
        ({"best": [1, 0]}, "declared as boolean"),
        ({"place": [1, 2]}, "declared as text"),
    ],
)
def test_frame_that_does_not_fit_is_refused_with_the_place(changed, says):
    with pytest.raises(TypeError, match=says) as caught:
        conform(frame(**changed), PLACES)
    assert "places" in str(caught.value)


def test_missing_or_swapped_columns_are_refused():
    with pytest.raises(TypeError, match="declared are"):
        conform(frame().drop("day"), PLACES)
    with pytest.raises(TypeError, match="declared are"):
        conform(frame().select("score", "place", "rank", "best", "day"), PLACES)


def test_result_checks_its_frames_when_it_is_made():
    with pytest.raises(TypeError, match="doubled"):
        Answer(places=frame(place=["x", "x"]))


def test_result_is_frozen():
    answer = Answer(places=frame())
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.title = "other"


def test_json_holds_everything_with_units_and_plain_values():
    finding = Finding(rule="r", severity="note", table="t", problem="is odd", remedy="Look.", value="v", row=3)
    rests = Provenance(
        "1", "net", "d" * 64, 4, {"inferred": 0.25, "illustrative": 0.5, "none": 0.25}, {"f.csv": "2024"}
    )
    day = pl.Series(["2026-01-31", None]).str.to_date()
    answer = Answer(
        places=frame(day=day), findings=(finding,), analysis="a", title="A", parameters={"p": 1}, provenance=rests
    )
    body = json.loads(answer.to_json())
    assert body["tables"]["places"]["rows"][0] == {
        "place": "x",
        "score": 1.5,
        "rank": 1,
        "best": True,
        "day": "2026-01-31",
    }
    assert body["tables"]["places"]["columns"][1] == {
        "name": "score",
        "kind": "number",
        "unit": "points",
        "description": "Score.",
    }
    assert body["findings"][0]["message"] == "t: is odd, the first 'v' (row 3). Look."
    assert body["provenance"]["digest"] == "d" * 64
    assert body["summary"] == (
        "x is best. Of the 4 rows that this rests on, 25% are inferred and 50% illustrative and 25% without a grade of evidence."
    )


def test_summary_without_provenance_is_the_sentence():
    answer = Answer(places=frame())
    assert answer.summary() == answer.sentence() == "x is best."
    assert answer.lines() == ("x is best.",)
    assert json.loads(answer.to_json())["provenance"] is None


def test_base_has_no_answer_of_its_own():
    with pytest.raises(NotImplementedError):
        Result().sentence()
    assert (Result().columns(), Result().headlines(), Result().charts()) == (None, (), ())
