"""`visibility` through its own door: the worked numbers of the method page, the modes of inference, and bad input."""

import polars as pl
import pytest

import tierscape
from country_sector_tables import toy
from network_tables import make_network
from tierscape.analyses.visibility import Inference, Limits, Prior, visibility
from tierscape.errors import DataError, ParameterError
from visibility_cases import NEAR, TABLES, evidence_case, pairs_case, small

SHOW, USE, NO = (Inference(inferred=mode) for mode in ("show", "use", "no"))


@pytest.fixture(scope="module")
def answer():
    return visibility(small(), near=NEAR)


def whole(answer, dimension="country", column="look_through_share"):
    rows = answer.exposure.filter((pl.col("dimension") == dimension) & (pl.col("tier") == "all"))
    return dict(rows.select("key", column).rows())


def approx(**numbers):
    return {key: pytest.approx(value, abs=1e-12) for key, value in numbers.items()}


# Oracle V3 of the method page


def test_value_is_looked_through_to_the_worked_shares(answer):
    assert whole(answer) == approx(MX=0.40, US=0.18, CN=0.22, unknown=0.20)
    assert whole(answer, column="face_share") == approx(MX=0.40, US=0.24, CN=0.16, unknown=0.20)


def test_tiers_have_the_worked_face_shares(answer):
    first, second = answer.tiers.row(1, named=True), answer.tiers.row(2, named=True)
    assert (first["home_share"], first["offshore_share"], first["unknown_share"]) == pytest.approx(
        (0.4, 0.16 / 0.6, 0.2 / 0.6)
    )
    assert first["mass_share"] == pytest.approx(0.6)
    assert (second["offshore_share"], second["mass_share"]) == pytest.approx((1.0, 0.1))
    assert answer.tiers["disclosure_coverage"].to_list() == [pytest.approx(2 / 3), pytest.approx(1.0), None]


def test_the_offshore_share_has_the_worked_bounds(answer):
    row = answer.overview.row(0, named=True)
    assert (row["offshore_share"], row["offshore_high"], row["offshore_face"]) == pytest.approx((0.22, 0.42, 0.16))
    assert row["traced_share"] == pytest.approx(0.8)


def test_removals_stop_the_worked_shares(answer):
    assert whole(answer, "site", "stopped_share") == approx(A=1, S1=0.6, S2=0.4, U=1) | {"unknown": None}
    stopped = whole(answer, column="stopped_share")
    assert (stopped["US"], stopped["CN"]) == pytest.approx((0.6, 1.0))
    assert whole(answer, "site", "feasible_without") == {
        "A": False,
        "S1": True,
        "S2": True,
        "U": False,
        "unknown": None,
    }


def test_single_points_are_the_maker_the_hidden_site_and_the_unnamed_need(answer):
    assert answer.single_points.select("site", "basis").rows() == [
        ("A", "declared"), ("U", "declared"), ("? c2 for P at A", "undisclosed"),
    ]  # fmt: skip
    assert answer.overview["redundancy_order"][0] == 1
    assert answer.cuts["sites"].to_list() == ["U"]


def test_the_hidden_site_covers_the_worked_value(answer):
    row = answer.hidden_common.row(0, named=True)
    assert (row["site"], row["direct"], row["behind"]) == ("U", False, "S1; S2")
    assert (row["cover"], row["cover_value_low"], row["cover_value_high"]) == pytest.approx((1.0, 2 / 3, 1.0))


def test_flags_are_the_worked_ones(answer):
    flags = answer.flags.select("flag", "subject", "certain").rows()
    assert ("F3", "P", True) in flags
    assert ("F4", "A/c2", True) in flags
    assert ("F5", "U", True) in flags
    assert [row for row in flags if row[0] == "F1"] == [("F1", "S1/c3", True), ("F1", "S2/c3", True)]
    assert {row[0] for row in flags} == {"F1", "F3", "F4", "F5"}


def test_concentration_has_the_worked_indices(answer):
    rows = {
        (part, by): (hhi, n)
        for part, by, hhi, n in answer.concentration.select("part", "dimension", "hhi", "n_effective").rows()
    }
    assert rows[("c1", "site")] == pytest.approx((0.52, 1.9231), abs=5e-5)
    assert rows[("c3", "site")] == pytest.approx((1.0, 1.0))


