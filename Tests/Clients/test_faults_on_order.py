"""Faults on order: a simulated device shows each of them, in the way in which a real device has it."""
import subprocess
import time

import Pyro4
import pytest

from receivers import Listener
from servers import run
from waiting import eventually

CAMERA = {"name": "Camera", "driver": "simulated-camera", "port": 0, "conf": {"sensor_shape": [64, 32]}}
LAMP = {"name": "Lamp", "driver": "simulated-light-source", "port": 0}
WHEEL = {"name": "Wheel", "driver": "simulated-filter-wheel", "port": 0, "conf": {"positions": 6}}
# A driver that repeats its questions for long is not taken for one that hangs.
LASER = {"name": "Laser", "driver": "cobolt", "port": 0, "simulated": True, "conf": {"port": "/dev/ttyS0"},
         "on_hang": "report"}
USB_WHEEL = {"name": "Carousel", "driver": "aurox-clarity", "port": 0, "simulated": True, "on_hang": "report"}


def order(device, *text):
    """Orders a fault in the way that docs/faults.md gives."""
    return device._pyroInvoke("order_fault", text, {})


def fails(call, *words):
    """Whether a call raises an error of the device, which says all the words."""
    try:
        call()
    except Pyro4.errors.CommunicationError:
        raise
    except Exception as error:
        assert all(word in str(error) for word in words), error
        return True
    return False


# MARK: Orders


def test_order_is_shown_and_ends(serve, connect):
    """The answer is the fault with the time that is left; `none` ends it."""
    wheel = connect(serve([WHEEL]).uri("Wheel"))
    assert order(wheel) == "none"
    assert order(wheel, "unplug 30") == "unplug 30"
    assert fails(lambda: wheel.position, "unplugged")
    assert order(wheel).startswith(("unplug 2", "unplug 30"))
    assert order(wheel, "none") == "none"
    assert wheel.position == 0


def test_order_can_begin_later(serve, connect):
    """Seconds after `after` are those until it begins."""
    wheel = connect(serve([WHEEL]).uri("Wheel"))
    assert order(wheel, "unplug 60 after 1.5").startswith("unplug 60 after 1")
    assert wheel.position == 0
    eventually(lambda: fails(lambda: wheel.position), "the wheel is unplugged")


@pytest.mark.parametrize("text", ["", "explode", "unplug -1", "unplug 1e9", "unplug nan", "hang 3 after", "hang x"])
def test_wrong_order_is_refused(serve, connect, text):
    """The error says what orders there are."""
    wheel = connect(serve([WHEEL]).uri("Wheel"))
    with pytest.raises(ValueError, match="hang, crash, unplug, slow, garbage, drop, short"):
        order(wheel, text)
    assert order(wheel) == "none"


def test_method_is_not_among_the_members(serve, connect):
    """A simulated device has the members of a real one."""
    wheel = connect(serve([WHEEL]).uri("Wheel"))
    wheel._pyroBind()
    assert "order_fault" not in wheel._pyroMethods


def test_real_device_refuses_orders(serve, connect, factory, tmp_path):
    """As a name that it does not have."""
    path = str(tmp_path / "tty")
    factory.simulate("cobolt", path)
    server = serve([{**LASER, "simulated": False, "conf": {"port": path}}])
    laser = connect(server.uri("Laser"))
    with pytest.raises(AttributeError):
        order(laser, "unplug 5")
    factory.remove_simulation(path)


def test_devicectl_orders(serve, connect):
    """`devicectl fault` orders a fault, shows it, and ends it."""
    uri = serve([WHEEL]).uri("Wheel")
    assert run("fault", uri, "unplug", "60", program="devicectl") == (0, "unplug 60\n", "")
    assert fails(lambda: connect(uri).position, "unplugged")
    assert run("fault", uri, "none", program="devicectl")[:2] == (0, "none\n")
    assert run("fault", uri, program="devicectl")[:2] == (0, "none\n")
    status, _, said = run("fault", uri, "explode", program="devicectl")
    assert status == 1 and "'explode' is not a fault" in said


