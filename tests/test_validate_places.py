"""Rules of where things stand, and of numbers that can hardly be right together."""

from __future__ import annotations

import polars as pl
import pytest

from finding_cases import Case, assert_fires, assert_silent, findings_in
from tierscape.validate import places

PORT = "node kind lat lon country\nn {} 30.62 122.06 CN"
HOME = "site region lat lon\na R 47.7 17.6\nb R 47.8 17.7\nc R 47.6 17.5\nd R 47.7 17.5\ne R {}"
PILOT = "site part capacity_per_year\na p 5000000\nb p 6000000\nc p 5500000\nd p 5200000\ne p {}"
MASSES = "part kind unit_mass_kg\np product 2\nq component 3\nm material 1"
VALUES = "part kind unit_value\np product 100\nq component 60\nr component 70\ns component 80"
TWO = "site name town lat lon\na {} 31.70 -106.40\nb {} 31.70 -106.40"

CASES = [
    Case("half_point", "error", "sites.lat+lon", 1, 3, "?, 17.6", "Give both",
         {"sites": "site lat lon\na 47.7 17.6\nb . 17.6"}, {"sites": "site lat lon\na 47.7 17.6\nb . ."}),
    Case("null_island", "warning", "sites.lat+lon", 1, 2, "0.0, 0.0", "Leave lat and lon empty",
         {"sites": "site lat lon country\na 0 0 GH"}, {"sites": "site lat lon country\na 5.6 0 GH"}),
    Case("swapped", "warning", "sites.lat+lon", 1, 2, "17.6, 47.7 in HU", "Swap lat and lon",
         {"sites": "site lat lon country\na 17.6 47.7 HU"}, {"sites": "site lat lon country\na 47.7 17.6 HU"}),
    Case("outside_country", "warning", "sites.lat+lon", 1, 2, "52.5, 13.4 in HU", "Correct the country",
         {"sites": "site lat lon country\na 52.5 13.4 HU"}, {"sites": "site lat lon country\na 52.5 13.4 DE\nb 52.5 13.4 ."}),
    Case("outside_country", "warning", "nodes.lat+lon", 1, 2, "30.62, 122.06 in CN", "Correct the country",
         {"nodes": PORT.format("airport")}, {"nodes": PORT.format("seaport")}),
    Case("outside_country", "warning", "nodes.lat+lon", 1, 2, "48.2, 16.37 in HU", "Correct the country",
         {"nodes": "node kind lat lon country other_country\nn border_crossing 48.2 16.37 HU SK"},
         {"nodes": "node kind lat lon country other_country\nn border_crossing 47.94 17.09 HU AT"}),
    Case("outside_country", "warning", "regions.lat+lon", 1, 2, "41.0, 2.0 in HU", "Correct the country",
         {"regions": "region country lat lon\nr HU 41 2"}, {"regions": "region country lat lon\nr HU 47 19"}),
    Case("region_country", "warning", "sites.region", 1, 2, "R", "Correct the region or the country",
         {"regions": "region country\nR HU", "sites": "site region country\na R SK"},
         {"regions": "region country\nR HU", "sites": "site region country\na R HU\nb R .\nc . SK"}),
    Case("far_from_region", "note", "sites.region", 1, 6, "e", "Check the region",
         {"sites": HOME.format("52.5 13.4")}, {"sites": HOME.format("48.5 18.5")}),
    Case("twin_sites", "warning", "sites.name", 1, 3, "b ~ a", "Merge them",
         {"sites": TWO.format("Leoni~Wiring~Juárez Juárez", "Leoni~Wiring~Juarez~S.A. Juárez")}, {"sites": TWO.format("Lear~Juárez Juárez", "Yazaki~Juárez Juárez")}),
    Case("twin_sites", "warning", "sites.name", 1, 3, "b ~ a", "Merge them",
         {"sites": TWO.format("Lear~Juárez Juárez", "Lear~Juárez Ciudad~Juárez")}, {"sites": TWO.format("Lear~Juárez Juárez", "Lear~El~Paso El~Paso")}),
    Case("twin_sites", "warning", "sites.name", 1, 3, "b ~ a", "Merge them",
         {"sites": TWO.format("Bosch~Plant~2 .", "BOSCH~plant~2 .")}, {"sites": TWO.format("Bosch~Plant~2 .", "Bosch~Plant~3 .")}),
    Case("nowhere", "warning", "sites.lat", 1, 2, "a", "not counted",
         {"sites": "site name\na A"}, {"sites": "site region town lat lon\na R . . .\nb . Győr . .\nc . . 1 1"}),
    Case("status_unknown", "note", "sites.status", 1, 3, "b", "operating, construction",
         {"sites": "site status\na operating\nb ."}, {"sites": "site status\na operating"}),
    Case("units_disagree", "warning", "bom.quantity", 1, 2, "p <- q", "parts.unit_mass_kg",
         {"parts": MASSES, "bom": "parent child quantity\np q 4"},
         {"parts": MASSES, "bom": "parent child quantity\np q 3\nm q 40\np m ."}),
    Case("units_disagree", "warning", "bom.parent", 1, 2, "p", "parts.unit_value",
         {"parts": VALUES, "bom": "parent child quantity\np q 1\np r 1\np s 1"},
         {"parts": VALUES, "bom": "parent child quantity choice essential\np q 1 x .\np r 1 x .\np s 1 . .\nq s 1 . false"}),
    Case("weekly_capacity", "note", "capabilities.capacity_per_year", 1, 6, "100000.0", "not a week's",
         {"capabilities": PILOT.format("100000")}, {"capabilities": PILOT.format("1000000")}),
    Case("divided_choice", "note", "bom.choice", 2, 2, "cells", "Use one word",
         {"bom": "parent child choice\np q cells\nr q chemistry"}, {"bom": "parent child choice\np q cells\nr q cells\ns q ."}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.where}-{c.value}")
def test_rule_of_places_and_sizes_says_where_how_often_and_what_to_do(case):
    assert_fires(case)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.rule}-{c.where}-{c.value}")
