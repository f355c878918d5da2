"""What microscope_frames makes of records that are not as they should be: errors of its own, and nothing else."""

import os
import random
import socket
import struct
import threading

import numpy
import pytest

import frame_clients  # noqa: F401  finds the package

import microscope_frames as mf
from microscope_frames import compression, pickles, records
from microscope_frames.shared import SharedMemory

HEADER = records._FRAME.pack(
    5,
    1.5,
    float("nan"),
    0.01,
    -1,
    4 * 6,
    3,
    4,
    6,
    b"<u2\0",
    0,
    0,
    3,
    4,
    1,
    1,
    0,
    0,
    0,
    0,
    7,
    4096,
    0,
    24,
    *(0,) * 6,
    9,
    0
)


class Server:
    """A server's socket at which a test sends what it wants."""

    def __init__(self, path):
        self.path = str(path)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(self.path)
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        self.client, _ = self._listener.accept()
        self.asked = self.client.recv(65536)
        self.client.send(records.record(records.WELCOME, {"policy": "all", "queue": 4, "hold": 8}))

    def subscribe(self):
        return SharedMemory({"socket": self.path, "object": "Camera", "ticket": "t"}, {"policy": "all"}, 5)

    def close(self):
        self.client.close()
        self._listener.close()


@pytest.fixture
def server(tmp_path):
    server = Server(tmp_path / "socket")
    yield server
    server.close()


def frame(header=HEADER, length=192, extra=0, magic=b"MFRM", version=1, kind=records.FRAME):
    return (struct.pack("<4sHHII", magic, version, kind, length, extra) + header).ljust(192, b"\0")


def memory(seals=0x2 | 0x4, size=4096):
    """Memory as a server hands out."""
    import fcntl

    file = os.memfd_create("frame", os.MFD_CLOEXEC | 0x2)
    os.truncate(file, size)
    os.pwrite(file, bytes(range(24)), 0)
    fcntl.fcntl(file, 1033, seals)
    return file


def send(server, packet, descriptor=None):
    rights = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, struct.pack("i", descriptor))] if descriptor is not None else []
    server.client.sendmsg([packet], rights)
    if descriptor is not None:
        os.close(descriptor)


def test_a_frame(server):
    """As it should be: the image is there, and its slot goes back with the last view of it."""
    client = server.subscribe()
    assert records.head(server.client.recv(100))[0] == records.GIVE
    send(server, frame(), memory())
    item = client.take(5)
    assert item.image.tolist() == numpy.arange(24, dtype="u1").view("<u2").reshape(4, 3).tolist() and item.number == 5
    view = item.image[1:].T
    del item
    server.client.setblocking(False)
    with pytest.raises(BlockingIOError):
        server.client.recv(100)
    del view
    assert server.client.recv(100) == records.give(1, (7,))


@pytest.mark.parametrize(
    "packet, text",
    [
        (b"MF", "a record of 2 bytes"),
        (frame(magic=b"HTTP"), "foreign record"),
        (frame(version=2), "another version"),
        (frame(length=5000), "a record of 5000 and 0 bytes"),
        (frame(length=20), "the header of a frame has 20 bytes"),
        (frame(extra=10), "cut off"),
        (frame(), "whose memory never came"),
        (frame(HEADER[:60] + b"|O8\0" + HEADER[64:]), "whose memory never came"),
    ],
)
def test_records_that_are_wrong(server, packet, text):
    """Each is an error that says what came."""
    client = server.subscribe()
    send(server, packet)
    with pytest.raises(mf.ProtocolError, match=text):
        client.take(5)


@pytest.mark.parametrize(
    "header, descriptor, text",
    [
        (HEADER, lambda: memory(seals=0), "not sealed"),
        (HEADER, lambda: memory(size=100), "a slot of 4096 bytes that is shorter"),
        (HEADER.replace(struct.pack("<Q", 4096), struct.pack("<Q", 1 << 50)), memory, "that is shorter"),
        (HEADER[:60] + b"|O8\0" + HEADER[64:], memory, "pixels of type"),
        (HEADER.replace(struct.pack("<III", 3, 4, 6), struct.pack("<III", 30000, 40000, 60000)), memory, "a frame of"),
    ],
)
def test_memory_that_is_wrong(server, header, descriptor, text):
    """Memory that could end this program is not mapped, and pixels that are not in it are not looked at."""
    client = server.subscribe()
    count = len(os.listdir("/proc/self/fd"))
    send(server, frame(header), descriptor())
    with pytest.raises(mf.ProtocolError, match=text):
        client.take(5)
    assert len(os.listdir("/proc/self/fd")) == count


def test_mutated_frames(server):
    """Whatever bytes a header has, there is an image within the memory, or an error."""
    client, chance, good = server.subscribe(), random.Random(17), 0
    send(server, frame(), memory())
    client.take(5)
    for _ in range(3000):
        packet = bytearray(frame())
        for _ in range(chance.randrange(1, 4)):
            packet[chance.randrange(len(packet))] = chance.choice((0, 1, 7, 0x7F, 0x80, 0xFF, chance.randrange(256)))
        send(server, bytes(packet))
        try:
            item = client.take(0.01)
        except mf.ProtocolError:
            continue
        if isinstance(item, mf.Frame):
            good += 1
            assert item.image.nbytes <= 4096 and item.image.sum() >= 0
            repr(item), item.roi, item.binning, item.transform, item.losses, item.trigger_index
    assert good > 100


def test_compressed_pixels_that_are_wrong():
    """They do not become more than the frame has, nor less."""
    import zlib

    out = numpy.empty(1000, numpy.uint8)
    for data in (b"", b"nonsense", zlib.compress(bytes(10)), zlib.compress(bytes(10**7))[:-4][:500]):
        try:
            compression.expand(data, 1, 2, out)
        except mf.ProtocolError:
            pass
        else:
            assert len(data) > 100
    for encoding in (0, 4, 255):
        with pytest.raises(mf.ProtocolError, match="not agreed on"):
            compression.expand(b"", encoding, 1, out)


def test_pickles_are_data():
    """A server that is somebody else's runs no code here."""
    import pickle

    class Evil:
        def __reduce__(self):
            return os.system, ("touch /tmp/evil",)

    for value in (Evil(), subprocess_pickle()):
        with pytest.raises(pickle.UnpicklingError):
            pickles.loads(pickle.dumps(value) if not isinstance(value, bytes) else value)
    error = pickles.loads(b"\x80\x04cvendor.lib\nAtcoreError\n\x8c\x03bad\x85R.")
    assert isinstance(error, mf.RemoteError) and str(error) == "vendor.lib.AtcoreError: bad"


def subprocess_pickle():
    return b"\x80\x04cbuiltins\neval\n\x8c\x011\x85R."
