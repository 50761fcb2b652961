"""Goods of one plant for the tests of rules of origin, with materials typed in the test itself."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import polars as pl

from network_tables import make_network
from tierscape.network import Network

RULESETS = "agreement,name,territory,tracing,tolerance,tolerance_base,accumulation,claim_months,review_from,review,valid_from,valid_to,source,verified"
RULES = "agreement,rule,hs_from,hs_to,use,expression,valid_from,valid_to,hs_edition,source,verified"
THRESHOLDS = "agreement,key,method,value_pct,valid_from,valid_to,scenario,source,verified"


def good(
    materials: str,
    *,
    hs6: str = "850131",
    price: float = 1000,
    home: str = "MX",
    indicators: str = "",
    claims: str = "",
    parts: str = "",
    bom: str = "",
    process: str = "",
    evidence: str = "declared",
) -> Network:
    """Make a network with one plant ``plant`` that makes ``P`` from materials, a line ``name hs6 value country claim``.

    ``claim`` is yes, no, or a point for silence; the claim of a material is a year old on the day before 2027-06-01. Each
    material comes from a plant of its own, ``s_name``.
    """
    rows = [line.split() for line in materials.strip().splitlines()]
    part_lines = [f"P product {hs6} {price}", *(f"{r[0]} component {r[1]} {r[2]}" for r in rows)]
    bom_lines = [f"P {r[0]} 1" for r in rows]
    capability_lines = ["plant P declared", *(f"s_{r[0]} {r[0]} declared" for r in rows)]
    if process:
        part_lines.append(f"{process} process . 1")
        bom_lines.append(f"P {process} 1")
        capability_lines.append(f"plant {process} declared")
    claim_lines = [f"s_{r[0]} {r[0]} AGREEMENT {'true' if r[4] == 'yes' else 'false'}" for r in rows if r[4] != "."]
    stated = [f"{line} . 2026-06-01 2027-06-01 {evidence}" for line in claim_lines]
    tables: dict[str, str | pl.DataFrame] = {
        "meta": f"name currency home\ntest USD {home}",
        "parts": "part kind hs6 unit_value\n" + "\n".join([*part_lines, *parts.strip().splitlines()]),
        "bom": "parent child quantity\n" + "\n".join([*bom_lines, *bom.strip().splitlines()]),
        "sites": "site country status\n" + "\n".join([f"plant {home} operating", *(f"s_{r[0]} {r[3]} operating" for r in rows)]),
        "capabilities": "site part evidence\n" + "\n".join(capability_lines),
        "links": "supplier buyer part volume_per_year evidence\n" + "\n".join(f"s_{r[0]} plant {r[0]} 100 declared" for r in rows),
        "origin_claims": "site part agreement originating foreign_value_per_unit valid_from valid_to evidence\n"
        + "\n".join([*stated, *claims.strip().splitlines()]),
    }  # fmt: skip
    if indicators:
        head = "subject_kind subject indicator value valid_from evidence"
        lines = [f"capability {line}" for line in indicators.strip().splitlines()]
        tables["indicators"] = head + "\n" + "\n".join(lines)
    agreement = {"MX": "usmca", "DE": "eu_uk_tca", "GB": "eu_uk_tca", "JP": "cptpp"}[home]
    tables["origin_claims"] = str(tables["origin_claims"]).replace("AGREEMENT", agreement)
    return make_network(**tables)


def figures(part: str = "P", site: str = "plant", **values: float) -> str:
    """Type figures of a capability, for example ``net_cost=850``; two underscores stand for the point of ``lvc.``."""
    names = {k: f"lvc.{k.removeprefix('lvc__')}" if k.startswith("lvc__") else f"origin.{k}" for k in values}
    return "\n".join(f"{site}/{part} {names[k]} {v} 2026-06-01 declared" for k, v in values.items())


def own_rules(
    folder: Path, expression: object, *, tolerance: float = 10, partners: str = "", **thresholds: tuple[str, float]
) -> str:
    """Write a rule set ``mine`` of MX and US with one rule for every good; thresholds are ``key=(method, percent)``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "origin_rulesets.csv").write_text(
        f"{RULESETS},partners\n"
        f"mine,Mine,MX;US,true,tolerance,transaction_value,{'diagonal' if partners else 'full'},12,,,2020-01-01,,ours,true,{partners}\n",
        encoding="utf-8",
    )
    cell = json.dumps(expression).replace('"', '""')
    (folder / "origin_rules.csv").write_text(
        f'{RULES}\nmine,only,010000,999999,any,"{cell}",2020-01-01,,2022,ours,true\n', encoding="utf-8"
    )
    rows = [f"mine,{key},{method},{value},2020-01-01,,,ours,true" for key, (method, value) in thresholds.items()]
    rows.append(f"mine,tolerance,tolerance,{tolerance},2020-01-01,,,ours,true")
    (folder / "origin_thresholds.csv").write_text("\n".join([THRESHOLDS, *rows]) + "\n", encoding="utf-8")
    return str(folder)


def overall(answer, site: str = "plant") -> dict[str, object]:
    """Give the overall row of a site."""
    return row(answer.verdicts, site=site, leaf="overall")


def row(frame: pl.DataFrame, **where: object) -> dict[str, object]:
    """Give the one row that has these values."""
    found = frame.filter([pl.col(k) == v for k, v in where.items()])
    assert found.height == 1, found
    return found.row(0, named=True)


def day(text: str) -> dt.date:
    """Read a date."""
    return dt.date.fromisoformat(text)
