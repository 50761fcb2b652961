"""The tables that `partnership` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table


def _money(name: str, description: str, unit: str = "money") -> Column:
    return Column(name, "number", description, unit=unit)


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="share")


def _units(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="unit/year")


SPLIT = Table("split", "what a player gets of the gain, by three rules", ("player",), (
    Column("player", "text", "Key or name of the player."),
    Column("name", "text", "Its name."),
    Column("role", "text", "buyer, supplier, region, or player."),
    _money("outside", "What it has without a deal."),
    _money("nash", "Outside option plus its part of the surplus by bargaining power."),
    _money("shapley", "Mean contribution over all orders of joining."),
    _money("nucleolus", "Split that makes the worst-off coalition as happy as can be; null beyond 8 players."),
    Column("in_core", "boolean", "No coalition does better alone than under the Shapley split; the same for all players."),
    _share("cost_share", "Share of investment and support that it pays."),
    _share("benefit_share", "Share of the gain that it gets by the rule called fair."),
    _share("risk_share", "Share of the variance of yearly profits that it bears; null where demand is not modelled."),
    _share("alignment_gap", "Largest difference between its three shares."),
))  # fmt: skip

BLOCKING = Table("blocking", "a coalition that does better alone than under a split", ("split", "coalition"), (
    Column("split", "text", "nash, shapley or nucleolus."),
    Column("coalition", "text", "Its players, joined by ' + '."),
    _money("could_get", "What it reaches alone."),
    _money("gets", "What the split gives it."),
))  # fmt: skip

COMMITMENT = Table("commitment", "terms, and the volume from which the supplier invests", ("price", "term_years", "grant"), (
    _money("price", "Price a unit.", "money/unit"),
    Column("term_years", "integer", "Years of the commitment.", unit="years"),
    _money("grant", "Support after its strings, present value."),
    _units("q_star", "Volume from which the investment pays; null where none does."),
    _units("q_star_ramp", "The same at full rate where output ramps up and cost falls with experience; stated terms only."),
    Column("capacity_ok", "boolean", "The investment can make that volume."),
    _money("price_needed", "Price at which the committed volume just pays.", "money/unit"),
    Column("stated", "boolean", "These are the terms as stated, with or without the grant."),
))  # fmt: skip

CASH = Table("cash", "the supplier's cumulated cash, year by year", ("year",), (
    Column("year", "integer", "Year of the deal, 0 is the investment.", unit="years"),
    _money("without_support", "Cumulated net present value without support."),
    _money("with_support", "The same with support before anything is claimed back."),
    _money("with_clawback", "The same less the expected clawback."),
    _money("termination_fee", "What ending it after that year would owe: the part of the investment not yet written off."),
))  # fmt: skip

FORMS = Table("forms", "a form of contract and what it brings each side in a year", ("form",), (
    Column("form", "text", "one_firm, wholesale, buy_back, take_or_pay, flexibility, option."),
    _units("q", "Quantity made before demand is known."),
    _money("buyer", "Expected profit of the buyer.", "money/year"),
    _money("supplier", "Expected profit of the supplier.", "money/year"),
    _money("joint", "Sum of both.", "money/year"),
    _share("efficiency", "Joint profit over what one firm would make."),
    _money("cvar_buyer", "Mean profit of the buyer in its worst 5 % of years.", "money/year"),
    _money("cvar_supplier", "Mean profit of the supplier in its worst 5 % of years.", "money/year"),
    _units("forced", "Units that the buyer pays for beyond its need, expected; null where the form forces none."),
    _units("unmet", "Units needed and not to be had, expected."),
    _money("fee", "Fee a reserved unit; option only.", "money/unit"),
))  # fmt: skip

PAYOFF = Table("payoff", "what a plain price brings each side, price by price", ("price",), (
    _money("price", "Price a unit between the two.", "money/unit"),
    _units("q", "Quantity that the buyer orders."),
    _money("buyer", "Expected profit of the buyer.", "money/year"),
    _money("supplier", "Expected profit of the supplier.", "money/year"),
    _share("efficiency", "Joint profit over what one firm would make."),
))  # fmt: skip

HEDGE = Table("hedge", "the share to buy under contract, by aversion to bad years", ("risk", "kappa"), (
    Column("risk", "text", "What is uncertain: price, or price and demand."),
    Column("kappa", "number", "Weight of the worst 5 % beyond the mean; 0 looks at the mean alone.", unit="1"),
    _share("share", "Committed volume over mean demand that costs least."),
    _money("cost", "Expected cost.", "money/year"),
    _money("cvar", "Mean cost in the worst 5 % of years.", "money/year"),
    Column("all_from", "number", "Kappa from which all is bought under contract if the spot price is normal and alone uncertain; null where it is not, or an index moves the price.", unit="1"),
))  # fmt: skip

KPI = Table("kpi", "a measure of a contract and what it does to the price", ("contract", "kpi"), (
    Column("contract", "text", "Contract."),
    Column("kpi", "text", "Measure; all for the sum, held within ±3 %."),
    Column("direction", "text", "Whether more or less is better, read from the name of the measure."),
    Column("target", "number", "Target, in its own unit.", unit="1"),
    Column("measured", "number", "Mean of the observations, in its own unit; null where none is there.", unit="1"),
    Column("observations", "integer", "Observations behind it.", unit="1"),
    Column("grade", "number", "From -1 to 1; a twentieth of the target earns the whole bonus or malus.", unit="1"),
    Column("factor", "number", "Factor on the price; null where nothing is measured: it pays nothing.", unit="1"),
    _money("effect", "Change of the yearly payment at the committed volume.", "money/year"),
))  # fmt: skip

SUPPORT = Table("support", "public support and what remains of it", ("incentive",), (
    Column("incentive", "text", "Incentive; given for plain numbers, all for the sum, benchmark for a published mean."),
    Column("kind", "text", "grant, tax, land, training, fast_track."),
    Column("payee", "text", "Who is paid."),
    _money("gross", "Present value before anything is claimed back."),
    _money("clawback", "Expected clawback, present value."),
    _money("net", "What remains."),
    _money("per_job", "Net a job."),
    _money("per_unit", "Net a unit committed over the term.", "money/unit"),
    _share("needed_share", "Share of the sum without which the supplier would not invest at the committed volume."),
    Column("problem", "text", "Why nothing is paid; empty where it is."),
))  # fmt: skip

DEVELOPMENT = Table("development", "outcome of developing the supplier", ("percentile",), (
    Column("percentile", "number", "Share of outcomes below.", unit="share"),
    _money("npv", "Net present value."),
))  # fmt: skip

CALL_OFFS = Table("call_offs", "what a contract commits and what was called off", ("contract", "period"), (
    Column("contract", "text", "Contract."),
    Column("period", "text", "Year of the call-offs; 'a year' for what the links take."),
    Column("status", "text", "signed or offered."),
    _units("committed", "Committed volume."),
    _units("taken", "Sum of the observations call_off of the contract, else volume of the links that it covers; null for none."),
    Column("months", "integer", "Months with call-offs.", unit="months"),
    _units("remaining", "Committed less taken, for the year so far; at least 0."),
    _units("due", "Units to be paid for though not taken, if the year ends so: the take-or-pay floor less taken; null without a floor."),
))  # fmt: skip

ALL = (SPLIT, BLOCKING, COMMITMENT, CASH, FORMS, PAYOFF, HEDGE, KPI, CALL_OFFS, SUPPORT, DEVELOPMENT)
