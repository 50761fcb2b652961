"""Maturity of a place: each item's own formula, what unknown does to it, and the stage."""

import pytest

import tierscape
from density_cases import REGION, row, two_parts
from density_steps import matured
from tierscape.analyses.density import statistics_tables
from tierscape.analyses.density.maturity import MOST, stage
from tierscape.results import conform


def item(network, name, region="R"):
    table, _ = matured(network)
    found = row(conform(table, statistics_tables.MATURITY), region=region, item=name)
    return found["points"], found["points_high"]


def dated(*lines, as_of="2026-01-01"):
    """Sites from lines ``site status opened closed``, all of them making A."""
    rows = ["site country lat lon status opened_year closed_year as_of"]
    point = REGION.split("\n")[1].split("MX ")[1]
    for line in lines:
        site, status, opened, closed = line.split()
        rows.append(f"{site} MX {point} {status} {opened} {closed} {as_of}")
    able = "\n".join(["site part", *(f"{line.split()[0]} A" for line in lines)])
    return two_parts(sites="\n".join(rows), capabilities=able)


def test_points_that_can_be_had_are_those_of_the_method_and_sum_to_100():
    assert MOST == {
        "critical mass": 20, "tier depth": 20, "local sourcing": 15, "anchors and contracts": 10, "labour": 10,
        "cluster organisation": 10, "test labs": 5, "net entry": 10,
    }  # fmt: skip
    assert sum(MOST.values()) == 100


def test_critical_mass_counts_firms_once_and_leaves_an_unknown_quotient_open():
    low, high = item(two_parts("a A here X", "b A here X", "c B"), "critical mass")
    assert (low, high) == (pytest.approx(10 * 2 / 20), pytest.approx(10 * 2 / 20 + 10))


def test_quotient_adds_to_critical_mass_where_sites_name_their_region():
    sites = f"site country region lat lon status\na MX R {REGION.split('MX ')[1]} operating"
    low, high = item(two_parts(sites=sites, capabilities="site part\na A"), "critical mass")
    assert low == high == pytest.approx(10 * 1 / 20 + 10 * 1 / 2)  # all that anybody makes is for the product: LQ 1


def test_tier_depth_is_widened_by_parts_that_nobody_makes():
    low, high = item(two_parts("a A"), "tier depth")
    assert (low, high) == (pytest.approx(10.0), pytest.approx(20.0))


def links(*lines):
    return "\n".join(["supplier buyer part volume_per_year evidence", *lines])


def test_local_sourcing_is_full_at_half_of_the_volume():
    base = ("p P", "a A", "away A far")
    quarter = two_parts(*base, links=links("a p A 25 declared", "away p A 75 declared"))
    half = two_parts(*base, links=links("a p A 50 declared", "away p A 50 declared"))
    assert item(quarter, "local sourcing") == (pytest.approx(7.5), pytest.approx(7.5))
    assert item(half, "local sourcing") == (pytest.approx(15.0), pytest.approx(15.0))


def test_links_that_are_only_inferred_are_no_evidence_of_local_sourcing():
    network = two_parts("p P", "a A", links=links("a p A 25 inferred"))
    assert item(network, "local sourcing") == (0.0, 15.0)
    assert item(two_parts("p P", "a A"), "local sourcing") == (0.0, 15.0)


def test_anchor_and_three_signed_contracts_earn_all_and_unknown_halves_stay_open():
    contracts = "contract buyer supplier part status\n" + "\n".join(f"C{i} p a A signed" for i in range(3))
    assert item(two_parts("p P", "a A", contracts=contracts), "anchors and contracts") == (10.0, 10.0)
    assert item(two_parts("p P", "a A"), "anchors and contracts") == (5.0, 10.0)
    assert item(two_parts("p P far", "a A"), "anchors and contracts") == (0.0, 5.0)
    assert item(two_parts("a A"), "anchors and contracts") == (0.0, 10.0)
    offered = "contract buyer supplier part status\nC p a A offered"
    assert item(two_parts("p P", "a A", contracts=offered), "anchors and contracts") == (5.0, 5.0)


def test_labour_is_a_share_of_fifty_thousand_people_or_unknown():
    pool = REGION.replace("lon\n", "lon labour_pool\n") + " 20000"
    assert item(two_parts("a A", regions=pool), "labour") == (4.0, 4.0)
    assert item(two_parts("a A"), "labour") == (0.0, 10.0)


