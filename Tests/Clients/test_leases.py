"""Devices that a client has locked: others read, and learn who holds a device when they want to change it."""
import re
import signal
import subprocess
import sys
import time

import pytest
from microscope.clients import DataClient

from servers import run
from test_control import CAMERA, LASER, at, config, status  # noqa: F401  config is a fixture
from waiting import eventually

STAGE = {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 100], "y": [0, 100]}, "speed": 0}}

HOLDER = """
import sys, time, Pyro4
Pyro4.config.SERIALIZER = "pickle"
camera = Pyro4.Proxy(sys.argv[1])
camera.lock("anna", 600)
print("locked", flush=True)
time.sleep(600)
"""


@pytest.fixture
def pair(serve, connect):
    """A camera, and two clients of it."""
    uri = serve([at("Camera", CAMERA)]).uri("Camera")
    return connect(uri), connect(uri)


def test_others_read_and_learn_who_holds_it(pair):
    """Getters, properties and settings answer; what changes something names the holder and since when."""
    anna, other = pair
    assert anna.lock_owner() is None
    anna.lock("anna", 60)
    assert other.lock_owner() == anna.lock_owner() == "anna"
    exposure = other.get_exposure_time()
    assert other.get_roi() and other.get_all_settings() and other.enabled is False
    for change in (lambda: other.set_exposure_time(0.5), other.enable, lambda: other.set_setting("gain", 1),
                   lambda: other.set_client(None), other.trigger, other.shutdown,
                   lambda: other.update_settings({"gain": 1})):
        with pytest.raises(RuntimeError, match=r"Camera is locked by 'anna' \(client 127\.0\.0\.1:\d+\) since 20"):
            change()
    assert other.get_exposure_time() == exposure and other.get_is_enabled() is False
    anna.set_exposure_time(0.25)
    assert other.get_exposure_time() == 0.25
    anna.unlock()
    other.set_exposure_time(0.5)
    assert anna.get_exposure_time() == 0.5 and anna.lock_owner() is None


def test_only_the_holder_unlocks(pair):
    """Another connection gets the same error; without a lock, unlocking changes nothing."""
    anna, other = pair
    other.unlock()
    anna.lock("anna", 60)
    with pytest.raises(RuntimeError, match="locked by 'anna'"):
        other.unlock()
    with pytest.raises(RuntimeError, match="locked by 'anna'"):
        other.lock("anna", 60)
    assert anna.lock_owner() == "anna"


def test_take_over_by_name(serve, connect):
    """Only who names the present holder gets the lock, which the log shows."""
    server = serve([at("Camera", CAMERA)])
    anna, ben = (connect(server.uri("Camera")) for _ in range(2))
    anna.lock("anna", 60)
    with pytest.raises(RuntimeError, match="locked by 'anna'"):
        ben.lock("ben", 60, take_over="carl")
    ben.lock("ben", 60, take_over="anna")
    server.wait_for(r"WARNING .*lock was taken over by 'ben' \(client \S+\) from 'anna' \(client \S+\)")
    with pytest.raises(RuntimeError, match="locked by 'ben'"):
        anna.set_exposure_time(0.5)
    ben.set_exposure_time(0.5)
    anna._pyroRelease()
    eventually(lambda: ben.lock_owner() == "ben", "the end of the first holder changes nothing")


def test_end_of_the_time(pair):
    """A lock ends by itself unless it is renewed; its time is bounded."""
    anna, other = pair
    anna.lock("anna", 0.3)
    eventually(lambda: other.lock_owner() is None, "it is over")
    other.set_exposure_time(0.5)
    for seconds in (0, -1, float("nan"), float("inf"), 1e9):
        with pytest.raises(ValueError, match="a lock lasts|must be finite"):
            anna.lock("anna", seconds)
    with pytest.raises(ValueError, match="name"):
        anna.lock("", 60)
    anna.lock("anna", 0.3)
    anna.lock("anna", 60)
    time.sleep(0.5)
    assert other.lock_owner() == "anna"


