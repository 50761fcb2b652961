"""The pictures of `visibility`."""

from __future__ import annotations

import polars as pl

from tierscape.analyses.visibility.chart_input import VisibilityLike, graph_nodes
from tierscape.analyses.visibility.tables import CLASSES
from tierscape.charts import MOST_ROWS, Box, Chart, heat_grid, ranked_bars, stacked_bars
from tierscape.charts.graphs import CLASS_COLORS, bars_with_second_reading, layered_graph
from tierscape.charts.link_maps import link_map
from tierscape.charts.ribbons import ribbons
from tierscape.reference import borders_geojson

MOST_COUNTRIES = 14
WORLD: Box = (-170.0, -56.0, 180.0, 78.0)
MOST_DRAWN = 250
"""Sites, and links, that the map draws, largest first."""


def visibility_charts(answer: VisibilityLike) -> tuple[Chart, ...]:
    """Tiers by class, value from class to class, countries, the graph of sites, coverage, what to ask, countries by tier, a map.

    A picture for which the answer holds no number is left out.
    """
    drawn = (
        tiers_by_class(answer), class_to_class(answer), countries(answer), site_graph(answer), coverage(answer), ask_next(answer),
        countries_by_tier(answer), site_map(answer),
    )  # fmt: skip
    return tuple(chart for chart in drawn if chart is not None)


def _product(answer: VisibilityLike) -> str:
    return answer.product_name or str(answer.parameters.get("product", "the product"))


def tiers_by_class(answer: VisibilityLike) -> Chart:
    """Draw what passes each tier, by class of country; the unknown is grey."""
    rows = answer.counted_tiers.unpivot(
        [f"{name}_share" for name in CLASSES], index=["tier", "mass_share"], variable_name="class", value_name="share"
    ).with_columns(
        pl.col("class").str.strip_suffix("_share"), share=100 * pl.col("share") * pl.col("mass_share"),
        label=pl.when(pl.col("tier") == 0).then(pl.lit("product")).otherwise(pl.format("tier {}", "tier")),
        order=pl.col("class").str.strip_suffix("_share").replace_strict({c: i for i, c in enumerate(CLASSES)}, return_dtype=pl.Int64),
    ).sort("tier", "order")  # fmt: skip
    spec = stacked_bars(
        rows,
        label="label",
        part="class",
        value="share",
        title="Share of the product's value that passes, %",
        rules={},
        most=100.0,
    )
    worst = (
        answer.counted_tiers.with_columns(unseen=pl.col("unknown_share") * pl.col("mass_share"))
        .sort("unseen", descending=True)
        .row(0, named=True)
    )
    says = f"Value of {_product(answer)} that passes each of {answer.counted_tiers.height} tiers, by class of country."
    if worst["unseen"] > 0:
        says += f" Most is unknown at tier {worst['tier']}: {worst['unseen']:.0%} of the value."
    note = (
        "A bar is what passes the tier, so it shrinks upstream as value is added on the way. Grey has no known supplier. "
        "'depends' are known countries of which it is open whether they are allies."
    )
    return Chart("tiers", "What is known of each tier", spec, says, "tiers", note)


def class_to_class(answer: VisibilityLike) -> Chart | None:
    """Draw the value on its way upstream from class to class of country."""
    flows = answer.passages.select("to", layer="tier", kind="class", value="value_share")
    onward = flows.filter(pl.col("to") != "added")
    if onward.is_empty():
        return None
    last = int(onward["layer"].max()) + 1  # type: ignore[arg-type]
    heads = {tier: "product" if tier == 0 else f"tier {tier}" for tier in range(last + 1)}
    colors = {name: CLASS_COLORS[name] for name in CLASSES}
    spec = ribbons(flows, colors=colors, layers=heads)
    says = f"Value of {_product(answer)} on its way from the product through {last} tiers, by class of country."
    out = onward.filter((pl.col("to") == "offshore") & (pl.col("kind") != "offshore"))
    if out.height:
        row = out.group_by("layer").agg(pl.col("value").sum()).sort("value", "layer", descending=[True, False]).row(0)
        says += f" Most goes offshore on the way to tier {row[0] + 1}: {row[1]:.0%} of the value."
    note = "Read from right to left. What is added at a tier ends there; a ribbon has the colour of the class that supplies."
    return Chart("passages", "Where value goes on its way upstream", spec, says, "passages", note)


