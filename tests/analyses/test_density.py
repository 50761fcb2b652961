"""`density` through its own door: the worked numbers of the method, and what it does with bad or missing input."""

import math

import h3
import pytest

from density_cases import FAR, HERE, LAT, LON, NORTH, REGION, TWO, makers, oracle_tree, region, row, two_parts
from network_tables import make_network
from tierscape.analyses.density import DensityAssumptions, density, reach
from tierscape.errors import DataError, ParameterError
from tierscape.kernels.distance import great_circle_km

FULL_BY_TWO = DensityAssumptions(sites_for_full=2)
ORACLE = ("a1 A", "a2 A", "b1 B", "m1 M2", "m2 M2")


# Worked numbers


def test_tree_with_alternatives_is_the_worked_number():
    answer = density(oracle_tree(*ORACLE), assumptions=FULL_BY_TWO)
    covers = dict(answer.parts.select("part", "cover").rows())
    assert covers == {"A": 1.0, "B": 0.5, "H": 0.0, "M1": 0.0, "M2": 1.0}
    assert region(answer)["completeness"] == pytest.approx(0.123506, abs=5e-7)


def test_losing_the_alternative_in_use_is_the_worked_number():
    answer = density(oracle_tree("a1 A", "a2 A", "b1 B"), assumptions=FULL_BY_TWO)
    assert region(answer)["completeness"] == pytest.approx(0.045505, abs=5e-7)


def test_gains_are_the_worked_points_and_a_useless_gap_has_no_step():
    answer = density(oracle_tree(*ORACLE), assumptions=FULL_BY_TWO)
    assert answer.gaps["part"].to_list() == ["H", "M1"]
    first, second = answer.gaps.iter_rows(named=True)
    assert first["gain"] == pytest.approx(68.2319, abs=1e-4)
    assert (first["step"], first["tier"]) == (1, 2)
    assert first["completeness_after"] == pytest.approx(0.805825, abs=5e-7)
    assert (second["gain"], second["step"], second["completeness_after"]) == (0.0, None, None)


def test_layers_and_depth_are_the_worked_numbers():
    answer = density(oracle_tree(*ORACLE), assumptions=FULL_BY_TWO)
    assert answer.layers.select("tier", "parts", "cover", "sourced").rows() == [(1, 2, 0.75, False), (2, 2, 0.5, False)]
    assert region(answer)["depth"] == pytest.approx(0.5625, abs=1e-12)
    assert region(answer)["layers_sourced"] == 0


@pytest.mark.parametrize(
    ("rho", "expected"), [(-1.0, 0.725), (0.0, 0.472290), (1.0, 0.160637), (3.0, 0.037336), (50.0, 0.001722)]
)
def test_weakest_link_gives_the_worked_numbers(rho, expected):
    # Value shares .4 .1 .2 .15 .15, covers 1 1 0 1 .5 (two sites are a full cover).
    network = make_network(
        parts="part kind unit_value\nP product 100\nA component 40\nB component 10\nC component 20\nD component 15\nE component 15",
        bom="parent child quantity\nP A 1\nP B 1\nP C 1\nP D 1\nP E 1",
        regions=REGION,
        **makers("x A;B;D;E", "y A;B;D"),
    )
    answer = density(network, assumptions=DensityAssumptions(sites_for_full=2, rho=rho))
    assert region(answer)["completeness"] == pytest.approx(expected, abs=5e-7)
    assert region(answer)["average"] == pytest.approx(0.725, abs=1e-9)
    assert (region(answer)["bottleneck"], region(answer)["bottleneck_part"]) == (0.0, "C")


BORDER = "subject_kind subject indicator value\ncountry_pair MX-US border_delay_hours 6"


