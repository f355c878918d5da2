"""Frames between computers: through a firewall that refuses every connection to the client, and through a tunnel."""

import json
import sys

import pytest

from computers import OBSTACLE, Computer
from frame_clients import SOURCE, number
from servers import write_config
from test_pyro_options import Router

import microscope_frames as mf

CAMERA = {"name": "Camera", "port": 0, "driver": "prebuilt-camera", "conf": {"sensor_shape": [512, 256]}}
# Of all that the microscope's computer sends to the client, answers from the camera's port alone get through.
FIREWALL = (
    "ip rule add pref 10 ipproto tcp sport {port} lookup main",
    "ip rule add pref 20 to {client} prohibit",
    "ip rule del pref 0",
    "ip rule add pref 5 lookup local",
)
REACHES = "import socket, sys; socket.create_connection(sys.argv[1:], 5)"

VIEWER = """
import json, sys, microscope_frames as mf
with mf.FrameClient(sys.argv[1], policy=sys.argv[2], timeout=20) as camera:
    camera.enable()
    numbers = [int.from_bytes(camera.trigger_and_wait().image[0, :4].tobytes(), "little") for _ in range(20)]
    print(json.dumps([camera.way, numbers, camera.lost]))
    camera.disable()
"""


@pytest.fixture
def computers(tmp_path):
    """A computer with a microscope, and another one."""
    if OBSTACLE:
        pytest.skip(OBSTACLE)
    both = Computer(tmp_path, "scope-pc", "10.78.0.1"), Computer(tmp_path, "desk-pc", "10.78.0.2")
    both[1].connect(both[0])
    yield both
    for computer in both:
        computer.switch_off()


@pytest.mark.parametrize("policy", ["all", "newest"])
def test_firewall(computers, tmp_path, policy):
    """Nothing has to connect to the client: one port of the server is enough."""
    scope, desk = computers
    server = scope.serve(write_config(tmp_path, [CAMERA], host="0.0.0.0"))
    try:
        port = server.uri("Camera").rpartition(":")[2]
        for rule in FIREWALL:
            scope.run(*rule.format(port=port, client=desk.address).split())
        # What Pyro's call-back would need is refused.
        assert "Error" in scope.run(sys.executable, "-c", REACHES, desk.address, 9, status=1)
        uri = "PYRO:Camera@%s:%s" % (scope.address, port)
        assert take(desk, uri, policy, "shared_memory=False") == ["own connection", list(range(20)), 0]
        # devicectl goes the same way.
        assert "512 x 256 pixels" in desk.devicectl("snap", uri, tmp_path / "a.tiff")
        # Both computers are namespaces of one kernel; what is not the client's own is its folder of sockets.
        assert take(desk, uri, policy) == ["own connection", list(range(20)), 0]
    finally:
        server.kill()


def take(computer, uri, policy, options=""):
    """What a program there sees: the way, the numbers of the frames, the losses."""
    code = VIEWER.replace("timeout=20", "timeout=20, " + options)
    return json.loads(computer.run(sys.executable, "-c", code, uri, policy, PYTHONPATH=str(SOURCE)))


def test_tunnel(serve):
    """A forwarded port, as of `ssh -L`, carries calls and frames."""
    port = int(serve([CAMERA]).uri("Camera").rpartition(":")[2])
    with Router(port) as router:
        uri = "PYRO:Camera@127.0.0.1:%d" % router.port
        with mf.FrameClient(uri, shared_memory=False, timeout=20) as client:
            client.enable()
            assert [number(client.trigger_and_wait().image) for _ in range(20)] == list(range(20))
        assert router.count == 2
