"""Family 17, `buffers`: stock against a bad year; its size is bounded, and only copies of adverse years draw on it."""

from __future__ import annotations

import numpy as np

from tierscape.planning.written import Written


def add(written: Written) -> None:
    """Charge holding · v B in every period; in a copy, what is drawn is no more than what stands there.

    The upper bound (months of need) is the variable's own. Stock whose value is unknown costs nothing: the plan reports it.
    """
    if "buffer" not in written:
        return
    if written.copy:
        for_all = written["buffer"] * written.labelled(np.ones(len(written.periods)), "period")
        written.rows("buffers", written["drawn"] - for_all <= 0)
        return
    rate = written.ask.finance.holding_rate / written.problem.periods_per_year
    years = float(written.problem["periods"]["discount"].sum())
    written.charge("buffers", rate * years * written.column("buffers", "value", "buffer") * written["buffer"])
