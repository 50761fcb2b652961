import base64
import hashlib
import io
import re
import zipfile
from html import unescape

import polars as pl
import pytest

from density_sample import HOSTILE
from tierscape.charts import Chart, ranked_bars
from tierscape.errors import Finding
from tierscape.render import (
    Bar,
    Callout,
    Card,
    Cards,
    Findings,
    Heading,
    KeyValues,
    Picture,
    Section,
    TableBlock,
    Text,
    page,
    shown,
    to_csv,
)
from tierscape.render.drawing import island, svg
from tierscape.schema import Column, Table

TABLE = Table("things", "a thing", ("thing",), (
    Column("thing", "text", "Key."),
    Column("nearest_km", "number", "Distance.", unit="km"),
    Column("year", "integer", "Year.", unit="year"),
    Column("empty", "number", "Nothing.", unit="share"),
))  # fmt: skip
FRAME = pl.DataFrame({"thing": ["a", HOSTILE], "nearest_km": [1234.5, None], "year": [2027, 2028],
                      "empty": [None, None]}, schema_overrides={"empty": pl.Float64})  # fmt: skip


def everything(*, static: bool = False) -> str:
    spec = ranked_bars(pl.DataFrame({"n": [HOSTILE], "v": [1.0]}), label="n", value="v", title="Distance, km")
    finding = Finding(
        rule="r", severity="warning", table="t", column="c", problem=HOSTILE, remedy=HOSTILE, value=HOSTILE
    )
    blocks = (
        Text(HOSTILE, lead=True), Heading(HOSTILE), Callout(HOSTILE), Cards((Card(HOSTILE, HOSTILE, HOSTILE),)),
        Bar(HOSTILE, {HOSTILE: 1.0}), KeyValues(HOSTILE, {HOSTILE: HOSTILE}), Findings((finding,)),
        Picture("pic", Chart("bars", HOSTILE, spec, HOSTILE, "things", HOSTILE), "things"),
        TableBlock("things", HOSTILE, TABLE, FRAME),
    )  # fmt: skip
    return page(HOSTILE, HOSTILE, [Section("all", HOSTILE, blocks)], static=static, note=HOSTILE)


def policy_of(html: str) -> str:
    return unescape(re.search(r'Content-Security-Policy" content="([^"]+)"', html)[1])


@pytest.mark.parametrize("static", [False, True])
def test_script_in_any_text_shows_as_text(static):
    html = everything(static=static)
    assert "<img src=x" not in html
    assert "</script><img" not in html
    assert html.count("&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;") >= 20


def test_static_page_has_no_script_and_forbids_all():
    html = everything(static=True)
    policy = policy_of(html)
    assert "<script" not in html
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src data:;")
    assert "script-src" not in policy
    assert "<svg" in html


def test_policy_lists_the_hash_of_every_script_that_runs():
    html = everything()
    policy = policy_of(html)
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts]
    assert len(scripts) == 2
    assert re.search(r"script-src ([^;]+);", policy)[1].split() == hashes
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


@pytest.mark.parametrize("static", [False, True])
def test_page_names_no_address_but_those_of_xml_namespaces(static):
    addresses = set(re.findall(r"https?://[^\s\"'<>`)]+", everything(static=static)))
    assert {a for a in addresses if not a.startswith("http://www.w3.org/")} == set()


def test_table_shows_units_dashes_for_the_unknown_and_names_empty_columns():
    html = everything(static=True)
    assert 'nearest<span class="unit">km</span>' in html
    assert "<td class=n>1\u2009230</td>" in html
    assert '<td class="unknown n"><abbr title="unknown">–</abbr></td>' in html
    assert "Without any value: empty." in html
    assert "<td class=n>2027</td>" in html


def test_only_fifty_rows_are_shown_and_the_link_holds_all():
    frame = pl.DataFrame({"thing": [f"t{i}" for i in range(80)], "nearest_km": [1.0] * 80, "year": [2000] * 80,
                          "empty": [0.0] * 80})  # fmt: skip
    html = page("T", "A", [Section("s", "S", (TableBlock("things", "Things", TABLE, frame),))], static=True)
    assert "<td>t49</td>" in html
    assert "<td>t50</td>" not in html
    assert "The first 50 of 80 rows are shown." in html
    assert "%0At79,1.0,2000,0.0" in re.search(r'href="(data:text/csv[^"]+)"', html)[1]


def test_chart_is_described_and_linked_to_its_table():
    html = everything()
    assert 'aria-describedby="pic-says"' in html
    assert '<a href="#things">' in html
    assert 'id="things"' in html


def test_json_inside_a_script_element_has_no_markup_characters():
    text = island({"a": "<!--</script>&\u2028\u2029"})
    assert not set("<>&\u2028\u2029") & set(text)
    assert text == r'{"a":"\u003c!--\u003c/script\u003e\u0026\u2028\u2029"}'


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (None, "", "–"), (0.0, "km", "0"), (0.123456, "share", "0.123"), (1234567.0, "money", "1\u2009230\u2009000"),
        (-1234.0, "", "−1\u2009230"), (999.6, "", "1\u2009000"), (2027, "year", "2027"), (12345, "sites", "12\u2009345"),
        (True, "", "yes"), (False, "", "no"), (47.123456, "deg", "47.123"), ("x", "", "x"), (0.00001234, "", "0.0000123"),
    ],
)  # fmt: skip
def test_numbers_read_as_people_write_them(value, unit, text):
    assert shown(value, unit) == text


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "|x", "%x", "＝1", "\tx"])
def test_text_that_a_spreadsheet_would_run_is_kept_as_text_in_csv(text):
    frame = pl.DataFrame({"thing": [text], "nearest_km": [-1.5], "year": [1], "empty": [None]},
                         schema_overrides={"empty": pl.Float64})  # fmt: skip
    line = to_csv(frame, TABLE).splitlines()[1]
    assert line.startswith(f"'{text}")
    assert ",-1.5," in line


def test_long_table_is_linked_as_a_zip_that_holds_the_whole_csv():
    frame = pl.DataFrame({"thing": [f"t{i}" for i in range(9000)], "nearest_km": [1.0] * 9000, "year": [2000] * 9000,
                          "empty": [0.0] * 9000})  # fmt: skip
    html = page("T", "A", [Section("s", "S", (TableBlock("things", "Things", TABLE, frame),))], static=True)
    packed = base64.b64decode(re.search(r'href="data:application/zip;base64,([^"]+)"', html)[1])
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        assert archive.namelist() == ["things.csv"]
        assert archive.read("things.csv").decode() == to_csv(frame, TABLE)
    assert "zipped CSV" in html


def test_drawing_is_made_lighter_without_touching_what_is_written():
    name = 'x class="y" 1.2345'
    spec = ranked_bars(pl.DataFrame({"n": [name], "v": [1.0]}), label="n", value="v", title="Distance, km")
    drawn = svg(Chart("bars", "Bars", spec, "Bars.", "things"), "pic")
    assert unescape(drawn).count(f">{name}</text>") == 1
    assert drawn.count("font-family") == 1
    assert not re.search(r"<[^>]* (class|role)=", re.sub(r">[^<]*<", "><", drawn))
    assert not re.search(r'transform="translate\([^"]*\.\d\d', drawn)
