"""A register of sites: where it is, what it must hold, and how it is opened."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from glob import glob
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from tierscape.errors import DataError, Finding, MissingExtra, ParameterError

if TYPE_CHECKING:
    import ibis

Engine = Literal["duckdb", "spark", "ibis"]
COLUMNS = {
    "cell7": "the H3 cell at resolution 7 as an integer, which tierscape.lake.index makes from lat and lon",
    "country": "the country of the site",
    "part": "what the site makes, one row a part",
    "status": "operating, construction, announced, candidate or closed",
}
"""Columns that a register must have. ``share`` is read where there is one, ``organization`` where owners are asked for."""


class Register(BaseModel):
    """Where a register of sites is, and what counts it.

    Parameters
    ----------
    path : str, optional
        Parquet files: one file, a folder, or a pattern such as ``sites/*.parquet``.
    engine : {"duckdb", "spark", "ibis"}
        ``duckdb`` in this process, ``spark`` for a cluster, ``ibis`` for any other backend by its connection string.
    connection : str, optional
        Master or ``sc://`` address of Spark, or the connection string for ``ibis``; never shown, for it may hold a password.
    table : str
        Name of the table, for ``ibis``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str | None = Field(None, description="Parquet files of a register of sites: a file, a folder or a pattern.")
    engine: Engine = Field("duckdb", description="What counts: duckdb here, spark on a cluster, ibis for a connection.")
    connection: SecretStr | None = Field(None, description="Address of Spark, or connection string for ibis.")
    table: str = Field("sites", description="Table of the register behind an ibis connection.")

    @property
    def given(self) -> bool:
        """Whether a register is named at all."""
        return self.path is not None or self.engine == "ibis"


Source: TypeAlias = "Register | pl.DataFrame | ibis.Table"
"""What can be counted. A frame is counted by DuckDB, an Ibis table by its own backend."""


@contextmanager
def opened(source: Source, columns: Iterable[str]) -> Iterator[ibis.Table]:
    """Open a register as an Ibis table that has the columns.

    Raises
    ------
    DataError
        It cannot be read, or columns are missing or of the wrong type; all of them are named.
    MissingExtra
        The engine is not installed.
    ParameterError
        The register names no path or connection.
    """
    if isinstance(source, (Register, pl.DataFrame)):
        with _opened(source) as rows:
            refuse(_unfit(rows, columns))
            yield rows
    else:
        refuse(_unfit(source, columns))
        yield source


def refuse(findings: Sequence[Finding]) -> None:
    """Stop at findings that are errors.

    Raises
    ------
    DataError
        There is one.
    """
    if any(finding.severity == "error" for finding in findings):
        raise DataError(findings)


def missing(name: str) -> Finding:
    """Give the finding for a column that is not there."""
    remedy = f"Add it: {COLUMNS[name]}." if name in COLUMNS else "Add it."
    return _finding("missing_column", "the column is missing", remedy, column=name)


@contextmanager
def _opened(source: Register | pl.DataFrame) -> Iterator[ibis.Table]:
    import duckdb
    import ibis

    if isinstance(source, Register) and source.engine != "duckdb":
        yield _spark(source) if source.engine == "spark" else _connected(source)
        return
    connection = ibis.duckdb.connect()
    try:
        if isinstance(source, Register):
            yield connection.read_parquet(_files(source, inside="/**/*.parquet"))
        else:
            connection.con.register("register", source.to_arrow())
            yield connection.table("register")
    except (duckdb.IOException, duckdb.InvalidInputException) as error:
        raise DataError([_unreadable(str(error).split("\n")[0])]) from error
    finally:
        connection.disconnect()


def _files(register: Register, *, inside: str = "") -> str:
    """Check that local files are there before an engine says so in its own words; ``inside`` is appended to a folder."""
    if register.path is None:
        raise ParameterError("register.path: name the Parquet files, for example 'sites/*.parquet'.")
    if "://" in register.path:
        return register.path
    place = register.path + inside if Path(register.path).is_dir() else register.path
    if not glob(place, recursive=True):  # noqa: PTH207 - a pattern may be absolute
        raise DataError([_unreadable(f"no file matches '{register.path}'")])
    return place


def _spark(register: Register) -> ibis.Table:
    """Open the files in the session that runs, else in a new one, which stays open: it is slow to start."""
    import ibis

    path = _files(register)
    address = register.connection.get_secret_value() if register.connection else None
    remote = address is not None and address.startswith("sc://")
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtra('Spark is not installed. Run: pip install "tierscape[spark]"') from error
    if not (remote or shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise MissingExtra("Spark needs Java 17 or 21. Install it, or set JAVA_HOME.")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder: Any = SparkSession.builder.appName("tierscape")
    if address is not None:
        builder = builder.remote(address) if remote else builder.master(address)
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.log.level": "ERROR"}
    session = builder.getOrCreate() if remote else builder.config(map=quiet).getOrCreate()
    return ibis.pyspark.connect(session).read_parquet(path)


def _connected(register: Register) -> ibis.Table:
    import ibis

    if register.connection is None:
        raise ParameterError("register.connection: give the connection string, for example 'duckdb://sites.duckdb'.")
    address = register.connection.get_secret_value()
    scheme = address.split(":", maxsplit=1)[0]
    try:
        return ibis.connect(address).table(register.table)
    except ImportError as error:
        raise MissingExtra(f'Ibis cannot reach {scheme}. Run: pip install "ibis-framework[{scheme}]"') from error
    except ValueError as error:
        raise ParameterError(f"register.connection: Ibis knows no backend '{scheme}'.") from error
    except ibis.common.exceptions.TableNotFound as error:
        raise DataError([_unreadable(f"the connection has no table '{register.table}'")]) from error


def _unfit(rows: ibis.Table, columns: Iterable[str]) -> list[Finding]:
    findings = [missing(name) for name in columns if name not in rows.columns]
    for name in ("cell7", "share"):
        kind = rows[name].type() if name in rows.columns else None
        if kind is not None and not (kind.is_integer() or kind.is_null() or kind.is_unknown()):
            problem = f"the column holds {kind}, not integers"
            findings.append(_finding("type", problem, "Index the rows again with tierscape.lake.index.", column=name))
    return findings


def _unreadable(problem: str) -> Finding:
    return _finding("unreadable", problem, f"Give Parquet files with the columns {', '.join(COLUMNS)}.")


def _finding(rule: str, problem: str, remedy: str, *, column: str = "") -> Finding:
    return Finding(rule=rule, severity="error", table="register", column=column, problem=problem, remedy=remedy)
