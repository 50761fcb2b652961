"""Value on its way upstream, from class to class of country."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.visibility.tables import CLASSES, PASSAGES
from tierscape.analyses.visibility.view import UNKNOWN, View
from tierscape.frames import DTYPES

ADDED = "added"
"""Where value goes that is added at the tier itself."""


def passage_table(view: View) -> pl.DataFrame:
    """Split what passes each tier by class of the taker and of the supplier; what is added there stays.

    Notes
    -----
    O(arcs · tiers). The rows with ``to`` added, and those with ``to`` unknown of which nothing goes on, sum to 1.
    """
    graph, values, mass = view.trace.graph, view.trace.values, view.trace.mass
    number, count = {name: i for i, name in enumerate(CLASSES)}, len(CLASSES)
    code = np.array([number[c or UNKNOWN] for c in view.places["class"]], dtype=np.int64)
    unnamed = values.line_unknown + np.bincount(graph.slot_line, values.slot_unknown, graph.n)
    pair = code[graph.arc_line] * count + code[graph.arc_supplier]
    found: list[tuple[int, str, str, float]] = []
    for tier, here in enumerate(mass.T):
        by_pair = np.bincount(pair, here[graph.arc_line] * values.arc_value, count * count)
        passed = by_pair.astype(np.float64).reshape(count, count)  # whole numbers where there is no link
        passed[:, number[UNKNOWN]] += np.bincount(code, here * unnamed, count)
        table = np.column_stack([passed, np.bincount(code, here * values.own, count)])
        found += [
            (tier, CLASSES[a], (*CLASSES, ADDED)[b], min(float(table[a, b]), 1.0))
            for a, b in np.argwhere(table > 0.0).tolist()
        ]
    return pl.DataFrame(found, schema={c.name: DTYPES[c.kind] for c in PASSAGES.columns}, orient="row")
