"""What ends a search, and what it gives then."""

import os
import pickle
import signal
import threading

import numpy as np
import pytest
from two_stages import INF, facility, tail_case

from tierscape.planning.solve import Limits, Prepared, evaluate, polish, prepared, solve
from tierscape.planning.solve.limits import Effort
from tierscape.planning.solve.outcome import relative_gap
from tierscape.planning.solve.worker import interruptible


def as_bytes(outcome):
    kept = (outcome.x, outcome.lower, outcome.upper, outcome.gap, outcome.trace, outcome.tail, outcome.row_dual)
    return pickle.dumps((outcome.stopped_by, *kept))


@pytest.mark.parametrize("parts", [False, True])
def test_run_stopped_by_gap_repeats_byte_for_byte(monkeypatch, parts):
    if parts:
        monkeypatch.setattr(prepared, "SMALL_COLUMNS", 0)
        monkeypatch.setattr(polish, "LEAST_GROUPS", 2)
    case = facility(11, sites=6, customers=6, scenarios=5)
    first, second = (solve(case, gap=1e-3) for _ in range(2))
    assert first.stopped_by == "gap"
    assert first.repeats
    assert as_bytes(first) == as_bytes(second)


def test_run_stopped_by_work_repeats_byte_for_byte(monkeypatch):
    monkeypatch.setattr(prepared, "SMALL_COLUMNS", 0)
    monkeypatch.setattr("tierscape.planning.solve.limits.LEAST", 30.0)
    case = facility(3, sites=12, customers=20, scenarios=10)
    first, second = (solve(case, gap=0.0, work_limit=0.05) for _ in range(2))
    assert first.stopped_by == "work"
    assert first.gap > 0
    assert as_bytes(first) == as_bytes(second)
    assert evaluate(case, first.x).value == pytest.approx(first.upper)


def test_stopped_run_gives_a_plan_that_passes_its_checks(monkeypatch):
    monkeypatch.setattr(prepared, "SMALL_COLUMNS", 0)
    case = facility(3, sites=12, customers=20, scenarios=10)
    seen = []
    stages = []

    def stop():
        return any(stage == "dive" for stage in stages)

    monkeypatch.setattr(
        "tierscape.planning.solve.search.Search.note",
        _noting(stages),
    )
    found = solve(case, gap=0.0, work_limit=INF, stop=stop, progress=seen.append)
    assert found.stopped_by == "user"
    assert not found.repeats
    assert found.status == "plan"
    assert evaluate(case, found.x).sound
    assert evaluate(case, found.x).value == pytest.approx(found.upper)
    assert found.lower <= found.upper
    assert seen


def _noting(stages):
    from tierscape.planning.solve.search import Search

    original = Search.note

    def note(self, stage):
        original(self, stage)
        stages.append(stage)
        if stage == "dive":  # wait until the caller's thread has heard of it
            self.effort.cancel.wait(10)

    return note


def test_stop_before_the_first_bound_gives_no_plan(monkeypatch):
    stopped = threading.Event()
    original = prepared.tail.bound

    def late(search):
        assert search.effort.cancel.wait(10)
        return original(search)

    monkeypatch.setattr(prepared.tail, "bound", late)
    stopped.set()
    found = solve(tail_case(), stop=stopped.is_set)
    assert (found.status, found.stopped_by, found.x) == ("none", "user", None)
    assert found.upper == INF


def test_ctrl_c_gives_what_there_is(monkeypatch):
    original = prepared.polish.tree

    def interrupted(search):
        search.settle(np.zeros(4))
        os.kill(os.getpid(), signal.SIGINT)
        assert search.effort.cancel.wait(10)
        return original(search)

    monkeypatch.setattr(prepared.polish, "tree", interrupted)
    found = solve(tail_case(), gap=0.0)
    assert (found.status, found.stopped_by) == ("plan", "user")
    assert found.upper == pytest.approx(1455)


def test_second_ctrl_c_is_raised():
    cancel = threading.Event()
    release = threading.Event()

    def job():
        os.kill(os.getpid(), signal.SIGINT)
        cancel.wait(10)
        os.kill(os.getpid(), signal.SIGINT)
        release.wait(10)

    with pytest.raises(KeyboardInterrupt):
        interruptible(job, cancel, None, None)
    release.set()


def test_error_of_the_search_reaches_the_caller():
    def job():
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        interruptible(job, threading.Event(), None, None)


def test_no_time_gives_a_bound_or_nothing_and_says_time():
    found = solve(facility(5, sites=12, customers=20, scenarios=10), gap=0.0, time_limit_s=0.0)
    assert found.stopped_by == "time"
    assert not found.repeats


def test_progress_ends_with_the_outcome():
    seen = []
    found = solve(tail_case(), progress=seen.append)
    assert seen[-1].step == found.trace[-1]
    assert seen[-1].seconds >= 0
    assert found.work == found.trace[-1].work > 0


def test_search_can_run_outside_the_main_thread():
    found = []
    thread = threading.Thread(target=lambda: found.append(solve(tail_case(), gap=0.0)))
    thread.start()
    thread.join()
    assert found[0].upper == pytest.approx(1375)


def test_prepared_may_be_solved_from_several_threads_in_turn():
    held = Prepared(tail_case())
    found = []
    for _ in range(2):
        thread = threading.Thread(target=lambda: found.append(held.solve(Limits(gap=0.0)).upper))
        thread.start()
        thread.join()
    assert found == pytest.approx([1375, 1375])


def test_inner_run_gets_a_share_of_the_time_left():
    effort = Effort(Limits(time_s=100.0))
    assert effort.seconds_left() == pytest.approx(60, rel=0.01)
    effort.measure()
    effort.charge(10.0, nodes=2)
    assert effort.iterations_left() == pytest.approx(effort.allowed - 50)
    assert effort.over() is None
    effort.charge(effort.allowed)
    assert effort.over() == "work"


@pytest.mark.parametrize(
    ("lower", "upper", "gap"),
    [(99, 100, 0.01), (-101, -100, 0.01), (0, 0, 0), (-1, 0, INF), (5, INF, INF), (-INF, 5, INF), (100, 100 - 1e-9, 0)],
)
def test_gap_is_a_share_of_the_upper_bound(lower, upper, gap):
    assert relative_gap(lower, upper) == pytest.approx(gap)
