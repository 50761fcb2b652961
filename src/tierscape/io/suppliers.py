"""A plain supplier list (name, town, what it makes) becomes organizations, sites and capabilities."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from tierscape.errors import Finding
from tierscape.io.raw import Raw, finding
from tierscape.schema import SUPPLIERS, TABLES
from tierscape.validate import fold_headers, parse_table
from tierscape.validate.data import nearest, plain

DECLARED = "declared"
"""Evidence of a row of a supplier list that states none."""
OPERATING = "operating"
"""Status of a site that is said to make something."""

Row = dict[str, str | None]


@dataclass
class _Made:
    """Rows of the tables proper, each by its key, and the row of the list that they come from."""

    organizations: dict[str, Row] = field(default_factory=dict)
    sites: dict[str, Row] = field(default_factory=dict)
    capabilities: dict[tuple[str, str], Row] = field(default_factory=dict)
    rows: dict[tuple[str, object], int] = field(default_factory=dict)

    def add(self, table: str, key: object, row: Row, number: int) -> None:
        rows = getattr(self, table)
        if key not in rows:
            rows[key] = row
            self.rows[table, key] = number


def expand(raw: Raw) -> Raw:
    """Turn a ``suppliers`` table into rows of the tables proper; without one, give back what came.

    Rows that the tables proper hold already are left as they are. Words that name no part are findings with the nearest
    parts; the supplier stays.
    """
    if SUPPLIERS.name not in raw.tables:
        return raw
    first_row = raw.first_rows[SUPPLIERS.name]
    rows, findings = parse_table(raw.tables[SUPPLIERS.name], SUPPLIERS, first_row)
    others = {name: frame for name, frame in raw.tables.items() if name != SUPPLIERS.name}
    if rows.is_empty():
        return Raw(raw.name, others, raw.first_rows, (*raw.findings, *findings))
    parts = _parts(others.get("parts"))
    if not parts:
        remedy = "Start with: tierscape template FOLDER --product PRODUCT, and put the list beside its tables as suppliers.csv."
        findings.append(
            finding("no_parts", SUPPLIERS.name, "a supplier list needs the parts that it speaks of", remedy)
        )
    made, words = _made(rows, parts, first_row)
    listed = {}
    for name in ("organizations", "sites", "capabilities"):
        others[name], listed[name] = _joined(name, others.get(name), made)
    if parts:
        findings += _unknown(words, parts)
    return Raw(raw.name, others, raw.first_rows, (*raw.findings, *findings), listed)


def _parts(given: pl.DataFrame | None) -> list[tuple[str, str | None]]:
    """Give the key and the name of every part."""
    if given is None:
        return []
    frame, _ = parse_table(given, TABLES["parts"])
    return frame.drop_nulls("part").select("part", "name").rows()


def _joined(name: str, given: pl.DataFrame | None, made: _Made) -> tuple[pl.DataFrame, tuple[int, ...]]:
    """Put new rows behind those that a table has, and say from which rows of the list they come."""
    table = TABLES[name]
    frame = pl.DataFrame() if given is None else fold_headers(given, table).cast(pl.String)
    known = set(frame.select(table.key).rows()) if set(table.key) <= set(frame.columns) else set()
    fresh = {
        key: row for key, row in getattr(made, name).items() if (key if isinstance(key, tuple) else (key,)) not in known
    }
    if not fresh:
        return frame, ()
    added = pl.DataFrame(list(fresh.values()), schema=dict.fromkeys(next(iter(fresh.values())), pl.String))
    return pl.concat([frame, added], how="diagonal"), tuple(made.rows[name, key] for key in fresh)


def _made(
    rows: pl.DataFrame, parts: list[tuple[str, str | None]], first_row: int
) -> tuple[_Made, dict[str, list[int]]]:
    """Make the rows of the tables proper, and list the words that name no part with their rows."""
    lookup = _lookup(parts)
    made = _Made()
    unknown: dict[str, tuple[str, list[int]]] = {}
    for number, row in enumerate(rows.iter_rows(named=True), first_row):
        if row["name"] is None:
            continue
        proof: Row = {
            "evidence": row["evidence"] or DECLARED,
            "source": row["source"] or "supplier list",
            "as_of": None if row["as_of"] is None else row["as_of"].isoformat(),
        }
        firm = row["organization"] or row["name"]
        organization = _pointable(firm)
        site = _site_key(row["name"], row["town"], made.sites)
        place: Row = {name: None if row[name] is None else str(row[name]) for name in ("country", "town", "lat", "lon")}
        made.add("organizations", organization, {"organization": organization, "name": firm, **proof}, number)
        at: Row = {
            "site": site,
            "name": row["name"],
            "organization": organization,
            "status": OPERATING,
            **place,
            **proof,
        }
        made.add("sites", site, at, number)
        for word in (w.strip() for w in (row["makes"] or "").split(";")):
            part = lookup.get(plain(word))
            if part is not None:
                made.add("capabilities", (site, part), {"site": site, "part": part, **proof}, number)
            elif word:
                unknown.setdefault(plain(word), (word, []))[1].append(number)
    return made, dict(unknown.values())


def _lookup(parts: list[tuple[str, str | None]]) -> Mapping[str, str]:
    """Give parts by what one may write for them; a name that two parts bear stands for neither."""
    named: dict[str, set[str]] = {}
    for part, name in parts:
        if name:
            named.setdefault(plain(name), set()).add(part)
    return {
        **{name: next(iter(bearers)) for name, bearers in named.items() if len(bearers) == 1},
        **{plain(part): part for part, _ in parts},
    }


def _pointable(name: str) -> str:
    """Make a key that other rows can point at from a name."""
    return re.sub(r"\s*[/;\s]\s*", " ", name).strip().lstrip("#!").strip() or _slug(name)


def _site_key(name: str, town: str | None, sites: Mapping[str, Row]) -> str:
    """Make a key from the name; a namesake in another town gets the town too, and any other namesake a number."""
    slug = _slug(name)
    keys = [slug, *([f"{slug}_{_slug(town)}"] if town else [])]
    for key in [*keys, *(f"{keys[-1]}_{n}" for n in range(2, len(sites) + 3))]:
        held = sites.get(key)
        if held is None or (plain(held["name"] or ""), held["town"]) == (plain(name), town):
            return key
    return slug


def _slug(text: str) -> str:
    return "_".join(word for word in (plain(w) for w in text.split()) if word) or "site"


def _unknown(words: Mapping[str, list[int]], parts: list[tuple[str, str | None]]) -> list[Finding]:
    """Say for each word that names no part which parts are nearest."""
    known = list(dict.fromkeys([*(part for part, _ in parts), *(name for _, name in parts if name)]))
    found = []
    for word, rows in words.items():
        bearers = [part for part, name in parts if name and plain(name) == plain(word)]
        near = bearers or nearest(word, known)
        says = "Several parts have that name:" if bearers else "Nearest are"
        hint = f"{says} {', '.join(near)}. " if near else ""
        does = "1 supplier makes" if len(rows) == 1 else f"{len(rows)} suppliers make"
        found.append(
            Finding(
                rule="unknown_part", severity="warning", table=SUPPLIERS.name, column="makes", value=word, row=rows[0],
                count=len(rows), problem=f"{does} something that names no part, and it is not counted",
                remedy=f"{hint}Write the key or the name of a part, or add the part to 'parts'.",
            )
        )  # fmt: skip
    return found
