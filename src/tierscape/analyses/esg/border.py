"""What the carbon border of the European Union costs, year by year."""

from __future__ import annotations

import polars as pl

from tierscape.analyses.esg.flows import EVIDENCED, Flows
from tierscape.analyses.esg.parameters import Factors
from tierscape.analyses.esg.tables import CBAM
from tierscape.kernels.carbon_border import border_certificates
from tierscape.network import Network
from tierscape.quantities.stated import stated_values
from tierscape.reference import member_of
from tierscape.reference.carbon_border import carbon_border

BENCHMARK, PAID = "cbam_benchmark", "carbon_price"
"""Indicators: of a part, free emissions in t CO2e/t; of a country, the price paid there in EUR/t."""


def imports(network: Network, flows: Flows, factors: Factors) -> pl.DataFrame:
    """Find goods of the carbon border that enter the Union: one row a lane.

    Returns
    -------
    polars.DataFrame
        ``good``, ``tonnes`` (null unknown), ``embedded`` with ``embedded_low`` and ``embedded_high``, ``benchmark`` (t/t,
        null unknown), ``paid`` (EUR/t), ``importer``, ``evidence``, ``embedded_source``.
    """
    figures = carbon_border()
    outside = set(figures.filter(pl.col("parameter") == "exempt")["key"]) | member_of("eu")
    sites = network["sites"].select("site", "country", importer=pl.coalesce("organization", "site"))
    origin = sites.select(supplier="site", origin="country")
    target = sites.select(buyer="site", target="country", importer="importer")
    rows = flows.links.select("supplier", "buyer", "part", "volume_per_year", "evidence")
    rows = rows.join(origin, on="supplier", how="left", maintain_order="left").join(
        target, on="buyer", how="left", maintain_order="left"
    )
    eu = pl.col("target").is_in(sorted(member_of("eu")))
    rows = rows.filter(eu & pl.col("origin").is_not_null() & ~pl.col("origin").is_in(sorted(outside)))
    parts = network["parts"].select("part", "hs6", "unit_mass_kg").filter(_in_scope(figures, factors.cbam_also))
    rows = rows.join(parts, on="part", maintain_order="left")
    made = flows.lines.select("part", "pcf", supplier="site")
    rows = rows.join(made, on=["supplier", "part"], how="left", maintain_order="left")
    rows = _with_prior(_with_prior(rows, figures, "embedded"), figures, "benchmark")
    per_tonne = pl.when(pl.col("unit_mass_kg") > 0).then(pl.col("pcf") / pl.col("unit_mass_kg"))
    rows = rows.with_columns(
        tonnes=pl.col("volume_per_year") * pl.col("unit_mass_kg") / 1000,
        embedded_source=pl.when(per_tonne.is_not_null()).then(pl.lit("declared footprint"))
        .when(pl.col("embedded").is_not_null()).then(pl.lit("planning default")),
        **{c: pl.coalesce(per_tonne, c) for c in ("embedded", "embedded_low", "embedded_high")},
    )  # fmt: skip
    rows = _overridden(rows, network, BENCHMARK, "part", "part", "benchmark", high=1000)
    rows = rows.with_columns(paid=pl.lit(factors.origin_carbon_price))
    rows = _overridden(rows, network, PAID, "country", "origin", "paid", high=1000)
    return rows.rename({"part": "good"}).sort("good", "supplier", "buyer")


def _in_scope(figures: pl.DataFrame, also: tuple[str, ...]) -> pl.Expr:
    goods = [*figures.filter(pl.col("parameter") == "good")["key"], *also]
    left_out = figures.filter(pl.col("parameter") == "not_good")["key"].to_list()
    hs = pl.col("hs6")
    listed = pl.any_horizontal(hs.str.starts_with(prefix) for prefix in goods)
    return (listed & ~pl.any_horizontal(hs.str.starts_with(prefix) for prefix in left_out)).fill_null(value=False)


def _with_prior(rows: pl.DataFrame, figures: pl.DataFrame, name: str) -> pl.DataFrame:
    prior = figures.filter(pl.col("parameter") == name).select(
        pl.col("key").alias("chapter"),
        pl.col("value").alias(name),
        *(pl.coalesce(end, "value").alias(f"{name}_{end}") for end in ("low", "high")),
    )
    rows = rows.with_columns(chapter=pl.col("hs6").str.head(2))
    return rows.join(prior, on="chapter", how="left", maintain_order="left").drop("chapter")


def _overridden(
    rows: pl.DataFrame, network: Network, name: str, kind: str, key: str, column: str, *, high: float
) -> pl.DataFrame:
    said = stated_values(network, name, kind, low=0, high=high).filter(pl.col("indicator") == "")
    said = said.select(pl.col("subject").alias(key), _said="value")
    rows = rows.join(said, on=key, how="left", maintain_order="left")
    return rows.with_columns(pl.coalesce("_said", column).alias(column)).drop("_said")


def border_rows(goods: pl.DataFrame, factors: Factors, year: int | None) -> pl.DataFrame:
    """Cost each good in each year of the phase-in, importers below the threshold left out."""
    figures = carbon_border()
    years = figures.filter(pl.col("parameter") == "phase_in").select(
        pl.col("key").cast(pl.Int64).alias("year"), f="value"
    )
    if year is not None:
        years = years.filter(pl.col("year") >= min(year, int(years["year"].to_numpy().max())))
    price = factors.certificate_price
    price = figures.filter(pl.col("parameter") == "certificate_price")["value"][-1] if price is None else price
    least = figures.filter(pl.col("parameter") == "threshold")["value"].item()
    above = pl.col("tonnes").sum().over("importer") > least
    rows = (
        goods.filter(pl.col("tonnes").is_not_null()).filter(above).join(years, how="cross", maintain_order="left_right")
    )
    due = {
        end: border_certificates(rows["tonnes"], rows[f"embedded{end}"].fill_null(float("nan")), rows["f"],
                                 rows["benchmark"].fill_null(float("nan")))
        for end in ("", "_low", "_high")
    }  # fmt: skip
    rows = rows.with_columns(pl.Series(f"due{end}", due[end]).fill_nan(None) for end in due)
    net = pl.max_horizontal(pl.lit(0.0), pl.lit(price) - pl.col("paid"))
    rows = rows.with_columns(
        certificates="due", cost=pl.col("due") * net, low=pl.col("due_low") * net, high=pl.col("due_high") * net
    )
    evidenced = pl.col("tonnes").filter(pl.col("evidence").is_in(EVIDENCED)).sum()
    known = [
        pl.when(pl.col(c).is_null().any()).then(None).otherwise(pl.col(c).sum()).alias(c)
        for c in ("certificates", "cost", "low", "high")
    ]
    sources = pl.col("embedded_source").drop_nulls().unique().sort().str.join(" and ")
    answer = rows.group_by("year", "good", maintain_order=True).agg(
        pl.col("tonnes").sum(), *known,
        pl.when(sources != "").then(sources).alias("embedded_source"),
        pl.when(pl.col("tonnes").sum() > 0).then(evidenced / pl.col("tonnes").sum()).alias("evidence_share"),
    )  # fmt: skip
    return answer.sort("year", "good").select(CBAM.names)
