"""The tables that `visibility` answers with."""

from __future__ import annotations

from tierscape.quantities.link_skill import LINK_SKILL
from tierscape.schema import Column, Table


def _share(name: str, text: str) -> Column:
    return Column(name, "number", text, unit="share", low=0, high=1)


def _text(name: str, text: str) -> Column:
    return Column(name, "text", text)


def _count(name: str, text: str, unit: str) -> Column:
    return Column(name, "integer", text, unit=unit)


_TIER = _count("tier", "Supply steps upstream of the product; the lowest where there are several.", "tiers")
_ASK = (_text("ask_whom", "Site to ask."), _text("ask_what", "What to ask."))
CLASSES = ("home", "near", "ally", "depends", "offshore", "unknown")
_BASIS = _text(
    "basis", "`declared`: links that somebody declared or observed; `with_inferred`: inferred links counted too."
)
_BY_CLASS = (
    _share("home_share", "In the buyer's country."),
    _share("near_share", "In the countries that count as near."),
    _share("ally_share", "In allied countries that are not near."),
    _share("depends_share", "In known countries of which it is open whether they are allies."),
    _share("offshore_share", "Anywhere else."),
    _share("unknown_share", "Not traced to a country."),
)

OVERVIEW = Table("overview", "a way of reading the network: declared links alone, or with inferred ones", ("basis",), (
    _BASIS,
    _share("traced_share", "Share of the product's value traced to a site."),
    *_BY_CLASS,
    _share("offshore_high", "Offshore share if all that is unknown or depends were offshore."),
    _share("offshore_face", "Offshore share at face value: the makers themselves and the places of their direct suppliers."),
    _share("weighted_share", "Traced share, each way weighted by the evidence of its links."),
    _count("makers", "Sites that make the product.", "sites"),
    _count("links", "Links that carry its value.", "1"),
    _count("redundancy_order", "Fewest upstream sites whose joint loss stops the product; null where none does.", "sites"),
    _count("redundancy_bound", "Proven lower bound of it.", "sites"),
))  # fmt: skip

TIERS = Table("tiers", "a tier upstream of the product, in one way of reading the network", ("basis", "tier"), (
    _BASIS,
    _count("tier", "Supply steps upstream of the product, 0 is the product itself.", "tiers"),
    *_BY_CLASS,
    _share("outside_share", "Known to be neither at home nor near: ally, depends and offshore together."),
    _share("mass_share", "Share of the product's value that passes through the tier, unknown included."),
    _count("sites", "Known sites.", "sites"),
    _count("countries", "Their countries.", "1"),
    _share("added_share", "Share of the product's value that is added here."),
    _share("disclosure_coverage", "Of what the known sites of this tier buy, the share with a supplier observed or better."),
))  # fmt: skip

EXPOSURE = Table("exposure", "a country, region, site or owner", ("dimension", "key", "tier"), (
    _text("dimension", "`country`, `region`, `site` or `owner` (the owner's country)."),
    _text("key", "Its key; `unknown` where the value is not traced."),
    _text("name", "Its name."),
    _text("tier", "Tier, or `all`."),
    _text("class", "`home`, `near`, `ally`, `depends`, `offshore` or `unknown`, for countries and owners."),
    _share("face_share", "At face value: of all that passes the tier; for `all`, the makers and the places of their direct suppliers."),
    _share("look_through_share", "Share of the product's value that is added here."),
    _share("look_through_declared", "The same, over declared links alone."),
    _share("look_through_inferred", "The same, over ways with an inferred link."),
    _share("low", "The look-through share that is certain."),
    _share("high", "The same if all that is unknown were here."),
    _share("prior_mean", "Mean share with the unknown placed by the country-sector table: a prior, no observation."),
    _share("prior_low", "Low end of its 90 % interval."),
    _share("prior_high", "High end of its 90 % interval."),
    _share("stopped_share", "Share of the product that stops with it while nobody switches."),
    Column("feasible_without", "boolean", "The product can still be made without it, all qualified alternatives used."),
))  # fmt: skip

COVERAGE = Table("coverage", "a tier and a grade of evidence", ("tier", "grade"), (
    _count("tier", "Supply steps upstream of the product, 0 is the product itself.", "tiers"),
    _text("grade", "Best grade among the suppliers of a need; `none` without a grade, `unknown` without a named supplier."),
    _share("share", "Of the value that the known sites of the tier buy, the share with suppliers of that grade."),
))  # fmt: skip

