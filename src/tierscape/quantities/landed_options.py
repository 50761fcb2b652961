"""Supply options: for a part at a place, every link, every maker elsewhere, and what is given by plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import polars as pl

from tierscape.errors import DataError, Finding, ParameterError
from tierscape.network import Network
from tierscape.quantities.landed_choices import Study
from tierscape.quantities.plurals import counted
from tierscape.quantities.what_if_options import WhatIf, what_if_options

UNIT_VALUE_SPAN = 0.2
"""How far a price may be from the general value of the part, as a share; our judgement."""
ACTING = ("operating",)
GOODS = ("product", "component", "material")
"""Kinds that are costed where no part is named: a process or a service is done where the part is."""
_DECISION = ["part", "buyer"]


@dataclass(frozen=True, eq=False)
class Options:
    """Options to be costed.

    Parameters
    ----------
    network : Network
        The network, with the places that only this question names as candidate sites.
    frame : polars.DataFrame
        One row an option: ``part``, ``buyer``, ``option`` (site or name), ``label``, ``kind`` (link, capability, what_if),
        ``supplier`` and ``at`` (sites of ``network``), ``country``, ``buyer_country``, ``hs6``, ``mass_kg``, ``mode``,
        ``route``, ``distance_km``, ``transit_days``, ``freight_per_unit``, ``price`` with ``price_low``, ``price_high``,
        ``price_source``, ``price_evidence``, ``wage``, ``hours``, ``volume`` (a year), ``fixed`` (money), ``evidence``.
    what_if : dict
        Options by plain numbers, by name.
    findings : tuple of Finding
    """

    network: Network
    frame: pl.DataFrame
    what_if: dict[str, WhatIf]
    findings: tuple[Finding, ...]


def landed_options(network: Network, study: Study, *, part: str | None = None, buyer: str | None = None) -> Options:
    """Gather the options for each part and buyer.

    Parameters
    ----------
    network : Network
        Reads ``sites``, ``regions``, ``parts``, ``bom``, ``capabilities``, ``links``, ``contracts``, ``demand``.
    study : Study
    part, buyer : str, optional
        A part; a site, or a region with demand. Each that has links by default.

    Returns
    -------
    Options

    Raises
    ------
    ParameterError
        A part, buyer or option is unknown, or plain numbers are given for no single part and buyer.
    DataError
        There is no option, or nothing is needed.
    """
    _refuse_unknown(network, study, part, buyer)
    asked = what_if_options(study.what_if)
    decisions = _decisions(network, part, buyer)
    if asked and decisions.height != 1:
        raise ParameterError(f"study.what_if: name one part and one buyer; {decisions.height} pairs of them fit.")
    placed = _with_places(network, decisions, asked)
    rows = [_linked(network, decisions)]
    if study.candidates != "linked" or study.options:
        rows.append(_makers(network, decisions, study))
    found = pl.concat(rows, how="diagonal_relaxed")
    if study.options:
        found = found.filter(pl.col("option").is_in(study.options))
    found = _described(network, found, study)
    if asked:
        found = pl.concat([found, _by_numbers(found, decisions, asked)], how="diagonal_relaxed")
    if found.is_empty():
        raise DataError([_no_option(decisions)])
    found = _located(placed, found)
    volumes, said = _volumes(network, decisions, study)
    found = found.join(volumes, on=_DECISION, how="left", maintain_order="left")
    return Options(placed, found.sort(*_DECISION, "option"), {o.name: o for o in asked}, said)


def _refuse_unknown(network: Network, study: Study, part: str | None, buyer: str | None) -> None:
    sites, parts, regions = (network[f"{word}s"][word].to_list() for word in ("site", "part", "region"))
    if part is not None and part not in parts:
        raise ParameterError(f"part: '{part}' is no part of the network.{_near(part, parts)}")
    if buyer is not None and buyer not in {*sites, *regions}:
        near = _near(buyer, [*sites, *regions])
        raise ParameterError(f"buyer: '{buyer}' is neither in 'sites' nor a region of the network.{near}")
    for name in study.options:
        if name not in sites:
            raise ParameterError(f"study.options: '{name}' is no site of the network.{_near(name, sites)}")


def _near(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


def _decisions(network: Network, part: str | None, buyer: str | None) -> pl.DataFrame:
    pairs = network["links"].select("part", "buyer")
    ends = network["demand"].select(part="product", buyer="region")
    if part is not None:
        pairs, ends = pairs.filter(pl.col("part") == part), ends.filter(pl.col("part") == part)
    else:
        goods = network["parts"].filter(pl.col("kind").is_in(GOODS))["part"]
        pairs = pairs.filter(pl.col("part").is_in(goods.implode()))
    if buyer is not None:
        pairs, ends = pairs.filter(pl.col("buyer") == buyer), ends.filter(pl.col("buyer") == buyer)
    found = (pairs if pairs.height else ends).unique().sort("part", "buyer")
    if part is not None and buyer is not None and found.is_empty():
        found = pl.DataFrame({"part": [part], "buyer": [buyer]})
    if found.is_empty():
        raise DataError([_no_option(found)])
    return found


def _no_option(decisions: pl.DataFrame) -> Finding:
    first = "/".join(decisions.row(0)) if decisions.height else None
    return Finding(
        rule="landed_option", severity="error", table="links", problem="no supply option fits what is asked", value=first,
        remedy="Name another part or buyer, widen study.candidates, or give options in study.what_if.",
    )  # fmt: skip


def _linked(network: Network, decisions: pl.DataFrame) -> pl.DataFrame:
    columns = ["mode", "route", "distance_km", "transit_days", "freight_per_unit", "unit_price", "evidence"]
    rows = network["links"].join(decisions, on=_DECISION, how="semi", maintain_order="left")
    return rows.select("part", "buyer", pl.col("supplier").alias("option"), pl.lit("link").alias("kind"), *columns)


def _makers(network: Network, decisions: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Give makers of the part that have no link to the buyer."""
    links = network["links"]
    leaving = links.select(site="supplier", part="part").unique().with_columns(leaves=pl.lit(value=True))
    acting = network["sites"].filter(pl.col("status").fill_null("operating").is_in(ACTING))["site"]
    makers = network["capabilities"].filter(
        pl.col("site").is_in(acting.implode()) | pl.col("site").is_in(study.options)
    )
    makers = makers.join(leaving, on=["site", "part"], how="left", maintain_order="left")
    qualified = pl.coalesce("qualified", "leaves").fill_null(value=False)
    if study.candidates != "capable":
        makers = makers.filter(qualified | pl.col("site").is_in(study.options))
    rows = decisions.join(makers.select("part", "evidence", option="site"), on="part")
    rows = rows.join(links.select("part", "buyer", option="supplier"), on=["part", "buyer", "option"], how="anti")
    return rows.filter(pl.col("option") != pl.col("buyer")).select(
        "part", "buyer", "option", pl.lit("capability").alias("kind"), "evidence"
    )


