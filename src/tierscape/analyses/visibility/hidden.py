"""Who stands behind several direct suppliers, and how much two direct suppliers share upstream."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.visibility.chain import Chain
from tierscape.analyses.visibility.tables import HIDDEN_COMMON, OVERLAP
from tierscape.frames import DTYPES
from tierscape.kernels.common_nodes import Behind, behind, cover, cover_value, overlap

MOST_COMMON = 500
MOST_NAMED = 12
"""Direct suppliers that a row names, those that deliver most value first."""
MOST_COMPARED = 400
"""Direct suppliers that are compared in pairs, those that deliver most value first."""
MOST_PAIRS = 500
BITS = 64


def _direct(chain: Chain) -> tuple[Behind, list[str], NDArray[np.float64]]:
    """Give who is behind whom, the direct suppliers in the order of the bits, and the value that each delivers."""
    found = behind(chain.needs, chain.focal)
    names = [chain.sites[unit] for unit in found.direct.tolist()]
    first = (
        chain.view.reached.filter(pl.col("tier") == 1).group_by("site", maintain_order=True).agg(pl.col("mass").sum())
    )
    value = dict(first.rows())
    return found, names, np.array([value.get(site, 0.0) for site in names], np.float64)


def hidden_common(chain: Chain, basis: str) -> pl.DataFrame:
    """List sites of tier 2 and beyond that stand behind several direct suppliers, or behind much of the direct supply."""
    view = chain.view
    found, direct, value = _direct(chain)
    unseen = float(view.trace.unknown.filter(pl.col("tier") == 1)["mass"].sum())
    low, high = cover_value(found.unit, value, unseen)
    share = cover(found.unit, len(direct))
    count = np.rint(share * len(direct)).astype(np.int64)
    far = set(view.reached.filter(pl.col("tier") >= 2)["site"])
    deep = np.array([site in far for site in chain.sites], np.bool_)
    makers = set(view.trace.graph.lines["site"].gather(view.trace.focal.tolist()))
    sells = {*direct, *view.trace.graph.links.filter(pl.col("buyer").is_in(list(makers)))["supplier"]}
    units = np.flatnonzero(deep & (count > 0) & ((count > 1) | (high > view.limits.cover)))
    order = np.lexsort((units, -share[units], -np.nan_to_num(low[units], nan=-1.0)))[:MOST_COMMON]
    by_value = np.argsort(-value, kind="stable")
    rows = []
    for unit in units[order].tolist():
        site = chain.sites[unit]
        mine = view.by_site[site]
        bits = found.unit[unit]
        held = [direct[d] for d in by_value.tolist() if (int(bits[d // BITS]) >> (d % BITS)) & 1]
        more = [f"and {len(held) - MOST_NAMED} more"] if len(held) > MOST_NAMED else []
        rows.append(
            (basis, site, view.names[site], mine["country"], mine["tier"], "; ".join(mine["parts"]), len(held), share[unit],
             low[unit], high[unit], site in sells, "; ".join(held[:MOST_NAMED] + more))
        )  # fmt: skip
    schema = {c.name: DTYPES[c.kind] for c in HIDDEN_COMMON.columns}
    return pl.DataFrame(rows, schema=schema, orient="row").with_columns(pl.col(pl.Float64).fill_nan(None))


def overlap_table(chain: Chain) -> pl.DataFrame:
    """Compare direct suppliers in pairs by the value that is added behind both, most first."""
    view = chain.view
    found, direct, value = _direct(chain)
    added = np.zeros(len(chain.needs.line_group))
    added[chain.line] = view.trace.reach * view.trace.values.own
    paid = np.flatnonzero(added > 0.0)
    chosen = np.sort(np.argsort(-value, kind="stable")[:MOST_COMPARED])
    held = np.stack([_behind_one(found.line[paid], at) for at in chosen.tolist()], axis=1) if len(chosen) else np.zeros((len(paid), 0), np.bool_)  # fmt: skip
    shared = np.nan_to_num(overlap(_packed(held), added[paid], len(chosen)))
    one, other = np.nonzero(np.triu(shared, k=1))
    alone, ratio = added[paid] @ held, shared[one, other]
    both = ratio * (alone[one] + alone[other]) / (1.0 + ratio)
    order = np.lexsort((other, one, -both, -ratio))[:MOST_PAIRS]
    one, other, both = one[order], other[order], both[order]
    names = [direct[i] for i in chosen.tolist()]
    keys = {"supplier": [names[i] for i in one.tolist()], "other": [names[i] for i in other.tolist()]}
    schema = {c.name: DTYPES[c.kind] for c in OVERLAP.columns}
    return pl.DataFrame(
        {
            **keys,
            "supplier_name": [view.names[site] for site in keys["supplier"]],
            "other_name": [view.names[site] for site in keys["other"]],
            "overlap": shared[one, other],
            "shared_value": np.minimum(both, 1.0),
            "largest": [
                _largest(chain, paid[held[:, i] & held[:, j]], added)
                for i, j in zip(one.tolist(), other.tolist(), strict=True)
            ],
        },
        schema=schema,
    )


def _behind_one(bits: NDArray[np.uint64], at: int) -> NDArray[np.bool_]:
    """Give one column of bits, shape (n,)."""
    return np.asarray((bits[:, at // BITS] >> np.uint64(at % BITS)) & np.uint64(1), dtype=np.bool_)


def _packed(held: NDArray[np.bool_]) -> NDArray[np.uint64]:
    """Pack columns into bits, shape (n, ceil(columns / 64))."""
    bits = np.zeros((len(held), -(-held.shape[1] // BITS)), np.uint64)
    for at in range(held.shape[1]):
        bits[:, at // BITS] |= held[:, at].astype(np.uint64) << np.uint64(at % BITS)
    return bits


def _largest(chain: Chain, lines: NDArray[np.int64], added: NDArray[np.float64]) -> str:
    """Name the site that adds most over the lines."""
    line = int(lines[np.argmax(added[lines])])
    return chain.view.names[chain.sites[int(chain.needs.line_group[line])]]