def test_the_need_that_nobody_named_is_to_be_asked_of_its_buyer(answer):
    row = answer.unknowns.row(0, named=True)
    assert (row["buyer"], row["part"], row["tier"], row["ask_whom"]) == ("A", "c2", 1, "A")
    assert (row["value_share"], row["gain"]) == pytest.approx((0.2, 0.2))
    assert answer.questionnaires.select("ask_whom", "needs", "flags_open").rows() == [("A", 1, 1)]


def test_the_sentence_says_it_all(answer):
    assert answer.sentence() == (
        "80% of the value of P is traced to a site; 22% (up to 42%) is added offshore against 16% at face value; one hidden site, "
        "U, stops everything; ask A about c2 first."
    )


def test_a_near_country_is_not_offshore():
    row = visibility(small(), near=("CN", "MX")).overview.row(0, named=True)
    assert (row["near_share"], row["offshore_share"]) == pytest.approx((0.62, 0.0))


# Oracles V5, V6, V8


def test_evidence_by_weakest_grade_is_the_worked_one():
    found = visibility(evidence_case(), near=NEAR, inference=USE)
    shares = dict(found.evidence.select("grade", "value_share").rows())
    assert shares == approx(own=0.40, declared=0.30, observed=0.06, inferred=0.04, unknown=0.20)
    assert found.evidence["weighted_share"].sum() == pytest.approx(0.6232, abs=5e-5)  # 365 of 365.25 days
    assert found.overview["weighted_share"][1] == pytest.approx(0.6232, abs=5e-5)


def test_an_inferred_row_stays_out_of_the_evidence_unless_it_is_used():
    found = visibility(evidence_case(), near=NEAR)
    shares = dict(found.evidence.select("grade", "value_share").rows())
    assert shares == approx(own=0.40, declared=0.30, observed=0.06, unknown=0.24)


def test_the_smallest_cuts_are_the_worked_pairs():
    found = visibility(pairs_case(), near=NEAR)
    assert found.single_points["site"].to_list() == ["A"]
    assert found.overview["redundancy_order"][0] == 2
    assert set(found.cuts["sites"]) == {"S1; S2", "S1; V", "S2; U", "U; V", "T1; T2"}


def test_shares_of_one_large_and_four_small_makers_give_the_worked_index():
    suppliers = "ABCDE"
    network = make_network(
        meta="home\nUS",
        sites="site country status\nM US operating\n" + "\n".join(f"{s} US operating" for s in suppliers),
        parts="part kind unit_value\np product 10\nm material 5",
        bom="parent child quantity\np m 1",
        capabilities="site part\nM p\n" + "\n".join(f"{s} m" for s in suppliers),
        links="supplier buyer part volume_per_year evidence\n"
        + "\n".join(f"{s} M m {v} declared" for s, v in zip(suppliers, (66, 8.5, 8.5, 8.5, 8.5), strict=True)),
    )
    row = visibility(network).concentration.row(0, named=True)
    assert row["hhi"] == pytest.approx(0.4645, abs=5e-5)
    assert row["hhi"] > 0.4


# The prior


def test_without_a_table_the_unknown_has_bounds_only(answer):
    assert answer.exposure["prior_mean"].null_count() == answer.exposure.height
    assert whole(answer, column="low")["CN"] == pytest.approx(0.22)
    assert whole(answer, column="high")["CN"] == pytest.approx(0.42)


def test_a_country_sector_table_places_the_unknown_within_its_bounds():
    coded = (
        TABLES["parts"]
        .replace("kind unit_value", "kind unit_value hs6")
        .replace("100", "100 870899")
        .replace("40", "40 850140")
        .replace(" 20", " 20 850440")
        .replace(" 10\n", " 10 .\n")
    )
    coded = "\n".join(
        line if i == 0 or len(line.split()) == 4 else f"{line} ." for i, line in enumerate(coded.splitlines())
    )
    network = small(parts=coded)
    prior = Prior(io_table=toy(), sectors=("85=all", "87=all"))
    found = visibility(network, near=NEAR, prior=prior)
    rows = found.exposure.filter(
        (pl.col("dimension") == "country") & (pl.col("tier") == "all") & pl.col("prior_mean").is_not_null()
    )
    assert set(rows["key"]) == {"MX", "US", "CN"}
    assert rows["prior_mean"].sum() == pytest.approx(1.0)
    assert (rows["low"] <= rows["prior_low"] + 1e-12).all()
    assert (rows["prior_low"] < rows["prior_high"]).all()
    assert (rows["prior_high"] <= rows["high"] + 1e-12).all()
    assert found.unknowns["gain"][0] < 0.2
    bare = visibility(network, near=NEAR)
    assert whole(found) == whole(bare)


