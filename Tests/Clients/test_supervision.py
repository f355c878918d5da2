"""What the supervisor does for its workers: keeps them served, and ends them."""
import os
import re
import signal
import socket
import subprocess
import time

import numpy
import Pyro4
import pytest
from microscope import ROI, TriggerMode, TriggerType

from processes import children, is_running, listener
from receivers import Blocked, Listener
from servers import BIN, free_port, write_config
from waiting import PATIENCE, eventually

# Generous: what was measured is printed, and is a tenth of it.
RECOVERY = 2.0
SHUTDOWN = 2.0

LASER = {"driver": "simulated-light-source"}
MIRROR = {"driver": "simulated-deformable-mirror", "conf": {"n_actuators": 9}}
WHEEL = {"driver": "simulated-filter-wheel", "conf": {"positions": 6}}
CAMERA = {"driver": "simulated-camera", "conf": {"sensor_shape": [64, 48]}, "settings": {"gain": 11}}


def at(name, device, port=None, **more):
    """A definition of a device at a port, a free one unless given."""
    return {"name": name, "port": port or free_port(), **device, **more}


def worker(server, uri):
    """The process that serves an object."""
    return listener(server.workers, Pyro4.URI(uri).port)


def answers(connect, uri):
    """Whether an object can be called."""
    with Pyro4.Proxy(uri) as proxy:
        proxy._pyroTimeout = 2
        try:
            proxy._pyroBind()
            return True
        except Pyro4.errors.CommunicationError:
            return False


def test_every_device_is_told_with_its_uri(serve, connect):
    """At the start there is a line for each device as it is served, with the whole URI, by which it can be reached."""
    server = serve([at("Laser", LASER), at("Wheel", WHEEL), at("Hidden", LASER, port=0)])
    for name in ("Laser", "Wheel", "Hidden"):
        assert connect(server.uri(name)).get_is_enabled() is False
    assert len(server.workers) == 3


# MARK: Workers that end


def test_killed_worker_is_replaced(serve, connect, record_property, capsys):
    """A device whose process was killed is served at the same URI again in no time; the others notice nothing."""
    server = serve([at("Wheel", WHEEL), at("Laser", LASER)])
    uri, other = server.uri("Wheel"), connect(server.uri("Laser"))
    other.enable()
    wheel = connect(uri)
    wheel.set_position(3)
    killed = worker(server, uri)
    begin = time.monotonic()
    os.kill(killed, signal.SIGKILL)
    with pytest.raises(Pyro4.errors.CommunicationError):
        # The call that was under way, or the first after it, fails; the next one connects anew.
        while True:
            wheel.get_position()
    eventually(lambda: answers(connect, uri), "the wheel answers again", RECOVERY)
    seconds = time.monotonic() - begin
    record_property("recovery", seconds)
    with capsys.disabled():
        print("\n  recovery after kill -9: %.3f s" % seconds)
    assert wheel.get_num_positions() == 6
    assert worker(server, uri) != killed and not is_running(killed)
    server.wait_for(r"Wheel: its process .*")
    assert other.get_is_on() is True


def test_what_clients_had_set_is_restored(serve, connect):
    """The camera's settings, exposure, ROI, binning, transform, its being enabled and its clients all come back."""
    server = serve([at("Camera", CAMERA)])
    uri = server.uri("Camera")
    camera = connect(uri)
    assert camera.get_setting("gain") == 11
    camera.set_exposure_time(0.01)
    camera.set_setting("image pattern", 5)
    camera.update_settings({"image data type": 1, "display image number": False})
    camera.set_transform((True, False, True))
    camera.set_roi((4, 6, 32, 24))
    camera.set_binning(binning=(2, 1))
    with Listener() as below, Listener() as top:
        camera.set_client(below.uri)
        camera.receiveClient(str(top.uri))
        camera.enable()
        camera.trigger()
        image, _ = top.next()
        before = camera.get_all_settings()
        for _ in range(2):
            kill_and_wait(server, connect, uri)
            assert camera_again(camera).get_all_settings() == before
            assert camera.get_exposure_time() == 0.01
            assert camera.get_roi() == ROI(4, 6, 32, 24) and camera.get_binning() == (2, 1)
            assert camera.get_transform() == (True, False, True)
            assert camera.get_is_enabled() is True
            camera.trigger()
            again, _ = top.next()
            assert again.shape == image.shape == (24, 16) and again.dtype == image.dtype and (again == 65535).all()
        camera.set_client(None)
        camera.trigger()
        assert below.next()[0].shape == (24, 16)


