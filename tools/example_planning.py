"""Illustrative planning inputs: demand, projects, contracts, incentives and disruptions, from the typed rows."""

from __future__ import annotations

import math
from collections import defaultdict

from example_facts import Row, chance, in_part_units, key, read, rounded

DAYS_A_MONTH = 365.25 / 12
YEARS = ("2026", "2027", "2028", "2030")
PER_VEHICLE = (("harness_body", 1), ("ecu_body", 6))
ACTIVE = ("operating", "construction")
MILLION = 1e6
MONTH_ENDS = (
    "01-31", "02-28", "03-31", "04-30", "05-31", "06-30", "07-31", "08-31", "09-30", "10-31", "11-30", "12-31",
)  # fmt: skip
SCORED = {"auto-electronics-mexico": "pcba"}
"""Part whose suppliers have series of their own."""
SUPPLIERS = 12
"""Suppliers with series."""
STATED = (
    ("x1", 0.0, 0.25, "1"), ("x2", -0.1, 0.3, "1"), ("x3", -0.03, 0.15, "1"), ("x4", 0.2, 1.3, "1"),
    ("sales_share", 0.48, 0.1, "share"), ("ramp_weeks", 25.0, 3.0, "weeks"), ("labour_risk", 80.0, 15.0, "1"),
    ("wage_gap_share", 0.45, 0.0, "share"), ("certificate_share", 0.3, 1.0, "share"), ("order_lot", 7.0, 1.0, "pieces"),
)  # fmt: skip
"""Figures of those suppliers: name, at the weakest and at the strongest, unit; of an order lot the weeks that it covers."""


def _labelled(row: Row, source: str = "illustrative") -> Row:
    return {**row, "evidence": "inferred", "source": source}


def demand(example: str) -> list[Row]:
    """Give the demand in long form; a vehicle takes a harness and six control units."""
    rows = []
    for fact in read(example, "demand.csv"):
        if fact["product"] == "vehicle":
            margins = fact["unit_margin"].split(";")
            products = [(p, n, m) for (p, n), m in zip(PER_VEHICLE, margins, strict=True)]
        else:
            products = [(fact["product"], 1, fact["unit_margin"])]
        for product, count, margin in products:
            rows += [
                _labelled(
                    {
                        "region": fact["region"],
                        "product": product,
                        "year": year,
                        "volume_per_year": float(fact[year]) * count,
                        "unit_margin": margin,
                    },
                    "illustrative: no margin assumed" if margin is None else "illustrative",
                )
                for year in YEARS
            ]
    return rows


def peaks(rows: list[Row]) -> dict[str, float]:
    """Give the highest yearly demand of each product over all regions."""
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for row in rows:
        totals[row["product"], row["year"]] += row["volume_per_year"]
    return {product: max(v for (p, _), v in totals.items() if p == product) for product, _ in totals}


def candidates(example: str, regions: list[Row]) -> list[Row]:
    """Give a candidate site for each region in which a project has no site of its own."""
    points = {row["region"]: row for row in regions}
    wanted = sorted({row["region"] for row in read(example, "projects.csv") if row["site"] is None})
    return [
        _labelled(
            {
                "site": _candidate(region),
                "name": f"Candidate site, {points[region]['name']}",
                "country": region[:2],
                "region": region,
                "lat": points[region]["lat"],
                "lon": points[region]["lon"],
                "geo_precision": "region",
                "status": "candidate",
            },
            "illustrative: place of a project, no plant stands there",
        )
        for region in wanted
    ]


def _candidate(region: str) -> str:
    return f"candidate_{region.lower().replace('-', '_')}"


def _project_site(row: Row) -> str:
    return _candidate(row["region"]) if row["site"] is None else key(row["site"])


