"""Every analysis through every door: the same bytes, declared tables, described parameters."""

import json

import pytest

import tierscape as ts
from tierscape import analyses
from tierscape.cli.flags import fields
from tierscape.frames import DTYPES
from tierscape.results import Result
from tierscape.units import UNITS

NAMES = list(analyses.LISTED)
every_analysis = pytest.mark.parametrize("name", NAMES)


@pytest.fixture(scope="module")
def answers():
    network = ts.load("mini")
    return {name: analyses.get(name)(network) for name in NAMES}


@every_analysis
def test_command_line_gives_the_bytes_of_python(name, answers, tierscape):
    ran = tierscape(name, "mini", "--json")
    assert ran.code == 0
    assert ran.out.encode() == answers[name].to_json() + b"\n"


@every_analysis
def test_same_network_and_parameters_give_the_same_bytes(name, answers):
    assert analyses.get(name)(ts.load("mini")).to_json() == answers[name].to_json()


@every_analysis
def test_parameters_of_the_answer_give_the_answer_again(name, answers):
    again = analyses.get(name)(ts.load("mini"), **answers[name].parameters)
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
def test_answer_is_json_of_plain_values_with_its_provenance(name, answers):
    body = json.loads(answers[name].to_json())
    assert body["analysis"] == name
    assert body["provenance"]["digest"] == ts.load("mini").digest
    assert body["summary"].startswith(answers[name].sentence())
    assert set(body["tables"]) == {t.name for t in answers[name].TABLES}


@every_analysis
def test_function_is_documented_with_parameters_raises_and_an_example(name):
    text = analyses.get(name).__doc__
    for part in ("Parameters", "Returns", "Raises", "Notes", "References", "Examples"):
        assert f"{part}\n    {'-' * len(part)}" in text, part
    for parameter in analyses.get(name).parameters.model_fields:
        assert f"\n    {parameter} : " in text, parameter
