"""What the command line prints: the answer on stdout, progress and findings on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import polars as pl
from rich.console import Console
from rich.table import Table as Grid

from tierscape.errors import SEVERITIES, Finding
from tierscape.schema import Table

ROWS = 20
"""Most rows of a table on the terminal."""

out = Console(soft_wrap=True, highlight=False, markup=False, emoji=False)
err = Console(stderr=True, soft_wrap=True, highlight=False, markup=False, emoji=False)


@contextmanager
def working(what: str) -> Iterator[None]:
    """Show that something is going on; silent where stderr is no terminal."""
    if not err.is_terminal:
        yield
        return
    with err.status(what):
        yield


def line(text: str) -> None:
    """Print one line of the answer."""
    out.print(text)


def body(content: bytes) -> None:
    """Print bytes and nothing else."""
    sys.stdout.buffer.write(content + b"\n")
    sys.stdout.buffer.flush()


def table(declared: Table, frame: pl.DataFrame, columns: Sequence[str] | None = None) -> None:
    """Print the first rows of a declared table, units in the header, unknown as a dash."""
    names = _fitting(declared, frame, columns)
    grid = Grid(box=None, pad_edge=False, header_style="bold" if out.is_terminal else "")
    for name in names:
        column = declared[name]
        unit = f" [{column.unit}]" if column.unit and column.unit != "1" else ""
        grid.add_column(f"{name}{unit}", justify="left" if column.kind == "text" else "right", overflow="fold")
    for row in frame.select(names).head(ROWS).iter_rows():
        grid.add_row(*(number(value) for value in row))
    Console(soft_wrap=False, highlight=False, markup=False, emoji=False, width=None if out.is_terminal else 200).print(
        grid
    )
    if frame.height > ROWS:
        line(f"… and {frame.height - ROWS} more rows; --save FOLDER writes them all.")


def _fitting(declared: Table, frame: pl.DataFrame, columns: Sequence[str] | None) -> list[str]:
    """Choose columns, the declared order from the left, until the width of the terminal is used up."""
    width = out.width if out.is_terminal else 200
    names: list[str] = []
    for name in columns or declared.names:
        cells = [len(number(v)) for v in frame[name].head(ROWS)]
        unit = declared[name].unit
        width -= max([*cells, len(name) + (len(unit) + 3 if unit and unit != "1" else 0)]) + 2
        if width < 0 and names:
            break
        names.append(name)
    return names


def number(value: Any) -> str:
    """Write a value for people: three significant figures, thin groups, a dash for unknown."""
    if value is None:
        return "–"
    if isinstance(value, float):
        if value != 0 and abs(value) < 1000:
            text = f"{value:.3g}"
            return f"{value:.0f}" if "e+" in text else text
        return f"{value:,.0f}".replace(",", " ")
    return str(value)


def findings(found: Iterable[Finding], *, full: bool = False) -> None:
    """Print findings on stderr: all of them, or how many there are."""
    rows = list(found)
    if full:
        for finding in rows:
            err.print(f"  {finding.severity}: {finding.message}")
    elif rows:
        err.print(f"{count(rows)}.")


def count(rows: Sequence[Finding]) -> str:
    """Count findings by severity in words."""
    counted = [(sum(f.severity == s for f in rows), s) for s in SEVERITIES]
    return ", ".join(f"{n} {s}{'s' if n > 1 else ''}" for n, s in counted if n) or "no findings"
