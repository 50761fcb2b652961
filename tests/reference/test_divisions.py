"""The gazetteer's regions: codes of ISO 3166-2, and the right ones."""

from __future__ import annotations

import polars as pl
import pytest

from tierscape.reference import gazetteer, subdivision_name


@pytest.mark.parametrize(
    ("country", "town", "region"),
    [
        ("SK", "Trenčín", "SK-TC"), ("SK", "Nováky", "SK-TC"), ("SK", "Púchov", "SK-TC"), ("SK", "Nitra", "SK-NI"),
        ("SK", "Topoľčany", "SK-NI"), ("LU", "Wiltz", "LU-WI"), ("LU", "Dudelange", "LU-ES"), ("CH", "Chur", "CH-GR"),
        ("BG", "Sofia", "BG-22"), ("BG", "Botevgrad", "BG-23"), ("BG", "Veliko Tŭrnovo", "BG-04"), ("TN", "Sousse", "TN-51"),
        ("TN", "Ben Arous", "TN-13"), ("MD", "Tiraspol", "MD-SN"), ("MD", "Ungheni", "MD-UN"), ("SI", "Koper", "SI-050"),
        ("ME", "Nikšić", "ME-12"), ("UA", "Kyiv", "UA-30"), ("US", "Washington", "US-DC"), ("VN", "Haiphong", "VN-HP"),
        ("HU", "Győr", "HU-GS"), ("CZ", "Brno", "CZ-64"), ("MX", "Saltillo", "MX-COA"), ("RO", "Sibiu", "RO-SB"),
    ],
)  # fmt: skip
def test_town_stands_in_its_region(country, town, region):
    largest = gazetteer().filter((pl.col("country") == country) & (pl.col("name") == town)).sort("population")
    assert largest["region"][-1] == region


def test_every_region_is_a_code_of_its_country():
    pairs = gazetteer().select("country", "region").drop_nulls().unique()
    assert [r for c, r in pairs.iter_rows() if not r.startswith(f"{c}-") or subdivision_name(r) is None] == []
