"""Family 8, co-investment: who pays a share of a project's capital gets a rebate on what the project lets it make."""

from __future__ import annotations

import numpy as np

from tierscape.planning.rows.reached import ready_by_share
from tierscape.planning.written import Written, summed


def add(written: Written) -> None:
    """qr_jot ≤ Σ_{τ≤t} ramp(t − τ − lead_j) dcap_j y_joτ; Σ_{j of e, o} qr_jot ≤ q_et.

    Exact without products of variables: a rebate is never refused.
    """
    if "rebated" not in written:
        return
    problem = written.problem
    rebated = written["rebated"]
    written.rows("co-investment:rebated", rebated - ready_by_share(written) <= 0)
    pair = problem["projects"]["pair"].to_numpy()
    owned = np.unique(pair)
    of_pair = summed((1 * rebated).sum("share"), "project", pair, "pair", problem["pairs"].height).sel(pair=owned)
    written.rows("co-investment:made", of_pair - written["output"].sel(pair=owned) <= 0)

    table = problem["rebates"]
    share = np.abs(table["share"].to_numpy()[:, None] - np.asarray(problem.shares)[None, :]).argmin(axis=1)
    rebate = np.zeros((problem["projects"].height, len(problem.shares)))
    rebate[table["project"].to_numpy(), share] = table["rebate"].fill_null(0.0).to_numpy()
    written.charge("rebates", -written.labelled(rebate, "project", "share") * written.discount * rebated)
