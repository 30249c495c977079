"""A scenario: who calls whom, who sits between, and what must be seen. Data only; it holds no code."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final, Literal, Self

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from .adversary import Adversary, Bystander, DtlsMitm, MediaServer, MediaServerProgram, Position
from .base import MAX_ID, SCENARIO_ID, SCHEMA_VERSION, Asset, Noun, Party, Role
from .feature import FeatureRequest
from .finding import Reason
from .keying import Keying
from .mode import Mode as Mode
from .outcome import Outcome
from .tenancy import Tenancy
from .visibility import Place


class Family(StrEnum):
    """The folder below scenarios/ in which a scenario lives."""

    CONTROL = "control"
    SIGNALLING = "signalling"
    POLICY = "policy"
    NETWORK = "network"
    MEDIA = "media"
    SPECIMENS = "specimens"


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


_DTLS_WITH_SERVICE: Final = frozenset({EndpointKind.AIORTC, EndpointKind.AIORTC_PROCESS, EndpointKind.CHROMIUM})
"""Endpoints that make DTLS in an ordinary call, of themselves or when they are told to."""


class AudioKind(StrEnum):
    """What the audio sounds like: a steady chord, or the chord as loud and as silent as somebody who speaks."""

    CHORD = "chord"
    SPEECH = "speech"


class AskedFeature(FeatureRequest):
    """A feature that a party asks the service for, so many seconds into the media, or into the ringing. A word alone:
    by Alice, soon.
    """

    by: Party = Field(default=Party.ALICE, strict=False)
    after: float = Field(default=0.1, ge=0, le=600)
    ringing: bool = False

    @model_validator(mode="before")
    @classmethod
    def _a_word_is_enough(cls, value: Any) -> Any:
        return {"feature": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, core: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        whole = handler.resolve_ref_schema(handler(core))
        return {"anyOf": [whole["properties"]["feature"], whole]}


class ChatLine(Noun):
    """A line that a party writes, so many seconds into the media. The harness adds a marker to it."""

    by: Party = Field(default=Party.ALICE, strict=False)
    text: str = Field(min_length=1, max_length=1000)
    after: float = Field(default=0.1, ge=0, le=600)


class Call(Noun):
    """What is called for: the mode, the media, and how long media flows once both sides are up (seconds).

    `screen`: who shares one, from the first description on.
    `ring`: how long it rings until the callee's user accepts.
    `restart_after`: so many seconds into the media the caller restarts ICE by a new offer. `earlier`: how many honest
    calls the same two devices make before this one. `code_digits`: less than 20 for a system with a shorter code.
    `patience`: how much longer than `seconds` media may take to be heard.
    `features`: what parties ask the service for. `chat`: what they write to each other.
    `voice`: what the audio sounds like. `first_sequence`: where every RTP stream begins to count, any number being as
    good as another (RFC 3550 section 5.1). `replay_window`: how many packets a receiver remembers, 64 at least (RFC
    3711 section 3.3.2). Without the last two the stack decides.
    """

    mode: Mode = Field(default=Mode.E2EE, strict=False)
    media: tuple[Asset, ...] = Field(default=(Asset.AUDIO, Asset.VIDEO), min_length=1, strict=False)
    screen: tuple[Role, ...] = Field(default=(), strict=False, max_length=2)
    ring: float = Field(default=0.0, ge=0, le=60)
    seconds: float = Field(default=1.5, ge=0, le=600)
    setup_seconds: float = Field(default=15.0, gt=0, le=120)
    patience: float = Field(default=10.0, ge=0, le=120)
    restart_after: float | None = Field(default=None, ge=0, le=600)
    features: tuple[AskedFeature, ...] = Field(default=(), strict=False, max_length=16)
    chat: tuple[ChatLine, ...] = Field(default=(), strict=False, max_length=16)
    earlier: int = Field(default=0, ge=0, le=3)
    code_digits: int = Field(default=20, ge=4, le=20)
    voice: AudioKind = Field(default=AudioKind.CHORD, strict=False)
    first_sequence: int | None = Field(default=None, ge=0, le=65_535)
    replay_window: int | None = Field(default=None, ge=64, le=32_767)

    @model_validator(mode="after")
    def _restarts_while_media_flows(self) -> Self:
        if self.restart_after is not None and self.restart_after >= self.seconds:
            raise ValueError("restart_after lies after the end of the call")
        return self

    @model_validator(mode="after")
    def _media_are_distinct(self) -> Self:
        if len(set(self.media)) != len(self.media):
            raise ValueError("a medium is named twice")
        if Asset.SCREEN in self.media:
            raise ValueError("'screen' stands by itself: who shares one is named in call.screen")
        if not set(self.media) <= {Asset.AUDIO, Asset.VIDEO}:
            raise ValueError("'chat' is no medium: what is written stands in call.chat")
        if len(set(self.screen)) != len(self.screen):
            raise ValueError("who shares a screen is named twice")
        return self

    @model_validator(mode="after")
    def _is_said_while_media_flows(self) -> Self:
        asked = [one.after for one in self.features if not one.ringing]
        if max((*asked, *(one.after for one in self.chat)), default=0) > self.seconds:
            raise ValueError("something is asked for or written after the end of the call")
        if max((one.after for one in self.features if one.ringing), default=-1) >= self.ring:
            raise ValueError("something is asked for while it rings, and it does not ring so long")
        return self

    @property
    def negotiated(self) -> tuple[Asset, ...]:
        """What the descriptions hold a section for."""
        return (*self.media, *((Asset.SCREEN,) if self.screen else ()))

    @property
    def sharing(self) -> tuple[Party, ...]:
        """Who shares a screen."""
        return tuple(party for party in Party if party.role in self.screen)


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
    def keyings(self) -> dict[Party, Keying]:
        """How each party's client gets the keys of an ordinary call: a browser has no SDES."""
        return {party: Keying.DTLS if self.of(party) in BROWSERS else Keying.SDES for party in Party}


