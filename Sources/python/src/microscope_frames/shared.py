"""Frames in shared memory: one packet a frame, pixels where the server has them."""

from __future__ import annotations

import collections
import ctypes
import fcntl
import os
import select
import socket
import struct
import threading
import weakref
from typing import Any, Optional

import numpy

from . import errors, records
from .frame import Frame, Reading

_LIBC = ctypes.CDLL(None, use_errno=True)
_LIBC.mmap.restype = ctypes.c_void_p
_LIBC.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int, ctypes.c_int, ctypes.c_long]
_LIBC.munmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
_PROT_READ, _MAP_SHARED, _FAILED = 1, 1, ctypes.c_void_p(-1).value
_GET_SEALS, _SEAL_SHRINK = 1034, 2
_LARGEST_SLOT = 1 << 36


class _Memory:
    """A slot of the server's memory, mapped until nobody refers to it any longer."""

    # Not by the module mmap, which would keep a descriptor open for each slot.
    def __init__(self, descriptor: int, length: int):
        self.address, self.length, self.layouts = 0, length, {}
        if not 0 < length <= _LARGEST_SLOT or os.fstat(descriptor).st_size < length:
            raise errors.ProtocolError("a slot of %d bytes that is shorter" % length)
        # Memory that could shrink would end this program when it is read.
        if not fcntl.fcntl(descriptor, _GET_SEALS) & _SEAL_SHRINK:
            raise errors.ProtocolError("memory that is not sealed")
        address = _LIBC.mmap(None, length, _PROT_READ, _MAP_SHARED, descriptor, 0)
        if address in (None, _FAILED):
            raise errors.FrameError("cannot map %d bytes of frames: %s" % (length, os.strerror(ctypes.get_errno())))
        self.address = address

    def __del__(self, unmap: Any = _LIBC.munmap) -> None:
        if self.address:
            unmap(self.address, self.length)

    def layout(self, fields: tuple) -> dict:
        """What numpy needs for a view; mostly that of the frame before."""
        key = fields[records.BYTES : records.TYPE + 1] + (fields[records.OFFSET],)
        found = self.layouts.get(key)
        if found is None:
            if len(self.layouts) > 16:
                self.layouts.clear()
            found = records.layout(fields, self.length)
            found["data"] = (self.address + fields[records.OFFSET], True)
            self.layouts[key] = found
        return found


class _Loan:
    """A slot while it is ours: the base of an image and of all its views, gone with the last of them."""

    __slots__ = ("__array_interface__", "_memory", "_slot", "_subscription", "__weakref__")

    def __init__(self, memory: _Memory, layout: dict, slot: int, subscription: "SharedMemory"):
        self.__array_interface__, self._memory, self._slot, self._subscription = layout, memory, slot, subscription

    def __del__(self) -> None:
        self._subscription.give(self._slot)


