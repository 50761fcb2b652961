"""The pictures of `backtest`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from tierscape.analyses.backtest.tables import CONTENDERS, MODEL, SAME_PART, TOTAL
from tierscape.charts import Chart
from tierscape.charts.curves import line_curves
from tierscape.charts.dumbbells import dumbbells
from tierscape.charts.point_maps import point_map
from tierscape.kernels.ranking_skill import precision_at, roc
from tierscape.reference import borders_geojson

if TYPE_CHECKING:
    from tierscape.analyses.backtest.result import Backtest

MOST_POINTS = 120
MARGIN = 0.6
COLUMNS = {MODEL: "score", SAME_PART: "same_part", TOTAL: "total"}
HIT, MISS, ALARM = "got one, and was ranked high", "got one, but was ranked low", "was ranked high, but got none"


def backtest_charts(answer: Backtest) -> tuple[Chart, ...]:
    """Receiver operating characteristic, gain, map, calibration."""
    drawn = (_roc(answer), _gain(answer), _map(answer), _calibration(answer))
    return tuple(chart for chart in drawn if chart is not None)


def _rows(answer: Backtest) -> pl.DataFrame:
    return answer.scores.filter(pl.col("part") == answer.first_part)


def _thin(x: np.ndarray, y: np.ndarray, name: str) -> pl.DataFrame:
    kept = np.unique(np.linspace(0, len(x) - 1, MOST_POINTS).astype(int)) if len(x) > MOST_POINTS else np.arange(len(x))
    return pl.DataFrame({"x": x[kept], "y": y[kept], "who": [name] * len(kept)})


def _roc(answer: Backtest) -> Chart | None:
    rows = _rows(answer)
    truth = rows["truth"].to_numpy()
    if truth.all() or not truth.any():
        return None
    curves = [
        _thin(*roc(rows[column].cast(pl.Float64).to_numpy(), truth), CONTENDERS[who]) for who, column in COLUMNS.items()
    ]
    values = ", ".join(f"{CONTENDERS[w].lower()} {answer.value('auc', model=w):.2f}" for w in CONTENDERS)
    return Chart(
        name="roc",
        title=f"Who ranks the places of new {answer.about} better",
        spec=line_curves(
            pl.concat(curves),
            x="x",
            y="y",
            series="who",
            titles=("Places without a new site passed, share", "Places with one found, share"),
        ),
        description=f"Receiver operating characteristic of model and counts; area under it: {values}.",
        table="metrics",
        note="The higher the line, the better; a diagonal would be chance.",
    )


def _gain(answer: Backtest) -> Chart | None:
    rows = _rows(answer)
    truth = rows["truth"].to_numpy()
    positives = int(truth.sum())
    if not positives:
        return None
    steps = sorted({max(1, round(len(truth) * share)) for share in np.linspace(0.0, 0.5, 41)})
    curves = []
    for who, column in COLUMNS.items():
        score = rows[column].cast(pl.Float64).to_numpy()
        found = [precision_at(score, truth, k) * k / positives for k in steps]
        curves.append(pl.DataFrame({"x": [float(k) for k in steps], "y": found, "who": [CONTENDERS[who]] * len(steps)}))
    tenth = max(1, round(len(truth) / 10))
    share = precision_at(rows["score"].to_numpy(), truth, tenth) * tenth / positives
    return Chart(
        name="gain",
        title="How many places one must look at",
        spec=line_curves(
            pl.concat(curves),
            x="x",
            y="y",
            series="who",
            titles=("First places looked at", "New-site places found, share"),
        ),
        description=f"Share of the places with a new site that stand among the first places; the first {tenth} by the model hold {share:.0%}.",
        table="scores",
        note="Ties count at their expected value. The second half of the list is not drawn.",
    )


def _map(answer: Backtest) -> Chart | None:
    rows = _rows(answer)
    positives = int(rows["truth"].sum())
    lost = rows.filter(pl.col("lat").is_null() & pl.col("truth")).height
    rows = rows.drop_nulls("lat")
    high = pl.col("rank") <= positives
    kind = (
        pl.when(high & pl.col("truth"))
        .then(pl.lit(HIT))
        .when("truth")
        .then(pl.lit(MISS))
        .when(high)
        .then(pl.lit(ALARM))
    )
    words = pl.format("{} sites of the part before, {} since", "same_part", "new_sites")
    points = rows.with_columns(kind=kind, words=words, name="place").drop_nulls("kind")
    if points.is_empty():
        return None
    west, east = float(points["lon"].min()) - MARGIN, float(points["lon"].max()) + MARGIN  # type: ignore[arg-type]
    south, north = float(points["lat"].min()) - MARGIN, float(points["lat"].max()) + MARGIN  # type: ignore[arg-type]
    box = (max(west, -180.0), max(south, -89.0), min(east, 180.0), min(north, 89.0))
    hits = points.filter(pl.col("kind") == HIT).height
    return Chart(
        name="map",
        title=f"Where new {answer.about} came, and where they were expected",
        spec=point_map(borders_geojson(box), bbox=box, points=points, kinds=(HIT, MISS, ALARM)),
        description=f"Map of the {positives} places with a new site and the {positives} ranked first; {hits} are both.",
        table="scores",
        note=f"Ranked high: among the first {positives} of {_rows(answer).height} {answer.places}."
        + (f" Not drawn: {lost} new to the panel." if lost else ""),
    )


def _calibration(answer: Backtest) -> Chart | None:
    rows = answer.calibration.filter(pl.col("part") == answer.first_part)
    drawn = rows.select(
        pl.format(
            "group {}: {} {}",
            "group",
            "places",
            pl.when(pl.col("places") == 1).then(pl.lit("place")).otherwise(pl.lit("places")),
        ).alias("label"),
        "expected",
        pl.col("actual").cast(pl.Float64),
        pl.format("{} of {}", "actual", pl.col("expected").round(0).cast(pl.Int64)).alias("word"),
    )
    return Chart(
        name="calibration",
        title="Expected and actual new sites, by group of places",
        spec=dumbbells(
            drawn,
            label="label",
            first="actual",
            second="expected",
            title="New sites: dot came, tick expected",
            word="word",
        ),
        description=f"New sites expected and come in groups of places from the highest score down; in all {answer.expected:.0f} against {answer.actual}.",
        table="calibration",
        note="Each group expects about as many; group 1 has the highest scores.",
    )
