"""A made-up answer of `density`, the size of a real one: 12 regions, about 400 cells, 50 parts."""

from __future__ import annotations

import math

import h3
import polars as pl

from tierscape.analyses.density import tables
from tierscape.analyses.density.result import Density
from tierscape.errors import Finding
from tierscape.frames import DTYPES
from tierscape.results import Provenance
from tierscape.schema import Table

HOSTILE = "</script><img src=x onerror=alert(1)>"
REGIONS = (
    ("HU-KE", "Komárom-Esztergom", "HU", 47.62, 18.33), ("PL-24", "Śląskie", "PL", 50.26, 19.02),
    ("PL-02", "Dolnośląskie", "PL", 51.10, 17.03), ("CZ-80", "Moravskoslezský kraj", "CZ", 49.82, 18.26),
    ("SK-BL", "Bratislavský kraj", "SK", 48.15, 17.11), ("HU-HB", "Hajdú-Bihar", "HU", 47.53, 21.63),
    ("DE-BY", "Bayern", "DE", 48.79, 11.50), ("DE-SN", "Sachsen", "DE", 51.05, 13.74),
    ("AT-6", "Steiermark", "AT", 47.07, 15.44), ("RO-CJ", "Cluj", "RO", 46.77, 23.60),
    ("SI-061", "Ljubljana", "SI", 46.06, 14.51), ("RS-08", "Mačva", "RS", 44.75, 19.69),
)  # fmt: skip
PARTS = tuple(
    (f"{stem}_{tier}", kind, tier)
    for tier, stems in enumerate(
        (
            ("cell_nmc", "housing", "busbar", "bms", "cooling_plate", "harness", "seal"),
            ("cathode", "anode", "separator", "electrolyte", "foil_cu", "foil_al", "can", "connector", "pcb", "die_cast"),
            ("pcam", "graphite", "binder", "solvent", "salt_lipf6", "copper_rod", "al_sheet", "resin", "stamping", "plating",
             "tooling", "heat_treatment", "mould_making", "test_lab"),
            ("nickel_sulphate", "cobalt_sulphate", "lithium_hydroxide", "needle_coke", "fluorspar", "bauxite", "cathode_cu",
             "rare_earth", "quartz", "steel_coil", "pet_film", "lubricant", "laser_weld", "etching", "calibration",
             "surface_grinding", "galvanising", "cnc", "laminating"),
        ),
        start=1,
    )
    for stem in stems
    for kind in ("process" if tier == 3 and stem in {"plating", "tooling"} else "component",)
)  # fmt: skip


def wave(*numbers: float) -> float:
    """Give a number from 0 to 1 that looks random and never changes."""
    return 0.5 + 0.5 * math.sin(12.9898 * numbers[0] + 78.233 * sum(n * (i + 1) for i, n in enumerate(numbers)))


def frame(table: Table, rows: list[dict[str, object]]) -> pl.DataFrame:
    """Fill a declared table; what a row leaves out is null."""
    schema = {c.name: DTYPES[c.kind] for c in table.columns}
    return pl.DataFrame([{name: row.get(name) for name in schema} for row in rows], schema=schema)


def region_rows() -> list[dict[str, object]]:
    """Twelve regions, best first; the last has no score."""
    rows: list[dict[str, object]] = []
    for i, (key, name, country, lat, lon) in enumerate(REGIONS):
        c = 0.72 - 0.045 * i
        row: dict[str, object] = {
            "region": key, "name": name, "country": country, "lat": lat, "lon": lon, "rank": i + 1,
            "score": 100 * (c - 0.11), "score_high": 100 * (c - 0.02), "completeness": c, "completeness_own": c * 0.9,
            "completeness_open": c * 1.06, "fragmentation": 0.15 * wave(i), "completeness_high": c + 0.1,
            "completeness_evidenced": c * 0.8, "average": c * 0.95, "bottleneck": 0.0, "bottleneck_part": "graphite_3",
            "depth": c * 0.7, "layers_sourced": 2 if i < 4 else 1, "partner_share": wave(i, 3), "logistics": wave(i, 4),
            "labs": None if i == 3 else wave(i, 5), "connection": wave(i, 6), "redundancy": wave(i, 7) * 0.5,
            "sites": 40 - 3 * i, "cluster_at_risk": 0.42 - 0.03 * i, "at_risk_part": "cell_nmc_1", "coverage": 0.84,
            "rank_p5": max(1, i - 1), "rank_p50": i + 1, "rank_p95": i + 3, "p_first": 0.6 if i == 0 else 0.0,
            "main_driver": ("weights", "reach", "aggregation", None)[i % 4], "stage_low": "latent", "stage_high": "growing",
            "maturity_low": 30.0 - i, "maturity_high": 55.0 - i,
        }  # fmt: skip
        rows.append(row)
    rows[-1] |= {"rank": None, "score": None, "score_high": None, "sites": 0, "note": "no site within the radius"}
    return rows


