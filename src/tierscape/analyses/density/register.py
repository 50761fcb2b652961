"""Supply counted from a register of sites that is too large to load, in place of the sites of the network."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape import lake
from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.reach import cell_centres
from tierscape.analyses.density.supply import Measure, Supply, yearly_need
from tierscape.errors import DataError, Finding
from tierscape.graph import Tree
from tierscape.kernels import smooth
from tierscape.network import Network

SHARE = 10**6
"""Fixed-point 1 of the shares in a register."""


def register_supply(
    network: Network,
    tree: Tree,
    register: lake.Register,
    measure: Measure,
    resolution: int,
    assumptions: DensityAssumptions,
) -> Supply:
    """Count a register where it lives; a row of the supply then stands for all like sites of a cell.

    Only counts come back: a row has no name, capacity or evidence of its own, and a site that makes several parts counts
    once a part. With ``measure="capacity"`` the shares that were computed when the register was indexed are read.

    Raises
    ------
    DataError, MissingExtra, ParameterError
        The register cannot be read or counted, or ``measure="capacity"`` and it holds no shares.
    """
    statuses, parts = assumptions.statuses, tree.required
    found = lake.review(register, statuses=statuses, parts=parts)
    counted = lake.counts(register, resolution=resolution, statuses=statuses, parts=parts)
    owned = lake.owners(register, resolution=resolution, statuses=statuses, parts=parts)
    rows = lake.by_firm(counted, owned)
    lat, lon = cell_centres(rows["cell"].to_numpy())
    codes = pl.DataFrame({"part": tree.required, "code": np.arange(1, len(tree.parts))})
    amount = highest = pl.col("sites") * smooth.ONE
    if measure == "capacity":
        if not counted["share_known"].sum():
            raise DataError([_no_shares()])
        amount = pl.col("share") * smooth.ONE // SHARE
        highest = amount + (pl.col("sites") - pl.col("share_known")) * smooth.ONE
    place = pl.concat_str(
        [pl.col(c).cast(pl.String) for c in ("cell", "country", "part", "organization")],
        separator="|",
        ignore_nulls=True,
    )
    supply = (
        rows.join(codes, on="part", maintain_order="left")
        .select(
            place.alias("site"),
            pl.format("{} sites in a cell", pl.col("sites")).alias("name"),
            "organization",
            "country",
            "part",
            "code",
            "cell",
            amount.alias("count"),
            highest.alias("count_high"),
            pl.col("sites").alias("n"),
            *(pl.lit(None, pl.Float64).alias(c) for c in ("capacity_per_year", "lead_time_days", "flex_share")),
            pl.lit(None, pl.String).alias("evidence"),
            pl.lit(value=False).alias("to_qualify"),
            lat=pl.Series(lat),
            lon=pl.Series(lon),
        )
        .sort("cell", "code", "site")
    )
    seen = np.zeros(len(tree.parts), dtype=bool)
    seen[supply["code"].to_numpy()] = True
    nobody = supply.clear().select("site", "part", "lat", "lon")
    return Supply(supply, nobody, nobody, seen, yearly_need(network, tree), (*found, _counted(register, counted)))


def _counted(register: lake.Register, counted: pl.DataFrame) -> Finding:
    return Finding(
        rule="register",
        severity="note",
        table="register",
        problem=f"{counted['sites'].sum():,} rows were counted by {register.engine} and stand in place of the network's sites; "
        f"SHA-256 of the counts {lake.digest(counted)}",
        remedy="The same register gives the same digest with every engine.",
        count=int(counted["sites"].sum()),
    )


def _no_shares() -> Finding:
    return Finding(
        rule="no_shares",
        severity="error",
        table="register",
        column="share",
        problem="no row has a share of the yearly need, and measure 'capacity' reads it",
        remedy="Index the register with the need: tierscape.lake.index(sites, need={part: units a year}); or count sites.",
    )
