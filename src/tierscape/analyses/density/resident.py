"""What if a supplier stood elsewhere: the supply around every place kept at hand, so that one edit re-scores what it reaches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Annotated, Literal

import numpy as np
import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tierscape.analyses.density import density
from tierscape.analyses.density import dimensions as dim
from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.points import region_points
from tierscape.analyses.density.reach import region_places, surface_places, within_reach
from tierscape.analyses.density.rescoring import Sums, Surroundings, columns_of, measured, rows_by_part
from tierscape.analyses.density.supply import Measure, counted_supply
from tierscape.errors import ParameterError
from tierscape.frames import DTYPES
from tierscape.graph import bom_tree
from tierscape.network import Network
from tierscape.reference import country_at, outside_country
from tierscape.scenario import Edit, Scenario, apply_scenario
from tierscape.schema import TABLES

SHOWN = ("score", "completeness", "average", "bottleneck", "fragmentation")
"""Numbers of a place that ``changed_places`` gives before and after an edit."""


class NewSite(BaseModel):
    """What else is known of a site that is added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: str | None = Field(None, min_length=1, description="Key; 'new-1' and so on by default.")
    country: str | None = Field(None, description="ISO alpha-2; the country of the point by default.")
    organization: str | None = Field(None, description="Firm; a firm of its own by default.")
    capacity_per_year: Annotated[float, Field(ge=0)] | None = Field(None, description="Of each part, units a year.")


