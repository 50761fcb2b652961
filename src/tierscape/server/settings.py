"""What an operator can set: ``TIERSCAPE_*`` variables or flags, one checked model, secrets masked where it is shown."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from difflib import get_close_matches
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from tierscape.errors import ParameterError

PREFIX = "TIERSCAPE_"
SECRETS = ("oidc_secret", "set_up_token", "store_owner")
"""Fields that may also stand in a file that only its owner can read, named by ``TIERSCAPE_…_FILE``."""
_LISTS = ("data_paths", "proxies")


def data_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """Give the folder where programs of this user keep their data."""
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA", Path.home() / "AppData" / "Local")) / "tierscape"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "tierscape"
    return Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "tierscape"


def half_of_memory_gib(workers: int) -> float:
    """Give each worker its part of half the memory of this machine."""
    if sys.platform == "win32":
        return 2.0
    return max(0.5, round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**31 / workers, 2))


class Settings(BaseModel):
    """Settings of the server.

    Notes
    -----
    Every field can be set by ``TIERSCAPE_`` and its name in capitals; lists are separated by the sign that separates paths
    (``:``, on Windows ``;``), proxies by commas. A flag of ``tierscape serve`` goes before a variable.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data: Path = Field(default_factory=data_folder, description="Folder of the store and of network files.")
    store: str = Field("", description="SQLite or PostgreSQL address; empty is store.db in the data folder.")
    store_owner: SecretStr | None = Field(
        None, description="PostgreSQL address of the role that owns the tables, where the server's role does not."
    )
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on; 0 takes any free one.")
    public_url: str = Field(
        "", description="Address that browsers use, such as https://plan.example.org, behind a proxy."
    )
    proxies: tuple[str, ...] = Field((), description="Addresses of proxies whose X-Forwarded headers are believed.")
    auth: Literal["none", "local", "oidc"] = Field("local", description="Who signs people in; 'none' on loopback only.")
    oidc_issuer: str = Field("", description="Address of the OpenID provider.")
    oidc_client: str = Field("", description="Client id at the OpenID provider.")
    oidc_secret: SecretStr | None = Field(None, description="Client secret; none for a public client.")
    oidc_admin: str = Field("", description="E-mail of the one who becomes administrator at the first OpenID sign-in.")
    set_up: bool = Field(False, description="Allow a public address without accounts; the set-up token is printed.")
    set_up_token: SecretStr | None = Field(
        None, description="Token of the first run; made and printed where not given."
    )
    workers: int = Field(default_factory=lambda: max(1, (os.cpu_count() or 2) - 1), ge=1, le=64, description="Worker processes.")  # fmt: skip
    job_timeout_s: float = Field(3600, ge=10, le=86_400, description="Longest that a job may run.")
    job_memory_gib: float | None = Field(None, gt=0, description="Memory of a worker; null is half of RAM / workers.")
    slow_rows: int = Field(100_000, ge=1, description="Rows of a network from which an analysis runs as a job.")
    cache_gib: float = Field(2, ge=0.1, le=1000, description="Size of the result cache.")
    upload_mib: int = Field(512, ge=1, le=65_536, description="Largest upload.")
    unpacked_mib: int = Field(4096, ge=1, le=1_048_576, description="Most that an upload may unpack to.")
    import_memory_gib: float = Field(2, ge=0.5, description="Memory of the process that reads an upload.")
    import_cpu_s: int = Field(120, ge=5, description="CPU time of the process that reads an upload.")
    data_paths: tuple[Path, ...] = Field((), description="Folders that parameters may name over HTTP; none by default.")
    session_idle_h: float = Field(8, gt=0, le=720, description="Hours without a request after which a session ends.")
    session_days: float = Field(7, gt=0, le=90, description="Days after which a session ends in any case.")
    token_days: int = Field(90, ge=1, le=3650, description="Longest life of an API token.")
    rate_per_s: float = Field(20, gt=0, description="Requests a second for one session or token.")
    rate_burst: int = Field(100, ge=1, description="Requests that may come at once.")
    logins_per_minute: float = Field(5, gt=0, description="Sign-ins a minute from one address and for one account.")
    lockout_failures: int = Field(10, ge=1, description="Failed sign-ins after which an account or address is locked.")
    lockout_minutes: float = Field(15, gt=0, description="How long it stays locked.")
    argon2_time: int = Field(3, ge=1, description="Passes of argon2id.")
    argon2_memory_kib: int = Field(65_536, ge=8, description="Memory of argon2id.")
    argon2_lanes: int = Field(4, ge=1, description="Lanes of argon2id.")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, **flags: Any) -> Self:
        """Read the settings; flags that are not null go before variables.

        Raises
        ------
        ParameterError
            A variable is unknown or out of range, or a secret's file can be read by others.
        """
        given: dict[str, Any] = {}
        for variable, text in environ.items():
            name = variable.removeprefix(PREFIX).lower()
            if variable == name.upper() or not variable.startswith(PREFIX):
                continue
            if name.endswith("_file") and name.removesuffix("_file") in SECRETS:
                given[name.removesuffix("_file")] = _secret_file(variable, Path(text))
            elif name not in cls.model_fields:
                near = get_close_matches(name, cls.model_fields, n=1)
                hint = f" Did you mean {PREFIX}{near[0].upper()}?" if near else ""
                raise ParameterError(f"{variable} is no setting.{hint}")
            elif name in _LISTS:
                given[name] = [
                    part.strip() for part in text.split("," if name == "proxies" else os.pathsep) if part.strip()
                ]
            else:
                given[name] = text
        given.update({name: value for name, value in flags.items() if value is not None})
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            lines = [f"{PREFIX}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}." for e in error.errors()]
            raise ParameterError("settings: " + " ".join(lines)) from None

    @field_validator("public_url")
    @classmethod
    def _origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if value and (
            parts.scheme not in ("http", "https") or not parts.hostname or parts.path.strip("/") or parts.query
        ):
            raise ValueError("give scheme and host alone, such as https://plan.example.org")
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise ValueError("sessions need https, unless the host is this machine")
        return value.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        safe = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or ""))
        if value and not (safe and parts.hostname):
            raise ValueError("give an https address")
        return value

    @model_validator(mode="after")
    def _together(self) -> Self:
        if self.auth == "oidc" and not (self.oidc_issuer and self.oidc_client):
            raise ValueError("auth 'oidc' needs oidc_issuer and oidc_client")
        if self.auth == "none" and not is_loopback(self.host):
            raise ValueError(
                "without accounts the server listens on 127.0.0.1 only; make one with 'tierscape user add'"
            )
        return self

    @property
    def store_url(self) -> str:
        """Address of the store."""
        return self.store or f"sqlite:///{self.data / 'store.db'}"

    @property
    def owner_url(self) -> str:
        """Address under which the form of the tables is changed; empty where it is that of the store."""
        return self.store_owner.get_secret_value() if self.store_owner else ""

    @property
    def memory_gib(self) -> float:
        """Memory of a worker."""
        return self.job_memory_gib or half_of_memory_gib(self.workers)

    def lines(self) -> list[str]:
        """Show every setting as ``name = value``, secrets and the password of the store masked."""
        shown = self.model_dump(mode="json") | {"store": _masked(self.store_url)}
        return [f"{name} = {value}" for name, value in shown.items()]


def is_loopback(host: str) -> bool:
    """See whether a host name or address means this machine alone."""
    name = host.strip("[]").lower()
    if name == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def check_bind(settings: Settings, *, accounts: int) -> None:
    """Refuse to listen on a public address as long as nobody could be asked for a password.

    Raises
    ------
    ParameterError
        The host is not loopback and there is no account, no OpenID provider, no ``set_up`` and no set-up token.
    """
    if is_loopback(settings.host) or accounts or settings.auth == "oidc" or settings.set_up or settings.set_up_token:
        return
    raise ParameterError(
        f"host: {settings.host} can be reached by others, and there is no account yet. Make the first one with "
        "'tierscape user add --admin', or start with --set-up and use the token that is printed, or listen on 127.0.0.1."
    )


def _secret_file(variable: str, path: Path) -> str:
    try:
        mode = path.stat().st_mode
        text = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(f"{variable}: the file cannot be read.") from error
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise ParameterError(f"{variable}: others can read the file. Run chmod 600 on it.")
    return text


def _masked(url: str) -> str:
    parts = urlsplit(url)
    return url.replace(f":{parts.password}@", ":**********@") if parts.password else url
