"""`visibility`: pair overlap, coverage by grade, readings side by side, redundancy with inferred links, import dependency, questions."""

import polars as pl
import pytest
import python_calamine

import tierscape
from country_sector_tables import toy
from tierscape.analyses.visibility import Inference, Prior, visibility
from tierscape.analyses.visibility.questions import site_questions, write_questions
from tierscape.errors import DataError, ParameterError
from visibility_cases import NEAR, TABLES, evidence_case, pairs_case, small

USE = Inference(inferred="use")


# Overlap of direct suppliers (§4)


def test_suppliers_behind_which_one_site_stands_overlap_in_full():
    row = visibility(small(), near=NEAR).overlap.row(0, named=True)
    assert (row["supplier"], row["other"], row["largest"]) == ("S1", "S2", "U")
    assert (row["overlap"], row["shared_value"]) == pytest.approx((1.0, 0.1))


def test_suppliers_with_sources_of_their_own_do_not_overlap():
    assert visibility(pairs_case(), near=NEAR).overlap.is_empty()


def test_overlap_weighs_sites_by_the_value_that_they_add():
    # V sells c4 (30 a unit) to S1 alone, U sells c3 (10 a unit) to both: of the .6·(.3+.1)+.4·.1 upstream, .1 is shared.
    network = small(
        sites=TABLES["sites"] + "\n V CN 32 112 operating",
        parts=TABLES["parts"] + "\nc4 material 20",
        bom=TABLES["bom"] + "\nc1 c4 1 true",
        capabilities=TABLES["capabilities"] + "\nV c4",
        links=TABLES["links"] + "\n V S1 c4 60 20 declared 2026-01-01",
    )
    row = visibility(network, near=NEAR).overlap.row(0, named=True)
    assert row["shared_value"] == pytest.approx(0.1)
    assert row["overlap"] == pytest.approx(0.1 / (0.1 + 0.6 * 0.2))


# Coverage by grade (§5)


def test_coverage_splits_what_is_bought_by_the_best_grade_and_sums_to_the_disclosure_coverage():
    found = visibility(evidence_case(), near=NEAR, inference=USE)
    shares = {(tier, grade): share for tier, grade, share in found.coverage.rows()}
    assert shares == {
        (0, "declared"): pytest.approx(2 / 3), (0, "unknown"): pytest.approx(1 / 3),
        (1, "observed"): pytest.approx(0.6), (1, "inferred"): pytest.approx(0.4),
    }  # fmt: skip
    tiers = found.tiers.filter(basis="with_inferred")
    assert dict(tiers.select("tier", "disclosure_coverage").drop_nulls().rows()) == pytest.approx({0: 2 / 3, 1: 0.6})


# Readings side by side


def test_both_readings_of_the_tiers_stand_side_by_side():
    found = visibility(evidence_case(), near=NEAR)
    unknown = {(b, t): u for b, t, u in found.tiers.select("basis", "tier", "unknown_share").rows()}
    assert unknown[("declared", 2)] == pytest.approx(0.4)
    assert unknown[("with_inferred", 2)] == pytest.approx(0.0)
    assert found.counted_tiers["basis"].unique().to_list() == ["declared"]


def test_classes_of_a_tier_sum_to_one_and_outside_is_what_is_known_to_be_elsewhere():
    tiers = tierscape.visibility(tierscape.load("mini")).tiers
    classes = [f"{name}_share" for name in ("home", "near", "ally", "depends", "offshore", "unknown")]
    assert tiers.select(pl.sum_horizontal(classes)).to_series().to_list() == pytest.approx([1.0] * tiers.height)
    outside = tiers.select(pl.sum_horizontal(classes[2:5])).to_series()
    assert tiers["outside_share"].to_list() == pytest.approx(outside.to_list())


def test_value_passes_from_class_to_class_as_worked():
    # V3 by hand: A (near) keeps .40, S1 (home) .18 of .24, S2 (offshore) .12 of .16, U (offshore) .10; .20 has no supplier.
    found = {(t, a, b): v for t, a, b, v in visibility(small(), near=NEAR).passages.rows()}
    assert found == pytest.approx({
        (0, "near", "added"): 0.40, (0, "near", "home"): 0.24, (0, "near", "offshore"): 0.16, (0, "near", "unknown"): 0.20,
        (1, "home", "added"): 0.18, (1, "home", "offshore"): 0.06, (1, "offshore", "added"): 0.12, (1, "offshore", "offshore"): 0.04,
        (2, "offshore", "added"): 0.10,
    })  # fmt: skip


