"""Where the unknown value may lie, by the country-sector table that the user gave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.visibility.groups import Prior
from tierscape.analyses.visibility.view import UNKNOWN, View
from tierscape.errors import Finding
from tierscape.io.country_sector import CountrySector
from tierscape.network import Network
from tierscape.quantities.hs_sectors import read_overrides, sector_of_chapter
from tierscape.quantities.prior import location_prior, place_unknown


@dataclass(frozen=True, eq=False)
class Placing:
    """Prior places of unknown needs; u needs, c countries.

    Parameters
    ----------
    countries : tuple of str
        ISO alpha-2 where the table's code has one, else the code of the table.
    share : numpy.ndarray, shape (u, c)
        π, where each need's value may be added; a row of zeros where the table cannot say.
    strength : float
        κ.
    """

    countries: tuple[str, ...]
    share: NDArray[np.float64]
    strength: float

    def offshore(self, view: View, needs: pl.DataFrame) -> NDArray[np.float64]:
        """Prior mean of the offshore part of each need; NaN, anything from none to all, where the table cannot say."""
        known = dict(view.classes.with_columns(pl.col("class").cast(pl.String)).rows())
        home = view.network.home
        away = np.array([known.get(c, "home" if c == home else "offshore") == "offshore" for c in self.countries])
        found = self.share[: needs.height] @ away.astype(np.float64)
        return np.where(self.share[: needs.height].sum(axis=1) > 0.0, np.clip(found, 0.0, 1.0), np.nan)


def own_shares(network: Network, prior: Prior) -> pl.DataFrame | None:
    """Give what a site keeps of a part whose inputs are not known: the value-added share of its sector in its country.

    Returns
    -------
    polars.DataFrame or None
        ``site``, ``part``, ``own``; no row where the table has no such sector, None without a table.
    """
    table = prior.io_table
    if table is None:
        return None
    chosen = read_overrides(prior.sectors or (), table.sectors)
    makers = network["capabilities"].select("site", "part").join(
        network["sites"].select("site", "country"), on="site", how="left", maintain_order="left"
    ).join(network["parts"].select("part", chapter=pl.col("hs6").str.head(2)), on="part", how="left", maintain_order="left").drop_nulls()  # fmt: skip
    kinds = makers.select("country", "chapter").unique(maintain_order=True)
    kinds = kinds.with_columns(
        own=pl.Series(
            [_own(table, country, chapter, chosen) for country, chapter in kinds.iter_rows()], dtype=pl.Float64
        )
    )
    found = makers.join(kinds, on=["country", "chapter"], maintain_order="left")
    return found.select("site", "part", "own").drop_nulls()


def _own(table: CountrySector, country: str, chapter: str, chosen: Mapping[str, str]) -> float | None:
    code, sector = table.country(country), sector_of_chapter(chapter, table.sectors, chosen)
    if code is None or sector is None:
        return None
    at = table.rows(country=code, sector=sector) & ~table.system.unknown
    return float(np.clip(table.system.own[at][0], 0.0, 1.0)) if at.sum() == 1 else None


def place_needs(view: View, needs: pl.DataFrame, prior: Prior) -> tuple[Placing | None, tuple[Finding, ...]]:
    """Look each unknown need up in the country-sector table; None without a table."""
    table = prior.io_table
    if table is None:
        return None, ()
    chosen = read_overrides(prior.sectors or (), table.sectors)
    chapters = dict(view.network["parts"].select("part", pl.col("hs6").str.head(2)).drop_nulls().rows())
    sector = {part: sector_of_chapter(c, table.sectors, chosen) for part, c in chapters.items()}
    found: dict[tuple[str | None, str | None, str | None], NDArray[np.float64] | None] = {}
    share = np.zeros((needs.height, len(table.countries)))
    choices = dict(
        view.network["bom"]
        .select("choice", "child")
        .drop_nulls()
        .unique()
        .sort("choice", "child", descending=True)
        .rows()
    )
    for u, (part, made, country) in enumerate(needs.select("part", "made", "country").iter_rows()):
        own = sector.get(made)
        asked = (country, own, sector.get(part) or sector.get(choices.get(part, "")) or own)
        if asked not in found:
            found[asked] = _prior(table, *asked)
        given = found[asked]
        if given is not None:
            share[u] = given
    codes = tuple(table.iso2[code] or code for code in table.countries)
    return Placing(codes, share, prior.strength), _silent(share)


def _prior(
    table: CountrySector, country: str | None, own: str | None, sector: str | None
) -> NDArray[np.float64] | None:
    code = None if country is None else table.country(country)
    return None if code is None or own is None or sector is None else location_prior(table, (code, own), sector)


def prior_columns(view: View, needs: pl.DataFrame, placing: Placing, prior: Prior) -> pl.DataFrame:
    """Give by country ``prior_mean``, ``prior_low``, ``prior_high``; what the table cannot place widens the high end."""
    known = dict(view.reached.group_by("country", maintain_order=True).agg(pl.col("added").sum()).drop_nulls().rows())
    countries = sorted({*known, *placing.countries})
    at = [countries.index(c) for c in placing.countries]
    alpha = np.zeros((needs.height, len(countries)))
    for column, place in enumerate(at):
        alpha[:, place] += placing.share[:, column] * placing.strength
    mass = needs["value_share"].to_numpy()
    placed = place_unknown(
        np.array([known.get(c, 0.0) for c in countries]), mass, alpha, draws=prior.draws, seed=prior.seed
    )
    nowhere = float(mass[alpha.sum(axis=1) == 0.0].sum())
    nowhere += float(view.reached.filter(pl.col("country").is_null())["added"].sum())
    return pl.DataFrame(
        {
            "dimension": ["country"] * len(countries),
            "key": countries,
            "prior_mean": placed.mean,
            "prior_low": placed.low,
            "prior_high": np.minimum(placed.high + nowhere, 1.0),
        },
        schema_overrides={"dimension": pl.String, "key": pl.String},
    ).filter((pl.col("prior_mean") > 1e-6) & (pl.col("key") != UNKNOWN))


def _silent(share: NDArray[np.float64]) -> tuple[Finding, ...]:
    silent = int((share.sum(axis=1) == 0.0).sum())
    if not silent:
        return ()
    finding = Finding(
        rule="no_prior",
        severity="note",
        table="parts",
        column="hs6",
        problem=f"{silent} unknown needs have no place in the country-sector table; their value widens intervals in full",
        remedy="Give parts.hs6 and sites.country, or name the sector by chapter in prior.sectors.",
        count=silent,
    )
    return (finding,)
