"""A country-sector table: who sells how much to whom, and what is left for final use. Frozen, and addressed by its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from pydantic_core import core_schema

from tierscape.errors import Finding
from tierscape.io.country_sector_checks import checked
from tierscape.io.country_sector_files import Raw, read_raw
from tierscape.kernels.leontief import Leontief

FORMER = {"ROM": "RO"}
"""Codes that tables still use and ISO 3166 does not."""


@dataclass(frozen=True, eq=False)
class CountrySector:
    """An inter-country input-output table: n rows, each a sector of a country; a row sells to the columns.

    Make one with ``read_country_sector`` or ``CountrySector.from_flows``. Two tables are equal when their digests are. As a
    parameter of an analysis it is given as the table or as a path, and shows as the name of its file and its digest.

    Parameters
    ----------
    file : str
        Name of the file that it was read from.
    row_country, row_sector : tuple of str, length n
        The table's own codes of the country and of the sector of each row.
    flows : numpy.ndarray, shape (n, n)
        Intermediate use, money a year.
    output : numpy.ndarray, shape (n,)
        Gross output, money a year, positive.
    final : numpy.ndarray, shape (n, m)
        Final use by country of use, money a year; negative where stocks are run down.
    final_countries : tuple of str, length m
        Countries of the columns of ``final``.
    year : int, optional
        Year that the table describes.
    currency : str
        Unit of the figures, for example ``million USD``; empty where unknown.
    findings : tuple of Finding
        What is doubtful: rows dropped, columns that cannot be looked through, sums that do not add up.
    """

    METAVAR: ClassVar[str] = "FILE"
    FORMS: ClassVar[str] = "Country-sector table: .csv, .parquet, .npz, or a folder with Z.txt and Y.txt."

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

    @classmethod
    def from_flows(cls, raw: Raw) -> Self:
        """Check what a file holds, drop sectors without output, and freeze the rest.

        Raises
        ------
        DataError
            Shapes do not fit, a label is doubled, or a figure is not a number.
        """
        kept, findings = checked(raw)
        for array in (kept.flows, kept.output, kept.final):
            array.flags.writeable = False
        return cls(
            raw.file, kept.row_country, kept.row_sector, kept.flows, kept.output, kept.final, kept.final_countries,
            raw.year, raw.currency, findings,
        )  # fmt: skip

    @classmethod
    def read(cls, source: str | Path) -> Self:
        """Read a table from a file; see ``read_country_sector``.

        Raises
        ------
        DataError
            The file cannot be used.
        """
        return cls.from_flows(read_raw(Path(source)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, CountrySector) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<CountrySector '{self.file}': {len(self.countries)} countries, {len(self.sectors)} sectors>"

    @property
    def name(self) -> str:
        """What the table is, from nothing but what its digest covers."""
        size = f"country-sector table of {len(self.countries)} countries and {len(self.sectors)} sectors"
        return size if self.year is None else f"{size}, {self.year}"

    @cached_property
    def countries(self) -> tuple[str, ...]:
        """Countries that sell, in the order of the table."""
        return tuple(dict.fromkeys(self.row_country))

    @cached_property
    def sectors(self) -> tuple[str, ...]:
        """Sectors, in the order of the table."""
        return tuple(dict.fromkeys(self.row_sector))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of labels and figures, 64 hexadecimal digits; the name of the file does not count."""
        labels = (self.row_country, self.row_sector, self.final_countries, (str(self.year), self.currency))
        total = hashlib.sha256()
        for texts in labels:
            encoded = [text.encode() for text in texts]
            total.update(np.array([len(encoded), *map(len, encoded)], dtype="<i8").tobytes() + b"".join(encoded))
        for array in (self.flows, self.output, self.final):
            total.update(np.ascontiguousarray(array + 0.0, dtype="<f8").tobytes())  # + 0 turns -0.0 into 0.0
        return total.hexdigest()

    @cached_property
    def system(self) -> Leontief:
        """The Leontief system of the table, factorised once."""
        return Leontief(self.flows, self.output)

    def __getitem__(self, table: str) -> pl.DataFrame:
        """Give the rows behind an answer, as a network gives its tables; a published table grades no row."""
        return {"sectors": self._sectors}[table]

    @cached_property
    def _sectors(self) -> pl.DataFrame:
        rows = {"country": self.row_country, "sector": self.row_sector, "output": self.output}
        bare = pl.lit(None, pl.String)
        return pl.DataFrame(rows).with_columns(bare.alias("evidence"), bare.alias("source"))

    @cached_property
    def iso2(self) -> dict[str, str | None]:
        """ISO 3166-1 alpha-2 by country of the table; null for a rest of the world and for codes that we do not know."""
        return {code: _iso2(code) for code in self.countries}

    def country(self, code: str) -> str | None:
        """Find a country by the table's own code or by ISO 3166-1 alpha-2; null where it has none."""
        if code in self.countries:
            return code
        return next((own for own, iso in self.iso2.items() if iso == code), None)

    def rows(self, *, country: str | None = None, sector: str | Sequence[str] | None = None) -> np.ndarray:
        """Mark the rows of a country, of sectors, or of both; shape (n,), Boolean."""
        found = np.ones(len(self.output), dtype=bool)
        if country is not None:
            found &= np.array(self.row_country) == country
        if sector is not None:
            found &= np.isin(np.array(self.row_sector), [sector] if isinstance(sector, str) else list(sector))
        return found

    def by_country(self, values: np.ndarray) -> np.ndarray:
        """Sum the last axis, one value a row of the table, over the rows of each of ``countries``."""
        index = {c: i for i, c in enumerate(self.countries)}
        member = np.zeros((len(self.output), len(index)))
        member[np.arange(len(self.output)), [index[c] for c in self.row_country]] = 1.0
        return np.asarray(values @ member)

    def exports(self, exporter: str, *, partner: str | None = None) -> np.ndarray:
        """Sales of a country across its border by row, to all or to one partner: intermediate and final; shape (n,)."""
        buyers = np.array(self.row_country)
        users = np.array(self.final_countries)
        bought = (buyers != exporter) if partner is None else (buyers == partner)
        used = (users != exporter) if partner is None else (users == partner)
        sold = self.flows[:, bought].sum(axis=1) + self.final[:, used].sum(axis=1)
        return np.where(self.rows(country=exporter), sold, 0.0)

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: Any) -> core_schema.CoreSchema:
        """Accept a table or a path to one; show it as the name of its file and its digest."""
        shown = core_schema.plain_serializer_function_ser_schema(cls._shown, when_used="json")
        return core_schema.no_info_plain_validator_function(cls._accept, serialization=shown)

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: core_schema.CoreSchema, _handler: Callable[..., Any]) -> Any:
        return {"type": "string", "format": "path", "description": cls.FORMS}

    @classmethod
    def _accept(cls, value: Any) -> CountrySector:
        if isinstance(value, CountrySector):
            return value
        if isinstance(value, (str, Path)):
            return cls.read(value)
        raise ValueError("give a country-sector table or the path of one; file and digest only say which was used")

    def _shown(self) -> dict[str, str]:
        return {"file": self.file, "digest": self.digest}


