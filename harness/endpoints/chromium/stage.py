"""The calling service as one call window meets it in one recorded call: what the course of the call says, it is told.

The page cannot tell it from the real one (docs/calling-service.md); what it says goes to whoever plays its part in the
call, and from there through whatever service the call has.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from importlib.resources import files
from typing import Any, Final

from ...model.tenant import Client, ClientKind
from .tab import Content, PageSocket, Tab

ADDRESS: Final = "https://calls.test"
CALL: Final = "0" * 32
"""The id of the only call there is."""

_WEB: Final = files("harness") / "calling" / "web"
_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_DEVICE: Final = Client(name="Browser", kind=ClientKind.WINDOWS)
_DAY: Final = 86_400

Frame = dict[str, Any]


class Stage:
    """`user` sits at the window, `peer` is the only other one in the directory, called `display` there.

    `heard` is given every frame of the page that is not answered here.
    """

    def __init__(self, user: str, peer: str, display: str, heard: Callable[[Frame], None]) -> None:
        self._user, self._peer, self._display = user, peer, display
        self._heard = heard
        self._socket: PageSocket | None = None

    async def set(self, tab: Tab) -> None:
        """Put the page on the stage, with its user signed in."""
        session = {"token": "t", "expires": time.time() + _DAY, "user": self._user, "display": self._user}
        session |= {"administrator": False, "device": _DEVICE.model_dump(mode="json")}
        kept = json.dumps(json.dumps(session))
        await tab.before(f"sessionStorage.setItem('session', {kept})")
        await tab.serve(ADDRESS, self._given)
        self._socket = await tab.connect("**/api/signalling", self._said)
        await tab.open(f"{ADDRESS}/call")
        await tab.appears("#people-list button")

    def tell(self, kind: str, **fields: Any) -> None:
        """A frame of the service about the call."""
        self._send({"type": kind, "call": CALL, **fields})

    def chat(self, sender: str, text: str) -> None:
        """A line of chat that somebody has written, perhaps the user here."""
        named = {"from": f"{sender}@contoso.example", "to": self._user}
        self._send({"type": "chat", "message": str(time.time_ns()), **named, "text": text, "time": time.time()})

    def answer(self, frame: Frame, **fields: Any) -> None:
        self._send({"type": "ok", "id": frame["id"], **fields})

    # the page's side

    def _given(self, path: str) -> Content:
        if path.startswith("/api/"):
            return Content("application/json", json.dumps(self._told(path)).encode())
        name = "call.html" if path == "/call" else path.removeprefix("/web/")
        return Content(_TYPES[name.rpartition(".")[2]], _WEB.joinpath(*name.split("/")).read_bytes())

    def _told(self, path: str) -> Frame:
        if path == "/api/me":
            effective = {"policy": "E2EE", "rule": "direct", "because": "so it is in this call"}
            devices = [_DEVICE.model_dump(mode="json")]
            own = {"user": self._user, "display": self._user, "administrator": False}
            return {**own, "toggle": True, "may_turn_on": True, "effective": effective, "devices": devices}
        if path == "/api/directory":
            return {"users": [{"user": self._peer, "display": self._display, "presence": "available"}]}
        return {"messages": []}

    def _said(self, text: str) -> None:
        frame: Frame = json.loads(text)
        match frame["type"]:
            case "hello":
                self._send({"type": "welcome", "user": self._user, "display": self._user, "device": _DEVICE.name})
            case "invite":
                self.answer(frame, call=CALL)
            case "chat":
                self.answer(frame, message="", time=time.time())
                self._heard(frame)
            case "accept":
                self._heard(frame)
            case _:
                self.answer(frame)
                self._heard(frame)

    def _send(self, frame: Frame) -> None:
        if self._socket is not None:
            self._socket.send(json.dumps(frame))
