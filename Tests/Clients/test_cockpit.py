"""What Cockpit does: its sequences of calls at start-up for each kind of device, and its way with data."""
import collections
import queue
import threading
import time

import microscope
import numpy
import Pyro4
import pytest

from receivers import Listener
from waiting import PATIENCE, eventually

# The types of settings that its settings panel knows how to show.
PANEL = {"int", "float", "bool", "enum", "str", "tuple"}


def start(device):
    """What every device of Cockpit's does first: it finds the five settings methods, and reads what they tell."""
    names = ["get_all_settings", "get_setting", "set_setting", "describe_setting", "describe_settings", "update_settings"]
    methods = {name: getattr(device, name) for name in names}
    values = methods["get_all_settings"]()
    descriptions = collections.OrderedDict(methods["describe_settings"]())
    assert type(values) is dict and list(values) == list(descriptions)
    for name, description in descriptions.items():
        assert type(name) is str and set(description) >= {"type", "values", "readonly"}
        assert description["type"] in PANEL and type(description["readonly"]) is bool
        assert description == methods["describe_setting"](name)
        check_limits(description["type"], description["values"])
    # The panel sends back the whole dictionary, with the values that it has read.
    methods["update_settings"](values)
    assert methods["get_all_settings"]().keys() == values.keys()


def check_limits(kind, values):
    if kind in ("int", "float"):
        lower, upper = values
        assert lower <= upper
    elif kind == "enum":
        assert values and all(type(label) is str for _, label in values)
    elif kind == "str":
        assert type(values) is int
    else:
        assert values is None


@pytest.mark.parametrize("name", ["Laser", "Lamp"])
def test_light(simulated, connect, name):
    """MicroscopeLaser: power by its attribute, in a thread of its own at first and then from a timer."""
    light = connect(simulated[name])
    start(light)
    assert light.get_is_enabled() is False
    thread = threading.Thread(target=setattr, args=(connect(simulated[name]), "power", 0.01))
    thread.start()
    thread.join(PATIENCE)
    assert light.get_set_power() == 0.01 and type(light.get_set_power()) is float
    assert int(light.get_is_on()) == 0 and light.power == 0.0
    light.enable()
    assert light.get_is_enabled() is True and int(light.get_is_on()) == 1
    assert light.power == 0.01
    light.disable()
    assert light.get_is_on() is False and type(light.power) is float


@pytest.mark.parametrize("name", ["Wheel", "EmissionWheel"])
def test_wheel(simulated, connect, name):
    """MicroscopeFilter: moves on a connection of their own each, and the call returns when the wheel has arrived."""
    wheel = connect(simulated[name])
    start(wheel)
    assert wheel.get_position() == 0
    for position in (3, 5, 0):
        answer = Pyro4.futures.Future(lambda: connect(simulated[name]).set_position(position))()
        answer.wait(PATIENCE)
        assert answer.value is None
        assert type(wheel.get_position()) is int and wheel.get_position() == position


def test_stage(simulated, connect):
    """MicroscopeStage: axes by name as proxies, limits as an object with attributes, moves that block."""
    stage = connect(simulated["Stage"])
    start(stage)
    assert stage.may_move_on_enable() is False
    stage.enable()
    axes = stage.axes
    assert type(axes) is dict and list(axes) == ["x", "y", "z"]
    for axis in axes.values():
        assert type(axis) is Pyro4.Proxy
        with axis:
            limits = axis.limits
            assert type(limits) is microscope.AxisLimits and limits.lower < limits.upper
            middle = (limits.lower + limits.upper) / 2
            axis.move_to(middle + 10)
            assert axis.position == middle + 10 and type(axis.position) is float
            axis.move_by(-10)
            assert axis.position == middle


def test_lines(simulated, connect):
    """MicroscopeDIO: which lines are outputs, their levels, and what is pushed."""
    lines = connect(simulated["Lines"])
    start(lines)
    count = lines.get_num_lines()
    assert count == 8
    lines.set_all_IO_state([True] * count)
    lines.write_all_lines([False] * count)
    assert lines.read_all_lines() == [False] * count
    lines.write_line(2, True)
    assert lines.read_line(2) is True
    lines.set_IO_state(1, False)
    assert lines.get_IO_state(1) is False and lines.get_IO_state(0) is True
    lines.set_IO_state(1, True)
    lines.enable()
    lines.disable()


def test_logger(simulated, connect):
    """MicroscopeValueLogger: as many values as it has sensors, whenever they are asked for."""
    logger = connect(simulated["Thermometer"])
    start(logger)
    values = logger.getValues()
    assert type(values) is list and len(values) == logger.get_num_sensors() == 4
    assert all(type(value) is float for value in values)


