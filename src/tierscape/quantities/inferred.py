"""Links that nobody declared, spread over the makers that could supply them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

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
"""Chance that an inferred link exists where it takes the whole need; holds until declared links can tell (`link_skill`)."""

INFERRED_LINKS = Table("inferred_links", "a supply relation that the data make likely", ("supplier", "buyer", "part"), (
    Column("supplier", "text", "Site that would ship."),
    Column("buyer", "text", "Site that would receive."),
    Column("part", "text", "Part that would be shipped."),
    Column("volume_per_year", "number", "Allocated volume.", unit="unit/year"),
    Column("share", "number", "Share of what the buyer needs and has no declared source for.", unit="share"),
    Column("confidence", "number", "Chance that the relation exists: the share times the hit rate.", unit="share"),
    Column("distance_km", "number", "Distance of a declared link of the pair, else great circle.", unit="km"),
))  # fmt: skip

Floats = NDArray[np.float64]


class Allocation(NamedTuple):
    """One part spread over its makers; s suppliers, b buyers.

    Parameters
    ----------
    part : str
    suppliers, buyers : tuple of str
    need : numpy.ndarray, shape (b,)
        What each buyer has no source for.
    flow : numpy.ndarray, shape (s, b)
        What each supplier would ship.
    km : numpy.ndarray, shape (s, b)
    weight : numpy.ndarray, shape (s, b)
        g·exp(−d/d₀); 0 where the pair is no candidate: a site with itself, a supplier that is declared already.
    """

    part: str
    suppliers: tuple[str, ...]
    buyers: tuple[str, ...]
    need: Floats
    flow: Floats
    km: Floats
    weight: Floats


_MAKER = ("site", "part", "capacity", "weight", "lat", "lon")


def infer_links(
    network: Network,
    *,
    distance_scale_km: Mapping[str, float] = DISTANCE_SCALE_KM,
    outside_weight: float = 0.3,
    hit_rate: Mapping[str, float] | None = None,
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
    hit_rate : Mapping of str to float, optional
        Chance that a link exists where it takes the whole need, by kind of part; ``HIT_RATE`` where a kind is not there.

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
    declared = declared_links(network)
    makers = part_makers(network)
    needs, spare = _margins(_needs(network["bom"], makers, declared), makers, declared)
    scales = part_scales(network, distance_scale_km)
    found = [_rows(one) for one in allocations(needs, spare, declared, scales, outside_weight)]
    links = pl.concat(found) if found else empty(INFERRED_LINKS).drop("confidence")
    kinds = dict(network["parts"].select("part", "kind").rows())
    rates = {part: (hit_rate or {}).get(kind, HIT_RATE) for part, kind in kinds.items()}
    rate = pl.col("part").replace_strict(rates, default=HIT_RATE, return_dtype=pl.Float64())
    links = links.with_columns(confidence=pl.col("share") * rate)
    return links.select(INFERRED_LINKS.names).sort("part", "buyer", "supplier")


def declared_links(network: Network) -> pl.DataFrame:
    """Rows of ``links`` that somebody declared or observed, those without a grade too."""
    return network["links"].filter(pl.col("evidence").fill_null("") != "inferred")


def part_makers(network: Network) -> pl.DataFrame:
    """Operating sites with what they can make: ``site``, ``part``, ``capacity``, ``weight`` of the evidence, ``lat``, ``lon``."""
    operating = network["sites"].filter(pl.col("status").fill_null("operating") == "operating")
    return (
        network["capabilities"]
        .join(operating.select("site", "lat", "lon"), on="site")
        .with_columns(weight=grade_weight(), capacity=pl.col("capacity_per_year"))
        .select(_MAKER)
    )


def part_scales(network: Network, distance_scale_km: Mapping[str, float]) -> dict[str, float]:
    """Give d₀ of every part, by its key or else its kind."""
    return {
        part: distance_scale_km.get(part, distance_scale_km.get(kind, DISTANCE_SCALE_KM[kind]))
        for part, kind in network["parts"].select("part", "kind").iter_rows()
    }


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


def open_places(needs: pl.DataFrame, makers: pl.DataFrame, declared: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Give who has ``need`` of a part and who can ``spare`` it, for needs (``buyer``, ``part``, ``need``) taken as open.

    Both need coordinates; what ``declared`` links take off a maker's capacity is not to spare.
    """
    at = makers.select(buyer="site", lat="lat", lon="lon").unique("buyer")
    _, spare = _margins(needs, makers, declared)
    placed = needs.join(at, on="buyer").drop_nulls(["lat", "lon"])
    return placed.sort("part", "buyer"), spare


