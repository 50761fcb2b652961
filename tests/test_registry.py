"""The analysis machine: parameters from a signature, checks, product, provenance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import polars as pl
import pytest
from pydantic import BaseModel, ConfigDict, Field

from network_tables import make_network
from tierscape import __version__, analyses
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.registry import analysis
from tierscape.results import Result
from tierscape.schema import Column, Table

COUNTS = Table("counts", "a table", ("table",), (
    Column("table", "text", "Table."),
    Column("rows", "integer", "Rows.", unit="1"),
))  # fmt: skip


class Group(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    weight: float = Field(0.5, ge=0, le=1, description="Weight.")


@dataclass(frozen=True, kw_only=True, eq=False)
class Counts(Result):
    TABLES: ClassVar[tuple[Table, ...]] = (COUNTS,)

    counts: pl.DataFrame

    def sentence(self):
        return f"{self.counts['rows'].sum()} rows."


@analysis("Row counts", reads=("parts", "bom"))
def count_rows(
    network,
    *,
    least: Annotated[int, Field(ge=0, description="Least rows.")] = 0,
    which: Annotated[Literal["all", "some"], Field(description="Which.")] = "all",
    seed: Annotated[int, Field(description="Seed.")] = 7,
    group: Annotated[Group, Field(description="Group.")] = Group(),  # noqa: B008
) -> Counts:
    """Count rows."""
    rows = [(name, network[name].height) for name in ("parts", "bom") if network[name].height >= least]
    return Counts(counts=pl.DataFrame(rows, schema={"table": pl.String, "rows": pl.Int64}, orient="row"))


@analysis("Heads", reads=())
def heads(network, *, product: Annotated[str | None, Field(description="Product.")] = None) -> Counts:
    """Count one row for a product."""
    return Counts(counts=pl.DataFrame({"table": [product], "rows": [1]}))


@dataclass(frozen=True)
class Shelf:
    """A source that is no network."""

    METAVAR: ClassVar[str] = "SHELF"
    FORMS: ClassVar[str] = "Any file."

    digest: str = "0" * 64
    name: str = "a shelf"

    def __getitem__(self, table):
        return pl.DataFrame({"evidence": ["observed", None], "source": [None, "illustrative"]})


@analysis("Shelf", reads=("books",))
def shelve(shelf: Shelf, *, product: Annotated[str | None, Field(description="Book.")] = None) -> Counts:
    """Count what stands on a shelf."""
    return Counts(counts=pl.DataFrame({"table": [shelf.name], "rows": [1]}))


@analysis("Required", reads=())
def needs_one(network, *, least: Annotated[int, Field(description="Least rows.")]) -> Counts:
    """Need a parameter."""
    return Counts(counts=pl.DataFrame({"table": ["t"], "rows": [least]}))


def network(parts="P product\nA component", bom="P A"):
    return make_network(parts=f"part kind\n{parts}", bom=f"parent child\n{bom}")


def test_signature_becomes_a_parameter_model():
    assert count_rows.name == "count_rows"
    assert count_rows.result is Counts
    assert list(count_rows.parameters.model_fields) == ["least", "which", "seed", "group"]
    assert count_rows.parameters.model_fields["least"].description == "Least rows."
    assert count_rows.__doc__ == "Count rows."


def test_answer_carries_name_title_parameters_and_provenance():
    one = network()
    answer = count_rows(one, least=1)
    assert (answer.analysis, answer.title) == ("count_rows", "Row counts")
    assert answer.parameters == {"least": 1, "which": "all", "seed": 7, "group": {"weight": 0.5}}
    assert answer.provenance.version == __version__
    assert answer.provenance.digest == one.digest
    assert answer.provenance.network == f"network {one.digest[:12]}"  # the folder's name is not in the digest
    assert answer.provenance.seed == 7
    assert answer.provenance.rows_read == 3
    assert answer.provenance.vintages


def test_all_bad_parameters_are_named_at_once():
    with pytest.raises(ParameterError) as caught:
        count_rows(network(), least=-1, which="none", leest=3, group={"weihgt": 1, "weight": 2})
    message = str(caught.value)
    assert message.startswith("count_rows: ")
    for part in (
        "least: input should be greater",
        "given was -1",
        "which: ",
        "leest is no parameter. Did you mean 'least'?",
    ):
        assert part in message
    assert "group.weihgt is no parameter. Did you mean 'weight'?" in message
    assert "group.weight: " in message


def test_unknown_parameter_like_no_other_lists_those_that_there_are():
    with pytest.raises(ParameterError, match="Known are: least, which, seed, group"):
        count_rows(network(), zzzzzz=1)


def test_parameters_by_position_are_refused():
    with pytest.raises(ParameterError, match="given by name"):
        count_rows(network(), 3)


def test_text_is_read_as_the_declared_type():
    assert count_rows(network(), least="2").to_json() == count_rows(network(), least=2).to_json()


def test_check_runs_nothing():
    assert count_rows.check({"least": 3}).least == 3
    with pytest.raises(ParameterError):
        count_rows.check({"least": "many"})


def test_required_parameter_is_asked_for_by_name():
    with pytest.raises(ParameterError, match=r"^needs_one: least is required\.$"):
        needs_one(network())


def test_first_parameter_says_what_an_analysis_takes():
    assert shelve.takes is Shelf
    assert count_rows.takes is Network
    assert analyses.get("density").takes is Network


def test_answer_about_another_source_bears_its_name_digest_and_evidence():
    answer = shelve(Shelf())
    assert answer.parameters == {"product": None}  # only a network has products to fill in
    assert answer.provenance.network == "a shelf"
    assert answer.provenance.digest == "0" * 64
    assert answer.provenance.rows_read == 2
    assert answer.provenance.evidence["observed"] == answer.provenance.evidence["illustrative"] == 0.5


def test_source_of_another_kind_is_refused():
    with pytest.raises(ParameterError, match=r"^shelve takes a Shelf first, given was a Network\.$"):
        shelve(network())
    with pytest.raises(ParameterError, match="count_rows takes a Network first, given was a Shelf"):
        count_rows(Shelf())


def test_only_product_is_filled_in():
    assert heads(network()).parameters == {"product": "P"}


def test_product_must_be_named_where_there_are_several():
    several = network("P product\nQ product\nA component", "P A\nQ A")
    with pytest.raises(ParameterError, match="the products P, Q"):
        heads(several)
    assert heads(several, product="Q").parameters == {"product": "Q"}


def test_network_without_a_bill_of_materials_has_no_product_to_fill_in():
    with pytest.raises(ParameterError, match="no part with a bill of materials"):
        heads(make_network(parts="part kind\nA component"))


@pytest.mark.parametrize(
    ("product", "says"),
    [
        ("A", "'A' has no bill of materials"),
        ("PP", "'PP' is no part of the network. Did you mean 'P'?"),
        ("P", None),
        ("B", None),
    ],
)
def test_product_must_head_a_bill_of_materials(product, says):
    one = network("P product\nB component\nA component", "P B\nB A")
    if says is None:
        assert heads(one, product=product).parameters == {"product": product}
        return
    with pytest.raises(ParameterError) as caught:
        heads(one, product=product)
    assert says in str(caught.value)


def test_shares_of_evidence_count_the_rows_that_are_read():
    parts = """
        part  kind       evidence  source
        P     product    audited   .
        A     component  inferred  illustrative
        B     component  .         illustrative,~by~hand
        C     component  inferred  a~paper
    """
    one = make_network(parts=parts, sites="site evidence\ns declared")
    evidence = count_rows(one).provenance.evidence
    assert dict(evidence) == {
        "audited": 0.25, "declared": 0.0, "observed": 0.0, "inferred": 0.5, "none": 0.25, "illustrative": 0.5,
    }  # fmt: skip


def test_analysis_that_reads_no_rows_has_no_evidence():
    found = heads(network()).provenance
    assert found.rows_read == 0
    assert set(found.evidence.values()) == {0.0}


def test_parameter_by_position_or_without_annotation_is_a_mistake_of_the_author():
    with pytest.raises(TypeError, match="'least' must be keyword-only and annotated"):

        @analysis("Bad", reads=())
        def positional(network, least: int = 0) -> Counts: ...

    with pytest.raises(TypeError, match="'least' must be keyword-only and annotated"):

        @analysis("Bad", reads=())
        def bare(network, *, least=0) -> Counts: ...


def test_listed_analyses_are_found_and_the_nearest_name_is_offered():
    assert analyses.get("density").name == "density"
    with pytest.raises(ParameterError, match="Did you mean 'density'"):
        analyses.get("densty")
    with pytest.raises(ParameterError, match=r"there is no analysis 'qqq'\.$"):
        analyses.get("qqq")


def test_every_listed_analysis_has_the_name_it_is_listed_under_and_reads_known_tables():
    for name in analyses.LISTED:
        found = analyses.get(name)
        assert found.name == name
        assert analyses.listed()[name].endswith("?")
        assert found.takes is not Network or set(found.reads) <= set(make_network().tables)
