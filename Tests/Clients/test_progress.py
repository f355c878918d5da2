"""Every long wait shows its progress on a terminal, and nothing of it in pipes and logs."""
import os
import pty
import re

import pytest

from servers import DeviceServer, write_config
from terminals import on_pipe, on_terminal
from test_floating import World
from test_hwprobe import ANDOR_LIBRARY

# What removes the line, and what a shown line begins with.
CLEARING = b"\r\x1b[K"


def assert_shown(shown, line):
    """The line was there, at the beginning of a row of the terminal, and is gone."""
    assert re.search(re.escape(CLEARING) + line + rb"\r", shown), shown
    assert CLEARING in shown[max(m.end() for m in re.finditer(line, shown)):], shown


def assert_quiet(*outputs):
    """No progress got into a pipe: no control characters, and no carriage return."""
    for output in outputs:
        assert b"\x1b" not in output and b"\r" not in output, output


@pytest.fixture
def slow_cameras(tmp_path):
    """The environment of programs that find an Andor camera which takes two seconds to open."""
    world = World(tmp_path).plug_in("VSC-7", open_time=2)
    return {**world.environment, "ANDOR_SDK3_LIBRARY": str(ANDOR_LIBRARY)}


def test_search_for_devices(slow_cameras):
    """hwprobe opens cameras for their serial numbers."""
    line = rb"looking for devices and opening cameras: \d+ s"
    assert_shown(on_terminal("hwprobe", **slow_cameras), line)
    output, errors = on_pipe("hwprobe", "--yaml", **slow_cameras)
    assert b"VSC-7" in output and errors == b""
    assert_quiet(output)


def test_search_for_cameras(slow_cameras, tmp_path):
    """The server opens cameras until each definition has its own."""
    file = write_config(tmp_path, [{"name": "Zyla", "driver": "andor-sdk3", "uid": "VSC-7", "port": 0}])
    arguments = [file, "--simulated", "--log-directory", tmp_path / "log"]
    shown = on_terminal("device-server", *arguments, until=rb"serving PYRO:Zyla", **slow_cameras)
    assert_shown(shown, rb"opening Zyla: \d+ s")
    for log in (tmp_path / "log").iterdir():
        assert_quiet(log.read_bytes())
    server = DeviceServer(file, "--simulated", env={**os.environ, **slow_cameras})
    try:
        server.uri("Zyla")
        assert_quiet(server.text().encode())
    finally:
        server.kill()


@pytest.fixture
def unhomed(serve, connect):
    """A stage that looks for its ends when it is enabled, which takes some seconds."""
    conf = {"port": "usb:1", "home": True}
    server = serve([{"name": "Stand", "driver": "asi-ms2000", "port": 0, "conf": conf}], "--simulated")
    stage = connect(server.uri("Stand")).devices["stage"]
    assert stage.may_move_on_enable()
    yield str(stage._pyroUri), server
    stage._pyroRelease()


def test_homing(unhomed):
    """`devicectl call … enable` waits for the stage."""
    uri, server = unhomed
    assert_shown(on_terminal("devicectl", "call", uri, "enable"), rb"waiting for enable: \d+ s")
    assert_quiet(server.text().encode())


def test_homing_with_a_pipe(unhomed):
    assert on_pipe("devicectl", "call", unhomed[0], "enable") == (b"", b"")


def test_calibration(serve, connect):
    """A camera behind a Clarity finds out how its halves lie."""
    server = serve([
        {"name": "Camera", "driver": "clarity-camera", "port": 0, "conf": {"camera": "Halves", "clarity": "Clarity"}},
        {"name": "Halves", "driver": "simulated-clarity-camera", "port": 0, "conf": {"clarity": "Clarity"}},
        {"name": "Clarity", "driver": "aurox-clarity", "port": 0}], "--simulated")
    uri = server.uri("Camera")
    connect(server.uri("Clarity")).set_setting("sectioning", 1)
    connect(uri).set_exposure_time(1.5)
    assert_shown(on_terminal("devicectl", "call", uri, "calibrate"), rb"waiting for calibrate: \d+ s")
    assert_quiet(*on_pipe("devicectl", "call", uri, "calibrate"), server.text().encode())


@pytest.fixture
def camera(serve):
    return serve([{"name": "Camera", "driver": "simulated-camera", "port": 0,
                   "conf": {"sensor_shape": [64, 48]}}]).uri("Camera")


def test_snap_of_a_long_exposure(camera, tmp_path):
    """A bar shows how much of the exposure is over."""
    arguments = ["devicectl", "snap", camera, tmp_path / "a.tiff", "--exposure", "1.5"]
    shown = on_terminal(*arguments)
    assert_shown(shown, rb"\[#*-+\] \d+ %  exposing for 1.5 s")
    assert shown.endswith(CLEARING)
    output, errors = on_pipe(*arguments)
    assert errors == b""
    assert_quiet(output)


def test_stream(camera):
    """A bar, or without an end the numbers, and never a line in a pipe."""
    arguments = ["devicectl", "stream", camera, "--trigger"]
    assert_shown(on_terminal(*arguments, "--count", "20"), rb"\[#+-+\] \d+ %  \d+ data, [^\r]*\d+ lost")
    assert_shown(on_terminal(*arguments, until=rb"\d+ data"), rb"\d+ data, [^\r]*\d+ lost")
    assert_quiet(*on_pipe(*arguments, "--count", "20"))


def test_opening(tmp_path):
    """A terminal shows which definitions are still being opened; the log in files does not."""
    silent, line = pty.openpty()
    file = write_config(tmp_path, [
        {"name": "Wheel", "driver": "simulated-filter-wheel", "port": 0, "conf": {"positions": 6}},
        {"name": "Silent", "driver": "ludl-mc2000", "port": 0, "conf": {"port": os.ttyname(line)}}])
    try:
        shown = on_terminal("device-server", file, "--log-directory", tmp_path / "log", until=rb"opening Silent: \d+ s\r")
    finally:
        os.close(silent)
        os.close(line)
    assert b"serving PYRO:Wheel@" in shown and b"shutting down" in shown
    for log in (tmp_path / "log").iterdir():
        assert_quiet(log.read_bytes())


def test_conform(tmp_path):
    """Each trial that takes a while."""
    file = write_config(tmp_path, [{"name": "Wheel", "driver": "simulated-filter-wheel", "port": 0,
                                    "conf": {"positions": 3, "travel_time": 1}}])
    arguments = ["device-server", "conform", file, "--allow", "motion"]
    assert_shown(on_terminal(*arguments, within=60), rb"[^\r\x1b]+: \d+ s")
    output, errors = on_pipe(*arguments)
    assert b"kept" in output
    assert_quiet(output, errors)
    output, errors = on_pipe(*arguments, "--report")
    assert b"# Report of a device" in output
    assert_quiet(output, errors)


def test_lights_off_and_restart_and_reload(tmp_path):
    """Commands for a running server wait for it."""
    # Opening again takes longer than the patience of the line.
    conf = {"attached": ["SIM-%d" % os.getpid()], "open_time": 1.5}
    file = write_config(tmp_path, [{"name": "Slow", "driver": "simulated-floating-camera",
                                    "uid": conf["attached"][0], "port": 0, "conf": conf}])
    server = DeviceServer(file)
    try:
        server.uri("Slow")
        assert_shown(on_terminal("device-server", "restart", file, "Slow"), rb"restarting: \d+ s")
        assert_quiet(*on_pipe("device-server", "restart", file, "Slow"))
        assert_quiet(server.text().encode())
    finally:
        server.kill()
