"""A network's plan ready for the search: problem, model, arrays, adverse years and cuts, and the way back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import polars as pl

from tierscape.errors import Finding, worst_first
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.copies import Template, struck, templates, two_stage
from tierscape.planning.facets import facets
from tierscape.planning.gather import gather
from tierscape.planning.gather.doubts import said
from tierscape.planning.handoff import Handed, program
from tierscape.planning.model import build
from tierscape.planning.problem import Problem
from tierscape.planning.program import TwoStage
from tierscape.planning.rows.sources import let_off
from tierscape.planning.solve import Limits, Prepared
from tierscape.planning.solve.evaluation import Recourse
from tierscape.planning.solve.master import Cuts
from tierscape.planning.survive import critical
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
        C°_t: what a struck period costs when nothing is lost; money.
    nodes : polars.DataFrame
        Sites whose outage is asked about; those that are survived whatever is decided have no rows in the model.
    """

    ask: Ask
    written: Written
    handed: Handed
    stage: TwoStage
    cuts: Cuts | None
    reference: dict[int, float]
    nodes: pl.DataFrame

    @property
    def problem(self) -> Problem:
        """The problem that the model stands for, fast-track copies of projects included."""
        return self.written.problem

    @cached_property
    def whole(self) -> Problem:
        """The same with all sites whose outage is asked about."""
        return replace(self.problem, tables={**self.problem.tables, "nodes": self.nodes})

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
        """Give a plan's numbers in units by variable, dense over the tables that its axes count; copies for outages apart."""
        found = {}
        for name, variable in self.written.model.variables.items():
            axes = {str(dim): index.to_numpy() for dim, index in variable.indexes.items()}
            if "outage" in axes:
                continue
            dense = np.zeros(tuple(self.sizes.get(axis, len(numbers)) for axis, numbers in axes.items()))
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
    whole = gather(network, ask, product=product)
    found = replace(whole, findings=worst_first([*whole.findings, *_single(whole, ask)]))
    written = build(critical(found, ask), ask)
    handed = program(written)
    cuts = facets(written, handed)
    forms = templates(written, handed)
    calm = _undisturbed(forms, handed, _calm(handed, cuts), whole) if forms else {}
    return Planning(
        ask=ask, written=written, handed=handed, stage=two_stage(written, handed, forms, calm), cuts=cuts, reference=calm,
        nodes=whole["nodes"],
    )  # fmt: skip


def _undisturbed(forms: Mapping[int, Template], handed: Handed, calm: Floats, problem: Problem) -> dict[int, float]:
    """Give C°_t: what a struck period costs under the calm plan's decisions when nothing is lost, by the same rows.

    Not what that plan itself spends: an adverse year may stretch capacity and leave demand unmet, so that a small loss would
    seem to cost nothing.
    """
    whole, closed = np.ones(problem["pairs"].height), np.zeros(problem["lanes"].height, dtype=bool)
    years = tuple(struck(form, str(period), 1.0, whole, closed, 0.0) for period, form in forms.items())
    costs = Recourse(years).targets(calm)
    return {} if costs is None else dict(zip(forms, (costs * handed.money).tolist(), strict=True))


def _single(problem: Problem, ask: Ask) -> tuple[Finding, ...]:
    """Name the parts that too few sites could ever make: limits on single sources do not hold them."""
    short = let_off(problem, ask.policy)["part"]
    keys = problem["parts"]["part"].gather(short)
    return said(
        "sources_let_off", "capabilities.part", keys, "{n} needed parts have too few possible makers for the limits on single sources, which do not hold them",
        "Give more makers, or projects that make one.", severity="warning",
    )  # fmt: skip


def _calm(handed: Handed, cuts: Cuts | None) -> Floats:
    """Solve the calm plan's relaxation; where it has none, a year costs nothing and the search will say why."""
    relaxed = replace(handed.program, integer=np.zeros_like(handed.program.integer))
    found = Prepared(TwoStage(relaxed), cuts).solve(Limits(gap=0.0)).x
    return np.zeros(len(relaxed.cost)) if found is None else found
