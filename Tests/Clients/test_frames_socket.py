"""Frames through shared memory: what a subscriber on this machine gets, and what it cannot do to others."""
import fcntl
import json
import mmap
import os
import signal
import socket
import stat
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

import numpy
import Pyro4
import pytest
from microscope import TriggerMode, TriggerType

import frame_reader
from frame_reader import SocketReader, give, is_absent, offer_of, record
from receivers import Listener
from servers import run
from test_delivery import number, run_freely, stream
from test_supervision import at, worker
from waiting import eventually

CAMERA = {"driver": "prebuilt-camera", "conf": {"sensor_shape": [256, 256]}}
# The same pixels each time, but for the number in the first of them.
ONE_FRAME = {"driver": "prebuilt-camera", "conf": {"sensor_shape": [256, 128], "ring": 1}}
SIMULATED = {"driver": "simulated-camera", "conf": {"sensor_shape": [64, 48]}}


@pytest.fixture
def served(serve, tmp_path, connect):
    """A prebuilt camera: its server, its configuration, its URI and a proxy."""
    server = serve([at("Camera", CAMERA)])
    uri = server.uri("Camera")
    return server, tmp_path / "config.yaml", uri, connect(uri)


@pytest.fixture
def subscribe(request):
    """Makes subscribers by the URI, closed in the end."""
    def make(uri, **wanted):
        reader = SocketReader(offer_of(uri), **wanted)
        request.addfinalizer(reader.close)
        return reader
    return make


class Viewer:
    """A subscriber that is a program of its own."""

    def __init__(self, uri, *more, **wanted):
        self.process = subprocess.Popen([sys.executable, frame_reader.__file__, uri, json.dumps(wanted), *more],
                                        stdout=subprocess.PIPE, text=True)
        assert self.process.stdout.readline() == "subscribed\n"

    def next(self):
        return int(self.process.stdout.readline())

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()


class Recorder(threading.Thread):
    """A subscriber that takes each frame as soon as it is there, on a thread of its own, and counts what it lost."""

    def __init__(self, reader):
        super().__init__(daemon=True)
        self.reader, self.taken, self.lost, self._ends = reader, 0, 0, False
        self.start()

    def run(self):
        while not self._ends:
            frame = self.reader.next(60)
            self.lost += sum(frame.lost.values())
            self.taken += 1
            self.reader.give_back(frame)

    def end(self):
        self._ends = True
        self.join()


def subscribers(config):
    return stream(config)["subscribers"]


def descriptors(pid):
    return len(os.listdir("/proc/%d/fd" % pid))


def test_each_trigger_gives_a_frame_without_a_copy(served, subscribe):
    _, _, uri, camera = served
    reader = subscribe(uri, policy="all", name="test")
    assert reader.answer["way"] == "shared_memory" and not reader.answer["sending"]
    camera.enable()
    for index in range(300):
        camera.trigger()
        frame = reader.next()
        assert frame.image.shape == (256, 256) and frame.image.dtype == numpy.uint16
        assert not frame.image.flags.writeable
        assert (number(frame.image), frame.trigger, frame.number) == (index, index, reader.answer["number"] + index)
        assert abs(frame.time - time.time()) < 60 and is_absent(frame.hardware_time)
        assert sum(frame.lost.values()) == 0
        reader.give_back(frame)
    # The same few slots again and again.
    assert reader.mapped <= 8
    assert reader.sending
    assert reader.counts()["sent"] == 300


def test_old_clients_notice_nothing(served, subscribe):
    """A registered client gets each frame, whoever else watches."""
    _, _, uri, camera = served
    reader = subscribe(uri, policy="all")
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        for index in range(5):
            camera.trigger()
            assert number(listener.next()[0]) == number(reader.next().image) == index


