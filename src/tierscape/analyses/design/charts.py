"""The pictures of `design`."""

from __future__ import annotations

from typing import Protocol

import polars as pl

from tierscape.charts import Chart, ranked_bars
from tierscape.charts.calendars import calendar_bars
from tierscape.charts.frontiers import frontier_bands
from tierscape.charts.lane_maps import lane_map
from tierscape.reference import borders_geojson
from tierscape.schema import MODES

AXES = {
    "ally_share": "allied share of value added, %",
    "co2_t": "t CO2e over the horizon",
    "cvar": "mean loss of bad years, M",
}


class DesignLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def points(self) -> pl.DataFrame:
        """Plans."""
        ...

    @property
    def worth(self) -> pl.DataFrame:
        """Worth of scarce things."""
        ...

    @property
    def because(self) -> pl.DataFrame:
        """Price of the opposite."""
        ...

    @property
    def places(self) -> pl.DataFrame:
        """Where sites and regions stand."""
        ...

    @property
    def currency(self) -> str:
        """Currency."""
        ...

    @property
    def shown(self) -> int:
        """Point that is shown first."""
        ...

    def of_plan(self, name: str) -> pl.DataFrame:
        """Rows of a table that belong to that point."""
        ...


def design_charts(answer: DesignLike) -> tuple[Chart, ...]:
    """Give the pictures for which the answer holds numbers."""
    drawn = (
        frontier(answer), calendar(answer), costs(answer), capacity(answer), flow_map(answer), search(answer),
        reasons(answer), worth(answer),
    )  # fmt: skip
    return tuple(chart for chart in drawn if chart is not None)


def frontier(answer: DesignLike) -> Chart | None:
    """Draw what the second goal costs."""
    rows = answer.points.drop_nulls("upper_bound")
    asked = [c for c in AXES if rows[c].drop_nulls().n_unique() > 1]
    if rows.height < 2 or not asked:
        return None
    goal = max(asked, key=lambda c: (rows[c].n_unique(), c == "ally_share"))
    low, *_, high = rows["upper_bound"].sort()
    # beside the cheapest: the plans of a frontier often differ by less than a thousandth of what they cost
    more = (pl.col("lower_bound", "upper_bound") - low) / 1e6
    rows = rows.with_columns(more, word="plan " + pl.col("point").cast(pl.String)).sort(goal)
    size = {"cvar": 1e-6, "ally_share": 100.0}.get(goal, 1.0)
    rows = rows.with_columns(pl.col(goal) * size)
    return Chart(
        "frontier",
        "What the goals cost",
        frontier_bands(rows, x=goal, span=("lower_bound", "upper_bound"), label="word", apart="distinguishable", mark="knee",
                       titles=(AXES[goal], f"M {answer.currency} more than the cheapest".replace("  ", " "))),
        f"{rows.height} plans; the objective goes from {low / 1e6:,.6g} to {high / 1e6:,.6g} M.",
        "points",
        "From proven bound to plan; overlapping plans are not joined.",
    )  # fmt: skip


def calendar(answer: DesignLike) -> Chart | None:
    """Draw when projects are built and run, and contracts run."""
    started = answer.of_plan("projects")
    signed = answer.of_plan("contracts")
    last = answer.of_plan("production")["year"].max()
    if started.is_empty() and signed.is_empty():
        return None
    end = int(last) + 1 if last is not None else 0  # type: ignore[arg-type]
    name = pl.coalesce("name", "project")
    built = started.select(
        label=name, kind=pl.lit("being built"), start="year", end=pl.col("ready_year").clip(upper_bound=end),
        word=pl.format("{} % ours", (pl.col("buyer_share") * 100).round().cast(pl.Int64)),
    )  # fmt: skip
    runs = started.filter(pl.col("ready_year") < end).select(
        label=name, kind=pl.lit("at work"), start="ready_year", end=pl.lit(end), word=pl.lit("")
    )
    deals = signed.group_by("contract", "status", maintain_order=True).agg(pl.min("year"), last=pl.max("year") + 1)
    deals = deals.select(
        label=pl.format("contract {}", "contract"),
        kind=pl.lit("under contract"),
        start="year",
        end="last",
        word="status",
    )
    kinds = {"start": pl.Float64, "end": pl.Float64}
    rows = pl.concat([frame.cast(kinds) for frame in (built, runs, deals)])  # type: ignore[arg-type]
    order = rows.group_by("label", maintain_order=True).agg(first=pl.min("start"))
    rows = rows.join(order, on="label").filter(pl.col("end") > pl.col("start")).sort("first", "label", "start")
    if rows.is_empty():
        return None
    return Chart(
        "calendar",
        "What starts when",
        calendar_bars(rows, label="label", kind="kind", span=("start", "end"), word="word", title="year"),
        f"{started.height} projects and {deals.height} contracts over the years of the plan.",
        "projects",
    )


def costs(answer: DesignLike) -> Chart | None:
    """Draw the terms of the cost."""
    rows = answer.of_plan("costs").filter(pl.col("money").abs() > 0).with_columns(pl.col("money") / 1e6)
    if rows.is_empty():
        return None
    rows = rows.sort(-pl.col("money").abs(), "term").with_columns(
        pl.col("term").str.replace_all("_", " "),
        size=pl.col("money").abs(),
        kind=pl.when(pl.col("money") < 0).then(pl.lit("saved")).otherwise(pl.lit("")),
    )
    return Chart(
        "costs",
        "What the plan pays",
        ranked_bars(
            rows, label="term", value="size", title=f"M {answer.currency}, present value".strip(), color="kind"
        ),
        f"The largest term is {rows['term'][0]} with {rows['money'][0]:,.4g} M.",
        "costs",
    )


