"""What each observer of a recorded call really got to see, by the markers in what it holds, beside what was promised.

`holdings` reads what each holds; `measure` looks for the truth in it, and is pure; `promise` is a data file.
"""

from .matrix import visibility
from .reached import reached, stopped

__all__ = ["reached", "stopped", "visibility"]
