"""Lasers and light engines: python-microscope's drivers on our simulations, and our drivers on its mocks.

Both sides pass python-microscope's own tests for light sources, which are imported and not copied.
"""
import json
import os
import re
import shutil
import termios
import unittest.mock

import microscope.controllers.coolled
import microscope.controllers.lumencor
import microscope.controllers.toptica
import microscope.lights.cobolt
import microscope.lights.deepstar
import microscope.lights.obis
import microscope.lights.sapphire
import microscope.lights.toptica
import pytest
import Pyro4
import serial
from microscope.testsuite import mock_devices
from microscope.testsuite import test_devices as theirs

from mocked_ports import MockedPort
import servers
from servers import DeviceServer, free_port, run, write_config
from testbed import Testbed
from waiting import PATIENCE, eventually


NOBODY = 65534


class Case:
    """A laser: the name of our driver, their module and class, and what a test needs to know of the laser (in mW).

    A box with several lights has the name of the one that is tried as its `part`.
    """

    def __init__(self, name, module=None, driver=None, default=0, least=0, most=0, speed=None, mock=None, unknown=b"",
                 part=None, fails=()):
        self.name, self.module, self.driver = name, module, driver
        self.default_power, self.min_power, self.max_power = default, least, most
        self.speed, self.mock, self.unknown, self.part = speed, mock, unknown, part
        self.fails = fails

    def light(self, device):
        """The light source that a device is, or has."""
        return device.devices[self.part] if self.part else device

    def __str__(self):
        return self.name


# Tests of theirs that some of their drivers fail, whatever laser they are on: these do not keep `enabled`, and those of
# boxes tell the power that is set while no light comes out. Ours pass them: `test_our_light_passes_all`.
ENABLED = {"test_disable_disabled", "test_enable_and_disable", "test_enable_enabled"}
BOX = ENABLED | {"test_power_when_off"}

CASES = [
    Case("cobolt", microscope.lights.cobolt, "CoboltLaser", 50, 0, 600, termios.B115200,
         mock_devices.CoboltLaserMock, b"Syntax error: illegal command\r\n"),
    Case("sapphire", microscope.lights.sapphire, "SapphireLaser", 50, 20, 220, termios.B19200,
         mock_devices.CoherentSapphireLaserMock),
    Case("deepstar", microscope.lights.deepstar, "DeepstarLaser", 50, 0, 200, termios.B9600,
         mock_devices.OmicronDeepstarLaserMock),
    Case("obis", microscope.lights.obis, "ObisLaser", 20, 0, 150, termios.B115200),
    Case("ibeam", microscope.lights.toptica, "TopticaiBeam", 5, 0, 100, fails=ENABLED),
    Case("ichrome", microscope.controllers.toptica, "iChromeMLE", 10, 0, 100, part="laser2", fails=BOX),
    Case("lumencor", microscope.controllers.lumencor, "SpectraIIILightEngine", 100, 0, 1000, part="CYAN", fails=BOX),
    Case("coolled", microscope.controllers.coolled, "CoolLED", 10, 0, 100, part="B", fails=BOX),
]
# python-microscope has no drivers for these.
ALL = CASES + [Case("omicron"), Case("stradus"), Case("oxxius"), Case("obis-box", part="laser2")]

TESTS = [name for name in dir(theirs.LightSourceTests) if name.startswith("test_")]


def check(test, device, laser):
    """Runs a test of theirs on a device; `laser` tells whether light comes out."""

    class Suite(theirs.LightSourceTests, unittest.TestCase):
        def test_get_is_on(self):
            assert device.get_is_on() == laser.is_on()
            device.enable()
            assert device.get_is_on() and laser.is_on()
            device.disable()
            assert not device.get_is_on() and not laser.is_on()

    suite = Suite(test)
    suite.device, suite.fake = device, laser.case
    suite.debug()


class Simulation:
    """One of our simulated lasers, at a port."""

    def __init__(self, factory, case, path):
        self.case, self.path, self.factory = case, path, factory
        factory.simulate(case.name, path)

    def is_on(self):
        return self.factory.is_switched_on(self.path)