def capacity(answer: DesignLike) -> Chart | None:
    """Draw how full the capacities for each part are in the last year."""
    made = answer.of_plan("production")
    rows = made.filter(pl.col("year") == pl.col("year").max()).drop_nulls("capacity").filter(pl.col("capacity") > 0)
    if rows.is_empty():
        return None
    sums = rows.group_by("part").agg(pl.sum("units", "capacity", "from_projects"))
    sums = sums.select("part", share=100 * pl.col("units") / pl.col("capacity"),
                       added=100 * pl.col("from_projects") / pl.col("capacity")).sort(-pl.col("share"), "part")  # fmt: skip
    word = (
        pl.when(pl.col("added") > 0.5)
        .then(pl.format("{} % new", pl.col("added").round().cast(pl.Int64)))
        .otherwise(pl.lit(""))
    )
    year = rows["year"][0]
    return Chart(
        "capacity",
        f"How full the makers are in {year}",
        ranked_bars(
            sums.with_columns(word=word), label="part", value="share", title="use of capacity, %", color="word"
        ),
        f"Use of the capacity by part in {year}; the fullest is {sums['part'][0]} at {sums['share'][0]:.0f} %.",
        "production",
        "The words tell what share of the capacity projects of the plan add.",
    )


def flow_map(answer: DesignLike) -> Chart | None:
    """Draw the flows of the last year between known places."""
    flows = answer.of_plan("flows")
    flows = flows.filter(pl.col("year") == pl.col("year").max()).group_by("supplier", "buyer", "mode").agg(
        value=pl.sum("cost") / 1e6, parts=pl.col("part").n_unique()
    )  # fmt: skip
    start = answer.places.rename({"place": "supplier", "lat": "lat1", "lon": "lon1"})
    stop = answer.places.rename({"place": "buyer", "lat": "lat2", "lon": "lon2"})
    rows = flows.join(start, on="supplier").join(stop, on="buyer").drop_nulls(["lat1", "lat2"])
    rows = rows.filter((pl.col("supplier") != pl.col("buyer")) & (pl.col("value") > 0))
    if rows.is_empty():
        return None
    rows = rows.with_columns(
        pl.col("mode").fill_null("road").alias("word"), name=pl.format("{} → {}", "supplier", "buyer")
    )
    rows = rows.sort(["value", "name"], descending=[True, False])
    return Chart(
        "flow_map",
        "Who supplies whom under the plan",
        lane_map(
            borders_geojson(),
            rows,
            words=MODES,
            title=f"M {answer.currency} a year for freight, duty and stock".replace("  ", " "),
        ),
        f"Flows of the last year; the dearest way is {rows['name'][0]}.",
        "flows",
        "The wider, the more freight, duty and stock cost.",
    )


def search(answer: DesignLike) -> Chart | None:
    """Draw how wide each plan's gap is."""
    rows = answer.points.drop_nulls("gap")
    if rows.is_empty() or rows["gap"].max() == 0:
        return None
    rows = rows.with_columns(word="plan " + pl.col("point").cast(pl.String), share=100 * pl.col("gap"))
    return Chart(
        "gaps",
        "How close to the best possible",
        ranked_bars(rows, label="word", value="share", title="proven gap, %", color="stopped_by"),
        f"The widest gap is {rows['share'].sort()[-1]:.2g} %.",
        "points",
    )


def reasons(answer: DesignLike) -> Chart | None:
    """Draw what the opposite of each decision costs."""
    rows = (
        answer.because.drop_nulls("delta_lb")
        .with_columns(pl.col("delta_lb", "delta_ub") / 1e6)
        .sort(-pl.col("delta_lb"), "decision")
    )
    if rows.is_empty():
        return None
    rows = rows.with_columns(delta_ub=pl.coalesce("delta_ub", "delta_lb"))
    word = pl.when("chosen").then(pl.lit("taken")).otherwise(pl.lit("left"))
    return Chart(
        "reasons",
        "What the opposite would cost",
        ranked_bars(rows.with_columns(word=word), label="decision", value="delta_lb", low="delta_lb", high="delta_ub", color="word",
                    title=f"M {answer.currency} more, proven".replace("  ", " ")),
        f"Deciding otherwise on {rows['decision'][0]} costs at least {rows['delta_lb'][0]:,.3g} M more.",
        "because",
        "The bar is proven; the line reaches to the best plan found.",
    )  # fmt: skip


def worth(answer: DesignLike) -> Chart | None:
    """Draw what one more of a scarce thing is worth."""
    rows = answer.worth.filter(pl.col("worth") > 0).sort("step")
    rows = rows.unique(["resource", "region", "year"], keep="first", maintain_order=True)
    rows = rows.sort(-pl.col("worth"), "resource", "region", "year")
    if rows.is_empty():
        return None
    what = pl.when(pl.col("region") != "").then("region").otherwise("resource")
    rows = rows.with_columns(label=pl.format("{} {}", what, "year"), worth=pl.col("worth") / 1e6)
    rows = rows.unique("label", keep="first", maintain_order=True)
    return Chart(
        "worth",
        "What a tenth more would be worth",
        ranked_bars(rows, label="label", value="worth", title=f"M {answer.currency}, present value".replace("  ", " ")),
        f"Most valuable: a tenth more {rows['resource'][0]}, {rows['label'][0]}: {rows['worth'][0]:,.3g} M.",
        "worth",
        "Decisions held, flows planned again.",
    )
