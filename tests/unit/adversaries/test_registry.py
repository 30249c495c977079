"""From a scenario's adversary to its machine."""

from __future__ import annotations

import json
from typing import get_args

import pytest
from pydantic import TypeAdapter

from harness.adversaries import registry
from harness.adversaries.bystander import Bystander
from harness.adversaries.candidate_injection import CandidateAddition, CandidateRemoval, CandidateReplacement
from harness.adversaries.dtls_forgery import NoiseInFront
from harness.adversaries.dtls_mitm import DtlsMitm
from harness.adversaries.impairment import Impairment
from harness.adversaries.machine import CallUp, Deliver, Event, Learned, SendOffPath, TimerFired
from harness.adversaries.plaintext_injection import PlaintextInjection
from harness.adversaries.recorder import Recorder
from harness.adversaries.script import Script
from harness.adversaries.sdp_rewrite import SdpRewrite
from harness.adversaries.service_processor import ServiceProcessor
from harness.adversaries.srtcp_tamper import SrtcpTamper
from harness.adversaries.srtp_bitflip import SrtpBitflip
from harness.adversaries.srtp_replay import SrtpReplay
from harness.adversaries.turn_tamper import TurnTamper
from harness.adversaries.volley import TIMER, Volley
from harness.model.adversary import Adversary

from .descriptions import OFFER, attributes
from .transcript import BOB, NOW, deeds, feed, forwarded, offer, only, rtp, signal

ADVERSARY: TypeAdapter[Adversary] = TypeAdapter(Adversary)


def adversary(**fields: object) -> Adversary:
    return ADVERSARY.validate_json(json.dumps(fields))


@pytest.mark.parametrize(
    ("fields", "machine"),
    [
        ({"kind": "bystander"}, Bystander),
        ({"kind": "recorder"}, Recorder),
        ({"kind": "service-processor"}, ServiceProcessor),
        ({"kind": "dtls-mitm", "position": ["path"]}, DtlsMitm),
        ({"kind": "srtp-bitflip", "field": "tag"}, SrtpBitflip),
        ({"kind": "srtp-replay"}, SrtpReplay),
        ({"kind": "plaintext-injection", "position": ["path"]}, PlaintextInjection),
        ({"kind": "candidate-injection", "position": ["signalling"]}, CandidateAddition),
        ({"kind": "candidate-injection", "position": ["signalling", "path"], "how": "replace"}, CandidateReplacement),
        ({"kind": "candidate-injection", "position": ["signalling"], "how": "remove"}, CandidateRemoval),
        ({"kind": "candidate-injection", "position": ["signalling"], "how": "remove-ended"}, CandidateRemoval),
        ({"kind": "sdp-rewrite", "rewrite": "hash-md5"}, SdpRewrite),
        ({"kind": "script", "position": ["path"], "moves": [{"do": "intercept"}]}, Script),
        ({"kind": "turn-tamper", "fault": "drop"}, TurnTamper),
        ({"kind": "impairment", "ailment": "loss"}, Impairment),
        ({"kind": "srtcp-tamper", "fault": "bye"}, SrtcpTamper),
        ({"kind": "clienthello-race", "position": ["off-path"]}, Volley),
        ({"kind": "dtls-junk", "position": ["path"], "noise": "records"}, NoiseInFront),
        ({"kind": "dtls-junk", "position": ["path"], "noise": "records", "during": "call"}, Volley),
        ({"kind": "dtls-junk", "position": ["off-path"], "noise": "records"}, Volley),
        ({"kind": "stun-hijack", "position": ["path"], "forgery": "no-integrity"}, Volley),
        ({"kind": "rtp-bleed", "position": ["off-path"]}, Volley),
        ({"kind": "srtp-flood", "position": ["off-path"]}, Volley),
        ({"kind": "roc-poisoning", "position": ["path"]}, Volley),
        ({"kind": "ssrc-collision", "position": ["signalling", "off-path"]}, Volley),
        ({"kind": "malformed-media", "position": ["path"], "malformation": "sctp"}, Volley),
    ],
)
def test_each_kind_has_its_machine(fields: dict[str, object], machine: type) -> None:
    assert type(registry.create(adversary(**fields), "seed")) is machine


