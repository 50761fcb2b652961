"""What may stop: which lines and lanes it means, how long it is out, how much is bought from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.assumptions import Shocks
from tierscape.analyses.stress.chain import slot_keys, slot_quantity, unseen_flow
from tierscape.errors import Finding
from tierscape.graph import IN_HOUSE
from tierscape.network import Network
from tierscape.quantities.firm_flows import DAYS_A_YEAR, OUTSIDE
from tierscape.quantities.firm_lines import FirmLines
from tierscape.quantities.targets import LANES_HIT, Places, find_members, read_targets

DEFAULT_KINDS = ("site", "region", "country")
STATED = ("audited", "declared", "observed")
"""Grades of evidence on which somebody stated or saw what the row says."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Struck:
    """Targets in the order of their kinds and keys, and what each one hits.

    Parameters
    ----------
    rows : polars.DataFrame
        ``target_kind``, ``target``, ``name``, ``ttr_days``, ``spend`` (money a year), ``evidence_share``.
    lines : (indptr, line)
        CSR: lines that stop.
    arcs : (indptr, arc)
        CSR: firm links that close.
    """

    rows: pl.DataFrame
    lines: tuple[Ints, Ints]
    arcs: tuple[Ints, Ints]


def asked_targets(here: Places, shocks: Shocks) -> tuple[tuple[str, str], ...]:
    """Read the targets that were asked for; by default all sites, regions and countries that make something.

    Raises
    ------
    ParameterError
        A target is unknown.
    """
    if shocks.targets is not None:
        return tuple(dict.fromkeys(read_targets(here, shocks.targets)))
    return tuple((kind, key) for kind in DEFAULT_KINDS for key in here.known(kind))


def struck(network: Network, firm: FirmLines, here: Places, shocks: Shocks) -> Struck:
    """Find what each target hits, and what is known about it.

    Parameters
    ----------
    network : Network
    firm : FirmLines
    here : Places
    shocks : Shocks

    Returns
    -------
    Struck

    Raises
    ------
    ParameterError
        A target is unknown.
    """
    asked = asked_targets(here, shocks)
    stopped = _members(here, asked)
    sizes = [len(index) for index in stopped]
    on_links = np.array([kind in LANES_HIT for kind, _ in asked], dtype=np.bool_)
    lines = _csr(stopped, ~on_links)
    arcs = _csr(stopped, on_links)
    value, stated = line_values(network, firm)
    arc_value = _arc_values(firm)
    spend = [
        float(value[i].sum()) if not lane else float(arc_value[i].sum())
        for i, lane in zip(stopped, on_links, strict=True)
    ]
    known = [float(stated[i].sum()) if not lane else np.nan for i, lane in zip(stopped, on_links, strict=True)]
    rows = pl.DataFrame(
        {"target_kind": [k for k, _ in asked], "target": [t for _, t in asked], "spend": spend, "stated": known, "size": sizes},
        schema={"target_kind": pl.String, "target": pl.String, "spend": pl.Float64, "stated": pl.Float64, "size": pl.Int64},
    ).with_columns(pl.col("spend", "stated").fill_nan(None))  # fmt: skip
    rows = rows.with_columns(
        name=_names(network, rows),
        ttr_days=pl.Series(_ttr(here, stopped, on_links, shocks), dtype=pl.Float64),
        spend=pl.col("spend") * DAYS_A_YEAR,
        evidence_share=pl.when(pl.col("spend") > 0).then(pl.col("stated") / pl.col("spend")),
    )
    return Struck(rows.select("target_kind", "target", "name", "ttr_days", "spend", "evidence_share"), lines, arcs)


