"""The interop matrix: scenarios between every two endpoints over every network, and what came of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from .model.base import Party
from .model.endpoints import EndpointKind, Endpoints
from .model.finding import Reason, Severity
from .model.interop import Cell, Interop
from .model.network import Network
from .model.outcome import Status
from .model.pairing import Pairing, paired
from .model.scenario import Family, Scenario
from .model.verdict import Result, RunDocument
from .report.tally import compare_codes
from .wording import suggestion

ENDPOINTS: Final = (EndpointKind.AIORTC, EndpointKind.CHROMIUM_RAW, EndpointKind.FIREFOX, EndpointKind.GSTREAMER)
"""The four stacks, when nobody says which."""

NETWORKS: Final = {
    "loopback": (Network.LOOPBACK,),
    "turn": (Network.TURN_UDP, Network.TURN_TCP),
    "turn-udp": (Network.TURN_UDP,),
    "turn-tcp": (Network.TURN_TCP,),
    "namespaces": (Network.NAMESPACES,),
}
DEFAULT_NETWORKS: Final = ("loopback", "turn", "namespaces")
SCENARIOS: Final = ("honest-call",)
JOBS: Final = 4
"""Calls that overlap, when nobody says how many: most have a process at each end, and those want to start at once."""

_HEALTHY: Final = (EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS)
_GREEN: Final = (Status.AS_EXPECTED, Status.KNOWN_DEVIATION)
_MOST_WORDS: Final = 2000


def endpoints_of(text: str | None) -> tuple[EndpointKind, ...]:
    """`a,b,…`, each once; all four stacks without a word. ValueError says which there is not."""
    names = () if text is None else _listed(text)
    for name in names:
        if name not in set(EndpointKind):
            nearest = suggestion(name, [str(one) for one in EndpointKind])
            raise ValueError(f"--endpoints: no endpoint is called {name!r}{nearest}")
    return tuple(EndpointKind(name) for name in names) or ENDPOINTS


def networks_of(text: str | None) -> tuple[Network, ...]:
    """`a,b,…`, `turn` being both ways to a TURN server. ValueError says which there is not."""
    names = DEFAULT_NETWORKS if text is None else _listed(text)
    for name in names:
        if name not in NETWORKS:
            raise ValueError(f"--network: no network is called {name!r}{suggestion(name, NETWORKS)}")
    return tuple(dict.fromkeys(network for name in names for network in NETWORKS[name]))


def pairings(endpoints: Sequence[EndpointKind], networks: Iterable[Network]) -> Iterator[Pairing]:
    """Every ordered pair, network by network. Only a process can be put into a namespace: ours is one there, too."""
    for network in networks:
        placed = tuple(dict.fromkeys(_placed(one, network) for one in endpoints))
        yield from (Pairing(alice=alice, bob=bob, network=network) for alice in placed for bob in placed)


def between(scenario: Scenario, pairing: Pairing) -> Scenario:
    """The scenario with these two ends over this network. ValueError when it says itself who they are."""
    chosen = (scenario.endpoints.alice, scenario.endpoints.bob)
    if scenario.family is Family.SPECIMENS or not set(chosen) <= set(_HEALTHY):
        raise ValueError(f"{scenario.id} is about certain endpoints, and cannot be had between others")
    if scenario.network is not Network.LOOPBACK or scenario.tenant is not None:
        raise ValueError(f"{scenario.id} is about a certain network, and cannot be had over others")
    expect = scenario.expect
    if pairing.network is not Network.LOOPBACK and scenario.adversary is None:
        expect = expect.model_copy(update={"seen": (*expect.seen, Reason.NETWORK_ACCOUNTED)})
    return scenario.model_copy(
        update={
            "id": pairing.id_of(scenario.id),
            "endpoints": Endpoints(alice=pairing.alice, bob=pairing.bob),
            "network": pairing.network,
            "expect": expect,
        }
    )


def interop_of(document: RunDocument) -> Interop:
    """The table of a run whose scenarios are all of such pairs. ValueError when one is not."""
    cells = tuple(_cell(result) for result in document.results)
    software = {
        f"endpoint {cell.pairing.of(party)}": end.software for cell in cells for party, end in sorted(cell.ends.items())
    }
    return Interop(
        run=document.run,
        versions=document.provenance | dict(sorted(software.items())),
        summary=document.summary,
        cells=cells,
        interrupted=document.interrupted,
    )


def _cell(result: Result) -> Cell:
    found = paired(result.scenario)
    if found is None:
        raise ValueError(f"{result.scenario} says nothing of a pair of endpoints and a network")
    setups = [end.setup_seconds for end in result.ends.values()]
    known = [one for one in setups if one is not None]
    return Cell(
        scenario=found[0],
        pairing=found[1],
        result=result.scenario,
        expected=result.expected,
        outcome=result.outcome,
        status=result.status,
        because=result.because,
        codes=compare_codes(result).value,
        connected=_connected(result),
        why=_why(result)[:_MOST_WORDS],
        deviation=result.deviation,
        ends=result.ends,
        setup_seconds=max(known) if len(known) == len(Party) else None,
        recording=result.recording,
        seconds=result.seconds,
    )


def _connected(result: Result) -> bool:
    return len(result.ends) == len(Party) and all(end.connected for end in result.ends.values())


def _why(result: Result) -> str:
    """Why it did not come up, by what the ends recorded; or why it is not as expected."""
    if result.status is Status.NOT_RUN or result.recording is None:
        return result.because
    parts = [] if result.status in _GREEN else [result.because]
    if not _connected(result):
        failed = ((party, end.failure) for party, end in sorted(result.ends.items()) if end.failure is not None)
        parts += [f"{party}: {failure.reason}: {failure.detail}" for party, failure in failed]
    if result.status not in _GREEN:
        alarms = dict.fromkeys(one.reason.value for one in result.findings if one.severity is Severity.ALARM)
        parts += [f"alarms: {', '.join(alarms)}"] if alarms else []
    return "; ".join(parts)


def _placed(kind: EndpointKind, network: Network) -> EndpointKind:
    inside = network is Network.NAMESPACES and kind is EndpointKind.AIORTC
    return EndpointKind.AIORTC_PROCESS if inside else kind


def _listed(text: str) -> tuple[str, ...]:
    names = tuple(one.strip() for one in text.split(","))
    if len(set(names)) != len(names) or not all(names):
        raise ValueError(f"{text!r} is no list of different names with commas between")
    return names
