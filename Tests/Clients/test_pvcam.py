"""Teledyne cameras of PVCAM: found by their serial numbers, with the clients and the words of python-microscope."""
import fcntl
import os
import re
import signal
import subprocess
import sys

import pytest
from microscope import ROI, Binning, TriggerMode, TriggerType
from microscope.clients import DataClient

from servers import BIN, ROOT, DeviceServer, write_config
from waiting import PATIENCE, eventually

STARTS = 100
CAMERAS = """pace 0
order shuffled
state %s
camera prime-bsi A21B204001
camera evolve-512 A21B204002
camera kinetix A21B204003
"""


def pvcam(name, uid, **conf):
    return {"name": name, "driver": "pvcam", "uid": uid, "port": 0, "conf": conf}


def light(column, row):
    return 100 + (column + 13 * row) % 1024


def number(serial):
    """The second pixel of each image: the digits of the serial number."""
    return int(re.sub(r"\D", "", serial)) % 4096


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
        environment = {**os.environ, "PVCAM_SIMULATED_WORLD": str(world / "cameras.conf")}
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
    wanted = {"Red": "A21B204002", "Blue": "A21B204003"}
    for _ in range(STARTS):
        server = serve([pvcam(name, uid) for name, uid in wanted.items()])
        assert {name: connect(server.uri(name)).get_id() for name in wanted} == wanted
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


def test_cameras_with_both_kinds_of_modes(serve, connect):
    """A CMOS sensor with software triggers, a CCD with sequences, and frames that are longer than their pixels."""
    server = serve([pvcam("Prime", "A21B204001"), pvcam("Evolve", "A21B204002"), pvcam("Kinetix", "A21B204003")])
    for name, uid, side, counts in (("Prime", "A21B204001", 2048, [0, 1, 2]), ("Evolve", "A21B204002", 512, [0, 0, 0]),
                                    ("Kinetix", "A21B204003", 3200, [0, 1, 2])):
        camera = connect(server.uri(name))
        assert camera.get_sensor_shape() == (side, side)
        camera.set_roi(ROI(64, 32, 64, 48))
        camera.set_exposure_time(0.002)
        assert abs(camera.get_exposure_time() - 0.002) < 1e-6
        taken = images(server, name, 3)
        assert [image.shape for image in taken] == [(48, 64)] * 3
        assert [image[0, 0] for image in taken] == counts
        assert all(image[0, 1] == number(uid) and image[6, 5] == light(64 + 5, 32 + 6) for image in taken)


def test_settings_and_triggers(serve, connect):
    """Everything that python-microscope's class has, and more; triggers, binning and free run."""
    server = serve([pvcam("Camera", "A21B204002", temperature=-70, num_buffers=20)])
    camera = connect(server.uri("Camera"))
    for name in ("exposure time", "trigger mode", "circular buffer length", "gain", "frame transfer mode",
                 "readout mode"):
        camera.describe_setting(name)
    assert camera.get_setting("circular buffer length") == 20
    assert camera.get_setting("temperature setpoint") == -70
    camera.set_setting("gain", 200)
    assert camera.get_setting("PARAM_GAIN_MULT_FACTOR") == 200
    modes = dict(camera.describe_setting("readout mode")["values"])
    assert modes == {0: "Multiplication Gain, 16-bit, 10.0 MHz", 1: "Multiplication Gain, 16-bit, 5.0 MHz",
                     2: "Normal, 16-bit, 5.0 MHz"}
    camera.set_setting("readout mode", 2)
    assert camera.get_setting("PARAM_READOUT_PORT") == 1
    # The port has moved the setpoint, and the driver has set it again.
    assert camera.get_setting("PARAM_TEMP_SETPOINT") == -7000
    assert camera.describe_setting("PARAM_SER_SIZE")["readonly"]
    camera.set_binning(Binning(2, 4))
    assert camera.get_binning() == Binning(2, 4)
    for type_, mode in ((TriggerType.RISING_EDGE, TriggerMode.ONCE), (TriggerType.RISING_EDGE, TriggerMode.BULB),
                        (TriggerType.RISING_EDGE, TriggerMode.START), (TriggerType.SOFTWARE, TriggerMode.ONCE)):
        camera.set_trigger(type_, mode)
        assert (camera.trigger_type, camera.trigger_mode) == (type_, mode)
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    camera.set_exposure_time(0.002)
    client = DataClient(server.uri("Camera"))
    client.enable()
    taken = [client._buffer.get(timeout=PATIENCE)[0] for _ in range(10)]
    assert all(image.shape == (128, 256) for image in taken)
    # What cannot be touched while the camera acquires has the value of its start.
    assert camera.get_setting("PARAM_PIX_TIME") == 200
    client.disable()


