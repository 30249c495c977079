"""What encryption leaves open: header fields, speech in lengths and pauses, and what links one call to another."""

from .findings import Described, leak_findings
from .follower import LeakFollower, OpenMedia, SampledStream
from .links import link_findings
from .loudness import Loudness
from .policy import Leak, LeakPolicy, load_leak_policy
from .speech import Envelope

__all__ = [
    "Described",
    "Envelope",
    "Leak",
    "LeakFollower",
    "LeakPolicy",
    "Loudness",
    "OpenMedia",
    "SampledStream",
    "leak_findings",
    "link_findings",
    "load_leak_policy",
]
