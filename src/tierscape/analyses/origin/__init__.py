"""Rules of origin: whether a product qualifies under a trade agreement on a date, and by what margin."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import polars as pl
from pydantic import Field

from tierscape.analyses.origin import tables
from tierscape.analyses.origin.assess import Assessed, assess, home_agreement, makers, newest_date, rulebook
from tierscape.analyses.origin.content import content_findings, national_content
from tierscape.analyses.origin.duty import duty_rows
from tierscape.analyses.origin.findings import origin_findings
from tierscape.analyses.origin.flips import ask_rows, flip_rows
from tierscape.analyses.origin.origins import origin_rows
from tierscape.analyses.origin.parameters import Agreement, Calculation, Case
from tierscape.analyses.origin.result import Origin
from tierscape.analyses.origin.tracing import ladder_rows, material_rows
from tierscape.analyses.origin.verdicts import automotive_rows, ranked, verdict_rows
from tierscape.analyses.origin.what_if import timeline_rows, what_if_rows
from tierscape.frames import DTYPES
from tierscape.network import Network
from tierscape.quantities.origin_walk import Question
from tierscape.registry import analysis
from tierscape.schema import Table

__all__ = ["Calculation", "Case", "Origin", "origin"]

READS = ("parts", "bom", "sites", "capabilities", "links", "origin_claims", "indicators", "demand")


@analysis("Rules of origin", reads=READS)
def origin(
    network: Network,
    *,
    product: Annotated[
        str | None, Field(description="Product to judge; may be left out where there is only one.")
    ] = None,
    site: Annotated[str | None, Field(description="Site that makes it; all makers by default.")] = None,
    agreement: Annotated[
        Agreement | None, Field(description="Trade agreement; by default one that the home country is in.")
    ] = None,
    on: Annotated[
        dt.date | None, Field(description="Date of the rules; the newest date of the data by default.")
    ] = None,
    calculation: Annotated[Calculation, Field(description="How value is measured.")] = Calculation(),  # noqa: B008 - frozen
    case: Annotated[Case, Field(description="What-if, and what a preference costs.")] = Case(),  # noqa: B008
) -> Origin:
    """Judge a product against the rule of a trade agreement that is in force on a date.

    The rule of the product's HS code is a tree of alternatives and conditions over tests: change of classification, value
    content, process, originating parts, labour value, steel, aluminium. It is evaluated twice: with every undetermined
    material taken as non-originating, which is the legal verdict, and with every one taken as originating. What a supplier
    declares counts while it is in date; what it does not declare is bounded by its own bill of materials.

    Parameters
    ----------
    network : Network
        Needs ``parts`` with codes and values, ``bom`` with quantities, ``capabilities``; ``links``, ``origin_claims`` and
        ``indicators`` to prove anything.
    product : str, optional
        Key of a part with a bill of materials.
    site : str, optional
        One maker; all operating makers by default.
    agreement : {"usmca", "eu_uk_tca", "cptpp", "custom"}, optional
        By default the first whose territory holds ``meta.home``, USMCA where none does.
    on : datetime.date, optional
        Date of the rules; by default the newest ``as_of`` of the network.
    calculation : Calculation
        Method, use, tracing, and the folder of a rule set of one's own.
    case : Case
        Other thresholds, safety margin, cost and use of a preference.

    Returns
    -------
    Origin
        Tables ``verdicts``, ``materials``, ``ladder``, ``flips``, ``what_if``, ``automotive``, ``origins``, ``duty``,
        ``asks``, ``timeline``. Every verdict names its rule and whether rule and threshold were read in a source.

    Raises
    ------
    ParameterError
        The agreement is not in force on the date, the site does not make the product, the rule does not allow the method, or
        a designated part is no own intermediate.
    DataError
        Nobody makes the product, it has no HS code, a quantity is unknown or not above 0, a price or cost is not above 0, a transaction
        value is given as CIF without freight and insurance, or a rule set of one's own has faults.

    Notes
    -----
    RVC = 100 (B − VNM)/B with base B by method; MaxNOM = 100 VNM/EXW. One pass over the bill of materials, O(materials) for
    the sums and O(tests) a good for a verdict; every test is monotone in the set of originating materials, so that two
    evaluations bound all of them. Decision support, never a customs ruling. Non-preferential origin and national content
    are other questions: they stand beside the verdict and are never mixed with it.

    References
    ----------
    USMCA chapter 4 and its automotive appendix; HTSUS General Note 11; 29 CFR 810 (labour value). EU-UK Trade and
    Cooperation Agreement, Annexes 2 to 5, and Council Decision (EU) 2023/2921. CPTPP Annex 3-D. 19 CFR 10.454 (build-down
    and build-up). The source of each number stands in its row.

    Examples
    --------
    >>> import tierscape
    >>> answer = origin(tierscape.load("mini"), on="2026-01-01")
    >>> answer.verdicts.select("site", "verdict", "rule").row(0)
    ('n0', 'depends', 'usmca_psr_default')
    """
    day, dated = (on, True) if on is not None else newest_date(network)
    book, name = rulebook(agreement or home_agreement(network, day), calculation.rules)
    asked = Question(
        str(product), makers(network, str(product), site), name, day,
        calculation.use, calculation.tracing, calculation.designated,
    )  # fmt: skip
    assessed = assess(network, asked, book, calculation, case)
    return _answer(assessed, dated=dated)


def _answer(assessed: Assessed, *, dated: bool) -> Origin:
    order = ranked(assessed)
    content = national_content(assessed)
    rows: dict[str, Sequence[Mapping[str, Any]]] = {
        "verdicts": verdict_rows(assessed),
        "materials": material_rows(assessed, order),
        "ladder": ladder_rows(assessed, order),
        "flips": flip_rows(assessed, order),
        "what_if": what_if_rows(assessed, order),
        "automotive": automotive_rows(assessed),
        "origins": origin_rows(assessed, order, content),
        "duty": duty_rows(assessed, order, content),
        "asks": ask_rows(assessed, order),
        "timeline": timeline_rows(assessed, order),
    }
    frames: dict[str, Any] = {table.name: _frame(table, rows[table.name]) for table in tables.ALL}
    return Origin(
        **frames,
        day=assessed.on,
        agreement_name=assessed.claims.ruleset.name,
        findings=(*origin_findings(assessed, dated=dated), *content_findings(content)),
    )


def _frame(table: Table, rows: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema={c.name: DTYPES[c.kind] for c in table.columns}, orient="row")
