"""The bound over the tail in programs that are large enough for the interior point method."""

import pytest
from two_stages import extensive, facility, optimum

from tierscape.planning.solve import Limits, Prepared, master
from tierscape.planning.solve.highs import Solver


@pytest.mark.parametrize("seed", range(4))
def test_interior_point_with_crossover_gives_the_same_strict_bound(monkeypatch, seed):
    monkeypatch.setattr(master, "LARGE", 0)
    monkeypatch.setattr(master, "GROWN", 1.0)
    case = facility(seed, sites=5, customers=5, scenarios=8)
    found = Prepared(case).solve(Limits(gap=0.5))
    bounds = [step.lower for step in found.trace if step.stage == "bound"]
    assert len(bounds) > 1
    assert bounds[-1] == pytest.approx(optimum(extensive(case), whole=False), rel=1e-9)


def test_solver_goes_back_to_its_own_choice_afterwards():
    solver = Solver()
    base = facility(0).base
    solver.load(base.cost, (base.lower, base.upper), base.matrix, (base.row_lower, base.row_upper), 0.0)
    assert solver.run_afresh() == "optimal"
    value = solver.objective
    assert solver.highs.getOptionValue("solver")[1] == "choose"
    assert solver.run() == "optimal"
    assert solver.iterations == 0
    assert solver.objective == pytest.approx(value, rel=1e-12)
