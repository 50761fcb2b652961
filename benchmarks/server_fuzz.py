"""Contract fuzz: made-up requests to every route as three roles, the administrator and nobody, all checks of schemathesis.

    python benchmarks/server_fuzz.py [examples] [seed]

``examples`` for each route, once good and once bad; 100 by default. Prints the statuses, and every fault; exits 1 where there is one.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "server"))
from fuzzing import Fuzz
from people import make_world
from test_access import Ids


def main() -> None:
    """Send, and print what came back."""
    words = sys.argv[1:]
    examples, seed = (int(word) for word in [*words, *("100", "1")[len(words) :]])
    with tempfile.TemporaryDirectory() as folder:
        world = make_world(Path(folder))
        fuzz = Fuzz(world, Ids(world).real | {"workspace": "main"})
        begun = time.process_time()
        try:
            fuzz.run(examples, seed)
        except KeyboardInterrupt:
            print("interrupted: what follows is a part", file=sys.stderr)
        spent = time.process_time() - begun
    statuses = {str(status): number for status, number in sorted(fuzz.statuses.items())}
    told = {"examples": examples, "seed": seed, "requests": sum(fuzz.statuses.values()), "statuses": statuses}
    print(
        json.dumps(
            {**told, "cpu_s": round(spent, 1), "faults": list(fuzz.faults.values())}, indent=1, ensure_ascii=False
        )
    )
    sys.exit(bool(fuzz.faults))


if __name__ == "__main__":
    main()