def cell_rows() -> list[dict[str, object]]:
    """Cells around the regions, H3 resolution 5."""
    found: dict[str, dict[str, object]] = {}
    for i, (_, _, country, lat, lon) in enumerate(REGIONS):
        for cell in sorted(h3.grid_disk(h3.latlng_to_cell(lat, lon, 5), 3)):
            y, x = h3.cell_to_latlng(cell)
            near = math.exp(-math.hypot(y - lat, (x - lon) * 0.65) / 0.9)
            c = None if wave(y, x) > 0.97 else (0.75 - 0.04 * i) * near
            found[cell] = {
                "cell": cell, "lat": y, "lon": x, "country": country, "sites": int(3 * wave(x, y)), "completeness": c,
                "completeness_own": None if c is None else c * 0.9, "completeness_open": c, "fragmentation": 0.1,
                "score": None if c is None else 80 * c,
                "gi_z": 8 * near - 2, "hotspot": "hot" if near > 0.7 else "none",
            }  # fmt: skip
    return list(found.values())


def site_rows(hostile: str) -> list[dict[str, object]]:
    """Eighty sites near the regions, one in China, one of them with a hostile name."""
    rows: list[dict[str, object]] = []
    for i in range(80):
        _, town, country, lat, lon = REGIONS[i % len(REGIONS)]
        y, x = lat + wave(i, 1) - 0.5, lon + 1.4 * wave(i, 2) - 0.7
        rows.append({
            "site": f"s{i:02d}", "name": f"{town} plant {i}", "organization": f"Firm {i % 31}", "country": country,
            "lat": y, "lon": x, "cell": h3.latlng_to_cell(y, x, 5), "tier": 1 + i % 4, "makes": PARTS[i % 50][0],
            "evidence": ("observed", "inferred", "declared", None)[i % 4],
        })  # fmt: skip
    rows[0] |= {"name": "Ningde plant", "country": "CN", "lat": 26.66, "lon": 119.55}
    rows[1] |= {"name": hostile or "Plain name"}
    return rows


def part_rows() -> list[dict[str, object]]:
    """Cover of fifty parts in twelve regions; three parts are made by nobody."""
    rows: list[dict[str, object]] = []
    for i, region in enumerate(REGIONS):
        for j, (part, kind, tier) in enumerate(PARTS):
            seen = j not in {27, 33, 41}
            cover = max(0.0, min(1.0, 1.4 * wave(i * 0.37, j) - 0.12 * tier)) if seen else 0.0
            rows.append({
                "region": region[0], "part": part, "name": part, "kind": kind, "tier": tier, "cover": cover, "sites": int(4 * cover), "to_qualify": 0,
                "organizations": int(3 * cover), "n_effective": 1 + cover if cover else None,
                "nearest_km": 20 + 600 * (1 - cover) if seen else None, "seen": seen,
            })  # fmt: skip
    return rows


def maturity_rows() -> list[dict[str, object]]:
    """Three items of maturity in twelve regions, the last of them unknown."""
    return [
        {
            "region": region[0], "item": item, "points": 0.0 if most is None else most * wave(i, n),
            "points_high": 10.0 if most is None else most * wave(i, n), "most": most or 10.0, "evidence": 3 if most else 0,
            "source": "not stated (indicators)" if most is None else f"firms: {i} (sites)",
        }
        for i, region in enumerate(REGIONS)
        for n, (item, most) in enumerate((("critical mass", 20.0), ("labour", 10.0), ("net entry", None)))
    ]  # fmt: skip


