"""What somebody sends: bombs and lies are refused before they are unpacked, the rest is read by a process that can be lost."""

from __future__ import annotations

import contextlib
import io
import json
import stat
import struct
import sys
import tracemalloc
import zipfile
from functools import partial
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import settings as effort
from hypothesis import strategies as st
from people import make_world

from tierscape import examples, load, save
from tierscape.errors import DataError
from tierscape.network import Network
from tierscape.server import uploads
from tierscape.server.importing import child
from tierscape.server.importing.directory import check_archive
from tierscape.server.settings import Settings
from tierscape.server.uploads import read_upload

GIB = 1 << 30
LIMITS = Settings()
CSV = b"part,kind\ncell,component\n"


def archive(path: Path, entries=(("parts.csv", CSV),), **how) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, **how) as made:
        for name, content in entries:
            made.writestr(name, content)
    return path


def rules(path: Path) -> list[str]:
    with pytest.raises(DataError) as caught:
        check_archive(path, unpacked_bytes=4 * GIB)
    return [f.rule for f in caught.value.findings]


def patched(path: Path, old: bytes, new: bytes, *, nth: int = 0) -> Path:
    """Change bytes at the n-th place where they stand."""
    content = path.read_bytes()
    at = -1
    for _ in range(nth + 1):
        at = content.index(old, at + 1)
    path.write_bytes(content[:at] + new + content[at + len(old) :])
    return path


# Good files


def read_here(path: Path, target: Path) -> Network:
    """Read a file as the process would, in this one: starting it costs more than most files."""
    target.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "confine", lambda *_: None)
        return uploads._taken(path, target, child.main([str(path), str(target), "1", "1", "1"]))


@pytest.mark.parametrize("form", ["zip", "xlsx", "folder"])
def test_good_file_of_every_form_gives_the_network_that_reading_it_here_gives(tmp_path, form):
    target = tmp_path / (f"mini.{form}" if form != "folder" else "mini")
    save(load("mini"), target)
    there = read_upload(target, LIMITS) if form == "xlsx" else read_here(target, tmp_path / "out")
    here = load(target)
    assert (there.digest, there.name, there.findings) == (here.digest, here.name, here.findings)


@pytest.mark.parametrize(("name", "form"), [*((name, "zip") for name in examples.EXAMPLES), ("mini", "xlsx")])
def test_archive_of_every_example_is_let_through(tmp_path, name, form):
    target = tmp_path / f"it.{form}"
    save(load(name), target)
    check_archive(target, unpacked_bytes=GIB)


def test_archive_that_was_written_as_a_stream_or_in_the_large_form_is_let_through(tmp_path):
    class Stream(io.RawIOBase):
        def __init__(self, file):
            self.file = file

        def writable(self):
            return True

        def write(self, data):
            return self.file.write(data)

    with (tmp_path / "stream.zip").open("wb") as file, zipfile.ZipFile(Stream(file), "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("parts.csv", CSV)
    with zipfile.ZipFile(tmp_path / "large.zip", "w") as made, made.open("parts.csv", "w", force_zip64=True) as part:
        part.write(CSV)
    for name in ("stream.zip", "large.zip"):
        check_archive(tmp_path / name, unpacked_bytes=GIB)


# Bombs and lies


def bomb(path: Path, size: int = 300 << 20) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made, made.open("xl/worksheets/sheet1.xml", "w") as part:
        for _ in range(size >> 20):
            part.write(b"x" * (1 << 20))
    return path


def test_cell_of_300_mb_is_refused_without_unpacking_it(tmp_path):
    path = bomb(tmp_path / "bomb.xlsx")
    assert path.stat().st_size < 400_000
    tracemalloc.start()
    assert rules(path) == ["too_large"]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 << 20


def test_archive_above_the_setting_is_refused(tmp_path):
    path = bomb(tmp_path / "bomb.zip", 2 << 20)
    with pytest.raises(DataError, match="would unpack to 2 MiB"):
        check_archive(path, unpacked_bytes=1 << 20)


def many(path: Path, count: int, told: int | None = None) -> Path:
    """Write an archive of empty files by hand; the directory may tell of another number."""
    local, central = bytearray(), bytearray()
    for i in range(count):
        name = b"%d" % i
        central += (
            struct.pack("<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0, 0, 0, 0, 0, len(local))
            + name
        )
        local += struct.pack("<4s5H3L2H", b"PK\3\4", 20, 0, 0, 0, 0, 0, 0, 0, len(name), 0) + name
    number = count if told is None else told
    if number < 0xFFFF:
        end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, number, number, len(central), len(local), 0)
    else:
        at = len(local) + len(central)
        end = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, number, number, len(central), len(local))
        end += struct.pack("<4sLQL", b"PK\6\7", 0, at, 1)
        end += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    path.write_bytes(bytes(local + central) + end)
    return path


