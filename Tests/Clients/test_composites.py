"""Devices that work with other devices: in the same process, in another one, on another machine."""
import os
import re
import signal
import socket

import pytest
import Pyro4
from microscope.clients import DataClient

from processes import is_running, listener
from servers import DeviceServer, free_port, run, write_config

STAGE = {"driver": "simulated-stage", "conf": {"limits": {"x": [0, 200], "y": [0, 100], "z": [-50, 50]}, "speed": 0}}
WHEEL = {"driver": "simulated-filter-wheel", "conf": {"positions": 2, "travel_time": 0}}


def camera(stage, wheel):
    """A camera that sees what of a picture the others select."""
    return {"driver": "stage-aware-camera",
            "conf": {"image": {"width": 200, "height": 100, "channels": 2, "seed": 3}, "stage": stage,
                     "filter_wheel": wheel, "sensor_shape": [40, 30], "realistic_timing": False}}


def images_follow(uris, connect):
    """Takes images at two places and with two filters, and looks whether they differ as they should."""
    client = DataClient(uris["Camera"])
    stage, wheel = connect(uris["Stage"]), connect(uris["Wheel"])
    client.enable()

    def image(x, y, z, position):
        stage.move_to({"x": x, "y": y, "z": z})
        wheel.set_position(position)
        return client.trigger_and_wait()[0]

    first = image(60, 50, 0, 0)
    assert first.shape == (30, 40) and first.max() > first.min()
    assert (image(60, 50, 0, 0) == first).all()
    assert (image(120, 40, 0, 0) != first).any()
    assert (image(60, 50, 0, 1) != first).any()
    blurred = image(60, 50, 30, 0)
    assert blurred.std() < first.std()
    # Ten pixels to the side: what was seen moves by as much.
    moved = image(70, 50, 0, 0)
    assert (moved[:, 10:] == first[:, :-10]).all() or (moved[:, :-10] == first[:, 10:]).all()
    client.set_client(None)


def test_parts_in_the_same_process(serve, connect):
    """The order in the file does not matter: what is needed is opened first."""
    devices = [{"name": "Camera", **camera("Stage", "Wheel")}, {"name": "Stage", **STAGE}, {"name": "Wheel", **WHEEL}]
    server = serve([{"port": 0, "devices": devices}])
    uris = {name: server.uri(name) for name in ("Camera", "Stage", "Wheel")}
    assert len(server.workers) == 1
    images_follow(uris, connect)


def test_parts_in_other_processes(serve, connect):
    """The same driver, each device in a process of its own."""
    server = serve([{"name": "Camera", "port": 0, **camera("Stage", "Wheel")},
                    {"name": "Stage", "port": 0, **STAGE}, {"name": "Wheel", "port": 0, **WHEEL}])
    uris = {name: server.uri(name) for name in ("Camera", "Stage", "Wheel")}
    assert len(server.workers) == 3
    images_follow(uris, connect)


def test_parts_on_another_machine(serve, connect, tmp_path):
    """The same driver again, its parts named by their URIs."""
    (tmp_path / "other").mkdir()
    other = DeviceServer(write_config(tmp_path / "other", [
        {"name": "Stage", "port": 0, **STAGE}, {"name": "Wheel", "port": 0, **WHEEL}]))
    try:
        uris = {name: other.uri(name) for name in ("Stage", "Wheel")}
        server = serve([{"name": "Camera", "port": 0, **camera(uris["Stage"], uris["Wheel"])}])
        images_follow({**uris, "Camera": server.uri("Camera")}, connect)
    finally:
        other.kill()


def test_part_that_is_started_again_is_there_again(serve, connect):
    """The camera's process stays, and finds the new one of the stage."""
    port, camera_port = free_port(), free_port()
    server = serve([{"name": "Camera", "port": camera_port, **camera("Stage", "Wheel")},
                    {"name": "Stage", "port": port, **STAGE}, {"name": "Wheel", "port": 0, **WHEEL}])
    uris = {name: server.uri(name) for name in ("Camera", "Stage", "Wheel")}
    process = listener(server.workers, camera_port)
    killed = listener(server.workers, port)
    since = len(server.lines)
    os.kill(killed, signal.SIGKILL)
    server.uri("Stage", since=since)
    assert not is_running(killed)
    images_follow(uris, connect)
    assert listener(server.workers, camera_port) == process


