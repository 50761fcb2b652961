"""Sums of money as people read them."""

from __future__ import annotations


def money(amount: float, currency: str) -> str:
    """Write a sum with three figures and its currency.

    Examples
    --------
    >>> money(98_927_000.0, "USD")
    '98.9 million USD'
    >>> money(412.3, "EUR")
    '412 EUR'
    """
    for size, word in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if abs(amount) >= 0.9995 * size:
            return f"{amount / size:.3g}{word} {currency}".rstrip()
    return f"{amount:.3g} {currency}".rstrip()
