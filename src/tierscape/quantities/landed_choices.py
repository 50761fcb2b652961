"""What landed cost lets you choose, in three groups."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tariffs(_Group):
    """Which duties apply."""

    cases: tuple[str, ...] = Field(
        ("base",), min_length=1, description="Tariff cases shown side by side; the first is costed. Join overlays by +."
    )
    preference: Literal["claims", "met", "not_met"] = Field(
        "claims", description="Take rules of origin as the network's origin claims say, as met, or as not met."
    )
    admin_share: float = Field(
        0.01, ge=0, le=0.2, description="Cost of claiming a preference, share of price (remembered: 0.01 to 0.03)."
    )
    rules: str | None = Field(None, description="CSV file with tariff rows of one's own, in place of those shipped.")


class Stock(_Group):
    """What stock costs."""

    holding: float = Field(0.20, ge=0, le=1, description="Cost of holding stock a year, share of its worth.")
    holding_low: float | None = Field(
        None, ge=0, le=1, description="Low end of the holding cost; as holding if not given."
    )
    holding_high: float | None = Field(
        None, ge=0, le=1, description="High end of the holding cost; as holding if not given."
    )
    service_z: float = Field(
        1.645, ge=0, le=5, description="Standard deviations that safety stock covers; 1.645 is 95 %."
    )
    demand_cv: float = Field(0.2, ge=0, le=3, description="Standard deviation of daily demand, share of its mean.")
    lead_cv: float = Field(
        0.3, ge=0, le=3, description="Standard deviation of the lead time where unknown, share of it."
    )
    value_basis: Literal["price", "landed"] = Field(
        "price", description="Stock is worth its price, or price with freight and duty."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        low = self.holding if self.holding_low is None else self.holding_low
        high = self.holding if self.holding_high is None else self.holding_high
        if not low <= self.holding <= high:
            raise ValueError("holding_low ≤ holding ≤ holding_high must hold")
        return self


class Study(_Group):
    """Which options are compared, and what else they cost."""

    options: tuple[str, ...] = Field((), description="Supplier sites to compare; all by default.")
    what_if: tuple[str, ...] = Field(
        (), description="Options by plain numbers: 'name: country=CN price=50 duty=0.284:0.034:0.534 lead_days=35'."
    )
    candidates: Literal["linked", "qualified", "capable"] = Field(
        "qualified", description="Beside linked suppliers, also qualified makers elsewhere, or all makers."
    )
    against: str | None = Field(
        None, description="Option that the cheapest is compared with; the next cheapest by default."
    )
    entity: Literal["none", "own_immex", "shelter"] = Field(
        "none", description="Legal form in which one's own plant in Mexico would run; none adds nothing."
    )
    assets_per_unit: float = Field(
        0.0, ge=0, description="Assets used for one's own plant, money for each unit a year."
    )
    expected_loss: bool = Field(
        default=False,
        description="Add expected lost margin from disruptions; never together with a tail measure elsewhere.",
    )
    drawback: bool = Field(
        default=False,
        description="Take off the duty refunded on inputs: the lesser of indicator input_duty_per_unit and the duty on the good.",
    )
    incentive_share: float = Field(
        0.0, ge=0, le=1, description="Share of the support for its project that a supplier passes on in the price."
    )
    volume_per_year: float | None = Field(
        None, gt=0, description="Volume at which all options are compared; the demand by default."
    )
    margin: float = Field(0.10, ge=0, le=2, description="Margin on the bottom-up cost where no price is known.")
    insurance: float = Field(0.0025, ge=0, le=0.1, description="Insurance, share of price.")
    broker: float = Field(0.30, ge=0, description="Customs broker at a customs border, money a unit.")
    defect_cost: float = Field(40.0, ge=0, description="Cost of a defect, money.")
    defect_share: float = Field(
        0.01, ge=0, le=1, description="Defects at 300 km where the supplier's own are unknown, share."
    )
    carbon_price: float = Field(0.0, ge=0, description="Price of transport emissions, money a kg CO2e.")
    usd: float | None = Field(None, gt=0, description="Money of the network for one US dollar, for freight rates.")
    road_limit_km: float = Field(
        3000.0,
        ge=0,
        le=15000,
        description="Way by land up to which an unknown mode is taken as road, beyond as sea, km.",
    )
    years: float = Field(7.0, gt=0, le=50, description="Years over which a fixed cost is spread.")
    discount: float = Field(0.08, ge=0, le=1, description="Discount rate a year.")
    spread: float = Field(
        0.2, gt=0, lt=1, description="Change of an input without a range, share of it, in the tornado."
    )
    draws: int = Field(2000, ge=100, le=20000, description="Draws of the band.")
    seed: int = Field(0, ge=0, description="Seed of the draws.")
