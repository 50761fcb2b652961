"""What one's own plant pays by its legal form, and what disruptions are expected to cost."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.network import Network
from tierscape.quantities.landed_choices import Study
from tierscape.reference.tariffs import entities

Floats = NDArray[np.float64]
Span = tuple[Floats, Floats, Floats]


def own_entity(frame: pl.DataFrame, study: Study) -> Span:
    """Give what the legal form costs a unit of each option in its country, with its range.

    Parameters
    ----------
    frame : polars.DataFrame
        ``country``, ``price``, ``wage``, ``hours``.
    study : Study
        ``entity``, ``assets_per_unit``, ``margin``.

    Returns
    -------
    tuple of numpy.ndarray
        Value, low and high end, money a unit; NaN in the value where wage or hours are unknown.

    Notes
    -----
    own_immex: income tax on the larger of a share of the assets used and a share of all costs (LISR art. 182). shelter: a
    fee on labour cost.
    """
    zero = np.zeros(frame.height)
    if study.entity == "none":
        return zero, zero, zero
    rows = entities().filter(pl.col("entity") == study.entity)
    figures = {r["figure"]: r for r in rows.iter_rows(named=True)}
    here = frame["country"].is_in(rows["country"].unique().implode()).fill_null(value=False).to_numpy()
    if study.entity == "own_immex":
        cost = frame["price"].fill_null(np.nan).to_numpy() / (1.0 + study.margin)
        profit = np.maximum(
            figures["assets_share"]["value"] * study.assets_per_unit, figures["costs_share"]["value"] * cost
        )
        tax = np.where(here, figures["income_tax"]["value"] * profit, 0.0)
        return tax, np.nan_to_num(tax, nan=0.0), tax
    labour = (frame["wage"] * frame["hours"]).cast(pl.Float64).fill_null(np.nan).to_numpy()
    fee = figures["fee_labour_share"]
    most = 0.5 * frame["price"].fill_null(np.nan).to_numpy()
    value, low, high = (np.where(here, fee[end] * labour, 0.0) for end in ("value", "low", "high"))
    return value, np.nan_to_num(low, nan=0.0), np.where(np.isnan(high), fee["high"] * most, high)


def own_loss(network: Network, frame: pl.DataFrame) -> Span:
    """Give the lost margin a unit that disruptions of each option's site, region or country are expected to cost.

    Notes
    -----
    Σ annual_probability · duration/365 · capacity_loss · margin, over the disruptions that name the part or none. Where no
    margin is known the value is NaN, between 0 and the price.
    """
    hits = network["disruptions"].with_columns(
        share=pl.col("annual_probability") * pl.col("duration_days") / 365.0 * pl.col("capacity_loss").fill_null(1.0)
    )
    where = frame.select("supplier", "part", "country").join(
        network["sites"].select("region", supplier="site"), on="supplier", how="left", maintain_order="left"
    )
    share = np.zeros(frame.height)
    for kind, column in (("site", "supplier"), ("region", "region"), ("country", "country")):
        known = hits.filter((pl.col("target_kind") == kind) & pl.col("share").is_not_null())
        whole = (
            known.filter(pl.col("part").is_null())
            .group_by(pl.col("target").alias(column))
            .agg(all=pl.col("share").sum())
        )
        single = (
            known.filter(pl.col("part").is_not_null())
            .group_by(pl.col("target").alias(column), "part")
            .agg(one=pl.col("share").sum())
        )
        rows = where.join(whole, on=column, how="left", maintain_order="left")
        rows = rows.join(single, on=[column, "part"], how="left", maintain_order="left")
        share += (rows["all"].fill_null(0.0) + rows["one"].fill_null(0.0)).to_numpy()
    margins = network["demand"].group_by(part="product").agg(margin=pl.col("unit_margin").mean())
    margin = frame.select("part").join(margins, on="part", how="left", maintain_order="left")["margin"]
    lost = share * margin.fill_null(np.nan).to_numpy()
    lost = np.where(share == 0.0, 0.0, lost)
    most = share * frame["price_high"].fill_null(np.nan).to_numpy()
    return lost, np.nan_to_num(lost, nan=0.0), np.where(np.isnan(lost), most, lost)
