import polars as pl
import pytest

from tierscape import reference
from tierscape.reference.facts import FOLDER

TABLES = (
    reference.countries, reference.country_sources, reference.democracy, reference.freight, reference.crossings,
    reference.hubs, reference.blocs, reference.gazetteer, reference.sources,
)  # fmt: skip


def test_every_data_file_has_a_row_in_sources_and_every_row_a_file():
    shipped = {p.name for p in FOLDER.iterdir() if p.suffix in {".csv", ".json", ".xz"}} - {"SOURCES.csv"}
    assert set(reference.sources()["file"]) == shipped
    assert reference.sources().null_count().sum_horizontal().item() == 0


def test_files_under_a_licence_of_their_own_ship_its_notice():
    assert "CC BY-SA 4.0" in (FOLDER / "vdem.NOTICE").read_text(encoding="utf-8")
    assert "Permission to use, copy" in (FOLDER / "countries-50m.LICENSE").read_text(encoding="utf-8")


def test_v_dem_stands_in_its_own_file_alone():
    assert not [c for c in reference.countries().columns if "vdem" in c]
    assert reference.democracy().columns == ["iso2", "polyarchy", "libdem"]
    assert reference.democracy()["polyarchy"].is_between(0, 1).all()


def test_facts_cover_79_countries_with_valid_codes():
    iso2 = reference.countries()["iso2"]
    assert len(iso2) == iso2.n_unique() == 79
    assert set(iso2) <= reference.country_codes()
    assert set(reference.blocs()["iso2"]) <= reference.country_codes()
    assert set(reference.hubs()["country"]) <= reference.country_codes()


def test_every_source_that_a_country_figure_names_is_described():
    known = set(reference.country_sources()["key"])
    named = {
        value
        for column in reference.countries().columns
        if column.endswith("_source")
        for value in reference.countries()[column].drop_nulls()
    }
    assert named <= known


def test_unverified_figures_keep_their_label():
    poland = reference.countries().row(by_predicate=pl.col("iso2") == "PL", named=True)
    assert poland["labour_cost_source"] == "eurostat_lc_unverified"
    assert poland["labour_cost_prior_source"] == "prior"
    assert "unverified" in set(reference.freight()["label"])
    assert "unverified" in set(reference.crossings()["label"])
    assert reference.freight()["label"].null_count() == 0
    assert reference.hubs()["label"].null_count() == 0


def test_unknown_is_null_and_not_zero():
    taiwan = reference.countries().row(by_predicate=pl.col("iso2") == "TW", named=True)
    assert taiwan["un_ideal_point_2019"] is None


def test_vintages_name_every_file():
    assert reference.vintages()["vdem.csv"] == "2025"
    assert len(reference.vintages()) == reference.sources().height


@pytest.mark.parametrize("table", TABLES)
def test_tables_are_read_once(table):
    assert table() is table()
    assert table().height > 0


def test_names_and_codes():
    assert reference.country_name("DE") == "Germany"
    assert reference.country_name("XK") == "Kosovo"
    assert reference.country_name("not a code") == "not a code"
    assert reference.country_name("KP") != "KP"
    assert {"EUR", "MXN"} <= reference.currency_codes()
    assert "XX" not in reference.country_codes()
    assert reference.subdivision_name("MX-NLE") == "Nuevo León"
    assert reference.subdivision_name("my own key") is None


def test_customs_unions_hold_the_union_and_turkiye_but_no_free_trade_area():
    same = reference.same_customs_union
    assert same("DE", "MT")
    assert same("TR", "FR")
    assert same("CH", "LI")
    assert not same("US", "MX")
    assert not same("DE", "NO")
    assert not same("TR", "MC")
    assert same("US", "US")


def test_trade_blocs_leave_out_security_and_money():
    assert reference.same_bloc("US", "MX")
    assert reference.same_bloc("TR", "HU")
    assert not reference.same_bloc("US", "DE")  # NATO alone
    assert not {"nato", "quad", "schengen", "euro_area", "mnna"} & set(reference.TRADE_BLOCS)
    assert set(reference.TRADE_BLOCS) <= set(reference.blocs()["bloc"])


def test_european_union_has_27_members_and_all_stand_in_the_eea():
    assert len(reference.member_of("eu")) == 27
    assert reference.member_of("eea") == reference.member_of("eu") | {"IS", "LI", "NO"}


def test_unknown_bloc_is_an_error_that_names_the_blocs():
    with pytest.raises(KeyError, match="usmca"):
        reference.member_of("nafta")
