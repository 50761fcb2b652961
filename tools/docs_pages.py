"""Reference pages of the documentation, made at build time from the declarations; a MkDocs hook.

A new table, column, analysis, parameter, error, rule, example or shipped file is on its page without a word written here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Sequence
from types import UnionType
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

import tierscape
from finding_rules import rules
from tierscape import analyses, cli, errors, examples, reference
from tierscape.cli.flags import fields
from tierscape.network import Network
from tierscape.registry import Analysis, Source
from tierscape.results import Provenance
from tierscape.schema import SUPPLIERS, TABLES, Column, Table
from tierscape.units import UNITS

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

KINDS = {"text": "text", "number": "number", "integer": "whole number", "boolean": "true / false", "date": "day"}
STAGES = {
    "io": "When a file is read or written",
    "validate": "When tables are parsed and checked",
    "geocode": "When a site is placed at its town",
    "scenario": "When a scenario is applied",
    "graph": "In the answer of an analysis",
    "analyses": "In the answer of an analysis",
}
"""Heading for the rules of a module; any other stands under ``Elsewhere``."""


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages to a build (a hook of MkDocs)."""
    from mkdocs.structure.files import File

    for path, page in PAGES.items():
        files.append(File.generated(config, path, content=page()))
    return files


def cell(text: object) -> str:
    """Write text so that it can stand in a cell of a Markdown table."""
    escaped = str(text).replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
    return re.sub(r"(?<!`)``([^`]+)``", r"`\1`", escaped)


