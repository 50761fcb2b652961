"""Archives: folders that were packed, and attacks."""

from __future__ import annotations

import io
import zipfile

import pytest

import tierscape as ts
from odd_files import only, rules_of
from tierscape.io import archive as archives

PARTS = "part,kind\na,product\n"


def pack(path, *entries, method=zipfile.ZIP_DEFLATED):
    """Write an archive with entries of a name and a content, several of one name if need be."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries:
            archive.writestr(zipfile.ZipInfo(name), content, compress_type=method)
    return path


@pytest.mark.parametrize("name", ["parts.csv", "deep/er/parts.csv", "PARTS.CSV", "win\\parts.csv"])
def test_tables_are_found_in_whatever_folder(tmp_path, name):
    source = pack(tmp_path / "n.zip", ("other/readme.txt", "hi"), ("__MACOSX/._parts.csv", "junk"), (name, PARTS))
    network = ts.load(source)
    assert network["parts"]["part"].to_list() == ["a"]
    assert (network.name, network.findings) == ("n", ())


@pytest.mark.parametrize("ending", ["zip", "ZIP"])
def test_case_of_the_ending_does_not_matter(tmp_path, ending):
    assert ts.load(pack(tmp_path / f"n.{ending}", ("parts.csv", PARTS)))["parts"].height == 1


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_any_method_of_packing_is_read(tmp_path, method):
    assert ts.load(pack(tmp_path / "n.zip", ("parts.csv", PARTS), method=method))["parts"].height == 1


@pytest.mark.parametrize(
    "name",
    ["../parts.csv", "a/../../parts.csv", "/etc/parts.csv", "..\\parts.csv", "C:\\parts.csv", "\\\\host\\parts.csv"],
)
def test_name_outside_the_archive_is_refused(tmp_path, name):
    found = only(pack(tmp_path / "n.zip", (name, PARTS)), "outside")
    assert found.severity == "error"
    assert [f.name for f in tmp_path.iterdir()] == ["n.zip"]


def test_two_tables_of_one_name_are_refused_and_two_other_files_are_not(tmp_path):
    found = only(pack(tmp_path / "n.zip", ("a/parts.csv", PARTS), ("b/parts.csv", PARTS)), "doubled")
    assert found.value == "parts.csv"
    source = pack(tmp_path / "m.zip", ("a/README.md", "1"), ("b/README.md", "2"), ("parts.csv", PARTS))
    assert rules_of(source) == []


@pytest.mark.filterwarnings("ignore:Duplicate name:UserWarning")
def test_the_same_name_twice_in_one_folder_is_refused(tmp_path):
    assert rules_of(pack(tmp_path / "n.zip", ("parts.csv", PARTS), ("parts.csv", PARTS))) == ["doubled"]


def test_archive_without_tables_says_what_tables_are(tmp_path):
    assert "regions" in only(pack(tmp_path / "n.zip", ("readme.txt", "hi")), "no_table").remedy


def test_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch):
    source = pack(tmp_path / "n.zip", ("parts.csv", b"0" * (60 << 20)))
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *given: pytest.fail("was unpacked"))
    found = only(source, "too_large")
    assert "60 MiB" in found.problem


def test_plain_repetitive_table_is_no_bomb(tmp_path):
    rows = "".join(f"p{i},product\n" for i in range(100_000))
    assert ts.load(pack(tmp_path / "n.zip", ("parts.csv", f"part,kind\n{rows}")))["parts"].height == 100_000


def test_size_and_number_of_files_have_a_bound(tmp_path, monkeypatch):
    source = pack(tmp_path / "n.zip", ("parts.csv", PARTS), ("sites.csv", "site\na\n"))
    monkeypatch.setattr(archives, "MOST_ENTRIES", 1)
    assert "2 files" in only(source, "too_large").problem
    monkeypatch.setattr(archives, "MOST_ENTRIES", 10)
    monkeypatch.setattr(archives, "MOST_BYTES", 20)
    assert rules_of(source) == ["too_large"]


def test_encrypted_entry_is_refused_in_words(tmp_path):
    source = pack(tmp_path / "n.zip", ("parts.csv", PARTS))
    content = bytearray(source.read_bytes())
    content[6] |= 1  # the flag of encryption, in the entry and in the directory
    content[content.index(b"PK\x01\x02") + 8] |= 1
    source.write_bytes(content)
    found = only(source, "unreadable")
    assert "password" in found.remedy
    assert found.value == "parts.csv"


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"PK\x05\x06" + b"\0" * 17])
def test_file_that_is_no_archive_is_refused_in_words(tmp_path, content, tierscape):
    (tmp_path / "n.zip").write_bytes(content)
    assert rules_of(tmp_path / "n.zip") == ["unreadable"]
    assert tierscape("convert", tmp_path / "n.zip", tmp_path / "out").code == 3
    assert not (tmp_path / "out").exists()


def test_size_that_the_directory_lies_about_is_refused(tmp_path):
    source = pack(tmp_path / "n.zip", ("parts.csv", PARTS * 1000))
    content = bytearray(source.read_bytes())
    at = content.index(b"PK\x01\x02") + 24
    content[at : at + 4] = (5).to_bytes(4, "little")
    source.write_bytes(content)
    assert rules_of(source) == ["unreadable"]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_any_flipped_byte_is_refused_or_read_but_never_a_traceback(tmp_path, method):
    rows = "".join(f"part number {i * i},product\n" for i in range(30))
    whole = pack(tmp_path / "whole.zip", ("parts.csv", f"part,kind\n{rows}"), method=method).read_bytes()
    seen = set()
    for at in range(len(whole)):
        (tmp_path / "n.zip").write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        seen.update(rules_of(tmp_path / "n.zip") or ["read"])
    assert "unreadable" in seen


def test_packing_is_the_same_twice_and_carries_no_time():
    files = {"parts.csv": PARTS.encode(), "sites.csv": b"site\na\n"}
    assert archives.pack(files) == archives.pack(files)
    with zipfile.ZipFile(io.BytesIO(archives.pack(files))) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
