"""A parameter that is a date is a flag like any other."""

import json


def test_date_is_a_flag_and_reaches_the_answer(tierscape):
    ran = tierscape("origin", "mini", "--product", "pump", "--agreement", "usmca", "--on", "2026-11-22", "--json")
    assert ran.code == 0
    assert json.loads(ran.out)["parameters"]["on"] == "2026-11-22"


def test_help_says_how_a_date_is_written(tierscape):
    ran = tierscape("origin", "--help")
    assert ran.code == 0
    assert "YYYY-MM-DD" in ran.out


def test_text_that_is_no_date_is_refused_in_words(tierscape):
    ran = tierscape("origin", "mini", "--on", "tomorrow")
    assert ran.code == 4
    assert "on: " in ran.err
    assert "'tomorrow'" in ran.err
