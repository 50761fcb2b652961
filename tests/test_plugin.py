"""An analysis of another package: one file and an entry point make it appear in every door."""

import importlib
import sys
from pathlib import Path

import pytest

PLUGIN = '''
"""Counts sites by country."""

from dataclasses import dataclass
from typing import Annotated, ClassVar

import polars as pl
from pydantic import Field

from tierscape.network import Network
from tierscape.registry import analysis
from tierscape.results import Result
from tierscape.schema import Column, Table

COUNTRIES = Table("countries", "a country", ("country",), (
    Column("country", "text", "Country."),
    Column("sites", "integer", "Sites.", unit="sites"),
))


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadCount(Result):
    """Sites by country."""

    TABLES: ClassVar[tuple[Table, ...]] = (COUNTRIES,)

    countries: pl.DataFrame

    def sentence(self) -> str:
        return f"{self.countries['sites'].sum()} sites stand in {self.countries.height} countries."


@analysis("Head count", reads=("sites",))
def headcount(
    network: Network, *, least: Annotated[int, Field(ge=1, description="Least sites of a country.")] = 1
) -> HeadCount:
    """Count sites by country."""
    counted = network["sites"].drop_nulls("country").group_by("country").agg(pl.len().cast(pl.Int64).alias("sites"))
    return HeadCount(countries=counted.filter(pl.col("sites") >= least).sort("country"))
'''


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """One file, and beside it what an installer writes about it."""
    (tmp_path / "headcounts.py").write_text(PLUGIN)
    info = tmp_path / "headcounts-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: headcounts\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[tierscape.analyses]\nheadcount = headcounts:headcount\n")
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    sys.modules.pop("headcounts", None)


def test_plugin_is_listed_after_ours_with_its_package(plugin, tierscape):
    lines = tierscape("analyses").out.splitlines()
    assert lines[0].startswith("density")
    assert lines[-1].split(maxsplit=1) == ["headcount", "From headcounts."]


def test_plugin_has_a_command_in_the_help(plugin, tierscape):
    assert "\n  headcount " in tierscape("--help").out
    assert "--least" in tierscape("headcount", "--help").out


def test_plugin_is_not_imported_before_it_is_asked_for(plugin, tierscape):
    tierscape("--help")
    assert "headcounts" not in sys.modules


def test_plugin_runs_from_the_command_line(plugin, tierscape):
    ran = tierscape("headcount", "mini", "--least", "2")
    assert ran.code == 0
    assert ran.out.startswith("10 sites stand in 2 countries. Of the 11 rows that this rests on")
    assert tierscape("headcount", "mini", "--least", "0").code == 4


def test_plugin_appears_in_the_report_when_asked_for(plugin, tierscape, tmp_path):
    page = tmp_path / "page.html"
    words = ["report", "mini", "--analyses", "headcount", "--set", "headcount.least=2", "-o", page]
    assert tierscape(*words).code == 0
    assert "10 sites stand in 2 countries." in page.read_text()
    assert "Head count" in page.read_text()


def test_nearest_name_counts_plugins_too(plugin, tierscape):
    assert "Did you mean 'headcount'?" in tierscape("report", "mini", "--analyses", "hedcount").err


def test_plugin_appears_on_the_page_of_analyses_in_the_docs(plugin, monkeypatch):
    tools = Path(__file__).parents[1] / "tools"
    if not (tools / "docs_pages.py").exists():
        pytest.skip("the generator of the docs' pages is not beside the tests")
    monkeypatch.syspath_prepend(tools)
    page = importlib.import_module("docs_pages").analyses_page()
    assert "## headcount" in page
    assert "Least sites of a country." in page
