"""Devices that tell only once they are open which ones they are: who gets which, and what happens when one is missing."""
import fcntl
import os
import re
import signal
import time

import Pyro4
import pytest
from microscope import TriggerMode, TriggerType
from microscope.clients import DataClient

from processes import children, is_running, listener
from servers import ROOT, DeviceServer, free_port, run, write_config
from waiting import PATIENCE, eventually

STARTS = 100
# Seconds that a slow camera takes to open.
OPEN_TIME = 5
NAMES = ["Red", "Green", "Blue", "Violet"]


class World:
    """Simulated Andor cameras: a file that says which there are, and a folder for their locks and faults."""

    def __init__(self, folder):
        self.folder = folder
        self.state = folder / "state"
        self.state.mkdir()
        self.serials = []

    def plug_in(self, *serials, pace=0, open_time=None):
        """From the next start of the library on there are these cameras."""
        self.serials = serials
        lines = ["pace %s" % pace, "order shuffled", "state %s" % self.state]
        lines += [] if open_time is None else ["open-time %s" % open_time]
        lines += ["camera zyla-4.2 " + serial for serial in serials]
        draft = self.folder / "draft.conf"
        draft.write_text("\n".join(lines) + "\n")
        draft.rename(self.folder / "cameras.conf")
        return self

    @property
    def environment(self):
        return {"ANDOR_SDK3_SIMULATED_WORLD": str(self.folder / "cameras.conf")}

    def order(self, serial, fault, text=""):
        (self.state / ("%s.%s" % (serial, fault))).write_text(text + "\n")

    def end(self, serial, fault):
        (self.state / ("%s.%s" % (serial, fault))).unlink()

    def take(self, serial):
        """Holds a camera as another program would; closing the file lets it go."""
        file = open(self.state / (serial + ".lock"), "w")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return file

    def is_taken(self, serial):
        """Whether some process has a camera."""
        try:
            self.take(serial).close()
            return False
        except OSError:
            return True


@pytest.fixture
def world(tmp_path):
    """Simulated Andor cameras of this test's own."""
    return World(tmp_path)


@pytest.fixture
def start(tmp_path, world):
    """Starts device-servers that have the world's cameras."""
    servers = []

    def start_one(devices, *options):
        folder = tmp_path / ("server%d" % len(servers))
        folder.mkdir()
        servers.append(DeviceServer(write_config(folder, devices), "--simulated", *options,
                                    env={**os.environ, **world.environment}))
        return servers[-1]

    yield start_one
    for server in servers:
        server.kill()


def andor(name, uid, **more):
    """A definition of an Andor camera."""
    return {"name": name, "driver": "andor-sdk3", "uid": uid, "port": 0, **more}


def floating(name, uid, attached, **conf):
    """A definition of a simulated floating camera."""
    return {"name": name, "driver": "simulated-floating-camera", "uid": uid, "port": 0,
            "conf": {"attached": attached, "sensor_shape": [32, 24], **conf}}


def uid_at(connect, uri):
    """Which camera is served at a URI."""
    return connect(uri).get_id()


@pytest.mark.timeout(300)
def test_each_name_has_its_own_camera_whatever_their_order(start, world, connect):
    """In each of many starts the library sees the cameras in another order, and each name has the same one."""
    world.plug_in("VSC-1", "VSC-2", "VSC-3")
    wanted = {"Red": "VSC-1", "Blue": "VSC-3"}
    for _ in range(STARTS):
        server = start([andor(name, uid) for name, uid in wanted.items()])
        assert {name: uid_at(connect, server.uri(name)) for name in wanted} == wanted
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_two_definitions_swapped_swap_their_cameras(start, world, connect):
    """The uid says which camera it is, not the place in the file."""
    world.plug_in("VSC-1", "VSC-2")
    for red, blue in (("VSC-1", "VSC-2"), ("VSC-2", "VSC-1")):
        server = start([andor("Red", red), andor("Blue", blue)])
        assert (uid_at(connect, server.uri("Red")), uid_at(connect, server.uri("Blue"))) == (red, blue)
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_cameras_that_nobody_means_are_let_go(start, world, connect):
    """Once all definitions have their cameras, other programs can have the rest."""
    world.plug_in("VSC-1", "VSC-2", "VSC-3", "VSC-4")
    server = start([andor("Red", "VSC-3")])
    assert uid_at(connect, server.uri("Red")) == "VSC-3"
    eventually(lambda: [s for s in world.serials if world.is_taken(s)] == ["VSC-3"], "the others are free")
    eventually(lambda: len(server.workers) == 1, "their processes have ended")


