"""The record that a supplier fills in a sitting (method page visibility, §7.5)."""

from __future__ import annotations

import pytest

import tierscape as ts
from tierscape.io.merge import merge
from tierscape.io.onboarding import ASKED, OPENING, asked_tables, write_onboarding
from tierscape.schema import TABLES


def test_the_record_is_cut_from_the_declared_tables():
    for table in asked_tables():
        assert table.columns == tuple(TABLES[table.name][name] for name in ASKED[table.name])
        assert set(table.key) <= set(table.names)
        assert {c.name for c in TABLES[table.name].columns if c.required} <= set(table.names)


def test_every_thing_that_the_page_asks_has_its_column():
    asked = {(table, column) for table, columns in ASKED.items() for column in columns}
    assert asked >= {
        ("organizations", "lei"), ("organizations", "owner_country"), ("sites", "ttr_days"), ("sites", "alternate_ttr_days"),
        ("capabilities", "flex_share"), ("capabilities", "lead_time_days"), ("capabilities", "qualified"), ("links", "stock_days"),
        ("origin_claims", "originating"), ("origin_claims", "foreign_value_per_unit"), ("indicators", "value"),
    }  # fmt: skip
    assert sum(map(len, ASKED.values())) < sum(len(TABLES[name].columns) for name in ASKED)


def test_every_sheet_is_explained():
    text = "\n".join(OPENING)
    assert all(f"`{name}`" in text for name in ASKED)


@pytest.mark.parametrize("target", ["n", "n.xlsx"])
def test_the_empty_record_reads_back_as_an_empty_network(tmp_path, target):
    write_onboarding(tmp_path / target)
    network = ts.load(tmp_path / target)
    assert network.findings == ()
    assert network.digest == ts.Network.from_tables({}).digest


def test_a_filled_record_joins_the_network_that_asked(tmp_path):
    write_onboarding(tmp_path / "acme")
    with (tmp_path / "acme" / "sites.csv").open("a", encoding="utf-8") as file:
        file.write("new_shop,New Shop,,HU,,Győr,,,operating,40,30,,declared,J. Doe,2026-05-01\n")
    ts.save(ts.load("mini"), tmp_path / "mine")
    network = merge([tmp_path / "mine", tmp_path / "acme"])
    row = network["sites"].filter(site="new_shop").row(0, named=True)
    assert (row["employees"], row["ttr_days"], row["evidence"]) == (40, 30.0, "declared")
    assert network["sites"].height == ts.load("mini")["sites"].height + 1


def test_the_command_writes_the_record_alone(tmp_path, tierscape):
    assert tierscape("template", tmp_path / "on.xlsx", "--onboarding").code == 0
    assert (tmp_path / "on.xlsx").is_file()
    refused = tierscape("template", tmp_path / "other", "--onboarding", "--product", "pump")
    assert refused.code == 4
    assert "fixed record" in refused.err