# Inference


def test_showing_inferred_links_changes_no_exposure():
    network = evidence_case()
    shown, off = visibility(network, near=NEAR, inference=SHOW), visibility(network, near=NEAR, inference=NO)
    assert shown.exposure.equals(off.exposure)
    assert shown.tiers.filter(basis="declared").equals(off.tiers)
    assert shown.flags.equals(off.flags)
    assert shown.inferred_links.height == 1
    assert off.inferred_links.is_empty()
    assert off.overview.height == 1


def test_used_links_stand_in_a_column_of_their_own():
    found = visibility(evidence_case(), near=NEAR, inference=USE)
    china = found.exposure.filter((pl.col("key") == "CN") & (pl.col("tier") == "all")).row(0, named=True)
    assert (china["look_through_declared"], china["look_through_inferred"]) == pytest.approx((0.18, 0.04))
    assert china["look_through_share"] == pytest.approx(0.22)


def test_an_inferred_link_clears_no_flag_and_is_no_alternative():
    # S2 declares one offshore supplier of c3; a second, near one is only inferred.
    network = small(
        sites=TABLES["sites"] + "\n V MX 26 -101 operating",
        capabilities=TABLES["capabilities"] + "\nV c3",
        links=TABLES["links"] + "\n V S2 c3 40 10 inferred 2026-01-01",
    )
    for inference in (SHOW, USE):
        found = visibility(network, near=NEAR, inference=inference)
        assert ("F1", "S2/c3") in found.flags.select("flag", "subject").rows()
        assert "U" in found.single_points.filter("disclosed")["site"].to_list()


def test_a_qualified_site_without_a_link_is_an_alternative():
    network = small(
        sites=TABLES["sites"] + "\n V MX 26 -101 operating",
        capabilities="site part qualified\nA P .\nS1 c1 .\nS2 c1 .\nU c3 .\nV c3 true",
    )
    found = visibility(network, near=NEAR)
    assert "U" not in found.single_points["site"].to_list()
    assert whole(found, "site", "feasible_without")["U"] is True
    assert whole(found, "site", "stopped_share")["U"] == 1.0


def test_the_model_meets_needs_in_part_and_the_rest_stays_unknown():
    network = small(
        capabilities="site part capacity_per_year\nA P 100\nS1 c1 100\nS2 c1 100\nU c3 200",
        links="\n".join(TABLES["links"].strip().splitlines()[:3]),
    )
    found = visibility(network, near=NEAR, inference=USE)
    model = found.inferred_links.filter(pl.col("origin") == "model")
    assert set(model["part"]) == {"c3"}
    assert model["share"].max() < 1.0
    left = found.unknowns.filter(pl.col("gap") == "outside")
    known = whole(found, "site")["U"]
    assert known + left["value_share"].sum() == pytest.approx(0.1)
    assert known > 0


def test_a_network_that_declares_nothing_beyond_the_makers_is_mostly_unknown():
    found = visibility(
        small(links="supplier buyer part\nS1 nobody c1", sites=TABLES["sites"] + "\n nobody US 1 1 operating"),
        near=NEAR,
    )
    row = found.overview.row(0, named=True)
    assert row["traced_share"] == pytest.approx(0.4)
    assert row["unknown_share"] == pytest.approx(0.6)
    assert found.tiers["disclosure_coverage"][0] == 0.0
    assert "too little is traced" in found.sentence()


# Flags


def test_an_old_row_that_carries_value_is_flagged():
    aged = TABLES["links"].replace(
        "U         S1     c3    60               10          declared  2026-01-01", "U S1 c3 60 10 declared 2023-12-01"
    )
    found = visibility(small(links=aged), near=NEAR)
    row = found.flags.filter(pl.col("flag") == "F6").row(0, named=True)
    assert (row["subject"], row["certain"]) == ("U/S1/c3", True)
    assert row["value"] == pytest.approx(0.06)
    quiet = visibility(small(links=aged), near=NEAR, limits=Limits(link_value=0.1))
    assert "F6" not in quiet.flags["flag"].to_list()


def test_a_process_far_from_its_user_is_flagged():
    process = TABLES["parts"].replace("c3 material", "c3 process")
    found = visibility(small(parts=process), near=NEAR)
    assert found.flags.filter(pl.col("flag") == "F2")["subject"].to_list() == ["S1/c3", "S2/c3"]
    wide = visibility(small(parts=process), near=NEAR, limits=Limits(process_radius_km=1000)).flags
    assert wide.filter(pl.col("flag") == "F2")["subject"].to_list() == ["S1/c3"]


