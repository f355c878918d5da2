"""All motion is stopped in one call, while others wait for moves, and where no server runs."""
import re
import threading
import time

import Pyro4
import pytest

from servers import run, write_config
from test_control import CAMERA, WHEEL, at, config, control_socket  # noqa: F401  config is a fixture
from waiting import PATIENCE, eventually

# From end to end in 100 s.
SLOW = {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 100], "y": [0, 100]}, "speed": 1}}
CONTROLLERS = {
    "asi-ms2000": {}, "ludl-mc2000": {"limits": {"1": [-50000, 50000]}}, "prior-proscan-iii": {},
}


def move(uri, target):
    """Moves a stage on a connection of its own, and waits; the list gets what comes of it."""
    outcome = []

    def wait():
        with Pyro4.Proxy(uri) as stage:
            try:
                outcome.append(stage.move_to(target))
            except Exception as error:
                outcome.append(error)

    thread = threading.Thread(target=wait)
    thread.start()
    return thread, outcome


def is_still(read):
    """Whether a place is the same again and again."""
    first = read()
    time.sleep(0.1)
    return read() == first


def test_running_server(serve, connect, config):
    """Each device is named with what has become of it; who waits for a move gets an error with the place."""
    server = serve([at("Stage", SLOW), at("Other", SLOW), at("Wheel", WHEEL), at("Camera", CAMERA)])
    stages = [connect(server.uri(name)) for name in ("Stage", "Other")]
    waiting = [move(server.uri("Stage"), {"x": 90, "y": 90}), move(server.uri("Other"), {"x": 10})]
    for stage in stages:
        eventually(lambda: abs(stage.position["x"] - 50) > 0.05, "it moves")
    assert run("stop-motion", config) == (0, "Other: stopped\nStage: stopped\n"
                                          "Wheel: cannot stop; a move that has begun goes on to its end\n", "")
    for thread, outcome in waiting:
        thread.join(PATIENCE)
        assert not thread.is_alive() and re.search(r"was stopped at \d", str(outcome[0]))
    for stage in stages:
        assert is_still(lambda: tuple(stage.position.values())) and 10 < stage.position["x"] < 90
    # It moves again as if nothing had been.
    x = stages[0].position["x"] + 0.05
    stages[0].move_to({"x": x})
    assert stages[0].position["x"] == pytest.approx(x)
    server.wait_for("NOTICE .*stopping all motion on request")


def test_programs_stop_motion(serve, connect):
    """By the object at the control socket, beside `lights_off`."""
    server = serve([at("Stage", SLOW)])
    server.uri("Stage")
    thread, outcome = move(server.uri("Stage"), {"x": 90})
    stage = connect(server.uri("Stage"))
    eventually(lambda: stage.position["x"] > 50.05, "it moves")
    with Pyro4.Proxy("PYRO:device-server@./u:" + control_socket(server)) as control:
        assert control.stop_motion() == [{"name": "Stage", "motion": "stopped", "reason": None}]
    thread.join(PATIENCE)
    assert isinstance(outcome[0], Exception) and is_still(lambda: stage.position["x"])


@pytest.mark.parametrize("driver", CONTROLLERS)
def test_controllers(serve, connect, config, driver):
    """They have a command for it, which reaches them while another client waits for the end of a move."""
    device = {"driver": driver, "conf": {"port": "usb:NONE", **CONTROLLERS[driver]}, "simulated": True}
    server = serve([at("Box", device)])
    stage = connect(connect(server.uri("Box")).devices["stage"]._pyroUri)
    if stage.may_move_on_enable():
        stage.enable()
    axis = next(iter(stage.position))
    begin, limits = stage.position[axis], stage.limits[axis]
    target = limits.upper if limits.upper - begin > begin - limits.lower else limits.lower
    thread, outcome = move(str(stage._pyroUri), {axis: target})
    eventually(lambda: stage.position[axis] != begin, "it moves")
    if driver == "asi-ms2000":
        # It crosses its range in less time than a program may need to start.
        with Pyro4.Proxy("PYRO:device-server@./u:" + control_socket(server)) as control:
            assert {"name": "Box.devices.stage", "motion": "stopped", "reason": None} in control.stop_motion()
    else:
        code, out, err = run("stop-motion", config)
        assert (code, err) == (0, "") and "Box.devices.stage: stopped\n" in out
    thread.join(PATIENCE)
    assert "stopped at" in str(outcome[0])
    assert is_still(lambda: stage.position[axis]) and stage.position[axis] != target


def test_search_for_the_ends_of_a_stage(serve, connect, config):
    """It ends at once, though it holds the stage in one long call; a later one runs to its end."""
    server = serve([at("Box", {"driver": "ludl-mc2000", "conf": {"port": "usb:NONE"}, "simulated": True})])
    uri = connect(server.uri("Box")).devices["stage"]._pyroUri
    outcome = []

    def search():
        with Pyro4.Proxy(uri) as stage:
            try:
                outcome.append(stage.enable())
            except Exception as error:
                outcome.append(error)

    thread = threading.Thread(target=search)
    thread.start()
    other = connect(uri)
    other._pyroBind()
    other._pyroTimeout = 0.3

    def is_held():
        try:
            return other.position is None
        except Pyro4.errors.TimeoutError:
            return True

    eventually(is_held, "the search holds the stage")
    assert run("stop-motion", config) == (0, "Box.devices.stage: stopped\n", "")
    thread.join(PATIENCE)
    assert "was stopped on request while it searched for its limits" in str(outcome[0])
    stage = connect(uri)
    assert not stage.get_is_enabled() and is_still(lambda: tuple(stage.position.values()))
    stage.enable()
    assert stage.get_is_enabled()


def test_without_a_server(tmp_path):
    """Stages are opened, which moves nothing, and stopped; wheels are left alone."""
    file = write_config(tmp_path, [at("Stage", SLOW), at("Wheel", WHEEL), at("Camera", CAMERA)])
    assert run("stop-motion", file) == (
        0, "Stage: stopped\nWheel: cannot stop; a move that has begun goes on to its end\n", "")


def test_device_that_cannot_be_opened(tmp_path):
    """Whether it moves is unknown, which the exit status says too."""
    device = {"driver": "asi-ms2000", "conf": {"port": "/dev/serial/by-id/nothing"}}
    code, out, err = run("stop-motion", write_config(tmp_path, [at("Box", device)]))
    assert code == 1 and out.startswith("Box: whether it moves is UNKNOWN: ")