def test_cluster_organisation_is_read_from_the_newest_indicator():
    said = "subject_kind subject indicator year value\nregion R cluster_organization 2020 0\nregion R cluster_organization 2024 1"
    assert item(two_parts("a A", indicators=said), "cluster organisation") == (10.0, 10.0)
    assert item(two_parts("a A"), "cluster organisation") == (0.0, 10.0)


def test_laboratory_at_the_place_earns_all_and_none_known_leaves_it_open():
    lab = f"node kind lat lon country\nL test_lab {REGION.split('MX ')[1]} MX"
    assert item(two_parts("a A", nodes=lab), "test labs") == (pytest.approx(5.0), pytest.approx(5.0))
    assert item(two_parts("a A"), "test labs") == (0.0, 5.0)


def test_net_entry_is_openings_less_closures_over_the_stock_before():
    # Stock of 10 at the end of 2023; two opened and one closed in 2024–2026: 1/10/3 a year.
    rows = [
        *(f"o{i} operating 2010 ." for i in range(9)),
        "n1 operating 2024 .",
        "n2 operating 2026 .",
        "g closed 2000 2025",
    ]
    low, high = item(dated(*rows), "net entry")
    assert low == high == pytest.approx(10 * (1 / 30 + 0.05) / 0.1)


def test_net_entry_is_unknown_where_more_than_a_tenth_of_the_years_are():
    known = [f"o{i} operating 2010 ." for i in range(9)]
    assert item(dated(*known, "u operating . ."), "net entry") == (5.0, 5.0)
    assert item(dated(*known[:8], "u operating . ."), "net entry") == (0.0, 10.0)


def test_last_year_is_the_newest_opening_where_no_row_is_dated():
    rows = [*(f"o{i} operating 2010 ." for i in range(9)), "n operating 2020 ."]
    low, _ = item(dated(*rows, as_of="."), "net entry")
    assert low == pytest.approx(10 * (1 / 27 + 0.05) / 0.1)


@pytest.mark.parametrize(
    ("level", "momentum", "expected"),
    [
        (90.0, -0.02, "declining"), (90.0, -0.01, "sustaining"), (65.0, 0.0, "growing"), (65.1, -0.005, "sustaining"),
        (50.0, -0.005, "stalled"), (35.0, 0.0, "growing"), (34.9, 0.0, "latent"), (34.9, 0.02, "latent"), (10.0, 0.021, "emerging"),
    ],
)  # fmt: skip
def test_stage_is_the_first_rule_that_holds(level, momentum, expected):
    assert stage(level, momentum) == expected


def test_interval_of_the_stages_is_the_sum_of_the_items():
    table, stages = matured(tierscape.load("mini"))
    for found in stages.iter_rows(named=True):
        items = table.filter(table["region"] == found["region"])
        assert items["item"].to_list() == list(MOST)
        assert found["maturity_low"] == pytest.approx(items["points"].sum())
        assert found["maturity_high"] == pytest.approx(items["points_high"].sum())
        assert ((items["points"] >= 0) & (items["points"] <= items["points_high"])).all()
        assert (items["points_high"] <= items["most"] + 1e-9).all()
    assert stages.columns == ["region", *(c.name for c in statistics_tables.STAGE_COLUMNS)]
    assert row(stages, region="NORTH")["stage"] == "growing"


def test_stage_that_hangs_on_unknown_net_entry_is_null_with_both_ends_given():
    # Lower than 35 at the middle and no year known: latent or emerging.
    rows = [f"o{i} operating . ." for i in range(3)]
    _, stages = matured(dated(*rows))
    found = row(stages, region="R")
    assert (found["maturity_low"] + found["maturity_high"]) / 2 > 35
    assert (found["stage"], found["stage_low"], found["stage_high"]) == (None, "latent", "sustaining")


def test_sites_out_of_the_radius_earn_nothing():
    near, _ = matured(two_parts("a A"))
    beyond, _ = matured(two_parts("a A", "b A far", "c B far"))
    for name in ("critical mass", "net entry"):
        assert row(near, item=name)["evidence"] == row(beyond, item=name)["evidence"]


def test_place_without_sites_is_latent_at_the_low_end():
    table, stages = matured(two_parts("a A far", "b B far"))
    assert row(table, item="net entry")["points_high"] == 0.0
    assert row(stages, region="R")["stage_low"] == "latent"