def test_the_offshore_flag_is_not_certain_while_it_hangs_on_the_unknown():
    found = visibility(small(), near=NEAR, limits=Limits(offshore_share=0.3))
    row = found.flags.filter(pl.col("flag") == "F3").row(0, named=True)
    assert (row["certain"], row["ask_whom"]) == (False, "A")
    assert row["value"] == pytest.approx(0.42)
    assert found.unknowns["flags_open"].to_list() == [2]


# Bad input


def test_links_in_a_circle_of_sites_are_no_circle_of_lines():
    both = TABLES["links"] + "\n A U c9 5 1 declared 2026-01-01"
    network = small(
        parts=TABLES["parts"] + "\nc9 material 1", links=both, capabilities=TABLES["capabilities"] + "\nA c9"
    )
    found = visibility(network, near=NEAR)
    assert whole(found)["CN"] == pytest.approx(0.22)
    assert "unlisted_need" in [f.rule for f in found.findings]


def test_a_site_that_supplies_itself_is_left_out_with_a_finding():
    found = visibility(small(links=TABLES["links"] + "\n S1 S1 c3 5 10 declared 2026-01-01"), near=NEAR)
    assert whole(found) == approx(MX=0.40, US=0.18, CN=0.22, unknown=0.20)
    assert "self_supply" in [f.rule for f in found.findings]


def test_two_makers_of_a_part_on_one_spot_are_a_finding():
    beside = TABLES["sites"].replace("S2    CN       30   110 ", "S2    US       40.002   -90 ")
    rules = [f.rule for f in visibility(small(sites=beside), near=NEAR).findings]
    assert "twin_sites" in rules
    assert "twin_sites" not in [f.rule for f in visibility(small(), near=NEAR).findings]


def test_inputs_worth_more_than_the_good_sum_to_one_with_a_finding():
    found = visibility(small(parts=TABLES["parts"].replace("P product 100", "P product 30")), near=NEAR)
    assert sum(whole(found).values()) == pytest.approx(1.0, abs=1e-12)
    assert "negative_value_added" in [f.rule for f in found.findings]


def test_a_product_that_nobody_makes_is_refused():
    with pytest.raises(DataError, match="no operating site makes 'P'"):
        visibility(small(capabilities="site part\nS1 c1\nS2 c1\nU c3"), near=NEAR)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"near": ("XX",)}, "'XX' is no country"),
        ({"product": "q"}, "'q' is no part"),
        ({"site": "S9"}, "'S9' is no site"),
        ({"limits": {"ally_threshold": 101}}, "ally_threshold"),
    ],
)
def test_a_parameter_out_of_range_is_refused(given, message):
    with pytest.raises(ParameterError, match=message):
        visibility(small(), **given)


def test_without_a_home_the_near_countries_must_be_given():
    with pytest.raises(ParameterError, match=r"'meta\.home' is empty"):
        visibility(small(meta="name\nx"))
    found = visibility(small(meta="name\nx"), near=("MX", "US"))
    row = found.overview.row(0, named=True)
    assert (row["near_share"], row["depends_share"]) == pytest.approx((0.58, 0.22))


# Doors and pictures


def test_the_same_question_gives_the_same_bytes():
    network = tierscape.load("mini")
    assert visibility(network).to_json() == visibility(network).to_json()


@pytest.mark.parametrize("mode", ["no", "show", "use"])
def test_every_picture_of_the_smallest_network_is_drawn(mode):
    found = visibility(tierscape.load("mini"), inference=Inference(inferred=mode))
    names = [chart.name for chart in found.charts()]
    assert {"tiers", "countries", "graph", "matrix"} <= set(names)
    assert len(names) == len(set(names))
    tables = {table.name for table in found.TABLES}
    assert all(chart.table in tables and chart.description for chart in found.charts())
    assert 1 <= len(found.lines()) <= 3


def test_the_graph_rings_single_points_and_shows_the_unknown(answer):
    graph = next(chart for chart in answer.charts() if chart.name == "graph")
    rows = [row for rows in graph.spec["datasets"].values() for row in rows if "ring" in row]
    assert {row["name"] for row in rows if row["ring"]} == {"A", "U"}
    assert {row["value"] for row in rows if row["kind"] == "unknown"} == {0.2}
