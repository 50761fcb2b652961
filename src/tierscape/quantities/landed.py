"""What a unit of each option costs where it is needed: the inputs of all terms with their ranges, in one pass."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from tierscape.errors import Finding
from tierscape.kernels.unit_cost import INPUTS, TERMS, unit_cost
from tierscape.network import Network
from tierscape.quantities.duties import Duties, duty_stack
from tierscape.quantities.landed_choices import Stock, Study, Tariffs
from tierscape.quantities.landed_doubts import landed_doubts
from tierscape.quantities.landed_offsets import limit_entry_fees, passed_on, refunded
from tierscape.quantities.landed_options import Options
from tierscape.quantities.landed_own_figures import own_entity, own_loss
from tierscape.quantities.lanes import LaneOptions, lanes, money_of_a_dollar
from tierscape.reference import member_of, same_customs_union
from tierscape.reference.tariffs import is_bloc, read_tariffs
from tierscape.reference.tariffs import tariffs as shipped

Floats = NDArray[np.float64]

FREIGHT_MOST = 0.25
"""Freight where nothing is known of it, at most this share of the price; our judgement."""
INSURANCE_SPAN = (0.8, 1.2)
LEAD_SPAN = (0.75, 1.5)
"""Range of a transit time that nobody stated, as multiples; our judgement."""
LEAD_SD_SPAN = (0.5, 2.0)
"""Range of the spread of the lead time where it is not measured, as multiples; our judgement."""
DEFECT_SPAN = (0.5, 2.0)
"""Range of the defects that follow from distance alone, as multiples; our judgement."""
DEFECTS_A_TENFOLD = 1.039
"""Defects a tenfold distance: Bray, Serpa & Colak (2019), Management Science, 27,807 parts."""
BASE_KM = 300.0
ADMIN_MOST = 0.03
DEFECT_MOST = 10.0
"""A defect costs at most this many times the price: 40 is too much for a metre of wire; our judgement."""
BROKER_MOST = 0.02
"""A broker costs at most this share of the price; our judgement."""
LOT_DAYS = 30.0
"""Most days of demand that a shipment is taken to cover where its size is unknown; our judgement."""
OWN = ("defect_ppm", "lead_sd_days", "order_lot", "input_duty_per_unit")
"""Indicators of a capability (``site/part``) or a site that go before our defaults."""


@dataclass(frozen=True, eq=False)
class Landed:
    """Options with all inputs of their unit cost; n options.

    Parameters
    ----------
    frame : polars.DataFrame
        The options, see ``Options``, with ``distance_km``, ``distance_method``, ``transit_days``, ``mode``, ``met``.
    value, low, high : dict of str to numpy.ndarray of float64, shape (n,)
        Inputs of ``kernels.unit_cost``; NaN in ``value`` is unknown.
    grade : dict of str to list
        Grade of evidence of each input; null for none.
    duties : Duties
        Layers that hold.
    landed_worth : bool
        What stock is worth.
    findings : tuple of Finding
    """

    frame: pl.DataFrame
    value: dict[str, Floats]
    low: dict[str, Floats]
    high: dict[str, Floats]
    grade: dict[str, list[str | None]]
    duties: Duties
    landed_worth: bool
    findings: tuple[Finding, ...]

    def terms(self, inputs: dict[str, Floats] | None = None) -> dict[str, Floats]:
        """Give the terms, money a unit, each of shape (n,)."""
        found = unit_cost(self.value if inputs is None else inputs, landed_worth=self.landed_worth)
        return {name: np.broadcast_to(found[name], len(self.frame)).astype(float) for name in TERMS}

    @property
    def ends(self) -> tuple[dict[str, Floats], dict[str, Floats]]:
        """Terms at the low and at the high end of what is unknown."""
        swap = {"offsets": self.high["offsets"]}, {"offsets": self.low["offsets"]}
        return self.terms({**self.low, **swap[0]}), self.terms({**self.high, **swap[1]})

    @property
    def settled(self) -> dict[str, Floats]:
        """Inputs with the low end where the value is unknown: what a unit costs at least of it."""
        return {name: np.where(np.isnan(v), self.low[name], v) for name, v in self.value.items()}


class _Inputs:
    """Value, low and high end of each input, filled one by one."""

    def __init__(self, rows: int) -> None:
        self.rows = rows
        self.value = {name: np.full(rows, default) for name, default in INPUTS.items()}
        self.low = {name: v.copy() for name, v in self.value.items()}
        self.high = {name: v.copy() for name, v in self.value.items()}
        default: list[str | None] = ["inferred"] * rows
        self.grade: dict[str, list[str | None]] = dict.fromkeys(INPUTS, default)

    def put(self, name: str, value: pl.Series | Floats | float, low: object = None, high: object = None) -> None:
        """Set an input; without ends it is certain."""
        self.value[name] = _floats(value, self.rows)
        self.low[name] = self.value[name] if low is None else _floats(low, self.rows)
        self.high[name] = self.value[name] if high is None else _floats(high, self.rows)


def _floats(values: object, rows: int) -> Floats:
    if isinstance(values, pl.Series):
        return values.cast(pl.Float64).fill_null(np.nan).to_numpy().copy()
    return np.broadcast_to(np.asarray(values, dtype=np.float64), rows).copy()


def landed(options: Options, *, on: dt.date, tariffs: Tariffs, stock: Stock, study: Study) -> Landed:
    """Find all inputs of the unit cost of each option, and their ranges.

    Parameters
    ----------
    options : Options
        From ``landed_options``.
    on : datetime.date
        Day of entry, for duties.
    tariffs, stock, study : Tariffs, Stock, Study

    Returns
    -------
    Landed
        An input that is unknown is NaN with a range; nothing that is unknown is 0.

    Raises
    ------
    ParameterError
        A tariff case or file is unknown.
    DataError
        See ``lanes``.

    Notes
    -----
    O(options · layers of duty). Ranges: stated is a point; freight and duty as their sources say; where nothing is known,
    the constants of this file.

    References
    ----------
    Bray, Serpa & Colak (2019), Supply chain proximity and product quality, Management Science 65(9).
    """
    frame = _with_lanes(options, study)
    rules = shipped() if tariffs.rules is None else read_tariffs(tariffs.rules)
    frame = _with_programmes(frame, rules)
    frame = frame.with_columns(met=_met(options.network, frame, on, tariffs))
    x = _Inputs(frame.height)
    _prices(x, frame)
    _freight(x, frame, study)
    duties = _duties(x, frame, on, tariffs, rules)
    _stock(x, frame, stock)
    own = _own_figures(options.network, frame)
    _quality(x, frame, own, study)
    _border(x, frame, tariffs, study)
    x.put("kg_co2e", frame["kg_per_unit"], frame["kg_low"].fill_null(0.0), frame["kg_high"])
    x.put("carbon_price", study.carbon_price)
    x.put("labour_hours", frame["hours"].fill_null(0.0))
    x.put("entity", *own_entity(frame, study))
    if study.expected_loss:
        x.put("risk", *own_loss(options.network, frame))
    _offsets(x, frame, own, options.network, study, on)
    _state(x, frame, own, options)
    plain = [name for name, asked in options.what_if.items() if "duty_rate" in asked.stated]
    layers = _of_first_case(duties, frame, tariffs, plain)
    limit_entry_fees((x.value, x.low, x.high), frame, layers, on, money_of_a_dollar(options.network, study.usd))
    return Landed(frame, x.value, x.low, x.high, x.grade, duties, stock.value_basis == "landed",
                  (*options.findings, *duties.findings, *landed_doubts(frame, x.value)))  # fmt: skip


def _with_lanes(options: Options, study: Study) -> pl.DataFrame:
    """Add distance, transit, freight and emissions; a lane between places that are not known has none."""
    asked = options.frame.select("supplier", "part", "mode", "route", "distance_km", "transit_days", "freight_per_unit",
                                 buyer="at")  # fmt: skip
    found = lanes(options.network, asked, LaneOptions(usd=study.usd, road_limit_km=study.road_limit_km))
    new = found.select("mode", "distance_km", "distance_method", "transit_days", "freight_per_unit", "freight_low",
                       "freight_high", "freight_source", "kg_per_unit", "kg_low", "kg_high")  # fmt: skip
    stated = options.frame.select(transit_stated=pl.col("transit_days").is_not_null())
    return options.frame.drop("mode", "distance_km", "transit_days", "freight_per_unit").hstack(new).hstack(stated)


def _with_programmes(frame: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Add the programmes of the tariff that goods between the two countries might meet, joined by ``;``."""
    named = sorted({*rules["only_if"], *rules["exempt_if"]} - {""})
    pairs = frame.select("country", "buyer_country").unique()
    words = [
        ";".join(p for p in named if a != b and (not is_bloc(p) or {a, b} <= member_of(p))) for a, b in pairs.rows()
    ]
    pairs = pairs.with_columns(programmes=pl.Series(words, dtype=pl.String))
    return frame.join(pairs, on=["country", "buyer_country"], how="left", nulls_equal=True, maintain_order="left")


