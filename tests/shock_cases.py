"""Small networks whose stops can be followed by hand."""

from network_tables import make_network
from tierscape.graph import supply_graph
from tierscape.quantities.firm_lines import firm_lines, network_at
from tierscape.quantities.targets import places

LAND = {
    "parts": "part kind unit_value\nfg product 100\ncomp component 40\nraw material 10",
    "bom": "parent child quantity\nfg comp 1\ncomp raw 1",
    "sites": "site organization country region lat lon ttr_days alternate_ttr_days\n"
    "F Fo DE R1 50 10 20 .\nC Co PL R2 51 17 40 12\nR Ro CN R3 30 110 . .\nS Ro CN R3 31 111 60 .",
    "capabilities": "site part capacity_per_year finished_stock_days\nF fg 3650 5\nC comp 3650 .\nR raw 3650 .\nS raw 3650 .",
    "nodes": "node kind lat lon country other_country mode\n"
    "zgorz border_crossing 51 15 DE PL road\nolsz border_crossing 51 15 DE PL road\nport seaport 54 18 PL . .",
    "links": "supplier buyer part volume_per_year stock_days mode route freight_per_unit\n"
    "C F comp 3650 3 road zgorz 2\nR C raw 1825 2 sea port .\nS C raw 1825 2 rail . 4",
    "demand": "region product year volume_per_year unit_margin\nR1 fg 2027 3650 100",
}  # fmt: skip


def land(**tables):
    """Make the network with some tables replaced, its lines, and where they are."""
    network, _ = network_at(make_network(**(LAND | tables)))
    firm = firm_lines(network, supply_graph(network))
    return network, firm, places(network, firm)
