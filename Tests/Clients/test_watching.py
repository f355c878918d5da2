"""What the supervisor does for workers that hang, and workers for a supervisor that hangs or is gone."""
import json
import os
import re
import signal
import threading
import time

import microscope
import Pyro4
import pytest
from microscope import TriggerMode, TriggerType

from processes import is_running
from servers import DeviceServer, run, write_config
from test_floating import World, andor
from test_supervision import CAMERA, LASER, WHEEL, answers, at, kill_and_wait, worker
from waiting import PATIENCE, eventually


def definition(server, name):
    """What `device-server status` says of a definition."""
    code, out, err = run("status", "--json")
    assert code == 0, err
    return next(found for status in json.loads(out) for found in status["definitions"]
                if found["name"] == name and status["configuration"] == server.process.args[1])


def test_worker_that_hangs(serve, connect):
    """A process that hangs for a moment is reported; one that no longer answers is killed and replaced."""
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
    server.wait_for("Laser: .* its light may be on")
    assert not server.find("Wheel: .* light may be on")
    os.kill(wheel, signal.SIGCONT)
    now = definition(server, "Laser")
    assert now["state"] == "not answering" and now["pid"] == laser
    assert "does not answer" in now["last_error"] and now["recovery_time"] is None
    server.wait_for("Wheel: its process answers again")
    now = definition(server, "Wheel")
    assert (now["state"], now["pid"], now["restarts"]) == ("serving", wheel, 0)
    assert now["last_error_time"] < now["recovery_time"]
    server.wait_for(r"ERROR \S+ Laser: its process did not answer for 4.5 s and was killed", within=30)
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
    # By then it has read everything sent before.
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
        server.wait_for(r"%s\[\d+\]: the server has ended unexpectedly; shutting down" % name)
    eventually(lambda: not any(map(is_running, workers)), "all workers have ended")


@pytest.mark.parametrize(("number", "words"), [
    (signal.SIGSYS, r"crashed \(SIGSYS\)"), (signal.SIGKILL, r"was killed \(SIGKILL\)")], ids=["crash", "kill"])
def test_how_a_process_ended(serve, number, words):
    """In words."""
    server = serve([at("Wheel", WHEEL)])
    os.kill(worker(server, server.uri("Wheel")), number)
    server.wait_for("ERROR .* Wheel: its process %s" % words)


# MARK: The status


def test_lost_camera(tmp_path):
    """Unplugged, it is lost in status, with the reason and since when; plugged in again, it is served."""
    world = World(tmp_path).plug_in("VSC-1")
    server = DeviceServer(write_config(tmp_path, [andor("Red", "VSC-1")]), "--simulated",
                          env={**os.environ, **world.environment})
    try:
        with Pyro4.Proxy(server.uri("Red")) as camera:
            camera.set_trigger(TriggerType.SOFTWARE, TriggerMode.STROBE)
            camera.set_exposure_time(0.002)
            camera.enable()
            begin = time.time()
            world.order("VSC-1", "unplugged")
            lost = eventually(lambda: (lambda d: d["state"] == "lost" and d)(device(server, "Red")), "it is lost")
            assert "lost contact with VSC-1" in lost["problem"] and begin - 1 < lost["problem_time"] <= time.time()
            _, out, _ = run("status", tmp_path / "config.yaml")
            assert re.search(r"^Red \(simulated\) +lost ", out, re.MULTILINE)
            assert re.search(r"^  ! 20\S+ lost contact with VSC-1", out, re.MULTILINE)
            listed = json.loads(run("--json", program="hwprobe")[1])["served"]
            (found,) = (each for each in listed if each["pid"] in server.workers)
            assert found["state"] == "lost" and found["problem"] == lost["problem"]
            world.end("VSC-1", "unplugged")
            eventually(lambda: device(server, "Red")["state"] == "serving", "it is back")
            assert device(server, "Red")["problem"] is None
    finally:
        server.kill()


def device(server, name):
    """What status says of a device with a definition of its own."""
    return definition(server, name)["devices"][0]


