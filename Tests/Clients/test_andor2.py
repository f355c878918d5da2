"""Andor cameras of SDK 2: found by their serial numbers, with the clients and the words of python-microscope."""
import fcntl
import os
import signal

import pytest
from microscope import ROI, Binning, TriggerMode, TriggerType
from microscope.clients import DataClient

from servers import DeviceServer, write_config
from waiting import PATIENCE

STARTS = 100
CAMERAS = """pace 0
order shuffled
state %s
camera ixon-ultra-897 11001
camera clara 11002
camera ikon-m-934 11003
"""


def andor(name, uid, **conf):
    return {"name": name, "driver": "andor-sdk2", "uid": uid, "port": 0, "conf": conf}


def light(column, row):
    return 100 + (column + 13 * row) % 1024


@pytest.fixture
def world(tmp_path):
    """A folder with simulated cameras of this test's own, and for their faults."""
    (tmp_path / "cameras.conf").write_text(CAMERAS % tmp_path)
    return tmp_path


@pytest.fixture
def serve(world, tmp_path):
    """Starts servers with devices of the world."""
    running = []

    def start(devices, *options):
        folder = tmp_path / ("server%d" % len(running))
        folder.mkdir()
        environment = {**os.environ, "ANDOR_SDK2_SIMULATED_WORLD": str(world / "cameras.conf")}
        running.append(DeviceServer(write_config(folder, devices), "--simulated", *options, env=environment))
        return running[-1]

    yield start
    for server in running:
        server.kill()


def images(server, name, count):
    """Images by software triggers."""
    client = DataClient(server.uri(name))
    client.enable()
    taken = [client.trigger_and_wait()[0] for _ in range(count)]
    client.disable()
    return taken


@pytest.mark.timeout(300)
def test_each_name_has_its_own_camera_whatever_their_order(serve, connect):
    """In each of many starts the library sees the cameras in another order, and each name has the same one."""
    wanted = {"Red": "11002", "Blue": "11003"}
    for _ in range(STARTS):
        server = serve([andor(name, uid) for name, uid in wanted.items()])
        assert {name: connect(server.uri(name)).get_id() for name in wanted} == wanted
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_cameras_with_and_without_software_triggers(serve, connect):
    """The same images, of the area that was asked for, with the words of python-microscope."""
    server = serve([andor("IXon", "11001"), andor("Clara", "11002"), andor("IKon", "11003")])
    for name, uid, shape, counts in (("IXon", "11001", (512, 512), [0, 1, 2]), ("Clara", "11002", (1392, 1040), [0, 1, 2]),
                                     ("IKon", "11003", (1024, 1024), [0, 0, 0])):
        camera = connect(server.uri(name))
        assert camera.get_sensor_shape() == shape
        camera.set_roi(ROI(64, 32, 64, 48))
        camera.set_exposure_time(0.002)
        assert abs(camera.get_exposure_time() - 0.002) < 2e-5
        taken = images(server, name, 3)
        assert [image.shape for image in taken] == [(48, 64)] * 3
        assert [image[0, 0] for image in taken] == counts
        assert all(image[0, 1] == int(uid) % 4096 and image[6, 5] == light(64 + 5, 32 + 6) for image in taken)


def test_settings_and_triggers(serve, connect):
    """Everything that python-microscope's class has, and more; triggers, binning and free run."""
    server = serve([andor("Camera", "11001", temperature=-70, num_buffers=20)])
    camera = connect(server.uri("Camera"))
    for name in ("readout mode", "TriggerMode", "gain", "TemperatureSetPoint", "Temperature", "Fan mode",
                 "Cooler Enabled", "EMAdvanced"):
        camera.describe_setting(name)
    assert camera.get_setting("Temperature") == -70
    assert camera.describe_setting("gain")["values"] == (0, 300)
    camera.set_setting("gain", 200)
    assert camera.get_setting("gain") == 200
    assert not camera.get_setting("EMAdvanced")
    modes = dict(camera.describe_setting("readout mode")["values"])
    assert modes[0] == "Electron Multiplying, 17 MHz, channel 0"
    assert modes[6] == "Conventional, 0.08 MHz, channel 0"
    camera.set_setting("readout mode", 2)
    camera.set_binning(Binning(2, 4))
    assert camera.get_binning() == Binning(2, 4)
    for type_, mode in ((TriggerType.RISING_EDGE, TriggerMode.ONCE), (TriggerType.FALLING_EDGE, TriggerMode.BULB),
                        (TriggerType.RISING_EDGE, TriggerMode.START), (TriggerType.SOFTWARE, TriggerMode.ONCE)):
        camera.set_trigger(type_, mode)
        assert (camera.trigger_type, camera.trigger_mode) == (type_, mode)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    camera.set_exposure_time(0.002)
    client = DataClient(server.uri("Camera"))
    client.enable()
    taken = [client._buffer.get(timeout=PATIENCE)[0] for _ in range(10)]
    assert all(image.shape == (128, 256) for image in taken)
    client.disable()


def test_camera_of_another_program(serve, connect, world):
    """It is reported as held, and served as soon as the other program lets it go."""
    with open(world / "11001.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        server = serve([andor("Camera", "11001")])
        server.wait_for(r"andor-sdk2 11001 was not found: 3 are there; seen: .*; 1 is held by another program")
    assert connect(server.uri("Camera")).get_id() == "11001"


def test_cooler_that_stays_on(serve, connect, world):
    """A sensor stays cold while the server is restarted, if the configuration says so."""
    server = serve([andor("Camera", "11001", temperature=-60, cooler_mode="keep")])
    assert connect(server.uri("Camera")).get_setting("Temperature") == -60
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert (world / "11001.cooler").read_text() == "-60\n"
    server = serve([andor("Camera", "11001", temperature=-60)])
    assert connect(server.uri("Camera")).get_setting("Temperature") == -60
    server.process.send_signal(signal.SIGTERM)
    assert server.wait() == 0
    assert not (world / "11001.cooler").exists()


def test_unplugged_camera(serve, connect, world):
    """It comes back with its settings, and goes on."""
    server = serve([andor("Camera", "11001")])
    camera = connect(server.uri("Camera"))
    camera.set_exposure_time(0.005)
    (world / "11001.unplugged").write_text("")
    server.wait_for("lost contact with 11001")
    (world / "11001.unplugged").unlink()
    server.wait_for("11001 is back")
    assert abs(camera.get_exposure_time() - 0.005) < 2e-5
    assert images(server, "Camera", 1)[0].shape == (512, 512)
