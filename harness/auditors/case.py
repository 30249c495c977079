"""The case that auditors are asked about: what a defender could have observed of one call, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from math import inf

from ..inspection.inspect import Examination
from ..inspection.leaks import LeakPolicy, load_leak_policy
from ..inspection.parameters.policy import Policy
from ..model.base import Party, Role
from ..model.finding import Reason
from ..model.mode import Mode
from ..model.recording import Recording, SignalEntry
from ..model.statement import EndpointStatement, Screen
from ..vantage.dissect import Dissection
from ..vantage.table import PacketTable
from ..vantage.tcp import Connection
from ..vantage.wire_rows import WireRows
from ..wire.dtls import DtlsAssociation
from ..wire.rtp_dump import Dump
from ..wire.srtp import PROFILES
from .course import mode_told, taken_elsewhere
from .dumps import Witness, same_keys
from .leg import Leg
from .session_keys import DTLS13, SignalledKeys
from .shown import shown_last
from .signalled import keys_received, keys_sent
from .unheard import unheard


@dataclass(frozen=True)
class Case:
    """One recorded call.

    `tables` and `dissections` are by vantage name, and so is `damage`: why there is no table of a leg. `dissections` is
    None when Wireshark was not asked, `examination` when the captures were not examined. `keylogs` holds master secrets
    by client random. `service_log` is what the service wrote on its disk, None when nobody kept it. `earlier` are the
    calls that the same devices made before. `service_connections` are each party's with the calling service, by the
    name of that leg. `dumps` are those of endpoints that tell what their SRTP layer sealed and opened. `wires`
    are what passed interfaces of the network, by the names of those taps. What an expectation or the ground truth says
    is not here, on purpose.
    """

    recording: Recording
    tables: Mapping[str, PacketTable]
    statements: Mapping[Party, EndpointStatement]
    signalling: tuple[SignalEntry, ...]
    keylogs: Mapping[Party, Mapping[bytes, bytes]]
    dissections: Mapping[str, Dissection] | None
    policy: Policy
    examination: Examination | None = None
    leak_policy: LeakPolicy = field(default_factory=load_leak_policy)
    service_log: bytes | None = None
    earlier: tuple[Case, ...] = ()
    damage: Mapping[str, str] = field(default_factory=dict)
    service_connections: Mapping[str, tuple[Connection, ...]] = field(default_factory=dict)
    dumps: Mapping[Party, Dump] = field(default_factory=dict)
    wires: Mapping[str, WireRows] = field(default_factory=dict)

    @cached_property
    def legs(self) -> tuple[Leg, ...]:
        """Every leg whose packets were recorded, in the order of the recording."""
        return tuple(
            Leg(
                vantage,
                self.tables[vantage.name],
                self.keylogs.get(vantage.party, {}),
                self._signalled(vantage.party),
                self.keylogs.get(vantage.party.peer, {}),
            )
            for vantage in self.recording.vantages
            if vantage.name in self.tables
        )

    def leg(self, party: Party) -> Leg | None:
        """The leg next to this party; None when nothing was recorded there."""
        return next((leg for leg in self.legs if leg.party is party), None)

    @cached_property
    def witnesses(self) -> Mapping[Party, Witness]:
        """Legs whose endpoint gives a dump that can be read, with the profile that the handshake shows, or else it."""
        return {leg.party: one for leg in self.legs if (one := self._witness(leg)) is not None}

    @cached_property
    def keys_witnessed(self) -> bool | None:
        """Whether the dumps of both ends, or under DTLS 1.3 the key log of one, prove that they share their keys.

        Where these prove nothing, the hellos of DTLS 1.3 can. None when they do not either.
        """
        both = self.witnesses
        proved = same_keys(both[Party.ALICE], both[Party.BOB]) if len(both) == len(Party) else self._keys_logged
        return True if proved is None and self.one_exchange else proved

    @cached_property
    def one_exchange(self) -> bool:
        """Whether both ends came to the end of the same handshakes of DTLS 1.3, key shares and all.

        Somebody between them would need a key share of his own with each, and the hellos would differ. A server sends
        under keys before the client has proved anything, so both must say that they were connected.
        """
        hellos = {leg.party: leg.hidden_hellos for leg in self.legs}
        both = [hellos.get(party, frozenset()) for party in Party]
        return bool(both[0]) and both[0] == both[1] and all(self.connected(party) for party in Party)

    def exchanged(self, leg: Leg, handshake: DtlsAssociation) -> bool:
        """Whether the far end, too, came to the end of this handshake of DTLS 1.3: nobody was between them in it."""
        far, hellos = self.leg(leg.party.peer), leg.hellos(handshake)
        return far is not None and hellos is not None and hellos in far.key_exchanges

    @cached_property
    def shown(self) -> Mapping[Party, Screen]:
        """What each screen showed last while the call had two ends, of the parties that left a statement."""
        return shown_last(self.statements)

    @cached_property
    def unseen(self) -> Mapping[Party, str]:
        """Of whose screen nobody knows whether it has a lock, while the call is up for both, and why.

        Where the wire shows that a party never came to the end of a handshake it is known that a lock is not due.
        """
        if not all(self.connected(party) for party in Party):
            return {}
        return {
            party: f"{party} has no screen of its own, and no code can be made of the certificates that it told: {why}"
            for party, statement in self.statements.items()
            if (why := _no_code(statement)) is not None and self._may_be_secured(party)
        }

    def _may_be_secured(self, party: Party) -> bool:
        leg = self.leg(party)
        return leg is None or not leg.datagrams or leg.secured

    def own_certificate(self, party: Party) -> bytes | None:
        """The certificate (DER) that this party says it presented."""
        stated = self.statements[party].local_certificate if party in self.statements else None
        return None if stated is None else bytes.fromhex(stated)

    @property
    def _keys_logged(self) -> bool | None:
        # An end that tells no keys has those of the other one if what it sent itself is authentic under them.
        holders = [leg for leg in self.legs if leg.keys and leg.outward.genuine]
        hidden = all(one.version == DTLS13 for leg in holders for one in leg.associations if one.version is not None)
        if len(holders) < len(Party) or not hidden:
            return None
        alice, bob = ({(one.client_random, one.master_secret) for one in leg.keys} for leg in holders)
        return alice == bob

    def _witness(self, leg: Leg) -> Witness | None:
        dump, statement = self.dumps.get(leg.party), self.statements.get(leg.party)
        stated = None if statement is None or statement.dtls is None else statement.dtls.srtp_profile
        shown = {one.srtp_profile for one in leg.associations if one.protected_near and one.srtp_profile}
        told = None if shown else PROFILES.get(stated or "")
        # Beside a handshake that shows its profile the endpoint speaks of that one, if at all, and not of those before.
        names = {name for one in leg.associations if one.protected_near for name in leg.profiles_of(one)}
        known = (told,) if told is not None else tuple(PROFILES[name] for name in sorted(names & PROFILES.keys()))
        return None if dump is None or dump.problem or not (shown or told) else Witness(leg, dump, known, told)

    def _signalled(self, party: Party) -> SignalledKeys | None:
        """The keys by which this party's media are secured in an ordinary call; in any other they secure nothing."""
        if self.mode_of(party) is not Mode.SERVICE:
            return None
        sent, received = keys_sent(self.signalling, party), keys_received(self.signalling, party)
        return SignalledKeys(sent, received) if sent and received else None

    def mode_of(self, party: Party) -> Mode:
        """The kind of call that this party was told it is; of recordings without a word of that, what was decided."""
        return mode_told(self.signalling, party) or self.recording.mode

    @property
    def taken_elsewhere(self) -> str | None:
        """By what, when the callee's device only rang and an ordinary call was taken elsewhere."""
        return taken_elsewhere(self.signalling)

    @cached_property
    def there(self) -> tuple[Party, ...]:
        """Who is in the call at its end: both, but for a callee whose device only rang, and says no more than that."""
        statement = self.statements.get(Role.CALLEE.party)
        only_rang = (
            self.taken_elsewhere is not None
            and statement is not None
            and not statement.connected
            and (statement.failure is None or statement.failure.reason is Reason.REMOTE_HUNG_UP)
        )
        return (Role.CALLER.party,) if only_rang else tuple(Party)

    @cached_property
    def unheard(self) -> Mapping[str, str]:
        """The hops at which something of the signalling passed that is not in the recording, and what that is: what a
        hop did not record says nothing of what did not pass there."""
        return unheard(self)

    @property
    def through_service(self) -> bool:
        """Whether the media went through the service's processor, which ends the legs that are named after it."""
        return any(one.name.endswith("-processor") for one in self.recording.vantages)

    @property
    def with_service(self) -> bool:
        """Whether each party was told that its leg is one with the service, and where its media went they could be."""
        return self.through_service and all(self.mode_of(party) is Mode.SERVICE for party in Party)

    @property
    def silent(self) -> tuple[Party, ...]:
        """The parties that left no statement."""
        return tuple(party for party in Party if party not in self.statements)

    def settled(self, leg: Leg, handshake: DtlsAssociation) -> bool:
        """Whether a handshake in mid-call came to count: the call went on without a failure, or there was media under
        its keys before the party's call was over."""
        if all(one.failure is None for one in self.statements.values()):
            return True
        own = self.statements.get(leg.party)
        over = None if own is None else own.over
        return leg.spoke_under(handshake, inf if over is None else over)

    def connected(self, party: Party) -> bool:
        """Whether this party says that its call was up."""
        return party in self.statements and self.statements[party].connected


def _no_code(statement: EndpointStatement) -> str | None:
    """Why no code follows from a statement of which the screen depends on that."""
    if statement.screen_told:
        return None
    told = {"local_certificate": statement.local_certificate, "presented_certificate": statement.presented_certificate}
    missing = [name for name, certificate in told.items() if certificate is None]
    return f"{' and '.join(missing)} missing" if missing else "both are the same one"
