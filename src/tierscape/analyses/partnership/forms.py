"""Forms of contract side by side, contract against spot, bonus and malus, and call-offs."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.partnership.deal import Deal
from tierscape.analyses.partnership.parameters import DemandModel, Terms
from tierscape.analyses.partnership.tables import CALL_OFFS, FORMS, HEDGE, KPI, PAYOFF
from tierscape.errors import Finding
from tierscape.frames import empty
from tierscape.kernels.contract_forms import (
    coordinating_return_price,
    demand_law,
    expected_excess,
    forced_purchase,
    newsvendor,
    quantity_flexibility,
    wholesale,
)
from tierscape.kernels.contract_risk import Clause, Money, expected, fair_fee, worst_years
from tierscape.kernels.hedge import STEPS, best_shares, costs_by_share, indexed_price, indifferent_kappa, term_discount
from tierscape.kernels.kpi_factor import grade, price_factor
from tierscape.kernels.normal_newsvendor import normal_newsvendor
from tierscape.network import Network

KAPPAS = (0.0, 0.05, 0.1, 0.25, 0.5, 1.0)
BAND = 0.05
"""Share of the target that earns the whole bonus or malus; our own default."""
LESS_IS_BETTER = (
    "defect",
    "ppm",
    "days",
    "lead",
    "late",
    "kg",
    "co2",
    "emission",
    "incident",
    "cost",
    "scrap",
    "energy",
)
"""Words in the name of a measure of which less is better."""
INDEX_TERMS = ("pass_through_share", "pass_through_cap")
"""Rows of ``contract_terms`` that are an index clause and no measure: share of a move that is passed on, and its most."""
CALLED = "call_off"
"""Series in ``observations``, subject a contract: units called off, on any day of the month."""
PRICE_STEPS = 20


def form_rows(deal: Deal, terms: Terms, demand: DemandModel) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Compare forms of contract at one price; empty, with a finding, where prices are out of order."""
    volume = demand.mean or deal.volume
    if deal.price is None or deal.unit_cost is None or deal.worth is None or volume is None:
        return empty(FORMS), ()
    money = Money(deal.worth, deal.price, deal.unit_cost, demand.salvage)
    if not money.salvage < money.cost < money.wholesale < money.price:
        said = f"salvage {money.salvage:g} < cost {money.cost:g} < price {money.wholesale:g} < worth {money.price:g}"
        return empty(FORMS), (
            Finding(
                rule="prices_out_of_order", severity="warning", table="contracts", column="unit_price", value=said,
                problem="forms of contract are not compared: s < c < w < p does not hold", remedy="Check terms.price, terms.unit_cost, demand.worth and demand.salvage.",
            ),
        )  # fmt: skip
    law = demand_law(volume, demand.variation * volume, demand.law)
    best = newsvendor(law, money.price, money.cost, money.salvage)
    back = coordinating_return_price(money.price, money.cost, money.salvage, money.wholesale)
    ordered = wholesale(law, money.price, money.cost, money.salvage, money.wholesale).quantity
    committed = deal.volume or volume
    clauses = (
        Clause("wholesale", ordered),
        Clause("buy_back", best[0], return_price=back),
        Clause("take_or_pay", committed, low=deal.take_or_pay if deal.take_or_pay is not None else 0.8),
        Clause("flexibility", committed, low=1 - terms.flexibility, high=1 + terms.flexibility),
        _option(law, committed, money, terms),
    )
    rows: list[dict[str, Any]] = [
        {**dict.fromkeys(FORMS.names), "form": "one_firm", "q": best[0], "joint": best[1], "efficiency": 1.0,
         "unmet": expected_excess(law, best[0])}
    ]  # fmt: skip
    for clause in clauses:
        deal_of = expected(law, clause, money)
        worst = worst_years(law, clause, money)
        rows.append({
            "form": clause.form, "q": deal_of.quantity, "buyer": deal_of.buyer, "supplier": deal_of.supplier, "joint": deal_of.joint,
            "efficiency": deal_of.efficiency, "cvar_buyer": worst[0], "cvar_supplier": worst[1],
            "forced": _forced(law, clause), "unmet": expected_excess(law, clause.made),
            "fee": clause.fee if clause.form == "option" else None,
        })  # fmt: skip
    return pl.DataFrame(rows, schema=empty(FORMS).schema), ()


