"""A scenario: who calls whom, who sits between, and what must be seen. Data only; it holds no code."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from .adversary import Adversary, Bystander, DtlsMitm, MediaServer, MediaServerProgram, Position
from .base import MAX_ID, SCENARIO_ID, SCHEMA_VERSION, Asset, Noun, Party
from .call import Call
from .endpoints import DTLS_WITH_SERVICE, IN_NAMESPACES, NOT_THROUGH_TURN, EndpointKind, Endpoints
from .expectation import Expectation
from .keying import Keying
from .mode import Mode
from .network import Network
from .service_kind import OF_TENANTS, Processor, ServiceKind
from .tenancy import Tenancy


class Family(StrEnum):
    """The folder below scenarios/ in which a scenario lives."""

    CONTROL = "control"
    SIGNALLING = "signalling"
    POLICY = "policy"
    NETWORK = "network"
    MEDIA = "media"
    SPECIMENS = "specimens"


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
        others = [one.value for one in (self.endpoints.alice, self.endpoints.bob) if one not in DTLS_WITH_SERVICE]
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
