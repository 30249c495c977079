"""Makes captures of calls between two openssl programs: `python tests/foreign/make_openssl.py FOLDER` (as root).

openssl does the handshake and tells the key material; it sends no media. So when both programs have ended, this sends
SRTP and SRTCP packets, protected by libsrtp with those keys, between the same two sockets.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from ssl import PEM_cert_to_DER_cert

from pylibsrtp import Policy, Session

HOST = "127.0.0.1"
PROFILES = {"SRTP_AES128_CM_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80}
KEY, SALT = 16, 14
PACKETS, SAMPLES = 50, 160


@dataclass(frozen=True)
class Call:
    """One call: file name, what both programs are told, ports of server and client."""

    name: str
    options: tuple[str, ...]
    key: tuple[str, ...]
    ports: tuple[int, int]


CALLS = (
    Call(
        "openssl-dtls12", ("-dtls1_2", "-mtu", "400"), ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), (41_000, 41_001)
    ),
    Call("openssl-dtls10", ("-dtls1", "-cipher", "ALL:@SECLEVEL=0"), ("rsa:2048",), (41_002, 41_003)),
)


def main(folder: Path) -> None:
    for call in CALLS:
        with tempfile.TemporaryDirectory() as work:
            facts = make(call, folder, Path(work))
        (folder / f"{call.name}.json").write_text(json.dumps(facts, indent=1) + "\n")


def make(call: Call, folder: Path, work: Path) -> dict[str, object]:
    """Record one call; what is known of it without reading the capture."""
    certificates = {side: certificate(work, side, call.key) for side in ("server", "client")}
    (keylog := folder / f"{call.name}.keylog").unlink(missing_ok=True)
    with capturing(folder / f"{call.name}.pcap", call.ports):
        material = handshake(call, work, keylog)
        media(material, call.ports)
    return {
        "program": run("openssl", "version").strip(),
        "arguments": list(call.options),
        "ports": dict(zip(("server", "client"), call.ports, strict=True)),
        "fingerprints": {side: hashlib.sha256(der).hexdigest() for side, der in certificates.items()},
        "srtp": {"profile": next(iter(PROFILES)), "packets": PACKETS, "srtcp": 1},
    }


def certificate(work: Path, side: str, key: tuple[str, ...]) -> bytes:
    """A self-signed certificate of this side, DER."""
    run(
        "openssl", "req", "-x509", "-newkey", *key, "-nodes", "-days", "30", "-subj", f"/CN={side}",
        "-keyout", str(work / f"{side}.key"), "-out", str(work / f"{side}.pem"),
    )  # fmt: skip
    return PEM_cert_to_DER_cert((work / f"{side}.pem").read_text())


@contextmanager
def capturing(path: Path, ports: tuple[int, int]) -> Iterator[None]:
    """Record what goes between the two ports; the kernel takes a moment to begin and to end."""
    path.unlink(missing_ok=True)
    wanted = f"udp port {ports[0]} and udp port {ports[1]}"
    recorder = subprocess.Popen(
        ["dumpcap", "-q", "-P", "-i", "lo", "-f", wanted, "-w", path],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        time.sleep(1.5)
        yield
        time.sleep(1)
    finally:
        recorder.send_signal(signal.SIGINT)
        recorder.wait(timeout=10)


def handshake(call: Call, work: Path, keylog: Path) -> bytes:
    """Let the two programs meet; the key material of RFC 5764 section 4.2 as the client exports it."""
    server_port, client_port = call.ports
    # Without Debian's configuration, which forbids DTLS 1.0.
    environment = {**os.environ, "OPENSSL_CONF": os.devnull}
    both = [*call.options, "-use_srtp", next(iter(PROFILES))]
    server = subprocess.Popen(
        [
            *("openssl", "s_server", *both, "-accept", f"{HOST}:{server_port}", "-naccept", "1", "-quiet"),
            *("-Verify", "1"),
            *("-cert", work / "server.pem", "-key", work / "server.key"),
        ],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment,
    )  # fmt: skip
    client = subprocess.Popen(
        [
            *("openssl", "s_client", *both, "-connect", f"{HOST}:{server_port}", "-bind", f"{HOST}:{client_port}"),
            *("-cert", work / "client.pem", "-key", work / "client.key", "-keylogfile", keylog),
            *("-keymatexport", "EXTRACTOR-dtls_srtp", "-keymatexportlen", str(2 * (KEY + SALT))),
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, text=True,
    )  # fmt: skip
    try:
        time.sleep(2)
        told, _ = client.communicate("Q\n", timeout=10)
        time.sleep(0.5)
    finally:
        for process in (client, server):
            process.kill()
            process.wait()
    found = re.search(r"Keying material: ([0-9A-F]+)", told)
    if found is None:
        raise SystemExit(f"{call.name}: openssl exported nothing:\n{told}")
    return bytes.fromhex(found[1])


def media(material: bytes, ports: tuple[int, int]) -> None:
    """A second of a tone as PCMU from each side, protected, and one sender report."""
    client_key, server_key = material[:KEY], material[KEY : 2 * KEY]
    client_salt, server_salt = material[2 * KEY : 2 * KEY + SALT], material[2 * KEY + SALT :]
    ends = []
    for port, secret in zip(ports, (server_key + server_salt, client_key + client_salt), strict=True):
        end = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        end.bind((HOST, port))
        profile = next(iter(PROFILES.values()))
        ends.append((end, Session(Policy(secret, Policy.SSRC_ANY_OUTBOUND, srtp_profile=profile)), 0x0A000000 + port))
    for number in range(PACKETS):
        for (end, session, ssrc), port in zip(ends, reversed(ports), strict=True):
            head = struct.pack("!BBHII", 0x80, 0, 65_500 + number & 0xFFFF, SAMPLES * number, ssrc)
            end.sendto(session.protect(head + tone(number)), (HOST, port))
        time.sleep(0.02)
    for (end, session, ssrc), port in zip(ends, reversed(ports), strict=True):
        report = struct.pack("!BBHIQIII", 0x80, 200, 6, ssrc, 0, SAMPLES * PACKETS, PACKETS, SAMPLES * PACKETS)
        end.sendto(session.protect_rtcp(report), (HOST, port))
        end.close()


def tone(number: int) -> bytes:
    """20 ms of 440 Hz at 8 kHz, in µ-law (G.711)."""
    return bytes(
        mu_law(int(12_000 * math.sin(2 * math.pi * 440 * (SAMPLES * number + n) / 8000))) for n in range(SAMPLES)
    )


def mu_law(sample: int) -> int:
    sign, size = (0x80 if sample < 0 else 0), min(abs(sample), 32_635) + 132
    exponent = size.bit_length() - 8
    return ~(sign | exponent << 4 | size >> exponent + 3 & 0x0F) & 0xFF


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    main(Path(sys.argv[1]))
