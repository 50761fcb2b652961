"""Family 11, `origin`: how much of an output may be claimed as originating, and what the claim saves.

Materials are fungible: what comes from the bloc is averaged over a period (a dated legal choice), but for claims that are
`whole`. A child that is not originating counts in full, whatever regional value it holds: the plan is on the safe side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.planning.rows.reached import need
from tierscape.planning.rows.whole_units import add_patterns
from tierscape.planning.written import Expression, Floats, Numbers, Written, declare, picked, summed


@dataclass(frozen=True, eq=False)
class Claims:
    """Claims as arrays, n of them, with their k children (rows of `claim_children`)."""

    written: Written

    @cached_property
    def table(self) -> pl.DataFrame:
        """Give the claims."""
        return self.written.problem["claims"]

    @cached_property
    def of_child(self) -> Numbers:
        """Claim of each child, shape (k,)."""
        return self.written.claim_children["claim"].to_numpy()

    @cached_property
    def option(self) -> Numbers:
        """Recipe of a child that is one of several alternatives, -1 of others; shape (k,)."""
        recipe = self.written.claim_children["recipe"].to_numpy()
        group = self.written.problem["recipes"]["group"].fill_null(-1).to_numpy()[recipe]
        return np.where(group >= 0, recipe, -1)

    @cached_property
    def value(self) -> Floats:
        """Value of a child, money a unit, NaN unknown; shape (k,)."""
        part = self.written.problem["needs"]["part"].to_numpy()[self.written.claim_children["need"].to_numpy()]
        value = self.written.problem["parts"]["value"].fill_null(np.nan).to_numpy()
        return np.asarray(value[part], dtype=np.float64)

    @cached_property
    def quantity(self) -> Floats:
        """Units of a child for one of its parent, shape (k,)."""
        return self.written.claim_children["quantity"].to_numpy()

    @cached_property
    def build_up(self) -> NDArray[np.bool_]:
        """Claims by the value that originates, shape (n,); the others go by the value that does not."""
        return (self.table["method"] == "build_up").to_numpy()

    @cached_property
    def whole(self) -> NDArray[np.bool_]:
        """Claims of whole units, all or nothing in a period; shape (n,)."""
        return self.table["whole"].fill_null(value=False).to_numpy()

    @cached_property
    def possible(self) -> NDArray[np.bool_]:
        """Claims whose rule and values are known, shape (n,): a child of unknown value could be worth anything."""
        known = self.table.select(pl.col("base_value").is_not_null() & pl.col("threshold").is_not_null()).to_series()
        unseen = np.bincount(self.of_child[np.isnan(self.value)], minlength=self.table.height) > 0
        return known.to_numpy() & ~(unseen & ~self.build_up)

    @cached_property
    def allowance(self) -> Floats:
        """Value that may be foreign in one unit, (1 − RVC) · base, or that must originate, RVC · base; shape (n,)."""
        base: Floats = self.table["base_value"].fill_null(0.0).to_numpy()
        share = self.table["threshold"].fill_null(1.0).to_numpy()
        return base * np.where(self.build_up, share, 1 - share)


def add(written: Written) -> None:
    """Write qp ≤ delivered in the bloc; op ≤ β qp; Σ op ≤ originating lanes in; the value test; and what is saved."""
    if "claimed" not in written:
        return
    claims = Claims(written)
    claimed = 1 * written["claimed"]
    delivered = _delivered(written)
    written.rows("origin:delivered", claimed - delivered <= 0)
    barred = np.flatnonzero(~claims.possible)
    if len(barred):
        written.rows("origin:unknown", picked(claimed, "claim", barred, "barred") <= 0)
    if "from_bloc" in written:
        _children(written, claims)
        _arriving(written)
    _value_test(written, claims)
    if claims.whole.any():
        _all_or_nothing(written, claims, delivered)
    saving = written.column("claims", "saving", "claim")
    written.charge("preference", -1 * saving * claimed * written.discount)


def _delivered(written: Written) -> Expression:
    """Output of a claim's pair that goes to users in the bloc, by (claim, period)."""
    problem = written.problem
    inside = problem["lanes"]["within"].fill_null(value=False).to_numpy()
    row = np.full(problem["pairs"].height, -1)
    row[problem["claims"]["pair"].to_numpy()] = np.arange(problem["claims"].height)
    claim = np.where(inside, row[problem["lanes"]["pair"].to_numpy()], -1)
    return summed(written["flow"], "lane", claim, "claim", problem["claims"].height)


