"""What `origin` does with missing, doubtful and bad input."""

import polars as pl
import pytest

from network_tables import make_network
from origin_cases import figures, good, overall, own_rules, row
from tierscape.analyses.origin import origin
from tierscape.errors import DataError, ParameterError

ON = "2026-11-22"
TV = {"method": "transaction_value"}
ONE = "F 850133 300 MX yes\nG 850133 100 CN no"


def rules_of(answer):
    return {f.rule: f for f in answer.findings}


def refused(network, **given):
    with pytest.raises(DataError) as raised:
        origin(network, on=ON, **given)
    (found,) = raised.value.findings
    return found


def test_product_without_a_code_is_refused():
    network = good(ONE, hs6=".")
    assert (refused(network).rule, refused(network).value) == ("origin_no_code", "P")


def test_date_before_entry_into_force_is_refused():
    with pytest.raises(ParameterError, match="in force from 2020-07-01"):
        origin(good(ONE), agreement="usmca", on="2020-06-30")


def test_unknown_agreement_is_refused():
    with pytest.raises(ParameterError, match="agreement"):
        origin(good(ONE), on=ON, agreement="nafta")


def test_site_that_does_not_make_the_product_is_refused():
    with pytest.raises(ParameterError, match=r"'s_F' does not make 'P'\. Makers are plant"):
        origin(good(ONE), on=ON, site="s_F")


def test_method_that_the_rule_does_not_allow_is_refused():
    with pytest.raises(ParameterError, match="allows net_cost, transaction_value"):
        origin(good(ONE), on=ON, calculation={"method": "build_up"})


@pytest.mark.parametrize("value", [0, -5])
def test_value_that_is_not_above_nothing_is_refused(value):
    found = refused(good(ONE, indicators=figures(net_cost=value)))
    assert (found.rule, found.value) == ("origin_base", "plant/P")


@pytest.mark.parametrize("quantity", [".", "0"])
def test_unknown_or_absent_quantity_is_refused(quantity):
    network = good(ONE)
    bom = network["bom"].with_columns(quantity=None if quantity == "." else 0.0)
    found = refused(network.with_tables(bom=bom.cast(network["bom"].schema)))
    assert (found.rule, found.table, found.column) == ("origin_quantity", "bom", "quantity")


def cif(*more):
    lines = [
        "subject_kind subject indicator value unit valid_from",
        "capability plant/P origin.transaction_value 1000 USD~CIF 2026-06-01",
        *more,
    ]
    return make_with(good(ONE), "\n".join(lines))  # fmt: skip


def make_with(network, indicators):
    return make_network(**{**network.tables, "indicators": indicators})


def test_cif_value_is_refused_without_freight_and_insurance():
    assert refused(cif()).rule == "origin_cif"


def test_cif_value_is_freed_of_freight_and_insurance():
    more = [f"capability plant/P origin.{n} {v} USD 2026-06-01" for n, v in (("freight", 60), ("insurance", 40))]
    found = overall(origin(cif(*more), on=ON, calculation=TV))
    assert found["value_pct"] == pytest.approx(100 * (900 - 100) / 900)


def test_materials_above_the_price_give_a_negative_value_that_is_kept():
    answer = origin(good("F 850133 1300 CN no"), on=ON, calculation=TV)
    assert overall(answer)["value_pct"] == pytest.approx(-30.0)
    assert rules_of(answer)["origin_above_price"].value == "plant"


def test_code_without_a_rule_is_no_pass():
    answer = origin(good("F 850133 10 MX yes", hs6="392010"), on=ON)
    assert overall(answer)["verdict"] == "no_rule"
    assert "no rule is known" in answer.sentence()
    assert "origin_no_rule" in rules_of(answer)
    assert answer.charts() == ()


def test_material_without_a_code_leaves_the_shift_open():
    answer = origin(good("F . 300 CN no"), on=ON)
    assert row(answer.verdicts, leaf="change of heading")["verdict"] == "depends"
    assert rules_of(answer)["origin_hs_unknown"].value == "F"


def test_material_without_a_value_leaves_value_tests_unproven():
    answer = origin(good("F 850133 . CN no"), on=ON)
    found = row(answer.verdicts, leaf="transaction value")
    assert (found["value_pct"], found["margin_pp"], found["verdict"]) == (None, None, "depends")
    assert rules_of(answer)["origin_unpriced"].value == "F"


def test_code_that_the_edition_split_is_named_with_what_it_became():
    answer = origin(good("F 870120 300 CN no"), on=ON)
    assert "870121" in rules_of(answer)["origin_hs_moved"].message


