"""Family 14b, `lead time`: the mean transit of each part. Lanes beyond a hard limit never enter a problem."""

from __future__ import annotations

import numpy as np

from tierscape.planning.written import Written, summed


def add(written: Written) -> None:
    """Σ (days − mean) x ≤ 0 for each part and period; nothing without a limit.

    A lane whose transit is unknown counts on neither side. Lanes over `max_transit_days` are left out when the problem is
    gathered, and stand by name in `Problem.left_out`.
    """
    mean = written.ask.policy.mean_transit_days
    if mean is None or "flow" not in written:
        return
    problem = written.problem
    days = problem["lanes"]["days"].fill_null(mean).to_numpy()
    part = problem["pairs"]["part"].gather(problem["lanes"]["pair"]).to_numpy()
    late = part[days > mean]  # only a part with a slow lane can break the rule
    row = np.searchsorted(np.unique(late), part)
    row[~np.isin(part, late)] = -1
    if len(late):
        excess = written.labelled(days - mean, "lane") * written["flow"]
        written.rows("lead_time", summed(excess, "lane", row, "slow_part", len(np.unique(late))) <= 0)
