"""A network of its own for one call: each device, the attacker and the router between them in a network namespace.

    alice  eth0 ---- ra  router  rb ---- eth0  bob
                         rx
                         |
                     attacker eth0

Nothing of it has a name, or is in a file: each namespace lives as long as a process of ours that holds it, and those
end with the harness, however that ends (`child`). So the kernel cleans up, and no next run has to. It takes root, be it
that of a `user_namespace`.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from ipaddress import IPv4Address
from typing import ClassVar, Final

from .child import Child, ChildFailed
from .loopback import CallNetwork

PROGRAMS: Final = ("ip", "nsenter", "unshare", "setpriv", "prlimit")
HOSTS: Final = {"alice": 2, "bob": 10, "attacker": 18}
"""Who has a device, and at which host number; the router stands at the number before, in a /29 with each."""

INTERFACES: Final = {"alice": "ra", "bob": "rb", "attacker": "rx"}
"""The router's end of the line to each of them."""

TRIED: Final = ("unshare", "--net", "true")
"""A namespace that is gone at once."""

ROUTER: Final = "router"
SECONDS: Final = 10.0
_READY: Final = b"ready"
_NEWNET: Final = 0x40000000
_SWITCHES: Final = ("all/rp_filter", "default/rp_filter", "all/send_redirects", "default/send_redirects")
"""A router that asks where a packet may come from would stop who lies about that; ours is as careless as many are."""


class NamespacePlan(CallNetwork):
    """The addresses of one call in namespaces: a /24 of 10/8."""

    hosts: ClassVar[Mapping[str, int]] = HOSTS
    first: ClassVar[IPv4Address] = IPv4Address("10.0.1.0")

    def lines(self, holders: dict[str, int]) -> dict[str, str]:
        """What `ip -batch` is told in each namespace, the router's first. `holders`: the process of each of HOSTS."""
        router = ["link set lo up"]
        told = {}
        for name, number in HOSTS.items():
            own, gateway, line = self.network[number], self.network[number - 1], INTERFACES[name]
            router += [
                f"link add {line} type veth peer name eth0 netns {holders[name]}",
                f"addr add {gateway}/29 dev {line}",
                f"link set {line} up",
            ]
            told[name] = "\n".join(
                (
                    "link set lo up",
                    f"addr add {own}/29 dev eth0",
                    "link set eth0 up",
                    f"route add default via {gateway}",
                )
            )
        return {ROUTER: "\n".join(router), **told}


class Namespaces:
    """The real thing. `open` it before the call, `close` it after; `forward`: whether the router's kernel forwards."""

    def __init__(self, plan: NamespacePlan) -> None:
        self._plan = plan
        self._holders = {name: _holder() for name in (ROUTER, *HOSTS)}

    @property
    def fault(self) -> str | None:
        """What of it has ended by itself."""
        broken = ((name, one.fault) for name, one in self._holders.items() if one.fault)
        return next((f"the namespace of {name} is gone: {fault}" for name, fault in broken), None)

    async def open(self, forward: bool) -> None:
        """Make the namespaces and the lines between them. ChildFailed when that cannot be done."""
        await asyncio.gather(*(one.start() for one in self._holders.values()))
        await asyncio.gather(*(one.says(_READY, SECONDS) for one in self._holders.values()))
        for switch in _SWITCHES:
            await self._do(ROUTER, ("tee", f"/proc/sys/net/ipv4/conf/{switch}"), "0")
        await self._do(ROUTER, ("tee", "/proc/sys/net/ipv4/ip_forward"), "1" if forward else "0")
        for name, lines in self._plan.lines({name: self._holders[name].pid for name in HOSTS}).items():
            await self._do(name, ("ip", "-batch", "-"), lines)

    async def close(self) -> None:
        """End what holds them. May be called again."""
        await asyncio.gather(*(one.end() for one in self._holders.values()))

    def prefix(self, name: str) -> tuple[str, ...]:
        """The words in front of a command that is to run there."""
        return ("nsenter", f"--net=/proc/{self._holders[name].pid}/ns/net", "--")

    @contextmanager
    def inside(self, name: str) -> Iterator[None]:
        """Sockets that are opened meanwhile belong there, and stay there. Nothing may be awaited inside."""
        own = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        there = os.open(f"/proc/{self._holders[name].pid}/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(there)
            try:
                yield
            finally:
                _enter(own)
        finally:
            os.close(there)
            os.close(own)

    async def _do(self, name: str, command: tuple[str, ...], told: str) -> None:
        done = await asyncio.create_subprocess_exec(
            *self.prefix(name),
            *command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.PIPE,
        )
        _, words = await done.communicate(f"{told}\n".encode())
        if done.returncode != 0:
            said = words.decode(errors="replace").strip()[:300]
            raise ChildFailed(f"the namespace of {name} cannot be set up: {command[0]} says {said!r}")


def missing() -> str | None:
    """Which program is not there that makes them."""
    absent = [name for name in PROGRAMS if shutil.which(name) is None]
    return f"{absent[0]} is not installed: apt-get install iproute2 util-linux" if absent else None


@cache
def why_not() -> str | None:
    """Why this process can make none here; None when it can."""
    absent = missing()
    if absent is not None:
        return absent
    try:
        command = [shutil.which(TRIED[0]) or "", *TRIED[1:]]
        made = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"no namespace can be made: {error}"
    return None if made.returncode == 0 else "only root can make them, with CAP_SYS_ADMIN and CAP_NET_ADMIN"


def _holder() -> Child:
    return Child(("sh", "-c", f"echo {_READY.decode()}; exec sleep infinity"), prefix=("unshare", "--net", "--"))


def _enter(descriptor: int) -> None:
    if ctypes.CDLL(None, use_errno=True).setns(descriptor, _NEWNET) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"a network namespace cannot be entered: {os.strerror(number)}")
