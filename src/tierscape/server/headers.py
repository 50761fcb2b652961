"""What goes with every answer: security headers and an id; and one line of log without anything that a body held."""

from __future__ import annotations

import json
import logging
import secrets
import time

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tierscape.server.settings import Settings

POLICY = (
    "default-src 'none'; script-src 'self'; worker-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self'; font-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
REPORT_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; worker-src blob:; style-src 'unsafe-inline'; img-src data: blob:; "
    "font-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "sandbox allow-scripts allow-popups allow-downloads"
)
"""For pages that carry a stricter policy of their own, by hash, such as reports: both hold. They run apart from the app, with no
sight of its cookies and no connection to anywhere."""
HSTS = "max-age=31536000; includeSubDomains"
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}

log = logging.getLogger("tierscape.access")


class SecurityHeaders:
    """Puts the headers on every answer, whoever made it, and gives the request its id.

    A route may set ``Content-Security-Policy`` to `REPORT_POLICY` and ``Cache-Control`` itself; everything else of the API is
    kept out of caches.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._https = app, settings.public_url.startswith("https:")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0
        request_id = secrets.token_hex(8)
        scope.setdefault("state", {})["request_id"] = request_id
        secure = self._https or scope.get("scheme") == "https"

        async def with_headers(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in ALWAYS.items():
                    headers[name] = value
                headers.setdefault("Content-Security-Policy", POLICY)
                headers["X-Request-Id"] = request_id
                if secure:
                    headers["Strict-Transport-Security"] = HSTS
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                    headers.add_vary_header("Cookie, Authorization")
            await send(message)

        try:
            await self._app(scope, receive, with_headers)
        finally:
            if log.isEnabledFor(logging.INFO):
                log.info("%s", _line(scope, request_id, status, time.perf_counter() - started))


def _line(scope: Scope, request_id: str, status: int, seconds: float) -> str:
    """Tell what was asked and how it ended; never the query, a body, a cookie or a token."""
    route = scope.get("route")
    actor = scope.get("state", {}).get("actor")
    return json.dumps(
        {
            "id": request_id,
            "method": scope["method"],
            "route": getattr(route, "path", None) or "-",
            "status": status,
            "ms": round(seconds * 1000, 1),
            "user": getattr(actor, "user", None),
        }
    )