def projects(example: str, parts: dict[str, Row]) -> list[Row]:
    """Give the projects in units of their parts."""
    return [
        _labelled(
            {
                **{
                    c: row[c]
                    for c in ("project", "name", "kind", "part", "lead_months", "ramp_months", "jobs", "requires")
                },
                "site": _project_site(row),
                "added_capacity_per_year": in_part_units(float(row["amount"]), row["unit"], parts[row["part"]]["unit"]),
                "capex": float(row["capex_million"]) * MILLION,
                "opex_per_year": float(row["opex_million"]) * MILLION,
            }
        )
        for row in read(example, "projects.csv")
    ]


def own_costs(example: str, parts: dict[str, Row]) -> list[Row]:
    """Give what a unit costs to make, beside running cost and capital, where a project states it; it makes nothing yet."""
    return [
        _labelled(
            {
                "site": _project_site(row),
                "part": row["part"],
                "capacity_per_year": 0.0,
                "conversion_cost": float(row["own_cost"]) / in_part_units(1.0, row["unit"], parts[row["part"]]["unit"]),
            },
            "illustrative: material, tools and energy of a project, beside its running cost; nothing is made yet",
        )
        for row in read(example, "projects.csv")
        if row.get("own_cost") is not None
    ]


def contracts(example: str, parts: dict[str, Row]) -> list[Row]:
    """Give the contracts between a real buyer and the site of a project, in units of their parts."""
    places = {row["project"]: _project_site(row) for row in read(example, "projects.csv")}
    rows = []
    for row in read(example, "contracts.csv"):
        unit = parts[row["part"]]["unit"]
        rows.append(
            _labelled(
                {
                    **{
                        c: row[c]
                        for c in ("contract", "part", "start_year", "term_years", "take_or_pay_share", "status")
                    },
                    "buyer": key(row["buyer"]),
                    "supplier": places[row["supplier"]],
                    "committed_per_year": in_part_units(float(row["committed"]), row["unit"], unit),
                    "unit_price": round(float(row["price"]) / in_part_units(1.0, row["price_unit"], unit), 6),
                },
                "illustrative: no agreement of the firms named",
            )
        )
    return rows


def incentives(example: str) -> list[Row]:
    """Give the incentives; days saved become a share of the mean lead time of the projects of the region."""
    leads: dict[str, list[float]] = defaultdict(list)
    for project in read(example, "projects.csv"):
        leads[project["region"]].append(float(project["lead_months"]) * DAYS_A_MONTH)
    rows = []
    for row in read(example, "incentives.csv"):
        how = row["how"]
        rate = None if row["rate"] is None else float(row["rate"])
        if row["days_saved"] is not None:
            times = leads[row["region"]]
            rate = round(float(row["days_saved"]) * len(times) / math.fsum(times), 3)
            how = f"{row['days_saved']} days of the mean lead time of the projects there"
        rows.append(
            _labelled(
                {
                    **{c: row[c] for c in ("incentive", "region", "kind", "floor_jobs", "clawback_share", "until")},
                    "rate": rate,
                    "cap": _million(row["cap_million"]),
                    "floor_investment": _million(row["floor_investment_million"]),
                },
                "illustrative" if how is None else f"illustrative: {how}",
            )
        )
    return rows


def _million(text: str | None) -> float | None:
    return None if text is None else float(text) * MILLION


def disruptions(example: str, sites: list[Row]) -> list[Row]:
    """Give the disruptions; one that may hit any maker of a part becomes a row for each."""
    rows = []
    for row in read(example, "disruptions.csv"):
        shared = {
            c: row[c] for c in ("name", "target_kind", "part", "annual_probability", "duration_days", "capacity_loss")
        }
        if row["makers_of"] is None:
            target = key(row["target"]) if row["target_kind"] == "site" else row["target"]
            rows.append(_labelled({"disruption": row["disruption"], "target": target, **shared}))
            continue
        wanted = set(row["makers_of"].split(";"))
        for site in sites:
            hit = bool(wanted & set(site["makes"])) or (wanted == {"vehicle"} and not site["makes"])
            if hit and site["status"] in ACTIVE and row["makers_in"] in (None, site["country"]):
                rows.append(
                    _labelled(
                        {
                            "disruption": f"{row['disruption']}-{site['site']}",
                            "target": site["site"],
                            **shared,
                            "name": f"{row['name']}: {site['name']}",
                        }
                    )
                )
    return rows


