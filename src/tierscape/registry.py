"""The analysis machine: a typed function becomes an analysis that every door can offer."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, get_type_hints

import polars as pl
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from tierscape._version import __version__
from tierscape.errors import ParameterError
from tierscape.network import Network
from tierscape.reference import vintages
from tierscape.results import Provenance, Result
from tierscape.schema import GRADES


class Source(Protocol):
    """What an analysis can be asked about: frozen data with a name, a digest and rows.

    A network is one. Any other kind also has ``METAVAR`` and ``FORMS``, what the command line calls it and says of its
    forms, and a class method ``read`` that makes it from a path; its name rests on nothing but what its digest covers.
    """

    @property
    def name(self) -> str:
        """Name for people."""
        ...

    @property
    def digest(self) -> str:
        """SHA-256 of all that an answer can depend on."""
        ...

    def __getitem__(self, table: str, /) -> pl.DataFrame:
        """Rows of a table, with ``evidence`` and ``source`` where they bear any."""
        ...


S = TypeVar("S", bound=Source)
P = ParamSpec("P")
R = TypeVar("R", bound=Result)


@dataclass(frozen=True)
class Analysis(Generic[S, P, R]):
    """A typed function with the parameter model that the doors are cut from.

    Calling it checks the parameters, fills in the product where the network has one, runs the function and stamps the
    result with parameters and provenance.

    Parameters
    ----------
    name, title : str
        Name of the function, and what it is called in prose.
    function : callable
        Takes a network, or another source, and keyword arguments; returns a ``Result``.
    takes : type
        What its first argument is: ``Network`` unless the signature names another class.
    result : type of Result
        What it returns.
    parameters : type of pydantic.BaseModel
        Made from the signature; unknown names are refused.
    reads : tuple of str
        Input tables that the answer rests on; their rows make its evidence.
    any_product : bool
        Whether it can be asked without a product where the network has several or none.
    slow : bool
        Whether it may take minutes, so that the server runs it as a job.
    """

    name: str
    title: str
    function: Callable[Concatenate[S, P], R]
    takes: type[S]
    result: type[R]
    parameters: type[BaseModel]
    reads: tuple[str, ...]
    any_product: bool = False
    slow: bool = False

    def __call__(self, source: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run the analysis.

        Raises
        ------
        ParameterError
            The source is of another kind than the analysis takes, or a parameter is unknown or out of range; the message
            names all of them.
        DataError
            The source lacks what the analysis needs.
        """
        if not isinstance(source, self.takes):
            given_kind = type(source).__name__
            raise ParameterError(f"{self.name} takes a {self.takes.__name__} first, given was a {given_kind}.")
        if args:
            raise ParameterError(f"{self.name}: parameters are given by name, as in {self.name}(network, radius_km=80)")
        parameters = self.settled(source, kwargs)
        answer = self.function(source, **{name: getattr(parameters, name) for name in self.parameters.model_fields})  # type: ignore[call-arg]
        return replace(
            answer,
            analysis=self.name,
            title=self.title,
            parameters=parameters.model_dump(mode="json"),
            provenance=_provenance(source, answer.reads or self.reads, _seed(parameters)),
            product_name=_product_name(source, getattr(parameters, "product", None)),
        )

    def settled(self, source: S, given: Mapping[str, Any]) -> BaseModel:
        """Check parameters against a source, with the product filled in where the network has one.

        Raises
        ------
        ParameterError
            A parameter is unknown or out of range, or the network has no such product.
        """
        filled = dict(given)
        if isinstance(source, Network) and "product" in self.parameters.model_fields:
            filled["product"] = _product(source, filled.get("product"), needed=not self.any_product)
        return self.check(filled)

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
        if error["type"] == "missing":
            return f"{where} is required."
        return f"{where}: {error['msg'][0].lower()}{error['msg'][1:]}, given was {error['input']!r}."


def analysis(
    title: str, *, reads: Sequence[str], any_product: bool = False, slow: bool = False
) -> Callable[[Callable[Concatenate[S, P], R]], Analysis[S, P, R]]:
    """Turn a function ``f(network, *, …) -> Result`` into an analysis.

    The first parameter may be annotated with another ``Source`` than ``Network``.

    Parameters
    ----------
    title : str
        What the analysis is called in prose.
    reads : sequence of str
        Tables of the source that it reads.
    any_product : bool
        Ask without a product where the network has several or none, in place of refusing.
    slow : bool
        It may take minutes: the server runs it as a job.

    Raises
    ------
    TypeError
        A parameter has no annotation or can be given by position.
    """

    def wrap(function: Callable[Concatenate[S, P], R]) -> Analysis[S, P, R]:
        name = function.__name__
        hints = get_type_hints(function, include_extras=True)
        fields: dict[str, Any] = {}
        first, *others = inspect.signature(function).parameters.values()
        for p in others:
            if p.kind is not p.KEYWORD_ONLY or p.name not in hints:
                raise TypeError(f"{name}: parameter '{p.name}' must be keyword-only and annotated")
            fields[p.name] = (hints[p.name], ... if p.default is p.empty else p.default)
        config = ConfigDict(extra="forbid", frozen=True)
        with warnings.catch_warnings():  # a parameter may bear the name of a method that pydantic's models inherit
            warnings.filterwarnings("ignore", "Field name .* shadows an attribute", UserWarning)
            model = create_model(f"{name.title()}Parameters", __config__=config, **fields)
        made = Analysis(
            name,
            title,
            function,
            hints.get(first.name, Network),
            hints["return"],
            model,
            tuple(reads),
            any_product,
            slow,
        )
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


def _product(network: Network, product: Any, *, needed: bool) -> str | None:
    products = network.products
    if product is None:
        if len(products) == 1:
            return products[0]
        if not needed:
            return None
        if not products:
            raise ParameterError("product: the network has no part with a bill of materials. Fill 'parts' and 'bom'.")
        raise ParameterError(f"product: the network has the products {', '.join(products)}. Name one of them.")
    heads = network["bom"]["parent"].unique().sort().to_list()
    if product not in heads:
        known = product in network["parts"]["part"].to_list()
        what = "has no bill of materials" if known else "is no part of the network"
        raise ParameterError(f"product: '{product}' {what}.{_nearest(str(product), list(products) or heads)}")
    return str(product)


def _product_name(source: Source, product: object) -> str:
    if product is None:
        return ""
    name = source["parts"].filter(pl.col("part") == product)["name"].drop_nulls().to_list()
    return str(name[0] if name else product)


def _provenance(source: Source, reads: Sequence[str], seed: int | None) -> Provenance:
    columns = pl.col("evidence").fill_null("none"), pl.col("source").fill_null("").str.starts_with("illustrative")
    none = pl.DataFrame(schema={"evidence": pl.String, "source": pl.Boolean})
    rows = pl.concat([none, *(source[name].select(*columns) for name in reads if "evidence" in source[name].columns)])
    grades = dict(rows["evidence"].value_counts().rows())
    total = max(rows.height, 1)
    evidence = {grade: grades.get(grade, 0) / total for grade in (*GRADES, "none")}
    evidence["illustrative"] = (rows["source"].sum() or 0) / total
    return Provenance(__version__, _name(source), source.digest, rows.height, evidence, vintages(), seed)


def _name(source: Source) -> str:
    """Name a source by what its digest covers: of a network not the folder, which would change the bytes."""
    if not isinstance(source, Network):
        return source.name
    named = source["meta"]["name"].drop_nulls().to_list()
    return str(named[0]) if named else f"network {source.digest[:12]}"
