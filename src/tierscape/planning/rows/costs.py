"""What operations cost: making, freight, duty, goods under way, carbon; other terms stand with their families."""

from __future__ import annotations

from tierscape.planning.written import Written


def add(written: Written) -> None:
    """Add Σ_t df_t [Σ_a (F_a + duty_at + stock_a + price·g_a) x_at + Σ_e (c_e + price·g_e) q_et] in named terms."""
    df, flow, output = written.discount, written["flow"], written["output"]
    duty = written.labelled(written.problem.lane_duty, "lane", "period").sel(period=written.periods)
    written.charge("making", written.column("pairs", "unit_cost", "pair") * df * output)
    written.charge("freight", written.column("lanes", "freight", "lane") * df * flow)
    written.charge("duty", duty * df * flow)
    written.charge("transit_stock", written.column("lanes", "stock", "lane") * df * flow)
    price = written.ask.finance.co2_price / 1000.0  # money a tonne, emissions in kilograms
    if price > 0:
        written.charge("co2", written.column("pairs", "kg", "pair") * df * price * output)
        written.charge("co2", written.column("lanes", "kg", "lane") * df * price * flow)
