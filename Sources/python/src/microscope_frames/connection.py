"""Frames on the client's own connection: to another computer, out of a container, through a tunnel or a firewall."""

from __future__ import annotations

import collections
import hashlib
import hmac
import select
import ssl
import struct
import threading
from typing import Any, Optional

import numpy

from . import compression, errors, records, wire
from .frame import Frame, Reading
from .shared import changes

_LONGEST_FRAME = 1 << 33
_UNDER_WAY = 16 << 20
_SIGNATURE = 32


class _Buffer:
    """Memory for the pixels of a frame: the base of an image and of its views, used again after the last of them."""

    __slots__ = ("__array_interface__", "_memory", "_pool", "__weakref__")

    def __init__(self, memory: numpy.ndarray, layout: dict, pool: "collections.deque"):
        self.__array_interface__, self._memory, self._pool = layout, memory, pool

    def __del__(self) -> None:
        # The last few, so that neither fresh memory is needed for each frame nor all memory kept.
        self._pool.append(self._memory)


class OwnConnection:
    """A subscription on a connection of its own to the device's ordinary port."""

    way = "own connection"

    def __init__(self, address: wire.Address, security: wire.Security, wanted: dict, limit: float):
        connection = wire.Connection.open(address, security, limit)
        try:
            self.answer = connection.call("frames_subscribe", (wanted,), {}, limit)
        except errors.FrameError:
            connection.close()
            raise
        except Exception as error:
            connection.close()
            raise errors.Refused(str(error), str(error).partition(":")[0]) from error
        self.socket = connection.socket
        self.socket.setblocking(False)
        self._key = security.key if self.answer.get("signed") else None
        self._received = self._sent = 0
        self._is_tls = isinstance(self.socket, ssl.SSLSocket)
        self.newest = self.answer["policy"] == "newest"
        self._credit, self._window, self._done = 0, 0, 0
        self._pool: "collections.deque[numpy.ndarray]" = collections.deque(maxlen=8)
        self._outgoing, self._sending = bytearray(), threading.Lock()
        self._head = bytearray(records.LONGEST_HEADER + records.LONGEST_EXTRA)
        self._parser = self._parse()
        self._wanted = next(self._parser)
        self._readable, self._writable = select.poll(), select.poll()
        self._readable.register(self.socket, select.POLLIN)
        self._writable.register(self.socket, select.POLLIN | select.POLLOUT)
        if not self.newest:
            self._widen(4)

    held, hold = 0, None

    def fileno(self) -> int:
        return self.socket.fileno()

    def ask(self) -> None:
        """Asks for a frame, if only the latest is wanted and none was asked for."""
        if self.newest and not self._credit:
            self._credit = 1
            self._send(records.give(1))

    def take(self, wait: Optional[float]) -> Any:
        """The next frame, reading, or (kind, JSON) of another record; None after so many seconds without one."""
        while True:
            try:
                if self._outgoing:
                    self._try_flush()
                item = self._advance()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError, BlockingIOError):
                poll = self._writable if self._outgoing else self._readable
                if wait == 0 or not poll.poll(None if wait is None else wait * 1000):
                    return None
                continue
            except OSError as error:
                raise errors.Unreachable(
                    "the connection to the server ended: %s" % (error.strerror or error)
                ) from error
            if item is not None:
                return item

    def ping(self) -> None:
        self._send(records.record(records.PING))

    def close(self) -> None:
        try:
            self._send(records.record(records.UNSUBSCRIBE))
        except errors.FrameError:
            pass
        self.socket.close()

    forget = close

    def _advance(self) -> Any:
        """Receives until a record is complete."""
        while True:
            view = self._wanted
            while len(view):
                count = self.socket.recv_into(view)
                if not count:
                    raise errors.Unreachable("the server has closed the connection")
                view = view[count:]
                # Where to go on, should nothing more be there yet.
                self._wanted = view
            produced = self._parser.send(None)
            while not isinstance(produced, memoryview):
                item, produced = produced, next(self._parser)
                self._wanted = produced
                if item is not None:
                    return item
            self._wanted = produced

    def _parse(self) -> Any:
        """Yields memory to be filled, and what was received when a record is complete; None for one without news."""
        head = memoryview(self._head)
        while True:
            yield head[: records.HEAD_LENGTH]
            kind, header, length = records.head(head)
            if header + length > records.HEAD_LENGTH:
                yield head[records.HEAD_LENGTH : header + length]
            packed, memory, layout, fields = None, None, None, None
            if kind == records.FRAME:
                fields = records.frame(head, header)
                memory, layout = self._memory(fields)
                if fields[records.ENCODING]:
                    packed = numpy.empty(fields[records.SENT_BYTES], numpy.uint8)
                into = memory if packed is None else packed
                if len(into):
                    yield memoryview(into)
            if self._key is not None:
                mac = bytearray(_SIGNATURE)
                yield memoryview(mac)
                self._check(mac, head[: header + length], memory if packed is None else packed)
            if kind == records.FRAME:
                if packed is not None:
                    compression.expand(packed, fields[records.ENCODING], fields[records.SHUFFLED], memory)
                yield self._frame(fields, memory, layout, records.extra(head, header, length))
            elif kind in (records.VALUE, records.FAILURE):
                number, timestamp, losses, event = records.value(head, header)
                value = records.extra(head, header, length)
                self._credit = 0
                yield Reading(value, number, timestamp, losses, event) if kind == records.VALUE else (kind, value)
            elif kind in (records.STATE, records.COUNTS, records.END):
                yield (kind, records.extra(head, header, length))
            else:
                yield None

    def _memory(self, fields: tuple) -> "tuple[numpy.ndarray, dict]":
        count, sent = fields[records.BYTES], fields[records.SENT_BYTES]
        if count > _LONGEST_FRAME or sent > count or (not fields[records.ENCODING] and sent != count):
            raise errors.ProtocolError("a frame of %d bytes, of which %d are sent" % (count, sent))
        offset = records.OFFSET
        layout = records.layout(fields[:offset] + (0,) + fields[offset + 1 :], count)
        while self._pool:
            try:
                memory = self._pool.pop()
            except IndexError:
                break
            if len(memory) == count:
                return memory, layout
        return numpy.empty(count, numpy.uint8), layout

    def _frame(self, fields: tuple, memory: numpy.ndarray, layout: dict, extra: Any) -> Frame:
        layout["data"] = (memory.__array_interface__["data"][0], True)
        self._credit = 0
        if not self.newest:
            self._done += 1
            self._widen(max(4, min(64, _UNDER_WAY // max(1, len(memory)))))
        return Frame(numpy.asarray(_Buffer(memory, layout, self._pool)), fields, changes(extra))

    def _widen(self, window: int) -> None:
        """Grants credit, so that a bounded number of bytes is under way, in few records."""
        if window > self._window:
            grown, self._window = window - self._window, window
        else:
            grown = 0
        if grown or self._done * 2 >= self._window:
            credit, self._done = grown + self._done, 0
            self._send(records.give(credit))

    def _check(self, mac: bytes, head: Any, pixels: Any) -> None:
        assert self._key is not None
        signed = hmac.new(self._key, b"S" + struct.pack("<Q", self._received), hashlib.sha256)
        self._received += 1
        signed.update(head)
        if pixels is not None:
            signed.update(pixels)
        if not hmac.compare_digest(signed.digest(), bytes(mac)):
            self.socket.close()
            raise errors.Refused("a record with a wrong signature", "signature")

    def _send(self, record: bytes) -> None:
        with self._sending:
            self._outgoing += record
            if self._key is not None:
                self._outgoing += hmac.new(
                    self._key, b"C" + struct.pack("<Q", self._sent) + record, hashlib.sha256
                ).digest()
                self._sent += 1
        self._try_flush()

    def _try_flush(self) -> None:
        """Sends what goes out without waiting; the rest follows with the next look at the socket."""
        try:
            with self._sending:
                while self._outgoing:
                    del self._outgoing[: self.socket.send(self._outgoing)]
        except OSError:
            pass  # that it has to wait, or an end that the next look at the socket reports
