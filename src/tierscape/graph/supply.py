"""Who supplies whom with what, as integers: lines, their needs, and the suppliers of each need."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.graph.flows import arc_volumes, line_outputs
from tierscape.graph.lines import supply_lines
from tierscape.graph.relations import IN_HOUSE, usable_links
from tierscape.graph.slots import SLOT, in_house, line_needs
from tierscape.network import Network

__all__ = ["IN_HOUSE", "SupplyGraph", "supply_graph"]


@dataclass(frozen=True, eq=False)
class SupplyGraph:
    """Lines, their slots, and the arcs to the suppliers of each slot; n lines, Q slots, E arcs.

    A *line* is a part made, or passed on, at a site. A *slot* is one need of a line: a child of the bill of materials, or
    a group of alternatives. An *arc* names a line that supplies a slot. All arcs lead to lines further down.

    Parameters
    ----------
    lines : polars.DataFrame
        ``site``, ``part``; row i is line i. Makers of parents stand before makers of their children, relays of a part
        before its makers.
    relay : numpy.ndarray of bool, shape (n,)
        The site ships the part and has no capability for it, and receives it: a warehouse or a port. Its one slot is the
        same part.
    output : numpy.ndarray of float64, shape (n,)
        Units a year that leave the line: declared links, demand met, and in-house use. NaN unknown.
    slot_line : numpy.ndarray of int32, shape (Q,)
        Line that has the need, non-decreasing.
    slot_start : numpy.ndarray of int64, shape (n + 1,)
        Slots of line i are ``slot_start[i]:slot_start[i + 1]``.
    slot_part : tuple of str
        The child part, or the word of the choice.
    slot_choice : numpy.ndarray of bool, shape (Q,)
        The slot is a choice among alternatives.
    slot_kind : numpy.ndarray of int8, shape (Q,)
        2 essential, 1 not essential, 0 unlisted: the site receives a part that none of its bills of materials asks for.
    arc_start : numpy.ndarray of int64, shape (Q + 1,)
        Arcs of slot q are ``arc_start[q]:arc_start[q + 1]``, sorted by supplier.
    arc_supplier, arc_slot : numpy.ndarray of int32, shape (E,)
        Line that supplies; slot that is supplied.
    arc_link : numpy.ndarray of int32, shape (E,)
        Row of ``links``.
    arc_quantity : numpy.ndarray of float64, shape (E,)
        Units of the supplied part in a unit of the line's part; NaN unknown.
    arc_volume : numpy.ndarray of float64, shape (E,)
        Units a year of the link that this line takes; NaN unknown. A link into a site that feeds several lines is shared
        by quantity times output.
    links : polars.DataFrame
        Columns of ``links``, the rows that carry supply. After them one row for each supply in house, supplier = buyer.
    findings : tuple of Finding
        What was dropped or assumed.
    """

    lines: pl.DataFrame
    relay: NDArray[np.bool_]
    output: NDArray[np.float64]
    slot_line: NDArray[np.int32]
    slot_start: NDArray[np.int64]
    slot_part: tuple[str, ...]
    slot_choice: NDArray[np.bool_]
    slot_kind: NDArray[np.int8]
    arc_start: NDArray[np.int64]
    arc_supplier: NDArray[np.int32]
    arc_slot: NDArray[np.int32]
    arc_link: NDArray[np.int32]
    arc_quantity: NDArray[np.float64]
    arc_volume: NDArray[np.float64]
    links: pl.DataFrame
    findings: tuple[Finding, ...]

    @property
    def n(self) -> int:
        """Number of lines."""
        return self.lines.height

    @property
    def arc_line(self) -> NDArray[np.int32]:
        """Line that takes each arc, shape (E,)."""
        return np.asarray(self.slot_line[self.arc_slot], dtype=np.int32)

    @property
    def line_arcs(self) -> NDArray[np.int64]:
        """Arcs of line i are ``line_arcs[i]:line_arcs[i + 1]``, shape (n + 1,)."""
        return np.asarray(self.arc_start[self.slot_start], dtype=np.int64)


def supply_graph(network: Network, *, links: pl.DataFrame | None = None) -> SupplyGraph:
    """Turn sites, parts, bills of materials and links into arrays.

    A site that needs a part which no link brings, and can make it, supplies itself: *in house*. A link into a site feeds
    the lines whose bill of materials asks for its part; if none does, it is an unlisted need of all of them.

    Parameters
    ----------
    network : Network
        Reads ``sites``, ``parts``, ``bom``, ``capabilities``, ``links``, ``demand``. Only operating sites take part; a null
        status is read as operating.
    links : polars.DataFrame, optional
        Rows to use in place of ``network["links"]``, with its columns.

    Returns
    -------
    SupplyGraph

    Notes
    -----
    The order of rows changes nothing. Dropped, each with a finding: links of sites that do not operate, links of a site
    with itself, links in a circle of relays or of unlisted needs. Cost: some joins over links and lines; a million links
    take seconds.
    """
    links, dropped = usable_links(network, network["links"] if links is None else links)
    lines, links, relays = supply_lines(network, links)
    needs, unlisted = line_needs(network, lines, links)
    own_rows, own = in_house(needs, lines, links, network["capabilities"])
    slots, arcs = _numbered(needs, links, own)
    output, assumed = line_outputs(network, lines, links, own)
    arcs, split = arc_volumes(arcs, output, links.height)
    return SupplyGraph(
        lines=lines.select("site", "part"),
        relay=lines["relay"].to_numpy(),
        output=output,
        slot_line=slots["line"].cast(pl.Int32).to_numpy(),
        slot_start=np.searchsorted(slots["line"].to_numpy(), np.arange(lines.height + 1)).astype(np.int64),
        slot_part=tuple(slots["key"].to_list()),
        slot_choice=slots["choice"].to_numpy(),
        slot_kind=slots["kind"].cast(pl.Int8).to_numpy(),
        arc_start=np.searchsorted(arcs["slot"].to_numpy(), np.arange(slots.height + 1)).astype(np.int64),
        arc_supplier=arcs["supplier"].cast(pl.Int32).to_numpy(),
        arc_slot=arcs["slot"].cast(pl.Int32).to_numpy(),
        arc_link=arcs["link"].cast(pl.Int32).to_numpy(),
        arc_quantity=arcs["quantity"].fill_null(np.nan).to_numpy(),
        arc_volume=arcs["volume"].fill_null(np.nan).to_numpy(),
        links=pl.concat([links.drop("link", "supplier_line"), own_rows]),
        findings=(*dropped, *relays, *unlisted, *assumed, *split),
    )


def _numbered(needs: pl.DataFrame, links: pl.DataFrame, own: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Number the slots in the order of their lines, and list the arcs of each: slot, supplier, link, quantity, volume."""
    slots = needs.group_by(SLOT, maintain_order=True).agg(kind=pl.col("kind").max()).sort(SLOT).with_row_index("slot")
    numbered = needs.join(slots.select("slot", *SLOT), on=SLOT, maintain_order="left")
    bought = links.select("link", supplier="supplier_line", site="buyer", child="part", brings="volume_per_year")
    made = own.select("link", *SLOT, "child", supplier="supplier_line", brings=pl.lit(None, pl.Float64))
    columns = ["slot", "supplier", "link", "line", "quantity", "brings"]
    arcs = pl.concat(
        [
            numbered.join(bought, on=["site", "child"], maintain_order="left").select(columns),
            numbered.join(made, on=[*SLOT, "child"], maintain_order="left").select(columns),
        ]
    )
    return slots, arcs.sort("slot", "supplier")
