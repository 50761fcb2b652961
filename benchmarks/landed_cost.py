"""What duties, lanes and bands cost, against peers: ``python benchmarks/landed_cost.py --rows 1000000 --rules 100000``.

Three parts, all data drawn from a fixed seed, CPU time, the least of the repeats. Duties: ``duty_stack`` against one bare
polars join on code and origin with a filter on the day, which stacks nothing, and against a walk in plain Python over a
sample, scaled up; the walk must give the same rates before a figure is shown. Lanes: the whole unit cost with freight and
emissions, at a tenth of the lanes and at all. Band: all draws against one NumPy pass over arrays of that size.
"""

from __future__ import annotations

import argparse
import datetime as dt
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl

from tierscape import Network
from tierscape.analyses.landed_cost.band import band
from tierscape.kernels.unit_cost import INPUTS, TERMS, total_cost
from tierscape.quantities.duties import duty_stack
from tierscape.quantities.landed import Landed, landed
from tierscape.quantities.landed_choices import Stock, Study, Tariffs
from tierscape.quantities.landed_options import Options
from tierscape.reference.tariffs import check_tariffs

ORIGINS = ("CN", "MX", "VN", "DE", "JP", "KR", "IN", "TH", "CA", "TR", "PL", "MY", "TW", "BR", "GB", "FR")
FIRST = dt.date(2020, 1, 1)


def least(work: Callable[[], Any], repeat: int) -> tuple[float, Any]:
    """Give the least CPU time of some runs, and the last answer."""
    times, answer = [], None
    for _ in range(repeat):
        start = time.process_time()
        answer = work()
        times.append(time.process_time() - start)
    return min(times), answer


