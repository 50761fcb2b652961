"""Draws to declared tables."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import rankdata

from tierscape.analyses.growth.assumptions import GrowthAssumptions
from tierscape.analyses.growth.critical import READINGS, Critical, why_none
from tierscape.analyses.growth.model import Model
from tierscape.analyses.growth.priors import Priors, prior_table
from tierscape.kernels import entry_exit as kernel
from tierscape.kernels.entry_exit import FILLED
from tierscape.kernels.entry_place import Paths

Floats = NDArray[np.float64]
ARMS = ("with the anchor", "without it")
DRIVING = {"a": kernel.RATE, "β_A": kernel.PULL, "β_C": kernel.FEEDBACK, "β_s": kernel.SIZE, "β_rel": kernel.RELATED, "β_w": kernel.WAGE, "δ": kernel.EXIT}  # fmt: skip


def cluster_table(model: Model, got: Paths, priors: Priors, critical: Critical, given: GrowthAssumptions) -> pl.DataFrame:  # fmt: skip
    """One row a reading of the prior."""
    end = got.completeness[:, :, -1]
    differs = (got.entered[:, 0] != got.entered[:, 1]).any(axis=1)
    lag = given.target.within_years * 12 <= model.place.lag[1:, 0].min()
    rows = []
    for i, (reading, group) in enumerate(
        zip(READINGS, (np.ones(len(end), np.bool_), priors.follows, ~priors.follows), strict=True)
    ):
        v = critical.cluster[i]
        row = {"reading": reading, "draws": int(group.sum()), "start": float(got.completeness[0, 0, 0])}
        ends = end[group]
        names = ("with_anchor", "with_p5", "with_p95", "without", "without_p5", "without_p95")
        bands = [None] * 6 if not len(ends) else [float(np.quantile(ends[:, a], q)) for a in (0, 1) for q in (0.5, 0.05, 0.95)]  # fmt: skip
        row |= dict(zip(names, bands, strict=True))
        row["effect"] = float((ends[:, 0] - ends[:, 1]).mean()) if len(ends) else None
        row["p_effect"] = float(differs[group].mean()) if len(ends) else None
        row["v_star"] = None if np.isnan(v) or not len(ends) else float(v)
        row["reason"] = (
            None if row["v_star"] is not None else "no draws" if not len(ends) else "lag" if lag else "prior"
        )
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)


def path_table(model: Model, got: Paths) -> pl.DataFrame:
    """Bands of completeness, quarter by quarter, in both arms."""
    levels = (5, 25, 50, 75, 95)
    bands = np.percentile(got.completeness, levels, axis=0)
    quarters = np.arange(bands.shape[2])
    frames = [
        pl.DataFrame({"quarter": quarters, "year": model.anchor.start_year + quarters / 4}).with_columns(
            pl.lit(arm).alias("arm"), *(pl.Series(f"p{p}", bands[i, a]) for i, p in enumerate(levels))
        )
        for a, arm in enumerate(ARMS)
    ]
    return pl.concat(frames).sort("quarter", "arm")


def part_table(model: Model, got: Paths, critical: Critical, given: GrowthAssumptions) -> pl.DataFrame:
    """One row a required part, gaps of the largest weight first."""
    tree, place = model.tree, model.place
    effect = got.sites[:, 0] - got.sites[:, 1]
    bands = np.percentile(effect, (5, 50, 95), axis=0)
    within = 4 * given.target.within_years
    cover = np.minimum(model.near.sites[model.at] * model.near.weight[model.at], 1.0)
    median = np.quantile(got.filled[:, 0], 0.5, axis=0, method="inverted_cdf")
    rows = []
    for k in range(1, len(tree.parts)):
        v = [None if np.isnan(x) else float(x) for x in critical.parts[:, k]]
        rows.append({
            "part": tree.parts[k], "name": tree.names[k], "tier": int(tree.tiers[k]), "weight": float(tree.weights[k]), "cover": float(cover[k]),
            "start": int(place.start[k]), "contracted": int(place.sure[0, :, k].sum()),
            "with_anchor": float(got.sites[:, 0, k].mean()), "without": float(got.sites[:, 1, k].mean()),
            "effect_p5": float(bands[0, k]), "effect_p50": float(bands[1, k]), "effect_p95": float(bands[2, k]),
            "p_effect": float((effect[:, k] > 0).mean()),
            "p_filled": float((got.filled[:, 0, k] <= within).mean()), "p_filled_none": float((got.filled[:, 1, k] <= within).mean()),
            "p_filled_end": float(np.isfinite(got.filled[:, 0, k]).mean()),
            "year_filled_p50": _year(model, median[k]),
            "v_star": v[0], "v_star_if_spillover": v[1], "v_star_none": v[2],
            "reason": None if v[0] is not None else why_none(model, k, given),
        })  # fmt: skip
    frame = pl.DataFrame(rows, infer_schema_length=None)
    return frame.sort(pl.col("cover") >= FILLED, "weight", "part", descending=[False, True, False])


def _year(model: Model, quarter: float) -> int | None:
    """Year in which a quarter's start is reached; what stands at the end of a year was filled in it."""
    return None if np.isinf(quarter) else model.anchor.start_year + max(int(quarter) - 1, 0) // 4


