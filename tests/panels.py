"""Panels of sites that several tests read."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.io.panel import Panel

PLACES = 40


def panel_rows(seed: int = 0, first: int = 2000, last: int = 2012) -> pl.DataFrame:
    """Forty places in two bands; new sites of 3363 come where some stand already, those of 1111 anywhere."""
    random = np.random.default_rng(seed)
    sites = np.ones(PLACES)
    sites[:8] = 4.0
    rows = []
    for year in range(first, last + 1):
        for part, weight in (("336390", sites**2), ("1111", np.ones(PLACES))):
            for place in random.choice(PLACES, size=6, p=weight / weight.sum()):
                sites[place] += part == "336390"
                lat = round(20.0 + 0.3 * (place // 8) + random.uniform(0, 0.1), 4)
                lon = round(-100.0 + 0.3 * (place % 8), 4)
                rows.append((f"s{len(rows)}", part, lat, lon, year, f"r{place:02d}"))
    return pl.DataFrame(rows, schema=["site", "part", "lat", "lon", "first_year", "region"], orient="row")


def make_panel(seed: int = 0) -> Panel:
    """The same, read."""
    return Panel.from_frame(panel_rows(seed))
