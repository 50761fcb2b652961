"""Checks of numbers that can hardly be right together."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from tierscape.errors import Finding
from tierscape.validate.data import Data, Fault

MASS_EXCESS = 5.0
VALUE_EXCESS = 1.5
WEEKLY = (30.0, 70.0)
"""How many times below the median of its part a capacity lies when it was typed per week."""


def status_unknown(data: Data) -> Iterator[Finding]:
    """A site says what it is today."""
    fault = Fault(
        rule="status_unknown", severity="note", clause="have no status and count as operating",
        remedy="Write operating, construction, announced, candidate or closed.",
    )  # fmt: skip
    yield from data.found(("sites", "status"), data["sites"]["status"].is_null(), fault, data["sites"]["site"])


def mass_of_children(data: Data) -> Iterator[Finding]:
    """What an assembled part takes is not many times as heavy as it is: units would disagree. Refining does lose mass."""
    rows = _with_facts(data, "unit_mass_kg")
    assembled = data["parts"].filter(pl.col("kind").is_in(["product", "component"]))["part"].drop_nulls()
    bad = (rows["quantity"] * rows["_child"] > MASS_EXCESS * rows["_parent"]) & rows["parent"].is_in(
        assembled.implode()
    )
    fault = Fault(
        rule="units_disagree", severity="warning", clause="put more than five times the parent's mass into it",
        remedy="Check bom.quantity against parts.unit and parts.unit_mass_kg of both.",
    )  # fmt: skip
    yield from data.found(("bom", "quantity"), bad & (rows["_parent"] > 0), fault, _edge(data))


def value_of_children(data: Data) -> Iterator[Finding]:
    """The essential children of a part cost no more than half again what it is worth."""
    rows = _with_facts(data, "unit_value").with_columns((pl.col("quantity") * pl.col("_child")).alias("_value"))
    groups = (
        rows.with_row_index("_row").filter(pl.col("essential").fill_null(value=True))
        .group_by("parent", pl.coalesce("choice", pl.col("child") + "\n"), maintain_order=True)
        .agg(pl.col("_value").min(), pl.col("_parent").first(), pl.col("_row").min())
    )  # fmt: skip
    sums = groups.group_by("parent").agg(pl.col("_value").sum(), pl.col("_parent").first(), pl.col("_row").min())
    dear = sums.filter((pl.col("_value") > VALUE_EXCESS * pl.col("_parent")) & (pl.col("_parent") > 0))[
        "_row"
    ].to_list()
    bad = pl.int_range(rows.height, eager=True).is_in(dear)
    fault = Fault(
        rule="units_disagree", severity="warning", clause="begin a parent whose essential children are worth 1.5 times as much",
        remedy="Check bom.quantity and parts.unit_value against parts.unit of the parent and its children.",
    )  # fmt: skip
    yield from data.found(("bom", "parent"), bad, fault)


def weekly_capacity(data: Data) -> Iterator[Finding]:
    """A capacity is not some 50 times below that of the other makers: it was typed per week, perhaps."""
    rows = data["capabilities"].select(
        (pl.col("capacity_per_year").median().over("part") / pl.col("capacity_per_year")).alias("times"),
        pl.col("capacity_per_year").count().over("part").alias("known"),
    )
    bad = rows["times"].is_between(*WEEKLY) & (rows["known"] >= 5)
    fault = Fault(
        rule="weekly_capacity", severity="note", clause="lie 30 to 70 times below the median of their part",
        remedy="Check that the capacity is a year's, not a week's.",
    )  # fmt: skip
    yield from data.found(("capabilities", "capacity_per_year"), bad, fault)


def divided_choice(data: Data) -> Iterator[Finding]:
    """Two parents put the same part into the same group of alternatives, or into none."""
    words = data["bom"].group_by("child").agg(pl.col("choice").drop_nulls().n_unique().alias("n"))
    joined = data["bom"].join(words, on="child", how="left", maintain_order="left")
    fault = Fault(
        rule="divided_choice", severity="note", clause="give a part another choice than another parent does",
        remedy="Use one word for one group of alternatives, unless they really differ.",
    )  # fmt: skip
    yield from data.found(("bom", "choice"), (joined["n"] > 1) & joined["choice"].is_not_null(), fault)


def _with_facts(data: Data, column: str) -> pl.DataFrame:
    facts = data["parts"].select("part", column).unique("part", keep="first")
    rows = data["bom"].join(
        facts.rename({"part": "parent", column: "_parent"}), on="parent", how="left", maintain_order="left"
    )
    return rows.join(facts.rename({"part": "child", column: "_child"}), on="child", how="left", maintain_order="left")


def _edge(data: Data) -> pl.Series:
    return data["bom"].select(pl.concat_str("parent", "child", separator=" <- ")).to_series()


PLAUSIBLE_CHECKS = (status_unknown, mass_of_children, value_of_children, weekly_capacity, divided_choice)
