"""XIMEA cameras: several of them in processes of their own, with the clients and the words of python-microscope."""
import os

import pytest
from microscope import ROI, Binning, TriggerMode, TriggerType
from microscope.clients import DataClient

from servers import DeviceServer, write_config
from waiting import PATIENCE

CAMERAS = ("pace 0\norder shuffled\nstate %s\ncamera mq013mg 20751650\ncamera mc050mg CICAU2011003\n"
           "camera mj042mr 000042\n")


def ximea(name, serial, **conf):
    return {"name": name, "driver": "ximea", "port": 0, "conf": {"serial": serial, **conf}}


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
        environment = {**os.environ, "XIMEA_SIMULATED_WORLD": str(world / "cameras.conf")}
        running.append(DeviceServer(write_config(tmp_path, devices), "--simulated", env=environment))
        return running[-1]

    yield start
    for server in running:
        server.kill()


def test_each_definition_gets_its_camera(serve, connect):
    """Each in a process of its own; they look for their cameras one after another."""
    server = serve([ximea("Red", "20751650"), ximea("Green", "000042"),
                    {"name": "Blue", "driver": "ximea", "port": 0, "conf": {"serial_number": "CICAU2011003"}}])
    for name, number, shape in (("Red", 20751650 & 4095, (1280, 1024)), ("Green", 42, (2048, 2048)),
                                ("Blue", 0, (2464, 2056))):
        camera = connect(server.uri(name))
        assert camera.get_sensor_shape() == shape
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
    """Parameters under the vendor's names, as in python-microscope; triggers, binning and free run."""
    server = serve([ximea("Camera", "CICAU2011003")])
    camera = connect(server.uri("Camera"))
    assert camera.describe_setting("gain")["values"] == (0.0, 12.0)
    camera.set_setting("gain", 3.5)
    assert camera.get_setting("gain") == pytest.approx(3.5)
    assert [key for key, _ in camera.describe_setting("trigger source")["values"]] == [0, 1, 2, 3, 4, 5]
    assert camera.get_setting("sensor_board_temp") == 36.5
    assert camera.describe_setting("sensor_board_temp")["readonly"]
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
    assert all(image.shape == (1028, 1216) for image in images)
    client.disable()


def test_camera_of_another_program(serve, connect):
    """A server whose camera is taken says so, and gets it when the other one ends."""
    first = serve([ximea("One", "20751650")])
    first.uri("One")
    second = serve([ximea("Two", "20751650")])
    second.wait_for(r"Two: .*another program has the camera.*XI_RESOURCE_LOCKED \(57\)")
    assert connect(first.uri("One")).get_exposure_time() > 0
    first.kill()
    assert connect(second.uri("Two", within=PATIENCE * 2)).get_exposure_time() > 0


def test_unplugged_camera(serve, connect, world):
    """It comes back with its settings, and goes on."""
    server = serve([ximea("Camera", "20751650")])
    camera = connect(server.uri("Camera"))
    camera.set_exposure_time(0.005)
    (world / "20751650.unplugged").write_text("")
    server.wait_for("lost contact with 20751650")
    (world / "20751650.unplugged").unlink()
    server.wait_for("20751650 is back")
    assert abs(camera.get_exposure_time() - 0.005) < 1e-6
    client = DataClient(server.uri("Camera"))
    client.enable()
    assert client.trigger_and_wait()[0].shape == (1024, 1280)
    client.disable()
