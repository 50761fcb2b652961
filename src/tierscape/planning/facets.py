"""Facets of clusters that are too many to write out, found where a relaxation breaks them."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array

from tierscape.planning.handoff import Handed
from tierscape.planning.rows.completeness import OUTRIGHT, clusters
from tierscape.planning.solve.master import Cuts, Rows
from tierscape.planning.written import Floats, Written


def facets(written: Written, handed: Handed) -> Cuts | None:
    """Give the separation of h ≤ Σ_{l ∈ C} cov_l for regions whose facets were not written out.

    Parameters
    ----------
    written : Written
        The calm model.
    handed : Handed
        The same, handed over.

    Returns
    -------
    callable or None
        See ``Cuts``; None where all facets stand in the model, or no family asks for clusters.

    Notes
    -----
    One facet a region and period in each call, the most violated: O(k log k) for k classes that may be covered. A region
    with 30 classes of which 24 are needed has 2.0 million facets.
    """
    if "completeness" not in written.model.constraints:
        return None
    many = [cluster for cluster in clusters(written) if cluster.facets > OUTRIGHT]
    if not many:
        return None
    hub, covered = handed.columns["hub"], handed.columns["covered"]
    n = len(handed.program.cost)

    def separate(x: Floats) -> Rows | None:
        found = [
            np.append(covered[members, period], hub[cluster.region, period])
            for cluster in many
            for period, members in cluster.violated(x[hub], x[covered])
        ]
        if not found:
            return None
        entries = np.concatenate([np.append(-np.ones(len(columns) - 1), 1.0) for columns in found])
        starts = np.concatenate([[0], np.cumsum([len(columns) for columns in found])])
        matrix = csr_array((entries, np.concatenate(found), starts), shape=(len(found), n))
        return Rows(matrix, np.full(len(found), -np.inf), np.zeros(len(found)))

    return separate