def test_claim_of_a_site_outside_the_territory_is_undetermined():
    answer = origin(good("F 850133 500 CN yes"), on=ON, calculation=TV)
    found = overall(answer)
    assert (found["low"], found["high"], found["verdict"]) == (50.0, 100.0, "depends")
    assert rules_of(answer)["origin_claim_outside"].value == "s_F/F"


def test_site_of_an_unknown_country_is_foreign_low_and_regional_high():
    found = overall(origin(good("F 850133 500 . ."), on=ON, calculation=TV))
    assert (found["low"], found["high"]) == (50.0, 100.0)


def test_site_outside_the_territory_without_a_claim_is_foreign():
    found = overall(origin(good("F 850133 500 CN ."), on=ON, calculation=TV))
    assert (found["low"], found["high"], found["verdict"]) == (50.0, 50.0, "fails")


@pytest.mark.parametrize(
    ("grade", "low"), [("audited", 100.0), ("declared", 100.0), ("observed", 50.0), ("inferred", 50.0)]
)
def test_only_audited_and_declared_claims_prove_anything(grade, low):
    answer = origin(good("F 850133 500 MX yes", evidence=grade), on=ON, calculation=TV)
    found = row(answer.verdicts, leaf="transaction value")
    assert (found["low"], found["high"]) == (low, 100.0)
    assert ("origin_claim_grade" in rules_of(answer)) == (low == 50.0)


def test_claim_without_any_date_counts_as_silence():
    answer = origin(good("F 850133 500 MX .", claims="s_F F usmca true . . . declared"), on=ON, calculation=TV)
    assert overall(answer)["verdict"] == "depends"
    assert rules_of(answer)["origin_claim_lapsed"].count == 1


@pytest.mark.parametrize(("on", "verdict"), [("2027-05-31", "qualifies"), ("2027-06-01", "depends")])
def test_claim_ends_on_its_day(on, verdict):
    answer = origin(good("F 850133 500 MX yes"), on=on, calculation=TV)
    assert row(answer.verdicts, leaf="transaction value")["verdict"] == verdict


def test_claim_of_another_agreement_does_not_accumulate():
    other = good("F 850133 500 MX .", claims="s_F F cptpp true . 2026-06-01 2027-06-01 declared")
    assert overall(origin(other, on=ON, calculation=TV))["verdict"] == "depends"


def with_row(frame, values):
    return pl.concat([frame, pl.DataFrame([values], schema_overrides={"volume_per_year": pl.Float64})], how="diagonal")


def test_supplier_whose_own_inputs_cannot_meet_its_rule_cannot_originate():
    network = good(
        "F 850133 500 MX .", parts="raw component 850133 480", bom="F raw 1",
        indicators=figures("F", "s_F", net_cost=500),
    )  # fmt: skip
    far = {"supplier": "far", "buyer": "s_F", "part": "raw", "volume_per_year": 100.0, "evidence": "declared"}
    network = network.with_tables(
        links=with_row(network["links"], far),
        sites=with_row(network["sites"], {"site": "far", "country": "CN", "status": "operating"}),
    )
    found = overall(origin(network, on=ON, calculation=TV))
    assert found["verdict"] == "fails"
    assert found["high"] == pytest.approx(52.0)  # of 500, 20 may be regional: what is left of 480 is not


def test_fresh_foreign_value_is_traced_out():
    claim = "s_F F usmca false 200 2026-06-01 2027-06-01 declared"
    found = overall(origin(good("F 850133 500 MX .", claims=claim), on=ON, calculation=TV))
    assert (found["value_pct"], found["verdict"]) == (80.0, "qualifies")


def test_european_agreement_does_not_trace():
    claim = "s_F F eu_uk_tca false 200 2026-06-01 2027-06-01 declared"
    network = good("F 870829 500 PL .", hs6="870323", home="DE", claims=claim)
    assert overall(origin(network, on=ON))["value_pct"] == 50.0


def test_product_made_outside_the_territory_cannot_originate():
    answer = origin(good("F 740811 10 DE ."), on=ON, agreement="eu_uk_tca")
    assert overall(answer)["verdict"] == "no_rule"
    answer = origin(good("F 740811 10 DE .", hs6="854430"), on=ON, agreement="eu_uk_tca")
    found = overall(answer)
    assert (found["verdict"], found["path"]) == ("fails", "made outside the territory")
    assert "cannot originate" in answer.sentence()


