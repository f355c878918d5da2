"""Programs that say in Swift which devices there are: the example for users, and one with what can go wrong."""
import functools
import json
import os
import re
import signal

import Pyro4
import pytest
from microscope.clients import DataClient

from processes import is_running, listener
from servers import BIN, Microscope, run, write_config
from waiting import eventually

EXAMPLE, TEST = "example-microscope", "test-microscope"
NAMES = ["RedCamera", "BlueCamera", "Wheel", "Lamp", "RedLight", "GreenLight", "BlueLight", "LeftEye", "RightEye"]

example = functools.partial(run, program=EXAMPLE)


def test_microscope(wanted, **environment):
    """The program for tests, with one of its microscopes."""
    return Microscope(TEST, TEST_MICROSCOPE=wanted, **environment)


test_microscope.__test__ = False  # it is no test


def kill_worker(server, uri):
    """Kills the process that serves a device, and waits until another one does."""
    since, killed = len(server.lines), listener(server.workers, Pyro4.URI(uri).port)
    os.kill(killed, signal.SIGKILL)
    assert server.uri(Pyro4.URI(uri).object, since=since) == uri
    assert not is_running(killed)


@pytest.fixture(scope="module")
def served():
    """The example, served."""
    server = Microscope(EXAMPLE)
    try:
        server.devices = {name: server.uri(name) for name in NAMES}
        yield server
    finally:
        server.kill()


@pytest.fixture
def start():
    """Starts the program for tests, and ends it."""
    running = []

    def one(*arguments, **environment):
        running.append(test_microscope(*arguments, **environment))
        return running[-1]

    yield one
    for server in running:
        server.kill()


# MARK: The example, without a server and with one


def test_commands_without_a_server():
    """--check, --help, --list-drivers, conform and lights-off need no configuration file."""
    assert example("--check") == (0, EXAMPLE + ": no errors; 9 devices in 7 processes\n", "")
    assert EXAMPLE in example("--help")[1]
    for command in ("status", "reload", "restart", "conform", "lights-off"):
        assert example(command, "--help")[0] == 0
    drivers = example("--list-drivers")[1]
    assert re.search(r"^led-lamp  +an LED on an Arduino$", drivers, re.M) and "andor-sdk3" in drivers


def test_conform_and_lights_off():
    """The program's own devices, tried or darkened one after the other."""
    code, output, errors = example("conform", "--allow", "light", "Lamp", "RightEye", "GreenLight")
    assert code == 0, errors
    assert re.search("^as they must be: Lamp$", output, re.M)
    assert re.search("^not to be tried alone: GreenLight, RightEye$", output, re.M)
    assert example("conform", "Nobody")[0] == 2
    assert example("lights-off") == (0, "Lamp: light is off\n", "")


def test_setting_is_changed_before_the_first_client(served, connect):
    """Of one of the two cameras; the label of a choice has become its key."""
    red, blue = (connect(served.devices[name]) for name in ("RedCamera", "BlueCamera"))
    assert dict(red.describe_setting("image pattern")["values"])[red.get_setting("image pattern")] == "gradient"
    assert red.get_setting("gain") == 4 and blue.get_setting("gain") != 4
    assert tuple(red.get_sensor_shape()) == (640, 480)
    camera = DataClient(served.devices["RedCamera"])
    camera.enable()
    image, _ = camera.trigger_and_wait()
    assert image.shape == (480, 640)
    camera.disable()


def test_composite_of_a_users_own(served, connect):
    """Each light switches the one lamp, after the wheel has brought its filter."""
    lamp, wheel = connect(served.devices["Lamp"]), connect(served.devices["Wheel"])
    for position, name in enumerate(["RedLight", "GreenLight", "BlueLight"]):
        light = connect(served.devices[name])
        light.power = 0.4
        light.enable()
        assert lamp.get_is_on() and wheel.get_position() == position and light.get_is_on()
        assert lamp.power == light.power == pytest.approx(0.4, abs=0.01)
        light.disable()
        assert not lamp.get_is_on()


