"""The options of a configuration that change how clients are served, and how lines are logged."""
import re
import socket
import time
import zlib

import Pyro4
import pytest
from microscope import TriggerMode, TriggerType

from receivers import Blocked, Listener
from test_streaming import number
from waiting import PATIENCE, eventually

CAMERA = {"name": "Camera", "port": 0, "driver": "prebuilt-camera", "conf": {"sensor_shape": [64, 48]}}
WHEEL = {"name": "Wheel", "port": 0, "driver": "simulated-filter-wheel", "conf": {"positions": 6}}


@pytest.fixture
def start(serve, connect):
    """Serves a device with options for Pyro, and connects to it."""
    def one(device, serializer=None, **pyro):
        server = serve([{**device, "pyro": pyro}])
        return connect(server.uri(device["name"]), serializer)
    return one


def test_serializers(start, connect):
    """Only the serializers that are listed are accepted."""
    wheel = start(WHEEL, "json", serializers=["json"])
    wheel.set_position(2)
    assert wheel.position == 2
    for refused in ("pickle", "serpent", "marshal", "msgpack"):
        with pytest.raises(Pyro4.errors.CommunicationError, match="serializer that is not accepted"):
            connect(wheel._pyroUri, refused).get_position()
    assert wheel.get_position() == 2


def test_hmac(start, connect):
    """With a key, only those who have it can call, and what is pushed is signed as well."""
    camera = start(CAMERA, hmac_key="s3cret")
    camera._pyroHmacKey = b"s3cret"
    with Listener() as listener:
        listener.daemon._pyroHmacKey = b"s3cret"
        camera.set_client(listener.uri)
        camera.enable()
        camera.trigger()
        assert listener.next()[0].shape == (48, 64)
    for wrong in (None, b"guess"):
        stranger = connect(camera._pyroUri)
        stranger._pyroHmacKey = wrong
        with pytest.raises(Pyro4.errors.CommunicationError):
            stranger.get_is_enabled()
    assert camera.get_is_enabled() is True


def test_compression(start, monkeypatch):
    """Replies and images are compressed where that helps, and what clients compress is understood."""
    counted = []
    monkeypatch.setattr(Pyro4.util.zlib, "decompress", lambda data: counted.append(1) or real(data))
    monkeypatch.setattr(Pyro4.config, "COMPRESSION", True)
    camera = start({**CAMERA, "driver": "test-camera"}, compression=True)
    camera.set_setting("image pattern", 4)
    camera.update_settings(camera.get_all_settings())
    assert counted, "no reply was compressed"
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.set_exposure_time(0)
        camera.enable()
        before = len(counted)
        camera.trigger()
        assert listener.next()[0].shape == (48, 64)
        assert len(counted) > before


def real(data, decompress=zlib.decompress):
    return decompress(data)


@pytest.mark.parametrize("protocol", [2, 5])
def test_pickle_protocol(start, protocol):
    """Pickles carry the number that is asked for, for clients that know no newer one."""
    wheel = start(WHEEL, pickle_protocol=protocol)
    wheel._pyroBind()
    wheel._pyroRawWireResponse = True
    assert bytes(wheel.get_position().data[:2]) == bytes([0x80, protocol])


@pytest.mark.parametrize("delivery", ["batch", "oneway", "reply"])
def test_delivery(start, delivery):
    """Each way of delivery brings every frame; with answers or in batches, in their order."""
    camera = start(CAMERA, delivery=delivery, queue_length=100)
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        for _ in range(50):
            camera.trigger()
        numbers = [number(frame) for frame, _ in listener.take(50)]
        assert (sorted(numbers) if delivery == "oneway" else numbers) == list(range(50))


