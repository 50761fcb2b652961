"""Family 2, output: what a pair makes leaves by its lanes."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.written import Written, summed


def add(written: Written) -> None:
    """q_et = Σ_{a out of e} x_at; in an adverse year stock held at the maker leaves too."""
    problem = written.problem
    pairs = problem["pairs"].height
    if not pairs:
        return
    leaving = summed(written["flow"], "lane", problem["lanes"]["pair"].to_numpy(), "pair", pairs)
    made = 1 * written["output"]
    if "drawn" in written:
        held = problem["buffers"].join(
            problem["pairs"].with_row_index("pair").select("pair", "site", "part"), on=["site", "part"], how="left",
            maintain_order="left",
        )  # fmt: skip
        at_maker = pl.when(pl.col("need").is_null()).then(pl.col("pair").cast(pl.Int64)).fill_null(-1)
        rows = held.select(at_maker).to_series().to_numpy().astype(np.int64)
        made = made + summed(written["drawn"], "buffer", rows, "pair", pairs)
    written.rows("output", made - leaving == 0)
