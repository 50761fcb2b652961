"""What should be looked at, and what could not be seen."""

from __future__ import annotations

import polars as pl

from tierscape.analyses.esg.flows import Flows
from tierscape.analyses.esg.parameters import Factors
from tierscape.analyses.esg.tables import FLAGS
from tierscape.errors import Finding
from tierscape.frames import empty
from tierscape.network import Network
from tierscape.quantities.lanes import lanes
from tierscape.quantities.plurals import counted

HIGH_RISK = 60.0
"""Labour risk from which a region is flagged, if even its low end reaches it; our judgement."""
SHORT = 0.8
"""Share of the shortest way by ship below which a stated distance at sea is doubted; our judgement."""
FORCED = "forced_labour_list"
"""Indicator of a region, country, organization or part: above 0 where a list that the user loads names it."""


def short_distances(network: Network, flows: Flows, factors: Factors) -> pl.DataFrame:
    """Find lanes at sea that state less than ``SHORT`` of the shortest way: ``lane``, ``stated``, ``measured``."""
    stated = flows.links.filter((pl.col("mode") == "sea") & (pl.col("distance_method") == "stated"))
    none = pl.DataFrame(schema={"lane": pl.String, "stated": pl.Float64, "measured": pl.Float64})
    if stated.is_empty():
        return none
    measured = lanes(network, stated, factors.model_copy(update={"distances": "measured"}))
    rows = stated.select(
        lane=pl.concat_str("supplier", "buyer", "part", separator="/"), stated="distance_km"
    ).with_columns(measured=measured["distance_km"])
    return rows.filter(pl.col("stated") < SHORT * pl.col("measured"))


def flag_rows(network: Network, people: pl.DataFrame, short: pl.DataFrame, goods: pl.DataFrame) -> pl.DataFrame:
    """List flags: hits of loaded lists, labour risk, living wages, doubtful distances, goods without a border figure."""
    rows: list[tuple[str, str, str]] = []
    hits = network["indicators"].filter((pl.col("indicator") == FORCED) & (pl.col("value") > 0)).sort("subject")
    for subject, kind, source in hits.select("subject", "subject_kind", "source").iter_rows():
        rows.append(("forced_labour_list", subject, f"{kind} named by {source or 'a list without source'}"))
    for region, low, high in people.select("region", "labour_risk_low", "labour_risk_high").iter_rows():
        if low is not None and low >= HIGH_RISK:
            rows.append(("labour_risk", region, f"labour risk {low:.0f} to {high:.0f} of 100"))
    below = people.filter(pl.col("people_below") > 0)
    for region, wage, living in below.select("region", "wage_per_hour", "living_wage_per_hour").iter_rows():
        rows.append(("living_wage", region, f"{wage:g} an hour against {living:g}"))
    worst = short.sort(pl.col("stated") / pl.col("measured"), "lane").head(20)
    for lane, said, measured in worst.iter_rows():
        rows.append(("stated_distance", lane, f"{said:,.0f} km stated at sea, {measured:,.0f} km by the shortest way"))
    unknown = goods.filter(pl.col("embedded").is_null() | pl.col("benchmark").is_null())["good"].unique().sort()
    rows.extend(("no_border_figure", good, "no embedded emissions or no benchmark") for good in unknown)
    return pl.DataFrame(rows, schema=empty(FLAGS).schema, orient="row")


def doubts(flows: Flows, short: pl.DataFrame, goods: pl.DataFrame) -> tuple[Finding, ...]:
    """Say what was left out and what is doubtful."""
    energy = flows.lines.filter("counted").filter(pl.col("pcf").is_null() & pl.col("energy_kwh_per_unit").is_null())
    volume = flows.links.filter(pl.col("volume_per_year").is_null())
    mass = goods.filter(pl.col("tonnes").is_null())
    cases = (
        ("capabilities.energy_kwh_per_unit", energy, ("site", "part"), "line (site and part) has no energy and is unseen", "lines (site and part) have no energy and are unseen",
         "Give the energy of a unit, or a declared footprint."),
        ("links.volume_per_year", volume, ("supplier", "buyer", "part"), "lane has no volume: its yearly sums are unseen", "lanes have no volume: their yearly sums are unseen",
         "Give the volume."),
        ("links.distance_km", short, ("lane",),
         f"lane at sea states less than {SHORT:.0%} of the shortest way by ship, so that its emissions are too low",
         f"lanes at sea state less than {SHORT:.0%} of the shortest way by ship, so that their emissions are too low",
         "Correct the distance, or ask again with distances measured."),
        ("parts.unit_mass_kg", mass, ("good",), "lane brings goods of the carbon border of unknown mass or volume", "lanes bring goods of the carbon border of unknown mass or volume",
         "Give the mass and the volume."),
    )  # fmt: skip
    found = []
    for where, rows, key, one, many, remedy in cases:
        if rows.height:
            table, column = where.split(".")
            found.append(
                Finding(rule="unseen", severity="warning", table=table, column=column, count=rows.height,
                        value="/".join(map(str, rows.select(key).row(0))), problem=counted(rows.height, one, many), remedy=remedy)
            )  # fmt: skip
    return tuple(found)
