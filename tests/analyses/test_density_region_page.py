import dataclasses
import re

import polars as pl
import pytest

from density_sample import HOSTILE, density_answer, frame
from tierscape.analyses.density import tables
from tierscape.analyses.density.region_page import AGENCY, agency_view, region_page
from tierscape.errors import ParameterError


@pytest.fixture(scope="module", params=[False, True], ids=["live", "static"])
def html(request):
    return region_page(density_answer(HOSTILE), "PL-24", static=request.param, date="2026-01-31")


def test_names_from_the_data_show_as_text(html):
    assert "<img src=x" not in html
    assert "&lt;img src=x onerror=alert(1)&gt;" in html


def test_ids_are_unique_and_every_link_leads_to_one(html):
    anchors = re.findall(r'\bid="([^"]+)"', html)
    assert len(anchors) == len(set(anchors))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(anchors)


def test_page_names_no_address_outside(html):
    addresses = re.findall(r"https?://[^\s\"'<>`)]+", html)
    assert [a for a in addresses if not a.startswith("http://www.w3.org/")] == []
    assert "default-src &#39;none&#39;" in html


def test_page_goes_from_numbers_over_gaps_and_maturity_to_provenance(html):
    main = html[html.index("<main") :]
    keys = ("tiers", "gaps", "maturity", "parts", "side-by-side", "findings", "evidence", "provenance")
    places = [main.index(f'<section id="{key}"') for key in keys]
    assert places == sorted(places)
    assert "2026-01-31" in html


def test_headline_numbers_carry_their_intervals(sample):
    html = region_page(sample, "PL-24", static=True)
    assert "<h1>Śląskie: ev_pack_75</h1>" in html
    assert "scores 56 to 65 of 100 and ranks 2 of 11, 1 to 4 in nine draws of ten" in html
    assert "the choice of reach moves that rank most" in html
    assert '<dd class="value">latent to growing</dd>' in html
    assert "29 to 54 points of maturity" in html


def test_gaps_stand_in_the_order_of_closing(sample):
    html = region_page(sample, "PL-24", static=True)
    rows = sample.gaps.filter(pl.col("region") == "PL-24").sort(
        "step", "gain", descending=[False, True], nulls_last=True
    )
    table = html[html.index('id="table-gaps"') :]
    assert re.search(r"<tbody>\s*<tr>\s*<td>([^<]+)</td>", table)[1] == rows["part"][0]


def test_maturity_shows_what_each_item_rests_on(sample):
    html = region_page(sample, "PL-24", static=True)
    assert "firms: 1 (sites)" in html
    assert "A judgement with bounds of our own" in html


def test_region_stands_first_in_each_of_its_pairs(sample):
    html = region_page(sample, "PL-24", static=True)
    table = html[html.index('id="table-comparison"') :]
    assert set(re.findall(r"<tr>\s*<td>([^<]+)</td>\s*<td>([^<]+)</td>", table)) == {
        ("PL-24", "PL-02"),
        ("PL-24", "HU-KE"),
    }
    assert "<td class=n>−4.5</td>" in table


def test_region_without_a_score_says_why(sample):
    html = region_page(sample, "RS-08", static=True)
    assert "Mačva has no score: no site within the radius." in html
    assert '<section id="side-by-side"' not in html


def test_answer_that_holds_nothing_else_still_makes_a_page(sample):
    bare = {t.name: sample.frame(t.name).clear() for t in sample.TABLES if t.name != "regions"}
    html = region_page(dataclasses.replace(sample, provenance=None, **bare), "PL-24", static=True)
    assert "No required part is a gap here." in html
    assert '<section id="evidence"' not in html


def test_same_answer_gives_the_same_page(sample):
    assert region_page(sample, "PL-24") == region_page(density_answer(), "PL-24")


def test_unknown_region_is_named_with_some_that_are_known(sample):
    with pytest.raises(ParameterError, match=r"no 'XX'.*HU-KE"):
        region_page(sample, "XX")


def gap(part, gain, move, **more):
    return {
        "region": "HU-KE",
        "part": part,
        "name": part.upper(),
        "tier": 2,
        "cover": 0.1,
        "gain": gain,
        "move": move,
        **more,
    }


@pytest.fixture(scope="module")
def view(sample):
    """Two products: both lack plating, the pack alone a lab, the pump alone a mould; a gap without a gain is none."""
    pack = [
        gap("plating", 6.0, "reach", target="far", target_km=300.0, tier=3),
        gap("lab", 5.0, "search"),
        gap("seal", 0.0, "search"),
        {**gap("plating", 50.0, "reach"), "region": "PL-24"},
    ]
    pump = [
        gap("plating", 2.0, "project", target="p1", cost=40.0, cover=0.05),
        gap("mould", 7.0, "reach", target_km=90.0),
    ]
    answers = [
        dataclasses.replace(sample, gaps=frame(tables.GAPS, rows), parameters={"product": product})
        for product, rows in (("pack", pack), ("pump", pump))
    ]
    return agency_view(answers, "HU-KE")


def test_recruits_are_ranked_by_their_gain_over_all_products(view):
    assert view.select("part", "gain", "products").rows() == [("plating", 8.0, 2), ("mould", 7.0, 1), ("lab", 5.0, 1)]


def test_each_recruit_names_the_products_that_it_would_help(view):
    assert view["helps"].to_list() == ["pack; pump", "pump", "pack"]
    assert view.select("product_most", "gain_most", "tier", "cover").row(0) == ("pack", 6.0, 2, 0.05)


def test_nearest_move_of_any_product_closes_the_gap(view):
    assert view.select("move", "target", "cost", "cost_per_point").row(0) == ("project", "p1", 40.0, 5.0)
    assert view["cost_per_point"][1] is None


def test_view_is_a_declared_table(view):
    assert tuple(view.columns) == AGENCY.names
    assert AGENCY.key == ("part",)


def test_region_that_lacks_nothing_gives_an_empty_table(sample):
    view = agency_view([dataclasses.replace(sample, gaps=sample.gaps.clear())], "HU-KE")
    assert view.is_empty()
    assert tuple(view.columns) == AGENCY.names


def test_same_product_twice_or_unknown_region_is_refused(sample):
    with pytest.raises(ParameterError, match="same product"):
        agency_view([sample, sample], "HU-KE")
    with pytest.raises(ParameterError, match="no answer has 'XX'"):
        agency_view([sample], "XX")
    with pytest.raises(ParameterError, match="no answer has"):
        agency_view([], "HU-KE")
