"""Cameras of Video4Linux, simulated below the driver: formats, controls, triggers, unplugging, other programs."""
import fcntl
import os
import re
import time

import numpy
import Pyro4
import pytest
from microscope import ROI, Binning, TriggerMode, TriggerType, UnsupportedFeatureError
from microscope.clients import DataClient
from microscope.testsuite import test_devices as theirs

from servers import DeviceServer, run, write_config
from test_faults_on_order import fails, order
from test_simulated_hardware import folder
from test_supervision import kill_and_wait
from waiting import PATIENCE, eventually


def video(name="Camera", **conf):
    return {"name": name, "driver": "v4l2", "port": 0, "simulated": True, "conf": conf}


def light(x, y):
    """The brightness of the simulated picture."""
    return 16 + (x + 14 * y) % 128


def choose(camera, setting, label):
    """Sets a choice by the beginning of its label."""
    key = next(key for key, text in camera.describe_setting(setting)["values"] if text.startswith(label))
    camera.set_setting(setting, key)


def test_trigger_and_wait(serve, connect):
    """As Cockpit takes an image: each is begun after its trigger."""
    uri = serve([video(serial="A1", pixel_format="GREY", frame_rate=30)]).uri("Camera")
    camera = connect(uri)
    camera.set_exposure_time(0.01)
    camera.set_roi(ROI(64, 32, 48, 40))
    client = DataClient(uri)
    client.enable()
    for _ in range(3):
        begin = time.time()
        image, stamp = client.trigger_and_wait()
        assert stamp - 0.01 >= begin - 0.001
        assert image.shape == (40, 48) and image.dtype == numpy.uint8
        assert image[5, 3] == light(64 + 3, 32 + 5)
    client.disable()


@pytest.mark.parametrize("pixels", ["YUYV", "MJPG", "NV12", "GREY", "Y16", "BA81"])
def test_free_run(serve, connect, pixels):
    """Every format, one image after another, without a trigger."""
    uri = serve([video(pixel_format=pixels)]).uri("Camera")
    camera = connect(uri)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    client = DataClient(uri)
    client.enable()
    images = [client._buffer.get(timeout=PATIENCE) for _ in range(5)]
    client.disable()
    times = [stamp for _, stamp in images]
    assert times == sorted(times)
    x, y = (8, 8) if pixels == "MJPG" else (11, 7)
    value = int(images[-1][0][y, x])
    assert images[-1][0].shape == (480, 640)
    assert abs((value >> 8 if pixels == "Y16" else value) - light(x, y)) <= 1


def test_colours(serve, connect):
    """A channel, or all of them one above another."""
    uri = serve([video(pixel_format="YUYV", channel="rgb")]).uri("Camera")
    camera = connect(uri)
    client = DataClient(uri)
    client.enable()
    image, _ = client.trigger_and_wait()
    assert image.shape == (3 * 480, 640)
    red, green, blue = (int(image[480 * index + 100, 50]) for index in range(3))
    # The picture is reddish everywhere.
    assert red > green > blue
    choose(camera, "channel", "green")
    image, _ = client.trigger_and_wait()
    assert image.shape == (480, 640) and image[100, 50] == green
    client.disable()


def test_modes_are_settings(serve, connect):
    """Formats, sizes and rates that the camera has, and what a change of one does to the others."""
    camera = connect(serve([video()]).uri("Camera"))
    assert [text for _, text in camera.describe_setting("frame_size")["values"]] == ["640x480", "320x240", "1280x720"]
    choose(camera, "frame_size", "1280x720")
    assert camera.get_sensor_shape() == (1280, 720)
    assert [text for _, text in camera.describe_setting("frame_interval")["values"]] == ["10 images/s", "5 images/s"]
    choose(camera, "pixel_format", "GREY")
    assert camera.get_sensor_shape() == (640, 480) and camera.get_roi() == ROI(0, 0, 640, 480)
    with pytest.raises(ValueError):
        camera.set_setting("frame_size", 5)
    assert camera.get_binning() == Binning(1, 1)
    with pytest.raises(UnsupportedFeatureError):
        camera.set_binning(Binning(2, 2))
    with pytest.raises(UnsupportedFeatureError):
        camera.set_trigger(TriggerType.RISING_EDGE, TriggerMode.ONCE)


def test_controls_are_settings(serve, connect):
    """Menus with their texts, limits, steps and units; inactive and read-only as they are at the moment."""
    camera = connect(serve([video()]).uri("Camera"))
    assert camera.describe_setting("brightness")["values"] == (-64, 64)
    assert dict(camera.describe_setting("auto_exposure")["values"]) == {1: "Manual Mode", 3: "Aperture Priority Mode"}
    assert camera.describe_setting("exposure_time_absolute")["readonly"]
    assert camera.describe_setting("privacy")["readonly"]
    assert camera.describe_control("exposure_time_absolute")["unit"] == "100 µs"
    assert camera.describe_control("exposure_time_absolute")["inactive"]
    camera.set_exposure_time(0.02345)
    assert camera.get_exposure_time() == pytest.approx(0.0235, abs=1e-4)
    assert camera.get_setting("auto_exposure") == 1
    assert not camera.describe_setting("exposure_time_absolute")["readonly"]
    camera.set_setting("exposure_time_absolute", 300)
    assert camera.get_exposure_time() == pytest.approx(0.03)
    with pytest.raises(ValueError):
        camera.describe_control("nothing")


