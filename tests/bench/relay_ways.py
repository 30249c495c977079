"""The ways that are compared, each from `alice` to `bob` of one network, its software on a core of its own."""

from __future__ import annotations

import asyncio
import os
import select
import socket
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from struct import pack

from harness.model.turn import TurnServer, TurnTransport
from harness.network.coturn import PORT, Coturn
from harness.network.loopback import CallNetwork
from harness.network.rtpengine import TERMINATES, Rtpengine
from harness.wire import bencode, stun
from harness.wire.certificate import Identity, fresh_identity
from harness.wire.dtls_end import DtlsEnd
from harness.wire.sdp import Fingerprint
from harness.wire.srtp_session import SrtpSealer
from harness.wire.stun import Method, StunClass, StunMessage
from harness.wire.stun_writer import written, xor_address
from harness.wire.turn import CHANNELS, REALM, long_term_key
from tests.bench.relay_load import Way, opened

NUMBER = 0xE200
NETWORK = CallNetwork(NUMBER)
ALICE, BOB, SERVER = (NETWORK.address(name) for name in ("alice", "bob", "turn"))
PROFILE = "SRTP_AES128_CM_HMAC_SHA1_80"
PATIENCE = 5.0
CORES = os.sched_getaffinity(0)

Handling = Mapping[str, bencode.Value]
_RELAYS: Handling = {"ICE": "remove", "flags": ["trust-address"], "record call": "no"}
"""A description without keys: it passes on what it gets, and records no more than our relay does."""
_TERMINATES: Handling = {**TERMINATES, "ICE": "remove"}
"""As in our calls, its recording included; but nobody here speaks ICE."""


@contextmanager
def its_own_core() -> Iterator[None]:
    """What is started here runs on the last core, and we on the others."""
    os.sched_setaffinity(0, {max(CORES)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, CORES - {max(CORES)})


@asynccontextmanager
async def parties() -> AsyncIterator[tuple[socket.socket, socket.socket]]:
    with opened(ALICE) as alice, opened(BOB) as bob:
        yield alice, bob


def any_sealer() -> SrtpSealer:
    """Who only forwards does not care about keys."""
    return SrtpSealer(bytes(30), PROFILE)


@asynccontextmanager
async def direct() -> AsyncIterator[Way]:
    async with parties() as (alice, bob):
        alice.connect(bob.getsockname())
        yield Way(alice, bob, any_sealer())


@asynccontextmanager
async def forwarding() -> AsyncIterator[Way]:
    """The relay of every call that an adversary is on the path of."""
    async with parties() as (alice, bob), our_relay("forward", alice, bob):
        yield Way(alice, bob, any_sealer())


@asynccontextmanager
async def intercepting() -> AsyncIterator[Way]:
    """The classic man in the middle; everything that he opens, he writes down."""
    async with parties() as (alice, bob), our_relay("intercept", alice, bob):
        near, far = DtlsEnd(identity(), client=True), DtlsEnd(identity(), client=False)
        yield Way(alice, bob, associated({alice: near, bob: far}, near))


@asynccontextmanager
async def our_relay(task: str, alice: socket.socket, bob: socket.socket) -> AsyncIterator[None]:
    with tempfile.TemporaryDirectory() as folder:
        command = (sys.executable, "-m", "tests.bench.relay_process", task, str(NUMBER), f"{folder}/loot.pcapng")
        with its_own_core():
            child = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
            )
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("the relay has no pipes")
        try:
            child.stdin.write(b"".join(f"{one.getsockname()[1]}\n".encode() for one in (alice, bob)))
            # Who sends to alice's face comes from bob, and the other way round.
            for sender, host in ((bob, "relay-bob"), (alice, "relay-alice")):
                sender.connect((NETWORK.address(host), int(await child.stdout.readline())))
            yield
        finally:
            child.stdin.close()
            if await child.wait():
                raise RuntimeError("the relay did not last")


# coturn


@asynccontextmanager
async def coturn() -> AsyncIterator[Way]:
    """Packets come in a channel (RFC 8656 section 12) and go on bare: half of what a call through it takes."""
    login = TurnServer((SERVER, PORT), TurnTransport.UDP, "alice", "secret")
    server = Coturn(SERVER, [login])
    with its_own_core():
        await server.start()
    try:
        async with parties() as (alice, bob):
            alice.connect(login.address)
            bind_channel(alice, login, bob.getsockname())
            yield Way(alice, bob, any_sealer(), in_channel)
    finally:
        await server.close()


def in_channel(packet: bytes) -> bytes:
    return pack("!HH", CHANNELS[0], len(packet)) + packet


