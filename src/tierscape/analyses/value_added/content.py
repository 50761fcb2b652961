"""Exports to frames: origins, tiers, gross against value added, sectors, published figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import polars as pl

from tierscape.analyses.value_added.published import COMPUTED, figures
from tierscape.analyses.value_added.tables import AT_FACE_VALUE, LOOKED_THROUGH, PUBLISHED, UNKNOWN
from tierscape.frames import empty
from tierscape.io.country_sector import CountrySector
from tierscape.kernels import leontief
from tierscape.reference import country_name


@dataclass(frozen=True, eq=False)
class Question:
    """The exports that are asked about, by row of the table; ``rows`` marks the sectors that they may come from."""

    table: CountrySector
    exporter: str
    partner: str | None
    rows: np.ndarray
    exports: np.ndarray

    @classmethod
    def of(cls, table: CountrySector, exporter: str, partner: str | None, sectors: Sequence[str] | None) -> Self:
        """Gather the exports."""
        rows = table.rows(country=exporter, sector=sectors)
        return cls(table, exporter, partner, rows, np.where(rows, table.exports(exporter, partner=partner), 0.0))

    @property
    def total(self) -> float:
        """Exports, money a year."""
        return float(self.exports.sum())

    @property
    def shares(self) -> np.ndarray:
        """Exports by row, summing to 1."""
        return np.asarray(self.exports / self.exports.sum())

    def by_origin(self, values: np.ndarray) -> np.ndarray:
        """Sum the last axis, rows of the table and then unknown, to countries and unknown."""
        return np.concatenate([self.table.by_country(values[..., :-1]), values[..., -1:]], axis=-1)

    @property
    def origins(self) -> list[str]:
        """Countries of the table, and unknown."""
        return [*self.table.countries, UNKNOWN]


def name_of(table: CountrySector, code: str) -> str:
    """Name a country of the table for people."""
    iso = table.iso2.get(code)
    return "Rest of the world" if code.lower() == "row" else code if iso is None else country_name(iso)


def _names(question: Question, codes: Sequence[str]) -> list[str]:
    return [UNKNOWN if c == UNKNOWN else name_of(question.table, c) for c in codes]


def origins(question: Question) -> pl.DataFrame:
    """Where the value is added, looked through, and the direct inputs at face value."""
    system, shares = question.table.system, question.shares
    found = {LOOKED_THROUGH: leontief.origin(system, shares), AT_FACE_VALUE: leontief.direct(system, shares)}
    frames = []
    for method, values in found.items():
        share = question.by_origin(values)
        rows = {"origin": question.origins, "name": _names(question, question.origins), "share": share}
        frame = pl.DataFrame(rows).with_columns(
            (pl.col("share") * question.total).alias("value"), pl.lit(method).alias("method")
        )
        frames.append(frame.sort(pl.col("origin") == UNKNOWN, -pl.col("share"), "origin"))
    return pl.concat(frames)


def tier_table(question: Question, depth: int) -> pl.DataFrame:
    """What is bought at each tier, and the value that is added there."""
    face, added = leontief.tiers(question.table.system, question.shares, depth)
    bought, known = question.table.by_country(face), question.by_origin(added)
    level = bought.sum(axis=1, keepdims=True)
    spread = np.divide(bought, level, out=np.zeros_like(bought), where=level > 0)
    face_share = np.hstack([spread, np.zeros((depth + 1, 1))])
    codes = question.origins
    rows: dict[str, Any] = {
        "tier": np.repeat(np.arange(depth + 1), len(codes)),
        "origin": codes * (depth + 1),
        "name": _names(question, codes) * (depth + 1),
        "face_share": face_share.ravel(),
        "added_share": known.ravel(),
        "cumulative_share": known.cumsum(axis=0).ravel(),
    }
    frame = pl.DataFrame(rows).with_columns(pl.lit(LOOKED_THROUGH).alias("method"))
    return frame.sort("tier", pl.col("origin") == UNKNOWN, -pl.col("face_share"), "origin")


def trade(question: Question) -> pl.DataFrame:
    """Gross exports to each partner against the exporter's value added in them, and in the partner's final use."""
    table, system = question.table, question.table.system
    at_home = table.rows(country=question.exporter)
    domestic = system.downstream(np.where(at_home, system.own, 0.0))
    absorbed = system.downstream(np.where(question.rows, system.own, 0.0)) @ table.final
    ends = dict(zip(table.final_countries, absorbed, strict=True))
    rows = []
    for partner in table.countries:
        if partner == question.exporter or question.partner not in {None, partner}:
            continue
        sold = np.where(question.rows, table.exports(question.exporter, partner=partner), 0.0)
        gross, inside, end = float(sold.sum()), float(sold @ domestic), ends.get(partner)
        some = gross > 0
        over = end / gross if some and end is not None else None
        share = inside / gross if some else None
        rows.append((partner, name_of(table, partner), gross, share, inside, end, over, LOOKED_THROUGH))
    columns = {
        "partner": pl.String, "name": pl.String, "gross_exports": pl.Float64, "domestic_share": pl.Float64,
        "domestic_value": pl.Float64, "absorbed_value": pl.Float64, "absorbed_share": pl.Float64, "method": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row").sort(-pl.col("gross_exports"), "partner")


def sector_table(question: Question) -> pl.DataFrame:
    """Content of each exporting sector's goods."""
    table, system = question.table, question.table.system
    at = np.flatnonzero(question.exports > 0)
    unit = np.zeros((len(table.output), len(at)))
    unit[at, np.arange(len(at))] = 1.0
    content = question.by_origin(leontief.origin(system, unit).T)
    bought = table.by_country(system.coefficients[:, at].toarray().T)
    home = table.countries.index(question.exporter)
    other = None if question.partner is None else table.countries.index(question.partner)
    abroad = content[:, :-1].copy()
    abroad[:, home] = -1.0
    first = abroad.argmax(axis=1)
    frame = pl.DataFrame(
        {
            "sector": [table.row_sector[i] for i in at],
            "gross_exports": question.exports[at],
            "domestic_share": content[:, home],
            "partner_share": None if other is None else content[:, other],
            "partner_direct_share": None if other is None else bought[:, other],
            "largest_foreign": [table.countries[i] for i in first],
            "largest_foreign_share": content[np.arange(len(at)), first],
            "unknown_share": content[:, -1],
        }
    )
    return frame.with_columns(pl.lit(LOOKED_THROUGH).alias("method")).sort(-pl.col("gross_exports"), "sector")


def published(question: Question) -> pl.DataFrame:
    """What others found by other methods for the same exporter, this answer first; no rows where we know of none."""
    table, iso = question.table, question.table.iso2
    known = figures(iso[question.exporter], iso.get(question.partner or ""))
    if not known:
        return empty(PUBLISHED)
    rows = [(f.claim, f.share, f.method, f.source, f.checked) for f in known]
    content = next((c for c, code in iso.items() if code == "US"), None)
    if content is not None:
        claim = f"{name_of(table, content)} content of {name_of(table, question.exporter)}'s exports as asked"
        found = origins(question).filter(pl.col("origin") == content).select("share", "method").rows()
        rows = [(claim, share, method, table.name, COMPUTED) for share, method in found] + rows
    return pl.DataFrame(rows, schema=list(PUBLISHED.names), orient="row")