def test_memory_can_be_neither_written_nor_resized(served, subscribe):
    _, _, uri, camera = served
    reader = subscribe(uri)
    camera.enable()
    camera.trigger()
    data, ancillary, _, _ = next(got for got in iter(lambda: reader.socket.recvmsg(4096, 64), None) if got[1])
    descriptor = struct.unpack("i", ancillary[0][2])[0]
    with pytest.raises(OSError):
        mmap.mmap(descriptor, 4096, mmap.MAP_SHARED, mmap.PROT_READ | mmap.PROT_WRITE)
    for refused in (lambda: os.ftruncate(descriptor, 0), lambda: os.ftruncate(descriptor, 1 << 30),
                    lambda: os.pwrite(descriptor, b"x", 0)):
        with pytest.raises(OSError):
            refused()
    # F_ADD_SEALS: nothing can be added either, F_SEAL_SEAL is there.
    assert fcntl.fcntl(descriptor, 1034) & 0x17 == 0x17
    os.close(descriptor)


def test_header_has_the_settings(serve, connect, subscribe):
    """ROI, binning, transform, exposure, and what was set since the last frame."""
    server = serve([at("Camera", SIMULATED)])
    uri = server.uri("Camera")
    camera = connect(uri)
    reader = subscribe(uri, policy="all", settings=True)
    camera.set_exposure_time(0.015)
    camera.set_roi((8, 4, 32, 16))
    camera.set_binning((2, 1))
    camera.set_transform((True, False, False))
    camera.enable()
    camera.trigger()
    frame = reader.next()
    assert frame.exposure == pytest.approx(0.015)
    assert (frame.roi, frame.binning, frame.transform) == ((8, 4, 32, 16), (2, 1), 1)
    assert frame.image.shape == (16, 16)
    names = [name for name, _ in frame.changes]
    assert names[:4] == ["set_exposure_time", "set_roi", "set_binning", "set_transform"]
    assert ["set_exposure_time", [0.015]] in frame.changes
    reader.give_back(frame)
    camera.trigger()
    frame = reader.next()
    assert frame.changes == []
    before = frame.generation
    reader.give_back(frame)
    camera.set_setting("gain", 3)
    camera.trigger()
    frame = reader.next()
    assert frame.changes == [["set_setting", ["gain", 3]]] and frame.generation > before


def test_transform_is_applied(serve, subscribe, connect):
    server = serve([at("Camera", ONE_FRAME)])
    uri = server.uri("Camera")
    camera, reader = connect(uri), subscribe(uri, policy="all")
    camera.enable()
    camera.trigger()
    frame = reader.next()
    expected = numpy.flipud(numpy.rot90(frame.image))
    reader.give_back(frame)
    reader.counts()
    camera.set_transform((False, True, True))
    camera.trigger()
    frame = reader.next()
    assert frame.transform == 6
    # The first pixels have the number of the frame.
    assert (frame.image != expected).sum() <= 8


def test_one_recorder_and_four_viewers(served, subscribe):
    """Nothing is lost by the first, and the viewers are at most a frame behind."""
    _, config, uri, camera = served
    recorder = subscribe(uri, policy="all", name="recorder", queue=64)
    viewers = [subscribe(uri, name="viewer %d" % index) for index in range(4)]
    run_freely(camera, 0.01)
    camera.enable()
    last = None
    for _ in range(300):
        frame = recorder.next()
        assert sum(frame.lost.values()) == 0
        assert last is None or frame.number == last + 1
        last = frame.number
        recorder.give_back(frame)
        for viewer in viewers:
            # A frame that came before this one may be in its socket; a viewer that asks has at most that.
            shown = viewer.next()
            viewer.give_back(shown)
    # Before the counts are read, since nobody takes frames meanwhile.
    camera.disable()
    counted = {entry["name"]: entry for entry in subscribers(config)}
    assert counted["recorder"]["lost"] == 0 and counted["recorder"]["sent"] >= 300
    assert counted["recorder"]["policy"] == "all" and counted["recorder"]["way"] == "shared_memory"
    assert all(counted["viewer %d" % index]["sent"] >= 300 for index in range(4))


