"""What kind of call it is."""

from __future__ import annotations

from enum import StrEnum


class Mode(StrEnum):
    """What kind of call it is to be, by the policies, toggles and devices of both: what an honest service tells them.

    `SERVICE`: an ordinary call, whose media keys travel in the signalling, so that the service can decrypt it (SDES,
    RFC 4568).
    """

    E2EE = "e2ee"
    SERVICE = "service"
    CLEAR = "clear"
