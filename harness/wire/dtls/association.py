"""One DTLS association: who was client, what was chosen, which certificates were shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from ..srtp import MD5_SHA1
from .alert import Alert
from .group import agrees_in_group
from .hello import ClientHello, ServerHello
from .suites import suite_by_iana


@dataclass(frozen=True, slots=True)
class SeenMessage:
    """What is kept of a handshake message to compare it with another observer's: SHA-256 over its body."""

    type: int
    from_near: bool
    length: int
    digest: bytes


@dataclass(frozen=True)
class DtlsAssociation:
    """One handshake, as far as it could be read. What was not seen is None, empty or False.

    "Near" is the side that sends outward. `version` ("DTLSv1.2"), `suite_iana`, `group` and `srtp_profile` are what the
    server chose; DTLS 1.3 encrypts the profile and the certificates. `certificates_*` are DER, the sender's own first.
    `protected_*` says that the side sent records of an epoch above 0, whoever made them; `finished_*`, that such a
    record belonged to a handshake, as Finished does. `epoch_*` is the highest epoch of those, in DTLS 1.2 and before:
    what comes after Finished is another handshake, under the keys of this one, and what it shows is encrypted
    (`renegotiation_tried`). `replayed`: a handshake record in clear came again with its number, which a retransmission
    never does. `fragments_overlap`: parts of a message were sent twice before it was complete. `contradicted`: one side
    sent two different messages of one kind, and an observer cannot know which of them counted. `problems` are sentences
    about malformed or contradicting input: they belong to the handshake during which they were seen. `first` and `last`
    number its datagrams.
    """

    client_is_near: bool | None = None
    version: str | None = None
    suite_iana: str | None = None
    group: str | None = None
    srtp_profile: str | None = None
    srtp_mki: bytes = b""
    client_random: bytes | None = None
    server_random: bytes | None = None
    certificates_near: tuple[bytes, ...] = ()
    certificates_far: tuple[bytes, ...] = ()
    extended_master_secret: bool = False
    resumed: bool = False
    protected_near: bool = False
    protected_far: bool = False
    finished_near: bool = False
    finished_far: bool = False
    epoch_near: int = 0
    epoch_far: int = 0
    renegotiation_tried: bool = False
    replayed: bool = False
    fragments_overlap: bool = False
    contradicted: bool = False
    client_hello: ClientHello | None = None
    server_hello: ServerHello | None = None
    messages: tuple[SeenMessage, ...] = ()
    alerts: tuple[Alert, ...] = ()
    problems: tuple[str, ...] = ()
    first: int = field(default=0, compare=False)
    last: int = field(default=0, compare=False)

    @property
    def certificates_client(self) -> tuple[bytes, ...]:
        return self.certificates_near if self.client_is_near else self.certificates_far

    @property
    def certificates_server(self) -> tuple[bytes, ...]:
        return self.certificates_far if self.client_is_near else self.certificates_near

    @property
    def finished(self) -> bool:
        """Whether a server answered and both sides came to the end, as far as an observer can see."""
        return self.server_random is not None and self.finished_near and self.finished_far

    @property
    def session_resumed(self) -> bool:
        """Whether both sides went on with an earlier session: then no certificate was shown, and none is missing."""
        return self.finished and self.resumed

    @property
    def group_hidden(self) -> bool:
        """Whether the group of its keys was not read, which is in clear in every version of DTLS."""
        return self.group is None and not self.session_resumed and agrees_in_group(self.suite_iana or "")

    @property
    def renegotiated(self) -> bool:
        """Whether both sides went on under the keys of yet another handshake. One alone may be anybody's forgery."""
        return min(self.epoch_near, self.epoch_far) > 1

    @property
    def prf_hash(self) -> str:
        """The hash of the PRF: the suite's, under DTLS 1.0 always both. ValueError for a suite that nobody knows."""
        return MD5_SHA1 if self.version == "DTLSv1" else suite_by_iana(self.suite_iana or "").prf_hash

    def digest(self, kind: int, from_client: bool) -> bytes | None:
        """SHA-256 over the body of a message of this HandshakeType; None when it was not seen."""
        wanted = (kind, from_client is self.client_is_near)
        return next((one.digest for one in self.messages if (one.type, one.from_near) == wanted), None)
