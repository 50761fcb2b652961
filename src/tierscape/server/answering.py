"""A question over HTTP: parameters made canonical, confined, and answered with the bytes of the result."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Iterator, Mapping
from glob import glob
from pathlib import Path
from typing import Any

from tierscape import analyses
from tierscape._version import __version__
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.reference import vintages
from tierscape.registry import Analysis
from tierscape.results import Result
from tierscape.server.refusals import NotFound
from tierscape.server.store.results import Question

PATHS = {
    "density": ("register.path",),
    "landed_cost": ("tariffs.rules",),
    "origin": ("calculation.rules",),
    "visibility": ("prior.io_table",),
}
"""Parameters that name a file or folder of the machine that runs the analysis."""
NEVER = {"density": ("register.connection",), "stress": ("run.store",)}
"""Parameters that name another machine or a folder to write to: never taken over HTTP."""
LOCAL_ONLY: Mapping[str, Mapping[str, tuple[object, ...]]] = {
    "density": {"register.engine": ("duckdb",)},
    "stress": {"run.backend": ("threading",), "run.progress": (False,)},
}
"""Parameters that say where the work is done: over HTTP only these values, for the server decides that."""


def asked(name: str) -> Analysis[Any, Any, Any]:
    """Find an analysis by its name.

    Raises
    ------
    NotFound
        There is none of that name.
    """
    if name not in analyses.listed():
        raise NotFound(f"There is no analysis '{name}'.")
    return analyses.get(name)


def question(name: str, network: Network, given: Mapping[str, Any], allowed: tuple[Path, ...] = ()) -> Question:
    """Make parameters canonical and give the key of their answer.

    Parameters
    ----------
    name : str
        Analysis.
    network : Network
        What it is asked about.
    given : mapping
        Parameters as they came in.
    allowed : tuple of pathlib.Path
        Folders in which parameters may name files.

    Raises
    ------
    NotFound
        There is no such analysis.
    ParameterError
        A parameter is unknown, out of range, or names a place of the server's machine.
    """
    analysis = asked(name)
    if analysis.takes is not Network:
        raise ParameterError(
            f"{name} takes a {analysis.takes.__name__} first, not a network. Run it from the command line."
        )
    confine(name, given, allowed)
    params = analysis.settled(network, given).model_dump(mode="json")
    kept = {path: _stamp(_at(given, path)) for path in PATHS.get(name, ())}
    words = (network.digest, name, _canonical(params), __version__, _canonical(dict(vintages())), _canonical(kept))
    return Question(hashlib.sha256("\0".join(words).encode()).hexdigest(), network.digest, name, dict(given))


def check_named(parameters: Mapping[str, Any], names: Collection[str]) -> None:
    """See that parameters by analysis are of analyses that run.

    Raises
    ------
    ParameterError
        One is of another analysis.
    """
    odd = sorted(set(parameters) - set(names))
    if odd:
        raise ParameterError(f"parameters: '{odd[0]}' is not among the analyses.")


def answer(asked_for: Question, network: Network) -> Result:
    """Run the analysis."""
    made: Result = analyses.get(asked_for.analysis)(network, **_local(asked_for.analysis, asked_for.params))
    return made


def chart_list(result: Result) -> bytes:
    """Give the pictures of an answer as JSON."""
    drawn = [
        {
            "name": chart.name,
            "title": chart.title,
            "caption": chart.note,
            "description": chart.description,
            "table": chart.table,
            "spec": chart.standalone(),
        }
        for chart in result.charts()
    ]
    return json.dumps(drawn, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def confine(name: str, given: Mapping[str, Any], allowed: tuple[Path, ...]) -> None:
    """Refuse parameters that reach out of the store.

    Raises
    ------
    ParameterError
        A parameter names a file outside the folders that are allowed, another machine, or where the work is done.
    """
    faults = [f"{path}: this is not taken over HTTP." for path in NEVER.get(name, ()) if _at(given, path) is not None]
    for path in PATHS.get(name, ()):
        value = _at(given, path)
        if value is not None and not _inside(value, allowed):
            faults.append(f"{path}: over HTTP it may name files only in folders that the operator allows (data_paths).")
    for path, values in LOCAL_ONLY.get(name, {}).items():
        value = _at(given, path)
        if value is not None and value not in values:
            faults.append(f"{path}: over HTTP this can only be {' or '.join(map(str, values))}.")
    if faults:
        raise ParameterError(f"{name}: " + " ".join(faults))


def names_files(name: str, given: Mapping[str, Any]) -> bool:
    """See whether parameters name files, whose content an answer then rests on too."""
    return any(_at(given, path) is not None for path in PATHS.get(name, ()))


def _inside(value: Any, allowed: tuple[Path, ...]) -> bool:
    """See whether a name, and with a pattern every file that it stands for, lies in one of the folders."""
    if not isinstance(value, str) or "\0" in value or ".." in Path(value).parts:
        return False
    folders = [folder.resolve() for folder in allowed]

    def inside(name: str) -> bool:
        return any(Path(name).resolve().is_relative_to(folder) for folder in folders)

    try:  # what stands before a pattern comes first, so that nothing outside is listed
        return inside(re.split(r"[*?\[]", value, maxsplit=1)[0]) and all(
            inside(name)
            for name in (value, *glob(value, recursive=True, include_hidden=True))  # noqa: PTH207 - a pattern may be absolute
        )
    except (OSError, ValueError, RuntimeError):
        return False


def _stamp(value: Any) -> list[Any] | None:
    """Say when the files behind a path were last written: an answer rests on what they hold."""
    if not isinstance(value, str):
        return None
    place = Path(value)
    if place.is_dir():
        files = sorted(place.rglob("*"))
    else:
        files = [place] if place.exists() else sorted(place.parent.glob(place.name))
    return [value, *((file.name, file.stat().st_mtime_ns, file.stat().st_size) for file in files)]


def _local(name: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Draw no bar and start no process where the server runs an analysis."""
    params = dict(given)
    if name == "stress":
        run = params.get("run")
        params["run"] = {**(run if isinstance(run, Mapping) else {}), "progress": False}
    return params


def _at(given: Mapping[str, Any], path: str) -> Any:
    value: Any = given
    for step in path.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str)


def paths_of(name: str) -> Iterator[str]:
    """Give every parameter of an analysis that is confined."""
    yield from PATHS.get(name, ())
    yield from NEVER.get(name, ())
    yield from LOCAL_ONLY.get(name, {})
