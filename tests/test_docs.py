"""Everything that is declared stands in the documentation; what the documentation promises is there."""

from __future__ import annotations

import ast
import importlib
import re
import sys
import tomllib
from pathlib import Path

import pytest

import tierscape
from tierscape import analyses, errors, examples, geocode, reference, validate
from tierscape.cli.flags import fields
from tierscape.errors import DataError
from tierscape.schema import SUPPLIERS, TABLES
from tierscape.units import UNITS

ROOT = Path(__file__).parents[1]
TOOLS, DOCS = ROOT / "tools", ROOT / "docs"
pytestmark = pytest.mark.skipif(not TOOLS.is_dir() or not DOCS.is_dir(), reason="the docs are not part of a wheel")


@pytest.fixture(scope="module")
def pages():
    """The generated pages, as they go into a build."""
    sys.path.insert(0, str(TOOLS))
    try:
        module = importlib.import_module("docs_pages")
        yield {path: make() for path, make in module.PAGES.items()}
    finally:
        sys.path.remove(str(TOOLS))


@pytest.fixture(scope="module")
def written():
    """The pages that people wrote, by path below ``docs``."""
    return {str(f.relative_to(DOCS)): f.read_text(encoding="utf-8") for f in sorted(DOCS.rglob("*.md"))}


