"""Projects that are offered: what each adds, takes and requires, and the rebate that the buyer's share earns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.errors import Finding
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.doubts import refuse, said
from tierscape.planning.gather.horizon import Span
from tierscape.quantities.stated import stated_values

REBATE_YEARS = 7
"""Years over which the supplier pays the buyer's share back; planning default."""
REBATE_LOAD = 0.8
"""Share of the added capacity that is taken to carry the rebate; planning default."""
HUB = "hub:"


@dataclass(frozen=True, eq=False)
class Offers:
    """Projects on offer, before pairs are numbered.

    Parameters
    ----------
    rows : polars.DataFrame
        Rows of ``projects`` by key, with ``country`` and ``region`` of the site.
    requires : polars.DataFrame
        ``project``, ``kind`` (project, contract, hub, not), ``key``.
    findings : tuple of Finding
    """

    rows: pl.DataFrame
    requires: pl.DataFrame
    findings: tuple[Finding, ...]


def offers_of(network: Network, parts: set[str]) -> Offers:
    """Choose the projects that the plan may start: those that add a part of the plan, and whatever they require.

    Parameters
    ----------
    network : Network
        Reads ``projects``, ``sites``, ``contracts``.
    parts : set of str
        Parts below the products.

    Raises
    ------
    DataError
        A project requires itself, or what it excludes.

    Notes
    -----
    Projects that require each other start together: such a circle is meant. A project whose requirement is not offered is
    not offered either.
    """
    sites = network["sites"].select("site", "country", "region", "status")
    every = network["projects"].sort("project").join(sites, on="site", how="left", maintain_order="left")
    blank = every.filter(pl.col("capex").is_null() | pl.col("added_capacity_per_year").is_null())
    closed = every.filter((pl.col("status") == "closed").fill_null(value=False))
    rows = every.join(blank, on="project", how="anti", maintain_order="left")
    rows = rows.join(closed, on="project", how="anti", maintain_order="left")
    requires = _requirements(network, every)
    _refuse_contradictions(requires)
    unmet: list[str] = []
    while True:
        offered = set(rows["project"].to_list())
        needs = requires.filter((pl.col("kind") == "project") & pl.col("project").is_in(sorted(offered)))
        lost = sorted(set(needs.filter(~pl.col("key").is_in(sorted(offered)))["project"].to_list()))
        if not lost:
            break
        unmet += lost
        rows = rows.filter(~pl.col("project").is_in(lost))
    kept = set(rows.filter(pl.col("part").is_in(sorted(parts)))["project"].to_list())
    while True:
        more = set(needs.filter(pl.col("project").is_in(sorted(kept)))["key"].to_list()) - kept
        if not more:
            break
        kept |= more
    idle = sorted(set(rows["project"].to_list()) - kept)
    rows = rows.filter(pl.col("project").is_in(sorted(kept)))
    requires = requires.filter(pl.col("project").is_in(sorted(kept)))
    findings = (
        *said("project_incomplete", "projects.capex", blank["project"], "{n} projects have no capex or no added capacity and are not offered",
              "Give projects.capex and projects.added_capacity_per_year.", severity="warning"),
        *said("project_closed", "projects.site", closed["project"], "{n} projects stand at a closed site and are not offered",
              "Correct sites.status, or the site."),
        *said("project_unmet", "projects.requires", sorted(unmet), "{n} projects require one that is not offered, and are not offered either",
              "Complete the project that is required."),
        *said("project_idle", "projects.part", idle, "{n} projects add a part that no product of the plan takes, and are left out",
              "Plan their products too, or add the part to 'bom'."),
    )  # fmt: skip
    return Offers(rows, requires, findings)


def _requirements(network: Network, projects: pl.DataFrame) -> pl.DataFrame:
    """Read ``requires``: projects, contracts, hubs, and what is excluded."""
    words = (
        projects.select("project", word=pl.col("requires").str.split(";")).explode("word", keep_nulls=False, empty_as_null=False)
        .with_columns(pl.col("word").str.strip_chars()).filter(pl.col("word") != "")
    )  # fmt: skip
    key = pl.col("word").str.strip_prefix("!").str.strip_chars()
    contracts = network["contracts"]["contract"]
    kind = (
        pl.when(pl.col("word").str.starts_with("!")).then(pl.lit("not"))
        .when(key.str.starts_with(HUB)).then(pl.lit("hub"))
        .when(key.is_in(projects["project"].implode())).then(pl.lit("project"))
        .when(key.is_in(contracts.implode())).then(pl.lit("contract"))
    )  # fmt: skip
    rows = words.select("project", kind=kind, key=key.str.strip_prefix(HUB)).unique().sort("project", "kind", "key")
    wrong = rows.filter(
        pl.col("kind").is_null() | ((pl.col("kind") == "not") & ~pl.col("key").is_in(projects["project"].implode()))
    )
    refuse(said("requires_unknown", "projects.requires", wrong["key"], "{n} words name no project, contract or hub, or exclude no project",
                "Name projects, contracts or 'hub:REGION', or '!' and a project, joined by ';'.", severity="error"))  # fmt: skip
    return rows