def test_end_of_the_connection(serve, connect):
    """A released proxy and a killed program give their locks back."""
    uri = serve([at("Camera", CAMERA)]).uri("Camera")
    anna, other = connect(uri), connect(uri)
    anna.lock("anna", 600)
    anna._pyroRelease()
    eventually(lambda: other.lock_owner() is None, "it is free after the release")
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, uri], stdout=subprocess.PIPE)
    assert holder.stdout.readline() == b"locked\n"
    assert other.lock_owner() == "anna"
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    holder.stdout.close()
    eventually(lambda: other.lock_owner() is None, "it is free after the end of the program")
    other.set_exposure_time(0.5)


def test_parts(serve, connect):
    """A lock on the whole holds for the parts, one on a part for the whole; other parts are free."""
    uri = serve([at("Stage", STAGE)]).uri("Stage")
    anna, ben = connect(uri), connect(uri)
    mine, theirs = ({name: connect(axis._pyroUri) for name, axis in stage.axes.items()} for stage in (anna, ben))
    anna.lock("anna", 60)
    for move in (lambda: theirs["x"].move_to(1), lambda: ben.move_to({"x": 1}), lambda: theirs["x"].lock("ben", 1)):
        with pytest.raises(RuntimeError, match="Stage is locked by 'anna'"):
            move()
    assert theirs["x"].position == ben.position["x"]
    anna.unlock()
    mine["x"].lock("anna", 60)
    mine["x"].move_to(1)
    theirs["y"].move_to(2)
    for move in (lambda: ben.move_to({"x": 3}), lambda: ben.lock("ben", 1)):
        with pytest.raises(RuntimeError, match=r"Stage\.axes\.x is locked by 'anna'"):
            move()
    assert ben.position["x"] == 1 and ben.position["y"] == 2


def test_status_shows_holders(serve, connect, config):
    """As text and as JSON, of devices and of parts."""
    server = serve([at("Stage", STAGE), at("Laser", LASER)])
    stage, laser = connect(server.uri("Stage")), connect(server.uri("Laser"))
    x = connect(stage.axes["x"]._pyroUri)
    before = time.time()
    laser.lock("anna", 60)
    x.lock("ben", 60)
    device = status(config)["Laser"]["devices"][0]
    assert device["locked_by"] == "anna" and before - 2 < device["locked_since"] < time.time() + 1
    part = next(part for part in status(config)["Stage"]["devices"][0]["parts"] if part["name"] == "Stage.axes.x")
    assert part["locked_by"] == "ben"
    table = run("status", config)[1]
    assert re.search(r"^  ! 20\S+ Laser was locked by 'anna'$", table, re.MULTILINE)
    assert re.search(r"^  ! 20\S+ Stage.axes.x was locked by 'ben'$", table, re.MULTILINE)
    laser.unlock()
    assert "locked_by" not in status(config)["Laser"]["devices"][0]


def test_clients_that_do_not_ask(pair):
    """python-microscope's client works as ever, frames included."""
    camera = DataClient(str(pair[0]._pyroUri))
    camera.enable()
    image, _ = camera.trigger_and_wait()
    assert image.shape == (48, 64)
    camera._proxy._pyroRelease()


def test_devicectl(serve, connect):
    """`devicectl call` can lock; the lock ends with the command's connection."""
    uri = serve([at("Camera", CAMERA)]).uri("Camera")
    code, out, err = run("call", uri, "lock", "anna", "60", program="devicectl")
    assert (code, err) == (0, "")
    camera = connect(uri)
    eventually(lambda: camera.lock_owner() is None, "it is free again")
    camera.lock("ben", 60)
    code, out, err = run("call", uri, "lock_owner", program="devicectl")
    assert code == 0 and "ben" in out
    code, out, err = run("set", uri, "exposure_time", "0.5", program="devicectl")
    assert code != 0 and "locked by 'ben'" in err
