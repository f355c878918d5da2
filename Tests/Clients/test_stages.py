"""Wheels, stages and their controllers: python-microscope's drivers and ours at the same simulations, one after the other.

What one of them does to a device the other one has to find. python-microscope has no stand-ins for these devices.
"""
import re
import unittest.mock

import microscope.controllers.asi
import microscope.controllers.ludl
import microscope.controllers.prior
import microscope.controllers.zaber
import microscope.filterwheels.thorlabs
import pytest
import Pyro4
import serial
from microscope.clients import Client

from servers import ROOT, DeviceServer, run, write_config
from waiting import PATIENCE

ZaberDeviceType = microscope.controllers.zaber.ZaberDeviceType


class QuickPort(serial.Serial):
    """A port whose answers come at once or not at all, as a simulation's do; their drivers often wait for more."""

    def __init__(self, *arguments, **options):
        options["timeout"] = 0.25
        super().__init__(*arguments, **options)


@pytest.fixture
def simulate(factory, tmp_path):
    """Plugs a simulated device in, and gives the path of its port."""
    path = str(tmp_path / "tty")

    def plug_in(name):
        factory.simulate(name, path)
        return path

    yield plug_in
    factory.remove_simulation(path)


@pytest.fixture
def theirs():
    """Runs a function with one of their drivers at a port, which it gives up afterwards."""

    def run(module, name, path, use, *arguments, **options):
        ports = []

        class Port(QuickPort):
            def __init__(self, *arguments, **options):
                super().__init__(*arguments, **options)
                ports.append(self)

        with unittest.mock.patch.object(module.serial, "Serial", new=Port):
            device = getattr(module, name)(path, *arguments, **options)
        try:
            return use(device)
        finally:
            for port in ports:
                port.close()
            # Their destructors shut down once more.
            for part in (device, *getattr(device, "devices", {}).values()):
                part.shutdown = lambda: None

    return run


@pytest.fixture
def ours(factory, make, connect):
    """Runs a function with our driver at a port, which it gives up afterwards."""

    def run(name, use, **conf):
        device = make(name, **conf)
        try:
            return use(device)
        finally:
            device.shutdown()

    return run


def test_thorlabs_filter_wheel(simulate, theirs, ours):
    path = simulate("thorlabs-filter-wheel")

    def go(position):
        def use(wheel):
            found = wheel.position
            wheel.position = position
            return wheel.n_positions, found, wheel.position
        return use

    module = microscope.filterwheels.thorlabs
    assert theirs(module, "ThorlabsFilterWheel", path, go(4)) == (6, 0, 4)
    assert ours("thorlabs-filter-wheel", go(2), port=path) == (6, 4, 2)
    assert theirs(module, "ThorlabsFilterWheel", path, go(5)) == (6, 2, 5)


def test_prior_filter_wheels(simulate, theirs, ours):
    path = simulate("prior-proscan-iii")

    def go(positions):
        def use(controller):
            wheels = [controller.devices["filter %d" % number] for number in (1, 2)]
            found = [wheel.position for wheel in wheels]
            for wheel, position in zip(wheels, positions):
                wheel.position = position
            return [wheel.n_positions for wheel in wheels], found, [wheel.position for wheel in wheels]
        return use

    # Theirs passes the controller's own numbers on, which begin with 1, and so cannot reach the last one.
    module = microscope.controllers.prior
    assert theirs(module, "ProScanIII", path, go([3, 9])) == ([10, 10], [1, 1], [3, 9])
    assert ours("prior-proscan-iii", go([7, 9]), port=path) == ([10, 10], [2, 8], [7, 9])
    assert theirs(module, "ProScanIII", path, go([1, 2])) == ([10, 10], [8, 10], [1, 2])


