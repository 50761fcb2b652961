"""One period's operations written a second time, straight from the tables: what is delivered, and at what cost, after a loss."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array

from tierscape.planning.ask import Ask
from tierscape.planning.problem import Problem
from tierscape.planning.solve.highs import Solver
from tierscape.planning.standing import Floats, Standing

Numbers = NDArray[np.int64]
DAYS_PER_YEAR = 365.0
KINDS = {
    "flow": "lanes", "output": "pairs", "unmet": "wants", "mix": "recipes", "spared": "recipes", "drawn": "buffers",
}  # fmt: skip
"""Columns by kind, and the table whose rows they count."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Year:
    """A period under a plan's decisions.

    Parameters
    ----------
    problem : Problem
    ask : Ask
    stand : Standing
        What the decisions amount to.
    stock : numpy.ndarray of float64, shape (buffers,)
        Units in each buffer.
    period : int
    """

    problem: Problem
    ask: Ask
    stand: Standing
    stock: Floats
    period: int

    @cached_property
    def columns(self) -> dict[str, slice]:
        """Columns of each kind, in order."""
        ends = np.cumsum([0, *(self.problem[table].height for table in KINDS.values())]).tolist()
        return {kind: slice(*ends[n : n + 2]) for n, kind in enumerate(KINDS)}

    @cached_property
    def matrix(self) -> csr_array:
        """Rows: what reaches each want; leaves each pair; reaches each need; shares a choice; is spared of each recipe."""
        problem, recipes = self.problem, self.problem["recipes"]
        blocks = ("wants", "pairs", "needs", "groups", "recipes")
        wants, pairs, needs, groups, spare = np.cumsum([0, *(problem[b].height for b in blocks)]).tolist()[:-1]
        rows: list[Numbers] = []
        columns: list[Numbers] = []
        sizes: list[Floats] = []

        def put(block: int, row: pl.Series | Numbers, kind: str, at: Numbers, each: Floats | float) -> None:
            number = row.fill_null(-1).to_numpy() if isinstance(row, pl.Series) else row
            there = number >= 0
            rows.append(block + number[there])
            columns.append(self.columns[kind].start + at[there])
            sizes.append(np.broadcast_to(np.asarray(each, dtype=np.float64), number.shape)[there])

        lanes, buffers = problem["lanes"], problem["buffers"]
        lane, stock = np.arange(lanes.height), np.arange(buffers.height)
        own = {table: np.arange(problem[table].height) for table in blocks}
        put(wants, lanes["want"], "flow", lane, 1.0)
        put(wants, own["wants"], "unmet", own["wants"], 1.0)
        put(pairs, lanes["pair"], "flow", lane, -1.0)
        put(pairs, own["pairs"], "output", own["pairs"], 1.0)
        put(pairs, self._stocked, "drawn", stock, 1.0)
        put(needs, lanes["need"], "flow", lane, 1.0)
        put(needs, buffers["need"], "drawn", stock, 1.0)
        put(needs, recipes["need"], "spared", own["recipes"], 1.0)
        put(groups, recipes["group"], "mix", own["recipes"], 1.0)
        put(groups, own["groups"], "output", problem["groups"]["pair"].to_numpy(), -1.0)
        put(spare, own["recipes"], "spared", own["recipes"], 1.0)
        option, quantity = recipes["group"].is_not_null().to_numpy(), recipes["quantity"].to_numpy()
        for kind, chosen, at in (("output", ~option, recipes["pair"].to_numpy()), ("mix", option, own["recipes"])):
            put(needs, recipes["need"].to_numpy()[chosen], kind, at[chosen], -quantity[chosen])
            put(spare, own["recipes"][chosen], kind, at[chosen], -quantity[chosen])
        shape = (spare + recipes.height, self.columns["drawn"].stop)
        entries = (np.concatenate(rows).astype(np.int64), np.concatenate(columns))
        return csr_array(coo_array((np.concatenate(sizes), entries), shape=shape))

    @property
    def _stocked(self) -> pl.Series:
        """Pair at whose site each buffer of finished goods stands; null for a buffer of inputs."""
        pairs = self.problem["pairs"].with_row_index("pair").select(pl.col("pair").cast(pl.Int64), "site", "part")
        held = self.problem["buffers"].join(pairs, on=["site", "part"], how="left", maintain_order="left")
        return held.select(pl.when(pl.col("need").is_null()).then("pair"))["pair"]

    @cached_property
    def capacity(self) -> Floats:
        """Units a period that each pair can make, its flex share included; nothing where it is not qualified."""
        surge = self.problem["pairs"]["surge"].fill_null(0.0).to_numpy()
        there = self.stand.capacity[:, self.period] * (1.0 + surge)
        return np.where(self.stand.able[:, self.period], there, 0.0)

    @cached_property
    def cost(self) -> Floats:
        """Present money of each column."""
        problem, finance = self.problem, self.ask.finance
        lanes, pairs, value = problem["lanes"], problem["pairs"], problem["parts"]["value"]
        price = finance.co2_price / 1000.0
        known, own = problem["wants"]["penalty"].drop_nulls().to_list(), pairs["unit_cost"].fill_null(0.0)
        dearest = max(0.0, *known, finance.unmet_multiple * float(own.to_numpy().sum()))
        lost = pl.select(
            pl.coalesce(
                problem["wants"]["penalty"], finance.unmet_multiple * value.gather(problem["wants"]["part"]), dearest
            )
        ).to_series()
        part = problem["needs"]["part"].gather(problem["recipes"]["need"])
        money = np.zeros(self.columns["drawn"].stop)
        money[self.columns["flow"]] = (
            lanes["freight"].fill_null(0.0) + lanes["stock"].fill_null(0.0) + price * lanes["kg"].fill_null(0.0)
        ).to_numpy() + problem.lane_duty[:, self.period]
        money[self.columns["output"]] = (own + price * pairs["kg"].fill_null(0.0)).to_numpy()
        money[self.columns["unmet"]] = lost.to_numpy()
        money[self.columns["spared"]] = value.gather(part).fill_null(0.0).to_numpy()
        return money * float(problem["periods"]["discount"][self.period])

    def most(self, left: Floats, closed: NDArray[np.bool_], share: float = 1.0) -> Floats:
        """Give the upper bounds of the columns: what is left of each pair's capacity, closed lanes, over a share of the period."""
        recipes = self.problem["recipes"]
        upper = np.full(self.columns["drawn"].stop, np.inf)
        upper[self.columns["flow"]][closed] = 0.0
        there = np.where(left > 0, left, 0.0)
        upper[self.columns["output"]] = np.where(
            there > 0, self.capacity * np.where(there > 0, there, 1.0) * share, 0.0
        )
        upper[self.columns["mix"]][recipes["group"].is_null().to_numpy()] = 0.0
        upper[self.columns["spared"]][recipes["essential"].fill_null(value=True).to_numpy()] = 0.0
        upper[self.columns["drawn"]] = self.stock
        return upper


