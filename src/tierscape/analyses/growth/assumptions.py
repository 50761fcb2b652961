"""What `growth` takes for granted: priors that are judgement, not estimates, all of it adjustable."""

from __future__ import annotations

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Span(_Group):
    """Three numbers in order."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, mode, high = (getattr(self, name) for name in ("low", "mode", "high"))
        if not low <= mode <= high:
            raise ValueError(f"low, mode and high must rise, given were {low:g}, {mode:g}, {high:g}")
        return self


class EntryRate(_Span):
    """Entries a year of a part that nobody makes there and nobody asks for; drawn triangular in logarithms."""

    low: float = Field(0.02, gt=0, le=5, description="Least.")
    mode: float = Field(0.1, gt=0, le=5, description="Most likely.")
    high: float = Field(0.5, gt=0, le=5, description="Largest.")


class ExitRate(_Span):
    """Share of the sites that close in a year; drawn triangular."""

    low: float = Field(0.02, ge=0, le=0.5, description="Least.")
    mode: float = Field(0.05, ge=0, le=0.5, description="Most likely.")
    high: float = Field(0.10, ge=0, le=0.5, description="Largest.")


class Lag(_Span):
    """Months from a supplier's decision to its first output; drawn triangular, once a part and draw."""

    low: float = Field(18.0, ge=0, le=240, description="Least, months.")
    mode: float = Field(21.0, ge=0, le=240, description="Most likely, months.")
    high: float = Field(24.0, ge=0, le=240, description="Largest, months.")


class Multiplier(_Span):
    """Further jobs in the place for each job at a supplier; drawn triangular."""

    low: float = Field(0.5, ge=0, le=10, description="Least.")
    mode: float = Field(1.0, ge=0, le=10, description="Most likely.")
    high: float = Field(1.6, ge=0, le=10, description="Largest.")


class Pull(_Group):
    """How an anchor draws suppliers: the elasticity of entry to its volume."""

    none_chance: float = Field(0.30, ge=0, le=1, description="Chance that nobody follows at all.")
    mean: float = Field(0.3, ge=0, le=3, description="Mean at tier 1 if they follow, before it is cut at 0.")
    spread: float = Field(0.3, ge=0, le=3, description="Standard deviation of the same.")
    kept_after_a_year: float = Field(0.5, ge=0, le=1, description="What a commitment keeps of its pull after a year.")


class Feedback(_Group):
    """How a fuller cluster draws more suppliers."""

    none_chance: float = Field(0.5, ge=0, le=1, description="Chance of no such effect.")
    most: float = Field(1.0, ge=0, le=5, description="Largest effect of completeness on the log of entry.")


class Slopes(_Group):
    """What else moves the log of entry; each is drawn normal."""

    size: float = Field(0.35, ge=-2, le=3, description="Of the number of sites of the part in the place.")
    related: float = Field(0.8, ge=-5, le=5, description="Of relatedness, 0 to 1.")
    wage: float = Field(-0.5, ge=-5, le=0, description="Of the wage against its start.")
    spread: float = Field(0.3, ge=0, le=1, description="Standard deviation as a share of each.")


class Local(_Group):
    """The place: what counts as there, how much of a part it can hold, how wages move."""

    radius_km: float = Field(100.0, ge=5, le=2000, description="Sites further away do not count, km.")
    export_share: float = Field(1.0, ge=0, le=20, description="Room for sites beyond local demand, as a share of it.")
    congestion: float = Field(
        0.5, ge=0, le=5, description="Rise of wages with hiring above 2 % of the labour pool a year."
    )
    dispersion: float = Field(
        0.0, ge=0, le=10, description="Overdispersion of entries; 0 is Poisson, above it negative binomial."
    )


class Target(_Group):
    """What the critical volume is asked for."""

    within_years: int = Field(3, ge=1, le=15, description="Years within which a part must be filled.")
    chance: float = Field(0.8, gt=0, lt=1, description="Chance that must be reached.")
    completeness: float = Field(0.7, gt=0, le=1, description="Completeness that the cluster as a whole must reach.")


class Fitted(_Group):
    """What a panel says of two of the slopes, as ``calibrate`` gives it: an estimate with its standard error replaces the judgement."""

    size: float | None = Field(None, ge=-5, le=5, description="Of ln(1 + sites of the part in the place).")
    size_error: float = Field(0.0, ge=0, le=5, description="Its standard error.")
    related: float | None = Field(None, ge=-20, le=20, description="Of relatedness, 0 to 1.")
    related_error: float = Field(0.0, ge=0, le=20, description="Its standard error.")


class Supplier(_Group):
    """What a supplier reckons with before it builds: for the volume at which its investment pays."""

    capital_rate: float = Field(0.08, ge=0, le=0.5, description="Cost of capital a year.")
    term_years: float = Field(
        7.0, ge=1, le=30, description="Years over which a commitment must pay, where no contract says."
    )
    grant_share: float = Field(0.0, ge=0, le=1, description="Share of the investment that is given.")


class GrowthAssumptions(_Group):
    """Assumptions of `growth`: our judgement, to be replaced by yours."""

    start_year: int | None = Field(
        None, ge=1990, le=2100, description="First year; by default that of the commitment, or of demand."
    )
    entry_per_year: EntryRate = Field(EntryRate(), description="Entries without any pull.")
    exit_share: ExitRate = Field(ExitRate(), description="Exits.")
    pull: Pull = Field(Pull(), description="Pull of the anchor; half of it on tier 2, none further up.")
    feedback: Feedback = Field(Feedback(), description="Pull of completeness.")
    slopes: Slopes = Field(Slopes(), description="Own size, relatedness and wages.")
    fitted: Fitted = Field(Fitted(), description="Slopes of a fitted panel, instead of our judgement.")
    lag_months: Lag = Field(Lag(), description="From decision to first output.")
    ramp_months: float = Field(12.0, ge=0, le=120, description="From first to full output, months.")
    local: Local = Field(Local(), description="The place.")
    multiplier: Multiplier = Field(Multiplier(), description="Jobs beyond the suppliers.")
    supplier: Supplier = Field(Supplier(), description="What makes a supplier's investment pay.")
    target: Target = Field(Target(), description="What the critical volume must reach.")
    seed: int = Field(0, ge=0, lt=2**64, description="Seed of all draws.")
