"""What the network says of each supplier: raw values with their grade, weight and age, one row an indicator."""

from __future__ import annotations

import datetime as dt
from difflib import get_close_matches

import numpy as np
import polars as pl

from tierscape.errors import ParameterError
from tierscape.kernels.altman import on_scale_of_double_prime, z_double_prime, z_prime
from tierscape.network import Network
from tierscape.quantities.allies import ally_index
from tierscape.quantities.evidence import HALF_LIFE_MONTHS, age_weight, grade_weight
from tierscape.quantities.link_grades import newest
from tierscape.schema import GRADES

KEYS = ["site", "part"]
FACT = {
    "site": pl.String(), "part": pl.String(), "indicator": pl.String(), "low": pl.Float64(), "high": pl.Float64(),
    "bonus": pl.Boolean(), "evidence": pl.String(), "weight": pl.Float64(), "age_days": pl.Int64(),
}  # fmt: skip
STATED = {
    "sales_share": "sales_share", "ramp_weeks": "ramp_weeks", "labour_risk": "labour_risk", "wage_gap": "wage_gap_share",
    "certificates": "certificate_share",
}  # fmt: skip
"""Indicator here to its name in ``indicators``."""
FINANCES = ("x1", "x2", "x3", "x4")
SALES = "x5"
DAYS_A_YEAR = 365.25


def find_suppliers(network: Network, part: str | None) -> pl.DataFrame:
    """List who supplies what: operating sites with links or with a released capability, of one part or of all that have links.

    Raises
    ------
    ParameterError
        The network has no such part.
    """
    parts = network["parts"]["part"].to_list()
    if part is not None and part not in parts:
        near = get_close_matches(part, parts, n=1)
        raise ParameterError(f"part: '{part}' is not in 'parts'." + (f" Did you mean '{near[0]}'?" if near else ""))
    linked = network["links"].select(site="supplier", part="part")
    released = network["capabilities"].filter("qualified").select(KEYS)
    wanted = pl.col("part") == part if part is not None else pl.col("part").is_in(linked["part"].unique().implode())
    active = network["sites"].filter(pl.col("status").fill_null("operating") == "operating")
    rows = pl.concat([linked, released]).unique().filter(wanted)
    rows = rows.join(active.select("site", "name", "organization", "country", "region"), on="site", how="inner")
    owners = network["organizations"].select("organization", "owner_country")
    return rows.join(owners, on="organization", how="left").sort("part", "site")


def gather(network: Network, suppliers: pl.DataFrame, year: int) -> pl.DataFrame:
    """Collect every raw value that the tables give, but for series and prices."""
    today = newest(network)
    parts = [
        _of_sites(network, suppliers, today),
        _of_capabilities(network, suppliers, today),
        _of_links(network, suppliers, today),
        _of_contracts(network, suppliers, today, year),
        _of_owners(network, suppliers, today),
        *_of_indicators(network, suppliers, today, year),
    ]
    return pl.concat([p.select(pl.col(name).cast(kind) for name, kind in FACT.items()) for p in parts])


def weighed(frame: pl.DataFrame, today: dt.date | None, half_life: str, as_of: str = "as_of") -> pl.DataFrame:
    """Add what a row weighs and how old it is."""
    day = pl.lit(today, dtype=pl.Date())
    return frame.with_columns(
        weight=grade_weight() * age_weight(day, HALF_LIFE_MONTHS[half_life], as_of=as_of),
        age_days=(day - pl.col(as_of)).dt.total_days().clip(lower_bound=0),
    )


def _long(frame: pl.DataFrame, names: dict[str, pl.Expr], bonus: pl.Expr | None = None) -> pl.DataFrame:
    """Turn some expressions of a weighed frame into fact rows; a null gives none."""
    shared = ("evidence", "weight", "age_days")
    rows = [
        frame.select(
            *KEYS,
            *shared,
            indicator=pl.lit(name),
            low=value,
            high=value,
            bonus=pl.lit(value=False) if bonus is None else bonus,
        )
        for name, value in names.items()
    ]
    return pl.concat(rows).drop_nulls("low")