def _described(network: Network, rows: pl.DataFrame, study: Study) -> pl.DataFrame:
    """Add price, wage, hours and what the part is."""
    blanks = {"mode": pl.String, "route": pl.String, "distance_km": pl.Float64, "transit_days": pl.Float64,
              "freight_per_unit": pl.Float64, "unit_price": pl.Float64, "evidence": pl.String}  # fmt: skip
    rows = rows.with_columns(pl.lit(None, kind).alias(c) for c, kind in blanks.items() if c not in rows.columns)
    signed = (
        network["contracts"]
        .sort("status", descending=True)
        .unique(["supplier", "buyer", "part"], keep="first", maintain_order=True)
    )
    signed = signed.select(
        "part", "buyer", option="supplier", contract_price="unit_price", contract_evidence="evidence"
    )
    rows = rows.join(signed, on=["part", "buyer", "option"], how="left", maintain_order="left")
    rows = rows.join(_built_up(network), on=["option", "part"], how="left", maintain_order="left")
    value = network["parts"].select("part", "unit_value", value_evidence="evidence")
    rows = rows.join(value, on="part", how="left", maintain_order="left")
    stated = pl.coalesce("unit_price", "contract_price")
    built, worth = pl.col("cost") * (1 + study.margin), pl.col("unit_value")
    sites = network["sites"].select("region", option="site")
    wages = network["regions"].select("region", wage="wage_per_hour")
    return rows.with_columns(
        price=pl.coalesce(stated, built, worth),
        price_low=pl.coalesce(stated, pl.col("cost"), worth * (1 - UNIT_VALUE_SPAN)),
        price_high=pl.coalesce(stated, pl.col("cost") * (1 + 2 * study.margin), worth * (1 + UNIT_VALUE_SPAN)),
        price_source=pl.when(pl.col("unit_price").is_not_null()).then(pl.lit("link"))
        .when(stated.is_not_null()).then(pl.lit("contract")).when(built.is_not_null()).then(pl.lit("bottom-up cost"))
        .when(worth.is_not_null()).then(pl.lit("value of the part")),
        price_evidence=pl.when(pl.col("unit_price").is_not_null()).then("evidence")
        .when(stated.is_not_null()).then("contract_evidence").when(built.is_null()).then("value_evidence")
        .otherwise(pl.lit("inferred")),
    ).join(sites, on="option", how="left", maintain_order="left").join(
        wages, on="region", how="left", maintain_order="left"
    ).select("part", "buyer", "option", "kind", *(c for c in blanks if c != "unit_price"), "price", "price_low",
             "price_high", "price_source", "price_evidence", "wage", "hours")  # fmt: skip


