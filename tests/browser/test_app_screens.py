"""Every screen at both widths and in both themes; tables, addresses, names that would like to be code."""

from __future__ import annotations

import httpx
import pytest
from app_pages import bring_example

pytestmark = pytest.mark.browser

SCREENS = {
    "home": "",
    "data": "",
    "map?at=region:NORTH&list=1": "map_idle",
    "regions": "regions",
    "tiers?at=n2": "graph_idle",
    "stress?break=site:n2": "knocked_out",
    "plan": "",
    "growth": "analysis_growth",
    "scenarios": "",
    "compare": "",
    "analysis": "",
    "analysis?name=density": "analysis_density",
    "reports": "",
    "jobs": "",
    "account": "",
}
OF_THE_WORKSPACE = {"home", "jobs", "account"}
LOOKS = [(1280, "light"), (1280, "dark"), (390, "dark"), (390, "light")]


@pytest.mark.parametrize("screen", SCREENS)
def test_screen_is_quiet_accessible_and_fits(visit, mini, screen):
    where = "" if screen in OF_THE_WORKSPACE else f"/n/{mini}"
    opened = visit(f"/w/main{where}/{screen}")
    opened.page.get_by_role("heading", level=1).wait_for()
    if SCREENS[screen]:
        opened.wait_for_mark(SCREENS[screen], 400)
    opened.page.wait_for_load_state("networkidle")
    for width, theme in LOOKS:
        opened.dress(width=width, theme=theme)
        opened.page.wait_for_load_state("networkidle")
        assert opened.faults() == {}, (width, theme)


def test_page_has_a_skip_link_and_moves_the_focus_with_the_screen(visit, mini):
    page = visit(f"/w/main/n/{mini}/data").page
    page.get_by_role("heading", name="Data").wait_for()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.get_by_role("navigation", name="Screens").get_by_role("link", name="Reports").click()
    page.get_by_role("heading", name="Reports", exact=True).wait_for()
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_picture_has_a_table_twin(visit, mini):
    opened = visit(f"/w/main/n/{mini}/analysis?name=density")
    opened.wait_for_mark("analysis_density")
    page = opened.page
    figure = page.get_by_role("figure").first
    figure.get_by_role("button", name="Show as table").click()
    assert figure.get_by_role("grid").get_by_role("gridcell").count() > 3


def test_parameter_out_of_range_is_refused_with_the_servers_words_at_the_field(visit, mini):
    opened = visit(f"/w/main/n/{mini}/analysis?name=density")
    opened.wait_for_mark("analysis_density")
    page = opened.page
    page.get_by_label("Radius km").fill("-5")
    page.get_by_role("button", name="Run", exact=True).click()
    page.get_by_role("alert").wait_for()
    assert page.get_by_label("Radius km").get_attribute("aria-invalid") == "true"
    assert "greater than or equal to 5" in page.locator(".field .said").inner_text()


def test_weights_move_the_score_and_stay_in_the_address(visit, mini):
    opened = visit(f"/w/main/n/{mini}/regions")
    opened.wait_for_mark("regions")
    page = opened.page
    before = page.locator("table.side tbody tr").nth(1).inner_text()
    page.get_by_label("Redundancy").fill("1")
    page.wait_for_url("**p=**")
    page.wait_for_load_state("networkidle")
    page.locator(".stack[aria-busy=false]").first.wait_for()
    assert page.locator("table.side tbody tr").nth(1).inner_text() != before


def test_long_table_holds_only_the_rows_in_view(visit, served):
    digest = bring_example(served, "ev-battery-central-europe")
    page = visit(f"/w/main/n/{digest}/data?table=links").page
    grid = page.get_by_role("grid", name="links")
    grid.wait_for()
    assert int(grid.get_attribute("aria-rowcount")) > 2000
    assert page.locator("table[role=grid] tbody tr").count() < 100
    page.get_by_role("gridcell").first.focus()
    page.keyboard.press("Control+End")
    page.locator("tr[aria-rowindex='2050'] td").first.wait_for()


def test_undo_goes_back_to_the_version_before(visit, mini):
    page = visit(f"/w/main/n/{mini}/data?table=sites").page
    cell = page.get_by_role("gridcell", name="Taller Sur").first
    cell.focus()
    page.keyboard.press("Enter")
    page.keyboard.type("Taller del Sur")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Store as a new version").click()
    page.get_by_role("button", name="Undo").click()
    page.wait_for_url(f"**/n/{mini}/data?**")
    page.get_by_role("gridcell", name="Taller Sur").first.wait_for()
    assert page.get_by_role("gridcell", name="Taller del Sur").count() == 0


def test_hostile_name_shows_as_text(visit, served):
    name = "</script><img src=x onerror=alert(1)>"
    with httpx.Client(base_url=served, timeout=60) as client:
        headers = {"X-CSRF": client.get("/api/me").json()["csrf"], "Origin": served}
        body = {"tables": {"parts": [{"part": "cell", "name": name, "kind": "component"}], "meta": [{"name": name}]}}
        digest = client.post("/api/w/main/networks", json=body, headers=headers).raise_for_status().json()["digest"]
    opened = visit(f"/w/main/n/{digest}/data?table=parts")
    opened.page.get_by_role("gridcell", name=name).wait_for()
    assert opened.page.locator("img").count() == 0
    assert opened.said == []
