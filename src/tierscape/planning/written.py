"""A plan's model while its families of rows are being written, and the few forms in which they speak of it.

Every dimension of a variable is one-dimensional and counts rows of a table of the `Problem`: ``flow[lane, period]``.
Two helpers carry all sums over tables: `picked` takes rows by number (q of the pair of each recipe), `summed` adds rows
up onto another table (flow of all lanes into a need). `summed` stays sparse.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from tierscape.planning.ask import Ask
from tierscape.planning.problem import Problem

if TYPE_CHECKING:
    import linopy
    import xarray as xr

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Expression: TypeAlias = "linopy.LinearExpression"
Term: TypeAlias = "linopy.LinearExpression | linopy.Variable"
Labelled: TypeAlias = "xr.DataArray"
Rows: TypeAlias = "linopy.constraints.ConstraintBase"


_USUAL_SIZE = 1024.0
"""Units of need, or money of capital, up to which it is counted as it is; above, the solver counts in powers of two."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Written:
    """A model under way; T periods in the horizon.

    Parameters
    ----------
    problem : Problem
    ask : Ask
    model : linopy.Model
    periods : list of int
        Periods whose operations stand in this model: all in the base, one in a copy.
    copy : bool
        An adverse year's recourse: surge counts, demand may always stay unmet, a child that is not essential may be short.
    terms : dict of str to linopy.LinearExpression
        Money by name, present value.
    scale : dict of str to numpy.ndarray
        Size of each variable's unit in the solver, shaped like the variable; 1 where it is not named.
    group : dict of str to numpy.ndarray of int64
        Number of the decision that a column belongs to, shaped like the variable; -1 where it is not named.
    """

    problem: Problem
    ask: Ask
    model: linopy.Model
    periods: list[int]
    copy: bool = False
    terms: dict[str, Expression] = field(default_factory=dict)
    scale: dict[str, Floats] = field(default_factory=dict)
    group: dict[str, Numbers] = field(default_factory=dict)

    def __getitem__(self, variable: str) -> linopy.Variable:
        """Give a variable of the model."""
        return self.model.variables[variable]

    def __contains__(self, variable: str) -> bool:
        """Say whether the model has this variable: one without any column is left out."""
        return variable in self.model.variables

    def now(self, first_stage: Term) -> Term:
        """Keep the periods whose operations stand here, of a variable or expression over the whole horizon."""
        return first_stage.sel(period=self.periods)

    def labelled(self, values: ArrayLike, *dims: str) -> Labelled:
        """Name the axes of an array by row numbers; a ``period`` axis of T stands for all, a shorter one for `periods`."""
        import xarray as xr

        array = np.asarray(values, dtype=np.float64)
        coords: dict[str, list[int] | Numbers] = {
            dim: self.periods if dim == "period" and size != self.problem.horizon else np.arange(size)
            for dim, size in zip(dims, array.shape, strict=True)
        }
        return xr.DataArray(array, coords=coords, dims=dims)

    def column(self, table: str, column: str, dim: str, missing: float = 0.0) -> Labelled:
        """Give a column of a table along the dimension that counts its rows."""
        return self.labelled(self.problem[table][column].cast(pl.Float64).fill_null(missing).to_numpy(), dim)

    @cached_property
    def discount(self) -> Labelled:
        """Give df_t of the periods that stand here."""
        return self.labelled(self.problem["periods"]["discount"].to_numpy(), "period").sel(period=self.periods)

    @cached_property
    def discount_all(self) -> Labelled:
        """Give df_t of all periods, for the first stage."""
        return self.labelled(self.problem["periods"]["discount"].to_numpy(), "period")

    def charge(self, term: str, money: Term) -> None:
        """Add money, already at present value, to a named term of the objective."""
        total = (1 * money).sum()
        self.terms[term] = self.terms[term] + total if term in self.terms else total

    def rows(self, name: str, constraint: Rows) -> None:
        """Add rows under a family's name, ``family`` or ``family:which``."""
        self.model.add_constraints(constraint, name=name)

    @cached_property
    def cover_classes(self) -> pl.DataFrame:
        """Region and class of each row of ``covered``: those that some pair could cover, in order."""
        return self.problem["covers"].select("region", "class").unique().sort("region", "class")

    @cached_property
    def claim_children(self) -> pl.DataFrame:
        """Claim, recipe (row number), need and quantity of each row of ``from_bloc``."""
        claims = self.problem["claims"].select("pair").with_row_index("claim")
        recipes = self.problem["recipes"].with_row_index("recipe")
        joined = claims.join(recipes, on="pair", how="inner").sort("claim", "recipe")
        return joined.select(pl.col("claim", "recipe").cast(pl.Int64), "need", "quantity")


