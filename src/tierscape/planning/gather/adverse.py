"""Adverse years, drawn from `disruptions`: which capacity is left to whom, and which lanes are closed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.kernels.philox import uniform, words
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.doubts import said
from tierscape.planning.gather.horizon import Span
from tierscape.planning.gather.makers import Makers
from tierscape.planning.problem import empty
from tierscape.quantities.hazards import Durations, hazard_code
from tierscape.quantities.targets import Members, Places, find_members

Floats = NDArray[np.float64]

CLOSED = 0.5
"""Share of a period's passage that a closure must take away for a lane to count as closed; our judgement."""
STRUCK, WHEN = 16, 17
"""Streams of the draws; those of other draws from the same keys have smaller numbers."""
DAYS_A_YEAR = 365.0


@dataclass(frozen=True, eq=False)
class Adverse:
    """Scenarios; W of them over P pairs and L lanes.

    Parameters
    ----------
    scenarios : polars.DataFrame
        Rows of ``scenarios``.
    capacity : numpy.ndarray of float64, shape (W, P)
        Share left.
    closed : numpy.ndarray of bool, shape (W, L)
    findings : tuple of Finding
    """

    scenarios: pl.DataFrame
    capacity: Floats
    closed: NDArray[np.bool_]
    findings: tuple[Finding, ...]


def adverse_years(network: Network, ask: Ask, span: Span, makers: Makers, lanes: pl.DataFrame) -> Adverse:
    """Draw adverse years.

    Parameters
    ----------
    network : Network
        Reads ``disruptions``, ``sites``, ``nodes``.
    ask : Ask
    span : Span
    makers : Makers
    lanes : polars.DataFrame
        See ``Ways.rows``.

    Notes
    -----
    The period is uniform over the plan; every row strikes with its chance in a year, independently of the others, and hits
    all that it names at once. Losses of rows that hit the same maker multiply. Every number depends on seed, scenario and
    the key of the row alone: another row, another order and more scenarios change no draw. O(scenarios · (rows + hits)).
    """
    count, pairs = ask.risk.scenarios, makers.rows.height
    rows = network["disruptions"].sort("disruption")
    chance = rows["annual_probability"].fill_null(0.0).to_numpy()
    possible = rows.filter(pl.Series(chance > 0, dtype=pl.Boolean))
    wanted = ask.risk.weight > 0 or "cvar" in ask.search.objectives
    if not count or possible.is_empty():
        calm = said("no_disruptions", "disruptions.annual_probability", [network.name] if wanted and count else [],
                    "nothing can go wrong, since no disruption has a chance; the tail risk is 0", "Fill 'disruptions'.")  # fmt: skip
        return Adverse(empty("scenarios"), np.empty((0, pairs)), np.empty((0, lanes.height), dtype=np.bool_), calm)
    here = _places(network, makers.rows, lanes)
    numbers = np.arange(1, count + 1, dtype=np.uint64)
    codes = np.array([hazard_code(key) for key in possible["disruption"]], dtype=np.uint64)
    drawn = uniform(words(ask.risk.seed, numbers, codes, stream=STRUCK, number=1)[:, :, 0])
    struck = drawn < possible["annual_probability"].to_numpy()[None, :]
    when = uniform(
        words(ask.risk.seed, numbers, np.array([hazard_code("period")], np.uint64), stream=WHEN, number=1)[:, 0, 0]
    )
    period = np.minimum((when * span.count).astype(np.int64), span.count - 1)
    capacity, closed = np.ones((count, pairs)), np.zeros((count, lanes.height), dtype=np.bool_)
    idle, brief = [], []
    for h, row in enumerate(possible.iter_rows(named=True)):
        members = find_members(here, row["target_kind"], row["target"], row["part"])
        taken = _taken(row, here, members, span)
        hit = struck[:, h]
        if not len(members.index):
            idle.append(row["disruption"])
        elif members.on_links:
            closed[np.ix_(hit, members.index)] |= taken >= CLOSED
            brief += [row["disruption"]] if taken < CLOSED else []
        else:
            capacity[np.ix_(hit, members.index)] *= 1.0 - taken
    names = possible["disruption"].to_list()
    scenarios = pl.DataFrame({
        "key": [f"adverse year {n}" for n in range(1, count + 1)], "period": period, "probability": np.full(count, 1.0 / count),
        "targets": ["; ".join(names[h] for h in np.flatnonzero(hits)) for hits in struck],
    })  # fmt: skip
    return Adverse(scenarios, capacity, closed, _findings(rows, idle, brief))