def test_archive_of_very_many_files_is_refused_whatever_number_it_tells(tmp_path):
    check_archive(many(tmp_path / "few.zip", 3), unpacked_bytes=GIB)
    assert rules(many(tmp_path / "many.zip", 100_000)) == ["too_large"]
    assert rules(many(tmp_path / "lies.zip", 10_001, told=3)) == ["unreadable"]
    assert rules(many(tmp_path / "more.zip", 3, told=4)) == ["unreadable"]


def test_files_that_share_bytes_are_refused(tmp_path):
    path = archive(tmp_path / "overlap.zip", [("parts.csv", CSV * 50), ("bom.csv", CSV)])
    with zipfile.ZipFile(path) as made:
        second = made.getinfo("bom.csv").header_offset
        first = made.getinfo("parts.csv")
    content = path.read_bytes()
    at = content.rindex(b"PK\1\2")
    shifted = content[: at + 42] + struct.pack("<L", 0) + content[at + 46 :]
    path.write_bytes(shifted)
    assert rules(path) == ["unreadable"]
    archive(path, [("parts.csv", CSV * 50), ("bom.csv", CSV)])
    packed = struct.pack("<L", first.compress_size)
    longer = struct.pack("<L", first.compress_size + second)
    patched(patched(path, packed, longer), packed, longer)
    assert rules(path) == ["unreadable"]


@pytest.mark.parametrize(
    "name", ["../parts.csv", "/etc/parts.csv", "a/../../parts.csv", "C:\\parts.csv", "..\\parts.csv"]
)
def test_name_outside_the_archive_is_refused(tmp_path, name):
    assert rules(archive(tmp_path / "out.zip", [(name, CSV)])) == ["outside"]


@pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_link_or_device_is_refused(tmp_path, mode):
    entry = zipfile.ZipInfo("parts.csv")
    entry.create_system, entry.external_attr = 3, (mode | 0o777) << 16
    assert rules(archive(tmp_path / "link.zip", [(entry, "/etc/passwd")])) == ["unreadable"]


@pytest.mark.parametrize("inner", ["more.zip", "book.xlsx", "parts.csv.gz", "xl/embeddings/oleObject.XLSX"])
def test_archive_in_an_archive_is_refused(tmp_path, inner):
    assert rules(archive(tmp_path / "nested.zip", [(inner, b"PK")])) == ["nested"]


def test_two_files_of_one_name_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = archive(tmp_path / "twice.zip", [("parts.csv", CSV), ("parts.csv", CSV)])
    assert rules(path) == ["unreadable"]
    assert rules(archive(tmp_path / "case.zip", [("parts.csv", CSV), ("PARTS.csv", CSV)])) == ["unreadable"]


def test_password_and_odd_packing_are_refused(tmp_path):
    path = archive(tmp_path / "locked.zip")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(content)
    assert rules(path) == ["unreadable"]
    with zipfile.ZipFile(tmp_path / "odd.zip", "w", zipfile.ZIP_LZMA) as made:
        made.writestr("parts.csv", CSV)
    assert rules(tmp_path / "odd.zip") == ["unreadable"]


def test_size_that_the_file_itself_denies_is_refused(tmp_path):
    size = struct.pack("<L", len(CSV * 9))
    for nth in (0, 1):
        path = archive(tmp_path / "lie.zip", [("parts.csv", CSV * 9)])
        patched(path, size, struct.pack("<L", 7), nth=nth)
        assert rules(path) == ["unreadable"]


def test_size_that_deflate_cannot_reach_is_refused(tmp_path):
    size, lie = struct.pack("<L", len(CSV * 9)), struct.pack("<L", 40 << 20)
    path = archive(tmp_path / "lie.zip", [("parts.csv", CSV * 9)])
    assert rules(patched(patched(path, size, lie), size, lie)) == ["too_large"]


