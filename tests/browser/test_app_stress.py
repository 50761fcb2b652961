"""Stress and growth: knock something out, move the anchor."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


def test_row_that_is_clicked_is_knocked_out_and_its_days_are_shown(visit, mini):
    opened = visit(f"/w/main/n/{mini}/stress")
    opened.wait_for_mark("analysis_stress", 400)
    page = opened.page
    page.get_by_role("grid", name="Who runs out before they are back").get_by_role(
        "gridcell", name="Northern Motors"
    ).click()
    opened.wait_for_mark("knocked_out", 400)
    page.get_by_role("heading", name="Northern Motors stops").wait_for()
    assert "break=site%3An2" in page.url
    assert page.locator("svg.stress-line").count() == 1
    page.get_by_role("button", name="Keep as a scenario: it closes").click()
    page.get_by_text("Kept as “Northern Motors closed”.").wait_for()


def test_region_stops_from_the_address_alone(visit, mini):
    opened = visit(f"/w/main/n/{mini}/stress?break=region:NORTH")
    opened.wait_for_mark("knocked_out", 400)
    opened.page.get_by_role("heading", name="North stops").wait_for()


def test_growth_says_that_it_is_no_forecast_and_takes_another_anchor(visit, mini):
    opened = visit(f"/w/main/n/{mini}/growth")
    opened.wait_for_mark("analysis_growth", 400)
    page = opened.page
    assert page.get_by_text("Scenario, not forecast").count() >= 1
    page.get_by_label("Region of the anchor").select_option("SOUTH")
    page.get_by_role("button", name="Run", exact=True).click()
    page.locator(".answer").get_by_text("in South").wait_for(timeout=400_000)
    assert "SOUTH" in page.url
