"""The small network of oracle V3 in the method page `visibility`, and its variants."""

from __future__ import annotations

from network_tables import make_network
from tierscape.network import Network

TABLES = {
    "meta": "name home\nsmall US",
    "sites": """
        site  country  lat  lon   status
        A     MX       25   -100  operating
        S1    US       40   -90   operating
        S2    CN       30   110   operating
        U     CN       31   111   operating""",
    "parts": "part kind unit_value\nP product 100\nc1 component 40\nc2 component 20\nc3 material 10",
    "bom": "parent child quantity essential\nP c1 1 true\nP c2 1 true\nc1 c3 1 true",
    "capabilities": "site part\nA P\nS1 c1\nS2 c1\nU c3",
    "demand": "region product year volume_per_year\nX P 2026 100",
    "links": """
        supplier  buyer  part  volume_per_year  unit_price  evidence  as_of
        S1        A      c1    60               40          declared  2026-01-01
        S2        A      c1    40               40          declared  2026-01-01
        U         S1     c3    60               10          declared  2026-01-01
        U         S2     c3    40               10          declared  2026-01-01""",
}
NEAR = ("US", "MX", "CA")


def small(**changed: str) -> Network:
    """Make the network of V3, some tables replaced."""
    return make_network(**{**TABLES, **changed})


def evidence_case() -> Network:
    """The links of V5: grades and ages differ, one was inferred."""
    return small(
        links="""
        supplier  buyer  part  volume_per_year  unit_price  confidence  evidence  as_of
        S1        A      c1    60               40          .           declared  2026-01-01
        S2        A      c1    40               40          .           declared  2025-01-01
        U         S1     c3    60               10          .           observed  2026-01-01
        U         S2     c3    40               10          0.5         inferred  2026-01-01
        """
    )


def pairs_case() -> Network:
    """V6: V supplies S2, and c2 comes from T1 or T2."""
    return small(
        sites=TABLES["sites"] + "\n V CN 32 112 operating\n T1 US 41 -91 operating\n T2 US 42 -92 operating",
        capabilities=TABLES["capabilities"] + "\nV c3\nT1 c2\nT2 c2",
        parts=TABLES["parts"].replace("c2 component", "c2 material"),
        links=TABLES["links"].replace("U         S2", "V         S2")
        + "\n T1 A c2 50 20 declared 2026-01-01\n T2 A c2 50 20 declared 2026-01-01",
    )
