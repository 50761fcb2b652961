"""Family 7, commitment: contracts with a promised volume; a tier's price and its volume ride on the same binary."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.planning.written import Labelled, Written, picked, summed

UP = 1.5
"""How far above its volume a contract delivers at its price."""


def add(written: Written) -> None:
    """qc_ct ≤ up·V_c u_c; qc_ct + sf_ct ≥ θ_c V_c u_c while it runs; Σ_tiers qc ≤ what is delivered; one tier at a time."""
    if "sign" not in written:
        return
    problem = written.problem
    contracts = problem["contracts"]
    sign, taken, shortfall = written["sign"], written["taken"], written["shortfall"]
    volume = written.column("contracts", "volume", "contract")
    theta, running = written.column("contracts", "theta", "contract"), _running(written)
    written.rows("commitment:most", taken - UP * volume * running * sign <= 0)
    written.rows("commitment", taken + shortfall - theta * volume * running * sign >= 0)

    tier = contracts["tier"].to_numpy()
    tiers = int(tier.max()) + 1
    lanes = problem["contract_lanes"].select("lane", tier=pl.Series(tier)[problem["contract_lanes"]["contract"]])
    lanes = lanes.unique().sort("tier", "lane")
    flow = picked(written["flow"], "lane", lanes["lane"].to_numpy(), "row")
    delivered = summed(flow, "row", lanes["tier"].to_numpy(), "tier", tiers)
    written.rows("commitment:delivered", summed(taken, "contract", tier, "tier", tiers) - delivered <= 0)

    offers = ~contracts["signed"].fill_null(value=False).to_numpy()
    choice = np.where(offers & (np.bincount(tier[offers], minlength=tiers)[tier] > 1), tier, -1)
    if (choice >= 0).any():
        chosen = summed(running * sign, "contract", choice, "tier", tiers).sel(tier=np.unique(choice[choice >= 0]))
        written.rows("commitment:one_tier", chosen <= 1)

    price, spot = written.column("contracts", "price", "contract"), written.column("contracts", "spot", "contract")
    written.charge("contracts", (price - spot) * written.discount * taken)
    written.charge("unused_commitment", price * written.discount * shortfall)


def _running(written: Written) -> Labelled:
    """1 while a contract runs, by (contract, period)."""
    contracts, period = written.problem["contracts"], np.arange(written.problem.horizon)
    first, last = contracts["first"].to_numpy()[:, None], contracts["last"].to_numpy()[:, None]
    return written.labelled((first <= period) & (period <= last), "contract", "period")