@pytest.mark.parametrize(
    ("rho", "headline", "own", "lost"), [(1.0, 0.548319, 0.047619, 0.952381), (-1.0, None, 0.5, 0.5)]
)
def test_supplier_across_the_border_gives_the_worked_fragmentation(rho, headline, own, lost):
    # A at home, B abroad at the same point; the border takes 6 h, components reach 6 h.
    network = two_parts("a A", "b B here . US", indicators=BORDER)
    found = region(density(network, assumptions=DensityAssumptions(rho=rho)))
    assert found["completeness_open"] == 1.0
    assert found["completeness_own"] == pytest.approx(own, abs=5e-7)
    assert found["fragmentation"] == pytest.approx(lost, abs=5e-7)
    expected = (1 + 385750 / 2**20) / 2 if headline is None else headline
    assert found["completeness"] == pytest.approx(expected, abs=1e-6)  # weights are whole numbers of 2^-20


def test_site_one_reach_away_covers_the_worked_share():
    # A's own reach is the very time to the site: K = exp(-1). B keeps the 6 h of its kind.
    cell = row(density(two_parts("b A;B north"), resolution=7).sites, site="b")["cell"]
    hours = 1.3 / 60 * distance_to(cell)
    reach = f"subject_kind subject indicator value\npart A reach_hours {hours!r}"
    answer = density(two_parts("b A;B north", indicators=reach), resolution=7)
    assert row(answer.parts, part="A")["cover"] == pytest.approx(385750 / 2**20, abs=1e-6)
    assert row(answer.parts, part="B")["cover"] == pytest.approx(math.exp(-hours / 6), abs=1e-6)


def distance_to(cell):
    return float(great_circle_km(LAT, LON, *h3.cell_to_latlng(cell)))


def test_effective_number_of_suppliers_is_the_worked_number():
    capacity = "site part capacity_per_year\na A 50\nb A 30\nc A 20\na B 100"
    network = two_parts(
        "a .", "b .", "c .", capabilities=capacity, demand="region product year volume_per_year\nR P 2026 100"
    )
    found = row(density(network, measure="capacity").parts, part="A")
    assert found["n_effective"] == pytest.approx(2.631579, abs=1e-5)
    assert (found["sites"], found["organizations"], found["cover"]) == (3, 3, pytest.approx(1.0, abs=1e-5))


def test_two_plants_of_one_owner_are_one_supplier():
    apart = density(two_parts("a A;B", "b A;B"))
    owned = density(two_parts("a A;B here X", "b A;B here X"))
    assert region(apart)["redundancy"] == 1.0
    assert region(owned)["redundancy"] == 0.5
    assert (row(owned.parts, part="A")["sites"], row(owned.parts, part="A")["organizations"]) == (2, 1)


PARADOX = "site part capacity_per_year\nah A 40\naf A 60\nbh B 10\nbf B 90"


def test_place_is_a_risk_by_its_share_of_the_scarcest_part():
    sites = ("ah .", "af . far", "bh .", "bf . far")
    found = region(density(two_parts(*sites, capabilities=PARADOX)))
    assert (found["cluster_at_risk"], found["at_risk_part"]) == (pytest.approx(0.4), "A")


def test_spare_capacity_over_the_need_takes_the_risk_away():
    # Need: half of all A (50 of 100) and all of B (100 of 100).
    found = region(
        density(
            two_parts(
                "ah .", "af . far", "bh .", "bf . far",
                bom="parent child quantity\nP A 1\nP B 2", capabilities=PARADOX,
                demand="region product year volume_per_year\nR P 2026 50",
            )
        )
    )  # fmt: skip
    assert (found["cluster_at_risk"], found["at_risk_part"]) == (pytest.approx(0.1), "B")


def test_unknown_capacity_counts_sites_in_the_risk():
    found = region(density(two_parts("a1 A", "a2 A far", "a3 A far", "b B far")))
    assert (found["cluster_at_risk"], found["at_risk_part"]) == (pytest.approx(1 / 3), "A")


def test_alternatives_outside_the_place_take_the_risk_away():
    found = region(density(oracle_tree("a A far", "b B far", "h H far", "m1 M1", "m2 M2 far")))
    assert (found["cluster_at_risk"], found["at_risk_part"]) == (0.0, None)


