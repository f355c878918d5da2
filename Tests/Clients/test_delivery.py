"""What becomes of each frame: it is delivered, or counted with the place where it was lost."""
import json
import os
import re
import signal
import subprocess
import sys
import time

import numpy
import Pyro4
import pytest
from microscope import TriggerMode, TriggerType

from computers import OBSTACLE, Computer
from receivers import Listener
from servers import run, write_config
from test_clarity import devices
from test_memory import memory
from test_supervision import at, worker
from waiting import eventually

CAMERA = {"driver": "prebuilt-camera", "conf": {"sensor_shape": [256, 256]}}
# A listener at an address, which prints the number of each frame, and 0 for other data.
NUMBERS = """
import sys, numpy, Pyro4
Pyro4.config.SERIALIZERS_ACCEPTED.add("pickle")
Pyro4.config.SERIALIZER = "pickle"
class Listener:
    @Pyro4.expose
    def receiveData(self, data, timestamp):
        is_frame = getattr(data, "ndim", 0) == 2
        print(int(numpy.ascontiguousarray(data).reshape(-1)[:4].view("<u8")[0]) if is_frame else 0, flush=True)
daemon = Pyro4.Daemon(sys.argv[1])
uri = daemon.register(Listener(), "listener")
camera = Pyro4.Proxy(sys.argv[2])
camera.set_client(sys.argv[3] if len(sys.argv) > 3 else str(uri))
print("registered", flush=True)
daemon.requestLoop()
"""


def number(frame):
    """The number that a prebuilt camera writes into its frames."""
    return int(numpy.ascontiguousarray(frame).reshape(-1)[:4].view("<u8")[0])


def stream(config, name="Camera"):
    """What `status --json` says of the stream of a device."""
    code, out, err = run("status", "--json", config)
    assert code == 0, err
    devices = [device for definition in json.loads(out)[0]["definitions"] for device in definition["devices"]]
    return next(device for device in devices if device["name"] == name)


def run_freely(camera, period):
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    camera.set_exposure_time(period)


def take(listener, taken, since):
    """Takes frames as times and numbers, until some are later than a time."""
    while not taken or taken[-1][0] < since + 0.2:
        frame, time_of_frame = listener.next()
        taken.append((time_of_frame, number(frame)))


def starts_of(numbers):
    """The places at which numbering begins anew."""
    return [place for place, value in enumerate(numbers) if not place or value < numbers[place - 1]]


def test_killed_worker_loses_nothing_uncounted(serve, tmp_path, connect):
    """Totals go on with each worker, and each frame number is delivered or counted."""
    server = serve([at("Camera", CAMERA)])
    uri, config = server.uri("Camera"), tmp_path / "config.yaml"
    camera = connect(uri)
    run_freely(camera, 0.001)
    taken = []
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        for count in range(1, 4):
            take(listener, taken, time.time())
            os.kill(worker(server, uri), signal.SIGKILL)
            server.wait_for(r"(?s)(serving PYRO:Camera@.*){%d}" % (count + 1))
        take(listener, taken, time.time())
        camera = connect(uri)
        camera.disable()
        found = eventually(lambda: (lambda s: s["waiting"] == 0 and s)(stream(config)), "no frame is on its way")
        while len(taken) < found["sent"] or listener.arrived.qsize():
            frame, time_of_frame = listener.next()
            taken.append((time_of_frame, number(frame)))
        camera.set_client(None)
    # What two processes have sent through two connections may arrive in any order.
    numbers = [value for _, value in sorted(taken)]
    begins = starts_of(numbers)
    assert len(begins) == 4, begins
    missing = 0
    for begin, end in zip(begins, [*begins[1:], len(numbers)]):
        # In order, none twice.
        assert numbers[begin:end] == sorted(set(numbers[begin:end]))
        missing += numbers[end - 1] + 1 - (end - begin)
    lost = found["lost_in"]
    assert found["lost"] == sum(lost.values())
    # What was being sent at the moment of a death may have come all the same; a gap is always counted.
    assert len(numbers) - 3 <= found["sent"] <= len(numbers)
    assert missing <= found["lost"], (missing, found)
    text = run("status", config)[1]
    assert not lost["process"] or "%d with a process that ended" % lost["process"] in text, text


