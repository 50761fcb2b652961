"""Specialisation, concentration, hot spots and border crossings of `density`, from small networks."""

import h3
import numpy as np
import pytest

import tierscape
from density_cases import FAR, HERE, TWO, TWO_PARTS, row, two_parts
from density_steps import steps
from network_tables import make_network
from tierscape.analyses.density import statistics_tables
from tierscape.analyses.density.statistics import (
    border_weight,
    concentration_table,
    crossing_table,
    hotspots,
    specialisation_table,
)
from tierscape.kernels.distance import unit_vectors
from tierscape.results import conform

REGIONS = f"region country lat lon\nR MX {HERE}\nS MX {FAR}"


def placed(*lines):
    """Sites from lines ``site parts region employees``, in two regions."""
    sites, able = ["site country region lat lon status employees"], ["site part"]
    for line in lines:
        site, parts, region, employees = line.split()
        point = {"R": HERE, "S": FAR, ".": HERE}[region]
        sites.append(f"{site} MX {region} {point} operating {employees}")
        able += [f"{site} {part}" for part in parts.split(";")]
    tables = {"sites": "\n".join(sites), "capabilities": "\n".join(able)}
    return make_network(parts=f"{TWO_PARTS}\nC component", bom=TWO, regions=REGIONS, **tables)


def special(network):
    s = steps(network)
    return conform(specialisation_table(s.tree, s.regions, s.activity), statistics_tables.SPECIALISATION)


def concentrated(network, **options):
    s = steps(network)
    return conform(concentration_table(network, s.tree, s.activity, **options), statistics_tables.CONCENTRATION)


# Specialisation


def test_quotient_of_people_is_the_worked_number():
    table = special(placed("a A R 5000", "b B R 45000", "c A S 195000", "d B S 4755000"))
    found = row(table, region="R", part="A")
    assert (found["e"], found["location_quotient"]) == (5000.0, 2.5)
    assert found["location_quotient_shrunk"] == pytest.approx(5001 / 2001)


def test_sites_are_counted_where_under_nine_tenths_state_their_people():
    table = special(placed("a A R 5000", "b B R .", "c A S 7", "d B S 9"))
    assert row(table, region="R", part="A")["e"] == 1.0


def test_site_with_two_parts_counts_once_in_the_total_of_its_region():
    s = steps(placed("a A;B R .", "b B R .", "c B S ."))
    assert s.activity.totals.tolist() == [2.0, 1.0]
    assert s.activity.e.tolist() == [[1.0, 2.0], [0.0, 1.0]]
    assert row(special(s.network), region="R", part="A")["location_quotient"] == 1.5


def test_part_that_nobody_makes_and_region_without_sites_have_no_quotient():
    table = special(placed("a A R ."))
    unmade, empty = row(table, region="R", part="B"), row(table, region="S", part="A")
    for found in (unmade, empty):
        assert found["e"] == 0.0
        assert {found[c] for c in ("location_quotient", "location_quotient_shrunk", "stars", "relatedness")} == {None}
    assert table.height == 4


def test_relatedness_counts_what_is_made_beside_the_part_elsewhere():
    # A and B are made beside each other in R alone, C in S alone; so A lies next to B, and S has nothing next to A.
    table = special(placed("a A R .", "b B R .", "c C S .", "d C S ."))
    assert row(table, region="R", part="A")["relatedness"] == 1.0
    assert row(table, region="S", part="A")["relatedness"] == 0.0
    assert "C" not in set(table["part"])


def test_site_without_a_region_is_left_out_and_found():
    s = steps(placed("a A R .", "b B . ."))
    (finding,) = s.activity.findings
    assert (finding.rule, finding.count) == ("site_without_region", 1)
    assert s.activity.totals.sum() == 1.0
    assert steps(placed("a A R .")).activity.findings == ()


def test_network_without_regions_is_counted_by_the_places_that_are_scored():
    sites = f"site country town lat lon status\na MX Here {HERE} operating\nb MX There {FAR} operating\nc US Here {FAR} operating"
    network = make_network(parts=TWO_PARTS, bom=TWO, sites=sites, capabilities="site part\na A\nb B\nc A")
    s = steps(network)
    assert set(s.activity.regions) == set(s.regions.key) == {"Here (MX)", "Here (US)", "There"}
    assert row(special(network), region="Here (MX)", part="A")["location_quotient"] == 1.5


def test_order_of_rows_changes_nothing():
    lines = ["a A R 3", "b B R 5", "c A;B S 8", "d B S 2"]
    assert special(placed(*lines)).equals(special(placed(*reversed(lines))))
    assert concentrated(placed(*lines)).equals(concentrated(placed(*reversed(lines))))


# Concentration


def test_index_of_two_plants_in_one_of_two_equal_regions_follows_the_formula():
    found = row(concentrated(placed("a A R .", "b A R .", "c B S .", "d B S .")), part="A")
    assert (found["hhi"], found["n"]) == (0.5, 2)
    assert found["ellison_glaeser"] == pytest.approx((0.5 / (1 - 0.5) - 0.5) / 0.5)  # G = 0.5, x = (.5, .5)


def test_single_plant_has_no_index_and_a_part_without_one_no_number():
    table = concentrated(placed("a A R .", "c A S .", "d B S ."))
    assert row(table, part="B")["ellison_glaeser"] is None
    assert row(table, part="B")["hhi"] == 1.0
    none = row(concentrated(placed("a A R .")), part="B")
    assert (none["hhi"], none["n"], none["do_localised_km"]) == (None, 0, None)


