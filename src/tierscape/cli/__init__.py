"""The command line, made from the registry: it reads flags, calls, prints; it never computes.

Only the command that is asked for imports what it needs, so that ``tierscape --help`` stays as light as Python allows.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from tierscape import analyses
from tierscape._version import __version__
from tierscape.cli.server_commands import add_commands
from tierscape.errors import TierscapeError

app = typer.Typer(
    name="tierscape",
    help="Plan a regional supply ecosystem, tier by tier: map, trace, stress, plan, grow, steward.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
ANALYSES = "Analyses"

Source = Annotated[
    str, typer.Argument(metavar="NETWORK", help="Folder, .xlsx, .zip, or the name of a shipped example.")
]
Scenarios = Annotated[list[Path], typer.Option("--scenario", help="Scenario file (TOML); may be repeated.")]
Names = Annotated[list[str], typer.Option("--analyses", help="Analysis to run; may be repeated, all by default.")]
Sets = Annotated[list[str], typer.Option("--set", help="Parameter as analysis.name=value; may be repeated.")]
Date = Annotated[str | None, typer.Option("--date", help="Date that the report shows, YYYY-MM-DD; today by default.")]


@app.callback(invoke_without_command=True)
def _version(version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False) -> None:  # noqa: FBT002
    if version:
        typer.echo(__version__)
        raise typer.Exit


@app.command()
def demo(
    name: Annotated[str, typer.Argument(help="Shipped example.")] = "ev-battery-central-europe",
    out: Annotated[Path, typer.Option(help="Folder for report.html.")] = Path(),
    date: Date = None,
) -> None:
    """Report on a shipped example, and the lines that matter."""
    from tierscape.cli import verbs

    verbs.demo(name, out, date)


@app.command()
def examples() -> None:
    """List the networks that are shipped."""
    from tierscape.examples import EXAMPLES

    width = max(len(name) for name in EXAMPLES)
    for name, what in EXAMPLES.items():
        typer.echo(f"{name:<{width}}  {what}")


@app.command("analyses")
def list_analyses() -> None:
    """List what can be asked."""
    listed = analyses.listed()
    width = max(len(name) for name in listed)
    for name, question in listed.items():
        typer.echo(f"{name:<{width}}  {question}")


@app.command()
def check(source: Source, json: Annotated[bool, typer.Option("--json", help="Findings as JSON.")] = False) -> None:  # noqa: FBT002
    """Show every finding about a network, worst first."""
    from tierscape.cli import verbs

    verbs.check(source, as_json=json)


@app.command()
def template(
    target: Annotated[Path, typer.Argument(metavar="FOLDER|FILE.xlsx", help="What to write.")],
    tables: Annotated[
        list[str], typer.Option("--tables", help="Table to include; may be repeated, all by default.")
    ] = [],  # noqa: B006
    product: Annotated[
        str | None, typer.Option(help="Start from the shipped bill of materials of this product.")
    ] = None,
    onboarding: Annotated[  # noqa: FBT002
        bool, typer.Option("--onboarding", help="Only what a supplier is asked for, to be filled in a sitting.")
    ] = False,
) -> None:
    """Write empty tables with a guide to every column."""
    from tierscape.cli import verbs

    if onboarding:
        verbs.onboarding(target, tables, product)
    else:
        verbs.template(target, tables, product)


@app.command()
def questions(
    source: Source,
    target: Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Workbook to write.")],
    product: Annotated[str | None, typer.Option(help="Product; may be left out where there is only one.")] = None,
    most: Annotated[int, typer.Option(min=1, max=200, help="Most sites to ask, those that tell most first.")] = 25,
) -> None:
    """Write what to ask each site about its suppliers, a sheet a site."""
    from tierscape.cli import verbs

    verbs.questions(source, target, product, most)


@app.command()
def merge(
    sources: Annotated[
        list[str], typer.Argument(metavar="NETWORK…", help="Your network first, then suppliers' files.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder, .xlsx or .zip to write.")],
) -> None:
    """Unite several files by their keys; every conflict is shown."""
    from tierscape.cli import verbs

    verbs.merge(sources, out)


@app.command()
def convert(
    source: Source, target: Annotated[Path, typer.Argument(metavar="TARGET", help="Folder, .xlsx or .zip.")]
) -> None:
    """Write a network in another form, without loss."""
    from tierscape.cli import verbs

    verbs.convert(source, target)


@app.command()
def index(
    source: Annotated[
        Path, typer.Argument(metavar="SITES", help="List of sites, CSV or Parquet, one row a site and part.")
    ],
    target: Annotated[Path, typer.Argument(metavar="REGISTER.parquet", help="Register to write.")],
    column: Annotated[list[str], typer.Option("--column", help="Column as ours=theirs; may be repeated.")] = [],  # noqa: B006
    constant: Annotated[list[str], typer.Option("--set", help="One value for all rows as ours=value.")] = [],  # noqa: B006
    codes: Annotated[
        Path | None, typer.Option(help="CSV with code,part: an activity code that begins so makes it.")
    ] = None,
) -> None:
    """Turn a large list of sites into a register for --register.path."""
    from tierscape.cli import verbs

    verbs.index(source, target, column, constant, codes)


@app.command()
def region(
    source: Source,
    key: Annotated[str, typer.Argument(metavar="REGION", help="Region to look at.")],
    product: Annotated[str | None, typer.Option(help="One product; all by default.")] = None,
    html: Annotated[
        Path | None, typer.Option(help="File for the region's page, of the product or of each of them.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="All rows as JSON.")] = False,  # noqa: FBT002
) -> None:
    """Rank the gaps of one region over all products: whom to recruit."""
    from tierscape.cli import verbs

    verbs.region(source, key, product, html, as_json=json)


@app.command()
def report(
    source: Source,
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write.")] = Path("report.html"),
    names: Names = [],  # noqa: B006
    sets: Sets = [],  # noqa: B006
    scenario: Scenarios = [],  # noqa: B006
    static: Annotated[bool, typer.Option("--static", help="Draw charts as SVG and carry no script.")] = False,  # noqa: FBT002
    interactive: Annotated[bool, typer.Option("--interactive", help="Add a map that its reader can move.")] = False,  # noqa: FBT002
    date: Date = None,
) -> None:
    """Write one self-contained HTML report."""
    from tierscape.cli import verbs

    verbs.report(
        source, out, names, sets, scenario, kind="static" if static else "live" if interactive else "", date=date
    )


@app.command()
def compare(
    source: Source,
    scenario: Scenarios,
    names: Names = [],  # noqa: B006
    sets: Sets = [],  # noqa: B006
    save: Annotated[Path | None, typer.Option(help="Folder or .xlsx for all differences.")] = None,
    json: Annotated[bool, typer.Option("--json", help="All differences as JSON.")] = False,  # noqa: FBT002
) -> None:
    """Show what scenarios change in the answers."""
    from tierscape.cli import verbs

    verbs.compare(source, scenario, names, sets, save=save, as_json=json)


add_commands(app, "Server")


def _stub(name: str, question: str) -> None:
    app.command(name, help=question, rich_help_panel=ANALYSES)(lambda: None)


def _full(name: str, question: str) -> None:
    from tierscape.cli import flags, verbs

    analysis = analyses.get(name)

    def command(**given: Any) -> None:
        verbs.run(analysis, flags.split(given))

    flags.sign(command, analysis.parameters, verbs.argument(analysis))
    app.command(name, help=f"{analysis.title}. {question}", rich_help_panel=ANALYSES)(command)


def register(argv: list[str]) -> None:
    """Add a command for every analysis; only the one that is asked for is imported."""
    for name, question in analyses.listed().items():
        (_full if name in argv[:1] else _stub)(name, question)


def run(call: Callable[[], Any]) -> int:
    """Call, print what tierscape has to say against it, and give the exit code."""
    try:
        call()
    except TierscapeError as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        return error.exit_code
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        return 130
    except SystemExit as left:
        return left.code if isinstance(left.code, int) else int(left.code is not None)
    return 0


def main() -> None:
    """Run the command line."""
    register(sys.argv[1:])
    sys.exit(run(app))
