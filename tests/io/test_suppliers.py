"""A plain supplier list: the shortest way in."""

from __future__ import annotations

import pytest

import tierscape as ts
from odd_files import findings_of, only, put, rules_of

PARTS = "part,name,kind\ncell,Battery cell,component\nfoil,Aluminium foil,material\npack,Pack,product\nring,Ring A,component\nring_b,Ring A,component\n"
HEAD = "name,town,country,makes,organization,lat,lon\n"
SIX = """Umicore Nysa,Nysa,PL,cathode_nmc; pcam,,,
Göd Cells,Göd,HU,cell_nmc;cel_nmcc,Samsung SDI,,
Foil House,Győr,HU,Aluminium foil battery grade,,,
Graphite AG,Frankfurt,DE,ANODE-graphite,,50.1,8.7
"Boxes & Co / Werk 2",Bratislava,SK,cell_nmc,Boxes & Co,,
Mystery,Nowhereville,PL,pcam,,,
"""


@pytest.fixture
def started(tmp_path, tierscape):
    """Do what the guide says: a template of a product, and a list of six."""
    folder = tmp_path / "mine"
    assert tierscape("template", folder, "--product", "ev_pack_75").code == 0
    with (folder / "suppliers.csv").open("a", encoding="utf-8") as file:
        file.write("\n".join(",".join([*line.split(",")]) for line in SIX.splitlines()) + "\n")
    return folder


def listed(tmp_path, rows, **tables):
    return put(tmp_path / "n", suppliers=HEAD + rows, **{"parts": PARTS, **tables})


def test_six_suppliers_are_enough_for_an_answer(started, tierscape):
    ran = tierscape("check", started)
    assert ran.code == 0
    network = ts.load(started)
    assert network["sites"].height == 6
    assert network["sites"]["lat"].null_count() == 1
    made = set(network["capabilities"].select("site", "part").rows())
    assert {("umicore_nysa", "pcam"), ("foil_house", "al_foil"), ("graphite_ag", "anode_graphite")} <= made
    assert set(network["capabilities"]["evidence"]) == {"declared"}
    answer = tierscape("density", started)
    assert answer.code == 0
    assert "EV battery pack" in answer.out
    assert "regions: is empty" in answer.err


def test_what_needs_a_look_is_said_by_the_rows_of_the_list(started):
    network = ts.load(started)
    found = {f.rule: f for f in network.findings}
    word, town, placed = found["unknown_part"], found["geocode_unknown"], found["geocoded"]
    assert (word.where, word.row, word.value) == ("suppliers.makes", 5, "cel_nmcc")
    assert "cell_nmc" in word.remedy
    assert (town.where, town.row, town.value) == ("suppliers.town", 9, "Nowhereville")
    assert (placed.where, placed.row, placed.count) == ("suppliers.town", 4, 4)
    assert "status_unknown" not in found


def test_list_alone_says_how_to_start(started, tierscape):
    ran = tierscape("check", started / "suppliers.csv")
    assert ran.code == 3
    assert "tierscape template FOLDER --product PRODUCT" in ran.out
    assert "unknown_part" not in ran.out


def test_list_under_another_name_is_a_list(tmp_path):
    (tmp_path / "our partners.csv").write_text(f"{HEAD}Acme,Győr,HU,cell,,,\n")
    assert "no_parts" in rules_of(tmp_path / "our partners.csv")


@pytest.mark.parametrize("word", ["cell", "CELL", " Battery cell ", "battery-cell", "battery_cell"])
def test_part_is_found_by_key_or_name(tmp_path, word):
    network = ts.load(listed(tmp_path, f"Acme,Győr,HU,{word},,,\n"))
    assert network["capabilities"]["part"].to_list() == ["cell"]


def test_name_of_two_parts_names_neither(tmp_path):
    found = only(
        listed(tmp_path, "Acme,Győr,HU,Ring A,,,\nBolt,Győr,HU,ring a,,,\nNut,Győr,HU,Ring A,,,\n"), "unknown_part"
    )
    assert "ring, ring_b" in found.remedy
    assert (found.count, found.row) == (3, 2)


def test_doubled_words_and_stray_separators_count_once(tmp_path):
    network = ts.load(listed(tmp_path, "Acme,Győr,HU,;cell;; cell ;,,,\n"))
    assert network["capabilities"].select("site", "part").rows() == [("acme", "cell")]


