"""From handshakes and secrets to keys: what OpenSSL exported must open what libsrtp protected with it."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest
from OpenSSL import SSL

from harness.inspection import keys
from harness.inspection.keys import Handshake, KeyedSender, described_senders, keyed_senders, left_out
from harness.wire import hkdf, srtp
from harness.wire.dtls import associations, srtp_profile_by_openssl
from harness.wire.keylog import Label, Secrets, read_keylog
from harness.wire.sdp import Sdp
from tests.unit.wire.openssl_pair import Pair, identity, shake_hands

CM = "SRTP_AES128_CM_HMAC_SHA1_80"
GCM = "SRTP_AEAD_AES_128_GCM"


@pytest.fixture(scope="module")
def pair() -> Pair:
    return shake_hands(identity("alice"), identity("bob"), profiles="SRTP_AEAD_AES_128_GCM:SRTP_AES128_CM_SHA1_80")


def secrets_of(pair: Pair) -> Secrets:
    return read_keylog("\n".join(pair.keylog))[0]


def handshake_of(pair: Pair, client_is_near: bool = True) -> Handshake:
    (association,) = associations(pair.seen_by(client_is_near))
    found = Handshake.of(association, 3)
    assert found is not None
    return found


def exported(end: SSL.Connection, profile: str) -> list[bytes]:
    sizes = srtp.profile(profile)
    material = end.export_keying_material(b"EXTRACTOR-dtls_srtp", 2 * (sizes.key + sizes.salt))
    split = srtp.split_keying_material(material, profile)
    return [split.client_key_and_salt, split.server_key_and_salt]


@pytest.mark.parametrize("client_is_near", [True, False])
def test_a_handshake_and_its_secret_give_each_side_its_key(pair: Pair, client_is_near: bool) -> None:
    client, server = keyed_senders([handshake_of(pair, client_is_near)], secrets_of(pair))
    name = srtp_profile_by_openssl(pair.client.get_selected_srtp_profile().decode())
    assert (client.profile, server.profile) == (name, name)
    assert [client.key_and_salt, server.key_and_salt] == exported(pair.server, name)
    assert (client.leg, client.outward, server.outward) == (3, client_is_near, not client_is_near)


def test_without_the_servers_random_or_the_secret_there_is_no_key(pair: Pair) -> None:
    whole = handshake_of(pair)
    assert keyed_senders([replace(whole, server_random=None)], secrets_of(pair)) == ()
    assert keyed_senders([whole], Secrets()) == ()
    assert keyed_senders([replace(whole, client_random=bytes(32))], secrets_of(pair)) == ()


def test_a_handshake_of_another_capture_has_no_leg_here(pair: Pair) -> None:
    found = keyed_senders([handshake_of(pair).elsewhere()], secrets_of(pair))
    assert {(one.leg, one.outward) for one in found} == {(None, None)}


EXPORTER = bytes(range(32))
MODERN = Handshake(b"r" * 32, b"s" * 32, "sha256", (GCM, CM), client_is_near=False, leg=1)


def test_under_dtls_13_every_offered_profile_is_tried_and_the_right_labels_first() -> None:
    found = keyed_senders([MODERN], Secrets({Label.EXPORTER: {MODERN.client_random: EXPORTER}}))
    sides = [(one.profile, one.outward) for one in found]
    assert sides == [(GCM, False), (GCM, True), (CM, False), (CM, True)] * 2
    for place, prefix, profile in ((0, hkdf.DTLS13, GCM), (2, hkdf.DTLS13, CM), (6, hkdf.TLS13, CM)):
        length = srtp.keying_material_length(profile)
        material = srtp.export_keying_material_tls13(EXPORTER, length, prefix)
        split = srtp.split_keying_material(material, profile)
        assert found[place].key_and_salt == split.client_key_and_salt
        assert found[place + 1].key_and_salt == split.server_key_and_salt
    assert [one.origin for one in found[3:5]] == [
        "DTLS 1.3 exporter, server's key",
        "DTLS 1.3 exporter with the labels of TLS 1.3, client's key",
    ]


def test_an_exporter_secret_needs_no_handshake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "MAX_UNSEEN", 2)
    secrets = Secrets({Label.EXPORTER: {bytes([one]) * 32: bytes([one]) * 48 for one in range(5)}})
    found = keyed_senders([], secrets)
    encrypting = [name for name, profile in srtp.PROFILES.items() if profile.encrypts]
    assert [one.profile for one in found] == [name for name in encrypting for _ in range(2)] * 2
    assert {(one.leg, one.outward) for one in found} == {(None, None)}
    assert left_out([], secrets) == 3


def test_a_description_gives_the_keys_that_its_side_sends_with() -> None:
    inline = base64.b64encode(bytes(range(30))).decode()
    sdp = Sdp.parse(
        "v=0\r\nm=audio 9 RTP/SAVP 0\r\n"
        f"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:{inline}|2^20|7:2\r\n"
        f"a=crypto:2 ROT13 inline:{inline}\r\n"
        f"a=crypto:3 AES_CM_128_HMAC_SHA1_32 inline:{inline}\r\n"
    )
    found, problems = described_senders(sdp, "offer", leg=2)
    assert found == (
        KeyedSender(CM, bytes(range(30)), "offer, crypto line 1", 2, None, b"\x00\x07"),
        KeyedSender("SRTP_AES128_CM_HMAC_SHA1_32", bytes(range(30)), "offer, crypto line 3", 2, None),
    )
    assert problems == ("offer, crypto line 2: the suite 'ROT13' of a=crypto is not known",)
