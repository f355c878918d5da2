"""The server as a systemd service: its notifications, and what happens when it has crashed."""
import os
import re
import signal
import socket
import struct

import pytest

from processes import children, is_running, listener
from servers import DeviceServer, free_port, run, write_config
from waiting import PATIENCE, eventually

WHEEL = {"driver": "simulated-filter-wheel", "conf": {"positions": 6}}
LASER = {"driver": "simulated-light-source"}
MISSING = {"driver": "simulated-floating-camera", "uid": "C", "conf": {"attached": ["A", "B"], "sensor_shape": [64, 48]}}


class Manager:
    """Listens as systemd does, and knows who speaks."""

    def __init__(self, path):
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        self._socket.bind(str(path))
        self.lines = []

    def wait_for(self, line, within=PATIENCE):
        """The sender of a line, once it has come; the lines before it are kept."""
        self._socket.settimeout(within)
        while True:
            data, ancillary, _, _ = self._socket.recvmsg(4096, socket.CMSG_SPACE(12))
            pid = struct.unpack("3i", ancillary[0][2])[0]
            lines = data.decode().split("\n")
            self.lines += lines
            if any(re.fullmatch(line, each) for each in lines):
                return pid

    def close(self):
        self._socket.close()


@pytest.fixture
def manager(tmp_path):
    manager = Manager(tmp_path / "notify")
    yield manager
    manager.close()


@pytest.fixture
def service(manager, tmp_path):
    """Starts a server with the devices given, as systemd would."""
    running = []

    def start(devices, **environment):
        environment = {**os.environ, "NOTIFY_SOCKET": str(manager.path), **environment}
        server = DeviceServer(write_config(tmp_path, devices), env=environment)
        running.append(server)
        return server

    yield start
    for server in running:
        server.kill()


def at(name, device, **more):
    return {"name": name, "port": free_port(), **device, **more}


def test_ready_status_and_end(service, manager):
    """READY comes from the server itself when all is served; then a status, signs of life, and the end."""
    server = service([at("Laser", LASER), at("Wheel", WHEEL)], WATCHDOG_USEC="200000")
    assert manager.wait_for("READY=1") == server.process.pid
    assert "STATUS=2 of 2 definitions are served" in manager.lines
    assert len(server.workers) == 2
    for _ in range(3):
        assert manager.wait_for("WATCHDOG=1") == server.process.pid
    os.kill(server.process.pid, signal.SIGTERM)
    assert manager.wait_for("STOPPING=1") == server.process.pid
    assert server.wait() == 0


def test_ready_without_a_device_that_is_not_there(service, manager):
    """What is missing is named in the status, and does not keep the others from being ready; nor does a crash."""
    wheel = at("Wheel", WHEEL)
    server = service([at("Camera", MISSING), wheel])
    manager.wait_for("READY=1")
    manager.lines.clear()
    server.uri("Wheel")
    os.kill(listener(server.workers, wheel["port"]), signal.SIGKILL)
    manager.wait_for("STATUS=0 of 2 definitions are served; not: Camera, Wheel")
    manager.wait_for("STATUS=1 of 2 definitions are served; not: Camera")
    assert "READY=1" not in manager.lines


def test_a_standstill_is_noticed(service, manager):
    """A server that is stopped gives no sign of life."""
    server = service([at("Wheel", WHEEL)], WATCHDOG_USEC="100000")
    manager.wait_for("WATCHDOG=1")
    os.kill(server.process.pid, signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        while True:
            manager.wait_for("WATCHDOG=1", within=1)
    os.kill(server.process.pid, signal.SIGCONT)
    manager.wait_for("WATCHDOG=1")


def test_lights_off_after_a_crash(serve, connect, tmp_path):
    """When every process of a server was killed with its light on, `lights-off` opens the lights, and nothing else."""
    devices = [at("Laser", LASER), at("Wheel", WHEEL), at("Camera", MISSING)]
    server = serve(devices)
    connect(server.uri("Laser")).enable()
    server.kill()
    assert run("lights-off", write_config(tmp_path, devices)) == (0, "Laser: light is off\n", "")


def test_lights_off_says_what_it_does_not_know(tmp_path):
    """A laser at a port that is not there may be on."""
    config = write_config(tmp_path, [
        at("Laser", LASER), at("Blue", {"driver": "obis", "conf": {"port": "/dev/no-such-port"}})])
    status, output, errors = run("lights-off", "--within", "10", config)
    lines = sorted(output.splitlines())
    assert status == 1 and errors == ""
    assert lines[0].startswith("Blue: whether light is on is UNKNOWN: ") and "/dev/no-such-port" in lines[0]
    assert lines[1:] == ["Laser: light is off"]


def test_lights_off_tells_errors_of_the_configuration(tmp_path):
    """As the server does."""
    config = tmp_path / "scope.yaml"
    config.write_text("devices: []")
    status, output, errors = run("lights-off", config)
    assert status == 1 and output == "" and "expected a list of devices" in errors


def test_workers_end_well_when_the_server_is_killed(serve, connect):
    """The server's processes shut their devices down when it has crashed, before anything else has to be done."""
    server = serve([at("Laser", LASER)])
    connect(server.uri("Laser")).enable()
    workers = children(server.process.pid)
    os.kill(server.process.pid, signal.SIGKILL)
    eventually(lambda: not any(map(is_running, workers)), "the workers have ended")
