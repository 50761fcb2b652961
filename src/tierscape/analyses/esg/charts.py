"""The pictures of `esg`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

import polars as pl

from tierscape.analyses.esg.flows import shown
from tierscape.charts import Chart, labelled_scatter
from tierscape.charts.lane_maps import lane_map
from tierscape.charts.ranges import ranged_bars
from tierscape.charts.waterfalls import waterfall
from tierscape.reference import borders_geojson
from tierscape.schema import MODES

MOST_REGIONS, LEAST_SUPPLIERS = 15, 3
KINDS = {"energy": "energy", "transport": "freight", "declared": "declared footprints"}


class EsgLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def product(self) -> pl.DataFrame:
        """Emissions of a unit by tier."""
        ...

    @property
    def legs(self) -> pl.DataFrame:
        """Legs."""
        ...

    @property
    def ends(self) -> pl.DataFrame:
        """Where each leg begins and ends."""
        ...

    @property
    def cbam(self) -> pl.DataFrame:
        """Carbon border by year."""
        ...

    @property
    def people(self) -> pl.DataFrame:
        """Work by region."""
        ...

    @property
    def suppliers(self) -> pl.DataFrame:
        """Suppliers."""
        ...

    @property
    def names(self) -> Mapping[str, str]:
        """Names of parts."""
        ...


def esg_charts(answer: EsgLike) -> tuple[Chart, ...]:
    """Tiers, lanes, border, jobs, suppliers; what the answer has no number for is left out."""
    drawn = [tiers(answer, product) for product in answer.product["product"].unique(maintain_order=True)]
    drawn += [lanes(answer), border(answer), jobs(answer), suppliers(answer)]
    return tuple(chart for chart in drawn if chart is not None)


def tiers(answer: EsgLike, product: str) -> Chart | None:
    """Draw what each tier adds to a unit of a product."""
    rows = answer.product.filter((pl.col("product") == product) & (pl.col("tier") != "all"))
    whole = answer.product.filter((pl.col("product") == product) & (pl.col("tier") == "all")).row(0, named=True)
    if not whole["kg_per_unit"]:
        return None
    long = rows.sort(pl.col("tier").cast(pl.Int64)).unpivot(
        on=list(KINDS), index="tier", variable_name="kind", value_name="kg"
    )
    long = long.sort(pl.col("tier").cast(pl.Int64), maintain_order=True).with_columns(
        pl.when(pl.col("tier") == "0").then(pl.lit("Own making")).otherwise("Tier " + pl.col("tier")).alias("tier"),
        pl.col("kind").replace_strict(KINDS, return_dtype=pl.String()),
    )
    name = answer.names.get(product, product)
    most = rows.sort("kg_per_unit", descending=True).row(0, named=True)
    note = f"In all {shown(whole['low'])} to {shown(whole['high'])} kg by the range of freight."
    return Chart(
        f"tiers_{product}" if answer.product["product"].n_unique() > 1 else "tiers",
        f"What a unit emits, tier by tier: {name}",
        waterfall(
            long, label="tier", part="kind", value="kg", title="Emissions of a unit, kg CO2e", total="Cradle to gate"
        ),
        f"{name}: {shown(whole['kg_per_unit'])} kg CO2e a unit, most of it ({shown(most['kg_per_unit'])} kg) from tier {most['tier']}; "
        f"{whole['unseen_share']:.0%} of the value is unseen.",
        "product",
        f"{note} {whole['unseen_share']:.0%} of the value has no figure.",
    )


def lanes(answer: EsgLike) -> Chart | None:
    """Draw the legs that emit most on a map."""
    seen = answer.legs.filter(pl.col("kg") > 0).join(
        answer.ends, on=["supplier", "buyer", "part", "leg"], how="left", maintain_order="left"
    )
    seen = seen.drop_nulls(["lat1", "lon1", "lat2", "lon2", "mode"])
    if seen.is_empty():
        return None
    keys = ["supplier", "buyer", "leg", "mode"]
    sums = seen.group_by(keys, maintain_order=True).agg(
        pl.col("lat1", "lon1", "lat2", "lon2").first(), (pl.col("kg").sum() / 1000).alias("value")
    )
    sums = sums.sort(["value", *keys], descending=[True, *[False] * 4]).with_columns(
        word="mode", name=pl.col("supplier") + " → " + pl.col("buyer")
    )
    first = sums.row(0, named=True)
    return Chart(
        "lanes",
        "Where freight emits",
        lane_map(borders_geojson(), sums, words=MODES, title="t CO2e a year"),
        f"Map of the lanes that emit most; the first is {first['name']} by {first['mode']}, {first['value']:,.0f} t CO2e a year.",
        "legs",
        "Straight lines stand for the way taken. The wider, the more CO2e a year.",
    )


def border(answer: EsgLike) -> Chart | None:
    """Draw what the carbon border costs by year."""
    rows = answer.cbam.drop_nulls("cost")
    if rows.is_empty():
        return None
    sums = rows.group_by("year", maintain_order=True).agg(pl.col("cost", "low", "high").sum() / 1000).sort("year")
    sums = sums.with_columns(pl.col("year").cast(pl.String))
    first, last = sums.row(0, named=True), sums.row(-1, named=True)
    return Chart(
        "border",
        "The carbon border, year by year",
        ranged_bars(sums, label="year", parts={"cost": "cost"}, title="Cost of certificates, thousand EUR"),
        f"Cost of certificates rises from {first['cost']:,.0f} thousand EUR in {first['year']} to {last['cost']:,.0f} in {last['year']}.",
        "cbam",
        "Lines: as little or as much embedded as the range allows. Price of certificates as today.",
    )


def jobs(answer: EsgLike) -> Chart | None:
    """Draw direct and indirect jobs by region."""
    rows = answer.people.filter(pl.col("direct") > 0).head(MOST_REGIONS)
    if rows.is_empty():
        return None
    rows = rows.select(
        pl.coalesce("name", "region").alias("place"),
        "direct",
        "indirect",
        (pl.col("direct") + pl.col("indirect_low")).alias("low"),
        (pl.col("direct") + pl.col("indirect_high")).alias("high"),
    )
    first = rows.row(0, named=True)
    return Chart(
        "jobs",
        "Jobs, direct and indirect",
        ranged_bars(
            rows,
            label="place",
            parts={"direct": "direct", "indirect": "indirect, mean"},
            title="Full-time jobs, gross",
        ),
        f"Most jobs in {first['place']}: {first['low']:,.0f} to {first['high']:,.0f}, direct and indirect.",
        "people",
        "Lines: the range of indirect jobs. Jobs lost elsewhere are not taken off.",
    )


def suppliers(answer: EsgLike) -> Chart | None:
    """Draw time against emissions for the suppliers of the part whose suppliers differ most in both, larger for dearer."""
    known = answer.suppliers.drop_nulls(["lead_days", "kg_per_unit"])
    spread = [pl.col(c).max() / pl.col(c).min().clip(1e-9) for c in ("lead_days", "kg_per_unit")]
    counts = known.group_by("part").agg(pl.len().alias("n"), (spread[0] * spread[1]).alias("spread"))
    counts = counts.filter(pl.col("n") >= LEAST_SUPPLIERS).sort(["spread", "part"], descending=[True, False])
    if counts.is_empty():
        return None
    part = counts["part"][0]
    name = answer.names.get(part, part)
    rows = known.filter(pl.col("part") == part).sort("volume_per_year", descending=True, nulls_last=True)
    dearer = rows["cost"].null_count() == 0 and rows["cost"].n_unique() > 1
    least = rows.sort("kg_per_unit").row(0, named=True)
    return Chart(
        "suppliers",
        f"Cost, time and emissions: suppliers of {name}",
        labelled_scatter(
            rows, label="name", x="lead_days", y="kg_per_unit", size="cost" if dearer else "",
            titles=("Lead time and time on the way, days", "Emissions of a unit, kg CO2e"),
        ),
        f"{rows.height} suppliers of {name}; the least emissions has {least['name']}, {shown(least['kg_per_unit'])} kg CO2e a unit.",
        "suppliers",
        "Best is low and left." + " The larger, the dearer." * dearer,
    )  # fmt: skip
