"""`tail`: how much is lost on average and in bad years, as a whole and by product, region and tier."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.study import Losses, Study
from tierscape.errors import Finding
from tierscape.kernels.loss_tail import ENOUGH, tail
from tierscape.network import Network
from tierscape.quantities.firm_flows import STORE

Floats = NDArray[np.float64]


def tail_rows(network: Network, study: Study, losses: Losses, alpha: float) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give the frame ``tail``.

    Losses are margin lost and cost of ways round together, margin lost by product and by region of the maker, and by tier
    the value of output lost, less what is made up later.

    Parameters
    ----------
    network : Network
        Reads ``sites`` and ``bom``.
    study : Study
    losses : Losses
        Of drawn scenarios.
    alpha : float

    Returns
    -------
    frame : polars.DataFrame
        Empty where no product has a margin.
    findings : tuple of Finding
        ``thin_tail`` where fewer than 50 scenarios lie beyond the quantile.
    """
    number = len(losses.lost_units)
    if number < 2 or not study.margin_known:
        return pl.DataFrame(), ()
    names, columns = zip(*_groups(network, study, losses), strict=True)
    worst = tail(np.column_stack(columns), alpha)
    frame = pl.DataFrame(
        {
            "group_kind": [kind for kind, _ in names],
            "group": [group for _, group in names],
            "alpha": alpha,
            "n": number,
            "mean": worst.mean,
            "se_mean": worst.se_mean,
            "var": worst.var,
            "cvar": worst.cvar,
            "se_cvar": worst.se_cvar,
        }
    )
    return frame, _thin(number, alpha) if worst.thin else ()


def _groups(network: Network, study: Study, losses: Losses) -> Iterator[tuple[tuple[str, str], Floats]]:
    """Give each group with its losses; only products with a margin, and places that are known."""
    yield ("all", "all"), losses.money
    lines = study.firm.lines[study.demand_lines]
    money = losses.lost_units * study.case.margin
    known = np.isfinite(study.firm.margin[study.demand_lines])
    products = lines["part"].to_numpy()
    for product in np.unique(products[known]):
        yield ("product", str(product)), money[:, products == product].sum(axis=1)
    site = lines["site"].str.strip_prefix(STORE)
    regions = pl.DataFrame({"site": site}).join(
        network["sites"].select("site", "region"), on="site", how="left", maintain_order="left"
    )["region"]
    for region in regions.drop_nulls().unique().sort():
        yield ("region", region), money[:, (regions == region).fill_null(value=False).to_numpy() & known].sum(axis=1)
    if losses.lost_parts.shape[1]:
        value = losses.lost_parts * _part_worth(study)
        tiers = part_tiers(network, study)
        for tier in np.unique(tiers[tiers >= 0]):
            yield ("tier", str(tier)), value[:, tiers == tier].sum(axis=1)


def _part_worth(study: Study) -> Floats:
    """Give the mean value of a unit of each part over its lines, by output; 0 where unknown."""
    case = study.case
    known = (case.group >= 0) & (case.worth > 0)
    output = case.network.output[known]
    parts = len(study.parts)
    made = np.bincount(case.group[known], output, parts)
    value = np.bincount(case.group[known], output * case.worth[known], parts)
    return np.divide(value, made, out=np.zeros(parts), where=made > 0)


def part_tiers(network: Network, study: Study) -> NDArray[np.int64]:
    """Give the supply steps from the nearest product with demand to each part of the study; −1 for none."""
    children: dict[str, list[str]] = {}
    for parent, child in network["bom"].select("parent", "child").sort("parent", "child").iter_rows():
        children.setdefault(parent, []).append(child)
    tiers = dict.fromkeys(network["demand"]["product"].unique().sort().to_list(), 0)
    front = list(tiers)
    while front:
        front = [c for c in dict.fromkeys(c for p in front for c in children.get(p, [])) if c not in tiers]
        step = max(tiers.values()) + 1
        tiers |= dict.fromkeys(front, step)
    return np.array([tiers.get(part, -1) for part in study.parts], np.int64)


def _thin(number: int, alpha: float) -> tuple[Finding, ...]:
    needed = int(np.ceil(ENOUGH / (1.0 - alpha)))
    finding = Finding(
        rule="thin_tail",
        severity="warning",
        table="disruptions",
        problem=f"only {number * (1 - alpha):.0f} of {number:,} scenarios lie beyond the {alpha:.1%} quantile; the tail is rough",
        remedy=f"Draw at least {needed:,} scenarios, or lower alpha.",
        count=number,
    )
    return (finding,)