def test_exit_readiness_counts_flexible_capacity_outside_that_is_quick_enough():
    capabilities = """
        site  part  capacity_per_year  flex_share  lead_time_days  qualified
        ah    A     40                 .           .               true
        af    A     100                0.1         30              true
        ag    A     100                0.9         120             true
        aq    A     100                0.9         30              .
    """
    network = two_parts("ah .", "af . far", "ag . far", "aq . far", capabilities=capabilities)
    assert region(density(network))["exit_readiness"] == pytest.approx(10 / 40)
    slow = DensityAssumptions(exit_days=365)
    assert region(density(network, assumptions=slow))["exit_readiness"] == 1.0


def test_process_need_is_met_by_a_maker_near_the_site_that_needs_it():
    parts = "part kind\nP product\nA component\nB process"
    bom = "parent child\nP A\nA B"
    near = density(two_parts("a A", "b B north", parts=parts, bom=bom))
    assert region(near)["partner_share"] == 1.0
    assert row(near.layers, tier=1)["partner_share"] == 1.0
    assert row(near.layers, tier=2)["partner_share"] is None
    away = density(two_parts("a A", "b B north", parts=parts, bom=bom), assumptions=DensityAssumptions(partner_km=20))
    assert region(away)["partner_share"] == 0.0
    assert region(density(two_parts("a A", parts=parts, bom=bom)))["partner_share"] == 0.0
    assert region(density(two_parts("b B", parts=parts, bom=bom)))["partner_share"] is None


# Connection


def nodes(*lines):
    return "\n".join(["node kind lat lon country other_country", *lines])


def connection(*lines, meta="home\nUS", **assumptions):
    network = two_parts("a A", nodes=nodes(*lines), meta=meta)
    found = region(density(network, assumptions=DensityAssumptions(**assumptions)))
    return found["logistics"], found["labs"], found["connection"]


def test_nodes_at_the_place_connect_it_in_full():
    assert connection(f"x airport {HERE} MX .", f"y test_lab {HERE} MX .") == (1.0, 1.0, 1.0)


def test_connection_is_the_geometric_mean_of_logistics_and_laboratories():
    logistics, labs, both = connection(f"x airport {HERE} MX .", f"y test_lab {NORTH} MX .")
    assert labs == pytest.approx(math.exp(-50.0377 * 1.3 / 60 / 3), abs=1e-4)
    assert both == pytest.approx(math.sqrt(logistics * labs))


def test_logistics_is_the_mean_over_the_kinds_that_are_known():
    logistics, labs, both = connection(f"x airport {HERE} MX .", f"y seaport {FAR} MX .")
    assert (logistics, labs, both) == (pytest.approx(0.5), None, pytest.approx(0.5))


def test_node_abroad_waits_at_the_border():
    logistics, *_ = connection(f"x airport {HERE} US .")
    assert logistics == pytest.approx(math.exp(-4 / 3))


def test_node_of_an_unknown_country_waits_longest():
    logistics, *_ = connection(f"x airport {HERE} . .")
    assert logistics == pytest.approx(math.exp(-24 / 3))


def test_border_crossing_of_the_own_country_has_no_delay():
    assert connection(f"x border_crossing {HERE} US MX")[0] == 1.0


def test_border_crossing_is_not_assessed_for_a_place_in_the_home_country():
    assert connection(f"x border_crossing {HERE} US MX", meta="home\nMX") == (None, None, None)
    assert connection(f"x border_crossing {FAR} US MX", f"y airport {HERE} MX .", meta="home\nMX")[0] == 1.0


def test_kind_without_a_node_is_not_assessed_and_its_weight_is_shared_out():
    without = density(two_parts("a A;B", "b A;B"))
    assert region(without)["connection"] is None
    # completeness, depth, unfragmented and redundancy are all 1
    assert region(without)["score"] == pytest.approx(100.0)
    assert region(without)["score_high"] == pytest.approx(100.0)


