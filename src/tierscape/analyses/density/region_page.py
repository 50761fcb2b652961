"""One region: its page for one product, and what it should recruit over all products at once."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from tierscape.analyses.density.moves import WORDS
from tierscape.analyses.density.result import Density
from tierscape.charts import Chart, ranked_bars
from tierscape.errors import ParameterError
from tierscape.render import (
    Block,
    Callout,
    Card,
    Cards,
    Findings,
    Heading,
    Picture,
    Section,
    TableBlock,
    Text,
    evidence_section,
    page,
    provenance_section,
    shown,
)
from tierscape.results import conform
from tierscape.schema import Column, Table

AGENCY = Table("agency", "a part that a region lacks, over all products at once, the largest summed gain first", ("part",), (
    Column("part", "text", "Part to recruit a maker of."),
    Column("name", "text", "Name of the part."),
    Column("products", "integer", "Products that it would help.", unit="1"),
    Column("helps", "text", "Those products, the one that gains most first."),
    Column("gain", "number", "Completeness gained by closing this gap, summed over the products.", unit="points"),
    Column("gain_most", "number", "Largest of those gains.", unit="points"),
    Column("product_most", "text", "Product with that gain."),
    Column("tier", "integer", "Fewest supply steps upstream of any of the products.", unit="tiers"),
    Column("cover", "number", "Least cover among the products.", unit="share"),
    Column("move", "text", "Way to close it: qualify, project, candidate, co_locate, develop, reach, search."),
    Column("target", "text", "Site, project or organization of that move."),
    Column("target_name", "text", "Name of the target."),
    Column("target_km", "number", "Great-circle distance to the target.", unit="km"),
    Column("cost", "number", "Capital and fixed cost of the move, as an annuity a year.", unit="money/year"),
    Column("cost_per_point", "number", "That cost a point of the summed gain.", unit="money/point"),
))  # fmt: skip
MOVES = tuple(WORDS)
"""From the nearest to the most remote."""


def region_page(answer: Density, region: str, *, static: bool = False, date: str | None = None) -> str:
    """Write what an answer says of one region as a self-contained HTML page.

    Parameters
    ----------
    answer : Density
        The answer for one product.
    region : str
        Key of a region in its table ``regions``.
    static : bool
        Draw charts as SVG and carry no script.
    date : str, optional
        Date that the provenance shows, ISO 8601; without it the page carries none.

    Returns
    -------
    str
        HTML; the same input gives the same text.

    Raises
    ------
    ParameterError
        The answer has no such region.
    """
    row = _row(answer, region)
    name = str(row["name"] or region)
    product = answer.product
    sections = [
        _tiers(answer, region), _gaps(answer, region), _maturity(answer, row), _parts(answer, region),
        _neighbours(answer, region), _rest(answer),
    ]  # fmt: skip
    origins = [] if answer.provenance is None else [answer.provenance]
    sections += [*([evidence_section(origins)] if origins else []), provenance_section([answer], date=date)]
    note = " · ".join([*(origin.network for origin in origins), product, *([date] if date else [])])
    return page(
        f"{name}: {product}", _sentence(answer, row), [s for s in sections if s.blocks], opening=(_cards(answer, row),),
        static=static, note=note,
    )  # fmt: skip


def agency_view(answers: Sequence[Density], region: str) -> pl.DataFrame:
    """Rank the gaps of one region over all products at once.

    Parameters
    ----------
    answers : sequence of Density
        One answer a product, of the same network and under the same parameters.
    region : str
        Key of a region.

    Returns
    -------
    polars.DataFrame
        The table ``AGENCY``. A part counts for a product if it is a gap there and closing it gains something; the move is
        the nearest in the order of ``MOVES``, the cheaper and then the nearer target first.

    Raises
    ------
    ParameterError
        No answer has the region, or two answers are for the same product.

    Notes
    -----
    Products count alike: weigh them yourself if one is worth more. Gains are those of closing one gap alone; they do not
    add over parts, and over products they add only as points of as many scores.
    """
    products = [str(answer.parameters.get("product", "")) for answer in answers]
    if len(set(products)) < len(products):
        raise ParameterError(f"answers: two are for the same product, given are {products}. Give one a product.")
    if not any(region in answer.regions["region"] for answer in answers):
        raise ParameterError(f"region: no answer has '{region}'. Give a key of the table 'regions'.")
    order = {move: place for place, move in enumerate(MOVES)}
    gaps = [a.gaps.with_columns(product=pl.lit(p, dtype=pl.String)) for a, p in zip(answers, products, strict=True)]
    rows = pl.concat(gaps).filter((pl.col("region") == region) & (pl.col("gain") > 0))
    rows = rows.sort("part", "gain", "product", descending=[False, True, False])
    ways = rows.with_columns(way=pl.col("move").replace_strict(order, default=len(order), return_dtype=pl.Int64))
    ways = ways.sort("part", "way", "cost", "target_km", "target", nulls_last=True).unique("part", keep="first")
    ways = ways.select("part", "move", "target", "target_name", "target_km", "cost")
    merged = rows.group_by("part", maintain_order=True).agg(
        pl.col("name").first(), pl.len().alias("products"), pl.col("product").str.join("; ").alias("helps"),
        pl.col("gain").sum(), gain_most=pl.col("gain").first(), product_most=pl.col("product").first(),
        tier=pl.col("tier").min(), cover=pl.col("cover").min(),
    )  # fmt: skip
    merged = merged.join(ways, on="part").with_columns(cost_per_point=pl.col("cost") / pl.col("gain"))
    return conform(merged.sort("gain", "part", descending=[True, False]).select(AGENCY.names), AGENCY)


def _row(answer: Density, region: str) -> dict[str, object]:
    rows = answer.regions.filter(pl.col("region") == region)
    if rows.is_empty():
        known = ", ".join(answer.regions["region"].head(5))
        raise ParameterError(
            f"region: the answer has no '{region}'. Give a key of the table 'regions', such as {known}."
        )
    return rows.row(0, named=True)


def _span(low: object, high: object, figures: str = "") -> str:
    """Write an interval, or one number where both ends read the same."""
    ends = ["–" if end is None else format(end, figures) for end in (low, high)]
    return ends[0] if high is None or ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def _sentence(answer: Density, row: dict[str, object]) -> str:
    name, ranked = row["name"] or row["region"], answer.regions["rank"].drop_nulls().len()
    if row["score"] is None:
        return f"{name} has no score: {row['note'] or 'see the findings'}."
    text = f"{name} scores {_span(row['score'], row['score_high'], '.0f')} of 100 and ranks {row['rank']} of {ranked}"
    if row["rank_p5"] is not None:
        text += f", {_span(row['rank_p5'], row['rank_p95'])} in nine draws of ten under other weights and rules"
    if row["main_driver"] is not None:
        text += f"; the choice of {row['main_driver']} moves that rank most"
    gap = answer.biggest_gap(str(row["region"]))
    if gap is not None:
        text += f". Its largest gap is {gap['name']}: closing it adds {gap['gain']:.1f} points of completeness"
    return f"{text}."


def _cards(answer: Density, row: dict[str, object]) -> Cards:
    ranked = answer.regions["rank"].drop_nulls().len()
    tiers = answer.layers.filter(pl.col("region") == row["region"]).height
    split = "unknown" if row["fragmentation"] is None else f"{row['fragmentation']:.0%} of it lost to borders"
    stop = "–" if row["cluster_at_risk"] is None else f"{row['cluster_at_risk']:.0%}"
    rests = "–" if row["coverage"] is None else f"{row['coverage']:.0%}"
    return Cards((
        Card("Score", _span(row["score"], row["score_high"], ".0f"), "of 100; unknown taken low to high"),
        Card("Rank", _span(row["rank_p5"], row["rank_p95"]), f"of {ranked}, nine draws in ten"),
        Card("Completeness", _span(row["completeness"], row["completeness_high"], ".2f"), split),
        Card("Tiers sourced", f"{shown(row['layers_sourced'])} of {tiers}", f"from {shown(row['sites'])} sites in reach"),
        Card("Stage", _stage(row), f"{_span(row['maturity_low'], row['maturity_high'], '.0f')} points of maturity"),
        Card("Lost if the place stops", stop, "of the product's supply, static"),
        Card("Seen", rests, "of the required value has a known maker"),
    ))  # fmt: skip


def _stage(row: dict[str, object]) -> str:
    if row["stage_low"] is None:
        return "–"
    return (
        str(row["stage_low"]) if row["stage_low"] == row["stage_high"] else f"{row['stage_low']} to {row['stage_high']}"
    )


def _table(answer: Density, name: str, title: str, rows: pl.DataFrame) -> TableBlock:
    """Show rows of one region under the declaration of their table, without the column that names the region."""
    whole = next(t for t in answer.TABLES if t.name == name)
    columns = tuple(c for c in whole.columns if c.name != "region")
    table = Table(name, whole.row, tuple(k for k in whole.key if k != "region"), columns)
    return TableBlock(f"table-{name}", title, table, rows.select(table.names))


def _tiers(answer: Density, region: str) -> Section:
    rows = answer.layers.filter(pl.col("region") == region).sort("tier")
    if rows.is_empty():
        return Section("tiers", "Tiers")
    bars = rows.with_columns(label=pl.format("tier {}", pl.col("tier")))
    spec = ranked_bars(bars, label="label", value="cover", title="Cover, share 0–1")
    says = f"Cover of {rows.height} tiers; {rows['sourced'].sum()} are sourced within reach."
    chart = Chart("tiers", "Cover by tier", spec, says, "layers", "Tier 1 goes straight into the product.")
    blocks = (Picture("chart-tiers", chart, "table-layers"), _table(answer, "layers", "Tiers", rows))
    return Section("tiers", "Tiers", blocks)


def _gaps(answer: Density, region: str) -> Section:
    rows = answer.gaps.filter(pl.col("region") == region)
    if rows.is_empty():
        return Section("gaps", "Gaps", (Text("No required part is a gap here."),))
    rows = rows.sort("step", "gain", "part", descending=[False, True, False], nulls_last=True)
    blocks: list[Block] = []
    steps = rows.filter(pl.col("step").is_not_null() & pl.col("completeness_after").is_not_null())
    if steps.height:
        bars = steps.with_columns(label=pl.format("{}. {}", pl.col("step"), pl.coalesce("name", "part")))
        spec = ranked_bars(
            bars, label="label", value="completeness_after", title="Completeness after the step, share 0–1"
        )
        last = steps.row(-1, named=True)
        says = f"Closing {steps.height} gaps in this order lifts completeness to {last['completeness_after']:.2f}."
        note = "Each step is the best next one. The table names the way to close each gap, and then the gaps beyond these steps."
        blocks.append(
            Picture("chart-gaps", Chart("gaps", "What to close first", spec, says, "gaps", note), "table-gaps")
        )
    return Section("gaps", "Gaps", (*blocks, _table(answer, "gaps", "Gaps in the order of closing", rows)))


def _maturity(answer: Density, row: dict[str, object]) -> Section:
    rows = answer.maturity.filter(pl.col("region") == row["region"])
    if rows.is_empty():
        return Section("maturity", "Maturity")
    warning = Callout(
        "A judgement with bounds of our own, not a measurement; it stands beside the score, not in it.", "warning"
    )
    spec = ranked_bars(rows, label="item", value="points", title="Points", low="points", high="points_high")
    says = f"Points by item; the stage is {_stage(row)}."
    note = "The bar takes what is unknown as low, the end of the line takes it as high."
    chart = Chart("maturity", "Points by item", spec, says, "maturity", note)
    blocks = (
        warning, Picture("chart-maturity", chart, "table-maturity"),
        _table(answer, "maturity", "Items, and what they rest on", rows),
    )  # fmt: skip
    return Section("maturity", "Maturity", blocks)


def _parts(answer: Density, region: str) -> Section:
    rows = answer.parts.filter(pl.col("region") == region).sort("tier", "part")
    special = answer.specialisation.filter(pl.col("region") == region)
    special = special.filter(pl.col("e") > 0).sort(
        "location_quotient", "part", descending=[True, False], nulls_last=True
    )
    blocks: list[Block] = []
    if rows.height:
        blocks.append(_table(answer, "parts", "Every required part", rows))
    if special.height:
        blocks.append(_table(answer, "specialisation", "What the region itself makes more of than others", special))
    return Section("parts", "Parts", tuple(blocks))


def _neighbours(answer: Density, region: str) -> Section:
    """Put the region first in every pair that it stands in."""
    pairs = answer.comparison
    first = pairs.filter(pl.col("region_a") == region)
    second = pairs.filter(pl.col("region_b") == region).select(
        region_a="region_b", region_b="region_a", dimension="dimension", value_a="value_b", value_b="value_a",
        difference=-pl.col("difference"), p_a_above_b=1 - pl.col("p_a_above_b"),
    )  # fmt: skip
    rows = pl.concat([first, second])
    if rows.is_empty():
        return Section("side-by-side", "Side by side")
    return Section("side-by-side", "Side by side", (_table(answer, "comparison", "Against other regions", rows),))


def _rest(answer: Density) -> Section:
    blocks = (Findings(answer.findings), Heading("Method"), Text(
        "How it is computed, with equations and sources: page 'density' of the documentation."
    ))  # fmt: skip
    return Section("findings", "Findings", blocks)
