"""Rules of one column: keys, choices, bounds, forms."""

from __future__ import annotations

import pytest

from finding_cases import Case, assert_fires, assert_silent, findings_in

CASES = [
    Case("duplicate", "error", "meta", 2, 3, None, "Keep one row",
         {"meta": "name\nA\nB\nC"}, {"meta": "name\nA"}),
    Case("duplicate", "error", "capabilities.site+part", 1, 4, "s/p", "another key",
         {"capabilities": "site part\ns p\ns q\ns p"}, {"capabilities": "site part\ns p\ns q\nt p"}),
    Case("duplicate", "error", "indicators.subject+indicator+year", 1, 3, "HU/x/-", "Merge",
         {"indicators": "subject_kind subject indicator value\ncountry HU x 1\ncountry HU x 2"},
         {"indicators": "subject_kind subject indicator year value\nlink a/b c 2024 1\nlink a b/c 2024 2\nlink a b/c 2025 2"}),
    Case("key", "error", "sites.site", 3, 2, "a/b", "without '/' and ';'",
         {"sites": "site\na/b\nok\nc;d\n#e"}, {"sites": "site\na-b\na~b\nŁódź_1\n=1+1\n<b>"}),
    Case("long", "error", "sites.name", 1, 3, "x" * 40, "Shorten it",
         {"sites": f"site name\na {'x' * 1_000_000}\nb {'x' * 1_000_001}"}, {"sites": "site name\na b"}),
    Case("choice", "error", "parts.kind", 2, 3, "componet", "Did you mean 'component'?",
         {"parts": "part kind\na product\nb componet\nc gadget"}, {"parts": "part kind\na product\nb service"}),
    Case("choice", "error", "sites.status", 1, 2, "Operating", "Did you mean 'operating'?",
         {"sites": "site status\na Operating"}, {"sites": "site status\na operating\nb ."}),
    Case("low", "error", "capabilities.capacity_per_year", 1, 2, "-1.0", "at least 0, or leave the cell empty",
         {"capabilities": "site part capacity_per_year\ns p -1"}, {"capabilities": "site part capacity_per_year\ns p 0\ns q ."}),
    Case("high", "error", "disruptions.capacity_loss", 1, 3, "60.0", "not per cent",
         {"disruptions": "disruption target_kind target capacity_loss\nd country CN 1\ne country CN 60"},
         {"disruptions": "disruption target_kind target capacity_loss\nd country CN 1\ne country CN 0.6"}),
    Case("high", "error", "sites.lat", 1, 2, "106.4", "swapped",
         {"sites": "site lat lon\na 106.4 31.7"}, {"sites": "site lat lon\na 31.7 106.4"}),
    Case("high", "error", "parts.unit_value", 2, 3, "1e+200", "at most 1e+30",
         {"parts": "part kind unit_value\na product 1\nb component 1e200\nc component 1e31"},
         {"parts": "part kind unit_value\na product 1e30"}),
    Case("low", "error", "bom.quantity", 1, 3, "1e-320", "Write 0",
         {"parts": "part kind\na product\nb component\nc component", "bom": "parent child quantity\na b 1\na c 1e-320"},
         {"parts": "part kind\na product\nb component\nc component", "bom": "parent child quantity\na b 0\na c 1e-30"}),
    Case("low", "error", "demand.unit_margin", 1, 2, "-1e+200", "from -1e+30 to 1e+30",
         {"demand": "region product year volume_per_year unit_margin\nr p 2025 1 -1e200"},
         {"demand": "region product year volume_per_year unit_margin\nr p 2025 1 -5"}),
    Case("low", "error", "sites.opened_year", 1, 2, "17", "from 1700 to 2100",
         {"sites": "site opened_year\na 17"}, {"sites": "site opened_year\na 1700\nb 2100"}),
    Case("country", "error", "sites.country", 2, 3, "UK", "Write 'GB' for United Kingdom",
         {"sites": "site country\na GB\nb UK\nc Atlantis"}, {"sites": "site country\na GB\nb XK\nc ."}),
    Case("country", "error", "regions.country", 1, 2, "HUN", "Write 'HU' for Hungary",
         {"regions": "region country\nr HUN"}, {"regions": "region country\nr HU"}),
    Case("country", "error", "meta.home", 1, 2, "Atlantis", "two letters of ISO 3166-1",
         {"meta": "home\nAtlantis"}, {"meta": "home\nDE"}),
    Case("currency", "error", "meta.currency", 1, 2, "€", "Write 'EUR'",
         {"meta": "currency\n€"}, {"meta": "currency\nEUR"}),
    Case("currency", "error", "meta.currency", 1, 2, "usd", "Write 'USD'",
         {"meta": "currency\nusd"}, {"meta": "currency\n."}),
    Case("hs6", "error", "parts.hs6", 1, 2, "10121", "Write '010121' as text",
         {"parts": "part kind hs6\na product 10121"}, {"parts": "part kind hs6\na product 010121\nb product 8507.60"}),
    Case("hs6", "error", "parts.hs6", 2, 2, "980000", "six digits",
         {"parts": "part kind hs6\na product 980000\nb product 770000"}, {"parts": "part kind hs6\na product 970000"}),
    Case("hs6", "error", "parts.hs6", 1, 2, "101210000", "leading zero",
         {"parts": "part kind hs6\na product 101210000"}, {"parts": "part kind hs6\na product 0101210000"}),
    Case("lei", "error", "organizations.lei", 1, 2, "5493006MHB84DD0ZWV19", "20 letters and digits",
         {"organizations": "organization lei\no 5493006MHB84DD0ZWV19"}, {"organizations": "organization lei\no 5493006MHB84DD0ZWV18"}),
    Case("gln", "error", "organizations.gln", 1, 2, "4012345000008", "13 digits",
         {"organizations": "organization gln\no 4012345000008"}, {"organizations": "organization gln\no 4012345000009"}),
    Case("duns", "error", "organizations.duns", 1, 3, "81466849", "leading zeros",
         {"organizations": "organization duns\no 081466849\np 81466849"}, {"organizations": "organization duns\no 08-146-6849"}),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.where}-{c.value}")
def test_rule_of_a_column_says_where_how_often_and_what_to_do(case):
    assert_fires(case)


@pytest.mark.parametrize("case", CASES, ids=lambda c: f"{c.where}-{c.value}")
def test_rule_of_a_column_keeps_silent_on_good_values(case):
    assert_silent(case)


def test_every_finding_of_an_empty_network_would_be_false():
    assert findings_in({}) == []


def test_a_million_keys_are_not_searched_for_the_nearest(monkeypatch):
    monkeypatch.setattr("tierscape.validate.data.FEW", 2)
    found = findings_in({"parts": "part kind\nA-1 material\nb material\nc material", "bom": "parent child\nb a1\nb cc"})
    (it,) = (f for f in found if f.rule == "reference")
    assert (it.count, it.value) == (2, "a1")
    assert "Did you mean 'A-1'?" in it.remedy
