"""What stands in the way of a delivery: the first limit on the way from the demand up the tiers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import polars as pl

from tierscape.planning.problem import Problem
from tierscape.planning.standing import Floats, Standing

FULL = 1e-6
"""Relative room below which a capacity is full."""


@dataclass(frozen=True, eq=False)
class Blocked:
    """Finds what blocks deliveries in a plan.

    Parameters
    ----------
    problem : Problem
    output : numpy.ndarray of float64, shape (P, T)
        What is made.
    stand : Standing
    """

    problem: Problem
    output: Floats
    stand: Standing

    @cached_property
    def _makers(self) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """Pairs with a lane to each want and to each need."""
        lanes = self.problem["lanes"]
        found = []
        for user in ("want", "need"):
            rows = lanes.drop_nulls(user).group_by(user).agg(pl.col("pair").unique().sort())
            found.append(dict(zip(rows[user].to_list(), rows["pair"].to_list(), strict=True)))
        return found[0], found[1]

    @cached_property
    def _needs(self) -> dict[int, list[tuple[int, bool]]]:
        """Needs of each pair, with whether the child is one of several alternatives."""
        rows = (
            self.problem["recipes"]
            .group_by("pair", maintain_order=True)
            .agg("need", chosen=pl.col("group").is_not_null())
        )
        return {p: list(zip(n, c, strict=True)) for p, n, c in rows.select("pair", "need", "chosen").iter_rows()}

    def _name(self, part: int) -> str:
        row = self.problem["parts"].row(part, named=True)
        return str(row["name"] or row["part"])

    def cause(self, want: int, period: int) -> str:
        """Say what stands in the way of one demand in one period."""
        region, part = self.problem["wants"].select("region", "part").row(want)
        return self._at(self._makers[0].get(want, []), part, region, period, frozenset())

    def _at(self, makers: list[int], part: int, user: str, period: int, seen: frozenset[int]) -> str:
        """Look at the makers that could serve a user: without a way, not ready, full, or short of something themselves."""
        name = self._name(part)
        if not makers:
            return self._no_lane(part, user)
        able = [p for p in makers if self.stand.able[p, period]]
        if not able:
            return f"no maker of {name} is qualified yet{self._ready(makers, period)}"
        capacity = self.stand.capacity[able, period]
        free = [p for p, c in zip(able, capacity, strict=True) if self.output[p, period] < c * (1 - FULL) - FULL]
        if not free:
            have = float(capacity.sum())
            return f"the capacity for {name} is full at {have:,.4g}{self._earliest(makers, period)}"
        for pair in free:
            for need, chosen in self._needs.get(pair, []):
                child = int(self.problem["needs"]["part"][need])
                if chosen or child in seen:
                    continue
                site = str(self.problem["needs"]["site"][need])
                below = self._at(self._makers[1].get(need, []), child, site, period, seen | {child})
                if below:
                    return below
        return "" if seen else "serving it costs more than leaving it unmet"

    def _no_lane(self, part: int, user: str) -> str:
        left = self.problem.left_out.filter(
            (pl.col("part") == self.problem["parts"]["part"][part]) & (pl.col("buyer") == user)
        )
        long = left.filter(pl.col("reason") == "too long").drop_nulls("days")
        if long.height:
            return (
                f"no lane brings {self._name(part)} to {user} in time: {long.height} left out "
                f"({', '.join(long['supplier'].sort().head(3))}), the fastest takes {float(long['days'].sort()[0]):.3g} days"
            )
        return f"nobody who makes {self._name(part)} can deliver to {user}"

    def _ready(self, makers: list[int], period: int) -> str:
        first = self.stand.able[makers].argmax(axis=1)
        later = [int(t) for p, t in zip(makers, first, strict=True) if self.stand.able[p].any() and t > period]
        return f"; the first will be in {self._year(min(later))}" if later else ""

    def _earliest(self, makers: list[int], period: int) -> str:
        """Name the project that adds to these makers first."""
        rows = self.problem["projects"].filter(pl.col("pair").is_in(makers)).with_columns(pl.col("lead").fill_null(0))
        rows = rows.filter(pl.col("added") > 0).sort("lead", "project")
        if rows.is_empty():
            return ""
        lead = int(rows["lead"][0])
        return (
            f"; the earliest project that adds any is {rows['project'][0]}, ready in {self._year(lead)}"
            if lead > period
            else ""
        )

    def _year(self, period: int) -> int:
        return int(self.problem["periods"]["year"][0]) + period // self.problem.periods_per_year


def unmet(problem: Problem, rows: pl.DataFrame, blocked: Blocked, point: int) -> pl.DataFrame:
    """Name region, product and cause of unmet demand, summed by year."""
    wants, parts = problem["wants"], problem["parts"]["part"].to_list()
    year = problem["periods"]["year"].to_list()
    named = [
        (point, year[t], wants["region"][w], parts[wants["part"][w]], units, share, blocked.cause(w, t))
        for w, t, units, share in rows.iter_rows()
    ]
    schema = {
        "point": pl.Int64, "year": pl.Int64, "region": pl.String, "product": pl.String, "units": pl.Float64,
        "share": pl.Float64, "reason": pl.String,
    }  # fmt: skip
    frame = pl.DataFrame(named, schema=schema, orient="row")
    sums = frame.group_by("point", "year", "region", "product").agg(
        pl.sum("units"), (pl.col("units") / pl.col("share")).sum().alias("asked"), pl.first("reason")
    )
    return (
        sums.with_columns(share=pl.col("units") / pl.col("asked"))
        .sort("year", "region", "product")
        .select(list(schema))
    )
