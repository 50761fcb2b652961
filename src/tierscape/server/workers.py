"""Worker processes: started apart, handed jobs, watched, stopped, replaced when they die.

A worker is a fresh interpreter that runs ``tierscape.server.working`` and nothing of the program that holds the server; jobs go
to it, and word of their end comes from it, as lines of JSON.
"""

from __future__ import annotations

import json
import logging
import os
import secrets
import selectors
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlalchemy.exc import DBAPIError

from tierscape.server.store import jobs
from tierscape.server.store.opening import Store
from tierscape.server.store.results import Bodies, evict
from tierscape.server.working import MODULE, Task, Workplace

log = logging.getLogger("tierscape.server.workers")

LOOK_S = 0.5
"""How often the queue is looked at; a job of this server is handed on at once."""
BEAT_S = 5.0
KEEP_HOUSE_S = 30.0
STOP_S = 5.0
"""How long a worker has to end before it is killed."""


@dataclass(eq=False)
class _Worker:
    process: subprocess.Popen[bytes]
    job: str | None = None
    since: float = field(default_factory=time.monotonic)
    stopped: str = ""
    stopped_at: float = 0.0

    def tell(self, told: Any) -> None:
        """Send a line; a worker that is gone is found out when it is listened to."""
        assert self.process.stdin is not None  # noqa: S101 - it was started with a pipe
        try:
            self.process.stdin.write(json.dumps(told).encode() + b"\n")
            self.process.stdin.flush()
        except OSError:
            log.warning("a worker was gone when it was given a job")


class Workers:
    """The workers of one server and the thread that watches them.

    Parameters
    ----------
    store : Store
    place : Workplace
        What each worker is told at its start.
    number : int
        Most workers at a time; they are started when there is work.
    timeout_s : float
        Longest that a job may run.
    cache : tuple of Bodies and float
        Answers in memory, and the bytes that the store may hold: their uses are written down and the least used thrown out
        now and then.
    """

    def __init__(
        self, store: Store, place: Workplace, *, number: int, timeout_s: float, cache: tuple[Bodies, float]
    ) -> None:
        self._store, self._place, self._number, self._timeout, self._cache = store, place, number, timeout_s, cache
        self._name = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._hands: list[_Worker] = []
        self._ears: selectors.BaseSelector
        self._ring: socket.socket
        self._bell: socket.socket | None = None
        self._leave = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="workers", daemon=True)
        self._beaten = self._kept = time.monotonic()

    def start(self) -> None:
        """Begin to work: first on what an earlier server left."""
        self._ears = selectors.DefaultSelector()
        self._ring, self._bell = socket.socketpair()
        self._ring.setblocking(False)
        self._bell.setblocking(False)
        self._ears.register(self._ring, selectors.EVENT_READ)
        jobs.revive(self._store, at_start=True)
        self._thread.start()

    def wake(self) -> None:
        """Say that a job was queued or cancelled."""
        if self._bell is None:
            return
        try:
            self._bell.send(b"1")
        except BlockingIOError:  # it rings already
            return

    def stop(self) -> None:
        """End the workers; what they were doing waits for the next start."""
        if self._bell is None:
            return
        self._leave.set()
        self.wake()
        self._thread.join()
        unfinished = [hand.job for hand in self._hands if hand.job]
        for hand in self._hands:
            _end(hand)
        if unfinished:
            jobs.hand_back(self._store, unfinished)
        self._ears.close()
        self._ring.close()
        self._bell.close()
        self._bell = None

    @property
    def processes(self) -> list[int]:
        """Ids of the worker processes that work on something."""
        return [hand.process.pid for hand in self._hands if hand.job]

    def _watch(self) -> None:
        while not self._leave.is_set():
            try:
                self._round()
            except (DBAPIError, OSError) as error:  # the store is away: it comes back, the workers go on meanwhile
                log.warning("workers: %s", type(error).__name__)
                self._leave.wait(LOOK_S)

    def _round(self) -> None:
        self._hand_on()
        for key, _ in self._ears.select(LOOK_S):
            if key.data is None:
                self._ring.recv(4096)
            else:
                self._listen(key.data)
        self._stop_wanted()
        self._beat()

    def _hand_on(self) -> None:
        while len(self._busy()) < self._number and jobs.waiting(self._store):
            job = jobs.claim(self._store, self._name)
            if job is None:
                return
            hand = next((h for h in self._hands if h.job is None), None) or self._hire()
            hand.job, hand.since, hand.stopped = job.job, time.monotonic(), ""
            hand.tell(asdict(Task(job.job, job.workspace, job.kind, job.key, job.digest, job.analysis, job.params)))

    def _busy(self) -> list[_Worker]:
        return [hand for hand in self._hands if hand.job is not None]

    def _hire(self) -> _Worker:
        process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", MODULE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        hand = _Worker(process)
        self._hands.append(hand)
        self._ears.register(_out(hand), selectors.EVENT_READ, hand)
        hand.tell(asdict(self._place))
        return hand

    def _listen(self, hand: _Worker) -> None:
        """Hear that a worker has ended its job, or that it is gone."""
        if os.read(_out(hand), 4096):
            hand.job = None
            return
        self._ears.unregister(_out(hand))
        self._hands.remove(hand)
        _end(hand)
        self._bury(hand)

    def _bury(self, hand: _Worker) -> None:
        if hand.job is not None:
            if hand.stopped == "timeout":
                told = f"It ran longer than {self._timeout:g} s and was stopped."
                jobs.end(self._store, hand.job, "failed", told, {"error": "TimedOut", "message": told, "findings": []})
            elif hand.stopped:
                jobs.end(self._store, hand.job, "cancelled", "cancelled")
            else:
                log.warning("a worker died at job %s", hand.job)
                jobs.again(self._store, hand.job)

    def _stop_wanted(self) -> None:
        busy = self._busy()
        if not busy:
            return
        wanted = jobs.to_stop(self._store, [hand.job for hand in busy if hand.job])
        for hand in busy:
            late = time.monotonic() - hand.since > self._timeout
            if not hand.stopped and (late or hand.job in wanted):
                hand.stopped, hand.stopped_at = "timeout" if late else "cancelled", time.monotonic()
                hand.process.terminate()
            elif hand.stopped and time.monotonic() - hand.stopped_at > STOP_S:
                hand.process.kill()

    def _beat(self) -> None:
        at = time.monotonic()
        if at - self._beaten >= BEAT_S:
            self._beaten = at
            working = [hand.job for hand in self._busy() if hand.job]
            if working:
                jobs.beat(self._store, working)
            jobs.revive(self._store)
        if at - self._kept >= KEEP_HOUSE_S:
            self._kept = at
            bodies, most = self._cache
            bodies.write_use()
            evict(self._store, most)


def _out(hand: _Worker) -> int:
    assert hand.process.stdout is not None  # noqa: S101 - it was started with a pipe
    return hand.process.stdout.fileno()


def _end(hand: _Worker) -> None:
    """End a process, by force where it does not listen, and close what led to it."""
    hand.process.terminate()
    try:
        hand.process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        hand.process.kill()
        hand.process.wait()
    for pipe in (hand.process.stdin, hand.process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                log.debug("a pipe to a dead worker could not be flushed")
