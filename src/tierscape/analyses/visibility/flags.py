"""Warnings F1 to F6, each with whom to ask what. F7, a verdict of origin that flips, is told by `origin`."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from tierscape.analyses.visibility.chain import Chain
from tierscape.analyses.visibility.view import View
from tierscape.analyses.visibility.weak_points import undisclosed_dominators
from tierscape.kernels.distance import great_circle_km
from tierscape.quantities.link_grades import WAY_GRADES

Row = tuple[str, str, str, int | None, float, float, str | None, bool, str, str]
RULES = {
    "F1": "one supplier of an essential part, outside near and allied countries",
    "F2": "a process far from its user",
    "F3": "much of the value is added offshore",
    "F4": "everything hangs on a supplier that nobody named",
    "F5": "a hidden site stands behind much of the direct supply",
    "F6": "the evidence of a link that matters has expired",
}
SCHEMA = {
    "flag": pl.String, "rule": pl.String, "subject": pl.String, "tier": pl.Int64, "value": pl.Float64,
    "threshold": pl.Float64, "evidence": pl.String, "certain": pl.Boolean, "ask_whom": pl.String, "ask_what": pl.String,
}  # fmt: skip


def flag_table(declared: View, chain: Chain, view: View, common: pl.DataFrame, needs: pl.DataFrame) -> pl.DataFrame:
    """Raise the flags.

    Suppliers are counted on declared links alone, so that an inferred link clears no flag; value is read from ``view``, and
    what rests on inferred links is not certain.
    """
    rows: list[Row] = [
        *_sole_sources(declared),
        *_far_processes(view),
        *_offshore(view, needs),
        *_undisclosed(chain),
        *_hidden(view, common),
        *_expired(view),
    ]
    frame = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    return frame.unique(["flag", "subject"], keep="first", maintain_order=True).sort(
        "flag", "certain", "value", "subject", descending=[False, True, True, False]
    )


def _grade(view: View, arcs: Iterable[int]) -> str | None:
    grades = [int(view.evidence.grade[e]) for e in arcs]
    return WAY_GRADES[max(grades)] if grades else None


def _sole_sources(view: View) -> Iterable[Row]:
    graph = view.trace.graph
    sole = (graph.slot_kind == 2) & (np.diff(graph.arc_start) == 1) & (view.trace.reach[graph.slot_line] > 0.0)
    slots = np.flatnonzero(sole)
    arcs = graph.arc_start[slots]
    lines, suppliers = graph.slot_line[slots], graph.arc_supplier[arcs]
    seller, buyer = view.places[suppliers], view.places[lines]
    rows = pl.DataFrame(
        {
            "slot": slots, "arc": arcs, "tier": view.tier_of[lines] + 1, "buyer": buyer["site"], "site": seller["site"],
            "part": seller["part"], "class": seller["class"].cast(pl.String),
        }
    )  # fmt: skip
    rows = rows.filter((pl.col("site") != pl.col("buyer")) & ~pl.col("class").is_in(["home", "near", "ally"]))
    for q, e, tier, user, site, part, place in rows.iter_rows():
        yield (
            "F1", RULES["F1"], f"{user}/{graph.slot_part[q]}", tier, 1.0, 1.0, _grade(view, [e]),
            place == "offshore" and view.evidence.grade[e] < WAY_GRADES.index("inferred"), user,
            f"Is a supplier of {view.part_names.get(part, graph.slot_part[q])} beside {view.names[site]} qualified, and if not, "
            "how many weeks would it take?",
        )  # fmt: skip


def _far_processes(view: View) -> Iterable[Row]:
    """Needs for a process whose nearest named supplier stands beyond the radius."""
    graph, places, limit = view.trace.graph, view.places, view.limits.process_radius_km
    process = (places["kind"] == "process").to_numpy()
    at = {name: places[name].fill_null(np.nan).to_numpy() for name in ("lat", "lon")}
    line, supplier = graph.arc_line, graph.arc_supplier
    km = great_circle_km(at["lat"][supplier], at["lon"][supplier], at["lat"][line], at["lon"][line])
    stated = graph.links["distance_km"].fill_null(np.nan).to_numpy()[graph.arc_link]
    km = np.where(np.isnan(stated), km, stated)
    nearest = np.full(len(graph.slot_line), np.inf)
    np.minimum.at(nearest, graph.arc_slot, np.where(np.isnan(km), -np.inf, km))  # an unknown distance raises no flag
    of_process = np.bincount(graph.arc_slot[process[supplier]], minlength=len(nearest)) > 0
    far = of_process & np.isfinite(nearest) & (nearest > limit) & (view.trace.reach[graph.slot_line] > 0.0)
    for q in np.flatnonzero(far).tolist():
        arcs = range(graph.arc_start[q], graph.arc_start[q + 1])
        buyer, part = graph.lines["site"][int(graph.slot_line[q])], graph.slot_part[q]
        guessed = bool(view.evidence.inferred[arcs.start : arcs.stop].any())
        yield (
            "F2", RULES["F2"], f"{buyer}/{part}", int(view.tier_of[graph.slot_line[q]]) + 1, float(nearest[q]), limit,
            _grade(view, arcs), not guessed, buyer,
            f"Where is {view.part_names.get(part, part)} done for you, and is there a shop within {limit:g} km?",
        )  # fmt: skip


def _offshore(view: View, needs: pl.DataFrame) -> Iterable[Row]:
    shares, limit = view.by_class("added"), view.limits.offshore_share
    away = view.reached.filter(pl.col("class") == "offshore")
    sure = float((away["added"] * (1.0 - away["guessed"])).sum())
    high = shares["offshore"] + shares["depends"] + shares["unknown"]
    if high <= limit:
        return
    seen = shares["offshore"] > limit
    if seen:
        by_site = away.group_by("site", maintain_order=True).agg(
            pl.col("added").sum(), pl.col("part").first(), pl.col("tier").min()
        )
        top = by_site.sort("added", "site", descending=[True, False]).row(0, named=True)
        whom, tier = top["site"], top["tier"]
        what = f"Which part of {view.part_names[top['part']]} could be made nearer, and where do its inputs come from?"
    elif needs.height:
        whom, tier = needs["buyer"][0], needs["tier"][0]
        what = (
            f"Who supplies {view.part_names.get(needs['part'][0], needs['part'][0])}, from which sites and countries?"
        )
    else:
        return
    grade = "inferred" if away.filter(pl.col("guessed") > 0).height else None
    yield (
        "F3",
        RULES["F3"],
        view.product,
        tier,
        shares["offshore"] if seen else high,
        limit,
        grade,
        sure > limit,
        whom,
        what,
    )


def _undisclosed(chain: Chain) -> Iterable[Row]:
    view = chain.view
    graph = view.trace.graph
    for q in undisclosed_dominators(chain).tolist():
        line = int(graph.slot_line[q])
        buyer, part = graph.lines["site"][line], graph.slot_part[q]
        yield (
            "F4", RULES["F4"], f"{buyer}/{part}", int(view.tier_of[line]) + 1, 1.0, 0.0, None, True, buyer,
            f"Who supplies {view.part_names.get(part, part)}, from which sites and countries?",
        )  # fmt: skip


def _hidden(view: View, common: pl.DataFrame) -> Iterable[Row]:
    limit = view.limits.cover
    over = common.filter(~pl.col("direct") & (pl.col("cover_value_high") > limit))
    graph = view.trace.graph
    used = np.flatnonzero(view.trace.reach[graph.arc_line] > 0.0)
    sellers = pl.DataFrame({"arc": used, "site": graph.lines["site"].gather(graph.arc_supplier[used].tolist())})
    arcs = dict(sellers.group_by("site", maintain_order=True).agg("arc").rows())
    for row in over.iter_rows(named=True):
        part = view.part_names.get(row["parts"].split("; ")[0], row["parts"])
        sold = np.array(arcs[row["site"]], dtype=np.int64)
        guessed = bool(view.evidence.inferred[sold].any())
        low = row["cover_value_low"]
        yield (
            "F5", RULES["F5"], row["site"], row["tier"], row["cover_value_high"] if low <= limit else low, limit, _grade(view, sold),
            low > limit and not guessed, row["behind"].split("; ")[0], f"Is there a second source of {part} beside {row['name']}?",
        )  # fmt: skip


def _expired(view: View) -> Iterable[Row]:
    graph, limit = view.trace.graph, view.limits.link_value
    through = view.trace.reach[graph.arc_line] * view.trace.values.arc_value
    by_link = np.bincount(graph.arc_link[view.evidence.expired], through[view.evidence.expired], graph.links.height)
    tiers = np.full(graph.links.height, np.iinfo(np.int64).max)
    np.minimum.at(tiers, graph.arc_link, view.tier_of[graph.arc_line] + 1)
    for i in np.flatnonzero(by_link > limit).tolist():
        supplier, buyer, part, grade, source = graph.links.select(
            "supplier", "buyer", "part", "evidence", "source"
        ).row(i)
        tier = int(tiers[i])
        ask = f"Does the supply of {view.part_names[part]} by {view.names[supplier]} still hold? The row rests on: {source or 'no source'}."
        yield ("F6", RULES["F6"], f"{supplier}/{buyer}/{part}", tier, float(by_link[i]), limit, grade, True, buyer, ask)
