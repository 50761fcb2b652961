"""What is unknown is never zero at both ends, and a register says what it cannot say."""

import polars as pl
import pytest

import tierscape
from density_cases import HERE, LAT, LON, REGION, TWO, TWO_PARTS, makers
from network_tables import make_network
from tierscape import lake
from tierscape.analyses.density import density
from tierscape.lake import Register

DEMAND = "region product year volume_per_year\nR P 2027 100"


def network(*lines, bom=TWO, parts=TWO_PARTS, **tables):
    return make_network(**{"parts": parts, "bom": bom, "regions": REGION} | makers(*lines) | tables)


def place(answer):
    return answer.regions.row(0, named=True)


def rules(answer):
    return {f.rule: f.count for f in answer.findings}


def register(folder, rows, need=None):
    columns = ["organization", "part", "capacity_per_year"]
    frame = pl.DataFrame(rows, schema=columns, orient="row").with_columns(
        lat=pl.lit(LAT), lon=pl.lit(LON), country=pl.lit("MX"), status=pl.lit("operating")
    )
    lake.index(frame, need=need).write_parquet(folder / "r.parquet")
    return Register(path=str(folder / "r.parquet"))


def test_capacity_against_an_unknown_need_is_nothing_at_the_low_and_everything_at_the_high_end():
    capabilities = "site part capacity_per_year\na A 100\nb B 100"
    bom = "parent child quantity\nP A 1\nP B ."
    answer = density(network("a A", "b B", bom=bom, capabilities=capabilities, demand=DEMAND), measure="capacity")
    assert place(answer)["completeness"] < 0.2
    assert place(answer)["completeness_high"] == 1.0
    assert rules(answer)["need_unknown"] == 1


def test_unknown_capacities_are_counted_in_a_finding():
    answer = density(network("a A", "b B", demand=DEMAND), measure="capacity")
    assert (place(answer)["completeness"], place(answer)["completeness_high"]) == (0.0, 1.0)
    assert rules(answer)["capacity_unknown"] == 2


def test_register_whose_shares_are_all_known_has_one_end(tmp_path):
    rows = [(None, part, 50.0) for part in "AB"]
    source = register(tmp_path, rows, need={"A": 100.0, "B": 100.0})
    found = place(density(network(demand=DEMAND), measure="capacity", register=source))
    assert found["completeness"] == found["completeness_high"] == pytest.approx(0.5, abs=1e-5)


def test_register_with_an_unknown_share_has_two_ends(tmp_path):
    source = register(tmp_path, [(None, "A", 50.0), (None, "B", None)], need={"A": 100.0, "B": 100.0})
    found = place(density(network(demand=DEMAND), measure="capacity", register=source))
    assert found["completeness"] < found["completeness_high"]


def test_register_without_shares_cannot_be_measured_by_capacity(tmp_path):
    with pytest.raises(tierscape.DataError) as raised:
        density(network(demand=DEMAND), measure="capacity", register=register(tmp_path, [(None, "A", None)]))
    assert raised.value.findings[0].rule == "no_shares"


def test_register_leaves_open_what_needs_the_sites_one_by_one(tmp_path):
    answer = density(network("a A"), register=register(tmp_path, [(None, "A", None)] * 3))
    assert (answer.maturity.height, answer.specialisation.height, answer.concentration.height) == (0, 0, 0)
    assert place(answer)["stage"] is place(answer)["completeness_evidenced"] is None
    assert "register_counts_only" in rules(answer)
    assert place(answer)["sites"] == 3


def test_firms_of_a_register_count_once_however_many_sites_they_have(tmp_path):
    source = register(tmp_path, [("one", "A", None)] * 5 + [(None, "A", None)])
    parts = density(network(), register=source).parts.filter(pl.col("part") == "A")
    assert parts["n_effective"].item() == pytest.approx(36 / 26, abs=1e-4)


