"""`duty_stack`: the worked tariff stack of the method, and what must hold of any."""

import datetime as dt

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tierscape.errors import DataError, ParameterError
from tierscape.quantities.duties import duty_stack
from tierscape.reference.tariffs import check_tariffs, read_tariffs, tariffs

# TS1: fixture of three rows and Mexico's preference (economics method page, oracle TS1).
ROWS = [
    {"importer": "US", "hs_prefix": "850760", "origin": "*", "layer": "mfn", "rate": 0.034, "source": "HTSUS"},
    {"importer": "US", "hs_prefix": "850760", "origin": "CN", "layer": "section_301", "rate": 0.25,
     "valid_from": dt.date(2024, 9, 27), "source": "301"},
    {"importer": "US", "hs_prefix": "", "origin": "*", "layer": "surcharge", "rate": 0.10, "exempt_if": "usmca",
     "valid_from": dt.date(2026, 2, 24), "valid_to": dt.date(2026, 7, 24), "known_until": dt.date(2026, 7, 24),
     "source": "122"},
    {"importer": "US", "hs_prefix": "850760", "origin": "MX", "layer": "preference", "rate": 0.0, "only_if": "usmca",
     "source": "USMCA"},
]  # fmt: skip


def stack(*cells, rules=None, cases=("base",)):
    """Duties of goods given as origin, day and programmes met."""
    goods = pl.DataFrame(
        [("850760", "US", origin, dt.date.fromisoformat(day), met) for origin, day, met in cells],
        schema=["hs6", "importer", "origin", "on", "met"], orient="row",
    )  # fmt: skip
    return duty_stack(goods, check_tariffs(pl.DataFrame(ROWS if rules is None else rules)), cases=cases)


@pytest.mark.parametrize(
    ("origin", "day", "met", "rate"),
    [
        ("CN", "2024-09-26", "", 0.034),
        ("CN", "2024-10-01", "", 0.284),
        ("CN", "2026-03-01", "", 0.384),
        ("MX", "2026-03-01", "usmca", 0.0),
        ("MX", "2026-03-01", "", 0.134),
        ("CN", "2026-08-01", "", 0.284),
    ],
)
def test_ts1_stack_is_the_worked_number(origin, day, met, rate):
    assert stack((origin, day, met)).totals["rate"].to_list() == [pytest.approx(rate, abs=1e-12)]


def test_ts1_a_day_past_the_last_check_carries_the_finding():
    assert stack(("CN", "2026-07-24", "")).findings == ()
    (found,) = stack(("CN", "2026-08-01", "")).findings
    assert "surcharge: no rule known after 2026-07-24" in found.message


def test_past_the_last_check_the_range_spans_all_cases():
    more = [*ROWS, {**ROWS[2], "case": "again", "rate": 0.15, "valid_from": dt.date(2026, 7, 24), "valid_to": None}]
    row = stack(("CN", "2026-08-01", ""), rules=more).totals.row(0, named=True)
    assert (row["rate_low"], row["rate"], row["rate_high"]) == pytest.approx((0.284, 0.284, 0.434))


def test_unknown_origin_status_pays_in_full_and_may_pay_nothing():
    row = stack(("MX", "2026-03-01", None)).totals.row(0, named=True)
    assert (row["rate_low"], row["rate"], row["rate_high"]) == pytest.approx((0.0, 0.134, 0.134))
    china = stack(("CN", "2026-03-01", None)).totals.row(0, named=True)
    assert china["rate_low"] == pytest.approx(0.384)  # no member of the bloc


def test_unknown_code_or_origin_is_a_range_and_never_zero():
    goods = pl.DataFrame({"hs6": [None, "850760"], "importer": ["US", "US"], "origin": ["CN", None],
                          "on": [dt.date(2026, 3, 1)] * 2, "met": ["", ""]}, schema_overrides={"hs6": pl.String})  # fmt: skip
    totals = duty_stack(goods, check_tariffs(pl.DataFrame(ROWS))).totals
    assert totals["rate_low"].to_list() == [0.0, 0.0]
    assert totals["rate_high"].to_list() == pytest.approx([0.384, 0.384])
    assert totals["rate"][0] is None


def test_goods_inside_a_customs_union_pay_nothing():
    goods = pl.DataFrame({"hs6": ["850760"] * 2, "importer": ["DE", "DE"], "origin": ["HU", "CN"],
                          "on": [dt.date(2025, 7, 1)] * 2, "met": ["", ""]})  # fmt: skip
    assert duty_stack(goods).totals["rate"].to_list() == pytest.approx([0.0, 0.027])


