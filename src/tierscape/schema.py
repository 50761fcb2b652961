"""Every input table, declared once.

A declaration makes the validation, the empty templates, the reference page of the docs and the web form.
A new column is one line here; a new table is one entry in ``TABLES``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tierscape.units import UNITS

Kind = Literal["text", "number", "integer", "boolean", "date"]


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Parameters
    ----------
    name, kind, description : str
        Name, type of the values, and one sentence for a person who fills the table.
    example : str
        A value as one would type it.
    unit : str
        One of ``tierscape.units.UNITS``; empty for text.
    required : bool
        A null is an error.
    null : str
        What analyses take a null for; empty means that it stays unknown.
    reference : str
        Table whose key the value must name.
    soft : bool
        A reference to a key that is not there is a note, not an error.
    choices : tuple of str
        The only values allowed.
    form : {"", "country", "hs6", "currency", "lei", "key"}
        A form that the text must have.
    low, high : float, optional
        Inclusive bounds.
    """

    name: str
    kind: Kind
    description: str
    example: str = ""
    unit: str = ""
    required: bool = False
    null: str = ""
    reference: str = ""
    soft: bool = False
    choices: tuple[str, ...] = ()
    form: str = ""
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        if self.unit and self.unit not in UNITS:
            raise ValueError(f"column '{self.name}' has the unit '{self.unit}', which units.py does not know")


