"""The facts behind each example say what it must show; `density` has to agree."""

import polars as pl
import pytest

import tierscape


@pytest.fixture(scope="module")
def packs():
    return tierscape.density(tierscape.load("ev-battery-central-europe"), product="ev_pack_75")


@pytest.fixture(scope="module")
def harnesses():
    return tierscape.density(tierscape.load("auto-electronics-mexico"), product="harness_body")


@pytest.fixture(scope="module")
def control_units():
    return tierscape.density(tierscape.load("auto-electronics-mexico"), product="ecu_body")


def best_cover(answer, part: str, country: str | None = None) -> float:
    places = answer.regions if country is None else answer.regions.filter(pl.col("country") == country)
    rows = answer.parts.filter((pl.col("part") == part) & pl.col("region").is_in(places["region"].to_list()))
    return float(rows["cover"].max())


def test_central_europe_is_strong_at_tiers_one_and_two_and_empty_above(packs):
    best = packs.layers.filter(pl.col("region") == packs.regions["region"][0]).sort("tier")["cover"].to_list()
    assert best[0] >= 0.8
    assert best[1] >= 0.5
    assert best[2] == pytest.approx(0.0, abs=1e-9)
    assert best[3] == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("part", ["cell_nmc", "cathode_nmc", "separator", "cu_foil", "electrolyte"])
def test_central_europe_makes_cells_and_what_stands_right_behind_them(packs, part):
    assert best_cover(packs, part) >= 0.8


@pytest.mark.parametrize("part", ["graphite_feed", "graphitisation", "lipf6", "mn_sulphate"])
def test_central_europe_lacks_these_materials_everywhere(packs, part):
    europe = packs.regions.filter(pl.col("country") != "MA")["region"].to_list()
    rows = packs.parts.filter((pl.col("part") == part) & pl.col("region").is_in(europe))
    assert rows["sites"].sum() == 0
    assert rows["cover"].max() == 0.0


def test_central_europe_has_one_lithium_hydroxide_site_in_operation(packs):
    makers = packs.sites.filter(
        pl.col("makes").str.split("; ").list.contains("lioh")
        & pl.col("country").is_in(["HU", "SK", "CZ", "PL", "DE", "AT", "SI", "RO", "RS"])
    )
    assert makers["name"].to_list() == ["AMG Lithium Bitterfeld"]


@pytest.mark.parametrize("part", ["harness_assembly", "cable_lv"])
def test_mexico_is_strong_at_harness_making(harnesses, part):
    assert best_cover(harnesses, part, "MX") >= 0.8


@pytest.mark.parametrize("part", ["smt_line", "housing_al", "hpdc"])
def test_mexico_is_strong_at_board_assembly_housings_and_castings(control_units, part):
    assert best_cover(control_units, part, "MX") >= 0.8


@pytest.mark.parametrize("part", ["bare_pcb", "pcb_etch", "pcb_plating", "ccl", "wafer_fab", "mcu"])
def test_mexico_makes_no_boards_laminate_or_chips(control_units, part):
    makers = control_units.sites.filter(pl.col("makes").str.split("; ").list.contains(part))
    assert makers.height > 0
    assert "MX" not in makers["country"].to_list()


@pytest.mark.parametrize("part", ["mould_making", "reel_plating"])
def test_mexico_is_thin_at_moulds_and_plating(harnesses, part):
    makers = harnesses.sites.filter((pl.col("country") == "MX") & pl.col("makes").str.split("; ").list.contains(part))
    assert 1 <= makers.height <= 3


def top_gaps(answer) -> list[str]:
    return answer.gaps.filter(pl.col("region") == answer.regions["region"][0])["part"].head(3).to_list()


def ranking(answer) -> list[tuple[str, int, int]]:
    return answer.regions.select("region", "rank_p5", "rank_p95").head(3).rows()


def test_ranking_of_central_europe_and_its_first_gaps(packs):
    assert ranking(packs) == [("HU-PE", 1, 2), ("HU-FE", 1, 5), ("HU-KE", 2, 4)]
    assert top_gaps(packs) == ["ni_sulphate", "cathode_lfp", "li2co3"]
    assert "unseen_parts" in {f.rule for f in packs.findings}  # what the data do not cover stands beside the ranking


def test_ranking_of_mexico_and_its_first_gaps(harnesses, control_units):
    assert ranking(harnesses) == [("MX-CHH", 1, 1), ("MX-COA", 2, 3), ("MX-NLE", 2, 3)]
    assert ranking(control_units) == [("MX-CHH", 1, 1), ("MX-NLE", 2, 4), ("MX-AGU", 2, 5)]
    assert top_gaps(harnesses) == ["cu_cathode", "wire_tinning", "connector_housing"]
    assert top_gaps(control_units) == ["wafer_fab", "ecu_connector", "ecu_flashing"]