def _option(law: Any, committed: float, money: Money, terms: Terms) -> Clause:
    reserved = terms.reserved * committed
    fee = fair_fee(law, committed, reserved, money) if terms.option_fee is None else terms.option_fee
    return Clause("option", committed, high=1 + terms.reserved, fee=fee)


def _forced(law: Any, clause: Clause) -> float | None:
    if clause.form == "take_or_pay":
        return forced_purchase(law, clause.quantity, clause.low)
    if clause.form == "flexibility":
        return quantity_flexibility(law, clause.quantity, 1 - clause.low, clause.high - 1).forced
    return None


def payoff_rows(deal: Deal, demand: DemandModel) -> pl.DataFrame:
    """Give what a plain price brings each side at even steps between cost and worth; the ends bring one of them nothing."""
    volume = demand.mean or deal.volume
    cost, worth, salvage = deal.unit_cost, deal.worth, demand.salvage
    if cost is None or worth is None or volume is None or not salvage < cost < worth:
        return empty(PAYOFF)
    prices = cost + (worth - cost) * np.arange(1, PRICE_STEPS) / PRICE_STEPS
    law = demand_law(volume, demand.variation * volume, demand.law)
    best = newsvendor(law, worth, cost, salvage)[1]
    if demand.law == "normal":
        ordered, buyer = normal_newsvendor(volume, demand.variation * volume, worth, prices, salvage)
    else:
        shared = [wholesale(law, worth, cost, salvage, float(price)) for price in prices]
        ordered, buyer = np.array([s.quantity for s in shared]), np.array([s.buyer for s in shared])
    supplier = (prices - cost) * ordered
    return pl.DataFrame(
        {"price": prices, "q": ordered, "buyer": buyer, "supplier": supplier, "efficiency": (buyer + supplier) / best},
        schema=empty(PAYOFF).schema,
    )


def hedge_rows(network: Network, deal: Deal, terms: Terms, demand: DemandModel) -> pl.DataFrame:
    """Find the share to buy under contract for each aversion, with sure and with uncertain demand, on common draws.

    A long term may take something off the price, and an index clause moves it with the spot price.
    """
    volume, spot = demand.mean or deal.volume, demand.spot_mean or deal.worth
    if deal.price is None or volume is None or spot is None:
        return empty(HEDGE)
    random = np.random.default_rng(demand.seed)
    moved = random.standard_normal(demand.draws)
    moved = (moved - moved.mean()) / moved.std()
    prices = np.maximum(spot * (1.0 + demand.spot_variation * moved), 0.0)
    law = demand_law(volume, demand.variation * volume, demand.law)
    needed = np.maximum(law.ppf(random.permutation((np.arange(demand.draws) + 0.5) / demand.draws)), 0.0)
    share, cap = index_clause(network, deal, terms)
    agreed = deal.price * (1.0 - term_discount(terms.term_discount, deal.term_years or 1))
    paid = indexed_price(agreed, prices / spot - 1.0, share, cap)
    certain = indifferent_kappa(agreed, spot, demand.spot_variation * spot) if share == 0 else None
    rows = []
    for risk, amounts in (("price", np.full(demand.draws, volume)), ("price and demand", needed)):
        best = _best(paid, prices, amounts, volume, demand.salvage)
        for kappa, (part, cost, cvar) in zip(KAPPAS, best, strict=True):
            rows.append({"risk": risk, "kappa": kappa, "share": part, "cost": cost, "cvar": cvar,
                         "all_from": certain if risk == "price" else None})  # fmt: skip
    return pl.DataFrame(rows, schema=empty(HEDGE).schema)


def index_clause(network: Network, deal: Deal, terms: Terms) -> tuple[float, float]:
    """Give the share of a move of the spot price that goes into the price, and the most it moves: given, else of the contracts."""
    rows = network["contract_terms"].filter(pl.col("contract").is_in(list(deal.contracts)))
    said = [rows.filter(pl.col("kpi") == name)["target"].mean() for name in INDEX_TERMS]
    given = [terms.pass_through, terms.pass_cap]
    share, cap = (g if g is not None else s for g, s in zip(given, said, strict=True))
    return (
        min(max(float(share), 0.0), 1.0) if isinstance(share, int | float) else 0.0,
        abs(float(cap)) if isinstance(cap, int | float) else np.inf,
    )


