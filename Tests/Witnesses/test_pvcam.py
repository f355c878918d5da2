"""pylablib's own wrapper of PVCAM, on the simulated library."""
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
    built = [BIN / "libpvcam.so", BIN / "libpvcam-simulated" / "libpvcam.so"]
    found = next((path for path in built if path.exists()), None)
    assert found, "the simulated library has not been built"
    folder = tmp_path / "pvcam"
    folder.mkdir()
    shutil.copy(found, folder / "pvcam64.dll")
    (folder / "cameras.conf").write_text(
        "pace 0\norder fixed\nstate %s\ncamera prime-bsi A21B204001\ncamera kinetix A21B204002\n"
        "camera evolve-512 A21B204003\n" % folder)
    return folder


# The wrapper is for Windows: it loads libraries of that system's convention, and has numba compile its loops, which is
# not installed here. Its loops run as they are written instead.
PYLABLIB = """
    import ctypes, os, sys, types
    ctypes.windll, ctypes.WINFUNCTYPE = ctypes.cdll, ctypes.CFUNCTYPE
    import numpy
    import pylablib
    class Type:
        def __init__(self, code=None): self.dtype = code and numpy.dtype(code)
        def __getattr__(self, name):
            if name.startswith("__"): raise AttributeError(name)
            return Type()
        def __getitem__(self, _): return self
        def __call__(self, *values, **_): return values[0] if len(values) == 1 and isinstance(values[0], int) else self
    def njit(*arguments, **_):
        function = arguments[0] if arguments else None
        return function if isinstance(function, types.FunctionType) else lambda function: function
    numba = types.ModuleType("numba")
    numba.njit = numba.jit = njit
    numba.prange = range
    for code in ("u1", "u2", "u4", "u8", "i1", "i2", "i4", "i8", "f4", "f8"): setattr(numba, code, Type(code))
    numba.__getattr__ = lambda name: Type()
    sys.modules["numba"] = numba
    from pylablib.core.utils import nbtools
    # Compiled, these are wide enough for what they shift.
    for size in (1, 2, 4, 8):
        setattr(nbtools, "au%d" % size,
                lambda bytes_, offset, size=size: int.from_bytes(bytes_[offset:offset + size].tobytes(), "little"))
    pylablib.par["devices/dlls/pvcam"] = os.environ["PVCAM_FOLDER"]
    from pylablib.devices import Photometrics
    light = lambda column, row: 100 + (column + 13 * row) % 1024
"""


def run(folder, program):
    """Runs a program in a process of its own: the library is initialised once in each."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PYLABLIB) + textwrap.dedent(program)],
        capture_output=True, text=True, timeout=120,
        env={**os.environ, "PVCAM_FOLDER": str(folder), "PVCAM_UMD_PATH": str(folder), "PVCAM_VERSION": "3.10.2.5"})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_pylablib_finds_the_cameras_and_their_modes(library):
    output = run(library, """
    assert Photometrics.list_cameras() == ["pvcamUSB_0", "pvcamPCIE_0", "pvcamUSB_1"]
    for name in Photometrics.list_cameras()[:2]:
        camera = Photometrics.PvcamCamera(name)
        info = camera.get_device_info()
        print(info.vendor, info.product, info.serial, camera.get_detector_size())
        for mode in camera.get_all_readout_modes():
            print(mode.port_name, mode.speed_idx, mode.speed_freq / 1e6, mode.gain_idx, mode.gain_name)
        camera.close()
    """)
    assert output.splitlines() == [
        "Photometrics Prime BSI A21B204001 (2048, 2048)",
        "CMOS 0 200.0 1 Full Well", "CMOS 0 200.0 2 Balanced", "CMOS 0 200.0 3 Sensitivity",
        "CMOS 1 100.0 1 HDR", "CMOS 1 100.0 2 CMS",
        "Photometrics Kinetix A21B204002 (3200, 3200)",
        "Sensitivity 0 100.0 1 Sensitivity", "Speed 0 200.0 1 Speed", "Dynamic Range 0 100.0 1 Dynamic Range",
        "Sub-Electron 0 100.0 1 Sub-Electron"]


def test_pylablib_agrees_in_areas_and_images(library):
    run(library, """
    for name in Photometrics.list_cameras()[:2]:
        camera = Photometrics.PvcamCamera(name)
        # What the Kinetix refuses is rounded until it is possible.
        step = 4 if "PCIE" in name else 1
        assert camera.set_roi(33, 97, 49, 81) == (33 // step * step, (97 + step - 1) // step * step,
                                                  49 // step * step, (81 + step - 1) // step * step, 1, 1)
        assert camera.set_roi(32, 96, 48, 80) == (32, 96, 48, 80, 1, 1)
        camera.set_exposure(0.002)
        assert abs(camera.get_exposure() - 0.002) < 2e-6
        for metadata in (False, True):
            camera.enable_metadata(metadata)
            images, infos = camera.grab(5, return_info=True)
            assert [int(image[0, 0]) for image in images] == [0, 1, 2, 3, 4]
            for image in images:
                assert image.shape == (32, 64)
                assert all(image[y, x] == light(32 + x, 48 + y) for y in range(1, 32) for x in range(64))
            if metadata:
                assert [info.framestamp for info in infos] == [1, 2, 3, 4, 5]
                assert all(abs(info.exposure_ns - 2e6) < 2e3 for info in infos)
                assert all(info.timestamp_end_ns - info.timestamp_start_ns >= 2e6 - 2e4 for info in infos)
        camera.set_roi(0, 64, 0, 64, 2, 2)
        assert camera.grab(1)[0].shape == (32, 32)
        camera.close()
    """)


def test_pylablib_sends_software_triggers(library):
    run(library, """
    from pylablib.devices.Photometrics.pvcam_lib import wlib
    camera = Photometrics.PvcamCamera("pvcamUSB_0")
    camera.set_roi(0, 64, 0, 64)
    camera.set_exposure(0.002)
    camera.set_trigger_mode("e_soft_edge", "any_row")
    assert camera.get_trigger_mode() == ("e_soft_edge", "any_row")
    camera.setup_acquisition(nframes=10)
    camera.start_acquisition()
    for number in range(25):
        # Its own method leaves out an argument.
        assert wlib.pl_exp_trigger(camera.handle, 0) == 0
        camera.wait_for_frame()
        assert camera.read_oldest_image()[0, 0] == number
    camera.stop_acquisition()
    camera.close()
    """)


def test_pylablib_gets_the_codes(library):
    output = run(library, """
    from pylablib.devices.Photometrics.pvcam_lib import PvcamLibError, wlib
    camera = Photometrics.PvcamCamera("pvcamUSB_0")
    def code(call, *arguments):
        try: call(*arguments)
        except PvcamLibError as error: return error.code
    print(code(wlib.pl_exp_setup_cont, camera.handle, [(0, 4000, 1, 0, 3, 1)], 0x700, 10, 1))
    print(code(wlib.pl_exp_setup_cont, camera.handle, [(0, 63, 3, 0, 63, 3)], 0x700, 10, 1))
    print(code(wlib.pl_exp_setup_cont, camera.handle, [(0, 63, 1, 0, 63, 1)], 0, 10, 1))
    print(code(wlib.pl_cam_open, "pvcamUSB_0", 0), code(wlib.pl_cam_open, "pvcamUSB_9", 0))
    camera.setup_acquisition(nframes=4)
    camera.start_acquisition()
    print(code(wlib.set_param, camera.handle, 0x01020200, 1), code(wlib.pl_pvcam_init))
    camera.close()
    """)
    assert output.split() == ["181", "182", "183", "178", "176", "156", "158"]
