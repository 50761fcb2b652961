"""The network: every declared table, checked, frozen and addressed by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import polars as pl

from tierscape import geocode, validate
from tierscape.errors import DataError, Finding, worst_first
from tierscape.schema import TABLES, Table


@dataclass(frozen=True, eq=False)
class Network:
    """A supply network: frozen tables, and the findings that did not stop it from loading.

    Make one with ``tierscape.load`` or ``Network.from_tables``. Two networks are equal when their digests are.

    Parameters
    ----------
    name : str
        Name for people: ``meta.name``, else the name of the folder or file.
    tables : Mapping of str to polars.DataFrame
        Every table of the schema, with every declared column; empty where nothing was given.
    findings : tuple of Finding
        Warnings and notes, worst first.

    Examples
    --------
    >>> import polars as pl
    >>> network = Network.from_tables({"parts": pl.DataFrame({"part": ["cell"], "kind": ["component"]})})
    >>> network["parts"].select("part", "kind").rows()
    [('cell', 'component')]
    """

    name: str
    tables: Mapping[str, pl.DataFrame]
    findings: tuple[Finding, ...] = ()

    @classmethod
    def from_tables(
        cls, tables: Mapping[str, pl.DataFrame], *, name: str = "", first_rows: Mapping[str, int] | None = None
    ) -> Network:
        """Check tables and freeze them.

        Parameters
        ----------
        tables : Mapping of str to polars.DataFrame
            Some or all of the declared tables; text columns are parsed to the declared types.
        name : str
            Name to use where ``meta.name`` is null.
        first_rows : Mapping of str to int, optional
            Row number that findings give to the first row of a table, 1 where absent.

        Raises
        ------
        DataError
            At least one finding is an error; ``findings`` holds them all.
        """
        rows = first_rows or {}
        typed, findings = validate.typed(tables, rows)
        placed, located = geocode.place_sites(typed, rows)
        findings = [*findings, *located, *validate.check(placed, rows)]
        if any(f.severity == "error" for f in findings):
            raise DataError(findings)
        meta = placed["meta"]
        placed = {
            **placed,
            "meta": meta.filter(~pl.all_horizontal(pl.all().is_null())),
        }  # a file cannot hold such a row
        named = placed["meta"]["name"].drop_nulls().to_list()
        return cls(named[0] if named else name, MappingProxyType(dict(placed)), worst_first(findings))

    def with_tables(self, **tables: pl.DataFrame) -> Network:
        """Make a new network in which the given tables replace those of this one.

        Raises
        ------
        DataError
            The new tables do not fit.
        """
        return Network.from_tables({**self.tables, **tables}, name=self.name)

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.tables[table]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        rows = ", ".join(f"{frame.height} {name}" for name, frame in self.tables.items() if frame.height)
        return f"<Network '{self.name}': {rows or 'no rows'}>"

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the tables, 64 hexadecimal digits.

        It does not depend on the order of rows or columns, on the file format, or on any library's version. Empty tables
        and columns without a value do not count, so that a column added to the schema changes no digest.
        """
        total = hashlib.sha256()
        for name, table in TABLES.items():
            if self.tables[name].height:
                total.update(name.encode() + b"\0" + _encode(self.tables[name], table))
        return total.hexdigest()

    @property
    def home(self) -> str | None:
        """The buyer's country, ISO 3166-1 alpha-2."""
        meta = self.tables["meta"]
        return meta["home"].item() if meta.height else None

    @property
    def products(self) -> tuple[str, ...]:
        """Parts of kind ``product`` that have a bill of materials; without any, the parts that head one."""
        parts, bom = self.tables["parts"], self.tables["bom"]
        heads = parts.filter(pl.col("part").is_in(bom["parent"].to_list()))
        products = heads.filter(pl.col("kind") == "product")
        if products.is_empty():
            products = heads.filter(~pl.col("part").is_in(bom["child"].to_list()))
        return tuple(products["part"].sort().to_list())


def _encode(frame: pl.DataFrame, table: Table) -> bytes:
    order = [*table.key, *(name for name in table.names if name not in table.key)]
    frame = frame.sort(order, nulls_last=True)
    encoded = hashlib.sha256()
    for column in table.columns:
        values = frame[column.name]
        if values.null_count() == len(values):
            continue
        encoded.update(f"{column.name}:{column.kind}:{len(values)}\0".encode())
        encoded.update(values.is_null().to_numpy().astype(np.uint8).tobytes())
        encoded.update(_bytes(values, column.kind))
    return encoded.digest()


def _bytes(values: pl.Series, kind: str) -> bytes:
    if kind == "text":
        texts = [text.encode() for text in values.fill_null("").to_list()]
        return np.array([len(text) for text in texts], dtype="<i8").tobytes() + b"".join(texts)
    numbers: Any = values.to_physical().cast(pl.Float64 if kind == "number" else pl.Int64).fill_null(0).to_numpy()
    return bytes((numbers + 0).astype("<f8" if kind == "number" else "<i8").tobytes())  # + 0 turns -0.0 into 0.0
