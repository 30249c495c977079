"""The interop matrix as tables: one for each scenario and network, callers in rows, callees in columns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median

from ..model.base import Party
from ..model.endpoints import BARE_PAGES, EndpointKind
from ..model.interop import Cell, Interop
from ..model.network import Network
from ..model.outcome import Status

_CHROMIUM = BARE_PAGES | {EndpointKind.CHROMIUM}


@dataclass(frozen=True)
class Place:
    """A cell, and its number among the results of the run."""

    number: int
    cell: Cell


@dataclass(frozen=True)
class Grid:
    """One scenario over one network. A row is a caller with the call to each of `callees`, None where there is none."""

    scenario: str
    network: Network
    callees: tuple[EndpointKind, ...]
    rows: tuple[tuple[EndpointKind, tuple[Place | None, ...]], ...]


def grids(document: Interop) -> tuple[Grid, ...]:
    """In the order of the cells."""
    places = [Place(number, cell) for number, cell in enumerate(document.cells, 1)]
    keys = dict.fromkeys((one.cell.scenario, one.cell.pairing.network) for one in places)
    return tuple(
        _grid(*key, [one for one in places if (one.cell.scenario, one.cell.pairing.network) == key]) for key in keys
    )


def headline(document: Interop) -> tuple[bool, str]:
    """Gravest first; green only when every cell is."""
    count = {status: sum(one.status is status for one in document.cells) for status in Status}
    total, green, known = len(document.cells), count[Status.AS_EXPECTED], count[Status.KNOWN_DEVIATION]
    lacking = count[Status.NOT_RUN]
    if document.interrupted:
        return False, f"Interrupted: {total - lacking} of {total} calls ended"
    if total == lacking:
        return False, "Nothing ran"
    wrong = total - green - known - lacking
    if wrong:
        return False, f"{wrong} of {total} calls did not go as expected"
    parts = [f"{green} of {total} calls went as expected"]
    parts += [f"{known} as the stack is known to deviate"] if known else []
    parts += [f"{lacking} could not be made"] if lacking else []
    return green == total, ", ".join(parts)


def setup_sentence(document: Interop) -> str:
    """How long calls took from the offer until both were up; those by themselves whose Chromium ran already."""
    every = [one.setup_seconds for one in document.cells if one.setup_seconds is not None]
    if not every:
        return "no call came up"
    told = f"from the offer until both were up: median {median(every):.2f} s of {len(every)} calls"
    later = [one.setup_seconds for one in _at_running_chromium(document.cells) if one.setup_seconds is not None]
    if not later:
        return told
    least, most = min(later), max(later)
    return (
        f"{told}; with a Chromium that an earlier call had started: {median(later):.2f} s ({least:.2f} to {most:.2f} s)"
    )


def handshake(cell: Cell) -> str:
    """What DTLS negotiated; what the two ends do not have in common, by each."""
    said = {party: _said(cell, party) for party in Party if party in cell.ends}
    alike = set(said.values())
    return " / ".join(alike) if len(alike) == 1 else "; ".join(f"{party}: {text}" for party, text in said.items())


def _said(cell: Cell, party: Party) -> str:
    end = cell.ends[party]
    if end.version is None:
        return "no DTLS handshake"
    seen = {"suite": end.suite, "group": end.group, "SRTP profile": end.srtp_profile}
    return ", ".join((end.version, *(value or f"{what} not seen" for what, value in seen.items())))


def _at_running_chromium(cells: Iterable[Cell]) -> Iterator[Cell]:
    running: set[tuple[bool, bool]] = set()
    for cell in cells:
        used = _shared_chromiums(cell)
        if used and used <= running:
            yield cell
        running |= used


def _shared_chromiums(cell: Cell) -> set[tuple[bool, bool]]:
    """Which of the run's Chromiums the call was made with: those with a TURN server have one of their own, and so have
    those in clear. In namespaces each device starts one for its call alone, which is not shared with any other.
    """
    pairing = cell.pairing
    if cell.recording is None or pairing.network is Network.NAMESPACES:
        return set()
    kinds = {pairing.alice, pairing.bob} & _CHROMIUM
    return {(kind is EndpointKind.CHROMIUM_CLEAR, pairing.network.turn) for kind in kinds}


def _grid(scenario: str, network: Network, places: list[Place]) -> Grid:
    callers = tuple(dict.fromkeys(one.cell.pairing.alice for one in places))
    callees = tuple(dict.fromkeys(one.cell.pairing.bob for one in places))
    at = {(one.cell.pairing.alice, one.cell.pairing.bob): one for one in places}
    return Grid(
        scenario,
        network,
        callees,
        tuple((caller, tuple(at.get((caller, callee)) for callee in callees)) for caller in callers),
    )


def attention(document: Interop) -> Iterator[Place]:
    """The cells of which there is something to say."""
    for number, cell in enumerate(document.cells, 1):
        if cell.status is not Status.AS_EXPECTED or cell.why:
            yield Place(number, cell)
