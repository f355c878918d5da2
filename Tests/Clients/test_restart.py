"""Devices that somebody has restarted, and those that hang in a call until somebody does."""
import json
import os
import re
import signal
import socket
import threading
import time

import Pyro4
import pytest
from microscope.clients import DataClient

from servers import DeviceServer, free_port, run, write_config
from test_control import CAMERA, LASER, WHEEL, at, config, status
from test_floating import World, andor
from waiting import PATIENCE, eventually


def worker(config, name):
    """The process that serves a definition."""
    return status(config)[name]["pid"]


def test_restart_of_one_definition(serve, connect, config):
    """It has what clients had set, and light stays off; the others go on."""
    server = serve([at("Laser", LASER, enable=True), at("Wheel", WHEEL), at("Camera", CAMERA)])
    laser = connect(server.uri("Laser"))
    assert laser.get_is_enabled()
    camera = DataClient(server.uri("Camera"))
    camera.set_exposure_time(0.002)
    camera.enable()
    camera.trigger_and_wait()
    before = {name: worker(config, name) for name in ("Laser", "Wheel", "Camera")}
    assert run("restart", config, "Laser") == (0, "Laser: served again\n", "")
    after = {name: worker(config, name) for name in before}
    assert after["Laser"] != before["Laser"]
    assert all(after[name] == before[name] for name in ("Wheel", "Camera"))
    laser._pyroReconnect(3)
    assert not laser.get_is_enabled()
    assert run("restart", config, "Camera", "Laser")[0] == 0
    assert worker(config, "Camera") != before["Camera"] and worker(config, "Wheel") == before["Wheel"]
    camera._proxy._pyroReconnect(3)
    assert camera.get_exposure_time() == 0.002 and camera.get_is_enabled()
    image, _ = camera.trigger_and_wait()
    assert image.shape == (48, 64)
    server.wait_for("Laser: restarted on request")
    assert status(config)["Laser"]["last_error"] is None


def test_device_of_a_group(serve, config):
    """The whole group restarts, which shares a process."""
    server = serve([{"name": "Stand", "port": free_port(),
                     "devices": [{"name": "Wheel", **WHEEL}, {"name": "Lamp", **LASER}]}])
    server.uri("Lamp")
    before = worker(config, "Stand")
    assert run("restart", config, "Lamp") == (0, "Stand: served again\n", "")
    assert worker(config, "Stand") != before


def test_unknown_names(serve, config):
    """Nothing is restarted if there is one among them."""
    server = serve([at("Wheel", WHEEL), at("Laser", LASER)])
    server.uri("Laser")
    before = worker(config, "Wheel")
    assert run("restart", config, "Wheel", "Camera") == (
        1, "", "no device or definition named 'Camera'; known names: Wheel, Laser\n")
    assert worker(config, "Wheel") == before
    code, _, err = run("restart", config)
    assert code == 64 and "Missing expected argument" in err


def test_one_that_waits_is_tried_at_once(serve, config):
    """If it still cannot be served, the reason is reported."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        server = serve([{"name": "Wheel", "port": taken.getsockname()[1], **WHEEL}])
        server.wait_for("Address already in use")
        eventually(lambda: (status(config)["Wheel"]["retry_time"] or 0) > time.time() + 1, "it waits for a while")
        code, out, err = run("restart", config, "Wheel")
        assert (code, out) == (1, "") and re.search("^Wheel: .*Address already in use", err)
        eventually(lambda: (status(config)["Wheel"]["retry_time"] or 0) > time.time() + 1, "it waits for a while")
    assert run("restart", config, "Wheel") == (0, "Wheel: served again\n", "")


def test_floating_device_that_is_missing(serve, config):
    """It is searched for again at once."""
    attached = "SIM-%d" % os.getpid()
    server = serve([{"name": "Blue", "driver": "simulated-floating-camera", "uid": "SIM-9", "port": 0,
                     "conf": {"attached": [attached]}}])
    server.wait_for("SIM-9 was not found")
    eventually(lambda: (status(config)["Blue"]["retry_time"] or 0) > time.time() + 1, "it waits for a while")
    code, out, err = run("restart", config, "Blue")
    assert (code, out) == (1, "") and "SIM-9 was not found: 1 is there; seen: %s" % attached in err


def test_process_that_does_not_end(serve, config):
    """It is killed, and replaced."""
    server = serve([at("Wheel", WHEEL)])
    server.uri("Wheel")
    before = worker(config, "Wheel")
    os.kill(before, signal.SIGSTOP)
    assert run("restart", config, "Wheel") == (0, "Wheel: served again\n", "")
    assert worker(config, "Wheel") != before
    server.wait_for("Wheel: does not shut down; killed")


@pytest.fixture
def andor_camera(tmp_path):
    """A simulated Andor camera, and the server that has it."""
    world = World(tmp_path).plug_in("VSC-1")
    server = DeviceServer(write_config(tmp_path, [andor("Red", "VSC-1", on_hang="report")]), "--simulated",
                          env={**os.environ, **world.environment})
    yield world, server
    server.kill()


def test_call_that_does_not_come_back(andor_camera, config):
    """The log and status tell which one it is and since when; a restart ends it."""
    world, server = andor_camera
    uri = server.uri("Red")
    world.order("VSC-1", "stuck", "TemperatureStatus")
    outcome = []

    def ask():
        with Pyro4.Proxy(uri) as camera:
            try:
                outcome.append(camera.get_setting("temperature_status"))
            except Pyro4.errors.CommunicationError as error:
                outcome.append(error)

    begin = time.time()
    asking = threading.Thread(target=ask)
    asking.start()
    server.wait_for(r'WARNING .*Red.get_setting\("temperature_status"\) has not come back for 5 s; other calls wait for it')
    device = status(config)["Red"]["devices"][0]
    assert device["overdue_call"] == 'Red.get_setting("temperature_status")'
    assert begin - 1 < device["overdue_call_time"] < time.time() - 4
    table = run("status", config)[1]
    assert re.search(r"^  ! 20\S+ Red.get_setting.* has not come back; if Red hangs", table, re.MULTILINE)
    restarted = []
    restart = threading.Thread(target=lambda: restarted.append(run("restart", config, "Red")))
    restart.start()
    server.wait_for("Red: does not shut down; killed")
    world.end("VSC-1", "stuck")
    for thread in (restart, asking):
        thread.join(PATIENCE)
    assert restarted == [(0, "Red: served again\n", "")]
    assert isinstance(outcome[0], Pyro4.errors.CommunicationError)
    assert status(config)["Red"]["devices"][0]["overdue_call"] is None


def test_call_that_comes_back_late(andor_camera):
    """Its end is logged, with the time that it took."""
    world, server = andor_camera
    with Pyro4.Proxy(server.uri("Red")) as camera:
        world.order("VSC-1", "stuck", "TemperatureStatus")
        camera._pyroAsync()
        asked = camera.get_setting("temperature_status")
        server.wait_for("WARNING .*Red.get_setting.* has not come back")
        world.end("VSC-1", "stuck")
        assert isinstance(asked.value, int)
        server.wait_for(r"NOTICE .*Red.get_setting.* came back after \d")
