"""Public programmes, regions and clusters: what may be claimed, and where."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.doubts import said
from tierscape.planning.gather.goods import Goods
from tierscape.planning.gather.horizon import Span
from tierscape.planning.problem import empty


def incentives_of(
    network: Network, span: Span, projects: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame, tuple[Finding, ...]]:
    """Make rows of ``incentives`` and ``eligible``: a programme supports the projects of its region.

    ``until`` is the first day on which it can no longer be asked for: a project qualifies if its period begins before it.
    Programmes that no project can use are left out.
    """
    rows = network["incentives"].sort("incentive")
    blank = rows.filter(pl.col("rate").is_null())["incentive"]
    begins = np.array(span.begins, dtype="datetime64[D]")
    days = rows["until"].to_numpy().astype("datetime64[D]")
    until = np.where(rows["until"].is_null().to_numpy(), span.count, np.searchsorted(begins, days, side="left")) - 1
    rows = rows.with_columns(until=pl.Series(until, dtype=pl.Int64))
    late = rows.filter(pl.col("until") < 0)["incentive"]
    rows = rows.filter((pl.col("until") >= 0) & pl.col("rate").is_not_null())
    numbered = projects.with_row_index("project_number").select("region", pl.col("project_number").cast(pl.Int64))
    used = rows.join(numbered, on="region", how="semi", maintain_order="left")
    idle = rows.join(numbered, on="region", how="anti", maintain_order="left")["incentive"]
    eligible = used.with_row_index("n").join(numbered, on="region", maintain_order="left").select(
        incentive=pl.col("n").cast(pl.Int64), project="project_number"
    )  # fmt: skip
    unclawed = used.filter(pl.col("clawback_share").is_null())["incentive"]
    found = used.select(
        "incentive", "kind", "region", "rate", "cap", "until", floor_investment=pl.col("floor_investment").fill_null(0.0),
        floor_jobs=pl.col("floor_jobs").cast(pl.Float64).fill_null(0.0), clawback=pl.col("clawback_share").fill_null(0.0),
    )  # fmt: skip
    findings = (
        *said("incentive_rate", "incentives.rate", blank, "{n} incentives have no rate and are left out", "Give incentives.rate.",
              severity="warning"),
        *said("incentive_late", "incentives.until", late, "{n} incentives end before the plan begins and are left out",
              "Correct incentives.until."),
        *said("incentive_idle", "incentives.region", idle, "{n} incentives are of a region without a project of the plan and are left out",
              "Nothing to do."),
        *said("clawback_unknown", "incentives.clawback_share", unclawed,
              "{n} incentives do not say what is paid back if floors are missed; nothing is", "Give incentives.clawback_share."),
    )  # fmt: skip
    return found, eligible, findings


def regions_of(
    network: Network, pairs: pl.DataFrame, projects: pl.DataFrame, hubs: list[str]
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Make rows of ``regions``: those with a maker or a project, and those whose cluster a project requires."""
    named = sorted({*pairs["region"].drop_nulls(), *projects["region"].drop_nulls(), *hubs})
    rows = pl.DataFrame({"region": named}, schema={"region": pl.String}).join(
        network["regions"].select("region", pl.coalesce("name", "region").alias("name"), "country", "labour_pool",
                                  wage="wage_per_hour"),
        on="region", how="left", maintain_order="left",
    ).with_columns(pl.col("name").fill_null(pl.col("region")))  # fmt: skip
    blank = rows.filter(pl.col("labour_pool").is_null())["region"]
    findings = said("labour_pool_unknown", "regions.labour_pool", blank,
                    "{n} regions have no labour pool; hires there are not limited", "Give regions.labour_pool.")  # fmt: skip
    return rows, findings


def clusters_of(goods: Goods, pairs: pl.DataFrame, regions: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Make rows of ``classes``, the essential parts below the products, and of ``covers``, who makes them where."""
    essential = set(goods.bom.filter("essential")["b"].to_list()) - set(goods.products.tolist())
    classes = pl.DataFrame({"part": sorted(essential)}, schema={"part": pl.Int64})
    number = classes.with_row_index("class").select(pl.col("class").cast(pl.Int64), p="part")
    places = regions.select("region").with_row_index("r")
    made = pairs.with_row_index("pair").filter(~pl.col("market")).select(pl.col("pair").cast(pl.Int64), "p", "region")
    covers = made.join(number, on="p").join(places, on="region").sort("r", "class", "pair")
    return classes, covers.select("class", "pair", region=pl.col("r").cast(pl.Int64))


def nodes_of(network: Network, ask: Ask, pairs: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Make rows of ``nodes``: sites and their time to recover, at most the time until another takes over where one can."""
    if not ask.risk.time_to_survive:
        return empty("nodes"), ()
    acting = pairs.filter(pl.col("base") & (pl.col("status") != "candidate"))
    others = acting.with_columns(makers=pl.col("site").filter("qualified").n_unique().over("p"))
    alternate = others.group_by("site").agg(
        alternate=(pl.col("makers") - pl.col("qualified").cast(pl.UInt32) > 0).all()
    )
    rows = alternate.join(network["sites"].select("site", "ttr_days", "alternate_ttr_days"), on="site").sort("site")
    ttr = pl.when("alternate").then(pl.min_horizontal("ttr_days", "alternate_ttr_days")).otherwise("ttr_days")
    rows = rows.with_columns(ttr_days=ttr)
    blank = rows.filter(pl.col("ttr_days").is_null())["site"]
    findings = said("ttr_unknown", "sites.ttr_days", blank, "{n} sites have no time to recover; their outage is not constrained",
                    "Give sites.ttr_days.", severity="warning")  # fmt: skip
    return rows.filter(pl.col("ttr_days") > 0).select("site", "ttr_days"), findings


def buffers_of(ask: Ask, span: Span, goods: Goods, pairs: pl.DataFrame, needs: pl.DataFrame) -> pl.DataFrame:
    """Make rows of ``buffers``: of inputs at their users, and of products, with a null ``need``, at their makers.

    Each holds at most so many months of all that is needed of the part; processes and services cannot be stored.
    """
    months = ask.policy.buffer_months
    if months == 0:
        return empty("buffers")
    facts = pl.DataFrame({
        "p": np.arange(goods.rows.height), "kind": goods.rows["kind"], "value": pl.Series(goods.value).fill_nan(None),
        "most": goods.need.max(axis=1) * span.per_year / 12.0 * months,
    })  # fmt: skip
    made = pairs.filter(pl.col("p").is_in(goods.products.tolist()) & ~pl.col("market")).select("site", "p")
    held = pl.concat(
        [needs.with_row_index("need").select(pl.col("need").cast(pl.Int64), "site", "p"), made], how="diagonal"
    )
    held = held.join(facts, on="p", how="left", maintain_order="left")
    stored = held.filter(
        ~pl.col("kind").is_in(["process", "service"]) & pl.col("value").is_not_null() & (pl.col("most") > 0)
    )
    return stored.select("need", "site", "most", "value", part="p")
