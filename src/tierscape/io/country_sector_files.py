"""The files that country-sector tables come in: wide text or Parquet, NumPy archives, pymrio's folders."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from tierscape.errors import DataError, Finding, Severity
from tierscape.io.raw import finding, refuse

TABLE = "country_sector"
"""What findings about such a table call it."""
OUTPUT = {"out", "output", "total", "x", "go"}
"""Names of a column that holds gross output."""
FORMS = "a .csv or .parquet with sectors as COUNTRY_SECTOR both ways, an .npz, or a folder with Z.txt and Y.txt"


@dataclass(frozen=True)
class Raw:
    """What a file holds before it is checked; the fields are those of ``CountrySector``."""

    file: str
    row_country: tuple[str, ...]
    row_sector: tuple[str, ...]
    flows: np.ndarray
    output: np.ndarray
    final: np.ndarray
    final_countries: tuple[str, ...]
    year: int | None = None
    currency: str = ""
    findings: tuple[Finding, ...] = ()


def read_raw(path: Path) -> Raw:
    """Read a file or folder by its form.

    Raises
    ------
    DataError
        It is not there, cannot be read, or is of no known form.
    """
    if path.is_dir():
        return _folder(path)
    if not path.is_file():
        raise _unreadable(path, "there is no such file or folder")
    try:
        if path.suffix.lower() == ".npz":
            return _archive(path)
        if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
            tab = "\t" if path.suffix.lower() != ".csv" else ","
            return _wide(path, pl.read_csv(path, separator=tab, infer_schema=False))
        if path.suffix.lower() in {".parquet", ".pq"}:
            return _wide(path, pl.read_parquet(path))
    except (OSError, pl.exceptions.PolarsError, zipfile.BadZipFile, ValueError) as error:
        raise _unreadable(path, f"it cannot be read ({str(error).splitlines()[0]})") from error
    raise _unreadable(path, "its ending says nothing of its form")


def year_of(name: str) -> int | None:
    """Give the last year that stands in a name.

    Examples
    --------
    >>> year_of("wiod_2011.npz"), year_of("2023_ICIO_2019.csv"), year_of("mine.csv")
    (2011, 2019, None)
    """
    found = re.findall(r"(?<!\d)(?:19|20)\d\d(?!\d)", name)
    return int(found[-1]) if found else None


def gathered(columns: np.ndarray, countries: Sequence[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Sum columns of final use over the categories of each country, in order of first appearance."""
    distinct = tuple(dict.fromkeys(countries))
    index = {c: i for i, c in enumerate(distinct)}
    member = np.zeros((len(countries), len(distinct)))
    member[np.arange(len(countries)), [index[c] for c in countries]] = 1.0
    return columns @ member, distinct


def _wide(path: Path, frame: pl.DataFrame) -> Raw:
    """Read a table whose first column and whose header name the sectors."""
    key, *heads = frame.columns
    labels = [str(x).strip() for x in frame[key].to_list()]
    known = set(labels)
    columns = {h.strip(): h for h in heads}
    at = [i for i, label in enumerate(labels) if label in columns and label.lower() not in OUTPUT]
    rows = [labels[i] for i in at]
    square = set(rows)
    if not rows or not all("_" in label for label in rows):
        raise _unreadable(path, "no row has the label COUNTRY_SECTOR of a column")
    countries = {label.split("_", 1)[0] for label in rows}
    output = [h for h in columns if h.lower() in OUTPUT]
    final = [h for h in columns if h not in square and h not in output]
    strange = [h for h in final if "_" not in h or (h in known)]
    if strange:
        problem = f"{len(strange)} columns are neither sectors nor final use of a country, the first '{strange[0]}'"
        raise _unreadable(path, problem)
    figures = frame[at]
    sold = _numbers(figures, [columns[label] for label in rows])
    used, users = gathered(_numbers(figures, [columns[h] for h in final]), [h.split("_", 1)[0] for h in final])
    made = _numbers(figures, [columns[output[0]]])[:, 0] if output else sold.sum(axis=1) + used.sum(axis=1)
    rest = [label for i, label in enumerate(labels) if i not in set(at)]
    strangers = [label for label in rest if label.split("_", 1)[0] in countries and "_" in label]
    return Raw(
        path.name, tuple(x.split("_", 1)[0] for x in rows), tuple(x.split("_", 1)[1] for x in rows), sold, made, used, users,
        year_of(path.stem), findings=tuple(_ignored(rest, strangers)),
    )  # fmt: skip