def test_two_rows_of_one_layer_prefix_and_day_are_refused_by_both_names():
    with pytest.raises(DataError, match=r"'HTSUS' and in 'the other'"):
        check_tariffs(pl.DataFrame([*ROWS, {**ROWS[0], "rate": 0.04, "source": "the other"}]))


def test_a_layer_switches_off_those_that_it_excludes():
    more = [*ROWS, {"importer": "US", "hs_prefix": "8507", "origin": "*", "layer": "section_232", "rate": 0.25,
                    "excludes": "surcharge", "source": "232"}]  # fmt: skip
    found = stack(("CN", "2026-03-01", ""), rules=more)
    assert found.totals["rate"].item() == pytest.approx(0.034 + 0.25 + 0.25)
    assert found.layers["layer"].to_list() == ["mfn", "section_301", "section_232"]


def test_the_longest_prefix_wins():
    more = [*ROWS, {**ROWS[0], "hs_prefix": "8507", "rate": 0.99, "source": "short"}]
    assert stack(("CN", "2024-01-01", ""), rules=more).totals["rate"].item() == pytest.approx(0.034)


def test_cases_stand_side_by_side_and_leave_the_base_alone():
    more = [
        *ROWS,
        {**ROWS[1], "case": "deal", "action": "replace", "rate": 0.1, "valid_from": dt.date(2026, 1, 1),
         "valid_to": dt.date(2027, 1, 1)},
        {**ROWS[1], "case": "peace", "action": "end", "valid_from": dt.date(2026, 1, 1)},
    ]  # fmt: skip
    cells = [("CN", day, "") for day in ("2025-06-01", "2026-01-15", "2027-06-01")]
    found = stack(*cells, rules=more, cases=("base", "deal", "peace")).totals
    rates = [found.filter(pl.col("case") == c)["rate"].round(6).to_list() for c in ("base", "deal", "peace")]
    assert rates == [[0.284, 0.284, 0.284], [0.284, 0.134, 0.284], [0.284, 0.034, 0.034]]


def test_an_unknown_case_is_refused():
    with pytest.raises(ParameterError, match="no case 'nowhere'"):
        stack(("CN", "2026-03-01", ""), cases=("nowhere",))


def test_specific_rates_are_money_a_kilogram_or_a_unit():
    more = [{**ROWS[0], "rate": None, "specific_rate": 2.5, "unit": "money/kg"}]
    assert stack(("CN", "2026-03-01", ""), rules=more).totals.row(0, named=True)["per_kg"] == 2.5


def test_order_of_goods_changes_nothing():
    cells = [("CN", "2026-03-01", ""), ("MX", "2026-03-01", None), ("MX", "2026-03-01", "usmca")]
    forward, back = stack(*cells).totals["rate"].to_list(), stack(*cells[::-1]).totals["rate"].to_list()
    assert forward == back[::-1]


def test_remembered_rows_are_labelled():
    rows = tariffs().filter(pl.col("hs_prefix") == "854430")
    assert rows["source"].str.starts_with("unverified").all()


def test_shipped_facts_are_those_of_the_method():
    def rate(hs6, origin, on):
        good = {"hs6": [hs6], "importer": ["US"], "origin": [origin], "on": [dt.date.fromisoformat(on)], "met": [""]}
        layers = duty_stack(pl.DataFrame(good)).layers
        return layers.filter(~pl.col("layer").is_in(["fee", "mfn"]))["rate"].to_list()

    assert rate("850760", "CN", "2024-09-26") == []
    assert rate("850760", "CN", "2024-09-27") == [0.25]
    assert rate("854231", "CN", "2025-01-01") == [0.5]
    assert rate("850760", "CN", "2026-03-01") == [0.25, 0.1]


@given(st.lists(st.tuples(st.sampled_from(["antidumping", "countervailing", "other"]), st.sampled_from(["", "85", "850760"]),
                          st.sampled_from(["*", "CN", "usmca"]), st.floats(0, 1)),
                max_size=6, unique_by=lambda row: row[:3]))  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_a_tariff_that_excludes_nothing_never_lowers_a_duty(new):
    more = [{"importer": "US", "hs_prefix": p, "origin": o, "layer": layer, "rate": rate, "source": f"new {n}"}
            for n, (layer, p, o, rate) in enumerate(new)]  # fmt: skip
    cells = [("CN", "2026-03-01", ""), ("MX", "2026-03-01", ""), ("MX", "2026-03-01", "usmca")]
    before, after = (stack(*cells, rules=rules).totals["rate"] for rules in (ROWS, [*ROWS, *more]))
    assert (after >= before - 1e-12).all()


