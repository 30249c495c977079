"""Which software stands behind each kind of endpoint."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from ..model.endpoints import EndpointKind
from .aiortc import AiortcEndpoint
from .chromium.shared import CLEAR, ONE_WAY, SHARED, UNENCRYPTED, SharedChromium
from .clear import AnyCall, ClearEndpoint
from .endpoint import Endpoint, EndpointSetup
from .firefox.shared import SHARED as FIREFOX
from .gstreamer.installed import COMMAND as GSTREAMER
from .process import ProcessEndpoint
from .specimens import attacking, coding, comparing, keying, leaking, media, obeying, screening


def _program(setup: EndpointSetup) -> Endpoint:
    if not setup.command:
        raise ValueError(f"nobody said which program {setup.party} is")
    return ProcessEndpoint(setup, setup.command)


def _gstreamer(setup: EndpointSetup) -> Endpoint:
    return ProcessEndpoint(setup, GSTREAMER, ours=True)


def _browsers(setup: EndpointSetup, flags: tuple[str, ...] = (), usual: SharedChromium = SHARED) -> SharedChromium:
    """That of the run, or one in the network of this device, with these flags."""
    if setup.inside is not None:
        return SharedChromium(*flags, inside=setup.inside)
    return usual if setup.turn is None else ONE_WAY


def _chromium(setup: EndpointSetup) -> Endpoint:
    # A browser's driver takes a third of a second to load, and most runs have no browser.
    from .chromium.endpoint import ChromiumEndpoint

    return ChromiumEndpoint(setup, browsers=_browsers(setup))


def _bare_chromium(setup: EndpointSetup) -> Endpoint:
    from .chromium.bare_seat import BareSeat
    from .chromium.endpoint import ChromiumEndpoint

    return ChromiumEndpoint(setup, BareSeat, _browsers(setup))


def _clear_chromium(setup: EndpointSetup) -> Endpoint:
    from .chromium.bare_seat import ClearSeat
    from .chromium.endpoint import ChromiumEndpoint

    return ChromiumEndpoint(setup, ClearSeat, _browsers(setup, CLEAR, UNENCRYPTED), AnyCall())


def _chromium_with_code_from_sdp(setup: EndpointSetup) -> Endpoint:
    from .chromium.bare_seat import CodeFromSdpSeat
    from .chromium.endpoint import ChromiumEndpoint

    return ChromiumEndpoint(setup, CodeFromSdpSeat, _browsers(setup))


def _firefox(setup: EndpointSetup) -> Endpoint:
    from .firefox.endpoint import firefox

    return firefox(setup)


ENDPOINTS: Final[dict[EndpointKind, Callable[[EndpointSetup], Endpoint]]] = {
    EndpointKind.AIORTC: AiortcEndpoint,
    EndpointKind.AIORTC_PROCESS: ProcessEndpoint,
    EndpointKind.PROGRAM: _program,
    EndpointKind.CHROMIUM: _chromium,
    EndpointKind.CHROMIUM_RAW: _bare_chromium,
    EndpointKind.CHROMIUM_CLEAR: _clear_chromium,
    EndpointKind.FIREFOX: _firefox,
    EndpointKind.GSTREAMER: _gstreamer,
    EndpointKind.CLEAR: ClearEndpoint,
    EndpointKind.FINGERPRINT_NEVER_COMPARED: comparing.FingerprintNeverCompared,
    EndpointKind.CODE_FROM_SDP: coding.CodeFromSdp,
    EndpointKind.CHROMIUM_CODE_FROM_SDP: _chromium_with_code_from_sdp,
    EndpointKind.CONSTANT_CODE: coding.ConstantCode,
    EndpointKind.NULL_CIPHER: media.NullCipher,
    EndpointKind.REPLAY_ACCEPTED: media.ReplayAccepted,
    EndpointKind.CLEAR_WITH_LOCK: screening.ClearWithLock,
    EndpointKind.COMPARED_ONLY_AS_SERVER: comparing.ComparedOnlyAsServer,
    EndpointKind.COMPARED_ONLY_AS_CLIENT: comparing.ComparedOnlyAsClient,
    EndpointKind.COMPARED_ONLY_ONCE: comparing.ComparedOnlyOnce,
    EndpointKind.WEAK_HASH_ACCEPTED: comparing.WeakHashAccepted,
    EndpointKind.PREFIX_COMPARED: comparing.PrefixCompared,
    EndpointKind.CODE_FROM_ONE_CERTIFICATE: coding.CodeFromOneCertificate,
    EndpointKind.CODE_FROM_WORDS: coding.CodeFromWords,
    EndpointKind.CODE_SHARED_WITH_RELAY: coding.CodeSharedWithRelay,
    EndpointKind.CODE_NOT_REFRESHED: coding.CodeNotRefreshed,
    EndpointKind.CODE_CHANGED_SILENTLY: screening.CodeChangedSilently,
    EndpointKind.CODE_WITHOUT_PADDING: coding.CodeWithoutPadding,
    EndpointKind.CODE_SORTED: coding.CodeSorted,
    EndpointKind.NO_FORWARD_SECRECY: keying.NoForwardSecrecy,
    EndpointKind.ANY_FINGERPRINT_WINS: comparing.AnyFingerprintWins,
    EndpointKind.CODE_TRUNCATED: coding.CodeTruncated,
    EndpointKind.ONE_GROUP_COMPARED: coding.OneGroupCompared,
    EndpointKind.CODE_CACHED: coding.CodeCached,
    EndpointKind.CERTIFICATE_REUSED: keying.CertificateReused,
    EndpointKind.CERTIFICATE_KEY_PREDICTABLE: keying.CertificateKeyPredictable,
    EndpointKind.ICE_CREDENTIALS_PREDICTABLE: keying.IceCredentialsPredictable,
    EndpointKind.CHECKS_UNPROVED: keying.ChecksUnproved,
    EndpointKind.ROLE_GIVEN_UP: keying.RoleGivenUp,
    EndpointKind.OWN_NAME_SHOWN: screening.OwnNameShown,
    EndpointKind.REOFFER_IGNORED: keying.ReofferIgnored,
    EndpointKind.RECORD_NUMBER_REUSED: keying.RecordNumberReused,
    EndpointKind.LOCK_BEFORE_DTLS: screening.LockBeforeDtls,
    EndpointKind.LOCK_ON_SERVICE_CALL: screening.LockOnServiceCall,
    EndpointKind.NULL_PROFILE: media.NullProfile,
    EndpointKind.TAG_UNCHECKED: media.TagUnchecked,
    EndpointKind.FORGERY_REPLACES: media.ForgeryReplaces,
    EndpointKind.PLAINTEXT_RTCP_ACCEPTED: media.PlaintextRtcpAccepted,
    EndpointKind.PLAINTEXT_FIRST: media.PlaintextFirst,
    EndpointKind.PLAINTEXT_RTCP: media.PlaintextRtcp,
    EndpointKind.SCREEN_IN_CLEAR: media.ScreenInClear,
    EndpointKind.PLAINTEXT_FALLBACK: media.PlaintextFallback,
    EndpointKind.MEDIA_COPIED: media.MediaCopied,
    EndpointKind.TELEMETRY_SENT: media.TelemetrySent,
    EndpointKind.KEY_IN_EXTENSION: leaking.KeyInExtension,
    EndpointKind.KEY_IN_PADDING: leaking.KeyInPadding,
    EndpointKind.KEY_IN_STUN: leaking.KeyInStun,
    EndpointKind.RELAY_TOLD_A_KEY: leaking.RelayToldAKey,
    EndpointKind.KEY_SENT_TO_SERVICE: leaking.KeySentToService,
    EndpointKind.DTLS10_ALLOWED: keying.Dtls10Allowed,
    EndpointKind.GROUP_NOT_RECOMMENDED: keying.GroupNotRecommended,
    EndpointKind.KEY_IN_BOTH_DIRECTIONS: keying.KeyInBothDirections,
    EndpointKind.SEQUENCE_RESTARTED: keying.SequenceRestarted,
    EndpointKind.KEYSTREAM_REUSED: keying.KeystreamReused,
    EndpointKind.ROLLOVER_RESET: keying.RolloverReset,
    EndpointKind.NONCE_REUSED: keying.NonceReused,
    EndpointKind.LOCK_WITHOUT_CODE: screening.LockWithoutCode,
    EndpointKind.CODE_ON_ONE_SIDE: screening.CodeOnOneSide,
    EndpointKind.LOCK_ON_ONE_SIDE: screening.LockOnOneSide,
    EndpointKind.CODE_WITHOUT_LOCK: screening.CodeWithoutLock,
    EndpointKind.LOCK_TAKEN_BACK: screening.LockTakenBack,
    EndpointKind.NOTICE_UNTOLD: screening.NoticeUntold,
    EndpointKind.OLD_OFFER_TAKEN: obeying.OldOfferTaken,
    EndpointKind.PARAMETERS_MISSTATED: screening.ParametersMisstated,
    EndpointKind.CERTIFICATE_EXPIRED: keying.CertificateExpired,
    EndpointKind.ANSWERS_WHILE_RINGING: obeying.AnswersWhileRinging,
    EndpointKind.RECORDING_ALLOWED: obeying.RecordingAllowed,
    EndpointKind.PARTICIPANT_ADDED: obeying.ParticipantAdded,
    EndpointKind.LOCK_AS_TOLD: obeying.LockAsTold,
    EndpointKind.KEY_IN_CHAT: leaking.KeyInChat,
    EndpointKind.WORDS_SENT_TO_SERVICE: leaking.WordsSentToService,
    EndpointKind.SESSION_RESUMED: keying.SessionResumed,
    EndpointKind.HANDSHAKE_AMBIGUOUS: keying.HandshakeAmbiguous,
    EndpointKind.KEYS_OFFERED: leaking.KeysOffered,
    EndpointKind.FAILURE_UNTOLD: screening.FailureUntold,
    EndpointKind.MALFORMED_RTP_SENDER: attacking.MalformedRtpSender,
    EndpointKind.MALFORMED_RTCP_SENDER: attacking.MalformedRtcpSender,
    EndpointKind.SHORT_REMB_SENDER: attacking.ShortRembSender,
    EndpointKind.SSRC_COLLIDER: attacking.SsrcCollider,
}


def create(kind: EndpointKind, setup: EndpointSetup) -> Endpoint:
    """An endpoint of this kind for one party of one call. Needs a running event loop."""
    return ENDPOINTS[kind](setup)


async def let_go() -> None:
    """End what endpoints share: the browsers of a run. What is needed again is started again."""
    await SHARED.close()
    await ONE_WAY.close()
    await UNENCRYPTED.close()
    await FIREFOX.close()
