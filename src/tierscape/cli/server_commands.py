"""Commands of the server: their flags; what they do is imported only when one is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

Store = Annotated[str | None, typer.Option(help="sqlite:///FILE or postgresql://HOST/DATABASE; by default in --data.")]
Data = Annotated[Path | None, typer.Option(help="Folder of the store and of network files.")]


def add_commands(app: typer.Typer, panel: str) -> None:
    """Add the commands of the server to the command line."""
    accounts = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Local accounts.")
    accounts.command("add")(user_add)
    accounts.callback()(_accounts)
    app.command("serve", rich_help_panel=panel)(serve_command)
    app.command(rich_help_panel=panel)(backup)
    app.command(rich_help_panel=panel)(restore)
    app.command(rich_help_panel=panel)(doctor)
    app.command(rich_help_panel=panel)(audit)
    app.add_typer(accounts, name="user", rich_help_panel=panel)


def _accounts() -> None:
    """Local accounts."""


def serve_command(
    source: Annotated[
        str | None, typer.Argument(metavar="[NETWORK]", help="Network to begin with; none for what the store holds.")
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Begin with a shipped example.")] = False,  # noqa: FBT002
    no_auth: Annotated[bool, typer.Option("--no-auth", help="No accounts; on this machine only.")] = False,  # noqa: FBT002
    set_up: Annotated[bool, typer.Option("--set-up", help="Let the first account be made over the network.")] = False,  # noqa: FBT002
    host: Annotated[str | None, typer.Option(help="Address to listen on; the loopback address by default.")] = None,
    port: Annotated[int | None, typer.Option(help="Port; 8000 or the next free one by default.")] = None,
    store: Store = None,
    data: Data = None,
) -> None:
    """Serve the app and its API."""
    from tierscape.cli import server_verbs

    flags: dict[str, Any] = {"host": host, "port": port, "store": store, "data": data}
    flags |= {"auth": "none"} if no_auth else {}
    flags |= {"set_up": True} if set_up else {}
    server_verbs.serve(source or ("ev-battery-central-europe" if demo else None), flags)


def backup(
    target: Annotated[Path, typer.Argument(metavar="FILE.zip", help="Archive to write.")],
    store: Store = None,
    data: Data = None,
) -> None:
    """Copy the store and its files into one archive, also while it is served."""
    from tierscape.cli import server_verbs

    server_verbs.back_up(target, {"store": store, "data": data})


def restore(
    source: Annotated[Path, typer.Argument(metavar="FILE.zip", help="Archive that 'backup' wrote.")],
    store: Store = None,
    data: Data = None,
) -> None:
    """Make a store of a backup, and check every digest."""
    from tierscape.cli import server_verbs

    server_verbs.restore(source, {"store": store, "data": data})


def doctor(store: Store = None, data: Data = None) -> None:
    """Show versions, extras, settings and the state of the store."""
    from tierscape.cli import server_verbs

    server_verbs.doctor({"store": store, "data": data})


def audit(
    head: Annotated[
        str | None, typer.Option(metavar="ENTRY:HASH", help="An end of the log that was kept; must be in it still.")
    ] = None,
    store: Store = None,
    data: Data = None,
) -> None:
    """Follow the chain of the log of what was done, and print where it ends."""
    from tierscape.cli import server_verbs

    server_verbs.check_log(head, {"store": store, "data": data})


def user_add(
    email: Annotated[str, typer.Argument(help="E-mail, which is what one signs in with.")],
    name: Annotated[str, typer.Option(help="Name for people; the e-mail by default.")] = "",
    role: Annotated[str, typer.Option(help="viewer, planner or admin of workspace 'main'.")] = "viewer",
    admin: Annotated[bool, typer.Option("--admin", help="Administrator of accounts too.")] = False,  # noqa: FBT002
    store: Store = None,
    data: Data = None,
) -> None:
    """Make an account; the password is asked for, or read from standard input."""
    from tierscape.cli import server_verbs

    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    server_verbs.add_user((email, name or email), "admin" if admin else role, password, {"store": store, "data": data})