def test_namesakes_are_kept_apart_by_town_or_number(tmp_path):
    rows = "Acme,Győr,HU,cell,,,\nAcme,Göd,HU,cell,,,\nacme,Göd,HU,foil,,,\nÁcme!,,HU,cell,,,\n宁德,Győr,HU,cell,,,\n!!!,Győr,HU,cell,,,\n"
    network = ts.load(listed(tmp_path, rows))
    assert network["sites"]["site"].to_list() == ["acme", "acme_göd".replace("ö", "o"), "acme_2", "宁德", "site"]
    assert network["capabilities"].height == 6


def test_firm_whose_name_no_key_can_hold_gets_one_and_keeps_its_name(tmp_path):
    network = ts.load(listed(tmp_path, '"Boxes / Werk 2; Süd",Győr,HU,cell,,,\n#1 Parts,Győr,HU,cell,,,\n'))
    firms = network["organizations"].select("organization", "name").rows()
    assert firms == [("Boxes Werk 2 Süd", "Boxes / Werk 2; Süd"), ("1 Parts", "#1 Parts")]
    assert set(network["sites"]["organization"]) == {"Boxes Werk 2 Süd", "1 Parts"}


def test_rows_of_the_tables_proper_stay_as_they_are(tmp_path):
    folder = listed(
        tmp_path, "Acme,Győr,HU,cell;foil,,,\nBolt,Győr,HU,cell,,,\n",
        sites="Site,Name,Country,Status\nacme,Acme Works,AT,announced\n",
        capabilities="site,part,capacity_per_year\nacme,cell,5\n", organizations="organization\nAcme\n",
    )  # fmt: skip
    network = ts.load(folder)
    assert network["sites"].select("site", "name", "country", "status").rows() == [
        ("acme", "Acme Works", "AT", "announced"),
        ("bolt", "Bolt", "HU", "operating"),
    ]
    assert network["capabilities"].select("site", "part", "capacity_per_year").rows() == [
        ("acme", "cell", 5.0), ("acme", "foil", None), ("bolt", "cell", None),
    ]  # fmt: skip
    assert network["organizations"]["organization"].to_list() == ["Acme", "Bolt"]


def test_errors_in_both_places_keep_their_tables_and_rows(tmp_path):
    folder = listed(
        tmp_path, "Acme,Győr,HU,cell,,,\n,Győr,HU,cell,,,\nBolt,Győr,Ungarn,cell,,200,0\n",
        sites="site,country\nx,UK\n",
    )  # fmt: skip
    found = {(f.rule, f.where): f for f in findings_of(folder) if f.severity == "error"}
    assert found["required", "suppliers.name"].row == 3
    assert (found["country", "sites.country"].row, found["country", "sites.country"].count) == (2, 2)
    assert found["high", "suppliers.lat"].row == 4


def test_ambiguous_town_is_a_warning_with_its_candidates(tmp_path):
    found = only(listed(tmp_path, "Acme,Frankfurt,,cell,,,\n"), "geocode_ambiguous")
    assert (found.where, found.value, found.row) == ("suppliers.town", "Frankfurt", 2)
    assert "Frankfurt am Main" in found.remedy


def test_ambiguous_town_of_a_site_is_a_warning_with_its_candidates(tmp_path):
    folder = put(tmp_path / "n", sites="site,town,country,status\na,Győr,HU,operating\nb,Santa Cruz,MX,operating\n")
    found = only(folder, "geocode_ambiguous")
    assert (found.where, found.row, found.severity) == ("sites.town", 3, "warning")
    assert "people" in found.remedy
    assert ts.load(folder)["sites"]["lat"].null_count() == 1


def test_list_in_a_workbook_and_in_an_archive_is_expanded_too(started, tmp_path, tierscape):
    whole = ts.load(started)
    for target in ("n.xlsx", "n.zip"):
        assert tierscape("convert", started, tmp_path / target).code == 0
        assert ts.load(tmp_path / target).digest == whole.digest


def test_same_list_twice_gives_the_same_network(started):
    assert ts.load(started).digest == ts.load(started).digest


def test_list_without_rows_is_no_fault(tmp_path):
    assert findings_of(put(tmp_path / "n", suppliers=HEAD, parts=PARTS)) == ()
