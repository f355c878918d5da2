"""Frames on the client's own connection: through firewalls, with SSL and signatures, and what a client cannot do to others."""
import os
import signal
import sys
import time
from pathlib import Path

import numpy
import Pyro4
import pytest

import frame_reader
from certificates import Authority, use_ssl
from computers import OBSTACLE, Computer
from frame_reader import ConnectionReader, give, record
from receivers import Listener
from servers import write_config
from test_delivery import FREELY, call, number, run_freely, stream
from test_supervision import at, worker
from waiting import eventually

CAMERA = {"driver": "prebuilt-camera", "conf": {"sensor_shape": [256, 256]}}
LARGE = {"driver": "prebuilt-camera", "conf": {"sensor_shape": [1024, 1024]}}


@pytest.fixture
def subscribe(connect):
    """Makes subscribers by the URI, closed in the end."""
    return lambda uri, **wanted: ConnectionReader(connect(uri), **wanted)


@pytest.fixture
def served(serve, tmp_path, connect):
    server = serve([at("Camera", CAMERA)])
    uri = server.uri("Camera")
    return server, tmp_path / "config.yaml", uri, connect(uri)


def subscribers(config):
    return stream(config)["subscribers"]


def test_each_trigger_gives_a_frame(served, subscribe):
    _, config, uri, camera = served
    reader = subscribe(uri, policy="all", name="far")
    assert (reader.answer["way"], reader.answer["signed"], reader.answer["compression"]) == ("connection", False, None)
    camera.enable()
    for index in range(200):
        camera.trigger()
        frame = reader.next()
        assert (number(frame.image), frame.trigger) == (index, index) and frame.image.shape == (256, 256)
        assert sum(frame.lost.values()) == 0
        reader.give_back(frame)
    assert reader.counts()["sent"] == 200
    entry, = subscribers(config)
    assert (entry["name"], entry["way"], entry["sent"]) == ("far", "connection", 200)
    assert entry["peer"] == "%s:%d" % reader.socket.getsockname()


def test_beside_registered_clients(served, subscribe):
    _, _, uri, camera = served
    reader = subscribe(uri, policy="all")
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        for index in range(5):
            camera.trigger()
            assert number(listener.next()[0]) == number(reader.next().image) == index


def test_credit_is_obeyed(served, subscribe):
    """No more comes than the client wants; what waits beyond the queue is lost by this client."""
    _, _, uri, camera = served
    reader = subscribe(uri, policy="all", queue=5, credit=2)
    camera.enable()
    for _ in range(2):
        camera.trigger()
    assert [number(reader.next().image) for _ in range(2)] == [0, 1]
    for _ in range(8):
        camera.trigger()
    eventually(lambda: reader.counts()["lost"]["client"] == 3, "three had no room")
    reader.send(give(10))
    frames = [reader.next() for _ in range(5)]
    assert [number(frame.image) for frame in frames] == [5, 6, 7, 8, 9]
    assert frames[0].lost["client"] == 3 and frames[1].lost["client"] == 0


def test_newest_skips(served, subscribe):
    """A view that is busy gets the latest frame next, and has lost nothing."""
    _, _, uri, camera = served
    reader = subscribe(uri, credit=0)
    camera.enable()
    for _ in range(10):
        camera.trigger()
    eventually(lambda: reader.counts()["skipped"] == 9, "nine were not wanted")
    reader.send(give(1))
    frame = reader.next()
    assert number(frame.image) == 9 and sum(frame.lost.values()) == 0


@pytest.mark.parametrize("compress", ["always", "auto"])
def test_compression(served, subscribe, compress):
    _, _, uri, camera = served
    plain = subscribe(uri, policy="all")
    small = subscribe(uri, policy="all", compression=["nonsense", "zlib"], compress=compress)
    assert small.answer["compression"] == "zlib"
    camera.enable()
    camera.trigger()
    one, other = plain.next(), small.next()
    assert (one.image == other.image).all() and one.encoding == 0
    assert other.encoding == (1 if compress == "always" else 0)


def test_transform_is_applied(serve, connect, subscribe):
    # The same pixels each time, but for the number in the first of them.
    one = {"driver": "prebuilt-camera", "conf": {"sensor_shape": [256, 128], "ring": 1}}
    uri = serve([at("Camera", one)]).uri("Camera")
    camera, reader = connect(uri), subscribe(uri, policy="all")
    camera.enable()
    camera.trigger()
    image = reader.next().image.copy()
    camera.set_transform((True, False, True))
    camera.trigger()
    frame = reader.next()
    assert frame.transform == 5 and (frame.image != numpy.fliplr(numpy.rot90(image))).sum() <= 8