def grid(head: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Write a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return ["", *(f"| {' | '.join(cell(c) for c in line)} |" for line in lines), ""]


def tables_page() -> str:
    """Every input table with every column, and the units."""
    lines = [
        "# Tables",
        "",
        "A network is a set of these tables. None is required, no column has a default, and an empty cell means *unknown* "
        "unless its line says otherwise. How tables are read is told in [Data](../data.md).",
        "",
    ]
    lines += grid(["table", "a row is", "key"], [_table_line(t) for t in (*TABLES.values(), SUPPLIERS)])
    for table in (*TABLES.values(), SUPPLIERS):
        lines += ["", f"## {table.name}", "", f"A row is {table.row}.", ""]
        lines += [f"Key: {_key(table)}."] if table.key else []
        lines += grid(["column", "type", "unit", "empty means", "meaning"], [_input_line(c) for c in table.columns])
    lines += ["", "## Units", "", *grid(["unit", "meaning"], [(f"`{unit}`", text) for unit, text in UNITS.items()])]
    return "\n".join(lines)


def _table_line(table: Table) -> tuple[str, str, str]:
    return f"[`{table.name}`](#{table.name})", table.row, _key(table) or "–"


def _key(table: Table) -> str:
    return " + ".join(f"`{name}`" for name in table.key)


def _input_line(column: Column) -> tuple[str, ...]:
    text = column.description
    if column.choices:
        text += f" One of {', '.join(f'`{c}`' for c in column.choices)}."
    if column.reference:
        soft = "; it may also name one that is not there" if column.soft else ""
        text += f" A key of [`{column.reference}`](#{column.reference}){soft}."
    bounds = _bounds(column.low, column.high)
    text += f" {bounds[0].upper()}{bounds[1:]}." if bounds else ""
    text += f" Example: `{column.example}`." if column.example else ""
    empty = "**required**" if column.required else column.null or "unknown"
    return f"`{column.name}`", KINDS[column.kind], f"`{column.unit}`" if column.unit else "–", empty, text


def _bounds(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"from {low:g} to {high:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}" if high is not None else ""


def analyses_page() -> str:
    """Every analysis: what it answers, what it reads, its parameters, the tables of its answer."""
    lines = [
        "# Analyses",
        "",
        "An analysis is a function of a network. The same declaration makes the Python call, the command, this page and the "
        "report. Parameters with a point stand in a group: `assumptions.rho` is `--assumptions.rho 3` on the command line "
        "and `assumptions=DensityAssumptions(rho=3)` in Python.",
        "",
    ]
    for name, question in analyses.listed().items():
        lines += analysis_section(name, question)
    return "\n".join(lines)


def analysis_section(name: str, question: str) -> list[str]:
    """One analysis."""
    analysis = analyses.get(name)
    text = inspect.cleandoc(analysis.__doc__ or "").split("\n\nParameters\n", 1)[0]
    reads = ", ".join(f"[`{t}`](tables.md#{t})" for t in analysis.reads)
    takes = (
        f"Reads {reads}." if analysis.takes is Network else f"Takes a {analysis.takes.__name__}. {analysis.takes.FORMS}"
    )
    lines = ["", f"## {name}", "", f"**{analysis.title}.** {question}", "", text.replace("``", "`"), ""]
    lines += [takes, "", f"### Parameters of {name}", ""]
    head = ["parameter", "value", "default", "meaning"]
    lines += _breakable(grid(head, [_parameter_line(*parameter) for parameter in fields(analysis.parameters)]))
    lines += [f"### Answer of {name}", ""]
    for table in analysis.result.TABLES:
        key = f" Key: {_key(table)}." if table.key else ""
        lines += [f"#### {name}: {table.name}", "", f"A row is {table.row}.{key}", ""]
        lines += grid(["column", "type", "unit", "meaning"], [_answer_line(c) for c in table.columns])
    return lines


def _breakable(lines: Iterable[str]) -> list[str]:
    """Let long dotted names in the first cell of a line break after a point."""
    return [re.sub(r"^\| `([\w.]+)` ", lambda m: f"| <code>{m[1].replace('.', '.<wbr>')}</code> ", x) for x in lines]


def _parameter_line(name: str, field: Any, default: Any) -> tuple[str, str, str, str]:
    low, high = _limit(field, "ge", "gt"), _limit(field, "le", "lt")
    shown = "–" if default is None else f"`{', '.join(map(str, default)) if isinstance(default, tuple) else default}`"
    kind = ", ".join(x for x in (_kind(field.annotation), _bounds(low, high)) if x)
    return f"`{name}`", kind, "required" if field.is_required() else shown, field.description or ""


def _limit(field: Any, *names: str) -> float | None:
    """Bound of a field, looked for inside ``Annotated`` too."""
    inner = [m for a in get_args(field.annotation) for m in getattr(a, "__metadata__", ())]
    return next((getattr(m, n) for m in (*field.metadata, *inner) for n in names if hasattr(m, n)), None)


def _kind(annotation: Any) -> str:
    origin = get_origin(annotation)
    if origin is Literal:
        return " / ".join(f"`{a}`" for a in get_args(annotation))
    if origin in (Union, UnionType):
        return " or ".join(_kind(a) for a in get_args(annotation) if a is not type(None))
    if origin in (tuple, list):
        return f"several of {_kind(get_args(annotation)[0])}"
    named = {float: "number", int: "whole number", str: "text", bool: "true / false"}
    if hasattr(annotation, "METAVAR"):  # a source that is given by its path
        return f"{annotation.METAVAR.lower()} ({annotation.__name__})"
    return named.get(annotation, getattr(annotation, "__name__", str(annotation)))


def _answer_line(column: Column) -> tuple[str, str, str, str]:
    return f"`{column.name}`", KINDS[column.kind], f"`{column.unit}`" if column.unit else "–", column.description


def cli_page() -> str:
    """Every command with its arguments and flags."""
    lines = [
        "# Command line",
        "",
        "`NETWORK` is a folder, an `.xlsx`, a `.zip`, or the name of a shipped [example](examples.md). The answer goes to "
        "stdout, progress and findings to stderr. Exit codes stand under [Errors](errors.md). Flags are written with dashes.",
        "",
    ]
    for name, command in commands().items():
        lines += ["", f"## tierscape {name}", "", command.help or "", ""]
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option"]
        usage = " ".join(["tierscape", name, *(_metavar(p) for p in arguments), "[OPTIONS]" if options else ""])
        lines += ["```", usage.strip(), "```", ""]
        rows = [(f"`{_metavar(p)}`", p.help or "") for p in arguments]
        rows += [(f"`{', '.join(p.opts)}`", f"{p.help or ''}{_choice(p)}") for p in options]
        lines += grid(["argument or flag", "meaning"], rows) if rows else []
    return "\n".join(lines)


def commands() -> dict[str, Any]:
    """Every command of the command line, the analyses with their flags."""
    from typer.main import get_command

    before = list(cli.app.registered_commands)
    try:
        found = dict(get_command(cli.app).commands)  # type: ignore[attr-defined]
        for name in analyses.listed():
            cli.app.registered_commands = list(before)
            cli.register([name])
            found[name] = get_command(cli.app).commands[name]  # type: ignore[attr-defined]
    finally:
        cli.app.registered_commands = before
    return found


def _metavar(parameter: Any) -> str:
    return str(parameter.metavar or parameter.name.upper())


def _choice(parameter: Any) -> str:
    return f" ({parameter.metavar})" if parameter.metavar and "|" in parameter.metavar else ""


def errors_page() -> str:
    """Every error with its exit code and HTTP status."""
    tree = inspect.getdoc(errors) or ""
    drawn = tree.split("::\n", 1)[1].split("\n\nUsage", 1)[0]
    lines = [
        "# Errors",
        "",
        "What tierscape raises on purpose descends from `TierscapeError`. Each error has an exit code for the command line "
        "and a status for a web server to come.",
        "",
        "```",
        inspect.cleandoc(drawn),
        "```",
        "",
        "Exit code 0 is success, 2 a usage error of the command line (an unknown flag or command), 130 an interruption.",
        "",
    ]
    kinds = error_classes()
    rows = [
        (f"`{e.__name__}`", e.exit_code, e.http_status, (inspect.getdoc(e) or "").replace("\n", " ")) for e in kinds
    ]
    return "\n".join([*lines, *grid(["error", "exit code", "HTTP status", "when"], rows)])


def error_classes() -> list[type[errors.TierscapeError]]:
    """Every error class, in the order of the source."""
    made = [c for c in vars(errors).values() if isinstance(c, type) and issubclass(c, errors.TierscapeError)]
    return [c for c in made if c.__module__ == errors.__name__]


def findings_page() -> str:
    """Every rule that a finding can bear."""
    lines = [
        "# Finding rules",
        "",
        "A finding says where, what, how many, the first case and what to do; see "
        "[how to read findings](../data.md#findings). `…` stands for what the finding fills in. Where a sentence says what must hold, "
        "the words in italics are those of the finding about the rows that do not.",
        "",
    ]
    stages: dict[str, list[tuple[str, ...]]] = {title: [] for title in (*STAGES.values(), "Elsewhere")}
    for rule in rules():
        says = rule.says if re.search(r"\w", rule.says) else rule.holds or "what is wrong, in its own words"
        holds = f"{rule.holds} " if rule.holds and rule.holds != says else ""
        module = rule.where.split(".")[1] if "." in rule.where else ""
        row = (
            f"`{rule.name}`",
            rule.severity,
            f"{holds}*{says}*" if holds else says,
            rule.remedy or "–",
        )
        if row not in stages[STAGES.get(module, "Elsewhere")]:
            stages[STAGES.get(module, "Elsewhere")].append(row)
    for title, rows in stages.items():
        lines += (
            ["", f"## {title}", "", *grid(["rule", "severity", "what it says", "what to do"], rows)] if rows else []
        )
    return "\n".join(lines)


def facts_page() -> str:
    """Every shipped file of facts with source, licence and vintage, and the sources of the country figures."""
    rows = reference.sources().select("file", "source", "licence", "vintage", "verified").rows()
    columns = ("key", "publisher", "title", "year", "licence", "verified", "note")
    lines = [
        "# Reference facts and licences",
        "",
        "These files are shipped with the package, in `tierscape/reference`. Your own figures win over them: write them "
        "into [`indicators`](tables.md#indicators). *Verified* says whether the figures were read in the source; a row "
        "that was not says so in its own label.",
        "",
        *grid(["file", "source", "licence", "vintage", "verified"], [(f"`{r[0]}`", *r[1:]) for r in rows]),
        "## Sources of the country figures",
        "",
        *grid(columns, [tuple(v or "–" for v in r) for r in reference.country_sources().select(*columns).rows()]),
        "",
        "The code is under the Apache License 2.0; `LICENSE` and `NOTICE` come with the package.",
    ]
    return "\n".join(lines)


def examples_page() -> str:
    """Every shipped network with its README."""
    lines = [
        "# Examples",
        "",
        "Every command and `tierscape.load` take the name of a shipped network in place of a path.",
        "",
        *grid(["name", "what it is"], [(f"[`{name}`](#{name})", what) for name, what in examples.EXAMPLES.items()]),
    ]
    for name in examples.EXAMPLES:
        text = (examples.path(name) / "README.md").read_text(encoding="utf-8")
        lines += ["", f"## {name} {{#{name}}}", "", re.sub(r"^(#+) ", r"##\1 ", text, flags=re.MULTILINE)]
    return "\n".join(lines)


def api_page() -> str:
    """Every public name, by mkdocstrings."""
    public = {name: _face(name) for name in tierscape.__all__ if name != "__version__"}
    raised = {n: t for n, t in public.items() if isinstance(t, type) and issubclass(t, BaseException)}
    kinds = {n: t for n, t in public.items() if isinstance(t, type) and n not in raised}
    calls = {n: t for n, t in public.items() if n not in raised and n not in kinds}
    facts = {n: getattr(reference, n) for n in reference.__all__ if callable(getattr(reference, n))}
    more = {t.__name__: t for t in (Analysis, Source, Table, Column, Provenance)}
    lines = ["# Python API", "", "`import tierscape` gives the names of the first three sections."]
    for title, names in (
        ("Functions", calls), ("Data and answers", kinds), ("Errors", raised), ("To write an analysis", more),
        ("Shipped facts, in tierscape.reference", facts),
    ):  # fmt: skip
        lines += ["", f"## {title}", ""]
        for name in sorted(names):
            lines += [f"::: {_address(names[name], name)}", ""]
    return "\n".join(lines)


def _face(name: str) -> Any:
    """Give a public name; a module that bears the name of its function stands for it."""
    thing = getattr(tierscape, name)
    return getattr(thing, name) if inspect.ismodule(thing) else thing


def _address(thing: Any, name: str) -> str:
    return f"{inspect.unwrap(getattr(thing, 'function', thing)).__module__}.{name}"


PAGES: dict[str, Callable[[], str]] = {
    "reference/tables.md": tables_page,
    "reference/analyses.md": analyses_page,
    "reference/cli.md": cli_page,
    "reference/errors.md": errors_page,
    "reference/findings.md": findings_page,
    "reference/facts.md": facts_page,
    "reference/examples.md": examples_page,
    "reference/api.md": api_page,
}
