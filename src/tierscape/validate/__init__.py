"""Validation: from raw tables to declared ones, and one check a rule over them; every finding is gathered.

``typed`` parses, ``check`` runs ``CHECKS``. Neither raises on bad data: who loads decides what an error means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import polars as pl

from tierscape.errors import Finding
from tierscape.validate.columns import COLUMN_CHECKS
from tierscape.validate.data import Data
from tierscape.validate.parse import fold_headers, parse_table, typed
from tierscape.validate.places import PLACE_CHECKS
from tierscape.validate.plausible import PLAUSIBLE_CHECKS
from tierscape.validate.relations import RELATION_CHECKS
from tierscape.validate.subjects import SUBJECT_CHECKS

__all__ = ["CHECKS", "Data", "check", "fold_headers", "parse_table", "typed"]

CHECKS: tuple[Callable[[Data], Iterator[Finding]], ...] = (
    *COLUMN_CHECKS,
    *RELATION_CHECKS,
    *SUBJECT_CHECKS,
    *PLACE_CHECKS,
    *PLAUSIBLE_CHECKS,
)
"""Every rule that holds over typed tables. Nulls in required columns are found by ``typed``, which sees what was typed."""


def check(tables: Mapping[str, pl.DataFrame], first_rows: Mapping[str, int] | None = None) -> list[Finding]:
    """Run every check over typed tables.

    Parameters
    ----------
    tables : Mapping of str to polars.DataFrame
        Every declared table with every declared column, as ``typed`` gives them.
    first_rows : Mapping of str to int, optional
        Row number of the first row of a table, 1 where absent.

    Returns
    -------
    list of Finding
        In the order of ``CHECKS``; empty where nothing is wrong or doubtful.
    """
    data = Data(tables, first_rows or {})
    return [finding for rule in CHECKS for finding in rule(data)]