def _refuse_contradictions(requires: pl.DataFrame) -> None:
    """Refuse projects that can never start: they require themselves, or what they exclude, however indirectly."""
    needs = requires.filter(pl.col("kind") == "project")
    itself = needs.filter(pl.col("project") == pl.col("key"))["project"].to_list()
    reach: dict[str, set[str]] = {}
    for project, key in needs.select("project", "key").iter_rows():
        reach.setdefault(project, set()).add(key)
    bad = []
    pairs = set(requires.filter(pl.col("kind") == "not").select("project", "key").iter_rows())
    for project in requires["project"].unique().sort().to_list():
        found, new = {project}, {project}
        while new:
            new = {key for name in new for key in reach.get(name, ())} - found
            found |= new
        bad += [f"{project}: {a} excludes {b}" for a, b in sorted(pairs) if a in found and b in found]
    refuse([
        *said("requires_itself", "projects.requires", itself, "{n} projects require themselves", "Take the key out.", severity="error"),
        *said("requires_excluded", "projects.requires", bad, "{n} projects require, directly or not, what is excluded with it",
              "Take one of the two out.", severity="error"),
    ])  # fmt: skip


def projects_of(span: Span, offers: Offers, pairs: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Make rows of ``projects``: times in periods, quantities a period; one that adds to no pair is not offered."""
    numbered = pairs.with_row_index("pair").select("site", "part", pl.col("pair").cast(pl.Int64))
    rows = offers.rows.join(numbered, on=["site", "part"], how="left", maintain_order="left")
    lost = rows.filter(pl.col("pair").is_null())["project"]
    months = pl.col("lead_months").fill_null(0.0) * (span.per_year / 12.0)
    found = rows.filter(pl.col("pair").is_not_null()).select(
        "project", "kind", "site", "region", "country", "pair", "capex",
        added=pl.col("added_capacity_per_year") / span.per_year,
        opex=pl.col("opex_per_year").fill_null(0.0) / span.per_year,
        lead=(months - 1e-9).ceil().cast(pl.Int64), ramp=pl.col("ramp_months").fill_null(0.0) * (span.per_year / 12.0),
        jobs=pl.col("jobs").cast(pl.Float64).fill_null(0.0),
    )  # fmt: skip
    findings = [*said("project_unvalued", "parts.unit_value", lost, "{n} projects make a part at a cost that nobody can tell and are not offered",
                      "Give the conversion cost of the site and part.", severity="warning")]  # fmt: skip
    for column, words in (("lead_months", "start at once"), ("ramp_months", "are taken to run in full from the first day"),
                          ("opex_per_year", "are taken to have no running cost"), ("jobs", "are taken to bring no jobs")):  # fmt: skip
        blank = rows.filter(pl.col(column).is_null())["project"]
        findings += said(f"project_{column}", f"projects.{column}", blank, f"{{n}} projects have no {column} and {words}",
                         f"Give projects.{column}.")  # fmt: skip
    return found, tuple(findings)


def requirements_of(
    offers: Offers, projects: pl.DataFrame, contracts: pl.DataFrame, regions: pl.DataFrame
) -> tuple[pl.DataFrame, list[str]]:
    """Number what projects require; also name the projects whose requirement is not in the plan.

    An exclusion of a project that is not offered is no row.
    """
    number = projects.select(key="project").with_row_index("target")
    kinds = {"project": number, "not": number, "contract": contracts.select(key="contract").with_row_index("target"),
             "hub": regions.select(key="region").with_row_index("target")}  # fmt: skip
    targets = pl.concat(
        [f.select("target", "key", kind=pl.lit(kind)).cast({"target": pl.Int64}) for kind, f in kinds.items()]
    )
    rows = offers.requires.join(number.select(p="target", project="key"), on="project", maintain_order="left")
    rows = rows.join(targets, on=["kind", "key"], how="left", maintain_order="left")
    lost = rows.filter(pl.col("target").is_null() & (pl.col("kind") != "not"))["project"].unique().sort().to_list()
    return rows.filter(pl.col("target").is_not_null()).select(
        "kind", "target", project=pl.col("p").cast(pl.Int64)
    ), lost


def rebates_of(network: Network, ask: Ask, span: Span, projects: pl.DataFrame) -> pl.DataFrame:
    """Make rows of ``rebates``: money a unit by project and share.

    An indicator of the project ``rebate_per_unit.0.35`` gives it for a share, ``rebate_per_unit`` for the whole; else the
    share is paid back at the supplier's cost of capital over ``REBATE_YEARS``. Where ``finance.co_investment_shares`` has
    a single share there is nothing to choose: the buyer simply invests, and nothing is paid back unless it is stated.
    """
    rate, n = ask.finance.supplier_rate, REBATE_YEARS
    yearly = 1.0 / n if rate == 0 else rate / (1.0 - (1.0 + rate) ** -n)
    shares = pl.DataFrame({"share": sorted(set(ask.finance.co_investment_shares))}, schema={"share": pl.Float64})
    rows = projects.with_row_index("n").select("n", "project", "capex", "added").join(shares, how="cross")
    told = stated_values(network, "rebate_per_unit", "project", low=0, high=np.inf).select(
        key="subject", word=pl.col("indicator").str.strip_prefix("."), value="value"
    ).sort("key", "word")  # fmt: skip
    whole = told.filter(pl.col("word") == "").select("key", whole="value")
    single = told.filter(pl.col("word") != "").select(
        "key", own="value", share=pl.col("word").cast(pl.Float64, strict=False)
    ).drop_nulls()  # fmt: skip
    rows = rows.join(whole, left_on="project", right_on="key", how="left", maintain_order="left")
    rows = rows.join(single, left_on=["project", "share"], right_on=["key", "share"], how="left", maintain_order="left")
    carrying = REBATE_LOAD * pl.col("added") * span.per_year
    paid_back = (pl.col("added") > 0) & (shares.height > 1)
    own = pl.when(paid_back).then(pl.col("share") * pl.col("capex") * yearly / carrying).otherwise(0.0)
    return rows.select(
        pl.col("n").cast(pl.Int64).alias("project"), "share",
        rebate=pl.coalesce("own", pl.col("whole") * pl.col("share"), own),
    )  # fmt: skip
