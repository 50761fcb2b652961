"""Family 13, `carbon`: what moving and making emit stays under a cap in each period."""

from __future__ import annotations

import polars as pl

from tierscape.planning.written import Labelled, Written

_KG_PER_TONNE = 1000.0


def add(written: Written) -> None:
    """Σ g x + Σ g q ≤ cap; nothing without a cap. An emission that nobody knows counts at its upper end."""
    cap = written.ask.policy.carbon_cap
    if cap is None or "flow" not in written:
        return
    moved = (_upper(written, "lanes", "lane") * written["flow"]).sum("lane")
    made = (_upper(written, "pairs", "pair") * written["output"]).sum("pair")
    written.rows("carbon", moved + made <= _KG_PER_TONNE * cap)


def _upper(written: Written, table: str, dim: str) -> Labelled:
    """Give kg a unit: as known, else the upper end; zero where there is not even that (the plan reports its share)."""
    kg = written.problem[table].select(pl.coalesce("kg", "kg_high").fill_null(0.0)).to_series()
    return written.labelled(kg.to_numpy(), dim)