def test_connection_that_only_some_places_lack_counts_low_and_high():
    regions = f"region country lat lon\nR MX {HERE}\nU US {HERE}"
    network = two_parts(
        "a A;B", "b A;B", regions=regions, nodes=nodes(f"x border_crossing {HERE} US MX"), meta="home\nUS"
    )
    found = region(density(network, assumptions={"border_hours": {"same_bloc": 0}, "territory": "bloc"}), "U")
    assert found["connection"] is None
    assert found["score"] == pytest.approx(100 * 0.01**0.15)
    assert found["score_high"] == pytest.approx(100.0)


# What unknown does


def test_part_that_nobody_makes_is_unseen_low_in_the_headline_and_high_beside_it():
    answer = density(two_parts("a A"))
    found = region(answer)
    assert found["completeness"] == pytest.approx(0.047619, abs=5e-7)
    assert found["completeness_high"] == 1.0
    assert found["score_high"] > found["score"]
    assert found["coverage"] == pytest.approx(0.5)
    assert [f.value for f in answer.findings if f.rule == "unseen_parts"] == ["B"]
    assert row(answer.parts, part="B")["seen"] is False
    assert row(answer.parts, part="B")["nearest_km"] is None


def test_unknown_organization_is_a_firm_of_its_own():
    assert row(density(two_parts("a A", "b A")).parts, part="A")["n_effective"] == pytest.approx(2.0)


def test_unknown_status_counts_as_operating():
    sites = f"site country lat lon status\na MX {HERE} .\nb MX {HERE} announced"
    answer = density(two_parts(sites=sites, capabilities="site part\na A\nb B"))
    assert answer.sites["site"].to_list() == ["a"]
    assert row(answer.parts, part="B")["seen"] is True  # known, though not yet counted
    planned = density(
        two_parts(sites=sites, capabilities="site part\na A\nb B"),
        assumptions=DensityAssumptions(statuses=("operating", "announced")),
    )
    assert planned.sites["site"].to_list() == ["a", "b"]


def test_site_without_coordinates_stands_at_its_region_and_is_named():
    sites = "site country region lat lon status\na MX R . . operating"
    answer = density(two_parts(sites=sites, capabilities="site part\na A"))
    assert row(answer.parts, part="A")["cover"] == 1.0
    finding = next(f for f in answer.findings if f.rule == "site_at_region")
    assert (finding.count, finding.value, finding.severity) == (1, "a", "note")


def test_site_without_any_place_is_not_counted_and_leaves_its_part_unseen():
    sites = f"site country lat lon status\na MX . . operating\nb MX {HERE} operating"
    answer = density(two_parts(sites=sites, capabilities="site part\na A\nb B"))
    assert answer.sites["site"].to_list() == ["b"]
    assert next(f for f in answer.findings if f.rule == "site_unplaced").value == "a"
    assert row(answer.parts, part="A")["seen"] is False


@pytest.mark.parametrize(("qualified", "cover"), [(".", 1.0), ("true", 1.0), ("false", 0.0)])
def test_unknown_qualification_counts_and_a_refused_one_does_not(qualified, cover):
    answer = density(two_parts("a .", capabilities=f"site part qualified\na A {qualified}"))
    assert row(answer.parts, part="A")["cover"] == cover


def test_region_without_coordinates_stands_between_its_sites():
    sites = f"site country region lat lon\na MX Q {HERE}\nb MX Q {NORTH}"
    network = two_parts(sites=sites, capabilities="site part\na A", regions="region country lat lon\nQ MX . .")
    found = region(density(network), "Q")
    assert found["lat"] == pytest.approx(LAT + 0.225, abs=1e-6)
    assert found["lon"] == pytest.approx(LON, abs=1e-9)


def test_region_without_anything_has_no_score_and_says_why():
    network = two_parts("a A;B", regions=f"{REGION}\nQ Nowhere MX . .")
    found = region(density(network), "Q")
    assert found["note"] == "no coordinates and no located site"
    assert {found[k] for k in ("score", "rank", "completeness", "cluster_at_risk")} == {None}
    assert found["name"] == "Nowhere"


