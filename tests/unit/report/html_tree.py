"""A page as a tree, to ask it what a reader would: which element says what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "input", "link", "img", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    parts: list[str | Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        joined = "".join(part if isinstance(part, str) else part.text for part in self.parts)
        return re.sub(r"\s+", " ", joined).strip()

    def all(self, tag: str = "", **wanted: str) -> list[Element]:
        """Descendants by tag and attributes; `kind` is one of its classes."""
        kind = wanted.pop("kind", None)
        below = [part for part in self.parts if isinstance(part, Element)]
        here = [
            one
            for one in below
            if tag in ("", one.tag)
            and (kind is None or kind in one.attributes.get("class", "").split())
            and all(one.attributes.get(name) == value for name, value in wanted.items())
        ]
        return [
            *here,
            *(found for one in below for found in one.all(tag, **wanted, **({"kind": kind} if kind else {}))),
        ]

    def one(self, tag: str = "", **wanted: str) -> Element:
        (found,) = self.all(tag, **wanted)
        return found


class Page(HTMLParser):
    """A tree of the page; a tag that is closed out of order is a fault."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]
        self.feed(text)
        assert [one.tag for one in self.open] == [""], "every element is closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].parts.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)
