import csv
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from tierscape.examples import EXAMPLES, path
from tierscape.network import Network
from tierscape.schema import TABLES

ROOT = Path(__file__).parents[2]
EUROPE, MEXICO = "ev-battery-central-europe", "auto-electronics-mexico"
REAL = (EUROPE, MEXICO)
NINE = {"HU", "SK", "CZ", "PL", "DE", "AT", "SI", "RO", "RS"}
PLANNING = ("demand", "projects", "contracts", "incentives", "disruptions", "observations", "links", "regions")
NOTE_WORDS = ("recheck", "to confirm", "not sure", "http", "www.", "../")

pytestmark = pytest.mark.skipif(not (ROOT / "tools").is_dir(), reason="the typed facts are not part of a wheel")


def rows(example, table):
    with (path(example) / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def tables(example):
    return sorted(file.stem for file in path(example).glob("*.csv"))


def makers(example, part, **where):
    sites = {row["site"]: row for row in rows(example, "sites")}
    found = [sites[row["site"]] for row in rows(example, "capabilities") if row["part"] == part]
    return [s for s in found if s["status"] == "operating" and s["country"] in where.get("countries", {s["country"]})]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    subprocess.run([sys.executable, str(ROOT / "tools" / "build_examples.py"), str(folder)], check=True)
    return folder


@pytest.mark.parametrize("example", REAL)
def test_the_shipped_files_are_the_bytes_that_the_builder_writes(example, built):
    assert sorted(f.name for f in (built / example).iterdir()) == [f"{t}.csv" for t in tables(example)]
    for file in (built / example).iterdir():
        assert file.read_bytes() == (path(example) / file.name).read_bytes(), file.name


@pytest.mark.parametrize("example", REAL)
def test_an_example_loads_without_an_error_and_keeps_the_promised_size(example):
    network = Network.from_tables(
        {t: pl.read_csv(path(example) / f"{t}.csv", infer_schema=False) for t in tables(example)}
    )
    assert not [f.message for f in network.findings if f.severity == "error"]
    assert network["links"].height <= 2500
    assert sum(f.stat().st_size for f in path(example).glob("*.csv")) <= 600_000


@pytest.mark.parametrize("example", REAL)
def test_every_row_says_how_well_it_is_known_and_where_it_comes_from(example):
    for table in tables(example):
        if table != "meta":
            assert all(row["evidence"] and row["source"] for row in rows(example, table)), table


@pytest.mark.parametrize("example", REAL)
def test_invented_rows_are_labelled_illustrative(example):
    for table in PLANNING:
        assert all(row["source"].startswith("illustrative") for row in rows(example, table)), table
    for row in rows(example, "capabilities"):
        assert row["source"].startswith("illustrative") or "nameplate as announced" in row["source"]
    for row in rows(example, "sites"):
        place = row["source"].startswith("illustrative: place of a project")
        assert place if row["status"] == "candidate" else row["source"].endswith("; time to recover illustrative")


@pytest.mark.parametrize("example", REAL)
def test_no_note_no_address_and_no_path_is_shipped(example):
    for file in path(example).iterdir():
        text = file.read_text(encoding="utf-8").lower()
        assert not [word for word in NOTE_WORDS if word in text], file.name


@pytest.mark.parametrize(("example", "sites", "candidates"), [(EUROPE, 177, 10), (MEXICO, 164, 8)])
def test_all_sites_of_the_facts_and_the_candidates_of_the_projects_are_there(example, sites, candidates):
    found = rows(example, "sites")
    assert sum(row["status"] != "candidate" for row in found) == sites
    assert sum(row["status"] == "candidate" for row in found) == candidates


@pytest.mark.parametrize(("example", "verified"), [(EUROPE, 28), (MEXICO, 132)])
def test_what_was_read_is_observed_and_the_rest_is_inferred(example, verified):
    assert sum(row["evidence"] == "observed" for row in rows(example, "sites")) == verified
    assert {row["evidence"] for row in rows(example, "sites")} == {"observed", "inferred"}


def test_rows_of_the_register_carry_its_date():
    for row in rows(MEXICO, "sites"):
        assert (row["as_of"] == "2022-12-31") == row["source"].startswith("RETC 2022 (SEMARNAT), read as facts")


def test_capacities_stand_in_the_unit_of_the_part():
    room = {(r["site"], r["part"]): float(r["capacity_per_year"]) for r in rows(EUROPE, "capabilities")}
    assert room["sk_on_ivancsa", "cell_nmc"] == 30_000_000
    assert room["catl_debrecen", "cell_nmc"] == room["catl_debrecen", "cell_lfp"] == 50_000_000
    assert room["ecopro_bm_debrecen", "cathode_nmc"] == 108_000_000
    assert room["semcorp_debrecen", "separator"] == 400_000_000
    assert room["byd_szeged", "pack_assembly"] == room["byd_szeged", "ev_pack_75"] == 200_000
    assert room["ionway_nysa", "cathode_nmc"] == pytest.approx(160e6 * 1.9)
    assert room["elemental_zawiercie", "recycling_black_mass"] == 12_000
    assert room["geomet_cinovec", "lioh"] == 29_386_000


def test_contracts_and_projects_stand_in_the_unit_of_the_part():
    contracts = {r["contract"]: r for r in rows(EUROPE, "contracts")}
    assert (contracts["C1"]["committed_per_year"], contracts["C1"]["unit_price"]) == ("18000000", "8.4")
    assert (contracts["C6"]["committed_per_year"], contracts["C6"]["unit_price"]) == ("14000000", "1.7")
    assert contracts["C8a"]["committed_per_year"] == contracts["C8b"]["committed_per_year"] == "250000"
    projects = {r["project"]: r for r in rows(EUROPE, "projects")}
    assert projects["P6"]["added_capacity_per_year"] == "20000000"
    assert projects["P7"]["added_capacity_per_year"] == "250000000"
    assert float(projects["P12a"]["capex"]) + float(projects["P12b"]["capex"]) == 40e6


@pytest.mark.parametrize("example", REAL)
def test_own_cost_is_value_less_children_and_never_nothing(example):
    parts = {r["part"]: r for r in rows(example, "parts")}
    inputs = {}
    for r in rows(example, "bom"):
        group = (r["parent"], r.get("choice") or r["child"])
        worth = float(r["quantity"]) * float(parts[r["child"]]["unit_value"] or 0)
        inputs[group] = max(inputs.get(group, 0), worth)
    for r in rows(example, "capabilities"):
        if r["site"].startswith("candidate_"):  # the running cost of a project stands apart
            assert float(r["capacity_per_year"]) == 0
            continue
        value = parts[r["part"]]["unit_value"]
        if not value:
            assert not r["conversion_cost"]
            continue
        own = float(value) - sum(w for (parent, _), w in inputs.items() if parent == r["part"])
        assert float(r["conversion_cost"]) == pytest.approx(max(own, 0.005 * float(value)), rel=1e-3)
        assert own >= 0


@pytest.mark.parametrize("example", REAL)
def test_corridors_and_routes_name_nodes(example):
    nodes = {r["node"] for r in rows(example, "nodes")}
    routes = {n for r in rows(example, "links") for n in r["route"].split(";") if n}
    assert routes <= nodes
    corridors = {r["target"] for r in rows(example, "disruptions") if r["target_kind"] == "corridor"}
    assert {c for c in corridors if not c[:2].isupper()} <= nodes


def test_deeper_tiers_are_empty_in_central_europe():
    for part in ("graphite_feed", "graphitisation", "lipf6", "mn_sulphate"):
        assert makers(EUROPE, part, countries=NINE) == []
        assert makers(EUROPE, part), part
    assert [s["site"] for s in makers(EUROPE, "lioh", countries=NINE)] == ["amg_lithium_bitterfeld"]


@pytest.mark.parametrize("part", ["cell_nmc", "cathode_nmc", "separator", "cu_foil", "electrolyte"])
def test_tiers_one_and_two_are_strong_in_central_europe(part):
    assert len(makers(EUROPE, part, countries=NINE)) >= 2


@pytest.mark.parametrize("part", ["bare_pcb", "ccl", "wafer_fab"])
def test_boards_and_wafers_are_made_outside_mexico(part):
    assert makers(MEXICO, part, countries={"MX"}) == []
    assert makers(MEXICO, part)


@pytest.mark.parametrize(
    ("part", "least", "most"),
    [
        ("harness_assembly", 4, 99),
        ("cable_lv", 5, 99),
        ("smt_line", 10, 99),
        ("mould_making", 1, 2),
        ("reel_plating", 1, 2),
    ],
)
def test_mexico_is_strong_in_assembly_and_thin_in_moulds_and_plating(part, least, most):
    assert least <= len(makers(MEXICO, part, countries={"MX"})) <= most


def test_columns_follow_the_schema():
    for example in REAL:
        for table in tables(example):
            header = (path(example) / f"{table}.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
            assert header == [name for name in TABLES[table].names if name in header]


def test_an_unknown_example_is_named_with_those_that_there_are():
    with pytest.raises(KeyError, match="mini"):
        path("nowhere")
    assert set(EXAMPLES) == {"mini", *REAL}
