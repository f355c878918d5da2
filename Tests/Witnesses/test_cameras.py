"""Programs by others that take images with the simulated Andor cameras, through the simulated libatcore."""
import ctypes
import gc
import os
import sys
import unittest.mock

import pytest

from conftest import BIN

# As it is built for the tests, and as it is installed.
BUILT = [BIN / "libatcore.so", BIN / "libatcore-simulated" / "libatcore.so"]

MODELS = {"zyla-4.2": "ZYLA-4.2P-USB3", "zyla-5.5": "ZYLA-5.5-CL10", "neo-5.5": "DC-152Q-C00-FI", "sona": "SONA-4BV6U"}


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A folder with the library under each name that a program looks for, and cameras in the order of MODELS."""
    folder = tmp_path_factory.mktemp("andor")
    for name in ("libatcore.so.3", "atcore.dll"):
        (folder / name).symlink_to(next(path for path in BUILT if path.exists()))
    world = folder / "world.conf"
    cameras = "".join(f"camera {model} VSC-0{number}\n" for number, model in enumerate(MODELS, 1))
    world.write_text(f"{cameras}order fixed\npace 0\nstate {folder / 'state'}\n")
    with unittest.mock.patch.dict(os.environ, {"ANDOR_SDK3_SIMULATED_WORLD": str(world)}):
        yield folder


# andor3


@pytest.fixture
def andor3(library, monkeypatch):
    # Beside the loader's own, it looks into the current folder.
    monkeypatch.chdir(library)
    import andor3
    return andor3


@pytest.fixture
def zyla(andor3):
    camera = andor3.Andor3(0)
    yield camera
    camera.stop()
    camera.close()


def take(camera, **changes):
    """One image by a software trigger, and its time."""
    for feature, value in {"CycleMode": "Continuous", "TriggerMode": "Software", **changes}.items():
        camera.set_feature(feature, value, errors="raise")
    camera.queueBuffer(3)
    camera.start()
    camera.command("SoftwareTrigger")
    data = camera.waitBuffer(10_000, copy=True, requeue=True)
    camera.stop()
    return data


def test_andor_features_with_andor3(andor3):
    """All features of each model can be described, with their limits and choices."""
    for index, (model, name) in enumerate(MODELS.items()):
        camera = andor3.Andor3(index)
        assert camera.device_count == len(MODELS) and camera.CameraModel == name
        assert camera.SerialNumber == f"VSC-0{index + 1}"
        described = camera.describe_features()
        for feature in ("ExposureTime: Floating Point (rw)", "AcquisitionStart: Command (-w)", "SensorWidth: Integer (r-)",
                        "TriggerMode: Enumerated (rw)", "BufferOverflowEvent: Event (--)"):
            assert feature in described, model
        camera.close()


def test_andor_images_with_andor3(andor3, zyla):
    """Decoded with and without metadata, of each encoding."""
    zyla.AOIWidth, zyla.AOILeft, zyla.AOIHeight, zyla.AOITop = 512, 101, 256, 51
    assert zyla.AOIStride == 1024
    for gain, encoding in ((0, "Mono12"), (2, "Mono16")):
        image, ticks = zyla.decode_image(
            take(zyla, SimplePreAmpGainControl=gain, PixelEncoding=encoding, MetadataEnable=False))
        assert image.shape == (512, 256) and ticks == 0 and 100 < image.mean() < 4096
        first, second = (
            zyla.decode_image(take(zyla, MetadataEnable=True, MetadataTimestamp=True)) for _ in range(2))
        assert first[0].shape == (512, 256) and 0 < first[1] < second[1]
    # `decode_image` of andor3 0.3.5 takes half as much again as the bytes of a packed row for its pixels, where it is two
    # thirds; its `unpack_uint12` alone is right.
    packed = take(zyla, SimplePreAmpGainControl=0, PixelEncoding="Mono12Packed", MetadataEnable=False)
    assert zyla.AOIStride == 768 and len(packed) == 768 * 256
    pixels = andor3.unpack_uint12(packed)
    assert pixels.shape == (512 * 256,) and 100 < pixels.mean() < 4096


def test_andor_areas_with_andor3(zyla):
    """Width, left, height, top, as Andor's own adapter orders them: a wider area moves to the left."""
    zyla.AOIWidth, zyla.AOILeft, zyla.AOIHeight, zyla.AOITop = 512, 769, 256, 1001
    assert (zyla.max("AOILeft"), zyla.max("AOITop")) == (1537, 1793)
    zyla.set_feature("AOIWidth", 2048, errors="raise")
    assert (zyla.AOIWidth, zyla.AOILeft) == (2048, 1)
    zyla.set_feature("AOIHeight", 1500, errors="raise")
    assert zyla.AOIHeight == 1500 and zyla.AOITop <= 549


