"""What `partnership` lets you choose, in four groups. A number that is left out comes from the network."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Rule = Literal["nash", "shapley", "nucleolus"]


MOST = 1e15
"""Largest number that is taken: beyond it squares and products lose their meaning."""


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    @model_validator(mode="after")
    def _within_reach(self) -> Self:
        for name in type(self).model_fields:
            given = getattr(self, name)
            numbers = given if isinstance(given, tuple) else (given,)
            if any(isinstance(v, float) and abs(v) > MOST for v in numbers):
                raise ValueError(f"{name} is beyond {MOST:g}; give money in a larger unit")
        return self


class Game(_Group):
    """Who is at the table, what each coalition can reach, and which split is called fair."""

    players: tuple[str, ...] | None = Field(
        None, min_length=1, max_length=16, description="Names of the players; from the contracts by default."
    )
    worth: tuple[float, ...] | None = Field(
        None, description="What each coalition reaches, money: of 1, of 2, of 1 and 2, of 3, of 1 and 3, and so on."
    )
    outside: tuple[float, ...] | None = Field(
        None, description="What each player has without a deal, money; by default what it reaches alone."
    )
    power: tuple[float, ...] | None = Field(None, description="Bargaining powers of the players; equal by default.")
    rule: Rule = Field("nucleolus", description="Split that the summary calls fair.")

    @model_validator(mode="after")
    def _sizes_fit(self) -> Self:
        if self.players is not None and len(set(self.players)) < len(self.players):
            raise ValueError("two players have the same name")
        if self.worth is None:
            return self
        if self.players is None:
            raise ValueError("worth is given without players; name them in the order of the bits")
        n = len(self.players)
        if len(self.worth) != 2**n - 1:
            raise ValueError(f"{n} players have {2**n - 1} coalitions, given are {len(self.worth)} numbers in worth")
        return self

    @model_validator(mode="after")
    def _lists_fit(self) -> Self:
        for name in ("outside", "power"):
            given = getattr(self, name)
            if given is not None and self.players is not None and len(given) != len(self.players):
                raise ValueError(f"{name} has {len(given)} numbers for {len(self.players)} players")
        if self.power is not None and (min(self.power) < 0 or sum(self.power) <= 0):
            raise ValueError("bargaining powers must not be negative and not all zero")
        return self


class Terms(_Group):
    """The deal: price, cost, volume, term, investment."""

    price: float | None = Field(None, gt=0, description="Price the supplier is paid, money/unit.")
    unit_cost: float | None = Field(None, ge=0, description="What a unit costs the supplier, money/unit.")
    volume: float | None = Field(None, gt=0, description="Committed volume, units/year.")
    term_years: int | None = Field(None, ge=1, le=50, description="Years of the commitment.")
    investment: float | None = Field(None, ge=0, description="What the supplier invests, money.")
    capacity: float | None = Field(None, gt=0, description="What the investment can make, units/year.")
    opex_per_year: float | None = Field(None, ge=0, description="Fixed cost of the investment, money/year.")
    rate: float = Field(0.08, ge=0, le=1, description="Cost of capital a year.")
    ramp_months: float | None = Field(
        None, ge=0, le=240, description="Months to full output; of the project by default."
    )
    progress: float = Field(
        1.0, ge=0.5, le=1, description="Unit cost after a doubling of output over cost before; 1 is no learning."
    )
    take_or_pay: float | None = Field(None, ge=0, le=1, description="Share of the commitment that is paid for anyway.")
    flexibility: float = Field(0.2, ge=0, le=1, description="Share by which an order may move up or down.")
    reserved: float = Field(0.2, gt=0, le=5, description="Units that an option reserves, share of the commitment.")
    option_fee: float | None = Field(
        None, ge=0, description="Fee a reserved unit, money; by default that at which the supplier gains nothing by it."
    )
    pass_through: float | None = Field(
        None, ge=0, le=1, description="Share of a move of the spot price that an index clause puts into the price."
    )
    pass_cap: float | None = Field(
        None, ge=0, le=1, description="Most that an index clause moves the price, as a share; no limit by default."
    )
    term_discount: float = Field(
        0.0,
        ge=0,
        le=0.5,
        description="Most that a long term takes off the price against spot: this · (1 − e^(−years/3)).",
    )


class DemandModel(_Group):
    """How uncertain demand and the spot price are, and what a unit is worth to the buyer."""

    worth: float | None = Field(
        None,
        gt=0,
        description="What a unit brings the buyer, or costs it elsewhere, money/unit; parts.unit_value by default.",
    )
    mean: float | None = Field(None, gt=0, description="Mean demand, units/year; the commitment by default.")
    variation: float = Field(0.3, gt=0, le=3, description="Standard deviation of demand over its mean.")
    law: Literal["normal", "gamma", "lognormal"] = Field("normal", description="Form of demand; normal up to 0.3.")
    salvage: float = Field(0.0, ge=0, description="What a unit left over brings, money/unit.")
    spot_mean: float | None = Field(None, gt=0, description="Mean spot price, money/unit; worth by default.")
    spot_variation: float = Field(0.2, gt=0, le=2, description="Standard deviation of the spot price over its mean.")
    draws: int = Field(10_000, ge=100, le=200_000, description="Draws for contract against spot.")
    seed: int = Field(1, ge=0, description="Seed of the draws.")


class Public(_Group):
    """Public support, and the return of developing the supplier."""

    grant: float | None = Field(None, ge=0, description="Grant, money; with it the table of incentives is not read.")
    tax_per_year: float = Field(0.0, ge=0, description="Tax saved, money/year.")
    clawback_share: float = Field(0.0, ge=0, le=1, description="Share of the given grant that can be claimed back.")
    clawback_chance: float = Field(0.25, ge=0, le=1, description="Chance that it is claimed back.")
    clawback_year: int = Field(3, ge=1, le=50, description="Year in which it is claimed back.")
    jobs: float | None = Field(None, gt=0, description="Jobs created; of the project by default.")
    floor_jobs: float | None = Field(
        None, gt=0, description="Jobs promised for a grant given in numbers; those of the incentive for others."
    )
    jobs_path: tuple[float, ...] | None = Field(
        None,
        min_length=1,
        max_length=50,
        description="Jobs at the end of each year; with it a floor missed by the year of the clawback gives its chance.",
    )
    path_variation: float = Field(
        0.0,
        ge=0,
        le=2,
        description="Spread that a year adds to jobs; above 0 paths are drawn, along the ramp if none is given.",
    )
    benefit_per_job: float | None = Field(
        None, gt=0, description="What a job is worth to the region, money/year; without it the region is no player."
    )
    spend: float | None = Field(None, gt=0, description="Spend that developing the supplier can lower, money/year.")
    programme_cost: float | None = Field(None, ge=0, description="Cost of developing the supplier, money.")
    programme_years: int = Field(3, ge=1, le=20, description="Years that the saving lasts.")
    success: float = Field(0.5, ge=0, le=1, description="Chance that developing the supplier works.")