def _of_sites(network: Network, suppliers: pl.DataFrame, today: dt.date | None) -> pl.DataFrame:
    sites = weighed(network["sites"], today, "supplier").select(
        "site", "ttr_days", "alternate_ttr_days", "evidence", "weight", "age_days"
    )
    made = network["capabilities"].group_by("site").agg(mix=pl.len())
    rows = suppliers.select(KEYS).join(sites, on="site").join(made, on="site", how="left")
    recovery = _long(rows, {"recovery": pl.col("ttr_days") / 7}, pl.col("alternate_ttr_days").is_not_null())
    return pl.concat([recovery, _long(rows, {"parts_mix": pl.col("mix").cast(pl.Float64)})])


def _of_capabilities(network: Network, suppliers: pl.DataFrame, today: dt.date | None) -> pl.DataFrame:
    rows = suppliers.select(KEYS).join(weighed(network["capabilities"], today, "capacity"), on=KEYS)
    return _long(rows, {"flex_share": pl.col("flex_share"), "lead_time": pl.col("lead_time_days")})


def _of_links(network: Network, suppliers: pl.DataFrame, today: dt.date | None) -> pl.DataFrame:
    """Give the share of our part that each delivers and how spread the part is; links that are only inferred weigh as such."""
    volume = pl.col("volume_per_year")
    links = weighed(network["links"], today, "supplier").drop_nulls("volume_per_year").filter(volume > 0)
    mine = links.group_by(site="supplier", part="part").agg(
        volume.sum(),
        weight=(pl.col("weight") * volume).sum() / volume.sum(),
        evidence=weakest(),
        age_days=pl.col("age_days").max(),
    )
    share = volume / volume.sum().over("part")
    mine = mine.with_columns(share=share, hhi=(share**2).sum().over("part"))
    rows = suppliers.select(KEYS).join(mine, on=KEYS, how="left")
    return _long(
        rows.filter(pl.col("share").is_not_null()), {"part_share": pl.col("share"), "source_hhi": pl.col("hhi")}
    )


def weakest() -> pl.Expr:
    """Give the weakest grade of a group; null counts as the weakest."""
    order = {grade: n for n, grade in enumerate(GRADES)}
    place = pl.col("evidence").replace_strict(order, default=len(GRADES) - 1, return_dtype=pl.Int64).max()
    return place.replace_strict({n: g for g, n in order.items()}, return_dtype=pl.String)


def _of_contracts(network: Network, suppliers: pl.DataFrame, today: dt.date | None, year: int) -> pl.DataFrame:
    signed = (
        weighed(network["contracts"], today, "supplier")
        .filter(pl.col("status") == "signed")
        .drop_nulls(["start_year", "term_years"])
    )
    left = (pl.col("start_year") + pl.col("term_years") - year).clip(lower_bound=0.0)
    longest = signed.with_columns(left=pl.min_horizontal(left, "term_years")).sort(
        "left", "contract", descending=[True, False]
    )
    rows = suppliers.select(KEYS).join(
        longest.unique(["supplier", "part"], keep="first", maintain_order=True).rename({"supplier": "site"}), on=KEYS
    )
    return _long(rows, {"term_left": pl.col("left")})


def _of_owners(network: Network, suppliers: pl.DataFrame, today: dt.date | None) -> pl.DataFrame:
    """Give how allied the owner's country is, as the range that its unknown scores leave."""
    if network.home is None:
        return pl.DataFrame(schema=FACT)
    index = ally_index(network).select(owner_country="country", low="low", high="high")
    firms = weighed(network["organizations"], today, "supplier").select(
        "organization", "evidence", "weight", "age_days"
    )
    rows = suppliers.join(index, on="owner_country").join(firms, on="organization")
    return rows.with_columns(indicator=pl.lit("owner_trust"), bonus=pl.lit(value=False)).select(list(FACT))


