"""Several suppliers' files made one network (method page visibility, §7.5): union, conflicts, masks."""

from __future__ import annotations

import pytest

import tierscape as ts
from tierscape.errors import DataError, ParameterError
from tierscape.io.merge import merge

BUYER = {
    "meta": "name,currency\npumps,EUR",
    "sites": "site,name,country,status\nA,Works,HU,operating\nS1,,DE,operating",
    "parts": "part,kind\nP,product\nc1,component\nc3,material",
    "bom": "parent,child,quantity\nP,c1,1\nc1,c3,2",
    "capabilities": "site,part\nA,P\nS1,c1",
    "links": "supplier,buyer,part,volume_per_year,unit_price,evidence,as_of\nS1,A,c1,60,40,observed,2026-03-01",
}
SUPPLIER = {
    "sites": "site,name,country,region,town,status\nS1,Foundry,DE,,Ulm,operating\nmasked_1,Secret Ltd,CN,CN-GD,Shenzhen,operating",
    "capabilities": "site,part,evidence\nmasked_1,c3,declared",
    "links": "supplier,buyer,part,volume_per_year,stock_days,evidence,as_of\nS1,A,c1,55,12,declared,2025-01-01\n"
    "masked_1,S1,c3,110,,declared,2026-01-01",
}


@pytest.fixture
def folder(tmp_path):
    def write(name, tables):
        place = tmp_path / name
        place.mkdir()
        for table, text in tables.items():
            (place / f"{table}.csv").write_text(text + "\n", encoding="utf-8")
        return place

    return write


def link(network, supplier):
    return network["links"].filter(supplier=supplier).row(0, named=True)


def test_rows_of_different_keys_are_put_together(folder):
    network = merge([folder("buyer", BUYER), folder("acme", SUPPLIER)])
    assert set(network["sites"]["site"]) == {"A", "S1", "masked_1@acme"}
    assert network["links"].height == 2
    assert network.name == "pumps"


def test_the_higher_grade_is_used_and_both_rows_stand_in_a_finding(folder):
    network = merge([folder("buyer", BUYER), folder("acme", SUPPLIER)])
    row = link(network, "S1")
    assert (row["volume_per_year"], row["evidence"], str(row["as_of"])) == (55.0, "declared", "2025-01-01")
    (told,) = [f for f in network.findings if f.rule == "conflict"]
    assert (told.where, told.value) == ("links.volume_per_year", "S1/A/c1")
    assert "55.0 (declared, 2025-01-01; acme)" in told.problem
    assert "60.0 (observed, 2026-03-01; buyer)" in told.problem


def test_of_equal_grades_the_newer_is_used_and_then_the_first_file(folder):
    newer = {"links": "supplier,buyer,part,volume_per_year,evidence,as_of\nS1,A,c1,70,observed,2026-04-01"}
    same = {"links": "supplier,buyer,part,volume_per_year,evidence,as_of\nS1,A,c1,80,observed,2026-03-01"}
    buyer = folder("buyer", BUYER)
    assert link(merge([buyer, folder("newer", newer)]), "S1")["volume_per_year"] == 70.0
    assert link(merge([buyer, folder("same", same)]), "S1")["volume_per_year"] == 60.0


def test_empty_cells_are_filled_without_a_conflict_and_counted(folder):
    network = merge([folder("buyer", BUYER), folder("acme", SUPPLIER)])
    assert network["sites"].filter(site="S1").select("name", "town").row(0) == ("Foundry", "Ulm")
    assert link(network, "S1")["unit_price"] == 40.0
    assert {f.table for f in network.findings if f.rule == "filled"} == {"sites", "links"}
    assert not [f for f in network.findings if f.rule == "conflict" and f.table == "sites"]


def test_a_masked_supplier_keeps_country_and_region_only_in_every_form(folder, tmp_path):
    network = merge([folder("buyer", BUYER), folder("acme", SUPPLIER)])
    ts.save(network, tmp_path / "out.xlsx")
    again = merge([tmp_path / "out.xlsx", folder("more", {"parts": "part,kind\nc9,material"})])
    for one in (network, ts.load(tmp_path / "out.xlsx"), again):
        row = one["sites"].filter(site="masked_1@acme").row(0, named=True)
        assert (row["country"], row["region"]) == ("CN", "CN-GD")
        assert not any(row[name] for name in ("name", "organization", "town", "lat", "lon"))
    assert "mask_opened" in [f.rule for f in network.findings]
    assert "Secret" not in str([f.to_dict() for f in network.findings])


def test_the_same_masked_key_in_two_files_is_two_sites(folder):
    files = [folder("buyer", BUYER), folder("acme", SUPPLIER), folder("zeta works", SUPPLIER)]
    network = merge(files)
    assert {"masked_1@acme", "masked_1@zeta_works"} <= set(network["sites"]["site"])
    assert {"masked_1@acme", "masked_1@zeta_works"} <= set(network["capabilities"]["site"])


def test_a_masked_supplier_still_counts_in_visibility(folder):
    buyer = BUYER | {"parts": "part,kind,unit_value\nP,product,100\nc1,component,40\nc3,material,10"}
    network = merge([folder("buyer", buyer), folder("acme", SUPPLIER)])
    found = ts.visibility(network, near=("HU", "DE"))
    assert "masked_1@acme" in found.single_points["site"].to_list()
    assert found.overview["depends_share"][0] + found.overview["offshore_share"][0] == pytest.approx(0.2)


def test_other_money_is_refused(folder):
    with pytest.raises(DataError, match="different money: EUR in 'buyer', USD in 'acme'"):
        merge([folder("buyer", BUYER), folder("acme", {"meta": "name,currency\nx,USD"})])


def test_what_fits_no_file_is_an_error_with_all_findings(folder):
    with pytest.raises(DataError, match="nowhere"):
        merge([folder("buyer", BUYER), folder("acme", {"links": "supplier,buyer,part\nnowhere,A,c1"})])


def test_one_file_or_two_of_a_name_are_refused(folder, tmp_path):
    with pytest.raises(ParameterError, match="two files or more"):
        merge([tmp_path])
    with pytest.raises(ParameterError, match="same name"):
        merge([tmp_path / "a" / "n", tmp_path / "b" / "n"])


def test_many_conflicts_are_counted(folder):
    rows = "\n".join(f"p{i},material,{i}" for i in range(1, 252))
    other = "\n".join(f"p{i},material,{i + 1}" for i in range(1, 252))
    head = "part,kind,unit_value\n"
    network = merge([folder("a", {"parts": head + rows}), folder("b", {"parts": head + other})])
    told = [f for f in network.findings if f.rule == "conflict"]
    assert len(told) == 201
    assert sum(f.count for f in told) == 251


def test_the_command_shows_conflicts_and_writes(folder, tmp_path, tierscape):
    ran = tierscape("merge", folder("buyer", BUYER), folder("acme", SUPPLIER), "--out", tmp_path / "both")
    assert ran.code == 0
    assert "2 files, 1 conflict (digest" in ran.out
    assert "files differ" in ran.err
    assert ts.load(tmp_path / "both")["links"].height == 2
