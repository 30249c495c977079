"""Which reasons can be alarms, and for which of them no specimen is planted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from .finding import Reason

FAILURES: Final = frozenset(
    {
        Reason.FINGERPRINT_MISMATCH,
        Reason.FINGERPRINT_MISSING,
        Reason.FINGERPRINT_UNUSABLE,
        Reason.SDP_REJECTED,
        Reason.NO_ANSWER,
        Reason.DESCRIPTION_BEFORE_ACCEPT,
        Reason.MODE_UNKNOWN,
        Reason.ICE_FAILED,
        Reason.DTLS_ERROR,
        Reason.DTLS_TIMEOUT,
        Reason.SRTP_PROFILE_MISSING,
        Reason.CONNECTION_LOST,
        Reason.REMOTE_HUNG_UP,
        Reason.ENDPOINT_ERROR,
    }
)
"""What an endpoint may give as the reason of its failure. Any other would let it speak in an auditor's name."""

ALARMS: Final = FAILURES | frozenset(
    {
        Reason.CODES_DIFFER,
        Reason.CODE_ON_ONE_SIDE,
        Reason.CODE_MALFORMED,
        Reason.CODE_NOT_FROM_CERTIFICATES,
        Reason.CODE_CHANGE_NOT_ANNOUNCED,
        Reason.CODE_OUTDATED,
        Reason.CODE_REPEATED,
        Reason.CERTIFICATE_NOT_SIGNALLED,
        Reason.CERTIFICATE_SUBSTITUTED,
        Reason.FINGERPRINT_ALTERED,
        Reason.FINGERPRINT_NOT_COMPARED,
        Reason.REOFFER_IGNORED,
        Reason.STATEMENT_CONTRADICTS_WIRE,
        Reason.OLD_OFFER_ANSWERED,
        Reason.KEYS_IN_SIGNALLING,
        Reason.SERVICE_PATH_CLEAR,
        Reason.MEDIA_BEFORE_ACCEPT,
        Reason.NETWORK_BEFORE_ACCEPT,
        Reason.MODE_LOWERED,
        Reason.MODE_RAISED,
        Reason.FEATURE_NOT_REFUSED,
        Reason.CHAT_ON_DISK,
        Reason.PLAINTEXT_ON_WIRE,
        Reason.MARKER_ON_WIRE,
        Reason.KEY_ON_WIRE,
        Reason.PACKET_NOT_AUTHENTICATED,
        Reason.FOREIGN_PACKET_ACCEPTED,
        Reason.REPLAY_ACCEPTED,
        Reason.UNEXPLAINED_PACKET,
        Reason.PACKET_NOT_TOLD,
        Reason.TOLD_NOT_SEEN,
        Reason.KEYS_NOT_SHARED,
        Reason.MEDIA_TO_STRANGER,
        Reason.UNPROVED_CHECK_ANSWERED,
        Reason.ROLE_GIVEN_UP,
        Reason.KEY_IN_MEMORY,
        Reason.CONTENT_IN_MEMORY,
        Reason.VERSION_NOT_ALLOWED,
        Reason.SUITE_NOT_ALLOWED,
        Reason.GROUP_NOT_ALLOWED,
        Reason.PROFILE_NOT_ALLOWED,
        Reason.CERTIFICATE_NOT_ALLOWED,
        Reason.CERTIFICATE_REUSED,
        Reason.CHOICE_NOT_OFFERED,
        Reason.HANDSHAKE_ALTERED,
        Reason.SESSION_RESUMED,
        Reason.RENEGOTIATED,
        Reason.LOCK_ON_ONE,
        Reason.LOCK_WITHOUT_ENCRYPTION,
        Reason.LOCK_ON_SERVICE_CALL,
        Reason.LOCK_TOO_EARLY,
        Reason.LOCK_WITHOUT_CODE,
        Reason.LOCK_WITHDRAWN,
        Reason.SCREENS_CONTRADICT,
        Reason.CODE_WITHOUT_LOCK,
        Reason.CODE_ON_SERVICE_CALL,
        Reason.WRONG_PEER_NAME,
        Reason.WIRESHARK_DISAGREES,
        Reason.UNKNOWN_BYTES,
        Reason.TRAILING_BYTES,
        Reason.CERTIFICATES_DIFFER,
        Reason.FRAME_ON_WIRE,
        Reason.PAYLOAD_DECODES,
        Reason.NOT_RANDOM,
        Reason.TWO_TIME_PAD,
        Reason.NONCE_REUSED,
        Reason.ROLLOVER_RESET,
        Reason.SEQUENCE_RESTARTED,
        Reason.KEY_IN_BOTH_DIRECTIONS,
        Reason.RECORD_SEQUENCE_REUSED,
        Reason.CERTIFICATE_KEY_PREDICTABLE,
        Reason.RANDOM_PREDICTABLE,
        Reason.HEADER_IN_CLEAR,
        Reason.SPEECH_ACTIVITY_VISIBLE,
        Reason.LENGTH_FOLLOWS_SPEECH,
        Reason.CALLS_LINKABLE,
    }
)
"""Nobody can raise another one: who invents an alarm has to name it here, and then to plant it or to say why not."""

_OWN_WORD: Final = "an endpoint's own word, passed on like endpoint-error, which is planted"
_DUMPED: Final = "only a browser tells what its SRTP layer sealed, and no page can change what it tells"
_WEIGHED: Final = "a notice, unless a user weighs it otherwise by --leak-policy"

UNPLANTED: Final[Mapping[Reason, str]] = {
    Reason.CERTIFICATES_DIFFER: "of two captures from anywhere; of a recorded call it is certificate-substituted",
    Reason.TOLD_NOT_SEEN: _DUMPED,
    Reason.PACKET_NOT_TOLD: _DUMPED,
    Reason.TRAILING_BYTES: "the taps write whole datagrams: there is no room behind them in a recording of ours",
    Reason.CONTENT_IN_MEMORY: "whether something of it is found hangs on what a process has overwritten by then",
    Reason.MODE_UNKNOWN: _OWN_WORD,
    Reason.NO_ANSWER: _OWN_WORD,
    Reason.ICE_FAILED: _OWN_WORD,
    Reason.DTLS_ERROR: _OWN_WORD,
    Reason.DTLS_TIMEOUT: _OWN_WORD,
    Reason.SRTP_PROFILE_MISSING: _OWN_WORD,
    Reason.CONNECTION_LOST: _OWN_WORD,
    Reason.REMOTE_HUNG_UP: _OWN_WORD,
    Reason.HANDSHAKE_ALTERED: "over a changed handshake no two ends come up; dtls-ems-stripped demands it",
    Reason.CHOICE_NOT_OFFERED: "no library takes what it did not offer; dtls-cipher demands it of a server of ours",
    Reason.RENEGOTIATED: "aiortc is no healthy twin: dtls-renegotiation demands it as a known deviation",
    Reason.HEADER_IN_CLEAR: _WEIGHED,
    Reason.SPEECH_ACTIVITY_VISIBLE: _WEIGHED,
    Reason.LENGTH_FOLLOWS_SPEECH: _WEIGHED,
    Reason.CALLS_LINKABLE: _WEIGHED,
}
"""Alarms of which a self-test says nothing, with the reason: it names them itself."""
