"""Links that nobody declared, spread over the makers that could supply them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import numpy as np
import polars as pl

from tierscape.frames import DTYPES, empty
from tierscape.kernels.distance import great_circle_km
from tierscape.kernels.maxent import allocate
from tierscape.network import Network
from tierscape.quantities.evidence import grade_weight
from tierscape.schema import Column, Table

DISTANCE_SCALE_KM: Mapping[str, float] = MappingProxyType(
    {"product": 500.0, "component": 500.0, "material": 1500.0, "process": 150.0, "service": 150.0}
)
"""Distance over which a supplier loses a factor e of its weight, by kind of part."""

HIT_RATE = 0.5
"""Chance that an inferred link exists where it takes the whole need; holds until declared links can tell."""

INFERRED_LINKS = Table("inferred_links", "a supply relation that the data make likely", ("supplier", "buyer", "part"), (
    Column("supplier", "text", "Site that would ship."),
    Column("buyer", "text", "Site that would receive."),
    Column("part", "text", "Part that would be shipped."),
    Column("volume_per_year", "number", "Allocated volume.", unit="unit/year"),
    Column("share", "number", "Share of what the buyer needs and has no declared source for.", unit="share"),
    Column("confidence", "number", "Chance that the relation exists: the share times the hit rate.", unit="share"),
    Column("distance_km", "number", "Distance of a declared link of the pair, else great circle.", unit="km"),
))  # fmt: skip

_MAKER = ("site", "part", "capacity", "weight", "lat", "lon")


def infer_links(
    network: Network, *, distance_scale_km: Mapping[str, float] = DISTANCE_SCALE_KM, outside_weight: float = 0.3
) -> pl.DataFrame:
    """Complete undisclosed needs by the allocation of maximum entropy.

    A buyer needs the capacity of what it makes times the quantity in the bill of materials, less what it makes itself
    and what declared links bring. Operating makers with capacity to spare share each need by evidence and distance;
    a part of it stays outside the network.

    Parameters
    ----------
    network : Network
        Reads ``sites``, ``parts``, ``bom``, ``capabilities`` and ``links``.
    distance_scale_km : Mapping of str to float
        Kilometres by part key or, where the part is not there, by kind of part.
    outside_weight : float
        Weight of suppliers that the network does not hold; an observed maker next door weighs 0.6.

    Returns
    -------
    polars.DataFrame
        ``INFERRED_LINKS``, sorted by part, buyer, supplier.

    Raises
    ------
    ArithmeticError
        Needs exceed all capacity and ``outside_weight`` is 0.

    Notes
    -----
    Unknown: a null capacity of a supplier is unlimited; of a buyer, its need is unknown and nothing is inferred; a site
    without coordinates is no candidate; a declared link without volume counts for the whole need. Rows of ``links`` whose
    evidence is ``inferred`` are not read. Alternatives (``bom.choice``): those that the buyer makes or is known to buy
    share the need equally; if there are none, all that anyone makes, by their number of makers. Age does not count: an
    operating site is a candidate however old its row. Cost: suppliers × buyers of each part, a step of the iteration.

    References
    ----------
    Wilson (1967), A statistical theory of spatial distribution models, Transportation Research 1:253-269.
    """
    operating = network["sites"].filter(pl.col("status").fill_null("operating") == "operating")
    makers = (
        network["capabilities"]
        .join(operating.select("site", "lat", "lon"), on="site")
        .with_columns(weight=grade_weight(), capacity=pl.col("capacity_per_year"))
        .select(_MAKER)
    )
    declared = network["links"].filter(pl.col("evidence").fill_null("") != "inferred")
    needs, spare = _margins(_needs(network["bom"], makers, declared), makers, declared)
    scales = {
        part: distance_scale_km.get(part, distance_scale_km.get(kind, DISTANCE_SCALE_KM[kind]))
        for part, kind in network["parts"].select("part", "kind").iter_rows()
    }
    found = list(_allocations(needs, spare, declared, scales, outside_weight))
    links = pl.concat(found) if found else empty(INFERRED_LINKS)
    return links.select(INFERRED_LINKS.names).sort("part", "buyer", "supplier")


def _needs(bom: pl.DataFrame, makers: pl.DataFrame, declared: pl.DataFrame) -> pl.DataFrame:
    """Give what each operating maker takes a year: ``buyer``, ``part``, ``need``."""
    known = pl.concat(
        [makers.select("site", "part"), declared.select(site="buyer", part="part").unique()]
    ).unique().with_columns(known=True)  # fmt: skip
    counts = makers.group_by("part").len("makers")
    group = ["site", "parent", "group"]
    return (
        makers.select("site", parent="part", capacity="capacity")
        .join(bom.select("parent", "child", "quantity", group=pl.coalesce("choice", "child")), on="parent")
        .join(known, left_on=["site", "child"], right_on=["site", "part"], how="left")
        .join(counts, left_on="child", right_on="part", how="left")
        .with_columns(pl.col("known").fill_null(value=False), pl.col("makers").fill_null(0))
        .with_columns(
            weight=pl.when(pl.col("known").any().over(group)).then("known").otherwise("makers").cast(pl.Float64)
        )
        .with_columns(share=pl.col("weight") / pl.col("weight").sum().over(group))
        .filter(pl.col("weight") > 0)
        .group_by(buyer="site", part="child")
        .agg(
            need=(pl.col("capacity") * pl.col("quantity") * pl.col("share")).sum(),
            known=(pl.col("capacity").is_not_null() & pl.col("quantity").is_not_null()).any(),
        )
        .filter(pl.col("known") & (pl.col("need") > 0))
        .select("buyer", "part", "need")
    )


def _margins(needs: pl.DataFrame, makers: pl.DataFrame, declared: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take what is made in house and what is declared off needs and capacities."""
    own = makers.select(
        buyer="site", part="part", own=pl.col("capacity").fill_null(float("inf"))
    ).join(needs, on=["buyer", "part"], how="left").with_columns(
        in_house=pl.min_horizontal("own", pl.col("need").fill_null(0.0))
    )  # fmt: skip
    inflow = declared.group_by("buyer", "part").agg(
        inflow=pl.when(pl.col("volume_per_year").is_null().any())
        .then(float("inf"))
        .otherwise(pl.col("volume_per_year").sum())
    )
    outflow = declared.group_by("supplier", "part").agg(outflow=pl.col("volume_per_year").sum())
    sites = makers.select(buyer="site", lat="lat", lon="lon").unique("buyer")
    left = pl.col("need") - pl.col("in_house").fill_null(0.0) - pl.col("inflow").fill_null(0.0)
    unmet = (
        needs.join(own.select("buyer", "part", "in_house"), on=["buyer", "part"], how="left")
        .join(inflow, on=["buyer", "part"], how="left")
        .with_columns(need=left)
        .filter(pl.col("need") > 0)
        .join(sites, on="buyer")
    )
    spare = (
        makers.join(own.select(site="buyer", part="part", in_house="in_house"), on=["site", "part"])
        .join(outflow, left_on=["site", "part"], right_on=["supplier", "part"], how="left")
        .with_columns(
            spare=(
                pl.col("capacity").fill_null(float("inf")) - pl.col("in_house") - pl.col("outflow").fill_null(0.0)
            ).clip(lower_bound=0.0)
        )
    )
    located = pl.col("lat").is_not_null() & pl.col("lon").is_not_null()
    return unmet.filter(located).sort("part", "buyer"), spare.filter(located).sort("part", "site")


