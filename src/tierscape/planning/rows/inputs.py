"""Family 3, input: what a site's output asks of each child arrives; of a choice the alternatives share the output."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.problem import Problem
from tierscape.planning.written import Expression, Numbers, Written, picked, summed


def add(written: Written) -> None:
    """Σ_{a into (c, i)} x_at = Σ_p β_cp q_pi; for a choice group gx_c takes q's place and Σ_{c in group} gx_c = q_pi.

    In an adverse year stock is drawn, and a child that is not essential may be short at its value, so that it is never
    a saving.
    """
    problem = written.problem
    needs = problem["needs"].height
    if not needs:
        return
    arriving = summed(written["flow"], "lane", _need_of_lane(problem), "need", needs)
    if "drawn" in written:
        held = problem["buffers"].select(pl.col("need").fill_null(-1)).to_series().to_numpy()
        arriving = arriving + summed(written["drawn"], "buffer", held, "need", needs)
    if "spared" in written:
        spared = written["spared"]
        rows = spared.indexes["need"].to_numpy()
        arriving = arriving + summed(spared, "need", rows, "need", needs)
        optional = ~problem["recipes"]["essential"].fill_null(value=True).to_numpy()
        asked = _asked(written, np.flatnonzero(optional)).sel(need=rows)
        written.rows("input:spared", 1 * spared - asked <= 0)
        part = problem["needs"]["part"].to_numpy()[rows]
        value = written.column("parts", "value", "part").to_numpy()[part]
        written.charge("spared", written.labelled(value, "need").assign_coords(need=rows) * written.discount * spared)
    written.rows("input", arriving - _asked(written, np.arange(problem["recipes"].height)) == 0)
    if "mix" in written:
        _choice(written)


def _need_of_lane(problem: Problem) -> Numbers:
    return problem["lanes"].select(pl.col("need").fill_null(-1)).to_series().to_numpy().astype(np.int64)


def _asked(written: Written, recipes: Numbers) -> Expression:
    """Σ β q by (need, period) over the given recipes; gx in q's place for alternatives."""
    table = written.problem["recipes"]
    needs, need = written.problem["needs"].height, table["need"].to_numpy()
    quantity, pair = table["quantity"].to_numpy(), table["pair"].to_numpy()
    alternative = table["group"].is_not_null().to_numpy()[recipes]
    plain, options = recipes[~alternative], recipes[alternative]
    asked = []
    if len(plain):
        taken = picked(written["output"], "pair", pair[plain], "recipe")
        asked.append(summed(written.labelled(quantity[plain], "recipe") * taken, "recipe", need[plain], "need", needs))
    if len(options):
        mix = picked(written["mix"], "option", options, "recipe")
        asked.append(
            summed(written.labelled(quantity[options], "recipe") * mix, "recipe", need[options], "need", needs)
        )
    return asked[0] if len(asked) == 1 else asked[0] + asked[1]


def _choice(written: Written) -> None:
    """Σ_{c in group} gx_c = q_pi."""
    problem = written.problem
    mix = written["mix"]
    group = problem["recipes"]["group"].fill_null(-1).to_numpy()[mix.indexes["option"].to_numpy()]
    together = summed(mix, "option", group, "group", problem["groups"].height)
    written.rows(
        "input:choice", together - picked(written["output"], "pair", problem["groups"]["pair"].to_numpy(), "group") == 0
    )
