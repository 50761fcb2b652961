"""Tariffs as dated rows in layers, and what-if cases as overlays of such rows."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import polars as pl

from tierscape.errors import DataError, Finding, ParameterError
from tierscape.reference.codes import country_codes
from tierscape.reference.facts import FOLDER
from tierscape.reference.unions import member_of

LAYERS = (
    "mfn", "preference", "antidumping", "countervailing", "section_301", "section_232", "surcharge", "fee", "other",
)  # fmt: skip
"""Layers in the order in which they apply: a preference takes the place of the most-favoured-nation rate."""
BASES = ("fob", "cif", "non_us_content", "metal_content")
STATUSES = ("in_force", "announced", "expired", "struck_down")
COLUMNS: dict[str, pl.DataType] = {
    "importer": pl.String(), "hs_prefix": pl.String(), "origin": pl.String(), "layer": pl.String(), "rate": pl.Float64(),
    "specific_rate": pl.Float64(), "unit": pl.String(), "base": pl.String(), "only_if": pl.String(),
    "excludes": pl.String(), "exempt_if": pl.String(), "valid_from": pl.Date(), "valid_to": pl.Date(),
    "known_until": pl.Date(), "case": pl.String(), "action": pl.String(), "source": pl.String(), "status": pl.String(),
}  # fmt: skip
_KEY = ["importer", "hs_prefix", "origin", "layer"]


@cache
def tariffs() -> pl.DataFrame:
    """Give the tariff rows that are shipped.

    Returns
    -------
    DataFrame
        ``importer`` (country, or ``EU``), ``hs_prefix`` (empty for all goods), ``origin`` (country, bloc or ``*``),
        ``layer`` (one of ``LAYERS``), ``rate`` (share of ``base``), ``specific_rate`` with ``unit`` (``money/kg`` or
        ``money/unit``), ``only_if`` and ``exempt_if`` (programme whose origin rules must be met), ``excludes`` (layers that
        this row switches off, joined by ``;``), ``valid_from`` ≤ day < ``valid_to``, ``known_until`` (last day that was
        checked), ``case`` (``base`` or the name of an overlay) with ``action`` (``add``, ``replace``, ``end``), ``source``
        (a row that nobody read in a source begins with ``unverified``), ``status``.
    """
    return read_tariffs(FOLDER / "tariffs.csv")


@cache
def entities() -> pl.DataFrame:
    """Give figures of legal forms of own production.

    Returns
    -------
    DataFrame
        ``country``, ``entity``, ``figure``, ``value``, ``low``, ``high``, ``unit``, ``source``, ``status`` (``unverified``
        rows were remembered).
    """
    return pl.read_csv(FOLDER / "entities.csv", infer_schema=False).cast(
        {"value": pl.Float64, "low": pl.Float64, "high": pl.Float64}
    )


@cache
def entry_fees() -> pl.DataFrame:
    """Give least and most amounts of fees that are a share of the value of an entry.

    Returns
    -------
    DataFrame
        ``importer``, ``layer``, ``least_usd``, ``most_usd`` (US dollars an entry), ``valid_from`` ≤ day < ``valid_to``,
        ``source``.
    """
    text = pl.read_csv(FOLDER / "entry_fees.csv", infer_schema=False)
    return text.with_columns(
        pl.col("valid_from", "valid_to").str.to_date("%Y-%m-%d"), pl.col("least_usd", "most_usd").cast(pl.Float64)
    )


def read_tariffs(file: str | Path) -> pl.DataFrame:
    """Read and check a file of tariff rows.

    Raises
    ------
    ParameterError
        There is no such file.
    DataError
        A column is missing or a row does not hold; each finding names its row.
    """
    file = Path(file)
    if not file.is_file():
        raise ParameterError(f"tariffs.rules: there is no file '{file}'.")
    text = pl.read_csv(file, infer_schema=False)
    absent = [c for c in COLUMNS if c not in text.columns]
    if absent:
        raise DataError([_finding("column", f"the columns {', '.join(absent)} are missing", "Add them.")])
    dates = [name for name, kind in COLUMNS.items() if kind == pl.Date()]
    numbers = [name for name, kind in COLUMNS.items() if kind == pl.Float64()]
    try:
        typed = text.with_columns(pl.col(dates).str.to_date("%Y-%m-%d"), pl.col(numbers).cast(pl.Float64))
    except pl.exceptions.InvalidOperationError as error:
        raise DataError([_finding("type", f"a date or a number cannot be read ({error})", "Correct it.")]) from error
    return check_tariffs(typed)


def check_tariffs(rows: pl.DataFrame) -> pl.DataFrame:
    """Check tariff rows, and fill in what may be left out.

    Parameters
    ----------
    rows : polars.DataFrame
        The columns of ``tariffs``; all but ``importer``, ``origin``, ``layer`` and ``source`` may be missing.

    Returns
    -------
    polars.DataFrame

    Raises
    ------
    DataError
        A layer, base, action, origin or programme is unknown, a rate is negative or missing, or two rows of one layer,
        prefix, origin and day overlap; the finding names both sources.
    """
    rows = rows.with_columns(pl.lit(None, kind).alias(c) for c, kind in COLUMNS.items() if c not in rows.columns)
    rows = rows.select(pl.col(c).cast(kind) for c, kind in COLUMNS.items()).with_columns(
        pl.col("hs_prefix", "excludes", "only_if", "exempt_if").fill_null(""),
        pl.col("base").fill_null("fob"),
        pl.col("case").fill_null("base"),
        pl.col("status").fill_null("in_force"),
        pl.col("action").fill_null("add"),
    )
    named = set(rows["origin"].drop_nulls()) - {"*"} - country_codes()
    blocs = {name for name in named if is_bloc(name)}
    tests = {
        "layer": ~pl.col("layer").is_in(LAYERS).fill_null(value=False),
        "base": ~pl.col("base").is_in(BASES),
        "status": ~pl.col("status").is_in(STATUSES),
        "action": ~pl.col("action").is_in(("add", "replace", "end")),
        "origin": pl.col("origin").is_null() | pl.col("origin").is_in(list(named - blocs)),
        "hs_prefix": ~pl.col("hs_prefix").str.contains(r"^\d{0,6}$"),
        "rate": (pl.col("rate") < 0) | (pl.col("specific_rate") < 0)
        | (pl.col("rate").is_null() & pl.col("specific_rate").is_null() & (pl.col("action") != "end")),
        "valid_to": pl.col("valid_to") <= pl.col("valid_from"),
        "excludes": ~pl.col("excludes").str.split(";").list.eval(pl.element().is_in([*LAYERS, ""])).list.all(),
        "source": pl.col("source").is_null(),
    }  # fmt: skip
    indexed = rows.with_row_index("row", offset=2)
    bad = {column: indexed.filter(test) for column, test in tests.items()}
    found = [
        _finding(column, f"{part.height} of {rows.height} rows do not hold", "Correct them.", part, column)
        for column, part in bad.items()
        if part.height
    ]
    found += _overlaps(indexed.filter(pl.col("case") == "base"))
    if found:
        raise DataError(found)
    return rows


def is_bloc(name: str) -> bool:
    """Tell whether a word names a bloc of countries."""
    try:
        return bool(member_of(name))
    except KeyError:
        return False


def _overlaps(rows: pl.DataFrame) -> list[Finding]:
    """Name both sources of the first two rows of a layer that hold on the same day."""
    ordered = rows.sort(*_KEY, "valid_from", nulls_last=False)
    ends = pl.col("valid_to").shift(1).over(_KEY)
    follows = pl.col("row").shift(1).over(_KEY).is_not_null()
    clash = follows & (ends.is_null() | pl.col("valid_from").is_null() | (pl.col("valid_from") < ends))
    both = ordered.with_columns(other=pl.col("source").shift(1).over(_KEY)).filter(clash)
    if both.is_empty():
        return []
    first = both.row(0, named=True)
    problem = (
        f"{both.height} rows hold on the same day as another of their layer, prefix and origin: "
        f"{first['layer']} {first['hs_prefix']} {first['origin']} stands in '{first['other']}' and in '{first['source']}'"
    )
    return [_finding("overlap", problem, "End one of the two, or leave it out.", both, "layer")]


def _finding(rule: str, problem: str, remedy: str, rows: pl.DataFrame | None = None, column: str = "") -> Finding:
    first = None if rows is None else rows.row(0, named=True)
    return Finding(
        rule=f"tariff_{rule}", severity="error", table="tariffs", column=column, problem=problem, remedy=remedy,
        count=1 if rows is None else rows.height, row=None if first is None else first["row"],
        value=None if first is None else str(first[column]),
    )  # fmt: skip


def overlay(rows: pl.DataFrame, case: str) -> pl.DataFrame:
    """Give the rows that hold under a case: those of the base, with the case's own added, put in their place, or ending.

    Parameters
    ----------
    rows : polars.DataFrame
        As ``check_tariffs`` gives them.
    case : str
        ``base``, or several cases joined by ``+``.

    Raises
    ------
    ParameterError
        There is no such case.
    """
    names = [name for name in case.split("+") if name != "base"]
    known = sorted(set(rows["case"]) - {"base"})
    for name in names:
        if name not in known:
            raise ParameterError(f"tariffs.cases: there is no case '{name}'; known are base, {', '.join(known)}.")
    held = rows.filter(pl.col("case") == "base")
    for name in names:
        for change in rows.filter(pl.col("case") == name).iter_rows(named=True):
            same = pl.all_horizontal(pl.col(k) == change[k] for k in _KEY)
            if change["action"] != "add":
                held = _cut(held, same, change)
            if change["action"] != "end":
                held = pl.concat([held, pl.DataFrame([change], schema=COLUMNS)])
    return held


def _cut(rows: pl.DataFrame, same: pl.Expr, change: dict[str, object]) -> pl.DataFrame:
    """End rows where the change begins; where the change replaces for a while, they hold again after it."""
    start, end = pl.lit(change["valid_from"], pl.Date), pl.lit(change["valid_to"], pl.Date)
    touched = rows.filter(same)
    kept = [rows.filter(~same)]
    if change["valid_from"] is not None:
        before = touched.filter(pl.col("valid_from").is_null() | (pl.col("valid_from") < start))
        kept.append(before.with_columns(valid_to=pl.min_horizontal("valid_to", start)))
    if change["valid_to"] is not None:
        after = touched.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") > end))
        kept.append(after.with_columns(valid_from=pl.max_horizontal("valid_from", end)))
    return pl.concat(kept)
