"""Rules between rows and tables, and of what targets and subjects name."""

from __future__ import annotations

import pytest

from finding_cases import Case, assert_fires, assert_silent, findings_in

PARTS = "part kind\np product\nq component\nr material"
SITES = "site\na\nb"
LINK = {"sites": SITES, "parts": PARTS, "capabilities": "site part\na q"}
TARGETS = "disruption target_kind target\nd {} {}"
EVENTS = "event kind target_kind target\ne strike {} {}"
SUBJECTS = "subject_kind subject indicator value\n{} {} x 1"

CASES = [
    Case("reference", "error", "capabilities.site", 1, 2, "A1", "Did you mean 'a1'? Add it to 'sites'",
         {"sites": "site\na1", "parts": PARTS, "capabilities": "site part\nA1 q"},
         {"sites": "site\na1", "parts": PARTS, "capabilities": "site part\na1 q"}),
    Case("reference", "note", "sites.region", 2, 2, "CN-NM", "Upstream regions need no row",
         {"sites": "site region\na CN-NM\nb CN-SC\nc ."}, {"sites": "site region\na R", "regions": "region country\nR CN"}),
    Case("reference", "note", "sites.organization", 1, 2, "Acme", "Firms need no row",
         {"sites": "site organization\na Acme"}, {"sites": "site organization\na Acme", "organizations": "organization\nAcme"}),
    Case("reference", "note", "links.contract", 1, 2, "C9", "price or term",
         LINK | {"links": "supplier buyer part contract\na b q C9"}, LINK | {"links": "supplier buyer part contract\na b q ."}),
    Case("reference", "error", "links.route", 1, 2, "nowhere", "Add it to 'nodes'",
         LINK | {"links": "supplier buyer part route\na b q port;nowhere", "nodes": "node kind lat lon\nport canal 1 1"},
         LINK | {"links": "supplier buyer part route\na b q port;~port", "nodes": "node kind lat lon\nport canal 1 1"}),
    Case("reference", "error", "projects.requires", 1, 3, "P9", "Name projects, contracts or 'hub:REGION'",
         {"sites": SITES, "parts": PARTS, "projects": "project kind site part requires\nP1 training a q .\nP2 training a q P1;P9"},
         {"sites": SITES, "parts": PARTS, "regions": "region country\nR DE",
          "projects": "project kind site part requires\nP1 training a q hub:R\nP2 training a q !P1"}),
    Case("cycle", "error", "bom.child", 3, 2, "p → q → r → p", "Cut the circle",
         {"parts": PARTS, "bom": "parent child\np q\nq r\nr p"}, {"parts": PARTS, "bom": "parent child\np q\nq r\np r"}),
    Case("span", "error", "origin_claims.valid_to", 1, 2, "2026-01-01", "first day on which the row no longer holds",
         {"sites": SITES, "parts": PARTS, "origin_claims": "site part agreement valid_from valid_to\na q x 2026-01-01 2026-01-01"},
         {"sites": SITES, "parts": PARTS, "origin_claims": "site part agreement valid_from valid_to\na q x 2026-01-01 2026-01-02\nb q x . 2026-01-02"}),
    Case("span", "error", "sites.closed_year", 1, 2, "2019", "opened_year or closed_year",
         {"sites": "site opened_year closed_year\na 2020 2019"}, {"sites": "site opened_year closed_year\na 2020 2020\nb . 2019"}),
    Case("span", "error", "events.end", 1, 2, "2026-01-31", "start or end",
         {"sites": SITES, "events": "event kind target_kind target start end\ne strike site a 2026-02-01 2026-01-31"},
         {"sites": SITES, "events": "event kind target_kind target start end\ne strike site a 2026-02-01 2026-02-01"}),
    Case("self_supply", "warning", "links.buyer", 1, 2, "a", "name the two sites",
         LINK | {"links": "supplier buyer part\na a q"}, LINK | {"links": "supplier buyer part\na b q"}),
    Case("closed", "warning", "capabilities.site", 1, 2, "a", "sites.status",
         {"sites": "site status\na closed", "parts": PARTS, "capabilities": "site part\na q"},
         {"sites": "site status\na announced", "parts": PARTS, "capabilities": "site part\na q"}),
    Case("no_capability", "warning", "links.supplier", 1, 2, "b / q", "Add site and part to 'capabilities'",
         LINK | {"links": "supplier buyer part\nb a q"}, LINK | {"links": "supplier buyer part\na b q"}),
    Case("target", "error", "disruptions.target", 1, 2, "UK", "Write 'GB'",
         {"disruptions": TARGETS.format("country", "UK")}, {"disruptions": TARGETS.format("country", "GB")}),
    Case("target", "error", "disruptions.target", 1, 2, "US-MX", "alphabetical order",
         {"disruptions": TARGETS.format("corridor", "US-MX")}, {"disruptions": TARGETS.format("corridor", "MX-US:rail")}),
    Case("target", "error", "disruptions.target", 1, 2, "mule", "Write one of road",
         {"disruptions": TARGETS.format("mode", "mule")}, {"disruptions": TARGETS.format("mode", "rail")}),
    Case("target", "error", "disruptions.target", 1, 2, "47,17", "radius_km",
         {"disruptions": TARGETS.format("area", "47,17")}, {"disruptions": TARGETS.format("area", "47,17,80")}),
    Case("target", "error", "disruptions.target", 1, 2, "aa", "Did you mean 'a'? Add it to 'sites'",
         {"sites": SITES, "disruptions": TARGETS.format("site", "aa")}, {"sites": SITES, "disruptions": TARGETS.format("site", "a")}),
    Case("target", "error", "events.target", 1, 2, "XX-1", "add the region",
         {"events": EVENTS.format("region", "XX-1")},
         {"events": EVENTS.format("region", "CN-NM"), "sites": "site region\na CN-NM"}),
    Case("subject", "error", "indicators.subject", 1, 2, "zz", "add the region",
         {"indicators": SUBJECTS.format("region", "zz")}, {"indicators": SUBJECTS.format("good", "850760")}),
    Case("subject", "note", "indicators.subject", 1, 2, "a/b/q", "joined by '/'",
         {"indicators": SUBJECTS.format("link", "a/b/q")},
         LINK | {"links": "supplier buyer part\na b q", "indicators": SUBJECTS.format("link", "a/b/q")}),
    Case("subject", "error", "indicators.subject", 1, 2, "US-MX", "two country codes",
         {"indicators": SUBJECTS.format("country_pair", "US-MX")}, {"indicators": SUBJECTS.format("country_pair", "MX-US")}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.where}-{c.value}")
def test_rule_between_rows_says_where_how_often_and_what_to_do(case):
    assert_fires(case)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.where}-{c.value}")
