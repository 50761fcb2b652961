"""A panel of sites: what stood where, making what, from which year on. Frozen, and addressed by its digest."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

import polars as pl

from tierscape.errors import DataError, Finding
from tierscape.io import delimited
from tierscape.io.panel_checks import doubtful, merged, parsed
from tierscape.io.raw import refuse
from tierscape.io.workbooks import read_workbook


@dataclass(frozen=True, eq=False)
class Panel:
    """Sites with the year in which each was first there; one row a site and part.

    Make one with ``read_panel`` or ``Panel.from_frame``. Two panels are equal when their digests are.

    Parameters
    ----------
    file : str
        Name of the file that it was read from.
    rows : polars.DataFrame
        ``site``, ``part``, ``lat``, ``lon``, ``first_year``, ``last_year``, ``region``, ``organization``, ``name``,
        ``employees``, ``same_as``, and every other column of the file as text; by first year.
    findings : tuple of Finding
        What is doubtful: sites registered again, breaks of the register, rows without code or coordinates.
    """

    METAVAR: ClassVar[str] = "PANEL"
    FORMS: ClassVar[str] = "Panel of sites (site, part, lat, lon, first_year): .csv, .parquet or .xlsx."

    file: str
    rows: pl.DataFrame
    findings: tuple[Finding, ...] = ()

    @classmethod
    def from_frame(
        cls, frame: pl.DataFrame, *, file: str = "panel", first_row: int = 2, found: tuple[Finding, ...] = ()
    ) -> Self:
        """Check a frame, make one row of what is one site, and freeze the rest.

        Raises
        ------
        DataError
            Columns are missing, or years or coordinates cannot be used; all findings are named.
        """
        rows, findings = parsed(frame, first_row)
        findings = [*found, *findings]
        if any(f.severity == "error" for f in findings):
            raise DataError(findings)
        kept, again = merged(rows)
        return cls(file, kept, (*findings, *again, *doubtful(kept)))

    @classmethod
    def read(cls, source: str | Path) -> Self:
        """Read a panel from a file; see ``read_panel``.

        Raises
        ------
        DataError
            The file cannot be used.
        """
        path = Path(source)
        if not path.is_file():
            raise refuse("unreadable", "panel", f"'{path.name}': there is no such file", f"Give a {cls.FORMS}")
        frame, first_row, findings = _frame(path)
        return cls.from_frame(frame, file=path.name, first_row=first_row, found=tuple(findings))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Panel) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"<Panel '{self.file}': {self.name}>"

    @property
    def name(self) -> str:
        """What the panel is, from nothing but what its digest covers."""
        return f"panel of {self.rows['site'].n_unique():,} sites, {self.years[0]} to {self.years[1]}"

    @cached_property
    def years(self) -> tuple[int, int]:
        """First and last year in which a site was first there."""
        years = self.rows["first_year"]
        return int(years.min()), int(years.max())  # type: ignore[arg-type]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the rows, 64 hexadecimal digits; neither the file's name nor the order of its rows counts."""
        ordered = self.rows.select(sorted(self.rows.columns))
        ordered = ordered.sort(ordered.columns, nulls_last=True)
        return hashlib.sha256(ordered.write_csv(quote_style="non_numeric").encode()).hexdigest()

    def __getitem__(self, table: str) -> pl.DataFrame:
        """Give the rows behind an answer, as a network gives its tables."""
        bare = [pl.lit(None, pl.String).alias(c) for c in ("evidence", "source") if c not in self.rows.columns]
        return {"panel": self.rows}[table].with_columns(bare)


def _frame(path: Path) -> tuple[pl.DataFrame, int, list[Finding]]:
    ending = path.suffix.lower()
    try:
        content = path.read_bytes()
        if ending in {".csv", ".txt", ".tsv"}:
            return delimited.parse("panel", content)
        if ending in {".parquet", ".pq"}:
            return pl.read_parquet(io.BytesIO(content)), 2, []
    except (OSError, pl.exceptions.PolarsError) as error:
        problem = f"'{path.name}' cannot be read ({str(error).splitlines()[0]})"
        raise refuse("unreadable", "panel", problem, "Save it again.") from error
    if ending != ".xlsx":
        problem = f"'{path.name}': its ending says nothing of its form"
        raise refuse("unreadable", "panel", problem, f"Give a {Panel.FORMS}")
    book = read_workbook(path)
    named = [n for n, f in book.tables.items() if "site" in {c.strip().casefold() for c in f.columns}]
    if not named:
        raise refuse("no_table", "panel", f"'{path.name}': no sheet has a column 'site'", f"Give a {Panel.FORMS}")
    return book.tables[named[0]], book.first_rows[named[0]], list(book.findings)


def read_panel(path: str | Path) -> Panel:
    r"""Read a panel of sites.

    Parameters
    ----------
    path : str or pathlib.Path
        ``.csv``, ``.parquet`` or ``.xlsx`` with ``site``, ``part`` (or an industry code), ``lat``, ``lon`` and
        ``first_year``; optional ``region``, ``last_year``, ``organization``, ``name``, ``employees``, ``same_as``. Other
        columns are kept, to group by.

    Returns
    -------
    Panel
        With findings about what is doubtful.

    Raises
    ------
    DataError
        The file cannot be read or used; all findings are named.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> file = Path(tempfile.mkdtemp()) / "two.csv"
    >>> _ = file.write_text("site,part,lat,lon,first_year\na,3363,25.7,-100.3,2010\nb,3363,20.6,-100.4,2012\n")
    >>> read_panel(file)
    <Panel 'two.csv': panel of 2 sites, 2010 to 2012>
    """
    return Panel.read(path)
