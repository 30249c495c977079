"""Makes the seeds of the corpora again: `python -m tests.fuzz.seeds`. Inputs that were found by fuzzing stay.

Taken from the golden recordings, cut to a few packets, or made by the same hands that make packets for the tests. All
keys and all media in them are throwaway.
"""

from __future__ import annotations

import gzip
import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

import numpy as np

from harness.vantage.capture import open_capture
from harness.vantage.layers import Layers
from harness.wire.demux import PacketClass, classify
from tests.unit.inspection import media
from tests.unit.inspection.authentication.speakers import Speaker, report, rtp
from tests.unit.vantage import blocks, test_mjr
from tests.unit.vantage.layers.frames import (
    channel_data,
    datagram,
    ethernet,
    ipv4,
    ipv6,
    segment,
    stun,
    udp,
    xored,
)
from tests.unit.wire import test_quic, zrtp_packets
from tests.unit.wire.sdp.sample import OFFER

from .capture_targets import LINKS, pcap
from .media_targets import PROFILE_NAMES, SECRET, key_of
from .pieces import Piece, joined

CORPUS: Final = Path(__file__).parent / "corpus"
GOLDEN: Final = Path(__file__).parents[2] / "captures" / "golden"
HONEST, CLEAR = (GOLDEN / "first" / name / "call-1" for name in ("honest-audio-call", "clear-with-lock"))
OPENSSL, CHROMIUM = (GOLDEN / "foreign" / name for name in ("openssl-dtls10.pcap", "chromium-dtls13.pcapng"))

RTP: Final = bytes.fromhex("806f0001000000010000000a") + b"what was said"
CRYPTO: Final = (
    "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz|2^20|1:4 KDR=0;FEC_ORDER=FEC_SRTP"
)
"""RFC 4568 section 10.1."""
MAPS: Final = (
    "a=rtpmap:96 opus/48000/2\r\na=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid\r\na=extmap:2/sendonly urn:x y\r\n"
)

Seeds = Iterator[tuple[str, str, bytes]]
"""Target, name and content."""

DUMP = (
    "O 00:00:55.029 0000 80 6f 00 01 00 00 00 00 00 00 00 0a ff ee dd cc # RTP_DUMP\n"
    "I 00:00:55.030 0000 81 c9 00 01 00 00 00 0b # RTP_DUMP\n"
)


def seeds() -> Seeds:
    yield from of_wire()
    yield from of_captures()
    yield from of_layers()
    yield from of_media()
    yield from of_calls()
    yield from of_service()


def of_wire() -> Seeds:
    """One message of each kind, from a recorded call or out of an RFC."""
    call = datagrams(HONEST / "alice-bob.pcapng", 12, 2)
    for target, klass in (("stun", PacketClass.STUN), ("rtp", PacketClass.SRTP), ("rtp", PacketClass.SRTCP)):
        for number, (_, packet) in enumerate(one for one in call if classify(one[1]) == klass):
            yield target, f"{klass.name.lower()}-{number}", packet
    yield "stun", "allocate", stun(0x0103, [(0x16, xored("203.0.113.9:7000")), (0x09, b"\0\0\4\1why"), (0x06, b"a:b")])
    yield (
        "rtp",
        "extensions",
        b"\xb2" + RTP[1:12] + bytes(8) + b"\xbe\xde\0\2" + b"\x10\x85\x51ab\0\0\0" + b"what\0\0\3",
    )
    yield "rtp", "compound", report(1) + bytes.fromhex("81ca0003 12345678 01046e616d650000")
    for name, path in (("1.2", HONEST / "alice-bob.pcapng"), ("1.0", OPENSSL), ("1.3", CHROMIUM)):
        flights = [
            Piece(out, False, data) for out, data in datagrams(path, 30, 0) if classify(data) == PacketClass.DTLS
        ]
        yield "dtls", name, joined(flights)
    for target in ("sdp", "described"):
        yield target, "offer", f"{OFFER}{MAPS}a=crypto:{CRYPTO}\r\n".encode()
        yield target, "chromium", json.loads(CHROMIUM.with_suffix(".json").read_text())["caller"]["sdp"].encode()
    yield "keylog", "master", (HONEST / "keys" / "alice.keylog").read_bytes()
    yield "keylog", "exporter", f"# a comment\nEXPORTER_SECRET {'1f' * 32} {'2e' * 48}\r\nRSA 00 11\n".encode()
    yield "rtp-dump", "two", DUMP.encode()
    yield "mjr", "two", test_mjr.WHOLE
    for name, packet in (
        ("hello", zrtp_packets.packet("Hello", zrtp_packets.hello())),
        ("commit", zrtp_packets.packet("Commit", zrtp_packets.commit())),
        ("multistream", zrtp_packets.packet("Commit", zrtp_packets.commit("Mult"))),
        ("confirm", zrtp_packets.packet("Confirm1", bytes(64))),
    ):
        yield "zrtp", name, packet
    for name, packet in (
        ("initial", test_quic.CLIENT_INITIAL),
        ("retry", test_quic.RETRY),
        ("version-2", test_quic.CLIENT_INITIAL_V2),
        ("negotiation", bytes.fromhex("8a000000000001aa000000016b3343cf")),
    ):
        yield "quic", name, packet
    for name in PROFILE_NAMES:
        speaker = Speaker(name, key_of(name))
        yield "srtp-packet", f"{name.lower()}-rtp", speaker.say(1)
        yield "srtp-packet", f"{name.lower()}-rtcp", speaker.report(1)
    yield "sdes", "rfc-4568", CRYPTO.removesuffix(" KDR=0;FEC_ORDER=FEC_SRTP").encode()
    yield "sdes", "session-parameters", CRYPTO.encode()
    yield "sdes", "two-keys", f"{CRYPTO.split()[0]} {CRYPTO.split()[1]} {';'.join([CRYPTO.split()[2]] * 2)}".encode()


