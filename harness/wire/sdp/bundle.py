"""Sections that share one transport (RFC 9143): its candidates stand in one of them."""

from __future__ import annotations

from .description import Line, Sdp


def with_bundled_candidates(sdp: Sdp) -> Sdp:
    """The description in which each section of the bundle has the candidates of the section that speaks for it, whose
    id the group names first (RFC 9143 section 7.1.3). A section that has some of its own keeps them.
    """
    levels = {mid: level for level, mid in reversed(sdp.values("mid")) if level is not None}
    speaking, *others = [levels.get(mid) for mid in _group(sdp)] or [None]
    told = [line for line in sdp.lines if _of_candidates(line)]
    own = {line.level for line in told}
    for level in dict.fromkeys(others):
        if level is not None and speaking is not None and level not in own:
            for line in told:
                sdp = sdp.insert(line.text, level) if line.level == speaking else sdp
    return sdp


def _group(sdp: Sdp) -> list[str]:
    """The ids of the first bundle, in its order."""
    groups = (value.split() for level, value in sdp.values("group") if level is None)
    return next((ids[1:] for ids in groups if ids[:1] == ["BUNDLE"]), [])


def _of_candidates(line: Line) -> bool:
    return line.value("candidate") is not None or line.value("end-of-candidates") is not None
