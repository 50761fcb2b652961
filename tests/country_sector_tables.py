"""Country-sector tables that several tests read."""

from __future__ import annotations

import numpy as np

from tierscape.io.country_sector import CountrySector
from tierscape.io.country_sector_files import Raw

A = np.array([[0.20, 0.02, 0.01], [0.25, 0.40, 0.03], [0.10, 0.05, 0.50]])
Y = np.array([[300.0, 150.0, 5.0], [30.0, 5000.0, 60.0], [20.0, 200.0, 4000.0]])
COUNTRIES = ("MEX", "USA", "CHN")


def raw(flows, final, countries=COUNTRIES, sectors=("all",), output=None, **more):
    """Figures with their labels, rows country by country."""
    flows, final = np.asarray(flows, float), np.asarray(final, float)
    made = flows.sum(axis=1) + final.sum(axis=1) if output is None else np.asarray(output, float)
    rows = [(c, s) for c in countries for s in sectors]
    return Raw(
        more.pop("file", "toy"), tuple(c for c, _ in rows), tuple(s for _, s in rows), flows, made, final,
        tuple(more.pop("users", countries)), **more,
    )  # fmt: skip


def toy() -> CountrySector:
    """The three-country table of oracle V1."""
    output = np.linalg.solve(np.eye(3) - A, Y.sum(axis=1))
    return CountrySector.from_flows(raw(A * output, Y, output=output, file="toy_2020.csv", year=2020))


def toy_text() -> str:
    """The same as a file in the shape of the ICIO."""
    table = toy()
    labels = [f"{c}_{s}" for c, s in zip(table.row_country, table.row_sector, strict=True)]
    lines = [",".join(["row", *labels, *(f"{c}_HFCE" for c in COUNTRIES), "OUT"])]
    for i, label in enumerate(labels):
        figures = [*table.flows[i], *table.final[i], table.output[i]]
        lines.append(",".join([label, *(repr(float(x)) for x in figures)]))
    return "\n".join(lines) + "\n"


def two_sectors(seed: int = 0) -> CountrySector:
    """Three countries with two sectors, drawn."""
    rng = np.random.default_rng(seed)
    shares = rng.uniform(0.0, 1.0, (6, 6))
    shares *= rng.uniform(0.2, 0.8, 6) / shares.sum(axis=0)
    final = rng.uniform(0.0, 100.0, (6, 3))
    output = np.linalg.solve(np.eye(6) - shares, final.sum(axis=1))
    return CountrySector.from_flows(raw(shares * output, final, sectors=("goods", "services"), output=output))
