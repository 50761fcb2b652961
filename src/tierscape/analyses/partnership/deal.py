"""The deal that is judged: read from a project, its contracts and the makers of the part, or from plain numbers."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

import polars as pl

from tierscape.analyses.partnership.parameters import DemandModel, Public, Terms
from tierscape.errors import DataError, Finding, ParameterError
from tierscape.network import Network
from tierscape.quantities.plurals import counted

MOST_BUYERS = 8
"""Buyers that sit at the table one by one."""


@dataclass(frozen=True)
class Buyer:
    """A buyer with the volume that it commits, units a year."""

    key: str
    name: str
    volume: float


@dataclass(frozen=True, kw_only=True)
class Deal:
    """Numbers of a deal; None is not known. Money in the currency of the network."""

    supplier: str = "supplier"
    supplier_name: str = "the supplier"
    part: str | None = None
    part_name: str = "a unit"
    region: str | None = None
    project: str | None = None
    kind: str | None = None
    contracts: tuple[str, ...] = ()
    buyers: tuple[Buyer, ...] = ()
    price: float | None = None
    unit_cost: float | None = None
    worth: float | None = None
    term_years: int | None = None
    investment: float | None = None
    opex: float = 0.0
    capacity: float | None = None
    lead_months: float | None = None
    ramp_months: float = 0.0
    progress: float = 1.0
    rate: float = 0.08
    take_or_pay: float | None = None
    jobs: float | None = None
    findings: tuple[Finding, ...] = field(default=())

    @property
    def volume(self) -> float | None:
        """Committed volume of all buyers, units a year."""
        return sum(b.volume for b in self.buyers) or None

    @property
    def margin(self) -> float | None:
        """Price less cost, money a unit."""
        return None if self.price is None or self.unit_cost is None else self.price - self.unit_cost


def find_deal(
    network: Network, project: str | None, contract: str | None, terms: Terms, demand: DemandModel, public: Public
) -> Deal:
    """Read the deal; numbers that are given go before those of the network.

    Raises
    ------
    ParameterError
        There is no such project or contract, or given numbers contradict each other.
    DataError
        The supplier of a contract cannot make its part, or is its buyer.
    """
    _check_given(terms, demand)
    contracts = _contracts(network, project, contract, terms)
    plan = _project(network, project, contracts)
    first = contracts.row(0, named=True) if contracts.height else None
    part = (plan or first or {}).get("part")
    supplier = (plan or {}).get("site") or (first or {}).get("supplier")
    findings: list[Finding] = []
    cost = terms.unit_cost
    if cost is None and part is not None:
        running = _running(plan, terms)
        cost, found = _unit_cost(network, str(supplier), str(part), running)
        findings += found
    price, stated_volume = _price_and_volume(contracts)
    buyers = _buyers(network, contracts, terms.volume, stated_volume)
    buyers, joined = _joined(buyers)
    findings += joined
    part_row = _row(network["parts"], "part", part)
    site_row = _row(network["sites"], "site", supplier)
    plan = plan or {}
    findings += _not_alone(network, plan)
    return Deal(
        supplier=str(supplier or "supplier"),
        supplier_name=str(plan.get("name") or site_row.get("name") or supplier or "the supplier"),
        part=part,
        part_name=str(part_row.get("name") or part or "a unit"),
        region=site_row.get("region"),
        project=plan.get("project"),
        kind=plan.get("kind"),
        contracts=tuple(contracts["contract"].to_list()),
        buyers=buyers,
        price=terms.price if terms.price is not None else price,
        unit_cost=cost,
        worth=demand.worth if demand.worth is not None else part_row.get("unit_value"),
        term_years=terms.term_years or _whole(contracts["term_years"].max()),
        investment=terms.investment if terms.investment is not None else plan.get("capex"),
        opex=terms.opex_per_year if terms.opex_per_year is not None else (plan.get("opex_per_year") or 0.0),
        capacity=terms.capacity or plan.get("added_capacity_per_year") or None,
        lead_months=plan.get("lead_months"),
        ramp_months=terms.ramp_months if terms.ramp_months is not None else (plan.get("ramp_months") or 0.0),
        progress=terms.progress,
        rate=terms.rate,
        take_or_pay=terms.take_or_pay if terms.take_or_pay is not None else _mean(contracts, "take_or_pay_share"),
        jobs=public.jobs or plan.get("jobs"),
        findings=tuple(findings),
    )


def _not_alone(network: Network, plan: dict[str, Any]) -> list[Finding]:
    """Say which other projects must come with this one; their money is no part of the deal."""
    known = dict(network["projects"].select("project", "capex").iter_rows())
    others = [key for key in (plan.get("requires") or "").split(";") if key in known]
    if not others:
        return []
    money = sum(known[key] or 0.0 for key in others)
    return [Finding(
        rule="not_alone", severity="note", table="projects", column="requires", count=len(others), value=others[0],
        problem=f"'{plan['project']}' must come with {counted(len(others), 'other project', 'other projects')}, whose investment of {money:,.0f} and output are no part of this deal",
        remedy="Judge each by its own contracts, or give the sum in terms.",
    )]  # fmt: skip


def _check_given(terms: Terms, demand: DemandModel) -> None:
    """Refuse plain numbers that contradict each other, naming each inequality."""
    said = []
    p, c, s, v = terms.price, terms.unit_cost, demand.salvage, demand.worth
    if p is not None and c is not None and p <= c:
        said.append(f"terms.price {p:g} must be above terms.unit_cost {c:g}: p > c")
    if c is not None and s >= c > 0:
        said.append(f"demand.salvage {s:g} must be below terms.unit_cost {c:g}: s < c")
    if demand.law == "normal" and demand.variation > 0.3:
        said.append(f"demand.variation {demand.variation:g} puts normal demand below zero: use gamma or lognormal")
    if v is not None and c is not None and v <= c:
        said.append(f"demand.worth {v:g} must be above terms.unit_cost {c:g}: there is nothing to gain")
    if said:
        raise ParameterError(f"partnership: {'; '.join(said)}.")


def _contracts(network: Network, project: str | None, contract: str | None, terms: Terms) -> pl.DataFrame:
    rows = network["contracts"]
    able = _able(network)
    if contract is not None:
        rows = rows.filter(pl.col("contract") == contract)
        if rows.is_empty():
            raise ParameterError(
                f"contract: '{contract}' is not in 'contracts'.{_near(contract, network['contracts']['contract'])}"
            )
    elif project is not None:
        plan = _row(network["projects"], "project", project)
        if not plan:
            raise ParameterError(
                f"project: '{project}' is not in 'projects'.{_near(project, network['projects']['project'])}"
            )
        rows = rows.filter((pl.col("supplier") == plan["site"]) & (pl.col("part") == plan["part"]))
    elif terms.price is not None and terms.investment is not None:
        return rows.clear()
    own = rows.filter(pl.col("supplier") == pl.col("buyer"))
    if own.height:
        raise DataError([
            Finding(
                rule="contract_self", severity="error", table="contracts", column="buyer", count=own.height,
                value=own["contract"][0], problem=counted(own.height, "contract names the same site as buyer and supplier", "contracts name the same site as buyer and supplier"),
                remedy="Correct buyer or supplier.",
            )
        ])  # fmt: skip
    unable = rows.join(able, on=["supplier", "part"], how="anti")
    if unable.height:
        first = unable.row(0, named=True)
        raise DataError([
            Finding(
                rule="contract_supplier", severity="error", table="contracts", column="part", count=unable.height,
                value=first["contract"],
                problem=f"{counted(unable.height, 'contract names', 'contracts name')} a supplier that cannot make the part, such as {first['supplier']} and {first['part']}",
                remedy="Add the part to the site in 'capabilities', or a project that adds it, or correct the contract.",
            )
        ])  # fmt: skip
    if project is None and contract is None and rows.height:
        worth = (pl.col("committed_per_year") * pl.col("unit_price")).fill_null(0.0)
        best = rows.sort(worth, "contract", descending=[True, False]).row(0, named=True)
        rows = rows.filter((pl.col("supplier") == best["supplier"]) & (pl.col("part") == best["part"]))
    return rows.sort("contract")


def _able(network: Network) -> pl.DataFrame:
    made = network["capabilities"].select(supplier="site", part="part")
    planned = network["projects"].select(supplier="site", part="part")
    return pl.concat([made, planned]).unique()


def _project(network: Network, project: str | None, contracts: pl.DataFrame) -> dict[str, Any] | None:
    if project is not None:
        return _row(network["projects"], "project", project)
    if contracts.is_empty():
        return None
    first = contracts.row(0, named=True)
    rows = network["projects"].filter((pl.col("site") == first["supplier"]) & (pl.col("part") == first["part"]))
    return rows.sort("project").row(0, named=True) if rows.height else None


def _running(plan: dict[str, Any] | None, terms: Terms) -> float:
    """Fixed running cost of the investment a unit at full load, which the deal counts apart."""
    plan = plan or {}
    yearly = terms.opex_per_year if terms.opex_per_year is not None else plan.get("opex_per_year")
    room = terms.capacity or plan.get("added_capacity_per_year")
    return yearly / room if yearly and room else 0.0


def _unit_cost(network: Network, site: str, part: str, running: float) -> tuple[float | None, list[Finding]]:
    """Own cost of the site plus its children at their value.

    Where the site has none, the median of the other makers stands in, where there is no other the value less the children;
    both hold the running cost that the deal counts apart, so that it is taken off.
    """
    makers = network["capabilities"].filter((pl.col("part") == part) & pl.col("conversion_cost").is_not_null())
    own = makers.filter(pl.col("site") == site)["conversion_cost"].to_list()
    bill = network["bom"].filter((pl.col("parent") == part) & pl.col("choice").is_null())
    children = bill.join(network["parts"].select(child="part", value="unit_value"), on="child", how="left")
    known = children.drop_nulls(["quantity", "value"])
    material = float((known["quantity"] * known["value"]).sum())
    found = []
    if known.height < children.height:
        found.append(Finding(
            rule="material_unpriced", severity="warning", table="bom", count=children.height - known.height, value=part,
            problem=f"{children.height - known.height} of {children.height} children of '{part}' have no quantity or value; the unit cost leaves them out",
            remedy="Fill bom.quantity and parts.unit_value, or give terms.unit_cost.",
        ))  # fmt: skip
    if own:
        return own[0] + material, found
    value = _row(network["parts"], "part", part).get("unit_value")
    others = makers["conversion_cost"].median() if makers.height else None if value is None else value - material
    if not isinstance(others, int | float):
        return None, found
    who = (
        f"the median of {counted(makers.height, 'other maker', 'other makers')}"
        if makers.height
        else "its value less that of its children"
    )
    less = ", less the running cost of the project at full load" if running else ""
    found.append(Finding(
        rule="cost_of_others", severity="warning", table="capabilities", column="conversion_cost", value=part,
        problem=f"'{site}' states no cost of '{part}'; {who}{less} stands in, with whatever capital cost it holds",
        remedy="Fill capabilities.conversion_cost, with capacity 0 for a plant that is yet to be built, or give terms.unit_cost.",
    ))  # fmt: skip
    return max(float(others) - running, 0.0) + material, found


def _price_and_volume(contracts: pl.DataFrame) -> tuple[float | None, float | None]:
    rows = contracts.drop_nulls("unit_price")
    if rows.is_empty():
        return None, _mean(contracts, "committed_per_year")
    weight = rows["committed_per_year"].fill_null(0.0)
    total = float(weight.sum())
    mean = float((rows["unit_price"] * weight).sum()) / total if total > 0 else _mean(rows, "unit_price")
    return mean, total or None


def _buyers(network: Network, contracts: pl.DataFrame, given: float | None, stated: float | None) -> tuple[Buyer, ...]:
    """Buyers with their commitments; a given volume is shared as the stated ones are."""
    rows = (
        contracts.drop_nulls("committed_per_year")
        .group_by("buyer", maintain_order=True)
        .agg(pl.col("committed_per_year").sum())
    )
    if rows.is_empty():
        return () if given is None else (Buyer("buyer", "the buyer", given),)
    scale = 1.0 if given is None or not stated else given / stated
    names = dict(network["sites"].select("site", "name").iter_rows())
    return tuple(Buyer(key, names.get(key) or key, volume * scale) for key, volume in rows.iter_rows())


def _joined(buyers: tuple[Buyer, ...]) -> tuple[tuple[Buyer, ...], list[Finding]]:
    """Let the smallest buyers sit at the table as one where there are too many for every coalition to be looked at."""
    if len(buyers) <= MOST_BUYERS:
        return buyers, []
    ordered = sorted(buyers, key=lambda b: (-b.volume, b.key))
    kept, rest = ordered[: MOST_BUYERS - 1], ordered[MOST_BUYERS - 1 :]
    found = Finding(
        rule="buyers_joined", severity="note", table="contracts", column="buyer", count=len(rest), value=rest[0].key,
        problem=f"{len(rest)} of {len(buyers)} buyers, the smallest, are counted as one player",
        remedy="Name one contract to look at a buyer alone.",
    )  # fmt: skip
    return (*kept, Buyer("other buyers", "other buyers", sum(b.volume for b in rest))), [found]


def _row(frame: pl.DataFrame, key: str, value: object) -> dict[str, Any]:
    rows = frame.filter(pl.col(key) == value) if value is not None else frame.clear()
    return rows.row(0, named=True) if rows.height else {}


def _mean(frame: pl.DataFrame, column: str) -> float | None:
    mean = frame[column].mean()
    return float(mean) if isinstance(mean, int | float) else None


def _whole(years: object) -> int | None:
    return round(years) if isinstance(years, int | float) and years >= 1 else None


def _near(word: str, words: pl.Series) -> str:
    near = get_close_matches(word, words.to_list(), n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
