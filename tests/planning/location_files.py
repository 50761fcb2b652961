"""Published location problems as networks: facilities are projects at candidate sites, customers are demand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from tierscape.network import Network

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the published instances are not beside the repository")
YEAR = 2026


def optima(folder: str) -> pl.DataFrame:
    return pl.read_csv(DATA / folder / "optima.csv")


def or_library(name: str, kind: str) -> Network:
    """Read a warehouse location problem (Beasley 1988); ``kind`` is capacitated or uncapacitated."""
    words = _numbers(DATA / "orlib" / kind / f"{name}.txt")
    m, n = int(words[0]), int(words[1])
    pairs = words[2 : 2 + 2 * m].reshape(m, 2)
    rows = words[2 + 2 * m :].reshape(n, m + 1)
    demand, cost = rows[:, 0], rows[:, 1:]
    capacity = pairs[:, 0] if kind == "capacitated" else np.full(m, demand.sum())
    return location_network(capacity, pairs[:, 1], demand, cost)


def holmberg(name: str) -> Network:
    """Read a problem with single sourcing (Holmberg, Rönnqvist & Yuan 1999)."""
    words = _numbers(DATA / "holmberg" / f"{name}.txt")
    m, n = int(words[0]), int(words[1])
    capacity, fixed, demand, cost = np.split(words[2:], np.cumsum([m, m, n]))
    return location_network(capacity, fixed, demand, cost.reshape(n, m))


def location_network(capacity: np.ndarray, fixed: np.ndarray, demand: np.ndarray, cost: np.ndarray) -> Network:
    """Make the network of a location problem; ``cost[j, i]`` is that of serving all of customer j from facility i."""
    sites = [f"f{i:03}" for i in range(len(capacity))]
    customers = [f"c{j:03}" for j in range(len(demand))]
    table = pl.DataFrame
    return Network.from_tables(
        {
            "meta": table({"name": ["location"], "currency": ["EUR"], "home": ["DE"]}),
            "parts": table({"part": ["unit"], "name": ["Unit"], "kind": ["product"], "unit": ["unit"]}),
            "regions": table({"region": customers, "name": customers, "country": ["DE"] * len(customers)}),
            "sites": table({
                "site": sites, "name": sites, "country": ["DE"] * len(sites), "status": ["candidate"] * len(sites),
                "lat": [50.0] * len(sites), "lon": [10.0] * len(sites),
            }),
            "capabilities": table({
                "site": sites, "part": ["unit"] * len(sites), "capacity_per_year": [0.0] * len(sites),
                "conversion_cost": [0.0] * len(sites), "qualified": [True] * len(sites),
            }),
            "projects": table({
                "project": [f"open_{s}" for s in sites], "kind": ["capacity"] * len(sites), "site": sites,
                "part": ["unit"] * len(sites), "added_capacity_per_year": capacity.tolist(), "capex": fixed.tolist(),
                "lead_months": [0.0] * len(sites), "ramp_months": [0.0] * len(sites),
            }),
            "demand": table({
                "region": customers, "product": ["unit"] * len(customers), "year": [YEAR] * len(customers),
                "volume_per_year": demand.tolist(), "unit_margin": [1e5] * len(customers),
            }),
            "indicators": table({
                "subject_kind": ["lane"] * cost.size,
                "subject": [f"{s}/{c}/unit" for c in customers for s in sites],
                "indicator": ["freight_per_unit"] * cost.size,
                "value": (cost / demand[:, None]).ravel().tolist(),
                "unit": ["EUR"] * cost.size,
            }),
        },
        name="location",
    )  # fmt: skip


def _numbers(path: Path) -> np.ndarray:
    return np.array([float(word) for word in path.read_text(encoding="utf-8").split()])
