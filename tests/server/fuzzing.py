"""Requests made up from the OpenAPI file, sent as each role, every answer held to the checks of schemathesis."""

from __future__ import annotations

import json
import random
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import hypothesis
import schemathesis
from people import SITE, Client, Program, World
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

CHECKS = [
    schemathesis.checks.not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
    checks.response_headers_conformance, checks.response_schema_conformance, checks.negative_data_rejection,
]  # fmt: skip
"""Those that look at one answer; who may do what, and what a method that is not there answers, is held by test_access.py."""
FILLED = {"analyses": ["density"], "filename": "a.csv"}
UNTIMED = ("/events",)
"""Streams that last as long as a job."""


@dataclass
class Fuzz:
    """Sends made-up requests and keeps what went wrong, one line each.

    Parameters
    ----------
    world : World
    ids : dict
        Ids of what there is in workspace 'main', by the names of path parameters.
    """

    world: World
    ids: dict[str, str]
    statuses: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    def clients(self) -> dict[str, Client]:
        """Give a program of each role in 'main', the administrator in person, and nobody."""
        roles = {"vera": "viewer", "paul": "planner", "anna": "admin"}
        programs = {who: Program(self.world.app, self.world.token(who, role=role)) for who, role in roles.items()}
        return {**programs, "ada": self.world.browser("ada"), "nobody": Client(self.world.app)}

    def run(self, examples: int, seed: int, *, brief: bool = False) -> None:
        """Send so many good and so many bad requests to every route as everybody that it is for; briefly, one or the other."""
        draw = random.Random(seed)  # noqa: S311 - no secret
        schema = schemathesis.openapi.from_dict(self.world.app.openapi())
        schema.app = self.world.app
        everybody = self.clients()
        for found in schema.get_all_operations():
            operation = found.ok()
            if operation.path.endswith(UNTIMED):
                continue
            bound = "{workspace}" in operation.path
            asking = ("vera", "paul", "anna") if bound else ("ada", "nobody") if operation.path != "/api/logout" else ()
            modes = list(GenerationMode)
            for mode in [draw.choice(modes)] if brief else modes:
                self._ask(operation, mode, {who: everybody[who] for who in asking}, examples, seed)

    def _ask(self, operation: Any, mode: GenerationMode, clients: dict[str, Client], examples: int, seed: int) -> None:
        draw = random.Random(seed)  # noqa: S311 - no secret
        effort = hypothesis.settings(
            max_examples=examples, database=None, deadline=None, phases=[hypothesis.Phase.generate],
            suppress_health_check=list(hypothesis.HealthCheck),
        )  # fmt: skip

        @hypothesis.seed(seed)
        @effort
        @hypothesis.given(operation.as_strategy(generation_mode=mode))
        def each(case: schemathesis.Case) -> None:
            self._fill(case, draw)
            for who, client in clients.items():
                self._send(case, who, client)

        try:
            each()
        except hypothesis.errors.Unsatisfiable:  # there is nothing to get wrong in it
            return

    def _fill(self, case: schemathesis.Case, draw: random.Random) -> None:
        """Put ids of what there is in the place of most made-up ones, where the request is meant to be good."""
        wrong = {place.value for place, how in case.meta.components.items() if how.mode is GenerationMode.NEGATIVE}
        if "path" not in wrong:
            for name in case.path_parameters or {}:
                if name in self.ids and draw.random() < 0.8:
                    case.path_parameters[name] = self.ids[name]
        if "body" not in wrong and isinstance(case.body, dict):
            for name in case.body:
                if name in self.ids and draw.random() < 0.8:
                    case.body[name] = self.ids[name]
                if name == "analyses":
                    case.body[name] = ["density"]
                if name == "scenarios":
                    case.body[name] = [self.ids["scenario"]]

    def _send(self, case: schemathesis.Case, who: str, client: Client) -> None:
        how = case.as_transport_kwargs(base_url=SITE)
        how.pop("cookies")
        headers = {
            n: v for n, v in how.pop("headers").items() if n.lower() not in ("authorization", "origin", "x-csrf")
        }
        if "data" in how:
            how["content"] = how.pop("data")
        if how.get("files"):
            how["files"] = [(name, _sendable(given)) for name, given in how["files"]]
        answer = client.ask(how.pop("method"), how.pop("url"), headers=headers, **how)
        answer.request.read()
        self.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=CHECKS)
        except schemathesis.core.failures.FailureGroup as group:
            for failure in group.exceptions:
                self._keep(case, who, answer, failure)
        except schemathesis.core.errors.InvalidSchema as error:
            self._keep(case, who, answer, error)

    def _keep(self, case: schemathesis.Case, who: str, answer: Any, failure: BaseException) -> None:
        where = f"{case.method} {case.operation.path}"
        told = re.sub(r"\s+", " ", str(failure))[:400]
        key = f"{where} {answer.status_code} {type(failure).__name__}"
        sent = f"{answer.request.url} {answer.request.content[:300]!r}"
        self.faults.setdefault(key, f"{key} as {who}: {told} <- {sent} -> {answer.text[:200]}")


def _sendable(given: Any) -> Any:
    """Make a part of a form that the client can send: what was made up may be a number or a list."""
    if isinstance(given, tuple):
        return (given[0], _sendable(given[1]), *given[2:])
    return given if isinstance(given, (str, bytes)) else json.dumps(given, default=str)