def test_camera_keeps_its_state(serve, connect):
    """A camera is not reset with the process that drives it, and what clients have set comes back in any case."""
    server = serve([video()])
    uri = server.uri("Camera")
    camera = connect(uri)
    camera.set_setting("gain", 42)
    choose(camera, "frame_size", "320x240")
    kill_and_wait(server, connect, uri)
    camera = connect(uri)
    assert camera.get_setting("gain") == 42 and camera.get_sensor_shape() == (320, 240)


def test_unplugged_camera(serve, connect):
    """It comes back with its settings, and goes on."""
    server = serve([video(serial="A1", pixel_format="GREY")])
    camera = connect(server.uri("Camera"))
    camera.set_exposure_time(0.005)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    client = DataClient(server.uri("Camera"))
    client.enable()
    client._buffer.get(timeout=PATIENCE)
    order(camera, "unplug 600")
    server.wait_for("lost contact with A1")
    assert fails(camera.get_exposure_time, "A1")
    order(camera, "none")
    server.wait_for("A1 is back")
    assert camera.get_exposure_time() == pytest.approx(0.005)
    while not client._buffer.empty():
        client._buffer.get()
    assert client._buffer.get(timeout=PATIENCE)[0].shape == (480, 640)
    client.disable()


def test_other_program_is_named(serve, connect):
    """The error says which program takes images, and enabling succeeds when it has ended."""
    server = serve([video()])
    camera = connect(server.uri("Camera"))
    path = folder(server) / "Camera%32video%32lock"
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert fails(camera.enable, "is in use by", "(process %d)" % os.getpid())
    camera.enable()
    camera.disable()


def test_hanging_camera(serve, connect):
    """Requests fail with the error of the kernel, and the camera goes on afterwards."""
    camera = connect(serve([{**video(), "on_hang": "report"}]).uri("Camera"))
    order(camera, "hang 60")
    assert fails(lambda: camera.get_setting("gain"), "gain", "timed out")
    order(camera, "none")
    assert camera.get_setting("gain") == 0


def test_lost_images_are_counted(serve, connect):
    """Every second image is lost on the cable."""
    camera_uri = serve([video(pixel_format="GREY", frame_rate=60)]).uri("Camera")
    camera = connect(camera_uri)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    order(camera, "drop 600")
    client = DataClient(camera_uri)
    eventually(lambda: not fails(client.enable), "the camera is enabled")
    for _ in range(5):
        client._buffer.get(timeout=PATIENCE)
    order(camera, "none")
    assert camera.get_setting("missed_frames") >= 4
    client.disable()


def test_two_definitions_of_one_camera(tmp_path):
    """They are refused when the configuration is read."""
    def check(one, other):
        devices = [{**video("One", **one), "simulated": False}, {**video("Two", **other), "simulated": False}]
        return run("--check", write_config(tmp_path, devices))

    status, output, said = check({"serial": "A1"}, {"serial": "A1"})
    assert status != 0 and re.search("the camera with the serial number '?A1", output + said)
    assert check({"serial": "A1"}, {})[0] != 0
    assert check({"serial": "A1"}, {"serial": "A2"})[0] == 0
    assert check({"serial": "A1", "port": "1-1"}, {"serial": "A1", "port": "1-2"})[0] == 0


def test_missing_camera_is_named(tmp_path):
    """A computer without the camera: the error names it."""
    server = DeviceServer(write_config(tmp_path, [{**video(serial="NONE"), "simulated": False}]))
    try:
        server.wait_for("no camera with the serial number NONE")
    finally:
        server.kill()


@pytest.fixture(scope="class")
def served(request, tmp_path_factory):
    """A camera for each test of theirs, one after another."""
    server = DeviceServer(write_config(tmp_path_factory.mktemp("theirs"), [video("A"), rpicam()]))
    request.cls.server = server
    yield
    server.kill()


@pytest.mark.usefixtures("served")
class TestTheirsOnVideo(theirs.TestDummyCamera):
    """python-microscope's own tests of a camera, as its package has them, through a proxy."""

    name = "A"

    def setUp(self):
        self.device = Pyro4.Proxy(self.server.uri(self.name))
        self.device._pyroTimeout = PATIENCE
        self.addCleanup(self.device._pyroRelease)


class TestTheirsOnRaspberryPi(TestTheirsOnVideo):
    name = "Pi"


def rpicam(**conf):
    return {"name": "Pi", "driver": "rpicam", "port": 0, "simulated": True, "conf": conf}


def test_raspberry_pi(serve, connect):
    """Triggers and free run through the programs' stand-in, and what libcamera says of an image."""
    uri = serve([rpicam()]).uri("Pi")
    camera = connect(uri)
    camera.set_exposure_time(0.01)
    camera.set_roi(ROI(64, 32, 48, 40))
    client = DataClient(uri)
    client.enable()
    for _ in range(3):
        begin = time.time()
        image, stamp = client.trigger_and_wait()
        assert stamp >= begin - 0.001 and image.shape == (40, 48)
        assert image[5, 3] == light(64 + 3, 32 + 5)
    assert camera.get_metadata()["ExposureTime"] == pytest.approx(10000, abs=20)
    camera.set_setting("gain", 2.0)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    for _ in range(5):
        assert client._buffer.get(timeout=PATIENCE)[0].shape == (40, 48)
    client.disable()
    assert camera.get_metadata()["AnalogueGain"] == 2.0


def test_raw_images_of_a_raspberry_pi(serve, connect):
    """The mosaic in 16 bits, of a mode of the sensor."""
    uri = serve([rpicam(raw=True, frame_size=[1332, 990])]).uri("Pi")
    client = DataClient(uri)
    client.enable()
    image, _ = client.trigger_and_wait()
    client.disable()
    assert image.shape == (990, 1332) and image.dtype == numpy.uint16
    assert image[7, 9] == light(9, 7) << 4
