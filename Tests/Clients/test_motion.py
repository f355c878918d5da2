"""Stages and wheels on their way, seen from other connections."""
import time

import microscope
import pytest

from moving import Moving
from waiting import eventually


def test_stage_is_seen_moving(make, connect):
    """While one client moves a stage and waits, another one sees where it is; the move ends where it should."""
    stage = make("simulated-stage", limits={"x": [0, 1000], "y": [0, 10]}, speed=1000)
    stage.enable()
    assert stage.position == {"x": 500.0, "y": 5.0}
    other = connect(stage._pyroUri)
    other._pyroBind()
    begin = time.monotonic()
    with Moving(stage.move_to, {"x": 1000.0}) as moving:
        seen = [eventually(lambda: (x := other.position["x"]) > 500 and x, "the stage moves")]
        assert 500 < seen[0] < 1000 and not moving.has_ended
        while not moving.has_ended:
            seen.append(other.position["x"])
    assert time.monotonic() - begin >= 0.5
    assert seen == sorted(seen) and len(set(seen)) > 5
    assert other.position == stage.position == {"x": 1000.0, "y": 5.0}


def test_axes(make, connect):
    """Axes move by themselves, within their limits, while others can be moved and asked."""
    stage = make("simulated-stage", limits={"x": [0, 1000], "y": [0, 100]}, speed=1000)
    x, y = (connect(axis._pyroUri) for axis in stage.axes.values())
    assert x.limits == microscope.AxisLimits(0, 1000)
    y._pyroBind()
    with Moving(x.move_by, 400) as moving:
        y.move_to(1e6)
        assert y.position == 100.0 and not moving.has_ended
    assert x.position == 900.0 and stage.position == {"x": 900.0, "y": 100.0}
    y.move_by(-1e9)
    assert y.position == 0.0
    for wrong in (float("nan"), float("-inf"), "far", None):
        with pytest.raises((ValueError, TypeError)):
            x.move_to(wrong)
    assert x.position == 900.0


def test_axis_that_is_not_there(make):
    """A move that names an axis which the stage lacks moves none of the others."""
    stage = make("simulated-stage", limits={"x": [0, 1000]}, speed=0)
    with pytest.raises(KeyError, match="q"):
        stage.move_to({"x": 3, "q": 1})
    assert stage.position == {"x": 500.0}
    stage.move_to({})
    stage.move_by({"x": -600})
    assert stage.position == {"x": 0.0}


def test_wheel_is_seen_moving(make, connect):
    """While one client turns a wheel and waits, another one still sees the position it came from."""
    wheel = make("simulated-filter-wheel", positions=6, travel_time=0.2)
    other = connect(wheel._pyroUri)
    other._pyroBind()
    begin = time.monotonic()
    with Moving(wheel.set_position, 2) as moving:
        assert other.position == other.get_position() == 0 and not moving.has_ended
    assert time.monotonic() - begin >= 0.4
    assert other.position == 2
    # The shorter way round: one position back, not five ahead.
    wheel.position = 0
    begin = time.monotonic()
    wheel.position = 5
    assert 0.2 <= time.monotonic() - begin < 0.6


def test_calls_to_other_devices_of_a_controller_do_not_wait(make, connect):
    """While a wheel on a controller turns, the light beside it can be switched."""
    controller = make("simulated-controller", devices={
        "wheel": {"driver": "simulated-filter-wheel", "conf": {"positions": 6, "travel_time": 0.5}},
        "light": {"driver": "simulated-light-source"}})
    wheel, light = (connect(device._pyroUri) for device in controller.devices.values())
    light._pyroBind()
    with Moving(wheel.set_position, 1) as moving:
        light.enable()
        light.power = 0.5
        assert light.power == 0.5 and not moving.has_ended
    assert wheel.position == 1