class Operations:
    """A `Year` in a solver, warm from one loss to the next.

    Parameters
    ----------
    year : Year
    cost : numpy.ndarray of float64
        Of its columns.
    asked : float
        Share of the period's demand that is asked for.
    """

    def __init__(self, year: Year, cost: Floats, asked: float = 1.0) -> None:
        demand = year.problem.demand[:, year.period]
        # what is spared is at most what is asked; all else balances
        balanced = np.zeros(year.matrix.shape[0])
        lower = balanced.copy()
        lower[len(balanced) - year.problem["recipes"].height :] = -np.inf
        self._demand, self._lower, self._upper = demand, lower, balanced
        self.columns = np.arange(year.matrix.shape[1])
        self.solver = Solver()
        bounds = (np.zeros(len(cost)), np.full(len(cost), np.inf))
        self.solver.load(cost, bounds, year.matrix, self._sides(asked), 0.0)

    def _sides(self, asked: float) -> tuple[Floats, Floats]:
        lower, upper = self._lower.copy(), self._upper.copy()
        lower[: len(self._demand)] = upper[: len(self._demand)] = asked * self._demand
        return lower, upper

    def least(self, most: Floats, asked: float | None = None) -> float:
        """Give the least cost under upper bounds of the columns; infinite where there is no way."""
        if asked is not None:
            self.solver.bound_rows(np.arange(len(self._lower)), *self._sides(asked))
        self.solver.bound_columns(self.columns, np.zeros(len(most)), most)
        return float(self.solver.objective) if self.solver.run() == "optimal" else np.inf
