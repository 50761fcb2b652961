"""Workbooks as spreadsheet programs, people and attackers make them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import polars as pl
import pytest
import xlsxwriter

import tierscape as ts
from odd_files import findings_of, only, rules_of
from tierscape.io import workbooks
from tierscape.network import Network

SHEET = "xl/worksheets/sheet1.xml"


def book(path, fill, *, name="parts", options=None):
    """Make a workbook whose one sheet is filled by a function of the sheet and the workbook."""
    with xlsxwriter.Workbook(path, options or {}) as made:
        fill(made.add_worksheet(name), made)
    return path


def parts(*rows, head=("part", "kind", "hs6", "unit_value")):
    """Fill the sheet of parts."""

    def fill(sheet, _):
        for i, row in enumerate((head, *rows)):
            sheet.write_row(i, 0, row)

    return fill


def edited(path, edit, member=SHEET):
    """Change one file inside a workbook."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files[member] = edit(files.get(member, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


# Cells


def test_numbers_days_and_truths_are_read_as_what_they_are(tmp_path):
    def fill(sheet, made):
        sheet.write_row(0, 0, ("site", "lat", "lon", "employees", "as_of"))
        sheet.write_row(1, 0, ("a", 47.5, 17, 12.0))
        sheet.write_datetime(1, 4, dt.datetime(2026, 3, 31), made.add_format({"num_format": "yyyy-mm-dd"}))

    row = ts.load(book(tmp_path / "n.xlsx", fill, name="sites"))["sites"].select(
        "site", "lat", "lon", "employees", "as_of"
    )
    assert row.row(0) == ("a", 47.5, 17.0, 12, dt.date(2026, 3, 31))


def test_days_of_the_1904_calendar_are_the_same_days(tmp_path):
    def fill(sheet, made):
        sheet.write_row(0, 0, ("site", "as_of"))
        sheet.write(1, 0, "a")
        sheet.write_datetime(1, 1, dt.datetime(2026, 3, 31), made.add_format({"num_format": "yyyy-mm-dd"}))

    source = book(tmp_path / "n.xlsx", fill, name="sites", options={"date_1904": True})
    assert ts.load(source)["sites"]["as_of"].item() == dt.date(2026, 3, 31)


def test_formula_with_its_value_is_read(tmp_path):
    def fill(sheet, made):
        parts(("a", "product", None))(sheet, made)
        sheet.write_formula(1, 3, "=2+3", value=5)

    source = book(tmp_path / "n.xlsx", fill)
    assert ts.load(source)["parts"]["unit_value"].item() == 5.0
    assert findings_of(source) == ()


@pytest.mark.parametrize(
    "cell",
    [
        b"<f>2+3</f><v></v>",
        b"<f>2+3</f><v/>",
        b"<f>2+3</f>",
        b'<f t="shared" si="0"/>',
        b'<f t="shared" si="0"/><v></v>',
    ],
)
def test_formula_without_a_value_is_an_error_at_its_cell(tmp_path, cell):
    def fill(sheet, made):
        parts(("a", "product", None), ("b", "product", None, 3))(sheet, made)
        sheet.write_formula(1, 3, "=2+3", value="")

    source = edited(book(tmp_path / "n.xlsx", fill), lambda xml: xml.replace(b"<f>2+3</f><v></v>", cell))
    found = only(source, "formula")
    assert (found.severity, found.table, found.value, found.row, found.count) == ("error", "parts", "D2", 2, 1)
    assert "save it" in found.remedy


def test_formula_with_an_empty_text_is_a_warning(tmp_path):
    def fill(sheet, made):
        parts(("a", "product", None), ("b", "product", None, 3))(sheet, made)
        sheet.write_formula(1, 3, '=""', value="")

    source = edited(book(tmp_path / "n.xlsx", fill), lambda xml: xml.replace(b'<c r="D2">', b'<c r="D2" t="str">'))
    found = only(source, "formula")
    assert (found.severity, found.value) == ("warning", "D2")
    assert ts.load(source)["parts"]["unit_value"].to_list() == [None, 3.0]


def test_formula_with_prefixed_names_of_elements_is_found_too(tmp_path):
    def fill(sheet, made):
        parts(("a", "product", None))(sheet, made)
        sheet.write_formula(1, 3, "=2+3", value="")

    def prefixed(xml):
        body = (
            xml.replace(b"</", b"</x:").replace(b"<", b"<x:").replace(b"<x:/x:", b"</x:").replace(b"<x:?xml", b"<?xml")
        )
        return body.replace(b"xmlns=", b"xmlns:x=", 1)

    assert only(edited(book(tmp_path / "n.xlsx", fill), prefixed), "formula").value == "D2"


def test_error_of_a_formula_is_an_error_and_not_unknown(tmp_path):
    def fill(sheet, made):
        parts(("a", "product", None))(sheet, made)
        sheet.write_formula(1, 3, "=NA()", value="#N/A")

    found = only(book(tmp_path / "n.xlsx", fill), "cell_error")
    assert (found.severity, found.value, found.row) == ("error", "D2", 2)


