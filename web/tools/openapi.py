"""Print the OpenAPI document of the server, made on an empty store that is thrown away."""

import json
import sys
import tempfile
from pathlib import Path

from tierscape.server.application import create_app
from tierscape.server.settings import Settings

with tempfile.TemporaryDirectory() as folder:
    app = create_app(Settings(data=Path(folder), auth="none"))
    sys.stdout.write(json.dumps(app.openapi()))
    app.state.engine.dispose()
