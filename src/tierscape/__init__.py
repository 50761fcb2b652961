"""Plan a regional supply ecosystem, tier by tier: map, trace, stress, plan, grow, steward.

``load`` reads a network, every analysis is a function of it, and every answer is a ``Result``. Names are looked up when
they are first used, so that ``import tierscape`` stays light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tierscape._version import __version__

if TYPE_CHECKING:
    from tierscape.analyses.backtest import BacktestAssumptions, backtest
    from tierscape.analyses.calibrate import CalibrateAssumptions, calibrate
    from tierscape.analyses.density import DensityAssumptions, density
    from tierscape.analyses.design import design, plan_scenario
    from tierscape.analyses.esg import esg
    from tierscape.analyses.growth import GrowthAssumptions, growth
    from tierscape.analyses.landed_cost import landed_cost
    from tierscape.analyses.origin import origin
    from tierscape.analyses.partnership import partnership
    from tierscape.analyses.scorecard import scorecard
    from tierscape.analyses.stress import stress
    from tierscape.analyses.trust import AllyWeights, trust
    from tierscape.analyses.value_added import value_added
    from tierscape.analyses.visibility import visibility
    from tierscape.errors import (
        DataError,
        Finding,
        InfeasibleError,
        MissingExtra,
        ParameterError,
        SolverError,
        Stopped,
        TierscapeError,
    )
    from tierscape.io.country_sector import CountrySector, read_country_sector
    from tierscape.io.networks import load, save
    from tierscape.io.panel import Panel, read_panel
    from tierscape.network import Network
    from tierscape.registry import analysis
    from tierscape.report import make_report
    from tierscape.results import Result
    from tierscape.scenario import Scenario, apply_scenario

_FACE = {
    "BacktestAssumptions": "tierscape.analyses.backtest",
    "backtest": "tierscape.analyses.backtest",
    "CalibrateAssumptions": "tierscape.analyses.calibrate",
    "calibrate": "tierscape.analyses.calibrate",
    "Panel": "tierscape.io.panel",
    "read_panel": "tierscape.io.panel",
    "DensityAssumptions": "tierscape.analyses.density",
    "density": "tierscape.analyses.density",
    "design": "tierscape.analyses.design",
    "plan_scenario": "tierscape.analyses.design",
    "esg": "tierscape.analyses.esg",
    "GrowthAssumptions": "tierscape.analyses.growth",
    "growth": "tierscape.analyses.growth",
    "landed_cost": "tierscape.analyses.landed_cost",
    "stress": "tierscape.analyses.stress",
    "scorecard": "tierscape.analyses.scorecard",
    "partnership": "tierscape.analyses.partnership",
    "origin": "tierscape.analyses.origin",
    "trust": "tierscape.analyses.trust",
    "AllyWeights": "tierscape.analyses.trust",
    "visibility": "tierscape.analyses.visibility",
    "value_added": "tierscape.analyses.value_added",
    "CountrySector": "tierscape.io.country_sector",
    "read_country_sector": "tierscape.io.country_sector",
    "DataError": "tierscape.errors",
    "Finding": "tierscape.errors",
    "InfeasibleError": "tierscape.errors",
    "MissingExtra": "tierscape.errors",
    "ParameterError": "tierscape.errors",
    "SolverError": "tierscape.errors",
    "Stopped": "tierscape.errors",
    "TierscapeError": "tierscape.errors",
    "load": "tierscape.io.networks",
    "save": "tierscape.io.networks",
    "Network": "tierscape.network",
    "analysis": "tierscape.registry",
    "make_report": "tierscape.report",
    "Result": "tierscape.results",
    "Scenario": "tierscape.scenario",
    "apply_scenario": "tierscape.scenario",
}

__all__ = [
    "AllyWeights",
    "BacktestAssumptions",
    "CalibrateAssumptions",
    "CountrySector",
    "DataError",
    "DensityAssumptions",
    "Finding",
    "GrowthAssumptions",
    "InfeasibleError",
    "MissingExtra",
    "Network",
    "Panel",
    "ParameterError",
    "Result",
    "Scenario",
    "SolverError",
    "Stopped",
    "TierscapeError",
    "__version__",
    "analysis",
    "apply_scenario",
    "backtest",
    "calibrate",
    "density",
    "design",
    "esg",
    "growth",
    "landed_cost",
    "load",
    "make_report",
    "origin",
    "partnership",
    "plan_scenario",
    "read_country_sector",
    "read_panel",
    "save",
    "scorecard",
    "stress",
    "trust",
    "value_added",
    "visibility",
]


def __getattr__(name: str) -> Any:
    if name in _FACE:
        return getattr(import_module(_FACE[name]), name)
    raise AttributeError(f"module 'tierscape' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
