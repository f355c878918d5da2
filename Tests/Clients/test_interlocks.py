"""Interlocks: a light is on only while conditions in other devices, and other processes, hold."""
import os
import signal

import pytest

from servers import run, write_config
from test_control import WHEEL, at, config, status
from test_light_owner import LAMP, LINES, light_state
from waiting import eventually

STAGE = {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 100], "y": [0, 100]}}}
CAMERA = {"driver": "simulated-camera"}


def rig(serve, conditions, devices, light="Laser", **more):
    """A server with a laser that conditions of other devices switch off."""
    laser = at("Laser", LAMP, on_client_lost="keep", **more)
    return serve([laser, *devices], interlocks=[{"light": light, "while": conditions}])


def permitted(server):
    """Waits until the laser may be on."""
    server.wait_for("interlock: Laser may be on")


def held(server, laser, break_it, mend_it, reason):
    """The laser goes off when its condition is broken, is refused until it is mended, and stays off then."""
    permitted(server)
    eventually(lambda: enabled(laser), "its condition has been read")
    assert laser.get_is_on()
    break_it()
    eventually(lambda: not laser.get_is_on(), "the light is off", within=8)
    server.wait_for("light switched off: interlock: .*" + reason)
    with pytest.raises(Exception, match="must not be switched on: .*" + reason):
        laser.enable()
    assert not laser.get_is_on()
    start = len(server.lines)
    mend_it()
    server.wait_for("interlock: Laser may be on", since=start)
    assert not laser.get_is_on()
    eventually(lambda: enabled(laser), "the laser can be switched on")


def enabled(laser):
    """Whether the laser can be switched on."""
    try:
        laser.enable()
    except Exception:
        return False
    return laser.get_is_on()


def test_line(serve, connect, config):
    """A digital line of another process."""
    server = rig(serve, [{"device": "Lid", "line": 0, "is": True}], [at("Lid", LINES)])
    laser, lid = connect(server.uri("Laser")), connect(server.uri("Lid"))
    server.wait_for("interlock: Laser must not be on: it is not true that line 0 of Lid is true")
    eventually(lambda: "line 0" in light_state(laser)["interlock"], "the worker knows it")
    with pytest.raises(Exception, match="line 0 of Lid is true"):
        laser.enable()
    assert not laser.get_is_on()
    # The status of the light has the reason as well.
    assert "line 0 of Lid" in status(config)["Laser"]["devices"][0]["light"]["interlock"]
    assert "interlock: light must not be on: it is not true that line 0 of Lid" in run("status", config)[1]
    lid.write_line(0, True)
    held(server, laser, lambda: lid.write_line(0, False), lambda: lid.write_line(0, True), "line 0 of Lid is true")


def test_wheel(serve, connect):
    """A filter wheel at one of some positions."""
    server = rig(serve, [{"device": "Wheel", "position": [0, 2]}], [at("Wheel", WHEEL)])
    laser, wheel = connect(server.uri("Laser")), connect(server.uri("Wheel"))

    def move(position):
        wheel.position = position

    held(server, laser, lambda: move(1), lambda: move(2), "Wheel is at position 0 or 2")


def test_stage(serve, connect):
    """A stage in a region."""
    server = rig(serve, [{"device": "Stage", "axis": "x", "within": [0, 50]}], [at("Stage", STAGE)])
    laser, stage = connect(server.uri("Laser")), connect(server.uri("Stage"))
    stage.enable()
    stage.move_to({"x": 10})
    held(server, laser, lambda: stage.move_to({"x": 90}), lambda: stage.move_to({"x": 20}), "axis x of Stage is from 0")


def test_camera(serve, connect):
    """A camera that is enabled."""
    server = rig(serve, [{"device": "Camera", "enabled": True}], [at("Camera", CAMERA)])
    laser, camera = connect(server.uri("Laser")), connect(server.uri("Camera"))
    camera.enable()
    held(server, laser, camera.disable, camera.enable, "Camera is enabled")


def test_lamp_of_a_controller(serve, connect):
    """The light may be a part of a device."""
    stand = at("Stand", {"driver": "simulated-controller", "conf": {"devices": {"lamp": LAMP}}}, on_client_lost="keep")
    interlocks = [{"light": "Stand.lamp", "while": [{"device": "Lid", "line": 1}]}]
    server = serve([stand, at("Lid", LINES)], interlocks=interlocks)
    lamp, lid = connect(connect(server.uri("Stand")).devices["lamp"]._pyroUri), connect(server.uri("Lid"))
    server.wait_for("interlock: Stand.lamp must not be on: it is not true that line 1 of Lid is true")
    eventually(lambda: "line 1" in (light_state(lamp)["interlock"] or ""), "the worker knows it")
    with pytest.raises(Exception, match="line 1 of Lid"):
        lamp.enable()
    lid.write_line(1, True)
    eventually(lambda: enabled(lamp), "the lamp can be switched on")
    lid.write_line(1, False)
    eventually(lambda: not lamp.get_is_on(), "the lamp is off")


