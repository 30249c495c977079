"""One leg of a call: the packets between a party and what is next on its path, and what they say by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from ..markers.recover import RecoveredMarker, recover
from ..model.base import Party
from ..model.recording import Vantage
from ..model.statement import ON_ITS_WAY, PacketCounts
from ..model.voice import counted
from ..vantage.table import PacketTable
from ..wire import srtp
from ..wire.demux import PacketClass
from ..wire.dtls import DtlsAssociation, HandshakeType, associations
from .authenticity import Fate, MediaPacket, SendingKey, fates, repeatable
from .datagram import MEDIA, Datagram, constant_payloads, explained, protected
from .displacement import Places, places
from .session_keys import DTLS13, SessionKeys, SignalledKeys, profiles, session_keys

MARKER_SECONDS: Final = 1.5
"""How much media, from its first packet on, is searched for markers: a tone or a picture needs less than one."""


@dataclass(frozen=True)
class Media:
    """The media packets of one direction with the fate of each; `fates` is empty when no keys are at hand."""

    packets: tuple[MediaPacket, ...]
    fates: tuple[Fate, ...]

    def frames(self, fate: Fate) -> tuple[int, ...]:
        """The frame numbers of the packets with this fate."""
        return tuple(
            packet.frame for packet, one in zip(self.packets, self.fates, strict=bool(self.fates)) if one is fate
        )

    @property
    def genuine(self) -> int:
        """How many packets a holder of the keys made, replays not counted."""
        return sum(fate.genuine for fate in self.fates)

    def genuine_of(self, klass: PacketClass) -> int:
        """The same for the packets of one class."""
        judged = zip(self.packets, self.fates, strict=bool(self.fates))
        return sum(fate.genuine and packet.klass is klass for packet, fate in judged)


@dataclass(frozen=True)
class Leg:
    """One vantage with its packets. `keylog`: the party's own master secrets, by client random.

    `lent`: those of its peer, which stand in for a party that exports none: of a session there are two holders.
    `signalled`: keys that the party's descriptions hold, in a call whose media are meant to be under those.
    """

    vantage: Vantage
    table: PacketTable
    keylog: Mapping[bytes, bytes]
    signalled: SignalledKeys | None = None
    lent: Mapping[bytes, bytes] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.vantage.name

    @property
    def party(self) -> Party:
        return self.vantage.party

    @cached_property
    def datagrams(self) -> tuple[Datagram, ...]:
        """Every packet of the leg, in order."""
        table = self.table
        columns = (table.time, table.outward, table.klass, table.source, table.destination, table.offset, table.length)
        return tuple(
            Datagram(
                frame=frame,
                time=time,
                outward=outward,
                klass=PacketClass(klass),
                pair=frozenset((source, to)),
                far=to if outward else source,
                data=table.blob[at : at + length],
            )
            for frame, (time, outward, klass, source, to, at, length) in enumerate(
                zip(*(column.tolist() for column in columns), strict=True), start=1
            )
        )

    @cached_property
    def begun(self) -> tuple[tuple[float, DtlsAssociation], ...]:
        """Every DTLS handshake of this leg with the time of its first datagram, pair of addresses by pair."""
        pairs: dict[frozenset[int], list[Datagram]] = {}
        for one in self.datagrams:
            if one.klass is PacketClass.DTLS:
                pairs.setdefault(one.pair, []).append(one)
        return tuple(
            (datagrams[found.first - 1].time, found)
            for datagrams in pairs.values()
            for found in associations((one.outward, one.data) for one in datagrams)
        )

    @cached_property
    def associations(self) -> tuple[DtlsAssociation, ...]:
        """Every DTLS handshake of this leg."""
        return tuple(found for _, found in self.begun)

    @cached_property
    def current(self) -> DtlsAssociation | None:
        """The handshake that the party came to the end of last, and that shows both certificates."""
        shown = [one for one in self.begun if one[1].certificates_near and one[1].certificates_far]
        ended = [one for one in shown if one[1].protected_near]
        return max(ended or shown, key=lambda one: one[0])[1] if shown else None

    def spoke_under(self, association: DtlsAssociation, until: float) -> bool:
        """Whether the party sent media between the addresses of this handshake, after it had begun and by then."""
        began = next(time for time, one in self.begun if one is association)
        pair = next(one.pair for one in self.datagrams if one.klass is PacketClass.DTLS and one.time == began)
        return any(
            one.outward and one.klass in MEDIA and one.pair == pair and began < one.time <= until
            for one in self.datagrams
        )

    @cached_property
    def secured(self) -> bool:
        """Whether the party itself came to the end of a handshake: it sent a record under the keys of one.

        What a stranger throws in between makes an association too, but it cannot speak for the party.
        """
        return any(one.protected_near for one in self.associations)

    @cached_property
    def resumed(self) -> bool:
        """Whether a handshake of this leg ended that resumed an earlier session, so that no certificate was shown."""
        return any(one.session_resumed for one in self.associations)

    @cached_property
    def without_profile(self) -> bool:
        """Whether each handshake that the party came to the end of agreed, in clear, on no SRTP profile.

        Then nothing has made keys for media (RFC 5764 section 4.1.1), and every media packet of the party is in clear.
        DTLS 1.3 hides what was agreed on (RFC 8446 section 4.3.1), and of a contradicted handshake nothing is known.
        """
        ended = [one for one in self.associations if one.protected_near]
        return bool(ended) and all(_denies_srtp(one) for one in ended)

    @property
    def without_keys(self) -> bool:
        """Whether nothing here made keys for media: no handshake was answered, or they agreed on no profile."""
        return self.unshaken or self.without_profile

    @property
    def unshaken(self) -> bool:
        """Whether the leg has packets, and neither a server's hello nor a record under keys is among them.

        That none is missing is what the counts of taps and sockets are compared for (`establishment`).
        """
        answered = any(one.server_random or one.protected_far for one in self.associations)
        return bool(self.datagrams) and not answered and not self.secured

    @cached_property
    def hidden_hellos(self) -> frozenset[tuple[bytes, bytes]]:
        """Digests of ClientHello and ServerHello of each handshake that the party came to the end of.

        They hold the key shares in clear, of which the keys are made (RFC 8446 section 4.2.8). Empty unless all of them
        are DTLS 1.3 and were seen whole.
        """
        ended = sum(one.protected_near for one in self.associations)
        return self.key_exchanges if len(self.key_exchanges) == ended else frozenset()

    @cached_property
    def key_exchanges(self) -> frozenset[tuple[bytes, bytes]]:
        """The same of those handshakes of DTLS 1.3 that were seen whole, whatever others there were."""
        ended = (self.hellos(one) for one in self.associations if one.protected_near)
        return frozenset(one for one in ended if one is not None)

    def hellos(self, one: DtlsAssociation) -> tuple[bytes, bytes] | None:
        """The digests of both hellos of a handshake of DTLS 1.3; None when they were not seen whole."""
        client, server = _hello(one, HandshakeType.CLIENT_HELLO), _hello(one, HandshakeType.SERVER_HELLO)
        return (client, server) if client and server else None

    def profiles_of(self, one: DtlsAssociation) -> tuple[str, ...]:
        """The SRTP profile of a handshake; of DTLS 1.3, which hides the choice, those that were offered."""
        return profiles(one)

    @cached_property
    def secured_at(self) -> float | None:
        """When the party first sent a record under the keys of a handshake; None when it never did."""
        sent = (one for one in self.datagrams if one.outward and one.klass is PacketClass.DTLS)
        return next((one.time for one in sent if protected(one.data)), None)

    @cached_property
    def verified_at(self) -> float | None:
        """When the first record under keys reached the party, where it sent under keys as well.

        With the peer's Finished the handshake is verified (RFC 5246 section 7.4.9), though the party's own last flight
        may be still on its way.
        """
        under_keys = [one for one in self.datagrams if one.klass is PacketClass.DTLS and protected(one.data)]
        ways = {one.pair for one in under_keys if one.outward}
        return next((one.time for one in under_keys if not one.outward and one.pair in ways), None)

    @property
    def unkeyed(self) -> frozenset[bytes]:
        """The handshakes, by the client's random number, that the party came to the end of and nobody told a key of."""
        return self.randoms - {keys.client_random for keys in self.keys}

    @cached_property
    def own_certificates(self) -> tuple[bytes, ...]:
        """The certificates (DER) that the party presented on this leg, without their chains."""
        return tuple(dict.fromkeys(der for one in self.associations for der in one.certificates_near[:1]))

    @cached_property
    def presented_certificates(self) -> tuple[bytes, ...]:
        """The certificates (DER) that were presented to the party on this leg, without their chains."""
        return tuple(dict.fromkeys(der for one in self.associations for der in one.certificates_far[:1]))

    @property
    def borrows(self) -> bool:
        """Whether the keys of this leg are those that the peer exported."""
        return bool(self.lent) and not self.keylog

    @cached_property
    def keys(self) -> tuple[SessionKeys, ...]:
        """SRTP keys of each handshake whose master secret the party exported, or its peer when the party tells none."""
        keylog = self.lent if self.borrows else self.keylog
        return tuple(keys for one in self.associations for keys in session_keys(one, keylog))

    @cached_property
    def randoms(self) -> frozenset[bytes]:
        """The client's random number of each handshake that the party came to the end of; no two have the same."""
        return frozenset(one.client_random for one in self.associations if one.protected_near and one.client_random)

    @cached_property
    def outward(self) -> Media:
        """The media packets that the party sent."""
        signalled = () if self.signalled is None else self.signalled.outward
        return self._media(True, [*(keys.outward for keys in self.keys), *signalled])

    @cached_property
    def inward(self) -> Media:
        """The media packets that arrived at the party, whoever sent them."""
        return self._media(False, self._inward_keys)

    @property
    def _inward_keys(self) -> list[SendingKey]:
        signalled = () if self.signalled is None else self.signalled.inward
        return [*(keys.inward for keys in self.keys), *signalled]

    @cached_property
    def repeatable(self) -> int:
        """How many of the inward media packets a healthy receiver may refuse as replays, at the most."""
        return repeatable(self.inward.packets, self._inward_keys)

    @cached_property
    def places(self) -> Places:
        """Of the inward media packets, which could have the place of which."""
        judged = zip(self.inward.packets, self.inward.fates, strict=bool(self.inward.fates))
        return places(judged, max((srtp.profile(key.profile).rtcp_tail for key in self._inward_keys), default=0))

    def settled(self, counts: PacketCounts, asked: float | None) -> int:
        """How many media packets came to a socket of the party from where it sent media to, while it did.

        It had its keys, since it sent under them, and it had not yet counted what it `counts`: it was `asked` for that
        later, or the last packets show it that it counts as sent. Its SRTP layer must have looked at these.
        """
        sent: dict[frozenset[int], list[float]] = {}
        for one in self.datagrams:
            if one.outward and one.klass in MEDIA:
                sent.setdefault(one.pair, []).append(one.time)
        counted_at = max(asked or 0.0, self._counted_at(counts)) - ON_ITS_WAY
        inward = (one for one in self.datagrams if not one.outward and one.klass in MEDIA and one.pair in sent)
        return sum(sent[one.pair][0] <= one.time <= min(sent[one.pair][-1], counted_at) for one in inward)

    def _counted_at(self, counts: PacketCounts) -> float:
        """When the last packet left that the party counts as sent. Whoever is asked before the end sends some more."""
        last = 0.0
        for klass, told in ((PacketClass.SRTP, counts.rtp_sent), (PacketClass.SRTCP, counts.rtcp_sent)):
            times = [one.time for one in self.datagrams if one.outward and one.klass is klass]
            last = max(last, times[min(told, len(times)) - 1] if told and times else 0.0)
        return last

    @property
    def stray(self) -> int:
        """How many datagrams came in that are of no protocol of a call, as ones too short for any."""
        return sum(not one.outward and one.klass is PacketClass.OTHER for one in self.datagrams)

    @property
    def lost(self) -> int:
        """How many packets passed the sockets that the tap did not write down, by what they and the kernel counted."""
        return max(0, self.vantage.sockets - self.vantage.packets) + self.vantage.dropped

    @cached_property
    def arrivals(self) -> tuple[tuple[Fate, ...], ...]:
        """The fates of the inward media packets, by the socket of the party that they arrived at, and by sender.

        An ICE agent drops what comes from an address that it has not checked, before SRTP sees it.
        """
        found: dict[frozenset[int], list[Fate]] = {}
        for packet, fate in zip(self.inward.packets, self.inward.fates, strict=bool(self.inward.fates)):
            one = self.datagrams[packet.frame - 1]
            found.setdefault(one.pair, []).append(fate)
        return tuple(tuple(fates) for fates in found.values())

    @cached_property
    def unexplained(self) -> tuple[Datagram, ...]:
        """Packets that belong to no protocol of a call, or only pretend to."""
        return tuple(one for one in self.datagrams if not explained(one))

    @cached_property
    def clear(self) -> tuple[str, ...]:
        """What shows that the party sent media in clear, one sentence each; empty when nothing does."""
        packets = self.outward.packets
        whole = self.vantage.loss(len(self.table)) is None  # a handshake may be among what is missing
        if packets and not self.secured and self.signalled is None and whole:
            return (f"{counted(len(packets), 'media packet')} left {self.party} without a finished DTLS handshake",)
        if packets and self.without_profile and self.signalled is None:
            return (
                f"{counted(len(packets), 'media packet')} left {self.party}, whose handshake made no keys for SRTP",
            )
        evidence = list(constant_payloads(packets))
        unencrypted = len(self.outward.frames(Fate.CLEAR))
        if unencrypted:
            evidence.append(f"{counted(unencrypted, 'packet')} of {self.party} carry a tag but are not encrypted")
        if self.decoded and not evidence:
            evidence.append(f"media packets of {self.party} can be decoded as they are on the wire")
        return tuple(evidence)

    @cached_property
    def decoded(self) -> tuple[RecoveredMarker, ...]:
        """The markers that can be had without any key from what the party sent first."""
        return recover(self.first_media(MARKER_SECONDS))

    def first_media(self, seconds: float) -> list[bytes]:
        """The RTP packets that the party sent in the first seconds after its first one."""
        packets = [one for one in self.datagrams if one.outward and one.klass is PacketClass.SRTP]
        return [one.data for one in packets if one.time <= packets[0].time + seconds]

    def _media(self, outward: bool, keys: list[SendingKey]) -> Media:
        packets = tuple(
            MediaPacket(one.frame, one.klass, one.data)
            for one in self.datagrams
            if one.outward is outward and one.klass in MEDIA
        )
        return Media(packets, fates(packets, keys) if keys and packets else ())


def _hello(one: DtlsAssociation, kind: HandshakeType) -> bytes | None:
    """The digest of the only hello of this kind; None when there is not one, or it is no handshake of DTLS 1.3."""
    from_client = kind is HandshakeType.CLIENT_HELLO
    usable = one.version == DTLS13 and not one.contradicted and one.server_hello is not None
    return one.digest(kind, from_client=from_client) if usable else None


def _denies_srtp(one: DtlsAssociation) -> bool:
    hello = one.server_hello
    return (
        hello is not None and one.finished and one.version != DTLS13 and not one.contradicted and not one.srtp_profile
    )
