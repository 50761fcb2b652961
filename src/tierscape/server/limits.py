"""How much and how often: size of bodies, form of JSON, requests a second.

Buckets live in the process: with several processes behind a proxy each has its own, so that the limit is that many times as
high. The lock-out of failed sign-ins is in the store and holds for all.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tierscape.server import failures
from tierscape.server.refusals import BadRequest, Refused, TooLarge
from tierscape.server.settings import Settings

MIB = 1 << 20
BODY = 1 * MIB
JSON_UPLOAD = 32 * MIB
INLINE = 64 << 10
"""Bytes up to which JSON is looked at at once; more of it in a thread, so that others are served meanwhile."""
DEPTH = 64
MOST_BUCKETS = 20_000
_UPLOAD = re.compile(r"/api/w/[^/]+/networks/?")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', re.DOTALL)  # never goes back: a text without its end is read once


class Buckets:
    """Token buckets by key; the least recently used are forgotten above ``MOST_BUCKETS``."""

    def __init__(self, rate_per_s: float, burst: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate_per_s, burst, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, key: str) -> float:
        """Take one; gives the seconds to wait, 0 where it was taken."""
        with self._lock:
            now = self._clock()
            level, seen = self._levels.pop(key, (self._burst, now))
            level = min(self._burst, level + (now - seen) * self._rate)
            taken = level >= 1
            self._levels[key] = (level - 1 if taken else level, now)
            if len(self._levels) > MOST_BUCKETS:
                self._levels.popitem(last=False)
            return 0.0 if taken else (1 - level) / self._rate


class BodyLimits:
    """Counts bodies as they come in, and lets JSON through only when it is strict and shallow.

    Parameters
    ----------
    app : ASGIApp
        What answers.
    settings : Settings
        ``upload_mib`` is the limit of the upload route; all others take ``BODY`` bytes.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app, self._upload = app, settings.upload_mib * MIB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guard: _Counted | None = None
        try:
            _check_address(scope)
            if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                guard, receive = await self._checked(scope, receive)
        except Refused as refusal:
            await _refuse(refusal, scope, receive, send)
            return
        if guard is None:
            await self._app(scope, receive, send)
        else:
            await self._served(guard, scope, receive, send)

    async def _checked(self, scope: Scope, receive: Receive) -> tuple[_Counted, Receive]:
        """Give the count of a body and the body itself: files as they come, JSON once it is read and found good."""
        headers = dict(scope["headers"])
        is_upload = _UPLOAD.fullmatch(scope["path"]) is not None
        is_json = not is_upload or b"json" in headers.get(b"content-type", b"").lower()
        most = BODY if not is_upload else min(JSON_UPLOAD, self._upload) if is_json else self._upload
        guard, length = _Counted(receive, most), headers.get(b"content-length", b"0")
        if not length.isdigit():
            raise BadRequest("Content-Length is no number.")
        if int(length) > most:
            raise guard.too_large()
        if not is_json:
            return guard, guard
        body = await guard.whole()
        if len(body) > INLINE:
            await run_in_threadpool(check_json, body)
        else:
            check_json(body)
        return guard, _replay(body, receive)

    async def _served(self, guard: _Counted, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 413 in place of whatever a handler makes of a body that was cut off."""
        begun = False

        async def checked(message: Message) -> None:
            nonlocal begun
            if not guard.exceeded or begun:
                begun = True
                await send(message)

        try:
            await self._app(scope, receive, checked)
        except TooLarge:
            if not guard.exceeded:
                raise
        if guard.exceeded and not begun:
            await _refuse(guard.too_large(), scope, receive, send)


async def _refuse(refusal: Refused, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer in the one form of errors."""
    number = str(scope.get("state", {}).get("request_id", ""))
    told = failures.body(type(refusal).__name__, str(refusal), request_id=number)
    await JSONResponse(told, refusal.http_status, headers=refusal.headers)(scope, receive, send)


def _check_address(scope: Scope) -> None:
    """Refuse zero characters, which no store can look for."""
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        raise BadRequest("The address holds a zero character.")


class _Counted:
    """A ``receive`` that counts what passes."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self.most, self._count, self.exceeded = receive, most, 0, False

    async def __call__(self) -> Message:
        message = await self._receive()
        self._count += len(message.get("body", b""))
        if self._count > self.most:
            self.exceeded = True
            raise self.too_large()
        return message

    async def whole(self) -> bytes:
        parts: list[bytes] = []
        while True:
            message = await self()
            if message["type"] != "http.request":
                return b""
            parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                return b"".join(parts)

    def too_large(self) -> TooLarge:
        size = f"{self.most / MIB:,.0f} MiB" if self.most >= MIB else f"{self.most} bytes"
        return TooLarge(f"The body is larger than the {size} that this address takes.", headers={"Connection": "close"})


def _replay(body: bytes, receive: Receive) -> Receive:
    """Give a body once more, then whatever comes (the end of the connection)."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def check_json(body: bytes) -> None:
    """See that a body is strict JSON that every store can keep.

    Raises
    ------
    BadRequest
        It is no JSON in UTF-8, is nested deeper than ``DEPTH``, names a key twice, or holds a number that is no finite number,
        a zero character or half a surrogate pair.
    """
    if not body.strip():
        return
    if body.count(b"[") + body.count(b"{") > DEPTH and _depth(body) > DEPTH:
        raise BadRequest(f"The JSON is nested deeper than {DEPTH} levels.")
    try:
        text = body.decode("utf-8")
        value = json.loads(
            text, parse_constant=_no_number, parse_float=_finite, parse_int=_integer, object_pairs_hook=_once
        )
        if "\\u" in text or "\0" in text:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
            if "\0" in text or re.search(r"(?<!\\)(?:\\\\)*\\u0000", text):
                raise BadRequest("The JSON holds a zero character in a text.")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The JSON is not in UTF-8, from byte {error.start} on.") from None
    except UnicodeEncodeError:
        raise BadRequest("The JSON holds half a surrogate pair in a text.") from None
    except json.JSONDecodeError as error:
        raise BadRequest(f"This is no JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from None


def _depth(body: bytes) -> int:
    """Count the deepest nesting without following it: a linear pass over brackets outside of texts."""
    deepest = depth = 0
    for found in _TOKEN.finditer(body):
        sign = found.group()
        if sign in b"[{":
            depth += 1
            if depth > DEPTH:
                return depth
            deepest = max(deepest, depth)
        elif sign in b"]}":
            depth -= 1
    return deepest


def _no_number(text: str) -> float:
    raise BadRequest(f"The JSON holds {text}, which is no number of JSON. Give null for what is not known.")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise BadRequest(f"The JSON holds the number {text[:20]}, which is too large.")
    return number


def _integer(text: str) -> int:
    if len(text) > 20:
        raise BadRequest(f"The JSON holds the number {text[:20]}…, which is too large.")
    return int(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
        raise BadRequest(f"The JSON names '{twice[:80]}' twice in one object.")
    return made
