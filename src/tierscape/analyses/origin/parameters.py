"""What `origin` lets you choose, in two groups."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

Agreement = Literal["usmca", "eu_uk_tca", "cptpp", "custom"]
Method = Literal[
    "best", "transaction_value", "net_cost", "build_down", "build_up", "focused_value", "max_nom", "rvc_fob"
]
Use = Literal["any", "passenger_vehicle", "light_truck", "heavy_truck", "battery_cell"]


class _Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Calculation(_Group):
    """How value is measured."""

    method: Method = Field("best", description="Value method; best tries each that the rule allows.")
    use: Use = Field("any", description="What the good is for: parts of vehicles have rules of their own.")
    tracing: Literal["none", "trace", "roll_up"] = Field(
        "roll_up",
        description="Materials count whole as foreign, less their regional value, or not at all if they originate.",
    )
    designated: tuple[str, ...] = Field(
        (),
        description="Parts that the maker makes itself and designates: each a good of its own, whole if it originates.",
    )
    rules: str | None = Field(None, description="Folder with a rule set of one's own, for agreement custom.")


class Case(_Group):
    """What-if, and what a preference costs."""

    threshold_override: float | None = Field(
        None, ge=0, le=100, description="Other threshold for every value test, percent; shown beside the law."
    )
    scenario: str | None = Field(None, description="Named scenario of thresholds, for example usmca_rvc_85.")
    safety_margin: float = Field(2.0, ge=0, le=20, description="Points below which a pass is called thin.")
    admin_share: float = Field(0.01, ge=0, le=0.2, description="Cost of claiming a preference, share of value.")
    utilisation: float = Field(1.0, ge=0, le=1, description="Share of the volume for which the preference is claimed.")
