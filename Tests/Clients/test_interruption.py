"""Programs that are interrupted while they have a device in their hands."""
import os
import signal
import subprocess

import pytest

from receivers import Listener
from servers import BIN
from waiting import PATIENCE, eventually

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LONG, SHORT = 600.0, 0.01


def start(*arguments, **options):
    """Starts devicectl, whose output is kept."""
    return subprocess.Popen([str(BIN / "devicectl"), *map(str, arguments)], stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, **{"stderr": subprocess.PIPE, "text": True, **options})


@pytest.fixture
def camera(serve, connect):
    """A camera of our server."""
    return connect(serve([{"name": "Camera", "port": 0, "driver": "simulated-camera"}]).uri("Camera"))


def until_exposing(camera):
    eventually(lambda: camera.get_is_enabled() and camera.get_pending_exposures() == 1, "the camera exposes")


def check_next_snap(camera, folder):
    camera.set_exposure_time(SHORT)
    program = start("snap", camera._pyroUri, folder / "next.tiff")
    out, error = program.communicate(timeout=PATIENCE)
    assert program.returncode == 0, error
    assert "512 x 512" in out and not camera.get_is_enabled()


@pytest.mark.parametrize("number", SIGNALS)
def test_interrupted_snap(camera, tmp_path, number):
    """The exposure is aborted, the camera is disabled, and its exposure time is the one before."""
    camera.set_exposure_time(0.25)
    program = start("snap", camera._pyroUri, tmp_path / "a.tiff", "--exposure", LONG)
    until_exposing(camera)
    program.send_signal(number)
    assert program.wait(PATIENCE) == 128 + number
    assert not camera.get_is_enabled() and camera.get_pending_exposures() == 0
    assert camera.get_exposure_time() == 0.25
    assert os.listdir(tmp_path) == ["config.yaml"]
    check_next_snap(camera, tmp_path)


@pytest.mark.parametrize("number", SIGNALS)
def test_interrupted_snap_of_an_enabled_camera(camera, tmp_path, number):
    """A camera that was enabled is enabled, takes triggers, and sends to the client it had."""
    listener = Listener()
    camera.set_client(listener.uri)
    camera.enable()
    program = start("snap", camera._pyroUri, tmp_path / "a.tiff", "--exposure", LONG)
    until_exposing(camera)
    program.send_signal(number)
    assert program.wait(PATIENCE) == 128 + number
    assert camera.get_is_enabled() and camera.get_pending_exposures() == 0
    camera.set_exposure_time(SHORT)
    camera.trigger()
    assert listener.next()[0].shape == (512, 512)


@pytest.mark.parametrize("number", SIGNALS)
def test_interrupted_stream(camera, tmp_path, number):
    """As with snap; Ctrl-C is the usual end of a stream, and the summary is printed in any case."""
    camera.set_exposure_time(LONG)
    program = start("stream", camera._pyroUri, "--trigger")
    until_exposing(camera)
    program.send_signal(number)
    out, error = program.communicate(timeout=PATIENCE)
    assert program.returncode == (0 if number == signal.SIGINT else 128 + number), error
    assert "0 data" in out
    assert not camera.get_is_enabled() and camera.get_pending_exposures() == 0
    check_next_snap(camera, tmp_path)


def test_stream_without_reader(camera, tmp_path):
    """A stream into a pipe that nobody reads any more ends, and the camera is disabled."""
    camera.set_exposure_time(SHORT)
    program = start("stream", camera._pyroUri, "--trigger", "--print")
    assert "(512, 512)" in program.stdout.readline()
    program.stdout.close()
    program.wait(PATIENCE)
    assert not camera.get_is_enabled()
    check_next_snap(camera, tmp_path)


def test_snap_without_image(camera, tmp_path):
    """A camera whose image fails is put back as well."""
    camera.set_exposure_time(0.25)
    camera.set_setting("_error_percent", 100)
    program = start("snap", camera._pyroUri, tmp_path / "a.tiff", "--exposure", SHORT)
    _, error = program.communicate(timeout=PATIENCE)
    assert program.returncode == 1 and "_fetch_data" in error
    assert not camera.get_is_enabled() and camera.get_exposure_time() == 0.25


@pytest.mark.parametrize("command", (["snap", "a.tiff"], ["snap", "a.tiff", "--exposure", "0.5"], ["stream", "--trigger"]))
def test_exposure_of_somebody_else(camera, tmp_path, command):
    """A camera that works on another client's trigger is not disturbed, and the message says why."""
    listener = Listener()
    camera.set_client(listener.uri)
    camera.enable()
    camera.set_exposure_time(3.0)
    camera.trigger()
    program = start(command[0], camera._pyroUri, *command[1:], cwd=tmp_path)
    _, error = program.communicate(timeout=PATIENCE)
    assert program.returncode == 1
    assert "an exposure that another client has triggered is pending" in error
    assert camera.get_exposure_time() == 3.0
    assert listener.next()[0].shape == (512, 512)
    assert camera.get_is_enabled() and not (tmp_path / "a.tiff").exists()
