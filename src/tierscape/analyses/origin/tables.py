"""The tables that `origin` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

_PRODUCT = Column("product", "text", "Product.")
_SITE = Column("site", "text", "Site that makes it.")
_SITE_NAME = Column("name", "text", "Name of the site.")
_PART = Column("part", "text", "Material.")
_PART_NAME = Column("part_name", "text", "Name of the material.")
_SUPPLIER = Column("supplier", "text", "Site that supplies it; null: nobody known, or in a table of flips all of them.")
_VERIFIED = Column("verified", "boolean", "Rule and threshold were read in a source; false: remembered, unverified.")


def _points(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="points")


def _money(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="money/unit")


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="share")


VERDICTS = Table("verdicts", "the whole rule, or one test of it, at a site; best site first", ("site", "leaf"), (
    _PRODUCT, _SITE, _SITE_NAME,
    Column("agreement", "text", "Trade agreement."),
    Column("rule", "text", "Rule row that decides."),
    Column("leaf", "text", "Test, or 'overall'."),
    Column("method", "text", "Value method or kind of test; in 'overall' that of the test on the path taken."),
    _points("value_pct", "Value by the method that is proven: undetermined materials count as non-originating."),
    _points("low", "Lower end over all that is undetermined."),
    _points("high", "Upper end over all that is undetermined."),
    _points("threshold", "Threshold, percent."),
    _points("margin_pp", "Points on the good side of the threshold, proven; negative: short of it."),
    _points("margin_high_pp", "The same if all that is undetermined originates."),
    _money("headroom", "Value of foreign materials that may still be added; negative: too much."),
    Column("verdict", "text", "qualifies · fails · depends on what is undetermined · no_rule."),
    Column("path", "text", "Test on the path taken."),
    Column("thin", "boolean", "Qualifies by less than the safety margin."),
    _VERIFIED,
    Column("valid_to", "date", "First day on which rule or threshold no longer holds.", unit="date"),
    Column("source", "text", "Source of rule and threshold."),
))  # fmt: skip

MATERIALS = Table("materials", "a material from one supplier, largest first", (), (
    _PRODUCT, _SITE,
    Column("path", "text", "Way from the product, own intermediates first."),
    _PART, _PART_NAME, _SUPPLIER,
    Column("country", "text", "Country of the supplier."),
    _money("value", "Value in one unit of the product."),
    _share("value_share", "The same as a share of all materials."),
    Column("status_low", "text", "Proven: originating or non-originating."),
    Column("status_high", "text", "Best case."),
    _money("vnm_all_foreign", "Non-originating value if it counts whole."),
    _money("vnm_traced", "The same less proven regional value inside."),
    _money("vnm_rolled", "The same, and nothing if it is proven to originate."),
    Column("grade", "text", "Evidence of the declaration, else of the link."),
    Column("expires", "date", "First day on which the declaration no longer counts.", unit="date"),
))  # fmt: skip

LADDER = Table("ladder", "value by one method on three rungs of tracing", ("site", "method"), (
    _PRODUCT, _SITE,
    Column("method", "text", "Value method."),
    _points("all_foreign", "Every bought material counts whole as foreign."),
    _points("traced", "Proven regional value inside materials is taken out."),
    _points("rolled_up", "Materials proven to originate count whole as regional too."),
    _points("rolled_up_high", "The same if all that is undetermined originates."),
    _points("threshold", "Threshold, percent."),
))  # fmt: skip

FLIPS = Table("flips", "a material whose proven status is reversed, alone", (), (
    _PRODUCT, _SITE, _PART, _PART_NAME, _SUPPLIER,
    Column("becomes", "text", "Status after the reversal."),
    _share("value_share", "Value as a share of all materials."),
    _points("margin_after", "Proven margin after it."),
    Column("flips", "boolean", "The proven verdict changes."),
    _share("price_change_to_zero", "Change of the price of a non-originating material that brings the margin to 0."),
))  # fmt: skip

WHAT_IF = Table("what_if", "the same goods under another threshold or on a later date", ("site", "scenario"), (
    _PRODUCT, _SITE,
    Column("scenario", "text", "Threshold, named scenario, or the date from which the law changes."),
    Column("on", "date", "Date of the rule.", unit="date"),
    Column("path", "text", "Test on the path taken."),
    _points("value_pct", "Value by it, proven."),
    _points("threshold", "Threshold then."),
    _points("margin_pp", "Margin then, proven."),
    Column("verdict_now", "text", "Verdict on the date of the question."),
    Column("verdict_then", "text", "Verdict then."),
    _money("bring_home", "Non-originating value that must become originating."),
    _VERIFIED,
))  # fmt: skip

AUTOMOTIVE = Table("automotive", "one of the five tests of a vehicle", ("site", "test"), (
    _PRODUCT, _SITE,
    Column("test", "text", "vehicle · core_parts · labour_value · steel · aluminium."),
    Column("path", "text", "Test on the path taken."),
    _points("value_pct", "Value, proven."),
    _points("low", "Lower end."),
    _points("high", "Upper end."),
    _points("threshold", "Threshold."),
    _points("margin_pp", "Margin, proven."),
    Column("verdict", "text", "qualifies · fails · depends."),
    _share("coverage", "Share of the materials' value whose wages are known, for labour value."),
    _VERIFIED,
))  # fmt: skip

ORIGINS = Table("origins", "the three origins of a product from a site, never mixed", ("site",), (
    _PRODUCT, _SITE,
    Column("preferential", "text", "Verdict under the agreement."),
    Column("non_preferential_country", "text", "Country of the last substantial transformation, an indication."),
    Column("non_preferential_note", "text", "How it was found."),
    _share("us_content_low", "Value added in the United States, least."),
    _share("us_content_high", "The same, most."),
))  # fmt: skip

DUTY = Table("duty", "a charge at a border, with and without origin", ("site", "importer", "charge"), (
    _PRODUCT, _SITE,
    Column("importer", "text", "Country, or EU."),
    Column("charge", "text", "Charge."),
    _money("customs_value", "Customs value of a unit."),
    _points("rate_without_pct", "Rate without origin, percent."),
    _points("rate_with_pct", "Rate with origin, percent."),
    _money("saved_per_unit", "Saved a unit where the preference is claimed, its cost taken off."),
    Column("volume_per_year", "number", "Demand of the importer for the product.", unit="unit/year"),
    Column("saved_per_year", "number", "Saved a year if this site met that demand.", unit="money/year"),
    _VERIFIED,
    Column("source", "text", "Source of the rate."),
))  # fmt: skip

ASKS = Table("asks", "a material of which more is possible than proven, what would settle it first", (), (
    _PRODUCT, _SITE, _SUPPLIER, _PART, _PART_NAME,
    Column("ask", "text", "What to ask: whether it originates, or the regional value inside."),
    _money("value", "Value in one unit of the product."),
    _share("value_share", "The same as a share of all materials."),
    _money("needed", "Value that must prove originating for the product to qualify."),
    Column("would_settle", "boolean", "One of the shortest list of answers that would make it qualify."),
))  # fmt: skip

TIMELINE = Table("timeline", "a threshold of the rule over time, for the first site", (), (
    Column("leaf", "text", "Test."),
    Column("valid_from", "date", "First day.", unit="date"),
    Column("valid_to", "date", "First day on which it no longer holds.", unit="date"),
    _points("threshold", "Threshold, percent."),
    _points("value_today", "Value by the same method on the date of the question, proven."),
    Column("scenario", "text", "Named scenario; empty for the law."),
    _VERIFIED,
))  # fmt: skip

ALL = (VERDICTS, MATERIALS, LADDER, FLIPS, WHAT_IF, AUTOMOTIVE, ORIGINS, DUTY, ASKS, TIMELINE)
