"""Folders of CSV and Parquet files: what people really have."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

import tierscape as ts
from odd_files import findings_of, only, put, rules_of

# Encodings


@pytest.mark.parametrize(
    ("content", "guessed"),
    [
        ("site,town\na,Győr\n".encode(), None),
        ("site,town\na,Győr\n".encode("utf-8-sig"), None),
        ("site,town\na,Győr\n".encode("utf-16"), None),
        (b"\xfe\xff" + "site,town\na,Győr\n".encode("utf-16-be"), None),
        ("site,town\na,Győr\n".encode("utf-16-le"), "UTF-16"),
        ("site,town\na,Győr\n".encode("utf-16-be"), "UTF-16"),
    ],
)
def test_encoding_is_read_and_said_where_it_was_guessed(tmp_path, content, guessed):
    folder = put(tmp_path / "n", sites=content)
    network = ts.load(folder)
    assert network["sites"]["town"].to_list() == ["Győr"]
    assert [f.problem.rsplit(" ", 1)[1] for f in network.findings if f.rule == "encoding"] == (
        [guessed] if guessed else []
    )


def test_windows_1252_is_read_with_a_finding_at_the_first_line_that_shows_it(tmp_path):
    folder = put(tmp_path / "n", sites="site,town\na,Berlin\nb,Besançon\nc,Köln\n".encode("cp1252"))
    assert ts.load(folder)["sites"]["town"].to_list() == ["Berlin", "Besançon", "Köln"]
    found = only(folder, "encoding")
    assert (found.severity, found.row) == ("warning", 3)
    assert "UTF-8" in found.remedy


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators_and_line_ends_are_those_of_the_file(tmp_path, separator, end):
    rows = [["site", "lat", "lon"], ["a", "47.5", "17.5"], ["b", "", ""]]
    folder = put(tmp_path / "n", sites=end.join(separator.join(row) for row in rows))
    assert ts.load(folder)["sites"].select("site", "lat").rows() == [("a", 47.5), ("b", None)]


# Shapes


def test_header_without_rows_is_an_empty_table(tmp_path):
    folder = put(tmp_path / "n", sites="site,name\n", parts="part,kind\na,product\n")
    assert ts.load(folder)["sites"].height == 0
    assert findings_of(folder) == ()


@pytest.mark.parametrize("content", ["", "\n", "  \n\n", "\ufeff"])
def test_blank_file_is_a_note_and_alone_an_error(tmp_path, content):
    folder = put(tmp_path / "n", sites=content, parts="part,kind\na,product\n")
    assert only(folder, "empty").severity == "note"
    (folder / "parts.csv").unlink()
    assert "no_table" in rules_of(folder)


def test_blank_first_row_is_an_error_that_says_so(tmp_path):
    found = only(put(tmp_path / "n", sites="\nsite,name\na,A\n"), "no_header")
    assert (found.severity, found.where) == ("error", "sites")
    assert "first row" in found.remedy


def test_short_rows_are_filled_and_long_rows_are_found(tmp_path):
    folder = put(tmp_path / "n", sites="site,name,town\na\nb,B,Győr,extra,more\nc,C,,,\n")
    found = only(folder, "too_many_cells")
    assert (found.row, found.value, found.count) == (3, "extra,more", 1)
    assert "quotation marks" in found.remedy


def test_extra_separators_at_the_end_are_no_cells(tmp_path):
    folder = put(tmp_path / "n", parts="part,kind\na,product,,\nb,service,,\n")
    assert ts.load(folder)["parts"]["part"].to_list() == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('part,kind\na,product\n"b,product\nc,product\n', 3),
        ('part,kind\na,product\n"b"x,product\nc,product\n', 3),
        ('part,kind\na,"product\n', 2),
        ('"part,kind\na,product\n', 1),
    ],
)
def test_unbalanced_quotation_mark_is_an_error_with_its_row(tmp_path, text, row):
    found = only(put(tmp_path / "n", parts=text), "malformed")
    assert (found.severity, found.row) == ("error", row)
    assert "quotation mark" in found.remedy


def test_inch_sign_and_quoted_lines_are_text(tmp_path):
    folder = put(tmp_path / "n", parts='part,kind,name\na,product,5" pipe\nb,product,"x ""y""\nz"\nc,wrong,\n')
    found = only(folder, "choice")
    assert found.row == 4
    (folder / "parts.csv").write_text((folder / "parts.csv").read_text().replace("wrong", "product"))
    assert ts.load(folder)["parts"]["name"].to_list() == ['5" pipe', 'x "y"\nz', None]


def test_text_longer_than_pythons_own_limit_is_read(tmp_path):
    long = "x" * 200_000
    folder = put(tmp_path / "n", parts=f'part,kind,name\na,product,{long}\nb,product,5" x\n')
    assert ts.load(folder)["parts"]["name"].to_list() == [long, '5" x']


def test_doubled_name_in_the_header_is_an_error(tmp_path):
    found = only(put(tmp_path / "n", sites="site,lat,lat,lon\na,1,2,3\n"), "doubled_column")
    assert (found.severity, found.where, found.count, found.row) == ("error", "sites.lat", 2, 1)


@pytest.mark.parametrize("header", ["Part,KIND,HS6", " part , kind,hs6 ", "PART,Kind ,Hs6"])
def test_case_and_blanks_of_a_header_do_not_matter(tmp_path, header):
    folder = put(tmp_path / "n", parts=f"{header}\na,product,850760\n")
    assert ts.load(folder)["parts"].select("part", "kind", "hs6").row(0) == ("a", "product", "850760")
    assert findings_of(folder) == ()


def test_column_without_a_name_is_a_warning_where_it_holds_something(tmp_path):
    found = only(put(tmp_path / "n", parts="part,kind,,\na,product,,x\n"), "unnamed_column")
    assert (found.severity, found.value, found.count) == ("warning", "column 4", 1)
    assert rules_of(put(tmp_path / "n", parts="part,kind,,\na,product,,\n")) == []


# Rows


def test_row_numbers_are_those_of_the_file_with_and_without_rows_of_units(tmp_path):
    rows = "a,product\nb,widget\n"
    assert only(put(tmp_path / "n", parts=f"part,kind\n{rows}"), "choice").row == 3
    assert only(put(tmp_path / "n", parts=f"part,kind\n# text,\n{rows}"), "choice").row == 4
    assert only(put(tmp_path / "n", parts=f'part,kind\n# text,\n"# two\nlines",\n{rows}'), "choice").row == 5


def test_key_that_begins_with_the_mark_is_found_wherever_it_stands(tmp_path):
    first = findings_of(put(tmp_path / "n", parts="part,kind\n#1,product\nb,product\n"))
    assert [(f.rule, f.row, f.value) for f in first] == [("marked", 2, "#1")]
    later = findings_of(put(tmp_path / "n", parts="part,kind\na,product\n#1,product\n"))
    assert [(f.rule, f.row, f.value) for f in later] == [("key", 3, "#1")]


def test_no_more_than_two_rows_under_the_header_are_skipped(tmp_path):
    folder = put(tmp_path / "n", meta="name,home\n# text,\n# meaning,\n# mine,DE\n")
    assert ts.load(folder).name == "# mine"


def test_blank_row_in_the_middle_keeps_the_numbers_of_those_below(tmp_path):
    found = findings_of(put(tmp_path / "n", parts="part,kind\na,product\n\n,\nb,widget\n,\n\n"))
    assert [(f.rule, f.row, f.count) for f in found] == [("blank_row", 3, 2), ("choice", 5, 1)]


def test_lost_zeros_and_thousands_are_errors_with_the_way_out(tmp_path):
    folder = put(tmp_path / "n", parts='part,kind,hs6,unit_value\na,product,10121,"1,234.5"\n')
    assert "'010121'" in only(folder, "hs6").remedy
    assert "'1234.5'" in only(folder, "type").remedy


# Places


def test_names_of_files_fold_and_other_files_are_left_alone(tmp_path):
    folder = put(tmp_path / "n", Parts="part,kind\na,product\n")
    (folder / "Origin-Claims.CSV").write_text("site,part,agreement\n")
    (folder / "README.md").write_text("mine")
    (folder / ".hidden.csv").write_text("x")
    (folder / "photo.png").write_bytes(b"\x89PNG")
    assert ts.load(folder)["parts"].height == 1
    assert findings_of(folder) == ()


def test_table_in_two_files_is_refused(tmp_path):
    folder = put(tmp_path / "n", parts="part,kind\na,product\n", Parts="part,kind\nb,product\n")
    assert rules_of(folder) == ["doubled"]


def test_folder_may_end_in_csv(tmp_path):
    folder = put(tmp_path / "mine.csv", parts="part,kind\na,product\n")
    assert ts.load(folder).name == "mine.csv"


def test_one_table_alone_says_to_give_its_folder(tmp_path):
    folder = put(tmp_path / "n", parts="part,kind\na,product\n")
    found = only(folder / "parts.csv", "one_table")
    assert str(folder) in found.remedy


@pytest.mark.parametrize("source", ["", "no-such-thing", "x" * 5000, "nul\0"])
def test_missing_path_is_refused_in_words(source):
    assert rules_of(source) == ["no_such_network"]


def test_missing_path_offers_the_nearest_example():
    assert (
        "Did you mean the example 'ev-battery-central-europe'?"
        in only("ev-batery-central-europe", "no_such_network").remedy
    )


def test_unknown_form_and_folder_without_tables_are_refused(tmp_path):
    (tmp_path / "n.txt").write_text("x")
    assert rules_of(tmp_path / "n.txt") == ["unknown_form"]
    assert rules_of(tmp_path) == ["no_table"]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"site,name\n"])
def test_broken_parquet_is_refused_in_words(tmp_path, content):
    (tmp_path / "sites.parquet").write_bytes(content)
    assert rules_of(tmp_path) == ["unreadable"]


def test_cut_parquet_is_refused_in_words(tmp_path):
    pl.DataFrame({"site": ["a"] * 1000}).write_parquet(tmp_path / "whole.bin")
    whole = (tmp_path / "whole.bin").read_bytes()
    for kept in (20, len(whole) // 2, len(whole) - 4):
        (tmp_path / "sites.parquet").write_bytes(whole[:kept])
        assert rules_of(tmp_path) == ["unreadable"]


def test_parquet_of_odd_types_is_parsed_or_refused_in_words(tmp_path):
    frame = pl.DataFrame({
        "site": pl.Series(["a"], dtype=pl.Categorical), "lat": [47], "lon": ["17.5"], "as_of": [dt.datetime(2026, 3, 31)],
        "employees": [12.0], "name": [["a", "b"]],
    })  # fmt: skip
    frame.write_parquet(tmp_path / "sites.parquet")
    row = ts.load(tmp_path)["sites"].select("site", "lat", "lon", "as_of", "employees").row(0)
    assert row == ("a", 47.0, 17.5, dt.date(2026, 3, 31), 12)


def test_file_that_may_not_be_read_is_an_error_in_words(tmp_path, monkeypatch, tierscape):
    folder = put(tmp_path / "n", parts="part,kind\na,product\n")

    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    found = only(folder, "unreadable")
    assert "Permission denied" in found.problem
    assert tierscape("check", folder).code == 3


def test_script_survives_as_text(tmp_path, tierscape):
    hostile = "</script><img src=x onerror=alert(1)>"
    folder = put(tmp_path / "n", sites=f"site,name,town\na,{hostile},{hostile}\n", parts=f"part,kind\na,{hostile}\n")
    ran = tierscape("check", folder)
    assert ran.code == 3
    assert hostile in ran.out
