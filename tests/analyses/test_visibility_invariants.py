"""What must not change `visibility`, and what may only move it one way."""

from itertools import combinations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network_tables import make_network
from tierscape.analyses.visibility import Limits, visibility
from tierscape.quantities.tracing import trace_value
from visibility_cases import NEAR, TABLES, small

COUNTRIES = ("US", "MX", "CN", "DE")


@st.composite
def chains(draw):
    """A random declared network: parts p0 … in bom order, one to three makers each, some needs undisclosed."""
    parts = draw(st.integers(2, 4))
    makers = {p: [f"s{p}{i}" for i in range(draw(st.integers(1, 3)))] for p in range(parts)}
    bom, links = [], []
    for p in range(parts):
        for c in range(p + 1, parts):
            if (p, c) == (0, 1) or draw(st.booleans()):
                bom.append((f"p{p}", f"p{c}", draw(st.sampled_from([1, 2]))))
                for buyer in makers[p]:
                    sellers = draw(st.lists(st.sampled_from(makers[c]), unique=True, max_size=2))
                    links += [(s, buyer, f"p{c}", draw(st.integers(1, 9)), "declared", "2026-01-01") for s in sellers]
    sites = [(s, draw(st.sampled_from(COUNTRIES)), "operating") for group in makers.values() for s in group]
    kinds = [("p0", "product", 400)] + [(f"p{p}", "material", draw(st.integers(1, 40))) for p in range(1, parts)]
    capabilities = [(s, f"p{p}") for p, group in makers.items() for s in group]
    frame = pl.DataFrame
    return {
        "meta": frame([("US",)], schema=["home"], orient="row"),
        "sites": frame(sites, schema=["site", "country", "status"], orient="row"),
        "parts": frame(kinds, schema=["part", "kind", "unit_value"], orient="row"),
        "bom": frame(bom, schema=["parent", "child", "quantity"], orient="row"),
        "capabilities": frame(capabilities, schema=["site", "part"], orient="row"),
        "links": frame(
            links,
            schema=dict.fromkeys(["supplier", "buyer", "part", "volume_per_year", "evidence", "as_of"], pl.String),
            orient="row",
            strict=False,
        ),
    }


def shares(answer, dimension="country", column="look_through_share"):
    rows = answer.exposure.filter((pl.col("dimension") == dimension) & (pl.col("tier") == "all"))
    return dict(rows.select("key", column).rows())


@settings(max_examples=25)
@given(chains())
def test_masses_equal_the_leontief_inverse_and_sum_to_one(tables):
    trace = trace_value(make_network(**tables), "p0")
    n = trace.graph.n
    coefficients = np.zeros((n, n))
    np.add.at(coefficients, (trace.graph.arc_supplier, trace.graph.arc_line), trace.values.arc_value)
    expected = np.linalg.inv(np.eye(n) - coefficients) @ trace.start
    np.testing.assert_allclose(trace.reach, expected, atol=1e-12)
    assert trace.reached["added"].sum() + trace.unknown_share == pytest.approx(1.0, abs=1e-12)


@settings(max_examples=10)
@given(chains(), st.integers(0, 99))
def test_row_order_changes_nothing(tables, seed):
    shuffled = {name: frame.sample(fraction=1.0, shuffle=True, seed=seed) for name, frame in tables.items()}
    one, other = visibility(make_network(**tables)), visibility(make_network(**shuffled))
    assert one.to_json() == other.to_json()


@settings(max_examples=10)
@given(chains())
def test_an_isolated_site_changes_nothing_of_the_value(tables):
    alone = {
        **tables,
        "sites": pl.concat(
            [
                tables["sites"],
                pl.DataFrame([("lonely", "FR", "operating")], schema=["site", "country", "status"], orient="row"),
            ]
        ),
        "capabilities": pl.concat(
            [tables["capabilities"], pl.DataFrame([("lonely", "p1")], schema=["site", "part"], orient="row")]
        ),
    }
    one, other = visibility(make_network(**tables)), visibility(make_network(**alone))
    for table in ("overview", "tiers", "exposure", "evidence", "unknowns", "flags", "single_points", "cuts"):
        assert one.frame(table).equals(other.frame(table)), table


