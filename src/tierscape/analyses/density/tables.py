"""The tables that `density` answers with."""

from __future__ import annotations

from tierscape.analyses.density.columns import PART, PART_NAME, REGION, share
from tierscape.analyses.density.statistics_tables import ALL as STATISTICS
from tierscape.analyses.density.statistics_tables import HOTSPOT_COLUMNS, RANK_COLUMNS, STAGE_COLUMNS
from tierscape.schema import Column, Table

_TIER = Column("tier", "integer", "Supply steps upstream of the product.", unit="tiers")
_LAT = Column("lat", "number", "Latitude.", unit="deg")
_LON = Column("lon", "number", "Longitude.", unit="deg")


_COMPLETENESS = (
    share("completeness", "Share of the required capabilities within reach, AND/OR over the bill of materials."),
    share("completeness_own", "The same, from sites of the own territory alone."),
    share("completeness_open", "The same, without any delay at borders."),
    share("fragmentation", "Completeness lost to borders, 1 - own/open."),
)

REGIONS = Table("regions", "a scored place, best first", ("region",), (
    REGION,
    Column("name", "text", "Name of the region."),
    Column("country", "text", "Country."),
    _LAT, _LON,
    Column("rank", "integer", "Rank by score, 1 is best.", unit="1"),
    Column("score", "number", "Geometric mean of the five dimensions, unknown taken low.", unit="points"),
    Column("score_high", "number", "The same, unknown taken high.", unit="points"),
    *RANK_COLUMNS,
    *_COMPLETENESS,
    share("completeness_high", "Completeness if every part that no site of the network makes stood here."),
    share("completeness_evidenced", "Completeness without rows that are only inferred or have no grade."),
    share("average", "Weighted mean cover of the required parts."),
    share("bottleneck", "Least cover among the essential parts."),
    Column("bottleneck_part", "text", "Part with that cover."),
    share("depth", "Mean over tiers of the product of the covers up to that tier."),
    Column("layers_sourced", "integer", "Tiers in a row, from the product up, that are sourced within reach.", unit="tiers"),
    share("partner_share", "Share of process needs of the sites in reach that a maker near them meets."),
    share("logistics", "Access to border crossings, rail, airports, seaports, industrial parks."),
    share("labs", "Access to a test laboratory."),
    share("connection", "Geometric mean of logistics and labs."),
    share("redundancy", "Weighted share of parts with two effective suppliers."),
    Column("sites", "integer", "Counted sites within the radius.", unit="sites"),
    share("cluster_at_risk", "Share of the product's supply lost if every site in the radius stopped."),
    Column("at_risk_part", "text", "Part that binds then."),
    share("exit_readiness", "Share of what the place makes that others could take over in time."),
    share("coverage", "Share of the required weight that some site of the network is known to make."),
    *STAGE_COLUMNS,
    Column("note", "text", "Why a number is missing."),
))  # fmt: skip

CELLS = Table("cells", "an H3 cell of the density surface", ("cell",), (
    Column("cell", "text", "H3 cell."),
    _LAT, _LON,
    Column("country", "text", "Country of the cell's centre."),
    Column("sites", "integer", "Counted sites in the cell.", unit="sites"),
    *_COMPLETENESS,
    Column("score", "number", "Geometric mean of the five dimensions, unknown taken low.", unit="points"),
    *HOTSPOT_COLUMNS,
))  # fmt: skip

SITES = Table("sites", "a site that was counted", ("site",), (
    Column("site", "text", "Site."),
    Column("name", "text", "Name."),
    Column("organization", "text", "Firm."),
    Column("country", "text", "Country."),
    _LAT, _LON,
    Column("cell", "text", "H3 cell."),
    Column("tier", "integer", "Lowest tier among the required parts that it makes.", unit="tiers"),
    Column("makes", "text", "Required parts that it makes."),
    Column("evidence", "text", "Best grade of evidence among those capabilities."),
))  # fmt: skip

PARTS = Table("parts", "a required part at a place", ("region", "part"), (
    REGION, PART, PART_NAME,
    Column("kind", "text", "Kind of the part."),
    _TIER,
    share("cover", "How much of one full supplier, or of the need, is within reach."),
    Column("sites", "integer", "Sites in the radius that make it.", unit="sites"),
    Column("to_qualify", "integer", "Sites among them that no link and no mark shows to be qualified.", unit="sites"),
    Column("organizations", "integer", "Firms in the radius that make it.", unit="organizations"),
    Column("n_effective", "number", "Effective number of suppliers, 1/HHI.", unit="organizations"),
    Column("n_effective_exact", "boolean", "False where a register gives only the summed capacity of the like sites of a cell: they then count as equal, and the number is too high."),
    Column("nearest_km", "number", "Great-circle distance to the nearest maker itself; cover is measured to the centre of its cell.", unit="km"),
    Column("seen", "boolean", "Some site of the network is known to make it."),
))  # fmt: skip

GAPS = Table("gaps", "a required part that is missing, best region first, then largest gain", ("region", "part"), (
    REGION, PART, PART_NAME, _TIER,
    share("cover", "Cover today."),
    Column("gain", "number", "Completeness gained by closing this gap alone.", unit="points"),
    Column("step", "integer", "Place in the best order of closing, 1 first.", unit="1"),
    share("completeness_after", "Completeness once this and all earlier steps are closed."),
    Column("move", "text", "Way to close it: qualify, project, candidate, co_locate, develop, reach, search."),
    Column("target", "text", "Site, project or organization of that move."),
    Column("target_name", "text", "Name of the target."),
    Column("target_km", "number", "Great-circle distance to the target.", unit="km"),
    Column("cost", "number", "Capital and fixed cost of the move, as an annuity a year.", unit="money/year"),
    Column("cost_per_point", "number", "Cost a point of completeness.", unit="money/point"),
    Column("alternatives", "text", "The next ways that are open, with distance and known cost a year."),
    share("reach_cover", "Cover that one full supplier at the nearest maker would give, whatever the radius."),
    Column("related_part", "text", "Part that the region makes and that is most often made where the missing one is."),
    Column("related_name", "text", "Name of that part."),
    share("proximity", "How often: the lesser of the two conditional shares of regions."),
    share("gap_confidence", "Share of the real sites of the place that the data hold."),
))  # fmt: skip

LAYERS = Table("layers", "a tier at a place", ("region", "tier"), (
    REGION, _TIER,
    Column("parts", "integer", "Required parts, a choice counted once.", unit="parts"),
    share("cover", "Weighted mean cover of the tier."),
    Column("sourced", "boolean", "Cover reaches the layer threshold."),
    share("partner_share", "Share of process needs of the tier's sites that a maker near them meets."),
))  # fmt: skip

ALL = (REGIONS, GAPS, LAYERS, PARTS, CELLS, SITES, *STATISTICS)
