"""What the service does with the media of an ordinary call when a party asks for it, and what each feature means here.

Some features need a further device: then the service has to offer the call to it, and `joined` goes on when it has
answered. Nothing here knows of modes: in a call between two devices only there are no media to do anything with.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ...model.feature import Feature
from .session import Session

KEEPS: Final = frozenset({Feature.CAPTIONS, Feature.TRANSCRIPTION, Feature.RECORDING})
"""Features by which the service keeps something of what is said, and nobody else comes in."""


class FeatureRefused(ValueError):
    """The feature cannot be had as things are; the message says why, to a person."""


@dataclass(frozen=True, slots=True)
class Bring:
    """The service must offer the call to `device`, as `like` has described its media, before the feature can go on."""

    device: str
    like: str


class Features:
    """One call's. `keep` starts or ends what the service keeps: (feature, on)."""

    def __init__(self, session: Session, keep: Callable[[Feature, bool], None]) -> None:
        self._session = session
        self._keep = keep
        self._joining: dict[str, Callable[[], None]] = {}
        self._consulted: tuple[str, str, str] | None = None
        self._parked: str | None = None
        self._companion: tuple[str, str, str] | None = None

    def asked(self, feature: Feature, on: bool, by: str, argument: str | None = None) -> Bring | None:
        """The party of the leg `by` asks. `argument` names a device where the feature needs one. FeatureRefused."""
        if feature in KEEPS:
            self._keep(feature, on)
            return None
        act = self._acts.get((feature, on))
        if act is None:
            raise FeatureRefused(f"{feature} cannot be turned {'on' if on else 'off'} during a call")
        return act(self, by, argument)

    def joined(self, device: str) -> None:
        """The device that was brought has answered. FeatureRefused when the call is not what it was when it was asked.

        KeyError for a device that nobody brought.
        """
        then = self._joining.pop(device)
        try:
            then()
        except KeyError:
            self._session.close(device)
            raise FeatureRefused("somebody has left the call meanwhile") from None

    def failed(self, device: str) -> None:
        """The device that was brought did not answer: the call goes on as it was."""
        self._joining.pop(device, None)
        self._session.close(device)

    # what each feature means

    def _transfer(self, by: str, argument: str | None) -> Bring:
        """The other party goes on with another device, and who asked leaves the call."""
        other = self._other(by)
        return self._bring(argument, other, lambda device: self._hand_over(by, other, device))

    def _consult(self, by: str, argument: str | None) -> Bring:
        """The other party is held while who asked speaks with the one to whom the call shall go."""
        other = self._other(by)

        def consult(device: str) -> None:
            self._consulted = (by, other, device)
            self._session.talk((by, device), held=(other,))

        return self._bring(argument, other, consult)

    def _consulted_enough(self, by: str, _: str | None) -> None:
        """The call goes to whom it was asked about."""
        if self._consulted is None or self._consulted[0] != by:
            raise FeatureRefused("nobody is being consulted")
        (asker, other, device), self._consulted = self._consulted, None
        self._hand_over(asker, other, device)

    def _add(self, by: str, argument: str | None) -> Bring:
        """One more hears and is heard."""
        if by not in self._session.talking:
            raise FeatureRefused("only who takes part in the call can bring in others")
        return self._bring(argument, by, lambda device: self._session.talk((*self._session.talking, device)))

    def _park(self, by: str, _: str | None) -> None:
        """The other party waits until any device takes the call up; who asked leaves it."""
        self._parked = self._other(by)
        self._session.close(by)
        self._session.talk((), held=(self._parked,))

    def _take_up(self, _: str, argument: str | None) -> Bring:
        if self._parked is None:
            raise FeatureRefused("no call is parked")
        parked = self._parked

        def take_up(device: str) -> None:
            self._parked = None
            self._session.talk((parked, device))

        return self._bring(argument, parked, take_up)

    def _to_voicemail(self, by: str, _: str | None) -> None:
        """Who asked leaves; the other party hears the tone, and what it says from then on is kept."""
        other = self._other(by)
        self._session.close(by)
        self._session.talk((other,))
        self._session.beep(other)
        self._keep(Feature.VOICEMAIL, True)

    def _companion_on(self, by: str, argument: str | None) -> Bring:
        """A further device of the same person speaks and listens in the place of the first, which stays."""
        other = self._other(by)

        def go_over(device: str) -> None:
            self._companion = (by, other, device)
            self._session.talk((other, device))

        return self._bring(argument, other, go_over)

    def _companion_off(self, by: str, _: str | None) -> None:
        if self._companion is None or self._companion[0] != by:
            raise FeatureRefused("no further device is in use")
        (first, other, device), self._companion = self._companion, None
        self._session.talk((other, first))
        self._session.close(device)

    _acts: Final = {
        (Feature.TRANSFER, True): _transfer,
        (Feature.CONSULT_TRANSFER, True): _consult,
        (Feature.CONSULT_TRANSFER, False): _consulted_enough,
        (Feature.MERGE, True): _add,
        (Feature.ADD_PARTICIPANT, True): _add,
        (Feature.PARK, True): _park,
        (Feature.PARK, False): _take_up,
        (Feature.VOICEMAIL, True): _to_voicemail,
        (Feature.COMPANION, True): _companion_on,
        (Feature.COMPANION, False): _companion_off,
    }

    # inner steps

    def _bring(self, argument: str | None, like: str, then: Callable[[str], None]) -> Bring:
        if not argument or argument in self._session.legs or argument in self._joining:
            raise FeatureRefused("it takes a device that is not in the call yet")
        self._joining[argument] = lambda: then(argument)
        return Bring(argument, like)

    def _hand_over(self, by: str, other: str, device: str) -> None:
        self._session.close(by)
        self._session.talk((other, device))

    def _other(self, by: str) -> str:
        """Whom `by` talks to; FeatureRefused when it is in no call of two."""
        talking = self._session.talking
        if by not in talking or len(talking) != 2:
            raise FeatureRefused("only a party of a call between two can ask for this")
        return talking[0] if talking[1] == by else talking[1]
