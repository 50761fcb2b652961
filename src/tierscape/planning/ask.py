"""All that a plan is asked, in one piece."""

from __future__ import annotations

from dataclasses import dataclass, field

from tierscape.planning.parameters import Finance, Horizon, Policy, Risk, Search


@dataclass(frozen=True, kw_only=True)
class Ask:
    """The groups of parameters of a plan, each with its defaults."""

    horizon: Horizon = field(default_factory=Horizon)
    finance: Finance = field(default_factory=Finance)
    policy: Policy = field(default_factory=Policy)
    risk: Risk = field(default_factory=Risk)
    search: Search = field(default_factory=Search)
