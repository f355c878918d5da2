"""What images are like: their turns, sizes, pixels and times."""
import itertools
import time

import numpy
import pytest
from microscope import Binning, ROI

from receivers import Listener

TURNS = list(itertools.product([False, True], repeat=3))


@pytest.fixture
def camera(make):
    """A small camera that is wider than high, and takes no time."""
    return make("simulated-camera", sensor_shape=[64, 48], realistic_timing=False)


def snap(camera):
    """An image, as who grabs it gets it."""
    image, _ = camera.grab_next_data()
    assert type(image) is numpy.ndarray and image.flags.writeable and image.flags.c_contiguous
    return image


def turned(image, left_right, up_down, rotate):
    """What python-microscope makes of an image: first the quarter turn, then the flips."""
    image = numpy.rot90(image) if rotate else image
    image = numpy.flipud(image) if up_down else image
    return numpy.fliplr(image) if left_right else image


@pytest.mark.parametrize("shape", [(64, 48), (33, 7), (1, 5)], ids=str)
def test_transforms(make, shape):
    """All eight transforms are numpy's, pixel by pixel, however the image reaches the client."""
    camera = make("prebuilt-camera", sensor_shape=shape, ring=1)

    def first():
        camera.disable()
        camera.enable()
        return snap(camera)

    plain = first()
    assert plain.shape == shape[::-1]
    with Listener() as listener:
        for turn in TURNS:
            camera.set_transform(turn)
            assert camera.get_transform() == turn
            assert numpy.array_equal(first(), turned(plain, *turn)), turn
            camera.disable()
            camera.set_client(listener.uri)
            camera.enable()
            camera.trigger()
            assert numpy.array_equal(listener.next()[0], turned(plain, *turn)), turn
            camera.set_client(None)
            assert camera.get_sensor_shape() == (shape[::-1] if turn[2] else shape)


