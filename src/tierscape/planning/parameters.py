"""What a plan is asked: horizon, money, policy, risk and how long to search."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Objective = Literal["cost", "co2", "cvar", "ally"]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Horizon(_Group):
    """Years that the plan covers."""

    start_year: int | None = Field(
        None, ge=1900, le=2200, description="First year; the first year of demand by default."
    )
    years: int = Field(5, ge=1, le=15, description="Years.")
    periods_per_year: Literal[1, 2] = Field(1, description="Periods in a year.")


class Finance(_Group):
    """Rates, budget and what unmet demand costs."""

    discount_rate: float = Field(0.08, ge=0, le=0.5, description="A year; the first period is not discounted.")
    holding_rate: float = Field(0.20, ge=0, le=1, description="Of the value of goods in transit and in stock, a year.")
    budget: tuple[Annotated[float, Field(ge=0)], ...] | None = Field(
        None, description="The buyer's capital spending in each period, money; one figure stands for all periods."
    )
    co_investment_shares: tuple[Share, ...] = Field(
        (0.0, 0.35, 0.7, 1.0), min_length=1, description="Shares of a project's capital that the buyer may pay."
    )
    supplier_rate: float = Field(
        0.12, ge=0, le=1, description="The supplier's cost of capital, a year: sets the rebate."
    )
    co2_price: float = Field(0.0, ge=0, description="Money a tonne of CO2e, added to cost.")
    unmet: Literal["penalised", "forbidden"] = Field(
        "penalised", description="Whether demand may stay unmet, at a price."
    )
    unmet_multiple: float = Field(
        3.0,
        ge=0,
        description="Price of unmet demand as a multiple of its margin, of its value where no margin is known.",
    )


class Policy(_Group):
    """What the plan must respect."""

    ally_share: Share | None = Field(None, description="Least allied share of the value added.")
    ally_from_year: int | None = Field(None, description="From this year on; three years after the start by default.")
    allies: tuple[str, ...] | Annotated[float, Field(ge=0, le=100)] = Field(
        50.0, description="Countries that count as allies, or the least ally index, seen from the buyer's country."
    )
    carbon_cap: float | None = Field(None, ge=0, description="Tonnes of CO2e in a period, at most.")
    max_share: Annotated[float, Field(gt=0, le=1)] = Field(1.0, description="Largest share of a part from one site.")
    max_country_share: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0, description="Largest share of a part from one country."
    )
    max_region_share: Annotated[float, Field(gt=0, le=1)] = Field(
        1.0, description="Largest share of a part from one region."
    )
    min_sources: int = Field(
        1, ge=1, le=5, description="Least number of qualified sites for a part that several can make."
    )
    min_share: Share = Field(0.0, description="Least share of a part from each of its qualified sites.")
    max_transit_days: float | None = Field(None, ge=0, description="Longest transit and lead time of a lane.")
    mean_transit_days: float | None = Field(
        None, ge=0, description="Longest mean transit of a part, weighted by volume."
    )
    max_crossings: float | None = Field(None, ge=0, description="Most border crossings a finished unit.")
    completeness: Share = Field(0.8, description="Share of the classes of a product from which on a cluster operates.")
    hub_benefit: float = Field(0.0, ge=0, description="What an operating cluster is worth, money a period.")
    origin: str | None = Field(None, description="Agreement whose rules the products shall meet where that pays.")
    single_sourced_demand: bool = Field(False, description="Each region's demand for a product is served by one site.")
    unknown_capacity: Literal["observed", "exclude", "unbounded"] = Field(
        "observed", description="What stands for an unknown capacity: the volume of its links, nothing, or no limit."
    )
    unnamed_supply: Literal["shortfall", "none"] = Field(
        "shortfall",
        description="What the known makers of a part lack may be bought at its value from makers nobody names, or not at all.",
    )
    distrust: float = Field(0.0, ge=0, description="Soft cost: share of value that a wholly untrusted country adds.")
    buffer_months: float = Field(0.0, ge=0, le=12, description="Largest buffer stock, months of need.")
    hiring: float = Field(0.06, ge=0, le=1, description="Most hires a year, share of a region's labour pool.")


class Risk(_Group):
    """How adverse years enter the plan."""

    scenarios: int = Field(20, ge=0, le=10_000, description="Adverse years drawn from 'disruptions'.")
    seed: int = Field(0, ge=0, description="Seed of the draws.")
    alpha: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.8, description="Level of the conditional value at risk (CVaR)."
    )
    weight: float = Field(0.5, ge=0, description="Weight of the CVaR beside cost.")
    time_to_survive: bool = Field(False, description="Each site's outage over its time to recover must be survived.")
    service: Share = Field(1.0, description="Share of demand that must be met while a site is out.")


class Search(_Group):
    """What to look for and for how long."""

    objectives: tuple[Objective, ...] = Field(
        ("cost",), min_length=1, description="Axes of the frontier, the main first."
    )
    points: int = Field(1, ge=1, le=25, description="Grid points of each further axis.")
    gap: float = Field(0.01, ge=0, le=1, description="Stop at this proven gap.")
    work_limit: float = Field(
        1.0, gt=0, description="Effort in multiples of the usual; counts iterations, not seconds."
    )
    time_limit_s: float = Field(
        600.0, gt=0, description="Stop each search after so many seconds with the best plan so far."
    )
    goals: bool = Field(True, description="Price other questions: no contracts, more allied value, less carbon.")
    alternatives: bool = Field(
        False, description="Find out which decisions are forced and which are free, and the most different plans."
    )
    near_capital: float | None = Field(
        None,
        ge=0,
        description="Most capital that the most different plans may start, whoever pays it, money; no limit by default.",
    )
    near: float = Field(0.03, ge=0, le=0.2, description="How much dearer an alternative may be.")
