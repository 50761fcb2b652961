"""What must hold in a country-sector table, and what is only doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from tierscape.errors import DataError, Finding, Severity, worst_first
from tierscape.io.country_sector_files import TABLE, Raw
from tierscape.io.raw import finding, refuse
from tierscape.kernels.leontief import leaves_nothing

UNBALANCED = 0.01
"""Share of its output by which the uses of a row may miss it."""
SHOWN = 5
"""Most names that a finding lists."""


def checked(raw: Raw) -> tuple[Raw, tuple[Finding, ...]]:
    """Stop at what cannot be used, drop the rows without output, and say what is doubtful.

    Raises
    ------
    DataError
        Shapes do not fit, a label is doubled, or a figure is not a number.
    """
    broken = [*_shapes(raw), *_labels(raw)] or [*_numbers(raw)]
    if broken:
        raise DataError([*broken, *raw.findings])
    alive = raw.output > 0
    kept = replace(
        raw,
        row_country=tuple(c for c, a in zip(raw.row_country, alive, strict=True) if a),
        row_sector=tuple(s for s, a in zip(raw.row_sector, alive, strict=True) if a),
        flows=np.array(raw.flows[np.ix_(alive, alive)], dtype=np.float64),
        output=np.array(raw.output[alive], dtype=np.float64),
        final=np.array(raw.final[alive], dtype=np.float64),
    )
    if not alive.any():
        raise refuse("no_output", TABLE, "no sector has output", "Check which column is output.")
    found = [*raw.findings, *_dropped(raw, ~alive), *_columns(kept), *_negative(kept), *_balance(kept), *_users(kept)]
    return kept, worst_first(found)


def names(raw: Raw, marked: np.ndarray) -> str:
    """List the first rows that are marked."""
    labels = [f"{raw.row_country[i]}_{raw.row_sector[i]}" for i in np.flatnonzero(marked)]
    more = f" and {len(labels) - SHOWN} more" if len(labels) > SHOWN else ""
    return ", ".join(labels[:SHOWN]) + more


def _shapes(raw: Raw) -> list[Finding]:
    n, m = len(raw.row_country), len(raw.final_countries)
    wanted = {"flows": (n, n), "output": (n,), "final": (n, m)}
    found = []
    for name, shape in wanted.items():
        given = getattr(raw, name).shape
        if given != shape:
            problem = f"'{name}' has the shape {given}; with {n} rows and {m} columns of final use it must be {shape}"
            found.append(finding("shape", TABLE, problem, "Check countries, sectors and figures."))
    return found


def _labels(raw: Raw) -> list[Finding]:
    labels = list(zip(raw.row_country, raw.row_sector, strict=True))
    doubled = {label for label in labels if labels.count(label) > 1} if len(set(labels)) < len(labels) else set()
    if not doubled:
        return []
    first = "_".join(min(doubled))
    problem = f"{len(doubled)} of the rows' labels stand there more than once, the first '{first}'"
    return [finding("doubled_label", TABLE, problem, "Give every sector of a country once.", count=len(doubled))]


def _numbers(raw: Raw) -> list[Finding]:
    found = []
    for name in ("flows", "output", "final"):
        bad = int((~np.isfinite(getattr(raw, name))).sum())
        if bad:
            problem = f"{bad} figures of '{name}' are empty or no number"
            remedy = "Write 0 where nothing is sold; a table with unknown flows cannot be solved."
            found.append(finding("not_a_number", TABLE, problem, remedy, count=bad))
    return found


def _dropped(raw: Raw, gone: np.ndarray) -> list[Finding]:
    if not gone.any():
        return []
    problem = f"{gone.sum()} of {len(gone)} sectors have no output and are dropped: {names(raw, gone)}"
    remedy = "Nothing to do: real tables have them."
    return [finding("zero_output", TABLE, problem, remedy, severity="note", count=int(gone.sum()))]


def _columns(raw: Raw) -> list[Finding]:
    full = leaves_nothing(raw.flows, raw.output)
    if not full.any():
        return []
    share = raw.output[full].sum() / raw.output.sum()
    problem = (
        f"the inputs of {full.sum()} sectors reach or exceed their output, so that no value is added there; they hold "
        f"{share:.2%} of all output: {names(raw, full)}"
    )
    remedy = "Their value counts as unknown. Correct the table, or merge the sector with a neighbour."
    return [finding("column_sum", TABLE, problem, remedy, severity="warning", count=int(full.sum()))]


def _negative(raw: Raw) -> list[Finding]:
    cells = int((raw.flows < 0).sum())
    if not cells:
        return []
    problem = f"{cells} flows between sectors are negative"
    return [finding("negative_flow", TABLE, problem, "A sale is not below 0: correct them.", severity="warning", count=cells)]  # fmt: skip


def _balance(raw: Raw) -> list[Finding]:
    miss = np.abs(raw.flows.sum(axis=1) + raw.final.sum(axis=1) - raw.output)
    off = miss > UNBALANCED * raw.output
    if not off.any():
        return []
    share = raw.output[off].sum() / raw.output.sum()
    problem = (
        f"the sales of {off.sum()} of {len(off)} sectors differ from their output by more than {UNBALANCED:.0%}; they hold "
        f"{share:.2%} of all output, the largest difference is {miss.max():,.4g}: {names(raw, off)}"
    )
    remedy = "Figures that were rounded do so in small sectors; else check that all columns of final use are there."
    severity: Severity = "warning" if share > UNBALANCED else "note"
    return [finding("unbalanced", TABLE, problem, remedy, severity=severity, count=int(off.sum()))]


def _users(raw: Raw) -> list[Finding]:
    lost: Sequence[str] = [c for c in raw.final_countries if c not in set(raw.row_country)]
    if not lost:
        return []
    problem = f"final use names {len(lost)} countries that no row has, so that sales to them count as exports: {', '.join(lost[:SHOWN])}"
    remedy = "Give the rows and the final use of one country the same code."
    return [finding("final_country", TABLE, problem, remedy, severity="warning", count=len(lost))]