def test_signed(serve, monkeypatch):
    """With a key, each record has a signature, and a wrong one ends the subscription."""
    server = serve([at("Camera", CAMERA)], pyro={"hmac_key": "secret"})
    uri = server.uri("Camera")
    with Pyro4.Proxy(uri) as proxy, Pyro4.Proxy(uri) as camera:
        proxy._pyroHmacKey = camera._pyroHmacKey = b"secret"
        reader = ConnectionReader(proxy, key=b"secret", policy="all")
        assert reader.answer["signed"]
        camera.enable()
        for index in range(5):
            camera.trigger()
            frame = reader.next()
            assert number(frame.image) == index
            reader.give_back(frame)
        reader.socket.sendall(give(1) + bytes(32))
        with pytest.raises(frame_reader.Refused) as refused:
            reader.next()
        assert refused.value.code == "malformed"


def test_ssl(serve, monkeypatch, tmp_path):
    authority = Authority(tmp_path / "lab")
    file, key = authority.certify("scope-pc")
    use_ssl(monkeypatch, authority, (file, key))
    server = serve([at("Camera", LARGE)], pyro={"ssl": {"certificate": str(file), "key": str(key), "ca": str(authority.file)}})
    uri = server.uri("Camera")
    with Pyro4.Proxy(uri) as proxy, Pyro4.Proxy(uri) as camera:
        reader = ConnectionReader(proxy, policy="all")
        camera.enable()
        for index in range(20):
            camera.trigger()
            frame = reader.next()
            assert number(frame.image) == index and frame.image.shape == (1024, 1024)
            reader.give_back(frame)


def test_stopped_client_loses_only_its_own(serve, tmp_path, connect, subscribe):
    """One that does not read holds its queue and no more, and gets frames again when it goes on."""
    server = serve([at("Camera", LARGE)])
    uri, config = server.uri("Camera"), tmp_path / "config.yaml"
    camera = connect(uri)
    recorder = subscribe(uri, policy="all", queue=64)
    stopped = subscribe(uri, policy="all", queue=4, credit=1000, name="stopped")
    run_freely(camera, 0.02)
    camera.enable()
    since = time.monotonic()
    while time.monotonic() - since < 3:
        frame = recorder.next()
        assert sum(frame.lost.values()) == 0
        recorder.give_back(frame)
    entry = next(entry for entry in subscribers(config) if entry["name"] == "stopped")
    assert entry["lost_in"]["network"] > 50 and entry["lost"] == entry["lost_in"]["network"]
    assert entry["bytes"] <= 5 * 1024 * 1024 * 2
    last, lost = -1, 0
    while lost == 0:
        frame = stopped.next()
        lost = frame.lost["network"]
        assert frame.number == last + 1 + lost or last < 0
        last = frame.number


def test_hostile_records(served, subscribe):
    """Each ends its own subscription; the device and others never notice."""
    _, config, uri, camera = served
    other = subscribe(uri, policy="all")
    for data, code in ((b"GET / HTTP/1.1\r\n\r\n", "malformed"), (record(77), "malformed"), (give(1)[:16] + bytes(64), "malformed"),
                       (record(frame_reader.GIVE, b"\0" * 8, version=3), "version"), (record(frame_reader.PING, magic=b"PYRO"), "malformed"),
                       (record(frame_reader.SUBSCRIBE, extra=b"{}"), "malformed"), (record(frame_reader.UNSUBSCRIBE), "unsubscribed")):
        reader = subscribe(uri)
        reader.send(data)
        with pytest.raises(frame_reader.Refused) as refused:
            reader.next()
        assert refused.value.code == code, data
    # Half a record, and then the end.
    reader = subscribe(uri)
    reader.send(give(1)[:7])
    reader.close()
    eventually(lambda: len(subscribers(config)) == 1, "they are gone")
    camera.enable()
    camera.trigger()
    assert number(other.next().image) == 0


