"""Which further commitment brings most on top of the anchor: on the same draws, one arm each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.growth.anchor import per_unit
from tierscape.analyses.growth.assumptions import GrowthAssumptions
from tierscape.analyses.growth.model import Model
from tierscape.analyses.growth.priors import Priors
from tierscape.analyses.growth.tables import SECOND
from tierscape.frames import empty
from tierscape.kernels.entry_exit import FILLED, discounted, simulate
from tierscape.kernels.entry_place import unpacked
from tierscape.network import Network
from tierscape.sweep import Progress, sweep

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
MOST_PARTS = 12
"""Gaps that are tried, those of the largest weight."""
MOST_DRAWS = 2000
"""Draws that are run: the first, which are the same whatever the number."""
OFFTAKE, PLANT, AGAIN = "offtake", "signed plant", "anchor again"


def second_table(network: Network, model: Model, priors: Priors, parts: pl.DataFrame, given: GrowthAssumptions, progress: Progress | None) -> pl.DataFrame:  # fmt: skip
    """Try a further commitment for each gap, and the anchor's volume once more.

    Parameters
    ----------
    network : Network
        Reads ``bom``.
    model : Model
    priors : Priors
    parts : polars.DataFrame
        Table ``parts``: gaps first.
    given : GrowthAssumptions
    progress : callable, optional

    Returns
    -------
    polars.DataFrame
        ``second``, the largest gain of completeness at the end first.

    Notes
    -----
    An offtake asks for what one site of efficient scale makes, from the first quarter to the last; a signed plant is one site that
    comes for certain after the usual lag. Arms times the time of one run.
    """
    tree, place = model.tree, model.place
    tried = list(_tried(network, model, parts, given))
    pull = np.stack([place.pull[0], *(p for *_, p, _ in tried)])
    sure = np.stack([place.sure[0], *(s for *_, s in tried)])
    draws = min(len(priors.model), MOST_DRAWS)
    rows = sweep(simulate, (place._replace(pull=pull, sure=sure, yearly=False), priors.model, given.seed), draws, progress=progress)  # fmt: skip
    got = unpacked(rows, len(pull), pull.shape[1], len(tree.parts))
    gain = got.completeness[:, 1:, -1] - got.completeness[:, :1, -1]
    bands = np.percentile(gain, (5, 50, 95), axis=0) if tried else np.zeros((3, 0))
    filled = np.isfinite(got.filled).mean(axis=0)
    frame = pl.DataFrame(
        [
            {
                "kind": kind, "part": tree.parts[k], "name": tree.names[k], "units_per_year": units, "gain": float(gain[:, i].mean()),
                "gain_p5": float(bands[0, i]), "gain_p50": float(bands[1, i]), "gain_p95": float(bands[2, i]),
                "p_filled": float(filled[1 + i, k]) if k else None, "p_filled_before": float(filled[0, k]) if k else None,
            }
            for i, (kind, k, units, _, _) in enumerate(tried)
        ],
        schema=empty(SECOND).schema,
    )  # fmt: skip
    return frame.sort("gain", "part", "kind", descending=[True, False, False])


def _tried(network: Network, model: Model, parts: pl.DataFrame, given: GrowthAssumptions) -> Iterator[tuple[str, int, float | None, Floats, Ints]]:  # fmt: skip
    """Give kind, part, units a year, pull and certain sites of each commitment that is tried."""
    tree, place = model.tree, model.place
    code = {part: k for k, part in enumerate(tree.parts)}

    def pulled(more: Floats) -> Floats:
        asked = np.nan_to_num(np.log1p((model.anchor.volume + more) / model.scale))
        return discounted(asked, given.pull.kept_after_a_year)

    if np.nan_to_num(model.anchor.volume).any():
        yield AGAIN, 0, float(model.anchor.volume[:, 0].max()) or None, pulled(model.anchor.volume), place.sure[0]
    for part, cover in parts.select("part", "cover").head(MOST_PARTS).iter_rows():
        k = code[part]
        if cover >= FILLED:
            break
        if np.isfinite(model.scale[k]):
            units = float(model.scale[k])
            yield OFFTAKE, k, units, pulled(units * per_unit(network, tree, part)), place.sure[0]
        first = 1 + int(place.lag[k, 1] / 3.0 + 0.5)
        if first < place.sure.shape[1]:
            sure = place.sure[0].copy()
            sure[first, k] += 1
            yield PLANT, k, None, place.pull[0], sure
