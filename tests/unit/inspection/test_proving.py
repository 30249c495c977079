"""The pass with keys: what is recovered, and what is kept to be searched for."""

from __future__ import annotations

from pathlib import Path

from harness.inspection.captured import Captured
from harness.inspection.proving import FRAMES_OF_STREAM, Proving
from harness.inspection.recover import Recovery
from harness.inspection.stream_key import StreamKey

from .authentication.speakers import NULL, Speaker
from .call_traffic import ALICE, BOB
from .made_calls import sound, write
from .windows import Sent

KEY = StreamKey(0, True, 1)


def null_call(folder: Path) -> tuple[Captured, Speaker]:
    """Opus under the NULL cipher: it can be read without a key, and carries a tag."""
    speaker = Speaker(NULL, ssrc=1)
    packets = [speaker.say(number, one[12:]) for number, one in enumerate(sound(80))]
    path = write(folder / "a.pcapng", [Sent(0.02 * at, ALICE, BOB, one) for at, one in enumerate(packets)])
    captured = Captured(path, path.name)
    captured.follow()
    return captured, speaker


def test_a_stream_that_can_be_read_with_and_without_a_key_is_recovered_once(tmp_path: Path) -> None:
    captured, speaker = null_call(tmp_path)
    recovery = Recovery(tmp_path / "media")
    Proving(captured, [speaker.keyed()], recovery, {KEY}).run()
    (recovered,) = recovery.result()
    assert (recovered.packets, recovered.seconds, recovered.problems) == (80, 1.6, ())


def test_without_a_key_what_can_be_read_is_recovered_all_the_same(tmp_path: Path) -> None:
    captured, _ = null_call(tmp_path)
    recovery = Recovery(tmp_path / "media")
    Proving(captured, [], recovery, {KEY}).run()
    (recovered,) = recovery.result()
    assert (recovered.packets, recovered.file) == (80, "leg0-out-0x00000001-opus.wav")


def test_a_few_opened_payloads_are_kept_without_header_and_tag(tmp_path: Path) -> None:
    captured, speaker = null_call(tmp_path)
    proving = Proving(captured, [speaker.keyed()], None, ())
    proving.run()
    kept = proving.frames[KEY]
    assert 0 < len(kept) <= FRAMES_OF_STREAM
    assert kept == [one[12:] for one in sound(80)][: len(kept)]
