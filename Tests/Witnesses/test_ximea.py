"""The vendor's own Python package for XIMEA cameras, and python-microscope's class on it, on the simulated library."""
import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from conftest import BIN


@pytest.fixture
def library(tmp_path):
    """A copy of the simulated library with a world of its own beside it."""
    built = [BIN / "libm3api.so", BIN / "libm3api-simulated" / "libm3api.so"]
    found = next((path for path in built if path.exists()), None)
    assert found, "the simulated library has not been built"
    shutil.copy(found, tmp_path / "libm3api.so")
    (tmp_path / "cameras.conf").write_text(
        "pace 0\norder fixed\nstate %s\ncamera mq013mg 1001\ncamera mc050mg 1002\ncamera mj042mr 1003\n" % tmp_path)
    return tmp_path / "libm3api.so"


# The package opens /usr/lib/libm3api.so.2, whatever the loader would find.
PACKAGE = """
    import ctypes, os
    class Library(ctypes.CDLL):
        def __init__(self, name, *rest, **more):
            super().__init__(os.environ["XIMEA_FILE"] if "libm3api" in str(name) else name, *rest, **more)
    ctypes.CDLL = Library
    from ximea import xiapi
    light = lambda column, row: 100 + (column + 13 * row) % 1024
"""


def run(library, program):
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(PACKAGE + program)], capture_output=True, text=True,
                          timeout=120, env={**os.environ, "XIMEA_FILE": str(library)})
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_vendors_package_finds_the_cameras(library):
    assert run(library, """
    camera = xiapi.Camera()
    print(camera.get_number_devices())
    for serial in ("1001", "1002", "1003"):
        camera.open_device_by_SN(serial)
        print(camera.get_device_name().decode(), camera.get_device_sn().decode(), camera.get_width_maximum(),
              camera.get_height_maximum(), camera.get_device_model_id())
        camera.close_device()
    """) == ["3", "MQ013MG-E2 1001 1280 1024 50", "MC050MG-SY 1002 2464 2056 182", "MJ042MR-GP-P6-BSI 1003 2048 2048 888"]


@pytest.mark.parametrize("policy", ["XI_BP_UNSAFE", "XI_BP_SAFE"])
def test_vendors_package_agrees_in_limits_and_images(library, policy):
    run(library, f"""
    camera = xiapi.Camera()
    camera.open_device_by_SN("1002")
    assert (camera.get_width_increment(), camera.get_offsetX_increment()) == (32, 16)
    camera.set_buffer_policy("{policy}")
    for format, dtype in (("XI_MONO8", "uint8"), ("XI_MONO16", "uint16"), ("XI_RAW16", "uint16")):
        camera.set_imgdataformat(format)
        camera.set_width(64)
        camera.set_height(48)
        camera.set_offsetX(32)
        camera.set_offsetY(16)
        assert camera.get_width_maximum() == 2464 - 32
        camera.set_exposure(2000)
        camera.set_trigger_source("XI_TRG_SOFTWARE")
        camera.start_acquisition()
        image = xiapi.Image()
        for number in range(5):
            camera.set_trigger_software(1)
            camera.get_image(image)
            pixels = image.get_image_data_numpy()
            assert (pixels.dtype, pixels.shape) == (dtype, (48, 64)), (pixels.dtype, pixels.shape)
            shift = 4 if dtype == "uint8" else 0
            assert all(pixels[y, x] == light(32 + x, 16 + y) >> shift for y in range(1, 48) for x in range(64))
            assert (image.acq_nframe, image.exposure_time_us) == (number, 2000)
        camera.stop_acquisition()
        camera.set_offsetX(0)
        camera.set_offsetY(0)
    camera.close_device()
    """)


def test_vendors_package_gets_the_errors(library):
    assert run(library, """
    camera, other, image = xiapi.Camera(), xiapi.Camera(), xiapi.Image()
    def code(call, *values):
        try: call(*values)
        except xiapi.Xi_error as error: return error.status
    print(code(camera.open_device_by_SN, "7"))
    camera.open_device_by_SN("1001")
    print(code(other.open_device_by_SN, "1001"), code(camera.get_image, image), code(camera.set_width, 101))
    print(code(camera.set_param, "cooling", "XI_TEMP_CTRL_MODE_OFF"))
    camera.set_trigger_source("XI_TRG_SOFTWARE")
    camera.start_acquisition()
    print(code(camera.start_acquisition), code(camera.get_image, image, 5), code(camera.set_width, 64))
    """) == ["56", "57 45 101", "100", "41 10 114"]


def test_class_of_python_microscope_takes_ximea_images(library):
    """Its own class for these cameras, by the vendor's package."""
    assert run(library, """
    import queue
    import microscope
    from microscope.cameras.ximea import XimeaCamera
    camera = XimeaCamera(serial_number="1003")
    print(camera.get_sensor_shape(), sorted(name for name, _ in camera.describe_settings()))
    images = queue.Queue()
    camera.set_client(images)
    camera.set_roi(microscope.ROI(64, 32, 64, 48))
    camera.set_exposure_time(0.002)
    camera.enable()
    for number in range(3):
        camera.trigger()
        image = images.get(timeout=60)
        image = image[0] if isinstance(image, tuple) else image
        print(image.shape, image[3, 5] == light(64 + 5, 32 + 3) >> 4)
    camera.disable()
    camera.shutdown()
    """) == ["(2048, 2048) ['chip_temp', 'hous_temp', 'roi', 'sensor_board_temp', 'trigger source']"] + [
        "(48, 64) True"] * 3
