"""What must not change, and in which direction what changes must go."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from density_cases import BOM, LAT, LON, PARTS, REGION, makers, oracle_tree, region, two_parts
from network_tables import make_network, table
from tierscape.analyses.density import DensityAssumptions, density

KINDS = ["A", "B", "H", "M1", "M2"]
INSIDE = [
    "completeness", "completeness_own", "completeness_open", "fragmentation", "average", "bottleneck", "depth",
    "connection", "redundancy", "sites", "score",
]  # fmt: skip
NODES = f"node kind lat lon country\nn airport {LAT} {LON} MX\nl test_lab {LAT + 0.3} {LON} MX"

site = st.tuples(
    st.sampled_from(KINDS),
    st.integers(-6, 6),
    st.integers(-6, 6),
    st.sampled_from(["MX", "US"]),
    st.sampled_from([".", "X", "Y"]),
)
supplies = st.lists(site, max_size=8)
few = settings(max_examples=12, deadline=None)


def network(supply, **tables):
    """Sites on a grid of steps of a tenth of a degree around the place."""
    lines = [
        f"s{i} {part} {LAT + y / 10!r},{LON + x / 10!r} {owner} {land}"
        for i, (part, x, y, land, owner) in enumerate(supply)
    ]
    return make_network(**{"parts": PARTS, "bom": BOM, "regions": REGION, "nodes": NODES} | makers(*lines) | tables)


def run(given_network, **parameters):
    return density(given_network, **{"resolution": 4, **parameters})


@few
@given(supplies, st.randoms())
def test_order_of_rows_changes_no_byte(supply, shuffler):
    one = network(supply)
    shuffled = {}
    for name, frame in one.tables.items():
        order = list(range(frame.height))
        shuffler.shuffle(order)
        shuffled[name] = frame[order] if order else frame
    assert run(one).to_json() == run(one.with_tables(**shuffled)).to_json()


@few
@given(supplies, st.randoms())
def test_renaming_sites_and_firms_changes_no_number(supply, shuffler):
    one = network(supply)
    words = [f"z{i}" for i in range(len(supply))]
    shuffler.shuffle(words)
    renamed = {f"s{i}": word for i, word in enumerate(words)} | {"X": "Y corp", "Y": "X corp"}
    swap = pl.col(pl.String).replace(renamed)
    names = ("sites", "capabilities", "organizations")
    other = one.with_tables(**{name: one[name].with_columns(swap) for name in names})
    a, b = run(one), run(other)
    assert a.regions.equals(b.regions)
    assert a.layers.equals(b.layers)
    assert a.cells.equals(b.cells)
    assert a.parts.equals(b.parts)


@few
@given(supplies)
def test_renaming_parts_moves_no_number_beyond_rounding(supply):
    renamed = dict(zip(["P", *KINDS], ["V", "W5", "W4", "W3", "W2", "W1"], strict=True))
    one = network(supply)
    other = one.with_tables(
        **{
            name: one[name].with_columns(pl.col(columns).replace(renamed))
            for name, columns in {"parts": ["part"], "capabilities": ["part"], "bom": ["parent", "child"]}.items()
        }
    )
    a, b = region(run(one)), region(run(other))
    for name in INSIDE:
        assert a[name] == (b[name] if b[name] is None else pytest.approx(b[name], abs=1e-9)), name


@few
@given(supplies)
def test_same_network_and_parameters_give_the_same_bytes(supply):
    assert run(network(supply)).to_json() == run(network(supply)).to_json()


@few
@given(supplies, site)
def test_new_site_never_lowers_completeness_depth_or_connection(supply, new):
    before, after = region(run(network(supply))), region(run(network([*supply, new])))
    for name in (
        "completeness",
        "completeness_own",
        "completeness_open",
        "depth",
        "connection",
        "average",
        "bottleneck",
    ):
        assert after[name] >= before[name] - 1e-12, name


@few
@given(supplies, st.sampled_from(KINDS))
def test_isolated_far_site_changes_nothing_inside_the_radius(supply, part):
    base = network(supply)
    lines = [f"s{i} {p} {LAT + y / 10!r},{LON + x / 10!r} {o} {c}" for i, (p, x, y, c, o) in enumerate(supply)]
    far = make_network(parts=PARTS, bom=BOM, regions=REGION, nodes=NODES, **makers(*lines, f"far {part} far . DE"))
    a, b = run(base).regions.select(INSIDE), run(far).regions.select(INSIDE)
    assert a.equals(b)


@few
@given(supplies, st.floats(5, 300), st.floats(1, 3))
def test_larger_radius_never_lowers_cover(supply, radius, factor):
    small, large = run(network(supply), radius_km=radius), run(network(supply), radius_km=radius * factor)
    assert (large.parts["cover"] >= small.parts["cover"]).all()


@few
@given(supplies, st.floats(0.5, 20), st.floats(1, 3))
def test_longer_reach_never_lowers_cover(supply, hours, factor):
    short = run(network(supply), assumptions={"reach_hours": {"component": hours}})
    longer = run(network(supply), assumptions={"reach_hours": {"component": hours * factor}})
    assert (longer.parts["cover"] >= short.parts["cover"]).all()


@few
@given(supplies, st.floats(0, 20), st.floats(0, 20))
def test_shorter_delay_never_lowers_cover(supply, a, b):
    slow = run(network(supply), assumptions={"border_hours": {"same_bloc": max(a, b)}})
    quick = run(network(supply), assumptions={"border_hours": {"same_bloc": min(a, b)}})
    assert (quick.parts["cover"] >= slow.parts["cover"]).all()


@few
@given(supplies)
def test_own_is_never_above_the_headline_nor_that_above_open_in_any_table(supply):
    answer = run(network(supply))
    for frame in (answer.regions, answer.cells):
        assert (frame["completeness_own"] <= frame["completeness"]).all()
        assert (frame["completeness"] <= frame["completeness_open"]).all()
    found = region(answer)
    assert found["completeness"] <= found["completeness_high"]
    assert found["score"] <= found["score_high"] + 1e-9
    assert found["completeness_evidenced"] <= found["completeness"]


@few
@given(supplies)
def test_one_territory_is_not_fragmented(supply):
    at_home = [(part, x, y, "MX", owner) for part, x, y, _, owner in supply]
    answer = run(network(at_home))
    assert set(answer.regions["fragmentation"].drop_nulls()) <= {0.0}
    assert set(answer.cells.filter(pl.col("country") == "MX")["fragmentation"].drop_nulls()) <= {0.0}


@few
@given(supplies)
def test_cluster_at_risk_is_a_share_and_nothing_without_sites(supply):
    found = region(run(network(supply)))
    assert 0.0 <= found["cluster_at_risk"] <= 1.0
    assert found["exit_readiness"] is None or 0.0 <= found["exit_readiness"] <= 1.0
    if found["sites"] == 0:
        assert found["cluster_at_risk"] == 0.0
        assert found["at_risk_part"] is None


@pytest.mark.parametrize("rho", [-1.0, 0.0, 1.0, 3.0])
def test_all_present_is_one_and_none_is_zero(rho):
    assumptions = DensityAssumptions(rho=rho)
    everything = oracle_tree("a A;B;H;M1;M2", "b A;B;H;M1;M2")
    full, none = (region(density(n, assumptions=assumptions)) for n in (everything, oracle_tree()))
    for name in ("completeness", "completeness_own", "completeness_open", "average", "depth", "redundancy"):
        assert full[name] == pytest.approx(1.0, abs=1e-12), name
        assert none[name] == pytest.approx(0.0, abs=1e-12), name
    assert full["layers_sourced"] == 2


@few
@given(supplies, st.sampled_from([0.001, 3.0, 1e6]))
def test_scaling_all_unit_values_changes_nothing(supply, factor):
    values = {"P": 100, "A": 50, "B": 40, "H": 20, "M1": 10, "M2": 8}
    bom = table(BOM).with_columns(quantity=pl.lit("1"))
    priced = [table(PARTS).with_columns(unit_value=pl.Series([v * f for v in values.values()])) for f in (1.0, factor)]
    a, b = (region(run(network(supply, parts=parts, bom=bom))) for parts in priced)
    assert a == {
        name: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value for name, value in b.items()
    }


@few
@given(supplies)
def test_part_that_becomes_unseen_never_raises_the_headline(supply):
    # A maker out of reach makes its part seen; without it the part is unseen. The headline is the same low end.
    lines = [f"s{i} {p} {LAT + y / 10!r},{LON + x / 10!r} {o} {c}" for i, (p, x, y, c, o) in enumerate(supply)]
    seen = make_network(parts=PARTS, bom=BOM, regions=REGION, nodes=NODES, **makers(*lines, "far A;B;H;M1;M2 far . DE"))
    unseen, known = region(run(network(supply))), region(run(seen))
    assert unseen["completeness"] == known["completeness"]
    assert unseen["score"] == known["score"]
    assert unseen["coverage"] <= known["coverage"] == pytest.approx(1.0)


@few
@given(st.lists(st.floats(1, 500), min_size=1, max_size=5), st.floats(0.5, 100))
def test_capacity_and_need_in_another_unit_change_nothing(capacities, factor):
    def answer(scale):
        rows = "\n".join(f"s{i} A {c * scale!r}" for i, c in enumerate(capacities))
        demand = f"region product year volume_per_year\nR P 2026 {300 * scale!r}"
        lines = [f"s{i} ." for i in range(len(capacities))]
        tables = {"capabilities": f"site part capacity_per_year\n{rows}", "demand": demand}
        return density(two_parts(*lines, **tables), measure="capacity", resolution=4)

    one, other = answer(1.0), answer(factor)
    assert one.parts["cover"].to_list() == pytest.approx(other.parts["cover"].to_list(), abs=1e-5)