EVIDENCE = Table("evidence", "a grade of evidence", ("grade",), (
    _text("grade", "Weakest link on the way from the product; `own` without any link, `unknown` not traced."),
    _share("value_share", "Share of the product's value on such ways."),
    _share("weighted_share", "The same, each way weighted by grade, age and confidence of its links."),
))  # fmt: skip

UNKNOWNS = Table("unknowns", "a need whose supplier nobody named", ("buyer", "part", "gap"), (
    _text("buyer", "Site that has the need."),
    _text("name", "Its name."),
    _text("part", "Part that it needs; alternatives by the word of their choice."),
    _text("gap", "`supplier`: not named; `inputs`: no bill of materials of the part; `outside`: left open by inferred links."),
    _TIER,
    _share("value_share", "Share of the product's value that is unknown here."),
    _share("gain", "How much narrower the interval of the offshore share gets with the answer."),
    _count("flags_open", "Flags that the answer could settle.", "1"),
    *_ASK,
))  # fmt: skip

QUESTIONNAIRES = Table("questionnaires", "a site to ask, best first", ("ask_whom",), (
    _text("ask_whom", "Site to ask."),
    _text("name", "Its name."),
    _text("country", "Its country."),
    _count("needs", "Needs that it can tell of.", "1"),
    _share("value_share", "Share of the product's value that is unknown there."),
    _share("gain", "How much narrower the interval of the offshore share gets with all answers."),
    _count("flags_open", "Flags that the answers could settle.", "1"),
    _text("questions", "The parts to ask about, most value first."),
))  # fmt: skip

FLAGS = Table("flags", "a warning", ("flag", "subject"), (
    _text("flag", "F1 to F6."),
    _text("rule", "What it says."),
    _text("subject", "Site, need or link concerned; keys joined by `/`."),
    _TIER,
    Column("value", "number", "The number that raised it: a share, km or sites.", unit="varies"),
    Column("threshold", "number", "Where it is raised, in the same unit.", unit="varies"),
    _text("evidence", "Weakest grade of the links that decide it."),
    Column("certain", "boolean", "It stands whatever the unknown turns out to be."),
    *_ASK,
))  # fmt: skip

HIDDEN_COMMON = Table("hidden_common", "a site behind several direct suppliers; the first 500", ("basis", "site"), (
    _BASIS, _text("site", "Site."), _text("name", "Its name."), _text("country", "Its country."), _TIER,
    _text("parts", "What it supplies."),
    _count("suppliers", "Direct suppliers that it stands behind.", "sites"),
    _share("cover", "The same as a share of all direct suppliers."),
    _share("cover_value_low", "Their share of the direct supply, the unknown counted as not behind it."),
    _share("cover_value_high", "The same, the unknown left out."),
    Column("direct", "boolean", "It also supplies a maker of the product itself."),
    _text("behind", "The direct suppliers that it stands behind, those that deliver most value first."),
))  # fmt: skip

OVERLAP = Table("overlap", "two direct suppliers that share value upstream; the first 500 pairs", ("supplier", "other"), (
    _text("supplier", "One direct supplier."), _text("other", "Another."),
    _text("supplier_name", "Name of the one."), _text("other_name", "Name of the other."),
    _share("overlap", "Value added behind both over value added behind either: 1 where the same sites stand behind both."),
    _share("shared_value", "Share of the product's value that is added behind both."),
    _text("largest", "Site that adds most of it."),
))  # fmt: skip

SINGLE_POINTS = Table("single_points", "a site, or an unnamed supplier, whose loss alone stops the product", ("site",), (
    _text("site", "Site; `?` and the need where nobody named a supplier."),
    _text("name", "Its name."), _text("country", "Its country."),
    _text("parts", "What it supplies."), _TIER,
    _share("stopped_share", "Share of the product that stops with it while nobody switches."),
    Column("disclosed", "boolean", "It stands on declared links."),
    _text("basis", "`declared`, `inferred` (a single point if the inferred links are right) or `undisclosed`."),
))  # fmt: skip

DUAL_SOURCING = Table("dual_sourcing", "a need with several suppliers that one loss cuts off all the same", ("buyer", "part", "need"), (
    _text("buyer", "Site that has the need."), _text("part", "Part that it makes."), _text("need", "Part that it needs."),
    _count("suppliers", "Suppliers of the need.", "sites"),
    _text("site", "One site whose loss leaves it without any."), _text("name", "Its name."),
))  # fmt: skip

CUTS = Table("cuts", "a smallest set of upstream sites whose joint loss stops the product", ("basis", "sites"), (
    _BASIS, _count("size", "Number of sites.", "sites"), _text("sites", "The sites, joined by `; `."), _text("names", "Their names."),
))  # fmt: skip

