"""A device on one leg, without sockets: it describes itself, checks the path, seals its voice, opens what it hears."""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterable

from harness.calling.media.session import Send, Session
from harness.endpoints.frames import encoded
from harness.model.base import Asset
from harness.model.datagram import Address
from harness.wire import rtp as rtp_headers
from harness.wire import stun
from harness.wire.rtp_payload.vp8 import key_frame_size
from harness.wire.sdes_exchange import SdesExchange
from harness.wire.sdp import Origin, Sdp
from harness.wire.srtp_session import SrtpOpener, SrtpSealer
from harness.wire.stun_writer import written

OPUS, VP8 = 96, 97

MEDIA = (
    "m=audio {port} RTP/SAVPF 96\r\nc=IN IP4 {host}\r\na=sendrecv\r\na=mid:0\r\na=rtcp-mux\r\n"
    "a=ssrc:{audio} cname:{name}\r\na=rtpmap:96 opus/48000/2\r\n{transport}",
    "m=video {port} RTP/SAVPF 97\r\nc=IN IP4 {host}\r\na=sendrecv\r\na=mid:1\r\na=rtcp-mux\r\n"
    "a=ssrc:{video} cname:{name}\r\na=rtpmap:97 VP8/90000\r\n{transport}",
)
TRANSPORT = "a=candidate:1 1 udp 1 {host} {port} typ host\r\na=ice-ufrag:{fragment}\r\na=ice-pwd:{password}\r\n"


class Device:
    """`leg` is the service's name of it. What it has heard is in `heard`, in clear and in order."""

    def __init__(self, leg: str, host: str) -> None:
        self.leg = leg
        self.address: Address = (host, 40_000)
        self.audio, self.video = secrets.randbits(32), secrets.randbits(32)
        self.heard: list[bytes] = []
        self.refused = 0
        self._sequence = 100
        self._origin = Origin.fresh()
        self.restart()

    def restart(self) -> None:
        """Another socket, other credentials, another key."""
        self.address = (self.address[0], self.address[1] + 1)
        self.fragment, self.password = secrets.token_hex(4), secrets.token_hex(12)
        self.exchange = SdesExchange()
        self.opener: SrtpOpener | None = None
        self.sealer: SrtpSealer | None = None

    def description(self) -> str:
        host, port = self.address
        values = {"host": host, "port": port, "fragment": self.fragment, "password": self.password}
        transport = TRANSPORT.format(**values)
        media = "".join(
            one.format(**values, name=self.leg, audio=self.audio, video=self.video, transport=transport)
            for one in MEDIA
        )
        head = "v=0\r\no=- 0 0 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n"
        text = self._origin.written(self.exchange.written(head + media))
        self._origin = self._origin.next()
        return text

    def take(self, sdp: str) -> None:
        """The service's description of this leg."""
        self.exchange.read(sdp)
        self.told = Sdp.parse(sdp)

    @property
    def far(self) -> tuple[str, str]:
        """The service's fragment and password, as this device was told."""
        return tuple(self.told.values(name)[0][1] for name in ("ice-ufrag", "ice-pwd"))  # type: ignore[return-value]

    def check(self, *, nominates: bool = True, password: str | None = None) -> bytes:
        fragment, key = self.far
        attributes = [
            ("USERNAME", f"{fragment}:{self.fragment}".encode()),
            ("PRIORITY", bytes(4)),
            ("ICE-CONTROLLING", bytes(8)),
            *([("USE-CANDIDATE", b"")] if nominates else []),
        ]
        key = key if password is None else password
        return written(stun.Method.BINDING, stun.StunClass.REQUEST, secrets.token_bytes(12), attributes, key.encode())

    def connect(self, session: Session) -> None:
        """Check the path and choose it, as an ICE agent does; the service must answer."""
        answers = list(session.datagram(self.leg, self.check(), self.address))
        assert [stun.parse(one.data).klass for one in answers] == [stun.StunClass.SUCCESS]
        theirs, ours = self.exchange.keys
        self.opener = SrtpOpener(theirs.key_and_salt, theirs.profile)
        self.sealer = SrtpSealer(ours.key_and_salt, ours.profile)

    def seal(self, clear: bytes) -> bytes:
        assert self.sealer is not None
        sealed = self.sealer.seal(clear)
        assert sealed is not None
        return sealed

    def sound(self, marker: int, number: int) -> bytes:
        """The `number`-th packet of its voice, sealed."""
        frames = encoded(Asset.AUDIO, marker)
        return self.seal(rtp(OPUS, number, 960 * number, self.audio, frames[number % len(frames)]))

    def picture(self, marker: int, number: int) -> Iterable[bytes]:
        """The packets of one picture, sealed."""
        (frame,) = encoded(Asset.VIDEO, marker)
        assert key_frame_size(frame) is not None
        pieces = [frame[at : at + 1_100] for at in range(0, len(frame), 1_100)]
        for index, piece in enumerate(pieces):
            descriptor = b"\x10" if index == 0 else b"\x00"
            last = 0x80 if index == len(pieces) - 1 else 0
            self._sequence += 1
            yield self.seal(rtp(VP8 | last, self._sequence, 9_000 * number, self.video, descriptor + piece))

    def receive(self, sends: Iterable[Send]) -> None:
        """What the service sent to this device; the rest is for others."""
        for send in sends:
            if send.leg != self.leg:
                continue
            assert send.to == self.address
            assert self.opener is not None
            clear = self.opener.open(send.data)
            if clear is None:
                self.refused += 1
            else:
                self.heard.append(clear)

    def sources(self) -> set[int]:
        """The SSRCs that it has heard."""
        return {rtp_headers.parse(one).ssrc for one in self.heard}


def rtp(payload_type: int, sequence: int, timestamp: int, ssrc: int, payload: bytes) -> bytes:
    return struct.pack("!BBHII", 0x80, payload_type, sequence & 0xFFFF, timestamp & 0xFFFFFFFF, ssrc) + payload


def report(ssrc: int) -> bytes:
    """A sender report without blocks."""
    return struct.pack("!BBHIIIIII", 0x80, 200, 6, ssrc, 0, 0, 0, 1, 7)


def call(*names: str) -> tuple[Session, dict[str, Device]]:
    """A call of the first two: described, connected, talking. Further ones have a leg and are not described yet."""
    session = Session()
    devices = {name: Device(name, f"127.0.9.{number}") for number, name in enumerate(names, 1)}
    for number, name in enumerate(names):
        session.open(name, ("127.0.9.100", 50_000 + number))
    caller, callee = (devices[name] for name in names[:2])
    callee.take(session.passed_offer(caller.description(), caller.leg, callee.leg))
    caller.take(session.passed_answer(callee.description(), callee.leg, caller.leg))
    for one in (caller, callee):
        one.connect(session)
    session.talk((caller.leg, callee.leg))
    return session, devices


def join(session: Session, device: Device, like: str) -> None:
    """The service offers to a further device, which answers and connects."""
    device.take(session.own_offer(device.leg, like))
    session.taken_answer(device.description(), device.leg)
    device.connect(session)
