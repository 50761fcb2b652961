"""Build hook: the web app goes into sdist and wheel, built where it is not there yet; lists of parts go into the wheel."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STATIC = Path("src", "tierscape", "server", "static")
PARTS = ("sbom.cdx.json", "sbom-web.cdx.json")
"""CycloneDX lists of what the package and the app are made of, written by ``tools/sbom.sh`` before a release."""


class WebApp(BuildHookInterface):  # type: ignore[type-arg]
    """Use the built app; else build it with npm; else warn and go without."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Make sure that the app is there, save for an editable install."""
        root = Path(self.root)
        if self.target_name == "wheel":
            build_data["sbom_files"] += [name for name in PARTS if (root / name).is_file()]
        if version == "editable" or (root / STATIC / "index.html").is_file():
            return
        npm, web = shutil.which("npm"), root / "web"
        if npm is None or not (web / "package.json").is_file():
            self.app.display_warning(
                "Built without the web app, which needs Node 20 or later. With it: cd web && npm ci && npm run build"
            )
            return
        for command in (["ci"], ["run", "build"]):
            subprocess.run([npm, *command], cwd=web, check=True)  # noqa: S603 - fixed words
