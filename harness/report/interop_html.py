"""The interop matrix as one HTML file: no script, nothing fetched; each cell points to its report and recording."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from ..model.interop import Cell, Interop
from ..model.outcome import Status
from .html import MARKS
from .interop_view import Place, attention, grids, handshake, headline, setup_sentence
from .page import page
from .tally import Codes


@dataclass(frozen=True)
class Links:
    """Where a page finds the report and the recordings of its run: relative addresses, quoted."""

    report: str
    recordings: str

    def of_report(self, place: Place) -> str:
        """The section of one call in the report, whose sections are numbered."""
        return f"{self.report}#s{place.number}-inside"

    def of_recording(self, cell: Cell) -> str | None:
        return None if cell.recording is None else f"{self.recordings}/{quote(cell.recording)}/"


def render(document: Interop, links: Links) -> str:
    """The page."""
    good, said = headline(document)
    template = page("interop.html", marks=MARKS, Status=Status, Codes=Codes, links=links, handshake=handshake)
    return template.render(
        document=document,
        headline=said,
        good=good,
        grids=grids(document),
        attention=tuple(attention(document)),
        setup=setup_sentence(document),
        counts={status: sum(one.status is status for one in document.cells) for status in Status},
    )
