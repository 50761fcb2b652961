"""What each command does once its flags are read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from tierscape import analyses, examples
from tierscape.analyses.density import density
from tierscape.analyses.density.region_page import AGENCY, agency_view, region_page
from tierscape.cli import show
from tierscape.cli.flags import NETWORK, assignments, pairs
from tierscape.compare import Comparison
from tierscape.errors import DataError, Finding, ParameterError
from tierscape.io.merge import merge as unite_files
from tierscape.io.networks import load, save, starter
from tierscape.io.onboarding import write_onboarding
from tierscape.io.template import write_template
from tierscape.lake.prepare import prepare
from tierscape.network import Network
from tierscape.registry import Analysis
from tierscape.report import make_report
from tierscape.results import Result
from tierscape.scenario import Scenario, apply_scenario


def argument(analysis: Analysis[Any, Any, Any]) -> tuple[str, str]:
    """Say what an analysis takes first, and in which forms."""
    return NETWORK if analysis.takes is Network else (analysis.takes.METAVAR, analysis.takes.FORMS)


def run(analysis: Analysis[Any, Any, Any], given: tuple[str, dict[str, Any], dict[str, Any]]) -> None:
    """Run one analysis and give its answer through the doors that were asked for."""
    source, parameters, doors = given
    with show.working(f"{analysis.title} …"):
        opened = load(source) if analysis.takes is Network else analysis.takes.read(source)
        answer = analysis(opened, **parameters)
    if doors["save"]:
        answer.save(doors["save"])
        show.err.print(f"Written: {doors['save']}")
    if doors["html"]:
        write(doors["html"], answer.to_html(date=today(None)), say=show.err.print)
    if doors["json"]:
        show.body(answer.to_json())
        return
    show.line(answer.summary())
    if not doors["quiet"] and answer.TABLES:
        show.line("")
        first = answer.TABLES[0]
        shown = next((table for table in answer.TABLES if answer.frame(table.name).height), first)
        show.table(shown, answer.frame(shown.name), answer.columns() if shown is first else None)
    show.findings(answer.findings, full=not doors["quiet"])


def demo(name: str, out: Path, date: str | None) -> None:
    """Write the report of an example and print the lines that matter."""
    if name not in examples.EXAMPLES:
        load(name)
    with show.working(f"Reading {name} …"):
        network = load(name)
    with show.working("Analysing and drawing …"):
        answers = [analyses.get("density")(network, product=network.products[0])]
        page = make_report(answers, title=network.name, date=today(date))
    for text in answers[0].lines():
        show.line(text)
    write(out / "report.html", page)


def check(source: str, *, as_json: bool) -> None:
    """Show all findings."""
    try:
        found: Sequence[Finding] = load(source).findings
    except DataError as error:
        found = error.findings
    errors = [f for f in found if f.severity == "error"]
    if as_json:
        show.body(json.dumps([f.to_dict() for f in found], ensure_ascii=False).encode())
    else:
        place = None
        for finding in sorted(found, key=lambda f: f.severity != "error"):
            if finding.table != place:
                place = finding.table
                show.line(f"\n{place}")
            show.line(f"  {finding.severity:<7}  {finding.rule:<20}  {finding.message}")
        show.line(f"\n{source}: {show.count(found)}.")
    if errors:
        raise SystemExit(DataError.exit_code)


def template(target: Path, tables: Sequence[str], product: str | None) -> None:
    """Write empty tables, with the bill of materials of a shipped product if one is named."""
    write_template(target, tables=tables or None, starter=starter(product) if product else None)
    show.line(f"Written: {target}. Fill the tables, then run: tierscape check {target}")


def onboarding(target: Path, tables: Sequence[str], product: str | None) -> None:
    """Write the record that a supplier fills.

    Raises
    ------
    ParameterError
        Tables or a product are asked for too.
    """
    if tables or product:
        raise ParameterError("template: --onboarding is a fixed record; leave out --tables and --product.")
    write_onboarding(target)
    show.line(f"Written: {target}. Send it to a supplier; put what comes back to yours with: tierscape merge")


def questions(source: str, target: Path, product: str | None, most: int) -> None:
    """Write a workbook with a sheet for each site to ask."""
    from tierscape.analyses.visibility import visibility
    from tierscape.analyses.visibility.questions import write_questions

    network = load(source)
    with show.working("Analysing …"):
        answer = visibility(network, product=product)
        asked = write_questions(answer, target, most=most)
    show.line(f"Written: {target}, {asked} of {answer.questionnaires.height} sites to ask, the most telling first.")


def merge(sources: Sequence[str], out: Path) -> None:
    """Unite files and show what they disagree on."""
    with show.working("Merging …"):
        network = unite_files(sources)
        written = save(network, out)
    show.findings([*network.findings, *written], full=True)
    conflicts = sum(f.count for f in network.findings if f.rule == "conflict")
    show.line(
        f"Written: {out}, {len(sources)} files, {conflicts} conflict{'s' * (conflicts != 1)} (digest {network.digest[:12]})"
    )


def convert(source: str, target: Path) -> None:
    """Write a network in another form."""
    network = load(source)
    show.findings(save(network, target), full=True)
    show.line(f"Written: {target} (digest {network.digest[:12]})")


def region(source: str, key: str, product: str | None, html: Path | None, *, as_json: bool) -> None:
    """Show one region as an agency sees it, and write its page."""
    network = load(source)
    products = [product] if product else list(network.products)
    with show.working("Analysing …"):
        answers = [density(network, product=p) for p in products]
        recruits = agency_view(answers, key)
    if html:
        for answer in answers:
            name = html.stem if len(answers) == 1 else f"{html.stem}-{answer.parameters['product']}"
            write(html.with_stem(name), region_page(answer, key, date=today(None)), say=show.err.print)
    if as_json:
        show.body(json.dumps(recruits.to_dicts(), ensure_ascii=False, allow_nan=False).encode())
        return
    show.line(f"Gaps of {key} over {len(products)} products, {', '.join(products)}, largest summed gain first:\n")
    show.table(AGENCY, recruits)


def index(source: Path, target: Path, column: list[str], constant: list[str], codes: Path | None) -> None:
    """Write a register."""
    with show.working("Indexing …"):
        rows, found = prepare(source, columns=pairs(column), constants=pairs(constant), codes=codes)
        target.parent.mkdir(parents=True, exist_ok=True)
        rows.write_parquet(target)
    show.findings(found, full=True)
    parts = rows["part"].value_counts(sort=True).head(show.ROWS)
    show.line(f"Written: {target}, {rows.height:,} rows of {rows['part'].n_unique()} parts")
    for part, count in parts.iter_rows():
        show.line(f"  {count:>9,}  {part}")


def report(
    source: str, out: Path, names: list[str], sets: list[str], scenario: list[Path], *, kind: str, date: str | None
) -> None:
    """Write the report; ``kind`` is static, live (a map that can be moved) or empty."""
    network = load(source)
    with show.working("Analysing …"):
        base, others, left_out = _all_answers(network, names, sets, scenario)
    with show.working("Drawing …"):
        page = make_report(
            base,
            title=network.name,
            date=today(date),
            static=kind == "static",
            interactive=network if kind == "live" else None,
            scenarios=others,
            left_out=left_out,
        )
    for answer in base:
        show.line(answer.summary())
    _say_left_out(left_out)
    write(out, page)


def compare(
    source: str, scenario: list[Path], names: list[str], sets: list[str], *, save: Path | None, as_json: bool
) -> None:
    """Show what scenarios change."""
    network = load(source)
    with show.working("Analysing …"):
        base, others, left_out = _all_answers(network, names, sets, scenario)
    comparison = Comparison.of(base, others)
    if save:
        comparison.save(save)
        show.err.print(f"Written: {save}")
    _say_left_out(left_out)
    if as_json:
        show.body(comparison.to_json())
        return
    show.line(comparison.summary())
    show.line("")
    show.table(comparison.TABLES[0], comparison.differences)


def _say_left_out(left_out: dict[str, str]) -> None:
    for question, reason in left_out.items():
        show.err.print(f"Not answered: {question}: {reason}")


def _all_answers(
    network: Network, names: Sequence[str], sets: list[str], scenarios: Sequence[Path]
) -> tuple[list[Result], dict[str, list[Result]], dict[str, str]]:
    """Run what is asked for on the network and on each scenario; the products are those of the network as it is.

    Where nothing is asked for by name, what the network cannot answer is left out, with the reason.
    """
    chosen = _of_networks(names)
    parameters = assignments(sets, list(chosen))
    others = {s.name: apply_scenario(network, s) for s in map(Scenario.load, scenarios)}
    if len(others) < len(scenarios):
        raise ParameterError(
            f"scenario: {len(scenarios)} files have only the names {', '.join(others)}. Name each apart."
        )
    base: list[Result] = []
    changed: dict[str, list[Result]] = {name: [] for name in others}
    left_out = {}
    for name, analysis in chosen.items():
        set_here = parameters.get(name, {})
        for product in _products(network, analysis, set_here):
            given = {**set_here, **product}
            try:
                base.append(analysis(network, **given))
            except (DataError, ParameterError) as error:
                if names or set_here:
                    raise
                left_out[" ".join([name, *product.values()])] = str(error)
                continue
            for scenario, other in others.items():
                changed[scenario].append(analysis(other, **given))
    return base, changed, left_out


def _of_networks(names: Sequence[str]) -> dict[str, Analysis[Any, Any, Any]]:
    """Find the analyses that are named, or all that take a network."""
    chosen = {name: analyses.get(name) for name in names or analyses.LISTED}
    others = {name: argument(a)[0] for name, a in chosen.items() if a.takes is not Network}
    if names and others:
        told = " and ".join(f"'{name}' takes a {metavar}" for name, metavar in others.items())
        raise ParameterError(f"analyses: {told}, not a network. Run it alone: tierscape {next(iter(others))}.")
    return {name: a for name, a in chosen.items() if name not in others}


def _products(network: Network, analysis: Analysis[Any, Any, Any], given: dict[str, Any]) -> list[dict[str, str]]:
    if "product" not in analysis.parameters.model_fields or "product" in given:
        return [{}]
    return [{"product": product} for product in network.products] or [{}]


def today(date: str | None) -> str:
    """Give the date that a report shows."""
    return date or dt.datetime.now(tz=dt.UTC).date().isoformat()


def write(path: Path, text: str, *, say: Callable[[str], None] = show.line) -> None:
    """Write a page and say where."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    say(f"Report: {path.resolve()}")
