"""The ally index: worked numbers typed as overrides, the shipped figures, and what is unknown."""

import polars as pl
import pytest
from pydantic import ValidationError

from network_tables import make_network
from tierscape.errors import DataError, ParameterError
from tierscape.quantities.allies import AllyWeights, allied, ally_index
from tierscape.quantities.ally_scores import COMPONENTS, ally_scores, viewpoint_members
from tierscape.reference import country_sources
from trust_cases import META, T1, nine, stated


def row(frame: pl.DataFrame, country: str) -> dict[str, object]:
    return frame.row(by_predicate=pl.col("country") == country, named=True)


def at_home(home: str | None = "US", indicators: str | None = None):
    tables = {"meta": META.replace("2024 US", f"2024 {home or chr(46)}")}
    return make_network(**tables, **({"indicators": indicators} if indicators else {}))


@pytest.fixture(scope="module")
def shipped():
    return ally_index(at_home())


@pytest.mark.parametrize(
    ("country", "expected"),
    [("MX", 54.20), ("IN", 34.55), ("VN", 20.75), ("CN", 8.30), ("RU", 11.85), ("CA", 85.20), ("HU", 54.35),
     ("TR", 40.40), ("US", 91.80)],
)  # fmt: skip
def test_typed_scores_give_the_worked_index(country, expected):  # T1
    found = row(ally_index(nine()), country)
    assert found["index"] == pytest.approx(expected)
    assert found["low"] == found["high"] == found["index"]
    assert found["overridden"] == "alignment;democracy;law;security;trade"


def test_shipped_figures_lie_within_half_a_point_of_the_rounded_ones(shipped):  # T1
    for country, expected in {"MX": 54.20, "IN": 34.55, "VN": 20.75, "CN": 8.30, "RU": 11.85, "CA": 85.20, "HU": 54.35,
                              "TR": 40.40, "US": 91.80}.items():  # fmt: skip
        assert row(shipped, country)["index"] == pytest.approx(expected, abs=0.5)
    order = shipped.filter(pl.col("country").is_in(["MX", "IN", "VN", "CN"])).sort("index", descending=True)
    assert order["country"].to_list() == ["MX", "IN", "VN", "CN"]


def test_voting_alone_puts_russia_before_mexico_and_india_and_the_index_reverses_it(shipped):  # T2, the trap
    scores = {c: row(shipped, c) for c in ("RU", "MX", "IN")}
    assert scores["RU"]["alignment"] > scores["MX"]["alignment"] > scores["IN"]["alignment"]
    assert scores["MX"]["index"] > scores["IN"]["index"] > scores["RU"]["index"]


def test_equal_weights_put_poland_before_mexico(shipped):  # trap 11: distance is not in the index
    equal = ally_index(at_home(), weights=AllyWeights(democracy=1, law=1, alignment=1, trade=1, security=1))
    assert row(equal, "PL")["index"] == pytest.approx(68.6, abs=0.1)
    assert row(equal, "MX")["index"] == pytest.approx(51.7, abs=0.15)


def test_missing_alignment_gives_the_worked_bounds_and_depends():  # T5
    rows = "subject_kind subject indicator value\n" + "\n".join(
        f"country TW trust.{k} {v}" for k, v in {"democracy": 82, "law": 70, "trade": 30, "security": 70}.items()
    )
    found = row(ally_index(at_home(indicators=rows)).with_columns(allied=allied(50.0)), "TW")
    assert (found["index"], found["low"], found["high"]) == pytest.approx((60.50, 48.40, 68.40))
    assert (found["coverage"], found["missing"], found["allied"]) == (pytest.approx(0.80), "alignment", "depends")


def test_country_without_any_score_is_unknown_and_never_average():
    network = make_network(meta=META, sites="site country status\ns BT operating")
    found = row(ally_index(network).with_columns(allied=allied(50.0)), "BT")
    assert (found["index"], found["low"], found["high"], found["coverage"]) == (None, 0.0, 100.0, 0.0)
    assert found["allied"] == "unknown"
    assert found["vintage"] is None


def test_listed_country_has_at_most_twenty_points():
    rows = stated(CN=(100, 100, 0.0, 100, 100))
    found = row(ally_index(at_home(indicators=rows)), "CN")
    assert (found["index"], found["gated"]) == (20.0, True)
    assert not row(ally_index(at_home("DE")), "CN")["gated"]  # the list is that of the United States


def test_listed_country_without_scores_is_no_ally():
    found = row(ally_index(at_home()).with_columns(allied=allied(50.0)), "KP")
    assert (found["index"], found["high"], found["allied"]) == (None, 20.0, "no")


def test_stated_index_replaces_all_and_keeps_the_computed_value_beside_it(shipped):
    given = ally_index(
        at_home(
            indicators="subject_kind subject indicator year value\ncountry MX trust.index 2025 71\ncountry MX trust.index 2024 10"
        )
    )
    found = row(given, "MX")
    assert (found["index"], found["low"], found["high"], found["vintage"]) == (71.0, 71.0, 71.0, 2025)
    assert (found["overridden"], found["computed"]) == ("index", row(shipped, "MX")["index"])


def test_stated_score_replaces_one_figure_only(shipped):
    given = row(ally_index(at_home(indicators="subject_kind subject indicator value\ncountry MX trust.trade 60")), "MX")
    before = row(shipped, "MX")
    assert (given["trade"], given["law"]) == (60.0, before["law"])
    assert given["index"] == pytest.approx(before["index"] - 10.0)
    assert (given["computed"], given["overridden"]) == (before["index"], "trade")


