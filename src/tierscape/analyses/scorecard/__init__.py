"""Scorecard: which suppliers are stable and agile, not just cheap, and how firm that is."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import polars as pl
from pydantic import Field

from tierscape.analyses.scorecard import tables
from tierscape.analyses.scorecard.catalogue import CATALOGUE, NAMES, within
from tierscape.analyses.scorecard.doubts import doubts
from tierscape.analyses.scorecard.facts import find_suppliers, gather
from tierscape.analyses.scorecard.parameters import DIMENSIONS, Anchors, Evidence, Weights
from tierscape.analyses.scorecard.prices import price_facts
from tierscape.analyses.scorecard.result import Scorecard
from tierscape.analyses.scorecard.scoring import Scores, rank_part, score_suppliers
from tierscape.analyses.scorecard.series import observed, series_facts
from tierscape.frames import empty
from tierscape.kernels.score_box import totals
from tierscape.network import Network
from tierscape.quantities.link_grades import newest
from tierscape.registry import analysis

__all__ = ["Anchors", "Evidence", "Scorecard", "Weights", "scorecard"]

READS = (
    "sites", "organizations", "parts", "capabilities", "links", "contracts", "indicators", "observations",
)  # fmt: skip
RESTING = ("audited", "declared", "observed")
"""Grades that count as evidence in ``evidence_share``."""


@analysis("Scorecard", reads=READS)
def scorecard(
    network: Network,
    *,
    part: Annotated[
        str | None, Field(description="Part whose suppliers are compared; each that has links by default.")
    ] = None,
    year: Annotated[
        int | None,
        Field(ge=1990, le=2100, description="Year of indicators and contracts; that of the newest row by default."),
    ] = None,
    weights: Annotated[
        Weights, Field(description="Weights of the four dimensions, and how far each may be wrong.")
    ] = Weights(),  # noqa: B008 - frozen
    anchors: Annotated[Anchors, Field(description="What scores 0 and what scores 100.")] = Anchors(),  # noqa: B008 - frozen
    evidence: Annotated[Evidence, Field(description="How evidence counts.")] = Evidence(),  # noqa: B008 - frozen
) -> Scorecard:
    """Score suppliers on stability, agility, ESG and price, in this order of worth, as intervals.

    Each indicator is mapped by fixed anchors to 0 to 100. Weak or old evidence widens it to [ω s, ω s + 100 (1 − ω)]; what is
    unknown is [0, 100] and never an average. A supplier is ahead of another only where it is under all weights of the box and
    all answers to what is open. Where nobody observed how suppliers deliver, no order is claimed: not distinguishable.

    Parameters
    ----------
    network : Network
        ``links`` or released ``capabilities``; ``sites``, ``organizations``, ``contracts``, ``indicators``, ``observations``.
    part : str, optional
        Key of a part.
    year : int, optional
        Indicators of later years are left out, and terms of contracts are counted from it.
    weights : Weights
        They sum to 1; off by up to 1 % they are rescaled, with a finding.
    anchors : Anchors
        Pairs: raw value that scores 0, raw value that scores 100.
    evidence : Evidence
        Ranking by the low end or the middle, a what-if on weights of evidence, points that a spread needs.

    Returns
    -------
    Scorecard
        Tables ``suppliers``, ``dimensions``, ``indicators``, ``weights``.

    Raises
    ------
    ParameterError
        There is no such part, weights do not sum to 1, or both anchors of an indicator are the same.

    Notes
    -----
    Rank intervals compare pairs over a box of weights on the simplex (fractional knapsack): never too narrow. O(n² · k log k)
    within a part. Scores depend on no other supplier, but for the shares of our volume, which are facts about all of them.

    References
    ----------
    Altman (2000), Predicting financial distress of companies. Dantzig (1957), Operations Research 5:266. Rousseeuw & Croux
    (1993), J. Am. Stat. Assoc. 88:1273 (the median absolute deviation). Anchors and weights are our own judgement.

    Examples
    --------
    >>> import tierscape
    >>> from tierscape.analyses.scorecard import scorecard
    >>> answer = scorecard(tierscape.load("mini"), part="housing")
    >>> answer.suppliers.select("site", "rank_best", "rank_worst").rows()
    [('n1', 1, 2), ('s2', 1, 2)]
    """
    suppliers = find_suppliers(network, part)
    when = year if year is not None else _year(network)
    seen = observed(network, suppliers)
    prices, said = price_facts(network, part, when, seen)
    facts = pl.concat([gather(network, suppliers, when), series_facts(network, seen, evidence.points), prices])
    scores, known = score_suppliers(suppliers, facts, anchors, evidence)
    measured = set(seen["part"].unique().to_list())
    rows = _supplier_rows(suppliers, scores, known, weights, evidence, measured)
    return Scorecard(
        suppliers=rows,
        dimensions=_dimension_rows(suppliers, scores, weights),
        indicators=_indicator_rows(known, rows),
        weights=_weight_rows(weights),
        names=dict(network["parts"].select("part", pl.col("name").fill_null(pl.col("part"))).iter_rows()),
        measured=tuple(sorted(measured)),
        findings=(*said, *doubts(suppliers, known, weights, measured)),
    )


def _year(network: Network) -> int:
    today = newest(network)
    if today is not None:
        return today.year
    given = network["meta"]["price_year"].drop_nulls().to_list()
    return int(given[0]) if given else 2024


def _supplier_rows(
    suppliers: pl.DataFrame,
    scores: Scores,
    known: pl.DataFrame,
    weights: Weights,
    evidence: Evidence,
    measured: set[str],
) -> pl.DataFrame:
    w = np.array(weights.shares)
    low, high = totals(scores.low, scores.high, w)
    _, share = within()
    counts = pl.DataFrame({"indicator": NAMES, "counts": (share * w).sum(axis=1)})
    rests = known.join(counts, on="indicator").group_by("site", "part").agg(
        evidence_share=pl.col("counts").filter(pl.col("evidence").is_in(RESTING)).sum(),
        unknown_share=pl.col("counts").filter(pl.col("weight").is_null()).sum(),
    )  # fmt: skip
    ranked = []
    place = suppliers.with_row_index("at").select("at", "part", "site")
    for (name,), group in place.group_by("part", maintain_order=True):
        at = group["at"].to_numpy()
        mine = Scores(*(x[at] for x in (scores.indicator_low, scores.indicator_high, scores.low, scores.high)))
        found = rank_part(mine, weights, evidence, measured=str(name) in measured)
        sites = group["site"].to_list()
        frame = pl.DataFrame(
            {"site": sites, "part": group["part"], **{k: v for k, v in found.items() if k not in {"dominated", "ask"}}}
        )
        ranked.append(frame.with_columns(
            rank_by_price=pl.when(pl.col("rank_by_price") > 0).then("rank_by_price"),
            dominated_by=pl.Series([sites[d] if d >= 0 else None for d in found["dominated"]], dtype=pl.String),
            next_best_question=pl.Series([NAMES[a] if a >= 0 else None for a in found["ask"]], dtype=pl.String),
        ))  # fmt: skip
    if not ranked:
        return empty(tables.SUPPLIERS)
    rows = suppliers.with_columns(low=pl.Series(low), high=pl.Series(high), value=pl.Series((low + high) / 2))
    rows = rows.join(pl.concat(ranked), on=["site", "part"]).join(rests, on=["site", "part"])
    rows = rows.with_columns(name=pl.coalesce("name", "site"), organization=pl.coalesce("organization", "site"))
    return rows.sort("part", "rank", "site").select(tables.SUPPLIERS.names)


def _dimension_rows(suppliers: pl.DataFrame, scores: Scores, weights: Weights) -> pl.DataFrame:
    frames = [
        suppliers.select(
            "site",
            "part",
            dimension=pl.lit(name),
            weight=pl.lit(w),
            low=pl.Series(scores.low[:, k]),
            high=pl.Series(scores.high[:, k]),
        )
        for k, (name, w) in enumerate(zip(DIMENSIONS, weights.shares, strict=True))
    ]
    rows = pl.concat(frames).with_columns(
        adds_low=pl.col("low") * pl.col("weight"), adds_high=pl.col("high") * pl.col("weight")
    )
    order = {name: n for n, name in enumerate(DIMENSIONS)}
    return rows.sort("part", "site", pl.col("dimension").replace_strict(order, return_dtype=pl.Int64)).select(
        tables.DIMENSIONS.names
    )


def _indicator_rows(known: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    about = pl.DataFrame(
        [{"indicator": i.name, "dimension": i.dimension, "unit": i.unit, "question": i.question} for i in CATALOGUE]
    )
    asked = rows.select("site", "part", indicator="next_best_question", asked=pl.lit(value=True)).drop_nulls(
        "indicator"
    )
    frame = known.join(about, on="indicator", maintain_order="left").join(
        asked, on=["site", "part", "indicator"], how="left", maintain_order="left"
    )
    return frame.with_columns(
        raw=pl.when(pl.col("low") == pl.col("high")).then("low"),
        next_best_question=pl.col("asked").fill_null(value=False),
    ).select(tables.INDICATORS.names)


def _weight_rows(weights: Weights) -> pl.DataFrame:
    shares = np.array(weights.shares)
    low, high = shares * (1 - weights.band), np.minimum(shares * (1 + weights.band), 1.0)
    return pl.DataFrame({"dimension": DIMENSIONS, "weight": shares, "low": low, "high": high})