def of_captures() -> Seeds:
    small = (GOLDEN / "first" / "fingerprint-missing" / "call-1" / "alice-bob.pcapng").read_bytes()
    packet, frame = ipv4(udp(RTP)), datagram(RTP)
    files = {
        "checks.pcapng": small,
        "checks.pcapng.gz": gzip.compress(small, mtime=0) + gzip.compress(small[-40:], mtime=0),
        "micro.pcap": pcap([frame, frame[:50], b""]),
        "big-endian-nano.pcap": blocks.pcap_header(">", 0xA1B23C4D)
        + b"".join(blocks.record(packet, at, 999_999_999, ">", 2000) for at in range(3)),
        "cut.pcap": pcap([frame] * 3)[:-20],
        "damaged.pcap": pcap([frame] * 2) + b"\xff" * 30 + pcap([frame] * 9)[24:],
        "sections.pcapng": b"".join(several_sections(packet, frame)),
        "damaged.pcapng": b"".join(several_sections(packet, frame)).replace(b"\6\0\0\0", b"\6\0\1\0", 1),
    }
    for name, content in files.items():
        yield "capture", name, content
        yield "inspect", name, content
    yield "inspect", "secrets.pcapng", b"".join(with_secrets())
    turn = [stun(0x0016, [(0x12, xored("203.0.113.9:7000")), (0x13, channel_data(RTP))])]
    binding = [
        stun(0x0009, [(0x0C, b"\x40\1\0\0"), (0x12, xored("203.0.113.9:7000"))]),
        channel_data(channel_data(RTP)),
    ]
    yield "inspect", "turn.pcap", pcap([datagram(one) for one in (*turn, *binding)])


def several_sections(packet: bytes, frame: bytes) -> Iterator[bytes]:
    for order in "<>":
        yield blocks.section(order, extra=blocks.options((1, b"a comment"), order=order))
        yield blocks.interface(order, extra=blocks.options((9, b"\x09"), (14, bytes(8)), order=order))
        yield blocks.interface(order, link_type=1, snap_length=60)
        yield blocks.secrets(b"CLIENT_RANDOM 00 11\n" + bytes(4), order=order)
        yield blocks.enhanced(packet, 1 << 33, order, extra=blocks.options((2, b"\0\0\0\2"), order=order))
        yield blocks.enhanced(frame, 5, order, number=1, length=1000)
        yield blocks.simple(packet, order=order)
        yield blocks.obsolete(packet, 7, order)
        yield blocks.block(0x0BAD, b"a block that nobody knows", order)


def with_secrets() -> Iterator[bytes]:
    """A call with the secrets of its handshake in front."""
    yield blocks.section()
    yield blocks.interface(link_type=1)
    yield blocks.secrets((HONEST / "keys" / "alice.keylog").read_bytes())
    for at, (outward, data) in enumerate(datagrams(HONEST / "alice-bob.pcapng", 12, 4)):
        ends = "192.0.2.1:5000", "192.0.2.2:6000"
        yield blocks.enhanced(datagram(data, *(ends if outward else ends[::-1])), 20_000 * at)


