"""Design: which projects, contracts, incentives and flows, when; each plan with its proven gap."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tierscape.analyses.design.plan import make_plan
from tierscape.analyses.design.result import Design
from tierscape.analyses.design.world import plan_scenario
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.parameters import Finance, Horizon, Policy, Risk, Search
from tierscape.registry import analysis

__all__ = ["Design", "Finance", "Horizon", "Policy", "Risk", "Search", "design", "plan_scenario"]

READS = (
    "sites", "parts", "bom", "capabilities", "links", "demand", "projects", "contracts", "incentives", "disruptions",
    "regions", "indicators",
)  # fmt: skip


@analysis("Plan", reads=READS, any_product=True, slow=True)
def design(
    network: Network,
    *,
    product: Annotated[str | None, Field(description="Product to be planned; all with demand by default.")] = None,
    horizon: Annotated[Horizon, Field(description="Years that are planned.")] = Horizon(),  # noqa: B008 - frozen
    finance: Annotated[Finance, Field(description="Rates, budget, price of unmet demand.")] = Finance(),  # noqa: B008
    policy: Annotated[Policy, Field(description="What the plan must respect.")] = Policy(),  # noqa: B008 - frozen
    risk: Annotated[Risk, Field(description="How adverse years enter.")] = Risk(),  # noqa: B008 - frozen
    search: Annotated[Search, Field(description="Goals of the frontier, and how long to search.")] = Search(),  # noqa: B008
) -> Design:
    """Choose projects, contracts, incentives, qualifications and flows over some years at the least cost, risk included.

    A mixed-integer program over the tables of the network: what each site can make, what is demanded, what may be built,
    signed and granted, and drawn adverse years. Commitments, co-investment, incentives with clawback, cluster completeness,
    rules of origin, allied value, carbon and tail risk are rows of the program, not scores after it. Every plan comes with
    a proven lower bound, and is evaluated again on all adverse years by code of its own beside the optimiser's rows.

    Parameters
    ----------
    network : Network
        Needs ``demand``, ``parts`` and ``capabilities``; ``projects``, ``contracts``, ``incentives`` and ``disruptions``
        are what there is to decide and to fear.
    product : str, optional
        Key of a part with a bill of materials.
    horizon : Horizon
    finance : Finance
    policy : Policy
    risk : Risk
    search : Search

    Returns
    -------
    Design
        Tables ``points`` (one row a plan of the frontier), ``projects``, ``contracts``, ``incentives``, ``qualifications``,
        ``hubs``, ``buffers``, ``flows``, ``production``, ``unmet``, ``tail``, ``survival``, ``costs`` by point; ``goals``,
        ``worth``, ``because``, ``alternatives`` of the plan shown first; ``trace``, ``checks``.

    Raises
    ------
    ParameterError
        A parameter is out of range, or the budget has another length than the plan has periods.
    DataError
        Projects, contracts or figures contradict each other; nothing is demanded.
    InfeasibleError
        No plan meets all that was asked; names demand, year, shortage and the cheapest relaxation.
    SolverError
        The solver failed.

    Notes
    -----
    min cost + weight · CVaR of the loss of adverse years; CVaR as linear rows, one copy of a year's operations for each
    scenario that the tail needs. Rows grow with periods · (lanes + pairs); a search takes seconds to minutes. A run that is stopped by its
    gap or its work repeats byte for byte; one stopped by time or by the user says so. Interrupted, it answers with the best plan
    so far.

    References
    ----------
    CVaR: Rockafellar & Uryasev (2000), J. Risk 2(3). Frontier: Mavrotas & Florios (2013), Appl. Math. Comput. 219(18),
    doi:10.1016/j.amc.2013.03.002. Polish: Danna, Rothberg & Le Pape (2005), Math. Program. 102:71-90. Survival: Simchi-Levi
    et al. (2015), Interfaces 45(5), doi:10.1287/inte.2015.0804.

    Examples
    --------
    >>> import tierscape
    >>> from tierscape.analyses.design import design
    >>> plan = design(tierscape.load("mini"), risk={"scenarios": 0})
    >>> plan.points.select("point", "stopped_by").row(0)
    (1, 'gap')
    """
    ask = Ask(horizon=horizon, finance=finance, policy=policy, risk=risk, search=search)
    return make_plan(network, ask, product)
