"""Programs by others that move the simulated filter wheels and sliders."""
import ctypes.util
import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest.mock

import pytest

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "Clients"))

from indi_driver import IndiDriver  # noqa: E402
from testbed import Testbed  # noqa: E402

INDI_SX = shutil.which(os.environ.get("INDI_SX_WHEEL", "indi_sx_wheel"))
LIBFLI = os.environ.get("LIBFLI") or ctypes.util.find_library("fli")


@pytest.fixture
def thorlabs():
    """pylablib's drivers, without its cameras, which need numba."""
    sys.modules.setdefault("numba", unittest.mock.MagicMock())
    from pylablib.devices import Thorlabs
    return Thorlabs


@pytest.fixture
def testbed():
    testbed = Testbed()
    yield testbed
    testbed.close()


# Thorlabs FW102C


def test_fw102c_with_pylablib(thorlabs, instrument):
    wheel = thorlabs.FW(instrument("thorlabs-filter-wheel").port)
    assert wheel.get_id() == "THORLABS FW102C/FW212C Filter Wheel version 1.04"
    assert (wheel.get_pcount(), wheel.get_position()) == (6, 1)
    assert [wheel.set_position(position) for position in (3, 6, 1, 2)] == [3, 6, 1, 2]
    assert wheel.set_speed_mode("low") == "low"
    assert wheel.set_trigger_mode("out") == "out"
    assert wheel.set_sensor_mode("on") == "on"
    wheel.store_settings()
    assert wheel.set_pcount(12) == 12
    wheel.close()


# Thorlabs Elliptec


def test_elliptec_slider_with_elliptec(instrument):
    import elliptec

    controller = elliptec.Controller(instrument("thorlabs-ell-slider").port, debug=False)
    slider = elliptec.Slider(controller, debug=False)
    assert (slider.motor_type, slider.range) == (9, 93)
    slider.home()
    for slot in (2, 4, 3, 1):
        assert slider.set_slot(slot) == slider.get_slot() == slot
    assert [slider.jog("forward"), slider.jog("forward"), slider.jog("backward")] == [2, 3, 2]
    assert slider.get("motor_1_info")["Loop"] == "1"
    controller.close_connection()


def test_elliptec_shutter_with_elliptec(instrument):
    """An ELL6 is sent to 31, the end of its travel, and with `fw` and `bw`."""
    import elliptec

    slider = instrument("thorlabs-ell-slider-6")
    controller = elliptec.Controller(slider.port, debug=False)
    shutter = elliptec.Shutter(controller, debug=False)
    shutter.open()
    assert shutter.is_open()
    shutter.close()
    assert shutter.is_closed()
    assert elliptec.Slider(controller, debug=False).set_slot(2) == 2
    assert slider.transcript.endswith(b"0ma0000001F")
    controller.close_connection()


def test_elliptec_with_thorlabs_elliptec(instrument):
    from thorlabs_elliptec import ELLx

    slider = ELLx(instrument("thorlabs-ell-slider").port, x=9)
    assert slider.serial_number == "10900123"
    slider.home(blocking=True)
    for place in (62, 31, 93, 0):
        slider.move_absolute_raw(place, blocking=True)
        assert slider.get_position_raw() == place
    slider.close()


def test_elliptec_with_pylablib(thorlabs, instrument):
    motor = thorlabs.ElliptecMotor(instrument("thorlabs-ell-slider").port, addrs=[0], scale="step")
    information = motor.get_device_info()
    assert (information.model_no, information.travel, information.pulse) == (9, 93, 0)
    assert motor.home()
    motor.move_to(62)
    assert motor.get_position() == 62
    assert motor.set_velocity(50) == 50
    assert motor.get_status() == "ok"
    assert motor.get_motor_info(motor=1).loop
    motor.close()


@pytest.mark.parametrize("name, kind", [("", "Ell9"), ("-6", "Ell6"), ("-12", "Ell12")])
def test_elliptec_with_motorized_stages(instrument, name, kind):
    """All but moves: this program waits for `BO`, which is what the handset's buttons cause elsewhere."""
    import ElliptecMultiPositionSlider
    from ElliptecBus import ElliptecBus

    bus = ElliptecBus(instrument("thorlabs-ell-slider" + name).port)
    bus.connect()
    slider = getattr(ElliptecMultiPositionSlider, kind)(bus, "0", auto_validate_model=True)
    assert slider.get_info().travel == {"Ell6": 31, "Ell9": 93, "Ell12": 95}[kind]
    slider.set_velocity_percent(80)
    assert slider.get_velocity_percent() == 80
    assert slider.stop()[0] == 0
    slider.save_user_data()
    bus.close()