def test_lost_zeros_and_numbers_typed_as_text_are_errors_with_the_way_out(tmp_path):
    source = book(tmp_path / "n.xlsx", parts(("a", "product", 10121, "1,234.50"), ("b", "product", 8507.6, 1)))
    assert "'010121'" in only(source, "hs6").remedy
    assert "'1234.50'" in only(source, "type").remedy
    assert only(source, "hs6").count == 2


@pytest.mark.parametrize("text", ["=1+1", "https://example.org", "007", "</script>", "_x0041_", "'=1"])
def test_text_stays_text(tmp_path, text):
    network = Network.from_tables({"sites": pl.DataFrame({"site": ["a"], "name": [text]})})
    ts.save(network, tmp_path / "n.xlsx")
    with zipfile.ZipFile(tmp_path / "n.xlsx") as archive:
        assert b"<f>" not in archive.read(SHEET)
        assert "xl/worksheets/_rels/sheet1.xml.rels" not in archive.namelist()
    assert ts.load(tmp_path / "n.xlsx")["sites"]["name"].item() == text


def test_numbers_beyond_fifteen_digits_are_rounded_and_said(tmp_path):
    values = [0.1, 0.1 + 0.2, 2.0**53, 1.0000000000000002e29, 1e-30]
    frame = pl.DataFrame({"part": list("abcde"), "kind": ["product"] * 5, "unit_value": values})
    (found,) = ts.save(Network.from_tables({"parts": frame}), tmp_path / "n.xlsx")
    assert (found.rule, found.where, found.row, found.count) == ("rounded", "parts.unit_value", 3, 3)
    assert found.value == "0.30000000000000004"
    assert ".zip" in found.remedy
    back = ts.load(tmp_path / "n.xlsx")["parts"]["unit_value"].to_list()
    assert back == [0.1, 0.3, 9007199254740990.0, 1e29, 1e-30]


def test_what_no_sheet_can_hold_is_refused(tmp_path, monkeypatch):
    network = Network.from_tables({"sites": pl.DataFrame({"site": ["a", "b"], "name": ["x" * 32_768, "y"]})})
    with pytest.raises(ts.DataError, match="longer than a cell holds"):
        ts.save(network, tmp_path / "n.xlsx")
    monkeypatch.setattr(workbooks, "MOST_ROWS", 1)
    with pytest.raises(ts.DataError, match="more than a sheet holds"):
        ts.save(network, tmp_path / "n.xlsx")
    assert list(tmp_path.iterdir()) == []


# Sheets


def test_rows_are_numbered_as_the_sheet_shows_them(tmp_path):
    marked = (("# text", "text"), ("# meaning", "meaning"))
    rows = (("a", "product"), ("b", "widget"))
    assert only(book(tmp_path / "n.xlsx", parts(*rows)), "choice").row == 3
    assert only(book(tmp_path / "m.xlsx", parts(*marked, *rows)), "choice").row == 5


def test_blank_rows_in_the_middle_are_found_and_at_the_end_are_none(tmp_path):
    def fill(sheet, made):
        parts(("a", "product"), (), ("b", "widget"))(sheet, made)
        sheet.write_blank(9, 1, None, made.add_format({"bold": True}))

    found = findings_of(book(tmp_path / "n.xlsx", fill))
    assert [(f.rule, f.row) for f in found] == [("blank_row", 3), ("choice", 4)]


def test_merged_header_is_found_where_it_hides_a_column(tmp_path):
    def fill(sheet, made):
        parts(("a", "product", "850760", 5, "x"), head=("part", "kind"))(sheet, made)
        sheet.merge_range(0, 2, 0, 3, "hs6")

    found = only(book(tmp_path / "n.xlsx", fill), "unnamed_column")
    assert (found.value, found.count) == ("column 4", 2)
    assert "merged" in found.remedy


def test_doubled_name_in_the_header_is_an_error(tmp_path):
    source = book(tmp_path / "n.xlsx", parts(("a", "product", "x"), head=("part", "kind", "kind")))
    assert only(source, "doubled_column").where == "parts.kind"


def test_title_above_the_header_is_an_error_that_can_be_understood(tmp_path):
    source = book(tmp_path / "n.xlsx", parts(("part", "kind"), ("a", "product"), head=("Our parts",)))
    found = findings_of(source)
    assert {f.rule for f in found if f.severity == "error"} == {"missing_column"}
    assert "unnamed_column" in {f.rule for f in found}
    assert rules_of(book(tmp_path / "m.xlsx", parts(("part", "kind"), head=()))) == ["no_header"]


