"""Flags from a parameter model, and parameters from flags."""

from __future__ import annotations

import datetime as dt
import inspect
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import typer
from pydantic import BaseModel
from pydantic.fields import FieldInfo

JOINT = "__"
"""Stands for the dot of a group's field in the name of a Python argument."""
NETWORK = ("NETWORK", "Folder, .xlsx, .zip, or a shipped example.")


def fields(model: type[BaseModel], prefix: str = "") -> Iterator[tuple[str, FieldInfo, Any]]:
    """Give every parameter with its dotted name, groups flattened, and its default."""
    for name, field in model.model_fields.items():
        group = _group(field.annotation)
        if group is not None:
            yield from fields(group, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", field, field.default


def _group(annotation: Any) -> type[BaseModel] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None


def sign(command: Callable[..., Any], model: type[BaseModel], argument: tuple[str, str] = NETWORK) -> None:
    """Give a function the signature that typer makes flags from; the argument is what it takes first, and its help."""
    metavar, text = argument
    parameters = [_parameter("source", str, typer.Argument(metavar=metavar, help=text))]
    for name, field, default in fields(model):
        kind, metavar = _kind(field.annotation)
        default_text = "" if default is None or field.is_required() else f" Default: {_shown(default)}."
        option = typer.Option(
            f"--{name.replace('_', '-')}",
            metavar=metavar,
            help=f"{field.description or name}{default_text}",
            show_default=False,
        )
        parameters.append(_parameter(name.replace(".", JOINT), kind, option, default=[] if kind == list[str] else None))
    for name, kind, text in (
        ("json", bool, "The whole answer as JSON, and nothing else."),
        ("save", Path | None, "Folder or .xlsx for all tables."),
        ("html", Path | None, "File for the answer as a page."),
        ("quiet", bool, "Print the summary alone."),
    ):
        default = False if kind is bool else None
        parameters.append(_parameter(f"door{JOINT}{name}", kind, typer.Option(f"--{name}", help=text), default=default))
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters}


def _parameter(name: str, kind: Any, option: Any, *, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=Annotated[kind, option])


def _kind(annotation: Any) -> tuple[Any, str]:
    """Type for typer (text, checked by the model later, or a list of it) and what stands in the help for the value."""
    options = (
        [a for a in get_args(annotation) if a is not NoneType]
        if get_origin(annotation) in (Union, UnionType)
        else [annotation]
    )
    inner = options[0]
    if get_origin(inner) is Annotated:
        inner = get_args(inner)[0]
    if get_origin(inner) in (tuple, list):
        return list[str], _kind(get_args(inner)[0])[1]
    if get_origin(inner) is Literal:
        return str | None, "|".join(str(a) for a in get_args(inner))
    words = {float: "NUMBER", int: "INTEGER", bool: "true|false", dt.date: "YYYY-MM-DD"}
    return str | None, words.get(inner, getattr(inner, "METAVAR", "TEXT"))


def _shown(default: Any) -> str:
    return ", ".join(str(d) for d in default) if isinstance(default, (tuple, list)) else str(default)


def split(given: Mapping[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """Split what typer gives into the source, the parameters (nested again, only those that were set) and the doors."""
    parameters: dict[str, Any] = {}
    doors: dict[str, Any] = {}
    for name, value in given.items():
        if name.startswith(f"door{JOINT}"):
            doors[name.removeprefix(f"door{JOINT}")] = value
        elif name != "source" and value not in (None, []):
            nest(parameters, name.split(JOINT), value)
    return str(given["source"]), parameters, doors


def nest(parameters: dict[str, Any], path: list[str], value: Any) -> None:
    """Set a value in nested dictionaries.

    Raises
    ------
    typer.BadParameter
        A step on the way has a value already.
    """
    for step in path[:-1]:
        parameters = parameters.setdefault(step, {})
        if not isinstance(parameters, dict):
            raise typer.BadParameter(f"'{step}' is a group: set its fields, not itself")
    parameters[path[-1]] = value


def pairs(texts: list[str]) -> dict[str, str]:
    """Read ``name=value`` texts.

    Raises
    ------
    typer.BadParameter
        A text is of another form.
    """
    for text in texts:
        if "=" not in text:
            raise typer.BadParameter(f"'{text}' is not of the form name=value")
    return dict(text.split("=", 1) for text in texts)


def assignments(sets: list[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Read ``analysis.name=value`` into parameters by analysis; ``names`` are the analyses that run.

    Raises
    ------
    typer.BadParameter
        A text is of another form, or names an analysis that does not run.
    """
    found: dict[str, dict[str, Any]] = {}
    for text in sets:
        name, equals, value = text.partition("=")
        path = name.replace("-", "_").split(".")
        if not equals or len(path) < 2:
            raise typer.BadParameter(f"'{text}' is not of the form analysis.name=value")
        if path[0] not in names:
            raise typer.BadParameter(f"'{text}': the analyses that run are {', '.join(names)}, not '{path[0]}'")
        nest(found, path, _value(text, value))
    return found


def _value(text: str, value: str) -> Any:
    if not value.startswith("["):
        return value
    try:
        return json.loads(value)
    except ValueError as error:
        raise typer.BadParameter(f"'{text}': the list is no JSON ({error})") from error
