"""Blocks to one self-contained HTML page."""

from __future__ import annotations

from tierscape.render.answers import answer_section, evidence_section, heading, headlines, picture, provenance_section
from tierscape.render.blocks import (
    Bar,
    Block,
    Callout,
    Card,
    Cards,
    Findings,
    Heading,
    KeyValues,
    LiveMap,
    Picture,
    Section,
    TableBlock,
    Text,
)
from tierscape.render.figures import shown, to_csv
from tierscape.render.live_map import live_map_data
from tierscape.render.page import page

__all__ = [
    "Bar",
    "Block",
    "Callout",
    "Card",
    "Cards",
    "Findings",
    "Heading",
    "KeyValues",
    "LiveMap",
    "Picture",
    "Section",
    "TableBlock",
    "Text",
    "answer_section",
    "evidence_section",
    "heading",
    "headlines",
    "live_map_data",
    "page",
    "picture",
    "provenance_section",
    "shown",
    "to_csv",
]
