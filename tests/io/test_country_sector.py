"""Country-sector tables from files: forms, faults, digest, and as a parameter."""

import inspect
import json
from pathlib import Path
from typing import get_args

import numpy as np
import polars as pl
import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from country_sector_tables import COUNTRIES, A, Y, raw, toy, toy_text, two_sectors
from tierscape.cli import flags
from tierscape.errors import DataError
from tierscape.io.country_sector import CountrySector, read_country_sector

WIOD = Path(__file__).parents[3] / "shared" / "data" / "wiod"


@pytest.fixture
def csv(tmp_path):
    path = tmp_path / "toy_2020.csv"
    path.write_text(toy_text(), encoding="utf-8")
    return path


def rules(table):
    return {f.rule: f for f in table.findings}


# Forms


def test_wide_text_gives_the_table(csv):
    table = read_country_sector(csv)
    assert (table.file, table.year, table.countries, table.sectors) == ("toy_2020.csv", 2020, COUNTRIES, ("all",))
    assert np.allclose(table.flows, A * table.output, rtol=1e-15)
    assert np.array_equal(table.final, Y)
    assert table.findings == ()


def test_parquet_gives_the_digest_of_text(csv, tmp_path):
    path = tmp_path / "toy_2020.parquet"
    pl.read_csv(csv).write_parquet(path)
    assert read_country_sector(path).digest == read_country_sector(csv).digest == toy().digest


def test_archive_sums_final_use_over_categories(tmp_path):
    path = tmp_path / "toy_2020.npz"
    halves = np.repeat(Y / 2, 2, axis=1)
    table = toy()
    np.savez(path, Z=table.flows, F=halves, x=table.output, countries=np.array(COUNTRIES), sectors=np.array(["all"]))
    assert read_country_sector(path).digest == table.digest


def test_folder_in_the_layout_of_pymrio_is_read(tmp_path):
    folder = tmp_path / "toy_2020"
    folder.mkdir()
    table = toy()
    heads = "\t".join(["region", "", *COUNTRIES]) + "\n" + "\t".join(["sector", "", "all", "all", "all"])
    body = [
        f"{c}\tall\t" + "\t".join(repr(float(v)) for v in row) for c, row in zip(COUNTRIES, table.flows, strict=True)
    ]
    (folder / "Z.txt").write_text(heads + "\nregion\tsector\t\t\t\n" + "\n".join(body) + "\n")
    use = [f"{c}\tall\t" + "\t".join(repr(float(v)) for v in row) for c, row in zip(COUNTRIES, Y, strict=True)]
    (folder / "Y.txt").write_text(heads.replace("all", "use") + "\nregion\tsector\t\t\t\n" + "\n".join(use) + "\n")
    (folder / "unit.txt").write_text("region\tsector\tunit\n" + "".join(f"{c}\tall\tM USD\n" for c in COUNTRIES))
    found = read_country_sector(folder)
    assert found.currency == "M USD"
    assert np.allclose(found.output, table.output, rtol=1e-14)
    assert np.array_equal(found.flows, table.flows)


def test_folder_that_pymrio_writes_is_read(tmp_path):
    pymrio = pytest.importorskip("pymrio", reason="pymrio is in the group 'bench'")
    system = pymrio.load_test().calc_system()
    system.save_all(tmp_path / "test", table_format="txt")
    found = read_country_sector(tmp_path / "test")
    assert np.allclose(found.flows, system.Z.to_numpy())
    assert np.allclose(found.output, system.x.to_numpy()[:, 0])
    assert len(found.final_countries) == 6


def test_output_is_the_sum_of_sales_where_no_column_holds_it(csv):
    frame = pl.read_csv(csv)
    frame.drop("OUT").write_csv(csv)
    assert np.allclose(read_country_sector(csv).output, toy().output, rtol=1e-14)


def test_rows_of_taxes_and_value_added_are_not_read(csv):
    plain = read_country_sector(csv)
    csv.write_text(toy_text() + "TLS,1,1,1,1,1,1,1\nVA,2,2,2,2,2,2,2\nOUT,3,3,3,3,3,3,3\n")
    table = read_country_sector(csv)
    assert table.digest == plain.digest
    assert (rules(table)["rows_not_read"].severity, rules(table)["rows_not_read"].count) == ("note", 3)


