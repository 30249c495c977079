"""Pages from templates: everything is escaped, and what cannot be seen is shown by its name."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from .text import DETAIL_LIMIT, NAME_LIMIT, grouped, pieces, plural

TEMPLATES: Final = Path(__file__).with_name("templates")


def page(name: str, **names: Any) -> Template:
    """The template called `name`; what is undefined in it is an error. `names` are known in its macros too."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"show": show, "plural": plural, "grouped": grouped}
    environment.globals |= {"NAME": NAME_LIMIT, **names}
    return environment.get_template(name)


def show(text: str, limit: int = DETAIL_LIMIT) -> Markup:
    """Escaped text in which each invisible character stands as its name in a box (filter `show`)."""
    return Markup("").join(
        Markup('<span class="strange">{}</span>').format(piece.text) if piece.strange else piece.text
        for piece in pieces(text, limit)
    )
