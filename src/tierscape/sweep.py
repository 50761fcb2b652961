"""Many scenarios over threads, processes or a cluster, with the same bits from each."""

from __future__ import annotations

import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from tierscape._version import __version__
from tierscape.errors import MissingExtra, ParameterError, Stopped

LANES = 32
"""Scenarios that a kernel runs side by side; blocks are multiples of it."""
BLOCKS_A_JOB = 8
"""Blocks that each worker gets by default: enough for a bar that moves and for workers that end together."""
LARGEST_BLOCK = 1024

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Kernel = Callable[[Any, Ints], Floats]
"""Gives one row of metrics for each scenario id. It depends on the arrays and the id alone, never on the other ids."""
Progress = Callable[[int, int, float], None]
"""Told after each block: scenarios done, scenarios in all, scenarios a second."""


class SweepStopped(Stopped):
    """A sweep was interrupted between blocks.

    Parameters
    ----------
    message : str
    done : numpy.ndarray of int64
        Scenarios that were finished, ascending.
    """

    def __init__(self, message: str, done: Ints) -> None:
        self.done = done
        super().__init__(message)


def sweep(
    kernel: Kernel,
    arrays: Any,
    scenarios: int | Ints,
    *,
    block: int | None = None,
    backend: str = "threading",
    jobs: int = -1,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
    store: Path | None = None,
) -> Floats:
    """Run a kernel over scenarios, block by block, and give one row of metrics for each.

    Parameters
    ----------
    kernel : callable
        ``kernel(arrays, ids) -> rows``, an array of float64 of shape (len(ids), metrics). It must release the GIL to gain
        from threads, and be importable by name, or a ``functools.partial`` of such, for processes and clusters.
    arrays : object
        What every block reads: arrays, or tuples of them. Sent once to a worker.
    scenarios : int or numpy.ndarray of int64
        How many, numbered from 0; or their numbers, each once.
    block : int, optional
        Scenarios of a block, rounded up to a multiple of 32.
    backend : str
        ``threading``; ``loky`` for processes, with arrays mapped to memory; ``dask`` for the client that is open; ``spark``
        for the session that is open, or a new one; or any other backend registered with joblib.
    jobs : int
        Workers, −1 for as many as there are cores; a cluster has its own number.
    progress : callable, optional
        ``progress(done, total, per_second)`` after each block.
    stop : callable, optional
        Asked after each block; true ends the sweep.
    store : pathlib.Path, optional
        Folder in which finished blocks are kept. The same kernel, arrays and version find them there, whatever the block.

    Returns
    -------
    numpy.ndarray of float64, shape (scenarios, metrics)
        In the order of ``scenarios``.

    Raises
    ------
    ParameterError
        A scenario is negative or given twice, the block is below 1, or no such backend is known.
    MissingExtra
        The backend's library is absent; the message holds the pip line.
    SweepStopped
        ``stop`` said so, or Ctrl-C was pressed; ``done`` holds the scenarios that were finished.

    Notes
    -----
    No arithmetic is done across scenarios and rows are written by number, so the bits of the result do not depend on block,
    backend, jobs or the order in which blocks end. An error of the kernel is raised as it is, with a note that names its
    block and the call that repeats it. Memory: the result, and the arrays once (once a process).

    Examples
    --------
    >>> sweep(lambda arrays, ids: np.stack([ids * arrays, ids**2.0], axis=1), 10.0, np.array([3, 1]), jobs=1).tolist()
    [[30.0, 9.0], [10.0, 1.0]]
    """
    ids = _numbered(scenarios)
    kept = None if store is None else _Store(store, kernel, arrays)
    if not len(ids):
        return np.asarray(kernel(arrays, ids), dtype=np.float64)
    rows = _Rows(ids)
    for known, values in () if kept is None else kept.blocks():
        rows.write(known, values)
    started, before = time.perf_counter(), rows.count
    with _workers(backend, kernel, arrays, jobs) as (parallel, work, number):
        blocks = _blocks(ids[~rows.done], block, number)
        results = parallel(work(part) for part in blocks)
        try:
            for part, values in results:
                rows.write(part, values)
                if kept is not None:
                    kept.keep(part, values)
                if progress is not None:
                    spent = max(time.perf_counter() - started, 1e-9)
                    progress(rows.count, len(ids), (rows.count - before) / spent)
                if rows.count < len(ids) and stop is not None and stop():
                    raise _stopped(rows, store)
        except KeyboardInterrupt as error:
            raise _stopped(rows, store) from error
        finally:
            with warnings.catch_warnings():  # that blocks are given up is what was asked for
                warnings.filterwarnings("ignore", r"\d+ tasks which were", UserWarning)
                results.close()
    return rows.values


