"""A call on a stage: real DTLS handshakes (OpenSSL) and real SRTP (libsrtp), but no sockets and no clock.

A test takes a call that went well, changes one thing, and asks an auditor about it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from hashlib import sha512
from pathlib import Path
from typing import Any, Final

import numpy as np
from pylibsrtp import Session

from harness.auditors.case import Case
from harness.codes import teams20
from harness.inspection.inspect import examine
from harness.inspection.options import Options
from harness.inspection.parameters.policy import load_policy
from harness.model.base import Asset, Party
from harness.model.finding import Reason
from harness.model.mode import Mode
from harness.model.recording import Recording, SignalEntry, SignalKind, SignalMessage, Vantage
from harness.model.statement import (
    DtlsParameters,
    EndpointStatement,
    Failure,
    Indicator,
    PacketCounts,
    Screen,
    ScreenMoment,
)
from harness.vantage import udp
from harness.vantage.table import PacketTable
from harness.wire.demux import PacketClass, classify
from harness.wire.keylog import parse_keylog
from harness.wire.rtp_dump import Dump
from harness.wire.sdes import CryptoLine
from harness.wire.sdp import Fingerprint, Sdp
from tests.unit.vantage.blocks import enhanced, interface, options, section
from tests.unit.wire.openssl_pair import Identity, Pair, connect, context, identity, shake_hands

from .packets import check, check_answer, exported_keys, opus, receiver_report, sender

ALICE, BOB = Party.ALICE, Party.BOB
ADDRESSES: Final = {ALICE: ("127.9.0.1", 4001), BOB: ("127.9.0.2", 4002)}
OF_ALICE, OF_BOB, OF_MALLORY = identity("alice"), identity("bob"), identity("mallory")
IDENTITIES: Final = {ALICE: OF_ALICE, BOB: OF_BOB}
SOURCES: Final = {ALICE: 0xA11CE, BOB: 0xB0B}
"""The SSRC that each party sends under."""

STARTED: Final = OF_ALICE.certificate.not_valid_before_utc.timestamp() + 86_400

SIGNALLED: Final = {ALICE: sha512(b"alice").digest()[:30], BOB: sha512(b"bob").digest()[:30]}
"""The master keys and salts of a call whose keys travel in the descriptions."""

SUITE: Final = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256"
PROFILE: Final = "SRTP_AES128_CM_HMAC_SHA1_80"


@dataclass
class Frame:
    """One packet on a leg. `far` numbers the other address: 1 is the peer's, any other a stranger's."""

    time: float
    outward: bool
    data: bytes
    far: int = 1


@dataclass
class Stage:
    """A call that can be changed until `case` is asked for."""

    mode: Mode = Mode.E2EE
    media_seconds: float = 1.0
    wire: dict[Party, list[Frame]] = field(default_factory=lambda: {ALICE: [], BOB: []})
    statements: dict[Party, EndpointStatement] = field(default_factory=dict)
    signalling: list[SignalEntry] = field(default_factory=list)
    keylogs: dict[Party, dict[bytes, bytes]] = field(default_factory=lambda: {ALICE: {}, BOB: {}})
    vantages: dict[Party, Vantage] = field(default_factory=dict)
    keys: dict[tuple[Party, bool], bytes] = field(default_factory=dict)
    protects: dict[tuple[Party, bool], Session] = field(default_factory=dict)
    now: float = STARTED
    invited: bool = False
    service_log: bytes | None = None
    dumps: dict[Party, Dump] = field(default_factory=dict)

    def course(self, told: Mode = Mode.E2EE, **lies: Mode) -> Stage:
        """Before everything else: Bob accepts, and each party is told a mode, or by its name another one."""
        self.invited = True
        begins = self.now if not self.signalling else min(one.time for one in self.signalling)
        told_to = {party: lies.get(party.value, told) for party in Party}
        invite = SignalMessage(kind=SignalKind.INVITE, sender=ALICE, body="audio")
        accept = SignalMessage(kind=SignalKind.ACCEPT, sender=BOB, body="")
        decided = [
            (accept.model_copy(update={"body": told_to[party].value}), party, BOB if party is BOB else None)
            for party in (BOB, ALICE)
        ]
        self.signalling[:0] = [
            *carried(invite, begins - 0.005),
            SignalEntry(time=begins - 0.003, hop="bob", direction="out", message=accept),
            SignalEntry(time=begins - 0.003, hop="service", direction="in", message=accept),
            *(
                entry(begins - 0.002, hop, direction, message, to)
                for message, party, to in decided
                for hop, direction in (("service", "out"), (party.value, "in"))
            ),
        ]
        return self

    def tell(self, party: Party, kind: SignalKind, body: str) -> None:
        """A message reaches a party, whoever sent it."""
        message = SignalMessage(kind=kind, sender=party.peer, body=body)
        self.signalling.append(SignalEntry(time=self.now, hop=party.value, direction="in", message=message))

    def say(self, party: Party, kind: SignalKind, body: str) -> None:
        """A party sends a message, which passes the service and reaches the other one."""
        self.signalling += carried(SignalMessage(kind=kind, sender=party, body=body), self.now)

    def on_leg(self, party: Party, outward: bool, data: bytes, far: int = 1) -> None:
        self.now += 0.001
        self.wire[party].append(Frame(self.now, outward, data, far))

    def send(self, party: Party, data: bytes) -> None:
        """One packet that leaves a party and arrives unchanged at the other one."""
        self.on_leg(party, True, data)
        self.on_leg(party.peer, False, data)

    def state(self, party: Party, **changes: Any) -> None:
        self.statements[party] = self.statements[party].model_copy(update=changes)

    def show(self, party: Party, **changes: Any) -> None:
        self.state(party, screen=self.statements[party].screen.model_copy(update=changes))

    def count(self, party: Party, **changes: int) -> None:
        self.state(party, packets=self.statements[party].packets.model_copy(update=changes))

    def media(self, party: Party, outward: bool) -> list[Frame]:
        """The SRTP packets of one direction on a party's leg."""
        return [one for one in self.wire[party] if one.outward is outward and classify(one.data) is PacketClass.SRTP]

    def describe(self, party: Party, body: str, arrives: str | None = None) -> None:
        """A description that a party sends, and what arrives of it."""
        kind = SignalKind.OFFER if party is ALICE else SignalKind.ANSWER
        left = SignalMessage(kind=kind, sender=party, body=body)
        arrived = left if arrives is None else SignalMessage(kind=kind, sender=party, body=arrives)
        self.signalling += [
            SignalEntry(time=self.now, hop=party.value, direction="out", message=left),
            SignalEntry(time=self.now, hop="service", direction="in", message=left),
            SignalEntry(time=self.now, hop="service", direction="out", message=arrived),
            SignalEntry(time=self.now, hop=party.peer.value, direction="in", message=arrived),
        ]

    def check(self, party: Party, number: int = 1) -> None:
        """A connectivity check of a party, and the answer that the other one gives."""
        self.send(party, check(number, password(party.peer)))
        self.send(party.peer, check_answer(number, password(party.peer)))

    def handshake(self, party: Party, pair: Pair) -> None:
        """A handshake as one party's leg shows it (bob's side is the client), with the key that this party exports."""
        for outward, datagram in pair.seen_by(client_is_near=party is BOB):
            self.on_leg(party, outward, datagram)
        self.keylogs[party].update(parse_keylog("\n".join(pair.keylog)))
        of_client, of_server = exported_keys(pair)
        self.keys[party, True] = of_client if party is BOB else of_server
        self.keys[party, False] = of_server if party is BOB else of_client
        for outward in (True, False):
            self.protects[party, outward] = sender(self.keys[party, outward])

    def talk(self, packets: int = 20) -> None:
        """Both parties send media. It leaves under the keys of one leg and arrives under those of the other."""
        for number in range(packets):
            for party in Party:
                ssrc = SOURCES[party]
                self.speak(party, opus(65530 + number, ssrc))
                if number % 10 == 9:
                    self.speak(party, receiver_report(number, ssrc))

    def speak(self, party: Party, plain: bytes) -> None:
        """One packet of media from a party, counted by both."""
        is_rtcp = classify(plain) is PacketClass.SRTCP
        for leg, outward in ((party, True), (party.peer, False)):
            session = self.protects[leg, outward]
            self.on_leg(leg, outward, session.protect_rtcp(plain) if is_rtcp else session.protect(plain))
        kind = "rtcp" if is_rtcp else "rtp"
        for one, name in ((party, f"{kind}_sent"), (party.peer, f"{kind}_received")):
            self.count(one, **{name: getattr(self.statements[one].packets, name) + 1})

    def case(self) -> Case:
        vantages = {party: self.vantages.get(party) or self.vantage(party) for party in Party}
        return Case(
            recording=Recording(
                run="r1",
                scenario="staged",
                call="c1",
                mode=self.mode,
                media=(Asset.AUDIO,),
                media_seconds=self.media_seconds,
                started=STARTED,
                ended=self.now,
                monotonic_seconds=self.now - STARTED,
                provenance={},
                vantages=tuple(vantages.values()),
                files=(),
                invited=self.invited,
            ),
            tables={vantages[party].name: table_of(party, frames) for party, frames in self.wire.items()},
            statements={party: self._with_history(one) for party, one in self.statements.items()},
            signalling=tuple(self.signalling),
            keylogs=self.keylogs,
            dissections=None,
            policy=load_policy(),
            service_log=self.service_log,
            dumps=self.dumps,
        )

    def _with_history(self, one: EndpointStatement) -> EndpointStatement:
        """Unless a test says otherwise, whoever is connected saw the one screen all the time."""
        if one.screens or not one.connected:
            return one
        return one.model_copy(update={"screens": (ScreenMoment(time=self.now, screen=one.screen),)})

    def examined(self, folder: Path) -> Case:
        """The case with its captures written into a folder, and examined there with the keys of both parties."""
        case = self.case()
        names = {leg.party: leg.vantage.file for leg in case.legs}
        for party, name in names.items():
            folder.joinpath(name).write_bytes(capture_of(party, self.wire[party]))
        secrets = [(random, secret) for keylog in self.keylogs.values() for random, secret in keylog.items()]
        keylog = "".join(f"CLIENT_RANDOM {random.hex()} {secret.hex()}\n" for random, secret in secrets)
        texts = tuple((f"signalling of {one.hop}", one.message.body) for one in self.signalling)
        sdp = tuple((f"{one.message.kind}", one.message.body) for one in self.signalling if one.direction == "in")
        options = Options(sdp=sdp, keylogs=(("keys", keylog),), texts=texts)
        return replace(case, examination=examine([folder / name for name in names.values()], options))

    def vantage(self, party: Party) -> Vantage:
        host, port = ADDRESSES[party]
        packets = len(self.wire[party])
        return Vantage(
            name=f"{party}-{party.peer}",
            party=party,
            file=f"{party}-{party.peer}.pcapng",
            near=(f"{host}:{port}",),
            packets=packets,
            sockets=packets,
            dropped=0,
        )


