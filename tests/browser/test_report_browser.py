import os

import pytest
from app_pages import CHROMIUM, FLAGS, Opened

import tierscape
from density_sample import HOSTILE
from tierscape.report import make_report

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        not CHROMIUM.exists() and not os.environ.get("CI"),
        reason=f"{CHROMIUM} is not installed; 'apt-get install chromium' brings it",
    ),
]


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def files(hostile_sample, tmp_path_factory):
    folder = tmp_path_factory.mktemp("report")
    for static in (False, True):
        html = make_report([hostile_sample], title=HOSTILE, date="2026-01-31", static=static)
        (folder / f"{static}.html").write_text(html, encoding="utf-8")
    return folder


@pytest.fixture
def opened(browser, files, request):
    """Open a report with the network off; give the page, what it asked for, and what it said."""
    static, width = request.param
    context = browser.new_context(viewport={"width": width, "height": 900}, offline=True)
    page, asked, said = context.new_page(), [], []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.on("dialog", lambda d: (said.append(d.message), d.dismiss()))
    page.goto((files / f"{static}.html").as_uri())
    if not static:
        Opened(page, "").wait_until("Boolean(globalThis.__marks && globalThis.__marks.done)")
    yield page, asked, said
    context.close()


VARIANTS = pytest.mark.parametrize(
    "opened", [(False, 1400), (False, 420), (True, 1400), (True, 420)], indirect=True, ids=str
)


@VARIANTS
def test_report_opens_offline_in_silence_and_asks_for_nothing(opened):
    page, asked, said = opened
    assert [a for a in asked if not a.startswith("data:")] == [page.url]
    assert said == []
    assert page.title() == HOSTILE


@VARIANTS
def test_page_does_not_scroll_sideways(opened):
    page, _, _ = opened
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


@VARIANTS
def test_every_chart_is_drawn(opened, hostile_sample):
    page, _, _ = opened
    drawings = page.locator(".drawing").count()
    assert drawings == len(hostile_sample.charts())
    assert page.locator(".drawing > svg, .drawing > div > svg").count() == drawings
    assert page.evaluate(
        "[...document.querySelectorAll('.drawing svg')].every(s => s.getBoundingClientRect().height > 100)"
    )
    marks = page.evaluate("globalThis.__marks ?? null")
    assert marks is None or (marks["drawn"], marks["failed"]) == (drawings, [])


@pytest.mark.parametrize("opened", [(False, 1400)], indirect=True, ids=str)
def test_contents_lead_to_their_sections(opened):
    page, _, _ = opened
    page.get_by_role("navigation").get_by_role("link", name="Provenance").click()
    assert page.evaluate("location.hash") == "#provenance"
    assert page.locator("#provenance h2").is_visible()


@pytest.mark.parametrize("opened", [(False, 1400)], indirect=True, ids=str)
def test_csv_link_downloads_the_whole_table(opened, tmp_path):
    page, _, _ = opened
    page.locator("details:has(#density-table-sites) > summary").click()
    with page.expect_download() as download:
        page.locator("#density-table-sites a.csv").click()
    assert download.value.suggested_filename == "sites.csv"
    download.value.save_as(tmp_path / "sites.csv")
    assert len((tmp_path / "sites.csv").read_text(encoding="utf-8").splitlines()) == 81


@pytest.fixture
def live(browser, tmp_path):
    """A report with the map that can be moved, opened with the network off."""
    network = tierscape.load("mini")
    html = make_report([tierscape.density(network)], title="Report", interactive=network)
    (tmp_path / "live.html").write_text(html, encoding="utf-8")
    context = browser.new_context(viewport={"width": 390, "height": 900}, offline=True)
    page, said = context.new_page(), []
    page.on("console", lambda m: said.append(m.text))
    page.on("pageerror", lambda e: said.append(str(e)))
    page.goto((tmp_path / "live.html").as_uri())
    Opened(page, "").wait_until("Boolean(globalThis.__marks && globalThis.__marks.done && globalThis.__marks.live_map)")
    yield page
    context.close()
    assert said == []


def test_map_of_a_report_finds_a_site_by_name_and_by_a_click(live):
    live.get_by_label("Find a site", exact=True).fill("Castco foundry")
    live.keyboard.press("Enter")
    card = live.locator(".live-card")
    card.get_by_text("Castco foundry").wait_for()
    assert "Sells to" in card.inner_text()
    live.locator("canvas").focus()
    live.keyboard.press("Escape")
    assert card.is_hidden()
    live.locator("canvas").scroll_into_view_if_needed()
    box = live.locator("canvas").bounding_box()
    live.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card.get_by_text("Castco foundry").wait_for()


def test_map_of_a_report_moves_by_keyboard_and_layers_can_be_put_away(live):
    drawn = live.evaluate("globalThis.__marks.live_map")
    live.locator("canvas").focus()
    for key in ("+", "ArrowLeft", "-", "0"):
        live.keyboard.press(key)
    live.get_by_role("checkbox", name="Links").uncheck()
    Opened(live, "").wait_until(f"globalThis.__marks.live_map > {drawn}")
    assert live.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