def test_wrong_wishes(served, connect):
    """The call fails, and the connection stays a Pyro connection."""
    camera = connect(served[2])
    for wanted, error in (({"policy": "some"}, ValueError), ({"queue": 0}, ValueError), ([], TypeError), ({"name": 3}, ValueError)):
        with pytest.raises(error):
            camera.frames_subscribe(wanted)
    assert not camera.get_is_enabled()
    batch = Pyro4.batch(camera)
    batch.frames_subscribe({})
    with pytest.raises(RuntimeError, match="call of its own"):
        list(batch())
    assert not camera.get_is_enabled()


def test_clients_that_come_and_go(served):
    server, config, uri, camera = served
    run_freely(camera, 0.005)
    camera.enable()
    pid = worker(server, uri)
    before = len(os.listdir("/proc/%d/fd" % pid))
    for _ in range(100):
        with Pyro4.Proxy(uri) as proxy:
            ConnectionReader(proxy).next()
    eventually(lambda: not subscribers(config), "no subscriber is left")
    eventually(lambda: len(os.listdir("/proc/%d/fd" % pid)) <= before + 2, "no descriptor is left")


def test_read_only_clients_may_watch(serve):
    server = serve([at("Camera", CAMERA)], pyro={"read_only_from": ["127.0.0.1/32"]})
    with Pyro4.Proxy(server.uri("Camera")) as proxy:
        reader = ConnectionReader(proxy)
        assert reader.answer["object"] == "Camera"


def test_rules_hold(serve):
    """`methods_from` can keep clients from subscribing."""
    server = serve([at("Camera", CAMERA)], pyro={"methods_from": {"frames_subscribe": ["192.0.2.0/24"]}})
    with Pyro4.Proxy(server.uri("Camera")) as proxy:
        with pytest.raises(Pyro4.errors.SecurityError, match="frames_subscribe"):
            proxy.frames_subscribe({})


def test_killed_worker_and_stopping_server(served, subscribe):
    server, _, uri, camera = served
    camera.enable()
    reader = subscribe(uri, policy="all")
    camera.trigger()
    last = reader.next().number
    os.kill(worker(server, uri), signal.SIGKILL)
    with pytest.raises((EOFError, ConnectionError)):
        reader.next()

    def again():
        try:
            proxy = Pyro4.Proxy(uri)
            return ConnectionReader(proxy, policy="all")
        except Pyro4.errors.CommunicationError:
            return None
    reader = eventually(again, "the new worker takes subscribers")
    assert reader.answer["number"] >= last + 1
    server.process.send_signal(signal.SIGTERM)
    with pytest.raises(frame_reader.Refused) as refused:
        reader.next()
    assert refused.value.code == "stopping"
    reader.close()


WATCH = """
import sys; sys.path.insert(0, sys.argv[2])
import Pyro4
from frame_reader import ConnectionReader
Pyro4.config.SERIALIZER = "pickle"
reader = ConnectionReader(Pyro4.Proxy(sys.argv[1]), policy="all")
for index in range(20):
    frame = reader.next()
    assert sum(frame.lost.values()) == 0
    reader.give_back(frame)
print("20 frames")
"""
# Lets nothing out to the client's computer but answers from the port of the device.
FIREWALL = ("ip rule add pref 1 to 10.81.0.2 ipproto tcp sport 8001 lookup main && "
            "ip rule add pref 2 to 10.81.0.2 prohibit")


@pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE)
def test_through_a_firewall(tmp_path):
    """No connection to the client's computer can be made, and frames come all the same."""
    scope, viewer = Computer(tmp_path, "scope", "10.81.0.1"), Computer(tmp_path, "viewer", "10.81.0.2")
    server = None
    try:
        scope.connect(viewer)
        scope.run("sh", "-c", FIREWALL)
        folder = tmp_path / "config"
        folder.mkdir()
        server = scope.serve(write_config(folder, [{"name": "Camera", "port": 8001, "host": "10.81.0.1", **CAMERA}]))
        uri = server.uri("Camera")
        call(scope, uri, FREELY)
        refused = scope.run(sys.executable, "-c", "import socket\ntry: socket.create_connection(('10.81.0.2', 9), 1)\n"
                            "except OSError as error: print(type(error).__name__)")
        assert refused.strip() == "PermissionError"
        assert viewer.run(sys.executable, "-c", WATCH, uri, Path(__file__).parent) == "20 frames\n"
    finally:
        if server:
            server.kill()
        for computer in (scope, viewer):
            computer.switch_off()
