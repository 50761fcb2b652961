"""Own intermediates that are designated, partners of diagonal cumulation, and duties that are not paid back."""

import pytest

from network_tables import make_network
from origin_cases import good, overall, own_rules, row
from tierscape.analyses.origin import origin
from tierscape.errors import DataError, ParameterError

ON = "2026-11-22"
RULE = {"value": "transaction_value", "threshold": "mine.rvc"}


def plant(w: int = 0, y: int = 200, claims: str = "", **more: str):
    """P 1000 takes I and X 100; the plant makes I 500 from J 300 and W, and J from Y; W, X and Y are foreign."""
    return make_network(
        meta="name currency home\ntest USD MX",
        parts=f"part kind hs6 unit_value\nP product 850131 1000\nI component 850133 500\nJ component 850300 300\nW component 740811 {w}\nX component 740811 100\nY component 740811 {y}",
        bom="parent child quantity\nP I 1\nP X 1\nI J 1\nI W 1\nJ Y 1",
        sites="site country status\nplant MX operating\nfar CN operating",
        capabilities="site part conversion_cost evidence\nplant P 50 declared\nplant I 50 declared\nplant J 50 declared\nfar W . declared\nfar X . declared\nfar Y . declared",
        links="supplier buyer part volume_per_year evidence\nfar plant W 9 declared\nfar plant X 9 declared\nfar plant Y 9 declared",
        origin_claims="site part agreement originating foreign_value_per_unit valid_from valid_to evidence" + claims,
        **more,
    )  # fmt: skip


def value(tmp_path, network, *, designated=(), tracing="roll_up"):
    calculation = {"rules": own_rules(tmp_path, RULE, rvc=("transaction_value", 60)), "designated": designated, "tracing": tracing}  # fmt: skip
    answer = origin(network, on=ON, agreement="custom", calculation=calculation)
    return overall(answer)["value_pct"], answer


# Worked by hand; opened up, the non-originating value of P is that of W, X and Y.


def test_own_part_that_originates_counts_whole_once_it_is_designated(tmp_path):
    assert value(tmp_path, plant(w=1, y=199))[0] == pytest.approx(70.0)  # (1000 - 300) / 1000
    found, answer = value(tmp_path, plant(w=1, y=199), designated=("I",))  # I: (500 - 200) / 500 = 60, originates
    assert found == pytest.approx(90.0)
    assert row(answer.materials, part="I")["status_low"] == "originating"
    assert "unverified" in next(f.problem for f in answer.findings if f.rule == "origin_designated")


def test_own_part_that_does_not_originate_is_foreign_less_its_regional_value(tmp_path):
    network = plant(w=1, y=209)  # I: (500 - 210) / 500 = 58, fails
    assert value(tmp_path, network, designated=("I",))[0] == pytest.approx(69.0)  # the same as opened up
    assert value(tmp_path, network, designated=("I",), tracing="none")[0] == pytest.approx(40.0)


def test_two_designated_parts_in_one_chain_do_not_stack(tmp_path):
    network = plant(w=150, y=100)  # J: (300 - 100) / 300, originates; I with J opened up: (500 - 250) / 500, fails
    assert value(tmp_path, network, designated=("J",))[0] == pytest.approx(75.0)  # W and X are left
    assert value(tmp_path, network, designated=("I", "J"))[0] == pytest.approx(65.0)  # W, X and Y


def test_costs_do_not_change_with_what_is_designated(tmp_path):
    rules = own_rules(tmp_path, {"value": "net_cost", "threshold": "mine.rvc"}, rvc=("net_cost", 20))
    found = []
    for designated in ((), ("I",)):
        calculation = {"rules": rules, "designated": designated, "tracing": "trace"}
        answer = origin(plant(w=1, y=199), on=ON, agreement="custom", calculation=calculation)
        found.append(overall(answer)["value_pct"])
    assert found == pytest.approx([100 * (1 - 300 / 450)] * 2)  # three steps of 50, and 300 of material


def test_part_that_the_maker_does_not_make_cannot_be_designated(tmp_path):
    with pytest.raises(ParameterError, match=r"calculation\.designated: 'X' is no intermediate.*those are I, J"):
        value(tmp_path, plant(), designated=("X",))


# Diagonal cumulation: what originates in a partner counts, the work done there does not.

FROM_TURKEY = "F 740811 300 TR yes\nG 740811 200 TR no"
WORK_THERE = "s_G/G origin.mine.regional_value 150 2026-06-01 declared"


def partnered(tmp_path, partners):
    network = good(FROM_TURKEY, indicators=WORK_THERE)
    claims = network["origin_claims"].with_columns(
        agreement=network["origin_claims"]["agreement"].replace("usmca", "mine")
    )
    rules = own_rules(tmp_path, RULE, rvc=("transaction_value", 60), partners=partners)
    return origin(network.with_tables(origin_claims=claims), on=ON, agreement="custom", calculation={"rules": rules})


def test_what_originates_in_a_partner_counts_and_the_work_done_there_does_not(tmp_path):
    assert overall(partnered(tmp_path, "TR"))["value_pct"] == pytest.approx(80.0)  # G is foreign in full
    without = partnered(tmp_path, "")
    assert overall(without)["value_pct"] == pytest.approx(50.0)
    assert "origin_claim_outside" in {f.rule for f in without.findings}


def test_partners_inside_the_territory_are_refused(tmp_path):
    with pytest.raises(DataError, match="partner and territory"):
        partnered(tmp_path, "US")


def test_diagonal_cumulation_without_partners_is_refused(tmp_path):
    own_rules(tmp_path, RULE, rvc=("transaction_value", 60))
    file = tmp_path / "origin_rulesets.csv"
    file.write_text(file.read_text(encoding="utf-8").replace(",full,", ",diagonal,"), encoding="utf-8")
    with pytest.raises(DataError, match="diagonal cumulation needs partners"):
        origin(good("F 850133 1 MX yes"), on=ON, agreement="custom", calculation={"rules": str(tmp_path)})


def test_limit_on_duties_paid_back_is_said_and_not_computed():
    said = {f.rule: f.problem for f in origin(good("F 850133 300 CN no"), on=ON).findings}
    assert "unverified" in said["origin_drawback"]
    assert "not computed" in said["origin_drawback"]
    assert "origin_drawback" not in {f.rule for f in origin(good("F 850133 300 MX yes"), on=ON).findings}
