"""Every rule that a finding can bear, read from the source: its name, how bad it is, what it says, what to do."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import reduce
from pathlib import Path
from typing import NamedTuple

from tierscape.schema import TABLES

SOURCE = Path(__file__).parents[1] / "src" / "tierscape"
GAP = "…"
"""Stands for what a finding fills in."""
MAKERS = ("Fault", "Finding", "finding", "refuse")
ARGUMENTS = ("rule", "table", "problem", "remedy")
"""Order of the arguments of ``finding`` and ``refuse``."""
IDENTIFIERS = ("lei", "gln", "duns")
"""Forms of a column that are the rule's own name."""

NOWHERE = next(n for n in ast.walk(ast.parse("def nowhere(): ...")) if isinstance(n, ast.FunctionDef))
"""Stands for the function of a call that is in none."""
OR = " / "
"""Joins texts of which a condition chooses one."""

Values = Mapping[str, ast.expr]


class Rule(NamedTuple):
    """One way in which a finding is made; what holds otherwise is the sentence of the check that makes it."""

    name: str
    severity: str
    says: str
    remedy: str
    holds: str
    where: str


class _Scope(NamedTuple):
    """Where a name gets its value: a binding, the function, the module."""

    values: Values
    function: ast.FunctionDef
    tree: ast.Module
    resolved: frozenset[str] = frozenset()

    def value(self, name: str) -> ast.expr | None:
        """Give the first value that a name is set to."""
        if name in self.resolved:
            return None
        if name in self.values:
            return self.values[name]
        for node in (*ast.walk(self.function), *self.tree.body):
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name) and target.id == name:
                        return node.value
                    if isinstance(target, ast.Tuple) and name in (names := [getattr(t, "id", "") for t in target.elts]):
                        return _chosen(node.value, names.index(name))
        return None


def _chosen(value: ast.expr, at: int) -> ast.expr | None:
    """Give one place of a tuple; of a tuple that is chosen from a literal dictionary, all that it can be."""
    if isinstance(value, ast.Tuple):
        return value.elts[at]
    if isinstance(value, ast.Subscript) and isinstance(value.value, ast.Dict):
        options = [v.elts[at] for v in value.value.values if isinstance(v, ast.Tuple)]
        return reduce(lambda one, other: ast.IfExp(ast.Constant(value=True), one, other), options)
    return None


def rules(source: Path = SOURCE) -> list[Rule]:
    """List the rules of a package, by name; one that is found in two ways stands twice."""
    found: set[Rule] = set()
    for file in sorted(source.rglob("*.py")):
        place = ".".join(file.relative_to(source.parent).with_suffix("").parts).removesuffix(".__init__")
        tree = ast.parse(file.read_text(encoding="utf-8"))
        inside: set[ast.Call] = set()
        for function in (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)):
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            inside.update(calls)
            for call in calls if function.name not in MAKERS else ():
                found.update(_rules_of(call, function, tree, place))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call) and node not in inside):
            found.update(_rules_of(call, NOWHERE, tree, place))
    return sorted(found)


def _rules_of(call: ast.Call, function: ast.FunctionDef, tree: ast.Module, place: str) -> Iterator[Rule]:
    maker = call.func.id if isinstance(call.func, ast.Name) else ""
    given: dict[str, ast.expr] = {k.arg: k.value for k in call.keywords if k.arg}
    if maker in ("finding", "refuse"):
        given = dict(zip(ARGUMENTS, call.args, strict=False)) | given
    if maker not in MAKERS or "rule" not in given:
        return
    check = [a.arg for a in function.args.args] == ["data"]
    holds = (ast.get_docstring(function) or "").partition("\n\n")[0].replace("\n", " ") if check else ""
    for values in _bindings(given["rule"], function, tree):
        scope = _Scope(values, function, tree)
        said = {name: _text(given.get(name), scope) for name in ("severity", "clause", "problem", "remedy")}
        for name in _names(given["rule"], scope):
            says = said["clause"] or said["problem"]
            yield Rule(name, said["severity"] or "error", says, said["remedy"], holds, place)


def _names(rule: ast.expr, scope: _Scope) -> tuple[str, ...]:
    if isinstance(rule, ast.Attribute) and rule.attr == "form":
        forms = {c.form for table in TABLES.values() for c in table.columns}
        return tuple(form for form in IDENTIFIERS if form in forms)
    return tuple(name for name in _text(rule, scope).split(OR) if name)


def _bindings(rule: ast.expr, function: ast.FunctionDef, tree: ast.Module) -> list[Values]:
    """Give what a rule's name stands for: a row of the loop that sets it, or the arguments of a call of the function."""
    if not isinstance(rule, ast.Name):
        return [{}]
    loops = [n for n in ast.walk(function) if isinstance(n, ast.For) and isinstance(n.target, ast.Tuple)]
    rows = [
        {getattr(t, "id", ""): value for t, value in zip(loop.target.elts, row.elts, strict=True)}
        for loop in loops
        if isinstance(loop.target, ast.Tuple) and isinstance(loop.iter, ast.Tuple)
        for row in loop.iter.elts
        if isinstance(row, ast.Tuple)
    ]
    if any(rule.id in row for row in rows):
        return [row for row in rows if rule.id in row]
    names = [a.arg for a in function.args.args]
    calls = [c for c in ast.walk(tree) if isinstance(c, ast.Call) and getattr(c.func, "id", "") == function.name]
    passed = [dict(zip(names, c.args, strict=False)) | {k.arg: k.value for k in c.keywords if k.arg} for c in calls]
    return [{k: v for k, v in p.items() if isinstance(v, (ast.Constant, ast.JoinedStr))} for p in passed]


def _text(node: ast.expr | None, scope: _Scope) -> str:
    """Give a text as it stands in the source, with a gap for each value that is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(_part(part, scope) for part in parts)
        case ast.IfExp(body=one, orelse=other):
            return OR.join(dict.fromkeys(t for t in (_text(n, scope) for n in (one, other)) if t))
        case ast.BinOp(left=left, right=right):
            return _text(left, scope) + _text(right, scope)
        case ast.Name(id=name):
            return _text(scope.value(name), scope._replace(resolved=scope.resolved | {name}))
    return ""


def _part(part: ast.expr, scope: _Scope) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    inner = part.value if isinstance(part, ast.FormattedValue) else None
    return (_text(inner, scope) if isinstance(inner, ast.Name) else "") or GAP
