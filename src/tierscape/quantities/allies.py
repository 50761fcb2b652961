"""The ally index: how close a country stands to the viewpoint, 0 to 100, with the range that unknown scores leave."""

from __future__ import annotations

from typing import Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, model_validator

from tierscape.network import Network
from tierscape.quantities.ally_scores import COMPONENTS, ally_scores, concern, viewpoint_members

GATE = 20.0
"""Most that the index of a country on the viewpoint's list of concern can be."""

DIGITS = 9
"""Decimals kept, so that an index on the threshold is not decided by rounding."""


class AllyWeights(BaseModel):
    """Weights of the five scores of the ally index, scaled to sum to 1, and how far each may move."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    democracy: float = Field(0.20, ge=0, le=100, description="Electoral democracy.")
    law: float = Field(0.20, ge=0, le=100, description="Liberal democracy and the rule of law.")
    alignment: float = Field(0.20, ge=0, le=100, description="Voting in the United Nations.")
    trade: float = Field(0.25, ge=0, le=100, description="Depth of the trade agreement.")
    security: float = Field(0.15, ge=0, le=100, description="Security relation.")
    band: float = Field(
        0.5, ge=0, le=1, description="Share by which each weight may be wrong, for the range of the index."
    )

    @model_validator(mode="after")
    def _not_all_zero(self) -> Self:
        if sum(self.values) <= 0:
            raise ValueError("all five weights are zero; give at least one")
        return self

    @property
    def values(self) -> tuple[float, ...]:
        """The five weights as given, in the order of ``COMPONENTS``."""
        return tuple(getattr(self, name) for name in COMPONENTS)

    @property
    def shares(self) -> tuple[float, ...]:
        """The five weights, scaled to sum to 1."""
        total = sum(self.values)
        return tuple(value / total for value in self.values)


def ally_index(
    network: Network,
    *,
    viewpoint: str | None = None,
    weights: AllyWeights = AllyWeights(),  # noqa: B008 - frozen
) -> pl.DataFrame:
    """Score every country on how allied it is with the viewpoint.

    index = Σ w S / Σ w over the scores that are known: for display and rank only. ``low`` and ``high`` take unknown scores
    as 0 and 100, and a verdict uses those (see ``allied``), so that unknown never scores as average. A country on the
    viewpoint's list of concern has at most ``GATE``.

    Parameters
    ----------
    network : Network
        Reads ``meta.home``, ``indicators`` (overrides ``trust.…``), and the countries that it names.
    viewpoint : str, optional
        ISO 3166-1 alpha-2, or a bloc such as ``eu``; ``meta.home`` by default.
    weights : AllyWeights
        Weights of the five scores.

    Returns
    -------
    polars.DataFrame
        Sorted by ``country``: ``index`` (null where no score is known), ``low``, ``high``, ``coverage`` (weight of the known
        scores, 0 to 1), ``missing`` (unknown scores that have a weight, joined by ``;``, null if none), ``vintage`` (oldest
        year used), ``gated``, ``overridden`` (names of overridden scores, null if none), ``computed`` (the index from
        shipped figures alone), and the five scores ``democracy``, ``law``, ``alignment``, ``trade``, ``security``.

    Raises
    ------
    ParameterError
        There is no viewpoint, or it names nothing.
    DataError
        An override lies outside 0 to 100.

    Notes
    -----
    ``trust.index`` in ``indicators`` replaces the whole index, the gate included. O(countries).
    """
    _, members = viewpoint_members(network, viewpoint)
    return index_of(ally_scores(network, members), weights, frozenset(c for m in members for c in concern(m)))


def index_of(scores: pl.DataFrame, weights: AllyWeights, listed: frozenset[str]) -> pl.DataFrame:
    """Make the index from the scores of ``ally_scores``; ``listed`` are the countries on the list of concern."""
    share = dict(zip(COMPONENTS, weights.shares, strict=True))
    counted = scores.filter(pl.col("component") != "index").with_columns(
        weight=pl.col("component").replace_strict(share, return_dtype=pl.Float64)
    )
    known = pl.col("score").is_not_null()
    total, covered = (pl.col("weight") * pl.col("score")).sum(), pl.col("weight").filter(known).sum()
    shipped = pl.col("weight").filter(pl.col("computed").is_not_null()).sum()
    used = known & (pl.col("weight") > 0)
    rows = counted.group_by("country", maintain_order=True).agg(
        coverage=covered,
        total=total,
        computed=pl.when(shipped > 0).then((pl.col("weight") * pl.col("computed")).sum() / shipped),
        missing=pl.col("component").filter(~known & (pl.col("weight") > 0)).str.join(";"),
        vintage=pl.col("year").filter(used).min(),
        changed=pl.col("component").filter("overridden").str.join(";"),
        **{name: pl.col("score").filter(pl.col("component") == name).first() for name in COMPONENTS},
    )
    whole = scores.filter((pl.col("component") == "index") & pl.col("overridden"))
    rows = rows.join(whole.select("country", own="score", own_year="year"), on="country", how="left")
    gated = pl.col("country").is_in(list(listed))
    cap = pl.when(gated).then(GATE).otherwise(100.0)
    own = pl.col("own").is_not_null()
    point = pl.when(pl.col("coverage") > 0).then(pl.col("total") / pl.col("coverage"))
    high = pl.col("total") + 100.0 * (1.0 - pl.col("coverage"))
    return rows.select(
        "country",
        index=pl.coalesce("own", pl.min_horizontal(point, pl.when(point.is_not_null()).then(cap))).round(DIGITS),
        low=pl.coalesce("own", pl.min_horizontal("total", cap)).round(DIGITS),
        high=pl.coalesce("own", pl.min_horizontal(high, cap)).round(DIGITS),
        coverage=pl.when(own).then(1.0).otherwise(pl.col("coverage").round(DIGITS)),
        missing=pl.when(~own & (pl.col("missing") != "")).then("missing"),
        vintage=pl.when(own).then("own_year").otherwise("vintage"),
        gated=gated,
        overridden=pl.when(own).then(pl.lit("index")).when(pl.col("changed") != "").then("changed"),
        computed=pl.min_horizontal("computed", pl.when(pl.col("computed").is_not_null()).then(cap)).round(DIGITS),
        **{name: name for name in COMPONENTS},
    )  # fmt: skip


def allied(threshold: float) -> pl.Expr:
    """Tell whether a country of ``ally_index`` is an ally: ``yes``, ``no``, ``depends`` on unknown scores, or ``unknown``.

    Parameters
    ----------
    threshold : float
        Index from which a country counts as an ally, 0 to 100.

    Examples
    --------
    >>> index = pl.DataFrame({"index": [54.2, 60.5, None], "low": [54.2, 48.4, 0.0], "high": [54.2, 68.4, 100.0]})
    >>> index.select(allied=allied(50.0))["allied"].to_list()
    ['yes', 'depends', 'unknown']
    """
    return (
        pl.when(pl.col("low") >= threshold).then(pl.lit("yes"))
        .when(pl.col("high") < threshold).then(pl.lit("no"))
        .when(pl.col("index").is_null()).then(pl.lit("unknown"))
        .otherwise(pl.lit("depends"))
    )  # fmt: skip
