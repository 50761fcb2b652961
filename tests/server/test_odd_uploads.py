"""Odd content in good containers: each upload gets one clear answer, and what is let in breaks nothing behind it."""

from __future__ import annotations

import io
import zipfile

import polars as pl
import pytest
from served import LOOSE, SITE, TestClient, W

from tierscape.server import uploads
from tierscape.server.application import create_app
from tierscape.server.importing import child
from tierscape.server.settings import Settings

GOOD = {
    "meta.csv": "name,home\nOdd,DE\n",
    "parts.csv": "part,kind,unit_value\nprod,product,100\ncell,component,10\n",
    "bom.csv": "parent,child,quantity\nprod,cell,2\n",
    "sites.csv": "site,country,lat,lon,name\na,DE,48,11,A\nb,CZ,50,14,B\n",
    "capabilities.csv": "site,part,capacity_per_year\na,prod,100\nb,cell,1000\n",
    "links.csv": "supplier,buyer,part,volume_per_year\nb,a,cell,100\n",
    "regions.csv": "region,country,lat,lon\nr,DE,48,11\n",
    "demand.csv": "region,product,year,volume_per_year\nr,prod,2025,100\n",
}
NUMBERS = {
    "parts.csv": "component,10", "bom.csv": "cell,2", "sites.csv": "DE,48", "capabilities.csv": "cell,1000",
    "links.csv": "cell,100", "demand.csv": "2025,100",
}  # fmt: skip
"""A number of each table."""


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    """A server that reads uploads in this process; test_uploads.py holds that it is one of its own."""
    settings = Settings(**{**LOOSE, "data": tmp_path_factory.mktemp("odd")})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "confine", lambda *_: None)
        patch.setattr(uploads, "_run", lambda source, target, _: child.main([str(source), str(target), "1", "1", "1"]))
        with TestClient(create_app(settings), base_url=SITE, raise_server_exceptions=False) as made:
            yield made


def packed(files: dict[str, str | bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def bring(client, files: dict[str, str | bytes], filename: str = "x.zip"):
    return client.post(f"{W}/networks", params={"filename": filename}, content=packed(files))


def rules(answer) -> set[str]:
    assert answer.status_code in (200, 201, 422), answer.text
    return {finding["rule"] for finding in answer.json()["findings"]}


@pytest.mark.parametrize("table", NUMBERS)
@pytest.mark.parametrize(
    "number", ["1e150", "1e308", "1e400", "nan", "-inf", "0x10", "１２", "-1e200", "1e-320", "=1+1"]
)
def test_number_that_no_arithmetic_holds_is_a_finding_at_its_cell(client, table, number):
    before, _, _ = NUMBERS[table].partition(",")
    content = GOOD[table].replace(NUMBERS[table], f"{before},{number}")
    assert content != GOOD[table]
    answer = bring(client, {**GOOD, table: content})
    assert answer.status_code == 422
    (found,) = [f for f in answer.json()["findings"] if f["severity"] == "error"]
    assert (found["table"], found["rule"] in {"high", "low", "type"}) == (table.removesuffix(".csv"), True)
    assert found["row"] >= 2


@pytest.mark.parametrize("number", ["1e-30", "0", "99999999999999999999999", "+5", ""])
@pytest.mark.parametrize("table", ["parts.csv", "bom.csv", "capabilities.csv"])
def test_odd_number_that_is_let_in_breaks_no_page_and_no_analysis(client, table, number):
    before, _, _ = NUMBERS[table].partition(",")
    answer = bring(client, {**GOOD, table: GOOD[table].replace(NUMBERS[table], f"{before},{number}")})
    assert answer.status_code in (200, 201), answer.text
    at = f"{W}/networks/{answer.json()['digest']}"
    for url in (at, f"{at}/map", f"{at}/export?format=zip", f"{at}/tables/parts"):
        assert client.get(url).status_code == 200
    assert client.get(f"{at}/tiers").status_code in (200, 422)
    for name in ("density", "visibility"):
        assert client.post(f"{at}/analyses/{name}", json={}).status_code in (200, 422)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("A\0B", "control"), ("\x1b[31mred", "control"), ("\u202egnp.exe", "control"), ("a\u2066b", "control"),
        ("x" * 1_200_000, "long"), ("=cmd|' /C calc'!A0", ""), ("</script><img src=x onerror=alert(1)>", ""), ("\ufeffa", ""),
        ("e\u0301" * 50, ""), ('"a\nb"', ""),
    ],
    ids=["nul", "escape", "bidi", "isolate", "long", "formula", "script", "mark", "accents", "lines"],
)  # fmt: skip
def test_hostile_name_is_cleaned_refused_or_kept_as_text(client, name, rule):
    sites = f"site,country,lat,lon,name\na,DE,48,11,{name}\nb,CZ,50,14,B\n"
    answer = bring(client, {**GOOD, "sites.csv": sites})
    assert rule in {*rules(answer), ""}
    if answer.status_code != 422:
        at = f"{W}/networks/{answer.json()['digest']}"
        (row,) = client.get(f"{at}/tables/sites?filter=a&limit=1").json()["rows"]
        assert not set(row["name"]) & set("\0\x1b\u202e\u2066")
        exported = zipfile.ZipFile(io.BytesIO(client.get(f"{at}/export?format=zip").content)).read("sites.csv").decode()
        assert ",=cmd" not in exported


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"../sites.csv": "x"}, "outside"), ({"SITES.csv": "site\na"}, "unreadable"), ({"b/parts.csv": "part"}, "doubled"),
        ({"CON.csv": "a\n1"}, "unknown_table"), ({"bom.csv": "parent,child\nprod,cell\ncell,prod\n"}, "cycle"),
        ({"sites.csv": "site,country\na,DE,1,2\nb\n"}, "too_many_cells"), ({"sites.csv": "a\ud800".encode("utf-8", "surrogatepass")}, "unknown_column"),
        ({"sites.csv": ",".join(f"c{i}" for i in range(20_000)) + "\n"}, "unknown_column"),
        ({"parts.csv": b'part,kind\n' + b'"' * 9_999 + b",product\n"}, "reference"),
    ],
)  # fmt: skip
def test_odd_archive_is_answered_in_words(client, change, rule):
    assert rule in rules(bring(client, {**GOOD, **change}))


