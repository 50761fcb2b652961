"""Answers of one server: from memory, from the store, or computed once however many ask."""

from __future__ import annotations

import gzip
import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Semaphore

from tierscape.network import Network
from tierscape.results import Result
from tierscape.server import answering
from tierscape.server.refusals import NotFound
from tierscape.server.store import results
from tierscape.server.store.networks import Shelf
from tierscape.server.store.opening import Store
from tierscape.server.store.results import Bodies, Body, Question

MOST_RESULTS = 16
"""Results kept as objects, for charts, pages and comparisons: a pure cache by key."""
MOST_KNOWN = 4096


class Answers:
    """What is computed in the server's own process, a few at a time.

    Parameters
    ----------
    store : Store
    shelf : Shelf
    bodies : Bodies
    """

    def __init__(self, store: Store, shelf: Shelf, bodies: Bodies) -> None:
        self._store, self._shelf, self.bodies = store, shelf, bodies
        self._objects: OrderedDict[str, Result] = OrderedDict()
        self._flights: dict[str, tuple[Lock, int]] = {}
        self._lock = Lock()
        self._turn = Semaphore(max(1, (os.cpu_count() or 2) - 1))
        self._known: OrderedDict[tuple[str, str, bytes], str] = OrderedDict()

    def body(self, workspace: str, question: Question, network: Network) -> tuple[Body, bool]:
        """Give the bytes of an answer, and whether they were computed now."""
        found = self.bodies.get(workspace, question.key)
        if found is not None:
            return found, False
        with self._flight(question.key):
            found = self.bodies.get(workspace, question.key)
            if found is not None:
                return found, False
            answer = self._run(question, network)
            body = results.put(self._store, workspace, question, answer.to_json(), headlines=answer.headlines())
            self.bodies.hold(body)
            return body, True

    def result(self, question: Question, network: Network) -> Result:
        """Give an answer as an object; it is computed again where it is not at hand, to the same bytes."""
        with self._flight(question.key):
            return self._run(question, network)

    def charts(self, workspace: str, key: str) -> bytes:
        """Give the packed pictures of an answer, drawn once.

        Raises
        ------
        NotFound
            There is no such answer.
        """
        packed = results.charts(self._store, workspace, key)
        if packed is None:
            question = self.question(workspace, key)
            answer = self.result(question, self._shelf.read(workspace, question.digest))
            packed = gzip.compress(answering.chart_list(answer), 6, mtime=0)
            results.put_charts(self._store, workspace, key, packed)
        return packed

    def headlines(self, workspace: str, key: str) -> results.Headlines:
        """Give the numbers of an answer that a reader should see first.

        Raises
        ------
        NotFound
            There is no such answer.
        """
        kept = results.headlines(self._store, workspace, key)
        if kept is None:
            question = self.question(workspace, key)
            kept = self.result(question, self._shelf.read(workspace, question.digest)).headlines()
        return kept

    def question(self, workspace: str, key: str) -> Question:
        """Give what an answer answers.

        Raises
        ------
        NotFound
            There is no such answer.
        """
        found = results.facts(self._store, workspace, key)
        if found is None:
            raise NotFound
        return found

    def recall(self, digest: str, analysis: str, raw: bytes) -> Body | None:
        """Give an answer that is in memory to a request with these very bytes; nothing is read or parsed."""
        key = self._known.get((digest, analysis, raw))
        return None if key is None else self.bodies.at_hand(key)

    def remember(self, question: Question, raw: bytes) -> None:
        """Keep which answer a request with these bytes has."""
        if len(raw) <= 4096:
            with self._lock:
                self._known[question.digest, question.analysis, raw] = question.key
                while len(self._known) > MOST_KNOWN:
                    self._known.popitem(last=False)

    def _run(self, question: Question, network: Network) -> Result:
        with self._lock:
            if question.key in self._objects:
                self._objects.move_to_end(question.key)
                return self._objects[question.key]
        with self._turn:
            made = answering.answer(question, network)
        with self._lock:
            self._objects[question.key] = made
            while len(self._objects) > MOST_RESULTS:
                self._objects.popitem(last=False)
        return made

    @contextmanager
    def _flight(self, key: str) -> Iterator[None]:
        """Let one compute what others then find."""
        with self._lock:
            lock, waiting = self._flights.get(key, (Lock(), 0))
            self._flights[key] = lock, waiting + 1
        try:
            with lock:
                yield
        finally:
            with self._lock:
                lock, waiting = self._flights[key]
                if waiting == 1:
                    del self._flights[key]
                else:
                    self._flights[key] = lock, waiting - 1
