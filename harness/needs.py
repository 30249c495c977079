"""What a scenario needs that is not there: such a scenario is not run, and counted as that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from pydantic import ValidationError

from .abilities import why_beyond
from .endpoints.chromium import installed as chromium
from .endpoints.firefox import installed as firefox
from .endpoints.gstreamer import installed as gstreamer
from .model.ability import ProgramUnderTest
from .model.adversary import (
    DtlsMitm,
    LaterKeys,
    MediaServer,
    MediaServerProgram,
    ReplayTime,
    SrtpBitflip,
    SrtpPart,
    SrtpReplay,
)
from .model.base import Party, Role
from .model.endpoints import BARE_PAGES, BROWSERS, IN_NAMESPACES, NOT_THROUGH_TURN, WITHOUT_CHAT, EndpointKind
from .model.mode import Mode
from .model.network import Network
from .model.scenario import Scenario
from .model.service_kind import Processor
from .model.unmet import Unmet
from .network import child, coturn, janus, namespaces, process_memory, rtpengine
from .restarts import why_no_restart
from .vantage.packet_tap import may_listen
from .wording import from_debian


def unmet(
    scenarios: Iterable[Scenario],
    programs: Mapping[Party, ProgramUnderTest],
    asked: Collection[str],
    elsewhere: Collection[str] = (),
) -> tuple[Unmet, ...]:
    """Each scenario that cannot be run, with the reason. `programs`: those that the command line names.

    `asked` are the scenarios that the user named one by one; `elsewhere` those that have no place for what he chose.
    """
    return tuple(
        Unmet(scenario=scenario.id, why=why, asked=scenario.id in asked)
        for scenario in scenarios
        if (why := _without_place(scenario, elsewhere) or _why_not(scenario, programs)) is not None
    )


def _without_place(scenario: Scenario, elsewhere: Collection[str]) -> str | None:
    if scenario.id not in elsewhere:
        return None
    named = " and ".join(f"{party} is {scenario.endpoints.of(party)}" for party in Party)
    return f"it names its software itself ({named}), and would say nothing of what was chosen instead"


def not_installed(kinds: Iterable[EndpointKind]) -> frozenset[EndpointKind]:
    """Those of these stacks that are not to be had here: who names one by itself asks for every call with it."""
    there = {kind: chromium.program() is not None for kind in BROWSERS}
    there |= {EndpointKind.FIREFOX: not firefox.lacking(enclosed=False)}
    there |= {EndpointKind.GSTREAMER: not gstreamer.found().why}
    return frozenset(kind for kind in kinds if not there.get(kind, True))


def _why_not(scenario: Scenario, programs: Mapping[Party, ProgramUnderTest]) -> str | None:
    lacking = (
        why
        for party in Party
        if (why := _lacking(scenario, party, programs.get(party)) or _impossible(scenario, party)) is not None
    )
    elsewhere = (why_no_restart, _why_no_network, _why_no_daemon, _why_no_memory, _contradiction)
    return next(lacking, None) or next((why for look in elsewhere if (why := look(scenario)) is not None), None)


def _contradiction(scenario: Scenario) -> str | None:
    """What a scenario file would be refused for, where endpoints and network came from a command line instead."""
    try:
        Scenario.model_validate_json(scenario.model_dump_json())
    except ValidationError as error:
        return error.errors(include_url=False)[0]["msg"].removeprefix("Value error, ")[:500]
    return None


def _why_no_network(scenario: Scenario) -> str | None:
    if (why := _why_no_media_server(scenario)) is not None:
        return why
    if scenario.network is Network.NAMESPACES:
        return _why_no_namespaces(scenario)
    return _why_no_relay(scenario) if scenario.network.turn else None


def _why_no_media_server(scenario: Scenario) -> str | None:
    adversary = scenario.adversary
    put_in = adversary.program if isinstance(adversary, MediaServer) else None
    if put_in is MediaServerProgram.RTPENGINE and not rtpengine.installed():
        cure = from_debian(rtpengine.PACKAGE)
        return f"a media server is put into the call, rtpengine, which is not installed: {cure}"
    if MediaServerProgram.JANUS is put_in or scenario.processor is Processor.JANUS:
        why = janus.lacking()
        cure = "" if janus.installed() else f": {from_debian(janus.PACKAGE)}"
        return None if why is None else f"the media go through janus, and {why}{cure}"
    return None


def _why_no_daemon(scenario: Scenario) -> str | None:
    """What nobody here wrote is started only where it ends with the harness."""
    put_in = isinstance(scenario.adversary, MediaServer) or scenario.processor is Processor.JANUS
    why = child.why_not() if put_in or scenario.relayed_by_coturn else None
    if why is None:
        return None
    return f"it takes a server that ends with the harness, however that ends; {why}: apt-get install {child.PACKAGE}"


def _why_no_memory(scenario: Scenario) -> str | None:
    why = process_memory.why_not() if scenario.memory else None
    return None if why is None else f"the memory of processes is searched, which may not be read here: {why}"


def _why_no_namespaces(scenario: Scenario) -> str | None:
    for party in Party:
        kind = scenario.endpoints.of(party)
        if kind not in IN_NAMESPACES:
            return f"{party} is {kind}, which cannot live in a network namespace: it is no process of its own in a call"
    why = namespaces.why_not()
    return None if why is None else f"the devices live in network namespaces, and there are none here: {why}"


def _why_no_relay(scenario: Scenario) -> str | None:
    for party in Party:
        kind = scenario.endpoints.of(party)
        if kind in NOT_THROUGH_TURN:
            return f"{party} is {kind}, which cannot be forced through a TURN server yet"
    if scenario.relayed_by_coturn and not coturn.installed():
        return f"the media go through coturn, which is not installed: {from_debian(coturn.PACKAGE)}"
    if not may_listen():
        return "somebody must listen beside the TURN server, which takes root, CAP_NET_RAW or a user namespace"
    return None


def _lacking(scenario: Scenario, party: Party, named: ProgramUnderTest | None) -> str | None:
    """What keeps this party's software out of the scenario. `named`: the program that is to take its place."""
    match scenario.endpoints.of(party):
        case EndpointKind.PROGRAM if named is None:
            return f"{party} is a program, and which one only the command line says: --program {party}='COMMAND'"
        case EndpointKind.PROGRAM if named is not None:
            return why_beyond(scenario, party, named)
        case EndpointKind.FIREFOX:
            why = firefox.lacking(enclosed=scenario.network is Network.NAMESPACES)
            packages = () if firefox.program() else (firefox.PACKAGE,)
            return _without_stack(party, "a page in Firefox", why, packages) or _beyond(
                scenario, party, "a page in Firefox"
            )
        case kind if kind in BROWSERS and chromium.program() is None:
            names, cure = ", ".join(chromium.PROGRAMS), from_debian(chromium.PACKAGE)
            return f"{party} sits at a browser, and none of these is installed ({names}): {cure}"
        case EndpointKind.CHROMIUM if party.role is Role.CALLER and scenario.call.screen == (Role.CALLEE,):
            return f"{party} calls from a browser, which offers a section for a screen when its own user shares one"
        case kind if kind in BARE_PAGES:
            return _beyond_page(scenario, party)
        case EndpointKind.GSTREAMER:
            return (
                _without_stack(party, "webrtcbin", gstreamer.found().why, gstreamer.PACKAGES)
                or _beyond(scenario, party, "webrtcbin", restarts=False)
                or _without_extensions(scenario, party)
            )
    return None


