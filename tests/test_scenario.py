"""Scenarios: edits of tables that make a new network."""

import datetime as dt

import pytest
from pydantic import ValidationError

from network_tables import make_network
from tierscape.errors import DataError
from tierscape.scenario import Edit, Scenario, apply_scenario

SITES = """
    site  country  status     opened_year  employees  ttr_days
    a     HU       operating  2001         100        .
    b     SK       operating  .            10         20
    c     HU       closed     1990         7          30
"""


def network():
    return make_network(parts="part kind\nA component\nP product", bom="parent child quantity\nP A 2", sites=SITES)


def edited(*edits, table="sites"):
    return apply_scenario(network(), Scenario(name="x", edits=edits))[table]


def column(frame, name):
    return dict(frame.select("site", name).rows())


def test_set_writes_the_rows_that_match_and_no_other():
    frame = edited(Edit(table="sites", where={"site": "a"}, set={"status": "closed"}))
    assert column(frame, "status") == {"a": "closed", "b": "operating", "c": "closed"}


def test_several_conditions_must_all_hold_and_null_matches_unknown():
    hungarian = Edit(table="sites", where={"country": "HU", "status": "closed"}, set={"employees": 0})
    assert column(edited(hungarian), "employees") == {"a": 100, "b": 10, "c": 0}
    assert Edit(table="sites", where={"opened_year": None}, remove=True).where == {"opened_year": None}
    unknown = Edit(table="sites", where={"opened_year": None}, remove=True)
    assert edited(unknown)["site"].to_list() == ["a", "c"]


def test_numbers_match_whether_typed_as_text_or_number():
    for value in (2001, "2001"):
        frame = edited(Edit(table="sites", where={"opened_year": value}, set={"employees": 5}))
        assert column(frame, "employees")["a"] == 5


def test_set_null_makes_unknown():
    assert column(edited(Edit(table="sites", where={"site": "b"}, set={"ttr_days": None})), "ttr_days")["b"] is None


def test_scale_multiplies_and_leaves_the_unknown_unknown():
    frame = edited(Edit(table="sites", scale={"ttr_days": 1.5}))
    assert column(frame, "ttr_days") == {"a": None, "b": 30.0, "c": 45.0}


def test_scaled_whole_numbers_are_rounded_not_cut():
    # 100 * 0.29 is 28.999999999999996 in floating point
    frame = edited(Edit(table="sites", scale={"employees": 0.29}))
    assert column(frame, "employees") == {"a": 29, "b": 3, "c": 2}


def test_remove_drops_and_add_appends():
    gone = edited(Edit(table="sites", where={"country": "HU"}, remove=True))
    assert gone["site"].to_list() == ["b"]
    more = edited(
        Edit(table="sites", add=({"site": "d", "country": "CZ", "ttr_days": 4}, {"site": "e", "ttr_days": 4.5}))
    )
    assert column(more, "ttr_days") == {"a": None, "b": 20.0, "c": 30.0, "d": 4.0, "e": 4.5}


def test_dates_and_truth_are_read_as_in_a_table():
    for day in ("2026-05-01", dt.date(2026, 5, 1)):
        frame = edited(
            Edit(table="sites", set={"as_of": day}), Edit(table="sites", where={"as_of": day}, set={"employees": 1})
        )
        assert frame["as_of"].to_list() == [dt.date(2026, 5, 1)] * 3
        assert frame["employees"].to_list() == [1, 1, 1]
    bom = edited(Edit(table="bom", set={"essential": False}), table="bom")
    assert bom["essential"].to_list() == [False]


def test_edits_apply_in_order():
    frame = edited(
        Edit(table="sites", where={"site": "a"}, set={"country": "CZ"}),
        Edit(table="sites", where={"country": "CZ"}, set={"employees": 1}),
    )
    assert column(frame, "employees")["a"] == 1


def test_old_network_stands_and_the_new_one_has_the_scenarios_name():
    old = network()
    before = old.digest
    new = apply_scenario(old, Scenario(name="Fire", edits=[Edit(table="sites", where={"site": "a"}, remove=True)]))
    assert old.digest == before != new.digest
    assert new.name == "test · Fire"


