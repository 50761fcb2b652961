"""What an analysis answers: declared frames, the parameters that made them, and where they come from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.errors import Finding
from tierscape.frames import DTYPES
from tierscape.render import answer_section, evidence_section, headlines, page, provenance_section, to_csv
from tierscape.schema import Table
from tierscape.workbook import write_workbook

if TYPE_CHECKING:
    from tierscape.charts import Chart


@dataclass(frozen=True)
class Provenance:
    """Where an answer comes from.

    Parameters
    ----------
    version : str
        Version of tierscape.
    network, digest : str
        Name and digest of the network.
    rows_read : int
        Rows of the tables that the analysis reads.
    evidence : Mapping
        Share of those rows, 0 to 1, by grade; ``none`` where no grade is given, and ``illustrative`` across grades.
    vintages : Mapping
        Reference file to its vintage.
    seed : int, optional
        Seed of the random numbers, if the analysis draws any.
    """

    version: str
    network: str
    digest: str
    rows_read: int
    evidence: Mapping[str, float]
    vintages: Mapping[str, str]
    seed: int | None = None

    def sentence(self) -> str:
        """Say in one sentence what the answer rests on."""
        parts = [f"{self.evidence.get('inferred', 0.0):.0%} are inferred"]
        if self.evidence.get("illustrative", 0.0) > 0:
            parts.append(f"{self.evidence['illustrative']:.0%} illustrative")
        if self.evidence.get("none", 0.0) > 0:
            parts.append(f"{self.evidence['none']:.0%} without a grade of evidence")
        return f"Of the {self.rows_read:,} rows that this rests on, {' and '.join(parts)}."


@dataclass(frozen=True, kw_only=True, eq=False)
class Result:
    """Base of all answers.

    A subclass declares its tables in ``TABLES`` and has one field of the same name, a polars frame, for each. Frames are
    checked against the declaration when the result is made: same columns in the same order, same types, no NaN.

    Raises
    ------
    TypeError
        A frame does not fit its declaration.
    """

    TABLES: ClassVar[tuple[Table, ...]] = ()
    HEADLINE: ClassVar[tuple[str, str] | None] = None
    """Table and column that say most, for comparisons."""

    findings: tuple[Finding, ...] = ()
    analysis: str = ""
    title: str = ""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    provenance: Provenance | None = None
    reads: tuple[str, ...] = ()
    product_name: str = ""
    """Name of the product for people, set where the analysis is about one."""

    def __post_init__(self) -> None:
        for table in self.TABLES:
            object.__setattr__(self, table.name, conform(getattr(self, table.name), table))

    def frame(self, name: str) -> pl.DataFrame:
        """Give one table by its name."""
        frame: pl.DataFrame = getattr(self, name)
        return frame

    def sentence(self) -> str:
        """Answer the question in one plain sentence, number and unit included."""
        raise NotImplementedError

    def summary(self) -> str:
        """Answer the question, and say how much of the answer is inferred or illustrative."""
        return self.sentence() if self.provenance is None else f"{self.sentence()} {self.provenance.sentence()}"

    def lines(self) -> tuple[str, ...]:
        """Give the few lines that matter, for a terminal or a message."""
        return (self.sentence(),)

    def columns(self) -> tuple[str, ...] | None:
        """Name the columns of the first table that a terminal shows; None for all that fit."""
        return None

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Give the numbers that a reader should see first: what it is, its value with unit, a few words beside it."""
        return ()

    def charts(self) -> tuple[Chart, ...]:
        """Give the pictures of the answer, each with the table that holds the same numbers."""
        return ()

    def to_dict(self) -> dict[str, Any]:
        """Give the whole answer as plain values: the body of ``--json`` and of the HTTP door."""
        return {
            "analysis": self.analysis,
            "title": self.title,
            "summary": self.summary(),
            "parameters": dict(self.parameters),
            "tables": {t.name: {"columns": _columns(t), "rows": _rows(self.frame(t.name))} for t in self.TABLES},
            "findings": [f.to_dict() for f in self.findings],
            "provenance": None if self.provenance is None else _provenance(self.provenance),
        }

    def to_json(self) -> bytes:
        """Encode ``to_dict`` as UTF-8 JSON; the same digest, parameters and version give the same bytes."""
        return json.dumps(self.to_dict(), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

    def to_html(self, *, static: bool = False, date: str | None = None) -> str:
        """Write this one answer as a self-contained HTML page.

        Parameters
        ----------
        static : bool
            Draw charts as SVG and carry no script.
        date : str, optional
            Date that the provenance shows, ISO 8601; without it the page carries none.
        """
        origins = [] if self.provenance is None else [self.provenance]
        sections = [answer_section(self, self.charts(), cards=False), provenance_section([self], date=date)]
        sections[1:1] = [evidence_section(origins)] if origins else []
        note = " · ".join([*(origin.network for origin in origins), *([date] if date else [])])
        return page(self.title, self.sentence(), sections, opening=headlines(self), static=static, note=note)

    def save(self, target: str | Path) -> Path:
        """Write this answer as a folder, or as a workbook if the name ends in ``.xlsx``.

        A folder gets ``result.json``, ``summary.txt``, one CSV a table and one Vega-Lite file a chart (``.vl.json``); a
        workbook one sheet a table with a row of units, and sheets for summary, parameters, findings and provenance. Texts
        never become formulas or links. Files of the same name are replaced; others in the folder stay.

        Parameters
        ----------
        target : str or pathlib.Path
            Folder, made if it is not there, or ``.xlsx`` file.

        Returns
        -------
        pathlib.Path
            Where it was written.

        Raises
        ------
        OSError
            The target cannot be written.
        """
        target = Path(target)
        if target.suffix.lower() == ".xlsx":
            write_workbook(target, self.to_dict(), [(table, self.frame(table.name)) for table in self.TABLES])
            return target
        target.mkdir(parents=True, exist_ok=True)
        (target / "result.json").write_bytes(self.to_json())
        (target / "summary.txt").write_text(f"{self.summary()}\n", encoding="utf-8")
        for table in self.TABLES:
            (target / f"{table.name}.csv").write_text(
                to_csv(self.frame(table.name), table), encoding="utf-8", newline=""
            )
        for chart in self.charts():
            text = json.dumps(chart.standalone(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
            (target / f"{chart.name}.vl.json").write_text(text, encoding="utf-8")
        return target


def conform(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Check a frame against its declaration and cast it to the declared types.

    Raises
    ------
    TypeError
        Columns are missing, unknown or out of order, a type differs (whole numbers may stand for numbers), a number is NaN
        or infinite, or a key is null or doubled.
    """
    if tuple(frame.columns) != table.names:
        raise TypeError(f"table '{table.name}' has the columns {frame.columns}, declared are {list(table.names)}")
    for column in table.columns:
        given = frame.schema[column.name]
        if given not in (pl.Null(), DTYPES[column.kind]) and not _widens(given, column.kind):
            raise TypeError(
                f"table '{table.name}', column '{column.name}': declared as {column.kind}, given is {given}"
            )
    frame = frame.cast({c.name: DTYPES[c.kind] for c in table.columns})
    for column in table.columns:
        if column.kind == "number" and not frame[column.name].drop_nulls().is_finite().all():
            raise TypeError(f"table '{table.name}', column '{column.name}': NaN or infinity; unknown is null")
    if table.key and (
        frame.select(table.key).is_duplicated().any() or frame.select(table.key).null_count().sum_horizontal().item()
    ):
        raise TypeError(f"table '{table.name}': the key {list(table.key)} is null or doubled")
    return frame


def _widens(given: pl.DataType, kind: str) -> bool:
    return (given.is_integer() and kind in {"integer", "number"}) or (given.is_float() and kind == "number")


def _columns(table: Table) -> list[dict[str, str]]:
    return [{"name": c.name, "kind": c.kind, "unit": c.unit, "description": c.description} for c in table.columns]


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.with_columns(pl.col(pl.Date).cast(pl.String)).to_dicts()


def _provenance(p: Provenance) -> dict[str, Any]:
    return {
        "version": p.version,
        "network": p.network,
        "digest": p.digest,
        "seed": p.seed,
        "rows_read": p.rows_read,
        "evidence": dict(p.evidence),
        "vintages": dict(p.vintages),
    }
