"""The question of one point of the frontier, ready to be asked again with something changed."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from tierscape.planning.frontier import MET, Axis, Point
from tierscape.planning.prepare import Planning
from tierscape.planning.solve import Prepared
from tierscape.planning.solve.master import Rows


def asked_again(planning: Planning, axes: list[Axis], point: Point) -> Prepared:
    """Prepare a plan's program under what its point was asked beyond the least cost."""
    prepared = Prepared(planning.stage, planning.cuts)
    for axis, cap in zip(axes, point.caps, strict=False):
        if not np.isfinite(cap):
            continue
        room = cap + MET * max(1.0, abs(cap))
        if axis.cost is None:
            prepared.cap(min(room, planning.stage.cap))
        else:
            prepared.add_rows(Rows(csr_array(axis.cost[None, :]), np.array([-np.inf]), np.array([room])))
    return prepared