def test_sector_without_a_column_is_a_warning(csv):
    csv.write_text(toy_text() + "CHN_other,1,1,1,1,1,1,1\n")
    assert rules(read_country_sector(csv))["rows_not_read"].severity == "warning"


# What a table answers


def test_exports_are_the_worked_ones():
    table = toy()
    totals = [table.exports(c).sum() for c in COUNTRIES]
    assert np.round(totals, 4).tolist() == [437.4970, 607.2352, 779.4567]
    assert round(table.exports("MEX", partner="USA").sum(), 4) == 336.9078


def test_exports_to_each_partner_add_up_to_all():
    table = two_sectors()
    parts = sum(table.exports("MEX", partner=p) for p in ("USA", "CHN"))
    assert np.allclose(parts, table.exports("MEX"), rtol=1e-14)


def test_rows_are_chosen_by_country_and_sector():
    table = two_sectors()
    assert table.rows(country="USA", sector="services").tolist() == [False, False, False, True, False, False]
    assert table.rows(sector=["goods", "services"]).all()


def test_values_are_summed_by_country():
    assert two_sectors().by_country(np.arange(6.0)).tolist() == [1.0, 5.0, 9.0]


def test_countries_are_found_by_either_code():
    table = CountrySector.from_flows(raw(A, Y, countries=("MEX", "ROM", "RoW"), users=("MEX", "ROM", "RoW")))
    assert table.iso2 == {"MEX": "MX", "ROM": "RO", "RoW": None}
    assert [table.country(c) for c in ("MEX", "MX", "RO", "CN")] == ["MEX", "MEX", "ROM", None]


def test_table_is_frozen():
    with pytest.raises(ValueError, match="read-only"):
        toy().flows[0, 0] = 1.0


def test_digest_knows_figures_and_labels_and_not_the_name():
    table = toy()
    output = table.output
    same = CountrySector.from_flows(raw(table.flows, Y, output=output, file="other", year=2020))
    assert same == table
    assert hash(same) == hash(table)
    other = raw(table.flows, Y, output=output, countries=("MEX", "USA", "CHX"), year=2020)
    assert CountrySector.from_flows(other).digest != table.digest
    assert CountrySector.from_flows(raw(table.flows, Y * 2, output=output, year=2020)).digest != table.digest


# Faults


def test_sector_without_output_is_dropped_and_listed():
    flows, final = np.zeros((3, 3)), Y.copy()
    flows[0, 1], final[2] = 10.0, 0.0
    table = CountrySector.from_flows(raw(flows, final))
    assert table.countries == ("MEX", "USA")
    found = rules(table)["zero_output"]
    assert found.severity == "note"
    assert "1 of 3 sectors" in found.problem
    assert "CHN_all" in found.problem


def test_column_whose_inputs_reach_its_output_is_a_finding():
    flows = A * 100.0
    flows[:, 2] = [40.0, 30.0, 30.0]
    table = CountrySector.from_flows(raw(flows, Y, output=[100.0, 100.0, 100.0]))
    assert table.system.unknown.tolist() == [False, False, True]
    assert "CHN_all" in rules(table)["column_sum"].message
    assert rules(table)["column_sum"].severity == "warning"


def test_sales_that_miss_the_output_are_a_finding():
    table = toy()
    off = CountrySector.from_flows(raw(table.flows, Y * 0.9, output=table.output))
    assert rules(off)["unbalanced"].count == 3
    assert rules(off)["unbalanced"].severity == "warning"


def test_negative_flow_and_lost_final_country_are_findings():
    flows = A * 100.0
    flows[0, 1] = -1.0
    found = rules(CountrySector.from_flows(raw(flows, Y, users=("MEX", "USA", "CHI"))))
    assert found["negative_flow"].count == 1
    assert "CHI" in found["final_country"].problem


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (lambda t: t.replace("MEX_HFCE", "else"), "unreadable"),
        (lambda t: t.replace("_all", "all"), "unreadable"),
        (lambda t: t.replace("CHN_all", "USA_all"), "unreadable"),
        (lambda t: t.replace(",300.0,", ",many,"), "not_a_number"),
        (lambda t: t.replace(",300.0,", ",,"), "not_a_number"),
        (lambda t: "", "unreadable"),
    ],
)
def test_text_that_is_no_table_is_refused(csv, change, rule):
    csv.write_text(change(toy_text()))
    with pytest.raises(DataError) as caught:
        read_country_sector(csv)
    assert [f.rule for f in caught.value.findings] == [rule]