def entry(at: float, hop: str, direction: str, message: SignalMessage, to: Party | None = None) -> SignalEntry:
    return SignalEntry.model_validate({"time": at, "hop": hop, "direction": direction, "message": message, "to": to})


def carried(message: SignalMessage, at: float) -> list[SignalEntry]:
    """A message at all hops that it passes."""
    hops = ((message.sender.value, "out"), ("service", "in"), ("service", "out"), (message.sender.peer.value, "in"))
    return [entry(at, hop, direction, message) for hop, direction in hops]


def table_of(party: Party, frames: list[Frame]) -> PacketTable:
    """What the tap of this party's leg would have recorded."""
    lengths = [len(frame.data) for frame in frames]
    outward = np.array([frame.outward for frame in frames], bool)
    far = np.array([frame.far for frame in frames], np.int64)
    return PacketTable(
        time=np.array([frame.time for frame in frames]),
        outward=outward,
        klass=np.array([classify(frame.data) for frame in frames], np.uint8),
        source=np.where(outward, 0, far),
        destination=np.where(outward, far, 0),
        offset=np.cumsum([0, *lengths])[:-1],
        length=np.array(lengths, np.int64),
        blob=b"".join(frame.data for frame in frames),
        addresses=tuple("{}:{}".format(*one) for one in (ADDRESSES[party], *(far_end(party, n) for n in range(1, 10)))),
    )