def _allocations(
    needs: pl.DataFrame,
    spare: pl.DataFrame,
    declared: pl.DataFrame,
    scales: Mapping[str, float],
    outside_weight: float,
) -> Iterator[pl.DataFrame]:
    """Allocate part by part."""
    distances = declared.drop_nulls("distance_km").group_by("supplier", "buyer").agg(pl.col("distance_km").min()).rows()
    taken = declared.select("supplier", "buyer", "part").rows()
    suppliers = spare.partition_by("part", as_dict=True)
    for (part,), buyers in needs.partition_by("part", as_dict=True).items():
        sellers = suppliers.get((part,))
        if sellers is None:
            continue
        rows = {site: i for i, site in enumerate(sellers["site"])}
        columns = {site: j for j, site in enumerate(buyers["buyer"])}
        km = great_circle_km(
            sellers["lat"].to_numpy()[:, None], sellers["lon"].to_numpy()[:, None], buyers["lat"], buyers["lon"]
        )
        for supplier, buyer, known in distances:
            if supplier in rows and buyer in columns:
                km[rows[supplier], columns[buyer]] = known
        weight = sellers["weight"].to_numpy()[:, None] * np.exp(-km / scales[str(part)])
        for supplier, buyer, what in taken:
            if what == part and supplier in rows and buyer in columns:
                weight[rows[supplier], columns[buyer]] = 0.0
        for site in rows.keys() & columns.keys():
            weight[rows[site], columns[site]] = 0.0
        need = buyers["need"].to_numpy()
        flow = allocate(need, sellers["spare"].to_numpy(), weight, outside_weight)
        yield _rows(flow, need, km, (list(rows), list(columns), str(part)))


def _rows(flow: np.ndarray, need: np.ndarray, km: np.ndarray, names: tuple[list[str], list[str], str]) -> pl.DataFrame:
    i, j = np.nonzero(flow > 0.0)
    share = flow[i, j] / need[j]
    return pl.DataFrame(
        {
            "supplier": [names[0][k] for k in i],
            "buyer": [names[1][k] for k in j],
            "part": [names[2]] * len(i),
            "volume_per_year": flow[i, j],
            "share": share,
            "confidence": share * HIT_RATE,
            "distance_km": km[i, j],
        },
        schema={c.name: DTYPES[c.kind] for c in INFERRED_LINKS.columns},
    )
