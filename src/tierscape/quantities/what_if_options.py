"""Supply options given by plain numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tierscape.errors import ParameterError
from tierscape.reference import country_codes
from tierscape.schema import MODES

WORDS = ("country", "town", "mode", "like")
PLACE = ("lat", "lon", "wage", "hours", "fixed", "distance_km")
STATED = {
    "price": "price", "freight": "freight", "insurance": "insurance_rate", "duty": "duty_rate", "fees": "fees",
    "lead_days": "lead_days", "lead_sd": "lead_sd", "lot": "lot", "defects": "defects", "kg_co2e": "kg_co2e",
    "entity": "entity", "offsets": "offsets", "compliance": "compliance_rate", "currency": "currency_rate", "risk": "risk",
    "demand_sd": "demand_sd", "return_freight": "return_freight",
}  # fmt: skip
"""Word to the input of the unit cost."""

Span = tuple[float, float, float]


@dataclass(frozen=True)
class WhatIf:
    """An option by plain numbers.

    Parameters
    ----------
    name : str
        Name for people, and key.
    words : dict
        ``country``, ``town``, ``mode``, ``like`` (a supplier whose price and hours it takes).
    place : dict
        ``lat``, ``lon`` (degrees), ``wage`` (money an hour), ``hours`` (a unit), ``fixed`` (money), ``distance_km``.
    stated : dict
        Input of the unit cost to value, low and high end.
    """

    name: str
    words: dict[str, str] = field(default_factory=dict)
    place: dict[str, float] = field(default_factory=dict)
    stated: dict[str, Span] = field(default_factory=dict)


def what_if_options(texts: Sequence[str]) -> tuple[WhatIf, ...]:
    """Read options such as ``Shenzhen: country=CN price=50 duty=0.284:0.034:0.534 lead_days=35``.

    Raises
    ------
    ParameterError
        A text is of another form, a word is unknown, a number is negative or outside its own range, or a name or word comes twice.
    """
    found = tuple(_read(text) for text in texts)
    names = [option.name for option in found]
    if len(set(names)) < len(names):
        raise ParameterError("study.what_if: two options have the same name.")
    return found


def _read(text: str) -> WhatIf:
    name, colon, rest = text.partition(":")
    if not colon or not name.strip():
        raise ParameterError(f"study.what_if: '{text}' is not of the form 'name: word=value word=value'.")
    option = WhatIf(name.strip())
    for pair in rest.split():
        word, equals, value = pair.partition("=")
        if not equals:
            raise ParameterError(f"study.what_if: '{pair}' of '{option.name}' is not of the form word=value.")
        if word in option.words or word in option.place or STATED.get(word) in option.stated:
            raise ParameterError(f"study.what_if: '{word}' of '{option.name}' comes twice.")
        if word in WORDS:
            option.words[word] = value.replace("_", " ") if word == "town" else value
        elif word in PLACE:
            option.place[word] = _numbers(option.name, word, value, signed=word in {"lat", "lon"})[0]
        elif word in STATED:
            option.stated[STATED[word]] = _numbers(option.name, word, value)
        else:
            known = ", ".join((*WORDS, *PLACE, *STATED))
            raise ParameterError(f"study.what_if: '{word}' of '{option.name}' is no word here; known are {known}.")
    _refuse(option)
    return option


def _refuse(option: WhatIf) -> None:
    if option.words.get("country") not in country_codes():
        raise ParameterError(f"study.what_if: '{option.name}' needs country= with an ISO code of two letters.")
    if option.words.get("mode", "road") not in MODES:
        raise ParameterError(f"study.what_if: mode of '{option.name}' is none of {', '.join(MODES)}.")
    if "price" not in option.stated and "like" not in option.words:
        raise ParameterError(f"study.what_if: '{option.name}' needs price=, or like= a supplier.")


def _numbers(name: str, word: str, text: str, *, signed: bool = False) -> Span:
    try:
        numbers = [float(part) for part in text.split(":")]
    except ValueError as error:
        raise ParameterError(f"study.what_if: {word}={text} of '{name}' is no number.") from error
    if len(numbers) not in {1, 3}:
        raise ParameterError(f"study.what_if: {word}={text} of '{name}' is neither a value nor value:low:high.")
    value, low, high = numbers if len(numbers) == 3 else numbers * 3
    if low < 0 and not signed:
        raise ParameterError(f"study.what_if: {word}={text} of '{name}' is negative.")
    if not low <= value <= high or high == float("inf"):
        raise ParameterError(f"study.what_if: {word}={text} of '{name}': low ≤ value ≤ high must hold.")
    if word == "defects" and high > 1:
        raise ParameterError(f"study.what_if: {word}={text} of '{name}' is a share, from 0 to 1.")
    return value, low, high
