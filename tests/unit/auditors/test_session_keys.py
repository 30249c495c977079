"""The keys that follow from a handshake and a secret."""

from __future__ import annotations

from harness.auditors.session_keys import session_keys
from harness.wire.dtls import ClientHello, DtlsAssociation

RANDOM = bytes(range(32))


def test_under_dtls_1_3_each_profile_that_was_offered_is_tried() -> None:
    """Which one was chosen is encrypted (RFC 8446 section 4.3.1): the keys of both are at hand, from the exporter."""
    hello = ClientHello(0xFEFD, RANDOM, b"", b"", (0x1301,), (), (0xFEFC,), (7, 1, 0x7777), b"", True)
    seen = DtlsAssociation(client_is_near=True, version="DTLSv1.3", client_random=RANDOM, client_hello=hello)
    found = tuple(session_keys(seen, {RANDOM: bytes(32)}))
    assert [keys.outward.profile for keys in found] == ["SRTP_AEAD_AES_128_GCM", "SRTP_AES128_CM_HMAC_SHA1_80"]
    assert len({keys.outward.key_and_salt for keys in found} | {keys.inward.key_and_salt for keys in found}) == 4
    assert tuple(session_keys(seen, {RANDOM: bytes(47)})) == ()
    assert tuple(session_keys(seen, {})) == ()
