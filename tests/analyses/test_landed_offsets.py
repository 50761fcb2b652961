"""What comes off a unit in `landed_cost`: drawback, support passed on; and the least and most fee of an entry."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landed_cases import bought
from network_tables import make_network
from tierscape.analyses.landed_cost import landed_cost
from tierscape.analyses.landed_cost.compare import annuity
from tierscape.reference.tariffs import entry_fees

SHARE = 0.003464
"""Merchandise processing fee, share of the value (method page A2, remembered)."""


def network(**more):
    return make_network(**{**{k: v for k, v in bought().tables.items() if v.height}, **more})


def terms(answer, option):
    rows = answer.terms.filter(answer.terms["option"] == option)
    return dict(rows.select("term", "money_per_unit").rows())


def term(answer, option, name, column="money_per_unit"):
    rows = answer.terms.filter((answer.terms["option"] == option) & (answer.terms["term"] == name))
    return rows[column].item()


def figures(**values):
    rows = "\n".join(f"site far {name} {value}" for name, value in values.items())
    return f"subject_kind subject indicator value\n{rows}"


# Drawback: the lesser of the duty on the inputs and that on the good (method page A4).


@pytest.mark.parametrize(("paid", "refund"), [(1.0, 1.0), (1000.0, None)])
def test_a_refund_is_the_lesser_of_both_duties(paid, refund):
    answer = landed_cost(network(indicators=figures(input_duty_per_unit=paid, order_lot=4000)), part="pack",
                         on=dt.date(2024, 7, 1), study={"drawback": True})  # fmt: skip
    duty = term(answer, "far", "duty")
    assert -term(answer, "far", "offsets") == pytest.approx(duty if refund is None else refund)
    assert "offsets" in terms(answer, "near")


def test_unknown_duty_on_inputs_is_a_range_with_a_finding_and_never_nothing():
    answer = landed_cost(network(), part="pack", study={"drawback": True})
    assert term(answer, "far", "offsets") is None
    assert term(answer, "far", "offsets", "low") < term(answer, "far", "offsets", "high") == 0.0
    assert any(f.value and "input_duty_per_unit" in f.remedy for f in answer.findings)
    assert term(landed_cost(network(), part="pack"), "far", "offsets") == 0.0


@settings(max_examples=15, deadline=None)
@given(st.floats(0, 30).map(lambda paid: round(paid, 6)))
def test_drawback_never_raises_a_total(paid):
    given_ = network(indicators=figures(input_duty_per_unit=paid))
    plain, less = (landed_cost(given_, part="pack", study={"drawback": d, "draws": 100}) for d in (False, True))
    assert (
        dict(less.options.select("option", "total").rows())["far"]
        <= dict(plain.options.select("option", "total").rows())["far"] + 1e-9
    )


# Support that the supplier passes on (method page D6; the payee is the supplier: trap 15).

SUPPORT = {
    "sites": "site country region lat lon\nplant US . 42 -83\nfar CN R 31 121\nnear MX N 25.7 -100.3",
    "projects": "project kind site part added_capacity_per_year capex jobs\nP capacity far pack 10000 1000000 50",
    "incentives": "incentive region kind rate cap floor_investment floor_jobs clawback_share until\n"
    "G R grant 0.3 200000 . . 0.5 .\nT R tax 0.02 . . . . .\nF R fast_track 0.5 . . . . .\n"
    "big R grant 0.3 . 5000000 . . .\nmany R grant 0.3 . . 500 . .\nold R grant 0.3 . . . . 2020-01-01",
}  # fmt: skip


def test_support_counts_by_the_share_that_is_passed_on_and_the_low_end_is_after_a_clawback():
    answer = landed_cost(network(**SUPPORT), part="pack", study={"incentive_share": 0.5})
    spread = 10_000 * annuity(0.08, 7)
    assert -term(answer, "far", "offsets") == pytest.approx(0.5 * (200_000 / spread + 0.02 * 50))
    assert -term(answer, "far", "offsets", "high") == pytest.approx(0.5 * (100_000 / spread + 0.02 * 50))
    assert term(answer, "near", "offsets") == 0.0
    assert term(landed_cost(network(**SUPPORT), part="pack"), "far", "offsets") == 0.0


# Least and most fee of an entry (method page A2: 32.71 and 634.62, remembered).


@pytest.mark.parametrize(("lot", "fee"), [(10, 32.71), (1000, SHARE * 50 * 1000), (20_000, 634.62)])
def test_an_entry_pays_no_less_and_no_more_than_its_limits(lot, fee):
    answer = landed_cost(network(indicators=figures(order_lot=lot)), part="pack", on=dt.date(2025, 1, 1))
    plain = landed_cost(network(indicators=figures(order_lot=1000)), part="pack", on=dt.date(2025, 1, 1))
    assert term(answer, "far", "duty") - term(plain, "far", "duty") == pytest.approx(fee / lot - SHARE * 50)


def test_an_unknown_shipment_widens_the_duty_and_moves_no_value():
    known = landed_cost(network(indicators=figures(order_lot=1000)), part="pack", on=dt.date(2025, 1, 1))
    open_ = landed_cost(network(), part="pack", on=dt.date(2025, 1, 1))
    assert term(open_, "far", "duty") == pytest.approx(term(known, "far", "duty"))
    assert term(open_, "far", "duty", "high") > term(known, "far", "duty", "high")


def test_limits_are_dated_and_say_that_they_were_remembered():
    assert entry_fees()["source"].str.starts_with("unverified").all()
    assert (entry_fees()["least_usd"] < entry_fees()["most_usd"]).all()


def test_a_price_of_nothing_is_costed_as_free_and_said():
    links = (
        "supplier buyer part volume_per_year unit_price mode\nfar plant pack 20000 0 sea\nnear plant pack 16500 55 road"
    )
    answer = landed_cost(network(links=links), part="pack")
    (found,) = [f for f in answer.findings if f.rule == "landed_free"]
    assert found.where == "links.unit_price"
    assert found.problem.startswith("1 of 2 options has a price of 0")
