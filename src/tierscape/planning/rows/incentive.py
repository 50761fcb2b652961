"""Family 9, `incentive`: public money for what is started in time, floors on investment and jobs, and clawback.

Floors count a project's whole capital; the grant in the plan counts the capital that the *buyer* pays (the supplier's part
of a grant is the supplier's). Pledged jobs are tested once a project runs at its full rate, for five years.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tierscape.planning.rows.labour import HOURS_PER_JOB
from tierscape.planning.rows.reached import reached_share
from tierscape.planning.written import Expression, Floats, Numbers, Written, declare, picked, summed

TESTED_YEARS = 5
"""Years for which the jobs that were pledged must be there."""


@dataclass(frozen=True, eq=False)
class _Supported:
    """Pairs of (incentive, project it supports), E of them, and what they are worth; T periods.

    Parameters
    ----------
    incentive, project : numpy.ndarray of int64, shape (E,)
    in_time : numpy.ndarray of float64, shape (E, T)
        1 where a start in that period is in time.
    capex, jobs : numpy.ndarray of float64, shape (E,)
    start : linopy.LinearExpression, by (eligible, period)
        Starts, whatever the buyer's share.
    """

    incentive: Numbers
    project: Numbers
    in_time: Floats
    capex: Floats
    jobs: Floats
    start: Expression


def add(written: Written) -> None:
    """G ≤ ρ · eligible; G ≤ cap z; eligible ≥ floor z; Σ jobs y ≥ floor z; what is clawed back; accelerated copies ≤ z."""
    if "take" not in written or "start" not in written:
        return
    _accelerated(written)
    supported = _supported(written)
    paid = np.array([k != "fast_track" for k in written.problem["incentives"]["kind"].to_list()])
    _floors(written, supported)
    _grants(written, supported, paid)
    _clawback(written, supported, paid)
    written.charge("grants", -1 * written["grant"] * written.discount_all)


def _supported(written: Written) -> _Supported:
    problem = written.problem
    rows = problem["eligible"].sort("incentive", "project")
    incentive, project = rows["incentive"].to_numpy(), rows["project"].to_numpy()
    until = problem["incentives"]["until"].fill_null(problem.horizon - 1).to_numpy()[incentive]
    in_time = np.arange(problem.horizon)[None, :] <= until[:, None]
    worth = problem["projects"].select("capex", "jobs").fill_null(0.0)
    return _Supported(
        incentive,
        project,
        in_time.astype(np.float64),
        worth["capex"].to_numpy()[project],
        worth["jobs"].to_numpy()[project],
        picked((1 * written["start"]).sum("share"), "project", project, "eligible"),
    )


def _begun(written: Written, supported: _Supported, factor: Floats) -> Expression:
    """Σ factor_et y_et by (incentive, period) over the starts of supported projects, whatever the buyer's share."""
    weighted = supported.start * written.labelled(factor, "eligible", "period")
    return summed(weighted, "eligible", supported.incentive, "incentive", written.problem["incentives"].height)


def _floors(written: Written, supported: _Supported) -> None:
    take = written["take"]
    for name, size in (("investment", supported.capex), ("jobs", supported.jobs)):
        floor = written.column("incentives", f"floor_{name}", "incentive")
        reached = _begun(written, supported, size[:, None] * supported.in_time).sum("period")
        written.rows(f"incentive:{name}", reached - floor * take >= 0)


def _grants(written: Written, supported: _Supported, paid: np.ndarray) -> None:
    """Money by period: when a project starts; of a tax relief, as its output is made."""
    problem = written.problem
    grant, kinds = 1 * written["grant"], problem["incentives"]["kind"].to_list()
    taxed = np.array([kind == "tax" for kind in kinds])
    rate = problem["incentives"]["rate"].fill_null(0.0).to_numpy()
    of_capital = np.where(paid & ~taxed, rate, 0.0)
    bought = picked(
        (written["start"] * written.labelled(problem.shares, "share")).sum("share"),
        "project",
        supported.project,
        "eligible",
    )
    weight = (of_capital[supported.incentive] * supported.capex)[:, None] * supported.in_time
    allowed = summed(
        bought * written.labelled(weight, "eligible", "period"),
        "eligible", supported.incentive, "incentive", len(kinds),
    )  # fmt: skip
    if taxed.any():
        allowed = allowed + _relief(written, supported, np.where(taxed, rate, 0.0))
    written.rows("incentive:rate", grant - allowed <= 0)
    ceiling = written.labelled(_ceiling(written, supported, paid), "incentive")
    written.rows("incentive:cap", grant.sum("period") - ceiling * written["take"] <= 0)


def _relief(written: Written, supported: _Supported, rate: Floats) -> Expression:
    """Allow rate · v · what the supported project makes: no more than its pair makes and than it has added by then."""
    problem = written.problem
    rows = np.flatnonzero(rate[supported.incentive] > 0)
    project = supported.project[rows]
    pair = problem["projects"]["pair"].to_numpy()[project]
    declare(written, "taxed", {"taxed": np.arange(len(rows)), "period": np.array(written.periods)})
    # what a pair makes counts once, whatever number of supported projects stands at it
    both, at = np.unique(np.stack([supported.incentive[rows], pair]), axis=1, return_inverse=True)
    counted = summed(1 * written["taxed"], "taxed", at.reshape(-1), "makes", both.shape[1])
    made = picked(written["output"], "pair", both[1], "makes")
    written.rows("incentive:made", counted - made <= 0)
    added = problem["projects"]["added"].fill_null(0.0).to_numpy()[project]
    there = added[:, None, None] * reached_share(problem)[project] * supported.in_time[rows][:, :, None]
    start = picked(supported.start, "eligible", rows, "taxed").rename({"period": "begun"})
    ready = (start * written.labelled(there, "taxed", "begun", "period")).sum("begun")
    written.rows("incentive:added", written["taxed"] - ready <= 0)
    value = problem["parts"]["value"].fill_null(0.0).to_numpy()[problem["pairs"]["part"].to_numpy()[pair]]
    money = written.labelled(rate[supported.incentive[rows]] * value, "taxed") * written["taxed"]
    return summed(money, "taxed", supported.incentive[rows], "incentive", len(rate))