@pytest.mark.parametrize("cause", ["stopped", "killed while stopped"])
def test_client_that_reads_nothing_for_a_while(serve, tmp_path, connect, cause):
    """It stays registered without holding memory, and its frames are back within seconds after it reads again."""
    server = serve([at("Camera", {"driver": "prebuilt-camera", "conf": {"sensor_shape": [1024, 1024]}})],
                   pyro={"comm_timeout": 1})
    uri, config = server.uri("Camera"), tmp_path / "config.yaml"
    camera = connect(uri)
    run_freely(camera, 0.01)
    client = subprocess.Popen([sys.executable, "-c", NUMBERS, "127.0.0.1", uri], stdout=subprocess.PIPE, text=True)
    try:
        assert client.stdout.readline() == "registered\n"
        camera.enable()
        assert client.stdout.readline() == "0\n"
        os.kill(client.pid, signal.SIGSTOP)
        server.wait_for("cannot be reached and gets data again when it answers within 3600 s")
        away = eventually(lambda: stream(config)["absent_clients"], "status shows that it is away")
        eventually(lambda: stream(config)["absent_clients"][0]["missed"] > away[0]["missed"], "what it misses is counted")
        assert "has missed" in run("status", config)[1]
        # The frames of its queue are free.
        definition = json.loads(run("status", "--json", config)[1])[0]["definitions"][0]
        eventually(lambda: json.loads(run("status", "--json", config)[1])[0]["definitions"][0]["frame_bytes"] < 30 << 20,
                   "no frames are held for it; at first %d bytes" % definition["frame_bytes"])
        if cause == "stopped":
            os.kill(client.pid, signal.SIGCONT)
            begin = time.monotonic()
            server.wait_for("is back after .*; it has missed [1-9]")
            print("back after %.1f s" % (time.monotonic() - begin))
            missed = int(server.find(r"it has missed (\d+) data")[1])
            newest = missed
            eventually(lambda: int(client.stdout.readline()) > newest, "frames that were taken later arrive")
            assert stream(config)["absent_clients"] == [] and len(stream(config)["clients"]) == 1
            assert stream(config)["lost_in"]["client"] >= missed
        else:
            client.kill()
            server.wait_for("is gone and gets no more data")
            eventually(lambda: stream(config)["clients"] == [], "nobody is registered")
    finally:
        client.kill()
        client.wait()
        client.stdout.close()
        camera.disable()


def test_client_that_is_not_remembered(serve, connect):
    """With `remember_clients: 0` a client that does not read is forgotten after comm_timeout."""
    server = serve([at("Camera", {"driver": "prebuilt-camera", "conf": {"sensor_shape": [1024, 1024]}})],
                   pyro={"comm_timeout": 0.5, "remember_clients": 0})
    uri = server.uri("Camera")
    camera = connect(uri)
    run_freely(camera, 0.01)
    client = subprocess.Popen([sys.executable, "-c", NUMBERS, "127.0.0.1", uri], stdout=subprocess.PIPE, text=True)
    try:
        assert client.stdout.readline() == "registered\n"
        camera.enable()
        assert client.stdout.readline() == "0\n"
        os.kill(client.pid, signal.SIGSTOP)
        server.wait_for("is gone and gets no more data")
    finally:
        client.kill()
        client.wait()
        client.stdout.close()
        camera.disable()


# MARK: Memory


def log_values(serve, config):
    """Sensors that send values: the server, and what makes them send."""
    logger = {"driver": "simulated-value-logger", "conf": {"numSensors": 8, "period": 0.001}}

    def take(_, count):
        end = stream(config)["sent"] + count
        eventually(lambda: stream(config)["sent"] >= end, "%d values are sent" % count)

    return serve([at("Camera", logger)]), take


def section(serve, _, apart=False):
    """A camera behind a Clarity, whose raw images are worked on, in one process with its parts or in three."""
    parts = devices()
    parts[1]["conf"]["sensor_shape"] = [1024, 512]
    server = serve([{**part, "port": 0} for part in parts] if apart else [{"port": 0, "devices": parts}])
    with Pyro4.Proxy(server.uri("Clarity")) as clarity:
        clarity.set_setting("sectioning", 1)

    def take(camera, count):
        for _ in range(count):
            camera.trigger()

    return server, take


SOURCES = {
    "value logger": log_values,
    "composite in one process": section,
    "composite in three processes": lambda serve, config: section(serve, config, apart=True),
}


@pytest.mark.parametrize("source", SOURCES)
def test_memory_of_a_stopped_client(serve, tmp_path, connect, source):
    """What a stopped client costs is bounded, shown by status, and given back within seconds after it is killed."""
    config = tmp_path / "config.yaml"
    server, take = SOURCES[source](serve, config)
    uri = server.uri("Camera")
    camera, pid = connect(uri), worker(server, uri)

    def held():
        definitions = json.loads(run("status", "--json", config)[1])[0]["definitions"]
        return sum(definition["frame_bytes"] for definition in definitions) / 2**20

    client = subprocess.Popen([sys.executable, "-c", NUMBERS, "127.0.0.1", uri], stdout=subprocess.PIPE, text=True)
    try:
        assert client.stdout.readline() == "registered\n"
        camera.enable()
        take(camera, 1)
        client.stdout.readline()
        before = memory(pid)
        os.kill(client.pid, signal.SIGSTOP)
        take(camera, 300)
        most, frames = memory(pid), held()
        # Twice the queue and the pools of frames of one MiB, and what the allocator keeps.
        assert frames <= 100, frames
        assert most < before + 130, "%d MB, before %d" % (most, before)
        client.kill()
        server.wait_for("is gone and gets no more data")
        camera.disable()
        eventually(lambda: held() < 8, "frames are given back; at most there were %d MiB" % frames)
        # The allocator keeps up to 32 MiB of what parts in other processes have sent.
        eventually(lambda: memory(pid) < before + 40, "memory is given back; at most it was %d MB" % most)
        print("%s: %d MB, %d with a stopped client, %d MiB of frames" % (source, before, most, frames))
    finally:
        client.kill()
        client.wait()
        client.stdout.close()


