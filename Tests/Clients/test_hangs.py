"""Calls and waits for frames that do not come back: reported at once, and cured where the rule says so."""
import os
import re
import threading

import Pyro4
import pytest
from microscope import TriggerMode, TriggerType
from microscope.clients import DataClient

from servers import DeviceServer, run, write_config
from test_control import LASER, status
from test_floating import World, andor
from waiting import PATIENCE, eventually


@pytest.fixture
def world(tmp_path):
    return World(tmp_path).plug_in("VSC-1")


@pytest.fixture
def serve_world(tmp_path, world):
    """Starts a server with the simulated Andor camera."""
    running = []

    def start(devices):
        running.append(DeviceServer(write_config(tmp_path, devices), "--simulated",
                                    env={**os.environ, **world.environment}))
        return running[-1]

    yield start
    for server in running:
        server.kill()


@pytest.fixture
def config(tmp_path):
    return tmp_path / "config.yaml"


def ask_in_vain(uri, asked="temperature_status"):
    """Asks a camera on a connection of its own; the list gets what comes of it."""
    outcome = []

    def ask():
        with Pyro4.Proxy(uri) as camera:
            try:
                outcome.append(camera.get_setting(asked))
            except Pyro4.errors.CommunicationError as error:
                outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, outcome


def test_camera_that_hangs_in_a_call(world, serve_world, config):
    """It is replaced without anybody's help, as it was: exposure, ROI, trigger, enabled, with its client."""
    server = serve_world([andor("Red", "VSC-1")])
    camera = DataClient(server.uri("Red"))
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.ONCE)
    camera.set_exposure_time(0.002)
    camera.set_roi((8, 16, 64, 48))
    camera.enable()
    camera.trigger_and_wait()
    pid = status(config)["Red"]["pid"]
    world.order("VSC-1", "stuck", "TemperatureStatus")
    asking, outcome = ask_in_vain(server.uri("Red"))
    server.wait_for(r'WARNING .*Red.get_setting\("temperature_status"\) has not come back for 5 s')
    server.wait_for(r'ERROR .*Red: Red.get_setting\("temperature_status"\) has not come back for [5-9]\S* s; its process was killed')
    world.end("VSC-1", "stuck")
    asking.join(PATIENCE)
    assert isinstance(outcome[0], Pyro4.errors.CommunicationError)
    eventually(lambda: status(config)["Red"]["state"] == "serving", "it is served again")
    now = status(config)["Red"]
    assert now["pid"] != pid and now["restarts"] == 1 and "its process was killed" in now["last_error"]
    camera._proxy._pyroReconnect(10)
    assert camera.get_exposure_time() == pytest.approx(0.002, rel=0.01)
    assert tuple(camera.get_roi()) == (8, 16, 64, 48) and camera.get_is_enabled()
    image, _ = camera.trigger_and_wait()
    assert image.shape == (48, 64)


def test_camera_that_hangs_in_the_wait_for_a_frame(world, serve_world, config):
    """As in a call; the next frame arrives at the same client."""
    server = serve_world([andor("Red", "VSC-1")])
    camera = DataClient(server.uri("Red"))
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.ONCE)
    camera.set_exposure_time(0.002)
    camera.enable()
    camera.trigger_and_wait()
    world.order("VSC-1", "stuck", "WaitBuffer")
    camera.trigger()
    server.wait_for(r"ERROR .*Red: Red: the wait for data has not come back for [5-9]\S* s; its process was killed")
    world.end("VSC-1", "stuck")
    eventually(lambda: status(config)["Red"]["restarts"] == 1 and status(config)["Red"]["state"] == "serving",
               "it is served again")
    camera._proxy._pyroReconnect(10)
    assert camera.get_is_enabled()
    image, _ = camera.trigger_and_wait()
    assert image.ndim == 2


def test_camera_that_hangs_while_it_is_enabled_at_the_start(world, serve_world, config):
    """The process is replaced, after longer and longer waits, until the camera can be enabled."""
    world.order("VSC-1", "stuck", "AcquisitionStart")
    server = serve_world([andor("Red", "VSC-1", enable=True)])
    server.wait_for(r"ERROR .*Red: Red.enable has not come back for [5-9]\S* s; its process was killed")
    world.end("VSC-1", "stuck")
    with Pyro4.Proxy(server.uri("Red")) as camera:
        assert camera.get_is_enabled()


