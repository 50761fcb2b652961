"""The whole way: from a file with a slip to a plan, its comparison and a report."""

import pytest

from tierscape.io.networks import load, save
from tierscape.network import Network

pytestmark = pytest.mark.browser


@pytest.fixture
def files(tmp_path):
    """A workbook with a slip in one cell, and a table that cannot be used."""
    import polars as pl

    tables = dict(load("mini").tables)
    slipped = pl.when(pl.col("site") == "n1").then(pl.lit("NORHT")).otherwise("region").alias("region")
    save(Network.from_tables({**tables, "sites": tables["sites"].with_columns(slipped)}), tmp_path / "mine.xlsx")
    (tmp_path / "parts.csv").write_text("part,name,kind\npump,coolant pump,gadget\n", encoding="utf-8")
    return tmp_path


def test_journey_from_a_file_to_a_report(visit, files):
    opened = visit("/w/main/home")
    page = opened.page

    refuse_what_cannot_be_used(page, files / "parts.csv")
    opened.said[:] = [line for line in opened.said if "422" not in line]  # the browser's own line on a refused upload
    page.get_by_label("Choose files").set_input_files(files / "mine.xlsx")
    page.get_by_role("heading", name="Findings").wait_for()
    first = page.url.split("?")[0]

    fix_the_cell(page)
    page.get_by_text("Stored as a new version").wait_for()
    assert page.url.split("?")[0] != first
    assert page.get_by_text("NORHT").count() == 0

    to(page, "Map")
    opened.wait_for_mark("map_idle")

    to(page, "Stress")
    opened.wait_for_mark("analysis_stress", 400)
    page.get_by_role("grid", name="Who runs out before they are back").get_by_role(
        "gridcell", name="Northern Motors"
    ).click()
    opened.wait_for_mark("knocked_out", 400)
    page.get_by_role("button", name="Keep as a scenario: it closes").click()
    page.get_by_text("Kept as “Northern Motors closed”.").wait_for()

    to(page, "Plan")
    page.get_by_label("Years").fill("2")
    page.get_by_role("button", name="Solve", exact=True).click()
    opened.wait_for_mark("analysis_design", 400)
    page.get_by_role("button", name="Keep as scenario").click()
    page.get_by_text("Kept as “Plan 1 in").wait_for()
    page.get_by_role("link", name="Compare it").click()
    page.get_by_role("checkbox", name="Northern Motors closed").first.check()
    opened.wait_for_mark("compare")
    page.locator(".answer").get_by_text("under 2 scenarios").wait_for()
    assert page.get_by_role("grid", name="Differences").get_by_role("row").count() > 2

    to(page, "Reports")
    page.get_by_role("button", name="Make the report").click()
    opened.wait_for_mark("report", 180)
    with page.context.expect_page() as report:
        page.get_by_role("link", name="Open").first.click()
    report.value.wait_for_load_state()
    assert "Mini" in report.value.title()

    assert opened.faults() == {}


def refuse_what_cannot_be_used(page, file):
    page.get_by_label("Choose files").set_input_files(file)
    refused = page.get_by_role("alert")
    refused.wait_for()
    assert "parts.kind" in refused.inner_text()
    assert "gadget" in refused.inner_text()


def fix_the_cell(page):
    page.get_by_role("link", name="Show the row").first.click()
    cell = page.get_by_role("gridcell", name="NORHT")
    cell.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("NORTH")
    page.keyboard.press("Enter")
    page.get_by_text("1 change is not stored yet.").wait_for()
    page.get_by_role("button", name="Store as a new version").click()


def to(page, screen):
    page.get_by_role("navigation", name="Screens").get_by_role("link", name=screen, exact=True).click()
    page.get_by_role("heading", level=1, name=screen).wait_for()
