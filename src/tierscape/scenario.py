"""A scenario: named edits of tables that make a new network; the old one stands."""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from tierscape.errors import DataError, Finding
from tierscape.network import Network
from tierscape.schema import SUPPLIERS, TABLES

Value = str | int | float | bool | dt.date | None


def _hint(word: str, known: Sequence[str]) -> str:
    """Offer the nearest name; say what became of a supplier list."""
    if word == SUPPLIERS.name:
        return " Suppliers became rows of 'sites', 'capabilities' and 'organizations': 'tierscape convert' shows them."
    near = get_close_matches(word, known, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""


class Edit(BaseModel):
    """One edit of one table: change, scale, remove or add rows.

    ``where`` picks rows by equality, all rows if empty. ``set`` writes values, ``scale`` multiplies numbers (an unknown stays
    unknown), ``remove`` drops the rows, ``add`` appends rows.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    table: str
    where: Mapping[str, Value] = Field(default_factory=dict)
    set: Mapping[str, Value] = Field(default_factory=dict)
    scale: Mapping[str, Annotated[float, Field(ge=0)]] = Field(default_factory=dict)
    remove: bool = False
    add: tuple[Mapping[str, Value], ...] = ()

    @model_validator(mode="after")
    def _known(self) -> Self:
        if self.table not in TABLES:
            raise ValueError(f"there is no table '{self.table}'.{_hint(self.table, list(TABLES))}")
        columns = {*self.where, *self.set, *self.scale, *(name for row in self.add for name in row)}
        unknown = sorted(columns - set(TABLES[self.table].names))
        if unknown:
            raise ValueError(
                f"table '{self.table}' has no column '{unknown[0]}'.{_hint(unknown[0], TABLES[self.table].names)}"
            )
        texts = sorted(name for name in self.scale if TABLES[self.table][name].kind not in {"number", "integer"})
        if texts:
            raise ValueError(f"column '{texts[0]}' of '{self.table}' is no number and cannot be scaled")
        if not (self.set or self.scale or self.remove or self.add):
            raise ValueError("an edit needs one of set, scale, remove, add")
        return self


class Scenario(BaseModel):
    """A name and the edits that make it.

    Examples
    --------
    >>> scenario = Scenario(name="Mould shop closed", edits=[Edit(table="sites", where={"site": "s1"}, set={"status": "closed"})])
    >>> scenario.edits[0].table
    'sites'
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    edits: tuple[Edit, ...]

    @classmethod
    def load(cls, path: str | Path) -> Scenario:
        """Read a scenario from a TOML file with ``name`` and a list of ``[[edits]]``.

        Raises
        ------
        DataError
            The file is absent, is no TOML, or an edit does not fit the tables.
        """
        try:
            content = tomllib.loads(Path(path).read_text(encoding="utf-8"))
            return cls.model_validate({"name": Path(path).stem, **content})
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise DataError([_finding(str(path), "the file cannot be read", f"{error}.")]) from error
        except ValidationError as error:
            faults = [
                (
                    ".".join(f"{x + 1}" if isinstance(x, int) else str(x) for x in e["loc"]),
                    *e["msg"].removeprefix("Value error, ").partition(". ")[::2],
                )
                for e in error.errors()
            ]
            raise DataError(
                [_finding(where or str(path), text, f"{hint} Mend {path}.".strip()) for where, text, hint in faults]
            ) from error


def apply_scenario(network: Network, scenario: Scenario) -> Network:
    """Make the network of a scenario.

    Raises
    ------
    DataError
        An edit matches no row, a value does not fit its column, or the edited tables do not fit together.
    """
    tables: dict[str, pl.DataFrame] = dict(network.tables)
    faults = []
    for number, edit in enumerate(scenario.edits, 1):
        frame = tables[edit.table]
        try:
            hit = _matches(frame, edit.where)
            tables[edit.table] = _edited(frame, edit, hit)
        except pl.exceptions.PolarsError as error:
            reason = str(error).splitlines()[0].rstrip(".")
            faults.append(_finding(f"edit {number}", f"a value does not fit '{edit.table}'", f"Correct it: {reason}."))
            continue
        if (edit.set or edit.scale or edit.remove) and not hit.any():
            wanted = ", ".join(f"{k} = {v}" for k, v in edit.where.items()) or "any row"
            faults.append(_finding(f"edit {number}", f"no row of '{edit.table}' has {wanted}", "Correct 'where'."))
    if faults:
        raise DataError(faults)
    edited = Network.from_tables(tables)
    return Network(f"{network.name} · {scenario.name}", edited.tables, edited.findings)


def _matches(frame: pl.DataFrame, where: Mapping[str, Value]) -> pl.Series:
    hit = pl.repeat(value=True, n=frame.height, eager=True, dtype=pl.Boolean)
    for column, value in where.items():
        same = (
            frame[column].is_null() if value is None else frame[column].cast(pl.String) == _text(frame[column], value)
        )
        hit &= same.fill_null(value=False)
    return hit


def _text(column: pl.Series, value: Value) -> str:
    return str(_typed(value, column.dtype).cast(pl.String).item())


def _typed(value: Value, dtype: pl.DataType) -> pl.Series:
    """Give one value in the type of its column, as a series."""
    one = pl.Series([value])
    if dtype == pl.Date and one.dtype == pl.String:
        return one.str.to_date()
    if dtype.is_integer() and isinstance(value, float) and not value.is_integer():
        raise pl.exceptions.InvalidOperationError(f"{value} is no whole number")
    return one.cast(dtype)


def _edited(frame: pl.DataFrame, edit: Edit, hit: pl.Series) -> pl.DataFrame:
    changes: list[pl.Expr] = [
        pl.when(hit)
        .then(pl.lit(_typed(value, frame.schema[column]).item(), frame.schema[column]))
        .otherwise(pl.col(column))
        .alias(column)
        for column, value in edit.set.items()
    ]
    changes += [
        pl.when(hit).then(_scaled(column, factor, frame.schema[column])).otherwise(pl.col(column)).alias(column)
        for column, factor in edit.scale.items()
    ]
    frame = frame.with_columns(changes)
    if edit.remove:
        frame = frame.filter(~hit)
    if edit.add:
        added = {c: pl.concat([_typed(row.get(c), t) for row in edit.add]) for c, t in frame.schema.items()}
        frame = pl.concat([frame, pl.DataFrame(added)])
    return frame


def _scaled(column: str, factor: float, dtype: pl.DataType) -> pl.Expr:
    product = pl.col(column) * factor
    return (product.round() if dtype.is_integer() else product).cast(dtype)


def _finding(where: str, problem: str, remedy: str) -> Finding:
    return Finding(rule="scenario", severity="error", table="scenario", column=where, problem=problem, remedy=remedy)
