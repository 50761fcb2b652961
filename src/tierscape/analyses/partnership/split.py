"""The game of a deal, how its gain is split, and which coalition could do better."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.analyses.partnership.deal import Deal
from tierscape.analyses.partnership.parameters import DemandModel, Game, Public
from tierscape.analyses.partnership.tables import BLOCKING, SPLIT
from tierscape.errors import Finding, ParameterError
from tierscape.frames import empty
from tierscape.kernels.commitment import annuity
from tierscape.kernels.contract_forms import demand_law
from tierscape.kernels.cooperative import (
    NUCLEOLUS_PLAYERS,
    blocking,
    core,
    nash,
    not_superadditive,
    nucleolus,
    shapley,
)
from tierscape.quantities.plurals import counted

POINTS = 2000
"""Even quantiles of demand over which the variance of profits is taken."""


@dataclass(frozen=True)
class Table:
    """Who sits at the table and what each coalition reaches, money, entry S for the players whose bits are set."""

    keys: tuple[str, ...]
    names: tuple[str, ...]
    roles: tuple[str, ...]
    worth: np.ndarray
    short: float = 0.0


@dataclass(frozen=True)
class Split:
    """The answer to how to share: frames, the fair shares, and how empty the core is."""

    split: pl.DataFrame
    blocking: pl.DataFrame
    excess: float | None
    short: float
    worth: np.ndarray
    findings: tuple[Finding, ...]


NOBODY = Split(empty(SPLIT), empty(BLOCKING), None, 0.0, np.zeros(1), ())


def find_game(deal: Deal, game: Game, public: Public) -> Table | None:
    """Read the game that is given, or make that of the deal; None where numbers are missing.

    A coalition reaches nothing without the supplier and a buyer. With them it reaches the value of the units that its
    buyers commit, up to capacity, less cost, fixed cost and investment, if that is positive. Support is a transfer within
    the table and adds nothing; what a job is worth to the region does, once the region sits there.
    """
    if game.players is not None and game.worth is not None:
        roles = ("player",) * len(game.players)
        return Table(game.players, game.players, roles, np.array([0.0, *game.worth]))
    numbers = (deal.worth, deal.unit_cost, deal.investment, deal.term_years)
    if any(x is None for x in numbers) or not deal.buyers:
        return None
    value = annuity(deal.rate, deal.term_years or 1)
    region = public.benefit_per_job is not None and deal.jobs is not None
    keys = [*(b.key for b in deal.buyers), deal.supplier, *(["region"] if region else [])]
    names = [*(b.name for b in deal.buyers), deal.supplier_name, *([deal.region or "the region"] if region else [])]
    n, at = len(keys), len(deal.buyers)
    raw = np.zeros(2**n)
    for s in range(1, 2**n):
        volume = sum(b.volume for i, b in enumerate(deal.buyers) if s >> i & 1)
        if volume > 0 and s >> at & 1:
            made = min(volume, deal.capacity) if deal.capacity else volume
            gain = made * ((deal.worth or 0.0) - (deal.unit_cost or 0.0)) - deal.opex
            if region and s >> (at + 1) & 1:
                gain += (public.benefit_per_job or 0.0) * (deal.jobs or 0.0)
            raw[s] = gain * value - (deal.investment or 0.0)
    roles = ("buyer",) * at + ("supplier",) + ("region",) * region
    return Table(tuple(keys), tuple(names), roles, np.maximum(raw, 0.0), short=max(-float(raw[-1]), 0.0))


def split_table(table: Table | None, deal: Deal, game: Game, demand: DemandModel, aid: float) -> Split:
    """Split by three rules, hold each against what coalitions reach alone, and compare shares of cost, gain and risk.

    Raises
    ------
    ParameterError
        Outside options or powers do not fit the players.
    """
    if table is None:
        return NOBODY
    n = len(table.keys)
    for name in ("outside", "power"):
        given = getattr(game, name)
        if given is not None and len(given) != n:
            raise ParameterError(f"game.{name} has {len(given)} numbers for the {n} players {', '.join(table.keys)}.")
    alone = table.worth[1 << np.arange(n)]
    outside = np.array(game.outside) if game.outside is not None else alone
    surplus = float(table.worth[-1] - outside.sum())
    short = table.short if table.short > 0 else max(-surplus, 0.0)
    power = np.array(game.power) if game.power is not None else np.ones(n)
    splits: dict[str, np.ndarray | None] = {
        "nash": nash(float(table.worth[-1]), outside, power) if surplus >= 0 else None,
        "shapley": shapley(table.worth),
        "nucleolus": nucleolus(table.worth) if n <= NUCLEOLUS_PLAYERS else None,
    }
    blocked = _blocking(table, splits)
    fair = splits[game.rule]
    gain = None if fair is None or fair.sum() <= 0 else fair / fair.sum()
    cost, risk = _cost_shares(table, deal, aid), _risk_shares(table, deal, demand)
    known = [s for s in (cost, gain, risk) if s is not None]
    gap = np.ptp(np.array(known), axis=0) if len(known) > 1 else [None] * n
    in_core = "shapley" not in blocked["split"].to_list()
    blank = [None] * n
    frame = pl.DataFrame({
        "player": table.keys, "name": table.names, "role": table.roles, "outside": outside,
        **{name: blank if s is None else s for name, s in splits.items()}, "in_core": [in_core] * n,
        "cost_share": blank if cost is None else cost, "benefit_share": blank if gain is None else gain,
        "risk_share": blank if risk is None else risk, "alignment_gap": gap,
    }, schema=empty(SPLIT).schema)  # fmt: skip
    return Split(frame, blocked, core(table.worth).excess, short, table.worth, _doubts(table))


def _blocking(table: Table, splits: dict[str, np.ndarray | None]) -> pl.DataFrame:
    rows = []
    for name, shares in splits.items():
        if shares is None:
            continue
        for coalition in blocking(table.worth, shares)[0].tolist():
            members = [i for i in range(len(table.keys)) if coalition >> i & 1]
            rows.append({
                "split": name, "coalition": " + ".join(table.keys[i] for i in members),
                "could_get": float(table.worth[coalition]), "gets": float(shares[members].sum()),
            })  # fmt: skip
    return pl.DataFrame(rows, schema=empty(BLOCKING).schema)


def _cost_shares(table: Table, deal: Deal, aid: float) -> np.ndarray | None:
    """Who pays the investment: the region what it gives, the supplier the rest."""
    if "supplier" not in table.roles or not deal.investment:
        return None
    given = min(aid / deal.investment, 1.0) if "region" in table.roles else 0.0
    return np.array([{"buyer": 0.0, "supplier": 1.0 - given, "region": given}[role] for role in table.roles])


def _risk_shares(table: Table, deal: Deal, demand: DemandModel) -> np.ndarray | None:
    """Variance of each one's yearly profit under uncertain demand, the buyers' demands moving together."""
    if deal.margin is None or not deal.volume or deal.worth is None or "supplier" not in table.roles:
        return None
    law = demand_law(1.0, demand.variation, demand.law)
    sold = np.maximum(law.ppf((np.arange(POINTS) + 0.5) / POINTS), 0.0)
    sold = np.minimum(sold, deal.capacity / deal.volume) if deal.capacity else sold
    paid = np.maximum(sold, deal.take_or_pay or 0.0)
    price, cost = deal.price or 0.0, deal.unit_cost or 0.0
    bought = np.var(deal.worth * sold - price * paid)
    parts = [float(bought) * b.volume**2 for b in deal.buyers]
    parts.append(float(np.var(price * paid - cost * sold)) * deal.volume**2)
    parts += [0.0] * (len(table.roles) - len(parts))
    return np.array(parts) / sum(parts) if sum(parts) > 0 else None


def _doubts(table: Table) -> tuple[Finding, ...]:
    worse = not_superadditive(table.worth) if len(table.keys) <= NUCLEOLUS_PLAYERS else np.array([], int)
    if not len(worse):
        return ()
    members = ", ".join(key for i, key in enumerate(table.keys) if int(worse[0]) >> i & 1)
    return (
        Finding(
            rule="not_superadditive", severity="warning", table="projects", count=len(worse), value=f"{{{members}}}",
            problem=counted(len(worse), "coalition does worse together than in parts", "coalitions do worse together than in parts"), remedy="Check what each coalition reaches in game.worth.",
        ),
    )  # fmt: skip