def test_missing_camera_is_reported_and_found_when_it_comes(start, world, connect):
    """The others are served at once; the message says which were seen; plugged in, it is served without a restart."""
    world.plug_in("VSC-1", "VSC-2")
    port = free_port()
    server = start([andor("Red", "VSC-1", port=port), andor("Blue", "VSC-9")])
    assert uid_at(connect, server.uri("Red")) == "VSC-1"
    red = listener(server.workers, port)
    missing = server.wait_for(r"Blue: andor-sdk3 VSC-9 was not found: (.*)")
    assert "2 are there" in missing[1] and "VSC-2" in missing[1] and "another program" not in missing[1]
    world.plug_in("VSC-1", "VSC-2", "VSC-9")
    assert uid_at(connect, server.uri("Blue")) == "VSC-9"
    assert listener(server.workers, port) == red


def test_no_camera_at_all(start, world):
    """Nothing plugged in is a message, and no end."""
    world.plug_in()
    server = start([andor("Red", "VSC-1")])
    server.wait_for(r"Red: andor-sdk3 VSC-1 was not found: none is there")
    world.plug_in("VSC-1")
    server.uri("Red")


def test_camera_of_another_program_is_reported_as_held(start, world, connect):
    """A camera that another program has is told so, and served when that has let it go."""
    world.plug_in("VSC-1", "VSC-2")
    other = world.take("VSC-2")
    server = start([andor("Red", "VSC-1"), andor("Blue", "VSC-2")])
    assert uid_at(connect, server.uri("Red")) == "VSC-1"
    server.wait_for(r"Blue: andor-sdk3 VSC-2 was not found: 2 are there; seen: VSC-1; 1 is held by another program")
    other.close()
    assert uid_at(connect, server.uri("Blue")) == "VSC-2"


def test_camera_that_fails_to_open_says_why(start, world, connect):
    """The vendor's code is in the message; the other camera is served; mended, it is served as well."""
    world.plug_in("VSC-1", "VSC-2")
    world.order("VSC-2", "fails", "Open 17")
    server = start([andor("Red", "VSC-1"), andor("Blue", "VSC-2")])
    assert uid_at(connect, server.uri("Red")) == "VSC-1"
    server.wait_for(r"Blue: andor-sdk3 VSC-2 was not found: .*AT_ERR_COMM \(17\)")
    world.end("VSC-2", "fails")
    assert uid_at(connect, server.uri("Blue")) == "VSC-2"


def test_missing_library_is_one_clear_message(tmp_path, serve):
    """Without --simulated, and without the vendor's library, the message says where it was looked for."""
    server = serve([andor("Red", "VSC-1", conf={"library": "/nowhere/libatcore.so"}),
                    {"name": "Wheel", "driver": "simulated-filter-wheel", "port": 0, "conf": {"positions": 6}}])
    server.uri("Wheel")
    server.wait_for(r"Red: andor-sdk3 VSC-1 was not found: /nowhere/libatcore\.so could not be loaded")


# MARK: kill -9 and crashes


