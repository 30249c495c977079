"""`harness code`: derive, explain, cost."""

from __future__ import annotations

from typing import Any

import click

from .ending import EXIT_USAGE, Defaulting, fail, finish, outputs_of


@click.group(cls=Defaulting)
def code() -> None:
    """The 20-digit code (teams20/v1) of two certificates, and what it is worth.

    `harness code CALLER CALLEE` is `harness code derive CALLER CALLEE`. CALLER and CALLEE are PEM or DER files, or
    SHA-256 thumbprints of 64 hex digits.
    """


@code.command()
@click.argument("caller")
@click.argument("callee")
def derive(caller: str, callee: str) -> None:
    """Derive the code from the CALLER's and the CALLEE's certificate: PEM or DER files, or SHA-256 thumbprints."""
    from ..codes.teams20 import code as derived
    from ..codes.teams20 import grouped
    from ..command_code import thumbprint_of

    try:
        click.echo(grouped(derived(thumbprint_of(caller), thumbprint_of(callee))))
    except (ValueError, OSError) as error:
        fail(EXIT_USAGE, str(error))


@code.command()
@click.argument("caller")
@click.argument("callee")
def explain(caller: str, callee: str) -> None:
    """Show every step of the derivation."""
    from ..command_code import explanation

    try:
        click.echo(explanation(caller, callee))
    except (ValueError, OSError) as error:
        fail(EXIT_USAGE, str(error))


@code.command()
@click.option("--rate", "rates", multiple=True, type=float, help="An attacker's tries per second. Repeatable.")
@click.option("--ring", type=float, default=30, show_default=True, help="How long the caller waits, in seconds.")
@click.option("--fingerprints", type=int, default=1, show_default=True, help="How many the callee accepts.")
@click.option("--digits", type=int, default=20, show_default=True, help="Of our code: 4 to 20.")
@click.option(
    "-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help="json=PATH; '-' is standard output."
)
def cost(outputs: tuple[str, ...], **asked: Any) -> None:
    """Say what an interceptor must pay for two equal codes: with ours, and with those of other systems.

    The attackers are this machine, measured, and those with the given rates; without a --rate, some published ones.
    """
    from ..command_cost import Asked, cost_command

    finish(cost_command(Asked(**asked), outputs_of(outputs)))
