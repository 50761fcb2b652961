"""The tier graph and its table twin."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def tiers(visit, mini):
    def go(query="", **how):
        opened = visit(f"/w/main/n/{mini}/tiers{query}", **how)
        opened.wait_for_mark("graph_idle")
        opened.wait_for_mark("analysis_visibility")
        return opened

    return go


def test_click_in_the_graph_and_in_the_table_select_the_same(tiers):
    opened = tiers()
    page = opened.page
    box = page.locator(".tier-canvas").bounding_box()
    x, y = page.evaluate("window.__graph('n2')")
    page.mouse.click(box["x"] + x, box["y"] + y)
    page.get_by_role("heading", name="Northern Motors").wait_for()
    assert "at=n2" in page.url
    grid = page.get_by_role("grid", name="Sites as a table")
    grid.get_by_role("gridcell", name="Castco foundry").click()
    page.get_by_role("heading", name="Castco foundry").wait_for()
    assert (
        "stands behind it" in page.get_by_role("main").inner_text()
        or "stand behind it" in page.get_by_role("main").inner_text()
    )


def test_tiers_are_counted_from_where_one_looks(tiers):
    opened = tiers()
    opened.page.get_by_label("Seen from").select_option(label="electric motor")
    opened.page.get_by_role("grid", name="Sites as a table").get_by_role("gridcell", name="Northern Motors").wait_for()
    opened.page.locator(".answer").get_by_text("electric motor").wait_for()
    assert "from=motor" in opened.page.url
