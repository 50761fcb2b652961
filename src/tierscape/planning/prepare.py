"""A network's plan ready for the search: problem, model, arrays, adverse years and cuts, and the way back."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.copies import reference, templates, two_stage
from tierscape.planning.facets import facets
from tierscape.planning.gather import gather
from tierscape.planning.handoff import Handed, program
from tierscape.planning.model import build
from tierscape.planning.problem import Problem
from tierscape.planning.program import TwoStage
from tierscape.planning.solve import Limits, Prepared
from tierscape.planning.solve.master import Cuts
from tierscape.planning.written import Floats, Written


@dataclass(frozen=True, eq=False, kw_only=True)
class Planning:
    """A plan's model and its arrays; n columns.

    Parameters
    ----------
    ask : Ask
    written : Written
        The calm model.
    handed : Handed
        The same as arrays.
    stage : TwoStage
        With the adverse years.
    cuts : callable, optional
        Separation of facets that were not written out.
    reference : dict of int to float
        C°_t: what a calm period costs, by struck period; money.
    """

    ask: Ask
    written: Written
    handed: Handed
    stage: TwoStage
    cuts: Cuts | None
    reference: dict[int, float]

    @property
    def problem(self) -> Problem:
        """The problem that the model stands for, fast-track copies of projects included."""
        return self.written.problem

    @cached_property
    def sizes(self) -> dict[str, int]:
        """Rows of the table that each axis counts."""
        tables = {
            "project": "projects", "pair": "pairs", "contract": "contracts", "incentive": "incentives", "region": "regions",
            "want": "wants", "lane": "lanes", "need": "needs", "option": "recipes", "claim": "claims", "buffer": "buffers",
        }  # fmt: skip
        counted = {axis: self.problem[table].height for axis, table in tables.items()}
        return {**counted, "share": len(self.problem.shares), "period": self.problem.horizon}

    def values(self, x: Floats) -> dict[str, Floats]:
        """Give a plan's numbers in units by variable, dense over the tables that its axes count."""
        found = {}
        for name, variable in self.written.model.variables.items():
            axes = {str(dim): index.to_numpy() for dim, index in variable.indexes.items()}
            if not set(axes) <= set(self.sizes):
                continue
            dense = np.zeros(tuple(self.sizes[axis] for axis in axes))
            dense[np.ix_(*axes.values())] = self.handed.quantity(x, name)
            found[name] = dense
        return found

    def money(self, amount: float) -> float:
        """Give money of the solver in full."""
        return amount * self.handed.money

    def weights(self, variable: str, each: Floats) -> Floats:
        """Lay figures a unit over the columns: what each column of the solver adds, shape (n,)."""
        cost = np.zeros(len(self.stage.base.cost))
        columns = self.handed.columns[variable]
        there = columns >= 0
        cost[columns[there]] = (np.broadcast_to(each, columns.shape)[there]) * self.handed.unit[columns[there]]
        return cost


def prepare(network: Network, ask: Ask, *, product: str | None = None) -> Planning:
    """Gather a network, write its model, and strike it with the adverse years that were drawn.

    Raises
    ------
    DataError
        The network lacks what a plan needs.
    SolverError
        The figures span more than a solver bears.
    """
    written = build(gather(network, ask, product=product), ask)
    handed = program(written)
    cuts = facets(written, handed)
    forms = templates(written, handed)
    calm = reference(forms, handed, _calm(handed, cuts)) if forms else {}
    return Planning(
        ask=ask, written=written, handed=handed, stage=two_stage(written, handed, forms, calm), cuts=cuts, reference=calm
    )  # fmt: skip


def _calm(handed: Handed, cuts: Cuts | None) -> Floats:
    """Solve the calm plan's relaxation; where it has none, a year costs nothing and the search will say why."""
    relaxed = replace(handed.program, integer=np.zeros_like(handed.program.integer))
    found = Prepared(TwoStage(relaxed), cuts).solve(Limits(gap=0.0)).x
    return np.zeros(len(relaxed.cost)) if found is None else found
