"""The pictures of `partnership`."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import polars as pl

from tierscape.analyses.partnership.deal import Deal
from tierscape.charts import Chart, dots_side_by_side
from tierscape.charts.histograms import outcome_columns
from tierscape.charts.lines import series_lines
from tierscape.charts.paired import paired_whiskers
from tierscape.charts.triangles import split_triangle
from tierscape.kernels.core_polygon import core_corners
from tierscape.kernels.development import Programme, chance_below, mean_value

RULES = ("nash", "shapley", "nucleolus")
RULE_WORDS = {"nash": "by bargaining power", "shapley": "by contribution (Shapley)", "nucleolus": "nucleolus"}
FORM_WORDS = {
    "one_firm": "one firm", "wholesale": "plain price", "buy_back": "buy-back",
    "take_or_pay": "take-or-pay", "flexibility": "flexible quantity", "option": "option on more",
}  # fmt: skip
CLASSES = 24


class PartnershipLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def split(self) -> pl.DataFrame:
        """Splits by player."""
        ...

    @property
    def commitment(self) -> pl.DataFrame:
        """Volumes over prices, terms and grants."""
        ...

    @property
    def forms(self) -> pl.DataFrame:
        """Forms of contract."""
        ...

    @property
    def payoff(self) -> pl.DataFrame:
        """What a plain price brings."""
        ...

    @property
    def cash(self) -> pl.DataFrame:
        """Cash by year."""
        ...

    @property
    def deal(self) -> Deal:
        """The deal."""
        ...

    @property
    def programme(self) -> Programme | None:
        """Supplier development, if any."""
        ...

    @property
    def worth(self) -> np.ndarray:
        """What each coalition reaches."""
        ...

    @property
    def currency(self) -> str:
        """Currency, empty if not known."""
        ...


def partnership_charts(answer: PartnershipLike) -> tuple[Chart, ...]:
    """Volume against price, split, forms, cash and development; what has no number is left out."""
    drawn = (isoquant(answer), split(answer), forms(answer), payoff(answer), cash(answer), development(answer))
    return tuple(chart for chart in drawn if chart is not None)


def isoquant(answer: PartnershipLike) -> Chart | None:
    """Draw the volume from which the supplier invests against the price, one line a term and grant."""
    rows = answer.commitment.drop_nulls("q_star")
    if rows.is_empty():
        return None
    base = answer.commitment.filter("stated")["term_years"].to_list()
    most = max(answer.commitment["grant"].to_list())
    kept = rows["term_years"].unique().sort().to_list()
    shown = {kept[0], *(base[:1]), kept[-1]}
    rows = rows.filter(
        pl.col("term_years").is_in(sorted(shown)) & ((pl.col("grant") == most) | pl.col("term_years").is_in(base[:1]))
    )
    support = pl.when(pl.col("grant") > 0).then(pl.lit("with support")).otherwise(pl.lit("without support"))
    rows = rows.sort("term_years", "grant", "price").with_columns(line=pl.format("{} years, {}", "term_years", support))
    limits = [(float(v), w) for v, w in ((answer.deal.volume, "committed"), (answer.deal.capacity, "capacity")) if v]
    limit = max((v for v, _ in limits), default=0.0)
    close = rows.filter(pl.col("q_star") <= 4 * limit) if limit else rows
    rows = close if close.height >= 4 else rows
    money = answer.currency or "money"
    top = max(rows["q_star"].to_list())
    limits = [(at, word) for at, word in limits if at <= 3 * top]
    spec = series_lines(
        rows,
        x="price",
        y="q_star",
        series="line",
        titles=(f"Price, {money} a unit", "Volume from which it invests, units a year"),
        rules=limits,
    )
    first = answer.commitment.filter("stated").sort("grant", descending=True).row(0, named=True)
    volume = "no volume" if first["q_star"] is None else f"{first['q_star']:,.0f} units a year"
    says = f"Volume from which the supplier invests, by price and term: at {first['price']:,.2f} for {first['term_years']} years {volume}."
    note = (
        "Every point of a line is worth the same to the supplier: trade price against term, volume and grant along it."
    )
    return Chart("isoquant", "What volume makes the supplier invest", spec, says, "commitment", note)


def split(answer: PartnershipLike) -> Chart | None:
    """Draw the splits: in a triangle with the core for three players, else as shares side by side."""
    rows = answer.split
    total = float(answer.worth[-1])
    if rows.height < 2 or total <= 0:
        return None
    shares = {rule: [None if v is None else v / total for v in rows[rule].to_list()] for rule in RULES}
    shares = {rule: s for rule, s in shares.items() if None not in s}
    gains = ", ".join(f"{n} {s:.0%}" for n, s in zip(rows["name"], shares["shapley"], strict=True))
    says = f"A gain of {total:,.0f} split among {rows.height} players; by contribution {gains}."
    note = "Bargaining power counts who they are, contribution what each adds, the nucleolus keeps the worst-off coalition as happy as can be."
    if rows.height == 3 and all(s >= -1e-9 for given in shares.values() for s in given if s is not None):
        corners = core_corners(answer.worth) / total
        region = pl.DataFrame(corners, schema=["first", "second", "third"], orient="row")
        points = pl.DataFrame(
            [{"rule": RULE_WORDS[r], "first": s[0], "second": s[1], "third": s[2]} for r, s in shares.items()]
        )
        first, second, third = (_short(name) for name in rows["name"])
        spec = split_triangle(points, region, names=(first, second, third), label="rule")
        note += " Shares in the legend: left, right, upper corner. "
        note += "Shaded: nobody does better alone." if len(corners) else "No split keeps everybody: the core is empty."
    else:
        long = [
            {"player": name, "rule": RULE_WORDS[rule], "share": value}
            for i, name in enumerate(rows["name"]) for rule, given in shares.items() for value in (given[i],)
        ]  # fmt: skip
        spec = dots_side_by_side(
            pl.DataFrame(long), row="player", group="rule", value="share", title="Share of the gain, 0–1"
        )
    return Chart("split", "Who gets what of the gain", spec, says, "split", note)


def _short(name: str) -> str:
    return name if len(name) <= 24 else f"{name[:23]}…"


def forms(answer: PartnershipLike) -> Chart | None:
    """Draw what each form of contract brings buyer and supplier."""
    rows = answer.forms
    if rows.is_empty():
        return None
    shared = rows.filter(pl.col("form") != "one_firm").with_columns(
        label=pl.format(
            "{}, {} %", pl.col("form").replace_strict(FORM_WORDS, return_dtype=pl.String),
            (100 * pl.col("efficiency")).round(0).cast(pl.Int64),
        )
    )  # fmt: skip
    sides = {side: (f"cvar_{side}", side, side) for side in ("buyer", "supplier")}
    spec = paired_whiskers(
        shared, label="label", pairs=sides, title=f"Expected profit, {answer.currency or 'money'} a year"
    )
    plain = rows.filter(pl.col("form") == "wholesale").row(0, named=True)
    says = f"Expected yearly profit of buyer and supplier under five forms of contract; a plain price reaches {plain['efficiency']:.1%} of the best."
    note = "All at the same price. Bars reach from the mean of a side's worst 5 % of years to its mean; the share is of what one firm that owns both would earn."
    return Chart("forms", "What each form of contract brings", spec, says, "forms", note)


def payoff(answer: PartnershipLike) -> Chart | None:
    """Draw what a plain price brings buyer, supplier and both, price by price."""
    if answer.payoff.is_empty():
        return None
    rows = answer.payoff.with_columns(both=pl.col("buyer") + pl.col("supplier"))
    long = rows.unpivot(["buyer", "supplier", "both"], index="price", variable_name="line", value_name="value")
    money = answer.currency or "money"
    spec = series_lines(
        long, x="price", y="value", series="line", rules=[],
        titles=(f"Price, {money} a unit", f"Expected profit, {money} a year"),
    )  # fmt: skip
    top = rows.sort("supplier", descending=True).row(0, named=True)
    says = f"Expected yearly profit of both sides under a plain price; the supplier earns most at {top['price']:,.2f}, where {top['efficiency']:.0%} of the best is reached."
    note = "A higher price makes the buyer order less, so that both together lose; a buy-back clause keeps the sum and only shares it."
    return Chart("payoff", "What a plain price brings each side", spec, says, "payoff", note)


def cash(answer: PartnershipLike) -> Chart | None:
    """Draw the supplier's cumulated cash with and without support."""
    if answer.cash.is_empty():
        return None
    words = {
        "with_support": "with support",
        "with_clawback": "less the expected clawback",
        "without_support": "without support",
    }
    long = answer.cash.unpivot(list(words), index="year", variable_name="line", value_name="value")
    if not (answer.cash["with_support"] - answer.cash["without_support"]).abs().max():
        long = long.filter(pl.col("line") == "without_support")
    long = long.with_columns(pl.col("line").replace_strict(words, return_dtype=pl.String))
    spec = series_lines(
        long, x="year", y="value", series="line", rules=[(0.0, "paid back")],
        titles=("Year of the deal", f"Cumulated net present value, {answer.currency or 'money'}"),
    )  # fmt: skip
    last = answer.cash.row(-1, named=True)
    says = f"Cumulated cash of the supplier: {last['with_clawback']:,.0f} after {last['year']} years less the expected clawback."
    return Chart(
        "cash", "When the supplier has its money back", spec, says, "cash", "At the committed volume, discounted."
    )