def test_stopped_viewer_loses_only_its_own(served, subscribe):
    """It holds no more than it may, others lose nothing, and it gets frames again when it goes on."""
    _, config, uri, camera = served
    recorder = subscribe(uri, policy="all", queue=64)
    stopped = Viewer(uri, policy="all", queue=16, hold=8, name="stopped")
    try:
        run_freely(camera, 0.002)
        camera.enable()
        stopped.next()
        stopped.process.send_signal(signal.SIGSTOP)
        since = time.monotonic()
        while time.monotonic() - since < 3:
            frame = recorder.next()
            assert sum(frame.lost.values()) == 0
            recorder.give_back(frame)
        entry = next(entry for entry in subscribers(config) if entry["name"] == "stopped")
        assert entry["lost_in"]["client"] > 100 and entry["lost"] == entry["lost_in"]["client"]
        assert entry["held"] <= 8 and entry["waiting"] <= 16 and entry["bytes"] <= 24 * 256 * 256 * 2
        stopped.process.send_signal(signal.SIGCONT)
        at_least = recorder.next().number
        eventually(lambda: stopped.next() >= at_least, "the viewer gets new frames")
    finally:
        stopped.kill()


def test_killed_viewers_give_everything_back(served, subscribe):
    server, config, uri, camera = served
    recorder = Recorder(subscribe(uri, policy="all", queue=150, hold=64))
    run_freely(camera, 0.01)
    camera.enable()
    pid = worker(server, uri)
    for _ in range(20):
        viewer = Viewer(uri, "keep", policy="all", queue=8, hold=8)
        viewer.next()
        viewer.kill()
    eventually(lambda: len(subscribers(config)) == 1, "killed viewers are forgotten")
    recorder.end()
    assert recorder.taken > 100 and recorder.lost == 0
    camera.disable()
    recorder.reader.close()
    eventually(lambda: not subscribers(config), "the last one too")
    before = descriptors(pid)
    reader = subscribe(uri)
    reader.close()
    eventually(lambda: descriptors(pid) <= before, "no descriptor is left")


def test_two_hundred_that_come_and_go(served):
    server, config, uri, camera = served
    pid, offer = worker(server, uri), offer_of(uri)
    run_freely(camera, 0.005)
    camera.enable()
    SocketReader(offer).close()
    eventually(lambda: not subscribers(config), "no subscriber is left")
    camera.disable()
    before = descriptors(pid)
    camera.enable()
    for _ in range(200):
        reader = SocketReader(offer)
        reader.next()
        reader.close()
    eventually(lambda: not subscribers(config), "no subscriber is left")
    camera.disable()
    eventually(lambda: descriptors(pid) <= before + 1, "no descriptor is left")


def test_never_gives_a_slot_back(served, subscribe):
    """It has as many as it may, and others get each frame; the memory is there again when it goes."""
    _, config, uri, camera = served
    recorder = subscribe(uri, policy="all", queue=64)
    keeper = subscribe(uri, policy="all", queue=4, hold=6, credit=1000, name="keeper")
    run_freely(camera, 0.002)
    camera.enable()
    kept = [keeper.next() for _ in range(6)]
    images = [frame.image.copy() for frame in kept]
    for _ in range(500):
        frame = recorder.next()
        assert sum(frame.lost.values()) == 0
        recorder.give_back(frame)
    # What it holds is as it was.
    assert all((frame.image == image).all() for frame, image in zip(kept, images))
    entry = next(entry for entry in subscribers(config) if entry["name"] == "keeper")
    assert (entry["held"], entry["sent"]) == (6, 6) and entry["bytes"] <= 10 * 256 * 256 * 2
    keeper.close()
    eventually(lambda: len(subscribers(config)) == 1, "it is gone")


def test_false_slots_are_refused(served, subscribe):
    """Counted, logged once, and in the end the subscription ends; others are not concerned."""
    server, config, uri, camera = served
    reader, hostile = subscribe(uri, policy="all"), subscribe(uri, policy="all", credit=10)
    camera.enable()
    camera.trigger()
    held = reader.next()
    image = held.image.copy()
    hostile.send(give(0, [held.slot, 7, 0xFFFFFFFF]))
    assert hostile.counts()["refused"] >= 2
    for _ in range(50):
        camera.trigger()
    assert (held.image == image).all()
    with pytest.raises((frame_reader.Refused, EOFError, ConnectionError, BrokenPipeError)) as refused:
        for _ in range(3):
            hostile.send(give(0, [999_999] * 1000))
        hostile.counts()
    eventually(lambda: len(subscribers(config)) == 1, "it is gone")
    server.wait_for(r"WARNING .*gave back \d+ slots that it did not have")