def test_part_whose_port_the_kernel_chose_is_at_that_port_again(serve, connect):
    """Clients and devices that work with it need no new address."""
    camera_port = free_port()
    server = serve([{"name": "Camera", "port": camera_port, **camera("Stage", "Wheel")},
                    {"name": "Stage", "port": 0, **STAGE}, {"name": "Wheel", "port": 0, **WHEEL}])
    uris = {name: server.uri(name) for name in ("Camera", "Stage", "Wheel")}
    since = len(server.lines)
    os.kill(listener(server.workers, Pyro4.URI(uris["Stage"]).port), signal.SIGKILL)
    assert server.uri("Stage", since=since) == uris["Stage"]
    images_follow(uris, connect)


@pytest.mark.parametrize("fixed", [True, False], ids=["another port", "any port"])
def test_part_that_moves_is_found_at_its_new_place(serve, connect, tmp_path, fixed):
    """When a reload serves the stage elsewhere, the camera is started again and finds it; the wheel stays."""
    def stage(speed):
        conf = {**STAGE["conf"], "speed": speed}
        return {"name": "Stage", "driver": STAGE["driver"], "conf": conf, "port": free_port() if fixed else 0}

    rest = [{"name": "Camera", "port": free_port(), **camera("Stage", "Wheel")},
            {"name": "Wheel", "port": free_port(), **WHEEL}]
    server = serve([*rest, stage(0)])
    uris = {name: server.uri(name) for name in ("Camera", "Stage", "Wheel")}
    wheel = listener(server.workers, rest[1]["port"])
    since = len(server.lines)
    config = write_config(tmp_path, [*rest, stage(1e9)])
    code, out, err = run("reload", config)
    assert code == 0, err
    assert "changed: Camera, Stage" in out and "unchanged: Wheel" in out
    uris.update({name: server.uri(name, since=since) for name in ("Camera", "Stage")})
    images_follow(uris, connect)
    assert listener(server.workers, rest[1]["port"]) == wheel


def test_part_that_is_away_is_told_in_the_error(serve, connect, tmp_path):
    """And the camera works again once it is back."""
    (tmp_path / "other").mkdir()
    parts = [{"name": "Stage", "port": free_port(), **STAGE}, {"name": "Wheel", "port": free_port(), **WHEEL}]
    other = DeviceServer(write_config(tmp_path / "other", parts))
    uris = {name: other.uri(name) for name in ("Stage", "Wheel")}
    server = serve([{"name": "Camera", "port": 0, **camera(uris["Stage"], uris["Wheel"])}])
    client = connect(server.uri("Camera"))
    client.enable()
    other.kill()
    with pytest.raises(Exception, match="cannot be reached"):
        client.trigger()
    other = DeviceServer(write_config(tmp_path / "other", parts))
    try:
        other.uri("Stage"), other.uri("Wheel")
        images_follow({**uris, "Camera": server.uri("Camera")}, connect)
    finally:
        other.kill()


def test_parts_are_started_first(serve, connect):
    """A camera whose stage cannot be served waits for it, and says so; the others are served."""

    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = serve([{"name": "Camera", "port": 0, **camera("Stage", "Wheel")},
                        {"name": "Stage", "port": taken.getsockname()[1], **STAGE},
                        {"name": "Wheel", "port": 0, **WHEEL}])
        server.uri("Wheel")
        server.wait_for("Camera: waiting for Stage, Wheel")
        server.wait_for("Stage: .*in use")
        assert not server.find("serving PYRO:Camera")
    server.uri("Stage")
    server.uri("Camera")


def test_server_ends_while_a_device_waits_for_another(serve):
    """SIGTERM, with a camera that has not been started yet."""

    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = serve([{"name": "Camera", "port": 0, **camera("Stage", "Wheel")},
                        {"name": "Stage", "port": taken.getsockname()[1], **STAGE},
                        {"name": "Wheel", "port": 0, **WHEEL}])
        server.uri("Wheel")
        server.process.send_signal(signal.SIGTERM)
        assert server.wait() == 0


@pytest.mark.parametrize("stage, error", [
    ("Nowhere", r"config\.yaml:\d+:\d+: devices\[0\]\.conf\.stage: there is no device 'Nowhere'"),
    ("Wheel", r"devices\[0\]\.conf\.stage: expected a stage, but Wheel is a filter wheel"),
    ("Camera", r"devices\[0\]\.conf\.stage: expected a stage, but Camera is a camera"),
    ("PYRO:Stage", r"devices\[0\]\.conf\.stage: 'PYRO:Stage' is not a URI with a host and port"),
], ids=["missing", "another kind", "itself", "no place"])
def test_references_are_checked_before_anything_starts(tmp_path, stage, error):
    """A device that is not there or is another kind is an error with its place in the file."""
    status, _, text = run("--check", write_config(tmp_path, [
        {"name": "Camera", "port": 0, **camera(stage, "Wheel")}, {"name": "Wheel", "port": 0, **WHEEL}]))
    assert status == 1
    assert re.search(error, text), text
