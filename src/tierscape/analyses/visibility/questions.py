"""What to ask each site, as a workbook to send: a sheet a site, with room for the answers."""

from __future__ import annotations

import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter

from tierscape.analyses.visibility.result import Visibility
from tierscape.errors import ParameterError
from tierscape.io import place, refuse_to_replace
from tierscape.io.masks import MASK
from tierscape.io.workbooks import OPTIONS

ANSWERS = (
    "supplier, legal name", "town of the site", "country", "share of your need, %", "only source? y/n",
    "another one qualified? y/n", "days of stock", "evidence or remark",
)  # fmt: skip
LONGEST_NAME = 31
OPENING = (
    "One line a question. Where a part has several suppliers, add a line for each. Leave a cell empty where you do not know. "
    f"A supplier that you may not name: write '{MASK}' and its country. To answer in full, fill the onboarding record instead."
)


def write_questions(answer: Visibility, target: Path, *, most: int = 25) -> int:
    """Write the questions of an answer, best first, a sheet for each site to ask.

    Nothing of the analysis stands in it but the questions: a supplier sees neither values nor flags.

    Parameters
    ----------
    answer : Visibility
    target : pathlib.Path
        Workbook to write; it must not exist yet.
    most : int
        Most sites to ask.

    Returns
    -------
    int
        Sites that are asked.

    Raises
    ------
    ParameterError
        The target is no workbook.
    DataError
        The target exists or cannot be written.
    """
    if target.suffix.lower() != ".xlsx":
        raise ParameterError(f"questions: '{target.name}' is no .xlsx. Each site has a sheet of one workbook.")
    refuse_to_replace(target)
    asked = answer.questionnaires.head(most)
    content = io.BytesIO()
    book = xlsxwriter.Workbook(content, OPTIONS)
    book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
    bold, wrapped = (
        book.add_format({"bold": True, "text_wrap": True}),
        book.add_format({"text_wrap": True, "valign": "top"}),
    )
    contents = book.add_worksheet("README")
    for j, (head, width) in enumerate((("sheet", 32), ("site", 32), ("country", 10), ("questions", 12))):
        contents.write_string(0, j, head, bold)
        contents.set_column(j, j, width)
    taken = {"readme"}
    for i, (site, name, country) in enumerate(asked.select("ask_whom", "name", "country").iter_rows(), 1):
        sheet_name = _sheet_name(site, taken)
        rows = site_questions(answer, site)
        for j, text in enumerate((sheet_name, name, country or "", str(rows.height))):
            contents.write_string(i, j, text)
        _sheet(book.add_worksheet(sheet_name), (name, site), rows, (bold, wrapped))
    book.close()
    place({"": content.getvalue()}, target)
    return asked.height


def site_questions(answer: Visibility, site: str) -> pl.DataFrame:
    """Give what to ask a site, open needs before flags, each question once: ``part``, ``question``."""
    needs = answer.unknowns.filter(pl.col("ask_whom") == site).select("part", question="ask_what")
    flags = answer.flags.filter((pl.col("ask_whom") == site) & ~pl.col("flag").is_in(["F3", "F4"])).select(
        part=pl.col("subject").str.split("/").list.last(), question="ask_what"
    )
    return pl.concat([needs, flags]).unique("question", keep="first", maintain_order=True)


def _sheet(sheet: Any, who: tuple[str, str], rows: pl.DataFrame, styles: tuple[Any, Any]) -> None:
    bold, wrapped = styles
    sheet.write_string(0, 0, f"Questions to {who[0]} (site key: {who[1]})", bold)
    sheet.merge_range(1, 0, 1, 5, OPENING, wrapped)
    sheet.set_row(1, 60)
    for j, head in enumerate(("part", "question", *ANSWERS)):
        sheet.write_string(3, j, head, bold)
    for i, row in enumerate(rows.iter_rows(), 4):
        for j, text in enumerate(row):
            sheet.write_string(i, j, text, wrapped)
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 1 + len(ANSWERS), 16)
    sheet.freeze_panes(4, 2)


def _sheet_name(site: str, taken: set[str]) -> str:
    """Give a name that a sheet can have: no odd signs, 31 letters at most, unlike any other."""
    plain = re.sub(r"[\[\]:*?/\\']", " ", site).strip() or "site"
    for n in range(1, len(taken) + 2):
        tail = "" if n == 1 else f" {n}"
        name = plain[: LONGEST_NAME - len(tail)] + tail
        if name.lower() not in taken:
            break
    taken.add(name.lower())
    return name
