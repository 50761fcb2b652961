"""Charts as SVG, or as Vega specs that the page's own runtime draws."""

from __future__ import annotations

import json
import re
from typing import Any

from tierscape.charts import FONT, Chart

VEGA_LITE = "6.4"
STATIC_WIDTH = 760
_DECIMALS = re.compile(r"\.(\d)\d*")


def vega_spec(chart: Chart) -> dict[str, Any]:
    """Compile a chart to Vega, so that a page needs no Vega-Lite compiler.

    A chart whose ``usermeta`` holds an ``aspect`` (height over width) keeps it at every width.
    """
    import vl_convert

    spec: dict[str, Any] = vl_convert.vegalite_to_vega(dict(chart.spec), vl_version=VEGA_LITE)
    spec.pop("$schema", None)
    aspect = (spec.pop("usermeta", None) or {}).get("aspect")
    if aspect:
        spec.pop("height", None)
        spec["signals"] = [
            *spec.get("signals", []),
            {"name": "height", "update": f"clamp(width * {aspect:g}, 200, 620)"},
        ]
    return spec


def svg(chart: Chart, key: str) -> str:
    """Draw a chart as SVG for a place inside a page; its ids start with ``key`` and count from 0."""
    import vl_convert

    spec = {
        **chart.spec,
        "padding": {"left": 5 if "usermeta" in chart.spec else 28, "right": 16, "top": 5, "bottom": 5},
    }
    if spec.get("width") == "container":
        spec["width"] = STATIC_WIDTH
    if "usermeta" in spec:
        spec["height"] = round(STATIC_WIDTH * spec["usermeta"]["aspect"])
    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    drawn = re.sub(r"<[a-z][^<>]*>", _lighter, drawn)
    pattern = r'(\bid="|url\(#)((?:clip|gradient)[\w-]*)'
    order = {name: at for at, name in enumerate(dict.fromkeys(m[2] for m in re.finditer(pattern, drawn)))}
    return re.sub(pattern, lambda m: f"{m[1]}{key}-{order[m[2]]}", drawn)


def _lighter(tag: re.Match[str]) -> str:
    """Write a tag with what shows: no roles inside a picture that has one, no defaults, the font once, tenths of a pixel, short colours."""
    text = re.sub(
        r' (?:role|aria-roledescription|aria-hidden|class|pointer-events)="[^"]*"| transform="translate\(0,0\)"| opacity="1"| text-anchor="start"',
        "",
        tag[0],
    )
    text = text.replace(f' font-family="{FONT}"', "")
    text = text.replace("<svg", f'<svg font-family="{FONT}"', 1) if text.startswith("<svg") else text
    text = re.sub(r' (?:d|transform)="[^"]*"', lambda m: _DECIMALS.sub(_tenth, m[0]), text)
    return re.sub(r'="rgb\((\d+), (\d+), (\d+)\)"', _hex_color, text)


def _tenth(decimals: re.Match[str]) -> str:
    """Cut decimals to the first; none is written for 0."""
    return "" if decimals[1] == "0" else f".{decimals[1]}"


def _hex_color(color: re.Match[str]) -> str:
    return f'="#{int(color[1]):02x}{int(color[2]):02x}{int(color[3]):02x}"'


def island(value: Any) -> str:
    r"""Encode plain values as JSON that can stand inside a script element of HTML.

    Examples
    --------
    >>> print(island({"name": "</script>"}))
    {"name":"\u003c/script\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
