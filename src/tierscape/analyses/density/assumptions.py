"""What `density` takes for granted, all of it adjustable."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Status = Literal["operating", "construction", "announced", "candidate", "closed"]
Hours = Annotated[float, Field(ge=0.1, le=1000)]
Delay = Annotated[float, Field(ge=0, le=720)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Detour(_Group):
    """Way travelled over great-circle distance, by mode."""

    road: float = Field(1.3, ge=1, le=3, description="Road.")
    rail: float = Field(1.4, ge=1, le=3, description="Rail.")
    sea: float = Field(1.5, ge=1, le=3, description="Sea.")


class Speed(_Group):
    """Mean speed in km/h, by mode."""

    road: float = Field(60.0, ge=5, le=120, description="Road, km/h.")
    rail: float = Field(35.0, ge=5, le=120, description="Rail, km/h.")
    sea: float = Field(25.0, ge=5, le=120, description="Sea, km/h.")


class ModeByKind(_Group):
    """Mode by which a kind of part travels."""

    component: Literal["road", "rail", "sea"] = Field("road", description="Components and products.")
    process: Literal["road", "rail", "sea"] = Field("road", description="Processes: the parent travels.")
    service: Literal["road", "rail", "sea"] = Field("road", description="Services.")
    material: Literal["road", "rail", "sea"] = Field("road", description="Materials.")


class ReachHours(_Group):
    """Hours of travel at which a supplier counts 1/e, by kind of part; `indicators.reach_hours` overrides a part."""

    component: Hours = Field(6.0, description="Components and products, hours.")
    process: Hours = Field(2.0, description="Processes, hours.")
    service: Hours = Field(3.0, description="Services, hours.")
    material: Hours = Field(24.0, description="Materials, hours.")


class BorderHours(_Group):
    """Delay at a border; `indicators.border_delay_hours` overrides a pair of countries."""

    same_union: Delay = Field(0.0, description="Inside a customs union, hours.")
    same_bloc: Delay = Field(4.0, description="Inside a trade bloc, hours.")
    other: Delay = Field(24.0, description="Elsewhere, or where a country is unknown, hours.")


class NodeHours(_Group):
    """Hours of travel at which a node counts 1/e, by kind of node."""

    border_crossing: Hours = Field(3.0, description="Border crossings, hours.")
    rail_terminal: Hours = Field(2.0, description="Rail terminals, hours.")
    airport: Hours = Field(3.0, description="Airports, hours.")
    seaport: Hours = Field(4.0, description="Seaports, hours.")
    industrial_park: Hours = Field(1.0, description="Industrial parks, hours.")
    test_lab: Hours = Field(3.0, description="Test laboratories, hours.")


class Weights(_Group):
    """Weights of the five dimensions in the score; they sum to 1."""

    completeness: float = Field(0.35, ge=0, le=1, description="Completeness.")
    depth: float = Field(0.20, ge=0, le=1, description="Depth.")
    connection: float = Field(0.15, ge=0, le=1, description="Connection.")
    unfragmented: float = Field(0.15, ge=0, le=1, description="1 - fragmentation.")
    redundancy: float = Field(0.15, ge=0, le=1, description="Redundancy.")

    @model_validator(mode="after")
    def _sum_to_one(self) -> Self:
        total = sum(getattr(self, name) for name in type(self).model_fields)
        if abs(total - 1.0) > 1e-9:
            raise ValueError(f"weights must sum to 1, they sum to {total:g}")
        return self


class Sampling(_Group):
    """Draws of weights and rules behind the rank intervals and the envelopes of the distance densities."""

    draws: int = Field(
        4000, ge=100, le=100_000, description="Draws of weights, aggregation, reach, weakest link, radius."
    )
    concentration: float = Field(20.0, gt=0, le=1000, description="How close drawn weights stay to those given.")
    redraws: int = Field(1000, ge=100, le=10_000, description="Redraws of plants for the distance densities.")
    seed: int = Field(0, ge=0, description="Seed of all draws.")


class DensityAssumptions(_Group):
    """Assumptions of `density`: our judgement, to be replaced by yours."""

    regions: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None, description="Regions to score; all rows of `regions` by default."
    )
    sites_for_full: float = Field(1.0, ge=0.5, le=20, description="Sites at zero distance that cover a part in full.")
    statuses: tuple[Status, ...] = Field(("operating",), min_length=1, description="Statuses of sites that count.")
    detour: Detour = Field(Detour(), description="Way travelled over great-circle distance.")
    speed_kmh: Speed = Field(Speed(), description="Mean speed by mode.")
    mode_by_kind: ModeByKind = Field(ModeByKind(), description="Mode by kind of part.")
    reach_hours: ReachHours = Field(ReachHours(), description="Reach by kind of part.")
    border_hours: BorderHours = Field(BorderHours(), description="Delay at borders.")
    territory: Literal["customs_union", "bloc", "country"] = Field(
        "customs_union", description="What a place's own territory is, for fragmentation."
    )
    rho: float = Field(
        1.0, ge=-1, le=50, description="Weakest link: -1 mean, 0 geometric, 1 harmonic, 50 nearly minimum."
    )
    floor: float = Field(0.05, ge=0.001, le=0.5, description="Floor that keeps one hole from hiding all else.")
    choice_rule: Literal["best", "any"] = Field(
        "best", description="Alternatives: the best one counts, or they add up."
    )
    layer_threshold: float = Field(0.8, ge=0.1, le=1, description="Cover at which a tier counts as sourced.")
    partner_km: float = Field(100.0, ge=5, le=500, description="Distance within which a process partner is near, km.")
    node_hours: NodeHours = Field(NodeHours(), description="Reach of logistics nodes and laboratories.")
    exit_days: float = Field(90.0, ge=1, le=1000, description="Days within which supply must be replaced.")
    capital_rate: float = Field(0.08, ge=0, le=0.5, description="Cost of capital a year, for the annuity of a project.")
    life_years: float = Field(10.0, ge=1, le=50, description="Years over which a project is paid off.")
    weights: Weights = Field(Weights(), description="Weights of the score.")
    sampling: Sampling = Field(Sampling(), description="Draws behind rank intervals.")
