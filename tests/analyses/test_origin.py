"""`origin` against the worked numbers of its method, R1 to R16, and the facts behind the shipped rules."""

import datetime as dt

import numpy as np
import pytest

from origin_cases import day, figures, good, overall, own_rules, row
from tierscape.analyses.origin import origin
from tierscape.analyses.origin.duty import saved_per_unit
from tierscape.analyses.origin.parameters import Case
from tierscape.kernels.value_content import content_pct, part_pct
from tierscape.reference.origin import DutyRow, origin_rules

ON = "2026-11-22"
MOTOR = "X 850300 300 CN no\nY 740811 100 MX yes"


# R1: motor TV 1000, VNM 300; with net cost 850. 85 FR 39690 (formulas); general rule 60/50 of HTSUS GN 11 p. 98.


def test_r1_transaction_value_is_the_worked_number():
    answer = origin(good(MOTOR), on=ON, calculation={"method": "transaction_value"})
    found = overall(answer)
    assert (found["value_pct"], found["margin_pp"], found["verdict"]) == (
        pytest.approx(70.0),
        pytest.approx(10.0),
        "qualifies",
    )


def test_r1_net_cost_is_the_worked_number():
    network = good(MOTOR, indicators=figures(net_cost=850))
    found = overall(origin(network, on=ON, calculation={"method": "net_cost"}))
    assert found["value_pct"] == pytest.approx(64.7059, abs=5e-5)
    assert found["margin_pp"] == pytest.approx(14.7059, abs=5e-5)


def test_r2_part_of_the_exworks_price_is_the_worked_number():
    assert part_pct(np.array([1000.0]), np.array([550.0]))[0] == 55.0


# R3: EV pack EXW 8000; imported cells 5600, BMS 600.


def tca_pack(country: str, claim: str):
    cells = f"cells 850760 5600 {country} {claim}\nbms 903289 600 CN no"
    return good(cells, hs6="850760", price=8000, home="DE", process="pack_assembly")


def test_r3_pack_qualifies_by_assembly_before_2027_though_its_value_fails():
    answer = origin(tca_pack("CN", "no"), on="2026-12-31")
    assert overall(answer)["verdict"] == "qualifies"
    assert overall(answer)["path"] == "process pack_assembly"
    value = row(answer.verdicts, leaf="non-originating share")
    assert (value["value_pct"], value["threshold"], value["verdict"]) == (77.5, 70.0, "fails")


def test_r3_pack_fails_from_2027():
    answer = origin(tca_pack("CN", "no"), on="2027-01-01")
    assert (overall(answer)["verdict"], overall(answer)["margin_pp"]) == ("fails", -47.5)


def test_r3_pack_with_european_cells_passes_30():
    found = overall(origin(tca_pack("PL", "yes"), on="2027-01-01"))
    assert (found["value_pct"], found["margin_pp"], found["verdict"]) == (7.5, 22.5, "qualifies")


# R4: the same pack under USMCA.


def usmca_pack(claim: str, regional: str = "", claims: str = ""):
    materials = f"cells 850760 5600 MX {claim}\nbms 903289 600 CN no"
    return good(materials, hs6="850760", price=8000, indicators=regional, claims=claims)


TRACED = "s_cells/cells origin.usmca.regional_value 2000 2026-06-01 declared"


def test_r4_ladder_is_the_worked_one():
    foreign = row(origin(usmca_pack("no", TRACED), on=ON).ladder, method="transaction_value")
    assert (foreign["all_foreign"], foreign["traced"], foreign["rolled_up"]) == (22.5, 47.5, 47.5)
    ours = row(origin(usmca_pack("yes", TRACED), on=ON).ladder, method="transaction_value")
    assert (ours["all_foreign"], ours["traced"], ours["rolled_up"]) == (22.5, 47.5, 92.5)


@pytest.mark.parametrize(("tracing", "value"), [("none", 22.5), ("trace", 47.5), ("roll_up", 92.5)])
def test_r4_tracing_chooses_the_rung(tracing, value):
    calculation = {"method": "transaction_value", "tracing": tracing}
    answer = origin(usmca_pack("yes", TRACED), on=ON, calculation=calculation)
    assert row(answer.verdicts, leaf="transaction value")["value_pct"] == value


# R5: look-up by date.


@pytest.mark.parametrize(
    ("on", "net_cost", "transaction_value"),
    [("2020-07-01", 66, 76), ("2021-06-30", 66, 76), ("2021-07-01", 69, 79), ("2021-09-01", 69, 79), ("2022-06-30", 69, 79), ("2022-07-01", 72, 82), ("2023-06-30", 72, 82), ("2023-07-01", 75, 85)],
)  # fmt: skip
def test_r5_core_parts_step_on_their_day(on, net_cost, transaction_value):
    book = origin_rules()
    found = [book.threshold("usmca", "table_a1", m, day(on)) for m in ("net_cost", "transaction_value")]
    assert [t.value_pct for t in found] == [net_cost, transaction_value]
    assert all(t.verified for t in found)