@pytest.mark.parametrize("conf, length", [({}, 3), ({"buffer_length": 2}, 2)], ids=["server's", "camera's"])
def test_queue_length(serve, connect, conf, length):
    """A slow client finds as many waiting for it as queue_length says, or else the camera's own buffer_length."""
    server = serve([{**CAMERA, "conf": {"sensor_shape": [64, 48], **conf}}], pyro={"delivery": "reply", "queue_length": 3})
    camera = connect(server.uri("Camera"))
    with Blocked() as slow:
        camera.set_client(slow.uri)
        camera.enable()
        camera.trigger()
        assert slow.entered.wait(PATIENCE)
        for _ in range(length + 10):
            camera.trigger()
        server.wait_for("is too slow: 10 data lost")
        slow.release.set()
        assert [number(frame) for frame, _ in slow.take(1 + length)] == [0, *range(11, 11 + length)]


def test_client_that_does_not_read(serve, connect):
    """After comm_timeout, a client that takes nothing holds none, and the one before it gets them until it reads again."""
    server = serve([{**CAMERA, "conf": {"sensor_shape": [2048, 2048], "ring": 1}, "pyro": {"comm_timeout": 0.5}}])
    camera = connect(server.uri("Camera"))
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)
    camera.set_exposure_time(0.02)
    with Listener() as other, Blocked() as slow:
        camera.set_client(other.uri)
        camera.set_client(slow.uri)
        camera.enable()
        assert slow.entered.wait(PATIENCE)
        server.wait_for(r"WARNING Camera\[\d+\]: client %s cannot be reached" % re.escape(str(slow.uri)))
        assert other.next()[0].shape == (2048, 2048)
        last = number(other.next()[0])
        slow.release.set()
        server.wait_for(r"client %s is back after .*; it has missed" % re.escape(str(slow.uri)))
        while number(slow.next()[0]) <= last:
            pass
        camera.disable()


def test_most_connections(start, connect):
    """One client more than max_connections is refused with the words that Pyro4 clients try again after."""
    wheel = start(WHEEL, max_connections=2)
    assert wheel.get_position() == 0
    with connect(wheel._pyroUri) as second:
        assert second.get_position() == 0
        with pytest.raises(Pyro4.errors.CommunicationError, match="no free workers"):
            connect(wheel._pyroUri).get_position()
    third = connect(wheel._pyroUri)

    def has_room():
        try:
            return third.get_position() == 0
        except Pyro4.errors.CommunicationError:
            return False

    eventually(has_room, "a client that leaves makes room for another")


def test_hundred_connections(start, connect):
    """Unless told otherwise, a hundred clients and more can be there at once."""
    wheel = start(WHEEL)
    clients = [connect(wheel._pyroUri) for _ in range(100)]
    assert [client.get_position() for client in clients] == [0] * 100
    assert [client.get_position() for client in reversed(clients)] == [0] * 100


def test_largest_message(start, connect):
    """A message that is too large ends its own connection, and no other."""
    wheel = start(WHEEL, max_message_size=4096)
    assert wheel.get_position() == 0
    with pytest.raises(Pyro4.errors.CommunicationError):
        connect(wheel._pyroUri).set_position("x" * 5000)
    assert wheel.get_position() == 0


def test_handshake_limit(start):
    """Who connects and says nothing is shown the door."""
    wheel = start(WHEEL, handshake_timeout=0.2)
    begin = time.monotonic()
    with socket.create_connection((wheel._pyroUri.host, wheel._pyroUri.port), timeout=PATIENCE) as silent:
        assert silent.recv(1) == b""
    assert 0.15 < time.monotonic() - begin < PATIENCE
    # Once it has said who it is, a client may be silent for as long as it likes.
    assert wheel.get_position() == 0
    time.sleep(0.5)
    assert wheel.get_position() == 0 and wheel._pyroConnection is not None


def test_options_of_the_file_and_of_a_device(serve, connect):
    """A device's own options change those of the file that they name, and leave the others."""
    server = serve([{**WHEEL, "pyro": {"serializers": ["json", "pickle"]}}, {**CAMERA}],
                   pyro={"serializers": ["json"], "pickle_protocol": 2})
    wheel = connect(server.uri("Wheel"))
    wheel._pyroBind()
    wheel._pyroRawWireResponse = True
    assert bytes(wheel.get_position().data[:2]) == b"\x80\x02"
    with pytest.raises(Pyro4.errors.CommunicationError, match="not accepted"):
        connect(server.uri("Camera")).enable()


