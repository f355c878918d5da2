"""GigE Vision cameras, on the simulated camera of ours through the real Aravis, with the words of python-microscope."""
import ctypes.util
import subprocess

import pytest
from microscope import ROI, Binning, TriggerMode, TriggerType
from microscope.clients import DataClient

from servers import BIN, ROOT, DeviceServer, write_config
from waiting import PATIENCE

pytestmark = pytest.mark.skipif(not ctypes.util.find_library("aravis-0.8"), reason="libaravis-0.8-0 is not installed")


class Camera:
    """A simulated camera in a process of its own, which obeys orders."""

    def __init__(self, model, serial):
        self._process = subprocess.Popen([BIN / "simulated-gige", model, serial], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, bufsize=1)
        self.address, self.mac = self._process.stdout.readline().split()

    def order(self, line):
        self._process.stdin.write(line + "\n")
        answers = []
        while not answers or answers[-1] != "done":
            answers.append(self._process.stdout.readline().strip())
            assert answers[-1], "the camera has ended"
        return answers[:-1]

    def close(self):
        self._process.kill()
        self._process.wait()
        self._process.stdin.close()
        self._process.stdout.close()


@pytest.fixture
def camera():
    camera = Camera("sfnc", "GC-0001")
    yield camera
    camera.close()


@pytest.fixture
def serve(tmp_path):
    running = []

    def start(devices, *arguments):
        running.append(DeviceServer(write_config(tmp_path, devices), *arguments))
        return running[-1]

    yield start
    for server in running:
        server.kill()


def genicam(name="Camera", **conf):
    return {"name": name, "driver": "genicam", "port": 0, "conf": conf}


def light(column, row):
    return (100 + (column + 13 * row) % 512) // 4


def test_trigger_and_wait_and_free_run(serve, connect, camera):
    """By its serial number, found by a question to all cameras; then images on software triggers and by themselves."""
    server = serve([genicam(serial="GC-0001")])
    device = connect(server.uri("Camera"))
    assert device.get_sensor_shape() == (2048, 2048)
    device.set_roi(ROI(64, 32, 64, 48))
    device.set_exposure_time(0.002)
    client = DataClient(server.uri("Camera"))
    client.enable()
    for count in range(3):
        image, _ = client.trigger_and_wait()
        assert image.shape == (48, 64)
        assert image[0, 0] == count
        assert image[6, 5] == light(64 + 5, 32 + 6)
    client.disable()
    device.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    client.enable()
    images = [client._buffer.get(timeout=PATIENCE)[0] for _ in range(10)]
    assert all(image.shape == (48, 64) for image in images)
    client.disable()


def test_settings(serve, connect, camera):
    """The features of the camera's own description; binning and triggers by signals."""
    server = serve([genicam(address=camera.address, serial="GC-0001")])
    device = connect(server.uri("Camera"))
    assert device.describe_setting("Gain")["values"] == (0.0, 24.0)
    device.set_setting("Gain", 6.0)
    assert camera.order("register 272") == ["6"]
    assert dict(device.describe_setting("LineMode[Line2]")["values"]) == {0: "Input", 1: "Output"}
    device.set_setting("LineMode[Line2]", 1)
    assert [device.get_setting("LineMode[Line%d]" % line) for line in (1, 2, 3)] == [0, 1, 0]
    assert device.describe_setting("DeviceTemperature")["readonly"]
    assert device.describe_feature("Gain")["unit"] == "dB"
    device.set_binning(Binning(2, 2))
    assert device.get_binning() == Binning(2, 2)
    device.set_roi(ROI(64, 32, 64, 48))
    device.set_trigger(TriggerType.RISING_EDGE, TriggerMode.ONCE)
    client = DataClient(server.uri("Camera"))
    client.enable()
    camera.order("line 1")
    assert client._buffer.get(timeout=PATIENCE)[0].shape == (24, 32)
    client.disable()


def test_lost_camera(serve, connect, camera):
    """Switched off, and back with its settings; the images go on."""
    server = serve([genicam(serial="GC-0001")])
    device = connect(server.uri("Camera"))
    device.set_setting("Gain", 3.0)
    camera.order("vanish")
    server.wait_for("lost contact with GC-0001", within=3 * PATIENCE)
    camera.order("back")
    server.wait_for("GC-0001 is back", within=3 * PATIENCE)
    assert camera.order("register 272") == ["3"]
    device.set_roi(ROI(0, 0, 64, 64))
    client = DataClient(server.uri("Camera"))
    client.enable()
    assert client.trigger_and_wait()[0].shape == (64, 64)
    client.disable()


def test_camera_of_another_program(serve, connect, camera):
    """A second server is told that the camera is controlled."""
    first = serve([genicam("One", address=camera.address)])
    connect(first.uri("One"))
    second = serve([genicam("Two", address=camera.address)])
    second.wait_for("is controlled by another program")


def test_choice_is_needed(tmp_path):
    """A camera is never chosen by its place in a list."""
    from servers import run
    status, _, errors = run("--check", write_config(tmp_path, [genicam()]))
    assert status != 0
    assert "serial, user_id, mac or address" in errors


def test_configuration_for_cameras(connect):
    """Configs/genicam.yaml, simulated."""
    server = DeviceServer(ROOT / "Configs" / "genicam.yaml", "--simulated")
    try:
        for name, shape in (("Wide", (2048, 2048)), ("Old", (1296, 966)), ("Color", (1936, 1216))):
            assert connect(server.uri(name)).get_sensor_shape() == shape
    finally:
        server.kill()
