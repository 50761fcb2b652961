"""Public support after its strings, the supplier's cash over the years, and what developing a supplier returns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from tierscape.analyses.partnership.deal import Deal
from tierscape.analyses.partnership.parameters import Public
from tierscape.analyses.partnership.tables import CASH, DEVELOPMENT, SUPPORT
from tierscape.errors import Finding
from tierscape.frames import empty
from tierscape.kernels.commitment import annuity
from tierscape.kernels.development import Programme, value_at
from tierscape.kernels.missed_floor import first_miss
from tierscape.kernels.support_value import support_value
from tierscape.network import Network
from tierscape.quantities.plurals import counted

BENCHMARK = ("benchmark: mean discretionary deal in the United States", 157e6, 1660.0)
"""Money and jobs of a mean deal, in USD: a published mean; the source is unverified here."""
SAVING = (0.05, 0.20, 0.50)
"""Least, likeliest and greatest saving of a supplier that was developed, share of the addressable spend; our own default."""
PERCENTILES = tuple(round(0.01 * n, 2) for n in range(1, 100))
PATHS = 10_000
"""Paths of jobs that are drawn."""
DAYS_A_MONTH = 365.25 / 12


@dataclass(frozen=True)
class Aid:
    """Support of one incentive, present values, money."""

    key: str
    kind: str
    gross: float
    clawback: float
    problem: str = ""

    @property
    def net(self) -> float:
        """What remains."""
        return self.gross - self.clawback


def find_aid(network: Network, deal: Deal, public: Public) -> list[Aid]:
    """Value the support that is given in numbers, or else the incentives of the region."""
    if public.grant is not None or public.tax_per_year > 0:
        years = deal.term_years or 1
        worth = support_value(
            public.grant or 0.0,
            [public.tax_per_year] * years,
            _chance(deal, public, public.floor_jobs),
            public.clawback_share,
            deal.rate,
        )
        return [Aid("given", "grant", worth.upfront + worth.yearly, worth.clawback)]
    rows = (
        network["incentives"].filter(pl.col("region") == deal.region) if deal.region else network["incentives"].clear()
    )
    return [_incentive(row, deal, public) for row in rows.sort("incentive").iter_rows(named=True)]


def _incentive(row: dict[str, Any], deal: Deal, public: Public) -> Aid:
    key, kind, rate = row["incentive"], row["kind"], row["rate"]
    problem = _unmet(row, deal)
    yearly = deal.price * deal.volume if deal.price and deal.volume else None
    base: float | None
    if kind == "fast_track":
        daily = None if deal.margin is None or deal.volume is None else max(deal.margin, 0.0) * deal.volume / 365
        base = None if daily is None or deal.lead_months is None else deal.lead_months * DAYS_A_MONTH * daily
    elif kind == "tax":
        base = None if yearly is None or not deal.term_years else yearly * annuity(deal.rate, deal.term_years)
    else:
        base = deal.investment
    if rate is None or base is None:
        return Aid(key, kind, 0.0, 0.0, problem or "rate, or what it applies to, is unknown")
    if problem:
        return Aid(key, kind, 0.0, 0.0, problem)
    gross = min(rate * base, row["cap"] if row["cap"] is not None else np.inf)
    back = support_value(
        gross, [], _chance(deal, public, row["floor_jobs"]), row["clawback_share"] or 0.0, deal.rate
    ).clawback
    return Aid(key, kind, float(gross), back)


def _chance(deal: Deal, public: Public, floor: float | None) -> list[float]:
    """Chance of a clawback in each year: that the path of jobs first misses its floor then, else the constant.

    The path is the given one, or with a spread the jobs of the deal along its ramp; it is looked at to the year of the clawback.
    """
    years = public.clawback_year
    constant = [0.0] * (years - 1) + [public.clawback_chance]
    path = public.jobs_path
    if path is None and public.path_variation > 0 and deal.jobs is not None:
        path = _ramped(deal, years)
    if path is None or floor is None:
        return constant
    lasting = (*path, *[path[-1]] * years)[:years]
    return [float(p) for p in first_miss(lasting, floor, public.path_variation, draws=PATHS, seed=0)]


def _ramped(deal: Deal, years: int) -> tuple[float, ...]:
    """Jobs at the end of each year while output rises evenly over the months of the ramp."""
    months = 12.0 * np.arange(1, years + 1)
    rise = np.minimum(months / deal.ramp_months, 1.0) if deal.ramp_months > 0 else np.ones(years)
    return tuple(((deal.jobs or 0.0) * rise).tolist())


def _unmet(row: dict[str, Any], deal: Deal) -> str:
    invested, jobs = row["floor_investment"], row["floor_jobs"]
    if invested is not None and (deal.investment is None or deal.investment < invested):
        return f"needs an investment of {invested:,.0f}"
    if jobs is not None and (deal.jobs is None or deal.jobs < jobs):
        return f"needs {jobs:,.0f} jobs"
    return ""


def support_rows(aid: list[Aid], deal: Deal, currency: str | None) -> pl.DataFrame:
    """Give a row for each incentive, their sum, and a published mean beside them."""
    if not aid:
        return empty(SUPPORT)
    units = deal.volume * deal.term_years if deal.volume and deal.term_years else None
    total = Aid("all", "sum", sum(a.gross for a in aid), sum(a.clawback for a in aid))
    rows: list[dict[str, Any]] = [
        {
            "incentive": a.key, "kind": a.kind, "payee": deal.supplier, "gross": a.gross, "clawback": a.clawback, "net": a.net,
            "per_job": a.net / deal.jobs if deal.jobs else None, "per_unit": a.net / units if units else None,
            "needed_share": _needed(a.net, deal) if a is total else None, "problem": a.problem or None,
        }
        for a in (*aid, total)
    ]  # fmt: skip
    if currency == "USD":
        name, money, jobs = BENCHMARK
        rows.append({
            "incentive": name, "kind": "benchmark", "payee": None, "gross": money, "clawback": None, "net": None,
            "per_job": money / jobs, "per_unit": None, "needed_share": None, "problem": None,
        })  # fmt: skip
    return pl.DataFrame(rows, schema=empty(SUPPORT).schema)


def supplier_value(deal: Deal, volume: float) -> float | None:
    """Net present value to the supplier without support, money; None where a number is missing."""
    if deal.margin is None or deal.investment is None or not deal.term_years:
        return None
    made = min(volume, deal.capacity) if deal.capacity else volume
    return (deal.margin * made - deal.opex) * annuity(deal.rate, deal.term_years) - deal.investment


def _needed(net: float, deal: Deal) -> float | None:
    value = supplier_value(deal, deal.volume) if deal.volume else None
    return None if value is None or net <= 0 else min(max(-value / net, 0.0), 1.0)


def cash_rows(aid: list[Aid], deal: Deal, public: Public) -> pl.DataFrame:
    """Cumulate the supplier's cash at the committed volume: without support, with it, less the clawback, and what an early end owes."""
    if supplier_value(deal, 0.0) is None or not deal.volume or not deal.term_years:
        return empty(CASH)
    made = min(deal.volume, deal.capacity) if deal.capacity else deal.volume
    yearly = (deal.margin or 0.0) * made - deal.opex
    years = np.arange(0, deal.term_years + 1)
    flow = np.where(years == 0, -(deal.investment or 0.0), yearly * (1 + deal.rate) ** -years.astype(float))
    without = np.cumsum(flow)
    gross, back = sum(a.gross for a in aid), sum(a.clawback for a in aid)
    returned = np.where(years >= public.clawback_year, back, 0.0)
    owed = (deal.investment or 0.0) * (1.0 - years / deal.term_years)
    return pl.DataFrame({
        "year": years, "without_support": without, "with_support": without + gross, "with_clawback": without + gross - returned,
        "termination_fee": owed,
    })  # fmt: skip