def line_values(network: Network, firm: FirmLines) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Give the money a day that leaves each line for other sites and for demand, and how much of it was stated or seen.

    NaN where the price of something that leaves is unknown.
    """
    arc_value, links = _arc_values(firm), firm.graph.links
    grade = np.append(links["evidence"].is_in(STATED).fill_null(value=False).to_numpy(), values=False)
    made = network["capabilities"].select("site", "part", good=pl.col("evidence").is_in(STATED).fill_null(value=False))
    good = firm.lines.join(made, on=["site", "part"], how="left", maintain_order="left")["good"]
    by_maker = good.fill_null(value=False).to_numpy()
    supplier = firm.arrays.supplier
    backed = np.where(firm.link >= 0, grade[firm.link], by_maker[supplier])
    sold = np.where(firm.arrays.demand > 0, firm.arrays.demand * firm.worth, 0.0)
    value = np.asarray(np.bincount(supplier, arc_value, minlength=firm.n) + sold, dtype=np.float64)
    stated = np.bincount(supplier, arc_value * backed, minlength=firm.n) + sold * by_maker
    return value, np.asarray(stated, dtype=np.float64)


def _arc_values(firm: FirmLines) -> NDArray[np.float64]:
    inside = np.append((firm.graph.links["source"] == IN_HOUSE).fill_null(value=False).to_numpy(), values=False)
    counts = (firm.arrays.flow > 0) & ~inside[firm.link]
    return np.asarray(np.where(counts, firm.arrays.flow * firm.worth[firm.arrays.supplier], 0.0), dtype=np.float64)


def _members(here: Places, asked: tuple[tuple[str, str], ...]) -> list[Ints]:
    """Lines or links of each target; kinds that name a column of the lines are looked up all at once."""
    simple = {k for k, _ in asked if k in here.lines.columns}
    grouped = {kind: dict(here.lines.drop_nulls(kind).group_by(kind).agg("line").rows()) for kind in simple}
    return [
        np.array(grouped[kind].get(key, []), dtype=np.int64) if kind in grouped else find_members(here, kind, key).index
        for kind, key in asked
    ]


def _csr(members: list[Ints], chosen: NDArray[np.bool_]) -> tuple[Ints, Ints]:
    kept = [m if use else m[:0] for m, use in zip(members, chosen, strict=True)]
    pointer = np.cumsum([0, *(len(m) for m in kept)]).astype(np.int64)
    return pointer, np.concatenate([np.zeros(0, np.int64), *kept])


def _ttr(here: Places, members: list[Ints], on_links: NDArray[np.bool_], shocks: Shocks) -> list[float]:
    """Give the longest time to recover among the sites of each target."""
    known = np.full(int(here.lines["line"].max() or 0) + 1, np.nan)  # type: ignore[arg-type]
    known[here.lines["line"].to_numpy()] = (
        here.lines["ttr"].cast(pl.Float64).fill_null(shocks.default_ttr_days).to_numpy()
    )
    days = [
        shocks.default_ttr_days if lane or not len(index) else float(known[index].max())
        for index, lane in zip(members, on_links, strict=True)
    ]
    return [max(d, shocks.ttr_floor_days) for d in days]


def _names(network: Network, rows: pl.DataFrame) -> pl.Series:
    tables = {"site": "sites", "region": "regions", "organization": "organizations", "part": "parts"}
    names = [
        network[table].select(target_kind=pl.lit(kind), target=kind, name="name").drop_nulls()
        for kind, table in tables.items()
    ]
    nodes = network["nodes"].select(target_kind=pl.lit("corridor"), target="node", name="name").drop_nulls()
    found = rows.join(pl.concat([*names, nodes]), on=["target_kind", "target"], how="left", maintain_order="left")
    return found.select(pl.coalesce("name", "target")).to_series()


def default_ttr(firm: FirmLines, here: Places, value: NDArray[np.float64], shocks: Shocks) -> tuple[Finding, ...]:
    """Say how much of the value rests on a time to recover that nobody declared, or on stock that nobody declared."""
    worth = np.nan_to_num(value)
    sites = here.lines.filter(~pl.col("site").str.starts_with(OUTSIDE))
    bare = sites.filter(pl.col("ttr").is_null())
    findings = []
    if bare.height:
        total = float(worth[sites["line"].to_numpy()].sum())
        share = float(worth[bare["line"].to_numpy()].sum()) / total if total > 0 else 0.0
        days = max(shocks.default_ttr_days, shocks.ttr_floor_days)
        findings.append(
            Finding(
                rule="default_ttr",
                severity="note",
                table="sites",
                column="ttr_days",
                problem=f"{bare['site'].n_unique()} of {sites['site'].n_unique()} sites, with {share:.0%} of the value, have no time to "
                f"recover; {days:g} days are taken",
                remedy="Ask these sites how long they need to be back.",
                count=bare["site"].n_unique(),
                value=str(bare["site"].sort()[0]),
            )
        )
    if firm.default_stock_share > 0:
        findings.append(
            Finding(
                rule="default_stock",
                severity="note",
                table="links",
                column="stock_days",
                problem=f"the stock of {firm.default_stock_share:.0%} of the value of inputs is not declared; times to survive are given "
                "with the default and without any",
                remedy="Ask the buyers for the days of use that they hold.",
            )
        )
    return tuple(findings)


def unseen_supply(firm: FirmLines) -> tuple[float, tuple[Finding, ...]]:
    """Give the share of the value of inputs that comes from suppliers whom nobody named, and say for which parts.

    They stand where a need has no supplier, and where less flows in than the bill of materials asks for.
    """
    missing = unseen_flow(firm, slot_quantity(firm))
    bare = np.flatnonzero(missing > 0)
    keys = slot_keys(firm)
    worth = (
        firm.lines.select("part", worth=pl.Series(firm.worth)).drop_nans().group_by("part").agg(pl.col("worth").mean())
    )
    price = dict(worth.iter_rows())
    short = sum(float(missing[q]) * price.get(keys[q], 0.0) for q in bare)
    outside = firm.lines["site"].str.starts_with(OUTSIDE).to_numpy() & (firm.arrays.output > 0)
    value = firm.arrays.flow * np.nan_to_num(firm.worth[firm.arrays.supplier])
    nobody = float(value[outside[firm.arrays.supplier]].sum())
    inputs = float(value.sum()) + short
    parts = sorted({*firm.lines["part"].filter(pl.Series(outside)).to_list(), *(keys[q] for q in bare)})
    share = (nobody + short) / inputs if inputs > 0 else 0.0
    if not parts:
        return 0.0, ()
    finding = Finding(
        rule="unseen_supply",
        severity="warning",
        table="links",
        problem=f"{share:.0%} of the value of inputs comes from suppliers whom nobody named, for {len(parts)} parts; they are taken to "
        "deliver whatever happens, unless the part itself is a target",
        remedy="Add the suppliers of these parts to 'links', or their volumes.",
        count=len(parts),
        value=parts[0],
    )
    return share, (finding,)