def plain_rate(hs6, origin, on, met):
    """Walk the rows one by one: the longest prefix of each layer, the country before any origin."""
    found = {}
    for row in ROWS:
        programme = row.get("only_if", "")
        holds = (
            hs6.startswith(row["hs_prefix"])
            and row["origin"] in ("*", origin)
            and row.get("valid_from", dt.date.min) <= on < row.get("valid_to", dt.date.max)
            and (not programme or programme in met)
            and not (row.get("exempt_if") and row["exempt_if"] in met)
        )
        if holds:
            found[row["layer"]] = row["rate"]
    if "preference" in found:
        found.pop("mfn", None)
    return sum(found.values())


@given(st.lists(st.tuples(st.sampled_from(["CN", "MX", "VN"]), st.dates(dt.date(2024, 1, 1), dt.date(2027, 1, 1)),
                          st.sampled_from(["", "usmca"])), min_size=1, max_size=12))  # fmt: skip
@settings(max_examples=25, deadline=None)
def test_stack_equals_a_plain_walk_over_the_rows(cells):
    found = stack(*[(origin, str(day), met) for origin, day, met in cells]).totals["rate"].to_list()
    assert found == pytest.approx([plain_rate("850760", origin, day, met) for origin, day, met in cells])


@pytest.mark.parametrize(
    ("change", "column"),
    [({"layer": "toll"}, "layer"), ({"base": "cost"}, "base"), ({"origin": "Atlantis"}, "origin"),
     ({"rate": -0.1}, "rate"), ({"rate": None}, "rate"), ({"hs_prefix": "85.07"}, "hs_prefix"), ({"source": None}, "source"),
     ({"valid_from": dt.date(2025, 1, 1), "valid_to": dt.date(2024, 1, 1)}, "valid_to"), ({"excludes": "toll"}, "excludes")],
)  # fmt: skip
def test_rows_that_do_not_hold_are_refused_by_their_column(change, column):
    with pytest.raises(DataError, match=rf"tariffs\.{column}"):
        check_tariffs(pl.DataFrame([{**ROWS[0], **change}], schema_overrides={"rate": pl.Float64, "source": pl.String}))


def test_rows_of_ones_own_are_read_from_a_file(tmp_path):
    file = tmp_path / "rules.csv"
    tariffs().write_csv(file)
    assert read_tariffs(file).equals(tariffs())
    file.write_text(file.read_text(encoding="utf-8").replace("0.034", "a third"), encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        read_tariffs(file)
    with pytest.raises(ParameterError, match="there is no file"):
        read_tariffs(tmp_path / "none.csv")
    (tmp_path / "short.csv").write_text("importer,rate\nUS,1\n", encoding="utf-8")
    with pytest.raises(DataError, match="are missing"):
        read_tariffs(tmp_path / "short.csv")


def test_a_good_without_a_date_is_refused():
    goods = pl.DataFrame({"hs6": ["850760"], "importer": ["US"], "origin": ["CN"], "on": [None], "met": [""]},
                         schema_overrides={"on": pl.Date})  # fmt: skip
    with pytest.raises(DataError, match="1 good has no date"):
        duty_stack(goods)


def shipped(hs6, importer, origin, day, met=""):
    goods = pl.DataFrame(
        {"hs6": [hs6], "importer": [importer], "origin": [origin], "on": [dt.date.fromisoformat(day)], "met": [met]}
    )
    return duty_stack(goods, cases=("base", "cvd_bev_highest")).totals


def test_cars_from_outside_pay_half_in_mexico_and_other_lines_stay_a_range():
    # Facts, origin rules section 5: 1,463 lines, 5 to 50 %, cars 50 %, from 2026-01-01.
    assert shipped("870323", "MX", "CN", "2026-03-01")["rate"][0] == pytest.approx(0.5)
    assert shipped("870323", "MX", "CN", "2025-12-31")["rate"][0] is None
    assert shipped("870323", "MX", "US", "2026-03-01", "usmca")["rate"][0] == 0.0
    other = shipped("854430", "MX", "CN", "2026-03-01")
    assert other["rate"][0] is None
    assert (other["rate_low"][0], other["rate_high"][0]) == (0.0, 0.5)


def test_the_countervailing_duty_on_battery_cars_is_a_case_of_its_own():
    rates = shipped("870380", "DE", "CN", "2026-03-01")["rate"]
    assert rates.to_list() == pytest.approx([0.10, 0.453])
