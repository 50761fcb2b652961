"""Where the value of a country's exports is added, from an inter-country input-output table."""

from __future__ import annotations

from difflib import get_close_matches
from typing import Annotated

from pydantic import Field

from tierscape.analyses.value_added import content
from tierscape.analyses.value_added.content import Question
from tierscape.analyses.value_added.result import ValueAdded
from tierscape.errors import Finding, ParameterError
from tierscape.io.country_sector import CountrySector
from tierscape.registry import analysis

__all__ = ["ValueAdded", "value_added"]


@analysis("Value added in exports", reads=("sectors",))
def value_added(
    table: CountrySector,
    *,
    exporter: Annotated[str, Field(description="Country that exports: the table's code or ISO 3166-1 alpha-2.")],
    partner: Annotated[str | None, Field(description="Country that buys; all others by default.")] = None,
    sectors: Annotated[
        tuple[str, ...] | None,
        Field(min_length=1, description="Exporting sectors, by the table's code; all by default."),
    ] = None,
    tiers: Annotated[int, Field(ge=1, le=20, description="Last tier upstream that is shown.")] = 3,
) -> ValueAdded:
    """Split a country's exports by the country where their value is added, looked through over all tiers.

    The exports call up output in every sector of every country, (I − A)⁻¹ e; each adds its own value a unit. Direct inputs at
    face value, the same by tier, gross exports against value added by partner, and what others published by other methods
    stand beside it. Every figure bears its method.

    Parameters
    ----------
    table : CountrySector
        Inter-country input-output table, read by ``read_country_sector``.
    exporter : str
        Country that exports.
    partner : str, optional
        Country that buys.
    sectors : tuple of str, optional
        Exporting sectors.
    tiers : int
        Last tier upstream that is shown, 1 to 20.

    Returns
    -------
    ValueAdded
        Tables ``origins``, ``tiers``, ``trade``, ``sectors``, ``published``.

    Raises
    ------
    ParameterError
        A country or sector is not in the table, exporter and partner are the same, or nothing is exported.

    Notes
    -----
    One sparse LU and a few dozen solves. A sector has one technology here: exports and home sales share their inputs, which
    hides processing trade (for Mexico the maquiladoras) and makes foreign content too low. A firm's own share needs its bill of
    materials; domestic content is not originating content. Tables lag by three to five years.

    References
    ----------
    Leontief (1936), Review of Economics and Statistics 18:105. Johnson & Noguera (2012), J. International Economics 86:224
    (value added absorbed abroad over gross exports). Koopman, Wang & Wei (2014), American Economic Review 104:459.

    Examples
    --------
    >>> import numpy as np
    >>> from tierscape.io.country_sector_files import Raw
    >>> flows, final = np.array([[20.0, 10.0], [30.0, 50.0]]), np.array([[60.0, 10.0], [20.0, 100.0]])
    >>> raw = Raw("toy", ("MX", "US"), ("all", "all"), flows, np.array([100.0, 200.0]), final, ("MX", "US"))
    >>> value_added(CountrySector.from_flows(raw), exporter="MX").origins.select("origin", "share").head(2).rows()
    [('MX', 0.6436781609195402), ('US', 0.35632183908045983)]
    """
    own = _country(table, "exporter", exporter)
    other = None if partner is None else _country(table, "partner", partner)
    if own == other:
        raise ParameterError(f"partner: '{partner}' is the exporter itself. Name another country.")
    unknown = [s for s in sectors or () if s not in table.sectors]
    if unknown:
        raise ParameterError(f"sectors: the table has no '{unknown[0]}'.{_offer(unknown[0], table.sectors)}")
    question = Question.of(table, own, other, sectors)
    if not question.total > 0:
        raise ParameterError(f"exporter: the table shows no such exports of {own}. Choose another partner or sector.")
    return ValueAdded(
        origins=content.origins(question),
        tiers=content.tier_table(question, tiers),
        trade=content.trade(question),
        sectors=content.sector_table(question),
        published=content.published(question),
        exporter=content.name_of(table, own),
        partner=None if other is None else content.name_of(table, other),
        findings=(*table.findings, *_one_technology(own)),
    )


def _country(table: CountrySector, parameter: str, code: str) -> str:
    found = table.country(code)
    if found is None:
        raise ParameterError(f"{parameter}: the table has no country '{code}'.{_offer(code, table.countries)}")
    return found


def _offer(word: str, words: tuple[str, ...]) -> str:
    near = get_close_matches(word, words, n=1)
    return f" Did you mean '{near[0]}'?" if near else f" It has {', '.join(words)}."


def _one_technology(exporter: str) -> tuple[Finding, ...]:
    return (
        Finding(
            rule="one_technology",
            severity="note",
            table="country_sector",
            problem=f"exports and home sales of a sector of {exporter} share one set of inputs; where goods are processed for "
            "export the true foreign content is higher",
            remedy="Read it beside the published figures; a firm's own share needs its bill of materials.",
        ),
    )
