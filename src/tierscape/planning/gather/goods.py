"""Parts of the plan: what is needed of each, and what a unit is worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.graph.lines import longest_paths
from tierscape.network import Network
from tierscape.planning.gather.doubts import refuse, said
from tierscape.planning.gather.horizon import Wanted

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Goods:
    """Parts below the products, by key; n parts, m rows of the bills of materials.

    Parameters
    ----------
    rows : polars.DataFrame
        ``part``, ``name``, ``kind``, ``hs6``, ``unit_value`` (as stated), ``mass_kg``.
    bom : polars.DataFrame
        ``parent``, ``child``, ``quantity``, ``essential``, ``choice`` (null where there is no alternative), by parent and
        child, and ``a``, ``b``: parts of both as row numbers.
    products : numpy.ndarray of int64
    need : numpy.ndarray of float64, shape (n, T)
        Most units that demand can take: each alternative in full, and of what stands below them the dearest choice.
    weight : numpy.ndarray of float64, shape (n,)
        Units over all periods, alternatives sharing evenly: what shares of value are counted by.
    value : numpy.ndarray of float64, shape (n,)
        Money a unit; NaN unknown.
    children : numpy.ndarray of float64, shape (n,)
        What the children of a unit are worth, the cheapest of alternatives; NaN unknown, 0 without children.
    summed : numpy.ndarray of bool, shape (n,)
        The value is summed from costs, since nobody stated it.
    findings : tuple of Finding
    """

    rows: pl.DataFrame
    bom: pl.DataFrame
    products: Ints
    need: Floats
    weight: Floats
    value: Floats
    children: Floats
    summed: Bools
    findings: tuple[Finding, ...]

    @property
    def number(self) -> pl.DataFrame:
        """Row number of each part: ``part``, ``p``."""
        return self.rows.select("part").with_row_index("p").cast({"p": pl.Int64})

    @property
    def alternatives(self) -> Ints:
        """Parts that something else may stand in for."""
        return self.bom.filter(pl.col("choice").is_not_null())["b"].unique().sort().to_numpy()

    @property
    def composed(self) -> Bools:
        """Parts that have children, shape (n,)."""
        return np.isin(np.arange(self.rows.height), self.bom["a"].to_numpy())


def goods_of(network: Network, wanted: Wanted, extra: list[str]) -> Goods:
    """Explode demand through the bills of materials and value every part.

    Parameters
    ----------
    network : Network
        Reads ``parts``, ``bom``, ``capabilities``.
    wanted : Wanted
    extra : list of str
        Parts that stand in the plan without being needed.

    Raises
    ------
    DataError
        A quantity is null.
    """
    below = _below(network, list(wanted.products))
    parts = sorted({*below, *extra})
    number = pl.DataFrame({"part": parts}, schema={"part": pl.String}).with_row_index("p").cast({"p": pl.Int64})
    bom = (
        network["bom"].filter(pl.col("parent").is_in(below)).sort("parent", "child")
        .join(number.select(parent="part", a="p"), on="parent", how="left", maintain_order="left")
        .join(number.select(child="part", b="p"), on="child", how="left", maintain_order="left")
    )  # fmt: skip
    unknown = bom.filter(pl.col("quantity").is_null())
    refuse(said("quantity_unknown", "bom.quantity", unknown.select(pl.concat_str("parent", "child", separator="/")).to_series(),
                "{n} rows below the products have no quantity", "Give the units of the child in a unit of the parent.",
                severity="error"))  # fmt: skip
    alone = pl.len().over("a", "choice") == 1
    bom = bom.with_columns(
        pl.col("essential").fill_null(value=True), choice=pl.when(~alone).then("choice")
    ).select("parent", "child", "quantity", "essential", "choice", "a", "b")  # fmt: skip
    facts = number.join(network["parts"], on="part", how="left", maintain_order="left").select(
        "part", pl.coalesce("name", "part").alias("name"), "kind", "hs6", "unit_value", mass_kg="unit_mass_kg"
    )
    product = wanted.rows.join(number.select(product="part", p="p"), on="product", how="left", maintain_order="left")
    depth = longest_paths(len(parts), bom["a"].to_numpy(), bom["b"].to_numpy())
    wants = np.zeros((len(parts), wanted.volume.shape[1]))
    np.add.at(wants, product["p"].to_numpy(), wanted.volume)
    weight = wants.sum(axis=1)
    even = bom.select(
        pl.col("quantity") / pl.when(pl.col("choice").is_null()).then(1).otherwise(pl.len().over("a", "choice"))
    )
    for rows in _levels(bom, depth):
        a, b = bom["a"].to_numpy()[rows], bom["b"].to_numpy()[rows]
        np.add.at(weight, b, even.to_series().to_numpy()[rows] * weight[a])
    value, children, summed = _values(network, facts, bom, depth)
    made = product["p"].unique().sort().to_numpy()
    need = _most(bom, depth, len(parts))[:, made] @ wants[made]
    return Goods(facts, bom, made, need, weight, value, children, summed,
                 _findings(facts, value, summed))  # fmt: skip


def _below(network: Network, products: list[str]) -> list[str]:
    bom = network["bom"].select("parent", "child")
    found, new = set(products), set(products)
    while new:
        new = set(bom.filter(pl.col("parent").is_in(list(new)))["child"].to_list()) - found
        found |= new
    return sorted(found)


def _levels(bom: pl.DataFrame, depth: Ints) -> list[Ints]:
    """Give rows of the bills of materials by depth of the parent, the products first."""
    level = depth[bom["a"].to_numpy()]
    return [np.flatnonzero(level == d) for d in range(int(level.max(initial=-1)) + 1)]


def _most(bom: pl.DataFrame, depth: Ints, count: int) -> Floats:
    """Give the most units of each part that a unit of another can take, shape (n, n) as part, unit.

    Alternatives exclude each other: what they share below counts once, as often as the one that takes most of it.
    """
    most = np.eye(count)
    for rows in reversed(_levels(bom, depth)):
        some = bom[rows]
        quantity = some["quantity"].to_numpy()
        for (parent, choice), group in some.with_row_index("row").group_by("a", "choice", maintain_order=True):
            at = group["row"].to_numpy()
            below = most[:, group["b"].to_numpy()] * quantity[at]
            most[:, parent] += below.sum(axis=1) if choice is None else below.max(axis=1)
    return most


def _values(network: Network, facts: pl.DataFrame, bom: pl.DataFrame, depth: Ints) -> tuple[Floats, Floats, Bools]:
    """Value parts as stated, else the cheapest maker's own cost and what the children are worth."""
    cheapest = network["capabilities"].group_by("part").agg(cost=pl.col("conversion_cost").min())
    cost = facts.join(cheapest, on="part", how="left", maintain_order="left")["cost"].fill_null(np.nan).to_numpy()
    value = facts["unit_value"].fill_null(np.nan).to_numpy().copy()
    stated = ~np.isnan(value)
    bare = ~np.isin(np.arange(len(value)), bom["a"].to_numpy()) & ~stated
    value[bare] = cost[bare]
    children = np.zeros(len(value))
    for rows in reversed(_levels(bom, depth)):
        some = bom[rows].with_columns(
            worth=pl.Series(bom["quantity"].to_numpy()[rows] * value[bom["b"].to_numpy()[rows]])
        )
        slots = some.group_by("a", slot=pl.coalesce("choice", pl.lit("")), child=pl.when(pl.col("choice").is_null()).then("child")).agg(
            pl.col("worth").min(), blind=pl.col("worth").is_nan().any()
        )  # fmt: skip
        sums = slots.group_by("a").agg(
            pl.when(pl.col("blind").any()).then(np.nan).otherwise(pl.col("worth").sum()).alias("sum")
        )
        at = sums["a"].to_numpy()
        children[at] = sums["sum"].to_numpy()
        value[at] = np.where(stated[at], value[at], cost[at] + children[at])
    return value, children, ~stated & ~np.isnan(value)


def _findings(facts: pl.DataFrame, value: Floats, summed: Bools) -> tuple[Finding, ...]:
    parts = facts["part"]
    return (
        *said("value_summed", "parts.unit_value", parts.filter(pl.Series(summed)),
              "{n} parts have no value; the cheapest maker's cost and that of the children stand in", "Give parts.unit_value."),
        *said("value_unknown", "parts.unit_value", parts.filter(pl.Series(np.isnan(value))),
              "{n} parts have no value and none can be summed; duty, stock and shares of value leave them out",
              "Give parts.unit_value.", severity="warning"),
    )  # fmt: skip