def draw_rules(count: int, codes: np.ndarray) -> pl.DataFrame:
    """Draw a tariff: an ordinary rate for each code, added duties by code, heading and origin in spans of dates."""
    rng = np.random.default_rng(1)
    base = {"importer": "US", "origin": "*", "layer": "mfn", "valid_from": None, "valid_to": None}
    rows: list[dict[str, object]] = [{**base, "hs_prefix": f"{c:06d}"} for c in codes]
    rows += [{**base, "hs_prefix": "", "origin": "usmca", "layer": "preference", "only_if": "usmca"}]
    rows += [{**base, "hs_prefix": f"{c:04d}", "layer": "section_232"} for c in np.unique(codes // 100)[::3]]
    keys = [
        (c, o, layer, span)
        for layer in ("section_301", "antidumping")
        for span in range(3)
        for o in ORIGINS
        for c in codes
    ]
    for n in rng.choice(len(keys), max(0, count - len(rows)), replace=False):
        code, origin, layer, span = keys[n]
        start = FIRST + dt.timedelta(days=800 * span)
        rows.append({"importer": "US", "hs_prefix": f"{code:06d}", "origin": origin, "layer": layer, "valid_from": start,
                     "valid_to": start + dt.timedelta(days=700)})  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None).with_columns(
        rate=pl.Series(rng.random(len(rows)).round(4)), source=pl.lit("drawn")
    )
    return check_tariffs(frame)


def draw_goods(count: int, codes: np.ndarray) -> pl.DataFrame:
    """Draw goods."""
    rng = np.random.default_rng(2)
    days = pl.Series(rng.integers(0, 2400, count)).cast(pl.Int32) + (FIRST - dt.date(1970, 1, 1)).days
    return pl.DataFrame({
        "hs6": pl.Series(rng.choice(codes, count)).cast(pl.String), "importer": ["US"] * count,
        "origin": rng.choice(ORIGINS, count), "on": days.cast(pl.Date), "met": np.where(rng.random(count) < 0.3, "usmca", ""),
    })  # fmt: skip


def walk(goods: pl.DataFrame, rules: pl.DataFrame) -> list[float]:
    """Add up the layers good by good, as one would write it first."""
    table: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    members = {"US", "CA", "MX"}
    for row in rules.iter_rows(named=True):
        for origin in members if row["origin"] == "usmca" else [row["origin"]]:
            table.setdefault((row["layer"], row["hs_prefix"], origin), []).append(row)
    rates = []
    for good in goods.iter_rows(named=True):
        found: dict[str, float] = {}
        for layer in ("mfn", "preference", "antidumping", "section_301", "section_232"):
            for length in (6, 4, 0):
                hits = [r for o in (good["origin"], "*") for r in table.get((layer, good["hs6"][:length], o), ())
                        if (r["valid_from"] or dt.date.min) <= good["on"] < (r["valid_to"] or dt.date.max)
                        and (not r["only_if"] or r["only_if"] in good["met"])]  # fmt: skip
                if hits:
                    found[layer] = hits[0]["rate"]
                    break
        if "preference" in found:
            found.pop("mfn", None)
        rates.append(sum(found.values()))
    return rates


def duties(rows: int, rules: int, repeat: int) -> None:
    """Print the figures of the tariff stack."""
    codes = np.unique(np.random.default_rng(0).integers(100000, 999999, 5000))
    tariff, goods = draw_rules(rules, codes), draw_goods(rows, codes)
    keyed = tariff.select(pl.col("hs_prefix").alias("hs6"), "origin", "rate", "valid_from", "valid_to")

    def join() -> pl.DataFrame:
        found = goods.join(keyed, on=["hs6", "origin"], how="left")
        return found.filter((pl.col("valid_from") <= pl.col("on")) & (pl.col("on") < pl.col("valid_to")))

    ours, answer = least(lambda: duty_stack(goods, tariff, layers=False), repeat)
    bare, _ = least(join, repeat)
    sample = goods.head(min(rows, 20_000))
    plain, expected = least(lambda: walk(sample, tariff), 1)
    if not np.allclose(answer.totals["rate"].head(sample.height).to_numpy(), expected, atol=1e-12):
        raise SystemExit("the rates differ: no figure")
    plain *= rows / sample.height
    print(f"duties, {rows:,} goods, {tariff.height:,} rules; rates agree")
    print(f"  duty_stack        {ours:8.3f} s CPU")
    print(f"  bare polars join  {bare:8.3f} s CPU   duty_stack takes {ours / bare:.2f} times as long")
    print(f"  plain Python      {plain:8.3f} s CPU   {plain / ours:.0f} times as long (sampled, scaled)")


def draw_options(count: int) -> Options:
    """Draw lanes by road and sea between 400 places."""
    rng = np.random.default_rng(3)
    sites = 400
    home = rng.choice(["US", "MX", "CN", "VN"], sites)
    spot = {"US": (40, -90), "MX": (25, -101), "CN": (31, 115), "VN": (21, 105)}
    network = Network.from_tables({
        "meta": pl.DataFrame({"currency": ["USD"], "price_year": [2026]}),
        "sites": pl.DataFrame({"site": [f"s{n}" for n in range(sites)], "country": home,
                               "lat": [spot[c][0] + rng.normal() for c in home], "lon": [spot[c][1] + rng.normal() for c in home]}),
        "parts": pl.DataFrame({"part": ["pack"], "kind": ["component"], "hs6": ["850760"], "unit_mass_kg": [2.0]}),
    })  # fmt: skip
    ends = rng.integers(0, sites, (2, count))
    names = pl.Series([f"s{n}" for n in range(sites)])
    countries = pl.Series(home)
    none = pl.lit(None, pl.Float64)
    frame = pl.DataFrame({"supplier": names[ends[0]], "at": names[ends[1]], "country": countries[ends[0]],
                          "buyer_country": countries[ends[1]], "price": rng.uniform(10, 90, count)})  # fmt: skip
    frame = frame.with_row_index("n").with_columns(
        part=pl.lit("pack"), buyer=pl.col("at"), option=pl.format("{}#{}", "supplier", "n"), label=pl.col("supplier"),
        kind=pl.lit("link"), hs6=pl.lit("850760"), mass_kg=pl.lit(2.0), mode=pl.lit("road"), route=pl.lit(None, pl.String),
        distance_km=pl.Series(rng.uniform(50, 12000, count)), transit_days=none, freight_per_unit=none,
        price_low=pl.col("price") * 0.9, price_high=pl.col("price") * 1.1, price_source=pl.lit("link"),
        price_evidence=pl.lit("declared"), wage=none, hours=none, fixed=none, volume=pl.lit(36500.0), evidence=pl.lit("declared"),
    )  # fmt: skip
    return Options(network, frame.drop("n"), {}, ())


def costed(options: Options) -> np.ndarray:
    """Cost all lanes, and give their totals."""
    costs = landed(options, on=dt.date(2026, 3, 1), tariffs=Tariffs(), stock=Stock(), study=Study())
    terms = costs.terms(costs.settled)
    total: np.ndarray = np.sum([terms[name] for name in TERMS], axis=0)
    if not (np.isfinite(total).all() and np.isfinite(costs.value["kg_co2e"]).all()):
        raise SystemExit("a lane has no cost or no emissions: no figure")
    return total


def lanes(rows: int, repeat: int) -> None:
    """Print the figures of lanes costed with emissions."""
    many = draw_options(rows)
    few = Options(many.network, many.frame.head(rows // 10), {}, ())
    costed(few)
    small, part = least(lambda: costed(few), repeat)
    large, total = least(lambda: costed(many), repeat)
    if not np.array_equal(part, total[: len(part)]):
        raise SystemExit("the totals differ: no figure")
    print(f"lanes with freight, duty, stock and emissions; totals agree\n  {rows // 10:>9,}         {small:8.3f} s CPU")
    print(f"  {rows:>9,}         {large:8.3f} s CPU   {large / small:.1f} times as long for 10 times the lanes")


def bands(options: int, draws: int, repeat: int) -> None:
    """Print the figures of the band."""
    drawn = draw_options(options)
    costs: Landed = landed(drawn, on=dt.date(2026, 3, 1), tariffs=Tariffs(), stock=Stock(), study=Study())
    decision = np.zeros(options, dtype=np.int64)
    rng = np.random.default_rng(4)
    full = {name: rng.random((draws, options)) + 0.1 for name in INPUTS}
    ours, spread = least(lambda: band(costs, decision, decision, draws=draws, seed=0), repeat)
    bare, _ = least(lambda: total_cost(full), repeat)
    if not (spread.p10 <= spread.p90).all():
        raise SystemExit("the percentiles are out of order: no figure")
    print(f"band, {draws:,} draws, {options:,} options")
    print(
        f"  band              {ours:8.3f} s CPU\n  one NumPy pass    {bare:8.3f} s CPU   band takes {ours / bare:.1f} times as long"
    )


def main() -> None:
    """Run all three and print the ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rules", type=int, default=100_000)
    parser.add_argument("--options", type=int, default=1000)
    parser.add_argument("--draws", type=int, default=2000)
    parser.add_argument("--repeat", type=int, default=3)
    given = parser.parse_args()
    duties(given.rows, given.rules, given.repeat)
    lanes(given.rows, given.repeat)
    bands(given.options, given.draws, given.repeat)


if __name__ == "__main__":
    main()