def _built_up(network: Network) -> pl.DataFrame:
    """Add own cost and children of each line, and the hours of work that the site itself puts in."""
    worth = network["parts"].select("unit_value", child="part")
    bom = (
        network["bom"].join(worth, on="child", how="left").with_columns(cost=pl.col("quantity") * pl.col("unit_value"))
    )
    slot = pl.coalesce("choice", "child").alias("slot")
    slots = bom.group_by("parent", slot).agg(pl.col("cost").mean(), missing=pl.col("cost").is_null().any())
    children = slots.group_by("parent").agg(children=pl.col("cost").sum(), missing=pl.col("missing").any())
    lines = network["capabilities"].select("site", "part", "conversion_cost", "labour_hours_per_unit")
    inner = (
        network["bom"]
        .select("quantity", part="parent", child="child")
        .join(lines.select("site", "labour_hours_per_unit", child="part"), on="child")
    )
    inner = inner.group_by("site", "part").agg(inner=(pl.col("quantity") * pl.col("labour_hours_per_unit")).sum())
    kinds = network["parts"].select("part", pl.col("kind").alias("part_kind"))
    rows = lines.join(children, left_on="part", right_on="parent", how="left").join(
        inner, on=["site", "part"], how="left"
    )
    rows = rows.join(kinds, on="part", how="left")
    whole = pl.col("children").is_not_null() & ~pl.col("missing")
    bare = pl.col("children").is_null() & pl.col("part_kind").is_in(["process", "service", "material"])
    cost = pl.when(whole | bare).then(pl.col("conversion_cost") + pl.col("children").fill_null(0.0))
    return rows.select(
        "part", pl.col("site").alias("option"), cost.alias("cost"),
        hours=pl.col("labour_hours_per_unit") + pl.col("inner").fill_null(0.0),
    )  # fmt: skip


def _by_numbers(found: pl.DataFrame, decisions: pl.DataFrame, asked: Sequence[WhatIf]) -> pl.DataFrame:
    part, buyer = decisions.row(0)
    models = {row["option"]: row for row in found.iter_rows(named=True)}
    rows = []
    for option in asked:
        like = option.words.get("like")
        if like is not None and like not in models:
            raise ParameterError(f"study.what_if: '{option.name}' is to be like '{like}', which is no option here.")
        model = models.get(like or "", {})
        wage, hours = option.place.get("wage"), option.place.get("hours", model.get("hours"))
        rise = 0.0
        if wage is not None and hours is not None and model.get("wage") is not None:
            rise = hours * (wage - model["wage"])
        price: Sequence[float | None] = [_risen(model.get(c), rise) for c in ("price", "price_low", "price_high")]
        if "price" in option.stated:
            price = option.stated["price"]
        rows.append({
            "part": part, "buyer": buyer, "option": option.name, "kind": "what_if", "mode": option.words.get("mode"),
            "distance_km": option.place.get("distance_km"), "price": price[0], "price_low": price[1],
            "price_high": price[2], "price_source": "plain number" if like is None else f"as {like}, with its own wage",
            "price_evidence": "inferred", "wage": wage, "hours": hours, "fixed": option.place.get("fixed"),
            "country": option.words["country"], "evidence": "inferred",
        })  # fmt: skip
    types = {"fixed": pl.Float64, "distance_km": pl.Float64, "wage": pl.Float64, "hours": pl.Float64, "mode": pl.String}
    return pl.DataFrame(rows, schema_overrides=types, infer_schema_length=None)


def _risen(value: float | None, rise: float) -> float | None:
    return None if value is None else max(value + rise, 0.0)


