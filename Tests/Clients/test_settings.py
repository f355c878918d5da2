"""Settings: what clients may set, and how several are set at once."""
import numpy
import pytest


@pytest.fixture
def camera(make):
    """A camera with a setting of each kind of choice."""
    return make("test-camera", sensor_shape=[64, 48])


def test_describe_settings(camera):
    """Descriptions come as a list of pairs, in the order of the device."""
    described = camera.describe_settings()
    assert type(described) is list and all(type(pair) is tuple for pair in described)
    assert [name for name, _ in described] == [
        "roi", "image pattern", "image data type", "display image number", "a_setting", "_error_percent", "gain",
        "intEnum", "dictEnum", "listEnum", "tupleEnum"]
    descriptions = dict(described)
    assert descriptions["gain"] == {"type": "int", "values": (0, 8192), "readonly": False, "cached": False}
    assert descriptions["roi"] == {"type": "tuple", "values": None, "readonly": False, "cached": False}
    assert descriptions["display image number"]["type"] == "bool"
    letters = [(1, "A"), (2, "B"), (3, "C"), (4, "D")]
    assert descriptions["intEnum"] == {"type": "enum", "values": letters, "readonly": False, "cached": False}
    assert descriptions["dictEnum"]["values"] == [(0, "A"), (8, "B"), (13, "C"), (22, "D")]


@pytest.mark.parametrize("name, value", [
    ("gain", 8192), ("gain", numpy.int32(5)), ("display image number", False), ("intEnum", 4), ("dictEnum", 22),
    ("listEnum", 2), ("roi", (0, 0, 8, 8)), ("a_setting", 100),
])
def test_set_and_get(camera, name, value):
    """What was set is what is read."""
    assert camera.set_setting(name, value) is None
    assert camera.get_setting(name) == value
    assert camera.get_all_settings()[name] == value


@pytest.mark.parametrize("name, value, error", [
    ("gain", -1, ValueError), ("gain", 8193, ValueError), ("gain", 2**70, ValueError), ("gain", "high", TypeError),
    ("gain", None, TypeError), ("gain", 1.5, TypeError), ("a_setting", 0, ValueError),
    ("display image number", "yes", TypeError), ("intEnum", 99, ValueError), ("intEnum", "A", ValueError),
    ("dictEnum", 1, ValueError), ("listEnum", 4, ValueError), ("roi", (0, 0, 1000, 8), ValueError), ("roi", 3, TypeError),
    ("no such", 1, KeyError),
])
def test_values_that_are_refused(camera, name, value, error):
    """A value that does not fit is refused with an error that names the setting, and changes nothing."""
    before = camera.get_all_settings()
    with pytest.raises(error, match=name if name != "roi" else None):
        camera.set_setting(name, value)
    assert camera.get_all_settings() == before


def test_unknown_names(camera):
    """A name that the device does not have is a KeyError of that name."""
    for call in (camera.get_setting, camera.describe_setting):
        with pytest.raises(KeyError) as error:
            call("no such")
        assert error.value.args == ("no such",)


def test_nobody_adds_settings(camera):
    """add_setting is there, since clients find it in the metadata, and refuses."""
    with pytest.raises(NotImplementedError):
        camera.add_setting("x", "int", None, None, (0, 1))


def test_update_settings(camera):
    """Sets what differs, passes over what it does not know, and returns what it has set as it then is."""
    assert camera.update_settings({"gain": 12, "listEnum": 0, "no such": 1}) == {"gain": 12}
    assert camera.update_settings({"gain": 12}) == {}
    assert camera.update_settings(incoming={"gain": 13}) == {"gain": 13}
    assert camera.update_settings({}) == {}


def test_update_settings_has_an_order(camera):
    """Settings are set in the order of the device, whatever that of the dictionary."""
    for incoming in ({"_error_percent": 50, "a_setting": 7}, {"a_setting": 8, "_error_percent": 60}):
        # The error rate, which comes later, also changes a_setting.
        expected = incoming["_error_percent"]
        result = camera.update_settings(incoming)
        assert result == {"a_setting": expected // 10, "_error_percent": expected}
        assert list(result) == ["a_setting", "_error_percent"]


@pytest.mark.parametrize("wrong", [{"gain": -5}, {"intEnum": 99}, {"roi": (0, 0, 1000, 1000)}])
def test_update_settings_is_all_or_nothing(camera, wrong):
    """With one value that does not fit, nothing is set."""
    before = camera.get_all_settings()
    with pytest.raises(ValueError):
        camera.update_settings({"image pattern": 3, "dictEnum": 13, "tupleEnum": 1, **wrong})
    assert camera.get_all_settings() == before


def test_update_settings_from_the_beginning(camera):
    """With init=True there must be a value for every setting."""
    values = camera.get_all_settings()
    # The simulated camera starts with a value outside of the limits that it tells of.
    values["a_setting"] = 1
    assert list(camera.update_settings({**values, "gain": 3, "unknown": 1}, init=True)) == list(values)
    assert camera.get_setting("gain") == 3
    del values["roi"], values["gain"]
    with pytest.raises(Exception, match="update_settings init=True but missing keys: roi, gain") as error:
        camera.update_settings(values, True)
    assert error.type is Exception
    with pytest.raises(TypeError):
        camera.update_settings([("gain", 3)])


def test_settings_of_a_device_that_has_none(make):
    """Such a device has the methods as well, as clients expect of all."""
    wheel = make("simulated-filter-wheel", positions=3)
    assert wheel.get_all_settings() == {} and wheel.describe_settings() == [] and wheel.update_settings({"a": 1}) == {}


def test_settings_while_images_come(camera):
    """Setting something does not end the acquisition, also when it fails."""
    camera.set_exposure_time(0)
    camera.enable()
    camera.set_setting("gain", 5)
    with pytest.raises(ValueError):
        camera.set_setting("gain", -5)
    with pytest.raises(ValueError):
        camera.update_settings({"gain": 6, "intEnum": 99})
    assert camera.grab_next_data()[0].shape == (48, 64)
