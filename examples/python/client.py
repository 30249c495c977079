"""A client under test in plain Python: aiortc behind the lines of docs/endpoint-protocol.md.

Copy it, and put your own client where aiortc is (`pip install aiortc`). One with a screen: examples/node/client.mjs."""

import asyncio
import base64
import hashlib
import json
import re
import sys
from fractions import Fraction

import aioice.ice
import av
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription, __version__
from cryptography.hazmat.primitives.serialization import Encoding

HELLO = {"protocol": 1, "sends": "encoded", "receives": "raw"}
LACKS = ["screen", "chat", "restart", "ordinary-calls", "first-sequence", "packets", "keys"]
LASTS = {"audio": Fraction(1, 50), "video": Fraction(1, 10)}  # seconds of a frame


def tell(**line):
    print(json.dumps(line), flush=True)


class Given(MediaStreamTrack):
    """Sends the frames that the harness gave, in a circle, from the moment when media shall flow."""

    def __init__(self, kind, pieces, began):
        super().__init__()
        self.kind, self.pieces, self.began, self.sent, self.due = kind, pieces, began, 0, 0

    async def recv(self):
        packet = av.Packet(base64.b64decode(self.pieces[self.sent % len(self.pieces)]))
        packet.pts, packet.time_base = self.sent, LASTS[self.kind]
        self.due = max(self.due or await self.began, asyncio.get_running_loop().time()) + float(LASTS[self.kind])
        await asyncio.sleep(self.due - asyncio.get_running_loop().time())  # who was late sends no burst
        self.sent += 1
        return packet


class Client:
    """One call: a method for each operation; what begins with _ is what that takes."""

    mode = pc = shown = None

    async def hello(self):
        return HELLO | {"software": f"example/1 aiortc/{__version__} aioice/{aioice.__version__}", "lacks": LACKS}

    async def open(self, media, address, pieces, **_):
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [address]
        self.settled, self.began = asyncio.Event(), asyncio.get_running_loop().create_future()
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pc.on("track", lambda track: asyncio.ensure_future(self._play(track)))
        self.pc.on("connectionstatechange", self._changed)
        for kind in media:
            self.pc.addTransceiver(Given(kind, pieces[kind], self.began) if kind in pieces else kind)

    async def told(self, message):
        if message["kind"] == "accept" and self.mode is None:  # decided once, for the whole call
            self.mode = message["body"]
        elif message["kind"] in ("decline", "cancel", "hang-up"):
            self._fail("remote-hung-up", message["body"])

    async def offer(self):
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return {"sdp": self.pc.localDescription.sdp}

    async def answer(self, sdp):
        if self.pc.remoteDescription:
            raise ValueError("an offer in the middle of a call")  # aiortc would answer, and change nothing
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return {"sdp": self.pc.localDescription.sdp}

    async def accept(self, sdp):
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def connect(self, seconds):
        await asyncio.wait([asyncio.ensure_future(self.settled.wait())], timeout=seconds)
        if not self.settled.is_set():
            self._fail("dtls-timeout" if self.pc.iceConnectionState == "completed" else "ice-failed", "too late")
        return {"connected": self.pc.connectionState == "connected"}

    async def send(self):
        self.began.set_result(asyncio.get_running_loop().time())

    async def stats(self):
        own, peer = self.shown or self._certificates()
        return {"statement": {"local_certificate": own.hex(), "presented_certificate": peer and peer.hex()}}

    async def close(self):
        await self.pc.close()

    def _changed(self):
        if self.pc.connectionState == "connected":
            self.shown = self._certificates()
            self.settled.set()
        elif self.pc.connectionState == "failed":  # aiortc does not say why, but these are what it compares
            ssl, presented = self.pc.getTransceivers()[0].sender.transport._ssl, self._certificates()[1] or b""
            named = re.findall(r"=fingerprint:sha-(256|384|512) ((\w\w:){31,63}\w\w)\s", self.pc.remoteDescription.sdp)
            fit = [hashlib.new(f"sha{n}", presented).digest().hex(":") == value.lower() for n, value, _ in named]
            why = "fingerprint-mismatch" if not all(fit) else "srtp-profile-missing" if fit else "fingerprint-unusable"
            self._fail(why if ssl and ssl.get_peer_finished() else "dtls-error", "the connection has failed")

    def _certificates(self):
        """Its own and the presented one, in DER. aiortc has no public word for either."""
        own, ssl = self.pc._RTCPeerConnection__certificates[0]._cert, self.pc.getTransceivers()[0].sender.transport._ssl
        presented = ssl and ssl.get_peer_certificate(as_cryptography=True)
        return own.public_bytes(Encoding.DER), presented and presented.public_bytes(Encoding.DER)

    def _fail(self, reason, detail):
        tell(event="failed", reason=reason, detail=detail[:1000])
        self.settled.set()

    async def _play(self, track):  # instead: tell the sound and the pictures
        while frame := await track.recv():
            if track.kind == "audio":
                samples = frame.to_ndarray().reshape(-1)[:: len(frame.layout.channels)].tobytes()
                tell(event="sound", rate=frame.sample_rate, data=base64.b64encode(samples).decode())
            else:
                luma = frame.to_ndarray(format="yuv420p")[: frame.height].tobytes()
                tell(event="picture", width=frame.width, height=frame.height, data=base64.b64encode(luma).decode())


async def answer(client, request):
    op, said = request["op"].replace("-", "_"), {"id": request["id"], "ok": False}
    if op.startswith("_") or not callable(getattr(client, op, None)):
        return tell(**said, reason="unsupported", detail="there is no such operation here")
    if client.pc is None and op not in ("hello", "open"):
        return tell(**said, reason="not-open", detail="no call has been opened")
    if client.mode != "e2ee" and op in ("offer", "answer", "accept"):  # nothing of the network leaves before that
        return tell(**said, reason="description-before-accept", detail="nobody has accepted an encrypted call yet")
    try:
        tell(**said | {"ok": True}, result=await getattr(client, op)(**request["arguments"]) or {})
    except Exception as error:
        reason = "sdp-rejected" if op in ("answer", "accept") else "endpoint-error"
        client._fail(reason, repr(error))
        tell(**said, reason=reason, detail=repr(error)[:1000])


async def main():
    client, working = Client(), []
    while line := await asyncio.to_thread(sys.stdin.readline):
        working.append(asyncio.ensure_future(answer(client, json.loads(line))))  # side by side: some of them wait


asyncio.run(main())
