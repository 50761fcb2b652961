"""The tables that `esg` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

_PART = Column("part", "text", "Part.")
_REGION = Column("region", "text", "Region, or the country of sites without one.")
_EVIDENCE = Column(
    "evidence_share", "number", "Share of it that rests on audited, declared or observed rows.", unit="share"
)


def _kg(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="kg")


def _per_unit(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="kg/unit")


PRODUCT = Table("product", "what a unit of a product emits from cradle to gate, by tier", ("product", "tier"), (
    Column("product", "text", "Product."),
    Column("tier", "text", "Supply steps upstream of the product; all for the whole product."),
    _per_unit("kg_per_unit", "CO2e of a unit of the product, what is unseen left out."),
    _per_unit("low", "The same at the low end of the factors of freight."),
    _per_unit("high", "The same at the high end."),
    _per_unit("transport", "Of it freight from this tier; null where no lane has a figure."),
    _per_unit("energy", "Of it energy at the sites of this tier, location-based."),
    _per_unit("declared", "Of it footprints that suppliers declare, all that is upstream of them included."),
    Column("unseen_share", "number", "Share of the product's value whose energy is unseen, unknown suppliers included.",
           unit="share"),
    Column("unseen_transport_share", "number", "Share of the value carried, from this tier or over all of them, on lanes without a figure.",
           unit="share"),
    Column("labour_hours", "number", "Hours of work known.", unit="h/unit"),
    Column("wage_gap", "number", "What living wages would add to a unit, where they are known.", unit="money/unit"),
    _EVIDENCE,
))  # fmt: skip

SOURCES = Table("sources", "where the emissions of a unit come from, most first", ("product", "origin"), (
    Column("product", "text", "Product."),
    Column("origin", "text", "Freight by the main mode of the lane, energy, or declared footprints."),
    _per_unit("kg_per_unit", "CO2e of a unit of the product."),
    Column("share", "number", "Share of all that is seen.", unit="share"),
))  # fmt: skip

LEGS = Table("legs", "a leg of a lane, most emissions first", ("supplier", "buyer", "part", "leg"), (
    Column("supplier", "text", "Site that ships."),
    Column("buyer", "text", "Site that receives."),
    _PART,
    Column("leg", "integer", "0 for the way to the port or for the whole lane, 1 at sea, 2 from the port.", unit="1"),
    Column("mode", "text", "Mode of the leg."),
    Column("mode_inferred", "boolean", "Nobody stated the mode."),
    Column("tonnes", "number", "Tonnes a year; null without volume or mass.", unit="t"),
    Column("km", "number", "Length of the leg.", unit="km"),
    Column("distance_method", "text", "stated, great circle with its detour, or sea route."),
    Column("g_per_tkm", "number", "Grams CO2e a tonne-kilometre, well-to-wheel.", unit="g/t-km"),
    _kg("kg", "CO2e a year; null is unseen, not 0."),
    _kg("low", "The same at the low end of the factor and of a measured distance."),
    _kg("high", "The same at the high end."),
    Column("evidence", "text", "Grade of the link."),
    Column("source", "text", "Where the factor comes from."),
))  # fmt: skip

SITES = Table("sites", "a site and the energy of what it makes", ("site",), (
    Column("site", "text", "Site."),
    Column("name", "text", "Name."),
    Column("region", "text", "Region."),
    Column("country", "text", "Country."),
    Column("kwh", "number", "Kilowatt-hours a year of what leaves the site; null without volume or use of energy.", unit="kWh"),
    Column("grid_kg_per_kwh", "number", "Carbon intensity of the grid.", unit="kg/kWh"),
    Column("grid_source", "text", "Where that comes from."),
    _kg("kg_location", "CO2e a year at the mean of the grid."),
    _kg("kg_market", "CO2e a year by the site's power contract; null without one."),
    _kg("kg_inbound", "CO2e a year of freight to the site, as far as it is seen."),
    Column("unseen_parts", "integer", "Parts made here whose energy or volume is unknown.", unit="parts"),
    _EVIDENCE,
))  # fmt: skip

REGIONS = Table("regions", "a region and what supply emits there", ("region",), (
    _REGION,
    Column("name", "text", "Name."),
    Column("country", "text", "Country."),
    _kg("kg_energy", "CO2e a year of energy at its sites, location-based."),
    _kg("kg_inbound", "CO2e a year of freight to its sites."),
    _kg("kg_outbound", "CO2e a year of freight from its sites."),
))  # fmt: skip

SUPPLIERS = Table("suppliers", "a supplier of a part: cost, time, emissions", ("site", "part"), (
    Column("site", "text", "Site."),
    Column("name", "text", "Name."),
    _PART,
    Column("cost", "number", "Mean price, else own cost of making.", unit="money/unit"),
    Column("cost_basis", "text", "price or conversion_cost."),
    Column("lead_days", "number", "Lead time and mean time on the way.", unit="d"),
    _per_unit("kg_per_unit", "CO2e of making (or the declared footprint) and of freight; null if one is unseen."),
    Column("volume_per_year", "number", "Units shipped.", unit="unit/year"),
))  # fmt: skip

CBAM = Table("cbam", "what the carbon border costs for a good in a year", ("year", "good"), (
    Column("year", "integer", "Year.", unit="year"),
    Column("good", "text", "Part that crosses the border."),
    Column("tonnes", "number", "Tonnes a year that importers above the threshold bring in.", unit="t"),
    Column("certificates", "number", "Certificates, tonnes CO2e.", unit="1"),
    Column("cost", "number", "Cost, EUR.", unit="EUR"),
    Column("low", "number", "The same if the good embeds little, EUR.", unit="EUR"),
    Column("high", "number", "The same if it embeds much, EUR.", unit="EUR"),
    Column("embedded_source", "text", "declared footprint, planning default, or both."),
    _EVIDENCE,
))  # fmt: skip

PEOPLE = Table("people", "work in a region", ("region",), (
    _REGION,
    Column("name", "text", "Name."),
    Column("country", "text", "Country."),
    Column("direct", "number", "Direct jobs, full time.", unit="persons"),
    Column("indirect_low", "number", "Indirect jobs, least.", unit="persons"),
    Column("indirect", "number", "Indirect jobs, mean.", unit="persons"),
    Column("indirect_high", "number", "Indirect jobs, most.", unit="persons"),
    Column("displaced", "number", "Jobs lost at the old origin; null where no share is given.", unit="persons"),
    Column("labour_risk_low", "number", "Labour risk, what is unknown taken as none.", unit="points"),
    Column("labour_risk_high", "number", "Labour risk, what is unknown taken as the worst.", unit="points"),
    Column("wage_per_hour", "number", "Labour cost an hour.", unit="money/h"),
    Column("living_wage_per_hour", "number", "Living wage an hour, as stated.", unit="money/h"),
    Column("wage_gap", "number", "What living wages would cost in a year.", unit="money/year"),
    Column("people_below", "number", "Direct jobs below the living wage.", unit="persons"),
    Column("new_jobs", "number", "Jobs of the projects here.", unit="persons"),
    Column("training_low", "number", "Training of the new jobs, least, USD.", unit="USD"),
    Column("training_high", "number", "Training of the new jobs, most, USD.", unit="USD"),
    Column("unseen_lines", "integer", "Parts made here whose hours or volume are unknown.", unit="parts"),
    _EVIDENCE,
))  # fmt: skip

FLAGS = Table("flags", "what should be looked at", (), (
    Column("kind", "text", "forced_labour_list, labour_risk, living_wage, stated_distance, no_border_figure."),
    Column("subject", "text", "Region, country, organization, part, lane."),
    Column("says", "text", "Why."),
))  # fmt: skip

ALL = (PRODUCT, SOURCES, LEGS, SITES, REGIONS, SUPPLIERS, CBAM, PEOPLE, FLAGS)
