"""What if a supplier stood elsewhere: networks kept in memory, moves applied, the difference from the start."""

from __future__ import annotations

import json
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Annotated, Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from tierscape.analyses.density.assumptions import DensityAssumptions
from tierscape.analyses.density.resident import SHOWN, ResidentDensity, resident
from tierscape.analyses.density.supply import Measure
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.results import conform
from tierscape.schema import Column, Table
from tierscape.server.refusals import Unavailable

MOST = 12
"""States kept; each shares with the one that it came from what the move did not touch."""

PATIENCE_S = 20.0
"""How long a question waits for those before it."""

__all__ = ["SHOWN", "Move", "NewPlace", "Question", "Residents"]


class NewPlace(BaseModel):
    """A site to add."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lat: float = Field(ge=-90, le=90, description="Latitude, degrees.")
    lon: float = Field(ge=-180, le=180, description="Longitude, degrees.")
    parts: tuple[Annotated[str, Field(min_length=1)], ...] = Field(
        min_length=1, max_length=100, description="Parts it makes."
    )


class Move(BaseModel):
    """One of: a site put elsewhere, a site removed, a site added."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    site: str | None = Field(None, min_length=1, description="Site that is put elsewhere.")
    lat: float | None = Field(None, ge=-90, le=90, description="Its new latitude, degrees.")
    lon: float | None = Field(None, ge=-180, le=180, description="Its new longitude, degrees.")
    remove: str | None = Field(None, min_length=1, description="Site that is removed.")
    add: NewPlace | None = Field(None, description="Site that is added.")


class Question(BaseModel):
    """Parameters of `density` that a what-if takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    radius_km: float = Field(100.0, ge=5, le=2000, description="Sites further away do not count, km.")
    resolution: int = Field(5, ge=4, le=7, description="H3 resolution of the density surface.")
    measure: Measure = Field("sites", description="Count sites, or capacity against the need.")
    assumptions: DensityAssumptions = Field(DensityAssumptions(), description="What the analysis takes for granted.")


class Residents:
    """States of the supply around every place, by network, parameters and moves: a pure cache."""

    def __init__(self) -> None:
        self._held: OrderedDict[str, ResidentDensity] = OrderedDict()
        self._lock = Lock()
        self._work = Lock()

    def ask(
        self,
        network: Network,
        product: str | None,
        parameters: Mapping[str, Any],
        moves: Sequence[Move],
        places: Literal["regions", "cells"] = "regions",
    ) -> dict[str, Any]:
        """Apply moves and give what they change against the network as it is.

        Returns
        -------
        dict
            ``places`` and ``parts`` that change, with their numbers before and now, and ``ms`` that it took.

        Raises
        ------
        ParameterError
            A parameter or a move is not as it should be.
        DataError
            As for `density`.
        Unavailable
            Others keep it busy.
        """
        begun = time.perf_counter()
        try:
            given = Question.model_validate(dict(parameters))
        except ValidationError as error:
            lines = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}." for e in error.errors(include_url=False)]
            raise ParameterError("what-if: " + " ".join(lines)) from error
        key = json.dumps([network.digest, product, given.model_dump(mode="json"), places], sort_keys=True)
        with self._turn():  # one at a time: a drag sends many, and each builds on the one before
            state = self._recall(key)
            if state is None:
                how = {name: getattr(given, name) for name in Question.model_fields}
                state = self._keep(key, resident(network, product=product, places=places, **how))
            start, steps = state, []
            for move in moves:
                key += move.model_dump_json()
                state = self._recall(key) or self._keep(key, _moved(state, move))
                steps.append(state)
        shown = {"places": _rows(_places(start, steps)), "parts": _rows(_parts(steps))}
        return {**shown, "ms": round(1000 * (time.perf_counter() - begun), 1)}

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._work.acquire(timeout=PATIENCE_S):
            raise Unavailable("Other moves are still being worked on. Try again in a moment.")
        try:
            yield
        finally:
            self._work.release()

    def _recall(self, key: str) -> ResidentDensity | None:
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
        return found

    def _keep(self, key: str, state: ResidentDensity) -> ResidentDensity:
        with self._lock:
            self._held[key] = state
            while len(self._held) > MOST:
                self._held.popitem(last=False)
        return state


def _moved(state: ResidentDensity, move: Move) -> ResidentDensity:
    kinds = [move.site is not None, move.remove is not None, move.add is not None]
    if sum(kinds) != 1:
        raise ParameterError("moves: each is one of site with lat and lon, remove, or add.")
    if move.remove is not None:
        return state.remove(move.remove)
    if move.add is not None:
        return state.add(list(move.add.parts), lat=move.add.lat, lon=move.add.lon)
    if move.lat is None or move.lon is None:
        raise ParameterError("moves: a site that is put elsewhere needs lat and lon.")
    return state.move(str(move.site), lat=move.lat, lon=move.lon)


def _places(start: ResidentDensity, steps: Sequence[ResidentDensity]) -> pl.DataFrame:
    touched = pl.concat([start.changed_places.select("place"), *(s.changed_places.select("place") for s in steps)])
    final = steps[-1].places if steps else start.places
    now = final.filter(pl.col("place").is_in(touched["place"].unique().to_list())).select("place", "lat", "lon", *SHOWN)
    before = start.places.select("place", *(pl.col(name).alias(f"{name}_before") for name in SHOWN))
    both = now.join(before, on="place", how="left", maintain_order="left")
    same = pl.all_horizontal(pl.col(name).eq_missing(pl.col(f"{name}_before")) for name in SHOWN)
    return both.filter(~same)


def _parts(steps: Sequence[ResidentDensity]) -> pl.DataFrame:
    """Unite the covers that the steps changed: before the first of them, and after the last."""
    changed = [step.changed_parts for step in steps]
    if not changed:
        return conform(pl.DataFrame(schema=dict.fromkeys(PARTS.names, pl.Null)), PARTS)
    rows = pl.concat(changed).group_by("place", "part", maintain_order=True)
    united = rows.agg(pl.col("name").first(), pl.col("cover_before").first(), pl.col("cover").last())
    return united.filter(pl.col("cover").ne_missing(pl.col("cover_before")))


PARTS = Table("parts", "a cover that changes", ("place", "part"), (
    Column("place", "text", "Place."), Column("part", "text", "Part."), Column("name", "text", "Its name."),
    Column("cover_before", "number", "Cover before.", unit="share"), Column("cover", "number", "Cover now.", unit="share"),
))  # fmt: skip


def _rows(frame: pl.DataFrame) -> list[dict[str, Any]]:
    return frame.to_dicts()