def supply_table(model: Model, got: Paths) -> pl.DataFrame:
    """Sites of each part at the end of each year in both arms."""
    years, parts = got.yearly.shape[2:]
    bands = np.percentile(got.yearly, (5, 50, 95), axis=0)
    effect = (got.yearly[:, 0] - got.yearly[:, 1]).mean(axis=0)
    rows = [
        (model.tree.parts[k], model.tree.names[k], model.anchor.start_year + y, *bands[:, 0, y, k].tolist(), *bands[:, 1, y, k].tolist(), float(effect[y, k]))
        for k in range(1, parts) for y in range(years)
    ]  # fmt: skip
    numbers = (*(f"{arm}_p{p}" for arm in ("with", "without") for p in (5, 50, 95)), "effect")
    schema = {"part": pl.String, "name": pl.String, "year": pl.Int64} | dict.fromkeys(numbers, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def closing_table(model: Model, got: Paths, parts: pl.DataFrame) -> pl.DataFrame:
    """Chance that each gap has been filled by the end of each year."""
    code = {part: k for k, part in enumerate(model.tree.parts)}
    years = (got.completeness.shape[2] - 1) // 4
    rows = [
        (part, name, model.anchor.start_year + y, *(float((got.filled[:, a, code[part]] <= 4 * (y + 1)).mean()) for a in (0, 1)))
        for part, name, cover in parts.select("part", "name", "cover").iter_rows() if cover < FILLED
        for y in range(years)
    ]  # fmt: skip
    schema = {"part": pl.String, "name": pl.String, "year": pl.Int64, "p_filled": pl.Float64, "p_filled_none": pl.Float64}  # fmt: skip
    return pl.DataFrame(rows, schema=schema, orient="row")


def tier_table(model: Model, got: Paths) -> pl.DataFrame:
    """Entrants by tier in both arms."""
    rows = []
    for tier in sorted({int(t) for t in model.tree.tiers[1:]}):
        mine = np.flatnonzero(model.tree.tiers == tier)
        mine = mine[mine > 0]
        come, none = (got.entered[:, a][:, mine].sum(axis=1) for a in (0, 1))
        bands = {
            n: np.percentile(x, (5, 50, 95)) for n, x in (("with", come), ("without", none), ("effect", come - none))
        }
        rows.append({"tier": tier} | {f"{n}_p{p}": float(b[i]) for n, b in bands.items() for i, p in enumerate((5, 50, 95))})  # fmt: skip
    return pl.DataFrame(rows)


def job_table(model: Model, got: Paths, priors: Priors) -> pl.DataFrame:
    """Jobs at the end of each year, direct and with the multiplier; empty where people are unknown."""
    rows = []
    factor = 1.0 + priors.multiplier
    for y in range(1, (got.jobs.shape[2] - 1) // 4 + 1):
        jobs = got.jobs[:, :, 4 * y]
        for kind, times in (("at the suppliers", np.ones(len(jobs))), ("with further jobs in the place", factor)):
            effect = np.percentile((jobs[:, 0] - jobs[:, 1]) * times, (5, 50, 95))
            medians = (float(np.median(jobs[:, a] * times)) for a in (0, 1))
            known = [*effect.tolist(), *medians] if model.jobs_known else [None] * 5
            rows.append((model.anchor.start_year + y - 1, kind, *known))
    schema = {"year": pl.Int64, "kind": pl.String} | dict.fromkeys(
        ("effect_p5", "effect_p50", "effect_p95", "with_p50", "without_p50"), pl.Float64
    )
    return pl.DataFrame(rows, schema=schema, orient="row")


def response_table(model: Model, critical: Critical, parts: pl.DataFrame) -> pl.DataFrame:
    """The grid of volumes for the gaps: how supply answers a commitment."""
    code = {part: k for k, part in enumerate(model.tree.parts)}
    gaps = parts.filter(pl.col("cover") < FILLED).select("part", "name").rows()
    bands = np.percentile(critical.sites, (5, 50, 95), axis=0)
    rows = [
        (part, name, float(v), *critical.filled[:, i, code[part]].tolist(), *bands[:, i, code[part]].tolist())
        for part, name in gaps
        for i, v in enumerate(critical.volumes)
    ]
    chances = ("p_filled", "p_filled_if_spillover", "p_filled_if_none", "sites_p5", "sites_p50", "sites_p95")
    schema = {"part": pl.String, "name": pl.String, "volume": pl.Float64} | dict.fromkeys(chances, pl.Float64)
    return pl.DataFrame(rows, schema=schema, orient="row")


def driver_table(got: Paths, priors: Priors, given: GrowthAssumptions) -> pl.DataFrame:
    """Squared rank correlation of each drawn number with final completeness; what is left is chance and interaction."""
    end = got.completeness[:, 0, -1]
    printed = {row[0]: row for row in prior_table(given).select("symbol", "meaning", "distribution", "source").iter_rows()}  # fmt: skip
    rows = []
    for symbol, column in DRIVING.items():
        x = priors.model[:, column]
        if np.ptp(x) == 0.0:
            continue
        order = np.argsort(x, kind="stable")
        fifth = max(len(x) // 5, 1)
        low, high = end[order[:fifth]].mean(), end[order[-fifth:]].mean()
        r = 0.0 if np.ptp(end) == 0.0 else float(np.corrcoef(rankdata(x), rankdata(end))[0, 1])
        _, meaning, distribution, source = printed[symbol]
        rows.append((symbol, meaning, r * r, float(low), float(end.mean()), float(high), distribution, source))
    schema = dict.fromkeys(("symbol", "name", "share", "low", "mean", "high", "prior", "source"), pl.String)
    frame = pl.DataFrame(
        rows, schema=schema | dict.fromkeys(("share", "low", "mean", "high"), pl.Float64), orient="row"
    )
    return frame.sort("share", "symbol", descending=[True, False])
