import dataclasses
import json
import re

import polars as pl
import pytest
from python_calamine import CalamineWorkbook

import tierscape
from density_sample import HOSTILE, density_answer
from tierscape.report import make_report


@pytest.fixture(scope="module")
def pages(sample):
    return {static: make_report([sample], title="Report", date="2026-01-31", static=static) for static in (False, True)}


def test_page_goes_from_answer_over_evidence_and_map_to_provenance(pages, sample):
    for html in pages.values():
        main = html[html.index("<main") :]
        places = [main.index(f'<section id="{key}"') for key in ("evidence", "map", "density", "provenance")]
        assert main.index("Komárom-Esztergom scores 61") < places[0]
        assert places == sorted(places)
        assert sample.provenance.digest in html
        assert "31% of these rows are illustrative" in html


def test_every_link_within_the_page_leads_somewhere_once(pages):
    for html in pages.values():
        anchors = re.findall(r'\bid="([^"]+)"', html)
        assert len(anchors) == len(set(anchors))
        assert set(re.findall(r'href="#([^"]+)"', html)) <= set(anchors)


def test_every_chart_has_its_table_on_the_page(pages, sample):
    for html in pages.values():
        assert html.count("The same numbers as a table") == len(sample.charts())


@pytest.mark.parametrize(("static", "most"), [(False, 2_000_000), (True, 1_000_000)])
def test_page_is_small_enough_to_mail(pages, static, most):
    assert len(pages[static].encode()) <= most


@pytest.mark.parametrize(("static", "most"), [(False, 2_000_000), (True, 1_000_000)])
def test_report_of_the_demo_is_small_enough_to_mail(static, most):
    network = tierscape.load("ev-battery-central-europe")
    answer = tierscape.density(network, product=network.products[0])
    assert len(make_report([answer], title=network.name, static=static).encode()) <= most


@pytest.mark.parametrize("static", [False, True])
def test_same_answer_gives_the_same_bytes(pages, static):
    assert make_report([density_answer()], title="Report", date="2026-01-31", static=static) == pages[static]


def test_date_stands_only_where_it_is_given(sample):
    assert "2026-01-31" not in make_report([sample], title="Report", static=True)


@pytest.mark.parametrize("static", [False, True])
def test_hostile_names_show_as_text(hostile_sample, static):
    html = make_report([hostile_sample], title=HOSTILE, static=static)
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_scenarios_stand_side_by_side(sample):
    html = make_report([sample], title="Report", static=True, scenarios={"base": [sample], "new plant": [sample]})
    assert '<section id="scenarios"' in html
    assert '<th scope="row">new plant</th>' in html


def test_single_answer_is_a_page_of_its_own(sample):
    html = sample.to_html(static=True, date="2026-01-31")
    assert "<h1>Supply density</h1>" in html
    assert '<section id="provenance"' in html
    assert html.count('<figure class="chart"') == len(sample.charts())


def test_answer_without_provenance_still_makes_a_page(sample):
    html = dataclasses.replace(sample, provenance=None).to_html(static=True)
    assert '<section id="evidence"' not in html
    assert "Komárom-Esztergom" in html


def test_folder_holds_the_answer_its_tables_and_its_pictures(sample, tmp_path):
    target = sample.save(tmp_path / "new" / "folder")
    assert (target / "result.json").read_bytes() == sample.to_json()
    assert (target / "summary.txt").read_text(encoding="utf-8") == sample.summary() + "\n"
    assert pl.read_csv(target / "regions.csv").shape == sample.regions.shape
    assert json.loads((target / "map.vl.json").read_text(encoding="utf-8"))["layer"]
    assert {f.name for f in target.iterdir()} == {
        "result.json", "summary.txt", *(f"{t.name}.csv" for t in sample.TABLES),
        *(f"{c.name}.vl.json" for c in sample.charts()),
    }  # fmt: skip


def test_workbook_has_a_sheet_a_table_with_units_and_the_rest(sample, tmp_path):
    book = CalamineWorkbook.from_path(str(sample.save(tmp_path / "answer.xlsx")))
    names = ["summary", *(t.name for t in sample.TABLES), "parameters", "findings", "provenance"]
    assert book.sheet_names == names
    rows = book.get_sheet_by_name("regions").to_python()
    assert rows[0][:2] == ["region", "name"]
    assert rows[1][rows[0].index("score")] == "points"
    assert rows[3][rows[0].index("score")] == pytest.approx(61.0)
    assert book.get_sheet_by_name("summary").to_python()[1][0] == sample.summary()
    assert ["assumptions.weakest_link", 1.0] in book.get_sheet_by_name("parameters").to_python()
    assert len(book.get_sheet_by_name("findings").to_python()) == 3


@pytest.mark.parametrize("text", ["=1+1", "http://example.org", HOSTILE, "0123"])
def test_texts_stay_texts_in_a_workbook(text, tmp_path):
    book = CalamineWorkbook.from_path(str(density_answer(text).save(tmp_path / "answer.xlsx")))
    rows = book.get_sheet_by_name("regions").to_python()
    assert rows[4][rows[0].index("name")] == text


def test_workbook_of_the_same_answer_has_the_same_bytes(sample, tmp_path):
    assert sample.save(tmp_path / "a.xlsx").read_bytes() == sample.save(tmp_path / "b.xlsx").read_bytes()


@pytest.fixture(scope="module")
def live():
    network = tierscape.load("mini")
    return network, tierscape.density(network)


def test_map_that_can_be_moved_holds_the_sites_and_links_of_the_network(live):
    network, answer = live
    html = make_report([answer], title="Report", interactive=network)
    found = re.search(r'id="density-live-data">(.*?)</script>', html)
    data = json.loads(found[1])
    assert len(data["sites"]["name"]) == network["sites"].drop_nulls(["lat", "lon"]).height
    assert max(data["links"]["source"] + data["links"]["target"]) < len(data["sites"]["name"])
    assert len(data["cells"]["ring"]) == answer.cells.height
    assert "Castco foundry" in data["sites"]["name"]
    assert len(html.encode()) <= 5_000_000


def test_map_that_can_be_moved_is_only_where_it_is_asked_for_and_a_script_is_allowed(live):
    network, answer = live
    assert "data-map" not in make_report([answer], title="Report")
    still = make_report([answer], title="Report", interactive=network, static=True)
    assert "data-map" not in still
    assert "<script" not in still


def test_names_of_sites_cannot_leave_the_data_of_the_map(live):
    network, answer = live
    tables = {**network.tables, "sites": network["sites"].with_columns(name=pl.lit(HOSTILE))}
    html = make_report([answer], title="Report", interactive=tierscape.Network.from_tables(tables))
    assert HOSTILE not in html
