"""Frames and readings as programs get them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple, Optional

import numpy

from . import records, vocabulary


class Transform(NamedTuple):
    """What was done to the pixels after they were read."""

    flipped_left_right: bool
    flipped_up_down: bool
    rotated: bool


class Gap(NamedTuple):
    """An interruption: the server was restarted, or the connection lost."""

    #: How many frames were missed; at least so many if `exact` is false.
    frames: int
    exact: bool
    #: How long the client was without a server, in seconds.
    seconds: float
    reason: str


class Frame:
    """A frame: pixels and what is known of them.

    `image` is a read-only numpy array of shape (height, width), without a copy where the pixels are in shared memory.
    It stays as it is for as long as it, or a view of it, is referenced; `image.copy()` keeps it without keeping the
    server's memory.
    """

    __slots__ = ("image", "lost", "gap", "changes", "_fields")

    def __init__(self, image: Any, fields: tuple, changes: Any = None):
        self.image: numpy.ndarray = image
        #: How many frames were lost since the one before.
        self.lost = 0
        #: The interruption before this frame, or None.
        self.gap: Optional[Gap] = None
        #: With `settings=True`: the calls by which something was set since the frame before.
        self.changes: "list[tuple[str, tuple]]" = changes or []
        self._fields = fields

    number = property(lambda self: self._fields[records.NUMBER], doc="Number of the frame, from 0 on.")
    timestamp = property(lambda self: self._fields[records.TIMESTAMP], doc="Host time, in seconds since 1970.")
    generation = property(
        lambda self: self._fields[records.GENERATION], doc="It grows whenever somebody has set something in the device."
    )
    waiting = property(lambda self: self._fields[records.WAITING], doc="How many frames wait behind this one.")

    @property
    def hardware_time(self) -> Optional[float]:
        """Seconds since 1970 by the camera's clock."""
        return _known(self._fields[records.HARDWARE_TIME])

    @property
    def exposure_time(self) -> Optional[float]:
        """In seconds."""
        return _known(self._fields[records.EXPOSURE])

    @property
    def trigger_index(self) -> Optional[int]:
        """Which trigger made this frame, from 0 on since the device was enabled."""
        index = self._fields[records.TRIGGER]
        return None if index < 0 else index

    @property
    def roi(self) -> Optional[Any]:
        """The area of the sensor that was read."""
        area = self._fields[records.LEFT : records.ROI_HEIGHT + 1]
        return None if min(area) < 0 else vocabulary.ROI(*area)

    @property
    def binning(self) -> Optional[Any]:
        """Joined pixels."""
        h, v = self._fields[records.BINNING_H : records.BINNING_V + 1]
        return vocabulary.Binning(h, v) if h and v else None

    @property
    def transform(self) -> Transform:
        """What was done to the pixels after they were read."""
        bits = self._fields[records.TRANSFORM]
        return Transform(bool(bits & 1), bool(bits & 2), bool(bits & 4))

    @property
    def losses(self) -> "dict[str, int]":
        """The lost frames by the place where they were lost, without places where none was."""
        counts = self._fields[records.LOST : records.LOST + 6]
        return {place: count for place, count in zip(records.PLACES, counts) if count}

    def __array__(self, dtype: Any = None, copy: Any = None) -> numpy.ndarray:
        return numpy.array(self.image, dtype) if copy else numpy.asarray(self.image, dtype)

    def __repr__(self) -> str:
        height, width = self.image.shape
        return "<frame %d: %d × %d pixels of %s%s>" % (
            self.number,
            width,
            height,
            self.image.dtype,
            ", %d lost before it" % self.lost if self.lost else "",
        )


class Reading:
    """What a value logger or digital lines send: `value` with its number and time."""

    __slots__ = ("value", "number", "timestamp", "event", "lost", "gap", "_losses")

    def __init__(self, value: Any, number: int, timestamp: float, losses: tuple, event: bool):
        self.value, self.number, self.timestamp, self.event = value, number, timestamp, event
        self.lost = 0
        self.gap: Optional[Gap] = None
        self._losses = losses

    waiting = 0

    @property
    def losses(self) -> "dict[str, int]":
        """The lost values by the place where they were lost."""
        return {place: count for place, count in zip(records.PLACES, self._losses) if count}

    def __repr__(self) -> str:
        return "<reading %d: %r>" % (self.number, self.value)


def called_back(image: Any, number: int, timestamp: float) -> Frame:
    """A frame of a server that sends nothing but pixels and a time."""
    nothing = (
        number,
        timestamp,
        math.nan,
        math.nan,
        -1,
        image.nbytes,
        image.shape[1],
        image.shape[0],
        image.strides[0],
        b"",
        -1,
        -1,
        -1,
        -1,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        0,
    ) + (0,) * 8
    return Frame(image, nothing)


def _known(value: float) -> Optional[float]:
    return None if math.isnan(value) else value
