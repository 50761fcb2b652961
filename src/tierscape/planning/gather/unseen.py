"""Which share of the value of what is needed rests on figures that nobody stated."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.gather.goods import Goods
from tierscape.planning.problem import Floats


def unseen_share(goods: Goods, pairs: pl.DataFrame, lanes: pl.DataFrame, capacity: Floats) -> float:
    """Give the share of need, by value added, that the market must bring, or whose value or every lane is a guess.

    Parameters
    ----------
    goods : Goods
    pairs, lanes : polars.DataFrame
        See ``Makers.rows`` and ``Ways.rows``.
    capacity : numpy.ndarray of float64, shape (P, T)
        See ``Makers.capacity``.

    Returns
    -------
    float
        0 to 1; NaN where no value is known.
    """
    known = np.nan_to_num(goods.children)
    own = np.maximum(goods.value - known, 0.0)
    weight = np.where(np.isnan(own), 0.0, own * goods.weight)
    made = np.zeros(len(weight), dtype=np.bool_)
    made[pairs.filter("base")["p"].to_numpy()] = True
    seen = np.zeros(len(weight), dtype=np.bool_)
    seen[lanes.filter("freight_known")["p"].to_numpy()] = True
    blind = ~made | ~seen | goods.summed | np.isnan(goods.children)
    market = pairs["market"].to_numpy()
    bought = np.zeros_like(goods.need)
    np.add.at(bought, pairs["p"].to_numpy()[market], capacity[market])
    need = goods.need.sum(axis=1)
    lacking = np.minimum(bought, goods.need).sum(axis=1) / np.where(need > 0, need, 1.0)
    total = float(weight.sum())
    return float((weight * np.where(blind, 1.0, lacking)).sum()) / total if total > 0 else float("nan")