def test_killed_worker_gets_its_own_camera_back(start, world, connect):
    """Whatever the order then is, and without disturbing the others."""
    world.plug_in("VSC-1", "VSC-2", "VSC-3")
    wanted = dict(zip(NAMES, ["VSC-1", "VSC-2", "VSC-3"]))
    ports = {name: free_port() for name in wanted}
    server = start([andor(name, uid, port=ports[name]) for name, uid in wanted.items()])
    uris = {name: server.uri(name) for name in wanted}
    workers = {name: listener(server.workers, ports[name]) for name in wanted}
    for name in ("Green", "Red", "Green"):
        os.kill(workers[name], signal.SIGKILL)
        eventually(lambda: not is_running(workers[name]), "it has ended")
        uid = eventually(lambda: answer(uris[name]), "it is served again")
        assert uid == wanted[name]
        now = {other: listener(server.workers, ports[other]) for other in wanted}
        assert {other for other in wanted if now[other] != workers[other]} == {name}
        workers = now


def answer(uri):
    """The uid of the camera at a URI, or None as long as nobody is there."""
    with Pyro4.Proxy(uri) as proxy:
        proxy._pyroTimeout = 5
        try:
            return proxy.get_id()
        except Pyro4.errors.CommunicationError:
            return None


def test_child_killed_while_it_opens_a_camera_is_replaced(start, world, connect):
    """The search goes on, and both cameras are found."""
    world.plug_in("VSC-1", "VSC-2", pace=1, open_time=1)
    server = start([andor("Red", "VSC-1"), andor("Blue", "VSC-2")])
    eventually(lambda: world.is_taken("VSC-1") and world.is_taken("VSC-2"), "both are being opened")
    os.kill(min(server.workers), signal.SIGKILL)
    assert uid_at(connect, server.uri("Red")) == "VSC-1"
    assert uid_at(connect, server.uri("Blue")) == "VSC-2"


def test_child_killed_while_it_holds_a_camera_is_replaced(start, world, connect):
    """A camera that nobody means is held while another one is still being opened; its end changes nothing."""
    world.plug_in("VSC-1", "VSC-2")
    server = start([floating("Red", "SIM-9", ["SIM-1", "SIM-9"], open_time=0),
                    andor("Blue", "VSC-2")])
    server.uri("Blue")
    assert uid_at(connect, server.uri("Red")) == "SIM-9"
    world.plug_in("VSC-1", "VSC-2", "VSC-3", pace=1, open_time=2)
    other = start([andor("Violet", "VSC-3")])
    eventually(lambda: world.is_taken("VSC-1") and world.is_taken("VSC-3"), "both are being opened")
    os.kill(min(other.workers), signal.SIGKILL)
    assert uid_at(connect, other.uri("Violet")) == "VSC-3"


def test_server_killed_during_the_search_leaves_no_process(start, world):
    """Children that open cameras end soon after their server, and let the cameras go."""
    world.plug_in("VSC-1", "VSC-2", pace=1, open_time=1)
    server = start([andor("Red", "VSC-1"), andor("Blue", "VSC-2")])
    eventually(lambda: world.is_taken("VSC-1") and world.is_taken("VSC-2"), "both are being opened")
    family = children(server.process.pid)
    os.kill(server.process.pid, signal.SIGKILL)
    eventually(lambda: not any(map(is_running, family)), "no child is left")
    assert not world.is_taken("VSC-1") and not world.is_taken("VSC-2")


def test_server_told_to_end_during_the_search_ends(start, world):
    """SIGTERM while cameras are being opened."""
    world.plug_in("VSC-1", "VSC-2", pace=1, open_time=0.5)
    server = start([andor("Red", "VSC-1"), andor("Blue", "VSC-9")])
    eventually(lambda: world.is_taken("VSC-1") and world.is_taken("VSC-2"), "both are being opened")
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    server.wait_for("all devices are shut down")
    assert not world.is_taken("VSC-1") and not world.is_taken("VSC-2")


# MARK: Several servers, groups, controllers


