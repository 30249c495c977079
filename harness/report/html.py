"""The run as one HTML file: no script, no other file, nothing fetched; on paper, on a phone, by day and by night."""

from __future__ import annotations

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from ..model.base import Party
from ..model.finding import Finding, Reason
from ..model.packet_flow import PacketFlow
from ..model.statement import Indicator, Screen
from ..model.verdict import Result, RunDocument, Status
from ..model.visibility import Observer, Sight
from .call_view import CallView
from .claim import over_specimens, under_test
from .journey import Change, journeys
from .ladder import COLUMNS, PITCH, WIDTH, Ladder, ladder
from .page import page
from .screen_moments import MomentRow, moment_rows
from .tally import Codes, compare_codes, tally
from .text import groups
from .visibility import matrices

MAX_CHANGED_LINES: Final = 8
LINE_LIMIT: Final = 240
"""A sha-512 fingerprint line has 213 characters."""

MAX_PICTURE: Final = 192 * 1024
"""Bytes of one screen that a page shows: a call window has about 50,000."""

_PNG: Final = b"\x89PNG\r\n\x1a\n"

MARKS: Final = {
    Status.AS_EXPECTED: "✓",
    Status.KNOWN_DEVIATION: "≈",
    Status.UNEXPECTED: "✕",
    Status.WRONG_REASON: "≠",
    Status.INVALID: "∅",
    Status.INCONCLUSIVE: "?",
    Status.ERROR: "!",
    Status.NOT_RUN: "–",
}
_GLOBALS: Final = {
    "Observer": Observer,
    "Sight": Sight,
    "Indicator": Indicator,
    "Codes": Codes,
    "Status": Status,
    "marks": MARKS,
    "columns": COLUMNS,
    "width": WIDTH,
    "pitch": PITCH,
    "line_limit": LINE_LIMIT,
}


@dataclass(frozen=True)
class ScreenView:
    """One call window. `digits` are the four groups; `raw` is a code that is none. `indicator` None: not recorded.

    `picture` is a data URI of what a real screen looked like; `too_large` when it is more than a page should hold.
    """

    owner: str
    indicator: Indicator | None
    peer: str | None
    digits: tuple[str, ...] | None
    raw: str | None
    picture: str | None = None
    too_large: bool = False


@dataclass(frozen=True)
class ChangeView:
    """What became of one message between two hops: different lines and how often each stood there.

    At most MAX_CHANGED_LINES of each side; `more` counts the others.
    """

    title: str
    removed: tuple[tuple[str, int], ...]
    added: tuple[tuple[str, int], ...]
    more: int


@dataclass(frozen=True)
class FlowRow:
    """Packets of one class: sent and received at each vantage, in the order of the table's columns."""

    klass: str
    counts: tuple[tuple[int, int] | None, ...]


@dataclass(frozen=True)
class Section:
    """Everything that is shown of one scenario. `anchor` is ours, so that a hostile name never becomes one."""

    anchor: str
    result: Result
    codes: Codes
    screens: tuple[ScreenView, ...]
    moments: tuple[MomentRow, ...]
    auditors: tuple[tuple[str, tuple[Finding, ...]], ...]
    ladder: Ladder | None
    changes: tuple[ChangeView, ...]
    vantages: tuple[str, ...]
    flows: tuple[FlowRow, ...]


def render(document: RunDocument, views: Iterable[CallView] = ()) -> str:
    """The page. A view adds screens, ladder and packets to the result it belongs to.

    ValueError when a view shows a result that is not in the document.
    """
    by_scenario = {view.result.scenario: view for view in views}
    known = {result.scenario: result for result in document.results}
    for scenario, view in by_scenario.items():
        if known.get(scenario) != view.result:
            raise ValueError(f"the view of {scenario!r} shows a result that is not in this document")
    sections = [
        _section(f"s{number}", result, by_scenario.get(result.scenario))
        for number, result in enumerate(document.results, 1)
    ]
    counted = tally(document)
    return page("report.html", **_GLOBALS).render(
        document=document,
        tally=counted,
        headline=counted.headline,
        good=counted.green,
        claim=under_test(document.results),
        specimens=over_specimens(document.results),
        visibility=matrices(document.results),
        sections=sections,
        attention=[section for section in sections if section.result.status is not Status.AS_EXPECTED],
    )


def _section(anchor: str, result: Result, view: CallView | None) -> Section:
    vantages = tuple(sorted({flow.vantage for flow in result.flows}))
    return Section(
        anchor=anchor,
        result=result,
        codes=compare_codes(result),
        screens=_screens(result, view),
        moments=() if view is None else moment_rows(view.history),
        auditors=tuple((name, tuple(found)) for name, found in groupby(result.findings, lambda found: found.auditor)),
        ladder=None if view is None else ladder(view),
        changes=() if view is None else _changes(view),
        vantages=vantages,
        flows=_flow_rows(result.flows, vantages),
    )


def _screens(result: Result, view: CallView | None) -> tuple[ScreenView, ...]:
    """Both windows; none when nothing at all is known of what was on them."""
    shown = {} if view is None else view.screens
    if not shown and not result.codes:
        return ()
    pictures = {} if view is None else view.pictures
    return tuple(_screen(party, result, shown.get(party), pictures.get(party, b"")) for party in Party)


def _screen(party: Party, result: Result, screen: Screen | None, png: bytes) -> ScreenView:
    """Without the statement's screen, only what the result proves: its code, and a lock that both showed."""
    owner = party.value.capitalize()
    if screen is None:
        both = any(found.reason is Reason.LOCK_ON_BOTH for found in result.findings)
        code, indicator, peer = result.codes.get(party), Indicator.LOCK if both else None, None
    else:
        code, indicator, peer = screen.code, screen.indicator, screen.peer
    digits = None if code is None else groups(code)
    real = png.startswith(_PNG)
    picture = f"data:image/png;base64,{b64encode(png).decode()}" if real and len(png) <= MAX_PICTURE else None
    return ScreenView(
        owner, indicator, peer, digits, code if digits is None else None, picture, real and picture is None
    )


def _changes(view: CallView) -> tuple[ChangeView, ...]:
    return tuple(
        _change(f"{leg.kind} from {leg.start} to {leg.end}", leg.change)
        for journey in journeys(view.signalling)
        for leg in journey.legs
        if leg.change is not None
    )


def _change(title: str, change: Change) -> ChangeView:
    removed, added = (tuple(Counter(lines).items()) for lines in (change.removed, change.added))
    more = sum(max(0, len(lines) - MAX_CHANGED_LINES) for lines in (removed, added))
    return ChangeView(title, removed[:MAX_CHANGED_LINES], added[:MAX_CHANGED_LINES], more)


def _flow_rows(flows: Sequence[PacketFlow], vantages: Sequence[str]) -> tuple[FlowRow, ...]:
    """One row per class in the order of first mention; a vantage that saw none of it has no number."""
    at = {(flow.klass, flow.vantage): (flow.sent, flow.received) for flow in flows}
    classes = dict.fromkeys(flow.klass for flow in flows)
    return tuple(FlowRow(klass, tuple(at.get((klass, vantage)) for vantage in vantages)) for klass in classes)
