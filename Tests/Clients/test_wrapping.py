"""Every device in every state can be wrapped by python-microscope's own clients, which read all attributes at once."""
import microscope.clients
import pytest

from servers import free_port

# Every kind of device, as far as no file is needed, simulated.
DEVICES = {
    "Camera": {"driver": "simulated-camera"},
    "Andor": {"driver": "andor-sdk3", "uid": "SFT-00001", "simulated": True},
    "Laser": {"driver": "simulated-light-source"},
    "Wheel": {"driver": "simulated-filter-wheel", "conf": {"positions": 6}},
    "Stage": {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 10]}}},
    "Mirror": {"driver": "simulated-deformable-mirror", "conf": {"n_actuators": 9}},
    "Lines": {"driver": "simulated-digital-io", "conf": {"numLines": 4}},
    "Logger": {"driver": "simulated-value-logger", "conf": {"numSensors": 2}},
    "Ludl": {
        "driver": "ludl-mc2000",
        "simulated": True,
        "conf": {"port": "/dev/nowhere", "wheels": [{"positions": 6}], "shutters": [{"number": 1}]},
    },
    "Prior": {"driver": "prior-proscan-iii", "simulated": True, "conf": {"port": "/dev/nowhere"}},
    "Cobolt": {"driver": "cobolt", "simulated": True, "conf": {"port": "/dev/nowhere"}},
}


def wrapped(uri, is_source):
    """The client of an object, with the values of all its attributes."""
    kind = microscope.clients.DataClient if is_source else microscope.clients.Client
    return kind(str(uri))


@pytest.mark.parametrize("name", list(DEVICES))
def test_every_device_can_be_wrapped(serve, connect, name):
    """While it is disabled, while it is enabled and after it has been disabled again, with all its parts."""
    server = serve([{"name": name, "port": free_port(), **DEVICES[name]}])
    proxy = connect(server.uri(name))
    is_source = name in ("Camera", "Andor", "Lines", "Logger")
    for switch in (lambda: None, proxy.enable, proxy.disable):
        switch()
        client = wrapped(server.uri(name), is_source)
        assert client.get_all_settings() == proxy.get_all_settings() or name == "Andor"
        for parts in ("devices", "axes"):
            for part in getattr(proxy, parts, {}).values():
                wrapped(part._pyroUri, False)


def test_a_wheel_that_was_never_moved_has_an_unknown_position(serve, connect):
    """A Ludl wheel cannot be asked where it is: the position is -1 until it has been moved."""
    server = serve([{"name": "Ludl", "port": free_port(), **DEVICES["Ludl"]}])
    devices = connect(server.uri("Ludl")).devices
    name, wheel = next((name, device) for name, device in devices.items() if "n_positions" in device._pyroAttrs)
    assert wheel.position == -1 and wheel.get_position() == -1
    assert microscope.clients.Client(str(wheel._pyroUri)).position == -1
    wheel.set_position(2)
    assert wheel.position == 2 and microscope.clients.Client(str(wheel._pyroUri)).position == 2
