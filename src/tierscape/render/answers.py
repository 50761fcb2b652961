"""An answer to blocks: the same order for every analysis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import polars as pl

from tierscape.charts import Chart
from tierscape.errors import Finding, worst_first
from tierscape.render.blocks import (
    Bar,
    Block,
    Callout,
    Card,
    Cards,
    Findings,
    Heading,
    KeyValues,
    Picture,
    Section,
    TableBlock,
    Text,
)
from tierscape.render.figures import label, shown
from tierscape.schema import Table


class Origin(Protocol):
    """What a page asks of a provenance; `tierscape.results.Provenance` is one."""

    @property
    def version(self) -> str:
        """Version of tierscape."""
        ...

    @property
    def network(self) -> str:
        """Name of the network."""
        ...

    @property
    def digest(self) -> str:
        """Digest of the network."""
        ...

    @property
    def rows_read(self) -> int:
        """Rows read."""
        ...

    @property
    def evidence(self) -> Mapping[str, float]:
        """Share of those rows by grade, 0 to 1."""
        ...

    @property
    def vintages(self) -> Mapping[str, str]:
        """Reference file to vintage."""
        ...

    @property
    def seed(self) -> int | None:
        """Seed, if anything was drawn."""
        ...


class Answer(Protocol):
    """What a page asks of a result; `tierscape.results.Result` is one."""

    @property
    def TABLES(self) -> tuple[Table, ...]:  # noqa: N802
        """Declared tables."""
        ...

    @property
    def analysis(self) -> str:
        """Name of the analysis."""
        ...

    @property
    def title(self) -> str:
        """Its title."""
        ...

    @property
    def product_name(self) -> str:
        """Name of the product that it is about, empty if it is about none."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Its parameters."""
        ...

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What is doubtful in the data."""
        ...

    @property
    def provenance(self) -> Origin | None:
        """Where the answer comes from."""
        ...

    def frame(self, name: str) -> pl.DataFrame:
        """Give one table."""
        ...

    def summary(self) -> str:
        """Answer in a sentence or two."""
        ...

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Give the headline numbers."""
        ...

    def charts(self) -> tuple[Chart, ...]:
        """Give the pictures."""
        ...


def answer_section(answer: Answer, charts: Sequence[Chart], *, key: str = "", cards: bool = True) -> Section:
    """Lay one answer out: sentence, headline numbers, charts, tables, parameters, what was not seen, findings, method.

    Parameters
    ----------
    answer : Answer
        The result.
    charts : sequence of Chart
        Its charts, or those of them that are not drawn elsewhere on the page.
    key : str
        Anchor of the section, unique on the page; the name of the analysis if empty.
    cards : bool
        Show its headline numbers here.
    """
    key = key or answer.analysis
    blocks: list[Block] = [Text(answer.summary(), lead=True), *(headlines(answer) if cards else ())]
    blocks += [picture(key, chart) for chart in charts]
    if answer.TABLES:
        blocks.append(Heading("Tables"))
    blocks += [
        TableBlock(
            f"{key}-table-{table.name}",
            table.name.replace("_", " ").capitalize(),
            table,
            answer.frame(table.name),
            folded=at > 0,
        )
        for at, table in enumerate(answer.TABLES)
    ]
    given = _flat(answer.parameters)
    blocks += [Heading("Parameters"), KeyValues(f"All {len(given)} parameters", given, folded=True)]
    blocks += [Heading("What was not seen"), Text("Columns that hold unknowns, and in how many rows:"), _unseen(answer)]
    blocks += [Heading("Findings"), Findings(worst_first(answer.findings))]
    blocks += [
        Heading("Method"),
        Text(f"How it is computed, with equations and sources: page '{answer.analysis}' of the documentation."),
    ]
    return Section(key, heading(answer), tuple(blocks))


def heading(answer: Answer) -> str:
    """Name an answer: its title, and the product that it is about."""
    return f"{answer.title}: {answer.product_name}" if answer.product_name else answer.title


def headlines(answer: Answer) -> tuple[Block, ...]:
    """Give the headline numbers of an answer as cards; nothing if it names none."""
    cards = tuple(Card(*line) for line in answer.headlines())
    return (Cards(cards),) if cards else ()


def picture(key: str, chart: Chart) -> Picture:
    """Place a chart of the answer with this key; its table twin is that answer's."""
    return Picture(f"{key}-chart-{chart.name}", chart, f"{key}-table-{chart.table}" if chart.table else "")


def evidence_section(origins: Sequence[Origin]) -> Section:
    """Say what the page rests on: rows by grade of evidence, and the vintages of the reference data."""
    blocks: list[Block] = []
    grades = ("audited", "declared", "observed", "inferred", "none")
    for origin in dict.fromkeys((o.digest, o.network) for o in origins):
        first = max((o for o in origins if (o.digest, o.network) == origin), key=lambda o: o.rows_read)
        graded = {("no grade" if g == "none" else g): first.evidence.get(g, 0.0) for g in grades}
        title = f"Evidence of the {shown(first.rows_read)} rows of {first.network} that the answer rests on"
        blocks.append(Bar(title, graded))
        if first.evidence.get("illustrative", 0.0) > 0:
            blocks.append(
                Callout(
                    f"{first.evidence['illustrative']:.0%} of these rows are illustrative: made up to complete the example, not facts about the world.",
                    "warning",
                )
            )
    vintages = {name: vintage for origin in origins for name, vintage in sorted(origin.vintages.items())}
    if vintages:
        blocks.append(KeyValues("Reference data and its vintage", vintages, folded=True))
    return Section("evidence", "Evidence", tuple(blocks))


def provenance_section(answers: Sequence[Answer], *, date: str | None) -> Section:
    """Say how to make the same page again."""
    blocks: list[Block] = []
    for answer in answers:
        rows = {"analysis": answer.analysis}
        if (origin := answer.provenance) is not None:
            rows |= {"tierscape": origin.version, "network": origin.network, "digest": origin.digest}
            rows |= {} if origin.seed is None else {"seed": str(origin.seed)}
        rows |= {"date": date} if date else {}
        blocks.append(KeyValues(f"Provenance of {heading(answer)}", rows))
    return Section("provenance", "Provenance", tuple(blocks))


def _unseen(answer: Answer) -> Block:
    """Name the columns that hold unknowns, with in how many rows."""
    lines: dict[str, str] = {}
    for table in answer.TABLES:
        frame = answer.frame(table.name)
        missing: dict[int, list[str]] = {}
        for column in table.columns:
            if column.name != "note" and (rows := frame[column.name].null_count()):
                missing.setdefault(rows, []).append(label(column))
        if missing:
            words = [
                f"{', '.join(names)} in {'all rows' if rows == frame.height else shown(rows)}"
                for rows, names in sorted(missing.items(), reverse=True)
            ]
            lines[f"{table.name}, {shown(frame.height)} rows"] = "; ".join(words)
    return KeyValues("", lines) if lines else Text("Every column of every table is known.")


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in values.items():
        words = f"{prefix}{name}".replace("_", " ")
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{words}: ")
        elif isinstance(value, list | tuple):
            flat[words] = ", ".join(str(v) for v in value) or "none"
        else:
            flat[words] = "not set" if value is None or value == "" else shown(value)
    return flat