def far_end(party: Party, far: int) -> tuple[str, int]:
    """The address that a frame's `far` stands for."""
    return ADDRESSES[party.peer] if far == 1 else ("127.9.0.9", 6000 + far)


def capture_of(party: Party, frames: list[Frame]) -> bytes:
    """The same as a pcapng file; each packet says whether the host that captured sent it (epb_flags)."""
    packets = [section(), interface()]
    for frame in frames:
        ends = [ADDRESSES[party], far_end(party, frame.far)]
        source, destination = ends if frame.outward else ends[::-1]
        flags = options((2, (2 if frame.outward else 1).to_bytes(4, "little")))
        packets.append(enhanced(udp.pack(source, destination, frame.data), int(frame.time * 1e6), extra=flags))
    return b"".join(packets)


def description(of: Identity, party: Party = ALICE) -> str:
    """An offer or answer that names this certificate, and where this party receives."""
    host, port = ADDRESSES[party]
    return (
        "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
        "m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:0\r\na=setup:actpass\r\n"
        f"a=candidate:1 1 udp 2130706431 {host} {port} typ host\r\n"
        f"a=ice-ufrag:{party}\r\na=ice-pwd:{password(party)}\r\n"
        f"a=fingerprint:{Fingerprint.of(of.der)}\r\n"
    )


