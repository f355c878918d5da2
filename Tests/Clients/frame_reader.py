"""A client of docs/frames-wire.md, written from that page alone: by the Unix socket, or on its own connection."""
import array
import hashlib
import hmac
import json
import math
import mmap
import os
import select
import socket
import struct
import sys
import time
import zlib
from typing import NamedTuple

import numpy
import Pyro4

from waiting import PATIENCE

(WELCOME, REFUSED, FRAME, VALUE, FAILURE, RETIRE, STATE, COUNTS, END) = range(1, 10)
SUBSCRIBE, GIVE, PING, UNSUBSCRIBE = range(65, 69)
PLACES = ("camera", "sdk", "server", "network", "client", "process")
_HEAD = struct.Struct("<4sHHII")
_FRAME = struct.Struct("<16xQdddqQIII4s4iIIBBBBIQQQ6IQI")


def record(kind, fields=b"", extra=b"", version=1, magic=b"MFRM"):
    """The bytes of a record."""
    return _HEAD.pack(magic, version, kind, 16 + len(fields), len(extra)) + fields + extra


def give(credit, slots=()):
    """A record that grants credit and gives slots back."""
    return record(GIVE, struct.pack("<II", credit, len(slots)), struct.pack("<%dI" % len(slots), *slots))


class Frame(NamedTuple):
    """A frame with what its header says."""

    image: numpy.ndarray
    number: int
    time: float
    hardware_time: float
    exposure: float
    trigger: int
    roi: tuple
    binning: tuple
    transform: int
    encoding: int
    slot: int
    lost: dict
    generation: int
    changes: list


class Refused(Exception):
    """The server's reason, with its code."""

    def __init__(self, reason):
        super().__init__(reason["text"])
        self.code = reason["code"]


class Reader:
    """What both ways share: the last state that the server told, and the records that were not frames."""

    def __init__(self):
        self.sending, self.retired, self.failures = None, [], []

    def _note(self, kind, extra):
        if kind == STATE:
            self.sending = json.loads(extra)["sending"]
        elif kind == FAILURE:
            self.failures.append(json.loads(extra)["text"])
        elif kind in (END, REFUSED):
            raise Refused(json.loads(extra))

    def next(self, within=PATIENCE):
        """The next frame or value."""
        deadline = time.monotonic() + within
        while True:
            got = self._receive(deadline - time.monotonic())
            assert got, "no frame within %s s" % within
            kind, header, extra = got
            if kind == FRAME:
                return self._frame(header, extra)
            if kind == VALUE:
                return json.loads(extra)
            self._note(kind, extra)

    def counts(self, within=PATIENCE):
        """What the server has counted for this subscriber; frames that come before the answer are taken."""
        self.send(record(PING))
        while True:
            kind, header, extra = self._receive(within)
            if kind == COUNTS:
                return json.loads(extra)
            if kind == FRAME:
                self.give_back(self._frame(header, extra))
            else:
                self._note(kind, extra)

    def _read_header(self, header, extra, image):
        (number, when, hardware, exposure, trigger, _, width, height, row, dtype, left, top, roi_width, roi_height,
         bin_h, bin_v, transform, flags, encoding, shuffled, slot, slot_bytes, offset, following,
         *rest) = _FRAME.unpack_from(header)
        pixels = image(slot, slot_bytes, offset, following, encoding, shuffled, row * height)
        view = pixels.view(numpy.dtype(dtype.rstrip(b"\0").decode())).reshape(height, width)
        changes = json.loads(extra)["changes"] if flags & 2 else []
        return Frame(view, number, when, hardware, exposure, trigger, (left, top, roi_width, roi_height), (bin_h, bin_v),
                     transform, encoding, slot, dict(zip(PLACES, rest[:6])), rest[6], changes)