@pytest.fixture
def simulate(factory, tmp_path):
    """Plugs simulated lasers in."""
    made = []

    def plug_in(case):
        made.append(Simulation(factory, case, str(tmp_path / "tty")))
        return made[-1]

    yield plug_in
    for simulation in made:
        factory.remove_simulation(simulation.path)


class Mock:
    """One of their mocks, at a port."""

    def __init__(self, case):
        self.case = case
        self.port = MockedPort(case.mock(), case.unknown)

    def is_on(self):
        return self.port.mock.light


@pytest.fixture
def mocked():
    """Puts their mocks behind ports."""
    made = []

    def put(case):
        made.append(Mock(case))
        return made[-1]

    yield put
    for mock in made:
        mock.port.close()


@pytest.fixture
def theirs_on():
    """Opens their driver at a port."""
    made = []
    ports = []

    def open_driver(case, path):
        # They often wait for more than comes: a simulation answers at once, so that this can be short.
        class Port(serial.Serial):
            def __init__(self, *arguments, **options):
                options["timeout"] = 0.25
                super().__init__(*arguments, **options)
                ports.append(self)

        with unittest.mock.patch.object(case.module.serial, "Serial", new=Port):
            device = getattr(case.module, case.driver)(path)
        made.append(device)
        return device

    yield open_driver
    for device in made:
        # Their destructors shut down once more.
        for light in [device, *getattr(device, "devices", {}).values()]:
            light.shutdown = lambda: None
    for port in ports:
        port.close()


@pytest.mark.parametrize("case, test", [
    (case, test) for case in CASES for test in TESTS if test not in case.fails], ids=str)
def test_their_driver_on_our_simulation(case, test, simulate, theirs_on):
    laser = simulate(case)
    check(test, case.light(theirs_on(case, laser.path)), laser)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("case", [case for case in CASES if case.fails], ids=str)
def test_our_light_passes_all(case, test, simulate, make):
    """Ours on our own simulation, with what their drivers fail."""
    laser = simulate(case)
    check(test, case.light(make(case.name, port=laser.path)), laser)


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("case", [case for case in CASES if case.mock], ids=str)
def test_our_driver_on_their_mock(case, test, mocked, make):
    laser = mocked(case)
    device = make(case.name, port=laser.port.path)
    assert laser.port.speed == case.speed
    check(test, device, laser)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_both_drivers_agree(case, simulate, make, theirs_on):
    """What one driver has set the other one reads, one after the other at the same laser."""
    laser = simulate(case)
    device = make(case.name, port=laser.path)
    ours = case.light(device)
    ours.enable()
    ours.power = 0.5
    powers = [ours.power, ours.get_set_power()]
    device.shutdown()
    their_device = case.light(theirs_on(case, laser.path))
    assert not their_device.get_is_on()
    their_device.enable()
    powers.append(their_device.power)
    assert powers == [pytest.approx(0.5, abs=1e-3)] * 3
    their_device.disable()
    assert not laser.is_on()


@pytest.mark.parametrize("case", ALL, ids=str)
def test_light_goes_off_when_the_port_is_back(case, simulate, make, factory):
    """A laser that lost its port while it was on is switched off when it is back, though no client asks."""
    laser = simulate(case)
    device = case.light(make(case.name, port=laser.path))
    device.enable()
    assert laser.is_on()
    factory.unplug(laser.path)
    assert laser.is_on()
    with pytest.raises(microscope.DeviceError, match="whether light comes out is unknown"):
        device.get_is_on()
    factory.plug_in(laser.path)
    eventually(lambda: not laser.is_on(), "the light is off")
    eventually(lambda: not device.get_is_enabled(), "the device is no longer enabled")
    assert device.get_is_on() is False


@pytest.mark.parametrize("case", ALL, ids=str)
def test_simulated_in_a_server(case, serve):
    """`--simulated` serves the laser over a pseudo-terminal, whatever port the configuration names."""
    server = serve([{"driver": case.name, "name": "Laser", "port": 0, "conf": {"port": "usb:NONE"}}], "--simulated")
    with Pyro4.Proxy(server.uri("Laser")) as device:
        device._pyroTimeout = PATIENCE
        laser = case.light(device)
        laser.enable()
        assert laser.get_is_on()
        assert json.dumps(laser.get_status())
        laser.disable()


