"""The plan: asked for by a button, or a clear word that this build has none."""

from __future__ import annotations

import httpx
import pytest
from app_pages import bring_example

pytestmark = pytest.mark.browser


def loud(opened):
    """Give what the page said, but for the notes of the drawing library that only a debugger shows."""
    return [line for line in opened.said if not line.startswith("debug: luma.gl")]


@pytest.fixture(scope="module")
def mini(served):
    return bring_example(served, "mini")


@pytest.fixture(scope="module")
def plans(served):
    """See whether this server lists the analysis."""
    return any(entry["name"] == "design" for entry in httpx.get(f"{served}/api/analyses").json())


def test_plan_without_the_analysis_says_so_and_leads_on(visit, mini, plans):
    if plans:
        pytest.skip("this server plans")
    page = visit(f"/w/main/n/{mini}/plan").page
    page.get_by_role("heading", name="Planning is not in this build yet").wait_for()
    assert page.get_by_role("link", name="Open the map").get_attribute("href").endswith("/map")


def test_plan_shows_what_it_starts_and_how_sure_it_is(visit, mini, plans):
    if not plans:
        pytest.skip("this server does not list 'design'")
    opened = visit(f"/w/main/n/{mini}/plan")
    opened.page.get_by_role("button", name="Solve").first.click()
    opened.wait_for_mark("analysis_design", 300)
    main = opened.page.get_by_role("main").inner_text()
    assert "at most" in main
    assert "Projects and contracts by year" in main
    assert "solve=1" in opened.page.url


@pytest.mark.parametrize("width", [1280, 390])
def test_plan_is_quiet_accessible_and_fits(visit, mini, width):
    opened = visit(f"/w/main/n/{mini}/plan", width=width)
    opened.page.get_by_role("heading", level=1, name="Plan").wait_for()
    opened.page.wait_for_load_state("networkidle")
    assert opened.axe() == []
    assert not opened.scrolls_sideways()
    assert loud(opened) == []
    assert opened.outside() == []
