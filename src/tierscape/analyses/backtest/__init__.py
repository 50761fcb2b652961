"""Whether the entry model ranks the places of tomorrow's plants better than counting does."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from tierscape.analyses.backtest.assumptions import BacktestAssumptions
from tierscape.analyses.backtest.judging import calibration_rows, judge, measures, score_rows
from tierscape.analyses.backtest.result import Backtest
from tierscape.analyses.backtest.tables import CALIBRATION, DIFFERENCE, METRICS
from tierscape.errors import Finding, ParameterError
from tierscape.frames import empty
from tierscape.io.panel import Panel
from tierscape.quantities.panel_features import Landscape
from tierscape.quantities.panel_parts import AskedPart, asked_parts
from tierscape.quantities.panel_places import find_places
from tierscape.registry import analysis

__all__ = ["Backtest", "BacktestAssumptions", "backtest"]

FEW_POSITIVES = 10


@analysis("Backtest on real plants", reads=("panel",))
def backtest(
    panel: Panel,
    *,
    fit_until: Annotated[int, Field(description="Last year that the model may know.")],
    until: Annotated[int | None, Field(description="Last year that is judged; that of the panel by default.")] = None,
    part: Annotated[
        tuple[str, ...],
        Field(description="Parts; digits take all codes that begin with them. By default each with 20 new sites."),
    ] = (),
    resolution: Annotated[
        int | None,
        Field(ge=3, le=7, description="H3 resolution of cells as places; regions by default, cells at 5 without any."),
    ] = None,
    top: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...],
        Field(min_length=1, max_length=10, description="Numbers of first places that are looked at for precision."),
    ] = (10, 25),
    assumptions: Annotated[
        BacktestAssumptions, Field(description="Column of the places, ridge, draws and seed.")
    ] = BacktestAssumptions(),  # noqa: B008 - frozen
) -> Backtest:
    """Fit the entry model up to a year, rank all places for new sites after it, and compare with counting.

    The model is fitted to features at the end of one year against the new sites of the next. Two counts at the end of the
    fit stand against it: sites of the same part, and all sites. Differences are drawn on the same places.

    Parameters
    ----------
    panel : Panel
        Sites with the year in which each was first there, read by ``read_panel``.
    fit_until : int
        Last year that the model may know.
    until : int, optional
        Last year that is judged.
    part : tuple of str
        Parts or industry codes.
    resolution : int, optional
        H3 resolution of cells as places.
    top : tuple of int
        The k of the precisions.
    assumptions : BacktestAssumptions
        Places, ridge, draws, level and seed.

    Returns
    -------
    Backtest
        Tables ``metrics``, ``difference``, ``scores``, ``calibration``.

    Raises
    ------
    ParameterError
        The years leave nothing to fit or to judge, a part or column is not in the panel, or no new site came.

    Notes
    -----
    Features and scale rest on rows up to ``fit_until`` alone. Places are all with any site by then and those that get a new
    one of the part; one that nobody can locate by then scores lowest. "Better" is said only where the interval of the
    difference leaves 0 out. A new key may be a site registered again: see the findings. Cost: one pass over the panel a
    year and part, and O(draws · places) for the intervals.

    References
    ----------
    Entry and relatedness: Neffke, Henning & Boschma (2011), Economic Geography 87:237. AUC: Mann & Whitney (1947), Annals of
    Mathematical Statistics 18:50, doi:10.1214/aoms/1177730491. Bootstrap: Efron (1979), Annals of Statistics 7:1.

    Examples
    --------
    >>> rows = {"site": [], "part": [], "lat": [], "lon": [], "first_year": []}
    >>> for i in range(60):
    ...     near = i % 3 > 0
    ...     place = (25.0 + 0.2 * (i % 5), -100.0) if near else (20.0, -90.0 - i)
    ...     for column, value in zip(rows, (f"s{i}", "3363" if near else "1111", *place, 2000 + i // 4), strict=True):
    ...         rows[column].append(value)
    >>> answer = backtest(Panel.from_frame(pl.DataFrame(rows)), fit_until=2010, part=("3363",), top=(5,))
    >>> answer.value("auc") > 0.8
    True
    """
    end = panel.years[1] if until is None else until
    _check_years(panel, fit_until, end)
    places = find_places(panel, column=assumptions.places, resolution=resolution, until=fit_until)
    land = Landscape(panel, places)
    asked = asked_parts(land, part, (fit_until, end))
    parts, skipped = _usable(land, asked, (fit_until, end))
    judged = [judge(land, p, (fit_until, end), ridge=assumptions.ridge) for p in parts]
    if judged[0].truth.all():
        raise ParameterError(
            f"part: every place gets a new site of {judged[0].part}, so there is nothing to rank. Take finer places "
            "(resolution), fewer years, or a narrower code."
        )
    rows = [measures(j, top, assumptions) for j in judged]
    return Backtest(
        metrics=pl.DataFrame([r for m, _ in rows for r in m], schema=empty(METRICS).schema),
        difference=pl.DataFrame([r for _, d in rows for r in d], schema=empty(DIFFERENCE).schema),
        scores=pl.concat([score_rows(j, land) for j in judged]),
        calibration=pl.DataFrame([r for j in judged for r in calibration_rows(j)], schema=empty(CALIBRATION).schema),
        places=places.word,
        span=(fit_until, end),
        findings=(*panel.findings, *places.findings, *skipped, *_few(judged[0].part, int(judged[0].truth.sum()))),
    )


def _check_years(panel: Panel, fit_until: int, end: int) -> None:
    first, last = panel.years
    if first == last:
        raise ParameterError(f"fit_until: all sites of the panel have the year {first}. Give a panel of several years.")
    if fit_until <= first:
        problem = f"the panel begins in {first}, whose sites are stock and not entries"
        raise ParameterError(f"fit_until: {problem}. Give a year from {first + 1} to {last - 1}.")
    if end <= fit_until or last <= fit_until:
        raise ParameterError(
            f"fit_until: no row of the panel comes after {fit_until} and up to {end}; it ends in {last}. "
            "Fit to an earlier year, or give a later panel."
        )


def _usable(
    land: Landscape, asked: tuple[AskedPart, ...], span: tuple[int, int]
) -> tuple[list[AskedPart], tuple[Finding, ...]]:
    """Leave out parts that nothing can be learnt from or judged by."""
    until, end = span
    year = land.first_year
    fitted = (year > land.panel.years[0]) & (year <= until)
    judged = (year > until) & (year <= end)
    placed = land.places.at >= 0
    usable = [p for p in asked if (p.rows & fitted & placed).any() and (p.rows & judged & placed).any()]
    lost = [p.name for p in asked if p not in usable]
    if not usable or usable[0] is not asked[0]:
        raise ParameterError(
            f"part: no new site of {asked[0].name} came {'after' if (asked[0].rows & fitted & placed).any() else 'before'} "
            f"{until} in any place, so there is nothing to {'judge' if (asked[0].rows & fitted & placed).any() else 'fit'}. "
            "Take another year, or a broader code."
        )
    if not lost:
        return usable, ()
    problem = f"{len(lost)} of {len(asked)} parts have no new site on one side of {until} and are left out"
    remedy = "Take a broader code, or another year."
    left = Finding(rule="no_entries", severity="warning", table="panel", column="part", problem=problem, remedy=remedy, count=len(lost), value=lost[0])  # fmt: skip
    return usable, (left,)


def _few(part: str, positives: int) -> tuple[Finding, ...]:
    if positives >= FEW_POSITIVES:
        return ()
    problem = f"only {positives} places got a new site of {part}, so that the intervals say little"
    remedy = "Judge more years, or a broader code."
    return (
        Finding(
            rule="few_positives", severity="warning", table="panel", problem=problem, remedy=remedy, count=positives
        ),
    )
