"""A search in a thread of its own, so that the caller's can hear Ctrl-C, a stop or the clock."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import TypeVar

T = TypeVar("T")

TICK = 0.05
"""Seconds between looks at the stop."""
BEAT = 0.8
"""Seconds between reports where nothing changed."""


class _Kept:
    """Keeps the error that ends a ``with``, for another thread to raise."""

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        """Keep the error."""
        self.error = error
        return True


def interruptible(
    job: Callable[[], T], cancel: threading.Event, stop: Callable[[], bool] | None, beat: Callable[[bool], None] | None
) -> T:
    """Run ``job`` in a thread and give what it returns; set ``cancel`` when asked to stop.

    Parameters
    ----------
    job : callable
        Looks at ``cancel`` and returns soon after it is set.
    cancel : threading.Event
    stop : callable, optional
        Asked twenty times a second.
    beat : callable, optional
        Called on every look; its argument says that a report is due although nothing changed.

    Raises
    ------
    KeyboardInterrupt
        The second Ctrl-C: the first lets the job return what it has.
    """
    from highspy import Highs

    done: list[T] = []
    kept = _Kept()

    def work() -> None:
        with kept:
            done.append(job())
        Highs.resetThreadScheduler(False)
        finished.set()

    # an event, since a join that Ctrl-C breaks off leaves the thread looking dead
    finished = threading.Event()
    thread, begun = threading.Thread(target=work, name="search", daemon=True), False
    last = time.monotonic()
    while not finished.is_set():
        try:
            # inside, since Ctrl-C may come while the thread starts
            if stop is not None and not cancel.is_set() and stop():
                cancel.set()
            if not begun:
                begun = True
                thread.start()
            finished.wait(TICK)
            due = time.monotonic() - last >= BEAT
            last = time.monotonic() if due else last
            if beat is not None and not finished.is_set():
                beat(due)
        except KeyboardInterrupt:
            if cancel.is_set():
                raise
            cancel.set()
    if kept.error is not None:
        raise kept.error
    return done[0]


@contextmanager
def heard() -> Iterator[Callable[[], bool]]:
    """Take Ctrl-C as a wish to stop, not as an error, for the length of a ``with``: between two searches nothing is lost either.

    Yields
    ------
    callable
        Says whether the user asked to stop. Outside the main thread, and where Ctrl-C is ignored, it never does.

    Raises
    ------
    KeyboardInterrupt
        The second Ctrl-C.
    """
    asked = threading.Event()

    def hear(_number: int, _frame: FrameType | None) -> None:
        if asked.is_set():
            raise KeyboardInterrupt
        asked.set()

    here = threading.current_thread() is threading.main_thread()
    if not here or signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        yield asked.is_set
        return
    before = signal.signal(signal.SIGINT, hear)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if before is None else before)