def password(party: Party) -> str:
    return f"password-of-{party}-of-this-call"


def code(caller: Identity, callee: Identity) -> str:
    return teams20.code(teams20.thumbprint(caller.der), teams20.thumbprint(callee.der))


def statement(party: Party, seen: Identity) -> EndpointStatement:
    """A healthy endpoint after a call in which DTLS showed it this certificate."""
    own = IDENTITIES[party]
    return EndpointStatement(
        party=party,
        role=party.role,
        software="staged",
        screen=Screen(
            indicator=Indicator.LOCK,
            code=code(own, seen) if party is ALICE else code(seen, own),
            peer=party.peer.capitalize(),
        ),
        connected=True,
        failure=None,
        local_certificate=own.der.hex(),
        presented_certificate=seen.der.hex(),
        dtls=DtlsParameters(
            version="DTLSv1.2", suite=SUITE, srtp_profile=PROFILE, role="server" if party is ALICE else "client"
        ),
        packets=PacketCounts(),
        heard={},
        addresses=("{}:{}".format(*ADDRESSES[party]),),
    )


def unencrypted_statement(party: Party) -> EndpointStatement:
    """An endpoint that is connected without any encryption, and does not pretend otherwise."""
    return statement(party, IDENTITIES[party.peer]).model_copy(
        update={
            "screen": Screen(indicator=Indicator.PLAIN, code=None, peer=party.peer.capitalize()),
            "presented_certificate": None,
            "local_certificate": None,
            "dtls": None,
        }
    )


def failed_statement(party: Party, failure: Failure | None) -> EndpointStatement:
    """An endpoint whose call came to nothing."""
    return unencrypted_statement(party).model_copy(
        update={"connected": False, "failure": failure, "local_certificate": IDENTITIES[party].der.hex()}
    )


def honest_call(packets: int = 20, made: Pair | None = None) -> Stage:
    """Nobody between the two: one handshake, the same keys on both legs."""
    stage = Stage()
    stage.describe(ALICE, description(OF_ALICE))
    stage.describe(BOB, description(OF_BOB, BOB))
    pair = made or shake_hands(OF_BOB, OF_ALICE)
    for number, party in enumerate(Party):
        stage.statements[party] = statement(party, IDENTITIES[party.peer])
        stage.check(party, number)
    for party in Party:
        stage.handshake(party, pair)
    stage.talk(packets)
    return stage


def resumed_call() -> Stage:
    """The same two after a call that they made before, whose session they resume."""
    keylog: list[str] = []
    of_bob, of_alice = context(OF_BOB, keylog=keylog), context(OF_ALICE)
    of_alice.set_session_id(b"calls")
    before = connect(of_bob, of_alice)
    session = before.client.get_session()
    for end in (before.client, before.server):
        end.shutdown()
    keylog.clear()
    pair = connect(of_bob, of_alice, session=session)
    pair.keylog = keylog
    return honest_call(made=pair)


def intercepted_call(packets: int = 20) -> Stage:
    """Mallory swaps both fingerprints, ends DTLS on both sides and encrypts again."""
    stage = Stage()
    stage.describe(ALICE, description(OF_ALICE), arrives=description(OF_MALLORY))
    stage.describe(BOB, description(OF_BOB, BOB), arrives=description(OF_MALLORY, BOB))
    for number, party in enumerate(Party):
        stage.statements[party] = statement(party, OF_MALLORY)
        stage.check(party, number)
    stage.handshake(ALICE, shake_hands(OF_MALLORY, OF_ALICE))
    stage.handshake(BOB, shake_hands(OF_BOB, OF_MALLORY))
    stage.talk(packets)
    return stage


def unseen(stage: Stage) -> Stage:
    """Bob's client has no screen of its own, and tells no certificates of which its code could be made."""
    stage.show(BOB, indicator=Indicator.NONE, code=None)
    stage.state(BOB, screen_told=False, screens=(), local_certificate=None, presented_certificate=None)
    return stage