def development(answer: PartnershipLike) -> Chart | None:
    """Draw how likely each return of developing the supplier is."""
    programme = answer.programme
    if programme is None:
        return None
    mean, _ = mean_value(programme)
    gain = programme.spend * programme.annuity_years
    ends = np.linspace(programme.low * gain, programme.high * gain, CLASSES + 1) - programme.cost
    chances = np.diff(chance_below(programme, ends))
    width = float(ends[1] - ends[0])
    rows = pl.DataFrame({
        "low": [-programme.cost - width / 2, *ends[:-1]], "high": [-programme.cost + width / 2, *ends[1:]],
        "chance": [1.0 - programme.success, *chances], "word": ["it fails", *(["it works"] * CLASSES)],
    })  # fmt: skip
    loss = float(chance_below(programme, np.array(0.0)))
    spec = outcome_columns(
        rows, low="low", high="high", value="chance", word="word", mean=mean,
        titles=(f"Net present value, {answer.currency or 'money'}", "Chance"),
    )  # fmt: skip
    says = f"Return of developing the supplier: {mean:,.0f} on average, a loss with a chance of {loss:.0%}."
    return Chart(
        "development",
        "What developing the supplier returns",
        spec,
        says,
        "development",
        "A success is triangular, a failure loses the cost.",
    )