def test_place_without_a_site_in_reach_has_zeros_and_says_why():
    found = region(density(two_parts("a A;B far"), radius_km=50))
    assert found["note"] == "no counted site within the radius"
    assert (found["completeness"], found["depth"], found["redundancy"], found["sites"]) == (0.0, 0.0, 0.0, 0)
    assert found["fragmentation"] is None
    assert found["cluster_at_risk"] == 0.0
    assert found["exit_readiness"] is None


def test_network_without_sites_or_regions_still_answers():
    empty = make_network(parts="part kind\nP product\nA component", bom="parent child\nP A")
    answer = density(empty)
    rows = {t.name: answer.frame(t.name).height for t in answer.TABLES if answer.frame(t.name).height}
    assert rows == {"concentration": 1, "crossings": 1}  # one row a required part, all unknown
    assert answer.best is None
    assert answer.sentence() == "No region has a score for P: see the notes in the table 'regions'."
    assert answer.lines() == ("Best places for P, score of 100: none has a score.",)
    assert answer.headlines() == ()
    with_region = make_network(parts="part kind\nP product\nA component", bom="parent child\nP A", regions=REGION)
    assert region(density(with_region))["completeness"] == 0.0


def test_rows_that_are_only_inferred_do_not_count_as_evidenced():
    capabilities = "site part evidence\na A observed\na B inferred"
    found = region(density(two_parts("a .", capabilities=capabilities)))
    assert found["completeness"] == 1.0
    assert found["completeness_evidenced"] == pytest.approx(0.047619, abs=5e-7)


def test_essential_choice_that_nobody_makes_is_the_bottleneck():
    found = region(density(oracle_tree("a A", "b B", "h H")))
    assert found["bottleneck"] == 0.0
    assert found["bottleneck_part"] in {"M1", "M2"}


def test_part_that_is_not_essential_is_no_bottleneck():
    bom = "parent child essential\nP A true\nP B false"
    found = region(density(two_parts("a A", bom=bom)))
    assert (found["bottleneck"], found["bottleneck_part"]) == (1.0, None)


# Capacity


NEED = "region product year volume_per_year\nR P 2026 100\nR P 2027 200\nQ P 2027 50"


def capacity(*lines, bom=TWO, demand=NEED):
    network = two_parts(
        "a .", "b .", capabilities="\n".join(["site part capacity_per_year", *lines]), bom=bom, demand=demand
    )
    return density(network, measure="capacity")


def test_capacity_counts_against_the_need_of_the_highest_year():
    # 250 packs in 2027, two A each: a full need is 500.
    answer = capacity("a A 125", "b A 125", "a B 1000", bom="parent child quantity\nP A 2\nP B 1")
    assert row(answer.parts, part="A")["cover"] == pytest.approx(0.5, abs=1e-5)
    assert row(answer.parts, part="B")["cover"] == 1.0


def test_unknown_capacity_is_nothing_in_the_low_end_and_the_whole_need_in_the_high_end():
    answer = capacity("a A .", "b B 250")
    found = region(answer)
    assert row(answer.parts, part="A")["cover"] == 0.0
    assert found["completeness"] == pytest.approx(0.047619, abs=5e-7)
    assert found["completeness_high"] == 1.0
    assert found["score_high"] > found["score"]


def test_capacity_without_demand_is_refused_with_the_remedy():
    with pytest.raises(DataError, match="the yearly need of 'P' is unknown") as caught:
        capacity("a A 1", demand="region product year volume_per_year")
    assert "measure 'sites'" in str(caught.value)
    with pytest.raises(DataError, match="the yearly need"):
        capacity("a A 1", bom="parent child\nP A\nP B")


# Overrides by indicators


def test_latest_year_of_an_indicator_wins():
    indicators = """
        subject_kind  subject  indicator           year  value
        country_pair  MX-US    border_delay_hours  2024  0
        country_pair  MX-US    border_delay_hours  2026  6
        country_pair  MX-US    border_delay_hours  .     100
    """
    answer = density(two_parts("b B here . US", indicators=indicators))
    assert row(answer.parts, part="B")["cover"] == pytest.approx(385750 / 2**20)


