"""Blocks to one self-contained HTML page: no address outside the file, a strict policy, every text escaped."""

from __future__ import annotations

import base64
import hashlib
import io
import re
import zipfile
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from tierscape.charts import CATEGORIES
from tierscape.render.blocks import Block, Heading, LiveMap, Picture, Section, TableBlock
from tierscape.render.drawing import island, svg, vega_spec
from tierscape.render.figures import label, shown, to_csv, unit_words

ROWS_SHOWN = 50
LONG_CSV = 16_500
_POLICY = (
    "default-src 'none'; {scripts}style-src 'unsafe-inline'; img-src data:{blob}; base-uri 'none'; form-action 'none'"
)


def page(
    title: str,
    answer: str,
    sections: Sequence[Section],
    *,
    opening: Sequence[Block] = (),
    static: bool = False,
    note: str = "",
) -> str:
    """Write one HTML page.

    Parameters
    ----------
    title, answer : str
        Heading and the paragraph under it.
    sections : sequence of Section
        The page from top to bottom; contents are made from their titles.
    opening : sequence of Block
        What stands under the answer, before the first heading.
    static : bool
        Draw charts as SVG and ship no script; else the page draws them with the Vega runtime that it carries.
    note : str
        A line above the heading, such as the name of the network and the date.

    Returns
    -------
    str
        The page; the same input gives the same text.
    """
    live = any(isinstance(block, LiveMap) for section in sections for block in section.blocks)
    names = () if static else ("vega-runtime.js", "page.js", *(["live_map.js"] if live else []))
    scripts = [_asset(name) for name in names]
    hashes = " ".join(f"'sha256-{_sha256(script)}'" for script in scripts)
    policy = _POLICY.format(scripts=f"script-src {hashes}; " if scripts else "", blob=" blob:" if scripts else "")
    return _environment().get_template("page.html.j2").render(
        title=title, answer=answer, opening=opening, note=note, sections=sections, static=static, policy=policy,
        style=Markup(_asset("page.css")), scripts=[Markup(script) for script in scripts],  # noqa: S704 - our own files
    )  # fmt: skip


def slug(text: str) -> str:
    """Make an anchor of a text.

    Examples
    --------
    >>> slug("What was not seen")
    'what-was-not-seen'
    """
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@cache
def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("tierscape.render", "."), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    made.filters |= {
        "shown": shown,
        "label": label,
        "unit": unit_words,
        "svg": lambda chart, key: Markup(svg(chart, key)),  # noqa: S704 - Vega escapes the texts that it draws
        "vega": lambda chart: Markup(island(vega_spec(chart))),  # noqa: S704 - island escapes
        "island": lambda value: Markup(island(value)),  # noqa: S704 - island escapes
        "kind": lambda block: type(block).__name__,
        "listed": lambda blocks: [b for b in blocks if isinstance(b, Picture | Heading)],
        "slug": slug,
    }
    made.globals |= {"table_view": _table_view, "colors": CATEGORIES}
    return made


@cache
def _asset(name: str) -> str:
    return (files("tierscape.render") / name).read_text(encoding="utf-8")


def _sha256(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _table_view(block: TableBlock) -> dict[str, Any]:
    """Give the columns that hold a value, the first rows, and the names of the columns that hold none."""
    filled = [
        c
        for c in block.table.columns
        if block.frame.is_empty() or block.frame[c.name].null_count() < block.frame.height
    ]
    return {
        "columns": filled,
        "rows": block.frame.head(ROWS_SHOWN).select([c.name for c in filled]).rows(),
        "left_out": [label(c) for c in block.table.columns if c not in filled],
        "height": block.frame.height,
        "limit": ROWS_SHOWN,
        "download": _download(block),
    }


def _download(block: TableBlock) -> dict[str, str]:
    """Give the whole table as a link: CSV, in a zip where it is long."""
    text, name = to_csv(block.frame, block.table, figures=6), block.table.name
    if len(text) <= LONG_CSV:
        link = "data:text/csv;charset=utf-8," + quote(text, safe=",;:/.!*'()-_~")
        return {"href": link, "name": f"{name}.csv", "words": "All rows as CSV"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(zipfile.ZipInfo(f"{name}.csv"), text, zipfile.ZIP_DEFLATED, 9)
    link = "data:application/zip;base64," + base64.b64encode(packed.getvalue()).decode()
    return {"href": link, "name": f"{name}.zip", "words": "All rows as zipped CSV"}
