"""The tables that `trust` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

BASES = ("location", "owner", "strict")
"""By what a site is judged: where it stands, who owns it, or both."""

_COUNTRY = Column("country", "text", "Country, ISO 3166-1 alpha-2.")
_COMPONENT = Column("component", "text", "Score: democracy, law, alignment, trade, security.")
_BASIS = Column("basis", "text", "What decides: location of the site, country of its owner, or strict (both).")
_LINKS = Column("links", "text", "Links that carry the value: declared, or all (rows that are only inferred, too).")


def _points(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="points")


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="share")


COUNTRIES = Table("countries", "a country, those that the network names first, most allied first", ("country",), (
    _COUNTRY,
    Column("name", "text", "Name of the country."),
    _points("index", "Ally index, weights shared among the known scores; null where none is known."),
    _points("low", "The same with unknown scores at 0."),
    _points("high", "The same with unknown scores at 100."),
    _points("box_low", "Least index in the box of weights, unknown scores at 0."),
    _points("box_high", "Greatest index in the box of weights, unknown scores at 100."),
    Column("rank", "integer", "Rank by index, 1 is most allied.", unit="1"),
    Column("rank_best", "integer", "Best rank that some weights of the box allow.", unit="1"),
    Column("rank_worst", "integer", "Worst rank that some weights of the box allow.", unit="1"),
    Column("allied", "text", "yes, no, depends (on unknown scores), unknown (no score at all)."),
    _points("margin", "Index minus threshold."),
    Column("firm", "boolean", "The verdict is the same for all weights of the box."),
    Column("gated", "boolean", "On the viewpoint's list of countries of concern: the index is at most 20."),
    _share("coverage", "Weight of the known scores."),
    Column("missing", "text", "Scores that are not known."),
    Column("vintage", "integer", "Oldest year among the figures used.", unit="year"),
    Column("overridden", "text", "Scores, or the index, that the network states itself."),
    _points("computed", "Index from shipped figures alone."),
    _share("value_share", "Share of the product's value that is added at sites in the country, declared links."),
    _share("value_share_all", "The same with links that are only inferred; null where there are none."),
    _share("owned_share", "Share of the product's value that is added at sites with an owner from the country, declared links."),
    Column("named", "boolean", "The network has a site or an owner there."),
))  # fmt: skip

CONTRIBUTIONS = Table("contributions", "what a score adds to the index of a country", ("country", "component"), (
    _COUNTRY, _COMPONENT,
    _points("score", "Score."),
    _share("weight", "Weight, shared among the known scores; null where the score is not known."),
    _points("points", "Weight times score: these sum to the index before the list of concern caps it."),
    Column("year", "integer", "Year of the figure.", unit="year"),
    Column("source", "text", "Where the score comes from: a key of the shipped sources, or the source that the network states."),
    Column("overridden", "boolean", "The network states this score itself."),
))  # fmt: skip

BREAK_EVEN = Table("break_even", "the weight at which a country crosses the threshold", ("country", "component"), (
    _COUNTRY, _COMPONENT,
    _share("weight", "Weight today, shared among the known scores."),
    _share("break_even", "Weight at which the index meets the threshold, the others kept in proportion; null for never."),
    _share("change", "Change of the weight that this takes."),
    Column("in_box", "boolean", "That change, and what it does to the other weights, stays inside the box."),
))  # fmt: skip

FLIPS = Table("flips", "a decision that changes with the threshold or with one weight", (), (
    Column("decision", "text", "country, supplier, sole_source, unallied_value, ally_share."),
    Column("subject", "text", "Country, site, buyer/part, or product."),
    Column("name", "text", "Its name."),
    Column("links", "text", "Links that carry the value: declared, or all; null where no value is weighed."),
    Column("from", "text", "What holds before."),
    Column("to", "text", "What holds from there on."),
    _points("at_threshold", "First threshold, in steps of 1 upwards over 10 points on either side, at which it holds."),
    Column("component", "text", "Score whose weight changes it."),
    _share("at_weight", "Weight of that score at which it changes, inside the box."),
))  # fmt: skip

VALUE_SHARES = Table("value_shares", "how much of the value comes from allies", ("links", "basis", "tier"), (
    _LINKS, _BASIS,
    Column("tier", "text", "Supply steps upstream of the product; all for the whole product."),
    _share("value_share", "Share of the product's value that is added, or lost from sight, at this tier."),
    _share("ally_share", "Share of it that surely comes from allies; what depends or is unknown counts in the high end only."),
    _share("low", "Least ally share: nothing that depends or is unknown comes from allies."),
    _share("high", "Greatest ally share: all of it does."),
    _share("depends_share", "Share whose verdict depends on unknown scores."),
    _share("other_share", "Share that surely does not come from allies."),
    _share("unknown_share", "Share of unknown supplier, country or owner."),
    _share("soft_share", "Sum of value times index/100: an ally share without a threshold; unknown counts 0."),
))  # fmt: skip

THRESHOLDS = Table("thresholds", "the ally share under another threshold", ("links", "basis", "threshold"), (
    _LINKS, _BASIS,
    _points("threshold", "Index from which a country counts as an ally."),
    _share("ally_share", "Share of the product's value that surely comes from allies."),
    _share("high", "The same if all that depends or is unknown came from allies."),
))  # fmt: skip

SITES = Table("sites", "a site that adds value, most value first", ("links", "site"), (
    _LINKS,
    Column("site", "text", "Site."),
    Column("name", "text", "Name of the site."),
    Column("country", "text", "Country where it stands."),
    Column("owner_country", "text", "Country of the controlling group; null: unknown, never taken for the location."),
    Column("tier", "integer", "Lowest tier at which it adds value.", unit="tiers"),
    _share("value_share", "Share of the product's value that it adds."),
    Column("by_location", "text", "Allied by location: yes, no, depends, unknown."),
    Column("by_owner", "text", "Allied by owner."),
    Column("strict", "text", "Allied by both."),
))  # fmt: skip

SWAPS = Table("swaps", "the index with one measure dropped, or one alone", ("country", "measure"), (
    _COUNTRY,
    Column("measure", "text", "without_alignment, or democracy_alone, law_alone, alignment_alone, trade_alone, security_alone."),
    _points("index", "Index by that measure; null where it is not known."),
    Column("rank", "integer", "Rank by it.", unit="1"),
    Column("rank_change", "integer", "Places gained against the full index; negative for lost.", unit="1"),
    Column("warning", "text", "Why not to use it."),
))  # fmt: skip

ALL = (COUNTRIES, CONTRIBUTIONS, BREAK_EVEN, FLIPS, VALUE_SHARES, THRESHOLDS, SITES, SWAPS)