@pytest.mark.parametrize("way", ["position", "incoming", "settings"])
def test_updated_settings_are_restored(serve, connect, way):
    """update_settings survives a kill, whichever name its argument is given by: python-microscope has two."""
    server = serve([at("Camera", CAMERA)])
    uri = server.uri("Camera")
    camera = connect(uri)
    values = {"gain": 17, "display image number": False}
    if way == "position":
        camera.update_settings(values)
    else:
        camera.update_settings(**{way: values})
    kill_and_wait(server, connect, uri)
    assert camera_again(camera).get_setting("gain") == 17
    assert camera.get_setting("display image number") is False


def test_set_power_and_pattern_are_restored(serve, connect):
    """A killed light is off, with the power that was set; a mirror has the last pattern, triggered or applied."""
    server = serve([at("Laser", LASER), at("Mirror", MIRROR)])
    laser, mirror = connect(server.uri("Laser")), connect(server.uri("Mirror"))
    laser.power = 0.37
    laser.enable()
    count = mirror.n_actuators
    patterns = numpy.linspace(0, 1, 2 * count).reshape(2, count)
    mirror.queue_patterns(patterns)
    mirror.next_pattern()
    for name in ("Laser", "Mirror"):
        kill_and_wait(server, connect, server.uri(name))
    assert camera_again(laser).get_set_power() == 0.37 and laser.get_is_on() is False
    assert (camera_again(mirror).get_current_pattern() == patterns[0]).all()
    mirror.apply_pattern(patterns[1])
    kill_and_wait(server, connect, server.uri("Mirror"))
    assert (camera_again(mirror).get_current_pattern() == patterns[1]).all()


def test_a_failed_start_loses_nothing(serve, connect):
    """A worker that is killed while it starts leaves what was set and who listens to the next."""
    server = serve([at("Camera", CAMERA)])
    uri = server.uri("Camera")
    camera = connect(uri)
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.set_exposure_time(0.02)
        camera.enable()
        killed = worker(server, uri)
        os.kill(killed, signal.SIGKILL)
        second, = eventually(lambda: server.workers - {killed}, "another process starts")
        os.kill(second, signal.SIGKILL)
        eventually(lambda: not is_running(second) and answers(connect, uri), "it is served again")
        assert camera_again(camera).get_exposure_time() == 0.02 and camera.get_is_enabled() is True
        camera.trigger()
        assert listener.next()[0].shape == (48, 64)


def kill_and_wait(server, connect, uri):
    """Kills the process that serves an object, and waits until another one does."""
    killed = worker(server, uri)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: not is_running(killed) and answers(connect, uri), "it is served again")


def camera_again(camera):
    """The proxy, connected anew."""
    camera._pyroRelease()
    return camera


def test_what_was_undone_is_not_restored(serve, connect):
    """A camera that was disabled stays so, and clients that were taken off stay off."""
    server = serve([at("Camera", CAMERA)])
    uri = server.uri("Camera")
    camera = connect(uri)
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        camera.set_client(None)
        camera.disable()
        kill_and_wait(server, connect, uri)
        assert camera_again(camera).get_is_enabled() is False
        camera.enable()
        camera.set_exposure_time(0)
        camera.trigger()
        # The client that asks for the next image gets it, and no other client gets the one before.
        camera.grab_next_data()
        assert listener.arrived.empty()


