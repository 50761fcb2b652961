"""What makes the supplier invest: the volume from which it does, over prices, terms and with or without the grant."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.partnership.deal import Deal
from tierscape.analyses.partnership.tables import COMMITMENT
from tierscape.errors import Finding
from tierscape.frames import empty
from tierscape.kernels.commitment import SupplierTerms, annuity, break_even_volume, break_even_with_ramp

PRICE_STEPS = (0.9, 0.95, 1.0, 1.05, 1.1, 1.2, 1.35, 1.5)
TERM_STEPS = (-2, 0, 3, 5)


def commitment_rows(deal: Deal, grant: float) -> pl.DataFrame:
    """Give Q* = (I + fixed cost − G)/((p − c)·a) over a grid of prices, terms and grants; capacity says what suffices."""
    price, years = deal.price, deal.term_years
    if price is None or deal.unit_cost is None or deal.investment is None or not years:
        return empty(COMMITMENT)
    terms = sorted({max(years + step, 1) for step in TERM_STEPS})
    prices = sorted(
        {
            float(np.format_float_positional(price * step, 5, fractional=False)) if step != 1.0 else price
            for step in PRICE_STEPS
        }
    )
    rows = []
    for given in sorted({0.0, grant}):
        for term in terms:
            for offer in prices:
                volume, enough = q_star(deal, offer, term, given)
                rows.append({
                    "price": offer, "term_years": term, "grant": given, "q_star": volume,
                    "q_star_ramp": with_ramp(deal, offer, term, given) if offer == price and term == years else None, "capacity_ok": enough,
                    "price_needed": price_needed(deal, term, given), "stated": offer == price and term == years,
                })  # fmt: skip
    return pl.DataFrame(rows, schema=empty(COMMITMENT).schema)


def q_star(deal: Deal, price: float, years: int, grant: float) -> tuple[float | None, bool]:
    """Find the volume from which the supplier invests, and whether the capacity makes it; None where no volume pays."""
    value = annuity(deal.rate, years)
    burden = (deal.investment or 0.0) + deal.opex * value
    found = break_even_volume(burden, grant, price - (deal.unit_cost or 0.0), value, deal.capacity or np.inf)
    return (found.volume, found.enough) if np.isfinite(found.volume) else (None, False)


def ramp_shares(months: float, years: int) -> NDArray[np.float64]:
    """Share of the full output in each year while it rises evenly over some months.

    Examples
    --------
    >>> ramp_shares(18.0, 3).round(4).tolist()
    [0.3333, 0.9167, 1.0]
    """
    ends = 12.0 * np.arange(years + 1)
    rising = np.minimum(ends, months)
    made = np.where(months > 0, rising**2 / (2 * max(months, 1e-300)), 0.0) + ends - rising
    return np.asarray(np.diff(made) / 12.0)


def with_ramp(deal: Deal, price: float, years: int, grant: float) -> float | None:
    """Find the volume at full rate from which the supplier invests, by summing the years; None where no volume pays."""
    value = annuity(deal.rate, years)
    plain, _ = q_star(deal, price, years, grant)
    most = deal.capacity or 20.0 * max(plain or 0.0, deal.volume or 0.0)
    if most <= 0:
        return None
    burden = (deal.investment or 0.0) + deal.opex * value
    shares = ramp_shares(deal.ramp_months, years)
    terms = SupplierTerms(price, deal.unit_cost or 0.0, deal.progress, shares, most, deal.rate, burden, grant)
    found = break_even_with_ramp(terms).volume
    return found if np.isfinite(found) else None


def price_needed(deal: Deal, years: int, grant: float) -> float | None:
    """Find the price at which the committed volume, up to capacity, just pays; None without a volume."""
    if not deal.volume or deal.unit_cost is None or deal.investment is None:
        return None
    made = min(deal.volume, deal.capacity) if deal.capacity else deal.volume
    value = annuity(deal.rate, years)
    return deal.unit_cost + max(deal.investment + deal.opex * value - grant, 0.0) / (made * value)


def offer_findings(deal: Deal, grant: float) -> tuple[Finding, ...]:
    """Say where price, cost, capacity or the floor of take-or-pay do not fit together."""
    found = []
    needed = {"price": deal.price, "unit cost": deal.unit_cost, "term": deal.term_years, "investment": deal.investment}
    missing = [word for word, number in needed.items() if number is None]
    if deal.contracts and missing:
        found.append(Finding(
            rule="deal_incomplete", severity="warning", table="contracts", value=deal.contracts[0],
            problem=f"the deal states no {', '.join(missing)} (a term counts from one year), so that no commitment can be judged",
            remedy="Fill 'contracts', 'projects' and capabilities.conversion_cost, or give the numbers in terms.",
        ))  # fmt: skip
    if deal.price is not None and deal.unit_cost is not None and deal.price <= deal.unit_cost:
        found.append(Finding(
            rule="price_below_cost", severity="warning", table="contracts", column="unit_price", value=f"{deal.price:g} ≤ {deal.unit_cost:g}",
            problem="the price is not above the unit cost (p ≤ c): no volume makes the supplier invest",
            remedy="Check price and cost; the table commitment says which price the volume needs.",
        ))  # fmt: skip
    floor = (deal.take_or_pay or 0.0) * (deal.volume or 0.0)
    if deal.capacity and floor > deal.capacity:
        found.append(Finding(
            rule="floor_above_capacity", severity="warning", table="contracts", column="take_or_pay_share", value=f"{floor:g} > {deal.capacity:g}",
            problem="the take-or-pay floor is above what the investment can make", remedy="Lower the commitment or raise the capacity.",
        ))  # fmt: skip
    if deal.price and deal.term_years and deal.investment is not None and deal.unit_cost is not None:
        volume, enough = q_star(deal, deal.price, deal.term_years, grant)
        if volume is not None and not enough:
            found.append(Finding(
                rule="volume_above_capacity", severity="warning", table="projects", column="added_capacity_per_year", value=f"{volume:,.0f} > {deal.capacity or 0:,.0f}",
                problem="the volume from which the investment pays is above its capacity: no volume suffices",
                remedy="A higher price, a longer term or a grant would; see the table commitment.",
            ))  # fmt: skip
    return tuple(found)
