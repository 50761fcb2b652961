"""How much a row counts: the grade of its evidence and its age. The only place with these numbers."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

GRADE_WEIGHTS: Mapping[str, float] = MappingProxyType(
    {"audited": 1.0, "declared": 0.8, "observed": 0.6, "inferred": 0.3}
)
"""Weight of a row by grade. A row without a grade weighs as much as the weakest grade."""

HALF_LIFE_MONTHS: Mapping[str, float] = MappingProxyType({"supplier": 12.0, "country": 24.0, "capacity": 6.0})
"""Months in which the weight of a row halves: rows about suppliers, figures of countries, capacities."""

UNDATED_HALF_LIVES = 2.0
"""Age of a row without ``as_of``, in half-lives."""

DAYS_A_MONTH = 365.25 / 12


def grade_weight(evidence: str = "evidence") -> pl.Expr:
    """Weigh rows by grade alone.

    Parameters
    ----------
    evidence : str
        Column with the grade; null or unknown weighs as ``inferred``.

    Returns
    -------
    polars.Expr
        Weights from 0 to 1.

    Examples
    --------
    >>> pl.DataFrame({"evidence": ["declared", None]}).select(w=grade_weight())["w"].to_list()
    [0.8, 0.3]
    """
    return pl.col(evidence).replace_strict(
        dict(GRADE_WEIGHTS), default=GRADE_WEIGHTS["inferred"], return_dtype=pl.Float64()
    )


def age_weight(today: pl.Expr, half_life_months: float, *, as_of: str = "as_of") -> pl.Expr:
    """Weigh rows by age: 2 to the power of minus the age in half-lives.

    Parameters
    ----------
    today : polars.Expr
        Day to which the age is counted: the newest ``as_of`` of the network, so that answers do not change overnight.
        Null makes every row undated.
    half_life_months : float
        One of ``HALF_LIFE_MONTHS``.
    as_of : str
        Column with the day on which the row was true; null counts as two half-lives.

    Returns
    -------
    polars.Expr
        Weights from 0 to 1; a day later than ``today`` weighs 1.
    """
    days = (today - pl.col(as_of)).dt.total_days().cast(pl.Float64).clip(lower_bound=0.0)
    age = (days / (half_life_months * DAYS_A_MONTH)).fill_null(UNDATED_HALF_LIVES)
    return pl.lit(2.0).pow(-age)
