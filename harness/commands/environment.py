"""`harness doctor` and `schema`: what is installed, and what the documents look like."""

from __future__ import annotations

import sys

import click

from .ending import EXIT_HARNESS, EXIT_USAGE, fail


@click.command()
def doctor() -> None:
    """Say what is installed, what is missing, and what each missing thing would unlock."""
    from ..doctor.examination import examine, render

    parts = examine()
    click.echo(render(parts))
    if any(part.required and not part.usable for part in parts):
        sys.exit(EXIT_HARNESS)


@click.command()
@click.argument("name", required=False)
def schema(name: str | None) -> None:
    """Print a JSON Schema (without NAME: the names there are)."""
    from ..schema import SCHEMAS, schema_text

    if name is None:
        click.echo("\n".join(SCHEMAS))
    elif name in SCHEMAS:
        click.echo(schema_text(name), nl=False)
    else:
        fail(EXIT_USAGE, f"no schema is called {name!r}; there are {', '.join(SCHEMAS)}")