def test_hostile_records(served, subscribe):
    """Each is refused for its own connection."""
    server, config, uri, camera = served
    offer = offer_of(uri)
    reader = subscribe(uri, policy="all")
    wanted = {"object": "Camera", "ticket": offer["ticket"]}

    def answer(data):
        with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as other:
            other.settimeout(20)
            other.connect(offer["socket"])
            other.send(data)
            got = other.recv(65536)
            return json.loads(got[16:])["code"] if got[6] == frame_reader.REFUSED else got[6]

    def wants(**changes):
        return record(frame_reader.SUBSCRIBE, extra=json.dumps({**wanted, **changes}).encode())

    assert answer(b"x") == "malformed"
    assert answer(b"GET / HTTP/1.1\r\n\r\n") == "malformed"
    assert answer(wants()[:30]) == "malformed"
    assert answer(record(frame_reader.SUBSCRIBE, extra=b"{", version=1)) == "malformed"
    assert answer(record(frame_reader.SUBSCRIBE, extra=b"[" * 5000)) == "malformed"
    assert answer(record(frame_reader.SUBSCRIBE, extra=b"{}", version=9)) == "version"
    assert answer(give(1)) == "malformed"
    assert answer(b"\0" * 70000) == "malformed"
    assert answer(wants(version=0)) == "version" or answer(wants(version=0)) == "wanted"
    assert answer(wants(ticket="0" * 32)) == "ticket"
    assert answer(wants(object="Nothing")) == "object"
    assert answer(wants(policy="some")) == "wanted"
    assert answer(wants(queue=-1)) == "wanted"
    assert answer(wants(queue=10**30)) == "wanted"
    assert answer(wants(name=["x"])) == "wanted"
    assert answer(wants(later="unknown keys are for later versions")) == frame_reader.WELCOME
    # A client that has subscribed, and then sends nonsense.
    other = subscribe(uri)
    other.send(record(77))
    with pytest.raises(frame_reader.Refused) as refused:
        other.next()
    assert refused.value.code == "malformed"
    # The others and the device never noticed.
    camera.enable()
    camera.trigger()
    assert number(reader.next().image) == 0
    assert len([line for line in server.lines if "WARNING" in line and "policy is" in line]) <= 1


def test_socket_belongs_to_the_user(served):
    _, _, uri, _ = served
    offer = offer_of(uri)
    path = Path(offer["socket"])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and offer["users"] == "own" and offer["uid"] == os.geteuid()
    assert offer["boot_id"] == Path("/proc/sys/kernel/random/boot_id").read_text().strip()


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root, to be another user")
def test_other_users(serve, tmp_path):
    """Refused with the reason, unless the configuration lets all users in."""
    script = ("import os, sys, json; sys.path.insert(0, sys.argv[2]); from frame_reader import *\n"
              "offer = json.loads(sys.argv[1]); os.setgid(65534); os.setuid(65534)\n"
              "reader = SocketReader(offer); print(reader.answer['way'])")

    def attempt(offer):
        done = subprocess.run([sys.executable, "-c", script, json.dumps(offer), str(Path(__file__).parent)],
                              capture_output=True, text=True)
        return done.stdout + done.stderr

    server = serve([at("Camera", CAMERA)])
    offer = offer_of(server.uri("Camera"))
    assert "Permission denied" in attempt(offer)
    os.chmod(offer["socket"], 0o666)
    assert "the server belongs to user 0, and this process to user 65534" in attempt(offer)
    server.kill()
    server = serve([at("Camera", CAMERA)], pyro={"shared_memory": "all_users"})
    assert attempt(offer_of(server.uri("Camera"))) == "shared_memory\n"


def test_no_shared_memory_if_nobody_may(serve):
    server = serve([at("Camera", CAMERA)], pyro={"shared_memory": "nobody"})
    offer = offer_of(server.uri("Camera"))
    assert offer["socket"] is None and "shared_memory: nobody" in offer["no_socket"]