def test_zaber(simulate, theirs, ours):
    path = simulate("zaber-daisy-chain")

    def go(place, slot, power):
        def use(chain):
            stage, wheel, lamp = chain.devices["1"], chain.devices["2"], chain.devices["3"].devices["LED2"]
            found = stage.axes["1"].position, wheel.position
            moves = stage.may_move_on_enable()
            stage.enable()
            stage.axes["1"].move_to(place)
            wheel.position = slot
            lamp.enable()
            lamp.power = power
            now = stage.position["1"], wheel.position, lamp.power
            lamp.disable()
            limits = stage.limits["1"]
            return found, moves, now, wheel.n_positions, (limits.lower, limits.upper), lamp.get_is_on()
        return use

    limits = (0, 305381)
    found, *rest = theirs(
        microscope.controllers.zaber, "ZaberDaisyChain", path, go(1000, 3, 0.5),
        {1: ZaberDeviceType.STAGE, 2: ZaberDeviceType.FILTER_WHEEL, 3: ZaberDeviceType.LED_CONTROLLER})
    assert found[1] == 0
    assert rest == [False, (1000, 3, 0.5), 6, limits, False]
    kinds = {"1": "stage", "2": "filter_wheel", "3": "led_controller"}
    assert ours("zaber-daisy-chain", go(2500, 5, 0.25), port=path, address2type=kinds) == (
        (1000, 3), False, (2500, 5, 0.25), 6, limits, False)


def test_ludl(simulate, theirs, ours):
    path = simulate("ludl-mc2000")

    def go(place):
        def use(controller):
            stage = controller.devices["stage"]
            assert stage.may_move_on_enable()
            stage.enable()
            assert not stage.may_move_on_enable()
            middle = stage.position
            stage.axes["1"].move_to(place)
            limits = stage.limits
            return middle, {name: (limits[name].lower, limits[name].upper) for name in limits}, stage.axes["1"].position
        return use

    answer = {"1": 500000, "2": 350000}, {"1": (0, 1000000), "2": (0, 700000)}, 1234
    assert ours("ludl-mc2000", go(1234), port=path) == answer
    assert theirs(microscope.controllers.ludl, "LudlMC2000", path, go(1234)) == answer


def test_asi(simulate, theirs, ours, factory):
    path = simulate("asi-ms2000")

    def go(place, power):
        def use(controller):
            stage, lamp = controller.devices["stage"], controller.devices["lamp"]
            assert stage.may_move_on_enable()
            stage.enable()
            middle = stage.position
            stage.axes["X"].move_to(place)
            limits = stage.limits["X"]
            lamp.enable()
            lamp.power = power
            now = lamp.power, lamp.get_is_on(), factory.is_switched_on(path)
            lamp.disable()
            return middle, (limits.lower, limits.upper), stage.axes["X"].position, now, factory.is_switched_on(path)
        return use

    answer = {"X": 550000, "Y": 400000, "Z": 50000}, (0, 1100000), 4321, (0.5, True, True), False
    assert ours("asi-ms2000", go(4321, 0.5), port=path, lights=["lamp"], home=True) == answer
    assert theirs(microscope.controllers.asi, "ASIMS2000", path, go(4321, 0.5), lights=["lamp"]) == answer


@pytest.mark.parametrize("name, conf, parts", [
    ("thorlabs-filter-wheel", {}, None),
    ("thorlabs-ell-slider", {"address": 11}, None),
    ("prior-proscan-iii", {}, {"stage", "filter 1", "filter 2"}),
    ("ludl-mc2000", {"wheels": [{"positions": 6}]}, {"stage", "filter 1"}),
    ("asi-ms2000", {"lights": ["lamp"]}, {"stage", "lamp"}),
    ("zaber-daisy-chain", {"address2type": {"1": "stage", "7": "filter_wheel"}}, {"1", "7"}),
])
def test_simulated_in_a_server(name, conf, parts, serve):
    """`--simulated` serves each of them over a pseudo-terminal, whatever port the configuration names."""
    server = serve([{"driver": name, "name": "Device", "port": 0, "conf": {"port": "usb:NONE", **conf}}], "--simulated")
    with Pyro4.Proxy(server.uri("Device")) as device:
        device._pyroTimeout = PATIENCE
        device.enable()
        assert device.get_is_enabled()
        if parts is None:
            device.position = 1
            assert device.position == 1
        else:
            assert set(device.devices) == parts