def _met(network: Network, frame: pl.DataFrame, on: dt.date, tariffs: Tariffs) -> pl.Series:
    """Give the agreements whose rules the part of each option meets; null where nobody said."""
    if tariffs.preference == "not_met":
        return pl.Series([""] * frame.height, dtype=pl.String)
    if tariffs.preference == "met":
        return frame["programmes"]
    claims = network["origin_claims"].filter(
        (pl.col("valid_from").fill_null(on) <= on) & (pl.col("valid_to").is_null() | (pl.col("valid_to") > on))
        & pl.col("originating").is_not_null()
    )  # fmt: skip
    held = claims.group_by("site", "part").agg(
        met=pl.col("agreement").filter(pl.col("originating")).sort().str.join(";")
    )
    return frame.select("supplier", "part").join(
        held, left_on=["supplier", "part"], right_on=["site", "part"], how="left", maintain_order="left"
    )["met"]  # fmt: skip


def _prices(x: _Inputs, frame: pl.DataFrame) -> None:
    x.put("price", frame["price"], frame["price_low"], frame["price_high"])
    x.grade["price"] = frame["price_evidence"].to_list()


def _freight(x: _Inputs, frame: pl.DataFrame, study: Study) -> None:
    most = FREIGHT_MOST * x.high["price"]
    low, high = (_floats(frame[c], x.rows) for c in ("freight_low", "freight_high"))
    x.put("freight", frame["freight_per_unit"], np.where(np.isnan(low), 0.0, low), np.where(np.isnan(high), most, high))
    stated = frame["freight_source"].fill_null("") == "stated"
    x.grade["freight"] = frame.select(
        pl.when(stated).then("evidence").otherwise(pl.lit("inferred"))
    ).to_series().to_list()  # fmt: skip
    low_share, high_share = INSURANCE_SPAN
    x.put("insurance_rate", study.insurance, study.insurance * low_share, study.insurance * high_share)


