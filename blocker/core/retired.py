"""What was replaced, on its way out of memory.

Rule: a little at a time. A hundred thousand entries let go of at once would take longer than any
answer may.
"""

from typing import Any


class Retired(list[dict[Any, Any]]):
    """Memories that nothing looks into any more."""

    def shed(self, count: int) -> bool:
        """Free `count` entries; True while there is more."""
        if self:
            entries = self[-1]
            for _ in range(min(count, len(entries))):
                entries.popitem()
            if not entries:
                self.pop()
        return bool(self)
