"""Hamamatsu cameras: a group of them in one process, with the clients and the words of python-microscope."""
import os
import subprocess
import sys

import pytest
from microscope import ROI, Binning, TriggerMode, TriggerType
from microscope.clients import DataClient

from servers import BIN, DeviceServer, write_config
from waiting import PATIENCE

CAMERAS = "pace 0\norder shuffled\nstate %s\ncamera flash4-v3 001234\ncamera fusion 005678\ncamera imagem-x2 000042\n"


def hamamatsu(name, serial, **conf):
    return {"name": name, "driver": "hamamatsu-dcam", "conf": {"serial": serial, **conf}}


def light(column, row):
    return 100 + (column + 13 * row) % 1024


@pytest.fixture
def world(tmp_path):
    (tmp_path / "cameras.conf").write_text(CAMERAS % tmp_path)
    return tmp_path


@pytest.fixture
def serve(world, tmp_path):
    """Starts servers with devices of the world."""
    running = []

    def start(devices):
        environment = {**os.environ, "DCAM_SIMULATED_WORLD": str(world / "cameras.conf")}
        running.append(DeviceServer(write_config(tmp_path, devices), "--simulated", env=environment))
        return running[-1]

    yield start
    for server in running:
        server.kill()


def test_cameras_of_a_group(serve, connect):
    """Three cameras in one process, each with its own serial number, whatever their order in the SDK's list."""
    server = serve([{"port": 0, "devices": [
        hamamatsu("Red", "001234"), hamamatsu("Green", "S/N: 000042"), hamamatsu("Blue", "005678")]}])
    for name, number, side in (("Red", 1234, 2048), ("Green", 42, 512), ("Blue", 5678 % 4096, 2304)):
        camera = connect(server.uri(name))
        assert camera.get_sensor_shape() == (side, side)
        camera.set_roi(ROI(64, 32, 64, 48))
        camera.set_exposure_time(0.002)
        client = DataClient(server.uri(name))
        client.enable()
        for count in range(3):
            image, _ = client.trigger_and_wait()
            assert image.shape == (48, 64)
            assert (image[0, 0], image[0, 1]) == (count, number)
            assert image[6, 5] == light(64 + 5, 32 + 6)
        client.disable()


def test_settings_and_triggers(serve, connect):
    """The SDK's properties under its own names, as in python-microscope; triggers, binning and free run."""
    server = serve([{"port": 0, "devices": [hamamatsu("Camera", "000042")]}])
    camera = connect(server.uri("Camera"))
    assert camera.describe_setting("SENSITIVITY")["values"] == (0.0, 255.0)
    camera.set_setting("SENSITIVITY", 100.0)
    assert camera.get_setting("SENSITIVITY") == 100.0
    assert dict(camera.describe_setting("CCD MODE")["values"]) == {1: "NORMAL CCD", 2: "EM CCD"}
    assert camera.describe_setting("IMAGE WIDTH")["readonly"]
    camera.set_binning(Binning(2, 2))
    assert camera.get_binning() == Binning(2, 2)
    for type_, mode in ((TriggerType.RISING_EDGE, TriggerMode.ONCE), (TriggerType.FALLING_EDGE, TriggerMode.BULB),
                        (TriggerType.RISING_EDGE, TriggerMode.START)):
        camera.set_trigger(type_, mode)
        assert (camera.trigger_type, camera.trigger_mode) == (type_, mode)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    camera.set_exposure_time(0.002)
    client = DataClient(server.uri("Camera"))
    client.enable()
    images = [client._buffer.get(timeout=PATIENCE)[0] for _ in range(10)]
    assert all(image.shape == (256, 256) for image in images)
    client.disable()


def test_second_process(serve, connect):
    """Only one process has the library, and the error of another one says what to do."""
    server = serve([{**hamamatsu("One", "001234"), "port": 0}, {**hamamatsu("Two", "005678"), "port": 0}])
    line = server.wait_for(r"(One|Two): .*dcamapi_init of .*must be in one group.*DCAMERR_NOCAMERA \(0x80000206\)")
    other = {"One": "Two", "Two": "One"}[line[1]]
    assert connect(server.uri(other)).get_exposure_time() > 0


def test_unplugged_camera(serve, connect, world):
    """It comes back with its settings, and goes on."""
    server = serve([{"port": 0, "devices": [hamamatsu("Camera", "001234")]}])
    camera = connect(server.uri("Camera"))
    camera.set_exposure_time(0.005)
    (world / "001234.unplugged").write_text("")
    server.wait_for("lost contact with 001234")
    (world / "001234.unplugged").unlink()
    server.wait_for("001234 is back")
    assert abs(camera.get_exposure_time() - 0.005) < 1e-6
    client = DataClient(server.uri("Camera"))
    client.enable()
    assert client.trigger_and_wait()[0].shape == (2048, 2048)
    client.disable()


OWN_CLASS = """
import microscope
from microscope.cameras.hamamatsu import HamamatsuCamera
camera = HamamatsuCamera("S/N: 001234")
print(camera.get_sensor_shape(), camera.get_exposure_time())
camera.set_trigger(microscope.TriggerType.SOFTWARE, microscope.TriggerMode.ONCE)
camera.set_exposure_time(0.005)
camera.enable()
for _ in range(3):
    image, _ = camera.grab_next_data()
    print(image.shape, image[0, 0], image[0, 1], image[3, 5])
print(camera.get_setting("IMAGE PIXEL TYPE"), camera.get_setting("BIT PER CHANNEL"))
camera.disable()
camera.shutdown()
"""


def test_class_of_python_microscope(world):
    """python-microscope's own class for these cameras takes the same images from the simulated library."""
    found = [path for path in (BIN / "libdcamapi.so", BIN / "libdcamapi-simulated" / "libdcamapi.so") if path.exists()]
    environment = {**os.environ, "DCAM_SIMULATED_WORLD": str(world / "cameras.conf"),
                   "LD_LIBRARY_PATH": str(found[0].parent)}
    done = subprocess.run([sys.executable, "-c", OWN_CLASS], env=environment, capture_output=True, text=True,
                          timeout=PATIENCE * 2)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "(2048, 2048) 0.009997"
    assert lines[1:4] == ["(2048, 2048) %d 1234 %d" % (number, light(5, 3)) for number in range(3)]
    assert lines[4] == "MONO16 16"
