"""What the facts behind the rules and the examples say; `origin` has to agree on the shipped networks."""

import polars as pl
import pytest

import tierscape
from origin_cases import overall
from tierscape.analyses.origin import origin

EUROPE = ("HU", "SK", "CZ", "PL", "DE", "AT", "SI", "RO")


@pytest.fixture(scope="module")
def europe():
    return tierscape.load("ev-battery-central-europe")


@pytest.fixture(scope="module")
def before(europe):
    return origin(europe, product="ev_pack_75", agreement="eu_uk_tca", on="2026-12-31")


@pytest.fixture(scope="module")
def after(europe):
    return origin(europe, product="ev_pack_75", agreement="eu_uk_tca", on="2027-01-01")


@pytest.fixture(scope="module")
def mexico():
    return tierscape.load("auto-electronics-mexico")


def verdicts(answer):
    rows = answer.verdicts.filter(pl.col("leaf") == "overall")
    return dict(rows.select("site", "verdict").rows())


# Central Europe: TCA rule of packs until and from 2027 (facts/origin_rules.md, section 3)


def test_packs_assembled_in_europe_qualify_by_assembly_until_the_end_of_2026(before):
    found = overall(before, "bmz_gliwice")  # pack maker read in a source: facts/example_central_europe.md
    assert (found["verdict"], found["path"], found["verified"]) == ("qualifies", "process pack_assembly", True)
    limits = before.verdicts.filter(pl.col("method") == "max_nom")["threshold"].unique().to_list()
    assert limits == [70.0]


def test_no_pack_is_proven_to_qualify_from_2027(before, after):
    assert "qualifies" in verdicts(before).values()
    assert set(verdicts(after).values()) == {"depends"}
    assert after.verdicts.filter(pl.col("method") == "max_nom")["threshold"].unique().to_list() == [30.0]
    assert "From 2027-01-01 the rule changes" in before.sentence()


def test_cathode_is_what_the_verdict_of_2027_hangs_on(after):
    # origin.md, trap 9: about 39 % of pack cost. In the plants that make their own cells it alone flips the verdict.
    makers = after.flips.filter(pl.col("flips") & pl.col("supplier").is_null())
    assert "cathode_nmc" in set(makers["part"])
    wroclaw = after.flips.filter((pl.col("site") == "lg_energy_solution_wroclaw") & pl.col("flips"))
    assert wroclaw.select("part", "supplier").rows() == [("cathode_nmc", None)]
    assert wroclaw["value_share"].item() == pytest.approx(0.45, abs=0.02)


def test_graphite_of_the_cell_makers_comes_from_outside_the_territory(after):
    # facts/example_central_europe.md: no graphite anode plant in operation in the region.
    rows = after.materials.filter((pl.col("part") == "anode_graphite") & pl.col("country").is_not_null())
    assert rows.height > 0
    assert not set(rows["country"]) & set(EUROPE)
    assert set(rows["status_high"]) == {"non-originating"}


# Mexico: USMCA (facts/origin_rules.md, section 2)


def test_harness_is_judged_by_table_c_which_is_unverified(mexico):
    answer = origin(mexico, product="harness_body", agreement="usmca", on="2026-11-22")
    assert set(answer.verdicts["rule"]) == {"usmca_complementary_c"}
    limits = dict(answer.verdicts.filter(pl.col("leaf") != "overall").select("leaf", "threshold").unique().rows())
    assert limits == {"net cost": 65.0, "transaction value": 75.0}
    assert not answer.verdicts["verified"].any()
    assert "unverified" in answer.sentence()
    assert set(verdicts(answer).values()) == {"depends"}  # nobody has declared anything


def test_silent_harness_suppliers_are_the_ones_to_ask_and_cable_matters_most(mexico):
    answer = origin(mexico, product="harness_body", agreement="usmca", on="2026-11-22")
    site = answer.first["site"]
    flips = answer.flips.filter((pl.col("site") == site) & pl.col("supplier").is_null())
    assert flips.sort("value_share", descending=True)["part"][0] == "cable_lv"
    assert answer.asks.filter((pl.col("site") == site) & pl.col("would_settle")).height > 0
    assert answer.duty.filter(pl.col("importer") == "US")["rate_without_pct"].unique().to_list() == [5.0]


def test_cell_is_the_single_input_that_flips_the_pack_of_ramos_arizpe(mexico):
    answer = origin(mexico, product="ev_pack_75", agreement="usmca", on="2026-11-22")
    found = overall(answer, "gm_ramos_arizpe")
    assert (found["verdict"], found["rule"]) == ("depends", "usmca_psr_default")
    assert answer.flips.filter("flips")["part"].to_list() == ["cell_nmc"]
    asked = answer.asks.filter("would_settle")
    assert asked["part"].to_list() == ["cell_nmc"]
    assert answer.duty.select("rate_without_pct", "verified").row(0) == (3.4, True)


def test_control_units_hold_chips_from_outside_the_territory(mexico):
    # facts/example_mexico.md, section 8: wafer_fab and most mcu stand outside the country.
    answer = origin(mexico, product="ecu_body", agreement="usmca", on="2026-11-22")
    chips = answer.materials.filter(pl.col("part") == "mcu")
    assert chips.height > 0
    assert "MX" not in set(chips["country"])
    foreign = chips.filter(~pl.col("country").is_in(["US", "MX", "CA"]))
    assert set(foreign["status_high"]) == {"non-originating"}


def test_without_inferred_links_the_best_case_opens_up_and_boards_count_as_made_in_house(europe, after, mexico):
    def declared(network):
        return network.with_tables(links=network["links"].filter(pl.col("evidence") != "inferred"))

    given = {"agreement": "eu_uk_tca", "on": "2027-01-01", "site": "lg_energy_solution_wroclaw"}
    packs = overall(origin(declared(europe), product="ev_pack_75", **given), given["site"])
    linked = overall(after, given["site"])
    assert (
        (packs["high"], packs["verdict"])
        == (linked["high"], linked["verdict"])
        == (pytest.approx(82.6, abs=0.05), "depends")
    )
    assert (packs["low"], linked["low"]) == (0.0, pytest.approx(23.3, abs=0.05))
    counts = []
    for network in (mexico, declared(mexico)):
        answer = origin(network, product="ecu_body", agreement="usmca", on="2026-11-22")
        counts.append(list(verdicts(answer).values()).count("qualifies"))
    assert counts == [6, 13]  # an inferred link says that boards, of the heading of the unit, are bought


def test_sites_outside_the_territory_fail_whatever_they_buy(europe):
    answer = origin(europe, product="ev_pack_75", agreement="usmca", on="2026-11-22")
    assert set(verdicts(answer).values()) == {"fails"}
    assert overall(answer, "bmz_gliwice")["path"] == "made outside the territory"