def countries(answer: VisibilityLike) -> Chart | None:
    """Draw where value is added, against where it seems to be at face value."""
    rows = answer.exposure.filter(
        (pl.col("dimension") == "country") & (pl.col("tier") == "all") & (pl.col("key") != "unknown")
    )
    rows = rows.filter((pl.col("look_through_share") > 0) | (pl.col("face_share") > 0))
    if rows.is_empty():
        return None
    share = [pl.col(name) * 100 for name in ("look_through_share", "high", "face_share")]
    shown = rows.with_columns(*share, label=pl.format("{} · {}", "name", "class")).head(MOST_ROWS)
    titles = (
        "Share of the product's value, %", "added there, all tiers looked through", "if all that is unknown were there",
        "at face value: makers and direct suppliers",
    )  # fmt: skip
    spec = bars_with_second_reading(
        shown, label="label", value="look_through_share", high="high", second="face_share", titles=titles
    )
    moved = (
        rows.with_columns(more=pl.col("look_through_share") - pl.col("face_share"))
        .sort("more", descending=True)
        .row(0, named=True)
    )
    says = f"Value of {_product(answer)} by country, looked through and at face value, for {shown.height} countries."
    if moved["more"] > 0:
        says += f" {moved['name']} gains most: {moved['look_through_share']:.0%} looked through against {moved['face_share']:.0%} at face value."
    note = "Where bar and diamond differ, buying from one country means paying another."
    return Chart("countries", "Where the value is added, and where it seems to be", spec, says, "exposure", note)


def site_graph(answer: VisibilityLike) -> Chart:
    """Draw the sites of each tier with the value that flows between them; single points have a ring."""
    nodes, edges = graph_nodes(answer)
    last = int(nodes["layer"].max())  # type: ignore[arg-type]
    heads = {tier: "product" if tier == 0 else f"tier {tier}" for tier in range(last + 1)}
    spec = layered_graph(nodes, edges, colors=CLASS_COLORS, layers=heads)
    single = answer.sites.filter(pl.col("single_point") & (pl.col("tier") > 0))
    says = f"Graph of {answer.sites.height} sites in {last + 1} layers from {_product(answer)} upstream."
    if single.height:
        says += f" {single.height} of them, {', '.join(single['name'].head(3))}, would each stop everything."
    note = (
        "Read from right to left. The area of a circle and the width of a line are value that passes; a ring marks a site whose "
        "loss alone stops the product; a grey square is value without a named supplier."
    )
    return Chart("graph", "Who stands behind whom", spec, says, "sites", note)


def coverage(answer: VisibilityLike) -> Chart | None:
    """Draw by tier what the known sites buy, by the best grade among the suppliers of each need."""
    words = {"own": "made in house", "audited": "audited", "declared": "declared", "observed": "observed", "inferred": "inferred",
             "none": "without a grade", "unknown": "unknown"}  # fmt: skip
    if answer.coverage.is_empty():
        return None
    order = {grade: place for place, grade in enumerate(words)}
    tiers = pl.DataFrame({"tier": answer.coverage["tier"].unique().sort()})
    grades = pl.DataFrame({"grade": [g for g in words if g in set(answer.coverage["grade"])]})
    rows = tiers.join(grades, how="cross").join(answer.coverage, on=["tier", "grade"], how="left").with_columns(
        label=pl.when(pl.col("tier") == 0).then(pl.lit("product")).otherwise(pl.format("tier {}", "tier")),
        word=pl.col("grade").replace_strict(words, return_dtype=pl.String), share=100 * pl.col("share").fill_null(0.0),
        order=pl.col("grade").replace_strict(order, return_dtype=pl.Int64),
    ).sort("tier", "order")  # fmt: skip
    title = "Share of what the known sites of the tier buy, %"
    spec = stacked_bars(rows, label="label", part="word", value="share", title=title, rules={}, most=100.0)
    known = answer.counted_tiers.drop_nulls("disclosure_coverage").sort("disclosure_coverage", "tier")
    says = f"What the sites of each tier of {_product(answer)} buy, by the best evidence for a supplier."
    for row in known.head(1).iter_rows(named=True):
        place = "the product itself" if row["tier"] == 0 else f"tier {row['tier']}"
        says += f" Least is covered at {place}: {row['disclosure_coverage']:.0%} has a supplier observed or better."
    note = "It speaks only of sites that are known: full coverage of a tier of which little is known says little."
    return Chart("coverage", "How well each tier is known", spec, says, "coverage", note)


