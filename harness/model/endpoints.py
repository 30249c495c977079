"""Which software each party of a call uses."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import Field

from .base import Noun, Party
from .keying import Keying


class EndpointKind(StrEnum):
    """Endpoints that can be placed in a call: the healthy one, also as a process of its own; then specimens.

    `PROGRAM` is anybody's program, which only the command line can name: no scenario file starts one. `CHROMIUM` is the
    call window of the calling service in a real browser, `CHROMIUM_RAW` a bare page in one, `CHROMIUM_CLEAR` such a
    page in one that encrypts nothing, `FIREFOX` a bare page in another one, `GSTREAMER` is GStreamer's webrtcbin.
    """

    AIORTC = "aiortc"
    AIORTC_PROCESS = "aiortc-process"
    PROGRAM = "program"
    CHROMIUM = "chromium"
    CHROMIUM_RAW = "chromium-raw"
    CHROMIUM_CLEAR = "chromium-clear"
    FIREFOX = "firefox"
    GSTREAMER = "gstreamer"
    CLEAR = "clear"
    FINGERPRINT_NEVER_COMPARED = "fingerprint-never-compared"
    CODE_FROM_SDP = "code-from-sdp"
    CHROMIUM_CODE_FROM_SDP = "chromium-code-from-sdp"
    CONSTANT_CODE = "constant-code"
    NULL_CIPHER = "null-cipher"
    REPLAY_ACCEPTED = "replay-accepted"
    CLEAR_WITH_LOCK = "clear-with-lock"
    COMPARED_ONLY_AS_SERVER = "compared-only-as-server"
    COMPARED_ONLY_AS_CLIENT = "compared-only-as-client"
    COMPARED_ONLY_ONCE = "compared-only-once"
    WEAK_HASH_ACCEPTED = "weak-hash-accepted"
    PREFIX_COMPARED = "prefix-compared"
    CODE_FROM_ONE_CERTIFICATE = "code-from-one-certificate"
    CODE_FROM_WORDS = "code-from-words"
    CODE_SHARED_WITH_RELAY = "code-shared-with-relay"
    CODE_NOT_REFRESHED = "code-not-refreshed"
    CODE_CHANGED_SILENTLY = "code-changed-silently"
    CODE_WITHOUT_PADDING = "code-without-padding"
    CODE_SORTED = "code-sorted"
    NO_FORWARD_SECRECY = "no-forward-secrecy"
    ANY_FINGERPRINT_WINS = "any-fingerprint-wins"
    CODE_TRUNCATED = "code-truncated"
    ONE_GROUP_COMPARED = "one-group-compared"
    CODE_CACHED = "code-cached"
    CERTIFICATE_REUSED = "certificate-reused"
    CERTIFICATE_KEY_PREDICTABLE = "certificate-key-predictable"
    ICE_CREDENTIALS_PREDICTABLE = "ice-credentials-predictable"
    CHECKS_UNPROVED = "checks-unproved"
    ROLE_GIVEN_UP = "role-given-up"
    OWN_NAME_SHOWN = "own-name-shown"
    REOFFER_IGNORED = "reoffer-ignored"
    RECORD_NUMBER_REUSED = "record-number-reused"
    LOCK_BEFORE_DTLS = "lock-before-dtls"
    LOCK_ON_SERVICE_CALL = "lock-on-service-call"
    NULL_PROFILE = "null-profile"
    TAG_UNCHECKED = "tag-unchecked"
    FORGERY_REPLACES = "forgery-replaces"
    PLAINTEXT_RTCP_ACCEPTED = "plaintext-rtcp-accepted"
    PLAINTEXT_FIRST = "plaintext-first"
    PLAINTEXT_RTCP = "plaintext-rtcp"
    SCREEN_IN_CLEAR = "screen-in-clear"
    PLAINTEXT_FALLBACK = "plaintext-fallback"
    MEDIA_COPIED = "media-copied"
    TELEMETRY_SENT = "telemetry-sent"
    KEY_IN_EXTENSION = "key-in-extension"
    KEY_IN_PADDING = "key-in-padding"
    KEY_IN_STUN = "key-in-stun"
    RELAY_TOLD_A_KEY = "relay-told-a-key"
    KEY_SENT_TO_SERVICE = "key-sent-to-service"
    DTLS10_ALLOWED = "dtls10-allowed"
    GROUP_NOT_RECOMMENDED = "group-not-recommended"
    KEY_IN_BOTH_DIRECTIONS = "key-in-both-directions"
    SEQUENCE_RESTARTED = "sequence-restarted"
    KEYSTREAM_REUSED = "keystream-reused"
    ROLLOVER_RESET = "rollover-reset"
    NONCE_REUSED = "nonce-reused"
    LOCK_WITHOUT_CODE = "lock-without-code"
    CODE_ON_ONE_SIDE = "code-on-one-side"
    LOCK_ON_ONE_SIDE = "lock-on-one-side"
    CODE_WITHOUT_LOCK = "code-without-lock"
    LOCK_TAKEN_BACK = "lock-taken-back"
    NOTICE_UNTOLD = "notice-untold"
    OLD_OFFER_TAKEN = "old-offer-taken"
    PARAMETERS_MISSTATED = "parameters-misstated"
    CERTIFICATE_EXPIRED = "certificate-expired"
    ANSWERS_WHILE_RINGING = "answers-while-ringing"
    RECORDING_ALLOWED = "recording-allowed"
    PARTICIPANT_ADDED = "participant-added"
    LOCK_AS_TOLD = "lock-as-told"
    KEY_IN_CHAT = "key-in-chat"
    WORDS_SENT_TO_SERVICE = "words-sent-to-service"
    SESSION_RESUMED = "session-resumed"
    HANDSHAKE_AMBIGUOUS = "handshake-ambiguous"
    KEYS_OFFERED = "keys-offered"
    FAILURE_UNTOLD = "failure-untold"
    MALFORMED_RTP_SENDER = "malformed-rtp-sender"
    MALFORMED_RTCP_SENDER = "malformed-rtcp-sender"
    SHORT_REMB_SENDER = "short-remb-sender"
    SSRC_COLLIDER = "ssrc-collider"


BARE_PAGES: Final = frozenset(
    {EndpointKind.CHROMIUM_RAW, EndpointKind.CHROMIUM_CLEAR, EndpointKind.CHROMIUM_CODE_FROM_SDP}
)
"""Pages in a browser that are driven from outside, and have no user."""

BROWSERS: Final = frozenset({EndpointKind.CHROMIUM, EndpointKind.FIREFOX, *BARE_PAGES})
"""Endpoints that run in a browser."""

MALICIOUS: Final = frozenset(
    {
        EndpointKind.MALFORMED_RTP_SENDER,
        EndpointKind.MALFORMED_RTCP_SENDER,
        EndpointKind.SHORT_REMB_SENDER,
        EndpointKind.SSRC_COLLIDER,
    }
)
"""Clients that attack their peer: who places one places an adversary, and the other end is under test."""

NOT_THROUGH_TURN: Final = frozenset(
    {
        EndpointKind.PROGRAM,
        EndpointKind.CLEAR,
        EndpointKind.CHROMIUM_CLEAR,
    }
)
"""Endpoints that nobody can tell of a TURN server, or that are for calls without one."""

IN_NAMESPACES: Final = frozenset({EndpointKind.AIORTC_PROCESS, EndpointKind.PROGRAM, EndpointKind.GSTREAMER, *BROWSERS})
"""Endpoints that are processes, and can be started in a network namespace: a browser, for one call alone."""

WITHOUT_CHAT: Final = frozenset({EndpointKind.FIREFOX, EndpointKind.GSTREAMER})
"""Endpoints whose users write nothing, and who can be written nothing."""

DTLS_WITH_SERVICE: Final = frozenset({EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS, EndpointKind.CHROMIUM})
"""Endpoints that make DTLS in an ordinary call, of themselves or when they are told to."""


_STACKS: Final = dict.fromkeys((EndpointKind.CHROMIUM, *BARE_PAGES), "chromium") | {
    EndpointKind.FIREFOX: "firefox",
    EndpointKind.GSTREAMER: "webrtcbin",
    EndpointKind.PROGRAM: None,
}
_AIORTC: Final = "aiortc"
"""The stack of the reference client, and so of every specimen and attacker that is made of it."""


class Endpoints(Noun):
    """Which software each party uses."""

    alice: EndpointKind = Field(default=EndpointKind.AIORTC, strict=False)
    bob: EndpointKind = Field(default=EndpointKind.AIORTC, strict=False)

    @property
    def in_browsers(self) -> bool:
        """Whether somebody calls with a browser, which wants much of a machine."""
        return not BROWSERS.isdisjoint((self.alice, self.bob))

    def of(self, party: Party) -> EndpointKind:
        return self.alice if party is Party.ALICE else self.bob

    @property
    def stacks(self) -> tuple[str | None, ...]:
        """The stack at each end, by what was placed there and not by what that says of itself; None of a program."""
        return tuple(_STACKS.get(self.of(party), _AIORTC) for party in Party)

    @property
    def keyings(self) -> dict[Party, Keying]:
        """How each party's client gets the keys of an ordinary call: a browser has no SDES."""
        return {party: Keying.DTLS if self.of(party) in BROWSERS else Keying.SDES for party in Party}
