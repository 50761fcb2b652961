"""Frames of the answer from costed options."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.landed_cost.band import Band
from tierscape.analyses.landed_cost.compare import Pair
from tierscape.analyses.landed_cost.tables import DUTIES, GAPS, OPTIONS, TERMS
from tierscape.errors import ParameterError
from tierscape.kernels.unit_cost import TERMS as TERM_NAMES
from tierscape.quantities.landed import Landed
from tierscape.quantities.landed_choices import Study, Tariffs

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KNOWN = ("audited", "declared", "observed")
MOVED_BY = {
    "price": "price", "freight": "freight", "duty": "duty_rate", "insurance": "price", "pipeline_stock": "freight",
    "safety_stock": "freight",
}  # fmt: skip
"""Input whose evidence a term has; the others rest on defaults."""
MOST_NAMED = 8
MOST_PAIRS = 12
"""Pairs of part and buyer that are compared in depth: those with most money at stake."""


@dataclass(frozen=True, eq=False)
class Totals:
    """Totals of n options, each of shape (n,), NaN without a price."""

    terms: dict[str, Floats]
    low_terms: dict[str, Floats]
    high_terms: dict[str, Floats]
    total: Floats
    low: Floats
    high: Floats
    decision: Ints

    @property
    def first(self) -> Ints:
        """Row of the cheapest option of the same part and buyer; its own where none has a price."""
        rank = np.lexsort((np.arange(len(self.total)), np.nan_to_num(self.total, nan=np.inf), self.decision))
        starts = np.r_[True, np.diff(self.decision[rank]) != 0] if len(rank) else np.empty(0, dtype=bool)
        found: Ints = rank[starts][self.decision] if len(rank) else rank
        return found


def totals_of(costs: Landed) -> Totals:
    """Sum the terms; an unknown term counts with its low end."""
    terms, (low, high) = costs.terms(), costs.ends
    settled = costs.terms(costs.settled)
    keys = costs.frame.select(pl.struct("part", "buyer").rank("dense") - 1).to_series()
    return Totals(terms, low, high, _sum(settled), _sum(low), _sum(high), keys.cast(pl.Int64).to_numpy())


def _sum(terms: dict[str, Floats]) -> Floats:
    total: Floats = np.sum([terms[name] for name in TERM_NAMES], axis=0)
    return total


def pairs_of(costs: Landed, totals: Totals, study: Study) -> list[Pair]:
    """Choose for each part and buyer the cheapest option and its rival; most money at stake first.

    Raises
    ------
    ParameterError
        ``study.against`` is no option with a price.
    """
    keys = costs.frame.select("part", "buyer", "option", "volume").with_row_index("n")
    keys = keys.with_columns(total=pl.Series(totals.total).fill_nan(None)).drop_nulls("total")
    if study.against is not None and study.against not in keys["option"].to_list():
        known = ", ".join(keys["option"].unique(maintain_order=True).head(MOST_NAMED)) or "none"
        raise ParameterError(f"study.against: '{study.against}' is no option with a price here; priced are {known}.")
    found: list[tuple[float, Pair]] = []
    for (part, buyer), rows in keys.group_by("part", "buyer", maintain_order=True):
        ordered = rows.sort("total", "option")
        others = ordered[1:]
        if study.against is not None:
            others = others.filter(pl.col("option") == study.against)
        if others.is_empty():
            continue
        first, second = ordered.row(0, named=True), others.row(0, named=True)
        stake = first["total"] * (first["volume"] or 0.0)
        found.append((stake, Pair(str(part), str(buyer), first["n"], second["n"])))
    return [pair for _, pair in sorted(found, key=lambda f: (-f[0], f[1].part, f[1].buyer))]


def option_rows(costs: Landed, totals: Totals, spread: Band, study: Study) -> pl.DataFrame:
    """Give one row an option, cheapest first within a part and buyer."""
    ranks = _ranks(totals)
    unseen = [";".join(n for n in TERM_NAMES if np.isnan(totals.terms[n][row])) for row in range(len(totals.total))]
    numbers = {"total": totals.total, "low": totals.low, "high": totals.high, "p10": spread.p10, "p90": spread.p90,
               "chance_cheapest": spread.cheapest, "evidence_share": _evidence_share(costs, totals), "kg_co2e": costs.value["kg_co2e"]}  # fmt: skip
    columns = [pl.Series(name, values).fill_nan(None) for name, values in numbers.items()]
    frame = costs.frame.with_columns(
        *columns,
        name="label",
        volume_per_year="volume",
        entity=pl.lit(study.entity),
        unseen=pl.Series(unseen, dtype=pl.String),
    )
    frame = frame.with_columns(pl.Series(name, values) for name, values in ranks.items())
    return frame.sort("part", "buyer", "rank", "option", nulls_last=True).select(OPTIONS.names)


def _ranks(totals: Totals) -> dict[str, list[int | None]]:
    """Rank by total, and by what the ranges allow; null without a price."""
    found: dict[str, list[int | None]] = {
        name: [None] * len(totals.total) for name in ("rank", "rank_best", "rank_worst")
    }
    for number in np.unique(totals.decision):
        rows = np.flatnonzero((totals.decision == number) & ~np.isnan(totals.total))
        total, low, high = totals.total[rows], np.sort(totals.low[rows]), np.sort(totals.high[rows])
        place = np.argsort(np.argsort(total, kind="stable"), kind="stable") + 1
        best = 1 + np.searchsorted(high, totals.low[rows], side="left")
        worst = np.searchsorted(low, totals.high[rows], side="right")
        for row, rank, top, bottom in zip(rows, place, best, worst, strict=True):
            found["rank"][row], found["rank_best"][row], found["rank_worst"][row] = int(rank), int(top), int(bottom)
    return found


def _evidence_share(costs: Landed, totals: Totals) -> Floats:
    known = np.zeros(len(totals.total))
    for term, name in MOVED_BY.items():
        graded = np.array([grade in KNOWN for grade in costs.grade[name]])
        known += np.where(graded, np.nan_to_num(totals.terms[term]), 0.0)
    share: Floats = known / np.where(totals.total > 0, totals.total, np.nan)
    return np.clip(share, 0.0, 1.0)


def term_rows(costs: Landed, totals: Totals) -> pl.DataFrame:
    """Give one row an option and term."""
    keys = costs.frame.select("part", "buyer", "option")
    frames = []
    for name in TERM_NAMES:
        ends = {"money_per_unit": totals.terms[name], "low": totals.low_terms[name], "high": totals.high_terms[name],
                "share": totals.terms[name] / np.where(totals.total > 0, totals.total, np.nan)}  # fmt: skip
        grade = costs.grade[MOVED_BY[name]] if name in MOVED_BY else ["inferred"] * keys.height
        frames.append(keys.with_columns(
            pl.lit(name).alias("term"), *(pl.Series(n, v).fill_nan(None) for n, v in ends.items()),
            pl.Series("evidence", grade, dtype=pl.String),
        ))  # fmt: skip
    order = pl.col("term").replace_strict({name: n for n, name in enumerate(TERM_NAMES)}, return_dtype=pl.Int64)
    return pl.concat(frames).sort("part", "buyer", "option", order).select(TERMS.names)


def duty_rows(costs: Landed, asked: dict[str, object], choice: Tariffs) -> pl.DataFrame:
    """Give the layers that hold for each option under each case; none for a duty that is a plain number."""
    layers = costs.duties.layers.join(
        costs.frame.select("part", "buyer", "option").with_columns(
            pl.Series("price", costs.settled["price"]), pl.Series("carried", costs.settled["price"] + costs.settled["freight"])
        ).with_row_index("row"),
        on="row", maintain_order="left",
    )  # fmt: skip
    layers = layers.filter(~pl.col("option").is_in(list(asked)))
    worth = pl.when(pl.col("base") == "cif").then("carried").otherwise("price")
    plain = (pl.col("rate").fill_null(0.0) * worth).fill_nan(None)
    case = pl.col("case").replace_strict({name: n for n, name in enumerate(choice.cases)}, return_dtype=pl.Int64)
    return (
        layers.with_columns(amount=plain, rule_source="source")
        .sort("part", "buyer", "option", case, maintain_order=True)
        .select(DUTIES.names)
    )


def gap_rows(costs: Landed, totals: Totals, spread: Band, pairs: list[Pair]) -> pl.DataFrame:
    """Give the cheapest option against its rival, pair by pair."""
    names = costs.frame["option"]
    rows = [{"part": p.part, "buyer": p.buyer, "cheapest": names[p.cheapest], "rival": names[p.rival],
             "total": totals.total[p.cheapest], "gap": totals.total[p.rival] - totals.total[p.cheapest],
             "chance": spread.beats[p.rival]} for p in pairs]  # fmt: skip
    schema = {c.name: pl.Float64 if c.kind == "number" else pl.String for c in GAPS.columns}
    return pl.DataFrame(rows, schema=schema)
