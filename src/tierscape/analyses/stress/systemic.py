"""The share of the output of the whole network that is lost with each site."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.assumptions import Dynamics
from tierscape.analyses.stress.chain import slot_keys, stores_of
from tierscape.analyses.stress.tables import SYSTEMIC
from tierscape.analyses.stress.targets import line_values
from tierscape.errors import Finding
from tierscape.kernels.systemic import ESSENTIAL, LANES, LINEAR, NONE, Shares, shares, systemic
from tierscape.kernels.systemic_push import systemic_push
from tierscape.network import Network
from tierscape.quantities.firm_flows import OUTSIDE
from tierscape.quantities.firm_lines import FirmLines

CACHE_BYTES = 16_000_000
"""Arrays up to this size are pulled sixteen targets at a time; larger ones are pushed."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def systemic_rows(network: Network, firm: FirmLines, dynamics: Dynamics) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Give the frame ``systemic``, and say what value it could not weigh.

    Parameters
    ----------
    network : Network
    firm : FirmLines
    dynamics : Dynamics
        Its ``systemic_…`` fields.

    Returns
    -------
    rows : polars.DataFrame
    findings : tuple of Finding

    Notes
    -----
    Links weigh by money. Final demand buys from whoever serves it, so that makers of products have sales; it loses nothing
    itself. Lines of the same part can replace each other.
    """
    net = money_network(firm)
    made = firm.lines.head(firm.graph.n).with_row_index("line").with_columns(pl.col("line").cast(pl.Int64))
    sites = made.group_by("site").agg("line", part=pl.col("part").sort().str.join("; ")).sort("site")
    members = [np.array(lines, dtype=np.int64) for lines in sites["line"].to_list()]
    line = np.concatenate([np.zeros(0, np.int64), *members])
    targets = (np.cumsum([0, *map(len, members)]).astype(np.int64), line, np.zeros(len(line)))
    eps, substitution = dynamics.systemic_eps, dynamics.systemic_substitution
    if 5 * len(net.sales) * LANES * 8 <= CACHE_BYTES:
        found = systemic(net, targets, eps, substitution=substitution)
    else:
        found = systemic_push(net, targets, eps, substitution=substitution, tau=dynamics.systemic_tau)
    value, stated = line_values(network, firm)
    owner = np.repeat(np.arange(len(members)), np.diff(targets[0]))
    worth, backed, own = (
        np.bincount(owner, np.nan_to_num(v)[line], minlength=len(members)) for v in (value, stated, net.sales)
    )
    names = network["sites"].select("site", "name")
    total = float(net.sales.sum())
    rows = sites.join(names, on="site", how="left", maintain_order="left").with_columns(
        pl.col("name").fill_null(pl.col("site")),
        esri=pl.Series(found.esri),
        esri_down=pl.Series(found.esri_down),
        esri_up=pl.Series(found.esri_up),
        own_share=pl.Series(own / total if total > 0 else own),
        iterations=pl.Series(found.iterations),
        evidence_share=pl.Series(np.divide(backed, worth, out=np.full(len(worth), np.nan), where=worth > 0)).fill_nan(
            None
        ),
    )
    rows = rows.with_columns(rank=pl.col("esri").rank("min", descending=True).cast(pl.Int64))
    rows = rows.sort("rank", "site").select(SYSTEMIC.names)
    return rows, _unpriced(firm)


def money_network(firm: FirmLines) -> Shares:
    """Turn the firm links into shares of money, with one line more for final demand.

    Parameters
    ----------
    firm : FirmLines

    Returns
    -------
    Shares
        A store is its maker's; its sales are sales to demand. What has no price weighs nothing.
    """
    arrays, demand = firm.arrays, firm.n
    worth = np.nan_to_num(firm.worth)
    stores, source = stores_of(firm)
    maker = np.arange(firm.n)
    maker[stores] = source
    slot = np.repeat(np.arange(len(arrays.slot_flow)), np.diff(arrays.arc_start))
    inner = ~np.isin(firm.link_line, stores)
    keys = slot_keys(firm)
    number = {key: i for i, key in enumerate(sorted(set(keys)))}
    kind = np.array([number[key] for key in keys], dtype=np.int64)
    essential = np.where(arrays.essential, ESSENTIAL, LINEAR)
    essential[: len(firm.graph.slot_kind)][firm.graph.slot_kind == 0] = LINEAR  # a need that no bill of materials lists
    sold = np.flatnonzero(arrays.demand > 0.0)
    supplier = np.concatenate([arrays.supplier[inner].astype(np.int64), maker[sold]])
    weight = np.concatenate([(arrays.flow * worth[arrays.supplier])[inner], (arrays.demand * worth)[sold]])
    links = (
        supplier,
        np.concatenate([firm.link_line[inner], np.full(len(sold), demand)]),
        weight,
        np.concatenate([essential[slot][inner], np.full(len(sold), NONE)]).astype(np.int64),
        np.concatenate([kind[slot][inner], np.full(len(sold), len(number))]).astype(np.int64),
    )
    kept = weight > 0.0
    market = np.unique(np.array([*firm.lines["part"].to_list(), ""], dtype=np.str_), return_inverse=True)[1]
    return shares(tuple(column[kept] for column in links), market.astype(np.int64))  # type: ignore[arg-type]


def _unpriced(firm: FirmLines) -> tuple[Finding, ...]:
    """Say which lines ship something that has no price."""
    named = ~firm.lines["site"].str.starts_with(OUTSIDE).to_numpy()
    bare = np.flatnonzero((firm.arrays.output > 0) & np.isnan(firm.worth) & named)
    if not len(bare):
        return ()
    return (
        Finding(
            rule="unpriced_line",
            severity="warning",
            table="parts",
            column="unit_value",
            problem=f"{len(bare)} sites and parts ship something without a price; it weighs nothing in the systemic index",
            remedy="Give links.unit_price or parts.unit_value.",
            count=len(bare),
            value="/".join(firm.lines.row(int(bare[0]))),
        ),
    )
