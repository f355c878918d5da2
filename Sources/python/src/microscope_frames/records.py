"""The records that follow a subscription; docs/frames-wire.md of the server has every byte."""

from __future__ import annotations

import json
import re
import struct
from typing import Any, Sequence

from .errors import ProtocolError

VERSION = 1
WELCOME, REFUSED, FRAME, VALUE, FAILURE, RETIRE, STATE, COUNTS, END = range(1, 10)
SUBSCRIBE, GIVE, PING, UNSUBSCRIBE = range(65, 69)
HEAD_LENGTH, FRAME_LENGTH, VALUE_LENGTH = 16, 192, 64
LONGEST_HEADER, LONGEST_EXTRA = 4096, 1 << 20
NO_SLOT = 0xFFFFFFFF
HAS_DESCRIPTOR, HAS_CHANGES = 1, 2
PLACES = ("camera", "sdk", "server", "network", "client", "process")

_HEAD = struct.Struct("<4sHHII")
_FRAME = struct.Struct("<QdddqQIII4s4i2I4BIQQQ6IQI")
_VALUE = struct.Struct("<Qd6IB")
_GIVE = struct.Struct("<4sHHIIII")
_ONE = struct.Struct("<4sHHIIIII")
# Places of values in an unpacked frame.
(
    NUMBER,
    TIMESTAMP,
    HARDWARE_TIME,
    EXPOSURE,
    TRIGGER,
    BYTES,
    WIDTH,
    HEIGHT,
    ROW,
    TYPE,
    LEFT,
    TOP,
    ROI_WIDTH,
    ROI_HEIGHT,
    BINNING_H,
    BINNING_V,
    TRANSFORM,
    FLAGS,
    ENCODING,
    SHUFFLED,
    SLOT,
    SLOT_BYTES,
    OFFSET,
    SENT_BYTES,
    LOST,
) = range(25)
GENERATION, WAITING = LOST + 6, LOST + 7
_TYPE = re.compile(rb"[<>|][uif][1248]\0*$")


def head(data: Any) -> "tuple[int, int, int]":
    """Kind, length of the header, length of the extra part."""
    magic, version, kind, header, extra = _HEAD.unpack_from(data)
    if magic != b"MFRM" or version != VERSION:
        raise ProtocolError("a foreign record, or one of another version: %r" % bytes(data[:16]))
    if not HEAD_LENGTH <= header <= LONGEST_HEADER or extra > LONGEST_EXTRA:
        raise ProtocolError("a record of %d and %d bytes" % (header, extra))
    return kind, header, extra


def frame(data: Any, header: int) -> tuple:
    """The fields of a frame."""
    if header < FRAME_LENGTH:
        raise ProtocolError("the header of a frame has %d bytes" % header)
    return _FRAME.unpack_from(data, HEAD_LENGTH)


def value(data: Any, header: int) -> "tuple[int, float, tuple, bool]":
    """Number, time, losses by place, whether it is an event."""
    if header < VALUE_LENGTH:
        raise ProtocolError("the header of a value has %d bytes" % header)
    fields = _VALUE.unpack_from(data, HEAD_LENGTH)
    return fields[0], fields[1], fields[2:8], bool(fields[8] & 1)


def layout(fields: tuple, memory: int) -> dict:
    """How numpy sees the pixels of a frame in memory of so many bytes: all but the address."""
    kind = fields[TYPE]
    if not _TYPE.match(kind):
        raise ProtocolError("pixels of type %r" % kind)
    name, size = kind.rstrip(b"\0").decode(), int(kind[2:3])
    width, height, row, offset = fields[WIDTH], fields[HEIGHT], fields[ROW], fields[OFFSET]
    if row < width * size or fields[BYTES] != row * height or offset + row * height > memory:
        raise ProtocolError(
            "a frame of %d × %d pixels of %s, rows of %d bytes at %d, in %d bytes"
            % (width, height, name, row, offset, memory)
        )
    strides = None if row == width * size else (row, size)
    return {"version": 3, "shape": (height, width), "typestr": name, "strides": strides}


def extra(data: Any, header: int, length: int) -> Any:
    """The JSON of a record."""
    if not length:
        return None
    try:
        return json.loads(bytes(data[header : header + length]))
    except ValueError as error:
        raise ProtocolError("a record whose JSON cannot be read: %s" % error) from error


def slots(data: Any, header: int, length: int) -> Sequence[int]:
    """The numbers in a record RETIRE."""
    return struct.unpack_from("<%dI" % (length // 4), data, header)


def record(kind: int, value: Any = None) -> bytes:
    """A record with JSON, or without anything."""
    text = b"" if value is None else json.dumps(value).encode()
    return _HEAD.pack(b"MFRM", VERSION, kind, HEAD_LENGTH, len(text)) + text


def give(credit: int, given: Sequence[int] = ()) -> bytes:
    """A record that gives slots back, and says how many more frames are wanted."""
    if len(given) == 1:
        return _ONE.pack(b"MFRM", VERSION, GIVE, 24, 4, credit, 1, given[0])
    return _GIVE.pack(b"MFRM", VERSION, GIVE, 24, 4 * len(given), credit, len(given)) + struct.pack(
        "<%dI" % len(given), *given
    )