def _children(written: Written, claims: Claims) -> None:
    """Op ≤ β qp; of alternatives Σ (op + foreign) / β = qp, with no more of each than the line uses."""
    plain, options = np.flatnonzero(claims.option < 0), np.flatnonzero(claims.option >= 0)
    if len(plain):
        own = picked(written["from_bloc"], "claim_child", plain, "child")
        asked = picked(written["claimed"], "claim", claims.of_child[plain], "child")
        written.rows("origin:child", own - asked * written.labelled(claims.quantity[plain], "child") <= 0)
    if not len(options):
        return
    declare(written, "foreign", {"child": np.arange(len(options)), "period": np.array(written.periods)})
    used = picked(written["from_bloc"], "claim_child", options, "child") + written["foreign"]
    mix = picked(written["mix"], "option", claims.option[options], "child")
    written.rows("origin:option", used - mix * written.labelled(claims.quantity[options], "child") <= 0)
    group = written.problem["recipes"]["group"].to_numpy()[claims.option[options]].astype(np.int64)
    choices, row = np.unique(group, return_inverse=True)
    claim = np.zeros(len(choices), dtype=np.int64)
    claim[row] = claims.of_child[options]
    units = summed(used * written.labelled(1 / claims.quantity[options], "child"), "child", row, "choice", len(choices))
    written.rows("origin:choice", units - picked(written["claimed"], "claim", claim, "choice") == 0)


def _arriving(written: Written) -> None:
    """Σ op ≤ what originates among what arrives. Of a child with a rule of its own that is at most what it claims (roll-up)."""
    problem = written.problem
    children = written.claim_children["need"].to_numpy()
    needs, row = np.unique(children, return_inverse=True)
    lanes = problem["lanes"]
    place = np.full(problem["needs"].height, -1)
    place[needs] = np.arange(len(needs))
    into = np.where(lanes["need"].is_null().to_numpy(), -1, place[lanes["need"].fill_null(0).to_numpy()])
    into = np.where(lanes["within"].fill_null(value=False).to_numpy(), into, -1)
    ruled = np.full(problem["pairs"].height, -1)
    ruled[problem["claims"]["pair"].to_numpy()] = np.arange(problem["claims"].height)
    rule = ruled[lanes["pair"].to_numpy()]
    arriving = summed(written["flow"], "lane", np.where(rule < 0, into, -1), "arrival", len(needs))
    rolled = np.flatnonzero((rule >= 0) & (into >= 0))
    if len(rolled):
        declare(written, "originating", {"rolled": np.arange(len(rolled)), "period": np.array(written.periods)})
        part = 1 * written["originating"]
        written.rows("origin:rolled", part - picked(written["flow"], "lane", rolled, "rolled") <= 0)
        out = summed(part, "rolled", rule[rolled], "claim", problem["claims"].height)
        written.rows("origin:roll_up", out - written["claimed"] <= 0)
        arriving = arriving + summed(part, "rolled", into[rolled], "arrival", len(needs))
    taken = summed(written["from_bloc"], "claim_child", row, "arrival", len(needs))
    written.rows("origin:arriving", taken - arriving <= 0)


def _value_test(written: Written, claims: Claims) -> None:
    """Σ v (β qp − op) ≤ (1 − RVC) TV qp (net cost: NC in TV's place); build-up: Σ v op ≥ RVC TV qp."""
    rows = np.flatnonzero(claims.possible & ~claims.whole)
    if not len(rows):
        return
    value = np.nan_to_num(claims.value)
    plain, n = claims.option < 0, claims.table.height
    # build-down by Σ v op ≥ (Σ β v − allowance) qp, so that both kinds have one form
    all_foreign = np.bincount(claims.of_child, value * claims.quantity * plain, minlength=n)
    least = np.where(claims.build_up, claims.allowance, all_foreign - claims.allowance)
    counted = (value * (plain | claims.build_up[claims.of_child])) if len(value) else value
    margin = -1 * written["claimed"] * written.labelled(least, "claim")
    if "from_bloc" in written:
        own = written["from_bloc"] * written.labelled(counted, "claim_child")
        margin = margin + summed(own, "claim_child", claims.of_child, "claim", n)
    if "foreign" in written:
        options = np.flatnonzero(~plain)
        weight = np.where(claims.build_up[claims.of_child[options]], 0.0, value[options])
        foreign = written["foreign"] * written.labelled(weight, "child")
        margin = margin - summed(foreign, "child", claims.of_child[options], "claim", n)
    written.rows("origin", picked(margin, "claim", rows, "tested") >= 0)


def _all_or_nothing(written: Written, claims: Claims, delivered: Expression) -> None:
    """Units are claimed one by one, without averaging, and a line's deliveries of a period all or not at all."""
    rows = np.flatnonzero(claims.whole & claims.possible)
    if not len(rows):
        return
    declare(written, "whole", {"line": np.arange(len(rows)), "period": np.array(written.periods)}, binary=True)
    part = written.problem["pairs"]["part"].to_numpy()[claims.table["pair"].to_numpy()[rows]]
    most = written.labelled(need(written.problem)[part][:, written.periods], "line", "period")
    claimed = picked(written["claimed"], "claim", rows, "line")
    written.rows("origin:all", claimed - most * written["whole"] <= 0)
    rest = picked(delivered, "claim", rows, "line") - claimed
    written.rows("origin:nothing", rest + most * written["whole"] <= most)
    add_patterns(written, claims, rows)
