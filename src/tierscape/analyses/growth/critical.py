"""What volume of the anchor fills a part, or completes the cluster, in time and likely enough."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tierscape.analyses.growth.assumptions import GrowthAssumptions
from tierscape.analyses.growth.model import Model
from tierscape.analyses.growth.priors import Priors
from tierscape.kernels.critical_volume import critical_volume
from tierscape.kernels.entry_exit import simulate
from tierscape.kernels.entry_place import Place, unpacked
from tierscape.sweep import Progress, sweep

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
VOLUMES = 24
BISECTIONS = 10
"""Halvings of a bracket in which volumes are a factor of 1.5 apart: 0.05 % is finer than the draws can tell."""
READINGS = ("whole prior", "if suppliers follow", "if nobody follows")


@dataclass(frozen=True, eq=False)
class Critical:
    """Critical volumes, units of the product a year; NaN where there is none.

    Parameters
    ----------
    volumes : numpy.ndarray, shape (25,)
        The grid: 0, and 24 volumes around that of the anchor.
    filled : numpy.ndarray, shape (3, 25, K)
        Chance that a part is filled in time: in all draws, in those with a pull, in those without.
    sites : numpy.ndarray, shape (draws, 25, K)
        Sites by then.
    completed : numpy.ndarray, shape (3, 25)
        Chance that completeness reaches its target by then.
    parts : numpy.ndarray, shape (3, K)
    cluster : numpy.ndarray, shape (3,)
    """

    volumes: Floats
    filled: Floats
    sites: Floats
    completed: Floats
    parts: Floats
    cluster: Floats


def find_critical(model: Model, priors: Priors, given: GrowthAssumptions, progress: Progress | None) -> Critical:
    """Run the grid, then halve the bracket of every part at once, on common random numbers.

    Contracted plants are left out: what is asked is whether those who are free to choose would come. In a bisection each part stands at a
    volume of its own, so that the pull of completeness comes from parts near their critical volumes.
    """
    target = given.target
    quarters = 4 * target.within_years
    volumes = np.concatenate([[0.0], model.reference * np.geomspace(0.01, 100.0, VOLUMES)])
    per_unit = np.nan_to_num(model.need / model.scale)
    groups = tuple(np.flatnonzero(g) for g in (np.ones(len(priors.model), np.bool_), priors.follows, ~priors.follows))

    def run(at: Floats, progress: Progress | None = None) -> tuple[Bools, Floats, Floats]:
        """Whether filled, sites, completeness of every draw; ``at`` has the shape (arms, K) or (arms, 1)."""
        place = _asked(model.place, np.log1p(at * per_unit), quarters)
        rows = sweep(simulate, (place, priors.model, given.seed), len(priors.model), progress=progress)
        got = unpacked(rows, len(at), quarters, len(per_unit))
        return np.isfinite(got.filled), got.sites, got.completeness[:, :, -1]

    filled, sites, complete = run(volumes[:, None], progress)
    chances = np.stack([_mean(filled[g]) for g in groups])
    completed = np.stack([_mean(complete[g] >= target.completeness) for g in groups])

    def chance(group: NDArray[np.int64], at: Floats) -> Floats:
        return np.asarray(_mean(run(at[None])[0][group])[0])

    def whole(group: NDArray[np.int64], at: Floats) -> Floats:
        return _mean(run(at[None])[2][group] >= target.completeness)

    parts, cluster = [], []
    for g, by_part, of_all in zip(groups, chances, completed, strict=True):
        steps = BISECTIONS if len(g) and g is not groups[2] else 0
        parts.append(critical_volume(volumes, by_part, lambda v, g=g: chance(g, v), target.chance, bisections=steps))  # type: ignore[misc]
        one = critical_volume(volumes, of_all[:, None], lambda v, g=g: whole(g, v), target.chance, bisections=steps)  # type: ignore[misc]
        cluster.append(one[0])
    return Critical(volumes, chances, sites, completed, np.stack(parts), np.array(cluster))


def _mean(values: Bools) -> Floats:
    """Share of the draws; 0 where there are none."""
    return np.asarray(values.mean(axis=0) if len(values) else np.zeros(values.shape[1:]))


def _asked(place: Place, pull: Floats, quarters: int) -> Place:
    """Give the place with one arm a volume, held from the first quarter on, and no contracted plants."""
    arms, parts = pull.shape
    planned = np.zeros((quarters + 1, parts), np.int64)
    known = place.planned[: quarters + 1]
    planned[: len(known)] = known
    return place._replace(
        pull=np.broadcast_to(pull[:, None, :], (arms, quarters, parts)).copy(),
        sure=np.zeros((arms, quarters + 1, parts), np.int64),
        planned=planned,
    )


def why_none(model: Model, k: int, given: GrowthAssumptions) -> str:
    """Say why no volume fills a part in time."""
    if given.target.within_years * 12 <= model.place.lag[k, 0]:
        return "lag"
    if np.isnan(model.need[k] / model.scale[k]):
        return "need"
    if model.place.tier[k] > 2:
        return "tier"
    return "saturation" if model.place.most[k] <= model.place.start[k] + 0.0 else "prior"
