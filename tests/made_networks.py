"""Networks of hostile but lawful content, made by hypothesis."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
from hypothesis import strategies as st

from tierscape.network import Network

NASTY = (
    '"', "''", "a,b", "a;b\tc", "two\nlines", "=1+1", "'=1+1", "@SUM(A1)", "-5 %", "+49 30 1", "#1", "# remark", "!x",
    "</script><img src=x onerror=alert(1)>", "_x0041_", "𝔘𝔫𝔦 😀 👩‍🏭", "\u202eمرحبا", "e\u0301", "Z̷a̷l̷g̷o̷", "NULL", "nan",
    "true", "1e5", "007", "2026-03-31", "${jndi:ldap://x}", "../../etc", "CON", "\ufeffbom", "\u2028", "＝A1", "%s%n", "a" * 300,
)  # fmt: skip
TEXTS = st.sampled_from(NASTY) | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
KEYS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="/;#!"), min_size=1, max_size=8)
WHOLE = st.integers(0, 2**53)
EXACT = st.just(0.0) | st.floats(1e-30, 1e30)
"""Any number that a table may hold."""
ROUND = EXACT.map(lambda x: float(f"{x:.15g}"))
"""Numbers that fifteen digits hold."""
DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))


def _maybe(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | values


@st.composite
def networks(draw: st.DrawFn, numbers: st.SearchStrategy[float] = ROUND, whole: int = 10**15) -> Network:
    """Draw a checked network with text, numbers, days, truths and nulls."""
    sites = draw(st.lists(KEYS, min_size=1, max_size=5, unique_by=_normal))
    parts = draw(st.lists(KEYS, min_size=1, max_size=5, unique_by=_normal))
    rows = {
        "meta": [{"name": draw(_maybe(TEXTS)), "home": draw(st.sampled_from([None, "DE", "XK"]))}],
        "sites": [
            {"site": s, "name": draw(_maybe(TEXTS)), "employees": draw(_maybe(st.integers(0, whole))), "as_of": draw(_maybe(DAYS))}
            for s in sites
        ],
        "parts": [{"part": p, "kind": "material", "hs6": draw(st.sampled_from([None, "010121", "850760"]))} for p in parts],
        "capabilities": [
            {"site": s, "part": parts[0], "capacity_per_year": draw(_maybe(numbers)), "qualified": draw(_maybe(st.booleans()))}
            for s in sites
        ],
        "events": [
            {"event": s, "kind": "x" + draw(TEXTS), "target_kind": "mode", "target": "road", "start": draw(_maybe(DAYS))}
            for s in sites
        ],
    }  # fmt: skip
    frames = {name: pl.DataFrame(given, infer_schema_length=None) for name, given in rows.items()}
    return Network.from_tables(frames)


def _normal(key: str) -> str:
    import unicodedata

    return unicodedata.normalize("NFC", key)
