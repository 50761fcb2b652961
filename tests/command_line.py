"""The command line inside the test's own process."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tierscape import cli


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str


class Shell:
    """Runs commands as a shell would."""

    def __init__(self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self.capfd, self.monkeypatch = capfd, monkeypatch
        monkeypatch.setattr(cli.app, "registered_commands", list(cli.app.registered_commands))

    def __call__(self, *words: object) -> Ran:
        """Run ``tierscape`` with these words."""
        self.monkeypatch.setattr("sys.argv", ["tierscape", *map(str, words)])
        self.capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            cli.main()
        captured = self.capfd.readouterr()
        return Ran(int(left.value.code or 0), captured.out, captured.err)
