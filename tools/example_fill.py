"""Illustrative figures: capacities where no nameplate is known, costs, times and hours."""

from __future__ import annotations

import math
from collections import defaultdict
from graphlib import TopologicalSorter

from example_facts import ASSEMBLY, Row, chance, in_part_units, rounded

MARGIN = 1.25
"""Capacity of all makers of a part beside what the network needs of it."""
FLOOR = 0.005
"""Least share of a part's value that its own making costs."""
LABOUR = {"product": 0.25, "component": 0.2, "process": 0.35, "material": 0.08, "service": 0.5}
ENERGY = {"product": 0.02, "component": 0.06, "process": 0.2, "material": 0.25, "service": 0.05}
LEAD = {"product": 20, "component": 35, "process": 10, "material": 45, "service": 30}
FINISHED = {"product": 3, "component": 7, "process": 0, "material": 14, "service": 0}
RECOVER = {"product": 45, "component": 60, "process": 45, "material": 75, "service": 20}
LONG_RECOVER = {"cell_making": 120, "wafer_fab": 150, "mcu": 150, "graphitisation": 100, "separator": 100}
LABOUR_COST, ENERGY_COST = 20.0, 0.12
KNOWN_HOURS = {"harness_assembly": 5.5}
SMALL = 0.02


def time_to_recover(site: Row, parts: dict[str, Row]) -> int:
    """Give days to recover after a full stop, by what the site makes."""
    days = max([LONG_RECOVER.get(p, RECOVER[parts[p]["kind"]]) for p in site["makes"]] or [20])
    return round(days * (0.75 + 0.5 * chance("ttr_days", site["site"])))


def nameplate(site: Row, part: str, parts: dict[str, Row], bom: list[Row]) -> float | None:
    """Give the announced capacity of a site for one part, in units of the part; None where it does not speak of it."""
    if site["_capacity"] is None:
        return None
    amount: float = site["_capacity"][0]
    unit, _, good = site["_capacity"][1].partition("/yr")
    good = good.strip()
    if unit == "vehicles":
        return amount if part in {*ASSEMBLY, *ASSEMBLY.values(), "pack_eol_test"} else None
    if unit == "GWh":
        if parts[part]["unit"] == "kWh":
            cells = [p for p in site["makes"] if p.startswith("cell_") and parts[p]["kind"] == "component"]
            return in_part_units(amount, unit, "kWh") / (len(cells) if part in cells else 1)
        cathode = _quantity(bom, "cell_nmc", "cathode_nmc")
        chain = {"cathode_nmc": cathode, "pcam": cathode * _quantity(bom, "cathode_nmc", "pcam")}
        return in_part_units(amount, unit, "kWh") * chain[part] if part in chain else None
    if good and {"LiOH": "lioh", "NiSO4": "ni_sulphate"}[good] != part:
        return None
    return in_part_units(amount, unit, parts[part]["unit"])


def _quantity(bom: list[Row], parent: str, child: str) -> float:
    return float(next(row["quantity"] for row in bom if (row["parent"], row["child"]) == (parent, child)))


def capacities(
    sites: list[Row], parts: dict[str, Row], bom: list[Row], peak: dict[str, float]
) -> dict[tuple[str, str], tuple[float, bool]]:
    """Give the capacity of every site and part, and whether it is a nameplate.

    Products have room for the peak demand; below them every part has room for what its users need. What nameplates do
    not cover is split over the other makers by a number that depends on the keys alone. A process that a site runs for
    its own products follows them.
    """
    makers: dict[str, list[Row]] = defaultdict(list)
    for site in sites:
        for part in makes(site):
            makers[part].append(site)
    uses: dict[str, list[Row]] = defaultdict(list)
    for row in bom:
        uses[row["child"]].append(row)
    order = TopologicalSorter({p: {row["parent"] for row in uses[p]} for p in parts}).static_order()
    found: dict[tuple[str, str], tuple[float, bool]] = {}
    for part in order:
        need = peak.get(part, 0.0) or sum(
            found[site["site"], row["parent"]][0] * row["quantity"] * _share(row, bom, makers)
            for row in uses[part]
            for site in makers[row["parent"]]
            if site["status"] == "operating"
        )
        _fill(part, makers[part], (need, uses[part], bom), parts, found)
    return found


def makes(site: Row) -> list[str]:
    """Give the parts that a site makes, with the products that it assembles."""
    return [*site["makes"], *(product for process, product in ASSEMBLY.items() if process in site["makes"])]


