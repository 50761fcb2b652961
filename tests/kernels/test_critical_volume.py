"""Critical volume: the figures of density.md B7."""

import numpy as np
import pytest

from tierscape.kernels.critical_volume import critical_volume, rising

GRID = np.concatenate([[0.0], np.geomspace(0.01, 100, 24)])
STRENGTHS = np.array([1.0, 0.6, 0.3])


def chance(volumes):
    """One part, a = 0.5, entries of five quarters count, V in units of the minimum efficient scale."""
    return 1 - np.exp(-1.25 * 0.5 * (1 + volumes) ** STRENGTHS)


def test_critical_volumes_are_those_of_the_page():
    grid = np.stack([chance(np.full(3, v)) for v in GRID])
    got = critical_volume(GRID, grid, chance, 0.8, bisections=60)
    assert got == pytest.approx([1.575101, 3.837901, 22.405290], abs=1e-6)


def test_spike_of_no_spillover_can_make_any_volume_too_small():
    # P = 0.7 p1 + 0.3 p0 cannot reach 0.8 when p0 < 1/3
    def mixed(volumes):
        return 0.7 * (1 - 0.68 * np.exp(-volumes)) + 0.3 * 0.32

    got = critical_volume(GRID, np.stack([mixed(np.array([v])) for v in GRID]), mixed, 0.8)
    assert np.isnan(got).all()


def test_what_is_likely_already_needs_no_volume():
    assert critical_volume(GRID, np.full((25, 1), 0.9), lambda v: v * 0, 0.8).tolist() == [0.0]


def test_fit_never_falls_and_keeps_the_mean():
    values = np.random.default_rng(0).random((20, 3))
    fit = rising(values)
    assert (np.diff(fit, axis=0) >= 0).all()
    assert fit.mean(axis=0) == pytest.approx(values.mean(axis=0))
    assert rising(fit) == pytest.approx(fit)