class SocketReader(Reader):
    """A subscriber by shared memory."""

    def __init__(self, offer, credit=None, **wanted):
        super().__init__()
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(offer["socket"])
        self._maps = {}
        wanted = {"object": offer["object"], "ticket": offer["ticket"], **wanted}
        self.send(record(SUBSCRIBE, extra=json.dumps(wanted).encode()))
        kind, _, extra = self._receive(PATIENCE)
        if kind != WELCOME:
            self.socket.close()
        self._note(kind, extra)
        self.answer = json.loads(extra)
        if credit is None:
            credit = self.answer["hold"] if self.answer["policy"] == "all" else 1
        self.send(give(credit))

    def send(self, data):
        self.socket.send(data)

    def _receive(self, within):
        if not select.select([self.socket], [], [], max(0, within))[0]:
            return None
        data, ancillary, flags, _ = self.socket.recvmsg(1 << 17, socket.CMSG_SPACE(4), socket.MSG_CMSG_CLOEXEC)
        if not data:
            raise EOFError("the server has closed the socket")
        assert not flags & (socket.MSG_TRUNC | socket.MSG_CTRUNC)
        magic, version, kind, header, extra = _HEAD.unpack_from(data)
        assert (magic, version, header + extra) == (b"MFRM", 1, len(data)), data[:64]
        self._descriptor = None
        for _, _, content in ancillary:
            self._descriptor, = array.array("i", content)
        if kind == RETIRE:
            slots = struct.unpack("<%dI" % (extra // 4), data[header:])
            self.retired += slots
            for slot in slots:
                self._maps.pop(slot, None)
        return kind, data[:header], data[header:]

    def _frame(self, header, extra):
        def image(slot, slot_bytes, offset, following, encoding, shuffled, count):
            assert following == 0 and encoding == 0
            if self._descriptor is not None:
                assert slot not in self._maps
                self._maps[slot] = mmap.mmap(self._descriptor, slot_bytes, mmap.MAP_SHARED, mmap.PROT_READ)
                os.close(self._descriptor)
            return numpy.frombuffer(self._maps[slot], numpy.uint8, count, offset)
        return self._read_header(header, extra, image)

    def give_back(self, frame, credit=1):
        self.send(give(credit, [frame.slot]))

    @property
    def mapped(self):
        """The number of slots that are mapped."""
        return len(self._maps)

    def close(self):
        self.socket.close()


class ConnectionReader(Reader):
    """A subscriber on a connection of its own."""

    def __init__(self, proxy, credit=None, key=None, **wanted):
        super().__init__()
        self.proxy, self._key, self._sent, self._got = proxy, key, 0, 0
        self.answer = proxy.frames_subscribe(wanted)
        self.socket = proxy._pyroConnection.sock
        self._buffer = b""
        if credit is None:
            credit = 8 if self.answer["policy"] == "all" else 1
        self.send(give(credit))

    def send(self, data):
        if self._key:
            data += hmac.new(self._key, b"C" + struct.pack("<Q", self._sent) + data, hashlib.sha256).digest()
            self._sent += 1
        self.socket.sendall(data)

    def _read(self, count, deadline):
        while len(self._buffer) < count:
            self.socket.settimeout(max(0.001, deadline - time.monotonic()))
            data = self.socket.recv(1 << 20)
            if not data:
                raise EOFError("the server has closed the connection")
            self._buffer += data
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def _receive(self, within):
        deadline = time.monotonic() + within
        try:
            head = self._read(16, deadline)
        except (socket.timeout, TimeoutError):
            return None
        magic, version, kind, header, extra = _HEAD.unpack(head)
        assert (magic, version) == (b"MFRM", 1), head
        whole = head + self._read(header - 16 + extra, deadline)
        self._pixels = b""
        if kind == FRAME:
            self._pixels = self._read(struct.unpack_from("<Q", whole, 128)[0], deadline)
        if self._key:
            signed = b"S" + struct.pack("<Q", self._got) + whole + self._pixels
            assert self._read(32, deadline) == hmac.new(self._key, signed, hashlib.sha256).digest()
            self._got += 1
        return kind, whole[:header], whole[header:]

    def _frame(self, header, extra):
        def image(slot, slot_bytes, offset, following, encoding, shuffled, count):
            assert (slot, slot_bytes, offset, following) == (0xFFFFFFFF, 0, 0, len(self._pixels))
            pixels = self._pixels
            if encoding:
                assert encoding == 1
                pixels = zlib.decompress(pixels)
            pixels = numpy.frombuffer(pixels, numpy.uint8)
            assert len(pixels) == count
            if encoding and shuffled > 1:
                pixels = numpy.ascontiguousarray(pixels.reshape(shuffled, -1).T).reshape(-1)
            return pixels
        return self._read_header(header, extra, image)

    def give_back(self, _, credit=1):
        self.send(give(credit))

    def close(self):
        self.proxy._pyroRelease()


def is_absent(number):
    """Whether a number of a header is not known."""
    return math.isnan(number)


def offer_of(uri):
    """What a device offers."""
    with Pyro4.Proxy(uri) as proxy:
        proxy._pyroSerializer = "serpent"
        return proxy.frames_offer()


if __name__ == "__main__":
    # A viewer as a program of its own: prints the number of each frame, and when it came.
    reader = SocketReader(offer_of(sys.argv[1]), **json.loads(sys.argv[2]))
    print("subscribed", flush=True)
    while True:
        frame = reader.next(3600)
        print(frame.number, flush=True)
        if len(sys.argv) < 4:
            reader.give_back(frame)