def test_camera_of_another_program(serve, connect, world):
    """It is reported as held, and served as soon as the other program lets it go."""
    with open(world / "A21B204001.lock", "w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        server = serve([pvcam("Camera", "A21B204001")])
        server.wait_for(r"pvcam A21B204001 was not found: 3 are there; seen: .*; 1 is held by another program")
    assert connect(server.uri("Camera")).get_id() == "A21B204001"


def test_unplugged_camera(serve, connect, world):
    """It comes back with its settings, and goes on."""
    server = serve([pvcam("Camera", "A21B204001")])
    camera = connect(server.uri("Camera"))
    camera.set_exposure_time(0.005)
    camera.set_setting("PARAM_FAN_SPEED_SETPOINT", 2)
    (world / "A21B204001.unplugged").write_text("")
    server.wait_for("lost contact with A21B204001")
    (world / "A21B204001.unplugged").unlink()
    server.wait_for("A21B204001 is back")
    assert abs(camera.get_exposure_time() - 0.005) < 1e-6
    assert camera.get_setting("PARAM_FAN_SPEED_SETPOINT") == 2
    assert images(server, "Camera", 1)[0].shape == (2048, 2048)


def test_killed_worker_leaves_the_camera_exposing(serve, connect, world):
    """The next worker stops the camera that the last one left acquiring, and restores what clients had set."""
    server = serve([pvcam("Camera", "A21B204001")])
    camera = connect(server.uri("Camera"))
    camera.set_roi(ROI(64, 32, 64, 48))
    camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
    client = DataClient(server.uri("Camera"))
    client.enable()
    client._buffer.get(timeout=PATIENCE)
    eventually(lambda: (world / "A21B204001.exposing").exists(), "the camera acquires")
    for worker in server.workers:
        os.kill(worker, signal.SIGKILL)
    eventually(lambda: connect(server.uri("Camera")).get_roi() == ROI(64, 32, 64, 48), "the ROI is restored")
    while not client._buffer.empty():
        client._buffer.get()
    assert client._buffer.get(timeout=PATIENCE)[0].shape == (48, 64)


def test_example_works_as_it_is(tmp_path, connect):
    """Configs/sdk-cameras.yaml with --simulated; only the ports are others here."""
    config = tmp_path / "sdk-cameras.yaml"
    config.write_text(re.sub(r"port: \d+", "port: 0", (ROOT / "Configs" / "sdk-cameras.yaml").read_text()))
    server = DeviceServer(config, "--simulated")
    try:
        for name, uid in (("Prime", "A21B204001"), ("Evolve", "A21B204002")):
            assert connect(server.uri(name)).get_id() == uid
    finally:
        server.kill()


# ---- The library itself

def library():
    """The simulated library's file."""
    built = (BIN / "libpvcam.so", BIN / "libpvcam-simulated" / "libpvcam.so")
    return next(path for path in built if path.exists())


COUNT = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
count, version = ctypes.c_int16(-1), ctypes.c_uint16()
assert library.pl_pvcam_init() & 0xffff
library.pl_cam_get_total(ctypes.byref(count))
got = library.pl_pvcam_get_ver(ctypes.byref(version)) & 0xffff
print(count.value, got, hex(version.value), library.pl_error_code())
"""


@pytest.mark.parametrize("variables, answer", [
    ({}, "1 0 0x0 151"),
    ({"PVCAM_VERSION": "3.10.2.5"}, "1 1 0x3a2 0"),
    ({"PVCAM_VERSION": "3.10.2.5", "PVCAM_UMD_PATH": "/nowhere"}, "1 1 0x3a2 0"),
    ({"PVCAM_VERSION": "3.10.2.5", "PVCAM_UMD_PATH": "/tmp"}, "3 1 0x3a2 0"),
])
def test_library_needs_its_environment(world, variables, answer):
    """Without its driver it sees no camera on USB but those on PCI Express, and without a version it has none."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PVCAM_")}
    environment.update(variables, PVCAM_SIMULATED_WORLD=str(world / "cameras.conf"))
    done = subprocess.run([sys.executable, "-c", COUNT, str(library())], env=environment, capture_output=True, text=True,
                          timeout=PATIENCE)
    assert done.stdout.strip() == answer, done.stderr


