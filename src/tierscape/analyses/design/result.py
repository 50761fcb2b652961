"""The answer of `design`."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import polars as pl

from tierscape.analyses.design import tables
from tierscape.analyses.design.charts import design_charts
from tierscape.analyses.design.written_world import to_toml
from tierscape.results import Result
from tierscape.scenario import Scenario
from tierscape.schema import Table

if TYPE_CHECKING:
    from tierscape.charts import Chart

PLACES = {"place": pl.String, "lat": pl.Float64, "lon": pl.Float64}


def percent(share: float) -> str:
    """Write a share in percent; one that is not quite nothing as such.

    Examples
    --------
    >>> percent(0.124), percent(0.003)
    ('12 %', '0.3 %')
    """
    return f"{100 * share:.0f} %" if share >= 0.01 or share == 0 else f"{100 * share:.1g} %"


@dataclass(frozen=True, kw_only=True, eq=False)
class Design(Result):
    """Which projects, contracts, incentives and flows, when; each plan with its proven gap."""

    TABLES: ClassVar[tuple[Table, ...]] = tables.ALL
    HEADLINE: ClassVar[tuple[str, str] | None] = ("points", "cost")

    points: pl.DataFrame
    projects: pl.DataFrame
    contracts: pl.DataFrame
    incentives: pl.DataFrame
    qualifications: pl.DataFrame
    hubs: pl.DataFrame
    buffers: pl.DataFrame
    flows: pl.DataFrame
    production: pl.DataFrame
    unmet: pl.DataFrame
    tail: pl.DataFrame
    survival: pl.DataFrame
    costs: pl.DataFrame
    alternatives: pl.DataFrame
    because: pl.DataFrame
    different: pl.DataFrame
    worth: pl.DataFrame
    goals: pl.DataFrame
    trace: pl.DataFrame
    checks: pl.DataFrame
    places: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=PLACES))
    """Where sites and regions stand: place, lat, lon."""
    planned: Scenario | None = None
    """The plan shown first, in its last year, as edits of the network: what every other analysis can be asked about."""
    currency: str = ""
    alpha: float = 0.8
    """Level of the conditional value at risk."""
    unseen_share: float | None = None
    """Share of the value of need that rests on figures nobody stated."""

    @property
    def shown(self) -> int:
        """The point that is shown first: that at the knee."""
        return int(self.points.filter(pl.col("knee"))["point"][0])

    @property
    def plan(self) -> dict[str, Any]:
        """Row of ``points`` that is shown first."""
        return self.points.row(by_predicate=pl.col("knee"), named=True)

    def of_plan(self, name: str) -> pl.DataFrame:
        """Give the rows of a table that belong to the plan shown first."""
        return self.frame(name).filter(pl.col("point") == self.shown)

    def sentence(self) -> str:
        """Say what to start and sign from when on, at what cost, with what bound, ally share and tail."""
        plan = self.plan
        text = f"{self._decisions()}: cost {self.money(plan['cost'])} ({self._bound(plan)})"
        if plan["ally_share"] is not None:
            text += f", {percent(plan['ally_share'])} allied value"
        if plan["cvar"] is not None:
            text += f", {self.money(plan['cvar'])} lost on average in {self._bad_years}"
        if plan["unmet_share"]:
            text += f"; {percent(plan['unmet_share'])} of all demand stays unmet"
        if self.unseen_share:
            text += f"; {percent(self.unseen_share)} of value rests on figures that nobody stated"
        return f"{text}. Model output."

    @property
    def _bad_years(self) -> str:
        return f"the worst {percent(1 - self.alpha)} of adverse years"

    def _decisions(self) -> str:
        started, signed = (
            self.of_plan("projects"),
            self.of_plan("contracts").filter(pl.col("status") == "signed by this plan"),
        )
        counts = [
            (started.height, "Open", "project"),
            (signed["contract"].n_unique(), "sign", "contract"),
            (self.of_plan("qualifications").height, "qualify", "supplier"),
        ]
        words = [f"{verb} {n} {noun}{'s' * (n > 1)}" for n, verb, noun in counts if n]
        if not words:
            return "Keep what stands, start no project and sign no contract"
        years = [*started["year"], *signed["year"], *self.of_plan("qualifications")["year"]]
        joined = words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
        return f"{joined[0].upper()}{joined[1:]} from {min(years)}"

    @staticmethod
    def _bound(plan: dict[str, Any]) -> str:
        if plan["gap"] is None:
            return "no bound"
        return (
            "the proven minimum"
            if plan["gap"] < 5e-7
            else f"at most {100 * plan['gap']:.2g} % above the proven minimum"
        )

    def money(self, value: float) -> str:
        """Write money with its currency at three significant figures."""
        size = next((s for s in ((1e9, " bn"), (1e6, " M"), (1e3, " k")) if abs(value) >= s[0]), (1.0, ""))
        return f"{value / size[0]:.3g}{size[1]} {self.currency}".strip()

    def lines(self) -> tuple[str, ...]:
        """The plan; what the frontier says; what limits it."""
        lines = [self.sentence()]
        told = self.points.filter(pl.col("upper_bound").is_not_null())
        if told.height > 1:
            low, high = (float(told["cost"].sort()[at]) for at in (0, -1))
            lines.append(
                f"Frontier of {told.height} plans from {self.money(low)} to {self.money(high)}; {self.told_apart()} of them differ "
                "from each other in a project or contract, and by more than their gaps."
            )
        if self.plan["binding"]:
            lines.append(f"What limits the plan: {self.plan['binding']}.")
        return tuple(lines[:3])

    def told_apart(self) -> int:
        """Count plans of the frontier that differ in a project or contract, each with a band apart from the others'."""
        seen: list[frozenset[str]] = []
        top = float("-inf")
        bands = self.points.drop_nulls(["lower_bound", "upper_bound"]).sort("upper_bound", "point")
        for point, low, high in bands.select("point", "lower_bound", "upper_bound").rows():
            taken = frozenset(
                key for name, key in (("projects", "project"), ("contracts", "contract"))
                for key in self.frame(name).filter(pl.col("point") == point)[key]
            )  # fmt: skip
            if low > top and taken not in seen:
                seen.append(taken)
                top = high
        return len(seen)

    def columns(self) -> tuple[str, ...]:
        """Columns that a terminal shows."""
        return ("point", "goal", "cost", "co2_t", "cvar", "ally_share", "jobs", "gap", "binding", "knee")

    def headlines(self) -> tuple[tuple[str, str, str], ...]:
        """Cost and bound, decisions, ally share, tail."""
        plan = self.plan
        started = self.of_plan("projects")
        spent = float(sum(started["capex_buyer"]))
        cards = [
            ("Cost, present value", self.money(plan["cost"]), self._bound(plan)),
            ("Projects started", f"{started.height}", f"{self.money(spent)} of the buyer's capital" if spent else "no capital of the buyer"),
        ]  # fmt: skip
        if plan["ally_share"] is not None:
            cards.append(("Allied value", percent(plan["ally_share"]), "of the value added by known makers"))
        if plan["cvar"] is not None:
            cards.append(("Bad year", self.money(plan["cvar"]), f"mean loss of {self._bad_years}"))  # fmt: skip
        return tuple(cards)

    def save(self, target: str | Path) -> Path:
        """Write this answer as any other; a folder also gets ``scenario.toml``, the planned world as edits of the network."""
        written = super().save(target)
        if self.planned is not None and written.is_dir():
            (written / "scenario.toml").write_text(to_toml(self.planned), encoding="utf-8")
        return written

    def charts(self) -> tuple[Chart, ...]:
        """Frontier, calendar of projects and contracts, cost build-up, need against capacity, flows, search, decisions."""
        return design_charts(self)
