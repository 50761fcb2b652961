"""The command line on the small example: every command, every exit code, what goes where."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
import typer

import tierscape as ts
from tierscape import cli
from tierscape.analyses import listed
from tierscape.cli import flags, show, verbs
from tierscape.errors import Finding, InfeasibleError, MissingExtra, SolverError, Stopped
from tierscape.examples import EXAMPLES

SCENARIO = """
name = "Moulds lost"
[[edits]]
table = "sites"
where = { site = "s1" }
set = { status = "closed" }
"""


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "lost.toml"
    file.write_text(SCENARIO)
    return file


@pytest.fixture
def broken(tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "parts.csv").write_text("part,kind\nA,component\nB,widget\n")
    (folder / "bom.csv").write_text("parent,child\nA,Z\n")
    return folder


# An analysis


def test_answer_is_the_sentence_and_a_table_with_units_on_stdout(tierscape):
    ran = tierscape("density", "mini")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[0] == ts.density(ts.load("mini")).summary()
    assert lines[2].split()[:4] == ["rank", "region", "name", "score"]
    assert "[points]" in lines[2]
    assert lines[3].split()[:3] == ["1", "NORTH", "North"]
    assert "\x1b" not in ran.out + ran.err


def test_json_is_the_bytes_of_python_and_nothing_else_and_the_same_twice(tierscape):
    ran, again = tierscape("density", "mini", "--json"), tierscape("density", "mini", "--json")
    assert ran.out.encode() == ts.density(ts.load("mini")).to_json() + b"\n"
    assert ran == again
    assert ran.err == ""


def test_flags_reach_the_parameters_groups_and_lists_included(tierscape):
    ran = tierscape(
        "density", "mini", "--json", "--product", "pump", "--radius-km", "80", "--measure", "capacity",
        "--assumptions.rho", "0", "--assumptions.reach-hours.process", "4",
        "--assumptions.statuses", "operating", "--assumptions.statuses", "announced",
    )  # fmt: skip
    expected = ts.density(
        ts.load("mini"), radius_km=80, measure="capacity",
        assumptions={"rho": 0, "reach_hours": {"process": 4}, "statuses": ("operating", "announced")},
    )  # fmt: skip
    assert ran.out.encode() == expected.to_json() + b"\n"


def test_quiet_prints_the_sentence_and_counts_findings(tierscape):
    ran = tierscape("density", "mini", "--quiet", "--radius-km", "20")
    assert len(ran.out.splitlines()) == 1
    assert ran.err == "1 warning.\n"


def test_findings_go_to_stderr_in_full(tierscape):
    ran = tierscape("density", "mini", "--radius-km", "20")
    assert "  warning: parameters.resolution: cells have edges of 9.9 km" in ran.err
    assert "cells have edges" not in ran.out


def test_save_and_html_write_and_say_so_beside_the_answer(tierscape, tmp_path):
    ran = tierscape("density", "mini", "--json", "--save", tmp_path / "out", "--html", tmp_path / "sub" / "page.html")
    assert ran.code == 0
    answer = ts.density(ts.load("mini"))
    assert (tmp_path / "out" / "result.json").read_bytes() == answer.to_json()
    assert (tmp_path / "sub" / "page.html").read_text().startswith("<!DOCTYPE html>")
    assert ran.out.encode() == answer.to_json() + b"\n"
    assert "out" in ran.err
    assert "page.html" in ran.err


def test_help_of_an_analysis_shows_every_parameter_with_its_default(tierscape):
    text = " ".join(tierscape("density", "--help").out.split())
    for name, field, _ in flags.fields(ts.density.parameters):
        assert f"--{name.replace('_', '-')}" in text
        assert field.description.split()[0] in text
    assert "Default: 100.0." in text
    assert "sites|capacity" in text


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["density"], 2, "Missing argument"),
        (["density", "mini", "--radius-kn", "80"], 2, "--radius-km"),
        (["densty", "mini"], 2, "Did you mean 'density'?"),
        (["chek", "mini"], 2, "Did you mean 'check'?"),
        (["density", "mimi"], 3, "Did you mean the example 'mini'?"),
        (["density", "mini", "--radius-km", "3"], 4, "radius_km: input should be greater than or equal to 5"),
        (["density", "mini", "--radius-km", "far"], 4, "radius_km: "),
        (["density", "mini", "--product", "pmup"], 4, "Did you mean 'pump'?"),
        (["density", "mini", "--assumptions.weights.depth", "0.9"], 4, "weights must sum to 1"),
        (["report", "mini", "--analyses", "densty"], 4, "Did you mean 'density'?"),
        (["report", "mini", "--set", "density.radius_km"], 2, "not of the form analysis.name=value"),
        (["report", "mini", "--set", "radius_km=80"], 2, "not of the form analysis.name=value"),
        (["report", "mini", "--set", "densty.radius_km=80"], 2, "the analyses that run are density, "),
        (["report", "mini", "--set", "density.radius=80"], 4, "Did you mean 'radius_km'?"),
        (["compare", "mini"], 2, "--scenario"),
        (["compare", "mini", "--scenario", "none.toml"], 3, "the file cannot be read"),
        (["template", "x", "--product", "widget"], 4, "no shipped bill of materials for 'widget'"),
        (["demo", "nothing"], 3, "no shipped example"),
    ],
)
def test_mistake_gives_its_exit_code_and_the_way_out_on_stderr(tierscape, tmp_path, monkeypatch, words, code, says):
    monkeypatch.chdir(tmp_path)
    ran = tierscape(*words)
    assert ran.code == code
    assert says in " ".join(ran.err.split())
    assert ran.out == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "code"),
    [(InfeasibleError("no"), 5), (MissingExtra("no"), 6), (SolverError("no"), 7), (Stopped("no"), 130)],
)
def test_every_error_of_ours_has_its_exit_code(error, code, capsys):
    def call():
        raise error

    assert cli.run(call) == code
    assert capsys.readouterr().err == f"{type(error).__name__}: no\n"


def test_other_exits_keep_their_code_and_a_text_is_a_failure():
    assert cli.run(lambda: sys.exit(3)) == 3
    assert cli.run(lambda: sys.exit("no")) == 1
    assert cli.run(sys.exit) == 0
    assert cli.run(lambda: None) == 0


def test_interruption_leaves_with_130(tierscape, monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    assert cli.run(stop) == 130
    monkeypatch.setattr(verbs, "check", stop)
    assert tierscape("check", "mini").code == 130


# The other commands


def test_version_is_printed(tierscape):
    assert tierscape("--version").out == f"{ts.__version__}\n"


def test_help_lists_commands_and_analyses(tierscape):
    ran = tierscape("--help")
    for word in ("demo", "examples", "analyses", "check", "template", "convert", "report", "compare", "density"):
        assert f"\n  {word} " in ran.out
    assert ran.code == 0


def test_examples_and_analyses_are_listed(tierscape):
    assert [line.split()[0] for line in tierscape("examples").out.splitlines()] == list(EXAMPLES)
    shown = dict(line.split(maxsplit=1) for line in tierscape("analyses").out.splitlines())
    assert shown == listed()
    assert shown["density"] == "How complete is the supply around a place?"


def test_check_shows_findings_by_table_and_leaves_with_0_where_none_is_an_error(tierscape):
    ran = tierscape("check", "mini")
    assert ran.code == 0
    assert "sites.region: 1 of 11 rows" in ran.out
    assert ran.out.splitlines()[-1] == "mini: 1 note."


def test_check_shows_all_errors_and_leaves_with_3(tierscape, broken):
    ran = tierscape("check", broken)
    assert ran.code == 3
    assert "parts.kind" in ran.out
    assert "bom.child" in ran.out
    listed = json.loads(tierscape("check", broken, "--json").out)
    assert {f["where"] for f in listed if f["severity"] == "error"} == {"parts.kind", "bom.child"}
    assert [f.name for f in sorted(broken.iterdir())] == ["bom.csv", "parts.csv"]


def test_analysis_of_a_broken_network_names_every_error(tierscape, broken):
    ran = tierscape("density", broken)
    assert (ran.code, ran.out) == (3, "")
    assert "parts.kind" in ran.err
    assert "bom.child" in ran.err


def test_template_writes_tables_that_check_accepts(tierscape, tmp_path):
    folder = tmp_path / "new"
    ran = tierscape("template", folder, "--product", "pump")
    assert ran.code == 0
    assert str(folder) in ran.out
    assert tierscape("check", folder).code == 0
    assert ts.load(folder).products == ("pump",)


def test_template_of_chosen_tables_holds_those_alone(tierscape, tmp_path):
    assert tierscape("template", tmp_path / "few", "--tables", "sites", "--tables", "parts").code == 0
    assert {"sites.csv", "parts.csv"} <= {f.name for f in (tmp_path / "few").iterdir()}
    assert not (tmp_path / "few" / "bom.csv").exists()


@pytest.mark.parametrize("target", ["folder", "book.xlsx", "pack.zip"])
def test_convert_keeps_the_digest(tierscape, tmp_path, target):
    ran = tierscape("convert", "mini", tmp_path / target)
    assert ran.code == 0
    assert ts.load("mini").digest[:12] in ran.out
    assert ts.load(tmp_path / target).digest == ts.load("mini").digest


def test_report_is_one_page_and_the_same_twice(tierscape, tmp_path, scenario):
    words = ["report", "mini", "--date", "2026-01-31", "--set", "density.radius_km=80", "--scenario", scenario]
    words += ["--analyses", "density"]
    ran = tierscape(*words, "-o", tmp_path / "a.html")
    tierscape(*words, "-o", tmp_path / "b.html")
    page = (tmp_path / "a.html").read_bytes()
    assert ran.code == 0
    assert ran.out.splitlines()[0] == ts.density(ts.load("mini"), radius_km=80).summary()
    assert page == (tmp_path / "b.html").read_bytes()
    assert b"Moulds lost" in page
    assert b"2026-01-31" in page


def test_report_asks_all_that_a_network_can_answer_and_names_the_rest(tierscape, tmp_path):
    network = ts.load("mini")
    meta = network["meta"].with_columns(home=pl.lit(None, pl.String))
    ts.save(network.with_tables(meta=meta), tmp_path / "homeless")
    ran = tierscape("report", tmp_path / "homeless", "-o", tmp_path / "a.html", "--date", "2026-01-31")
    page = (tmp_path / "a.html").read_text()
    assert ran.code == 0
    assert ran.out.startswith("North scores")
    assert "Not answered: trust pump: " in ran.err
    assert "What the data did not allow" in page
    assert tierscape("report", tmp_path / "homeless", "--analyses", "trust", "-o", tmp_path / "b.html").code != 0


def test_static_report_carries_no_script(tierscape, tmp_path):
    tierscape("report", "mini", "--static", "-o", tmp_path / "a.html")
    assert "<script" not in (tmp_path / "a.html").read_text()


def test_demo_prints_the_lines_that_matter_and_the_path(tierscape, tmp_path):
    ran = tierscape("demo", "mini", "--out", tmp_path, "--date", "2026-01-31")
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[:3] == list(ts.density(ts.load("mini")).lines())
    assert lines[3] == f"Report: {tmp_path / 'report.html'}"
    assert len(lines) == 4
    assert Path(lines[3].removeprefix("Report: ")).exists()


def test_compare_prints_a_sentence_a_scenario_and_the_differences(tierscape, scenario):
    ran = tierscape("compare", "mini", "--scenario", scenario, "--analyses", "density")
    assert ran.code == 0
    assert ran.out.splitlines()[0].startswith("base: North scores")
    assert ran.out.splitlines()[1].startswith("Moulds lost: ")
    assert "… and " in ran.out


def test_compare_as_json_and_saved_holds_all_differences(tierscape, scenario, tmp_path):
    ran = tierscape("compare", "mini", "--scenario", scenario, "--json", "--save", tmp_path / "out")
    rows = json.loads(ran.out)["tables"]["differences"]["rows"]
    assert {r["scenario"] for r in rows} == {"Moulds lost"}
    assert any((r["table"], r["row"], r["column"]) == ("parts", "NORTH/mould_making", "sites") for r in rows)
    assert len((tmp_path / "out" / "differences.csv").read_text().splitlines()) == len(rows) + 1
    assert str(tmp_path / "out") in ran.err


def test_scenarios_of_one_name_are_refused(tierscape, scenario, tmp_path):
    other = tmp_path / "other.toml"
    other.write_text(SCENARIO.replace("s1", "s2"))
    ran = tierscape("compare", "mini", "--scenario", scenario, "--scenario", other)
    assert ran.code == 4
    assert "Moulds lost" in ran.err


def test_scenario_that_takes_the_product_away_is_refused_with_its_name(tierscape, tmp_path):
    file = tmp_path / "s.toml"
    file.write_text('[[edits]]\ntable = "bom"\nwhere = { parent = "pump" }\nremove = true\n')
    ran = tierscape("compare", "mini", "--scenario", file)
    assert ran.code == 4
    assert "'pump' has no bill of materials" in ran.err


# Pieces


def test_answer_on_a_pipe_is_plain_text(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "tierscape.cli", "density", "mini", "--json"],
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout == ts.density(ts.load("mini")).to_json() + b"\n"
    assert done.stderr == b""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (0.12345, "0.123"),
        (12.345, "12.3"),
        (999.7, "1000"),
        (1234567.8, "1 234 568"),
        (7, "7"),
        ("x", "x"),
    ],
)
def test_numbers_are_written_for_people(value, text):
    assert show.number(value).replace("\u2009", " ").replace("\u202f", " ").replace("\u00a0", " ") == text


def test_findings_are_counted_in_words():
    def finding(severity):
        return Finding(rule="r", severity=severity, table="t", problem="p", remedy="r.")

    assert show.count([]) == "no findings"
    assert show.count([finding("note"), finding("error"), finding("note")]) == "1 error, 2 notes"


def test_settings_nest_and_dashes_are_underscores():
    found = flags.assignments(["a.radius-km=80", "a.group.x=1=2", "b.y="], ["a", "b"])
    assert found == {"a": {"radius_km": "80", "group": {"x": "1=2"}}, "b": {"y": ""}}


def test_setting_of_a_group_and_of_its_field_at_once_is_a_usage_error():
    with pytest.raises(typer.BadParameter):
        flags.assignments(["a.group=1", "a.group.x=2"], ["a"])


def test_region_ranks_gaps_over_products_and_writes_its_page(tierscape, tmp_path):
    shown = tierscape("region", "mini", "NORTH", "--html", str(tmp_path / "north.html"))
    assert shown.code == 0
    assert "mould_making" in shown.out.splitlines()[3]
    assert "Content-Security-Policy" in (tmp_path / "north.html").read_text(encoding="utf-8")


def test_region_as_json_is_the_table_and_nothing_else(tierscape):
    rows = json.loads(tierscape("region", "mini", "SOUTH", "--json").out)
    assert [row["part"] for row in rows][:2] == ["plating", "motor"]


def test_region_that_does_not_exist_is_a_parameter_error(tierscape):
    assert tierscape("region", "mini", "NOWHERE").code == 4


def test_index_writes_a_register_that_density_counts(tierscape, tmp_path):
    sites = tmp_path / "sites.csv"
    sites.write_text("id,makes,lat,lon\n1,housing,31.7807,-106.3616\n2,housing,31.7807,-106.3616\n3,other,31,-106\n")
    codes = tmp_path / "codes.csv"
    codes.write_text("code,part\nhousing,housing\n")
    register = tmp_path / "register.parquet"
    options = ("--column", "site=id", "--column", "part=makes", "--set", "country=US", "--set", "status=operating")
    written = tierscape("index", str(sites), str(register), *options, "--codes", str(codes))
    assert (written.code, "2 rows of 1 parts" in written.out, "1 of 3 rows make no part" in written.err) == (
        0,
        True,
        True,
    )
    answer = json.loads(tierscape("density", "mini", "--register.path", str(register), "--json").out)
    housing = [r for r in answer["tables"]["parts"]["rows"] if (r["region"], r["part"]) == ("NORTH", "housing")]
    assert housing[0]["sites"] == 2


def test_index_option_of_another_form_is_a_usage_error(tierscape, tmp_path):
    assert tierscape("index", "sites.csv", str(tmp_path / "r.parquet"), "--column", "site").code == 2
