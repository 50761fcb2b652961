"""How the countries of makers stand to the buyer: allies or not, and how far they are trusted."""

from __future__ import annotations

import polars as pl

from tierscape.errors import Finding, ParameterError
from tierscape.network import Network
from tierscape.planning.ask import Ask
from tierscape.planning.gather.doubts import said
from tierscape.quantities.allies import allied, ally_index


def standing(network: Network, ask: Ask, rows: pl.DataFrame) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Add ``ally`` and ``trust`` (ally index, 0 to 100, null unknown) to makers; an ally is one beyond doubt.

    Raises
    ------
    ParameterError
        A floor on allies is asked for, and nobody says who looks: ``meta.home`` is null.
    """
    policy, known = ask.policy, isinstance(ask.policy.allies, tuple)
    asked = policy.ally_share is not None or "ally" in ask.search.objectives
    named = list(policy.allies) if isinstance(policy.allies, tuple) else []
    if network.home is None:
        if asked and not known:
            raise ParameterError(
                "policy.allies: name the allied countries, or give meta.home, from where allies are seen."
            )
        return rows.with_columns(
            ally=pl.col("country").is_in(named).fill_null(value=False), trust=pl.lit(None, pl.Float64)
        ), ()
    threshold = 50.0 if isinstance(policy.allies, tuple) else policy.allies
    index = ally_index(network).select("country", trust="index", verdict=allied(threshold))
    rows = rows.join(index, on="country", how="left", maintain_order="left")
    verdict = pl.col("country").is_in(named) if known else pl.col("verdict") == "yes"
    unsure = rows.filter(pl.col("verdict").is_in(["depends", "unknown"]))["country"].unique().sort()
    findings = said("ally_unsure", "indicators.value", unsure if asked and not known else [],
                    "{n} countries may or may not be allies, as scores are unknown; they count as none",
                    "Give the missing scores as indicators, or name the allies in policy.allies.")  # fmt: skip
    return rows.with_columns(ally=verdict.fill_null(value=False)).drop("verdict"), findings
