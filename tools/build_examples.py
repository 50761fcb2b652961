"""Write the two shipped examples of real sites from the typed facts in ``tools/facts``.

``python tools/build_examples.py [FOLDER]``; without a folder the examples of the package are rewritten. The same facts
give the same bytes.
"""

from __future__ import annotations

import csv
import sys
from pathlib import Path
from typing import Any

import polars as pl

from example_facts import HOMES, NAMES, Row, organizations, parts_and_bom, regions, sites
from example_fill import capabilities, time_to_recover
from example_lanes import links, nodes
from example_planning import (
    candidates,
    contracts,
    demand,
    disruptions,
    figures,
    incentives,
    observations,
    own_costs,
    peaks,
    projects,
)
from tierscape.network import Network
from tierscape.reference import countries
from tierscape.schema import TABLES

SHIPPED = Path(__file__).parent.parent / "src" / "tierscape" / "examples"


def tables(example: str) -> dict[str, list[Row]]:
    """Give the rows of every table of an example."""
    places = sites(example)
    parts, bom = parts_and_bom(example, places)
    for site in places:
        site["ttr_days"] = time_to_recover(site, parts)
    wanted = demand(example)
    planned = {row["region"] for row in (*wanted, *incentives(example))}
    wages = dict(countries().select("iso2", "labour_cost_prior_usd_2024").iter_rows())
    area = regions(example, places, planned, wages)
    found: dict[str, list[Row]] = {
        "meta": [{"name": NAMES[example], "currency": "USD", "price_year": 2024, "home": HOMES[example]}],
        "regions": area,
        "organizations": organizations(places),
        "sites": places + candidates(example, area),
        "parts": list(parts.values()),
        "bom": bom,
        "capabilities": capabilities(places, parts, bom, peaks(wanted)),
    }
    network = Network.from_tables({name: frame(name, rows) for name, rows in found.items()})
    found["links"] = links(example, network, places, parts)
    found["capabilities"] += own_costs(example, parts)
    found["demand"] = wanted
    found["nodes"] = nodes(example, places, found["links"])
    found["projects"] = projects(example, parts)
    found["contracts"] = contracts(example, parts)
    found["incentives"] = incentives(example)
    found["disruptions"] = disruptions(example, places)
    found["observations"] = observations(example, found["links"], parts, found["capabilities"])
    if stated := figures(example, found["links"]):
        found["indicators"] = stated
    return found


def cells(name: str, rows: list[Row]) -> tuple[list[str], list[list[str]]]:
    """Give the columns of a table that hold a value, and its rows as text, sorted by key."""
    table = TABLES[name]
    used = [c for c in table.names if any(row.get(c) is not None for row in rows)]
    text = [{c: _text(row.get(c)) for c in used} for row in rows]
    return used, [[row[c] for c in used] for row in sorted(text, key=lambda r: [r[c] for c in table.key])]


def frame(name: str, rows: list[Row]) -> pl.DataFrame:
    """Give a table as a frame of text, as the files hold it."""
    used, lines = cells(name, rows)
    return pl.DataFrame(
        [[cell or None for cell in line] for line in lines], schema=dict.fromkeys(used, pl.String), orient="row"
    )


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def write(folder: Path) -> None:
    """Write both examples below a folder."""
    for example in NAMES:
        target = folder / example
        target.mkdir(parents=True, exist_ok=True)
        for name, rows in tables(example).items():
            used, lines = cells(name, rows)
            with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(used)
                writer.writerows(lines)


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else SHIPPED)
