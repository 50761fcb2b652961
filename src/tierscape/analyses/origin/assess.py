"""From the parameters to judged goods: rules, date, makers, materials, verdicts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.analyses.origin.parameters import Calculation, Case
from tierscape.errors import DataError, ParameterError
from tierscape.network import Network
from tierscape.quantities.origin_claims import Claims
from tierscape.quantities.origin_materials import Supply
from tierscape.quantities.origin_rules import Judged, Terms, judge_ledger
from tierscape.quantities.origin_walk import Question, Walk, Walked, by_method, terms_of
from tierscape.quantities.tracing import no_maker
from tierscape.reference.origin import RuleBook, RuleRow, Threshold, origin_rules, read_rulebook
from tierscape.reference.origin_expression import Group, Leaf, Rule, leaves

OVERALL = "overall"


@dataclass(frozen=True, eq=False)
class Assessed:
    """A product at its sites, judged on one date, and all that the tables are made of.

    ``rule``, ``terms`` and ``judged`` are null where the agreement has no rule for the product's code on that date.
    """

    network: Network
    book: RuleBook
    supply: Supply
    claims: Claims
    calculation: Calculation
    case: Case
    walked: Walked
    rule: Rule | None
    terms: Terms | None
    judged: Judged | None

    @property
    def sites(self) -> tuple[str, ...]:
        """Sites in the order of the goods."""
        return self.walked.question.sites

    @property
    def product(self) -> str:
        """The product."""
        return self.walked.question.product

    @property
    def on(self) -> dt.date:
        """Date of the question."""
        return self.walked.question.on

    def verdict(self, good: int) -> str:
        """Verdict of a good."""
        return "no_rule" if self.judged is None else word(self.judged.overall[good])

    def threshold(self, leaf: Leaf, on: dt.date | None = None) -> Threshold | None:
        """Threshold row of a test, null where it has none."""
        agreement = self.walked.question.agreement
        return self.book.threshold(agreement, leaf.threshold, leaf.what, on or self.on) if leaf.threshold else None


def word(outcome: NDArray[np.bool_]) -> str:
    """Verdict from both ends: proven, possible."""
    proven, possible = outcome.tolist()
    return "qualifies" if proven else "depends" if possible else "fails"


def verified(row: RuleRow, decided: Leaf, assessed: Assessed, on: dt.date) -> bool:
    """Tell whether the rule row and every threshold that decides were read in a source.

    The test on the path decides; where the rule has conditions at its top, all its tests do. A change of classification
    brings the tolerance with it.
    """
    every = isinstance(row.expression, Group) and row.expression.op == "all_of"
    tests = list(leaves(row.expression)) if every else [decided]
    found = [assessed.threshold(leaf, on) for leaf in tests if leaf.threshold]
    if any(leaf.kind == "shift" for leaf in tests):
        ruleset = assessed.book.ruleset(row.agreement, on)
        found.append(assessed.book.threshold(row.agreement, ruleset.tolerance, "tolerance", on))
    return row.verified and all(t.verified for t in found if t is not None)


def assess(network: Network, asked: Question, book: RuleBook, calculation: Calculation, case: Case) -> Assessed:
    """Judge a product at its sites.

    Raises
    ------
    DataError
        The product has no code, or a value or quantity that a test needs is not above 0.
    ParameterError
        The date lies before the agreement, it has no such scenario, or the rule does not allow the method.
    """
    _refuse_scenario(book, asked.agreement, case.scenario)
    supply = Supply(network)
    claims = Claims(network, book.ruleset(asked.agreement, asked.on), asked.on)
    walked = Walk(supply, claims, book, asked).run()
    if walked.row is None:
        return Assessed(network, book, supply, claims, calculation, case, walked, None, None, None)
    rule = walked.row.expression
    if calculation.method != "best":
        rule = by_method(rule, calculation.method)
    terms = terms_of(book, walked.row, asked.on, walked.ledger)
    judged = judge_ledger(rule, walked.ledger, np.arange(len(asked.sites)), terms)
    return Assessed(network, book, supply, claims, calculation, case, walked, rule, terms, judged)


def _refuse_scenario(book: RuleBook, agreement: str, scenario: str | None) -> None:
    known = sorted({t.scenario for t in book.thresholds if t.agreement == agreement and t.scenario})
    if scenario and scenario not in known:
        raise ParameterError(
            f"case.scenario: {agreement} has no scenario '{scenario}'; known are {', '.join(known) or 'none'}."
        )


def rulebook(agreement: str, folder: str | None) -> tuple[RuleBook, str]:
    """Give the rules and the name of the agreement in them.

    Raises
    ------
    ParameterError
        ``custom`` without a folder, a folder without ``custom``, or a folder with several rule sets.
    DataError
        The files of the folder cannot be used.
    """
    if (agreement == "custom") != (folder is not None):
        raise ParameterError(
            "calculation.rules: the agreement custom needs a folder with rules, and no other takes one."
        )
    if folder is None:
        return origin_rules(), agreement
    book = read_rulebook(folder)
    if len(book.agreements) != 1:
        raise ParameterError(
            f"calculation.rules: the folder must hold one rule set, it holds {', '.join(book.agreements) or 'none'}."
        )
    return book, book.agreements[0]


def home_agreement(network: Network, on: dt.date) -> str:
    """Give the first shipped agreement whose territory holds the home country, USMCA where none does."""
    book = origin_rules()
    for agreement in book.agreements:
        rows = [r for r in book.rulesets if r.agreement == agreement and r.valid_from <= on]
        if any(network.home in r.territory for r in rows):
            return agreement
    return "usmca"


def newest_date(network: Network) -> tuple[dt.date, bool]:
    """Give the newest ``as_of`` of the network, else its newest observation or the end of its price year; and whether it is the first.

    Raises
    ------
    ParameterError
        There is none.
    """
    dates = [network[name]["as_of"].max() for name in network.tables if "as_of" in network[name].columns]
    found = [d for d in dates if isinstance(d, dt.date)]
    if found:
        return max(found), True
    seen = network["observations"]["time"].max()
    if isinstance(seen, dt.date):
        return seen, False
    year = network["meta"]["price_year"].drop_nulls().to_list()
    if not year:
        raise ParameterError("on: the network bears no date. Give one.")
    return dt.date(int(year[0]), 12, 31), False


def makers(network: Network, product: str, site: str | None) -> tuple[str, ...]:
    """Give the sites that are judged: the one that is asked for, else all in operation that make the product.

    Raises
    ------
    DataError
        No site in operation makes the product.
    ParameterError
        The site does not make the product.
    """
    rows = network["capabilities"].filter(pl.col("part") == product).join(network["sites"], on="site")
    if site is not None:
        if site not in rows["site"].to_list():
            raise ParameterError(
                f"site: '{site}' does not make '{product}'. Makers are {', '.join(rows['site'].sort()[:8]) or 'none'}."
            )
        return (site,)
    running = rows.filter(pl.col("status").fill_null("operating") == "operating")["site"].sort().to_list()
    if not running:
        raise DataError([no_maker(product)])
    return tuple(running)
