"""The tables that `stress` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="share")


def _days(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="d")


def _money(name: str, description: str, unit: str = "money") -> Column:
    return Column(name, "number", description, unit=unit)


_KIND = Column("target_kind", "text", "Kind of target: site, region, country and so on.")
_TARGET = Column("target", "text", "What stops.")
_NAME = Column("name", "text", "Name of the target.")
_EVIDENCE = _share("evidence_share", "Share of the value behind it that somebody stated or saw, not inferred.")

SURVIVE = Table("survive", "a target, by kind, the least margin first", ("target_kind", "target"), (
    _KIND, _TARGET, _NAME,
    _days("tts_days", "Time to survive: days until the first demand is missed; empty where it never is."),
    _days("tts_low_days", "The same if stock that nobody declared is not there."),
    _days("ttr_days", "Time to recover: the longest among the sites hit."),
    _days("margin_days", "Time to survive less time to recover."),
    Column("exposed", "boolean", "Demand is missed before the target is back."),
    Column("holds", "boolean", "Demand is met for ever without the target."),
    Column("binding_part", "text", "Part whose missing capacity is felt first."),
    Column("binding_stock", "text", "Part whose stock ran out last before that; only with every lane open."),
    _days("tts_open_days", "Time to survive if every maker of a part could serve every user; empty where demand is always met."),
    _share("exit_ready_share", "Share of demand that could be met for ever without the target, every maker serving every user."),
    Column("method", "text", "How it was found: lp on lanes, or the sweep of all parts at once."),
    Column("lat", "number", "Latitude of a site.", unit="deg"),
    Column("lon", "number", "Longitude of a site.", unit="deg"),
    _EVIDENCE,
))  # fmt: skip

IMPACT = Table("impact", "a target, by kind, the largest loss first", ("target_kind", "target"), (
    _KIND, _TARGET, _NAME,
    _money("performance_impact", "Least margin lost while it is out for its time to recover; empty where no product has a margin."),
    Column("lost_units", "number", "Demand missed in that time, units of products; where no product has a margin.", unit="1"),
    _share("risk_exposure_index", "Loss over the largest of its kind."),
    _money("pi_7d", "Margin lost if it is out for 7 days."),
    _money("pi_30d", "Margin lost if it is out for 30 days."),
    _money("pi_90d", "Margin lost if it is out for 90 days."),
    _money("pi_180d", "Margin lost if it is out for 180 days."),
    _money("spend", "What is bought from it, or sold by it to final demand.", "money/year"),
    Column("spend_rank", "integer", "Rank by spend within its kind, 1 is most.", unit="1"),
    Column("impact_rank", "integer", "Rank by loss within its kind, 1 is most.", unit="1"),
    Column("quiet_giant", "boolean", "Loss in the top tenth of its kind, spend in the lower half."),
    Column("remedy", "text", "Line where one more unit a day saves most; one of the target's own stands for a second source."),
    _money("remedy_value", "Money saved by one more unit a day there.", "money"),
    _EVIDENCE,
))  # fmt: skip

SCENARIOS = Table("scenarios", "a target that stops or a demand that swings for certain, then the draws in which anything is lost; the largest loss first", ("scenario",), (
    Column("scenario", "text", "Target that stops for certain, swing of demand, or number of the draw."),
    Column("events", "integer", "Strikes that hit anybody.", unit="1"),
    _money("lost_output", "Output lost by all lines at their prices."),
    _money("lost_value_added", "Value added lost by all lines whose price and inputs' prices are known."),
    Column("lost_units", "number", "Final demand missed, units of products.", unit="1"),
    _money("lost_margin", "Margin of the demand that is missed; empty where no product has a margin."),
    _money("loss_without_echo", "The same without later losses that restocking alone causes."),
    _money("reroute_cost", "Cost of ways round closed links."),
    _share("peak_loss_share", "Largest share of a day's demand that is missed."),
    Column("first_loss_day", "integer", "Day of the first miss; empty where there is none.", unit="d"),
    Column("day_recovered", "integer", "First of seven days on which every line makes what it normally makes.", unit="d"),
    Column("stock_recovered_day", "integer", "The same for stock.", unit="d"),
    Column("flags", "text", "What to be careful about: restocking_peak, echo, tau_sensitive, starved, truncated."),
))  # fmt: skip

PATHS = Table("paths", "a day of a product, over the drawn scenarios", ("product", "day"), (
    Column("day", "integer", "Day of the scenario.", unit="d"),
    Column("product", "text", "Product."),
    Column("mean", "number", "Mean of what is delivered, units a day.", unit="1"),
    Column("p5", "number", "5th percentile, units a day.", unit="1"),
    Column("p50", "number", "Median, units a day.", unit="1"),
    Column("p95", "number", "95th percentile, units a day.", unit="1"),
))  # fmt: skip

TAIL = Table("tail", "a group of losses", ("group_kind", "group"), (
    Column("group_kind", "text", "all, product, tier or region."),
    Column("group", "text", "Which one."),
    _share("alpha", "Level of VaR and CVaR."),
    Column("n", "integer", "Scenarios.", unit="1"),
    _money("mean", "Expected loss."),
    _money("se_mean", "Its standard error."),
    _money("var", "Value at risk: loss that is exceeded with probability 1 - alpha."),
    _money("cvar", "Mean of the losses from there on."),
    _money("se_cvar", "Its standard error."),
))  # fmt: skip

CAUSES = Table("causes", "a loss by its root", ("scenario", "root", "input", "path"), (
    Column("scenario", "text", "Scenario, or all for the mean of the whole tail."),
    Column("root_kind", "text", "outage, closure, no headroom or swing."),
    Column("root", "text", "Where it began."),
    Column("input", "text", "Input that stopped the product first."),
    Column("path", "text", "From the root to the product."),
    Column("lost_units", "number", "Demand missed through it, units of products.", unit="1"),
    _money("lost_margin", "Margin lost through it."),
    _share("cvar_share", "Its share of all losses of the tail; empty outside it."),
))  # fmt: skip

DAYS = Table("days", "a day of a scenario that is shown", ("scenario", "day"), (
    Column("scenario", "text", "One of the five worst draws, the median draw with a loss, or one of the five worst targets."),
    Column("day", "integer", "Day of the scenario.", unit="d"),
    _share("loss_share", "Demand missed over what a usual day asks for, by value; above 1 where demand has swung up."),
    Column("active", "boolean", "An event acts."),
    Column("flag", "text", "echo: a loss that comes back without an event; restocking: stock being rebuilt after the last one."),
))  # fmt: skip

SUPPLY_CLUSTERS = Table("supply_clusters", "a region whose sites may stop together, the largest loss first", ("supply_cluster",), (
    Column("supply_cluster", "text", "Region or group."),
    Column("sites", "integer", "Sites in it.", unit="sites"),
    _days("tts_days", "Time to survive if all of them stop; empty where demand is met for ever."),
    _share("exit_ready_share", "Share of demand that could be met for ever without them."),
    _money("loss_if_down", "Loss if all of them stop for their time to recover."),
    _money("cvar_joint", "CVaR as drawn: a hazard hits all its members at once."),
    _money("cvar_independent", "CVaR if each member had the same chances by itself."),
    _money("correlation_premium", "The difference: what standing together costs in bad years."),
    _money("se", "Its standard error."),
))  # fmt: skip

MITIGATIONS = Table("mitigations", "an option, the best for its cost first", ("option",), (
    Column("option", "text", "What is done."),
    Column("kind", "text", "stock, second_source, dual_region or a pair."),
    Column("target", "text", "Where: site and part."),
    _money("cost_per_year", "Cost; empty where it is unknown.", "money/year"),
    _money("mean_saved", "Fall of the expected loss.", "money/year"),
    _money("cvar_saved", "Fall of CVaR."),
    _money("se", "Standard error of the fall of CVaR."),
    Column("ratio", "number", "Fall of the expected loss over cost.", unit="1"),
    Column("chosen", "integer", "Place in the list that the budget buys; empty where it is not bought.", unit="1"),
    Column("note", "text", "What to know about it."),
))  # fmt: skip

STAIRCASE = Table("staircase", "what is done so far, each step the best for its cost after those before", ("step",), (
    Column("step", "integer", "Steps taken; 0 is today.", unit="1"),
    Column("option", "text", "What is done in this step."),
    _money("cost_per_year", "Cost of all steps so far.", "money/year"),
    _money("mean_left", "Expected loss that is left.", "money/year"),
    _money("cvar_left", "CVaR that is left."),
))  # fmt: skip

PLACEMENT = Table("placement", "a part of a bill of materials without branches that meet again", ("part",), (
    Column("part", "text", "Part."),
    _NAME,
    _days("lead_days", "Days that it takes to make: median of its makers."),
    _days("promised_days", "Days within which it is handed on."),
    _days("covered_days", "Days of demand that its stock must bridge; 0 holds none."),
    Column("stock", "number", "Safety stock.", unit="1"),
    _money("cost_per_year", "Cost of that stock.", "money/year"),
))  # fmt: skip

SYSTEMIC = Table("systemic", "a site, the largest share first", ("site",), (
    Column("site", "text", "Site that fails with all that it makes."),
    _NAME,
    Column("part", "text", "What it makes."),
    _share("esri", "Share of the output of the whole network that is lost with it."),
    _share("esri_down", "The same through missing inputs alone."),
    _share("esri_up", "The same through missing customers alone."),
    _share("own_share", "Its own share of that output."),
    Column("iterations", "integer", "Rounds until the losses came to rest.", unit="1"),
    Column("rank", "integer", "Rank, 1 is the largest.", unit="1"),
    _EVIDENCE,
))  # fmt: skip

ALL = (
    SURVIVE,
    IMPACT,
    SCENARIOS,
    PATHS,
    DAYS,
    TAIL,
    CAUSES,
    SUPPLY_CLUSTERS,
    SYSTEMIC,
    MITIGATIONS,
    STAIRCASE,
    PLACEMENT,
)
