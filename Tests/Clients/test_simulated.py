"""Every driver there is, served with --simulated: the server, the worker and the driver are those of real devices."""
import re

from servers import run, write_config
from waiting import PATIENCE

AT_A_PORT = {"port": "usb:NONE"}

# What a definition needs beside the driver's name; each of them is called like its driver.
NEEDS = {
    "simulated-filter-wheel": {"conf": {"positions": 2}},
    "simulated-stage": {"conf": {"limits": {"x": [0, 4000], "y": [0, 3000], "z": [-50, 50]}}},
    "simulated-deformable-mirror": {"conf": {"n_actuators": 97}},
    "simulated-digital-io": {"conf": {"numLines": 8}},
    "simulated-value-logger": {"conf": {"numSensors": 4}},
    "simulated-controller": {"conf": {"devices": {"lamp": {"driver": "simulated-light-source"}}}},
    "simulated-floating-camera": {"uid": "SIM-ALL", "conf": {"attached": ["SIM-ALL"]}},
    "stage-aware-setup": {"conf": {"image": {"width": 300, "height": 200, "channels": 2, "seed": 1}}},
    "stage-aware-camera": {"conf": {
        "image": {"width": 300, "height": 200, "channels": 2, "seed": 1}, "sensor_shape": [64, 64],
        "stage": "simulated-stage", "filter_wheel": "simulated-filter-wheel"}},
    "simulated-clarity-camera": {"conf": {"clarity": "aurox-clarity", "sensor_shape": [64, 32]}},
    "clarity-camera": {"conf": {"camera": "simulated-clarity-camera", "clarity": "aurox-clarity"}},
    "andor-sdk3": {"uid": "VSC-ALL"},
    "hamamatsu-dcam": {"conf": {"serial": "000007"}},
    "ximea": {"conf": {"serial": "000008"}},
    "pvcam": {"uid": "A21B204007"},
    "andor-sdk2": {"uid": "11009"},
    "zaber-daisy-chain": {"conf": {**AT_A_PORT, "address2type": {"1": "stage", "2": "led_controller"}}},
}
# Those without options that have to be given; all others are at a serial port.
FREE = {"simulated-camera", "simulated-light-source", "test-camera", "prebuilt-camera", "dummy-dsp", "dummy-slm",
        "rpicam", "v4l2", "zwo-efw", "starlight-xpress-wheel", "aurox-clarity", "finger-lakes-cfw"}


def drivers():
    """The words of all drivers."""
    status, output, _ = run("--list-drivers")
    assert status == 0
    return [re.split(r"  +", line)[0] for line in output.splitlines()]


def test_every_driver_is_served_simulated(serve, connect):
    """Whatever port, serial number or library a definition names, and each device says that it is simulated."""
    names = drivers()
    assert set(NEEDS) | FREE <= set(names)
    group = [{"name": name, "driver": name,
              **NEEDS.get(name, {} if name in FREE else {"conf": {"port": "usb:" + name}})} for name in names]
    server = serve([{"port": 0, "devices": group}], "--simulated")
    for name in names:
        device = connect(server.uri(name, 3 * PATIENCE))
        assert device.get_setting("simulated") is True, name
        server.wait_for(r"serving PYRO:%s@\S+ \(simulated\)" % name)
        device.enable()
        device.disable()