def observations(example: str, links: list[Row], parts: dict[str, Row], makers: list[Row]) -> list[Row]:
    """Give a year of transit times and material prices, and two years of lead times and prices of a part's suppliers."""
    worth = {p: row["unit_value"] or 0.0 for p, row in parts.items()}
    largest = sorted(links, key=lambda r: (-r["volume_per_year"] * worth[r["part"]], r["supplier"], r["buyer"]))[:3]
    materials = sorted(p for p, row in parts.items() if row["kind"] == "material" and worth[p])[:3]
    series = [
        ("link", f"{r['supplier']}/{r['buyer']}/{r['part']}", "transit_days", float(r["transit_days"]), "d")
        for r in largest
    ] + [("part", p, "unit_price", worth[p], f"USD/{parts[p]['unit']}") for p in materials]
    year = [
        (kind, subject, indicator, f"2025-{end}", level * (0.9 + 0.2 * chance("observation", subject, end)), unit)
        for kind, subject, indicator, level, unit in series
        for end in MONTH_ENDS
    ]
    return [
        _labelled(
            {
                "subject_kind": kind,
                "subject": subject,
                "indicator": indicator,
                "time": time,
                "value": round(value, 3),
                "unit": unit,
            }
        )
        for kind, subject, indicator, time, value, unit in [
            *year,
            *_of_suppliers(SCORED.get(example), links, parts, makers),
        ]
    ]


def _of_suppliers(
    part: str | None, links: list[Row], parts: dict[str, Row], makers: list[Row]
) -> list[tuple[str, str, str, str, float, str]]:
    """Give monthly lead times and prices of the suppliers with the largest volume; each has a spread of its own."""
    lead = {row["site"]: float(row["lead_time_days"]) for row in makers if row["part"] == part}
    rows = []
    for site in _largest(part, links):
        subject = f"{site}/{part}"
        worth = parts[str(part)]["unit_value"] * (0.92 + 0.16 * chance("price level", subject))
        for indicator, level, widest, unit in (
            ("lead_time_days", lead[site], 0.9, "d"),
            ("unit_price", worth, 0.3, f"USD/{parts[str(part)]['unit']}"),
        ):
            spread = widest * (0.1 + 0.9 * chance("spread", subject, indicator))
            rows += [
                (
                    "capability",
                    subject,
                    indicator,
                    f"{year}-{end}",
                    level * (1 + spread * (chance(subject, indicator, year, end) - 0.5)),
                    unit,
                )
                for year in ("2024", "2025")
                for end in MONTH_ENDS
            ]
    return rows


def _largest(part: str | None, links: list[Row]) -> list[str]:
    volume: dict[str, float] = defaultdict(float)
    for row in links:
        if row["part"] == part:
            volume[row["supplier"]] += row["volume_per_year"]
    return sorted(volume, key=lambda s: (-volume[s], s))[:SUPPLIERS]


def figures(example: str, links: list[Row]) -> list[Row]:
    """Give finances, dependence, ramp, wages and certificates of the suppliers with series; each has a strength of its own."""
    part = SCORED.get(example)
    rows = []
    for site in _largest(part, links):
        weekly = sum(row["volume_per_year"] for row in links if (row["supplier"], row["part"]) == (site, part)) / 52
        for name, weak, strong, unit in STATED:
            value = weak + (strong - weak) * _strength(site, name)
            rows.append(
                _labelled(
                    {
                        "subject_kind": "capability",
                        "subject": f"{site}/{part}",
                        "indicator": name,
                        "year": 2024,
                        "value": rounded(value * weekly) if name == "order_lot" else round(value, 3),
                        "unit": unit,
                    }
                )
            )
    return rows


def _strength(site: str, name: str) -> float:
    return 0.85 * chance("strength", site) + 0.15 * chance("strength", site, name)
