"""Parsing, and what holds for all rules together."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest

from finding_cases import Case, assert_fires, assert_silent, findings_in
from network_tables import table
from test_validate_columns import CASES as OF_COLUMNS
from test_validate_places import CASES as OF_PLACES
from test_validate_relations import CASES as OF_RELATIONS
from tierscape import validate
from tierscape.schema import SUPPLIERS, TABLES

CONTROL = pl.DataFrame({"site": ["a", "b"], "name": ["fine", "be\x07ll"]})

CASES = [
    Case("unknown_table", "warning", "site", 2, None, None, "Did you mean 'sites'?",
         {"site": "site\na\nb"}, {"sites": "site\na"}),
    Case("unknown_column", "warning", "sites.latt", 1, None, None, "Did you mean 'lat'?",
         {"sites": "site latt lon\na 1 .\nb . ."}, {"sites": "site lat lon\na . ."}),
    Case("doubled_column", "error", "sites.Site", 1, None, None, "Keep one",
         {"sites": "Site site\na b"}, {"sites": "Site NAME\na b"}),
    Case("missing_column", "error", "parts.kind", 2, None, None, "Rename 'Kinds' to it",
         {"parts": "part Kinds\na product\nb product"}, {"parts": "Part Kind\na product"}),
    Case("missing_column", "error", "bom.parent", 1, None, None, "Add it: Part that is made",
         {"bom": "child\na"}, {"bom": "parent child"}),
    Case("blank_row", "error", "sites", 1, 3, None, "Delete the blank rows",
         {"sites": "site name\na A\n. .\nb B"}, {"sites": "site name\na A\nb B\n. .\n. ~"}),
    Case("control", "note", "sites.name", 1, 3, "be�ll", "Retype",
         {"sites": CONTROL}, {"sites": pl.DataFrame({"site": ["a"], "name": ["tab\tand\u2028more"]})}),
    Case("type", "error", "sites.lat", 1, 3, "47,5", "for example '47.5'",
         {"sites": "site lat lon\na 47.5 17\nb 47,5 17"}, {"sites": "site lat lon\na 4.75e1 -0"}),
    Case("type", "error", "capabilities.capacity_per_year", 1, 2, "1.234,56", "'1234.56'",
         {"capabilities": "site part capacity_per_year\ns p 1.234,56"}, {"capabilities": "site part capacity_per_year\ns p 1234.56"}),
    Case("type", "error", "capabilities.capacity_per_year", 2, 2, "1,000,000", "'1000000'",
         {"capabilities": "site part capacity_per_year\ns p 1,000,000\ns q 5~000"}, {"capabilities": "site part capacity_per_year\ns p 1e6"}),
    Case("type", "error", "capabilities.flex_share", 1, 2, "10%", "without the per cent sign",
         {"capabilities": "site part flex_share\ns p 10%"}, {"capabilities": "site part flex_share\ns p 0.1"}),
    Case("type", "error", "parts.unit_value", 1, 2, "€5", "without unit or sign of money",
         {"parts": "part kind unit_value\na product €5"}, {"parts": "part kind unit_value\na product 5"}),
    Case("type", "error", "parts.unit_value", 3, 2, "n/a", "Leave the cell empty",
         {"parts": "part kind unit_value\na product n/a\nb product NaN\nc product 1e400"}, {"parts": "part kind unit_value\na product ."}),
    Case("type", "error", "sites.employees", 1, 2, "2.5", "whole number",
         {"sites": "site employees\na 2.5"}, {"sites": "site employees\na 3.0\nb 1e3\nc 9007199254740992"}),
    Case("type", "error", "bom.essential", 1, 2, "maybe", "true or false",
         {"bom": "parent child essential\na b maybe"}, {"bom": "parent child essential\na b TRUE\na c no\na d 1\na e 0.0"}),
    Case("type", "error", "events.start", 2, 2, "31.12.2026", "year-month-day",
         {"events": "event kind target_kind target start\ne x mode road 31.12.2026\nf x mode road 2026-02-30"},
         {"events": "event kind target_kind target start\ne x mode road 2026-02-28\nf x mode road 2026-02-28T00:00:00"}),
    Case("hs_digits", "note", "parts.hs6", 1, 3, "8507600020", "Nothing to do",
         {"parts": "part kind hs6\na product 850760\nb product 8507600020"}, {"parts": "part kind hs6\na product 8507.60"}),
    Case("required", "error", "parts.kind", 2, 3, None, "What it is",
         {"parts": "part kind\na product\nb .\nc ~"}, {"parts": "part kind\na product"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.where}-{c.value}")
def test_rule_of_parsing_says_where_how_often_and_what_to_do(case):
    assert_fires(case)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.where}-{c.value}")
def test_rule_of_parsing_keeps_silent_on_good_values(case):
    assert_silent(case)


def test_every_rule_has_a_case():
    folder = Path(validate.__file__).parent
    named = {
        rule for file in folder.glob("*.py") for rule in re.findall(r'rule="(\w+)"', file.read_text(encoding="utf-8"))
    }
    by_column = {"target", "subject", "lei", "gln", "duns"}  # rules called after the column or the form
    assert named | by_column == {case.rule for case in (*CASES, *OF_COLUMNS, *OF_RELATIONS, *OF_PLACES)}


def test_every_check_is_run_and_named_once():
    assert len(set(validate.CHECKS)) == len(validate.CHECKS)
    assert all(check.__doc__ for check in validate.CHECKS)


# What parsing keeps


def test_text_is_composed_trimmed_and_of_one_kind_of_line_end():
    typed, findings = validate.typed(
        {"sites": pl.DataFrame({"site": ["  e\u0301 "], "name": ["a\r\nb\rc"], "town": ["   "]})}
    )
    assert typed["sites"].select("site", "name", "town").rows() == [("é", "a\nb\nc", None)]
    assert findings == []


def test_columns_come_in_declared_order_and_type_whatever_was_given():
    typed, _ = validate.typed(
        {"capabilities": table("part qualified site capacity_per_year as_of\np yes s 5 2026-01-31")}
    )
    frame = typed["capabilities"]
    assert tuple(frame.columns) == TABLES["capabilities"].names
    assert frame.select("capacity_per_year", "qualified", "as_of").row(0) == (5.0, True, dt.date(2026, 1, 31))
    assert set(typed) == set(TABLES)


@pytest.mark.parametrize("header", ["Opened Year", "opened-year", " OPENED_YEAR ", "opened  year"])
def test_case_blanks_and_hyphens_of_a_header_do_not_matter(header):
    typed, findings = validate.typed({"sites": pl.DataFrame({"site": ["a"], header: ["2020"]})})
    assert typed["sites"]["opened_year"].to_list() == [2020]
    assert findings == []


@pytest.mark.parametrize(
    ("values", "read"),
    [
        (pl.Series("capacity_per_year", [5, 6], dtype=pl.Int32), [5.0, 6.0]),
        (pl.Series("capacity_per_year", ["5", None], dtype=pl.Categorical), [5.0, None]),
        (pl.Series("capacity_per_year", [0.1, -0.0]), [0.1, 0.0]),
        (pl.Series("capacity_per_year", [None, None], dtype=pl.Null), [None, None]),
        (pl.Series("capacity_per_year", [[5], None]), [None, None]),
        (pl.Series("capacity_per_year", [b"5", None]), [None, None]),
        (pl.Series("capacity_per_year", [object(), None], dtype=pl.Object), [None, None]),
        (pl.Series("capacity_per_year", [dt.date(2026, 1, 1), None]), [None, None]),
        (pl.Series("capacity_per_year", [True, None]), [None, None]),
    ],
    ids=lambda v: str(v.dtype) if isinstance(v, pl.Series) else "",
)
def test_any_type_that_python_gives_is_read_or_refused_in_words(values, read):
    frame = pl.DataFrame({"site": ["a", "b"], "part": ["p", "p"]}).with_columns(values)
    typed, findings = validate.typed({"capabilities": frame})
    assert typed["capabilities"]["capacity_per_year"].to_list() == read
    refused = [f for f in findings if f.rule == "type"]
    assert len(refused) == (read == [None, None] and values.null_count() < 2)


@pytest.mark.parametrize("values", [[float("nan")], [float("inf")], [-float("inf")]])
def test_no_number_of_a_frame_is_an_error_not_a_number(values):
    typed, findings = validate.typed(
        {"parts": pl.DataFrame({"part": ["a"], "kind": ["product"], "unit_value": values})}
    )
    assert typed["parts"]["unit_value"].to_list() == [None]
    assert [f.rule for f in findings] == ["type"]


def test_days_of_every_type_are_days():
    days = [dt.date(2026, 3, 31), dt.datetime(2026, 3, 31), "2026-03-31"]
    for day in days:
        typed, findings = validate.typed({"sites": pl.DataFrame({"site": ["a"], "as_of": [day]})})
        assert typed["sites"]["as_of"].to_list() == [dt.date(2026, 3, 31)]
        assert findings == []


def test_bad_coordinate_is_one_finding():
    found = findings_in({"sites": "site lat lon country town status\na 47°41' 17.6 HU Győr operating"})
    assert [(f.rule, f.where) for f in found] == [("type", "sites.lat")]


def test_blank_rows_at_the_end_are_no_rows():
    typed, findings = validate.typed({"meta": pl.DataFrame({"name": [None, " "], "home": ["", None]})})
    assert typed["meta"].height == 0
    assert findings == []


def test_table_outside_the_schema_is_parsed_too():
    frame, findings = validate.parse_table(table("name makes lat lon\nAcme cell 47.7 17.6"), SUPPLIERS, 4)
    assert frame.select("name", "lat").row(0) == ("Acme", 47.7)
    assert findings == []


# Rows


@pytest.mark.parametrize("first_row", [1, 2, 4])
def test_row_of_the_first_case_counts_from_the_first_row(first_row):
    raw = {"parts": table("part kind hs6\na product .\nb widget .\nc product 12")}
    typed, _ = validate.typed(raw, {"parts": first_row})
    rows = {f.rule: f.row for f in validate.check(typed, {"parts": first_row})}
    assert rows == {"choice": first_row + 1, "hs6": first_row + 2}


def test_rows_of_python_frames_count_from_one():
    typed, _ = validate.typed({"parts": table("part kind\na product\nb widget")})
    assert [f.row for f in validate.check(typed)] == [2]
