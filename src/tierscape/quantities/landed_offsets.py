"""What comes off a unit: duty refunded on inputs, support that the supplier passes on; and the limits of an entry fee."""

from __future__ import annotations

import datetime as dt

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.network import Network
from tierscape.quantities.landed_choices import Study
from tierscape.reference.tariffs import entry_fees

Floats = NDArray[np.float64]
Span = tuple[Floats, Floats, Floats]
Inputs = dict[str, Floats]

ONE_OFF = ("grant", "land", "training")
"""Incentives that are a share of the investment, paid once."""


def refunded(paid: Floats, duty: tuple[Floats, Floats], crosses: NDArray[np.bool_]) -> Span:
    """Give the drawback a unit: the lesser of the duty paid on inputs and that on the good, with its range.

    Parameters
    ----------
    paid : numpy.ndarray of float64, shape (n,)
        Duty on the inputs of a unit, money, as its price holds it; NaN unknown: between nothing and the duty on the good.
    duty : pair of numpy.ndarray of float64, shape (n,)
        Duty on the good, low and high end, money a unit.
    crosses : numpy.ndarray of bool, shape (n,)
        The good crosses a customs border.
    """
    blind = np.isnan(paid)
    low, high = (np.where(blind, end, np.minimum(paid, end)) for end in duty)
    low = np.where(blind, 0.0, low)
    value = np.where(blind & (high > 0), np.nan, np.where(np.isclose(low, high), high, low))
    return np.where(crosses, value, 0.0), np.where(crosses, low, 0.0), np.where(crosses, high, 0.0)


def passed_on(network: Network, frame: pl.DataFrame, study: Study, on: dt.date) -> Span:
    """Give the support a unit that the supplier passes on in its price, with its range; the low end is after a clawback.

    Notes
    -----
    Support belongs to the supplier: what it gets for its project of the part, spread over ``study.years`` of the capacity
    added, counts here only by ``study.incentive_share``. One-off support is min(rate · investment, cap); a tax relief is
    rate · price, up to the cap. A floor of investment or jobs that the project misses, or a day past, gives nothing; a fast
    track gives time, not money.
    """
    zero = np.zeros(frame.height)
    if study.incentive_share == 0:
        return zero, zero, zero
    plans = network["projects"].filter(pl.col("added_capacity_per_year") > 0).sort("project")
    plans = plans.unique(["site", "part"], keep="first", maintain_order=True)
    sites = network["sites"].select("site", "region")
    offers = network["incentives"].filter(pl.col("until").is_null() | (pl.col("until") > on))
    met = [(pl.col(floor).is_null() | (pl.col(has) >= pl.col(floor))) for floor, has in
           (("floor_investment", "capex"), ("floor_jobs", "jobs"))]  # fmt: skip
    pairs = plans.join(sites, on="site").join(offers, on="region").filter(*met).select(
        "kind_right", "rate", "cap", "clawback_share", "capex", supplier="site", part="part",
        spread=pl.col("added_capacity_per_year") * _annuity(study.discount, study.years),
    )  # fmt: skip
    rows = frame.select("supplier", "part", "price").with_row_index("n").join(pairs, on=["supplier", "part"])
    most = pl.col("cap").fill_null(float("inf")) / pl.col("spread")
    once = pl.col("rate") * pl.col("capex") / pl.col("spread")
    kind = pl.col("kind_right")
    given = pl.when(kind.is_in(ONE_OFF)).then(once).when(kind == "tax").then(pl.col("rate") * pl.col("price"))
    gross = pl.when(given.is_not_null()).then(pl.min_horizontal(given, most)).otherwise(0.0) * study.incentive_share
    sums = rows.group_by("n").agg(
        gross=gross.sum(), kept=(gross * (1.0 - pl.col("clawback_share").fill_null(0.0))).sum()
    )
    value, low = zero.copy(), zero.copy()
    value[sums["n"].to_numpy()], low[sums["n"].to_numpy()] = sums["gross"].to_numpy(), sums["kept"].to_numpy()
    return value, low, value


def _annuity(discount: float, years: float) -> float:
    return years if discount == 0 else (1 - (1 + discount) ** -years) / discount


def limit_entry_fees(
    ends: tuple[Inputs, Inputs, Inputs], frame: pl.DataFrame, layers: pl.DataFrame, on: dt.date, usd: float | None
) -> None:
    """Hold fees of an entry between their least and most: what that changes a unit goes on ``duty_per_unit``.

    Parameters
    ----------
    ends : (value, low, high)
        Inputs of the unit cost, changed in place.
    frame : polars.DataFrame
        ``buyer_country`` of each option.
    layers : polars.DataFrame
        Layers of duty that hold, from ``duty_stack``, ``row`` an option.
    on : datetime.date
        Day of entry.
    usd : float, optional
        Money of the network for a US dollar; None leaves the limits out.

    Notes
    -----
    An entry is a shipment: ``lot`` units. Where its size is unknown the fee stays the plain share and the ends span
    shipments from one day of demand to the high end of the lot.
    """
    if usd is None or layers.is_empty():
        return
    limits = entry_fees().filter(
        (pl.col("valid_from") <= on) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > on))
    )
    held = layers.filter(pl.col("rate") > 0).select("row", "layer", "rate").join(
        frame.select(importer="buyer_country").with_row_index("row"), on="row"
    ).join(limits, on=["importer", "layer"])  # fmt: skip
    value, low, high = ends
    row = held["row"].to_numpy()
    rate, least, most = held["rate"].to_numpy(), held["least_usd"].to_numpy() * usd, held["most_usd"].to_numpy() * usd

    def moved(end: Inputs, lot: Floats) -> Floats:
        share = rate * end["price"][row]
        return np.asarray(np.clip(share * lot, least, most) / lot - share)

    lot = value["lot"][row]
    known = np.isfinite(lot) & (lot > 0)
    big = np.where(known, lot, np.maximum(high["lot"][row], 1.0))
    small = np.where(known, lot, np.maximum(value["demand"][row], 1.0))
    pays = low["duty_rate"][row] >= rate  # else the low end pays no fee at all
    down, up = moved(low, big), moved(high, small)
    np.add.at(low["duty_per_unit"], row, np.where(pays, np.where(known, down, np.minimum(down, 0.0)), 0.0))
    np.add.at(high["duty_per_unit"], row, np.where(known, up, np.maximum(up, 0.0)))
    np.add.at(value["duty_per_unit"], row, np.where(known, moved(value, np.where(known, lot, 1.0)), 0.0))
