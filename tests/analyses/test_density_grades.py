"""On which grades of evidence the counted cover rests."""

import polars as pl
import pytest

from density_cases import two_parts
from tierscape.analyses.density import DensityAssumptions, density


def shares(network, **parameters):
    return {(r, g): s for r, g, s in density(network, **parameters).evidence.iter_rows()}


def graded(*grades):
    rows = "\n".join(f"{site} {part} {grade}" for site, part, grade in grades)
    lines = {site: f"{site} ." for site, *_ in grades}
    return two_parts(*lines.values(), capabilities=f"site part evidence\n{rows}")


def test_parts_that_weigh_the_same_and_are_covered_share_by_their_grades():
    # A is covered by one audited and three observed rows, B by one without a grade: each part weighs a half.
    network = graded(
        ("a", "A", "audited"), ("b", "A", "observed"), ("c", "A", "observed"), ("d", "A", "observed"), ("e", "B", ".")
    )
    assert shares(network) == {
        ("R", "audited"): pytest.approx(1 / 8), ("R", "observed"): pytest.approx(3 / 8), ("R", "none"): pytest.approx(1 / 2),
    }  # fmt: skip


def test_part_that_is_half_covered_counts_half():
    network = graded(("a", "A", "declared"), ("b", "B", "inferred"), ("c", "B", "inferred"))
    found = shares(network, assumptions=DensityAssumptions(sites_for_full=2))
    assert found == {("R", "declared"): pytest.approx(1 / 3), ("R", "inferred"): pytest.approx(2 / 3)}


def test_place_without_supply_has_no_row():
    assert shares(two_parts("f A far . DE")) == {}


def test_shares_of_a_place_sum_to_one():
    network = graded(("a", "A", "declared"), ("b", "B", "inferred"), ("c", "B", "audited"))
    sums = density(network).evidence.group_by("region").agg(pl.col("share").sum())
    assert sums["share"].to_list() == [pytest.approx(1.0)]
