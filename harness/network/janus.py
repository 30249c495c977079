"""Janus, a media server that nobody here wrote, for one call: its videocall plugin ends ICE and DTLS with each side.

Everything of it is in one folder: a configuration that loads one plugin and one transport, its log, what it records
(.mjr) and what its Admin API captures (.pcap). It listens on no port but those of the media.
"""

from __future__ import annotations

import asyncio
import re
import secrets
import shutil
import subprocess
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

from .child import Child, ChildFailed
from .default_route import NO_ROUTE, own_address
from .janus_api import JanusApi, Message, field, number
from .janus_leg import JanusLeg

PROGRAM: Final = "janus"
PACKAGE: Final = "janus"
SECONDS: Final = 10.0
"""How long it may take to be there."""

UNKNOWN: Final = "unknown"
LOG: Final = "janus.log"
_CONFIGURATION: Final = "configuration"
_API, _ADMIN = "api", "admin"
_PLUGIN: Final = "janus.plugin.videocall"
_TRANSPORT: Final = "janus.transport.websockets"
_AGAIN: Final = 0.01
_SMALL_STACKS: Final = ("prlimit", f"--stack={1 << 20}")
"""A dozen threads of 8 MiB each would be searched for nothing, where its memory is."""

_PLUGINS: Final = "audiobridge duktape echotest lua nosip recordplay sip streaming textroom videoroom voicemail"
_TRANSPORTS: Final = "http mqtt nanomsg pfunix rabbitmq"
_LOGGERS: Final = "jsonlog"
"""What else Debian's package holds. That nothing of it is loaded, Janus is asked."""

_MAIN: Final = """general: {{
  debug_level = 4; debug_colors = false; debug_timestamps = true;
  log_to_stdout = false; log_to_file = "{log}";
  admin_secret = "{secret}"; session_timeout = 0;
}}
nat: {{ ice_enforce_list = "{address}"; ignore_mdns = true; full_trickle = false; }}
plugins: {{ disable = "{plugins}"; }}
transports: {{ disable = "{transports}"; }}
loggers: {{ disable = "{loggers}"; }}
events: {{ broadcast = false; }}
"""
_SOCKETS: Final = """general: {{ json = "compact"; ws = true; ws_unix = "{api}"; wss = false; }}
admin: {{ admin_ws = true; admin_ws_unix = "{admin}"; admin_wss = false; }}
"""


def installed() -> bool:
    return shutil.which(PROGRAM) is not None


def lacking() -> str | None:
    """Why no call can go through it; None when one can."""
    if not installed():
        return "it is not installed"
    return NO_ROUTE if own_address() is None else None


@cache
def version() -> str:
    """What it says of itself, or UNKNOWN. It knows no such option, and says so after its version."""
    try:
        said = subprocess.run(
            [PROGRAM, "--version"], capture_output=True, timeout=SECONDS, check=False, stdin=subprocess.DEVNULL
        )
    except (OSError, subprocess.TimeoutExpired):
        return UNKNOWN
    found = re.search(rb"Janus version: \d+ \((\d+(?:\.\d+)+)\)", said.stdout + said.stderr)
    return found[1].decode() if found else UNKNOWN


