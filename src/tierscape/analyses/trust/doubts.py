"""What is doubtful about an answer of `trust`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from tierscape.analyses.trust.value import Value
from tierscape.errors import Finding
from tierscape.reference import member_of


def doubts(
    countries: pl.DataFrame, members: tuple[str, ...], values: Sequence[Value], standing: pl.DataFrame
) -> tuple[Finding, ...]:
    """Say which scores are unknown, judged from elsewhere, stated or remembered, and which sites have no country."""
    return (*_of_scores(countries, members), *_of_sites(values, standing))


def _of_scores(countries: pl.DataFrame, members: tuple[str, ...]) -> Iterator[Finding]:
    named = countries.filter("named")
    partial = named.filter(pl.col("missing").is_not_null() & pl.col("index").is_not_null())
    if partial.height:
        first = partial.row(0, named=True)
        yield Finding(
            rule="scores_missing", severity="note", table="indicators", count=partial.height,
            value=f"{first['country']}: {first['missing']}",
            problem=f"{partial.height} countries named here lack some scores; their verdict takes these from 0 to 100",
            remedy="State them in 'indicators', as trust.trade, trust.security, trust.alignment and so on.",
        )  # fmt: skip
    blank = named.filter(pl.col("index").is_null())
    if blank.height:
        yield Finding(
            rule="no_scores", severity="warning", table="indicators", count=blank.height, value=blank["country"][0],
            problem=f"{blank.height} countries named here have no score at all; value from there is unknown",
            remedy="State trust.index for them in 'indicators'.",
        )  # fmt: skip
    if "US" not in members and set(members) <= member_of("eu"):
        yield Finding(
            rule="security_of_another_view", severity="note", table="indicators", column="value",
            problem="outside the Union the shipped security classes are those of the United States",
            remedy="State trust.security in 'indicators' where the view of the Union differs.",
        )  # fmt: skip
    listed = countries.filter("gated")
    if listed.height:
        yield Finding(
            rule="list_unverified", severity="note", table="indicators", count=listed.height, value=listed["country"].sort()[0],
            problem="the list of countries of concern (10 U.S.C. 4872) is unverified",
            remedy="Check it against the statute before a decision rests on it; trust.index overrides a country.",
        )  # fmt: skip
    lifted = countries.filter(pl.col("gated") & (pl.col("overridden").fill_null("") == "index"))
    if lifted.height:
        yield Finding(
            rule="gate_overridden", severity="warning", table="indicators", column="value", count=lifted.height,
            value=lifted["country"][0],
            problem=f"trust.index lifts {lifted.height} countries out of the list of concern",
            remedy="Keep it only if that is meant.",
        )  # fmt: skip


def _of_sites(values: Sequence[Value], standing: pl.DataFrame) -> Iterator[Finding]:
    if not values:
        return
    used = standing.join(values[-1].by_site, on="site", how="inner", maintain_order="right")
    for column, table, clause in (
        ("country", "sites", "stand in a country that is not given"),
        ("owner_country", "organizations", "have no known owner's country"),
    ):
        rows = used.filter(pl.col(column).is_null())
        if rows.height:
            yield Finding(
                rule=f"{column}_unknown", severity="warning", table=table, column=column, count=rows.height,
                value=rows["site"][0],
                problem=f"{rows.height} sites with {rows['mass'].sum():.0%} of the value {clause}; it counts in the high end only",
                remedy=f"Fill {table}.{column}.",
            )  # fmt: skip
