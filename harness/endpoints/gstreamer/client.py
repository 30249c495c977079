"""webrtcbin behind the lines of docs/endpoint-protocol.md. Run it by the system's Python: `python3 -m` this module.

It tells no packets, because a leg in front of it sees them, and has no screen: what the reference client would show
follows from the certificates that DTLS presented. It has no chat either.
"""

from __future__ import annotations

import base64
import json
import os
import ssl
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from .key_log import Negotiated
from .webrtcbin import Peer, SdpRefused, begin, missing, software

HELLO: Final = {"protocol": 1, "sends": "encoded", "receives": "encoded"}
_MOST_WORDS: Final = 1000
_GONE: Final = ("decline", "cancel", "hang-up")
PATH_FOUND: Final = ("connected", "completed")
"""States of ICE in which only DTLS can be what is missing."""


class Refused(Exception):
    """A reason of docs/endpoint-protocol.md, and a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail[:_MOST_WORDS]


class Teller:
    """Writes whole lines, whichever thread they come from."""

    def __init__(self, descriptor: int) -> None:
        self._output = os.fdopen(descriptor, "w", encoding="utf-8")
        self._lock = threading.Lock()

    def tell(self, line: dict[str, Any]) -> None:
        with self._lock:
            self._output.write(f"{json.dumps(line)}\n")
            self._output.flush()


class Client:
    """One call: a public method for each operation that the harness asks for."""

    def __init__(self, teller: Teller, **opened: Any) -> None:
        self._teller = teller
        self._mode: str | None = None
        self._accepting = opened["party"] == "alice"
        self._failure: tuple[str, str] | None = None
        self._up = self._closing = False
        self._theirs: list[str] = []
        self._negotiated: Negotiated | None = None
        self._news = threading.Condition()
        begin(self._keyed)
        self._peer = Peer(
            opened["address"],
            opened["media"],
            {kind: [base64.b64decode(piece) for piece in given] for kind, given in opened["pieces"].items()},
            self._received,
            self._changed,
            opened["first_sequence"],
            opened["replay_window"],
            opened["turn"],
        )

    def told(self, message: dict[str, Any]) -> None:
        if message["kind"] == "accept" and self._mode is None and self._accepting:
            # Decided once, for the whole call; and a callee's is accepted by its own user, or not at all.
            self._mode = message["body"]
            if self._mode != "e2ee":
                self._fail("mode-unknown", f"no calls of the kind {self._mode!r}")
        elif message["kind"] in _GONE:
            self._fail("remote-hung-up", message["body"])

    def picked_up(self) -> None:
        """The user accepts. What follows from that is told."""
        self._accepting = True

    def introduced(self, name: str) -> None:
        """There is no screen to show a name on."""

    def offer(self) -> dict[str, Any]:
        return {"sdp": self._describing(self._peer.offer)}

    def answer(self, sdp: str) -> dict[str, Any]:
        self._met(sdp)
        return {"sdp": self._describing(self._peer.answer, sdp)}

    def accept(self, sdp: str) -> None:
        self._met(sdp)
        self._describing(self._peer.accept, sdp)

    def connect(self, seconds: float) -> dict[str, Any]:
        with self._news:
            self._news.wait_for(lambda: self._up or self._failure is not None, seconds)
        if not self._up:
            self._fail(*self._overdue(seconds))
        return {"connected": self._failure is None}

    def send(self) -> None:
        self._peer.send()

    def stats(self) -> dict[str, Any]:
        own, presented = (pem and ssl.PEM_cert_to_DER_cert(pem).hex() for pem in self._peer.certificates())
        told = {"local_certificate": own, "presented_certificate": presented, "packets": self._peer.packets}
        return {"statement": {**told, "dtls": self._negotiated if self._up else None}}

    def close(self) -> None:
        self._closing = True
        self._peer.close()

    # inner steps

    def _met(self, sdp: str) -> None:
        """A description of the peer. Other credentials than before are a restart of ICE (RFC 8445 section 9)."""
        theirs = [line for line in sdp.splitlines() if line.startswith(("a=ice-ufrag:", "a=ice-pwd:"))]
        if self._up and theirs != self._theirs:
            raise Refused("sdp-rejected", "webrtcbin cannot restart ICE in a call that is up")
        self._theirs = theirs

    def _describing(self, step: Callable[..., Any], *given: str) -> Any:
        """A step with a description, which nobody may make or take before the call is accepted."""
        if self._mode is None:
            raise Refused("description-before-accept", "nobody has accepted the call yet")
        try:
            return step(*given)
        except SdpRefused as refused:
            raise Refused("sdp-rejected", str(refused)) from refused

    def _keyed(self, line: str, negotiated: Negotiated) -> None:
        self._negotiated = negotiated
        self._teller.tell({"event": "key", "line": line})

    def _received(self, packet: bytes) -> None:
        self._teller.tell({"event": "rtp", "data": base64.b64encode(packet).decode()})

    def _changed(self) -> None:
        """A transport closed before it had keys has ended nothing: that webrtcbin is connected all the same, shows."""
        state, keyed = self._peer.state, self._negotiated is not None
        if state == "connected" and self._up and keyed and self._peer.dtls_closed:
            self._fail("remote-hung-up", "the peer ended DTLS with close_notify")
        elif state == "connected":
            with self._news:
                first, self._up = not self._up, True
                self._news.notify_all()
            if first:
                self._peer.look_at_dtls()
        elif state in ("failed", "closed") and not self._closing:
            self._fail(*self._why())

    def _overdue(self, seconds: float) -> tuple[str, str]:
        """Why the call is not up after so many seconds."""
        ice = self._peer.ice_state
        if ice in PATH_FOUND:
            return "dtls-timeout", f"ICE is up, and webrtcbin is not connected within {seconds:g} s"
        return "ice-failed", f"not connected within {seconds:g} s, ICE is {ice}"

    def _why(self) -> tuple[str, str]:
        """What failed, as far as webrtcbin tells it apart."""
        ice = self._peer.ice_state
        if self._up:
            return "connection-lost", f"webrtcbin says that the connection is {self._peer.state}"
        if ice in PATH_FOUND:
            return "dtls-error", "ICE is up and DTLS has failed; webrtcbin does not say why"
        return "ice-failed", f"ICE is {ice}"

    def _fail(self, reason: str, detail: str) -> None:
        """The first failure is the cause."""
        with self._news:
            if self._failure is not None:
                return
            self._failure = reason, detail[:_MOST_WORDS]
            self._news.notify_all()
        self._teller.tell({"event": "failed", "reason": reason, "detail": detail[:_MOST_WORDS]})


OPERATIONS: Final[dict[str, Callable[..., dict[str, Any] | None]]] = {
    "told": Client.told,
    "picked-up": Client.picked_up,
    "introduced": Client.introduced,
    "offer": Client.offer,
    "answer": Client.answer,
    "accept": Client.accept,
    "connect": Client.connect,
    "send": Client.send,
    "stats": Client.stats,
    "close": Client.close,
}


class Service:
    """Works on requests in their order; only who waits for the call to come up waits beside the others."""

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._client: Client | None = None

    def serve(self) -> None:
        for line in sys.stdin:
            request = json.loads(line)
            if request["op"] == "connect":
                threading.Thread(target=self._answer, args=(request,), daemon=True).start()
            else:
                self._answer(request)

    def _answer(self, request: dict[str, Any]) -> None:
        try:
            result = self._done(request["op"], request["arguments"])
            said = {"ok": True, "result": result or {}}
        except Refused as refused:
            said = {"ok": False, "reason": refused.reason, "detail": refused.detail}
        except Exception as error:  # noqa: BLE001 - the border: whatever it is becomes the answer
            said = {"ok": False, "reason": "endpoint-error", "detail": f"{type(error).__name__}: {error}"[:_MOST_WORDS]}
        self._teller.tell({"id": request["id"], **said})

    def _done(self, op: str, arguments: dict[str, Any]) -> dict[str, Any] | None:
        if op == "hello":
            if lacking := missing():
                raise Refused("endpoint-error", f"GStreamer has no {', '.join(lacking)}")
            return {**HELLO, "software": software()}
        if op == "open":
            self._client = Client(self._teller, **arguments)
            return None
        operation = OPERATIONS.get(op)
        if operation is None:
            raise Refused("unsupported", "there is no such operation here")
        if self._client is None:
            raise Refused("not-open", "no call has been opened")
        return operation(self._client, **arguments)


def main() -> None:
    """Serve one call. Whatever a library prints goes to standard error, where it harms nothing."""
    output = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    Service(Teller(output)).serve()
    os._exit(0)  # GObject's own end of a process drops references that are not ours


if __name__ == "__main__":
    main()