def test_edits_without_effect_keep_the_digest():
    same = Edit(table="sites", where={"site": "a"}, set={"country": "HU"})
    assert apply_scenario(network(), Scenario(name="x", edits=[same])) == network()


def test_every_edit_that_matches_nothing_is_named():
    lost = [Edit(table="sites", where={"site": k}, set={"status": "closed"}) for k in ("y", "z")]
    with pytest.raises(DataError) as caught:
        apply_scenario(network(), Scenario(name="x", edits=lost))
    assert [f.column for f in caught.value.findings] == ["edit 1", "edit 2"]
    assert "no row of 'sites' has site = y" in str(caught.value)
    everything = Edit(table="links", remove=True)
    with pytest.raises(DataError, match="any row"):
        apply_scenario(network(), Scenario(name="x", edits=[everything]))


@pytest.mark.parametrize(
    "edit",
    [
        {"set": {"lat": "north"}},
        {"where": {"opened_year": "long ago"}, "set": {"status": "closed"}},
        {"set": {"as_of": "yesterday"}},
        {"set": {"employees": 1.5}},
        {"add": [{"site": "d", "lat": "north"}]},
    ],
)
def test_value_that_does_not_fit_its_column_is_a_finding(edit):
    with pytest.raises(DataError) as caught:
        apply_scenario(network(), Scenario(name="x", edits=[Edit(table="sites", **edit)]))
    assert "edit 1: a value does not fit 'sites'" in str(caught.value)


def test_edited_tables_must_still_fit_together():
    with pytest.raises(DataError, match=r"bom\.child"):
        apply_scenario(network(), Scenario(name="x", edits=[Edit(table="parts", where={"part": "A"}, remove=True)]))


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        ({"table": "sits", "remove": True}, "there is no table 'sits'"),
        ({"table": "sites", "set": {"sttus": "closed"}}, "table 'sites' has no column 'sttus'"),
        ({"table": "sites", "where": {"x": 1}, "remove": True}, "has no column 'x'"),
        ({"table": "sites", "add": [{"y": 1}]}, "has no column 'y'"),
        ({"table": "sites", "scale": {"status": 2}}, "column 'status' of 'sites' is no number"),
        ({"table": "sites", "scale": {"employees": -1}}, "greater than or equal to 0"),
        ({"table": "sites"}, "an edit needs one of set, scale, remove, add"),
        ({"table": "sites", "delete": True}, "Extra inputs"),
    ],
)
def test_edit_that_says_nothing_or_nonsense_is_refused(edit, says):
    with pytest.raises(ValidationError, match=says):
        Edit(**edit)


TOML = """
name = "Two plants close"
[[edits]]
table = "sites"
where = { country = "HU" }
set = { status = "closed" }
[[edits]]
table = "sites"
where = { site = "b" }
scale = { employees = 2 }
"""


def test_scenario_is_read_from_toml(tmp_path):
    (tmp_path / "close.toml").write_text(TOML)
    scenario = Scenario.load(tmp_path / "close.toml")
    assert scenario.name == "Two plants close"
    frame = apply_scenario(network(), scenario)["sites"]
    assert column(frame, "employees")["b"] == 20


def test_scenario_without_a_name_has_that_of_its_file(tmp_path):
    (tmp_path / "close.toml").write_text('[[edits]]\ntable = "sites"\nremove = true\n')
    assert Scenario.load(tmp_path / "close.toml").name == "close"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("name = ", "the file cannot be read"),
        (
            '[[edits]]\ntable = "sits"\nremove = true\n',
            "scenario.edits.1: there is no table 'sits'. Did you mean 'sites'? Mend",
        ),
        ('name = "x"\n', "scenario.edits: Field required"),
        (b"\xff\xfe", "the file cannot be read"),
    ],
)
def test_bad_scenario_file_is_a_finding_with_the_place(tmp_path, text, says):
    file = tmp_path / "s.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(DataError) as caught:
        Scenario.load(file)
    assert says in str(caught.value)


def test_absent_scenario_file_is_a_finding(tmp_path):
    with pytest.raises(DataError, match="cannot be read"):
        Scenario.load(tmp_path / "none.toml")