def test_every_simulated_device_takes_orders(serve_simulated, connect):
    """Each kind of device, alone, in a group, or with parts, which have the fault as well."""
    _, uris = serve_simulated()
    for name, uri in uris.items():
        device = connect(uri)
        assert order(device, "unplug 600").startswith("unplug"), name
        assert fails(device.get_is_enabled, "unplugged"), name
        assert order(device, "none") == "none" and device.get_is_enabled() in (True, False), name
    controller = connect(uris["Controller"])
    laser = controller.devices["laser"]
    order(controller, "unplug 600")
    assert fails(laser.get_is_on, "unplugged")


def test_simulated_andor_camera_takes_orders(serve, connect):
    """At its members, since its library is simulated for all cameras together."""
    server = serve([{"name": "Zyla", "driver": "andor-sdk3", "uid": "VSC-01234", "port": 0, "simulated": True}])
    camera = connect(server.uri("Zyla"))
    order(camera, "unplug 600")
    assert fails(camera.get_exposure_time, "unplugged")
    order(camera, "none")
    assert camera.get_exposure_time() > 0


# MARK: Configuration


def test_fault_of_the_configuration(serve, connect):
    """It begins when the device is opened, and once only."""
    server = serve([{**WHEEL, "fault": "unplug 2"}])
    wheel = connect(server.uri("Wheel"))
    eventually(lambda: order(wheel) == "none" and wheel.position == 0, "the wheel is back")
    order(wheel, "crash")
    with pytest.raises(Pyro4.errors.CommunicationError):
        wheel.position
    eventually(lambda: answers(wheel), "the wheel is served again")
    assert order(wheel) == "none"


def test_check_refuses_faults_of_real_devices(tmp_path):
    """And what is not a fault."""
    config = tmp_path / "scope.yaml"
    config.write_text(
        "devices:\n"
        "  - { name: A, driver: cobolt, port: 1, conf: { port: /dev/ttyS0 }, fault: hang }\n"
        "  - { name: B, driver: simulated-camera, port: 2, fault: explode 3 }\n"
        "  - { name: C, driver: simulated-camera, port: 3, fault: slow 3 after 2 }\n")
    status, _, said = run("--check", config)
    assert status == 1
    assert "only simulated devices take faults on order" in said
    assert "one of hang, crash, unplug, slow, garbage, drop, short" in said
    assert sum("scope.yaml:" in line for line in said.splitlines()) == 2


# MARK: Simulators: the device's members and data


def answers(device):
    """Whether a device answers."""
    try:
        device._pyroRelease()
        device.get_all_settings()
        return True
    except Exception:
        return False


def test_hang(serve, connect):
    """A call does not return until the fault ends; the order that ends it is taken all the same."""
    uri = serve([LAMP]).uri("Lamp")
    lamp, other = connect(uri), connect(uri)
    order(lamp, "hang 60")
    lamp._pyroTimeout = 1
    with pytest.raises(Pyro4.errors.TimeoutError):
        lamp.enable()
    assert order(other, "none") == "none"
    eventually(lambda: answers(lamp) and lamp.get_is_on(), "the call has come back")


def test_crash(serve, connect):
    """The next use ends the process, once; the device is served again."""
    server = serve([LAMP])
    lamp = connect(server.uri("Lamp"))
    before = server.workers
    assert order(lamp, "crash").startswith("crash")
    with pytest.raises(Pyro4.errors.CommunicationError):
        lamp.get_is_on()
    eventually(lambda: answers(lamp), "the lamp is served again")
    assert server.workers.isdisjoint(before)


def test_unplug(serve, connect):
    """Calls fail, clients hear of it in place of a frame, `status` says it, and frames go on afterwards."""
    server = serve([CAMERA])
    camera = connect(server.uri("Camera"))
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        camera.trigger()
        listener.next()
        order(camera, "unplug 60")
        assert fails(camera.trigger, "unplugged")
        eventually(lambda: "unplugged" in run("status", server.process.args[1])[1], "status says it")
        order(camera, "none")
        camera.trigger()
        eventually(lambda: hasattr(listener.next()[0], "shape"), "a frame arrives")


