"""What was lost: frames between two that arrived, and those of interruptions."""
from __future__ import annotations

import collections
import logging
import time
from typing import Any, Deque, Optional

from .frame import Gap

log = logging.getLogger("microscope_frames")


class Continuity:
    """The count of the frames that a client has missed."""

    def __init__(self, uri: str, takes_all: bool):
        self._uri, self._takes_all = uri, takes_all
        self._last: Optional[int] = None
        self._interruption: "Optional[tuple[float, str]]" = None
        self.lost = 0
        self.gaps: Deque[Gap] = collections.deque(maxlen=100)

    def interrupt(self, reason: str) -> None:
        """Notes that nothing comes any more, and why."""
        if self._interruption is None:
            self._interruption = (time.monotonic(), reason)
            log.warning("%s: %s; trying again", self._uri, reason)

    def count(self, item: Any, is_numbered: bool) -> None:
        """Says of a frame how many were lost before it.

        - is_numbered: whether the numbers are the server's, which count every frame.
        """
        last, self._last = self._last, item.number
        if last is None:
            self._interruption = None
            return
        exact = is_numbered and item.number > last
        missed = item.number - last - 1 if exact else item.number
        # Of the frames that a live view did not want, none was lost.
        lost = missed if self._takes_all and exact else sum(item.losses.values())
        if self._interruption:
            (since, reason), self._interruption = self._interruption, None
            lost, item.gap = missed, Gap(missed, exact, time.monotonic() - since, reason)
            self.gaps.append(item.gap)
            log.warning("%s: %s%d frames were missed in %.1f s: %s", self._uri, "" if exact else "at least ", missed,
                        item.gap.seconds, reason)
        item.lost = lost
        self.lost += lost
