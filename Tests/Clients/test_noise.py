"""After noise on its line, a serial device answers as fast as before."""
import time

import Pyro4
import pytest

from test_simulated_hardware import ENGINES, LASERS, PORT, STAGES, simulated
from waiting import eventually

# Seconds that the noise lasts, and within which a device answers afterwards: each waits up to 1.5 s for an answer, and
# brings its line to rest before that. A device whose noise counted as late answers would take 20 to 40 s.
NOISE, REST = 4, 12

BOARDS = ["arduino-trigger", "teensy-pulses"]
WHEELS = ["thorlabs-filter-wheel", "thorlabs-ell-slider"]
CONTROLLERS = [*STAGES, "zaber-daisy-chain"]
ZABER = {**PORT, "address2type": {"1": "stage", "2": "led_controller"}}


def ask(device):
    """A call that reaches the device."""
    names = {*device._pyroMethods, *device._pyroAttrs}
    if "get_is_on" in names:
        return device.get_is_on()
    if "get_all_settings" in names and device.get_all_settings():
        return True
    if "get_position" in names:
        return device.get_position()
    return [ask(part) for part in device.devices.values()]


def answers(uri):
    """Whether the device answers without an error, on a connection of its own."""
    try:
        with Pyro4.Proxy(uri) as device:
            device._pyroTimeout = 60
            device._pyroBind()
            ask(device)
        return True
    except Exception:
        return False


def test_noise_does_not_slow_serial_devices(serve):
    """Noise while clients ask does not count as answers that come late."""
    names = LASERS + ENGINES + BOARDS + WHEELS + CONTROLLERS
    server = serve([{"name": name, "port": 0, "on_hang": "report",
                     **simulated(name, ZABER if name.startswith("zaber") else PORT)} for name in names])
    uris = {name: server.uri(name) for name in names}
    assert [name for name in names if not answers(uris[name])] == []
    for uri in uris.values():
        with Pyro4.Proxy(uri) as device:
            device._pyroInvoke("order_fault", ("garbage %d" % NOISE,), {})
    end = time.monotonic() + NOISE
    while time.monotonic() < end:
        for uri in uris.values():
            with Pyro4.Proxy(uri) as device:
                device._pyroTimeout = 0.2
                try:
                    ask(device)
                except Exception:
                    pass
    begin = time.monotonic()
    for name in names:
        eventually(lambda: answers(uris[name]), "%s answers" % name, within=60)
        took = time.monotonic() - begin
        print("%-24s %.1f s" % (name, took))
    assert took < REST
