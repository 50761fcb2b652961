"""How well inferred links find hidden ones in the shipped examples: ``python benchmarks/infer_links.py``.

One link in five is hidden, and the allocation has to rank its supplier among all makers that the buyer does not have
already, against distance alone and against a uniform ranking. All links of the examples are illustrative: they were put there
by people who looked at capacities and distances. So this shows whether the allocation agrees with them, not whether it
knows the world; that takes links that somebody declared.
"""

from __future__ import annotations

import argparse
import time

import polars as pl

import tierscape
from tierscape.network import Network
from tierscape.quantities.link_skill import link_skill

NETWORKS = ("ev-battery-central-europe", "auto-electronics-mexico")


def as_if_declared(network: Network) -> Network:
    """Take the links of an example for declared ones, so that some can be hidden."""
    return network.with_tables(links=network["links"].with_columns(evidence=pl.lit("declared")))


def main() -> None:
    """Print the figures by kind of part, the mean over seeds, and whether the allocation is ahead of both."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=5, help="how often other links are hidden")
    given = parser.parse_args()
    for name in NETWORKS:
        network = as_if_declared(tierscape.load(name))
        before = time.process_time()
        runs = pl.concat([link_skill(network, seed=seed) for seed in range(given.seeds)]).drop_nulls("auc")
        cpu = time.process_time() - before
        print(f"\n{name}: {network['links'].height:,} links taken for declared, {given.seeds} seeds, {cpu:.2f} CPU s")
        print(
            f"{'kind':12}{'hidden':>8}{'sites':>7}{'hit rate':>10}{'AUC':>8}{'distance':>10}{'uniform':>9}{'log-loss':>10}{'distance':>10}{'uniform':>9}  ahead"
        )
        means = runs.group_by("kind", maintain_order=True).agg(pl.col(pl.Float64, pl.Int64).mean())
        for row in means.iter_rows(named=True):
            ahead = row["auc"] > max(row["auc_distance"], row["auc_uniform"])
            print(
                f"{row['kind']:12}{row['hidden_links']:8.0f}{row['candidates']:7.0f}{row['hit_rate']:10.2f}{row['auc']:8.3f}"
                f"{row['auc_distance']:10.3f}{row['auc_uniform']:9.3f}{row['log_loss']:10.3f}{row['log_loss_distance']:10.3f}"
                f"{row['log_loss_uniform']:9.3f}  {'yes' if ahead else 'NO'}"
            )


if __name__ == "__main__":
    main()