def _with_places(network: Network, decisions: pl.DataFrame, asked: Sequence[WhatIf]) -> Network:
    """Add regions that buy and places of plain numbers as candidate sites."""
    sites = set(network["sites"]["site"])
    regions = {r["region"]: r for r in network["regions"].iter_rows(named=True)}
    rows = []
    for name in sorted(set(decisions["buyer"]) - sites):
        region = regions.get(name, {})
        rows.append({"site": _place_key(name), "name": region.get("name") or name, "country": region.get("country"),
                     "lat": region.get("lat"), "lon": region.get("lon")})  # fmt: skip
    rows += [
        {"site": _place_key(o.name), "name": o.name, "country": o.words["country"], "town": o.words.get("town"),
         "lat": o.place.get("lat"), "lon": o.place.get("lon")}
        for o in asked
    ]  # fmt: skip
    if not rows:
        return network
    schema = network["sites"].schema
    given = pl.DataFrame([{**dict.fromkeys(schema), **row, "status": "candidate"} for row in rows], schema=schema)
    return network.with_tables(sites=pl.concat([network["sites"], given]))


def _place_key(name: str) -> str:
    return f"at {name}"


def _located(network: Network, rows: pl.DataFrame) -> pl.DataFrame:
    """Add the sites at both ends, their countries, and what the part is."""
    sites = network["sites"].select("site", "country", "name")
    known = sites["site"].implode()
    rows = rows.with_columns(
        supplier=pl.when(pl.col("kind") == "what_if").then(pl.format("at {}", "option")).otherwise("option"),
        at=pl.when(pl.col("buyer").is_in(known)).then("buyer").otherwise(pl.format("at {}", "buyer")),
    )
    if "country" in rows.columns:
        rows = rows.drop("country")
    if "fixed" not in rows.columns:
        rows = rows.with_columns(fixed=pl.lit(None, pl.Float64))
    ends = sites.rename({"site": "supplier", "name": "label"})
    buyers = sites.select(at="site", buyer_country="country")
    parts = network["parts"].select("part", "hs6", pl.col("kind").alias("part_kind"), mass_kg="unit_mass_kg")
    rows = rows.join(ends, on="supplier", how="left", maintain_order="left")
    rows = rows.join(buyers, on="at", how="left", maintain_order="left")
    return rows.join(parts, on="part", how="left", maintain_order="left").with_columns(
        pl.col("label").fill_null(pl.col("option"))
    )


def _volumes(network: Network, decisions: pl.DataFrame, study: Study) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give the volume at which the options of a pair are compared: what it buys in all, or what is asked."""
    if study.volume_per_year is not None:
        return decisions.with_columns(volume=pl.lit(study.volume_per_year)), ()
    known = pl.col("volume_per_year").is_not_null().any()
    bought = network["links"].group_by(_DECISION).agg(bought=pl.when(known).then(pl.col("volume_per_year").sum()))
    meta = network["meta"]
    year = (meta["price_year"].item() if meta.height else None) or 0
    near = (
        network["demand"]
        .sort((pl.col("year") - year).abs())
        .unique(["product", "region"], keep="first", maintain_order=True)
    )
    needed = near.select(part="product", buyer="region", needed="volume_per_year")
    rows = decisions.join(bought, on=_DECISION, how="left").join(needed, on=_DECISION, how="left")
    rows = rows.select(*_DECISION, volume=pl.coalesce("bought", "needed"))
    none = rows.filter(pl.col("volume") == 0)
    if none.height == rows.height:
        raise DataError([Finding(
            rule="landed_volume", severity="error", table="demand", column="volume_per_year", count=none.height,
            value="/".join(none.select(_DECISION).row(0)), problem=f"{counted(none.height, 'pair of part and buyer needs', 'pairs of part and buyer need')} nothing, so that stock a unit is undefined",
            remedy="Give a volume above 0 in links or demand, or study.volume_per_year.",
        )])  # fmt: skip
    unknown = rows.filter(pl.col("volume").fill_null(0.0) == 0)
    said = () if unknown.is_empty() else (Finding(
        rule="landed_volume", severity="warning", table="links", column="volume_per_year", count=unknown.height,
        value="/".join(unknown.select(_DECISION).row(0)),
        problem=f"{counted(unknown.height, 'pair of part and buyer has', 'pairs of part and buyer have')} no volume: the stock between shipments is a range",
        remedy="Give links.volume_per_year, or study.volume_per_year.",
    ),)  # fmt: skip
    return rows.with_columns(volume=pl.when(pl.col("volume") > 0).then("volume")), said