def test_product_that_nobody_makes_is_refused():
    network = good(ONE)
    closed = network["sites"].with_columns(status=pl.lit("closed"))
    found = refused(network.with_tables(sites=closed))
    assert (found.rule, found.value) == ("no_maker", "P")


def test_network_without_any_date_asks_for_one():
    with pytest.raises(ParameterError, match="on: the network bears no date"):
        origin(good(ONE))


def test_unverified_is_printed_where_it_decides():
    answer = origin(good("F 850133 500 MX .", hs6="854430"), on=ON)
    assert overall(answer)["verified"] is False
    assert "unverified" in answer.sentence()
    assert "origin_unverified_rule" in rules_of(answer)


def test_review_of_the_agreement_is_named_from_its_day():
    assert "origin_review" in rules_of(origin(good(ONE), on="2026-07-01"))
    assert "origin_review" not in rules_of(origin(good(ONE), on="2026-06-30"))


def test_every_answer_says_that_it_is_no_ruling():
    answer = origin(good(ONE), on=ON)
    assert answer.summary().startswith(answer.sentence())
    assert "no customs ruling" in answer.sentence()
    assert all("no customs ruling" in chart.note for chart in answer.charts())
    assert "origin_no_ruling" in rules_of(answer)


def test_pass_by_little_is_thin():
    found = overall(origin(good("F 850133 390 CN no"), on=ON, calculation=TV))
    assert (found["margin_pp"], found["thin"]) == (pytest.approx(1.0), True)
    wide = overall(origin(good("F 850133 390 CN no"), on=ON, calculation=TV, case={"safety_margin": 0.5}))
    assert wide["thin"] is False


def test_non_preferential_origin_is_where_the_heading_changes():
    here = origin(good("F 740811 500 CN no"), on=ON).origins.row(0, named=True)
    assert here["non_preferential_country"] == "MX"
    assert here["non_preferential_note"].startswith("indication: ")
    away = origin(good("F 850133 500 CN no"), on=ON).origins.row(0, named=True)
    assert away["non_preferential_country"] == "CN"


def test_non_preferential_origin_can_be_stated():
    stated = good("F 850133 500 CN no", claims="plant P non_preferential true . . . declared")
    assert origin(stated, on=ON).origins["non_preferential_country"].to_list() == ["MX"]


@pytest.mark.parametrize("given", [{"agreement": "custom"}, {"calculation": {"rules": "somewhere"}}])
def test_own_rules_and_the_agreement_custom_come_together(given):
    with pytest.raises(ParameterError, match="needs a folder"):
        origin(good(ONE), on=ON, **given)


def test_own_rules_are_used(tmp_path):
    folder = own_rules(tmp_path, {"wholly_obtained": True})
    answer = origin(good(ONE), on=ON, agreement="custom", calculation={"rules": folder})
    found = overall(answer)
    assert (found["agreement"], found["rule"], found["verdict"]) == ("mine", "only", "fails")


def test_regional_value_inside_a_foreign_material_is_asked_for():
    answer = origin(good("F 850133 500 MX no"), on=ON, calculation=TV)
    assert overall(answer)["verdict"] == "depends"
    ask = answer.asks.row(0, named=True)
    assert (ask["ask"], ask["would_settle"], ask["needed"]) == ("regional value inside", True, pytest.approx(100.0))
    assert "or to hold regional value" in answer.sentence()


def raw(network):
    """Make all materials raw ones: they hide no inputs."""
    kind = pl.when(pl.col("kind") == "component").then(pl.lit("material")).otherwise("kind")
    return network.with_tables(parts=network["parts"].with_columns(kind=kind))


def test_us_content_is_what_is_added_there_and_what_is_traced_to_nobody():
    network = raw(good("F 741980 300 US .\nG 741980 100 CN .", price=1000))
    found = origin(network, on=ON).origins.row(0, named=True)
    assert (found["us_content_low"], found["us_content_high"]) == (pytest.approx(0.3), pytest.approx(0.3))
    assert found["preferential"] == "qualifies"  # regional content of 90 % and US content of 30 % are two things


def test_us_content_is_not_asked_where_no_charge_hangs_on_it():
    network = good("F 741980 300 DE .", hs6="854430", home="DE")
    assert origin(network, on=ON).origins["us_content_low"].to_list() == [None]


def test_added_duty_spares_the_us_content_of_a_vehicle():
    network = raw(good("F 870829 16000 US .", hs6="870323", price=40000))
    added = row(origin(network, on=ON).duty, charge="section_232")
    assert added["saved_per_unit"] == pytest.approx(4000.0)
