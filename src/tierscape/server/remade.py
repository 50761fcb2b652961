"""Answers made again from what was kept of them, without computing: their tables, pictures and words, and plans."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from tierscape import analyses
from tierscape.analyses.design import Design
from tierscape.charts import Chart
from tierscape.frames import DTYPES
from tierscape.results import Provenance, Result
from tierscape.schema import Table
from tierscape.server.store.networks import read_finding


@dataclass(frozen=True, kw_only=True, eq=False)
class Remade(Result):
    """An answer that says and shows what the one did that its bytes were made of."""

    text: str
    kept: Mapping[str, pl.DataFrame]
    numbers: tuple[tuple[str, str, str], ...] = ()
    pictures: tuple[Chart, ...] = field(default=(), repr=False)

    def frame(self, name: str) -> pl.DataFrame:
        """Give one table by its name."""
        return self.kept[name]

    def sentence(self) -> str:
        """Give the sentence that the answer was kept with."""
        return self.text

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Give the numbers that were kept with the answer."""
        return self.numbers

    def charts(self) -> tuple[Chart, ...]:
        """Give the pictures that were kept with the answer."""
        return self.pictures


def answer(content: bytes, headlines: Sequence[Sequence[str]] = (), charts: bytes = b"[]") -> Result:
    """Make an answer again.

    Parameters
    ----------
    content : bytes
        What ``Result.to_json`` gave.
    headlines, charts
        Its headlines, and its pictures as ``answering.chart_list`` gave them.
    """
    told = json.loads(content)
    kind = analyses.get(told["analysis"]).result
    origin = Provenance(**told["provenance"]) if told["provenance"] else None
    made = Remade(
        analysis=told["analysis"], title=told["title"], parameters=told["parameters"], provenance=origin,
        findings=tuple(read_finding(each) for each in told["findings"]), kept={t.name: f for t, f in frames(told)},
        text=told["summary"].removesuffix(f" {origin.sentence()}" if origin else ""),
        numbers=tuple((line[0], line[1], line[2]) for line in headlines),
        pictures=tuple(_chart(each) for each in json.loads(charts)),
    )  # fmt: skip
    for name in ("TABLES", "HEADLINE"):  # those of the class that it was
        object.__setattr__(made, name, getattr(kind, name))
    return made


def _chart(told: Mapping[str, Any]) -> Chart:
    spec = {name: value for name, value in told["spec"].items() if name not in ("title", "description")}
    return Chart(told["name"], told["title"], spec, told["description"], told["table"], told["caption"])


def frames(answer: dict[str, Any]) -> list[tuple[Table, pl.DataFrame]]:
    """Make the frames of an answer again from its bytes.

    Parameters
    ----------
    answer : dict
        What ``Result.to_dict`` gave.

    Returns
    -------
    list of (Table, polars.DataFrame)
        In the order in which the answer declares them.
    """
    found = []
    for table in analyses.get(answer["analysis"]).result.TABLES:
        schema = {c.name: pl.String() if c.kind == "date" else DTYPES[c.kind] for c in table.columns}
        frame = pl.DataFrame(answer["tables"][table.name]["rows"], schema=schema, orient="row")
        dates = [pl.col(c.name).str.to_date() for c in table.columns if c.kind == "date"]
        found.append((table, frame.with_columns(dates)))
    return found


def plan(content: bytes) -> Design | None:
    """Make a plan again from its bytes, without solving; None where they answer something else.

    Notes
    -----
    It holds the tables alone: places, currency and provenance stay unset, so it draws no map.
    """
    answer = json.loads(content)
    if answer["analysis"] != "design":
        return None
    tables: dict[str, Any] = {table.name: frame for table, frame in frames(answer)}
    return Design(analysis="design", **tables)
