"""Charts as SVG, or as Vega specs that the page's own runtime draws."""

from __future__ import annotations

import json
import re
from typing import Any

from tierscape.charts import Chart

VEGA_LITE = "6.4"
STATIC_WIDTH = 760


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


def svg(chart: Chart) -> str:
    """Draw a chart as SVG for a place inside a page; its ids carry the name of the chart."""
    import vl_convert

    spec = dict(chart.spec)
    if spec.get("width") == "container":
        spec["width"] = STATIC_WIDTH
    if "usermeta" in spec:
        spec["height"] = round(STATIC_WIDTH * spec["usermeta"]["aspect"])
    drawn: str = vl_convert.vegalite_to_svg(spec, vl_version=VEGA_LITE)
    return re.sub(r'(\bid="|url\(#)((?:clip|gradient)[\w-]*)', rf"\g<1>{chart.name}-\g<2>", drawn)


def island(value: Any) -> str:
    """Encode plain values as JSON that can stand inside a script element of HTML.

    Examples
    --------
    >>> print(island({"name": "</script>"}))
    {"name":"\\u003c/script\\u003e"}
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text
