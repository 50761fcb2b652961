"""The wall around the app: headers and limits outside of everything, the gate that knows who asks, the ways in."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy import Engine
from starlette.types import ASGIApp

from tierscape.server.headers import SecurityHeaders
from tierscape.server.limits import BodyLimits
from tierscape.server.openid import OpenId
from tierscape.server.sessions import Gate
from tierscape.server.settings import Settings
from tierscape.server.sign_in import SignIn


class GuardedApp(FastAPI):
    """An app whose every answer, that to a fault too, passes the same wall.

    Parameters
    ----------
    settings : Settings
        Limits, and who signs people in.
    engine : sqlalchemy.Engine
        Of a store that is migrated.
    **how
        What FastAPI takes.
    """

    def __init__(self, settings: Settings, engine: Engine, **how: Any) -> None:
        super().__init__(**how)
        self._settings = settings
        self.state.settings = settings
        self.state.engine = engine
        self.state.gate = Gate(engine, settings)
        self.state.sign_in = SignIn(engine, settings)
        self.state.openid = OpenId(engine, settings)

    def build_middleware_stack(self) -> ASGIApp:
        """Put limits around what FastAPI builds, and headers around the limits."""
        return SecurityHeaders(BodyLimits(super().build_middleware_stack(), self._settings), self._settings)