def ask_next(answer: VisibilityLike) -> Chart | None:
    """Draw what each questionnaire would tell."""
    rows = answer.questionnaires.filter(pl.col("gain") > 0)
    if rows.is_empty():
        return None
    word = pl.when(pl.col("needs") == 1).then(pl.lit("1 need")).otherwise(pl.format("{} needs", "needs"))
    shown = rows.sort("gain", "ask_whom", descending=[True, False]).head(12).with_columns(
        label=pl.coalesce("name", "ask_whom"), points=100 * pl.col("gain"), word=word
    )  # fmt: skip
    title = "Offshore interval narrowed by, points of share"
    spec = ranked_bars(shown, label="label", value="points", title=title)
    first = shown.row(0, named=True)
    says = (
        f"What {shown.height} questionnaires would tell, of {rows.height}. {first['label']} comes first: its answers narrow the "
        f"offshore share of {_product(answer)} by {first['points']:.1f} points."
    )
    return Chart(
        "ask", "Whom to ask next", spec, says, "questionnaires", "One questionnaire per site lists all its open needs."
    )


def countries_by_tier(answer: VisibilityLike) -> Chart | None:
    """Draw the share of each country in what passes each tier."""
    rows = answer.exposure.filter(pl.col("dimension") == "country")
    order = rows.filter(pl.col("tier") == "all").sort("look_through_share", descending=True)
    chosen = order.filter(pl.col("key") != "unknown")["key"].head(MOST_COUNTRIES).to_list()
    shown = rows.filter(pl.col("key").is_in([*chosen, "unknown"]) & (pl.col("tier") != "all"))
    if shown.is_empty() or len(chosen) < 2:
        return None
    tiers = answer.counted_tiers.select(pl.col("tier").cast(pl.String))
    keys = pl.DataFrame({"key": [*chosen, *(["unknown"] if "unknown" in set(shown["key"]) else [])]})
    names = dict(order.select("key", "name").rows())
    grid = keys.join(tiers, how="cross").join(
        shown.select("key", "tier", "face_share"), on=["key", "tier"], how="left", maintain_order="left"
    )
    grid = grid.with_columns(pl.col("face_share").fill_null(0.0), name=pl.col("key").replace(names))
    titles = ("Tier", "", "Share of what passes the tier, 0–1")
    spec = heat_grid(grid, row="name", column="tier", value="face_share", titles=titles)
    says = f"Share of {len(chosen)} countries in what passes each tier of {_product(answer)}."
    top = (
        shown.filter((pl.col("key") != "unknown") & (pl.col("tier") != "0")).sort("face_share", descending=True).head(1)
    )
    for row in top.iter_rows(named=True):
        says += f" Highest is {row['name']} with {row['face_share']:.0%} at tier {row['tier']}."
    return Chart(
        "matrix", "Countries by tier", spec, says, "exposure", "Rows are ordered by the value that is added there."
    )


def site_map(answer: VisibilityLike) -> Chart | None:
    """Draw the sites and the links that carry most value on a map."""
    placed = answer.sites.drop_nulls(["lat", "lon"])
    if placed.is_empty():
        return None
    at = placed.select("site", "lat", "lon")
    lines = (
        answer.flows.join(at, left_on="buyer", right_on="site", maintain_order="left")
        .join(at, left_on="supplier", right_on="site", suffix="2", maintain_order="left")
        .select("lat", "lon", "lat2", "lon2", value="value_share")
    )
    marks = placed.select(
        "lat", "lon", name=pl.coalesce("name", "site"), value="value_share", kind="class", ring="single_point"
    )
    box = _frame(at)
    spec = link_map(
        borders_geojson(box), bbox=box, sites=marks.head(MOST_DRAWN), links=lines.head(MOST_DRAWN), colors=CLASS_COLORS
    )
    says = f"Map of {min(marks.height, MOST_DRAWN)} sites behind {_product(answer)} and of the {min(lines.height, MOST_DRAWN)} links that carry most value."
    note = "Area and width are value; a dark ring marks a single point."
    left = answer.sites.height - placed.height
    if left:
        note += f" {left} sites have no coordinates."
    return Chart("map", "Where the sites are", spec, says, "sites", note)


def _frame(at: pl.DataFrame) -> Box:
    """West, south, east, north around the sites with a margin; the inhabited world where they span much of it."""
    (south, west), (north, east) = at.select("lat", "lon").min().row(0), at.select("lat", "lon").max().row(0)
    if east - west > 120.0:
        return WORLD
    margin = max(0.06 * (east - west), 1.5)
    return (
        max(west - margin, -180.0),
        max(south - margin, -85.0),
        min(east + margin, 180.0),
        min(north + margin, 85.0),
    )