def test_driver_of_a_users_own(served, connect):
    """Its status comes from the device at the other end of the line."""
    lamp = connect(served.devices["Lamp"])
    lamp.power = 1
    assert any("255 of 255" in line for line in lamp.get_status())


def test_function_opens_several_devices(served, connect):
    """Which it has configured, and which one process serves."""
    left, right = (connect(served.devices[name]) for name in ("LeftEye", "RightEye"))
    assert left.get_exposure_time() == right.get_exposure_time() == 0.01
    assert left.get_setting("image pattern") != right.get_setting("image pattern")
    assert Pyro4.URI(served.devices["LeftEye"]).port == Pyro4.URI(served.devices["RightEye"]).port


@pytest.mark.parametrize("name, setting", [("RedCamera", "gain"), ("RightEye", "image pattern")])
def test_killed_worker_is_replaced(served, connect, name, setting):
    """With what the program says set again, and what a client has set as well."""
    camera = connect(served.devices[name])
    value = camera.get_setting(setting)
    camera.set_exposure_time(0.03)
    kill_worker(served, served.devices[name])
    camera = connect(served.devices[name])
    assert camera.get_setting(setting) == value
    assert camera.get_exposure_time() == 0.03


def test_status(served):
    """Of the program's own server; device-server tells of it as well."""
    code, output, errors = example("status", "--json")
    assert (code, errors) == (0, "")
    status, = json.loads(output)
    assert os.path.samefile(status["configuration"], BIN / EXAMPLE)
    devices = {device["name"]: device for definition in status["definitions"] for device in definition["devices"]}
    assert list(devices) == NAMES
    assert all(definition["state"] == "serving" for definition in status["definitions"])
    assert devices["LeftEye"]["driver"] == "SimulatedCamera" and devices["Lamp"]["driver"] == "led-lamp"
    assert devices["Lamp"]["simulated"] and not devices["RedCamera"]["simulated"]
    assert EXAMPLE in run("status")[1]
    table = example("status")[1]
    assert all(name in table for name in NAMES)


def test_nothing_is_read_again(served):
    """A program must be started anew for what has changed in it, and says so; its devices go on."""
    workers = served.workers
    served.process.send_signal(signal.SIGHUP)
    served.wait_for("the configuration stays as it was")
    code, output, errors = example("reload")
    assert code == 1 and output == "" and "start it again" in errors
    assert served.workers == workers


def test_devices_that_are_served_are_left_alone(served):
    """As by device-server, and so are those that cannot be tried alone."""
    code, output, _ = example("conform", "--json", "Lamp", "LeftEye", "GreenLight")
    devices = {device["name"]: device for device in json.loads(output)["devices"]}
    assert code == 2
    assert {name: device["verdict"] for name, device in devices.items()} == {
        "Lamp": "served", "LeftEye": "served", "GreenLight": "served"}


def test_configuration_file_can_name_a_users_driver(tmp_path, connect):
    """A file that the program is given takes the place of what it defines."""
    config = write_config(tmp_path, [{"name": "Other", "driver": "own-lamp", "port": 0, "settings": {"label": "x"}}])
    assert example("--check", config)[0] == 1
    assert run("--check", config, program=TEST)[0] == 0
    server = Microscope(TEST, config)
    try:
        assert connect(server.uri("Other")).get_setting("label") == "x"
        assert len(server.workers) == 1
        assert "unchanged: Other" in run("reload", config, program=TEST)[1]
    finally:
        server.kill()


# MARK: The program for tests


