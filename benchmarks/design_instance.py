"""Networks of a drawn supply landscape for `design`, through its own doors: tables, `gather`, rows, adverse years.

The recipe stands in the method page of `design`: four distant, four near and four home regions; finals and three tiers of
parts, about nine makers each; projects, contracts in two tiers, grants, clusters, a rule of origin, an ally floor. It is a
re-implementation: other numbers are drawn, and what the tables cannot say is said otherwise. Tariffs ride on the stated
freight; a lane has one mode; ``max_share`` holds for every part with makers enough; disruptions strike independently of each
other, with chances that add up to more than one event a year; clusters are complete with five sixths of all essential parts.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl

from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.parameters import Finance, Horizon, Policy, Risk, Search

SIZES = {
    "XS": (10, 30, 8, 3, 10),
    "S": (20, 60, 12, 4, 20),
    "ML": (30, 110, 22, 6, 20),
    "M": (50, 200, 40, 8, 20),
}
"""Parts, sites, projects, periods, scenarios."""
START, MARKETS = 2026, 3
COUNTRY = ["CN"] * 4 + ["PL"] * 4 + ["DE"] * 4
DISTANT = 4
OWN, MASS, TIERS = np.array([8, 3, 1.2, 0.5]), np.array([6, 2, 0.7, 0.3]), [0.14, 0.2, 0.28, 0.38]
FAR = 3.0
"""Thousand kilometres beyond which goods go by sea."""
EVENTS = 1.5
"""By so much the chances of single events are raised, so that few of the drawn years are calm."""


@dataclass
class Drawn:
    """A landscape under construction; parts, sites and regions by number."""

    rng: np.random.Generator
    periods: int
    tier: np.ndarray
    region: np.ndarray
    candidate: np.ndarray
    at: np.ndarray
    markets: np.ndarray
    children: list[tuple[int, int, int]] = field(default_factory=list)
    pairs: dict[tuple[int, int], float] = field(default_factory=dict)
    demand: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    need: np.ndarray = field(default_factory=lambda: np.zeros(0))
    own: np.ndarray = field(default_factory=lambda: np.zeros(0))
    value: np.ndarray = field(default_factory=lambda: np.zeros(0))
    mass: np.ndarray = field(default_factory=lambda: np.zeros(0))
    rows: dict[str, list[dict[str, object]]] = field(default_factory=dict)

    def add(self, table: str, **cells: object) -> None:
        """Add a row."""
        self.rows.setdefault(table, []).append(cells)


def ask(network: Network, scenarios: int, *, every: bool = False) -> Ask:
    """Give what the bars ask.

    Parameters
    ----------
    network : Network
        Of ``instance``.
    scenarios : int
    every : bool
        All families of rows; else those that the figures of the page were measured with.
    """
    years = network["demand"]["year"].n_unique()
    policy = {
        "ally_share": 0.55, "ally_from_year": START + min(3, years - 1), "allies": ("DE", "PL"), "max_share": 0.6,
        "completeness": 5 / 6, "hub_benefit": 2e4, "origin": "eu_uk_tca", "unnamed_supply": "none", "hiring": 1.0,
    }  # fmt: skip
    if every:
        policy |= {
            "carbon_cap": 1e6, "min_sources": 2, "mean_transit_days": 30.0, "max_crossings": 10.0, "buffer_months": 1.0,
            "distrust": 0.02, "max_country_share": 0.95, "hiring": 0.06,
        }  # fmt: skip
    return Ask(
        horizon=Horizon(start_year=START, years=years),
        finance=Finance(
            discount_rate=1 / 0.92 - 1, co_investment_shares=(0.35, 0.7),
            budget=(0.08 * float(network["projects"]["capex"].sum()),),
        ),
        policy=Policy.model_validate(policy),
        risk=Risk(scenarios=scenarios, weight=1.0, time_to_survive=every, service=0.2),
        search=Search(),
    )  # fmt: skip


def instance(size: tuple[int, int, int, int, int], seed: int) -> Network:
    """Draw a network.

    Parameters
    ----------
    size : tuple of int
        Parts, sites, projects, periods, scenarios; the last is for ``ask``: years are drawn from ``disruptions``.
    seed : int
    """
    parts, sites, projects, periods, _ = size
    drawn = _places(parts, sites, periods, np.random.default_rng(seed))
    _goods(drawn, parts)
    _makers(drawn)
    _lanes(drawn)
    _offers(drawn, projects)
    _hazards(drawn)
    keys = {"regions": "region", "sites": "site", "parts": "part"}
    tables = {name: pl.DataFrame(rows, infer_schema_length=None) for name, rows in drawn.rows.items()}
    tables = {
        name: frame.unique(keys[name], maintain_order=True) if name in keys else frame for name, frame in tables.items()
    }
    return Network.from_tables(tables, name=f"drawn-{parts}-{sites}-{seed}")


def _places(parts: int, sites: int, periods: int, rng: np.random.Generator) -> Drawn:
    """Draw regions, and sites around them: 40 % distant, 25 % candidates near or at home."""
    away = np.concatenate([rng.uniform(8, 12, 4), rng.uniform(1, 3, 4), rng.uniform(0, 2, 4)])
    angle = np.concatenate([rng.uniform(0, 0.6, 4), rng.uniform(0, 2 * np.pi, 8)])
    middle = away[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    distant = int(0.4 * sites)
    region = np.concatenate([rng.integers(0, DISTANT, distant), rng.integers(DISTANT, 12, sites - distant)])
    candidate = np.zeros(sites, dtype=bool)
    candidate[rng.choice(np.arange(distant, sites), int(0.25 * sites), replace=False)] = True
    finals = max(2, parts // 10)
    tier = np.concatenate([np.zeros(finals, int), rng.choice([1, 2, 3], parts - finals, p=[0.22, 0.33, 0.45])])
    tier[finals : finals + 3] = [1, 2, 3]
    drawn = Drawn(rng, periods, tier, region, candidate, middle[region] + rng.normal(0, 0.4, (sites, 2)),
                  middle[8 : 8 + MARKETS])  # fmt: skip
    drawn.add("meta", name="drawn", currency="EUR", price_year=2025, home="DE")
    for r, country in enumerate(COUNTRY):
        drawn.add("regions", region=f"r{r}", name=f"Region {r}", country=country, labour_pool=5e5, wage_per_hour=20.0)
    for i, r in enumerate(region):
        drawn.add("sites", site=f"s{i}", name=f"Site {i}", country=COUNTRY[r], region=f"r{r}",
                  status="candidate" if candidate[i] else "operating", ttr_days=30.0)  # fmt: skip
    return drawn


def _goods(drawn: Drawn, parts: int) -> None:
    """Draw parts, what they take, what is demanded, and values from below."""
    rng, tier = drawn.rng, drawn.tier
    finals = int((tier == 0).sum())
    for child in range(finals, parts):
        above = np.flatnonzero(tier == tier[child] - 1)
        for parent in rng.choice(above, min(len(above), int(rng.integers(1, 4))), replace=False):
            drawn.children.append((int(parent), child, int(rng.integers(1, 4))))
    drawn.demand = rng.uniform(20e3, 80e3, (finals, MARKETS))
    drawn.own, drawn.mass = rng.uniform(1, 4, parts) * OWN[tier], rng.uniform(0.5, 2, parts) * MASS[tier]
    drawn.need, drawn.value = np.zeros(parts), drawn.own.copy()
    drawn.need[:finals] = drawn.demand.sum(axis=1)
    for parent, child, quantity in sorted(drawn.children, key=lambda edge: tier[edge[0]]):
        drawn.need[child] += quantity * drawn.need[parent]
    for parent, child, quantity in sorted(drawn.children, key=lambda edge: -tier[edge[0]]):
        drawn.value[parent] += quantity * drawn.value[child]
    for p in range(parts):
        drawn.add("parts", part=f"p{p}", name=f"Part {p}", kind="product" if p < finals else "component",
                  unit_value=float(drawn.value[p]), unit_mass_kg=float(drawn.mass[p]))  # fmt: skip
    for parent, child, quantity in drawn.children:
        drawn.add("bom", parent=f"p{parent}", child=f"p{child}", quantity=float(quantity))
    for f in range(finals):
        drawn.add("indicators", subject_kind="part", subject=f"p{f}", indicator="origin.threshold", value=0.6)
        saving = 0.03 * float(drawn.value[f])
        drawn.add("indicators", subject_kind="part", subject=f"p{f}", indicator="origin.saving_per_unit", value=saving)
        for market in range(MARKETS):
            for t in range(drawn.periods):
                volume = float(drawn.demand[f, market] * 1.03**t)
                drawn.add("demand", region=f"r{8 + market}", product=f"p{f}", year=START + t, volume_per_year=volume)


def _makers(drawn: Drawn) -> None:
    """Draw about eight makers a part beside a distant one; the distant and a third of the others are qualified and large."""
    rng, region, sites = drawn.rng, drawn.region, len(drawn.region)
    site_tier = rng.choice(4, sites, p=TIERS)
    index = np.concatenate([rng.uniform(0.6, 0.8, 4), rng.uniform(0.8, 0.98, 4), rng.uniform(1.0, 1.25, 4)])
    for p, tier in enumerate(drawn.tier):
        near = np.flatnonzero(site_tier == tier)
        near = near if len(near) >= 8 else np.arange(sites)
        chosen = set(rng.choice(near, 8, replace=False).tolist())
        chosen.add(int(rng.choice(np.setdiff1d(np.flatnonzero(region < DISTANT), list(chosen)))))
        makers = np.array(sorted(chosen))
        held = (region[makers] < DISTANT) | (rng.random(len(makers)) < 1 / 3)
        held &= ~drawn.candidate[makers]
        base = 1.08 * 1.2 * 1.03**drawn.periods * drawn.need[p] / max(held.sum(), 1)
        for site, qualified in zip(makers, held, strict=True):
            capacity = 0.0 if drawn.candidate[site] else base if qualified else 0.1 * base
            drawn.pairs[int(site), p] = capacity
            drawn.add("capabilities", site=f"s{site}", part=f"p{p}", capacity_per_year=float(capacity), qualified=bool(qualified),
                      conversion_cost=float(drawn.own[p] * index[region[site]] * rng.uniform(0.9, 1.1)), flex_share=0.1,
                      labour_hours_per_unit=0.01, lead_time_days=7.0)  # fmt: skip


def _haul(drawn: Drawn, p: int, one: int, other: np.ndarray, there: int) -> dict[str, object]:
    """Freight with tariff, mode, distance and days."""
    kilo = float(np.hypot(*(drawn.at[one] - other)))
    here = int(drawn.region[one])
    border = COUNTRY[here] != COUNTRY[there]
    tariff = (0.12 if here < DISTANT else 0.05 if there < DISTANT else 0.03) if border else 0.0
    freight = drawn.mass[p] * kilo * 0.02 + tariff * drawn.value[p] * 0.25
    mode = "sea" if kilo > FAR else "road"
    return {
        "freight_per_unit": float(freight),
        "mode": mode,
        "distance_km": 1000 * kilo,
        "transit_days": 3.0 * kilo + 1,
    }


def _lanes(drawn: Drawn) -> None:
    """State freight from every maker to every user."""
    users: dict[int, set[int]] = {}
    for parent, child, _ in drawn.children:
        users.setdefault(child, set()).update(site for site, p in drawn.pairs if p == parent)
    for maker, p in drawn.pairs:
        for user in sorted(users.get(p, set()) - {maker}):
            haul = _haul(drawn, p, maker, drawn.at[user], int(drawn.region[user]))
            drawn.add("links", supplier=f"s{maker}", buyer=f"s{user}", part=f"p{p}", **haul)
        for market in range(MARKETS if drawn.tier[p] == 0 else 0):
            haul = _haul(drawn, p, maker, drawn.markets[market], 8 + market)
            drawn.add("indicators", subject_kind="lane", subject=f"s{maker}/r{8 + market}/p{p}", indicator="freight_per_unit",
                      value=haul["freight_per_unit"])  # fmt: skip


def _offers(drawn: Drawn, projects: int) -> None:
    """Draw projects at candidates and allied sites, half of them under an anchor rule, contracts in two tiers, grants."""
    rng, region = drawn.rng, drawn.region
    able = [pair for pair in drawn.pairs if region[pair[0]] >= DISTANT]
    users = {child: parent for parent, child, _ in drawn.children}
    capital = np.zeros(12)
    for j, k in enumerate(rng.choice(len(able), min(projects, len(able)), replace=False)):
        site, p = able[k]
        size = rng.uniform(0.3, 0.8) * drawn.need[p]
        capex = float(rng.uniform(0.5, 1.2) * drawn.own[p] * size)
        capital[region[site]] += capex
        buyers = [s for s, q in drawn.pairs if p in users and q == users[p] and s != site]
        buyers.sort(key=lambda s: -drawn.pairs[s, users[p]])
        for level, cut in ((0.15, 0.04), (0.35, 0.09)) if buyers else ():
            drawn.add("contracts", contract=f"c{j}-{level:g}", buyer=f"s{buyers[0]}", supplier=f"s{site}", part=f"p{p}",
                      start_year=START + 1, term_years=4.0, committed_per_year=float(level * drawn.need[p]),
                      take_or_pay_share=0.8, unit_price=float(drawn.value[p] * (1 - cut)), status="offered")  # fmt: skip
        anchor = f"c{j}-0.15;c{j}-0.35" if buyers and j % 2 == 0 else None
        drawn.add("projects", project=f"j{j}", kind="capacity", site=f"s{site}", part=f"p{p}", added_capacity_per_year=float(size),
                  capex=capex, opex_per_year=0.0, lead_months=12.0 * int(rng.integers(1, 3)), ramp_months=12.0, jobs=50,
                  requires=anchor)  # fmt: skip
    for r in np.flatnonzero(capital):
        drawn.add("incentives", incentive=f"grant-{r}", region=f"r{r}", kind="grant", rate=0.15,
                  cap=0.15 * float(capital[r]), clawback_share=0.0)  # fmt: skip


def _hazards(drawn: Drawn) -> None:
    """State what can go wrong: regions, the distant ones most; sites; the sea lanes from the distant country."""
    rng = drawn.rng
    for r in range(12):
        chance = 0.6 * EVENTS * ((0.6 / DISTANT if r < DISTANT else 0.0) + 0.4 / 12)
        drawn.add("disruptions", disruption=f"region-{r}", target_kind="region", target=f"r{r}", annual_probability=chance,
                  duration_days=365.0 * float(rng.uniform(0.4, 1)), capacity_loss=float(rng.uniform(0.4, 0.9)))  # fmt: skip
    for i in range(len(drawn.region)):
        chance = 0.25 * EVENTS * 3 / len(drawn.region)
        drawn.add("disruptions", disruption=f"site-{i}", target_kind="site", target=f"s{i}", annual_probability=chance,
                  duration_days=365.0, capacity_loss=float(rng.uniform(0.5, 1)))  # fmt: skip
    drawn.add("disruptions", disruption="corridor", target_kind="corridor", target="CN-DE:sea", annual_probability=0.15 * EVENTS,
              duration_days=300.0, capacity_loss=1.0)  # fmt: skip