def of_layers() -> Seeds:
    whole = udp(bytes(range(64)))
    fragments = [ipv4(whole[:40], more=True), ipv4(whole[40:], start=40), ipv4(whole[32:], start=32)]
    stream = channel_data(RTP, padded=True) * 2
    tcp = [segment(b"", 0, 2), segment(stream[:9], 1), segment(stream[20:], 21), segment(stream[5:24], 6)]
    framed = [segment(len(RTP).to_bytes(2) + RTP, 1), segment(b"\0\1\2GET / HTTP/1.1", 99)]
    tunnel = [
        datagram(stun(0x0009, [(0x0C, b"\x40\1\0\0"), (0x12, xored("203.0.113.9:7000"))])),
        datagram(channel_data(channel_data(RTP))),
        datagram(stun(0x0016, [(0x12, xored("203.0.113.9:7000")), (0x13, stun(1))])),
    ]
    options = ipv6(bytes([44, 0]) + bytes(6) + bytes([17, 0, 0, 1, 0, 0, 0, 7]) + whole[:40], following=60)
    yield "layers", "ethernet", layered(1, [datagram(RTP), ethernet(ipv6(udp(RTP)), 0x86DD, [0x8100, 0x88A8])])
    yield "layers", "fragments", layered(101, [*fragments, *fragments[:1], options])
    yield "layers", "turn-over-tcp", layered(1, tcp)
    yield "layers", "ice-over-tcp", layered(1, framed)
    yield "layers", "tunnel", layered(1, tunnel)
    yield "layers", "null", layered(0, [b"\2\0\0\0" + ipv4(udp(RTP)), b"\0\0\0\x1e" + ipv6(udp(RTP))])
    yield "layers", "cooked", layered(113, [bytes(14) + b"\x08\0" + ipv4(udp(RTP)), bytes(14) + b"\x81\0\0\7\x08\0"])
    yield "layers", "cooked-2", layered(276, [b"\x86\xdd" + bytes(18) + ipv6(udp(RTP), length=9)])
    yield "layers", "unread", layered(147, [RTP])


def layered(link: int, packets: Iterable[bytes]) -> bytes:
    return bytes([LINKS.index(link)]) + joined(Piece(False, False, one) for one in packets)


def of_media() -> Seeds:
    """Streams of RTP in clear and protected, for whoever follows, opens or recovers them."""
    sound = media.speech(0.3, 8_000)
    clear = {
        "opus": media.opus_packets(media.speech(0.3, 48_000)),
        "pcmu": [packet[:92] for packet in media.g711_packets(sound)],
        "g722": [packet[:92] for packet in media.g722_packets(media.speech(0.3, 16_000))],
        "vp8": media.video_packets(media.VP8, 4, (64, 48)),
        "h264": media.video_packets(media.H264, 4, (64, 48)),
    }
    for name, packets in clear.items():
        content = joined(Piece(False, False, packet) for packet in packets)
        for target in ("recover", "rtp-payload"):
            yield target, name, content
    for name in ("opus", "vp8"):
        yield "followers", name, joined(Piece(False, False, packet) for packet in clear[name])
    yield "followers", "misuse", joined(misused())
    yield (
        "followers",
        "other-agreements",
        joined(Piece(at == 1, False, one) for at, one in enumerate(other_agreements())),
    )
    yield "search", "split", joined(misused())
    spelled = (SECRET, SECRET.hex().encode(), b64encode(b"?" + SECRET), bytes(one ^ 0x55 for one in SECRET[::-1]))
    yield "search", "spelled", joined(Piece(False, False, rtp(at, b"so: " + one)) for at, one in enumerate(spelled))
    nibbles = rtp(1, b"")[:2] + bytes(10)
    yield "search", "nibbles", joined(Piece(False, False, nibbles + bytes([int(one, 16)])) for one in SECRET.hex())
    for number, name in enumerate(PROFILE_NAMES):
        speaker = Speaker(name, key_of(name))
        said = [speaker.say(index) for index in (65_534, 65_535, 65_536, 65_540, 65_538)]
        packets = [*said, said[1], said[0][:-1] + b"?", speaker.report(1), speaker.report(2)]
        yield "authenticator", name.lower(), bytes([number]) + joined(Piece(False, False, one) for one in packets)


def other_agreements() -> Iterator[bytes]:
    yield from [zrtp_packets.packet("Hello", zrtp_packets.hello())] * 2
    yield zrtp_packets.packet("Commit", zrtp_packets.commit())
    yield test_quic.CLIENT_INITIAL
    yield test_quic.SERVER_INITIAL


