"""The list of what is held of OWASP ASVS 5.0.0: each row that is done names a test that there is."""

from __future__ import annotations

import ast
import csv
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LIST = HERE.parents[1] / "docs" / "asvs.csv"


@pytest.fixture(scope="module")
def rows():
    with LIST.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def names_in(file: str) -> set[str]:
    tree = ast.parse((HERE / file).read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}


def test_each_row_that_is_done_names_a_test_that_there_is(rows):
    done = [row["test"].split("::") for row in rows if row["status"] == "done"]
    assert done
    known = {file: names_in(file) for file in {file for file, _ in done}}
    assert not [f"{file}::{name}" for file, name in done if name not in known[file]]


def test_each_row_stands_once_in_order_with_a_level_and_a_status(rows):
    keys = [tuple(int(step) for step in row["row"].split(".")) for row in rows]
    assert keys == sorted(set(keys))
    assert {row["level"] for row in rows} <= {"1", "2", "3"}
    assert {row["status"] for row in rows} == {"done", "open"}
    assert not [row["row"] for row in rows if row["status"] == "open" and row["test"]]


def test_all_rows_of_authorization_and_files_are_in_the_list(rows):
    listed = {row["row"] for row in rows}
    authorization = {"8.2.1", "8.2.2", "8.2.3", "8.2.4", "8.3.1", "8.3.2", "8.3.3", "8.4.1", "8.4.2"}
    files = {*(f"5.2.{i}" for i in range(1, 7)), *(f"5.3.{i}" for i in range(1, 4)), *(f"5.4.{i}" for i in range(1, 4))}
    assert authorization | files <= listed