def test_memory_has_a_bound(serve, tmp_path, connect, subscribe):
    """One alone may hold half of it; what it does not give back is not there for the next one."""
    camera = {"driver": "prebuilt-camera", "conf": {"sensor_shape": [512, 512]}}
    server = serve([at("Camera", camera)], pyro={"frame_memory": 8 << 20})
    uri, config = server.uri("Camera"), tmp_path / "config.yaml"
    camera = connect(uri)
    keepers = [subscribe(uri, policy="all", queue=100, hold=100) for _ in range(3)]
    viewer = subscribe(uri)
    run_freely(camera, 0.002)
    camera.enable()
    for _ in range(200):
        viewer.give_back(viewer.next())
    held = [entry["bytes"] for entry in subscribers(config)]
    assert sum(held) <= (8 << 20) + 4 * (512 << 10) and max(held) <= 4 << 20
    for keeper in keepers:
        keeper.close()
    eventually(lambda: len(subscribers(config)) == 1, "they are gone")
    eventually(lambda: sum(entry["bytes"] for entry in subscribers(config)) <= 1 << 20, "the memory is back")


def test_killed_worker(served):
    """The socket ends; a new offer leads to the new worker, and the numbers go on."""
    server, _, uri, camera = served
    camera.enable()
    reader = SocketReader(offer_of(uri), policy="all")
    camera.trigger()
    last = reader.next().number
    old = offer_of(uri)
    os.kill(worker(server, uri), signal.SIGKILL)
    with pytest.raises((EOFError, ConnectionError)):
        while True:
            reader.next()
    reader.close()

    def again():
        try:
            offer = offer_of(uri)
            return offer if offer["ticket"] != old["ticket"] else None
        except Pyro4.errors.CommunicationError:
            return None
    offer = eventually(again, "the new worker offers frames")
    assert not os.path.exists(old["socket"])
    with pytest.raises(frame_reader.Refused) as refused:
        SocketReader({**offer, "ticket": old["ticket"]})
    assert refused.value.code == "ticket"
    reader = SocketReader(offer, policy="all")
    assert reader.answer["number"] >= last + 1
    with Pyro4.Proxy(uri) as proxy:
        proxy._pyroSerializer = "pickle"
        eventually(lambda: proxy.get_is_enabled(), "the camera is enabled again")
        proxy.trigger()
    assert reader.next().number >= last + 1
    reader.close()


def test_end_of_the_server_is_said(served, subscribe):
    server, _, uri, _ = served
    offer = offer_of(uri)
    reader = subscribe(uri)
    server.process.send_signal(signal.SIGTERM)
    with pytest.raises(frame_reader.Refused) as refused:
        reader.next()
    assert refused.value.code == "stopping"
    assert server.wait() == 0
    assert not os.path.exists(offer["socket"])


def test_values_of_a_logger(serve, connect, subscribe):
    server = serve([at("Logger", {"driver": "simulated-value-logger", "conf": {"numSensors": 3, "pullData": False, "period": 0.05}})])
    uri = server.uri("Logger")
    reader = subscribe(uri, policy="all")
    assert reader.answer["kind"] == "values"
    logger = connect(uri)
    logger.enable()
    first = reader.next()
    assert len(first) == 3 and all(isinstance(value, float) for value in first)


def test_status_names_subscribers(served, subscribe):
    _, config, uri, camera = served
    reader = subscribe(uri, policy="all", name="napari\x1b[31m")
    camera.enable()
    camera.trigger()
    reader.next()
    entry, = subscribers(config)
    assert (entry["name"], entry["way"], entry["policy"], entry["sent"], entry["held"]) == \
        ("napari[31m", "shared_memory", "all", 1, 1)
    assert entry["peer"] == "process %d" % os.getpid()
    code, out, _ = run("status", config)
    assert code == 0 and "Camera: subscriber napari[31m (process %d) by shared memory, all: 1 sent" % os.getpid() in out


def test_read_only_clients_may_watch(serve):
    server = serve([at("Camera", CAMERA)], pyro={"read_only_from": ["127.0.0.1/32"]})
    uri = server.uri("Camera")
    reader = SocketReader(offer_of(uri))
    assert reader.answer["object"] == "Camera"
    reader.close()