def picked(term: Term, dim: str, rows: ArrayLike, onto: str) -> Expression:
    """Take rows of a dimension by number, as often as they are named: the new dimension counts the picks."""
    import xarray as xr

    numbers = np.asarray(rows, dtype=np.int64)
    where = xr.DataArray(numbers, coords={onto: np.arange(len(numbers))}, dims=onto)
    return (1 * term).sel({dim: where}).drop_vars(dim)


def summed(term: Term, dim: str, rows: ArrayLike, onto: str, size: int) -> Expression:
    """Add up a dimension's entries by row number of another table: zero where none, left out where negative.

    Parameters
    ----------
    term : linopy.Variable or linopy.LinearExpression
        Over ``dim`` and others.
    dim : str
        The dimension that is summed.
    rows : array_like of int, shape (entries of ``dim``,)
        Row number of the other table; negative for none.
    onto : str
        The new dimension, 0 to ``size`` - 1.
    size : int
        Rows of the other table.
    """
    import xarray as xr

    numbers = np.asarray(rows, dtype=np.int64)
    entries = term.indexes[dim]
    keep = numbers >= 0
    expression = 1 * (term if keep.all() else term.sel({dim: entries[keep]}))
    by = xr.DataArray(numbers[keep], coords={dim: entries[keep]}, dims=dim, name=onto)
    return expression.groupby(by).sum().reindex({onto: np.arange(size)}).fillna(0)


def part_scale(problem: Problem) -> Floats:
    """Give the size of each part's unit in the solver: a power of two that brings its need to between 1 and about a thousand."""
    need = problem["parts"]["need"].fill_null(0.0).to_numpy()
    wanted = np.where(need > 0, need, 1.0)
    size: Floats = np.exp2(np.floor(np.log2(np.maximum(wanted / _USUAL_SIZE, np.minimum(wanted, 1.0)))))
    return size


def money_scale(problem: Problem) -> float:
    """Give the size of a sum of capital in the solver: a power of two that brings the dearest project to about a thousand."""
    dearest = float(problem["projects"]["capex"].fill_null(0.0).to_numpy().max(initial=0.0))
    return float(np.exp2(np.floor(np.log2(max(dearest / _USUAL_SIZE, 1.0)))))


def declare(
    written: Written,
    name: str,
    rows: dict[str, Numbers],
    *,
    upper: float | Floats = np.inf,
    binary: bool = False,
    scale: Floats | float = 1.0,
    group: Numbers | int = -1,
) -> None:
    """Add a variable at or above zero over numbered rows; nothing where a dimension is empty.

    `upper`, `scale` and `group` are shaped like the leading dimensions.
    """
    import xarray as xr

    shape = tuple(len(numbers) for numbers in rows.values())
    if not all(shape):
        return
    if binary:
        written.model.add_variables(coords=rows, name=name, binary=True)
    else:
        most = xr.DataArray(_spread(upper, shape), coords=rows, dims=list(rows))
        written.model.add_variables(lower=0, upper=most, name=name)
    written.scale[name] = _spread(scale, shape)
    written.group[name] = _spread(group, shape).astype(np.int64)


def _spread(values: float | NDArray[np.generic], shape: tuple[int, ...]) -> Floats:
    given = np.asarray(values, dtype=np.float64)
    return np.broadcast_to(given.reshape(given.shape + (1,) * (len(shape) - given.ndim)), shape).copy()


@contextmanager
def meaning() -> Iterator[None]:
    """Speak linopy's strict (v1) meaning: labels must agree, nothing is filled in silently."""
    import linopy

    with linopy.options as options:
        options["semantics"] = "v1"
        options["warn_on_densify"] = False
        yield
