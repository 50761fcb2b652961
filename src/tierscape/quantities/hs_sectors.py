"""From a chapter of the Harmonised System to a division of industry, and to the sector of a table that holds it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from tierscape.errors import ParameterError

_BY_DIVISION = {
    "01": "01 05 06 07 08 09 10 12 13 14", "03": "03", "07": "26", "08": "25",
    "10": "02 04 11 15 16 17 18 19 20 21 23", "11": "22", "12": "24",
    "13": "50 51 52 53 54 55 56 57 58 59 60 63", "14": "43 61 62 65", "15": "41 42 64", "16": "44 45 46", "17": "47 48",
    "18": "49", "19": "27", "20": "28 29 31 32 33 34 35 36 37 38", "21": "30", "22": "39 40", "23": "68 69 70",
    "24": "71 72 74 75 76 78 79 80 81", "25": "73 82 83 93", "26": "90 91", "27": "85", "28": "84", "29": "87",
    "30": "86 88 89", "31": "94", "32": "66 67 92 95 96",
}  # fmt: skip
DIVISION_OF_CHAPTER: Mapping[str, str] = MappingProxyType(
    {chapter: division for division, chapters in _BY_DIVISION.items() for chapter in chapters.split()}
)
"""Division of ISIC Rev. 4 and NACE Rev. 2 that makes most of an HS chapter.

Our reading of the titles, a prior and no published concordance: chapter 85 holds electronics of division 26 too, chapter 39
resins of division 20, chapter 27 crude oil of division 06. Chapters 77 (reserved), 97 (art) and up have none.
"""

_CODE = re.compile(r"^[A-Z]?(\d{2})(?:[T_-]+[A-Z]?(\d{2}))?$")


def sector_of_chapter(chapter: str, sectors: Sequence[str], overrides: Mapping[str, str]) -> str | None:
    """Give the sector of a table for a chapter, None where there is none.

    Parameters
    ----------
    chapter : str
        Two digits.
    sectors : sequence of str
        Codes of the table, such as ``C27``, ``C10T12`` or ``C31_C32``; others are found through ``overrides`` alone.
    overrides : Mapping of str to str
        Sector of the table by chapter.

    Examples
    --------
    >>> sector_of_chapter("85", ["C26", "C27"], {}), sector_of_chapter("22", ["C10T12"], {}), sector_of_chapter("85", ["c14"], {})
    ('C27', 'C10T12', None)
    """
    if chapter in overrides:
        return overrides[chapter]
    division = DIVISION_OF_CHAPTER.get(chapter)
    for sector in sectors:
        held = _CODE.match(sector)
        if division and held and held[1] <= division <= (held[2] or held[1]):
            return sector
    return None


def read_overrides(given: Sequence[str], sectors: Sequence[str]) -> dict[str, str]:
    """Read words such as ``85=C27``.

    Raises
    ------
    ParameterError
        A word has another form, or names a sector that the table lacks.
    """
    found = {}
    for word in given:
        chapter, _, sector = word.partition("=")
        if not re.fullmatch(r"\d{2}", chapter) or sector not in sectors:
            raise ParameterError(
                f"prior.sectors: '{word}' is no chapter of two digits and a sector of the table, as in 85=C27. "
                f"The table has {', '.join(list(sectors)[:8])}…"
            )
        found[chapter] = sector
    return found
