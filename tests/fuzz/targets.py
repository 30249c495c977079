"""Everything that hostile bytes are given to, by name.

A target is imported when it is asked for: a fuzzer has to instrument all that comes with it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Final, cast

Target = Callable[[bytes], None]

TARGETS: Final = {
    "stun": "wire_targets.stun_message",
    "rtp": "wire_targets.rtp_packet",
    "rtp-payload": "media_targets.rtp_payload",
    "srtp-packet": "wire_targets.srtp_packet",
    "dtls": "wire_targets.dtls_flight",
    "zrtp": "wire_targets.zrtp_packet",
    "quic": "wire_targets.quic_packet",
    "sdp": "wire_targets.session_description",
    "described": "wire_targets.described_call",
    "sdes": "wire_targets.crypto_attribute",
    "keylog": "wire_targets.key_log",
    "rtp-dump": "wire_targets.rtp_dump",
    "mjr": "capture_targets.janus_recording",
    "capture": "capture_targets.capture_file",
    "layers": "capture_targets.layers",
    "followers": "media_targets.followers",
    "search": "media_targets.search",
    "authenticator": "media_targets.authenticator",
    "recover": "media_targets.recover",
    "conversation": "capture_targets.conversation",
    "inspect": "capture_targets.inspected",
    "frames": "service_targets.frames",
    "console": "service_targets.pasted",
}


def target(name: str) -> Target:
    """The target of this name; KeyError when there is none."""
    module, function = TARGETS[name].split(".")
    return cast(Target, getattr(import_module(f".{module}", __package__), function))
