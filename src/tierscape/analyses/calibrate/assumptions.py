"""What a calibration takes for granted."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class CalibrateAssumptions(BaseModel):
    """Places, strength of the ridge, and the width of the intervals."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    places: str = Field(
        "region",
        min_length=1,
        description="Column of the panel that names the place of a site; cells where it is empty.",
    )
    ridge: float = Field(
        1.0, ge=0, le=1000, description="Pull of the coefficients to 0; 0 is plain maximum likelihood."
    )
    level: float = Field(0.9, gt=0.5, lt=1, description="Confidence of the intervals.")
    test_level: float = Field(
        0.05, gt=0, le=0.5, description="Chance of error at which Poisson is given up for the negative binomial."
    )
