"""From linopy to arrays, once: scaled for the solver, with a map from every label back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tierscape.errors import SolverError
from tierscape.planning.program import Program
from tierscape.planning.written import Expression, Floats, Numbers, Written, meaning

LARGEST_RANGE = 1e8
"""Largest ratio of the matrix's entries that a solver's tolerances bear."""

_LARGE = 1e4


@dataclass(frozen=True, eq=False, kw_only=True)
class Handed:
    """A program in the solver's sizes and the way back; n columns, m rows.

    A plan ``x`` of the program is in the solver's sizes: `quantity` and `waterfall` give it in units and money.

    Parameters
    ----------
    program : Program
    columns : mapping of str to numpy.ndarray of int64
        Column numbers by variable, shaped like it; -1 absent.
    rows : mapping of str to numpy.ndarray of int64
        Row numbers by name of rows, shaped like them; -1 absent.
    row_labels : mapping of str to mapping of str to numpy.ndarray of int64
        Axes of ``rows``: numbers of the problem's tables by dimension, in order.
    terms : mapping of str to numpy.ndarray of float64, shape (n,)
        Money of a whole unit of each column, by term.
    unit : numpy.ndarray of float64, shape (n,)
        Units in one of the solver's.
    row_unit : numpy.ndarray of float64, shape (m,)
        What each row was divided by: a dual is ``money / row_unit`` times the solver's.
    money : float
        Money in one of the solver's.
    """

    program: Program
    columns: Mapping[str, Numbers]
    rows: Mapping[str, Numbers]
    row_labels: Mapping[str, Mapping[str, Numbers]]
    terms: Mapping[str, Floats]
    unit: Floats
    row_unit: Floats
    money: float

    def quantity(self, x: Floats, variable: str) -> Floats:
        """Give a variable's values in units, shaped like it; empty where the model has none, 0 where absent."""
        if variable not in self.columns:
            return np.empty(0)
        columns = self.columns[variable]
        return np.where(columns >= 0, (x * self.unit)[columns], 0.0)

    def waterfall(self, x: Floats) -> dict[str, float]:
        """Give the money of each term, present value."""
        units = x * self.unit
        return {name: float(cost @ units) for name, cost in self.terms.items()}


def program(written: Written) -> Handed:
    """Extract a written model, scale it and check its range.

    Parameters
    ----------
    written : Written

    Returns
    -------
    Handed

    Raises
    ------
    SolverError
        The scaled matrix spans more than 1e8: tolerances would decide the plan.

    Notes
    -----
    All scales of columns and rows are powers of two, so that nothing is rounded. O(nonzeros).
    """
    with meaning():
        matrices = written.model.matrices
        position = written.model.variables.label_index.label_to_pos
        columns = {name: _at(position, v.labels.to_numpy()) for name, v in written.model.variables.items()}
        labels = {
            name: {str(dim): axis.to_numpy() for dim, axis in rows.indexes.items()}
            for name, rows in written.model.constraints.items()
        }
        rows = _row_numbers(written, matrices.clabels, labels)
        terms = {name: _vector(money, position, len(matrices.vlabels)) for name, money in written.terms.items()}
        lower, upper, integer = matrices.lb, matrices.ub, matrices.vtypes == "B"
        n = len(lower)
        matrix = matrices.A if matrices.A is not None else csr_array((0, n))
        right, sense = matrices.b.astype(np.float64), matrices.sense

    unit = _over_columns(columns, written.scale, n, 1.0)
    row_unit = _row_units(matrix, unit)
    entries = np.diff(matrix.indptr)
    data = matrix.data * unit[matrix.indices] / np.repeat(row_unit, entries)
    _check_range(data)
    right = right / row_unit
    cost = np.sum(list(terms.values()), axis=0) if terms else np.zeros(n)
    money = 1000.0 if np.abs(cost).max(initial=0.0) > _LARGE else 1.0
    scaled = Program(
        cost=cost * unit / money,
        lower=lower / unit,
        upper=upper / unit,
        integer=integer,
        matrix=csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape),
        row_lower=np.where(sense == "<", -np.inf, right),
        row_upper=np.where(sense == ">", np.inf, right),
        group=_over_columns(columns, written.group, n, -1).astype(np.int64),
    )
    return Handed(
        program=scaled,
        columns=columns,
        rows=rows,
        row_labels=labels,
        terms=terms,
        unit=unit,
        row_unit=row_unit,
        money=money,
    )


def export_mps(written: Written, path: str | Path) -> Path:
    """Write the calm model, in full units and money and with its names, for any other solver to read.

    Parameters
    ----------
    written : Written
    path : str or pathlib.Path
        Ends in ``.mps``; an existing file is replaced.

    Returns
    -------
    pathlib.Path
    """
    with meaning():
        written.model.to_file(Path(path), io_api="mps", progress=False, explicit_coordinate_names=True)
    return Path(path)


def _at(position: Numbers, labels: Numbers) -> Numbers:
    return np.where(labels >= 0, position[labels], -1).astype(np.int64)


def _row_numbers(written: Written, active: Numbers, axes: Mapping[str, Mapping[str, Numbers]]) -> dict[str, Numbers]:
    """Row numbers by name: a family's labels run on from its first; those without a row are missing among the active."""
    last = max((constraint.range[1] for _, constraint in written.model.constraints.items()), default=0)
    number = np.full(last, -1, dtype=np.int64)
    number[active] = np.arange(len(active))
    return {
        name: number[slice(*constraint.range)].reshape(tuple(len(axis) for axis in axes[name].values()))
        for name, constraint in written.model.constraints.items()
    }


def _vector(money: Expression, position: Numbers, n: int) -> Floats:
    labels, coefficients = money.linear_terms()
    vector: Floats = np.bincount(position[labels], weights=coefficients, minlength=n).astype(np.float64)
    return vector


def _over_columns(
    columns: Mapping[str, Numbers], by_name: Mapping[str, NDArray[np.generic]], n: int, other: float
) -> Floats:
    """Lay figures that are shaped like variables over the columns."""
    spread = np.full(n, other, dtype=np.float64)
    for name, figures in by_name.items():
        there = columns[name] >= 0
        spread[columns[name][there]] = figures[there]
    return spread


def _row_units(matrix: csr_array, unit: Floats) -> Floats:
    """Divide each row by the power of two that brings its smallest and its largest entry to either side of 1."""
    starts, filled = matrix.indptr[:-1], np.diff(matrix.indptr) > 0
    sizes = np.abs(matrix.data) * unit[matrix.indices]
    middle = np.ones(matrix.shape[0])
    if filled.any():
        least, most = (which.reduceat(sizes, starts[filled]) for which in (np.minimum, np.maximum))
        middle[filled] = np.where(least > 0, np.sqrt(least * most), most)
    return np.exp2(np.rint(np.log2(np.where(middle > 0, middle, 1.0))))


def _check_range(data: Floats) -> None:
    sizes = np.abs(data[data != 0])
    if len(sizes) and sizes.max() > LARGEST_RANGE * sizes.min():
        raise SolverError(
            f"the plan's figures span a factor of {sizes.max() / sizes.min():.1e} after scaling, from {sizes.min():.3g} to "
            f"{sizes.max():.3g}; more than {LARGEST_RANGE:.0e} cannot be solved reliably. Look for a quantity, a capacity "
            "or a cost in the wrong unit."
        )
