"""The analyses, listed without importing any; other packages add theirs through an entry point.

A new analysis is one file and one line in ``LISTED``. A package of its own declares the entry point group
``tierscape.analyses``, name and ``module:attribute``, and appears in every door without touching this one.
"""

from __future__ import annotations

from difflib import get_close_matches
from importlib import import_module
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

from tierscape.errors import ParameterError

if TYPE_CHECKING:
    from tierscape.registry import Analysis

ENTRY_POINTS = "tierscape.analyses"

LISTED: dict[str, tuple[str, str]] = {
    "density": (
        "tierscape.analyses.density:density",
        "How complete is the supply around a place?",
    ),
    "landed_cost": (
        "tierscape.analyses.landed_cost:landed_cost",
        "What does a unit really cost from here against there?",
    ),
    "origin": (
        "tierscape.analyses.origin:origin",
        "Does the product qualify under a trade agreement, and by what margin?",
    ),
    "stress": (
        "tierscape.analyses.stress:stress",
        "Who survives how long, what is lost, how bad is the tail?",
    ),
    "trust": (
        "tierscape.analyses.trust:trust",
        "How allied is each country, and how much of a product's value?",
    ),
    "visibility": (
        "tierscape.analyses.visibility:visibility",
        "What is known of each tier, and what hangs on what?",
    ),
    "esg": (
        "tierscape.analyses.esg:esg",
        "What does supply emit, whom does it employ, at what labour risk?",
    ),
    "calibrate": (
        "tierscape.analyses.calibrate:calibrate",
        "What does a panel of real plants say about where new ones come?",
    ),
    "backtest": (
        "tierscape.analyses.backtest:backtest",
        "Does the model rank tomorrow's plants better than counting?",
    ),
    "value_added": (
        "tierscape.analyses.value_added:value_added",
        "Where is the value of a country's exports added?",
    ),
    "scorecard": (
        "tierscape.analyses.scorecard:scorecard",
        "Which suppliers are stable and agile, not just cheap?",
    ),
    "partnership": (
        "tierscape.analyses.partnership:partnership",
        "How to share a co-investment, and what is a commitment worth?",
    ),
    "design": (
        "tierscape.analyses.design:design",
        "Which projects, contracts, incentives and flows, when?",
    ),
    "growth": (
        "tierscape.analyses.growth:growth",
        "Who follows an anchor, when is the cluster complete, against no anchor at all?",
    ),
}


def listed() -> dict[str, str]:
    """Give the name and the question of every analysis, ours first, those of other packages after."""
    ours = {name: question for name, (_, question) in LISTED.items()}
    others = {e.name: f"From {e.dist.name if e.dist else e.module}." for e in entry_points(group=ENTRY_POINTS)}
    return ours | {name: others[name] for name in sorted(others) if name not in ours}


def get(name: str) -> Analysis[Any, Any, Any]:
    """Import an analysis by its name.

    Raises
    ------
    ParameterError
        There is no such analysis; the nearest name is offered.
    """
    if name in LISTED:
        module, attribute = LISTED[name][0].split(":")
        found: Analysis[Any, Any, Any] = getattr(import_module(module), attribute)
        return found
    for entry in entry_points(group=ENTRY_POINTS, name=name):
        loaded: Analysis[Any, Any, Any] = entry.load()
        return loaded
    near = get_close_matches(name, list(listed()), n=1)
    raise ParameterError(f"there is no analysis '{name}'." + (f" Did you mean '{near[0]}'?" if near else ""))
