"""Limits of the system on threads, descriptors and memory: what they refuse is reported, and nothing ends by a trap."""
import os
import resource
import shutil
import signal
import subprocess
import time

import Pyro4
import pytest

import servers
from processes import children, is_running, listener
from receivers import Listener
from servers import DeviceServer, write_config
from waiting import PATIENCE, eventually

# The kernel counts the threads of a user, so this one is nobody else, not even another run of these tests.
USER = 50000 + os.getpid() % 10000
MISSING = [tool for tool in ("setpriv", "prlimit") if not shutil.which(tool)]
OBSTACLE = "needs " + ", ".join(MISSING) if MISSING else "needs root" if os.geteuid() else ""
pytestmark = pytest.mark.skipif(bool(OBSTACLE), reason=OBSTACLE)
AS_USER = ["setpriv", "--reuid=%d" % USER, "--regid=%d" % USER, "--clear-groups"]

DEVICES = [
    {"name": "Wheel", "port": 0, "driver": "simulated-filter-wheel", "conf": {"positions": 6}},
    {"name": "Lamp", "port": 0, "driver": "simulated-light-source"},
    {"name": "Camera", "port": 0, "driver": "simulated-camera", "conf": {"sensor_shape": [2048, 2048]}},
]
TRAP = r"SIG(ILL|TRAP|SEGV|ABRT|BUS)|Fatal error"


def limit(pid, name, value):
    """Sets a limit of a running process of the user."""
    subprocess.run([*AS_USER, "prlimit", "--pid", str(pid), "--%s=%s:" % (name, value)], check=True, timeout=PATIENCE)


@pytest.fixture(autouse=True)
def program(tmp_path, monkeypatch):
    """The server of another user is run from a folder that this user may enter."""
    shutil.copy(servers.BIN / "device-server", tmp_path)
    monkeypatch.setattr(servers, "BIN", tmp_path)


class Limited:
    """A server of a user of its own, with limits from its start on."""

    def __init__(self, folder, **limits):
        os.chmod(folder, 0o755)
        for parent in folder.parents:
            if str(parent) != "/tmp" and str(parent).startswith("/tmp"):
                os.chmod(parent, os.stat(parent).st_mode | 0o011)

        def become():
            os.setgroups([])
            os.setgid(USER)
            for name, value in limits.items():
                number = getattr(resource, "RLIMIT_" + name.upper())
                resource.setrlimit(number, (value, resource.getrlimit(number)[1]))
            os.setuid(USER)

        self.server = DeviceServer(write_config(folder, DEVICES), preexec_fn=become)

    @property
    def processes(self):
        return {self.server.process.pid} | children(self.server.process.pid)

    def lift(self, *names):
        for pid in self.processes:
            for name in names:
                hard = resource.getrlimit(getattr(resource, "RLIMIT_" + name.upper()))[1]
                try:
                    limit(pid, name, "unlimited" if hard < 0 else hard)
                except subprocess.CalledProcessError:
                    assert not is_running(pid)

    def check_all_served(self, connect, since=0):
        """Every device answers, without a restart of the server."""
        for name in ("Wheel", "Lamp", "Camera"):
            proxy = connect(self.server.uri(name, within=3 * PATIENCE, since=since))
            assert proxy.get_is_enabled() is False
            proxy._pyroRelease()

    def end(self):
        """Ends the server; no process has trapped."""
        self.server.process.send_signal(signal.SIGTERM)
        status = self.server.wait(3 * PATIENCE)
        assert not self.server.find(TRAP), self.server.text()
        assert status == 0, self.server.text()
        self.server.kill()


@pytest.mark.parametrize("name, value", [("nproc", 4), ("nproc", 9), ("nproc", 14), ("nproc", 20), ("nofile", 12),
                                         ("nofile", 25)])
def test_limit_at_the_start(tmp_path, connect, name, value):
    """A server that starts under a limit does not trap, and serves everything once the limit is lifted."""
    limited = Limited(tmp_path, **{name: value})
    try:
        start = time.monotonic()
        # Long enough to run into the limit, whatever that leads to.
        eventually(lambda: limited.server.find(r"cannot|could not|Too many|serving") or
                   time.monotonic() > start + 3, "the server has begun")
        if limited.server.process.poll() is not None or limited.server.find("cannot receive signals"):
            # Too few to receive signals, without which nothing is opened.
            assert limited.server.wait() == 1 and limited.server.find("cannot receive signals: .*unavailable")
            return
        limited.lift(name)
        limited.check_all_served(connect)
        limited.end()
    finally:
        limited.server.kill()


@pytest.mark.parametrize("megabytes", [40, 80, 120, 200])
def test_little_memory_at_the_start(tmp_path, megabytes):
    """A program without the memory to start says so or goes on; it does not trap."""
    limited = Limited(tmp_path, **{"as": megabytes << 20})
    try:
        start = time.monotonic()
        eventually(lambda: limited.server.process.poll() is not None or time.monotonic() > start + 2, "it has begun")
        assert not limited.server.find(TRAP), limited.server.text()
        if megabytes == 40:
            limited.server.wait_for("memory")
        assert (limited.server.process.poll() or 0) >= 0, limited.server.text()
    finally:
        limited.server.kill()


