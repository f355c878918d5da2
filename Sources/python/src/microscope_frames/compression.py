"""Compressed pixels, as far as packages for them are installed."""

from __future__ import annotations

import zlib
from typing import Any, Callable

import numpy

from .errors import ProtocolError

#: The names that servers know, by the number that stands in a frame.
ENCODINGS = {1: "zlib", 2: "lz4", 3: "zstd"}
_functions: "dict[str, Callable[[Any, int], bytes]]" = {}


def _zlib(data: Any, length: int) -> bytes:
    reader = zlib.decompressobj()
    return reader.decompress(data, length)


_functions["zlib"] = _zlib
try:
    import lz4.block

    _functions["lz4"] = lambda data, length: lz4.block.decompress(data, uncompressed_size=length)
except ImportError:
    pass
try:
    from compression import zstd

    _functions["zstd"] = lambda data, length: zstd.ZstdDecompressor().decompress(data, max_length=length)
except ImportError:
    try:
        import zstandard

        _functions["zstd"] = lambda data, length: zstandard.ZstdDecompressor().decompress(data, max_output_size=length)
    except ImportError:
        pass


def available() -> "list[str]":
    """What can be decompressed here, the best first."""
    return [name for name in ("lz4", "zstd", "zlib") if name in _functions]


def expand(data: Any, encoding: int, shuffled: int, out: numpy.ndarray) -> None:
    """Decompresses pixels, and puts the bytes of each together again."""
    function = _functions.get(ENCODINGS.get(encoding, ""))
    if function is None:
        raise ProtocolError("pixels in an encoding that was not agreed on: %d" % encoding)
    try:
        plain = numpy.frombuffer(function(data, len(out)), numpy.uint8)
    except Exception as error:
        raise ProtocolError("pixels that cannot be decompressed: %s" % error) from error
    if len(plain) != len(out) or (shuffled > 1 and len(out) % shuffled):
        raise ProtocolError("%d bytes of pixels instead of %d" % (len(plain), len(out)))
    if shuffled > 1:
        out.reshape(-1, shuffled)[:] = plain.reshape(shuffled, -1).T
    else:
        out[:] = plain
