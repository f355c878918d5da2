"""Simulated hardware outlives the process that drives it, as real hardware does."""
import re
import signal
from pathlib import Path

import numpy
import pytest

from servers import run, write_config
from test_supervision import at, kill_and_wait
from waiting import eventually

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


# MARK: Drivers with simulated hardware

PORT = {"port": "/dev/ttyS0"}
LASERS = ["cobolt", "ibeam", "deepstar", "sapphire", "oxxius", "stradus", "obis", "omicron"]
ENGINES = ["coolled", "lumencor", "ichrome", "obis-box"]
WHEELS = [
    ("thorlabs-filter-wheel", PORT), ("thorlabs-ell-slider", PORT), ("finger-lakes-cfw", {}),
    ("zwo-efw", {}), ("starlight-xpress-wheel", {}), ("aurox-clarity", {}),
]


def simulated(driver, conf=PORT):
    """A device whose driver talks to a simulation."""
    return {"driver": driver, "simulated": True, "conf": conf}


def test_serial_lasers_keep_their_state(serve, connect):
    """A laser that was on when its process was killed is off, at the power that was set, and no other."""
    server = serve([at(name, simulated(name)) for name in LASERS])
    uris = {name: server.uri(name) for name in LASERS}
    before = {}
    for name in LASERS:
        laser = connect(uris[name])
        laser.power = 0.37
        laser.enable()
        before[name] = laser.get_set_power()
        assert laser.get_is_on()
    for name in LASERS:
        kill_and_wait(server, connect, uris[name])
    for name in LASERS:
        laser = connect(uris[name])
        assert not laser.get_is_on(), name
        assert laser.get_set_power() == pytest.approx(before[name]) == pytest.approx(0.37, abs=0.02), name


def test_light_engines_keep_their_state(serve, connect):
    """Each of their lights has its power, and is off."""
    server = serve([at(name, simulated(name)) for name in ENGINES])
    uris = {name: server.uri(name) for name in ENGINES}
    before = {}
    for name in ENGINES:
        lights = connect(uris[name]).devices
        for number, light in enumerate(lights.values()):
            light.power = 0.3 + 0.1 * (number % 3)
        before[name] = {key: light.get_set_power() for key, light in lights.items()}
    for name in ENGINES:
        kill_and_wait(server, connect, uris[name])
    for name in ENGINES:
        lights = connect(uris[name]).devices
        assert {key: light.get_set_power() for key, light in lights.items()} == pytest.approx(before[name]), name
        assert not any(light.get_is_on() for light in lights.values()), name


def test_wheels_stand_where_they_stood(serve, connect):
    """Serial ones and those on USB; nothing sends them back to where they were."""
    server = serve([at(driver, simulated(driver, conf)) for driver, conf in WHEELS])
    uris = {driver: server.uri(driver) for driver, _ in WHEELS}
    for uri in uris.values():
        wheel = connect(uri)
        wheel.enable()
        wheel.set_position(2)
        eventually(lambda: wheel.get_position() == 2, "the wheel is there")
    for uri in uris.values():
        kill_and_wait(server, connect, uri)
    for driver, uri in uris.items():
        assert connect(uri).get_position() == 2, driver


STAGES = ["prior-proscan-iii", "ludl-mc2000", "asi-ms2000"]


def test_stages_stand_where_they_stood(serve, connect):
    """A controller's stage has its position, not that of a controller that has just been switched on."""
    server = serve([at(name, simulated(name)) for name in STAGES])
    uris = {name: server.uri(name) for name in STAGES}
    before = {}
    for name, uri in uris.items():
        stage = next(device for device in connect(uri).devices.values() if hasattr(device, "move_by"))
        stage.enable()
        stage.move_by(dict(zip(sorted(stage.position), (120.0, -75.0))))
        before[name] = stage.position
    for uri in uris.values():
        kill_and_wait(server, connect, uri)
    for name, uri in uris.items():
        stage = next(device for device in connect(uri).devices.values() if hasattr(device, "move_by"))
        assert stage.position == pytest.approx(before[name], abs=1), name


def test_executor_goes_on(serve, connect):
    """Lines stay, and so do the actions that were prepared; a run goes on without its process."""
    server = serve([at("DSP", {"driver": "dummy-dsp"})])
    dsp = connect(server.uri("DSP"))
    dsp.WriteDigital(5)
    dsp.MoveAbsolute(1, 42)
    dsp.PrepareActions([(0, (5, [0, 42])), (1, (6, [7, 43])), (2, (3, [8, 44]))], 1)
    kill_and_wait(server, connect, server.uri("DSP"))
    dsp = connect(server.uri("DSP"))
    assert (dsp.ReadDigital(), dsp.ReadPosition(1)) == (5, 42)
    dsp.RunActions()
    kill_and_wait(server, connect, server.uri("DSP"))
    dsp = connect(server.uri("DSP"))
    eventually(lambda: (dsp.ReadDigital(), dsp.ReadPosition(0)) == (3, 8), "the run has ended")


def test_modulator_keeps_its_sequence(serve, connect):
    """The angle and the sequence stay with the modulator."""
    server = serve([at("SLM", {"driver": "dummy-slm"})])
    slm = connect(server.uri("SLM"))
    slm.set_sim_diffraction_angle(12.5)
    slm.set_sim_sequence([(0.5, 1, 488), (0.25, 2, 561)])
    kill_and_wait(server, connect, server.uri("SLM"))
    slm = connect(server.uri("SLM"))
    assert slm.get_sim_diffraction_angle() == 12.5
    assert [tuple(step) for step in slm.get_sim_sequence()] == [(0.5, 1, 488), (0.25, 2, 561)]


def test_hardware_of_other_options_starts_afresh(serve, connect, tmp_path):
    """A definition with another number of positions means another wheel."""
    wheel = at("Wheel", simulated("finger-lakes-cfw", {"positions": 5}))
    server = serve([wheel])
    connect(server.uri("Wheel")).set_position(4)
    config = write_config(tmp_path, [{**wheel, "conf": {"positions": 7}}])
    assert run("reload", config)[0] == 0
    wheel = connect(server.uri("Wheel"))
    assert wheel.n_positions == 7
    eventually(lambda: wheel.get_position() == 0, "the new wheel is at its home position")
