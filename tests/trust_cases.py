"""Networks of the method page visibility.md for `trust`: nine countries with typed scores, and the small product V3."""

from __future__ import annotations

from network_tables import make_network
from tierscape.network import Network

T1 = {  # democracy, law, distance of ideal points, trade, security
    "MX": (51, 25, 2.70, 100, 50),
    "IN": (40, 29, 2.85, 30, 50),
    "VN": (17, 12, 3.51, 20, 50),
    "CN": (7, 4, 3.03, 5, 0),
    "RU": (17, 6, 2.55, 0, 0),
    "CA": (84, 74, 1.28, 100, 100),
    "HU": (44, 32, 1.42, 45, 100),
    "TR": (29, 12, 2.06, 30, 100),
    "US": (84, 75, 0.0, 100, 100),
}
META = "name currency price_year home\ntest USD 2024 US"


def stated(**scores: tuple[float, float, float, float, float]) -> str:
    """Type scores as overrides in ``indicators``; the third is the distance of ideal points."""
    rows = ["subject_kind subject indicator value"]
    for country, (democracy, law, distance, trade, security) in scores.items():
        typed = {
            "democracy": democracy,
            "law": law,
            "alignment": 100 * (1 - distance / 4),
            "trade": trade,
            "security": security,
        }
        rows += [f"country {country} trust.{name} {value!r}" for name, value in typed.items()]
    return "\n".join(rows)


def nine(extra: str = "") -> Network:
    """The nine countries of T1, without a product."""
    return make_network(meta=META, indicators=stated(**T1) + extra)


def small_product(**changed: str) -> Network:
    """V3: A in Mexico makes P from c1, of S1 in the United States and S2 in China, and c2, undisclosed; c3 is from U."""
    tables = {
        "meta": META,
        "sites": "site organization country status\nA oA MX operating\nS1 oS1 US operating\nS2 oS2 CN operating\nU oU CN operating",
        "organizations": "organization owner_country\noA MX\noS1 CN\noS2 CN\noU CN",
        "parts": "part kind unit_value\nP product 100\nc1 component 40\nc2 component 20\nc3 material 10",
        "bom": "parent child quantity essential\nP c1 1 true\nP c2 1 true\nc1 c3 1 true",
        "capabilities": "site part\nA P\nS1 c1\nS2 c1\nU c3",
        "links": "supplier buyer part volume_per_year unit_price evidence\nS1 A c1 60 40 declared\nS2 A c1 40 40 declared\n"
        "U S1 c3 60 10 declared\nU S2 c3 40 10 declared",
        "demand": "region product year volume_per_year\nR P 2026 100",
        "indicators": stated(**T1),
    }
    return make_network(**{**tables, **changed})