@dataclass(frozen=True)
class Table:
    """A table: its name, what a row is, its key and its columns in order."""

    name: str
    row: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in order."""
        return tuple(c.name for c in self.columns)

    def __getitem__(self, name: str) -> Column:
        return next(c for c in self.columns if c.name == name)


GRADES = ("audited", "declared", "observed", "inferred")
STATUSES = ("operating", "construction", "announced", "candidate", "closed")
MODES = ("road", "rail", "sea", "air", "barge")
PART_KINDS = ("product", "component", "material", "process", "service")
TARGET_KINDS = ("site", "organization", "region", "country", "corridor", "part", "mode", "area")
SUBJECT_KINDS = (
    "site", "organization", "region", "country", "country_pair", "part", "capability", "link", "lane", "project",
    "contract", "node", "good", "network",
)  # fmt: skip


def _key(name: str, description: str, example: str, *, reference: str = "", soft: bool = False) -> Column:
    return Column(
        name, "text", description, example, required=True, reference=reference, soft=soft,
        form="" if reference else "key",
    )  # fmt: skip


EVIDENCE = (
    Column("evidence", "text", "How well the row is known.", "observed", null="no evidence", choices=GRADES),
    Column("source", "text", "Where the row comes from: a document, a person, 'illustrative'.", "supplier survey 2026"),
    Column("as_of", "date", "Day on which the row was true.", "2026-03-31", unit="date", null="two half-lives old"),
)
_VALIDITY = (
    Column("valid_from", "date", "First day on which the row holds.", "2026-01-01", unit="date", null="always"),
    Column("valid_to", "date", "First day on which it no longer holds.", "2027-01-01", unit="date", null="open"),
)
_LAT = Column("lat", "number", "Latitude.", "47.68", unit="deg", low=-90, high=90)
_LON = Column("lon", "number", "Longitude.", "17.63", unit="deg", low=-180, high=180)


def _country(
    name: str = "country", description: str = "Country, ISO 3166-1 alpha-2.", *, required: bool = False
) -> Column:
    return Column(name, "text", description, "HU", required=required, form="country")


META = Table("meta", "the network itself; one row", (), (
    Column("name", "text", "Name of the network.", "EV battery, Central Europe"),
    Column("currency", "text", "Currency of all money, ISO 4217.", "EUR", form="currency"),
    Column("price_year", "integer", "Year whose prices all money is in.", "2024", unit="year", low=1990, high=2100),
    _country("home", "The buyer's country: the viewpoint for near and ally."),
))  # fmt: skip

REGIONS = Table("regions", "a place that is scored", ("region",), (
    _key("region", "ISO 3166-2 code or a key of your own.", "HU-KE"),
    Column("name", "text", "Name for people.", "Komárom-Esztergom"),
    _country(required=True),
    _LAT, _LON,
    Column("labour_pool", "number", "People who could be hired within commuting distance.", "42000", "persons", low=0),
    Column("wage_per_hour", "number", "Manufacturing labour cost an hour, all included.", "14.5", "money/h", low=0),
    Column("grid_kg_per_kwh", "number", "Carbon intensity of electricity.", "0.21", "kg/kWh", low=0, high=3,
           null="the country's reference value"),
    *EVIDENCE,
))  # fmt: skip

ORGANIZATIONS = Table("organizations", "a firm", ("organization",), (
    _key("organization", "Key of the firm; its usual name will do.", "Samsung SDI"),
    Column("name", "text", "Legal name.", "Samsung SDI Magyarország Zrt."),
    _country("country", "Country of registration, ISO 3166-1 alpha-2."),
    _country("owner_country", "Country of the controlling group."),
    Column("lei", "text", "Legal entity identifier.", "5493006MHB84DD0ZWV18", form="lei"),
    Column("duns", "text", "D-U-N-S number, nine digits.", "081466849", form="duns"),
    Column("gln", "text", "Global location number, 13 digits.", "4012345000009", form="gln"),
    *EVIDENCE,
))  # fmt: skip

SITES = Table("sites", "a plant, mine, laboratory or warehouse", ("site",), (
    _key("site", "Key of the site.", "samsung_sdi_god"),
    Column("name", "text", "Name for people.", "Samsung SDI Göd"),
    Column("organization", "text", "Firm that runs it.", "Samsung SDI", reference="organizations",
           soft=True, null="a firm of its own"),
    _country(),
    Column("region", "text", "Region in which it stands.", "HU-PE", reference="regions", soft=True),
    Column("town", "text", "Town, used to place a site without coordinates.", "Göd"),
    _LAT, _LON,
    Column("geo_precision", "text", "What the coordinates are those of.", "town",
           choices=("site", "town", "region", "country")),
    Column("status", "text", "What the site is today.", "operating", choices=STATUSES, null="operating, with a finding"),
    Column("opened_year", "integer", "Year of opening, past or planned.", "2017", unit="year", low=1700, high=2100),
    Column("closed_year", "integer", "Year of closing.", "", unit="year", low=1700, high=2100),
    Column("employees", "integer", "People employed.", "3200", unit="persons", low=0),
    Column("ttr_days", "number", "Days to recover after a full stop.", "60", unit="d", low=0),
    Column("alternate_ttr_days", "number", "Days until another site can take over.", "45", unit="d", low=0),
    *EVIDENCE,
))  # fmt: skip

PARTS = Table("parts", "anything that a site can supply", ("part",), (
    _key("part", "Key of the part.", "cathode_nmc"),
    Column("name", "text", "Name for people.", "NMC cathode active material"),
    Column("kind", "text", "What it is; plating, tooling and test labs are parts too.", "material", required=True,
           choices=PART_KINDS),
    Column("hs6", "text", "Harmonised System 2022, six digits.", "284190", form="hs6"),
    Column("unit", "text", "Unit in which the part is counted.", "kg"),
    Column("unit_value", "number", "Value of a unit.", "22.5", unit="money/unit", low=0),
    Column("unit_mass_kg", "number", "Mass of a unit.", "1", unit="kg/unit", low=0),
    *EVIDENCE,
))  # fmt: skip

BOM = Table("bom", "what one unit of a parent takes, parts and processes alike", ("parent", "child"), (
    _key("parent", "Part that is made.", "cell_nmc", reference="parts"),
    _key("child", "Part that it takes.", "cathode_nmc", reference="parts"),
    Column("quantity", "number", "Units of the child a unit of the parent.", "1.9", unit="unit/unit", low=0),
    Column("essential", "boolean", "Without it the parent cannot be made.", "true", null="true"),
    Column("choice", "text", "Children of a parent with the same word are alternatives.", "cell_chemistry",
           null="no alternative"),
    *EVIDENCE,
))  # fmt: skip

CAPABILITIES = Table("capabilities", "a site that can make a part", ("site", "part"), (
    _key("site", "Site that makes it.", "samsung_sdi_god", reference="sites"),
    _key("part", "Part that it can make.", "cell_nmc", reference="parts"),
    Column("capacity_per_year", "number", "Nameplate capacity.", "30000000", unit="unit/year", low=0),
    Column("conversion_cost", "number", "The site's own cost a unit, without the children of the bill of materials.",
           "11.2", unit="money/unit", low=0),
    Column("lead_time_days", "number", "Days from order to shipment.", "30", unit="d", low=0),
    Column("flex_share", "number", "Capacity that can be added at short notice, as a share.", "0.1", unit="share",
           low=0, high=5),
    Column("finished_stock_days", "number", "Days of sales held as finished stock.", "7", unit="d", low=0),
    Column("energy_kwh_per_unit", "number", "Electricity a unit.", "35", unit="kWh/unit", low=0),
    Column("labour_hours_per_unit", "number", "Hours of work a unit.", "0.4", unit="h/unit", low=0),
    Column("qualified", "boolean", "Released by the buyer for series supply.", "true",
           null="true where a link of that part leaves the site, else false"),
    *EVIDENCE,
))  # fmt: skip

LINKS = Table("links", "a supply relation between two sites", ("supplier", "buyer", "part"), (
    _key("supplier", "Site that ships.", "umicore_nysa", reference="sites"),
    _key("buyer", "Site that receives.", "lges_wroclaw", reference="sites"),
    _key("part", "Part that is shipped.", "cathode_nmc", reference="parts"),
    Column("volume_per_year", "number", "Volume.", "12000000", unit="unit/year", low=0),
    Column("unit_price", "number", "Price a unit.", "22.5", unit="money/unit", low=0),
    Column("freight_per_unit", "number", "Freight a unit.", "0.04", unit="money/unit", low=0),
    Column("mode", "text", "Main mode of transport.", "road", choices=MODES),
    Column("route", "text", "Node keys on the way, joined by ';'.", "malaszewicze", reference="nodes"),
    Column("distance_km", "number", "Distance travelled.", "140", unit="km", low=0),
    Column("transit_days", "number", "Days on the way.", "1", unit="d", low=0),
    Column("stock_days", "number", "Days of use that the buyer holds.", "10", unit="d", low=0),
    Column("contract", "text", "Contract that covers it.", "C3", reference="contracts", soft=True),
    Column("confidence", "number", "Chance that the relation exists, for inferred links.", "0.3", unit="share",
           low=0, high=1),
    *EVIDENCE,
))  # fmt: skip

DEMAND = Table("demand", "what must be delivered", ("region", "product", "year"), (
    _key("region", "Region of delivery.", "CZ-20", reference="regions", soft=True),
    _key("product", "Product delivered.", "ev_pack_75", reference="parts"),
    Column("year", "integer", "Year of delivery.", "2028", unit="year", required=True, low=1990, high=2100),
    Column("volume_per_year", "number", "Volume.", "250000", required=True, unit="unit/year", low=0),
    Column("unit_margin", "number", "Margin lost with each unit that is not delivered.", "650", unit="money/unit"),
    *EVIDENCE,
))  # fmt: skip

NODES = Table("nodes", "a logistics or support point", ("node",), (
    _key("node", "Key of the node.", "plgdn"),
    Column("kind", "text", "What it is.", "seaport", required=True,
           choices=("seaport", "airport", "rail_terminal", "border_crossing", "canal", "test_lab", "training_centre",
                    "university", "industrial_park")),
    Column("name", "text", "Name for people.", "Gdańsk"),
    Column("lat", "number", "Latitude.", "54.40", unit="deg", required=True, low=-90, high=90),
    Column("lon", "number", "Longitude.", "18.67", unit="deg", required=True, low=-180, high=180),
    _country(),
    _country("other_country", "Country across the border, for border crossings."),
    Column("mode", "text", "Mode that passes a border crossing.", "rail", choices=MODES),
    *EVIDENCE,
))  # fmt: skip

PROJECTS = Table("projects", "an investment on the table", ("project",), (
    _key("project", "Key of the project.", "P1"),
    Column("name", "text", "Name for people.", "Synthetic graphite anode plant"),
    Column("kind", "text", "What is done.", "capacity", required=True,
           choices=("capacity", "co_location", "supplier_development", "training", "shared_infrastructure")),
    Column("site", "text", "Site at which it stands; a candidate site where there is none yet.", "candidate_hu_bz",
           required=True, reference="sites"),
    Column("part", "text", "Part that it adds.", "anode_graphite", required=True, reference="parts"),
    Column("added_capacity_per_year", "number", "Capacity that it adds.", "25000000", unit="unit/year", low=0),
    Column("capex", "number", "Investment.", "420000000", unit="money", low=0),
    Column("opex_per_year", "number", "Fixed cost a year.", "60000000", unit="money/year", low=0),
    Column("lead_months", "number", "Months from decision to first output.", "30", unit="months", low=0),
    Column("ramp_months", "number", "Months from first to full output.", "18", unit="months", low=0),
    Column("jobs", "integer", "Jobs created.", "450", unit="persons", low=0),
    Column("requires", "text", "Projects and 'hub:REGION' that must come with it, contracts of which one must, or '!key' that excludes it, "
           "joined by ';'.", "P3;C1"),
    *EVIDENCE,
))  # fmt: skip

CONTRACTS = Table("contracts", "an agreement, signed or offered", ("contract",), (
    _key("contract", "Key of the contract.", "C1"),
    Column("buyer", "text", "Site that buys.", "catl_debrecen", required=True, reference="sites"),
    Column("supplier", "text", "Site that supplies.", "candidate_hu_bz", required=True, reference="sites"),
    Column("part", "text", "Part supplied.", "anode_graphite", required=True, reference="parts"),
    Column("start_year", "integer", "First year.", "2029", unit="year", low=1990, high=2100),
    Column("term_years", "number", "Term.", "6", unit="years", low=0, high=50),
    Column("committed_per_year", "number", "Committed volume.", "18000000", unit="unit/year", low=0),
    Column("take_or_pay_share", "number", "Share of the commitment paid even if not taken.", "0.75", unit="share",
           low=0, high=1),
    Column("unit_price", "number", "Price a unit.", "8.4", unit="money/unit", low=0),
    Column("status", "text", "Signed, or on offer.", "offered", choices=("signed", "offered")),
    *EVIDENCE,
))  # fmt: skip

ORIGIN_CLAIMS = Table("origin_claims", "a supplier's origin declaration", ("site", "part", "agreement"), (
    _key("site", "Site that declares.", "umicore_nysa", reference="sites"),
    _key("part", "Part declared.", "cathode_nmc", reference="parts"),
    Column("agreement", "text", "Trade agreement.", "eu_uk_tca", required=True),
    Column("originating", "boolean", "Originating under the agreement.", "true"),
    Column("method", "text", "Method of the rule, for example max_nom or ctc.", "max_nom"),
    Column("value_content", "number", "Content by that method.", "0.62", unit="share", low=0, high=1),
    Column("foreign_value_per_unit", "number", "Non-originating value a unit.", "8.5", unit="money/unit", low=0),
    *_VALIDITY, *EVIDENCE,
))  # fmt: skip

CONTRACT_TERMS = Table("contract_terms", "a sustainability or service term", ("contract", "kpi"), (
    _key("contract", "Contract.", "C1", reference="contracts"),
    Column("kpi", "text", "Measure.", "on_time_share", required=True),
    Column("target", "number", "Value to reach.", "0.97"),
    Column("unit", "text", "Unit of the target.", "share"),
    Column("bonus_malus_share", "number", "Share of the price at stake.", "0.02", unit="share", low=0, high=1),
    *EVIDENCE,
))  # fmt: skip

INCENTIVES = Table("incentives", "public support on offer", ("incentive",), (
    _key("incentive", "Key of the incentive.", "I1"),
    Column("region", "text", "Region that offers it.", "HU-BZ", required=True, reference="regions", soft=True),
    Column("kind", "text", "What is given.", "grant", required=True,
           choices=("grant", "tax", "land", "training", "fast_track")),
    Column("rate", "number", "Share: of eligible capex (grant, training, land), of output value (tax), of the lead time "
           "(fast_track).", "0.25", unit="share", low=0, high=1),
    Column("cap", "number", "Most that is paid.", "60000000", unit="money", low=0, null="no cap"),
    Column("floor_investment", "number", "Least investment.", "30000000", unit="money", low=0, null="no floor"),
    Column("floor_jobs", "integer", "Least jobs.", "100", unit="persons", low=0, null="no floor"),
    Column("clawback_share", "number", "Share paid back if the floors are missed.", "0.5", unit="share", low=0, high=1),
    Column("until", "date", "First day on which it can no longer be asked for.", "2028-12-31", unit="date", null="open"),
    *EVIDENCE,
))  # fmt: skip

DISRUPTIONS = Table("disruptions", "what can go wrong", ("disruption",), (
    _key("disruption", "Key of the disruption.", "D1"),
    Column("name", "text", "Name for people.", "Graphite export control"),
    Column("target_kind", "text", "What is hit.", "country", required=True, choices=TARGET_KINDS),
    Column("target", "text", "Key of what is hit; a corridor is 'XX-YY' (countries in alphabetical order), 'XX-YY:mode' "
           "or a node; an area 'lat,lon,radius_km' or a WKT polygon.", "CN", required=True),
    Column("part", "text", "Part hit.", "anode_graphite", reference="parts", null="all parts"),
    Column("annual_probability", "number", "Chance in a year.", "0.12", unit="1/year", low=0, high=1),
    Column("duration_days", "number", "How long it lasts.", "180", unit="d", low=0),
    Column("capacity_loss", "number", "Share of capacity lost.", "0.6", unit="share", low=0, high=1),
    *EVIDENCE,
))  # fmt: skip

INDICATORS = Table("indicators", "any other number, with its source", ("subject", "indicator", "year"), (
    Column("subject_kind", "text", "What the subject is.", "country", required=True, choices=SUBJECT_KINDS),
    Column("subject", "text", "Key of the subject; several keys are joined by '/', a country pair is 'XX-YY' in "
           "alphabetical order.", "HU", required=True),
    Column("indicator", "text", "Name of the number.", "site_coverage", required=True),
    Column("year", "integer", "Year.", "2024", unit="year", low=1900, high=2100, null="holds in any year"),
    Column("value", "number", "The number.", "0.4", required=True),
    Column("unit", "text", "Its unit.", "share"),
    *_VALIDITY, *EVIDENCE,
))  # fmt: skip

OBSERVATIONS = Table("observations", "a point of a time series", ("subject", "indicator", "time"), (
    Column("subject_kind", "text", "What the subject is.", "link", required=True, choices=SUBJECT_KINDS),
    Column("subject", "text", "Key of the subject; several keys are joined by '/'.",
           "umicore_nysa/lges_wroclaw/cathode_nmc", required=True),
    Column("indicator", "text", "Name of the series.", "transit_days", required=True),
    Column("time", "date", "Day.", "2026-03-31", unit="date", required=True),
    Column("value", "number", "The number.", "1.2", required=True),
    Column("unit", "text", "Its unit.", "d"),
    *EVIDENCE,
))  # fmt: skip

EVENTS = Table("events", "what happened", ("event",), (
    _key("event", "Key of the event.", "E1"),
    Column("kind", "text", "What it was.", "strike", required=True),
    Column("target_kind", "text", "What was hit.", "site", required=True, choices=TARGET_KINDS),
    Column("target", "text", "Key of what was hit, as in disruptions.", "umicore_nysa", required=True),
    Column("status", "text", "What is known of its effect.", "confirmed",
           choices=("potential", "confirmed", "no_impact", "restored")),
    Column("severity", "number", "How bad, 0 to 1.", "0.5", unit="share", low=0, high=1),
    Column("start", "date", "First day.", "2026-02-01", unit="date"),
    Column("end", "date", "First day after it.", "2026-02-10", unit="date", null="goes on"),
    Column("capacity_loss", "number", "Share of capacity lost.", "1", unit="share", low=0, high=1),
    *EVIDENCE,
))  # fmt: skip

TABLES: dict[str, Table] = {
    t.name: t
    for t in (
        META, REGIONS, ORGANIZATIONS, SITES, PARTS, BOM, CAPABILITIES, LINKS, DEMAND, NODES, PROJECTS, CONTRACTS,
        ORIGIN_CLAIMS, CONTRACT_TERMS, INCENTIVES, DISRUPTIONS, INDICATORS, OBSERVATIONS, EVENTS,
    )
}  # fmt: skip

SUPPLIERS = Table("suppliers", "a supplier as one would jot it down; becomes organizations, sites and capabilities", (), (
    Column("name", "text", "Name of the supplier or of its plant.", "Umicore Nysa", required=True),
    Column("town", "text", "Town.", "Nysa"),
    _country("country", "Country, ISO 3166-1 alpha-2; needed where several towns have the name."),
    Column("makes", "text", "What it makes: part keys or part names, joined by ';'.", "cathode_nmc; pcam", required=True),
    Column("organization", "text", "Firm that runs it.", "Umicore", null="the supplier's own name"),
    _LAT, _LON,
    Column("evidence", "text", "How well the row is known.", "observed", null="declared, since somebody wrote it down", choices=GRADES),
    *EVIDENCE[1:],
))  # fmt: skip
