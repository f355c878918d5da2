"""Members, results and errors as python-microscope has them, compared with its own objects call by call."""
import traceback

import numpy
import Pyro4
import pytest
from microscope import Binning, ROI, TriggerMode, TriggerType
from microscope.clients import Client

from twins import TWINS

# Their simulated controller never runs the constructor of Device, and so fails in all that concerns settings.
NO_SETTINGS = {"Controller"}
# The executor is a data device here, which adds these three. Lights can be handed to the server.
ADDED_METHODS = {
    "DSP": {"abort", "grab_next_data", "receiveData"}, "Laser": {"keep_on"}, "Lamp": {"keep_on"},
    "Camera": {"get_pending_exposures"}, "TestCamera": {"get_pending_exposures"}}
# By which clients lock a device; see docs/safety.md.
LOCKS = {"lock", "unlock", "lock_owner"}
# By which clients subscribe to the data of each device that sends any; see docs/frames-wire.md.
FRAMES = {"frames_offer", "frames_subscribe"}


@pytest.mark.parametrize("name", TWINS)
def test_metadata(simulated, connect, name):
    """Clients see the methods and attributes of python-microscope's class; and `enabled`, which it keeps to itself."""
    theirs = Pyro4.util.get_exposed_members(TWINS[name](), only_exposed=False)
    ours = connect(simulated[name])
    ours._pyroBind()
    frames = FRAMES if "set_client" in ours._pyroMethods else set()
    assert ours._pyroMethods == theirs["methods"] | LOCKS | frames | ADDED_METHODS.get(name, set())
    assert ours._pyroAttrs == theirs["attrs"] | {"enabled"}
    assert ours._pyroOneway == set()


@pytest.mark.parametrize("name", TWINS)
def test_client_has_every_member(simulated, name):
    """microscope.clients.Client, which reads every attribute when it is made, can be made."""
    client = Client(simulated[name])
    assert client.get_is_enabled() is client.enabled
    assert vars(client).keys() >= client._proxy._pyroMethods | client._proxy._pyroAttrs
    client._proxy._pyroRelease()


@pytest.mark.parametrize("name", sorted(set(TWINS) - NO_SETTINGS))
def test_settings(simulated, connect, name):
    """Settings are described in the same words, order and types, and have the same values at first."""
    ours, theirs = connect(simulated[name]), TWINS[name]()
    assert typed(ours.describe_settings()) == typed(theirs.describe_settings())
    assert typed(ours.get_all_settings()) == typed(theirs.get_all_settings())
    for setting, _ in theirs.describe_settings():
        assert typed(ours.describe_setting(setting)) == typed(theirs.describe_setting(setting))
        assert typed(ours.get_setting(setting)) == typed(theirs.get_setting(setting))


def get(name):
    return lambda device: getattr(device, name)


def put(name, value):
    return lambda device: setattr(device, name, value)


def call(name, *args, **kwargs):
    return lambda device: getattr(device, name)(*args, **kwargs)


def axis(name, step):
    return lambda device: step(device.axes[name])


def part(name, step):
    return lambda device: step(device.devices[name])


