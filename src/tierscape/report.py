"""A list of analyses to one HTML report, scenarios side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from tierscape.analyses.density.charts import scored_box
from tierscape.analyses.density.result import Density
from tierscape.analyses.visibility.groups import Limits
from tierscape.analyses.visibility.view import near_countries, place_classes
from tierscape.compare import Comparison, change, differences
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.reference.borders import borders_geojson
from tierscape.render import (
    Block,
    KeyValues,
    LiveMap,
    Section,
    TableBlock,
    answer_section,
    evidence_section,
    heading,
    headlines,
    live_map_data,
    page,
    picture,
    provenance_section,
)
from tierscape.results import Result


def make_report(
    results: Sequence[Result],
    *,
    title: str,
    date: str | None = None,
    static: bool = False,
    interactive: Network | None = None,
    scenarios: Mapping[str, Sequence[Result]] | None = None,
    left_out: Mapping[str, str] | None = None,
) -> str:
    """Write the report of some results as one self-contained HTML page.

    Order: title and answer, evidence, map, one section an analysis, scenario differences, provenance.

    Parameters
    ----------
    results : sequence of Result
        Answers, the most important first.
    title : str
        Heading of the page.
    date : str, optional
        Date that the provenance shows, ISO 8601; without it the page carries none.
    static : bool
        Draw charts as SVG and carry no script.
    interactive : Network, optional
        Network of the results: the page gains a map that its reader can move, with the sites and links of this network. A static
        page has no script and stays without.
    scenarios : mapping of str to sequence of Result, optional
        The same analyses by name of scenario.
    left_out : mapping of str to str, optional
        Questions that the network could not answer, and why.

    Returns
    -------
    str
        HTML; the same input gives the same text.
    """
    charts = [result.charts() for result in results]
    keys = [f"{result.analysis}-{at}" if at else result.analysis for at, result in enumerate(results)]
    maps = [(key, c) for key, drawn in zip(keys, charts, strict=True) for c in drawn if c.name.endswith("map")]
    origins = [r.provenance for r in results if r.provenance is not None]
    sections = [evidence_section(origins)] if origins else []
    live = [] if interactive is None or static else live_maps(interactive, results, keys)
    if maps or live:
        sections.append(Section("map", "Map", (*live, *(picture(key, c) for key, c in maps))))
    for at, (result, drawn) in enumerate(zip(results, charts, strict=True)):
        others = [c for c in drawn if not c.name.endswith("map")]
        sections.append(answer_section(result, others, key=keys[at], cards=at > 0))
    if scenarios:
        sections.append(_scenario_section(results, scenarios))
    if left_out:
        sections.append(Section("left-out", "Not answered", (KeyValues("What the data did not allow", left_out),)))
    sections.append(provenance_section(results, date=date))
    answer = " ".join(result.sentence() for result in results)
    networks = dict.fromkeys(origin.network for origin in origins)
    note = " · ".join([*networks, *([date] if date else [])])
    opening = headlines(results[0]) if results else ()
    return page(title, answer, sections, opening=opening, static=static, note=note)


def live_maps(network: Network, results: Sequence[Result], keys: Sequence[str]) -> list[Block]:
    """Give a map that can be moved for each answer of `density` that scored cells."""
    found: list[Block] = []
    names = dict(network["parts"].select("part", pl.coalesce("name", "part")).iter_rows())
    for key, result in zip(keys, results, strict=True):
        if not isinstance(result, Density) or result.cells.is_empty():
            continue
        named = pl.col("makes").str.split("; ").list.eval(pl.element().replace(names)).list.join(", ")
        counted = result.sites.select("site", "tier", named)
        sites = network["sites"].select("site", "name", "lat", "lon", "status", "country")
        data = live_map_data(
            borders_geojson(),
            box=scored_box(result, margin_km=result.parameters.get("radius_km", 100.0)),
            cells=result.cells,
            sites=sites.join(counted, on="site", how="left", maintain_order="left"),
            links=_links(network).with_columns(pl.col("part").replace(names)),
            regions=result.regions.drop_nulls(["lat", "lon"]),
        )
        says = f"{len(data['sites']['name'])} sites, {len(data['links']['part'])} links and {len(data['cells']['score'])} cells"
        says += f" for {result.product_name}. Choose a site to see its links alone."
        if data["links_left_out"]:
            says += f" {data['links_left_out']} further links are not drawn, those of least volume."
        found.append(LiveMap(f"{key}-live", f"Map to explore: {result.product_name}", says, data, f"{key}-table-sites"))
    return found


def _links(network: Network) -> pl.DataFrame:
    """Give the links, the largest first, and whether their supplier stands offshore where that is known."""
    country = network["sites"].select(supplier="site", country="country")
    links = network["links"].sort("volume_per_year", descending=True, nulls_last=True, maintain_order=True)
    rows = links.select("supplier", "buyer", "part", inferred=pl.col("evidence").eq("inferred").fill_null(True))
    rows = rows.join(country, on="supplier", how="left", maintain_order="left")
    try:
        classes = place_classes(network, near_countries(network, None), Limits())
    except ParameterError:  # nothing says where the buyer stands
        return rows.with_columns(offshore=pl.lit(None, pl.Boolean))
    joined = rows.join(classes, on="country", how="left", maintain_order="left")
    return joined.with_columns(offshore=pl.col("class").cast(pl.String).is_in(["offshore", "depends"]))


def _scenario_section(base: Sequence[Result], scenarios: Mapping[str, Sequence[Result]]) -> Section:
    """Set the sentences side by side, the network as it is first, and list every number that a scenario changes."""
    blocks: list[Block] = []
    for at, result in enumerate(base):
        lines = {"as it is": result.sentence()} | {
            name: change(result, differences(name, result, others[at])) for name, others in scenarios.items()
        }
        blocks.append(KeyValues(heading(result), lines))
    changed = Comparison.of(base, scenarios)
    blocks.append(TableBlock("scenario-differences", "What changes", changed.TABLES[0], changed.differences))
    return Section("scenarios", "Scenarios", tuple(blocks))
