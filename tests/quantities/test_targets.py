"""What a target hits."""

import pytest

from shock_cases import land
from tierscape.errors import ParameterError
from tierscape.quantities.targets import find_members, read_targets


def hit(kind, target, part=None):
    _, firm, here = land()
    members = find_members(here, kind, target, part)
    if members.on_links:
        names = [here.links.filter(here.links["arc"] == i)["supplier"].item() for i in members.index.tolist()]
    else:
        names = [firm.lines["site"][i] for i in members.index.tolist()]
    return sorted(names)


@pytest.mark.parametrize(
    ("kind", "target", "part", "expected"),
    [
        ("site", "F", None, ["F"]),
        ("organization", "Ro", None, ["R", "S"]),
        ("region", "R3", None, ["R", "S"]),
        ("country", "CN", None, ["R", "S"]),
        ("country", "CN", "comp", []),
        ("part", "raw", None, ["R", "S"]),
        ("area", "50,10,50", None, ["F"]),
        ("area", "POLYGON ((16 50, 18 50, 18 52, 16 52, 16 50))", None, ["C"]),
        ("mode", "sea", None, ["R"]),
        ("mode", "sea", "comp", []),
        ("corridor", "zgorz", None, ["C"]),
        ("corridor", "olsz", None, []),
        ("corridor", "port", None, ["R"]),
        ("corridor", "DE-PL", None, ["C"]),
        ("corridor", "DE-PL:rail", None, []),
        ("corridor", "CN-PL:rail", None, ["S"]),
        ("corridor", "CN-PL", None, ["R", "S"]),
    ],
)
def test_targets_hit_their_lines_or_links(kind, target, part, expected):
    assert hit(kind, target, part) == expected


def test_border_is_crossed_by_links_that_only_pass_it():
    links = "supplier buyer part volume_per_year route mode\nC F comp 3650 . road\nR C raw 1825 zgorz rail\nS C raw 1825 . sea"
    _, _, here = land(links=links)
    assert find_members(here, "corridor", "DE-PL").units == ("C/F/comp", "R/C/raw")


def test_part_stops_outside_supply_too():
    _, firm, here = land(
        links="supplier buyer part volume_per_year\nC F comp 3650", capabilities="site part\nF fg\nC comp"
    )
    (line,) = find_members(here, "part", "raw").index
    assert firm.lines["site"][int(line)] == "outside:raw"


def test_store_keeps_shipping_when_its_site_stops():
    _, firm, here = land()
    assert "store:F" in firm.lines["site"].to_list()
    assert find_members(here, "site", "F").index.tolist() == [0]


def test_targets_are_read_and_unknown_ones_named_with_their_neighbours():
    _, _, here = land()
    assert read_targets(here, ["region:R3", "mode:sea", "corridor:CN-PL:rail", "area:50,10,50"]) == (
        ("region", "R3"), ("mode", "sea"), ("corridor", "CN-PL:rail"), ("area", "50,10,50"),
    )  # fmt: skip
    with pytest.raises(ParameterError) as caught:
        read_targets(here, ["region:R9", "town:X", "corridor:zgor", "area:here"])
    text = str(caught.value)
    assert "'region:R9' names no region that is known. The nearest are R3, R2, R1." in text
    assert "'town:X' is not written as kind:key" in text
    assert "'corridor:zgor' names no corridor that is known. The nearest are zgorz," in text
    assert "'area:here' names no area" in text
