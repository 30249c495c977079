"""Looks for what was really sent in what an observer holds. Pure: a holding and the truth in, a sight and a place out.

Plaintext is proved by a marker, a word or a key that is found. Ciphertext is proved as well: the same packets give the
marker when they are opened with the endpoints' keys. Absent is what is neither, in a holding that is known to be whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final, NamedTuple

from ..inspection.search.spelling import as_bytes
from ..markers import audio
from ..model.ground_truth import SentMarker
from ..model.visibility import Content, Sight
from ..wire.demux import PacketClass, classify
from .holding import Holding, Text
from .media import LookedAt, MediaKey, ssrc_of

MARKED: Final = {
    Content.AUDIO: "audio",
    Content.VIDEO: "video",
    Content.SCREEN: "screen",
    Content.CHAT: "chat",
    Content.FILE: "file",
}
"""Contents that carry markers, with the names of their assets."""

_UNRECORDED: Final = "the way to the service was not recorded: the runner hands messages over itself"
_MEDIA: Final = (PacketClass.SRTP, PacketClass.SRTCP)
_FLOWING: Final = (Content.AUDIO, Content.VIDEO, Content.SCREEN)


class Found(NamedTuple):
    """What was seen, and where first."""

    sight: Sight
    where: str = ""


@dataclass(frozen=True)
class Truth:
    """What was sent. `keys` are those by which packets of the call were protected, `secrets` what they come from.
    `told`: packets of ends that give no keys, in clear, by how they were on the wire.

    `words` by content: what stood in it and nowhere else. `fragments` are what of a description every check on the path
    shows.
    """

    markers: tuple[SentMarker, ...] = ()
    keys: tuple[MediaKey, ...] = ()
    secrets: tuple[bytes, ...] = field(default=(), repr=False)
    told: Mapping[bytes, bytes] = field(default_factory=dict, repr=False)
    words: Mapping[Content, tuple[bytes, ...]] = field(default_factory=dict)
    fragments: tuple[bytes, ...] = ()

    def sent(self, content: Content) -> bool:
        """Whether there is anything of it to look for."""
        if content in MARKED:
            return any(one.asset.value == MARKED[content] for one in self.markers)
        if content is Content.MEDIA_KEYS:
            return bool(self.secrets)
        return content in (Content.HEADER_FIELDS, Content.PACKET_LENGTHS) or bool(self.words.get(content))


class Measured:
    """One holding, looked at for everything that was sent."""

    def __init__(self, holding: Holding, truth: Truth, looked: LookedAt) -> None:
        self._holding, self._truth, self._looked = holding, truth, looked

    def found(self, content: Content) -> Found:
        """What the observer saw of one content."""
        known = self._holding.known.get(content)
        if known is not None:
            return Found(Sight.PLAINTEXT, known)
        seen = self._seen(content)
        if seen is not None and seen.sight is Sight.PLAINTEXT:
            return seen
        why = self._why_unknown(content)
        if why is not None:
            return Found(Sight.NOT_MEASURED, why)
        return self._carried(content) or seen or Found(Sight.ABSENT)

    def _carried(self, content: Content) -> Found | None:
        """What went past in messages is as well hidden as their way; nobody knows how well that is if it was not
        recorded."""
        messages = self._holding.messages
        if messages is None or self._spelled(content, messages.texts) is None:
            return None
        if not messages.tunnels:
            return Found(Sight.NOT_MEASURED, _UNRECORDED)
        open_ = next((one for one in messages.tunnels if one.problem is not None), None)
        if open_ is not None:
            return Found(Sight.NOT_MEASURED, f"{open_.place} is not TLS to its last byte: {open_.problem}")
        first = messages.tunnels[0]
        return Found(Sight.CIPHERTEXT, f"{first.place}: {sum(one.records for one in messages.tunnels)} records of TLS")

    def _why_unknown(self, content: Content) -> str | None:
        if not self._truth.sent(content):
            return f"no {content.value} was sent that could be looked for"
        if content in self._holding.blind:
            return self._holding.blind[content]
        if content in _FLOWING and (left := sum(self._looked.at(one).unexplained for one in self._holding.packets)):
            return f"{left} of its media packets neither decode nor open with the keys of the call"
        return None

    def _seen(self, content: Content) -> Found | None:
        if content is Content.HEADER_FIELDS:
            return self._header()
        if content is Content.PACKET_LENGTHS:
            return self._length()
        marked = self._marked(content) if content in MARKED else None
        if marked is not None and marked.sight is Sight.PLAINTEXT:
            return marked
        spelled = self._spelled(content, self._texts) if self._may_stand(content) else None
        return spelled or marked or (self._fragment() if content is Content.SDP else None)

    # markers in media

    def _marked(self, content: Content) -> Found | None:
        wanted: dict[tuple[str, int], SentMarker] = {
            (one.asset.value, int(one.marker, 16)): one
            for one in self._truth.markers
            if one.asset.value == MARKED[content]
        }
        for place, sight, asset, marker in self._media():
            if (asset, marker) in wanted:
                return Found(sight, f"{place}: the {asset} of {wanted[asset, marker].sender}")
        return None

    def _media(self) -> Iterator[tuple[str, Sight, str, int]]:
        """(place, sight, asset, marker), what can be had without a key first."""
        looked = [(one.place, self._looked.at(one)) for one in self._holding.packets]
        for place, one in looked:
            yield from ((place, Sight.PLAINTEXT, *found) for found in one.clear)
        for sound in self._holding.sounds:
            marker = audio.decode(sound.pcm)
            if marker is not None:
                yield sound.place, Sight.PLAINTEXT, "audio", marker
        for place, one in looked:
            yield from ((place, Sight.CIPHERTEXT, *found) for found in one.sealed)

    # what can be written down

    def _spelled(self, content: Content, texts: Iterable[Text]) -> Found | None:
        for spelled, how in self._spellings(content):
            for text in texts:
                if spelled in text.data:
                    return Found(Sight.PLAINTEXT, f"{text.at(spelled)}{how}")
        return None

    def _may_stand(self, content: Content) -> bool:
        """Whether it is worth looking where: nearly everything stands nowhere, and there are thousands of datagrams."""
        return any(spelled in self._all for spelled, _ in self._spellings(content))

    @cached_property
    def _all(self) -> bytes:
        return b"".join(text.data for text in self._texts)

    def _spellings(self, content: Content) -> Iterator[tuple[bytes, str]]:
        """What to look for, and how to say what it was."""
        if content in MARKED:
            mine = (one for one in self._truth.markers if one.asset.value == MARKED[content])
            yield from ((one.marker.encode(), f": the {one.asset} of {one.sender}, by its number") for one in mine)
        elif content is Content.MEDIA_KEYS:
            for secret in self._truth.secrets:
                yield from ((text.tobytes(), f": {how.value}") for how, text in as_bytes(secret))
        else:
            yield from ((word, "") for word in self._truth.words.get(content, ()))

    @cached_property
    def _texts(self) -> tuple[Text, ...]:
        """Everything in which a word could stand."""
        datagrams = (
            Text(f"{one.place}, datagram {number}", data, lines=False)
            for one in self._holding.packets
            for number, data in enumerate(one.datagrams, 1)
        )
        messages = self._holding.messages
        tunnels = () if messages is None else messages.tunnels
        streams = (Text(one.place, one.stream, lines=False) for one in tunnels)
        return (*self._holding.texts, *datagrams, *streams)

    # what packets show without being opened

    def _fragment(self) -> Found | None:
        for one in self._holding.packets:
            for fragment in self._truth.fragments:
                if any(fragment in data for data in one.datagrams):
                    return Found(Sight.METADATA, f"{one.place}: the user name of ICE in connectivity checks")
        return None

    def _header(self) -> Found | None:
        for one in self._holding.packets:
            for data in one.datagrams:
                ssrc = ssrc_of(data)
                if classify(data) is PacketClass.SRTP and ssrc is not None:
                    return Found(Sight.METADATA, f"{one.place}: SSRC 0x{ssrc:08x}, with numbers and times")
        return None

    def _length(self) -> Found | None:
        for one in self._holding.packets:
            sizes = sorted(len(data) for data in one.datagrams if classify(data) in _MEDIA)
            if sizes:
                return Found(Sight.METADATA, f"{one.place}: {len(sizes)} packets of {sizes[0]} to {sizes[-1]} bytes")
        return None
