import polars as pl
import pytest

from tierscape.frames import empty
from tierscape.geocode import find_places, place_sites
from tierscape.schema import PARTS, SITES


def sites(*rows):
    """Make a table of sites from (town, country, region) or from mappings."""
    named = [r if isinstance(r, dict) else dict(zip(("town", "country", "region"), r, strict=False)) for r in rows]
    full = [{"site": f"s{i}"} | r for i, r in enumerate(named)]
    return {"sites": pl.DataFrame(full, schema=empty(SITES).schema)}


def place(*rows, **options):
    tables, findings = place_sites(sites(*rows), **options)
    return tables["sites"].to_dicts(), {f.rule: f for f in findings}


def test_unique_town_is_placed_and_said():
    (row,), findings = place(("Győr", "HU"))
    assert (row["lat"], row["lon"], row["geo_precision"]) == (47.68, 17.64, "town")
    note = findings["geocoded"]
    assert (note.severity, note.count, note.row, note.value) == ("note", 1, 1, "Győr")
    assert "1 of 1 rows" in note.problem


@pytest.mark.parametrize("spelling", ["Gyor", "GYŐR", " győr ", "Gyor."])
def test_case_and_accents_do_not_matter(spelling):
    assert place((spelling, "HU"))[0][0]["lat"] == 47.68


@pytest.mark.parametrize("spelling", ["Kędzierzyn-Koźle", "Kedzierzyn Kozle", "kedzierzynkozle"])
def test_hyphens_and_blanks_do_not_matter(spelling):
    assert place((spelling, "PL"))[0][0]["lat"] == pytest.approx(50.35, abs=0.02)


@pytest.mark.parametrize("spelling", ["München", "Muenchen", "Munich", "Munchen"])
def test_other_spellings_find_the_town(spelling):
    assert place((spelling, "DE"))[0][0]["lat"] == pytest.approx(48.14, abs=0.02)


def test_sharp_letters_without_a_decomposition_are_folded():
    assert place(("Lodz", "PL"))[0][0]["lat"] == pytest.approx(51.77, abs=0.03)


def test_several_towns_of_a_name_stay_without_coordinates_and_name_the_candidates():
    rows, findings = place(("Guadalupe", "MX"), ("Guadalupe", "MX"), ("Győr", "HU"))
    assert rows[0]["lat"] is None
    assert rows[0]["geo_precision"] is None
    warning = findings["geocode_ambiguous"]
    assert (warning.severity, warning.count, warning.row) == ("warning", 2, 1)
    assert "Guadalupe (Nuevo León, MX, about 670,000 people)" in warning.remedy
    assert "2 of 3" not in findings["geocoded"].problem
    assert "1 of 3 rows" in findings["geocoded"].problem


def test_region_decides_between_towns_of_a_name():
    rows, findings = place(("Guadalupe", "MX", "MX-NLE"), ("Guadalupe", "MX", "MX-ZAC"))
    assert [round(r["lat"]) for r in rows] == [26, 23]
    assert set(findings) == {"geocoded"}


def test_town_that_stands_in_another_region_is_not_taken():
    rows, findings = place(("Győr", "HU", "HU-HB"))
    assert rows[0]["lat"] is None
    assert "Győr" in findings["geocode_ambiguous"].remedy


def test_region_key_of_ones_own_does_not_hinder():
    assert place(("Győr", "HU", "north-west"))[0][0]["lat"] == 47.68


def test_town_ten_times_as_large_as_its_namesake_is_meant():
    places = find_places("Roth", "DE")
    assert len(places) > 1
    assert places[0].population > 10 * places[1].population
    assert place(("Roth", "DE"))[0][0]["lat"] == places[0].lat


def test_unknown_town_is_a_warning_with_the_nearest_names():
    rows, findings = place(("Debrecin-upon-Nowhere", "HU"), ("Nyiregyhazza", "HU"))
    assert [r["lat"] for r in rows] == [None, None]
    tables, found = place_sites(sites(("Nyiregyhazza", "HU")))
    assert [f.rule for f in found] == ["geocode_unknown"]
    assert "Nyíregyháza" in found[0].remedy
    assert found[0].severity == "warning"
    assert tables["sites"]["lat"].to_list() == [None]
    assert "geocoded" not in findings


def test_country_is_filled_where_the_town_is_the_only_one_in_the_world():
    rows, findings = place(("Nyíregyháza", None), ("London", None))
    assert (rows[0]["country"], rows[0]["lat"]) == ("HU", 47.96)
    assert (rows[1]["country"], rows[1]["lat"]) == (None, None)
    assert "GB" in findings["geocode_ambiguous"].remedy


def test_placed_rows_half_placed_rows_and_rows_without_a_town_are_untouched():
    given = sites(
        {"town": "Győr", "country": "HU", "lat": 1.5, "lon": 2.5, "geo_precision": "site"},
        {"town": "Győr", "country": "HU", "lat": 1.5},
        {"country": "HU"},
        {"town": " ", "country": "HU"},
    )
    tables, findings = place_sites(given)
    assert tables["sites"].equals(given["sites"])
    assert findings == []


def test_other_tables_pass_and_sites_may_be_absent():
    parts = empty(PARTS)
    tables, findings = place_sites({"parts": parts})
    assert tables["parts"] is parts
    assert findings == []
    assert place_sites({"sites": empty(SITES)})[1] == []


def test_row_counts_from_the_first_row_of_the_table():
    _, findings = place({"country": "HU"}, ("Xyzzy", "HU"), ("Győr", "HU"), first_rows={"sites": 2})
    assert findings["geocode_unknown"].row == 3
    assert findings["geocoded"].row == 4


def test_order_of_rows_changes_no_place_and_columns_stay():
    towns = [("Győr", "HU"), ("Guadalupe", "MX"), ("Debrecen", "HU"), ("Nysa", "PL", "PL-16"), ("Xyzzy", None)]
    forward, backward = place(*towns)[0], place(*towns[::-1])[0][::-1]
    drop = {"site"}
    assert [{k: v for k, v in r.items() if k not in drop} for r in forward] == [
        {k: v for k, v in r.items() if k not in drop} for r in backward
    ]
    assert list(forward[0]) == list(SITES.names)


def test_candidates_come_in_one_order_largest_first():
    people = [p.population or 0 for p in find_places("Springfield", "US")]
    assert len(people) > 5
    assert people == sorted(people, reverse=True)