def clear_call(packets: int = 20) -> Stage:
    """Plain RTP, and screens that say so."""
    stage = Stage(mode=Mode.CLEAR)
    for party in Party:
        host, port = ADDRESSES[party]
        stage.describe(party, f"v=0\r\nm=audio 9 RTP/AVP 111\r\na=candidate:1 1 udp 1 {host} {port} typ host\r\n")
        stage.statements[party] = unencrypted_statement(party)
    for number in range(packets):
        for party in Party:
            stage.send(party, opus(number, ssrc=0xA11CE if party is ALICE else 0xB0B))
            stage.count(party, rtp_sent=number + 1, rtp_received=number + 1)
    return stage


def service_call(packets: int = 20, suite: str = "AES_CM_128_HMAC_SHA1_80") -> Stage:
    """An ordinary call: the keys are in the descriptions, and the screens have a plain shield."""
    stage = Stage(mode=Mode.SERVICE)
    for party in Party:
        stage.describe(party, keyed_description(party, SIGNALLED[party], suite))
        stage.statements[party] = unencrypted_statement(party)
        stage.check(party)
        for leg, outward in ((party, True), (party.peer, False)):
            stage.keys[leg, outward] = SIGNALLED[party]
            stage.protects[leg, outward] = sender(SIGNALLED[party])
    stage.talk(packets)
    return stage


OF_SERVICE: Final = {ALICE: sha512(b"to alice").digest()[:30], BOB: sha512(b"to bob").digest()[:30]}
"""With what the service protects what it sends to each."""


def processed_call(packets: int = 20) -> Stage:
    """An ordinary call through the service's media processor: it ends both legs and has keys of its own on each."""
    stage = Stage(mode=Mode.SERVICE)
    for party in Party:
        own, arrives = (keyed_description(party, key) for key in (SIGNALLED[party], OF_SERVICE[party.peer]))
        stage.describe(party, own, arrives=arrives)
        stage.statements[party] = unencrypted_statement(party)
        stage.check(party)
        for outward, key in ((True, SIGNALLED[party]), (False, OF_SERVICE[party])):
            stage.keys[party, outward] = key
            stage.protects[party, outward] = sender(key)
    stage.talk(packets)
    return through_processor(stage)


def through_processor(stage: Stage, mode: Mode = Mode.SERVICE) -> Stage:
    """The same call, whose legs the service's media processor ends."""
    stage.mode = mode
    for party in Party:
        name = f"{party}-processor"
        stage.vantages[party] = stage.vantage(party).model_copy(update={"name": name, "file": f"{name}.pcapng"})
    return stage


def taken_call(word: str = "voicemail", mode: Mode = Mode.SERVICE) -> Stage:
    """Bob's device rang, and was told to stop; Alice was told that her call is accepted."""
    stage = processed_call()
    stage.course(mode)
    stage.signalling = [one for one in stage.signalling if _without_the_callee(one)]
    cancel = SignalMessage(kind=SignalKind.CANCEL, sender=ALICE, body=word)
    stage.signalling += [entry(stage.now, *way, cancel) for way in (("service", "out"), ("bob", "in"))]
    stage.wire[BOB] = []
    hung_up = Failure(reason=Reason.REMOTE_HUNG_UP, detail=word)
    stage.state(BOB, connected=False, failure=hung_up, packets=PacketCounts(), screens=())
    return stage


def _without_the_callee(one: SignalEntry) -> bool:
    """Whether this passed a call in which the callee's device only rang: the service spoke in its place."""
    of_caller = one.message.sender is ALICE
    if one.hop == "service":
        return one.to is None and (one.message.kind is SignalKind.INVITE or of_caller == (one.direction == "in"))
    return one.hop == "alice" or one.message.kind is SignalKind.INVITE


def keyed_description(party: Party, key: bytes, suite: str = "AES_CM_128_HMAC_SHA1_80") -> str:
    """A description with the key that this party sends with, and nothing of DTLS."""
    bare = Sdp.parse(description(IDENTITIES[party], party)).remove("fingerprint").remove("setup")
    line = CryptoLine.of(1, suite, key).written()
    return str(bare.with_protocol("RTP/SAVPF").insert(f"a=crypto:{line}", 0))


def refused_call() -> Stage:
    """Bob finds no fingerprint in the offer and hangs up before a packet is sent."""
    stage = Stage()
    stage.describe(ALICE, description(OF_ALICE), arrives="v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n")
    stage.statements[BOB] = failed_statement(
        BOB, Failure(reason=Reason.FINGERPRINT_MISSING, detail="none in the offer")
    )
    stage.statements[ALICE] = failed_statement(
        ALICE, Failure(reason=Reason.REMOTE_HUNG_UP, detail="fingerprint-missing")
    )
    return stage
