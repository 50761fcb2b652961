"""Remake ``src/tierscape/reference/countries-50m.json`` from the npm package world-atlas: ``python tools/build_basemap.py``.

Needs ``npm``. The TopoJSON file (Natural Earth 1:50m, public domain) and its licence (ISC) are taken as they are.
"""

from __future__ import annotations

import subprocess
import tarfile
import tempfile
from pathlib import Path

VERSION = "2.0.2"
FOLDER = Path(__file__).parent.parent / "src" / "tierscape" / "reference"
FILES = {"package/countries-50m.json": "countries-50m.json", "package/LICENSE": "countries-50m.LICENSE"}


def main() -> None:
    """Fetch the package and copy the two files."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["npm", "pack", "--silent", f"world-atlas@{VERSION}"], cwd=folder, check=True, capture_output=True
        )
        with tarfile.open(Path(folder) / f"world-atlas-{VERSION}.tgz") as archive:
            for member, name in FILES.items():
                file = archive.extractfile(member)
                if file is None:
                    raise FileNotFoundError(f"world-atlas {VERSION} has no {member}")
                (FOLDER / name).write_bytes(file.read())
                print(f"{name}: {(FOLDER / name).stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
