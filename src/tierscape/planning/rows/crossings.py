"""Family 19, `crossings`: few border crossings for each unit that is delivered."""

from __future__ import annotations

import numpy as np

from tierscape.planning.written import Written


def add(written: Written) -> None:
    """Σ crossings x ≤ X · delivered; nothing without a limit X. An unknown number of crossings is not counted."""
    most = written.ask.policy.max_crossings
    if most is None or "flow" not in written:
        return
    lanes = written.problem["lanes"]
    delivered = lanes["want"].is_not_null().to_numpy()
    excess = lanes["crossings"].fill_null(0.0).to_numpy() - most * np.asarray(delivered, dtype=np.float64)
    written.rows("crossings", (written.labelled(excess, "lane") * written["flow"]).sum("lane") <= 0)
