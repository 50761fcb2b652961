"""Family 20, `distrust`: a soft cost on value that comes from countries that are not trusted."""

from __future__ import annotations

import polars as pl

from tierscape.planning.written import Written


def add(written: Written) -> None:
    """Charge weight · Σ (1 − trust/100) v x; no rows. Unknown trust or value charges nothing."""
    weight = written.ask.policy.distrust
    if weight == 0 or "flow" not in written:
        return
    problem = written.problem
    value = problem["parts"]["value"]
    pairs = problem["pairs"].select(charge=(1 - pl.col("trust") / 100) * pl.lit(value).gather(pl.col("part")))
    charge = pairs["charge"].gather(problem["lanes"]["pair"]).fill_null(0.0).to_numpy()
    written.charge("distrust", weight * written.labelled(charge, "lane") * written["flow"] * written.discount)
