"""What the source must not do anywhere, and what hostile text in a query gets."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from served import LOOSE, SITE, TestClient, W, bring

import tierscape
from tierscape.server.application import create_app
from tierscape.server.settings import Settings

SOURCE = Path(tierscape.__file__).parent
STATEMENTS = {"text", "execute", "exec_driver_sql", "executescript", "scalar", "scalars"}
PUT_TOGETHER = {
    "server/store/engine.py", "server/store/roles.py", "server/store/migrations/versions/0002_accounts.py",
    "server/store/migrations/versions/0004_workspaces_apart.py",
}  # fmt: skip
"""Statements of these are made of constants of their own, or of names that the database quotes; no reader reaches them."""
PAYLOADS = ["'", "\"; DROP TABLE networks; --", "1 OR 1=1", "name' UNION SELECT password FROM users --", "%27", "name;", "-name'", "__class__", "{}", "\\", "🙈"]  # fmt: skip


def calls() -> Iterator[tuple[str, ast.Call, str]]:
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield path.relative_to(SOURCE).as_posix(), node, ast.unparse(node.func)


def test_no_text_is_run_as_code_or_by_a_shell():
    bad = {"eval", "exec", "os.system", "os.popen", "pickle.loads", "pickle.load", "marshal.loads", "yaml.load"}
    assert [f"{file}:{node.lineno}" for file, node, name in calls() if name in bad] == []
    shells = [k for _, node, _ in calls() for k in node.keywords if k.arg == "shell"]
    assert shells == []


def test_no_statement_of_the_store_is_put_together_from_what_somebody_sent():
    found = {
        file
        for file, node, name in calls()
        if file.startswith("server/") and name.rpartition(".")[2] in STATEMENTS and node.args
        and isinstance(node.args[0], (ast.JoinedStr, ast.BinOp))
    }  # fmt: skip
    assert found <= PUT_TOGETHER


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    settings = Settings(**{**LOOSE, "data": tmp_path_factory.mktemp("gates")})
    with TestClient(create_app(settings), base_url=SITE, raise_server_exceptions=False) as made:
        made.digest = bring(made)
        yield made


@pytest.mark.parametrize("payload", PAYLOADS)
def test_sign_of_a_query_language_in_a_filter_or_sort_is_text_or_refused(client, payload):
    at = f"{W}/networks/{client.digest}"
    total = client.get(f"{at}/tables/sites").json()["total"]
    filtered = client.get(f"{at}/tables/sites", params={"filter": payload})
    assert (filtered.status_code, filtered.json()["total"] < total) == (200, True)
    assert client.get(f"{at}/tables/sites", params={"sort": payload}).status_code == 422
    assert client.get(f"{at}/tables/{payload}").status_code in (404, 405)
    assert client.get(f"{at}/search", params={"q": payload}).status_code == 200
    assert client.get(f"{W}/results/{payload}").status_code in (404, 405)
    assert client.get(at).status_code == 200
