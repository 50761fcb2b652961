"""What a backtest takes for granted."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class BacktestAssumptions(BaseModel):
    """Places, strength of the ridge, and how the spread is drawn."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    places: str = Field(
        "region",
        min_length=1,
        description="Column of the panel that names the place of a site; cells where it is empty.",
    )
    ridge: float = Field(1.0, ge=0, le=1000, description="Pull of the coefficients to 0.")
    draws: int = Field(1000, ge=100, le=100_000, description="Times that places are drawn anew for the intervals.")
    level: float = Field(0.9, gt=0.5, lt=1, description="Share of the draws that an interval holds.")
    seed: int = Field(0, ge=0, lt=2**63, description="What the draws start from.")