def test_settings_given_by_name(serve, connect):
    """It makes no difference to what is restored whether arguments came by place or by name."""
    server = serve([at("Camera", CAMERA)])
    uri = server.uri("Camera")
    camera = connect(uri)
    camera.set_setting(value=3, name="gain")
    camera.update_settings(init=False, incoming={"image pattern": 5, "no such": 1})
    camera.set_exposure_time(value=0.25)
    kill_and_wait(server, connect, uri)
    camera_again(camera)
    assert (camera.get_setting("gain"), camera.get_setting("image pattern")) == (3, 5)
    assert camera.get_exposure_time() == 0.25
    assert not server.find("could not be restored")


def test_settings_set_again_and_again(serve, connect):
    """What is kept for a worker's successor does not grow with each call, and so does not slow them down."""
    server = serve([at("Camera", CAMERA)])
    camera = connect(server.uri("Camera"))

    def seconds(values):
        begin = time.monotonic()
        for value in values:
            camera.update_settings({"gain": value})
        return time.monotonic() - begin

    first = seconds(range(200))
    seconds(range(200, 1200))
    assert seconds(range(1200, 1400)) < 4 * first
    kill_and_wait(server, connect, server.uri("Camera"))
    assert camera_again(camera).get_setting("gain") == 1399


@pytest.mark.parametrize("device", [LASER, {"driver": "simulated-value-logger", "conf": {"numSensors": 2}}],
                         ids=lambda device: device["driver"])
def test_device_that_a_client_disabled(serve, connect, device):
    """`enable: true` is for the start: a device that a client has disabled since stays so, light above all."""
    server = serve([at("Device", device, enable=True)])
    uri = server.uri("Device")
    served = connect(uri)
    assert served.get_is_enabled() is True
    served.disable()
    for _ in range(2):
        kill_and_wait(server, connect, uri)
        served._pyroRelease()
        assert served.get_is_enabled() is False
        # What is noted after the first time does not replace what was noted before it.
        if device is LASER:
            served.set_trigger(TriggerType.SOFTWARE, TriggerMode.BULB)


def test_light_stays_off(serve, connect):
    """Light that was on when its process died does not come on by itself, alone or behind a controller."""
    controller = {"driver": "simulated-controller", "conf": {"devices": {"light": LASER, "wheel": WHEEL}}}
    server = serve([at("Laser", LASER), at("Controller", controller)])
    laser, controller = connect(server.uri("Laser")), connect(server.uri("Controller"))
    light = connect(controller.devices["light"]._pyroUri)
    for source in (laser, light):
        source.enable()
        source.power = 0.5
        assert source.get_is_on() is True
    for uri in (server.uri("Laser"), server.uri("Controller")):
        kill_and_wait(server, connect, uri)
    for source in (laser, light):
        source._pyroRelease()
        assert (source.get_is_on(), source.get_is_enabled(), source.power) == (False, False, 0.0)


def test_ids_of_parts_stay_the_same(serve, connect):
    """Proxies of axes and sub-devices reach the same ones after their process has been replaced."""
    stage = {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 10], "y axis": [0, 20]}, "speed": 0}}
    controller = {"driver": "simulated-controller", "conf": {"devices": {"light": LASER, "wheel": WHEEL}}}
    server = serve([at("Stage", stage), at("Controller", controller)])
    owners = {name: connect(server.uri(name)) for name in ("Stage", "Controller")}
    parts = {**owners["Stage"].axes, **owners["Controller"].devices}
    uris = {name: str(proxy._pyroUri) for name, proxy in parts.items()}
    assert len(set(uris.values())) == 4
    for name in owners:
        kill_and_wait(server, connect, server.uri(name))
        owners[name]._pyroRelease()
    again = {**owners["Stage"].axes, **owners["Controller"].devices}
    assert {name: str(proxy._pyroUri) for name, proxy in again.items()} == uris
    held = connect(uris["y axis"])
    held.move_to(3)
    assert again["y axis"].position == 3
    for proxy in [*parts.values(), *again.values()]:
        proxy._pyroRelease()


