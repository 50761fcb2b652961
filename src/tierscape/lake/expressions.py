"""The counts as Ibis expressions, the same for every backend: integers, bit operations, and no function of our own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tierscape.errors import ParameterError
from tierscape.kernels.cells import FINEST

if TYPE_CHECKING:
    import ibis

FULL_SHARE = 10**6
"""A share of the whole yearly need, in fixed point."""
_RESOLUTION = 0xF << 52
"""Bits of an H3 cell that hold its resolution."""


def count_expression(
    rows: ibis.Table, *, resolution: int, statuses: Sequence[str | int], parts: Sequence[str | int] | None
) -> ibis.Table:
    """Sites of each part in each cell: cell, country, part, sites, share, share_known.

    Raises
    ------
    ParameterError
        The resolution is out of range.
    """
    wanted = _wanted(rows, statuses, parts)
    return _tally(wanted, resolution, ("country", "part"))


def owner_expression(
    rows: ibis.Table, *, resolution: int, statuses: Sequence[str | int], parts: Sequence[str | int] | None
) -> ibis.Table:
    """The same by organization, for those with more than one site of a part.

    Raises
    ------
    ParameterError
        The resolution is out of range.
    """
    wanted = _wanted(rows, statuses, parts)
    wanted = wanted.filter(wanted.organization.notnull())
    firms = wanted.group_by("part", "organization").agg(several=wanted.count())
    firms = firms.filter(firms.several > 1)
    return _tally(wanted.semi_join(firms, ["part", "organization"]), resolution, ("country", "part", "organization"))


def flat_expression(counted: ibis.Table, near: ibis.Table, needs: ibis.Table) -> ibis.Table:
    """Flat completeness of places that something reaches: place, flat.

    Parameters
    ----------
    counted : ibis.Table
        ``count_expression`` of the required parts: joining only those costs less.
    near : ibis.Table
        place, cell, weight (2²⁰·K).
    needs : ibis.Table
        part, full (2²⁰·sites for full cover), weight (sum 10⁶).
    """
    import ibis

    joined = counted.join(near, "cell")
    reached = joined.group_by("place", "part").agg(total=(joined.sites * joined.weight).sum().cast("int64"))
    required = reached.join(needs, "part")
    clipped = ibis.least(required.total, required.full) * FULL_SHARE  # clipped first: scaled sums overflow
    # Ibis divides as floats and floors, which is the division of integers as long as full · 10⁶ < 2⁵³
    covered = required.mutate(point=(clipped // required.full) * required.weight)
    return covered.group_by("place").agg(flat=covered.point.sum().cast("int64"))


def review_expression(
    rows: ibis.Table, *, statuses: Sequence[str | int], parts: Sequence[str | int] | None
) -> ibis.Table:
    """One row: how many rows of the parts have no cell, no status, a cell of another resolution, a share out of range."""
    rows = _typed(rows)
    rows = rows.filter(rows.part.notnull() if parts is None else rows.part.isin(list(parts)))
    tests = {
        "no_cell": rows.cell7.isnull() & rows.status.isin(list(statuses)),
        "no_status": rows.status.isnull(),
        "wrong_cell": (rows.cell7 & _RESOLUTION) != (FINEST << 52),
        "wrong_share": (rows.share < 0) | (rows.share > FULL_SHARE),
    }
    return rows.aggregate({name: test.cast("int64").sum().fill_null(0).cast("int64") for name, test in tests.items()})


def parent_expression(cell7: ibis.Value, resolution: int) -> ibis.Value:
    """Give the parent cell, as ``kernels.cells.parent`` does.

    Raises
    ------
    ParameterError
        The resolution is out of range.
    """
    if not 0 <= resolution <= FINEST:
        raise ParameterError(f"resolution: must be 0 to {FINEST}, given was {resolution}.")
    keep = ~_RESOLUTION & (2**63 - 1)
    unused = (1 << (3 * (15 - resolution))) - 1
    return (cell7 & keep) | ((resolution << 52) | unused)


def _tally(rows: ibis.Table, resolution: int, keys: Sequence[str]) -> ibis.Table:
    group: Mapping[str, ibis.Value] = {"cell": parent_expression(rows.cell7, resolution), **{k: rows[k] for k in keys}}
    return rows.group_by(**group).agg(
        sites=rows.count().cast("int64"),
        share=rows.share.sum().fill_null(0).cast("int64"),
        share_known=rows.share.count().cast("int64"),
    )


def _wanted(rows: ibis.Table, statuses: Sequence[str | int], parts: Sequence[str | int] | None) -> ibis.Table:
    rows = _typed(rows)
    named = rows.part.notnull() if parts is None else rows.part.isin(list(parts))
    return rows.filter(rows.status.isin(list(statuses)), rows.cell7.notnull(), named)


def _typed(rows: ibis.Table) -> ibis.Table:
    """Give every column that is read a type: engines call a column of nulls by names of their own."""
    import ibis

    share = rows.share.cast("int64") if "share" in rows.columns else ibis.null("int64")
    labels = [n for n in ("country", "organization", "part", "status") if n in rows.columns]
    text = {
        n: rows[n].cast("string") for n in labels if not (rows[n].type().is_string() or rows[n].type().is_integer())
    }
    return rows.mutate(cell7=rows.cell7.cast("int64"), share=share, **text)
