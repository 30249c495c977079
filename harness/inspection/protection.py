"""How a stream is protected: what the keys prove comes first, then what decodes, then what was agreed on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from ..model.inspection import Protection
from ..model.voice import counted
from ..wire.srtp import PROFILES
from .account import Sealing
from .authentication import Fate, SenderProof
from .captured import Captured
from .plaintext import Reading
from .statistics.battery import Reading as Randomness
from .stream_key import StreamKey

_AUTHENTIC: Final = tuple(fate for fate in Fate if fate not in (Fate.UNKNOWN, Fate.FAILED))


@dataclass(frozen=True)
class Protected:
    """The answer for one stream, why, and the proof that it rests on, if any."""

    protection: Protection
    because: str
    proof: SenderProof | None = None
    codec: str | None = None

    def sealing(self, captured: Captured, leg: int) -> Sealing:
        """What the byte account is told of this stream."""
        if self.proof is not None and self.proof.profile:
            profile = PROFILES.get(self.proof.profile)
        else:
            profile = captured.profile(leg)
        if self.protection is Protection.PLAINTEXT:
            # A NULL cipher leaves the tag where it was; bare RTP has none.
            return Sealing(False, profile if self.proof is not None else None)
        return Sealing(None if self.protection is Protection.UNKNOWN else True, profile)


class Protections:
    """Answers for every stream of one capture."""

    def __init__(self, captured: Captured, proofs: Mapping[StreamKey, SenderProof], described_keys: bool) -> None:
        self._captured, self._proofs, self._described = captured, proofs, described_keys

    def of(self, key: StreamKey) -> Protected:
        """The answer for one stream."""
        proof, clear = self._proofs.get(key), self._clear(key)
        if proof is not None and any(proof.count(fate) for fate in _AUTHENTIC):
            # A tag covers whatever is in a packet. What forged packets say is no word of the one who holds the key, and
            # a keystream that is used twice leaves a pattern in good ciphertext.
            if clear is not None and not proof.count(Fate.FAILED) and not proof.count(Fate.REUSED):
                return replace(clear, proof=proof, because=f"authentic, but not encrypted: {clear.because}")
            return self._proven(proof)
        if clear is not None:
            return clear
        if proof is not None and proof.count(Fate.FAILED):
            return self._proven(proof)
        agreed = self._captured.agreed(key.leg)
        if agreed is None and self._described:
            return Protected(Protection.UNKNOWN, "a description offers keys, and none of them fits it")
        if agreed is not None:
            return Protected(Protection.CIPHERTEXT, f"agreed on by {agreed}; nothing that was tried could read it")
        return Protected(Protection.UNKNOWN, "no key agreement for it was seen, and nothing could read it")

    def _proven(self, proof: SenderProof) -> Protected:
        clear, failed = proof.count(Fate.CLEAR), proof.count(Fate.FAILED)
        reused = proof.count(Fate.REUSED)
        genuine = proof.count(Fate.AUTHENTICATED)
        if clear:
            return Protected(Protection.PLAINTEXT, f"{counted(clear, 'packet')} authentic, but not encrypted", proof)
        if failed or reused:
            detail = (
                f"{failed + reused} of {counted(proof.packets, 'packet')} not authentic, or of an index that was used"
            )
            return Protected(Protection.FAILED, detail, proof)
        if unknown := proof.count(Fate.UNKNOWN):
            return Protected(Protection.UNKNOWN, f"{genuine} authentic, {unknown} could not be checked", proof)
        # Whoever holds a copy can send it again, at any time: it is the holder of the key who made it all the same.
        replays, old = proof.count(Fate.REPLAYED), proof.count(Fate.OLD)
        again = f", {replays} of them replays" if replays else ""
        again += f", {old} of them too late to tell whether they are replays" if old else ""
        return Protected(Protection.AUTHENTICATED, f"all authentic under the key of the {proof.origin}{again}", proof)

    def _clear(self, key: StreamKey) -> Protected | None:
        """Payload that can be read. Reports in clear say nothing of media that goes with them."""
        seen = self._captured
        for found in (seen.decoded.get(key), None if key in seen.decoded else seen.reports.get(key)):
            if found is not None and found.reading is Reading.PLAINTEXT:
                return Protected(Protection.PLAINTEXT, found.evidence, codec=found.codec)
        tested = seen.statistics.get(key)
        if tested is None or tested.reading is not Randomness.NOT_RANDOM:
            return None
        return Protected(Protection.PLAINTEXT, f"its payload is not random: {', '.join(tested.refuted)}")
