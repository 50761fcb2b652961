"""The facts behind each example say what it must show; `stress` has to agree."""

import polars as pl
import pytest

import tierscape
from tierscape.analyses.stress import Dynamics, Mitigation, Run, Shocks, stress
from tierscape.network import Network

ASKED = ("survive", "impact", "systemic")


@pytest.fixture(scope="module")
def packs():
    return stress(tierscape.load("ev-battery-central-europe"), ask=ASKED)


@pytest.fixture(scope="module")
def electronics():
    return stress(tierscape.load("auto-electronics-mexico"), ask=ASKED)


def makers(name: str, part: str) -> list[str]:
    network = tierscape.load(name)
    running = network["sites"].filter(pl.col("status").fill_null("operating") == "operating")
    return network["capabilities"].filter(pl.col("part") == part).join(running, on="site", how="semi")["site"].to_list()


def with_stock(network: Network, part: str, days: float) -> Network:
    mine = pl.col("part") == part
    links = network["links"].with_columns(
        pl.when(mine).then(pl.col("stock_days") + days).otherwise("stock_days").alias("stock_days")
    )
    return Network.from_tables(dict(network.tables) | {"links": links}, name=network.name)


def test_five_worst_sites_of_central_europe_are_small_ones_that_stand_alone(packs):
    # "Strong at tiers 1 and 2, empty at tiers 3 and 4": the sole maker of manganese sulphate stands in China.
    five = packs.systemic.head(5)
    assert five["site"][0] == "dalong_tongren"
    assert makers("ev-battery-central-europe", "mn_sulphate") == ["dalong_tongren"]
    small = five.filter(pl.col("own_share") < 0.02).height
    assert small >= 4


def test_worst_stop_in_central_europe_is_the_sole_maker_of_gap_filler_with_little_spend(packs):
    worst = packs.impact.filter(pl.col("target_kind") == "site").row(0, named=True)
    assert worst["target"] == "wacker_burghausen"
    assert makers("ev-battery-central-europe", "gap_filler") == ["wacker_burghausen"]
    assert worst["quiet_giant"]
    assert worst["remedy"] == "wacker_burghausen/gap_filler"


def test_worst_region_of_central_europe_as_a_whole_costs_no_less_than_its_sites(packs):
    worst = packs.worst("region")
    assert worst["target"] == "DE-BY"
    sites = tierscape.load("ev-battery-central-europe")["sites"].filter(pl.col("region") == "DE-BY")["site"]
    alone = packs.impact.filter((pl.col("target_kind") == "site") & pl.col("target").is_in(sites.implode()))
    assert worst["performance_impact"] > alone["performance_impact"].max()


def test_twenty_more_days_at_the_best_place_save_the_loss_of_as_many_days(packs):
    network = tierscape.load("ev-battery-central-europe")
    more = stress(
        with_stock(network, "gap_filler", 20.0),
        ask=("survive", "impact"),
        shocks=Shocks(targets=("site:wacker_burghausen",)),
    )
    before = packs.survive.filter(pl.col("target") == "wacker_burghausen").row(0, named=True)
    longer = more.survive["tts_days"].item() - before["tts_days"]
    assert longer >= 20.0  # days of what flows in, which is more than what is needed
    loss = packs.impact.filter(pl.col("target") == "wacker_burghausen").row(0, named=True)
    a_day = (loss["pi_180d"] - loss["pi_90d"]) / 90
    saved = loss["performance_impact"] - more.impact["performance_impact"].item()
    assert saved == pytest.approx(longer * a_day, rel=0.1)


def test_bad_years_of_central_europe_are_better_with_twenty_more_days_of_something():
    network = tierscape.load("ev-battery-central-europe")
    choices = Mitigation(extra_days=(20.0,), candidates=2)
    answer = stress(
        network, ask=("mitigate",), shocks=Shocks(scenarios=100), dynamics=Dynamics(horizon_days=200),
        mitigation=choices, run=Run(progress=False),
    )  # fmt: skip
    stock = answer.mitigations.filter(pl.col("kind") == "stock")
    assert stock.height >= 1
    assert stock["mean_saved"].max() > 0
    assert stock["option"].str.starts_with("hold 20 more days of").all()


def test_no_figure_of_central_europe_rests_on_links_that_somebody_stated(packs):
    # "No public source gives site-to-site links: every link of the example is inferred."
    suppliers = packs.survive.filter((pl.col("target_kind") == "site") & pl.col("evidence_share").is_not_null())
    assert suppliers["evidence_share"].median() == 0.0


def test_thin_processes_of_mexico_hold_much_of_the_network(electronics):
    # "mould_making and reel_plating are thin"
    top = electronics.systemic.head(5)["part"].str.split("; ").explode().to_list()
    assert "mould_making" in top
    assert len(makers("auto-electronics-mexico", "mould_making")) <= 3


def test_mexico_runs_out_of_laboratory_days_first_where_there_is_one_laboratory(electronics):
    lab = electronics.survive.filter(pl.col("target") == "aptiv_juarez_technical_centre").row(0, named=True)
    assert (lab["exposed"], lab["binding_part"]) == (True, "emc_env_lab")
    assert makers("auto-electronics-mexico", "emc_env_lab") == ["aptiv_juarez_technical_centre"]
    assert electronics.worst("region")["target"] == "MX-CHH"


def test_chips_come_from_outside_so_texas_is_exposed_as_a_region(electronics):
    # "wafer_fab and most mcu stand outside the country"
    texas = electronics.survive.filter(pl.col("target") == "US-TX").row(0, named=True)
    assert (texas["exposed"], texas["binding_part"]) == (True, "power_ic")
    assert texas["tts_low_days"] < texas["tts_days"] < texas["ttr_days"]


def test_sum_of_margins_leaves_out_the_product_without_one_and_says_so(electronics):
    assert {"unknown_margin", "unseen_supply"} <= {finding.rule for finding in electronics.findings}
    gm = electronics.impact.filter(pl.col("target") == "gm_ramos_arizpe").row(0, named=True)
    assert gm["performance_impact"] == 0.0
    assert electronics.survive.filter(pl.col("target") == "gm_ramos_arizpe")["exposed"].item()