def comparison_rows() -> list[dict[str, object]]:
    """The first three regions pair by pair, one dimension of the third unknown."""
    values = {name: [0.9 - 0.2 * n - 0.1 * d for n in range(3)] for d, name in enumerate(("completeness", "depth"))}
    values = {"score": [61.0, 56.5, 52.0], **values, "connection": [0.5, 0.4, None]}
    return [
        {
            "region_a": REGIONS[a][0], "region_b": REGIONS[b][0], "dimension": name, "value_a": v[a], "value_b": v[b],
            "difference": None if v[b] is None else v[a] - v[b], "p_a_above_b": None if v[b] is None else 0.9,
        }
        for a, b in ((0, 1), (0, 2), (1, 2))
        for name, v in values.items()
    ]  # fmt: skip


def statistics() -> dict[str, pl.DataFrame]:
    """Give the statistical tables: items of maturity and regions side by side; the others have no row."""
    rows = {"maturity": maturity_rows(), "comparison": comparison_rows()}
    return {t.name: frame(t, rows.get(t.name, [])) for t in tables.STATISTICS}


def density_answer(hostile: str = "") -> Density:
    """Give the whole answer; ``hostile`` stands in a region, a site, a part, a note, a parameter and a finding."""
    parts = part_rows()
    gaps = [
        {
            "region": p["region"], "part": p["part"], "name": p["part"], "tier": p["tier"], "cover": p["cover"], "gain": 14 * wave(n, 9) ** 3,
            "step": n % 9 + 1, "completeness_after": 0.7 + 0.02 * (n % 9),
            "move": ("qualify", "co_locate", "reach", "search", "project")[n % 5], "target": f"s{n % 80:02d}",
            "target_km": 300 * wave(n, 2),
        }
        for n, p in enumerate(parts)
        if float(str(p["cover"])) < 0.5
    ]  # fmt: skip
    gaps.sort(key=lambda g: (str(g["region"]), -float(str(g["gain"]))))
    layers = [
        {
            "region": r[0], "tier": t, "parts": (7, 10, 14, 19)[t - 1], "cover": max(0.05, 0.95 - 0.19 * t - 0.03 * i),
            "sourced": t < 3, "partner_share": wave(i, t),
        }
        for i, r in enumerate(REGIONS)
        for t in (1, 2, 3, 4)
    ]  # fmt: skip
    regions = region_rows()
    if hostile:
        regions[1] |= {"name": hostile, "note": hostile}
        gaps[0] |= {"target": hostile}
    findings = (
        Finding(rule="status", severity="warning", table="sites", column="status", problem="3 of 80 rows have no status",
                remedy="Add it; they count as operating until then.", count=3, row=7, value=hostile or "s05"),
        Finding(rule="unseen", severity="note", table="capabilities", problem="3 required parts have no maker",
                remedy="Add makers if there are any.", count=3, value="graphite_3"),
    )  # fmt: skip
    return Density(
        regions=frame(tables.REGIONS, regions), gaps=frame(tables.GAPS, gaps), layers=frame(tables.LAYERS, layers),
        parts=frame(tables.PARTS, parts), cells=frame(tables.CELLS, cell_rows()),
        sites=frame(tables.SITES, site_rows(hostile)), **statistics(), findings=findings, analysis="density", title="Supply density",
        parameters={"product": "ev_pack_75", "radius_km": 100.0, "resolution": 5, "measure": "sites", "remark": hostile,
                    "assumptions": {"statuses": ["operating"], "weakest_link": 1.0}},
        provenance=Provenance(
            version="0.1.0", network="EV battery, Central Europe", digest="9f2c" * 16, rows_read=1234,
            evidence={"declared": 0.12, "observed": 0.47, "inferred": 0.29, "none": 0.12, "illustrative": 0.31},
            vintages={"countries-50m.json": "Natural Earth 5, 2022", "freight.csv": "2024"},
        ),
    )  # fmt: skip
