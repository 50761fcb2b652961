"""Adverse years: one template of recourse a period, written once; a scenario only changes numbers in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from tierscape.planning.handoff import Handed, program
from tierscape.planning.model import build
from tierscape.planning.program import Copy, TwoStage
from tierscape.planning.written import Floats, Numbers, Written

FIRST_STAGE = ("start", "qualify", "buffer")
"""Decisions that an adverse year inherits."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Template:
    """One period's recourse before a scenario strikes; r rows, k columns of its own, n columns of the base.

    Parameters
    ----------
    handed : Handed
        The copy's own program.
    own : numpy.ndarray of int64, shape (k,)
        Its operations' columns in ``handed``.
    tie : scipy.sparse.csr_array, shape (r, n)
        Entries on first-stage decisions, by the base's columns.
    matrix : scipy.sparse.csr_array, shape (r, k)
    cost, lower, upper : numpy.ndarray of float64, shape (k,)
    row_lower, row_upper : numpy.ndarray of float64, shape (r,)
    limited : numpy.ndarray of int64, shape (r,)
        Pair whose capacity a row states; -1 for another family.
    flow, output : numpy.ndarray of int64
        Own columns by lane and by pair.
    calm : numpy.ndarray of float64, shape (n,)
        The same cost over the columns of the base: what the period costs when nothing happens.
    """

    handed: Handed
    own: Numbers
    tie: csr_array
    matrix: csr_array
    cost: Floats
    lower: Floats
    upper: Floats
    row_lower: Floats
    row_upper: Floats
    limited: Numbers
    flow: Numbers
    output: Numbers
    calm: Floats


def template(written: Written, base: Handed, period: int) -> Template:
    """Write one period's recourse and tie it to the base by (variable, row numbers).

    Parameters
    ----------
    written : Written
        The calm model.
    base : Handed
        The same, handed over.
    period : int
    """
    copy = build(written.problem, written.ask, periods=[period])
    handed = program(copy)
    shape = handed.program
    n, total = len(base.program.cost), len(shape.cost)
    to_base, is_own = np.full(total, -1, dtype=np.int64), np.ones(total, dtype=bool)
    same = np.full(total, -1, dtype=np.int64)  # column of the base that does in calm what this one does here
    for name, columns in handed.columns.items():
        if name in FIRST_STAGE:
            to_base[columns.ravel()] = base.columns[name].ravel()
            is_own[columns.ravel()] = False
        elif name in base.columns:
            same[columns.ravel()] = base.columns[name][..., period].ravel()
    own = np.flatnonzero(is_own)
    # both programs count columns in the same units, but money may be counted otherwise
    cost = shape.cost * (handed.money / base.money)
    calm = np.zeros(n)
    known = own[same[own] >= 0]
    np.add.at(calm, same[known], cost[known])

    decisions = np.flatnonzero(~is_own)
    entries = shape.matrix[:, decisions].tocoo()
    tie = csr_array((entries.data, (entries.row, to_base[decisions][entries.col])), shape=(shape.matrix.shape[0], n))
    number = np.full(total, -1, dtype=np.int64)
    number[own] = np.arange(len(own))
    limited = np.full(shape.matrix.shape[0], -1, dtype=np.int64)
    if "capacity" in handed.rows:
        pairs = handed.row_labels["capacity"]["pair"]
        rows = handed.rows["capacity"].ravel()  # one period: as many as pairs
        limited[rows[rows >= 0]] = pairs[rows >= 0]
    return Template(
        handed=handed,
        own=own,
        tie=tie,
        matrix=csr_array(shape.matrix[:, own]),
        cost=cost[own],
        lower=shape.lower[own],
        upper=shape.upper[own],
        row_lower=shape.row_lower,
        row_upper=shape.row_upper,
        limited=limited,
        flow=number[handed.columns["flow"].ravel()],
        output=number[handed.columns["output"].ravel()],
        calm=calm,
    )


def struck(
    form: Template, key: str, probability: float, left: Floats, closed: NDArray[np.bool_], reference: float
) -> Copy:
    """Strike a template with one scenario: what is left of each pair's capacity, lanes that are closed.

    Parameters
    ----------
    form : Template
    key : str
    probability : float
    left : numpy.ndarray of float64, shape (P,)
        Share of capacity, that of projects included.
    closed : numpy.ndarray of bool, shape (L,)
    reference : float
        C° of the period, in the base's money.
    """
    share = np.where(form.limited >= 0, left[form.limited], 1.0)
    upper = form.upper.copy()
    upper[form.flow[closed]] = 0.0
    # a pair without a limit has no row to scale: it stands as long as anything is left of it
    upper[form.output[left <= 0]] = 0.0
    entries = form.tie.data * np.repeat(share, np.diff(form.tie.indptr))
    tie = csr_array((entries, form.tie.indices, form.tie.indptr), shape=form.tie.shape)
    return Copy(
        key=key,
        probability=probability,
        cost=form.cost,
        lower=form.lower,
        upper=upper,
        tie=tie,
        matrix=form.matrix,
        row_lower=_times(form.row_lower, share),
        row_upper=_times(form.row_upper, share),
        reference=reference,
    )


def _times(bound: Floats, share: Floats) -> Floats:
    return np.multiply(bound, share, out=bound.copy(), where=np.isfinite(bound))


def templates(written: Written, base: Handed) -> dict[int, Template]:
    """Write the recourse of each period that some scenario strikes.

    Parameters
    ----------
    written : Written
        The calm model.
    base : Handed
        The same, handed over.

    Returns
    -------
    dict of int to Template
    """
    struck_periods = written.problem["scenarios"]["period"].unique().sort()
    return {int(t): template(written, base, int(t)) for t in struck_periods}


def reference(forms: Mapping[int, Template], base: Handed, calm: Floats) -> dict[int, float]:
    """Give C°_t, what each struck period's operations cost when nothing happens: a constant of the problem.

    Were it the plan's own cost, a plan could lower its risk by burning money in calm years.

    Parameters
    ----------
    forms : mapping of int to Template
    base : Handed
    calm : numpy.ndarray of float64, shape (n,)
        Solution of the base's LP relaxation, without risk.

    Returns
    -------
    dict of int to float
        Money, present value, by period.
    """
    return {period: float(form.calm @ calm) * base.money for period, form in forms.items()}


def two_stage(
    written: Written, base: Handed, forms: Mapping[int, Template], reference: Mapping[int, float]
) -> TwoStage:
    """Put the calm plan and its adverse years together.

    Parameters
    ----------
    written : Written
    base : Handed
        `program` of it.
    forms : mapping of int to Template
    reference : mapping of int to float
        C°_t, money.

    Returns
    -------
    TwoStage
        In the sizes of ``base``; without copies where the problem has no scenarios.
    """
    problem, risk = written.problem, written.ask.risk
    scenarios = problem["scenarios"].select("key", "probability", "period").iter_rows()
    copies = tuple(
        struck(
            forms[period], key, probability, problem.scenario_capacity[w], problem.scenario_lane[w],
            reference[period] / base.money,
        )
        for w, (key, probability, period) in enumerate(scenarios)
    )  # fmt: skip
    return TwoStage(base=base.program, copies=copies, alpha=risk.alpha, weight=risk.weight if copies else 0.0)
