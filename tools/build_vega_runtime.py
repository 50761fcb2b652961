"""Build src/tierscape/render/vega-runtime.js: Vega and its expression interpreter as one script, with licences beside it.

Run with Node and npm on the path: ``python tools/build_vega_runtime.py``. Every package that ends up in the bundle
is pinned, so that the bytes are the same on each run.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
from pathlib import Path

ESBUILD = "esbuild@0.28.2"
PACKAGES = {
    "d3-array": "3.2.5",
    "d3-color": "3.1.1",
    "d3-delaunay": "6.0.6",
    "d3-dispatch": "3.0.2",
    "d3-dsv": "3.0.2",
    "d3-ease": "3.0.2",
    "d3-force": "3.0.1",
    "d3-format": "3.1.3",
    "d3-geo": "3.1.2",
    "d3-geo-projection": "4.0.0",
    "d3-hierarchy": "3.1.3",
    "d3-interpolate": "3.0.2",
    "d3-path": "3.1.1",
    "d3-quadtree": "3.0.2",
    "d3-scale": "4.0.3",
    "d3-scale-chromatic": "3.1.1",
    "d3-shape": "3.2.1",
    "d3-time": "3.1.1",
    "d3-time-format": "4.1.1",
    "d3-timer": "3.0.2",
    "internmap": "2.0.3",
    "topojson-client": "3.1.0",
    "vega": "6.4.0",
    "vega-canvas": "2.0.0",
    "vega-crossfilter": "5.1.3",
    "vega-dataflow": "6.1.3",
    "vega-encode": "5.2.2",
    "vega-event-selector": "4.0.0",
    "vega-expression": "6.2.2",
    "vega-force": "5.1.3",
    "vega-format": "2.1.3",
    "vega-functions": "6.2.0",
    "vega-geo": "5.1.3",
    "vega-hierarchy": "5.1.3",
    "vega-interpreter": "2.3.2",
    "vega-label": "2.1.3",
    "vega-loader": "5.1.3",
    "vega-parser": "7.1.3",
    "vega-projection": "2.1.3",
    "vega-regression": "2.1.3",
    "vega-runtime": "7.1.3",
    "vega-scale": "8.1.3",
    "vega-scenegraph": "5.3.0",
    "vega-selections": "6.1.5",
    "vega-statistics": "2.0.0",
    "vega-time": "3.3.0",
    "vega-transforms": "5.2.2",
    "vega-util": "2.1.3",
    "vega-view": "6.2.0",
    "vega-view-transforms": "5.2.2",
    "vega-voronoi": "5.1.3",
    "vega-wordcloud": "5.1.3",
}
HERE = Path(__file__).resolve().parent
TARGET = HERE.parent / "src" / "tierscape" / "render"


def build(folder: Path) -> tuple[str, dict[str, Path]]:
    """Install and bundle; give the script and the folders of the packages that went into it."""
    (folder / "package.json").write_text('{"private": true}', encoding="utf-8")
    wanted = [ESBUILD, *(f"{name}@{version}" for name, version in PACKAGES.items())]
    subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--save-exact", *wanted], cwd=folder, check=True)
    shutil.copy(HERE / "vega_runtime_entry.js", folder / "entry.js")
    command = [
        "npx", "esbuild", "entry.js", "--bundle", "--minify", "--format=iife", "--target=es2020",
        "--legal-comments=none", "--charset=utf8", "--outfile=out.js", "--metafile=meta.json",
    ]  # fmt: skip
    subprocess.run(command, cwd=folder, check=True)
    inputs = json.loads((folder / "meta.json").read_text(encoding="utf-8"))["inputs"]
    modules = folder / "node_modules"
    found = {name.split("/")[1]: modules / name.split("/")[1] for name in inputs if name.startswith("node_modules/")}
    script = (folder / "out.js").read_text(encoding="utf-8")
    return script.replace("</script", "<\\/script").replace("<!--", "<\\!--"), found


def notice(packages: dict[str, Path]) -> str:
    """Gather name, version and licence text of each package in the bundle; the same text is given once."""
    texts: dict[str, list[str]] = {}
    for name in sorted(packages):
        about = json.loads((packages[name] / "package.json").read_text(encoding="utf-8"))
        licence = next(iter(sorted(packages[name].glob("LICEN[SC]E*"))), None)
        text = licence.read_text(encoding="utf-8").strip() if licence else f"{about['license']} (see its package)"
        texts.setdefault(text, []).append(f"{name} {about['version']} ({about['license']})")
    return "\n\n".join("\n".join([*names, "", text]) for text, names in texts.items()) + "\n"


def main() -> None:
    """Write the runtime and its licences."""
    with tempfile.TemporaryDirectory() as folder:
        script, packages = build(Path(folder))
        licences = notice(packages)
    (TARGET / "vega-runtime.js").write_text(script, encoding="utf-8")
    (TARGET / "vega-runtime.LICENSE").write_text(licences, encoding="utf-8")
    versions = {
        line.split(" ")[0]: line.split(" ")[1] for line in licences.splitlines() if line.split(" ")[0] in packages
    }
    print(len(script), "characters;", versions)


if __name__ == "__main__":
    main()
