"""What `scorecard` lets you choose, in three groups."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

DIMENSIONS = ("stability", "agility", "esg", "price")
OFF = 0.01
"""Weights whose sum is off by no more than this are rescaled, with a finding."""

Pair = tuple[float, float]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Weights(_Group):
    """Weights of the four dimensions; they sum to 1."""

    stability: float = Field(0.35, ge=0, le=1, description="Finances, dependence, recovery, contract, owner.")
    agility: float = Field(0.25, ge=0, le=1, description="Flexibility, lead time and its spread, ramp, mix, lot.")
    esg: float = Field(0.20, ge=0, le=1, description="Emissions, labour risk, wage gap, certificates.")
    price: float = Field(0.20, ge=0, le=1, description="Landed cost against value, and how it varies.")
    band: float = Field(0.5, ge=0, le=1, description="Share by which each weight may be wrong, for the ranks.")

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        if abs(sum(self.given) - 1.0) > OFF + 1e-12:
            raise ValueError(f"the four weights sum to {sum(self.given):g}, not to 1")
        return self

    @property
    def given(self) -> tuple[float, ...]:
        """The four weights as given, in the order of ``DIMENSIONS``."""
        return tuple(getattr(self, name) for name in DIMENSIONS)

    @property
    def shares(self) -> tuple[float, ...]:
        """The four weights, scaled to sum to 1."""
        return tuple(w / sum(self.given) for w in self.given)


class Anchors(_Group):
    """What scores 0 and what scores 100, in this order; linear between, level beyond. Fixed: no supplier moves them."""

    altman: Pair = Field((1.1, 2.6), description="Altman Z'' that scores 20 and 80 (distress and safe).")
    dependence: Pair = Field(
        (0.5, 0.25), description="Share of its sales, or of our part; 0.05 up to the second is best."
    )
    sources: Pair = Field((1.0, 0.25), description="Concentration (HHI) of the part's sources.")
    recovery_weeks: Pair = Field((26.0, 2.0), description="Weeks to recover; another site adds 20 points.")
    term_years: Pair = Field((0.0, 5.0), description="Years left of a signed contract.")
    flex: Pair = Field((0.0, 0.30), description="Capacity that can be added at short notice, share.")
    lead_days: Pair = Field((60.0, 5.0), description="Days from order to shipment.")
    lead_variation: Pair = Field((0.5, 0.0), description="Spread of the lead time over its median.")
    ramp_weeks: Pair = Field((26.0, 2.0), description="Weeks to deliver a quarter more.")
    mix: Pair = Field((1.0, 20.0), description="Parts that the site makes.")
    lot_weeks: Pair = Field((8.0, 1.0), description="Order lot in weeks of need.")
    emissions: Pair = Field((2.0, 0.5), description="Emissions a unit over those stated for the part.")
    labour_risk: Pair = Field((100.0, 0.0), description="Labour risk, points.")
    wage_gap: Pair = Field((0.5, 0.0), description="Gap to the living wage, share.")
    price: Pair = Field((1.3, 0.9), description="Landed cost over the part's value.")
    price_variation: Pair = Field((0.3, 0.0), description="Spread of the price over its median, 24 months.")

    @model_validator(mode="after")
    def _apart(self) -> Self:
        level = [name for name in type(self).model_fields if getattr(self, name)[0] == getattr(self, name)[1]]
        if level:
            raise ValueError(f"both anchors of {', '.join(level)} are the same")
        return self


class Evidence(_Group):
    """How evidence counts."""

    rank_by: Literal["lower", "middle"] = Field("lower", description="Rank by the low end or the middle of a score.")
    at_least: float = Field(
        0.0, ge=0, le=1, description="What if every row that is there weighed at least this much? 0 takes it as it is."
    )
    points: int = Field(20, ge=3, le=1000, description="Observations that a spread needs; fewer are no spread.")
