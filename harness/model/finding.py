"""A finding: what one auditor established, as a named reason and the place where it was seen."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from pydantic import Field

from .base import Noun


class Severity(StrEnum):
    """How much a finding weighs.

    A *fact* is neutral. A *notice* is worth reading and never decides. An *alarm* must be expected by name or
    the scenario is not green. *Inconclusive* says that an auditor could not look, and is never green.
    """

    FACT = "fact"
    NOTICE = "notice"
    ALARM = "alarm"
    INCONCLUSIVE = "inconclusive"


class Reason(StrEnum):
    """Everything an auditor can say. A closed list: a scenario expects these by name."""

    # establishment: facts
    CALL_ESTABLISHED = "call-established"
    CALL_NOT_ESTABLISHED = "call-not-established"
    CALL_REFUSED = "call-refused"
    CALL_LOST = "call-lost"
    TAKEN_ELSEWHERE = "taken-elsewhere"
    # establishment: why an endpoint ended or refused the call
    FINGERPRINT_MISMATCH = "fingerprint-mismatch"
    FINGERPRINT_MISSING = "fingerprint-missing"
    FINGERPRINT_UNUSABLE = "fingerprint-unusable"
    SDP_REJECTED = "sdp-rejected"
    NO_ANSWER = "no-answer"
    DESCRIPTION_BEFORE_ACCEPT = "description-before-accept"
    MODE_UNKNOWN = "mode-unknown"
    ICE_FAILED = "ice-failed"
    DTLS_ERROR = "dtls-error"
    DTLS_TIMEOUT = "dtls-timeout"
    SRTP_PROFILE_MISSING = "srtp-profile-missing"
    CONNECTION_LOST = "connection-lost"
    REMOTE_HUNG_UP = "remote-hung-up"
    ENDPOINT_ERROR = "endpoint-error"
    # establishment: what our own eyes do not reach
    SEEN_THROUGH_LEG = "seen-through-leg"
    SEEN_AS_TOLD = "seen-as-told"
    # codes
    CODES_EQUAL = "codes-equal"
    CODES_DIFFER = "codes-differ"
    CODES_ABSENT = "codes-absent"
    CODE_ON_ONE_SIDE = "code-on-one-side"
    CODE_MALFORMED = "code-malformed"
    CODE_NOT_FROM_CERTIFICATES = "code-not-from-certificates"
    CODE_CHANGED = "code-changed"
    CODE_CHANGE_NOT_ANNOUNCED = "code-change-not-announced"
    CODE_OUTDATED = "code-outdated"
    CODE_REPEATED = "code-repeated"
    # fingerprint binding
    CERTIFICATES_AGREE = "certificates-agree"
    DTLS_WITH_SERVICE = "dtls-with-service"
    CERTIFICATE_NOT_SIGNALLED = "certificate-not-signalled"
    CERTIFICATE_SUBSTITUTED = "certificate-substituted"
    FINGERPRINT_ALTERED = "fingerprint-altered"
    FINGERPRINT_NOT_COMPARED = "fingerprint-not-compared"
    REOFFER_IGNORED = "reoffer-ignored"
    STATEMENT_CONTRADICTS_WIRE = "statement-contradicts-wire"
    # signalling
    SIGNALLING_INTACT = "signalling-intact"
    SIGNALLING_ALTERED = "signalling-altered"
    SIGNALLING_REPLAYED = "signalling-replayed"
    OLD_OFFER_ANSWERED = "old-offer-answered"
    SIGNALLING_SWALLOWED = "signalling-swallowed"
    SIGNALLING_UNSEEN = "signalling-unseen"
    KEYS_IN_SIGNALLING = "keys-in-signalling"
    KEYS_NOT_IN_SIGNALLING = "keys-not-in-signalling"
    # the way to the calling service
    SERVICE_PATH_NONE = "service-path-none"
    SERVICE_PATH_SEALED = "service-path-sealed"
    SERVICE_PATH_CLEAR = "service-path-clear"
    SERVICE_PATH_UNSEEN = "service-path-unseen"
    # what the service says and does beside descriptions
    ACCEPTED_FIRST = "accepted-first"
    ACCEPTANCE_FORGED = "acceptance-forged"
    MEDIA_BEFORE_ACCEPT = "media-before-accept"
    NETWORK_BEFORE_ACCEPT = "network-before-accept"
    MODE_AS_DECIDED = "mode-as-decided"
    MODE_LOWERED = "mode-lowered"
    MODE_RAISED = "mode-raised"
    MODE_RETOLD = "mode-retold"
    POLICY_CHANGED = "policy-changed"
    NO_FEATURE = "no-feature"
    FEATURE_REFUSED = "feature-refused"
    FEATURE_SWITCHED = "feature-switched"
    FEATURE_INSERTED = "feature-inserted"
    FEATURE_NOT_REFUSED = "feature-not-refused"
    NO_CHAT = "no-chat"
    CHAT_READ_BY_SERVICE = "chat-read-by-service"
    CHAT_ON_DISK = "chat-on-disk"
    # opacity
    EVERY_PACKET_AUTHENTICATED = "every-packet-authenticated"
    PLAINTEXT_ON_WIRE = "plaintext-on-wire"
    MARKER_ON_WIRE = "marker-on-wire"
    KEY_ON_WIRE = "key-on-wire"
    PACKET_NOT_AUTHENTICATED = "packet-not-authenticated"
    FOREIGN_PACKET_DROPPED = "foreign-packet-dropped"
    FOREIGN_PACKET_ACCEPTED = "foreign-packet-accepted"
    REPLAY_SEEN = "replay-seen"
    REPLAY_DROPPED = "replay-dropped"
    REPLAY_ACCEPTED = "replay-accepted"
    UNEXPLAINED_PACKET = "unexplained-packet"
    SEALED_AS_TOLD = "sealed-as-told"
    PACKET_NOT_TOLD = "packet-not-told"
    PACKET_NOT_OPENED = "packet-not-opened"
    TOLD_NOT_SEEN = "told-not-seen"
    KEYS_SHARED = "keys-shared"
    KEYS_NOT_SHARED = "keys-not-shared"
    # who is at the far end
    PEER_PROVED = "peer-proved"
    FOREIGN_DATAGRAM = "foreign-datagram"
    FOREIGN_CLIENT_HELLO = "foreign-client-hello"
    FOREIGN_HANDSHAKE = "foreign-handshake"
    FOREIGN_ALERT = "foreign-alert"
    FOREIGN_RECORD = "foreign-record"
    FOREIGN_CHECK = "foreign-check"
    FOREIGN_MEDIA = "foreign-media"
    MEDIA_TO_STRANGER = "media-to-stranger"
    UNPROVED_CHECK_ANSWERED = "unproved-check-answered"
    CHECKS_REFUSED = "checks-refused"
    ROLE_KEPT = "role-kept"
    ROLE_GIVEN_UP = "role-given-up"
    # what passed the interfaces of the network
    NETWORK_ACCOUNTED = "network-accounted"
    NETWORK_UNREAD = "network-unread"
    NETWORK_UNACCOUNTED = "network-unaccounted"
    NETWORK_UNSEEN = "network-unseen"
    # what the processes in between have in their memory
    MEMORY_CLEAN = "memory-clean"
    MEMORY_NOT_SEARCHED = "memory-not-searched"
    KEY_IN_MEMORY = "key-in-memory"
    CONTENT_IN_MEMORY = "content-in-memory"
    MEMORY_UNSEEN = "memory-unseen"
    # what became of the datagrams between the two legs
    PATH_UNCHANGED = "path-unchanged"
    NOTHING_TO_COMPARE = "nothing-to-compare"
    DATAGRAMS_ADDED = "datagrams-added"
    ADDED_ALERT = "added-alert"
    ADDED_HANDSHAKE = "added-handshake"
    ADDED_RECORD = "added-record"
    ADDED_CHECK = "added-check"
    ADDED_MALFORMED = "added-malformed"
    DATAGRAMS_LOST = "datagrams-lost"
    DATAGRAMS_REPEATED = "datagrams-repeated"
    DATAGRAMS_REORDERED = "datagrams-reordered"
    DATAGRAMS_LATE = "datagrams-late"
    # the SSRCs that a party sends under
    SOURCES_DECLARED = "sources-declared"
    SOURCES_NOT_NAMED = "sources-not-named"
    SOURCE_UNDECLARED = "source-undeclared"
    SOURCE_COLLIDES = "source-collides"
    # crypto parameters
    PARAMETERS_NEGOTIATED = "parameters-negotiated"
    NOTHING_NEGOTIATED = "nothing-negotiated"
    PARAMETERS_ACCEPTABLE = "parameters-acceptable"
    VERSION_NOT_ALLOWED = "version-not-allowed"
    SUITE_NOT_ALLOWED = "suite-not-allowed"
    GROUP_NOT_ALLOWED = "group-not-allowed"
    GROUP_NOT_VISIBLE = "group-not-visible"
    PROFILE_NOT_ALLOWED = "profile-not-allowed"
    CERTIFICATE_NOT_ALLOWED = "certificate-not-allowed"
    CERTIFICATE_REUSED = "certificate-reused"
    OFFER_NOT_ALLOWED = "offer-not-allowed"
    CHOICE_NOT_OFFERED = "choice-not-offered"
    ALERT_IN_CLEAR = "alert-in-clear"
    HANDSHAKE_ALTERED = "handshake-altered"
    HANDSHAKE_REPLAYED = "handshake-replayed"
    FRAGMENTS_OVERLAP = "fragments-overlap"
    CERTIFICATE_NOT_PROVED = "certificate-not-proved"
    RESUMPTION_TRIED = "resumption-tried"
    SESSION_RESUMED = "session-resumed"
    RENEGOTIATION_TRIED = "renegotiation-tried"
    RENEGOTIATED = "renegotiated"
    # indicator
    LOCK_ON_BOTH = "lock-on-both"
    LOCK_ON_ONE = "lock-on-one"
    LOCK_ON_NONE = "lock-on-none"
    INDICATOR_HONEST = "indicator-honest"
    LOCK_WITHOUT_ENCRYPTION = "lock-without-encryption"
    LOCK_ON_SERVICE_CALL = "lock-on-service-call"
    LOCK_TOO_EARLY = "lock-too-early"
    LOCK_WITHOUT_CODE = "lock-without-code"
    LOCK_WITHDRAWN = "lock-withdrawn"
    SCREENS_CONSISTENT = "screens-consistent"
    SCREENS_CONTRADICT = "screens-contradict"
    CODE_WITHOUT_LOCK = "code-without-lock"
    CODE_ON_SERVICE_CALL = "code-on-service-call"
    WRONG_PEER_NAME = "wrong-peer-name"
    # Wireshark's view
    WIRESHARK_AGREES = "wireshark-agrees"
    WIRESHARK_DISAGREES = "wireshark-disagrees"
    # reading a capture
    CAPTURE_READ = "capture-read"
    CAPTURE_DAMAGED = "capture-damaged"
    PACKETS_CUT_SHORT = "packets-cut-short"
    BYTES_EXPLAINED = "bytes-explained"
    UNKNOWN_BYTES = "unknown-bytes"
    TRAILING_BYTES = "trailing-bytes"
    ICE_CHECKED = "ice-checked"
    # two captures of one call
    SAME_CALL = "same-call"
    CERTIFICATES_DIFFER = "certificates-differ"
    CALL_NOT_PAIRED = "call-not-paired"
    CALLER_UNKNOWN = "caller-unknown"
    # what lies open
    KEYS_IN_CAPTURE = "keys-in-capture"
    FRAME_ON_WIRE = "frame-on-wire"
    SEARCHED = "searched"
    PAYLOAD_DECODES = "payload-decodes"
    NOT_RANDOM = "not-random"
    NOT_REFUTED = "not-refuted"
    # good ciphers, misused
    TWO_TIME_PAD = "two-time-pad"
    NONCE_REUSED = "nonce-reused"
    ROLLOVER_RESET = "rollover-reset"
    SEQUENCE_RESTARTED = "sequence-restarted"
    KEY_IN_BOTH_DIRECTIONS = "key-in-both-directions"
    RECORD_SEQUENCE_REUSED = "record-sequence-reused"
    CERTIFICATE_KEY_PREDICTABLE = "certificate-key-predictable"
    RANDOM_PREDICTABLE = "random-predictable"
    KEYSTREAMS_COMPARED = "keystreams-compared"
    # what ciphertext leaves open
    HEADER_IN_CLEAR = "header-in-clear"
    SPEECH_ACTIVITY_VISIBLE = "speech-activity-visible"
    LENGTHS_COMPARED = "lengths-compared"
    LENGTH_FOLLOWS_SPEECH = "length-follows-speech"
    CALLS_LINKABLE = "calls-linkable"
    CALLS_NOT_LINKED = "calls-not-linked"
    FIRST_CALL = "first-call"
    # an auditor could not tell
    NO_PACKETS = "no-packets"
    CLOCK_SKEWED = "clock-skewed"
    PACKETS_LOST_BY_TAP = "packets-lost-by-tap"
    CAPTURE_COPIED = "capture-copied"
    KEYS_MISSING = "keys-missing"
    CERTIFICATE_NOT_VISIBLE = "certificate-not-visible"
    STATEMENT_MISSING = "statement-missing"
    TOOL_MISSING = "tool-missing"
    TOOL_FAILED = "tool-failed"
    LIMIT_REACHED = "limit-reached"
    NOT_CHECKED = "not-checked"


class Finding(Noun):
    """One answer of one auditor.

    `vantage` names the place it was seen: a leg ("alice-relay"), a party's statement ("alice"), or "call" when it
    takes more than one place to see it. `detail` is one sentence for a person; it never holds a secret. `count`: how
    many of what the reason names were seen there, where they are counted.
    """

    auditor: str
    reason: Reason
    severity: Severity
    vantage: str
    detail: str
    count: int | None = Field(default=None, ge=0)


CALL_WIDE: Final = "call"
