"""The shipped rules of origin, and what is refused in the files of a user."""

import datetime as dt

import pytest

from origin_cases import RULES, RULESETS, THRESHOLDS, own_rules
from tierscape.errors import DataError, ParameterError
from tierscape.reference.origin import FOLDER, origin_rules, read_rulebook
from tierscape.reference.origin_expression import leaves, parse

VALUE = {"value": "transaction_value", "threshold": "mine.rvc"}


@pytest.fixture
def folder(tmp_path):
    own_rules(tmp_path, VALUE, rvc=("transaction_value", 60))
    return tmp_path


def faults(folder):
    with pytest.raises(DataError) as raised:
        read_rulebook(folder)
    return raised.value.findings


def append(folder, name, line):
    with (folder / name).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def test_every_row_names_its_source_and_whether_it_was_read():
    book = origin_rules()
    for rows in (book.rulesets, book.rules, book.thresholds, book.duties):
        assert rows
        assert all(r.source and isinstance(r.verified, bool) for r in rows)


@pytest.mark.parametrize(("agreement", "key"), [("usmca", "table_c"), ("usmca", "super_core"), ("usmca", "aluminium"), ("usmca", "heavy_truck"), ("eu_uk_tca", "part_8708"), ("cptpp", "part")])  # fmt: skip
def test_what_a_source_marks_as_remembered_is_not_verified(agreement, key):
    rows = [t for t in origin_rules().thresholds if (t.agreement, t.key) == (agreement, key)]
    assert rows
    assert not any(t.verified for t in rows)


def test_whoever_remembers_says_so_in_the_source():
    for row in (*origin_rules().rules, *origin_rules().thresholds):
        assert not (row.verified and "remembered" in row.source), row


def test_no_threshold_is_a_rule_of_the_code():
    numbers = {leaf.threshold for row in origin_rules().rules for leaf in leaves(row.expression) if leaf.threshold}
    assert numbers <= {t.key for t in origin_rules().thresholds}


@pytest.mark.parametrize(("on", "members"), [("2019-01-01", 6), ("2019-01-14", 7), ("2024-12-14", 11), ("2024-12-15", 12)])  # fmt: skip
def test_territory_grows_with_each_entry_into_force(on, members):
    assert len(origin_rules().ruleset("cptpp", dt.date.fromisoformat(on)).territory) == members


def test_territories_are_those_of_the_treaties():
    on = dt.date(2026, 1, 1)
    assert origin_rules().ruleset("usmca", on).territory == {"US", "MX", "CA"}
    tca = origin_rules().ruleset("eu_uk_tca", on).territory
    assert len(tca) == 28
    assert {"GB", "PL", "HU"} <= tca
    assert "RS" not in tca


def test_date_before_entry_into_force_is_refused_with_the_date():
    with pytest.raises(ParameterError, match="usmca is in force from 2020-07-01, given was 2020-06-30"):
        origin_rules().ruleset("usmca", dt.date(2020, 6, 30))


def test_unknown_agreement_is_refused():
    with pytest.raises(ParameterError, match="'nafta' is unknown"):
        origin_rules().ruleset("nafta", dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("agreement", "hs6", "use", "on", "rule"),
    [
        ("usmca", 850760, "any", "2026-01-01", "usmca_psr_default"),
        ("usmca", 850760, "passenger_vehicle", "2026-01-01", "usmca_core_battery"),
        ("usmca", 870323, "any", "2026-01-01", "usmca_pv"),
        ("usmca", 870431, "any", "2026-01-01", "usmca_lt"),
        ("usmca", 870121, "any", "2026-01-01", "usmca_heavy_truck"),
        ("usmca", 854430, "any", "2026-01-01", "usmca_complementary_c"),
        ("usmca", 853400, "any", "2026-01-01", "usmca_bare_board"),
        ("usmca", 392010, "any", "2026-01-01", None),
        ("eu_uk_tca", 850760, "battery_cell", "2026-01-01", "tca_cell"),
        ("eu_uk_tca", 870380, "any", "2026-01-01", "tca_ev"),
        ("eu_uk_tca", 870321, "any", "2026-01-01", "tca_vehicle"),
        ("cptpp", 870840, "any", "2026-01-01", "cptpp_part"),
    ],
)
def test_narrowest_range_and_own_use_win(agreement, hs6, use, on, rule):
    found = origin_rules().rule_for(agreement, hs6, use, dt.date.fromisoformat(on))
    assert (found and found.rule) == rule


def test_scenario_replaces_the_law_only_where_it_is_asked_for():
    on = dt.date(2026, 1, 1)
    law = origin_rules().threshold("usmca", "vehicle", "net_cost", on)
    asked = origin_rules().threshold("usmca", "vehicle", "net_cost", on, scenario="usmca_rvc_85")
    assert (law.value_pct, asked.value_pct) == (75, 85)


def test_later_date_never_finds_an_ended_row():
    book = origin_rules()
    for day in book.changes("usmca"):
        for row in book.thresholds:
            found = book.threshold(row.agreement, row.key, row.method, day) if not row.scenario else None
            assert found is None or (found.valid_from <= day and (found.valid_to is None or day < found.valid_to))


