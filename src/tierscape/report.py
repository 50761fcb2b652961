"""A list of analyses to one HTML report, scenarios side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from tierscape.compare import Comparison, change, differences
from tierscape.render import (
    Block,
    KeyValues,
    Section,
    TableBlock,
    answer_section,
    evidence_section,
    heading,
    headlines,
    page,
    picture,
    provenance_section,
)
from tierscape.results import Result


def make_report(
    results: Sequence[Result],
    *,
    title: str,
    date: str | None = None,
    static: bool = False,
    scenarios: Mapping[str, Sequence[Result]] | None = None,
    left_out: Mapping[str, str] | None = None,
) -> str:
    """Write the report of some results as one self-contained HTML page.

    Order: title and answer, evidence, map, one section an analysis, scenario differences, provenance.

    Parameters
    ----------
    results : sequence of Result
        Answers, the most important first.
    title : str
        Heading of the page.
    date : str, optional
        Date that the provenance shows, ISO 8601; without it the page carries none.
    static : bool
        Draw charts as SVG and carry no script.
    scenarios : mapping of str to sequence of Result, optional
        The same analyses by name of scenario.
    left_out : mapping of str to str, optional
        Questions that the network could not answer, and why.

    Returns
    -------
    str
        HTML; the same input gives the same text.
    """
    charts = [result.charts() for result in results]
    keys = [f"{result.analysis}-{at}" if at else result.analysis for at, result in enumerate(results)]
    maps = [(key, c) for key, drawn in zip(keys, charts, strict=True) for c in drawn if c.name.endswith("map")]
    origins = [r.provenance for r in results if r.provenance is not None]
    sections = [evidence_section(origins)] if origins else []
    if maps:
        sections.append(Section("map", "Map", tuple(picture(key, c) for key, c in maps)))
    for at, (result, drawn) in enumerate(zip(results, charts, strict=True)):
        others = [c for c in drawn if not c.name.endswith("map")]
        sections.append(answer_section(result, others, key=keys[at], cards=at > 0))
    if scenarios:
        sections.append(_scenario_section(results, scenarios))
    if left_out:
        sections.append(Section("left-out", "Not answered", (KeyValues("What the data did not allow", left_out),)))
    sections.append(provenance_section(results, date=date))
    answer = " ".join(result.sentence() for result in results)
    networks = dict.fromkeys(origin.network for origin in origins)
    note = " · ".join([*networks, *([date] if date else [])])
    opening = headlines(results[0]) if results else ()
    return page(title, answer, sections, opening=opening, static=static, note=note)


def _scenario_section(base: Sequence[Result], scenarios: Mapping[str, Sequence[Result]]) -> Section:
    """Set the sentences side by side, the network as it is first, and list every number that a scenario changes."""
    blocks: list[Block] = []
    for at, result in enumerate(base):
        lines = {"as it is": result.sentence()} | {
            name: change(result, differences(name, result, others[at])) for name, others in scenarios.items()
        }
        blocks.append(KeyValues(heading(result), lines))
    changed = Comparison.of(base, scenarios)
    blocks.append(TableBlock("scenario-differences", "What changes", changed.TABLES[0], changed.differences))
    return Section("scenarios", "Scenarios", tuple(blocks))
