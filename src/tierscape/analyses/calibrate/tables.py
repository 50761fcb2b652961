"""The tables that `calibrate` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

_PART = Column("part", "text", "Part or industry code; 'pooled' for all of them together.")


def _number(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="1")


COEFFICIENTS = Table("coefficients", "what the rate of entry of a part depends on", ("part", "symbol"), (
    _PART,
    Column("symbol", "text", "Short name of the feature."),
    Column("meaning", "text", "The feature, at the end of the year before."),
    _number("estimate", "Change of the log rate for one unit of the feature; unknown where it never varies."),
    _number("standard_error", "Of the estimate, rows of one place not taken for independent."),
    _number("low", "Lower end of its interval."),
    _number("high", "Upper end of its interval."),
    _number("ratio", "Factor on the rate for one standard deviation more of the feature."),
    _number("ratio_low", "Lower end of its interval."),
    _number("ratio_high", "Upper end of its interval."),
    Column("says", "text", "'raises' or 'lowers' if the interval leaves 0 out, else 'not distinguishable from 0'."),
))  # fmt: skip

FITS = Table("fits", "a fitted part", ("part",), (
    _PART,
    Column("family", "text", "'Poisson', or 'negative binomial' where the test rejects Poisson."),
    _number("alpha", "Overdispersion: variance = mean + alpha·mean²; 0 is Poisson."),
    _number("likelihood_ratio", "Twice the log-likelihood that alpha gains."),
    _number("p_value", "Chance of that or more from Poisson data."),
    _number("log_likelihood", "Of the chosen family."),
    Column("explained", "number", "Share of the Poisson log-likelihood of year effects alone that the features take off.", unit="share"),
    Column("places", "integer", "Places with any site by the end.", unit="1"),
    Column("years", "integer", "Years fitted.", unit="years"),
    Column("entries", "integer", "New sites fitted.", unit="sites"),
    Column("converged", "boolean", "Whether the fit came to rest."),
))  # fmt: skip

LIMITS = Table("limits", "something that this panel cannot tell", ("part", "topic"), (
    _PART,
    Column("topic", "text", "What it is about."),
    Column("says", "text", "What follows."),
))  # fmt: skip

STEPS = Table("steps", "a feature in which a mass may be critical", ("part", "symbol"), (
    _PART,
    Column("symbol", "text", "Short name of the feature."),
    _number("threshold", "Value of the feature at the middle of the best step."),
    _number("step", "Height of the step in the log rate, beyond the straight line."),
    _number("step_error", "Its standard error."),
    _number("likelihood_ratio", "Twice the log-likelihood that the step gains."),
    _number("p_value", "Chance of that or more without a step, all thresholds that were tried counted."),
    Column("says", "text", "'a critical mass' if the chance is below 1 % and the step goes up, 'levels off above it' if it goes down, else 'no step'."),
))  # fmt: skip

ALL = (COEFFICIENTS, FITS, STEPS, LIMITS)