# MARK: Opening


def opening(driver, **more):
    """A simulator whose opening does not come back, as in a vendor's library."""
    return {"name": "Device", "driver": driver, "port": 0, "open_limit": "2 s", "fault": "hang 600", **more}


@pytest.mark.parametrize("device", [
    opening("simulated-camera", conf={"sensor_shape": [64, 32]}),
    opening("simulated-stage", conf={"limits": {"x": [0, 100]}}),
    opening("simulated-light-source"),
], ids=lambda device: device["driver"])
def test_device_that_hangs_while_it_is_opened(serve, config, device):
    """The log and the status show it; after its limit the process is replaced, whatever kind of device it is."""
    server = serve([device])
    server.wait_for(r"WARNING .*Device: not open after [2-9]\S* s; the limit is 2 s")
    server.wait_for(r"ERROR .*Device: Device: its opening has not come back for [2-9]\S* s; its process was killed")
    with Pyro4.Proxy(server.uri("Device")) as proxy:
        assert proxy.get_is_enabled() is not None
    now = status(config)["Device"]
    assert now["restarts"] == 1 and "its opening has not come back" in now["last_error"]


def test_opening_that_is_only_reported(serve, config):
    """With `on_hang: report` the process may go on, and `status` shows what it is at."""
    server = serve([opening("simulated-camera", conf={"sensor_shape": [64, 32]}, on_hang="report")])
    server.wait_for(r"ERROR .*Device: its opening has not come back for .*`device-server restart`")
    now = status(config)["Device"]
    assert (now["state"], now["restarts"]) == ("starting", 0)
    assert now["devices"][0]["overdue_call"] == "Device: its opening"
    assert re.search(r"^  ! 20\S+ Device: its opening has not come back", run("status", config)[1], re.MULTILINE)
    assert run("restart", config, "Device")[0] == 0
    with Pyro4.Proxy(server.uri("Device")) as proxy:
        assert not proxy.get_is_enabled()


def test_search_for_a_camera_that_hangs(world, serve_world, config):
    """The process that opens the candidate is replaced; the status says for what the definition waits."""
    world.order("VSC-1", "stuck", "Open")
    server = serve_world([andor("Red", "VSC-1", open_limit="2 s")])
    server.wait_for(r"ERROR .*andor-sdk3: candidate 1 was not open within 2 s; killed")
    eventually(lambda: "a candidate was not open within 2 s" in (status(config)["Red"]["last_error"] or ""),
               "the status has the reason")
    world.end("VSC-1", "stuck")
    with Pyro4.Proxy(server.uri("Red")) as camera:
        assert not camera.get_is_enabled()


# MARK: Only reported


def test_hang_that_is_only_reported(world, serve_world, config):
    """With `on_hang: report` the process lives, and the call ends when it ends; light of the process goes off."""
    camera = andor("Red", "VSC-1", on_hang="report")
    del camera["port"]
    server = serve_world([{"name": "Stand", "port": 0,
                           "devices": [camera, {"name": "Laser", **LASER, "enable": True}]}])
    uri = server.uri("Red")
    pid = status(config)["Stand"]["pid"]
    with Pyro4.Proxy(server.uri("Laser")) as light:
        assert light.get_is_on()
        world.order("VSC-1", "stuck", "TemperatureStatus")
        asking, outcome = ask_in_vain(uri)
        server.wait_for(r"ERROR .*Stand: Red.get_setting.* has not come back for .*`device-server restart`")
        eventually(lambda: not light.get_is_on(), "its light is off")
        red, laser = status(config)["Stand"]["devices"]
        assert red["overdue_call"] == 'Red.get_setting("temperature_status")' and laser["overdue_call"] is None
        table = run("status", config)[1]
        assert re.search(r"^  ! 20\S+ Red.get_setting.* has not come back; if Red hangs", table, re.MULTILINE)
        world.end("VSC-1", "stuck")
        asking.join(PATIENCE)
    assert isinstance(outcome[0], int) and status(config)["Stand"]["pid"] == pid
    server.wait_for(r"NOTICE .*Red.get_setting.* came back after \d")
    assert not server.find("killed")
