"""What nobody named: the needs, what an answer would be worth, and whom to ask."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.visibility.placing import Placing
from tierscape.analyses.visibility.view import View
from tierscape.quantities.prior import answer_gains

KEY = ["buyer", "part", "gap"]
MOST_NAMED = 8
"""Parts that a questionnaire names; the rest is counted."""


def open_needs(view: View) -> pl.DataFrame:
    """List needs without a named supplier, most value first.

    Returns
    -------
    polars.DataFrame
        ``buyer``, ``name``, ``country``, ``part``, ``gap``, ``tier``, ``value_share``, ``made`` (a part of the buyer that has
        the need), ``kinds`` (largest ``slot_kind``).
    """
    graph = view.trace.graph
    rows = view.trace.unknown
    slot, line = rows["slot"].to_numpy(), rows["line"].to_numpy()
    served = np.append(np.diff(graph.arc_start) > 0, [False])
    kinds = np.append(graph.slot_kind, np.int8(0))
    gap = np.where(slot < 0, "inputs", np.where(served[slot], "outside", "supplier"))
    at = view.places[line]
    needs = pl.DataFrame(
        {
            "buyer": at["site"], "name": at["name"], "country": at["country"], "made": at["part"],
            "part": [made if q < 0 else graph.slot_part[q] for q, made in zip(slot.tolist(), at["part"], strict=True)],
            "gap": pl.Series(gap.tolist(), dtype=pl.String), "tier": rows["tier"], "mass": rows["mass"],
            "kind": pl.Series(kinds[slot], dtype=pl.Int8),
        },
        schema_overrides={"part": pl.String},
    )  # fmt: skip
    return (
        needs.group_by(KEY, maintain_order=True)
        .agg(
            pl.col("name", "country").first(),
            tier=pl.col("tier").min(),
            value_share=pl.col("mass").sum(),
            made=pl.col("made").min(),
            kinds=pl.col("kind").max(),
        )
        .sort("value_share", *KEY, descending=[True, False, False, False])
    )


def unknown_table(view: View, needs: pl.DataFrame, placing: Placing | None, flags: pl.DataFrame) -> pl.DataFrame:
    """Rank open needs by the flags that an answer could settle, then by how much it narrows the offshore share."""
    mass = needs["value_share"].to_numpy()
    share, strength = _offshore_share(view, placing, needs)
    alone = answer_gains(mass, np.arange(needs.height), share, strength)
    subject = pl.concat_str("buyer", "part", separator="/")
    dominating = flags.filter(pl.col("flag") == "F4")["subject"]
    asks = pl.when(pl.col("gap") == "inputs").then(
        pl.format("What goes into {}, and from which sites and countries?", _part_name(view, "part"))
    ).otherwise(pl.format("Who supplies {}, from which sites and countries?", _part_name(view, "part")))  # fmt: skip
    return (
        needs.with_columns(
            gain=pl.Series(alone),
            flags_open=subject.is_in(dominating.implode()).cast(pl.Int64) + settles_offshore(view, "value_share"),
            ask_whom="buyer",
            ask_what=asks,
        )
        .sort("flags_open", "gain", *KEY, descending=[True, True, False, False, False])
        .select(*KEY[:1], "name", "part", "gap", "tier", pl.col("value_share", "gain").clip(0.0, 1.0), "flags_open", "ask_whom", "ask_what")
    )  # fmt: skip


def questionnaire_table(
    view: View, needs: pl.DataFrame, unknowns: pl.DataFrame, placing: Placing | None
) -> pl.DataFrame:
    """Gather the needs of each site into one questionnaire, best first."""
    sites = needs["buyer"].unique().sort()
    group = needs["buyer"].replace_strict(
        dict(zip(sites, range(len(sites)), strict=True)), return_dtype=pl.Int64
    )  # fmt: skip
    share, strength = _offshore_share(view, placing, needs)
    gained = answer_gains(needs["value_share"].to_numpy(), group.to_numpy().astype(np.int64), share, strength)
    named = needs.with_columns(label=_part_name(view, "part")).group_by(ask_whom="buyer", maintain_order=True).agg(
        pl.col("name", "country").first(),
        needs=pl.len().cast(pl.Int64),
        value_share=pl.col("value_share").sum(),
        first=pl.col("label").unique(maintain_order=True).head(MOST_NAMED).str.join("; "),
        parts=pl.col("label").n_unique(),
    )  # fmt: skip
    dominating = unknowns.group_by("ask_whom", maintain_order=True).agg(
        dominating=(pl.col("flags_open") - settles_offshore(view, "value_share")).sum()
    )
    more = pl.when(pl.col("parts") > MOST_NAMED).then(
        pl.format("{} and {} more", "first", pl.col("parts") - MOST_NAMED)
    )
    return (
        named.join(pl.DataFrame({"ask_whom": sites, "gain": gained}), on="ask_whom", maintain_order="left")
        .join(dominating, on="ask_whom", maintain_order="left")
        .with_columns(flags_open=pl.col("dominating") + settles_offshore(view, "value_share"))
        .sort("flags_open", "gain", "ask_whom", descending=[True, True, False])
        .select(
            "ask_whom", "name", "country", "needs", pl.col("value_share", "gain").clip(0.0, 1.0), "flags_open",
            questions=more.otherwise("first"),
        )
    )  # fmt: skip


def settles_offshore(view: View, column: str) -> pl.Expr:
    """1 where an answer of that mass alone could settle whether the offshore share exceeds its limit, else 0."""
    shares, limit = view.by_class("added"), view.limits.offshore_share
    low, high = shares["offshore"], shares["offshore"] + shares["depends"] + shares["unknown"]
    if not low <= limit < high:
        return pl.lit(0, pl.Int64)
    return ((pl.col(column) > limit - low) | (high - pl.col(column) <= limit)).cast(pl.Int64)


def _offshore_share(
    view: View, placing: Placing | None, needs: pl.DataFrame
) -> tuple[NDArray[np.float64] | None, float]:
    if placing is None:
        return None, 0.0
    return placing.offshore(view, needs), placing.strength


def _part_name(view: View, column: str) -> pl.Expr:
    return pl.col(column).replace(view.part_names)