@pytest.mark.parametrize(
    "frame",
    [
        pl.DataFrame({"site": [["a"]], "country": [{"x": 1}]}), pl.DataFrame({"site": [b"\xff\xfe"], "country": ["DE"]}),
        pl.DataFrame({"site": ["a", "b"], "lat": [float("nan"), float("inf")], "lon": [1.0, 2.0]}),
        pl.DataFrame({"site": [1, 2]}), pl.DataFrame({"site": ["a", "b"], "lon": [1e300, 1.0], "lat": [1.0, 1.0]}),
        pl.DataFrame({"site": [None, None]}),
    ],
    ids=["nested", "binary", "nan", "numbers", "huge", "null"],
)  # fmt: skip
def test_odd_types_in_parquet_are_refused_with_their_place(client, frame):
    content = io.BytesIO()
    frame.write_parquet(content)
    files = {name: text for name, text in GOOD.items() if name != "sites.csv"}
    answer = bring(client, {**files, "sites.parquet": content.getvalue()})
    assert answer.status_code == 422
    assert all(finding["remedy"] for finding in answer.json()["findings"])


@pytest.mark.parametrize("filename", ["x", "x.exe", "", "x.xlsm", "\u202ezip.exe", "../../etc/passwd", "x" * 250])
def test_name_without_a_known_ending_is_refused(client, filename):
    assert bring(client, dict(GOOD), filename).status_code == 422


@pytest.mark.parametrize(
    "filename", ["../../x.zip", "\u202ex.zip", "CON.zip", "=1+1.zip", "</script>.zip", "a\r\nb.zip"]
)
def test_hostile_file_name_is_shown_at_most_and_never_used(client, filename, tmp_path):
    assert bring(client, dict(GOOD), filename).status_code in (200, 201)
    folder = client.app.state.serving.store.networks
    assert all(set(path.name) <= set("0123456789abcdef-") for path in folder.iterdir())


@pytest.mark.parametrize(
    "told",
    [
        {"tables": {"parts": [{"part": "p", "kind": "product", "unit_value": 1e300}]}}, {"tables": {"parts": {"part": "p"}}},
        {"tables": {"parts": [{"part": {"a": [1]}, "kind": "product"}]}}, {"tables": {"__proto__": [{"a": 1}]}}, {"tables": None},
        {"example": "../../etc/passwd"}, {"example": "mini", "tables": {}}, [1], {}, {"tables": {"parts": [["p"]]}},
    ],
)  # fmt: skip
def test_odd_rows_in_json_are_refused_in_words(client, told):
    answer = client.post(f"{W}/networks", json=told)
    assert answer.status_code == 422
    assert answer.json()["message"]
