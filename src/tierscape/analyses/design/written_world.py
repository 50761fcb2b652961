"""A scenario as text: the TOML that the command line and `Scenario.load` read."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tierscape.scenario import Scenario


def to_toml(scenario: Scenario) -> str:
    """Write a scenario as TOML.

    Examples
    --------
    >>> from tierscape.scenario import Edit
    >>> print(to_toml(Scenario(name="more", edits=[Edit(table="sites", where={"site": "a"}, set={"status": "closed"})])))
    name = "more"
    <BLANKLINE>
    [[edits]]
    table = "sites"
    where = {site = "a"}
    set = {status = "closed"}
    <BLANKLINE>
    """
    lines = [f"name = {_text(scenario.name)}", ""]
    for edit in scenario.edits:
        lines += ["[[edits]]", f"table = {_text(edit.table)}"]
        lines += [
            f"{name} = {_row(given)}"
            for name, given in (("where", edit.where), ("set", edit.set), ("scale", edit.scale))
            if given
        ]
        lines += ["remove = true"] if edit.remove else []
        lines += [f"add = [\n{''.join(f'  {_row(row)},{chr(10)}' for row in edit.add)}]"] if edit.add else []
        lines += [""]
    return "\n".join(lines)


def _row(values: Mapping[str, object]) -> str:
    """An inline table; what is unknown is left out."""
    return f"{{{', '.join(f'{name} = {_text(value)}' for name, value in values.items() if value is not None)}}}"


def _text(value: object) -> str:
    """A value as TOML writes it: JSON writes text, numbers and truth alike; a date stands bare."""
    return json.dumps(value, ensure_ascii=False) if isinstance(value, (str, bool, int, float)) else str(value)
