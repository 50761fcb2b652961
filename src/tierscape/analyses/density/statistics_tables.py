"""The statistical tables of `density`, and the columns that statistics add to ``regions`` and ``cells``."""

from __future__ import annotations

from tierscape.analyses.density.columns import PART, PART_NAME, REGION, share
from tierscape.schema import Column, Table

SPECIALISATION = Table("specialisation", "a required part in a region, against all regions", ("region", "part"), (
    REGION, PART, PART_NAME,
    Column("e", "number", "People at the region's sites that make it, where 90 % of the sites state them; else those sites.",
           unit="1"),
    Column("location_quotient", "number", "Share of the part in the region over its share in all regions.", unit="1"),
    Column("location_quotient_shrunk", "number", "The same, drawn towards 1 where little is expected.", unit="1"),
    Column("stars", "integer", "0 to 3: size in the top tenth, quotient of 2 or more, focus in the top tenth.", unit="1"),
    share("relatedness", "Share of what is made together with the part that the region has a quotient of 1 or more in."),
))  # fmt: skip

CONCENTRATION = Table("concentration", "a required part over the whole network", ("part",), (
    PART, PART_NAME,
    Column("ellison_glaeser", "number", "Ellison and Glaeser's index: 0 by chance, higher is more concentrated.", unit="1"),
    share("hhi", "Herfindahl index of its plants that name a region, by people or sites."),
    Column("n", "integer", "Counted sites that make it.", unit="sites"),
    Column("do_localised_km", "number", "Length of the distances at which its plants are closer together than random ones, "
           "between 0 and half of all distances.", unit="km"),
    Column("do_dispersed_km", "number", "Length of the distances at which they are farther apart than random ones; 0 where "
           "they are localised at any.", unit="km"),
))  # fmt: skip

MATURITY = Table("maturity", "an item of a place's maturity, a judgement that stands beside the score", ("region", "item"), (
    REGION,
    Column("item", "text", "critical mass, tier depth, local sourcing, anchors and contracts, labour, cluster organisation, "
           "test labs, net entry."),
    Column("points", "number", "Points, unknown taken low.", unit="points"),
    Column("points_high", "number", "Points, unknown taken high.", unit="points"),
    Column("most", "number", "Points that can be had.", unit="points"),
    Column("evidence", "integer", "Rows that the item rests on.", unit="1"),
    Column("source", "text", "What was found, and in which tables."),
))  # fmt: skip

CROSSINGS = Table("crossings", "a row of the bill of materials, and the borders its supply crosses", ("parent", "child"), (
    Column("parent", "text", "Part that is made."),
    Column("child", "text", "Part that it takes."),
    Column("name", "text", "Name of the child."),
    Column("tier", "integer", "Supply steps of the child upstream of the product.", unit="tiers"),
    Column("links", "integer", "Links of the child to sites that make the parent, countries known.", unit="1"),
    share("share", "Share of their volume that crosses a customs border or one inside a single market."),
    Column("weight", "number", "Mean weight of what crosses: 0.2 inside the EU single market, 0.6 inside USMCA, else 1.",
           unit="1"),
    Column("crossings", "number", "Share times weight: how often this line of a finished unit crosses.", unit="1"),
    share("inferred", "Share of the volume that is only inferred."),
    Column("by_volume", "boolean", "All volumes are known; else every link counts the same."),
))  # fmt: skip

COMPARISON = Table("comparison", "two regions side by side in one dimension", ("region_a", "region_b", "dimension"), (
    Column("region_a", "text", "First region."),
    Column("region_b", "text", "Second region."),
    Column("dimension", "text", "score (0 to 100) or one of its dimensions (0 to 1)."),
    Column("value_a", "number", "Value of the first.", unit="1"),
    Column("value_b", "number", "Value of the second.", unit="1"),
    Column("difference", "number", "First less second.", unit="1"),
    share("p_a_above_b", "Share of the draws in which the first is above, a tie counted half."),
))  # fmt: skip

HOTSPOT_COLUMNS = (
    Column(
        "gi_z", "number", "Getis-Ord Gi* of the sites in the cell and the ring around it, a standard score.", unit="1"
    ),
    Column("hotspot", "text", "hot, cold or none, at a false discovery rate of 5 %."),
)

RANK_COLUMNS = (
    Column("rank_p5", "integer", "Rank that 5 % of the draws of weights and rules do not exceed.", unit="1"),
    Column("rank_p50", "integer", "Median rank over the draws.", unit="1"),
    Column("rank_p95", "integer", "Rank that 95 % of the draws do not exceed.", unit="1"),
    share("p_first", "Share of the draws in which it ranks first."),
    share("p_top5", "Share of the draws in which it is among the first five."),
    Column("main_driver", "text", "Choice with the largest share of the rank's variance: weights, aggregation, reach, weakest "
           "link, radius."),
)  # fmt: skip

STAGE_COLUMNS = (
    Column("stage", "text", "declining, latent, emerging, stalled, growing or sustaining, at the middle of the interval; null "
           "where it hangs on net entry that is unknown."),
    Column("stage_low", "text", "Stage with unknown points taken low, and unknown net entry as -1 % a year."),
    Column("stage_high", "text", "Stage with unknown taken high."),
    Column("maturity_low", "number", "Maturity with unknown taken low.", unit="points"),
    Column("maturity_high", "number", "Maturity with unknown taken high.", unit="points"),
)  # fmt: skip

EVIDENCE = Table("evidence", "a grade of evidence at a place", ("region", "grade"), (
    REGION,
    Column("grade", "text", "audited, declared, observed, inferred; none where the capability has no grade."),
    share("share", "Share of the counted cover, parts weighed as in the average, that rests on rows of that grade; no row where it is 0."),
))  # fmt: skip

NODES = Table("nodes", "a logistics node or laboratory that connection looks at", ("node",), (
    Column("node", "text", "Node."),
    Column("kind", "text", "Kind of node."),
    Column("name", "text", "Name."),
    Column("country", "text", "Country."),
    Column("lat", "number", "Latitude.", unit="deg"),
    Column("lon", "number", "Longitude.", unit="deg"),
))  # fmt: skip

ALL = (SPECIALISATION, CONCENTRATION, MATURITY, CROSSINGS, COMPARISON, EVIDENCE, NODES)
