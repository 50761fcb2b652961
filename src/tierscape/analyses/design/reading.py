"""From the numbers of a plan to the tables that people read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from tierscape.planning.problem import Problem
from tierscape.planning.standing import Floats, Standing, Values, standing, value

SMALL = 1e-6
"""Units by unit of need below which a flow is none: the solver's tolerance."""


@dataclass(frozen=True, eq=False)
class PlanNumbers:
    """A plan as numbers, and what they amount to.

    Parameters
    ----------
    point : int
        Point of the frontier.
    problem : Problem
    values : Mapping of str to numpy.ndarray
        Numbers by variable.
    stand : Standing
    """

    point: int
    problem: Problem
    values: Values
    stand: Standing

    @classmethod
    def of(cls, point: int, problem: Problem, values: Values) -> PlanNumbers:
        """Work out what the decisions amount to."""
        return cls(point, problem, values, standing(problem, values))

    def number(self, name: str, table: str) -> Floats:
        """Give a variable over rows of a table and periods."""
        return value(self.values, name, self.problem[table].height, self.problem.horizon)

    def long(self, numbers: Floats, least: Floats | float, name: str) -> pl.DataFrame:
        """Give the entries above a least as rows: row, period, year and the number."""
        rows, periods = np.nonzero(numbers > least)
        year = self.problem["periods"]["year"].to_numpy()[periods]
        return pl.DataFrame({"row": rows, "period": periods, "year": year, name: numbers[rows, periods]})

    def year_of(self, period: int) -> int:
        """Give the calendar year of a period, past the horizon too."""
        return int(self.problem["periods"]["year"][0]) + period // self.problem.periods_per_year


def part_names(problem: Problem) -> pl.DataFrame:
    """Part keys by row number."""
    return problem["parts"].select("part").with_row_index("_p").select(pl.col("_p").cast(pl.Int64), part_key="part")


def _pairs(problem: Problem) -> pl.DataFrame:
    """Site, part key, country and side of each pair by row number."""
    pairs = problem["pairs"].join(part_names(problem), left_on="part", right_on="_p", how="left", maintain_order="left")
    return pairs.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64), part="part_key").drop("part_key")


def flows(plan: PlanNumbers) -> pl.DataFrame:
    """Flows by year and lane."""
    problem = plan.problem
    lanes = problem["lanes"].with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))
    pairs = _pairs(problem).select(pair="row", supplier="site", part="part", part_row=problem["pairs"]["part"])
    needs = problem["needs"].with_row_index("need").select(pl.col("need").cast(pl.Int64), need_site="site")
    wants = problem["wants"].with_row_index("want").select(pl.col("want").cast(pl.Int64), want_region="region")
    lanes = (
        lanes.join(pairs, on="pair", how="left").join(needs, on="need", how="left").join(wants, on="want", how="left")
    )
    lanes = lanes.sort("row")
    floor = SMALL * np.maximum(1.0, problem["parts"]["need"].fill_null(0.0).to_numpy())
    least = floor[problem["pairs"]["part"].to_numpy()[problem["lanes"]["pair"].to_numpy()]][:, None]
    long = plan.long(plan.number("flow", "lanes"), least, "units")
    duty = problem.lane_duty[long["row"].to_numpy(), long["period"].to_numpy()] if long.height else np.zeros(0)
    rows = long.with_columns(duty=duty).join(lanes, on="row", how="left", maintain_order="left")
    money = pl.sum_horizontal(pl.col("freight", "stock", "duty").fill_null(0.0)) * pl.col("units")
    key = ["year", "supplier", "buyer", "part", "mode"]
    sums = rows.with_columns(
        buyer=pl.coalesce("need_site", "want_region"), cost=money, co2_kg=pl.col("kg") * pl.col("units"),
        mode=pl.col("mode").fill_null("none"),
    ).group_by(key).agg(
        pl.sum("units", "cost"),
        pl.when(pl.col("co2_kg").is_null().any()).then(None).otherwise(pl.sum("co2_kg")).alias("co2_kg"),
        today=pl.col("existing").fill_null(value=False).any(),
    )  # fmt: skip
    return sums.sort(key).select(pl.lit(plan.point).alias("point"), *key, "units", "cost", "co2_kg", "today")


