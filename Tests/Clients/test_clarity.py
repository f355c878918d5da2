"""Sections from a camera behind a Clarity: simulated ones, with the Python clients."""
import os
import signal

import numpy
import pytest
import scipy.ndimage
from microscope.clients import DataClient

from processes import listener
from servers import free_port

HEIGHT, WIDTH = 256, 256
# What the simulated camera does to the half that the disk reflects: see Drivers/Simulators/README.md.
TURN, SCALE, SHIFT = numpy.deg2rad(0.4), 1.004, (6.3, -4.2)


def devices(**options):
    clarity = {"name": "Clarity", "driver": "aurox-clarity", "simulated": True}
    halves = {"name": "Halves", "driver": "simulated-clarity-camera",
              "conf": {"clarity": "Clarity", "sensor_shape": [2 * WIDTH, HEIGHT], "realistic_timing": False}}
    camera = {"name": "Camera", "driver": "clarity-camera",
              "conf": {"camera": "Halves", "clarity": "Clarity", **options}}
    return [camera, halves, clarity]


def together(serve, **options):
    return serve([{"port": 0, "devices": devices(**options)}])


def apart(serve, **options):
    return serve([{**device, "port": 0} for device in devices(**options)])


def modes(client):
    return {label: key for key, label in client.describe_setting("mode")["values"]}


def section(raw):
    """The section of an image of both halves, by numpy and the true mapping; and where it can be known."""
    y, x = numpy.mgrid[:HEIGHT, :WIDTH].astype(float)
    middle = (WIDTH - 1) / 2, (HEIGHT - 1) / 2
    dx, dy = x - middle[0], y - middle[1]
    u = middle[0] + SCALE * (numpy.cos(TURN) * dx - numpy.sin(TURN) * dy) + SHIFT[0]
    v = middle[1] + SCALE * (numpy.sin(TURN) * dx + numpy.cos(TURN) * dy) + SHIFT[1]
    reflected = raw[:, WIDTH:][:, ::-1].astype(float)
    resampled = scipy.ndimage.map_coordinates(reflected, [v, u], order=3)
    inside = (u > 8) & (u < WIDTH - 9) & (v > 8) & (v < HEIGHT - 9)
    return raw[:, :WIDTH] - resampled, inside


@pytest.mark.parametrize("start", [together, apart])
def test_sections_are_what_numpy_makes_of_the_raw_images(serve, connect, start):
    """In one process and in three: calibrate, and then sections as the Clarity's disk stands."""
    server = start(serve)
    client, clarity = DataClient(server.uri("Camera")), connect(server.uri("Clarity"))
    client.enable()
    with pytest.raises(Exception, match="the disk is out of the light"):
        client.calibrate()
    clarity.set_setting("sectioning", 1)
    assert client.get_sensor_shape() in ((2 * WIDTH, HEIGHT), [2 * WIDTH, HEIGHT])
    raw = client.trigger_and_wait()[0]
    assert raw.shape == (HEIGHT, 2 * WIDTH)

    client.calibrate()
    assert not clarity.get_setting("calibration")
    found = client.get_calibration()
    assert found["error"] < 0.1
    assert found["rotation"] == pytest.approx(0.4, abs=0.02)
    assert found["scale"] == pytest.approx(SCALE, abs=5e-4)
    assert found["shift"] == pytest.approx(SHIFT, abs=0.1)
    assert client.get_is_enabled()

    client.set_setting("mode", modes(client)["section"])
    image = client.trigger_and_wait()[0]
    assert image.shape == (HEIGHT, WIDTH) and image.dtype == numpy.uint16
    expected, inside = section(raw)
    wrong = (image - 100.0 - numpy.maximum(expected, -100))[inside]
    # Of up to some thousands; numpy's spline is another one.
    assert wrong.std() < 5 and abs(wrong).max() < 0.02 * raw.max()

    # Thinner sections of less light, and the raw half when the disk is out of the light.
    clarity.set_setting("sectioning", 3)
    dimmer = client.trigger_and_wait()[0]
    assert 0 < dimmer.mean() - 100 < image.mean()
    clarity.set_setting("sectioning", 0)
    client.set_setting("offset", 0)
    bypass = client.trigger_and_wait()[0]
    client.set_setting("mode", modes(client)["raw"])
    raw = client.trigger_and_wait()[0]
    assert (bypass == raw[:, :WIDTH])[inside].all()
    client.set_client(None)


def test_calibration_and_mode_outlive_the_process(serve, connect, tmp_path):
    """The calibration by its file, the mode by the server's memory of settings."""
    port = free_port()
    parts = devices(calibration_file=str(tmp_path / "calibration.txt"))
    server = serve([{**parts[0], "port": port}, *[{**part, "port": 0} for part in parts[1:]]])
    camera, clarity = connect(server.uri("Camera")), connect(server.uri("Clarity"))
    camera.disable()
    with pytest.raises(Exception, match="call calibrate"):
        camera.set_setting("mode", modes(camera)["section"])
        camera.enable()
    clarity.set_setting("sectioning", 2)
    camera.calibrate()
    assert (tmp_path / "calibration.txt").read_text().startswith("clarity-calibration 1\n")
    found = camera.get_calibration()
    since = len(server.lines)
    os.kill(listener(server.workers, port), signal.SIGKILL)
    server.uri("Camera", since=since)
    again = connect(server.uri("Camera"))
    assert again.get_calibration() == found
    assert again.get_setting("mode") == modes(again)["section"]
    client = DataClient(server.uri("Camera"))
    client.enable()
    assert client.trigger_and_wait()[0].shape == (HEIGHT, WIDTH)
    client.set_client(None)


def test_damaged_calibration_is_told_with_its_file(serve, tmp_path):
    path = tmp_path / "calibration.txt"
    path.write_text("clarity-calibration 1\nsensor many\n")
    server = together(serve, calibration_file=str(path))
    server.wait_for(r"calibration\.txt is not valid: line 'sensor'")
    path.unlink()
    server.uri("Camera")


def test_sections_come_with_cockpits_settings_panel(serve, connect):
    """Every setting can be described and read, calibrated or not."""
    camera = connect(together(serve).uri("Camera"))
    settings = camera.get_all_settings()
    assert settings["calibrated"] is False and settings["weight low"] == 1
    assert set(modes(camera)) == {"raw", "section", "wide field", "halves"}
    for name, _ in settings.items():
        camera.describe_setting(name)
    with pytest.raises(Exception, match="calibrated"):
        camera.set_setting("calibrated", True)