def test_large_form_without_its_sizes_is_refused(tmp_path):
    size, lie = struct.pack("<L", len(CSV * 9)), b"\xff\xff\xff\xff"
    path = archive(tmp_path / "lie.zip", [("parts.csv", CSV * 9)])
    assert rules(patched(patched(path, size, lie), size, lie)) == ["unreadable"]


@pytest.mark.parametrize("where", ["before", "after", "comment"])
def test_bytes_around_the_archive_are_refused_but_a_comment_is_not(tmp_path, where):
    path = archive(tmp_path / "around.zip")
    content = path.read_bytes()
    if where == "comment":
        path.write_bytes(content[:-2] + struct.pack("<H", 5) + b"hello")
        check_archive(path, unpacked_bytes=GIB)
        return
    path.write_bytes(b"#!/bin/sh\n" + content if where == "before" else content + b"more")
    assert rules(path) == ["unreadable"]


@pytest.mark.parametrize(
    "content", [b"", b"PK", b"PK\5\6", b"PK\5\6" + b"\xff" * 18, b"PK\3\4" + b"\0" * 100, b"x" * 100_000]
)
def test_what_is_no_archive_is_refused(tmp_path, content):
    path = tmp_path / "none.zip"
    path.write_bytes(content)
    assert rules(path) == ["unreadable"]


@effort(max_examples=150)
@given(st.data())
def test_any_change_of_an_archive_is_refused_in_words_or_harmless(tmp_path_factory, data):
    path = archive(tmp_path_factory.mktemp("fuzz") / "it.zip", [("parts.csv", CSV * 3), ("bom.csv", CSV)])
    content = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with contextlib.suppress(DataError):
        check_archive(path, unpacked_bytes=GIB)
        with zipfile.ZipFile(path) as let_through:
            assert len(let_through.infolist()) == 2


# XML


def workbook(path: Path, part: str, change) -> Path:
    save(load("mini"), path.with_suffix(".good.xlsx"))
    with (
        zipfile.ZipFile(path.with_suffix(".good.xlsx")) as good,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made,
    ):
        for entry in good.infolist():
            content = good.read(entry)
            made.writestr(entry.filename, change(content) if entry.filename == part else content)
    return path


ENTITY = b'<!DOCTYPE x [<!ENTITY leak SYSTEM "file://%s">]>'
LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize("kind", ["entity", "laughs", "dtd", "utf-16"])
def test_document_type_in_a_workbook_is_refused_and_its_file_not_read(tmp_path, kind):
    secret = tmp_path / "secret.txt"
    secret.write_text("the-planted-content")
    markup = {
        "entity": ENTITY % str(secret).encode(),
        "laughs": LAUGHS,
        "dtd": b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
        "utf-16": ENTITY % str(secret).encode(),
    }[kind]

    def change(content: bytes) -> bytes:
        head, _, body = content.partition(b"?>\n")
        plain = head + b"?>\n" + markup + body.replace(b"<v>", b"<v>&leak;", 1)
        return plain.replace(b'"UTF-8"', b'"UTF-16"').decode().encode("utf-16") if kind == "utf-16" else plain

    path = workbook(tmp_path / "book.xlsx", "xl/worksheets/sheet1.xml", change)
    read = partial(read_upload, path, LIMITS) if kind == "entity" else partial(read_here, path, tmp_path / "out")
    with pytest.raises(DataError) as caught:
        read()
    assert "unreadable" in [f.rule for f in caught.value.findings]
    assert "the-planted-content" not in str(caught.value)


# The process


def test_process_that_needs_too_much_memory_is_lost_and_said(tmp_path):
    path = tmp_path / "long.zip"
    archive(path, [("parts.csv", b"part,kind\n" + b"".join(b"p%d,component\n" % i for i in range(1_500_000)))])
    with pytest.raises(DataError) as caught:
        read_upload(path, Settings(import_memory_gib=0.5))
    assert [f.rule for f in caught.value.findings] == ["too_large"]


def test_one_cell_far_away_costs_the_process_that_reads_it_and_not_the_server(tmp_path):
    file = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet("parts")
        sheet.write(0, 0, "part")
        sheet.write(1_048_575, 16_383, "x")
    assert Path(file).stat().st_size < 20_000
    with pytest.raises(DataError, match="more memory"):
        uploads.read_upload(file, Settings())


