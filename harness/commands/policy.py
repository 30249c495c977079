"""`harness policy`: console, directory, call, audit."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from .ending import EXIT_INTERRUPTED, Defaulting, fail, finish, of_store, of_tenant, outputs_of, say


class _PolicyGroup(Defaulting):
    """`policy LINE` is `policy console LINE`."""

    default = "console"


@click.group(cls=_PolicyGroup)
def policy() -> None:
    """Who may make end-to-end encrypted calls: a tenant's policies, their assignment, and the mode of a call.

    `harness policy LINE` is `harness policy console LINE`.
    """


@policy.command()
@click.argument("lines", nargs=-1, metavar="[LINE]...")
@of_store
@of_tenant
@click.option("--show", is_flag=True, help="Print the tenant afterwards, as JSON.")
def console(lines: tuple[str, ...], store: Path, tenant: str, show: bool) -> None:
    """Run cmdlet lines as pasted into PowerShell: New-, Set-, Get-, Grant-, Remove-CsTeamsEnhancedEncryptionPolicy.

    Each LINE is one argument (quote it); "-" reads standard input. Get- may be followed by | Set-, | Remove-,
    | Select-Object or | ConvertTo-Json. A line that is refused leaves nothing done, and the exit code is 2.
    -Confirm asks at a terminal, and is refused without one.
    """
    from ..command_policy import console_command

    if not lines and not show:
        raise click.UsageError("Missing argument 'LINE'.")
    try:
        answer = console_command(lines, store, show, sys.stdin, sys.stderr, tenant)
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted at a question: nothing was done")
    say(answer)


@policy.command()
@click.option("--user", "users", multiple=True, metavar="NAME", help="Add a user.")
@click.option("--group", "groups", multiple=True, metavar="NAME=USER,USER", help="Make a group of these members.")
@click.option("--client", "clients", multiple=True, metavar="USER=KIND[,old]", help="Give a user a client.")
@click.option("--toggle", "toggles", multiple=True, metavar="USER=on|off", help="What the user turned on, everywhere.")
@click.option("--recording", "recordings", multiple=True, metavar="[USER=]on|off", help="Compliance recording.")
@of_store
@of_tenant
@click.option("--show", is_flag=True, help="Print the tenant afterwards, as JSON.")
def directory(store: Path, tenant: str, show: bool, **asked: tuple[str, ...]) -> None:
    """Change users, groups, toggles, compliance recording, clients (windows, macos, android, ios, web, pstn)."""
    from ..command_policy import Directory, directory_command

    say(directory_command(Directory(**asked), store, show, tenant))


@policy.command()
@click.argument("caller")
@click.argument("callee")
@click.option("--kind", type=click.Choice(["one-to-one", "scheduled", "group", "pstn"]), default="one-to-one")
@click.option("--from", "near", default="", metavar="CLIENT", help="The caller's client (default: added last).")
@click.option("--to", "far", default="", metavar="CLIENT", help="The callee's client (default: added last).")
@of_store
@of_tenant
def call(caller: str, callee: str, kind: str, near: str, far: str, store: Path, tenant: str) -> None:
    """Say whether a call from CALLER to CALLEE would be e2ee or service, and which rule decides.

    Somebody of another tenant is named in full: NAME@DOMAIN.
    """
    from ..command_policy import call_command

    say(call_command(caller, callee, kind, (near, far), store, tenant))


_EXPORT = click.Path(path_type=Path)


@policy.command("audit")
@click.option("--policies", required=True, type=_EXPORT, help="Get-CsTeamsEnhancedEncryptionPolicy | ConvertTo-Json")
@click.option("--users", required=True, type=_EXPORT, help="Get-CsOnlineUser | ConvertTo-Json")
@click.option(
    "--groups", type=_EXPORT, help="Get-CsGroupPolicyAssignment | ConvertTo-Json (an empty file: there are none)"
)
@click.option("--members", type=_EXPORT, help='For each of these groups {"GroupId": …, "Members": [ids]}; see README.')
@click.option("--recording", type=_EXPORT, help="Get-CsTeamsComplianceRecordingPolicy | ConvertTo-Json")
@click.option(
    "--pair", "pairs", multiple=True, nargs=2, metavar="CALLER CALLEE", help="Say it for these two. Repeatable."
)
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help="json=PATH or html=PATH.")
def audit_policies(outputs: tuple[str, ...], **asked: Any) -> None:
    """Say for each user and each pair of a real tenant whether an end-to-end encrypted call is possible, and why.

    The files are what the cmdlets print through ConvertTo-Json. Exit code 3 when anything stays undecided.
    """
    from ..command_policy_audit import Asked, policy_audit_command

    finish(policy_audit_command(Asked(**asked), outputs_of(outputs)))