@contextmanager
def terminal_bar(title: str) -> Iterator[Progress | None]:
    """Give a progress function that draws a bar on the terminal's standard error; None where that is no terminal.

    Parameters
    ----------
    title : str
        A word or two before the bar.

    Yields
    ------
    callable or None
        For ``progress`` of ``sweep``.
    """
    if not sys.stderr.isatty():
        yield None
        return
    columns = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )  # fmt: skip
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, rate="")

        def show(done: int, total: int, per_second: float) -> None:
            bar.update(task, completed=done, total=total, rate=f"{per_second:,.0f}/s")

        yield show


class _Rows:
    """The result as it fills, rows found by scenario number."""

    def __init__(self, ids: Ints) -> None:
        self.order = np.argsort(ids, kind="stable")
        self.sorted = ids[self.order]
        self.done = np.zeros(len(ids), np.bool_)
        self.values: Floats = np.zeros((len(ids), 0))

    @property
    def count(self) -> int:
        """Number of scenarios that are done."""
        return int(self.done.sum())

    def write(self, ids: Ints, values: Floats) -> None:
        """Write the rows of a block; numbers that were not asked for are passed over."""
        if not self.values.shape[1]:
            self.values = np.zeros((len(self.sorted), values.shape[1]))
        place = np.minimum(np.searchsorted(self.sorted, ids), len(self.sorted) - 1)
        asked = self.sorted[place] == ids
        rows = self.order[place[asked]]
        self.values[rows], self.done[rows] = values[asked], True

    def finished(self) -> Ints:
        """Give the numbers of the scenarios that are done, ascending."""
        return self.sorted[self.done[self.order]]


class _Store:
    """Finished blocks in a folder, under the hash of all that their rows depend on."""

    def __init__(self, folder: Path, kernel: Kernel, arrays: Any) -> None:
        import joblib

        self.folder = folder
        self.digest = joblib.hash((_spelled(kernel), kernel, arrays, __version__), hash_name="sha1")
        folder.mkdir(parents=True, exist_ok=True)

    def keep(self, ids: Ints, values: Floats) -> None:
        """Write a block; a file is there whole or not at all."""
        target = self.folder / f"{self.digest}-{ids[0]}-{ids[-1]}-{len(ids)}.npy"
        partial = target.with_suffix(".part")
        with partial.open("wb") as file:
            np.save(file, np.column_stack((ids.astype(np.float64), values)), allow_pickle=False)
        partial.replace(target)

    def blocks(self) -> Iterator[tuple[Ints, Floats]]:
        """Read the blocks that are there."""
        for path in sorted(self.folder.glob(f"{self.digest}-*.npy")):
            table = np.load(path, allow_pickle=False)
            yield table[:, 0].astype(np.int64), table[:, 1:]


class _Named:
    """Adds to an error which block it comes from and how to repeat it."""

    def __init__(self, kernel: Kernel, ids: Ints) -> None:
        self.kernel, self.ids = kernel, ids

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, Exception):
            first = int(self.ids[0])
            error.add_note(
                f"Scenario {first} or one of the {len(self.ids) - 1} after it in its block failed; the first alone: "
                f"{_spelled(self.kernel)}(arrays, np.array([{first}]))"
            )