def _ignored(rest: Sequence[str], strangers: Sequence[str]) -> list[Finding]:
    if not rest:
        return []
    severity: Severity = "warning" if strangers else "note"
    problem = f"{len(rest)} rows have no column of their name and are not read, the first '{(strangers or rest)[0]}'"
    remedy = "Rows of taxes and of value added may stay; a sector needs a column too."
    return [finding("rows_not_read", TABLE, problem, remedy, severity=severity, count=len(rest))]


def _numbers(frame: pl.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Read figures; what is empty or no number is NaN, for the checks to count."""
    cast = frame.select(pl.col(c).cast(pl.Float64, strict=False) for c in columns)
    return cast.fill_null(float("nan")).to_numpy().reshape(frame.height, len(columns))


def _archive(path: Path) -> Raw:
    """Read a NumPy archive whose rows go country by country."""
    with np.load(path, allow_pickle=False) as archive:
        held = {name: archive[name] for name in archive.files}
    lacking = [n for n in ("Z", "countries", "sectors") if n not in held] + ([] if {"F", "Y"} & set(held) else ["F"])
    if lacking:
        raise _unreadable(path, f"the archive lacks {', '.join(lacking)}")
    countries = [str(c) for c in held["countries"]]
    sectors = [str(s) for s in held["sectors"]]
    flows, final = (np.asarray(held[n], dtype=np.float64) for n in ("Z", "F" if "F" in held else "Y"))
    each, over = divmod(final.shape[1], len(countries)) if final.ndim == 2 else (0, 1)
    if over or not each:
        problem = f"final use has the shape {final.shape}: its columns are no multiple of {len(countries)} countries"
        raise _unreadable(path, problem)
    output = held["x"] if "x" in held else flows.sum(axis=1) + final.sum(axis=1)
    used, users = gathered(final, [c for c in countries for _ in range(each)])
    year = int(held["year"]) if "year" in held else year_of(path.stem)
    return Raw(
        path.name, tuple(c for c in countries for _ in sectors), tuple(s for _ in countries for s in sectors),
        flows, np.asarray(output, dtype=np.float64), used, users, year, str(held.get("currency", "")),
    )  # fmt: skip


def _folder(path: Path) -> Raw:
    """Read a folder as pymrio writes it: two lines of header and two columns of labels, separated by tabs."""
    missing = [name for name in ("Z.txt", "Y.txt") if not (path / name).is_file()]
    if missing:
        raise _unreadable(path, f"the folder lacks {' and '.join(missing)}")
    try:
        buyers, sellers, flows = _labelled(path / "Z.txt", heads=2)
        users, rows, final = _labelled(path / "Y.txt", heads=2)
        made = _labelled(path / "x.txt", heads=1) if (path / "x.txt").is_file() else None
    except (OSError, ValueError, IndexError) as error:
        raise _unreadable(path, f"it cannot be read ({error})") from error
    if buyers != sellers or rows != sellers or (made is not None and made[1] != sellers):
        raise _unreadable(path, "Z.txt, Y.txt and x.txt do not name the same sectors in the same order")
    used, countries = gathered(final, [u[0] for u in users])
    output = flows.sum(axis=1) + final.sum(axis=1) if made is None else made[2][:, 0]
    units = path / "unit.txt"
    unit = set(_column(units)) if units.is_file() else set()
    return Raw(
        path.name, tuple(s[0] for s in sellers), tuple(s[1] for s in sellers), flows, output, used, countries,
        year_of(path.name), unit.pop() if len(unit) == 1 else "",
    )  # fmt: skip


def _labelled(path: Path, *, heads: int) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]], np.ndarray]:
    """Labels of the columns and of the rows, and the figures; an empty cell is NaN."""
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.reader(file, delimiter="\t"))
    top = [line[2:] for line in lines[:heads]]
    body = [line for line in lines[heads:] if any(line[2:])]  # a line of names of the label columns has no figures
    figures = np.array([[float(x) if x else np.nan for x in line[2:]] for line in body])
    return list(zip(*top, strict=True)), [(line[0], line[1]) for line in body], figures


def _column(path: Path) -> list[str]:
    with path.open(encoding="utf-8", newline="") as file:
        return [line[2] for line in list(csv.reader(file, delimiter="\t"))[1:] if len(line) > 2]


def _unreadable(path: Path, said: str) -> DataError:
    return refuse("unreadable", TABLE, f"'{path.name}': {said}", f"Give {FORMS}.")
