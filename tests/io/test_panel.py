import polars as pl
import pytest

from panels import make_panel, panel_rows
from tierscape.errors import DataError
from tierscape.io.panel import Panel, read_panel

ONE = {"site": ["a"], "part": ["3363"], "lat": [25.7], "lon": [-100.3], "first_year": [2010]}


def frame(**more):
    """Rows with the given columns; what is not given is as in one plain row."""
    height = max(len(v) for v in more.values())
    return pl.DataFrame({name: more.get(name, values * height) for name, values in (ONE | more).items()})


def refused(rows):
    with pytest.raises(DataError) as caught:
        Panel.from_frame(rows)
    return str(caught.value)


def test_csv_parquet_and_workbook_give_the_same_digest(tmp_path):
    rows = panel_rows()
    rows.write_csv(tmp_path / "p.csv")
    rows.write_parquet(tmp_path / "p.parquet")
    rows.write_excel(tmp_path / "p.xlsx", worksheet="panel")
    digests = {read_panel(tmp_path / f"p.{ending}").digest for ending in ("csv", "parquet", "xlsx")}
    assert digests == {make_panel().digest}


def test_order_of_rows_and_name_of_the_file_do_not_count():
    rows = panel_rows()
    assert Panel.from_frame(rows.reverse(), file="other") == Panel.from_frame(rows)
    assert Panel.from_frame(rows.head(30)) != Panel.from_frame(rows)


def test_all_missing_columns_are_named_at_once():
    said = refused(pl.DataFrame({"site": ["a"], "lat": [1.0]}))
    assert "part, lon, first_year" in said
    assert "3 required columns" in said


def test_all_bad_values_are_named_at_once():
    rows = frame(site=["a", "b", "c", "d"], lat=[95.0, 0.0, 1.0, 2.0], lon=[10.0, 0.0, 1.0, 2.0], first_year=["2010", "2011", "x", "20"])  # fmt: skip
    said = refused(rows)
    assert "outside the world" in said
    assert "stands at 0, 0" in said
    assert "holds no whole number" in said
    assert "holds no year" in said


def test_industry_code_may_stand_under_its_own_name():
    assert Panel.from_frame(frame(site=["a"]).rename({"part": "NAICS"})).rows["part"].to_list() == ["3363"]


def test_other_columns_are_kept_to_group_by():
    assert Panel.from_frame(frame(site=["a"], county=[" X "])).rows["county"].to_list() == ["X"]


def test_site_registered_again_is_one_site():
    rows = frame(site=["a", "b"], organization=["Acme, S.A.", "ACME SA"], first_year=[2010, 2014], last_year=[2012, 2018], lat=[25.7, 25.701])  # fmt: skip
    panel = Panel.from_frame(rows)
    assert panel.rows.select("site", "first_year", "last_year").rows() == [("a", 2010, 2018)]
    assert next(f.rule for f in panel.findings if f.severity == "warning") == "registered_again"


@pytest.mark.parametrize(
    "other",
    [
        {"lat": [25.7, 25.8]},
        {"part": ["3363", "3344"]},
        {"organization": ["Acme", "Bolt"]},
        {"last_year": [2016, 2018]},
    ],
    ids=["far away", "another code", "another firm", "seen at the same time"],
)
def test_two_sites_stay_two(other):
    given = {
        "site": ["a", "b"],
        "organization": ["Acme", "Acme"],
        "first_year": [2010, 2014],
        "last_year": [2012, 2018],
    }
    assert Panel.from_frame(frame(**{**given, **other})).rows.height == 2


def test_site_that_names_an_earlier_key_is_that_site():
    rows = frame(site=["a", "b"], first_year=[2010, 2014], same_as=[None, "a"])
    assert Panel.from_frame(rows).rows["site"].to_list() == ["a"]


def test_a_later_row_never_joins_two_earlier_sites():
    """B lies 1.5 km from each of two sites that are 3 km apart."""
    rows = frame(site=["a", "c", "b"], organization=["Acme"] * 3, first_year=[2001, 2002, 2003], lat=[25.0, 25.027, 25.0135])  # fmt: skip
    assert Panel.from_frame(rows).rows["site"].to_list() == ["a", "c"]


def test_break_of_the_register_and_years_without_entry_are_found():
    years = [2000] * 5 + [2001, 2002, 2003, *[2005] * 9]
    rows = frame(site=[f"s{i}" for i in range(len(years))], first_year=years, lat=[20 + 0.1 * i for i in range(len(years))])  # fmt: skip
    found = {f.rule: f.value for f in Panel.from_frame(rows).findings}
    assert found["register_break"] == "2005"
    assert found["hole"] == "2004"


def test_unknown_file_and_form_are_refused(tmp_path):
    (tmp_path / "p.txt2").write_text("x")
    for name, said in (("none.csv", "no such file"), ("p.txt2", "ending")):
        with pytest.raises(DataError, match=said):
            read_panel(tmp_path / name)