def test_uris_after_a_restart_of_the_server(serve, connect):
    """A proxy from before a restart of the server can still be used."""
    controller = {"driver": "simulated-controller", "conf": {"devices": {"light": LASER, "wheel": WHEEL}}}
    definition = at("Controller", controller)
    server = serve([definition])
    device = connect(server.uri("Controller"))
    parts = {name: connect(proxy._pyroUri) for name, proxy in device.devices.items()}
    assert parts["wheel"].n_positions == 6
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    for proxy in (device, *parts.values()):
        # Connected again by itself, once it has noticed.
        with pytest.raises(Pyro4.errors.CommunicationError):
            proxy.get_is_enabled()
    again = serve([definition])
    again.uri("Controller")
    assert parts["wheel"].get_position() == 0 and parts["light"].get_is_on() is False
    assert {name: proxy._pyroUri for name, proxy in device.devices.items()} == {
        name: proxy._pyroUri for name, proxy in parts.items()}


def test_worker_that_ends_again_and_again(serve, connect):
    """A device whose process does not live long is tried less and less often, which is said; then served again."""
    server = serve([at("Wheel", WHEEL)], "--log-level", "debug")
    uri = server.uri("Wheel")
    delays = []
    for attempt in range(4):
        since = len(server.lines)
        os.kill(worker(server, uri), signal.SIGKILL)
        server.wait_for(r"(?m)ERROR \S+ Wheel: its process was killed \(SIGKILL\)$", since=since)
        found = server.wait_for(r"Wheel: trying again (?:at once|in ([0-9.]+) s)", since=since)
        delays.append(float(found[1] or 0))
        server.uri("Wheel", since=since)
    assert delays[0] == 0 and delays == sorted(set(delays)), delays
    assert answers(connect, uri)


def test_worker_without_a_supervisor(serve):
    """When the supervisor is killed, its workers end by themselves, and give up their ports."""
    server = serve([at("Camera", CAMERA), at("Laser", LASER), at("Wheel", WHEEL)])
    uris = [server.uri(name) for name in ("Camera", "Laser", "Wheel")]
    workers = server.workers
    assert len(workers) == 3
    os.kill(server.process.pid, signal.SIGKILL)
    eventually(lambda: not any(map(is_running, workers)), "all workers have ended")
    for uri in uris:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((Pyro4.URI(uri).host, Pyro4.URI(uri).port), timeout=2)


# MARK: The end


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=lambda number: number.name)
def test_end(serve_simulated, connect, number, record_property, capsys):
    """The server ends by SIGTERM and SIGINT alike: soon, with status 0, with every process, with light off first."""
    server, uris = serve_simulated()
    workers = server.workers
    lights = {worker(server, uris[name]) for name in ("Laser", "Lamp", "Controller")}
    assert len(workers) == 13 and len(lights) == 3
    with Listener() as listener:
        camera = connect(uris["Camera"])
        camera.set_client(listener.uri)
        camera.enable()
        camera.trigger()
        connect(uris["Laser"]).enable()
        begin = time.monotonic()
        server.process.send_signal(number)
        ends = {}
        while len(ends) < len(workers) and time.monotonic() - begin < PATIENCE:
            now = time.monotonic() - begin
            # Light is looked at after the rest: when another device has ended, light must have.
            for pid in [*(workers - lights), *lights]:
                if pid not in ends and not is_running(pid):
                    ends[pid] = now
        assert server.wait() == 0
        seconds = time.monotonic() - begin
    assert ends.keys() == workers
    record_property("shutdown", seconds)
    with capsys.disabled():
        print("\n  %s: workers ended after %.3f s, the server after %.3f s" % (number.name, max(ends.values()), seconds))
    assert max(ends[pid] for pid in lights) <= min(ends[pid] for pid in workers - lights)
    server.wait_for("shutting down after %s" % number.name)
    server.wait_for("all devices are shut down")
    assert seconds < SHUTDOWN