EVERY_DEVICE = [
    call("get_setting", "no such"), call("set_setting", "no such", 1), call("describe_setting", "no such"),
    call("get_setting", None), call("set_setting", 5, 1), call("describe_setting", (1.5, "x")),
    call("get_setting", ["no such"]), call("get_setting", {}),
    call("initialize"), call("enable"), call("get_is_enabled"), call("disable"), call("get_is_enabled"),
]
CAMERA = EVERY_DEVICE + [
    get("trigger_type"), get("trigger_mode"),
    call("set_trigger", TriggerType.SOFTWARE, TriggerMode.ONCE),
    call("set_trigger", TriggerType.HIGH, TriggerMode.ONCE),
    call("set_trigger", TriggerType.SOFTWARE, TriggerMode.BULB),
    call("get_sensor_shape"), call("get_exposure_time"), call("get_cycle_time"),
    call("set_exposure_time", 0.25), call("get_exposure_time"), call("get_cycle_time"),
    call("get_transform"), call("set_transform", (True, False, True)), call("get_transform"),
    call("get_sensor_shape"), call("get_binning"), call("get_roi"), call("set_transform", (False, False, False)),
    call("grab_next_data"),
    call("set_setting", "gain", 12), call("get_setting", "gain"),
    call("set_setting", "image data type", 2), call("get_setting", "image data type"),
    call("set_setting", "display image number", False), call("get_setting", "display image number"),
    call("set_setting", "_error_percent", 40), call("get_setting", "a_setting"),
]
LIGHT = EVERY_DEVICE + [
    get("power"), call("get_set_power"), call("get_is_on"), get("trigger_type"), get("trigger_mode"),
    put("power", 0.25), get("power"), call("get_set_power"),
    call("enable"), get("power"), call("get_is_on"), call("get_status"), put("power", 2), get("power"),
    put("power", -1), get("power"), call("trigger"),
    call("set_trigger", TriggerType.SOFTWARE, TriggerMode.BULB),
    call("set_trigger", TriggerType.HIGH, TriggerMode.BULB),
    call("set_trigger", TriggerType.SOFTWARE, TriggerMode.ONCE),
    call("disable"), get("power"), call("get_set_power"), call("get_is_on"),
]
WHEEL = EVERY_DEVICE + [
    get("n_positions"), call("get_num_positions"), get("position"), call("get_position"),
    put("position", 2), get("position"), call("set_position", 3), call("get_position"), put("position", 0),
    put("position", -1), put("position", 99), call("set_position", 99),
]
STEPS = {
    "Camera": CAMERA,
    "TestCamera": CAMERA + [
        call("set_setting", "intEnum", 3), call("get_setting", "intEnum"), call("get_all_settings"),
        call("set_setting", "dictEnum", 13), call("get_setting", "dictEnum"),
    ],
    "Laser": LIGHT, "Lamp": LIGHT,
    "Wheel": WHEEL, "EmissionWheel": WHEEL,
    "Stage": EVERY_DEVICE + [
        call("may_move_on_enable"), get("position"), get("limits"),
        call("move_to", {"x": 12000.0, "z": 10.5}), get("position"), call("move_by", {"z": -600.0}), get("position"),
        call("move_to", {"y": 1e300}), get("position"), call("move_to", {"q": 1.0}),
        axis("x", get("position")), axis("x", get("limits")), axis("z", call("move_by", 3.0)),
        axis("z", call("move_to", 1e9)), axis("z", get("position")), get("position"),
    ],
    "Mirror": EVERY_DEVICE + [
        get("n_actuators"), call("apply_pattern", numpy.full(97, 0.25)),
        call("get_current_pattern"), call("apply_pattern", numpy.zeros(96)),
        call("apply_pattern", numpy.zeros((2, 1, 97))), call("next_pattern"), call("trigger"),
        call("queue_patterns", numpy.arange(194.0).reshape(2, 97)), call("next_pattern"),
        call("get_current_pattern"), call("trigger"), call("get_current_pattern"),
        call("queue_patterns", numpy.zeros((2, 98))), get("trigger_type"), get("trigger_mode"),
        call("set_trigger", TriggerType.RISING_EDGE, TriggerMode.ONCE),
    ],
    "Lines": EVERY_DEVICE + [
        call("get_num_lines"), call("get_all_IO_state"), call("get_IO_state", 1), call("set_IO_state", 1, False),
        call("get_IO_state", 1), call("set_all_IO_state", [True] * 8), call("get_all_IO_state"),
        call("write_all_lines", [True, False] * 4), call("read_all_lines"), call("write_line", 2, False),
        call("read_line", 2), call("read_all_lines"), call("write_all_lines", ouput_array=[True] * 8),
        call("read_all_lines"),
    ],
    "Thermometer": EVERY_DEVICE + [call("get_num_sensors")],
    "Controller": [
        part("laser", call("get_is_on")), part("laser", call("enable")), part("laser", put("power", 0.5)),
        part("laser", get("power")), part("laser", call("disable")), part("wheel", get("n_positions")),
        part("wheel", put("position", 3)), part("wheel", get("position")), part("wheel", put("position", 4)),
        part("wheel", put("position", 0)),
    ],
    "DSP": EVERY_DEVICE + [
        call("ReadDigital"), call("WriteDigital", 5), call("ReadDigital"), call("ReadPosition", 1),
        call("MoveAbsolute", 1, 200), call("ReadPosition", 1), call("MoveAbsolute", 1, 0.5), call("ReadPosition", 1),
        call("Abort"), call("InitProfile", 3), call("arcl", 1, [(1, 2)]), call("trigCollect", wait=True),
    ],
    "SLM": EVERY_DEVICE + [
        call("run"), call("get_is_enabled"), call("stop"), call("get_is_enabled"),
        call("set_sim_diffraction_angle", 12.5), call("get_sim_diffraction_angle"), call("get_sim_sequence"),
        call("set_sim_sequence", [(1, 2.5, 3)]), call("get_sim_sequence"), call("get_sequence_index"),
    ],
}


@pytest.mark.parametrize("name", STEPS)
def test_calls(simulated, connect, name):
    """Each call in turn gives the same result, in value and types, or the same exception."""
    ours, theirs = connect(simulated[name]), TWINS[name]()
    for number, step in enumerate(STEPS[name]):
        assert outcome(step, ours) == outcome(step, theirs), "step %d of %s" % (number, name)


