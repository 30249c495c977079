"""`harness audit`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from .ending import EXIT_INTERRUPTED, OUTPUT_HELP, fail, finish, outputs_of


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="CAPTURE… | RUN")
@click.option("--sdp", multiple=True, type=click.Path(path_type=Path), help="A session description of the call.")
@click.option("--keylog", multiple=True, type=click.Path(path_type=Path), help="Its secrets, as an NSS key log.")
@click.option(
    "--recover", type=click.Path(path_type=Path), metavar="DIR", help="Write the media there that the keys open."
)
@click.option("--cross-check", is_flag=True, help="Compare with Wireshark, packet by packet.")
@click.option("--caller", metavar="ADDRESS", help="Who called, where ICE does not tell, or tells it wrongly.")
@click.option("--near", multiple=True, metavar="ADDRESS", help="The host that captured.")
@click.option("--look-for", multiple=True, metavar="NAME=HEX", help="A word to search for, such as a marker.")
@click.option("--private-key", multiple=True, type=click.Path(path_type=Path), help="A PEM key to search for.")
@click.option("--jobs", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes that authenticate.")
@click.option("--policy", type=click.Path(path_type=Path), help="Allowed versions, suites, profiles, certificates.")
@click.option("--leak-policy", type=click.Path(path_type=Path), help="How much each thing weighs that lies open.")
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help=OUTPUT_HELP)
def audit(paths: tuple[Path, ...], outputs: tuple[str, ...], **asked: Any) -> None:
    """Inspect captures (pcap, pcapng) from anywhere, or judge a recorded RUN (captures/<run>) again from its files.

    One capture: what each stream's protection is, and which code this side's user must have seen. Two captures of one
    call, the caller's side first: whether it was intercepted.
    """
    try:
        from ..command_audit import Asked, audit_command

        ended = audit_command(paths, Asked(**asked), outputs_of(outputs))
    except KeyboardInterrupt:
        fail(EXIT_INTERRUPTED, "interrupted before anything was known")
    finish(ended)
