"""What `stress` lets you choose, in four groups: shocks, dynamics, mitigation, and how it is run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tierscape.quantities.hazards import Durations

Question = Literal["survive", "impact", "simulate", "tail", "systemic", "mitigate"]
Recovery = Literal["step", "linear", "slow", "fast"]
Days = Annotated[float, Field(ge=0, le=3650)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Shocks(_Group):
    """What stops, for how long, and how often."""

    targets: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None,
        description="What stops: kind:key with kind site, organization, region, country, corridor, part or mode. "
        "By default every site, region and country that operates.",
    )
    swings: tuple[str, ...] = Field(
        (),
        description="Swings of demand that simulate runs for certain: product=factor, or product=factor:days (90 by default); "
        "'*' is every product.",
    )
    default_ttr_days: float = Field(30.0, gt=0, le=3650, description="Time to recover where none is declared, days.")
    ttr_floor_days: Days = Field(0.0, description="Least time to recover: declared ones are optimistic, days.")
    years: int = Field(1, ge=1, le=30, description="Years that a scenario covers.")
    scenarios: int = Field(
        1_000,
        ge=100,
        le=10_000_000,
        description="Scenarios that are drawn; 10,000 steady figures beyond the 95 percent quantile, at ten times the time.",
    )
    seed: int = Field(0, ge=0, lt=2**64, description="Seed of all draws.")
    duration_p95_ratio: float = Field(
        2.0, ge=1, le=20, description="95th percentile of a duration over its median; 1 is fixed."
    )
    hit_share: float = Field(
        1.0, gt=0, le=1, description="Chance that a member of a struck region, country, corridor or area is hit."
    )
    alpha: float = Field(0.95, gt=0.5, le=0.999, description="Level of VaR and CVaR.")
    recovery: Recovery = Field("step", description="How capacity comes back: at once, or along a curve.")
    recovery_days: float = Field(
        30.0, gt=0, le=3650, description="Days from the end of an outage to full capacity, unless recovery is step."
    )

    def durations(self) -> Durations:
        """Give the times to recover that count where none is declared."""
        return Durations(self.default_ttr_days, self.ttr_floor_days)


class Sector(_Group):
    """What only the model of sectors has."""

    psi: float = Field(0.8, gt=0, le=1, description="Stock below this share of its aim begins to bind.")
    overproduction: float = Field(1.25, ge=1, le=3, description="Largest output over normal.")
    overproduction_days: float = Field(365.0, ge=1, le=3650, description="Days over which output rises to it.")


class Dynamics(_Group):
    """How stock, orders and losses move from day to day."""

    model: Literal["firm", "sector"] = Field(
        "firm",
        description="Firms with the capacity that they declare, or sectors that can make a little more than usual.",
    )
    sector: Sector = Field(Sector(), description="Read where model is sector.")

    horizon_days: int | None = Field(
        None,
        ge=1,
        le=14_600,
        description="Days that are simulated; by default 365 a year of shocks and 180 to recover.",
    )
    lanes: Literal["auto", "links", "open"] = Field(
        "auto",
        description="Who can stand in while something is out, in survive and impact: only suppliers with a link to the buyer, or "
        "every maker of the part; auto: links, unless the network is very large.",
    )
    default_stock_days: Days = Field(15.0, description="Stock of an input where none is declared, days of use.")
    product_stock_days: Days = Field(0.0, description="Finished stock where none is declared, days of demand.")
    tau_days: float | None = Field(
        None,
        ge=1,
        le=365,
        description="Days over which missing stock is ordered again; by default 6 for firms, 60 for sectors.",
    )
    order_basis: Literal["wanted", "realised"] = Field(
        "wanted",
        description="Orders follow the output that is wanted, or that was made; the latter can starve for ever.",
    )
    rationing: Literal["proportional", "priority", "water_filling"] = Field(
        "proportional", description="Who is served first when a line falls short."
    )
    reorder: Literal["fixed", "capacity"] = Field(
        "fixed", description="Orders keep their shares among suppliers, or follow the capacity that is left."
    )
    transit: Literal["auto", "pipeline", "none"] = Field(
        "auto", description="Goods travel for transit_days or arrive at once; auto: they travel if any link says so."
    )
    precision: Literal["float64", "float32"] = Field(
        "float64", description="float32 is faster; total output then errs by up to 6e-7 relative."
    )
    systemic_eps: float = Field(
        1e-2, ge=1e-9, le=0.1, description="Where ESRI stops; 1e-2 is part of the published index."
    )
    systemic_tau: float = Field(
        1e-8, ge=0, le=1e-6, description="Changes below this are not passed on in large networks; 0 is exact."
    )
    systemic_substitution: bool = Field(
        default=True, description="A lost supplier hurts less in ESRI where others of its part remain."
    )

    @property
    def restock_days(self) -> float:
        """Days over which missing stock is ordered again."""
        return (60.0 if self.model == "sector" else 6.0) if self.tau_days is None else self.tau_days

    def days(self, years: int) -> int:
        """Give the days that are simulated for so many years of shocks."""
        return 365 * years + 180 if self.horizon_days is None else self.horizon_days


class Mitigation(_Group):
    """What may be done about it, and what it costs."""

    budget: float | None = Field(None, ge=0, description="Money a year to spend; without it all options are ranked.")
    extra_days: tuple[Annotated[float, Field(gt=0, le=365)], ...] = Field(
        (5.0, 15.0, 30.0), min_length=1, description="Days of stock to add at one place."
    )
    holding_rate: float = Field(0.20, ge=0, le=2, description="Cost of stock, share of its value a year.")
    qualification_cost: float | None = Field(
        None, ge=0, description="Money to qualify a second source; unknown without it."
    )
    capital_rate: float = Field(0.08, ge=0, le=0.5, description="Cost of capital a year, for annuities.")
    life_years: float = Field(10.0, ge=1, le=50, description="Years over which an investment is paid off.")
    demand_variation: float = Field(
        0.2, ge=0, le=5, description="Standard deviation of a day's demand over its mean, for the placement of stock."
    )
    service_z: float = Field(1.645, ge=0, le=5, description="Standard deviations that safety stock covers.")
    candidates: int = Field(50, ge=1, le=1000, description="Places that are tried, those that bind first.")


class Run(_Group):
    """How it is run: none of this changes the answer, so none of it is kept with the answer."""

    backend: Literal["threading", "loky", "dask", "spark"] = Field(
        "threading", description="Threads or processes here, or a Dask or Spark cluster."
    )
    jobs: int = Field(-1, ge=-1, le=4096, description="Workers; -1 is one a core.")
    block: int | None = Field(None, ge=1, le=1_000_000, description="Scenarios that a worker takes at once.")
    progress: bool = Field(default=True, description="Draw a bar where standard error is a terminal.")
    store: str | None = Field(
        None, min_length=1, description="Folder for finished blocks: a run that was stopped goes on from there."
    )