def section(page: str, heading: str) -> str:
    """Give the text under a heading, up to the next of the same level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    found = re.search(rf"^{re.escape(heading)}$(.*?)(?=^#{{1,{level}}} |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, heading
    return found.group(1)


def first_cells(text: str) -> set[str]:
    """Give the first cell of every row of the tables, as it reads."""
    cells = re.findall(r"^\| (.*?) \|", text, re.MULTILINE)
    return {re.sub(r"</?code>|<wbr>|`", "", cell) for cell in cells}


@pytest.mark.parametrize("table", [*TABLES.values(), SUPPLIERS], ids=lambda t: t.name)
def test_every_table_and_column_stands_on_the_page_of_tables(pages, table):
    text = section(pages["reference/tables.md"], f"## {table.name}")
    assert set(table.names) <= first_cells(text)
    for column in table.columns:
        assert column.description.split(".")[0] in text.replace("\\|", "|")


def test_every_unit_is_explained(pages):
    assert set(UNITS) <= first_cells(section(pages["reference/tables.md"], "## Units"))


@pytest.mark.parametrize("name", analyses.LISTED)
def test_every_analysis_stands_with_its_parameters_and_its_answer(pages, name):
    analysis = analyses.get(name)
    text = section(pages["reference/analyses.md"], f"## {name}")
    assert {parameter for parameter, _, _ in fields(analysis.parameters)} <= first_cells(text)
    assert all(field.description for _, field, _ in fields(analysis.parameters))
    for table in analysis.result.TABLES:
        assert set(table.names) <= first_cells(section(text, f"#### {name}: {table.name}"))


def test_a_new_analysis_appears_without_a_word_in_the_docs(pages, monkeypatch):
    address, question = analyses.LISTED["density"]
    monkeypatch.setitem(analyses.LISTED, "nearness", (address, question))
    module = sys.modules["docs_pages"]
    assert "## nearness" in module.analyses_page()
    assert "## tierscape nearness" in module.cli_page()


def test_bounds_and_choices_of_a_parameter_are_shown(pages):
    text = pages["reference/analyses.md"]
    assert "| number, from 5 to 2000 | `100.0` |" in text
    assert "`sites` / `capacity`" in text


def test_every_error_stands_with_its_exit_code(pages):
    text = pages["reference/errors.md"]
    kinds = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, errors.TierscapeError)]
    assert len(kinds) >= 7
    for kind in kinds:
        assert f"| `{kind.__name__}` | {kind.exit_code} | {kind.http_status} |" in text


def test_every_rule_that_the_source_names_stands_on_the_page_of_rules(pages):
    named = first_cells(pages["reference/findings.md"])
    source = Path(tierscape.__file__).parent
    literal = {
        keyword.value.value
        for file in source.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for keyword in node.keywords
        if keyword.arg == "rule" and isinstance(keyword.value, ast.Constant)
    }
    assert len(literal) > 30
    assert not literal - named


def test_rules_whose_names_are_computed_stand_there_too(pages):
    named = first_cells(pages["reference/findings.md"])
    assert {"lei", "gln", "duns", "target", "subject", "geocode_ambiguous", "geocode_unknown", "site_unplaced"} <= named


def test_every_rule_that_bad_data_bring_up_stands_on_the_page(pages, tmp_path):
    named = first_cells(pages["reference/findings.md"])
    (tmp_path / "sites.csv").write_text(
        "site,organization,country,region,town,lat,lon,employees,status,colour\n"
        "a/b,Nobody,Hungary,X,,99,200,-3,open,red\n"
        "a/b,,HU,,Atlantis,,,many,,\nc,,HU,,,1,,,closed,\n",
        encoding="utf-8",
    )
    (tmp_path / "parts.csv").write_text("part,hs6,unit_value\np,12,1\nq,,1\n", encoding="utf-8")
    (tmp_path / "bom.csv").write_text("parent,child,quantity\np,q,9\nq,p,1\n", encoding="utf-8")
    with pytest.raises(DataError) as raised:
        tierscape.load(tmp_path)
    brought_up = {finding.rule for finding in raised.value.findings}
    assert len(brought_up) > 8
    assert not brought_up - named


def test_every_check_says_what_must_hold():
    for check in (*validate.CHECKS, geocode.place_sites):
        assert check.__doc__, check.__name__


def test_every_public_name_stands_on_the_page_of_the_api(pages):
    addresses = re.findall(r"^::: (\S+)$", pages["reference/api.md"], re.MULTILINE)
    assert {a.rpartition(".")[2] for a in addresses} >= set(tierscape.__all__) - {"__version__"}
    for address in addresses:
        module, _, name = address.rpartition(".")
        assert hasattr(importlib.import_module(module), name), address


def test_every_shipped_file_of_facts_stands_with_its_licence(pages):
    shown = first_cells(pages["reference/facts.md"])
    assert set(reference.sources()["file"]) <= shown
    assert set(reference.country_sources()["key"]) <= shown


@pytest.mark.parametrize("name", examples.EXAMPLES)
def test_every_example_stands_with_its_readme(pages, name):
    text = section(pages["reference/examples.md"], f"## {name} {{#{name}}}")
    title = (examples.path(name) / "README.md").read_text(encoding="utf-8").splitlines()[0]
    assert f"##{title}" in text


def test_every_command_stands_with_its_flags(pages):
    text = pages["reference/cli.md"]
    for command in (
        "demo",
        "examples",
        "analyses",
        "check",
        "template",
        "convert",
        "report",
        "compare",
        *analyses.LISTED,
    ):
        assert f"## tierscape {command}" in text
    flags = first_cells(section(text, "## tierscape density"))
    assert {"--radius-km", "--assumptions.rho", "--json", "--save", "--html", "--quiet"} <= flags


def test_making_the_pages_leaves_the_command_line_as_it_was(pages):
    from tierscape import cli

    before = list(cli.app.registered_commands)
    sys.modules["docs_pages"].cli_page()
    assert cli.app.registered_commands == before


def anchors(text: str) -> set[str]:
    """Give the addresses of the headings of a page, as MkDocs makes them."""
    found = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        named = re.search(r"\{#(.+?)\}", heading)
        plain = re.sub(r"[^\w\s-]", "", heading).strip().lower()
        found.add(named.group(1) if named else re.sub(r"[\s]+", "-", plain))
    return found


def test_internal_links_lead_somewhere(pages, written):
    every = {**written, **pages}
    broken = []
    for path, text in every.items():
        for link in re.findall(r"\]\(([^)\s]+)\)", text):
            if re.match(r"[a-z]+:", link):
                continue
            target, _, anchor = link.partition("#")
            there = path if not target else str((DOCS / path).parent.joinpath(target).resolve().relative_to(DOCS))
            found = there in every or (DOCS / there).is_file()
            if not found or (anchor and anchor not in anchors(every[there])):
                broken.append(f"{path}: {link}")
    assert not broken


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md"])
def test_files_that_the_front_pages_name_exist(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    named = set(re.findall(r"[`(]((?:docs|src|tests|tools)/[\w./-]+)[`)]", text))
    assert named
    assert not {p for p in named if not (ROOT / p).exists()}


def test_the_two_commands_of_the_readme_are_real(tierscape, tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert "```\nuv run tierscape demo\nuv run pytest\n```" in text
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["scripts"]["tierscape"] == "tierscape.cli:main"
    assert settings["tool"]["pytest"]["ini_options"]["testpaths"]
    ran = tierscape("demo", "mini", "--out", tmp_path)
    assert ran.code == 0
    assert (tmp_path / "report.html").is_file()


def test_what_the_guide_says_to_start_with_works(tierscape, tmp_path):
    folder = tmp_path / "mine"
    assert tierscape("template", folder, "--product", "ev_pack_75").code == 0
    with (folder / "suppliers.csv").open("a", encoding="utf-8") as file:
        file.write("Cathode Works,Nysa,PL,cathode_nmc; pcam\nCell Plant,Göd,HU,cell_nmc\n")
    assert tierscape("check", folder).code == 0
    assert "of 100 for EV battery pack" in tierscape("density", folder).out


def test_the_scenario_of_the_guide_applies(tmp_path, written):
    file = tmp_path / "closed.toml"
    file.write_text(re.search(r"```toml\n(.*?)```", written["scenarios.md"], re.DOTALL).group(1), encoding="utf-8")
    changed = tierscape.apply_scenario(tierscape.load("mini"), tierscape.Scenario.load(file))
    assert changed["sites"].height == 12


def test_every_decision_is_listed_and_says_what_it_gives_up(written):
    decisions = {path: text for path, text in written.items() if re.match(r"decisions/\d{4}-", path)}
    assert len(decisions) >= 7
    for path, text in decisions.items():
        assert f"({Path(path).name})" in written["decisions/index.md"]
        assert all(f"\n## {part}\n" in text for part in ("Context", "Choice", "Gives up"))


def test_the_documentation_needs_nothing_from_the_network():
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    assert "font: false" in text
    assert not re.search(r"https?://", text)
    style = (DOCS / "stylesheets" / "extra.css").read_text(encoding="utf-8")
    assert "url(" not in style


def test_pictures_are_small():
    for picture in (DOCS / "images").iterdir():
        assert picture.stat().st_size < 300_000


@pytest.mark.parametrize("word", ["/work/", "/home/", "/root/", "localhost", "127.0.0.1"])
def test_the_documentation_names_no_path_of_a_machine(pages, written, word):
    front = {name: (ROOT / name).read_text(encoding="utf-8") for name in ("README.md", "CONTRIBUTING.md", "mkdocs.yml")}
    assert not [path for path, text in {**pages, **written, **front}.items() if word in text]
