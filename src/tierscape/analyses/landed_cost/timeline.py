"""What options cost over time, under each tariff case."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl

from tierscape.analyses.landed_cost.compare import Pair
from tierscape.analyses.landed_cost.tables import TIMELINE
from tierscape.frames import empty
from tierscape.kernels.unit_cost import total_cost
from tierscape.quantities.duties import duty_stack
from tierscape.quantities.landed import Landed, goods_of, put_duties
from tierscape.quantities.landed_choices import Tariffs
from tierscape.quantities.what_if_options import WhatIf
from tierscape.reference.tariffs import read_tariffs
from tierscape.reference.tariffs import tariffs as shipped

BACK, AHEAD = 730, 1095
"""Days before and after the day of entry that are shown."""


def timeline(
    costs: Landed, pairs: list[Pair], asked: dict[str, WhatIf], *, on: dt.date, choice: Tariffs
) -> pl.DataFrame:
    """Cost both options of each pair on every day on which a rule of the importer changes.

    An option whose duty is a plain number keeps it on all days.
    """
    rules = shipped() if choice.rules is None else read_tariffs(choice.rules)
    days = change_days(rules, on)
    at = np.array(sorted({n for pair in pairs for n in (pair.cheapest, pair.rival)}), dtype=np.int64)
    if not len(at):
        return empty(TIMELINE)
    chosen = costs.frame[at]
    goods = pl.concat([goods_of(chosen, day) for day in days])
    totals = duty_stack(goods, rules, cases=choice.cases, layers=False).totals
    fixed = np.array([name in asked and "duty_rate" in asked[name].stated for name in chosen["option"]])
    repeated = np.tile(np.arange(len(at)), len(days))
    frames = []
    for case in choice.cases:
        inputs = {name: values[at][repeated].copy() for name, values in costs.settled.items()}
        low = {name: values.copy() for name, values in inputs.items()}
        high = {name: values.copy() for name, values in inputs.items()}
        mass = chosen["mass_kg"].fill_null(np.nan).to_numpy()[repeated]
        stated = {name: inputs[name].copy() for name in ("duty_rate", "duty_rate_cif", "duty_per_unit")}
        put_duties(inputs, low, high, totals.filter(pl.col("case") == case), mass)
        for name, values in stated.items():
            found = np.where(np.isnan(inputs[name]), low[name], inputs[name])
            inputs[name] = np.where(fixed[repeated], values, found)
        money = total_cost(inputs, landed_worth=costs.landed_worth)
        frames.append(chosen.select("part", "buyer", "option")[repeated].with_columns(
            case=pl.lit(case), on=goods["on"], total=pl.Series(money).fill_nan(None)
        ))  # fmt: skip
    return pl.concat(frames).sort("part", "buyer", "option", "case", "on")


def change_days(rules: pl.DataFrame, on: dt.date) -> list[dt.date]:
    """Give the first and last day shown, the day of entry, and between them each day on which some rule changes."""
    first, last = on - dt.timedelta(days=BACK), on + dt.timedelta(days=AHEAD)
    changed = pl.concat([rules["valid_from"], rules["valid_to"]]).drop_nulls().unique()
    inside = changed.filter((changed > first) & (changed < last)).to_list()
    return sorted({first, on, last, *inside})
