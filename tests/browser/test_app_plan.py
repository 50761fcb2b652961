"""The plan: asked for by a button, clicked through, kept, forbidden in part and asked again."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

pytestmark = pytest.mark.browser

SHORT = {"horizon": {"years": 2}}
SOLVED = f"plan?solve=1&p={quote(json.dumps(SHORT, separators=(',', ':')))}"


def test_plan_says_what_it_decides_pays_and_moves(visit, mini):
    opened = visit(f"/w/main/n/{mini}/{SOLVED}")
    opened.wait_for_mark("analysis_design", 400)
    main = opened.page.get_by_role("main").inner_text()
    for words in ("What the plan decides", "Projects and contracts by year", "What the plan pays", "proven minimum"):
        assert words in main
    flows = opened.page.get_by_role("grid", name="Who supplies whom")
    assert flows.get_by_role("gridcell", name="as today").count() > 0
    assert opened.faults() == {}
    opened.dress(width=390, theme="dark")
    assert opened.faults() == {}


def test_cap_that_is_tightened_is_part_of_the_address_and_a_wrong_one_is_refused_at_its_field(visit, mini):
    opened = visit(f"/w/main/n/{mini}/{SOLVED}")
    opened.wait_for_mark("analysis_design", 400)
    page = opened.page
    page.get_by_label("Ally share").fill("7")
    page.get_by_role("button", name="Solve again").click()
    page.get_by_role("alert").wait_for()
    assert "ally_share" in page.url
    assert "less than or equal to 1" in page.get_by_role("alert").inner_text()