def test_site_coverage_of_the_region_wins_over_that_of_the_country():
    regions = f"region country lat lon\nQ MX {HERE}\nR MX {HERE}\nU US {HERE}"
    indicators = """
        subject_kind  subject  indicator      value
        country       MX       site_coverage  0.4
        region        R        site_coverage  0.9
    """
    gaps = density(two_parts(regions=regions, indicators=indicators)).gaps
    confidence = dict(gaps.filter(gaps["part"] == "A").select("region", "gap_confidence").rows())
    assert confidence == {"Q": 0.4, "R": 0.9, "U": None}


@pytest.mark.parametrize(
    ("countries", "hours"),
    [(("DE", "HU"), 0), (("US", "MX"), 4), (("HU", "CN"), 24), (("DE", "TR"), 0)],
)
def test_border_delay_follows_customs_union_and_bloc(countries, hours):
    here, there = countries
    regions = f"region country lat lon\nR {here} {HERE}"
    answer = density(two_parts(f"b B here . {there}", regions=regions))
    assert row(answer.parts, part="B")["cover"] == pytest.approx(math.exp(-hours / 6), abs=1e-6)


@pytest.mark.parametrize(
    ("territory", "there", "own"),
    [
        ("customs_union", "HU", True),
        ("bloc", "HU", True),
        ("country", "HU", False),
        ("bloc", "NO", True),
        ("customs_union", "NO", False),
    ],
)
def test_territory_says_which_sites_are_a_places_own(territory, there, own):
    regions = f"region country lat lon\nR DE {HERE}"
    network = two_parts(f"b A;B here . {there}", regions=regions)
    answer = density(network, assumptions=DensityAssumptions(territory=territory))
    assert region(answer)["completeness_own"] == (region(answer)["completeness"] if own else 0.0)


def test_site_of_an_unknown_country_waits_longest_and_is_nobodys_own():
    sites = f"site lat lon\na {HERE}"
    answer = density(two_parts(sites=sites, capabilities="site part\na A\na B"))
    assert row(answer.parts, part="A")["cover"] == pytest.approx(math.exp(-24 / 6), abs=1e-6)
    assert region(answer)["completeness_own"] == 0.0


def test_mode_of_a_kind_sets_its_speed():
    slow = DensityAssumptions(mode_by_kind={"component": "sea"})
    answer = density(two_parts("a A north"), resolution=7, assumptions=slow)
    hours = 1.5 / 25 * distance_to(row(answer.sites, site="a")["cell"])
    assert row(answer.parts, part="A")["cover"] == pytest.approx(math.exp(-hours / 6), abs=1e-6)


def test_any_rule_lets_alternatives_add_up():
    half = ("a A", "a2 A", "b B", "b2 B", "h H", "h2 H", "m1 M1", "m2 M2")
    best = region(density(oracle_tree(*half), assumptions=DensityAssumptions(sites_for_full=2)))
    added = region(density(oracle_tree(*half), assumptions=DensityAssumptions(sites_for_full=2, choice_rule="any")))
    assert added["completeness"] > best["completeness"]


# Bad input


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"product": "Q"}, "'Q' is no part of the network"),
        ({"product": "A"}, "'A' has no bill of materials"),
        ({"resolution": 3}, "resolution: input should be greater than or equal to 4"),
        ({"resolution": 8}, "resolution: input should be less than or equal to 7"),
        ({"radius_km": 4.9}, "radius_km"),
        ({"radius_km": 2001}, "radius_km"),
        ({"measure": "value"}, "measure"),
        ({"assumptions": {"weights": {"completeness": 0.5}}}, "weights must sum to 1, they sum to 1.15"),
        ({"assumptions": {"rho": -2}}, "assumptions.rho"),
        ({"assumptions": {"florr": 0.1}}, "Did you mean 'floor'"),
        ({"assumptions": {"regions": ["Rr"]}}, "'Rr' is no region of the network. Did you mean 'R'"),
        ({"radius": 80}, "radius is no parameter. Did you mean 'radius_km'"),
    ],
)
def test_bad_parameter_is_refused_with_its_name(given, says):
    with pytest.raises(ParameterError) as caught:
        density(two_parts("a A"), **given)
    assert says in str(caught.value)