def test_all_conditions_must_hold(serve, connect):
    """One is not enough."""
    server = rig(serve, [{"device": "Lid", "line": 0}, {"device": "Wheel", "position": 0}],
                 [at("Lid", LINES), at("Wheel", WHEEL)])
    laser, lid = connect(server.uri("Laser")), connect(server.uri("Lid"))
    server.uri("Wheel")
    with pytest.raises(Exception, match="must not be switched on"):
        laser.enable()
    lid.write_line(0, True)
    eventually(lambda: enabled(laser), "the laser can be switched on")
    connect(server.uri("Wheel")).position = 3
    eventually(lambda: not laser.get_is_on(), "the light is off")


def test_lines_that_gate_light(serve, connect):
    """Digital lines may be high only while the conditions hold."""
    gate = at("Gate", LINES)
    interlocks = [{"light": "Gate", "while": [{"device": "Wheel", "position": 0}]}]
    server = serve([gate, at("Wheel", WHEEL)], interlocks=interlocks)
    lines, wheel = connect(server.uri("Gate")), connect(server.uri("Wheel"))
    server.wait_for("interlock: Gate may be on")
    eventually(lambda: raised(lines), "the line can be raised")
    wheel.position = 1
    eventually(lambda: not lines.read_line(0), "the line is low")
    with pytest.raises(Exception, match="must not be switched on"):
        lines.write_line(0, True)
    lines.write_line(0, False)


def raised(lines):
    """Whether line 0 can be raised."""
    try:
        lines.write_line(0, True)
    except Exception:
        return False
    return lines.read_line(0)


def test_configuration_does_not_switch_it_on(serve, connect):
    """A light that would start enabled stays off."""
    server = rig(serve, [{"device": "Lid", "line": 0}], [at("Lid", LINES)], enable=True)
    server.wait_for("Laser is not enabled: it has an interlock")
    assert not connect(server.uri("Laser")).get_is_on()


def test_devices_of_one_process(serve, connect):
    """A group may have the light and the condition."""
    group = at("Stand", {"devices": [{"name": "Laser", **LAMP}, {"name": "Lid", **LINES}]})
    server = serve([group], interlocks=[{"light": "Laser", "while": [{"device": "Lid", "line": 2}]}])
    laser, lid = connect(server.uri("Laser")), connect(server.uri("Lid"))
    lid.write_line(2, True)
    eventually(lambda: enabled(laser), "the laser can be switched on")
    lid.write_line(2, False)
    eventually(lambda: not laser.get_is_on(), "the light is off")


# MARK: Fail safe


@pytest.fixture
def guarded(serve, connect):
    """A server with a light that is on: the server, the laser, and the processes of the laser and of the condition."""
    server = rig(serve, [{"device": "Lid", "line": 0}], [at("Lid", LINES)])
    laser, lid = connect(server.uri("Laser")), connect(server.uri("Lid"))
    lid.write_line(0, True)
    eventually(lambda: enabled(laser), "the laser can be switched on")
    return server, laser


def process(config, name):
    """The process of a device."""
    return status(config)[name]["pid"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP])
def test_process_of_the_condition(guarded, config, number):
    """Killed or stopped: the light goes off, also if the replacement finds the condition fulfilled."""
    server, laser = guarded
    os.kill(process(config, "Lid"), number)
    # A stopped process is noticed before it is found lost and replaced.
    eventually(lambda: not laser.get_is_on(), "the light is off", within=4)
    server.wait_for("light switched off: interlock: (the process of )?Lid")


def test_stopped_server(guarded):
    """Without the supervisor there is no permission."""
    server, laser = guarded
    os.kill(server.process.pid, signal.SIGSTOP)
    try:
        eventually(lambda: not laser.get_is_on(), "the light is off", within=8)
        server.wait_for("light switched off: interlock: the server has not confirmed the conditions in time")
        with pytest.raises(Exception, match="has not confirmed"):
            laser.enable()
    finally:
        os.kill(server.process.pid, signal.SIGCONT)


def test_removed_device(guarded, config, tmp_path):
    """An interlock that a reload changes holds as it stands in the new file."""
    server, laser = guarded
    definitions = [at("Laser", LAMP, on_client_lost="keep"), at("Lid", LINES)]
    write_config(tmp_path, definitions, interlocks=[{"light": "Laser", "while": [{"device": "Lid", "line": 3}]}])
    code, out, err = run("reload", config)
    assert code == 0, err
    server.wait_for("interlock: Laser must not be on: it is not true that line 3 of Lid is true")
