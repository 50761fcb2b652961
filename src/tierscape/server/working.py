"""What a worker process does: one job at a time, told as a line of JSON, the result written by itself."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from tierscape.errors import TierscapeError
from tierscape.server import answering, reporting
from tierscape.server.failures import error_dict
from tierscape.server.store import jobs, results
from tierscape.server.store.networks import Shelf
from tierscape.server.store.opening import Store, connect

if sys.platform == "linux":
    import resource

MODULE = "tierscape.server.working"
PARENT_S = 1.0
"""How often a worker looks whether the server that started it is still there."""


@dataclass(frozen=True)
class Workplace:
    """What a worker needs to know; plain values, for it is sent to another process."""

    store: str
    data: str
    server: int
    memory_gib: float
    allowed: list[str]


@dataclass(frozen=True)
class Task:
    """A job as it is sent to a worker."""

    job: str
    workspace: str
    kind: str
    key: str
    digest: str
    analysis: str
    params: dict[str, Any]


def work(lines: BinaryIO, answers: BinaryIO) -> None:
    """Work on what the lines bring until they end; each job that has ended is one line in return."""
    place = Workplace(**json.loads(lines.readline()))
    threading.Thread(target=_leave_with, args=(place.server,), daemon=True).start()
    _limit(place.memory_gib)
    store = connect(place.store, Path(place.data))
    shelf = Shelf(store)
    allowed = tuple(map(Path, place.allowed))
    for line in lines:
        task = Task(**json.loads(line))
        _do(store, shelf, task, allowed)
        answers.write(task.job.encode() + b"\n")
        answers.flush()


def _do(store: Store, shelf: Shelf, task: Task, allowed: tuple[Path, ...]) -> None:
    try:
        if task.kind == "report":
            reporting.make(store, shelf, (task.workspace, task.key), task.job, allowed)
        else:
            _answer(store, shelf, task)
    except TierscapeError as error:
        jobs.end(store, task.job, "failed", str(error), error_dict(error))
    except MemoryError:
        told = "It needs more memory than a worker may have."
        jobs.end(store, task.job, "failed", told, {"error": "OutOfMemory", "message": told, "findings": []})
    else:
        jobs.end(store, task.job, "done", "done")


def _answer(store: Store, shelf: Shelf, task: Task) -> None:
    question = results.Question(task.key, task.digest, task.analysis, task.params)
    if results.facts(store, task.workspace, task.key) is None:
        jobs.tell(store, task.job, "reading")
        network = shelf.read(task.workspace, task.digest)
        jobs.tell(store, task.job, "computing")
        answer = answering.answer(question, network)
        jobs.tell(store, task.job, "drawing")
        drawn = answering.chart_list(answer)
        results.put(store, task.workspace, question, answer.to_json(), headlines=answer.headlines(), charts=drawn)


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PARENT_S)
    os._exit(0)


def _limit(memory_gib: float) -> None:
    """Bound what a worker may allocate; address space alone says little, for libraries reserve much and use little."""
    if sys.platform == "linux":
        most = int(memory_gib * 2**30)
        resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def main() -> None:
    """Work for the server that started this process; what libraries print goes to its log."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    work(sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
