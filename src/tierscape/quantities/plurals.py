"""Numbers in words of a sentence."""

from __future__ import annotations


def counted(count: int, one: str, many: str) -> str:
    """Write a count with its noun, and whatever follows it, in the right number.

    Examples
    --------
    >>> counted(1, "lane has no mass", "lanes have no mass"), counted(1200, "lane", "lanes")
    ('1 lane has no mass', '1,200 lanes')
    """
    return f"{count:,} {one if count == 1 else many}"
