"""What the statistics tell a person: never that something is encrypted."""

from __future__ import annotations

from harness.inspection.statistics.battery import Check, Reading, Statistics
from harness.inspection.statistics.findings import findings
from harness.inspection.statistics.randomness import DTLS
from harness.inspection.stream_key import StreamKey
from harness.model.finding import Finding, Reason, Severity

VALUES = {Check.MONOBIT: 3e-20, Check.RUNS: 0.4, Check.COLUMNS: 0.0}
CLEAR = Statistics(Reading.NOT_RANDOM, 70, 5_000, VALUES, (Check.MONOBIT, Check.COLUMNS))
NOISE = Statistics(Reading.NOT_REFUTED, 70, 5_000, {Check.MONOBIT: 0.3}, ())
SCRAP = Statistics(Reading.TOO_LITTLE, 1, 50, {}, ())


def say(result: dict[StreamKey, Statistics], *problems: str) -> tuple[Finding, ...]:
    return findings(result, problems, "a.pcap", lambda leg: f"a.pcap leg {leg}")


def test_what_is_refuted_is_an_alarm_with_its_tests_the_worst_first() -> None:
    (alarm,) = say({StreamKey(3, True, 0xCAFE): CLEAR})
    assert (alarm.reason, alarm.severity, alarm.vantage) == (Reason.NOT_RANDOM, Severity.ALARM, "a.pcap leg 3")
    assert alarm.detail == (
        "SSRC 0x0000cafe sent by the near end: 2 of 3 tests on 5,000 bytes refute that this is ciphertext: "
        "fixed places of packets (p below 1e-300), monobit (p 3e-20)"
    )


def test_what_dtls_seals_has_no_ssrc() -> None:
    (alarm,) = say({StreamKey(0, False, DTLS): CLEAR})
    assert alarm.detail.startswith("DTLS records sent by the far end: ")


def test_what_is_not_refuted_is_one_sentence_that_confirms_nothing() -> None:
    (fact,) = say({StreamKey(0, True, 1): NOISE, StreamKey(0, True, 2): NOISE})
    assert (fact.reason, fact.severity, fact.vantage) == (Reason.NOT_REFUTED, Severity.FACT, "a.pcap")
    assert fact.detail.startswith("2 streams: no test at the level 1e-06 refutes that this is ciphertext, on 10,000 ")
    assert "confirms nothing" in fact.detail


def test_scraps_and_limits_are_named() -> None:
    scraps, limit = say({StreamKey(0, True, 1): SCRAP}, "8 packets were not tested")
    assert (scraps.reason, scraps.severity) == (Reason.NOT_CHECKED, Severity.FACT)
    assert scraps.detail == "1 stream: too little to test for randomness"
    assert (limit.reason, limit.severity) == (Reason.LIMIT_REACHED, Severity.INCONCLUSIVE)


def test_where_there_is_nothing_there_is_nothing_to_say() -> None:
    assert say({}) == ()
