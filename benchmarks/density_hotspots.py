"""Getis-Ord Gi* against esda: ``python benchmarks/density_hotspots.py --esda /path/to/python``.

esda and libpysal live in an environment of their own, made with ``uv venv`` and ``uv pip install esda libpysal``; the package
does not depend on them. Both start from the same neighbours, in the form that each takes; no permutations.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

import h3.api.basic_int as h3
import numpy as np

from tierscape.kernels.hotspot import gi_star

TOLERANCE = 1e-9
PEER = """
import sys, time, warnings
import numpy as np
warnings.filterwarnings("ignore")
import esda, libpysal
given = np.load(sys.argv[1])
indptr, near = given["indptr"], given["near"]
neighbours = {i: [int(j) for j in near[indptr[i]:indptr[i + 1]] if j != i] for i in range(len(indptr) - 1)}
w = libpysal.weights.W(neighbours, silence_warnings=True)
best, z = 1e9, None
for _ in range(int(sys.argv[3])):
    before = time.process_time()
    z = esda.G_Local(given["x"], w, star=True, transform="B", permutations=0).Zs
    best = min(best, time.process_time() - before)
np.save(sys.argv[2], z)
print(best, esda.__version__)
"""


def surface(rings: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Counts on a disk of H3 cells, and the CSR of each cell with its ring."""
    cells = sorted(h3.grid_disk(h3.latlng_to_cell(30.0, -102.0, 5), rings))
    at = {cell: i for i, cell in enumerate(cells)}
    rows = [sorted(at[n] for n in h3.grid_disk(cell, 1) if n in at) for cell in cells]
    indptr = np.cumsum([0, *(len(row) for row in rows)]).astype(np.int64)
    x = np.random.default_rng(0).poisson(2.0, len(cells)).astype(np.float64)
    return x, indptr, np.concatenate([np.array(row, np.int64) for row in rows])


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--esda", required=True, help="a Python that has esda and libpysal")
    parser.add_argument(
        "--rings", type=int, nargs="+", default=[35, 81], help="rings around the middle: 3,781 and 19,927 cells"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of each; the least counts")
    given = parser.parse_args()
    for rings in given.rings:
        x, indptr, near = surface(rings)
        cpu = []
        for _ in range(given.repeat):
            before = time.process_time()
            z = gi_star(x, indptr, near)
            cpu.append(time.process_time() - before)
        with tempfile.TemporaryDirectory() as name:
            inputs, answer = Path(name, "given.npz"), Path(name, "z.npy")
            np.savez(inputs, x=x, indptr=indptr, near=near)
            command = [given.esda, "-c", PEER, str(inputs), str(answer), str(given.repeat)]
            said = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.split()
            apart = float(np.abs(np.load(answer) - z).max())
        if not apart <= TOLERANCE:
            raise SystemExit(f"Gi*: scores differ by {apart:.1e}")
        theirs = float(said[0])
        print(f"Gi* on {len(x):,} cells: equal to {apart:.0e}; {min(cpu) * 1e3:.2f} ms CPU, esda {said[1]} {theirs * 1e3:.1f} ms, "
              f"{theirs / min(cpu):.0f} times")  # fmt: skip


if __name__ == "__main__":
    main()