# MARK: Between computers


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Two computers with a cable between them."""
    if OBSTACLE:
        pytest.skip(OBSTACLE)
    folder = tmp_path_factory.mktemp("delivery")
    both = Computer(folder, "scope", "10.79.0.1"), Computer(folder, "viewer", "10.79.0.2")
    both[0].connect(both[1])
    yield both
    for computer in both:
        computer.switch_off()


@pytest.fixture
def far(network, tmp_path):
    """A camera that takes a frame each 10 ms on one computer, and its URI."""
    scope, _ = network
    server = scope.serve(write_config(tmp_path, [{"name": "Camera", "port": 8001, "host": "10.79.0.1", **CAMERA}]))
    try:
        yield server, server.uri("Camera")
    finally:
        server.kill()


def start_viewer(computer, *arguments):
    """Starts a listener on a computer."""
    return computer.start(sys.executable, "-u", "-c", NUMBERS, *arguments)


def call(computer, uri, code):
    """Runs a line with a camera on a computer."""
    return computer.run(sys.executable, "-c", "import sys, Pyro4\nPyro4.config.SERIALIZER = 'pickle'\n"
                        "camera = Pyro4.Proxy(sys.argv[1])\n" + code, uri)


FREELY = ("from microscope import TriggerMode, TriggerType\n"
          "camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB); camera.set_exposure_time(0.01); camera.enable()")


def test_frames_are_back_after_the_link(network, far):
    """A link that was down longer than anything waits: frames come again at the same listener, without a call."""
    scope, viewer = network
    server, uri = far
    client = start_viewer(viewer, "10.79.0.2", uri)
    try:
        assert client.process.stdout.readline() == "registered\n"
        call(scope, uri, FREELY)
        assert int(client.process.stdout.readline()) >= 0
        viewer.run("ip", "link", "set", "eth0", "down")
        server.wait_for("client .* cannot be reached and gets data again")
        viewer.run("ip", "link", "set", "eth0", "up")
        begin = time.monotonic()
        server.wait_for("client .* is back after .*; it has missed [1-9]")
        missed = int(server.find(r"it has missed (\d+) data")[1])
        eventually(lambda: int(client.process.stdout.readline()) > missed, "frames arrive")
        print("back after %.1f s" % (time.monotonic() - begin))
    finally:
        viewer.run("ip", "link", "set", "eth0", "up")
        client.kill()


def test_loopback_address_of_another_computer(network, far):
    """Images for 127.0.1.1 would stay on the server's computer: set_client says so, and nothing goes to that port."""
    scope, viewer = network
    server, uri = far
    # A program of somebody else, at that port here.
    innocent = scope.start(sys.executable, "-u", "-c", "import socket\ns = socket.create_server(('127.0.1.1', 7766))\n"
                           "print('listening', flush=True)\ns.accept()\nprint('disturbed', flush=True)")
    try:
        assert innocent.process.stdout.readline() == "listening\n"
        client = start_viewer(viewer, "10.79.0.2", uri, "PYRO:listener@127.0.1.1:7766")
        client.wait()
        assert re.search(r"127\.0\.1\.1.*/etc/hosts", client.text()), client.text()
        client.kill()
        call(scope, uri, FREELY)
        call(scope, uri, "assert camera.get_is_enabled()")
        innocent.process.kill()
        assert innocent.process.stdout.read() == ""
    finally:
        innocent.kill()


def test_sockets_between_computers(network, far):
    """Images follow the system's congestion control between computers, and use reno on one."""
    scope, viewer = network
    server, uri = far
    system = scope.run("cat", "/proc/sys/net/ipv4/tcp_congestion_control").strip()
    for computer, address, wanted in ((viewer, "10.79.0.2", system), (scope, "10.79.0.1", "reno")):
        client = start_viewer(computer, address, uri)
        try:
            assert client.process.stdout.readline() == "registered\n"
            call(scope, uri, FREELY)
            assert int(client.process.stdout.readline()) >= 0
            port = re.findall(r"client PYRO:listener@%s:(\d+) registered" % re.escape(address), server.text())[-1]
            sockets = scope.run("ss", "--no-header", "-tin", "dst", "%s:%s" % (address, port))
            assert " %s " % wanted in sockets, sockets
            if computer is viewer:
                # What is not on its way yet waits here, where it gives way to newer images.
                os.kill(client.process.pid, signal.SIGSTOP)
                server.wait_for("client .* is too slow")
                sockets = scope.run("ss", "--no-header", "-tin", "dst", "%s:%s" % (address, port))
                assert int(re.search(r"notsent:(\d+)|$", sockets)[1] or 0) <= 512 << 10, sockets
        finally:
            client.kill()