def _without_stack(party: Party, stack: str, why: str, packages: Collection[str]) -> str | None:
    """`packages`: those that would bring it; none where another one is the cause."""
    if not why:
        return None
    cure = f": {from_debian(*packages)}" if packages else ""
    return f"{party} is {stack}, which is not to be had here ({why}){cure}"


def _beyond_page(scenario: Scenario, party: Party) -> str | None:
    """What a bare page in a browser has no part for."""
    call = scenario.call
    asked = {
        "makes no ordinary calls of the service": call.mode is Mode.SERVICE,
        "shares no screen": bool(call.screen),
    }
    return next((f"{party} is a bare page, which {what}" for what, wanted in asked.items() if wanted), None)


def _impossible(scenario: Scenario, party: Party) -> str | None:
    """What cannot be done to this party's software, whatever is installed."""
    without = (_without_other_hash, _without_rollover, _without_key)
    return next((why for one in without if (why := one(scenario, party)) is not None), None)


def _without_other_hash(scenario: Scenario, party: Party) -> str | None:
    """Browsers and webrtcbin name their certificate by one hash function, so of their lines nothing would be left."""
    adversary = scenario.adversary
    only = scenario.endpoints.of(party) in (*BROWSERS, EndpointKind.GSTREAMER)
    gone = isinstance(adversary, DtlsMitm) and adversary.algorithm == "sha-256"
    what = "which names its certificate by sha-256 alone, so that no genuine line of another hash could stay"
    return f"{party} is {scenario.endpoints.of(party)}, {what}" if only and gone else None


def _without_rollover(scenario: Scenario, party: Party) -> str | None:
    """A browser draws its first sequence numbers by itself, in the lower half, so that no wrap is near: of 505 streams
    of Chromium and Firefox none began above it, and sound has 50 packets a second."""
    adversary = scenario.adversary
    across = isinstance(adversary, SrtpReplay) and adversary.when is ReplayTime.ACROSS_ROLLOVER
    kind = scenario.endpoints.of(party)
    what = "whose sequence numbers begin below 32,768, so that none wraps within ten minutes"
    return f"{party} is {kind}, {what}" if across and kind in BROWSERS else None


def _without_key(scenario: Scenario, party: Party) -> str | None:
    """Whoever comes for the keys of the certificates afterwards finds those of clients in this process."""
    kind = scenario.endpoints.of(party)
    kept = kind in (EndpointKind.AIORTC_PROCESS, EndpointKind.PROGRAM, EndpointKind.GSTREAMER, *BROWSERS)
    wanted = isinstance(scenario.adversary, LaterKeys)
    return f"{party} is {kind}, which gives nobody the key of its certificate" if wanted and kept else None


def _without_extensions(scenario: Scenario, party: Party) -> str | None:
    """webrtcbin negotiates no header extension by itself, so no packet of its calls has one."""
    adversary = scenario.adversary
    damaged = isinstance(adversary, SrtpBitflip) and adversary.field is SrtpPart.EXTENSION
    return f"{party} is webrtcbin, whose packets have no header extension to damage" if damaged else None


def _beyond(scenario: Scenario, party: Party, stack: str, *, restarts: bool = True) -> str | None:
    """What a bare stack has no part for: it makes encrypted calls, and is no client of the service."""
    call = scenario.call
    asked = {
        "writes no chat": bool(call.chat) and scenario.endpoints.of(party) in WITHOUT_CHAT,
        "shares no screen": bool(call.screen),
        "names the ICE credentials in use in its every offer, and so cannot restart ICE": call.restart_after is not None
        and not restarts,
        "makes no ordinary calls of the service": call.mode is Mode.SERVICE,
        "signs in to no service": scenario.tenant is not None,
    }
    return next((f"{party} is {stack}, which {what}" for what, wanted in asked.items() if wanted), None)