def production(plan: PlanNumbers) -> pl.DataFrame:
    """What each site makes by year, and how full it is."""
    problem = plan.problem
    output = plan.number("output", "pairs")
    need = SMALL * np.maximum(
        1.0, problem["parts"]["need"].fill_null(0.0).to_numpy()[problem["pairs"]["part"].to_numpy()]
    )
    stands = (output > need[:, None]) | ((plan.stand.added > 0) & (plan.stand.capacity > 0))
    rows, periods = np.nonzero(stands)
    frame = pl.DataFrame({
        "row": rows, "year": problem["periods"]["year"].to_numpy()[periods], "units": output[rows, periods],
        "capacity": plan.stand.capacity[rows, periods], "from_projects": plan.stand.added[rows, periods],
    })  # fmt: skip
    frame = frame.with_columns(pl.when(pl.col("capacity").is_finite()).then("capacity").alias("capacity"))
    key = ["year", "site", "part"]
    frame = frame.join(_pairs(problem).select("row", "site", "part", "country", "ally"), on="row", how="left")
    whole = pl.when(pl.col("capacity").is_not_null().all()).then(pl.sum("capacity")).alias("capacity")
    sums = frame.group_by(key).agg(pl.first("country", "ally"), pl.sum("units", "from_projects"), whole)
    used = pl.when(pl.col("capacity") > 0).then(pl.col("units") / pl.col("capacity")).alias("utilisation")
    return sums.sort(key).select(
        pl.lit(plan.point).alias("point"), *key, "country", "ally", "units", "capacity", used, "from_projects"
    )


def projects(plan: PlanNumbers, grants: Floats, reasons: Mapping[str, str]) -> pl.DataFrame:
    """Projects that start, who pays, and when they are ready; a fast-track copy stands under its project's key."""
    problem, stand = plan.problem, plan.stand
    table = problem["projects"]
    rows = np.flatnonzero(stand.started >= 0)
    picked = table[rows].with_columns(
        started=pl.Series(stand.started[rows]), buyer_share=pl.Series(stand.share[rows]), grant=pl.Series(grants[rows]),
    )  # fmt: skip
    parts = problem["parts"]["part"].to_list()
    of_pair = problem["pairs"]["part"].to_list()
    frame = picked.with_columns(
        year=pl.Series([plan.year_of(int(t)) for t in stand.started[rows]], dtype=pl.Int64),
        ready_year=pl.Series(
            [plan.year_of(int(t) + (lead or 0)) for t, lead in zip(stand.started[rows], picked["lead"], strict=True)], dtype=pl.Int64
        ),
        part=pl.Series([None if p is None else parts[of_pair[p]] for p in picked["pair"]], dtype=pl.String),
        capex_buyer=pl.col("buyer_share") * pl.col("capex").fill_null(0.0),
        capex_supplier=(1 - pl.col("buyer_share")) * pl.col("capex").fill_null(0.0),
        reason=pl.Series([reasons.get(key, "") for key in picked["project"]], dtype=pl.String),
    )  # fmt: skip
    return frame.sort("year", "project").select(
        pl.lit(plan.point).alias("point"), "project", pl.lit(None, pl.String).alias("name"), "site", "part", "region", "year",
        "ready_year", "buyer_share", "capex_buyer", "capex_supplier", "grant", pl.col("jobs").cast(pl.Float64), "reason",
    )  # fmt: skip