def test_r5_electric_vehicle_needs_an_originating_pack_from_2027():
    book = origin_rules()
    before, after = (book.rule_for("eu_uk_tca", 870380, "any", day(d)) for d in ("2026-12-31", "2027-01-01"))
    assert before.expression.what == "max_nom"
    assert [m.kind for m in after.expression.members] == ["value", "originating"]
    limits = [book.threshold("eu_uk_tca", "ev", "max_nom", day(d)).value_pct for d in ("2026-12-31", "2027-01-01")]
    assert limits == [60, 45]


@pytest.mark.parametrize(
    ("key", "method", "on", "value"),
    [("heavy_truck", "net_cost", "2024-06-30", 60), ("heavy_truck", "net_cost", "2024-07-01", 64), ("heavy_truck", "net_cost", "2027-06-30", 64), ("heavy_truck", "net_cost", "2027-07-01", 70), ("lvc_car", "labour_value", "2023-06-30", 36), ("lvc_car", "labour_value", "2023-07-01", 40), ("table_b", "net_cost", "2022-07-01", 67.5), ("table_c", "transaction_value", "2023-07-01", 75)],
)  # fmt: skip
def test_other_thresholds_step_on_their_day(key, method, on, value):
    assert origin_rules().threshold("usmca", key, method, day(on)).value_pct == value


# R6: TV 1000, VNM 300, threshold 60; originating inputs X 120, Y 90.

SIX = "F 850133 300 CN no\nX 850133 120 MX yes\nY 850133 90 MX yes"


def test_r6_one_input_flips_the_verdict_and_the_other_does_not():
    answer = origin(good(SIX), on=ON, calculation={"method": "transaction_value"})
    x, y = row(answer.flips, part="X"), row(answer.flips, part="Y")
    assert (x["margin_after"], x["flips"]) == (pytest.approx(-2.0), True)
    assert (y["margin_after"], y["flips"]) == (pytest.approx(1.0), False)


def test_r6_headroom_and_price_change_are_the_worked_numbers():
    answer = origin(good(SIX), on=ON, calculation={"method": "transaction_value"})
    assert overall(answer)["headroom"] == pytest.approx(100.0)
    assert row(answer.flips, part="F")["price_change_to_zero"] == pytest.approx(1 / 3)


# R7: TV 1000, known VNM 250, silent supplier 180.

SEVEN = "F 850133 250 CN no\nS 850133 180 MX ."


def test_r7_silent_supplier_makes_the_verdict_depend_on_it():
    answer = origin(good(SEVEN), on=ON, calculation={"method": "transaction_value"})
    found = overall(answer)
    assert (found["low"], found["high"], found["verdict"]) == (pytest.approx(57.0), pytest.approx(75.0), "depends")
    ask = answer.asks.row(0, named=True)
    assert (ask["supplier"], ask["part"], ask["value"], ask["would_settle"]) == ("s_S", "S", 180.0, True)
    assert ask["needed"] == pytest.approx(30.0)
    assert "it qualifies if S (42% of material value) is shown to originate" in answer.sentence()


# R8: vehicle NC 30,000, VNM 6,000.

VEHICLE = {
    "net_cost": 30000,
    "steel_originating_share": 0.8,
    "aluminium_originating_share": 0.72,
    "lvc__high_wage_material": 9000,
    "lvc__high_wage_labour": 4500,
    "lvc__technology_wages": 5,
    "lvc__production_wages": 100,
    "lvc__assembly_plant": 0,
}


def vehicle(materials: str, **stated: float):
    return good(materials, hs6="870323", price=36000, indicators=figures(**(VEHICLE | stated)))


def test_r8_vehicle_passes_75_and_a_threshold_of_85_would_bring_home_1500():
    network = vehicle("F 854231 6000 CN no\nB 940190 9000 MX yes")
    for case in ({"scenario": "usmca_rvc_85"}, {"threshold_override": 85}):
        answer = origin(network, on=ON, case=case)
        now = row(answer.verdicts, leaf="net cost")
        assert (now["value_pct"], now["margin_pp"]) == (pytest.approx(80.0), pytest.approx(5.0))
        net = next(r for r in answer.what_if.iter_rows(named=True) if r["path"] == "net cost")
        assert (net["margin_pp"], net["bring_home"]) == (pytest.approx(-5.0), pytest.approx(1500.0))
        assert net["verified"] is False


# R9: super-core part.

