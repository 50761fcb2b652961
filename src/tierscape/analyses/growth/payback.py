"""What one supplier must be promised before its plant pays, at fixed numbers and without any chance."""

from __future__ import annotations

import numpy as np
import polars as pl

from tierscape.analyses.growth.anchor import NEW_PLANT
from tierscape.analyses.growth.assumptions import GrowthAssumptions
from tierscape.analyses.growth.model import Model
from tierscape.analyses.growth.tables import BREAK_EVEN
from tierscape.frames import empty
from tierscape.kernels.commitment import annuity, break_even_volume
from tierscape.network import Network

NO_MARGIN = "price not above unit cost"


def break_even_table(network: Network, model: Model, given: GrowthAssumptions) -> pl.DataFrame:
    """Give Q* = ((I − G)/a + fixed cost)/(p − c) of each project for a new plant of a required part.

    The price is that of a contract of the project's site for the part, else the part's value; the unit cost is the site's own, else
    the median of its makers, and the children of the bill of materials at their values. The term is the contract's.

    Parameters
    ----------
    network : Network
        Reads ``projects``, ``contracts``, ``parts``, ``bom``, ``capabilities``.
    model : Model
    given : GrowthAssumptions
        Its ``supplier``.

    Returns
    -------
    polars.DataFrame
        ``break_even``, the least of what the anchor's need covers last; unknown numbers stay unknown and say which.
    """
    tree, supplier = model.tree, given.supplier
    code = {part: k for k, part in enumerate(tree.parts)}
    plans = network["projects"].filter(pl.col("kind").is_in(NEW_PLANT) & pl.col("part").is_in(list(tree.required)))
    rows = []
    for plan in _priced(network, plans).iter_rows(named=True):
        k = code[plan["part"]]
        years = plan["term"] or supplier.term_years
        value = annuity(supplier.capital_rate, years)
        need = float(np.nan_to_num(model.anchor.volume[:, k].max()))
        row = {
            "project": plan["project"], "part": plan["part"], "name": tree.names[k], "price": plan["price"], "unit_cost": plan["cost"],
            "investment": plan["capex"], "term_years": years, "capacity": plan["capacity"], "anchor_need": need,
            "q_star": None, "q_star_product": None, "price_needed": None, "reason": _lacking(plan),
        }  # fmt: skip
        if row["reason"] is None or row["reason"] == NO_MARGIN:
            grant = supplier.grant_share * plan["capex"]
            burden = plan["capex"] + (plan["opex"] or 0.0) * value
            found = break_even_volume(burden, grant, plan["price"] - plan["cost"], value, plan["capacity"] or np.inf)
            made = min(need, plan["capacity"] or np.inf)
            row["price_needed"] = plan["cost"] + max(burden - grant, 0.0) / (made * value) if made > 0 else None
            if row["reason"] is None:
                each = float(tree.quantities[k])
                row |= {"q_star": found.volume, "q_star_product": found.volume / each if each > 0 else None}
                row["reason"] = None if found.enough else "above what the plant can make"
        rows.append(row)
    frame = pl.DataFrame(rows, schema=empty(BREAK_EVEN).schema)
    return frame.sort(pl.col("anchor_need") / pl.col("q_star"), "project", descending=[True, False], nulls_last=True)


def _priced(network: Network, plans: pl.DataFrame) -> pl.DataFrame:
    """Add price, unit cost and term to projects."""
    deals = network["contracts"].group_by("supplier", "part").agg(
        deal_price=pl.col("unit_price").median(), term=pl.col("term_years").max()
    ).rename({"supplier": "site"})  # fmt: skip
    own = network["capabilities"].select("site", "part", own_cost="conversion_cost")
    usual = network["capabilities"].group_by("part").agg(usual_cost=pl.col("conversion_cost").median())
    worth = network["parts"].select("part", value="unit_value")
    rows = plans.select(
        "project", "site", "part", capacity="added_capacity_per_year", capex="capex", opex="opex_per_year"
    )
    for frame, key in ((deals, ["site", "part"]), (own, ["site", "part"]), (usual, ["part"]), (worth, ["part"]), (_children(network), ["part"])):  # fmt: skip
        rows = rows.join(frame, on=key, how="left", maintain_order="left")
    bought = pl.when(pl.col("priced").fill_null(value=True)).then(pl.col("bought").fill_null(0.0))
    return rows.with_columns(
        price=pl.coalesce("deal_price", "value"), cost=pl.coalesce("own_cost", "usual_cost") + bought
    ).sort("project")  # fmt: skip


def _children(network: Network) -> pl.DataFrame:
    """Money for the children of each parent, the mean over alternatives; ``priced`` is false where one is unknown."""
    worth = network["parts"].select(child="part", value="unit_value")
    rows = network["bom"].join(worth, on="child", how="left").with_columns(
        money=pl.col("quantity") * pl.col("value"), group=pl.coalesce("choice", "child")
    )  # fmt: skip
    groups = rows.group_by("parent", "group").agg(pl.col("money").mean(), known=pl.col("money").is_not_null().all())
    return groups.group_by(part="parent").agg(bought=pl.col("money").sum(), priced=pl.col("known").all())


def _lacking(plan: dict[str, object]) -> str | None:
    """Say why there is no break-even."""
    words = {"price": "price", "cost": "unit cost", "capex": "investment"}
    missing = [word for key, word in words.items() if plan[key] is None]
    if missing:
        return f"unknown: {', '.join(missing)}"
    return NO_MARGIN if float(str(plan["price"])) <= float(str(plan["cost"])) * (1 + 1e-9) else None
