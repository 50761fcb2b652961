"""Scores against what came: measures, paired differences, calibration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.backtest.assumptions import BacktestAssumptions
from tierscape.analyses.backtest.tables import ALL_PLACES, CONTENDERS, HARD, MODEL
from tierscape.kernels import ranking_skill as skill
from tierscape.quantities.entry_model import fit_entry_model
from tierscape.quantities.panel_features import Landscape
from tierscape.quantities.panel_parts import AskedPart

GROUPS = 5
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Judged:
    """The universe of one part: contenders' scores, and the new sites; all of shape (places,) or (contenders, places)."""

    part: str
    places: NDArray[np.int64]
    scores: Floats
    new_sites: NDArray[np.int64]

    @property
    def truth(self) -> NDArray[np.bool_]:
        """Places that got a new site."""
        return self.new_sites > 0


def judge(land: Landscape, part: AskedPart, span: tuple[int, int], *, ridge: float) -> Judged:
    """Fit up to the first year, score every place, and count what came up to the second.

    The universe is every place with any site by the first year, and those that get a new site of the part.
    """
    until, end = span
    model = fit_entry_model(land, part.rows, until, ridge=ridge)
    then = land.first_year <= until
    new = land.count(part.rows & ~then & (land.first_year <= end))
    total = land.count(then)
    universe = np.flatnonzero((total > 0) | (new > 0))
    expected = model.rate(land.features(part.rows, until)) * (end - until)
    scores = np.stack([expected, land.count(part.rows & then), total])[:, universe]
    return Judged(part.name, universe, scores, new[universe].astype(np.int64))


def measures(judged: Judged, top: tuple[int, ...], how: BacktestAssumptions) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:  # fmt: skip
    """Rows of ``metrics`` and of ``difference``."""
    metrics: list[dict[str, Any]] = []
    differences: list[dict[str, Any]] = []
    subsets = {ALL_PLACES: np.ones(len(judged.places), dtype=np.bool_), HARD: judged.scores[1] == 0}
    for subset, mask in subsets.items():
        scores, truth = judged.scores[:, mask], judged.truth[mask]
        about = {"part": judged.part, "subset": subset}
        size = {
            "places": int(mask.sum()),
            "positives": int(truth.sum()),
            "new_sites": int(judged.new_sites[mask].sum()),
        }
        decided = 0 < size["positives"] < size["places"]
        for measure, values, draws in _measured(scores, truth, top, how, decided=decided):
            for i, model in enumerate(CONTENDERS):
                low, high = _known(*skill.interval(draws[i], how.level))
                metrics.append({**about, "measure": measure, "model": model, "value": _known(values[i])[0], "low": low, "high": high, **size})  # fmt: skip
            differences += _differences({**about, "measure": measure}, values, draws, how.level)
    return metrics, differences


def _measured(
    scores: Floats, truth: NDArray[np.bool_], top: tuple[int, ...], how: BacktestAssumptions, *, decided: bool
) -> Iterator[tuple[str, Floats, Floats]]:
    """Name, value by contender and draws by contender of each measure; NaN where all places are alike."""
    names = ["auc", *(f"precision@{k}" for k in top)]
    if not decided:
        nothing = np.full((len(CONTENDERS), 1), np.nan)
        yield from ((name, nothing[:, 0], nothing) for name in names)
        return
    aucs, precisions = skill.bootstrap(scores, truth, tops=top, draws=how.draws, seed=how.seed)
    yield names[0], np.array([skill.auc(s, truth) for s in scores]), aucs
    for i, k in enumerate(top):
        yield names[i + 1], np.array([skill.precision_at(s, truth, k) for s in scores]), precisions[:, i]


def _differences(about: dict[str, str], values: Floats, draws: Floats, level: float) -> Iterator[dict[str, Any]]:
    counts = [m for m in CONTENDERS if m != MODEL]
    better = 1 if not values[2] > values[1] else 2
    for i, against in enumerate(counts, 1):
        low, high = skill.interval(draws[0] - draws[i], level)
        verdict = "better" if low > 0 else "worse" if high < 0 else "not distinguishable"
        gap, low_, high_ = _known(values[0] - values[i], low, high)
        said = verdict if gap is not None else None
        yield {**about, "against": against, "better_count": i == better, "difference": gap, "low": low_, "high": high_, "verdict": said}  # fmt: skip


def _known(*values: float) -> tuple[float | None, ...]:
    return tuple(float(v) if np.isfinite(v) else None for v in values)


def score_rows(judged: Judged, land: Landscape) -> pl.DataFrame:
    """Rows of ``scores``, likeliest first."""
    at = judged.places
    rows = pl.DataFrame({
        "part": [judged.part] * len(at), "place": [land.places.keys[i] for i in at],
        "lat": land.places.lat[at], "lon": land.places.lon[at],
        "score": judged.scores[0], "same_part": judged.scores[1].astype(np.int64),
        "total": judged.scores[2].astype(np.int64), "new_sites": judged.new_sites, "truth": judged.truth,
    }).with_columns(pl.col("lat", "lon").fill_nan(None))  # fmt: skip
    ranked = rows.with_columns(pl.col("score").rank("min", descending=True).cast(pl.Int64).alias("rank"))
    names = ("part", "place", "lat", "lon", "rank", "score", "same_part", "total", "new_sites", "truth")
    return ranked.select(names).sort("rank", "place")


def calibration_rows(judged: Judged) -> Iterator[dict[str, Any]]:
    """Rows of ``calibration``: places by falling score, cut where the expected sites reach each fifth of their sum."""
    order = np.argsort(-judged.scores[0], kind="stable")
    expected, actual = judged.scores[0][order], judged.new_sites[order]
    reached = (np.cumsum(expected) - expected / 2) / max(float(expected.sum()), 1e-300)
    group = np.minimum((reached * GROUPS).astype(np.int64), GROUPS - 1)
    for number in np.unique(group):
        inside = group == number
        yield {
            "part": judged.part, "group": int(number) + 1, "places": int(inside.sum()),
            "expected": float(expected[inside].sum()), "actual": int(actual[inside].sum()),
        }  # fmt: skip
