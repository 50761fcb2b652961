"""The pictures of `calibrate`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tierscape.charts import Chart
from tierscape.charts.forests import forest

if TYPE_CHECKING:
    from tierscape.analyses.calibrate.result import Calibrate


def calibrate_charts(answer: Calibrate) -> tuple[Chart, ...]:
    """Factors on the rate of entry with their intervals."""
    rows = answer.coefficients.filter(pl.col("part") == answer.first_part).drop_nulls("ratio")
    shown = rows.select(pl.col("meaning").str.replace(", .*$", "").alias("label"), "ratio", "ratio_low", "ratio_high")
    return (
        Chart(
            name="coefficients",
            title=f"What draws new {answer.about}",
            spec=forest(
                shown, label="label", value="ratio", ends=("ratio_low", "ratio_high"), neutral=1.0,
                title="Factor on new sites a year",
            ),
            description="Factor on the rate of entry for one standard deviation more of each feature, with its interval.",
            table="coefficients",
            note="For one standard deviation more. Grey: not distinguishable from no effect, 1.",
        ),
    )  # fmt: skip
