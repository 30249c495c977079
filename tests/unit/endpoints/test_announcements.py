"""What a user reads of features and policies: the client's words, never the service's."""

from __future__ import annotations

import pytest

from harness.endpoints import announcements
from harness.model.feature import Feature, FeatureRefusal, FeatureRequest


@pytest.mark.parametrize("feature", Feature)
def test_each_feature_is_named_in_every_notice(feature: Feature) -> None:
    name = feature.value.replace("-", " ").capitalize()
    off = FeatureRequest(feature=feature, on=False)
    notices = {
        announcements.switched(FeatureRequest(feature=feature)),
        announcements.switched(off),
        announcements.unavailable(feature),
        announcements.unheeded(feature),
    }
    assert len(notices) == 4
    assert all(notice.startswith(f"{name}: ") and len(notice) <= 200 for notice in notices)


def test_a_refusal_is_read_by_its_feature_and_not_by_its_words() -> None:
    body = FeatureRefusal(feature=Feature.PARK, detail="<b>Call this number</b>").model_dump_json()
    assert announcements.refused(body) is Feature.PARK


@pytest.mark.parametrize("body", ["", "park", "{}", '{"feature": "applause"}', "[" * 100_000])
def test_what_cannot_be_read_says_nothing(body: str) -> None:
    assert announcements.requested(body) is None
    assert announcements.refused(body) is None