def _duties(x: _Inputs, frame: pl.DataFrame, on: dt.date, tariffs: Tariffs, rules: pl.DataFrame) -> Duties:
    goods = goods_of(frame, on)
    found = duty_stack(goods, rules, cases=tariffs.cases)
    first = found.totals.filter(pl.col("case") == tariffs.cases[0])
    put_duties(x.value, x.low, x.high, first, _floats(frame["mass_kg"], x.rows))
    sources = (
        found.layers.filter(pl.col("case") == tariffs.cases[0])
        .group_by("row")
        .agg(remembered=pl.col("source").str.starts_with("unverified").any())
    )
    grade = pl.DataFrame({"row": range(x.rows)}, schema={"row": pl.UInt32}).join(
        sources, on="row", how="left", maintain_order="left"
    )
    x.grade["duty_rate"] = [None if yes is None else "inferred" if yes else "observed" for yes in grade["remembered"]]
    return found


def goods_of(frame: pl.DataFrame, on: dt.date) -> pl.DataFrame:
    """Give options as goods for ``duty_stack``."""
    return frame.select("hs6", "met", importer="buyer_country", origin="country", on=pl.lit(on))


def put_duties(
    value: dict[str, Floats], low: dict[str, Floats], high: dict[str, Floats], totals: pl.DataFrame, mass: Floats
) -> None:
    """Write rates of ``duty_stack`` as inputs; the range of a rate on freight too counts as one on the price."""
    known = totals["known"].to_numpy()
    cif = totals["rate_cif"].to_numpy()
    plain = (totals["rate_fob"] + totals["rate_non_us_content"] + totals["rate_metal_content"]).to_numpy()
    ends = {end: totals[f"rate_{end}"].to_numpy() for end in ("low", "high")}
    by_mass = totals["per_kg"].to_numpy()
    specific = totals["per_unit"].to_numpy() + np.where(by_mass == 0.0, 0.0, by_mass * mass)
    value["duty_rate"], value["duty_rate_cif"] = np.where(known, plain, np.nan), np.where(known, cif, 0.0)
    low["duty_rate_cif"] = np.minimum(cif, ends["low"])
    low["duty_rate"] = np.minimum(ends["low"] - low["duty_rate_cif"], plain)
    high["duty_rate_cif"] = cif
    high["duty_rate"] = np.maximum(ends["high"] - cif, plain)
    value["duty_per_unit"] = specific
    low["duty_per_unit"] = np.nan_to_num(specific, nan=0.0)
    high["duty_per_unit"] = np.nan_to_num(specific, nan=float(by_mass.max(initial=0.0)) * 1000.0)