@pytest.mark.parametrize("name", ["none.csv", "table.pdf", "empty", "broken.npz", "broken.parquet"])
def test_file_that_cannot_be_read_is_refused(tmp_path, name):
    (tmp_path / "empty").mkdir()
    for broken in ("table.pdf", "broken.npz", "broken.parquet"):
        (tmp_path / broken).write_bytes(b"not this")
    with pytest.raises(DataError, match=name):
        read_country_sector(tmp_path / name)


def test_archive_without_its_arrays_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", Z=np.eye(2))
    with pytest.raises(DataError, match="lacks countries, sectors, F"):
        read_country_sector(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", Z=np.eye(3), F=np.ones((3, 4)), countries=np.array(COUNTRIES), sectors=np.array(["s"]))
    with pytest.raises(DataError, match="no multiple of 3 countries"):
        read_country_sector(tmp_path / "b.npz")


def test_shapes_and_doubled_labels_are_refused():
    with pytest.raises(DataError, match="must be"):
        CountrySector.from_flows(raw(np.eye(2), Y, output=[1, 1, 1]))
    with pytest.raises(DataError, match="more than once, the first 'USA_all'"):
        CountrySector.from_flows(raw(A, Y, countries=("MEX", "USA", "USA"), users=COUNTRIES))
    with pytest.raises(DataError, match="no sector has output"):
        CountrySector.from_flows(raw(np.zeros((3, 3)), np.zeros((3, 3))))


# As a parameter


class Prior(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    io_table: CountrySector | None = Field(None, description="Table.")


def test_parameter_takes_a_path_or_a_table(csv):
    assert Prior(io_table=csv).io_table == Prior(io_table=str(csv)).io_table == Prior(io_table=toy()).io_table
    assert Prior().io_table is None


def test_parameter_shows_name_and_digest(csv):
    shown = Prior(io_table=csv).model_dump(mode="json")
    assert shown == {"io_table": {"file": "toy_2020.csv", "digest": toy().digest}}
    assert json.loads(Prior(io_table=csv).model_dump_json()) == shown


def test_parameter_is_a_path_in_the_schema():
    options = Prior.model_json_schema()["properties"]["io_table"]["anyOf"]
    assert [(o["type"], o.get("format")) for o in options] == [("string", "path"), ("null", None)]


class Grouped(BaseModel):
    prior: Prior = Field(Prior(), description="Group.")


def test_parameter_makes_a_flag_that_takes_a_file(csv):
    def command(**given):
        return given

    flags.sign(command, Grouped)
    option = get_args(inspect.signature(command).parameters["prior__io_table"].annotation)[1]
    assert option.metavar == "FILE"
    _, given, _ = flags.split({"source": "mini", "prior__io_table": str(csv)})
    assert Grouped(**given).prior.io_table == toy()


def test_parameter_refuses_what_is_no_table(tmp_path):
    with pytest.raises(ValidationError, match="give a country-sector table or the path of one"):
        Prior(io_table={"file": "toy", "digest": "0"})
    with pytest.raises(DataError, match="there is no such file"):
        Prior(io_table=tmp_path / "none.csv")


# WIOD, where it stands beside the repository


@pytest.mark.skipif(not WIOD.is_dir(), reason="the WIOD tables are not beside the repository")
@pytest.mark.parametrize(("year", "dropped"), [(2008, 20), (2011, 22)])
def test_wiod_is_read_with_its_known_faults(year, dropped):
    table = read_country_sector(WIOD / f"wiod_{year}.npz")
    assert (len(table.countries), len(table.sectors), table.year) == (41, 35, year)
    assert rules(table)["zero_output"].count == dropped
    assert rules(table)["unbalanced"].severity == "note"
    assert set(rules(table)) == {"zero_output", "unbalanced"}
    assert not table.system.unknown.any()
    assert [c for c, iso in table.iso2.items() if iso is None] == ["RoW"]
