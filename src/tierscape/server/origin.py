"""Where a request comes from: the channel that it came by, and the site that a browser sent it for."""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request

from tierscape.server.refusals import Forbidden
from tierscape.server.settings import Settings, is_loopback

SAFE = ("GET", "HEAD", "OPTIONS")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


def address(request: Request) -> str:
    """Give the address of the client; behind a proxy uvicorn has put the real one here, if it trusts the proxy."""
    return request.client.host if request.client else ""


def own_url(request: Request, settings: Settings) -> str:
    """Give scheme and host under which the browser knows this server."""
    return settings.public_url or f"{request.url.scheme}://{request.headers.get('host', '')}"


def is_secure(request: Request, settings: Settings) -> bool:
    """See whether the browser speaks https with us."""
    return own_url(request, settings).startswith("https:")


def is_local(request: Request) -> bool:
    """See whether the request comes from this machine, by a name that means this machine, past no proxy."""
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    direct = not any(name in request.headers for name in _FORWARDED)
    return direct and is_loopback(host) and is_loopback(address(request))


def check_channel(request: Request, settings: Settings) -> None:
    """Refuse to take or give a secret where others can read along.

    Raises
    ------
    Forbidden
        The request came by plain http, and not from this machine to itself.
    """
    host = urlsplit(own_url(request, settings)).hostname or ""
    if not (is_secure(request, settings) or is_loopback(host)):
        raise Forbidden(
            "Signing in needs https. Put a proxy with TLS before the server and set TIERSCAPE_PUBLIC_URL to its address."
        )


def check_site(request: Request, settings: Settings, *, demand: bool = False) -> None:
    """Refuse what a browser sends on behalf of another site.

    Parameters
    ----------
    demand : bool
        Whether ``Origin`` must be there; programs do not send it, browsers do with every unsafe method.

    Raises
    ------
    Forbidden
        The request was made by a page of another site, or does not say by which.
    """
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site", "same-origin")
    if origin is None:
        wrong = demand or site not in ("same-origin", "none")
    else:
        wrong = origin.lower() != own_url(request, settings).lower()
    if wrong:
        raise Forbidden("The request comes from another site. Open the app itself and try again.")


def check_local(request: Request, settings: Settings) -> None:
    """Refuse, without accounts, whatever does not come from this machine: also a page that has a name resolve to it.

    Raises
    ------
    Forbidden
        The name in ``Host`` is no name of this machine, or a page of another site asks for a change.
    """
    host = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    if not is_loopback(host):
        raise Forbidden("Without accounts the server answers only at 127.0.0.1 or localhost.")
    if request.method not in SAFE:
        check_site(request, settings)
