"""The analysis machine: a typed function becomes an analysis that every door can offer."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, get_type_hints

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from tierscape._version import __version__
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.reference import vintages
from tierscape.results import Provenance, Result
from tierscape.schema import GRADES

P = ParamSpec("P")
R = TypeVar("R", bound=Result)


@dataclass(frozen=True)
class Analysis(Generic[P, R]):
    """A typed function with the parameter model that the doors are cut from.

    Calling it checks the parameters, fills in the product where the network has one, runs the function and stamps the
    result with parameters and provenance.

    Parameters
    ----------
    name, title : str
        Name of the function, and what it is called in prose.
    function : callable
        Takes a network and keyword arguments, returns a ``Result``.
    result : type of Result
        What it returns.
    parameters : type of pydantic.BaseModel
        Made from the signature; unknown names are refused.
    reads : tuple of str
        Input tables that the answer rests on; their rows make its evidence.
    """

    name: str
    title: str
    function: Callable[Concatenate[Network, P], R]
    result: type[R]
    parameters: type[BaseModel]
    reads: tuple[str, ...]

    def __call__(self, network: Network, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the analysis.

        Raises
        ------
        ParameterError
            A parameter is unknown or out of range; the message names all of them.
        DataError
            The network lacks what the analysis needs.
        """
        if args:
            raise ParameterError(f"{self.name}: parameters are given by name, as in {self.name}(network, radius_km=80)")
        given = dict(kwargs)
        if "product" in self.parameters.model_fields:
            given["product"] = _product(network, given.get("product"))
        parameters = self.check(given)
        answer = self.function(network, **{name: getattr(parameters, name) for name in self.parameters.model_fields})  # type: ignore[call-arg]
        return replace(
            answer,
            analysis=self.name,
            title=self.title,
            parameters=parameters.model_dump(mode="json"),
            provenance=_provenance(network, answer.reads or self.reads, _seed(parameters)),
        )

    def check(self, given: Mapping[str, Any]) -> BaseModel:
        """Check parameters without running anything.

        Raises
        ------
        ParameterError
            A parameter is unknown or out of range.
        """
        try:
            return self.parameters.model_validate(dict(given))
        except ValidationError as error:
            lines = [self._explain(dict(e)) for e in error.errors(include_url=False)]
            raise ParameterError(f"{self.name}: " + " ".join(lines)) from error

    def _explain(self, error: dict[str, Any]) -> str:
        where = ".".join(str(step) for step in error["loc"]) or "parameters"
        if error["type"] == "extra_forbidden":
            *group, last = error["loc"]
            return f"{where} is no parameter.{_nearest(str(last), _fields(self.parameters, group))}"
        return f"{where}: {error['msg'][0].lower()}{error['msg'][1:]}, given was {error['input']!r}."


def analysis(title: str, *, reads: Sequence[str]) -> Callable[[Callable[Concatenate[Network, P], R]], Analysis[P, R]]:
    """Turn a function ``f(network, *, …) -> Result`` into an analysis.

    Parameters
    ----------
    title : str
        What the analysis is called in prose.
    reads : sequence of str
        Input tables that it reads.

    Raises
    ------
    TypeError
        A parameter has no annotation or can be given by position.
    """

    def wrap(function: Callable[Concatenate[Network, P], R]) -> Analysis[P, R]:
        name = function.__name__
        hints = get_type_hints(function, include_extras=True)
        fields: dict[str, Any] = {}
        for p in list(inspect.signature(function).parameters.values())[1:]:
            if p.kind is not p.KEYWORD_ONLY or p.name not in hints:
                raise TypeError(f"{name}: parameter '{p.name}' must be keyword-only and annotated")
            fields[p.name] = (hints[p.name], ... if p.default is p.empty else p.default)
        config = ConfigDict(extra="forbid", frozen=True)
        with warnings.catch_warnings():  # a parameter may bear the name of a method that pydantic's models inherit
            warnings.filterwarnings("ignore", "Field name .* shadows an attribute", UserWarning)
            model = create_model(f"{name.title()}Parameters", __config__=config, **fields)
        made = Analysis(name, title, function, hints["return"], model, tuple(reads))
        object.__setattr__(made, "__doc__", function.__doc__)
        object.__setattr__(made, "__signature__", inspect.signature(function))
        object.__setattr__(made, "__wrapped__", function)
        return made

    return wrap


def _fields(model: type[BaseModel], group: Sequence[Any]) -> list[str]:
    for step in group:
        model = model.model_fields[step].annotation  # type: ignore[assignment]
    return list(model.model_fields)


def _seed(parameters: BaseModel) -> int | None:
    """Find the seed among the parameters, in a group of theirs too."""
    for name, value in parameters:
        found = value if name == "seed" else _seed(value) if isinstance(value, BaseModel) else None
        if found is not None:
            return int(found)
    return None


def _nearest(word: str, words: Sequence[str]) -> str:
    near = get_close_matches(word, words, n=1)
    return f" Did you mean '{near[0]}'?" if near else f" Known are: {', '.join(words)}." if words else ""


def _product(network: Network, product: Any) -> str:
    products = network.products
    if product is None:
        if len(products) == 1:
            return products[0]
        if not products:
            raise ParameterError("product: the network has no part with a bill of materials. Fill 'parts' and 'bom'.")
        raise ParameterError(f"product: the network has the products {', '.join(products)}. Name one of them.")
    heads = network["bom"]["parent"].unique().sort().to_list()
    if product not in heads:
        known = product in network["parts"]["part"].to_list()
        what = "has no bill of materials" if known else "is no part of the network"
        raise ParameterError(f"product: '{product}' {what}.{_nearest(str(product), list(products) or heads)}")
    return str(product)


def _provenance(network: Network, reads: Sequence[str], seed: int | None) -> Provenance:
    columns = pl.col("evidence").fill_null("none"), pl.col("source").fill_null("").str.starts_with("illustrative")
    none = pl.DataFrame(schema={"evidence": pl.String, "source": pl.Boolean})
    rows = pl.concat([none, *(network[name].select(*columns) for name in reads if "evidence" in network[name].columns)])
    grades = dict(rows["evidence"].value_counts().rows())
    total = max(rows.height, 1)
    evidence = {grade: grades.get(grade, 0) / total for grade in (*GRADES, "none")}
    evidence["illustrative"] = (rows["source"].sum() or 0) / total
    named = network["meta"]["name"].drop_nulls().to_list()  # not the name of a folder: the digest decides the bytes
    name = named[0] if named else f"network {network.digest[:12]}"
    return Provenance(__version__, name, network.digest, rows.height, evidence, vintages(), seed)
