"""The web app as files: its page for every address that is not of the API."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse

from tierscape.server.refusals import NotFound

STATIC = Path(__file__).with_name("static")
ABSENT = """<!doctype html><html lang="en"><meta charset="utf-8"><title>tierscape</title>
<body><h1>tierscape</h1><p>The server runs, and its API answers under <code>/api</code>; this copy has no built web app.</p>
<p>Build it once: <code>cd web &amp;&amp; npm ci &amp;&amp; npm run build</code>, then load this page again.</p></body></html>"""
FOR_EVER = "public, max-age=31536000, immutable"
"""Built files have a hash in their name."""


def make_router(static: Path = STATIC) -> APIRouter:
    """Make the routes of the app's files.

    Parameters
    ----------
    static : pathlib.Path
        Folder that the build writes to.
    """
    router = APIRouter(include_in_schema=False)

    @router.get("/{path:path}")
    def app_file(path: str) -> Response:
        """Give a file of the app, or the page that shows what the address says."""
        if path == "api" or path.startswith("api/"):
            raise NotFound
        index = static / "index.html"
        if not index.is_file():
            return HTMLResponse(ABSENT, headers={"Cache-Control": "no-store"})
        file = _file(static, path)
        if file is not None:
            return FileResponse(file, headers={"Cache-Control": FOR_EVER if path.startswith("assets/") else "no-cache"})
        if path.startswith("assets/"):
            raise NotFound
        return FileResponse(index, headers={"Cache-Control": "no-cache"})

    return router


def _file(static: Path, path: str) -> Path | None:
    try:
        file = (static / path).resolve()
        inside = bool(path) and file.is_relative_to(static.resolve()) and file.is_file()
    except (OSError, ValueError):  # too long, or with a sign that no name can have
        return None
    return file if inside else None
