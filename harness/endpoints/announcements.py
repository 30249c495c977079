"""What a client says to its user when the service speaks of features and policies. What it says itself is in its words.

A message that cannot be read says nothing: whoever has the service in hand may not write on the screen.
"""

from __future__ import annotations

from typing import Final

from pydantic import ValidationError

from ..model.feature import Feature, FeatureRefusal, FeatureRequest

POLICY: Final = "Your organisation has changed the policy for calls. This call stays as it is."


def requested(body: str) -> FeatureRequest | None:
    """The feature that the service says is on, or off again."""
    try:
        return FeatureRequest.model_validate_json(body)
    except ValidationError:
        return None


def refused(body: str) -> Feature | None:
    """The feature that the service refuses."""
    try:
        return FeatureRefusal.model_validate_json(body).feature
    except ValidationError:
        return None


def switched(request: FeatureRequest) -> str:
    """In an ordinary call: the feature is on from now on, or off."""
    return f"{_named(request.feature)}: {'on' if request.on else 'off'}."


def unavailable(feature: Feature) -> str:
    """The user asked for what this call cannot have."""
    return f"{_named(feature)}: not available in an end-to-end encrypted call."


def unheeded(feature: Feature) -> str:
    """The service says that it has what this call cannot have: nothing has changed, and the user should know."""
    return f"{_named(feature)}: the service says that it is on. This call is end-to-end encrypted and has none."


def _named(feature: Feature) -> str:
    return feature.value.replace("-", " ").capitalize()