def run_block(kernel: Kernel, arrays: Any, ids: Ints) -> tuple[Ints, Floats]:
    """Run one block where a worker is, and say which it was.

    Parameters
    ----------
    kernel, arrays
        As in ``sweep``.
    ids : numpy.ndarray of int64

    Returns
    -------
    ids : numpy.ndarray of int64
    rows : numpy.ndarray of float64, shape (len(ids), metrics)

    Raises
    ------
    ValueError
        The kernel gave another number of rows.
    """
    with _Named(kernel, ids):
        rows = np.asarray(kernel(arrays, ids), dtype=np.float64)
        if rows.ndim != 2 or len(rows) != len(ids):
            raise ValueError(f"the kernel gave an array of shape {rows.shape} for {len(ids)} scenarios")
    return ids, rows


Work = Callable[[Ints], Any]
Parallel = Callable[[Iterator[Any]], Any]


@contextmanager
def _workers(backend: str, kernel: Kernel, arrays: Any, jobs: int) -> Iterator[tuple[Parallel, Work, int]]:
    """Give joblib's machinery for a backend, what makes a task of a block, and the number of workers."""
    import joblib

    if backend == "spark":
        distant, number = _on_spark(kernel, arrays)
        with joblib.parallel_config("threading", n_jobs=number):
            parallel = joblib.Parallel(return_as="generator_unordered")
            yield parallel, joblib.delayed(distant), number
        return
    options: dict[str, Any] = {}
    if backend == "loky":
        options = {"mmap_mode": "c"}  # a private copy where written: compiled kernels then see the types that they know
    if backend == "dask":
        options = {"scatter": [arrays]}
        _need_dask()
    try:
        config = joblib.parallel_config(backend, n_jobs=jobs, **options)
    except ValueError as error:
        raise ParameterError(f"backend: joblib has no backend '{backend}'. Register it first. ({error})") from error
    with config:
        parallel = joblib.Parallel(return_as="generator_unordered", batch_size=1)
        yield parallel, lambda part: joblib.delayed(run_block)(kernel, arrays, part), joblib.effective_n_jobs(jobs)


def _need_dask() -> None:
    try:
        from distributed import get_client
    except ImportError as error:
        raise MissingExtra('Dask is not installed. Run: pip install "tierscape[dask]"') from error
    try:
        get_client()
    except ValueError as error:
        raise ParameterError("backend: 'dask' needs a client. Open one: distributed.Client(address).") from error


def _on_spark(kernel: Kernel, arrays: Any) -> tuple[Callable[[Ints], Any], int]:
    """Give a function that runs a block as a task of Spark; a thread here waits for each."""
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise MissingExtra('Spark is not installed. Run: pip install "tierscape[spark]"') from error
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    context = SparkSession.builder.getOrCreate().sparkContext
    shared = context.broadcast(arrays)

    def task(ids: Ints) -> Any:
        return run_block(kernel, shared.value, ids)

    def distant(ids: Ints) -> Any:
        return context.parallelize([ids], 1).map(task).collect()[0]

    return distant, int(context.defaultParallelism)


def _numbered(scenarios: int | Ints) -> Ints:
    ids = np.arange(scenarios) if isinstance(scenarios, int) else np.asarray(scenarios, dtype=np.int64)
    if len(ids) and (ids.min() < 0 or len(np.unique(ids)) < len(ids)):
        raise ParameterError("scenarios: their numbers must be at least 0, each given once.")
    return ids


def _blocks(ids: Ints, block: int | None, workers: int) -> Sequence[Ints]:
    if block is not None and block < 1:
        raise ParameterError(f"block must be at least 1, given was {block}.")
    size = min(-(-len(ids) // (workers * BLOCKS_A_JOB)), LARGEST_BLOCK) if block is None else block
    size = max(-(-size // LANES), 1) * LANES
    return [ids[first : first + size] for first in range(0, len(ids), size)]


def _spelled(kernel: Kernel) -> str:
    inner = getattr(kernel, "func", kernel)
    return f"{getattr(inner, '__module__', '')}.{getattr(inner, '__qualname__', type(inner).__name__)}"


def _stopped(rows: _Rows, store: Path | None) -> SweepStopped:
    done = rows.finished()
    kept = (
        "Nothing of it is kept; give a folder as 'store' to go on from there."
        if store is None
        else f"They are kept in {store}; the same call goes on from there."
    )
    return SweepStopped(f"Stopped after {len(done):,} of {len(rows.sorted):,} scenarios. {kept}", done)
