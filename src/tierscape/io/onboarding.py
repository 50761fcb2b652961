"""What a supplier is asked: a template that can be filled in a sitting, cut from the declared tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

from tierscape.io.masks import MASK
from tierscape.io.template import write_tables
from tierscape.schema import TABLES, Table

_PROOF = ("evidence", "source", "as_of")
ASKED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "organizations": ("organization", "name", "country", "owner_country", "lei", "duns", "gln"),
        "sites": ("site", "name", "organization", "country", "region", "town", "lat", "lon", "status", "employees", "ttr_days",
                  "alternate_ttr_days", *_PROOF),
        "parts": ("part", "name", "kind", "hs6", "unit"),
        "capabilities": ("site", "part", "capacity_per_year", "flex_share", "lead_time_days", "qualified", *_PROOF),
        "bom": ("parent", "child", "quantity", "essential"),
        "links": ("supplier", "buyer", "part", "volume_per_year", "stock_days", *_PROOF),
        "origin_claims": ("site", "part", "agreement", "originating", "method", "foreign_value_per_unit", "valid_to"),
        "indicators": ("subject_kind", "subject", "indicator", "year", "value", "unit"),
    }
)  # fmt: skip
"""Columns that a supplier is asked for, by table."""

OPENING = (
    "# What we ask of you, and how to fill it",
    "",
    "About an hour. One sheet a table; the first row names the columns, the two rows that begin with `#` say units and meaning. "
    "Leave a cell empty where you do not know: unknown is never read as zero.",
    "",
    "1. `organizations`: your firm, its LEI, D-U-N-S or GLN number, and the country of the group that controls it. Your direct "
    "suppliers too, a row each.",
    "2. `sites`: your sites, and those of your direct suppliers from which you are served. For your own: people, weeks to recover "
    "after a full stop and weeks until another site takes over, both in days (a week is 7).",
    "3. `parts`: what you sell, your ten largest inputs by spend and those without which you stop. Processes (plating, heat "
    "treatment, moulds, board etching) are parts of kind `process`, test laboratories of kind `service`.",
    "4. `capabilities`: what each site makes and which processes it does in house: capacity, how much can be added at short "
    "notice (`flex_share`), lead time. `qualified`: a site that could supply you and is released for it.",
    "5. `bom`: what one unit of each thing you sell takes. `essential`: without it you cannot deliver.",
    "6. `links`: which site serves which of your sites with what, how much a year and the days of stock that you hold. Several "
    "rows for one part are several sources; a single row is a sole source.",
    "7. `origin_claims`: for each agreement whether the part originates, and the foreign value in a unit.",
    "8. `indicators`: wages for the labour value content where you are asked for it, as `site`, key, `wage_per_hour`.",
    "",
    "Write `declared` under `evidence`, your name under `source`, the day under `as_of`.",
    "",
    f"A supplier that you may not name: give it a key of your own that begins with `{MASK}`, such as `{MASK}_1`, and fill country "
    "and region only. It stays without a name wherever the data go.",
    "",
    "Keys of parts, and of sites that we know already, are those of our request. Save the file and send it back.",
)


def asked_tables() -> list[Table]:
    """Give the declared tables, cut to what a supplier is asked for."""
    return [replace(TABLES[name], columns=tuple(TABLES[name][c] for c in columns)) for name, columns in ASKED.items()]


def write_onboarding(target: Path) -> None:
    """Write the empty record that a supplier fills: a folder, or a workbook if the target ends in ``.xlsx``.

    Raises
    ------
    DataError
        The target exists and is not empty.
    """
    write_tables(target, asked_tables(), opening=OPENING)
