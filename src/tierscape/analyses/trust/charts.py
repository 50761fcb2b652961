"""The pictures of `trust`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import polars as pl

from tierscape.charts import Chart, heat_grid, interval_dots, stacked_bars
from tierscape.charts.steps import step_lines
from tierscape.charts.whiskers import stacked_whiskers

MOST_COUNTRIES = 16
VERDICTS = ("yes", "depends", "no", "unknown")
BASIS_WORDS = {"location": "by location", "owner": "by owner", "strict": "by location and owner"}
LINK_WORDS = {"declared": "declared links", "all": "links that are only inferred too"}


class TrustLike(Protocol):
    """What the pictures need of the answer."""

    @property
    def countries(self) -> pl.DataFrame:
        """Countries."""
        ...

    @property
    def contributions(self) -> pl.DataFrame:
        """Points by country and score."""
        ...

    @property
    def value_shares(self) -> pl.DataFrame:
        """Shares of value."""
        ...

    @property
    def thresholds(self) -> pl.DataFrame:
        """Ally share by threshold."""
        ...

    @property
    def swaps(self) -> pl.DataFrame:
        """Other measures."""
        ...

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Parameters of the analysis."""
        ...

    @property
    def seen_from(self) -> str:
        """Name of the viewpoint."""
        ...

    @property
    def product_name(self) -> str:
        """Name of the product, empty without one."""
        ...

    @property
    def threshold(self) -> float:
        """Index from which a country counts as an ally."""
        ...


def trust_charts(answer: TrustLike) -> tuple[Chart, ...]:
    """Value by tier, other thresholds, index with ranges, ranks, scores; what the answer has no number for is left out."""
    values = [value_by_tier(answer, links) for links in LINK_WORDS]
    drawn = (*values, sweep(answer), contributions(answer), ranks(answer), scores(answer))
    return tuple(chart for chart in drawn if chart is not None)


def chosen(answer: TrustLike) -> pl.DataFrame:
    """Give the countries that are drawn, most allied first: those with most value, else those that the network names."""
    rows = answer.countries.filter(pl.col("index").is_not_null()).sort("rank", "country")
    value = pl.max_horizontal("value_share", "value_share_all", "owned_share").fill_null(0.0)
    rows = rows.with_columns(value=value)
    pool = rows.filter(pl.col("value") > 0)
    pool = pool if pool.height else rows.filter("named")
    pool = pool if pool.height else rows
    kept = pool.sort("value", "rank", descending=[True, False], maintain_order=True).head(MOST_COUNTRIES)["country"]
    return rows.filter(pl.col("country").is_in(kept.implode())).with_columns(label=pl.col("name"))


def contributions(answer: TrustLike) -> Chart | None:
    """Draw what each score adds to the index, with the range that the box of weights leaves."""
    rows = chosen(answer)
    if rows.is_empty():
        return None
    stated = rows.filter(pl.col("overridden").fill_null("") == "index")
    parts = rows.select("country", "label").join(answer.contributions, on="country", maintain_order="left")
    parts = parts.filter(~pl.col("country").is_in(stated["country"].implode())).select(
        "label", part="component", points="points"
    )
    if stated.height:
        parts = pl.concat([parts, stated.select("label", part=pl.lit("stated by the network"), points="index")])
    word = pl.format(
        "{}{}",
        pl.col("index").round(0).cast(pl.Int64),
        pl.when("gated").then(pl.lit(" · listed")).otherwise(pl.lit("")),
    )
    spans = rows.select("label", low="box_low", high="box_high", word=word)
    spec = stacked_whiskers(
        parts, spans, label="label", part="part", value="points", title="Ally index, points of 100",
        rule=(f"threshold {answer.threshold:g}", answer.threshold),
    )  # fmt: skip
    top, last = rows.row(0, named=True), rows.row(-1, named=True)
    wide = rows.filter(~pl.col("firm"))["name"].to_list()
    says = (
        f"Ally index of {rows.height} countries seen from {answer.seen_from}, split into its five scores: from {top['name']} "
        f"({top['index']:.0f}) to {last['name']} ({last['index']:.0f})."
    )
    says += (
        f" The range crosses the threshold for {', '.join(wide[:6])}{' and others' * (len(wide) > 6)}." if wide else ""
    )
    band = answer.parameters.get("weights", {}).get("band", 0.5)
    note = (
        f"The line holds every index that weights within ±{band:.0%} allow, unknown scores from 0 to 100. A line across the "
        "threshold: the verdict is a matter of weights. Distance is not in the index, on purpose."
    )
    if rows["gated"].any():
        note += " Listed: on the viewpoint's list of concern, at most 20."
    return Chart("index", "Why each country stands where it stands", spec, says, "contributions", note)


def ranks(answer: TrustLike) -> Chart | None:
    """Draw the rank of each country on the span of ranks that the box of weights allows."""
    rows = chosen(answer)
    if rows.is_empty():
        return None
    words = {"yes": "allied", "depends": "depends", "no": "not allied", "unknown": "unknown"}
    rows = rows.with_columns(word=pl.col("allied").replace_strict(words, return_dtype=pl.String))
    spec = interval_dots(
        rows, label="label", interval=("rank_best", "rank", "rank_worst"), title="Rank among all countries, 1 is most allied",
        word="word", order=tuple(words.values()),
    )  # fmt: skip
    widest = rows.sort(pl.col("rank_worst") - pl.col("rank_best"), descending=True, maintain_order=True).row(
        0, named=True
    )
    says = (
        f"Ranks of {rows.height} countries seen from {answer.seen_from}. The least firm is {widest['name']}: "
        f"{widest['rank_best']} to {widest['rank_worst']}."
    )
    note = (
        "The dot is the rank, the bar holds the ranks that weights of the box allow. Pairs are compared one by one, so a bar "
        "can be wider than what one set of weights gives, never narrower."
    )
    return Chart("ranks", "How firm each rank is", spec, says, "countries", note)


