"""Empty tables for people to fill."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import python_calamine

import tierscape as ts
from tierscape.errors import ParameterError
from tierscape.io.networks import starter
from tierscape.io.template import guide, write_template
from tierscape.schema import SUPPLIERS, TABLES

ALL = {SUPPLIERS.name: SUPPLIERS, **TABLES}


@pytest.mark.parametrize("target", ["n", "n.xlsx", "N.XLSX"])
def test_template_reads_back_as_an_empty_network(tmp_path, target):
    write_template(tmp_path / target)
    network = ts.load(tmp_path / target)
    assert network.findings == ()
    assert network.digest == ts.Network.from_tables({}).digest


@pytest.mark.parametrize("target", ["n", "n.xlsx"])
@pytest.mark.parametrize("product", ["pump", "ev_pack_75"])
def test_template_with_a_product_holds_what_it_needs_and_nothing_wrong(tmp_path, target, product):
    write_template(tmp_path / target, starter=starter(product))
    network = ts.load(tmp_path / target)
    assert product in network.products
    assert {f.severity for f in network.findings} <= {"note"}
    assert set(network["bom"]["child"]) <= set(network["parts"]["part"])


def test_folder_and_workbook_of_a_product_are_the_same_network(tmp_path):
    digests = set()
    for target in ("n", "n.xlsx"):
        write_template(tmp_path / target, starter=starter("pump"))
        digests.add(ts.load(tmp_path / target).digest)
    assert len(digests) == 1


def test_every_table_has_its_header_and_two_marked_rows(tmp_path):
    write_template(tmp_path / "n")
    assert {f.stem for f in (tmp_path / "n").glob("*.csv")} == set(ALL)
    for name, table in ALL.items():
        lines = (tmp_path / "n" / f"{name}.csv").read_text(encoding="utf-8").splitlines()
        assert lines[0] == ",".join(table.names)
        assert len(lines) == 3
        assert all(line.lstrip('"').startswith("# ") for line in lines[1:])


def test_guide_explains_every_column_choice_and_null():
    text = guide(list(ALL.values()))
    for table in ALL.values():
        section = text.split(f"## {table.name}\n")[1].split("\n## ")[0]
        for column in table.columns:
            (line,) = (it for it in section.splitlines() if it.startswith(f"- `{column.name}`: "))
            assert column.description in line
            assert all(choice in line for choice in column.choices)
            assert ("Required." in line) is column.required


def test_guide_stands_beside_the_tables_and_in_the_workbook(tmp_path):
    write_template(tmp_path / "n")
    write_template(tmp_path / "n.xlsx")
    readme = (tmp_path / "n" / "README.md").read_text(encoding="utf-8")
    assert readme == guide(list(ALL.values()))
    rows = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "n.xlsx")).get_sheet_by_name("README").to_python()
    shown = "\n".join(str(row[0]) for row in rows)
    assert all(column.description in shown for table in ALL.values() for column in table.columns)


def test_workbook_offers_every_choice_in_a_drop_down(tmp_path):
    write_template(tmp_path / "n.xlsx")
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "n.xlsx"))
    columns = list(zip(*book.get_sheet_by_name("lists").to_python(), strict=True))
    offered = {column[0]: [cell for cell in column[1:] if cell] for column in columns}
    wanted = {f"{t.name}.{c.name}": list(c.choices) for t in ALL.values() for c in t.columns if c.choices}
    assert wanted.items() <= offered.items()
    truths = [f"{t.name}.{c.name}" for t in ALL.values() for c in t.columns if c.kind == "boolean"]
    assert all(offered[name] == ["true", "false"] for name in truths)
    with zipfile.ZipFile(tmp_path / "n.xlsx") as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert sum(sheet.count("<dataValidation ") for sheet in sheets) == len(offered)


def test_filled_workbook_numbers_are_numbers(tmp_path):
    write_template(tmp_path / "n.xlsx", starter=starter("pump"))
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "n.xlsx"))
    rows = book.get_sheet_by_name("parts").to_python()
    at = rows[0].index("unit_value"), rows[0].index("hs6")
    assert rows[3][at[0]] == 100.0
    assert rows[3][at[1]] == "841330"


def test_chosen_tables_alone_are_written_with_those_that_have_rows(tmp_path):
    write_template(tmp_path / "n", tables=["sites"], starter=starter("pump"))
    assert {f.name for f in (tmp_path / "n").iterdir()} == {"README.md", "sites.csv", "parts.csv", "bom.csv"}


@pytest.mark.parametrize("target", ["n", "n.xlsx"])
def test_template_never_overwrites(tmp_path, target):
    place = tmp_path / target
    if target == "n":
        place.mkdir()
        (place / "sites.csv").write_text("site\nmine\n")
    else:
        place.write_text("mine")
    with pytest.raises(ts.DataError, match="exists"):
        write_template(place)
    assert (place / "sites.csv" if target == "n" else place).read_text().endswith(("mine\n", "mine"))


def test_template_is_the_same_twice(tmp_path):
    for name in ("a.xlsx", "b.xlsx"):
        write_template(tmp_path / name, starter=starter("pump"))
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_unknown_table_and_product_are_refused_with_what_there_is(tmp_path, tierscape):
    with pytest.raises(ParameterError, match="Did you mean 'sites'"):
        write_template(tmp_path / "n", tables=["site"])
    with pytest.raises(ParameterError, match="ev_pack_75"):
        starter("ev_pack")
    assert tierscape("template", tmp_path / "n", "--product", "nothing").code == 4
    assert not (tmp_path / "n").exists()


def test_place_that_may_not_be_written_is_an_error_in_words(tmp_path, monkeypatch, tierscape):
    def refuse(path, *given, **options):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "mkdir", refuse)
    ran = tierscape("template", tmp_path / "n")
    assert ran.code == 3
    assert "Permission denied" in ran.err