def bind_channel(client: socket.socket, login: TurnServer, peer: tuple[str, int]) -> None:
    udp, transaction = ("REQUESTED-TRANSPORT", b"\x11\0\0\0"), os.urandom(12)
    refused = asked(client, written(Method.ALLOCATE, StunClass.REQUEST, transaction, [udp], None))
    key = long_term_key(login.username, login.password)
    nonce = refused.get("NONCE") or b""
    proof = [("USERNAME", login.username.encode()), ("REALM", REALM.encode()), ("NONCE", nonce)]
    channel = [("CHANNEL-NUMBER", pack("!HH", CHANNELS[0], 0)), xor_address("XOR-PEER-ADDRESS", peer)]
    for method, wanted in ((Method.ALLOCATE, [udp]), (Method.CHANNEL_BIND, channel)):
        answer = asked(client, written(method, StunClass.REQUEST, os.urandom(12), [*wanted, *proof], key))
        if answer.klass is not StunClass.SUCCESS:
            raise RuntimeError(f"coturn refuses {method.name}: {answer.error_code}")


def asked(client: socket.socket, request: bytes) -> StunMessage:
    client.send(request)
    if not select.select([client], [], [], PATIENCE)[0]:
        raise RuntimeError("coturn is silent")
    return stun.parse(client.recv(2048))


# rtpengine


@asynccontextmanager
async def rtpengine_relays() -> AsyncIterator[Way]:
    async with parties() as (alice, bob), its_answer(_RELAYS, {alice: None, bob: None}):
        yield Way(alice, bob, any_sealer())


@asynccontextmanager
async def rtpengine_terminates() -> AsyncIterator[Way]:
    async with parties() as (alice, bob):
        ours = {alice: identity(), bob: identity()}
        async with its_answer(_TERMINATES, ours):
            ends = {sock: DtlsEnd(own, client=True) for sock, own in ours.items()}
            yield Way(alice, bob, associated(ends, ends[alice]))


@asynccontextmanager
async def its_answer(how: Handling, parties: Mapping[socket.socket, Identity | None]) -> AsyncIterator[None]:
    """rtpengine between two sockets, the caller's first, that speak no ICE."""
    alice, bob = parties
    with tempfile.TemporaryDirectory() as folder:
        server = Rtpengine(SERVER, Path(folder), dict(how))
        with its_own_core():
            await server.start()
        try:
            offer = await server.offered(description(alice, parties[alice]), "alice", "bob")
            answer = await server.answered(description(bob, parties[bob]), "bob", "alice")
            bob.connect((SERVER, port_of(offer)))
            alice.connect((SERVER, port_of(answer)))
            yield
        finally:
            await server.close()


def description(of: socket.socket, own: Identity | None) -> str:
    """Sound, under DTLS with this certificate, or in clear for all that the description says."""
    host, port = of.getsockname()
    profile, keys = "RTP/AVP", ""
    if own is not None:
        profile = "UDP/TLS/RTP/SAVPF"
        keys = f"a=setup:active\r\na=fingerprint:{Fingerprint.of(own.der, 'sha-256', None)}\r\n"
    return (
        f"v=0\r\no=- 1 1 IN IP4 {host}\r\ns=-\r\nc=IN IP4 {host}\r\nt=0 0\r\n"
        f"m=audio {port} {profile} 96\r\na=rtpmap:96 opus/48000/2\r\na=rtcp-mux\r\na=sendrecv\r\n{keys}"
    )


def port_of(sdp: str) -> int:
    return int(sdp.partition("m=audio ")[2].partition(" ")[0])


# DTLS, where somebody ends it


def identity() -> Identity:
    return fresh_identity(datetime.now(UTC))


def associated(ends: Mapping[socket.socket, DtlsEnd], sender: DtlsEnd) -> SrtpSealer:
    """Let every end have its handshake; what seals for the one in between."""
    for sock, end in ends.items():
        if end.client:
            say(sock.send, end.start())
    until = time.monotonic() + PATIENCE
    while not all(end.established for end in ends.values()):
        if time.monotonic() > until:
            raise RuntimeError(f"no handshake: {[end.failure for end in ends.values()]}")
        for sock in select.select(list(ends), [], [], 0.1)[0]:
            say(sock.send, ends[sock].receive(sock.recv(4096)))
        for sock, end in ends.items():
            say(sock.send, end.expire())
    keys = sender.srtp_keys()
    if keys is None:
        raise RuntimeError("no SRTP profile was agreed")
    return SrtpSealer(keys.client_key_and_salt if sender.client else keys.server_key_and_salt, keys.profile)


def say(send: Callable[[bytes], object], datagrams: list[bytes]) -> None:
    for datagram in datagrams:
        send(datagram)