WRONG = """\
Wrong.swift:6: Lamp: the name 'Lamp' is already used in line 5
Wrong.swift:6: Lamp.port: port 8001 of 127.0.0.1 is already used in line 5
Wrong.swift:7: ["my lamp"]: expected a name without spaces and '@', and not Pyro.Daemon, got 'my lamp'
Wrong.swift:7: ["my lamp"]: missing key 'port' (or 'socket')
Wrong.swift:8: Wheel: missing key 'positions'
Wrong.swift:8: Wheel.port: expected an integer from 0 to 65535, got 70000
Wrong.swift:9: Zyla.uid: expected text that is not empty, got ''
Wrong.swift:10: Camera.conf.sensorShape: must be two positive numbers (was [0, 5])
Wrong.swift:11: Specimen.pyro.queueLength: expected an integer from 1 to 100000, got 0
Wrong.swift:11: Specimen.conf.stage: expected a stage, but Camera is a camera
Wrong.swift:11: Specimen.conf.filterWheel: there is no device 'Whel', known are Camera, Lamp, Lonely, Specimen, Zyla
Wrong.swift:18: Inner.port: a device of a group has no 'port' of its own, only the group has
Wrong.swift:18: Group.socket: expected an absolute path of at most 107 bytes, got 'relative'
Wrong.swift:19: Lonely: there is no device 'Nobody', known are Camera, Lamp, Lonely, Specimen, Zyla
"""


@pytest.mark.parametrize("options", [["--check"], [], ["lights-off"]], ids=["check", "start", "lights-off"])
def test_every_error_at_once(options):
    """With the line of the program, before anything starts."""
    code, output, errors = run(*options, program=TEST, TEST_MICROSCOPE="wrong")
    assert code == 1 and output == ""
    assert errors.replace("test_microscope/", "") == WRONG


def test_options(start, connect, tmp_path):
    """A Unix socket, a key, settings and being enabled; floating devices by their uids."""
    server = start("options", TEST_SOCKET=str(tmp_path / "lamp.sock"))
    lamp = connect(server.uri("Lamp"))
    assert str(tmp_path) in lamp._pyroUri.sockname
    assert lamp.get_setting("label") == "left" and lamp.get_is_on()
    locked = connect(server.uri("Locked"))
    with pytest.raises(Pyro4.errors.CommunicationError):
        locked.get_is_on()
    locked = connect(server.uri("Locked"))
    locked._pyroHmacKey = b"secret"
    assert not locked.get_is_on()
    for uid in ("1", "2"):
        assert connect(server.uri("Floating" + uid)).get_id() == "SIM-" + uid


def test_what_a_function_switched_on(start, connect):
    """After a crash the camera is enabled again, unless a client had disabled it, and the light stays off."""
    server = start("functions")
    uris = {name: server.uri(name) for name in ("Camera", "Lamp")}
    camera, lamp = connect(uris["Camera"]), connect(uris["Lamp"])
    assert camera.get_is_enabled() and lamp.get_is_on()
    assert camera.get_setting("gain") == 7 and lamp.get_setting("label") == "right"
    kill_worker(server, uris["Camera"])
    camera, lamp = connect(uris["Camera"]), connect(uris["Lamp"])
    assert camera.get_is_enabled() and not lamp.get_is_on()
    camera.disable()
    kill_worker(server, uris["Camera"])
    assert not connect(uris["Camera"]).get_is_enabled()


def test_function_that_uses_another_device(start, connect):
    """It is called when that is served, wherever it is, and finds it again after a crash."""
    server = start("functions")
    follower, lamp = connect(server.uri("Follower")), connect(server.uri("Lamp"))
    lamp.disable()
    assert not follower.get_is_on()
    lamp.enable()
    assert follower.get_is_on()
    kill_worker(server, str(lamp._pyroUri))
    assert not follower.get_is_on()


def test_function_that_fails(start):
    """Its error is told with the line of the definition, and it is called again."""
    server = start("functions")
    server.wait_for(r"Broken: test_microscope/main\.swift:\d+: there is no bulb in it")
    server.uri("Camera")


def test_program_that_is_another_one_each_time(start):
    """Nothing is served under a name that is not its own."""
    server = start("changing")
    server.wait_for("the program produced a different configuration when restarted: 'Lamp' is missing")
    assert not server.find("serving")


def test_end(start):
    """SIGTERM shuts the devices down and ends all processes."""
    server = start("one")
    server.uri("Lamp")
    workers = server.workers
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    eventually(lambda: not any(map(is_running, workers)), "all workers have ended")