def scattered(clustered):
    """Sixty sites over Mexico; A is made by twelve of them, near each other or spread, B by all others."""
    random = np.random.default_rng(11)
    lat, lon = random.uniform(18, 30, 60), random.uniform(-110, -92, 60)
    near = np.argsort(((unit_vectors(lat, lon) - unit_vectors(24.0, -101.0)) ** 2).sum(axis=1))
    chosen = set(near[:12].tolist()) if clustered else set(random.choice(60, 12, replace=False).tolist())
    rows = [f"s{i:02d} {'A' if i in chosen else 'B'} {lat[i]:.4f},{lon[i]:.4f}" for i in range(60)]
    return two_parts(*rows)


def test_plants_in_the_middle_are_localised_and_plants_at_random_are_not():
    close = row(concentrated(scattered(clustered=True), redraws=200), part="A")
    assert close["do_localised_km"] > 200
    assert close["do_dispersed_km"] == 0.0
    spread = row(concentrated(scattered(clustered=False), redraws=200), part="A")
    assert spread["do_localised_km"] == 0.0


def test_all_sites_making_a_part_are_neither_localised_nor_dispersed():
    rows = [f"s{i:02d} A {20 + (i % 4)}.5,{-100 - i // 4}.5" for i in range(12)]
    found = row(concentrated(two_parts(*rows), redraws=50), part="A")
    assert (found["do_localised_km"], found["do_dispersed_km"]) == (0.0, 0.0)


def test_distances_of_few_plants_and_of_plants_at_one_point_are_not_tested():
    few = concentrated(two_parts(*(f"s{i} A" for i in range(9))), redraws=20)
    one_point = concentrated(two_parts(*(f"s{i} A" for i in range(12))), redraws=20)
    assert row(few, part="A")["do_localised_km"] is None
    assert row(one_point, part="A")["do_localised_km"] is None


# Hot spots


def test_cluster_of_sites_is_hot_and_the_empty_land_is_not():
    near = [
        ",".join(f"{x!r}" for x in h3.cell_to_latlng(c))
        for c in sorted(h3.grid_disk(h3.latlng_to_cell(24, -101, 5), 1))
    ]
    s = steps(two_parts(*(f"s{i} A {near[i % 7]}" for i in range(40)), "far A 19.0,-99.0"))
    table = hotspots(s.surface, s.supply)
    assert table["cell"].to_list() == list(s.surface.key)
    middle = row(table, cell=h3.latlng_to_cell(24, -101, 5))
    assert middle["hotspot"] == "hot"
    assert middle["gi_z"] == table["gi_z"].max()
    assert row(table, cell=h3.latlng_to_cell(19.0, -99.0, 5))["hotspot"] == "none"
    assert set(table["hotspot"]) == {"hot", "none"}


def test_surface_with_the_same_count_everywhere_has_no_hot_spot():
    s = steps(two_parts("a A"))
    only = s.surface.__class__(s.surface.key[:0], (), s.surface.lat[:0], s.surface.lon[:0])
    assert hotspots(only, s.supply).height == 0
    cell = s.supply.rows["cell"][0]
    alone = s.surface.__class__((f"{cell:x}",), ("MX",), s.surface.lat[:1], s.surface.lon[:1])
    assert hotspots(alone, s.supply).rows() == [(f"{cell:x}", None, None)]


# Crossings


def crossed(links, *lines):
    network = two_parts("p P", "home A", *lines, links=links)
    return conform(crossing_table(network, steps(network).tree), statistics_tables.CROSSINGS)


@pytest.mark.parametrize(
    ("pair", "weight"),
    [
        (("MX", "MX"), 0.0),
        (("US", "MX"), 0.6),
        (("PL", "HU"), 0.2),
        (("DE", "CH"), 1.0),
        (("CN", "MX"), 1.0),
        (("DE", "TR"), 1.0),
    ],
)
def test_border_weighs_by_what_it_is(pair, weight):
    assert border_weight(*pair) == border_weight(*reversed(pair)) == weight


def test_row_crosses_by_the_volume_share_of_its_links():
    table = crossed(
        "supplier buyer part volume_per_year evidence\nhome p A 60 .\nus p A 30 .\ncn p A 10 inferred",
        "us A here . US", "cn A here . CN",
    )  # fmt: skip
    found = row(table, child="A")
    assert (found["links"], found["by_volume"]) == (3, True)
    assert found["share"] == pytest.approx(0.4)
    assert found["crossings"] == pytest.approx(0.3 * 0.6 + 0.1)
    assert found["weight"] == pytest.approx(0.28 / 0.4)
    assert found["inferred"] == pytest.approx(0.1)


def test_unknown_volume_makes_every_link_count_the_same():
    found = row(crossed("supplier buyer part volume_per_year\nhome p A 60\nus p A .", "us A here . US"), child="A")
    assert (found["share"], found["by_volume"]) == (0.5, False)


def test_row_without_links_of_known_countries_is_unknown_not_zero():
    table = crossed("supplier buyer part\nnowhere p A", "nowhere A here . .")
    for child in ("A", "B"):
        found = row(table, child=child)
        assert (found["links"], found["share"], found["weight"], found["crossings"]) == (0, None, None, None)


def test_row_that_crosses_nothing_has_no_weight():
    found = row(crossed("supplier buyer part\nhome p A"), child="A")
    assert (found["share"], found["weight"], found["crossings"]) == (0.0, None, 0.0)


def test_link_to_a_site_that_does_not_make_the_parent_does_not_count():
    assert row(crossed("supplier buyer part\nus home A", "us A here . US"), child="A")["links"] == 0


def test_shipped_example_fits_every_declaration():
    s = steps(tierscape.load("mini"))
    assert special(s.network).height == len(s.regions) * len(s.tree.required)
    assert concentrated(s.network).height == len(s.tree.required)
    table = conform(crossing_table(s.network, s.tree), statistics_tables.CROSSINGS)
    assert row(table, parent="pump", child="housing")["crossings"] == pytest.approx(0.24)
