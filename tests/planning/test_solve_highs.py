"""HiGHS behind checked calls."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.sparse import csr_array

from tierscape.errors import SolverError
from tierscape.planning.solve.highs import Solver
from tierscape.planning.solve.limits import Effort, Limits

INF = np.inf


def small():
    """min -x - 2y, x + y <= 4, y <= 3, x <= 2: 1, 3."""
    solver = Solver()
    rows = (np.array([-INF]), np.array([4.0]))
    solver.load(np.array([-1.0, -2.0]), (np.zeros(2), np.array([2.0, 3.0])), csr_array(np.ones((1, 2))), rows, 10.0)
    return solver


@pytest.mark.parametrize(
    ("name", "value"), [("solver", "hipo"), ("no_such_option", 1), ("mip_rel_gap", -1.0), ("presolve", "perhaps")]
)
def test_refused_option_is_an_error_that_names_option_and_value(name, value):
    with pytest.raises(SolverError, match=f"{name} = {value!r}"):
        Solver(**{name: value})


def test_program_is_solved_with_its_constant():
    solver = small()
    assert solver.run() == "optimal"
    assert solver.x.tolist() == [1.0, 3.0]
    assert solver.objective == pytest.approx(3.0)
    row, column = solver.duals
    assert row.tolist() == [-1.0]
    assert column.tolist() == [0.0, -1.0]


def test_added_columns_and_rows_count():
    solver = small()
    solver.run()
    new = solver.add_columns(np.array([-5.0]), np.zeros(1), np.ones(1))
    assert new.tolist() == [2]
    assert solver.add_rows(csr_array([[0.0, 1.0, 1.0]]), np.array([-INF]), np.array([3.0])).tolist() == [1]
    assert solver.run() == "optimal"
    assert solver.objective == pytest.approx(10 - 5 - 4 - 2)


def test_basis_from_before_growth_is_taken_up():
    solver = small()
    solver.run()
    basis = solver.basis
    solver.add_columns(np.ones(1), np.zeros(1), np.ones(1))
    solver.add_rows(csr_array([[1.0, 1.0, 1.0]]), np.zeros(1), np.full(1, 9.0))
    solver.basis = basis
    assert solver.run() == "optimal"
    assert solver.iterations == 0


def test_infeasible_program_is_said_so():
    solver = small()
    solver.bound_rows(np.array([0]), np.array([6.0]), np.array([7.0]))
    assert solver.run() == "infeasible"


def test_unbounded_program_is_an_error():
    solver = small()
    solver.bound_rows(np.array([0]), np.array([-INF]), np.array([INF]))
    solver.bound_columns(np.array([0]), np.zeros(1), np.full(1, INF))
    with pytest.raises(SolverError, match="kUnbounded"):
        solver.run()


def test_entry_that_is_not_a_number_is_an_error():
    with pytest.raises(SolverError, match="1 entries"):
        Solver().load(np.zeros(1), (np.zeros(1), np.ones(1)), csr_array([[np.nan]]), (np.zeros(1), np.ones(1)), 0.0)


def test_whole_columns_are_whole_only_while_asked():
    solver = small()
    solver.bound_rows(np.array([0]), np.array([-INF]), np.array([3.5]))
    solver.set_integer(np.array([0, 1]), whole=True)
    assert solver.run() == "optimal"
    assert solver.objective == pytest.approx(4.0)
    assert solver.proven == pytest.approx(4.0)
    solver.set_integer(np.array([0, 1]), whole=False)
    assert solver.run() == "optimal"
    assert solver.objective == pytest.approx(3.5)


def test_cancelled_run_ends_at_a_limit():
    rng = np.random.default_rng(0)
    solver = Solver(presolve="off")
    a = rng.random((60, 120))
    rows = (a.sum(axis=1) * 0.3, np.full(60, INF))
    solver.load(rng.random(120) + 0.1, (np.zeros(120), np.ones(120)), csr_array(a), rows, 0.0)
    effort = Effort(Limits())
    effort.cancel.set()
    assert solver.run(effort) == "limit"
    assert solver.run(Effort(Limits())) == "optimal"


def test_time_limit_counts_from_each_run():
    # HiGHS itself counts over all runs of an instance: the second would have no time left
    rng = np.random.default_rng(0)
    solver = Solver(presolve="off")
    a = rng.random((80, 160))
    rows = (a.sum(axis=1) * 0.3, np.full(80, INF))
    solver.load(rng.random(160) + 0.1, (np.zeros(160), np.ones(160)), csr_array(a), rows, 0.0)
    for _ in range(3):
        solver.highs.clearSolver()
        assert solver.run(Effort(Limits(time_s=60.0))) == "optimal"
        assert solver.highs.getOptionValue("time_limit")[1] > solver.highs.getRunTime()


def test_standard_output_stays_clean():
    code = "from tierscape.planning.solve.highs import Solver; Solver(); print('mine')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "mine\n"