def test_andor_triggers_with_andor3(andor3, zyla):
    """A frame for each software trigger, none without, and a fixed number from the internal one."""
    zyla.AOIWidth, zyla.AOIHeight = 64, 32
    with pytest.raises(andor3.AndorError, match="NOTWRITABLE"):
        zyla.command("SoftwareTrigger")
    zyla.CycleMode, zyla.TriggerMode = "Continuous", "Software"
    zyla.queueBuffer(3)
    zyla.start()
    with pytest.raises(andor3.AndorError) as none:
        zyla.waitBuffer(20)
    assert none.value.args[0] == 13  # AT_ERR_TIMEDOUT
    zyla.stop()
    zyla.set_feature("TriggerMode", "Internal", errors="raise")
    zyla.set_feature("CycleMode", "Fixed", errors="raise")
    zyla.set_feature("FrameCount", 3, errors="raise")
    zyla.queueBuffer(5)
    zyla.start()
    assert [zyla.waitBuffer(10_000).size for _ in range(3)] == [zyla.ImageSizeBytes] * 3
    with pytest.raises(andor3.AndorError):
        zyla.waitBuffer(20)


def test_andor_callbacks_with_andor3(zyla):
    """At once when registered, at each change, and no more when unregistered; events can be registered, too."""
    seen = []

    def changed():
        seen.append(zyla.ExposureTime)

    zyla.ExposureTime = 0.01
    zyla.registerFeatureCallback("ExposureTime", changed)
    assert seen == [0.01]
    zyla.ExposureTime = 0.02
    assert seen[-1] == 0.02
    zyla.unregisterFeatureCallback("ExposureTime", changed)
    before = len(seen)
    zyla.ExposureTime = 0.01
    assert len(seen) == before
    zyla.registerFeatureCallback("BufferOverflowEvent", changed)
    zyla.unregisterFeatureCallback("BufferOverflowEvent", changed)


def test_andor_errors_with_andor3(andor3, zyla):
    for act, code in [
        (lambda: zyla.setInt("AOIWidth", 5000), 6), (lambda: zyla.setFloat("ExposureTime", 1e9), 6),
        (lambda: zyla.getInt("Nope"), 2), (lambda: zyla.setString("SerialNumber", "x"), 3),
    ]:
        with pytest.raises(andor3.AndorError) as refused:
            act()
        assert refused.value.args[0] == code


def test_an_absent_andor_camera_with_andor3(andor3):
    with pytest.raises(andor3.AndorError, match="DEVICENOTFOUND") as refused:
        andor3.Andor3(7)
    # The object that could not be made ends the library once more when it goes, which has to be before the next test.
    del refused
    gc.collect()


# pylablib


@pytest.fixture
def pylablib_andor(library, monkeypatch):
    """pylablib's driver, which knows the library on Windows only."""
    sys.modules.setdefault("numba", unittest.mock.MagicMock())
    loader = unittest.mock.Mock()
    loader.LoadLibrary = lambda name: ctypes.CDLL(str(library / os.path.basename(name)))
    monkeypatch.setattr(ctypes, "windll", loader, raising=False)
    monkeypatch.setattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE, raising=False)
    import pylablib
    from pylablib.devices import Andor
    pylablib.par["devices/dlls/andor_sdk3"] = str(library)
    return Andor


@pytest.mark.parametrize("index, model", list(enumerate(MODELS)))
def test_andor_with_pylablib(pylablib_andor, index, model):
    """Opens each model, and takes images by both triggers; it registers a callback for the overflow of buffers."""
    assert pylablib_andor.get_cameras_number_SDK3() == len(MODELS)
    camera = pylablib_andor.AndorSDK3Camera(index)
    try:
        assert camera.get_device_info().camera_model == MODELS[model]
        width, height = camera.get_detector_size()
        camera.set_exposure(0.01)
        assert camera.get_exposure() == pytest.approx(0.01, rel=0.01)
        if model != "neo-5.5":  # which has fixed areas only
            camera.set_roi(100, 612, 200, 712)
            assert camera.get_roi()[:4] == (100, 612, 200, 712)
            width = height = 512
        camera.set_trigger_mode("software")
        camera.setup_acquisition(mode="sequence", nframes=10)
        camera.start_acquisition()
        camera.call_command("SoftwareTrigger")
        camera.wait_for_frame()
        assert camera.read_oldest_image().shape == (height, width)
        camera.stop_acquisition()
        camera.set_trigger_mode("int")
        assert [image.shape for image in camera.grab(3)] == [(height, width)] * 3
    finally:
        camera.close()
