"""Logistics nodes of an example, and the lanes of its inferred links."""

from __future__ import annotations

import math
from typing import NamedTuple

import polars as pl

from example_facts import SOURCES, Row, chance, rounded
from tierscape.kernels.distance import great_circle_km
from tierscape.network import Network
from tierscape.quantities.inferred import infer_links
from tierscape.quantities.sea_distances import sea_km
from tierscape.reference import crossings, hubs

DETOUR = 1.3
ROAD_KM_A_DAY = {"ev-battery-central-europe": 650.0, "auto-electronics-mexico": 885.0}
SPEED = {"rail": 500.0, "sea": 650.0, "barge": 180.0}
HANDLING = {"rail": 2.0, "sea": 12.0, "barge": 2.0}
BORDER_DAYS = {"ev-battery-central-europe": 0.7, "auto-electronics-mexico": 1.5}
RAIL_FROM_KM = 2000.0
AIR_DAYS = 4.0
AIR_FROM = 1000.0
"""Money a kilogram from which a part flies between continents."""
LEAST_SHARE = 0.01
OUTSIDE_WEIGHT = 0.15
SCALES = {
    "ev-battery-central-europe": {
        "product": 400.0, "component": 400.0, "process": 200.0, "service": 400.0, "material": 5000.0,
        "cell_nmc": 1500.0, "cell_lfp": 6000.0, "ic_bms": 1500.0, "bare_pcb": 1000.0, "al_extrusion": 600.0,
        "al_foil": 800.0, "cu_foil": 2000.0, "cu_cathode": 800.0,
    },
    "auto-electronics-mexico": {
        "product": 1000.0, "component": 1500.0, "process": 300.0, "service": 800.0, "material": 4000.0,
        "mcu": 8000.0, "power_ic": 8000.0, "memory_ic": 8000.0, "discretes": 8000.0, "passives_mlcc": 8000.0,
        "passives_res": 8000.0, "bare_pcb": 6000.0, "ccl": 6000.0, "cu_foil_ed": 6000.0, "atp_packaging": 8000.0,
        "wafer_fab": 8000.0,
    },
}  # fmt: skip
"""Kilometres over which a supplier loses a factor e of its weight: metals and chips are bought from afar, trays not."""

EUROPE = frozenset({"HU", "SK", "CZ", "PL", "DE", "AT", "SI", "RO", "RS", "FI", "NO", "LU"})
NORTH_AMERICA = frozenset({"MX", "US"})
EAST_OF_SUEZ = frozenset({"CN", "KR", "JP", "TW", "VN", "TH", "MY", "ID", "AU", "MZ", "CD"})
GATES = {
    "road": ("otay_mesa", "calexico_east", "nogales_mariposa", "el_paso_ysleta", "laredo_wtb", "pharr"),
    "rail": ("nogales_rail", "el_paso_rail", "eagle_pass_rail", "laredo_rail"),
}
"""Crossings between Mexico and the United States that goods are routed over."""
DANUBE = frozenset({"AT", "HU", "RS"})
BULKY = frozenset({"cu_cathode", "al_extrusion", "al_foil", "cu_foil"})
PORT_OF = {
    "DE": "deham", "PL": "plgdn", "CZ": "deham", "RO": "rocnd", "FI": "deham", "NO": "deham", "LU": "nlrtm",
    "MX": "mxzlo", "US": "uslax", "CD": "tzdar", "MZ": "tzdar",
}  # fmt: skip
HUB_COUNTRIES = {
    "ev-battery-central-europe": frozenset({"DE", "PL", "SI", "IT", "HR", "RO", "SK", "CZ", "HU", "AT", "MA"}),
    "auto-electronics-mexico": frozenset({"MX", "US"}),
}
CROSSINGS = {
    "ev-battery-central-europe": ("horgos", "kelebija_rail", "batrovci", "zahony", "vysne_nemecke", "medyka", "korczowa",
                                  "dorohusk", "porubne", "malaszewicze", "tanger_algeciras"),
    "auto-electronics-mexico": (),
}  # fmt: skip
LABS = ("un38_3_lab", "emc_env_lab", "crimp_lab")
_LABELS = {"verified": "verified: public source, read", "unverified": "unverified"}


