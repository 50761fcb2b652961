"""The solution method: bounds, plans, interruption."""

from tierscape.planning.solve.elastic import shortfall
from tierscape.planning.solve.evaluation import Evaluated, conditional_value, evaluate
from tierscape.planning.solve.limits import Limits, Reason
from tierscape.planning.solve.master import Cuts, Rows
from tierscape.planning.solve.outcome import Outcome, Progress, Step
from tierscape.planning.solve.prepared import Prepared, solve
from tierscape.planning.solve.worker import heard

__all__ = [
    "Cuts",
    "Evaluated",
    "Limits",
    "Outcome",
    "Prepared",
    "Progress",
    "Reason",
    "Rows",
    "Step",
    "conditional_value",
    "evaluate",
    "heard",
    "shortfall",
    "solve",
]
