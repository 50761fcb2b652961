"""What making takes: needs of sites, and how much of each a unit asks for."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from tierscape.planning.gather.goods import Goods


@dataclass(frozen=True, eq=False)
class Recipes:
    """Tables ``needs`` (with ``p``, row of the part), ``recipes`` and ``groups`` of the problem."""

    needs: pl.DataFrame
    recipes: pl.DataFrame
    groups: pl.DataFrame


def recipes_of(goods: Goods, pairs: pl.DataFrame) -> Recipes:
    """Join makers with the bills of materials of what they make; the market brings its goods whole."""
    made = pairs.with_row_index("pair").cast({"pair": pl.Int64}).filter(~pl.col("market"))
    rows = made.select("pair", "site", "country", parent="part").join(
        goods.bom.select("parent", "child", "quantity", "essential", "choice", p="b"), on="parent"
    ).sort("pair", "child")  # fmt: skip
    needs = rows.select("site", "country", "p", part="child").unique(["site", "part"]).sort("part", "site")
    numbered = needs.select("site", child="part").with_row_index("need").cast({"need": pl.Int64})
    rows = rows.join(numbered, on=["site", "child"], how="left", maintain_order="left")
    groups = rows.filter(pl.col("choice").is_not_null()).select("pair", "choice").unique().sort("pair", "choice")
    rows = rows.join(groups.with_row_index("group").cast({"group": pl.Int64}), on=["pair", "choice"], how="left",
                     maintain_order="left")  # fmt: skip
    return Recipes(needs, rows.select("pair", "need", "quantity", "essential", "group"), groups)
