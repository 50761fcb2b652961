"""The loop back: the network as it stands after some years of growth, so that every other analysis can be asked about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import numpy as np
import polars as pl

from tierscape.analyses.growth.anchor import find_anchor
from tierscape.analyses.growth.assumptions import GrowthAssumptions
from tierscape.analyses.growth.model import Model, growth_model
from tierscape.analyses.growth.place import PLANNED
from tierscape.analyses.growth.result import Growth
from tierscape.errors import ParameterError
from tierscape.graph import bom_tree
from tierscape.network import Network
from tierscape.scenario import Edit, Scenario

SOURCE = "growth scenario"
"""Source of rows that a draw writes; they are model output."""
USUAL = ("conversion_cost", "labour_hours_per_unit", "energy_kwh_per_unit", "lead_time_days")
"""What a new maker takes over from the median of those that are known; without a cost no plan could use it."""
Level = Literal["p5", "p50", "p95"]


def growth_scenario(
    network: Network, answer: Growth, year: int | None = None, *, level: Level = "p50", anchor: bool = True
) -> Scenario:
    """Write what grew by the end of a year as edits of the network that it grew from.

    Announced sites whose year has come and contracted plants operate; beyond those each part gets as many new sites at the
    anchor's region as its band says, each of efficient scale, at the median cost and hours of the makers that are known. They have no owner and no links.

    Parameters
    ----------
    network : Network
        The one that the answer was made from.
    answer : Growth
    year : int, optional
        Its last year by default.
    level : {"p5", "p50", "p95"}
        Which edge of the band; the median by default. Parts are taken one by one, so that the edges are wider than any one draw.
    anchor : bool
        The world with the anchor, or the one without.

    Returns
    -------
    Scenario
        For ``apply_scenario``: then ``density``, ``stress`` or ``design`` of that world.

    Raises
    ------
    ParameterError
        The answer is of another network, or has no such year.

    Notes
    -----
    Where fewer sites are left than there were, none is taken away: nobody knows which of them would close.
    """
    if answer.provenance is not None and answer.provenance.digest != network.digest:
        raise ParameterError("answer: it was made from another network. Ask again, or load the other.")
    years = answer.supply["year"].unique().sort().to_list()
    year = answer.last_year if year is None else year
    if year not in years:
        raise ParameterError(f"year: the answer has no year {year}. It has {years[0]} to {years[-1]}.")
    model = _model(network, answer)
    quarters = 4 * (year - years[0] + 1)
    came = model.anchor.entrants.filter(pl.col("quarter") <= quarters) if anchor else model.anchor.entrants.clear()
    arm = 0 if anchor else 1
    known = model.place.start + model.place.planned[: quarters + 1].sum(axis=0) + model.place.sure[arm, : quarters + 1].sum(axis=0)  # fmt: skip
    column = f"{'with' if anchor else 'without'}_{level}"
    counted = dict(answer.supply.filter(pl.col("year") == year).select("part", column).iter_rows())
    new = {p: max(int(counted[p]) - int(known[k]), 0) for k, p in enumerate(model.tree.parts) if k}
    edits = [
        *_planned(network, year),
        *_contracted(network, model, came),
        *_new(network, model, answer.region, new, year),
    ]
    return Scenario(name=f"growth at {answer.region}, {year}, {level}", edits=tuple(edits))


def _model(network: Network, answer: Growth) -> Model:
    """Make the model of the answer again from its parameters."""
    given = GrowthAssumptions.model_validate(answer.parameters["assumptions"])
    tree = bom_tree(network, str(answer.parameters["product"]))
    years = int(answer.parameters["horizon_years"])
    anchor = find_anchor(network, tree, answer.region, answer.parameters["anchor_per_year"], years, given)
    return growth_model(network, tree, anchor, given)


def _planned(network: Network, year: int) -> list[Edit]:
    """Open the sites under construction or announced whose year has come."""
    rows = network["sites"].filter(pl.col("status").is_in(PLANNED) & (pl.col("opened_year") <= year)).sort("site")
    return [Edit(table="sites", where={"site": site}, set={"status": "operating"}) for site in rows["site"]]


def _contracted(network: Network, model: Model, came: pl.DataFrame) -> list[Edit]:
    """Open the plants that contracts made certain."""
    start = model.anchor.start_year
    known = set(network["capabilities"].select("site", "part").iter_rows())
    edits, added = [], []
    for site, code, quarter in came.select("site", "code", "quarter").sort("site", "code").iter_rows():
        part = model.tree.parts[code]
        edits.append(Edit(table="sites", where={"site": site}, set={"status": "operating", "opened_year": start + (quarter - 1) // 4}))  # fmt: skip
        if (site, part) in known:
            edits.append(Edit(table="capabilities", where={"site": site, "part": part}, set={"qualified": True}))
        else:
            added.append(_capability(network, model, site, code))
    return edits + ([Edit(table="capabilities", add=tuple(added))] if added else [])


def _new(network: Network, model: Model, region: str, new: Mapping[str, int], year: int) -> list[Edit]:
    """Add sites of nobody at the anchor's region, with what one of efficient scale makes."""
    here = model.near.regions.row(model.at, named=True)
    code = {part: k for k, part in enumerate(model.tree.parts)}
    taken = set(network["sites"]["site"])
    sites: list[dict[str, Any]] = []
    capabilities: list[dict[str, Any]] = []
    for part, number in sorted(new.items()):
        for i in range(1, number + 1):
            site = f"new_{part}_{i}"
            while site in taken:
                site += "_"
            taken.add(site)
            sites.append({
                "site": site, "name": f"New maker of {model.tree.names[code[part]]} {i}", "country": here["country"], "region": region,
                "lat": here["lat"], "lon": here["lon"], "geo_precision": "region", "status": "operating", "opened_year": year,
                "employees": round(float(model.place.jobs[code[part]])) or None, "evidence": "inferred", "source": SOURCE,
            })  # fmt: skip
            capabilities.append(_capability(network, model, site, code[part]))
    if not sites:
        return []
    return [Edit(table="sites", add=tuple(sites)), Edit(table="capabilities", add=tuple(capabilities))]


def _capability(network: Network, model: Model, site: str, code: int) -> dict[str, Any]:
    scale, part = float(model.scale[code]), model.tree.parts[code]
    makers = network["capabilities"].filter(pl.col("part") == part)
    usual = {column: makers[column].median() for column in USUAL}
    return {
        "site": site, "part": part, "capacity_per_year": scale if np.isfinite(scale) else None, **usual,
        "qualified": True, "evidence": "inferred", "source": SOURCE,
    }  # fmt: skip
