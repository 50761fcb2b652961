"""The five scores behind the ally index, each with its year and source: shipped figures, and what the network states."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from types import MappingProxyType

import polars as pl

from tierscape.errors import DataError, Finding, ParameterError
from tierscape.network import Network
from tierscape.quantities.stated import stated_values
from tierscape.reference import (
    blocs,
    countries,
    country_codes,
    democracy,
    member_of,
    same_bloc,
    same_customs_union,
)

COMPONENTS: tuple[str, ...] = ("democracy", "law", "alignment", "trade", "security")

CONCERN: Mapping[str, tuple[str, ...]] = MappingProxyType({"US": ("CN", "IR", "KP", "RU")})
"""Countries whose entities a viewpoint names as entities of concern (10 U.S.C. 4872, covered nations; unverified)."""

WIDEST = 4.0
"""Distance of ideal points at which alignment is 0."""

_SCHEMA = {"country": pl.String, "component": pl.String, "score": pl.Float64, "year": pl.Int64, "source": pl.String}
_YEARS = {"bsv2020": 2019, "wgi2022": 2021, "vdem15": 2024, "ours": 2026, "treaty": 2026}
Scores = list[tuple[str, str, float | None, int | None, str | None]]


def viewpoint_members(network: Network, viewpoint: str | None) -> tuple[str, tuple[str, ...]]:
    """Find who looks: a country, or all members of a bloc; a member of the European Union looks as the Union does.

    Parameters
    ----------
    network : Network
        Its ``meta.home`` is the viewpoint where none is given.
    viewpoint : str or None
        ISO 3166-1 alpha-2, or a bloc of ``tierscape.reference.blocs``, such as ``eu``.

    Returns
    -------
    tuple
        The viewpoint as given, and the countries, sorted.

    Raises
    ------
    ParameterError
        There is neither a viewpoint nor a home, or no country and no bloc has that name.
    """
    name = viewpoint or network.home
    if name is None:
        raise ParameterError(
            "viewpoint: 'meta.home' is empty, so it is not known who looks. Fill meta.home or give viewpoint, such as US or eu."
        )
    known = blocs()["bloc"].unique().sort().to_list()
    if name in country_codes():
        return name, tuple(sorted(member_of("eu"))) if name in member_of("eu") else (name,)
    if name.lower() in known:
        return name.lower(), tuple(sorted(member_of(name.lower())))
    near = get_close_matches(name.lower(), known, n=1) or [c for c in (name.upper(),) if c in country_codes()]
    hint = f" Did you mean '{near[0]}'?" if near else f" The blocs are {', '.join(known)}."
    raise ParameterError(f"viewpoint: '{name}' is neither a country code (ISO 3166-1 alpha-2) nor a bloc.{hint}")


def ally_scores(network: Network, members: tuple[str, ...]) -> pl.DataFrame:
    """Give the five scores of every country, seen from the members of a viewpoint.

    democracy  100 · V-Dem electoral democracy
    law        100 · V-Dem liberal democracy, else 50 + 20 z of the rule of law of the World Bank
    alignment  100 · max(0, 1 − d/4), d the distance to the mean ideal point of the members in votes of the United Nations
    trade      class of the trade agreement; security: class of the security relation

    Parameters
    ----------
    network : Network
        Countries of ``sites`` and ``organizations``; ``indicators`` named ``trust.…`` override.
    members : tuple of str
        Who looks.

    Returns
    -------
    polars.DataFrame
        One row a country and component, both sorted: ``country``, ``component`` (also ``index``, where it is overridden),
        ``score`` from 0 to 100, ``year``, ``source``, ``computed`` (the score from shipped figures), ``overridden``.

    Raises
    ------
    DataError
        An override lies outside 0 to 100 or names no component.

    References
    ----------
    Bailey, Strezhnev & Voeten (2017), Estimating dynamic state preferences from United Nations voting data, Journal of
    Conflict Resolution 61:430-456. V-Dem Institute (2025), dataset v15. World Bank (2022), Worldwide Governance Indicators.
    """
    rows: Scores = [*_regime(), *_alignment(members), *_classes(members)]
    shipped = pl.DataFrame(rows, schema=_SCHEMA, orient="row")
    given = _overrides(network)
    named = [
        network["sites"]["country"],
        network["organizations"]["country"],
        network["organizations"]["owner_country"],
    ]
    known = pl.concat(
        [
            *named,
            shipped["country"],
            given["country"],
            pl.Series([c for m in members for c in concern(m)], dtype=pl.String),
        ]
    )
    all_rows = pl.DataFrame({"country": known.drop_nulls().unique()}).join(
        pl.DataFrame({"component": [*COMPONENTS]}), how="cross"
    )
    key = ["country", "component"]
    own = given.rename({"score": "own", "year": "own_year", "source": "own_source"})
    full = all_rows.join(shipped, on=key, how="left").join(own, on=key, how="full", coalesce=True)
    stated = pl.col("own").is_not_null()
    return full.select(
        *key,
        score=pl.coalesce("own", "score"),
        year=pl.when(stated).then("own_year").otherwise("year"),
        source=pl.when(stated).then(pl.col("own_source").fill_null("indicators")).otherwise("source"),
        computed="score",
        overridden=stated,
    ).sort(key)  # fmt: skip


def concern(member: str) -> tuple[str, ...]:
    """Give the countries that a member lists as entities of concern."""
    return CONCERN.get(member, ())


def _overrides(network: Network) -> pl.DataFrame:
    rows = stated_values(network, "trust.", "country", low=0.0, high=100.0)
    rows = rows.select(country="subject", component="indicator", score="value", year="year", source="source")
    unknown = rows.filter(~pl.col("component").is_in([*COMPONENTS, "index"]))
    if unknown.height:
        first = unknown["component"][0]
        near = get_close_matches(first, [*COMPONENTS, "index"], n=1)
        remedy = (
            f"Did you mean 'trust.{near[0]}'?"
            if near
            else f"Known are trust.index, trust.{', trust.'.join(COMPONENTS)}."
        )
        problem = f"{unknown.height} names that start with 'trust.' are no score of the ally index"
        raise DataError(
            [Finding(rule="trust_indicator", severity="error", table="indicators", column="indicator", problem=problem,
                     remedy=remedy, count=unknown.height, value=f"trust.{first}")]
        )  # fmt: skip
    return rows


def _regime() -> Scores:
    rule = dict(countries().select("iso2", "wgi_rl_2021").rows())
    rows: Scores = []
    for country, polyarchy, libdem in democracy().select("iso2", "polyarchy", "libdem").iter_rows():
        rows.append(_row(country, "democracy", _hundred(polyarchy), "vdem15"))
        if libdem is not None:
            rows.append(_row(country, "law", 100.0 * libdem, "vdem15"))
        elif rule.get(country) is not None:
            rows.append(_row(country, "law", min(max(50.0 + 20.0 * rule[country], 0.0), 100.0), "wgi2022"))
    return rows


def _alignment(members: tuple[str, ...]) -> Scores:
    points = dict(countries().select("iso2", "un_ideal_point_2019").rows())
    ours = [points[m] for m in members if points.get(m) is not None]
    if not ours:
        return []
    home = sum(ours) / len(ours)
    distance = {c: abs(p - home) for c, p in points.items() if p is not None}
    return [_row(c, "alignment", 100.0 * max(0.0, 1.0 - d / WIDEST), "bsv2020") for c, d in distance.items()]


def _classes(members: tuple[str, ...]) -> Scores:
    """Give the mean of the members' views of trade and security, null where one of them has none."""
    us, eu, security = (
        {c: (score, source) for c, score, source in countries().select("iso2", column, f"{column}_source").iter_rows()}
        for column in ("trade_scale_us", "trade_scale_eu", "security_scale")
    )
    rows: Scores = []
    union = set(members) == member_of("eu")
    looking = ("DE",) if union else members  # all members of the European Union have one view
    for country in countries()["iso2"]:
        trade = [_trade(m, country, us, eu) for m in looking]
        safe = [(100.0, "treaty") if union and country in members else _security(m, country, security) for m in looking]
        rows += [_mean(country, "trade", trade), _mean(country, "security", safe)]
    return rows