CORE = {
    "engine": ("840734", 3000, 900), "transmission": ("870840", 1500, 300), "body": ("870710", 4000, 800),
    "axle": ("870850", 600, 120), "suspension": ("870880", 500, 150), "steering": ("870894", 400, 100),
    "battery": ("850760", 6000, 1200),
}  # fmt: skip


def core_vehicle(originating=()):
    materials = "\n".join(f"{n} {hs} {nc} MX ." for n, (hs, nc, _) in CORE.items())
    claims = "\n".join(
        f"s_{n} {n} usmca {'true' if n in originating else 'false'} {vnm} 2026-06-01 2027-06-01 declared"
        for n, (_, _, vnm) in CORE.items()
    )
    return good(materials, hs6="870323", price=36000, indicators=figures(**VEHICLE), claims=claims)


def test_r9_core_parts_each_are_the_worked_numbers():
    each = {n: content_pct(np.array([float(nc)]), np.array([float(vnm)]))[0] for n, (_, nc, vnm) in CORE.items()}
    assert each == {
        "engine": 70,
        "transmission": 80,
        "body": 80,
        "axle": 80,
        "suspension": 70,
        "steering": 75,
        "battery": 80,
    }
    assert [n for n, pct in each.items() if pct < 75] == ["engine", "suspension"]


def test_r9_core_parts_averaged_pass_where_two_alone_fail():
    answer = origin(core_vehicle(set(CORE) - {"engine", "suspension"}), on=ON)
    core = row(answer.automotive, test="core_parts")
    assert (core["path"], core["value_pct"], core["verdict"]) == (
        "core parts averaged",
        pytest.approx(77.6875),
        "qualifies",
    )
    assert row(answer.verdicts, leaf="originating core parts")["verdict"] == "fails"
    assert core["verified"] is False


# R10: tolerance. TV 1000; one material fails the shift.

SHIFT = {"shift": "CTH"}
BOTH = {"all_of": [SHIFT, {"value": "transaction_value", "threshold": "mine.rvc"}]}


@pytest.mark.parametrize(("value", "verdict"), [(95, "qualifies"), (105, "fails")])
def test_r10_tolerance_excuses_a_small_material_that_does_not_shift(tmp_path, value, verdict):
    network = good(f"F 850133 {value} CN no\nG 740811 100 CN no")
    calculation = {"rules": own_rules(tmp_path, SHIFT)}
    assert overall(origin(network, agreement="custom", on=ON, calculation=calculation), "plant")["verdict"] == verdict


@pytest.mark.parametrize("value", [95, 105])
def test_r10_tolerance_does_not_cure_a_value_test(tmp_path, value):
    network = good(f"F 850133 {value} CN no\nG 740811 {450 - value} CN no")
    calculation = {"rules": own_rules(tmp_path, BOTH, rvc=("transaction_value", 60))}
    answer = origin(network, agreement="custom", on=ON, calculation=calculation)
    assert overall(answer)["verdict"] == "fails"
    assert row(answer.verdicts, leaf="transaction value")["value_pct"] == pytest.approx(55.0)


# R11: changes of classification.


@pytest.mark.parametrize(
    ("good_code", "material", "shift", "verdict"),
    [("854430", "740811", "CC", "qualifies"), ("854430", "854449", "CTH", "fails"), ("854430", "854449", "CTSH", "qualifies"), ("853710", "853400", "CTH", "qualifies"), ("853710", "853400", "CC", "fails")],
)  # fmt: skip
def test_r11_shift_of_each_degree(tmp_path, good_code, material, shift, verdict):
    network = good(f"F {material} 400 CN no", hs6=good_code)
    calculation = {"rules": own_rules(tmp_path, {"shift": shift})}
    assert overall(origin(network, agreement="custom", on=ON, calculation=calculation))["verdict"] == verdict


def test_exception_of_a_shift_is_no_change(tmp_path):
    network = good("F 854449 400 CN no", hs6="853710")
    calculation = {"rules": own_rules(tmp_path, {"shift": "CTH", "except": ["8544"]})}
    assert overall(origin(network, agreement="custom", on=ON, calculation=calculation))["verdict"] == "fails"


# R12: EV EXW 30,000, NOM 15,000, pack originating.


@pytest.mark.parametrize(
    ("on", "margin", "verdict"), [("2026-12-31", 10.0, "qualifies"), ("2027-01-01", -5.0, "fails")]
)
def test_r12_electric_vehicle_loses_origin_in_2027(on, margin, verdict):
    network = good("F 870829 15000 CN no\nB 850760 9000 DE yes", hs6="870380", price=30000, home="DE")
    answer = origin(network, on=on)
    value = row(answer.verdicts, leaf="non-originating share")
    assert (value["value_pct"], value["margin_pp"]) == (50.0, margin)
    assert overall(answer)["verdict"] == verdict