def test_a_wheel_that_does_not_know_its_position(serve):
    """python-microscope's Client reads every property when it connects; a Ludl wheel has none before its first move."""
    conf = {"port": "usb:NONE", "wheels": [{"positions": 6}]}
    server = serve([{"driver": "ludl-mc2000", "name": "Device", "port": 0, "conf": conf}], "--simulated")
    with Pyro4.Proxy(server.uri("Device")) as device:
        device._pyroTimeout = PATIENCE
        uri = str(device.devices["filter 1"]._pyroUri)
    wheel = Client(uri)
    assert wheel.position == wheel.get_position() == -1
    wheel.set_position(3)
    assert wheel.get_position() == 3


@pytest.mark.parametrize("name, conf, message", [
    ("zaber-daisy-chain", {"address2type": {"1": "lift"}}, "expected one of stage, filter_wheel, led_controller"),
    ("zaber-daisy-chain", {"address2type": {"100": "stage"}}, "each device must have an address from 1 to 99"),
    ("zaber-daisy-chain", {}, "address2type"),
    ("thorlabs-ell-slider", {"address": 16}, "must be a number from 0 to 15 (was 16)"),
    ("asi-ms2000", {"lights": ["a", "a"]}, "must be at most two different names other than 'stage'"),
    ("prior-proscan-iii", {"limits": {"X": [5, 1]}}, "must be a lower and an upper limit"),
    ("ludl-mc2000", {"wheels": [{"positions": 0}]}, "must be a positive number (was 0)"),
])
def test_options_that_make_no_sense(name, conf, message, tmp_path):
    """Options are checked before anything is opened."""
    status, _, errors = run("--check", write_config(
        tmp_path, [{"driver": name, "name": "Device", "port": 8001, "conf": {"port": "usb:NONE", **conf}}]))
    assert status != 0
    assert message in errors


def test_a_move_that_loses_its_port(simulate, factory, make):
    """A client that waits for a move learns that the port is gone, and can go on when it is back."""
    path = simulate("zaber-daisy-chain")
    chain = make("zaber-daisy-chain", port=path, address2type={"1": "stage"})
    axis = chain.devices["1"].axes["1"]
    axis.move_to(0)
    factory.unplug(path)
    with pytest.raises(microscope.DeviceError, match="zaber-daisy-chain at "):
        axis.move_to(100000)
    factory.plug_in(path)
    axis.move_to(100000)
    assert axis.position == 100000


def test_a_whole_microscope(tmp_path):
    """Configs/widefield.yaml with `--simulated`: an image by each laser, through another filter, at another place."""
    text = (ROOT / "Configs" / "widefield.yaml").read_text()
    config = tmp_path / "widefield.yaml"
    config.write_text(re.sub(r"\bport: 80\d\d", "port: 0", text).replace("0.0.0.0", "127.0.0.1"))
    server = DeviceServer(config, "--simulated")
    proxies = []

    def device(name):
        proxies.append(Pyro4.Proxy(server.uri(name)))
        proxies[-1]._pyroTimeout = PATIENCE
        return proxies[-1]

    try:
        camera, wheel = device("Camera"), device("EmissionWheel")
        lasers = [device("Laser561"), device("Laser488")]
        devices = device("Stand").devices
        stage, lamp = devices["stage"], devices["TransmittedLight"]
        assert not stage.may_move_on_enable()
        for part in (camera, wheel, stage):
            part.enable()
        camera.set_trigger(microscope.TriggerType.SOFTWARE, microscope.TriggerMode.ONCE)
        images = []
        for number, light in enumerate([*lasers, lamp]):
            stage.move_to({"X": 1000 * number, "Y": -500 * number})
            wheel.set_position(number)
            light.power = 0.5
            light.enable()
            assert [other.get_is_on() for other in (*lasers, lamp)] == [other is light for other in (*lasers, lamp)]
            images.append(camera.grab_next_data()[0])
            light.disable()
            assert (stage.position["X"], wheel.get_position()) == (1000 * number, number)
        assert all(image.shape == images[0].shape and image.max() > 0 for image in images)
    finally:
        for proxy in proxies:
            proxy._pyroRelease()
        server.kill()