class Lane(NamedTuple):
    """How a part travels."""

    mode: str
    route: tuple[str, ...]
    days: float
    km: float


def nodes(example: str, sites: list[Row], links: list[Row]) -> list[Row]:
    """Give the hubs of the area and of the routes, the border crossings and the laboratories."""
    used = {n for row in links for n in (row["route"] or "").split(";") if n}
    rows = [
        _node(h, {"node": _plain(h["node"]), "kind": h["kind"], "country": h["country"]})
        for h in hubs().iter_rows(named=True)
        if h["country"] in HUB_COUNTRIES[example] or h["node"] in used
    ]
    rows += [_crossing(c) for c in _crossings(example)]
    if example == "ev-battery-central-europe":
        rows.append(
            {
                "node": "suez", "kind": "canal", "name": "Suez Canal", "lat": 30.59, "lon": 32.27, "country": "EG",
                "evidence": "inferred", "source": SOURCES["public knowledge"],
            }
        )  # fmt: skip
    for site in sites:
        if site["status"] == "operating" and set(site["makes"]) & set(LABS):
            rows.append(
                {
                    "node": f"lab_{site['site']}", "kind": "test_lab", "name": site["name"], "lat": site["lat"],
                    "lon": site["lon"], "country": site["country"], "evidence": site["evidence"],
                    "source": site["_source"], "as_of": site["as_of"],
                }
            )  # fmt: skip
    return rows


def _plain(node: str) -> str:
    """Keep '/' out of a key: it joins the keys of a subject."""
    return node.replace("/", "_")


def _node(fact: Row, row: Row) -> Row:
    return {
        **row,
        "name": fact["name"],
        "lat": fact["lat"],
        "lon": fact["lon"],
        "evidence": "observed" if fact["label"] == "verified" else "inferred",
        "source": _LABELS.get(fact["label"], SOURCES["public knowledge"]),
    }


def _crossings(example: str) -> list[Row]:
    wanted = CROSSINGS[example]
    return [
        c
        for c in crossings().iter_rows(named=True)
        if (c["crossing"] in wanted if wanted else {c["side_a"], c["side_b"]} == {"US", "MX"})
    ]


def _crossing(fact: Row) -> Row:
    sides = [
        s if s != "EU" else fact[p].split()[-1] for s, p in ((fact["side_a"], "place_a"), (fact["side_b"], "place_b"))
    ]
    sides = ["ES" if s == "Algeciras" else s for s in sides]
    return _node(
        fact,
        {
            "node": fact["crossing"],
            "kind": "border_crossing",
            "country": sides[0],
            "other_country": sides[1],
            "mode": fact["mode"].split(";")[0],
        },
    )


def links(example: str, network: Network, sites: list[Row], parts: dict[str, Row]) -> list[Row]:
    """Give the inferred links that carry at least a hundredth of a need, with their lanes."""
    found = infer_links(network, distance_scale_km=SCALES[example], outside_weight=OUTSIDE_WEIGHT)
    places = {row["site"]: row for row in sites}
    rows = []
    for link in found.filter(pl.col("share") >= LEAST_SHARE).iter_rows(named=True):
        seller, buyer, kind = places[link["supplier"]], places[link["buyer"]], parts[link["part"]]["kind"]
        way = lane(example, seller, buyer, parts[link["part"]], link["distance_km"] * DETOUR)
        vary = 0.7 + 0.6 * chance("stock_days", link["supplier"], link["buyer"], link["part"])
        stock = 0 if kind in ("process", "service") else max(2, round((5 + 0.7 * way.days) * vary))
        rows.append(
            {
                **{c: link[c] for c in ("supplier", "buyer", "part")},
                "volume_per_year": rounded(link["volume_per_year"]),
                "mode": way.mode,
                "route": ";".join(way.route) or None,
                "distance_km": way.km,
                "transit_days": way.days,
                "stock_days": stock,
                "confidence": round(link["confidence"], 3),
                "evidence": "inferred",
                "source": "illustrative: allocated by maximum entropy",
            }
        )
    return rows