class SharedMemory:
    """A subscription at the Unix socket of a server on this machine."""

    way = "shared memory"

    def __init__(self, offer: dict, wanted: dict, limit: float):
        self._slots: "dict[int, _Memory]" = {}
        self._pending: "collections.deque[int]" = collections.deque()
        # Reentrant, since collecting garbage may give slots back within it.
        self._held, self._credit, self._lock = 0, 0, threading.RLock()
        self._closing = False
        self._buffer = bytearray(records.LONGEST_HEADER + records.LONGEST_EXTRA)
        self._room = socket.CMSG_SPACE(4)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        try:
            self.socket.settimeout(limit)
            self.socket.connect(offer["socket"])
            self.socket.send(
                records.record(records.SUBSCRIBE, {**wanted, "object": offer["object"], "ticket": offer["ticket"]})
            )
            self.answer = self._welcome()
        except BaseException:
            self.socket.close()
            raise
        self.socket.setblocking(False)
        self._poll = select.poll()
        self._poll.register(self.socket, select.POLLIN)
        self.newest = self.answer["policy"] == "newest"
        self.hold = int(self.answer["hold"])
        _forks.add(self)
        if not self.newest:
            self._send(records.give(self.hold))

    def fileno(self) -> int:
        return self.socket.fileno()

    @property
    def held(self) -> int:
        """How many slots images of this program keep."""
        return self._held

    def ask(self) -> None:
        """Asks for a frame, if only the latest is wanted and none was asked for."""
        if self.newest and not self._credit:
            self._credit = 1
            self._send(records.give(1))

    def take(self, wait: Optional[float]) -> Any:
        """The next frame, reading, or (kind, JSON) of another record; None after so many seconds without one."""
        while True:
            if self._pending:
                self._give_pending()
            try:
                count, ancillary, flags, _ = self.socket.recvmsg_into(
                    [self._buffer], self._room, socket.MSG_CMSG_CLOEXEC
                )
            except BlockingIOError:
                if wait == 0 or not self._poll.poll(None if wait is None else wait * 1000):
                    return None
                continue
            except OSError as error:
                raise errors.Unreachable("the connection to the server ended: %s" % error.strerror) from error
            if not count:
                raise errors.Unreachable("the server has closed the connection")
            descriptor = _descriptor(ancillary)
            try:
                item = self._read(count, descriptor)
            finally:
                if descriptor is not None:
                    os.close(descriptor)
            if item is not None:
                return item

    def give(self, slot: int) -> None:
        """Gives a slot back; from any thread, also from one that is collecting garbage."""
        with self._lock:
            self._held -= 1
        credit = 0 if self.newest or self._closing else 1
        try:
            self.socket.send(records.give(credit, (slot,)))
        except BlockingIOError:
            self._pending.append(slot)
        except OSError:
            pass  # the connection is gone, and everything was given back with it
        if self._closing and self._held <= 0:
            self.socket.close()

    def ping(self) -> None:
        self._send(records.record(records.PING))

    def close(self) -> None:
        """Ends the subscription; images that are still referenced keep their slots, and with them the connection."""
        self._closing = True
        self._send(records.record(records.UNSUBSCRIBE))
        try:
            # What was sent and not taken.
            while self.take(0) is not None:
                pass
        except errors.FrameError:
            pass
        self._slots.clear()
        if self._held <= 0:
            self.socket.close()

    def forget(self) -> None:
        """Closes this process's end after a fork: it would give back what the parent holds."""
        self._closing = False
        self.socket.close()

    def _welcome(self) -> dict:
        try:
            data = self.socket.recv(records.LONGEST_HEADER + records.LONGEST_EXTRA)
        except socket.timeout as error:
            raise errors.Unreachable("no answer at the server's socket") from error
        if len(data) < records.HEAD_LENGTH:
            raise errors.Unreachable("the server has closed its socket")
        kind, header, length = records.head(data)
        value = records.extra(data, header, length)
        if kind == records.WELCOME and isinstance(value, dict):
            return value
        if kind in (records.REFUSED, records.END) and isinstance(value, dict):
            raise errors.Refused(str(value.get("text")), str(value.get("code")))
        raise errors.ProtocolError("a record of kind %d in place of an answer" % kind)

    def _read(self, count: int, descriptor: Optional[int]) -> Any:
        data = self._buffer
        if count < records.HEAD_LENGTH:
            raise errors.ProtocolError("a record of %d bytes" % count)
        kind, header, length = records.head(data)
        if count < header + length:
            raise errors.ProtocolError("a record that was cut off")
        if kind == records.FRAME:
            return self._frame(records.frame(data, header), descriptor, records.extra(data, header, length))
        if kind in (records.VALUE, records.FAILURE):
            self._credit = 0
            number, timestamp, losses, event = records.value(data, header)
            value = records.extra(data, header, length)
            return Reading(value, number, timestamp, losses, event) if kind == records.VALUE else (kind, value)
        if kind == records.RETIRE:
            for slot in records.slots(data, header, length):
                self._slots.pop(slot, None)
            return None
        return (
            (kind, records.extra(data, header, length))
            if kind in (records.STATE, records.COUNTS, records.END)
            else None
        )

    def _frame(self, fields: tuple, descriptor: Optional[int], extra: Any) -> Frame:
        slot = fields[records.SLOT]
        self._credit = 0
        if descriptor is not None:
            self._slots[slot] = _Memory(descriptor, fields[records.SLOT_BYTES])
        memory = self._slots.get(slot)
        if memory is None:
            raise errors.ProtocolError("a frame in slot %d, whose memory never came" % slot)
        with self._lock:
            self._held += 1
        loan = _Loan(memory, memory.layout(fields), slot, self)
        return Frame(numpy.asarray(loan), fields, changes(extra))

    def _give_pending(self) -> None:
        given = []
        while self._pending and len(given) < 1024:
            given.append(self._pending.popleft())
        try:
            self.socket.send(records.give(0 if self.newest else len(given), given))
        except BlockingIOError:
            self._pending.extend(given)
        except OSError:
            pass

    def _send(self, record: bytes) -> None:
        try:
            self.socket.send(record)
        except BlockingIOError:
            writable = select.poll()
            writable.register(self.socket, select.POLLOUT)
            writable.poll(1000)
            try:
                self.socket.send(record)
            except OSError:
                pass
        except OSError:
            pass  # the next look at the socket says what happened


def changes(extra: Any) -> "list[tuple[str, tuple]]":
    """The settings that came with a frame."""
    listed = extra.get("changes", ()) if isinstance(extra, dict) else ()
    return [(str(change[0]), tuple(change[1])) for change in listed if isinstance(change, list) and len(change) == 2]


def is_this_machine(offer: dict) -> bool:
    """Whether the server runs on the same kernel."""
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip() == str(offer.get("boot_id", "")).strip()
    except OSError:
        return False


def _descriptor(ancillary: Any) -> Optional[int]:
    if not ancillary:
        return None
    found = [
        number
        for level, kind, data in ancillary
        if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS)
        for number, in struct.iter_unpack("i", data[: len(data) // 4 * 4])
    ]
    for further in found[1:]:
        os.close(further)
    return found[0] if found else None


_forks: "weakref.WeakSet[SharedMemory]" = weakref.WeakSet()


def _after_fork() -> None:
    for subscription in list(_forks):
        subscription.forget()


os.register_at_fork(after_in_child=_after_fork)