def test_end_with_a_client_that_does_not_read(serve, connect):
    """A client that takes nothing, and one that waits for a frame, do not hold up the end."""
    server = serve([{**at("Camera", CAMERA), "driver": "prebuilt-camera", "conf": {"sensor_shape": [1024, 1024]},
                     "settings": {}}])
    camera = connect(server.uri("Camera"))
    with Blocked() as slow:
        camera.set_client(slow.uri)
        camera.enable()
        for _ in range(40):
            camera.trigger()
        assert slow.entered.wait(PATIENCE)
        server.process.send_signal(signal.SIGTERM)
        assert server.wait(SHUTDOWN) == 0


def test_end_during_the_start(serve):
    """Told to end while devices are still being opened, the server ends as well."""
    server = serve([at("Wheel%d" % number, WHEEL) for number in range(6)])
    server.uri("Wheel0")
    server.process.send_signal(signal.SIGTERM)
    assert server.wait(SHUTDOWN) == 0
    assert not children(server.process.pid)


def test_worker_that_is_told_to_end(serve, connect):
    """A worker that gets SIGTERM itself shuts down and is replaced."""
    server = serve([at("Wheel", WHEEL)])
    uri = server.uri("Wheel")
    first = worker(server, uri)
    os.kill(first, signal.SIGTERM)
    eventually(lambda: not is_running(first) and answers(connect, uri), "another process serves it")


def test_output_that_nobody_reads(serve, connect, tmp_path):
    """Lines that cannot be written, since the terminal is gone or what they were piped to, end nothing."""
    definition = at("Wheel", WHEEL)
    reading, writing = os.pipe()
    os.close(reading)
    server = subprocess.Popen(
        [BIN / "device-server", write_config(tmp_path, [definition])],
        stdin=subprocess.DEVNULL, stdout=writing, stderr=writing)
    os.close(writing)
    try:
        uri = "PYRO:Wheel@127.0.0.1:%d" % definition["port"]
        eventually(lambda: answers(connect, uri), "the wheel answers")
        killed, = children(server.pid)
        os.kill(killed, signal.SIGKILL)
        # New clients wait for the next process, so that they do not notice.
        eventually(lambda: server.poll() is not None or not is_running(killed), "the process is gone")
        eventually(lambda: answers(connect, uri), "the wheel answers again")
        server.terminate()
        assert server.wait(SHUTDOWN) == 0
    finally:
        server.kill()
        server.wait()


# MARK: Devices that cannot be served


