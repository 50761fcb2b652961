"""`trust` through its own door: the worked numbers of the method, and what it does with bad or missing input."""

import polars as pl
import pytest

from network_tables import make_network
from tierscape.analyses.trust import AllyWeights, trust
from tierscape.errors import DataError, ParameterError
from trust_cases import META, nine, small_product, stated

countries_alone = trust.function  # the door fills in the product of a network that has one


def row(frame: pl.DataFrame, **key: object) -> dict[str, object]:
    return frame.row(by_predicate=pl.all_horizontal(pl.col(k) == v for k, v in key.items()), named=True)


@pytest.fixture(scope="module")
def scored():
    return countries_alone(nine())


@pytest.fixture(scope="module")
def traced():
    return trust(small_product())


# Countries


def test_points_of_mexico_are_the_worked_ones(scored):  # T1
    points = scored.contributions.filter(pl.col("country") == "MX")
    assert points["component"].to_list() == ["democracy", "law", "alignment", "trade", "security"]
    assert points["points"].to_list() == pytest.approx([10.2, 5.0, 6.5, 25.0, 7.5])


def test_contributions_sum_to_the_index(scored):
    sums = scored.contributions.group_by("country").agg(pl.col("points").sum())
    both = scored.countries.filter(~pl.col("gated")).join(sums, on="country")
    assert both.height > 70
    assert (both["index"] - both["points"]).abs().max() < 1e-6


def test_range_of_mexico_and_its_margin_are_the_worked_numbers(scored):  # T3
    found = row(scored.countries, country="MX")
    assert (found["box_low"], found["box_high"], found["margin"]) == pytest.approx((43.60, 64.80, 4.20))
    assert (found["allied"], found["firm"]) == ("yes", False)


def test_box_contains_the_point_and_the_rank_stands_in_its_interval(scored):
    ranked = scored.countries.drop_nulls("rank")
    assert (ranked["box_low"] <= ranked["index"] + 1e-9).all()
    assert (ranked["index"] <= ranked["box_high"] + 1e-9).all()
    assert ranked["rank"].is_between(ranked["rank_best"], ranked["rank_worst"]).all()


def test_break_even_weights_of_mexico_are_the_worked_ones(scored):  # T4
    found = scored.break_even.filter(pl.col("country") == "MX").select("component", "break_even").rows()
    assert dict(found) == {
        "democracy": None, "law": pytest.approx(0.31507, abs=5e-6), "alignment": pytest.approx(0.35484, abs=5e-6),
        "trade": pytest.approx(0.18122, abs=5e-6), "security": None,
    }  # fmt: skip


def test_only_weights_inside_the_box_count_as_flips(scored):
    turns = scored.flips.filter((pl.col("subject") == "MX") & pl.col("at_weight").is_not_null())
    assert turns.select("from", "to", "component").rows() == [("yes", "no", "trade")]
    assert turns["at_weight"].item() == pytest.approx(0.18122, abs=5e-6)


@pytest.mark.parametrize(("country", "at"), [("MX", [55.0]), ("HU", [55.0]), ("TR", [41.0]), ("IN", [])])
def test_thresholds_that_flip_a_country_are_the_worked_ones(scored, country, at):  # T4
    turns = scored.flips.filter((pl.col("subject") == country) & pl.col("at_threshold").is_not_null())
    assert turns["at_threshold"].to_list() == at
    assert set(turns["from"]) <= {"yes"}


def test_missing_score_makes_the_verdict_depend_and_flips_twice():  # T5
    rows = "subject_kind subject indicator value\n" + "\n".join(
        f"country TW trust.{k} {v}" for k, v in {"democracy": 82, "law": 70, "trade": 30, "security": 70}.items()
    )
    answer = countries_alone(make_network(meta=META, indicators=rows))
    found = row(answer.countries, country="TW")
    assert (found["allied"], found["missing"], found["firm"]) == ("depends", "alignment", False)
    turns = answer.flips.filter((pl.col("subject") == "TW") & pl.col("at_threshold").is_not_null())
    assert turns.select("from", "to", "at_threshold").rows() == [("yes", "depends", 49.0)]
    assert answer.flips.filter((pl.col("subject") == "TW") & pl.col("at_weight").is_not_null()).is_empty()
    assert row(answer.contributions, country="TW", component="democracy")["points"] == pytest.approx(82 * 0.2 / 0.8)