def test_r12_summary_names_the_change_that_comes():
    network = good("F 870829 15000 CN no\nB 850760 9000 DE yes", hs6="870380", price=30000, home="DE")
    assert "From 2027-01-01 the rule changes: it fails by" in origin(network, on="2026-12-31").sentence()
    assert "rule changes" not in origin(network, on="2025-12-30").sentence()


# R13: CPTPP AV 20,000, NC 18,000, VNM 9,400.


def test_r13_any_of_qualifies_by_net_cost():
    network = good("F 870829 9400 CN no", hs6="870323", price=20000, home="JP", indicators=figures(net_cost=18000))
    answer = origin(network, agreement="cptpp", on=ON)
    build = row(answer.verdicts, leaf="build-down value")
    assert (build["value_pct"], build["threshold"], build["verdict"]) == (pytest.approx(53.0), 55.0, "fails")
    found = overall(answer)
    assert (found["path"], found["verdict"]) == ("net cost", "qualifies")
    assert found["value_pct"] == pytest.approx(47.78, abs=5e-3)
    assert found["margin_pp"] == pytest.approx(2.78, abs=5e-3)


# R14 and R15: duty.


def charge(**kind) -> DutyRow:
    base = {
        "row": 2,
        "agreement": "x",
        "importer": "GB",
        "hs_from": 870300,
        "hs_to": 870399,
        "valid_from": dt.date(2021, 1, 1),
        "valid_to": None,
        "source": "test",
        "verified": True,
    }
    return DutyRow(**(base | kind))  # fmt: skip


def test_r14_duty_saved_on_a_thousand_vehicles():
    car = charge(charge="mfn", rate_without_pct=10.0, rate_with_pct=0.0, base="customs_value")
    assert 1000 * saved_per_unit(30000.0, car, 0.0, Case()) == pytest.approx(2_700_000)
    network = good("F 870829 9000 CN no", hs6="870323", price=30000, home="DE")
    found = row(origin(network, on=ON).duty, importer="GB")
    assert (found["saved_per_unit"], found["rate_without_pct"]) == (pytest.approx(2700.0), 10.0)


def test_r15_added_duty_falls_on_the_foreign_content_alone():
    added = charge(charge="section_232", rate_without_pct=25.0, rate_with_pct=25.0, base="non_us_content")
    assert saved_per_unit(40000.0, added, 16000 / 40000, Case()) == pytest.approx(10_000 - 6_000)


# R16: a declaration that has lapsed.

OLD = "s_cells cells usmca true . 2025-10-22 2027-10-22 declared"
STALE = "s_cells/cells origin.usmca.regional_value 2000 2025-10-22 declared"


@pytest.mark.parametrize(("stated", "low"), [(TRACED, 47.5), (STALE, 22.5)])
def test_r16_lapsed_declaration_leaves_the_status_open(stated, low):
    answer = origin(usmca_pack(".", stated, OLD), on=ON, calculation={"method": "transaction_value"})
    found = overall(answer)
    assert (found["low"], found["high"], found["verdict"]) == (low, 92.5, "depends")
    assert next(f for f in answer.findings if f.rule == "origin_claim_lapsed").value == "s_cells/cells"


def test_labour_value_is_the_worked_number():
    # facts/origin_rules.md, oracle 6: base 20000, HWM 6000, HWL 2500, technology credit 10, assembly 5.
    stated = {
        "lvc__high_wage_material": 6000,
        "lvc__high_wage_labour": 2500,
        "lvc__base": 20000,
        "lvc__technology_wages": 20,
        "lvc__production_wages": 100,
        "lvc__assembly_plant": 1,
    }
    answer = origin(vehicle("F 854231 6000 CN no", **stated), on=ON)  # fmt: skip
    found = row(answer.verdicts, leaf="labour value")
    assert (found["value_pct"], found["low"], found["high"]) == (pytest.approx(57.5),) * 3
    assert found["margin_pp"] == pytest.approx(17.5)


def test_copper_doors_fail_the_value_test_that_tolerance_cannot_cure(tmp_path):
    # facts/origin_rules.md, oracle 2: EXW 200, materials 60 (7409), 37 (8301), 18 (7419).
    rule = {"all_of": [{"shift": "CTH"}, {"value": "max_nom", "threshold": "mine.nom"}]}
    network = good("A 740911 60 CN no\nB 830110 37 CN no\nC 741980 18 CN no", hs6="741980", price=200)
    calculation = {"rules": own_rules(tmp_path, rule, nom=("max_nom", 50))}
    answer = origin(network, agreement="custom", on=ON, calculation=calculation)
    value = row(answer.verdicts, leaf="non-originating share")
    assert (value["value_pct"], value["verdict"]) == (57.5, "fails")
    assert row(answer.verdicts, leaf="change of heading")["verdict"] == "qualifies"  # 9 % is within the tolerance
    assert overall(answer)["verdict"] == "fails"
