"""Lights that lost their power: what clients have set comes back, and light does not.

The lasers are simulated by a process of its own, so they stay as they are when processes of the server end.
"""
import os
import signal

import microscope
import Pyro4
import pytest
from microscope import TriggerMode, TriggerType

from test_control import at
from test_supervision import worker
from waiting import eventually

# The lights by the names of their drivers: which of a controller's, and the trigger that is not its default.
LIGHTS = {
    "cobolt": (None, TriggerType.HIGH), "cobolt-12v": (None, TriggerType.HIGH), "obis": (None, TriggerType.HIGH),
    "sapphire": (None, TriggerType.SOFTWARE), "deepstar": (None, TriggerType.HIGH), "omicron": (None, TriggerType.HIGH),
    "ibeam": (None, TriggerType.SOFTWARE), "stradus": (None, TriggerType.HIGH), "oxxius": (None, TriggerType.HIGH),
    "ichrome": ("laser2", TriggerType.HIGH), "lumencor": ("RED", TriggerType.SOFTWARE), "coolled": ("A", TriggerType.HIGH),
}


@pytest.mark.parametrize("kills", [False, True], ids=["port", "port-and-worker"])
@pytest.mark.parametrize("driver", LIGHTS)
def test_what_was_set_comes_back(serve, connect, factory, tmp_path, driver, kills):
    """Power 0.37 and the trigger come back, with and without a death of the worker; the light is off."""
    tty = str(tmp_path / "tty")
    factory.simulate(driver, tty)
    server = serve([at("Light", {"driver": driver.partition("-12v")[0], "conf": {"port": tty}})])
    uri = server.uri("Light")
    name, trigger = LIGHTS[driver]

    def light():
        device = connect(uri)
        return device.devices[name] if name else device

    def is_so(claim):
        """Whether it is so; not while the worker or the port is away."""
        try:
            return claim(light())
        except (Pyro4.errors.CommunicationError, microscope.DeviceError):
            return False

    light().power = 0.37
    light().set_trigger(trigger, TriggerMode.BULB)
    light().enable()
    assert factory.is_switched_on(tty)
    if kills:
        os.kill(worker(server, uri), signal.SIGKILL)
    factory.cut_power(tty)
    eventually(lambda: not factory.is_switched_on(tty), "light goes off")
    eventually(lambda: is_so(lambda light: light.trigger_type == trigger), "the trigger comes back")
    eventually(lambda: is_so(lambda light: light.get_set_power() == 0.37), "the power comes back")
    assert not light().get_is_on() and not light().get_is_enabled()
    assert not factory.is_switched_on(tty)
    light().enable()
    # With a CDRH delay light comes later.
    eventually(lambda: light().power == pytest.approx(0.37, abs=0.01), "light comes with the power that was set")
    light().disable()
    factory.remove_simulation(tty)