def test_hidden_sheets_and_rows_are_read_with_a_note(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "n.xlsx") as made:
        parts(("a", "product"), ("b", "product"))(sheet := made.add_worksheet("Parts "), made)
        sheet.set_row(1, None, None, {"hidden": True})
        made.add_worksheet("sites").write_row(0, 0, ("site", "name"))
        made.get_worksheet_by_name("sites").hide()
        made.add_chartsheet("chart")
    network = ts.load(tmp_path / "n.xlsx")
    assert network["parts"].height == 2
    assert [(f.rule, f.table, f.count) for f in network.findings] == [("hidden", "parts", 1), ("hidden", "sites", 1)]


def test_sheets_fold_their_names_and_two_of_one_table_are_refused(tmp_path):
    assert ts.load(book(tmp_path / "n.xlsx", parts(("a", "product")), name="PARTS"))["parts"].height == 1
    with xlsxwriter.Workbook(tmp_path / "m.xlsx") as made:
        for name in ("origin claims", "origin-claims"):
            made.add_worksheet(name).write_row(0, 0, ("site", "part"))
    assert rules_of(tmp_path / "m.xlsx") == ["doubled"]


def test_unknown_sheet_is_a_warning_and_blank_sheet_a_note(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "n.xlsx") as made:
        parts(("a", "product"))(made.add_worksheet("parts"), made)
        made.add_worksheet("Site").write_row(0, 0, ("x", "y"))
        made.add_worksheet("sites")
    found = findings_of(tmp_path / "n.xlsx")
    assert [(f.rule, f.table) for f in found] == [("unknown_table", "Site"), ("empty", "sites")]
    assert "Did you mean 'sites'?" in found[0].remedy


# Files that are none


def test_document_type_is_refused(tmp_path):
    source = book(tmp_path / "n.xlsx", parts(("a", "product")))
    bomb = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    edited(source, lambda xml: xml.replace(b"?>", b"?>" + bomb, 1))
    found = only(source, "unreadable")
    assert "document type" in found.problem


@pytest.mark.parametrize("content", [b"", b"PK", b"not a workbook", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_file_that_is_no_workbook_is_refused_in_words(tmp_path, content, tierscape):
    (tmp_path / "n.xlsx").write_bytes(content)
    assert rules_of(tmp_path / "n.xlsx") == ["unreadable"]
    ran = tierscape("check", tmp_path / "n.xlsx")
    assert (ran.code, ran.err) == (3, "")


def test_locked_workbook_says_that_it_has_a_password(tmp_path):
    (tmp_path / "n.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + b"\0" * 600)
    assert "password" in only(tmp_path / "n.xlsx", "unreadable").problem


def test_archive_that_only_calls_itself_a_workbook_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "n.xlsx", "w") as archive:
        archive.writestr("parts.csv", "part,kind\na,product\n")
    assert rules_of(tmp_path / "n.xlsx") == ["unreadable"]


@pytest.mark.parametrize(
    "member", ["xl/workbook.xml", "xl/_rels/workbook.xml.rels", SHEET, "xl/sharedStrings.xml", "[Content_Types].xml"]
)
@pytest.mark.parametrize(
    "edit",
    [lambda xml: b"", lambda xml: xml[: len(xml) // 2], lambda xml: b"\xff\xfe" + xml[::-1]],
    ids=["emptied", "cut", "turned"],
)
def test_broken_inside_is_refused_or_read_but_never_a_traceback(tmp_path, tierscape, member, edit):
    source = edited(book(tmp_path / "n.xlsx", parts(("a", "product"))), edit, member)
    ran = tierscape("check", source)
    assert ran.code in (0, 3)
    assert "Traceback" not in ran.err + ran.out


def test_any_flipped_byte_is_refused_or_read_but_never_a_traceback(tmp_path):
    whole = book(tmp_path / "whole.xlsx", parts(("a", "product", "850760", 1.5))).read_bytes()
    seen = set()
    for at in range(0, len(whole), 37):
        (tmp_path / "n.xlsx").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        seen.update(rules_of(tmp_path / "n.xlsx") or ["read"])
    assert {"unreadable", "read"} <= seen


def test_huge_sheet_in_a_small_file_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    source = edited(book(tmp_path / "n.xlsx", parts(("a", "product"))), lambda xml: xml + b" " * (60 << 20))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *given: pytest.fail("was unpacked"))
    assert rules_of(source) == ["too_large"]


def test_tags_that_never_close_do_not_take_quadratic_work(tmp_path):
    def unclosed(xml):
        return xml.replace(b"<sheetData>", b'<sheetData><c r="A1"><f>' + b'<c r="A1"><row ' * 200_000)

    source = edited(book(tmp_path / "n.xlsx", parts(("a", "product"))), unclosed)
    assert "unreadable" in rules_of(source)


def test_workbook_in_memory_equals_the_written_one(tmp_path):
    network = ts.load("mini")
    content, findings = workbooks.render_workbook({n: f for n, f in network.tables.items() if f.height})
    assert findings == []
    assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
