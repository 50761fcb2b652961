"""The indicators: dimension, unit, anchors, and what to ask where one is missing."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tierscape.analyses.scorecard.parameters import Anchors
from tierscape.kernels.score_box import anchored

Floats = NDArray[np.float64]


class Indicator(NamedTuple):
    """An indicator; ``anchor`` is a field of ``Anchors``, empty where the value is a score already."""

    name: str
    dimension: str
    unit: str
    anchor: str
    half_life: str
    question: str


CATALOGUE: tuple[Indicator, ...] = (
    Indicator("altman_z", "stability", "1", "altman", "supplier", "Working capital, retained earnings, EBIT and equity (x1 to x4)?"),
    Indicator("sales_share", "stability", "share", "dependence", "supplier", "What share of its sales are we?"),
    Indicator("part_share", "stability", "share", "dependence", "supplier", "What share of our volume of the part does it deliver?"),
    Indicator("source_hhi", "stability", "1", "sources", "supplier", "How is our volume of the part spread over its suppliers?"),
    Indicator("recovery", "stability", "weeks", "recovery_weeks", "supplier", "How long to recover after a full stop, and is there another site?"),
    Indicator("term_left", "stability", "years", "term_years", "supplier", "Is there a signed contract, and how long does it run?"),
    Indicator("owner_trust", "stability", "points", "", "supplier", "Which country controls the owner?"),
    Indicator("flex_share", "agility", "share", "flex", "capacity", "How much capacity can be added at short notice?"),
    Indicator("lead_time", "agility", "d", "lead_days", "capacity", "How many days from order to shipment?"),
    Indicator("lead_variation", "agility", "1", "lead_variation", "supplier", "What were its lead times, month by month?"),
    Indicator("ramp_weeks", "agility", "weeks", "ramp_weeks", "capacity", "How many weeks to deliver a quarter more?"),
    Indicator("parts_mix", "agility", "parts", "mix", "supplier", "Which parts does the site make?"),
    Indicator("lot_weeks", "agility", "weeks", "lot_weeks", "supplier", "What is the least order?"),
    Indicator("emissions", "esg", "1", "emissions", "supplier", "What is its footprint a unit?"),
    Indicator("labour_risk", "esg", "points", "labour_risk", "supplier", "How are workers represented and paid?"),
    Indicator("wage_gap", "esg", "share", "wage_gap", "supplier", "How far is its wage below a living wage?"),
    Indicator("certificates", "esg", "share", "", "supplier", "Which of the certificates asked for are in date?"),
    Indicator("landed_cost", "price", "1", "price", "supplier", "What is its price, delivered?"),
    Indicator("price_variation", "price", "1", "price_variation", "supplier", "What were its prices over two years?"),
)  # fmt: skip
NAMES = tuple(i.name for i in CATALOGUE)
LACKS = {
    "altman_z": "finances", "sales_share": "sales to us", "part_share": "share of our volume", "source_hhi": "sources of the part",
    "recovery": "recovery", "term_left": "contract", "owner_trust": "owner", "flex_share": "flexible capacity", "lead_time": "lead time",
    "lead_variation": "lead times month by month", "ramp_weeks": "ramp-up", "parts_mix": "range of parts", "lot_weeks": "least order",
    "emissions": "footprint", "labour_risk": "labour", "wage_gap": "wages", "certificates": "certificates",
    "landed_cost": "price", "price_variation": "prices month by month",
}  # fmt: skip
"""Indicator in plain words."""
ALTERNATE_POINTS = 20.0
"""Points that another site that can take over adds to recovery."""


def score(indicator: Indicator, raw: Floats, anchors: Anchors) -> Floats:
    """Score raw values of an indicator, 0 to 100; NaN stays NaN."""
    if not indicator.anchor:
        return np.asarray(np.clip(raw * (100.0 if indicator.unit == "share" else 1.0), 0.0, 100.0))
    worst, best = getattr(anchors, indicator.anchor)
    if indicator.anchor == "altman":
        slope = (best - worst) / 60.0
        return anchored(raw, [worst - 20.0 * slope, best + 20.0 * slope], [0.0, 100.0])
    if indicator.anchor == "dependence":
        return anchored(raw, [0.0, min(0.05, best / 2), best, worst], [50.0, 100.0, 100.0, 0.0])
    return anchored(raw, [worst, best], [0.0, 100.0])


def within() -> tuple[tuple[str, ...], Floats]:
    """Give the dimensions, and the weight of each indicator inside its dimension, shape (indicators, dimensions)."""
    names = tuple(dict.fromkeys(i.dimension for i in CATALOGUE))
    of = np.array([[float(i.dimension == d) for d in names] for i in CATALOGUE])
    return names, of / of.sum(axis=0)