# Finger Lakes


@pytest.mark.skipif(not LIBFLI, reason="libfli is not installed (Debian: libfli2)")
@pytest.mark.parametrize("kind", ["finger-lakes", "old-finger-lakes"])
def test_finger_lakes_with_libfli(testbed, kind):
    """Where the maker's library says that the wheel is, it is."""
    testbed.make("1-1", kind)
    positions = [0, 3, 5, 1, 6]
    command = [sys.executable, str(HERE / "fli_wheel.py"), LIBFLI, *map(str, positions)]
    with subprocess.Popen(command, env=testbed.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as program:
        model, count = program.stdout.readline().rstrip().split(";")
        assert count == "7"
        if kind == "finger-lakes":
            assert model == "CFW-2-7"
        for position in positions:
            # Its debugging output has empty lines.
            said = next(line for line in program.stdout if line.strip())
            assert int(said) == testbed.slot("1-1") == position
            program.stdin.write("\n")
            program.stdin.flush()
    assert program.returncode == 0


# Wheels with HID, by hidapi


def hid(testbed, *arguments):
    """The answers of a wheel to what hidapi sends it."""
    command = [sys.executable, str(HERE / "hid_wheels.py"), *arguments]
    ended = subprocess.run(command, env=testbed.environment, capture_output=True, text=True, timeout=30)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.split()


def test_zwo_with_hidapi(testbed):
    testbed.make("1-1", "zwo")
    status, end = "feature:037e5a0201" + "00" * 11, "00" * 10
    answers = hid(testbed, "03c3", "1f01", "wait:1", status, "get:1:17", "feature:037e5a0204" + "00" * 11, "get:1:17",
                  "feature:037e5a010205" + end, "wait:1", status, "get:1:17")
    assert answers == ["017e5a01010001010107000000002b01", "017e5a04030009004546572d532d3000",
                       "017e5a01010005050507000000002b01"]
    assert testbed.slot("1-1") == 4


def test_clarity_with_hidapi(testbed):
    testbed.make("1-1", "clarity")
    answers = hid(testbed, "1f0a", "0088", "write:00210f", "read:16", "write:002403", "read:16", "wait:1",
                  "write:001500", "read:16")
    assert [answer[:4] for answer in answers] == ["210f", "2403", "1503"]
    assert testbed.slot("1-1") == 2


def test_starlight_xpress_with_hidapi(testbed):
    testbed.make("1-1", "starlight-xpress", positions=5)
    answers = hid(testbed, "1278", "0920", "wait:1", "write:000300", "read:2", "wait:1", "write:000000", "read:2")
    assert answers[-1] == "0305"
    assert testbed.slot("1-1") == 2


# Starlight Xpress, by INDI


@pytest.mark.skipif(not INDI_SX, reason="indi_sx_wheel is not installed (Debian: indi-sx)")
def test_starlight_xpress_with_indi(testbed, tmp_path):
    """Where the INDI driver says that the wheel is, it is."""
    testbed.make("1-1", "starlight-xpress", positions=5)
    driver = IndiDriver(INDI_SX, {**testbed.environment, "HOME": str(tmp_path)})
    try:
        driver.send('<getProperties version="1.7"/>')
        driver.expect("CONNECTION", "Idle")
        driver.press("SX Wheel", "CONNECTION", "CONNECT")
        driver.expect("CONNECTION", "Ok")
        for slot in (4, 1, 5, 2):
            driver.set_number("SX Wheel", "FILTER_SLOT", "FILTER_SLOT_VALUE", slot)
            driver.expect("FILTER_SLOT", "Busy")
            reported = driver.expect("FILTER_SLOT", "Ok")
            assert int(float(re.search(r"<oneNumber.*?>\s*([\d.]+)", reported, re.DOTALL)[1])) == slot
            assert testbed.slot("1-1") == slot - 1
        assert not any("[ERROR]" in message for message in driver.messages)
    finally:
        driver.close()
