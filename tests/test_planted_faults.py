"""A folder with fifteen planted faults of fifteen kinds: one run names them all and changes nothing."""

from __future__ import annotations

import json

import pytest

import tierscape as ts

FILES = {
    "meta.csv": "name,currency,home\nPlanted,EURO,DE\n",
    "parts.csv": "part,name,kind,hs6,unit_value\n"
    "pack,Pack,product,850760,9000\ncell,Cell,component,850760,80\n"
    "foil,Foil,matrial,760711,8\nsalt,Salt,material,28269,30\nbox,Box,component,761699,400\n",
    "bom.csv": "parent,child,quantity\npack,cell,90\ncell,foil,0.2\nfoil,salt,0.1\nsalt,cell,0.1\npack,box,one\n",
    "sites.csv": "site,name,country,lat,lon,status,opened_year,closed_year\n"
    "s1,Cells,HU,47.53,21.62,operating,2020,\n"
    "s2,Foils,Hungary,46.08,18.23,operating,,\n"
    "s3,Salts,DE,13.40,52.52,operating,,\n"
    "s4,Boxes,PL,0,0,operating,,\n"
    "s5,Old works,PL,51.11,17.04,closed,2015,2009\n"
    "s1,Cells again,HU,47.90,20.37,operating,,\n",
    "capabilities.csv": "site,part,capacity_per_year,flex_share,qualifed\n"
    "s1,cell,30000000,0.1,true\ns2,foil,-500,0.1,true\ns3,slat,900,0.1,true\ns4,box,100,,\n",
    "links.csv": "supplier,buyer,part,volume_per_year,mode\ns2,s2,foil,100,road\ns4,s1,box,50,road\n",
    "disruptions.csv": "disruption,target_kind,target,capacity_loss\nD1,corridor,US-MX,0.5\nD2,country,CN,60\n",
    "notes.csv": "who,what\nme,call Győr\n",
}
# rule, severity, where, row, first case, a word of the remedy
FAULTS = [
    ("currency", "error", "meta.currency", 2, "EURO", "Write 'EUR'"),
    ("choice", "error", "parts.kind", 4, "matrial", "Did you mean 'material'?"),
    ("hs6", "error", "parts.hs6", 5, "28269", "'028269'"),
    ("cycle", "error", "bom.child", 3, "cell → foil → salt → cell", "Cut the circle"),
    ("type", "error", "bom.quantity", 6, "one", "bare number"),
    ("country", "error", "sites.country", 3, "Hungary", "Write 'HU'"),
    ("swapped", "warning", "sites.lat+lon", 4, "13.4, 52.52 in DE", "Swap lat and lon"),
    ("null_island", "warning", "sites.lat+lon", 5, "0.0, 0.0", "Leave lat and lon empty"),
    ("span", "error", "sites.closed_year", 6, "2009", "opened_year or closed_year"),
    ("duplicate", "error", "sites.site", 7, "s1", "give one another key"),
    ("low", "error", "capabilities.capacity_per_year", 3, "-500.0", "at least 0"),
    ("reference", "error", "capabilities.part", 4, "slat", "Did you mean 'salt'?"),
    ("unknown_column", "warning", "capabilities.qualifed", None, None, "Did you mean 'qualified'?"),
    ("target", "error", "disruptions.target", 2, "US-MX", "alphabetical order"),
    ("high", "error", "disruptions.capacity_loss", 3, "60.0", "not per cent"),
]


@pytest.fixture
def planted(tmp_path):
    folder = tmp_path / "planted"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_the_faults_are_fifteen_of_fifteen_kinds():
    assert len(FAULTS) == len({rule for rule, *_ in FAULTS}) == 15


def test_check_lists_all_faults_in_one_run_with_place_first_case_and_remedy(tierscape, planted):
    ran = tierscape("check", planted)
    assert ran.code == 3
    lines = ran.out.splitlines()
    for rule, severity, where, row, value, remedy in FAULTS:
        (line,) = (it for it in lines if it.split()[:3] == [severity, rule, f"{where}:"])
        assert remedy in line
        assert value is None or f"the first '{value}' (row {row})" in line
    assert "12 errors" in lines[-1]


def test_check_as_json_holds_the_same(tierscape, planted):
    ran = tierscape("check", planted, "--json")
    assert ran.code == 3
    listed = {(f["rule"], f["severity"], f["where"], f["row"], f["value"]) for f in json.loads(ran.out)}
    assert {fault[:5] for fault in FAULTS} <= listed


def test_python_gives_the_same_list_as_the_command_line(tierscape, planted):
    with pytest.raises(ts.DataError) as refused:
        ts.load(planted)
    given = [finding.to_dict() for finding in refused.value.findings]
    assert given == json.loads(tierscape("check", planted, "--json").out)
    for rule, severity, where, row, value, remedy in FAULTS:
        (it,) = (f for f in refused.value.findings if (f.rule, f.where) == (rule, where))
        assert (it.severity, it.row, it.value) == (severity, row, value)
        assert remedy in it.remedy


def test_nothing_is_found_twice_and_little_beside_the_faults(planted):
    with pytest.raises(ts.DataError) as refused:
        ts.load(planted)
    found = [(f.rule, f.where) for f in refused.value.findings]
    assert len(found) == len(set(found))
    assert set(found) - {(rule, where) for rule, _, where, *_ in FAULTS} == {
        ("unknown_table", "notes"),  # a file of one's own
        ("self_supply", "links.buyer"),
    }


def test_the_folder_is_unchanged(tierscape, planted):
    before = {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in planted.iterdir()}
    tierscape("check", planted)
    tierscape("density", planted)
    tierscape("convert", planted, planted.parent / "out.zip")
    assert {f.name: (f.read_bytes(), f.stat().st_mtime_ns) for f in planted.iterdir()} == before
    assert [f.name for f in planted.parent.iterdir()] == ["planted"]