@dataclass(frozen=True, eq=False)
class ResidentDensity:
    """The supply around every place of one network and product, ready for edits. Made by ``resident``.

    It never changes: every edit gives a new one that shares what the edit did not touch, so undoing is going back to the
    old one. Regions stand where they stood at the start, also those whose point was the middle of their sites.

    Parameters
    ----------
    surroundings : Surroundings
        What no edit changes: network, product, places, assumptions.
    places : polars.DataFrame
        One row a place: place, country, lat, lon, score, completeness, completeness_own, completeness_open, fragmentation,
        average, bottleneck, bottleneck_part, depth, layers_sourced, redundancy, logistics, labs, connection; each as in the
        tables ``regions`` and ``cells`` of `density`.
    changed_places : polars.DataFrame
        Places that the last edit changed: place, and of each main number the value before and now.
    changed_parts : polars.DataFrame
        Covers that the last edit changed: place, part, name, cover_before, cover.
    site : str or None
        Site of the last edit.

    Examples
    --------
    >>> import tierscape
    >>> start = resident(tierscape.load("mini"))
    >>> without_plating = start.remove("n3")
    >>> without_plating.changed_parts.select("place", "part").rows()
    [('NORTH', 'plating'), ('SOUTH', 'plating')]
    >>> float(round(without_plating.places["completeness"][0] - start.places["completeness"][0], 2))
    -0.45
    """

    surroundings: Surroundings
    places: pl.DataFrame
    changed_places: pl.DataFrame
    changed_parts: pl.DataFrame
    site: str | None = None
    _rows: dict[int, pl.DataFrame] = field(default_factory=dict, repr=False)
    _sums: tuple[Sums, ...] = field(default=(), repr=False)
    _sites: dict[str, tuple[pl.DataFrame, pl.DataFrame]] = field(default_factory=dict, repr=False)
    _edits: tuple[Edit, ...] = field(default=(), repr=False)

    def move(self, site: str, *, lat: float, lon: float, country: str | None = None) -> ResidentDensity:
        """Put a site elsewhere.

        Parameters
        ----------
        site : str
            Key of a site.
        lat, lon : float
            Degrees.
        country : str, optional
            ISO alpha-2. By default the site keeps its country while it stands within 20 km of it (the map of borders is
            generalised), else it takes that of the point.

        Raises
        ------
        ParameterError
            There is no such site, or the point is not on Earth.
        """
        _check_point(lat, lon)
        facts, makes = self._known(site)
        before = facts["country"].item()
        land = country or before
        if country is None and (before is None or outside_country([before], *_arrays(lat, lon))[0]):
            land = country_at(*_arrays(lat, lon))[0] or before
        there = {"lat": float(lat), "lon": float(lon), "country": land}
        moved = facts.with_columns(*(pl.lit(value, facts.schema[name]).alias(name) for name, value in there.items()))
        earlier = self._edits
        if earlier and earlier[-1].where == {"site": site} and set(earlier[-1].set) == set(there):
            earlier = earlier[:-1]  # the site is being dragged: only where it ends counts
        return self._edited(site, (moved, makes), (*earlier, Edit(table="sites", where={"site": site}, set=there)))

    def add(self, parts: str | Sequence[str], *, lat: float, lon: float, **known: str | float) -> ResidentDensity:
        """Add an operating site that makes required parts; ``site`` of the answer is its key.

        Parameters
        ----------
        parts : str or sequence of str
            Required parts that it makes.
        lat, lon : float
            Degrees.
        **known
            ``site``, ``country``, ``organization``, ``capacity_per_year``: fields of ``NewSite``.

        Raises
        ------
        ParameterError
            A part is not required, the site or a field is not as it should be, or the point is not on Earth.
        """
        _check_point(lat, lon)
        names = [parts] if isinstance(parts, str) else list(dict.fromkeys(parts))
        required = self.surroundings.tree.required
        for name in names or [""]:
            if name not in required:
                product = self.surroundings.tree.parts[0]
                raise ParameterError(f"part: '{name}' is not required for {product}.{_hint(name, required)}")
        new = _new_site(known)
        key = new.site or self._free_key()
        if key in self._sites or self._stands(key):
            raise ParameterError(f"site: there is a '{key}' already. Move it, or give another key.")
        land = new.country or country_at(*_arrays(lat, lon))[0]
        row = {"site": key, "lat": float(lat), "lon": float(lon), "country": land, "organization": new.organization,
               "status": "operating"}  # fmt: skip
        makes = [{"site": key, "part": name, "capacity_per_year": new.capacity_per_year} for name in names]
        frames = _frame("sites", [row]), _frame("capabilities", makes)
        edits = [Edit(table="sites", add=(row,)), Edit(table="capabilities", add=tuple(makes))]
        if new.organization is not None:
            firm = Edit(table="organizations", add=({"organization": new.organization},))
            stands = (self.surroundings.network["organizations"]["organization"] == new.organization).any()
            edits = edits if stands or firm in self._edits else [firm, *edits]
        return self._edited(key, frames, (*self._edits, *edits))

    def remove(self, site: str) -> ResidentDensity:
        """Close a site.

        Raises
        ------
        ParameterError
            There is no such site, or closed sites count by the assumptions.
        """
        if "closed" in self.surroundings.assumptions.statuses:
            raise ParameterError("assumptions.statuses counts closed sites, so that closing one changes nothing.")
        facts, makes = self._known(site)
        closed = facts.with_columns(status=pl.lit("closed"))
        edit = Edit(table="sites", where={"site": site}, set={"status": "closed"})
        return self._edited(site, (closed, makes), (*self._edits, edit))

    def cover(self, place: str) -> pl.DataFrame:
        """Give every required part at one place: part, name, kind, tier, cover, sites, n_effective.

        Raises
        ------
        ParameterError
            There is no such place.
        """
        keys = self.surroundings.places.key
        if place not in keys:
            raise ParameterError(f"place: there is no '{place}'.{_hint(place, keys)}")
        at, tree = keys.index(place), self.surroundings.tree
        facts = {"part": tree.parts[1:], "name": tree.names[1:], "kind": tree.kinds[1:], "tier": tree.tiers[1:]}
        numbers = {name: [getattr(s, name)[at] for s in self._sums[1:]] for name in ("cover", "sites", "n_effective")}
        return pl.DataFrame(facts | numbers)

    def scenario(self, name: str = "what if") -> Scenario:
        """Give all edits since the start as a scenario.

        Raises
        ------
        ParameterError
            Nothing was edited.
        """
        if not self._edits:
            raise ParameterError("scenario: nothing was edited yet.")
        return Scenario(name=name, edits=list(self._edits))

    def network(self) -> Network:
        """Make the edited network, regions at their places; `density` over it gives the same numbers."""
        start = self.surroundings.network
        return apply_scenario(start, self.scenario()) if self._edits else start

    def _edited(self, site: str, facts: tuple[pl.DataFrame, pl.DataFrame], edits: tuple[Edit, ...]) -> ResidentDensity:
        around = self.surroundings
        fresh = around.count(*facts)
        codes = [around.tree.parts.index(part) for part in facts[1]["part"] if part in around.tree.required]
        rows, touched, near = around.replaced(self._rows, site, sorted(codes), fresh)
        sums, changed_parts = around.summed(self._sums, sorted(codes), touched, near)
        places = around.rescored(self.places, sums, touched)
        return replace(
            self, places=places, changed_places=_changes(self.places[touched], places[touched]), changed_parts=changed_parts,
            site=site, _rows=rows, _sums=sums, _sites=self._sites | {site: facts}, _edits=edits,
        )  # fmt: skip

    def _known(self, site: str) -> tuple[pl.DataFrame, pl.DataFrame]:
        if site in self._sites:
            return self._sites[site]
        network = self.surroundings.network
        facts = network["sites"].filter(pl.col("site") == site)
        if facts.is_empty():
            raise ParameterError(f"site: there is no '{site}'.{_hint(site, network['sites']['site'].to_list())}")
        return facts, network["capabilities"].filter(pl.col("site") == site)

    def _stands(self, site: str) -> bool:
        return bool((self.surroundings.network["sites"]["site"] == site).any())

    def _free_key(self) -> str:
        number = 1
        while f"new-{number}" in self._sites or self._stands(f"new-{number}"):
            number += 1
        return f"new-{number}"


