"""Are secrets anywhere in what was captured, however they are spelled and wherever they are hidden?"""

from .hit import Hit
from .pattern import Pattern, PatternKind, media_patterns, private_key_patterns
from .search import LIMIT, Search, Sought

__all__ = ["LIMIT", "Hit", "Pattern", "PatternKind", "Search", "Sought", "media_patterns", "private_key_patterns"]
