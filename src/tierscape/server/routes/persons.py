"""What routes about people share: who asks, what is sent, which settings hold."""

from __future__ import annotations

from typing import Annotated, cast

from fastapi import Depends, Request
from pydantic import BaseModel, ConfigDict

from tierscape.server.access import Actor, current_actor, known_actor
from tierscape.server.refusals import Forbidden
from tierscape.server.settings import Settings

Known = Annotated[Actor | None, Depends(known_actor)]
Signed = Annotated[Actor, Depends(current_actor)]


class Given(BaseModel):
    """Base of what is sent: unknown fields are refused, texts are short."""

    model_config = ConfigDict(extra="forbid", str_max_length=1000)


def settings_of(request: Request) -> Settings:
    """Give the settings of the server of a request."""
    return cast("Settings", request.app.state.settings)


def in_person(actor: Signed) -> Actor:
    """Give who asks, if it is a person with an account, signed in.

    Raises
    ------
    Forbidden
        It is a token, or the server runs without accounts.
    """
    if actor.kind != "session":
        raise Forbidden("This needs a person who is signed in with an account, not a token.")
    return actor


Person = Annotated[Actor, Depends(in_person)]
