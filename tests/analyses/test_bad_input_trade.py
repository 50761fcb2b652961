"""Bad input to `origin`, `landed_cost`, `esg`, `scorecard` and `partnership`: an error that names it, or a finding."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

import tierscape
from landed_cases import plant
from network_tables import make_network
from origin_cases import good
from tierscape.analyses.esg import esg
from tierscape.analyses.landed_cost import landed_cost
from tierscape.analyses.origin import origin
from tierscape.analyses.partnership import Game, Terms, partnership
from tierscape.analyses.scorecard import scorecard
from tierscape.errors import DataError, ParameterError
from tierscape.network import Network

ON = dt.date(2026, 11, 22)
MATERIALS = "a 850110 300 CN .\nb 850120 400 CN ."


def rules(answer) -> set[str]:
    return {f.rule for f in answer.findings}


def mini(**changed: pl.DataFrame) -> Network:
    base = tierscape.load("mini")
    return Network.from_tables({**{name: base[name] for name in base.tables}, **changed}, name="mini")


def test_a_material_without_value_is_said_to_be_unknown_and_not_zero():
    base = tierscape.load("mini")
    blank = pl.lit(None, pl.Float64)
    network = mini(
        links=base["links"].with_columns(unit_price=blank), parts=base["parts"].with_columns(unit_value=blank)
    )
    answer = origin(network)
    answer.to_json()
    assert "0% of material value" not in " ".join(answer.lines())
    assert "value unknown" in " ".join(answer.lines())


def test_a_material_for_nothing_is_read_as_unknown_and_proves_nothing():
    answer = origin(good(MATERIALS.replace("300", "0").replace("400", "0")), on=ON)
    assert "origin_free" in rules(answer)
    assert answer.verdicts.filter(pl.col("leaf") == "overall")["verdict"].to_list() == ["depends"]


def test_a_date_at_the_end_of_the_calendar_is_answered():
    assert "9999-12-31" in origin(good(MATERIALS), on=dt.date.max).sentence()


def test_a_misspelt_scenario_is_refused():
    with pytest.raises(ParameterError, match=r"has no scenario 'usmca_rvc_58'; known are .*usmca_rvc_85"):
        origin(good(MATERIALS), on=ON, case={"scenario": "usmca_rvc_58"})


def test_a_declaration_under_an_unknown_agreement_is_a_finding_with_the_nearest_name():
    answer = origin(good(MATERIALS, claims="s_a a usmcaa true . 2026-06-01 2027-06-01 declared"), on=ON)
    (found,) = [f for f in answer.findings if f.rule == "origin_claim_agreement"]
    assert (found.count, found.value, found.remedy) == (1, "s_a/a: usmcaa", "Did you mean 'usmca'?")


@pytest.mark.parametrize(
    ("given", "offered"),
    [
        ({"part": "huosing"}, "Did you mean 'housing'"),
        ({"buyer": "NORT"}, "Did you mean 'NORTH'"),
        ({"study": {"against": "zzz"}}, "priced are"),
    ],
)
def test_an_unknown_name_of_landed_cost_is_refused_with_what_there_is(given, offered):
    with pytest.raises(ParameterError, match=offered):
        landed_cost(tierscape.load("mini"), **given)


@pytest.mark.parametrize(
    ("words", "said"), [("price=50 price=60", "comes twice"), ("price=50 defects=3", "is a share")]
)
def test_a_what_if_option_with_contradicting_words_is_refused(words, said):
    with pytest.raises(ParameterError, match=said):
        landed_cost(plant(), part="pack", buyer="plant", study={"what_if": (f"far: country=CN {words}",)})


def test_landed_cost_without_a_currency_leaves_no_gap_in_the_sentence():
    base = tierscape.load("mini")
    answer = landed_cost(mini(meta=base["meta"].with_columns(currency=pl.lit(None, pl.String))))
    assert " ," not in answer.sentence()


def test_freight_of_unknown_mass_is_null_and_said():
    base = tierscape.load("mini")
    answer = esg(mini(parts=base["parts"].with_columns(unit_mass_kg=pl.lit(None, pl.Float64))))
    assert answer.whole("pump")["transport"] is None
    assert "no freight could be counted" in answer.sentence()


def test_a_prefix_of_the_carbon_border_has_digits():
    with pytest.raises(ParameterError, match=r"cbam_also\.0"):
        esg(tierscape.load("mini"), factors={"cbam_also": ("xx",)})


def test_an_anchor_that_is_no_number_is_refused():
    with pytest.raises(ParameterError, match=r"anchors\.flex\.0"):
        scorecard(tierscape.load("mini"), anchors={"flex": (float("nan"), 1.0)})


@pytest.mark.parametrize(
    ("group", "given", "said"),
    [
        (Game, {"players": ("a", "a"), "worth": (1.0, 2.0, 10.0)}, "the same name"),
        (Game, {"players": ("a", "b"), "worth": (1.0, 2.0, float("nan"))}, "finite"),
        (Terms, {"price": 1e300}, "beyond 1e"),
    ],
)
def test_a_deal_in_numbers_that_cannot_be_counted_is_refused(group, given, said):
    with pytest.raises(ValueError, match=said):
        group(**given)


def test_a_contract_of_a_site_with_itself_is_an_error():
    base = tierscape.load("mini")
    own = base["contracts"].with_columns(buyer=pl.col("supplier"))
    with pytest.raises(DataError, match="same site as buyer and supplier"):
        partnership(mini(contracts=own))


def test_a_contract_without_price_and_term_is_named_as_incomplete():
    base = tierscape.load("mini")
    blank = pl.lit(None, pl.Float64)
    answer = partnership(mini(contracts=base["contracts"].with_columns(unit_price=blank, term_years=blank)))
    (found,) = [f for f in answer.findings if f.rule == "deal_incomplete"]
    assert "no price, term" in found.problem


def test_support_that_is_not_counted_is_not_said_to_be_zero():
    network = make_network(
        meta="name currency\ntest USD",
        sites="site region\nA R\nB R",
        regions="region country\nR US",
        parts="part kind\nc component",
        capabilities="site part conversion_cost\nA c 5",
        contracts="contract buyer supplier part\nK B A c",
        incentives="incentive region kind rate floor_investment\nG R grant 0.2 100",
    )
    assert "0 USD" not in partnership(network).sentence()