def allocations(
    needs: pl.DataFrame,
    spare: pl.DataFrame,
    declared: pl.DataFrame,
    scales: Mapping[str, float],
    outside_weight: float,
) -> Iterator[Allocation]:
    """Allocate part by part.

    Parameters
    ----------
    needs : polars.DataFrame
        ``buyer``, ``part``, ``need``, ``lat``, ``lon``, sorted by part and buyer.
    spare : polars.DataFrame
        ``site``, ``part``, ``spare``, ``weight``, ``lat``, ``lon``, sorted by part and site.
    declared : polars.DataFrame
        Links whose pairs are no candidates, and whose distances hold for all parts.
    scales : Mapping of str to float
        d₀ by part, km.
    outside_weight : float
        ω.
    """
    row, column = pl.int_range(pl.len()).over("part"), pl.int_range(pl.len()).over("part")
    spare, needs = spare.with_columns(row=row), needs.with_columns(column=column)
    at = spare.select("part", "row", supplier="site"), needs.select("part", "column", "buyer")
    known = declared.drop_nulls("distance_km").group_by("supplier", "buyer").agg(km=pl.col("distance_km").min())
    travelled = _pairs(known.join(at[0], on="supplier").join(at[1], on=["part", "buyer"]))
    taken = declared.select("supplier", "buyer", "part").unique().join(at[0], on=["supplier", "part"])
    alone = at[0].select("part", "row", buyer="supplier")
    barred = [taken.join(at[1], on=["part", "buyer"]), alone.join(at[1], on=["part", "buyer"])]
    closed = _pairs(pl.concat([frame.select("part", "row", "column", km=0.0) for frame in barred]))
    suppliers = spare.partition_by("part", as_dict=True)
    for (part,), buyers in needs.partition_by("part", as_dict=True).items():
        sellers = suppliers.get((part,))
        if sellers is None:
            continue
        lat, lon = (sellers[name].to_numpy()[:, None] for name in ("lat", "lon"))
        km = great_circle_km(lat, lon, buyers["lat"].to_numpy(), buyers["lon"].to_numpy())
        for i, j, distance in travelled.get(str(part), ()):
            km[i, j] = distance
        weight = sellers["weight"].to_numpy()[:, None] * np.exp(-km / scales[str(part)])
        for i, j, _ in closed.get(str(part), ()):
            weight[i, j] = 0.0
        need = buyers["need"].to_numpy()
        flow = allocate(need, sellers["spare"].to_numpy(), weight, outside_weight)
        yield Allocation(str(part), tuple(sellers["site"]), tuple(buyers["buyer"]), need, flow, km, weight)


def _pairs(rows: pl.DataFrame) -> dict[str, list[tuple[int, int, float]]]:
    """Collect pairs by part: row of the supplier, column of the buyer, kilometres."""
    found: dict[str, list[tuple[int, int, float]]] = {}
    for part, i, j, km in rows.select("part", "row", "column", "km").iter_rows():
        found.setdefault(part, []).append((i, j, km))
    return found


def _rows(one: Allocation) -> pl.DataFrame:
    i, j = np.nonzero(one.flow > 0.0)
    return pl.DataFrame(
        {
            "supplier": np.array(one.suppliers, dtype=object)[i],
            "buyer": np.array(one.buyers, dtype=object)[j],
            "part": [one.part] * len(i),
            "volume_per_year": one.flow[i, j],
            "share": one.flow[i, j] / one.need[j],
            "distance_km": one.km[i, j],
        },
        schema={c.name: DTYPES[c.kind] for c in INFERRED_LINKS.columns if c.name != "confidence"},
    )
