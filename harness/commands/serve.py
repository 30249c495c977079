"""`harness serve`: the calling service, and who may sign in."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from .ending import EXIT_INTERRUPTED, EXIT_USAGE, Defaulting, fail, of_store, say


class _ServeGroup(Defaulting):
    """`serve` is `serve start`."""

    default = "start"


@click.group(cls=_ServeGroup)
def serve() -> None:
    """The calling service: sign-in, policies, calls, chat and files, with an admin centre and a call window.

    `harness serve` is `harness serve start`.
    """


@serve.command()
@of_store
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8443, show_default=True, help="0: any that is free.")
@click.option("--media-host", help="IPv4 address for the media of service calls (default: the host).")
@click.option(
    "--password-file", type=click.Path(path_type=Path), help="Write the first passwords there instead of showing them."
)
def start(store: Path, host: str, port: int, media_host: str | None, password_file: Path | None) -> None:
    """Serve until interrupted. The first start makes a certificate authority, and a password for each user."""
    from ..command_serve import Asked, serve_command

    say(serve_command(store, Asked(host, port, media_host), password_file, click.echo))


@serve.group()
def user() -> None:
    """Who may sign in. Also while the service runs."""


@serve.group()
def tenant() -> None:
    """Which organisations there are. Also while the service runs."""


_STDIN = click.option("--stdin", "own", is_flag=True, help="Read the password from standard input, not make one.")


@tenant.command("add")
@click.argument("domain")
@_STDIN
@of_store
def add_tenant(domain: str, own: bool, store: Path) -> None:
    """Add a tenant, and show the password of its administrator, admin@DOMAIN. Its users are called NAME@DOMAIN."""
    from ..command_serve import tenant_command

    say(tenant_command(store, domain, _password(own)))


@tenant.command("remove")
@click.argument("domain")
@click.option("--yes", is_flag=True, help="Do not ask.")
@of_store
def remove_tenant(domain: str, yes: bool, store: Path) -> None:
    """Remove a tenant: its users are signed out and their calls end; accounts, policies, chats and files go.

    Asks at a terminal, and is refused without one. The first tenant cannot be removed.
    """
    from ..command_serve import at_terminal, remove_tenant_command

    try:
        ended = remove_tenant_command(store, domain, (lambda _: True) if yes else at_terminal(sys.stdin, sys.stderr))
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted at the question: nothing was removed")
    say(ended)


@tenant.command("list")
@of_store
def list_tenants(store: Path) -> None:
    """List tenants, and who may change them."""
    from ..command_serve import tenants_command

    say(tenants_command(store))


@user.command()
@click.argument("name")
@click.option("--display", default="", help="What the user is called.")
@click.option("--administrator", is_flag=True, help="May change policies.")
@_STDIN
@of_store
def add(name: str, display: str, administrator: bool, own: bool, store: Path) -> None:
    """Add a user, and show the password that was made."""
    from ..command_serve import add_command

    say(add_command(store, name, display, administrator, _password(own)))


@user.command()
@click.argument("name")
@_STDIN
@of_store
def password(name: str, own: bool, store: Path) -> None:
    """Give a user another password, and sign out all devices."""
    from ..command_serve import password_command

    say(password_command(store, name, _password(own)))


@user.command()
@click.argument("name")
@of_store
def remove(name: str, store: Path) -> None:
    """Remove a user: tokens, assignments and memberships go, and a call that is up ends."""
    from ..command_serve import remove_command

    say(remove_command(store, name))


@user.command("list")
@of_store
def list_(store: Path) -> None:
    """List users, and whether they can sign in."""
    from ..command_serve import list_command

    say(list_command(store))


def _password(own: bool) -> str | None:
    from ..command_serve import own_password

    try:
        return own_password(sys.stdin) if own else None
    except ValueError as error:
        fail(EXIT_USAGE, str(error))