def _of_indicators(network: Network, suppliers: pl.DataFrame, today: dt.date | None, year: int) -> list[pl.DataFrame]:
    found = []
    for name, key in STATED.items():
        half_life = "capacity" if name == "ramp_weeks" else "supplier"
        found.append(_long(stated(network, suppliers, key, year, today, half_life), {name: pl.col("value")}))
    lots = stated(network, suppliers, "order_lot", year, today).join(_weekly_need(network), on=KEYS)
    found.append(_long(lots, {"lot_weeks": pl.col("value") / pl.col("weekly")}))
    footprint = stated(network, suppliers, "pcf_kg_per_unit", year, today)
    usual = network["indicators"].filter(
        (pl.col("subject_kind") == "part") & (pl.col("indicator") == "pcf_kg_per_unit") & (pl.col("value") > 0)
    )
    usual = usual.sort("year", nulls_last=False).group_by(part="subject").agg(usual=pl.col("value").last())
    found.append(_long(footprint.join(usual, on="part"), {"emissions": pl.col("value") / pl.col("usual")}))
    finances = [
        stated(network, suppliers, x, year, today).select(*KEYS, "evidence", "weight", "age_days", **{x: "value"})
        for x in FINANCES
    ]
    joined = finances[0]
    for n, frame in enumerate(finances[1:], 2):
        joined = joined.join(frame, on=KEYS, suffix=f"_{n}")
    grades = pl.concat_list("evidence", *(f"evidence_{n}" for n in range(2, 5)))
    order = {grade: n for n, grade in enumerate(GRADES)}
    joined = joined.with_columns(
        weight=pl.min_horizontal("weight", *(f"weight_{n}" for n in range(2, 5))),
        age_days=pl.max_horizontal("age_days", *(f"age_days_{n}" for n in range(2, 5))),
        evidence=grades.list.eval(pl.element().replace_strict(order, default=3, return_dtype=pl.Int64)).list.max()
        .replace_strict({n: g for g, n in order.items()}, return_dtype=pl.String),
    )  # fmt: skip
    joined = joined.with_columns(
        z=pl.Series(z_double_prime(*(joined[x].to_numpy() for x in FINANCES)), dtype=pl.Float64)
    )
    found.append(_with_sales(joined, stated(network, suppliers, SALES, year, today)))
    return found


def _with_sales(finances: pl.DataFrame, sales: pl.DataFrame) -> pl.DataFrame:
    """Give Z'' of each supplier; where its sales are known too, the range from it to Z', by the cut-offs of each."""
    rows = finances.join(sales.select(*KEYS, x5="value"), on=KEYS, how="left", maintain_order="left")
    both = z_prime(*(rows[x].cast(pl.Float64).fill_null(np.nan).to_numpy() for x in (*FINANCES, SALES)))
    other = pl.coalesce(pl.Series(on_scale_of_double_prime(both), nan_to_null=True), "z")
    found = _long(rows, {"altman_z": pl.col("z")})
    ends = rows.select(*KEYS, other=other)
    return found.join(ends, on=KEYS, how="left", maintain_order="left").with_columns(
        low=pl.min_horizontal("low", "other"), high=pl.max_horizontal("high", "other")
    ).drop("other")  # fmt: skip


def _weekly_need(network: Network) -> pl.DataFrame:
    need = network["links"].group_by(site="supplier", part="part").agg(weekly=pl.col("volume_per_year").sum() / 52.0)
    return need.filter(pl.col("weekly") > 0)


def stated(
    network: Network, suppliers: pl.DataFrame, key: str, year: int, today: dt.date | None, half_life: str = "supplier"
) -> pl.DataFrame:
    """Give an indicator for each supplier: that of the capability, else of the site, firm, region or country; latest year first."""
    rows = (
        network["indicators"]
        .filter(pl.col("indicator") == key)
        .filter(pl.col("year").is_null() | (pl.col("year") <= year))
    )
    rows = weighed(rows, today, half_life).sort("year", nulls_last=False)
    rows = rows.group_by("subject_kind", "subject", maintain_order=True).agg(
        pl.col("value", "evidence", "weight", "age_days").last()
    )
    keyed = suppliers.with_columns(capability=pl.format("{}/{}", "site", "part"))
    found = []
    for place, (kind, column) in enumerate(
        (
            ("capability", "capability"),
            ("site", "site"),
            ("organization", "organization"),
            ("region", "region"),
            ("country", "country"),
        )
    ):
        of = rows.filter(pl.col("subject_kind") == kind).drop("subject_kind")
        found.append(
            keyed.join(of, left_on=column, right_on="subject", how="inner").select(
                *KEYS, "value", "evidence", "weight", "age_days", place=pl.lit(place)
            )
        )
    return pl.concat(found).sort("place", *KEYS).unique(KEYS, keep="first", maintain_order=True)