def test_rule_of_places_and_sizes_keeps_silent_on_good_rows(case):
    assert_silent(case)


def test_seaport_on_the_wrong_continent_is_still_found():
    found = findings_in({"nodes": "node kind lat lon country\nn seaport 30.62 122.06 MX"})
    assert [f.rule for f in found] == ["outside_country"]


def test_large_region_with_two_centres_has_no_far_sites():
    there = "\n".join(f"t{i} MX-COA 29.3 -100.9" for i in range(3))
    here = "\n".join(f"h{i} MX-COA 25.5 -101.0" for i in range(7))
    found = findings_in({"sites": f"site region lat lon\n{here}\n{there}"})
    assert not [f for f in found if f.rule == "far_from_region"]


def test_first_of_two_twins_is_the_one_named_whatever_their_order():
    rows = "site name lat lon\nz Acme~works 47.0 17.0\na Acme~Works 47.0001 17.0001"
    (found,) = (f for f in findings_in({"sites": rows}) if f.rule == "twin_sites")
    assert (found.row, found.value) == (3, "a ~ z")


def test_twins_across_the_edge_of_a_cell_are_found():
    rows = "site name lat lon\na Acme 47.0199 17.0199\nb Acme 47.0201 17.0201\nc Acme 47.10 17.10"
    (found,) = (f for f in findings_in({"sites": rows}) if f.rule == "twin_sites")
    assert (found.count, found.value) == (1, "b ~ a")


def test_point_beyond_the_globe_is_one_error_and_no_crash():
    found = findings_in({"sites": "site name lat lon status\na Acme 1e20 1e300 operating\nb Acme 47 17 operating"})
    assert {(f.rule, f.where) for f in found} == {("high", "sites.lat"), ("high", "sites.lon")}


def test_many_sites_at_one_point_do_not_take_quadratic_work(monkeypatch):
    compared = []
    monkeypatch.setattr("tierscape.validate.places._alike", lambda a, b: bool(compared.append((a.row, b.row))))
    names = [f"{i * 7919 % 10_007:x}" for i in range(2_000)]
    findings_in({"sites": pl.DataFrame({"site": names, "name": names, "lat": 47.0, "lon": 19.0})})
    assert len(names) < len(compared) <= len(names) * places.NEIGHBOURS


def test_capacities_of_nothing_and_of_a_pilot_line_are_no_error():
    found = findings_in({"capabilities": PILOT.format("0")})
    assert {f.rule for f in found} == {"reference"}
    assert {
        f.severity for f in findings_in({"capabilities": PILOT.format("100000")}) if f.rule == "weekly_capacity"
    } == {"note"}