def test_misspelt_product_is_offered_the_nearest():
    network = make_network(parts="part kind\npump product\nA component", bom="parent child\npump A")
    with pytest.raises(ParameterError, match="Did you mean 'pump'"):
        density(network, product="pmup")


@pytest.mark.parametrize(
    ("resolution", "radius", "remedy"), [(5, 20, "Use resolution 6."), (7, 5, "Use a larger radius")]
)
def test_cells_too_coarse_for_the_radius_are_named(resolution, radius, remedy):
    answer = density(two_parts("a A"), resolution=resolution, radius_km=radius)
    finding = next(f for f in answer.findings if f.rule == "coarse_cells")
    assert remedy in finding.remedy
    assert not [f for f in density(two_parts("a A")).findings if f.rule == "coarse_cells"]


@pytest.mark.parametrize(
    "wrong",
    ["part A reach_hours 0", "country_pair MX-US border_delay_hours -1", "region R site_coverage 40"],
)
def test_indicator_outside_its_bounds_is_refused_with_the_first_case(wrong):
    _, subject, _, value = wrong.split()
    with pytest.raises(DataError, match=f"the first '{subject}: {value}'"):
        density(two_parts("a A", indicators=f"subject_kind subject indicator value\n{wrong}"))


# The answer as people read it


def test_sentence_names_place_rank_gap_and_risk():
    answer = density(two_parts("a A", "b B far . DE"))
    assert answer.sentence() == (
        "Place scores 19 of 100 for P (rank 1, 90 % interval 1–1 of 1): completeness 0.05, 0 of 1 tiers sourced within 100 km; largest gap B "
        "(+95 points of completeness, nearest maker b, 9,220 km away). 100% of supply would stop with the place, first for "
        "want of A; makers are known for 100% of the required value."
    )
    assert len(answer.lines()) == 3
    assert [card[0] for card in answer.headlines()] == [
        "Best place",
        "Completeness",
        "Biggest gap",
        "Lost if the place stops",
    ]


def test_complete_place_has_no_gap_to_name():
    answer = density(two_parts("a A;B", "b A;B"))
    assert answer.biggest_gap("R") is None
    assert "largest gap" not in answer.sentence()
    assert len(answer.lines()) == 2
    assert len(answer.headlines()) == 3


def test_chosen_regions_alone_are_scored():
    regions = f"region country lat lon\nQ MX {HERE}\nR MX {NORTH}"
    answer = density(two_parts("a A", regions=regions), assumptions=DensityAssumptions(regions=("Q",)))
    assert answer.regions["region"].to_list() == ["Q"]


def test_ranks_follow_scores_and_ties_share_a_rank():
    regions = f"region country lat lon\nQ MX {HERE}\nR MX {HERE}\nS MX {FAR}"
    answer = density(two_parts("a A;B", regions=regions), radius_km=50)
    assert answer.regions.select("region", "rank").rows() == [("Q", 1), ("R", 1), ("S", 3)]


def test_surface_holds_the_cells_around_sites_and_the_best_one_is_the_sites_own():
    answer = density(two_parts("a A;B"))
    best = answer.cells.sort("score", descending=True).row(0, named=True)
    assert best["cell"] == "8548a207fffffff"
    assert best["sites"] == 1
    assert answer.cells.height > 50
    assert set(answer.cells["country"]) <= {"MX", "US"}


def test_surface_too_large_to_draw_holds_the_cells_with_sites_alone(monkeypatch):
    monkeypatch.setattr(reach, "SURFACE_LIMIT", 20)
    answer = density(two_parts("a A", "b B north"))
    assert answer.cells["sites"].to_list() == [1, 1]
    monkeypatch.setattr(reach, "SURFACE_LIMIT", 1)
    assert density(two_parts("a A", "b B north")).cells.height == 2
