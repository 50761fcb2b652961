"""Sweeps: the same bits whatever the block, the workers and the backend; what is done is kept."""

import hashlib
import sys
from functools import partial
from typing import NamedTuple

import numpy as np
import pytest

from tierscape import sweep as module
from tierscape.errors import MissingExtra, ParameterError, Stopped
from tierscape.kernels.philox import normal, uniform, words
from tierscape.sweep import SweepStopped, run_block, sweep, terminal_bar

SCENARIOS = 1111


class Arrays(NamedTuple):
    """What the kernel below reads."""

    hazards: np.ndarray
    scale: np.ndarray


ARRAYS = Arrays(np.arange(5, dtype=np.uint64), np.linspace(0.1, 1.7, 5))


def losses(arrays, ids, power=1.0):
    """Draw by scenario number alone, as every kernel of a sweep must."""
    drawn = normal(uniform(words(3, ids.astype(np.uint64), arrays.hazards, number=1)[:, :, 0]))
    return np.stack([np.exp(drawn * arrays.scale).sum(axis=1) ** power, ids.astype(float)], axis=1)


def broken(arrays, ids):
    """Fail on one scenario."""
    if 70 in ids:
        raise ZeroDivisionError("no stock left")
    return losses(arrays, ids)


def digest(rows):
    return hashlib.sha256(rows.tobytes()).hexdigest()


EXPECTED = digest(losses(ARRAYS, np.arange(SCENARIOS)))


@pytest.mark.parametrize("jobs", [1, 2, 4])
@pytest.mark.parametrize("block", [32, 96, 1000, None])
def test_threads_and_blocks_change_no_bit(block, jobs):
    assert digest(sweep(losses, ARRAYS, SCENARIOS, block=block, jobs=jobs)) == EXPECTED


@pytest.mark.parametrize("block", [96, 1000])
def test_processes_give_the_bits_of_threads(block):
    assert digest(sweep(losses, ARRAYS, SCENARIOS, block=block, backend="loky", jobs=2)) == EXPECTED


def test_processes_read_mapped_arrays_that_a_compiled_kernel_takes():
    large = Arrays(np.arange(200_000, dtype=np.uint64), np.full(200_000, 1e-3))
    ids = np.arange(64)
    assert digest(sweep(writable, large, ids, block=32, backend="loky", jobs=2)) == digest(writable(large, ids))


def writable(arrays, ids):
    """Say whether arrays look as they do in this process: compiled kernels are typed by it."""
    return np.stack([ids * float(arrays.scale.flags.writeable), np.full(len(ids), arrays.scale.sum())], axis=1)


def test_dask_gives_the_bits_of_threads():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, processes=True) as cluster,
        distributed.Client(cluster),
    ):
        for block in (96, 1000):
            assert digest(sweep(losses, ARRAYS, SCENARIOS, block=block, backend="dask")) == EXPECTED


@pytest.mark.spark
@pytest.mark.filterwarnings(
    "ignore:unclosed:ResourceWarning", "ignore:Exception ignored in. <socket:pytest.PytestUnraisableExceptionWarning"
)
def test_spark_gives_the_bits_of_threads(monkeypatch):
    from pyspark.sql import SparkSession

    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    session = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").getOrCreate()
    session.sparkContext.addPyFile(__file__)  # where workers find the kernel
    try:
        for block in (96, 1000):
            assert digest(sweep(losses, ARRAYS, SCENARIOS, block=block, backend="spark")) == EXPECTED
    finally:
        session.stop()


def test_rows_come_in_the_order_of_the_numbers_that_were_asked_for():
    ids = np.array([40, 3, 1110, 7])
    whole = losses(ARRAYS, np.arange(SCENARIOS))
    assert np.array_equal(sweep(losses, ARRAYS, ids, block=32, jobs=2), whole[ids])


def test_no_scenario_gives_no_row():
    assert sweep(losses, ARRAYS, 0).shape == (0, 2)


def test_progress_is_told_after_each_block_and_ends_at_the_total():
    told = []
    sweep(losses, ARRAYS, 100, block=32, jobs=2, progress=lambda *now: told.append(now))
    assert sorted(done for done, _, _ in told)[-1] == 100
    assert [total for _, total, _ in told] == [100] * 4
    assert all(rate > 0 for *_, rate in told)


