"""Load a network from any form, and save it in any form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

import polars as pl

from tierscape import examples
from tierscape.errors import DataError, Finding, ParameterError, worst_first
from tierscape.io import Raw, read, write
from tierscape.network import Network
from tierscape.schema import SUPPLIERS


def load(source: str | Path) -> Network:
    """Load and check a network.

    Parameters
    ----------
    source : str or path
        A folder of CSV or Parquet files, an ``.xlsx`` workbook, a ``.zip``, a supplier list, or the name of a shipped
        example; a path that exists wins over a name.

    Raises
    ------
    DataError
        The source cannot be read or its tables cannot be used; ``findings`` lists everything that is wrong.

    Examples
    --------
    >>> load("mini").name
    'Mini: pumps on two sides of a border'
    """
    path = Path(source)
    if not _exists(path) and str(source) in examples.EXAMPLES:
        path = examples.path(str(source))
    if str(source) == "" or not _exists(path):
        raise DataError([_absent(str(source))])
    raw = read(path)
    try:
        network = Network.from_tables(raw.tables, name=raw.name, first_rows=raw.first_rows)
    except DataError as error:
        raise DataError([*raw.findings, *_retold(error.findings, raw)]) from None
    findings = worst_first([*raw.findings, *_retold(network.findings, raw)])
    if any(f.severity == "error" for f in findings):
        raise DataError(findings)
    return Network(network.name, network.tables, findings)


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a character that no name can have
        return False


def _retold(findings: Iterable[Finding], raw: Raw) -> Iterator[Finding]:
    """Tell of rows that come from a supplier list by their place there."""
    for finding in findings:
        rows = raw.listed.get(finding.table, ())
        given = raw.tables[finding.table].height - len(rows) if rows else 0
        at = -1 if finding.row is None else finding.row - raw.first_rows.get(finding.table, 1) - given
        if rows and 0 <= at < len(rows):
            column = finding.column if finding.column in SUPPLIERS.names else ""
            yield replace(finding, table=SUPPLIERS.name, column=column, row=rows[at])
        else:
            yield finding


def save(network: Network, target: str | Path) -> tuple[Finding, ...]:
    """Write a network as a folder of CSV files, an ``.xlsx`` workbook or a ``.zip``, by the ending of the target.

    Returns
    -------
    tuple of Finding
        What the form could not carry exactly, such as numbers with more than 15 digits in a workbook.

    Raises
    ------
    DataError
        The target exists and holds something else.
    """
    return tuple(write(network.tables, Path(target)))


def starter(product: str) -> dict[str, pl.DataFrame]:
    """Give the parts and the bill of materials of a shipped product, to start a network from.

    Returns
    -------
    dict of str to polars.DataFrame
        ``parts`` and ``bom``, only what the product needs.

    Raises
    ------
    ParameterError
        No shipped example has that product; the message lists those that there are.
    """
    known: list[str] = []
    for name in examples.EXAMPLES:
        tables = read(examples.path(name)).tables
        bom, parts = tables["bom"], tables["parts"]
        if product in bom["parent"].to_list():
            needed = {product}
            while more := set(bom.filter(pl.col("parent").is_in(sorted(needed)))["child"]) - needed:
                needed |= more
            return {
                "parts": parts.filter(pl.col("part").is_in(sorted(needed))),
                "bom": bom.filter(pl.col("parent").is_in(sorted(needed))),
            }
        known += parts.filter(pl.col("kind") == "product")["part"].to_list()
    raise ParameterError(
        f"product: no shipped bill of materials for '{product}'. There are: {', '.join(dict.fromkeys(known))}."
    )


def _absent(source: str) -> Finding:
    near = get_close_matches(source, list(examples.EXAMPLES), n=1)
    hint = f" Did you mean the example '{near[0]}'?" if near else " 'tierscape examples' lists what is shipped."
    return Finding(
        rule="no_such_network",
        severity="error",
        table="network",
        problem="no file or folder of that name, and no shipped example",
        remedy=f"Give a folder, an .xlsx, a .zip or the name of an example.{hint}",
        value=source,
    )
