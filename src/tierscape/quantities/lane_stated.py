"""Emission factors and freight that the network states itself, in place of shipped figures."""

from __future__ import annotations

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.network import Network
from tierscape.quantities.lane_factors import SCOPE
from tierscape.quantities.plurals import counted
from tierscape.quantities.stated import stated_values
from tierscape.schema import MODES

FACTOR = "freight_g_per_tkm"
"""Indicator: grams CO2e a tonne-kilometre, ``freight_g_per_tkm_wtw`` or, for one mode, ``freight_g_per_tkm_wtw.road``."""
FREIGHT = "freight_per_unit"
"""Indicator: money a unit, of a lane (supplier/buyer) or a link (supplier/buyer/part)."""

_SUBJECTS = ("country", "region", "organization", "site", "lane", "link")
"""Whose factor counts, the weakest first: the supplier's country, region, firm, site; the lane; the link."""


def stated_factors(network: Network, lanes: pl.DataFrame, legs: pl.DataFrame) -> pl.DataFrame:
    """Put stated emission factors in place of the shipped ones; they have no range.

    Raises
    ------
    DataError
        A factor does not say that it is well-to-wheel, names an unknown mode, or lies outside 0 to 10,000.
    """
    found = {kind: stated_values(network, FACTOR, kind, low=0, high=10_000) for kind in _SUBJECTS}
    found = {kind: rows for kind, rows in found.items() if rows.height}
    if not found:
        return legs
    _refuse_other_scopes(pl.concat(found.values()))
    keys = _subjects(network, lanes)
    legs = legs.join(keys, on="lane", how="left", maintain_order="left")
    for kind, rows in found.items():
        for scoped in (False, True):  # a factor of one mode counts before one of all modes
            mode = pl.col("indicator").str.strip_prefix(f"_{SCOPE.lower()}").str.strip_prefix(".")
            rows_here = rows.with_columns(mode=mode).filter((pl.col("mode") != "") == scoped)
            legs = _replaced(legs, kind, rows_here, scoped=scoped)
    return legs.drop(f"_{kind}" for kind in _SUBJECTS)


def _replaced(legs: pl.DataFrame, kind: str, rows: pl.DataFrame, *, scoped: bool) -> pl.DataFrame:
    source = pl.coalesce("source", pl.lit("no source")) + f" (stated for the {kind})"
    new = rows.select(pl.col("subject").alias(f"_{kind}"), pl.col("mode").alias("_mode"), said="value", _source=source)
    legs = legs.with_columns(_mode=pl.col("mode").cast(pl.String))
    keys = [f"_{kind}", "_mode"] if scoped else [f"_{kind}"]
    joined = legs.join(new if scoped else new.drop("_mode"), on=keys, how="left", maintain_order="left")
    return joined.with_columns(
        *(pl.coalesce("said", name).alias(name) for name in ("g_per_tkm", "g_low", "g_high")),
        pl.coalesce("_source", "source").alias("source"),
    ).drop("_mode", "said", "_source")


def _subjects(network: Network, lanes: pl.DataFrame) -> pl.DataFrame:
    sites = network["sites"].select(
        "site", _country="country", _region="region", _organization="organization", _site="site"
    )
    rows = lanes.select("lane", "supplier", "buyer", "part").join(
        sites, left_on="supplier", right_on="site", how="left", maintain_order="left"
    )
    lane = pl.concat_str("supplier", "buyer", separator="/").alias("_lane")
    link = pl.concat_str("supplier", "buyer", "part", separator="/").alias("_link")
    return rows.select("lane", "_country", "_region", "_organization", "_site", lane, link)


def _refuse_other_scopes(rows: pl.DataFrame) -> None:
    allowed = ["_wtw", *(f"_wtw.{mode}" for mode in MODES)]
    wrong = rows.filter(~pl.col("indicator").is_in(allowed))
    if wrong.is_empty():
        return
    finding = Finding(
        rule="emission_scope",
        severity="error",
        table="indicators",
        column="indicator",
        problem=counted(
            wrong.height,
            "emission factor of freight is not well-to-wheel, or names an unknown mode; scopes are never mixed",
            "emission factors of freight are not well-to-wheel, or name an unknown mode; scopes are never mixed",
        ),
        remedy=f"Give well-to-wheel factors as '{FACTOR}_wtw' or '{FACTOR}_wtw.road'.",
        count=wrong.height,
        value=f"{wrong['subject'][0]} {FACTOR}{wrong['indicator'][0]}",
    )
    raise DataError([finding])


def stated_freight(network: Network, lanes: pl.DataFrame) -> pl.DataFrame:
    """Add ``stated_freight``, money a unit that ``indicators`` state for the link, else for the lane.

    Raises
    ------
    DataError
        A freight is negative.
    """
    answer = lanes.with_columns(stated_freight=pl.lit(None, pl.Float64()))
    for kind in ("lane", "link"):
        rows = stated_values(network, FREIGHT, kind, low=0, high=float("inf")).filter(pl.col("indicator") == "")
        if rows.is_empty():
            continue
        key = ("supplier", "buyer") if kind == "lane" else ("supplier", "buyer", "part")
        said = rows.select(pl.col("subject").alias("_key"), said="value")
        answer = answer.with_columns(_key=pl.concat_str(key, separator="/"))
        answer = answer.join(said, on="_key", how="left", maintain_order="left")
        answer = answer.with_columns(stated_freight=pl.coalesce("said", "stated_freight")).drop("_key", "said")
    return answer