def test_stopped_sweep_gives_the_numbers_done_and_no_result():
    answers = iter([False, True])
    with pytest.raises(SweepStopped, match=r"Stopped after 64 of 320 scenarios\. Nothing of it is kept") as caught:
        sweep(losses, ARRAYS, 320, block=32, jobs=1, stop=lambda: next(answers))
    assert caught.value.done.tolist() == list(range(64))
    assert isinstance(caught.value, Stopped)


def test_interruption_from_the_keyboard_keeps_the_finished_blocks(tmp_path):
    def press(done, total, rate):
        if done >= 96:
            raise KeyboardInterrupt

    with pytest.raises(SweepStopped, match=f"kept in {tmp_path}"):
        sweep(losses, ARRAYS, SCENARIOS, block=32, jobs=2, progress=press, store=tmp_path)
    ran = []

    def after(done, total, rate):
        ran.append(done)

    rows = sweep(losses, ARRAYS, SCENARIOS, block=96, jobs=1, progress=after, store=tmp_path)
    assert digest(rows) == EXPECTED
    assert min(ran) > 96  # the first block done after the interruption counts the kept ones too


def test_kept_blocks_of_other_arrays_or_parameters_are_not_used(tmp_path):
    sweep(losses, ARRAYS, 64, block=32, jobs=1, store=tmp_path)
    other = ARRAYS._replace(scale=ARRAYS.scale * 2)
    assert np.array_equal(sweep(losses, other, 64, jobs=1, store=tmp_path), losses(other, np.arange(64)))
    squared = partial(losses, power=2.0)
    assert np.array_equal(sweep(squared, ARRAYS, 64, jobs=1, store=tmp_path), squared(ARRAYS, np.arange(64)))


def test_a_full_store_runs_nothing(tmp_path):
    first = sweep(losses, ARRAYS, 100, block=32, jobs=1, store=tmp_path)
    told = []
    again = sweep(losses, ARRAYS, 100, jobs=2, store=tmp_path, progress=lambda *now: told.append(now))
    assert np.array_equal(first, again)
    assert not told


@pytest.mark.parametrize(("backend", "jobs"), [("threading", 1), ("threading", 2), ("loky", 2)])
def test_failing_block_keeps_its_error_and_names_the_call_that_repeats_it(backend, jobs):
    with pytest.raises(ZeroDivisionError, match="no stock left") as caught:
        sweep(broken, ARRAYS, 128, block=32, backend=backend, jobs=jobs)
    (note,) = caught.value.__notes__
    assert note.startswith("Scenario 64 or one of the 31 after it")
    assert note.endswith("broken(arrays, np.array([64]))")


def test_kernel_with_the_wrong_number_of_rows_is_refused():
    with pytest.raises(ValueError, match=r"shape \(3,\) for 3 scenarios"):
        run_block(lambda arrays, ids: ids * 1.0, None, np.arange(3))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"scenarios": np.array([1, 1])}, "each given once"),
        ({"scenarios": np.array([-1, 1])}, "at least 0"),
        ({"scenarios": 10, "block": 0}, "block must be at least 1, given was 0"),
        ({"scenarios": 10, "backend": "abacus"}, "no backend 'abacus'"),
        ({"scenarios": 10, "backend": "dask"}, "'dask' needs a client"),
    ],
)
def test_bad_parameters_are_refused(given, says):
    if given.get("backend") == "dask":
        pytest.importorskip("distributed")
    with pytest.raises(ParameterError, match=says):
        sweep(losses, ARRAYS, **given)


@pytest.mark.parametrize(("library", "backend"), [("distributed", "dask"), ("pyspark.sql", "spark")])
def test_absent_extra_names_the_pip_line(library, backend, monkeypatch):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(MissingExtra, match=rf'pip install "tierscape\[{backend}\]"'):
        sweep(losses, ARRAYS, 10, backend=backend)


def test_bar_is_silent_where_standard_error_is_no_terminal(capsys):
    with terminal_bar("Scenarios") as show:
        assert show is None
    assert capsys.readouterr().err == ""


def test_bar_is_drawn_on_a_terminal(monkeypatch, capsys):
    monkeypatch.setattr(module.sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("TERM", "xterm")
    with terminal_bar("Scenarios") as show:
        assert show is not None
        show(32, 64, 1234.0)
    assert "Scenarios" in capsys.readouterr().err
