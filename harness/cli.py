"""The command line. The only file that prints or exits; each command imports what it needs when it is called."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import suppress
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

if TYPE_CHECKING:
    from .model.cost import Cost
    from .model.inspection import Inspection
    from .model.policy_audit import PolicyAudit
    from .model.search import SearchDocument
    from .model.verdict import RunDocument
    from .outputs import Output

EXIT_OK = 0
EXIT_FINDING = 1
EXIT_USAGE = 2
EXIT_HARNESS = 3
EXIT_EVIDENCE = 4
EXIT_NOTHING_RAN = 5
EXIT_INTERRUPTED = 130

_LONGEST = 2000
"""Characters of a line that says why nothing came of a command."""

_OUTPUT_HELP = "json=PATH, junit=PATH or html=PATH; '-' is standard output. Repeatable."


class _Defaulting(click.Group):
    """A group whose first word may be left out: `code CALLER CALLEE` is `code derive CALLER CALLEE`."""

    default = "derive"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        named = bool(args) and (args[0] in self.commands or args[0] in ctx.help_option_names)
        return super().parse_args(ctx, args if named else [self.default, *args])


class _PolicyGroup(_Defaulting):
    """`policy LINE` is `policy console LINE`."""

    default = "console"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="call-interception-harness", prog_name="harness")
def main() -> None:
    """Tell whether a "secure" call really is one: real calls, real attacks, two codes, a verdict.

    Exit codes: 0 all as expected; 1 a breach, a false alarm or a regression; 2 usage or configuration; 3 harness
    error or inconclusive; 4 evidence does not verify; 5 nothing ran; 130 interrupted.
    """


class _Seconds(click.FloatRange):
    """A time in a range. Of "nan" no comparison says that it lies outside, so it has to be refused by itself."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        seconds = super().convert(value, param, ctx)
        if seconds != seconds:
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return seconds


def _calls(command: Callable[..., None]) -> Callable[..., None]:
    """The options of every command that makes calls."""
    options = (
        click.option("--scenarios", "root", type=click.Path(path_type=Path), help="Folder of scenario files."),
        click.option("--captures", type=click.Path(path_type=Path), default=Path("captures"), show_default=True),
        click.option("--reports", type=click.Path(path_type=Path), default=Path("reports"), show_default=True),
        click.option("--jobs", type=click.IntRange(1, 256), help="Calls that overlap."),
        click.option("--timeout", type=_Seconds(1, 3600), help="Limit of each scenario, in seconds."),
        click.option("--seed", help="Makes the markers of a run the same again."),
        click.option("--without", multiple=True, metavar="AUDITOR", help="Leave an auditor out; every result says so."),
        click.option("--policy", type=click.Path(path_type=Path), help="Allowed versions, suites, profiles, keys."),
        click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help=_OUTPUT_HELP),
    )
    return reduce(lambda decorated, option: option(decorated), reversed(options), command)


@main.command()
@_calls
def selftest(reports: Path, outputs: tuple[str, ...], **chosen: Any) -> None:
    """Test the harness's own eyes: every system that is broken on purpose, and its healthy twin under the same attack.

    Exit code 1 when a specimen was not recognised by the right reason, or a healthy twin raised an alarm; 3 when an
    auditor was left out.
    """
    try:
        from .command_run import self_test_command

        ended = self_test_command(reports, _outputs(outputs), chosen)
    except KeyboardInterrupt:
        _fail(EXIT_INTERRUPTED, "interrupted before anything could be judged")
    _finish(ended, otherwise=EXIT_OK if isinstance(ended, tuple) or ended.self_test.passed else EXIT_HARNESS)


@main.command()
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--self-test", is_flag=True, help="Run the specimens too, so that the report says whether we can see.")
@_calls
def run(selectors: tuple[str, ...], reports: Path, outputs: tuple[str, ...], **chosen: Any) -> None:
    """Make the selected calls (all of them without a SELECTOR), attack them, and judge what happened.

    A SELECTOR is a scenario's id, a family, a glob, or a path.
    """
    try:
        from .command_run import run_command

        ended = run_command(selectors, reports, _outputs(outputs), chosen)
    except KeyboardInterrupt:
        _fail(EXIT_INTERRUPTED, "interrupted before anything could be judged")
    _finish(ended)


