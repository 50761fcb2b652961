"""Networks that are shipped with the package: data only."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

EXAMPLES: dict[str, str] = {
    "mini": "Eleven invented sites in three tiers; every answer is worked by hand in its README.",
    "ev-battery-central-europe": "Battery packs in Central Europe: real sites from cells to refined metals, in nine "
    "countries and upstream of them.",
    "auto-electronics-mexico": "Harnesses, control units and battery packs for cars: real sites in Mexico and upstream "
    "of them.",
}


def path(name: str) -> Path:
    """Give the folder of a shipped example.

    Parameters
    ----------
    name : str
        A key of ``EXAMPLES``.

    Raises
    ------
    KeyError
        No example has that name; the message lists those that there are.
    """
    if name not in EXAMPLES:
        raise KeyError(f"no example is called '{name}'; there are {', '.join(EXAMPLES)}")
    return Path(str(files("tierscape.examples") / name))
