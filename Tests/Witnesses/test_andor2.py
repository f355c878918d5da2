"""pylablib's own wrapper of Andor's SDK 2, on the simulated library.

It is written for Windows: it gets that system's sizes of integers, and its name for the library.
"""
import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from conftest import BIN

MODELS = ("ixon-ultra-897", "clara", "ikon-m-934", "newton-920", "luca-r", "ixon-888")


@pytest.fixture
def library(tmp_path):
    """A copy of the simulated library with a world of its own beside it, under the name that pylablib looks for."""
    built = [BIN / "libandor.so", BIN / "libandor-simulated" / "libandor.so"]
    found = next((path for path in built if path.exists()), None)
    assert found, "the simulated library has not been built"
    folder = tmp_path / "andor"
    folder.mkdir()
    shutil.copy(found, folder / "atmcd64d.dll")
    cameras = "".join("camera %s %d\n" % (model, 11001 + index) for index, model in enumerate(MODELS))
    (folder / "cameras.conf").write_text("pace 0\norder fixed\nstate %s\n%s" % (folder, cameras))
    return folder


def run(folder, program):
    """Runs a program in a process of its own, since it changes ctypes."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(PYLABLIB) + textwrap.dedent(program)],
                          capture_output=True, text=True, timeout=120, env={**os.environ, "ANDOR_FOLDER": str(folder)})
    assert done.returncode == 0, done.stderr
    return done.stdout


PYLABLIB = """
    import ctypes, os
    ctypes.windll = ctypes.cdll
    ctypes.c_long, ctypes.c_ulong = ctypes.c_int32, ctypes.c_uint32
    import pylablib
    pylablib.par["devices/dlls/andor_sdk2"] = os.environ["ANDOR_FOLDER"]
    from pylablib.devices import Andor
    light = lambda column, row: 100 + (column + 13 * row) % 1024
"""


def test_pylablib_finds_the_sdk2_cameras(library):
    output = run(library, """
    assert Andor.get_cameras_number_SDK2() == 6
    for index in range(6):
        camera = Andor.AndorSDK2Camera(index)
        info = camera.get_device_info()
        print(info.head_model, info.serial_number, camera.get_detector_size(), len(camera.get_all_amp_modes()))
        camera.close()
    """)
    assert output.splitlines() == [
        "DU-897U-CS0-#BV 11001 (512, 512) 19", "DR-328G-C01-SIL 11002 (1392, 1040) 5",
        "DU934P_BV 11003 (1024, 1024) 11", "DU920P_BV 11004 (1024, 255) 8", "DL-604M-#VP 11005 (1004, 1002) 1",
        "DU-888E-C00-#BV 11006 (1024, 1024) 16"]


def test_pylablib_agrees_in_sdk2_limits_and_images(library):
    run(library, """
    for index in range(6):
        camera = Andor.AndorSDK2Camera(index)
        least = 8 if index == 1 else 2
        assert camera.get_roi_limits()[0].min == least
        assert camera.set_roi(32, 96, 48, 80) == (32, 96, 48, 80, 1, 1)
        camera.set_exposure(0.002)
        assert abs(camera.get_exposure() - 0.002) < 2e-5
        # The amplifier for multiplication reads rows from the other end, and this program does not turn them.
        is_mirrored = index in (0, 5) and camera.get_amp_mode().oamp == 0
        images = camera.grab(5)
        assert [int(image[0, 0]) for image in images] == [0, 1, 2, 3, 4]
        for image in images:
            assert image.shape == (32, 64)
            for y in range(1, 32):
                for x in range(64):
                    assert image[y, x] == light(32 + (63 - x if is_mirrored else x), 48 + y)
        camera.close()
    """)


def test_pylablib_gets_the_sdk2_codes(library):
    output = run(library, """
    from pylablib.devices.Andor.atmcd32d_lib import wlib as lib, AndorSDK2LibError
    def name(call, *arguments):
        try: call(*arguments)
        except AndorSDK2LibError as error: return error.name
    camera = Andor.AndorSDK2Camera(0)
    camera._select_camera()
    print(name(lib.SetTemperature, -200), name(lib.SetImage, 1, 1, 1, 600, 1, 512), name(lib.AbortAcquisition))
    camera.set_trigger_mode("software")
    camera.setup_acquisition("cont")
    camera.start_acquisition()
    print(name(lib.SetExposureTime, 1), name(lib.StartAcquisition))
    for number in range(5):
        camera.send_software_trigger()
        camera.wait_for_frame()
        assert camera.read_oldest_image()[0, 0] == number
    camera.close()
    """)
    assert output.splitlines() == ["DRV_P1INVALID DRV_P4INVALID DRV_IDLE", "DRV_ACQUIRING DRV_ACQUIRING"]