def lane(example: str, seller: Row, buyer: Row, part: Row, direct: float) -> Lane:
    """Choose the mode, the nodes on the way, the days and the kilometres; ``direct`` is the way over land."""
    a, b, km = seller["country"], buyer["country"], rounded(direct)
    near = any({a, b} <= land for land in (EUROPE, NORTH_AMERICA)) or a == b
    if not near and part["unit_mass_kg"] and part["unit_value"] > AIR_FROM * part["unit_mass_kg"]:
        return Lane("air", (), AIR_DAYS, km)
    if not near:
        if a == "CN" and b == "PL":
            return Lane("rail", ("malaszewicze",), _days(HANDLING["rail"], km, SPEED["rail"]), km)
        out, home = _port(seller), _port(buyer)
        km = _by_ship(seller, out, home, buyer)
        canal = ("suez",) if _by_suez(a, b) else ()
        return Lane("sea", (out, *canal, home), _days(HANDLING["sea"], km, SPEED["sea"]), km)
    across = {a, b} == {"MX", "US"} or ("RS" in (a, b) and a != b)
    wait = BORDER_DAYS[example] if across else 0.0
    if part["part"] in BULKY and a != b and {a, b} <= DANUBE:
        return Lane("barge", (), _days(HANDLING["barge"] + wait, km, SPEED["barge"]), km)
    if {a, b} == {"MX", "US"}:
        heavy = part["kind"] == "material" or (part["kind"] == "component" and km > RAIL_FROM_KM)
        mode = "rail" if heavy else "road"
        speed = 750.0 if mode == "rail" else ROAD_KM_A_DAY[example]
        return Lane(mode, (_border(seller, buyer, mode),), _days(wait + HANDLING.get(mode, 0.0), km, speed), km)
    route = ("horgos",) if {a, b} == {"RS", "HU"} or (across and a != "RO" and b != "RO") else ()
    return Lane("road", route, _days(wait, km, ROAD_KM_A_DAY[example]), km)


def _by_ship(seller: Row, out: str, home: str, buyer: Row) -> float:
    """Give the kilometres by road to a port, along shipping lanes and by road from a port."""
    ports = {row["node"]: (row["lat"], row["lon"]) for row in hubs().iter_rows(named=True)}
    roads = sum(
        float(great_circle_km(*ports[port], site["lat"], site["lon"])) for port, site in ((out, seller), (home, buyer))
    )
    return rounded(DETOUR * roads + float(sea_km([ports[out]], [ports[home]])[0]))


def _by_suez(a: str, b: str) -> bool:
    west = EUROPE | {"MA"}
    return (a in EAST_OF_SUEZ and b in west) or (b in EAST_OF_SUEZ and a in west)


def _days(wait: float, km: float, speed: float) -> float:
    return round(max(wait + km / speed, 0.5), 1)


def _port(site: Row) -> str:
    """Give the seaport of a site: the usual one of its country, else the nearest of its country, else Koper."""
    if site["country"] in PORT_OF:
        return PORT_OF[site["country"]]
    ports = hubs().filter((pl.col("kind") == "seaport") & (pl.col("country") == site["country"])).sort("node")
    if ports.is_empty():
        return "sikop"
    km = great_circle_km(ports["lat"], ports["lon"], site["lat"], site["lon"])
    return str(ports["node"][int(km.argmin())])


def _border(seller: Row, buyer: Row, mode: str) -> str:
    """Give the crossing between Mexico and the United States with the least way."""
    best, least = "", math.inf
    for c in _crossings("auto-electronics-mexico"):
        if c["crossing"] in GATES[mode]:
            km = sum(float(great_circle_km(c["lat"], c["lon"], s["lat"], s["lon"])) for s in (seller, buyer))
            best, least = (c["crossing"], km) if km < least else (best, least)
    return best