def test_stated_score_out_of_its_validity_is_left_out(shipped):
    rows = "subject_kind subject indicator value valid_to as_of\ncountry MX trust.trade 0 2020-01-01 2026-01-01"
    assert row(ally_index(at_home(indicators=rows)), "MX")["index"] == row(shipped, "MX")["index"]


@pytest.mark.parametrize("value", ["-1", "100.5"])
def test_stated_score_outside_its_scale_is_an_error(value):
    network = at_home(indicators=f"subject_kind subject indicator value\ncountry MX trust.trade {value}")
    with pytest.raises(DataError, match=r"not between 0 and 100.*MX trust\.trade"):
        ally_index(network)


def test_stated_name_that_is_no_score_is_an_error_with_a_hint():
    network = at_home(indicators="subject_kind subject indicator value\ncountry MX trust.trad 60")
    with pytest.raises(DataError, match=r"Did you mean 'trust\.trade'"):
        ally_index(network)


def test_without_home_and_viewpoint_the_index_is_refused():
    with pytest.raises(ParameterError, match=r"meta\.home"):
        ally_index(at_home(None))
    assert row(ally_index(at_home(None), viewpoint="US"), "US")["index"] > 90


@pytest.mark.parametrize(("given", "hint"), [("usa", "usmca"), ("mx", "MX"), ("ZZ", "The blocs are")])
def test_unknown_viewpoint_is_refused_with_a_hint(given, hint):
    with pytest.raises(ParameterError, match=hint):
        ally_index(at_home(), viewpoint=given)


def test_weights_that_are_all_zero_or_negative_are_refused():
    with pytest.raises(ValidationError, match="all five weights are zero"):
        AllyWeights(democracy=0, law=0, alignment=0, trade=0, security=0)
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        AllyWeights(trade=-1)


def test_weights_count_by_their_proportion():
    whole = AllyWeights(democracy=20, law=20, alignment=20, trade=25, security=15)
    assert ally_index(nine(), weights=whole).equals(ally_index(nine()))


def test_score_without_weight_is_not_missing():
    found = row(ally_index(at_home(), weights=AllyWeights(alignment=0)), "TW")
    assert (found["missing"], found["coverage"]) == (None, 1.0)
    assert found["vintage"] > 2019


def test_member_of_the_union_looks_as_the_union_does():
    german, union = ally_index(at_home("DE")), ally_index(at_home(), viewpoint="eu")
    assert german.equals(union)
    assert row(union, "AT")["trade"] == row(union, "AT")["security"] == 100.0
    assert row(union, "TR")["trade"] == 85.0
    assert row(union, "US")["alignment"] == pytest.approx(
        100 * (1 - (2.695 - 1.13) / 4)
    )  # against the mean of the Union


def test_other_viewpoints_use_treaties_and_leave_the_rest_unknown():
    found = ally_index(at_home("MX"))
    assert row(found, "US")["trade"] == 100.0
    assert row(found, "DE")["trade"] == 80.0  # the agreement of the Union with Mexico binds both sides
    assert row(found, "IN")["missing"] == "security;trade"
    assert row(found, "MX")["trade"] == row(found, "MX")["security"] == 100.0


def test_bloc_looks_through_all_its_members():
    found = ally_index(at_home(), viewpoint="usmca")
    assert row(found, "MX")["trade"] == 100.0
    assert row(found, "CN")["trade"] is None  # what Canada and Mexico grant is not known
    assert row(found, "CN")["gated"]


def test_vintage_is_the_oldest_year_used(shipped):
    assert row(shipped, "MX")["vintage"] == 2019
    assert row(shipped, "TW")["vintage"] == 2024


def test_every_shipped_score_lies_on_its_scale(shipped):
    for name in COMPONENTS:
        assert shipped[name].drop_nulls().is_between(0, 100).all()
        assert shipped[name].drop_nulls().len() >= 77


def test_order_of_rows_changes_nothing():
    rows = stated(**T1).splitlines()
    turned = "\n".join([rows[0], *reversed(rows[1:])])
    assert ally_index(at_home(indicators=turned)).equals(ally_index(nine()))


@pytest.mark.parametrize("name", COMPONENTS)
def test_index_never_falls_when_a_score_rises(name):
    before = ally_index(at_home(indicators=f"subject_kind subject indicator value\ncountry TW trust.{name} 40"))
    after = ally_index(at_home(indicators=f"subject_kind subject indicator value\ncountry TW trust.{name} 45"))
    for end in ("index", "low", "high"):
        assert row(after, "TW")[end] > row(before, "TW")[end]
        assert after.filter(pl.col("country") != "TW")[end].equals(before.filter(pl.col("country") != "TW")[end])


@pytest.mark.parametrize("viewpoint", ["US", "DE", "MX", "usmca"])
def test_every_shipped_score_names_its_source_and_year(viewpoint):
    network = at_home(viewpoint if viewpoint != "usmca" else "US")
    _, members = viewpoint_members(network, viewpoint)
    known = ally_scores(network, members).filter(pl.col("score").is_not_null())
    assert set(known["source"]) <= {*country_sources()["key"]}
    assert known["source"].null_count() == known["year"].null_count() == 0