def test_passages_lead_to_the_tiers_and_end_where_value_is_added():
    found = visibility(tierscape.load("mini"), inference=USE)
    added = found.passages.filter(to="added")["value_share"].sum()
    assert added == pytest.approx(found.reading["traced_share"])
    into = found.passages.filter(pl.col("to") == "offshore").group_by("tier").agg(pl.col("value_share").sum())
    tiers = {
        row["tier"]: row["offshore_share"] * row["mass_share"] for row in found.counted_tiers.iter_rows(named=True)
    }
    assert {t + 1: v for t, v in into.rows()} == pytest.approx({t: v for t, v in tiers.items() if v > 0})
    assert "passages" in {chart.name for chart in found.charts()}


def test_the_answer_says_what_is_outside_at_tiers_one_and_two_and_who_stands_behind_most():
    text = visibility(small(), near=NEAR).summary()
    assert "Outside home and near, of what passes each tier: 27% at tier 1 (33% unknown), 100% at tier 2." in text
    assert "U, tier 2, stands behind 2 of 2 direct suppliers, with 67% of the direct supply." in text
    cards = {title: (value, note) for title, value, note in visibility(small(), near=NEAR).headlines()}
    assert cards["Outside home and near at tiers 1 · 2"] == ("27% · 100%", "unknown 33% · 0%")
    assert cards["Hidden site behind most direct suppliers"] == (
        "U",
        "behind 2 of 2 direct suppliers, with 67% of the direct supply, tier 2, CN",
    )


# Redundancy with inferred links


def test_an_inferred_link_may_lower_the_redundancy_order_and_never_raises_it():
    declared = pairs_case()
    less = declared.with_tables(
        links=declared["links"].with_columns(
            evidence=pl.when(pl.col("part") == "c2").then(pl.lit("inferred")).otherwise("evidence")
        )
    )
    found = visibility(less, near=NEAR, inference=USE)
    assert found.overview.select("basis", "redundancy_order").rows() == [("declared", 2), ("with_inferred", 2)]
    alone = less.with_tables(links=less["links"].filter(pl.col("supplier") != "T2"))
    found = visibility(alone, near=NEAR, inference=USE)
    assert found.overview.select("basis", "redundancy_order").rows() == [("declared", 2), ("with_inferred", 1)]
    assert found.cuts.filter(basis="with_inferred")["sites"].to_list() == ["T1"]
    more = small(
        sites=TABLES["sites"] + "\n V MX 26 -101 operating", capabilities=TABLES["capabilities"] + "\nV c3",
        links=TABLES["links"] + "\n V S1 c3 60 10 inferred 2026-01-01\n V S2 c3 40 10 inferred 2026-01-01",
    )  # fmt: skip
    found = visibility(more, near=NEAR, inference=USE)
    assert found.overview["redundancy_order"].to_list() == [1, 1]


# The table as prior of what a site keeps (§3.4)


def test_a_site_whose_inputs_nobody_listed_keeps_the_share_of_its_sector():
    # v of the toy table (oracle V1) is .53 for the USA and .46 for China.
    network = small(
        parts="part kind unit_value hs6\nP product 100 870899\nc1 component 40 850140\nc2 component 20 850440",
        bom="parent child quantity\nP c1 1\nP c2 1", capabilities="site part\nA P\nS1 c1\nS2 c1",
        links="\n".join(TABLES["links"].strip().splitlines()[:3]),
    )  # fmt: skip
    prior = Prior(io_table=toy(), sectors=("85=all", "87=all"))
    found = visibility(network, near=NEAR, prior=prior)
    added = dict(found.sites.select("site", "added_share").rows())
    assert (added["S1"], added["S2"]) == pytest.approx((0.24 * 0.53, 0.16 * 0.46))
    assert dict(visibility(network, near=NEAR).sites.select("site", "added_share").rows())["S1"] == pytest.approx(
        0.24 * 0.35
    )


def test_a_need_without_a_place_in_the_table_is_worth_its_whole_value():
    coded = (
        "part kind unit_value hs6\nP product 100 870899\nc1 component 40 850140\nc2 component 20 .\nc3 material 10 ."
    )
    found = visibility(small(parts=coded), near=NEAR, prior=Prior(io_table=toy(), sectors=("85=all",)))
    assert found.unknowns.row(0, named=True)["gain"] == pytest.approx(0.2)
    assert "no_prior" in [f.rule for f in found.findings]


