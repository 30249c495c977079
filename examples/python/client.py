"""A client under test in plain Python: aiortc behind the lines of docs/endpoint-protocol.md.

Copy it, and put your own client where aiortc is. It needs `pip install aiortc` and nothing of the harness. It tells no
packets, because the harness looks by itself; it sends the frames that it is given, and tells what it would play.
"""

import asyncio
import base64
import hashlib
import json
import sys
from fractions import Fraction
from importlib.metadata import version

import aioice.ice
import av
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from cryptography.hazmat.primitives.serialization import Encoding

SOFTWARE = f"example/1 aiortc/{version('aiortc')}"
HELLO = {"protocol": 1, "software": SOFTWARE, "sends": "encoded", "receives": "raw"}
TICKS, CLOCK = {"audio": 960, "video": 9000}, {"audio": Fraction(1, 48_000), "video": Fraction(1, 90_000)}


class Refused(Exception):
    """A reason of docs/endpoint-protocol.md, and a sentence."""


def tell(**line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


class Given(MediaStreamTrack):
    """Sends the frames that the harness gave, in a circle, from the moment when media shall flow."""

    def __init__(self, kind, pieces, go):
        super().__init__()
        self.kind, self.go, self.sent, self.began = kind, go, 0, None
        self.pieces = [base64.b64decode(piece) for piece in pieces]

    async def recv(self):
        await self.go.wait()
        now = asyncio.get_running_loop().time()
        self.began = self.began or now
        packet = av.Packet(self.pieces[self.sent % len(self.pieces)])
        packet.pts, packet.time_base = self.sent * TICKS[self.kind], CLOCK[self.kind]
        await asyncio.sleep(self.began + float(packet.pts * packet.time_base) - now)
        self.sent += 1
        return packet


class Client:
    """One call: a method for each operation that the harness asks for; what begins with _ is what that takes."""

    def __init__(self, party, peer_name, media, address, pieces, **_):
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [address]
        self.caller, self.peer, self.mode, self.failure = party == "alice", peer_name, None, None
        self.settled, self.go = asyncio.Event(), asyncio.Event()
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.pc.on("track", lambda track: asyncio.ensure_future(self._play(track)))
        self.pc.on("connectionstatechange", self._changed)
        for kind in media:
            self.pc.addTransceiver(Given(kind, pieces[kind], self.go) if kind in pieces else kind)

    async def told(self, message):
        if message["kind"] == "accept":
            self.mode = message["body"]
            if self.mode != "e2ee":
                self._fail("mode-unknown", f"no calls of the kind {self.mode!r}")
        elif message["kind"] in ("decline", "cancel", "hang-up"):
            self._fail("remote-hung-up", message["body"])

    async def picked_up(self):
        """The user accepts. What follows from that is told."""

    async def offer(self):
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return {"sdp": self.pc.localDescription.sdp}

    async def answer(self, sdp):
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await self.pc.setLocalDescription(await self.pc.createAnswer())
        return {"sdp": self.pc.localDescription.sdp}

    async def accept(self, sdp):
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))

    async def connect(self, seconds):
        await asyncio.wait([asyncio.ensure_future(self.settled.wait())], timeout=seconds)
        if not self.settled.is_set():
            self._fail("ice-failed", f"not connected within {seconds} s")
        return {"connected": self.failure is None}

    async def send(self):
        self.go.set()

    async def introduced(self, name):
        self.peer = name

    async def screen(self):
        """While the call is up: a lock, and the 20 digits (teams20/v1) of the certificates that DTLS presented."""
        shown = {"indicator": "none", "code": None, "peer": self.peer}
        if self.settled.is_set() and not self.failure:
            own, peer = (hashlib.sha256(der).digest() for der in self._certificates())
            digest = hashlib.sha256(b"teams20/v1\0" + (own + peer if self.caller else peer + own)).digest()
            shown |= {"indicator": "lock", "code": f"{int.from_bytes(digest, 'big') % 10**20:020d}"}
        return {"screen": shown}

    async def stats(self):
        own, peer = self._certificates()
        return {"statement": {"local_certificate": own.hex(), "presented_certificate": peer and peer.hex()}}

    async def close(self):
        await self.pc.close()

    def _changed(self):
        if self.pc.connectionState == "connected":
            self.settled.set()
        elif self.pc.connectionState == "failed":  # aiortc does not say why, so look at what there is
            presented = self._certificates()[1]
            fingerprint = hashlib.sha256(presented or b"").digest().hex(":").upper()
            agree = presented is None or fingerprint in self.pc.remoteDescription.sdp.upper()
            self._fail("dtls-error" if agree else "fingerprint-mismatch", f"the peer presented {fingerprint}")

    def _certificates(self):
        """Its own and the presented one, in DER. aiortc has no public word for either."""
        ssl = self.pc.getTransceivers()[0].sender.transport._ssl
        presented = ssl and ssl.get_peer_certificate(as_cryptography=True)
        own = self.pc._RTCPeerConnection__certificates[0]._cert
        return own.public_bytes(Encoding.DER), presented and presented.public_bytes(Encoding.DER)

    def _fail(self, reason, detail):
        self.failure = self.failure or (reason, detail)  # the first one is the cause
        tell(event="failed", reason=self.failure[0], detail=self.failure[1][:1000])
        self.settled.set()

    async def _play(self, track):
        """Instead of playing it: tell the sound and the pictures."""
        while frame := await track.recv():
            if track.kind == "audio":
                samples = frame.to_ndarray().reshape(-1)[:: len(frame.layout.channels)].tobytes()
                tell(event="sound", rate=frame.sample_rate, data=base64.b64encode(samples).decode())
            else:
                luma = frame.to_ndarray(format="yuv420p")[: frame.height].tobytes()
                tell(event="picture", width=frame.width, height=frame.height, data=base64.b64encode(luma).decode())


async def done(client, op, arguments):
    """The result of one request, by which the call begins or goes on."""
    if op == "hello":
        return HELLO
    if op == "open":
        return client.append(Client(**arguments))
    if not hasattr(Client, op) or op.startswith("_"):
        raise Refused("unsupported", "there is no such operation here")
    if not client:
        raise Refused("not-open", "no call has been opened")
    if op in ("offer", "answer", "accept") and client[0].mode is None:  # nothing of the network leaves before that
        raise Refused("description-before-accept", "nobody has accepted the call yet")
    return await getattr(client[0], op)(**arguments)


async def answer(client, request):
    op, said = request["op"].replace("-", "_"), {"id": request["id"], "ok": False}
    try:
        said |= {"ok": True, "result": await done(client, op, request["arguments"]) or {}}
    except Refused as refused:
        said |= {"reason": refused.args[0], "detail": refused.args[1]}
    except Exception as error:  # noqa: BLE001
        said |= {
            "reason": "sdp-rejected" if op in ("answer", "accept") else "endpoint-error",
            "detail": repr(error)[:1000],
        }
        if client:
            client[0]._fail(said["reason"], said["detail"])
    tell(**said)


async def main():
    requests, client, working = asyncio.StreamReader(limit=1 << 22), [], []
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    while line := await requests.readline():  # they are worked on side by side, because some of them wait
        working.append(asyncio.ensure_future(answer(client, json.loads(line))))


asyncio.run(main())
