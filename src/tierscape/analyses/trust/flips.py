"""Decisions that change with the threshold, or with one weight inside the box."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from tierscape.analyses.trust.value import Value, verdict
from tierscape.kernels.ally_box import stands
from tierscape.network import Network
from tierscape.quantities.allies import allied

SWEEP = 10
"""Points on either side of the threshold that the sweep covers, in steps of 1."""

UNALLIED_LIMIT = 0.20
"""Share of value from countries below the threshold from which a product is flagged."""

SCHEMA = {
    "decision": pl.String, "subject": pl.String, "name": pl.String, "links": pl.String, "from": pl.String, "to": pl.String,
    "at_threshold": pl.Float64, "component": pl.String, "at_weight": pl.Float64,
}  # fmt: skip


def swept(threshold: float) -> np.ndarray:
    """Give the thresholds of the sweep, ``SWEEP`` points on either side, inside 0 to 100."""
    around = threshold + np.arange(-SWEEP, SWEEP + 1.0)
    return np.asarray(around[(around >= 0.0) & (around <= 100.0)])


def country_flips(countries: pl.DataFrame, thresholds: np.ndarray) -> pl.DataFrame:
    """List the thresholds at which the verdict on a country changes."""
    words = [countries.select(at=allied(float(t)))["at"].to_list() for t in thresholds]
    return _changes("country", countries["country"].to_list(), countries["name"].to_list(), words, thresholds)


def supplier_flips(values: Sequence[Value], standing: pl.DataFrame, basis: str, thresholds: np.ndarray) -> pl.DataFrame:
    """List the thresholds at which the verdict on a site that adds value changes."""
    used = pl.concat([value.by_site.select("site") for value in values]).unique()
    rows = standing.join(used, on="site", how="semi").sort("site")
    words = [rows.select(at=verdict(basis, float(t)))["at"].to_list() for t in thresholds]
    return _changes("supplier", rows["site"].to_list(), rows["name"].to_list(), words, thresholds)


def sole_source_flips(
    network: Network, value: Value, standing: pl.DataFrame, near: frozenset[str], thresholds: np.ndarray
) -> pl.DataFrame:
    """List the thresholds at which an essential need with one supplier becomes one outside neighbours and allies."""
    essential = network["bom"].filter(pl.col("essential").fill_null(value=True) & pl.col("choice").is_null())
    makes = network["capabilities"].select(buyer="site", parent="part").join(
        value.by_site.select(buyer="site"), on="buyer", how="semi"
    )  # fmt: skip
    needs = makes.join(essential.select("parent", part="child"), on="parent").select("buyer", "part").unique()
    declared = network["links"].filter(pl.col("evidence").fill_null("") != "inferred")
    single = (
        declared.join(needs, on=["buyer", "part"], how="semi")
        .filter(pl.col("supplier").n_unique().over("buyer", "part") == 1)
        .select("buyer", "part", site="supplier")
        .unique()
        .join(standing, on="site", how="inner")
        .sort("buyer", "part")
    )
    close = single["country"].is_in(list(near)).fill_null(value=False).to_numpy()
    held = stands(single["location_low"].to_numpy(), single["location_high"].to_numpy(), thresholds)
    words = [
        np.where(close | (column == 2), "clear", np.where(column == 0, "flagged", "depends")).tolist()
        for column in held.T
    ]
    subjects = single.select(pl.concat_str("buyer", "part", separator="/")).to_series().to_list()
    return _changes("sole_source", subjects, single["name"].to_list(), words, thresholds)


def product_flips(
    sweep: pl.DataFrame, product: tuple[str, str], basis: str, min_ally_share: float, thresholds: np.ndarray
) -> pl.DataFrame:
    """List the thresholds at which the product misses its ally share, or too much of its value comes from others."""
    parts = []
    for (links,), rows in sweep.partition_by("links", as_dict=True).items():
        of = rows.filter(pl.col("basis") == basis).sort("threshold")
        low, high = of["ally_share"].to_numpy(), of["high"].to_numpy()
        met = np.where(low >= min_ally_share, "met", np.where(high < min_ally_share, "missed", "depends"))
        here = rows.filter(pl.col("basis") == "location").sort("threshold")
        sure, may = 1.0 - here["high"].to_numpy(), 1.0 - here["ally_share"].to_numpy()
        flagged = np.where(sure > UNALLIED_LIMIT, "flagged", np.where(may > UNALLIED_LIMIT, "depends", "clear"))
        for decision, words in (("ally_share", met), ("unallied_value", flagged)):
            rows_of = _changes(decision, [product[0]], [product[1]], [[w] for w in words.tolist()], thresholds)
            parts.append(rows_of.with_columns(links=pl.lit(str(links))))
    return pl.concat([pl.DataFrame(schema=SCHEMA), *parts])


def weight_flips(break_even: pl.DataFrame, countries: pl.DataFrame) -> pl.DataFrame:
    """List the weights inside the box at which the verdict on a country with all scores changes."""
    known = countries.filter(pl.col("missing").is_null() & pl.col("index").is_not_null())
    rows = break_even.filter("in_box").join(
        known.select("country", "name", "allied"), on="country", maintain_order="left"
    )
    before = pl.col("allied")
    return rows.select(
        decision=pl.lit("country"), subject="country", name="name", links=pl.lit(None, pl.String),
        **{"from": before, "to": pl.when(before == "yes").then(pl.lit("no")).otherwise(pl.lit("yes"))},
        at_threshold=pl.lit(None, pl.Float64), component="component", at_weight="break_even",
    )  # fmt: skip


def _changes(
    decision: str, subjects: list[str], names: list[str | None], words: list[list[str]], thresholds: np.ndarray
) -> pl.DataFrame:
    """List what changes from one threshold to the next; ``words`` holds one list over subjects a threshold."""
    rows = [
        (decision, subject, names[i], None, words[t - 1][i], words[t][i], float(thresholds[t]), None, None)
        for i, subject in enumerate(subjects)
        for t in range(1, len(thresholds))
        if words[t - 1][i] != words[t][i]
    ]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")
