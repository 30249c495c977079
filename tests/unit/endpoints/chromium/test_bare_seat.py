"""A bare page's screen is what the reference client would show, by the certificates that the browser tells."""

from __future__ import annotations

import asyncio
from typing import Any
from unittest.mock import AsyncMock, Mock

import pytest

from harness.codes import teams20
from harness.endpoints.chromium.bare_seat import BarePage, BareSeat, CodeFromSdpSeat
from harness.endpoints.chromium.facts import Facts
from harness.endpoints.chromium.tab import PageError
from harness.endpoints.endpoint import EndpointSetup
from harness.model.base import Asset, Party
from harness.model.statement import Indicator, PacketCounts
from harness.wire.sdp import Fingerprint

OWN, PEER, OTHER = b"own certificate", b"the peer's", b"somebody else's"


def seat(party: Party, kind: type[BareSeat] = BareSeat, mode: str = "e2ee", **seen: bytes | None) -> BareSeat:
    said: list[dict[str, Any]] = []
    setup = EndpointSetup(party, "Bob", (Asset.AUDIO,), {}, "127.0.0.1", None, Mock(), lambda _: None)

    class Seen(kind):  # type: ignore[misc, valid-type]
        async def facts(self) -> Facts | None:
            known = {"local": OWN, "presented": PEER, **seen}
            return Facts("connected", True, known["local"], known["presented"], None, PacketCounts())

    made: BareSeat = Seen(setup, said.append)
    made.answer({"type": "accept"}, mode=mode)
    return made


@pytest.mark.asyncio
@pytest.mark.parametrize(("party", "ends"), [(Party.ALICE, (OWN, PEER)), (Party.BOB, (PEER, OWN))])
async def test_the_code_is_that_of_both_certificates_the_callers_first(party: Party, ends: tuple[bytes, bytes]) -> None:
    screen, picture = await seat(party).screen()
    assert screen.code == teams20.code(*(teams20.thumbprint(one) for one in ends))
    assert (screen.indicator, screen.peer, picture) == (Indicator.LOCK, "Bob", None)


@pytest.mark.asyncio
@pytest.mark.parametrize("lost", [{"local": None}, {"presented": None}, {"mode": "service"}, {"mode": "nothing"}])
async def test_without_both_certificates_or_out_of_an_encrypted_call_there_is_no_lock(lost: dict[str, Any]) -> None:
    screen, _ = await seat(Party.ALICE, **lost).screen()
    assert (screen.indicator, screen.code) == (Indicator.NONE, None)


@pytest.mark.asyncio
async def test_the_planted_fault_takes_the_sha_256_line_for_the_certificate() -> None:
    one = seat(Party.ALICE, CodeFromSdpSeat)
    lines = [Fingerprint.of(OTHER), Fingerprint.of(PEER, "sha-512")]
    one.promised = "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" + "".join(
        f"a=fingerprint:{line}\r\n" for line in lines
    )
    screen, _ = await one.screen()
    assert screen.code == teams20.code(teams20.thumbprint(OWN), teams20.thumbprint(OTHER))


async def said_of(offer_taken: Mock) -> list[dict[str, Any]]:
    """What the page's user says when an offer has come, of which the page makes this."""
    said: list[dict[str, Any]] = []
    setup = EndpointSetup(Party.BOB, "Alice", (Asset.AUDIO,), {}, "127.0.0.1", None, Mock(), lambda _: None)
    one = BareSeat(setup, said.append)
    one._page = BarePage(Mock(evaluate=AsyncMock(side_effect=offer_taken)), clear=False)
    one.tell("offer", sdp="v=0")
    await asyncio.gather(*one._doing)
    return said


@pytest.mark.asyncio
async def test_a_description_that_the_browser_refuses_ends_the_call_in_its_own_words() -> None:
    (hung_up,) = await said_of(Mock(return_value={"refused": "Can't have two."}))
    assert hung_up == {"type": "hang-up", "reason": "sdp-rejected", "detail": "the offer was refused: Can't have two."}


@pytest.mark.asyncio
async def test_a_page_that_is_gone_has_refused_nothing() -> None:
    (hung_up,) = await said_of(Mock(side_effect=PageError("the tab has crashed")))
    assert hung_up == {"type": "hang-up", "reason": "page-lost"}


@pytest.mark.asyncio
async def test_a_description_that_the_browser_takes_is_answered() -> None:
    assert await said_of(Mock(return_value={"sdp": "v=0 mine"})) == [{"type": "answer", "sdp": "v=0 mine"}]


@pytest.mark.asyncio
@pytest.mark.parametrize("party", Party)
async def test_an_acceptance_in_the_middle_of_a_call_changes_no_lock(party: Party) -> None:
    one = seat(party)
    one.tell("accepted", mode="service", display="Bob")
    screen, _ = await one.screen()
    assert screen.indicator is Indicator.LOCK


@pytest.mark.asyncio
@pytest.mark.parametrize(("party", "shown"), [(Party.ALICE, Indicator.LOCK), (Party.BOB, Indicator.NONE)])
async def test_the_service_accepts_for_no_callee(party: Party, shown: Indicator) -> None:
    one = seat(party, mode="nothing")
    one.tell("accepted", mode="e2ee", display="Bob")
    screen, _ = await one.screen()
    assert screen.indicator is shown
    assert len(one._doing) == (shown is Indicator.LOCK), "who is accepted makes an offer"
    await asyncio.gather(*one._doing)
