"""The pictures of bad years: what runs out first, how often, when, why, where together, and what would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from tierscape.analyses.stress.words import money
from tierscape.charts import Chart, labelled_scatter, ranked_bars
from tierscape.charts.chances import exceedance, fan
from tierscape.charts.dumbbells import dumbbells
from tierscape.charts.logs import log_scatter
from tierscape.charts.shaded import shaded_days
from tierscape.charts.stairs import staircase

if TYPE_CHECKING:
    from tierscape.analyses.stress.charts import StressLike

MILLION = 1e6
DRAW = "draw:"
OPTION_WORDS = {
    "stock": "more stock",
    "second_source": "second source",
    "dual_region": "other region",
    "pair": "two together",
}


def risk_charts(answer: StressLike) -> tuple[Chart | None, ...]:
    """Give the pictures of bad years for which the answer holds numbers."""
    return (
        binding_parts(answer), exceedance_curve(answer), delivery_fan(answer), worst_days(answer), roots(answer),
        clusters(answer), options(answer), stairs(answer), before_after(answer),
    )  # fmt: skip


def binding_parts(answer: StressLike) -> Chart | None:
    """Draw how many exposed targets each part stops."""
    rows = answer.survive.filter(pl.col("exposed") & pl.col("binding_part").is_not_null())
    if rows.is_empty():
        return None
    counted = rows.group_by("binding_part").agg(number=pl.len(), days=pl.col("tts_days").min())
    counted = counted.sort("number", "days", "binding_part", descending=[True, False, False]).with_columns(
        label=pl.format("{} (day {})", "binding_part", pl.col("days").round(0).cast(pl.Int64))
    )
    spec = ranked_bars(counted, label="label", value="number", title="Exposed sites, regions and countries")
    first = counted.row(0, named=True)
    says = f"Parts that are missed first, by the number of exposed targets; most often {first['binding_part']} ({first['number']})."
    note = "The part whose missing capacity is felt first while a target is out, and the earliest day on which it is."
    return Chart("binding", "What runs out first", spec, says, "survive", note)


def exceedance_curve(answer: StressLike) -> Chart | None:
    """Draw how likely each loss is exceeded, with value at risk and the mean beyond it."""
    whole = answer.tail.filter(pl.col("group_kind") == "all")
    draws = answer.scenarios.filter(pl.col("scenario").str.starts_with(DRAW)).drop_nulls("lost_margin")
    if whole.is_empty() or draws.is_empty():
        return None
    row = whole.row(0, named=True)
    losses = draws.select(loss=(pl.col("lost_margin") + pl.col("reroute_cost").fill_null(0.0))).filter(
        pl.col("loss") > 0
    )
    losses = losses.sort("loss", descending=True).with_row_index("place", offset=1)
    if losses.is_empty():
        return None
    losses = losses.with_columns(chance=pl.col("place") / row["n"])
    every = max(losses.height // 300, 1)  # the largest few are kept one by one
    losses = losses.filter((pl.col("place") <= 60) | (pl.col("place") % every == 0))
    rules = [(row["var"], f"VaR {row['alpha']:.0%}"), (row["cvar"], "mean beyond it")]
    titles = (f"Loss, {answer.currency}", "Chance of a larger loss")
    spec = exceedance(losses, x="loss", y="chance", rules=rules, titles=titles)
    says = f"Chance that a loss is exceeded, from {row['n']:,} draws; value at risk {row['var']:.3g}, mean of the losses beyond {row['cvar']:.3g} {answer.currency}."
    note = f"The standard error of the mean beyond is {row['se_cvar']:.3g} {answer.currency}. The axis of chances is logarithmic."
    return Chart("exceedance", "How bad a bad year is", spec, says, "tail", note)


def delivery_fan(answer: StressLike) -> Chart | None:
    """Draw what is delivered of the product whose deliveries fall most."""
    if answer.paths.is_empty():
        return None
    fall = (
        answer.paths.group_by("product")
        .agg(fall=1 - pl.col("mean").min() / pl.col("mean").max())
        .sort("fall", "product")
    )
    product = fall["product"][-1]
    rows = answer.paths.filter(pl.col("product") == product).sort("day")
    rows = rows.filter(pl.col("day") % max(rows.height // 180, 1) == 0)
    titles = ("Day", f"{product}, units a day")
    spec = fan(rows, x="day", middle="p50", mean="mean", span=("p5", "p95"), titles=titles)
    least = rows.sort("mean", "day").row(0, named=True)
    says = f"Deliveries of {product} over all drawn scenarios: median, mean, and 5th to 95th percentile; the mean is lowest on day {least['day']}."
    note = "Line: median. Dashed: mean. Band: from the 5th to the 95th percentile of the first draws. Disruptions begin at any day of the year."
    return Chart("paths", "What is delivered day by day", spec, says, "paths", note)


def worst_days(answer: StressLike) -> Chart | None:
    """Draw the worst draw day by day, else the worst target; events shaded, artefacts hatched."""
    if answer.days.is_empty():
        return None
    drawn = answer.days.filter(pl.col("scenario").str.starts_with(DRAW))
    rows = drawn if drawn.height else answer.days
    name = rows["scenario"][0]
    rows = rows.filter(pl.col("scenario") == name).sort("day")
    titles = ("Day of the scenario", "Share of demand missed, 0–1")
    spec = shaded_days(rows, x="day", y="loss_share", active="active", flag="flag", titles=titles)
    most = float(rows["loss_share"].to_numpy().max(initial=0.0))
    missed, flagged = rows.filter(pl.col("loss_share") > 0), rows["flag"].drop_nulls()
    first = missed["day"][0] if missed.height else 0
    says = f"Loss day by day in {name}: first on day {first}, at most {most:.0%} of demand; {flagged.len()} days are marked as artefacts."
    note = "Grey: something is out. Hatched: the loss comes from stock being rebuilt or from the order rule, not from an event."
    return Chart("days", "How the worst case runs", spec, says, "days", note)


def stairs(answer: StressLike) -> Chart | None:
    """Draw what is left of the expected loss after each step against the cost of all so far."""
    if answer.staircase.height < 2:
        return None
    rows = answer.staircase.sort("step").with_columns(
        word=pl.when(pl.col("step") > 0).then(pl.col("step").cast(pl.String)).otherwise(pl.lit("today"))
    )
    titles = (f"Cost of all steps so far, {answer.currency} a year", f"Expected loss left, {answer.currency} a year")
    spec = staircase(rows, x="cost_per_year", y="mean_left", label="word", titles=titles)
    last = rows.row(-1, named=True)
    steps = "; ".join(f"{r['step']}: {r['option']}" for r in rows.filter(pl.col("step") > 0).iter_rows(named=True))
    before, after, cost = (
        money(v, answer.currency) for v in (rows["mean_left"][0], last["mean_left"], last["cost_per_year"])
    )
    says = f"Expected loss a year falls from {before} to {after} for {cost} a year. Steps: {steps}."
    note = f"Steps, the best for its cost first: {steps}. The table gives the mean of the worst cases beside."
    return Chart("staircase", "What each step leaves", spec, says, "staircase", note)


def before_after(answer: StressLike) -> Chart | None:
    """Draw the expected loss and the mean of the worst cases today and after all steps."""
    if answer.staircase.height < 2:
        return None
    steps = answer.staircase.sort("step")
    words = (("mean_left", "Expected loss a year"), ("cvar_left", "Mean of the worst cases"))
    rows = pl.DataFrame(
        {
            "label": [word for _, word in words],
            "today": [steps[name][0] / MILLION for name, _ in words],
            "after": [steps[name][-1] / MILLION for name, _ in words],
        }
    ).with_columns(
        word=pl.when(pl.col("today") > 0)
        .then(pl.format("−{} %", (100 * (1 - pl.col("after") / pl.col("today"))).round(0).cast(pl.Int64)))
        .otherwise(pl.lit("no loss"))
    )
    title = f"Million {answer.currency}: ● today, | after {steps.height - 1} steps"
    spec = dumbbells(rows, label="label", first="today", second="after", title=title, word="word")
    cost = money(steps["cost_per_year"][-1], answer.currency)
    told = "; ".join(f"{label}: {word}" for label, word in rows.select("label", "word").iter_rows())
    says = f"Loss today and after {steps.height - 1} steps that together cost {cost} a year. {told}."
    note = f"All steps of the staircase together, {cost} a year, on the same draws as today."
    return Chart("before_after", "What a bad year costs before and after", spec, says, "staircase", note)


def roots(answer: StressLike) -> Chart | None:
    """Draw the losses by where they began."""
    rows = answer.causes.filter(pl.col("lost_margin") > 0)
    if rows.is_empty():
        return None
    whole = rows.filter(pl.col("scenario") == "all")
    rows = (
        (whole if whole.height else rows)
        .group_by("root")
        .agg(lost=pl.col("lost_margin").sum() / MILLION, kind=pl.col("root_kind").first())
    )
    rows = rows.sort("lost", "root", descending=[True, False])
    spec = ranked_bars(rows, label="root", value="lost", title=f"Margin lost, million {answer.currency}", color="kind")
    first = rows.row(0, named=True)
    says = f"Margin lost by its root in the worst scenarios; most began at {first['root']} ({first['lost']:.3g} million {answer.currency})."
    return Chart("causes", "Where losses begin", spec, says, "causes", "Every lost unit has one root.")


def clusters(answer: StressLike) -> Chart | None:
    """Draw what each region costs if all of it stops against the number of sites in it."""
    rows = answer.supply_clusters.filter(pl.col("loss_if_down") > 0)
    if rows.is_empty():
        return None
    rows = rows.with_columns(
        loss=pl.col("loss_if_down") / MILLION, size=pl.col("correlation_premium").clip(lower_bound=0.0).fill_null(0.0)
    )
    titles = ("Sites in the region", f"Loss if all of them stop, million {answer.currency}")
    spec = labelled_scatter(rows, label="supply_cluster", x="sites", y="loss", titles=titles, size="size")
    first = rows.sort("loss", "supply_cluster", descending=[True, False]).row(0, named=True)
    says = f"Loss if a region stops as a whole against its number of sites, {rows.height} regions; most is lost with {first['supply_cluster']}."
    note = "Density lowers cost and makes one event hit more at once. Larger dots pay a larger premium for standing together, where hazards of a whole region are given."
    return Chart("clusters", "What a cluster costs when it stops", spec, says, "supply_clusters", note)


def options(answer: StressLike) -> Chart | None:
    """Draw what each option saves in an average year against what it costs."""
    rows = answer.mitigations.filter((pl.col("mean_saved") > 0) & (pl.col("cost_per_year") > 0))
    if rows.is_empty():
        return None
    rows = rows.with_columns(
        kind=pl.col("kind").replace(OPTION_WORDS),
        short=pl.col("option").str.replace(" more days of", " d:").str.replace("hold ", "+"),
    )
    rows = rows.with_columns(short=pl.when(pl.col("kind") != OPTION_WORDS["pair"]).then("short"))
    across = ("cost_per_year", f"Cost, {answer.currency} a year", "~s")
    up = ("mean_saved", f"Saved in an average year, {answer.currency}", "~s")
    spec = log_scatter(rows, label="short", x=across, y=up, kind="kind", order=tuple(OPTION_WORDS.values()))
    best = answer.mitigations.row(0, named=True)
    says = f"Expected loss saved by {rows.height} options against their cost; the best for its cost is to {best['option']}."
    bought = answer.mitigations.filter(pl.col("chosen").is_not_null()).sort("chosen")["option"].to_list()
    unknown = answer.mitigations["cost_per_year"].null_count()
    note = (
        "Both axes are logarithmic. Savings do not add up. Each is measured on the same draws as the loss without it."
    )
    note += f" {unknown} options have no known cost and are not drawn." if unknown else ""
    note += f" The budget buys: {'; '.join(bought)}." if bought else ""
    return Chart("mitigations", "What would help", spec, says, "mitigations", note)