def test_score_alone_carries_its_warning_and_shows_the_trap(scored):  # T2
    alone = scored.swaps.filter(pl.col("measure") == "alignment_alone")
    assert row(alone, country="RU")["rank"] < row(alone, country="MX")["rank"] < row(alone, country="IN")["rank"]
    assert row(scored.countries, country="RU")["rank"] > row(scored.countries, country="IN")["rank"]
    assert scored.swaps["warning"].null_count() == 0
    assert alone["warning"].str.contains("no measure of trust").all()


def test_dropping_votes_is_the_index_of_the_other_four(scored):
    found = row(scored.swaps, country="MX", measure="without_alignment")
    assert found["index"] == pytest.approx((10.2 + 5.0 + 25.0 + 7.5) / 0.8)


def test_stated_index_is_shown_beside_the_computed_one_and_has_no_break_even():
    answer = countries_alone(nine("\ncountry MX trust.index 71"))
    found = row(answer.countries, country="MX")
    assert (found["index"], found["box_low"], found["box_high"], found["overridden"]) == (71.0, 71.0, 71.0, "index")
    assert found["computed"] != 71.0
    assert answer.break_even.filter(pl.col("country") == "MX")["break_even"].null_count() == 5


def test_stated_index_of_a_listed_country_lifts_it_with_a_warning():
    answer = countries_alone(nine("\ncountry CN trust.index 60"))
    assert (row(answer.countries, country="CN")["index"], row(answer.countries, country="CN")["gated"]) == (60.0, True)
    assert "gate_overridden" in {f.rule for f in answer.findings}


def test_list_of_concern_is_labelled_unverified(scored):
    assert next(f.problem for f in scored.findings if f.rule == "list_unverified").endswith("is unverified")


# Value


@pytest.mark.parametrize(
    ("basis", "share", "high"), [("location", 0.58, 0.78), ("owner", 0.40, 0.60), ("strict", 0.40, 0.60)]
)
def test_shares_of_value_are_the_worked_ones(traced, basis, share, high):  # T6
    found = row(traced.value_shares, basis=basis, tier="all")
    assert (found["ally_share"], found["low"], found["high"]) == pytest.approx((share, share, high))
    assert found["unknown_share"] == pytest.approx(0.20)


def test_shares_by_tier_stand_on_the_value_of_the_tier(traced):
    tiers = traced.value_shares.filter((pl.col("basis") == "location") & (pl.col("tier") != "all"))
    assert tiers.select("tier", "value_share", "ally_share", "high").rows() == [
        ("0", pytest.approx(0.40), pytest.approx(1.0), pytest.approx(1.0)),
        ("1", pytest.approx(0.50), pytest.approx(0.18 / 0.5), pytest.approx(0.38 / 0.5)),
        ("2", pytest.approx(0.10), pytest.approx(0.0), pytest.approx(0.0)),
    ]


def test_parts_of_every_row_sum_to_one(traced):
    sums = traced.value_shares.select(pl.sum_horizontal("ally_share", "depends_share", "other_share", "unknown_share"))
    assert (sums.to_series() - 1.0).abs().max() < 1e-9


def test_countries_carry_their_share_of_value_by_location_and_by_owner(traced):
    found = {c: row(traced.countries, country=c) for c in ("MX", "US", "CN")}
    assert [found[c]["value_share"] for c in found] == pytest.approx([0.40, 0.18, 0.22])
    assert [found[c]["owned_share"] for c in found] == pytest.approx([0.40, 0.0, 0.40])
    assert found["MX"]["value_share_all"] is None


def test_plant_in_an_allied_country_with_a_listed_owner_is_printed_both_ways(traced):
    found = row(traced.sites, site="S1")
    assert (found["by_location"], found["by_owner"], found["strict"]) == ("yes", "no", "no")
    assert "1 sites stand in an allied country without an allied owner" in "\n".join(traced.lines())


def test_sentence_is_the_one_of_the_method(traced):
    assert traced.sentence() == (
        "Seen from United States, 58% of the value of P comes from allied countries (58–78%, threshold 50); "
        "by owner 40% (40–60%); the closest call is Mexico, +4.2 points from the threshold."
    )


def test_unknown_owner_is_unknown_and_never_the_location():
    answer = trust(small_product(organizations="organization owner_country\noA MX\noS1 .\noS2 CN\noU CN"))
    found = row(answer.value_shares, basis="owner", tier="all")
    assert (found["ally_share"], found["high"]) == pytest.approx((0.40, 0.78))
    assert row(answer.sites, site="S1")["by_owner"] == "unknown"
    assert "owner_country_unknown" in {f.rule for f in answer.findings}


