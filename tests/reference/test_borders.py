import re

import altair as alt
import numpy as np
import pytest
import vl_convert

from tierscape.reference import borders_geojson, country_at, country_codes, outside_country
from tierscape.reference.borders import polygons


@pytest.mark.parametrize(
    ("place", "lat", "lon", "country"),
    [
        ("Berlin", 52.52, 13.40, "DE"),
        ("Vác", 47.78, 19.13, "HU"),
        ("Maseru, inside South Africa's hole", -29.5, 28.0, "LS"),
        ("Priština", 42.66, 21.16, "XK"),
        ("French Guiana", 4.5, -52.9, "FR"),
        ("Chukotka, east of the antimeridian", 67.0, -175.0, "RU"),
        ("the same place, counted on", 67.0, 185.0, "RU"),
        ("the South Pole", -89.9, 77.0, "AQ"),
        ("the Atlantic", 0.0, -30.0, None),
        ("nowhere", np.nan, 10.0, None),
    ],
)
def test_known_point_lies_in_its_country(place, lat, lon, country):
    assert country_at(np.array([lat]), np.array([lon])) == [country], place


def test_towns_on_a_border_are_inside_both_sides_by_the_tolerance_alone():
    # Komárom (HU) and Komárno (SK) face each other over the Danube, Juárez (MX) and El Paso (US) over the Río Grande
    lat, lon = np.array([47.74, 47.76, 31.69, 31.76]), np.array([18.12, 18.13, -106.42, -106.49])
    for stated in (["HU", "SK", "MX", "US"], ["SK", "HU", "US", "MX"]):
        assert not outside_country(stated, lat, lon).any()
    assert outside_country(["SK", "HU", "US", "MX"], lat, lon, tolerance_km=0.0).any()


def test_point_far_from_the_stated_country_is_outside():
    stated = ["DE", "HU", "US", "RU", None, "GI", "DE"]
    lat = np.array([47.53, 47.53, 52.5, 66.15, 0.0, 0.0, np.nan])
    lon = np.array([21.62, 21.62, 13.4, -169.8, 0.0, 0.0, 13.4])
    # null, a country that the map lacks and a point without latitude cannot be told: not outside
    assert outside_country(stated, lat, lon).tolist() == [True, False, True, False, False, False, False]


def test_order_of_points_does_not_matter():
    rng = np.random.default_rng(3)
    lat, lon = rng.uniform(-80, 80, 300), rng.uniform(-180, 180, 300)
    turn = rng.permutation(300)
    there = country_at(lat, lon)
    assert country_at(lat[turn], lon[turn]) == [there[i] for i in turn]
    assert 30 < sum(c is not None for c in there) < 200
    assert not outside_country([c or "DE" for c in there], lat, lon)[[c is not None for c in there]].any()


def test_points_are_found_alone_as_among_others():
    random = np.random.default_rng(3)
    lat, lon = random.uniform(-90, 90, 300), random.uniform(-180, 180, 300)
    lat[:3], lon[:4] = [65.0, -17.0, np.nan], [-179.9, 179.9, 0.0, np.nan]
    alone = [country_at(lat[i : i + 1], lon[i : i + 1])[0] for i in range(300)]
    assert country_at(lat, lon) == alone
    assert alone[2:4] == [None, None]
    assert len(set(alone)) > 20


def test_every_code_of_the_map_is_valid():
    assert {p.country for p in polygons() if p.country} <= country_codes()


def area(ring):
    x, y = np.unwrap(np.array(ring)[:, 0], period=360), np.array(ring)[:, 1]
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1])) / 2


@pytest.mark.parametrize("decimals", [0, 1, 2])
def test_outer_rings_run_clockwise_and_close_as_d3_wants_them(decimals):
    for feature in borders_geojson((-25.0, 30.0, 60.0, 72.0), decimals)["features"]:
        for outer, *holes in feature["geometry"]["coordinates"]:
            assert outer[0] == outer[-1]
            if feature["properties"]["iso2"] != "RU":
                assert area(outer) < 0 < 1 + sum(area(h) for h in holes)


def test_box_leaves_out_what_lies_outside():
    names = {f["properties"]["iso2"]: f["properties"]["name"] for f in borders_geojson((5, 40, 30, 56))["features"]}
    assert {"DE", "HU", "RS", "TR"} <= set(names)
    assert not {"US", "ES", "GB", "CN"} & set(names)
    assert names["HU"] == "Hungary"
    france = next(f for f in borders_geojson((5, 40, 30, 56))["features"] if f["properties"]["iso2"] == "FR")
    assert all(lat > 35 for piece in france["geometry"]["coordinates"] for _, lat in piece[0])  # no Guiana


def test_box_finds_pieces_over_the_antimeridian():
    assert "RU" in {f["properties"]["iso2"] for f in borders_geojson((-179.0, 64.0, -170.0, 70.0))["features"]}


def height_of_each_shape(features):
    """Draw features on a sphere of 360 by 180 pixels and measure each shape from top to bottom."""
    chart = alt.Chart(alt.Data(values=features)).mark_geoshape(fill="#ff0000").project("equirectangular")
    svg = vl_convert.vegalite_to_svg(chart.properties(width=360, height=180).to_dict())
    heights = []
    for path in re.findall(r'<path[^>]* d="([^"]*)"[^>]*fill="#ff0000"', svg):
        y = [float(v) for v in re.findall(r",(-?[\d.]+)", path)]
        heights.append(max(y, default=0.0) - min(y, default=0.0))
    return heights


def test_map_of_the_world_leaves_the_sea_free():
    heights = height_of_each_shape(borders_geojson(None, 1)["features"])
    assert len(heights) > 200
    assert max(heights) < 120  # a ring inside out fills the whole sphere


def test_ring_turned_round_would_fill_the_sphere():
    (hungary,) = [f for f in borders_geojson((16, 46, 22, 48))["features"] if f["properties"]["iso2"] == "HU"]
    (world,) = [f for f in borders_geojson(None, 1)["features"] if f["properties"]["iso2"] == "CL"]
    hungary["geometry"]["coordinates"] = [[ring[::-1] for ring in p] for p in hungary["geometry"]["coordinates"]]
    assert max(height_of_each_shape([hungary, world])) > 150
