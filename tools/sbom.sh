#!/usr/bin/env bash
# Write the CycloneDX lists of what the package (with its extras) and the web app are made of, from the two lock files.
# A wheel that is built afterwards carries them in its .dist-info/sboms.
set -euo pipefail
cd "$(dirname "$0")/.."
uv export --frozen --no-default-groups --all-extras --format cyclonedx1.5 --quiet --output-file sbom.cdx.json
(cd web && npm sbom --sbom-format cyclonedx --omit dev --package-lock-only) >sbom-web.cdx.json