def test_two_servers_that_search_at_once_both_find_theirs(start, world, connect):
    """Neither holds for long what the other one looks for."""
    world.plug_in("VSC-1", "VSC-2", "VSC-3", "VSC-4")
    for _ in range(3):
        first = start([andor("Red", "VSC-1"), andor("Green", "VSC-3")])
        second = start([andor("Blue", "VSC-2"), andor("Violet", "VSC-4")])
        assert [uid_at(connect, first.uri(name)) for name in ("Red", "Green")] == ["VSC-1", "VSC-3"]
        assert [uid_at(connect, second.uri(name)) for name in ("Blue", "Violet")] == ["VSC-2", "VSC-4"]
        assert not first.find("was not found") and not second.find("was not found")
        for server in (first, second):
            server.process.send_signal(signal.SIGTERM)
            assert server.wait() == 0


def test_search_for_a_missing_camera_does_not_starve_another_server(start, world, connect):
    """One server looks again and again for what is not there; another one gets its camera all the same."""
    world.plug_in("VSC-1", "VSC-2")
    first = start([andor("Red", "VSC-9")])
    first.wait_for("VSC-9 was not found")
    second = start([andor("Blue", "VSC-1"), andor("Green", "VSC-2")])
    assert uid_at(connect, second.uri("Blue")) == "VSC-1"
    assert uid_at(connect, second.uri("Green")) == "VSC-2"


def test_floating_devices_in_groups(start, world, connect):
    """Two cameras and a wheel in one process, and a camera of its own beside them."""
    world.plug_in("VSC-1", "VSC-2", "VSC-3", "VSC-4")
    wheel = {"name": "Wheel", "driver": "simulated-filter-wheel", "conf": {"positions": 6}}
    for _ in range(5):
        group = [wheel, *({k: v for k, v in andor(n, u).items() if k != "port"} for n, u in
                          (("Red", "VSC-2"), ("Blue", "VSC-4")))]
        server = start([{"port": 0, "devices": group}, andor("Green", "VSC-1")])
        uris = {name: server.uri(name) for name in ("Red", "Blue", "Green", "Wheel")}
        assert {name: uid_at(connect, uris[name]) for name in ("Red", "Blue", "Green")} == {
            "Red": "VSC-2", "Blue": "VSC-4", "Green": "VSC-1"}
        assert Pyro4.URI(uris["Red"]).port == Pyro4.URI(uris["Wheel"]).port
        eventually(lambda: not world.is_taken("VSC-3"), "the camera that nobody means is free")
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_floating_devices_in_controllers(start, world, connect):
    """A driver's options may name floating devices; they are told apart by uid as well."""
    world.plug_in("VSC-1", "VSC-2", "VSC-3")
    parts = {"left": {"driver": "andor-sdk3", "uid": "VSC-3"}, "right": {"driver": "andor-sdk3", "uid": "VSC-1"},
             "lamp": {"driver": "simulated-light-source"}}
    server = start([{"name": "Both", "driver": "simulated-controller", "port": 0, "conf": {"devices": parts}},
                    andor("Green", "VSC-2")])
    devices = connect(server.uri("Both")).devices
    assert devices["left"].get_id() == "VSC-3" and devices["right"].get_id() == "VSC-1"
    assert uid_at(connect, server.uri("Green")) == "VSC-2"


def test_floating_simulators_are_found_side_by_side(serve, connect):
    """The search knows no driver: the simulated floating camera is found as well, all at the same time."""
    uids = ["FLOAT-%d-%d" % (os.getpid(), number) for number in range(4)]
    server = serve([floating(name, uid, uids, open_time=0.3) for name, uid in zip(NAMES, uids)])
    assert [uid_at(connect, server.uri(name)) for name in NAMES] == uids
    camera = connect(server.uri("Red"))
    camera.enable()
    assert camera.get_is_enabled()


def test_four_cameras_are_opened_in_the_time_of_one(serve, connect):
    """A start takes as long as the slowest camera; one after another, four would take four times as long."""
    uids = ["SLOW-%d-%d" % (os.getpid(), number) for number in range(4)]
    begin = time.monotonic()
    server = serve([floating(name, uid, uids, open_time=OPEN_TIME) for name, uid in zip(NAMES, uids)])
    assert [uid_at(connect, server.uri(name)) for name in NAMES] == uids
    # Half of it is room for a machine that is busy.
    assert OPEN_TIME < time.monotonic() - begin < 2 * OPEN_TIME