def test_rule_between_rows_keeps_silent_on_good_rows(case):
    assert_silent(case)


def test_deep_bill_of_materials_is_walked_without_recursion():
    chain = [f"p{i} p{i + 1}" for i in range(5000)]
    parts = "part kind\n" + "\n".join(f"p{i} component" for i in range(5001))
    assert not [
        f for f in findings_in({"parts": parts, "bom": "parent child\n" + "\n".join(chain)}) if f.rule == "cycle"
    ]
    closed = "parent child\n" + "\n".join([*chain, "p5000 p0"])
    (cycle,) = (f for f in findings_in({"parts": parts, "bom": closed}) if f.rule == "cycle")
    assert cycle.count == 5001


def test_target_of_an_unknown_kind_is_one_finding_not_two():
    found = findings_in({"disruptions": TARGETS.format("planet", "Mars")})
    assert [f.rule for f in found] == ["choice"]


@pytest.mark.parametrize(
    ("area", "good"),
    [
        ("POLYGON ((17 47, 18 47, 18 48, 17 47))", True),
        ("polygon((17 47,18 47,18 48,17 47),(17.5 47.2,17.6 47.2,17.6 47.3,17.5 47.2))", True),
        ("POLYGON ((17 47, 18 47, 18 48, 17 48))", False),
        ("POLYGON ((17 47, 18 47, 17 47))", False),
        ("POLYGON ((17 47, 200 47, 18 48, 17 47))", False),
        ("POLYGON ((a b, c d, e f, a b))", False),
        ("47.7,17.6,0", False),
        ("97.7,17.6,5", False),
        ("47.7;17.6;5", False),
        ("", False),
    ],
)
def test_area_is_a_circle_or_a_closed_polygon(area, good):
    from tierscape.validate.subjects import is_area

    assert is_area(area) is good
