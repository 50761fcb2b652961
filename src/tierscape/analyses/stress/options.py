"""What can be done against losses: more stock of a part, a second source for it, here or in another region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.stress.assumptions import Mitigation
from tierscape.analyses.stress.chain import slot_keys
from tierscape.analyses.stress.study import Study
from tierscape.kernels.firm_network import FirmNetwork
from tierscape.network import Network
from tierscape.quantities.firm_flows import DAYS_A_YEAR
from tierscape.quantities.hazards import drawable
from tierscape.quantities.targets import Places

READY_DAYS = 90.0
"""Days until a second source delivers where nothing is declared."""
DAYS_A_MONTH = 365.0 / 12

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Source:
    """A second source, seen from the lines that it stands in for.

    Parameters
    ----------
    lines : numpy.ndarray of int64
        Lines of its part that have output today.
    share : float
        Part of their output that it can make, 0 to 1.
    ready_days : float
        Days after the beginning of an outage.
    struck : numpy.ndarray of bool, shape (hazards,)
        Hazards that hit it too.
    """

    lines: Ints
    share: float
    ready_days: float
    struck: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Option:
    """Something that can be done.

    Parameters
    ----------
    words : str
        As a sentence says it: "hold 15 more days of seals".
    kind : {"stock", "second_source", "dual_region", "pair"}
    target : str
        Part, or site and part.
    cost : float
        Money a year; NaN unknown.
    slots : numpy.ndarray of int64
        Slots whose stock grows.
    days : float
        By so many days of use.
    sources : tuple of Source
    note : str
    """

    words: str
    kind: str
    target: str
    cost: float
    slots: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    days: float = 0.0
    sources: tuple[Source, ...] = ()
    note: str = ""

    def stocked(self, network: FirmNetwork) -> FirmNetwork:
        """Give the network with this stock added."""
        days = network.slot_days.copy()
        days[self.slots] += self.days
        return network._replace(slot_days=days)


def stock_options(study: Study, parts: Sequence[str], days: float, mitigation: Mitigation) -> list[Option]:
    """Offer so many more days of each part, held by all who use it; of a product, as finished stock.

    Parameters
    ----------
    study : Study
    parts : sequence of str
    days : float
    mitigation : Mitigation

    Returns
    -------
    list of Option
        Parts that nobody holds have none.
    """
    network = study.case.network
    keys = np.array(slot_keys(study.firm), dtype=np.str_)
    slot = np.repeat(np.arange(len(keys)), np.diff(network.arc_start))
    value = np.bincount(slot, network.flow * study.firm.worth[network.supplier], minlength=len(keys))
    moving = network.slot_flow > 0
    options = []
    for part in parts:
        mine = np.flatnonzero((keys == part) & moving)
        if len(mine):
            cost = float(days * value[mine].sum() * mitigation.holding_rate)
            words = f"hold {days:g} more days of {part}"
            options.append(Option(words, "stock", part, cost, mine, days, note=f"at {len(mine)} users"))
    return options


def source_options(network: Network, study: Study, here: Places, mitigation: Mitigation) -> list[Option]:
    """Offer makers that nobody buys from today, and projects that add capacity, as second sources of their part.

    Parameters
    ----------
    network : Network
        Reads ``capabilities``, ``projects``, ``sites``.
    study : Study
    here : Places
    mitigation : Mitigation

    Returns
    -------
    list of Option
        ``dual_region`` where no maker of the part stands in its region today.
    """
    annuity = _annuity(mitigation)
    idle = _idle_makers(network, study).with_columns(
        cost=pl.lit(mitigation.qualification_cost, pl.Float64) * annuity, words=pl.lit("qualify")
    )
    sites = network["sites"].select("site", "organization", "region", "country", "alternate_ttr_days")
    projects = (
        network["projects"]
        .filter(pl.col("kind") == "capacity")
        .select(
            "site",
            "part",
            capacity=pl.col("added_capacity_per_year") / DAYS_A_YEAR,
            ready=pl.lit(READY_DAYS),
            words=pl.format("do project {},", "project"),
            cost=pl.col("capex") * annuity + pl.col("opex_per_year").fill_null(0.0),
        )
    )  # fmt: skip
    rows = pl.concat([idle, projects], how="diagonal").filter(pl.col("capacity") > 0)
    rows = rows.join(sites, on="site", how="left", maintain_order="left").sort("part", "site", "words")
    regions = here.lines.filter(pl.Series(study.case.network.output > 0).gather(here.lines["line"]))
    busy = set(regions.select("part", "region").drop_nulls().iter_rows())
    made = [_source_option(row, study, busy) for row in rows.iter_rows(named=True)]
    return [option for option in made if option is not None]


def _idle_makers(network: Network, study: Study) -> pl.DataFrame:
    """List capabilities of the lines without output: ``site``, ``part``, ``capacity`` a day, ``ready`` days."""
    graph = study.firm.graph
    idle = graph.lines.filter(pl.Series(study.case.network.output[: graph.n] <= 0))
    known = network["capabilities"].select(
        "site", "part", ready=pl.col("lead_time_days").fill_null(READY_DAYS),
        capacity=pl.col("capacity_per_year") * (1.0 + pl.col("flex_share").fill_null(0.0)) / DAYS_A_YEAR,
    )  # fmt: skip
    return idle.join(known, on=["site", "part"], how="inner", maintain_order="left")


def _source_option(row: dict[str, object], study: Study, busy: set[tuple[str, str]]) -> Option | None:
    part, site = str(row["part"]), str(row["site"])
    output = study.case.network.output
    mine = (study.firm.lines["part"] == part).to_numpy() & (output > 0)
    mine[study.firm.graph.n :] = False
    if not mine.any():
        return None
    ready = row["ready"] if row["alternate_ttr_days"] is None else row["alternate_ttr_days"]
    struck = np.array(
        [_hits(h.kind, h.target, h.members.units, row, h.members.on_links) for h in drawable(study.hazards)], np.bool_
    )
    share = min(1.0, float(str(row["capacity"])) / float(output[mine].sum()))
    kind = "second_source" if (part, row["region"]) in busy else "dual_region"
    cost = np.nan if row["cost"] is None else float(str(row["cost"]))
    source = Source(np.flatnonzero(mine), share, float(str(ready)), struck)
    words = f"{row['words']} {site} for {part}"
    return Option(
        words,
        kind,
        f"{site}/{part}",
        cost,
        sources=(source,),
        note=f"stands in for {share:.0%} after {source.ready_days:g} days",
    )


def _hits(kind: str, target: str, units: Sequence[str], row: dict[str, object], on_links: bool) -> bool:  # noqa: FBT001
    """Tell whether a hazard strikes a site that may not have a line yet."""
    if on_links:
        return False
    return row["site"] in units or (kind in ("region", "country", "organization") and row[kind] == target)


def _annuity(mitigation: Mitigation) -> float:
    """Share of an investment that is paid each year."""
    rate, years = mitigation.capital_rate, mitigation.life_years
    return 1.0 / years if rate == 0 else rate / (1.0 - (1.0 + rate) ** -years)