CONCENTRATION = Table("concentration", "a part and a way to group its makers", ("part", "dimension"), (
    _text("part", "Part."), _text("name", "Its name."), _TIER,
    _text("dimension", "`site`, `organization`, `owner` (country) or `country`."),
    _count("groups", "Known sites, firms or countries.", "1"),
    _share("hhi", "Herfindahl–Hirschman index of the known value."),
    _share("hhi_low", "The same if the unknown were spread thin."),
    _share("hhi_high", "The same if the unknown were all the largest one's."),
    Column("n_effective", "number", "Effective number, 1/HHI.", unit="1"),
    _share("largest_share", "Share of the largest one in the known value."),
    _text("largest", "The largest one."),
    _share("unknown_share", "Share of the part's value that is unknown."),
))  # fmt: skip

INFERRED_LINKS = Table("inferred_links", "a supply relation that nobody declared", ("supplier", "buyer", "part"), (
    _text("supplier", "Site that would ship."), _text("buyer", "Site that would receive."), _text("part", "Part shipped."),
    _text("origin", "`recorded`: a row of `links` with the grade inferred; `model`: inferred here."),
    Column("volume_per_year", "number", "Volume.", unit="unit/year"),
    _share("share", "Share of the open need that it would meet; model only."),
    _share("confidence", "Chance that it exists."),
    Column("distance_km", "number", "Distance.", unit="km"),
    Column("counted", "boolean", "It is counted in this answer."),
))  # fmt: skip

IMPORT_DEPENDENCY = Table("import_dependency", "a good of the product in a year of trade", ("good", "year"), (
    _text("good", "HS 2022 code, six digits."), _text("parts", "Parts of the product with that code."),
    _count("year", "Year of trade.", "year"),
    _share("hhi", "Herfindahl–Hirschman index of the imports from outside home and near, by origin."),
    _share("outside_share", "Share of all imports that comes from outside home and near."),
    Column("imports_to_exports", "number", "Imports from outside over exports; 9999 where nothing is exported.", unit="1", low=0),
    _text("largest", "Origin of most imports from outside."), _share("largest_share", "Its share of them."),
    Column("all_hold", "boolean", "HHI above 0.4, outside share above 0.5 and imports above exports, all three in this year."),
    Column("dependent", "boolean", "All three hold in at least two of the good's last three years; null where that is open."),
))  # fmt: skip

SITES = Table("sites", "a site that value of the product reaches", ("site",), (
    _text("site", "Site."), _text("name", "Its name."), _text("organization", "Firm that runs it."),
    _text("country", "Its country."), _text("class", "`home`, `near`, `ally`, `depends`, `offshore` or `unknown`."), _TIER,
    _text("parts", "What it supplies."),
    Column("value_share", "number", "Share of the product's value that passes it, over all tiers; one unit of value may pass twice.",
           unit="share", low=0),
    _share("added_share", "Share of the product's value that is added here."),
    Column("single_point", "boolean", "Its loss alone stops the product."),
    Column("lat", "number", "Latitude.", unit="deg"), Column("lon", "number", "Longitude.", unit="deg"),
))  # fmt: skip

FLOWS = Table("flows", "a link that carries value of the product; the largest 2,000", ("supplier", "buyer", "part"), (
    _text("supplier", "Site that ships."), _text("buyer", "Site that receives."), _text("part", "Part shipped."), _TIER,
    _share("value_share", "Share of the product's value that passes it."),
    _text("evidence", "Grade of the row, `none` without one."),
    Column("weight", "number", "Weight of the row by grade, age and confidence.", unit="share", low=0, high=1),
    Column("inferred", "boolean", "Nobody declared it."),
))  # fmt: skip

PASSAGES = Table("passages", "value on its way upstream from one class of country to another", ("tier", "class", "to"), (
    _TIER, _text("class", "Class of the country that takes."),
    _text("to", "Class of the country that supplies at the next tier; `added` for value that is added here."),
    _share("value_share", "Share of the product's value."),
))  # fmt: skip

ALL = (
    TIERS, OVERVIEW, EXPOSURE, HIDDEN_COMMON, SINGLE_POINTS, FLAGS, QUESTIONNAIRES, UNKNOWNS, COVERAGE, EVIDENCE, DUAL_SOURCING,
    OVERLAP, CUTS, CONCENTRATION, IMPORT_DEPENDENCY, INFERRED_LINKS, LINK_SKILL, SITES, FLOWS, PASSAGES,
)  # fmt: skip
