"""Many goods on many dates are judged as each would be alone."""

import datetime as dt

import numpy as np
import pytest

from tierscape.errors import ParameterError
from tierscape.quantities.origin_rules import Goods, Ledger, Materials, judge_ledger
from tierscape.quantities.origin_scan import scan
from tierscape.quantities.origin_walk import terms_of
from tierscape.reference.origin import origin_rules

DATES = [dt.date(2026, 12, 31), dt.date(2027, 1, 1), dt.date(2021, 6, 1), dt.date(2027, 6, 1)]


@pytest.fixture(scope="module")
def ledger():
    rng = np.random.default_rng(3)
    codes = np.array([850760, 854430, 870380, 870323, 392010])
    good = np.repeat(np.arange(5), 4)
    value = rng.uniform(10, 300, 20)
    price = np.full(5, 1000.0)
    bases = {
        "transaction_value": price,
        "net_cost": 0.9 * price,
        "adjusted_value": price,
        "exworks": price,
        "fob": price,
    }
    status = np.sort(rng.random((20, 2)) < 0.5, axis=1)
    regional = np.sort(rng.random((20, 2)), axis=1) * value[:, None]
    goods = Goods(codes, bases, np.ones((5, 2), bool), {}, {})
    return Ledger(
        goods, Materials(good, rng.choice([850760, 740811, 870829], 20), value, status, regional), tracing=False
    )


def test_scan_is_judging_each_good_alone(ledger):
    book = origin_rules()
    for found in scan(book, "eu_uk_tca", DATES, ledger):
        for i, code in enumerate(ledger.goods.hs.tolist()):
            row = book.rule_for("eu_uk_tca", code, "any", found.on)
            assert found.rule[i] == (row.row if row else -1)
            if row is None:
                assert not found.passes[i].any()
                continue
            alone = judge_ledger(row.expression, ledger, np.array([i]), terms_of(book, row, found.on, ledger))
            assert alone.overall[0].tolist() == found.passes[i].tolist()
            np.testing.assert_array_equal(alone.overall_margin[0], found.margin[i])


def test_a_later_date_never_finds_a_rule_of_an_earlier_period(ledger):
    rows = {r.row: r for r in origin_rules().rules}
    for found in scan(origin_rules(), "eu_uk_tca", DATES, ledger):
        for number in found.rule[found.rule >= 0].tolist():
            assert rows[number].valid_from <= found.on
            assert rows[number].valid_to is None or found.on < rows[number].valid_to


def test_scan_before_entry_into_force_is_refused(ledger):
    with pytest.raises(ParameterError, match="in force from"):
        list(scan(origin_rules(), "eu_uk_tca", [dt.date(2020, 1, 1)], ledger))