def test_drivers_that_open_one_at_a_time_are_asked_one_after_another(serve, connect):
    """A library that cannot do better gets it its way, and nothing is lost but time."""
    uids = ["SINGLE-%d-%d" % (os.getpid(), number) for number in range(3)]
    server = serve([floating(name, uid, uids, one_at_a_time=True) for name, uid in zip(NAMES, uids)])
    assert [uid_at(connect, server.uri(name)) for name in NAMES[:3]] == uids


# MARK: Errors in the configuration


@pytest.mark.parametrize("devices, error", [
    ([andor("Red", "VSC-1"), andor("Blue", "VSC-1")],
     r"config\.yaml:\d+:\d+: devices\[1\]\.uid: the andor-sdk3 'VSC-1' is already used in line \d+"),
    ([{"name": "Red", "driver": "andor-sdk3", "port": 0}], r"config\.yaml:\d+:\d+: devices\[0\]: missing key 'uid'"),
    ([{"name": "Wheel", "driver": "simulated-filter-wheel", "uid": "7", "port": 0, "conf": {"positions": 2}}],
     r"devices\[0\]\.uid: simulated-filter-wheel is not a floating driver"),
    ([{"name": "Both", "driver": "simulated-controller", "port": 0,
       "conf": {"devices": {"left": {"driver": "andor-sdk3"}}}}],
     r"config\.yaml:\d+:\d+: devices\[0\]\.conf\.devices\.left.*: andor-sdk3 is a floating driver"),
    ([{"name": "Both", "driver": "simulated-controller", "port": 0,
       "conf": {"devices": {"left": {"driver": "andor-sdk3", "uid": "VSC-1"}}}}, andor("Red", "VSC-1")],
     r"devices\[1\]\.uid: the andor-sdk3 'VSC-1' is already used in line \d+"),
], ids=["twice", "missing", "superfluous", "missing inside", "twice, inside"])
def test_uids_are_checked_before_anything_starts(tmp_path, devices, error):
    """Who is meant must be said, once, and only where there is something to tell apart."""
    status, _, text = run("--check", write_config(tmp_path, devices))
    assert status == 1
    assert re.search(error, text), text


def test_example(connect, tmp_path):
    """Configs/andor-two-cameras.yaml works as it is with --simulated; only the ports are others here."""
    text = (ROOT / "Configs" / "andor-two-cameras.yaml").read_text()
    config = tmp_path / "andor-two-cameras.yaml"
    config.write_text(re.sub(r"\bport: 80\d\d", "port: 0", text))
    server = DeviceServer(config, "--simulated")
    try:
        for name, uid in (("RedCamera", "VSC-01234"), ("BlueCamera", "VSC-05678")):
            camera = connect(server.uri(name))
            assert camera.get_id() == uid
            camera.enable()
            image, _ = camera.grab_next_data()
            assert image.shape == tuple(reversed(camera.get_sensor_shape()))
            camera.disable()
        red = connect(server.uri("RedCamera"))
        assert red.get_setting("pixel_encoding") == 2, "the gain of sixteen bits has its encoding"
        assert red.get_transform() == (False, False, False)
    finally:
        server.kill()


# MARK: The camera itself


@pytest.fixture
def camera(start, world):
    """A client of an Andor camera that takes images in no time."""
    world.plug_in("VSC-1", "VSC-2")
    server = start([andor("Red", "VSC-1", port=free_port())])
    client = DataClient(server.uri("Red"))
    yield client
    client.set_client(None)


