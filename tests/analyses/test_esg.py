"""`esg` through its own door: worked numbers, what must always hold, and what it does with missing or bad input."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

import tierscape
from network_tables import make_network, table
from tierscape.analyses.esg import Factors, Social, esg
from tierscape.errors import DataError, ParameterError

SITES = """
    site   country region lat    lon    organization status    opened_year
    asia   CN      .      31.23  121.47 .            operating .
    port   DE      .      53.55  9.99   .            operating .
    plant  HU      HU-BZ  48.10  20.80  maker        operating .
    late   HU      HU-BZ  48.10  20.80  .            announced 2030
"""
PARTS = """
    part   kind      hs6    unit_value unit_mass_kg
    pack   product   850760 100        400
    frame  component 760410 40         10
    sheet  material  720851 5          20
    paint  process   .      10         .
"""
BOM = "parent child quantity\npack frame 2\npack paint 1\nframe sheet 0.5"
CAPABILITIES = """
    site  part  energy_kwh_per_unit labour_hours_per_unit conversion_cost lead_time_days evidence
    plant pack  100                 0.35                  10              5              declared
    port  frame 10                  0.2                   8               9              declared
    asia  frame 20                  0.5                   5               30             inferred
    asia  sheet 8                   0.1                   1               20             inferred
    plant paint .                   .                     2               2              declared
"""
LINKS = """
    supplier buyer part  volume_per_year mode distance_km evidence
    port     plant frame 100000          road 1200        declared
    asia     plant frame 100000          sea  19600       inferred
    asia     port  sheet 50000           sea  19600       inferred