@main.command()
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
@click.option("-o", "--output", "outputs", multiple=True, metavar="FORMAT=PATH", help=_OUTPUT_HELP)
def audit(paths: tuple[Path, ...], outputs: tuple[str, ...], **asked: Any) -> None:
    """Inspect captures (pcap, pcapng) from anywhere, or judge a recorded RUN (captures/<run>) again from its files.

    One capture: what each stream's protection is, and which code this side's user must have seen. Two captures of one
    call, the caller's side first: whether it was intercepted.
    """
    try:
        from .command_audit import Asked, audit_command

        ended = audit_command(paths, Asked(**asked), _outputs(outputs))
    except KeyboardInterrupt:
        _fail(EXIT_INTERRUPTED, "interrupted before anything was known")
    _finish(ended)


@main.command()
@click.option(
    "--endpoint", "endpoints", multiple=True, metavar="PARTY=KIND", help="alice=KIND or bob=KIND. Repeatable."
)
@click.option("--seconds", type=_Seconds(1, 86_400), default=300.0, show_default=True, help="When to stop.")
@click.option("--calls", type=click.IntRange(1, 10_000_000), help="Calls to make at most.")
@click.option("--moves", type=click.IntRange(1, 12), default=6, show_default=True, help="Moves of a plan at most.")
@click.option("--seed", help="Makes the plans of a search the same again.")
@click.option("--jobs", type=click.IntRange(1, 64), help="Searchers at the same time, each in a process.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("found"), show_default=True)
@click.option("--captures", type=click.Path(path_type=Path), default=Path("captures"), show_default=True)
@click.option("-o", "--output", "outputs", multiple=True, metavar="json=PATH", help="'-' is standard output.")
def search(outputs: tuple[str, ...], **chosen: Any) -> None:
    """Look for attacks that nobody wrote down: moves put together, tried on real calls, judged by one property.

    Lock shown and call up: intercepted exactly when the codes differ, and no plaintext or key in sight. What is found
    is shrunk and written to DIR/<family>/ as a scenario, with its recording in the captures. Wireshark is left out.
    """
    try:
        from .command_search import search_command

        ended = search_command(chosen, _outputs(outputs))
    except KeyboardInterrupt:
        _fail(EXIT_INTERRUPTED, "interrupted before anything was tried")
    _finish(ended)


@main.command("list")
@click.argument("selectors", nargs=-1, metavar="[SELECTOR]...")
@click.option("--scenarios", "root", type=click.Path(path_type=Path), help="Folder of scenario files.")
def list_(selectors: tuple[str, ...], root: Path | None) -> None:
    """List scenarios: id, expected outcome, title."""
    from .catalogue import CatalogueError
    from .command_run import selected

    try:
        scenarios = selected(root, selectors)
    except CatalogueError as error:
        _fail(EXIT_USAGE, str(error))
    width = max(len(scenario.id) for scenario in scenarios)
    for scenario in scenarios:
        click.echo(f"{scenario.id:<{width}}  {scenario.expect.outcome:<11}  {scenario.title}")


@main.command()
def doctor() -> None:
    """Say what is installed, what is missing, and what each missing thing would unlock."""
    from .doctor import examine, render

    parts = examine()
    click.echo(render(parts))
    if any(part.required and not part.usable for part in parts):
        sys.exit(EXIT_HARNESS)


@main.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print a JSON Schema (without NAME: the names there are)."""
    from .schema import SCHEMAS, schema_text

    if name is None:
        click.echo("\n".join(SCHEMAS))
    elif name in SCHEMAS:
        click.echo(schema_text(name), nl=False)
    else:
        _fail(EXIT_USAGE, f"no schema is called {name!r}; there are {', '.join(SCHEMAS)}")


@main.group(cls=_Defaulting)
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
    from .codes.teams20 import code as derived
    from .codes.teams20 import grouped
    from .command_code import thumbprint_of

    try:
        click.echo(grouped(derived(thumbprint_of(caller), thumbprint_of(callee))))
    except (ValueError, OSError) as error:
        _fail(EXIT_USAGE, str(error))


@code.command()
@click.argument("caller")
@click.argument("callee")
def explain(caller: str, callee: str) -> None:
    """Show every step of the derivation."""
    from .command_code import explanation

    try:
        click.echo(explanation(caller, callee))
    except (ValueError, OSError) as error:
        _fail(EXIT_USAGE, str(error))


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
    from .command_cost import Asked, cost_command

    _finish(cost_command(Asked(**asked), _outputs(outputs)))


def _of_store(command: Callable[..., None]) -> Callable[..., None]:
    """The option of every command that works on a tenant."""
    return click.option(
        "--store",
        type=click.Path(path_type=Path),
        default=Path("tenant.json"),
        show_default=True,
        help="The tenant's file; where there is none, a tenant with alice and bob.",
    )(command)


@main.group(cls=_PolicyGroup)
def policy() -> None:
    """Who may make end-to-end encrypted calls: a tenant's policies, their assignment, and the mode of a call.

    `harness policy LINE` is `harness policy console LINE`.
    """


@policy.command()
@click.argument("lines", nargs=-1, metavar="[LINE]...")
@_of_store
@click.option("--show", is_flag=True, help="Print the tenant afterwards, as JSON.")
def console(lines: tuple[str, ...], store: Path, show: bool) -> None:
    """Run cmdlet lines as pasted into PowerShell: New-, Set-, Get-, Grant-, Remove-CsTeamsEnhancedEncryptionPolicy.

    Each LINE is one argument (quote it); "-" reads standard input. Get- may be followed by | Select-Object,
    | ConvertTo-Json or | Remove-. A line that is refused leaves nothing done, and the exit code is 2.
    """
    from .command_policy import console_command

    if not lines and not show:
        raise click.UsageError("Missing argument 'LINE'.")
    _say(console_command(lines, store, show, sys.stdin))


@policy.command()
@click.option("--user", "users", multiple=True, metavar="NAME", help="Add a user.")
@click.option("--group", "groups", multiple=True, metavar="NAME=USER,USER", help="Make a group of these members.")
@click.option("--client", "clients", multiple=True, metavar="USER=KIND[,old]", help="Give a user a client.")
@click.option("--toggle", "toggles", multiple=True, metavar="USER=on|off", help="What the user turned on, everywhere.")
@click.option("--recording", "recordings", multiple=True, metavar="[USER=]on|off", help="Compliance recording.")
@_of_store
@click.option("--show", is_flag=True, help="Print the tenant afterwards, as JSON.")
def directory(store: Path, show: bool, **asked: tuple[str, ...]) -> None:
    """Change users, groups, toggles, compliance recording, clients (windows, macos, android, ios, web, pstn)."""
    from .command_policy import Directory, directory_command

    _say(directory_command(Directory(**asked), store, show))


@policy.command()
@click.argument("caller")
@click.argument("callee")
@click.option("--kind", type=click.Choice(["one-to-one", "scheduled", "group", "pstn"]), default="one-to-one")
@click.option("--from", "near", default="", metavar="CLIENT", help="The caller's client (default: added last).")
@click.option("--to", "far", default="", metavar="CLIENT", help="The callee's client (default: added last).")
@_of_store
def call(caller: str, callee: str, kind: str, near: str, far: str, store: Path) -> None:
    """Say whether a call from CALLER to CALLEE would be e2ee or service, and which rule decides."""
    from .command_policy import call_command

    _say(call_command(caller, callee, kind, (near, far), store))


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
    from .command_policy_audit import Asked, policy_audit_command

    _finish(policy_audit_command(Asked(**asked), _outputs(outputs)))


def _say(answer: str | tuple[int, str]) -> None:
    if isinstance(answer, tuple):
        _fail(*answer)
    if answer:
        click.echo(answer)


def _outputs(texts: tuple[str, ...]) -> tuple[Output, ...]:
    from .outputs import parse_outputs

    try:
        return parse_outputs(texts)
    except ValueError as error:
        _fail(EXIT_USAGE, str(error))


def _finish(
    ended: RunDocument | Inspection | Cost | SearchDocument | PolicyAudit | tuple[int, str], otherwise: int = EXIT_OK
) -> NoReturn:
    """Turn what a command came to into an exit code."""
    from .outputs import exit_code

    if isinstance(ended, tuple):
        _fail(*ended)
    sys.exit(exit_code(ended) or otherwise)


def _fail(exit_with: int, message: str) -> NoReturn:
    """Say why, line by line: what a file holds, or is called, may be quoted in it."""
    from .report.text import visible

    shown = "\n".join(visible(line, _LONGEST) for line in message.split("\n"))
    with suppress(OSError):  # the exit code says it too, should nobody be able to read this
        click.echo(f"harness: {shown}", err=True)
    sys.exit(exit_with)


if __name__ == "__main__":
    main()
