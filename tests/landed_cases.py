"""The two options of the worked numbers of landed cost, and a network to cost them in."""

from __future__ import annotations

from network_tables import make_network

FAR = "far: country=CN price=50 freight=1.2 insurance=0.003 duty=0.284:0.034:0.534 lead_days=35 lead_sd=6 defects=0.0106 lot=0"
NEAR = (
    "near: country=MX price=55 freight=0.9 insurance=0.002 duty=0 lead_days=5 lead_sd=1 defects=0.01 lot=0 compliance=0"
)
STUDY = {"what_if": (FAR, NEAR), "volume_per_year": 36500}


def plant(**tables):
    """A buyer in the United States without suppliers."""
    given = {
        "meta": "name currency price_year home\ntest USD 2024 US",
        "sites": "site country\nplant US",
        "parts": "part kind hs6\npack component 850760",
    }
    return make_network(**{**given, **tables})


def bought(*, meta="USD", hs6="850760", mass="2", link="", columns="", claims=None):
    """A part bought from China and from Mexico, with what the test leaves out or changes."""
    tables = {
        "meta": f"name currency price_year home\ntest {meta} 2024 US",
        "sites": "site country lat lon\nplant US 42 -83\nfar CN 31 121\nnear MX 25.7 -100.3",
        "parts": f"part kind hs6 unit_mass_kg\npack component {hs6} {mass}",
        "links": (
            f"supplier buyer part volume_per_year unit_price mode{columns}\n"
            f"far plant pack 20000 50 sea{link}\nnear plant pack 16500 55 road{link}"
        ),
    }
    if claims is not None:
        tables["origin_claims"] = f"site part agreement originating\nnear pack usmca {claims}"
    return make_network(**tables)