def _taken(row: dict[str, object], here: Places, members: Members, span: Span) -> float:
    """Share of a period's capacity that a row takes."""
    days = row["duration_days"]
    lasting = Durations().of(here, members) if days is None else float(str(days))
    loss = 1.0 if row["capacity_loss"] is None else float(str(row["capacity_loss"]))
    return loss * min(1.0, lasting / DAYS_A_YEAR * span.per_year)


def _places(network: Network, pairs: pl.DataFrame, lanes: pl.DataFrame) -> Places:
    """Give pairs and lanes as what targets are looked up in."""
    sites = network["sites"].select("site", "lat", "lon", ttr=pl.min_horizontal("ttr_days", "alternate_ttr_days"))
    lines = pairs.with_row_index("line").with_columns(pl.col("line").cast(pl.Int64)).filter(~pl.col("market"))
    lines = lines.join(sites, on="site", how="left", maintain_order="left").select(
        "line", "site", "part", "region", "country", "organization", "lat", "lon", "ttr"
    )
    moving = lanes.with_row_index("arc").filter(~pl.col("free"))
    ends = [pl.min_horizontal("country", "buyer_country"), pl.max_horizontal("country", "buyer_country")]
    nodes = network["nodes"]
    border = nodes.filter((pl.col("kind") == "border_crossing") & pl.col("other_country").is_not_null()).select(
        node="node",
        border=pl.concat_str(
            pl.min_horizontal("country", "other_country"), pl.max_horizontal("country", "other_country"), separator="-"
        ),
    )
    links = moving.select(
        pl.col("arc").cast(pl.Int64), "supplier", "buyer", "part", "mode", one=ends[0], other=ends[1],
        route=pl.col("route").str.split(";").list.eval(pl.element().str.strip_chars()),
    )  # fmt: skip
    passed = (
        links.select("arc", node="route").explode("node", keep_nulls=False, empty_as_null=False).join(border, on="node")
    )
    across = links.filter(pl.col("one") != pl.col("other")).select(
        "arc", border=pl.concat_str("one", "other", separator="-")
    )
    borders = pl.concat([across, passed.select("arc", "border")]).unique().sort("arc", "border")
    grouped = borders.group_by("arc", maintain_order=True).agg(borders="border")
    none = pl.lit([], dtype=pl.List(pl.String))
    links = links.join(grouped, on="arc", how="left", maintain_order="left").with_columns(
        pl.col("borders").fill_null(none)
    )
    return Places(lines, links, nodes)


def _findings(rows: pl.DataFrame, idle: list[str], brief: list[str]) -> tuple[Finding, ...]:
    def lacking(column: str) -> pl.Series:
        return rows.filter(pl.col(column).is_null())["disruption"]

    return (
        *said("never_drawn", "disruptions.annual_probability", lacking("annual_probability"),
              "{n} disruptions have no probability; they are never drawn", "Give the chance in a year."),
        *said("unknown_duration", "disruptions.duration_days", lacking("duration_days"),
              "{n} disruptions have no duration; the time to recover of the sites hit is taken", "Give how long it lasts."),
        *said("unknown_loss", "disruptions.capacity_loss", lacking("capacity_loss"),
              "{n} disruptions have no capacity loss; all is taken to be lost", "Give the share lost."),
        *said("hits_nobody", "disruptions.target", idle, "{n} disruptions hit no maker and no lane of the plan", "Correct the target."),
        *said("closure_brief", "disruptions.duration_days", brief,
              "{n} closures of lanes take less than half of a period's passage and close none in the plan",
              "Plan in half-years, or study them with 'stress'."),
    )  # fmt: skip
