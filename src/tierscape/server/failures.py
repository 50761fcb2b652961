"""One form of error for every route; no stack trace leaves the process."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException

from tierscape.errors import DataError, Finding, TierscapeError
from tierscape.server.refusals import NotFound, Refused, Unavailable

log = logging.getLogger("tierscape.server")

NAMES = {400: "BadRequest", 404: "NotFound", 405: "NotAllowed", 413: "TooLarge", 415: "UnknownForm"}


class FindingBody(BaseModel):
    """A finding as every door shows it."""

    severity: str
    where: str
    table: str
    column: str | None
    rule: str
    problem: str
    count: int
    row: int | None
    value: str | None
    remedy: str
    message: str


class ErrorBody(BaseModel):
    """What every error answers."""

    error: str = Field(description="Kind of error.", examples=["DataError"])
    message: str = Field(description="What is wrong and what to do, for people.")
    findings: list[FindingBody] = Field(description="All that is wrong with the data; empty for other errors.")
    id: str = Field(description="Names this answer in the server's log.")


WORDS = {
    400: "The request is malformed, or the server runs without accounts.",
    401: "Nobody is signed in.",
    403: "The reader may see this but not do it.",
    404: "Absent, or not for the reader's eyes.",
    409: "Changed by another since, or no plan meets all that was asked.",
    413: "Too large.",
    422: "The data or a parameter cannot be used; all findings are listed.",
    429: "Too many requests.",
    500: "A fault of the server; the id names it in the log.",
    501: "An optional library is absent; the message has the pip line.",
    503: "The store cannot be reached; come again.",
}
RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorBody"}}},
    }
    for status, text in WORDS.items()
}
"""Error statuses that any route may answer, for the OpenAPI file; by address, for a model each would be built for every route
and every status at the start. The route of readiness names the model itself."""


def body(error: str, message: str, findings: tuple[Finding, ...] = (), request_id: str = "") -> dict[str, Any]:
    """Give the body of an error."""
    return {
        "error": error,
        "message": message,
        "findings": [finding.to_dict() for finding in findings],
        "id": request_id or secrets.token_hex(8),
    }


def error_dict(error: TierscapeError) -> dict[str, Any]:
    """Give the body of an error of ours, as it is kept with a job that failed."""
    return body(type(error).__name__, str(error), error.findings if isinstance(error, DataError) else ())


def install(app: FastAPI) -> None:
    """Answer every error in the one form."""
    app.add_exception_handler(TierscapeError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(DBAPIError, _store)
    app.add_exception_handler(OSError, _disk)
    app.add_exception_handler(Exception, _fault)


def _id(request: Request) -> str:
    return str(getattr(request.state, "request_id", "") or secrets.token_hex(8))


def _ours(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, TierscapeError)  # noqa: S101 - what it is registered for
    findings = error.findings if isinstance(error, DataError) else ()
    headers = dict(error.headers) if isinstance(error, Refused) else None
    return JSONResponse(
        body(type(error).__name__, str(error), findings, _id(request)), error.http_status, headers=headers
    )


def _invalid(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is registered for
    lines = [f"{'.'.join(str(step) for step in e['loc'][1:]) or 'body'}: {e['msg']}." for e in error.errors()]
    return JSONResponse(body("ParameterError", " ".join(lines[:20]), (), _id(request)), 422)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101 - what it is registered for
    message = str(NotFound()) if error.status_code == 404 else str(error.detail)
    name = NAMES.get(error.status_code, "BadRequest")
    return JSONResponse(body(name, message, (), _id(request)), error.status_code, headers=error.headers)


def _store(request: Request, error: Exception) -> JSONResponse:
    told = "The store cannot be reached or written just now; nothing was changed. Try again."
    log.error("store: %s (request %s)", type(error).__name__, _id(request))
    return _ours(request, Unavailable(told))


def _disk(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, OSError)  # noqa: S101 - what it is registered for
    log.error("disk: %s (request %s)", error.strerror, _id(request))
    return _ours(request, Unavailable(f"The data folder cannot be written ({error.strerror}); nothing was changed."))


def _fault(request: Request, error: Exception) -> JSONResponse:
    number = _id(request)
    log.error("fault %s: %s", number, type(error).__name__, exc_info=error)
    return JSONResponse(body("Fault", "This is a fault of the server; its log has more under the id.", (), number), 500)