# MARK: Logs

LINE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3} (\w+) (\S+)\[(\d+)\]: (.*)")


def test_lines(serve, connect):
    """Each line has the time, the level, whose it is, which process wrote it, and the message."""
    server = serve([WHEEL, CAMERA], "--log-level", "debug")
    for name in ("Wheel", "Camera"):
        connect(server.uri(name)).get_is_enabled()
    with Listener() as listener:
        camera = connect(server.uri("Camera"))
        camera.set_client(listener.uri)
        camera.set_client(None)
    found = server.wait_for(r"INFO Camera\[(\d+)\]: client %s left; 0 data sent" % re.escape(str(listener.uri)))
    assert int(found[1]) in server.workers
    for line in server.lines:
        assert LINE.fullmatch(line), line
    assert {LINE.fullmatch(line)[2] for line in server.lines} >= {"device-server", "Camera"}


def test_calls_are_in_the_log(serve, connect):
    """With `debug`: who called what, and what came of it."""
    server = serve([WHEEL], "--log-level", "debug")
    wheel = connect(server.uri("Wheel"))
    wheel.set_position(1)
    with pytest.raises(ValueError):
        wheel.set_position(99)
    server.wait_for(r"DEBUG \S+: client 127\.0\.0\.1:\d+ called Wheel\.set_position: done after [\d.]+ ms")
    server.wait_for(r"DEBUG \S+: client 127\.0\.0\.1:\d+ called Wheel\.set_position: ValueError.* after [\d.]+ ms")


def test_who_switched_the_light_on(serve, connect):
    """As people want to know who find it on, whatever the level."""
    server = serve([{"driver": "simulated-light-source", "name": "Lamp", "port": 0}])
    lamp = connect(server.uri("Lamp"))
    lamp.enable()
    server.wait_for(r"NOTICE Lamp\[\d+\]: light enabled by client 127\.0\.0\.1:\d+")
    lamp.disable()
    server.wait_for(r"NOTICE Lamp\[\d+\]: light disabled by client 127\.0\.0\.1:\d+")


def test_log_level(serve):
    """Lines below the level are not written."""
    server = serve([WHEEL, {**CAMERA, "settings": {"no such": 1}}], "--log-level", "error")
    server.wait_for("ERROR")
    assert all(LINE.fullmatch(line)[1] in ("ERROR", "CRITICAL") for line in server.lines)


@pytest.mark.parametrize("how", ["option", "file"])
def test_log_files(serve, connect, tmp_path, how):
    """A directory for logs gets a file for each device and one for the server, with the lines that are on the screen."""
    folder = tmp_path / "logs" / "today"
    if how == "option":
        server = serve([WHEEL, CAMERA], "--log-directory", folder)
    else:
        server = serve([WHEEL, CAMERA], log={"directory": str(folder), "level": "info"})
    camera = connect(server.uri("Camera"))
    server.uri("Wheel")
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.set_client(None)
    server.wait_for(r"Camera\[\d+\]: client \S+ left")
    files = {path.stem: path.read_text().splitlines() for path in folder.glob("*.log")}
    assert files.keys() >= {"device-server", "Camera"}
    own = [line for line in files["Camera"] if " device-server[" not in line]
    assert own == [line for line in server.lines if " Camera[" in line]
    assert [line for line in server.lines if " device-server[" in line] == files["device-server"]


def test_log_directory_that_cannot_be(serve, connect, tmp_path):
    """Where no file can be written, that is told, and all is served all the same."""
    (tmp_path / "file").write_text("")
    server = serve([WHEEL], "--log-directory", tmp_path / "file")
    assert connect(server.uri("Wheel")).get_position() == 0
    server.wait_for(r"ERROR .*logging goes on to standard error only")