def _iso2(code: str) -> str | None:
    import pycountry

    if code in FORMER:
        return FORMER[code]
    countries = pycountry.countries
    found = countries.get(alpha_2=code) if len(code) == 2 else countries.get(alpha_3=code)
    return None if found is None else str(found.alpha_2)


def read_country_sector(path: str | Path) -> CountrySector:
    r"""Read a country-sector table.

    Parameters
    ----------
    path : str or pathlib.Path
        - ``.csv`` or ``.parquet`` in the shape of the ICIO and WIOD: the first column and the header name sectors as
          ``MEX_C29``, the country before the first ``_``; the columns that no row has are final use (``MEX_HFCE``), and one
          named ``OUT``, ``OUTPUT`` or ``TOTAL`` is gross output. Rows that no column has (taxes, value added) are not read.
        - ``.npz`` with ``Z`` (n × n), ``x``, ``F`` or ``Y``, ``countries``, ``sectors``: rows ordered country by country.
        - a folder as pymrio writes it, with ``Z.txt`` and ``Y.txt``, and ``x.txt`` where there is one.

        A year in the name of the file is taken for that of the table.

    Returns
    -------
    CountrySector
        With findings about what is doubtful.

    Raises
    ------
    DataError
        The file cannot be read or does not hold such a table; all findings are named.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp()) / "two_2020.csv"
    >>> _ = file.write_text("row,A_x,B_x,A_use,B_use,OUT\nA_x,2,3,4,1,10\nB_x,4,1,0,5,10\n")
    >>> table = read_country_sector(file)
    >>> table, table.year, table.exports("A")
    (<CountrySector 'two_2020.csv': 2 countries, 1 sectors>, 2020, array([4., 0.]))
    """
    return CountrySector.read(path)