def resident(
    network: Network,
    *,
    product: str | None = None,
    radius_km: float = 100.0,
    resolution: int = 5,
    measure: Measure = "sites",
    assumptions: DensityAssumptions = DensityAssumptions(),  # noqa: B008 - frozen
    places: Literal["regions", "cells"] = "regions",
) -> ResidentDensity:
    """Keep the supply around every place at hand, so that moving, adding or removing a site re-scores only what it reaches.

    Parameters
    ----------
    network : Network
        As for `density`.
    product, radius_km, resolution, measure, assumptions
        As for `density`.
    places : {"regions", "cells"}
        What is scored: the regions, or the cells of the surface as it is at the start, with the countries that it has then.

    Raises
    ------
    ParameterError
        A parameter is out of range, or the product is unknown.
    DataError
        As for `density`.

    Notes
    -----
    An edit counts the one site by the rule that counts all, and runs the kernel of `density` again over the places that its
    old and new cell reach and the parts that it makes: sums of integers, so every cover has the bits of a full run. It costs
    O(places) for the copies, and O(reached places · neighbours) for the sums. Not kept are the numbers that ask for all sites
    at once (high ends, outage, maturity, rank intervals): run `density` over ``network()`` for those.
    """
    product = _product(network, product)
    density.check({"radius_km": radius_km, "resolution": resolution, "measure": measure, "assumptions": assumptions})
    pinned = _pinned(network)
    tree = bom_tree(pinned, product)
    supply = counted_supply(pinned, tree, measure, resolution, assumptions)
    scored, _ = region_places(pinned, assumptions)
    if places == "cells":
        scored = surface_places(supply, tuple({c for c in scored.country if c}), radius_km, resolution)
    around = Surroundings(pinned, tree, scored, radius_km, resolution, measure, assumptions)
    reach = within_reach(pinned, tree, scored, supply, radius_km, assumptions)
    points = pl.DataFrame(
        {"place": scored.key, "country": scored.country, "lat": scored.lat, "lon": scored.lon},
        schema_overrides={"place": pl.String, "country": pl.String},
    )
    access = dim.connection(pinned, scored, assumptions)
    table = pl.concat([points, measured(tree, reach, assumptions), access], how="horizontal")
    table = around.scored(table)
    none = _changes(table.clear(), table.clear())
    sums = columns_of(reach)
    _, no_parts = around.summed(sums, [], [], supply.rows.clear())
    return ResidentDensity(around, table, none, no_parts, _rows=rows_by_part(supply.rows), _sums=sums)


def _pinned(network: Network) -> Network:
    """Write the points of the regions into the table, where they hang on the sites."""
    given = network["regions"]
    points = region_points(network)
    if given.height and not (given["lat"].is_null() | given["lon"].is_null()).any():
        return network
    if given.is_empty():
        columns = {name: points[name] if name in points.columns else None for name in given.columns}
        return network.with_tables(regions=pl.DataFrame(columns, schema=given.schema))
    placed = given.drop("lat", "lon").join(points.select("region", "lat", "lon"), on="region", maintain_order="left")
    return network.with_tables(regions=placed.select(given.columns))


def _changes(before: pl.DataFrame, now: pl.DataFrame) -> pl.DataFrame:
    """Set the main numbers of places beside what they were; places where none differs are left out."""
    old = {f"{name}_before": before[name] for name in SHOWN}
    both = now.select("place", *SHOWN).with_columns(**old)
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_before")) for name in SHOWN)
    return both.filter(~same).select("place", *(column for name in SHOWN for column in (f"{name}_before", name)))


def _product(network: Network, product: str | None) -> str:
    if product is None and len(network.products) == 1:
        return network.products[0]
    if product is None:
        raise ParameterError(f"product: the network has the products {', '.join(network.products)}. Name one of them.")
    if not (network["bom"]["parent"] == product).any():
        raise ParameterError(f"product: '{product}' has no bill of materials.{_hint(product, network.products)}")
    return product


def _check_point(lat: float, lon: float) -> None:
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise ParameterError(f"lat, lon: {lat:g}, {lon:g} is no point on Earth. Give degrees, latitude first.")


def _arrays(lat: float, lon: float) -> tuple[np.ndarray, np.ndarray]:
    return np.array([lat], dtype=np.float64), np.array([lon], dtype=np.float64)


def _new_site(known: dict[str, str | float]) -> NewSite:
    try:
        return NewSite.model_validate(known)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        name = ".".join(str(step) for step in fault["loc"])
        raise ParameterError(f"{name}: {fault['msg']}. Known are: {', '.join(NewSite.model_fields)}.") from error


def _frame(table: str, rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema={c.name: DTYPES[c.kind] for c in TABLES[table].columns})


def _hint(word: str, known: Sequence[str]) -> str:
    near = get_close_matches(word, known, n=1)
    return f" Did you mean '{near[0]}'?" if near else ""
