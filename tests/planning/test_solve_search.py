"""What a search leaves out, and why it may."""

import itertools
from dataclasses import replace

import numpy as np
from two_stages import extensive, facility, optimum

from tierscape.planning.solve import tail
from tierscape.planning.solve.evaluation import Recourse
from tierscape.planning.solve.limits import Effort, Limits
from tierscape.planning.solve.master import Master
from tierscape.planning.solve.search import Search


def begun(case, gap):
    search = Search(Master(case), Recourse(case.copies), Effort(Limits(gap=gap)))
    assert tail.bound(search) == "optimal"
    return search


def value(case, choice):
    full = extensive(case)
    low, high = full.lower.copy(), full.upper.copy()
    whole = np.flatnonzero(full.integer)
    low[whole] = high[whole] = choice
    return optimum(replace(full, lower=low, upper=high), whole=False)


def test_no_plan_below_the_floor_differs_where_reduced_costs_decide():
    decisions = 0
    for seed in range(12):
        case = facility(seed, sites=4)
        search = begun(case, gap=0.02)
        assert not search.decided()[0].any()
        plans = {choice: value(case, choice) for choice in itertools.product((0.0, 1.0), repeat=4)}
        start = np.zeros(len(case.base.cost))
        start[:4] = min(plans, key=plans.get)
        search.settle(start)
        decided, floor = search.decided()
        decisions += int(decided.sum())
        assert floor < search.upper
        for choice, cost in plans.items():
            if not np.array_equal(np.array(choice)[decided], search.plan.x[:4][decided]):
                assert cost >= floor - 1e-6 * abs(floor)
    assert decisions > 10