def test_missing_camera(tmp_path):
    """Which devices the search has found stands in status, and when it goes on; the log has it once."""
    missing = {"name": "Blue", "driver": "simulated-floating-camera", "uid": "SIM-9", "port": 0,
               "conf": {"attached": ["SIM-%d" % os.getpid()]}}
    server = DeviceServer(write_config(tmp_path, [missing]), "--log-level", "debug")
    try:
        for seconds in ("0.1", "0.2", "0.4"):
            server.wait_for("DEBUG .* Blue: trying again in %s s" % seconds)
        found = definition(server, "Blue")
        assert found["state"] == "waiting" and found["recovery_time"] is None
        assert "SIM-9 was not found: 1 is there; seen: SIM-%d" % os.getpid() in found["last_error"]
        assert found["retry_time"] > found["last_error_time"]
        assert server.text().count("SIM-9 was not found") == 1
    finally:
        server.kill()


def test_parts_and_groups(serve, connect):
    """Streams of parts have rows of their own; an error of a group stands below its devices."""
    camera = {"driver": "simulated-camera", "conf": {"sensor_shape": [64, 48]}}
    controller = {"driver": "simulated-controller", "conf": {"devices": {"cam": camera, "lamp": LASER}}}
    group = {"name": "Stand", "port": 0, "devices": [{"name": "A", **WHEEL}, {"name": "B", **LASER}]}
    server = serve([at("Box", controller), group])
    box = connect(server.uri("Box"))
    server.uri("B")
    camera = connect(box.devices["cam"]._pyroUri)
    camera.enable()
    parts = {part["name"]: part for part in device(server, "Box")["parts"]}
    assert set(parts) == {"Box.devices.cam", "Box.devices.lamp"}
    assert parts["Box.devices.cam"]["sending"] is True and parts["Box.devices.cam"]["uri"] == str(camera._pyroUri)
    assert "sent" not in parts["Box.devices.lamp"]
    pid = definition(server, "Stand")["pid"]
    os.kill(pid, signal.SIGKILL)
    eventually(lambda: definition(server, "Stand")["recovery_time"], "the group is served again")
    lines = run("status", server.process.args[1])[1].splitlines()
    assert [line.split()[0] for line in lines[2:]] == ["Box", "devices.cam", "A", "B", "!"]
    assert lines[3].startswith("  devices.cam ") and lines[3].endswith(str(camera._pyroUri))
    assert re.fullmatch(r"  ! Stand \(A, B\): 20\S+ its process was killed \(SIGKILL\); recovered at 20\S+", lines[-1])


# MARK: What comes back


def test_attributes_and_inputs_come_back(serve, connect, monkeypatch):
    """The shuttering mode of a camera, and lines that are inputs, which must not be driven."""
    camera = {"driver": "simulated-camera", "conf": {"sensor_shape": [64, 48], "shuttering_mode": True}}
    server = serve([at("Camera", camera), at("Lines", {"driver": "simulated-digital-io", "conf": {"numLines": 4}})])
    camera, lines = connect(server.uri("Camera")), connect(server.uri("Lines"))
    # A class of later versions of python-microscope; its numbers do here.
    monkeypatch.setattr(microscope, "ElectronicShutteringMode", int, raising=False)
    other = 3 - camera.shuttering_mode
    camera.shuttering_mode = other
    lines.set_all_IO_state([True, False, True, False])
    lines.set_IO_state(0, False)
    lines.set_IO_state(line=3, state=True)
    wanted = lines.get_all_IO_state()
    assert wanted == [False, False, True, True]
    for proxy, name in ((camera, "Camera"), (lines, "Lines")):
        kill_and_wait(server, connect, server.uri(name))
        proxy._pyroRelease()
    assert camera.shuttering_mode == other
    assert [state for state, before in zip(lines.get_all_IO_state(), wanted) if not before] == [False, False]


def test_log_of_each_definition(serve, connect, tmp_path):
    """Its file is there from the start, and has the server's lines on the definition as well."""
    logs = tmp_path / "logs"
    server = serve([at("Wheel", WHEEL)], "--log-directory", logs)
    uri = server.uri("Wheel")
    since = len(server.lines)
    os.kill(worker(server, uri), signal.SIGKILL)
    server.uri("Wheel", since=since)
    text = (logs / "Wheel.log").read_text().splitlines()
    assert re.search(r"device-server\[\d+\]: Wheel: served by version \S+ with simulated-filter-wheel$", text[0])
    expected = ["serving " + uri, "Wheel: its process was killed (SIGKILL)", "serving " + uri]
    assert [line.partition("]: ")[2].replace(" (simulated)", "") for line in text[1:]] == expected
    assert not server.find("served by version")
