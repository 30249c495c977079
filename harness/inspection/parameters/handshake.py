"""What a policy has against a handshake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ...model.finding import Reason
from ...wire.dtls import DtlsAssociation
from .policy import Policy, allows

_PROFILE_ENCRYPTED: Final = "DTLSv1.3"


def negotiated(one: DtlsAssociation) -> str:
    """What a handshake chose, as far as it shows it."""
    seen = (one.group or "no group in clear", one.srtp_profile or "no SRTP profile in clear")
    return f"{one.version}, {one.suite_iana}, {', '.join(seen)}"


def handshake_faults(one: DtlsAssociation, policy: Policy) -> Iterator[tuple[Reason, str]]:
    """Version, suite, group and SRTP profile that the policy does not allow, each with a sentence."""
    if not allows(policy.versions, one.version):
        yield Reason.VERSION_NOT_ALLOWED, f"the policy does not allow {one.version}"
    if not allows(policy.suites, one.suite_iana):
        yield Reason.SUITE_NOT_ALLOWED, f"the policy does not allow {one.suite_iana}"
    # One that was not seen is none that was refused, and a suite without a group is refused for itself.
    if one.group is not None and not allows(policy.groups, one.group):
        yield Reason.GROUP_NOT_ALLOWED, f"the policy does not allow {one.group}"
    # Later versions encrypt the profile and the certificates: what cannot be read cannot be refused.
    if (one.version != _PROFILE_ENCRYPTED or one.srtp_profile) and not allows(policy.profiles, one.srtp_profile):
        yield (
            Reason.PROFILE_NOT_ALLOWED,
            f"the policy does not allow {one.srtp_profile or 'a handshake without an SRTP profile'}",
        )