def misused() -> Iterator[Piece]:
    """One index twice, both directions under one SSRC, a restart, reports, and a secret in a header extension."""
    noise = np.random.default_rng(7)
    for index in (1, 2, 3, 2, 40_000, 40_001, 1, 2):
        yield Piece(index == 3, False, rtp(index, noise.bytes(40)))
    for number in range(3):
        yield Piece(False, False, report(number))
    for at in range(0, len(SECRET), 4):
        head = b"\x90" + rtp(50 + at, b"")[1:] + b"\xbe\xde\0\2" + b"\x13" + SECRET[at : at + 4] + bytes(3)
        yield Piece(False, False, head + noise.bytes(30))


def of_calls() -> Seeds:
    """Handshakes of four stacks, alone for the followers, and with their secrets for the inspection of a whole call."""
    offer = json.loads((HONEST / "signalling-alice.jsonl").read_text().splitlines()[0])["message"]["body"]
    for name, path, keys, description in (
        ("aiortc", HONEST / "alice-bob.pcapng", HONEST / "keys" / "alice.keylog", offer),
        ("clear", CLEAR / "alice-relay.pcapng", CLEAR / "keys" / "alice.keylog", OFFER + MAPS),
        ("openssl-1.0", OPENSSL, OPENSSL.with_suffix(".keylog"), ""),
        ("chromium-1.3", CHROMIUM, None, f"v=0\r\na=crypto:{CRYPTO}\r\n"),
    ):
        pieces = [Piece(not outward, False, data) for outward, data in datagrams(path, 30, 12)]
        yield "followers", name, joined(pieces)
        secrets = keys.read_bytes() if keys else b""
        texts = [Piece(False, False, secrets), Piece(False, False, description.encode())]
        yield "conversation", name, joined([*texts, *pieces])


def datagrams(path: Path, handshake: int, media_packets: int) -> list[tuple[bool, bytes]]:
    """So many packets of the set-up of a recorded call, and the first that came of its media."""
    found = []
    left = {PacketClass.SRTP: media_packets, PacketClass.SRTCP: 4, PacketClass.STUN: 8, PacketClass.DTLS: handshake}
    layers = Layers()
    for frames in open_capture(path).windows():
        window = layers.window(frames)
        for row, klass in enumerate(window.klass.tolist()):
            left[klass] = left.get(klass, 0) - 1
            if left[klass] >= 0 and window.length[row] < 1_400:
                found.append((bool(window.outward[row]), window.payload(row)))
    return found


def of_service() -> Seeds:
    """A call with a guest, in the frames of its devices; and a paste with everything that the console takes."""
    call = f"{1:032x}"
    said: tuple[tuple[int, dict[str, object]], ...] = (
        (0, {"type": "invite", "to": "bob@contoso.example", "media": ["audio"]}),
        (1, {"type": "ringing", "call": call}),
        (1, {"type": "accept", "call": call}),
        (0, {"type": "offer", "call": call, "sdp": "v=0"}),
        (1, {"type": "answer", "call": call, "sdp": "v=0"}),
        (0, {"type": "candidates", "call": call, "candidates": ["a=candidate:1"]}),
        (1, {"type": "feature", "call": call, "feature": "transfer", "on": True, "argument": "cem@contoso.example"}),
        (3, {"type": "accept", "call": call}),
        (3, {"type": "answer", "call": call, "sdp": "v=0"}),
        (0, {"type": "chat", "to": "bob@contoso.example", "text": "hello"}),
        (2, {"type": "presence", "presence": "away"}),
        (3, {"type": "hang-up", "call": call, "reason": "user"}),
    )
    lines = (bytes([by]) + json.dumps({"id": number, **frame}).encode() for number, (by, frame) in enumerate(said, 1))
    frames = b"\n".join(lines)
    yield "frames", "service", b"s" + frames
    yield "frames", "encrypted", b"e" + frames
    noun = "CsTeamsEnhancedEncryptionPolicy"
    paste = (
        f"PS C:\\> New-{noun} E2EE -CallingEndtoEndEncryptionEnabledType DisabledUserOverride # comment",
        f"Set-{noun} `\n -Identity 'E2EE' -Description \"one\"",
        f"Grant-{noun} -Identity bob -PolicyName E2EE; Grant-{noun} -Global -PolicyName $null",
        f"Get-{noun} -Filter Tag:* | Select-Object Identity, Description | ConvertTo-Json -Compress",
        f"Get-{noun} | Remove-{noun} -WhatIf",
    )
    yield "console", "paste", "\n".join(paste).encode()


def main() -> None:
    for target, name, content in seeds():
        path = CORPUS / target / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main()
