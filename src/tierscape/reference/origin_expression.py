"""The expression of a rule of origin: a tree of alternatives and conditions over leaves that test one thing each."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

SHIFTS: Mapping[str, int] = {"CC": 2, "CTH": 4, "CTSH": 6}
"""Changes of classification, and how many digits of the code must change."""

METHODS: Mapping[str, str] = {
    "transaction_value": "transaction_value",
    "net_cost": "net_cost",
    "build_down": "adjusted_value",
    "build_up": "adjusted_value",
    "focused_value": "adjusted_value",
    "max_nom": "exworks",
    "rvc_fob": "fob",
    "super_core": "super_core",
}
"""Value methods, and the base of each; the base of ``super_core`` is the cost of the named materials."""

SHARES = ("labour_value", "labour_material", "steel", "aluminium")
"""Shares that are declared or computed beside the materials."""

_WORDS = {
    "CC": "change of chapter", "CTH": "change of heading", "CTSH": "change of subheading",
    "transaction_value": "transaction value", "net_cost": "net cost", "build_down": "build-down value",
    "build_up": "build-up value", "focused_value": "focused value", "max_nom": "non-originating share",
    "rvc_fob": "regional value of the FOB price", "super_core": "core parts averaged", "labour_value": "labour value",
    "labour_material": "labour value from materials and making", "steel": "originating steel",
    "aluminium": "originating aluminium",
}  # fmt: skip


@dataclass(frozen=True)
class Leaf:
    """One test.

    Parameters
    ----------
    kind : {"shift", "value", "process", "wholly_obtained", "originating", "share"}
        What is tested.
    what : str
        The change of classification, the value method, the process or the share; empty for the other two.
    codes : tuple of str
        HS prefixes: the exceptions of a shift, the materials that a value or ``originating`` looks at.
    threshold : str
        Key of the threshold, without the agreement; empty where there is none.
    """

    kind: str
    what: str = ""
    codes: tuple[str, ...] = ()
    threshold: str = ""

    @property
    def words(self) -> str:
        """The test in a few words."""
        if self.kind == "process":
            return f"process {self.what}"
        if self.kind == "wholly_obtained":
            return "wholly obtained"
        if self.kind == "originating":
            return "originating " + (f"part of {self.codes[0]}" if len(self.codes) == 1 else "core parts")
        return _WORDS[self.what] + (
            f" except from {', '.join(self.codes)}" if self.kind == "shift" and self.codes else ""
        )


@dataclass(frozen=True)
class Group:
    """Alternatives (``any_of``) or conditions (``all_of``)."""

    op: str
    members: tuple[Rule, ...]


Rule = Leaf | Group


def leaves(rule: Rule) -> Iterator[Leaf]:
    """Give the leaves of a rule from left to right."""
    if isinstance(rule, Leaf):
        yield rule
    else:
        for member in rule.members:
            yield from leaves(member)


def parse(text: str, agreement: str) -> Rule:
    """Read the JSON of an expression.

    Parameters
    ----------
    text : str
        For example ``{"any_of": [{"shift": "CTH"}, {"value": "max_nom", "threshold": "usmca.psr_tv"}]}``.
    agreement : str
        Agreement of the rule; its thresholds must be of the same one.

    Raises
    ------
    ValueError
        It is no JSON, a leaf is unknown, or a threshold is of another agreement.

    Examples
    --------
    >>> parse('{"shift": "CTH", "except": ["8544"]}', "usmca").words
    'change of heading except from 8544'
    """
    return _node(json.loads(text), agreement)


def _node(tree: Any, agreement: str) -> Rule:
    if not isinstance(tree, dict):
        raise ValueError(f"'{tree}' is no group and no leaf")  # noqa: TRY004 - bad data, not a bad call
    for op in ("any_of", "all_of"):
        if op in tree:
            if not isinstance(tree[op], list) or not tree[op] or len(tree) > 1:
                raise ValueError(f"'{op}' takes a list with at least one member, and nothing beside it")
            return Group(op, tuple(_node(member, agreement) for member in tree[op]))
    return _leaf(tree, agreement)


_KEYS = {
    "shift": {"except"}, "value": {"threshold", "materials"}, "share": {"threshold"}, "process": set(),
    "wholly_obtained": set(), "originating": set(),
}  # fmt: skip
_CHOICES: Mapping[str, tuple[str, ...]] = {"shift": tuple(SHIFTS), "value": tuple(METHODS), "share": SHARES}


def _leaf(tree: dict[str, Any], agreement: str) -> Leaf:
    kind = next((k for k in _KEYS if k in tree), None)
    if kind is None or set(tree) - {kind} - _KEYS[kind]:
        raise ValueError(f"the leaf {json.dumps(tree)} is unknown; leaves are {', '.join(_KEYS)}")
    what = tree[kind]
    if kind in _CHOICES and what not in _CHOICES[kind]:
        raise ValueError(f"{kind} '{what}' is unknown; known are {', '.join(_CHOICES[kind])}")
    if kind in {"value", "share"} and "threshold" not in tree:
        raise ValueError(f"the leaf {json.dumps(tree)} names no threshold")
    codes = what if kind == "originating" else tree.get("except", tree.get("materials", []))
    if not isinstance(codes, list) or not all(
        isinstance(c, str) and c.isdigit() and len(c) in {2, 4, 6} for c in codes
    ):
        raise ValueError(f"HS codes must be a list of texts of 2, 4 or 6 digits, given is {codes!r}")
    if kind == "value" and what in {"focused_value", "super_core"} and not codes:
        raise ValueError(f"{what} looks at named materials: give 'materials'")
    key = str(tree.get("threshold", ""))
    owner, dot, rest = key.partition(".")
    if key and (owner != agreement or not dot):
        raise ValueError(f"threshold '{key}' must begin with '{agreement}.'")
    named = "" if kind in {"wholly_obtained", "originating"} else str(what)
    return Leaf(kind, named, tuple(sorted(codes)), rest)
