"""`simulate`: frames of scenarios and of what is delivered day by day."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from tierscape.analyses.stress.assumptions import Run
from tierscape.analyses.stress.blocks import DAYS, simulate_delivered
from tierscape.analyses.stress.study import Losses, Study, swept

PATH_SCENARIOS = 500
"""Draws that the paths are percentiles of."""
MOST_ROWS = 10_000
"""Scenarios that the frame holds."""


def path_rows(study: Study, scenarios: int, run: Run) -> pl.DataFrame:
    """Give the frame ``paths``: mean and percentiles of what is delivered, over the first 500 draws.

    Parameters
    ----------
    study : Study
    scenarios : int
        Draws that there are.
    run : Run

    Returns
    -------
    polars.DataFrame
    """
    selling = study.demand_lines
    names, number = np.unique(study.firm.lines["part"].gather(selling).to_numpy(), return_inverse=True)
    group = np.full(study.firm.n, -1, np.int64)
    group[selling] = number
    case = study.case._replace(group=group)
    rows = swept(simulate_delivered, case, min(scenarios, PATH_SCENARIOS), run, title="Paths", lanes=case.lanes)
    days = case.rules.horizon_days
    table = rows.reshape(-1, days, len(names))
    low, middle, high = np.quantile(table, [0.05, 0.5, 0.95], axis=0, method="inverted_cdf")
    return pl.DataFrame(
        {
            "day": np.tile(np.arange(days), len(names)),
            "product": np.repeat(names.astype(object), days),
            "mean": table.mean(axis=0).T.ravel(),
            "p5": low.T.ravel(),
            "p50": middle.T.ravel(),
            "p95": high.T.ravel(),
        },
        schema_overrides={"product": pl.String},
    )


def scenario_rows(study: Study, losses: Losses, names: Sequence[str], sensitive: Sequence[str] = ()) -> pl.DataFrame:
    """Give the frame ``scenarios``, the largest loss first; of more than 10,000 scenarios the largest 10,000.

    Parameters
    ----------
    study : Study
    losses : Losses
    names : sequence of str
        Of the scenarios: targets, or numbers of draws.
    sensitive : sequence of str
        Names of those whose loss is a property of τ.

    Returns
    -------
    polars.DataFrame
    """
    m = losses.metrics
    lost_units = losses.lost_units.sum(axis=1)
    margin = m["lost_margin"] if study.margin_known else np.full(len(names), np.nan)
    size = losses.money if study.margin_known else lost_units
    rows = pl.DataFrame(
        {
            "scenario": list(names),
            "events": m["events"].astype(np.int64),
            "lost_output": m["lost_output"] if study.output_known else np.full(len(names), np.nan),
            "lost_value_added": m["lost_value_added"] if study.added_known else np.full(len(names), np.nan),
            "lost_units": lost_units,
            "lost_margin": margin,
            "loss_without_echo": margin * (1.0 - m["echo_share"]),
            "reroute_cost": m["reroute_cost"],
            "peak_loss_share": m["peak_loss_share"],
            **{name: m[name].astype(np.int64) for name in DAYS},
            "size": size,
        },
        schema_overrides={"scenario": pl.String},
    )
    marks = [pl.when(pl.Series(m[name] > 0)).then(pl.lit(name)) for name in ("restocking_peak", "starved", "truncated")]
    marks.append(pl.when(pl.Series(m["echo_share"] > 0)).then(pl.lit("echo")))
    marks.append(pl.when(pl.col("scenario").is_in(list(sensitive))).then(pl.lit("tau_sensitive")))
    return (
        rows.with_columns(flags=pl.concat_str(marks, separator=" ", ignore_nulls=True))
        .with_columns(pl.col(pl.Float64).fill_nan(None), *(pl.when(pl.col(d) >= 0).then(d).alias(d) for d in DAYS))
        .sort("size", "scenario", descending=[True, False])
        .drop("size")
        .head(MOST_ROWS)
    )
