"""What follows the packets of a call, window by window. Nothing that a packet says is an error."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from harness.inspection.associations import AssociationFollower, QuicFollower, ZrtpFollower, dtls_summary
from harness.inspection.authentication import Authenticator, Fate, Plain
from harness.inspection.ice import IceFollower
from harness.inspection.keys import KeyedSender
from harness.inspection.leaks import Described, LeakFollower, leak_findings, load_leak_policy
from harness.inspection.misuse import MisuseFollower, Surroundings, misuse_findings
from harness.inspection.plaintext import PlaintextTest
from harness.inspection.plaintext.recognition import evidence
from harness.inspection.plaintext.sample import Sample
from harness.inspection.recover import Recovery
from harness.inspection.search import Pattern, PatternKind, Search
from harness.inspection.search.findings import findings as search_findings
from harness.inspection.statistics.randomness import Randomness
from harness.inspection.stream_key import StreamKey
from harness.inspection.streams import StreamFollower
from harness.vantage.rtp_columns import rtp_columns
from harness.vantage.window import Window
from harness.wire import rtp
from harness.wire.rtp_payload import g711, opus, red, vp8
from harness.wire.rtp_payload.h264 import NalUnits
from harness.wire.rtp_payload.vp8 import FrameAssembly
from harness.wire.srtp import PROFILES
from tests.unit.inspection.windows import Capture, Sent

from .pieces import Piece, cut

SECRET: Final = bytes.fromhex("b1a54f0c93e27d6816fb0da8754ec239")
"""What is searched for."""

PROFILE_NAMES: Final = tuple(name for name, profile in PROFILES.items() if profile.encrypts)
CODECS: Final = {111: "opus/48000/2", 96: "VP8/90000", 102: "H264/90000", 97: "unheard-of/8000"}

_ROWS_OF_WINDOW: Final = 64
_MOST_WRITTEN: Final = 1 << 22
POLICY: Final = load_leak_policy()


def key_of(profile: str) -> bytes:
    """A master key and salt."""
    return bytes(range(PROFILES[profile].key + PROFILES[profile].salt))


def windows(pieces: list[Piece]) -> list[Window]:
    """One datagram each 20 ms: the first flag says who sent it, the second on which of two legs."""
    capture = Capture()
    sent = [Sent(0.02 * at, *ends(piece), piece.data) for at, piece in enumerate(pieces)]
    return [capture.window(sent[at : at + _ROWS_OF_WINDOW]) for at in range(0, len(sent), _ROWS_OF_WINDOW)]


def ends(piece: Piece) -> tuple[str, str]:
    """Source and destination."""
    near, far = f"192.0.2.1:{5000 + piece.second}", "192.0.2.2:6000"
    return (far, near) if piece.first else (near, far)


def followers(data: bytes) -> None:
    with_rtp = (StreamFollower(), LeakFollower(), PlaintextTest(), Randomness())
    without = (AssociationFollower(), IceFollower(), ZrtpFollower(), QuicFollower())
    streams, leaks, plaintext, _ = with_rtp
    misuse = MisuseFollower()
    for window in windows(cut(data)):
        columns = rtp_columns(window)
        for one in with_rtp:
            one.add(window, columns)
        for other in without:
            other.add(window)
        misuse.add(window, None, columns)
    for follower in (*with_rtp, *without):
        follower.result()
    [dtls_summary(one) for one in without[0].result()]
    streams.result(lambda _: PROFILES[PROFILE_NAMES[0]])
    plaintext.rtcp()
    leak_findings(leaks.result(), Described(str), POLICY)
    misuse_findings(misuse.result(), Surroundings(str))


def search(data: bytes) -> None:
    looking = Search([Pattern("a secret", PatternKind.MASTER, SECRET)])
    for window in windows(cut(data)):
        looking.add(window)
    looking.text("a description", data)
    search_findings(looking, "a capture", str, lambda _: True)


def authenticator(data: bytes) -> None:
    """The first byte chooses a profile and whether packets carry a master key identifier. The key is always the same:
    every packet has one fate, and only authentic ones are handed on."""
    if not data:
        return
    profile = PROFILE_NAMES[data[0] % len(PROFILE_NAMES)]
    sender = KeyedSender(profile, key_of(profile), "the key", mki=b"\1" if data[0] & 0x80 else b"")
    opened: list[bytes] = []

    def take(plain: Plain) -> None:
        opened.extend(plain.packet(place) for place in range(len(plain.rows)))

    with Authenticator([sender], take) as proof:
        fates = [fate for window in windows(cut(data[1:])) for fate in proof.add(window).fate.tolist()]
        assert len(opened) == fates.count(Fate.AUTHENTICATED) + fates.count(Fate.CLEAR)
        assert len(fates) == sum(one.packets for one in proof.result())


def recover(data: bytes) -> None:
    """Packets that somebody who has the keys made up. Files that players open come of them, or sentences."""
    with TemporaryDirectory(prefix="fuzz-") as folder:
        recovery = Recovery(Path(folder), CODECS, _MOST_WRITTEN)
        for at, piece in enumerate(cut(data)):
            recovery.packet(StreamKey(piece.second, piece.first, 1), "leg", 0.02 * at, piece.data)
        found = recovery.result()
        written = {one.name for one in Path(folder).iterdir()}
        assert {one.file for one in found if one.file} == written
        assert recovery.problems is not None


def rtp_payload(data: bytes) -> None:
    frames, units = FrameAssembly(), NalUnits()
    read = []
    for piece in cut(data):
        with suppress(ValueError):
            header = rtp.parse(piece.data)
            read.append((header, rtp.payload(piece.data, header)))
    for header, payload in read:
        for depacketize in (frames.add, units.add):
            with suppress(ValueError):
                depacketize(header, payload)
        with suppress(ValueError):
            assert opus.parse(payload).samples > 0
        with suppress(ValueError):
            assert payload.endswith(red.last_block(payload)[1])
        assert len(g711.decoded(payload, g711.MU_LAW)) == len(payload)
    for frame in vp8.frames(read):
        vp8.key_frame_size(frame)
    evidence(Sample.of(header, payload) for header, payload in read)