def _best(
    price: NDArray[np.float64], spot: NDArray[np.float64], demand: NDArray[np.float64], mean: float, salvage: float
) -> Any:
    shares = np.linspace(0.0, 1.0, STEPS)
    costs = costs_by_share(shares, price, spot, demand, mean_demand=mean, salvage=salvage)
    return best_shares(costs, shares, np.array(KAPPAS))


def kpi_rows(network: Network, deal: Deal) -> pl.DataFrame:
    """Grade each measure of the contracts by what was observed, and sum up what that does to the price."""
    measured = pl.col("contract").is_in(list(deal.contracts)) & ~pl.col("kpi").is_in(INDEX_TERMS)
    terms = network["contract_terms"].filter(measured)
    if terms.is_empty():
        return empty(KPI)
    prices = {
        c: (p or 0.0) * (q or 0.0)
        for c, p, q in network["contracts"].select("contract", "unit_price", "committed_per_year").iter_rows()
    }
    rows = []
    for contract, group in sorted((str(k[0]), g) for k, g in terms.group_by("contract")):
        graded = [_graded(network, deal, row) for row in group.sort("kpi").iter_rows(named=True)]
        factor = price_factor([_nan(r["grade"]) for r in graded], [r.pop("stake") for r in graded])
        for r in graded:
            r["effect"] = None if r["factor"] is None else (r["factor"] - 1) * prices[contract]
        seen = sum(r["observations"] for r in graded)
        total = {"contract": contract, "kpi": "all", "direction": None, "target": None, "measured": None, "observations": seen,
                 "grade": None, "factor": factor if seen else None, "effect": (factor - 1) * prices[contract] if seen else None}  # fmt: skip
        rows += [*graded, total]
    return pl.DataFrame(rows, schema=empty(KPI).schema)


def _graded(network: Network, deal: Deal, row: dict[str, Any]) -> dict[str, Any]:
    subjects = [row["contract"], deal.supplier, f"{deal.supplier}/{deal.part}"]
    seen = (
        network["observations"]
        .filter(pl.col("subject").is_in(subjects) & (pl.col("indicator") == row["kpi"]))["value"]
        .to_numpy()
    )
    less = any(word in row["kpi"].lower() for word in LESS_IS_BETTER)
    target, stake = row["target"], row["bonus_malus_share"] or 0.0
    known = len(seen) > 0 and target not in (None, 0.0)
    mark = float(grade(seen, target, BAND * abs(target), -1.0 if less else 1.0).mean()) if known else None
    return {
        "contract": row["contract"], "kpi": row["kpi"], "direction": "less" if less else "more", "target": target,
        "measured": float(seen.mean()) if len(seen) else None, "observations": len(seen), "grade": mark,
        "factor": None if mark is None else 1.0 + stake * mark, "stake": stake,
    }  # fmt: skip


def _nan(value: float | None) -> float:
    return np.nan if value is None else value


def call_off_rows(network: Network, deal: Deal) -> pl.DataFrame:
    """Give what each contract commits and what was called off, year by year; without call-offs what its links take."""
    rows = network["contracts"].filter(pl.col("contract").is_in(list(deal.contracts)))
    seen = network["observations"].filter((pl.col("subject_kind") == "contract") & (pl.col("indicator") == CALLED))
    called = seen.group_by(contract="subject", period=pl.col("time").dt.year().cast(pl.String)).agg(
        taken=pl.col("value").sum(), months=pl.col("time").dt.month().n_unique().cast(pl.Int64)
    )
    links = network["links"].drop_nulls(["contract", "volume_per_year"]).group_by("contract")
    taken = links.agg(linked=pl.col("volume_per_year").sum())
    found = rows.join(called, on="contract", how="left").join(taken, on="contract", how="left")
    floor = pl.col("take_or_pay_share") * pl.col("committed_per_year")
    found = found.with_columns(pl.col("period").fill_null("a year"), taken=pl.coalesce("taken", "linked"))
    found = found.sort("contract", "period")
    return found.select(
        "contract", "period", "status", "taken", "months", committed="committed_per_year",
        remaining=(pl.col("committed_per_year") - pl.col("taken")).clip(lower_bound=0.0),
        due=(floor - pl.col("taken")).clip(lower_bound=0.0),
    ).select(CALL_OFFS.names).cast(dict(empty(CALL_OFFS).schema.items()))  # fmt: skip
