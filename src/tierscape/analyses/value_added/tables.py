"""The tables that `value_added` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

LOOKED_THROUGH = "multi-region input-output, looked through"
AT_FACE_VALUE = "direct inputs at face value"
UNKNOWN = "unknown"
"""Origin of the value of sectors that cannot be looked through."""

_METHOD = Column("method", "text", "How the figure is made; no figure stands without it.")
_ORIGIN = Column("origin", "text", "Country where the value is added, by the table's code; 'unknown' where a sector cannot be looked through.")  # fmt: skip
_NAME = Column("name", "text", "Name of the country.")
_GROSS = Column("gross_exports", "number", "Exports at full value, in the unit of the table.", unit="money/year")


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="share")


ORIGINS = Table("origins", "a country where value of the exports is added, looked through first, largest first", ("method", "origin"), (
    _ORIGIN, _NAME,
    _share("share", "Share of the exports."),
    Column("value", "number", "Value, in the unit of the table.", unit="money/year"),
    _METHOD,
))  # fmt: skip

TIERS = Table("tiers", "a country at a tier upstream of the exports", ("tier", "origin"), (
    Column("tier", "integer", "Steps upstream: 0 is the exporting sectors, 1 what they buy.", unit="tiers"),
    _ORIGIN, _NAME,
    _share("face_share", "Share of what is bought at this tier."),
    _share("added_share", "Share of the exports that is added there at this tier."),
    _share("cumulative_share", "Share of the exports that is added there up to this tier."),
    _METHOD,
))  # fmt: skip

TRADE = Table("trade", "a partner: gross exports against value added, largest first", ("partner",), (
    Column("partner", "text", "Country that buys."), _NAME, _GROSS,
    _share("domestic_share", "Share of them that the exporter itself adds."),
    Column("domestic_value", "number", "Value that the exporter itself adds to them.", unit="money/year"),
    Column("absorbed_value", "number", "Value added in the exporting sectors that ends in the partner's final use, by whatever route.", unit="money/year"),
    _share("absorbed_share", "The same over gross exports; above 1 where much travels through others."),
    _METHOD,
))  # fmt: skip

SECTORS = Table("sectors", "an exporting sector, largest first", ("sector",), (
    Column("sector", "text", "Sector, by the table's code."), _GROSS,
    _share("domestic_share", "Share that the exporter adds."),
    _share("partner_share", "Share that the partner adds; unknown where no partner is asked for."),
    _share("partner_direct_share", "The partner's direct inputs at face value; unknown where no partner is asked for."),
    Column("largest_foreign", "text", "Foreign country that adds most."),
    _share("largest_foreign_share", "Share that it adds."),
    _share("unknown_share", "Share that cannot be looked through."),
    _METHOD,
))  # fmt: skip

PUBLISHED = Table("published", "a figure of others, or of this answer, about the same question", ("claim", "method"), (
    Column("claim", "text", "What the figure is about."),
    _share("share", "The figure."),
    _METHOD,
    Column("source", "text", "Where it stands."),
    Column("checked", "text", "Whether it was read in the source, computed, or is unverified."),
))  # fmt: skip

ALL = (ORIGINS, TIERS, TRADE, SECTORS, PUBLISHED)