class ServiceKind(StrEnum):
    """Which calling service carries the call: the healthy one, or a specimen."""

    REFERENCE = "reference"
    CHAT_LOGGED = "chat-logged"
    TOGGLE_IGNORED = "toggle-ignored"
    FEATURE_ALLOWED = "feature-allowed"
    COMPLIANCE_IGNORED = "compliance-ignored"
    PRECEDENCE_WRONG = "precedence-wrong"
    GREETING_IN_CLEAR = "greeting-in-clear"


class Processor(StrEnum):
    """Who opens the media of an ordinary call for the service: its own processor, or a media server that nobody here
    wrote, with which each device makes DTLS."""

    OWN = "own"
    JANUS = "janus"


OF_TENANTS: Final = (ServiceKind.PRECEDENCE_WRONG, ServiceKind.COMPLIANCE_IGNORED, ServiceKind.GREETING_IN_CLEAR)
"""Those that are the real service, with one fault in it or in the devices that connect to it."""


class Network(StrEnum):
    """What is between the two devices. With TURN both are forced through a relay, reached by UDP or by TCP: coturn, or
    the adversary's own server when that is on the path. In namespaces each device has a network of its own, and a
    router is between them.
    """

    LOOPBACK = "loopback"
    TURN_UDP = "turn-udp"
    TURN_TCP = "turn-tcp"
    NAMESPACES = "namespaces"

    @property
    def turn(self) -> bool:
        return self in (Network.TURN_UDP, Network.TURN_TCP)


class Expectation(Noun):
    """What must be seen. `because`: alarms that must all be raised. `also`: alarms that may be, and nothing else.

    `either`: alarms of which one must be raised at least, for stacks refuse the same thing at different moments.

    `seen`: what the recording itself must show of the attack, at any severity; without it the attack is not proved.
    `reached`: by place, a kind of file that the service keeps or a device, whose sound must have arrived there, and
    nobody's else. `stopped`: by device, why it must have been told to stop ringing.
    `beyond`: what must be seen as plaintext by whom, where that is promised not to be.
    """

    outcome: Outcome = Field(strict=False)
    because: tuple[Reason, ...] = Field(default=(), strict=False)
    either: tuple[Reason, ...] = Field(default=(), strict=False)
    also: tuple[Reason, ...] = Field(default=(), strict=False)
    seen: tuple[Reason, ...] = Field(default=(), strict=False)
    reached: dict[str, tuple[str, ...]] = Field(default={}, strict=False, max_length=16)
    stopped: dict[str, str] = Field(default={}, strict=False, max_length=8)
    beyond: tuple[Place, ...] = Field(default=(), strict=False)


