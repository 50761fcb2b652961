"""The planned world: the network as it stands in a year of the plan, so that every other analysis can be asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from tierscape.analyses.design.result import Design
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.scenario import Edit, Scenario

MARKET = "market"
SOURCE = "plan"
"""Source of rows that a plan writes; they are model output."""


def plan_scenario(network: Network, plan: Design, *, point: int | None = None, year: int | None = None) -> Scenario:
    """Write a plan as edits of the network that it was made from.

    Projects that are ready stand as operating sites with their capacity, signed contracts are signed, qualified pairs are
    qualified, what is built or ruled out by it is no project any more, and links carry the flows of the year; links without a flow are gone, and what the plan buys from a market
    that nobody knows stays unlinked.

    Parameters
    ----------
    network : Network
        The one that the plan was made from.
    plan : Design
    point : int, optional
        Point of the frontier; that at the knee by default.
    year : int, optional
        Year of the plan; its last by default.

    Returns
    -------
    Scenario
        For ``apply_scenario``; it can be saved and edited like any other.

    Raises
    ------
    ParameterError
        The plan is of another network, or has no such point or year.
    """
    if plan.provenance is not None and plan.provenance.digest != network.digest:
        raise ParameterError("plan: it was made from another network. Plan this one, or load the other.")
    point = plan.shown if point is None else point
    points = plan.points["point"].to_list()
    if point not in points:
        raise ParameterError(f"point: the plan has no point {point}. It has {', '.join(map(str, points)) or 'none'}.")
    years = plan.production.filter(pl.col("point") == point)["year"].unique().sort().to_list()
    last = years[-1] if years else 0
    year = last if year is None else year
    if year not in years:
        raise ParameterError(f"year: the plan has no year {year}. It has {', '.join(map(str, years)) or 'none'}.")
    edits = [
        *_sites(network, plan, point, year),
        *_capabilities(network, plan, point, year),
        *_contracts(plan, point, year),
        *_projects(network, plan, point, year),
        *_links(network, plan, point, year),
    ]
    return Scenario(name=f"plan {point}, {year}", edits=tuple(edits))


def _at(frame: pl.DataFrame, point: int) -> pl.DataFrame:
    return frame.filter(pl.col("point") == point)


def _ready(plan: Design, point: int, year: int) -> pl.DataFrame:
    return _at(plan.projects, point).filter(pl.col("ready_year") <= year)


def _sites(network: Network, plan: Design, point: int, year: int) -> list[Edit]:
    planned = network["sites"].filter(pl.col("status") == "candidate")["site"].implode()
    opened = _ready(plan, point, year).filter(pl.col("site").is_in(planned)).group_by("site").agg(pl.min("ready_year"))
    return [
        Edit(table="sites", where={"site": site}, set={"status": "operating", "opened_year": first})
        for site, first in opened.sort("site").rows()
    ]


def _capabilities(network: Network, plan: Design, point: int, year: int) -> list[Edit]:
    made = _at(plan.production, point).filter((pl.col("year") == year) & (pl.col("site") != MARKET))
    known = network["capabilities"].select("site", "part", pl.col("capacity_per_year").alias("before"))
    rows = made.join(known, on=["site", "part"], how="left", coalesce=True).sort("site", "part")
    has = set(known.select("site", "part").rows())
    edits, added = [], []
    for row in rows.iter_rows(named=True):
        grown: dict[str, Any] = {"qualified": True}
        if row["from_projects"] > 0:
            grown["capacity_per_year"] = (row["before"] or 0.0) + row["from_projects"]
        key = {"site": row["site"], "part": row["part"]}
        if tuple(key.values()) in has:
            edits.append(Edit(table="capabilities", where=key, set=grown))
        else:
            added.append({**key, **grown, "evidence": "inferred", "source": SOURCE})
    return edits + ([Edit(table="capabilities", add=tuple(added))] if added else [])


def _contracts(plan: Design, point: int, year: int) -> list[Edit]:
    signed = _at(plan.contracts, point).filter((pl.col("year") <= year) & (pl.col("committed") > 0))
    return [
        Edit(table="contracts", where={"contract": key}, set={"status": "signed"})
        for key in signed["contract"].unique().sort()
    ]


def _projects(network: Network, plan: Design, point: int, year: int) -> list[Edit]:
    """What stands is no project any more, nor what it excludes; others no longer wait for it."""
    done = set(_ready(plan, point, year)["project"])
    rows = network["projects"].select("project", pl.col("requires").fill_null("")).sort("project").rows()
    needs = {key: [word.strip() for word in words.split(";") if word.strip()] for key, words in rows}
    gone = {
        key for key, words in needs.items() if any(word.removeprefix("!") in done for word in words if word[0] == "!")
    }
    gone |= {word.removeprefix("!") for key in done for word in needs.get(key, []) if word[0] == "!"}
    before = -1
    while before < len(gone):
        before = len(gone)
        gone |= {key for key, words in needs.items() if gone & set(words)}
    gone = (gone | done) & set(needs)
    edits = [Edit(table="projects", where={"project": key}, remove=True) for key in sorted(gone)]
    for key, words in needs.items():
        kept = [word for word in words if word.removeprefix("!") not in gone]
        if key not in gone and kept != words:
            edits.append(Edit(table="projects", where={"project": key}, set={"requires": ";".join(kept) or None}))
    return edits


def _links(network: Network, plan: Design, point: int, year: int) -> list[Edit]:
    key = ["supplier", "buyer", "part"]
    sites = pl.concat([network["sites"]["site"], _ready(plan, point, year)["site"]]).implode()
    flows = _at(plan.flows, point).filter((pl.col("year") == year) & (pl.col("units") > 0))
    flows = flows.filter(pl.col("supplier").is_in(sites) & pl.col("buyer").is_in(sites))
    flows = flows.filter(pl.col("supplier") != pl.col("buyer")).sort(-pl.col("units")).group_by(key, maintain_order=True).agg(
        pl.sum("units"), pl.first("mode")
    ).sort(key)  # fmt: skip
    # links of parts that the plan is not about stand as they are
    planned = _at(plan.production, point)["part"].unique().implode()
    before = network["links"].filter(pl.col("part").is_in(planned)).select(key)
    kept = flows.join(before, on=key, how="semi")
    gone = before.join(flows, on=key, how="anti").sort(key)
    edits = [Edit(table="links", where=row, remove=True) for row in gone.iter_rows(named=True)]
    edits += [
        Edit(table="links", where={c: row[c] for c in key}, set={"volume_per_year": row["units"]})
        for row in kept.iter_rows(named=True)
    ]
    new = flows.join(before, on=key, how="anti")
    added: list[Mapping[str, Any]] = [
        {**{c: row[c] for c in key}, "volume_per_year": row["units"], "mode": row["mode"], "evidence": "inferred", "source": SOURCE}
        for row in new.iter_rows(named=True)
    ]  # fmt: skip
    return edits + ([Edit(table="links", add=tuple(added))] if added else [])