def scores(answer: TrustLike) -> Chart | None:
    """Draw the five scores of each country; never without the warning that one of them alone misleads."""
    rows = chosen(answer)
    if rows.is_empty():
        return None
    grid = rows.select("country", "label").join(answer.contributions, on="country", maintain_order="left")
    grid = grid.with_columns(value=pl.col("score") / 100.0)
    spec = heat_grid(
        grid, row="label", column="component", value="value", titles=("", "", "Score, share of 100 points")
    )
    says = f"The five scores of {rows.height} countries seen from {answer.seen_from}."
    return Chart("scores", "The five scores behind the index", spec, says, "contributions", alone_warning(answer))


def alone_warning(answer: TrustLike) -> str:
    """Say why no score may be read alone, with a pair of countries that voting alone puts the wrong way round."""
    note = (
        "Warning: no column is a measure of trust by itself. Votes in the United Nations punish or reward countries for "
        "issues that have little to do with supply."
    )
    alone = answer.swaps.filter(pl.col("measure") == "alignment_alone").select("country", voting="index")
    both = answer.countries.join(alone.drop_nulls(), on="country", maintain_order="left").drop_nulls(
        ["index", "voting"]
    )
    favoured = both.filter("gated").sort("voting", descending=True).head(1)
    if favoured.height:
        row = favoured.row(0, named=True)
        wronged = both.filter((pl.col("allied") == "yes") & (pl.col("voting") < row["voting"]))
        named = wronged.filter("named")
        first = named if named.height else wronged
        if first.height:
            note += (
                f" By votes alone {row['name']} ({row['voting']:.0f}) stands closer than {first['name'][0]} "
                f"({first['voting'][0]:.0f}); the index puts {first['index'][0]:.0f} against {row['index']:.0f}."
            )
    return f"{note} A question mark: not known."


def value_by_tier(answer: TrustLike, links: str) -> Chart | None:
    """Draw how the value splits into allied, depending, other and unknown: the whole product on each basis, then tiers."""
    basis = str(answer.parameters.get("basis", "location"))
    rows = answer.value_shares.filter(pl.col("links") == links)
    if rows.is_empty():
        return None
    whole = rows.filter(pl.col("tier") == "all").with_columns(
        label=pl.format("product, {}", pl.col("basis").replace_strict(BASIS_WORDS, return_dtype=pl.String))
    )
    tiers = rows.filter((pl.col("tier") != "all") & (pl.col("basis") == basis)).with_columns(
        label=pl.format("tier {} ({}% of value)", "tier", (100 * pl.col("value_share")).round(0).cast(pl.Int64))
    )
    words = {
        "ally_share": "allied",
        "depends_share": "depends on unknown scores",
        "other_share": "not allied",
        "unknown_share": "unknown",
    }
    long = (
        pl.concat([whole, tiers])
        .with_row_index("place")
        .unpivot(list(words), index=["place", "label"], variable_name="part", value_name="value")
    )
    order = {name: n for n, name in enumerate(words)}
    long = long.sort("place", pl.col("part").replace_strict(order, return_dtype=pl.Int64)).with_columns(
        pl.col("part").replace_strict(words, return_dtype=pl.String), percent=100 * pl.col("value")
    )
    spec = stacked_bars(
        long, label="label", part="part", value="percent", title="Share of value, %", rules={}, most=100
    )
    share = whole.filter(pl.col("basis") == basis).row(0, named=True)
    says = (
        f"{share['ally_share']:.0%} of the value of {answer.product_name} comes from allies {BASIS_WORDS[basis]}, "
        f"{share['other_share']:.0%} surely does not, {share['unknown_share']:.0%} is unknown; read on {LINK_WORDS[links]}."
    )
    note = (
        f"Value is counted where it is added, through all tiers; tiers {BASIS_WORDS[basis]}. Grey: supplier, country or owner "
        "is not known, and could be either."
    )
    title = "Whom the value comes from" + (", inferred links counted" if links == "all" else "")
    return Chart(f"value_{links}", title, spec, says, "value_shares", note)


def sweep(answer: TrustLike) -> Chart | None:
    """Draw the ally share against the threshold, the selected basis first."""
    if answer.thresholds.is_empty():
        return None
    links = "all" if "all" in answer.thresholds["links"].to_list() else "declared"
    basis = str(answer.parameters.get("basis", "location"))
    rows = answer.thresholds.filter(pl.col("links") == links).with_columns(
        series=pl.col("basis").replace_strict(BASIS_WORDS, return_dtype=pl.String)
    )
    rows = rows.sort(pl.col("basis") != basis, "basis", "threshold", maintain_order=True)
    asked = float(answer.parameters.get("min_ally_share", 0.5))
    spec = step_lines(
        rows, x="threshold", y="ally_share", series="series", band="high",
        titles=("Threshold of the ally index, points", "Ally share of value, 0–1"), rules=(answer.threshold, asked),
    )  # fmt: skip
    mine = rows.filter(pl.col("basis") == basis)
    ends = (mine.row(0, named=True), mine.row(-1, named=True))
    says = (
        f"Ally share of {answer.product_name} {BASIS_WORDS[basis]}: {ends[0]['ally_share']:.0%} at threshold "
        f"{ends[0]['threshold']:g}, {ends[1]['ally_share']:.0%} at {ends[1]['threshold']:g}; read on {LINK_WORDS[links]}."
    )
    note = f"The grey band above the line {BASIS_WORDS[basis]} is what depends or is unknown. A step is a country that drops out."
    return Chart("sweep", "What another threshold would change", spec, says, "thresholds", note)
