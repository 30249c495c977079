"""A description as aiortc writes it, cut down to what the adversaries look at."""

from __future__ import annotations

SHA256 = ":".join(f"{octet:02X}" for octet in range(0x00, 0x20))
SHA512 = ":".join(f"{octet:02X}" for octet in range(0x40, 0x80))


def description(setup: str, host: str = "127.1.0.1", ports: tuple[int, int] = (5000, 5002)) -> str:
    """Audio and video, each with one candidate and two fingerprints."""
    lines = ["v=0", f"o=- 1 1 IN IP4 {host}", "s=-", "t=0 0", "a=group:BUNDLE 0 1"]
    for mid, (kind, port) in enumerate(zip(("audio", "video"), ports, strict=True)):
        lines += [
            f"m={kind} {port} UDP/TLS/RTP/SAVPF 96",
            f"c=IN IP4 {host}",
            f"a=mid:{mid}",
            f"a=candidate:c{mid} 1 udp 2130706431 {host} {port} typ host",
            "a=end-of-candidates",
            f"a=fingerprint:sha-256 {SHA256}",
            f"a=fingerprint:sha-512 {SHA512}",
            f"a=setup:{setup}",
        ]
    return "\r\n".join(lines) + "\r\n"


OFFER = description("actpass")
ANSWER = description("active", "127.1.0.2", (6000, 6002))


def attributes(body: str, name: str) -> list[str]:
    """The values of all `a=name:` lines, in order."""
    return [line.removeprefix(f"a={name}:") for line in body.split("\r\n") if line.startswith(f"a={name}:")]