def test_no_more_threads_for_a_worker(tmp_path, connect):
    """Clients are refused with the reason, those there are go on, and later ones are served again."""
    limited = Limited(tmp_path)
    try:
        uri = limited.server.uri("Wheel")
        limited.check_all_served(connect)
        wheel = connect(uri)
        wheel.set_position(2)
        since = len(limited.server.lines)
        for pid in limited.processes:
            limit(pid, "nproc", 1)
        with pytest.raises(Pyro4.errors.CommunicationError, match="thread"):
            connect(uri).get_position()
        assert wheel.get_position() == 2
        limited.server.wait_for(r"thread.*Resource temporarily unavailable", since=since)
        limited.lift("nproc")
        assert connect(uri).get_position() == 2
        limited.end()
    finally:
        limited.server.kill()


def test_a_worker_lost_while_no_process_can_be_started(tmp_path, connect):
    """The reason is logged, the other devices are served on, and the worker is replaced once there is room."""
    limited = Limited(tmp_path)
    try:
        limited.check_all_served(connect)
        lamp = connect(limited.server.uri("Lamp"))
        lamp.enable()
        port = int(limited.server.uri("Wheel").rpartition(":")[2])
        pid = listener(limited.server.workers, port)
        since = len(limited.server.lines)
        for process in limited.processes:
            limit(process, "nproc", 1)
        os.kill(pid, signal.SIGKILL)
        limited.server.wait_for(r"Wheel: .*(cannot start|could not be started).*Resource temporarily", since=since)
        assert lamp.get_is_on()
        limited.lift("nproc")
        assert connect(limited.server.uri("Wheel", within=3 * PATIENCE, since=since)).get_position() == 0
        assert is_running(limited.server.process.pid)
        limited.end()
    finally:
        limited.server.kill()


def test_no_more_descriptors_while_serving(tmp_path, connect):
    """The supervisor and the workers go on with what they have, and replace a lost worker once there is room."""
    limited = Limited(tmp_path)
    try:
        limited.check_all_served(connect)
        lamp = connect(limited.server.uri("Lamp"))
        lamp.enable()
        pid = listener(limited.server.workers, int(limited.server.uri("Wheel").rpartition(":")[2]))
        since = len(limited.server.lines)
        for process in limited.processes:
            limit(process, "nofile", 5)
        os.kill(pid, signal.SIGKILL)
        limited.server.wait_for("Wheel: .*Too many open files", since=since)
        assert lamp.get_is_on()
        limited.lift("nofile")
        assert connect(limited.server.uri("Wheel", within=3 * PATIENCE, since=since)).get_position() == 0
        limited.end()
    finally:
        limited.server.kill()


def test_a_message_larger_than_the_memory(tmp_path, connect):
    """Its client loses the connection; the process stays, with all others."""
    limited = Limited(tmp_path)
    try:
        limited.check_all_served(connect)
        uri = limited.server.uri("Camera")
        pid = listener(limited.server.workers, int(uri.rpartition(":")[2]))
        other, greedy = connect(uri), connect(uri)
        assert not other.get_is_enabled() and not greedy.get_is_enabled()
        with open("/proc/%d/status" % pid) as status:
            size = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmSize"))
        limit(pid, "as", size + (16 << 20))
        with pytest.raises(Pyro4.errors.CommunicationError):
            greedy.set_roi(bytes(64 << 20))
        assert not other.get_is_enabled() and is_running(pid)
        limited.lift("as")
        with pytest.raises((TypeError, ValueError)):
            connect(uri).set_roi(bytes(64 << 20))
        assert is_running(pid)
        limited.end()
    finally:
        limited.server.kill()


def test_no_more_memory_for_frames(tmp_path, connect):
    """With memory again images arrive, from the worker or, if the runtime has ended it for lack of memory, from the next one."""
    limited = Limited(tmp_path)
    try:
        limited.check_all_served(connect)
        uri = limited.server.uri("Camera")
        camera = connect(uri)
        pid = listener(limited.server.workers, int(uri.rpartition(":")[2]))

        def trigger():
            try:
                connect(uri).trigger()
                return True
            except Pyro4.errors.CommunicationError:
                return False

        with open("/proc/%d/status" % pid) as status:
            size = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmSize"))
        with Listener() as client:
            camera.set_client(client.uri)
            camera.set_exposure_time(0.01)
            camera.enable()
            limit(pid, "as", size + (1 << 20))
            for _ in range(5):
                trigger()
            limited.lift("as")
            eventually(trigger, "the camera takes triggers")
            assert client.next()[0] is not None
            assert connect(limited.server.uri("Wheel")).get_position() == 0
        limited.end()
    finally:
        limited.server.kill()