def contracts(plan: PlanNumbers) -> pl.DataFrame:
    """Contracts that run, by year: taken, and paid for nothing."""
    problem = plan.problem
    table = problem["contracts"].join(_pairs(problem).select(pair="row", supplier="site", part="part"), on="pair", how="left", maintain_order="left")  # fmt: skip
    sign = value(plan.values, "sign", table.height)
    taken, short = plan.number("taken", "contracts"), plan.number("shortfall", "contracts")
    rows = [
        (
            row["contract"], row["supplier"], row["buyer"], row["part"], plan.year_of(t), row["volume"], taken[c, t],
            short[c, t], short[c, t] * row["price"], "signed before" if row["signed"] else "signed by this plan",
        )
        for c, row in enumerate(table.iter_rows(named=True))
        if sign[c] > 0.5 and row["first"] is not None
        for t in range(max(row["first"], 0), min(row["last"], problem.horizon - 1) + 1)
    ]  # fmt: skip
    names = (
        "contract",
        "supplier",
        "buyer",
        "part",
        "year",
        "committed",
        "taken",
        "shortfall",
        "paid_for_nothing",
        "status",
    )
    texts = {"contract", "supplier", "buyer", "part", "status"}
    schema = {n: pl.String if n in texts else pl.Int64 if n == "year" else pl.Float64 for n in names}
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    sums = frame.group_by("contract", "year", maintain_order=True).agg(
        pl.first("supplier", "buyer", "part"),
        pl.sum("committed", "taken", "shortfall", "paid_for_nothing"),
        pl.first("status"),
    )
    return sums.sort("contract", "year").select(
        pl.lit(plan.point).alias("point"), "contract", "supplier", "buyer", "part", "year", "committed", "taken", "shortfall",
        "paid_for_nothing", "status",
    )  # fmt: skip


def qualifications(plan: PlanNumbers) -> pl.DataFrame:
    """Pairs that the plan qualifies."""
    problem = plan.problem
    chosen = plan.long(plan.number("qualify", "pairs"), 0.5, "_one")
    rows = chosen.join(
        _pairs(problem).select("row", "site", "part", "qualify_cost", "qualify_periods"), on="row", how="left"
    )
    ready = pl.Series(
        [plan.year_of(t + (w or 0)) for t, w in rows.select("period", "qualify_periods").iter_rows()], dtype=pl.Int64
    )
    return rows.with_columns(ready_year=ready).sort("site", "part").select(
        pl.lit(plan.point).alias("point"), "site", "part", "year", "ready_year", cost="qualify_cost"
    )  # fmt: skip


def hubs(plan: PlanNumbers) -> pl.DataFrame:
    """Regions by year: whether a cluster operates, what its qualified sites cover, and what is missing."""
    problem = plan.problem
    covers, classes = problem["covers"], problem["classes"]["part"].to_list()
    if covers.is_empty():
        return pl.DataFrame(schema={"point": pl.Int64, "region": pl.String, "year": pl.Int64, "operates": pl.Boolean, "completeness": pl.Float64, "missing": pl.String})  # fmt: skip
    hub = plan.number("hub", "regions")
    keys, parts = problem["regions"]["region"].to_list(), problem["parts"]["part"].to_list()
    rows = []
    for (region,), group in covers.group_by("region", maintain_order=True):
        for t in range(problem.periods_per_year - 1, problem.horizon, problem.periods_per_year):
            able = plan.stand.able[group["pair"].to_numpy(), t] & (plan.stand.capacity[group["pair"].to_numpy(), t] > 0)
            held = set(group["class"].to_numpy()[able].tolist())
            missing = [parts[p] for c, p in enumerate(classes) if c not in held]
            rows.append((
                plan.point, keys[int(region)], plan.year_of(t), bool(hub[int(region), t] > 0.5),
                len(held) / len(classes), "; ".join(missing),
            ))  # fmt: skip
    frame = pl.DataFrame(rows, schema=["point", "region", "year", "operates", "completeness", "missing"], orient="row")
    return frame.sort("region", "year")


def buffers(plan: PlanNumbers, holding_rate: float) -> pl.DataFrame:
    """Buffer stocks."""
    table, parts = plan.problem["buffers"], plan.problem["parts"]["part"].to_list()
    units = value(plan.values, "buffer", table.height)
    frame = table.with_columns(
        units=pl.Series(units, dtype=pl.Float64), part=pl.Series([parts[p] for p in table["part"]], dtype=pl.String)
    ).filter(pl.col("units") > SMALL)  # fmt: skip
    frame = frame.group_by("site", "part").agg(
        pl.sum("units"), holding_cost=(pl.col("units") * pl.col("value")).sum() * holding_rate
    )
    return frame.sort("site", "part").select(pl.lit(plan.point).alias("point"), "site", "part", "units", "holding_cost")
