"""The map: what is drawn, what a click finds, what a move of a supplier changes, and the list that holds the same."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser


@pytest.fixture
def opened_map(visit, mini):
    def go(query="", **how):
        opened = visit(f"/w/main/n/{mini}/map{query}", **how)
        opened.wait_for_mark("map_idle")
        return opened

    return go


def point(opened, lon, lat):
    """Give where a place stands on the page."""
    box = opened.page.locator(".map-canvas").bounding_box()
    x, y = opened.page.evaluate("([lon, lat]) => window.__map.project(lon, lat)", [lon, lat])
    return box["x"] + x, box["y"] + y


def site_on_map(opened, key):
    """Give lon and lat of a site as the server has it."""
    url = f"{opened.page.url.split('/map')[0].replace('/w/main/n/', '/api/w/main/networks/')}/map"
    sites = opened.page.evaluate("async url => (await (await fetch(url)).json()).sites", url)
    at = sites["site"].index(key)
    return sites["lon"][at], sites["lat"][at]


def test_map_draws_cells_links_nodes_regions_and_sites(opened_map):
    opened = opened_map()
    drawn = {}
    while "links" not in drawn:  # they are sorted beside the page, and come when they are
        opened.page.wait_for_timeout(50)
        drawn = {layer["id"]: layer["count"] for layer in opened.page.evaluate("window.__map.layers()")}
    assert drawn["sites"] == 11
    assert drawn["cells"] > 100
    assert drawn["links"] + drawn["links-inferred"] >= 9
    assert drawn["regions"] == 3
    assert drawn["nodes"] == 3
    legend = opened.page.get_by_role("complementary", name="Legend").inner_text()
    assert "Score, points of 100" in legend
    assert "offshore link" in legend


def test_click_on_a_site_tells_who_it_is_and_its_links(opened_map):
    opened = opened_map("?layers=sites")
    lon, lat = site_on_map(opened, "c1")
    opened.page.evaluate("([lon, lat]) => window.__map.jump(lon, lat, 11)", [lon, lat])
    opened.wait_for_mark("map_idle")
    x, y = opened.page.evaluate("([lon, lat]) => window.__map.project(lon, lat)", [lon, lat])
    found = opened.page.evaluate("([x, y]) => window.__map.pick(x, y)", [x, y])
    assert found["layer"] == "sites"
    opened.page.mouse.click(*point(opened, lon, lat))
    panel = opened.page.get_by_role("complementary", name="What is selected")
    panel.get_by_role("heading", name="Rare Magnets Baotou").wait_for()
    assert "Delivers on 1 link" in panel.inner_text()
    assert "at=site" in opened.page.url


def test_panel_of_a_region_shows_what_to_attract_first(opened_map):
    panel = opened_map("?at=region:NORTH").page.get_by_role("complementary", name="What is selected")
    text = panel.inner_text()
    assert "Rank 1 of 3" in text
    assert "What to attract first" in text
    assert "casting mould" in text


def test_screen_after_a_map_with_an_open_panel_is_there(opened_map):
    opened = opened_map("?at=region:NORTH")
    opened.page.get_by_text("What to attract first").wait_for()
    opened.page.get_by_role("navigation", name="Screens").get_by_role("link", name="Tiers", exact=True).click()
    opened.page.get_by_role("heading", level=1, name="Tiers").wait_for()
    assert opened.loud() == []


def test_layer_that_is_switched_off_is_not_drawn_and_the_address_holds_it(opened_map):
    opened = opened_map()
    opened.page.get_by_role("checkbox", name="Links").uncheck()
    opened.page.wait_for_url("**layers=**")
    opened.wait_until("!window.__map.layers().some(layer => layer.id.startsWith('links'))")
    assert "layers=" in opened.page.url


def test_list_holds_the_same_sites_and_selects_on_the_map(opened_map):
    page = opened_map().page
    page.keyboard.press("l")
    grid = page.get_by_role("grid", name="Sites as a list")
    assert grid.get_attribute("aria-rowcount") == "12"
    grid.get_by_role("gridcell", name="Northern Motors").click()
    page.get_by_role("complementary", name="What is selected").get_by_role("heading", name="Northern Motors").wait_for()
    assert "at=site%3An2" in page.url


def test_site_closed_in_a_what_if_moves_scores_and_can_be_kept(opened_map):
    opened = opened_map("?at=site:n2")
    page = opened.page
    page.get_by_role("button", name="Close this site").click()
    outcome = page.get_by_role("region", name="What moved")
    outcome.get_by_text("North").first.wait_for()
    assert "→" in outcome.inner_text()
    outcome.get_by_label("Name of the scenario").fill("No motors")
    outcome.get_by_role("button", name="Keep as scenario").click()
    outcome.get_by_text("Kept as “No motors”.").wait_for()
    page.get_by_role("button", name="Back to the start").click()
    outcome.wait_for(state="detached")


def test_dragged_site_is_scored_where_it_is_put(opened_map):
    opened = opened_map("?layers=sites,regions,cells")
    page = opened.page
    lon, lat = site_on_map(opened, "s1")
    page.evaluate("([lon, lat]) => window.__map.jump(lon, lat, 9)", [lon, lat])
    opened.wait_for_mark("map_idle")
    page.get_by_role("button", name="Move suppliers").click()
    x, y = point(opened, lon, lat)
    page.mouse.move(x, y)
    box = page.locator(".map-canvas").bounding_box()
    opened.wait_until(f"(window.__map.pick({x - box['x']}, {y - box['y']}) || {{}}).layer === 'sites'")
    page.mouse.down()
    page.mouse.move(x + 60, y - 40, steps=4)
    page.mouse.move(x + 120, y - 80, steps=4)
    page.mouse.up()
    page.get_by_text("1 change").wait_for()
    opened.wait_until("Boolean(window.__what_if)")
    assert page.evaluate("window.__what_if.total.length") >= 1


def test_map_is_taken_along_as_a_picture_and_as_a_workbook(opened_map):
    page = opened_map("?layers=sites").page
    with page.expect_download() as picture:
        page.get_by_role("button", name="PNG, the map as a picture").click()
    assert picture.value.suggested_filename == "map.png"
    assert picture.value.path().stat().st_size > 3000
    assert page.get_by_role("link", name="XLSX").get_attribute("href").endswith(".xlsx")


def test_missing_part_is_shown_by_region(opened_map):
    opened = opened_map()
    choice = opened.page.get_by_label("Where is it missing?")
    choice.select_option(index=1)
    legend = opened.page.get_by_role("complementary", name="Legend")
    legend.get_by_text("red ring: nobody in reach").wait_for()
    assert "gap=" in opened.page.url


def test_radius_scores_again(opened_map):
    opened = opened_map()
    before = opened.page.locator("#map-sentence").inner_text()
    slider = opened.page.get_by_label("Radius")
    slider.fill("300")
    opened.page.locator("#map-sentence").get_by_text("within 300 km").wait_for()
    assert opened.page.locator("#map-sentence").inner_text() != before