@pytest.mark.parametrize("rotate", [False, True])
@pytest.mark.parametrize("binning", [(1, 1), (2, 1), (3, 4)], ids=str)
@pytest.mark.parametrize("roi", [(0, 0, 48, 48), (5, 3, 20, 30), (1, 2, 7, 4)], ids=str)
def test_size_of_images(camera, roi, binning, rotate):
    """Images have the size that ROI and binning tell, as Cockpit works it out, with and without a quarter turn."""
    camera.set_transform((False, False, rotate))
    camera.enable()
    assert camera.set_roi(roi) is True and camera.set_binning(binning) is True
    assert camera.get_roi() == ROI(*roi) and camera.get_binning() == Binning(*binning)
    assert snap(camera).shape == (roi[3] // binning[1], roi[2] // binning[0])
    # The sensor did not turn: what was asked for across is along its rows afterwards.
    camera.set_transform((False, False, not rotate))
    assert camera.get_roi() == ROI(roi[1], roi[0], roi[3], roi[2]) and camera.get_binning() == Binning(*binning[::-1])
    assert snap(camera).shape == (roi[2] // binning[0], roi[3] // binning[1])


@pytest.mark.parametrize("roi", [(0, 0, 65, 48), (0, 0, 64, 49), (-1, 0, 8, 8), (64, 0, 1, 1), (60, 0, 5, 5), (0, 0, -3, 3), (2**62, 0, 2**62, 1)])
def test_roi_off_the_sensor(camera, roi):
    """A rectangle that does not lie on the sensor is refused, and the one before stays."""
    camera.set_roi((1, 2, 30, 20))
    with pytest.raises(ValueError, match="does not fit the sensor of 64x48"):
        camera.set_roi(roi)
    assert camera.get_roi() == ROI(1, 2, 30, 20)


@pytest.mark.parametrize("binning", [(0, 1), (1, -1), (65, 1), (1, 49)])
def test_binning_that_leaves_nothing(camera, binning):
    """A binning that makes no sense is refused, and the one before stays."""
    camera.set_binning((2, 2))
    with pytest.raises(ValueError, match="binning"):
        camera.set_binning(binning)
    assert camera.get_binning() == Binning(2, 2)


@pytest.mark.parametrize("wrong", [None, 3, "full", (1, 2, 3, "4"), {}])
def test_what_is_no_roi(camera, wrong):
    """What is no rectangle at all is an error of types."""
    with pytest.raises(TypeError):
        camera.set_roi(wrong)


@pytest.mark.parametrize("wrong", [(), (1, 2, 3), [1, 2, 3, 4, 5]])
def test_roi_of_other_lengths(camera, wrong):
    """As a tuple that cannot be unpacked."""
    with pytest.raises(ValueError, match="expected 4 values"):
        camera.set_roi(wrong)


def test_roi_through_the_setting(camera):
    """The setting `roi` and the methods are two ways to one thing."""
    camera.set_setting("roi", (4, 4, 8, 8))
    assert camera.get_roi() == ROI(4, 4, 8, 8)
    assert camera.update_settings({"roi": ROI(0, 0, 10, 12)}) == {"roi": ROI(0, 0, 10, 12)}
    camera.enable()
    assert snap(camera).shape == (12, 10)


def test_changes_while_images_come(camera):
    """ROI, binning and pixels can be changed while the camera is enabled, which stays so."""
    camera.enable()
    for roi, kind, dtype in (((0, 0, 8, 8), 0, "u1"), ((0, 0, 64, 4), 1, "<u2"), ((2, 2, 40, 40), 2, "<f8")):
        camera.set_roi(roi)
        camera.set_setting("image data type", kind)
        image = snap(camera)
        assert image.shape == (roi[3], roi[2]) and image.dtype == numpy.dtype(dtype)
        assert camera.get_is_enabled() is True


@pytest.mark.parametrize("kind, dtype, top", [(0, "u1", 255), (1, "<u2", 65535), (2, "<f8", 1.0)])
def test_patterns(camera, kind, dtype, top):
    """Each pattern in each type of pixel looks like what it is called."""
    camera.set_setting("image data type", kind)
    camera.set_setting("display image number", False)
    camera.enable()
    images = {}
    for key, label in camera.describe_setting("image pattern")["values"]:
        camera.set_setting("image pattern", key)
        images[label] = snap(camera)
        assert images[label].dtype == numpy.dtype(dtype) and images[label].shape == (48, 64)
    assert (images["black"] == 0).all()
    assert (images["white"] == top).all()
    assert len(numpy.unique(images["noise"])) > 20
    gradient = images["gradient"].astype(float)
    # From the top left to the bottom right; a few values may have wrapped in 8 bits.
    assert gradient[0, 0] < gradient[24, 32] and numpy.corrcoef(gradient[0], numpy.arange(64))[0, 1] > 0.9
    spot = images["one_gaussian"]
    assert (spot == spot[0, 0]).sum() > 0.5 * spot.size
    assert len(numpy.unique(images["sawtooth"])) > 5


def test_number_in_the_corner(camera):
    """The image number stands in the top left corner, and small images go without."""
    camera.set_setting("image pattern", 4)
    camera.enable()
    image = snap(camera)
    assert image[:24, :32].any() and not image[24:, 32:].any()
    camera.set_roi((0, 0, 3, 2))
    assert snap(camera).shape == (2, 3)


def test_exposure_time(make):
    """An image takes its exposure and read-out, and triggers that come too early wait for their turn."""
    camera = make("simulated-camera", sensor_shape=[64, 48], readout_time=0.1)
    camera.set_exposure_time(0.2)
    assert camera.get_exposure_time() == 0.2 and camera.get_cycle_time() == pytest.approx(0.3)
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        begin, clock = time.time(), time.monotonic()
        for _ in range(3):
            camera.trigger()
        assert time.monotonic() - clock < 0.2, "a trigger waited for the image"
        times = [timestamp for _, timestamp in listener.take(3)]
    assert time.monotonic() - clock >= 0.9
    # The time of an image is when its light ended.
    assert 0.2 <= times[0] - begin < 0.3
    assert numpy.diff(times) == pytest.approx([0.3, 0.3], abs=0.05)


@pytest.mark.parametrize("wrong", [-1.0, float("nan"), float("inf")])
def test_exposure_times_that_make_no_sense(camera, wrong):
    """A time that is none is refused."""
    with pytest.raises(ValueError, match="exposure time|must be finite"):
        camera.set_exposure_time(wrong)
    assert camera.get_exposure_time() == 0.1


def test_abort(make):
    """What was triggered and is not there yet is given up."""
    camera = make("simulated-camera", sensor_shape=[64, 48])
    camera.set_exposure_time(0.3)
    with Listener() as listener:
        camera.set_client(listener.uri)
        camera.enable()
        for _ in range(3):
            camera.trigger()
        camera.abort()
        camera.enable()
        camera.set_exposure_time(0)
        camera.trigger()
        _, timestamp = listener.next()
        assert listener.arrived.empty() and abs(time.time() - timestamp) < 0.3
