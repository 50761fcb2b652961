"""The tables that `scorecard` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

_SITE = Column("site", "text", "Site that supplies.")
_PART = Column("part", "text", "Part that it supplies; ranks compare suppliers of one part.")
_DIMENSION = Column("dimension", "text", "stability, agility, esg or price.")


def _points(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="points")


def _count(name: str, description: str) -> Column:
    return Column(name, "integer", description, unit="1")


SUPPLIERS = Table("suppliers", "a supplier of a part, best first within the part", ("site", "part"), (
    Column("organization", "text", "Firm."),
    _SITE, _PART,
    Column("name", "text", "Name of the site."),
    _points("low", "Score with all that is open at its worst."),
    _points("value", "Middle of the interval."),
    _points("high", "Score with all that is open at its best."),
    _count("rank", "Rank by the low end, or by the middle if so chosen."),
    _count("rank_best", "Best rank that some weights of the box and some answers allow."),
    _count("rank_worst", "Worst rank that some weights of the box and some answers allow."),
    _count("rank_by_price", "Rank by landed cost alone, at its worst; null where nothing is known of it."),
    Column("dominated_by", "text", "Site that is surely at least as good in all four dimensions, better in one."),
    Column("evidence_share", "number", "Weight of the indicators that rest on audited, declared or observed rows.", unit="share"),
    Column("unknown_share", "number", "Weight of the indicators that nothing is known of.", unit="share"),
    Column("next_best_question", "text", "Indicator whose answer would narrow the rank interval most."),
))  # fmt: skip

DIMENSIONS = Table("dimensions", "a dimension of a supplier's score", ("site", "part", "dimension"), (
    _SITE, _PART, _DIMENSION,
    Column("weight", "number", "Weight of the dimension.", unit="share"),
    _points("low", "Score at its worst."),
    _points("high", "Score at its best."),
    _points("adds_low", "What it adds to the low end of the total."),
    _points("adds_high", "What it adds to the high end of the total."),
))  # fmt: skip

INDICATORS = Table("indicators", "an indicator of a supplier", ("site", "part", "indicator"), (
    _SITE, _PART, _DIMENSION,
    Column("indicator", "text", "Name of the indicator."),
    Column("raw", "number", "Its value, in its own unit; null if unknown or known as a range only.", unit="1"),
    Column("unit", "text", "Unit of the value."),
    _points("score_low", "Score at its worst: weak evidence widens, nothing known is 0."),
    _points("score_high", "Score at its best; nothing known is 100."),
    Column("evidence", "text", "Grade of the weakest row behind it; null if unknown."),
    Column("weight", "number", "What the evidence weighs: grade times age.", unit="share"),
    Column("age_days", "integer", "Age of the row at the newest as_of of the network; null if undated.", unit="d"),
    Column("next_best_question", "boolean", "The answer to this one would narrow the rank interval most."),
    Column("question", "text", "What to ask."),
))  # fmt: skip

WEIGHTS = Table("weights", "a weight and the box around it", ("dimension",), (
    _DIMENSION,
    Column("weight", "number", "Weight, scaled to sum to 1.", unit="share"),
    Column("low", "number", "Least weight of the box.", unit="share"),
    Column("high", "number", "Greatest weight of the box.", unit="share"),
))  # fmt: skip

ALL = (SUPPLIERS, DIMENSIONS, INDICATORS, WEIGHTS)