def _stock(x: _Inputs, frame: pl.DataFrame, stock: Stock) -> None:
    days = frame["transit_days"]
    stated = frame["transit_stated"].to_numpy()
    low, high = (np.where(stated, 1.0, span) for span in LEAD_SPAN)
    known = _floats(days, x.rows)
    x.put("lead_days", days, np.where(np.isnan(known), 0.0, known * low), np.where(np.isnan(known), 60.0, known * high))
    narrow, wide = LEAD_SD_SPAN
    x.put(
        "lead_sd",
        days * stock.lead_cv,
        x.low["lead_days"] * stock.lead_cv * narrow,
        x.high["lead_days"] * stock.lead_cv * wide,
    )
    demand = np.nan_to_num(_floats(frame["volume"], x.rows) / 365.0, nan=1.0)
    x.put("demand", demand)
    x.put("demand_sd", demand * stock.demand_cv)
    x.put("service_z", stock.service_z)
    ends = [stock.holding if end is None else end for end in (stock.holding_low, stock.holding_high)]
    x.put("holding", stock.holding, *ends)
    x.put("lot", np.nan, 0.0, LOT_DAYS * demand)


def _own_figures(network: Network, frame: pl.DataFrame) -> pl.DataFrame:
    """Give each option its own indicators, those of the capability before those of the site."""
    rows = network["indicators"].filter(
        pl.col("indicator").is_in(OWN) & pl.col("subject_kind").is_in(["capability", "site"])
    )
    rows = rows.sort("year", nulls_last=False).unique(["subject", "indicator"], keep="last", maintain_order=True)
    out = {}
    for name in OWN:
        figures = rows.filter(pl.col("indicator") == name).select("subject", "value")
        line = frame.select(subject=pl.format("{}/{}", "supplier", "part"))
        own = line.join(figures, on="subject", how="left", maintain_order="left")["value"]
        site = frame.select(subject="supplier").join(figures, on="subject", how="left", maintain_order="left")["value"]
        out[name] = own.zip_with(own.is_not_null(), site)
    return pl.DataFrame(out)


