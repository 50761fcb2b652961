"""The entry model: how many new sites of a part a place can expect a year, fitted to a panel."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tierscape.kernels.count_models import CountFit, fit_counts
from tierscape.quantities.panel_features import FEATURES, Landscape

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

YEAR_RIDGE = 1e-6
"""Keeps a year without any entry from running off to minus infinity."""
RECENT_YEARS = 3
"""Years at the end of the fit whose level is expected to go on; a register fills up in its first years."""


@dataclass(frozen=True, eq=False)
class EntryData:
    """Entries by place and year, and the features at the end of the year before.

    Parameters
    ----------
    features : numpy.ndarray, shape (rows, features)
        As they are.
    entries : numpy.ndarray, shape (rows,)
        New sites of the part.
    place, year : numpy.ndarray of int64, shape (rows,)
        Whose they are; ``year`` counts from 0 at the first year that is fitted.
    years : tuple of int
        Years that are fitted.
    """

    features: Floats
    entries: Floats
    place: NDArray[np.int64]
    year: NDArray[np.int64]
    years: tuple[int, ...]

    @property
    def middle(self) -> Floats:
        """Means of the features."""
        return np.asarray(self.features.mean(axis=0))

    @property
    def spread(self) -> Floats:
        """Standard deviations of the features; 1 where a feature never varies."""
        spread = self.features.std(axis=0)
        return np.asarray(np.where(spread > 1e-12, spread, 1.0))

    @property
    def design(self) -> Floats:
        """Standardised features, then one column a year; shape (rows, features + years)."""
        effects = np.zeros((len(self.entries), len(self.years)))
        effects[np.arange(len(self.year)), self.year] = 1.0
        return np.hstack([(self.features - self.middle) / self.spread, effects])

    def ridge(self, strength: float) -> Floats:
        """Penalties of the columns of the design: the features alone are drawn to 0."""
        return np.asarray(np.r_[np.full(len(FEATURES), strength), np.full(len(self.years), YEAR_RIDGE)])


def entry_data(land: Landscape, target: Bools, until: int) -> EntryData:
    """Lay out the entries of a part up to a year.

    Parameters
    ----------
    land : Landscape
        Panel and places.
    target : numpy.ndarray of bool, shape (rows of the panel,)
        Rows of the part.
    until : int
        Last year that is fitted. The first year of the panel is stock, not entry, and is left out.

    Returns
    -------
    EntryData
        Of the places that have any site by ``until``.

    Notes
    -----
    One pass over the panel a year.
    """
    years = tuple(range(land.panel.years[0] + 1, until + 1))
    seen = np.flatnonzero(land.count(land.first_year <= until) > 0)
    features = [land.features(target, year - 1)[seen] for year in years]
    entries = [land.count(target & (land.first_year == year))[seen] for year in years]
    return EntryData(
        np.vstack(features), np.concatenate(entries), np.tile(seen, len(years)),
        np.repeat(np.arange(len(years)), len(seen)), years,
    )  # fmt: skip


@dataclass(frozen=True, eq=False)
class EntryModel:
    """A fitted entry model."""

    data: EntryData
    fit: CountFit

    @property
    def coefficients(self) -> Floats:
        """Change of the log rate for one standard deviation of each feature; shape (features,)."""
        return self.fit.coefficients[: len(FEATURES)]

    def rate(self, features: Floats) -> Floats:
        """Expected new sites a year at the level of the last three fitted years; shape (places,)."""
        effects = self.fit.coefficients[len(FEATURES) :][-RECENT_YEARS:]
        usual = float(np.log(np.exp(effects).mean()))
        standing = (features - self.data.middle) / self.data.spread
        return np.asarray(np.exp(np.clip(standing @ self.coefficients + usual, -30.0, 30.0)))


def fit_entry_model(land: Landscape, target: Bools, until: int, *, ridge: float) -> EntryModel:
    """Fit the entry model by Poisson maximum likelihood, coefficients drawn to 0 by a ridge.

    Parameters
    ----------
    land, target, until
        As in ``entry_data``.
    ridge : float
        λ of the penalty λ b²/2 on the coefficient of each standardised feature.

    References
    ----------
    Guimarães, Figueiredo & Woodward (2003), Review of Economics and Statistics 85:201: Poisson with place choice is
    numerically the conditional logit; unverified.
    """
    data = entry_data(land, target, until)
    fit = fit_counts(data.design, data.entries, ridge=data.ridge(ridge), clusters=data.place)
    return EntryModel(data, fit)