@settings(max_examples=10)
@given(chains(), st.sampled_from([0.001, 7.0, 1e6]))
def test_the_currency_changes_nothing(tables, rate):
    priced = {**tables, "parts": tables["parts"].with_columns(pl.col("unit_value") * rate)}
    one, other = shares(visibility(make_network(**tables))), shares(visibility(make_network(**priced)))
    assert one == pytest.approx(other, abs=1e-12)


@settings(max_examples=15)
@given(chains(), st.data())
def test_declaring_one_more_supplier_widens_no_interval(tables, data):
    before = visibility(make_network(**tables))
    gaps = before.unknowns.filter(pl.col("gap") == "supplier")
    if gaps.is_empty():
        return
    buyer, part = data.draw(st.sampled_from(gaps.select("buyer", "part").rows()))
    seller = tables["capabilities"].filter(pl.col("part") == part)["site"][0]
    row = pl.DataFrame(
        [(seller, buyer, part, "5", "observed", "2026-01-01")], schema=tables["links"].schema, orient="row"
    )
    after = visibility(make_network(**{**tables, "links": pl.concat([tables["links"], row])}))
    assert after.overview["unknown_share"][0] <= before.overview["unknown_share"][0] + 1e-12
    lows, highs = (shares(before, column=c) for c in ("low", "high"))
    for country, high in shares(after, column="high").items():
        if country != "unknown" and country in highs:
            assert high <= highs[country] + 1e-12
            assert shares(after, column="low")[country] >= lows[country] - 1e-12


@settings(max_examples=20)
@given(chains())
def test_redundancy_order_and_cuts_equal_brute_force(tables):
    answer = visibility(make_network(**tables))
    trace = trace_value(make_network(**tables), "p0")
    graph = trace.graph

    def alive(lost: set[str]) -> bool:
        lives = [False] * graph.n
        for i in reversed(range(graph.n)):
            met = True
            for q in range(graph.slot_start[i], graph.slot_start[i + 1]):
                arcs = graph.arc_supplier[graph.arc_start[q] : graph.arc_start[q + 1]]
                met &= len(arcs) == 0 or any(lives[s] for s in arcs)
            lives[i] = met and graph.lines["site"][i] not in lost
        return any(lives[i] for i in trace.focal)

    makers = set(graph.lines["site"].gather(trace.focal.tolist()))
    upstream = sorted(set(graph.lines["site"]) - makers)
    for size in range(1, len(upstream) + 1):
        cuts = {c for c in combinations(upstream, size) if not alive(set(c))}
        if cuts:
            assert answer.overview["redundancy_order"][0] == size
            assert {tuple(text.split("; ")) for text in answer.cuts["sites"]} == cuts
            return
    assert answer.overview["redundancy_order"][0] is None


def test_splitting_a_site_in_two_leaves_countries_as_they_are():
    split = small(
        sites=TABLES["sites"] + "\n S3 US 40 -90 operating",
        capabilities=TABLES["capabilities"] + "\nS3 c1",
        links="""
        supplier buyer part volume_per_year unit_price evidence as_of
        S1 A c1 20 40 declared 2026-01-01
        S3 A c1 40 40 declared 2026-01-01
        S2 A c1 40 40 declared 2026-01-01
        U S1 c3 20 10 declared 2026-01-01
        U S3 c3 40 10 declared 2026-01-01
        U S2 c3 40 10 declared 2026-01-01""",
    )
    assert shares(visibility(split, near=NEAR)) == pytest.approx(shares(visibility(small(), near=NEAR)), abs=1e-12)


def test_fresh_audited_links_weigh_in_full():
    audited = visibility(small(links=TABLES["links"].replace("declared", "audited")), near=NEAR)
    row = audited.overview.row(0, named=True)
    assert row["weighted_share"] == pytest.approx(row["traced_share"])


def test_raising_the_threshold_moves_value_out_of_allies_only():
    network = small(sites=TABLES["sites"].replace("S1    US", "S1    JP"))
    allied = [
        visibility(network, near=("MX",), limits=Limits(ally_threshold=t)).overview["ally_share"][0]
        for t in (10, 50, 90, 100)
    ]
    assert allied == sorted(allied, reverse=True)
    assert allied[0] > allied[-1] == 0
