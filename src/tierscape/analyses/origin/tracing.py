"""Materials with their status, and the value of the good on three rungs of tracing."""

from __future__ import annotations

from typing import Any

import numpy as np

from tierscape.analyses.origin.assess import Assessed
from tierscape.analyses.origin.verdicts import number
from tierscape.kernels.value_content import content_pct, part_pct
from tierscape.reference.origin_expression import METHODS, leaves

Row = dict[str, Any]
STATUS = {True: "originating", False: "non-originating"}
RUNGS = ("all_foreign", "traced", "rolled_up", "rolled_up_high")


def rungs(assessed: Assessed) -> dict[str, np.ndarray]:
    """Give the non-originating value of every material on each rung, shape (m,); NaN where its value is unknown."""
    m = assessed.walked.ledger.materials
    traced = m.value[:, None] - (m.regional if assessed.claims.ruleset.tracing else 0.0)
    rolled = np.where(m.originates, 0.0, traced)
    return dict(zip(RUNGS, (m.value, traced[:, 0], rolled[:, 0], rolled[:, 1]), strict=True))


def material_rows(assessed: Assessed, order: list[int]) -> list[Row]:
    """Give the materials of every site, largest first."""
    m, rung, supply = assessed.walked.ledger.materials, rungs(assessed), assessed.supply
    rows: list[Row] = []
    for good in order:
        at = assessed.walked.of(good)
        total = np.nansum(m.value[at])
        for i in sorted(at.tolist(), key=lambda i: (-np.nan_to_num(m.value[i]), assessed.walked.items[i].path)):
            item, stated = assessed.walked.items[i], assessed.walked.statements[i]
            rows.append({
                "product": assessed.product, "site": assessed.sites[good], "path": item.path, "part": item.part,
                "part_name": supply.parts[item.part].name, "supplier": item.supplier,
                "country": None if item.supplier is None else assessed.claims.countries.get(item.supplier),
                "value": number(m.value[i]), "value_share": number(m.value[i] / total) if total > 0 else None,
                "status_low": STATUS[bool(m.originates[i, 0])], "status_high": STATUS[bool(m.originates[i, 1])],
                "vnm_all_foreign": number(rung["all_foreign"][i]), "vnm_traced": number(rung["traced"][i]),
                "vnm_rolled": number(rung["rolled_up"][i]), "grade": stated.grade or item.grade, "expires": stated.expires,
            })  # fmt: skip
    return rows


def ladder_rows(assessed: Assessed, order: list[int]) -> list[Row]:
    """Give the value by each method of the rule on the rungs from all foreign to rolled up."""
    if assessed.rule is None or assessed.terms is None:
        return []
    methods = {x.what: x for x in leaves(assessed.rule) if x.kind == "value" and not x.codes and x.what != "build_up"}
    rung, bases = rungs(assessed), assessed.walked.ledger.goods.bases
    rows: list[Row] = []
    for good in order:
        at = assessed.walked.of(good)
        for method, leaf in methods.items():
            base = np.array([bases[METHODS[method]][good]])
            pct = part_pct if method == "max_nom" else content_pct
            values = {name: number(pct(base, np.array([rung[name][at].sum()]))[0]) for name in RUNGS}
            rows.append({"product": assessed.product, "site": assessed.sites[good], "method": method, **values, "threshold": number(assessed.terms.limits[leaf])})  # fmt: skip
    return rows
