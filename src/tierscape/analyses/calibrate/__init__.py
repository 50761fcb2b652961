"""What a panel of real plants says about where new ones come."""

from __future__ import annotations

from typing import Annotated

import polars as pl
from pydantic import Field

from tierscape.analyses.calibrate.assumptions import CalibrateAssumptions
from tierscape.analyses.calibrate.fitting import coefficient_rows, fit_part, fit_row, limit_rows
from tierscape.analyses.calibrate.result import Calibrate
from tierscape.analyses.calibrate.steps import step_rows
from tierscape.analyses.calibrate.tables import COEFFICIENTS, FITS, LIMITS, STEPS
from tierscape.errors import Finding, ParameterError
from tierscape.frames import empty
from tierscape.io.panel import Panel
from tierscape.quantities.panel_features import Landscape
from tierscape.quantities.panel_parts import asked_parts
from tierscape.quantities.panel_places import find_places
from tierscape.registry import analysis

__all__ = ["Calibrate", "CalibrateAssumptions", "calibrate"]


@analysis("Calibration on real plants", reads=("panel",))
def calibrate(
    panel: Panel,
    *,
    until: Annotated[int | None, Field(description="Last year that is fitted; that of the panel by default.")] = None,
    part: Annotated[
        tuple[str, ...],
        Field(description="Parts; digits take all codes that begin with them. By default each with 20 new sites."),
    ] = (),
    resolution: Annotated[
        int | None,
        Field(ge=3, le=7, description="H3 resolution of cells as places; regions by default, cells at 5 without any."),
    ] = None,
    assumptions: Annotated[
        CalibrateAssumptions, Field(description="Column of the places, ridge and levels.")
    ] = CalibrateAssumptions(),  # noqa: B008 - frozen
) -> Calibrate:
    """Fit the entry model to a panel: what new sites of a part go with, how surely, and what the data cannot tell.

    The number of new sites of a place and year is Poisson with a log-linear rate of the features at the end of the year
    before and an effect of the year; negative binomial where a test rejects Poisson.

    Parameters
    ----------
    panel : Panel
        Sites with the year in which each was first there, read by ``read_panel``.
    until : int, optional
        Last year that is fitted.
    part : tuple of str
        Parts or industry codes.
    resolution : int, optional
        H3 resolution of cells as places.
    assumptions : CalibrateAssumptions
        Places, ridge, level of the intervals and of the test.

    Returns
    -------
    Calibrate
        Tables ``coefficients``, ``fits``, ``steps``, ``limits``.

    Raises
    ------
    ParameterError
        The years leave nothing to fit, a part or column is not in the panel, or no new site came.

    Notes
    -----
    Log rate = Σ b·x + effect of the year, maximum likelihood by Newton steps on exact gradients, a ridge on the standardised
    features; standard errors are clustered by place. With the ridge at 0 it is plain maximum likelihood, whose intervals hold
    what they say; a ridge draws estimates to 0 and ranks better. One pass over the panel a year and part.

    References
    ----------
    Cameron & Trivedi (2013), Regression Analysis of Count Data, 2nd ed., chapter 3. Clusters: Liang & Zeger (1986),
    Biometrika 73:13, doi:10.1093/biomet/73.1.13. Relatedness: Neffke, Henning & Boschma (2011), Economic Geography 87:237.

    Examples
    --------
    >>> rows = {"site": [], "part": [], "lat": [], "lon": [], "first_year": []}
    >>> for i in range(60):
    ...     near = i % 3 > 0
    ...     place = (25.0 + 0.2 * (i % 5), -100.0) if near else (20.0, -90.0 - i)
    ...     for column, value in zip(rows, (f"s{i}", "3363" if near else "1111", *place, 2000 + i // 4), strict=True):
    ...         rows[column].append(value)
    >>> answer = calibrate(Panel.from_frame(pl.DataFrame(rows)), part=("3363",))
    >>> answer.fits.select("entries", "family").row(0)
    (38, 'Poisson')
    """
    first, last = panel.years[0], panel.years[1] if until is None else until
    if panel.years[0] == panel.years[1]:
        raise ParameterError(f"until: all sites of the panel have the year {first}. Give a panel of several years.")
    if last <= first:
        raise ParameterError(
            f"until: the panel begins in {first}, whose sites are stock. Give a later year than {first}."
        )
    places = find_places(panel, column=assumptions.places, resolution=resolution, until=last)
    land = Landscape(panel, places)
    asked = asked_parts(land, part, (first, last))
    new = (land.first_year > first) & (land.first_year <= last) & (places.at >= 0)
    usable = [p for p in asked if (p.rows & new).any()]
    if not usable:
        raise ParameterError(
            f"part: no new site of {asked[0].name} came after {first} and up to {last} in any place, so there is nothing to "
            "fit. Take a later year, or a broader code."
        )
    fitted = [fit_part(land, p, last, assumptions) for p in usable]
    coefficients = [row for f in fitted for row in coefficient_rows(f, assumptions.level)]
    lost = [p.name for p in asked if p not in usable]
    return Calibrate(
        coefficients=pl.DataFrame(coefficients, schema=empty(COEFFICIENTS).schema),
        fits=pl.DataFrame([fit_row(f) for f in fitted], schema=empty(FITS).schema),
        steps=pl.DataFrame(
            [row for f in fitted for row in step_rows(f, assumptions.ridge)], schema=empty(STEPS).schema
        ),
        limits=pl.DataFrame([row for f in fitted for row in limit_rows(f)], schema=empty(LIMITS).schema),
        places=places.word,
        years=(first + 1, last),
        findings=(*panel.findings, *places.findings, *_lost(lost)),
    )


def _lost(parts: list[str]) -> tuple[Finding, ...]:
    if not parts:
        return ()
    problem = f"{len(parts)} parts have no new site in these years and are left out"
    remedy = "Take a broader code, or other years."
    return (
        Finding(rule="no_entries", severity="warning", table="panel", column="part", problem=problem, remedy=remedy, count=len(parts), value=parts[0]),
    )  # fmt: skip