# Import dependency (§7.4)

TRADE = {2022: (66, 8.5, 8.5, 8.5, 8.5), 2023: (66, 8.5, 8.5, 8.5, 8.5), 2024: (40, 20, 20, 10, 10)}


def traded(shares=TRADE, inside=50.0, exports=60.0):
    rows = []
    for year, values in shares.items():
        rows += [
            f"good 850140/{c} imports {year} {v}" for c, v in zip(("CN", "JP", "KR", "TW", "VN"), values, strict=True)
        ]
        rows += [f"good 850140/CA imports {year} {inside}"]
        rows += [] if exports is None else [f"good 850140 exports {year} {exports}"]
    coded = (
        "part kind unit_value hs6\nP product 100 870899\nc1 component 40 850140\nc2 component 20 .\nc3 material 10 ."
    )
    network = small(parts=coded, indicators="subject_kind subject indicator year value\n" + "\n".join(rows))
    return visibility(network, near=NEAR).import_dependency


def test_the_worked_shares_give_the_worked_index_and_two_years_of_three_raise_the_flag():
    # Oracle V8: shares .66 and 4 × .085 give .4645.
    table = traded()
    assert table["hhi"].to_list() == pytest.approx([0.4645, 0.4645, 0.26])
    assert table["outside_share"].to_list() == pytest.approx([2 / 3] * 3)
    assert table["imports_to_exports"].to_list() == pytest.approx([100 / 60] * 3)
    assert table["all_hold"].to_list() == [True, True, False]
    assert table["dependent"].to_list() == [True] * 3
    assert set(table["largest"]) == {"CN"}
    assert set(table["parts"]) == {"c1"}


def test_a_good_that_is_not_exported_has_a_ratio_of_9999_and_no_figure_leaves_the_verdict_open():
    assert set(traded(exports=0.0)["imports_to_exports"]) == {9999.0}
    unknown = traded(exports=None)
    assert unknown["imports_to_exports"].null_count() == 3
    assert unknown["dependent"].to_list() == [None] * 3


def test_a_condition_that_fails_decides_whatever_is_unknown():
    assert traded(inside=500.0, exports=None)["dependent"].to_list() == [False] * 3


def test_one_year_alone_decides_nothing_and_old_years_do_not_count():
    assert traded({2024: TRADE[2022]})["dependent"].to_list() == [None]
    table = traded({2018: TRADE[2022], 2019: TRADE[2022], 2023: TRADE[2024], 2024: TRADE[2024]})
    assert set(table["dependent"]) == {False}


def test_without_trade_figures_the_table_is_empty():
    assert visibility(small(), near=NEAR).import_dependency.is_empty()


# Questions to send (§7.5)


def test_each_site_to_ask_has_a_sheet_with_its_questions_and_no_figures(tmp_path):
    answer = visibility(small(), near=NEAR)
    assert write_questions(answer, tmp_path / "ask.xlsx") == answer.questionnaires.height == 1
    book = python_calamine.CalamineWorkbook.from_path(str(tmp_path / "ask.xlsx"))
    assert book.sheet_names == ["README", "A"]
    cells = [cell for row in book.get_sheet_by_name("A").to_python() for cell in row]
    assert "Who supplies c2, from which sites and countries?" in cells
    assert not [cell for cell in cells if isinstance(cell, float)]
    with pytest.raises(DataError, match="exists"):
        write_questions(answer, tmp_path / "ask.xlsx")
    with pytest.raises(ParameterError, match=r"no \.xlsx"):
        write_questions(answer, tmp_path / "ask.csv")


def test_a_question_is_asked_once_and_a_flag_adds_its_own():
    answer = visibility(small(links=TABLES["links"].replace("S1        A      c1    60               40          declared  2026-01-01", "S1 A c1 60 40 declared 2022-01-01")), near=NEAR)  # fmt: skip
    questions = site_questions(answer, "A")
    assert questions["question"].is_duplicated().sum() == 0
    assert questions["question"].str.contains("still hold").any()


def test_the_command_writes_the_questions(tmp_path, tierscape):
    ran = tierscape("questions", "ev-battery-central-europe", tmp_path / "ask.xlsx", "--most", "3")
    assert ran.code == 0
    assert "3 of 26 sites to ask" in ran.out
