from __future__ import annotations

import highspy
import numpy as np
import pytest
from problems import Draft, asked, plan
from test_rows_projects import supplier

from tierscape.errors import SolverError
from tierscape.planning.handoff import export_mps, program
from tierscape.planning.model import build


@pytest.fixture(scope="module")
def found():
    """The anchored supplier of U6."""
    return plan(supplier((30, 60)), asked(years=2))


def test_cost_is_the_sum_of_the_waterfall(found):
    assert found.cost == pytest.approx(sum(found.terms.values()))
    assert set(found.terms) == {
        "making", "freight", "duty", "transit_stock", "unmet", "projects", "running", "contracts", "unused_commitment",
    }  # fmt: skip


def test_every_column_and_row_has_one_label(found):
    columns = np.concatenate([c.ravel() for c in found.handed.columns.values()])
    assert sorted(columns[columns >= 0]) == list(range(len(found.handed.program.cost)))
    rows = np.concatenate([r.ravel() for r in found.handed.rows.values()])
    assert sorted(rows[rows >= 0]) == list(range(len(found.handed.program.row_lower)))
    for name, numbers in found.handed.rows.items():
        assert numbers.shape == tuple(len(axis) for axis in found.handed.row_labels[name].values())


def test_rows_hold_the_entries_that_their_label_says(found):
    handed = found.handed
    row = handed.rows["capacity"][0, 1]  # only the new supplier's pair (number 1) is limited; second year
    assert handed.row_labels["capacity"]["pair"].tolist() == [1]
    entries = handed.program.matrix[[row], :].toarray()[0] * handed.row_unit[row] / handed.unit
    assert entries[handed.columns["output"][1, 1]] == 1.0
    assert entries[handed.columns["start"][0, 0, 0]] == -60.0
    assert np.count_nonzero(entries) == 3  # either year's start counts


def test_decisions_of_one_project_share_a_group(found):
    groups = found.handed.program.group
    start, sign = found.handed.columns["start"], found.handed.columns["sign"]
    assert len(np.unique(groups[start])) == 1
    assert groups[sign[0]] != groups[start[0, 0, 0]]
    assert (groups[found.handed.columns["flow"]] == -1).all()


def test_absent_variables_have_no_quantity(found):
    assert found.quantity("hub").size == 0


def test_mps_file_read_by_a_fresh_solver_gives_the_same_optimum(found, tmp_path):
    path = export_mps(found.written, tmp_path / "plan.mps")
    solver = highspy.Highs()
    solver.silent()
    assert solver.readModel(str(path)) == highspy.HighsStatus.kOk
    solver.run()
    assert solver.getInfo().objective_function_value == pytest.approx(700)


def priced(money: float) -> Draft:
    draft = supplier((30, 60))
    for table, columns in (("pairs", ["unit_cost"]), ("contracts", ["price", "spot"]), ("projects", ["capex"])):
        for row in draft.rows[table]:
            row.update({column: row[column] * money for column in columns})
    return draft


def test_scaling_money_scales_the_cost_and_keeps_the_plan(found):
    dear = plan(priced(1e6), asked(years=2))
    assert dear.handed.money == 1000.0
    assert dear.cost == pytest.approx(found.cost * 1e6, rel=1e-9)
    assert dear.quantity("start") == pytest.approx(found.quantity("start"))


def test_scaling_units_scales_the_flows_and_keeps_the_cost(found):
    many = supplier((30, 60))
    for row in many.rows["pairs"]:
        row["unit_cost"] /= 1e6
    for row in many.rows["contracts"]:
        row.update(volume=50e6, price=6e-6, spot=6e-6)
    many.demand[0], many.rows["projects"][0]["added"] = (30e6, 60e6), 60e6
    scaled = plan(many, asked(years=2))
    assert scaled.cost == pytest.approx(found.cost)
    assert scaled.quantity("flow") == pytest.approx(found.quantity("flow") * 1e6)
    assert np.abs(scaled.handed.program.matrix.data).max() <= 1e4


def test_scales_are_powers_of_two_so_that_nothing_is_rounded(found):
    for scale in (found.handed.unit, found.handed.row_unit):
        assert (np.log2(scale) == np.rint(np.log2(scale))).all()


def test_a_part_that_is_hardly_needed_is_counted_in_small_units():
    draft = Draft()
    final, child = draft.part("F"), draft.part("c")
    made = draft.source("A", final, 1, want=draft.want(final, 1.0))
    need = draft.add("needs", site="A", part=child)
    draft.add("recipes", pair=made, need=need, quantity=1e-10)
    draft.lane(draft.pair("B", child, 1e10), need=need)
    found = plan(draft)
    assert found.cost == pytest.approx(2)
    assert found.quantity("flow")[1, 0] == pytest.approx(1e-10)


def test_figures_in_a_wrong_unit_are_refused_with_their_span():
    draft = supplier((30, 60))
    draft.rows["projects"][0]["added"] = 1e19
    with pytest.raises(SolverError, match="wrong unit"):
        plan(draft, asked(years=2))


def test_a_problem_without_demand_costs_nothing():
    draft = Draft()
    draft.source("A", draft.part("unit"), 1, want=draft.want(0, 0.0))
    assert plan(draft).cost == pytest.approx(0)


def test_renaming_keys_leaves_the_program_unchanged():
    one = program(build(supplier((30, 60)).problem(), asked(years=2))).program
    other = supplier((30, 60))
    for row in other.rows["pairs"]:
        row["site"] = row["site"].upper()
    two = program(build(other.problem(), asked(years=2))).program
    assert (one.matrix != two.matrix).nnz == 0
    assert np.array_equal(one.cost, two.cost)
