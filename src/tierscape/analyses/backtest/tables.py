"""The tables that `backtest` answers with."""

from __future__ import annotations

from tierscape.schema import Column, Table

MODEL, SAME_PART, TOTAL = "model", "same_part", "total"
CONTENDERS = {
    MODEL: "Entry model",
    SAME_PART: "Count of the part",
    TOTAL: "Count of all sites",
}
ALL_PLACES, HARD = "all", "hard"

_PART = Column("part", "text", "Part or industry code; 'pooled' for all of them together.")
_SUBSET = Column("subset", "text", "'all' places, or the 'hard' ones: without a site of the part so far.")
_MEASURE = Column("measure", "text", "'auc', or 'precision@k': share of the k first places that got a new site.")


def _share(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="share")


def _sites(name: str, description: str) -> Column:
    return Column(name, "number", description, unit="sites")


METRICS = Table("metrics", "how well a contender ranks the places of new sites", ("part", "subset", "measure", "model"), (
    _PART, _SUBSET, _MEASURE,
    Column("model", "text", "'model', or the counts at the end of the fit: 'same_part', 'total'."),
    _share("value", "The measure; an AUC of 0.5 is no skill. Unknown where all places are alike."),
    _share("low", "Lower end of its interval."),
    _share("high", "Upper end of its interval."),
    Column("places", "integer", "Places that are ranked.", unit="1"),
    Column("positives", "integer", "Places that got a new site of the part.", unit="1"),
    Column("new_sites", "integer", "New sites of the part there.", unit="sites"),
))  # fmt: skip

DIFFERENCE = Table("difference", "the model less a count, on the same draws of places", ("part", "subset", "measure", "against"), (
    _PART, _SUBSET, _MEASURE,
    Column("against", "text", "Count that it is compared with."),
    Column("better_count", "boolean", "Whether that is the better of the two counts."),
    Column("difference", "number", "Model less count.", unit="1"),
    Column("low", "number", "Lower end of its interval.", unit="1"),
    Column("high", "number", "Upper end of its interval.", unit="1"),
    Column("verdict", "text", "'better' or 'worse' if the interval leaves 0 out, else 'not distinguishable'."),
))  # fmt: skip

SCORES = Table("scores", "a place, likeliest first", ("part", "place"), (
    _PART,
    Column("place", "text", "Region, or H3 cell."),
    Column("lat", "number", "Latitude; unknown for a region without a site so far.", unit="deg"),
    Column("lon", "number", "Longitude.", unit="deg"),
    Column("rank", "integer", "Rank by score; of tied places the first.", unit="1"),
    _sites("score", "New sites of the part that the model expects."),
    Column("same_part", "integer", "Sites of the part at the end of the fit.", unit="sites"),
    Column("total", "integer", "All sites at the end of the fit.", unit="sites"),
    Column("new_sites", "integer", "New sites of the part since.", unit="sites"),
    Column("truth", "boolean", "Whether it got one."),
))  # fmt: skip

CALIBRATION = Table("calibration", "places of like score: expected against actual new sites", ("part", "group"), (
    _PART,
    Column("group", "integer", "Group, highest scores first; each expects about as many new sites.", unit="1"),
    Column("places", "integer", "Places in it.", unit="1"),
    _sites("expected", "New sites that the model expects there."),
    Column("actual", "integer", "New sites that came.", unit="sites"),
))  # fmt: skip

ALL = (METRICS, DIFFERENCE, SCORES, CALIBRATION)
