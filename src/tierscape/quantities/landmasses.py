"""Which countries a lorry can reach from each other without a ship."""

from __future__ import annotations

import polars as pl

_NORTH_AMERICA = "US CA MX GT BZ SV HN NI CR PA"
_SOUTH_AMERICA = "CO VE EC PE BO CL AR UY PY BR GY SR GF"
_AFRICA = (
    "DZ AO BJ BW BF BI CM CF TD CG CD CI DJ EG GQ ER SZ ET GA GM GH GN GW KE LS LR LY MW ML MR MA MZ NA NE NG RW SN SL SO "
    "ZA SS SD TZ TG TN UG EH ZM ZW"
)
_ISLANDS = "AU NZ JP TW PH ID LK IS IE MT CY CU DO HT JM PR TT BS BB MG MU SC CV KM ST BN TL PG FJ BH MV KR GL FO"

_LANDMASS = {
    **dict.fromkeys(_NORTH_AMERICA.split(), "north_america"),
    **dict.fromkeys(_SOUTH_AMERICA.split(), "south_america"),
    **dict.fromkeys(_AFRICA.split(), "africa"),
    **{country: country for country in _ISLANDS.split()},
}

LAND = pl.Enum(sorted({*_LANDMASS.values(), "eurasia"}))


def landmass(country: pl.Expr) -> pl.Expr:
    """Name the landmass of a country: a continent, or an island by its own code; null stays null.

    Great Britain counts to Eurasia through the Channel Tunnel; South Korea counts as an island, for its land border is
    closed; the road ends at Darién between the Americas, and lorries between Africa and Asia are left out.

    Examples
    --------
    >>> pl.DataFrame({"c": ["DE", "GB", "KR", "MX", None]}).select(landmass(pl.col("c")))["c"].to_list()
    ['eurasia', 'eurasia', 'KR', 'north_america', None]
    """
    found = country.replace_strict(_LANDMASS, default="eurasia", return_dtype=LAND)
    return pl.when(country.is_not_null()).then(found)