def test_hot_spots_count_the_sites_that_a_row_of_a_register_stands_for(tmp_path):
    def gi(many):
        far = [LAT + 0.3 * i for i in range(1, 8)]
        rows = [(LAT, "A")] * many + [(lat, "A") for lat in far]
        frame = pl.DataFrame(rows, schema=["lat", "part"], orient="row").with_columns(
            lon=pl.lit(LON), country=pl.lit("MX"), status=pl.lit("operating"), organization=pl.lit(None, pl.String)
        )
        lake.index(frame).write_parquet(tmp_path / f"{many}.parquet")
        cells = density(network(), register=Register(path=str(tmp_path / f"{many}.parquet"))).cells
        return cells.sort("sites", descending=True)["gi_z"][0]

    assert gi(50) > gi(1)


def test_row_without_a_grade_is_no_evidence():
    assert place(density(network("a A", "b B")))["completeness_evidenced"] == 0.0


def test_indicator_whose_validity_has_ended_is_left_out():
    header = "subject_kind subject indicator value valid_from valid_to as_of"
    old = f"{header}\npart A reach_hours 1000 2020-01-01 2021-01-01 2026-01-01"
    new = f"{header}\npart A reach_hours 1000 2020-01-01 . 2026-01-01"
    north = "a A north"
    plain, ended, holds = (
        place(density(network(north, "b B", **given)))["completeness"]
        for given in ({}, {"indicators": old}, {"indicators": new})
    )
    assert plain == ended < holds


def test_alternative_processes_are_one_need():
    parts = "part kind\nP product\nA component\nX process\nY process"
    bom = "parent child choice\nP A .\nA X finish\nA Y finish"
    assert place(density(network("a A", "x X", parts=parts, bom=bom)))["partner_share"] == 1.0


def test_sites_that_nothing_shows_to_be_qualified_are_counted_apart():
    marked = "site part qualified\na A true\nb B ."
    linked = "supplier buyer part\nb a B"
    found = [
        density(network("a A", "b B", capabilities=marked, **t)).parts.sort("part")["to_qualify"].to_list()
        for t in ({}, {"links": linked})
    ]
    assert found == [[0, 1], [0, 0]]


def test_place_that_nobody_listed_is_pointed_to():
    elsewhere = f"{LAT + 3!r} {LON!r}"
    regions = f"region name country lat lon\nR Place MX {HERE}"
    sites = (
        f"site country lat lon status\na MX {elsewhere} operating\nb MX {elsewhere} operating\nc MX {HERE} operating"
    )
    capabilities = "site part\na A\nb B\nc A"
    answer = density(make_network(parts=TWO_PARTS, bom=TWO, regions=regions, sites=sites, capabilities=capabilities))
    assert rules(answer)["better_cell"] == 1


def test_gaps_come_in_the_order_of_the_ranking():
    regions = f"region name country lat lon\nA Poor MX {LAT + 3!r} {LON!r}\nZ Rich MX {HERE}"
    answer = density(network("a A", regions=regions))
    assert answer.regions["region"].to_list() == ["Z", "A"]
    assert answer.gaps["region"].unique(maintain_order=True).to_list() == ["Z", "A"]


@pytest.mark.parametrize("point", ["89.9 0.0", "-89.9 120.0", "0.0 179.95", "0.0 -179.95"])
def test_places_at_the_poles_and_the_antimeridian_find_what_stands_there(point):
    lat, lon = point.split()
    across = f"{lat} {-float(lon) if abs(float(lon)) > 179 else float(lon) + 40}"  # the other side of the line, or of the pole
    regions = f"region name country lat lon\nR Edge NO {point}"
    sites = f"site country lat lon status\na NO {point} operating\nb NO {across} operating"
    network = make_network(parts=TWO_PARTS, bom=TWO, regions=regions, sites=sites, capabilities="site part\na A\nb B")
    found = place(density(network, radius_km=200.0))
    assert found["sites"] == 2
    assert found["completeness"] > 0.9


@pytest.mark.parametrize("radius_km", [0.0, 1e6])
def test_radius_outside_its_bounds_is_a_parameter_error(radius_km):
    with pytest.raises(tierscape.ParameterError, match="radius_km"):
        density(network("a A"), radius_km=radius_km)
