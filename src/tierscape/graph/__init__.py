"""From ids to integers: the bill of materials below a product, and who supplies whom with what."""

from __future__ import annotations

from tierscape.graph.supply import IN_HOUSE, SupplyGraph, supply_graph
from tierscape.graph.tree import OWN_SHARE, Group, Need, Tree, bom_tree, sites_of

__all__ = ["IN_HOUSE", "OWN_SHARE", "Group", "Need", "SupplyGraph", "Tree", "bom_tree", "sites_of", "supply_graph"]
