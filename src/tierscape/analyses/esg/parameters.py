"""What `esg` takes for granted."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from tierscape.quantities.lanes import LaneOptions

Prefix = Annotated[str, Field(pattern=r"^\d{2,6}$")]


class Factors(LaneOptions):
    """How goods travel, and what the carbon border costs."""

    certificate_price: float | None = Field(
        None,
        ge=0,
        le=1000,
        description="Price of a certificate, EUR a tonne; that of the first quarter of 2026 by default.",
    )
    origin_carbon_price: float = Field(
        0.0, ge=0, le=1000, description="Carbon price paid at the origin where no indicator states one, EUR a tonne."
    )
    cbam_also: tuple[Prefix, ...] = Field(
        (), description="HS prefixes to which the carbon border might be extended, as a case."
    )


class Social(BaseModel):
    """How work is counted."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    hours_per_year: float = Field(1750.0, gt=0, le=4000, description="Hours that a person works in a year.")
    indirect_low: float = Field(0.5, ge=0, le=5, description="Least number of indirect jobs for a direct one.")
    indirect_likely: float = Field(1.0, ge=0, le=5, description="Most likely number of indirect jobs for a direct one.")
    indirect_high: float = Field(1.6, ge=0, le=5, description="Greatest number of indirect jobs for a direct one.")
    displaced_share: float | None = Field(
        None, ge=0, le=2, description="Jobs lost at the old origin for a direct job here; unknown by default."
    )
    technician_share: float = Field(
        0.15, ge=0, le=1, description="Technicians among new hires; the rest are operators."
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.indirect_low <= self.indirect_likely <= self.indirect_high:
            raise ValueError("indirect_low, indirect_likely and indirect_high must not fall")
        return self
