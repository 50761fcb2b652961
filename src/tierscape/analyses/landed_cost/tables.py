"""The tables that `landed_cost` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

_PART = Column("part", "text", "Part.")
_BUYER = Column("buyer", "text", "Site, or region with demand, that receives it.")
_OPTION = Column("option", "text", "Supplier site, or name of an option given by plain numbers.")


def _money(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="money/unit")


OPTIONS = Table("options", "a way to get a part to a buyer, cheapest first", ("part", "buyer", "option"), (
    _PART, _BUYER, _OPTION,
    Column("name", "text", "Name of the supplier."),
    Column("kind", "text", "link, capability (a maker without a link), what_if (plain numbers)."),
    Column("country", "text", "Country of the supplier, ISO 3166-1 alpha-2."),
    Column("mode", "text", "Main mode of transport."),
    Column("entity", "text", "Legal form of one's own plant that is costed; none adds nothing."),
    _money("price", "Price; null where none is known: the option is listed unpriced."),
    Column("price_source", "text", "Where the price comes from."),
    _money("total", "All terms; of an unknown term what it costs at least."),
    _money("low", "Total with all that is unknown at its low end."),
    _money("high", "Total with all that is unknown at its high end."),
    _money("p10", "A tenth of the draws is below."),
    _money("p90", "A tenth of the draws is above."),
    Column("chance_cheapest", "number", "Share of the draws in which no other option costs less.", unit="share"),
    Column("rank", "integer", "Rank by total, 1 is cheapest.", unit="1"),
    Column("rank_best", "integer", "Best rank that the ranges allow.", unit="1"),
    Column("rank_worst", "integer", "Worst rank that the ranges allow.", unit="1"),
    Column("kg_co2e", "number", "Transport emissions, well-to-wheel; null where unknown.", unit="kg/unit"),
    Column("unseen", "text", "Terms that are unknown and count with their low end."),
    Column("volume_per_year", "number", "Volume at which all options are compared.", unit="unit/year"),
    Column("evidence_share", "number", "Share of the total on audited, declared or observed rows.", unit="share"),
))  # fmt: skip

TERMS = Table("terms", "one term of what a unit costs", ("part", "buyer", "option", "term"), (
    _PART, _BUYER, _OPTION,
    Column("term", "text", "Term."),
    _money("money_per_unit", "Amount; null where unknown. Offsets are below 0."),
    _money("low", "Low end."),
    _money("high", "High end; null where the price is unknown."),
    Column("share", "number", "Share of the total.", unit="share"),
    Column("evidence", "text", "Grade of evidence of what moves the term; inferred for defaults."),
))  # fmt: skip

DUTIES = Table("duties", "a layer of duty that holds", ("part", "buyer", "option", "case", "layer"), (
    _PART, _BUYER, _OPTION,
    Column("case", "text", "Tariff case."),
    Column("layer", "text", "Layer: mfn, preference, section_301 …"),
    Column("rate", "number", "Rate, share of the base.", unit="share"),
    Column("base", "text", "What the rate is taken of: fob, cif, non_us_content, metal_content."),
    _money("amount", "Rate on the price, and on freight and insurance where the base is cif."),
    Column("rule_source", "text", "Source of the row; unverified rows were remembered."),
    Column("status", "text", "in_force, announced, expired, struck_down."),
    Column("valid_to", "date", "First day on which it no longer holds.", unit="date"),
))  # fmt: skip

GAPS = Table("gaps", "the cheapest option against its rival", ("part", "buyer"), (
    _PART, _BUYER,
    Column("cheapest", "text", "Cheapest option."),
    Column("rival", "text", "Option that it is compared with."),
    _money("total", "Total of the cheapest."),
    _money("gap", "Total of the rival less that of the cheapest."),
    Column("chance", "number", "Share of the draws in which the cheapest costs less than the rival.", unit="share"),
))  # fmt: skip

BREAK_EVENS = Table("break_evens", "a value of one input at which both options cost the same",
                    ("part", "buyer", "option", "input"), (
    _PART, _BUYER,
    Column("option", "text", "Whose input; both where it is shared."),
    Column("input", "text", "Input."),
    Column("unit", "text", "Unit of the input."),
    Column("now", "number", "Value today, in the unit of the row.", unit="1"),
    Column("break_even", "number", "Value at which the gap is 0; null if there is none in range.", unit="1"),
    Column("slack", "number", "Break-even over today's value, less 1.", unit="share"),
    Column("beyond", "number", "Where a straight line would cross outside the range: no real value does.", unit="1"),
))  # fmt: skip

TORNADO = Table("tornado", "what one input does to the gap, the widest swing first",
                ("part", "buyer", "option", "input"), (
    _PART, _BUYER,
    Column("option", "text", "Whose input; both where it is shared."),
    Column("input", "text", "Input."),
    Column("unit", "text", "Unit of the input."),
    Column("low", "number", "Low value of the input, in the unit of the row.", unit="1"),
    Column("high", "number", "High value of the input, in the unit of the row.", unit="1"),
    _money("gap_low", "Gap at the low value."),
    _money("gap_high", "Gap at the high value."),
    _money("swing", "Width of the swing."),
    Column("flips", "boolean", "The rival is cheaper at one of the two."),
))  # fmt: skip

VOLUME = Table("volume", "what a unit costs at a volume, fixed cost spread", ("part", "buyer", "option", "volume_per_year"), (
    _PART, _BUYER, _OPTION,
    Column("volume_per_year", "number", "Volume.", unit="unit/year"),
    _money("total", "Total and fixed cost over its years."),
))  # fmt: skip

TIMELINE = Table("timeline", "what a unit costs from a day on, under a tariff case", ("part", "buyer", "option", "case", "on"), (
    _PART, _BUYER, _OPTION,
    Column("case", "text", "Tariff case."),
    Column("on", "date", "Day of entry.", unit="date"),
    _money("total", "Total with the duties of that day."),
))  # fmt: skip

ALL = (OPTIONS, TERMS, DUTIES, GAPS, BREAK_EVENS, TORNADO, VOLUME, TIMELINE)