def test_site_without_a_country_counts_in_the_high_end_only():
    sites = "site organization country status\nA oA MX operating\nS1 oS1 . operating\nS2 oS2 CN operating\nU oU CN operating"
    found = row(trust(small_product(sites=sites)).value_shares, basis="location", tier="all")
    assert (found["ally_share"], found["high"]) == pytest.approx((0.40, 0.78))


def test_site_in_a_country_that_is_no_ally_is_out_whoever_owns_it():
    answer = trust(small_product(organizations="organization owner_country\noA MX\noS1 CN\noS2 .\noU CN"))
    assert row(answer.sites, site="S2")["strict"] == "no"


def test_country_that_depends_counts_in_the_high_end_only():
    taiwan = small_product(
        sites="site organization country status\nA oA MX operating\nS1 oS1 TW operating\nS2 oS2 CN operating\nU oU CN operating"
    )
    found = row(trust(taiwan).value_shares, basis="location", tier="all")
    assert (found["ally_share"], found["depends_share"], found["high"]) == pytest.approx((0.40, 0.18, 0.78))


def test_links_that_are_only_inferred_make_a_second_reading_and_leave_the_first_as_it_is(traced):
    links = (
        "supplier buyer part volume_per_year unit_price evidence\nS1 A c1 60 40 declared\nS2 A c1 40 40 declared\n"
        "U S1 c3 60 10 declared\nU S2 c3 40 10 declared\nT A c2 100 20 inferred"
    )
    sites = "site organization country status\nA oA MX operating\nS1 oS1 US operating\nS2 oS2 CN operating\nU oU CN operating\nT . CA operating"
    answer = trust(small_product(links=links, sites=sites, capabilities="site part\nA P\nS1 c1\nS2 c1\nU c3\nT c2"))
    declared = answer.value_shares.filter(pl.col("links") == "declared")
    assert declared.equals(traced.value_shares)
    both = row(answer.value_shares, links="all", basis="location", tier="all")
    # T makes a component without a bill of materials: 35 % of its 20 is its own, the rest has unknown inputs
    assert (both["ally_share"], both["high"]) == pytest.approx((0.58 + 0.2 * 0.35, 0.78))
    assert "with links that are only inferred 65%" in answer.sentence()


def test_product_decisions_flip_where_mexico_drops_out(traced):
    turns = traced.flips.filter(pl.col("subject") == "P").select("decision", "from", "to", "at_threshold").rows()
    assert turns == [("ally_share", "met", "missed", 55.0)]
    assert row(traced.flips, decision="supplier", subject="A")["at_threshold"] == 55.0


def test_product_with_too_much_value_from_others_is_flagged_at_every_threshold(traced):  # F3 of V3: .22 > .20, certain
    assert traced.flips.filter((pl.col("decision") == "unallied_value") & (pl.col("from") != "flagged")).is_empty()


def test_sole_source_outside_allies_flips_with_its_country():
    sites = "site organization country status\nA oA US operating\nS1 oS1 US operating\nS2 oS2 CN operating\nU oU HU operating"
    turns = trust(small_product(sites=sites)).flips.filter(pl.col("decision") == "sole_source")
    assert turns.select("subject", "from", "to", "at_threshold").rows() == [
        ("S1/c3", "clear", "flagged", 55.0), ("S2/c3", "clear", "flagged", 55.0),
    ]  # fmt: skip


def test_neighbour_is_no_sole_source_flag_whatever_its_index():
    sites = "site organization country status\nA oA US operating\nS1 oS1 US operating\nS2 oS2 CN operating\nU oU MX operating"
    assert trust(small_product(sites=sites)).flips.filter(pl.col("decision") == "sole_source").is_empty()


@pytest.mark.parametrize("basis", ["location", "owner", "strict"])
def test_raising_the_threshold_never_raises_the_ally_share(traced, basis):
    rows = traced.thresholds.filter(pl.col("basis") == basis).sort("threshold")
    assert (rows["ally_share"].diff().drop_nulls() <= 0).all()
    assert (rows["high"].diff().drop_nulls() <= 0).all()
    assert rows["threshold"].to_list() == [float(t) for t in range(40, 61)]


def test_sweep_stays_inside_the_scale():
    low = trust(small_product(), ally_threshold=3.0)
    assert low.thresholds["threshold"].unique().sort().to_list() == [float(t) for t in range(14)]
    assert row(low.value_shares, basis="location", tier="all")["ally_share"] == pytest.approx(0.80)


def test_undisclosed_value_is_no_ally_even_at_threshold_zero():
    found = row(trust(small_product(), ally_threshold=0.0).value_shares, basis="location", tier="all")
    assert (found["ally_share"], found["high"]) == pytest.approx((0.80, 1.0))