class Janus:
    """`start` it before the call, `close` it after. `host` is where the parties meet it, `folder` is for it alone."""

    def __init__(self, host: str, folder: Path) -> None:
        self._host, self._folder = host, folder
        self.word = secrets.token_hex(16)
        """What it was told, and nobody else: the secret of its Admin API."""
        self.child = Child(
            (PROGRAM, f"--configs-folder={_CONFIGURATION}", f"--config={_CONFIGURATION}/janus.jcfg"),
            ("env", f"--chdir={folder}", *_SMALL_STACKS),
        )
        self._api, self._admin = JanusApi("janus-protocol"), JanusApi("janus-admin-protocol")
        self._handles: dict[str, _Handle] = {}
        self._leg: JanusLeg | None = None

    @property
    def fault(self) -> str | None:
        return self.child.fault or (None if self._leg is None else self._leg.fault)

    async def start(self) -> None:
        """Start it, with two people signed in whom it can put through. ChildFailed when it does not come up."""
        program = own_address()
        if program is None:
            raise ChildFailed(f"{PROGRAM} has nowhere to be: {NO_ROUTE}")
        self._configure(program)
        self._leg = JanusLeg(self._host, program)
        await self.child.start()
        await self._connect()
        await self._check_loaded()
        for name in ("alice", "bob"):
            self._handles[name] = await self._signed_in(name)

    async def offered(self, sdp: str, sender: str, receiver: str) -> str:
        """The offer to pass on. ChildFailed when it refuses, or is silent."""
        caller, callee = self._handles[sender], self._handles[receiver]
        await self._told(caller, {"request": "call", "username": receiver}, "offer", sdp)
        return await self._described(callee, "incomingcall", "offer")

    async def answered(self, sdp: str, sender: str, receiver: str) -> str:
        """The answer to pass on. From here on it records both."""
        callee, caller = self._handles[sender], self._handles[receiver]
        await self._told(callee, {"request": "accept"}, "answer", sdp)
        described = await self._described(caller, "accepted", "answer")
        for handle in (caller, callee):
            await self._told(handle, {"request": "set", "record": True, "filename": handle.name})
        return described

    async def close(self) -> None:
        """The call is over; its files are written to their ends first, if it still can."""
        for handle in self._handles.values():
            with suppress(ChildFailed):
                await self._told(handle, {"request": "set", "record": False})
            with suppress(ChildFailed):
                await self._admin.ask(self._managed(handle, "stop_pcap"))
        await self.child.end()
        await self._api.close()
        await self._admin.close()
        if self._leg is not None:
            await self._leg.close()
        for name in (_API, _ADMIN):
            (self._folder / name).unlink(missing_ok=True)

    # inner steps

    def _configure(self, address: str) -> None:
        folder = self._folder / _CONFIGURATION
        folder.mkdir(mode=0o700)
        main = _MAIN.format(
            log=LOG,
            secret=self.word,
            address=address,
            plugins=_modules(_PLUGINS),
            transports=_modules(_TRANSPORTS),
            loggers=_modules(_LOGGERS),
        )
        for name, text in (("janus", main), (_TRANSPORT, _SOCKETS.format(api=_API, admin=_ADMIN))):
            path = folder / f"{name}.jcfg"
            path.touch(mode=0o600)
            path.write_text(text)

    async def _connect(self) -> None:
        """Nobody else can connect afterwards: the names are taken away, the connections stay."""
        for api, name in ((self._api, _API), (self._admin, _ADMIN)):
            path = self._folder / name
            try:
                async with asyncio.timeout(SECONDS):
                    while not await _connected(api, path):
                        if self.child.fault is not None:
                            raise ChildFailed(self.child.fault)
                        await asyncio.sleep(_AGAIN)
            except TimeoutError:
                raise ChildFailed(f"{PROGRAM} takes no connection after {SECONDS:g} s") from None
            path.unlink(missing_ok=True)

    async def _check_loaded(self) -> None:
        """Whatever else it had loaded could listen to the whole network."""
        told = await self._api.ask({"janus": "info"})
        loaded = {*(field(told, "plugins") or ()), *(field(told, "transports") or ())}
        if loaded != {_PLUGIN, _TRANSPORT}:
            raise ChildFailed(f"{PROGRAM} has loaded {', '.join(sorted(map(str, loaded)))[:200]}")

    async def _signed_in(self, name: str) -> _Handle:
        session = number(await self._api.ask({"janus": "create"}), "data", "id")
        attached = await self._api.ask({"janus": "attach", "session_id": session, "plugin": _PLUGIN})
        handle = _Handle(name, session, number(attached, "data", "id"))
        await self._told(handle, {"request": "register", "username": name})
        capture = {"folder": ".", "filename": f"{name}.pcap", "truncate": 0}
        await self._admin.ask({**self._managed(handle, "start_pcap"), **capture})
        return handle

    async def _told(self, handle: _Handle, body: Message, kind: str | None = None, sdp: str = "") -> Message:
        """What the plugin answers. ChildFailed when it refuses."""
        request = {"janus": "message", "session_id": handle.session, "handle_id": handle.number, "body": body}
        if kind is not None:
            request["jsep"] = {"type": kind, "sdp": self._inward(sdp), "trickle": False}
        what = kind or body["request"]
        answer = await self._api.ask(request, what)
        error = field(answer, "plugindata", "data", "error")
        if error is not None:
            raise ChildFailed(f"{PROGRAM} refuses the {what}: {str(error)[:300]}")
        return answer

    async def _described(self, handle: _Handle, event: str, kind: str) -> str:
        """The description that comes to this person with an event."""

        def wanted(one: Message) -> bool:
            happened = field(one, "plugindata", "data", "result", "event")
            return one.get("sender") == handle.number and happened == event and "jsep" in one

        said = field(await self._api.hear(wanted, f"of the {kind}"), "jsep", "sdp")
        if not isinstance(said, str) or self._leg is None:
            raise ChildFailed(f"{PROGRAM} passes on no {kind}")
        try:
            return await self._leg.outward(said)
        except (ValueError, RuntimeError) as error:
            raise ChildFailed(f"the {kind} of {PROGRAM} is of no use: {error}") from error

    def _inward(self, sdp: str) -> str:
        try:
            return sdp if self._leg is None else self._leg.inward(sdp)
        except ValueError as error:
            raise ChildFailed(f"{PROGRAM} cannot be given the description: {error}") from error

    def _managed(self, handle: _Handle, what: str) -> Message:
        asked: dict[str, Any] = {"janus": what, "admin_secret": self.word}
        return {**asked, "session_id": handle.session, "handle_id": handle.number}


class _Handle:
    """One person at the plugin."""

    def __init__(self, name: str, session: int, number: int) -> None:
        self.name, self.session, self.number = name, session, number


def _modules(names: str) -> str:
    return ",".join(f"libjanus_{name}.so" for name in names.split())


async def _connected(api: JanusApi, path: Path) -> bool:
    try:
        await api.connect(path)
    except OSError:
        return False
    return True