def _quality(x: _Inputs, frame: pl.DataFrame, own: pl.DataFrame, study: Study) -> None:
    km = _floats(frame["distance_km"], x.rows)
    rule = study.defect_share * DEFECTS_A_TENFOLD ** np.log10(np.maximum(km, 1.0) / BASE_KM)
    low, high = DEFECT_SPAN
    blank = np.isnan(rule)
    x.put(
        "defects", rule, np.where(blank, 0.0, rule * low), np.where(blank, study.defect_share * 2 * high, rule * high)
    )
    x.put("defect_cost", np.fmin(study.defect_cost, DEFECT_MOST * x.value["price"]))
    back = np.where(np.isnan(x.value["freight"]), x.low["freight"], x.value["freight"])
    x.put("return_freight", back, x.low["freight"], x.high["freight"])
    given = _floats(own["defect_ppm"], x.rows) / 1e6
    for ends in (x.value, x.low, x.high):
        ends["defects"] = np.where(np.isnan(given), ends["defects"], given)


def _border(x: _Inputs, frame: pl.DataFrame, tariffs: Tariffs, study: Study) -> None:
    pairs = frame.select("country", "buyer_country").unique()
    ends = pairs.rows()
    facts = pairs.with_columns(
        crosses=pl.Series([None in pair or not same_customs_union(*pair) for pair in ends], dtype=pl.Boolean),
        unsure=pl.Series([None in pair for pair in ends], dtype=pl.Boolean),
    )
    found = frame.join(facts, on=["country", "buyer_country"], how="left", nulls_equal=True, maintain_order="left")
    crosses, unsure = (found[name].to_numpy() for name in ("crosses", "unsure"))
    able = (frame["programmes"] != "").to_numpy()
    broker = np.fmin(study.broker, BROKER_MOST * x.value["price"])
    x.put("fees", np.where(crosses, broker, 0.0), np.where(crosses & ~unsure, broker, 0.0),
          np.where(crosses, broker, 0.0))  # fmt: skip
    claimed, silent = (frame["met"].fill_null("") != "").to_numpy(), frame["met"].is_null().to_numpy()
    share = np.where(claimed & able, tariffs.admin_share, 0.0)
    most = max(tariffs.admin_share, ADMIN_MOST)
    x.put("compliance_rate", share, share, np.where(able & (claimed | silent), most, 0.0))


def _offsets(x: _Inputs, frame: pl.DataFrame, own: pl.DataFrame, network: Network, study: Study, on: dt.date) -> None:
    value, low, high = passed_on(network, frame, study, on)
    if study.drawback:
        duty = [unit_cost(ends)["duty"] for ends in (x.low, x.high)]
        back = refunded(_floats(own["input_duty_per_unit"], x.rows), (duty[0], duty[1]), x.value["fees"] > 0)
        value, low, high = (a + b for a, b in zip((value, low, high), back, strict=True))
    x.put("offsets", value, low, high)


def _of_first_case(duties: Duties, frame: pl.DataFrame, tariffs: Tariffs, plain: list[str]) -> pl.DataFrame:
    """Give the layers under the case that is costed, of options whose duty is not a plain number."""
    stated = frame.select("option").with_row_index("row").filter(pl.col("option").is_in(plain))
    return duties.layers.filter(pl.col("case") == tariffs.cases[0]).join(stated, on="row", how="anti")


def _state(x: _Inputs, frame: pl.DataFrame, own: pl.DataFrame, options: Options) -> None:
    """Put what the network or a plain number says in place of what was found."""
    for name, column in (("lead_sd", "lead_sd_days"), ("lot", "order_lot")):
        given = _floats(own[column], x.rows)
        for ends in (x.value, x.low, x.high):
            ends[name] = np.where(np.isnan(given), ends[name], given)
    if not options.what_if:
        return
    for ends in (x.value, x.low, x.high):
        ends.update({name: values.copy() for name, values in ends.items()})
    place = frame.with_row_index("n").filter(pl.col("option").is_in(list(options.what_if)))
    for row, name in place.select("n", "option").rows():
        asked = options.what_if[name]
        plain = {"duty_rate_cif": (0.0,) * 3, "duty_per_unit": (0.0,) * 3} if "duty_rate" in asked.stated else {}
        plain |= {"return_freight": asked.stated.get("return_freight", (0.0,) * 3)}
        for inner, (value, low, high) in {**plain, **asked.stated}.items():
            x.value[inner][row], x.low[inner][row], x.high[inner][row] = value, low, high