class Scenario(Noun):
    """One case. `twin` names the scenario that differs only in the attack (or, for a specimen, in the fault).

    `processor`: who opens the media of an ordinary call. `tenant`: the call goes through the real calling service, over
    TLS, and this is set there. `memory`: the memory of the processes of the call is searched for its keys, and for what
    was said.
    """

    schema_version: Literal[1] = SCHEMA_VERSION
    id: str = Field(pattern=SCENARIO_ID, max_length=MAX_ID)
    family: Family = Field(strict=False)
    title: str = Field(min_length=1, max_length=200)
    why: str = Field(min_length=1, max_length=2000)
    references: tuple[str, ...] = Field(default=(), strict=False, max_length=50)
    controls: tuple[str, ...] = Field(default=(), strict=False, max_length=50)
    call: Call = Call()
    endpoints: Endpoints = Endpoints()
    service: ServiceKind = Field(default=ServiceKind.REFERENCE, strict=False)
    processor: Processor = Field(default=Processor.OWN, strict=False)
    tenant: Tenancy | None = None
    network: Network = Field(default=Network.LOOPBACK, strict=False)
    memory: bool = False
    adversary: Adversary | None = None
    expect: Expectation
    twin: str | None = None

    def _service_in_hand_swaps_only(self) -> bool:
        """The real service holds no message back and has none of its own: all it does for somebody is a swap."""
        if self.adversary is None or Position.SIGNALLING not in self.adversary.position:
            return True
        return isinstance(self.adversary, DtlsMitm) and not (self.adversary.agree_first or self.adversary.agree_last)

    def _only_on_the_way_to_the_processor(self) -> bool:
        """The service of an ordinary call has all there is to have: who has it in hand needs no swap."""
        return self.call.mode is Mode.E2EE or self.adversary is None or self.adversary.position == (Position.PATH,)

    @model_validator(mode="after")
    def _a_relay_is_for_clients_of_ours(self) -> Self:
        if not self.network.turn:
            return self
        elsewhere = [one.value for one in (self.endpoints.alice, self.endpoints.bob) if one in NOT_THROUGH_TURN]
        if elsewhere:
            raise ValueError(f"the endpoint {elsewhere[0]!r} cannot be forced through a TURN server yet")
        if self.tenant is not None or self.call.mode is not Mode.E2EE:
            raise ValueError(
                "a TURN server relays encrypted calls; an ordinary one goes through the service's processor"
            )
        if self.adversary is not None and self.adversary.kind == "candidate-injection":
            raise ValueError("who forces the media through a TURN server needs no candidates of the adversary's")
        return self

    @model_validator(mode="after")
    def _a_device_in_a_namespace_is_a_process(self) -> Self:
        if self.network is not Network.NAMESPACES:
            return self
        inside = [one.value for one in (self.endpoints.alice, self.endpoints.bob) if one not in IN_NAMESPACES]
        if inside:
            raise ValueError(f"the endpoint {inside[0]!r} cannot live in a network namespace: use 'aiortc-process'")
        if self.tenant is not None or self.call.mode is not Mode.E2EE or self.call.earlier:
            raise ValueError("in namespaces there are encrypted calls only, without a tenant and without earlier ones")
        if self.adversary is not None and self.adversary.kind == "candidate-injection":
            raise ValueError("who is the router needs no candidates of the adversary's")
        return self

    @model_validator(mode="after")
    def _a_media_server_is_for_simple_calls(self) -> Self:
        if not isinstance(self.adversary, MediaServer):
            return self
        if self.network is not Network.LOOPBACK or self.tenant is not None or self.call.mode is not Mode.E2EE:
            raise ValueError("a media server is put into encrypted calls on the loopback interface, without a tenant")
        alone = self.adversary.program is MediaServerProgram.RTPENGINE and self.call.negotiated != (Asset.AUDIO,)
        if alone or self.call.screen or self.call.restart_after is not None or self.call.earlier:
            raise ValueError(
                "rtpengine bundles nothing, so only audio goes through it, and janus puts sound and a picture through: "
                "no screen, no restart and no earlier calls"
            )
        return self

    @model_validator(mode="after")
    def _janus_puts_two_of_our_devices_through(self) -> Self:
        if self.processor is Processor.OWN:
            return self
        if self.call.mode is not Mode.SERVICE or self.tenant is not None or self.adversary is not None:
            raise ValueError("janus opens the media of ordinary calls, without a tenant and with nobody else between")
        call = self.call
        if call.screen or call.features or call.restart_after is not None or call.earlier:
            raise ValueError(
                "janus puts sound and a picture through: no screen, no features, no restart, nothing earlier"
            )
        others = [one.value for one in (self.endpoints.alice, self.endpoints.bob) if one not in _DTLS_WITH_SERVICE]
        if others:
            raise ValueError(
                f"the endpoint {others[0]!r} makes no DTLS with janus: use 'aiortc', 'aiortc-process' or 'chromium'"
            )
        return self

    @model_validator(mode="after")
    def _a_memory_is_of_a_process(self) -> Self:
        if not self.memory:
            return self
        if not self.relayed_by_coturn and not isinstance(self.adversary, MediaServer) and not self.relay_apart:
            raise ValueError(
                "memory is searched in a process between the two: coturn, a media server, or on the loopback interface "
                "a relay of ours that forwards or intercepts"
            )
        if EndpointKind.AIORTC_PROCESS not in (self.endpoints.alice, self.endpoints.bob):
            raise ValueError("the search must find the keys in an endpoint: one at least is 'aiortc-process'")
        if self.call.mode is not Mode.E2EE or self.call.earlier or not self.call.seconds:
            raise ValueError("memory is searched in one encrypted call with media, without earlier ones")
        return self

    @property
    def keyings(self) -> dict[Party, Keying]:
        """How each party's client gets the keys of an ordinary call."""
        return self.endpoints.keyings if self.processor is Processor.OWN else dict.fromkeys(Party, Keying.DTLS)

    @property
    def relay_apart(self) -> bool:
        """Whether our relay is a process of its own: what is in its memory must not be what the harness knows."""
        ours = isinstance(self.adversary, Bystander | DtlsMitm) and Position.PATH in self.adversary.position
        return self.memory and ours and self.network is Network.LOOPBACK and self.tenant is None

    @property
    def relayed_by_coturn(self) -> bool:
        """Whether a TURN server is needed that is nobody's: where the adversary is on the path, it is the server."""
        on_path = self.adversary is not None and Position.PATH in self.adversary.position
        return self.network.turn and not on_path

    @model_validator(mode="after")
    def _the_real_service_swaps_at_most(self) -> Self:
        if self.tenant is None:
            if self.service in OF_TENANTS:
                raise ValueError(
                    f"the service {self.service.value!r} is the real one, with a fault: say what is set there"
                )
            return self
        if self.tenant.organisations == 2 and self.call.chat:
            raise ValueError("between two organisations there are calls, and no chat")
        if self.service not in (ServiceKind.REFERENCE, *OF_TENANTS) or self.call.earlier:
            raise ValueError("with a tenant the call goes through the real service, once: no other service, no earlier")
        if not self._service_in_hand_swaps_only():
            raise ValueError("with a tenant the real service carries the call: in an interceptor's hands it can swap")
        if not self._only_on_the_way_to_the_processor():
            raise ValueError(
                "in an ordinary call of a tenant somebody can stand on the caller's path, and nowhere else"
            )
        planned = [one.after for one in self.tenant.later] + [one.after for one in self.tenant.files]
        if max(planned, default=0) > self.call.seconds:
            raise ValueError("something is set after the end of the call")
        return self
