"""The media of one call at the service: which legs there are, and who hears whom. Pure but for chance.

A leg is named after its device. Two legs that talk are passed through: opened under one device's key, sealed under the
key of the other one's leg. Three and more are a conference: sound is mixed by the service, and of the pictures each
sees those of the first other leg. Who is held hears the tone of the service, and is heard by nobody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Final, NamedTuple, Protocol

from ...model.datagram import Address
from ...model.keying import Keying
from ...wire.demux import PacketClass, classify
from ...wire.sdp import Sdp
from .description import answer_to
from .dtls_agreement import DtlsAgreement
from .leg import Leg
from .mixer import TURN, Mixer
from .own_sound import OwnSound, opus_type, tone
from .sound import FRAME, Ear, Heard, Pcm, is_sound

HOLD_HERTZ: Final = 440.0
"""Of the tone that a held leg hears."""

BEEP_HERTZ: Final = 1_000.0
BEEP_FRAMES: Final = 20
"""After 0.4 s of this tone a voicemail listens."""

MOST_LEGS: Final = 16


class Send(NamedTuple):
    """A datagram that leaves the service's socket of one leg."""

    leg: str
    data: bytes
    to: Address


class Listener(Protocol):
    """Whoever is told what the service hears: a recording, captions."""

    def take(self, name: str, heard: Heard) -> object: ...


class Watcher(Protocol):
    """Told of what the service has of the device of `name`."""

    def opened(self, name: str, clear: bytes) -> None:
        """A packet in clear, as it came: RTP or RTCP."""

    def agreed(self, name: str, line: str) -> None:
        """Keys that were agreed on the path, as a line of a key log in NSS format."""