def _share(row: Row, bom: list[Row], makers: dict[str, list[Row]]) -> float:
    """Give the share of an alternative: its part of all operating makers of the group."""
    if row["choice"] is None:
        return 1.0
    counts: dict[str, int] = {
        r["child"]: sum(s["status"] == "operating" for s in makers[r["child"]])
        for r in bom
        if (r["parent"], r["choice"]) == (row["parent"], row["choice"])
    }
    return counts[row["child"]] / max(sum(counts.values()), 1)


def _fill(
    part: str,
    makers: list[Row],
    use: tuple[float, list[Row], list[Row]],
    parts: dict[str, Row],
    found: dict[tuple[str, str], tuple[float, bool]],
) -> None:
    need, uses, bom = use
    open_sites = []
    total = 0.0
    for site in makers:
        own = sum(found[site["site"], r["parent"]][0] * r["quantity"] for r in uses if r["parent"] in makes(site))
        plate = nameplate(site, part, parts, bom)
        if plate is not None:
            found[site["site"], part] = (plate, True)
        elif part in ASSEMBLY:
            found[site["site"], part] = (found[site["site"], ASSEMBLY[part]][0], False)
        elif own > 0.0 and parts[part]["kind"] == "process":
            found[site["site"], part] = (_room(1.1 * own), False)
        else:
            open_sites.append(site)
            continue
        total += found[site["site"], part][0] if site["status"] == "operating" else 0.0
    if need == 0.0:
        need = 100_000.0 * max(len(makers), 1)
    rest = max(MARGIN * need - total, 0.25 * MARGIN * need)
    weights = {
        s["site"]: (0.6 + chance("capacity", s["site"], part)) * (SMALL if s["_small"] else 1.0) for s in open_sites
    }
    base = sum(weights[s["site"]] for s in open_sites if s["status"] == "operating") or sum(weights.values())
    for site in open_sites:
        amount = rest * weights[site["site"]] / base
        found[site["site"], part] = (_room(amount), False)


def _room(amount: float) -> float:
    return float(math.ceil(amount)) if amount < 100 else rounded(amount)


def conversion_costs(parts: dict[str, Row], bom: list[Row]) -> dict[str, float | None]:
    """Give each part's own cost: its value less that of its children, the dearest of alternatives, never below a floor."""
    found: dict[str, float | None] = {}
    for part, row in parts.items():
        value = row["unit_value"]
        inputs: dict[str, float] = defaultdict(float)
        for r in bom:
            if r["parent"] == part:
                worth = r["quantity"] * (parts[r["child"]]["unit_value"] or 0.0)
                group = r["choice"] or r["child"]
                inputs[group] = max(inputs[group], worth)
        found[part] = None if value is None else rounded(max(value - sum(inputs.values()), FLOOR * value), 4)
    return found


def capabilities(sites: list[Row], parts: dict[str, Row], bom: list[Row], peak: dict[str, float]) -> list[Row]:
    """Give a row for every site and part; a closed site makes nothing."""
    room = capacities(sites, parts, bom, peak)
    costs = conversion_costs(parts, bom)
    return [
        _capability(site, part, room[site["site"], part], costs[part], parts[part]["kind"])
        for site in sites
        if site["status"] != "closed"
        for part in makes(site)
    ]


def _capability(site: Row, part: str, room: tuple[float, bool], cost: float | None, kind: str) -> Row:
    capacity, plate = room
    evidence, source = site["evidence"], f"illustrative figures; activity: {site['_source']}"
    if part in ASSEMBLY.values():
        evidence, source = (
            "inferred",
            "illustrative: a site that assembles packs is taken to make the pack of the example",
        )
    elif plate:
        mark = site["_capacity_mark"]
        evidence = "inferred" if mark == "public knowledge" else evidence
        source = f"{site['_source']}; nameplate as announced, {mark}; costs and times illustrative"
    vary = {c: 0.7 + 0.6 * chance(c, site["site"], part) for c in ("lead", "finished", "flex")}
    return {
        "site": site["site"],
        "part": part,
        "capacity_per_year": capacity,
        "conversion_cost": cost,
        "lead_time_days": round(LEAD[kind] * vary["lead"]),
        "flex_share": round(0.1 * vary["flex"], 2),
        "finished_stock_days": round(FINISHED[kind] * vary["finished"]),
        "energy_kwh_per_unit": None if cost is None else rounded(cost * ENERGY[kind] / ENERGY_COST, 2),
        "labour_hours_per_unit": None
        if cost is None
        else KNOWN_HOURS.get(part, rounded(cost * LABOUR[kind] / LABOUR_COST, 2)),
        "evidence": evidence,
        "source": source,
        "as_of": site["as_of"],
    }
