"""A plain supplier list (name, town, what it makes) becomes organizations, sites and capabilities."""

from __future__ import annotations

import polars as pl

from tierscape.errors import Finding
from tierscape.io.raw import Raw, finding
from tierscape.schema import SUPPLIERS
from tierscape.validate import parse_table
from tierscape.validate.data import nearest, plain

DECLARED = "declared"
"""Evidence of a row of a supplier list that states none."""


def expand(raw: Raw) -> Raw:
    """Turn a ``suppliers`` table into rows of the tables proper; without one, give back what came.

    Words that name no part are findings with the nearest parts; the supplier stays.
    """
    if SUPPLIERS.name not in raw.tables:
        return raw
    first_row = raw.first_rows[SUPPLIERS.name]
    rows, findings = parse_table(raw.tables[SUPPLIERS.name], SUPPLIERS, first_row)
    others = {name: frame for name, frame in raw.tables.items() if name != SUPPLIERS.name}
    parts = others.get("parts")
    if parts is None or parts.is_empty() or "part" not in parts.columns:
        remedy = "Start with: tierscape template FOLDER --product PRODUCT, and put the list beside its tables as suppliers.csv."
        findings.append(
            finding("no_parts", SUPPLIERS.name, "a supplier list needs the parts that it speaks of", remedy)
        )
        parts = pl.DataFrame(schema={"part": pl.String})
    made, sites, firms = _made(rows, parts, first_row, findings)
    added = {"organizations": firms, "sites": sites, "capabilities": made}
    for name, frame in added.items():
        if frame.height:
            others[name] = _joined(others.get(name), frame, "organization" if name == "organizations" else "")
    first_rows = {**dict.fromkeys(added, 1), **raw.first_rows}
    return Raw(raw.name, others, first_rows, (*raw.findings, *findings))


def _joined(given: pl.DataFrame | None, added: pl.DataFrame, key: str) -> pl.DataFrame:
    if given is None or given.is_empty():
        return added
    given = given.cast(pl.String)
    if key and key in given.columns:
        added = added.filter(~pl.col(key).is_in(given[key].drop_nulls().to_list()))
    return pl.concat([given, added], how="diagonal")


def _made(
    rows: pl.DataFrame, parts: pl.DataFrame, first_row: int, findings: list[Finding]
) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    names = {plain(str(name)): part for part, name in _named(parts)}
    words = {plain(str(part)): part for part, _ in _named(parts)}
    lookup = {**names, **words}
    sites: dict[str, dict[str, str | None]] = {}
    firms: dict[str, dict[str, str | None]] = {}
    made: dict[tuple[str, str], dict[str, str | None]] = {}
    unknown: list[tuple[int, str]] = []
    for i, row in enumerate(rows.iter_rows(named=True)):
        if row["name"] is None:
            continue
        proof = {
            "evidence": row["evidence"] or DECLARED,
            "source": row["source"] or "supplier list",
            "as_of": None if row["as_of"] is None else row["as_of"].isoformat(),
        }
        firm = row["organization"] or row["name"]
        site = _key(row["name"], row["town"], sites)
        place = {name: None if row[name] is None else str(row[name]) for name in ("country", "town", "lat", "lon")}
        firms.setdefault(firm, {"organization": firm, **proof})
        sites.setdefault(site, {"site": site, "name": row["name"], "organization": firm, **place, **proof})
        for word in (w.strip() for w in (row["makes"] or "").split(";")):
            part = lookup.get(plain(word))
            if part is not None:
                made.setdefault((site, part), {"site": site, "part": part, **proof})
            elif word:
                unknown.append((first_row + i, word))
    findings += _unknown(unknown, list(dict.fromkeys([*words.values(), *(str(n) for _, n in _named(parts) if n)])))
    return _table(list(made.values())), _table(list(sites.values())), _table(list(firms.values()))


def _named(parts: pl.DataFrame) -> list[tuple[str, str | None]]:
    names = parts["name"].to_list() if "name" in parts.columns else [None] * parts.height
    return [(str(part), name) for part, name in zip(parts["part"].to_list(), names, strict=True) if part is not None]


def _key(name: str, town: str | None, sites: dict[str, dict[str, str | None]]) -> str:
    """Make a key from the name; a namesake in another town gets the town too."""
    slug = _slug(name)
    if slug in sites and sites[slug]["town"] != town and town:
        return f"{slug}_{_slug(town)}"
    return slug


def _slug(text: str) -> str:
    return "_".join(word for word in (plain(w) for w in text.split()) if word) or "site"


def _table(rows: list[dict[str, str | None]]) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict.fromkeys(rows[0], pl.String)) if rows else pl.DataFrame()


def _unknown(words: list[tuple[int, str]], known: list[str]) -> list[Finding]:
    """Say for each word that names no part which parts are nearest."""
    found = []
    for word in dict.fromkeys(word for _, word in words):
        rows = [row for row, w in words if w == word]
        near = nearest(word, known)
        hint = f"Nearest are {', '.join(near)}. " if near else ""
        found.append(
            Finding(
                rule="unknown_part", severity="warning", table=SUPPLIERS.name, column="makes", count=len(rows), row=rows[0],
                value=word, problem=f"{len(rows)} suppliers make something that names no part, and it is not counted",
                remedy=f"{hint}Write the key or the name of a part, or add the part to 'parts'.",
            )
        )  # fmt: skip
    return found
