"""Family 12, `ally share`: the allied part of the value that is added, over the whole network."""

from __future__ import annotations

import numpy as np

from tierscape.planning.written import Written

GRACE_YEARS = 3
"""Years after the start from which the share holds, where no year is asked."""


def add(written: Written) -> None:
    """Σ (ally − α) va q ≥ 0 in each period from the year asked on: by value added, not by units.

    A pair whose value added is unknown counts on neither side.
    """
    share = written.ask.policy.ally_share
    if share is None or "output" not in written:
        return
    pairs = written.problem["pairs"]
    ally = pairs["ally"].fill_null(value=False).to_numpy()
    weight = (ally - share) * pairs["value_added"].fill_null(0.0).to_numpy()
    held = [t for t in written.periods if t >= _first(written)]
    if held:
        margin = (written.labelled(weight, "pair") * written["output"].sel(period=held)).sum("pair")
        written.rows("ally_share", margin >= 0)


def _first(written: Written) -> int:
    """Give the first period in which the share must hold; the horizon's end if it never must."""
    years = written.problem["periods"]["year"].to_numpy()
    asked = written.ask.policy.ally_from_year
    from_year = years[0] + GRACE_YEARS if asked is None else asked
    return int(np.searchsorted(years, from_year))