def test_binning_and_roi(simulated, connect):
    """What is set is what is got, as named tuples, whatever sequence it came as; and setting says that it worked."""
    camera = connect(simulated["Camera"])
    for value in (ROI(10, 20, 100, 50), (10, 20, 100, 50), [10, 20, 100, 50]):
        assert camera.set_roi(value) is True
        assert typed(camera.get_roi()) == typed(ROI(10, 20, 100, 50))
        assert typed(camera.get_setting("roi")) == typed(ROI(10, 20, 100, 50))
    for value in (Binning(2, 4), (2, 4), [2, 4]):
        assert camera.set_binning(value) is True
        assert typed(camera.get_binning()) == typed(Binning(2, 4))
    camera.set_binning((1, 1))
    for value in ((0, 0, 0, 0), (0, 0, None, None)):
        assert camera.set_roi(value) is True
        assert typed(camera.get_roi()) == typed(ROI(0, 0, 2048, 2048))


@pytest.mark.parametrize("name", ["Camera", "Laser", "Lines", "Thermometer"])
def test_update_settings_by_name(simulated, connect, name):
    """Its argument is called as in the Python class, which for data devices is otherwise than for others."""
    accepted = 0
    for argument in ("incoming", "settings"):
        step = call("update_settings", **{argument: {"no such": 1}}, init=False)
        if outcome(step, TWINS[name]())[0] is not TypeError:
            assert outcome(step, connect(simulated[name])) == typed({})
            accepted += 1
    assert accepted == 1


def test_classes_of_errors(simulated, connect):
    """Exceptions of the same class, though they say more of what is wrong."""
    for name, steps in {
        "Camera": [call("set_roi", (0, 0, 10)), call("set_roi", (0, 0, 10, 10, 10)), call("set_binning", (2,)),
                   call("set_binning", (1, 2, 3)), call("set_trigger"), call("set_trigger", TriggerType.SOFTWARE)],
        "Lines": [call("read_line", 8), call("write_line", 8, True), call("get_IO_state", 99),
                  call("set_IO_state", 8, False)],
        "DSP": [call("InitProfile"), call("arcl", 1), call("DownloadProfile", 1), call("ReadPosition", 4)],
    }.items():
        ours, theirs = connect(simulated[name]), TWINS[name]()
        for step in steps:
            (ours_class, _), (theirs_class, _) = outcome(step, ours), outcome(step, theirs)
            assert ours_class is theirs_class and issubclass(theirs_class, Exception)


def test_remote_traceback(simulated, connect):
    """It begins and ends as Python's do, so that programs that show or parse the last line see what they saw."""
    for name, step in {"Camera": call("grab_next_data"), "Wheel": put("position", 99), "Stage": call("move_to", {"q": 1.0}),
                       "Mirror": call("get_setting", "no such")}.items():
        with pytest.raises(Exception) as ours:
            step(connect(simulated[name]))
        with pytest.raises(Exception) as theirs:
            step(TWINS[name]())
        lines = ours.value._pyroTraceback
        expected = traceback.format_exception(theirs.type, theirs.value, theirs.tb)
        assert (lines[0], lines[-1]) == (expected[0], expected[-1])


def test_wrong_calls(simulated, connect):
    """Names that are not there and arguments that do not fit raise what Python raises."""
    camera = connect(simulated["Camera"])
    with pytest.raises(TypeError, match=r"missing 1 required positional argument: 'name'"):
        camera.get_setting()
    with pytest.raises(TypeError, match=r"missing 2 required positional arguments: 'ttype' and 'tmode'"):
        camera.set_trigger()
    with pytest.raises(TypeError, match="unexpected keyword argument 'zz'"):
        camera.get_setting("gain", zz=1)
    with pytest.raises(TypeError, match="takes .* positional argument"):
        camera.get_exposure_time(1)
    with pytest.raises(AttributeError, match="nosuch"):
        camera._pyroInvoke("nosuch", (), {})
    with pytest.raises(AttributeError, match="private attribute '_do_trigger'"):
        camera._pyroInvoke("_do_trigger", (), {})
    with pytest.raises(AttributeError):
        connect(simulated["Wheel"]).n_positions = 3
    assert camera.get_setting(name="gain") == camera.get_setting("gain")


def outcome(step, device):
    """What a step results in, such that equal outcomes compare equal."""
    try:
        return typed(step(device))
    except Exception as error:
        return type(error), str(error)


def typed(value):
    """A value together with the types of all that it is made of."""
    kind = type(value)
    if isinstance(value, dict):
        return kind, [(typed(key), typed(item)) for key, item in value.items()]
    if isinstance(value, (list, tuple)):
        return kind, [typed(item) for item in value]
    if isinstance(value, numpy.ndarray):
        return kind, value.dtype, value.tolist()
    return kind, value