def find_programme(network: Network, deal: Deal, public: Public) -> Programme | None:
    """Read the programme that develops the supplier: from numbers, or a project of that kind and what its site sells."""
    years = annuity(deal.rate, public.programme_years)
    spend, cost = public.spend, public.programme_cost
    if deal.kind == "supplier_development":
        cost = deal.investment if cost is None else cost
        sold = network["links"].filter((pl.col("supplier") == deal.supplier) & (pl.col("part") == deal.part))
        value = deal.price if deal.price is not None else deal.worth
        volume = float(sold["volume_per_year"].sum())
        spend = volume * value if spend is None and value is not None and volume > 0 else spend
    if spend is None or cost is None:
        return None
    return Programme(spend, cost, years, public.success, *SAVING)


def development_rows(programme: Programme | None) -> pl.DataFrame:
    """Give the net present value at each percentile, exactly."""
    if programme is None:
        return empty(DEVELOPMENT)
    return pl.DataFrame({"percentile": PERCENTILES, "npv": value_at(programme, np.array(PERCENTILES))})


def unpaid(aid: list[Aid]) -> tuple[Finding, ...]:
    """Say which incentives are not counted, and why."""
    missed = [a for a in aid if a.problem]
    if not missed:
        return ()
    return (
        Finding(
            rule="incentive_unmet", severity="note", table="incentives", count=len(missed), value=f"{missed[0].key}: {missed[0].problem}",
            problem=counted(len(missed), f"of {len(aid)} incentives of the region is not counted", f"of {len(aid)} incentives of the region are not counted"), remedy="Meet the floor, or fill the missing numbers.",
        ),
    )  # fmt: skip
