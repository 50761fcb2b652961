"""Which lines and links of the firm dynamics a target means: sites, regions, countries, corridors and so on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import ParameterError
from tierscape.graph import IN_HOUSE
from tierscape.kernels.distance import great_circle_km
from tierscape.kernels.polygon import points_inside, ring_edges
from tierscape.network import Network
from tierscape.quantities.firm_flows import OUTSIDE, STORE
from tierscape.quantities.firm_lines import FirmLines
from tierscape.schema import MODES, TARGET_KINDS
from tierscape.validate.subjects import is_area, is_corridor

LANES_HIT = ("corridor", "mode")
"""Kinds of target that close links; the others stop lines."""

Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Members:
    """What a target hits.

    Parameters
    ----------
    on_links : bool
        Links are closed; else lines lose capacity.
    index : numpy.ndarray of int64, shape (m,)
        Lines, or links.
    unit : numpy.ndarray of int64, shape (m,)
        Position in ``units`` of what is hit or spared as a whole: the site of a line, or the link itself.
    units : tuple of str
        Site keys, or ``supplier/buyer/part``.
    """

    on_links: bool
    index: Ints
    unit: Ints
    units: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Places:
    """Where each line and link is.

    Parameters
    ----------
    lines : polars.DataFrame
        ``line``, ``site``, ``part``, ``region``, ``country``, ``organization``, ``lat``, ``lon``, ``ttr``; without stores.
        Outside lines have a part and no place.
    links : polars.DataFrame
        ``arc`` (position among the firm links), ``supplier``, ``buyer``, ``part``, ``mode``, ``route`` (list of nodes, null
        unknown), ``one`` and ``other`` (countries of its ends in alphabetical order), ``borders`` (pairs that it crosses, as
        ``XX-YY``).
    nodes : polars.DataFrame
        The table ``nodes``.
    """

    lines: pl.DataFrame
    links: pl.DataFrame
    nodes: pl.DataFrame

    def known(self, kind: str) -> list[str]:
        """Give the keys that a kind of target may name; empty where the form alone decides."""
        if kind in ("site", "organization", "region", "country", "part"):
            named = self.lines.filter(~pl.col("site").str.starts_with(OUTSIDE)) if kind == "site" else self.lines
            return list(named[kind].drop_nulls().unique().sort().to_list())
        if kind == "corridor":
            pairs = self.links["borders"].explode(keep_nulls=False, empty_as_null=False).unique().sort().to_list()
            return [*self.nodes["node"].sort().to_list(), *pairs]
        return list(MODES) if kind == "mode" else []


def places(network: Network, firm: FirmLines) -> Places:
    """Look up where the lines and links of a network are.

    Parameters
    ----------
    network : Network
        Reads ``sites`` and ``nodes``.
    firm : FirmLines

    Returns
    -------
    Places
    """
    ttr = pl.min_horizontal("ttr_days", "alternate_ttr_days")
    sites = network["sites"].select(
        "site",
        "region",
        "country",
        "lat",
        "lon",
        organization=pl.col("organization").fill_null(pl.col("site")),
        ttr=ttr,
    )
    lines = firm.lines.with_row_index("line").with_columns(pl.col("line").cast(pl.Int64))
    lines = lines.filter(~pl.col("site").str.starts_with(STORE)).join(
        sites, on="site", how="left", maintain_order="left"
    )
    facts = firm.graph.links.with_row_index("link").with_columns(pl.col("link").cast(pl.Int64))
    arcs = pl.DataFrame({"arc": np.arange(len(firm.link)), "link": firm.link}).filter(pl.col("link") >= 0)
    links = arcs.join(facts, on="link", maintain_order="left").filter(pl.col("source").ne_missing(pl.lit(IN_HOUSE)))
    country = sites.select("site", "country")
    links = links.join(
        country.select(supplier="site", start="country"), on="supplier", how="left", maintain_order="left"
    )
    links = links.join(country.select(buyer="site", end="country"), on="buyer", how="left", maintain_order="left")
    links = links.select(
        "arc", "supplier", "buyer", "part", "mode",
        route=pl.col("route").str.split(";").list.eval(pl.element().str.strip_chars()),
        one=pl.min_horizontal("start", "end"), other=pl.max_horizontal("start", "end"),
    )  # fmt: skip
    nodes = network["nodes"]
    return Places(lines, _with_borders(links, nodes), nodes)


def _with_borders(links: pl.DataFrame, nodes: pl.DataFrame) -> pl.DataFrame:
    """Add the pairs of countries whose border a link crosses: of its ends, and of the crossings on its route."""
    pair = pl.concat_str(
        pl.min_horizontal("country", "other_country"), pl.max_horizontal("country", "other_country"), separator="-"
    )
    crossings = nodes.filter((pl.col("kind") == "border_crossing") & pl.col("other_country").is_not_null()).select(
        node="node", border=pair
    )
    ends = links.filter(pl.col("one") != pl.col("other")).select(
        "arc", border=pl.concat_str("one", "other", separator="-")
    )
    passed = (
        links.select("arc", node="route")
        .explode("node", keep_nulls=False, empty_as_null=False)
        .join(crossings, on="node")
        .select("arc", "border")
    )
    borders = pl.concat([ends, passed]).unique().sort("arc", "border").group_by("arc").agg(borders="border")
    none = pl.lit([], dtype=pl.List(pl.String))
    return links.join(borders, on="arc", how="left", maintain_order="left").with_columns(pl.col("borders").fill_null(none))  # fmt: skip


def find_members(here: Places, kind: str, target: str, part: str | None = None) -> Members:
    """Find what a target hits, in the order of lines or links.

    Parameters
    ----------
    here : Places
    kind : str
        A target kind of the schema.
    target : str
    part : str, optional
        Only lines that make it, or links that carry it.

    Returns
    -------
    Members
        Nobody where the target is known and has no line or link.
    """
    if kind in LANES_HIT:
        rows = here.links if part is None else here.links.filter(pl.col("part") == part)
        rows = rows.filter(_on_lane(kind, target))
        names = rows.select(pl.concat_str("supplier", "buyer", "part", separator="/")).to_series()
        index = rows["arc"].to_numpy()
    else:
        rows = here.lines if part is None else here.lines.filter(pl.col("part") == part)
        rows = rows.filter(_in_area(rows, target) if kind == "area" else pl.col(kind) == target)
        names, index = rows["site"], rows["line"].to_numpy()
    units = names.unique().sort()
    unit = np.searchsorted(units.to_numpy(), names.to_numpy()) if len(units) else np.zeros(0)
    return Members(kind in LANES_HIT, index.astype(np.int64), unit.astype(np.int64), tuple(units.to_list()))


def _on_lane(kind: str, target: str) -> pl.Expr:
    if kind == "mode":
        return pl.col("mode") == target
    if not is_corridor(target):
        return pl.col("route").list.contains(target).fill_null(value=False)
    pair, _, mode = target.partition(":")
    crosses = pl.col("borders").list.contains(pair)
    return crosses & (pl.col("mode") == mode).fill_null(value=False) if mode else crosses


def _in_area(rows: pl.DataFrame, target: str) -> pl.Series:
    lat, lon = (rows[c].cast(pl.Float64).fill_null(np.nan).to_numpy() for c in ("lat", "lon"))
    if target.lstrip()[:1].upper() != "P":
        centre_lat, centre_lon, radius_km = (float(x) for x in target.split(","))
        return pl.Series(np.nan_to_num(great_circle_km(lat, lon, centre_lat, centre_lon), nan=np.inf) <= radius_km)
    rings = re.findall(r"\(([^()]+)\)", target)
    points = [np.array([[float(x) for x in point.split()] for point in ring.split(",")]) for ring in rings]
    return pl.Series(points_inside(lon, lat, np.vstack([ring_edges(ring) for ring in points])))


def read_targets(here: Places, targets: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Read targets typed as ``kind:key``.

    Parameters
    ----------
    here : Places
    targets : sequence of str

    Returns
    -------
    tuple of (kind, key)

    Raises
    ------
    ParameterError
        A kind or a key is unknown; the message names each one and the three nearest keys.
    """
    read, faults = [], []
    for given in targets:
        kind, _, key = given.partition(":")
        if kind not in TARGET_KINDS or not key:
            faults.append(f"'{given}' is not written as kind:key, with one of {', '.join(TARGET_KINDS)} as kind.")
        elif not _is_known(here, kind, key):
            near = nearest_keys(key, here.known(kind))
            faults.append(
                f"'{given}' names no {kind} that is known." + (f" The nearest are {', '.join(near)}." if near else "")
            )
        else:
            read.append((kind, key))
    if faults:
        raise ParameterError(f"targets: {' '.join(faults)}")
    return tuple(read)


def nearest_keys(word: str, keys: Sequence[str]) -> list[str]:
    """Give the three keys that look most like a word, the most alike first."""
    return get_close_matches(word, list(keys), n=3, cutoff=0.0)


def _is_known(here: Places, kind: str, key: str) -> bool:
    if kind == "area":
        return is_area(key)
    if kind == "corridor" and is_corridor(key):
        return True
    return key in here.known(kind)
