"""coturn is there when it answers, and not when one of its ports is open."""

from __future__ import annotations

import shutil
import socket
import sys

import pytest

from harness.network.child import Child
from harness.network.coturn import PORT, Coturn

pytestmark = pytest.mark.asyncio

HOST = "127.226.7.8"
SLOW = f"""
import socket
listening = socket.create_server(({HOST!r}, {PORT}))
for _ in range(3):
    listening.accept()[0].close()
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(({HOST!r}, {PORT}))
while True:
    data, who = udp.recvfrom(2048)
    udp.sendto(data, who)
"""
"""Takes three connections before it opens its other port."""


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="setpriv is not installed: no server was started")
async def test_a_server_that_opens_its_ports_one_after_the_other_is_there_when_both_answer() -> None:
    server = Coturn(HOST, ())
    server.child = Child((sys.executable, "-c", SLOW))
    await server.start()
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as device:
            device.settimeout(5.0)
            device.connect((HOST, PORT))
            device.send(b"?")
            assert device.recv(1) == b"?"
    finally:
        await server.close()
