"""Partnership: how to share a co-investment, and what a commitment, a contract form and public support are worth."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from tierscape.analyses.partnership import forms, offers, support
from tierscape.analyses.partnership.deal import find_deal
from tierscape.analyses.partnership.parameters import DemandModel, Game, Public, Terms
from tierscape.analyses.partnership.result import Partnership
from tierscape.analyses.partnership.split import find_game, split_table
from tierscape.network import Network
from tierscape.registry import analysis

__all__ = ["DemandModel", "Game", "Partnership", "Public", "Terms", "partnership"]

READS = (
    "projects",
    "contracts",
    "contract_terms",
    "incentives",
    "capabilities",
    "parts",
    "bom",
    "links",
    "observations",
)


@analysis("Partnership", reads=READS)
def partnership(
    network: Network,
    *,
    project: Annotated[
        str | None, Field(description="Project that is shared, with the contracts of its site and part.")
    ] = None,
    contract: Annotated[
        str | None, Field(description="One contract; by default those of the project, or the largest.")
    ] = None,
    game: Annotated[Game, Field(description="Players, coalitions and the split called fair.")] = Game(),  # noqa: B008 - frozen
    terms: Annotated[Terms, Field(description="Price, cost, volume, term and investment.")] = Terms(),  # noqa: B008 - frozen
    demand: Annotated[DemandModel, Field(description="Uncertain demand and spot price.")] = DemandModel(),  # noqa: B008 - frozen
    public: Annotated[Public, Field(description="Public support, and developing the supplier.")] = Public(),  # noqa: B008 - frozen
) -> Partnership:
    """Share a co-investment, and value commitments, contract forms, support and supplier development.

    A deal is read from a project with its contracts, or from plain numbers, which go first. It says from what volume the
    supplier invests; how the gain is split by bargaining power, by contribution and by the happiness of the worst-off
    coalition, and who could do better alone; what forms of contract bring each side; how much to buy spot; what measures do
    to the price; what support is worth after its strings; and what developing the supplier returns, as a distribution.
    What lacks a number is left empty, never guessed. Decision support, no legal or tax advice.

    Parameters
    ----------
    network : Network
        ``projects``, ``contracts``, ``contract_terms``, ``incentives``, ``capabilities``, ``parts``, ``bom``, ``observations``.
    project : str, optional
        Key of a project.
    contract : str, optional
        Key of a contract.
    game : Game
        A game in numbers, outside options, powers, and the rule called fair.
    terms : Terms
        Numbers of the deal that go before those of the network.
    demand : DemandModel
        Law of demand and of the spot price, worth of a unit, salvage.
    public : Public
        Support in numbers, chance of a clawback, jobs, and supplier development.

    Returns
    -------
    Partnership
        Tables ``split``, ``blocking``, ``commitment``, ``cash``, ``forms``, ``payoff``, ``hedge``, ``kpi``, ``call_offs``,
        ``support``, ``development``.

    Raises
    ------
    ParameterError
        A key is unknown, lists do not fit the players, or given numbers contradict each other (p ≤ c, s ≥ c).
    DataError
        The supplier of a contract cannot make its part, or is its buyer.

    Notes
    -----
    Support is paid to the supplier and lowers what it must earn; within the table it is a transfer and adds nothing to the
    gain. Exact splits to 16 players, O(n 2ⁿ); the nucleolus to 8; forms and hedge O(draws · log draws).

    References
    ----------
    Nash (1950), Econometrica 18:155. Shapley (1953), Contributions to the Theory of Games II:307. Schmeidler (1969), SIAM J.
    Appl. Math. 17:1163. Pasternack (1985), Marketing Science 4:166. Tsay (1999), Management Science 45:1339. Rockafellar &
    Uryasev (2000), J. Risk 2(3):21.

    Examples
    --------
    >>> import tierscape
    >>> from tierscape.analyses.partnership import Public, Terms, partnership
    >>> deal = Terms(price=10, unit_cost=8, volume=150_000, term_years=5, investment=1e6, capacity=2e5)
    >>> answer = partnership(tierscape.load("mini"), terms=deal, public=Public(grant=2e5))
    >>> answer.stated["q_star"].round(2).to_list()
    [100182.58, 125228.23]
    """
    deal = find_deal(network, project, contract, terms, demand, public)
    aid = support.find_aid(network, deal, public)
    net = sum(a.net for a in aid)
    split = split_table(find_game(deal, game, public), deal, game, demand, net)
    compared, doubts = forms.form_rows(deal, terms, demand)
    programme = support.find_programme(network, deal, public)
    currency = (network["meta"]["currency"].to_list() or [None])[0]
    return Partnership(
        split=split.split,
        blocking=split.blocking,
        commitment=offers.commitment_rows(deal, net),
        cash=support.cash_rows(aid, deal, public),
        forms=compared,
        payoff=forms.payoff_rows(deal, demand),
        hedge=forms.hedge_rows(network, deal, terms, demand),
        kpi=forms.kpi_rows(network, deal),
        call_offs=forms.call_off_rows(network, deal),
        support=support.support_rows(aid, deal, currency),
        development=support.development_rows(programme),
        deal=deal,
        programme=programme,
        worth=split.worth,
        short=split.short,
        excess=split.excess,
        currency=currency or "",
        findings=(*deal.findings, *offers.offer_findings(deal, net), *doubts, *split.findings, *support.unpaid(aid)),
    )