CODES = """
import ctypes, sys
library = ctypes.CDLL(sys.argv[1])
library.pl_error_code.restype = ctypes.c_int16
number, text, pointer = ctypes.c_int16(), ctypes.create_string_buffer(1024), ctypes.c_void_p()
name = ctypes.c_char_p(b"no camera")
def code(function, *values):
    return 0 if getattr(library, function)(*values) & 0xffff else library.pl_error_code()
def codes():
    return [
        code("pl_cam_open", None, ctypes.byref(number), 0), code("pl_cam_open", name, None, 0),
        code("pl_cam_get_name", 0, None), code("pl_cam_get_total", ctypes.byref(number)),
        code("pl_cam_get_name", 99, text), code("pl_cam_open", name, ctypes.byref(number), 0),
        code("pl_get_param", 99, 0x0D020215, 0, None), code("pl_exp_abort", 99, 1),
        code("pl_create_frame_info_struct", ctypes.byref(pointer)),
    ]
print(codes(), code("pl_pvcam_uninit"))
print(code("pl_pvcam_init"), code("pl_pvcam_init"), codes(), code("pl_pvcam_uninit"))
library.pl_error_message(9999, text)
print(text.value.decode())
"""


@pytest.mark.parametrize("file", ["simulated", *filter(None, [os.environ.get("PVCAM_BLACK_BOX")])])
def test_codes_without_a_camera(tmp_path, file):
    """As libpvcam 2.5 and 2.6 answer: missing pointers first, then the initialisation, then handles and names."""
    (tmp_path / "cameras.conf").write_text("pace 0\nstate %s\n" % tmp_path)
    environment = {**os.environ, "PVCAM_SIMULATED_WORLD": str(tmp_path / "cameras.conf"), "PVCAM_VERSION": "3.10.2.5"}
    done = subprocess.run([sys.executable, "-c", CODES, str(library()) if file == "simulated" else file],
                          env=environment, capture_output=True, text=True, timeout=PATIENCE)
    assert done.stdout.splitlines() == [
        "[153, 153, 153, 157, 157, 157, 157, 157, 0] 157",
        "0 158 [153, 153, 153, 0, 186, 176, 175, 175, 0] 0",
        "Unknown error (<UNKNOWN>)"], done.stderr


OWN_CLASS = """
import microscope
from microscope.cameras import pvcam
camera = pvcam.PVCamera(index=0)
print(camera.get_id(), camera.get_sensor_shape())
camera.set_trigger(microscope.TriggerType.SOFTWARE, microscope.TriggerMode.ONCE)
camera.set_exposure_time(0.005)
camera.enable()
for _ in range(3):
    image, _ = camera.grab_next_data()
    print(image.shape, image[0, 0], image[0, 1], image[3, 5])
camera.disable()
for mode in camera.describe_setting("readout mode")["values"]:
    print(mode[1])
camera.shutdown()
"""


def test_class_of_python_microscope_takes_the_same_images(world):
    """python-microscope's own class runs on the simulated library, under the name that it looks for.

    It runs on an Evolve: it sets a clear mode that a Prime does not have.
    """
    (world / "cameras.conf").write_text("pace 0\nstate %s\ncamera evolve-512 A21B204002\n" % world)
    (world / "pvcam.so").symlink_to(library())
    environment = {**os.environ, "PVCAM_SIMULATED_WORLD": str(world / "cameras.conf"), "LD_LIBRARY_PATH": str(world),
                   "PVCAM_UMD_PATH": str(world), "PVCAM_VERSION": "3.10.2.5"}
    done = subprocess.run([sys.executable, "-c", OWN_CLASS], env=environment, capture_output=True, text=True,
                          timeout=PATIENCE * 2)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "A21B204002 (512, 512)", *["(512, 512) 0 %d %d" % (number("A21B204002"), light(5, 3))] * 3,
        "Multiplication Gain, 16-bit, 10.0 MHz", "Multiplication Gain, 16-bit, 5.0 MHz", "Normal, 16-bit, 5.0 MHz"]
