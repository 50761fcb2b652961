"""The tables that `growth` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

_PART = Column("part", "text", "Required part.")
_NAME = Column("name", "text", "Name for people.")
_TIER = Column("tier", "integer", "Supply steps upstream of the product.", unit="tiers")
_YEAR = Column("year", "integer", "Calendar year, at its end.", unit="year")


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="share")


def _band(of: str, unit: str, prefix: str = "") -> tuple[Column, ...]:
    return tuple(
        Column(f"{prefix}p{p}", "number", f"{of}: {p}th percentile of the draws.", unit=unit) for p in (5, 50, 95)
    )


CLUSTER = Table("cluster", "a reading of the prior on whether suppliers follow", ("reading",), (
    Column("reading", "text", "All draws, those in which the anchor pulls, or those in which it does not."),
    Column("draws", "integer", "Draws of that kind.", unit="1"),
    _share("start", "Completeness at the start."),
    _share("with_anchor", "Completeness at the end with the anchor, median."),
    _share("with_p5", "The same, 5th percentile."),
    _share("with_p95", "The same, 95th percentile."),
    _share("without", "Completeness at the end without it, median."),
    _share("without_p5", "The same, 5th percentile."),
    _share("without_p95", "The same, 95th percentile."),
    _share("effect", "Mean difference."),
    _share("p_effect", "Share of draws in which the anchor brings or drives away any site."),
    Column("v_star", "number", "Least volume of the product that completes the cluster in time, likely enough.", unit="unit/year"),
    Column("reason", "text", "Why there is no such volume."),
))  # fmt: skip

PATHS = Table("paths", "a quarter in one of the two worlds", ("quarter", "arm"), (
    Column("quarter", "integer", "Quarters since the start.", unit="1"),
    Column("year", "number", "Calendar time.", unit="year"),
    Column("arm", "text", "With or without the anchor."),
    *(_share(f"p{p}", f"Completeness, {p}th percentile of the draws.") for p in (5, 25, 50, 75, 95)),
))  # fmt: skip

PARTS = Table("parts", "a required part at the place", ("part",), (
    _PART, _NAME, _TIER,
    _share("weight", "Weight of its own making in the product."),
    _share("cover", "Cover at the start."),
    Column("start", "integer", "Sites in reach that operate at the start.", unit="sites"),
    Column("contracted", "integer", "Contracted sites.", unit="sites"),
    Column("with_anchor", "number", "Sites at the end with the anchor, mean.", unit="sites"),
    Column("without", "number", "Sites at the end without it, mean.", unit="sites"),
    *_band("Sites more with the anchor than without", "sites", "effect_"),
    _share("p_effect", "Chance of more sites with the anchor than without."),
    _share("p_filled", "Chance that the part is filled in time with the anchor."),
    _share("p_filled_none", "The same without it."),
    _share("p_filled_end", "Chance that the part is filled at some time up to the end with the anchor."),
    Column("year_filled_p50", "integer", "Year in which the part is filled in half of the draws; empty if in fewer.", unit="year"),
    Column("v_star", "number", "Least volume of the product at which those free to choose fill the part in time, likely enough.", unit="unit/year"),
    Column("v_star_if_spillover", "number", "The same if suppliers follow at all.", unit="unit/year"),
    Column("v_star_none", "number", "The same if nobody follows.", unit="unit/year"),
    Column("reason", "text", "Why v_star is empty: prior (the chance that nobody follows), lag, tier (no pull so far upstream), need (unknown), saturation."),
))  # fmt: skip

SUPPLY = Table("supply", "a required part at the end of a year", ("part", "year"), (
    _PART, _NAME, _YEAR,
    *_band("Sites in reach that operate, with the anchor", "sites", "with_"),
    *_band("The same without it", "sites", "without_"),
    Column("effect", "number", "Mean difference.", unit="sites"),
))  # fmt: skip

SECOND = Table("second", "a further commitment, the largest gain first", ("kind", "part"), (
    Column("kind", "text", "offtake: what a site of efficient scale makes is bought; signed plant: a site comes for certain; anchor again: the anchor's volume once more."),
    Column("part", "text", "Part that it is for."),
    _NAME,
    Column("units_per_year", "number", "Units of it that are bought; empty for a plant.", unit="unit/year"),
    _share("gain", "Completeness at the end beyond that with the anchor alone, mean of the draws."),
    _share("gain_p5", "The same, 5th percentile."),
    _share("gain_p50", "The same, median."),
    _share("gain_p95", "The same, 95th percentile."),
    _share("p_filled", "Chance that the part is filled at some time up to the end."),
    _share("p_filled_before", "The same with the anchor alone."),
))  # fmt: skip

BREAK_EVEN = Table("break_even", "a project for a new plant of a required part, the nearest to its break-even first", ("project",), (
    Column("project", "text", "Key of the project."),
    _PART, _NAME,
    Column("price", "number", "Price of a unit: of its contract, else the part's value.", unit="money/unit"),
    Column("unit_cost", "number", "Own cost of a unit and its children.", unit="money/unit"),
    Column("investment", "number", "Investment.", unit="money"),
    Column("term_years", "number", "Years over which it must pay.", unit="years"),
    Column("capacity", "number", "Units that it can make.", unit="unit/year"),
    Column("anchor_need", "number", "Units that the anchor asks for in its largest year.", unit="unit/year"),
    Column("q_star", "number", "Least yearly commitment at which it pays; empty where none does.", unit="unit/year"),
    Column("q_star_product", "number", "The same in units of the product.", unit="unit/year"),
    Column("price_needed", "number", "Price at which the anchor's need, as far as the plant can make it, would pay.", unit="money/unit"),
    Column("reason", "text", "Why there is none, or that the plant cannot make it."),
))  # fmt: skip

CLOSING = Table("closing", "a gap at the end of a year", ("part", "year"), (
    _PART, _NAME, _YEAR,
    _share("p_filled", "Chance that the gap has been filled by then with the anchor."),
    _share("p_filled_none", "The same without it."),
))  # fmt: skip

TIERS = Table("tiers", "a tier", ("tier",), (
    _TIER,
    *_band("Sites that entered and came to operate with the anchor", "sites", "with_"),
    *_band("The same without it", "sites", "without_"),
    *_band("Difference", "sites", "effect_"),
))  # fmt: skip

JOBS = Table("jobs", "jobs at suppliers that entered, at the end of a year", ("year", "kind"), (
    _YEAR,
    Column("kind", "text", "At the suppliers, or with those that follow in the place."),
    *_band("Jobs more with the anchor than without", "persons", "effect_"),
    Column("with_p50", "number", "With the anchor, median.", unit="persons"),
    Column("without_p50", "number", "Without it, median.", unit="persons"),
))  # fmt: skip

RESPONSE = Table("response", "a part at a volume of the anchor", ("part", "volume"), (
    _PART, _NAME,
    Column("volume", "number", "Committed units of the product a year.", unit="unit/year"),
    _share("p_filled", "Chance that those free to choose fill the part in time."),
    _share("p_filled_if_spillover", "The same if suppliers follow at all."),
    _share("p_filled_if_none", "The same if nobody follows."),
    *_band("Sites by then", "sites", "sites_"),
))  # fmt: skip

DRIVERS = Table("drivers", "an uncertain number behind the answer", ("symbol",), (
    Column("symbol", "text", "Symbol."),
    Column("name", "text", "What it is."),
    _share("share", "Share of the variance of final completeness with the anchor: squared rank correlation."),
    _share("low", "Mean final completeness in the fifth of the draws where it is lowest."),
    _share("mean", "Mean of all draws."),
    _share("high", "Mean in the fifth where it is highest."),
    Column("prior", "text", "How it is drawn."),
    Column("source", "text", "Why."),
))  # fmt: skip

PRIORS = Table("priors", "a prior or a figure beside the model", ("symbol",), (
    Column("symbol", "text", "Symbol."),
    Column("meaning", "text", "What it is."),
    Column("distribution", "text", "How it is drawn."),
    Column("basis", "text", "Judgement, fitted to a panel, or reported beside the model."),
    Column("standard_error", "number", "Of a fitted coefficient; empty for judgement.", unit="1"),
    Column("source", "text", "Where it comes from."),
))  # fmt: skip

ALL = (CLUSTER, PATHS, PARTS, SUPPLY, CLOSING, TIERS, JOBS, RESPONSE, SECOND, BREAK_EVEN, DRIVERS, PRIORS)
