"""What the pictures of `density` need of the answer, and rows in the order of the ranking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from tierscape.charts import MOST_ROWS


class DensityLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def regions(self) -> pl.DataFrame:
        """Scored places, best first."""
        ...

    @property
    def cells(self) -> pl.DataFrame:
        """H3 cells of the surface."""
        ...

    @property
    def parts(self) -> pl.DataFrame:
        """Required parts by place."""
        ...

    @property
    def gaps(self) -> pl.DataFrame:
        """Missing parts by place."""
        ...

    @property
    def layers(self) -> pl.DataFrame:
        """Tiers by place."""
        ...

    @property
    def sites(self) -> pl.DataFrame:
        """Counted sites."""
        ...

    @property
    def maturity(self) -> pl.DataFrame:
        """Items of maturity by place."""
        ...

    @property
    def comparison(self) -> pl.DataFrame:
        """Places side by side."""
        ...

    @property
    def nodes(self) -> pl.DataFrame:
        """Logistics nodes and laboratories."""
        ...

    @property
    def product(self) -> str:
        """What to call the product."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters of the analysis."""
        ...


def ranked(answer: DensityLike) -> pl.DataFrame:
    """Give the regions, best first, with a ``label``: the name, and the key behind it where another has the same name."""
    name = pl.coalesce("name", "region")
    label = pl.when(name.is_duplicated()).then(pl.format("{} ({})", name, pl.col("region"))).otherwise(name)
    return answer.regions.sort("rank", "region", nulls_last=True).with_columns(label.alias("label"))


def by_rank(answer: DensityLike, frame: pl.DataFrame, then: str) -> pl.DataFrame:
    """Order the rows of a table by the rank of their region, and name the region in ``label``."""
    names = ranked(answer).with_row_index("order").select("region", "order", "label")
    return frame.join(names, on="region").sort("order", then, maintain_order=True)


def first_drawn(rows: int) -> str:
    """Say that only the first rows are drawn."""
    return f" The first {MOST_ROWS} of {rows} regions by rank are drawn." if rows > MOST_ROWS else ""