def test_controller(simulated, connect):
    """A device behind a controller: `devices` is a dictionary of proxies, each used like the device itself."""
    controller = connect(simulated["Controller"])
    start(controller)
    devices = controller.devices
    assert type(devices) is dict and len(devices) == 2 and all(type(device) is Pyro4.Proxy for device in devices.values())
    for device in devices.values():
        with device:
            start(device)
    with devices["wheel"] as wheel:
        wheel.set_position(3)
        assert wheel.get_position() == 3


@pytest.mark.parametrize("name", ["Camera", "TestCamera"])
def test_camera(simulated, connect, name):
    """MicroscopeCamera, from its start to the first image in live mode, to the end."""
    camera = connect(simulated[name])
    start(camera)
    camera.set_transform((False, True, False))
    width, height = camera.get_sensor_shape()
    assert camera.set_roi(microscope.ROI(0, 0, width, height))
    assert type(camera.get_roi()) is microscope.ROI and type(camera.get_binning()) is microscope.Binning
    assert (camera.trigger_type, camera.trigger_mode) == (microscope.TriggerType.SOFTWARE, microscope.TriggerMode.ONCE)
    assert type(camera.trigger_type) is microscope.TriggerType
    camera.set_exposure_time(0.05)
    exposure, cycle = camera.get_exposure_time(), camera.get_cycle_time()
    assert type(exposure) is type(cycle) is float and exposure == 0.05 <= cycle
    errors = queue.Queue()

    def live(image):
        # On the thread that brings the image, before it is answered, Cockpit asks the camera on another proxy.
        try:
            with Pyro4.Proxy(simulated[name]) as proxy:
                proxy._pyroTimeout = PATIENCE
                assert proxy.get_exposure_time() == 0.05
                roi, binning = proxy.get_roi(), proxy.get_binning()
                assert image.shape == (roi.height // binning.v, roi.width // binning.h)
                proxy.soft_trigger()
        except Exception as error:
            errors.put(error)

    with Listener(live) as listener:
        camera.update_settings(camera.get_all_settings())
        future = Pyro4.futures.Future(lambda: connect(simulated[name]).enable())()
        assert future.wait(10)
        assert camera.get_is_enabled() is True
        camera.receiveClient(str(listener.uri))
        camera.soft_trigger()
        for image, timestamp in listener.take(3):
            assert type(image) is numpy.ndarray and image.ndim == 2 and type(timestamp) is float
        camera.disable()
    camera.receiveClient(None)
    assert errors.empty(), errors.get()
    assert camera.get_is_enabled() is False
    camera.set_transform((False, False, False))


def test_camera_whose_listener_has_gone(make):
    """Cockpit disables, closes its daemon and only then takes itself off: no matter what came in between."""
    camera = make("simulated-camera", sensor_shape=[64, 48], realistic_timing=False)
    for _ in range(3):
        with Listener() as listener:
            camera.enable()
            camera.receiveClient(str(listener.uri))
            camera.soft_trigger()
            assert listener.next()[0].shape == (48, 64)
            camera.disable()
        camera.receiveClient(None)
    # A daemon that was never there is found out when there is an image for it.
    camera.receiveClient("PYRO:mui@127.0.0.1:1")
    camera.enable()
    camera.soft_trigger()
    camera.disable()
    camera.receiveClient(None)
    with Listener() as listener:
        camera.receiveClient(str(listener.uri))
        camera.enable()
        camera.soft_trigger()
        assert listener.next()[0].shape == (48, 64)


def test_executor(make):
    """ExecutorDevice: a table of actions returns at once, runs by itself, and says that it is done."""
    dsp = make("dummy-dsp")
    start(dsp)
    dsp.Abort()
    with Listener() as listener:
        dsp.receiveClient(str(listener.uri))
        assert dsp.ReadDigital() == 0 and type(dsp.ReadDigital()) is int
        dsp.WriteDigital(3)
        assert dsp.ReadDigital() == 3
        dsp.MoveAbsolute(1, 120)
        assert dsp.ReadPosition(1) == 120 and dsp.ReadPosition(0) == 0
        actions = [(0.0, (1, [0, 10, 0, 0])), (50.0, (5, [0, 20, 0, 0])), (numpy.float64(300), (0, [0, 30, 0, 0]))]
        dsp.PrepareActions(actions, 2)
        begin = time.monotonic()
        dsp.RunActions()
        assert time.monotonic() - begin < 0.5
        eventually(lambda: dsp.ReadDigital() == 5, "the lines of the second action")
        assert dsp.ReadPosition(1) == 20
        # Alone, as Cockpit's executors send it: some clients take nothing else with it.
        assert listener.next() == ("DSP done", None) and time.monotonic() - begin >= 0.6
        assert dsp.ReadDigital() == 0 and dsp.ReadPosition(1) == 30
        # The next experiment.
        dsp.PrepareActions(actions[:1])
        dsp.RunActions()
        assert listener.next() == ("DSP done", None)
        dsp.receiveClient(None)


def test_executor_that_is_aborted(make):
    """A run that is aborted leaves the lines where they are, and the next one can begin."""
    dsp = make("dummy-dsp")
    with Listener() as listener:
        dsp.receiveClient(str(listener.uri))
        dsp.PrepareActions([(0, (1, [])), (60_000, (0, []))])
        dsp.RunActions()
        eventually(lambda: dsp.ReadDigital() == 1, "the lines of the first action")
        dsp.Abort()
        assert dsp.ReadDigital() == 1
        dsp.PrepareActions([(0, (2, []))])
        dsp.RunActions()
        assert listener.next()[0] == "DSP done"
        assert dsp.ReadDigital() == 2 and listener.arrived.empty()


def test_old_executor(simulated, connect):
    """LegacyDSP: profiles of arrays, which the simulated executor takes and forgets."""
    dsp = connect(simulated["DSP"])
    dsp.Abort()
    digitals = numpy.zeros((4, 2), dtype=numpy.uint32)
    dsp.profileSet({"count": 4}, digitals, *[numpy.zeros((1, 2), dtype=numpy.uint32)] * 4)
    dsp.DownloadProfile()
    dsp.InitProfile(1)
    dsp.trigCollect()


def test_light_modulator(simulated, connect):
    """boulderSLM: running, the angle, the sequence."""
    slm = connect(simulated["SLM"])
    start(slm)
    slm.set_sim_diffraction_angle(11.3)
    assert slm.get_sim_diffraction_angle() == 11.3
    slm.set_sim_sequence([(0, 1, 488), (120, 2, 561)])
    assert slm.get_sim_sequence() == [(0, 1, 488), (120, 2, 561)]
    assert slm.get_sequence_index() == 0
    slm.run()
    assert slm.get_is_enabled() is True
    slm.stop()
    assert slm.get_is_enabled() is False


def test_pushed_lines_and_values(make):
    """receiveData((line, state), time) of a digital I/O, receiveData([values], time) of a logger."""
    lines, logger = make("simulated-digital-io", numLines=4, toggle_period=0.05), \
        make("simulated-value-logger", numSensors=3, pullData=False, period=0.05)
    with Listener() as listener:
        lines.receiveClient(str(listener.uri))
        lines.enable()
        first, second = listener.take(2)
        assert first[0] == (3, True) and second[0] == (3, False) and first[1] < second[1]
        assert typed_as(first[0], tuple, int, bool)
        lines.disable()
        lines.receiveClient(None)
    with Listener() as listener:
        logger.receiveClient(str(listener.uri))
        logger.enable()
        for values, timestamp in listener.take(2):
            assert typed_as(values, list, float, float, float) and abs(time.time() - timestamp) < PATIENCE
        logger.disable()


def typed_as(items, kind, *types):
    """Whether something is a sequence of that kind with items of those types."""
    return type(items) is kind and tuple(map(type, items)) == types


@pytest.mark.parametrize("protocol", range(2, 6))
def test_pickle_protocols(make, protocol, monkeypatch):
    """Cockpit's option `pyro-pickle-protocol`: whatever it is, the device understands, and is understood."""
    monkeypatch.setattr(Pyro4.config, "PICKLE_PROTOCOL_VERSION", protocol)
    camera = make("simulated-camera", sensor_shape=[64, 48], realistic_timing=False)
    assert camera.set_roi(microscope.ROI(2, 4, 30, 20)) is True
    assert camera.get_roi() == microscope.ROI(2, 4, 30, 20)
    camera.set_trigger(microscope.TriggerType.SOFTWARE, microscope.TriggerMode.ONCE)
    camera.set_setting("gain", numpy.int64(7))
    assert camera.get_setting("gain") == 7
    with Listener() as listener:
        camera.receiveClient(listener.uri)
        camera.enable()
        camera.soft_trigger()
        assert listener.next()[0].shape == (20, 30)
    mirror = make("simulated-deformable-mirror", n_actuators=5)
    mirror.apply_pattern(numpy.linspace(0, 1, 5))
    assert mirror.get_current_pattern().tolist() == [0, 0.25, 0.5, 0.75, 1]