def test_camera_sends_images_to_a_data_client(camera):
    """Software triggers give one image each, of the part of the sensor that was asked for and as it was turned."""
    camera.set_exposure_time(0.001)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.ONCE)
    camera.enable()
    for _ in range(3):
        image, _ = camera.trigger_and_wait()
        assert image.shape == (2048, 2048) and image.dtype == "uint16"
        assert image[1, 0] == 100 + 13
    camera.set_roi((4, 8, 128, 64))
    camera.set_transform((False, False, True))
    image, _ = camera.trigger_and_wait()
    assert image.shape == (128, 64)
    camera.disable()


def test_served_device_says_that_it_is_simulated(start, world, connect):
    """In the log, and by a setting that cannot be written."""
    world.plug_in("VSC-1")
    server = start([andor("Red", "VSC-1")])
    camera = connect(server.uri("Red"))
    server.wait_for(r"serving PYRO:Red@\S+ \(simulated\)")
    assert camera.get_setting("simulated") is True
    assert dict(camera.describe_settings())["simulated"]["readonly"] is True


def test_unplugged_while_streaming_and_back(start, world, connect):
    """The client gets an error, then images again, from the same proxy and at the same address."""
    world.plug_in("VSC-1")
    server = start([andor("Red", "VSC-1", port=free_port(), conf={"num_buffers": 4})])
    client = DataClient(server.uri("Red"))
    client.set_exposure_time(0.002)
    client.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    client.set_roi((0, 0, 64, 64))
    client.enable()
    next_image(client)
    world.order("VSC-1", "unplugged")
    server.wait_for("VSC-1.*(AT_ERR_CONNECTION|lost)")
    eventually(lambda: not is_image(client._buffer.get(timeout=PATIENCE)[0]), "the client is told")
    world.end("VSC-1", "unplugged")
    next_image(client, within=PATIENCE)
    assert client.get_exposure_time() == pytest.approx(0.002, rel=0.01)
    assert client.get_setting("camera_losses") >= 1
    client.disable()
    client.set_client(None)


@pytest.mark.parametrize("enabled", [True, False])
def test_unplugged_while_idle_and_back(start, world, enabled):
    """Nobody asks anything of it meanwhile; the log says so, and it works again without being enabled anew."""
    world.plug_in("VSC-1")
    server = start([andor("Red", "VSC-1", port=free_port())])
    client = DataClient(server.uri("Red"))
    client.set_exposure_time(0.002)
    if enabled:
        client.enable()
        client.trigger_and_wait()
    world.order("VSC-1", "unplugged")
    server.wait_for("(?i)warning.*lost contact with VSC-1: .*AT_ERR_CONNECTION")
    with pytest.raises(Exception, match="lost contact with VSC-1, reconnecting"):
        client.get_exposure_time()
    client.get_all_settings()
    server.wait_for("[0-9]+ settings could not be read: .*; the first: lost contact with VSC-1")
    world.end("VSC-1", "unplugged")
    server.wait_for("VSC-1 is back")
    assert client.get_is_enabled() is enabled
    assert client.get_exposure_time() == pytest.approx(0.002, rel=0.01)
    client.enable()
    assert is_image(client.trigger_and_wait()[0])
    client.set_client(None)


def test_queued_trigger_that_fails(start, world):
    """Its client gets the error in place of the image, and the image of the trigger behind it."""
    world.plug_in("VSC-1")
    server = start([andor("Red", "VSC-1", port=free_port())])
    client = DataClient(server.uri("Red"))
    client.set_exposure_time(0.5)
    client.enable()
    for _ in range(3):
        client.trigger()
    world.order("VSC-1", "fails", "SoftwareTrigger 10 1")
    data = [client._buffer.get(timeout=PATIENCE)[0] for _ in range(3)]
    assert [is_image(datum) for datum in data] == [True, False, True]
    assert "SoftwareTrigger on VSC-1" in str(data[1])
    client.set_client(None)


def is_image(datum):
    return hasattr(datum, "shape")


def next_image(client, within=PATIENCE):
    """Waits for an image, past errors."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        datum, _ = client._buffer.get(timeout=within)
        if is_image(datum):
            return datum
    raise AssertionError("no image within %s s" % within)