class Session:
    """One call. Every method is told what happens, and answers with what leaves the service."""

    def __init__(self, watcher: Watcher | None = None) -> None:
        self.legs: dict[str, Leg] = {}
        self.listeners: list[Listener] = []
        self._talking: tuple[str, ...] = ()
        self._held: tuple[str, ...] = ()
        self._beeps: dict[str, int] = {}
        self.watcher = watcher
        self._ears: dict[str, Ear] = {}
        self._mixer = Mixer()
        self._own: dict[str, OwnSound] = {}
        self._frames = 0
        self._came: Counter[str] = Counter()
        self._went: Counter[str] = Counter()

    # legs and descriptions

    def open(self, name: str, address: Address) -> None:
        """A leg of this name, on which the service receives at `address`. ValueError for a name or a leg too many."""
        if name in self.legs or len(self.legs) >= MOST_LEGS:
            raise ValueError(f"the call has {len(self.legs)} legs already, or one called {name[:40]!r}")
        self.legs[name] = Leg(address)

    def keyed(self, name: str, keying: Keying) -> None:
        """How the device of this leg gets its keys (SDES when nothing is said), before anything is described on it."""
        if keying is Keying.DTLS:
            keylog = None if self.watcher is None else partial(self.watcher.agreed, name)
            self.legs[name] = Leg(self.legs[name].address, DtlsAgreement(keylog))

    def close(self, name: str) -> None:
        """The leg ends; who talked to it goes on without it."""
        self.legs.pop(name, None)
        self._own.pop(name, None)
        self._ears.pop(name, None)
        self._beeps.pop(name, None)
        self.talk([one for one in self._talking if one != name], [one for one in self._held if one != name])

    def passed_offer(self, sdp: str, sender: str, receiver: str) -> str:
        """A device's offer, as the service offers it to the other one. ValueError when it cannot be used."""
        if self.legs[sender].read(sdp):
            self.legs[receiver].renew()
        return self.legs[receiver].written(Sdp.parse(sdp))

    def passed_answer(self, sdp: str, sender: str, receiver: str) -> str:
        """A device's answer, as the service answers the other one. ValueError when it cannot be used."""
        self.legs[sender].read(sdp)
        return self.legs[receiver].written(Sdp.parse(sdp))

    def own_answer(self, sdp: str, sender: str) -> str:
        """The service answers an offer itself, in the place of a device. ValueError when it cannot be used."""
        self.legs[sender].read(sdp)
        return self.legs[sender].written(answer_to(Sdp.parse(sdp)))

    def own_offer(self, receiver: str, like: str) -> str:
        """The service offers to `receiver` what the device of the leg `like` has described of its media."""
        known = self.legs[like].description
        if known is None:
            raise ValueError(f"{like[:40]!r} has not described its media")
        return self.legs[receiver].written(known)

    def taken_answer(self, sdp: str, sender: str) -> None:
        """A device's answer to what the service itself offered. ValueError when it cannot be used."""
        self.legs[sender].read(sdp)

    # who hears whom

    @property
    def talking(self) -> tuple[str, ...]:
        """The legs that hear each other, in the order in which they came."""
        return self._talking

    @property
    def held(self) -> tuple[str, ...]:
        """The legs that hear the tone."""
        return self._held

    def talk(self, names: Sequence[str], held: Sequence[str] = ()) -> None:
        """From now on `names` hear each other, `held` the tone, and the others nobody. KeyError for an unknown leg."""
        for name in (*names, *held):
            _ = self.legs[name]
        before = self._talking, self._held
        self._talking, self._held = tuple(dict.fromkeys(names)), tuple(dict.fromkeys(held))
        self.count_anew()
        if any(before) and before != (self._talking, self._held):
            for leg in self.legs.values():
                leg.turned()

    def count_anew(self) -> None:
        """What has flowed until now counts no more."""
        self._came.clear()
        self._went.clear()

    def flowed(self, packets: int) -> bool:
        """Whether so many packets of sound came from each who talks, and went to each who has somebody to hear, since
        it was last said who hears whom, or counted anew. In a mixture, until each was in front of the others twice."""
        if len(self._talking) > 2:
            packets = max(packets, 2 * (len(self._talking) - 1) * TURN // FRAME)
        hearing = self._talking if len(self._talking) > 1 else ()
        return all(self._came[one] >= packets for one in self._talking) and all(
            self._went[one] >= packets for one in hearing
        )

    def beep(self, name: str) -> None:
        """The service says that it listens now."""
        self._beeps[name] = BEEP_FRAMES

    @property
    def speaks(self) -> bool:
        """Whether the service has something to say by itself, or to say again: then it must be told of every 20 ms."""
        return len(self._talking) > 2 or bool(self._held or self._beeps) or any(leg.waits for leg in self.legs.values())

    def tick(self) -> Iterator[Send]:
        """20 ms have passed."""
        self._frames += 1
        for name, leg in self.legs.items():
            yield from (Send(name, again, to) for again, to in leg.expired())
        if len(self._talking) > 2:
            for name, pcm in self._mixer.mixed(self._talking).items():
                yield from self._say(name, pcm)
        for name in self._held:
            yield from self._say(name, tone(HOLD_HERTZ, self._frames))
        for name, left in tuple(self._beeps.items()):
            yield from self._say(name, tone(BEEP_HERTZ, self._frames))
            self._beeps[name] = left - 1
            if left == 1:
                del self._beeps[name]

    def datagram(self, name: str, data: bytes, source: Address) -> Iterator[Send]:
        """A datagram came in on a leg; one that is not there any more is heard by nobody."""
        leg = self.legs.get(name)
        if leg is None:
            return
        arrived = leg.arrived(data, source)
        for answer in arrived.answers:
            yield Send(name, answer, source)
        if arrived.clear is not None:
            self._came[name] += is_sound(arrived.clear, leg.encodings)
            self._hear(name, leg, arrived.clear)
            section = leg.sections.name(arrived.clear)
            for other in self._receivers(name, leg, arrived.clear):
                yield from self._sealed(other, arrived.clear, section)

    def _hear(self, name: str, leg: Leg, clear: bytes) -> None:
        if self.watcher is not None:
            self.watcher.opened(name, clear)
        mixes = len(self._talking) > 2
        if name not in self._talking or not (self.listeners or mixes):
            return
        for heard in self._ears.setdefault(name, Ear()).take(clear, leg.encodings):
            for listener in self.listeners:
                listener.take(name, heard)
            if mixes:
                self._mixer.heard(name, heard.pcm)

    def _receivers(self, name: str, leg: Leg, clear: bytes) -> tuple[str, ...]:
        """To whom a packet goes as it is."""
        if name not in self._talking:
            return ()
        others = tuple(one for one in self._talking if one != name)
        if len(others) < 2:
            return others
        watchers = tuple(one for one in others if self._watched_by(one) == name)
        if classify(clear) is PacketClass.SRTCP:
            # Reports and requests for pictures belong to those who see each other.
            return tuple(dict.fromkeys((*watchers, self._watched_by(name))))
        return () if is_sound(clear, leg.encodings) else watchers

    def _watched_by(self, name: str) -> str:
        return next(one for one in self._talking if one != name)

    def _say(self, name: str, pcm: Pcm) -> Iterator[Send]:
        own = self._own.get(name)
        if own is None:
            number = opus_type(self.legs[name].encodings)
            if number is None:
                return
            own = self._own[name] = OwnSound(number)
        for packet in own.packets(pcm):
            yield from self._sealed(name, packet, self.legs[name].sections.name(packet))

    def _sealed(self, name: str, clear: bytes, section: str | None) -> Iterator[Send]:
        leg = self.legs[name]
        sealed = leg.sealed(clear, section)
        if sealed is not None:
            self._went[name] += is_sound(clear, leg.encodings)
            yield Send(name, *sealed)