def test_no_adversary_is_without_a_machine() -> None:
    nouns = set(get_args(get_args(Adversary)[0]))
    assert set(registry.MACHINES) == nouns


def test_each_call_gets_its_own_certificates() -> None:
    swap = adversary(kind="dtls-mitm", position=["path", "signalling"], swap=["caller"])
    seen = set()
    for _ in range(2):
        delivered, _deed = signal(registry.create(swap, "seed"), offer(OFFER))
        assert isinstance(delivered, Deliver)
        seen.add(attributes(delivered.message.body, "fingerprint")[0])
    assert len(seen) == 2


def test_the_fields_of_the_scenario_arrive() -> None:
    flip = registry.create(adversary(kind="srtp-bitflip", field="header", every=2), "seed")
    feed(flip, BOB, rtp(1))
    ((_, hit),) = forwarded(feed(flip, BOB, rtp(2)))
    assert hit[4:8] != rtp(2)[4:8]

    replay = registry.create(adversary(kind="srtp-replay", every=2), "seed")
    assert [len(forwarded(feed(replay, BOB, rtp(number)))) for number in (1, 2)] == [1, 2]

    rewrite = registry.create(adversary(kind="sdp-rewrite", rewrite="fingerprint-missing", towards=["caller"]), "seed")
    assert signal(rewrite, offer(OFFER)) == [Deliver(offer(OFFER))]


def test_off_the_path_packets_leave_from_the_adversarys_own_address() -> None:
    machine = registry.create(adversary(kind="plaintext-injection", position=["off-path"], packets=40), "seed")
    list(machine.handle(Learned(BOB, ("127.1.0.2", 6000), NOW)))
    commands = list(machine.handle(CallUp(NOW)))
    assert [packet.to for packet in only(commands, SendOffPath)] == [BOB]
    assert deeds(commands) == {"packets-injected": 1}


def first_packets(count: int, **fields: object) -> list[bytes]:
    """What a volley beside the path sends first, before the call is up."""
    machine = registry.create(adversary(**fields), "seed")
    events: list[Event] = [Learned(BOB, ("127.1.0.2", 6000), NOW), *[TimerFired(TIMER, NOW)] * (2 * count)]
    commands = [command for event in events for command in machine.handle(event)]
    return [packet.data for packet in only(commands, SendOffPath)][:count]


def test_each_volley_has_its_own_packets_at_its_own_time() -> None:
    beside = {"position": ["off-path"]}
    (hello,) = first_packets(1, kind="clienthello-race", towards=["callee"], **beside)
    (alert,) = first_packets(1, kind="dtls-junk", noise="fatal-alert", **beside)
    (check,) = first_packets(1, kind="stun-hijack", forgery="no-integrity", **beside)
    (media,) = first_packets(1, kind="rtp-bleed", **beside)
    assert [packet[0] for packet in (hello, alert, check, media)] == [22, 21, 0, 0x80]
    assert first_packets(1, kind="clienthello-race", towards=["caller"], **beside) == []
    for kind in ("srtp-flood", "roc-poisoning", "ssrc-collision"):
        assert first_packets(1, kind=kind, **beside) == []
    assert first_packets(1, kind="dtls-junk", noise="fatal-alert", during="call", **beside) == []


def test_a_flood_is_sent_within_the_call() -> None:
    machine = registry.create(adversary(kind="srtp-flood", position=["off-path"], packets=600), "seed")
    list(machine.handle(Learned(BOB, ("127.1.0.2", 6000), NOW)))
    assert len(only(machine.handle(CallUp(NOW)), SendOffPath)) == 8
