"""A service's processor on the path as a transcript: keys from the descriptions, media opened, everything passed on."""

from __future__ import annotations

from base64 import b64encode

import pytest
from pylibsrtp import Policy, Session

from harness.adversaries.machine import Command, Deed, Deliver, Forward, WriteDown
from harness.adversaries.service_processor import ServiceProcessor
from harness.model.base import Party
from harness.wire.sdes import CryptoLine

from .transcript import (
    ALICE,
    BINDING_REQUEST,
    BOB,
    answer,
    deeds,
    feed,
    forwarded,
    hangup,
    offer,
    rtcp,
    rtp,
    signal,
    written,
)

CM, SHORT, GCM = "AES_CM_128_HMAC_SHA1_80", "AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM"
LIBSRTP = {
    CM: Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    SHORT: Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    GCM: Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
}
OF_ALICE, OF_BOB, LATER = bytes(range(30)), bytes(range(30, 60)), bytes(range(60, 90))


def body(key: bytes, suite: str = CM) -> str:
    return f"v=0\r\nm=audio 9 RTP/SAVPF 96\r\na=crypto:{CryptoLine.of(1, suite, key).written()}\r\n"


def sender(key: bytes, suite: str = CM) -> Session:
    return Session(Policy(key, Policy.SSRC_ANY_OUTBOUND, srtp_profile=LIBSRTP[suite]))


def informed() -> ServiceProcessor:
    machine = ServiceProcessor()
    signal(machine, offer(body(OF_ALICE)))
    signal(machine, answer(body(OF_BOB)))
    return machine


def test_every_description_is_delivered_as_it_came_and_its_keys_are_read() -> None:
    machine = ServiceProcessor()
    assert signal(machine, offer(body(OF_ALICE))) == [Deed("keys-read-from-alice"), Deliver(offer(body(OF_ALICE)))]
    assert signal(machine, answer(body(OF_BOB))) == [Deed("keys-read-from-bob"), Deliver(answer(body(OF_BOB)))]
    assert signal(machine, hangup(BOB)) == [Deliver(hangup(BOB))]


@pytest.mark.parametrize(
    "text", ["", "a=crypto:1 ROT13 inline:AAAA\r\n", "a=fingerprint:sha-256 AA\r\n", "a=x\n" * 5000]
)
def test_a_description_without_keys_is_delivered_and_nothing_was_read(text: str) -> None:
    assert signal(ServiceProcessor(), offer(text)) == [Deliver(offer(text))]


def test_what_either_party_sends_goes_on_as_it_came_and_is_written_down_in_clear() -> None:
    machine = informed()
    commands: list[Command] = []
    for party, key in ((ALICE, OF_ALICE), (BOB, OF_BOB)):
        session = sender(key)
        for secured, clear in (
            (session.protect(rtp(1)), rtp(1)),
            (session.protect_rtcp(rtcp()), rtcp()),
        ):
            new = feed(machine, party, secured)
            assert forwarded(new) == [(party.peer, secured)]
            assert written(new) == [(party, clear)]
            commands += new
    counted = deeds(commands)
    kinds = ("processed", "opened")
    assert counted == {f"packets-{kind}-from-{party}": 2 for kind in kinds for party in Party}
    assert set(ServiceProcessor().required) == {f"packets-processed-from-{party}" for party in Party}


@pytest.mark.parametrize("suite", LIBSRTP)
def test_each_suite_that_a_description_can_name_is_opened(suite: str) -> None:
    machine, key = ServiceProcessor(), bytes(range(28 if suite == GCM else 30))
    signal(machine, offer(body(key, suite)))
    assert written(feed(machine, ALICE, sender(key, suite).protect(rtp(1)))) == [(ALICE, rtp(1))]


def test_the_key_of_one_party_opens_nothing_of_the_other() -> None:
    machine, secured = informed(), sender(OF_ALICE).protect(rtp(1))
    assert feed(machine, BOB, secured) == unopened(BOB, secured)


def unopened(party: Party, secured: bytes) -> list[Command]:
    """It goes on, and its ciphertext is what was had of it."""
    did = (Deed(f"packets-{what}-from-{party}") for what in ("processed", "not-opened"))
    return [Forward(party.peer, secured), WriteDown(party, secured), *did]


def test_what_comes_before_the_keys_or_under_others_goes_on_unopened() -> None:
    secured = sender(LATER).protect(rtp(1))
    for machine in (ServiceProcessor(), informed()):
        assert feed(machine, ALICE, secured) == unopened(ALICE, secured)
    assert feed(informed(), ALICE, BINDING_REQUEST) == [Forward(BOB, BINDING_REQUEST)]


def test_a_restart_brings_another_key_and_the_old_one_still_opens() -> None:
    machine, before, after = informed(), sender(OF_ALICE), sender(LATER)
    assert deeds(signal(machine, offer(body(LATER)))) == {"keys-read-from-alice": 1}
    assert deeds(signal(machine, offer(body(LATER)))) == {}, "read before"
    assert written(feed(machine, ALICE, after.protect(rtp(1)))) == [(ALICE, rtp(1))]
    assert written(feed(machine, ALICE, before.protect(rtp(2)))) == [(ALICE, rtp(2))]


def test_a_description_full_of_keys_does_not_make_the_work_of_a_packet_endless() -> None:
    machine = ServiceProcessor()
    keys = [number.to_bytes(30, "big") for number in range(300)]
    lines = [f"a=crypto:1 {CM} inline:{b64encode(key).decode()}\r\n" for key in keys]
    assert deeds(signal(machine, offer("".join(lines)))) == {"keys-read-from-alice": 300}
    first, last = (sender(key).protect(rtp(1)) for key in (keys[0], keys[-1]))
    assert written(feed(machine, ALICE, first)) == [(ALICE, first)], "as ciphertext"
    assert written(feed(machine, ALICE, last)) == [(ALICE, rtp(1))]
