"""Losses that come back."""

import numpy as np

from tierscape.kernels.loss_echo import echo_shares


def losses(**days):
    loss = np.zeros((1, 60))
    for day, amount in days.items():
        loss[0, int(day[1:])] = amount
    return loss


def acting(until):
    return np.arange(60)[:, None] < until


def test_no_loss_has_no_echo():
    assert echo_shares(losses(), acting(5)).tolist() == [0.0]


def test_losses_a_week_apart_are_one_loss():
    assert echo_shares(losses(d3=1.0, d10=1.0), acting(4)).tolist() == [0.0]


def test_a_loss_after_a_calm_week_without_an_event_is_an_echo():
    assert echo_shares(losses(d3=3.0, d20=1.0), acting(4)).tolist() == [0.25]


def test_a_later_loss_while_an_event_acts_is_not():
    assert echo_shares(losses(d3=3.0, d20=1.0), acting(25)).tolist() == [0.0]


def test_a_small_one_does_not_count():
    assert echo_shares(losses(d3=3.0, d20=0.3), acting(4)).tolist() == [0.0]
