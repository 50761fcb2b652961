"""The tables that `design` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

_POINT = Column("point", "integer", "Point of the frontier, 1 the cheapest.", unit="1")
_YEAR = Column("year", "integer", "Calendar year.", unit="year")
_SITE = Column("site", "text", "Site.")
_PART = Column("part", "text", "Part.")
_REGION = Column("region", "text", "Region.")


def _money(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="money")


def _units(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="unit")


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="share")


POINTS = Table("points", "a plan on the frontier", ("point",), (
    _POINT,
    Column("goal", "text", "What this point was asked beyond the least cost."),
    _money("cost", "Net present cost of the plan, risk not counted."),
    Column("co2_t", "number", "Emissions over the horizon.", unit="t"),
    _money("cvar", "Mean extra cost of the worst adverse years (CVaR)."),
    _share("ally_share", "Allied share of the value added, from the year on that the floor holds."),
    _share("unmet_share", "Share of all demand that stays unmet, by value where every product's is known, else by units."),
    Column("jobs", "number", "Jobs that started projects state.", unit="persons"),
    _money("public_money", "Grants less repayments, present value."),
    _money("lower_bound", "No plan under the same rules has a lower objective: proven."),
    _money("upper_bound", "Objective of this plan: cost and weighted CVaR."),
    _share("gap", "(upper - lower bound) / |upper bound|."),
    Column("binding", "text", "Goals that hold exactly."),
    Column("distinguishable", "boolean", "Its band does not overlap that of the point before."),
    Column("knee", "boolean", "The plan at the knee, shown first."),
    Column("stopped_by", "text", "Why the search ended: gap, work, time, user, infeasible."),
    Column("work", "number", "Iterations and nodes.", unit="1"),
))  # fmt: skip

PROJECTS = Table("projects", "a project that a plan starts", ("point", "project"), (
    _POINT,
    Column("project", "text", "Project."),
    Column("name", "text", "Name for people."),
    _SITE, _PART, _REGION, _YEAR,
    Column("ready_year", "integer", "First year with output.", unit="year"),
    _share("buyer_share", "Share of the capital that the buyer pays."),
    _money("capex_buyer", "Capital from the buyer."),
    _money("capex_supplier", "Capital from the supplier."),
    _money("grant", "Grants for it, by its share of what is eligible."),
    Column("jobs", "number", "Jobs that it states.", unit="persons"),
    Column("reason", "text", "What it is for."),
))  # fmt: skip

CONTRACTS = Table("contracts", "a contract in a year", ("point", "contract", "year"), (
    _POINT,
    Column("contract", "text", "Contract."),
    Column("supplier", "text", "Site that supplies."),
    Column("buyer", "text", "Site that buys."),
    _PART, _YEAR,
    _units("committed", "Committed."),
    _units("taken", "Taken."),
    _units("shortfall", "Paid and not taken."),
    _money("paid_for_nothing", "Paid for what is not taken."),
    Column("status", "text", "Signed before, or signed by this plan."),
))  # fmt: skip

INCENTIVES = Table("incentives", "an incentive that a plan takes", ("point", "incentive"), (
    _POINT,
    Column("incentive", "text", "Incentive."),
    _REGION,
    Column("kind", "text", "What is given."),
    _money("granted", "Granted."),
    _money("clawed_back", "Repaid."),
    Column("jobs_pledged", "number", "Least jobs.", unit="persons"),
    Column("jobs_delivered", "number", "Jobs of the projects, least of the years that are tested.", unit="persons"),
    _money("money_per_job", "Granted less repaid, a job."),
))  # fmt: skip

QUALIFICATIONS = Table("qualifications", "a site that a plan qualifies for a part", ("point", "site", "part"), (
    _POINT, _SITE, _PART, _YEAR,
    Column("ready_year", "integer", "First year with output.", unit="year"),
    _money("cost", "Cost of qualification."),
))  # fmt: skip

HUBS = Table("hubs", "a regional cluster in a year", ("point", "region", "year"), (
    _POINT, _REGION, _YEAR,
    Column("operates", "boolean", "It counts as a cluster."),
    _share("completeness", "Share of the classes that qualified sites of the region cover."),
    Column("missing", "text", "Classes that nobody covers."),
))  # fmt: skip

BUFFERS = Table("buffers", "a buffer stock", ("point", "site", "part"), (
    _POINT, _SITE, _PART,
    _units("units", "Stock."),
    Column("holding_cost", "number", "A year.", unit="money/year"),
))  # fmt: skip

FLOWS = Table("flows", "a flow in a year", ("point", "year", "supplier", "buyer", "part", "mode"), (
    _POINT, _YEAR,
    Column("supplier", "text", "Site that supplies; 'market' where nobody is known."),
    Column("buyer", "text", "Site, or region of demand."),
    _PART,
    Column("mode", "text", "Main mode."),
    _units("units", "Units."),
    _money("cost", "Freight, duty and stock in transit."),
    Column("co2_kg", "number", "Emissions on the way.", unit="kg"),
    Column("today", "boolean", "The relation exists already."),
))  # fmt: skip

PRODUCTION = Table("production", "what a site makes in a year", ("point", "year", "site", "part"), (
    _POINT, _YEAR, _SITE, _PART,
    Column("country", "text", "Country of the site."),
    Column("ally", "boolean", "The country counts as an ally."),
    _units("units", "Units."),
    _units("capacity", "Capacity, projects included; empty without a limit."),
    _share("utilisation", "Units by capacity."),
    _units("from_projects", "Capacity that projects of the plan add."),
))  # fmt: skip

UNMET = Table("unmet", "demand that stays unmet", ("point", "year", "region", "product"), (
    _POINT, _YEAR, _REGION,
    Column("product", "text", "Product."),
    _units("units", "Units."),
    _share("share", "Of its demand."),
    Column("reason", "text", "What would have to change first."),
))  # fmt: skip

TAIL = Table("tail", "an adverse year", ("point", "scenario"), (
    _POINT,
    Column("scenario", "text", "Scenario."),
    _YEAR,
    Column("targets", "text", "What is struck."),
    _share("probability", "Weight of the scenario."),
    _money("loss_money", "Cost beyond that of a calm year, lost sales included."),
    Column("in_tail", "boolean", "Among the worst that CVaR averages."),
    Column("in_model", "boolean", "Rows of it stand in the optimisation."),
))  # fmt: skip

SURVIVAL = Table("survival", "a site that is out for its time to recover", ("point", "node"), (
    _POINT,
    Column("node", "text", "Site."),
    Column("ttr_days", "number", "Time to recover.", unit="d"),
    Column("tts_days", "number", "Time to survive under the plan; empty if longer than a year.", unit="d"),
    Column("margin_days", "number", "Survive less recover.", unit="d"),
))  # fmt: skip

COSTS = Table("costs", "a term of the plan's cost", ("point", "term"), (
    _POINT,
    Column("term", "text", "What is paid."),
    _money("money", "Present value; negative is a saving."),
))  # fmt: skip

ALTERNATIVES = Table("alternatives", "a decision among plans that cost little more", ("decision",), (
    Column("decision", "text", "Project, contract, incentive or qualification."),
    Column("chosen", "boolean", "The plan takes it."),
    Column("verdict", "text", "must, never, free or undecided within the stated margin."),
    _money("forced_lb", "Proven least objective with the opposite decision."),
    _money("forced_ub", "Objective of the best plan found with the opposite decision."),
))  # fmt: skip

BECAUSE = Table("because", "what the opposite of a decision would cost", ("decision",), (
    Column("decision", "text", "Project, contract or incentive."),
    Column("chosen", "boolean", "The plan takes it."),
    _money("delta_lb", "At least so much more."),
    _money("delta_ub", "At most so much more, as far as plans were found."),
    Column("rows", "text", "Limits that tighten most."),
))  # fmt: skip

DIFFERENT = Table("different", "a decision in which a plan that costs little more differs", ("plan", "decision"), (
    Column("plan", "integer", "1 differs most from the plan shown first, 2 from both, 3 from all three.", unit="1"),
    Column("decision", "text", "Project, contract or incentive."),
    Column("taken", "boolean", "It is taken there; the plan shown first does the opposite."),
    Column("apart", "integer", "Decisions in which that plan differs from the one shown first.", unit="1"),
    _money("cost", "Net present cost of that plan; it loses no more in bad years than the one shown first."),
    _money("delta_cost", "By so much it costs more than the plan shown first."),
))  # fmt: skip

WORTH = Table("worth", "what more of a scarce thing is worth", ("resource", "region", "year", "step"), (
    Column("resource", "text", "What is scarce."),
    _REGION, _YEAR,
    Column("step", "number", "Step that was tried.", unit="varies"),
    _money("marginal", "Value of the next one, decisions held; holds for small steps only."),
    _money("worth", "What the whole step is worth, decisions held."),
    Column("unit", "text", "Unit of the step."),
))  # fmt: skip

GOALS = Table("goals", "what a change of the question costs beside the plan shown first", ("goal",), (
    Column("goal", "text", "What is asked or forbidden besides."),
    Column("now", "number", "Where the plan stands.", unit="varies"),
    Column("asked", "number", "What is asked.", unit="varies"),
    Column("unit", "text", "Unit of both."),
    _money("delta_lb", "At least so much more; proven."),
    _money("delta_ub", "At most so much more, by the best plan found; empty if none was found."),
    Column("text", "text", "In words."),
))  # fmt: skip

TRACE = Table("trace", "a step of the search", ("point", "step"), (
    _POINT,
    Column("step", "integer", "Step.", unit="1"),
    Column("stage", "text", "Stage."),
    Column("work", "number", "Iterations and nodes so far.", unit="1"),
    _money("lower", "Proven bound so far."),
    _money("upper", "Best plan so far."),
    _share("gap", "Gap so far."),
))  # fmt: skip

CHECKS = Table("checks", "a plan re-evaluated from its tables, without the optimiser's rows", ("point",), (
    _POINT,
    _share("max_row_violation", "Largest relative violation of any rule."),
    Column("rule", "text", "Rule that is violated most; empty where none is by more than a millionth."),
    _share("max_integrality", "Largest distance of a decision from a whole number."),
    _share("money_apart", "Cost added up from what is made, moved and decided, against that of the optimiser."),
    _share("tail_apart", "Losses of adverse years by operations written a second time, against those of the optimiser; by cost."),
    Column("scenarios_evaluated", "integer", "Adverse years that were re-run.", unit="1"),
    Column("matrix_range", "number", "Largest by smallest coefficient.", unit="1"),
))  # fmt: skip

ALL = (
    POINTS, PROJECTS, CONTRACTS, INCENTIVES, QUALIFICATIONS, HUBS, BUFFERS, FLOWS, PRODUCTION, UNMET, TAIL, SURVIVAL,
    COSTS, ALTERNATIVES, BECAUSE, DIFFERENT, WORTH, GOALS, TRACE, CHECKS,
)  # fmt: skip