def test_slow(serve, connect):
    """A call takes a second longer."""
    lamp = connect(serve([LAMP]).uri("Lamp"))
    order(lamp, "slow 60")
    begin = time.monotonic()
    lamp.get_is_on()
    assert time.monotonic() - begin >= 1


def test_garbage(serve, connect):
    """Values keep their types; pixels are random."""
    server = serve([CAMERA, WHEEL])
    camera, wheel = connect(server.uri("Camera")), connect(server.uri("Wheel"))
    order(wheel, "garbage 60")
    assert type(wheel.position) is int and wheel.position not in range(6)
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        order(camera, "garbage 60")
        camera.trigger()
        frame, _ = listener.next()
        assert frame.shape == (32, 64) and len(set(frame.flatten().tolist())) > 200


def test_drop(serve, connect):
    """Every second call fails, and every second frame is lost."""
    server = serve([CAMERA, WHEEL])
    camera, wheel = connect(server.uri("Camera")), connect(server.uri("Wheel"))
    order(wheel, "drop 60")
    assert [fails(lambda: wheel.position, "did not answer") for _ in range(4)].count(True) == 2
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        order(camera, "drop 60")
        outcomes = [fails(camera.trigger, "did not answer") for _ in range(8)]
        order(camera, "none")
        assert outcomes.count(True) >= 2
        camera.trigger()
        listener.next()


def test_fault_outlives_the_process(serve, connect):
    """As a pulled cable does."""
    server = serve([WHEEL])
    wheel = connect(server.uri("Wheel"))
    order(wheel, "unplug 600")
    pid, = server.workers
    subprocess.run(["kill", "-9", str(pid)], check=True)
    eventually(lambda: order_or_none(wheel), "the wheel is served again")
    assert fails(lambda: wheel.position, "unplugged")


def order_or_none(device):
    try:
        device._pyroRelease()
        return order(device)
    except Pyro4.errors.CommunicationError:
        return None


# MARK: Simulations below a driver: its line, its bus


@pytest.mark.parametrize("definition, question", [(LASER, ("get_is_on",)), (USB_WHEEL, ("set_position", 1))])
class TestBelowADriver:
    """The driver meets what a real device would do."""

    @pytest.fixture
    def device(self, serve, connect, definition):
        return connect(serve([definition]).uri(definition["name"]))

    @pytest.fixture
    def ask(self, device, question):
        """A call that reaches the hardware."""
        method, *arguments = question
        return lambda: getattr(device, method)(*arguments)

    def test_hang(self, device, ask):
        """No answer comes: the driver gives up, and works again."""
        order(device, "hang 600")
        assert fails(ask)
        order(device, "none")
        eventually(lambda: not fails(ask), "the device answers")

    def test_unplug(self, device, ask):
        """The port, or the device on the bus, is gone, and found again by the driver."""
        order(device, "unplug 600")
        eventually(lambda: fails(ask), "the device is away")
        order(device, "none")
        eventually(lambda: not fails(ask), "the device is back")

    def test_crash(self, device, ask):
        """The process ends with the next bytes that are sent to the device."""
        order(device, "crash")
        with pytest.raises(Pyro4.errors.CommunicationError):
            for _ in range(100):
                ask()
                time.sleep(0.02)
        eventually(lambda: answers(device), "the device is served again")

    @pytest.mark.parametrize("fault", ["garbage", "drop", "slow"])
    def test_line_that_is_spoilt(self, device, ask, fault):
        """The driver reports it or copes with it, and works afterwards."""
        order(device, "%s 20" % fault)
        outcomes = [fails_somehow(ask) for _ in range(3)]
        assert fault != "garbage" or any(outcomes)
        # A light that takes too long may be taken for one that hangs, and is replaced; it takes orders once it is open.
        eventually(lambda: not fails_somehow(lambda: order(device, "none")), "the fault has ended", 40)
        eventually(lambda: not fails_somehow(ask), "the device answers", 40)


def fails_somehow(call):
    """Whether a call raises any error, also that its process has ended."""
    try:
        return fails(call)
    except Pyro4.errors.CommunicationError:
        return True
