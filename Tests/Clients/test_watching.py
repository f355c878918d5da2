"""What the supervisor does for workers that hang, and workers for a supervisor that hangs or is gone."""
import json
import os
import signal
import threading

import Pyro4
import pytest

from processes import is_running
from servers import run
from test_supervision import CAMERA, LASER, WHEEL, answers, at, worker
from waiting import PATIENCE, eventually


def definition(server, name):
    """What `device-server status` says of a definition."""
    code, out, err = run("status", "--json")
    assert code == 0, err
    return next(found for status in json.loads(out) for found in status["definitions"]
                if found["name"] == name and status["configuration"] == server.process.args[1])


def test_worker_that_hangs(serve, connect):
    """One that hangs for a moment is told and left alone; one that does not answer any more is killed and replaced."""
    server = serve([at("Wheel", WHEEL), at("Laser", LASER), at("Camera", CAMERA)])
    uris = {name: server.uri(name) for name in ("Wheel", "Laser", "Camera")}
    wheel, laser, camera = (worker(server, uri) for uri in uris.values())
    light = connect(uris["Laser"])
    light.enable()
    connect(uris["Camera"]).set_exposure_time(0.25)
    for pid in (wheel, laser, camera):
        os.kill(pid, signal.SIGSTOP)
    for name, pid in (("Wheel", wheel), ("Laser", laser)):
        server.wait_for(r"ERROR \S+ %s: process %d does not answer" % (name, pid))
    assert server.find("Laser: .* what it has of light may be on") and not server.find("Wheel: .* light may be on")
    os.kill(wheel, signal.SIGCONT)
    now = definition(server, "Laser")
    assert now["state"] == "not answering" and now["pid"] == laser
    assert "does not answer" in now["last_error"] and now["recovery_time"] is None
    server.wait_for("Wheel: its process answers again")
    now = definition(server, "Wheel")
    assert (now["state"], now["pid"], now["restarts"]) == ("serving", wheel, 0)
    assert now["last_error_time"] < now["recovery_time"]
    server.wait_for(r"ERROR \S+ Laser: its process did not answer for 14 s and was killed", within=30)
    eventually(lambda: not is_running(laser) and answers(connect, uris["Laser"]), "the laser answers again")
    light._pyroRelease()
    assert (light.get_is_on(), light.get_is_enabled()) == (False, False)
    eventually(lambda: answers(connect, uris["Camera"]), "the camera answers again")
    assert connect(uris["Camera"]).get_exposure_time() == 0.25
    now = definition(server, "Laser")
    assert (now["state"], now["restarts"]) == ("serving", 1)
    assert now["since"] >= now["last_error_time"] and now["recovery_time"] >= now["last_error_time"]
    assert worker(server, uris["Wheel"]) == wheel


def test_supervisor_that_hangs(serve, connect):
    """Clients set what they like meanwhile, and it comes back later; no worker is taken for lost."""
    server = serve([at("Camera", CAMERA)])
    uri = server.uri("Camera")
    camera, pid = connect(uri), worker(server, uri)
    os.kill(server.process.pid, signal.SIGSTOP)
    done = threading.Event()

    def set_often():
        with Pyro4.Proxy(uri) as mine:
            for value in range(1000):
                mine.set_setting("gain", value)
        done.set()

    threading.Thread(target=set_often, daemon=True).start()
    try:
        assert done.wait(PATIENCE), "calls wait for the supervisor"
    finally:
        os.kill(server.process.pid, signal.SIGCONT)
    # What it is told by then it has read before.
    assert definition(server, "Camera")["state"] == "serving"
    assert worker(server, uri) == pid and not server.find("does not answer")
    os.kill(pid, signal.SIGKILL)
    server.wait_for(r"Camera: its process was killed \(SIGKILL\)")
    eventually(lambda: answers(connect, uri), "it is served again")
    camera._pyroRelease()
    assert camera.get_setting("gain") == 999


def test_light_of_orphans(serve, connect):
    """When the server is killed, each device's process says so, and what has become of its light."""
    server = serve([at("Laser", LASER), at("Wheel", WHEEL)])
    connect(server.uri("Laser")).enable()
    server.uri("Wheel")
    workers = server.workers
    os.kill(server.process.pid, signal.SIGKILL)
    server.wait_for("Laser: light is off")
    for name in ("Laser", "Wheel"):
        server.wait_for(r"%s\[\d+\]: the server is gone; shutting down" % name)
    eventually(lambda: not any(map(is_running, workers)), "all workers have ended")


@pytest.mark.parametrize(("number", "words"), [
    (signal.SIGSYS, r"crashed \(SIGSYS\)"), (signal.SIGKILL, r"was killed \(SIGKILL\)")], ids=["crash", "kill"])
def test_how_a_process_ended(serve, number, words):
    """In words."""
    server = serve([at("Wheel", WHEEL)])
    os.kill(worker(server, server.uri("Wheel")), number)
    server.wait_for("ERROR .* Wheel: its process %s" % words)
