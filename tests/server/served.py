"""A client of a server in this process, and what its tests share."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():  # starlette 1 asks for httpx2, which nothing else here needs
    warnings.simplefilter("ignore")
    from fastapi.testclient import TestClient

__all__ = ["LOOSE", "SITE", "TestClient", "W", "bring"]

SITE = "http://127.0.0.1:8000"
W = "/api/w/main"
LOOSE = {"rate_per_s": 1e6, "rate_burst": 10**6, "workers": 1, "auth": "none"}


def bring(client: TestClient, **how: object) -> str:
    """Bring the example ``mini``; gives its digest."""
    answer = client.post(f"{W}/networks", json={"example": "mini"}, **how)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["digest"]
