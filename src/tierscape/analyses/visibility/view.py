"""One reading of a network: the traced value with its evidence and the places that it passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.visibility.groups import Limits
from tierscape.analyses.visibility.tables import CLASSES
from tierscape.errors import ParameterError
from tierscape.kernels.look_through import by_weakest
from tierscape.network import Network
from tierscape.quantities.allies import allied, ally_index
from tierscape.quantities.link_grades import WAY_GRADES, ArcEvidence
from tierscape.quantities.tracing import Trace
from tierscape.reference import country_codes, country_name, neighbours

UNKNOWN = "unknown"
CLASS = pl.Enum(CLASSES)


@dataclass(frozen=True, eq=False)
class View:
    """A trace with what its lines, arcs and places are.

    Parameters
    ----------
    network : Network
    product : str
    trace : Trace
    evidence : ArcEvidence
        Of the arcs of the trace.
    places : polars.DataFrame
        Row i describes line i: ``line``, ``site``, ``part``, ``kind``, ``name``, ``organization``, ``country``, ``region``,
        ``owner``, ``lat``, ``lon``, ``class``.
    classes : Mapping-like polars.DataFrame
        ``country``, ``class`` of every country of the network.
    limits : Limits
    """

    network: Network
    product: str
    trace: Trace
    evidence: ArcEvidence
    places: pl.DataFrame
    classes: pl.DataFrame
    limits: Limits

    @cached_property
    def reached(self) -> pl.DataFrame:
        """Lines upstream of the product by tier, with their places and the part of ``added`` over inferred links."""
        by_way = by_weakest(
            self.trace.start,
            self.trace.graph.line_arcs,
            self.trace.graph.arc_supplier,
            self.trace.values.arc_value,
            self.evidence.inferred.astype(np.int8),
            2,
        )
        total = by_way.sum(axis=1)
        guessed = np.divide(by_way[:, 1], total, out=np.zeros(len(total)), where=total > 0)
        rows = self.trace.reached.with_columns(guessed=pl.Series(guessed)[pl.Series(self.trace.reached["line"])])
        return rows.join(self.places.drop("site", "part"), on="line", how="left", maintain_order="left")

    @cached_property
    def by_grade(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Value added by the weakest grade on the way, plain and weighted; columns of ``WAY_GRADES``."""
        graph, values = self.trace.graph, self.trace.values
        plain, weighted = (
            by_weakest(self.trace.start, graph.line_arcs, graph.arc_supplier, q, self.evidence.grade, len(WAY_GRADES))
            for q in (values.arc_value, values.arc_value * self.evidence.weight)
        )
        return (plain * values.own[:, None]).sum(axis=0), (weighted * values.own[:, None]).sum(axis=0)

    @cached_property
    def tier_of(self) -> NDArray[np.int64]:
        """Lowest tier of each line, −1 where no value reaches it; shape (n,)."""
        on = self.trace.mass > 0.0
        return np.asarray(np.where(on.any(axis=1), on.argmax(axis=1), -1))

    @cached_property
    def by_site(self) -> dict[str, dict[str, Any]]:
        """What is known of each site that value reaches: ``country``, ``tier``, ``parts`` (lowest tier first)."""
        rows = self.reached.sort("tier", "part").group_by("site", maintain_order=True)
        facts = rows.agg(
            pl.col("country").first(), pl.col("tier").min(), parts=pl.col("part").unique(maintain_order=True)
        )
        return {row.pop("site"): row for row in facts.iter_rows(named=True)}

    @cached_property
    def names(self) -> dict[str, str]:
        """Name of every site, its key where it has none."""
        return dict(self.network["sites"].select("site", pl.coalesce("name", "site")).rows())

    @cached_property
    def part_names(self) -> dict[str, str]:
        """Name of every part, its key where it has none; of a choice, the names of its alternatives."""
        names = dict(self.network["parts"].select("part", pl.coalesce("name", "part")).rows())
        choices = self.network["bom"].drop_nulls("choice").select("choice", name=pl.col("child").replace(names))
        joined = (
            choices.unique()
            .sort("choice", "name")
            .group_by("choice", maintain_order=True)
            .agg(pl.col("name").str.join(" or "))
        )
        return {**dict(joined.rows()), **names}

    def by_class(self, column: str) -> dict[str, float]:
        """Sum a column of ``reached`` by class of the country; what is not traced is ``unknown``."""
        found = dict(self.reached.group_by("class", maintain_order=True).agg(pl.col(column).sum()).rows())
        shares = {name: float(found.get(name, 0.0)) for name in CLASSES}
        if column == "added":
            shares[UNKNOWN] += self.trace.unknown_share
        return shares


def near_countries(network: Network, near: Sequence[str] | None) -> tuple[str, ...]:
    """Give the countries that count as near: those given, else the bloc of the buyer's country.

    Raises
    ------
    ParameterError
        A code is none of ISO 3166-1, or neither ``near`` nor ``meta.home`` says where the buyer stands.
    """
    if near is not None:
        wrong = [code for code in near if code not in country_codes()]
        if wrong:
            raise ParameterError(
                f"near: '{wrong[0]}' is no country of ISO 3166-1 alpha-2. Give codes such as MX or HU."
            )
        return tuple(sorted(set(near)))
    if network.home is None:
        raise ParameterError("near: 'meta.home' is empty, so that nothing is near. Fill it, or give the countries.")
    return tuple(sorted(neighbours(network.home)))


def place_classes(network: Network, near: tuple[str, ...], limits: Limits) -> pl.DataFrame:
    """Give the class of every country of the network: ``country``, ``class``."""
    named = [network["sites"]["country"], network["organizations"]["owner_country"]]
    countries = pl.concat(named).drop_nulls().unique().sort()
    verdict = dict[str, str]()
    if network.home is not None:
        verdict = dict(ally_index(network).select("country", allied(limits.ally_threshold)).rows())
    words = {"yes": "ally", "no": "offshore"}
    found = [
        "home" if c == network.home else "near" if c in near else words.get(verdict.get(c, UNKNOWN), "depends")
        for c in countries
    ]
    return pl.DataFrame({"country": countries, "class": found}, schema={"country": pl.String, "class": CLASS})


def line_places(network: Network, trace: Trace, classes: pl.DataFrame) -> pl.DataFrame:
    """Describe the site of every line; row i is line i."""
    owners = network["organizations"].select("organization", owner="owner_country")
    sites = network["sites"].select(
        "site", "organization", "country", "region", "lat", "lon", name=pl.coalesce("name", "site")
    )
    lines = trace.graph.lines.with_row_index("line").with_columns(pl.col("line").cast(pl.Int64))
    rows = (
        lines.join(network["parts"].select("part", "kind"), on="part", how="left", maintain_order="left")
        .join(sites, on="site", how="left", maintain_order="left")
        .join(owners, on="organization", how="left", maintain_order="left")
        .join(classes, on="country", how="left", maintain_order="left")
    )
    return rows.with_columns(pl.col("class").fill_null(UNKNOWN), organization=pl.coalesce("organization", "site"))


def country_label(code: str) -> str:
    """Name of a country, or what stands for one."""
    return code if code == UNKNOWN else country_name(code)
