"""Every part that this version can use is looked at, and told with what it costs not to have it."""

from __future__ import annotations

from collections.abc import Iterable

from .packages import PACKAGES, openssl_part, package_part, python_part
from .part import Part
from .programs import (
    chromium_part,
    coturn_part,
    firefox_part,
    git_part,
    gstreamer_part,
    janus_part,
    rtpengine_part,
    setpriv_part,
    tshark_part,
)
from .rights import loopback_part, memory_part, namespaces_part, packet_sockets_part


def examine() -> tuple[Part, ...]:
    """Look at everything once. Starts programs and opens sockets on the loopback interface; never raises."""
    return (
        python_part(),
        *(package_part(package) for package in PACKAGES),
        openssl_part(),
        loopback_part(),
        tshark_part(),
        chromium_part(),
        firefox_part(),
        gstreamer_part(),
        setpriv_part(),
        coturn_part(),
        rtpengine_part(),
        janus_part(),
        packet_sockets_part(),
        namespaces_part(),
        memory_part(),
        git_part(),
    )


def render(parts: Iterable[Part]) -> str:
    """A line for each part, and below a part that cannot be used what that costs and how to get it."""
    lines = []
    for part in parts:
        lines.append(f"{part.state:<9}  {part.name:<13} {part.version or '-'}".rstrip())
        if part.detail:
            lines.append(f"{'':<11}{part.detail}")
        if not part.usable:
            lines.append(f"{'':<11}{'required' if part.required else 'needed'} for {part.needed_for}")
            lines.append(f"{'':<11}to get it: {part.how_to_install}")
    return "\n".join(lines)