def test_every_change_holds_from_its_day_and_not_the_day_before():
    book, steps = origin_rules(), 0
    for row in (r for r in book.thresholds if r.valid_to and not r.scenario):
        key = (row.agreement, row.key, row.method)
        before, after = (book.threshold(*key, on) for on in (row.valid_to - dt.timedelta(days=1), row.valid_to))
        assert before is row
        assert after is not None
        assert after.valid_from == row.valid_to
        steps += 1
    for row in (r for r in book.rules if r.valid_to):
        before, after = (
            book.rule_for(row.agreement, row.hs_from, row.use, on)
            for on in (row.valid_to - dt.timedelta(days=1), row.valid_to)
        )
        assert before is row
        assert after is not row
        steps += 1
    for row in (r for r in book.rulesets if r.valid_to):
        assert book.ruleset(row.agreement, row.valid_to - dt.timedelta(days=1)) is row
        assert book.ruleset(row.agreement, row.valid_to).valid_from == row.valid_to
        steps += 1
    assert steps > 40


# Files of a user


def test_own_rule_set_is_read(folder):
    assert read_rulebook(folder).agreements == ("mine",)


def test_overlap_inside_one_key_names_file_and_row(folder):
    append(folder, "origin_thresholds.csv", "mine,rvc,transaction_value,70,2025-01-01,,,ours,true")
    (found,) = (f for f in faults(folder) if f.rule == "origin_overlap")
    assert (found.table, found.row) == ("origin_thresholds.csv", 4)


def test_gap_inside_one_key_names_file_and_row(folder):
    text = f"{THRESHOLDS}\nmine,rvc,transaction_value,60,2020-01-01,2022-01-01,,ours,true\nmine,rvc,transaction_value,70,2023-01-01,,,ours,true\n"
    (folder / "origin_thresholds.csv").write_text(text, encoding="utf-8")
    (found,) = (f for f in faults(folder) if f.rule == "origin_gap")
    assert (found.table, found.row) == ("origin_thresholds.csv", 3)
    assert "from 2022-01-01 to 2023-01-01" in found.message


def test_threshold_without_a_row_for_every_date_of_the_rule_names_the_rule(folder):
    (folder / "origin_thresholds.csv").write_text(
        f"{THRESHOLDS}\nmine,rvc,transaction_value,60,2021-01-01,,,ours,true\n", encoding="utf-8"
    )
    (found,) = faults(folder)
    assert (found.rule, found.table, found.row, found.value) == ("origin_threshold", "origin_rules.csv", 2, "only")


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ('{"shifted": "CTH"}', "is unknown; leaves are"),
        ('{"shift": "CTX"}', "known are CC, CTH, CTSH"),
        ('{"value": "rvc", "threshold": "mine.rvc"}', "value 'rvc' is unknown"),
        ('{"value": "net_cost"}', "names no threshold"),
        ('{"value": "net_cost", "threshold": "usmca.psr_nc"}', "must begin with 'mine.'"),
        ('{"any_of": []}', "takes a list"),
        ('{"originating": ["85o7"]}', "HS codes must be"),
        ('{"value": "focused_value", "threshold": "mine.rvc"}', "give 'materials'"),
        ("shift", "Expecting value"),
    ],
)
def test_expression_that_says_nothing_known_names_file_and_row(folder, expression, says):
    cell = expression.replace('"', '""')
    (folder / "origin_rules.csv").write_text(f'{RULES}\nmine,only,010000,999999,any,"{cell}",2020-01-01,,2022,ours,true\n', encoding="utf-8")  # fmt: skip
    (found,) = faults(folder)
    assert (found.table, found.column, found.row) == ("origin_rules.csv", "expression", 2)
    assert says in found.message


def test_two_rules_for_the_same_goods_are_ambiguous(folder):
    append(folder, "origin_rules.csv", 'mine,other,010000,999999,any,"{""shift"": ""CTH""}",2020-01-01,,2022,ours,true')
    (found,) = faults(folder)
    assert (found.rule, found.row, found.value) == ("origin_ambiguous", 3, "other")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ("mine,Mine,ZZZ,true,tolerance,transaction_value,full,12,,,2020-01-01,,ours,true", "territory"),
        ("mine,Mine,MX,maybe,tolerance,transaction_value,full,12,,,2020-01-01,,ours,true", "tracing"),
        ("mine,Mine,MX,true,tolerance,price,full,12,,,2020-01-01,,ours,true", "tolerance_base"),
        ("mine,Mine,MX,true,tolerance,transaction_value,full,12,,,1.1.2020,,ours,true", "valid_from"),
        ("mine,Mine,MX,true,tolerance,transaction_value,full,12,,,2020-01-01,,,true", "source"),
    ],
)
def test_cell_that_cannot_be_read_names_file_column_and_row(folder, cells, column):
    (folder / "origin_rulesets.csv").write_text(f"{RULESETS}\n{cells}\n", encoding="utf-8")
    (found,) = faults(folder)
    assert (found.table, found.column, found.row) == ("origin_rulesets.csv", column, 2)


def test_missing_file_and_missing_column_are_named(folder):
    (folder / "origin_rules.csv").unlink()
    (folder / "origin_thresholds.csv").write_text("agreement,key\nmine,rvc\n", encoding="utf-8")
    assert [(f.table, f.column) for f in faults(folder)] == [
        ("origin_rules.csv", ""),
        ("origin_thresholds.csv", "valid_from"),
    ]


def test_all_shipped_files_are_declared_with_source_and_licence():
    names = sorted(p.name for p in FOLDER.glob("origin_*.csv"))
    assert names == ["origin_duties.csv", "origin_rules.csv", "origin_rulesets.csv", "origin_thresholds.csv"]


def test_leaves_come_from_left_to_right():
    rule = parse('{"any_of": [{"all_of": [{"process": "a"}, {"wholly_obtained": true}]}, {"shift": "CC"}]}', "mine")
    assert [leaf.kind for leaf in leaves(rule)] == ["process", "wholly_obtained", "shift"]