def _ceiling(written: Written, supported: _Supported, paid: np.ndarray) -> Floats:
    """Give the most an incentive can pay: its cap, else its rate on all that it could support. Shape (incentives,)."""
    problem = written.problem
    table = problem["incentives"]
    rate = table["rate"].fill_null(0.0).to_numpy()
    most = np.bincount(supported.incentive, supported.capex, minlength=table.height)
    project = problem["projects"]
    value = problem["parts"]["value"].fill_null(0.0).to_numpy()[problem["pairs"]["part"].to_numpy()]
    output = (value[project["pair"].to_numpy()] * project["added"].fill_null(0.0).to_numpy())[supported.project]
    turnover = np.bincount(supported.incentive, output, minlength=table.height) * problem.horizon
    tax = np.array([kind == "tax" for kind in table["kind"].to_list()])
    bound = rate * np.where(tax, turnover, most)
    cap = table["cap"].fill_null(np.inf).to_numpy()
    return np.where(paid, np.minimum(cap, bound), 0.0)


def _clawback(written: Written, supported: _Supported, paid: np.ndarray) -> None:
    """Jobs delivered ≥ floor (z − w) less what is pledged by projects that are not, or no longer, tested; R ≥ claw G − M (1 − w)."""
    problem = written.problem
    table = problem["incentives"]
    claw = table["clawback"].fill_null(0.0).to_numpy()
    floor = table["floor_jobs"].fill_null(0.0).to_numpy()
    rows = np.flatnonzero((claw > 0) & (floor > 0) & paid)
    if not len(rows):
        return
    owed = written.labelled(claw[rows], "clawing")
    grant = picked(written["grant"].sum("period"), "incentive", rows, "clawing")
    repaid = picked(written["repaid"], "incentive", rows, "clawing")
    clawed = picked(written["clawed"], "incentive", rows, "clawing")
    most = owed * written.labelled(_ceiling(written, supported, paid)[rows], "clawing")
    written.rows("incentive:clawback", repaid - owed * grant - most * clawed >= -most)
    pledge = written.labelled(floor[rows], "clawing") * (picked(written["take"], "incentive", rows, "clawing") - clawed)
    there = picked(_delivered(written, supported), "incentive", rows, "clawing")
    untested = picked(_untested(written, supported), "incentive", rows, "clawing")
    written.rows("incentive:delivered", there - pledge + untested >= 0)
    written.charge("repaid", written.labelled(_due(written, supported), "incentive") * written["repaid"])


def _delivered(written: Written, supported: _Supported) -> Expression:
    """Σ hours q / 1750 by (incentive, period), over the pairs that supported projects add to."""
    problem = written.problem
    pair = problem["projects"]["pair"].to_numpy()[supported.project]
    both = np.unique(np.stack([supported.incentive, pair]), axis=1)
    jobs = problem["pairs"]["hours"].fill_null(0.0).to_numpy()[both[1]] * (problem.periods_per_year / HOURS_PER_JOB)
    made = picked(written["output"], "pair", both[1], "working") * written.labelled(jobs, "working")
    return summed(made, "working", both[0], "incentive", problem["incentives"].height)


def _full(written: Written) -> Floats:
    """Give the periods from a project's start to its full rate, shape (projects,)."""
    projects = written.problem["projects"].select("lead", "ramp").fill_null(0)
    full: Floats = projects["lead"].to_numpy() + np.ceil(projects["ramp"].to_numpy())
    return full


def _untested(written: Written, supported: _Supported) -> Expression:
    """Jobs pledged by supported starts that are not at full rate yet in a period, or were for five years before it."""
    problem = written.problem
    period = np.arange(problem.horizon)
    age = period[None, None, :] - period[None, :, None] - _full(written)[supported.project][:, None, None]
    outside = (age < 0) | (age >= TESTED_YEARS * problem.periods_per_year)
    weight = supported.jobs[:, None, None] * supported.in_time[:, :, None] * outside
    waiting = (
        supported.start.rename({"period": "begun"}) * written.labelled(weight, "eligible", "begun", "period")
    ).sum("begun")
    return summed(waiting, "eligible", supported.incentive, "incentive", problem["incentives"].height)


def _due(written: Written, supported: _Supported) -> Floats:
    """Give the discount of the first period in which pledged jobs can be tested: a later one would be cheaper."""
    problem = written.problem
    first = np.full(problem["incentives"].height, problem.horizon - 1)
    np.minimum.at(first, supported.incentive, _full(written)[supported.project].astype(np.int64))
    return np.asarray(problem["periods"]["discount"].to_numpy()[first], dtype=np.float64)


def _accelerated(written: Written) -> None:
    """Start a project's accelerated copy only where the incentive is taken."""
    by = written.problem["projects"]["fast_by"]
    rows = np.flatnonzero(by.is_not_null().to_numpy())
    if len(rows):
        start = picked((1 * written["start"]).sum(["share", "period"]), "project", rows, "accelerated")
        taken = picked(written["take"], "incentive", by.to_numpy()[rows].astype(np.int64), "accelerated")
        written.rows("incentive:fast_track", start - taken <= 0)
