"""Simulated hardware outlives the process that drives it, as real hardware does."""
import re
import signal
from pathlib import Path

import numpy

from test_supervision import at, kill_and_wait

DEVICES = {
    "Stage": {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 100], "y": [-5, 5]}, "speed": 1000}},
    "Wheel": {"driver": "simulated-filter-wheel", "conf": {"positions": 6, "travel_time": 0.001}},
    "Mirror": {"driver": "simulated-deformable-mirror", "conf": {"n_actuators": 5}},
    "Laser": {"driver": "simulated-light-source"},
    "Lines": {"driver": "simulated-digital-io", "conf": {"numLines": 4, "toggle_period": 3600}},
    "Box": {"driver": "simulated-controller",
            "conf": {"devices": {"wheel": {"driver": "simulated-filter-wheel", "conf": {"positions": 6}}}}},
}


def folder(server):
    """The folder in which a server keeps its simulated hardware, as its workers find it."""
    text = Path("/proc/%d/environ" % next(iter(server.workers))).read_text()
    return Path(re.search(r"SIMULATED_HARDWARE=([^\0]*)", text)[1])


def test_hardware_is_where_it_was(serve, connect):
    """Killed and started again, each device stands where it stood; light is off, and its power is what was set."""
    server = serve([at(name, device) for name, device in DEVICES.items()])
    uris = {name: server.uri(name) for name in DEVICES}
    stage, wheel, mirror, laser, lines, box = (connect(uris[name]) for name in DEVICES)
    stage.enable()
    stage.move_to({"x": 40, "y": 2.5})
    wheel.set_position(2)
    mirror.apply_pattern(numpy.array([0, 0.25, 0.5, 0.75, 1]))
    laser.power = 0.37
    laser.enable()
    lines.write_line(2, True)
    lines.set_IO_state(1, False)
    box.devices["wheel"].set_position(4)
    for name in DEVICES:
        kill_and_wait(server, connect, uris[name])
    # A proxy does not outlive the process that it was connected to.
    stage, wheel, mirror, laser, lines, box = (connect(uris[name]) for name in DEVICES)
    assert stage.position == {"x": 40, "y": 2.5}
    assert wheel.get_position() == 2
    assert list(mirror.get_current_pattern()) == [0, 0.25, 0.5, 0.75, 1]
    assert (laser.get_set_power(), laser.get_is_on()) == (0.37, False)
    assert lines.read_all_lines()[2] is True and lines.get_IO_state(1) is False
    assert box.devices["wheel"].get_position() == 4


def test_hardware_of_a_server_ends_with_it(serve):
    """The folder is the server's own, and is removed at its end."""
    server = serve([at("Wheel", DEVICES["Wheel"])])
    server.uri("Wheel")
    place = folder(server)
    assert place.stat().st_mode & 0o777 == 0o700
    assert {file.name for file in place.iterdir()} == {"Wheel", "Wheel%32fault"}
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not place.exists()