def test_arduino_trigger(serve, connect):
    """The lines of a board are read and set by python-microscope's names, and are low once it is disabled."""
    server = serve([{"driver": "arduino-trigger", "name": "Lines", "port": 0, "conf": {"port": "usb:NONE"}}],
                   "--simulated")
    board = connect(server.uri("Lines"))
    assert board.get_num_lines() == 6 and board.get_all_IO_state() == [True] * 6
    board.enable()
    board.write_line(1, True)
    board.write_line(4, True)
    assert board.read_all_lines() == [False, True, False, False, True, False]
    with pytest.raises(microscope.UnsupportedFeatureError, match="an output only"):
        board.set_IO_state(2, False)
    board.disable()
    assert board.read_all_lines() == [False] * 6


def test_a_port_that_is_not_there(serve):
    """The server says which port is missing, and goes on to try."""
    server = serve([{"driver": "cobolt", "name": "Laser", "port": 0, "conf": {"port": "usb:NONE"}}])
    server.wait_for(r"cobolt at usb:NONE: .*no port has the USB serial number NONE")


def test_found_by_the_serial_number_of_its_adapter(factory, tmp_path, connect):
    """Wherever the adapter is plugged in, and whatever name the kernel gives its port: udev knows it."""
    testbed = Testbed()
    server = None
    try:
        before = testbed.add_adapter("1-3", "ttyUSB0", "A50285BI")
        factory.simulate("cobolt", before)
        definition = {"driver": "cobolt", "name": "Laser", "port": free_port(), "conf": {"port": "usb:A50285BI"}}
        server = DeviceServer(write_config(tmp_path, [definition]), env=testbed.environment)
        laser = connect(server.uri("Laser"))
        laser.enable()
        assert factory.is_switched_on(before)
        factory.remove_simulation(before)
        testbed.unplug("1-3")
        server.wait_for(r"cobolt at usb:A50285BI .*no port has the USB serial number A50285BI")
        after = testbed.add_adapter("1-7", "ttyUSB5", "A50285BI")
        factory.simulate("cobolt", after)
        eventually(lambda: server.find("cobolt at usb:A50285BI is back") and not laser.get_is_enabled(), "the laser is back")
        laser.enable()
        assert factory.is_switched_on(after)
        factory.remove_simulation(after)
    finally:
        if server:
            server.kill()
        testbed.close()


def test_a_port_that_this_user_may_not_open(simulate, tmp_path, monkeypatch):
    """The message says which group to be in, and the laser is served once its user is."""
    laser = simulate(CASES[0])
    terminal = os.path.realpath(laser.path)
    os.chmod(terminal, 0)
    # For root nothing is forbidden, so that somebody else has to try.
    for folder in (tmp_path, *tmp_path.parents[:3]):
        folder.chmod(0o755)
    options = {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.getuid() == 0 else {}
    # Where this user can run it, too.
    shutil.copy(servers.BIN / "device-server", tmp_path)
    monkeypatch.setattr(servers, "BIN", tmp_path)
    server = DeviceServer(write_config(tmp_path, [
        {"driver": "cobolt", "name": "Laser", "port": 0, "conf": {"port": laser.path}}]), **options)
    try:
        server.wait_for(r"ERROR \S+ Laser: .*%s: Permission denied; is the user in the group of the file, usually dialout"
                        % re.escape(laser.path))
        os.chmod(terminal, 0o666)
        with Pyro4.Proxy(server.uri("Laser")) as proxy:
            assert proxy.get_is_on() is False
    finally:
        server.kill()


def test_a_port_that_is_no_name(tmp_path):
    """A port's name is checked before anything is opened."""
    status, _, errors = run("--check", write_config(
        tmp_path, [{"driver": "cobolt", "name": "Laser", "port": 8001, "conf": {"port": "COM3"}}]))
    assert status != 0
    assert "port must be a path such as /dev/serial/by-id/… or usb:SERIAL (was 'COM3')" in errors
