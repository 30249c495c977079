"""webrtcbin in one call: media that was encoded elsewhere goes in, and what came out of SRTP is told.

The only file that knows GStreamer. It is run by the system's Python, so it imports nothing that is not there.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import gi

for _space in ("Gst", "GstApp", "GstSdp", "GstWebRTC"):
    gi.require_version(_space, "1.0")
from gi.repository import Gst, GstSdp, GstWebRTC  # noqa: E402

from .codecs import CODECS, payload_types  # noqa: E402
from .key_log import Negotiated, log_keys  # noqa: E402
from .passage import Passage  # noqa: E402

ELEMENTS: Final = ("webrtcbin", "dtlssrtpdec", "srtpdec", "nicesink", "appsrc", "appsink", "rtpopuspay", "rtpvp8pay")
"""Everything that a call is made of, so that what is missing can be named beforehand."""

PATIENCE: Final = 8.0
"""Seconds for a description and its candidates, which all come from this machine."""

_JITTER_MS: Final = 50

_GATHERED: Final = GstWebRTC.WebRTCICEGatheringState.COMPLETE
"""Looked up here: two threads that look up an enumeration for the first time may find it empty."""

_CLOSED: Final = GstWebRTC.WebRTCDTLSTransportState.CLOSED

_SRTP: Final = ("srtpdec", "srtpenc")
"""The elements that are libsrtp."""


def begin(keys: Callable[[str, Negotiated], None]) -> None:
    """Load GStreamer, and have each DTLS key of this process told, with what its handshake agreed on.

    LookupError when its OpenSSL gives none away.
    """
    Gst.init(None)
    Gst.Plugin.load_by_name("dtls")
    log_keys(keys)


class SdpRefused(Exception):
    """webrtcbin does not take this description; the message is its own."""


def missing() -> list[str]:
    """Which elements this installation lacks."""
    Gst.init(None)
    return [name for name in ELEMENTS if Gst.ElementFactory.find(name) is None]


def software() -> str:
    """What is under test, by the version of the plugin that webrtcbin came in."""
    Gst.init(None)
    return f"webrtcbin/{Gst.Registry.get().find_plugin('webrtc').get_version()}"


class Peer:
    """One call. Callbacks come from GStreamer's own threads.

    `pieces` are sent in a circle from `send` on; a medium without any stays silent. `received` is given each RTP packet
    after SRTP, `changed` is told that `state` may be another one. `turn`: as `model.turn.TurnServer`, by name.
    """

    def __init__(
        self,
        address: str,
        media: Sequence[str],
        pieces: Mapping[str, Sequence[bytes]],
        received: Callable[[bytes], None],
        changed: Callable[[], None],
        first_sequence: int | None = None,
        replay_window: int | None = None,
        turn: Mapping[str, Any] | None = None,
    ) -> None:
        self._media, self._pieces = tuple(media), pieces
        self._received, self._first, self._window = received, first_sequence, replay_window
        self._changed = changed
        self._sources: dict[str, Any] = {}
        self._candidates: list[str] = []
        self._kept: list[Any] = []
        """Replies: what was taken from them is memory of theirs."""
        self._passage = Passage()
        self._over = threading.Event()
        self._gathered, self._offered = threading.Event(), threading.Event()
        self._pipe: Any = Gst.Pipeline.new(None)
        self._bin: Any = Gst.ElementFactory.make("webrtcbin")
        self._bin.set_property("bundle-policy", GstWebRTC.WebRTCBundlePolicy.MAX_BUNDLE)
        self._bin.set_property("latency", _JITTER_MS)
        # Both are kept: whoever drops the agent's wrapper drops a reference that is webrtcbin's.
        self._ice: Any = self._bin.get_property("ice-agent")
        self._agent: Any = self._ice.get_property("agent")
        self._agent.set_property("upnp", False)
        self._ice.set_property("ice-tcp", False)
        if not self._ice.emit("add-local-ip-address", address):
            raise OSError(f"libnice takes no address {address}")
        if turn is not None:
            self._go_through(turn)
        self._bin.connect("pad-added", self._pad_added)
        self._bin.connect("notify::ice-gathering-state", lambda *_: self._look_at_gathering())
        self._bin.connect("on-ice-candidate", lambda *_: self._offered.set())
        for state in ("connection-state", "ice-connection-state"):
            self._bin.connect(f"notify::{state}", lambda *_: changed())
        self._pipe.connect("deep-element-added", self._element_added)
        self._pipe.add(self._bin)

    # descriptions

    def offer(self) -> str:
        self._build({})
        return self._described("create-offer", "offer")

    def answer(self, offer: str) -> str:
        self._build(payload_types(offer))
        self._take(GstWebRTC.WebRTCSDPType.OFFER, offer)
        return self._described("create-answer", "answer")

    def accept(self, answer: str) -> None:
        self._take(GstWebRTC.WebRTCSDPType.ANSWER, answer)

    # the call

    def send(self) -> None:
        """Begin to send, each medium in a thread of its own."""
        for kind, source in self._sources.items():
            if self._pieces.get(kind):
                threading.Thread(target=self._feed, args=(kind, source), daemon=True).start()

    @property
    def state(self) -> str:
        """webrtcbin's connection-state, as the W3C names it."""
        return str(self._bin.get_property("connection-state").value_nick)

    @property
    def dtls_closed(self) -> bool:
        """Whether the peer has closed DTLS: the connection-state takes no notice of a transport that is closed."""
        transport = self._transport
        return transport is not None and transport.get_property("state") == _CLOSED

    @property
    def ice_state(self) -> str:
        return str(self._bin.get_property("ice-connection-state").value_nick)

    def certificates(self) -> tuple[str | None, str | None]:
        """Our own and the one that DTLS presented, in PEM."""
        transport = self._transport
        if transport is None:
            return None, None
        return transport.get_property("certificate"), transport.get_property("remote-certificate")

    @property
    def packets(self) -> dict[str, int]:
        """What went through libsrtp, in the words of a statement: sealed, opened, and refused."""
        return self._passage.told

    def look_at_dtls(self) -> None:
        """From now on `changed` is also told of what becomes of DTLS, which is up."""
        if self._transport is not None:
            self._transport.connect("notify::state", lambda *_: self._changed())

    def close(self) -> None:
        self._over.set()
        self._pipe.set_state(Gst.State.NULL)

    # inner steps

    @property
    def _transport(self) -> Any:
        """The one of DTLS: there is one, because everything is bundled."""
        transceiver = self._bin.emit("get-transceiver", 0)
        sender = None if transceiver is None else transceiver.get_property("sender")
        return None if sender is None else sender.get_property("transport")

    def _go_through(self, turn: Mapping[str, Any]) -> None:
        """Everything passes this server: no other candidate is offered or used (RFC 8828 section 5.2, mode 4)."""
        host, port = turn["address"]
        place = f"{host}:{port}?transport={turn['transport']}"
        self._bin.set_property("turn-server", f"turn://{turn['username']}:{turn['password']}@{place}")
        self._bin.set_property("ice-transport-policy", GstWebRTC.WebRTCICETransportPolicy.RELAY)

    def _build(self, numbers: Mapping[str, int]) -> None:
        """What is sent, in front of webrtcbin, under the numbers of the peer's offer or our own. Once in a call."""
        if self._sources:
            return
        named: list[threading.Event] = []
        for kind in self._media:
            codec = CODECS[kind]
            number = numbers.get(kind, codec.payload_type)
            offset = -1 if self._first is None else self._first  # -1: any
            parameters = f",encoding-params=(string){codec.parameters}" if codec.parameters else ""
            chain = Gst.parse_bin_from_description(
                f"appsrc name=source is-live=true format=time caps={codec.caps} "
                f"! {codec.payloader} pt={number} seqnum-offset={offset} "
                f"! capsfilter caps=application/x-rtp,media={kind},encoding-name={codec.encoding},payload={number}"
                f"{parameters}",
                True,
            )
            self._pipe.add(chain)
            chain.link(self._bin)
            self._sources[kind] = chain.get_by_name("source")
            named.append(self._named(chain.get_static_pad("src")))
        self._pipe.set_state(Gst.State.PLAYING)
        if not all(one.wait(PATIENCE) for one in named):
            raise TimeoutError("webrtcbin does not learn what it is to send")

    def _named(self, pad: Any) -> threading.Event:
        """Set when the source of a medium is known. Who is asked before that for a description, names none in it."""
        known = threading.Event()

        def look(*_: Any) -> None:
            if pad.get_current_caps() is not None:
                known.set()

        pad.connect("notify::caps", look)
        look()
        return known

    def _described(self, signal: str, field: str) -> str:
        made = self._promised(signal, None, field)
        if made is None:
            raise SdpRefused(f"webrtcbin makes no {field}")
        self._promised("set-local-description", made)
        self._look_at_gathering()
        # Its state may be ahead of its description, which has a candidate by the time that it tells of it.
        if not (self._gathered.wait(PATIENCE) and self._offered.wait(PATIENCE)):
            raise TimeoutError("webrtcbin does not end to gather candidates")
        return self._with_candidates(str(self._bin.get_property("local-description").sdp.as_text()))

    def _with_candidates(self, description: str) -> str:
        """webrtcbin names its candidates in the description for which it gathered them, and in none after that."""
        lines = description.splitlines()
        named = [line for line in lines if line.startswith("a=candidate:")]
        self._candidates = named or self._candidates
        if not named:
            place = next(at for at, line in enumerate(lines, 1) if line.startswith("a=ice-pwd:"))
            lines[place:place] = self._candidates
        return "".join(f"{line}\r\n" for line in lines)

    def _take(self, kind: Any, text: str) -> None:
        result, parsed = GstSdp.SDPMessage.new_from_text(text)
        if result is not GstSdp.SDPResult.OK:
            raise SdpRefused(f"GStreamer cannot read it: {result.value_nick}")
        self._promised("set-remote-description", GstWebRTC.WebRTCSessionDescription.new(kind, parsed))

    def _promised(self, signal: str, argument: Any, field: str | None = None) -> Any:
        """Emit a signal, wait for what was promised, and take one field of it."""
        promise = Gst.Promise.new()
        self._bin.emit(signal, argument, promise)
        if promise.wait() != Gst.PromiseResult.REPLIED:
            raise SdpRefused(f"webrtcbin does not answer {signal}")
        reply = promise.get_reply()
        if reply is None:
            return None
        self._kept.append(reply)
        if reply.has_field("error"):
            raise SdpRefused(reply.get_value("error").message)
        return None if field is None else reply.get_value(field)

    def _look_at_gathering(self) -> None:
        if self._bin.get_property("ice-gathering-state") == _GATHERED:
            self._gathered.set()

    def _element_added(self, _bin: Any, _parent: Any, element: Any) -> None:
        factory = element.get_factory()
        kind = None if factory is None else factory.get_name()
        if kind not in _SRTP:
            return
        if self._window is not None and kind == "srtpdec":
            element.set_property("replay-window-size", self._window)
        for pad in element.pads:
            self._count(kind, pad)
        element.connect("pad-added", lambda _, pad: self._count(kind, pad))

    def _count(self, kind: str, pad: Any) -> None:
        """Count the packets of a pad of libsrtp's, which is named after what passes it: rtp_sink_0, rtcp_src."""
        medium, way = pad.get_name().split("_")[:2]
        passage = self._passage
        steps: Mapping[tuple[str, str], Callable[[Sequence[bytes]], None]] = {
            ("srtpdec", "sink"): passage.came,
            ("srtpdec", "src"): lambda packets: passage.opened(medium, packets),
            ("srtpenc", "src"): lambda packets: passage.sealed(medium, packets),
        }
        step = steps.get((kind, way))
        if step is None:
            return

        def passed(_pad: Any, info: Any) -> Any:
            step(_packets(info))
            return Gst.PadProbeReturn.OK

        pad.add_probe(Gst.PadProbeType.BUFFER | Gst.PadProbeType.BUFFER_LIST, passed)

    def _pad_added(self, _bin: Any, pad: Any) -> None:
        """A stream of the peer: every packet of it is told."""
        if pad.get_direction() != Gst.PadDirection.SRC:
            return
        sink = Gst.ElementFactory.make("appsink")
        for name, value in (("emit-signals", True), ("sync", False), ("async", False)):
            sink.set_property(name, value)
        sink.connect("new-sample", self._sample)
        self._pipe.add(sink)
        sink.sync_state_with_parent()
        pad.link(sink.get_static_pad("sink"))

    def _sample(self, sink: Any) -> Any:
        sample = sink.emit("pull-sample")
        if sample is not None:
            self._received(_bytes(sample.get_buffer()))
        return Gst.FlowReturn.OK

    def _feed(self, kind: str, source: Any) -> None:
        """A piece whenever its time has come, until the call is over."""
        pieces, length = self._pieces[kind], CODECS[kind].nanoseconds
        clock = self._pipe.get_clock()
        begun = clock.get_time() - self._pipe.get_base_time()
        number = 0
        while True:
            due = begun + number * length
            ahead = due - (clock.get_time() - self._pipe.get_base_time())
            if self._over.wait(max(ahead, 0) / Gst.SECOND):
                return
            buffer = Gst.Buffer.new_wrapped(pieces[number % len(pieces)])
            buffer.pts = buffer.dts = due
            buffer.duration = length
            if source.emit("push-buffer", buffer) != Gst.FlowReturn.OK:
                return
            number += 1


def _packets(info: Any) -> list[bytes]:
    """What passes a pad at once."""
    if not info.type & Gst.PadProbeType.BUFFER_LIST:
        return [_bytes(info.get_buffer())]
    several = info.get_buffer_list()
    return [_bytes(several.get(place)) for place in range(several.length())]


def _bytes(buffer: Any) -> bytes:
    return bytes(buffer.extract_dup(0, buffer.get_size()))
