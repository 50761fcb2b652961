"""Every analysis through every door: the same bytes, declared tables, described parameters."""

import json

import pytest

import tierscape as ts
from country_sector_tables import toy_text
from panels import panel_rows
from tierscape import analyses
from tierscape.cli.flags import fields
from tierscape.frames import DTYPES
from tierscape.io.country_sector import CountrySector
from tierscape.io.panel import Panel
from tierscape.results import Result
from tierscape.units import UNITS

NAMES = list(analyses.LISTED)
every_analysis = pytest.mark.parametrize("name", NAMES)


ASKED = {"value_added": {"exporter": "MEX"}, "backtest": {"fit_until": 2006}}
"""What an analysis cannot be asked without."""


@pytest.fixture(scope="module")
def words(tmp_path_factory):
    """What the command line is given first, by the kind of source that an analysis takes."""
    file = tmp_path_factory.mktemp("sources") / "toy_2020.csv"
    file.write_text(toy_text(), encoding="utf-8")
    panel = tmp_path_factory.mktemp("panels") / "panel.csv"
    panel_rows().write_csv(panel)
    return {ts.Network: "mini", CountrySector: str(file), Panel: str(panel)}


def opened(name, words):
    kind = analyses.get(name).takes
    return ts.load(words[kind]) if kind is ts.Network else kind.read(words[kind])


@pytest.fixture(scope="module")
def answers(words):
    read = {kind: ts.load(word) if kind is ts.Network else kind.read(word) for kind, word in words.items()}
    asked = {name: (analyses.get(name), ASKED.get(name, {})) for name in NAMES}
    return {name: analysis(read[analysis.takes], **given) for name, (analysis, given) in asked.items()}


@every_analysis
def test_command_line_gives_the_bytes_of_python(name, answers, words, tierscape):
    flags = [
        word
        for parameter, value in ASKED.get(name, {}).items()
        for word in (f"--{parameter.replace('_', '-')}", str(value))
    ]
    ran = tierscape(name, words[analyses.get(name).takes], *flags, "--json")
    assert ran.code == 0
    assert ran.out.encode() == answers[name].to_json() + b"\n"


@every_analysis
def test_same_source_and_parameters_give_the_same_bytes(name, answers, words):
    again = analyses.get(name)(opened(name, words), **ASKED.get(name, {}))
    assert again.to_json() == answers[name].to_json()


@every_analysis
def test_parameters_of_the_answer_give_the_answer_again(name, answers, words):
    again = analyses.get(name)(opened(name, words), **answers[name].parameters)
    assert again.to_json() == answers[name].to_json()


@every_analysis
def test_python_offers_the_analysis_under_its_name(name):
    assert getattr(ts, name) is analyses.get(name)
    assert name in ts.__all__


@every_analysis
def test_every_parameter_is_described_and_groups_are_described_too(name):
    model = analyses.get(name).parameters
    for parameter, field, _ in fields(model):
        assert field.description, parameter
        assert field.description.endswith("."), parameter
    for parameter, field in model.model_fields.items():
        assert field.description, parameter


@every_analysis
def test_answer_matches_its_declared_tables(name, answers):
    answer = answers[name]
    assert isinstance(answer, Result)
    assert type(answer) is analyses.get(name).result
    for table in answer.TABLES:
        frame = answer.frame(table.name)
        assert frame.schema == {c.name: DTYPES[c.kind] for c in table.columns}
        assert all(c.description for c in table.columns)
        assert all(c.unit in UNITS for c in table.columns if c.kind in {"number", "integer"}), table.name


@every_analysis
def test_answer_is_json_of_plain_values_with_its_provenance(name, answers, words):
    body = json.loads(answers[name].to_json())
    assert body["analysis"] == name
    assert body["provenance"]["digest"] == opened(name, words).digest
    assert body["summary"].startswith(answers[name].sentence())
    assert set(body["tables"]) == {t.name for t in answers[name].TABLES}


@every_analysis
def test_function_is_documented_with_parameters_raises_and_an_example(name):
    text = analyses.get(name).__doc__
    for part in ("Parameters", "Returns", "Raises", "Notes", "References", "Examples"):
        assert f"{part}\n    {'-' * len(part)}" in text, part
    for parameter in analyses.get(name).parameters.model_fields:
        assert f"\n    {parameter} : " in text, parameter
