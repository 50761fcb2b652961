"""What `visibility` takes for granted, all of it adjustable."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from tierscape.io.country_sector import CountrySector

Kilometres = Annotated[float, Field(ge=10, le=10_000)]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Prior(_Group):
    """Where the unknown value may lie, from a country-sector table of your own; never without one."""

    io_table: CountrySector | None = Field(
        None, description="Country-sector table; without it the unknown has bounds only."
    )
    sectors: Annotated[tuple[str, ...], Field(max_length=97)] | None = Field(
        None, description="Sector of the table by HS chapter, as 85=C27; overrides ours."
    )
    strength: float = Field(10.0, ge=5, le=20, description="How firmly the table is believed, in pseudo-observations.")
    draws: int = Field(4000, ge=100, le=100_000, description="Draws behind intervals.")
    seed: int = Field(0, ge=0, description="Seed of the draws.")


class DistanceScale(_Group):
    """Distance over which an inferred supplier loses a factor e of its weight, by kind of part, km."""

    component: Kilometres = Field(500.0, description="Components and products, km.")
    process: Kilometres = Field(150.0, description="Processes and services, km.")
    material: Kilometres = Field(1500.0, description="Materials, km.")


class Inference(_Group):
    """What happens with links that nobody declared."""

    inferred: Literal["no", "show", "use"] = Field(
        "show",
        description="Leave inferred links out, show them beside the answer, or count their flow in columns of its own.",
    )
    distance_scale_km: DistanceScale = Field(DistanceScale(), description="Reach of inferred suppliers.")
    outside_weight: float = Field(
        0.3,
        ge=0,
        le=10,
        description="Weight of suppliers that the network does not hold; an observed maker next door weighs 0.6.",
    )
    seed: int = Field(0, ge=0, description="Which declared links are hidden to measure how well links are inferred.")


class Limits(_Group):
    """Where a flag is raised."""

    ally_threshold: float = Field(
        50.0, ge=0, le=100, description="Ally index from which a country counts as an ally, points."
    )
    process_radius_km: float = Field(
        100.0, ge=50, le=1000, description="Distance at which a process is far from its user, km."
    )
    offshore_share: float = Field(0.2, ge=0, le=1, description="Share of value added offshore that raises a flag.")
    cover: float = Field(
        0.5, ge=0, le=1, description="Share of direct supply behind one hidden site that raises a flag."
    )
    link_value: float = Field(0.01, ge=0, le=1, description="Share of value above which an expired link raises a flag.")