def test_busy_port(serve, connect):
    """A port that is taken is reported by name, the other devices are served, and the device is served once it is free."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        server = serve([at("Wheel", WHEEL, port=port), at("Laser", LASER)])
        assert connect(server.uri("Laser")).get_is_on() is False
        message = server.wait_for(r"ERROR \S+ (Wheel: .*)")[1]
        assert "127.0.0.1:%d" % port in message and "in use" in message
        since = len(server.lines)
    assert connect(server.uri("Wheel", since=since)).get_position() == 0


def test_host_that_is_not_there(serve, connect):
    """An unknown host name is reported, and the other devices are served."""
    server = serve([at("Wheel", WHEEL, host="no-such-host.invalid"), at("Laser", LASER)])
    assert connect(server.uri("Laser")).get_is_on() is False
    message = server.wait_for(r"ERROR \S+ (Wheel: .*)")[1]
    assert "no-such-host.invalid" in message and "not known" in message and "No such file" not in message


@pytest.mark.parametrize("settings, words", [
    ({"no such setting": 1}, "no such setting"),
    ({"gain": 9000}, "8192"),
    ({"image pattern": "marble"}, "marble"),
])
def test_device_that_cannot_be_opened(serve, connect, tmp_path, settings, words):
    """A setting that the device refuses is reported with its place in the file; the others are served."""
    server = serve([at("Camera", {**CAMERA, "settings": settings}), at("Laser", LASER)])
    assert connect(server.uri("Laser")).get_is_on() is False
    message = server.wait_for(r"ERROR \S+ (Camera: .*)")[1]
    assert words in message
    name, = settings
    lines = (tmp_path / "config.yaml").read_text().splitlines()
    line, column = next((row, text.index(": ") + 3) for row, text in enumerate(lines, 1) if '"%s"' % name in text)
    assert re.findall(r"config\.yaml:\d+:\d+", message)[-1] == "config.yaml:%d:%d" % (line, column)


# MARK: Groups, and other places to listen at


def test_group(serve, connect):
    """The devices of a group share a process and a port, and are independent of each other."""
    server = serve([
        {"name": "Stand", "port": free_port(), "devices": [
            {"name": "Wheel", **WHEEL}, {"name": "Lamp", **LASER, "enable": True}]},
        at("Laser", LASER)])
    uris = {name: server.uri(name) for name in ("Wheel", "Lamp", "Laser")}
    assert worker(server, uris["Wheel"]) == worker(server, uris["Lamp"]) != worker(server, uris["Laser"])
    assert Pyro4.URI(uris["Wheel"]).location == Pyro4.URI(uris["Lamp"]).location
    assert len(server.workers) == 2
    assert connect(uris["Lamp"]).get_is_on() is True
    wheel = connect(uris["Wheel"])
    wheel.position = 2
    assert wheel.position == 2


def test_unix_socket(serve, connect, tmp_path):
    """A definition with a socket is served at its path, again after a crash, and the file is gone in the end."""
    path = tmp_path / "stage.socket"
    stage = {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 10]}, "speed": 0}}
    server = serve([{"name": "Stage", "socket": str(path), **stage}])
    uri = server.uri("Stage")
    assert uri == "PYRO:Stage@./u:%s" % path
    stage = connect(uri)
    with stage.axes["x"] as axis:
        axis.move_to(3)
        assert stage.position == {"x": 3.0}
    os.kill(next(iter(server.workers)), signal.SIGKILL)
    eventually(lambda: len(server.workers) == 1 and answers(connect, uri), "the stage answers again")
    stage._pyroRelease()
    # Simulated hardware outlives the process, as real hardware does.
    assert stage.position == {"x": 3.0}
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not path.exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0", "::1"])
def test_hosts(serve, connect, host):
    """Wherever it listens, the proxies that it gives out lead back the way that the client came."""
    stage = {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 10]}, "speed": 0}}
    server = serve([at("Stage", stage, host=host)])
    uri = Pyro4.URI(server.uri("Stage"))
    assert uri.host == host
    if host == "0.0.0.0":
        uri.host = "127.0.0.1"
    stage = connect(uri)
    with stage.axes["x"] as axis:
        axis.move_to(4)
        assert stage.position == {"x": 4.0}


@pytest.mark.parametrize("number", ["SIGABRT", "SIGSEGV", "SIGILL", "SIGTRAP", "SIGBUS", "SIGFPE", "SIGQUIT"])
def test_signal_of_a_crash_that_somebody_sends(serve, connect, number):
    """It ends the process, as a crash of its own does, and another one takes over."""
    server = serve([at("Lamp", {"driver": "simulated-light-source"})])
    uri = server.uri("Lamp")
    lamp = connect(uri)
    lamp.power = 0.37
    lamp.enable()
    pid = worker(server, uri)
    os.kill(pid, getattr(signal, number))
    eventually(lambda: not is_running(pid) and answers(connect, uri), "it is served again")
    lamp = connect(uri)
    assert (lamp.get_set_power(), lamp.get_is_on()) == (0.37, False)
    assert server.wait_for(r"ERROR .*Lamp: its process (crashed|was killed) \(%s\)" % number)


def test_crash_signal_ends_the_server(serve, connect):
    """Its workers switch their light off and end."""
    server = serve([at("Lamp", {"driver": "simulated-light-source"})])
    server.uri("Lamp")
    workers = server.workers
    server.process.send_signal(signal.SIGABRT)
    assert server.wait() == -signal.SIGABRT
    eventually(lambda: not any(map(is_running, workers)), "the workers have ended")
