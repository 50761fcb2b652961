"""Parsing: from frames of text, or of whatever types a file had, to the declared columns and types."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl

from tierscape.errors import Finding
from tierscape.frames import DTYPES, empty
from tierscape.schema import TABLES, Column, Table
from tierscape.validate.data import Data, Fault, did_you_mean, nearest, rows_that

_CONTROL = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x7F\x{202A}-\x{202E}\x{2066}-\x{2069}\x{FFFE}\x{FFFF}]"
"""Signs that no cell needs: those that steer a terminal, and those that turn round how a text is read."""
_ISO_DAY = r"^(\d{4}-\d{2}-\d{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?$"
_BOOLEANS = {"true": True, "false": False, "yes": True, "no": False, "1": True, "0": False, "1.0": True, "0.0": False}
_EXACT_INTEGER = 2.0**53


def typed(
    raw: Mapping[str, pl.DataFrame], first_rows: Mapping[str, int] | None = None
) -> tuple[dict[str, pl.DataFrame], list[Finding]]:
    """Parse raw tables to the declared ones.

    Text is brought to NFC, lines end in LF, blanks at the ends go, empty text is null. What cannot be parsed becomes null
    with an error; unknown tables and columns are left out with a warning.

    Parameters
    ----------
    raw : Mapping of str to polars.DataFrame
        Tables by name; columns of text (CSV, Excel) or of other types (Parquet, Python).
    first_rows : Mapping of str to int, optional
        Row number of the first row of a table, 1 where absent.

    Returns
    -------
    tables : dict of str to polars.DataFrame
        Every table of the schema with exactly the declared columns and types.
    findings : list of Finding
        What could not be read as declared.
    """
    rows = first_rows or {}
    findings = [
        Finding(
            rule="unknown_table", severity="warning", table=name, problem="is no declared table and is left out",
            remedy=f"{did_you_mean(name, TABLES)}Known tables: {', '.join(TABLES)}.", count=frame.height,
        )
        for name, frame in raw.items() if name not in TABLES
    ]  # fmt: skip
    tables = {}
    for name, table in TABLES.items():
        if name in raw:
            tables[name], more = parse_table(raw[name], table, rows.get(name, 1))
            findings += more
        else:
            tables[name] = empty(table)
    return tables, findings


def parse_table(frame: pl.DataFrame, table: Table, first_row: int = 1) -> tuple[pl.DataFrame, list[Finding]]:
    """Parse one table; as ``typed``, for a table that may be outside ``TABLES``."""
    frame, blank = _rows(fold_headers(frame, table), table)
    data = Data({table.name: frame}, {table.name: first_row})
    findings = [*_columns(frame, table), *data.found((table.name, ""), blank, _BLANK)]
    cleaned: dict[str, pl.Series] = {}
    parsed: dict[str, pl.Series] = {}
    for column in table.columns:
        if column.name not in frame.columns:
            parsed[column.name] = pl.Series(column.name, [None] * frame.height, dtype=DTYPES[column.kind])
            continue
        given, more = _cleaned(frame[column.name], column, data)
        values = _tidied(given, column) if column.kind == "text" else _PARSERS[column.kind](given)
        findings += [*more, *_unread(given, values, column, data), *_missing(given, blank, column, data)]
        cleaned[column.name], parsed[column.name] = given, values
    _forget_half_points(parsed, cleaned)
    return pl.DataFrame(parsed, schema={c.name: DTYPES[c.kind] for c in table.columns}), findings


def _rows(frame: pl.DataFrame, table: Table) -> tuple[pl.DataFrame, pl.Series]:
    """Leave out blank rows at the end, and mark those that are left."""
    declared = [frame[name] for name in table.names if name in frame.columns]
    if not declared:
        return frame, pl.repeat(value=False, n=frame.height, eager=True)
    blank = pl.repeat(value=True, n=frame.height, eager=True)
    for values in declared:
        blank &= (
            (values.str.strip_chars() == "").fill_null(value=True) if values.dtype == pl.String() else values.is_null()
        )
    filled = blank.not_().arg_true()
    height = 0 if filled.is_empty() else int(filled[-1]) + 1
    return frame.head(height), blank.head(height)


_BLANK = Fault(rule="blank_row", clause="are blank", remedy="Delete the blank rows.")


def fold_headers(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """Rename columns to the declared names that they equal but for case, blanks and hyphens; the first of two wins."""
    taken = set(frame.columns)
    renamed = {}
    for name in frame.columns:
        folded = _folded(name)
        if folded in table.names and folded not in taken:
            renamed[name] = folded
            taken.add(folded)
    return frame.rename(renamed)


def _folded(name: str) -> str:
    return "_".join(name.casefold().replace("-", " ").split())


def _columns(frame: pl.DataFrame, table: Table) -> Iterator[Finding]:
    for name in frame.columns:
        if _folded(name) in table.names and name not in table.names:
            yield Finding(
                rule="doubled_column", severity="error", table=table.name, column=name, count=frame.height,
                problem=f"stands beside '{_folded(name)}' and means the same", remedy="Keep one of the two columns.",
            )  # fmt: skip
        elif name not in table.names:
            yield Finding(
                rule="unknown_column", severity="warning", table=table.name, column=name,
                problem="is no declared column and is left out", count=frame.height - frame[name].null_count(),
                remedy=f"{did_you_mean(name, table.names)}Known columns: {', '.join(table.names)}.",
            )  # fmt: skip
    for column in table.columns:
        if column.required and column.name not in frame.columns and frame.height:
            near = [n for n in nearest(column.name, frame.columns, 1) if n not in table.names]
            yield Finding(
                rule="missing_column", severity="error", table=table.name, column=column.name, count=frame.height,
                problem="is a required column and is missing",
                remedy=f"Rename '{near[0]}' to it." if near else f"Add it: {column.description}",
            )  # fmt: skip


def _cleaned(values: pl.Series, column: Column, data: Data) -> tuple[pl.Series, list[Finding]]:
    """Bring a column to the declared type where it has it, else to clean text."""
    if values.dtype == DTYPES[column.kind] and column.kind != "text":
        return (values.cast(pl.Float64).replace(-0.0, 0.0) if column.kind == "number" else values), []
    if values.dtype.is_nested() or values.dtype in (pl.Binary(), pl.Object()):
        shown = [None if v is None else str(v.to_list() if isinstance(v, pl.Series) else v) for v in values]
        return pl.Series(column.name, shown, dtype=pl.String), []
    text = values.cast(pl.String)
    if values.dtype.is_float():
        text = text.str.replace(r"\.0$", "")
    table = next(iter(data.tables))
    control = Fault(
        rule="control", severity="note", clause="hold control characters, which are left out", remedy="Retype the text."
    )
    findings = list(data.found((table, column.name), text.str.contains(_CONTROL), control, _shown(text)))
    if findings:
        text = text.str.replace_all(_CONTROL, "")
    text = (
        text.str.normalize("NFC").str.replace_all("\r\n", "\n", literal=True).str.replace_all("\r", "\n", literal=True)
    )
    text = text.str.strip_chars()
    return text.set(text == "", None), findings


def _shown(text: pl.Series) -> pl.Series:
    return text.str.replace_all(_CONTROL, "�")


def _tidied(text: pl.Series, column: Column) -> pl.Series:
    """Drop the signs that people put into codes: points in HS codes, hyphens in D-U-N-S numbers."""
    match column.form:
        case "hs6":
            digits = text.str.replace_all(r"[.\s]", "")
            return pl.select(
                pl.when(digits.str.contains(r"^(\d{8}|\d{10})$")).then(digits.str.slice(0, 6))
                .when(digits.str.contains(r"^\d{6}$")).then(digits).otherwise(text).alias(column.name)
            ).to_series()  # fmt: skip
        case "duns" | "gln" | "lei":
            return text.str.replace_all(r"[\s-]", "")
        case _:
            return text


def _number(text: pl.Series) -> pl.Series:
    if text.dtype != pl.String():
        return text.set(~text.is_finite(), None)
    values = text.cast(pl.Float64, strict=False)
    return values.set(~values.is_finite(), None).replace(-0.0, 0.0)


def _integer(text: pl.Series) -> pl.Series:
    if text.dtype != pl.String():
        return text
    whole = text.str.replace(r"\.0*$", "").cast(pl.Int64, strict=False)
    numbers = _number(text)
    numbers = numbers.set((numbers != numbers.floor()) | (numbers.abs() >= _EXACT_INTEGER), None)
    return whole.fill_null(numbers.cast(pl.Int64)) if whole.null_count() > text.null_count() else whole


def _boolean(text: pl.Series) -> pl.Series:
    if text.dtype != pl.String():
        return text
    return text.str.to_lowercase().replace_strict(_BOOLEANS, default=None, return_dtype=pl.Boolean)


def _date(text: pl.Series) -> pl.Series:
    if text.dtype != pl.String():
        return text
    return text.str.extract(_ISO_DAY).str.to_date("%Y-%m-%d", strict=False)


_PARSERS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "number": _number,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
}
_KINDS = {
    "number": "hold no number",
    "integer": "hold no whole number",
    "boolean": "hold neither true nor false",
    "date": "hold no day",
}


def _unread(given: pl.Series, values: pl.Series, column: Column, data: Data) -> Iterator[Finding]:
    where = (next(iter(data.tables)), column.name)
    if column.kind != "text":
        bad = given.is_not_null() & values.is_null()
        if bad.any():
            remedy = _remedy(str(given.filter(bad)[0]), column)
            yield from data.found(where, bad, Fault(rule="type", clause=_KINDS[column.kind], remedy=remedy), given)
    if column.form == "hs6":
        cut = Fault(
            rule="hs_digits", severity="note", clause="have more than six digits, of which six are kept",
            remedy="Nothing to do: goods are compared at six digits.",
        )  # fmt: skip
        yield from data.found(
            where, values.str.len_chars() < given.str.replace_all(r"[.\s]", "").str.len_chars(), cut, given
        )


def _missing(given: pl.Series, blank: pl.Series, column: Column, data: Data) -> Iterator[Finding]:
    if column.required:
        missing = Fault(
            rule="required", clause="leave this required column empty",
            remedy=f"Fill it in: {column.description}" + (f" For example '{column.example}'." if column.example else ""),
        )  # fmt: skip
        yield from data.found((next(iter(data.tables)), column.name), given.is_null() & ~blank, missing, given)


_NOTHING = ("", "nan", "inf", "infinity", "n/a", "na", "?", "none", "null", "tbd", "unknown", "x")
"""What people write where they do not know."""


def _remedy(value: str, column: Column) -> str:
    if column.kind == "date":
        return f"Write days as year-month-day, for example '{column.example or '2026-03-31'}'."
    if column.kind == "boolean":
        return "Write true or false."
    if value.casefold().lstrip("+-") in _NOTHING:
        return "Leave the cell empty where the number is not known."
    if "," in value:
        return f"Use a point for decimals and nothing between thousands, for example '{_pointed(value)}'."
    if "%" in value:
        return "Write a share from 0 to 1, without the per cent sign."
    if column.kind == "integer" and _number(pl.Series([value])).is_not_null().all():
        return "Write a whole number."
    return f"Write a bare number, without unit or sign of money, for example '{column.example or '12.5'}'."


def _pointed(value: str) -> str:
    """Guess the number that a comma stands in.

    Examples
    --------
    >>> _pointed("12,5"), _pointed("1.234,56"), _pointed("1,234.56"), _pointed("1,234,567")
    ('12.5', '1234.56', '1234.56', '1234567')
    """
    if value.count(",") == 1 and value.rfind(",") > value.rfind("."):
        return value.replace(".", "").replace(",", ".")
    return value.replace(",", "")


def _forget_half_points(parsed: dict[str, pl.Series], cleaned: Mapping[str, pl.Series]) -> None:
    """Where one coordinate could not be read the other says nothing either: one fault, one finding."""
    if {"lat", "lon"} <= set(cleaned):
        unread = [cleaned[name].is_not_null() & parsed[name].is_null() for name in ("lat", "lon")]
        for name in ("lat", "lon"):
            parsed[name] = parsed[name].set(unread[0] | unread[1], None)


__all__ = ["fold_headers", "parse_table", "rows_that", "typed"]
