"""What is lost while each target is out, beside what is bought from it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.survive import Stops, chosen
from tierscape.analyses.stress.tables import IMPACT
from tierscape.analyses.stress.targets import Struck
from tierscape.kernels import exposure

WINDOWS = (7.0, 30.0, 90.0, 180.0)
TOP = 0.1
"""Share of the targets of a kind whose loss makes a giant."""
ROUNDING = 1e-9

Floats = NDArray[np.float64]


def impact_rows(hit: Struck, made: Stops) -> pl.DataFrame:
    """Give the frame ``impact``, by kind, the largest loss first.

    Parameters
    ----------
    hit : Struck
    made : Stops

    Returns
    -------
    polars.DataFrame

    Notes
    -----
    A target that demand survives for ever loses nothing and needs no programme; the others take one for each window. Products
    without a margin weigh nothing beside those with one; where none has a margin, units are counted instead.
    """
    margin = made.lanes.chain.margin
    priced = bool(np.isfinite(margin).any())
    chain = made.lanes.chain._replace(margin=np.nan_to_num(margin) if priced else _units(made))
    ttr = hit.rows["ttr_days"].to_numpy()
    windows = np.column_stack([ttr, np.tile(WINDOWS, (len(ttr), 1))])
    loss, remedy, value = np.zeros(windows.shape), np.full(len(ttr), -1), np.zeros(len(ttr))
    missed = np.flatnonzero(np.isfinite(made.tts))
    if len(missed):
        felt = windows[missed] > made.tts[missed, None]
        # the others lose nothing; the longest in their place is solved already, and costs no step of the solver
        asked = np.where(felt, windows[missed], windows[missed].max(axis=1, keepdims=True))
        found = exposure.impact(chain, chosen(made.targets, missed), asked)
        smallest = ROUNDING * float((chain.margin * chain.demand).sum())
        loss[missed] = np.where(felt & (found.loss > smallest), found.loss, 0.0)
        remedy[missed], value[missed] = found.remedy[:, 0], found.remedy_value[:, 0]
    names, unit = made.lanes.labels, made.lanes.unit
    value = np.where((remedy >= 0) & (remedy < len(unit)), value / unit[np.clip(remedy, 0, len(unit) - 1)], value)
    helped = [names[k] if 0 <= k < len(names) and loss[s, 0] > 0 else None for s, k in enumerate(remedy)]
    money = ["performance_impact", *(f"pi_{days:.0f}d" for days in WINDOWS)]
    rows = hit.rows.with_columns(
        *(
            pl.Series(name, loss[:, i] if priced else [None] * len(ttr), dtype=pl.Float64)
            for i, name in enumerate(money)
        ),
        lost_units=pl.Series([None] * len(ttr) if priced else loss[:, 0], dtype=pl.Float64),
        lost=pl.Series(loss[:, 0]),
        remedy=pl.Series(helped, dtype=pl.String),
        remedy_value=pl.Series(value),
    )
    return _ranked(rows, priced=priced)


def _units(made: Stops) -> Floats:
    """Units of each product that the chain counts as one."""
    first, seller = made.lanes.chain.sellers
    return made.lanes.unit[seller[first[:-1]]]


def _ranked(rows: pl.DataFrame, *, priced: bool) -> pl.DataFrame:
    largest = pl.col("lost").max().over("target_kind")
    rows = rows.with_columns(
        risk_exposure_index=pl.when(largest > 0).then(pl.col("lost") / largest).otherwise(0.0),
        spend_rank=pl.col("spend").rank("min", descending=True).over("target_kind").cast(pl.Int64),
        impact_rank=pl.col("lost").rank("min", descending=True).over("target_kind").cast(pl.Int64),
        remedy_value=pl.when(pl.col("remedy").is_not_null() & pl.lit(priced)).then("remedy_value"),
    )
    giants = (pl.len() * TOP).ceil().over("target_kind")
    rows = rows.with_columns(
        quiet_giant=(pl.col("lost") > 0)
        & (pl.col("impact_rank") <= giants)
        & (pl.col("spend") <= pl.col("spend").median().over("target_kind")),
    )
    kinds = rows["target_kind"].unique(maintain_order=True).to_list()
    order = pl.col("target_kind").replace_strict({k: i for i, k in enumerate(kinds)}, return_dtype=pl.Int64)
    later = ["pi_180d", "pi_90d", "spend"]
    down = [False, False, True, True, True, False]
    return rows.sort(order, "impact_rank", *later, "target", descending=down, nulls_last=True).select(IMPACT.names)
