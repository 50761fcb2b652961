"""What a page is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl

from tierscape.charts import Chart
from tierscape.errors import Finding
from tierscape.schema import Table


@dataclass(frozen=True)
class Text:
    """A paragraph; ``lead`` makes it larger."""

    text: str
    lead: bool = False


@dataclass(frozen=True)
class Heading:
    """A heading within a section, listed in the contents."""

    text: str


@dataclass(frozen=True)
class Callout:
    """A sentence that must not be missed."""

    text: str
    tone: Literal["note", "warning"] = "note"


@dataclass(frozen=True)
class Card:
    """A headline number: what it is, its value with unit, and a few words beside it."""

    label: str
    value: str
    detail: str = ""


@dataclass(frozen=True)
class Cards:
    """Headline numbers side by side."""

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Bar:
    """Shares of a whole, 0 to 1, drawn as one bar with a legend that names each share."""

    title: str
    shares: Mapping[str, float]


@dataclass(frozen=True)
class KeyValues:
    """Names and values, for parameters and provenance; ``folded`` hides them under their title until asked for."""

    title: str
    rows: Mapping[str, str]
    folded: bool = False


@dataclass(frozen=True)
class TableBlock:
    """A declared table: the first rows shown, the whole of it as a CSV link.

    ``key`` is the anchor that charts link to; it must be unique on the page. ``folded`` hides it under its title until
    asked for, by a click or a link to it.
    """

    key: str
    title: str
    table: Table
    frame: pl.DataFrame
    folded: bool = False


@dataclass(frozen=True)
class Findings:
    """Findings, worst first."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Picture:
    """A chart with a link to its table twin; both keys must be unique on the page."""

    key: str
    chart: Chart
    table_key: str


@dataclass(frozen=True)
class LiveMap:
    """A map that its reader can move: what `live_map_data` gives, a sentence, and the key of the table with the same sites.

    A page without script shows the sentence and the link alone.
    """

    key: str
    title: str
    says: str
    data: Mapping[str, Any]
    table_key: str


Block = Text | Heading | Callout | Cards | Bar | KeyValues | TableBlock | Findings | Picture | LiveMap


@dataclass(frozen=True)
class Section:
    """A part of the page under one heading; ``key`` is its anchor."""

    key: str
    title: str
    blocks: tuple[Block, ...] = field(default=())