def test_process_that_takes_too_long_is_ended_and_said(tmp_path, monkeypatch):
    (tmp_path / "slow.py").write_text("import time; time.sleep(60)")
    monkeypatch.setattr(uploads, "CHILD", "slow")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    path = tmp_path / "it.csv"
    path.write_bytes(CSV)
    fast = LIMITS.model_copy(update={"import_cpu_s": 0.5})
    with pytest.raises(DataError, match="takes longer to read"):
        read_upload(path, fast)


def test_process_sees_no_setting_and_no_secret_of_the_server(tmp_path, monkeypatch):
    spy = "import os, pathlib, sys; pathlib.Path(sys.argv[2], 'outcome.json').write_text('{\"good\": false, \"findings\": []}'); "
    spy += f"pathlib.Path({str(tmp_path / 'seen')!r}).write_text(repr(dict(os.environ))); sys.exit(3)"
    (tmp_path / "spy.py").write_text(spy)
    monkeypatch.setattr(uploads, "CHILD", "spy")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.setenv("TIERSCAPE_OIDC_SECRET", "hush hush")
    path = tmp_path / "it.csv"
    path.write_bytes(CSV)
    with pytest.raises(DataError):
        read_upload(path, LIMITS)
    assert "hush" not in (tmp_path / "seen").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_process_limits_itself(tmp_path, monkeypatch):
    import resource

    seen = {}
    monkeypatch.setattr(resource, "setrlimit", lambda limit, pair: seen.update({limit: pair}))
    child.confine(2 * GIB, 120, GIB)
    assert seen[resource.RLIMIT_CPU][1] <= 120
    assert seen[resource.RLIMIT_AS][1] <= 2 * GIB
    assert seen[resource.RLIMIT_CORE] == (0, 0)


def test_process_writes_all_tables_and_the_findings(tmp_path, monkeypatch):
    monkeypatch.setattr(child, "confine", lambda *_: None)
    target = tmp_path / "out"
    target.mkdir()
    assert child.main([str(examples.path("mini")), str(target), "1", "1", "1"]) == 0
    taken = uploads._taken(Path("mini"), target, 0)
    assert taken.digest == load("mini").digest
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "parts.csv").write_text("part,kind\ncell,component\ncell,module\n")
    assert child.main([str(broken), str(target), "1", "1", "1"]) == 3
    with pytest.raises(DataError) as there:
        uploads._taken(broken, target, 3)
    with pytest.raises(DataError) as here:
        load(broken)
    assert there.value.findings == here.value.findings


@pytest.mark.parametrize(("name", "content"), [("sites.csv", b"site,country\nA,DE\n"), ("book.xlsx", b"PK\3\4 broken")])
def test_finding_never_says_where_the_server_keeps_a_file(tmp_path, name, content):
    path = tmp_path / "incoming" / name
    path.parent.mkdir()
    path.write_bytes(content)
    with pytest.raises(DataError) as caught:
        read_here(path, tmp_path / "out")
    told = str(caught.value) + json.dumps([f.to_dict() for f in caught.value.findings])
    assert str(tmp_path) not in told
    assert "incoming" not in told


# The ending and the inside


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.zip", CSV), ("a.xlsx", b"<html>"), ("a.csv", b"PK\3\4rest"), ("a.csv", b"PAR1rest")],
)
def test_file_that_is_not_what_its_ending_says_is_refused(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(DataError, match="inside"):
        read_upload(path, LIMITS)


def test_dangerous_upload_over_http_leaves_the_store_as_it_was(tmp_path):
    world = make_world(tmp_path)
    paul = world.browser("paul")
    content = archive(tmp_path / "out.zip", [("../parts.csv", CSV)]).read_bytes()
    url = "/api/w/main/networks?filename=..%2F..%2Fevil.zip"
    answer = paul.ask("POST", url, content=content, headers={"Content-Type": "application/zip"})
    assert answer.status_code == 422
    assert answer.json()["findings"][0]["rule"] == "outside"
    assert paul.get("/api/w/main/networks").json() == []
    assert not [p for p in tmp_path.rglob("*") if "evil" in p.name or p.suffix == ".parquet"]
