"""Clients that do not use pickle: all but images can be had in text as well."""
import numpy
import Pyro4
import pytest

TEXT = ["serpent", "json"]


@pytest.fixture(params=TEXT + ["msgpack", "marshal"])
def served(request, make, connect):
    """Makes a device and reaches it by a serializer."""
    def one(driver, **conf):
        return connect(make(driver, **conf)._pyroUri, serializer=request.param)
    return one


def test_camera(served):
    """Numbers, tuples, enums and settings come as what the serializer has for them."""
    camera = served("test-camera", sensor_shape=[64, 48])
    assert list(camera.get_sensor_shape()) == [64, 48]
    assert camera.set_roi((1, 2, 30, 20)) is True
    assert list(camera.get_roi()) == [1, 2, 30, 20]
    camera.set_exposure_time(0.25)
    assert camera.get_exposure_time() == 0.25
    camera.set_trigger(0, 1)
    camera.enable()
    assert camera.get_is_enabled() is True
    assert camera.get_setting("intEnum") == 1
    camera.set_setting("intEnum", 3)
    assert camera.get_setting("intEnum") == 3
    assert camera.get_all_settings()["gain"] == 0
    assert [name for name, _ in camera.describe_settings()][0] == "roi"
    assert camera.update_settings({"gain": 5}) == {"gain": 5}
    camera.disable()


def test_attributes(served):
    """Properties are read and written, for which Pyro4 itself cannot use marshal."""
    wheel = served("simulated-filter-wheel", positions=4)
    if wheel._pyroSerializer == "marshal":
        wheel.set_position(2)
        assert wheel.get_position() == 2
        return
    wheel.position = 2
    assert wheel.position == 2 and wheel.n_positions == 4
    light = served("simulated-light-source")
    light.enable()
    light.power = 0.5
    assert light.power == 0.5 and light.trigger_type == 0 and light.trigger_mode == 2
    light.disable()


def test_errors(served):
    """Exceptions are the same ones, with the server's traceback."""
    camera = served("test-camera", sensor_shape=[64, 48])
    for call, error in [
        (lambda: camera.get_setting("zz"), KeyError),
        (lambda: camera.set_setting("gain", -1), ValueError),
        (lambda: camera.get_setting(), TypeError),
        (lambda: camera._pyroInvoke("zz", (), {}), AttributeError),
    ]:
        with pytest.raises(error):
            call()
        assert "Remote traceback" in "".join(Pyro4.util.getPyroTraceback(error, *error_of(call)[1:]))


def error_of(call):
    try:
        call()
    except Exception as error:
        return type(error), error, error.__traceback__


def test_errors_of_devices(served):
    """The classes of python-microscope's own, which only pickle can name, come as some error with the text."""
    camera = served("simulated-camera", sensor_shape=[64, 48])
    with pytest.raises(Exception, match="Camera not enabled."):
        camera.grab_next_data()


@pytest.mark.parametrize("serializer", TEXT)
def test_axes(make, connect, serializer):
    """Proxies are sent in text as well, and their users go on in it."""
    stage = connect(make("simulated-stage", limits={"x": [0, 10]}, speed=0)._pyroUri, serializer=serializer)
    axis = stage.axes["x"]
    assert type(axis) is Pyro4.Proxy
    with axis:
        axis._pyroSerializer = serializer
        axis.move_to(3)
        assert axis.position == 3 and list(axis.limits) == [0, 10]


def test_arrays_need_pickle(make, connect):
    """Images and patterns cannot be had in text, which is said instead of ending the connection."""
    camera = connect(make("simulated-camera", sensor_shape=[64, 48])._pyroUri, serializer="serpent")
    camera.enable()
    with pytest.raises(Pyro4.errors.PyroError, match="numpy arrays need the pickle serializer"):
        camera.grab_next_data()
    assert camera.get_is_enabled() is True


def test_arrays_of_all_sorts(make):
    """A mirror takes patterns of any type of numbers, in any order in memory."""
    mirror = make("simulated-deformable-mirror", n_actuators=3)
    for pattern in (numpy.array([1, 2, 3], dtype=dtype) for dtype in ("u1", "<i4", ">f4", "<f8")):
        mirror.apply_pattern(pattern)
        assert mirror.get_current_pattern().tolist() == [1, 2, 3]
    mirror.queue_patterns(numpy.asfortranarray([[1, 2, 3], [4, 5, 6]]))
    mirror.next_pattern()
    assert mirror.get_current_pattern().tolist() == [1, 2, 3]
    mirror.apply_pattern(numpy.arange(6)[::2])
    assert mirror.get_current_pattern().tolist() == [0, 2, 4]