# Bad input


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"ally_threshold": 101}, "ally_threshold"),
        ({"ally_threshold": -1}, "ally_threshold"),
        ({"min_ally_share": 1.5}, "min_ally_share"),
        ({"basis": "flag"}, "basis"),
        ({"weights": {"trade": -0.1}}, r"weights\.trade"),
        ({"weights": dict.fromkeys(("democracy", "law", "alignment", "trade", "security"), 0)}, "all five weights are zero"),
        ({"weights": {"band": 2}}, r"weights\.band"),
        ({"weights": {"culture": 1}}, "is no parameter"),
        ({"viewpoint": "XX"}, "viewpoint: 'XX'"),
        ({"product": "Q"}, "is no part of the network"),
    ],
)  # fmt: skip
def test_bad_parameters_are_named(given, words):
    with pytest.raises(ParameterError, match=words):
        trust(small_product(), **given)


def test_unknown_product_is_refused_behind_the_door_too():
    with pytest.raises(ParameterError, match="is no part of the network"):
        countries_alone(small_product(), product="Q")


def test_without_home_a_viewpoint_is_asked_for():
    network = small_product(meta="name currency price_year home\ntest USD 2024 .")
    with pytest.raises(ParameterError, match=r"meta\.home"):
        trust(network)
    assert row(trust(network, viewpoint="US").value_shares, basis="location", tier="all")["ally_share"] > 0.5


def test_product_that_nobody_makes_is_an_error():
    with pytest.raises(DataError, match="no operating site makes 'P'"):
        trust(small_product(capabilities="site part\nS1 c1\nS2 c1\nU c3"))


def test_unknown_country_code_in_an_override_is_refused_on_load():
    with pytest.raises(DataError, match="XX"):
        nine("\ncountry XX trust.trade 50")


def test_answer_without_a_product_names_countries_only(scored):
    assert scored.value_shares.is_empty()
    assert scored.sites.is_empty()
    assert "countries are allied at the threshold 50" in scored.sentence()
    assert scored.countries["value_share"].null_count() == scored.countries.height


# Invariants


def test_order_of_rows_changes_nothing(traced):
    network = small_product()
    turned = network.with_tables(**{name: frame.reverse() for name, frame in network.tables.items()})
    again = trust(turned)
    for table in traced.TABLES:
        assert again.frame(table.name).equals(traced.frame(table.name)), table.name


def test_isolated_site_changes_no_share(traced):
    sites = "site organization country status\nA oA MX operating\nS1 oS1 US operating\nS2 oS2 CN operating\nU oU CN operating\nZ . IN operating"
    again = trust(small_product(sites=sites))
    assert again.value_shares.equals(traced.value_shares)


def test_units_of_money_change_no_share(traced):
    dear = small_product(
        parts="part kind unit_value\nP product 700\nc1 component 280\nc2 component 140\nc3 material 70",
        links="supplier buyer part volume_per_year unit_price evidence\nS1 A c1 60 280 declared\nS2 A c1 40 280 declared\n"
        "U S1 c3 60 70 declared\nU S2 c3 40 70 declared",
    )
    assert trust(dear).value_shares.equals(traced.value_shares)


def test_exchanging_two_countries_exchanges_their_results():
    scores = {"MX": (51, 25, 2.70, 100, 50), "IN": (40, 29, 2.85, 30, 50)}
    straight = countries_alone(make_network(meta=META, indicators=stated(**scores)))
    turned = countries_alone(make_network(meta=META, indicators=stated(MX=scores["IN"], IN=scores["MX"])))
    numbers = ("index", "box_low", "box_high", "rank", "rank_best", "rank_worst", "allied")
    for one, other in (("MX", "IN"), ("IN", "MX")):
        a, b = row(straight.countries, country=one), row(turned.countries, country=other)
        assert [a[n] for n in numbers] == [b[n] for n in numbers]


def test_wider_band_never_narrows_the_range_or_the_ranks():
    narrow, wide = (
        countries_alone(nine(), weights=AllyWeights(band=band)).countries.sort("country") for band in (0.2, 0.8)
    )
    assert (wide["box_low"] <= narrow["box_low"] + 1e-9).all()
    assert (wide["box_high"] >= narrow["box_high"] - 1e-9).all()
    assert (wide["rank_best"] <= narrow["rank_best"]).drop_nulls().all()
    assert (wide["rank_worst"] >= narrow["rank_worst"]).drop_nulls().all()


def test_same_input_gives_the_same_bytes():
    assert trust(small_product()).to_json() == trust(small_product()).to_json()
