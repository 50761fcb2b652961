"""What is wrong with a panel of sites, and which of its rows are one site under two identifiers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import polars as pl

from tierscape.errors import Finding
from tierscape.io.raw import finding
from tierscape.kernels.distance import great_circle_km
from tierscape.schema import Column, Table
from tierscape.validate import parse_table
from tierscape.validate.data import Data, Fault, several

PANEL = Table("panel", "a site and what it makes", ("site", "part"), (
    Column("site", "text", "Key of the site.", "P-017", required=True),
    Column("part", "text", "Part or industry code.", "336390", null="counted among all sites only"),
    Column("lat", "number", "Latitude.", "25.67", unit="deg", low=-90, high=90),
    Column("lon", "number", "Longitude.", "-100.31", unit="deg", low=-180, high=180),
    Column("first_year", "integer", "Year in which the site was first there.", "2012", unit="year", required=True),
    Column("last_year", "integer", "Last year in which it was seen.", "2018", unit="year"),
    Column("region", "text", "Place that it counts to.", "MX-NLE"),
    Column("organization", "text", "Firm.", "Acme"),
    Column("name", "text", "Name of the site.", "Acme Plant 2"),
    Column("employees", "number", "People who work there.", "250", unit="persons", low=0),
    Column("same_as", "text", "Earlier key of the same site.", "P-003"),
))  # fmt: skip
"""The columns of a panel that are read; any other is kept as text, to group by."""

NEEDED = ("site", "part", "lat", "lon", "first_year")
OTHER_NAMES = ("industry", "industry_code", "naics", "scian", "nace", "sic")
"""Names under which the column ``part`` goes elsewhere."""
YEARS = (1800, 2200)
SAME_SITE_KM = 2.0
BREAK_RATIO = 3.0


def parsed(frame: pl.DataFrame, first_row: int) -> tuple[pl.DataFrame, list[Finding]]:
    """Read the columns as declared, keep the others as text, and name everything that is wrong."""
    frame = frame.rename({name: name.strip().casefold().replace(" ", "_") for name in frame.columns}, strict=False)
    if "part" not in frame.columns:
        other = [name for name in OTHER_NAMES if name in frame.columns]
        frame = frame.rename({other[0]: "part"}) if other else frame
    missing = [name for name in NEEDED if name not in frame.columns]
    if missing:
        problem = several(len(missing), "required columns", f"are missing: {', '.join(missing)}")
        remedy = f"Add or rename them: a panel has {', '.join(NEEDED)}."
        return frame, [finding("missing_column", "panel", problem, remedy, count=len(missing))]
    if frame.is_empty():
        return frame, [finding("empty", "panel", "has no rows", "Give one row a site.")]
    rows, findings = parse_table(frame, PANEL, first_row)
    more = frame.head(rows.height).select(pl.exclude(PANEL.names).cast(pl.String).str.strip_chars())
    kept = rows.hstack(more.with_columns(pl.when(pl.all() != "").then(pl.all())))
    findings = [f for f in findings if f.rule != "unknown_column"]
    return kept, [*findings, *_wrong(kept, first_row)]


def _wrong(rows: pl.DataFrame, first_row: int) -> Iterator[Finding]:
    data = Data({"panel": rows}, {"panel": first_row})
    north, east = rows["lat"], rows["lon"]
    faults = {
        "first_year": (~rows["first_year"].is_between(*YEARS), "hold no year", "Write four digits, for example 2012."),
        "last_year": (
            rows["last_year"] < rows["first_year"],
            "lie before the first year",
            "Correct one of the two years.",
        ),
        "lat": (
            ~(north.is_between(-90, 90) & east.is_between(-180, 180)),
            "lie outside the world",
            "Give degrees: lat -90 to 90, lon -180 to 180; they may be swapped.",
        ),
        "lon": ((north == 0) & (east == 0), "stand at 0, 0", "Leave both empty where the place is not known."),
        "employees": (rows["employees"] < 0, "are negative", "Correct them, or leave them empty."),
    }
    for column, (bad, clause, remedy) in faults.items():
        fault = Fault(rule="range", clause=clause, remedy=remedy)
        yield from data.found(("panel", column), bad.fill_null(value=False), fault, rows[column].cast(pl.String))
    half = north.is_null() != east.is_null()
    yield from data.found(
        ("panel", "lat"), half, Fault(rule="half_point", clause="have one coordinate only", remedy="Give both or none.")
    )


def merged(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Finding]]:
    """Make one row of those that are one site: said so, doubled, or registered again.

    A later row of the same firm or name, with the same code and within 2 km, is the earlier site if the earlier was not
    seen in or after its first year. Rows are taken in order of their first year and compared with the earliest of a site
    alone, so that no later row changes what is known of an earlier time.
    """
    ordered = rows.sort("first_year", "site", "part", nulls_last=True, maintain_order=True)
    firms = [_firm(o) for o in ordered["organization"].to_list()]
    names = [_firm(n) for n in ordered["name"].to_list()]
    root = _roots(ordered, firms, names)
    own = pl.Series("_root", root)
    last = ordered.with_columns(own).group_by("_root").agg(pl.col("last_year").max())
    kept = (
        ordered.with_row_index("_root")
        .with_columns(pl.col("_root").cast(pl.Int64))
        .filter(own == pl.int_range(ordered.height, eager=True))
        .drop("last_year")
        .join(last, on="_root", how="left", maintain_order="left")
        .select(rows.columns)
    )
    return kept, list(_joined(ordered.height - kept.height, ordered.height))


def _joined(count: int, total: int) -> Iterator[Finding]:
    if count:
        problem = several(count, f"of {total:,} rows", "are a site that has an earlier row, and count as that site")
        remedy = (
            "Nothing to do if firm, code and place within 2 km mean one site; else tell them apart by organization."
        )
        yield finding("registered_again", "panel", problem, remedy, severity="warning", count=count)


def _firm(text: str | None) -> str:
    return "".join(c for c in (text or "").casefold() if c.isalnum())


def _roots(rows: pl.DataFrame, firms: list[str], names: list[str]) -> list[int]:
    """Give for every row the earliest row of its site."""
    sites, parts = rows["site"].to_list(), rows["part"].to_list()
    same, first = rows["same_as"].to_list(), rows["first_year"].to_list()
    last = rows["last_year"].to_list()
    lat, lon = rows["lat"].to_list(), rows["lon"].to_list()
    by_site: dict[tuple[str, str | None], int] = {}
    any_part: dict[str, int] = {}
    alike: dict[tuple[str, str, str], list[int]] = defaultdict(list)
    seen = list(last)
    roots = []
    for i, (site, part) in enumerate(zip(sites, parts, strict=True)):
        keys = [(k, w, part) for k, w in (("firm", firms[i]), ("name", names[i])) if w and part and lat[i] is not None]
        found = by_site.get((site, part), any_part.get(same[i] or ""))
        if found is None:
            near = [
                j for key in keys for j in alike[key]
                if sites[j] != site and (seen[j] is None or seen[j] < first[i])
                and great_circle_km(lat[i], lon[i], lat[j], lon[j]) <= SAME_SITE_KM
            ]  # fmt: skip
            found = min(near, default=i)
        roots.append(found)
        by_site.setdefault((site, part), found)
        any_part.setdefault(site, found)
        if found == i:
            for key in keys:
                alike[key].append(i)
        elif last[i] is not None:
            seen[found] = max(seen[found] or last[i], last[i])
    return roots


def doubtful(rows: pl.DataFrame) -> Iterator[Finding]:
    """Say what the years and the places of a panel cannot bear."""
    counts = rows.group_by("first_year").len().sort("first_year")
    years, entries = counts["first_year"].to_list(), counts["len"].to_list()
    usual = float(counts["len"][1:].median() or 0) if len(years) > 1 else 0.0  # type: ignore[arg-type]
    breaks = [y for y, n in zip(years[1:], entries[1:], strict=True) if n > BREAK_RATIO * usual]
    if breaks:
        problem = (
            f"{several(len(breaks), 'years', 'have')} more than {BREAK_RATIO:g} times the usual number of new sites"
        )
        remedy = "That is a change of the register, not a boom: choose years for fitting and judging on one side of it."
        yield finding("register_break", "panel", problem, remedy, severity="warning", value=str(breaks[0]), count=len(breaks))  # fmt: skip
    holes = sorted(set(range(years[0], years[-1] + 1)) - set(years))
    if holes:
        problem = several(len(holes), "years", "have no new site at all")
        remedy = "They count as years without entry; if nobody looked in them, split the panel there."
        yield finding("hole", "panel", problem, remedy, severity="warning", value=str(holes[0]), count=len(holes))
    for column, says in (("part", "have no code and count among all sites only"), ("lat", "have no coordinates")):
        bare = rows[column].null_count()
        if bare:
            problem = several(bare, f"of {rows.height:,} rows", says)
            remedy = "Fill them in where they are known; without coordinates a site belongs to no cell."
            yield finding("unknown", "panel", problem, remedy, severity="note", count=bare)
