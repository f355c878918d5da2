"""pylablib's own wrapper of DCAM, on the simulated library."""
import os
import shutil
import subprocess
import sys
import textwrap

import pytest

from conftest import BIN


@pytest.fixture
def library(tmp_path):
    """A copy of the simulated library with a world of its own beside it, under the name that pylablib looks for."""
    built = [BIN / "libdcamapi.so", BIN / "libdcamapi-simulated" / "libdcamapi.so"]
    found = next((path for path in built if path.exists()), None)
    assert found, "the simulated library has not been built"
    folder = tmp_path / "dcam"
    folder.mkdir()
    for name in ("dcamapi.dll", "libdcamapi.so"):
        shutil.copy(found, folder / name)
    (folder / "cameras.conf").write_text(
        "pace 0\norder fixed\nstate %s\ncamera flash4-v3 001234\ncamera fusion 000424\ncamera imagem-x2 000042\n"
        % folder)
    return folder


def run(folder, program):
    """Runs a program in a process of its own: one process has the library at a time."""
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=120,
                          env={**os.environ, "DCAM_FOLDER": str(folder), "LD_LIBRARY_PATH": str(folder)})
    assert done.returncode == 0, done.stderr
    return done.stdout


PYLABLIB = """
    import os
    import pylablib
    pylablib.par["devices/dlls/dcamapi"] = os.environ["DCAM_FOLDER"]
    from pylablib.devices import DCAM
    light = lambda column, row: 100 + (column + 13 * row) % 1024
"""


def test_pylablib_finds_the_cameras(library):
    output = run(library, PYLABLIB + """
    assert DCAM.get_cameras_number() == 3
    for index in range(3):
        camera = DCAM.DCAMCamera(index)
        print(*camera.get_device_info(), camera.get_detector_size())
        camera.close()
    """)
    assert output.splitlines() == [
        "Hamamatsu C13440-20CU S/N: 001234 4.20.B (2048, 2048)",
        "Hamamatsu C14440-20UP S/N: 000424 4.20.B (2304, 2304)",
        "Hamamatsu C9100-23B S/N: 000042 4.20.B (512, 512)"]


def test_pylablib_agrees_in_limits_and_images(library):
    run(library, PYLABLIB + """
    for index, step in enumerate((4, 4, 16)):
        camera = DCAM.DCAMCamera(index)
        limits = camera.get_roi_limits()[0]
        assert (limits.min, limits.pstep, limits.maxbin) == (step, step, 4), limits
        assert camera.set_roi(32, 96, 48, 80) == (32, 96, 48, 80, 1, 1)
        camera.set_trigger_mode("int")
        camera.set_exposure(0.002)
        assert abs(camera.get_exposure() - 0.002) < 2e-5
        images = camera.grab(5)
        assert [int(image[0, 0]) for image in images] == [0, 1, 2, 3, 4]
        for image in images:
            assert image.shape == (32, 64)
            assert all(image[y, x] == light(32 + x, 48 + y) for y in range(1, 32) for x in range(64))
        camera.close()
    """)


def test_pylablib_triggers(library):
    run(library, PYLABLIB + """
    camera = DCAM.DCAMCamera(1)
    camera.set_roi(0, 64, 0, 64)
    camera.set_trigger_mode("software")
    camera.set_exposure(0.002)
    camera.setup_acquisition(nframes=10)
    camera.start_acquisition()
    for number in range(25):
        camera.send_software_trigger()
        camera.wait_for_frame()
        image, info = camera.read_oldest_image(return_info=True)
        assert (image[0, 0], info.framestamp) == (number, number)
    camera.stop_acquisition()
    camera.close()
    """)


def test_pylablib_gets_the_errors(library):
    output = run(library, PYLABLIB + """
    from pylablib.devices.DCAM import DCAMError
    camera = DCAM.DCAMCamera(0)
    def code(call):
        try: call()
        except DCAMError as error: return error.name
    camera.cav["subarray_mode"] = 1
    camera.cav["subarray_hpos"] = 1024
    def switch_on(): camera.cav["subarray_mode"] = 2
    print(code(switch_on))
    camera.setup_acquisition(nframes=4)
    camera.start_acquisition()
    def bin(): camera.cav["binning"] = 2
    print(code(bin))
    camera.stop_acquisition()
    camera.close()
    """)
    assert output.splitlines() == ["DCAMERR_INVALIDSUBARRAY", "DCAMERR_BUSY"]


def test_second_process_does_not_get_the_library(library):
    program = """
        import ctypes, os, sys
        library = ctypes.CDLL(os.environ["DCAM_FOLDER"] + "/libdcamapi.so")
        init = (ctypes.c_int32 * 8)(32)
        print(library.dcamapi_init(init) & 0xffffffff, init[1], flush=True)
        sys.stdin.readline()
    """
    holder = subprocess.Popen([sys.executable, "-c", textwrap.dedent(program)], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True, env={**os.environ, "DCAM_FOLDER": str(library)})
    try:
        assert holder.stdout.readline() == "1 3\n"
        second = subprocess.run([sys.executable, "-c", textwrap.dedent(program)], input="\n", capture_output=True,
                                text=True, env={**os.environ, "DCAM_FOLDER": str(library)}, timeout=60)
        assert second.stdout == "%d 0\n" % 0x80000206
    finally:
        holder.communicate("\n")
