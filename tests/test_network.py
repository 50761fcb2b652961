"""The network: frozen, checked, and addressed by what it says."""

import dataclasses

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network_tables import make_network, table
from tierscape.errors import DataError
from tierscape.network import Network
from tierscape.schema import TABLES

PARTS = """
    part  kind       unit_value
    P     product    100
    A     component  40
    B     material   2.5
"""
BOM = """
    parent  child  quantity  essential
    P       A      1         true
    A       B      4         .
"""
SITES = """
    site  country  lat    lon    opened_year  as_of
    a     HU       47.69  17.63  2001         2026-01-31
    b     SK       48.15  17.11  .            .
"""


def network(**changed):
    return make_network(**{"parts": PARTS, "bom": BOM, "sites": SITES} | changed)


@settings(max_examples=20, deadline=None)
@given(st.permutations(range(3)), st.permutations(["part", "kind", "unit_value"]))
def test_order_of_rows_and_columns_does_not_change_the_digest(rows, columns):
    frame = table(PARTS)
    assert network(parts=frame[list(rows)].select(columns)).digest == network().digest


def test_text_and_typed_columns_give_the_same_digest():
    typed = pl.DataFrame(
        {
            "site": ["a", "b"], "country": ["HU", "SK"], "lat": [47.69, 48.15], "lon": [17.63, 17.11],
            "opened_year": pl.Series([2001, None], dtype=pl.Int32), "as_of": pl.Series(["2026-01-31", None]).str.to_date(),
        }
    )  # fmt: skip
    assert network(sites=typed).digest == network().digest


def test_null_column_and_absent_column_give_the_same_digest():
    assert network(parts=table(PARTS).with_columns(hs6=pl.lit(None, pl.String))).digest == network().digest
    assert network(links=table("supplier buyer part")).digest == network().digest


def test_minus_zero_is_zero():
    zero, minus = SITES.replace("47.69", "0.0"), SITES.replace("47.69", "-0.0")
    typed = table(zero).with_columns(pl.Series("lat", [-0.0, 48.15]))
    digests = {network(sites=s).digest for s in (zero, minus, typed)}
    assert len(digests) == 1


def test_composed_and_decomposed_letters_are_the_same():
    composed, decomposed = "Gy\u0151r", "Gyo\u030br"
    assert composed != decomposed
    sites = [table(SITES).with_columns(name=pl.Series([word, None])) for word in (composed, decomposed)]
    assert network(sites=sites[0]).digest == network(sites=sites[1]).digest


@pytest.mark.parametrize(
    ("changed", "old", "new"),
    [
        ("parts", "2.5", "2.5000000001"),
        ("parts", "component  40", "component  ."),
        ("bom", "4         .", "4         true"),
        ("bom", "B      4", "B      0"),
        ("sites", "2026-01-31", "2026-02-01"),
        ("sites", "2001", "2002"),
        ("sites", "a     HU", "c     HU"),
        ("sites", "SK       48.15", "CZ       48.15"),
    ],
)
def test_any_changed_value_changes_the_digest(changed, old, new):
    text = {"parts": PARTS, "bom": BOM, "sites": SITES}[changed]
    assert old in text
    assert network(**{changed: text.replace(old, new)}).digest != network().digest


def test_zero_is_not_unknown():
    known, unknown = BOM.replace("B      4", "B      0"), BOM.replace("B      4", "B      .")
    assert network(bom=known).digest != network(bom=unknown).digest


def test_value_that_moves_between_columns_or_rows_changes_the_digest():
    a = make_network(parts="part name kind unit\nA x material .")
    b = make_network(parts="part name kind unit\nA . material x")
    c = make_network(parts="part name kind\nA xy material\nB z material")
    d = make_network(parts="part name kind\nA x material\nB yz material")
    assert len({n.digest for n in (a, b, c, d)}) == 4


def test_network_with_one_row_is_not_the_empty_one():
    none, one = make_network(), make_network(parts="part kind\nA material")
    assert none.digest != one.digest


def test_name_of_the_folder_is_no_part_of_the_digest():
    assert make_network("x", parts=PARTS).digest == make_network("y", parts=PARTS).digest


def test_empty_network_has_every_table_and_a_digest():
    empty = Network.from_tables({})
    assert set(empty.tables) == set(TABLES)
    assert all(frame.height == 0 for frame in empty.tables.values())
    assert len(empty.digest) == 64
    assert empty.home is None
    assert empty.products == ()
    assert repr(empty) == "<Network '': no rows>"


def test_every_declared_column_is_there_with_its_type():
    frame = network()["sites"]
    assert tuple(frame.columns) == TABLES["sites"].names
    assert frame.schema["lat"] == pl.Float64
    assert frame.schema["as_of"] == pl.Date


def test_repr_counts_rows_and_names_the_network():
    assert repr(network()) == "<Network 'test': 2 sites, 3 parts, 2 bom>"


def test_name_comes_from_meta_before_the_folder():
    named = make_network("folder", meta="name home\nMine US")
    assert named.name == "Mine"
    assert named.home == "US"
    assert make_network("folder").name == "folder"


def test_equality_and_hash_follow_the_digest():
    assert network() == network()
    assert len({network(), network(), network(parts=PARTS.replace("2.5", "3"))}) == 2
    assert network() != "network"


def test_with_tables_replaces_and_leaves_the_old_one_alone():
    old = network()
    before = old.digest
    new = old.with_tables(sites=table(SITES.replace("2001", "1999")))
    assert new["sites"]["opened_year"].to_list() == [1999, None]
    assert old.digest == before != new.digest
    assert new.name == old.name
    assert new["parts"].equals(old["parts"])


def test_network_is_frozen():
    one = network()
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.name = "other"
    with pytest.raises(TypeError):
        one.tables["parts"] = pl.DataFrame()


def test_all_errors_are_raised_at_once_with_their_places():
    with pytest.raises(DataError) as caught:
        network(bom=BOM.replace("A       B", "A       Z"), sites=SITES.replace("47.69", "97.69"))
    wheres = {f.where for f in caught.value.findings if f.severity == "error"}
    assert {"bom.child", "sites.lat"} <= wheres
    assert str(caught.value).startswith(f"{len([f for f in caught.value.findings if f.severity == 'error'])} errors")


def test_cycle_in_the_bill_of_materials_is_refused_and_shown_as_a_path():
    with pytest.raises(DataError) as caught:
        network(bom=BOM + "    B       P      1         true\n")
    message = str(caught.value)
    assert all(part in message for part in ("P", "A", "B"))
    assert any("cycle" in f.rule or "cycle" in f.problem for f in caught.value.findings)


def test_products_are_parts_of_kind_product_that_head_a_bill_of_materials():
    assert network().products == ("P",)
    assert network(parts=PARTS.replace("B     material ", "B     product  ")).products == ("P",)


def test_without_a_product_the_heads_of_the_bill_of_materials_are_the_products():
    assert network(parts=PARTS.replace("P     product ", "P     component")).products == ("P",)