"""
DEMAND = "region product year volume_per_year\nHU-BZ pack 2026 100000"
REGIONS = "region name country wage_per_hour grid_kg_per_kwh\nHU-BZ Borsod HU 12 0.2"
INDICATORS = "subject_kind subject indicator year value unit source\n"
TABLES = {"sites": SITES, "parts": PARTS, "bom": BOM, "capabilities": CAPABILITIES, "links": LINKS, "demand": DEMAND,
          "regions": REGIONS, "meta": "currency home\nEUR DE"}  # fmt: skip


def ask(**changes):
    given = {k: changes.pop(k) for k in ("product", "year", "factors", "social") if k in changes}
    return esg(make_network(**(TABLES | changes)), **given)


def stated(*rows: str) -> str:
    return INDICATORS + "\n".join(rows)


def row(frame: pl.DataFrame, **key: object) -> dict[str, object]:
    return frame.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in key.items()), named=True)


@pytest.fixture(scope="module")
def answer():
    return ask()


# Freight


def test_twenty_tonnes_over_sea_emit_the_worked_amount():  # EN1: 20 t, 19,600 km, 8.15 g/t-km
    one = ask(links="supplier buyer part volume_per_year mode distance_km\nasia plant frame 2000 sea 19600")
    assert row(one.legs, supplier="asia")["kg"] == pytest.approx(3194.8)


def test_legs_sum_to_the_freight_of_the_regions(answer):
    assert answer.legs["kg"].sum() == pytest.approx(answer.regions["kg_inbound"].sum())
    assert answer.legs["kg"].sum() == pytest.approx(answer.regions["kg_outbound"].sum())


def test_doubling_mass_doubles_freight_and_nothing_else(answer):
    heavy = ask(
        parts=PARTS.replace(" 400", " 800").replace(" 10\n", " 20\n").replace(" 20\n    paint", " 40\n    paint")
    )
    assert heavy.legs["kg"].sum() == pytest.approx(2 * answer.legs["kg"].sum())
    assert_frame_equal(heavy.people, answer.people)
    assert heavy.sites["kg_location"].to_list() == answer.sites["kg_location"].to_list()


def test_a_part_without_mass_counts_nothing_and_is_named():
    links = LINKS + "    port plant paint 100000 road 1200 declared\n"
    unseen = ask(links=links, capabilities=CAPABILITIES.replace("plant paint", "port  paint"))
    assert row(unseen.legs, part="paint")["kg"] is None
    assert "parts.unit_mass_kg" in {f.where for f in unseen.findings}
    assert row(unseen.product, product="pack", tier="all")["unseen_transport_share"] == pytest.approx(0.10 / 0.95)


def test_a_share_of_what_is_carried_is_no_more_than_all_of_it():
    unseen = ask(
        parts=PARTS.replace("100        400", "100        .").replace(" 10\n", " .\n").replace(" 20\n", " .\n")
    )
    assert unseen.legs["kg"].null_count() == unseen.legs.height
    assert (unseen.product["unseen_transport_share"] <= 1.0 + 1e-12).all()
    assert row(unseen.product, product="pack", tier="all")["unseen_transport_share"] > 0.8  # paint stays in house


def test_a_distance_shorter_than_any_way_by_ship_is_flagged():
    short = ask(links=LINKS.replace("19600", "9000"))
    assert short.flags.filter(pl.col("kind") == "stated_distance").height == 2
    assert "links.distance_km" in {f.where for f in short.findings}
    measured = ask(links=LINKS.replace("19600", "9000"), factors=Factors(distances="measured"))
    assert measured.flags.filter(pl.col("kind") == "stated_distance").is_empty()
    assert measured.legs["kg"].sum() > short.legs["kg"].sum()


def test_a_factor_from_tank_to_wheel_is_refused():
    with pytest.raises(DataError, match="scopes are never mixed"):
        ask(indicators=stated("site asia freight_g_per_tkm_ttw 2024 16 g/t-km ."))


# A unit of the product


def test_a_unit_emits_what_its_lines_and_lanes_emit(answer):
    # Two frames, one from each site; half a sheet a frame. Grids: Borsod 0.2 as stated, Germany and China as shipped.
    grid = {r["site"]: r["grid_kg_per_kwh"] for r in answer.sites.iter_rows(named=True)}
    assert grid["plant"] == 0.2
    energy = 100 * 0.2 + 10 * grid["port"] + 20 * grid["asia"] + (0.5 + 0.5) * 8 * grid["asia"]
    freight = 10 / 1e6 * (1200 * 75 + 19_600 * 8.15) + 0.5 * 20 / 1e6 * 19_600 * 8.15  # the second sheet stays in house
    whole = row(answer.product, product="pack", tier="all")
    assert whole["energy"] == pytest.approx(energy)
    assert whole["transport"] == pytest.approx(freight)
    assert whole["kg_per_unit"] == pytest.approx(energy + freight)
    assert whole["labour_hours"] == pytest.approx(0.35 + 0.2 + 0.5 + 0.1)


def test_tiers_and_origins_sum_to_the_whole(answer):
    tiers = answer.product.filter(pl.col("tier") != "all")
    whole = answer.product.filter(pl.col("tier") == "all")
    for name in ("kg_per_unit", "low", "high", "transport", "energy", "unseen_share", "labour_hours"):
        assert tiers[name].sum() == pytest.approx(whole[name].item())
    assert answer.sources["kg_per_unit"].sum() == pytest.approx(whole["kg_per_unit"].item())
    assert answer.sources["share"].sum() == pytest.approx(1)
    assert whole["low"].item() < whole["kg_per_unit"].item() < whole["high"].item()


def test_energy_that_nobody_states_is_unseen_value():
    # Paint is 10 of 100 of the value, of unknown energy; of the frames one half loses its maker's figure as well.
    before = row(ask().product, product="pack", tier="all")
    assert before["unseen_share"] == pytest.approx(0.10)
    less = row(
        ask(capabilities=CAPABILITIES.replace("port  frame 10 ", "port  frame .  ")).product, product="pack", tier="all"
    )
    assert less["unseen_share"] > 0.3
    assert less["kg_per_unit"] < before["kg_per_unit"]


def test_a_declared_footprint_goes_before_energy_and_all_that_is_upstream():
    said = ask(indicators=stated("capability asia/frame pcf_kg_per_unit 2024 7 kg ."))
    first, second = (row(said.product, product="pack", tier=t) for t in ("1", "2"))
    assert first["declared"] == 7
    assert second["energy"] == pytest.approx(0.5 * 8 * row(said.sites, site="asia")["grid_kg_per_kwh"])
    of_part = ask(indicators=stated("part frame pcf_kg_per_unit 2024 7 kg ."))
    assert row(of_part.product, product="pack", tier="all")["declared"] == 14
    assert "2" not in of_part.product["tier"].to_list()


def test_the_nearest_grid_counts_and_a_power_contract_stands_beside():
    said = ask(
        indicators=stated(
            "country HU grid_kg_per_kwh 2024 0.5 kg/kWh .", "site plant market_kg_per_kwh 2024 0 kg/kWh ."
        )
    )
    plant = row(said.sites, site="plant")
    assert (plant["grid_kg_per_kwh"], plant["kg_market"]) == (0.2, 0.0)
    assert row(said.sites, site="asia")["kg_market"] is None
    own = ask(indicators=stated("site plant grid_kg_per_kwh 2024 0.1 kg/kWh meter"))
    assert (row(own.sites, site="plant")["grid_kg_per_kwh"], row(own.sites, site="plant")["grid_source"]) == (
        0.1,
        "meter",
    )


# The carbon border


BORDER = stated(
    "capability asia/sheet pcf_kg_per_unit 2024 40 kg .", "part sheet cbam_benchmark 2024 1.3 t/t .",
)  # fmt: skip


def test_a_hundred_tonnes_of_sheet_cost_the_worked_row():  # EN2: 100 t, EE 2.0, BM 1.3, 75.36 EUR
    links = "supplier buyer part volume_per_year mode distance_km\nasia port sheet 5000 sea 19600"
    rows = ask(links=links, indicators=BORDER).cbam
    assert rows["tonnes"].to_list() == [100.0] * 9
    assert rows["cost"].to_list() == pytest.approx(
        [5520.12, 5765.04, 6254.88, 7479.48, 10026.648, 11251.248, 12475.848, 13700.448, 15072.0], abs=1e-4
    )
    assert rows["certificates"][0] == pytest.approx(73.25)
    assert (rows["low"] == rows["cost"]).all()


def test_cost_rises_by_year_and_falls_with_the_price_paid_at_the_origin(answer):
    for _, rows in answer.cbam.group_by("good"):
        assert rows.sort("year")["cost"].is_sorted()
    paid = ask(indicators=stated("country CN carbon_price 2024 10 EUR/t ."))
    free = ask(factors=Factors(origin_carbon_price=1000))
    assert (paid.cbam["cost"] <= answer.cbam["cost"]).all()
    assert paid.cbam["cost"].sum() < answer.cbam["cost"].sum()
    assert free.cbam["cost"].sum() == 0


def test_planning_defaults_give_a_range_and_say_so(answer):
    sheet = row(answer.cbam, good="sheet", year=2026)
    assert sheet["low"] < sheet["cost"] < sheet["high"]
    assert sheet["embedded_source"] == "planning default"


def test_only_what_enters_the_union_is_charged():
    inside = ask(links="supplier buyer part volume_per_year mode distance_km\nport plant frame 100000 road 1200")
    assert inside.cbam.is_empty()
    abroad = ask(sites=SITES.replace("CN", "NO"))
    assert abroad.cbam.is_empty()


def test_an_importer_below_the_threshold_owes_nothing():
    little = "supplier buyer part volume_per_year mode distance_km\nasia port sheet 2400 sea 19600"
    assert ask(links=little).cbam.is_empty()  # 48 t
    assert ask(links=little.replace("2400", "2600")).cbam.height == 9


def test_goods_of_a_case_without_figures_are_flagged():
    here = {
        "links": "supplier buyer part volume_per_year mode distance_km\nasia plant paint 100000 sea 19600",
        "parts": PARTS.replace("process   .      10         .", "material  320890 10         1"),
        "capabilities": CAPABILITIES.replace("plant paint", "asia  paint"),
    }
    assert ask(**here).cbam.is_empty()
    case = ask(**here, factors=Factors(cbam_also=("3208",)))
    assert case.cbam["cost"].null_count() == 9
    assert row(case.flags, kind="no_border_figure")["subject"] == "paint"


def test_the_border_starts_in_the_year_asked_for():
    assert ask(year=2030).cbam["year"].min() == 2030
    assert ask(year=2050).cbam["year"].unique().to_list() == [2034]


# People


def test_a_hundred_thousand_units_of_a_third_of_an_hour_are_twenty_jobs():  # JB1
    people = row(ask(capabilities=CAPABILITIES.replace("plant paint", "port  paint")).people, region="HU-BZ")
    assert people["direct"] == pytest.approx(20)
    assert (people["indirect_low"], people["indirect_high"]) == pytest.approx((10, 32))
    assert people["indirect"] == pytest.approx(20.667, abs=1e-3)
    assert people["displaced"] is None


def test_jobs_displaced_stand_beside_where_a_share_is_given():
    people = row(ask(social=Social(displaced_share=0.6)).people, region="HU-BZ")
    assert people["displaced"] == pytest.approx(12)


def test_labour_risk_widens_by_what_is_missing():
    open_ = row(ask().people, region="HU-BZ")
    assert open_["labour_risk_high"] - open_["labour_risk_low"] == pytest.approx(70)  # rights, sector, incidents
    said = ask(indicators=stated("country HU ituc_rating 2025 3 1 .", "region HU-BZ labour_sector_risk 2025 50 1 .",
                                 "region HU-BZ labour_incidents 2025 10 1 ."))  # fmt: skip
    closed = row(said.people, region="HU-BZ")
    assert closed["labour_risk_low"] == pytest.approx(closed["labour_risk_high"])
    free = (open_["labour_risk_low"]) / 0.3
    assert closed["labour_risk_low"] == pytest.approx(0.4 * 40 + 0.3 * free + 0.2 * 50 + 0.1 * 10)


def test_one_of_the_ten_worst_countries_has_a_rating_of_five_at_least():
    turkey = row(ask(sites=SITES.replace("CN", "TR")).people, region="TR")
    china = row(ask().people, region="CN")
    assert turkey["labour_risk_high"] - turkey["labour_risk_low"] == pytest.approx(100 * 0.3 + 20 * 0.4)
    assert china["labour_risk_high"] - china["labour_risk_low"] == pytest.approx(70)


def test_living_wages_are_unknown_until_stated():
    assert row(ask().people, region="HU-BZ")["wage_gap"] is None
    assert ask().product["wage_gap"].null_count() == ask().product.height
    said = ask(indicators=stated("country HU living_wage_per_hour 2025 14 EUR/h ."))
    people = row(said.people, region="HU-BZ")
    assert people["wage_gap"] == pytest.approx(2 * 0.35 * 100_000)
    assert people["people_below"] == pytest.approx(20)
    assert row(said.product, product="pack", tier="all")["wage_gap"] == pytest.approx(0.7)
    assert row(said.flags, kind="living_wage")["subject"] == "HU-BZ"
    enough = ask(indicators=stated("region HU-BZ living_wage_per_hour 2025 10 EUR/h ."))
    assert row(enough.people, region="HU-BZ")["wage_gap"] == 0


def test_new_jobs_of_projects_need_training():
    projects = "project kind site part jobs\nP1 capacity plant pack 100"
    people = row(ask(projects=projects).people, region="HU-BZ")
    assert people["training_low"] == pytest.approx(85 * 1000 + 15 * 8000)
    assert people["training_high"] == pytest.approx(85 * 3000 + 15 * 15000)


def test_a_hit_on_a_loaded_list_is_a_flag_and_no_score():
    said = ask(indicators=stated("region HU-BZ forced_labour_list 2025 1 1 UFLPA~list"))
    assert "UFLPA list" in row(said.flags, kind="forced_labour_list")["says"]
    assert_frame_equal(said.people, ask().people)


# Suppliers, years, order, input


def test_a_supplier_has_cost_time_and_emissions(answer):
    asia = row(answer.suppliers, site="asia", part="frame")
    assert (asia["cost"], asia["cost_basis"]) == (5, "conversion_cost")
    assert asia["lead_days"] == pytest.approx(30 + 19_600 / 650)
    assert asia["kg_per_unit"] > row(answer.suppliers, site="port", part="frame")["kg_per_unit"]


def test_sites_act_from_the_year_of_their_opening():
    more = CAPABILITIES + "    late pack 100 0.35 10 5 declared\n"
    assert "late" not in ask(capabilities=more, year=2029).sites["site"].to_list()
    assert "late" in ask(capabilities=more, year=2030).sites["site"].to_list()


def test_without_a_product_the_whole_network_is_counted():
    loose = ask(bom="parent child quantity")
    assert loose.products == ()
    assert loose.sentence().startswith("Freight emits")
    assert loose.legs.height == 3


def test_asking_for_a_product_counts_only_what_is_below_it():
    parts = PARTS + "    toy   product   .      10         1\n"
    bom = BOM + "\ntoy sheet 1"
    one = ask(parts=parts, bom=bom, product="toy", capabilities=CAPABILITIES + "    port toy 1 1 1 1 declared\n")
    assert set(one.legs["part"]) == {"sheet"}
    assert one.products == ("toy",)


def test_the_order_of_rows_changes_nothing(answer):
    turned = {name: table(text).reverse() for name, text in TABLES.items() if name not in {"meta"}}
    other = esg(make_network(meta=TABLES["meta"], **turned))
    for declared in answer.TABLES:
        assert_frame_equal(other.frame(declared.name), answer.frame(declared.name))


def test_a_product_that_nobody_makes_is_refused_alone_and_named_among_others():
    with pytest.raises(DataError, match="no operating site makes"):
        ask(capabilities=CAPABILITIES.replace("plant pack ", "plant sheet"))


@pytest.mark.parametrize(
    "wrong",
    [{"product": "nothing"}, {"year": 1800}, {"social": {"hours_per_year": 0}}, {"factors": {"closed": ["kiel"]}}],
)
def test_parameters_out_of_range_are_refused(wrong):
    with pytest.raises(ParameterError):
        ask(**wrong)


def test_indirect_jobs_must_be_in_order():
    with pytest.raises(ParameterError, match="must not fall"):
        ask(social={"indirect_low": 2.0})


def test_an_indicator_out_of_bounds_is_refused():
    with pytest.raises(DataError, match="grid_kg_per_kwh"):
        ask(indicators=stated("site plant grid_kg_per_kwh 2024 400 g/kWh ."))


def test_summary_and_pictures_say_what_stands_out(answer):
    text = answer.sentence()
    assert "kg CO2e per unit" in text
    assert "carbon border cost rises from" in text
    assert "10% of the value has no factor" in text
    charts = {c.name: c for c in answer.charts()}
    assert set(charts) == {"tiers", "lanes", "border", "jobs"}
    assert all(c.description and c.table in {t.name for t in answer.TABLES} for c in charts.values())
    assert len(answer.lines()) == 3


def test_the_small_example_names_its_largest_source():
    mini = esg(tierscape.load("mini"))
    assert mini.sources["origin"][0] == "energy"
    assert len(mini.headlines()) == 3
