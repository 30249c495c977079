"""The service as a person starts it: what it shows once, how it ends, what survives a restart and a kill."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.unit.calling.service.running import ALICE, BOB, DESKTOP, Device

pytestmark = pytest.mark.live


@dataclass
class Served:
    """A service in a process of its own."""

    process: subprocess.Popen[str]
    lines: list[str]

    @property
    def url(self) -> str:
        found = re.search(r"(https://\S+)/call", "\n".join(self.lines))
        assert found is not None, self.lines
        return found[1]

    @property
    def passwords(self) -> dict[str, str]:
        return dict(line.split() for line in self.lines if re.fullmatch(r"\S+@\S+ \S+", line))

    def end(self, number: int) -> tuple[int, str]:
        """The exit code and what else was said."""
        self.process.send_signal(number)
        out, errors = self.process.communicate(timeout=20)
        return self.process.returncode, out + errors


@contextmanager
def service(store: Path, *more: str) -> Iterator[Served]:
    command = [sys.executable, "-m", "harness.cli", "serve", "--store", str(store), "--port", "0", *more]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        served = Served(process, [])
        assert process.stdout is not None
        while not served.lines or not served.lines[-1].startswith("authority"):
            line = process.stdout.readline()
            assert line, process.communicate()
            served.lines.append(line.rstrip("\n"))
        yield served
    finally:
        process.kill()
        process.wait()


def client(served: Served, store: Path) -> aiohttp.ClientSession:
    context = ssl.create_default_context(cafile=store / "ca.pem")
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))


async def signed_in(session: aiohttp.ClientSession, served: Served, user: str, password: str) -> Device:
    device = Device(session, served.url, "")
    body = {"user": user, "password": password, "device": DESKTOP}
    status, answer = await device.rest("POST", "/api/sign-in", body)
    assert status == 200, answer
    return Device(session, served.url, answer["token"])


def test_the_first_start_shows_passwords_once_and_keeps_them_nowhere(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with service(store) as served:
        passwords = served.passwords
        assert set(passwords) == {ALICE, BOB, "admin@contoso.example"}
        assert served.lines[-1] == f"authority     {store / 'ca.pem'}"
        assert served.end(signal.SIGTERM) == (0, "")
    kept = b"".join(path.read_bytes() for path in store.rglob("*") if path.is_file())
    assert not [password for password in passwords.values() if password.encode() in kept]
    with service(store) as served:
        assert served.passwords == {}
        assert served.end(signal.SIGINT) == (0, "")


def test_passwords_can_go_to_a_file_of_its_owner(tmp_path: Path) -> None:
    with service(tmp_path / "store", "--password-file", str(tmp_path / "passwords")) as served:
        assert served.passwords == {}
        assert served.end(signal.SIGTERM)[0] == 0
    assert (tmp_path / "passwords").stat().st_mode & 0o777 == 0o600
    assert len((tmp_path / "passwords").read_text().splitlines()) == 3


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_policy_users_chat_and_files_survive_however_it_ends(tmp_path: Path, number: int) -> None:
    store = tmp_path / "store"
    with service(store) as served:
        passwords = served.passwords
        line, file = asyncio.run(busy(served, store, passwords))
        served.end(number)
    with service(store) as served:
        messages, content, me, policies = asyncio.run(looked(served, store, passwords, file))
    assert [one["message"] for one in messages] == [line, file]
    assert content == b"kept bytes"
    assert (me["toggle"], me["effective"]["policy"]) == (True, "E2EE")
    assert [one["Identity"] for one in policies] == ["Global", "Tag:E2EE"]


async def busy(served: Served, store: Path, passwords: dict[str, str]) -> tuple[str, str]:
    """Change something of everything, the last of it as the last thing before the end."""
    async with client(served, store) as session:
        admin = await signed_in(session, served, "admin@contoso.example", passwords["admin@contoso.example"])
        alice = await signed_in(session, served, ALICE, passwords[ALICE])
        new = {"Identity": "E2EE", "CallingEndtoEndEncryptionEnabledType": "DisabledUserOverride"}
        assert (await admin.rest("POST", "/api/policies", new))[0] == 200
        assert (await admin.rest("PUT", f"/api/assignments/users/{ALICE}", {"policy": "E2EE"}))[0] == 200
        assert (await alice.rest("PUT", "/api/me/toggle", {"on": True}))[0] == 200
        await alice.connect()
        line = (await alice.say("chat", to=BOB, text="kept text"))["message"]
        return line, (await alice.send_file(BOB, "kept.txt", b"kept bytes"))[1]["file"]


async def looked(served: Served, store: Path, passwords: dict[str, str], file: str) -> tuple[Any, ...]:
    async with client(served, store) as session:
        admin = await signed_in(session, served, "admin@contoso.example", passwords["admin@contoso.example"])
        alice = await signed_in(session, served, ALICE, passwords[ALICE])
        messages = (await alice.rest("GET", f"/api/chats/{BOB}"))[1]["messages"]
        content = (await alice.fetch(f"/api/files/{file}"))[1]
        me = (await alice.rest("GET", "/api/me"))[1]
        return messages, content, me, (await admin.rest("GET", "/api/policies"))[1]["policies"]


def test_a_kill_at_any_moment_leaves_a_store_that_opens(tmp_path: Path) -> None:
    """Killed while it writes, again and again: what was answered is there, and the rest is whole or absent."""
    store = tmp_path / "store"
    written: list[str] = []
    passwords: dict[str, str] = {}
    for round_ in range(5):
        with service(store) as served:
            passwords = served.passwords or passwords
            written += asyncio.run(interrupted(served, store, passwords, round_))
    with service(store) as served:
        messages = asyncio.run(looked(served, store, passwords, "0" * 32))[0]
    assert len(written) > 20
    assert set(written) <= {one["text"] for one in messages}
    assert len(messages) <= len(written) + 5


async def interrupted(served: Served, store: Path, passwords: dict[str, str], round_: int) -> list[str]:
    """Write until the process is killed in the middle of it; what was answered."""
    async with client(served, store) as session:
        alice = await signed_in(session, served, ALICE, passwords[ALICE])
        await alice.connect()
        answered: list[str] = []
        asyncio.get_running_loop().call_later(0.02 + 0.02 * round_, os.kill, served.process.pid, signal.SIGKILL)
        try:
            for number in range(50):
                text = f"{round_}-{number}"
                assert (await alice.say("chat", to=BOB, text=text))["type"] == "ok"
                answered.append(text)
        except (TypeError, aiohttp.ClientError, ConnectionError):
            return answered
        return answered


def test_two_services_on_one_store_are_refused_and_a_taken_port_too(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with service(store) as served:
        port = served.url.rpartition(":")[2]
        for other, words in ((store, "another service is using this store"), (tmp_path / "other", "in use")):
            command = [sys.executable, "-m", "harness.cli", "serve", "--store", str(other), "--port", port]
            done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
            assert done.returncode in (2, 3)
            assert words in done.stderr
            assert "Traceback" not in done.stderr