View = tuple[float | None, str | None]


def _trade(viewer: str, country: str, us: Mapping[str, View], eu: Mapping[str, View]) -> View:
    """Class of a trade agreement; an agreement binds both sides, so the two shipped views also serve the others."""
    europe = member_of("eu")
    if viewer == "US" or viewer in europe:
        return (us if viewer == "US" else eu).get(country, (None, None))
    if same_customs_union(viewer, country) or {viewer, country} <= member_of("usmca"):
        return 100.0, "treaty"
    if country == "US" or country in europe:
        return (us if country == "US" else eu).get(viewer, (None, None))
    return (80.0, "treaty") if same_bloc(viewer, country) else (None, None)


def _security(viewer: str, country: str, shipped: Mapping[str, View]) -> View:
    """Class of a security relation: the shipped view is that of the United States, and serves the European Union."""
    if viewer == "US" or viewer in member_of("eu"):
        return shipped.get(country, (None, None))
    if viewer == country or {viewer, country} <= member_of("nato"):
        return 100.0, "treaty"
    return shipped.get(viewer, (None, None)) if country == "US" else (None, None)


def _mean(country: str, component: str, views: list[View]) -> tuple[str, str, float | None, int | None, str | None]:
    scores = [score for score, _ in views if score is not None]
    if len(scores) < len(views):
        return _row(country, component, None, None)
    return _row(country, component, sum(scores) / len(scores), next((s for _, s in views if s == "ours"), views[0][1]))


def _row(
    country: str, component: str, score: float | None, source: str | None
) -> tuple[str, str, float | None, int | None, str | None]:
    return country, component, score, _YEARS.get(source or ""), source


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100.0 * share
